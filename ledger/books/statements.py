"""资产负债表 and 收益及收益分配表, calculated from balances and turnovers by the lines of `statement_lines`.

Pure arithmetic over signed fen, debit positive; where the balances come from is `ledger.figures.statements`'s subject,
what each line means is worked out in reports/SHEETS.md. Rules that always hold, whatever was booked:

- 资产总计 = 负债和所有者权益总计, at both ends: what income and expense hold, not carried over yet, is in 未分配收益;
- 年末未分配收益 of the one statement = 未分配收益 of the other at its end;
- 净收益 = income less expense by every voucher that does not carry the year's result over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from ledger.books.accounts import Chart, find_account
from ledger.books.finance_figures import RESULT_ACCOUNT
from ledger.books.statement_lines import StatementForm, StatementLine, stands_under
from ledger.books.values import Side, Value
from ledger.books.vouchers import Posting

DISTRIBUTION_ACCOUNT = "322"
"""收益分配: what its postings stand against says where the collective's income went."""
KEPT_ACCOUNTS = (RESULT_ACCOUNT, DISTRIBUTION_ACCOUNT)
"""本年收益 and 收益分配: with what is not carried over to them yet, the undistributed income."""


class Amounts(NamedTuple):
    """Of one line: 年初数 and 期末数, or 本月数 and 本年累计数; in fen, positive on the line's own side."""

    before_fen: int | None  # None where a line says nothing of the month
    after_fen: int


class StatementRow(Value, frozen=True):
    """One line of a statement with its two amounts."""

    after_fen: int
    before_fen: int | None
    id: str
    is_total: bool
    label: str
    part: str


class Statement(Value, frozen=True):
    """One statement, its lines in the order of the form."""

    rows: tuple[StatementRow, ...]

    def get(self, id_: str) -> StatementRow:
        """Return a line by its id; KeyError where the form has none of it."""
        return {row.id: row for row in self.rows}[id_]


class Distribution(NamedTuple):
    """What one posting beside 收益分配 or 本年收益 says of the undistributed income."""

    counter: str  # account
    side: Side  # debit: it went there, credit: it came from there
    amount_fen: int  # negative where a red voucher takes it back


def build_position(
    form: StatementForm, chart: Chart, opening: Mapping[str, int], closing: Mapping[str, int]
) -> Statement:
    """Return 资产负债表 from the balances when the year began and at the end: signed fen by account."""
    return _build(
        form.position,
        lambda line: Amounts(_sum_line(line, chart, opening), _sum_line(line, chart, closing)),
    )


def build_result(
    form: StatementForm,
    chart: Chart,
    month: Mapping[str, int],
    year: Mapping[str, int],
    kept_fen: int,
    distributions: Iterable[Distribution],
) -> Statement:
    """Return 收益及收益分配表.

    `month` and `year` are what income and expense accounts turned over, signed fen by account, without what was
    carried over; `kept_fen` is what was undistributed before, `distributions` are those of the year.
    """
    given = _sort_distributions(form.result, distributions)
    given.update({line.id: kept_fen for line in form.result if line.takes == "opening"})

    def sum_line(line: StatementLine) -> Amounts:
        if line.is_distribution:
            return Amounts(None, given.get(line.id, 0))
        return Amounts(_sum_line(line, chart, month), _sum_line(line, chart, year))

    return _build(form.result, sum_line)


def sum_kept(chart: Chart, balances: Mapping[str, int]) -> int:
    """Return what is undistributed by these balances: 本年收益, 收益分配, and what is not carried over; in fen."""
    kept = sum(amount for code, amount in balances.items() if code.startswith(KEPT_ACCOUNTS))
    return -kept - sum(pick_results(chart, balances).values())


def pick_results(chart: Chart, balances: Mapping[str, int]) -> dict[str, int]:
    """Return the balances of income and expense accounts alone."""
    return {code: amount for code, amount in balances.items() if _is_result(chart, code)}


def list_distributions(chart: Chart, postings: Sequence[Posting]) -> list[Distribution]:
    """Return what a voucher says of the undistributed income; nothing of one that leaves it alone.

    A voucher that carries results over to 本年收益 moves them within it. Any other that posts to 收益分配 gives to the
    accounts that it credits and takes from those that it debits; a red one has the sides of what it takes back.
    """
    if not any(posting.account.startswith(KEPT_ACCOUNTS) for posting in postings):
        return []
    carries = any(posting.account.startswith(RESULT_ACCOUNT) for posting in postings)
    return [
        Distribution(
            counter=posting.account,
            side="debit" if posting.side == "credit" else "credit",
            amount_fen=posting.amount_fen,
        )
        for posting in postings
        if not posting.account.startswith(KEPT_ACCOUNTS)
        and not (carries and _is_result(chart, posting.account))
    ]


def _is_result(chart: Chart, code: str) -> bool:
    account = find_account(chart, code)
    return account is not None and account.class_ in ("income", "expense")


def _build(lines: Sequence[StatementLine], sum_line: Callable[[StatementLine], Amounts]) -> Statement:
    found: dict[str, Amounts] = {}
    for line in lines:
        found[line.id] = _add_up(line, found) if line.is_total else sum_line(line)
    return Statement(
        rows=tuple(
            StatementRow(
                after_fen=found[line.id].after_fen,
                before_fen=found[line.id].before_fen,
                id=line.id,
                is_total=line.is_total,
                label=line.label,
                part=line.part,
            )
            for line in lines
        )
    )


def _add_up(line: StatementLine, found: Mapping[str, Amounts]) -> Amounts:
    plus, minus = [found[name] for name in line.plus], [found[name] for name in line.minus]
    after_fen = sum(amounts.after_fen for amounts in plus) - sum(amounts.after_fen for amounts in minus)
    befores = [amounts.before_fen for amounts in plus], [amounts.before_fen for amounts in minus]
    if None in befores[0] + befores[1]:
        return Amounts(None, after_fen)
    return Amounts(sum(filter(None, befores[0])) - sum(filter(None, befores[1])), after_fen)


def _sum_line(line: StatementLine, chart: Chart, balances: Mapping[str, int]) -> int:
    """Return what balances come to in a line of accounts, positive on its side."""
    sign = 1 if line.side == "debit" else -1
    whole = sum(amount for code, amount in balances.items() if stands_under(code, line.accounts))
    if line.takes == "unclosed":
        whole += sum(pick_results(chart, balances).values())
    details = [sign * amount for code, amount in balances.items() if stands_under(code, line.details)]
    return sign * whole + sum(amount for amount in details if amount > 0)


def _sort_distributions(
    lines: Sequence[StatementLine], distributions: Iterable[Distribution]
) -> dict[str, int]:
    """Return what each line of the distribution comes to, by id: that of its counters, else the rest of its side."""
    given: dict[str, int] = {}
    for one in distributions:
        named = [line for line in lines if line.side == one.side and stands_under(one.counter, line.counters)]
        rest = [line for line in lines if line.side == one.side and line.takes == "rest"]
        id_ = (named or rest)[0].id
        given[id_] = given.get(id_, 0) + one.amount_fen
    return given
