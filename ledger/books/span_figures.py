"""The sheet of a quarter or a year calculated: the items that the law asks for, from balances, turnovers and funds.

Pure arithmetic over values; where they come from is `ledger.figures.spans`'s subject, what each figure means is defined
with a worked quarter and year in reports/SHEETS.md. Rules that always hold:

- all assets − all debts = what is the collective's own, at both ends: every account stands in exactly one item;
- the items of income and expense add up to what their accounts came to, and to what earmarked funds moved beside them;
- of every item it is told whether there is a figure, was nothing, or these books keep nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from ledger.books.accounts import Chart, is_money
from ledger.books.balances import sign_posting
from ledger.books.disclosure import Disclosure, DisclosureItem, Standing, find_standing
from ledger.books.figures import ItemAmount, ItemBalance, SpanFigures, SpanTotals, Told
from ledger.books.finance_figures import RESULT_ACCOUNT
from ledger.books.funds import Category
from ledger.books.money import format_yuan
from ledger.books.periods import format_period
from ledger.books.plans import PlanLine
from ledger.books.statements import Distribution
from ledger.books.values import Value, list_span
from ledger.books.vouchers import Posting

QUARTERS = "一二三四"


class Amounts(NamedTuple):
    """What accounts came to or hold under one chart, signed fen by account, debit positive."""

    version: str
    by_account: Mapping[str, int]


class Beside(Value, frozen=True):
    """What a voucher moved of an earmarked fund without any account of income or expense, in fen."""

    category: Category
    number: str
    received_fen: int
    spent_fen: int


class Moved(NamedTuple):
    """What a voucher moved of a fund: all of it, and what of it no account of income or expense tells."""

    received_fen: int
    spent_fen: int
    received_beside_fen: int
    spent_beside_fen: int


def split_move(chart: Chart, postings: Sequence[Posting], *, is_red: bool) -> Moved:
    """Return what a voucher about a fund received or spent. A red one makes less of what its wrong one made more of.

    What goes by way of income or expense is told there; the rest stands beside: kept as a debt until it is spent.
    """
    money_fen = sum(sign_posting(posting) for posting in postings if is_money(posting.account))
    others = [posting for posting in postings if not is_money(posting.account)]
    beside_fen = -sum(
        sign_posting(posting)
        for posting in others
        if chart.accounts[posting.account].class_ not in ("income", "expense")
    )
    if not money_fen:
        return Moved(0, 0, 0, 0)
    if (money_fen > 0) != is_red:
        return Moved(money_fen, 0, beside_fen, 0)
    return Moved(0, -money_fen, 0, -beside_fen)


def build_turnovers(
    disclosure: Disclosure,
    class_: Literal["incomes", "expenses"],
    span: Sequence[Amounts],
    year: Sequence[Amounts],
    beside: tuple[Sequence[Beside], Sequence[Beside]],
    plan: tuple[str, Sequence[PlanLine]],
) -> tuple[ItemAmount, ...]:
    """Return the items of income or expense.

    `span` and `year` are what accounts came to in each, by parts of one chart; `beside` what funds moved in each;
    `plan` the chart under which it can be compared, and its lines.
    """
    items = disclosure.list_items(class_)
    sign = -1 if class_ == "incomes" else 1
    in_span, in_year = (_sort_amounts(items, amounts, sign) for amounts in (span, year))
    planned = _sort_plan(items, *plan)
    built = []
    for item in items:
        of_funds = [[one for one in some if one.category in item.funds] for some in beside]
        amount_fen, year_fen = (
            sum(sorted_.get(item.id, {}).values()) + sum(_pick(one, class_) for one in some)
            for sorted_, some in zip((in_span, in_year), of_funds, strict=True)
        )
        accounts = tuple(sorted({*in_span.get(item.id, {}), *in_year.get(item.id, {})}))
        funds = tuple(sorted({one.number for some in of_funds for one in some if _pick(one, class_)}))
        has_figure = bool(accounts or funds or item.id in planned)
        built.append(
            ItemAmount(
                accounts=accounts,
                amount_fen=amount_fen,
                funds=funds,
                is_planned=item.id in planned,
                item=item.id,
                planned_fen=planned.get(item.id, 0),
                told=_tell(item, year[-1].version, has_figure=has_figure),
                year_fen=year_fen,
            )
        )
    return tuple(built)


def build_given(
    disclosure: Disclosure,
    span: Sequence[tuple[str, Distribution]],
    year: Sequence[tuple[str, Distribution]],
    results: tuple[int, int],
    version: str,
) -> tuple[ItemAmount, ...]:
    """Return the items of the distribution; `span` and `year` with the chart of each, `results` is 收益总额 of both."""
    items = disclosure.list_items("distribution")
    in_span, in_year = (_sort_given(items, given) for given in (span, year))
    built = []
    for item in items:
        amount_fen, year_fen = sum(in_span.get(item.id, {}).values()), sum(in_year.get(item.id, {}).values())
        accounts = tuple(sorted({*in_span.get(item.id, {}), *in_year.get(item.id, {})}))
        if item.shows == "result":
            amount_fen, year_fen = results
        has_figure = item.shows == "result" or bool(accounts)
        told = _tell(item, version, has_figure=has_figure)
        built.append(_build_amount(item, told, accounts, amount_fen, year_fen))
    return tuple(built)


def build_plans(disclosure: Disclosure, *, has_plan: bool) -> tuple[ItemAmount, ...]:
    """Return the items of the plans: of all but that of income and expense nothing is kept."""
    return tuple(
        _build_amount(item, _tell(item, "2023", has_figure=has_plan), (), 0, 0)
        for item in disclosure.list_items("plans")
    )


def build_balances(
    disclosure: Disclosure, class_: Literal["assets", "debts", "others"], opening: Amounts, closing: Amounts
) -> tuple[ItemBalance, ...]:
    """Return the items of assets, debts or the collective's own at both ends."""
    before, after = _sort_balances(disclosure, opening), _sort_balances(disclosure, closing)
    built = []
    for item in disclosure.list_items(class_):
        ends = before.get(item.id, {}), after.get(item.id, {})
        accounts = tuple(sorted({*ends[0], *ends[1]}))
        told: Told = "figure" if accounts else "none"
        built.append(
            ItemBalance(
                accounts=accounts,
                closing_fen=sum(ends[1].values()),
                item=item.id,
                opening_fen=sum(ends[0].values()),
                told=told,
            )
        )
    return tuple(built)


def sum_result(disclosure: Disclosure, amounts: Sequence[Amounts]) -> int:
    """Return 收益总额: income less expense, without the accounts that its item names (income tax)."""
    (item,) = (item for item in disclosure.list_items("distribution") if item.shows == "result")
    return -sum(
        amount_fen
        for part in amounts
        for code, amount_fen in part.by_account.items()
        if not code.startswith(item.get_accounts(part.version) or ("-",))
    )


def build_totals(
    disclosure: Disclosure,
    incomes: Sequence[ItemAmount],
    expenses: Sequence[ItemAmount],
    balances: tuple[Sequence[ItemBalance], Sequence[ItemBalance], Sequence[ItemBalance]],
) -> SpanTotals:
    """Return what the items add up to; `balances` are those of assets, debts and the collective's own."""
    assets, debts, own = balances
    owed_to_us = {item.id for item in disclosure.list_items("debts") if item.side == "debit"}
    held = [*assets, *(one for one in debts if one.item in owed_to_us)]
    owed = [one for one in debts if one.item not in owed_to_us]
    return SpanTotals(
        closing_assets_fen=sum(one.closing_fen for one in held),
        closing_debts_fen=sum(one.closing_fen for one in owed),
        closing_own_fen=sum(one.closing_fen for one in own),
        expense_fen=sum(one.amount_fen for one in expenses),
        income_fen=sum(one.amount_fen for one in incomes),
        opening_assets_fen=sum(one.opening_fen for one in held),
        opening_debts_fen=sum(one.opening_fen for one in owed),
        opening_own_fen=sum(one.opening_fen for one in own),
        year_expense_fen=sum(one.year_fen for one in expenses),
        year_income_fen=sum(one.year_fen for one in incomes),
    )


def name_span(kind: str, period: str) -> str:
    """Return a quarter or a year as people say it: `2026年第三季度`, `2026年度`."""
    if kind == "year":
        return f"{period[:4]}年度"
    return f"{period[:4]}年第{QUARTERS[int(period[5:]) // 3 - 1]}季度"


def summarize_span(figures: SpanFigures) -> tuple[str, ...]:
    """Return the span in plain sentences: what came in and went out, what is there, what was decided and put right."""
    head, totals = figures.head, figures.totals
    begin, end = ("年初", "年底") if head.kind == "year" else ("季初", "季末")
    money = next(one for one in figures.assets if one.item == "money")
    came, went = (
        format_yuan(fen)
        for fen in (
            (totals.year_income_fen, totals.year_expense_fen)
            if head.kind == "year"
            else (totals.income_fen, totals.expense_fen)
        )
    )
    change = _tell_change(money.closing_fen - money.opening_fen, begin)
    held, owed, own = (
        format_yuan(fen)
        for fen in (totals.closing_assets_fen, totals.closing_debts_fen, totals.closing_own_fen)
    )
    sentences = [
        f"{name_span(head.kind, head.period)}，村集体收入 {came} 元，支出 {went} 元。",
        f"{end}现金和存款一共 {format_yuan(money.closing_fen)} 元，{change}。",
        f"{end}集体的家当值 {held} 元，欠别人 {owed} 元，归集体自己的 {own} 元。",
    ]
    if len(figures.months) < len(list_span(head.kind, head.period)):
        sentences.append(f"这本账从{format_period(figures.months[0].period)}记起，以前的不在这张表里。")
    if figures.taken_over_fen:
        sentences.append(f"今年累计里，有 {format_yuan(figures.taken_over_fen)} 元收益是开账时转进来的。")
    sentences += _tell_plan(figures)
    sentences += _tell_given(figures, begin)
    sentences.append(_tell_decided(figures))
    sentences.append(_tell_corrected(figures))
    return tuple(sentences)


def _tell_change(change_fen: int, begin: str) -> str:
    if not change_fen:
        return f"和{begin}一样多"
    return f"比{begin}{'多' if change_fen > 0 else '少'}了 {format_yuan(abs(change_fen))} 元"


def _tell_plan(figures: SpanFigures) -> list[str]:
    plan = figures.plan
    if not plan.version:
        return ["今年没有登记收支计划。"] if figures.head.kind == "year" else []
    if not plan.is_comparable:
        return ["收支计划是按旧会计科目订的，和现在的账不能逐项比。"]
    told = []
    for kind, name in (("income", "收入"), ("expense", "支出")):
        lines = [line for line in plan.lines if line.kind == kind]
        planned_fen, actual_fen = (
            sum(line.planned_fen for line in lines),
            sum(line.actual_fen for line in lines),
        )
        told.append(f"计划{name} {format_yuan(planned_fen)} 元，今年到现在 {format_yuan(actual_fen)} 元")
    return [f"{'；'.join(told)}。"]


def _tell_given(figures: SpanFigures, begin: str) -> list[str]:
    given = {one.item: one for one in figures.distribution}
    if figures.head.kind != "year" and not any(
        one.amount_fen for one in figures.distribution if one.item != "result"
    ):
        return []
    lead = "全年" if begin == "年初" else "本季"
    result, reserves, members = (
        format_yuan(given[name].year_fen if begin == "年初" else given[name].amount_fen)
        for name in ("result", "to-reserves", "to-members")
    )
    return [f"{lead}收益总额 {result} 元，提取公积公益金 {reserves} 元，分给成员 {members} 元。"]


def _tell_decided(figures: SpanFigures) -> str:
    adopted = sum(one.outcome == "adopted" for one in figures.resolutions)
    told = [
        f"登记、变更合同 {len(figures.contracts)} 次" if figures.contracts else "没有登记、变更合同",
        f"公开决议 {len(figures.resolutions)} 件，通过 {adopted} 件" if figures.resolutions else "没有决议",
    ]
    return f"这段时间{'；'.join(told)}。"


def _tell_corrected(figures: SpanFigures) -> str:
    asked = figures.objections
    told = (
        f"登记异议 {asked.raised} 件，答复 {asked.answered} 件，成立 {asked.upheld} 件"
        if asked.raised
        else "没有人提异议"
    )
    count = len(figures.corrections)
    return f"{told}；账改过 {count} 次，原因都写在“更正”一栏。" if count else f"{told}；账没有改过。"


def _pick(one: Beside, class_: str) -> int:
    return one.received_fen if class_ == "incomes" else one.spent_fen


def _sort_amounts(
    items: Sequence[DisclosureItem], amounts: Iterable[Amounts], sign: int
) -> dict[str, dict[str, int]]:
    """Return by item what its accounts came to, positive on the side of the class; others are left out."""
    found: dict[str, dict[str, int]] = {}
    for part in amounts:
        for code, amount_fen in part.by_account.items():
            _add(found, find_standing(items, part.version, code), sign * amount_fen)
    return found


def _sort_plan(items: Sequence[DisclosureItem], version: str, lines: Iterable[PlanLine]) -> dict[str, int]:
    """Return what is planned of each item by lines that are of it alone."""
    found: dict[str, int] = {}
    for line in lines:
        place = find_standing(items, version, line.account)
        below = {
            other.id
            for other in items
            for code in other.get_accounts(version)
            if code.startswith(line.account)
        }
        if place is not None and below <= {place.item.id}:
            found[place.item.id] = found.get(place.item.id, 0) + line.amount_fen
    return found


def _sort_given(
    items: Sequence[DisclosureItem], given: Iterable[tuple[str, Distribution]]
) -> dict[str, dict[str, int]]:
    rest = next(item for item in items if item.takes == "rest")
    named = [item for item in items if item.shows == "given"]
    found: dict[str, dict[str, int]] = {}
    for version, one in given:
        place = find_standing(named, version, one.counter) or Standing(rest, one.counter[:3])
        _add(found, place, one.amount_fen if one.side == "debit" else -one.amount_fen)
    return found


def _sort_balances(disclosure: Disclosure, balances: Amounts) -> dict[str, dict[str, int]]:
    """Return by item what its accounts hold, positive on its side; results not carried over yet are undistributed."""
    items = [
        item
        for class_ in disclosure.classes
        if class_.id in ("assets", "debts", "others")
        for item in class_.items
    ]
    unclosed = next(item for item in items if item.takes == "unclosed")
    found: dict[str, dict[str, int]] = {}
    for code, amount_fen in balances.by_account.items():
        side = "debit" if amount_fen > 0 else "credit"
        # What is not carried over yet will stand under 本年收益.
        place = find_standing(items, balances.version, code, side) or Standing(unclosed, RESULT_ACCOUNT)
        _add(found, place, amount_fen if place.item.side == "debit" else -amount_fen)
    return found


def _add(found: dict[str, dict[str, int]], place: Standing | None, amount_fen: int) -> None:
    """Add an amount to where it stands; what stands nowhere among these items is another class's."""
    if place is not None:
        accounts = found.setdefault(place.item.id, {})
        accounts[place.code] = accounts.get(place.code, 0) + amount_fen


def _tell(item: DisclosureItem, version: str, *, has_figure: bool) -> Told:
    if not item.is_kept(version):
        return "unkept"
    return "figure" if has_figure else "none"


def _build_amount(
    item: DisclosureItem, told: Told, accounts: tuple[str, ...], amount_fen: int, year_fen: int
) -> ItemAmount:
    return ItemAmount(
        accounts=accounts,
        amount_fen=amount_fen,
        funds=(),
        is_planned=False,
        item=item.id,
        planned_fen=0,
        told=told,
        year_fen=year_fen,
    )
