import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotProven
from ledger.limits import RECEIPT_SIZE_MAX
from ledger.log.checkpoint import Checkpoint, format_checkpoint
from ledger.log.keys import make_signer
from ledger.log.note import NoteVerifier
from ledger.log.receipt import (
    Receipt,
    build_receipt,
    format_fingerprint,
    format_receipt,
    format_receipt_note,
    open_receipt,
    parse_receipt,
)
from tests.log.evidence import LOG, ORIGIN, make_checkpoint, make_checkpoint_note, make_leaves, spoil

LEAVES = make_leaves(9)
NOTE = make_checkpoint_note(LEAVES)
RECEIPT = build_receipt(NOTE, LOG, sheet_kind=1, month=26 * 12 + 10, ordinal=2)
DIGITS = format_receipt(RECEIPT)

receipts = st.builds(
    Receipt,
    st.integers(0, 255),
    st.integers(0, 65_535),
    st.integers(0, 255),
    st.integers(1, RECEIPT_SIZE_MAX),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=64, max_size=64),
)


def test_a_receipt_has_the_layout_that_is_printed():
    payload = int(DIGITS).to_bytes(107, "big")

    assert payload[:11].hex() == "01" + "01" + "01" + "0142" + "02" + "0000000009"
    assert payload[11:43] == make_checkpoint(LEAVES).root
    assert len(payload[43:]) == 64


def test_a_receipt_gives_back_the_logs_own_note_byte_for_byte():
    assert format_receipt_note(parse_receipt(DIGITS), LOG.key) == NOTE
    assert open_receipt(parse_receipt(DIGITS), LOG) == make_checkpoint(LEAVES)


@given(receipts)
def test_a_receipt_survives_its_256_digits(receipt):
    digits = format_receipt(receipt)

    assert len(digits) == 256
    assert parse_receipt(digits) == receipt


def test_every_misread_digit_is_refused():
    # 10^k is a multiple of 2^512 only from k = 512 on, so each of the 256 digits reaches into the signature.
    for place in range(256):
        for digit in "0123456789X":
            spoilt = DIGITS[:place] + digit + DIGITS[place + 1 :]
            if spoilt == DIGITS:
                continue
            with pytest.raises(NotProven):
                open_receipt(parse_receipt(spoilt), LOG)
        with pytest.raises(NotProven):
            parse_receipt(DIGITS[:place])


def test_every_spoilt_byte_of_the_payload_is_refused_or_changes_only_the_papers_claim():
    payload = int(DIGITS).to_bytes(107, "big")

    for spoilt in spoil(payload):
        try:
            receipt = parse_receipt(str(int.from_bytes(spoilt, "big")))
            open_receipt(receipt, LOG)
        except NotProven:
            continue

        proven = (receipt.size, receipt.root, receipt.signature)
        assert proven == (RECEIPT.size, RECEIPT.root, RECEIPT.signature)
        assert (receipt.sheet_kind, receipt.month, receipt.ordinal) != (1, 322, 2)


@pytest.mark.parametrize(
    ("digits", "reason"),
    [
        ("", "凭据码应是 256 位数字，实有 0 个字"),
        (DIGITS + "0", "凭据码应是 256 位数字，实有 257 个字"),
        (DIGITS + "\n", "凭据码应是 256 位数字，实有 257 个字"),
        ("0" + DIGITS[1:], "凭据码应是 256 位数字，实有 256 个字"),
        ("٣" * 256, "凭据码应是 256 位数字，实有 256 个字"),
        (str(int.from_bytes(b"\x01\x02" + bytes(105), "big")), "凭据码的版本应为 1，实为 2"),
        (str(int.from_bytes(b"\x01\x01" + bytes(105), "big")), "凭据码的总数不能是 0"),
        ("9" * 256, "凭据码应以字节 0x01 开头，实为 0x"),
    ],
)
def test_what_is_no_receipt_is_refused_with_the_reason(digits, reason):
    with pytest.raises(NotProven) as refusal:
        parse_receipt(digits)

    assert str(refusal.value).startswith(reason)


def test_another_logs_key_does_not_prove_a_receipt():
    other = NoteVerifier(make_signer(ORIGIN, bytes(32)).key)

    with pytest.raises(NotProven, match="签名与内容不符"):
        open_receipt(RECEIPT, other)
    with pytest.raises(NotProven, match="没有一把认得的公钥签过"):
        build_receipt(NOTE, other, 1, 322, 2)


@pytest.mark.parametrize(
    "receipt",
    [
        Receipt(256, 0, 0, 1, bytes(32), bytes(64)),
        Receipt(-1, 0, 0, 1, bytes(32), bytes(64)),
        Receipt(0, 65_536, 0, 1, bytes(32), bytes(64)),
        Receipt(0, 0, 256, 1, bytes(32), bytes(64)),
        Receipt(0, 0, 0, 0, bytes(32), bytes(64)),
        Receipt(0, 0, 0, 2**40, bytes(32), bytes(64)),
        Receipt(0, 0, 0, 1, bytes(31), bytes(64)),
        Receipt(0, 0, 0, 1, bytes(32), bytes(65)),
    ],
)
def test_an_impossible_receipt_is_our_own_mistake(receipt):
    with pytest.raises(ValueError, match="a receipt's"):
        format_receipt(receipt)


def test_the_fingerprint_is_sixteen_digits_of_the_note_texts_hash():
    checkpoint = make_checkpoint(LEAVES)

    fingerprint = format_fingerprint(checkpoint)

    digest = hashlib.sha256(format_checkpoint(checkpoint).encode()).hexdigest()
    assert fingerprint.replace(" ", "") == f"{int(digest[:16], 16) % 10**16:016d}"
    assert [len(group) for group in fingerprint.split(" ")] == [4, 4, 4, 4]


@given(st.integers(1, 1_000))
def test_checkpoints_of_other_sizes_have_other_fingerprints(size):
    one = Checkpoint(ORIGIN, size, bytes(32))

    assert format_fingerprint(one) != format_fingerprint(Checkpoint(ORIGIN, size + 1, bytes(32)))
