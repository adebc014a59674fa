"""Cases folded: how far each is, what they add up to by the month in which they were reported, and which are open.

Rules that always hold: a number is given once; steps come in their order and on days in their order; what a case of a
private group says stands in no public text; nobody rates what is not closed, nor twice, nor what is private.
"""

from __future__ import annotations

import msgspec

from ledger.books.cases import (
    FOLLOWING,
    STAGE_NAMES,
    STEP_NAMES,
    WAITING,
    CaseConfided,
    CaseMoved,
    CaseOpened,
    CaseRated,
    Stage,
    check_opened,
    is_private,
)
from ledger.books.rounds import build_fault
from ledger.books.values import Value
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.case_facts import CaseCounts, CaseFacts, CaseMove, OpenCase, OpenCases
from ledger.state.facts import EntryAt, Facts, get_fact, put_fact, read_body, scan_facts
from ledger.state.grids import find_unit
from ledger.state.reference import Reference

NO_CASES = CaseCounts(closed=0, handled=0, on_time=0, opened=0, rated=0, rejected=0, satisfied=0)


class Case(Value, frozen=True):
    """A case with what it was opened with."""

    body: CaseOpened
    known: CaseFacts

    @property
    def stage(self) -> Stage:
        """How far it is."""
        return get_stage(self.known)

    @property
    def has_page(self) -> bool:
        """Whether more of it is public than that there is one."""
        return not is_private(self.body.category)

    @property
    def handled_on(self) -> str:
        """The day on which it was answered, empty before."""
        return next((move.on for move in self.known.moves if move.stage == "handled"), "")


def check_cases(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry about a case may not follow these facts."""
    match entry.body:
        case CaseOpened() as body:
            return (
                check_opened(reference.cases, body, entry.occurred_on)
                + _check_free(facts, body)
                + _check_unit(facts, body)
            )
        case CaseMoved() | CaseConfided() as body:
            return _check_step(facts, entry, body)
        case CaseRated() as body:
            return _check_rating(facts, entry, body)
        case _:
            raise ValueError(f"{entry.kind} is about no case")


def fold_cases(facts: Facts, entry: Entry) -> None:
    """Apply an entry about a case, already checked. Raises TypeError for another kind."""
    body = entry.body
    if isinstance(body, CaseOpened):
        known = CaseFacts(
            category=body.category,
            grid=body.grid,
            handle_by=body.handle_by,
            moves=(),
            opened=entry.index,
            rated=0,
            received_on=entry.occurred_on,
            verify_by=body.verify_by,
        )
        _put(facts, body.number, known)
        put_fact(facts, f"case-report/{body.report.sealed}", EntryAt(index=entry.index))
        _count(facts, known, opened=1)
    elif isinstance(body, CaseMoved | CaseConfided):
        before = get_case_facts(facts, body.case)
        move = CaseMove(index=entry.index, on=entry.occurred_on, stage=body.step)
        known = msgspec.structs.replace(before, moves=(*before.moves, move))
        _put(facts, body.case, known)
        match body.step:
            case "rejected":
                _count(facts, known, rejected=1)
            case "handled":
                _count(facts, known, handled=1, on_time=int(move.on <= known.handle_by))
            case "closed":
                _count(facts, known, closed=1)
            case _:
                pass
    elif isinstance(body, CaseRated):
        known = msgspec.structs.replace(get_case_facts(facts, body.case), rated=entry.index)
        put_fact(facts, f"case/{body.case}", known)
        _count(facts, known, rated=1, satisfied=int(body.rating == "satisfied"))
    else:
        raise TypeError(f"{entry.kind} is about no case")


def find_case(facts: Facts, number: str) -> Case | None:
    """Return a case by its number; None where there is none."""
    known = get_fact(facts, f"case/{number}", CaseFacts)
    return None if known is None else Case(body=read_body(facts, known.opened, CaseOpened), known=known)


def find_by_report(facts: Facts, digest: str) -> Case | None:
    """Return the case with a sealed report, by the digest of that; None where a digest is of none."""
    at = get_fact(facts, f"case-report/{digest}", EntryAt)
    return find_case(facts, read_body(facts, at.index, CaseOpened).number) if at is not None else None


def get_case_facts(facts: Facts, number: str) -> CaseFacts:
    """Return a case's facts; ValueError where there is none of this number."""
    known = get_fact(facts, f"case/{number}", CaseFacts)
    if known is None:
        raise ValueError(f"no case {number}")
    return known


def get_stage(known: CaseFacts) -> Stage:
    """Return how far a case is."""
    return known.moves[-1].stage if known.moves else "opened"


def get_due_day(known: CaseFacts) -> str:
    """Return the day by which the next step of a case that waits for an answer is in time."""
    return known.verify_by if get_stage(known) == "opened" else known.handle_by


def list_case_facts(facts: Facts) -> list[tuple[str, CaseFacts]]:
    """Return the facts of all cases by number, the newest first."""
    return list(scan_facts(facts, "case/", CaseFacts))[::-1]


def list_public_numbers(facts: Facts) -> list[str]:
    """Return the numbers of all cases but those of private groups, the newest first."""
    return [number for number, known in list_case_facts(facts) if not is_private(known.category)]


def list_open_cases(facts: Facts) -> tuple[OpenCase, ...]:
    """Return the cases that wait for an answer, those first that are due first."""
    known = get_fact(facts, "cases", OpenCases)
    return known.cases if known is not None else ()


def list_counts(facts: Facts, head: str = "") -> list[tuple[str, str, CaseCounts]]:
    """Return (month, category, counts) of the cases that were reported in months that begin with `head`, in order."""
    found = scan_facts(facts, f"cases-in/{head}", CaseCounts)
    named = ((f"{head}{rest}".partition("/"), counts) for rest, counts in found)
    return [(month, category, counts) for (month, _, category), counts in named]


def list_unit_counts(facts: Facts, period: str) -> dict[str, CaseCounts]:
    """Return the counts of the cases of each unit itself, without those in it, that were reported in a month."""
    prefix = f"cases-at/{period}/"
    return {key.removeprefix(prefix): counts for key, counts in scan_facts(facts, prefix, CaseCounts)}


def _put(facts: Facts, number: str, known: CaseFacts) -> None:
    """Write a case, and whether it is among those that wait for an answer."""
    put_fact(facts, f"case/{number}", known)
    others = [item for item in list_open_cases(facts) if item.number != number]
    if get_stage(known) in WAITING:
        others.append(OpenCase(due_on=get_due_day(known), number=number))
    ordered = sorted(others, key=lambda item: (item.due_on, item.number))
    put_fact(facts, "cases", OpenCases(cases=tuple(ordered)))


def _count(facts: Facts, known: CaseFacts, **more: int) -> None:
    month = known.received_on[:7]
    for key in (
        f"cases-in/{month}/{known.category}",
        *([f"cases-at/{month}/{known.grid}"] if known.grid else ()),
    ):
        before = get_fact(facts, key, CaseCounts) or NO_CASES
        changes = {name: getattr(before, name) + count for name, count in more.items()}
        put_fact(facts, key, msgspec.structs.replace(before, **changes))


def _check_free(facts: Facts, body: CaseOpened) -> list[Fault]:
    known = get_fact(facts, f"case/{body.number}", CaseFacts)
    if known is None:
        return []
    found, remedy = f"第 {known.opened} 条已用这个编号", "同一件不用再登记；是另一件，就换一个编号"
    return [build_fault("case-number-used", f"诉求件 {body.number}", found, "没有用过的编号", remedy)]


def _check_unit(facts: Facts, body: CaseOpened) -> list[Fault]:
    """A unit that is named is registered and still there; that a private group names none is said by `check_opened`."""
    if not body.grid or is_private(body.category):
        return []
    unit = find_unit(facts, body.grid)
    if unit is not None and not unit.ended:
        return []
    found = f"{body.grid} 没有登记过" if unit is None else f"{body.grid} 已经撤销"
    remedy = "对照网格登记改正编号；新的网格先登记并通过审核，不知道的留空"
    place = f"诉求件 {body.number} 的网格"
    return [build_fault("case-unit", place, found, "登记过、没有撤销的网格", remedy)]


def _check_step(facts: Facts, entry: Entry, body: CaseMoved | CaseConfided) -> list[Fault]:
    place = f"诉求件 {body.case} 的{STEP_NAMES[body.step]}"
    known = get_fact(facts, f"case/{body.case}", CaseFacts)
    if known is None:
        return [_fault_unknown(place, body.case)]
    faults = _check_day(place, entry, known)
    stage = get_stage(known)
    if body.step not in FOLLOWING[stage]:
        faults.append(_fault_order(place, stage))
    if is_private(known.category) != isinstance(body, CaseConfided):
        remedy = "退回重新交审：调解和家事的只存隐私库，别的公开"
        expected = "内容只存隐私库" if is_private(known.category) else "内容公开"
        found = "内容公开" if is_private(known.category) else "内容只存隐私库"
        faults.append(build_fault("case-private", place, found, expected, remedy))
    return faults


def _check_rating(facts: Facts, entry: Entry, body: CaseRated) -> list[Fault]:
    place = f"诉求件 {body.case} 的评价"
    known = get_fact(facts, f"case/{body.case}", CaseFacts)
    if known is None:
        return [_fault_unknown(place, body.case)]
    faults = _check_day(place, entry, known)
    stage = get_stage(known)
    if stage != "closed":
        faults.append(
            build_fault(
                "case-order", place, STAGE_NAMES[stage], STAGE_NAMES["closed"], "结案以后再问满意不满意"
            )
        )
    if known.rated:
        found, remedy = f"第 {known.rated} 条已经评价", "一件只评价一次；还有事的，另登记一件"
        faults.append(build_fault("case-rated", place, found, "还没有评价", remedy))
    if is_private(known.category):
        remedy = "调解和家事不评价，删去这一行"
        faults.append(build_fault("case-rating-private", place, "不公开的诉求件", "公开的诉求件", remedy))
    return faults


def _check_day(place: str, entry: Entry, known: CaseFacts) -> list[Fault]:
    last = known.moves[-1].on if known.moves else known.received_on
    if entry.occurred_on >= last:
        return []
    remedy = "一步不能早于它的前一步；改正日期"
    return [build_fault("case-early", place, entry.occurred_on, f"{last} 或以后", remedy)]


def _fault_order(place: str, stage: Stage) -> Fault:
    following = FOLLOWING[stage]
    expected = "、".join(STEP_NAMES[step] for step in following) or "没有下一步了"
    remedy = "先登记前一步，通过审核以后再登记这一步" if following else "办完的不再登记；还有事的，另登记一件"
    return build_fault("case-order", place, f"这一件{STAGE_NAMES[stage]}", expected, remedy)


def _fault_unknown(place: str, number: str) -> Fault:
    found, remedy = f"诉求件 {number} 没有登记", "核对编号；新的先登记并通过审核"
    return build_fault("case-unknown", place, found, "登记过的诉求件", remedy)
