"""What every store of logs promises, whatever it is made of."""

import msgspec
import pytest

from ledger.canonical import digest_claim, format_entry
from ledger.entries import Entry, get_claim
from ledger.errors import NotFound, Tampered
from ledger.log.commitments import digest_disclosure
from ledger.log.hashing import format_hash, hash_leaf
from ledger.log.tiles import TILE_WIDTH, MemoryTiles, count_tile_width, format_bundle, list_tiles
from ledger.log.tree import compute_root
from ledger.ports import Newest
from ledger.state.facts import MemoryFacts, VillageFacts, get_fact
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.store.conftest import Store
from tests.store.recording import Item, make_items, record, record_and_raise, record_and_swallow


def tell_newest(entry: Entry) -> Newest:
    return Newest(hash_leaf(format_entry(entry)), entry.recorded_at)


def test_a_village_of_which_nothing_was_recorded_is_not_found(store: Store) -> None:
    assert store.ledger.list_villages() == []
    with pytest.raises(NotFound, match=VILLAGE), store.ledger.read(VILLAGE):
        pass


def test_the_first_append_makes_the_log(store: Store) -> None:
    with store.ledger.write(VILLAGE) as writer:
        assert (writer.size, writer.newest) == (0, None)

    assert store.ledger.list_villages() == []
    record(store.ledger, make_items(1))
    assert store.ledger.list_villages() == [VILLAGE]


def test_what_was_appended_is_read_back(store: Store) -> None:
    items = make_items(5)
    record(store.ledger, items)

    with store.ledger.read(VILLAGE) as reader:
        assert reader.size == 5
        stored = [format_entry(entry) for entry, _ in items]
        assert [reader.get_entry_bytes(index) for index in range(5)] == stored
        assert list(reader.iterate_entries(0, 5)) == stored
        for index, (entry, public) in enumerate(items):
            assert reader.find_index(digest_claim(get_claim(entry))) == index
            assert set(reader.list_texts(index)) == set(public)
            assert all(reader.find_text(digest_disclosure(text)) == text for text in public)


def test_texts_of_an_entry_come_by_digest(store: Store) -> None:
    record(store.ledger, make_items(2))

    with store.ledger.read(VILLAGE) as reader:
        digests = [digest_disclosure(text) for text in reader.list_texts(1)]

    assert len(digests) == 3
    assert digests == sorted(digests)


def test_rows_hold_what_the_entries_and_their_texts_are_found_by(store: Store) -> None:
    record(store.ledger, make_items(3))

    with store.ledger.read(VILLAGE) as reader:
        rows, texts = list(reader.iterate_stored(1)), reader.list_stored_texts(1, 3)
        data = [reader.get_entry_bytes(index) for index in (1, 2)]
        disclosures = [text for index in (1, 2) for text in reader.list_texts(index)]

    assert [(row.index, row.data) for row in rows] == [(1, data[0]), (2, data[1])]
    assert [row.disclosure for row in texts] == disclosures
    assert all(row.digest == digest_disclosure(row.disclosure) for row in texts)
    assert texts == sorted(texts)


def test_what_is_not_there_is_not_found(store: Store) -> None:
    record(store.ledger, make_items(3))

    with store.ledger.read(VILLAGE) as reader:
        for index in (-1, 3):
            with pytest.raises(NotFound):
                reader.get_entry_bytes(index)
            with pytest.raises(NotFound):
                reader.facts.read_entry(index)
        for level, number, width in ((0, 0, 4), (0, 1, 1), (1, 0, 1), (-1, 0, 1), (0, 0, 0), (0, -1, 1)):
            with pytest.raises(NotFound):
                reader.read_tile(level, number, width)
        for number, width in ((0, 4), (1, 1), (-1, 1), (0, 0), (0, 257)):
            with pytest.raises(NotFound):
                reader.read_bundle(number, width)
        assert list(reader.iterate_entries(2, 9)) == [reader.get_entry_bytes(2)]
        assert list(reader.iterate_entries(3, 9)) == []
        assert reader.find_index("0" * 64) is None
        assert reader.find_text("A" * 43) is None
        assert reader.list_texts(7) == ()


def test_a_writer_reads_what_it_appended(store: Store) -> None:
    items = make_items(4)
    record(store.ledger, items[:2])

    with store.ledger.write(VILLAGE) as writer:
        assert writer.newest == tell_newest(items[1][0])
        for entry, public in items[2:]:
            writer.append(entry, public)
            assert writer.newest == tell_newest(entry)
            assert writer.size == entry.index + 1
            assert writer.find_index(digest_claim(get_claim(entry))) == entry.index
            assert writer.get_entry_bytes(entry.index) == format_entry(entry)
            assert writer.facts.read_entry(entry.index) == entry
            village = get_fact(writer.facts, "village", VillageFacts)
            assert village is not None
            assert village.described == entry.index
        assert set(writer.list_texts(3)) == set(items[3][1])
        assert writer.find_text(digest_disclosure(items[3][1][0])) == items[3][1][0]
        assert len(list(writer.iterate_entries(0, 4))) == 4
        assert writer.read_tile(0, 0, 4)[-32:] == hash_leaf(format_entry(items[3][0]))
        assert writer.get_frontier().size == 4


def test_what_stands_beside_the_entries_is_what_they_say(store: Store) -> None:
    items = make_items(260)

    with store.ledger.write(VILLAGE) as writer:
        for entry, public in items:
            writer.append(entry, public)
        written = list(writer.iterate_stored()), writer.get_stored_log()

    with store.ledger.read(VILLAGE) as reader:
        assert (list(reader.iterate_stored()), reader.get_stored_log()) == written
    for row, (entry, _) in zip(written[0], items, strict=True):
        assert (row.index, row.kind, row.recorded_at) == (entry.index, entry.kind, entry.recorded_at)
        assert row.leaf == hash_leaf(format_entry(entry))
        assert format_hash(row.previous) == entry.previous
        assert row.claim.hex() == digest_claim(get_claim(entry))
    assert written[1].frontier == _make_tiles(items).frontier
    assert (written[1].leaf, written[1].recorded_at) == (written[0][-1].leaf, written[0][-1].recorded_at)


def test_a_writer_may_read_the_tree_between_two_appends(store: Store) -> None:
    items = make_items(3)

    with store.ledger.write(VILLAGE) as writer:
        for entry, public in items:
            writer.append(entry, public)
            assert writer.get_frontier().size == entry.index + 1

    with store.ledger.read(VILLAGE) as reader:
        assert reader.size == 3
        assert compute_root(reader.get_frontier()) == compute_root(_make_tiles(items).frontier)


@pytest.mark.parametrize(
    "change",
    [
        {"index": 3},
        {"index": 1},
        {"previous": "A" * 43 + "="},
        {"recorded_at": 1},
    ],
    ids=["gap", "index twice", "fork", "time runs back"],
)
def test_an_entry_that_does_not_continue_the_log_is_tampering(
    store: Store, change: dict[str, object]
) -> None:
    items = make_items(3)
    record(store.ledger, items[:2])
    wrong = msgspec.structs.replace(items[2][0], **change)

    with pytest.raises(Tampered) as caught, store.ledger.write(VILLAGE) as writer:
        writer.append(wrong, items[2][1])

    assert caught.value.index in {2, wrong.index}
    assert caught.value.expected != caught.value.found
    record(store.ledger, items[2:])


def test_an_entry_of_another_village_is_the_callers_mistake(store: Store) -> None:
    items = make_items(1, OTHER_VILLAGE)

    with pytest.raises(ValueError, match=OTHER_VILLAGE), store.ledger.write(VILLAGE) as writer:
        writer.append(*items[0])


def test_a_claim_is_recorded_once(store: Store) -> None:
    items = make_items(3)
    record(store.ledger, items)
    chain_end = hash_leaf(format_entry(items[2][0]))
    again = msgspec.structs.replace(items[2][0], index=3, previous=format_hash(chain_end))

    with pytest.raises(ValueError, match="already"), store.ledger.write(VILLAGE) as writer:
        writer.append(again, ())


def test_a_claim_is_recorded_once_within_a_transaction_too(store: Store) -> None:
    items = make_items(2)
    chain_end = hash_leaf(format_entry(items[1][0]))
    again = msgspec.structs.replace(items[1][0], index=2, previous=format_hash(chain_end))

    with pytest.raises(ValueError, match="already"):
        record(store.ledger, [*items, (again, ())])


def test_a_disclosure_is_kept_once(store: Store) -> None:
    items = make_items(3)
    record(store.ledger, items[:2])

    with pytest.raises(ValueError, match="already"), store.ledger.write(VILLAGE) as writer:
        writer.append(items[2][0], items[1][1])

    with store.ledger.read(VILLAGE) as reader:
        assert reader.size == 2


def test_nothing_is_committed_after_a_refused_append_that_was_swallowed(store: Store) -> None:
    items = make_items(3)
    record(store.ledger, items[:1])

    gap = msgspec.structs.replace(items[2][0], index=9)

    with pytest.raises(ValueError, match="refused"):
        record_and_swallow(store.ledger, [items[1], (gap, ())])

    with store.ledger.read(VILLAGE) as reader:
        assert reader.size == 1


def test_an_exception_leaves_nothing(store: Store) -> None:
    items = make_items(4)
    record(store.ledger, items[:2])

    with pytest.raises(KeyboardInterrupt):
        record_and_raise(store.ledger, items[2:], KeyboardInterrupt())

    with store.ledger.read(VILLAGE) as reader:
        assert reader.size == 2
        assert reader.get_frontier().size == 2
        assert reader.list_texts(2) == ()
        assert reader.find_index(digest_claim(get_claim(items[2][0]))) is None
        village = get_fact(reader.facts, "village", VillageFacts)
        assert village is not None
        assert village.described == 1
    record(store.ledger, items[2:])


def test_private_texts_without_their_entry_do_no_harm(store: Store) -> None:
    """A crash between the vault's write and the log's commit: the retry records as if nothing had been."""
    items = make_items(1)
    private = make_items(2, seed="private")[1][1]

    store.vault.keep_private(VILLAGE, private)
    with pytest.raises(OSError, match="power"):
        record_and_raise(store.ledger, items, OSError("power cut"))
    assert store.ledger.list_villages() == []

    store.vault.keep_private(VILLAGE, private)
    record(store.ledger, items)
    assert store.vault.find_private(VILLAGE, digest_disclosure(private[0])) == private[0]


def test_a_reader_keeps_its_view_while_others_append(store: Store) -> None:
    items = make_items(4)
    record(store.ledger, items[:2])

    with store.ledger.read(VILLAGE) as reader:
        record(store.ledger, items[2:])
        assert reader.size == 2
        assert reader.get_frontier().size == 2
        assert len(list(reader.iterate_entries(0, 4))) == 2
        assert reader.facts.get("village") is not None

    with store.ledger.read(VILLAGE) as reader:
        assert reader.size == 4


def test_villages_do_not_touch_each_other(store: Store) -> None:
    mine, theirs = make_items(3), make_items(2, OTHER_VILLAGE, "theirs")
    record(store.ledger, mine)
    record(store.ledger, theirs, OTHER_VILLAGE)

    assert store.ledger.list_villages() == [VILLAGE, OTHER_VILLAGE]
    with store.ledger.read(OTHER_VILLAGE) as reader:
        assert reader.size == 2
        assert reader.find_index(digest_claim(get_claim(mine[2][0]))) is None
        assert reader.find_text(digest_disclosure(mine[1][1][0])) is None
        assert reader.read_tile(0, 0, 2) == _make_tiles(theirs).read_tile(0, 0, 2)


def test_facts_are_seen_at_once_and_in_key_order(store: Store) -> None:
    record(store.ledger, make_items(1))
    expected = MemoryFacts(lambda _: pytest.fail("no entry is read"))
    with store.ledger.write(VILLAGE) as writer:
        for key in ("turnover/2026-10/541", "turnover/2026-10/101", "turnover/2026-11/101", "turnover0"):
            writer.facts.put(key, key.encode())
            expected.put(key, key.encode())
        assert list(writer.facts.scan("turnover/")) == list(expected.scan("turnover/"))

    with store.ledger.write(VILLAGE) as writer:
        writer.facts.put("turnover/2026-10/541", b"new")
        writer.facts.put("turnover/2026-10/102", b"new")
        expected.put("turnover/2026-10/541", b"new")
        expected.put("turnover/2026-10/102", b"new")
        assert writer.facts.get("turnover/2026-10/541") == b"new"
        assert list(writer.facts.scan("turnover/2026-10/")) == list(expected.scan("turnover/2026-10/"))

    with store.ledger.read(VILLAGE) as reader:
        for prefix in ("turnover/", "turnover/2026-10/", "turnover/2026-11", "turnover", "x"):
            assert list(reader.facts.scan(prefix)) == list(expected.scan(prefix))
        assert reader.facts.get("turnover/2026-10/102") == b"new"
        assert reader.facts.get("turnover/2026-10/999") is None


def test_facts_of_a_range_come_in_order_and_no_more_than_asked(store: Store) -> None:
    record(store.ledger, make_items(1))
    with store.ledger.write(VILLAGE) as writer:
        for number in (30, 4, 100, 20):
            writer.facts.put(f"amount/{number:016d}/{number:012d}", str(number).encode())

    with store.ledger.read(VILLAGE) as reader:
        first, stop = f"amount/{20:016d}", f"amount/{101:016d}"
        assert [value for _, value in reader.list_facts(first, stop, 9)] == [b"20", b"30", b"100"]
        assert [value for _, value in reader.list_facts(first, stop, 2)] == [b"20", b"30"]
        assert reader.list_facts(f"amount/{21:016d}", f"amount/{30:016d}", 9) == []


def test_what_a_reader_puts_into_facts_is_a_trial(store: Store) -> None:
    record(store.ledger, make_items(1))

    with store.ledger.read(VILLAGE) as reader:
        reader.facts.put("books", b"trial")
        assert reader.facts.get("books") == b"trial"
        assert list(reader.facts.scan("book")) == [("books", b"trial")]

    with store.ledger.read(VILLAGE) as reader:
        assert reader.facts.get("books") is None


@pytest.mark.parametrize("at_once", [True, False], ids=["in one transaction", "in uneven transactions"])
def test_every_tile_of_every_width_is_the_trees(store: Store, at_once: bool) -> None:
    size = 2 * TILE_WIDTH + 3
    items = make_items(size)
    for start, stop in [(0, size)] if at_once else [(0, 1), (1, 255), (255, 257), (257, 512), (512, size)]:
        record(store.ledger, items[start:stop])
    tiles = _make_tiles(items)

    with store.ledger.read(VILLAGE) as reader:
        assert compute_root(reader.get_frontier()) == compute_root(tiles.frontier)
        for level in (0, 1):
            for number in range(3 if level == 0 else 1):
                for width in range(1, count_tile_width(level, number, size) + 1):
                    assert reader.read_tile(level, number, width) == tiles.read_tile(level, number, width)


def test_bundles_hold_the_stored_bytes(store: Store) -> None:
    items = make_items(TILE_WIDTH + 2)
    record(store.ledger, items)
    stored = [format_entry(entry) for entry, _ in items]

    with store.ledger.read(VILLAGE) as reader:
        assert reader.read_bundle(0, TILE_WIDTH) == format_bundle(stored[:TILE_WIDTH])
        assert reader.read_bundle(0, 7) == format_bundle(stored[:7])
        assert reader.read_bundle(1, 2) == format_bundle(stored[TILE_WIDTH:])


def test_ten_thousand_entries_have_the_reference_root(store: Store) -> None:
    items = make_items(10_000)
    record(store.ledger, items)
    tiles = _make_tiles(items)

    with store.ledger.read(VILLAGE) as reader:
        assert compute_root(reader.get_frontier()) == compute_root(tiles.frontier)
        for tile in list_tiles(10_000):
            if tile.level >= 0:
                expected = tiles.read_tile(tile.level, tile.index, tile.width)
                assert reader.read_tile(tile.level, tile.index, tile.width) == expected
        assert list(reader.iterate_entries(9_990, 10_000)) == [
            format_entry(entry) for entry, _ in items[-10:]
        ]


def _make_tiles(items: list[Item]) -> MemoryTiles:
    return MemoryTiles([hash_leaf(format_entry(entry)) for entry, _ in items])
