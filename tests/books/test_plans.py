"""A year's plan: what it says wrong, with its whole message, and what came of it, whatever was booked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.plans import PlanAdopted, PlanLine, PlannedAmount, check_plan, compare_plan
from ledger.books.values import PublicText
from ledger.data import load_reference
from ledger.errors import Fault, format_fault
from ledger.figures.years import collect_year
from ledger.state.plans import find_plan, find_plan_index
from tests.books.text_ledger import TextLedger
from tests.state.test_money import LEDGERS

CHARTS = load_reference().charts
CHART = CHARTS["2023"]
TEXT = PublicText(text="x" * 43)
RESULTS = sorted(code for code, one in CHART.accounts.items() if one.class_ in ("income", "expense"))
TOPS = [code for code in RESULTS if len(code) == 3]


def plan(*lines: tuple[str, int], version: int = 1, year: str = "2026", chart: str = "2023") -> PlanAdopted:
    listed = tuple(PlanLine(account=account, amount_fen=amount_fen) for account, amount_fen in lines)
    return PlanAdopted(chart=chart, lines=listed, resolution=TEXT, version=version, year=year)


def tell(faults: list[Fault]) -> list[str]:
    return [format_fault(fault) for fault in faults]


def test_a_good_plan_has_no_fault_and_a_changed_one_follows_it() -> None:
    first = plan(("501", 100), ("51302", 50), ("514", 1))

    assert check_plan(first, CHART, None) == []
    assert check_plan(plan(("501", 101), version=2), CHART, first) == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            plan(("501", 100), version=3),
            "2026年收支计划：现为第 3 版，应为第 2 版。重新填一次再交审。（plan-version）",
        ),
        (
            plan(("501", 1), version=2),
            (
                "2026年收支计划：现为与第 1 版相同，应为有改动的计划。"
                "没有改动就不用再交；要改的，改了再交。（plan-unchanged）"
            ),
        ),
        (
            plan(("501", 100), version=2, chart="2004"),
            (
                "2026年收支计划：现为2004 年科目表，应为2023 年科目表。"
                "两版科目代码含义不同，请按本账的科目表重新选科目。（chart-version）"
            ),
        ),
        (
            plan(("151", 100), version=2),
            (
                "2026年收支计划：现为151 固定资产，应为收入或支出科目。"
                "计划只列收入、支出科目；买固定资产、还借款写在决议里。（plan-class）"
            ),
        ),
        (
            plan(("59901", 100), version=2),
            (
                "2026年收支计划：现为科目 59901，应为2023 年科目表内的科目。"
                "对照会计科目表改正科目代码。（account-unknown）"
            ),
        ),
        (
            plan(("501", 10**12 + 1), version=2),
            (
                "2026年收支计划，501 经营收入：现为10,000,000,000.01 元，应为不超过 10,000,000,000.00 元。"
                "检查金额的单位和小数点。（plan-too-large）"
            ),
        ),
        (
            plan(("513", 5), ("51302", 3), version=2),
            (
                "2026年收支计划：现为513 和 51302 都列了，应为互不包含的科目。"
                "只列上级，或者只列明细；不然同一笔钱算两次。（plan-overlap）"
            ),
        ),
        (
            plan(("514", 5), ("513", 3), version=2),
            "2026年收支计划：现为514 以后是 513，应为按科目代码从小到大。排好次序。（plan-order）",
        ),
    ],
)
def test_what_is_wrong_with_a_plan_is_told_whole(body: PlanAdopted, told: str) -> None:
    assert tell(check_plan(body, CHART, plan(("501", 1)))) == [told]


@given(
    st.dictionaries(st.sampled_from(RESULTS), st.integers(-(10**9), 10**9), max_size=12),
    st.lists(st.sampled_from(TOPS), unique=True),
)
def test_nothing_that_was_booked_is_lost_beside_the_plan_or_counted_twice(
    booked: dict[str, int], tops: list[str]
) -> None:
    rows = compare_plan(plan(*((code, 100) for code in sorted(tops))).lines, booked, CHART)

    for kind in ("income", "expense"):
        whole = sum(amount for code, amount in booked.items() if CHART.accounts[code].class_ == kind)
        assert sum(row.actual_fen for row in rows if row.kind == kind) == whole
    assert [row.account for row in rows if row.account] == sorted(
        tops, key=lambda code: (CHART.accounts[code].class_ != "income", code)
    )
    assert all(row.rest_fen == row.planned_fen - row.actual_fen for row in rows)


def test_percents_are_rounded_halves_up_and_none_without_a_plan() -> None:
    def reach(actual_fen: int, planned_fen: int) -> int | None:
        made = PlannedAmount(
            account="501", actual_fen=actual_fen, kind="income", name="", planned_fen=planned_fen
        )
        return made.percent

    assert [reach(*pair) for pair in ((0, 10), (1, 200), (3, 2), (-1, 200), (-2, 200), (5, 0))] == [
        *(0, 1, 150, 0, -1),
        None,
    ]


def test_a_plan_is_recorded_and_the_year_agrees_with_its_statement() -> None:
    ledger = TextLedger()
    assert ledger.run((LEDGERS / "statements.ledger").read_text(encoding="utf-8")) == []
    assert find_plan(ledger.facts, "2026") is None
    assert find_plan_index(ledger.facts, "2026") == 0
    assert ledger.record(plan(("501", 10_000_00)), "2027-01-09", "2027-01") == []
    assert ledger.record(plan(("501", 20_000_00), version=2), "2027-01-09", "2027-01") == []

    known = find_plan(ledger.facts, "2026")
    assert known is not None
    assert (known.version, find_plan_index(ledger.facts, "2026")) == (2, len(ledger.entries) - 1)
    year = collect_year(ledger.facts, CHARTS, "2026")
    assert year is not None
    statements = ledger.get_statements("2026-12")
    assert statements is not None
    assert sum(year.incomes.values()) == statements.result.get("operating-income").after_fen == 5_700_000
    assert sum(year.incomes.values()) - sum(year.expenses.values()) == statements.result.get("net").after_fen
    assert [month.period for month in year.months] == ["", "2026-11", "2026-12"]
    (row, rest) = compare_plan(known.lines, year.booked, CHART)
    assert (row.planned_fen, row.actual_fen, row.percent) == (20_000_00, 57_000_00, 285)
    assert (rest.account, rest.kind, rest.actual_fen) == ("", "expense", 9_825_00)
    assert collect_year(ledger.facts, CHARTS, "2025") is None
    assert collect_year(TextLedger().facts, CHARTS, "2026") is None


def test_a_year_that_went_over_to_another_chart_stands_under_the_new_one() -> None:
    ledger = TextLedger("2004")
    assert ledger.run((LEDGERS / "converted_2004.ledger").read_text(encoding="utf-8")) == []

    year = collect_year(ledger.facts, CHARTS, "2026")

    assert year is not None
    assert (year.version, [month.period for month in year.months]) == ("2023", ["", "2026-11"])
    assert (year.incomes, year.expenses) == ({"50106": 500_000}, {"513": 35_200, "51302": 2_000})
