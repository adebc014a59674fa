"""The rulebook at the desk: its versions, what one says otherwise than another, its booklet, and the way to edit it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.errors import NotFound
from ledger.figures.rulebooks import Version, collect_rulebook, compare_rules, list_versions
from ledger.ports import Reader
from ledger.service.booklets import build_booklet_job
from ledger.service.laid_rulebooks import SHEET, Start, lay_rulebook
from ledger.service.sheets import read_texts
from ledger.service.standing import refuse_read_only
from ledger.service.unsent import open_sheet
from reports.words import format_month
from web.audit.view import read_query
from web.cache import PageBytes
from web.desk.forms import FormRefused
from web.desk.frame import DeskFrame
from web.desk.routing import Desk, answer, route_desk
from web.desk.write import WRITE
from web.i18n import _
from web.papers import get_papers
from web.public.paging import name_start, parse_start
from web.respond import Answer
from web.rule_words import ChangedRow, list_changed, tell_changes
from web.site import PDF

ADDRESS = "/desk/rules"
VERSIONS_A_PAGE = 12
CHANGES_SHOWN = 60
"""Rules that differ; the public page has all of them, page by page."""
_NUMBER = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
_STARTS: dict[str, Start] = {"newest": "newest", "template": "template"}


@dataclass(frozen=True)
class VersionRow:
    """A version with its booklet; `changes` leads to the comparison with the one before, empty for the first."""

    booklet: str
    changes: str
    name: str
    number: str
    path: str
    when: str


@dataclass(frozen=True)
class Compared:
    """What one version says otherwise than another, by the way in which a rule differs. `onward` leads to all of it,
    where it is more than a page; empty where it is not.
    """

    groups: tuple[tuple[str, tuple[ChangedRow, ...]], ...]
    onward: str
    sentences: tuple[str, ...]
    title: str


@dataclass(frozen=True)
class RulesRoom:
    """`begun` counts the rows that stand in the sheet already; `compared` is None where nothing is compared."""

    begun: int
    can_prepare: bool
    can_print: bool
    compared: Compared | None
    earlier: str
    frame: DeskFrame
    later: str
    newer: str
    older: str
    versions: tuple[VersionRow, ...]


@dataclass(frozen=True)
class LayForm:
    """`start` is what to go on from: `newest` or `template`."""

    start: str


@route_desk(ADDRESS, allow="draft.read", summary="The versions of the rulebook, and two of them compared")
def show_rules(desk: Desk) -> Answer:
    earlier, later = read_query(desk, "from"), read_query(desk, "to")
    place = parse_start(read_query(desk, "start"), _("这么多版细则"))
    with desk.ports.ledger.read(desk.village) as reader:
        versions = list_versions(reader.facts)
        if place and place >= len(versions):
            raise NotFound(_("这么多版细则"))
        compared = _compare(desk, reader, earlier, later) if earlier or later else None
    stop = place + VERSIONS_A_PAGE
    page = RulesRoom(
        begun=open_sheet(desk.ports, desk.village, desk.user, SHEET).rows,
        can_prepare=desk.may("draft.prepare"),
        can_print=desk.may("sheet.print"),
        compared=compared,
        earlier=earlier or (str(versions[1].number) if len(versions) > 1 else ""),
        frame=desk.build_frame(_("积分细则")),
        later=later or (str(versions[0].number) if versions else ""),
        newer=name_start(ADDRESS, place - VERSIONS_A_PAGE) if place else "",
        older=name_start(ADDRESS, stop) if stop < len(versions) else "",
        versions=tuple(_build_row(desk, version) for version in versions[place:stop]),
    )
    return desk.render("desk/rules.html", page)


@route_desk(
    ADDRESS, allow="draft.prepare", method="POST", summary="Lay a rulebook into the sheet, to be edited"
)
def take_rules(desk: Desk) -> Answer:
    start = _STARTS.get(desk.parse_form(LayForm).start)
    if start is None:
        raise FormRefused("no beginning of ours")
    refuse_read_only(desk.ports, desk.village)
    lay_rulebook(desk.ports, desk.village, desk.user, start)
    return desk.redirect(f"{WRITE}/{SHEET}")


@route_desk(f"{ADDRESS}/{{name:str}}", allow="draft.read", summary="A version of the rulebook as a booklet")
def show_booklet(desk: Desk, name: str) -> Answer:
    number = name.removesuffix(".pdf")
    if number == name or not _NUMBER.fullmatch(number):
        raise NotFound(_("积分细则"))
    base_url = desk.site.settings.public_base_url
    with desk.ports.ledger.read(desk.village) as reader:
        job = build_booklet_job(desk.ports, reader, desk.village, int(number), base_url)
    data = get_papers(desk.request).make(job)
    headers = {"content-disposition": f'attachment; filename="rules-{desk.village}-{number}.pdf"'}
    return answer(desk.request, PageBytes(data, b"", "", PDF), headers=headers)


def _compare(desk: Desk, reader: Reader, earlier: str, later: str) -> Compared:
    if not (_NUMBER.fullmatch(earlier) and _NUMBER.fullmatch(later) and int(earlier) < int(later)):
        raise NotFound(_("这两版积分细则的对照"))
    texts = read_texts(reader)
    before, after = (collect_rulebook(reader.facts, texts, int(number)) for number in (earlier, later))
    if before is None or after is None:
        raise NotFound(_("这两版积分细则的对照"))
    revision = compare_rules(before.rules, after.rules)
    found = list_changed(before, after, revision)
    rows = found[:CHANGES_SHOWN]
    names = {"added": _("新增"), "changed": _("改动"), "removed": _("删去")}
    groups = ((title, tuple(row for kind, row in rows if kind == way)) for way, title in names.items())
    return Compared(
        groups=tuple((title, some) for title, some in groups if some),
        onward=f"/v/{desk.village}/rules/{earlier}-{later}" if len(found) > len(rows) else "",
        sentences=tuple(tell_changes(before, after, revision)),
        title=_("第 {later} 版比第 {earlier} 版").format(earlier=earlier, later=later),
    )


def _build_row(desk: Desk, version: Version) -> VersionRow:
    number = version.number
    return VersionRow(
        booklet=f"{ADDRESS}/{number}.pdf",
        changes=f"{ADDRESS}?from={number - 1}&to={number}" if number > 1 else "",
        name=_("第 {number} 版").format(number=number),
        number=str(number),
        path=f"/v/{desk.village}/rules/{number}",
        when="".join(_tell_when(version)),
    )


def _tell_when(version: Version) -> Iterator[str]:
    yield _("{month}起用").format(month=format_month(version.since))
    if version.until and version.was_in_force:
        yield _("，用到{month}").format(month=format_month(version.until))
    elif version.until:
        yield _("，没有用过")


ROUTES: tuple[HTTPRouteHandler, ...] = (show_rules, take_rules, show_booklet)
