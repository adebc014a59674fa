"""Months compared with the bank: what may follow, with its whole message, and what one month hands to the next."""

from __future__ import annotations

import pytest

from ledger.books.matching import Booked
from ledger.books.reconciliation import BankItem, BankReconciled, build_item, sort_items
from ledger.books.year_end import list_year_end
from ledger.data import load_reference
from ledger.entries import Body
from ledger.errors import format_fault
from ledger.limits import DAY_MS
from ledger.state import MemoryFacts, check_entry, fold_entry
from ledger.state.bank import (
    build_items,
    check_bank,
    find_next_month,
    find_previous,
    find_reconciliation,
    get_bank_balance,
    get_version,
    list_booked,
)
from ledger.state.money import build_closing, get_balances
from tests.builders import (
    Discloser,
    EntryChain,
    build_description,
    build_founding,
    build_opening,
    build_postings,
    build_reconciliation,
    build_replacement,
    build_reversal,
    build_voucher,
)

OCTOBER, NOVEMBER, DECEMBER = "2026-10", "2026-11", "2026-12"
OPENING_FEN, RENT_FEN, PAID_FEN = 1_000_000, 120_000, 32_500
BOOK_FEN = OPENING_FEN + RENT_FEN - PAID_FEN
PAID = build_item(-PAID_FEN, "books", "2026-10-28", "2026-10-002")
INTEREST = build_item(1_234, "bank", "2026-10-21")
TOLD = "2026-10 银行对账"


class Log:
    """A log whose every entry was checked and folded; October has rent and a payment, both by bank."""

    def __init__(self, *, is_opened: bool = True) -> None:
        self.texts, self.chain = Discloser(), EntryChain()
        self.facts = MemoryFacts(lambda index: self.chain.entries[index])
        bodies: list[Body] = [build_founding(), build_description(self.texts)]
        if is_opened:
            bodies.append(build_opening(postings=build_postings(OPENING_FEN, debit="102", credit="301")))
            bodies += [self.book(1, RENT_FEN, "102", "501"), self.book(2, PAID_FEN, "541", "102")]
        for body in bodies:
            assert self.record(body) == []

    def book(self, number: int, fen: int, debit: str, credit: str, month: str = OCTOBER) -> Body:
        postings = build_postings(fen, debit=debit, credit=credit)
        return build_voucher(self.texts, number=f"{month}-{number:03d}", postings=postings)

    def record(
        self, body: Body, period: str = OCTOBER, day: str = "2026-10-28", step_days: int = 0
    ) -> list[str]:
        """Record a body, or return why not."""
        entry = self.chain.append(body, period=period, occurred_on=day, step_ms=1_000 + step_days * DAY_MS)
        faults = check_entry(self.facts, load_reference(), entry)
        if faults:
            self.chain.entries.pop()
        else:
            fold_entry(self.facts, entry)
        return [format_fault(fault) for fault in faults]

    def close(self, period: str = OCTOBER) -> None:
        day = f"{period}-28"
        assert self.record(build_closing(self.facts, period), period, day, step_days=35) == []

    def carry_over(self) -> None:
        """Record what the year's end asks for, without which a December is not closed."""
        proposals = list_year_end(load_reference().charts["2004"], get_balances(self.facts, DECEMBER))
        for number, proposal in enumerate(proposals, 1):
            voucher = build_voucher(self.texts, number=f"{DECEMBER}-{number:03d}", postings=proposal.postings)
            assert self.record(voucher, DECEMBER, "2026-12-28") == []

    def compare(self, period: str = OCTOBER, **changes: object) -> list[str]:
        previous = find_previous(self.facts, period)
        fields = {
            "bank_fen": get_bank_balance(self.facts, period),
            "book_fen": get_bank_balance(self.facts, period),
            "previous": previous.at if previous is not None else 0,
            "version": get_version(self.facts, period) + 1,
        }
        return self.record(build_reconciliation(**(fields | changes)), period, f"{period}-28")


@pytest.fixture
def log() -> Log:
    log = Log()
    log.close()
    return log


def open_items(*items: BankItem) -> dict[str, object]:
    """October with what one side has: the payment is not through, the interest not booked."""
    return {
        "bank_fen": BOOK_FEN + PAID_FEN + 1_234,
        "items": sort_items(items or (PAID, INTEREST)),
        "lines": 3,
    }


def test_a_month_is_compared_and_found(log: Log) -> None:
    assert (find_next_month(log.facts), find_reconciliation(log.facts, OCTOBER)) == ("", None)

    assert log.compare(**open_items()) == []

    found = find_reconciliation(log.facts, OCTOBER)
    assert found is not None
    assert (found.body.items, found.is_current) == ((INTEREST, PAID), True)
    assert (find_next_month(log.facts), get_version(log.facts, OCTOBER)) == (NOVEMBER, 1)


def test_what_was_left_open_is_held_against_the_next_month(log: Log) -> None:
    log.compare(**open_items())

    booked = list_booked(log.facts, NOVEMBER, find_previous(log.facts, NOVEMBER))

    assert booked == [Booked(-PAID_FEN, "2026-10-28", "2026-10-002")]
    assert list_booked(log.facts, OCTOBER, None) == [
        Booked(RENT_FEN, "2026-10-28", "2026-10-001"),
        Booked(-PAID_FEN, "2026-10-28", "2026-10-002"),
    ]
    assert build_items(booked, [(1_234, "2026-10-21")]) == (INTEREST, PAID)


def test_the_next_month_goes_on_and_differs_as_the_one_before(log: Log) -> None:
    log.compare(**open_items())
    log.close(NOVEMBER)
    opened = {"bank_fen": BOOK_FEN + 1_234, "items": (INTEREST,)}

    short = log.compare(NOVEMBER, **(opened | {"bank_fen": BOOK_FEN + 1_233}))
    assert log.compare(NOVEMBER, **opened) == []

    assert short == [
        (
            "2026-11 银行对账，调节后银行比账上多：现为-0.01，应为0.00（和上个月一样）。"
            "中间漏了或多了几笔：核对对账单是不是接着上个月、是不是整月的，重新对一次。（bank-difference）"
        )
    ]


def test_corrections_are_known_for_what_they_answer(log: Log) -> None:
    log.compare(**open_items())
    wrong = next(entry for entry in log.chain.entries if getattr(entry.body, "number", "") == "2026-10-002")
    red = list(build_postings(-PAID_FEN, debit="541", credit="102"))
    reversal = build_reversal(log.texts, reverses=wrong.index, number="2026-11-001", postings=tuple(red))
    replaced = build_replacement(
        log.texts,
        replaces=wrong.index,
        number="2026-11-002",
        postings=build_postings(PAID_FEN, debit="541", credit="102"),
    )

    assert log.record(reversal, NOVEMBER, "2026-11-02") == []
    assert log.record(replaced, NOVEMBER, "2026-11-02") == []

    assert list_booked(log.facts, NOVEMBER, find_previous(log.facts, NOVEMBER)) == [
        Booked(PAID_FEN, "2026-11-02", "2026-11-001", "2026-10-002", is_red=True),
        Booked(-PAID_FEN, "2026-11-02", "2026-11-002", "2026-10-002"),
        Booked(-PAID_FEN, "2026-10-28", "2026-10-002"),
    ]


def test_a_month_that_is_compared_anew_puts_those_after_it_out_of_date(log: Log) -> None:
    log.compare(**open_items())
    log.close(NOVEMBER)
    log.compare(NOVEMBER, bank_fen=BOOK_FEN + 1_234, items=(INTEREST,))

    assert log.compare(OCTOBER, **open_items()) == []

    november = find_reconciliation(log.facts, NOVEMBER)
    assert november is not None
    assert not november.is_current
    assert get_version(log.facts, OCTOBER) == 2
    assert log.compare(NOVEMBER, bank_fen=BOOK_FEN + 1_234, items=(INTEREST,)) == []
    assert find_reconciliation(log.facts, NOVEMBER) != november


def test_in_the_first_month_either_side_may_have_what_is_older(log: Log) -> None:
    old = [build_item(-500, "books", "2026-09-03"), build_item(300, "bank", "2026-09-04")]

    assert log.compare(items=sort_items(old)) == []


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (
            build_item(-PAID_FEN, "books", "2026-10-27", "2026-10-002"),
            "2026-10-27 -325.00 元：现为凭证 2026-10-002",
        ),
        (
            build_item(-PAID_FEN, "books", "2026-10-28", "2026-10-003"),
            "2026-10-28 -325.00 元：现为凭证 2026-10-003",
        ),
        (build_item(-PAID_FEN, "books", "2026-10-28"), "2026-10-28 -325.00 元：现为凭证 （没有）"),
        (
            build_item(-PAID_FEN, "books", "2026-09-28", "2026-09-001"),
            "2026-09-28 -325.00 元：现为凭证 2026-09-001",
        ),
        (build_item(100, "bank", "2026-11-01"), "2026-11-01 1.00 元：现为不是这个月的一笔"),
    ],
)
def test_an_item_is_the_books_own_or_the_months(log: Log, item: BankItem, told: str) -> None:
    expected = "，应为账上这个月的，或上个月还没对上的。重新对一次账再交审。（bank-item-unknown）"

    assert log.compare(items=(item,)) == [f"{TOLD}，{told}{expected}"]


def test_a_posting_is_open_once(log: Log) -> None:
    assert len(log.compare(items=(PAID, PAID))) == 1


def test_after_the_first_month_nothing_older_comes_up(log: Log) -> None:
    log.compare()
    log.close(NOVEMBER)

    (said,) = log.compare(NOVEMBER, items=(build_item(100, "bank", "2026-10-30"),))

    assert said.endswith("（bank-item-unknown）")


def test_figures_and_place_are_checked(log: Log) -> None:
    assert log.compare(book_fen=BOOK_FEN + 1) == [
        f"{TOLD}的账面余额：现为10,875.01，应为10,875.00。重新对一次账再交审。（bank-balance）"
    ]
    assert log.compare(version=2, previous=3) == [
        f"{TOLD}的第几次对账：现为2，应为1。这中间又对过账，请重新对一次再交审。（bank-version）",
        f"{TOLD}的上个月的对账：现为3，应为0。这中间又对过账，请重新对一次再交审。（bank-previous）",
    ]
    assert "bank-items-order" in log.compare(items=(PAID, INTEREST))[0]


def test_a_month_is_closed_first_and_none_is_left_out(log: Log) -> None:
    open_ = "现为这个月还没有结账，应为已经结账的月份。"
    open_ += "先把对账查出来的补记好，结账以后再交审对账结果。（bank-month-open）"
    assert log.compare(NOVEMBER) == [f"2026-11 银行对账：{open_}"]
    log.close(NOVEMBER)
    log.carry_over()
    log.close(DECEMBER)
    assert log.compare(OCTOBER) == []

    assert log.compare(DECEMBER) == [
        "2026-12 银行对账：现为2026-12，应为2026-10 至 2026-11。按月份先后对账：先对 2026-11。（bank-order）"
    ]
    assert log.compare(NOVEMBER) == []
    assert log.compare(DECEMBER) == []


def test_months_before_the_first_that_was_compared_stay_as_they_are(log: Log) -> None:
    log.close(NOVEMBER)
    assert log.compare(NOVEMBER) == []

    assert log.compare(OCTOBER) == [
        (
            f"{TOLD}：现为2026-10，应为2026-11 至 2026-12。"
            "对账是从 2026-11 开始的，更早的月份不再对。（bank-order）"
        )
    ]


def test_without_books_there_is_nothing_to_compare() -> None:
    log = Log(is_opened=False)

    assert log.record(build_reconciliation()) == [
        f"{TOLD}：现为还没有期初余额，应为先有期初余额。先导入并通过期初余额。（books-not-opened）"
    ]


def test_another_kind_is_a_mistake_of_the_callers(log: Log) -> None:
    with pytest.raises(TypeError):
        check_bank(log.facts, load_reference(), log.chain.entries[0])


def test_a_reconciliation_holds_so_many_items_and_no_more() -> None:
    assert isinstance(build_reconciliation(items=(INTEREST,) * 200), BankReconciled)
