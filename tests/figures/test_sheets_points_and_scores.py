"""The worked months of points and scores in SHEETS.md come out exactly as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ledger.books.points_figures import summarize_points
from ledger.books.score_figures import summarize_scores
from ledger.data import load_reference
from ledger.figures.points import collect_points
from ledger.figures.scores import collect_scores
from tests.books.points_ledger import PointsLedger

SHEETS = (Path(__file__).parents[2] / "reports" / "SHEETS.md").read_text(encoding="utf-8")


def read_fences(language: str) -> tuple[list[str], list[str]]:
    """Lines that are run, and lines that must come out."""
    fences = re.findall(rf"^```{language}\n(.*?)^```$", SHEETS, re.MULTILINE | re.DOTALL)
    lines = [line for fence in fences for line in fence.splitlines()]
    told = [line for line in lines if line.endswith("| accepted")]
    return told, [line for line in lines if line not in told]


def write_points(ledger: PointsLedger, period: str) -> Iterator[str]:
    head = ledger.head("points", period)
    figures = collect_points(ledger.facts, load_reference(), ledger.texts.get, head)
    yield (
        f"counts | households {figures.households} | agreed {figures.agreed} | version {figures.version} | "
        f"rounds {figures.rounds} | scored {figures.scored}"
    )
    for group in figures.groups:
        yield f"group {group.group} | awards {group.awards} | points {group.points}"
        for rule in group.rules:
            quantity = f"quantity {rule.quantity} {rule.unit}"
            yield f"rule {rule.code} {rule.item} | awards {rule.awards} | {quantity} | points {rule.points}"
    yield f"total | awards {figures.awards} | points {figures.awarded_points}"
    yield f"sealed | awards {figures.sealed_awards} | points {figures.sealed_points}"
    for item in figures.corrections:
        yield f"correction {item.rule or 'sealed'} of {item.of_period} | points {item.points} | {item.reason}"
    yield from (f"says {sentence}" for sentence in summarize_points(figures))


def write_scores(ledger: PointsLedger, period: str) -> Iterator[str]:
    head = ledger.head("scores", period)
    figures = collect_scores(ledger.facts, load_reference(), ledger.texts.get, head)
    yield (
        f"scheme {figures.scheme} {figures.title} | version {figures.version} | base {figures.base} | "
        f"members {figures.members}"
    )
    yield from (f"cut {cut.stars} | from {cut.from_score}" for cut in figures.cuts)
    yield from (f"stars {row.stars} | members {row.members}" for row in figures.stars)
    for branch in figures.branches:
        yield (
            f"branch {branch.branch} {branch.name} | members {branch.members} | rounds {branch.rounds} | "
            f"points {branch.points} | sealed {branch.sealed_marks} | sealed points {branch.sealed_points}"
        )
        for item in branch.items:
            sums = f"marks {item.marks} | quantity {item.quantity} | points {item.points}"
            yield f"item {branch.branch} {item.code} {item.item} | {sums}"
        yield from (
            f"branch {branch.branch} stars {row.stars} | members {row.members}" for row in branch.stars
        )
    yield from (f"says {sentence}" for sentence in summarize_scores(figures))


def test_the_worked_month_of_points_comes_out_as_written() -> None:
    told, written = read_fences("points")
    ledger = PointsLedger()

    assert ledger.run("\n".join(told)) == []

    october = [f"2026-10 {line}" for line in write_points(ledger, "2026-10")]
    november = [f"2026-11 {line}" for line in write_points(ledger, "2026-11")]
    assert [line for line in written if line.startswith("2026-10")] == october
    later = [line for line in written if line not in october]
    words = {line.split()[1] for line in later}
    assert words == {"sealed", "correction"}
    assert later == [line for line in november if line.split()[1] in words]


def test_the_worked_month_of_scores_comes_out_as_written() -> None:
    told, written = read_fences("scores")
    ledger = PointsLedger()

    assert ledger.run("\n".join(told)) == []
    assert [f"2026-10 {line}" for line in write_scores(ledger, "2026-10")] == written
