"""Every proof in every tree of up to 1,024 leaves, and a million spoilt ones: the long run of `proofs`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest

from ledger.errors import NotProven
from ledger.log.proofs import build_consistency, build_inclusion, verify_consistency, verify_inclusion
from ledger.log.tiles import MemoryTiles
from tests.log.evidence import make_leaves
from tests.reference import ReferenceTree, is_consistent, is_included

SIZE_MAX = 1_024
STEP = 128
MUTANTS = 1_000_000
LEAVES = make_leaves(SIZE_MAX)
MEMORY = MemoryTiles(LEAVES)
REFERENCE = ReferenceTree(LEAVES)

pytestmark = [pytest.mark.deep, pytest.mark.timeout(3_600)]

Claim = tuple[Any, ...]
"""The arguments of a `verify_…`, the path among them."""


@pytest.mark.parametrize("first", range(1, SIZE_MAX + 1, STEP))
def test_every_entry_of_every_tree_is_proven(first: int) -> None:
    proven = 0
    for size in range(first, first + STEP):
        root = REFERENCE.root(0, size)
        for index in range(size):
            path = build_inclusion(MEMORY, index, size)

            assert list(path) == REFERENCE.inclusion(index, size)
            verify_inclusion(LEAVES[index], index, size, path, root)
            proven += 1

    assert proven == sum(range(first, first + STEP))


@pytest.mark.parametrize("first", range(1, SIZE_MAX + 1, STEP))
def test_every_tree_is_proven_to_begin_every_later_one(first: int) -> None:
    proven = 0
    for new in range(first, first + STEP):
        new_root = REFERENCE.root(0, new)
        for old in range(new + 1):
            path = build_consistency(MEMORY, old, new)

            assert list(path) == (REFERENCE.consistency(old, new) if old else [])
            verify_consistency(old, REFERENCE.root(0, old), new, new_root, path)
            proven += 1

    assert proven == sum(range(first + 1, first + STEP + 1))


def test_half_a_million_spoilt_inclusion_proofs_are_refused() -> None:
    random = Random("inclusion")

    def draw() -> Claim:
        size = random.randint(2, SIZE_MAX)
        index = random.randrange(size)
        return LEAVES[index], index, size, build_inclusion(MEMORY, index, size), REFERENCE.root(0, size)

    def move(claim: Claim) -> Claim:
        """The same proof for another place, or for a tree of another size."""
        leaf, index, size, path, root = claim
        if random.random() < 0.5:
            return leaf, _draw_other(random, size, index), size, path, root
        other = 1 + _draw_other(random, SIZE_MAX, size - 1)
        return leaf, index, other, path, REFERENCE.root(0, other)

    _refuse_all(random, draw, move, verify_inclusion, is_included)


def test_half_a_million_spoilt_consistency_proofs_are_refused() -> None:
    random = Random("consistency")

    def draw() -> Claim:
        old, new = sorted(random.sample(range(1, SIZE_MAX + 1), 2))
        path = build_consistency(MEMORY, old, new)
        return old, REFERENCE.root(0, old), new, REFERENCE.root(0, new), path

    def move(claim: Claim) -> Claim:
        """The same proof from or to a tree of another size."""
        old, old_root, new, new_root, path = claim
        if random.random() < 0.5:
            other = 1 + _draw_other(random, SIZE_MAX, old - 1)
            return other, REFERENCE.root(0, other), new, new_root, path
        other = 1 + _draw_other(random, SIZE_MAX, new - 1)
        return old, old_root, other, REFERENCE.root(0, other), path

    _refuse_all(random, draw, move, verify_consistency, is_consistent)


def _refuse_all(
    random: Random,
    draw: Callable[[], Claim],
    move: Callable[[Claim], Claim],
    verify: Callable[..., None],
    is_right: Callable[..., bool],
) -> None:
    """Half of MUTANTS, a hundred of each true proof: all are refused, and the reference would refuse them too."""
    refused = 0
    while refused < MUTANTS // 2:
        claim = draw()
        verify(*claim)
        for number in range(100):
            mutant = move(claim) if number % 4 == 0 else _spoil(random, claim)
            try:
                verify(*mutant)
            except NotProven:
                refused += 1
                continue
            pytest.fail(f"accepted: {mutant}")
        assert not is_right(*mutant)

    assert refused == MUTANTS // 2


def _spoil(random: Random, claim: Claim) -> Claim:
    """Return the claim with a bit flipped in a hash of it, or with its path longer, shorter or in another order."""
    parts = list(claim)
    at = random.choice([place for place, part in enumerate(parts) if not isinstance(part, int)])
    parts[at] = _flip(random, parts[at]) if isinstance(parts[at], bytes) else _bend(random, parts[at])
    return tuple(parts)


def _bend(random: Random, path: Sequence[bytes]) -> tuple[bytes, ...]:
    hashes = list(path)
    at = random.randrange(len(hashes) + 1)
    kind = random.randrange(4)
    if kind == 0 or not hashes:
        hashes.insert(at, random.choice([*hashes, LEAVES[0]]))
    elif kind == 1:
        del hashes[at - 1]
    elif kind == 2 and len(hashes) > 1:
        one, other = random.sample(range(len(hashes)), 2)
        hashes[one], hashes[other] = hashes[other], hashes[one]
    else:
        hashes[at - 1] = _flip(random, hashes[at - 1])
    return tuple(hashes)


def _flip(random: Random, value: bytes) -> bytes:
    place = random.randrange(len(value))
    return value[:place] + bytes([value[place] ^ 1 << random.randrange(8)]) + value[place + 1 :]


def _draw_other(random: Random, count: int, but: int) -> int:
    """Return one of `count` numbers from 0, but not `but`."""
    number = random.randrange(count - 1)
    return number + (number >= but)
