"""By which amounts entries are found, and what the collective earned: against adding up from the start."""

from __future__ import annotations

import random

import pytest

from ledger.books.incomes import BANDS_FEN, find_band, is_operating
from ledger.books.vouchers import Posting
from ledger.entries import Entry
from ledger.state import MemoryFacts, fold_entry
from ledger.state.amounts import key_amount, list_amounts
from ledger.state.facts import EntryAt, scan_facts
from ledger.state.incomes import get_operating_income
from ledger.state.money import fold_money
from tests import reference_books
from tests.builders import Discloser, EntryChain, build_founding, build_opening, build_reversal, build_voucher

MONTHS = ("2025-11", "2025-12", "2026-01", "2026-02", "2026-10")
ACCOUNTS = ("501", "50106", "502", "503", "504", "511", "513")


def post(account: str, side: str, amount_fen: int) -> Posting:
    return Posting(account=account, amount_fen=amount_fen, side=side)


def live(seed: int) -> tuple[MemoryFacts, list[tuple[str, reference_books.Lines]], list[Entry]]:
    """Months of vouchers, some of them taken back, with a carrying over at the year's end."""
    numbers, texts, chain = random.Random(seed), Discloser(f"live {seed}"), EntryChain()  # Made-up books.
    entries = [chain.append(build_founding(chart="2023")), chain.append(build_opening(chart="2023"))]
    told: list[tuple[str, reference_books.Lines]] = []
    for month in MONTHS:
        for number in range(1, numbers.randrange(4, 9)):
            account, amount_fen = numbers.choice(ACCOUNTS), numbers.randrange(1, 10**7)
            sides = ("debit", "credit") if account < "511" else ("credit", "debit")
            postings = (post("102", sides[0], amount_fen), post(account, sides[1], amount_fen))
            if month == "2025-12" and number == 3:
                postings = (post("501", "debit", amount_fen), post("321", "credit", amount_fen))
            body = build_voucher(texts, chart="2023", number=f"{month}-{number:03d}", postings=postings)
            if numbers.random() < 0.2:
                red = tuple(post(one.account, one.side, -one.amount_fen) for one in postings)
                body = build_reversal(
                    texts, chart="2023", number=f"{month}-{number:03d}", postings=red, reverses=2
                )
                postings = red
            entries.append(chain.append(body, period=month))
            told.append((month, [(one.account, one.side, one.amount_fen) for one in postings]))
    facts = MemoryFacts(lambda index: entries[index])
    fold_entry(facts, entries[0])
    for entry in entries[1:]:
        fold_money(facts, entry)
    return facts, told, entries


@pytest.mark.parametrize("seed", range(5))
def test_income_is_what_adding_up_from_the_start_gives(seed: int) -> None:
    facts, told, _entries = live(seed)

    for first, last in (
        ("2025-11", "2026-10"),
        ("2026-01", "2026-10"),
        ("2025-12", "2025-12"),
        ("2027-01", "2027-01"),
    ):
        assert get_operating_income(facts, first, last) == reference_books.business(
            [lines for month, lines in told if first <= month <= last]
        )


@pytest.mark.parametrize("seed", range(5))
def test_an_entry_is_found_by_its_total_and_by_each_of_its_lines(seed: int) -> None:
    facts, _told, entries = live(seed)

    found = [(key, at.index) for key, at in scan_facts(facts, "amount/", EntryAt)]

    expected = {
        (abs(posting.amount_fen), entry.index) for entry in entries[1:] for posting in entry.body.postings
    } | {
        (abs(sum(line.amount_fen for line in entry.body.postings if line.side == "debit")), entry.index)
        for entry in entries[1:]
    }
    assert {(int(key.split("/")[0]), index) for key, index in found} == expected
    assert [int(key.split("/")[0]) for key, _ in found] == sorted(int(key.split("/")[0]) for key, _ in found)


def test_amounts_of_postings_are_positive_and_named_once() -> None:
    postings = (post("513", "debit", -300), post("514", "debit", -700), post("101", "credit", -1_000))

    assert list_amounts(postings) == (300, 700, 1_000)
    assert list_amounts((post("513", "debit", 5), post("101", "debit", -5))) == (5,)
    assert key_amount(9) < key_amount(10) < key_amount(2**53 - 1)


@pytest.mark.parametrize(
    ("fen", "band"),
    [
        (-1, 0),
        (BANDS_FEN[0] - 1, 0),
        (BANDS_FEN[0], BANDS_FEN[0]),
        (10**12, BANDS_FEN[2]),
        (50_000_000, 50_000_000),
    ],
)
def test_a_band_begins_at_its_very_amount(fen: int, band: int) -> None:
    assert find_band(fen) == band


def test_the_same_code_is_income_in_one_chart_and_not_in_the_other() -> None:
    assert [is_operating("2023", code) for code in ("50103", "502", "503", "511")] == [
        True,
        True,
        False,
        False,
    ]
    assert [is_operating("2004", code) for code in ("501", "502", "511", "561", "522")] == [
        True,
        False,
        True,
        True,
        False,
    ]
