"""The demo village's workbooks: what is under version control is what its books say, and reads like a village."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from web.demo.asked import EXPLAINED
from web.demo.books import MONTHS, QUARTER, DemoVoucher, list_corrections, list_opening, list_vouchers
from web.demo.draw import FOLDER, list_workbooks
from web.demo.people import list_households, list_members
from web.demo.wear import list_wear

DRAWN = dict(list_workbooks())
EXPENSES = ("511", "512", "513", "514", "515")


def read_cells(data: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(BytesIO(data))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def list_all(month: str) -> list[DemoVoucher]:
    reversals, replacements = list_corrections(month)
    return [*list_vouchers(month), *reversals, *replacements]


def test_the_folder_holds_the_drawn_workbooks_and_no_others() -> None:
    kept = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.xlsx")}

    assert kept == set(DRAWN)


@pytest.mark.parametrize("name", DRAWN)
def test_a_kept_workbook_has_the_drawn_cells(name: str) -> None:
    assert read_cells((FOLDER / Path(name)).read_bytes()) == read_cells(DRAWN[name])


def test_the_quarter_has_139_expense_lines_of_222801_yuan_the_smallest_24() -> None:
    lines = [
        line.fen
        for month in QUARTER
        for voucher in list_all(month)
        if not voucher.reverses
        for line in voucher.lines
        if line.side == "debit" and line.account.startswith(EXPENSES)
    ]

    assert len(lines) == 139
    assert sum(lines) == 22_280_100
    assert min(lines) == 2_400
    assert lines.count(2_400) == 1


def test_every_voucher_balances_and_what_is_overdrawn_was_explained() -> None:
    short = {item.about for item in EXPLAINED if item.rule == "cash-short"}
    held = {code: fen for code, _, fen in list_opening() if code in ("101", "102")}

    for month in MONTHS:
        for voucher in (*list_all(month), *list_wear(month)):
            signed = [line.fen if line.side == "debit" else -line.fen for line in voucher.lines]
            assert sum(signed) == 0, voucher
            for line, change in zip(voucher.lines, signed, strict=True):
                if line.account in held:
                    held[line.account] += change
            assert held["102"] >= 0, voucher
            assert held["101"] >= 0 or month in short, voucher
        assert held["101"] >= 0, month


def test_the_opening_balances() -> None:
    opening = list_opening()

    debit = sum(fen for _, side, fen in opening if side == "debit")

    assert debit == sum(fen for _, side, fen in opening if side == "credit")
    assert all(fen > 0 for _, _, fen in opening)


def test_there_are_320_households_and_46_members_with_names_of_their_own() -> None:
    households, members = list_households(), list_members()

    names = {person.name for person in (*households, *members)}

    assert (len(households), len(members), len(names)) == (320, 46, 366)
