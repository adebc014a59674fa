"""What the owner of the file can do, and that reading notices: triggers do not bind whoever can drop them."""

from collections.abc import Callable
from typing import Any

import pytest

from ledger.errors import Tampered
from ledger.log.hashing import hash_leaf
from ledger.state.facts import VillageFacts, get_fact
from ledger.store import SqlLedger, projections
from tests.builders import VILLAGE
from tests.store.conftest import Store
from tests.store.recording import make_items, record

Attack = Callable[..., list[Any]]


def drop_guards(attack: Attack) -> None:
    for (name,) in attack("ledger", "SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
        attack("ledger", f"DROP TRIGGER {name}")


def test_a_changed_entry_is_not_handed_out(sqlite_store: Store, attack: Attack) -> None:
    record(sqlite_store.ledger, make_items(3))
    drop_guards(attack)
    attack(
        "ledger", "UPDATE entries SET data = CAST(replace(data, 'u-a', 'u-z') AS BLOB) WHERE entry_index = 1"
    )

    with sqlite_store.ledger.read(VILLAGE) as reader:
        with pytest.raises(Tampered) as caught:
            reader.get_entry_bytes(1)
        with pytest.raises(Tampered):
            reader.read_bundle(0, 3)
        with pytest.raises(Tampered):
            reader.facts.read_entry(1)
        assert reader.get_entry_bytes(2)

    assert caught.value.index == 1
    assert caught.value.expected != caught.value.found


def test_every_changed_byte_of_an_entry_is_noticed(sqlite_store: Store, attack: Attack) -> None:
    record(sqlite_store.ledger, make_items(2))
    drop_guards(attack)
    with sqlite_store.ledger.read(VILLAGE) as reader:
        data = reader.get_entry_bytes(1)

    for place in range(len(data)):
        spoilt = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        attack("ledger", f"UPDATE entries SET data = x'{spoilt.hex()}' WHERE entry_index = 1")
        with sqlite_store.ledger.read(VILLAGE) as reader, pytest.raises(Tampered):
            reader.get_entry_bytes(1)


def test_a_missing_entry_is_noticed(sqlite_store: Store, attack: Attack) -> None:
    record(sqlite_store.ledger, make_items(5))
    drop_guards(attack)
    attack("ledger", "DELETE FROM entries WHERE entry_index = 3")

    with sqlite_store.ledger.read(VILLAGE) as reader:
        with pytest.raises(Tampered) as got:
            reader.get_entry_bytes(3)
        with pytest.raises(Tampered) as iterated:
            list(reader.iterate_entries(0, 5))
        with pytest.raises(Tampered):
            list(reader.iterate_entries(3, 4))

    assert got.value.index == iterated.value.index == 3


def test_a_changed_text_is_not_handed_out(sqlite_store: Store, attack: Attack) -> None:
    record(sqlite_store.ledger, make_items(2))
    drop_guards(attack)
    ((digest,),) = attack("ledger", "SELECT digest FROM texts LIMIT 1")

    for words in ("WyJldmlsIl0", "改"):
        attack("ledger", f"UPDATE texts SET disclosure = '{words}' WHERE digest = '{digest}'")
        with sqlite_store.ledger.read(VILLAGE) as reader:
            with pytest.raises(Tampered, match=digest):
                reader.find_text(digest)
            with pytest.raises(Tampered, match=digest):
                reader.list_texts(1)


@pytest.mark.parametrize(
    "change", ["frontier = zeroblob(8)", "frontier = x'00'", "size = 2"], ids=["empty", "cut", "size"]
)
def test_a_changed_frontier_is_noticed(sqlite_store: Store, attack: Attack, change: str) -> None:
    record(sqlite_store.ledger, make_items(3))
    drop_guards(attack)
    attack("ledger", f"UPDATE logs SET {change}")

    with pytest.raises(Tampered), sqlite_store.ledger.read(VILLAGE):
        pass


def test_a_log_row_behind_its_entries_takes_no_more(sqlite_store: Store, attack: Attack) -> None:
    """Triggers whole, log row set back by the owner: the next append meets the entries that are there."""
    items = make_items(4)
    record(sqlite_store.ledger, items[:2])
    ((size, frontier, leaf, recorded_at),) = attack(
        "ledger", "SELECT size, frontier, leaf, recorded_at FROM logs"
    )
    record(sqlite_store.ledger, items[2:3])
    attack(
        "ledger",
        "DROP TRIGGER logs_update",
        f"UPDATE logs SET size = {size}, frontier = x'{frontier.hex()}', leaf = x'{leaf.hex()}', "
        f"recorded_at = {recorded_at}",
        # The claim is taken away so that the fork is met by the guard of the index.
        "DROP TRIGGER entries_update",
        "UPDATE entries SET claim = zeroblob(32) WHERE entry_index = 2",
    )

    with pytest.raises(Tampered) as caught:
        record(sqlite_store.ledger, items[2:3])

    assert caught.value.index == 2
    assert "index" in caught.value.found


def test_lost_tile_hashes_are_noticed_when_the_tile_completes(sqlite_store: Store, attack: Attack) -> None:
    items = make_items(600)
    record(sqlite_store.ledger, items[:300])
    attack("ledger", "DELETE FROM growing_tiles")

    with pytest.raises(Tampered):
        record(sqlite_store.ledger, items[300:])


def test_dropped_facts_are_folded_again_from_the_entries(sqlite_store: Store, attack: Attack) -> None:
    record(sqlite_store.ledger, make_items(3))
    kept = attack("ledger", "SELECT * FROM facts ORDER BY fact")
    attack(
        "ledger",
        "UPDATE facts SET value = x'7b7d'",
        "INSERT INTO facts VALUES ('371082101201', 'evil', x'00')",
    )
    assert isinstance(sqlite_store.ledger, SqlLedger)

    sqlite_store.ledger.rebuild_facts(VILLAGE)

    assert attack("ledger", "SELECT * FROM facts ORDER BY fact") == kept
    with sqlite_store.ledger.read(VILLAGE) as reader:
        village = get_fact(reader.facts, "village", VillageFacts)
        assert village is not None
        assert village.described == 2
        assert reader.read_tile(0, 0, 1) == hash_leaf(reader.get_entry_bytes(0))


def test_many_facts_start_the_cache_anew(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projections, "_CACHE_MAX_KEYS", 2)
    record(sqlite_store.ledger, make_items(1))

    with sqlite_store.ledger.write(VILLAGE) as writer:
        for number in range(5):
            writer.facts.put(f"turnover/{number}", b"1")
        writer.flush()
        writer.facts.put("turnover/3", b"2")
        assert [writer.facts.get(f"turnover/{number}") for number in (2, 3, 4)] == [b"1", b"2", b"1"]

    with sqlite_store.ledger.read(VILLAGE) as reader:
        assert reader.facts.get("turnover/3") == b"2"
