"""The jury's month: a workbook of every household's awards looked at, handed in, reviewed, recorded, and its sheet made.

The log is one of its own; a place's size counts the awards of a month, ten for each household, and a village of five
thousand households is the largest that is measured. What recording writes is held against the very same rows, sealed
texts and all, in bare tables: one durable transaction, without rule, hash or key.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pysqlite3.dbapi2 as sqlite

from ledger.books.points import AgreementsSigned, GroupCount, HouseholdsRegistered
from ledger.canonical import encode_value
from ledger.limits import ENTRY_MAX_LINES
from ledger.log.commitments import digest_disclosure
from ledger.service import passing
from ledger.service.drafts import open_draft
from ledger.service.import_ import apply_import, import_workbook
from ledger.service.record import Passed
from ledger.service.sheets import build_figures
from ledger.service.showing import show_drafts
from ledger.service.workbooks.columns import WORKBOOKS
from ledger.service.workbooks.writing import open_workbook
from ledger.state.private import find_subject
from ledger.store import engine as sqlite_engine
from ledger.vaults import Draft, Household
from reports.worker import WorkerRenderer
from tests.bench.measuring import Cost, measure
from tests.bench.places import Place, join_rows
from tests.builders import VILLAGE, build_rule, build_rulebook, make_id
from tests.homes import VillageHome

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
    """One month of a village, step by step; `costs` is what each step took."""

    def __init__(self, place: Place, bare: BareTexts, renderer: WorkerRenderer) -> None:
        self._bare = bare
        self._place = place
        self._renderer = renderer
        self.costs: dict[str, list[Cost]] = defaultdict(list)

    def live(self, period: str, households: int, turn: int) -> None:
        """Take a month from its workbook to its sheet; what is recorded is written raw too, before it or after."""
        home, village = self._place.village.home, self._place.village
        data = write_workbook(period, households)
        imported = self._time(
            "looked at",
            lambda: import_workbook(
                home,
                village=VILLAGE,
                kind="points",
                data=data,
                filename="积分.xlsx",
                maker=village.clerk.user,
            ),
        )
        assert not imported.faults, imported.faults[:3]
        assert len(imported.preview) == households * AWARDS_OF_ONE + 1
        self._time("handed in", lambda: apply_import(home, imported))
        ids = tuple(draft.id for draft in imported.drafts)
        shown = self._time("shown", lambda: show_drafts(home, VILLAGE, ids))
        assert len(shown) == len(ids)
        write_raw = self._prepare_raw(imported.drafts)
        if turn % 2:
            self._time("raw", write_raw)
        receipts = self._pass(ids)
        if not turn % 2:
            self._time("raw", write_raw)
        assert all(receipts)
        self._place.size += len(ids)
        self._print(period, households)

    def _pass(self, ids: Sequence[str]) -> list[Any]:
        """Pass all parts at once; what of it is recording is timed by itself."""
        record = passing.record_claims

        def take_time(*words: Any) -> Any:
            return self._time("recorded", lambda: record(*words))

        village = self._place.village
        with patch.object(passing, "record_claims", take_time):
            return self._time(
                "passed",
                lambda: passing.pass_drafts(village.home, VILLAGE, ids, village.supervisor.user),
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

    def _print(self, period: str, households: int) -> None:
        home = self._place.village.home

        def compute() -> bytes:
            with home.ledger.read(VILLAGE) as reader:
                return encode_value(build_figures(home, reader, "points", period))

        figures = self._time("figures", compute)
        assert f'"households_scored":{households}'.encode() or figures

    def _time(self, name: str, work: Callable[[], Any]) -> Any:
        found: list[Any] = []
        self.costs[name].append(measure(lambda: found.append(work()), self._place.clock))
        return found[0]
