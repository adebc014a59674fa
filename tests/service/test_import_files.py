"""A workbook as a file: what is no workbook, what hides something, what would blow up; never an exception."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.workbook import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from ledger.limits import WORKBOOK_MAX_BYTES, WORKBOOK_MAX_ROWS
from ledger.service.workbooks.columns import WORKBOOKS
from ledger.service.workbooks.reading import read_workbook
from tests.service.archives import SHEET, edit_sheet, keep, rewrite
from tests.service.importing import FILE, PAPER, PAPER_PAID, ImportDesk, make_book, make_date

MUTANTS = 500


@pytest.fixture(scope="module")
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    return desk


@pytest.fixture(scope="module")
def plain() -> bytes:
    return make_book("vouchers", [PAPER, PAPER_PAID])


def _change(change: Callable[[Any], None]) -> bytes:
    """Return the plain workbook after `change` to its sheet."""

    def apply(book: Workbook) -> None:
        change(book["凭证"])

    return make_book("vouchers", [PAPER, PAPER_PAID], change=apply)


def test_an_empty_file(desk: ImportDesk) -> None:
    assert desk.say("vouchers", b"") == [
        "文件「表.xlsx」：现为0 字节，应为一个 .xlsx 工作簿。重新选择文件。（workbook-empty）"
    ]


@pytest.mark.parametrize(
    "data", [b"\x00", b"PK\x03\x04", b"%PDF-1.7", b"PK" * 400, b"<html;,>", b"\x89PNG\r\n,\xff", b"no table"]
)
def test_a_file_that_is_no_workbook(desk: ImportDesk, data: bytes) -> None:
    assert desk.say("vouchers", data) == [
        (
            "文件「表.xlsx」：现为读不出来的文件，应为表格软件存出来的 .xlsx 工作簿。用 WPS、"
            "Excel 或 LibreOffice 打开，另存为 .xlsx 再导入。（workbook-unreadable）"
        )
    ]


def test_a_zip_that_is_no_workbook(desk: ImportDesk) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")

    assert desk.say("vouchers", out.getvalue()) == [
        (
            "文件「表.xlsx」：现为读不出来的文件，应为表格软件存出来的 .xlsx 工作簿。用 WPS、"
            "Excel 或 LibreOffice 打开，另存为 .xlsx 再导入。（workbook-unreadable）"
        )
    ]


def test_an_old_or_encrypted_workbook(desk: ImportDesk) -> None:
    assert desk.say("vouchers", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600) == [
        (
            "文件「表.xlsx」：现为旧版 .xls 或加了密码的文件，应为没有密码的 .xlsx。在表格软件里去掉密码，"
            "另存为 .xlsx。（workbook-old-format）"
        )
    ]


def test_a_file_beyond_the_limit(desk: ImportDesk) -> None:
    assert desk.say("vouchers", b"PK\x03\x04" + b"\x00" * WORKBOOK_MAX_BYTES) == [
        (
            "文件「表.xlsx」：现为8,388,612 字节，应为不超过 8,388,608 字节。删去图片和无关的工作表，"
            "或按月份分成几个文件。（workbook-too-large）"
        )
    ]


@pytest.mark.parametrize(
    "part",
    [
        "xl__vbaProject.bin",
        "xl__externalLinks__externalLink1.xml",
        "xl__embeddings__a.bin",
        "xl__connections.xml",
    ],
)
def test_what_acts_or_reaches_out_is_refused(desk: ImportDesk, plain: bytes, part: str) -> None:
    (said,) = desk.say("vouchers", rewrite(plain, keep, **{part: b"<a/>"}))

    assert said.endswith("（workbook-active）")


def test_a_macro(desk: ImportDesk, plain: bytes) -> None:
    assert desk.say("vouchers", rewrite(plain, keep, xl__vbaProject__bin=b"", xl__vbaProject=b"")) == [
        (
            "文件「表.xlsx」：现为宏，应为只有单元格的工作簿。去掉宏和外部链接：全选、复制，"
            "选择性粘贴为数值到新的工作簿，另存为 .xlsx。（workbook-active）"
        )
    ]


def test_a_bomb_of_zeros(desk: ImportDesk, plain: bytes) -> None:
    assert desk.say("vouchers", rewrite(plain, keep, xl__a=b"\x00" * 3_000_000)) == [
        (
            "文件「表.xlsx」：现为压缩比超过 200 倍，应为表格软件正常存出的工作簿。不要导入来路不明的文件；"
            "用表格软件打开后另存为 .xlsx 再试。（workbook-suspicious）"
        )
    ]


def test_a_bomb_of_many_parts(desk: ImportDesk, plain: bytes) -> None:
    many = {f"xl__{number}": b"" for number in range(300)}

    assert desk.say("vouchers", rewrite(plain, keep, **many)) == [
        (
            "文件「表.xlsx」：现为内含 309 个文件，最多 200 个，应为表格软件正常存出的工作簿。"
            "不要导入来路不明的文件；用表格软件打开后另存为 .xlsx 再试。（workbook-suspicious）"
        )
    ]


def test_a_bomb_that_unpacks_beyond_the_limit(desk: ImportDesk, plain: bytes) -> None:
    draw = random.Random(1)
    dense = b"".join(draw.randbytes(30) + b"\x00" * 3000 for _ in range(12000))

    data = rewrite(plain, keep, xl__a=dense)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())

    assert unpacked > len(dense)
    assert desk.say("vouchers", data) == [
        (
            f"文件「表.xlsx」：现为解开后有 {unpacked:,} 字节，最多 33,554,432 字节，"
            "应为表格软件正常存出的工作簿。不要导入来路不明的文件；用表格软件打开后另存为 .xlsx 再试。"
            "（workbook-suspicious）"
        )
    ]


def test_members_over_one_another(desk: ImportDesk, plain: bytes) -> None:
    data = bytearray(plain)
    first, second = _find_directory(data)[:2]
    offset = struct.unpack_from("<I", data, first + 42)[0]
    struct.pack_into("<I", data, second + 42, offset)

    assert desk.say("vouchers", bytes(data)) == [
        (
            "文件「表.xlsx」：现为内含的文件互相重叠，应为表格软件正常存出的工作簿。"
            "不要导入来路不明的文件；用表格软件打开后另存为 .xlsx 再试。（workbook-suspicious）"
        )
    ]


def test_an_encrypted_member(desk: ImportDesk, plain: bytes) -> None:
    data = bytearray(plain)
    struct.pack_into("<H", data, _find_directory(data)[0] + 8, 1)

    assert desk.say("vouchers", bytes(data)) == [
        (
            "文件「表.xlsx」：现为内含加密的文件，应为表格软件正常存出的工作簿。不要导入来路不明的文件；"
            "用表格软件打开后另存为 .xlsx 再试。（workbook-suspicious）"
        )
    ]


def test_a_method_of_packing_that_no_spreadsheet_uses(desk: ImportDesk, plain: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))

    assert desk.say("vouchers", out.getvalue()) == [
        (
            "文件「表.xlsx」：现为用了不常见的压缩方法，应为表格软件正常存出的工作簿。"
            "不要导入来路不明的文件；用表格软件打开后另存为 .xlsx 再试。（workbook-suspicious）"
        )
    ]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name(desk: ImportDesk, plain: bytes) -> None:
    out = io.BytesIO(plain)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(SHEET, "<a/>")

    assert desk.say("vouchers", out.getvalue()) == [
        (
            "文件「表.xlsx」：现为内含同名文件，应为表格软件正常存出的工作簿。不要导入来路不明的文件；"
            "用表格软件打开后另存为 .xlsx 再试。（workbook-suspicious）"
        )
    ]


def test_an_entity_bomb(desk: ImportDesk, plain: bytes) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'

    assert desk.say("vouchers", rewrite(plain, keep, xl__a__xml=b"", **{"xl__b.xml": bomb})) == [
        (
            "文件「表.xlsx」：现为XML 里有实体定义，应为表格软件正常存出的工作簿。不要导入来路不明的文件；"
            "用表格软件打开后另存为 .xlsx 再试。（workbook-suspicious）"
        )
    ]


def test_a_range_as_wide_as_the_sheet_is_not_unfolded(desk: ImportDesk, plain: bytes) -> None:
    wide = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'

    assert desk.say("vouchers", edit_sheet(plain, b"</sheetData>", wide)) == [
        (
            "文件「表.xlsx」：现为区域 A1:XFD1048576 有 17,179,869,184 个单元格，"
            "应为表格软件正常存出的工作簿。不要导入来路不明的文件；用表格软件打开后另存为 .xlsx 再试。"
            "（workbook-suspicious）"
        )
    ]


def test_many_ranges_that_together_are_wider_than_a_sheet_are_not_unfolded(
    desk: ImportDesk, plain: bytes
) -> None:
    ranges = b"".join(b'<mergeCell ref="A%d:BL%d"/>' % (row, row + 2_499) for row in range(1, 200))
    wide = b"</sheetData><mergeCells>" + ranges + b"</mergeCells>"

    assert desk.say("vouchers", edit_sheet(plain, b"</sheetData>", wide)) == [
        (
            "文件「表.xlsx」：现为合并的单元格和链接一共盖住 480,000 个单元格，"
            "应为表格软件正常存出的工作簿。不要导入来路不明的文件；用表格软件打开后另存为 .xlsx 再试。"
            "（workbook-suspicious）"
        )
    ]


def test_a_range_without_ends_is_not_unfolded(desk: ImportDesk, plain: bytes) -> None:
    wide = b'</sheetData><hyperlinks><hyperlink ref="A:B" location="x"/></hyperlinks>'

    assert desk.say("vouchers", edit_sheet(plain, b"</sheetData>", wide)) == [
        (
            "文件「表.xlsx」：现为区域 A:B 没有边界，应为表格软件正常存出的工作簿。不要导入来路不明的文件；"
            "用表格软件打开后另存为 .xlsx 再试。（workbook-suspicious）"
        )
    ]


def test_a_sheet_down_to_its_last_row(desk: ImportDesk, plain: bytes) -> None:
    last = b'<row r="1048576"><c r="A1048576" t="n"><v>1</v></c></row></sheetData>'

    assert desk.say("vouchers", edit_sheet(plain, b"</sheetData>", last)) == [
        (
            "文件「表.xlsx」：现为工作表有第 1,048,576 行，应为表格软件正常存出的工作簿。"
            "不要导入来路不明的文件；用表格软件打开后另存为 .xlsx 再试。（workbook-suspicious）"
        )
    ]


def test_more_rows_than_a_clerk_keeps(desk: ImportDesk) -> None:
    rows = [PAPER | {"摘要": "样"}] * (WORKBOOK_MAX_ROWS + 1)

    assert desk.say("vouchers", make_book("vouchers", rows)) == [
        (
            "工作表「凭证」：现为5,001 行，应为不超过 5,000 行。按月份分成几个文件导入；"
            "表格外多余的内容删去。（sheet-too-large）"
        )
    ]


def test_more_columns_than_a_clerk_keeps(desk: ImportDesk) -> None:
    assert desk.say("vouchers", _change(lambda sheet: sheet.cell(2, 70, "备注"))) == [
        (
            "工作表「凭证」：现为70 列，应为不超过 64 列。按月份分成几个文件导入；表格外多余的内容删去。"
            "（sheet-too-large）"
        )
    ]


def test_empty_cells_below_and_beside_do_not_count(desk: ImportDesk) -> None:
    def widen(sheet: Any) -> None:
        sheet.cell(60_000, 1).number_format = "@"
        sheet.cell(1, 90).number_format = "@"

    assert desk.say("vouchers", _change(widen)) == []


def test_a_header_without_rows(desk: ImportDesk) -> None:
    assert desk.say("vouchers", make_book("vouchers", [])) == [
        (
            "工作表「凭证」：现为只有表头，没有数据，应为至少一行数据。从第 2 行起填写，再导入。"
            "（workbook-no-rows）"
        )
    ]


def test_a_missing_sheet(desk: ImportDesk) -> None:
    def rename(book: Any) -> None:
        book["凭证"].title = "Sheet1"

    assert desk.say("vouchers", make_book("vouchers", [PAPER, PAPER_PAID], change=rename)) == [
        "工作簿：现为「Sheet1」，应为有工作表「凭证」。把要导入的工作表改名为「凭证」。（sheet-missing）",
        (
            "工作表「Sheet1」：现为不认识的工作表，应为「凭证」。删去这张工作表，或改成要导入的名称。"
            "（sheet-unknown）"
        ),
    ]


def test_another_sheet_with_something_in_it(desk: ImportDesk) -> None:
    def add(book: Any) -> None:
        book.create_sheet("备查").append(["样"])
        book.create_sheet("空的")
        book.create_sheet("填写说明").append(["样"])

    assert desk.say("vouchers", make_book("vouchers", [PAPER, PAPER_PAID], change=add)) == [
        (
            "工作表「备查」：现为不认识的工作表，应为「凭证」。删去这张工作表，或改成要导入的名称。"
            "（sheet-unknown）"
        )
    ]


def test_a_sheet_that_is_only_a_chart(desk: ImportDesk) -> None:
    def add(book: Any) -> None:
        chart = BarChart()
        chart.add_data(Reference(book["凭证"], min_col=6, min_row=1, max_row=2))
        book.create_chartsheet("图").add_chart(chart)

    assert desk.say("vouchers", make_book("vouchers", [PAPER, PAPER_PAID], change=add)) == [
        (
            "工作表「图」：现为只有图表的工作表，应为「凭证」。删去这张工作表，或改成要导入的名称。"
            "（sheet-unknown）"
        )
    ]


def test_a_hidden_sheet(desk: ImportDesk) -> None:
    def hide(book: Any) -> None:
        book.create_sheet("底稿").sheet_state = "hidden"

    assert desk.say("vouchers", make_book("vouchers", [PAPER, PAPER_PAID], change=hide)) == [
        (
            "工作表「底稿」：现为隐藏的工作表，应为没有隐藏的内容。取消隐藏，核对后再导入；不要的就删去。"
            "（sheet-hidden）"
        )
    ]


def test_a_hidden_row_and_a_hidden_column(desk: ImportDesk) -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.row_dimensions[90].hidden = True
        sheet.column_dimensions["C"].hidden = True
        sheet.column_dimensions["Z"].hidden = True

    assert desk.say("vouchers", _change(hide)) == [
        (
            "工作表「凭证」第 3 行：现为隐藏的行，应为没有隐藏的内容。取消隐藏和筛选，核对这一行后再导入；"
            "不要的就删去。（row-hidden）"
        ),
        (
            "工作表「凭证」C 列：现为隐藏的列，应为没有隐藏的内容。取消隐藏和筛选，核对这一列后再导入；"
            "不要的就删去。（column-hidden）"
        ),
    ]


def test_rows_and_columns_of_no_height_and_width(desk: ImportDesk, plain: bytes) -> None:
    flat = edit_sheet(plain, b'<row r="2"', b'<row r="2" ht="0" customHeight="1"')
    narrow = b'<cols><col min="3" max="3" width="0" customWidth="1"/></cols><sheetData>'

    assert len(desk.say("vouchers", edit_sheet(flat, b"<sheetData>", narrow))) == 2


def test_a_merged_header(desk: ImportDesk) -> None:
    assert desk.say("vouchers", _change(lambda sheet: sheet.merge_cells("F1:G1"))) == [
        (
            "工作表「凭证」F1:G1：现为合并的表头，应为每列一个表头，在第 1 行。取消合并，"
            "每一格各填各的内容。（header-merged）"
        ),
        (
            "工作表「凭证」第 1 行：现为缺少表头 「贷方金额」，应为第 1 行有全部 14 个表头。"
            "补上缺少的列；可用 mingbai template 生成空白表格。（header-missing）"
        ),
    ]


def test_merged_cells(desk: ImportDesk) -> None:
    assert desk.say("vouchers", _change(lambda sheet: sheet.merge_cells("A2:A3"))) == [
        (
            "工作表「凭证」A2:A3：现为合并的单元格，应为每格一个值。取消合并，每一格各填各的内容。"
            "（cells-merged）"
        )
    ]


def test_a_missing_and_an_unknown_column(desk: ImportDesk) -> None:
    def rename(sheet: Any) -> None:
        sheet["C1"] = "摘 要"
        sheet["O1"] = "备注"

    assert desk.say("vouchers", _change(rename)) == [
        "工作表「凭证」C1：现为表头「摘 要」，应为「摘要」。是不是「摘要」？改正表头。（header-unknown）",
        (
            "工作表「凭证」O1：现为表头「备注」，应为表格规定的列。删去这一列；备注写在别的文件里。"
            "（header-unknown）"
        ),
        (
            "工作表「凭证」第 1 行：现为缺少表头 「摘要」，应为第 1 行有全部 14 个表头。"
            "补上缺少的列；可用 mingbai template 生成空白表格。（header-missing）"
        ),
    ]


def test_a_column_twice(desk: ImportDesk) -> None:
    def repeat(sheet: Any) -> None:
        sheet["O1"] = "日期"

    assert desk.say("vouchers", _change(repeat)) == [
        "工作表「凭证」O1：现为表头「日期」第二次出现，应为每个表头一列。删去重复的一列。（header-duplicate）"
    ]


def test_columns_in_any_order(desk: ImportDesk) -> None:
    def swap(sheet: Any) -> None:
        for row in range(1, 4):
            first, last = sheet.cell(row, 1).value, sheet.cell(row, 14).value
            sheet.cell(row, 1).value, sheet.cell(row, 14).value = last, first

    assert desk.say("vouchers", _change(swap)) == []


def test_a_formula_is_not_computed(desk: ImportDesk) -> None:
    assert desk.say("vouchers", _change(lambda sheet: sheet.__setitem__("F2", "=300+25"))) == [
        (
            "工作表「凭证」F2：现为公式，应为直接填写的值。选中这一格，复制，"
            "再用「选择性粘贴」粘贴成「数值」，核对后再导入。"
            "（cell-formula）"
        )
    ]


def test_a_formula_over_several_cells(desk: ImportDesk) -> None:
    def fill(sheet: Any) -> None:
        sheet["F2"] = ArrayFormula("F2:F2", "=SUM(H2)")

    (said,) = desk.say("vouchers", _change(fill))

    assert said.endswith("（cell-formula）")


def test_an_error_of_the_spreadsheet_and_a_truth_value(desk: ImportDesk) -> None:
    def fill(sheet: Any) -> None:
        sheet["H2"] = "#N/A"
        sheet["F2"] = True

    assert desk.say("vouchers", _change(fill)) == [
        "工作表「凭证」F2：现为「TRUE」，应为直接填写的值。清空这一格，重新填写。（cell-error）",
        "工作表「凭证」H2：现为「#N/A」，应为直接填写的值。清空这一格，重新填写。（cell-error）",
    ]


def test_a_date_with_an_hour_is_no_day(desk: ImportDesk) -> None:
    (said,) = desk.say(
        "vouchers",
        _change(lambda sheet: sheet.__setitem__("B2", make_date("2026-10-20T08:30"))),
    )

    assert said.endswith("（date-impossible）")


@pytest.mark.parametrize(
    "text", ["2026-10-20", "2026/10/20", "2026.10.20", "2026年10月20日", "２０２６-１０-２０"]
)
def test_a_day_in_the_ways_people_write_it(desk: ImportDesk, text: str) -> None:
    assert desk.say("vouchers", _change(lambda sheet: sheet.__setitem__("B2", text))) == []


@pytest.mark.parametrize("value", ["2026-10/20", "20261020", 46315, "2026年10-20日", "10月20日"])
def test_a_day_in_no_way_that_is_plain(desk: ImportDesk, value: object) -> None:
    (said,) = desk.say("vouchers", _change(lambda sheet: sheet.__setitem__("B2", value)))

    assert said.endswith("（date-impossible）")


@pytest.mark.parametrize("kind", list(WORKBOOKS))
def test_every_kind_names_its_sheet_when_it_is_missing(desk: ImportDesk, plain: bytes, kind: Any) -> None:
    faults = desk.read(kind, plain).faults if kind != "vouchers" else ()

    assert [fault.code for fault in faults] == (["sheet-missing", "sheet-unknown"] if faults else [])


def test_mangled_workbooks_never_raise(plain: bytes) -> None:
    """Bytes flipped anywhere in the archive give lines or faults, not an exception (finding F13)."""
    draw = random.Random(20261121)
    answers = set()
    for _ in range(MUTANTS):
        data = bytearray(plain)
        for _ in range(draw.randrange(1, 4)):
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        tables, faults = read_workbook(bytes(data), "vouchers", FILE)
        answers.add(faults[0].code if faults else "read")
        assert faults or tables

    assert {"read", "workbook-unreadable"} <= answers


def test_workbooks_mangled_within_their_parts_never_raise(plain: bytes) -> None:
    """The same within the unpacked XML, where the archive's own checksums do not help."""
    draw = random.Random(20261122)
    answers = set()

    def mangle(name: str, part: bytes) -> bytes:
        if name != target:
            return part
        data = bytearray(part)
        for _ in range(draw.randrange(1, 5)):
            data[draw.randrange(len(data))] = draw.randrange(32, 127)
        return bytes(data)

    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        names = archive.namelist()
    for _ in range(MUTANTS):
        target = draw.choice([SHEET, SHEET, *names])
        tables, faults = read_workbook(rewrite(plain, mangle), "vouchers", FILE)
        answers.add(faults[0].code if faults else "read")
        assert faults or tables

    assert {"read", "workbook-unreadable"} <= answers


def test_every_truncation_is_answered(plain: bytes) -> None:
    for size in range(0, len(plain), 41):
        assert read_workbook(plain[:size], "vouchers", FILE)[1] != []


def _find_directory(data: bytes | bytearray) -> list[int]:
    """Return where the records of the archive's central directory begin."""
    found, at = [], bytes(data).find(b"PK\x01\x02")
    while at >= 0:
        found.append(at)
        at = bytes(data).find(b"PK\x01\x02", at + 4)
    return found
