"""The finance sheet's arithmetic against adding up from the start, and its sentences."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.figures import Correction, FinanceFigures, SheetHead
from ledger.books.finance_figures import (
    Flow,
    FundFlow,
    MonthVoucher,
    build_finance_figures,
    calculate_flows,
    calculate_funds,
    summarize_finance,
)
from ledger.books.vouchers import Posting, check_voucher, negate_postings
from ledger.data import load_reference
from tests import reference_books
from tests.books.test_vouchers import Line, make_postings, make_voucher
from tests.books.text_ledger import TextLedger

CHART = load_reference().charts["2023"]
SHEETS = Path(__file__).parents[2] / "reports" / "SHEETS.md"
HEAD = SheetHead(
    display_from="",
    display_to="",
    follows="",
    kind="finance",
    number="",
    objections_until="",
    period="2026-10",
    replaces="",
    size=99,
    telephone="",
    township="",
    village="371082101201",
    village_name="石榴河村",
)


def make_month_voucher(number: int, lines: list[Line], **changes: object) -> MonthVoucher:
    values: dict[str, object] = {
        "attachments": 1,
        "correction": "",
        "handler": "样*丙",
        "index": number + 1,
        "number": f"2026-10-{number:03d}",
        "occurred_on": "2026-10-28",
        "postings": make_postings(*lines),
        "summary": f"第 {number} 笔",
    }
    return MonthVoucher(**(values | changes))


def build(
    vouchers: list[MonthVoucher],
    opening: dict[str, int] | None = None,
    corrections: list[Correction] | None = None,
) -> FinanceFigures:
    return build_finance_figures(HEAD, CHART, opening or {}, vouchers, corrections or [])


def split(total: int, cuts: list[int]) -> list[int]:
    """Cut a sum into positive parts."""
    edges = sorted({0, total, *(cut % total for cut in cuts)})
    return [high - low for low, high in itertools.pairwise(edges)]


ACCOUNTS = st.permutations(["101", "102", "112", "113", "151", "211", "301", "50103", "504", "51302", "514"])


@st.composite
def draw_lines(draw: st.DrawFn) -> list[Line]:
    """One balanced voucher that the rules accept: up to three accounts on either side, none on both."""
    total = draw(st.integers(1, 10**7))
    codes = draw(ACCOUNTS)
    debits = split(total, draw(st.lists(st.integers(1, 10**7), max_size=2)))
    credits = split(total, draw(st.lists(st.integers(1, 10**7), max_size=2)))
    lines = [("debit", code, fen) for code, fen in zip(codes, debits, strict=False)]
    lines += [("credit", code, fen) for code, fen in zip(codes[3:], credits, strict=False)]
    if check_voucher(make_voucher(*lines), CHART, "2026-10"):
        return [("debit", "101", total), ("credit", "102", total)]
    return draw(st.permutations(lines))


@st.composite
def draw_month(draw: st.DrawFn) -> list[MonthVoucher]:
    """A month of vouchers, some of them taken back."""
    vouchers: list[MonthVoucher] = []
    for lines in draw(st.lists(draw_lines(), max_size=8)):
        vouchers.append(make_month_voucher(len(vouchers) + 1, lines))
        if draw(st.integers(0, 3)) == 0:
            wrong = draw(st.sampled_from(vouchers))
            if wrong.correction == "":
                red = negate_postings(wrong.postings)
                number = len(vouchers) + 1
                reversal = make_month_voucher(number, [], postings=red, correction="reversal")
                vouchers.append(reversal)
    return vouchers


def to_plain(postings: tuple[Posting, ...]) -> reference_books.Lines:
    return [(posting.account, posting.side, posting.amount_fen) for posting in postings]


@given(
    st.dictionaries(st.sampled_from(["101", "102", "113", "211", "301"]), st.integers(-9999, 9999)),
    draw_month(),
)
def test_every_figure_is_what_the_postings_add_up_to(
    opening: dict[str, int], month: list[MonthVoucher]
) -> None:
    opened = [(code, "debit", amount) for code, amount in opening.items()]
    vouchers = [(voucher.correction == "reversal", to_plain(voucher.postings)) for voucher in month]

    figures = build(month, opening)

    assert figures.income_fen == reference_books.income(vouchers)
    assert figures.expense_fen == reference_books.expense(vouchers)
    for fund in figures.funds:
        assert fund.opening_fen == opening.get(fund.account, 0)
        assert fund.closing_fen == reference_books.balance(opened, vouchers, fund.account)
    assert figures.funds[0].moved_fen == reference_books.moved_to_cash(vouchers)
    for change in figures.assets + figures.receivables:
        sign = -1 if change.account in ("133", "152", "162") else 1
        assert sign * change.closing_fen == reference_books.balance(opened, vouchers, change.account)
    for change in figures.payables:
        assert -change.closing_fen == reference_books.balance(opened, vouchers, change.account)
    for amount in figures.expenses:
        assert amount.year_fen == amount.amount_fen == reference_books.balance([], vouchers, amount.account)
    for amount in figures.incomes:
        assert amount.year_fen == amount.amount_fen == -reference_books.balance([], vouchers, amount.account)


@given(
    st.dictionaries(st.sampled_from(["101", "102", "112", "113", "151", "211"]), st.integers(0, 9999)),
    draw_month(),
)
def test_a_sheet_always_adds_up(opening: dict[str, int], month: list[MonthVoucher]) -> None:
    figures = build(month, opening)

    assert figures.opening_fen + figures.income_fen - figures.expense_fen == figures.closing_fen
    assert sum(fund.moved_fen for fund in figures.funds) == 0
    assert sum(fund.closing_fen for fund in figures.funds) == figures.closing_fen
    for fund in figures.funds:
        assert fund.opening_fen + fund.income_fen - fund.expense_fen + fund.moved_fen == fund.closing_fen
    assert sum(move.income_fen for move in figures.moves) == figures.income_fen
    assert sum(move.expense_fen for move in figures.moves) == figures.expense_fen
    assert [move.line for move in figures.moves] == list(range(1, len(figures.moves) + 1))
    balance_fen = figures.opening_fen
    for move in figures.moves:
        balance_fen += move.income_fen - move.expense_fen
        assert move.balance_fen == balance_fen
    assert balance_fen == figures.closing_fen
    for change in figures.assets + figures.payables + figures.receivables:
        assert change.opening_fen + change.increase_fen - change.decrease_fen == change.closing_fen


@given(draw_month())
def test_nothing_owned_or_owed_is_left_out(month: list[MonthVoucher]) -> None:
    vouchers = [(voucher.correction == "reversal", to_plain(voucher.postings)) for voucher in month]

    figures = build(month)

    owned = figures.closing_fen + sum(row.closing_fen for row in figures.assets + figures.receivables)
    owed = sum(row.closing_fen for row in figures.payables)
    earned = sum(row.year_fen for row in figures.incomes) - sum(row.year_fen for row in figures.expenses)
    assert owned - owed == earned - reference_books.balance([], vouchers, "3")


@given(draw_lines())
def test_a_reversal_takes_back_every_line_of_its_voucher(lines: list[Line]) -> None:
    postings = make_postings(*lines)
    red = negate_postings(postings)

    flows, taken = calculate_flows(postings, False), calculate_flows(red, True)

    assert taken == [Flow(flow.account, -flow.income_fen, -flow.expense_fen) for flow in flows]
    assert calculate_funds(red, True) == tuple(
        FundFlow(-flow.income_fen, -flow.expense_fen, -flow.moved_fen)
        for flow in calculate_funds(postings, False)
    )


@pytest.mark.parametrize(
    ("lines", "cash", "bank"),
    [
        ([("debit", "101", 30), ("credit", "102", 30)], (0, 0, 30), (0, 0, -30)),
        ([("debit", "102", 30), ("credit", "101", 30)], (0, 0, -30), (0, 0, 30)),
        ([("debit", "514", 24), ("credit", "101", 4), ("credit", "102", 20)], (0, 4, 0), (0, 20, 0)),
        ([("debit", "101", 4), ("debit", "102", 20), ("credit", "504", 24)], (4, 0, 0), (20, 0, 0)),
        ([("debit", "101", 70), ("debit", "514", 30), ("credit", "102", 100)], (0, 0, 70), (0, 30, -70)),
        ([("debit", "102", 100), ("credit", "504", 30), ("credit", "101", 70)], (0, 0, -70), (30, 0, 70)),
        ([("debit", "101", 100), ("credit", "504", 30), ("credit", "102", 70)], (30, 0, 70), (0, 0, -70)),
        ([("debit", "51304", 9), ("credit", "152", 9)], (0, 0, 0), (0, 0, 0)),
    ],
)
def test_a_voucher_on_cash_and_bank_is_split_as_the_document_says(
    lines: list[Line], cash: tuple[int, int, int], bank: tuple[int, int, int]
) -> None:
    assert calculate_funds(make_postings(*lines), False) == (cash, bank)


@pytest.mark.parametrize(
    ("lines", "flows"),
    [
        ([("debit", "101", 30), ("credit", "102", 30)], []),
        ([("debit", "51304", 9), ("credit", "152", 9)], []),
        (
            [("debit", "102", 36), ("credit", "50103", 30), ("credit", "112", 6)],
            [("50103", 30, 0), ("112", 6, 0)],
        ),
        ([("debit", "514", 1), ("debit", "513", 2), ("credit", "101", 3)], [("514", 0, 1), ("513", 0, 2)]),
        ([("debit", "151", 18), ("credit", "102", 10), ("credit", "211", 8)], [("151", 0, 10)]),
        (
            [("debit", "514", 9), ("debit", "151", 9), ("credit", "102", 10), ("credit", "211", 8)],
            [("514", 0, 10)],
        ),
        ([("debit", "102", 98), ("debit", "515", 2), ("credit", "50103", 100)], [("50103", 98, 0)]),
    ],
)
def test_lines_of_a_voucher_follow_the_three_rules(
    lines: list[Line], flows: list[tuple[str, int, int]]
) -> None:
    assert calculate_flows(make_postings(*lines), False) == flows


def test_the_years_result_carried_over_hides_neither_month_nor_year() -> None:
    carried = [("debit", "50103", 1_200), ("credit", "51302", 500), ("credit", "321", 700)]
    month = [
        make_month_voucher(1, [("debit", "102", 200), ("credit", "50103", 200)]),
        make_month_voucher(2, carried),
    ]

    figures = build(month, {"50103": -1_000, "51302": 500, "301": 500})

    assert [(row.account, row.amount_fen, row.year_fen) for row in figures.incomes] == [("50103", 200, 1_200)]
    assert [(row.account, row.amount_fen, row.year_fen) for row in figures.expenses] == [("51302", 0, 500)]


def test_an_account_whose_turnover_comes_to_nothing_is_no_income() -> None:
    month = [
        make_month_voucher(1, [("debit", "112", 5), ("credit", "504", 5)]),
        make_month_voucher(2, [("debit", "504", 5), ("credit", "112", 5)]),
    ]

    assert build(month).incomes == ()


def test_current_accounts_stand_on_the_side_of_their_balance() -> None:
    owed = build([make_month_voucher(1, [("debit", "102", 7), ("credit", "113", 7)])])
    settled = build(
        [make_month_voucher(1, [("debit", "113", 7), ("credit", "102", 7)])], {"113": -7, "102": 7}
    )
    lent = build([make_month_voucher(1, [("debit", "113", 7), ("credit", "102", 7)])], {"102": 7})

    assert [(row.account, row.closing_fen, row.increase_fen) for row in owed.payables] == [("113", 7, 7)]
    assert [(row.closing_fen, row.decrease_fen) for row in settled.payables] == [(0, 7)]
    assert [(row.closing_fen, row.increase_fen) for row in lent.receivables] == [(7, 7)]
    assert (owed.receivables, settled.receivables, lent.payables) == ((), (), ())


def test_an_account_outside_the_chart_is_left_out_of_lists_and_named_by_its_code() -> None:
    figures = build([make_month_voucher(1, [("debit", "102", 7), ("credit", "599", 7)])])

    assert (figures.incomes, figures.assets) == ((), ())
    assert [move.account_name for move in figures.moves] == ["599"]


def test_the_documents_worked_month_is_what_the_program_computes() -> None:
    blocks = re.findall(r"```ledger\n(.*?)```", SHEETS.read_text(encoding="utf-8"), re.DOTALL)

    assert len(blocks) == 11
    assert TextLedger().run("".join(blocks)) == []


def test_a_month_without_vouchers_is_told() -> None:
    assert summarize_finance(build([], {"101": 2_000_00, "102": 98_000_00})) == (
        "2026年10月，村集体账上没有收钱，没有花钱。",
        "月初有 100,000.00 元，月底还有 100,000.00 元，和月初一样多。",
        "其中现金 2,000.00 元，银行存款 98,000.00 元。",
        "这个月的账没有改过。",
    )


def test_the_three_biggest_are_lines_of_the_list() -> None:
    month = [
        make_month_voucher(number, [("debit", "514", fen), ("credit", "101", fen)])
        for number, fen in enumerate([300, 900, 300, 500], start=1)
    ]
    month.append(make_month_voucher(5, [("debit", "102", 9), ("credit", "504", 5), ("credit", "112", 4)]))

    assert summarize_finance(build(month))[3:5] == (
        "收入最多的 2 笔是：28日第 5 笔，0.05 元；28日第 5 笔，0.04 元。",
        "支出最多的 3 笔是：28日第 2 笔，9.00 元；28日第 4 笔，5.00 元；28日第 1 笔，3.00 元。",
    )
    assert summarize_finance(build(month))[1] == "月初有 0.00 元，月底还有 -19.91 元，比月初少了 19.91 元。"


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        (["reversal"], "与这个月有关的账改过 1 次：红字冲销 1 次，原因都写在“更正”一栏。"),
        (["replacement"], "与这个月有关的账改过 1 次：蓝字更正 1 次，原因都写在“更正”一栏。"),
        (
            ["reversal", "replacement", "reversal"],
            "与这个月有关的账改过 3 次：红字冲销 2 次，蓝字更正 1 次，原因都写在“更正”一栏。",
        ),
    ],
)
def test_corrections_are_counted_in_words(kinds: list[str], sentence: str) -> None:
    corrections = [
        Correction(
            amount_fen=-100,
            answers="2026-09-001",
            index=number,
            kind=kind,
            occurred_on="2026-10-28",
            reason="金额录错",
            voucher=f"2026-10-{number:03d}",
        )
        for number, kind in enumerate(kinds, start=1)
    ]

    assert summarize_finance(build([], corrections=corrections))[-1] == sentence


def test_a_month_that_only_takes_back_says_so() -> None:
    red = make_postings(("debit", "102", -700), ("credit", "504", -700))

    figures = build([make_month_voucher(1, [], postings=red, correction="reversal")], {"102": 1_000})

    assert summarize_finance(figures)[:2] == (
        "2026年10月，村集体账上更正以前的账，少收了 7.00 元，没有花钱。",
        "月初有 10.00 元，月底还有 3.00 元，比月初少了 7.00 元。",
    )


def test_a_month_that_is_not_closed_is_told_up_to_its_newest_day() -> None:
    figures = build([], {"101": 2_000_00})

    assert summarize_finance(figures, open_until="2026-10-12")[:2] == (
        "2026年10月，截至10月12日，村集体账上没有收钱，没有花钱。",
        "月初有 2,000.00 元，截至10月12日还有 2,000.00 元，和月初一样多。",
    )
    assert "截至2027年1月3日还有" in summarize_finance(figures, open_until="2027-01-03")[1]
    assert not [line for line in summarize_finance(figures, open_until="2026-10-12") if "月底" in line]


def test_every_biggest_amount_stands_in_the_list_with_its_words() -> None:
    posted = [("debit", "513", 629_400), ("debit", "514", 300), ("credit", "102", 629_700)]
    figures = build(
        [make_month_voucher(1, posted), make_month_voucher(2, [*posted[1:2], ("credit", "101", 300)])]
    )

    told = summarize_finance(figures)[3]

    assert told == (
        "支出最多的 3 笔是：28日第 1 笔，6,294.00 元；28日第 1 笔，3.00 元；28日第 2 笔，3.00 元。"
    )
    assert [move.expense_fen for move in figures.moves] == [629_400, 300, 300]
