"""What does not prove, told whole: the reasons whose own tests look at the kind of refusal only."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger import evidence
from ledger.canonical import encode_value, parse_claim, parse_entry
from ledger.data import load_reference
from ledger.errors import NotProven
from ledger.evidence import Evidence, build_evidence, verify_evidence
from ledger.limits import EVIDENCE_MAX_BYTES
from ledger.log.commitments import digest_disclosure, open_disclosure
from ledger.log.hashing import parse_base64
from ledger.log.keys import parse_signing_key
from ledger.log.note import parse_note, parse_signature
from ledger.log.proof_file import HEADER, parse_proof_file
from ledger.log.proofs import verify_consistency
from ledger.log.tiles import parse_tile_path
from ledger.service.sheets import build_figures
from ledger.sources import open_zip
from tests.builders import VILLAGE, build_description
from tests.homes import open_village

ROOT = b"\x07" * 32
NOTE = b"a\n\n\xe2\x80\x94 a AAAAAAA=\n"
LOOSE = base64.urlsafe_b64encode(b'["' + b"A" * 43 + b'", "name", 1]').decode().rstrip("=")
ENTRY = (
    b'{"body":{},"checkers":[],"index":0,"kind":"voucher.erased","maker":{"role":"clerk","user":"u-aaaaaaaaaa"},"occurred_on":"2026-10-28",'
    b'"period":"2026-10","previous":"'
    + b"A" * 43
    + b'=","recorded_at":1793174400000,"v":1,"village":"371082101201"}'
)


def tell(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(NotProven) as error:
        act()
    return error.value.code, error.value.reason


def open_text(text: str) -> object:
    return open_disclosure(text, digest_disclosure(text))


REASONS: list[tuple[Callable[[], object], str, str]] = [
    (lambda: parse_base64("AAA"), "base64", "不是标准的 base64：'AAA'"),
    (lambda: parse_base64("AB=="), "base64", "base64 的写法不唯一：'AB=='"),
    (lambda: parse_signing_key("KEY"), "signing-key", "签名私钥应以 PRIVATE+KEY+ 开头"),
    (lambda: parse_note(b"a\n"), "note-form", "签名文本应是正文、空行、签名行，各行都以换行结尾"),
    (lambda: parse_signature("- a b\n"), "note-signature", "签名行应写作「— 名称 base64」：'- a b\\n'"),
    (
        lambda: parse_proof_file(f"{HEADER}\nindex 01\n\n".encode() + NOTE),
        "proof-file-form",
        "证明文件应有一行「index 序号」，序号没有前导零",
    ),
    (
        lambda: verify_consistency(3, ROOT, 3, ROOT, [ROOT]),
        "consistency-length",
        "一致性证明应有 0 个哈希，实有 1 个",
    ),
    (lambda: parse_tile_path("tile/0/1"), "tile-path", "不是瓦片的路径：'tile/0/1'"),
    (lambda: parse_tile_path("tile/64/000"), "tile-path", "没有这样的瓦片：'tile/64/000'"),
    (lambda: parse_tile_path("tile/0/x000/001"), "tile-path", "瓦片路径的写法不唯一：'tile/0/x000/001'"),
    (lambda: open_text(LOOSE), "disclosure-form", "披露文本的写法不规范：重新编码后与原文不同"),
    (
        lambda: open_text("e30"),
        "disclosure-form",
        "披露文本读不成「盐、名称、内容」：Expected `array`, got `object`",
    ),
    (lambda: parse_entry(ENTRY), "entry-kind", "没有这种记录：'voucher.erased'"),
    (lambda: parse_entry(b"{}"), "entry-form", "读不成一条记录：Object missing required field `body`"),
    (lambda: parse_claim(b"{}"), "entry-form", "读不成一份待审记录：Object missing required field `body`"),
]


@pytest.mark.parametrize(("act", "code", "reason"), REASONS, ids=[reason for _, _, reason in REASONS])
def test_what_is_not_of_its_form_is_told_whole(act: Callable[[], object], code: str, reason: str) -> None:
    assert tell(act) == (code, reason)


def test_an_export_that_cannot_be_opened_is_told_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.zip"
    path.write_bytes(b"no zip")

    assert tell(lambda: open_zip(path)) == ("source-zip", "打不开压缩包：不是 ZIP 文件，或没有传完")


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> tuple[Evidence, Evidence]:
    """October's evidence, and the same with an entry that it does not need."""
    with open_village(tmp_path_factory.mktemp("unproven") / "home") as village:
        village.open_books()
        village.record_voucher("购办公用纸", 32_500)
        village.record(build_description(village.texts))
        village.go_to("2026-11-02")
        village.close("2026-10")
        note = village.home.heads.find_newest(VILLAGE)
        assert note is not None
        with village.home.ledger.read(VILLAGE) as reader:
            head = build_figures(
                village.home, reader, "finance", "2026-10", number="2026-10-F-1", hung_on="2026-11-02"
            ).head
            key = village.home.get_signer(VILLAGE).verifier_key
            right = evidence.parse_evidence(build_evidence(reader, head, note=note.note, verifier_key=key))
            entries = sorted(
                [*right.entries, evidence.prove_entry(reader, reader, 1)], key=lambda item: item.index
            )
            texts = (*right.texts, *reader.list_texts(1))
    return right, msgspec.structs.replace(right, entries=tuple(entries), texts=texts)


def leave_out(right: Evidence, *indexes: int) -> Evidence:
    """The evidence without these entries and their texts."""
    entries = tuple(item for item in right.entries if item.index not in indexes)
    named = set().union(
        *(evidence.list_public_digests(parse_entry(item.bytes.encode()).body) for item in entries)
    )
    texts = tuple(text for text in right.texts if digest_disclosure(text) in named)
    return msgspec.structs.replace(right, entries=entries, texts=texts)


def verify(value: Evidence, **options: Any) -> object:
    return verify_evidence(encode_value(value), load_reference(), **options)


def test_a_whole_evidence_proves_and_one_of_a_strange_key_or_size_does_not(
    paper: tuple[Evidence, Evidence],
) -> None:
    right, _ = paper
    verify(right)
    data = encode_value(right)

    assert tell(lambda: verify(right, trusted_key="other")) == ("key-differs", "附件用的不是这个村公布的公钥")
    assert tell(lambda: verify_evidence(data + b" ", load_reference())) == (
        "evidence-form",
        "附件的写法不规范：重新编码后与原字节不同，或记录没有按序号排好",
    )
    assert tell(lambda: verify_evidence(b"{}", load_reference())) == (
        "evidence-form",
        "读不成公开表的附件：Object missing required field `checkpoint`",
    )
    assert tell(lambda: verify_evidence(b" " * (EVIDENCE_MAX_BYTES + 1), load_reference())) == (
        "evidence-size",
        "附件有 16777217 字节，最多 16777216 字节",
    )


HEADS: list[tuple[dict[str, Any], str, str]] = [
    ({"size": 7}, "evidence-size-differs", "表头写 7 条，检查点是 6 条"),
    ({"village_name": "石榴湾村"}, "evidence-head", "附件的表头不是由记录算出来的"),
]


@pytest.mark.parametrize(("changes", "code", "reason"), HEADS)
def test_a_head_that_does_not_follow_is_told_whole(
    paper: tuple[Evidence, Evidence], changes: dict[str, Any], code: str, reason: str
) -> None:
    right, _ = paper
    head = msgspec.structs.replace(right.head, **changes)

    assert tell(lambda: verify(msgspec.structs.replace(right, head=head))) == (code, reason)


LEFT_OUT: list[tuple[tuple[int, ...], str, str]] = [
    (
        (0,),
        "evidence-figures",
        "由附件里的记录算不出这张表：它依据的记录没有，或不是那一种（a description needs a founded log）",
    ),
    ((0, 4), "evidence-founding", "附件里的立账记录没有，或写的不是这把公钥"),
    ((3,), "evidence-incomplete", "附件里的凭证与 2026-10 的结账对不上：有缺漏"),
    ((5,), "evidence-closing", "附件里没有 2026-10 的结账记录"),
]


@pytest.mark.parametrize(("indexes", "code", "reason"), LEFT_OUT)
def test_evidence_with_an_entry_left_out_is_told_whole(
    paper: tuple[Evidence, Evidence], indexes: tuple[int, ...], code: str, reason: str
) -> None:
    assert tell(lambda: verify(leave_out(paper[0], *indexes))) == (code, reason)


def test_evidence_with_an_entry_too_many_or_in_another_place_is_told_whole(
    paper: tuple[Evidence, Evidence],
) -> None:
    right, more = paper
    moved = msgspec.structs.replace(right.entries[-1], index=6)
    entries = (*right.entries[:-1], moved)

    assert tell(lambda: verify(more)) == ("evidence-missing", "附件里多了或少了第 1 条")
    assert tell(lambda: verify(msgspec.structs.replace(right, entries=entries))) == (
        "evidence-index",
        "附件里的第 6 条自称第 5 条",
    )


def test_evidence_with_a_text_lost_or_strange_is_told_whole(paper: tuple[Evidence, Evidence]) -> None:
    right, more = paper
    first = digest_disclosure(right.texts[0])
    strange = min(digest_disclosure(text) for text in set(more.texts) - set(right.texts))

    assert tell(lambda: verify(msgspec.structs.replace(right, texts=right.texts[1:]))) == (
        "evidence-text",
        f"附件里缺了文字 {first}",
    )
    assert tell(lambda: verify(msgspec.structs.replace(right, texts=more.texts))) == (
        "evidence-text",
        f"附件里有不属于任何记录的文字 {strange}",
    )
