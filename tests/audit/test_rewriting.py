"""Entries removed, swapped, inserted; histories rewritten with the real key; entries that no rule allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from ledger.audit.findings import Finding
from ledger.books.vouchers import Posting, VoucherRecorded
from ledger.canonical import format_entry
from ledger.entries import Entry
from ledger.errors import NotProven
from ledger.evidence import parse_evidence
from ledger.limits import DAY_MS
from ledger.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.log.hashing import EMPTY_ROOT, hash_leaf
from ledger.log.keys import Signer, format_verifier_key, make_signer, parse_signing_key
from ledger.log.note import NoteVerifier
from ledger.log.proof_file import ProofFile, format_proof_file, parse_proof_file
from ledger.log.proofs import build_consistency, build_inclusion, verify_consistency
from ledger.log.receipt import build_receipt, format_receipt, format_receipt_note, parse_receipt
from ledger.log.tiles import MemoryTiles, format_bundle, parse_bundle
from ledger.log.tree import compute_root
from ledger.sources import parse_pdf
from tests.audit.conftest import LATER_MS, Files, audit_files, fill_finance, find, list_named
from tests.audit.rewriting import chain_entries, read_entries, sign_log
from tests.builders import (
    VILLAGE,
    Discloser,
    EntryChain,
    build_founding,
    build_reversal,
    build_seal,
    name_supervisor,
)
from tests.fakes.clock import START_MS
from tests.fakes.renderer import PaperRenderer, PlainRenderer
from tests.homes import open_village

SEALED, SIZE = 6, 7
BUNDLE = f"tile/entries/000.p/{SIZE}"
SHEET = "sheets/2026-10-F-1"

Change = Callable[[str, bytes | None], Files]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Files, Signer, list[bytes]]:
    """The export, the village's own key, and every head that was ever signed."""
    path = tmp_path_factory.mktemp("village") / "home"
    with open_village(path, renderer=PaperRenderer()) as village:
        fill_finance(village)
        key = (path / "keys" / f"{VILLAGE}.key").read_text().strip()
        heads = [head.note for head in village.home.heads.iterate(VILLAGE)]
        return village.export(), parse_signing_key(key), heads


def test_an_entry_removed_is_missed_where_it_stood(files: Files, change: Change) -> None:
    entries = parse_bundle(files[BUNDLE], SIZE)

    for index in range(SIZE):
        findings = find(change(BUNDLE, format_bundle(entries[:index] + entries[index + 1 :])))

        assert list_named(findings)[0] == index
        assert "entries-missing" in {finding.code for finding in findings}


def test_an_entry_emptied_is_the_only_one_named(files: Files, change: Change) -> None:
    entries = parse_bundle(files[BUNDLE], SIZE)

    for index in range(SIZE):
        findings = find(change(BUNDLE, format_bundle([*entries[:index], b"", *entries[index + 1 :]])))

        assert list_named(findings) == [index]
        assert findings[0].code == "entry-missing"


def test_two_entries_exchanged_are_both_named_with_what_stands_there(files: Files, change: Change) -> None:
    entries = parse_bundle(files[BUNDLE], SIZE)
    entries[2], entries[5] = entries[5], entries[2]

    findings = find(change(BUNDLE, format_bundle(entries)))

    assert list_named(findings) == [2, 5]
    assert [finding.found for finding in findings[:2]] == ["第 5 条的原文", "第 2 条的原文"]


def test_an_entry_inserted_is_named_where_it_begins(files: Files, change: Change) -> None:
    entries = parse_bundle(files[BUNDLE], SIZE)

    findings = find(change(BUNDLE, format_bundle([*entries[:3], entries[3], *entries[3:]])))

    assert list_named(findings)[0] == 4


def test_bytes_and_leaf_altered_together_are_told_by_the_link_of_the_next(
    files: Files, change: Change
) -> None:
    entries = parse_bundle(files[BUNDLE], SIZE)
    entries[3] = entries[3].replace(b'"amount_fen":32500', b'"amount_fen":92500')
    copy = change(BUNDLE, format_bundle(entries))
    leaves = bytearray(copy["tile/0/000.p/7"])
    leaves[3 * 32 : 4 * 32] = hash_leaf(entries[3])
    copy["tile/0/000.p/7"] = bytes(leaves)

    findings = find(copy)

    assert list_named(findings) == [3]
    assert "entry-altered" in {finding.code for finding in findings}


@pytest.mark.parametrize("index", range(SIZE))
def test_a_history_rewritten_with_the_real_key_is_caught_by_whoever_kept_a_checkpoint_of_that_entry(
    kept: tuple[Files, Signer, list[bytes]], index: int
) -> None:
    files, signer, heads = kept
    copy = _forge(files, signer, index)
    forged = MemoryTiles([hash_leaf(entry) for entry in parse_bundle(copy[BUNDLE], SIZE)])

    assert find(copy) == []  # By itself it agrees in everything: only what somebody kept can tell.
    for holder, notes in _list_kept(files, signer, heads).items():
        for note in notes:
            old = open_checkpoint(note, NoteVerifier(signer.key))
            is_covered = index < old.size
            assert _list_codes(list(audit_files(copy, known=[note]).findings)) == (
                {"history-rewritten"} if is_covered else set()
            ), (holder, old.size)
            assert _is_extended(old, forged) is not is_covered, (holder, old.size)


@pytest.mark.parametrize("index", range(SIZE))
def test_a_sheet_kept_with_the_log_is_an_old_checkpoint_too(
    kept: tuple[Files, Signer, list[bytes]], index: int
) -> None:
    files, signer, _ = kept
    copy = sign_log(files, chain_entries(_rewrite(read_entries(files, SIZE), index)), signer, [SEALED])

    assert ("history-rewritten" in _list_codes(find(copy))) == (index < SEALED)


@pytest.mark.parametrize(("index", "changes"), [(2, {"opening_fen": 6_000_000}), (3, {"first_fen": 92_500})])
def test_another_history_lived_with_the_same_key_contradicts_what_was_kept_of_the_first(
    kept: tuple[Files, Signer, list[bytes]],
    tmp_path: Path,
    index: int,
    changes: dict[str, int],
) -> None:
    files, signer, heads = kept
    with open_village(tmp_path / "home", renderer=PaperRenderer()) as village:
        fill_finance(village, **changes)
        other = village.export()

    assert other["log.vkey"] == files["log.vkey"]
    assert read_entries(other, SIZE)[:index] == read_entries(files, SIZE)[:index]
    assert find(other) == []  # Books, figures and paper of the other history are sound.
    for notes in _list_kept(files, signer, heads).values():
        for note in notes:
            size = open_checkpoint(note, NoteVerifier(signer.key)).size
            codes = _list_codes(list(audit_files(other, known=[note]).findings))
            assert codes == ({"history-rewritten"} if index < size else set())


def test_every_kind_of_keeper_holds_what_the_village_signed(
    kept: tuple[Files, Signer, list[bytes]],
) -> None:
    files, signer, heads = kept

    sizes = {
        holder: sorted({open_checkpoint(note, NoteVerifier(signer.key)).size for note in notes})
        for holder, notes in _list_kept(files, signer, heads).items()
    }

    assert sizes == {
        "head": list(range(1, SIZE + 1)),
        "paper's PDF": [SEALED],
        "printed code": [SEALED],
        "proof file": list(range(1, SIZE + 1)),
    }


def test_kept_heads_name_the_entry_that_was_rewritten(kept: tuple[Files, Signer, list[bytes]]) -> None:
    files, signer, heads = kept
    for index in range(SIZE):
        copy = sign_log(files, chain_entries(_rewrite(read_entries(files, SIZE), index)), signer, [SEALED])

        found = [f for f in audit_files(copy, known=heads).findings if f.code == "history-rewritten"]

        assert [finding.entry for finding in found] == [index]


def test_a_log_cut_short_and_signed_again_is_shorter_than_a_kept_head(
    kept: tuple[Files, Signer, list[bytes]],
) -> None:
    files, signer, heads = kept
    copy = sign_log(files, chain_entries(read_entries(files, SIZE)[:4]), signer)

    assert find(copy) == []
    assert [finding.code for finding in audit_files(copy, known=heads[-1:]).findings] == ["log-shorter"]


def test_a_checkpoint_of_somebody_else_proves_nothing(kept: tuple[Files, Signer, list[bytes]]) -> None:
    files, signer, _ = kept
    stranger = make_signer(signer.key.name, bytes(32))
    copy = sign_log(files, chain_entries(read_entries(files, SIZE)), stranger, [SEALED])

    with pytest.raises(NotProven):
        audit_files(copy)
    own = copy | {"log.vkey": format_verifier_key(stranger.key).encode() + b"\n"}
    assert ("founding-differs", 0) in {(finding.code, finding.entry) for finding in find(own)}
    other = sign_checkpoint(Checkpoint(stranger.key.name, 1, hash_leaf(b"")), stranger)
    assert audit_files(files, known=[other]).findings[0].field == "您手里的检查点"


def test_a_log_without_an_entry_agrees_and_says_nothing(kept: tuple[Files, Signer, list[bytes]]) -> None:
    files, signer, _ = kept
    empty = {
        "log.vkey": files["log.vkey"],
        "checkpoint": sign_checkpoint(Checkpoint(signer.key.name, 0, EMPTY_ROOT), signer),
    }

    report = audit_files(empty)

    assert (report.entries, report.village, report.findings) == (0, "", ())


def test_a_signed_root_that_no_bytes_give_is_a_finding(kept: tuple[Files, Signer, list[bytes]]) -> None:
    files, signer, _ = kept
    copy = files | {"checkpoint": sign_checkpoint(Checkpoint(signer.key.name, SIZE, bytes(32)), signer)}

    report = audit_files(copy)

    assert "root-differs" in _list_codes(list(report.findings))
    assert [(paper.number, paper.fingerprint) for paper in report.papers] == [("2026-10-F-1", "")]
    entries = parse_bundle(files[BUNDLE], SIZE)
    entries[3] = entries[3].replace(b"32500", b"92500")
    findings = find(copy | {BUNDLE: format_bundle(entries)})
    assert ("entry-altered", "与叶哈希文件一致的样子") in {(f.code, f.expected) for f in findings}


def test_a_newest_entry_from_the_future_is_a_finding(files: Files) -> None:
    findings = audit_files(files, now_ms=LATER_MS - 400 * DAY_MS).findings

    assert [(finding.code, finding.entry) for finding in findings] == [("time-future", 0)]


def _unbalance(entry: Entry) -> Entry:
    assert isinstance(entry.body, VoucherRecorded)
    postings = (entry.body.postings[0], Posting(account="101", amount_fen=1, side="credit"))
    return _replace_body(entry, postings=postings)


def _reverse_nothing(entry: Entry) -> Entry:
    body = build_reversal(Discloser("lawless"), reverses=999, chart="2023", number="2026-10-001")
    return msgspec.structs.replace(entry, body=body, kind="voucher.reversed")


def _found_again() -> Entry:
    return EntryChain().append(build_founding(), recorded_at=START_MS)


def _seal_in_advance(entry: Entry) -> Entry:
    return msgspec.structs.replace(entry, body=build_seal(50), kind="sheet.sealed", checkers=())


LAWLESS: dict[str, tuple[int, Callable[[Entry], Entry], str]] = {
    "unbalanced": (3, _unbalance, "voucher-unbalanced"),
    "self-passed": (
        3,
        lambda entry: _replace(entry, checkers=(name_supervisor(entry.maker.user),)),
        "checker-is-maker",
    ),
    "nobody passed": (3, lambda entry: _replace(entry, checkers=()), "checkers-count"),
    "another village": (3, lambda entry: _replace(entry, village="371082101202"), "village-differs"),
    "back in time": (3, lambda entry: _replace(entry, recorded_at=entry.recorded_at - 5), "time-backwards"),
    "future day": (3, lambda entry: _replace(entry, occurred_on="2026-12-24"), "date-future"),
    "no such day": (3, lambda entry: _replace(entry, occurred_on="2026-02-30"), "date-impossible"),
    "number left out": (4, lambda entry: _replace_body(entry, number="2026-10-009"), "voucher-number-gap"),
    "reverses nothing": (3, _reverse_nothing, "entry-meaningless"),
    "closing miscounted": (5, lambda entry: _replace_body(entry, vouchers=7), "closing-vouchers"),
    "sealed in advance": (5, _seal_in_advance, "sheet-size"),
    "wrong figures": (6, lambda entry: _replace_body(entry, figures="0" * 64), "figures-differ"),
    "sealed of later": (6, lambda entry: _replace_body(entry, size=7), "sheet-size"),
    "another founding": (2, lambda _: _found_again(), "log-founded-twice"),
}


@pytest.mark.parametrize("name", LAWLESS)
def test_an_unlawful_entry_well_chained_and_signed_is_named_with_its_fault(
    kept: tuple[Files, Signer, list[bytes]], name: str
) -> None:
    files, signer, _ = kept
    index, change, code = LAWLESS[name]
    entries = read_entries(files, SIZE)
    entries[index] = change(entries[index])

    findings = find(sign_log(files, chain_entries(entries), signer))

    assert (code, index) in {(finding.code, finding.entry) for finding in findings}


def test_a_sheet_is_held_to_its_own_size_where_entries_came_before_its_seal(tmp_path: Path) -> None:
    """What was recorded while it was printed is not on it; its figures are judged as of the size that it names."""
    with open_village(tmp_path / "home") as village:
        village.open_books()
        village.go_to("2026-11-02")
        village.close("2026-10")
        village.renderer = PlainRenderer(
            lambda: village.record_voucher("购种子", 500, period="2026-11", occurred_on="2026-11-01")
        )
        _, receipt = village.seal("finance", "2026-10")
        files = village.export()
        key = (tmp_path / "home" / "keys" / f"{VILLAGE}.key").read_text().strip()
    entries = read_entries(files, receipt.index + 1)
    assert find(files) == []
    assert entries[receipt.index].body.size == receipt.index - 1

    entries[receipt.index] = _replace_body(entries[receipt.index], figures="0" * 64)
    findings = find(sign_log(files, chain_entries(entries), parse_signing_key(key)))

    assert ("figures-differ", receipt.index) in {(finding.code, finding.entry) for finding in findings}


@pytest.mark.parametrize("code", ["index-differs", "previous-differs", "entry-canonical"])
def test_a_signed_entry_out_of_place_or_form_is_named(
    kept: tuple[Files, Signer, list[bytes]], code: str
) -> None:
    files, signer, _ = kept
    data = chain_entries(read_entries(files, SIZE))
    entry = read_entries(files, SIZE)[3]
    data[3] = {
        "index-differs": format_entry(_replace(entry, index=9)),
        "previous-differs": format_entry(_replace(entry, previous=entry.previous.lower())),
        "entry-canonical": data[3].replace(b'"v":1', b'"v": 1'),
    }[code]

    findings = find(sign_log(files, data, signer))

    assert (code, 3) in {(finding.code, finding.entry) for finding in findings}


def test_a_log_that_begins_with_something_else_is_named(kept: tuple[Files, Signer, list[bytes]]) -> None:
    files, signer, _ = kept

    findings = find(sign_log(files, chain_entries(read_entries(files, SIZE)[1:]), signer))

    assert ("log-not-founded", 0) in {(finding.code, finding.entry) for finding in findings}


def test_two_roles_in_one_hand_are_found_by_their_texts(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("roles") / "home"
    with open_village(path) as village:
        village.open_books()
        handler, approver = (village.texts.publish(name) for name in ("样例丁", "样例 丁"))
        receipt = village.record_voucher("购办公用纸", 32_500, handler=handler, approver=approver)
        files = village.export()

    assert [(finding.code, finding.entry) for finding in find(files)] == [("roles-same", receipt.index)]


def test_an_altered_pair_of_seals_in_unreadable_bytes_is_only_altered(files: Files, change: Change) -> None:
    entries = parse_bundle(files[BUNDLE], SIZE)
    entries[6] = entries[6].replace(b'"v":1', b'"v":2')

    findings = find(change(BUNDLE, format_bundle(entries)))

    assert list_named(findings) == [6]


def _list_kept(files: Files, signer: Signer, heads: list[bytes]) -> dict[str, list[bytes]]:
    """Return the checkpoints that each kind of keeper can give back from what they hold, and from nothing else."""
    attached, _ = parse_pdf(files[f"{SHEET}/sheet.pdf"])
    digits = format_receipt(build_receipt(files[f"{SHEET}/checkpoint"], NoteVerifier(signer.key), 1, 321, 1))
    return {
        "head": heads,
        "paper's PDF": [parse_evidence(attached).checkpoint.encode()],
        "printed code": [format_receipt_note(parse_receipt(digits), signer.key)],
        "proof file": [parse_proof_file(data).note for data in _list_proof_files(files, heads)],
    }


def _list_proof_files(files: Files, heads: list[bytes]) -> Iterator[bytes]:
    """Yield the proof of every entry under every head that covers it."""
    leaves = [hash_leaf(entry) for entry in parse_bundle(files[BUNDLE], SIZE)]
    for size, note in enumerate(heads, 1):
        tiles = MemoryTiles(leaves[:size])
        for index in range(size):
            yield format_proof_file(ProofFile(index, build_inclusion(tiles, index, size), note))


def _forge(files: Files, signer: Signer, index: int) -> Files:
    """Return the export with entry `index` another, all that follows from it made again and signed with the real key.

    Also the checkpoint kept with the sheet: a forger who owns the key leaves no old one lying about.
    """
    data = chain_entries(_rewrite(read_entries(files, SIZE), index))
    sealed = MemoryTiles([hash_leaf(entry) for entry in data[:SEALED]])
    checkpoint = Checkpoint(signer.key.name, SEALED, compute_root(sealed.frontier))
    return sign_log(files, data, signer, [SEALED]) | {
        f"{SHEET}/checkpoint": sign_checkpoint(checkpoint, signer)
    }


def _is_extended(old: Checkpoint, tiles: MemoryTiles) -> bool:
    """Say whether the log in `tiles` can show a keeper of `old` that it extends it."""
    path = build_consistency(tiles, old.size, SIZE)
    try:
        verify_consistency(old.size, old.root, SIZE, compute_root(tiles.frontier), path)
    except NotProven:
        return False
    return True


def _rewrite(entries: list[Entry], index: int) -> list[Entry]:
    """Other bytes at `index` that break no rule: it was recorded a millisecond later, and so were those after it."""
    return [
        _replace(entry, recorded_at=entry.recorded_at + 1) if at >= index else entry
        for at, entry in enumerate(entries)
    ]


def _replace(entry: Entry, **changes: object) -> Entry:
    return msgspec.structs.replace(entry, **changes)


def _replace_body(entry: Entry, **changes: object) -> Entry:
    return _replace(entry, body=msgspec.structs.replace(entry.body, **changes))


def _list_codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}
