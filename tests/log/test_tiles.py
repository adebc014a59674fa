import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotProven
from ledger.limits import ENTRY_MAX_BYTES, TREE_SIZE_MAX
from ledger.log.hashing import EMPTY_ROOT
from ledger.log.proofs import build_consistency, build_inclusion
from ledger.log.tiles import (
    ENTRIES,
    MemoryTiles,
    Tile,
    TileCache,
    count_tile_width,
    format_bundle,
    format_tile_path,
    list_tiles,
    parse_bundle,
    parse_tile_path,
    read_frontier,
    read_subtree,
)
from ledger.log.tree import EMPTY_FRONTIER, append_leaves
from tests.log.evidence import make_leaves, require_one_spelling, spoil, spoil_text
from tests.reference import ReferenceTree

LEAVES = make_leaves(70_000)
MEMORY = MemoryTiles(LEAVES)
REFERENCE = ReferenceTree(LEAVES)

tiles = st.builds(Tile, st.integers(ENTRIES, 63), st.integers(0, TREE_SIZE_MAX), st.integers(1, 256))
sizes = st.integers(0, 70_000)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(1, 999, 5), "tile/1/999.p/5"),
        (Tile(2, 1000, 255), "tile/2/x001/000.p/255"),
        (Tile(ENTRIES, 42, 1), "tile/entries/042.p/1"),
    ],
)
def test_a_tile_has_the_path_of_tlog_tiles(tile, path):
    assert format_tile_path(tile) == path
    assert parse_tile_path(path) == tile


@given(tiles)
def test_a_tile_survives_its_path(tile):
    assert parse_tile_path(format_tile_path(tile)) == tile


@given(tiles)
def test_a_spoilt_path_is_refused_or_is_another_tile_in_its_one_spelling(tile):
    require_one_spelling(tile, spoil_text(format_tile_path(tile)), parse_tile_path, format_tile_path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/tile/0/000",
        "tile/0/0",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/0/" + "x999/" * 7 + "999",
        "tile/0/٠٠٠",
        "tile/../checkpoint",
    ],
)
def test_a_path_that_names_no_tile_is_refused(path):
    with pytest.raises(NotProven):
        parse_tile_path(path)


@pytest.mark.parametrize(
    "address", [(-2, 0, 1), (64, 0, 1), (0, -1, 1), (0, 2**53, 1), (0, 0, 0), (0, 0, 257)]
)
def test_an_impossible_tile_is_our_own_mistake(address):
    with pytest.raises(ValueError, match="no such tile"):
        Tile(*address)


@pytest.mark.parametrize(
    ("size", "paths"),
    [
        (0, []),
        (1, ["tile/entries/000.p/1", "tile/0/000.p/1"]),
        (256, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]),
        (
            257,
            ["tile/entries/000", "tile/entries/001.p/1", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"],
        ),
    ],
)
def test_a_tree_has_these_tiles_and_no_empty_one(size, paths):
    assert [format_tile_path(tile) for tile in list_tiles(size)] == paths


def test_a_tree_of_70000_has_the_tiles_that_tlog_tiles_counts_as_an_example():
    # C2SP tlog-tiles: 273 full tiles of level 0 and a partial one of 112 hashes, and so on up.
    by_level = {level: [t for t in list_tiles(70_000) if t.level == level] for level in (0, 1, 2)}

    assert (len(by_level[0]), by_level[0][-1]) == (274, Tile(0, 273, 112))
    assert by_level[1] == [Tile(1, 0, 256), Tile(1, 1, 17)]
    assert by_level[2] == [Tile(2, 0, 1)]


@given(sizes, sizes)
def test_growing_adds_exactly_the_tiles_that_were_not_there(one, other):
    old, new = sorted((one, other))

    added = list(list_tiles(new, from_size=old))

    assert sorted(added) == sorted(set(list_tiles(new)) - set(list_tiles(old)))


def test_every_tile_up_to_600_leaves_holds_the_reference_hashes():
    reference = ReferenceTree(LEAVES[:600])

    for size in range(1, 601):
        for tile in list_tiles(size, from_size=size - 1):
            if tile.level != ENTRIES:
                found = MEMORY.read_tile(tile.level, tile.index, tile.width)
                assert found == reference.tile(tile.level, tile.index, tile.width)


def test_a_tree_grown_in_batches_has_the_tiles_of_one_grown_at_once():
    grown = MemoryTiles()

    for start in range(0, 70_000, 997):
        grown.append(LEAVES[start : start + 997])

    assert grown.frontier == MEMORY.frontier
    for tile in list_tiles(70_000):
        if tile.level != ENTRIES:
            address = (tile.level, tile.index, tile.width)
            assert grown.read_tile(*address) == MEMORY.read_tile(*address)


@given(st.integers(0, 300), st.integers(1, 400))
def test_any_node_is_read_from_tiles_as_the_reference_computes_it(multiple, count):
    start = multiple * (1 << (count - 1).bit_length())
    if start + count > 70_000:
        start = 0

    found = read_subtree(MEMORY, start, start + count, 70_000)

    assert found == REFERENCE.root(start, start + count)


def test_a_node_over_more_than_a_tile_is_read_from_the_levels_above():
    asked = []

    class Asking:
        def read_tile(self, level, index, width):
            asked.append((level, index, width))
            return MEMORY.read_tile(level, index, width)

    found = read_subtree(Asking(), 65_536, 70_000, 70_000)

    assert found == REFERENCE.root(65_536, 70_000)
    assert set(asked) == {(1, 1, 17), (0, 273, 112)}


@given(sizes, sizes)
def test_the_frontier_that_a_tree_had_is_read_from_the_tiles_of_its_growth(one, other):
    at, size = sorted((one, other))

    found = read_frontier(MEMORY, at, size)

    assert found == append_leaves(EMPTY_FRONTIER, LEAVES[:at]).frontier


def test_no_leaves_have_the_empty_root():
    assert read_subtree(MEMORY, 5, 5, 70_000) == EMPTY_ROOT


def test_a_cache_asks_once_and_again_only_for_more():
    asked = []

    class Asking:
        def read_tile(self, level, index, width):
            asked.append(width)
            return MEMORY.read_tile(level, index, width)

    cache = TileCache(Asking())

    found = [cache.read_tile(0, 3, width) for width in (10, 5, 20, 20)]

    assert asked == [10, 20]
    assert [len(data) for data in found] == [320, 160, 640, 640]


def test_one_cache_proves_trees_that_grew_and_older_ones():
    kept = TileCache(MEMORY)

    for size in (200, 256, 300, 700, 70_000, 513, 3):
        for index in (0, size // 2, size - 1):
            assert list(build_inclusion(kept, index, size)) == REFERENCE.inclusion(index, size)
            assert list(build_consistency(kept, index + 1, size)) == REFERENCE.consistency(index + 1, size)


@pytest.mark.parametrize(("level", "index", "path"), [(0, 274, "tile/0/274.p/9"), (3, 0, "tile/3/000.p/9")])
def test_a_tile_of_another_length_than_asked_for_is_refused_with_both_lengths(level, index, path):
    with pytest.raises(NotProven) as refusal:
        TileCache(MEMORY).read_tile(level, index, 9)

    assert str(refusal.value) == f"瓦片 {path} 应有 288 字节，实有 0 字节"


@given(st.integers(0, 3), st.integers(0, 300), sizes)
def test_the_width_of_a_tile_is_what_is_left_of_its_row(level, index, size):
    width = count_tile_width(level, index, size)

    assert width == len(range(size // 256**level)[index * 256 :][:256])


@given(st.lists(st.binary(max_size=400), max_size=20))
def test_a_bundle_survives_its_bytes(entries):
    assert parse_bundle(format_bundle(entries), len(entries)) == entries


def test_a_full_bundle_and_the_longest_entry_fit():
    entries = [b"x" * ENTRY_MAX_BYTES] + [b""] * 255

    assert parse_bundle(format_bundle(entries), 256) == entries


def test_a_spoilt_bundle_is_refused_or_holds_other_entries():
    entries = [b"one", b"", b"three"]

    for data in spoil(format_bundle(entries)):
        try:
            found = parse_bundle(data, 3)
        except NotProven:
            continue

        assert found != entries
        assert format_bundle(found) == data


def test_a_bundle_of_another_count_is_refused_with_the_figures():
    data = format_bundle([b"one", b"two"])

    with pytest.raises(NotProven, match="记录束应有 3 条、10 字节，读到 2 条、10 字节"):
        parse_bundle(data, 3)
    with pytest.raises(NotProven, match="记录束应有 1 条、10 字节，读到 1 条、5 字节"):
        parse_bundle(data, 1)


def test_a_bundle_beyond_its_limits_is_our_own_mistake():
    with pytest.raises(ValueError, match="at most 256 entries, not 257"):
        format_bundle([b""] * 257)
    with pytest.raises(ValueError, match="an entry of 65536 bytes"):
        format_bundle([bytes(65_536)])
