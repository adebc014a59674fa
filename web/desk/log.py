"""The desk's log as pages: what one did oneself, and what was done in the village.

A line holds pseudonyms alone. Here they are read back into the names of those who act in the village that one acts in;
whose households or members a line is about stays a pseudonym. The newest come first, and one request looks at so many
lines and no more: the page goes on from where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec
from litestar.handlers import HTTPRouteHandler

from ledger.data import load_masks, load_roles
from ledger.desk import DeskLine, DeskReader
from ledger.errors import Fault, Refused
from ledger.service.accounts.desk_log import EVENTS, Fact, LoggedFact, read_line
from ledger.service.accounts.manage import check_day
from ledger.service.erase import ERASURE_WHYS, MACHINE_WHY
from ledger.service.objections import ASIDE_WHYS
from ledger.state import get_day
from web.cache import PageBytes
from web.desk.frame import NO_FAULTS, NOT_REFUSED, DeskFrame, Faults, Refusal, place_faults
from web.desk.log_words import EVENT_NAMES, REASON_NAMES, name_place
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.respond import Answer
from web.words import format_instant

LOG = "/desk/log"
VILLAGE_LOG = f"{LOG}/village"
ROWS_A_PAGE = 50
LOOKED_AT_MAX = 5_000
"""Lines that one page looks at, however few of them are shown: some tenths of a second."""
DOWNLOADED_MAX = 200_000
"""Lines that a download looks at: some years of a township."""
CHUNK_LINES = 500
JSON_LINES = "application/jsonl; charset=utf-8"
_NEWEST = 2**62
_ASKED_FOR = ERASURE_WHYS | ASIDE_WHYS | {MACHINE_WHY: _("在机器上办")}
"""Why somebody asked that something be erased or not registered, by its code: an event's own words come first."""

Keeps = Callable[[Fact], bool]


@dataclass(frozen=True)
class LogRow:
    """A fact in words. `who` is empty where nobody was signed in; `about` and `why` where there is nothing to say."""

    about: str
    at: str
    number: int
    said: str
    who: str
    why: str


@dataclass(frozen=True)
class OwnLogPage:
    """`more` leads to older lines; empty where there are none."""

    frame: DeskFrame
    more: str
    rows: tuple[LogRow, ...]


@dataclass(frozen=True)
class Choice:
    """Something to be chosen from a list."""

    is_chosen: bool
    name: str
    value: str


@dataclass(frozen=True)
class LogFilter:
    """What is asked for: a person, an event, days of +08:00. Empty is everything."""

    event: str = ""
    person: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class VillageLogPage:
    download: str
    events: tuple[Choice, ...]
    faults: Faults
    frame: DeskFrame
    is_filtered: bool
    more: str
    persons: tuple[Choice, ...]
    rows: tuple[LogRow, ...]
    since: str
    until: str


@dataclass(frozen=True)
class _Names:
    """Whose pseudonyms can be read: persons of the village, and the accounts that act as them."""

    accounts: Mapping[str, str]  # account to person
    persons: Mapping[str, str]  # person to name

    def tell(self, subject: str) -> str:
        return self.persons.get(self.accounts.get(subject, subject), subject)


@route_desk(LOG, allow="desklog.own", summary="What one did oneself")
def show_own(desk: Desk) -> Answer:
    account = desk.account.account
    names = _read_names(desk)
    with desk.ports.desk.read() as reader:
        rows, next_ = _take_page(reader, _read_before(desk), lambda fact: fact.account == account)
    page = OwnLogPage(
        frame=desk.build_frame(_("我的操作记录")),
        more=f"{LOG}?before={next_}" if next_ else "",
        rows=tuple(_tell(logged, names) for logged in rows),
    )
    return desk.render("desk/own_log.html", page)


@route_desk(VILLAGE_LOG, allow="desklog.read", summary="What was done in the village")
def show_village(desk: Desk) -> Answer:
    asked, names = _read_filter(desk), _read_names(desk)
    faults = _check_days(asked)
    rows: list[LoggedFact] = []
    next_ = 0
    if not faults:
        with desk.ports.desk.read() as reader:
            keeps = _build_keeps(desk.village, asked, names)
            rows, next_ = _take_page(reader, _read_before(desk), keeps, asked)
    query = urlencode({name: value for name, value in vars(asked).items() if value})
    refusal = Refusal(place_faults(faults, {"从哪天": "since", "到哪天": "until"}), status=422)
    page = VillageLogPage(
        download=f"{VILLAGE_LOG}.jsonl?{query}",
        events=tuple(
            Choice(event == asked.event, EVENT_NAMES[event], event) for event in sorted(EVENT_NAMES)
        ),
        faults=refusal.faults if faults else NO_FAULTS,
        frame=desk.build_frame(_("本村的操作记录")),
        is_filtered=bool(query),
        more=f"{VILLAGE_LOG}?{query}{'&' if query else ''}before={next_}" if next_ else "",
        persons=tuple(Choice(user == asked.person, name, user) for user, name in names.persons.items()),
        rows=tuple(_tell(logged, names) for logged in rows),
        since=asked.since,
        until=asked.until,
    )
    return desk.render("desk/village_log.html", page, refusal=refusal if faults else NOT_REFUSED)


@route_desk(f"{VILLAGE_LOG}.jsonl", allow="desklog.read", summary="The same, one JSON object a line")
def show_download(desk: Desk) -> Answer:
    asked, names = _read_filter(desk), _read_names(desk)
    if _check_days(asked):
        return desk.redirect(VILLAGE_LOG)
    keeps = _build_keeps(desk.village, asked, names)
    desk.log("exported", reason="desk-log")
    with desk.ports.desk.read() as reader:
        found = [
            _write_line(row, logged)
            for row, logged in _iterate(reader, _NEWEST, DOWNLOADED_MAX)
            if logged is not None and _is_in(logged, asked) and keeps(logged.fact)
        ]
    headers = {"content-disposition": f'attachment; filename="desk-log-{desk.village}.jsonl"'}
    return answer(desk.request, PageBytes(b"".join(reversed(found)), b"", "", JSON_LINES), headers=headers)


def _take_page(
    reader: DeskReader, before: int, keeps: Keeps, asked: LogFilter | None = None
) -> tuple[list[LoggedFact], int]:
    """Return the newest facts below a number that are kept, and below which number the next page begins; 0 for none."""
    rows: list[LoggedFact] = []
    last = 0
    for row, logged in _iterate(reader, before, LOOKED_AT_MAX):
        last = row.number
        if logged is not None and _is_in(logged, asked) and keeps(logged.fact):
            rows.append(logged)
        if len(rows) == ROWS_A_PAGE:
            break
    return rows, last if last > 1 else 0


def _iterate(reader: DeskReader, before: int, count: int) -> Iterator[tuple[DeskLine, LoggedFact | None]]:
    """Yield at most `count` lines below a number, the newest first."""
    while count > 0:
        rows = reader.list_lines_before(before, min(CHUNK_LINES, count))
        if not rows:
            return
        yield from ((row, read_line(row)) for row in rows)
        before, count = rows[-1].number, count - len(rows)


def _build_keeps(village: str, asked: LogFilter, names: _Names) -> Keeps:
    """Return what says whether a fact is of this village and is asked for.

    Of a village are the lines that name it, and those that name none but an account that acts in it: a wrong password,
    an account that the operator disabled.
    """

    def keeps(fact: Fact) -> bool:
        is_accounts = not fact.village and not names.accounts.keys().isdisjoint({fact.account, fact.subject})
        if fact.village != village and not is_accounts:
            return False
        about = {fact.actor, fact.subject, names.accounts.get(fact.account), names.accounts.get(fact.subject)}
        return (not asked.event or fact.event == asked.event) and (not asked.person or asked.person in about)

    return keeps


def _is_in(logged: LoggedFact, asked: LogFilter | None) -> bool:
    """Whether a fact is of the days that are asked for."""
    if asked is None or not (asked.since or asked.until):
        return True
    day = get_day(logged.at_ms)
    return asked.since <= day and (not asked.until or day <= asked.until)


def _read_filter(desk: Desk) -> LogFilter:
    query = desk.request.query_params
    event = query.get("event", "")
    return LogFilter(
        event=event if event in EVENTS else "",
        person=query.get("person", "")[:20],
        since=query.get("since", "").strip()[:20],
        until=query.get("until", "").strip()[:20],
    )


def _read_before(desk: Desk) -> int:
    text = desk.request.query_params.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else _NEWEST


def _check_days(asked: LogFilter) -> list[Fault]:
    return [
        Fault(
            code="desk-log-since",
            place=place,
            found=fault.found,
            expected=fault.expected,
            remedy=fault.remedy,
        )
        for place, day in ((_("从哪天"), asked.since), (_("到哪天"), asked.until))
        if day
        for fault in check_day(day)
    ]


def _read_names(desk: Desk) -> _Names:
    """Return whom one may know by name: those who act in the village that one acts in oneself."""
    if desk.who.seat is None:
        return _Names({}, {})
    try:
        persons = {person.user: person.name for person in desk.ports.vault.list_persons(desk.village)}
    except Refused:
        persons = {}  # The vault's keys are elsewhere: pseudonyms then.
    with desk.ports.desk.read() as reader:
        seats = [seat for account in reader.list_accounts() for seat in reader.list_seats(account.account)]
    return _Names({seat.account: seat.person for seat in seats if seat.village == desk.village}, persons)


def _tell(logged: LoggedFact, names: _Names) -> LogRow:
    fact = logged.fact
    reason = names.tell(fact.reason) if fact.reason.startswith(("a-", "u-")) else fact.reason
    why = "" if reason == names.tell(fact.subject) else _name_reason(reason, fact.event)
    told = "" if fact.outcome in ("", "whole") else REASON_NAMES.get(fact.outcome, fact.outcome)
    return LogRow(
        about=names.tell(fact.subject) if fact.subject else _tell_count(fact.count),
        at=format_instant(logged.at_ms),
        number=logged.number,
        said=EVENT_NAMES.get(fact.event, fact.event),
        who=names.tell(fact.actor or fact.account),
        why=_("，").join(part for part in (why, name_place(fact.place), told) if part),
    )


def _tell_count(count: str) -> str:
    return _("{count} 户或人").format(count=count) if count else ""


def _name_reason(reason: str, event: str) -> str:
    """Return a code in words: why somebody asked, a duty, an action, why somebody reads, ours; else the code itself."""
    if event.startswith(("erase", "objection-aside")) and reason in _ASKED_FOR:
        return _ASKED_FOR[reason]
    table = load_roles()
    if reason in table.duties:
        return table.name(reason)
    if reason in table.actions:
        return table.actions[reason].title
    return REASON_NAMES.get(reason) or load_masks().name_purposes(reason)


def _write_line(row: DeskLine, logged: LoggedFact) -> bytes:
    fields = {name: value for name, value in msgspec.to_builtins(logged.fact).items() if value}
    return (
        msgspec.json.encode({"number": row.number, "at": logged.at, **fields, "digest": row.digest.hex()})
        + b"\n"
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_own, show_village, show_download)
