import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotProven
from ledger.limits import TREE_SIZE_MAX
from ledger.log.hashing import EMPTY_ROOT
from ledger.log.tree import (
    EMPTY_FRONTIER,
    Frontier,
    append_leaf,
    append_leaves,
    compute_root,
    format_frontier,
    parse_frontier,
    split_range,
    split_size,
)
from tests.log.evidence import load_vectors, make_leaves, require_one_spelling, spoil
from tests.reference import ReferenceTree

LEAVES = make_leaves(70_000)


def test_the_reference_tree_has_its_known_root_at_every_size():
    vectors = load_vectors("rfc6962-reference.json")
    leaves = [bytes.fromhex(leaf) for leaf in vectors["leaf_hashes_hex"]]

    roots = [compute_root(append_leaves(EMPTY_FRONTIER, leaves[:size]).frontier).hex() for size in range(9)]

    assert roots == vectors["roots_hex"]


def test_every_size_up_to_600_has_the_reference_root_and_as_many_hashes_as_one_bits():
    reference = ReferenceTree(LEAVES[:600])
    frontier = EMPTY_FRONTIER

    for size in range(1, 601):
        frontier = append_leaf(frontier, LEAVES[size - 1])

        assert frontier.size == size
        assert len(frontier.hashes) == size.bit_count()
        assert compute_root(frontier) == reference.root(0, size)


@given(st.lists(st.integers(0, 300), max_size=6))
def test_batches_of_any_sizes_grow_the_same_frontier_as_single_leaves(batches):
    grown = single = EMPTY_FRONTIER

    for batch in batches:
        leaves = LEAVES[grown.size : grown.size + batch]
        grown = append_leaves(grown, leaves).frontier
        for leaf in leaves:
            single = append_leaf(single, leaf)

    assert grown == single


@given(st.lists(st.integers(0, 700), max_size=5))
def test_batches_of_any_sizes_yield_the_hashes_of_level_1_once_and_in_order(batches):
    frontier = EMPTY_FRONTIER
    found = []

    for batch in batches:
        frontier, tile_hashes = append_leaves(frontier, LEAVES[frontier.size : frontier.size + batch])
        found += tile_hashes

    reference = ReferenceTree(LEAVES[: frontier.size])
    assert [(one.level, one.index) for one in found] == [(1, index) for index in range(frontier.size // 256)]
    assert b"".join(one.hash for one in found) == reference.tile(1, 0, frontier.size // 256)


def test_the_first_hash_of_level_2_comes_with_leaf_65536():
    frontier, before = append_leaves(EMPTY_FRONTIER, LEAVES[:65_535])

    _, tile_hashes = append_leaves(frontier, LEAVES[65_535:])

    assert max(one.level for one in before) == 1
    assert [(one.level, one.index) for one in tile_hashes] == [*((1, i) for i in range(255, 273)), (2, 0)]
    assert tile_hashes[-1].hash == compute_root(append_leaves(EMPTY_FRONTIER, LEAVES[:65_536]).frontier)


def test_the_empty_tree_has_the_root_of_rfc_6962():
    assert compute_root(EMPTY_FRONTIER) == EMPTY_ROOT


@given(st.integers(0, 2_000))
def test_a_frontier_survives_its_bytes(size):
    frontier = append_leaves(EMPTY_FRONTIER, LEAVES[:size]).frontier

    assert parse_frontier(format_frontier(frontier)) == frontier


def test_spoilt_frontier_bytes_are_refused_or_are_another_frontier():
    frontier = append_leaves(EMPTY_FRONTIER, LEAVES[:7]).frontier

    require_one_spelling(frontier, spoil(format_frontier(frontier)), parse_frontier, format_frontier)


def test_frontier_bytes_of_a_size_beyond_the_limit_are_refused_with_the_figures():
    with pytest.raises(NotProven) as refusal:
        parse_frontier((2**53).to_bytes(8, "big") + bytes(32))

    assert str(refusal.value) == f"树的前沿读不成：总数 {2**53}，应有 40 字节，实有 40 字节"


@pytest.mark.parametrize(
    ("size", "hashes", "reason"),
    [
        (-1, (), "0 to"),
        (TREE_SIZE_MAX + 1, (bytes(32),), "0 to"),
        (3, (bytes(32),), "needs 2 hashes, not 1"),
        (1, (bytes(31),), "32 bytes"),
    ],
)
def test_an_impossible_frontier_is_our_own_mistake(size, hashes, reason):
    with pytest.raises(ValueError, match=reason):
        Frontier(size, hashes)


@given(st.integers(2, TREE_SIZE_MAX))
def test_a_tree_splits_at_the_largest_power_of_two_below_its_size(size):
    middle = split_size(size)

    assert middle.bit_count() == 1
    assert middle < size <= 2 * middle


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_a_node_splits_into_perfect_subtrees_that_shrink(multiple, count):
    start = multiple * (1 << (count - 1).bit_length())

    parts = list(split_range(start, start + count))

    heights = [height for _, height in parts]
    assert heights == sorted(set(heights), reverse=True)
    assert [first for first, _ in parts] == [
        start + sum(1 << h for h in heights[:i]) for i in range(len(parts))
    ]
    assert sum(1 << height for height in heights) == count
    assert all(first % (1 << height) == 0 for first, height in parts)
