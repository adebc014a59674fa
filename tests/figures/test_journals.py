"""The books told out of entries as they were recorded: month after month, and not at all where a rule is broken."""

from __future__ import annotations

import msgspec
import pytest

from ledger.books.journals import JournalClosing, JournalOpening, JournalVoucher
from ledger.data import load_reference
from ledger.entries import Entry
from ledger.errors import NotFound, NotProven
from ledger.figures.journals import collect_steps
from ledger.figures.texts import GONE
from tests.books.text_ledger import TextLedger

OPEN = "2026-10-01 open | debit 101 库存现金 2,000.00 | credit 301 资本 2,000.00 | accepted\n"
PAPER = "2026-10-03 voucher 001 | debit 51302 办公费 325.00 | credit 101 库存现金 325.00 | 购办公用纸 | accepted\n"
EARLY = (
    "2026-11-02 voucher 2026-11-001 | debit 514 公益支出 5.00 | credit 101 库存现金 5.00 | 修路 | accepted\n"
    "2026-12-02 voucher 2026-12-001 | debit 514 公益支出 6.00 | credit 101 库存现金 6.00 | 修桥 | accepted\n"
)
CHART = load_reference().charts["2023"]


def tell(ledger: TextLedger, entries: list[Entry] | None = None) -> list[object]:
    told = ledger.entries if entries is None else entries
    return list(collect_steps(told, told.__getitem__, lambda _index: ledger.texts.get, CHART))


def run(text: str) -> TextLedger:
    ledger = TextLedger()
    assert ledger.run(text) == []
    return ledger


def name(step: object) -> str:
    if isinstance(step, JournalOpening):
        return "opening"
    if isinstance(step, JournalClosing):
        return f"closing {step.period}"
    assert isinstance(step, JournalVoucher)
    return step.voucher.number


def test_what_was_recorded_before_its_month_came_is_told_in_its_month() -> None:
    ledger = run(OPEN + PAPER + EARLY + "2026-12-03 close 2026-10 | accepted\n")

    steps = tell(ledger)

    assert [entry.kind for entry in ledger.entries][1:] == [
        "accounts.opened",
        *["voucher.recorded"] * 3,
        "period.closed",
    ]
    assert [name(step) for step in steps] == [
        *("opening", "2026-10-001", "closing 2026-10"),
        *("2026-11-001", "2026-12-001"),
    ]
    assert steps[0] == JournalOpening(index=1, period="2026-10", postings=ledger.entries[1].body.postings)
    assert steps[2] == JournalClosing(
        balances={"101": 167_500, "301": -200_000, "51302": 32_500}, index=5, period="2026-10"
    )


def test_months_that_are_still_open_are_told_last_and_in_order() -> None:
    lines = EARLY.splitlines(keepends=True)

    assert [name(step) for step in tell(run(OPEN + lines[1] + lines[0] + PAPER))] == [
        *("opening", "2026-10-001", "2026-11-001", "2026-12-001"),
    ]


def test_a_correction_names_what_it_answers_and_nobody_is_named_whole() -> None:
    ledger = run(
        OPEN
        + PAPER
        + "2026-10-09 reversal 002 of 2026-10-001 | debit 51302 办公费 -325.00 | credit 101 库存现金 -325.00"
        + " | 金额录错 | accepted\n"
        + "2026-10-09 replacement 003 of 2026-10-001 | debit 51302 办公费 235.00 | credit 101 库存现金 235.00"
        + " | 购办公用纸 | accepted\n"
    )

    _, paper, red, blue = tell(ledger)

    assert (paper.answers, red.answers, blue.answers) == ("", "2026-10-001", "2026-10-001")
    assert (red.voucher.correction, blue.voucher.correction) == ("reversal", "replacement")
    assert red.voucher.summary == "冲销 2026-10-001 号凭证：金额录错"
    assert {step.voucher.handler for step in (paper, red, blue)} == {"样*丙"}


def test_a_text_that_was_deleted_says_so() -> None:
    ledger = run(OPEN + PAPER)
    ledger.texts.clear()

    _, paper = tell(ledger)

    assert (paper.voucher.summary, paper.voucher.handler) == (GONE, GONE)


def test_a_log_without_books_tells_nothing() -> None:
    assert tell(TextLedger()) == []


def test_a_voucher_stands_on_a_day_of_its_month() -> None:
    ledger = run(OPEN + PAPER)
    (_, paper) = tell(ledger)

    def move(day: str) -> str:
        return JournalVoucher(
            answers="", voucher=msgspec.structs.replace(paper.voucher, occurred_on=day)
        ).booked_on

    assert [move(day) for day in ("2026-09-30", "2026-10-15", "2026-11-01")] == [
        *("2026-10-01", "2026-10-15", "2026-10-31"),
    ]


def break_books(what: str) -> list[Entry]:
    """Return entries that no home would have recorded."""
    ledger = run(OPEN + PAPER + "2026-11-01 close 2026-10 | accepted\n")
    founding, opening, paper, closing = ledger.entries
    replace = msgspec.structs.replace
    wrong = {
        "no opening": [founding, paper],
        "closed before it opens": [founding, closing],
        "opened twice": [founding, opening, opening],
        "closed twice": [founding, opening, paper, closing, closing],
        "booked after the closing": [founding, opening, closing, paper],
        "unbalanced": [
            founding,
            opening,
            replace(paper, body=replace(paper.body, postings=paper.body.postings[:1])),
        ],
        "an opening that does not balance": [
            founding,
            replace(opening, body=replace(opening.body, postings=opening.body.postings[:1] * 2)),
        ],
        "an account that is none": [
            founding,
            opening,
            replace(
                closing,
                body=replace(closing.body, balances=(replace(closing.body.balances[0], account="999"),)),
            ),
        ],
    }
    return wrong[what]


@pytest.mark.parametrize(
    "what",
    [
        *("no opening", "closed before it opens", "opened twice", "closed twice", "booked after the closing"),
        *("unbalanced", "an opening that does not balance", "an account that is none"),
    ],
)
def test_books_that_break_a_rule_are_told_to_no_program(what: str) -> None:
    entries = break_books(what)

    with pytest.raises(NotProven, match="不合记账的规则") as refused:
        tell(TextLedger(), entries)

    assert refused.value.code == "books-unlawful"


def test_a_correction_of_what_is_no_earlier_voucher_is_refused() -> None:
    ledger = run(
        OPEN
        + PAPER
        + "2026-10-09 reversal 002 of 2026-10-001 | debit 51302 办公费 -325.00 | credit 101 库存现金 -325.00"
        + " | 金额录错 | accepted\n"
    )
    red = ledger.entries[-1]
    for answered, told in (
        (1, "更正的第 1 条不是凭证"),
        (3, "更正的第 3 条不在它之前"),
        (9, "更正的第 9 条不在它之前"),
    ):
        body = msgspec.structs.replace(red.body, reverses=answered)
        entries = [*ledger.entries[:-1], msgspec.structs.replace(red, body=body)]
        with pytest.raises(NotProven, match=told):
            tell(ledger, entries)


def test_an_entry_that_cannot_be_read_is_not_found() -> None:
    def read_nothing(index: int) -> Entry:
        raise NotFound(f"第 {index} 条")

    ledger = run(OPEN + EARLY + "2026-12-03 close 2026-10 | accepted\n")

    with pytest.raises(NotFound):
        list(collect_steps(ledger.entries, read_nothing, lambda _index: ledger.texts.get, CHART))
