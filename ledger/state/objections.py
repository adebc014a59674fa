"""The objections of a village: which there are, what they are about, and which of them nobody answered yet.

Rules that always hold: a number is given once, and a wording registered once; what an objection or an answer names is
there; an answer is to an objection that was raised before it. Whoever prepared or passed what is objected to passes
neither the objection nor its answer, but for the township, which stands outside the village.
"""

from __future__ import annotations

from ledger.books.objections import (
    ObjectionAnswered,
    ObjectionRaised,
    check_answered,
    check_raised,
    count_late,
    get_due_day,
    tell_kind,
)
from ledger.books.periods import get_day
from ledger.books.values import Value
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.facts import (
    EntryAt,
    Facts,
    ObjectionFacts,
    ObjectionsFacts,
    SheetFacts,
    get_fact,
    put_fact,
    read_body,
    scan_facts,
)
from ledger.state.reference import Reference
from ledger.state.register_facts import ContractFacts

NO_OBJECTIONS = ObjectionsFacts(answered=0, open=())


class Objection(Value, frozen=True):
    """An objection as its entries add up. `answered_on` is the day on which the first answer was recorded, empty
    before; `recorded_on` that on which the objection was.
    """

    answered_on: str
    answers: tuple[tuple[int, ObjectionAnswered], ...]  # with the indexes of their entries
    due_on: str
    raised: ObjectionRaised
    raised_at: int
    received_on: str
    recorded_on: str

    def count_late(self, today: str) -> int:
        """Return by how many days it was answered late, or is by now; 0 where it is not."""
        return count_late(self.due_on, self.answered_on or today)


def check_objections(facts: Facts, _reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an objection or an answer may not follow these facts."""
    body = entry.body
    if isinstance(body, ObjectionRaised):
        faults = check_raised(body, entry.occurred_on) + _check_free(facts, body)
        place = f"异议 {body.number}"
        return faults + _check_there(facts, entry, body.about, place) + _check_own(facts, entry, body, place)
    if isinstance(body, ObjectionAnswered):
        place = f"异议 {body.objection} 的答复"
        faults = check_answered(body)
        for name in body.followed_by:
            faults += _check_there(facts, entry, name, place)
        known = get_fact(facts, f"objection/{body.objection}", ObjectionFacts)
        if known is None:
            return [*faults, _build_unknown(body.objection)]
        raised = facts.read_entry(known.raised)
        if entry.occurred_on < raised.occurred_on:
            faults.append(_build_early(place, entry.occurred_on, raised.occurred_on))
        return faults + _check_own(facts, entry, body, place)
    raise TypeError(f"entry {entry.index} of kind {entry.kind} is about no objection")


def fold_objections(facts: Facts, entry: Entry) -> None:
    """Apply an objection or an answer, already checked."""
    body, known = entry.body, get_fact(facts, "objections", ObjectionsFacts) or NO_OBJECTIONS
    at = EntryAt(index=entry.index)
    if isinstance(body, ObjectionRaised):
        put_fact(facts, f"objection/{body.number}", ObjectionFacts(answers=(), raised=entry.index))
        put_fact(facts, f"objection-wording/{body.wording.sealed}", at)
        if body.about:
            put_fact(facts, f"objection-about/{body.about}/{body.number}", at)
        put_fact(
            facts, "objections", ObjectionsFacts(answered=known.answered, open=(*known.open, body.number))
        )
        return
    assert isinstance(body, ObjectionAnswered), entry.kind
    before = get_objection_facts(facts, body.objection)
    changed = ObjectionFacts(answers=(*before.answers, entry.index), raised=before.raised)
    put_fact(facts, f"objection/{body.objection}", changed)
    if not before.answers:
        left = tuple(number for number in known.open if number != body.objection)
        put_fact(facts, "objections", ObjectionsFacts(answered=known.answered + 1, open=left))


def get_objection_facts(facts: Facts, number: str) -> ObjectionFacts:
    """Return an objection's entries; ValueError where there is none of this number."""
    known = get_fact(facts, f"objection/{number}", ObjectionFacts)
    if known is None:
        raise ValueError(f"no objection {number}")
    return known


def find_objection(facts: Facts, reference: Reference, number: str) -> Objection | None:
    """Return an objection by its number, None where there is none."""
    known = get_fact(facts, f"objection/{number}", ObjectionFacts)
    return None if known is None else _build(facts, reference, known)


def get_objections(facts: Facts) -> ObjectionsFacts:
    """Return how many objections there were, and which of them wait for an answer."""
    return get_fact(facts, "objections", ObjectionsFacts) or NO_OBJECTIONS


def list_open(facts: Facts, reference: Reference) -> list[Objection]:
    """Return the objections without an answer, those first that must be answered first."""
    found = (find_objection(facts, reference, number) for number in get_objections(facts).open)
    return sorted(
        (item for item in found if item is not None), key=lambda item: (item.due_on, item.raised.number)
    )


def list_numbers(facts: Facts, year: str) -> list[str]:
    """Return the numbers of a year's objections, the newest first; of all years without one."""
    prefix = f"objection/YY-{year}"
    return [f"YY-{year}{rest}" for rest, _ in scan_facts(facts, prefix, ObjectionFacts)][::-1]


def list_about(facts: Facts, about: str) -> list[str]:
    """Return the numbers of the objections that are about a sheet, a contract or an entry."""
    return [number for number, _ in scan_facts(facts, f"objection-about/{about}/", EntryAt)]


def find_by_wording(facts: Facts, reference: Reference, digest: str) -> Objection | None:
    """Return the objection with a sealed wording, by the digest of that; None where none was registered."""
    at = get_fact(facts, f"objection-wording/{digest}", EntryAt)
    if at is None:
        return None
    return find_objection(facts, reference, read_body(facts, at.index, ObjectionRaised).number)


def has_wording(facts: Facts, digest: str) -> bool:
    """Whether the wording of a digest was registered."""
    return facts.get(f"objection-wording/{digest}") is not None


def is_there(facts: Facts, name: str, size: int) -> bool:
    """Whether what a name refers to is in a log of `size` entries: a sealed sheet, a contract, an entry; what has no
    name always is.
    """
    return not name or _find_index(facts, name, size) is not None


def list_concerned(facts: Facts, about: str, size: int) -> frozenset[str]:
    """Return who prepared and passed what is objected to, in a log of `size` entries; nobody where it has no name."""
    index = _find_index(facts, about, size) if about else None
    if index is None:
        return frozenset()
    wrong = facts.read_entry(index)
    return frozenset((wrong.maker.user, *(checker.user for checker in wrong.checkers)))


def list_barred(facts: Facts, body: ObjectionRaised | ObjectionAnswered, size: int) -> frozenset[str]:
    """Return who prepared and passed what an objection, or an answer's, is about: they pass neither."""
    if isinstance(body, ObjectionRaised):
        return list_concerned(facts, body.about, size)
    known = get_fact(facts, f"objection/{body.objection}", ObjectionFacts)
    if known is None:
        return frozenset()
    return list_concerned(facts, read_body(facts, known.raised, ObjectionRaised).about, size)


def _build(facts: Facts, reference: Reference, known: ObjectionFacts) -> Objection:
    raised = facts.read_entry(known.raised)
    return Objection(
        answered_on=get_day(facts.read_entry(known.answers[0]).recorded_at) if known.answers else "",
        answers=tuple((index, read_body(facts, index, ObjectionAnswered)) for index in known.answers),
        due_on=get_due_day(reference.law, raised.village, raised.occurred_on),
        raised=read_body(facts, known.raised, ObjectionRaised),
        raised_at=known.raised,
        received_on=raised.occurred_on,
        recorded_on=get_day(raised.recorded_at),
    )


def _find_index(facts: Facts, name: str, size: int) -> int | None:
    """Return the index of the entry by which there is what a name refers to; None where there is none below `size`."""
    kind = tell_kind(name)
    if kind == "sheet":
        period, letter, ordinal = name[:7], name[8], int(name[10:])
        sheet = get_fact(facts, f"sheet/{period}/{letter}/{ordinal:02d}", SheetFacts)
        return sheet.index if sheet is not None else None
    if kind == "contract":
        contract = get_fact(facts, f"contract/{name}", ContractFacts)
        return contract.signed if contract is not None else None
    return int(name) if int(name) < size else None


def _check_free(facts: Facts, body: ObjectionRaised) -> list[Fault]:
    place = f"异议 {body.number}"
    faults = []
    if facts.get(f"objection/{body.number}") is not None:
        faults.append(
            Fault(
                code="objection-number",
                place=place,
                found="这个编号用过了",
                expected="没有用过的编号",
                remedy="编号由程序给出；退回重新交审登记",
            )
        )
    if has_wording(facts, body.wording.sealed):
        faults.append(
            Fault(
                code="objection-known",
                place=place,
                found="同一件已经登记过",
                expected="一件登记一次",
                remedy="不用再登记；这份草稿作废",
            )
        )
    return faults


def _check_there(facts: Facts, entry: Entry, name: str, place: str) -> list[Fault]:
    if is_there(facts, name, entry.index):
        return []
    return [
        Fault(
            code="objection-about",
            place=place,
            found=f"账本里没有 {name}",
            expected="封存过的公开表编号、登记过的合同编号，或一条记录的序号",
            remedy="核对编号；说不清是哪一项的，选“别的事”",
        )
    ]


def _check_own(
    facts: Facts, entry: Entry, body: ObjectionRaised | ObjectionAnswered, place: str
) -> list[Fault]:
    """Whoever prepared or passed what is objected to passes nothing here, but as the township."""
    concerned = list_barred(facts, body, entry.index)
    return [
        Fault(
            code="objection-own",
            place=f"{place}，审核人 {checker.user}",
            found="就是被提异议的那一项的经办人或审核人",
            expected="另一个人，或乡镇记账员",
            remedy="请没有经手过那一项的监督委员、村书记或乡镇记账员来审核",
        )
        for checker in entry.checkers
        if checker.user in concerned and checker.role != "township"
    ]


def _build_unknown(number: str) -> Fault:
    return Fault(
        code="objection-unknown",
        place=f"异议 {number} 的答复",
        found="没有登记过这件异议",
        expected="登记过的异议",
        remedy="先登记，审核通过以后再答复；核对编号",
    )


def _build_early(place: str, day: str, received_on: str) -> Fault:
    return Fault(
        code="answer-early",
        place=place,
        found=day,
        expected=f"{received_on} 或以后",
        remedy="答复的日期不能早于收到异议的日期；改正日期",
    )
