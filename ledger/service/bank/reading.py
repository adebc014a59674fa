"""From the bytes of a bank's statement to its lines, with every fault on the way.

What the headers mean, `ledger/data/bank.toml` says; above them may stand what the bank likes, below the lines its
totals. Whose account the other side's is leaves here masked, in what the bank says it was for as well. Runs in the
limited child, see `child`.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from ledger.books.layouts import Found, Layout, Role, find_columns, list_headers
from ledger.books.people import MASK, mask_name
from ledger.books.screening import format_found, hide_numbers, normalise_text
from ledger.books.values import is_day
from ledger.errors import Fault
from ledger.service.bank.names import Names
from ledger.service.bank.running import check_running, order_lines
from ledger.service.bank.statements import NOTHING, Statement, StatementLine
from ledger.service.workbooks.archive import check_bytes
from ledger.service.workbooks.cells import RawCell, parse_cell
from ledger.service.workbooks.columns import Column
from ledger.service.workbooks.headers import iterate_cells
from ledger.service.workbooks.reading import check_hidden, check_size, get_raw, open_book
from ledger.service.workbooks.separated import (
    SEPARATORS,
    decode_text,
    fault_encoding,
    fill_page,
    is_separated,
)

HEADER_ROWS_MAX = 30
"""How far down the headers are looked for: banks put account, name and days above them."""
TEXT_MAX_CHARS = 400
PARTY_MAX_CHARS = 200

_DAY = re.compile(
    r"(2[0-9]{3})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日|([0-9]{2})([0-9]{2}))"
    r"(?:[T ]*[0-9]{2}[:.]?[0-9]{2}(?:[:.]?[0-9]{2}(?:\.[0-9]+)?)?)?"
)
_DAY_WITHIN = re.compile(
    r"(?<![0-9])2[0-9]{3}(?:([-/.])[0-9]{1,2}\1[0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4})(?![0-9])"
)
_ASKED = re.compile(r"起|查询|期间|时间段|日期范围")
_NOT_ASKED = re.compile(r"打印|下载|导出|制表|开户")
_VOUCHER = re.compile(r"(?<![0-9-])2[0-9]{3}-(?:0[1-9]|1[0-2])-[0-9]{3}(?![0-9-])")
_LONG = re.compile(rf"({_VOUCHER.pattern})|[0-9](?:[ -]?[0-9]){{6,}}")
_TOTAL = re.compile(r"计|汇总|总|笔数|上页|承前|期初|期末")
_NOTHING_THERE = frozenset({"", "-", "--", "—", "——", "/"})
_ARCHIVE = b"PK"
_NO_CELL = RawCell("", None, "n")
_SHOWN_DIGITS = 4
_VOUCHERS_MAX = 5


class _Table(NamedTuple):
    """The sheet with its headers: what faults call it, the row of the headers, and what they mean."""

    page: Worksheet
    name: str
    top: int
    found: Found


def read_statement(data: bytes, filename: str, layouts: Sequence[Layout]) -> tuple[Statement, list[Fault]]:
    """Return what a statement says, and every fault of it. Raises nothing for what stands in the file, but MemoryError.

    With a fault nothing may be compared; the lines that could be read are returned all the same.
    """
    filename = hide_numbers(filename)  # Some banks name the file after the account.
    faults = check_bytes(data, filename)
    if faults:
        return NOTHING, faults
    pages, faults = _open_pages(data, filename, layouts)
    if faults:
        return NOTHING, faults
    tables = [table for name, page in pages for table in _find_tables(page, name, layouts)]
    if len(tables) != 1:
        return NOTHING, [_fault_layout(filename, tables, layouts)]
    return _read_table(tables[0])


def _open_pages(
    data: bytes, filename: str, layouts: Sequence[Layout]
) -> tuple[list[tuple[str, Worksheet]], list[Fault]]:
    """Return the file's sheets by what faults call them, those that anything stands in."""
    pages: list[tuple[str, Worksheet]]
    text = None if data.startswith(_ARCHIVE) else decode_text(data)
    if text is None and is_separated(data, filename):
        return [], [fault_encoding(f"文件「{filename}」")]
    # Whatever its name: banks give a text the name of a workbook. A web page under one is left to the parser to refuse.
    if text is not None and not text.lstrip().startswith("<"):
        sheet = openpyxl.Workbook().worksheets[0]
        faults = fill_page(sheet, text, _choose_separator(text, layouts), f"文件「{filename}」")
        pages = [(filename, sheet)]
    else:
        book, faults = open_book(data, filename)
        if book is None:
            return [], faults
        titles = [hide_numbers(normalise_text(page.title)) for page in book.worksheets]
        pages = [(title, page) for title, page in zip(titles, book.worksheets, strict=True)]
    pages = [
        (name, page) for name, page in pages if any(cell.value is not None for cell in iterate_cells(page))
    ]
    for name, page in pages:
        faults += check_size(page, name) or check_hidden(page, name)
        if page.sheet_state != "visible":
            faults.append(
                _fault(
                    "sheet-hidden",
                    f"工作表「{name}」",
                    "隐藏的工作表",
                    "没有隐藏的内容",
                    "取消隐藏，核对后再传",
                )
            )
    return pages, faults


def _choose_separator(text: str, layouts: Sequence[Layout]) -> str:
    """Return the separator by which a row of headers is found; the first where none is."""
    top = text.splitlines()[:HEADER_ROWS_MAX]

    def has_headers(separator: str) -> bool:
        rows = (dict(enumerate(value.strip('" \t') for value in line.split(separator))) for line in top)
        return any(find_columns(row, layouts) for row in rows)

    return next((separator for separator in SEPARATORS if has_headers(separator)), SEPARATORS[0])


def _find_tables(page: Worksheet, name: str, layouts: Sequence[Layout]) -> Iterator[_Table]:
    rows: dict[int, dict[int, str]] = {}
    for cell in iterate_cells(page):
        if cell.row <= HEADER_ROWS_MAX and isinstance(cell.value, str):
            rows.setdefault(cell.row, {})[cell.column] = cell.value
    for row in sorted(rows):
        found = find_columns(rows[row], layouts)
        if found is not None:
            yield _Table(page, name, row, found)
            return


def _read_table(table: _Table) -> tuple[Statement, list[Fault]]:
    said: dict[int, list[str]] = {}
    for cell in iterate_cells(table.page):
        if cell.value is not None:
            said.setdefault(cell.row, []).append(str(cell.value))
    rows = [row for row in sorted(said) if row > table.top and _is_line(table, row, said[row])]
    faults = [
        _fault(
            "cells-merged",
            f"工作表「{table.name}」{merged.coord}",
            "合并的单元格",
            "每格一个值",
            "用银行下载的原表，不要合并单元格",
        )
        for merged in table.page.merged_cells.ranges
        if rows and merged.max_row >= table.top and merged.min_row <= rows[-1]
    ]
    names = Names(_list_parties(table, rows))
    lines = []
    for row in rows:
        line, more = _read_line(table, row, names)
        faults += more
        if line is not None:
            lines.append(line)
    if not rows:
        faults.append(_fault_no_rows(table.name))
    ordered = order_lines(lines)
    # A line that could not be read leaves a gap that is no fault of the bank's.
    faults = faults or check_running(ordered)
    begins_on, ends_on = _find_span(said, table.top)
    bank = table.found.layout.bank
    return Statement(bank=bank, begins_on=begins_on, ends_on=ends_on, lines=tuple(ordered)), faults


def _fault_no_rows(name: str) -> Fault:
    return _fault(
        "workbook-no-rows",
        f"工作表「{name}」",
        "只有表头，没有一笔",
        "至少一笔",
        "下载时把开始日期往前放，让上个月最后一笔也在里面：没有一笔就看不出余额",
    )


def _is_line(table: _Table, row: int, said: Sequence[str]) -> bool:
    """Whether a row is one of the bank's lines, right or wrong, and none of its totals."""
    cells = _get_cells(table, row)
    day = str(cells["day"].value or "")
    has_amounts = not cells["balance"].is_empty and not (
        cells["received"].is_empty and cells["paid"].is_empty
    )
    if re.search("[0-9]", day) and not _TOTAL.search(day):
        return has_amounts or _parse_day(day) != ""
    return has_amounts and not any(_TOTAL.search(text) for text in said)


def _get_cells(table: _Table, row: int) -> dict[Role, RawCell]:
    return {role: _get(table, column, row) for role, column in table.found.columns.items()}


def _get(table: _Table, column: int, row: int) -> RawCell:
    """Return a cell as it is, but for the tab, the quote and the plus that banks put around numbers."""
    raw = get_raw(table.page, table.name, column, row)
    if raw.data_type == "s" and isinstance(raw.value, str):
        text = normalise_text(raw.value).strip("'\"`\t ")
        return raw._replace(value="" if text in _NOTHING_THERE else text)
    return raw


def _list_parties(table: _Table, rows: Sequence[int]) -> Iterator[str]:
    """Yield whose accounts the other sides are, as they stand in the file."""
    column = table.found.columns.get("party")
    if column is None:
        return
    for row in rows:
        yield str(_get(table, column, row).value or "")


def _read_line(table: _Table, row: int, names: Names) -> tuple[StatementLine | None, list[Fault]]:
    cells = _get_cells(table, row)
    place = f"工作表「{table.name}」第 {row} 行"
    day, faults = _read_day(cells["day"])
    received, more = _read_amount(cells["received"])
    faults += more
    paid, more = _read_amount(cells["paid"])
    faults += more
    balance, more = _read_amount(cells["balance"])
    faults += more
    party, more = _read_text(cells.get("party", _NO_CELL), PARTY_MAX_CHARS)
    faults += more
    account, more = _read_text(cells.get("account", _NO_CELL), PARTY_MAX_CHARS)
    faults += more
    text, more = _join_texts(table, row)
    faults += more
    text = unicodedata.normalize("NFKC", text)
    if not faults and cells["balance"].is_empty:
        faults.append(
            _fault(
                "statement-balance-empty",
                cells["balance"].place,
                "空",
                "这一笔以后的余额",
                "用银行下载的原表",
            )
        )
    if not faults and bool(received) == bool(paid):
        found = "收、付都有数" if received else "收、付都没有数"
        faults.append(
            _fault("statement-side", place, found, "一栏有数，另一栏空着", "用银行下载的原表，一行一笔")
        )
    if faults:
        return None, faults
    digits = re.sub("[^0-9]", "", account)
    line = StatementLine(
        account=MASK * 4 + digits[-_SHOWN_DIGITS:] if len(digits) > _SHOWN_DIGITS else "",
        amount_fen=received - paid,
        balance_fen=balance,
        occurred_on=day,
        party=mask_name(party),
        place=place,
        text=_hide_numbers(names.hide(text)),
        vouchers=tuple(dict.fromkeys(_VOUCHER.findall(text)))[:_VOUCHERS_MAX],
    )
    return line, []


def _read_text(cell: RawCell, max_chars: int) -> tuple[str, list[Fault]]:
    value, faults = parse_cell(cell, Column("", "text", "", max_chars=max_chars))
    return str(value or ""), faults


def _hide_numbers(text: str) -> str:
    """Return a text in which no digits but a voucher's number stand for longer than six, in groups or not."""
    return _LONG.sub(lambda found: found[1] or f"{found[0][:3]}****", hide_numbers(text))


def _join_texts(table: _Table, row: int) -> tuple[str, list[Fault]]:
    found = [_read_text(_get(table, column, row), TEXT_MAX_CHARS) for column in table.found.texts]
    said = dict.fromkeys(text for text, _ in found if text)
    return "，".join(said), [fault for _, faults in found for fault in faults]


def _read_amount(cell: RawCell) -> tuple[int, list[Fault]]:
    """Return an amount in fen, 0 for an empty cell."""
    if isinstance(cell.value, str) and cell.value.startswith("+"):
        cell = cell._replace(value=cell.value[1:])
    if isinstance(cell.value, str) and cell.value in ("-0.00", "-0"):
        cell = cell._replace(value="0")
    value, faults = parse_cell(cell, Column("", "money", ""))
    return (value if isinstance(value, int) else 0), faults


def _read_day(cell: RawCell) -> tuple[str, list[Fault]]:
    """Return the day, YYYY-MM-DD, of a cell that may say the time as well."""
    if isinstance(cell.value, dt.datetime | dt.date):
        return cell.value.isoformat()[:10], []
    text, faults = _read_text(cell, PARTY_MAX_CHARS)
    day = _parse_day(text)
    if faults or day:
        return day, faults
    found = format_found(text)
    return "", [
        _fault(
            "date-impossible",
            cell.place,
            found,
            "日历上有的一天，如 2026-10-28",
            "用银行下载的原表，不要改日期一列",
        )
    ]


def _parse_day(text: str) -> str:
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return ""
    year, *rest = (part for part in found.groups() if part and part not in "-/.")
    day = f"{year}-{int(rest[0]):02d}-{int(rest[1]):02d}"
    return day if is_day(day) else ""


def _find_span(said: Mapping[int, Sequence[str]], top: int) -> tuple[str, str]:
    """Return the days that the bank was asked for, as they stand above the headers; empty where they do not."""
    for row in sorted(row for row in said if row < top):
        text = unicodedata.normalize("NFKC", " ".join(said[row]))
        days = [day for found in _DAY_WITHIN.finditer(text) if (day := _parse_day(found[0]))]
        is_asked = _ASKED.search(text) and not _NOT_ASKED.search(text)
        if is_asked and len(days) == 2 and days[0] <= days[1]:
            return days[0], days[1]
    return "", ""


def _fault_layout(filename: str, tables: Sequence[_Table], layouts: Sequence[Layout]) -> Fault:
    if tables:
        found, expected = f"{len(tables)} 张表都像对账单", "一个文件一张对账单"
        remedy = "几个账户的，每张表另存为一个文件，一起选"
    else:
        known = "；".join(f"{layout.bank}：{'、'.join(list_headers(layout))}" for layout in layouts)
        found, expected = "没有认得的表头", f"有这些表头的一张表（{known}）"
        remedy = "用网银下载的原表，不删表头；别的银行的，把表头改成认得的一种"
    return _fault("statement-layout", f"文件「{filename}」", found, expected, remedy)


def _fault(code: str, place: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)
