import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotProven
from ledger.limits import PROOF_MAX_HASHES, TREE_SIZE_MAX
from ledger.log.hashing import EMPTY_ROOT, format_hash
from ledger.log.proofs import build_inclusion, verify_inclusion
from ledger.log.tiles import MemoryTiles, TileCache
from ledger.log.tree import compute_root
from tests.log.evidence import load_vectors, make_leaves, spoil
from tests.reference import ReferenceTree, is_included

LEAVES = make_leaves(70_000)
MEMORY = MemoryTiles(LEAVES)
REFERENCE = ReferenceTree(LEAVES)


def is_proven(*evidence):
    try:
        verify_inclusion(*evidence)
    except NotProven:
        return False
    return True


@pytest.mark.parametrize("vector", load_vectors("merkle-proofs.json")["inclusion"], ids=lambda v: v["name"])
def test_a_known_inclusion_proof_has_its_known_answer(vector):
    path = [base64.b64decode(one) for one in vector["proof"] or []]
    leaf, root = base64.b64decode(vector["leafHash"]), base64.b64decode(vector["root"])

    assert is_proven(leaf, vector["leafIdx"], vector["treeSize"], path, root) is not vector["wantErr"]


@pytest.mark.no_cover
@pytest.mark.parametrize("from_size", range(1, 257, 64))
def test_every_index_in_every_size_up_to_256_is_proven_by_the_reference_path(from_size):
    for size in range(from_size, from_size + 64):
        root, tiles = REFERENCE.root(0, size), TileCache(MEMORY)
        for index in range(size):
            path = build_inclusion(tiles, index, size)

            assert list(path) == REFERENCE.inclusion(index, size)
            verify_inclusion(LEAVES[index], index, size, path, root)
            assert is_included(LEAVES[index], index, size, path, root)


@given(st.data())
def test_any_leaf_of_a_tree_of_70000_is_proven_at_any_size(data):
    size = data.draw(st.integers(1, 70_000))
    index = data.draw(st.integers(0, size - 1))

    path = build_inclusion(MEMORY, index, size)

    assert list(path) == REFERENCE.inclusion(index, size)
    verify_inclusion(LEAVES[index], index, size, path, REFERENCE.root(0, size))


@given(st.data())
def test_whatever_the_claim_the_reference_gives_the_same_answer(data):
    claimed = data.draw(st.integers(1, 40)), data.draw(st.integers(0, 40))
    actual_size = data.draw(st.integers(1, 40))
    path = list(build_inclusion(MEMORY, data.draw(st.integers(0, actual_size - 1)), actual_size))
    path += data.draw(st.lists(st.sampled_from(LEAVES[:4]), max_size=2))
    evidence = (LEAVES[claimed[1]], claimed[1], claimed[0], path, REFERENCE.root(0, actual_size))

    assert is_proven(*evidence) is is_included(*evidence)


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 8), (5, 8), (6, 7), (200, 257)])
def test_every_spoilt_byte_of_leaf_path_or_root_is_refused(index, size):
    leaf, root = LEAVES[index], REFERENCE.root(0, size)
    path = build_inclusion(MEMORY, index, size)

    for spoilt in spoil(leaf):
        assert not is_proven(spoilt, index, size, path, root)
    for spoilt in spoil(root):
        assert not is_proven(leaf, index, size, path, spoilt)
    for place, one in enumerate(path):
        for spoilt in spoil(one):
            assert not is_proven(leaf, index, size, (*path[:place], spoilt, *path[place + 1 :]), root)


@pytest.mark.parametrize(("index", "size"), [(0, 8), (5, 8), (6, 7), (200, 257)])
def test_a_path_with_a_hash_missing_added_or_moved_is_refused(index, size):
    root = REFERENCE.root(0, size)
    path = build_inclusion(MEMORY, index, size)

    changed = [path[:place] + path[place + 1 :] for place in range(len(path))]
    changed += [
        (*path[:place], one, *path[place:]) for place in range(len(path) + 1) for one in (root, path[0])
    ]
    changed += [path[place:] + path[:place] for place in range(1, len(path))]

    for wrong in changed:
        assert not is_proven(LEAVES[index], index, size, wrong, root)


def test_another_index_or_size_is_refused():
    path = build_inclusion(MEMORY, 5, 13)
    root = REFERENCE.root(0, 13)

    for size in range(20):
        for index in range(20):
            # The path alone cannot tell apart sizes that give it one shape; the signed size does.
            same_shape = index == 5 and 9 <= size <= 16

            assert is_proven(LEAVES[5], index, size, path, root) is same_shape


@pytest.mark.parametrize("wrong_hashes", [0, 2, 9])
def test_a_path_of_another_length_is_refused_with_both_lengths(wrong_hashes):
    with pytest.raises(NotProven) as refusal:
        verify_inclusion(LEAVES[0], 0, 8, [EMPTY_ROOT] * wrong_hashes, EMPTY_ROOT)

    assert str(refusal.value) == f"存在证明应有 3 个哈希，实有 {wrong_hashes} 个"
    assert refusal.value.code == "inclusion-length"


@given(st.data())
def test_the_length_a_refusal_expects_is_the_length_that_is_right(data):
    size = data.draw(st.integers(2, 3_000))
    index = data.draw(st.integers(0, size - 1))
    right = len(REFERENCE.inclusion(index, size))

    with pytest.raises(NotProven, match=f"应有 {right} 个哈希，实有 {right + 1} 个"):
        verify_inclusion(LEAVES[index], index, size, [EMPTY_ROOT] * (right + 1), EMPTY_ROOT)


def test_a_path_to_another_root_is_refused_with_both_roots():
    with pytest.raises(NotProven) as refusal:
        verify_inclusion(LEAVES[0], 0, 1, [], EMPTY_ROOT)

    assert str(refusal.value) == (
        "序号 0 的存在证明对不上：总数 1 的根哈希"
        f"应为 {format_hash(EMPTY_ROOT)}，算得 {format_hash(LEAVES[0])}"
    )
    assert refusal.value.code == "inclusion-root"


@pytest.mark.parametrize(("index", "size"), [(8, 8), (-1, 8), (0, 0), (0, -1), (0, TREE_SIZE_MAX + 1)])
def test_an_index_outside_the_tree_is_refused(index, size):
    with pytest.raises(NotProven) as refusal:
        verify_inclusion(LEAVES[0], index, size, [], EMPTY_ROOT)

    assert str(refusal.value) == f"序号 {index} 不在总数为 {size} 的日志之内"


def test_a_path_beyond_the_limit_is_refused_before_it_is_hashed():
    with pytest.raises(NotProven) as refusal:
        verify_inclusion(LEAVES[0], 0, 1, [b"not even a hash"] * (PROOF_MAX_HASHES + 1), EMPTY_ROOT)

    assert str(refusal.value) == "证明最多 63 个哈希，实有 64 个"


def test_a_hash_of_another_length_is_refused_by_its_place():
    with pytest.raises(NotProven) as refusal:
        verify_inclusion(LEAVES[0], 0, 2, [bytes(33)], EMPTY_ROOT)

    assert str(refusal.value) == "证明第 1 个哈希应为 32 字节，实有 33 字节"


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_asking_for_the_path_of_no_entry_is_our_own_mistake(index, size):
    with pytest.raises(ValueError, match="no index"):
        build_inclusion(MEMORY, index, size)


def test_a_proof_in_a_large_tree_reads_a_few_tiles_once_each():
    asked = []

    class Asking:
        def read_tile(self, level, index, width):
            asked.append((level, index))
            return MEMORY.read_tile(level, index, width)

    path = build_inclusion(Asking(), 12_345, 70_000)

    verify_inclusion(LEAVES[12_345], 12_345, 70_000, path, compute_root(MEMORY.frontier))
    assert len(asked) == len(set(asked)) <= 4
