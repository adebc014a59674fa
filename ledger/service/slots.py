"""Claims of which there can be only one, and the waiting drafts that have each such place already.

The log refuses a second one once the first is recorded. While the first still waits, only its draft knows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from ledger.books.assessments import AssessmentRound
from ledger.books.assets import AssetChanged, AssetDisposed, AssetRegistered
from ledger.books.ballots import BallotClosed, BallotOpened
from ledger.books.cases import CaseConfided, CaseMoved, CaseOpened, CaseRated
from ledger.books.concerns.values import ConcernAcknowledged
from ledger.books.contracts import ContractAmended, ContractEnded, ContractSigned, ContractVoided
from ledger.books.conversion import AccountsConverted
from ledger.books.funds import FundOpened
from ledger.books.grids import GridsRegistered, VisitsRecorded
from ledger.books.honours import HonourReversed, HonoursGranted
from ledger.books.objections import ObjectionAnswered, ObjectionRaised
from ledger.books.party_groups import BranchGrouped
from ledger.books.plans import PlanAdopted
from ledger.books.points import PointsRound, RulebookAdopted
from ledger.books.reconciliation import BankReconciled
from ledger.books.resolutions import ForumHeld, ResolutionRecorded, ResolutionReported
from ledger.books.resources import ResourceChanged, ResourceRegistered
from ledger.books.scores import BranchRegistered, SchemeAdopted, ScoreRound, Subject, get_subject
from ledger.books.shops import PointsRedeemed, RedemptionReversed, ShopAdopted
from ledger.books.star_steps import StarDeclared, StarMoved
from ledger.books.stocktakes import StocktakeRecorded
from ledger.books.subaccounts import AccountsAdded, AccountsClosed
from ledger.books.volunteering import HoursBooked, TaskClaimed, TaskOffered
from ledger.books.vouchers import (
    AccountsOpened,
    PeriodClosed,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
)
from ledger.canonical import parse_claim
from ledger.entries import Body
from ledger.errors import Fault
from ledger.state.case_facts import CaseFacts
from ledger.state.facts import Facts, scan_facts
from ledger.vaults import Draft, Vault

Slot = tuple[str, ...]

RULEBOOK: Slot = ("rulebook",)
"""Only one can be the next version."""


def find_next_number(head: str, used: Iterable[str], digits: int = 3) -> str:
    """Return the number after the largest of those that begin with `head` and go on with digits alone."""
    rests = (number.removeprefix(head) for number in used if number.startswith(head))
    last = max((int(rest) for rest in rests if rest.isascii() and rest.isdecimal()), default=0)
    return f"{head}{last + 1:0{digits}d}"


def find_next_case(facts: Facts, waiting: Iterable[Slot], year: str, written: Iterable[str] = ()) -> str:
    """Return the number of a year's next case: after those recorded, those that wait and those `written` in a file."""
    head = f"AL-{year}-"
    recorded = (f"{head}{rest}" for rest, _ in scan_facts(facts, f"case/{head}", CaseFacts))
    drafted = (slot[1] for slot in waiting if slot[0] == "case")
    return find_next_number(head, (*recorded, *drafted, *written))


def list_waiting_slots(vault: Vault, village: str, without: Collection[str] = ()) -> dict[Slot, Draft]:
    """Return the first waiting draft of each place that only one can have; those of the ids `without` take none."""
    found: dict[Slot, Draft] = {}
    for draft in vault.list_drafts(village, "waiting"):
        if draft.id in without:
            continue
        claim = parse_claim(draft.claim)
        slot = find_slot(claim.body, claim.period)
        if slot is not None:
            found.setdefault(slot, draft)
    return found


def find_slot(body: Body, period: str) -> Slot | None:
    """Return the place that a body takes, None where there may be several of its kind."""
    find = _SLOTS.get(type(body))
    return find(body, period) if find is not None else None


def name_slot(body: Body, period: str) -> str:
    """Return what the vault lets only one waiting draft have: the place, of a round that of each of its parts; empty
    where there may be several.
    """
    slot = find_slot(body, period) or ()
    part = (
        (f"part-{body.part}",)
        if isinstance(body, PointsRound | ScoreRound | AssessmentRound) and body.part > 1
        else ()
    )
    return "/".join((*slot, *part))


def slot_of_voucher(number: str) -> Slot:
    """Return the place of a voucher: its number."""
    return ("voucher", number)


def slot_of_scheme(subject: Subject) -> Slot:
    """Return the place of a scheme: of each subject only one can be the next version."""
    return ("scheme",) if subject == "member" else ("scheme", subject)


def slot_of_concern(key: str) -> Slot:
    """Return the place of a concern that somebody acknowledges: its key."""
    return ("concern", *key.split("/"))


def _slot_of_step(body: CaseMoved | CaseConfided, words: str) -> Slot:
    """Return the place of a case's step; a case may be passed on several times."""
    return ("case-step", body.case, body.step, *((words,) if body.step == "assigned" else ()))


def check_waiting(waiting: Mapping[Slot, Draft], body: Body, period: str) -> list[Fault]:
    """Say that what is prepared here waits to be passed already, and as which draft."""
    slot = find_slot(body, period)
    return check_slot(waiting, slot) if slot is not None else []


def check_slot(waiting: Mapping[Slot, Draft], slot: Slot) -> list[Fault]:
    """Say that a place is taken by a draft that waits already."""
    draft = waiting.get(slot)
    if draft is None:
        return []
    return [
        Fault(
            code="draft-waiting",
            place="待审记录",
            found=f"已有一份在等审核：草稿 {draft.id}（{draft.label}）",
            expected="没有提交过的内容",
            remedy=f"同一份不用再提交；要换成这一份，先撤回那份草稿，命令是 mingbai discard {draft.id}",
        )
    ]


_SLOTS: Mapping[type[Body], Callable[[Any, str], Slot]] = {
    AccountsAdded: lambda _body, period: ("accounts-added", period),
    AccountsClosed: lambda _body, _period: ("accounts-closed",),
    AccountsConverted: lambda _body, _period: ("conversion",),
    AccountsOpened: lambda _body, _period: ("opening",),
    AssessmentRound: lambda body, period: ("assessment", body.subject, period),
    AssetChanged: lambda body, _period: ("asset-change", body.asset),
    AssetDisposed: lambda body, _period: ("asset-change", body.asset),
    AssetRegistered: lambda body, _period: ("asset", body.number),
    BallotClosed: lambda body, _period: ("ballot-closing", body.number),
    BallotOpened: lambda body, _period: ("ballot", body.number),
    BankReconciled: lambda _body, _period: ("bank",),
    BranchGrouped: lambda body, _period: ("branch-groups", str(body.branch)),
    BranchRegistered: lambda body, _period: ("branch", str(body.branch)),
    CaseConfided: lambda body, _period: _slot_of_step(body, body.words.sealed),
    CaseMoved: lambda body, _period: _slot_of_step(body, body.words.text),
    CaseOpened: lambda body, _period: ("case", body.number),
    CaseRated: lambda body, _period: ("case-rating", body.case),
    ConcernAcknowledged: lambda body, _period: slot_of_concern(body.concern),
    ContractAmended: lambda body, _period: ("contract-change", body.contract),
    ContractEnded: lambda body, _period: ("contract-change", body.contract),
    ContractSigned: lambda body, _period: ("contract", body.number),
    ContractVoided: lambda body, _period: ("contract-change", body.contract),
    ForumHeld: lambda body, _period: ("forum", body.number),
    FundOpened: lambda body, _period: ("fund", body.number),
    GridsRegistered: lambda body, _period: ("grids", body.units[0].number),
    HonourReversed: lambda body, _period: ("honour-return", str(body.reverses), body.holder),
    HonoursGranted: lambda body, _period: ("honour", body.number),
    HoursBooked: lambda body, _period: ("task-hours", body.task),
    ObjectionAnswered: lambda body, _period: ("objection-answer", body.objection),
    ObjectionRaised: lambda body, _period: ("objection", body.number),
    PeriodClosed: lambda _body, period: ("closing", period),
    PlanAdopted: lambda body, _period: ("plan", body.year),
    PointsRedeemed: lambda _body, period: ("redemption", period),
    PointsRound: lambda _body, period: ("points", period),
    RedemptionReversed: lambda body, _period: ("redemption-return", body.line),
    ResolutionRecorded: lambda body, _period: ("resolution", body.number),
    ResolutionReported: lambda body, _period: ("resolution-result", body.resolution),
    ResourceChanged: lambda body, _period: ("resource-change", body.resource),
    ResourceRegistered: lambda body, _period: ("resource", body.number),
    RulebookAdopted: lambda _body, _period: RULEBOOK,
    SchemeAdopted: lambda body, _period: slot_of_scheme(get_subject(body)),
    ScoreRound: lambda body, period: ("scores", period, str(body.branch)),
    ShopAdopted: lambda _body, _period: ("shop",),
    StarDeclared: lambda body, _period: ("star", body.number),
    StarMoved: lambda body, _period: ("star-step", body.number, body.step),
    StocktakeRecorded: lambda _body, _period: ("stocktake",),
    TaskClaimed: lambda body, _period: ("task-claim", body.task),
    TaskOffered: lambda body, _period: ("task", body.number),
    VisitsRecorded: lambda body, period: ("visits", period, body.lines[0].unit),
    VoucherRecorded: lambda body, _period: slot_of_voucher(body.number),
    VoucherReplaced: lambda body, _period: slot_of_voucher(body.number),
    VoucherReversed: lambda body, _period: slot_of_voucher(body.number),
}
"""The place that each kind of body takes, by its month where that says which."""
