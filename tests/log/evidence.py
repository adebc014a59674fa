"""Builders of good evidence, and every way to spoil it by one byte."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from ledger.errors import NotProven
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.cosignature import WitnessVerifier
from ledger.log.hashing import Hash, hash_leaf
from ledger.log.keys import ED25519_COSIGNATURE, Signer, make_signer
from ledger.log.note import NoteVerifier
from ledger.log.tiles import MemoryTiles
from ledger.log.tree import compute_root

VECTORS = Path(__file__).parents[1] / "vectors"

ORIGIN = "mingbai.example/371082101201"
LOG_SIGNER = make_signer(ORIGIN, bytes(range(32)))
LOG = NoteVerifier(LOG_SIGNER.key)


def load_vectors(name: str) -> dict[str, Any]:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def make_leaves(count: int) -> list[Hash]:
    return [hash_leaf(f"entry {index}".encode()) for index in range(count)]


def make_witness(number: int) -> tuple[Signer, WitnessVerifier]:
    signer = make_signer(f"witness.example/w{number}", bytes([number]) * 32, ED25519_COSIGNATURE)
    return signer, WitnessVerifier(signer.key)


def make_checkpoint(leaves: list[Hash]) -> Checkpoint:
    return Checkpoint(ORIGIN, len(leaves), compute_root(MemoryTiles(leaves).frontier))


def make_checkpoint_note(leaves: list[Hash]) -> bytes:
    return sign_checkpoint(make_checkpoint(leaves), LOG_SIGNER)


def spoil(data: bytes) -> Iterator[bytes]:
    """Yield `data` with each byte flipped (lowest bit, case bit, highest bit, all), and each truncation."""
    for place, byte in enumerate(data):
        for mask in (0x01, 0x20, 0x80, 0xFF):
            yield data[:place] + bytes([byte ^ mask]) + data[place + 1 :]
        yield data[:place]


def spoil_text(text: str) -> Iterator[str]:
    """Yield the same spoilt forms of an ASCII text, as far as they are still text."""
    return (data.decode("latin-1") for data in spoil(text.encode("ascii")))


def require_one_spelling(
    good: object, forms: Iterable[Any], parse: Callable[[Any], Any], write: Callable[[Any], object]
) -> None:
    """Require that each spoilt form is refused, or is another value in the one way that this is written."""
    for form in forms:
        try:
            found = parse(form)
        except NotProven:
            continue

        assert found != good
        assert write(found) == form
