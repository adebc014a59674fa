"""Both statements against adding up from the start: whatever was booked, they agree with each other and with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.statements import build_position, list_distributions
from ledger.data import load_reference, load_statements
from ledger.figures.statements import Statements
from tests.books.test_vouchers import make_postings
from tests.books.text_ledger import TextLedger

CHART = load_reference().charts["2023"]
SHEETS = Path(__file__).parents[2] / "reports" / "SHEETS.md"
OPENED = (
    "{month}-01 open | debit 102 银行存款 9,000.00 | credit 301 资本 5,000.00 | credit 501 经营收入 2,500.00"
    " | debit 513 管理费用 500.00 | credit 322 收益分配 2,000.00 | accepted\n"
)
CODES = [
    "102",
    "112",
    "113",
    "151",
    "152",
    "181",
    "211",
    "311",
    "321",
    "322",
    "32201",
    "50103",
    "504",
    "513",
    "521",
]
LINES = st.lists(
    st.tuples(
        st.integers(0, 15),  # months after the opening
        st.sampled_from(CODES),
        st.sampled_from(CODES),
        st.integers(1, 999_999),
        st.booleans(),  # taken back at once
    ),
    max_size=14,
)


def add_months(month: str, count: int) -> str:
    months = int(month[:4]) * 12 + int(month[5:]) - 1 + count
    return f"{months // 12}-{months % 12 + 1:02d}"


def write_ledger(opened: str, lines: list[tuple[int, str, str, int, bool]]) -> tuple[TextLedger, str]:
    """Books of these vouchers, months left open, and the last month with one."""
    ledger, numbers, last = TextLedger(), dict[str, int](), opened
    assert ledger.run(OPENED.format(month=opened)) == []
    for after, debit, credit, amount_fen, is_taken_back in sorted(lines):
        month = add_months(opened, after)
        last = max(last, month)
        told = f"debit {debit} {amount_fen / 100:.2f} | credit {credit} {amount_fen / 100:.2f}"
        red = told.replace(f" {amount_fen / 100:.2f}", f" -{amount_fen / 100:.2f}")
        if debit == credit == "102":
            continue  # Money that moves from an account to itself is refused by the books.
        number = numbers[month] = numbers.get(month, 0) + 1
        text = f"{month}-20 voucher {number:03d} | {told} | accepted\n"
        if is_taken_back:
            numbers[month] += 1
            text += f"{month}-20 reversal {number + 1:03d} of {month}-{number:03d} | {red} | accepted\n"
        assert ledger.run(text) == []
    return ledger, last


def sum_up(ledger: TextLedger, until: str) -> dict[str, int]:
    """What the postings of all entries add up to, signed fen by account."""
    total: dict[str, int] = {}
    for entry in ledger.entries[1:]:
        for posting in entry.body.postings if entry.period <= until else ():
            signed = posting.amount_fen if posting.side == "debit" else -posting.amount_fen
            total[posting.account] = total.get(posting.account, 0) + signed
    return total


def sum_earned(ledger: TextLedger, since: str, until: str) -> int:
    """Income less expense by the vouchers of these months that carry nothing over."""
    vouchers = [entry.body.postings for entry in ledger.entries[2:] if since <= entry.period <= until]
    return sum(
        -posting.amount_fen if posting.side == "debit" else posting.amount_fen
        for postings in vouchers
        if not any(posting.account.startswith("321") for posting in postings)
        for posting in postings
        if posting.account.startswith("5")
    )


def get_statements(ledger: TextLedger, period: str) -> Statements:
    statements = ledger.get_statements(period)
    assert statements is not None
    return statements


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["2024-01", "2024-10"]), LINES)
def test_the_statements_agree_whatever_was_booked(
    opened: str, lines: list[tuple[int, str, str, int, bool]]
) -> None:
    ledger, period = write_ledger(opened, lines)

    statements = get_statements(ledger, period)

    position, result = statements.position, statements.result
    assert position.get("assets").after_fen == position.get("sources").after_fen
    assert position.get("assets").before_fen == position.get("sources").before_fen
    assert result.get("kept").after_fen == position.get("undistributed").after_fen
    taken_over = 200_000 if opened == "2024-10" and period[:4] == "2024" else 0
    assert statements.taken_over_fen == taken_over
    assert result.get("kept-before").after_fen == (position.get("undistributed").before_fen or 0) - taken_over
    assert result.get("net").before_fen == sum_earned(ledger, period, period)
    assert (
        result.get("net").after_fen
        == sum_earned(ledger, max(f"{period[:4]}-01", opened), period) + taken_over
    )


@settings(max_examples=40, deadline=None)
@given(LINES)
def test_every_line_of_the_position_is_what_its_accounts_hold(
    lines: list[tuple[int, str, str, int, bool]],
) -> None:
    ledger, period = write_ledger("2026-01", lines)

    position, held = get_statements(ledger, period).position, sum_up(ledger, period)

    assert position.get("money").after_fen == held["102"]
    assert position.get("receivables").after_fen == held.get("112", 0) + max(held.get("113", 0), 0)
    assert position.get("payables").after_fen == -held.get("211", 0) + max(-held.get("113", 0), 0)
    assert position.get("fixed-net").after_fen == held.get("151", 0) + held.get("152", 0)
    assert position.get("pending").after_fen == held.get("181", 0)
    kept = [amount for code, amount in held.items() if code[0] == "5" or code.startswith(("321", "322"))]
    assert position.get("undistributed").after_fen == -sum(kept)


def test_internal_accounts_are_never_netted() -> None:
    """Two households, one that owes and one that is owed: a village adds such accounts to its chart."""

    balances = {"11301": 700_00, "11302": -300_00, "301": -400_00}

    position = build_position(load_statements()["2023"], CHART, {}, balances)

    assert (position.get("receivables").after_fen, position.get("payables").after_fen) == (700_00, 300_00)
    assert position.get("assets").after_fen == position.get("sources").after_fen == 700_00


def test_a_voucher_tells_where_the_income_went() -> None:
    given_away = make_postings(("debit", "32201", 900), ("credit", "311", 300), ("credit", "113", 600))
    carried = make_postings(("debit", "50103", 900), ("credit", "321", 900))
    skipped = make_postings(("debit", "50103", 900), ("credit", "322", 900))

    assert list_distributions(CHART, given_away) == [("311", "debit", 300), ("113", "debit", 600)]
    assert list_distributions(CHART, carried) == []
    assert list_distributions(CHART, skipped) == [("50103", "credit", 900)]
    assert list_distributions(CHART, make_postings(("debit", "513", 5), ("credit", "101", 5))) == []


def test_no_statement_comes_before_the_books() -> None:
    ledger = TextLedger()
    assert ledger.get_statements("2026-10") is None

    assert ledger.run(OPENED.format(month="2026-10")) == []

    assert ledger.get_statements("2026-09") is None
    assert get_statements(ledger, "2026-10").first == "2026-10"


def test_a_line_that_no_form_has_is_not_there() -> None:
    ledger, period = write_ledger("2026-01", [])

    with pytest.raises(KeyError):
        get_statements(ledger, period).position.get("goodwill")


def test_what_the_document_defines_are_lines_of_the_statements() -> None:
    section = SHEETS.read_text(encoding="utf-8").partition("\n## Statements:")[2].partition("\n## ")[0]
    named = re.findall(r"^\| ([^|]*[\u4e00-\u9fff][^|]*) \|", section, re.MULTILINE)
    form = load_statements()["2023"]
    labels = {re.sub("^[减加]：", "", line.label) for line in form.position + form.result}

    assert named
    assert {label for row in named for label in row.split(", ")} <= labels
