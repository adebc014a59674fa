"""What villagers reported, and what became of it: how many wait, how many were answered in time, and each by itself.

Nobody is named, and nothing of what they wrote is shown: a case is told by its category, its days and the village's
answer. Of mediation and family matters there is a number, and no page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.cases import (
    RATING_NAMES,
    SOURCE_NAMES,
    STAGE_NAMES,
    STEP_NAMES,
    WAITING,
    CaseMoved,
    CaseRated,
    Stage,
)
from ledger.books.objections import count_late
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.figures.cases import SHARE_MIN, CaseFigures, CaseSums, collect_cases
from ledger.reported import ReceivedCounts
from ledger.service.reporting import ASIDE_WHYS
from ledger.state import get_day
from ledger.state.case_facts import CaseMove
from ledger.state.cases import Case, find_case, get_due_day, list_open_cases, list_public_numbers
from ledger.state.facts import read_body
from ledger.state.grids import read_units
from reports.words import format_count, format_day, format_month
from web.config import CASES_A_PAGE
from web.i18n import _
from web.page import Frame
from web.public.explain.telling import Fact, get_entry_path, is_recorded_late
from web.public.objections import name_state
from web.public.paging import name_start, parse_start
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

CaseState = Literal["late", "open", "over"]
"""A step is over its day or the answer was, all is within its days, or the answer was in time."""
OPEN_SHOWN_MAX = 100
"""Cases that wait for an answer on one page, those first that are due first; how many more there are is told."""
CATEGORIES_SHOWN = 5
"""Categories of most cases; a village has many of which there is one case."""
_WHO_MAX_CHARS = 16
"""What a case is passed on with is whoever has it, where it is as short; else it is a sentence of its own."""
_OVER_NAMES: dict[Stage, str] = {"handled": STAGE_NAMES["handled"], "closed": "办结"}
_DONE_NAMES: dict[Stage, str] = {"handled": "答复", "closed": "办结"}
"""What became of a case that was answered, by itself and on its first day."""
_NUMBER = re.compile(r"AL-2[0-9]{3}-[0-9]{3}", re.ASCII)


@dataclass(frozen=True)
class ShareRow:
    """A share in words, and of how many it is."""

    about: str
    name: str
    share: str


@dataclass(frozen=True)
class CaseRow:
    """A case. `place` is the name of its grid, empty where none is given; `told` says how it stands, `answer` what the
    village answered, `took` in how many days; empty before.
    """

    answer: str
    day: str
    number: str
    path: str
    place: str
    state: CaseState
    title: str
    told: str
    took: str


@dataclass(frozen=True)
class SumRow:
    """The cases of a category or of a month in words; `waiting` is empty where none waits."""

    name: str
    opened: str
    share: str
    waiting: str


@dataclass(frozen=True)
class CasesPage:
    """All cases. `by_category` are the categories of most cases, `other` the rest, told of in `others`; `more` says
    how many of those that wait are not shown; `newer`, `older` are paths.
    """

    by_category: tuple[SumRow, ...]
    by_month: tuple[SumRow, ...]
    frame: Frame
    more: str
    newer: str
    older: str
    open: tuple[CaseRow, ...]
    other: tuple[SumRow, ...]
    others: str
    overdue: str
    rows: tuple[CaseRow, ...]
    sentences: tuple[str, ...]
    shares: tuple[ShareRow, ...]
    telephone: str
    total: str
    waiting: str


@dataclass(frozen=True)
class StepRow:
    """A step: its day, what it says, when it was recorded where that was much later, and its entry."""

    day: str
    name: str
    path: str
    recorded: str
    words: str


class _Done(NamedTuple):
    """A step with the index of its entry, the day on which it was done, and that of its entry."""

    at: int
    name: str
    on: str
    recorded_on: str
    words: str

    @property
    def is_late(self) -> bool:
        """Whether it was recorded so long after it was done that a page says it."""
        return is_recorded_late(self.on, self.recorded_on)


@dataclass(frozen=True)
class CasePage:
    """One case with its steps, the newest last. `said` says who has it and by when, or what became of it; `recorded`
    when all its steps were recorded at once, empty where they were not.
    """

    entry: str
    facts: tuple[Fact, ...]
    frame: Frame
    list_path: str
    number: str
    recorded: str
    said: str
    state: CaseState
    steps: tuple[StepRow, ...]
    telephone: str
    title: str
    told: str


def build_cases_page(view: VillageView, start: int, reported: ReceivedCounts | None = None) -> CasesPage:
    """Return the cases, those with an answer from a place in their order on; NotFound beyond their end."""
    facts = view.reader.facts
    waiting = [item.number for item in list_open_cases(facts)]
    numbers = [number for number in list_public_numbers(facts) if number not in set(waiting)]
    if start and start >= len(numbers):
        raise NotFound(_("这么多诉求件"))
    found = [case for case in (find_case(facts, number) for number in waiting) if case is not None]
    public = [case for case in found if case.has_page]
    answered = (find_case(facts, number) for number in numbers[start : start + CASES_A_PAGE])
    shown = [case for case in answered if case is not None]
    places = _name_places(view, (*public[:OPEN_SHOWN_MAX], *shown))
    figures = collect_cases(facts, view.today)
    kinds = sorted(figures.by_category, key=lambda kind: -kind[1].opened)
    left, folder = len(public) - OPEN_SHOWN_MAX, f"/v/{view.code}/cases"
    name = view.ports.reference.cases.name
    return CasesPage(
        by_category=tuple(_build_sum(name(code), sums) for code, sums in kinds[:CATEGORIES_SHOWN]),
        by_month=tuple(_build_sum(format_month(month), sums) for month, sums in figures.by_month),
        frame=view.build_frame(_("诉求件")),
        more=format_count(left) if left > 0 else "",
        newer=name_start(folder, start - CASES_A_PAGE) if start else "",
        older=name_start(folder, start + CASES_A_PAGE) if start + CASES_A_PAGE < len(numbers) else "",
        open=tuple(_build_case_row(view, case, places) for case in public[:OPEN_SHOWN_MAX]),
        other=tuple(_build_sum(name(code), sums) for code, sums in kinds[CATEGORIES_SHOWN:]),
        others=_tell_others(kinds[CATEGORIES_SHOWN:]),
        overdue=format_count(figures.public.overdue) if figures.public.overdue else "",
        rows=tuple(_build_case_row(view, case, places) for case in shown),
        sentences=(*_tell_all(figures), *tell_reported(reported)),
        shares=tuple(_build_shares(figures.public)),
        telephone=view.read_telephone(),
        total=format_count(len(numbers)),
        waiting=format_count(figures.public.waiting),
    )


def build_case_page(view: VillageView, number: str) -> CasePage:
    """Return the page of a case; NotFound where there is none of this number that is public."""
    case = find_case(view.reader.facts, number)
    if case is None or not case.has_page:
        raise NotFound(_("诉求件 {number}").format(number=number))
    row = _build_case_row(view, case, _name_places(view, [case]))
    done = list(_list_done(view, case))
    at_once = _find_at_once(done)
    return CasePage(
        entry=get_entry_path(view, case.known.opened),
        facts=tuple(_list_facts(case, row.place)),
        frame=view.build_frame(row.title),
        list_path=f"/v/{view.code}/cases",
        number=number,
        recorded=_("这些步骤是{day}一起补记的").format(day=format_day(at_once)) if at_once else "",
        said=_say_stage(view, case),
        state=row.state,
        steps=tuple(_build_step(view, one, at_once=bool(at_once)) for one in done),
        telephone=view.read_telephone(),
        title=row.title,
        told=row.told,
    )


def _name_places(view: VillageView, cases: Iterable[Case]) -> dict[str, str]:
    """Return the names of the grids in which cases are, by number."""
    numbers = {case.known.grid for case in cases if case.known.grid}
    units = read_units(view.reader.facts) if numbers else {}
    return {number: read_text(view.texts, units[number].name) for number in numbers}


def _build_case_row(view: VillageView, case: Case, places: Mapping[str, str]) -> CaseRow:
    answers = [move for move in case.known.moves if move.stage in ("handled", "rejected")]
    late = _count_late(case, view.today)
    state: CaseState = "late" if late else "open" if case.stage in WAITING else "over"
    return CaseRow(
        answer=_read_words(view, answers[-1]) if answers else "",
        day=format_day(case.known.received_on),
        number=case.body.number,
        path=f"/v/{view.code}/cases/{case.body.number}",
        place=places.get(case.known.grid, ""),
        state=state,
        title=view.ports.reference.cases.name(case.body.category),
        told=_tell(case, late),
        took=_tell_took(case),
    )


def _count_late(case: Case, today: str) -> int:
    """Return by how many days a case is over the day of its next step, or was over that of its answer."""
    if case.stage in WAITING:
        return count_late(get_due_day(case.known), today)
    return count_late(case.known.handle_by, case.handled_on) if case.handled_on else 0


def _tell(case: Case, late: int) -> str:
    if case.stage in WAITING:
        if late:
            return _("{stage}，过期 {late} 天").format(late=late, stage=STAGE_NAMES[case.stage])
        return STAGE_NAMES[case.stage]
    if case.stage == "rejected":
        return STAGE_NAMES["rejected"]
    if late:
        return _("{stage}，晚 {late} 天").format(late=late, stage=_OVER_NAMES[case.stage])
    is_same_day = case.handled_on == case.known.received_on
    return _("当天{stage}").format(stage=_DONE_NAMES[case.stage]) if is_same_day else _OVER_NAMES[case.stage]


def _tell_took(case: Case) -> str:
    """Say in how many days a case was answered; nothing where it was not, or on the day on which it came."""
    used = count_late(case.known.received_on, case.handled_on) if case.handled_on else 0
    return _("用了 {used} 天").format(used=used) if used else ""


def _say_stage(view: VillageView, case: Case) -> str:
    """Say in a sentence who has a case now and by when, or since when it is over and how that kept its day."""
    if case.stage in WAITING:
        return _say_waiting(view, case)
    if case.stage == "rejected":
        return _("{day}答复不受理，原因写在下面。").format(day=format_day(case.known.moves[-1].on))
    late, took = _count_late(case, view.today), _tell_took(case)
    is_closed = case.stage == "closed"
    return _("，").join([
        _("已办结") if is_closed else _("已答复，还没结案"),
        _("{day}答复").format(day=format_day(case.handled_on)),
        _("从收到起{took}").format(took=took) if took else _("收到的当天就答复了"),
        _("比期限晚 {late} 天。").format(late=late) if late else _("没有超过期限。"),
    ])  # fmt: skip


def _say_waiting(view: VillageView, case: Case) -> str:
    late, day = _count_late(case, view.today), format_day(get_due_day(case.known))
    if case.stage == "opened":
        said = _("还没核实，应在{day}以前核实").format(day=day)
    else:
        said = _("{who}，应在{day}以前答复").format(day=day, who=_say_who(view, case))
    return _("{said}，已过期 {late} 天。").format(late=late, said=said) if late else f"{said}。"


def _say_who(view: VillageView, case: Case) -> str:
    """Say who has a case that was accepted, by the words with which it was passed on where they are a name."""
    if case.stage == "verified":
        return _("已受理，还没交给谁办")
    who = _read_words(view, case.known.moves[-1])
    is_name = len(who) <= _WHO_MAX_CHARS and who.isalnum()
    return _("{who}在办").format(who=who) if is_name else _("已交办")


def _read_words(view: VillageView, move: CaseMove) -> str:
    return read_text(view.texts, read_body(view.reader.facts, move.index, CaseMoved).words)


def _list_facts(case: Case, place: str) -> Iterator[Fact]:
    body = case.body
    yield Fact(_("编号"), body.number)
    yield Fact(_("收到"), _("{day}，{source}").format(
        day=format_day(case.known.received_on), source=SOURCE_NAMES[body.source]
    ))  # fmt: skip
    if body.grid:
        yield Fact(_("网格"), _("{place}（{number}）").format(number=body.grid, place=place))
    yield Fact(_("最晚核实"), format_day(body.verify_by))
    yield Fact(_("最晚答复"), format_day(body.handle_by))


def _list_done(view: VillageView, case: Case) -> Iterator[_Done]:
    facts = view.reader.facts
    for move in case.known.moves:
        body = read_body(facts, move.index, CaseMoved)
        words = read_text(view.texts, body.words)
        recorded_on = get_day(facts.read_entry(move.index).recorded_at)
        yield _Done(move.index, STEP_NAMES[body.step], move.on, recorded_on, words)
    if case.known.rated:
        entry = facts.read_entry(case.known.rated)
        rating = RATING_NAMES[read_body(facts, entry.index, CaseRated).rating]
        yield _Done(entry.index, _("评价"), entry.occurred_on, get_day(entry.recorded_at), rating)


def _find_at_once(done: Sequence[_Done]) -> str:
    """Return the day on which all steps of a case were recorded, after each and long after one; empty for none."""
    days = {one.recorded_on for one in done}
    if len(done) < 2 or len(days) > 1 or not any(one.is_late for one in done):
        return ""
    return done[0].recorded_on if all(one.on < one.recorded_on for one in done) else ""


def _build_step(view: VillageView, done: _Done, *, at_once: bool) -> StepRow:
    recorded = _("{day}才记入账本").format(day=format_day(done.recorded_on))
    return StepRow(
        day=format_day(done.on),
        name=done.name,
        path=get_entry_path(view, done.at),
        recorded=recorded if done.is_late and not at_once else "",
        words=done.words,
    )


def _build_shares(sums: CaseSums) -> Iterator[ShareRow]:
    due = sums.handled + sums.over_unhandled
    yield ShareRow(
        about=_("到期和答复了的 {due} 件，按时 {part} 件").format(
            due=format_count(due), part=format_count(sums.on_time)
        ),
        name=_("按时答复"),
        share=format_share(sums.on_time_permille),
    )
    yield ShareRow(
        about=_("评价了的 {rated} 件，满意 {part} 件").format(
            part=format_count(sums.satisfied), rated=format_count(sums.rated)
        ),
        name=_("满意"),
        share=format_share(sums.satisfied_permille),
    )
    yield ShareRow(
        about=_("受理的 {all} 件，结案 {part} 件").format(
            all=format_count(sums.accepted), part=format_count(sums.closed)
        ),
        name=_("结案"),
        share=format_share(sums.closed_permille),
    )


def format_share(permille: int | None) -> str:
    """Return a share in per cent with one decimal; empty where there is none."""
    return f"{permille // 10}.{permille % 10}%" if permille is not None else ""


def _build_sum(name: str, sums: CaseSums) -> SumRow:
    return SumRow(
        name=name,
        opened=format_count(sums.opened),
        share=format_share(sums.on_time_permille),
        waiting=format_count(sums.waiting) if sums.waiting else "",
    )


def _tell_others(kinds: Sequence[tuple[str, CaseSums]]) -> str:
    return _("别的 {kinds} 类，一共 {count} 件").format(
        count=format_count(sum(sums.opened for _code, sums in kinds)), kinds=format_count(len(kinds))
    )


def _tell_all(figures: CaseFigures) -> Iterator[str]:
    public, confided = figures.public, figures.confided
    if not public.opened and not confided.opened:
        yield _("村里还没有登记过诉求件。")
        return
    yield _("一共登记了 {all} 件：答复 {handled} 件，不受理 {rejected} 件，等办 {waiting} 件。").format(
        all=format_count(public.opened),
        handled=format_count(public.handled),
        rejected=format_count(public.rejected),
        waiting=format_count(public.waiting),
    )
    if confided.opened:
        yield _("另外有调解和家事 {all} 件，办结 {closed} 件。是谁、什么事、怎样了结，都不公开。").format(
            all=format_count(confided.opened), closed=format_count(confided.closed)
        )
    if 0 < public.rated < SHARE_MIN or 0 < public.handled + public.over_unhandled < SHARE_MIN:
        yield _("不到 {least} 件的，不算比例。").format(least=SHARE_MIN)


def tell_reported(reported: ReceivedCounts | None) -> Iterator[str]:
    """Say what came in by the page and what became of it; nothing where nothing came, or that cannot be read now."""
    if reported is None or not reported.received:
        return
    opened = reported.received - reported.unregistered - reported.set_aside
    said = _("从网页收到 {all} 件：登记了 {opened} 件，还没登记 {waiting} 件").format(
        all=format_count(reported.received),
        opened=format_count(opened),
        waiting=format_count(reported.unregistered),
    )
    whys = _("；").join(
        _("{why} {count} 件").format(why=ASIDE_WHYS.get(why, why), count=format_count(count))
        for why, count in reported.aside
    )
    yield (
        _("{said}，没有另登记 {count} 件（{whys}）。").format(
            count=format_count(reported.set_aside), said=said, whys=whys
        )
        if whys
        else f"{said}。"
    )


@route_page("/v/{code:str}/cases", summary="What villagers reported, and what became of it")
def show_cases(
    request: AnyRequest, code: FromPath[str], start: Annotated[str, QueryParameter()] = ""
) -> ASGIApp:
    """Answer with what waits, then what was answered from the place `start` on."""
    place = parse_start(start, _("这么多诉求件"))
    site = get_site(request)
    reported = site.count_reported(code)
    return site.serve_page(
        request,
        code,
        f"cases?{place}&{name_state(reported)}",
        "cases.html",
        lambda view: build_cases_page(view, place, reported),
    )


@route_page("/v/{code:str}/cases/{number:str}", summary="One case with its steps")
def show_case(request: AnyRequest, code: FromPath[str], number: FromPath[str]) -> ASGIApp:
    """Answer with a case that is public."""
    if not _NUMBER.fullmatch(number):
        raise NotFound(_("这件诉求"))
    return get_site(request).serve_page(
        request, code, f"cases/{number}", "case.html", lambda view: build_case_page(view, number)
    )
