"""The score sheet of the party branches as a page: how many members have how many stars. Names nobody."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.books.figures import BranchFigures, ScoreFigures
from ledger.books.score_figures import summarize_scores
from ledger.books.scores import SPAN_NAMES
from ledger.figures.party_groups import BranchGroups, collect_groups
from ledger.service.sheets import find_open_until
from reports.rows import ItemRow, build_items
from reports.words import format_count, format_signed, name_rank
from web.page import Frame
from web.public.explain.telling import get_entry_path
from web.public.months import SheetStatus, build_status, read_figures
from web.site import VillageView


@dataclass(frozen=True)
class StarRow:
    """How many members have so many stars, or a grade. `from_score` is empty for those without a star; `share` of all,
    0 to 100.
    """

    from_score: str
    marks: str
    members: str
    name: str
    share: int


@dataclass(frozen=True)
class GroupRow:
    """A party group with how many members stand in it."""

    members: str
    name: str


@dataclass(frozen=True)
class BranchRows:
    """A branch's month; its groups are those of today, as the entry under `grouped` says, empty without any."""

    grouped: str
    groups: tuple[GroupRow, ...]
    has_round: bool
    items: tuple[ItemRow, ...]
    members: str
    name: str
    sealed_marks: str
    sealed_points: str
    stars: tuple[StarRow, ...]
    total_points: str


@dataclass(frozen=True)
class ScoresPage:
    """The page of one month's score sheet. `version` of the scheme is 0 before the first.

    `components`  what each component's share is, empty where a score has none
    `every`       `月`, `季`, `年`

    `has_round`  False for a month in which no branch scored: then no member has stars
    """

    base: int
    branches: tuple[BranchRows, ...]
    components: str
    every: str
    frame: Frame
    has_grades: bool
    has_round: bool
    members: str
    stars: tuple[StarRow, ...]
    status: SheetStatus
    summary: tuple[str, ...]
    title: str
    version: int


def build_scores_page(view: VillageView, period: str) -> ScoresPage:
    """Return the page of a month; NotFound for a month of which nothing is known."""
    figures = read_figures(view, "scores", period)
    assert isinstance(figures, ScoreFigures)
    status = build_status(view, figures)
    groups = collect_groups(view.reader.facts, view.texts)
    return ScoresPage(
        base=figures.base,
        branches=tuple(
            _build_branch(view, figures, branch, groups.get(branch.branch)) for branch in figures.branches
        ),
        components="、".join(f"{one.name} {one.weight}%" for one in figures.components),
        every=SPAN_NAMES[figures.every or "month"],
        frame=view.build_frame(f"{status.month}{status.name}"),
        has_grades=has_grades(figures),
        has_round=any(branch.rounds for branch in figures.branches),
        members=format_count(figures.members),
        stars=build_stars(figures),
        status=status,
        summary=summarize_scores(figures, open_until=find_open_until(view.reader, period)),
        title=figures.title,
        version=figures.version,
    )


def has_grades(figures: ScoreFigures) -> bool:
    """Whether members are told by grade; else by stars."""
    return any(cut.name for cut in figures.cuts)


def build_stars(figures: ScoreFigures, branch: BranchFigures | None = None) -> tuple[StarRow, ...]:
    """Return the counts of all members, or of one branch's, most stars first."""
    cuts = {cut.stars: cut for cut in figures.cuts}
    counts = branch.stars if branch else figures.stars
    most = max((row.members for row in counts), default=0) or 1
    return tuple(
        StarRow(
            from_score=str(cuts[row.stars].from_score) if row.stars in cuts else "",
            marks="" if row.stars in cuts and cuts[row.stars].name else "★" * row.stars,
            members=format_count(row.members),
            name=name_rank(cuts[row.stars].name if row.stars in cuts else "", row.stars),
            share=round(row.members * 100 / most),
        )
        for row in counts
    )


def _build_branch(
    view: VillageView, figures: ScoreFigures, branch: BranchFigures, grouped: BranchGroups | None
) -> BranchRows:
    return BranchRows(
        grouped=get_entry_path(view, grouped.at) if grouped else "",
        groups=tuple(
            GroupRow(format_count(group.members), group.name) for group in (grouped.groups if grouped else ())
        ),
        has_round=branch.rounds > 0,
        items=build_items(branch.items),
        members=format_count(branch.members),
        name=branch.name,
        sealed_marks=format_count(branch.sealed_marks),
        sealed_points=format_signed(branch.sealed_points),
        stars=build_stars(figures, branch),
        total_points=format_signed(branch.points + branch.sealed_points),
    )
