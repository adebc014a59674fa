"""What was resolved and what was heard: the register of meetings, and a page for each.

A resolution has its steps with their votes, what it lets spend and what was spent under it, and what became of it;
where nobody has published that in time, the page says so first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Literal

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.contracts import ContractAmended, ContractSigned, ContractVoided
from ledger.books.law import count_days, find_days, find_quorum, format_share
from ledger.books.resolutions import (
    MEETING_NAMES,
    OUTCOME_NAMES,
    PROCEDURE_NAMES,
    STAGE_NAMES,
    ForumHeld,
    ResolutionReported,
    Step,
    format_citation,
    get_stage,
)
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.entries import Entry
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.state.facts import EntryAt, read_body, scan_facts
from ledger.state.register_facts import ResolutionFacts
from ledger.state.resolutions import Resolution, find_forum, find_resolution, iterate_spent
from reports.words import format_amount, format_count, format_day
from web.config import MEETINGS_A_PAGE, VOUCHERS_SHOWN_MAX
from web.i18n import _
from web.page import Frame
from web.public.explain.telling import Fact, get_entry_path
from web.public.paging import name_start, parse_start
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

MeetingState = Literal["overdue", "open", "over"]
"""What is said of a meeting first: its outcome is missing, it is under way, or nothing more is to be told."""


@dataclass(frozen=True)
class MeetingRow:
    """A meeting in the register; `note` says its kind and how many came, or what it lets spend."""

    day: str
    note: str
    number: str
    path: str
    state: MeetingState
    title: str
    told: str


@dataclass(frozen=True)
class MeetingsPage:
    """The register, newest first; `newer`, `older` are paths of the pages beside, or empty."""

    frame: Frame
    newer: str
    older: str
    rows: tuple[MeetingRow, ...]
    sentences: tuple[str, ...]
    telephone: str
    total: str


@dataclass(frozen=True)
class StepRow:
    """A step: which it is and who met, the day, the votes in words, and what the law asks."""

    asked: str
    day: str
    name: str
    votes: str


@dataclass(frozen=True)
class SpentRow:
    """A voucher or a contract that spent under the resolution."""

    amount: str
    day: str
    path: str
    title: str
    what: str


@dataclass(frozen=True)
class ResultRow:
    """What was published of the outcome."""

    day: str
    path: str
    text: str


@dataclass(frozen=True)
class ResolutionPage:
    """One resolution. `more` says how many entries that spent under it are not shown, empty for none."""

    entry: str
    facts: tuple[Fact, ...]
    frame: Frame
    list_path: str
    more: str
    number: str
    results: tuple[ResultRow, ...]
    sentences: tuple[str, ...]
    spent: tuple[SpentRow, ...]
    state: MeetingState
    steps: tuple[StepRow, ...]
    telephone: str
    title: str
    told: str
    wording: str


@dataclass(frozen=True)
class ForumPage:
    """A forum: what was heard, and what was promised."""

    day: str
    entry: str
    frame: Frame
    list_path: str
    number: str
    present: str
    promises: str
    telephone: str
    topics: str


def build_meetings_page(view: VillageView, start: int) -> MeetingsPage:
    """Return the register from a place in its order on; NotFound beyond its end."""
    numbers = list_meeting_numbers(view)
    if start and start >= len(numbers):
        raise NotFound(_("这么多次会议"))
    folder, stop = f"/v/{view.code}/resolutions", start + MEETINGS_A_PAGE
    rows = tuple(build_meeting_row(view, number) for number in numbers[start:stop])
    resolved = sum(number.startswith("JY-") for number in numbers)
    told = (
        _("登记了 {resolved} 份决议、{forums} 次民情恳谈，新的在前面。").format(
            resolved=format_count(resolved), forums=format_count(len(numbers) - resolved)
        ),
        _("决议定下来时公开一次，办完了再把结果公开一次。"),
    )
    return MeetingsPage(
        frame=view.build_frame(_("会议和决议")),
        newer=name_start(folder, start - MEETINGS_A_PAGE) if start else "",
        older=name_start(folder, stop) if stop < len(numbers) else "",
        rows=rows,
        sentences=told if numbers else (_("还没有登记会议和决议。"),),
        telephone=view.read_telephone(),
        total=format_count(len(numbers)),
    )


def list_meeting_numbers(view: VillageView) -> list[str]:
    """Return the numbers of all meetings, those registered last first."""
    facts = view.reader.facts
    found = [(known.index, number) for number, known in scan_facts(facts, "resolution/", ResolutionFacts)]
    found += [(at.index, number) for number, at in scan_facts(facts, "forum/", EntryAt)]
    return [number for _index, number in sorted(found, reverse=True)]


def build_meeting_row(view: VillageView, number: str) -> MeetingRow:
    """Return a meeting's row in the register."""
    path = f"/v/{view.code}/resolutions/{number}"
    resolution = find_resolution(view.reader.facts, number)
    if resolution is None:
        at = find_forum(view.reader.facts, number)
        assert at is not None, number
        held = read_body(view.reader.facts, at, ForumHeld)
        return MeetingRow(
            day=format_day(view.reader.facts.read_entry(at).occurred_on),
            note=_("民情恳谈，到场 {count} 人").format(count=format_count(held.present)),
            number=number,
            path=path,
            state="over",
            title=read_text(view.texts, held.topics),
            told="",
        )
    body = resolution.body
    allowed = (
        _("，准许开支 {amount} 元").format(amount=format_amount(body.amount_fen)) if body.amount_fen else ""
    )
    return MeetingRow(
        day=format_day(resolution.decided_on),
        note=PROCEDURE_NAMES[body.procedure] + allowed,
        number=number,
        path=path,
        state=find_meeting_state(view, resolution),
        title=read_text(view.texts, body.title),
        told=tell_state(view, resolution),
    )


def build_resolution_page(view: VillageView, number: str) -> ResolutionPage:
    """Return the page of a resolution; NotFound where the register has none of this number."""
    resolution = find_resolution(view.reader.facts, number)
    if resolution is None:
        raise NotFound(_("决议 {number}").format(number=number))
    body = resolution.body
    title = read_text(view.texts, body.title)
    spent = list(iterate_spent(view.reader.facts, number))[::-1]
    hidden = len(spent) - VOUCHERS_SHOWN_MAX
    return ResolutionPage(
        entry=get_entry_path(view, resolution.at),
        facts=tuple(list_resolution_facts(resolution)),
        frame=view.build_frame(title),
        list_path=f"/v/{view.code}/resolutions",
        more=_("更早的还有 {count} 笔，在全部记录里。").format(count=hidden) if hidden > 0 else "",
        number=number,
        results=tuple(_build_result(view, index) for index in resolution.results[::-1]),
        sentences=tuple(_tell_resolution(view, resolution)),
        spent=tuple(_build_spent(view, *row) for row in islice(spent, VOUCHERS_SHOWN_MAX)),
        state=find_meeting_state(view, resolution),
        steps=tuple(build_step(view, step) for step in body.steps),
        telephone=view.read_telephone(),
        title=title,
        told=tell_state(view, resolution),
        wording=read_text(view.texts, body.wording),
    )


def build_forum_page(view: VillageView, number: str) -> ForumPage:
    """Return the page of a forum; NotFound where the register has none of this number."""
    at = find_forum(view.reader.facts, number)
    if at is None:
        raise NotFound(_("民情恳谈 {number}").format(number=number))
    entry, body = view.reader.facts.read_entry(at), read_body(view.reader.facts, at, ForumHeld)
    return ForumPage(
        day=format_day(entry.occurred_on),
        entry=get_entry_path(view, at),
        frame=view.build_frame(_("民情恳谈 {number}").format(number=number)),
        list_path=f"/v/{view.code}/resolutions",
        number=number,
        present=format_count(body.present),
        promises=read_text(view.texts, body.promises),
        telephone=view.read_telephone(),
        topics=read_text(view.texts, body.topics),
    )


def find_meeting_state(view: VillageView, resolution: Resolution) -> MeetingState:
    """Return what is said first of a resolution on the page's day."""
    if resolution.body.outcome == "rejected" or resolution.results:
        return "over"
    until = _find_outcome_day(view, resolution)
    return "overdue" if until and view.today > until else "open"


def tell_state(view: VillageView, resolution: Resolution) -> str:
    """Say how a resolution stands: what became of it, or that nobody has said yet."""
    if resolution.body.outcome == "rejected":
        return OUTCOME_NAMES["rejected"]
    if resolution.results:
        return _("通过了，结果已公开")
    if find_meeting_state(view, resolution) == "overdue":
        return _("还没公开结果")
    until = _find_outcome_day(view, resolution)
    return _("通过了，结果最晚{day}公开").format(day=format_day(until)) if until else OUTCOME_NAMES["adopted"]


def build_step(view: VillageView, step: Step) -> StepRow:
    """Return a step with its votes in words, and what the law asks of it."""
    rule = find_quorum(view.ports.reference.law, step.meeting, view.code[:2], step.held_on)
    counted = _("户") if step.meeting == "households" else _("人")
    asked = ""
    if rule is not None:
        whole = _("到会的") if rule.agree_of == "present" else _("应到的")
        told = _("通常：{present}到会，{whole}{agree}赞成（{law}）")
        if rule.status != "P":
            told = _("规定：{present}到会，{whole}{agree}赞成（{law}）")
        asked = told.format(
            present=format_share(rule.present),
            whole=whole,
            agree=format_share(rule.agree),
            law=format_citation(rule),
        )
    return StepRow(
        asked=asked,
        day=format_day(step.held_on),
        name=_("{meeting}{stage}").format(
            meeting=MEETING_NAMES[step.meeting], stage=STAGE_NAMES[get_stage(step)]
        ),
        votes=_(
            "应到 {entitled} {unit}，实到 {present} {unit}；赞成 {yes} 票，反对 {no} 票，弃权 {none} 票"
        ).format(
            entitled=format_count(step.entitled),
            no=format_count(step.against),
            none=format_count(step.abstained),
            present=format_count(step.present),
            unit=counted,
            yes=format_count(step.favoured),
        ),
    )


def list_resolution_facts(resolution: Resolution) -> Iterable[Fact]:
    """Yield what a resolution says beside its wording and its steps."""
    body = resolution.body
    yield Fact(_("决议编号"), body.number)
    yield Fact(_("议事方式"), PROCEDURE_NAMES[body.procedure])
    yield Fact(_("结果"), OUTCOME_NAMES[body.outcome])
    yield Fact(_("准许开支"), _("{amount} 元").format(amount=format_amount(body.amount_fen)))
    if body.valid_until:
        yield Fact(_("有效到"), format_day(body.valid_until))
    yield Fact(_("会议记录"), _("{count} 页").format(count=format_count(body.minutes_pages)))


def _find_outcome_day(view: VillageView, resolution: Resolution) -> str:
    """Return by which day what became of a resolution is to be published; empty where no rule says."""
    since = resolution.body.valid_until or resolution.decided_on
    days = find_days(view.ports.reference.law, "outcome", view.code[:2], resolution.decided_on)
    return count_days(since, days) if days is not None else ""


def _tell_resolution(view: VillageView, resolution: Resolution) -> Iterable[str]:
    """Say what was decided, what of it was spent, and whether anybody said what became of it."""
    body = resolution.body
    decided = {
        "adopted": _("{day}，这件事议定通过。"),
        "rejected": _("{day}，这件事没有通过，不能办。"),
    }
    yield decided[body.outcome].format(day=format_day(resolution.decided_on))
    if body.amount_fen:
        yield _("最多花 {amount} 元，最晚到{day}；已经用了 {spent} 元，还剩 {left} 元。").format(
            amount=format_amount(body.amount_fen),
            day=format_day(body.valid_until),
            left=format_amount(resolution.left_fen),
            spent=format_amount(resolution.spent_fen),
        )
    elif body.outcome == "adopted":
        yield _("这份决议不花钱。")
    if find_meeting_state(view, resolution) == "overdue":
        yield _("应当在{day}以前公开办得怎样，现在还没有公开。可以打监督电话问。").format(
            day=format_day(_find_outcome_day(view, resolution))
        )


def _build_result(view: VillageView, index: int) -> ResultRow:
    entry, body = (
        view.reader.facts.read_entry(index),
        read_body(view.reader.facts, index, ResolutionReported),
    )
    return ResultRow(
        day=format_day(entry.occurred_on),
        path=get_entry_path(view, index),
        text=read_text(view.texts, body.result),
    )


def _build_spent(view: VillageView, index: int, spent_fen: int) -> SpentRow:
    entry = view.reader.facts.read_entry(index)
    title, what = _tell_spender(view, entry)
    return SpentRow(
        amount=format_amount(spent_fen),
        day=format_day(entry.occurred_on),
        path=get_entry_path(view, index),
        title=title,
        what=what,
    )


def _tell_spender(view: VillageView, entry: Entry) -> tuple[str, str]:
    """Return what an entry that spent is about, and which it is."""
    body = entry.body
    if isinstance(body, ContractSigned):
        return read_text(view.texts, body.title), _("合同 {number}").format(number=body.number)
    if isinstance(body, ContractAmended):
        return read_text(view.texts, body.reason), _("合同 {number} 变更").format(number=body.contract)
    if isinstance(body, ContractVoided):
        return read_text(view.texts, body.reason), _("合同 {number} 作废").format(number=body.contract)
    if isinstance(body, VoucherReversed):
        return read_text(view.texts, body.reason), _("红字凭证 {number}").format(number=body.number)
    if isinstance(body, VoucherRecorded | VoucherReplaced):
        return read_text(view.texts, body.summary), _("凭证 {number}").format(number=body.number)
    raise TypeError(f"entry {entry.index} spends nothing")


def list_newest_meetings(view: VillageView, count: int) -> Sequence[MeetingRow]:
    """Return the rows of the newest meetings, for the notice board."""
    return tuple(build_meeting_row(view, number) for number in list_meeting_numbers(view)[:count])


@route_page("/v/{code:str}/resolutions", summary="The register of a village's meetings and resolutions")
def show_meetings(
    request: AnyRequest, code: FromPath[str], start: Annotated[str, QueryParameter()] = ""
) -> ASGIApp:
    """Answer with the register from the place `start` on, newest first."""
    place = parse_start(start, _("这么多次会议"))
    return get_site(request).serve_page(
        request,
        code,
        f"resolutions?{place}",
        "meetings.html",
        lambda view: build_meetings_page(view, place),
    )


@route_page(
    "/v/{code:str}/resolutions/{resolution:str}",
    summary="A resolution with its steps and outcome, or a forum",
)
def show_meeting(request: AnyRequest, code: FromPath[str], resolution: FromPath[str]) -> ASGIApp:
    """Answer with the page of a resolution, or of a forum."""
    path, site = f"resolutions/{resolution}", get_site(request)
    if resolution.startswith("KT-"):
        return site.serve_page(
            request, code, path, "forum.html", lambda view: build_forum_page(view, resolution)
        )
    return site.serve_page(
        request, code, path, "resolution.html", lambda view: build_resolution_page(view, resolution)
    )
