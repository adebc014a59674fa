"""The rulebook of villagers' points in plain words: what adds, what deducts, what follows; every version, and what each
says otherwise than another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.points import is_sealed
from ledger.errors import NotFound
from ledger.figures.rulebooks import (
    ReadRule,
    ReadRulebook,
    Version,
    collect_rulebook,
    compare_rules,
    list_versions,
)
from ledger.service.booklets import build_booklet_job, group_rules
from reports.words import format_count, format_month, format_signed
from web.i18n import _
from web.page import Frame
from web.papers import get_papers
from web.public.explain.telling import Fact, Link, get_entry_path
from web.public.paging import name_start, parse_start
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.rule_words import ChangedRow, list_changed, tell_changes, tell_limit
from web.site import PDF, VillageView

RULES_A_PAGE = 60
"""The shipped rulebook stands on one."""
VERSIONS_SHOWN = 12
"""Versions on the page of one; the others are reached from the oldest of them."""
QUERY_MAX_CHARS = 20
_VERSION = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
_PAIR = re.compile(r"([1-9][0-9]{0,3})-([1-9][0-9]{0,3})", re.ASCII)


@dataclass(frozen=True)
class RuleCard:
    """A rule in plain words. `asks` says what it is given for, `sealed` that its lines are not published one by one."""

    asks: str
    code: str
    deducts: bool
    follow_up: str
    item: str
    limit: str
    points: str
    sealed: str


@dataclass(frozen=True)
class GroupCards:
    """A group with the rules of it that the page shows."""

    id: str
    name: str
    rules: tuple[RuleCard, ...]


@dataclass(frozen=True)
class VersionRow:
    """A version in the list; `changes` leads to what it says otherwise than the one before, empty for the first."""

    changes: str
    is_here: bool
    name: str
    path: str
    since: str


@dataclass(frozen=True)
class RulesPage:
    """A version of the rulebook. `booklet` is its PDF; `newest` leads to the version in force, empty on it.

    `newer`, `older`  paths of the pages beside this one
    `query`           what was searched for, empty for nothing
    """

    booklet: str
    facts: tuple[Fact, ...]
    folder: str
    frame: Frame
    groups: tuple[GroupCards, ...]
    newer: str
    newest: str
    number: str
    older: str
    query: str
    query_max: int
    sentences: tuple[str, ...]
    telephone: str
    versions: tuple[VersionRow, ...]


@dataclass(frozen=True)
class RuleChangesPage:
    """What one version says otherwise than another; `newer`, `older` are paths of the pages beside this one."""

    added: tuple[ChangedRow, ...]
    changed: tuple[ChangedRow, ...]
    frame: Frame
    links: tuple[Link, ...]
    newer: str
    number: str
    older: str
    removed: tuple[ChangedRow, ...]
    sentences: tuple[str, ...]
    telephone: str


def find_rules_path(view: VillageView) -> str:
    """Return the path of the newest rulebook; empty where none was adopted."""
    return _get_folder(view) if list_versions(view.reader.facts) else ""


def build_rules_page(view: VillageView, number: int = 0, start: int = 0, query: str = "") -> RulesPage:
    """Return the page of a version, the newest without a number; NotFound where there is none, or beyond its end."""
    versions = list_versions(view.reader.facts)
    book = read_book(view, number or (versions[0].number if versions else 0))
    found = [read for read in book.rules if _has_words(read, query)]
    if start and start >= len(found):
        raise NotFound(_("这么多条细则"))
    path = f"{_get_folder(view)}/{book.version.number}"
    stop = start + RULES_A_PAGE
    return RulesPage(
        booklet=f"{path}.pdf",
        facts=tuple(_list_facts(view, book)),
        folder=path,
        frame=view.build_frame(_("积分细则第 {number} 版").format(number=book.version.number)),
        groups=tuple(_build_groups(found[start:stop])),
        newer=_name_page(path, query, start - RULES_A_PAGE) if start else "",
        newest=_get_folder(view) if book.version.number != versions[0].number else "",
        number=str(book.version.number),
        older=_name_page(path, query, stop) if stop < len(found) else "",
        query=query,
        query_max=QUERY_MAX_CHARS,
        sentences=tuple(_tell_book(book, len(found), query)),
        telephone=view.read_telephone(),
        versions=_build_versions(view, versions, book.version.number),
    )


def build_rule_changes_page(view: VillageView, earlier: int, later: int, start: int = 0) -> RuleChangesPage:
    """Return what version `later` says otherwise than `earlier`; NotFound where either is none, or not the earlier, or
    beyond the end.
    """
    if earlier >= later:
        raise NotFound(_("这两版积分细则的对照"))
    before, after = read_book(view, earlier), read_book(view, later)
    revision = compare_rules(before.rules, after.rules)
    rows = list_changed(before, after, revision)
    if start and start >= len(rows):
        raise NotFound(_("这么多条改动"))
    title = _("积分细则第 {later} 版改了什么").format(later=later)
    path, stop = f"{_get_folder(view)}/{earlier}-{later}", start + RULES_A_PAGE
    shown = rows[start:stop]
    return RuleChangesPage(
        added=tuple(row for kind, row in shown if kind == "added"),
        changed=tuple(row for kind, row in shown if kind == "changed"),
        frame=view.build_frame(title),
        links=tuple(
            Link(_("积分细则第 {number} 版").format(number=number), f"{_get_folder(view)}/{number}")
            for number in (later, earlier)
        ),
        newer=name_start(path, start - RULES_A_PAGE) if start else "",
        number=str(later),
        older=name_start(path, stop) if stop < len(rows) else "",
        removed=tuple(row for kind, row in shown if kind == "removed"),
        sentences=tuple(tell_changes(before, after, revision)),
        telephone=view.read_telephone(),
    )


def read_book(view: VillageView, number: int) -> ReadRulebook:
    """Return a version with its words; NotFound where there is none."""
    book = collect_rulebook(view.reader.facts, view.texts, number)
    if book is None:
        raise NotFound(_("积分细则第 {number} 版").format(number=number) if number else _("积分细则"))
    return book


def _get_folder(view: VillageView) -> str:
    return f"/v/{view.code}/rules"


def _name_page(path: str, query: str, start: int) -> str:
    if not query:
        return name_start(path, start)
    asked = {"q": query, **({"start": str(start)} if start > 0 else {})}
    return f"{path}?{urlencode(asked)}"


def _has_words(read: ReadRule, query: str) -> bool:
    wording = read.wording
    said = f"{wording.code} {wording.group} {wording.item} {wording.evidence} {wording.follow_up}".casefold()
    return all(word in said for word in query.casefold().split())


def _tell_book(book: ReadRulebook, found: int, query: str) -> Iterator[str]:
    adds = sum(read.rule.points > 0 for read in book.rules)
    yield _("从{month}起用。一共 {total} 条：{adds} 条加分，{takes} 条扣分。").format(
        adds=adds, month=format_month(book.version.since), takes=len(book.rules) - adds, total=len(book.rules)
    )
    if book.version.until and book.version.was_in_force:
        yield _("用到{month}，后面换了新的一版。").format(month=format_month(book.version.until))
    elif book.version.until:
        yield _("没有用过，就换了新的一版。")
    yield _("参加靠自愿：签了积分契约的农户才记分；不签、随时退出，都没有任何损失。")
    if query:
        yield _("找“{query}”，有 {found} 条。").format(found=found, query=query)


def _list_facts(view: VillageView, book: ReadRulebook) -> Iterator[Fact]:
    yield Fact(_("怎样通过"), book.resolution)
    if book.resolution_number:
        path = f"/v/{view.code}/resolutions/{book.resolution_number}"
        yield Fact(_("决议"), book.resolution_number, path)
    yield Fact(_("每户起点分"), _("{points} 分，不能兑换").format(points=format_count(book.base_points)))
    yield Fact(
        _("账本里的记录"),
        _("第 {index} 条").format(index=format_count(book.version.at)),
        get_entry_path(view, book.version.at),
    )


def _build_groups(rules: Sequence[ReadRule]) -> Iterable[GroupCards]:
    return (
        GroupCards(f"g-{some[0].letter}", name, tuple(_build_card(read) for read in some))
        for name, some in group_rules(tuple(rules))
    )


def _build_card(read: ReadRule) -> RuleCard:
    rule, wording = read.rule, read.wording
    return RuleCard(
        asks=wording.evidence,
        code=rule.code,
        deducts=rule.points < 0,
        follow_up=wording.follow_up,
        item=wording.item,
        limit=tell_limit(read),
        points=format_signed(rule.points),
        sealed=_("逐条不公开，只公布合计") if is_sealed(rule) else "",
    )


def _build_versions(view: VillageView, versions: Sequence[Version], here: int) -> tuple[VersionRow, ...]:
    """Return the versions around the one that is shown, the newest first."""
    numbers = [version.number for version in versions]
    place = max(numbers.index(here) - 1, 0)
    folder = _get_folder(view)
    return tuple(
        VersionRow(
            changes=f"{folder}/{version.number - 1}-{version.number}" if version.number > 1 else "",
            is_here=version.number == here,
            name=_("第 {number} 版").format(number=version.number),
            path=f"{folder}/{version.number}",
            since=_("{month}起").format(month=format_month(version.since)),
        )
        for version in versions[place : place + VERSIONS_SHOWN]
    )


@route_page("/v/{code:str}/rules", summary="The rulebook of villagers' points in force")
def show_rules(
    request: AnyRequest,
    code: FromPath[str],
    q: Annotated[str, QueryParameter()] = "",
    start: Annotated[str, QueryParameter()] = "",
) -> ASGIApp:
    """Answer with the newest version of the rulebook, or those of its rules that hold every word of `q`."""
    return _show(request, code, "rules", 0, q, start)


@route_page(
    "/v/{code:str}/rules/{name:str}", summary="A version of the rulebook, its booklet, or two compared"
)
def show_rules_of(
    request: AnyRequest,
    code: FromPath[str],
    name: FromPath[str],
    q: Annotated[str, QueryParameter()] = "",
    start: Annotated[str, QueryParameter()] = "",
) -> ASGIApp:
    """Answer with a version (`2`), its booklet (`2.pdf`), or what one says otherwise than another (`1-2`)."""
    site, path = get_site(request), f"rules/{name}"
    if pair := _PAIR.fullmatch(name):
        earlier, later, place = int(pair[1]), int(pair[2]), parse_start(start, _("这么多条改动"))
        return site.serve_page(
            request,
            code,
            f"{path}?{place}",
            "rule_changes.html",
            lambda view: build_rule_changes_page(view, earlier, later, place),
        )
    number = name.removesuffix(".pdf")
    if not _VERSION.fullmatch(number):
        raise NotFound(_("积分细则"))
    if number == name:
        return _show(request, code, path, int(number), q, start)
    return site.serve_bytes(request, code, path, PDF, lambda view: make_booklet(request, view, int(number)))


def make_booklet(request: AnyRequest, view: VillageView, number: int) -> bytes:
    """Return a version's booklet; NotFound where there is no such version."""
    base_url = view.settings.public_base_url
    return get_papers(request).make(build_booklet_job(view.ports, view.reader, view.code, number, base_url))


def _show(request: AnyRequest, code: str, path: str, number: int, q: str, start: str) -> ASGIApp:
    place, query = parse_start(start, _("这么多条细则")), " ".join(q[:QUERY_MAX_CHARS].split())
    site = get_site(request)
    if query:
        # Nobody else asks the same: it is not kept.
        return site.serve_fresh(
            request, code, "rules.html", lambda view: build_rules_page(view, number, place, query)
        )
    return site.serve_page(
        request, code, f"{path}?{place}", "rules.html", lambda view: build_rules_page(view, number, place)
    )
