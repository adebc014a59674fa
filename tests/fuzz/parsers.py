"""Rows of the table for parsers that take one text or a few bytes: fast, so atheris drives them.

Imports as little as it can: atheris rewrites every module of ours that it meets, before the first input.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from ledger.audit import audit_evidence
from ledger.books.money import format_yuan, parse_yuan
from ledger.books.reconciliation import build_item
from ledger.canonical import format_claim, format_entry, parse_claim, parse_entry
from ledger.config import SETTINGS_FILE, read_config
from ledger.data import load_reference
from ledger.errors import NotProven, Refused
from ledger.evidence import parse_evidence, verify_evidence
from ledger.household_proof import parse_household_proof, verify_household_proof
from ledger.keys.key_file import (
    Cost,
    PlainKey,
    ProtectedKey,
    TokenKey,
    format_protected,
    format_token,
    parse_key_file,
    protect_seed,
)
from ledger.keys.passphrase import read_passphrase
from ledger.keys.vault_file import (
    PlainVaultKey,
    VillageFile,
    format_vault_key,
    format_village_file,
    parse_vault_key,
    parse_village_file,
    protect_vault_key,
)
from ledger.log.checkpoint import format_checkpoint, open_checkpoint, open_cosigned, parse_checkpoint
from ledger.log.commitments import digest_disclosure, make_disclosure, open_disclosure, parse_disclosure
from ledger.log.cosignature import parse_witness_verifier
from ledger.log.hashing import EMPTY_ROOT, format_hash, parse_base64, parse_hash
from ledger.log.keys import format_verifier_key, make_signer, parse_signing_key, parse_verifier_key
from ledger.log.note import (
    NoteVerifier,
    format_note,
    format_signature,
    open_note,
    parse_note,
    parse_note_verifier,
    parse_signature,
)
from ledger.log.policy import format_policy, open_by_policy, parse_policy
from ledger.log.proof_file import (
    format_proof_file,
    open_proof_file,
    open_proof_file_by_policy,
    parse_proof_file,
)
from ledger.log.receipt import format_receipt, open_receipt, parse_receipt
from ledger.log.rotation import KeyPeriod, open_by_history
from ledger.log.tiles import MemoryTiles, format_bundle, format_tile_path, parse_bundle, parse_tile_path
from ledger.log.tree import compute_root, format_frontier, parse_frontier
from ledger.log.witness import (
    Witnessed,
    decide_submission,
    format_submission,
    open_cosignature,
    parse_conflict,
    parse_submission,
)
from ledger.service.bank.handing_in import format_result, parse_result
from ledger.service.workbooks.cells import RawCell, parse_cell
from ledger.service.workbooks.columns import WORKBOOKS
from ledger.upkeep.notes import format_heads, parse_heads
from tests.builders import VILLAGE, build_reconciliation
from tests.fuzz.contract import Room, Take, Target, decode, given, just, named, require_same
from tests.fuzz.mutants import mutate_json
from tests.log.evidence import LOG, ORIGIN, make_leaves, make_witness

SETTINGS = """public_base_url = "https://mb.example.cn"
is_demo = false
database = "postgresql://mingbai@/mingbai"  # 数据库
[pkcs11]
key = "mingbai"
module = "/usr/lib/softhsm/libsofthsm2.so"
token = "村账"
""".encode()
SEED = bytes(range(32))
PROTECTED = protect_seed(ORIGIN, SEED, "一句口令", Cost(memory_kib=8, passes=1, lanes=1))
KEY_FILES = (format_protected(PROTECTED), format_token(TokenKey(PROTECTED.key, bytes(16))))
COLUMNS = [
    *dict.fromkeys(column for book in WORKBOOKS.values() for sheet in book.sheets for column in sheet.columns)
]
"""Each once: two bytes of what is mutated say which."""
CELLS = tuple(
    at.to_bytes(2, "big") + bytes([kind]) + text.encode()
    for at in range(len(COLUMNS))
    for kind, text in enumerate(("2026-10-17", "1" * 400, "２０２６年10月", "1e15", "=1+1", "46310.5"))
)
VAULT_KEYS = (
    format_vault_key(PlainVaultKey(bytes(32))),
    format_vault_key(protect_vault_key(bytes(32), "a phrase", Cost(memory_kib=8, passes=1, lanes=1))),
)
BANK_RESULT = format_result(
    build_reconciliation(items=(build_item(-50_000, "books", "2026-10-28", "2026-10-003"),))
).encode()
VILLAGE_FILE = format_village_file(
    VillageFile(
        erased=("h-aaaaaaaaaaaaaaaa",),
        generation=2,
        subjects={"h-bbbbbbbbbbbbbbbb": bytes(60)},
        village=VILLAGE,
        wrapped=bytes(60),
    )
)


def _take_note(data: bytes) -> None:
    note = parse_note(data)
    require_same(format_note(note.unproven_text, note.signatures), data)


def _take_signature(data: bytes) -> None:
    line = decode(data)
    require_same(format_signature(parse_signature(line)), line)


EMPTY_TEXT = format_hash(EMPTY_ROOT).encode()
LINE = "— a.b/c Uw2QOkn8srV1yJGh\n".encode()
WITNESSES = [make_witness(number)[1] for number in range(3)]


def _take_signed_note(data: bytes) -> None:
    assert open_note(data, [LOG, *WITNESSES]).verified
    assert open_checkpoint(data, LOG) == open_cosigned(data, LOG, WITNESSES)[0]


def _take_checkpoint(data: bytes) -> None:
    text = decode(data)
    require_same(format_checkpoint(parse_checkpoint(text)), text)


def _take_verifier_key(data: bytes) -> None:
    text = decode(data)
    require_same(format_verifier_key(parse_verifier_key(text)), text)
    for parse in (parse_note_verifier, parse_witness_verifier):
        try:
            verifier = parse(text)
        except NotProven:
            continue
        require_same(format_verifier_key(verifier.key), text)


def _take_signing_key(data: bytes) -> None:
    text = decode(data)
    try:
        signer = parse_signing_key(text)
    except NotProven as error:
        if len(text) > 60 and text[-40:] in str(error):
            raise AssertionError("a refusal repeats the secret") from error
        raise
    assert len(signer.sign_bytes(b"message")) == 64


def _take_key_file(data: bytes) -> None:
    key = parse_key_file(data)
    if isinstance(key, ProtectedKey):
        require_same(parse_key_file(format_protected(key)), key)
    elif isinstance(key, TokenKey):
        require_same(format_token(key), data)
    else:
        assert isinstance(key, PlainKey)
        assert len(key.seed) == 32


def _take_vault_key(data: bytes) -> None:
    key = parse_vault_key(data)
    require_same(parse_vault_key(format_vault_key(key)), key)


def _take_village_file(data: bytes) -> None:
    file = parse_village_file(data)
    require_same(parse_village_file(format_village_file(file)), file)


def _take_bank_result(data: bytes) -> None:
    body = parse_result(decode(data))
    require_same(parse_result(format_result(body)), body)


def _make_passphrase(room: Room) -> Take:
    """The file from which a service takes it, or systemd's credential."""
    path = room.folder / "passphrase"
    path.touch(mode=0o600)

    def take(data: bytes) -> None:
        path.write_bytes(data)
        found = read_passphrase(path)
        assert found
        assert found.isprintable()

    return take


def _take_heads(data: bytes) -> None:
    noted = parse_heads(data)
    heads = [(village, head) for village, found in noted.items() for head in found]
    require_same(parse_heads(format_heads(heads)), noted)


def _take_policy(data: bytes) -> None:
    policy = parse_policy(data)
    require_same(parse_policy(format_policy(policy)), policy)


def _make_cosigned(room: Room) -> Take:
    policy = parse_policy(room.samples["policy"])
    return lambda data: open_by_policy(data, policy)


def _make_proof(room: Room) -> Take:
    policy = parse_policy(room.samples["policy"])
    leaf = make_leaves(7)[5]

    def take(data: bytes) -> None:
        proof = parse_proof_file(data)
        require_same(format_proof_file(proof), data)
        assert open_proof_file(proof, leaf, LOG).size == 7
        open_proof_file_by_policy(proof, leaf, policy)

    return take


def _take_submission(data: bytes) -> None:
    submission = parse_submission(data)
    require_same(format_submission(submission), data)


def _make_witness(_room: Room) -> Take:
    """The whole of what a witness answers by, for a log that it knows at each of two sizes."""
    leaves = make_leaves(7)
    three = compute_root(MemoryTiles(leaves[:3]).frontier)

    def take(data: bytes) -> None:
        for known in (Witnessed([LOG]), Witnessed([LOG], 3, three)):
            decision = decide_submission(data, lambda _, known=known: known)
            assert (decision.head is not None) == (decision.status in (200, 422))
            assert decision.status in (200, 400, 403, 409, 422)

    return take


def _make_answer(room: Room) -> Take:
    """What a witness sends back: a size, or its line."""
    note = room.samples["log note"]

    def take(data: bytes) -> None:
        try:
            require_same(f"{parse_conflict(data)}\n".encode(), data)
        except NotProven:
            line, _ = open_cosignature(note, data, WITNESSES[0])
            assert line.encode() in data

    return take


def _make_history(_room: Room) -> Take:
    """A checkpoint of a log whose key once handed over."""
    history = [KeyPeriod(0, NoteVerifier(make_signer(ORIGIN, b"\x09" * 32).key)), KeyPeriod(5, LOG)]
    return lambda data: open_by_history(data, history)


def _take_receipt(data: bytes) -> None:
    digits = decode(data)
    receipt = parse_receipt(digits)
    require_same(format_receipt(receipt), digits)
    open_receipt(receipt, LOG)


def _take_tile_path(data: bytes) -> None:
    path = decode(data)
    require_same(format_tile_path(parse_tile_path(path)), path)


def _take_bundle(data: bytes) -> None:
    """The first byte is the width that the reader expects, less one."""
    require_same(format_bundle(parse_bundle(data[1:], data[0] + 1)) if data else b"", data[1:])


def _take_frontier(data: bytes) -> None:
    require_same(format_frontier(parse_frontier(data)), data)


def _take_base64(data: bytes) -> None:
    text = decode(data)
    parse_base64(text)
    require_same(format_hash(parse_hash(text)), text)


def _take_disclosure(data: bytes) -> None:
    text = decode(data)
    name, value = open_disclosure(text, digest_disclosure(text) if text.isascii() else "")
    assert parse_disclosure(text) == (name, value)
    assert isinstance(make_disclosure(bytes(32), name, value), str)


def _take_entry(data: bytes) -> None:
    require_same(format_entry(parse_entry(data)), data)


def _take_claim(data: bytes) -> None:
    require_same(format_claim(parse_claim(data)), data)


def _take_household(data: bytes) -> None:
    parse_household_proof(data)
    verify_household_proof(data)


def _take_evidence(data: bytes) -> None:
    parse_evidence(data)
    verify_evidence(data, load_reference())


def _make_printed(room: Room) -> Take:
    """The paper's text is anybody's; the attachment is sound."""
    attached = room.samples["evidence/F"]
    return lambda data: audit_evidence(attached, data.decode("utf-8", "replace"), load_reference())


def _take_yuan(data: bytes) -> None:
    amount = parse_yuan(decode(data))
    if isinstance(amount, int):
        require_same(parse_yuan(format_yuan(amount)), amount)
    else:
        assert amount, "no amount, and no reason"


def _make_settings(room: Room) -> Take:
    """The file that whoever runs the machine edits by hand."""
    path = room.folder / SETTINGS_FILE

    def take(data: bytes) -> None:
        path.write_bytes(data)
        read_config(room.folder)

    return take


def _make_cell(_room: Room) -> Take:
    """One cell: the column, what the spreadsheet holds it as, and its text."""

    def take(data: bytes) -> None:
        if len(data) < 3:
            return
        at, text = int.from_bytes(data[:2], "big"), data[3:].decode("utf-8", "replace")
        value, kind = _hold(text, data[2] % 6)
        column = COLUMNS[at % len(COLUMNS)]
        read, faults = parse_cell(RawCell("A1", value, kind), column)
        assert read is None or not faults
        assert all(fault.code and fault.place for fault in faults)

    return take


def _hold(text: str, kind: int) -> tuple[object, str]:
    """Return a text as one of the things that a cell can hold, and openpyxl's letter for it."""
    ways: Sequence[tuple[Any, str]] = (
        (str, "s"),
        (int, "n"),
        (float, "n"),
        (dt.datetime.fromisoformat, "d"),
        (lambda _: True, "b"),
        (lambda found: dt.timedelta(days=float(found)), "d"),
    )
    way, letter = ways[kind]
    try:
        return way(text), letter
    except (ValueError, OverflowError):
        return text, "s"


PARSERS = (
    Target("note", (parse_note,), just(_take_note), named("note", "export/checkpoint"), 12_000),
    Target("signature line", (parse_signature,), just(_take_signature), given(LINE), 8_000),
    Target("signed note", (open_note, open_checkpoint, open_cosigned), just(_take_signed_note), named("note"), 10_000),
    Target("checkpoint", (parse_checkpoint,), just(_take_checkpoint), named("checkpoint"), 10_000),
    Target(
        "verifier key",
        (parse_verifier_key, parse_note_verifier, parse_witness_verifier),
        just(_take_verifier_key),
        named("verifier key"),
        10_000,
    ),
    Target("signing key", (parse_signing_key,), just(_take_signing_key), named("signing key", "test signing"), 8_000),
    Target("key file", (parse_key_file,), just(_take_key_file), given(*KEY_FILES), 6_000),
    Target("vault key", (parse_vault_key,), just(_take_vault_key), given(*VAULT_KEYS), 6_000),
    Target("village's vault keys", (parse_village_file,), just(_take_village_file), given(VILLAGE_FILE), 6_000),
    Target("bank result", (parse_result,), just(_take_bank_result), given(BANK_RESULT), 6_000, (ValueError,)),
    Target("passphrase", (read_passphrase,), _make_passphrase, given("一句 口令\n".encode()), 4_000, (Refused,)),
    Target(
        "heads of a backup",
        (parse_heads,),
        just(_take_heads),
        lambda samples: [(b"== " + VILLAGE.encode() + b" ==\n" + samples["export/checkpoint"]) * 2],
        6_000,
    ),
    Target("policy", (parse_policy,), just(_take_policy), named("policy", "export/policy"), 12_000),
    Target("cosigned checkpoint", (open_by_policy,), _make_cosigned, named("note"), 6_000),
    Target(
        "proof file",
        (parse_proof_file, open_proof_file, open_proof_file_by_policy),
        _make_proof,
        named("proof"),
        10_000,
    ),
    Target("submission", (parse_submission,), just(_take_submission), named("submission"), 8_000),
    Target("witness", (decide_submission,), _make_witness, named("submission"), 6_000),
    Target("witness answer", (parse_conflict, open_cosignature), _make_answer, named("witness answer"), 6_000),
    Target("key history", (open_by_history,), _make_history, named("log note", "note"), 4_000),
    Target("receipt", (parse_receipt, open_receipt), just(_take_receipt), named("receipt"), 10_000),
    Target(
        "tile path",
        (parse_tile_path,),
        just(_take_tile_path),
        given(b"tile/0/x001/x234/067", b"tile/entries/000.p/18", b"tile/3/000"),
        12_000,
    ),
    Target(
        "bundle",
        (parse_bundle,),
        just(_take_bundle),
        lambda samples: [bytes([17]) + samples["export/tile/entries/000.p/18"], b"\x01\x00\x01a\x00\x00"],
        10_000,
        max_bytes=16_384,
    ),
    Target("frontier", (parse_frontier,), just(_take_frontier), named("frontier"), 8_000),
    Target("hash", (parse_base64, parse_hash), just(_take_base64), given(EMPTY_TEXT), 8_000),
    Target("disclosure", (open_disclosure, parse_disclosure), just(_take_disclosure), named("text/"), 8_000),
    Target("entry", (parse_entry,), just(_take_entry), named("entry/"), 12_000, mutate=mutate_json),
    Target("claim", (parse_claim,), just(_take_claim), named("claim/"), 8_000, mutate=mutate_json),
    Target(
        "evidence",
        (parse_evidence, verify_evidence),
        just(_take_evidence),
        named("evidence/"),
        3_000,
        mutate=mutate_json,
        max_bytes=16_384,
    ),
    Target(
        "household",
        (parse_household_proof, verify_household_proof),
        just(_take_household),
        named("household"),
        3_000,
        mutate=mutate_json,
        max_bytes=16_384,
    ),
    Target("amount", (parse_yuan,), just(_take_yuan), given(b"1,234.50", b"-100", "１２．５".encode()), 3_000),
    Target("printed text", (audit_evidence,), _make_printed, named("printed/"), 400),
    Target("settings", (read_config,), _make_settings, given(SETTINGS), 4_000, refusals=(Refused,)),
    Target("cell", (parse_cell,), _make_cell, given(*CELLS), 6_000, ()),
)  # fmt: skip
