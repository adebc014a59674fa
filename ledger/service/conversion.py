"""Going over to the chart of 2023 at the desk: every balance with the account it may become, in the clerk's sheet.

Where the table names one new account, it stands there already; where it names several or none, the clerk divides the
balance as the books' papers say.
"""

from __future__ import annotations

from typing import NamedTuple

from ledger.books.accounts import Chart
from ledger.books.conversion import propose_moves
from ledger.books.money import format_plain_yuan
from ledger.books.values import get_previous_period
from ledger.data import load_conversion
from ledger.errors import NotFound
from ledger.figures.charts import collect_version
from ledger.ports import Ports
from ledger.service.refilling import arrange
from ledger.service.sheets import read_texts
from ledger.service.unsent import Opened, open_sheet, save_sheet
from ledger.state.charts import get_version
from ledger.state.facts import VillageFacts, get_fact
from ledger.state.money import get_balances, get_earliest_open, get_month

SHEET = "换科目"


class Proposed(NamedTuple):
    """A balance: old code and name, signed fen, what it may become as (code, name); one where nothing is to decide."""

    code: str
    name: str
    amount_fen: int
    targets: tuple[tuple[str, str], ...]


class Conversion(NamedTuple):
    """What going over asks for; `period` is the first month under the new chart, `is_booked` if it has vouchers."""

    balances: tuple[Proposed, ...]
    is_booked: bool
    period: str


def look_at_conversion(ports: Ports, village: str) -> Conversion:
    """Return every balance with what it may become; NotFound for books that are not under the chart of 2004."""
    new, table = ports.reference.charts["2023"], load_conversion()
    with ports.ledger.read(village) as reader:
        period = get_earliest_open(reader.facts) if get_fact(reader.facts, "village", VillageFacts) else None
        if period is None or get_version(reader.facts, period) != "2004":
            raise NotFound("2004 年科目的账")
        old = collect_version(reader.facts, ports.reference, read_texts(reader), "2004")
        balances = get_balances(reader.facts, get_previous_period(period))
        is_booked = bool(get_month(reader.facts, period).vouchers)
    found = tuple(
        Proposed(code, old.accounts[code].name, amount_fen, _name(new, table.get(code[:3], ())))
        for code, amount_fen, _target in propose_moves(table, balances)
    )
    return Conversion(found, is_booked, period)


def put_conversion_in_sheet(ports: Ports, village: str, user: str) -> Opened:
    """Put a row for every balance into the sheet that is typed, in the place of what stands there."""
    rows = []
    for one in look_at_conversion(ports, village).balances:
        side = "借方余额" if one.amount_fen > 0 else "贷方余额"
        code, name = one.targets[0] if len(one.targets) == 1 else ("", "")
        amount = format_plain_yuan(abs(one.amount_fen))
        given = {"原科目代码": one.code, "原科目名称": one.name, side: amount}
        rows.append({**given, "新科目代码": code, "新科目名称": name})
    kept = open_sheet(ports, village, user, "conversion")
    tables = {SHEET: arrange("conversion", SHEET, rows)}
    return save_sheet(ports, village, user, "conversion", tables, start=kept.version)


def _name(chart: Chart, codes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((code, chart.accounts[code].name) for code in codes)
