"""Balances, turnovers and the trial balance, against adding up from the start."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.books.balances import (
    Sides,
    add_turnovers,
    build_trial_balance,
    from_balances,
    sign_posting,
    sum_sides,
    sum_turnovers,
    to_balances,
)
from ledger.books.vouchers import AccountBalance, Posting
from tests import reference_books

CODES = ["101", "102", "112", "301", "50103", "514"]
LINES = st.lists(
    st.tuples(
        st.sampled_from(CODES),
        st.sampled_from(["debit", "credit"]),
        st.integers(-1_000, 1_000).filter(bool),
    ),
    max_size=12,
)


def make_postings(lines: reference_books.Lines) -> list[Posting]:
    return [Posting(account=code, amount_fen=fen, side=side) for code, side, fen in lines]


@given(LINES, LINES)
def test_every_balance_is_what_all_postings_add_up_to(
    opening: reference_books.Lines, lines: reference_books.Lines
) -> None:
    before = add_turnovers({}, sum_turnovers(make_postings(opening)))

    after = add_turnovers(before, sum_turnovers(make_postings(lines)))

    expected = {code: reference_books.balance(opening, [(False, lines)], code) for code in CODES}
    assert after == {code: amount for code, amount in expected.items() if amount}
    assert list(after) == sorted(after)


@given(LINES)
def test_turnovers_are_sums_by_side(lines: reference_books.Lines) -> None:
    turnovers = sum_turnovers(make_postings(lines))

    vouchers = [(False, lines)]
    for code in CODES:
        debit_fen = reference_books.turnover(vouchers, code, "debit")
        credit_fen = reference_books.turnover(vouchers, code, "credit")
        assert turnovers.get(code, Sides(0, 0)) == (debit_fen, credit_fen)
    assert sum_sides(make_postings(lines)) == (
        sum(sides.debit_fen for sides in turnovers.values()),
        sum(sides.credit_fen for sides in turnovers.values()),
    )
    assert sum(map(sign_posting, make_postings(lines))) == sum(d - c for d, c in turnovers.values())


@given(st.dictionaries(st.sampled_from(CODES), st.integers(-1_000, 1_000)))
def test_balances_of_an_entry_read_back_the_same(balances: dict[str, int]) -> None:
    written = to_balances(balances)

    assert from_balances(written) == {code: amount for code, amount in balances.items() if amount}
    assert [row.account for row in written] == sorted(row.account for row in written)
    assert all(row.amount_fen > 0 for row in written)


def test_a_balance_names_its_side() -> None:
    assert to_balances({"301": -5, "101": 5, "102": 0}) == (
        AccountBalance(account="101", amount_fen=5, side="debit"),
        AccountBalance(account="301", amount_fen=5, side="credit"),
    )


def test_a_trial_balance_has_every_account_touched() -> None:
    trial = build_trial_balance({"101": 500, "301": -500}, {"101": Sides(0, 200), "514": Sides(200, 0)})

    rows = [
        (row.account, row.opening_fen, row.debit_fen, row.credit_fen, row.closing_fen) for row in trial.rows
    ]
    assert rows == [("101", 500, 0, 200, 300), ("301", -500, 0, 0, -500), ("514", 0, 200, 0, 200)]
    assert (trial.debit_fen, trial.credit_fen) == (200, 200)
