"""What a finance sheet tells of besides money: contracts, registers, objections, as they were known."""

from __future__ import annotations

import msgspec
import pytest

from ledger.books.figures import ContractLine, FinanceFigures, ObjectionCounts, RegisterChange, TakenOver
from ledger.data import load_reference
from ledger.evidence import select_indexes
from ledger.figures import collect_figures
from ledger.figures.month import collect_contracts
from ledger.state import MemoryFacts, fold_entry
from ledger.state.money import build_closing
from ledger.state.standings import read_month
from tests.books.text_ledger import TextLedger
from tests.builders import (
    Discloser,
    build_answer,
    build_asset,
    build_asset_change,
    build_asset_disposal,
    build_objection,
    build_resource,
    build_resource_change,
    build_stocktake,
)

STORY = """
2026-01-01 open | debit 102 银行存款 9,000.00 | credit 301 资本 9,000.00 | accepted
2026-01-02 contract HT-0001 lease receives 2026-01-01 to 2026-04-30 | 2026-01-31 1,000.00 | 租仓库 | accepted
2026-01-02 contract HT-0002 works pays 2026-01-01 to 2027-02-15 | 2026-01-20 600.00 | 修沟 | accepted
2026-01-02 contract HT-0003 other receives 2026-01-01 to 2030-01-31 | 2028-01-10 50.00 | 打谷场 | accepted
2026-01-21 voucher 001 for HT-0002 | debit 514 公益支出 500.00 | credit 102 银行存款 500.00 | 付修沟款 | accepted
2026-02-02 close 2026-01 | accepted
2026-02-03 amend HT-0001 from 2026-02-01 | 2026-02-27 10.00 | 加一间 | accepted
2026-02-05 reversal 001 of 2026-01-001 | debit 514 -500.00 | credit 102 -500.00 | 金额录错 | accepted
2026-02-05 replacement 002 of 2026-01-001 for HT-0002 | debit 514 600.00 | credit 102 600.00 | 付修沟款 | accepted
2026-02-06 voucher 003 for HT-0001 | debit 102 银行存款 900.00 | credit 50103 租赁收入 900.00 | 收租金 | accepted
2026-03-02 close 2026-02 | accepted
2026-03-03 end HT-0001 on 2026-03-03 | 收回自用 | accepted
2026-04-02 close 2026-03 | accepted
2026-04-03 void HT-0003 | 登记错了 | accepted
2026-05-02 close 2026-04 | accepted
2026-05-10 voucher 001 for HT-0001 | debit 102 银行存款 110.00 | credit 50103 租赁收入 110.00 | 收租金 | accepted
2026-06-02 close 2026-05 | accepted
2026-07-02 close 2026-06 | accepted
"""
MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")


class Publisher:
    """What builders take their texts from: those of a ledger."""

    def __init__(self, ledger: TextLedger) -> None:
        self._ledger = ledger
        self._sealed = 0

    def publish(self, text: str, name: str = "") -> object:
        return self._ledger.publish(text)

    def seal(self, value: object, name: str = "") -> object:
        self._sealed += 1
        return Discloser(f"sealed{self._sealed}").seal(value, name)


def tell(line: ContractLine) -> str:
    soon = " soon" if line.ends_soon else ""
    amounts = f"{line.due_fen} {line.paid_fen} {line.unpaid_fen}"
    return f"{line.contract} {line.direction} {amounts} late {line.late_days} {line.ends_on}{soon} {line.happened}"


@pytest.fixture
def ledger() -> TextLedger:
    ledger = TextLedger()
    assert ledger.run(STORY) == []
    return ledger


def test_contracts_stand_as_their_month_was_closed(ledger: TextLedger) -> None:
    told = {month: [tell(line) for line in ledger.get_figures(month).contracts] for month in MONTHS}

    assert told == {
        "2026-01": [
            "HT-0001 receives 100000 0 100000 late 0 2026-04-30 soon signed",
            "HT-0002 pays 60000 50000 10000 late 11 2027-02-15 signed",
            "HT-0003 receives 0 0 0 late 0 2030-01-31 signed",
        ],
        "2026-02": [
            "HT-0001 receives 1000 90000 11000 late 28 2026-04-30 soon amended",
            "HT-0002 pays 0 10000 0 late 0 2027-02-15 ",
        ],
        "2026-03": ["HT-0001 receives 0 0 11000 late 59 2026-03-03 ended"],
        "2026-04": [
            "HT-0001 receives 0 0 11000 late 89 2026-03-03 ",
            "HT-0003 receives 0 0 0 late 0 2030-01-31 voided",
        ],
        "2026-05": ["HT-0001 receives 0 11000 0 late 0 2026-03-03 "],
        "2026-06": [],
    }
    assert [ledger.get_figures(month).contracts_quiet for month in MONTHS] == [0, 1, 2, 1, 1, 1]


def test_a_contract_that_began_before_closings_spoke_of_any_is_told_only_where_something_is_to_tell() -> None:
    ledger = TextLedger()
    assert ledger.run(STORY.split("2026-02-02 close", maxsplit=1)[0]) == []
    january = build_closing(ledger.facts, "2026-01")
    assert ledger.record(msgspec.structs.replace(january, contracts=None), "2026-02-02", "2026-01") == []

    assert ledger.get_figures("2026-01").contracts == ()
    assert ledger.run("2026-03-02 close 2026-02 | accepted") == []

    # HT-0003 stands in the first closing that speaks of contracts, and was neither due nor changed.
    february = ledger.get_figures("2026-02")
    assert [line.contract for line in february.contracts] == ["HT-0001", "HT-0002"]
    assert february.contracts_quiet == 1
    assert read_month(ledger.facts, "2026-02").find_unproven() == ""


def test_an_open_month_knows_nothing_of_its_contracts(ledger: TextLedger) -> None:
    figures = ledger.get_figures("2026-07")

    assert (figures.contracts, figures.contracts_quiet) == ((), 0)


def enter_registers(ledger: TextLedger) -> None:
    """January takes over two pumps and has a plot; February changes all but one pump, which is only counted."""
    texts = Publisher(ledger)
    bodies = [
        ("2026-01-05", build_asset(texts, depreciates_from="2026-01")),
        ("2026-01-05", build_asset(texts, number="ZC-0003", depreciates_from="2026-01")),
        ("2026-01-05", build_resource(texts)),
        ("2026-01-06", build_objection(texts)),
    ]
    later = [
        ("2026-02-10", build_asset(texts, number="ZC-0002", source="purchased", depreciates_from="2026-03",
                                   depreciated_fen=0, in_use_from="2026-02", original_fen=3_600_000)),
        ("2026-02-11", build_asset_change(texts, quantity=1)),
        ("2026-02-12", build_stocktake(texts, ("ZC-0001", 1, 0), ("ZC-0003", 2, 2))),
        ("2026-02-13", build_resource_change(texts)),
        ("2026-02-14", build_asset_disposal(texts)),
        ("2026-02-15", build_objection(texts, number="YY-2026-0002")),
        ("2026-02-15", build_objection(texts, number="YY-2026-0003")),
        ("2026-02-16", build_answer(texts, objection="YY-2026-0002")),
        ("2026-02-17", build_answer(texts, objection="YY-2026-0001", outcome="upheld")),
        ("2026-02-18", build_answer(texts, objection="YY-2026-0002", outcome="upheld")),
    ]  # fmt: skip
    assert ledger.run("2026-01-01 open | debit 102 9,000.00 | credit 301 9,000.00 | accepted") == []
    for day, body in bodies:
        assert ledger.record(body, day, day[:7]) == [], body
    assert ledger.run("2026-02-02 close 2026-01 | accepted") == []
    for day, body in later:
        assert ledger.record(body, day, day[:7]) == [], body
    assert ledger.run("2026-03-02 close 2026-02 | accepted") == []


def test_each_change_of_a_register_is_a_line_but_what_was_taken_over_is_counted() -> None:
    ledger = TextLedger()
    enter_registers(ledger)

    january, february = ledger.get_figures("2026-01"), ledger.get_figures("2026-02")

    assert january.taken_over == TakenOver(amount_fen=2_400_000, assets=2)
    assert [change.kind for change in january.registers] == ["resource-registered"]
    assert february.taken_over is None
    assert [_tell(change) for change in february.registers] == [
        "asset-registered ZC-0002 灌溉水泵 3600000 0 2 0 台",
        "asset-changed ZC-0001 灌溉水泵 1200000 0 1 0 台 村北机井停用",
        "stocktake  " + february.registers[2].name + " 0 0 2 1",
        _tell(february.registers[3]),
        "asset-sold ZC-0001 灌溉水泵 1200000 0 0 0 台 换了新水泵",
    ]
    plot, changed = january.registers[0], february.registers[3]
    assert (changed.kind, changed.number, changed.name) == ("resource-changed", plot.number, plot.name)
    assert (changed.reason, changed.amount_fen, bool(plot.area_mu_hundredths)) != ("", 0, False)


def _tell(change: RegisterChange) -> str:
    numbers = f"{change.amount_fen} {change.area_mu_hundredths} {change.count} {change.differing}"
    return f"{change.kind} {change.number} {change.name} {numbers} {change.unit} {change.reason}".rstrip()


def test_objections_are_counted_by_what_is_known_at_a_size() -> None:
    ledger = TextLedger()
    enter_registers(ledger)
    whole = len(ledger.entries)

    assert ledger.get_figures("2026-01").objections == ObjectionCounts(
        answered=1, earlier=(), open=(), raised=("YY-2026-0001",), upheld=1
    )
    assert ledger.get_figures("2026-02").objections == ObjectionCounts(
        answered=1,
        earlier=("YY-2026-0001",),
        open=("YY-2026-0003",),
        raised=("YY-2026-0002", "YY-2026-0003"),
        upheld=1,
    )
    # Before the second answer came, it was explained; before the first, open.
    assert ledger.get_figures("2026-02", whole - 2).objections == ObjectionCounts(
        answered=1,
        earlier=("YY-2026-0001",),
        open=("YY-2026-0003",),
        raised=("YY-2026-0002", "YY-2026-0003"),
        upheld=0,
    )
    assert ledger.get_figures("2026-02", whole - 4).objections == ObjectionCounts(
        answered=0,
        earlier=(),
        open=("YY-2026-0002", "YY-2026-0003"),
        raised=("YY-2026-0002", "YY-2026-0003"),
        upheld=0,
    )
    assert ledger.get_figures("2026-01", 5).objections is None


def test_a_month_that_was_closed_before_there_was_such_a_thing_tells_of_money_alone() -> None:
    ledger = TextLedger()
    assert ledger.run("2026-01-01 open | debit 102 9,000.00 | credit 301 9,000.00 | accepted") == []
    assert ledger.record(build_resource(Publisher(ledger)), "2026-01-05", "2026-01") == []
    assert len(ledger.get_figures("2026-01").registers) == 1
    body = build_closing(ledger.facts, "2026-01")
    assert ledger.record(msgspec.structs.replace(body, contracts=None), "2026-02-02", "2026-01") == []

    figures = ledger.get_figures("2026-01")

    assert (figures.registers, figures.objections, figures.taken_over) == ((), None, None)
    assert 2 not in select_indexes(ledger.facts, "finance", "2026-01")


@pytest.mark.parametrize("period", MONTHS)
def test_what_is_told_of_contracts_follows_from_few_entries(ledger: TextLedger, period: str) -> None:
    figures, facts = hold_apart(ledger, period)

    assert figures == ledger.get_figures(period)
    assert read_month(facts, period).find_unproven() == ""


def test_a_month_of_which_nothing_is_to_tell_needs_no_contract(ledger: TextLedger) -> None:
    kinds = {ledger.entries[index].kind for index in select_indexes(ledger.facts, "finance", "2026-06")}

    assert kinds == {"log.founded", "period.closed"}


@pytest.mark.parametrize("period", ["2026-01", "2026-02"])
def test_what_is_told_of_registers_follows_from_few_entries(period: str) -> None:
    ledger = TextLedger()
    enter_registers(ledger)

    figures, _ = hold_apart(ledger, period)

    assert figures == ledger.get_figures(period)


def test_a_contract_that_is_kept_back_is_missed(ledger: TextLedger) -> None:
    _, facts = hold_apart(ledger, "2026-02", without=2)

    assert read_month(facts, "2026-02").find_unproven() == "HT-0001"
    with pytest.raises(ValueError, match="HT-0001"):
        collect_contracts(facts, ledger.texts.get, "2026-02")


def hold_apart(
    ledger: TextLedger, period: str, without: int = 0
) -> tuple[FinanceFigures | None, MemoryFacts]:
    """Compute a month's figures from the entries of its own evidence, or only fold them without a contract's."""
    kept = {index: ledger.entries[index] for index in select_indexes(ledger.facts, "finance", period)}
    if without:
        number = getattr(ledger.entries[without].body, "number", "")
        kept = {
            index: entry
            for index, entry in kept.items()
            if index != without and getattr(entry.body, "contract", "") != number
        } | {index: entry for index, entry in kept.items() if entry.kind.startswith("voucher")}
    facts = MemoryFacts(kept.__getitem__)
    for index in sorted(kept):
        fold_entry(facts, kept[index])
    if without:
        return None, facts
    head = ledger.get_figures(period).head
    figures = collect_figures(facts, load_reference(), ledger.texts.get, head)
    assert isinstance(figures, FinanceFigures)
    return figures, facts
