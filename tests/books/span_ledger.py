"""Text ledgers of quarters and years: those of `text_ledger`, and what only these sheets show.

    2026-10-02 plan 2026 | 501 40,000.00 | 51302 2,000.00 | accepted
    2026-10-02 plot ZY-0001 01 336.00 | accepted
    2026-11-02 replot ZY-0001 01 330.00 | accepted
    2026-11-06 object YY-2026-0001 | accepted
    2026-11-08 answer YY-2026-0001 upheld | accepted
    2026-12 quarter_incomes in-operating 集体经营收入 | 30,000.00 | year 57,000.00 | by 501

A figure's line begins with the last month of the span, and its first word with `quarter_` or `year_`: all lines of the
same month and word must be exactly those there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ledger.books.figures import ItemAmount, ItemBalance, SpanFigures
from ledger.books.money import format_yuan, parse_yuan
from ledger.books.plans import PlanAdopted, PlanLine
from ledger.books.span_figures import summarize_span
from ledger.books.span_words import TOLD, tell_contract, tell_correction, tell_fund, tell_resolution
from ledger.books.values import Sealed, SheetKind
from ledger.data import load_reference
from ledger.entries import Body
from ledger.figures import build_head, collect_figures
from ledger.state.charts import get_version
from tests.books.text_ledger import TextLedger
from tests.builders import Discloser, build_answer, build_objection, build_resource, build_resource_change

DAY = r"\d{4}-\d\d-\d\d"
PLAN = re.compile(rf"{DAY} plan (\d{{4}})(?: version (\d+))?")
PLANNED = re.compile(r"([0-9]+) ([0-9,]+\.[0-9]{2})")
PLOT = re.compile(rf"{DAY} (plot|replot) (\S+) (\d\d) ([0-9,.]+)")
OBJECT = re.compile(rf"{DAY} object (\S+)")
ANSWER = re.compile(rf"{DAY} answer (\S+) (\S+)")
CLASSES = ("assets", "debts", "distribution", "expenses", "incomes", "own", "plans")


class SpanLedger(TextLedger):
    """A text ledger whose figures are those of quarters and years."""

    def get_span(self, kind: SheetKind, period: str, size: int | None = None) -> SpanFigures:
        """Return the figures of the quarter or year that ends with a month, as a draft."""
        head = build_head(
            self.facts,
            load_reference(),
            self.texts.get,
            kind=kind,
            period=period,
            number="",
            size=len(self.entries) if size is None else size,
            hung_on="",
            follows="",
            replaces="",
        )
        figures = collect_figures(self.facts, load_reference(), self.texts.get, head)
        assert isinstance(figures, SpanFigures)
        return figures

    def _enter(self, head: str, parts: list[str]) -> list[str]:
        body = self._read(head, parts)
        return super()._enter(head, parts) if body is None else self.record(body, head[:10], head[:7])

    def _read(self, head: str, parts: list[str]) -> Body | None:
        texts = Discloser()
        if found := PLAN.fullmatch(head):
            lines = [PLANNED.fullmatch(part) for part in parts]
            return PlanAdopted(
                chart=get_version(self.facts, head[:7]),
                lines=tuple(PlanLine(account=one[1], amount_fen=_read(one[2])) for one in lines if one),
                resolution=self.publish("成员大会通过"),
                version=int(found[2] or 1),
                year=found[1],
            )
        if found := PLOT.fullmatch(head):
            known = {"area_mu_hundredths": _read(found[4]), "land_class": found[3]}
            if found[1] == "plot":
                return build_resource(texts, number=found[2], **known)
            return build_resource_change(texts, resource=found[2], **known)
        if found := OBJECT.fullmatch(head):
            wording = Sealed(sealed=f"{found[1].replace('-', '_'):x<43}")
            return build_objection(texts, number=found[1], about="", wording=wording)
        if found := ANSWER.fullmatch(head):
            return build_answer(texts, objection=found[1], outcome=found[2], followed_by=())
        return None

    def _describe(self, period: str) -> Iterator[str]:
        for kind in ("quarter", "year"):
            if kind == "quarter" or period.endswith("-12"):
                figures = self.get_span(kind, period)
                yield from (f"{period} {kind}_{line}" for line in describe_span(figures))


def describe_span(figures: SpanFigures) -> Iterator[str]:
    """Yield the lines of a quarter's or year's sheet without month and kind."""
    for month in figures.months:
        yield f"months {month.period} | vouchers {month.vouchers}"
    totals = figures.totals
    yield f"total income | {format_yuan(totals.income_fen)} | year {format_yuan(totals.year_income_fen)}"
    yield f"total expense | {format_yuan(totals.expense_fen)} | year {format_yuan(totals.year_expense_fen)}"
    for name in ("assets", "debts", "own"):
        ends = (getattr(totals, f"{end}_{name}_fen") for end in ("opening", "closing"))
        yield f"total {name} | {' | '.join(format_yuan(fen) for fen in ends)}"
    yield f"total taken over | {format_yuan(figures.taken_over_fen)}"
    for line in figures.plan.lines:
        yield (
            f"plan {line.account or line.kind} {line.name} | planned {format_yuan(line.planned_fen)}"
            f" | actual {format_yuan(line.actual_fen)} | rest {format_yuan(line.rest_fen)}"
        )
    for name in CLASSES:
        for one in getattr(figures, name):
            yield f"{name} {_describe_item(one)}"
    yield from _describe_registers(figures)
    for sentence in summarize_span(figures):
        yield f"says {sentence}"


def _describe_registers(figures: SpanFigures) -> Iterator[str]:
    if figures.given_by:
        yield f"given_by {' '.join(figures.given_by)}"
    for land in figures.land:
        yield (
            f"land {land.land_class} | plots {land.plots} | {format_yuan(land.opening_mu_hundredths)}"
            f" | {format_yuan(land.closing_mu_hundredths)}"
        )
    for contract in figures.contracts:
        yield f"contract {' | '.join(tell_contract(contract))} | {format_yuan(contract.year_fen)}"
    for resolution in figures.resolutions:
        yield f"resolution {' | '.join(tell_resolution(resolution))} | {format_yuan(resolution.amount_fen)}"
    for fund in figures.funds:
        moved = f"{format_yuan(fund.received_fen)} | {format_yuan(fund.spent_fen)}"
        yield f"fund {' | '.join(tell_fund(fund))} | {moved}"
    for correction in figures.corrections:
        yield f"correction {' | '.join(tell_correction(correction))} | {format_yuan(correction.amount_fen)}"
    asked = figures.objections
    yield f"objections raised {asked.raised} | answered {asked.answered} | upheld {asked.upheld}"


def _describe_item(one: ItemAmount | ItemBalance) -> str:
    label = load_reference().disclosure.get_item(one.item).label
    if one.told != "figure":
        return f"{one.item} {label} | {TOLD[one.told]}"
    by = " ".join([*one.accounts, *(one.funds if isinstance(one, ItemAmount) else ())])
    told = f" | by {by}" if by else ""
    if isinstance(one, ItemBalance):
        return f"{one.item} {label} | {format_yuan(one.opening_fen)} | {format_yuan(one.closing_fen)}{told}"
    planned = f" | planned {format_yuan(one.planned_fen)}" if one.is_planned else ""
    return f"{one.item} {label} | {format_yuan(one.amount_fen)} | year {format_yuan(one.year_fen)}{planned}{told}"


def _read(text: str) -> int:
    amount_fen = parse_yuan(text)
    assert isinstance(amount_fen, int), text
    return amount_fen
