"""The chart of accounts: a versioned list, read from data and asked by code.

Codes changed their meaning between 财会〔2004〕12号 and 财会〔2023〕14号, so an account is never looked up
without a chart. An account that the chart does not list does not exist, even where its first three digits
do: a village that needs a sub-account adds it by an entry, which all then see (`subaccounts`). Posting to an account
for which the shipped chart proposes sub-accounts is allowed; where the village added its own, it is not.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from typing import Literal

from ledger.books.values import Value
from ledger.books.village import ChartVersion
from ledger.errors import Fault

AccountClass = Literal["asset", "liability", "equity", "cost", "income", "expense"]
NormalSide = Literal["debit", "credit", "both"]

CHART_COLUMNS = ("code", "name", "class", "normal_side", "parent", "status")
CHART_MAX_ACCOUNTS = 2_000

_CLASSES: dict[str, AccountClass] = {
    "asset": "asset",
    "liability": "liability",
    "equity": "equity",
    "cost": "cost",
    "income": "income",
    "expense": "expense",
}
_SIDES: dict[str, NormalSide] = {"debit": "debit", "credit": "credit", "both": "both"}
_CODE = re.compile(r"[1-5][0-9]{2}([0-9]{2}){0,3}", re.ASCII)


class Account(Value, frozen=True):
    """One line of the chart. `status` says how well the line is attested, as the data file words it."""

    class_: AccountClass
    code: str
    name: str
    normal_side: NormalSide  # `both` for 113, 154, 181: their balance may stand on either side
    parent: str  # code of the account it details, empty for those of the standard
    status: str


class Chart(Value, frozen=True):
    """A version of the chart; `accounts` by code."""

    accounts: dict[str, Account]
    version: ChartVersion


def parse_chart(text: str, version: ChartVersion) -> Chart:
    """Read the CSV text of a chart: the columns of CHART_COLUMNS, one account a line.

    Raises ValueError naming line, found and expected: the file ships with the program, so a mistake in it
    is the program's own.
    """
    rows = csv.reader(text.splitlines())
    header = next(rows, [])
    if tuple(header) != CHART_COLUMNS:
        raise ValueError(f"chart {version} line 1: columns {header}, expected {list(CHART_COLUMNS)}")
    accounts: dict[str, Account] = {}
    for line, row in enumerate(rows, start=2):
        account = _parse_account(row, f"chart {version} line {line}", accounts)
        if len(accounts) >= CHART_MAX_ACCOUNTS:
            raise ValueError(f"chart {version} line {line}: more than {CHART_MAX_ACCOUNTS} accounts")
        accounts[account.code] = account
    if not accounts:
        raise ValueError(f"chart {version}: no accounts")
    return Chart(accounts=accounts, version=version)


def format_chart(chart: Chart) -> str:
    """Return the CSV text that `parse_chart` reads."""
    lines = [",".join(CHART_COLUMNS)]
    for account in chart.accounts.values():
        fields = (
            account.code,
            account.name,
            account.class_,
            account.normal_side,
            account.parent,
            account.status,
        )
        lines.append(",".join(_quote(field) for field in fields))
    return "\n".join(lines) + "\n"


def find_account(chart: Chart, code: str) -> Account | None:
    """Return the account that the chart lists under exactly this code, None where it lists none."""
    return chart.accounts.get(code)


def find_standard(chart: Chart, code: str) -> Account:
    """Return the account itself, or the nearest one above it that the chart lists: that of a village's own sub-account.

    KeyError where not even the first three digits are listed.
    """
    while code not in chart.accounts and len(code) > 3:
        code = code[:-2]
    return chart.accounts[code]


def check_account(chart: Chart, code: str, place: str) -> list[Fault]:
    """Say that an account is not in the chart, and which listed one comes nearest."""
    if find_account(chart, code) is not None:
        return []
    parent = find_account(chart, code[:3])
    remedy = "对照会计科目表改正科目代码"
    if parent is not None:
        remedy = f"科目表里有 {parent.code} {parent.name}，没有这个明细科目：请改用表内的科目代码"
    return [
        Fault(
            code="account-unknown",
            place=place,
            found=f"科目 {code}",
            expected=f"{chart.version} 年科目表内的科目",
            remedy=remedy,
        )
    ]


def is_cash(code: str) -> bool:
    """Say whether an account is cash in hand, 101 and its sub-accounts; the same in both charts."""
    return code.startswith("101")


def is_bank(code: str) -> bool:
    """Say whether an account is money in the bank, 102 and its sub-accounts; the same in both charts."""
    return code.startswith("102")


def is_money(code: str) -> bool:
    """Say whether an account is cash or bank."""
    return code.startswith(("101", "102"))


def list_accounts(chart: Chart, class_: AccountClass) -> Iterator[Account]:
    """Yield the accounts of a class in order of code."""
    for code in sorted(chart.accounts):
        if chart.accounts[code].class_ == class_:
            yield chart.accounts[code]


def _parse_account(row: list[str], where: str, earlier: Mapping[str, Account]) -> Account:
    if len(row) != len(CHART_COLUMNS):
        raise ValueError(f"{where}: {len(row)} fields, expected {len(CHART_COLUMNS)}")
    code, name, class_, side, parent, status = row
    if not _CODE.fullmatch(code):
        raise ValueError(f"{where}: account code {code!r}, expected 3, 5, 7 or 9 digits from 1 to 5")
    if code in earlier:
        raise ValueError(f"{where}: account {code} is listed twice")
    if not name or name != name.strip():
        raise ValueError(f"{where}: name {name!r}, expected a name without blanks around it")
    if class_ not in _CLASSES:
        raise ValueError(f"{where}: class {class_!r}, expected one of {', '.join(_CLASSES)}")
    if side not in _SIDES:
        raise ValueError(f"{where}: normal side {side!r}, expected one of {', '.join(_SIDES)}")
    if parent != code[:-2] * (len(code) > 3) or (parent and parent not in earlier):
        raise ValueError(
            f"{where}: parent {parent!r} of account {code}, expected its code less two digits, above"
        )
    return Account(
        class_=_CLASSES[class_],
        code=code,
        name=name,
        normal_side=_SIDES[side],
        parent=parent,
        status=status,
    )


def _quote(field: str) -> str:
    return '"' + field.replace('"', '""') + '"' if any(mark in field for mark in ',"') else field
