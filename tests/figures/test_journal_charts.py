"""Journals of books whose chart grows, or is another one from a month on: names, openings, and every balance."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from ledger.books.beancount import format_beancount
from ledger.books.hledger import format_hledger
from ledger.books.journals import JournalAccounts, JournalConversion, Step, list_lines
from ledger.data import load_reference
from ledger.errors import NotProven
from ledger.figures.journals import collect_steps
from tests.books.text_ledger import TextLedger
from tests.journals.written import HEAD

LEDGERS = Path(__file__).parents[1] / "books" / "ledgers"
CHARTS = load_reference().charts


def tell(name: str, version: str) -> tuple[TextLedger, list[Step]]:
    ledger = TextLedger(version)
    assert ledger.run((LEDGERS / f"{name}.ledger").read_text(encoding="utf-8")) == []
    steps = collect_steps(
        ledger.entries, ledger.entries.__getitem__, lambda _index: ledger.texts.get, CHARTS[version], CHARTS
    )
    return ledger, list(steps)


def test_a_sub_account_is_opened_from_its_month_on_and_named_by_its_title() -> None:
    _, steps = tell("subaccounts", "2023")

    beancount = "".join(format_beancount(HEAD, CHARTS["2023"], steps))
    hledger = "".join(format_hledger(HEAD, CHARTS["2023"], steps))
    name = "Assets:112-应收款:11203-应收租金:1120301-应收仓库租金"
    assert f"2026-10-01 open {name} CNY" in beancount
    assert "2026-11-01 open Assets:112-应收款:11205-应收工程款 CNY" in beancount
    assert beancount.count(f"open {name} CNY") == 1
    assert f"account {name}\n" in hledger
    assert f"{name}  -500.00 CNY" in beancount
    assert f"{name}  -500.00 CNY" in hledger
    assert [step.codes[0] for step in steps if isinstance(step, JournalAccounts)] == [
        "11203",
        "11205",
        "5010401",
    ]
    assert "应收仓库租金" in [line.account_name for line in list_lines(CHARTS["2023"], steps)]


def test_books_that_go_over_move_every_balance_whose_account_is_named_otherwise() -> None:
    _, steps = tell("converted_2004", "2004")

    beancount = "".join(format_beancount(HEAD, CHARTS["2004"], steps))
    hledger = "".join(format_hledger(HEAD, CHARTS["2004"], steps))
    assert '2026-11-01 * "换用 2023 年科目表" #conversion' in beancount
    assert "2026-11-01 * 换用 2023 年科目表" in hledger
    for text, margin in ((beancount, "  "), (hledger, "    ")):
        assert (
            f"{margin}Liabilities:202-应付款  4500.00 CNY\n{margin}Liabilities:211-应付款  -4500.00 CNY"
            in text
        )
        assert (
            f"{margin}Assets:131-牲畜-禽-资产  -3500.00 CNY\n{margin}Assets:132-生产性生物资产  3500.00 CNY"
            in text
        )
        assert f"{margin}Assets:102-银行存款  -103000.00 CNY" not in text
    opened = [line.split()[2] for line in beancount.splitlines() if " open " in line]
    assert len(opened) == len(set(opened))
    assert "2026-12-01 balance Liabilities:211-应付款  -4500.00 ~ 0.00 CNY" in beancount
    names = {line.account: line.account_name for line in list_lines(CHARTS["2004"], steps, "2026-11")}
    assert names["211"] == "应付款"


def test_where_no_name_changes_nothing_is_moved() -> None:
    _, steps = tell("converted_2004", "2004")
    (step,) = (step for step in steps if isinstance(step, JournalConversion))
    kept = tuple(move for move in step.moves if move.account in ("102", "301"))
    steps[steps.index(step)] = msgspec.structs.replace(step, moves=kept)

    assert "#conversion" not in "".join(format_beancount(HEAD, CHARTS["2004"], steps))
    assert "换用 2023" not in "".join(format_hledger(HEAD, CHARTS["2004"], steps))


def test_a_conversion_out_of_its_month_or_to_a_chart_that_nobody_knows_is_no_journal() -> None:
    ledger, _ = tell("converted_2004", "2004")

    with pytest.raises(NotProven, match="不该在这里"):
        list(
            collect_steps(
                ledger.entries, ledger.entries.__getitem__, lambda _index: ledger.texts.get, CHARTS["2004"]
            )
        )
