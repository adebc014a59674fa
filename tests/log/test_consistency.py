import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotProven
from ledger.limits import PROOF_MAX_HASHES, TREE_SIZE_MAX
from ledger.log.hashing import EMPTY_ROOT, format_hash
from ledger.log.proofs import build_consistency, verify_consistency
from ledger.log.tiles import MemoryTiles, TileCache
from tests.log.evidence import load_vectors, make_leaves, spoil
from tests.reference import ReferenceTree, is_consistent

LEAVES = make_leaves(70_000)
MEMORY = MemoryTiles(LEAVES)
REFERENCE = ReferenceTree(LEAVES)
SHORT_ROOTS = (
    "additional/sizes-are-equal-one-and-proof-is-empty"  # Roots of 12 bytes: we refuse, they accept.
)


def is_proven(*evidence):
    try:
        verify_consistency(*evidence)
    except NotProven:
        return False
    return True


@pytest.mark.parametrize("vector", load_vectors("merkle-proofs.json")["consistency"], ids=lambda v: v["name"])
def test_a_known_consistency_proof_has_its_known_answer(vector):
    path = [base64.b64decode(one) for one in vector["proof"] or []]
    old_root, new_root = base64.b64decode(vector["root1"]), base64.b64decode(vector["root2"])

    found = is_proven(vector["size1"], old_root, vector["size2"], new_root, path)

    assert found is (not vector["wantErr"] and vector["name"] != SHORT_ROOTS)


@pytest.mark.no_cover
@pytest.mark.parametrize("from_size", range(1, 257, 64))
def test_every_pair_of_sizes_up_to_256_is_proven_by_the_reference_path(from_size):
    for new in range(from_size, from_size + 64):
        new_root, tiles = REFERENCE.root(0, new), TileCache(MEMORY)
        for old in range(new + 1):
            path = build_consistency(tiles, old, new)
            evidence = (old, REFERENCE.root(0, old), new, new_root, path)

            assert list(path) == (REFERENCE.consistency(old, new) if old else [])
            verify_consistency(*evidence)
            assert is_consistent(*evidence)


@given(st.integers(1, 70_000), st.integers(1, 70_000))
def test_any_two_sizes_of_a_tree_of_70000_are_proven(one, other):
    old, new = sorted((one, other))

    path = build_consistency(MEMORY, old, new)

    assert list(path) == REFERENCE.consistency(old, new)
    verify_consistency(old, REFERENCE.root(0, old), new, REFERENCE.root(0, new), path)


@given(st.data())
def test_whatever_the_claim_the_reference_gives_the_same_answer(data):
    sizes = st.integers(0, 40)
    old, new = sorted((data.draw(sizes), data.draw(sizes)))
    path = list(build_consistency(MEMORY, old, new))
    path += data.draw(st.lists(st.sampled_from(LEAVES[:4]), max_size=2))
    claimed_old, claimed_new = data.draw(sizes), data.draw(sizes)
    for evidence in (
        (claimed_old, REFERENCE.root(0, old), claimed_new, REFERENCE.root(0, new), path),
        (claimed_old, REFERENCE.root(0, claimed_old), claimed_new, REFERENCE.root(0, claimed_new), path),
    ):
        assert is_proven(*evidence) is is_consistent(*evidence)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 8), (4, 8), (6, 7), (7, 7), (200, 257)])
def test_every_spoilt_byte_of_a_root_or_the_path_is_refused(old, new):
    old_root, new_root = REFERENCE.root(0, old), REFERENCE.root(0, new)
    path = build_consistency(MEMORY, old, new)

    for spoilt in spoil(old_root):
        assert not is_proven(old, spoilt, new, new_root, path)
    for spoilt in spoil(new_root):
        assert not is_proven(old, old_root, new, spoilt, path)
    for place, one in enumerate(path):
        for spoilt in spoil(one):
            assert not is_proven(old, old_root, new, new_root, (*path[:place], spoilt, *path[place + 1 :]))


@pytest.mark.parametrize(("old", "new"), [(3, 8), (4, 8), (6, 7), (200, 257)])
def test_a_path_with_a_hash_missing_or_added_is_refused(old, new):
    old_root, new_root = REFERENCE.root(0, old), REFERENCE.root(0, new)
    path = build_consistency(MEMORY, old, new)

    changed = [path[:place] + path[place + 1 :] for place in range(len(path))]
    changed += [
        (*path[:place], one, *path[place:]) for place in range(len(path) + 1) for one in (old_root, new_root)
    ]

    for wrong in changed:
        assert not is_proven(old, old_root, new, new_root, wrong)


def test_a_log_that_changed_one_early_entry_cannot_be_shown_to_extend_itself():
    rewritten = MemoryTiles([*LEAVES[:3], LEAVES[99], *LEAVES[4:50]])
    forged = ReferenceTree([*LEAVES[:3], LEAVES[99], *LEAVES[4:50]])

    for old in range(4, 50):
        path = build_consistency(rewritten, old, 50)

        assert not is_proven(old, REFERENCE.root(0, old), 50, forged.root(0, 50), path)


def test_from_the_empty_tree_only_an_empty_path_and_the_empty_root_are_accepted():
    root = REFERENCE.root(0, 5)

    assert is_proven(0, EMPTY_ROOT, 5, root, [])
    assert is_proven(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    assert not is_proven(0, EMPTY_ROOT, 5, root, [root])
    assert not is_proven(0, root, 5, root, [])
    assert not is_proven(0, EMPTY_ROOT, 0, root, [])
    assert not is_proven(0, root, 0, root, [])


def test_equal_sizes_need_equal_roots_and_an_empty_path():
    root = REFERENCE.root(0, 5)

    assert is_proven(5, root, 5, root, [])
    assert not is_proven(5, root, 5, root, [root])
    assert not is_proven(5, root, 5, EMPTY_ROOT, [])


@pytest.mark.parametrize("wrong_hashes", [0, 1, 3, 9])
def test_a_path_of_another_length_is_refused_with_both_lengths(wrong_hashes):
    with pytest.raises(NotProven) as refusal:
        verify_consistency(2, EMPTY_ROOT, 5, EMPTY_ROOT, [EMPTY_ROOT] * wrong_hashes)

    assert str(refusal.value) == f"一致性证明应有 2 个哈希，实有 {wrong_hashes} 个"
    assert refusal.value.code == "consistency-length"


@given(st.integers(1, 3_000), st.integers(1, 3_000))
def test_the_length_a_refusal_expects_is_the_length_that_is_right(one, other):
    old, new = sorted((one, other))
    right = len(REFERENCE.consistency(old, new))

    with pytest.raises(NotProven, match=f"应有 {right} 个哈希，实有 {right + 1} 个"):
        verify_consistency(old, EMPTY_ROOT, new, EMPTY_ROOT, [EMPTY_ROOT] * (right + 1))


def test_an_empty_path_from_a_size_that_is_no_power_of_two_is_refused():
    with pytest.raises(NotProven, match="应有 3 个哈希，实有 0 个"):
        verify_consistency(3, REFERENCE.root(0, 3), 4, REFERENCE.root(0, 4), [])


@pytest.mark.parametrize(
    ("old_root", "new_root", "code", "size"),
    [(EMPTY_ROOT, None, "consistency-old-root", 3), (None, EMPTY_ROOT, "consistency-new-root", 5)],
)
def test_another_root_is_refused_with_both_roots(old_root, new_root, code, size):
    right = {3: REFERENCE.root(0, 3), 5: REFERENCE.root(0, 5)}

    with pytest.raises(NotProven) as refusal:
        verify_consistency(3, old_root or right[3], 5, new_root or right[5], build_consistency(MEMORY, 3, 5))

    assert refusal.value.code == code
    assert str(refusal.value) == (
        f"一致性证明对不上：总数 {size} 的根哈希"
        f"应为 {format_hash(EMPTY_ROOT)}，算得 {format_hash(right[size])}"
    )


@pytest.mark.parametrize(("old", "new"), [(6, 5), (-1, 5), (1, TREE_SIZE_MAX + 1)])
def test_sizes_that_cannot_follow_are_refused(old, new):
    with pytest.raises(NotProven) as refusal:
        verify_consistency(old, EMPTY_ROOT, new, EMPTY_ROOT, [])

    assert str(refusal.value) == f"总数 {old} 的日志不能是总数 {new} 的开头"


def test_a_path_beyond_the_limit_is_refused():
    with pytest.raises(NotProven) as refusal:
        verify_consistency(1, EMPTY_ROOT, 2, EMPTY_ROOT, [EMPTY_ROOT] * (PROOF_MAX_HASHES + 1))

    assert refusal.value.code == "proof-limit"


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5)])
def test_asking_for_the_path_of_a_shrinking_tree_is_our_own_mistake(old, new):
    with pytest.raises(ValueError, match="no beginning"):
        build_consistency(MEMORY, old, new)
