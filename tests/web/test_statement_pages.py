"""The statements of a month as a page and as files: what a reader is told, and that every line adds up."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from litestar.testing import TestClient

from ledger.data import load_statements
from tests.builders import VILLAGE
from tests.homes import VillageHome
from tests.web.test_pages import read_words
from tests.web.village import make_client
from web.public import statements
from web.tables import Fen, Table, format_tables

BOARD = f"/v/{VILLAGE}"
PAGE = f"{BOARD}/statements/2026-10"


def test_the_page_says_first_what_the_village_owns_owes_and_earned(client: TestClient) -> None:
    words = read_words(client, PAGE)

    assert "2026年10月 集体的家底 ✔ 已结账" in words
    assert "村里一共有 49,465.00 元 － 欠别人的 0.00 元 ＝ 自己的 49,465.00 元" in words
    assert "今年到现在，花的比挣的多 535.00 元；其中这个月，花的比挣的多 535.00 元。" in words
    assert "货币资金 50,000.00 49,465.00" in words
    assert "管理费用 535.00 535.00" in words
    assert "年末未分配收益 −535.00" in words
    assert "行的次序按财会〔2023〕14号， 按制度格式，待核对" in words


def test_what_is_nothing_takes_no_line_and_an_open_month_says_how_far_it_has_come(client: TestClient) -> None:
    words = read_words(client, f"{BOARD}/statements/2026-11")

    assert "短期投资" not in words
    assert "还没有结账： 下面是截至11月12日记下的账" in words
    assert "单位：元 开账时 目前" in words
    assert "本村从 2026年10月起在这里记账，没有年初数，列的是开账时的数。" in words
    assert "管理费用 48.00 583.00" in words


def test_readers_are_led_there_from_where_they_look_for_money(client: TestClient) -> None:
    for path in (BOARD, f"{BOARD}/sheets", f"{BOARD}/sheets/2026-10/finance"):
        assert f'href="{PAGE}"' in client.get(path).text, path


def test_the_files_have_every_line_as_numbers(client: TestClient) -> None:
    form = load_statements()["2023"]

    rows = list(csv.reader(io.StringIO(client.get(f"{PAGE}.csv").content.decode("utf-8-sig"))))
    workbook = openpyxl.load_workbook(io.BytesIO(client.get(f"{PAGE}.xlsx").content))

    assert workbook.sheetnames == ["资产负债表", "收益及收益分配表"]
    assert ["资产总计", "50000.00", "49465.00"] in rows
    assert ["财会〔2023〕14号 按制度格式，待核对"] in rows
    position = {row[0].value: row for row in workbook["资产负债表"].iter_rows()}
    assert {line.label for line in form.position} <= position.keys()
    assert [cell.value for cell in position["资产总计"][1:]] == [50_000, 49_465]
    result = {row[0].value: row for row in workbook["收益及收益分配表"].iter_rows()}
    assert [cell.value for cell in result["年末未分配收益"][1:]] == [None, -535]


@pytest.mark.parametrize("name", ["2026-09", "2026-10.pdf", "2026-13", "2026-10.csv.csv", "x"])
def test_what_there_is_not_is_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"{BOARD}/statements/{name}").status_code == 404


def test_a_chart_without_a_form_is_said_plainly(
    village: VillageHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "load_statements", dict)

    with make_client(village) as client:
        words, file = read_words(client, PAGE), client.get(f"{PAGE}.xlsx")
        board = client.get(BOARD).text

    assert "这里的报表只按 2023 年的会计制度做" in words
    assert file.status_code == 404
    assert PAGE not in board


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_table_is_the_same_bytes_each_time_and_starts_no_formula(ending: str) -> None:
    rows = (("=1+1", Fen(-5), None), ("\u202e倒过来", Fen(0), ""))
    table = Table(columns=("甲", "乙", "丙"), name="表" * 40, notes=("@注",), rows=rows)

    data = format_tables([table, table.__class__(("丁",), "又一张", (), ())], ending, 1_790_000_000_000)

    assert data == format_tables([table, Table(("丁",), "又一张", (), ())], ending, 1_790_000_000_000)
    if ending == "csv":
        found = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        assert found[:3] == [["'@注"], ["甲", "乙", "丙"], ["'=1+1", "-0.05", ""]]
        assert found[3] == ["〔U+202E〕倒过来", "0.00", ""]
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
        assert (sheet["A3"].value, sheet["A3"].data_type, sheet["B3"].value) == ("=1+1", "s", -0.05)
        assert sheet.title == "表" * 31
