"""An entry in plain words: what it says, for every kind in the table of kinds.

`explain_entry` dispatches; each subject has a module with one function a kind. Names of persons who act are masked as
on paper; digests are never shown as if they said something.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.entries import Entry
from web.public.explain.accounts import explain_added, explain_closed, explain_converted
from web.public.explain.assessments import explain_assessment
from web.public.explain.ballots import explain_ballot, explain_ballot_closed
from web.public.explain.bank import explain_reconciled
from web.public.explain.cases import explain_case, explain_confided, explain_moved, explain_rated
from web.public.explain.concerns import explain_acknowledged
from web.public.explain.contracts import (
    explain_amended,
    explain_ended,
    explain_signed,
    explain_voided,
)
from web.public.explain.documents import explain_documents
from web.public.explain.grids import explain_grids, explain_naming, explain_visits
from web.public.explain.honours import explain_granted, explain_withdrawn
from web.public.explain.meetings import (
    explain_forum,
    explain_fund,
    explain_report,
    explain_resolution,
)
from web.public.explain.money import (
    explain_closing,
    explain_opening,
    explain_recorded,
    explain_replaced,
    explain_reversed,
)
from web.public.explain.objections import explain_answered, explain_raised
from web.public.explain.party_groups import explain_groups
from web.public.explain.plans import explain_plan
from web.public.explain.points import (
    explain_agreements,
    explain_annex,
    explain_households,
    explain_points_reversed,
    explain_points_round,
    explain_rulebook,
    explain_withdrawal,
)
from web.public.explain.registers import (
    explain_asset,
    explain_asset_change,
    explain_disposal,
    explain_resource,
    explain_resource_change,
    explain_stocktake,
)
from web.public.explain.rewards import (
    explain_claimed,
    explain_hours,
    explain_redeemed,
    explain_returned,
    explain_shop,
    explain_task,
)
from web.public.explain.scores import explain_branch, explain_scheme, explain_score_round
from web.public.explain.stars import explain_declared, explain_star_moved
from web.public.explain.telling import Explanation, Fact, Link, Picture, Table
from web.public.explain.village import (
    explain_description,
    explain_founding,
    explain_limits,
    explain_refounding,
    explain_rotation,
    explain_seal,
)
from web.public.explain.witnesses import explain_policy
from web.site import VillageView

__all__ = ["EXPLAINERS", "Explanation", "Fact", "Link", "Picture", "Table", "explain_entry"]

EXPLAINERS: dict[str, Callable[[VillageView, Entry, Any], Explanation]] = {
    "log.founded": explain_founding,
    "log.refounded": explain_refounding,
    "village.described": explain_description,
    "accounts.opened": explain_opening,
    "voucher.recorded": explain_recorded,
    "voucher.reversed": explain_reversed,
    "voucher.replaced": explain_replaced,
    "period.closed": explain_closing,
    "rulebook.adopted": explain_rulebook,
    "households.registered": explain_households,
    "agreements.signed": explain_agreements,
    "points.round": explain_points_round,
    "points.reversed": explain_points_reversed,
    "scheme.adopted": explain_scheme,
    "branch.registered": explain_branch,
    "branch.grouped": explain_groups,
    "score.round": explain_score_round,
    "sheet.sealed": explain_seal,
    "key.rotated": explain_rotation,
    "policy.adopted": explain_policy,
    "limits.adopted": explain_limits,
    "documents.attached": explain_documents,
    "contract.signed": explain_signed,
    "contract.amended": explain_amended,
    "contract.ended": explain_ended,
    "contract.voided": explain_voided,
    "asset.registered": explain_asset,
    "asset.changed": explain_asset_change,
    "asset.disposed": explain_disposal,
    "resource.registered": explain_resource,
    "resource.changed": explain_resource_change,
    "stocktake.recorded": explain_stocktake,
    "resolution.recorded": explain_resolution,
    "resolution.reported": explain_report,
    "forum.held": explain_forum,
    "fund.opened": explain_fund,
    "accounts.added": explain_added,
    "accounts.closed": explain_closed,
    "accounts.converted": explain_converted,
    "plan.adopted": explain_plan,
    "concern.acknowledged": explain_acknowledged,
    "bank.reconciled": explain_reconciled,
    "objection.raised": explain_raised,
    "objection.answered": explain_answered,
    "shop.adopted": explain_shop,
    "points.redeemed": explain_redeemed,
    "redemption.reversed": explain_returned,
    "task.offered": explain_task,
    "task.claimed": explain_claimed,
    "hours.booked": explain_hours,
    "consents.withdrawn": explain_withdrawal,
    "grids.registered": explain_grids,
    "honours.granted": explain_granted,
    "honour.reversed": explain_withdrawn,
    "visits.recorded": explain_visits,
    "naming.withdrawn": explain_naming,
    "points.annexed": explain_annex,
    "case.opened": explain_case,
    "case.moved": explain_moved,
    "case.confided": explain_confided,
    "case.rated": explain_rated,
    "ballot.opened": explain_ballot,
    "ballot.closed": explain_ballot_closed,
    "star.declared": explain_declared,
    "star.moved": explain_star_moved,
    "assessment.round": explain_assessment,
}


def explain_entry(view: VillageView, entry: Entry) -> Explanation:
    """Return what `entry` says, in plain words."""
    return EXPLAINERS[entry.kind](view, entry, entry.body)
