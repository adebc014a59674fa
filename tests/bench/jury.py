"""The jury's month: a workbook of every household looked at, handed in, reviewed, recorded, and its sheet made.

The log is one of its own; a place's size counts the awards of a month, ten for each household, and a village of five
thousand households is the largest that is measured. What recording writes is held against the very same rows, sealed
texts and all, in bare tables: one durable transaction, without rule, hash or key.
"""

from __future__ import annotations

import io
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import pysqlite3.dbapi2 as sqlite

from ledger.books.points import AgreementsSigned, GroupCount, HouseholdsRegistered
from ledger.books.values import get_next_period
from ledger.limits import ENTRY_MAX_LINES
from ledger.log.commitments import digest_disclosure
from ledger.service import passing
from ledger.service.drafts import open_draft
from ledger.service.import_ import Import, apply_import, import_workbook
from ledger.service.record import Passed
from ledger.service.showing import show_drafts
from ledger.service.workbooks.columns import WORKBOOKS
from ledger.service.workbooks.writing import open_workbook
from ledger.state.private import find_subject
from ledger.state.rulebooks import get_points_month
from ledger.store import engine as sqlite_engine
from ledger.vaults import Draft, Household
from reports.worker import WorkerRenderer
from tests.bench.measuring import Cost, Row, compare, measure
from tests.bench.places import BareSqlite, Place, Say, join_rows, read_cpu
from tests.builders import VILLAGE, build_rule, build_rulebook, make_id
from tests.homes import VillageHome, found_home

AWARDS_OF_ONE = 10
AWARDS_MAX = 50_000
FIRST_PERIOD = "2026-10"
GOAL = 0.4
"""Of the same rows written as they are."""
SEALED = ("D01", "D02")
"""Rules whose awards are sealed whole; of the others only whose they are."""
CODES = (*(f"B{number:02d}" for number in range(1, AWARDS_OF_ONE - 1)), *SEALED)
ITEM = "打扫门前"
"""What the builders call every rule."""

STEPS = {
    "looked at": "workbook read, judged, previewed",
    "handed in": "handed in",
    "shown": "shown whole to the supervisor",
    "passed": "passed: who may, what was seen",
    "recorded": "recorded, sealed texts kept, head signed",
    "sheet": "sheet sealed: figures, evidence, PDF",
}
"""What is timed of a month, and how a row calls it."""

T = TypeVar("T")
_Texts = list[tuple[str, str, str, str]]


class BareTexts:
    """A file beside the bare tables for the sealed texts, as our vault is a file beside the ledger."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite.connect(str(path), isolation_level=None)
        mode = sqlite_engine.choose_journal_mode(sqlite_engine.get_sqlite_version())
        self._connection.execute(f"PRAGMA journal_mode={mode}")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(
            "CREATE TABLE private (village TEXT NOT NULL, digest TEXT NOT NULL, subject TEXT NOT NULL,"
            " disclosure TEXT NOT NULL, PRIMARY KEY (village, digest))"
        )

    def insert(self, rows: _Texts) -> None:
        """Insert all rows in one durable transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO private VALUES (?, ?, ?, ?)", rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


def register(village: VillageHome, households: int) -> None:
    """Adopt ten rules, and register the households with their agreements, as many at once as an entry holds."""
    village.open_books()
    texts = village.texts
    rules = [build_rule(texts, code=code, points=-2 if code in SEALED else 2) for code in CODES]
    village.record(build_rulebook(texts, rules=tuple(rules)))
    village.home.vault.put_households(VILLAGE, [_build_household(number) for number in range(households)])
    for start in range(0, households, ENTRY_MAX_LINES):
        ids = [make_id("h", number) for number in range(start, min(start + ENTRY_MAX_LINES, households))]
        sealed = [texts.seal({"group": 1, "household": id_}, "household") for id_ in ids]
        village.record(
            HouseholdsRegistered(
                groups=(GroupCount(group=1, households=len(ids)),),
                households=tuple(sorted(sealed, key=lambda item: item.sealed)),
            )
        )
        signed = {"display": True, "naming": False, "scoring": True}
        sealed = [texts.seal({**signed, "household": id_}, "agreement") for id_ in ids]
        village.record(
            AgreementsSigned(
                agreements=tuple(sorted(sealed, key=lambda item: item.sealed)),
                display=len(ids),
                naming=0,
                scoring=len(ids),
                version=1,
            )
        )


def write_workbook(period: str, households: int) -> bytes:
    """Return the workbook of a month, as a clerk fills in our template: a row for each award."""
    out = io.BytesIO()
    book = open_workbook(out)
    sheet = WORKBOOKS["points"].sheets[0]
    page = book.add_worksheet(sheet.name)
    headers = [column.header for column in sheet.columns]
    rows = [
        (period, one.number, one.name, code, ITEM, "1", f"评议小组第 {place + 1} 张表 {one.number} 号")
        for one in map(_build_household, range(households))
        for place, code in enumerate(CODES)
    ]
    for row, texts in enumerate([headers, *rows]):
        for column, text in enumerate(texts):
            page.write_string(row, column, text)
    book.close()
    return out.getvalue()


def _build_household(number: int) -> Household:
    return Household(
        consents=frozenset({"scoring", "display"}),
        group=1,
        household=make_id("h", number),
        name=f"样例户{number}",
        number=f"{number + 1:05d}",
    )


class Month:
    """Months of a village, each step by step; `costs` is what each step took."""

    def __init__(self, place: Place, bare: BareTexts, households: int) -> None:
        self._bare = bare
        self._households = households
        self._place = place
        self.costs: dict[str, list[Cost]] = defaultdict(list)

    def live(self, period: str, turn: int) -> None:
        """Take a month from its workbook to its sheet; what is recorded is written raw too, before it or after."""
        place, village = self._place, self._place.village
        home = village.home
        imported = self._look(period)
        self._time("handed in", lambda: apply_import(home, imported))
        ids = tuple(draft.id for draft in imported.drafts)
        shown = self._time("shown", lambda: show_drafts(home, VILLAGE, ids))
        assert len(shown) == len(ids)
        write_raw = self._prepare_raw(imported.drafts)
        if turn % 2:
            self._time("raw", write_raw)
        self._pass(ids)
        if not turn % 2:
            self._time("raw", write_raw)
        village.go_to(f"{get_next_period(period)}-02")
        village.close(period)
        with home.ledger.read(VILLAGE) as reader:
            month = get_points_month(reader.facts, period)
        assert (len(month.rounds), month.households) == (len(ids), self._households)
        self._time("sheet", lambda: village.seal("points", period))
        with home.ledger.read(VILLAGE) as reader:
            place.size = reader.size

    def _look(self, period: str) -> Import:
        data = write_workbook(period, self._households)
        home, clerk = self._place.village.home, self._place.village.clerk.user
        look = partial(
            import_workbook, home, village=VILLAGE, kind="points", filename="积分.xlsx", maker=clerk
        )
        imported = self._time("looked at", lambda: look(data=data))
        assert not imported.faults, imported.faults[:3]
        assert len(imported.preview) == self._households * AWARDS_OF_ONE + 1
        return imported

    def _pass(self, ids: Sequence[str]) -> None:
        """Pass all parts at once; what of it is recording is timed by itself, and its time taken off."""
        village, record = self._place.village, passing.record_claims
        with patch.object(
            passing,
            "record_claims",
            lambda *words: self._time("recorded", lambda: record(*words)),
        ):
            receipts = self._time(
                "passed", lambda: passing.pass_drafts(village.home, VILLAGE, ids, village.supervisor.user)
            )
        assert all(receipts)
        whole, recorded = self.costs["passed"].pop(), self.costs["recorded"][-1]
        self.costs["passed"].append(
            Cost(cpu_s=whole.cpu_s - recorded.cpu_s, wall_s=whole.wall_s - recorded.wall_s)
        )

    def _prepare_raw(self, drafts: Sequence[Draft]) -> Callable[[], None]:
        """Return what writes the rows that recording these drafts writes."""
        passed = [
            Passed(checkers=(), claim=open_draft(draft), private=draft.private, public=draft.public)
            for draft in drafts
        ]
        rows = join_rows(self._place.make_rows(self._place.build(passed), passed))
        texts = [
            (VILLAGE, digest_disclosure(text), find_subject(text) or "", text)
            for draft in drafts
            for text in draft.private
        ]

        def write() -> None:
            self._place.bare.insert(rows)
            self._bare.insert(texts)

        return write

    def _time(self, name: str, work: Callable[[], T]) -> T:
        found: list[T] = []
        self.costs[name].append(measure(lambda: found.append(work()), count_cpu))
        return found[0]


def count_cpu() -> float:
    """Return the processor seconds of this process and of the children that read and print for it, while they live."""
    return time.process_time() + sum(read_cpu(pid) for pid in _list_children())


def _list_children() -> list[int]:
    tasks = Path(f"/proc/{os.getpid()}/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]


def run(place: Place, rounds: int, say: Say) -> Iterator[Row]:
    """Yield the rows of a month of `place.wanted` awards, in files of its own; nothing on a server."""
    if place.kind != "SQLite":
        return
    awards = min(place.wanted, AWARDS_MAX)
    households = max(awards // AWARDS_OF_ONE, 1)
    folder = place.folder / "round"
    folder.mkdir()
    with WorkerRenderer() as renderer:
        village = found_home(folder / "home", renderer=renderer)
        bare, texts = BareSqlite(folder / "bare.db"), BareTexts(folder / "texts.db")
        try:
            register(village, households)
            mine = Place(place.kind, folder, village, bare, place.clock)
            with village.home.ledger.read(VILLAGE) as reader:
                mine.size = reader.size
            months, period = Month(mine, texts, households), FIRST_PERIOD
            for turn in range(rounds + 1):
                months.live(period, turn)
                period = get_next_period(period)
                say(f"round: month {turn} of {rounds}, {households:,} households, recorded")
        finally:
            village.home.close()
            bare.close()
            texts.close()
    # The first month is for warmth.
    costs = {name: found[1:] for name, found in months.costs.items()}
    common: dict[str, Any] = {"place": place.kind, "size": awards, "count": awards}
    for name, job in STEPS.items():
        wall_s = statistics.median(cost.wall_s for cost in costs[name])
        cpu_s = statistics.median(cost.cpu_s for cost in costs[name])
        note = f"{wall_s:.2f} s, {cpu_s:.2f} s of a processor"
        yield Row(job=f"round: {job}", note=note, ours=awards / wall_s, place=place.kind, size=awards)
    yield compare(
        costs["recorded"],
        costs["raw"],
        job="round: recorded / the same rows written raw",
        by="wall",
        goal=GOAL,
        **common,
    )
