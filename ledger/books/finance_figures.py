"""The monthly finance sheet calculated: from the balances before the month, its vouchers and its corrections.

Pure arithmetic over values; where they come from is `ledger.figures.finance`'s subject, what each figure
means is defined with a worked month in reports/SHEETS.md. Rules that always hold:

- opening + income − expense = closing, for cash and bank together; with `moved_fen` for each of them;
- the moves add up to income and expense, and the last `balance_fen` is the closing;
- funds + receivables + assets − payables, each turned to the debit side, equal what 3xx, income and expense
  accounts leave on the credit side: no balance of class asset, cost or liability is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from ledger.books.accounts import Chart, find_account, is_bank, is_cash, is_money
from ledger.books.balances import Sides, add_turnovers, sign_posting, sum_turnovers
from ledger.books.figures import (
    AccountAmount,
    AccountChange,
    Correction,
    FinanceFigures,
    Fund,
    Move,
    SheetHead,
)
from ledger.books.money import format_yuan
from ledger.books.month_words import tell_contracts, tell_registers
from ledger.books.periods import format_day_of_year, format_period
from ledger.books.values import Value
from ledger.books.vouchers import About, Posting

RESULT_ACCOUNT = "321"
"""本年收益: a voucher that posts to it carries the year's income and expense over, and is neither."""
BIGGEST = 3
"""How many lines of income and of expense the summary names."""

_RECEIVABLE = "112"
_CURRENT = "113"  # 内部往来: receivable or payable, by the side its balance stands on


class MonthVoucher(Value, frozen=True):
    """A voucher of the month with its texts: what a line of the sheet is made of."""

    attachments: int
    correction: Literal["", "reversal", "replacement"]
    handler: str  # masked
    index: int
    number: str
    occurred_on: str
    postings: tuple[Posting, ...]
    summary: str
    about: About = About()


class Flow(NamedTuple):
    """Money in or out by one voucher, against one account. Both signs are possible: red is negative."""

    account: str
    income_fen: int
    expense_fen: int


class FundFlow(NamedTuple):
    """What one voucher does to cash or to bank."""

    income_fen: int
    expense_fen: int
    moved_fen: int


def build_finance_figures(
    head: SheetHead,
    chart: Chart,
    opening: Mapping[str, int],
    vouchers: Sequence[MonthVoucher],
    corrections: Sequence[Correction],
) -> FinanceFigures:
    """Return the figures of a month's money; what else its sheet tells of is set beside them.

    `opening` are the balances before it (signed fen, debit positive, by account), `vouchers` all of the
    month in order of number, `corrections` those that touch the month in order of index.
    """
    turnovers = sum_turnovers(posting for voucher in vouchers for posting in voucher.postings)
    carried = sum_turnovers(
        posting for voucher in vouchers if _carries_over(voucher) for posting in voucher.postings
    )
    closing = add_turnovers(opening, turnovers)
    funds = _build_funds(chart, opening, vouchers)
    opening_fen = sum(fund.opening_fen for fund in funds)
    changes = _build_changes(chart, opening, turnovers, closing)
    return FinanceFigures(
        assets=tuple(change for place, change in changes if place == "asset"),
        chart=chart.version,
        closing_fen=sum(fund.closing_fen for fund in funds),
        corrections=tuple(corrections),
        expense_fen=sum(fund.expense_fen for fund in funds),
        expenses=_build_amounts(chart, "expense", turnovers, carried, closing),
        funds=funds,
        head=head,
        income_fen=sum(fund.income_fen for fund in funds),
        incomes=_build_amounts(chart, "income", turnovers, carried, closing),
        moves=_build_moves(chart, vouchers, opening_fen),
        opening_fen=opening_fen,
        payables=tuple(change for place, change in changes if place == "payable"),
        receivables=tuple(change for place, change in changes if place == "receivable"),
        vouchers=len(vouchers),
    )


def calculate_flows(postings: Sequence[Posting], is_red: bool) -> list[Flow]:
    """Return the money in or out by one voucher, one flow for each line of the sheet; none without money.

    Let M be debits less credits over cash and bank. If all other postings stand on the side against M, each
    is a flow of its own; otherwise the voucher settles more than money (a purchase partly on credit), and M
    is one flow against the account with the largest amount on that side. M of zero is no flow. A red
    voucher is read as the voucher it takes back, and each flow negated.
    """
    sign = -1 if is_red else 1
    net_fen = sign * sum(sign_posting(posting) for posting in postings if is_money(posting.account))
    if not net_fen:
        return []
    side = "credit" if net_fen > 0 else "debit"
    others = [posting for posting in postings if not is_money(posting.account)]
    against = [(posting.account, sign * posting.amount_fen) for posting in others if posting.side == side]
    if len(against) < len(others):
        largest = max(against, key=lambda pair: pair[1])
        against = [(largest[0], abs(net_fen))]
    if net_fen > 0:
        return [Flow(account, sign * amount_fen, 0) for account, amount_fen in against]
    return [Flow(account, 0, sign * amount_fen) for account, amount_fen in against]


def calculate_funds(postings: Sequence[Posting], is_red: bool) -> tuple[FundFlow, FundFlow]:
    """Return what one voucher does to cash and to bank, in this order.

    Each of them takes its own net as income or expense. Where one gains and the other loses, the smaller of
    both amounts moved between them, and only what is left over came in or went out, by the fund that has
    it. A red voucher is read as the voucher it takes back, and everything negated.
    """
    sign = -1 if is_red else 1
    cash_fen = sign * sum(sign_posting(posting) for posting in postings if is_cash(posting.account))
    bank_fen = sign * sum(sign_posting(posting) for posting in postings if is_bank(posting.account))
    moved_fen = 0
    if (cash_fen > 0) != (bank_fen > 0):
        moved_fen = min(abs(cash_fen), abs(bank_fen)) * (1 if cash_fen > 0 else -1)
    return (
        _split_fund(cash_fen - moved_fen, moved_fen, sign),
        _split_fund(bank_fen + moved_fen, -moved_fen, sign),
    )


def find_place(code: str, class_: str, ends: tuple[int, int]) -> str:
    """Return which list an account stands in; 内部往来 by the side of its newest balance that is not zero."""
    if class_ == "liability":
        return "payable"
    if code.startswith(_CURRENT):
        return "payable" if (ends[1] or ends[0]) < 0 else "receivable"
    return "receivable" if code.startswith(_RECEIVABLE) else "asset"


def summarize_finance(figures: FinanceFigures, *, open_until: str = "") -> tuple[str, ...]:
    """Return the month in plain sentences: what came in, went out, is left, the biggest, the corrections.

    Chinese for readers who never saw an account book; amounts in yuan. The biggest are lines of the list of
    transactions, so that each is found there by its day and with the same amount; one that was taken back is
    not among them, since it told something that did not happen so. `open_until` is the day (YYYY-MM-DD) to
    which a month that is not closed is recorded, empty for a closed one: nobody knows its end yet.
    """
    period = figures.head.period
    month = format_period(period)
    until = f"截至{format_day_of_year(open_until, period)}" if open_until else ""
    change_fen = figures.closing_fen - figures.opening_fen
    came, went = _tell_flow("收", figures.income_fen), _tell_flow("花", figures.expense_fen)
    before, after = format_yuan(figures.opening_fen), format_yuan(figures.closing_fen)
    cash, bank = figures.funds
    sentences = [
        f"{month}{until and '，' + until}，村集体账上{came}，{went}。",
        f"月初有 {before} 元，{until or '月底'}还有 {after} 元，{_tell_change(change_fen)}。",
        f"其中现金 {format_yuan(cash.closing_fen)} 元，银行存款 {format_yuan(bank.closing_fen)} 元。",
    ]
    sentences += _tell_biggest("收入", [(line, move.income_fen) for line, move in _name_lines(figures)])
    sentences += _tell_biggest("支出", [(line, move.expense_fen) for line, move in _name_lines(figures)])
    sentences += [*tell_contracts(figures), *tell_registers(figures)]
    sentences.append(_tell_corrections(figures))
    return tuple(sentences)


def _carries_over(voucher: MonthVoucher) -> bool:
    return any(posting.account.startswith(RESULT_ACCOUNT) for posting in voucher.postings)


def _split_fund(net_fen: int, moved_fen: int, sign: int) -> FundFlow:
    return FundFlow(sign * max(net_fen, 0), sign * max(-net_fen, 0), sign * moved_fen)


def _get_name(chart: Chart, code: str) -> str:
    account = find_account(chart, code)
    return code if account is None else account.name


def _is_red(voucher: MonthVoucher) -> bool:
    return voucher.correction == "reversal"


def _build_funds(
    chart: Chart, opening: Mapping[str, int], vouchers: Sequence[MonthVoucher]
) -> tuple[Fund, Fund]:
    flows = [calculate_funds(voucher.postings, _is_red(voucher)) for voucher in vouchers]
    return (
        _build_fund(chart, "101", opening, [cash for cash, _ in flows]),
        _build_fund(chart, "102", opening, [bank for _, bank in flows]),
    )


def _build_fund(chart: Chart, code: str, opening: Mapping[str, int], flows: Sequence[FundFlow]) -> Fund:
    opening_fen = sum(amount_fen for account, amount_fen in opening.items() if account.startswith(code))
    income_fen = sum(flow.income_fen for flow in flows)
    expense_fen = sum(flow.expense_fen for flow in flows)
    moved_fen = sum(flow.moved_fen for flow in flows)
    return Fund(
        account=code,
        closing_fen=opening_fen + income_fen - expense_fen + moved_fen,
        expense_fen=expense_fen,
        income_fen=income_fen,
        moved_fen=moved_fen,
        name=_get_name(chart, code),
        opening_fen=opening_fen,
    )


def _build_moves(chart: Chart, vouchers: Sequence[MonthVoucher], opening_fen: int) -> tuple[Move, ...]:
    moves: list[Move] = []
    balance_fen = opening_fen
    for voucher in vouchers:
        for flow in calculate_flows(voucher.postings, _is_red(voucher)):
            balance_fen += flow.income_fen - flow.expense_fen
            move = Move(
                account=flow.account,
                account_name=_get_name(chart, flow.account),
                attachments=voucher.attachments,
                balance_fen=balance_fen,
                correction=voucher.correction,
                expense_fen=flow.expense_fen,
                handler=voucher.handler,
                income_fen=flow.income_fen,
                index=voucher.index,
                line=len(moves) + 1,
                occurred_on=voucher.occurred_on,
                summary=voucher.summary,
                voucher=voucher.number,
            )
            moves.append(move)
    return tuple(moves)


def _build_amounts(
    chart: Chart,
    class_: Literal["income", "expense"],
    turnovers: Mapping[str, Sides],
    carried: Mapping[str, Sides],
    closing: Mapping[str, int],
) -> tuple[AccountAmount, ...]:
    """Return the accounts of a class that have a month's amount or a year's, positive on their normal side.

    What a voucher to 本年收益 carried over this month counts in neither.
    """
    sign = -1 if class_ == "income" else 1
    amounts = []
    for code in sorted({*turnovers, *closing}):
        account = find_account(chart, code)
        if account is None or account.class_ != class_:
            continue
        month, over = turnovers.get(code, Sides(0, 0)), carried.get(code, Sides(0, 0))
        over_fen = over.debit_fen - over.credit_fen
        amount_fen = month.debit_fen - month.credit_fen - over_fen
        year_fen = closing.get(code, 0) - over_fen
        if amount_fen or year_fen:
            amount = AccountAmount(
                account=code, amount_fen=sign * amount_fen, name=account.name, year_fen=sign * year_fen
            )
            amounts.append(amount)
    return tuple(amounts)


def _build_changes(
    chart: Chart, opening: Mapping[str, int], turnovers: Mapping[str, Sides], closing: Mapping[str, int]
) -> list[tuple[str, AccountChange]]:
    """Return (asset, receivable or payable, change) of every such account with a balance or a turnover."""
    changes = []
    for code in sorted({*opening, *turnovers, *closing}):
        account = find_account(chart, code)
        if account is None or is_money(code) or account.class_ not in ("asset", "cost", "liability"):
            continue
        ends = (opening.get(code, 0), closing.get(code, 0))
        place = find_place(code, account.class_, ends)
        is_credit = account.normal_side == "credit" or place == "payable"
        sides = turnovers.get(code, Sides(0, 0))
        change = AccountChange(
            account=code,
            closing_fen=-ends[1] if is_credit else ends[1],
            decrease_fen=sides.debit_fen if is_credit else sides.credit_fen,
            increase_fen=sides.credit_fen if is_credit else sides.debit_fen,
            name=account.name,
            opening_fen=-ends[0] if is_credit else ends[0],
        )
        changes.append((place, change))
    return changes


def _tell_flow(verb: str, amount_fen: int) -> str:
    if amount_fen == 0:
        return f"没有{verb}钱"
    if amount_fen < 0:  # Only where more was taken back than came or went.
        return f"更正以前的账，少{verb}了 {format_yuan(-amount_fen)} 元"
    return f"一共{verb}了 {format_yuan(amount_fen)} 元"


def _tell_change(change_fen: int) -> str:
    if change_fen == 0:
        return "和月初一样多"
    return f"比月初{'多' if change_fen > 0 else '少'}了 {format_yuan(abs(change_fen))} 元"


def _name_lines(figures: FinanceFigures) -> Iterator[tuple[str, Move]]:
    """Yield each line that was not taken back, named by its day and summary, as the list has them."""
    taken_back = {correction.answers for correction in figures.corrections if correction.kind == "reversal"}
    for move in figures.moves:
        if move.voucher not in taken_back:
            yield f"{int(move.occurred_on[8:])}日{move.summary}", move


def _tell_biggest(word: str, lines: Sequence[tuple[str, int]]) -> list[str]:
    """Say the biggest above zero, the earlier first where amounts are equal; nothing where there is none."""
    biggest = sorted((line for line in lines if line[1] > 0), key=lambda line: -line[1])[:BIGGEST]
    if not biggest:
        return []
    told = "；".join(f"{name}，{format_yuan(amount_fen)} 元" for name, amount_fen in biggest)
    lead = f"{word}最多的一笔是" if len(biggest) == 1 else f"{word}最多的 {len(biggest)} 笔是"
    return [f"{lead}：{told}。"]


def _tell_corrections(figures: FinanceFigures) -> str:
    reds = sum(correction.kind == "reversal" for correction in figures.corrections)
    blues = len(figures.corrections) - reds
    if not figures.corrections:
        return "这个月的账没有改过。"
    told = "，".join(
        part
        for part in (f"红字冲销 {reds} 次" if reds else "", f"蓝字更正 {blues} 次" if blues else "")
        if part
    )
    return f"与这个月有关的账改过 {len(figures.corrections)} 次：{told}，原因都写在“更正”一栏。"
