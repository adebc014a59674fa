"""The paper of a quarter and a year altered, and what is withheld of its evidence: each is noticed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger.audit import audit_evidence
from ledger.audit.printed import Page, list_rows
from ledger.books.figures import SpanFigures
from ledger.canonical import encode_value, parse_entry
from ledger.commands.audit import read_pdf
from ledger.data import load_reference
from ledger.errors import Fault, NotProven, Refused, format_fault
from ledger.evidence import parse_evidence, verify_evidence
from ledger.log.commitments import digest_disclosure
from ledger.service.paper import build_draft_job, find_sealed_pdf
from ledger.service.sheets import find_sheet, get_figures, list_sheets
from tests.audit.conftest import audit_files
from tests.books.span_ledger import SpanLedger
from tests.builders import VILLAGE, build_postings
from tests.fakes.renderer import PaperRenderer
from tests.figures.test_spans import BLOCKS
from tests.homes import VillageHome, open_village

Built = dict[str, Any]


def fill(village: VillageHome) -> int:
    """October to December with two expenses, carried over at the year's end; returns the index of the second one."""
    village.open_books()
    village.record_voucher("购办公用纸", 32_500)
    wrong = village.record_voucher("修水渠", 120_000)
    village.go_to("2026-11-02")
    village.close("2026-10")
    village.go_to("2026-12-01")
    village.close("2026-11")
    village.go_to("2026-12-31")
    day = {"period": "2026-12", "occurred_on": "2026-12-31"}
    village.record_voucher("结转支出", 152_500, postings=build_postings(152_500, "321", "513"), **day)
    village.record_voucher("结转收益", 152_500, postings=build_postings(152_500, "322", "321"), **day)
    village.go_to("2027-01-03")
    village.close("2026-12")
    return wrong.index


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The paper of the year's last quarter and of the year, with their attachments, and the export."""
    found: Built = {}
    target = tmp_path_factory.mktemp("pdf") / "sheet.pdf"
    with open_village(tmp_path_factory.mktemp("paper") / "home", renderer=PaperRenderer()) as village:
        fill(village)
        for kind, letter in (("quarter", "Q"), ("year", "Y")):
            village.seal(kind, "2026-12")
            target.write_bytes(village.export()[f"sheets/2026-12-{letter}-1/sheet.pdf"])
            found[kind], found[f"{kind} text"] = read_pdf(target)
        found["files"] = village.export()
    return found


def refuse(data: bytes) -> str:
    with pytest.raises(NotProven) as error:
        verify_evidence(data, load_reference())
    return error.value.code


@pytest.mark.parametrize("kind", ["quarter", "year"])
def test_the_real_paper_agrees_and_an_altered_amount_does_not(built: Built, kind: str) -> None:
    text = built[f"{kind} text"]
    assert not audit_evidence(built[kind], text, load_reference()).findings

    altered = text.replace("1,525.00", "1,255.00")
    assert altered != text
    codes = {one.code for one in audit_evidence(built[kind], altered, load_reference()).findings}
    assert codes == {"printed-missing", "printed-strange"}


def test_an_item_that_says_nothing_is_missed(built: Built) -> None:
    text = built["quarter text"].replace("报刊费 账本没有单列", "报刊费")
    found = audit_evidence(built["quarter"], text, load_reference()).findings

    assert [(one.code, one.expected) for one in found] == [("printed-missing", "报刊费 账本没有单列")]


@pytest.mark.parametrize(
    ("kind_of_entry", "period", "code"),
    [
        ("period.closed", "2026-11", "evidence-incomplete"),
        ("voucher.recorded", "2026-12", "evidence-incomplete"),
    ],
)
def test_what_is_withheld_is_noticed(built: Built, kind_of_entry: str, period: str, code: str) -> None:
    evidence = parse_evidence(built["quarter"])
    kept = []
    for item in evidence.entries:
        entry = parse_entry(item.bytes.encode())
        if (entry.kind, entry.period) != (kind_of_entry, period):
            kept.append(item)
    assert len(kept) < len(evidence.entries)
    named = "".join(item.bytes for item in kept)
    texts = tuple(one for one in evidence.texts if digest_disclosure(one) in named)
    changed = msgspec.structs.replace(evidence, entries=tuple(kept), texts=texts)

    assert refuse(encode_value(changed)) == code


def test_the_evidence_holds_no_voucher_of_the_months_but_those_that_carry_over(built: Built) -> None:
    numbers = []
    for item in parse_evidence(built["year"]).entries:
        entry = parse_entry(item.bytes.encode())
        numbers += [entry.body.number] if entry.kind == "voucher.recorded" else []

    assert numbers == ["2026-12-001", "2026-12-002"]


def test_a_whole_export_with_quarter_and_year_agrees(built: Built) -> None:
    report = audit_files(built["files"])

    assert (report.findings, report.sheets) == ((), 2)


def test_a_corrected_quarter_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        wrong = fill(village)
        village.seal("quarter", "2026-12")
        with pytest.raises(Refused) as error:
            village.seal("quarter", "2026-12")
        assert [fault.code for fault in error.value.faults] == ["sheet-unchanged"]
        village.correct_voucher(wrong, 120_000, 110_000, period="2027-01", occurred_on="2027-01-03")
        village.seal("quarter", "2026-12")
        with village.home.ledger.read(VILLAGE) as reader:
            assert [one.number for one in list_sheets(reader, "quarter")] == ["2026-12-Q-2", "2026-12-Q-1"]
            assert list_sheets(reader, "year") == []
            newest = get_figures(village.home, reader, "quarter", "2026-12")
        assert isinstance(newest, SpanFigures)
        assert (newest.head.replaces, len(newest.corrections)) == ("2026-12-Q-1", 2)
        assert find_sealed_pdf(village.home, VILLAGE, "quarter", "2026-12") is not None


def test_only_a_closed_last_month_has_a_quarter(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        remedy = "季度、年度公开表的月份写最后一个月，这个月结账以后才有"
        wrong = [
            Fault(code="sheet-span", place=place, found=found, expected=expected, remedy=remedy)
            for place, found, expected in (
                ("季度公开表", "2026-11", "3 月、6 月、9 月或 12 月"),
                ("年度公开表", "2026-09", "12 月"),
            )
        ]
        assert format_fault(wrong[0]) == (
            "季度公开表：现为2026-11，应为3 月、6 月、9 月或 12 月。"
            "季度、年度公开表的月份写最后一个月，这个月结账以后才有。（sheet-span）"
        )
        still_open = Fault(
            code="sheet-period-open",
            place="会计期间 2026-12",
            found="未结账",
            expected="已结账",
            remedy="先用 mingbai close 结账，再封存公开表",
        )
        for kind, period, fault in (
            ("quarter", "2026-11", wrong[0]),
            ("year", "2026-09", wrong[1]),
            ("quarter", "2026-12", still_open),
        ):
            with pytest.raises(Refused) as error:
                village.seal(kind, period)
            assert tuple(error.value.faults) == (fault,)
            with pytest.raises(Refused):
                build_draft_job(village.home, VILLAGE, kind, period)
        with village.home.ledger.read(VILLAGE) as reader:
            assert find_sheet(reader, "quarter", "2026-12") is None


@pytest.mark.parametrize("kind", ["quarter", "year"])
def test_every_amount_of_the_worked_span_is_in_a_row(kind: Any) -> None:
    ledger = SpanLedger()
    ledger.run(BLOCKS[0])
    figures = ledger.get_span(kind, "2026-12")
    rows = list_rows(_seal(figures), load_reference().disclosure)
    page = Page("\n".join(" ".join(cell for cell in row if cell) for row in rows))

    assert all(page.take(row) for row in rows)
    assert page.list_left(amounts=True) == []
    text = "\n".join(" ".join(row) for row in rows)
    for said in (
        "HT-0001 租门面房",
        "JY-2026-001 修水渠",
        "ZX-0001 幸福食堂",
        "报刊费 账本没有单列",
        "（科目50106）",
    ):
        assert said in text


def _seal(figures: SpanFigures) -> SpanFigures:
    """The figures as of a sealed sheet: a draft has no days."""
    head = msgspec.structs.replace(
        figures.head,
        display_from="2027-01-03",
        display_to="2027-01-18",
        number="2026-12-Q-1",
        objections_until="2027-01-08",
    )
    return msgspec.structs.replace(figures, head=head)
