"""What is late on the day's desk, or soon will be: the most urgent first, each with the way to where it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.books.law import count_days, find_days
from ledger.desk import Account
from ledger.errors import NotFound
from ledger.ports import Reader
from ledger.service.lateness import SOON_DAYS, Late, find_lateness
from ledger.state import get_day
from ledger.state.facts import EntryAt, get_fact
from ledger.vaults import Draft
from ledger.witnessed import read_confirmation
from reports.words import format_day, format_month
from web.desk.calendar import CALENDAR
from web.desk.routing import Desk
from web.i18n import _
from web.late_words import tell_late


@dataclass(frozen=True)
class LateRow:
    """One thing that is late. `path` leads to where it is done, empty where that is no page."""

    is_urgent: bool
    path: str
    said: str


@dataclass(frozen=True)
class Lateness:
    """What is late in the village of the session; `hanging` says what has to hang on, and until when."""

    hanging: str
    rows: tuple[LateRow, ...]


def read_lateness(desk: Desk, drafts: Sequence[Draft]) -> Lateness:
    """Return what is late in the village that the session acts in; nothing before its log is founded.

    `drafts` are those that wait.
    """
    village, ports = desk.village, desk.ports
    # Before the view is opened: a head signed in between would promise more than the view holds.
    newest = ports.heads.find_newest(village)
    try:
        with ports.ledger.read(village) as reader:
            standing = desk.site.get_standing(village, reader, newest)
            late = find_lateness(
                ports,
                reader,
                standing,
                confirmation=read_confirmation(ports, village, reader, newest),
                drafts=drafts,
            )
            return Lateness(_tell_hanging(desk, reader), tuple(_build_row(desk, item) for item in late))
    except NotFound:
        return Lateness("", ())


def list_ending(desk: Desk) -> tuple[LateRow, ...]:
    """Return whose account ends soon: one's own and, for who manages them, everybody's."""
    accounts = [desk.account]
    if desk.may("accounts.manage"):
        with desk.ports.desk.read() as reader:
            accounts = reader.list_accounts()
    today = get_day(desk.ports.clock.now_ms())
    ending = [account for account in accounts if _ends_soon(account, today)]
    return tuple(_build_ending(desk, account) for account in sorted(ending, key=lambda item: item.expires_on))


def _ends_soon(account: Account, today: str) -> bool:
    if account.is_disabled or not account.expires_on:
        return False
    return today <= account.expires_on <= count_days(today, SOON_DAYS)


def _build_ending(desk: Desk, account: Account) -> LateRow:
    day = format_day(account.expires_on)
    if account.account == desk.account.account:
        said = _("您的账号用到 {day}，还要用的，请运维员延期").format(day=day)
        return LateRow(is_urgent=True, path="/desk/account", said=said)
    said = _("账号 {name} 用到 {day}，还要用的，点开延期").format(name=account.sign_in, day=day)
    return LateRow(is_urgent=False, path=f"/desk/accounts/{account.account}", said=said)


def _build_row(desk: Desk, late: Late) -> LateRow:
    return LateRow(is_urgent=late.is_urgent, path=_find_path(desk, late), said=tell_late(late))


def _find_path(desk: Desk, late: Late) -> str:
    if late.kind in {"expired", "expiring", "held", "slow"}:
        return f"/desk/drafts/{late.subject}" if late.subject else "/desk/drafts"
    if late.kind in {"objection-due", "objection-late"}:
        return "/desk/objections"
    if late.kind == "report-late":
        return "/desk/reports"
    if late.kind in {"round-late", "round-soon"}:
        return CALENDAR
    if late.kind == "silent":
        return f"/c/{desk.village}"
    if late.kind == "read-only":
        return ""
    return "/desk/months" if desk.may("sheet.print") else f"/v/{desk.village}/sheets"


def _tell_hanging(desk: Desk, reader: Reader) -> str:
    """Return which finance sheet has still to hang, and until when; empty where none has."""
    latest = get_fact(reader.facts, "latest/F", EntryAt)
    if latest is None:
        return ""
    entry = reader.facts.read_entry(latest.index)
    hung_on = get_day(entry.recorded_at)
    days = find_days(desk.ports.reference.law, "display", desk.village[:2], hung_on)
    until = count_days(hung_on, days or 0)
    if until < get_day(desk.ports.clock.now_ms()):
        return ""
    return _("{month}的财务公开表要一直贴到 {day}").format(
        month=format_month(entry.period), day=format_day(until)
    )
