"""Separated values: encodings and separators seen from the content, values taken as text, faults in their places."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import Any

import pytest

from ledger.limits import ROUND_MAX_ROWS, WORKBOOK_MAX_BYTES, WORKBOOK_MAX_COLUMNS, WORKBOOK_MAX_ROWS
from ledger.service.workbooks.columns import WORKBOOKS, WorkbookKind
from ledger.service.workbooks.reading import read_workbook
from tests.service.importing import AWARD, PAPER, PAPER_PAID, ImportDesk, Row, make_book

CSV = "表.csv"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030")


@pytest.fixture(scope="module")
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    desk.register()
    return desk


def list_headers(kind: WorkbookKind, sheet: int = 0) -> list[str]:
    return [column.header for column in WORKBOOKS[kind].sheets[sheet].columns]


def write(rows: Sequence[Sequence[object]], separator: str = ",", line_end: str = "\r\n") -> str:
    """Return rows as a spreadsheet program writes them, with quotes where they are needed."""

    def quote(value: object) -> str:
        text = "" if value is None else str(value)
        needs = any(character in text for character in (separator, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if needs else text

    return "".join(separator.join(map(quote, row)) + line_end for row in rows)


def tabulate(kind: WorkbookKind, rows: Sequence[Row], sheet: int = 0) -> list[list[object]]:
    headers = list_headers(kind, sheet)
    return [[*headers], *([row.get(header) for header in headers] for row in rows)]


VOUCHER = tabulate("vouchers", [PAPER, PAPER_PAID])


def change(value: str, header: str, row: int = 1) -> bytes:
    """Return the voucher with one cell changed."""
    table = [list(line) for line in VOUCHER]
    table[row][list_headers("vouchers").index(header)] = value
    return write(table).encode()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("filename", [CSV, "表.xlsx", "表"])
def test_whatever_the_encoding_the_separator_and_the_name_the_same_is_read(
    encoding: str, separator: str, filename: str
) -> None:
    data = write(VOUCHER, separator).encode(encoding)

    as_workbook, _ = read_workbook(make_book("vouchers", [PAPER, PAPER_PAID]), "vouchers", "表.xlsx")

    assert read_workbook(data, "vouchers", filename) == (as_workbook, [])


def test_big_endian_utf_16_is_read_too() -> None:
    data = codecs.BOM_UTF16_BE + write(VOUCHER).encode("utf-16-be")

    assert read_workbook(data, "vouchers", CSV) == read_workbook(write(VOUCHER).encode(), "vouchers", CSV)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_end_as_each_system_ends_them(line_end: str) -> None:
    _, faults = read_workbook(write(VOUCHER, line_end=line_end).encode(), "vouchers", CSV)

    assert faults == []


def test_a_workbook_under_the_name_of_separated_values_is_read_as_the_workbook_that_it_is() -> None:
    data = make_book("vouchers", [PAPER, PAPER_PAID])

    assert read_workbook(data, "vouchers", CSV) == read_workbook(data, "vouchers", "表.xlsx")


def test_drafts_come_of_separated_values(desk: ImportDesk) -> None:
    imported = desk.read("vouchers", write(VOUCHER).encode(), filename=CSV)

    assert [draft.label for draft in imported.drafts] == ["凭证 2026-10-001 325.00 元 购办公用纸"]


def test_quotes_separators_and_line_breaks_within_a_cell() -> None:
    tables, faults = read_workbook(change('购"办公",用纸', "摘要"), "vouchers", CSV)
    _, broken = read_workbook(change("购\n纸", "摘要"), "vouchers", CSV)

    assert (tables["凭证"][0].text("摘要"), faults) == ('购"办公",用纸', [])
    assert [(fault.code, fault.place) for fault in broken] == [("text-character", "工作表「凭证」C2")]


def test_rows_of_separators_alone_are_empty() -> None:
    data = write([*VOUCHER, *([""] * 14 for _ in range(WORKBOOK_MAX_ROWS))]).encode()

    tables, faults = read_workbook(data, "vouchers", CSV)

    assert (len(tables["凭证"]), faults) == (2, [])


CELLS: list[tuple[str, str, str]] = [
    ("户号", "1.23E+17", "cell-scientific"),
    ("户号", "１.23ｅ+17", "cell-scientific"),
    ("户号", "0217", ""),
    ("户号", "０２１７", ""),
    ("户号", "=0217", "code-form"),
    ("数量", "２", ""),
    ("数量", "+2", "quantity-form"),
    ("数量", "-2", "quantity-form"),
    ("数量", "@2", "quantity-form"),
    ("数量", "=1+1", "quantity-form"),
    ("数量", "2.0", "quantity-form"),
    ("月份", "２０２６-10", ""),
    ("月份", "Oct-26", "month-impossible"),
    ("证据", "=cmd|' /C calc'!A0", ""),
    ("证据", "@SUM(1)", ""),
    ("证据", "-照片", ""),
    ("证据", "+照片", ""),
    ("证据", "照\u202e片", "text-character"),
    ("证据", "照\u200b片", "text-character"),
    ("证据", "", "cell-empty"),
]


@pytest.mark.parametrize(("header", "value", "code"), CELLS)
def test_a_cell_is_judged_as_a_text_cell_of_a_workbook_is(header: str, value: str, code: str) -> None:
    row = AWARD | {"数量": "2", header: value}

    def as_text(book: Any) -> None:
        for cell in book["积分"][2]:
            if cell.value is not None:
                cell.data_type = "s"

    separated = read_workbook(write(tabulate("points", [row])).encode(), "points", CSV)
    workbook = read_workbook(make_book("points", [row], change=as_text), "points", "表.xlsx")

    assert separated == workbook
    assert [fault.code for fault in separated[1]] == ([code] if code else [])


def test_every_fault_says_its_row_and_its_column(desk: ImportDesk) -> None:
    table = [list(line) for line in VOUCHER]
    table[1][5], table[2][3] = "=300+25", "5.13E+02"

    assert desk.say("vouchers", write(table).encode(), filename=CSV) == [
        (
            "工作表「凭证」F2：现为「=300+25」，应为以元为单位的金额，最多两位小数，如 1,234.50。"
            "不是数字；请改正这一格。（amount-form）"
        ),
        (
            "工作表「凭证」D3：现为被表格改成了科学计数法「5.13E+02」，应为完整的代码。"
            "把这一列设为文本格式，对照原件重新输入完整的代码。（cell-scientific）"
        ),
    ]


@pytest.mark.parametrize("sheet", [0, 1])
def test_of_two_sheets_the_headers_say_which_one_it_is(sheet: int) -> None:
    undone = {"月份": "2026-11", "原月份": "2026-10", "户号": "0217", "规则编号": "B01", "原因": "登记重复"}
    rows = tabulate("points", [(AWARD, undone)[sheet]], sheet)

    tables, faults = read_workbook(write(rows, ";").encode(), "points", CSV)

    assert (list(tables), faults) == ([("积分", "冲销")[sheet]], [])


def test_headers_of_neither_sheet_are_held_to_the_first() -> None:
    tables, faults = read_workbook(b"a,b\n1,2\n", "points", CSV)

    assert list(tables) == ["积分"]
    assert {fault.code for fault in faults} == {"header-unknown", "header-missing"}


def test_a_title_above_the_headers_is_told(desk: ImportDesk) -> None:
    said = desk.say("vouchers", write([["十月凭证"], *VOUCHER]).encode(), filename=CSV)

    assert [line[-12:] for line in said] == ["（header-row）"]


def test_headers_without_rows(desk: ImportDesk) -> None:
    (said,) = desk.say("vouchers", write(VOUCHER[:1]).encode(), filename=CSV)

    assert said.endswith("（workbook-no-rows）")


@pytest.mark.parametrize(
    "data",
    [
        write(VOUCHER).encode("utf-16-le"),
        write(VOUCHER).encode() + b"\xff\xff\xff",
        write(VOUCHER).encode("utf-16")[:-1],
        write(VOUCHER).encode().replace(b"2026-10-20", b"2026\x0010-20"),
        b"\x00",
    ],
)
def test_a_text_in_no_encoding_of_spreadsheets(desk: ImportDesk, data: bytes) -> None:
    assert desk.say("vouchers", data, filename=CSV) == [
        (
            "文件「表.csv」：现为认不出编码的文字，应为UTF-8、GB18030 或带标记的 UTF-16 文字。"
            "用表格软件打开，另存为 .xlsx 或「CSV UTF-8」再导入。（csv-encoding）"
        )
    ]


@pytest.mark.parametrize("value", ['"购"办公', '"购办公', '"' + "购" * 140_000 + '"'])
def test_quotes_that_do_not_pair_and_a_cell_without_end(desk: ImportDesk, value: str) -> None:
    data = write(VOUCHER).replace("购办公用纸", value).encode()

    (said,) = desk.say("vouchers", data, filename=CSV)

    assert said in [
        f"文件「表.csv」第 {line} 行：现为引号不成对，或一格的文字太长，应为表格软件存出来的 CSV。"
        "用表格软件打开核对，另存为 .xlsx 或「CSV UTF-8」再导入。（csv-form）"
        for line in (2, 3)
    ]


def test_a_million_columns_and_as_many_rows_are_counted_and_not_kept() -> None:
    wide = write([VOUCHER[0] + ["x"] * 1_000_000, VOUCHER[1]]).encode()
    long = write(VOUCHER).encode() + b"x\n" * 1_000_000

    found = [read_workbook(data, "vouchers", CSV)[1][0] for data in (wide, long)]

    assert [(fault.code, fault.found, fault.expected) for fault in found] == [
        ("sheet-too-large", f"{1_000_000 + len(VOUCHER[0]):,} 列", f"不超过 {WORKBOOK_MAX_COLUMNS} 列"),
        ("sheet-too-large", "1,000,002 行", f"不超过 {WORKBOOK_MAX_ROWS:,} 行"),
    ]


def test_a_months_round_is_one_file_of_all_households() -> None:
    whole = [AWARD] * (WORKBOOK_MAX_ROWS + 1)

    tables, faults = read_workbook(write(tabulate("points", whole)).encode(), "points", CSV)
    beyond = write(tabulate("points", [{"数量": 1}] * (ROUND_MAX_ROWS + 1))).encode()
    _, more = read_workbook(beyond, "points", CSV)

    assert (len(tables["积分"]), faults) == (WORKBOOK_MAX_ROWS + 1, [])
    assert [(fault.code, fault.found, fault.expected) for fault in more] == [
        ("sheet-too-large", f"{ROUND_MAX_ROWS + 1:,} 行", f"不超过 {ROUND_MAX_ROWS:,} 行")
    ]


def test_as_many_rows_as_are_allowed_are_read() -> None:
    rows = [PAPER] * WORKBOOK_MAX_ROWS

    tables, faults = read_workbook(write(tabulate("vouchers", rows)).encode(), "vouchers", CSV)
    _, more = read_workbook(write(tabulate("vouchers", [*rows, PAPER])).encode(), "vouchers", CSV)

    assert (len(tables["凭证"]), faults) == (WORKBOOK_MAX_ROWS, [])
    assert [fault.code for fault in more] == ["sheet-too-large"]


def test_separated_values_beyond_the_limit_of_a_file(desk: ImportDesk) -> None:
    (said,) = desk.say("vouchers", b"x" * 10 * 2**20, filename=CSV)

    assert said.endswith("（workbook-too-large）")
    assert f"不超过 {WORKBOOK_MAX_BYTES:,} 字节" in said


@pytest.mark.parametrize("data", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_an_empty_and_an_old_file_are_told_as_that_under_any_name(desk: ImportDesk, data: bytes) -> None:
    assert desk.say("vouchers", data, filename="表.xlsx") == [
        said.replace(".csv」", ".xlsx」") for said in desk.say("vouchers", data, filename=CSV)
    ]
