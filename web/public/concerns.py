"""What somebody who looks through the village's books would ask: the open questions of the public kinds, in plain
words, each with what it need not mean; below them those that an auditor looked into, with the reason.

A page shows twelve months; what is asked about contracts is always of today, and stands on the newest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.concerns.table import SEVERITIES, SEVERITY_NAMES, Cite, ConcernRule, Severity
from ledger.books.concerns.values import ConcernAcknowledged
from ledger.books.values import get_next_period, get_previous_period
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.service.concerns import WINDOW_MONTHS, find_first_month, read_concerns
from ledger.state.concerns import Stand
from ledger.state.facts import BooksFacts, get_fact, read_body
from reports.words import format_count, format_day, format_month
from web.config import CONCERNS_A_PAGE
from web.i18n import _
from web.page import Frame
from web.public.explain.concerns import list_links
from web.public.explain.telling import Link, get_entry_path
from web.public.paging import parse_start
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

STATUS_WORDS = {
    "V": _("有出处"),
    "R": _("原文待核对"),
    "P": _("明白账的建议"),
}
_MONTH = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True)
class ConcernRow:
    """One thing that is asked. `links` lead to what it rests on; `acknowledged` to the auditor's word, empty while it
    is open, with its `reason`.
    """

    acknowledged: str
    acknowledged_on: str
    key: str
    links: tuple[Link, ...]
    reason: str
    said: str
    severity: Severity
    severity_name: str
    since: str
    title: str


@dataclass(frozen=True)
class ConcernGroup:
    """What one rule asks. `sources` say where the rule comes from, and how well that is known."""

    may_mean: str
    need_not_mean: str
    rows: tuple[ConcernRow, ...]
    sources: tuple[str, ...]
    statement: str
    title: str


@dataclass(frozen=True)
class ConcernsPage:
    """The open questions, and after them those that rest, so many a page. `ahead` and `behind` are the paths of the
    pages beside, `newer` and `older` those of other years, or empty.
    """

    ahead: str
    behind: str
    closed: tuple[ConcernRow, ...]
    frame: Frame
    groups: tuple[ConcernGroup, ...]
    newer: str
    older: str
    sentences: tuple[str, ...]
    span: str
    telephone: str


def build_concerns_page(view: VillageView, last: str, start: int) -> ConcernsPage:
    """Return the page of the twelve months that end with `last`, of the newest where it is empty, from a place in its
    list on; NotFound beyond its end.
    """
    all_ = (
        read_concerns(view.reader, view.ports.reference, view.today, last) if last else view.read_concerns()
    )
    stands = [stand for stand in all_ if stand.rule.is_public]
    open_ = [stand for stand in stands if stand.acknowledged < 0]
    closed = [stand for stand in stands if stand.acknowledged >= 0]
    if start and start >= len(stands):
        raise NotFound(_("这么多待说明的事"))
    address, stop = f"/v/{view.code}/concerns", start + CONCERNS_A_PAGE
    shown = [*open_, *closed][start:stop]
    newer, older = name_spans(view, address, last)
    return ConcernsPage(
        ahead=_name_place(address, last, start - CONCERNS_A_PAGE) if start else "",
        behind=_name_place(address, last, stop) if stop < len(stands) else "",
        closed=tuple(build_row(view, stand) for stand in shown if stand.acknowledged >= 0),
        frame=view.build_frame(_("待说明的事")),
        groups=tuple(list_groups(view, [stand for stand in shown if stand.acknowledged < 0])),
        newer=newer,
        older=older,
        sentences=tuple(_summarize(open_, closed)),
        span=tell_span(view, last),
        telephone=view.read_telephone(),
    )


def _name_place(address: str, last: str, start: int) -> str:
    """Return the path of the page from a place in the list on; `last` as for the page."""
    parts = [f"to={last}" if last else "", f"start={start}" if start > 0 else ""]
    query = "&".join(filter(None, parts))
    return f"{address}?{query}" if query else address


def list_groups(view: VillageView, stands: Sequence[Stand]) -> Iterable[ConcernGroup]:
    """Yield concerns by their rule, in the order of the table."""
    for rule, found in groupby(stands, key=lambda stand: stand.rule):
        yield ConcernGroup(
            may_mean=rule.may_mean,
            need_not_mean=rule.need_not_mean,
            rows=tuple(build_row(view, stand) for stand in found),
            sources=tuple(list_sources(rule)),
            statement=rule.statement,
            title=rule.title,
        )


def build_row(view: VillageView, stand: Stand) -> ConcernRow:
    """Return a concern as lists show it."""
    reason = day = path = ""
    if stand.acknowledged >= 0:
        body = read_body(view.reader.facts, stand.acknowledged, ConcernAcknowledged)
        day = format_day(view.reader.facts.read_entry(stand.acknowledged).occurred_on)
        reason, path = read_text(view.texts, body.reason), get_entry_path(view, stand.acknowledged)
    return ConcernRow(
        acknowledged=path,
        acknowledged_on=day,
        key=stand.concern.key,
        links=tuple(list_links(view, stand.concern.entries)),
        reason=reason,
        said=stand.concern.said,
        severity=stand.rule.severity,
        severity_name=SEVERITY_NAMES[stand.rule.severity],
        since=format_day(stand.concern.since),
        title=stand.rule.title,
    )


def list_sources(rule: ConcernRule) -> Iterable[str]:
    """Say where a rule comes from, and how well that is known."""
    for cite in rule.cites:
        yield _tell_cite(cite)
    for item in rule.thresholds:
        if item.place == "00":
            yield _("界限：{source}（{status}）").format(source=item.source, status=STATUS_WORDS[item.status])


def name_spans(view: VillageView, address: str, last: str, more: str = "") -> tuple[str, str]:
    """Return the paths of the twelve months after and before, empty where there are none; `more` goes with each."""
    this_month, end = view.today[:7], last or view.today[:7]
    books = get_fact(view.reader.facts, "books", BooksFacts)
    first = find_first_month(end)
    older = newer = ""
    if books is not None and first > books.first_period:
        older = f"{address}?to={get_previous_period(first)}" + (f"&{more}" if more else "")
    if end < this_month:
        later = end
        for _month in range(WINDOW_MONTHS):
            later = get_next_period(later)
        to = f"to={later}" if later < this_month else ""
        query = "&".join(part for part in (to, more) if part)
        newer = f"{address}?{query}" if query else address
    return newer, older


def tell_span(view: VillageView, last: str) -> str:
    """Say which months are looked through."""
    end = last or view.today[:7]
    first = find_first_month(end)
    books = get_fact(view.reader.facts, "books", BooksFacts)
    if books is not None and first < books.first_period <= end:
        first = books.first_period
    if first == end:
        return format_month(end)
    return _("{first}到{last}").format(first=format_month(first), last=format_month(end))


def parse_span(text: str, today: str) -> str:
    """Return the month with which a span ends, empty for the newest; NotFound for what is no earlier month."""
    if not text:
        return ""
    if not _MONTH.fullmatch(text) or text > today[:7]:
        raise NotFound(_("月份"))
    return text if text < today[:7] else ""


def _tell_cite(cite: Cite) -> str:
    note = _("：{note}").format(note=cite.note) if cite.note else ""
    return f"{cite.document}{cite.article}{note}" + _("（{status}）").format(status=STATUS_WORDS[cite.status])


def _summarize(open_: Sequence[Stand], closed: Sequence[Stand]) -> Iterable[str]:
    if not open_:
        yield _("现在没有待说明的事。")
    else:
        yield _("有 {count} 件事，看账的人会想问一问。").format(count=format_count(len(open_)))
        yield _("要紧的排在前面：{parts}。").format(parts=_("，").join(_count_severities(open_)))
        yield _("列在这里不等于有人做错了：多半是有原因的，说清楚就好。")
    if closed:
        yield _("另有 {count} 件，审计员看过，说明了原因。").format(count=format_count(len(closed)))


def _count_severities(stands: Sequence[Stand]) -> Iterable[str]:
    """Yield how many there are of each severity, the highest first."""
    for severity in reversed(SEVERITIES):
        count = sum(stand.rule.severity == severity for stand in stands)
        if count:
            yield _("{name} {count} 件").format(name=SEVERITY_NAMES[severity], count=format_count(count))


@route_page("/v/{code:str}/concerns", summary="What somebody would ask about a village's books")
def show_concerns(
    request: AnyRequest,
    code: FromPath[str],
    to: Annotated[str, QueryParameter()] = "",
    start: Annotated[str, QueryParameter()] = "",
) -> ASGIApp:
    """Answer with the open questions of the twelve months that end with the month `to`, the newest without it, from
    the place `start` on.
    """
    place = parse_start(start, _("这么多待说明的事"))
    if to and not _MONTH.fullmatch(to):
        raise NotFound(_("月份"))
    return get_site(request).serve_page(
        request,
        code,
        f"concerns?{to}&{place}",
        "concerns.html",
        lambda view: build_concerns_page(view, parse_span(to, view.today), place),
    )
