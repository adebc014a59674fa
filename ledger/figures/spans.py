"""The figures of a quarter or a year gathered: balances at its ends, what accounts came to between them, and what the
registers recorded. What it needs of the log, and no more, is `ledger.state.spans`'s subject.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ledger.books.accounts import Chart
from ledger.books.contracts import EVENTS, Change, ContractSigned, list_dues, sum_dues
from ledger.books.figures import (
    LandFigures,
    PlanFigures,
    PlannedLine,
    SheetHead,
    SpanContract,
    SpanFigures,
    SpanFund,
    SpanMonth,
    SpanObjections,
    SpanResolution,
)
from ledger.books.funds import FundOpened
from ledger.books.objections import ObjectionAnswered
from ledger.books.periods import iterate_periods
from ledger.books.plans import PlanLine, compare_plan
from ledger.books.resolutions import ResolutionRecorded
from ledger.books.resources import ResourceChanged, ResourceRegistered
from ledger.books.span_figures import (
    Amounts,
    Beside,
    build_balances,
    build_given,
    build_plans,
    build_totals,
    build_turnovers,
    split_move,
    sum_result,
)
from ledger.books.statements import Distribution, list_distributions, pick_results
from ledger.books.vouchers import PeriodClosed, Voucher, VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.entries import Entry
from ledger.errors import NotFound
from ledger.figures.charts import collect_chart
from ledger.figures.finance import get_voucher, read_correction
from ledger.figures.texts import Texts, read_text
from ledger.state.charts import get_version
from ledger.state.facts import EntryAt, Facts, PeriodFacts, get_fact, read_body
from ledger.state.funds import list_fund_numbers
from ledger.state.incomes import get_carried
from ledger.state.plans import find_plan, find_plan_index
from ledger.state.reference import Reference
from ledger.state.spans import (
    Part,
    RegisteredContract,
    complete_chart,
    find_beginning,
    is_opened_in,
    iterate_contracts,
    iterate_kept,
    iterate_moves,
    iterate_objections,
    iterate_plots,
    iterate_resolutions,
    list_corrections,
    list_months,
    list_parts,
    sum_results,
)


class _Span(NamedTuple):
    """What everything is gathered of. `year` are the months of the year so far that the books have."""

    chart: Chart  # of the end, with the titles of the village's own sub-accounts
    head: SheetHead
    months: list[str]
    parts: list[Part]
    year: list[str]
    year_parts: list[Part]


_Given = tuple[str, str, Distribution]
"""Month, chart, and what a voucher gave."""


def collect_span(facts: Facts, reference: Reference, texts: Texts, head: SheetHead) -> SpanFigures:
    """Return the figures of the quarter or year that ends with the head's month.

    Raises NotFound where no month of it is closed.
    """
    span = _open_span(facts, reference, texts, head)
    disclosure, version = reference.disclosure, span.chart.version
    amounts, year = _sum_parts(facts, reference, span.parts), _sum_parts(facts, reference, span.year_parts)
    taken_over = _find_taken_over(facts, reference, span)
    year = [*taken_over, *year]
    funds, beside = _collect_funds(facts, reference, texts, span)
    plan, compared = _collect_plan(facts, reference, span)
    incomes, expenses = (
        build_turnovers(disclosure, class_, amounts, year, beside, compared)
        for class_ in ("incomes", "expenses")
    )
    opening = Amounts(span.parts[0].version, span.parts[0].opening)
    closing = Amounts(version, span.parts[-1].closing)
    assets, debts, own = (
        build_balances(disclosure, class_, opening, closing) for class_ in ("assets", "debts", "others")
    )
    given_by, given = _collect_given(facts, reference, span)
    in_span = [(of, one) for month, of, one in given if month in span.months]
    results = sum_result(disclosure, amounts), sum_result(disclosure, year)
    return SpanFigures(
        assets=assets,
        chart=version,
        contracts=tuple(_list_contracts(facts, texts, span)),
        corrections=tuple(
            read_correction(facts, texts, facts.read_entry(index))
            for index in list_corrections(facts, span.months)
            if index < head.size
        ),
        debts=debts,
        distribution=build_given(disclosure, in_span, [(of, one) for _, of, one in given], results, version),
        expenses=expenses,
        funds=funds,
        given_by=given_by,
        head=head,
        incomes=incomes,
        land=_collect_land(facts, span),
        months=tuple(_read_month(facts, month) for month in span.months),
        objections=_count_objections(facts, span),
        own=own,
        plan=plan,
        plans=build_plans(disclosure, has_plan=bool(plan.version)),
        resolutions=tuple(_list_resolutions(facts, texts, span)),
        taken_over_fen=sum_result(disclosure, taken_over),
        totals=build_totals(disclosure, incomes, expenses, (assets, debts, own)),
    )


def _open_span(facts: Facts, reference: Reference, texts: Texts, head: SheetHead) -> _Span:
    months, beginning = list_months(facts, head.kind, head.period), find_beginning(facts, head.period)
    if not months or months[-1] != head.period or beginning is None:
        raise NotFound(f"{head.period} 为止的{'年度' if head.kind == 'year' else '季度'}")
    return _Span(
        chart=collect_chart(facts, reference, texts, head.period),
        head=head,
        months=months,
        parts=list_parts(facts, months[0], head.period),
        year=list(iterate_periods(beginning, head.period)),
        year_parts=list_parts(facts, beginning, head.period),
    )


def _sum_parts(facts: Facts, reference: Reference, parts: Sequence[Part]) -> list[Amounts]:
    found = []
    for part in parts:
        chart = reference.charts[part.version]
        moved = [
            code for month in iterate_periods(part.first, part.last) for code in get_carried(facts, month)
        ]
        whole = complete_chart(chart, [*part.opening, *part.closing, *moved])
        found.append(Amounts(part.version, sum_results(facts, whole, part)))
    return found


def _find_taken_over(facts: Facts, reference: Reference, span: _Span) -> list[Amounts]:
    """Return what of the year was taken over with the balances, where the books began after January; else nothing."""
    part = span.year_parts[0]
    if part.first[5:] == "01" or not is_opened_in(facts, part.first):
        return []
    chart = complete_chart(reference.charts[part.version], part.opening)
    return [Amounts(part.version, pick_results(chart, part.opening))]


def _read_month(facts: Facts, month: str) -> SpanMonth:
    known = get_fact(facts, f"period/{month}", PeriodFacts)
    assert known is not None, month
    closed = read_body(facts, known.closed, PeriodClosed)
    return SpanMonth(index=known.closed, period=month, vouchers=closed.vouchers)


def _collect_plan(
    facts: Facts, reference: Reference, span: _Span
) -> tuple[PlanFigures, tuple[str, Sequence[PlanLine]]]:
    """Return the plan beside what was booked, and what of it can be compared with items."""
    version = span.chart.version
    plan, index = find_plan(facts, span.head.period[:4]), find_plan_index(facts, span.head.period[:4])
    if plan is None:
        return PlanFigures(index=0, is_comparable=False, lines=(), version=0), (version, ())
    if plan.chart != version:
        return PlanFigures(index=index, is_comparable=False, lines=(), version=plan.version), (version, ())
    last = span.year_parts[-1]
    booked: dict[str, int] = {}
    (amounts,) = _sum_parts(facts, reference, [last])
    before = last.opening if last.first[5:] != "01" else {}
    whole = complete_chart(span.chart, [*before, *amounts.by_account])
    for code, amount_fen in [*amounts.by_account.items(), *pick_results(whole, before).items()]:
        sign = -1 if whole.accounts[code].class_ == "income" else 1
        booked[code] = booked.get(code, 0) + sign * amount_fen
    lines = tuple(
        PlannedLine(
            account=one.account,
            actual_fen=one.actual_fen,
            kind=one.kind,
            name=one.name,
            planned_fen=one.planned_fen,
        )
        for one in compare_plan(plan.lines, booked, whole)
    )
    return (
        PlanFigures(index=index, is_comparable=True, lines=lines, version=plan.version),
        (version, plan.lines),
    )


def _collect_given(facts: Facts, reference: Reference, span: _Span) -> tuple[tuple[str, ...], list[_Given]]:
    """Return the vouchers of the span that say where the income went, and with month and chart what those of the year
    gave.
    """
    numbers: list[str] = []
    given: list[_Given] = []
    for entry in iterate_kept(facts, span.year):
        body, version = get_voucher(entry), get_version(facts, entry.period)
        chart = complete_chart(reference.charts[version], [posting.account for posting in body.postings])
        given += [(entry.period, version, one) for one in list_distributions(chart, body.postings)]
        if entry.period in span.months:
            numbers.append(body.number)
    return tuple(numbers), given


def _collect_funds(
    facts: Facts, reference: Reference, texts: Texts, span: _Span
) -> tuple[tuple[SpanFund, ...], tuple[list[Beside], list[Beside]]]:
    """Return the funds of the span, and what all of them moved beside income and expense in span and year."""
    funds: list[SpanFund] = []
    in_span, in_year = list[Beside](), list[Beside]()
    for number in list_fund_numbers(facts):
        at = get_fact(facts, f"fund/{number}", EntryAt)
        assert at is not None, number
        opened = read_body(facts, at.index, FundOpened)
        received_fen = spent_fen = recipients = 0
        vouchers = 0
        for index, month in iterate_moves(facts, number, span.year):
            body = get_voucher(facts.read_entry(index))
            chart = complete_chart(
                reference.charts[body.chart], [posting.account for posting in body.postings]
            )
            moved = split_move(chart, body.postings, is_red=isinstance(body, VoucherReversed))
            beside = Beside(
                category=opened.category,
                number=number,
                received_fen=moved.received_beside_fen,
                spent_fen=moved.spent_beside_fen,
            )
            in_year.append(beside)
            if month in span.months:
                in_span.append(beside)
                vouchers += 1
                received_fen, spent_fen = received_fen + moved.received_fen, spent_fen + moved.spent_fen
                recipients += _count_recipients(facts, body)
        if vouchers or facts.read_entry(at.index).period in span.months:
            funds.append(
                SpanFund(
                    category=opened.category,
                    index=at.index,
                    name=read_text(texts, opened.name),
                    number=number,
                    received_fen=received_fen,
                    recipients=recipients,
                    spent_fen=spent_fen,
                    vouchers=vouchers,
                )
            )
    return tuple(funds), (in_span, in_year)


def _count_recipients(facts: Facts, body: Voucher) -> int:
    """Return how many received what a voucher passed on; a red one takes them back."""
    if not isinstance(body, VoucherReversed):
        return body.recipients
    wrong = facts.read_entry(body.reverses).body
    assert isinstance(wrong, VoucherRecorded | VoucherReplaced)
    return -wrong.recipients


def _collect_land(facts: Facts, span: _Span) -> tuple[LandFigures, ...]:
    ends: dict[str, list[tuple[int, int]]] = {}
    for entries in iterate_plots(facts, span.months[-1]):
        before = [entry for entry in entries if entry.period < span.months[0]]
        first, last = _read_plot(before[-1] if before else None), _read_plot(entries[-1])
        for land_class in {first[0], last[0]} - {""}:
            areas = (
                first[1] if first[0] == land_class else 0,
                last[1] if last[0] == land_class else 0,
            )
            if any(areas):
                ends.setdefault(land_class, []).append(areas)
    return tuple(
        LandFigures(
            closing_mu_hundredths=sum(after for _, after in plots),
            land_class=land_class,
            opening_mu_hundredths=sum(before for before, _ in plots),
            plots=sum(after > 0 for _, after in plots),
        )
        for land_class, plots in sorted(ends.items())
    )


def _read_plot(entry: Entry | None) -> tuple[str, int]:
    """Return a plot's class of land and area as an entry says; neither where there is none."""
    if entry is None:
        return "", 0
    assert isinstance(entry.body, ResourceRegistered | ResourceChanged), entry.kind
    return entry.body.land_class, entry.body.area_mu_hundredths


def _list_contracts(facts: Facts, texts: Texts, span: _Span) -> Iterator[SpanContract]:
    for contract in iterate_contracts(facts, span.months):
        signed = contract.signed.body
        assert isinstance(signed, ContractSigned)
        for entry in (contract.signed, *contract.changes):
            if entry.period in span.months:
                yield SpanContract(
                    category=signed.category,
                    change=EVENTS[type(entry.body)],
                    direction=signed.direction,
                    index=entry.index,
                    number=signed.number,
                    occurred_on=entry.occurred_on,
                    title=read_text(texts, signed.title),
                    year_fen=_sum_year(contract, span.head.period[:4]),
                )


def _sum_year(contract: RegisteredContract, year: str) -> int:
    signed = contract.signed.body
    assert isinstance(signed, ContractSigned)
    changes = [entry.body for entry in contract.changes if isinstance(entry.body, Change)]
    return sum_dues(due for due in list_dues(signed, changes) if due.due_on[:4] == year)


def _list_resolutions(facts: Facts, texts: Texts, span: _Span) -> Iterator[SpanResolution]:
    for entry, results in iterate_resolutions(facts, span.months):
        body = entry.body
        assert isinstance(body, ResolutionRecorded)
        yield SpanResolution(
            amount_fen=body.amount_fen,
            decided_on=body.steps[-1].held_on,
            index=entry.index,
            number=body.number,
            outcome=body.outcome,
            results=results,
            title=read_text(texts, body.title),
        )


def _count_objections(facts: Facts, span: _Span) -> SpanObjections:
    found = list(iterate_objections(facts, span.months))
    answers = [
        [read_body(facts, index, ObjectionAnswered).outcome for index in known.answers] for known in found
    ]
    return SpanObjections(
        answered=sum(bool(one) for one in answers),
        raised=len(found),
        upheld=sum("upheld" in one for one in answers),
    )
