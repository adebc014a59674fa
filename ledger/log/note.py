"""Signed notes: a text, an empty line, and signature lines. Source: C2SP signed-note 1.0.0.

    This is an example message.
                                                        <- the last empty line parts text and signatures
    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv…     <- em dash, key name, base64(key id ‖ signature)

What is signed is the text with its final newline. The whole is UTF-8 without control characters other than
newline. A reader knows some keys; a line belongs to a key when name and key id both match. Lines of unknown
keys are ignored, one bad line of a known key refuses the note, and a note that no known key signed is
refused.

`open_note` is the only way to a text that counts: a text nobody has verified cannot be had by forgetting
something. `parse_note` is for those who pass notes on.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.errors import NotProven
from ledger.limits import NOTE_MAX_BYTES, NOTE_MAX_SIGNATURES
from ledger.log.hashing import parse_base64
from ledger.log.keys import ED25519_NOTE, Signer, VerifierKey, is_key_name, parse_verifier_key, verify_ed25519

_KEY_ID_BYTES = 4
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line.

    `name`       of the key
    `key_id`     4 bytes
    `signature`  what follows the key id; its shape depends on the key's type
    """

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class UnprovenNote:
    """A note's parts, of which nothing is proven."""

    unproven_text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class OpenNote:
    """A note signed by at least one known key.

    `text`      with its final newline
    `verified`  the signatures of known keys, in the note's order, each key's first
    `ignored`   those of unknown keys
    """

    text: str
    verified: tuple[Signature, ...]
    ignored: tuple[Signature, ...]


class Verifier(Protocol):
    """A known key, and how its signatures are checked."""

    @property
    def key(self) -> VerifierKey:
        """The key whose name and id a line must carry."""
        ...

    def verify_signature(self, text: str, signature: bytes) -> None:
        """Raise NotProven unless `signature`, what follows a line's key id, is this key's for `text`."""
        ...


@dataclass(frozen=True, slots=True)
class NoteVerifier:
    """A key of type 0x01, such as a log's: Ed25519 over the note's text itself."""

    key: VerifierKey

    def __post_init__(self) -> None:
        if self.key.algorithm != ED25519_NOTE:
            raise ValueError(f"key type {self.key.algorithm:#04x} does not sign notes")

    def verify_signature(self, text: str, signature: bytes) -> None:
        """See `Verifier`."""
        verify_ed25519(self.key, text.encode(), signature)


def parse_note_verifier(text: str) -> NoteVerifier:
    """Return the verifier of a key of type 0x01 from its text; NotProven for any other."""
    key = parse_verifier_key(text)
    if key.algorithm != ED25519_NOTE:
        raise NotProven(f"公钥 {key.name} 的类型应为 0x01，实为 {key.algorithm:#04x}", code="verifier-key")
    return NoteVerifier(key)


def open_note(data: bytes, verifiers: Sequence[Verifier]) -> OpenNote:
    """Return the note's text once one of `verifiers` is proven to have signed it.

    Raises NotProven for a malformed note, for a bad line of a known key, and when no known key signed.
    """
    note = parse_note(data)
    known = {(verifier.key.name, verifier.key.key_id): verifier for verifier in verifiers}
    verified: dict[tuple[str, bytes], Signature] = {}
    ignored: list[Signature] = []
    for line in note.signatures:
        name = (line.name, line.key_id)
        if name not in known:
            ignored.append(line)
            continue
        known[name].verify_signature(note.unproven_text, line.signature)
        verified.setdefault(name, line)
    if not verified:
        names = "、".join(verifier.key.name for verifier in verifiers) or "无"
        raise NotProven(f"没有一把认得的公钥签过（认得的：{names}）", code="note-unsigned")
    return OpenNote(note.unproven_text, tuple(verified.values()), tuple(ignored))


def sign_note(text: str, signer: Signer) -> Signature:
    """Return the line by which a key of type 0x01 signs `text`; ValueError for a text no note can hold."""
    if signer.key.algorithm != ED25519_NOTE:
        raise ValueError(f"key type {signer.key.algorithm:#04x} does not sign notes")
    _require_note_text(text)
    return Signature(signer.key.name, signer.key.key_id, signer.sign_bytes(text.encode()))


def format_note(text: str, signatures: Sequence[Signature]) -> bytes:
    """Return the note's bytes, lines in the order given. ValueError for what `parse_note` would refuse."""
    _require_note_text(text)
    if not 0 < len(signatures) <= NOTE_MAX_SIGNATURES:
        raise ValueError(f"a note carries 1 to {NOTE_MAX_SIGNATURES} signatures, not {len(signatures)}")
    data = (text + "\n" + "".join(format_signature(signature) for signature in signatures)).encode()
    if len(data) > NOTE_MAX_BYTES:
        raise ValueError(f"a note of {len(data)} bytes; at most {NOTE_MAX_BYTES}")
    return data


def parse_note(data: bytes) -> UnprovenNote:
    """Inverse of `format_note`, proving nothing; NotProven says what keeps `data` from being a note."""
    if len(data) > NOTE_MAX_BYTES:
        raise NotProven(f"签名文本最多 {NOTE_MAX_BYTES} 字节，实有 {len(data)} 字节", code="note-limit")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise NotProven(f"签名文本第 {error.start + 1} 字节起不是 UTF-8", code="note-form") from error
    control = _CONTROL.search(whole)
    if control is not None:
        raise NotProven(f"签名文本第 {control.start() + 1} 个字是控制字符", code="note-form")
    text, parting, block = whole.rpartition("\n\n")
    if not parting or not text or not block.endswith("\n"):
        raise NotProven("签名文本应是正文、空行、签名行，各行都以换行结尾", code="note-form")
    lines = block[:-1].split("\n")
    if len(lines) > NOTE_MAX_SIGNATURES:
        raise NotProven(f"签名行最多 {NOTE_MAX_SIGNATURES} 行，实有 {len(lines)} 行", code="note-limit")
    return UnprovenNote(text + "\n", tuple(parse_signature(line + "\n") for line in lines))


def format_signature(signature: Signature) -> str:
    """Return one signature line with its newline. ValueError for a name or id no line can carry."""
    if not is_key_name(signature.name) or len(signature.key_id) != _KEY_ID_BYTES:
        raise ValueError(f"not a key's name and id: {signature.name!r}, {signature.key_id.hex()}")
    blob = base64.b64encode(signature.key_id + signature.signature).decode()
    return f"— {signature.name} {blob}\n"


def parse_signature(line: str) -> Signature:
    """Inverse of `format_signature`; NotProven for any other line."""
    parts = line.removesuffix("\n").split(" ")
    if not line.endswith("\n") or len(parts) != 3 or parts[0] != "—" or not is_key_name(parts[1]):
        raise NotProven(f"签名行应写作「— 名称 base64」：{line[:60]!r}", code="note-signature")
    blob = parse_base64(parts[2])
    if len(blob) <= _KEY_ID_BYTES:
        raise NotProven(f"签名行至少 {_KEY_ID_BYTES + 1} 字节，实有 {len(blob)} 字节", code="note-signature")
    return Signature(parts[1], blob[:_KEY_ID_BYTES], blob[_KEY_ID_BYTES:])


def _require_note_text(text: str) -> None:
    if not text.endswith("\n") or text == "\n" or _CONTROL.search(text):
        raise ValueError("a note's text ends in a newline and holds no other control character")
