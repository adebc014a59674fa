"""Whatever is tried, in whatever order: the books stay balanced, and a closed month stays what it was.

What is tried may be lawful or not; `check_entry` decides, and only what it lets pass is folded. A month is never opened
again: what comes later, corrections of it among them, is booked in an open month.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.balances import TrialBalance, sign_posting, sum_sides
from ledger.books.figures import FinanceFigures
from ledger.books.vouchers import (
    Posting,
    Voucher,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
    negate_postings,
)
from ledger.books.year_end import list_year_end
from ledger.data import load_reference
from ledger.figures.statements import Statements
from ledger.state.money import (
    build_closing,
    get_balances,
    get_earliest_open,
    get_month,
    get_next_number,
    get_opening,
    get_trial_balance,
    get_turnovers,
    list_book_months,
)
from tests.books.text_ledger import TextLedger

CHART = load_reference().charts["2023"]
MONTHS = ("2026-11", "2026-12", "2027-01", "2027-02")
CODES = ("101", "102", "112", "113", "151", "211", "32202", "50103", "504", "51302", "514")
OPEN = "2026-11-01 open | debit 102 9,000.00 | debit 101 1,000.00 | credit 301 10,000.00 | accepted\n"
LINES = st.lists(
    st.tuples(st.sampled_from(CODES), st.integers(-50, 99_999), st.booleans()), min_size=1, max_size=4
)
TRIED = st.one_of(
    st.tuples(st.just("voucher"), st.integers(0, 3), st.booleans(), LINES),
    st.tuples(st.just("reversal"), st.integers(0, 3), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("replacement"), st.integers(0, 3), st.integers(0, 9), LINES),
    st.tuples(st.just("year end"), st.integers(0, 3)),
    st.tuples(st.just("close"), st.integers(0, 3)),
)


class Closed(NamedTuple):
    """All that is told of a month, as the log stood when it was closed."""

    figures: FinanceFigures
    size: int
    statements: Statements | None
    trial: TrialBalance


class History:
    """Books in which anything may be tried; `closed` by month, `vouchers` those that were let pass, with indexes."""

    def __init__(self) -> None:
        self.closed: dict[str, Closed] = {}
        self.ledger = TextLedger()
        self.vouchers: list[tuple[int, Voucher]] = []
        assert self.ledger.run(OPEN) == []

    def try_(self, what: str, month: int, *more: Any) -> None:
        """Try one thing in a month."""
        period = MONTHS[month]
        if what == "voucher":
            is_balanced, lines = more
            self._record(VoucherRecorded, period, make_lines(lines, is_balanced=is_balanced), "summary")
        elif what == "year end":
            for proposal in list_year_end(CHART, get_balances(self.ledger.facts, period)):
                self._record(VoucherRecorded, period, proposal.postings, "summary")
        elif what == "close":
            self._close(period)
        elif self.vouchers:
            place, how = more
            index, wrong = self.vouchers[place % len(self.vouchers)]
            if what == "reversal":
                red = negate_postings(wrong.postings if how else wrong.postings[::-1])
                self._record(VoucherReversed, period, red, "reason", reverses=index)
            else:
                blue = make_lines(how, is_balanced=True)
                self._record(VoucherReplaced, period, blue, "summary", replaces=index)

    def see(self, period: str, size: int) -> Closed:
        """Return all that is told of a month."""
        ledger = self.ledger
        return Closed(
            ledger.get_figures(period, size),
            size,
            ledger.get_statements(period),
            get_trial_balance(ledger.facts, period),
        )

    def _record(
        self, kind: type[Voucher], period: str, postings: tuple[Posting, ...], text: str, **own: int
    ) -> None:
        ledger = self.ledger
        people = {who: ledger.publish(f"样例{who}") for who in ("approver", "bookkeeper", "handler")}
        body = kind(
            attachments=1,
            chart="2023",
            number=get_next_number(ledger.facts, period),
            postings=postings,
            **{text: ledger.publish("样例")},
            **people,
            **own,
        )
        if not ledger.record(body, "2027-06-01", period, f"{period}-15"):
            self.vouchers.append((ledger.entries[-1].index, body))

    def _close(self, period: str) -> None:
        body = build_closing(self.ledger.facts, period)
        if not self.ledger.record(body, "2027-06-01", period, f"{period}-15"):
            self.closed.setdefault(period, self.see(period, len(self.ledger.entries)))


def make_lines(lines: list[tuple[str, int, bool]], *, is_balanced: bool) -> tuple[Posting, ...]:
    """Return postings of these lines, and one more that makes both sides equal where they are to be."""
    postings = [
        Posting(account=code, amount_fen=amount_fen, side="debit" if is_debit else "credit")
        for code, amount_fen, is_debit in lines
    ]
    left_fen = sum(sign_posting(posting) for posting in postings)
    if is_balanced and left_fen:
        side = "credit" if left_fen > 0 else "debit"
        postings.append(Posting(account="102", amount_fen=abs(left_fen), side=side))
    return tuple(postings)


@settings(max_examples=120, deadline=None)
@given(st.lists(TRIED, max_size=16))
def test_debits_equal_credits_after_anything_that_was_tried(tried: list[tuple[Any, ...]]) -> None:
    history = History()
    for step in tried:
        history.try_(*step)

    facts = history.ledger.facts
    total = dict.fromkeys(CODES, 0)
    for _, body in history.vouchers:
        assert sum_sides(body.postings).debit_fen == sum_sides(body.postings).credit_fen
    for period in sorted(list_book_months(facts)):
        trial, month = get_trial_balance(facts, period), get_month(facts, period)
        assert trial.debit_fen == trial.credit_fen == month.debit_fen == month.credit_fen
        assert sum(row.opening_fen for row in trial.rows) == sum(row.closing_fen for row in trial.rows) == 0
        assert {row.account: row.closing_fen for row in trial.rows if row.closing_fen} == get_balances(
            facts, period
        )
        for code, sides in get_turnovers(facts, period).items():
            total[code] = total.get(code, 0) + sides.debit_fen - sides.credit_fen
    last, opening = get_balances(facts, MONTHS[-1]), get_opening(facts, MONTHS[0])
    assert {code for code, fen in total.items() if last.get(code, 0) != opening.get(code, 0) + fen} == set()


@settings(max_examples=120, deadline=None)
@given(
    st.lists(TRIED, max_size=6),
    st.integers(1, 3),
    st.lists(TRIED, max_size=10),
)
def test_nothing_that_comes_later_changes_what_a_closed_month_says(
    before: list[tuple[Any, ...]], months: int, after: list[tuple[Any, ...]]
) -> None:
    history = History()
    for step in before:
        history.try_(*step)
    for month in range(months):
        history.try_("year end", month)
        history.try_("close", month)
    assert len(history.closed) >= months

    for step in (*after, *(("close", month) for month in range(len(MONTHS)))):
        history.try_(*step)

    for period, known in history.closed.items():
        assert history.see(period, known.size) == known
        position = known.statements and known.statements.position
        assert position is not None
        assert position.get("assets").after_fen == position.get("sources").after_fen
    earliest = get_earliest_open(history.ledger.facts)
    assert earliest is None or earliest not in history.closed
