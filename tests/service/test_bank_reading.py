"""Statements of both layouts, in every way they come; what is wrong with one, all at once; and what never comes out."""

from __future__ import annotations

import io
from collections.abc import Callable

import msgspec
import openpyxl
import pytest

from ledger.data import load_layouts
from ledger.errors import Fault, format_fault
from ledger.limits import WORKBOOK_MAX_BYTES
from ledger.service.bank.outside import read_outside
from ledger.service.bank.reading import read_statement
from ledger.service.bank.statements import Statement
from tests.service.bank_files import (
    ACCOUNT,
    OCTOBER,
    OPENING_FEN,
    PARTY,
    Row,
    Table,
    as_csv,
    as_xlsx,
    make_abc,
    make_rural,
)

WAYS: dict[str, Callable[[Table], bytes]] = {
    "utf-8": as_csv,
    "gb18030": lambda rows: as_csv(rows, "gb18030"),
    "utf-16": lambda rows: as_csv(rows, "utf-16", "\t"),
    "xlsx": as_xlsx,
}


def read(data: bytes, name: str = "对账单.csv") -> tuple[Statement, list[Fault]]:
    return read_statement(data, name, load_layouts())


def codes(faults: list[Fault]) -> list[str]:
    return [fault.code for fault in faults]


def tell(faults: list[Fault]) -> list[str]:
    return [format_fault(fault) for fault in faults]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", [make_abc, make_rural])
def test_both_layouts_are_read_in_every_way_they_come(make: Callable[[], Table], way: str) -> None:
    statement, faults = read(WAYS[way](make()), "对账单.xls")

    assert faults == []
    assert (statement.begins_on, statement.ends_on) == ("2026-10-01", "2026-10-31")
    assert [(line.occurred_on, line.amount_fen) for line in statement.lines] == [
        ("2026-10-09", 120_000),
        ("2026-10-12", -32_500),
        ("2026-10-21", 1_234),
    ]
    assert statement.lines[-1].balance_fen == OPENING_FEN + 88_734
    assert [line.vouchers for line in statement.lines] == [("2026-10-001",), (), ()]
    assert {(line.party, line.account) for line in statement.lines} == {("样*山", "****7890")}


def test_the_layout_says_the_bank_and_the_child_reads_the_same() -> None:
    data = as_csv(make_abc())

    assert read(data)[0].bank == "中国农业银行"
    assert read(as_csv(make_rural()))[0].bank == "农村商业银行、农村信用社"
    assert read_outside(data, "对账单.csv") == (read(data)[0], [])


def test_no_whole_name_and_no_account_number_leaves_the_reader() -> None:
    rows = [("2026-10-09", "1.00", "", f"转自{ACCOUNT} 卡6200 0000 0000 0007 890")]
    table = make_abc(rows)
    table[3][0] = "20261009 xx"
    for data, name in ((as_csv(make_abc(rows)), f"{ACCOUNT}.csv"), (as_csv(table), f"{ACCOUNT}.csv")):
        said = msgspec.json.encode(read(data, name)).decode()

        assert ACCOUNT not in said
        assert ACCOUNT[4:] not in said
        assert PARTY not in said
        assert "0000 0007" not in said


def test_a_name_that_the_bank_repeats_in_a_text_is_masked_there_too() -> None:
    table = make_rural(
        [
            ("2026-10-09", "1.00", "", "样例大山交土地租金"),
            ("2026-10-10", "2.00", "", "代 样例 大 山、样例小河家 交 2026-10-001"),
            ("2026-10-11", "3.00", "", "样例水 渠维修"),
        ]
    )
    table[6][1] = "样例小河"  # In another line than the one that names it.
    table[7][1] = "样"

    for data, name in ((as_csv(table), "对账单.csv"), (as_xlsx(table), "对账单.xlsx")):
        statement, faults = read(data, name)
        assert faults == []
        assert [line.text for line in statement.lines] == [
            "样*山交土地租金",
            "代 样*山、样*河家 交 2026-10-001",
            "样例水 渠维修",
        ]
        assert statement.lines[1].vouchers == ("2026-10-001",)


def test_the_same_numbers_as_cells_of_a_spreadsheet_are_the_same() -> None:
    table: list[list[object]] = [list(row) for row in make_rural()]
    for row in table[5:8]:
        row[2:5] = [float(str(value).replace(",", "")) if value else None for value in row[2:5]]
    table[5][0] = 20261009

    statement, faults = read(as_xlsx(table), "对账单.xlsx")

    assert faults == []
    assert statement.lines == tuple(
        msgspec.structs.replace(line, place=line.place.replace("对账单.csv", "Sheet"))
        for line in read(as_csv(make_rural()))[0].lines
    )


def test_all_that_is_wrong_is_told_at_once_beside_its_cell() -> None:
    table = make_rural()
    table[5][0] = "2026-13-09"
    table[6][3] = "三百"
    table[7][2], table[7][3] = "12.34", "5.00"

    _, faults = read(as_csv(table))

    assert [(fault.code, fault.place) for fault in faults[:-1]] == [
        ("date-impossible", "工作表「对账单.csv」A6"),
        ("amount-form", "工作表「对账单.csv」D7"),
    ]
    assert format_fault(faults[-1]) == (
        "工作表「对账单.csv」第 8 行：现为收、付都有数，应为一栏有数，另一栏空着。"
        "用银行下载的原表，一行一笔。（statement-side）"
    )


def test_a_line_that_was_left_out_is_named_with_its_days_and_its_amount() -> None:
    table = make_rural()
    del table[6]

    _, (fault,) = read(as_csv(table))

    assert format_fault(fault) == (
        "工作表「对账单.csv」第 7 行：现为余额 10,887.34，应为11,212.34（上一笔的余额加收减付）。"
        "2026-10-09 到 2026-10-21 之间少了几笔或改过数，差 -325.00 元；重新下载整月的对账单。（statement-running）"
    )


def test_lines_that_were_sorted_another_way_are_told() -> None:
    rows: list[Row] = [OCTOBER[1], OCTOBER[0]]

    assert tell(read(as_csv(make_rural(rows)))[1]) == [
        (
            "工作表「对账单.csv」第 7 行：现为2026-10-12 以后是 2026-10-09，应为按日期先后，或者倒过来。"
            "用银行下载的原表，不要另外排序。（statement-order）"
        )
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda table: table.__delitem__(4),
            (
                "文件「对账单.csv」：现为没有认得的表头，应为有这些表头的一张表（"
                "中国农业银行：交易时间、收入金额、支出金额、账户余额；"
                "农村商业银行、农村信用社：交易日期、收入金额、支出金额、余额；"
                "中国工商银行：交易时间、贷方发生额、借方发生额、余额）。"
                "用网银下载的原表，不删表头；别的银行的，把表头改成认得的一种。（statement-layout）"
            ),
        ),
        (
            lambda table: table.__delitem__(slice(5, 8)),
            (
                "工作表「对账单.csv」：现为只有表头，没有一笔，应为至少一笔。下载时把开始日期往前放，"
                "让上个月最后一笔也在里面：没有一笔就看不出余额。（workbook-no-rows）"
            ),
        ),
        (
            lambda table: table[6].__setitem__(4, ""),
            (
                "工作表「对账单.csv」E7：现为空，应为这一笔以后的余额。"
                "用银行下载的原表。（statement-balance-empty）"
            ),
        ),
        (
            lambda table: table[6].__setitem__(3, ""),
            (
                "工作表「对账单.csv」第 7 行：现为收、付都没有数，应为一栏有数，另一栏空着。"
                "用银行下载的原表，一行一笔。（statement-side）"
            ),
        ),
    ],
    ids=["no headers", "no lines", "no balance", "no amount"],
)
def test_what_is_missing_is_told(change: Callable[[Table], object], said: str) -> None:
    table = make_rural()
    change(table)

    assert tell(read(as_csv(table))[1]) == [said]


def test_formulas_hidden_rows_and_merged_lines_are_refused() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(make_rural())))
    sheet = book.worksheets[0]
    sheet["C6"] = '=HYPERLINK("http://example.org")'
    sheet.row_dimensions[7].hidden = True
    hidden, merged = io.BytesIO(), io.BytesIO()
    book.save(hidden)
    sheet.row_dimensions[7].hidden = False
    sheet.merge_cells("I6:I7")
    book.save(merged)

    assert codes(read(hidden.getvalue(), "a.xlsx")[1]) == ["row-hidden"]
    assert codes(read(merged.getvalue(), "a.xlsx")[1]) == ["cells-merged", "cell-formula"]


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    (first, *_), faults = read(as_csv(make_rural([("2026-10-09", "1.00", "", "=1+1")])))[0].lines, []

    assert (first.text, faults) == ("=1+1", [])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "workbook-empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "workbook-old-format"),
        (b"a," * (WORKBOOK_MAX_BYTES // 2 + 1), "workbook-too-large"),
        (b"<html><table><tr><td>x,y</td></tr></table></html>", "workbook-unreadable"),
        (b"PK\x03\x04" + bytes(64), "workbook-unreadable"),
        (b"\xff\xfe\x00", "csv-encoding"),
        (as_csv(make_rural())[:-2] + b'"x', "csv-form"),
    ],
)
def test_what_is_no_statement_is_told_and_nothing_breaks(data: bytes, code: str) -> None:
    assert codes(read(data)[1]) == [code]


def test_two_statements_in_one_file_are_one_too_many() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(make_rural())))
    other = book.copy_worksheet(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)

    _, two = read(out.getvalue(), "a.xlsx")
    other.sheet_state = "hidden"
    hidden = io.BytesIO()
    book.save(hidden)

    assert tell(two) == [
        (
            "文件「a.xlsx」：现为2 张表都像对账单，应为一个文件一张对账单。"
            "几个账户的，每张表另存为一个文件，一起选。（statement-layout）"
        )
    ]
    assert codes(read(hidden.getvalue(), "a.xlsx")[1]) == ["sheet-hidden"]


def test_totals_below_and_placeholders_are_no_lines() -> None:
    table = make_rural()
    table[5][3], table[6][2] = "-", "--"
    table += [
        ["本页合计", "", "1", "2", "3"],
        ["打印时间：2026-11-01 10:00"],
        ["承前页余额", "", "", "1.00", "9.00"],
    ]

    statement, faults = read(as_csv(table))

    assert (len(statement.lines), faults) == (3, [])


def test_a_return_by_the_bank_is_a_negative_amount() -> None:
    statement, faults = read(
        as_csv(make_rural([("2026-10-09", "", "5.00", "手续费"), ("2026-10-10", "", "-5.00", "冲正")]))
    )

    assert ([line.amount_fen for line in statement.lines], faults) == ([-500, 500], [])
