"""The day's desk: what waits for whoever signed in, what came back, and where the month stands."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.values import SHEET_KINDS, SHEET_LETTERS
from ledger.errors import NotFound
from ledger.ports import Reader
from ledger.state import get_day
from ledger.state.facts import BooksFacts, Facts, PeriodFacts, SheetFacts, get_fact, scan_facts
from reports.words import format_month
from web.desk.drafts import DraftRow, list_rows
from web.desk.frame import DeskFrame
from web.desk.routing import HOME, Desk, route_desk
from web.i18n import _
from web.respond import Answer
from web.words import SHEET_NAMES

ROWS_MAX = 5
"""Drafts of each kind on the first page; the rest is one touch away."""


@dataclass(frozen=True)
class MonthRow:
    """What of a month is not done yet, in words."""

    is_late: bool
    said: str


@dataclass(frozen=True)
class HomePage:
    """`for_me` waits for this person, `returned` came back to them, `waiting` counts all that waits for anybody.

    `seats` counts the villages in which the account may act.
    """

    can_audit: bool
    can_name: bool
    can_prepare: bool
    can_print: bool
    can_read: bool
    for_me: tuple[DraftRow, ...]
    for_me_count: int
    frame: DeskFrame
    is_operator: bool
    months: tuple[MonthRow, ...]
    returned: tuple[DraftRow, ...]
    seats: int
    waiting: int


@route_desk(HOME, allow="signed-in", summary="The day's desk: what waits, what came back, what is late")
def show_home(desk: Desk) -> Answer:
    with desk.ports.desk.read() as reader:
        seats = len(reader.list_seats(desk.account.account))
    can_read = desk.may("draft.read")
    rows: tuple[DraftRow, ...] = ()
    returned: tuple[DraftRow, ...] = ()
    if can_read:
        vault = desk.ports.vault
        rows = list_rows(desk, vault.list_drafts(desk.village, "waiting"))
        returned = list_rows(desk, vault.list_drafts(desk.village, "returned"))
    for_me = tuple(row for row in rows if row.can_pass)
    page = HomePage(
        can_audit=desk.may("entries.read"),
        can_name=desk.may("names.read"),
        can_prepare=desk.may("draft.prepare"),
        can_print=desk.may("sheet.print"),
        can_read=can_read,
        for_me=for_me[:ROWS_MAX],
        for_me_count=len(for_me),
        frame=desk.build_frame(_("办事")),
        is_operator=desk.account.is_operator,
        months=_list_months(desk) if can_read else (),
        returned=returned[:ROWS_MAX],
        seats=seats,
        waiting=len(rows),
    )
    return desk.render("desk/home.html", page)


def _list_months(desk: Desk) -> tuple[MonthRow, ...]:
    today = get_day(desk.ports.clock.now_ms())
    try:
        with desk.ports.ledger.read(desk.village) as reader:
            return tuple(_tell_months(reader, today[:7]))
    except NotFound:
        return ()  # Its log is not founded yet.


def _tell_months(reader: Reader, this_month: str) -> list[MonthRow]:
    """Return what of the last closed month and of the open ones is still to do."""
    books = get_fact(reader.facts, "books", BooksFacts)
    if books is None:
        return []
    rows = []
    periods = [key.rpartition("/")[2] for key, _value in scan_facts(reader.facts, "period/", PeriodFacts)]
    for period in periods:
        facts = get_fact(reader.facts, f"period/{period}", PeriodFacts)
        if facts is not None and not facts.closed:
            is_late = period < this_month
            said = _("{month}还没有结账").format(month=format_month(period))
            rows.append(MonthRow(is_late=is_late, said=said + (_("，月份已经过完") if is_late else "")))
    closed = [period for period in periods if _is_closed(reader.facts, period)]
    if closed:
        missing = [
            SHEET_NAMES[kind] for kind in SHEET_KINDS if not _is_sealed(reader.facts, closed[-1], kind)
        ]
        if missing:
            said = _("{month}已结账，还没有封存：{sheets}").format(
                month=format_month(closed[-1]), sheets=_("、").join(missing)
            )
            rows.append(MonthRow(is_late=True, said=said))
    return rows


def _is_closed(facts: Facts, period: str) -> bool:
    found = get_fact(facts, f"period/{period}", PeriodFacts)
    return found is not None and bool(found.closed)


def _is_sealed(facts: Facts, period: str, kind: str) -> bool:
    letter = SHEET_LETTERS[kind]  # type: ignore[index]  # One of SHEET_KINDS.
    return any(True for _item in scan_facts(facts, f"sheet/{period}/{letter}/", SheetFacts))


ROUTES: tuple[HTTPRouteHandler, ...] = (show_home,)
