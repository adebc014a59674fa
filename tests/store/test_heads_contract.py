"""What every store of signed checkpoints promises."""

import msgspec
import pytest

from ledger.errors import Tampered
from ledger.ports import Head
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.store.conftest import Store


def make_head(size: int, fill: int = 1) -> Head:
    return Head(note=b"note %d %d\n" % (size, fill), root=bytes([fill]) * 32, size=size)


def test_there_is_no_head_before_the_first(store: Store) -> None:
    assert store.heads.find_newest(VILLAGE) is None
    assert store.heads.find_at(VILLAGE, 1) is None
    assert store.heads.find_first(VILLAGE, 1) is None
    assert list(store.heads.iterate(VILLAGE)) == []


def test_heads_are_kept_smallest_first(store: Store) -> None:
    heads = [make_head(size) for size in (1, 2, 7, 1000)]
    for head in heads:
        store.heads.advance(VILLAGE, head)
    store.heads.advance(OTHER_VILLAGE, make_head(3))

    assert list(store.heads.iterate(VILLAGE)) == heads
    assert store.heads.find_newest(VILLAGE) == heads[-1]
    assert store.heads.find_at(VILLAGE, 7) == heads[2]
    assert store.heads.find_at(VILLAGE, 3) is None
    assert [store.heads.find_first(VILLAGE, size) for size in (1, 3, 7, 8)] == [
        heads[0],
        heads[2],
        heads[2],
        heads[3],
    ]
    assert store.heads.find_first(VILLAGE, 1001) is None
    assert list(store.heads.iterate(OTHER_VILLAGE)) == [make_head(3)]


def test_heads_below_a_size_come_largest_first_and_no_more_than_asked(store: Store) -> None:
    heads = [make_head(size) for size in (1, 2, 7, 1000)]
    for head in heads:
        store.heads.advance(VILLAGE, head)
    store.heads.advance(OTHER_VILLAGE, make_head(3))

    assert store.heads.list_before(VILLAGE, 1000, 2) == [heads[2], heads[1]]
    assert store.heads.list_before(VILLAGE, 1001, 9) == heads[::-1]
    assert store.heads.list_before(VILLAGE, 1, 9) == []


def test_every_head_is_iterated_however_many(store: Store) -> None:
    heads = [make_head(size) for size in range(1, 1_003)]
    for head in heads:
        store.heads.advance(VILLAGE, head)

    assert list(store.heads.iterate(VILLAGE)) == heads


def test_the_very_same_head_may_come_again(store: Store) -> None:
    store.heads.advance(VILLAGE, make_head(5))
    store.heads.advance(VILLAGE, make_head(5))

    assert list(store.heads.iterate(VILLAGE)) == [make_head(5)]


@pytest.mark.parametrize(
    "second",
    [make_head(4), make_head(5, fill=2), msgspec.structs.replace(make_head(5), note=b"other\n")],
    ids=["smaller", "another root", "another note"],
)
def test_a_head_that_does_not_grow_is_tampering(store: Store, second: Head) -> None:
    store.heads.advance(VILLAGE, make_head(4))
    store.heads.advance(VILLAGE, make_head(5))

    with pytest.raises(Tampered):
        store.heads.advance(VILLAGE, second)

    assert store.heads.find_newest(VILLAGE) == make_head(5)
