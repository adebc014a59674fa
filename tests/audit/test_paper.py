"""A sheet's PDF altered: amounts, rows, attachment, entry, text, proof, checkpoint, key. And the real paper agrees."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ledger.service.sheets
from ledger.audit import audit_evidence
from ledger.audit.findings import Finding
from ledger.audit.printed import Page
from ledger.canonical import encode_value, parse_entry
from ledger.commands.audit import read_pdf
from ledger.data import load_reference
from ledger.errors import NotProven
from ledger.evidence import Evidence, ProvenEntry, parse_evidence, verify_evidence
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.hashing import format_hash, hash_leaf
from ledger.log.keys import Signer, format_verifier_key, make_signer, parse_signing_key
from ledger.log.proofs import build_inclusion
from ledger.log.tiles import MemoryTiles
from ledger.log.tree import compute_root
from tests.builders import VILLAGE, build_rule, build_rulebook
from tests.fakes.renderer import PaperRenderer, make_pdf
from tests.homes import open_village

KINDS = {"finance": "F", "points": "P", "scores": "S"}
Sheets = dict[str, bytes]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sheets, Signer]:
    """The attachment of each kind of sheet of a corrected October, and the village's key."""
    path = tmp_path_factory.mktemp("paper") / "home"
    with open_village(path, renderer=PaperRenderer()) as village:
        village.open_books()
        wrong = village.record_voucher("购办公用纸", 32_500)
        village.record_voucher("修水渠", 120_000)
        village.correct_voucher(wrong.index, 32_500, 23_500)
        village.record_points()
        village.record_scores()
        village.go_to("2026-11-02")
        village.close("2026-10")
        files: dict[str, bytes] = {}
        for kind in KINDS:
            village.seal(kind, "2026-10")
        files = village.export()
        key = (path / "keys" / f"{VILLAGE}.key").read_text().strip()
    target = tmp_path_factory.mktemp("pdf") / "sheet.pdf"
    sheets = {}
    for kind, letter in KINDS.items():
        target.write_bytes(files[f"sheets/2026-10-{letter}-1/sheet.pdf"])
        sheets[kind], sheets[f"{kind} text"] = read_pdf(target)
        sheets[f"{kind} pdf"] = target.read_bytes()
    return sheets, parse_signing_key(key)


@pytest.fixture
def sheets(built: tuple[Sheets, Signer]) -> Any:
    return built[0]


def audit(attached: bytes, text: str, **options: Any) -> list[Finding]:
    return list(audit_evidence(attached, text, load_reference(), **options).findings)


def refuse(attached: bytes, **options: Any) -> str:
    with pytest.raises(NotProven) as error:
        verify_evidence(attached, load_reference(), **options)
    return error.value.code


@pytest.mark.parametrize("kind", KINDS)
def test_an_untouched_sheet_agrees(sheets: Any, kind: str) -> None:
    assert audit(sheets[kind], sheets[f"{kind} text"]) == []


@pytest.mark.parametrize("adopted", [True, False])
def test_a_month_in_which_nobody_scored_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, adopted: bool
) -> None:
    """Also where no rulebook was ever adopted: we refuse to seal that, other programs may not."""
    monkeypatch.setattr(ledger.service.sheets, "refuse_unadopted", lambda *_: None)
    with open_village(tmp_path / "home", renderer=PaperRenderer()) as village:
        village.open_books()
        if adopted:
            village.record(build_rulebook(village.texts, rules=(build_rule(village.texts),)))
        village.go_to("2026-11-02")
        village.close("2026-10")
        village.seal("points", "2026-10")
        paper = tmp_path / "sheet.pdf"
        paper.write_bytes(village.export()["sheets/2026-10-P-1/sheet.pdf"])

    attached, printed = read_pdf(paper)

    assert audit(attached, printed) == []
    assert audit(attached, printed.replace("0 分", "1 分", 1))


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", KINDS)
def test_every_digit_on_the_paper_is_held(sheets: Any, kind: str) -> None:
    text = sheets[f"{kind} text"]
    for place in [match.start() for match in re.finditer("[0-9]", text)]:
        other = str((int(text[place]) + 1) % 10)

        assert audit(sheets[kind], text[:place] + other + text[place + 1 :]), text[place - 20 : place + 5]


@pytest.mark.no_cover
def test_amounts_exchanged_or_repeated_are_found(sheets: Any) -> None:
    text = sheets["finance text"]
    amounts = sorted(set(re.findall(r"[0-9,]+\.[0-9]{2}", text)))
    for one in amounts:
        for other in amounts:
            if one != other:
                assert audit(sheets["finance"], text.replace(one, other, 1)), (one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_taken_off_or_a_word_altered_is_found(sheets: Any, kind: str) -> None:
    lines = sheets[f"{kind} text"].split("\n")
    for number, line in ((number, line) for number, line in enumerate(lines) if line.strip()):
        without = "\n".join(lines[:number] + lines[number + 1 :])
        assert audit(sheets[kind], without), line
    assert audit(sheets[kind], sheets[f"{kind} text"].replace("石榴河村", "石榴沟村"))


def test_a_row_added_is_found(sheets: Any) -> None:
    assert "printed-strange" in {
        finding.code for finding in audit(sheets["finance"], sheets["finance text"] + "\n修路 9,999.00")
    }
    assert audit(sheets["points"], sheets["points text"] + "\nB07 打扫门前 次 1 1 +2")


def test_a_minus_of_either_width_and_broken_lines_are_read_alike() -> None:
    page = Page("结存 −1,200.00\n元")

    assert page.take(("结存", "-1,200.00", "元"))
    assert not page.take(("结存",))
    assert page.list_left(amounts=True) == []


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", KINDS)
def test_every_byte_of_an_attachment_flipped_is_refused_or_found(sheets: Any, kind: str) -> None:
    text = sheets[f"{kind} text"]
    for place in range(len(sheets[kind])):
        data = bytearray(sheets[kind])
        data[place] ^= 1
        try:
            findings = audit(bytes(data), text)
        except NotProven:
            continue
        assert findings, sheets[kind][place - 30 : place + 10]


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", KINDS)
def test_every_truncation_of_an_attachment_is_refused(sheets: Any, kind: str) -> None:
    for size in range(len(sheets[kind])):
        refuse(sheets[kind][:size])


def reject(attached: bytes, text: str) -> bool:
    """Whether an audit refuses the attachment or finds that the paper says something else."""
    try:
        return audit(attached, text) != []
    except NotProven:
        return True


def change(attached: bytes, **changes: Any) -> bytes:
    return encode_value(msgspec.structs.replace(parse_evidence(attached), **changes))


def test_parts_left_out_or_put_in_are_named(sheets: Any) -> None:
    for kind in KINDS:
        evidence = parse_evidence(sheets[kind])
        for item in evidence.entries:
            left = tuple(other for other in evidence.entries if other != item)
            assert reject(change(sheets[kind], entries=left), sheets[f"{kind} text"])
        for text in evidence.texts:
            left_texts = tuple(other for other in evidence.texts if other != text)
            assert refuse(change(sheets[kind], texts=left_texts)) == "evidence-text"
    finance, points = parse_evidence(sheets["finance"]), parse_evidence(sheets["points"])
    assert refuse(change(sheets["finance"], texts=(*finance.texts, "WyJ4Il0"))) == "disclosure-form"
    strange = next(text for text in points.texts if text not in finance.texts)
    assert refuse(change(sheets["finance"], texts=(*finance.texts, strange))) == "evidence-text"
    assert refuse(change(sheets["finance"], entries=finance.entries[::-1])) == "evidence-form"
    assert refuse(change(sheets["finance"], entries=finance.entries * 2)) == "evidence-form"
    assert refuse(b" " + sheets["finance"]) == "evidence-form"
    assert refuse(b"x" * 16_777_217) == "evidence-size"


def test_a_head_that_the_entries_do_not_give_is_refused(sheets: Any) -> None:
    head = parse_evidence(sheets["finance"]).head
    for changes, code in (
        ({"size": head.size + 1}, "evidence-size-differs"),
        ({"village_name": "石榴沟村"}, "evidence-head"),
        ({"display_to": "2026-11-30"}, "evidence-head"),
        ({"display_from": "x"}, "evidence-figures"),
        ({"period": "2026-09"}, "evidence-missing"),
        ({"kind": "points"}, "evidence-missing"),
    ):
        altered = msgspec.structs.replace(head, **changes)
        assert refuse(change(sheets["finance"], head=altered)) == code, changes


def test_another_key_or_checkpoint_is_refused(built: tuple[Any, Signer]) -> None:
    sheets, signer = built
    key = format_verifier_key(signer.key)
    verify_evidence(sheets["finance"], load_reference(), trusted_key=key)
    stranger = make_signer(signer.key.name, bytes(32))
    assert refuse(sheets["finance"], trusted_key=format_verifier_key(stranger.key)) == "key-differs"
    points = parse_evidence(sheets["points"])
    assert refuse(change(sheets["finance"], checkpoint=points.checkpoint)) == "evidence-size-differs"
    assert (
        refuse(change(sheets["finance"], verifier_key=format_verifier_key(stranger.key))) == "note-unsigned"
    )


def forge(attached: bytes, signer: Signer, alter: Callable[[list[bytes]], list[bytes]]) -> bytes:
    """Return evidence over another log of the same entries' places, signed by `signer`: a forger's own."""
    evidence = parse_evidence(attached)
    entries = alter([item.bytes.encode() for item in evidence.entries])
    indexes = [parse_entry(data).index for data in entries]
    size = max(evidence.head.size, *(index + 1 for index in indexes))
    leaves = [hash_leaf(b"")] * size
    for index, data in zip(indexes, entries, strict=True):
        leaves[index] = hash_leaf(data)
    tiles = MemoryTiles(leaves)
    checkpoint = Checkpoint(signer.key.name, size, compute_root(tiles.frontier))
    forged = Evidence(
        checkpoint=sign_checkpoint(checkpoint, signer).decode(),
        entries=tuple(
            ProvenEntry(
                bytes=data.decode(),
                index=index,
                proof=tuple(format_hash(node) for node in build_inclusion(tiles, index, size)),
            )
            for index, data in zip(indexes, entries, strict=True)
        ),
        head=msgspec.structs.replace(evidence.head, size=size),
        texts=evidence.texts,
        v=1,
        verifier_key=format_verifier_key(signer.key),
    )
    return encode_value(forged)


def test_entries_signed_anew_must_still_add_up(built: tuple[Any, Signer]) -> None:
    sheets, signer = built

    def swap(old: bytes, new: bytes) -> Callable[[list[bytes]], list[bytes]]:
        return lambda entries: [entry.replace(old, new) for entry in entries]

    verify_evidence(forge(sheets["finance"], signer, list), load_reference())
    assert refuse(forge(sheets["finance"], signer, swap(b"120000", b"220000"))) == "evidence-incomplete"
    assert refuse(forge(sheets["finance"], signer, swap(b'"index":3', b'"index":30'))).startswith("evidence-")
    assert refuse(forge(sheets["points"], signer, swap(b'"parts":1', b'"parts":2'))) == "evidence-incomplete"
    assert refuse(forge(sheets["scores"], signer, swap(b'"parts":1', b'"parts":2'))) == "evidence-incomplete"
    stranger = make_signer(signer.key.name, bytes(32))
    assert refuse(forge(sheets["finance"], stranger, list)) == "evidence-founding"


@pytest.mark.parametrize("field", ["reverses", "replaces"])
def test_a_correction_of_itself_is_refused_and_not_followed_for_ever(
    built: tuple[Any, Signer], field: str
) -> None:
    sheets, signer = built

    def turn(data: bytes) -> bytes:
        return re.sub(
            rb'"%s":[0-9]+' % field.encode(), b'"%s":%d' % (field.encode(), parse_entry(data).index), data
        )

    forged = forge(sheets["finance"], signer, lambda entries: [turn(data) for data in entries])

    assert refuse(forged) == "evidence-index"


def test_an_index_that_is_not_the_entrys_own_is_refused(sheets: Any) -> None:
    evidence = parse_evidence(sheets["finance"])
    last = evidence.entries[-1]
    moved = (*evidence.entries[:-1], msgspec.structs.replace(last, index=last.index + 1))

    assert refuse(change(sheets["finance"], entries=moved)) == "evidence-index"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 1_000_000), is_cut=st.booleans())
def test_a_pdf_damaged_anywhere_is_refused_found_or_the_same(
    sheets: Any, tmp_path: Path, place: int, is_cut: bool
) -> None:
    whole = sheets["finance pdf"]
    place %= len(whole)
    path = tmp_path / "damaged.pdf"
    rest = b"" if is_cut else bytes([whole[place] ^ 1]) + whole[place + 1 :]
    path.write_bytes(whole[:place] + rest)

    try:
        attached, text = read_pdf(path)
        findings = audit(attached, text)
    except NotProven:
        return
    # White space between rows is free: a line break that was lost changes nothing that is said.
    is_same = "".join(text.split()) == "".join(sheets["finance text"].split())
    assert findings or (attached == sheets["finance"] and is_same)


def test_a_pdf_without_its_attachment_or_with_two_is_refused(sheets: Any, tmp_path: Path) -> None:
    for attached in ({}, {"mingbai-1.json": b"1", "mingbai-2.json": b"2"}, {"other.json": sheets["finance"]}):
        path = tmp_path / "sheet.pdf"
        path.write_bytes(make_pdf(["x"], attached))

        with pytest.raises(NotProven) as error:
            read_pdf(path)
        assert error.value.code == "pdf-attachment"


@pytest.mark.parametrize("kind", KINDS)
def test_the_real_paper_holds_every_row(sheets: Any, tmp_path: Path, kind: str) -> None:
    from ledger.ports import SheetJob
    from reports.render import render_sheet

    verified = verify_evidence(sheets[kind], load_reference())
    evidence = parse_evidence(sheets[kind])
    job = SheetJob(
        base_url="https://mb.example.cn",
        evidence=sheets[kind],
        figures=encode_value(verified.figures),
        kind=kind,
        note=evidence.checkpoint.encode(),
        verifier_key=evidence.verifier_key,
    )
    path = tmp_path / "sheet.pdf"
    path.write_bytes(render_sheet(job))

    attached, text = read_pdf(path)

    assert attached == sheets[kind]
    assert audit(attached, text) == []
