"""Quarters and years: what they say, that they follow from few entries, and that they agree with what else there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledger.books.figures import ItemAmount, SpanFigures
from ledger.books.span_figures import name_span, summarize_span
from ledger.books.values import SheetKind, list_span
from ledger.data import load_reference
from ledger.errors import NotFound
from ledger.evidence import select_indexes
from ledger.figures import collect_figures
from ledger.figures.charts import collect_version
from ledger.figures.years import collect_year
from ledger.state import MemoryFacts, fold_entry
from ledger.state.spans import check_whole
from tests.books.span_ledger import SpanLedger
from tests.builders import build_seal

SHEETS = Path(__file__).parents[2] / "reports" / "SHEETS.md"
BLOCKS = re.findall(r"```span\n(.*?)```", SHEETS.read_text(encoding="utf-8"), re.DOTALL)

CONTRACTS = (Path(__file__).parent / "contracts.ledger").read_text(encoding="utf-8")
CONVERTED = (Path(__file__).parent / "converted.ledger").read_text(encoding="utf-8")
LONG = (Path(__file__).parent / "quarters.ledger").read_text(encoding="utf-8")


def run(story: str, chart: str = "2023") -> SpanLedger:
    ledger = SpanLedger(chart)
    assert ledger.run(story) == []
    return ledger


def derive(
    ledger: SpanLedger, kind: SheetKind, period: str, without: frozenset[int] = frozenset()
) -> MemoryFacts:
    """Facts of the entries alone that a span's evidence holds."""
    needed = set(select_indexes(ledger.facts, kind, period)) - without
    kept = {index: ledger.entries[index] for index in needed}
    facts = MemoryFacts(kept.__getitem__)
    for index in sorted(kept):
        fold_entry(facts, kept[index])
    return facts


def get_item(items: tuple[ItemAmount, ...], name: str) -> ItemAmount:
    return next(item for item in items if item.item == name)


def test_the_documents_worked_quarter_and_year_are_what_the_program_computes() -> None:
    assert len(BLOCKS) == 10
    assert SpanLedger().run("".join(BLOCKS)) == []


@pytest.mark.parametrize(
    ("kind", "period", "needs"),
    [("quarter", "2026-12", 26), ("year", "2026-12", 26)],
)
def test_the_worked_span_follows_from_its_evidence_alone(kind: SheetKind, period: str, needs: int) -> None:
    ledger = SpanLedger()
    ledger.run(BLOCKS[0])
    whole = ledger.get_span(kind, period)

    facts = derive(ledger, kind, period)
    assert collect_figures(facts, load_reference(), ledger.texts.get, whole.head) == whole
    assert check_whole(facts, kind, period) == ""
    assert len(select_indexes(ledger.facts, kind, period)) < needs < len(ledger.entries)


@pytest.mark.parametrize(("kind", "period"), [("quarter", f"2026-{month}") for month in ("03", "06", "09")])
def test_each_quarter_of_a_long_year_follows_from_its_evidence_alone(kind: SheetKind, period: str) -> None:
    ledger = run(LONG)
    whole = ledger.get_span(kind, period)

    facts = derive(ledger, kind, period)
    assert collect_figures(facts, load_reference(), ledger.texts.get, whole.head) == whole
    assert select_indexes(facts, kind, period) == select_indexes(ledger.facts, kind, period)
    assert check_whole(facts, kind, period) == ""


@pytest.mark.parametrize("period", ["2026-12", "2027-03", "2027-06"])
def test_a_quarter_in_which_the_chart_was_changed_follows_from_its_evidence_alone(period: str) -> None:
    ledger = run(CONVERTED, "2004")
    whole = ledger.get_span("quarter", period)

    facts = derive(ledger, "quarter", period)
    assert collect_figures(facts, load_reference(), ledger.texts.get, whole.head) == whole
    assert check_whole(facts, "quarter", period) == ""


def test_what_was_booked_under_both_charts_stands_in_one_item() -> None:
    figures = run(CONVERTED, "2004").get_span("quarter", "2027-03")

    contracting = get_item(figures.incomes, "in-contracting")
    assert (contracting.amount_fen, contracting.year_fen, contracting.accounts) == (
        1_000_00,
        1_000_00,
        ("50106", "511"),
    )
    assert get_item(figures.expenses, "out-administration").amount_fen == 140_00
    assert (figures.plan.version, figures.plan.is_comparable, figures.plan.lines) == (1, False, ())
    assert "收支计划是按旧会计科目订的，和现在的账不能逐项比。" in summarize_span(figures)
    assert (figures.totals.opening_own_fen, figures.totals.closing_own_fen) == (48_500_00, 49_360_00)


def test_amounts_of_a_year_are_those_of_the_years_own_page() -> None:
    ledger = run(LONG)
    figures = ledger.get_span("quarter", "2026-09")
    charts = {
        version: collect_version(ledger.facts, load_reference(), ledger.texts.get, version)
        for version in load_reference().charts
    }
    year = collect_year(ledger.facts, charts, "2026")

    assert year is not None
    relief = get_item(figures.incomes, "in-relief")
    assert figures.totals.year_income_fen - relief.year_fen == sum(year.incomes.values()) == 1_500_00
    spent = get_item(figures.expenses, "out-relief")
    assert figures.totals.year_expense_fen - spent.year_fen == sum(year.expenses.values()) == 112_00


def test_earmarked_money_counts_once_and_a_red_voucher_takes_it_back() -> None:
    figures = run(LONG).get_span("quarter", "2026-03")

    assert get_item(figures.incomes, "in-relief").amount_fen == 3_000_00
    assert get_item(figures.expenses, "out-relief").amount_fen == 800_00
    (fund,) = figures.funds
    assert (fund.received_fen, fund.spent_fen, fund.recipients, fund.vouchers) == (3_000_00, 800_00, 6, 5)


def test_a_fund_that_rests_in_the_quarter_counts_in_the_year() -> None:
    figures = run(LONG).get_span("quarter", "2026-09")

    relief = get_item(figures.expenses, "out-relief")
    assert (relief.amount_fen, relief.year_fen, relief.told, figures.funds) == (0, 850_00, "figure", ())


def test_a_line_of_the_plan_above_several_items_is_told_with_the_plan_alone() -> None:
    figures = run(LONG).get_span("quarter", "2026-03")

    planned = {one.item: one.planned_fen for one in (*figures.incomes, *figures.expenses) if one.is_planned}
    assert planned == {"out-administration": 600_00}
    assert [
        (line.account, line.actual_fen, line.rest_fen) for line in figures.plan.lines if line.account
    ] == [
        ("501", 1_500_00, 18_500_00),
        ("5130201", 120_00, 480_00),
    ]
    assert figures.plan.lines[1].name.endswith("纸张")


def test_land_stands_in_its_class_at_each_end() -> None:
    figures = run(LONG).get_span("quarter", "2026-09")

    assert [
        (one.land_class, one.opening_mu_hundredths, one.closing_mu_hundredths, one.plots)
        for one in figures.land
    ] == [("02", 0, 4_000, 1)]
    after = run(LONG + "2026-10-05 replot ZY-0001 04 40.00 | accepted\n").get_span("quarter", "2026-09")
    assert after.land == figures.land


def test_a_plot_that_changed_its_class_is_told_in_both() -> None:
    story = LONG.replace("2026-07-02 plot", "2026-06-02 plot", 1)
    lines = story.splitlines()
    lines.insert(
        lines.index("2026-07-01 close 2026-06 | accepted"),
        lines.pop(lines.index("2026-06-02 plot ZY-0001 01 40.00 | accepted")),
    )
    figures = run("\n".join(lines)).get_span("quarter", "2026-09")

    assert [
        (one.land_class, one.opening_mu_hundredths, one.closing_mu_hundredths, one.plots)
        for one in figures.land
    ] == [
        ("01", 4_000, 0, 0),
        ("02", 0, 4_000, 1),
    ]


def test_a_correction_shows_in_the_quarters_of_both() -> None:
    ledger = run(LONG)
    numbers = {
        period: [one.voucher for one in ledger.get_span("quarter", period).corrections]
        for period in ("2026-03", "2026-06", "2026-09")
    }

    assert numbers == {
        "2026-03": ["2026-02-002", "2026-02-003", "2026-04-001", "2026-04-002"],
        "2026-06": ["2026-04-001", "2026-04-002"],
        "2026-09": [],
    }
    early = ledger.get_span("quarter", "2026-03", size=ledger.indexes["2026-04-001"])
    assert [one.voucher for one in early.corrections] == ["2026-02-002", "2026-02-003"]


def test_always_assets_less_debts_are_the_collectives_own() -> None:
    for ledger, periods in (
        (run(LONG), ("2026-03", "2026-06", "2026-09")),
        (run(CONVERTED, "2004"), ("2026-12", "2027-03", "2027-06")),
    ):
        for period in periods:
            totals = ledger.get_span("quarter", period).totals
            assert totals.opening_assets_fen - totals.opening_debts_fen == totals.opening_own_fen
            assert totals.closing_assets_fen - totals.closing_debts_fen == totals.closing_own_fen


@pytest.mark.parametrize(
    ("kind", "period"), [("quarter", "2026-05"), ("quarter", "2026-12"), ("year", "2026-12")]
)
def test_what_is_no_span_or_not_closed_has_no_figures(kind: SheetKind, period: str) -> None:
    ledger = run(LONG)

    with pytest.raises(NotFound):
        ledger.get_span(kind, period)
    assert check_whole(ledger.facts, kind, period) == f"没有 {period} 的结账记录"


def test_spans_are_those_of_the_calendar() -> None:
    assert list_span("quarter", "2026-06") == ("2026-04", "2026-05", "2026-06")
    assert list_span("year", "2026-12")[0] == "2026-01"
    assert (list_span("quarter", "2026-05"), list_span("year", "2026-06")) == ((), ())
    assert list_span("finance", "2026-05") == ("2026-05",)
    assert (name_span("quarter", "2026-06"), name_span("year", "2026-12")) == ("2026年第二季度", "2026年度")


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        ("close 2026-07", "2026-07 到 2026-09 的结账记录不全"),
        ("close 2026-08", "2026-07 到 2026-09 的结账记录不全"),
        ("open", "没有 2026 年初的结账记录"),
        ("2026-07-001", "本年收益、收益分配的凭证与 2026-09 的结账对不上"),
    ],
)
def test_what_is_withheld_of_closings_or_of_the_years_income_is_noticed(left_out: str, missing: str) -> None:
    ledger = run(LONG)
    names = {
        "open": next(one.index for one in ledger.entries if one.kind == "accounts.opened"),
        **{f"close {one.period}": one.index for one in ledger.entries if one.kind == "period.closed"},
        **ledger.indexes,
    }

    facts = derive(ledger, "quarter", "2026-09", without=frozenset({names[left_out]}))
    assert check_whole(facts, "quarter", "2026-09") == missing


def test_sentences_of_a_quiet_quarter_and_of_a_year_without_a_plan() -> None:
    quiet = """
2026-01-02 open | debit 101 1,000.00 | credit 301 1,000.00 | accepted
""" + "".join(f"2026-{month + 1:02d}-02 close 2026-{month:02d} | accepted\n" for month in range(1, 12))
    ledger = run(quiet + "2027-01-02 close 2026-12 | accepted\n")

    assert summarize_span(ledger.get_span("quarter", "2026-06")) == (
        "2026年第二季度，村集体收入 0.00 元，支出 0.00 元。",
        "季末现金和存款一共 1,000.00 元，和季初一样多。",
        "季末集体的家当值 1,000.00 元，欠别人 0.00 元，归集体自己的 1,000.00 元。",
        "这段时间没有登记、变更合同；没有决议。",
        "没有人提异议；账没有改过。",
    )
    assert summarize_span(ledger.get_span("year", "2026-12"))[3:5] == (
        "今年没有登记收支计划。",
        "全年收益总额 0.00 元，提取公积公益金 0.00 元，分给成员 0.00 元。",
    )


def test_less_money_than_before_is_told() -> None:
    figures = run(LONG).get_span("quarter", "2026-06")

    assert summarize_span(figures)[1] == "季末现金和存款一共 94,548.00 元，比季初少了 32.00 元。"


def test_a_contract_of_before_shows_what_was_done_with_it_in_the_span_alone() -> None:
    ledger = run(CONTRACTS)

    def tell(figures: SpanFigures) -> list[tuple[str, str, int]]:
        return [(one.number, one.change, one.year_fen) for one in figures.contracts]

    assert tell(ledger.get_span("quarter", "2026-03")) == [
        ("HT-0001", "signed", 900_00),
        ("HT-0002", "signed", 500_00),
    ]
    assert tell(ledger.get_span("quarter", "2026-06")) == [("HT-0001", "ended", 0), ("HT-0002", "voided", 0)]
    for period in ("2026-03", "2026-06"):
        whole = ledger.get_span("quarter", period)
        facts = derive(ledger, "quarter", period)
        assert collect_figures(facts, load_reference(), ledger.texts.get, whole.head) == whole


def test_what_was_registered_before_the_span_is_not_told_in_it() -> None:
    ledger = run((Path(__file__).parent / "later.ledger").read_text(encoding="utf-8"), "2004")
    figures = ledger.get_span("quarter", "2027-03")

    assert (figures.funds, figures.resolutions, figures.contracts, figures.objections.raised) == (
        (),
        (),
        (),
        0,
    )
    assert figures.given_by == ("2027-01-001",)
    assert ledger.get_span("quarter", "2027-06").given_by == ()
    for period in ("2027-03", "2027-06"):
        whole, facts = ledger.get_span("quarter", period), derive(ledger, "quarter", period)
        assert collect_figures(facts, load_reference(), ledger.texts.get, whole.head) == whole
        assert check_whole(facts, "quarter", period) == ""


def test_a_quarter_is_sealed_with_its_last_month_alone() -> None:
    ledger = run(LONG)
    size = len(ledger.entries)

    def seal(period: str) -> list[str]:
        body = build_seal(size, sheet="quarter", number=f"{period}-Q-1", follows="", replaces="")
        return ledger.record(body, "2026-10-02", period)

    assert seal("2026-08") == ["sheet-span"]
    assert seal("2026-09") == []


def test_before_the_books_nothing_is_selected() -> None:
    ledger = run(LONG)

    assert select_indexes(ledger.facts, "quarter", "2020-03") == [0]


def test_without_the_closing_before_the_span_nothing_follows() -> None:
    ledger = run(LONG)
    before = next(
        one.index for one in ledger.entries if (one.kind, one.period) == ("period.closed", "2026-06")
    )

    facts = derive(ledger, "quarter", "2026-09", without=frozenset({before}))
    with pytest.raises(ValueError, match="no closing of 2026-06"):
        select_indexes(facts, "quarter", "2026-09")
