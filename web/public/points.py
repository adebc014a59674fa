"""The points sheet as a page: how many households took part, for what, and with how many points. Names nobody."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.books.annexes import name_bands
from ledger.books.figures import PointsCorrection, PointsFigures
from ledger.books.points_figures import summarize_points
from ledger.service.sheets import find_open_until
from ledger.state.annexes import find_annex
from reports.words import format_count, format_month, format_signed
from web.i18n import _
from web.page import Frame
from web.public.chart import BASE, HEIGHT, LEFT, WIDTH, Bar
from web.public.months import SheetStatus, build_status, read_figures
from web.site import VillageView

BANDS_MIN = 4
"""One band alone is no wider than a fourth of the drawing."""
BAND_MAX = 56
"""How wide a bar is at most, in units of the drawing."""
LABEL_ROOM = 22
"""Above the highest bar, for its number."""


@dataclass(frozen=True)
class RuleRow:
    """One rule's month."""

    awards: str
    code: str
    item: str
    points: str
    quantity: str


@dataclass(frozen=True)
class GroupRows:
    """A group of rules with its sums. `share` is its part of the largest group, 0 to 100, for the bar beside it."""

    awards: str
    name: str
    points: str
    rules: tuple[RuleRow, ...]
    share: int


@dataclass(frozen=True)
class BandRow:
    """How many households had so many points added: `bar` stands at `x` in the drawing, its label in its middle."""

    bar: Bar
    households: str
    label_x: int
    name: str


@dataclass(frozen=True)
class Bands:
    """What the month's annex says of everybody; `lines` is how many households stand on it with their own line."""

    base: int
    entry: str
    height: int
    households: str
    lines: str
    rows: tuple[BandRow, ...]
    width: int
    width_of_bar: int


@dataclass(frozen=True)
class PointsCorrectionRow:
    """A line taken back; `rule` is empty for one that is not published."""

    month: str
    path: str
    points: str
    reason: str
    rule: str


@dataclass(frozen=True)
class PointsPage:
    """The page of one month's points sheet; `brief` is what the notice board shows of it.

    `bands`           None where the month has no annex
    `has_households`  False where none is registered: then nothing is counted
    `version`         of the rulebook, 0 before the first
    """

    bands: Bands | None
    brief: PointsBrief
    corrections: tuple[PointsCorrectionRow, ...]
    frame: Frame
    groups: tuple[GroupRows, ...]
    has_households: bool
    sealed_awards: str
    sealed_points: str
    status: SheetStatus
    summary: tuple[str, ...]
    version: int


@dataclass(frozen=True)
class PointsBrief:
    """The month in five numbers; `has_round` is False for a month in which nothing was scored."""

    agreed: str
    has_round: bool
    households: str
    scored: str
    total_awards: str
    total_points: str


def build_points_page(view: VillageView, period: str) -> PointsPage:
    """Return the page of a month; NotFound for a month of which nothing is known."""
    figures = read_figures(view, "points", period)
    assert isinstance(figures, PointsFigures)
    status = build_status(view, figures)
    return PointsPage(
        bands=_build_bands(view, period),
        brief=build_points_brief(figures),
        corrections=tuple(_build_correction(view.code, row) for row in figures.corrections),
        frame=view.build_frame(f"{status.month}{status.name}"),
        groups=build_groups(figures),
        has_households=figures.households > 0,
        sealed_awards=format_count(figures.sealed_awards),
        sealed_points=format_signed(figures.sealed_points),
        status=status,
        summary=summarize_points(figures, open_until=find_open_until(view.reader, period)),
        version=figures.version,
    )


def _build_bands(view: VillageView, period: str) -> Bands | None:
    annex = find_annex(view.reader.facts, period)
    if annex is None:
        return None
    bands = annex.body.bands
    most = max((band.households for band in bands), default=1)
    step = (WIDTH - 2 * LEFT) // max(len(bands), BANDS_MIN)
    width = min(step * 3 // 5, BAND_MAX)
    rows = []
    for place, (name, band) in enumerate(zip(name_bands(bands), bands, strict=True)):
        middle = LEFT + place * step + step // 2
        height = max((BASE - LABEL_ROOM) * band.households // most, 2)
        bar = Bar(height=height, x=middle - width // 2, y=BASE - height)
        rows.append(BandRow(bar, format_count(band.households), middle, name))
    return Bands(
        base=BASE,
        entry=f"/v/{view.code}/entries/{annex.entries[0]}",
        height=HEIGHT,
        households=format_count(annex.body.households),
        lines=format_count(len(annex.lines)),
        rows=tuple(rows),
        width=WIDTH,
        width_of_bar=width,
    )


def build_points_brief(figures: PointsFigures) -> PointsBrief:
    """Return the month in five numbers."""
    return PointsBrief(
        agreed=format_count(figures.agreed),
        has_round=figures.rounds > 0,
        households=format_count(figures.households),
        scored=format_count(figures.scored),
        total_awards=format_count(figures.awards + figures.sealed_awards),
        total_points=format_signed(figures.awarded_points + figures.sealed_points),
    )


def build_groups(figures: PointsFigures) -> tuple[GroupRows, ...]:
    """Return the groups of rules in the order of the sheet."""
    most = max((abs(group.points) for group in figures.groups), default=0) or 1
    return tuple(
        GroupRows(
            awards=format_count(group.awards),
            name=group.group,
            points=format_signed(group.points),
            rules=tuple(
                RuleRow(
                    awards=format_count(rule.awards),
                    code=rule.code,
                    item=rule.item,
                    points=format_signed(rule.points),
                    quantity=_("数量 {quantity}（按{unit}计）").format(
                        quantity=format_count(rule.quantity), unit=rule.unit
                    ),
                )
                for rule in group.rules
            ),
            share=round(abs(group.points) * 100 / most),
        )
        for group in figures.groups
    )


def _build_correction(village: str, row: PointsCorrection) -> PointsCorrectionRow:
    return PointsCorrectionRow(
        month=format_month(row.of_period),
        path=f"/v/{village}/entries/{row.index}",
        points=format_signed(row.points),
        reason=row.reason,
        rule=row.rule,
    )
