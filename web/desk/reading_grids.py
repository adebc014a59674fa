"""The same one way for the village in grids: holders of posts, visits, diary and pairs; see `web.desk.reading`.

Whoever has to say why says it of a unit, once a session; over all units together they see masks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.books.masks import View
from ledger.data import load_masks
from ledger.ports import PaperJob
from ledger.service.lane_boards import build_lane_job, find_named
from ledger.service.readings import DUTY, say_purpose
from ledger.service.village_grids import (
    OpenedPost,
    OpenedVisit,
    count_reasons,
    find_unvisited,
    open_month,
    open_pairs,
    open_posts,
)
from ledger.vaults import Household
from web.desk.reading import NUMBER, Asked, get_view, log_read
from web.desk.routing import Desk
from web.i18n import _

EVIDENCE = "evidence"
"""The field of the table of masks for why somebody was visited, and for what a note of the diary says."""
NAME = "head-name"


@dataclass(frozen=True)
class Known:
    """A household as whoever looks sees it; `subject` is its pseudonym. All empty for none, and for one gone."""

    name: str = ""
    number: str = ""
    subject: str = ""


@dataclass(frozen=True)
class ShownPost:
    """A post with its holder; `paired` and `since` are of a pair. `since` is a day, empty where nobody said."""

    household: Known
    name: str
    paired: str
    paired_household: Known
    post: str
    since: str
    unit: str


@dataclass(frozen=True)
class ShownVisit:
    """A visit, or a note of the diary, with what whoever looks may see of it."""

    day: str
    household: Known
    note: str
    unit: str
    visitor: str


@dataclass(frozen=True)
class ShownMonth:
    """Some of a month's visits or notes, how many there are, and how many were erased. `reasons` are those that were
    given more than once, with how often; `rare` counts the others. Both are empty for whoever may not see reasons.
    """

    asked: Asked
    lost: int
    rare: int
    reasons: tuple[tuple[str, int], ...]
    rows: tuple[ShownVisit, ...]
    total: int


@dataclass(frozen=True)
class ShownCoverage:
    """Some of the households that nobody visited, and how many there are; `groups` are all villagers' groups."""

    groups: tuple[int, ...]
    households: int
    left: int
    rows: tuple[Known, ...]
    visited: int


def read_posts(desk: Desk, unit: str) -> tuple[tuple[ShownPost, ...], Asked]:
    """Return who holds a post of a unit as whoever looks may see it, and what they are asked before they see more."""
    view, purpose = get_view(desk, frozenset({unit}))
    found = open_posts(desk.ports, desk.village, unit)
    subjects = _choose(view, _list_households(found), {unit} if found else ())
    log_read(desk, subjects, f"grid:{unit}", purpose)
    return _show_posts(view, found), Asked(() if purpose else tuple(load_masks().list_purposes(desk.roles)))


def read_board(desk: Desk, unit: str) -> PaperJob:
    """Return the job of a lane's board, with the whole name of a head who agreed to it; masked for whoever would have
    to say why. NotFound as `build_lane_job`.
    """
    base_url = desk.site.settings.public_base_url
    with desk.ports.ledger.read(desk.village) as reader:
        is_whole = load_masks().find_view(desk.roles).is_whole(NAME)
        named = find_named(desk.ports, reader, desk.village, unit) if is_whole else None
        job = build_lane_job(desk.ports, reader, desk.village, unit, base_url, named)
    subjects = {named.household or unit} if named is not None else set()
    log_read(desk, frozenset(subjects), f"board:{unit}", DUTY)
    return job


def has_named_head(desk: Desk, unit: str) -> bool:
    """Whether the head of a unit stands on its board by the whole name. Nobody is shown, so nothing is logged."""
    with desk.ports.ledger.read(desk.village) as reader:
        return find_named(desk.ports, reader, desk.village, unit) is not None


def say_of_unit(desk: Desk, unit: str, purpose: str) -> None:
    """Remember why whoever looks wants to see all about a unit. Raises Refused as `say_purpose`."""
    say_purpose(desk.ports, desk.who, (unit,), purpose)


def read_pairs(desk: Desk) -> tuple[tuple[ShownPost, ...], tuple[ShownPost, ...]]:
    """Return every pair, and the workers who are in none, masked for whoever would have to say why."""
    view = load_masks().find_view(desk.roles)
    found = open_pairs(desk.ports, desk.village)
    posts = (*found.pairs, *found.single)
    units = {one.held.unit for one in posts}
    log_read(desk, _choose(view, _list_households(posts), units), "pairs", DUTY)
    return _show_posts(view, found.pairs), _show_posts(view, found.single)


def read_visits(desk: Desk, period: str, unit: str, start: int, count: int) -> ShownMonth:
    """Return some of a unit's visits in a month; of all units, where none is named, the reasons alone."""
    return _read(desk, period, unit, start, count, is_diary=False)


def read_diary(desk: Desk, period: str, unit: str, start: int, count: int) -> ShownMonth:
    """Return some of a month's notes of the village diary, of all units or of one; it has no reasons."""
    return _read(desk, period, unit, start, count, is_diary=True)


def read_unvisited(desk: Desk, periods: Sequence[str], group: int, start: int, count: int) -> ShownCoverage:
    """Return some of the households that nobody visited in some months, masked for whoever would have to say why."""
    view = load_masks().find_view(desk.roles)
    found = find_unvisited(desk.ports, desk.village, periods, group)
    shown = found.left[start : start + count]
    log_read(desk, _choose(view, (one.household for one in shown), ()), "unvisited", DUTY)
    return ShownCoverage(
        groups=found.groups,
        households=found.households,
        left=len(found.left),
        rows=tuple(_show_household(view, one) for one in shown),
        visited=found.visited,
    )


def _read(desk: Desk, period: str, unit: str, start: int, count: int, *, is_diary: bool) -> ShownMonth:
    if unit:
        view, purpose = get_view(desk, frozenset({unit}))
    else:
        view, purpose = load_masks().find_view(desk.roles), DUTY
    found = open_month(desk.ports, desk.village, period, unit, diary=is_diary)
    shown = found.lines[start : start + count] if unit or is_diary else ()
    has_reasons = view.is_whole(EVIDENCE) and not is_diary
    reasons = count_reasons(found.lines) if has_reasons else []
    households = {one.visited.household for one in shown} - {""}
    units = {one.visited.unit for one in shown or (found.lines if reasons else ())}
    place = f"{'diary' if is_diary else 'visits'}:{period}"
    log_read(desk, _choose(view, households, units), place, purpose)
    return ShownMonth(
        asked=Asked(() if view.is_whole(NAME) else tuple(load_masks().list_purposes(desk.roles))),
        lost=found.lost,
        rare=sum(times == 1 for _, times in reasons),
        reasons=tuple((said, times) for said, times in reasons if times > 1),
        rows=tuple(_show_visit(view, one) for one in shown),
        total=len(found.lines),
    )


def _choose(view: View, households: Iterable[str], units: Iterable[str]) -> frozenset[str]:
    """Return whom a page shows whole, nobody where it shows masks: every household, else the units that it is about,
    since who comes from outside the village, and a note of the diary, are under no household's pseudonym.
    """
    return (frozenset(households) or frozenset(units)) if view.is_whole(NAME) else frozenset()


def _list_households(posts: Iterable[OpenedPost]) -> set[str]:
    shown = {one.held.household for one in posts} | {one.held.paired_household for one in posts}
    return shown - {""}


def _show_posts(view: View, posts: Sequence[OpenedPost]) -> tuple[ShownPost, ...]:
    return tuple(
        ShownPost(
            household=_show_household(view, one.household),
            name=view.show(NAME, one.held.name),
            paired=_show_paired(view, one),
            paired_household=_show_household(view, one.paired),
            post=one.held.post,
            since=one.held.since,
            unit=one.held.unit,
        )
        for one in posts
    )


def _show_paired(view: View, one: OpenedPost) -> str:
    """Return whom a mentor is paired with, empty for none; nobody whose household was erased since is shown."""
    if one.held.paired_household and one.paired is None:
        return _("（已依法删除）")
    return view.show(NAME, one.held.paired) if one.held.paired else ""


def _show_visit(view: View, one: OpenedVisit) -> ShownVisit:
    return ShownVisit(
        day=one.visited.day,
        household=_show_household(view, one.household),
        note=view.show(EVIDENCE, one.visited.note),
        unit=one.visited.unit,
        visitor=view.show(NAME, one.visited.visitor),
    )


def _show_household(view: View, known: Household | None) -> Known:
    if known is None:
        return Known()
    return Known(
        name=view.show(NAME, known.name), number=view.show(NUMBER, known.number), subject=known.household
    )
