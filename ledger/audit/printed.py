"""What must stand on a sheet of paper for its figures: rows of cells, found again in the text of its pages.

A row's cells stand side by side, so neither an altered digit nor two amounts exchanged escapes; every amount on the
paper belongs to a row, so nothing is added. How the sheet is laid out is not this module's: white space between cells
is free, and rows may come in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ledger.audit.printed_spans import list_span_rows
from ledger.books.contracts import DIRECTION_NAMES
from ledger.books.disclosure import Disclosure
from ledger.books.figures import (
    AccountAmount,
    AccountChange,
    BranchFigures,
    Correction,
    Figures,
    FinanceFigures,
    Move,
    PointsFigures,
    RegisterChange,
    ScoreFigures,
    SheetHead,
)
from ledger.books.finance_figures import summarize_finance
from ledger.books.money import format_capitals, format_yuan, to_wan
from ledger.books.month_words import (
    EVENT_WORDS,
    REGISTER_WORDS,
    list_contracts,
    sum_contracts,
    tell_change,
    tell_late,
    tell_objections,
    tell_party,
    tell_quiet,
    tell_taken_over,
)
from ledger.books.points_figures import summarize_points
from ledger.books.score_figures import summarize_scores

WAN_FEN = 1_000_000
"""From ten thousand yuan on, the closing is told in 万元 too."""

Row = tuple[str, ...]

NO_DISCLOSURE = Disclosure()
"""Enough for the sheets of a month."""

_MINUS = "−"
_AMOUNT_BACKWARDS = re.compile(r"(?<![0-9.])[0-9]{2}\.[0-9,]*[0-9]-?(?![0-9.])")
"""An amount, read from its last digit: from its first, a page of nothing but figures and commas takes time squared."""
_CODE = re.compile(r"(?<![A-Za-z0-9])[A-Z][0-9]{2}(?![A-Za-z0-9])")
_NUMERIC = re.compile(r"[0-9.,+\-]")
_MARKS = {"": (), "reversal": ("红字冲销",), "replacement": ("蓝字更正",)}


class Page:
    """The text of all pages, in which rows are found, each place once."""

    def __init__(self, text: str) -> None:
        self._text = text.replace(_MINUS, "-")
        self._taken = bytearray(len(self._text))

    def take(self, row: Row) -> bool:
        """Find the row where nothing was found before, and keep the place; whether it is there."""
        for match in _compile_row(row).finditer(self._text):
            start, stop = match.span()
            if not any(self._taken[start:stop]):
                self._taken[start:stop] = b"\x01" * (stop - start)
                return True
        return False

    def list_left(self, *, amounts: bool) -> list[str]:
        """Return the amounts, or the codes of rules and items, that no row has taken."""
        spans = (
            _find_amounts(self._text) if amounts else [match.span() for match in _CODE.finditer(self._text)]
        )
        return [self._text[start:stop] for start, stop in spans if not self._taken[start]]


def list_rows(figures: Figures, disclosure: Disclosure = NO_DISCLOSURE) -> list[Row]:
    """Return the rows of a sheet, those with most cells first so that none takes another's place; `disclosure` names
    the items of a quarter or a year.
    """
    rows = [*_list_head_rows(figures.head)]
    if isinstance(figures, FinanceFigures):
        rows += _list_finance_rows(figures)
    elif isinstance(figures, PointsFigures):
        rows += _list_points_rows(figures)
    elif isinstance(figures, ScoreFigures):
        rows += _list_score_rows(figures)
    else:
        rows += list_span_rows(figures, disclosure)
    return sorted((row for row in rows if any(row)), key=lambda row: (-len(row), -len("".join(row))))


def _find_amounts(text: str) -> list[tuple[int, int]]:
    """Return start and end of every amount in the text, in order."""
    found = _AMOUNT_BACKWARDS.finditer(text[::-1])
    return [(len(text) - match.end(), len(text) - match.start()) for match in found][::-1]


def _compile_row(row: Row) -> re.Pattern[str]:
    """Cells that end and begin with figures are kept apart by white space; any other two may touch."""
    cells = [cell.replace(_MINUS, "-") for cell in row if cell]
    pattern = _compile_cell(cells[0])
    for before, cell in pairwise(cells):
        is_numeric = _NUMERIC.match(before[-1]) and _NUMERIC.match(cell[0])
        pattern += (r"\s+" if is_numeric else r"\s*") + _compile_cell(cell)
    start = r"(?<![0-9.,+\-])" if _NUMERIC.match(cells[0][0]) else ""
    stop = r"(?![0-9]|[.,][0-9])" if _NUMERIC.match(cells[-1][-1]) else ""
    return re.compile(start + pattern + stop)


def _compile_cell(cell: str) -> str:
    """A line may break anywhere in a cell but within a number."""
    parts = re.findall(r"[0-9.,+\-]+|\S", cell)
    return r"\s*".join(map(re.escape, parts))


def _list_head_rows(head: SheetHead) -> Iterator[Row]:
    yield from ((text,) for text in (head.village_name, head.township, head.telephone, head.number))
    yield ("全部", str(f"{head.size:,}"), "条记录")
    until = _format_day(head.display_to)
    is_same_year = head.display_from[:4] == head.display_to[:4]
    yield _format_day(head.display_from), "至", until.partition("年")[2] if is_same_year else until
    yield (_format_day(head.objections_until),)
    yield (("替换", head.replaces) if head.replaces else ("接上一张", head.follows) if head.follows else ())


def _list_finance_rows(figures: FinanceFigures) -> Iterator[Row]:
    total = _yuan(figures.opening_fen, figures.income_fen, figures.expense_fen)
    yield from ((sentence,) for sentence in summarize_finance(figures))
    yield from (
        ("本月收入", *_yuan(figures.income_fen), "元"),
        ("本月支出", *_yuan(figures.expense_fen), "元"),
    )
    yield from (("月末结余", *_yuan(figures.closing_fen), "元"), (format_capitals(figures.closing_fen),))
    if abs(figures.closing_fen) >= WAN_FEN:
        yield "约", to_wan(figures.closing_fen)
    for fund in figures.funds:
        amounts = (fund.opening_fen, fund.income_fen, fund.expense_fen, fund.moved_fen, fund.closing_fen)
        yield fund.name, *_yuan(*amounts)
    moved_fen = sum(fund.moved_fen for fund in figures.funds)
    yield "合计", *total, *_yuan(moved_fen, figures.closing_fen)
    if figures.moves:
        yield "月初结余", *_yuan(figures.opening_fen)
        yield from (_list_move(move, figures.head.period) for move in figures.moves)
        yield "本月合计", *_yuan(figures.income_fen, figures.expense_fen, figures.closing_fen)
    yield from _list_contracts(figures)
    yield from (_list_register(change, figures.head.period) for change in figures.registers)
    told = [tell_taken_over(figures), tell_quiet(figures.contracts_quiet, bool(figures.contracts))]
    yield from ((sentence,) for sentence in (*told, *tell_objections(figures.objections)))
    for change in (*figures.receivables, *figures.payables, *figures.assets):
        yield _list_change(change)
    for amounts_ in (figures.incomes, figures.expenses):
        yield from _list_amounts(amounts_)
    yield from (_list_correction(row) for row in figures.corrections)


def _list_move(move: Move, period: str) -> Row:
    flows = [fen for fen in (move.income_fen, move.expense_fen) if fen]
    return (
        f"{int(move.occurred_on[8:])}日",
        move.voucher.removeprefix(f"{period}-"),
        *_MARKS[move.correction],
        move.summary,
        move.account_name,
        *_yuan(*flows, move.balance_fen),
        move.handler,
        str(move.attachments),
    )


def _list_contracts(figures: FinanceFigures) -> Iterator[Row]:
    for direction in DIRECTION_NAMES:
        lines = list_contracts(figures, direction)
        for line in lines:
            amounts = _yuan(line.due_fen, line.paid_fen, line.unpaid_fen)
            named = (line.contract, EVENT_WORDS[line.happened], line.title, tell_party(line))
            yield *named, *amounts, tell_late(line), _format_day(line.ends_on)
        if len(lines) > 1:
            yield "合计", *_yuan(*sum_contracts(lines))


def _list_register(change: RegisterChange, period: str) -> Row:
    amounts = _yuan(change.amount_fen) if change.amount_fen else ()
    day = f"{int(change.occurred_on[8:])}日"
    named = (REGISTER_WORDS[change.kind], change.number, change.name if change.number else "")
    return day, *named, tell_change(change), *amounts


def _list_change(change: AccountChange) -> Row:
    amounts = (change.opening_fen, change.increase_fen, change.decrease_fen, change.closing_fen)
    return change.account, change.name, *_yuan(*amounts)


def _list_amounts(amounts: Sequence[AccountAmount]) -> Iterator[Row]:
    for row in amounts:
        yield row.account, row.name, *_yuan(row.amount_fen, row.year_fen)
    if len(amounts) > 1:
        sums = (sum(row.amount_fen for row in amounts), sum(row.year_fen for row in amounts))
        yield "合计", *_yuan(*sums)


def _list_correction(row: Correction) -> Row:
    return *_MARKS[row.kind], row.voucher, row.answers, row.reason, *_yuan(row.amount_fen)


def _list_points_rows(figures: PointsFigures) -> Iterator[Row]:
    yield from ((sentence,) for sentence in summarize_points(figures))
    awards, points = figures.awards, figures.awarded_points
    sums = (points + figures.sealed_points, awards + figures.sealed_awards)
    yield "本月积分合计", _signed(sums[0]), "分", _count(figures.scored), "户有记录"
    yield "见第二项）", _count(awards), _signed(points)
    yield "各家私事）", _count(figures.sealed_awards), _signed(figures.sealed_points)
    yield "合计", _count(sums[1]), _signed(sums[0])
    households = (figures.households, figures.agreed, figures.scored)
    yield tuple(cell for number in households for cell in (_count(number), "户"))
    for group in figures.groups:
        yield group.group, _count(group.awards), _signed(group.points)
        for rule in group.rules:
            numbers = (_count(rule.quantity), _count(rule.awards), _signed(rule.points))
            yield rule.code, rule.item, rule.unit, *numbers
    if figures.groups:
        yield "合计", _count(awards), _signed(points)
    for row in figures.corrections:
        month = f"{row.of_period[:4]}年{int(row.of_period[5:])}月"
        yield month, row.rule or "不公开条目", row.reason, _signed(row.points)


def _list_score_rows(figures: ScoreFigures) -> Iterator[Row]:
    yield from ((sentence,) for sentence in summarize_scores(figures))
    stars = [row.stars for row in figures.stars]
    yield "全村", *(_count(row.members) for row in figures.stars), _count(figures.members)
    for branch in figures.branches:
        counts = {row.stars: row.members for row in branch.stars}
        yield branch.name, *(_count(counts.get(star, 0)) for star in stars), _count(branch.members)
        if branch.rounds:
            yield from _list_branch(branch)


def _list_branch(branch: BranchFigures) -> Iterator[Row]:
    for item in branch.items:
        yield item.code, item.item, _count(item.quantity), _count(item.marks), _signed(item.points)
    yield "只公布合计）", _count(branch.sealed_marks), _signed(branch.sealed_points)
    yield "合计", _signed(branch.points + branch.sealed_points)


def _yuan(*amounts_fen: int) -> Iterable[str]:
    return tuple(format_yuan(amount_fen) for amount_fen in amounts_fen)


def _count(number: int) -> str:
    return f"{number:,}"


def _signed(number: int) -> str:
    return f"+{number:,}" if number > 0 else _count(number)


def _format_day(day: str) -> str:
    return f"{day[:4]}年{int(day[5:7])}月{int(day[8:])}日"
