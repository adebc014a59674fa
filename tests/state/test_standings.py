"""What a month's closing says of contracts: from the closing before and the month's vouchers, checked when recorded."""

from __future__ import annotations

import msgspec
import pytest

from ledger.books.vouchers import ContractStanding
from ledger.canonical import encode_value, format_entry
from ledger.data import load_reference
from ledger.entries import Entry
from ledger.errors import format_fault
from ledger.limits import ENTRY_MAX_BYTES
from ledger.state import check_entry, money, standings
from ledger.state.facts import scan_facts
from ledger.state.money import build_closing
from ledger.state.register_facts import PaymentFacts
from ledger.state.standings import (
    build_standings,
    get_standings,
    read_month,
)
from tests.books.text_ledger import TextLedger

OPEN = """
2026-01-01 open | debit 102 9,000.00 | credit 301 9,000.00 | accepted
2026-01-02 contract HT-0001 other receives 2026-01-01 to 2026-12-31 | 2026-01-31 1000.00 | 2026-03-31 1000.00 | accepted
2026-01-02 contract HT-0002 works pays 2026-01-01 to 2026-02-15 | 2026-01-20 600.00 | 2026-05-01 400.00 | 沟 | accepted
2026-01-02 contract HT-0003 contracting receives 2026-01-01 to 2026-01-31 | 2026-01-10 50.00 | 打谷场 | accepted
"""
JANUARY = """
2026-01-12 voucher 001 for HT-0003 | debit 102 银行存款 50.00 | credit 50106 发包收入 50.00 | 打谷场 | accepted
2026-01-21 voucher 002 for HT-0002 | debit 514 公益支出 700.00 | credit 102 银行存款 700.00 | 付修沟款 | accepted
2026-02-01 voucher 001 for HT-0001 | debit 102 银行存款 1,000.00 | credit 50103 租赁收入 1,000.00 | 收租金 | accepted
2026-02-02 close 2026-01 | accepted
"""
FEBRUARY = """
2026-02-05 reversal 002 of 2026-01-002 | debit 514 -700.00 | credit 102 -700.00 | 金额录错 | accepted
2026-02-05 replacement 003 of 2026-01-002 for HT-0002 | debit 514 600.00 | credit 102 600.00 | 付修沟款 | accepted
2026-03-02 close 2026-02 | accepted
"""
MARCH = """
2026-03-10 voucher 001 | debit 514 20.00 | credit 102 20.00 | 买灯泡 | accepted
2026-04-02 close 2026-03 | accepted
"""
APRIL = """
2026-05-02 close 2026-04 | accepted
"""
REST = MARCH + APRIL


def build(text: str) -> TextLedger:
    ledger = TextLedger()
    assert ledger.run(text) == []
    return ledger


def tell(found: standings.Standings | None) -> list[tuple[str, int, str, int]]:
    return [(row.contract, row.due_fen, row.ends_on, row.paid_fen) for row in found or ()]


def follow(ledger: TextLedger, period: str, day: str, **changes: object) -> list[str]:
    """Return what speaks against a closing that says something else."""
    body = msgspec.structs.replace(build_closing(ledger.facts, period), **changes)
    last = ledger.entries[-1]
    entry = Entry(
        body=body,
        checkers=last.checkers,
        index=len(ledger.entries),
        kind="period.closed",
        maker=last.maker,
        occurred_on=day,
        period=period,
        previous="",
        recorded_at=last.recorded_at + 40 * 86_400_000,
        v=1,
        village=last.village,
    )
    return [format_fault(fault) for fault in check_entry(ledger.facts, load_reference(), entry)]


def test_a_closing_says_of_each_contract_what_was_due_and_paid_by_the_months_end() -> None:
    ledger = build(OPEN + JANUARY)

    # A voucher of February was recorded before January was closed, and counts in February.
    assert tell(get_standings(ledger.facts, "2026-01")) == [
        ("HT-0001", 100_000, "2026-12-31", 0),
        ("HT-0002", 60_000, "2026-02-15", 70_000),
        ("HT-0003", 5_000, "2026-01-31", 5_000),
    ]


def test_what_is_settled_is_left_out_and_what_asks_for_more_later_is_not() -> None:
    ledger = build(OPEN + JANUARY + FEBRUARY)

    # HT-0003 ended in January and is paid; HT-0002 ended, and asks for 400 in May.
    assert tell(get_standings(ledger.facts, "2026-02")) == [
        ("HT-0001", 100_000, "2026-12-31", 100_000),
        ("HT-0002", 60_000, "2026-02-15", 60_000),
    ]
    assert read_month(ledger.facts, "2026-02").moved == {"HT-0001": 100_000, "HT-0002": 10_000}


def test_what_comes_back_of_a_settled_contract_is_told_again() -> None:
    back = """
    2026-04-10 voucher 001 for HT-0003 | debit 50106 5.00 | credit 102 银行存款 5.00 | 多收的退回 | accepted
    """
    ledger = build(OPEN + JANUARY + FEBRUARY + MARCH + back + APRIL)

    assert ("HT-0003", 5_000, "2026-01-31", 4_500) in tell(get_standings(ledger.facts, "2026-04"))
    # So it is owed for, and stays until it is paid.
    assert "HT-0003" in [row.contract for row in read_month(ledger.facts, "2026-04").list_to_tell()]
    assert read_month(ledger.facts, "2026-04").find_unproven() == ""


def test_what_was_paid_ahead_and_fell_due_after_the_end_is_told_as_settled_once_more() -> None:
    ahead = """
    2026-01-02 contract HT-0004 other receives 2026-01-01 to 2026-01-31 | 2026-02-15 30.00 | 晒谷场 | accepted
    2026-01-12 voucher 001 for HT-0004 | debit 102 银行存款 30.00 | credit 50106 发包收入 30.00 | 先付 | accepted
    2026-02-02 close 2026-01 | accepted
    2026-03-02 close 2026-02 | accepted
    2026-04-02 close 2026-03 | accepted
    """
    ledger = build(OPEN + ahead)

    found = [tell(get_standings(ledger.facts, f"2026-0{month}"))[3:] for month in (1, 2, 3)]
    assert found == [[("HT-0004", 0, "2026-01-31", 3_000)], [("HT-0004", 3_000, "2026-01-31", 3_000)], []]
    # So no sheet of these months lacks it.
    assert [read_month(ledger.facts, f"2026-0{month}").find_unproven() for month in (1, 2, 3)] == ["", "", ""]


def test_what_a_closing_says_is_what_all_entries_add_up_to() -> None:
    """Month by month from the closing before: the same as from every payment there is."""
    ledger = build(OPEN + JANUARY + FEBRUARY + REST)
    for period in ("2026-01", "2026-02", "2026-03", "2026-04"):
        for number, due_fen, _, paid_fen in tell(get_standings(ledger.facts, period)):
            sign = -1 if number == "HT-0002" else 1
            paid = [
                moved.money_fen
                for _, moved in scan_facts(ledger.facts, f"payment/{number}/", PaymentFacts)
                if ledger.entries[moved.index].period <= period
            ]
            assert sign * sum(paid) == paid_fen, (period, number)
            found = read_month(ledger.facts, period).find_terms(number)
            assert found is not None
            due = [due.amount_fen for due in found.terms.dues if due.due_on[:7] <= period]
            assert sum(due) == due_fen


def test_a_month_is_told_as_it_was_known_when_it_was_closed() -> None:
    ledger = build(OPEN + JANUARY)
    later = """
    2026-02-06 contract HT-0004 other receives 2026-01-01 to 2026-06-30 | 2026-01-15 7.00 | 补签 | accepted
    2026-02-07 amend HT-0001 from 2026-01-01 | 2026-01-31 900.00 | 减租 | accepted
    """
    told = get_standings(ledger.facts, "2026-01")

    assert ledger.run(later) == []

    assert build_standings(ledger.facts, "2026-01") == told
    assert tell(build_standings(ledger.facts, "2026-02"))[0] == ("HT-0001", 90_000, "2026-12-31", 100_000)
    assert ("HT-0004", 700, "2026-06-30", 0) in tell(build_standings(ledger.facts, "2026-02"))


def test_a_void_contract_is_told_once_more_and_while_money_has_to_go_back() -> None:
    ledger = build(OPEN + JANUARY)
    assert ledger.run("2026-02-03 void HT-0001 | 面积登记错了 | accepted" + FEBRUARY + REST) == []

    assert ("HT-0001", 0, "2026-12-31", 100_000) in tell(get_standings(ledger.facts, "2026-04"))
    # Nothing else of it is asked for.
    assert "HT-0001" not in [row.contract for row in read_month(ledger.facts, "2026-04").list_to_tell()]
    quiet = build(OPEN)
    assert (
        quiet.run("2026-02-03 void HT-0001 | 面积登记错了 | accepted\n2026-02-04 close 2026-01 | accepted")
        == []
    )
    assert ("HT-0001", 0, "2026-12-31", 0) in tell(get_standings(quiet.facts, "2026-01"))
    assert quiet.run("2026-03-04 close 2026-02 | accepted") == []
    assert "HT-0001" not in [row.contract for row in get_standings(quiet.facts, "2026-02") or ()]


def test_a_closing_that_says_something_else_is_refused_contract_by_contract() -> None:
    ledger = build(OPEN)
    right = build_standings(ledger.facts, "2026-01")
    assert right is not None
    wrong = (msgspec.structs.replace(right[0], paid_fen=100_000), right[2])

    assert follow(ledger, "2026-01", "2026-02-02", contracts=wrong) == [
        (
            "2026-01 结账的合同 HT-0001：现为应收付 1,000.00，已收付 1,000.00，2026-12-31 到期，变更 0 次，"
            "应为应收付 1,000.00，已收付 0.00，2026-12-31 到期，变更 0 次。"
            "账上有变动，请重新生成结账再通过。（closing-contract）"
        ),
        (
            "2026-01 结账的合同 HT-0002：现为没有，应为应收付 600.00，已收付 0.00，2026-02-15 到期，变更 0 次。"
            "账上有变动，请重新生成结账再通过。（closing-contract）"
        ),
    ]
    for mixed in (right[::-1], (*right, right[0])):
        assert follow(ledger, "2026-01", "2026-02-02", contracts=mixed) == [
            (
                "2026-01 结账的各份合同：现为没有写，次序不对或有重复，应为按合同编号，各一行。"
                "账上有变动，请重新生成结账再通过。（closing-contracts）"
            )
        ]


def test_a_closing_of_before_says_nothing_but_none_after_one_that_does() -> None:
    ledger = build(OPEN)
    assert follow(ledger, "2026-01", "2026-02-02", contracts=None) == []
    assert read_month(ledger.facts, "2026-01").before is None

    assert ledger.run(JANUARY) == []

    codes = [told[-18:] for told in follow(ledger, "2026-02", "2026-03-02", contracts=None)]
    assert codes == ["（closing-contract）"[-18:]] * 2
    empty = build(OPEN.split("\n2026-01-02", maxsplit=1)[0])
    assert empty.run("\n2026-02-02 close 2026-01 | accepted") == []
    assert get_standings(empty.facts, "2026-01") == ()
    assert "（closing-contracts）" in follow(empty, "2026-02", "2026-03-02", contracts=None)[0]


def test_more_contracts_than_an_entry_holds_are_left_to_the_register(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standings, "STANDINGS_MAX", 2)
    ledger = build(OPEN + JANUARY)

    assert get_standings(ledger.facts, "2026-01") is None
    assert ledger.run(FEBRUARY) == []
    # Two are left: from here on closings say it again, counted from all payments.
    assert len(tell(get_standings(ledger.facts, "2026-02"))) == 2


def test_contracts_and_balances_that_burst_an_entry_together_leave_the_contracts_to_the_register(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger = build(OPEN)
    whole = build_closing(ledger.facts, "2026-01")
    assert whole.contracts is not None
    monkeypatch.setattr(money, "CLOSING_MAX_BYTES", len(encode_value(whole)))
    assert build_closing(ledger.facts, "2026-01") == whole
    monkeypatch.setattr(money, "CLOSING_MAX_BYTES", len(encode_value(whole)) - 1)

    assert build_closing(ledger.facts, "2026-01") == msgspec.structs.replace(whole, contracts=None)
    assert ledger.run(JANUARY + FEBRUARY) == []
    assert get_standings(ledger.facts, "2026-01") is None


def test_the_longest_closing_that_speaks_of_contracts_is_an_entry() -> None:
    ledger = build(OPEN + JANUARY)
    last = ledger.entries[-1]
    (row, *_), many = get_standings(ledger.facts, "2026-01") or (), tuple(last.checkers[:1] * 10)
    count = money.CLOSING_MAX_BYTES // (len(encode_value(row)) + 1)
    body = msgspec.structs.replace(build_closing(ledger.facts, "2026-01"), contracts=(row,) * count)
    assert len(encode_value(body)) > money.CLOSING_MAX_BYTES

    assert len(format_entry(msgspec.structs.replace(last, body=body, checkers=many))) <= ENTRY_MAX_BYTES


def test_the_sheet_tells_of_what_changed_is_owed_was_paid_or_ends_soon() -> None:
    ledger = build(OPEN + JANUARY + FEBRUARY + REST)

    numbers = {
        period: [row.contract for row in read_month(ledger.facts, period).list_to_tell()]
        for period in ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05")
    }

    # Nothing is paid in March, where the second rent falls due; it is owed in April too. May is open.
    assert numbers == {
        "2026-01": ["HT-0001", "HT-0002", "HT-0003"],
        "2026-02": ["HT-0001", "HT-0002"],
        "2026-03": ["HT-0001"],
        "2026-04": ["HT-0001"],
        "2026-05": [],
    }


def test_what_does_not_follow_from_a_sheets_own_entries_is_named() -> None:
    ledger = build(OPEN + JANUARY + FEBRUARY + REST)
    assert [read_month(ledger.facts, f"2026-0{month}").find_unproven() for month in (1, 2, 3, 4, 5)] == [
        ""
    ] * 5

    def spoil(period: str, rows: tuple[ContractStanding, ...]) -> str:
        """Return what is found wrong where a closing says other than it did."""
        at = next(
            entry.index
            for entry in ledger.entries
            if entry.kind == "period.closed" and entry.period == period
        )
        kept = ledger.entries[at]
        body = msgspec.structs.replace(kept.body, contracts=rows)
        ledger.entries[at] = msgspec.structs.replace(kept, body=body)
        found = read_month(ledger.facts, "2026-02").find_unproven()
        ledger.entries[at] = kept
        return found

    first, second = get_standings(ledger.facts, "2026-02") or ()
    change = msgspec.structs.replace
    assert spoil("2026-02", (change(first, paid_fen=0), second)) == "HT-0001"
    assert spoil("2026-02", (change(first, due_fen=0), second)) == "HT-0001"
    assert spoil("2026-02", (first, change(second, ends_on="2027-02-15"))) == "HT-0002"
    assert spoil("2026-02", (change(first, contract="HT-0009"), second)) == "HT-0001"
    assert spoil("2026-02", (first, change(second, changes=1))) == "HT-0002"
    assert spoil("2026-02", (first,)) == "HT-0002"
    january = get_standings(ledger.facts, "2026-01") or ()
    owing = change(january[2], paid_fen=0)
    assert spoil("2026-01", (*january[:2], owing)) == "HT-0003"
    # What the closing before does not speak of began after it, so all of it was paid in the month.
    late = build(OPEN + JANUARY)
    signed = "2026-02-03 contract HT-0004 other receives 2026-02-01 to 2026-06-30 | 2026-02-15 7.00 | 补签 | accepted"
    assert late.run(signed + FEBRUARY) == []
    assert read_month(late.facts, "2026-02").find_unproven() == ""
    rows = get_standings(late.facts, "2026-02") or ()
    last = late.entries[-1]
    wrong = (*rows[:2], change(rows[2], paid_fen=700))
    late.entries[-1] = change(last, body=change(last.body, contracts=wrong))
    assert read_month(late.facts, "2026-02").find_unproven() == "HT-0004"
