"""Code that nobody here wrote reads what we write, and we read what it writes."""

import base64
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import MLDSA44CosignatureSigner, PlainEd25519Signer, Vkey, VkeySet
from tlog_scales.tlog import Checkpoint as TheirCheckpoint
from tlog_scales.tlog import ConsistencyProof, InclusionProof
from tlog_scales.writer import TilesWriter

from ledger.log.checkpoint import (
    Checkpoint,
    format_checkpoint,
    open_checkpoint,
    open_cosigned,
    sign_checkpoint,
)
from ledger.log.cosignature import sign_cosignature
from ledger.log.hashing import hash_leaf
from ledger.log.keys import format_verifier_key
from ledger.log.note import Signature, format_note, parse_note, parse_note_verifier
from ledger.log.proofs import build_consistency, build_inclusion, verify_consistency, verify_inclusion
from ledger.log.tiles import (
    ENTRIES,
    MemoryTiles,
    Tile,
    format_bundle,
    format_tile_path,
    list_tiles,
    parse_bundle,
)
from ledger.log.tree import compute_root
from tests.log.evidence import LOG, LOG_SIGNER, ORIGIN, make_checkpoint_note, make_leaves, make_witness

SIZE = 66_000
BODIES = [f"entry {index}".encode() for index in range(SIZE)]
LEAVES = make_leaves(SIZE)
MEMORY = MemoryTiles(LEAVES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Our log of SIZE entries as static files."""
    root = tmp_path_factory.mktemp("log")
    for tile in list_tiles(SIZE):
        path = root / format_tile_path(tile)
        path.parent.mkdir(parents=True, exist_ok=True)
        start = tile.index * 256
        path.write_bytes(
            format_bundle(BODIES[start : start + tile.width])
            if tile.level == ENTRIES
            else MEMORY.read_tile(tile.level, tile.index, tile.width)
        )
    (root / "checkpoint").write_bytes(make_checkpoint_note(LEAVES))
    return root


def test_they_find_our_root_and_signature_from_our_files(folder):
    reader = TilesReader(LocalBackend(folder))

    checkpoint = reader.get_checkpoint()

    checkpoint.verify(Vkey.from_string(format_verifier_key(LOG.key)))
    assert reader.calculate_root_hash() == checkpoint.root_hash == compute_root(MEMORY.frontier)
    assert [reader.get_entry(index) for index in (0, 255, 256, SIZE - 1)] == [
        BODIES[index] for index in (0, 255, 256, SIZE - 1)
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_their_proofs_from_our_files_are_ours_and_each_accepts_the_others(folder, data):
    reader = TilesReader(LocalBackend(folder))
    reader.get_checkpoint()
    new = data.draw(st.integers(1, SIZE))
    old, index = data.draw(st.integers(1, new)), data.draw(st.integers(0, new - 1))
    old_root, new_root = (compute_root(MemoryTiles(LEAVES[:size]).frontier) for size in (old, new))

    inclusion = build_inclusion(MEMORY, index, new)
    consistency = build_consistency(MEMORY, old, new)

    assert reader.get_inclusion_proof(index, new).node_hashes == list(inclusion)
    assert reader.get_consistency_proof(old, new).node_hashes == list(consistency)
    InclusionProof(index, new, list(inclusion)).check(LEAVES[index], new_root)
    ConsistencyProof(old, new, list(consistency)).check(old_root, new_root)
    verify_inclusion(LEAVES[index], index, new, inclusion, new_root)
    verify_consistency(old, old_root, new, new_root, consistency)


def test_they_verify_our_cosignature():
    signer, witness = make_witness(1)
    checkpoint = Checkpoint(ORIGIN, 1, hash_leaf(b""))
    text = format_checkpoint(checkpoint)
    lines = [
        *parse_note(sign_checkpoint(checkpoint, LOG_SIGNER)).signatures,
        sign_cosignature(text, 7, signer),
    ]
    note = format_note(text, lines)

    theirs = TheirCheckpoint.from_text(note.decode())
    keys = VkeySet(*(Vkey.from_string(format_verifier_key(key)) for key in (LOG.key, witness.key)))

    assert len(keys.verify(theirs.signatures, theirs)) == 2
    assert theirs.serialize().encode() == note


def test_we_read_the_log_they_write(tmp_path):
    writer = TilesWriter.create(tmp_path / "theirs", ORIGIN)
    for body in BODIES[:700]:
        writer.add_leaf(body)
    writer.commit([PlainEd25519Signer(ORIGIN, bytes(range(32)))])
    root = tmp_path / "theirs"

    checkpoint = open_checkpoint((root / "checkpoint").read_bytes(), LOG)

    assert checkpoint == Checkpoint(ORIGIN, 700, compute_root(MemoryTiles(LEAVES[:700]).frontier))
    for tile in list_tiles(700):
        data = (root / format_tile_path(tile)).read_bytes()
        if tile.level == ENTRIES:
            assert parse_bundle(data, tile.width) == BODIES[tile.index * 256 :][: tile.width]
        else:
            assert data == MEMORY.read_tile(tile.level, tile.index, tile.width)
    assert not (root / format_tile_path(Tile(0, 3, 1))).exists()


def test_their_post_quantum_cosignature_is_ignored_like_any_unknown_key():
    witness = MLDSA44CosignatureSigner("pq.example/w", os.urandom(32))
    theirs = TheirCheckpoint.make_signed(
        ORIGIN, 1, hash_leaf(b""), [PlainEd25519Signer(ORIGIN, bytes(range(32))), witness]
    )

    checkpoint, note = open_cosigned(theirs.serialize().encode(), LOG, [make_witness(1)[1]])

    assert checkpoint.size == 1
    assert [line.name for line in note.ignored] == ["pq.example/w"]


def test_their_verifier_keys_and_signature_lines_are_ours():
    theirs = PlainEd25519Signer(ORIGIN, bytes(range(32)))
    line = Signature(ORIGIN, LOG.key.key_id, LOG_SIGNER.sign_bytes(b"x"))

    assert parse_note_verifier(theirs.vkey.serialize()) == LOG
    assert base64.b64decode(theirs.vkey.serialize().split("+", 2)[2])[1:] == LOG.key.public_key
    assert theirs.vkey.key_id.to_bytes(4, "big") == line.key_id
