"""The journal: the village's entries, newest first, by kind, month or person, each with the way to its exact bytes.

What a page costs does not grow with the log: pages go by ranges of the index, and a filter looks at so many entries,
says where it stopped, and goes on from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler

from ledger.canonical import parse_entry
from ledger.entries import KINDS, Actor, Entry
from ledger.errors import NotFound
from reports.words import format_count, format_day, format_month
from web.audit.config import CHUNK_ENTRIES, LOOKED_AT_MAX, ROWS_A_PAGE
from web.audit.view import ROOM, find_number, open_view, read_number, read_query
from web.audit.words import KIND_WORDS
from web.desk.frame import NO_FAULTS, DeskFrame, Faults
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.public.entry import Acting
from web.public.explain import explain_entry
from web.respond import Answer
from web.site import VillageView
from web.words import format_instant

ADDRESS = f"{ROOM}/entries"

_PERIOD = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])", re.ASCII)
_USER = re.compile(r"u-[a-z2-7]{10}", re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """Which entries are wanted, as it was typed; empty for all. `user` prepared it or passed it."""

    index: str = ""
    kind: str = ""
    month: str = ""
    user: str = ""

    @property
    def is_filter(self) -> bool:
        """Say whether entries have to be looked at to know whether they are wanted."""
        return bool(self.kind or self.month or self.user)

    def takes(self, entry: Entry) -> bool:
        """Say whether an entry is wanted."""
        return (
            self.kind in {"", entry.kind}
            and self.month in {"", entry.period}
            and self.user in {"", entry.maker.user, *(checker.user for checker in entry.checkers)}
        )


@dataclass(frozen=True)
class JournalRow:
    """An entry in the journal. `kind` is its kind in a word, `what` the same with its number where it has one."""

    checkers: tuple[Acting, ...]
    index: str
    json_path: str
    kind: str
    maker: Acting
    month: str
    occurred_on: str
    path: str
    recorded_at: str
    title: str
    what: str


@dataclass(frozen=True)
class JournalPage:
    """A page of the journal.

    `first`, `last` the indexes between which was looked, empty where nothing was
    `newest`        path of the newest page of the same filter, empty on that page
    `older`         path on, empty at the log's beginning
    `stopped`       whether a filter stopped before the page was full
    """

    faults: Faults
    first: str
    frame: DeskFrame
    kinds: tuple[tuple[str, str], ...]
    last: str
    looked_at: str
    newest: str
    notice: str
    older: str
    rows: tuple[JournalRow, ...]
    stopped: bool
    total: str
    wanted: Wanted


@dataclass(frozen=True)
class _Found:
    """Entries that are wanted, newest first, of those in [start, stop). Nothing below `start` was looked at."""

    entries: tuple[Entry, ...]
    start: int
    stop: int


@route_desk(ADDRESS, allow="entries.read", summary="The journal of entries")
def show_journal(desk: Desk) -> Answer:
    """Answer with the entries below the index `before`, the newest without it, or with the one at `index`."""
    wanted = Wanted(**{name: read_query(desk, name) for name in ("index", "kind", "month", "user")})
    before = read_number(desk, "before")
    with open_view(desk) as view:
        page = build_journal_page(desk, view, wanted, before)
    return desk.render("audit/entries.html", page, status=422 if page.faults else 200)


def build_journal_page(desk: Desk, view: VillageView, wanted: Wanted, before: int | None) -> JournalPage:
    """Return the values of a page; NotFound beyond the log's end."""
    size = view.reader.size
    if before is not None and not 0 < before <= size:
        raise NotFound(_("这么多记录"))
    faults = check_wanted(wanted, size)
    found = _Found((), 0, 0) if faults else find_entries(view, wanted, size if before is None else before)
    return JournalPage(
        faults=faults,
        first=format_count(found.start) if found.stop else "",
        frame=desk.build_frame(_("逐条记录")),
        kinds=tuple(KIND_WORDS.items()),
        last=format_count(found.stop - 1) if found.stop else "",
        looked_at=format_count(found.stop - found.start),
        newest=_make_path(wanted, None) if before not in {None, size} else "",
        notice=view.standing.notice,
        older=_make_path(wanted, found.start) if found.start and not wanted.index else "",
        rows=tuple(_build_row(view, entry) for entry in found.entries),
        stopped=wanted.is_filter and found.start > 0 and len(found.entries) < ROWS_A_PAGE,
        total=format_count(size),
        wanted=wanted,
    )


def check_wanted(wanted: Wanted, size: int) -> Faults:
    """Return what is wrong with a filter, beside its fields."""
    fields: dict[str, tuple[str, ...]] = {}
    index = find_number(wanted.index)
    if wanted.index and (index is None or index >= size):
        said = _("没有这个序号。填 0 到 {last} 之间的一个整数。").format(last=size - 1)
        fields["index"] = (said,)
    if wanted.kind and wanted.kind not in KINDS:
        fields["kind"] = (_("没有这一种记录。请在列出的里面选。"),)
    if wanted.month and not _PERIOD.fullmatch(wanted.month):
        fields["month"] = (_("看不出是哪个月。照这样写：2026-10。"),)
    if wanted.user and not _USER.fullmatch(wanted.user):
        fields["user"] = (_("这不是代号。代号是 u- 加 10 个小写字母或数字，记录里写着。"),)
    return Faults(fields=fields) if fields else NO_FAULTS


def find_entries(view: VillageView, wanted: Wanted, stop: int) -> _Found:
    """Return at most a page of the entries below `stop` that are wanted, having looked at `LOOKED_AT_MAX` at most."""
    index = find_number(wanted.index)
    if index is not None:
        entry = parse_entry(view.reader.get_entry_bytes(index))
        return _Found((entry,) if wanted.takes(entry) else (), index, index + 1)
    least = max(0, stop - (LOOKED_AT_MAX if wanted.is_filter else ROWS_A_PAGE))
    found: list[Entry] = []
    for entry in _iterate_down(view, least, stop):
        if wanted.takes(entry):
            found.append(entry)
        if len(found) == ROWS_A_PAGE:
            return _Found(tuple(found), entry.index, stop)
    return _Found(tuple(found), least, stop)


def _iterate_down(view: VillageView, start: int, stop: int) -> Iterator[Entry]:
    """Yield the entries in [start, stop), newest first, some read at a time."""
    while stop > start:
        least = max(start, stop - CHUNK_ENTRIES)
        entries = [parse_entry(data) for data in view.reader.iterate_entries(least, stop)]
        yield from reversed(entries)
        stop = least


def _build_row(view: VillageView, entry: Entry) -> JournalRow:
    told = explain_entry(view, entry)
    path = f"/v/{view.code}/entries/{entry.index}"
    return JournalRow(
        checkers=tuple(_name_actor(view, checker) for checker in entry.checkers),
        index=format_count(entry.index),
        json_path=f"{path}.json",
        kind=KIND_WORDS[entry.kind],
        maker=_name_actor(view, entry.maker),
        month=format_month(entry.period),
        occurred_on=format_day(entry.occurred_on),
        path=path,
        recorded_at=format_instant(entry.recorded_at),
        title=told.title,
        what=told.what,
    )


def _name_actor(view: VillageView, actor: Actor) -> Acting:
    return Acting(role=view.ports.reference.roles.name(actor.role), user=actor.user)


def _make_path(wanted: Wanted, before: int | None) -> str:
    """Return the address of a page of the same filter."""
    asked = {"kind": wanted.kind, "month": wanted.month, "user": wanted.user}
    asked |= {"before": str(before)} if before is not None else {}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{ADDRESS}?{query}" if query else ADDRESS


ROUTES: tuple[HTTPRouteHandler, ...] = (show_journal,)
