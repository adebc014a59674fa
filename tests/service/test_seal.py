"""A month's sheet is hung once it is closed, replaced only when it says something new."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from ledger.audit.findings import Report
from ledger.books.sheets import SheetSealed
from ledger.books.subaccounts import NewAccount
from ledger.errors import NotFound, NotProven, Refused
from ledger.evidence import select_indexes
from ledger.ports import Renderer
from ledger.service import sheets
from ledger.service.sheets import build_figures, find_sheet, get_figures, list_sheets
from ledger.sources import open_home_log
from tests.audit.conftest import audit_source
from tests.builders import VILLAGE, build_added, build_postings
from tests.fakes import MemoryArchive
from tests.fakes.renderer import PaperRenderer, PlainRenderer
from tests.homes import VillageHome


@pytest.fixture
def closed(village: VillageHome) -> VillageHome:
    village.open_books()
    village.record_voucher("购办公用纸", 32_500)
    village.go_to("2026-11-02")
    village.close("2026-10")
    return village


def refuse(village: VillageHome, **changes: str) -> list[str]:
    with pytest.raises(Refused) as error:
        sheets.seal_sheet(
            village.home,
            village.renderer,
            VILLAGE,
            "finance",
            changes.get("period", "2026-10"),
            maker=changes.get("maker", village.clerk.user),
            base_url="https://mb.example.cn",
        )
    return [fault.code for fault in error.value.faults]


def audit(village: VillageHome) -> Report:
    with open_home_log(village.home, VILLAGE) as source:
        return audit_source(source)


def read_body(village: VillageHome, index: int) -> SheetSealed:
    with village.home.ledger.read(VILLAGE) as reader:
        body = reader.facts.read_entry(index).body
    assert isinstance(body, SheetSealed)
    return body


def test_a_sealed_sheet_names_its_size_files_and_neighbours(closed: VillageHome) -> None:
    sheet, receipt = closed.seal("finance", "2026-10")

    body = read_body(closed, receipt.index)
    assert (sheet.number, body.size, receipt.index) == ("2026-10-F-1", 5, 5)
    assert (body.follows, body.replaces) == ("", "")
    assert closed.home.archive.find(body.toolchain) == b'{"plain":"1"}'
    with closed.home.ledger.read(VILLAGE) as reader:
        assert find_sheet(reader, "finance", "2026-10") == sheet
        assert list_sheets(reader, "points") == []
        assert get_figures(closed.home, reader, "finance", "2026-10").head.number == "2026-10-F-1"
        assert get_figures(closed.home, reader, "points", "2026-10").head.number == ""
    assert audit(closed).findings == ()


def test_a_sub_account_is_sealed_though_it_was_added_with_one_whose_parent_came_earlier(
    village: VillageHome,
) -> None:
    def add(*codes: str) -> None:
        accounts = (NewAccount(code=code, title=village.texts.publish(f"明细 {code}")) for code in codes)
        village.record(build_added(village.texts, accounts=tuple(accounts), chart="2023"))

    village.open_books()
    add("11301")
    add("1130101", "5130499")
    add("11205", "113010101")
    village.record_voucher("购水管", 32_500, postings=build_postings(32_500, debit="5130499"))
    village.go_to("2026-11-02")
    village.close("2026-10")

    _, receipt = village.seal("finance", "2026-10")

    with village.home.ledger.read(VILLAGE) as reader:
        # The founding, the description, both additions whose titles are read, the voucher, the closing.
        assert select_indexes(reader.facts, "finance", "2026-10") == [0, 1, 2, 3, 4, 6, 7]
        figures = get_figures(village.home, reader, "finance", "2026-10")
    assert read_body(village, receipt.index).size == 8
    assert "明细 5130499" in str(figures)
    assert audit(village).findings == ()


def test_entries_appended_while_it_is_printed_come_between_size_and_seal(closed: VillageHome) -> None:
    closed.renderer = PlainRenderer(
        lambda: closed.record_voucher("购种子", 500, period="2026-11", occurred_on="2026-11-01")
    )

    sheet, receipt = closed.seal("finance", "2026-10")

    assert (sheet.size, receipt.index) == (5, 6)
    assert audit(closed).findings == ()


def test_another_sheet_of_the_kind_sealed_while_it_is_printed_is_refused(closed: VillageHome) -> None:
    closed.renderer = PlainRenderer(lambda: _seal_with(closed, PaperRenderer()))

    assert set(refuse(closed)) == {"sheet-number", "sheet-follows", "sheet-replaces"}


def test_the_very_same_sheet_sealed_twice_at_once_is_one_entry(closed: VillageHome) -> None:
    closed.renderer = PlainRenderer(lambda: _seal_with(closed, PlainRenderer()))

    sheet, receipt = closed.seal("finance", "2026-10")

    assert (sheet.number, receipt.index, receipt.head.size) == ("2026-10-F-1", 5, 6)


def _seal_with(village: VillageHome, renderer: Renderer) -> None:
    village.renderer = renderer
    village.seal("finance", "2026-10")


def test_an_open_month_an_unchanged_sheet_and_a_stranger_are_refused(closed: VillageHome) -> None:
    closed.seal("finance", "2026-10")

    assert refuse(closed) == ["sheet-unchanged"]
    assert refuse(closed, period="2026-11") == ["sheet-period-open"]
    assert refuse(closed, period="2025-11") == ["sheet-period-open"]
    assert refuse(closed, maker="u-aaaaaaaaaa") == ["person-role"]


def test_a_correction_in_a_later_month_replaces_the_earlier_months_sheet(closed: VillageHome) -> None:
    closed.seal("finance", "2026-10")
    closed.correct_voucher(3, 32_500, 23_500, period="2026-11", occurred_on="2026-11-02")

    second, receipt = closed.seal("finance", "2026-10")

    body = read_body(closed, receipt.index)
    assert second.number == "2026-10-F-2"
    assert (body.replaces, body.follows) == ("2026-10-F-1", "2026-10-F-1")
    closed.go_to("2026-12-02")
    closed.close("2026-11")
    november, _ = closed.seal("finance", "2026-11")
    assert read_body(closed, november.index).follows == "2026-10-F-2"
    with closed.home.ledger.read(VILLAGE) as reader:
        numbers = [sheet.number for sheet in list_sheets(reader, "finance")]
    assert numbers == ["2026-11-F-1", "2026-10-F-2", "2026-10-F-1"]
    assert audit(closed).findings == ()
    assert closed.export().keys() >= {f"sheets/{number}/sheet.pdf" for number in numbers}


def test_entries_recorded_between_look_and_signature_ask_to_try_again(
    closed: VillageHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sheets.publish_head

    def publish_later(ports: object, village: str) -> object:
        closed.record_voucher("购种子", 500, period="2026-11", occurred_on="2026-11-01")
        return real(ports, village)

    monkeypatch.setattr(sheets, "publish_head", publish_later)

    assert refuse(closed) == ["log-moved"]


@pytest.mark.parametrize("spoil", ["raise", "differ"])
def test_a_sheet_that_does_not_prove_itself_is_not_hung(
    closed: VillageHome, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    real = sheets.verify_evidence

    def verify(*args: object, **options: object) -> object:
        if spoil == "raise":
            raise NotProven("缺一页")
        verified = real(*args, **options)
        return msgspec.structs.replace(
            verified, figures=msgspec.structs.replace(verified.figures, income_fen=1)
        )

    monkeypatch.setattr(sheets, "verify_evidence", verify)

    assert refuse(closed) == ["sheet-unproven"]


def test_a_lost_file_of_figures_is_not_found(closed: VillageHome) -> None:
    closed.seal("finance", "2026-10")
    home = dataclasses.replace(closed.home, archive=MemoryArchive())

    with closed.home.ledger.read(VILLAGE) as reader, pytest.raises(NotFound, match="2026-10-F-1"):
        get_figures(home, reader, "finance", "2026-10")


def test_provisional_figures_have_no_number_and_no_dates(closed: VillageHome) -> None:
    with closed.home.ledger.read(VILLAGE) as reader:
        head = build_figures(closed.home, reader, "finance", "2026-11").head

    assert (head.number, head.display_from, head.display_to) == ("", "", "")
