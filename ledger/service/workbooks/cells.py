"""One cell: what the file holds turned into what the column means, or a fault that says what to type instead.

Full-width digits and marks count as plain ones in codes, numbers, money and dates; nothing else is guessed.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ledger.books.money import parse_yuan
from ledger.books.screening import check_characters, format_found, normalise_text
from ledger.books.values import is_day
from ledger.errors import Fault
from ledger.limits import CELL_MAX_CHARS
from ledger.service.workbooks.columns import Column

_DAY = re.compile(r"(2[0-9]{3})([-/.年])([0-9]{1,2})([-/.月])([0-9]{1,2})日?")
_MONTH = re.compile(r"(2[0-9]{3})([-/.年])([0-9]{1,2})月?")
_SINCE = re.compile(r"(19[0-9]{2}|2[0-9]{3})([-/.年])([0-9]{1,2})月?")
_CODE = re.compile(r"[0-9A-Za-z-]+")
_VOUCHER = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])-[0-9]{3}")
_CODED = re.compile(r"\A[A-Z]?[0-9]+ ")
"""The code before the name of an option: nobody knows it by heart, and a name that one option has says which."""
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")
_EXACT_DIGITS = 15
"""Digits of a number that a spreadsheet keeps; longer codes come out with zeros at the end."""
QUANTITY_MAX = 10_000
"""Largest count of anything in one cell: attachments, awards, groups."""

DECIMAL_MAX_HUNDREDTHS = 100_000_00
"""A hundred thousand: more mu than a village has."""
OPTIONS_LIKE_MAX = 3
OPTIONS_NAMED_MAX = 12
"""Of a longer list a fault names those that have what was written, not all."""


class RawCell(NamedTuple):
    """A cell as the parser hands it over; `data_type` is openpyxl's letter."""

    place: str
    value: object
    data_type: str

    @property
    def is_empty(self) -> bool:
        """Whether nobody would see anything there."""
        return self.value is None or (isinstance(self.value, str) and not normalise_text(self.value))

    @property
    def is_number(self) -> bool:
        """Whether the file holds a number, not a text of digits."""
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)


def parse_cell(cell: RawCell, column: Column) -> tuple[str | int | None, list[Fault]]:
    """Return the cell's value in the column's form, None where it is empty or wrong, and its faults."""
    if cell.is_empty:
        return None, [_fault_empty(cell, column)] if column.needed else []
    fault = _check_content(cell)
    if fault is not None:
        return None, [fault]
    text = _format_raw(cell)
    faults = check_characters(text, cell.place) + _check_length(text, cell, column)
    if faults:
        return None, faults
    if column.form == "choice":
        value: str | int | Fault = _parse_choice(text, cell, column.options)
    else:
        value = text if column.form == "text" else _PARSERS[column.form](text, cell)
    return (None, [value]) if isinstance(value, Fault) else (value, [])


def _fault_empty(cell: RawCell, column: Column) -> Fault:
    return Fault(
        code="cell-empty",
        place=cell.place,
        found="空",
        expected=f"{column.header}：{column.hint}",
        remedy="补填这一格；整行不要就删去整行",
    )


def _check_content(cell: RawCell) -> Fault | None:
    """Refuse what is not plain content: formulas, spreadsheet errors, truth values."""
    if cell.data_type == "f" or not isinstance(
        cell.value, str | int | float | dt.date | dt.time | dt.timedelta
    ):
        return Fault(
            code="cell-formula",
            place=cell.place,
            found="公式",
            expected="直接填写的值",
            remedy="选中这一格，复制，再用「选择性粘贴」粘贴成「数值」，核对后再导入",
        )
    if cell.data_type == "e" or isinstance(cell.value, bool):
        return Fault(
            code="cell-error",
            place=cell.place,
            found=format_found(str(cell.value).upper()),
            expected="直接填写的值",
            remedy="清空这一格，重新填写",
        )
    return None


def _format_raw(cell: RawCell) -> str:
    """Return a cell's content as text: numbers as the spreadsheet shows them, with at most 15 digits."""
    if isinstance(cell.value, dt.datetime):
        midnight = cell.value.time() == dt.time()
        return cell.value.date().isoformat() if midnight else cell.value.isoformat(" ", "seconds")
    if isinstance(cell.value, int | float):
        try:
            number = format(cell.value, f".{_EXACT_DIGITS}g")
        except OverflowError:
            return str(cell.value)  # Beyond what a spreadsheet computes with; some can write it nevertheless.
        return str(cell.value) if isinstance(cell.value, int) and len(number) <= _EXACT_DIGITS else number
    return normalise_text(str(cell.value))


def _check_length(text: str, cell: RawCell, column: Column) -> list[Fault]:
    limit = min(column.max_chars, CELL_MAX_CHARS)
    if len(text) <= limit:
        return []
    return [
        Fault(
            code="cell-too-long",
            place=cell.place,
            found=f"{len(text)} 个字",
            expected=f"不超过 {limit} 个字",
            remedy="写短一些，细节留在原始凭证上",
        )
    ]


def _parse_code(text: str, cell: RawCell) -> str | Fault:
    """A code as typed; a number or text in scientific notation has lost digits for good."""
    plain = unicodedata.normalize("NFKC", text)
    if isinstance(cell.value, dt.date | dt.time | dt.timedelta):
        return _fault_date(cell, "代码")
    if _SCIENTIFIC.fullmatch(plain):
        return Fault(
            code="cell-scientific",
            place=cell.place,
            found=f"被表格改成了科学计数法{format_found(plain)}",
            expected="完整的代码",
            remedy="把这一列设为文本格式，对照原件重新输入完整的代码",
        )
    if not _CODE.fullmatch(plain):
        return Fault(
            code="code-form",
            place=cell.place,
            found=format_found(plain),
            expected="只有数字、字母和短横线的代码",
            remedy="对照名册或科目表重新输入",
        )
    return plain


def _fault_date(cell: RawCell, what: str) -> Fault:
    return Fault(
        code="cell-date",
        place=cell.place,
        found="被表格变成了日期",
        expected=f"文本格式的{what}",
        remedy="把这一列设为文本格式，重新输入",
    )


def _parse_number(text: str, cell: RawCell) -> str | Fault:
    """A voucher's number."""
    if isinstance(cell.value, dt.date | dt.time | dt.timedelta):
        return _fault_date(cell, "凭证号")
    plain = unicodedata.normalize("NFKC", text)
    if _VOUCHER.fullmatch(plain):
        return plain
    return Fault(
        code="voucher-number-form",
        place=cell.place,
        found=format_found(plain),
        expected="年-月-三位序号，如 2026-10-017",
        remedy="改正凭证号；序号不足三位的前面补 0",
    )


def _parse_money(text: str, cell: RawCell) -> int | Fault:
    """Yuan to fen, see `parse_yuan`; numbers come as the spreadsheet shows them."""
    if isinstance(cell.value, dt.date | dt.time | dt.timedelta):
        return _fault_date(cell, "金额")
    amount = parse_yuan(text)
    if isinstance(amount, int):
        return amount
    return Fault(
        code="amount-form",
        place=cell.place,
        found=format_found(text),
        expected="以元为单位的金额，最多两位小数，如 1,234.50",
        remedy=f"{amount}；请改正这一格",
    )


def _parse_quantity(text: str, cell: RawCell) -> int | Fault:
    """A whole number from 0; what needs at least 1 says so where it is used."""
    plain = unicodedata.normalize("NFKC", text)
    is_date = isinstance(cell.value, dt.date | dt.time | dt.timedelta)
    if not is_date and re.fullmatch(r"[0-9]{1,5}", plain) and int(plain) <= QUANTITY_MAX:
        return int(plain)
    return Fault(
        code="quantity-form",
        place=cell.place,
        found=format_found(plain),
        expected=f"0 至 {QUANTITY_MAX:,} 的整数",
        remedy="只写整数，不带小数、字母和单位",
    )


def _parse_day(text: str, cell: RawCell) -> str | Fault:
    plain = unicodedata.normalize("NFKC", text)
    found = _DAY.fullmatch(plain)
    if found and not cell.is_number:
        day = f"{found[1]}-{int(found[3]):02d}-{int(found[5]):02d}"
        if found[2] + found[4] in ("--", "//", "..", "年月") and is_day(day):
            return day
    return Fault(
        code="date-impossible",
        place=cell.place,
        found=format_found(plain),
        expected="日历上有的一天，如 2026-10-28",
        remedy="按 年-月-日 重新输入，或把这一格设为日期格式",
    )


def _parse_since(text: str, cell: RawCell) -> str | Fault:
    """A month that may lie long before the books."""
    return _parse_month(text, cell, _SINCE)


def _parse_month(text: str, cell: RawCell, form: re.Pattern[str] = _MONTH) -> str | Fault:
    """A month; an Excel date counts where it is the first of the month, as typing 2026-10 makes it."""
    plain = unicodedata.normalize("NFKC", text)
    if isinstance(cell.value, dt.date) and plain.endswith("-01"):
        plain = plain[:7]
    found = form.fullmatch(plain)
    is_form = found is not None and (found[2] == "年") == plain.endswith("月")
    if found is not None and is_form and not cell.is_number and 1 <= int(found[3]) <= 12:
        return f"{found[1]}-{int(found[3]):02d}"
    return Fault(
        code="month-impossible",
        place=cell.place,
        found=format_found(plain),
        expected="一个月份，如 2026-10",
        remedy="按 年-月 重新输入",
    )


def _parse_decimal(text: str, cell: RawCell) -> int | Fault:
    """A number from 0 to hundredths: of a mu, of a percent."""
    is_date = isinstance(cell.value, dt.date | dt.time | dt.timedelta)
    hundredths = "" if is_date else parse_yuan(text)
    if isinstance(hundredths, int) and 0 <= hundredths <= DECIMAL_MAX_HUNDREDTHS:
        return hundredths
    return Fault(
        code="decimal-form",
        place=cell.place,
        found=format_found(text),
        expected=f"0 至 {DECIMAL_MAX_HUNDREDTHS // 100:,} 的数，最多两位小数，如 12.5",
        remedy="只写数，不写单位",
    )


def _parse_choice(text: str, cell: RawCell, options: Sequence[str]) -> str | Fault:
    if text in options:
        return text
    named = [option for option in options if _CODED.sub("", option) == text]
    if len(named) == 1:
        return named[0]
    if len(options) > OPTIONS_NAMED_MAX:
        like = [option for option in options if text.strip() and text.strip() in option][:OPTIONS_LIKE_MAX]
        expected = f"下拉选项里的一个，共 {len(options)} 个，如 {options[0]}"
        remedy = f"从下拉选项里选：是不是 {' 或 '.join(like)}" if like else "从下拉选项里选，连前面的编号一起"
    else:
        expected = f"{'、'.join(options[:-1])} 或 {options[-1]}" if len(options) > 2 else " 或 ".join(options)
        remedy = f"从下拉选项里选 {expected}"
    return Fault(
        code="choice-form", place=cell.place, found=format_found(text), expected=expected, remedy=remedy
    )


_PARSERS: dict[str, Callable[[str, RawCell], str | int | Fault]] = {
    "code": _parse_code,
    "number": _parse_number,
    "money": _parse_money,
    "decimal": _parse_decimal,
    "quantity": _parse_quantity,
    "day": _parse_day,
    "month": _parse_month,
    "since": _parse_since,
}
