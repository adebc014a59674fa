"""One key of a log hands over to the next: what both sign, and which key counts at which size."""

from __future__ import annotations

import dataclasses

import pytest

from ledger.errors import NotProven
from ledger.log.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint, sign_checkpoint
from ledger.log.keys import Signer, format_verifier_key, is_key_name, make_signer
from ledger.log.note import NoteVerifier, format_note, sign_note
from ledger.log.rotation import (
    HEADER,
    KeyHistory,
    KeyPeriod,
    Rotation,
    find_verifier,
    format_rotation,
    open_by_history,
    verify_rotation,
)
from tests.log.evidence import spoil, spoil_text

ORIGIN = "mingbai/sample"
FIRST, SECOND, THIRD, STRANGER = (make_signer(ORIGIN, bytes([number]) * 32) for number in range(1, 5))
HISTORY: KeyHistory = [
    KeyPeriod(from_size, NoteVerifier(signer.key))
    for from_size, signer in ((0, FIRST), (5, SECOND), (9, THIRD))
]


def build(old: Signer = FIRST, new: Signer = SECOND, origin: str = ORIGIN) -> Rotation:
    old_key, new_key = format_verifier_key(old.key), format_verifier_key(new.key)
    return Rotation(from_size=5, new_key=new_key, old_key=old_key, origin=origin)


def sign(rotation: Rotation, *signers: Signer) -> list[bytes]:
    return [signer.sign_bytes(format_rotation(rotation).encode()) for signer in signers]


def sign_size(size: int, *signers: Signer) -> bytes:
    text = format_checkpoint(Checkpoint(ORIGIN, size, b"\x07" * 32))
    return format_note(text, [sign_note(text, signer) for signer in signers])


def refuse(rotation: Rotation, old: bytes, new: bytes) -> tuple[str, str]:
    with pytest.raises(NotProven) as error:
        verify_rotation(rotation, old, new)
    return error.value.code, error.value.reason


def test_both_keys_sign_the_statement_as_the_text_of_a_note() -> None:
    rotation = build()
    text = format_rotation(rotation)

    verify_rotation(rotation, *(sign_note(text, signer).signature for signer in (FIRST, SECOND)))

    assert text.split("\n") == [HEADER, ORIGIN, rotation.old_key, rotation.new_key, "5", ""]


def test_a_statement_is_no_checkpoint_and_no_log_may_bear_its_name() -> None:
    with pytest.raises(NotProven):
        parse_checkpoint(format_rotation(build()))
    assert not is_key_name(HEADER)


@pytest.mark.parametrize("place", range(64))
def test_every_byte_of_either_signature_counts(place: int) -> None:
    rotation = build()
    old, new = sign(rotation, FIRST, SECOND)

    for spoilt in (
        (old[:place] + bytes([old[place] ^ 1]) + old[place + 1 :], new),
        (old, new[:place] + bytes([new[place] ^ 1]) + new[place + 1 :]),
        (old[:place], new),
        (old, new[:place]),
    ):
        assert refuse(rotation, *spoilt)[0] == "rotation-signature"


@pytest.mark.parametrize("signers", [(SECOND, FIRST), (FIRST, FIRST), (SECOND, SECOND), (FIRST, STRANGER)])
def test_each_key_signs_for_itself(signers: tuple[Signer, Signer]) -> None:
    rotation = build()

    code, reason = refuse(rotation, *sign(rotation, *signers))

    assert code == "rotation-signature"
    assert reason in ("换钥声明上旧钥的签名不对", "换钥声明上新钥的签名不对")


@pytest.mark.parametrize(
    "changed",
    [
        {"from_size": 6},
        {"new_key": format_verifier_key(THIRD.key)},
        {"old_key": format_verifier_key(THIRD.key)},
    ],
)
def test_the_signatures_stand_for_one_statement_alone(changed: dict[str, object]) -> None:
    rotation = build()
    signatures = sign(rotation, FIRST, SECOND)

    assert refuse(dataclasses.replace(rotation, **changed), *signatures)[0] == "rotation-signature"


def test_a_key_does_not_hand_over_to_itself_or_to_another_log() -> None:
    same, other = build(new=FIRST), make_signer("mingbai/other", b"\x02" * 32)

    assert refuse(same, *sign(same, FIRST, FIRST)) == ("rotation-key", "换钥前后是同一把公钥")
    for rotation in (build(new=other), build(old=other), build(origin="mingbai/other")):
        assert refuse(rotation, *sign(rotation, FIRST, SECOND))[0] == "rotation-key"
    assert refuse(dataclasses.replace(same, new_key="x" * 30), b"", b"")[0] == "verifier-key"


@pytest.mark.parametrize("size", range(1, 13))
@pytest.mark.parametrize("number", range(3))
def test_a_checkpoint_counts_with_the_key_of_its_size_alone(size: int, number: int) -> None:
    signer = (FIRST, SECOND, THIRD)[number]
    right = 0 if size < 5 else 1 if size < 9 else 2

    if number == right:
        assert open_by_history(sign_size(size, signer), HISTORY).size == size
    else:
        with pytest.raises(NotProven) as error:
            open_by_history(sign_size(size, signer), HISTORY)
        assert error.value.code == ("key-retired" if number < right else "key-early")
    assert find_verifier(HISTORY, size).key == (FIRST, SECOND, THIRD)[right].key


def test_the_refusal_names_both_keys() -> None:
    first, second = FIRST.key.key_id.hex(), SECOND.key.key_id.hex()

    with pytest.raises(NotProven, match=f"检查点 6 条，签名的公钥 {first} 这时已经换下，应为 {second}"):
        open_by_history(sign_size(6, FIRST), HISTORY)
    with pytest.raises(NotProven, match=f"检查点 4 条，签名的公钥 {second} 从 5 条起才启用，应为 {first}"):
        open_by_history(sign_size(4, SECOND), HISTORY)


def test_a_second_line_of_a_retired_key_changes_nothing() -> None:
    assert open_by_history(sign_size(6, FIRST, SECOND), HISTORY).size == 6
    with pytest.raises(NotProven) as error:
        open_by_history(sign_size(6, STRANGER), HISTORY)
    assert error.value.code == "note-unsigned"


def test_a_bad_line_of_the_right_key_is_a_bad_signature() -> None:
    note = sign_checkpoint(Checkpoint(ORIGIN, 6, b"\x07" * 32), SECOND)
    spoilt = note.replace(b"\n6\n", b"\n7\n")

    with pytest.raises(NotProven) as error:
        open_by_history(spoilt, HISTORY)

    assert error.value.code == "signature"


@pytest.mark.parametrize("field", ["origin", "old_key", "new_key"])
def test_every_character_of_the_statement_counts(field: str) -> None:
    rotation = build()
    signatures = sign(rotation, FIRST, SECOND)

    for spoilt in spoil_text(getattr(rotation, field)):
        with pytest.raises(NotProven):
            verify_rotation(dataclasses.replace(rotation, **{field: spoilt}), *signatures)
    for from_size in (0, 4, 6, 50):
        assert (
            refuse(dataclasses.replace(rotation, from_size=from_size), *signatures)[0] == "rotation-signature"
        )


def test_every_byte_of_a_note_under_a_history_of_keys_counts() -> None:
    note = sign_size(7, SECOND)
    assert open_by_history(note, HISTORY).size == 7

    for spoilt in spoil(note):
        with pytest.raises(NotProven):
            open_by_history(spoilt, HISTORY)
