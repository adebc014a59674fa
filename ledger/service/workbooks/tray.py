"""What an import gathers: faults, drafts, and the facts as they would be once the drafts were entries.

The drafts of one file follow one another: each is judged by the very rules that recording will apply, over an
overlay of the facts in which those before it are folded already. Nothing here is written anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from ledger.books.accounts import Chart
from ledger.books.values import get_last_day
from ledger.entries import KIND_OF_BODY, Body, Claim, Entry, name_clerk
from ledger.errors import Fault
from ledger.figures.charts import collect_chart
from ledger.ports import Ports, Reader
from ledger.service.drafts import Discloser, build_draft, build_trial
from ledger.service.sheets import read_texts
from ledger.service.slots import Slot, check_waiting
from ledger.service.workbooks.answered import RoundPart
from ledger.service.workbooks.lines import Line
from ledger.state import check_entry, fold_entry, get_day
from ledger.state.facts import Facts
from ledger.vaults import Draft, Household, Member

_ONCE_A_MONTH = frozenset({"books-not-opened", "period-closed", "period-future", "period-before-books"})
"""Faults of a month, not of a line: said at its first line only."""
_ROW = re.compile("工作表「([^」]*)」(?:第 ([0-9]+) 行|[A-Z]+([0-9]+))")
"""The row that a fault's place is, or is a cell of, or says something in."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What every kind of workbook is judged with."""

    batch: str  # digest of file, kind and village
    maker: str
    names: frozenset[str]  # of villagers in the vault: they may not stand in public text
    part: RoundPart | None  # that is put right; its month's rows are that part and not a round of their own
    ports: Ports
    reader: Reader
    village: str
    waiting: Mapping[Slot, Draft]  # drafts that nobody passed yet, by the place that only one can have

    @property
    def today(self) -> str:
        """The day of +08:00 by the injected clock."""
        return get_day(self.ports.clock.now_ms())

    def get_day_in(self, period: str) -> str:
        """Return the month's last day, or today where the month is still running."""
        return min(get_last_day(period), self.today)


class OverlayFacts:
    """Facts with those of entries that do not exist yet on top; the base is only read."""

    def __init__(self, base: Facts, size: int) -> None:
        self._base = base
        self._entries: list[Entry] = []
        self._waiting: set[int] = set()
        self._size = size
        self._values: dict[str, bytes] = {}

    @property
    def next_index(self) -> int:
        """The index that the next provisional entry would have, if nothing else came between."""
        return self._size + len(self._entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The provisional entries of this file so far."""
        return tuple(entry for entry in self._entries if entry.index not in self._waiting)

    def fold(self, entry: Entry, *, is_waiting: bool = False) -> None:
        """Apply a provisional entry, already checked: of this file, or of a draft that waits."""
        self._entries.append(entry)
        if is_waiting:
            self._waiting.add(entry.index)
        fold_entry(self, entry)

    def is_recorded(self, index: int) -> bool:
        """Whether the entry at `index` is in the log, not only in this file."""
        return index < self._size

    def get(self, key: str) -> bytes | None:
        return self._values[key] if key in self._values else self._base.get(key)

    def put(self, key: str, value: bytes) -> None:
        self._values[key] = value

    def scan(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        merged = dict(self._base.scan(prefix))
        merged |= {key: value for key, value in self._values.items() if key.startswith(prefix)}
        yield from sorted(merged.items())

    def read_entry(self, index: int) -> Entry:
        return self._base.read_entry(index) if index < self._size else self._entries[index - self._size]


@dataclass(kw_only=True)
class Tray:
    """What has been gathered so far."""

    desk: Desk
    facts: OverlayFacts
    drafts: list[Draft] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    preview: list[str] = field(default_factory=list)
    _said: set[tuple[str, str]] = field(default_factory=set)
    _spoiled: set[tuple[str, int]] = field(default_factory=set)  # sheets and rows

    def get_chart(self) -> Chart:
        """Return the chart of accounts of this month, with the village's own sub-accounts."""
        reference, texts = self.desk.ports.reference, read_texts(self.desk.reader)
        return collect_chart(self.facts, reference, texts, self.desk.today[:7])

    def check(self, body: Body, occurred_on: str, period: str) -> list[Fault]:
        """Return every reason why this may not follow what is recorded, gathered so far, or waiting."""
        entry = self._build_entry(self._build_claim(body, occurred_on, period))
        faults = check_entry(self.facts, self.desk.ports.reference, entry)
        return faults + check_waiting(self.desk.waiting, body, period)

    def refuse(self, faults: Iterable[Fault], place: str = "") -> None:
        """Keep faults; with `place`, say it before each one's own."""
        for fault in faults:
            said = (fault.code, fault.found)
            if fault.code in _ONCE_A_MONTH and said in self._said:
                continue
            self._said.add(said)
            where = f"{place}，{fault.place}" if place else fault.place
            self.faults.append(msgspec.structs.replace(fault, place=where))
            if row := _ROW.match(where):
                self._spoiled.add((row[1], int(row[2] or row[3])))

    def is_spoiled(self, line: Line) -> bool:
        """Whether something of a row was refused already."""
        return (line.sheet, line.row) in self._spoiled

    def is_ready(self, line: Line) -> bool:
        """Whether everything of a row was read that an entry's own rules look at, and nothing was refused of it."""
        return line.is_whole and not self.is_spoiled(line)

    def add(self, body: Body, occurred_on: str, period: str, label: str, texts: Discloser) -> None:
        """Draft a body that `check` found no fault in, and fold it."""
        claim = self._build_claim(body, occurred_on, period)
        self.drafts.append(build_draft(self.desk.ports, claim, label, self.desk.batch, texts))
        self.facts.fold(self._build_entry(claim))

    def _build_claim(self, body: Body, occurred_on: str, period: str) -> Claim:
        return Claim(
            body=body,
            kind=KIND_OF_BODY[type(body)],
            maker=name_clerk(self.desk.maker),
            occurred_on=occurred_on,
            period=period,
            village=self.desk.village,
        )

    def _build_entry(self, claim: Claim) -> Entry:
        return build_trial(claim, self.facts.next_index, self.desk.ports.clock.now_ms())


def split_parts(items: Sequence[object], size: int) -> list[tuple[int, int]]:
    """Return the (start, stop) of parts of at most `size` items; one empty part where there are none."""
    starts = range(0, max(len(items), 1), size)
    return [(start, min(start + size, len(items))) for start in starts]
