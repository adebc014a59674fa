"""The monthly score sheet of the party branches, as strings ready to lay out. It names no member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.books.figures import BranchFigures, ScoreFigures, StarCount
from ledger.books.score_figures import summarize_scores
from ledger.books.scores import SPAN_NAMES
from reports.frame import Codes, HeadText, PlainWords, build_head_text, build_plain_words
from reports.rows import ItemRow, build_items
from reports.words import format_count, format_signed, name_rank

_SHORT_ROWS = 12


@dataclass(frozen=True)
class StarRow:
    """How many members have so many stars or a grade. `name` is `五星`, `未评星`, `优秀`; `marks` the stars drawn."""

    marks: str
    members: str
    name: str


@dataclass(frozen=True)
class CutRow:
    """The lowest score of a star or grade."""

    from_score: str
    marks: str
    name: str


@dataclass(frozen=True)
class BranchRows:
    """A branch's month. `stars` are its counts in the order of the sheet's columns; a short table stays on
    one page.
    """

    has_round: bool
    is_short: bool
    items: tuple[ItemRow, ...]
    members: str
    name: str
    points: str
    sealed_marks: str
    sealed_points: str
    stars: tuple[str, ...]
    total_points: str


@dataclass(frozen=True)
class ScoreSheet:
    """All that the template of the score sheet shows. Points carry their sign.

    `components`  `支部标准化 20%、书记履职 80%`, empty where a score has none
    `every`       `月`, `季`, `年`
    """

    base: str
    branches: tuple[BranchRows, ...]
    codes: Codes | None
    components: str
    cuts: tuple[CutRow, ...]
    every: str
    has_ballot: bool
    has_grades: bool
    head: HeadText
    members: str
    stars: tuple[StarRow, ...]
    summary: PlainWords
    title: str
    version: str


def build_scores(figures: ScoreFigures, codes: Codes | None, open_until: str = "") -> ScoreSheet:
    """Return the score sheet's texts; sums nothing but its own columns."""
    names = {cut.stars: cut.name for cut in figures.cuts if cut.name}
    return ScoreSheet(
        base=str(figures.base),
        branches=tuple(_build_branch(branch, figures.stars) for branch in figures.branches),
        codes=codes,
        components="、".join(f"{one.name} {one.weight}%" for one in figures.components),
        cuts=tuple(
            CutRow(str(cut.from_score), "" if cut.name else "★" * cut.stars, name_rank(cut.name, cut.stars))
            for cut in sorted(figures.cuts, key=lambda cut: -cut.stars)
        ),
        every=SPAN_NAMES[figures.every or "month"],
        has_ballot=any(one.voted for one in figures.components),
        has_grades=bool(names),
        head=build_head_text(figures.head, "", open_until),
        members=format_count(figures.members),
        stars=tuple(
            StarRow(
                "" if row.stars in names else "★" * row.stars,
                format_count(row.members),
                name_rank(names.get(row.stars, ""), row.stars),
            )
            for row in figures.stars
        ),
        summary=build_plain_words(summarize_scores(figures, open_until=open_until)),
        title=figures.title,
        version=str(figures.version),
    )


def _build_branch(branch: BranchFigures, columns: Sequence[StarCount]) -> BranchRows:
    counts = {row.stars: row.members for row in branch.stars}
    return BranchRows(
        has_round=branch.rounds > 0,
        is_short=len(branch.items) <= _SHORT_ROWS,
        items=build_items(branch.items),
        members=format_count(branch.members),
        name=branch.name,
        points=format_signed(branch.points),
        sealed_marks=format_count(branch.sealed_marks),
        sealed_points=format_signed(branch.sealed_points),
        stars=tuple(format_count(counts.get(column.stars, 0)) for column in columns),
        total_points=format_signed(branch.points + branch.sealed_points),
    )
