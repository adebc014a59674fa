"""What every store of cosignatures promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pysqlite3.dbapi2 as sqlite
import pytest

from ledger.ports import Cosignatures, KeptCosignature, WitnessAttempt
from ledger.store import SqlCosignatures, migrate, open_engine
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.fakes import MemoryCosignatures


def make_memory(_path: Path) -> Iterator[Cosignatures]:
    yield MemoryCosignatures()


def make_sqlite(path: Path) -> Iterator[Cosignatures]:
    engine = open_engine(path)
    migrate(engine, "heads")
    yield SqlCosignatures(engine)
    engine.dispose()


@pytest.fixture(params=[make_memory, make_sqlite], ids=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cosignatures]:
    make: Callable[[Path], Iterator[Cosignatures]] = request.param
    yield from make(tmp_path / "heads.db")


def make_line(size: int, witness: str = "w1", time_s: int = 100) -> KeptCosignature:
    return KeptCosignature(line=f"— {witness} {time_s}\n", size=size, time_s=time_s, witness=witness)


def make_attempt(witness: str = "w1", **changes: object) -> WitnessAttempt:
    attempt = WitnessAttempt(
        answered_at=0, asked_at=5, outcome="timed-out", reason="没有回答", witness=witness
    )
    return msgspec.structs.replace(attempt, **changes)


def test_nothing_was_said_before_the_first(store: Cosignatures) -> None:
    assert store.list_at(VILLAGE, 1) == []
    assert store.list_sizes(VILLAGE) == []
    assert store.list_villages() == []
    assert list(store.iterate(VILLAGE)) == []
    assert store.list_attempts(VILLAGE) == []
    assert store.get_mark(VILLAGE) == 0


def test_the_newest_line_of_each_witness_under_a_size_counts(store: Cosignatures) -> None:
    for line in (
        make_line(5),
        make_line(5, "w2", 90),
        make_line(5, "w1", 300),
        make_line(5, "w1", 200),
        make_line(4, "w3", 400),
    ):
        store.keep(VILLAGE, line)
    store.keep(OTHER_VILLAGE, make_line(9))

    assert store.list_at(VILLAGE, 5) == [make_line(5, "w1", 300), make_line(5, "w2", 90)]
    assert store.list_sizes(VILLAGE) == [5, 4]
    assert store.list_sizes(OTHER_VILLAGE) == [9]
    assert store.list_villages() == sorted([VILLAGE, OTHER_VILLAGE])
    assert list(store.iterate(VILLAGE)) == [
        make_line(4, "w3", 400),
        make_line(5, "w1", 100),
        make_line(5, "w1", 200),
        make_line(5, "w1", 300),
        make_line(5, "w2", 90),
    ]


def test_keeping_the_very_same_line_again_changes_nothing(store: Cosignatures) -> None:
    store.keep(VILLAGE, make_line(5))
    store.keep(VILLAGE, make_line(5))

    assert store.list_at(VILLAGE, 5) == [make_line(5)]


def test_the_last_attempt_takes_the_place_of_the_one_before(store: Cosignatures) -> None:
    store.note_attempt(VILLAGE, make_attempt("w2"))
    store.note_attempt(VILLAGE, make_attempt("w1", answered_at=7, asked_at=7, outcome="", reason=""))
    store.note_attempt(VILLAGE, make_attempt("w1", answered_at=7, asked_at=9))
    store.note_attempt(OTHER_VILLAGE, make_attempt("w1", answered_at=70))

    assert store.list_attempts(VILLAGE) == [
        make_attempt("w1", answered_at=7, asked_at=9),
        make_attempt("w2"),
    ]
    assert store.get_mark(VILLAGE) == 7


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cosignatures SET line = 'another'",
        "DELETE FROM cosignatures",
        "REPLACE INTO cosignatures SELECT village, size, witness, time_s, 'another' FROM cosignatures",
    ],
)
def test_a_line_that_was_kept_is_neither_changed_nor_taken_back(tmp_path: Path, statement: str) -> None:
    for store in make_sqlite(tmp_path / "heads.db"):
        store.keep(VILLAGE, make_line(5))

        with closing(sqlite.connect(tmp_path / "heads.db")) as attack, pytest.raises(sqlite.IntegrityError):
            attack.execute(statement)

        assert store.list_at(VILLAGE, 5) == [make_line(5)]
