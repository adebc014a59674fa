"""A village that kept the chart of 2004: from the empty workbooks to a sheet on paper that audits clean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.journeys.desk import Desk
from tests.reports.printed import read_pages, read_text

BALANCES = (
    {"科目代码": "101", "科目名称": "现金", "借方余额": "2000.00"},
    {"科目代码": "102", "科目名称": "银行存款", "借方余额": "98000.00"},
    {"科目代码": "131", "科目名称": "牲畜(禽)资产", "借方余额": "6000.00"},
    {"科目代码": "202", "科目名称": "应付款", "贷方余额": "4500.00"},
    {"科目代码": "301", "科目名称": "资本", "贷方余额": "101500.00"},
)
RENT = ("511", "发包及上交收入")
OFFICE = ("541", "管理费用")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("chart") / "home")
    desk.found("--chart", "2004")
    return desk


def fill(desk: Desk, kind: str, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Fill in the empty workbook of the chart of 2004 as the command writes it."""
    path = desk.home.parent / f"{kind}-{len(list(desk.home.parent.iterdir()))}.xlsx"
    desk.run("template", kind, "--chart", "2004", "--out", str(path))
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    headers = [cell.value for cell in page[1]]
    for number, row in enumerate(rows, 2):
        assert set(row) <= set(headers)
        for column, header in enumerate(headers, 1):
            page.cell(number, column, row.get(header))
    book.save(path)
    return path


def read_example(path: Path) -> dict[str, str]:
    """What the page of notes writes into each column."""
    notes = openpyxl.load_workbook(path)["填写说明"]
    return {row[1]: row[3] for row in notes.iter_rows(values_only=True) if row[3] and row[1] != "列"}


def make_voucher(
    number: str, day: str, *lines: tuple[tuple[str, str], str, str], **more: Any
) -> list[dict[str, Any]]:
    """The rows of a voucher: what it is on the first, an account with debit and credit on each."""
    rows: list[dict[str, Any]] = [
        {"科目代码": code, "科目名称": name, "借方金额": debit, "贷方金额": credit}
        for (code, name), debit, credit in lines
    ] or [{}]
    people = {"经手人": "样经手", "审批人": "例审批", "记账员": "某记账"}
    rows[0] |= {"凭证号": number, "日期": day, **people, **more}
    return rows


def test_a_months_books_under_the_chart_of_2004_come_to_paper_and_audit_clean(
    desk: Desk, tmp_path: Path
) -> None:
    cash, bank = ("101", "现金"), ("102", "银行存款")
    desk.hand_in("opening", fill(desk, "opening", [{"月份": "2026-01", **row} for row in BALANCES]))
    vouchers = [
        *make_voucher("2026-01-001", "2026-01-05", (bank, "5000", ""), (RENT, "", "5000"),
                      摘要="收果园承包费", 附件张数="1"),
        *make_voucher("2026-01-002", "2026-01-08", (OFFICE, "352", ""), (cash, "", "352"),
                      摘要="购办公用纸", 附件张数="2"),
    ]  # fmt: skip
    desk.hand_in("vouchers", fill(desk, "vouchers", vouchers))
    corrections = [
        *make_voucher("2026-01-003", "2026-01-09", 冲销凭证号="2026-01-002", 原因="金额记错"),
        *make_voucher("2026-01-004", "2026-01-09", (OFFICE, "325", ""), (cash, "", "325"),
                      摘要="购办公用纸", 附件张数="2", 更正凭证号="2026-01-002"),
    ]  # fmt: skip
    desk.hand_in("vouchers", fill(desk, "vouchers", corrections))
    desk.run("close", "--month", "2026-01", "--maker", desk.clerk, "--checker", desk.supervisor)
    desk.run("seal", "--month", "2026-01", "--maker", desk.clerk)
    sheet = tmp_path / "sheet.pdf"
    desk.run("sheet", "--month", "2026-01", "--kind", "finance", "--out", str(sheet))

    assert "全部对得上" in desk.run("audit", str(sheet))
    assert "全部对得上" in desk.run("audit")
    text = read_text(sheet.read_bytes())
    assert "依据会计制度（财会〔2004〕12号）" in read_pages(sheet.read_bytes())[0]
    assert "现金2,000.000.00325.000.001,675.00" in text
    assert "5日001收果园承包费发包及上交收入5,000.00105,000.00样*手1" in text
    assert "202应付款4,500.000.000.004,500.00" in text
    assert "131牲畜(禽)资产6,000.000.000.006,000.00" in text
    assert "511发包及上交收入5,000.005,000.00" in text
    assert "541管理费用325.00325.00" in text
    assert "人民币壹拾万肆仟陆佰柒拾伍元整" in text


def test_an_account_of_the_other_chart_is_refused_by_its_cell(desk: Desk) -> None:
    rows = make_voucher(
        "2026-02-001",
        "2026-02-01",
        (("513", "管理费用"), "9", ""),
        (("101", "现金"), "", "9"),
        摘要="购办公用纸",
        附件张数="1",
    )

    said = desk.run("import", "vouchers", str(fill(desk, "vouchers", rows)), "--maker", desk.clerk, status=1)

    assert said == (
        "工作表「凭证」D2：现为科目 513，应为2004 年科目表内的科目。"
        "对照会计科目表改正科目代码。（account-unknown）"
    )


def test_the_example_of_the_empty_workbook_is_one_of_its_own_chart(desk: Desk) -> None:
    example = read_example(fill(desk, "vouchers", []))

    assert (example["科目代码"], example["科目名称"]) == OFFICE
