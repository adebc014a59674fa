"""Workbooks are read in a child process: it gives what reading here gives, and what ends it is a fault."""

from __future__ import annotations

import dataclasses
import random
import signal
import subprocess
import sys
from typing import Any

import pytest

from ledger.errors import Fault, format_fault
from ledger.limited.child import Limits
from ledger.limited.pool import ChildDied, Pool
from ledger.service.workbooks.columns import WORKBOOKS, WorkbookKind
from ledger.service.workbooks.outside import LIMITS, ask_child, open_pool, read_outside
from ledger.service.workbooks.reading import read_workbook
from ledger.service.workbooks.templates import build_template
from tests.service.importing import (
    ACCOUNT,
    ASSESSED,
    ASSET,
    AWARD,
    CASE,
    CONTRACT,
    CONVERSION,
    COUNTED,
    FILE,
    FUND,
    GROUPED,
    HOLDER,
    HOUSEHOLDS,
    MARK,
    MEMBERS,
    OPENING,
    PAPER,
    PAPER_PAID,
    PLAN,
    RESOLUTION,
    RESOURCE,
    RULE,
    SIGNED,
    STAR,
    TAKEN,
    UNIT,
    VISIT,
    Row,
    make_book,
)

ROWS: dict[WorkbookKind, list[Row]] = {
    "vouchers": [PAPER, PAPER_PAID],
    "points": [AWARD],
    "scores": [MARK],
    "opening": list(OPENING),
    "households": list(HOUSEHOLDS),
    "members": list(MEMBERS),
    "contracts": [CONTRACT],
    "assets": [ASSET],
    "resources": [RESOURCE],
    "stocktakes": [COUNTED | {"资产编号": "ZC-0009"}],
    "resolutions": [RESOLUTION],
    "funds": [FUND],
    "accounts": [ACCOUNT],
    "conversion": [CONVERSION],
    "plan": [PLAN],
    "rulebook": [RULE],
    "shop": [TAKEN],
    "volunteering": [SIGNED],
    "grids": [UNIT],
    "visits": [VISIT],
    "assessments": [ASSESSED],
    "honours": [HOLDER],
    "cases": [CASE],
    "stars": [STAR],
    "groups": [GROUPED],
}


@pytest.mark.parametrize("kind", list(WORKBOOKS))
def test_a_child_reads_what_is_read_here(kind: WorkbookKind) -> None:
    filled, empty = make_book(kind, ROWS[kind]), build_template(kind)

    assert read_outside(filled, kind, FILE) == read_workbook(filled, kind, FILE)
    assert read_outside(empty, kind, FILE) == read_workbook(empty, kind, FILE)
    assert read_outside(filled, kind, FILE)[0]


def make_heavy() -> bytes:
    """A workbook that takes seconds to read: two hundred thousand numbers beside the table."""

    def fill(book: Any) -> None:
        page = book["凭证"]
        for row in range(2, 4_002):
            for column in range(16, 66):
                page.cell(row, column, row * column)

    return make_book("vouchers", [PAPER, PAPER_PAID], change=fill)


@pytest.fixture(scope="module")
def heavy() -> bytes:
    return make_heavy()


def refuse(limits: Limits, data: bytes) -> list[str]:
    """Return what is said of a workbook by a child with these limits; the next one must be read."""
    small = make_book("vouchers", [PAPER, PAPER_PAID])
    with open_pool(limits) as pool:
        tables, faults = ask_child(pool, data, "vouchers", FILE)
        assert tables == {}
        assert ask_child(pool, small, "vouchers", FILE) == read_workbook(small, "vouchers", FILE)
    return [format_fault(fault) for fault in faults]


def test_a_workbook_that_takes_too_long_is_refused_and_the_next_is_read(heavy: bytes) -> None:
    assert refuse(dataclasses.replace(LIMITS, cpu_s=1), heavy) == [
        (
            "文件「表.xlsx」：现为读到一半，时间用完，应为至多 1 秒处理器时间、512 MiB 内存就读得完的表格。"
            "不要导入来路不明的文件；是自己的表格，删去多余的格式和工作表，另存为新的 .xlsx 再试。（workbook-limit）"
        )
    ]


def test_a_workbook_that_takes_too_much_memory_is_refused_and_the_next_is_read(heavy: bytes) -> None:
    # The small one is read in 48 MiB, the heavy one takes more than 80: what a machine adds of its own changes neither.
    assert refuse(dataclasses.replace(LIMITS, memory_bytes=64 << 20), heavy) == [
        (
            "文件「表.xlsx」：现为读到一半，内存用完，应为至多 90 秒处理器时间、64 MiB 内存就读得完的表格。"
            "不要导入来路不明的文件；是自己的表格，删去多余的格式和工作表，另存为新的 .xlsx 再试。（workbook-limit）"
        )
    ]


def test_more_to_say_than_a_reply_may_hold_is_refused(heavy: bytes) -> None:
    (said,) = refuse(dataclasses.replace(LIMITS, reply_max_bytes=4_000), make_book("vouchers", [PAPER] * 99))

    assert "现为读到一半，读表的程序中断了" in said


class _Dying(Pool):
    """A pool whose children end at once, as a parser does that is broken from within."""

    def __init__(self) -> None:
        super().__init__("ledger.service.workbooks.child", LIMITS)

    def ask(self, request: bytes) -> bytes:
        raise ChildDied(-signal.SIGSEGV)


def test_a_child_that_breaks_down_is_a_fault_of_the_file() -> None:
    tables, faults = ask_child(_Dying(), b"x", "vouchers", FILE)

    assert (tables, [(fault.code, fault.found) for fault in faults]) == (
        {},
        [("workbook-limit", "读到一半，读表的程序中断了")],
    )


def test_pictures_are_not_opened_and_xml_is_read_by_the_hardened_parser_alone() -> None:
    script = (
        "import sys\n"
        "sys.argv[1:] = ['{}']\n"
        "import ledger.service.workbooks.child as child\n"
        "child.serve = lambda answer: print('PIL.Image' in sys.modules, 'lxml.etree' in sys.modules)\n"
        "child.main()\n"
    )

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["False", "False"]


def test_the_parent_loads_no_parser_of_workbooks() -> None:
    script = "import sys, ledger.service.import_; print([n for n in ('openpyxl', 'defusedxml') if n in sys.modules])"

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


def test_a_fault_comes_back_whole() -> None:
    (fault,) = read_outside(b"\x00", "vouchers", "别的.xlsx")[1]

    assert isinstance(fault, Fault)
    assert fault.place == "文件「别的.xlsx」"


def test_mangled_workbooks_are_answered_alike_here_and_in_the_child() -> None:
    draw = random.Random(20261122)
    plain = make_book("vouchers", [PAPER, PAPER_PAID])
    for _ in range(100):
        data = bytearray(plain)
        for _ in range(draw.randrange(1, 4)):
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)

        assert read_outside(bytes(data), "vouchers", FILE) == read_workbook(bytes(data), "vouchers", FILE)
