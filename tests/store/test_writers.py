"""Writers at once: one after another, in threads of a process and in processes of their own."""

from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread

import pytest

from ledger.canonical import parse_entry
from ledger.errors import Tampered
from ledger.log.chain import verify_link
from ledger.log.hashing import format_hash, hash_leaf, parse_hash
from ledger.ports import Ledger
from ledger.store import SqlHeads, SqlLedger, open_engine
from tests.builders import OTHER_VILLAGE, VILLAGE, Discloser, EntryChain, build_description
from tests.store.conftest import Store
from tests.store.recording import make_items, record
from tests.store.test_heads_contract import make_head

ROUNDS = 20


def run_together(*jobs: Callable[[], None]) -> list[BaseException]:
    """Run the jobs in threads that begin at the same moment; return what they raised."""
    barrier, errors = Barrier(len(jobs)), []

    def run(job: Callable[[], None]) -> None:
        barrier.wait()
        try:
            job()
        except Exception as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    threads = [Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def describe_again(ledger: Ledger, seed: str) -> None:
    """Append a description after whatever is newest, many times, a transaction each."""
    texts = Discloser(seed)
    for _ in range(ROUNDS):
        with ledger.write(VILLAGE) as writer:
            last = writer.newest
            assert last is not None
            chain = EntryChain()
            chain.append(
                build_description(texts),
                index=writer.size,
                previous=format_hash(last.leaf),
                recorded_at=last.recorded_at + 1,
            )
            writer.append(chain.entries[0], texts.take_public())


def verify_chain(ledger: Ledger, size: int) -> None:
    with ledger.read(VILLAGE) as reader:
        assert reader.size == size
        leaf = bytes(32)
        for index, data in enumerate(reader.iterate_entries(0, size)):
            verify_link(index, leaf, parse_hash(parse_entry(data).previous))
            leaf = hash_leaf(data)


def test_writers_in_threads_take_turns(store: Store) -> None:
    record(store.ledger, make_items(1))

    errors = run_together(*(lambda seed=seed: describe_again(store.ledger, seed) for seed in "abc"))

    assert errors == []
    verify_chain(store.ledger, 1 + 3 * ROUNDS)


def test_writers_with_engines_of_their_own_take_turns(sqlite_store: Store, tmp_path: Path) -> None:
    """As processes do: nothing but the file is shared."""
    record(sqlite_store.ledger, make_items(1))
    engines = [open_engine(tmp_path / "ledger.db") for _ in range(3)]

    errors = run_together(
        *(
            lambda engine=engine, seed=seed: describe_again(SqlLedger(engine), seed)
            for engine, seed in zip(engines, "abc", strict=True)
        )
    )

    assert errors == []
    verify_chain(sqlite_store.ledger, 1 + 3 * ROUNDS)
    for engine in engines:
        engine.dispose()


def test_of_two_signers_of_one_size_one_is_refused(sqlite_store: Store, tmp_path: Path) -> None:
    engines = [open_engine(tmp_path / "heads.db") for _ in range(2)]

    for size in range(1, ROUNDS):
        errors = run_together(
            *(
                lambda engine=engine, fill=fill, size=size: SqlHeads(engine).advance(
                    VILLAGE, make_head(size, fill)
                )
                for fill, engine in enumerate(engines, 1)
            )
        )
        assert [type(error) for error in errors] == [Tampered]

    assert len(list(sqlite_store.heads.iterate(VILLAGE))) == ROUNDS - 1
    for engine in engines:
        engine.dispose()


def test_a_reading_engine_sees_what_the_writing_engine_committed(sqlite_store: Store, tmp_path: Path) -> None:
    writing, reading = (
        open_engine(tmp_path / "ledger.db"),
        open_engine(tmp_path / "ledger.db", read_only=True),
    )
    ledger = SqlLedger(writing, reading)

    record(ledger, make_items(3))

    assert ledger.list_villages() == [VILLAGE]
    with ledger.read(VILLAGE) as reader:
        assert reader.size == 3
    writing.dispose()
    reading.dispose()


def test_a_reader_is_of_no_use_once_it_is_left(sqlite_store: Store) -> None:
    record(sqlite_store.ledger, make_items(2))
    with sqlite_store.ledger.read(VILLAGE) as reader:
        rows = reader.iterate_entries(0, 2)

    with pytest.raises(Exception, match="closed"):
        next(rows)


def test_villages_grow_side_by_side(store: Store) -> None:
    record(store.ledger, make_items(1))
    others = make_items(1 + ROUNDS, OTHER_VILLAGE, "other")

    def record_others() -> None:
        for item in others:
            record(store.ledger, [item], OTHER_VILLAGE)

    errors = run_together(lambda: describe_again(store.ledger, "a"), record_others)

    assert errors == []
    verify_chain(store.ledger, 1 + ROUNDS)
