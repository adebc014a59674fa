"""The sheets 诉求件, 办理: cases with their steps, each of them an entry of its own, and single steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ledger.books.cases import (
    RATING_NAMES,
    SOURCE_NAMES,
    STEP_NAMES,
    CaseConfided,
    CaseMoved,
    CaseOpened,
    CaseRated,
    Rating,
    Source,
    Step,
    count_terms,
    hide_category,
    is_private,
)
from ledger.books.screening import check_private_text
from ledger.data import load_reference
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.preview import name_known, preview_case, preview_step
from ledger.service.pseudonyms import make_pseudonym
from ledger.service.slots import find_next_case
from ledger.service.workbooks.case_columns import CATEGORY_NAMES, STEP_COLUMNS, USUAL_WORDS
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import check_number_form, read_number
from ledger.service.workbooks.people import check_name, find_by_number, find_private, list_registered
from ledger.service.workbooks.registers import check_texts, draft_row, find_key, take_numbered
from ledger.service.workbooks.tray import Tray
from ledger.state.cases import find_case
from ledger.state.private import CaseReport, open_private
from ledger.vaults import Household

_DAYS = ("收到日期", *(day for day, _ in STEP_COLUMNS.values()), "评价日期")
_NEEDED = {"交办日期": "交给", "答复日期": "答复", "评价日期": "评价"}
"""Columns of days, and what is written beside each."""
_SPOKEN: tuple[Step, ...] = ("rejected", "assigned", "handled")
"""Steps that say nothing by themselves."""


class _Whose(NamedTuple):
    """A case as its later entries name it: what it is called in public, and whose it is."""

    name: str
    private: bool
    subject: Mapping[str, str]


@dataclass(frozen=True)
class _Happened:
    """A step that a row tells of."""

    day: str
    number: str
    step: Step
    words: str


def gather_cases(tray: Tray, cases: Sequence[Line], steps: Sequence[Line]) -> None:
    """Judge the cases of a file and draft each with its steps, then single steps in their order."""
    known = list_registered(tray.desk, tray.facts) if cases else {}
    opened: dict[str, _Whose] = {}
    for line in take_numbered(
        tray,
        cases,
        "诉求编号",
        check=lambda line: _check_case(tray, line),
        name_next=lambda line: _name_next(tray, cases, line),
    ):
        household = _find_household(tray, line, known)
        if tray.is_ready(line):
            _gather_case(tray, line, household, opened)
    for line in steps:
        tray.refuse(check_number_form(line, "诉求编号"))
        number = read_number(line, "诉求编号")
        whose = opened.get(number) or _find_whose(tray, number)
        tray.refuse(_check_single(tray, line, private=whose.private))
        if tray.is_ready(line):
            _gather_single(tray, line, whose)


def _check_case(tray: Tray, line: Line) -> Iterator[Fault]:
    """A row's own rules: texts, a grid's form, that a step has what it says and stands after the one before."""
    for header in ("反映的事", "联系方式"):
        yield from _check_private(line, header)
    for _, header in STEP_COLUMNS.values():
        if header and _is_private_row(line):
            yield from _check_private(line, header)
        elif header:
            yield from check_texts(tray, line, (header,))
    yield from check_number_form(line, "网格编号")
    yield from _check_halves(line)
    yield from _check_gaps(line)


def _name_next(tray: Tray, cases: Sequence[Line], line: Line) -> str:
    """Return the number after those of the year in which a row's case came in: recorded, waiting or in this file."""
    year = (line.text("收到日期") or tray.desk.today)[:4]
    return find_next_case(
        tray.facts, tray.desk.waiting, year, (read_number(one, "诉求编号") for one in cases)
    )


def _check_private(line: Line, header: str) -> list[Fault]:
    return check_private_text(line.written(header), line.at(header)) if line.has(header) else []


def _check_halves(line: Line) -> Iterator[Fault]:
    """A day has what was done on it, and what was done has its day; what is not accepted has its reason."""
    for day, words in _NEEDED.items():
        for wanted, given in ((words, day), (day, words)):
            if line.has(given) and line.lacks(wanted):
                yield _fault_half(line, given, wanted)
    for given in ("受理", "核实情况"):
        if line.has(given) and line.lacks("核实日期"):
            yield _fault_half(line, given, "核实日期")
    if line.text("受理") == "否" and line.lacks("核实情况"):
        yield _fault_half(line, "受理", "核实情况")


def _check_gaps(line: Line) -> Iterator[Fault]:
    """No step is left out between others, none follows what is not accepted, and none is before the one before it."""
    if line.text("受理") == "否":
        for day in _DAYS[2:]:
            if line.has(day):
                yield Fault(
                    code="case-row-rejected",
                    place=line.at(day),
                    found=f"不受理，又写了{day}",
                    expected="空",
                    remedy="受理的改成 是；不受理的，删去后面几步",
                )
        return
    last = max((at for at, day in enumerate(_DAYS) if line.has(day)), default=0)
    for day in _DAYS[1:last]:
        if line.lacks(day):
            yield Fault(
                code="case-row-gap",
                place=line.place,
                found=f"写了{_DAYS[last]}，没写{day}",
                expected=f"{_DAYS[last]}以前的每一步都写上",
                remedy=f"补上{day}；记不清哪天的，写下一步的那天",
            )
    for before, day in pairwise(day for day in _DAYS if day in line.values):
        if line.text(day) < line.text(before):
            yield Fault(
                code="case-row-days",
                place=line.at(day),
                found=line.text(day),
                expected=f"{before} {line.text(before)} 或以后",
                remedy="一步不能早于它的前一步；改正日期",
            )


def _fault_half(line: Line, given: str, wanted: str) -> Fault:
    return Fault(
        code="case-row-half",
        place=line.place,
        found=f"写了{given}，没写{wanted}",
        expected="两样都写，或者都不写",
        remedy=f"补上{wanted}，或删去{given}",
    )


def _is_private_row(line: Line) -> bool:
    return "类别" in line.values and is_private(_read_codes(line)[1])


def _read_codes(line: Line) -> tuple[str, str]:
    """Return a row's category, and the code that stands for it in the entry."""
    code = find_key(CATEGORY_NAMES, line.text("类别"))
    return code, hide_category(load_reference().cases, code)


def _find_household(tray: Tray, line: Line, known: Mapping[str, Household]) -> Household | None:
    """Return who reported it, None where nobody is named; refuse a number that nobody has."""
    if not line.has("户号"):
        if line.has("户主"):
            tray.refuse([_fault_half(line, "户主", "户号")])
        return None
    found = find_by_number(line, "户号", known, "农户") if "户号" in line.values else None
    if isinstance(found, Fault):
        tray.refuse([found])
    elif found is not None:
        tray.refuse(check_name(line, "户主", found.name))
        return found
    return None


def _gather_case(tray: Tray, line: Line, household: Household | None, opened: dict[str, _Whose]) -> None:
    number, (kind, category) = read_number(line, "诉求编号"), _read_codes(line)
    table, received_on = tray.desk.ports.reference.cases, line.text("收到日期")
    subject = {"case": make_pseudonym(tray.desk.ports.entropy, "q-", 16)}
    if household is not None:
        subject["household"] = household.household
    whose = _Whose(table.name(category), is_private(category), subject)
    clock = table.find_clock(category, received_on)
    verify_by, handle_by = (
        count_terms(clock, received_on) if clock is not None else (received_on, received_on)
    )
    texts = Discloser(tray.desk.ports.entropy)
    wording, contact = line.text("反映的事"), line.text("联系方式")
    source: Source = find_key(SOURCE_NAMES, line.text("来源")) if line.has("来源") else "clerk"
    body = CaseOpened(
        category=category,
        grid=read_number(line, "网格编号"),
        handle_by=handle_by,
        number=number,
        report=texts.seal("report", {**subject, "contact": contact, "kind": kind, "wording": wording}),
        source=source,
        verify_by=verify_by,
    )
    by = name_known(household) if household is not None else ""
    shown = preview_case(body, received_on, CATEGORY_NAMES[kind], by, (wording, contact))
    if not draft_row(tray, line, body, received_on, f"诉求件 {number} {whose.name}", shown, texts):
        return
    opened[number] = whose
    for happened in _list_steps(line, number):
        if not _draft_step(tray, line, whose, happened):
            return
    if line.has("评价日期"):
        rating = find_key(RATING_NAMES, line.text("评价"))
        _draft_rating(tray, line, whose, number, line.text("评价日期"), rating)


def _list_steps(line: Line, number: str) -> Iterator[_Happened]:
    for step, (day, header) in STEP_COLUMNS.items():
        if line.has(day):
            done: Step = "rejected" if step == "verified" and line.text("受理") == "否" else step
            words = (line.text(header) if header else "") or USUAL_WORDS.get(step, "")
            yield _Happened(day=line.text(day), number=number, step=done, words=words)


def _check_single(tray: Tray, line: Line, *, private: bool) -> Iterator[Fault]:
    if private:
        yield from _check_private(line, "内容")
    else:
        yield from check_texts(tray, line, ("内容",))
    if line.text("事项") in {STEP_NAMES[step] for step in _SPOKEN} and line.lacks("内容"):
        yield _fault_half(line, f"事项 {line.text('事项')}", "内容")


def _gather_single(tray: Tray, line: Line, whose: _Whose) -> None:
    number, day, name = read_number(line, "诉求编号"), line.text("日期"), line.text("事项")
    if name in RATING_NAMES.values():
        _draft_rating(tray, line, whose, number, day, find_key(RATING_NAMES, name))
        return
    step = find_key(STEP_NAMES, name)
    words = line.text("内容") or USUAL_WORDS.get(step, "")
    _draft_step(tray, line, whose, _Happened(day=day, number=number, step=step, words=words))


def _find_whose(tray: Tray, number: str) -> _Whose:
    """Return a case that is recorded; of one whose report was erased, or that there is not, nobody's."""
    case = find_case(tray.facts, number) if number else None
    found = open_private(find_private(tray.desk), case.body.report.sealed, CaseReport) if case else None
    subject = {"case": found.case if found else make_pseudonym(tray.desk.ports.entropy, "q-", 16)}
    if found is not None and found.household:
        subject["household"] = found.household
    category = case.body.category if case is not None else ""
    return _Whose(tray.desk.ports.reference.cases.name(category), is_private(category), subject)


def _draft_step(tray: Tray, line: Line, whose: _Whose, done: _Happened) -> bool:
    texts = Discloser(tray.desk.ports.entropy)
    body: CaseMoved | CaseConfided
    if whose.private:
        sealed = texts.seal("words", {**whose.subject, "words": done.words})
        body = CaseConfided(case=done.number, step=done.step, words=sealed)
    else:
        body = CaseMoved(case=done.number, step=done.step, words=texts.publish("words", done.words))
    label = f"诉求件 {done.number} {whose.name}：{STEP_NAMES[done.step]}"
    return draft_row(tray, line, body, done.day, label, preview_step(done.day, done.words), texts)


def _draft_rating(tray: Tray, line: Line, whose: _Whose, number: str, day: str, rating: Rating) -> None:
    texts = Discloser(tray.desk.ports.entropy)
    body = CaseRated(case=number, rater=texts.seal("rater", dict(whose.subject)), rating=rating)
    label = f"诉求件 {number} {whose.name}：{RATING_NAMES[rating]}"
    draft_row(tray, line, body, day, label, preview_step(day, ""), texts)
