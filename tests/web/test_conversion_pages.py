"""Books of 2004 going over to the chart of 2023, as the desk and the public see it: both codes, month by month."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from ledger.books.conversion import AccountsConverted, Move
from ledger.books.plans import PlanLine
from ledger.books.vouchers import Posting
from ledger.service.unsent import open_sheet
from tests.builders import (
    VILLAGE,
    build_asset,
    build_asset_disposal,
    build_fund,
    build_opening,
    build_plan,
    build_postings,
)
from tests.desk.people import Door, open_door
from tests.web.desk import enter
from tests.web.test_pages import read_words
from tests.web.village import make_client

BOARD = f"/v/{VILLAGE}"


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with open_door(tmp_path / "home", monkeypatch, chart="2004") as opened:
        yield opened


def test_books_go_over_and_every_page_reads_each_month_by_its_own_chart(door: Door) -> None:
    village = door.village
    door.let_in("wen")
    postings = (
        Posting(account="101", amount_fen=500_000, side="debit"),
        Posting(account="202", amount_fen=100_000, side="credit"),
        Posting(account="301", amount_fen=400_000, side="credit"),
    )
    village.record(build_opening(postings=postings))
    lines = (PlanLine(account="511", amount_fen=90_000), PlanLine(account="541", amount_fen=10_000))
    village.record(build_plan(village.texts, lines=lines))
    village.record_voucher("收承包费", 0, chart="2004", postings=build_postings(80_000, "101", "511"))
    village.record(build_fund(village.texts, account="202"))
    with make_client(village) as client:
        wen = enter(door, client, "wen")
        assert "/desk/conversion" in wen.get("/desk/months").text
        page = wen.get("/desk/conversion").text
        assert "2026年10月已经按旧科目记了账" in page
        assert "计划收入 900.00 元，到现在收入 800.00 元，完成 89%。" in read_words(
            client, f"{BOARD}/years/2026"
        )
        village.go_to("2026-11-02")
        village.close("2026-10")
        wen.sign_in(door, "wen")
        page = wen.get("/desk/conversion").text
        assert "从2026年11月起换用 2023 年制度的科目" in page
        assert "202 应付款" in page
        assert "501 经营收入、502 投资收益：要会计定" in page
        taken = wen.post("/desk/conversion", urlencode({"csrf": wen.token}))
        assert taken.headers["location"] == "/desk/write/conversion"
        wen_user = next(one.user for one in door.home.vault.list_persons(VILLAGE) if one.name == "样例wen")
        assert len(open_sheet(door.home, VILLAGE, wen_user, "conversion").state.tables["换科目"]) == 4
        moves = (
            Move(account="101", amount_fen=580_000, becomes="101", side="debit"),
            Move(account="202", amount_fen=100_000, becomes="211", side="credit"),
            Move(account="301", amount_fen=400_000, becomes="301", side="credit"),
            Move(account="511", amount_fen=80_000, becomes="50106", side="credit"),
        )
        november = {"period": "2026-11", "occurred_on": "2026-11-01"}
        index = village.record(AccountsConverted(chart="2023", moves=moves), **november).index
        paid = build_postings(30_000, "211", "101")
        village.record_voucher(
            "还欠款", 0, period="2026-11", occurred_on="2026-11-02", chart="2023", postings=paid
        )
        village.record(build_fund(village.texts, account="213", number="ZX-0002"), **november)

        entry = read_words(client, f"{BOARD}/entries/{index}")
        assert "202 应付款 → 211 应付款 1,000.00" in entry
        assert "511 发包及上交收入 → 50106 经营收入·发包收入 800.00" in entry
        assert wen.get("/desk/conversion").status_code == 404
        assert "/desk/conversion" not in wen.get("/desk/months").text
        ledger = wen.get("/desk/books/ledger?account=211&period=2026").text
        assert "2026年11月换用新科目时，接的是 2004 年科目 202 应付款：贷 1,000.00" in ledger
        assert "还欠款" in ledger
        assert "发包及上交收入" in wen.get("/desk/books?month=2026-10").text
        assert "接的是" not in wen.get("/desk/books/ledger?account=202&period=2026-10").text
        # What stands on a voucher's other side, and where a fund is kept, is named as it was when that was written.
        november_cash, october_cash = (
            wen.get(f"/desk/books/ledger?account=101&period={month}").text for month in ("2026-11", "2026-10")
        )
        assert "<span>对方 应付款</span>" in november_cash
        assert "<span>对方 发包及上交收入</span>" in october_cash
        assert "记在科目 202 应付款" in read_words(client, f"{BOARD}/funds/ZX-0001")
        assert "记在科目 213 应付劳务费" in read_words(client, f"{BOARD}/funds/ZX-0002")
        year = read_words(client, f"{BOARD}/years/2026")
        assert "接账以前的 800.00 0.00 800.00" in year
        assert "这一年换了会计科目" in year
        assert "应付款" in read_words(client, f"{BOARD}/sheets/2026-11/finance")


def test_assets_are_worn_out_and_cleared_by_the_chart_of_their_month(door: Door) -> None:
    village = door.village
    door.let_in("wen")
    postings = (
        Posting(account="101", amount_fen=840_000, side="debit"),
        Posting(account="151", amount_fen=1_200_000, side="debit"),
        Posting(account="152", amount_fen=540_000, side="credit"),
        Posting(account="301", amount_fen=1_500_000, side="credit"),
    )
    village.record(build_opening(postings=postings))
    village.record(build_asset(village.texts, depreciates_from="2026-11", life_months=115))
    village.go_to("2026-11-02")
    village.close("2026-10")
    moves = tuple(
        Move(account=one.account, amount_fen=one.amount_fen, becomes=one.account, side=one.side)
        for one in postings
    )
    november = {"period": "2026-11", "occurred_on": "2026-11-01"}
    village.record(AccountsConverted(chart="2023", moves=moves), **november)
    trees = {"category": "productive", "depreciated_fen": 0, "number": "ZC-0002", "source": "purchased"}
    trees |= {"depreciates_from": "2026-12", "in_use_from": "2026-11"}
    village.record(build_asset(village.texts, **trees), **november)
    bought = build_postings(1_200_000, "132", "211")
    village.record_voucher("买果树", 0, asset="ZC-0002", postings=bought, **november)
    with make_client(village) as client:
        wen = enter(door, client, "wen")
        wen.post("/desk/assets", urlencode({"csrf": wen.token, "do": "depreciate", "month": "2026-11"}))
        words = read_words(client, f"{BOARD}/assets")
        assert "生产性生物资产 1 项 和账上一致 12,000.00" in words
        assert "台账上的数和账本上的数一致" in words
        told = "计提2026年11月折旧：灌溉水泵"
        assert _read_rows(door) == [
            (told, "511", "经营支出", "100.00"),
            ("", "152", "累计折旧", "100.00"),
        ]
        village.record(build_asset_disposal(village.texts), period="2026-11", occurred_on="2026-10-28")
        clear = {"do": "clear", "number": "ZC-0001", "day": "2026-11-02", "proceeds": "50"}
        wen.post("/desk/assets", urlencode({"csrf": wen.token, **clear}))

    assert _read_rows(door)[2:] == [
        ("转入清理：灌溉水泵", "154", "固定资产清理", "6600.00"),
        ("", "152", "累计折旧", "5400.00"),
        ("", "151", "固定资产", "12000.00"),
        ("处置收到的钱：灌溉水泵", "102", "银行存款", "50.00"),
        ("", "154", "固定资产清理", "50.00"),
        ("清理净损失：灌溉水泵", "515", "其他支出", "6550.00"),
        ("", "154", "固定资产清理", "6550.00"),
    ]


def _read_rows(door: Door) -> list[tuple[str, str, str, str]]:
    """Return of each voucher's line that waits in the clerk's sheet: summary, account, its name, amount."""
    user = next(one.user for one in door.home.vault.list_persons(VILLAGE) if one.name == "样例wen")
    rows = open_sheet(door.home, VILLAGE, user, "vouchers").state.tables.get("凭证", ())
    return [(row[2], row[3], row[4], row[5] or row[6]) for row in rows]
