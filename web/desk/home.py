"""The day's desk: what waits for whoever signed in, what came back, and where the month stands."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.values import MONTH_KINDS
from ledger.errors import NotFound
from ledger.ports import Reader
from ledger.service.concerns import count_open
from ledger.service.sheets import find_sheet, has_adopted
from ledger.state import get_day
from ledger.state.facts import BooksFacts, PeriodFacts, get_fact, scan_facts
from ledger.vaults import OPEN_STATES
from reports.words import format_count, format_month
from web.desk.begun import TYPED, BegunRow, list_begun
from web.desk.drafts import DraftRow, list_rows
from web.desk.frame import DeskFrame
from web.desk.late import Lateness, LateRow, list_ending, read_lateness
from web.desk.resets import ResetNews, read_resets
from web.desk.rooms import Room, list_works
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
class PageRow:
    """A page that is not needed every day."""

    path: str
    said: str


@dataclass(frozen=True)
class HomePage:
    """`for_me` waits for this person, `returned` came back to them, `waiting` counts all that waits for anybody.

    `concerns` counts what somebody would ask about the books, empty for nothing. `hanging` says which sheet has to
    hang on; `kinds` are the sheets that can be typed, and `unsent` those that were begun; `late` is what is late, the
    most urgent first; `reported` counts what came in by the page and is no case yet, empty for none; `resets` says
    whose sign-in was reset, until it was seen. `seats` counts the villages in which the account may act; `works` are
    the rooms of what is done month by month.
    """

    can_audit: bool
    can_name: bool
    can_prepare: bool
    can_print: bool
    can_read: bool
    concerns: str
    for_me: tuple[DraftRow, ...]
    for_me_count: int
    frame: DeskFrame
    hanging: str
    is_operator: bool
    kinds: tuple[tuple[str, str], ...]
    late: tuple[LateRow, ...]
    months: tuple[MonthRow, ...]
    pages: tuple[PageRow, ...]
    reported: str
    resets: ResetNews
    returned: tuple[DraftRow, ...]
    seats: int
    unsent: tuple[BegunRow, ...]
    waiting: int
    works: tuple[Room, ...]


@route_desk(HOME, allow="signed-in", summary="The day's desk: what waits, what came back, what is late")
def show_home(desk: Desk) -> Answer:
    with desk.ports.desk.read() as reader:
        seats = len(reader.list_seats(desk.account.account))
    can_read = desk.may("draft.read")
    rows: tuple[DraftRow, ...] = ()
    returned: tuple[DraftRow, ...] = ()
    lateness = Lateness("", ())
    if can_read:
        waiting, came_back = (desk.ports.vault.list_drafts(desk.village, state) for state in OPEN_STATES)
        rows, returned = list_rows(desk, waiting), list_rows(desk, came_back)
        lateness = read_lateness(desk, waiting)
    for_me = tuple(row for row in rows if row.can_pass)
    page = HomePage(
        can_audit=desk.may("entries.read"),
        can_name=desk.may("names.read"),
        can_prepare=desk.may("draft.prepare"),
        can_print=desk.may("sheet.print"),
        can_read=can_read,
        concerns=_count_concerns(desk) if desk.may("entries.read") else "",
        for_me=for_me[:ROWS_MAX],
        for_me_count=len(for_me),
        frame=desk.build_frame(_("办事")),
        hanging=lateness.hanging,
        is_operator=desk.account.is_operator,
        kinds=TYPED,
        late=(*lateness.rows, *list_ending(desk)),
        months=_list_months(desk) if can_read else (),
        pages=_list_pages(desk),
        reported=_count_reported(desk) if can_read else "",
        resets=read_resets(desk),
        returned=returned[:ROWS_MAX],
        seats=seats,
        unsent=list_begun(desk) if desk.may("draft.prepare") else (),
        waiting=len(rows),
        works=list_works(desk.may) if can_read else (),
    )
    return desk.render("desk/home.html", page)


def _count_concerns(desk: Desk) -> str:
    """Return how many questions about the books are open, and how many of them matter most, in words."""
    try:
        with desk.ports.ledger.read(desk.village) as reader:
            found = count_open(desk.site.read_concerns(desk.village, reader))
    except NotFound:
        return ""  # Its log is not founded yet.
    if not found.serious:
        return _("{count} 件").format(count=format_count(found.total)) if found.total else ""
    said = _("{count} 件，{serious} 件重要")
    return said.format(count=format_count(found.total), serious=format_count(found.serious))


def _count_reported(desk: Desk) -> str:
    count = desk.ports.vault.count_reported(desk.village).unregistered
    return format_count(count) if count else ""


def _list_pages(desk: Desk) -> tuple[PageRow, ...]:
    pages = (
        ("duties.read", "/desk/people", _("人员和职责")),
        ("accounts.manage", "/desk/accounts", _("登录账号")),
        ("desklog.read", "/desk/log/village", _("本村的操作记录")),
        ("desklog.own", "/desk/log", _("我的操作记录")),
    )
    return tuple(PageRow(path, said) for action, path, said in pages if desk.may(action))


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
    rows, closed = [], []
    for period, facts in scan_facts(reader.facts, "period/", PeriodFacts):
        if facts.closed:
            closed.append(period)
            continue
        is_late = period < this_month
        said = _("{month}还没有结账").format(month=format_month(period))
        rows.append(MonthRow(is_late=is_late, said=said + (_("，月份已经过完") if is_late else "")))
    if closed:
        missing = [
            SHEET_NAMES[kind]
            for kind in MONTH_KINDS
            if has_adopted(reader, kind, closed[-1]) and find_sheet(reader, kind, closed[-1]) is None
        ]
        if missing:
            said = _("{month}已结账，还没有封存：{sheets}").format(
                month=format_month(closed[-1]), sheets=_("、").join(missing)
            )
            rows.append(MonthRow(is_late=True, said=said))
    return rows


ROUTES: tuple[HTTPRouteHandler, ...] = (show_home,)
