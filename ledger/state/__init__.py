"""Entries folded into what they add up to: the dispatch over kinds, and what holds for every kind.

`check_entry` says whether an entry may follow the facts so far: before recording, the service asks it; an audit
asks it of every entry again. `fold_entry` then applies it. Both are pure: facts and the log's earlier entries come
in as arguments. Texts are not needed: what depends on them is checked at import and by the audit of texts.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ledger.books.documents import DocumentsAttached
from ledger.books.limits import LimitsAdopted
from ledger.books.periods import BEIJING, get_day
from ledger.books.roles import (
    ACKNOWLEDGER_ROLES,
    CHECKER_ROLES,
    CHECKERS_MAX,
    MAKER_ROLES,
    SEALER_ROLES,
    Role,
)
from ledger.books.sheets import SheetSealed
from ledger.books.values import SHEET_LETTERS, is_day, list_span
from ledger.books.village import KeyRotated, LogFounded, LogRefounded, VillageDescribed
from ledger.books.witnesses import PolicyAdopted
from ledger.entries import KINDS, Entry
from ledger.errors import Fault
from ledger.state.accounts import check_accounts, fold_accounts
from ledger.state.annexes import check_annexes, fold_annex
from ledger.state.assessments import check_assessments, fold_assessment
from ledger.state.assets import check_assets, fold_assets
from ledger.state.ballots import check_ballots, fold_ballots
from ledger.state.bank import check_bank, fold_bank
from ledger.state.cases import check_cases, fold_cases
from ledger.state.concerns import check_acknowledged, fold_acknowledged
from ledger.state.contracts import check_contracts, fold_contracts
from ledger.state.conversion import check_conversion, fold_conversion
from ledger.state.documents import check_documents, fold_documents
from ledger.state.epochs import check_epoch, fold_epoch
from ledger.state.facts import (
    EntryAt,
    Facts,
    MemoryFacts,
    PeriodFacts,
    SheetFacts,
    VillageFacts,
    get_fact,
    key_at,
    put_fact,
)
from ledger.state.funds import check_funds, fold_funds
from ledger.state.grids import check_grid_entry, fold_grid_entry
from ledger.state.honours import check_honours, fold_honours
from ledger.state.keys import check_rotation, fold_rotation
from ledger.state.limits import check_limits, check_passed_by, fold_limits
from ledger.state.money import check_money, fold_money
from ledger.state.objections import check_objections, fold_objections
from ledger.state.party_groups import check_branch_groups, fold_branch_groups
from ledger.state.plans import check_plans, fold_plan
from ledger.state.points import check_points, fold_points
from ledger.state.policies import check_policy, fold_policy
from ledger.state.reference import Reference
from ledger.state.resolutions import check_resolutions, fold_resolutions
from ledger.state.resources import check_resources, fold_resources
from ledger.state.scores import check_scores, fold_scores
from ledger.state.shops import check_shops, fold_shops
from ledger.state.star_steps import check_stars, fold_stars
from ledger.state.told import TOLD_KINDS
from ledger.state.volunteering import check_volunteering, fold_volunteering

__all__ = ["BEIJING", "Facts", "MemoryFacts", "Reference", "check_entry", "fold_entry", "get_day"]

Check = Callable[[Facts, Reference, Entry], list[Fault]]
Fold = Callable[[Facts, Entry], None]

_MAKERS: dict[str, tuple[Role, ...]] = {
    "concern.acknowledged": ACKNOWLEDGER_ROLES,
    "points.annexed": SEALER_ROLES,
    "sheet.sealed": SEALER_ROLES,
}
"""As what an entry's maker acts, where that is not a clerk's work."""

_CHECKS: dict[str, Check] = {
    "accounts.opened": check_money,
    "voucher.recorded": check_money,
    "voucher.reversed": check_money,
    "voucher.replaced": check_money,
    "period.closed": check_money,
    "rulebook.adopted": check_points,
    "households.registered": check_points,
    "agreements.signed": check_points,
    "consents.withdrawn": check_points,
    "points.round": check_points,
    "points.reversed": check_points,
    "scheme.adopted": check_scores,
    "branch.registered": check_scores,
    "score.round": check_scores,
    "contract.signed": check_contracts,
    "contract.amended": check_contracts,
    "contract.ended": check_contracts,
    "contract.voided": check_contracts,
    "asset.registered": check_assets,
    "asset.changed": check_assets,
    "asset.disposed": check_assets,
    "resource.registered": check_resources,
    "resource.changed": check_resources,
    "stocktake.recorded": check_assets,
    "resolution.recorded": check_resolutions,
    "resolution.reported": check_resolutions,
    "forum.held": check_resolutions,
    "fund.opened": check_funds,
    "accounts.added": check_accounts,
    "accounts.closed": check_accounts,
    "accounts.converted": check_conversion,
    "plan.adopted": check_plans,
    "concern.acknowledged": check_acknowledged,
    "bank.reconciled": check_bank,
    "objection.raised": check_objections,
    "objection.answered": check_objections,
    "shop.adopted": check_shops,
    "points.redeemed": check_shops,
    "redemption.reversed": check_shops,
    "task.offered": check_volunteering,
    "task.claimed": check_volunteering,
    "hours.booked": check_volunteering,
    "honours.granted": check_honours,
    "honour.reversed": check_honours,
    "points.annexed": check_annexes,
    "grids.registered": check_grid_entry,
    "visits.recorded": check_grid_entry,
    "naming.withdrawn": check_grid_entry,
    "branch.grouped": check_branch_groups,
    "case.opened": check_cases,
    "case.moved": check_cases,
    "case.confided": check_cases,
    "case.rated": check_cases,
    "ballot.opened": check_ballots,
    "ballot.closed": check_ballots,
    "star.declared": check_stars,
    "star.moved": check_stars,
    "assessment.round": check_assessments,
}
_FOLD_OF: dict[Check, Fold] = {
    check_money: fold_money,
    check_points: fold_points,
    check_scores: fold_scores,
    check_contracts: fold_contracts,
    check_assets: fold_assets,
    check_resources: fold_resources,
    check_resolutions: fold_resolutions,
    check_funds: fold_funds,
    check_accounts: fold_accounts,
    check_conversion: fold_conversion,
    check_plans: fold_plan,
    check_acknowledged: fold_acknowledged,
    check_bank: fold_bank,
    check_objections: fold_objections,
    check_shops: fold_shops,
    check_volunteering: fold_volunteering,
    check_honours: fold_honours,
    check_annexes: fold_annex,
    check_grid_entry: fold_grid_entry,
    check_branch_groups: fold_branch_groups,
    check_cases: fold_cases,
    check_ballots: fold_ballots,
    check_stars: fold_stars,
    check_assessments: fold_assessment,
}
_FOLDS: dict[str, Fold] = {name: _FOLD_OF[check] for name, check in _CHECKS.items()}


def check_entry(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why `entry` may not follow these facts; empty when it may.

    Its place in the chain (index, previous, order of times) is the log's business, not checked here.
    """
    village = get_fact(facts, "village", VillageFacts)
    if isinstance(entry.body, LogFounded):
        faults = _check_founding(village, entry) + check_epoch(entry, entry.body)
        return faults + (_check_persons(entry) if isinstance(entry.body, LogRefounded) else [])
    if village is None:
        return [
            Fault(
                code="log-not-founded",
                place="账本",
                found=entry.kind,
                expected="先有 log.founded",
                remedy="先用 mingbai init 建立本村的账本",
            )
        ]
    faults = _check_persons(entry) + check_passed_by(facts, entry) + _check_days(facts, entry)
    if entry.village != village.code:
        faults.append(
            Fault(
                code="entry-village",
                place="村代码",
                found=entry.village,
                expected=village.code,
                remedy="把这一条记到它自己村的账本里",
            )
        )
    if isinstance(entry.body, KeyRotated):
        return faults + check_rotation(facts, village, entry, entry.body)
    if isinstance(entry.body, PolicyAdopted):
        return faults + check_policy(facts, entry, entry.body)
    if isinstance(entry.body, LimitsAdopted):
        return faults + check_limits(facts, entry, entry.body)
    if isinstance(entry.body, DocumentsAttached):
        return faults + check_documents(facts, entry, entry.body)
    if isinstance(entry.body, SheetSealed):
        return faults + _check_sheet(facts, entry, entry.body)
    check = _CHECKS.get(entry.kind)
    return faults + (check(facts, reference, entry) if check else [])


def fold_entry(facts: Facts, entry: Entry) -> None:
    """Apply `entry`, already checked, to the facts."""
    body = entry.body
    if isinstance(body, LogFounded):
        founded = VillageFacts(
            chart=body.chart,
            code=entry.village,
            described=0,
            epoch=body.epoch,
            founded_on=entry.occurred_on,
            origin=body.origin,
            policy=body.policy,
            verifier_key=body.verifier_key,
        )
        put_fact(facts, "village", founded)
        if isinstance(body, LogRefounded):
            fold_epoch(facts, body)
    elif isinstance(body, VillageDescribed):
        village = get_fact(facts, "village", VillageFacts)
        if village is None:
            raise ValueError("a description needs a founded log")
        put_fact(facts, "village", msgspec.structs.replace(village, described=entry.index))
    elif isinstance(body, KeyRotated):
        fold_rotation(facts, entry, body)
    elif isinstance(body, PolicyAdopted):
        fold_policy(facts, entry, body)
    elif isinstance(body, LimitsAdopted):
        fold_limits(facts, entry, body)
    elif isinstance(body, DocumentsAttached):
        fold_documents(facts, entry, body)
    elif isinstance(body, SheetSealed):
        _fold_sheet(facts, entry, body)
    else:
        _FOLDS[entry.kind](facts, entry)
        if entry.kind in TOLD_KINDS:
            put_fact(facts, f"told/{entry.period}/{key_at(entry.index)}", EntryAt(index=entry.index))


def _check_founding(village: VillageFacts | None, entry: Entry) -> list[Fault]:
    if village is None and entry.index == 0:
        return []
    return [
        Fault(
            code="log-founded-twice",
            place=f"第 {entry.index} 条",
            found="又一次 log.founded",
            expected="只在第 0 条",
            remedy="一个村只能有一本账；换新账本要另立来源",
        )
    ]


def _check_persons(entry: Entry) -> list[Fault]:
    """Maker and checkers are different persons acting as who may, and as many as the kind needs."""
    need = KINDS[entry.kind].checkers
    most = CHECKERS_MAX if need else 0
    users = [checker.user for checker in entry.checkers]
    faults = []
    if not need <= len(users) <= most or sorted(set(users)) != users:
        faults.append(
            Fault(
                code="checkers-count",
                place="审核人",
                found=f"{len(users)} 人",
                expected=f"{need} 至 {most} 个不同的人" if need else "0 人",
                remedy="由规定人数的另一人审核通过",
            )
        )
    if entry.maker.user in users:
        faults.append(
            Fault(
                code="checker-is-maker",
                place="审核人",
                found=entry.maker.user,
                expected="与村文书不是同一人",
                remedy="请另一位有审核职责的人来通过",
            )
        )
    return faults + _check_acting(entry)


def _check_acting(entry: Entry) -> list[Fault]:
    """What somebody did, they did as one who may: preparing, passing, or having a sheet sealed."""
    makers = _MAKERS.get(entry.kind, MAKER_ROLES)
    acted = [("交审人", entry.maker, makers)]
    acted += [("审核人", checker, CHECKER_ROLES) for checker in entry.checkers]
    return [
        Fault(
            code="acted-as",
            place=f"{place} {actor.user}",
            found=actor.role,
            expected="、".join(roles),
            remedy="由有这项职责的人来办",
        )
        for place, actor, roles in acted
        if actor.role not in roles
    ]


def _check_days(facts: Facts, entry: Entry) -> list[Fault]:
    """The day exists and is not in the future, and the entry's month is open where that matters."""
    today = get_day(entry.recorded_at)
    faults = []
    if not is_day(entry.occurred_on) or entry.occurred_on > today:
        faults.append(
            Fault(
                code="date-future" if is_day(entry.occurred_on) else "date-impossible",
                place="发生日期",
                found=entry.occurred_on,
                expected=f"{today} 或更早的一天",
                remedy="改成实际发生的日期",
            )
        )
    if entry.period > today[:7]:
        faults.append(
            Fault(
                code="period-future",
                place="会计期间",
                found=entry.period,
                expected=f"{today[:7]} 或更早的月份",
                remedy="还没到的月份不能记账",
            )
        )
    period = get_fact(facts, f"period/{entry.period}", PeriodFacts)
    if KINDS[entry.kind].in_books and period is not None and period.closed:
        faults.append(
            Fault(
                code="period-closed",
                place="会计期间",
                found=f"{entry.period}（已结账）",
                expected="未结账的月份",
                remedy="已结账的月份不再记账；请记入当前月份，需要更正的用红字冲销",
            )
        )
    return faults


def _check_sheet(facts: Facts, entry: Entry, body: SheetSealed) -> list[Fault]:
    """A seal names a closed month, a size not above its own index, the next ordinal and the sheet before."""
    letter = SHEET_LETTERS[body.sheet]
    sealed = [key for key, _ in facts.scan(f"sheet/{entry.period}/{letter}/")]
    latest = get_fact(facts, f"latest/{letter}", EntryAt)
    follows = _get_number(facts, latest)
    last = f"{entry.period}-{letter}-{len(sealed)}" if sealed else ""
    period = get_fact(facts, f"period/{entry.period}", PeriodFacts)
    claims = (
        ("sheet-number", "公开表编号", body.number, f"{entry.period}-{letter}-{len(sealed) + 1}"),
        ("sheet-follows", "上一张公开表", body.follows, follows),
        ("sheet-replaces", "所更正的公开表", body.replaces, last),
        ("sheet-size", "记录总数", str(body.size), str(min(body.size, entry.index))),
        (
            "sheet-span",
            "公开表的月份",
            entry.period if not list_span(body.sheet, entry.period) else "到头的月份",
            "到头的月份",
        ),
        (
            "sheet-period-open",
            "会计期间",
            "已结账" if period is not None and period.closed else "未结账",
            "已结账",
        ),
    )
    return [
        Fault(
            code=code,
            place=place,
            found=found or "空",
            expected=expected or "空",
            remedy="先结账，再用 mingbai seal 封存，编号由程序给出",
        )
        for code, place, found, expected in claims
        if found != expected
    ]


def _get_number(facts: Facts, at: EntryAt | None) -> str:
    if at is None:
        return ""
    body = facts.read_entry(at.index).body
    if not isinstance(body, SheetSealed):
        raise TypeError(f"entry {at.index} is no sealed sheet")
    return body.number


def _fold_sheet(facts: Facts, entry: Entry, body: SheetSealed) -> None:
    letter = SHEET_LETTERS[body.sheet]
    ordinal = int(body.number.rsplit("-", 1)[1])
    sealed = SheetFacts(
        figures=body.figures, index=entry.index, number=body.number, pdf=body.pdf, size=body.size
    )
    put_fact(facts, f"sheet/{entry.period}/{letter}/{ordinal:02d}", sealed)
    put_fact(facts, f"latest/{letter}", EntryAt(index=entry.index))
