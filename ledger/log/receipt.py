"""Receipts: the digits in a printed sheet's code, and the fingerprint beside it.

A sheet's code holds an address, `#`, and a number. The number carries the sheet's checkpoint and signature,
so that a phone can check it against the log that is online now; what follows `#` never reaches the server, so
the server cannot tailor its answer to the paper in the reader's hand. Payload, 106 bytes, integers
big-endian:

    offset  bytes  what
    0       1      version, 1
    1       1      kind of sheet
    2       2      month of the sheet, counted from 2000-01 as 0
    4       1      ordinal: the n that ends the sheet's number
    5       5      size
    10      32     root
    42      64     Ed25519 signature of the checkpoint's ordinary note

Printed as the decimal of 0x01 ‖ payload: always 256 digits, as dense in a QR code as binary and safe in an
address. The signature is the log's own on the checkpoint text, which origin (the key's name), size and root
give back.

The fingerprint is for eyes: SHA-256 of the checkpoint text, its first 8 bytes as a big-endian integer modulo
10^16, as 16 digits in four groups.
"""

import hashlib
import re
import struct
from dataclasses import dataclass

from ledger.errors import NotProven
from ledger.limits import HASH_BYTES, RECEIPT_SIZE_MAX
from ledger.log.checkpoint import Checkpoint, format_checkpoint, open_checkpoint
from ledger.log.hashing import Hash
from ledger.log.keys import SIGNATURE_BYTES, VerifierKey
from ledger.log.note import NoteVerifier, Signature, format_note, open_note

VERSION = 1
PAYLOAD_BYTES = 106
DIGITS = 256
"""Decimal digits of every receipt: 0x01 ‖ 106 bytes lies between 10^255 and 10^256."""

_DIGITS = re.compile(r"[1-9][0-9]{255}")
_LAYOUT = struct.Struct(">BBHB5s32s64s")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a printed code says, of which nothing is proven until `open_receipt`.

    `sheet_kind`   0 to 255
    `month`        months since 2000-01, 0 to 65,535
    `ordinal`      0 to 255: the n that ends the sheet's number
    `size`         1 to 2^40 − 1
    `root`         32 bytes
    `signature`    64 bytes, Ed25519, of the log's key
    """

    sheet_kind: int
    month: int
    ordinal: int
    size: int
    root: Hash
    signature: bytes


def build_receipt(note: bytes, log: NoteVerifier, sheet_kind: int, month: int, ordinal: int) -> Receipt:
    """Return the receipt of a sheet that prints the checkpoint in `note`, signed by `log`.

    Raises NotProven unless the log signed it.
    """
    checkpoint = open_checkpoint(note, log)
    signature = open_note(note, [log]).verified[0].signature
    return Receipt(sheet_kind, month, ordinal, checkpoint.size, checkpoint.root, signature)


def format_receipt(receipt: Receipt) -> str:
    """Return the 256 digits. ValueError for a field out of its range."""
    if not 0 < receipt.size <= RECEIPT_SIZE_MAX:
        raise ValueError(f"a receipt's size is 1 to {RECEIPT_SIZE_MAX}, not {receipt.size}")
    if len(receipt.root) != HASH_BYTES or len(receipt.signature) != SIGNATURE_BYTES:
        raise ValueError("a receipt's root has 32 bytes and its signature 64")
    try:
        payload = _LAYOUT.pack(
            VERSION,
            receipt.sheet_kind,
            receipt.month,
            receipt.ordinal,
            receipt.size.to_bytes(5, "big"),
            receipt.root,
            receipt.signature,
        )
    except struct.error as error:
        raise ValueError(f"a receipt's field is out of range: {error}") from error
    return str(int.from_bytes(b"\x01" + payload, "big"))


def parse_receipt(digits: str) -> Receipt:
    """Inverse of `format_receipt`, proving nothing; NotProven for any other text."""
    if not _DIGITS.fullmatch(digits):
        raise NotProven(f"凭据码应是 {DIGITS} 位数字，实有 {len(digits)} 个字", code="receipt-form")
    data = int(digits).to_bytes(PAYLOAD_BYTES + 1, "big")
    version, sheet_kind, month, ordinal, size, root, signature = _LAYOUT.unpack(data[1:])
    if data[0] != 1:
        raise NotProven(f"凭据码应以字节 0x01 开头，实为 {data[0]:#04x}", code="receipt-form")
    if version != VERSION:
        raise NotProven(f"凭据码的版本应为 {VERSION}，实为 {version}", code="receipt-version")
    if not any(size):
        raise NotProven("凭据码的总数不能是 0", code="receipt-form")
    return Receipt(sheet_kind, month, ordinal, int.from_bytes(size, "big"), root, signature)


def format_receipt_note(receipt: Receipt, key: VerifierKey) -> bytes:
    """Return the checkpoint note that the receipt stands for, with origin and key id taken from the log's
    key.

    Nothing is proven by it: whoever opens it verifies.
    """
    text = format_checkpoint(Checkpoint(key.name, receipt.size, receipt.root))
    return format_note(text, [Signature(key.name, key.key_id, receipt.signature)])


def open_receipt(receipt: Receipt, log: NoteVerifier) -> Checkpoint:
    """Return the receipt's checkpoint once the log is proven to have signed it. Raises NotProven otherwise.

    Proven are size and root alone: kind, month and ordinal are the paper's claim, to be held against the
    entry that sealed the sheet.
    """
    return open_checkpoint(format_receipt_note(receipt, log.key), log)


def format_fingerprint(checkpoint: Checkpoint) -> str:
    """Return the checkpoint's fingerprint for eyes: `1234 5678 9012 3456`."""
    digest = hashlib.sha256(format_checkpoint(checkpoint).encode()).digest()
    digits = f"{int.from_bytes(digest[:8], 'big') % 10**16:016d}"
    return " ".join(digits[i : i + 4] for i in range(0, 16, 4))
