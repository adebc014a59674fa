"""Entries removed, swapped, inserted; histories rewritten with the real key; entries that no rule allows."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from ledger.audit.findings import Finding
from ledger.books.vouchers import Posting, VoucherRecorded
from ledger.canonical import format_entry
from ledger.entries import Entry
from ledger.errors import NotProven
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.hashing import EMPTY_ROOT, hash_leaf
from ledger.log.keys import Signer, format_verifier_key, make_signer, parse_signing_key
from ledger.log.tiles import format_bundle, parse_bundle
from tests.audit.conftest import LATER_MS, Files, audit_files, fill_finance, find, list_named
from tests.audit.rewriting import chain_entries, read_entries, sign_log
from tests.builders import VILLAGE, Discloser, EntryChain, build_founding, build_reversal, build_seal
from tests.fakes.clock import START_MS
from tests.homes import open_village

SEALED, SIZE = 6, 7
BUNDLE = f"tile/entries/000.p/{SIZE}"

Change = Callable[[str, bytes | None], Files]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Files, Signer, list[bytes]]:
    """The export, the village's own key, and every head that was ever signed."""
    path = tmp_path_factory.mktemp("village") / "home"
    with open_village(path) as village:
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
    assert [finding.found for finding in findings[:2]] == ["第 5 项的原字节", "第 2 项的原字节"]


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


def test_a_rewritten_history_is_caught_by_every_older_checkpoint(
    kept: tuple[Files, Signer, list[bytes]],
) -> None:
    files, signer, heads = kept
    for index in range(SIZE):
        copy = sign_log(files, chain_entries(_rewrite(read_entries(files, SIZE), index)), signer, [SEALED])

        # The sheet's own checkpoint covers the entries before it; any head that an auditor kept, those below its size.
        assert ("history-rewritten" in _list_codes(find(copy))) == (index < SEALED)
        for size, note in enumerate(heads, 1):
            codes = {finding.code for finding in audit_files(copy, known=[note]).findings}
            assert ("history-rewritten" in codes) == (index < max(size, SEALED))


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

    assert "root-differs" in _list_codes(find(copy))
    entries = parse_bundle(files[BUNDLE], SIZE)
    entries[3] = entries[3].replace(b"32500", b"92500")
    findings = find(copy | {BUNDLE: format_bundle(entries)})
    assert ("entry-altered", "与叶哈希文件一致") in {(f.code, f.expected) for f in findings}


def test_a_newest_entry_from_the_future_is_a_finding(files: Files) -> None:
    findings = audit_files(files, now_ms=LATER_MS - 400 * 86_400_000).findings

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
    "self-passed": (3, lambda entry: _replace(entry, checkers=(entry.maker,)), "checker-is-maker"),
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
