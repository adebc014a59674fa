"""The one table of what takes evidence from outside: good evidence for each, of which every byte is flipped and cut.

`tests/log/test_spoiling.py` runs it, and a house rule looks for every public `verify_…` and `parse_…` in it. What a row
is about is the very function that its `call` is handed, so that no row can stand for one that it does not run.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from ledger.canonical import parse_claim, parse_entry
from ledger.data import load_reference
from ledger.evidence import parse_evidence, verify_evidence
from ledger.household_proof import parse_household_proof, verify_household_proof
from ledger.keys.key_file import Cost, format_protected, parse_key_file, protect_seed
from ledger.log.chain import verify_link
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.commitments import parse_disclosure
from ledger.log.confirmation import CosignedNote, verify_cosigned
from ledger.log.cosignature import WitnessVerifier, parse_witness_verifier, sign_cosignature
from ledger.log.hashing import format_hash, parse_base64, parse_hash, verify_hash_length
from ledger.log.keys import format_verifier_key, parse_signing_key, parse_verifier_key, verify_ed25519
from ledger.log.note import (
    NoteVerifier,
    format_signature,
    parse_note,
    parse_note_verifier,
    parse_signature,
    sign_note,
)
from ledger.log.policy import parse_policy
from ledger.log.proof_file import parse_proof_file
from ledger.log.proofs import build_consistency, build_inclusion, verify_consistency, verify_inclusion
from ledger.log.receipt import parse_receipt
from ledger.log.rotation import verify_rotation
from ledger.log.tiles import MemoryTiles, Tile, format_tile_path, parse_bundle, parse_tile_path
from ledger.log.tree import compute_root, parse_frontier
from ledger.log.witness import parse_conflict, parse_submission
from ledger.sources import parse_pdf
from ledger.state.keys import build_rotation, verify_rotated
from ledger.upkeep.notes import format_heads, parse_heads, read_head
from tests.builders import VILLAGE, Discloser
from tests.builders import build_rotation as build_rotated
from tests.fuzz.contract import Samples
from tests.log.evidence import LOG, LOG_SIGNER, make_checkpoint_note, make_leaves, make_witness

Call = Callable[[Callable[..., Any], bytes], object]
"""From the function and some evidence to what it says; NotProven or Tampered where it refuses."""


@dataclass(frozen=True)
class Row:
    """One function and good evidence for it.

    `make`  from the samples of a lived-in village to the evidence
    `call`  raises, or returns what the evidence says; of spoilt evidence never the same
    `same`  why spoilt evidence may say the same all the same; empty where it never may
    `step`  of the bytes every so many are spoilt in the quick set: what reads a whole sheet takes milliseconds
    """

    function: Callable[..., Any]
    make: Callable[[Samples], bytes]
    call: Call
    same: str = ""
    step: int = 1

    @property
    def name(self) -> str:
        return f"{self.function.__module__}.{self.function.__qualname__}"


LEAVES = make_leaves(7)
TILES = MemoryTiles(LEAVES)
ROOT = compute_root(TILES.frontier)
OLD_ROOT = compute_root(MemoryTiles(LEAVES[:3]).frontier)
WITNESS_SIGNER, WITNESS = make_witness(1)
TEXT = make_checkpoint_note(LEAVES).partition(b"\n\n")[0].decode() + "\n"
OWN_LINE = format_signature(sign_note(TEXT, LOG_SIGNER)).encode()
POLICY = parse_policy(f"witness w {format_verifier_key(WITNESS_SIGNER.key)}\nquorum w\n".encode())
ROTATED = build_rotated(Discloser("spoilt"), 5)
ROTATION = build_rotation(ROTATED, ROTATED.old_key.partition("+")[0])
ENTRIES = [b"one", b"", b"three"]
KEY_COST = Cost(memory_kib=8, passes=1, lanes=1)


def _read_latin(data: bytes) -> str:
    """Every byte one character: so that none is refused before the function has seen it."""
    return data.decode("latin-1")


def _cut(data: bytes) -> list[bytes]:
    return [data[place : place + 32] for place in range(0, len(data), 32)]


def _by_text(parse: Callable[[str], object], data: bytes) -> object:
    return parse(_read_latin(data))


def _by_bytes(parse: Callable[[bytes], object], data: bytes) -> object:
    return parse(data)


def _sign_as_witness(_samples: Samples) -> bytes:
    return sign_cosignature(TEXT, 1_793_000_000, WITNESS_SIGNER).signature


def _verify_cosigned(verify: Callable[[CosignedNote], object], text: bytes, line: bytes) -> object:
    return verify(CosignedNote(text + b"\n" + OWN_LINE + line, POLICY, len(LEAVES)))


def _cosign(_samples: Samples) -> bytes:
    return format_signature(sign_cosignature(TEXT, 1_793_000_000, WITNESS_SIGNER)).encode()


def _replace_rotated(field: str) -> Row:
    return Row(
        verify_rotated,
        lambda _samples: str(getattr(ROTATED, field)).encode(),
        lambda verify, data: verify(
            msgspec.structs.replace(ROTATED, **{field: _read_latin(data)}), ROTATION.origin
        ),
    )


def _verify_rotation(verify: Callable[..., object], data: bytes) -> object:
    old, new = data[:64], data[64:]
    return verify(ROTATION, old, new)


SALTED = "the salt in front says nothing; who reads a disclosure has compared its digest"
COMMENTED = "an adopted policy is held to the digest of its exact text; comments and blanks say nothing"
PADDED = "what a PDF says of itself beside its pages; the attachment and the words are verified after it"

ROWS = (
    Row(parse_base64, lambda samples: b"3q2+7w==", _by_text),
    Row(parse_hash, lambda samples: format_hash(ROOT).encode(), _by_text),
    Row(
        verify_hash_length,
        lambda samples: ROOT,
        lambda verify, data: verify("哈希", data),
        same="it looks at the length alone",
    ),
    Row(verify_link, lambda samples: ROOT, lambda verify, data: verify(1, ROOT, data)),
    Row(
        verify_inclusion,
        lambda samples: LEAVES[5] + b"".join(build_inclusion(TILES, 5, 7)) + ROOT,
        lambda verify, data: verify(data[:32], 5, 7, _cut(data[32:-32]), data[-32:]),
    ),
    Row(
        verify_consistency,
        lambda samples: OLD_ROOT + b"".join(build_consistency(TILES, 3, 7)) + ROOT,
        lambda verify, data: verify(3, data[:32], 7, data[-32:], _cut(data[32:-32])),
    ),
    Row(parse_verifier_key, lambda samples: samples["verifier key/0"], _by_text),
    Row(parse_note_verifier, lambda samples: samples["verifier key/0"], _by_text),
    Row(parse_witness_verifier, lambda samples: samples["verifier key/1"], _by_text),
    Row(
        parse_signing_key,
        lambda samples: samples["test signing key"],
        lambda parse, data: parse(_read_latin(data)).key,
    ),
    Row(
        verify_ed25519,
        lambda samples: LOG_SIGNER.sign_bytes(b"message"),
        lambda verify, data: verify(LOG.key, b"message", data),
    ),
    Row(
        NoteVerifier.verify_signature,
        lambda samples: sign_note(TEXT, LOG_SIGNER).signature,
        lambda verify, data: verify(LOG, TEXT, data),
    ),
    Row(WitnessVerifier.verify_signature, _sign_as_witness, lambda verify, data: verify(WITNESS, TEXT, data)),
    Row(parse_note, lambda samples: samples["note"], _by_bytes),
    Row(
        parse_signature, lambda samples: OWN_LINE, lambda parse, data: parse(data.decode("utf-8", "replace"))
    ),
    Row(parse_checkpoint, lambda samples: samples["checkpoint"], _by_text),
    Row(parse_disclosure, lambda samples: samples["text/0"], _by_text, same=SALTED),
    Row(verify_cosigned, _cosign, lambda verify, data: _verify_cosigned(verify, TEXT.encode(), data)),
    Row(
        verify_cosigned,
        lambda samples: TEXT.encode(),
        lambda verify, data: _verify_cosigned(verify, data, _cosign({})),
    ),
    Row(parse_policy, lambda samples: samples["policy"], _by_bytes, same=COMMENTED),
    Row(parse_proof_file, lambda samples: samples["proof with extra"], _by_bytes),
    Row(parse_receipt, lambda samples: samples["receipt"], _by_text),
    Row(
        verify_rotation,
        lambda samples: base64.b64decode(ROTATED.old_signature) + base64.b64decode(ROTATED.new_signature),
        _verify_rotation,
    ),
    *(_replace_rotated(field) for field in ("old_key", "new_key", "old_signature", "new_signature")),
    Row(parse_bundle, lambda samples: samples["bundle"], lambda parse, data: parse(data, 3)),
    Row(parse_tile_path, lambda samples: format_tile_path(Tile(1, 1_234, 56)).encode(), _by_text),
    Row(parse_frontier, lambda samples: samples["frontier"], _by_bytes),
    Row(parse_submission, lambda samples: samples["submission/3"], _by_bytes),
    Row(parse_conflict, lambda samples: samples["witness answer/size"], _by_bytes),
    Row(parse_entry, lambda samples: samples["entry/5"], _by_bytes),
    Row(parse_claim, lambda samples: samples["claim/5"], _by_bytes),
    Row(parse_evidence, lambda samples: samples["evidence/S"], _by_bytes, step=7),
    Row(
        verify_evidence,
        lambda samples: samples["evidence/S"],
        lambda verify, data: verify(data, load_reference()),
        step=41,
    ),
    Row(parse_household_proof, lambda samples: samples["household"], _by_bytes, step=7),
    Row(verify_household_proof, lambda samples: samples["household"], _by_bytes, step=41),
    Row(parse_pdf, lambda samples: samples["pdf/S"], _by_bytes, same=PADDED, step=1_499),
    Row(
        parse_key_file,
        lambda samples: format_protected(
            protect_seed("mingbai/sample", bytes(range(32)), "石榴河", KEY_COST)
        ),
        _by_bytes,
    ),
    Row(
        parse_heads,
        lambda samples: format_heads([(VILLAGE, read_head(samples["log note"]))]),
        _by_bytes,
    ),
)
