"""What somebody types at the desk, kept until it is handed in: every state for a while, so that one can step back.

A sheet is a kind of workbook, or the draft that was returned and is put right. Its states are kept one after another
and never changed; a step back is one more state, with what an older one held, that knows where the next step leads. A
state that two windows would both follow up is kept once: the second is refused, and kept aside under a name of its own,
so that whoever typed chooses.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec

from ledger.errors import Fault, Refused
from ledger.ports import Ports
from ledger.service.workbooks.columns import WORKBOOKS
from ledger.service.workbooks.typed import TypedTables, count_rows, widen_row
from ledger.vaults import Unsent

STATES_KEPT = 20
"""States of one sheet: as many steps back, about 10 kB each for a month of vouchers."""
ONE_STATE_MS = 60_000
"""For so long what is kept by itself goes on in one state: nobody wants to step back by single letters."""
ASIDE = "~"
"""Behind the name of a sheet: what a second window could not keep there."""

Tables = dict[str, tuple[tuple[str, ...], ...]]


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one state. `before` and `after` are where a step back and a step forth lead, 0 for nowhere.

    `gone` counts the places where something was taken out of it, since whom it named was erased.
    """

    after: int = 0
    before: int = 0
    begun_at: int  # UTC milliseconds
    gone: int = 0
    is_auto: bool = False
    saved_at: int  # UTC milliseconds
    tables: Tables


class Opened(NamedTuple):
    """A sheet as it was kept last; version 0 and no rows where nothing is. `is_repeat`: see `save_sheet`."""

    version: int
    state: State
    is_repeat: bool = False

    @property
    def rows(self) -> int:
        """In how many rows something was typed."""
        return count_rows(self.state.tables)


NOTHING = Opened(0, State(begun_at=0, saved_at=0, tables={}))
_STATE = msgspec.msgpack.Decoder(State)
TABLE_COLUMNS = {
    sheet.name: tuple(column.header for column in sheet.columns)
    for book in WORKBOOKS.values()
    for sheet in book.sheets
}
"""The headers of every table that can be typed, by its name."""
_SHEETS = {sheet.name: sheet for book in WORKBOOKS.values() for sheet in book.sheets}


def open_sheet(ports: Ports, village: str, user: str, sheet: str) -> Opened:
    """Return a sheet as it was kept last."""
    states = ports.vault.list_unsent(village, user, sheet)
    return Opened(states[-1].version, _read(states[-1])) if states else NOTHING


def open_version(ports: Ports, village: str, user: str, sheet: str, version: int) -> State | None:
    """Return a sheet as it was kept under a version; None where that state is not kept any more."""
    states = ports.vault.list_unsent(village, user, sheet)
    return next((_read(state) for state in states if state.version == version), None)


def list_sheets(ports: Ports, village: str, user: str) -> dict[str, Opened]:
    """Return somebody's sheets in which something stands, or did until it was taken out, by name, as they were kept
    last.
    """
    found = {
        sheet: Opened(state.version, _read(state))
        for sheet, state in ports.vault.find_unsent(village, user).items()
    }
    return {sheet: opened for sheet, opened in sorted(found.items()) if opened.rows or opened.state.gone}


def save_sheet(
    ports: Ports,
    village: str,
    user: str,
    sheet: str,
    tables: TypedTables,
    *,
    start: int,
    is_auto: bool = False,
) -> Opened:
    """Keep what was typed on top of the version `start`; the very same as is kept changes nothing.

    A form that was sent before, or brings nothing new from a window that another one overtook, changes nothing either:
    the sheet comes back as a repeat. Raises Refused where another window kept something in the meantime; what was typed
    is then kept aside.
    """
    kept, current = _tidy(tables), open_sheet(ports, village, user, sheet)
    if kept == current.state.tables:
        return current._replace(is_repeat=start != current.version)
    if start != current.version and _is_known(ports, village, user, sheet, kept, start):
        return current._replace(is_repeat=True)
    if start == current.version:
        goes_on = is_auto and current.state.is_auto and _is_recent(ports, current.state)
        state = State(
            before=current.state.before if goes_on else current.version,
            begun_at=current.state.begun_at if goes_on else ports.clock.now_ms(),
            is_auto=is_auto,
            saved_at=ports.clock.now_ms(),
            tables=kept,
        )
        saved = _put(ports, village, user, sheet, state, start, instead=goes_on)
        if saved is not None:
            return saved
    _keep_aside(ports, village, user, sheet, kept)
    raise Refused([_fault_stale()])


def step(
    ports: Ports, village: str, user: str, sheet: str, way: Literal["back", "forth"], *, start: int
) -> Opened:
    """Go to the state before the newest, or take such a step back; where there is none nothing changes."""
    states = {state.version: state for state in ports.vault.list_unsent(village, user, sheet)}
    current = open_sheet(ports, village, user, sheet)
    if start != current.version:
        raise Refused([_fault_stale()])
    target = current.state.before if way == "back" else current.state.after
    if target not in states and not (way == "back" and can_step(ports, village, user, sheet, "back")):
        return current
    old = _read(states[target]) if target in states else NOTHING.state
    state = State(
        after=current.version if way == "back" else old.after,
        before=old.before,
        begun_at=ports.clock.now_ms(),
        saved_at=ports.clock.now_ms(),
        tables=old.tables,
    )
    saved = _put(ports, village, user, sheet, state, start)
    if saved is None:
        raise Refused([_fault_stale()])
    return saved


def can_step(ports: Ports, village: str, user: str, sheet: str, way: Literal["back", "forth"]) -> bool:
    """Whether there is a state to go to. Before the first one the sheet was empty."""
    states = ports.vault.list_unsent(village, user, sheet)
    if not states:
        return False
    newest = _read(states[-1])
    target = newest.before if way == "back" else newest.after
    if way == "back" and target == 0:
        return bool(newest.tables)
    return target in [state.version for state in states]


def drop_sheet(ports: Ports, village: str, user: str, sheet: str, version: int) -> None:
    """Forget a sheet with all its states; Refused where it was kept again since."""
    if not ports.vault.drop_unsent(village, user, sheet, version):
        raise Refused([_fault_stale()])


def open_aside(ports: Ports, village: str, user: str, sheet: str) -> Opened:
    """Return what a second window could not keep."""
    return open_sheet(ports, village, user, sheet + ASIDE)


def take_aside(ports: Ports, village: str, user: str, sheet: str, *, start: int) -> Opened:
    """Go on with what was kept aside; what the sheet held before is one step back."""
    aside = open_aside(ports, village, user, sheet)
    if aside.version == 0:
        return open_sheet(ports, village, user, sheet)
    saved = save_sheet(ports, village, user, sheet, aside.state.tables, start=start)
    ports.vault.drop_unsent(village, user, sheet + ASIDE, aside.version)
    return saved


def drop_aside(ports: Ports, village: str, user: str, sheet: str) -> None:
    """Forget what was kept aside."""
    aside = open_aside(ports, village, user, sheet)
    ports.vault.drop_unsent(village, user, sheet + ASIDE, aside.version)


def rewrite_sheets(ports: Ports, village: str, strip: Callable[[Tables], tuple[Tables, int]]) -> None:
    """Take out of everybody's sheets what `strip` takes out of tables, with the count of places where something was. Of
    a sheet in which that is anything, in whatever state, the newest stripped state alone stays: no step leads back.
    """
    for person in ports.vault.list_persons(village):
        for sheet in ports.vault.find_unsent(village, person.user):
            while not _rewrite(ports, village, person.user, sheet, strip):
                pass  # Somebody typed in between: what they kept is looked at too.


def _rewrite(
    ports: Ports, village: str, user: str, sheet: str, strip: Callable[[Tables], tuple[Tables, int]]
) -> bool:
    states = ports.vault.list_unsent(village, user, sheet)
    read = [_read(state) for state in states]
    stripped = [strip(state.tables) for state in read]
    if not any(gone for _tables, gone in stripped):
        return True
    tables, gone = stripped[-1]
    now = ports.clock.now_ms()
    state = State(begun_at=now, gone=read[-1].gone + gone, saved_at=now, tables=_tidy(tables))
    return _put(ports, village, user, sheet, state, states[-1].version, most=1) is not None


def _tidy(tables: TypedTables) -> Tables:
    """Return the tables without the empty rows below the last; tables without a row are left out."""
    kept: Tables = {}
    for name, rows in tables.items():
        last = max((number for number, row in enumerate(rows, 1) if any(row)), default=0)
        if last:
            kept[name] = tuple(tuple(row) for row in rows[:last])
    return kept


def _is_known(ports: Ports, village: str, user: str, sheet: str, tables: Tables, start: int) -> bool:
    """Whether these rows are what the version `start` held, or what was kept once on top of it."""
    if start == 0 and not tables:
        return True
    states = {state.version: _read(state) for state in ports.vault.list_unsent(village, user, sheet)}
    return any(
        state.tables == tables and start in (version, state.before) for version, state in states.items()
    )


def _keep_aside(ports: Ports, village: str, user: str, sheet: str, tables: Tables) -> None:
    now = ports.clock.now_ms()
    kept = open_aside(ports, village, user, sheet)
    state = State(begun_at=now, saved_at=now, tables=tables)
    # A third window that comes first loses nothing: what it kept is one of the states.
    _put(ports, village, user, sheet + ASIDE, state, kept.version)


def _put(
    ports: Ports,
    village: str,
    user: str,
    sheet: str,
    state: State,
    start: int,
    *,
    instead: bool = False,
    most: int = STATES_KEPT,
) -> Opened | None:
    # By the clock, so that a window left open since a sheet was handed in never meets its own number again.
    version = max(start + 1, ports.clock.now_ms())
    data = zlib.compress(msgspec.msgpack.encode(state))
    is_kept = ports.vault.put_unsent(
        village,
        user,
        sheet,
        Unsent(data=data, version=version),
        after=start,
        instead=instead,
        most=most,
    )
    return Opened(version, state) if is_kept else None


def _is_recent(ports: Ports, state: State) -> bool:
    return ports.clock.now_ms() - state.begun_at < ONE_STATE_MS


def _read(state: Unsent) -> State:
    read = _STATE.decode(zlib.decompress(state.data))
    tables = {
        name: tuple(widen_row(_SHEETS[name], row) for row in rows) if name in _SHEETS else rows
        for name, rows in read.tables.items()
    }
    return msgspec.structs.replace(read, tables=tables)


def _fault_stale() -> Fault:
    return Fault(
        code="typed-elsewhere",
        place="填的表",
        found="您在另一个窗口里也填了这张表，那边先存了",
        expected="从最后存的那一份接着填",
        remedy="两份都留着：在下面选用哪一份",
    )
