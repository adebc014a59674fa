"""Numbers of registers as they are typed: whether each is of its register's form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ledger.books.screening import format_found, hide_numbers
from ledger.errors import Fault
from ledger.service.workbooks.lines import Line


class NumberForm(NamedTuple):
    """How a register's numbers look, and what a fault of one says."""

    pattern: re.Pattern[str]
    code: str
    expected: str
    remedy: str


_CONTRACT = NumberForm(
    re.compile(r"HT-[0-9]{4}"),
    "contract-number-form",
    "HT- 和四位数，如 HT-0001",
    "写合同台账里的编号；合同自己的编号写在合同名称里",
)
_GRID = NumberForm(
    re.compile(r"WG-[0-9]{4}"), "grid-number-form", "WG- 和四位数，如 WG-0001", "写登记网格时用的编号"
)
_REGISTER = "写台账里的编号；别的编号写在名称里"
FORMS: dict[str, NumberForm] = {
    "合同编号": _CONTRACT,
    "资产编号": NumberForm(
        re.compile(r"ZC-[0-9]{4}"), "register-number-form", "ZC- 和四位数，如 ZC-0001", _REGISTER
    ),
    "资源编号": NumberForm(
        re.compile(r"ZY-[0-9]{4}"), "register-number-form", "ZY- 和四位数，如 ZY-0001", _REGISTER
    ),
    "标的编号": NumberForm(
        re.compile(r"Z[CY]-[0-9]{4}"),
        "register-number-form",
        "ZC- 或 ZY- 和四位数，如 ZC-0001、ZY-0001",
        _REGISTER,
    ),
    "决议编号": NumberForm(
        re.compile(r"JY-2[0-9]{3}-[0-9]{3}"),
        "resolution-number-form",
        "JY-、年份和三位数，如 JY-2026-003",
        "写登记决议时用的编号",
    ),
    "恳谈编号": NumberForm(
        re.compile(r"KT-2[0-9]{3}-[0-9]{3}"),
        "forum-number-form",
        "KT-、年份和三位数，如 KT-2026-001",
        "写登记民情恳谈时用的编号",
    ),
    "专款编号": NumberForm(
        re.compile(r"ZX-[0-9]{4}"), "fund-number-form", "ZX- 和四位数，如 ZX-0001", "写登记专款时用的编号"
    ),
    "商品编号": NumberForm(
        re.compile(r"SP[0-9]{3}"), "goods-number-form", "SP 和三位数，如 SP001", "写商品目录里的编号"
    ),
    "任务编号": NumberForm(
        re.compile(r"FW-2[0-9]{3}-[0-9]{3}"),
        "task-number-form",
        "FW-、年份和三位数，如 FW-2026-001",
        "写登记任务时用的编号",
    ),
    "表彰编号": NumberForm(
        re.compile(r"RY-2[0-9]{3}-[0-9]{3}"),
        "honour-number-form",
        "RY-、年份和三位数，如 RY-2026-001",
        "写登记这次表彰时用的编号",
    ),
    "网格编号": _GRID,
    "上级编号": _GRID,
    "测评编号": NumberForm(
        re.compile(r"CP-2[0-9]{3}-[0-9]{3}"),
        "ballot-number-form",
        "CP-、年份和三位数，如 CP-2026-001",
        "写那次测评的编号",
    ),
    "诉求编号": NumberForm(
        re.compile(r"AL-2[0-9]{3}-[0-9]{3}"),
        "case-number-form",
        "AL-、年份和三位数，如 AL-2026-001",
        "写登记这一件时用的编号",
    ),
    "申报编号": NumberForm(
        re.compile(r"XJ-2[0-9]{3}-[0-9]{3}"),
        "star-number-form",
        "XJ-、年份和三位数，如 XJ-2026-001",
        "写登记申报时用的编号",
    ),
    "收据号": NumberForm(
        re.compile(r"DH-2[0-9]{3}-[0-9]{4}"),
        "receipt-number-form",
        "DH-、年份和四位数，如 DH-2026-0001",
        "照收据本上的号写",
    ),
}
"""By the column that holds one."""


def check_number_form(
    line: Line, header: str, name_next: Callable[[Line], str] | None = None
) -> Iterator[Fault]:
    """A register's number, where one is written, is of the register's form; of what is new, `name_next` says which
    number it may have.
    """
    form, number = FORMS[header], line.text(header)
    if number and not form.pattern.fullmatch(number):
        yield Fault(
            code=form.code,
            place=line.at(header),
            found=format_found(hide_numbers(number)),
            expected=form.expected,
            remedy=form.remedy if name_next is None else f"新的一件用 {name_next(line)}",
        )


def read_number(line: Line, header: str) -> str:
    """Return a register's number; empty where it is none, which is said already."""
    number = line.text(header)
    return number if FORMS[header].pattern.fullmatch(number) else ""
