"""How far witnesses confirmed a log, and the words for it."""

from __future__ import annotations

import dataclasses

import pytest

from ledger.errors import NotProven
from ledger.log.checkpoint import Checkpoint, format_checkpoint
from ledger.log.confirmation import (
    Confirmation,
    CosignedNote,
    find_confirmation,
    format_age,
    format_confirmation,
    verify_cosigned,
)
from ledger.log.cosignature import sign_cosignature
from ledger.log.keys import format_verifier_key
from ledger.log.note import Signature, format_note, sign_note
from ledger.log.policy import Policy, parse_policy
from tests.log.evidence import LOG_SIGNER, ORIGIN, make_leaves, make_witness, spoil

NOW_S = 1_793_174_400
LINES = [f"witness w{n} {format_verifier_key(make_witness(n)[1].key)}" for n in (1, 2, 3)]
TWO_OF_THREE = parse_policy(("\n".join([*LINES, "group g 2 w1 w2 w3", "quorum g"]) + "\n").encode())
NOBODY = parse_policy(("\n".join([*LINES, "quorum none"]) + "\n").encode())


def make_note(
    size: int, *cosigners: int, age_s: int = 0, bad: int = 0, policy: Policy = TWO_OF_THREE
) -> CosignedNote:
    text = format_checkpoint(Checkpoint(ORIGIN, size, make_leaves(1)[0]))
    lines = [sign_cosignature(text, NOW_S - age_s - n, make_witness(n)[0]) for n in cosigners]
    if bad:
        good = sign_cosignature(text, NOW_S, make_witness(bad)[0])
        lines.append(Signature(good.name, good.key_id, good.signature[:-1] + b"\0"))
    return CosignedNote(format_note(text, [sign_note(text, LOG_SIGNER), *lines]), policy, size)


def confirm(*notes: CosignedNote, policy: Policy = TWO_OF_THREE, newest: int = 9) -> Confirmation:
    return find_confirmation(notes, policy, newest)


@pytest.mark.parametrize(
    ("notes", "size", "confirmed", "is_quorum"),
    [
        ([], 0, (), False),
        ([make_note(9)], 0, (), False),
        ([make_note(9, 1)], 9, ("w1",), False),
        ([make_note(9, 3, 1)], 9, ("w1", "w3"), True),
        ([make_note(9, 1), make_note(5, 1, 2)], 5, ("w1", "w2"), True),
        ([make_note(9, 1, 2), make_note(5, 1, 2, 3)], 9, ("w1", "w2"), True),
        ([make_note(9, 1), make_note(5, 2)], 9, ("w1",), False),
        ([make_note(9, 1, bad=2)], 9, ("w1",), False),
    ],
)
def test_the_largest_checkpoint_with_a_quorum_counts_else_the_largest_with_anybody(
    notes: list[CosignedNote], size: int, confirmed: tuple[str, ...], is_quorum: bool
) -> None:
    found = confirm(*notes)

    assert (found.size, found.confirmed, found.has_quorum, found.quorum) == (size, confirmed, is_quorum, True)
    assert set(found.confirmed) | set(found.missing) == {"w1", "w2", "w3"}


def test_where_nobody_is_asked_for_the_newest_with_anybody_is_told() -> None:
    found = confirm(make_note(9, 2, policy=NOBODY), make_note(5, 1, 2, 3, policy=NOBODY), policy=NOBODY)

    assert (found.size, found.confirmed, found.quorum, found.has_quorum) == (9, ("w2",), False, False)
    assert format_confirmation(found, NOW_S) == "3 位见证人中有 1 位确认过这本账，最近一次是刚刚。"


def test_a_bad_line_of_a_witness_is_not_proven_when_it_is_asked_for() -> None:
    assert verify_cosigned(make_note(9)) == ()
    assert [item.key.name for item in verify_cosigned(make_note(9, 1, 2))] == [
        "witness.example/w1",
        "witness.example/w2",
    ]
    with pytest.raises(NotProven, match="签名与内容不符"):
        verify_cosigned(make_note(9, 1, bad=2))


def test_no_spoilt_byte_leaves_both_cosignatures_standing() -> None:
    """Under the log's own line, which this leaves to others, nothing of the witnesses' may be another."""
    cosigned = make_note(9, 1, 2)
    text, lines = cosigned.note.decode().split("\n\n")
    _own, *theirs = lines.splitlines(keepends=True)
    assert len(theirs) == 2

    for part in (text, *theirs):
        for spoilt in spoil(part.encode()):
            note = cosigned.note.replace(part.encode(), spoilt)
            try:
                found = verify_cosigned(dataclasses.replace(cosigned, note=note))
            except NotProven:
                continue
            assert len(found) < 2, spoilt


@pytest.mark.parametrize(
    ("notes", "newest", "told"),
    [
        ([], 9, "3 位见证人都还没有确认过这本账。"),
        (
            [make_note(9, 1, 2, age_s=3 * 3600)],
            9,
            "3 位见证人中有 2 位确认过这本账，最近一次是 3 小时前。",
        ),
        (
            [make_note(9, 1, 2, age_s=300)],
            13,
            "3 位见证人中有 2 位确认过这本账，最近一次是 5 分钟前。之后新记的 4 条还在等他们确认。",
        ),
        (
            [make_note(9, 1, 2, 3, age_s=5 * 86_400)],
            9,
            "3 位见证人中有 3 位确认过这本账，但最近一次已经是 5 天前。",
        ),
        (
            [make_note(9, 1)],
            9,
            "3 位见证人中只有 1 位确认过这本账，还不够约定的人数，最近一次是刚刚。",
        ),
    ],
)
def test_it_is_told_in_plain_words(notes: list[CosignedNote], newest: int, told: str) -> None:
    assert format_confirmation(confirm(*notes, newest=newest), NOW_S) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "刚刚"),
        (59, "刚刚"),
        (60, " 1 分钟前"),
        (3_599, " 59 分钟前"),
        (3_600, " 1 小时前"),
        (86_399, " 23 小时前"),
        (86_400, " 1 天前"),
        (864_000, " 10 天前"),
    ],
)
def test_an_age_is_told_in_its_largest_whole_unit(seconds: int, told: str) -> None:
    assert format_age(seconds) == told
