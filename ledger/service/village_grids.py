"""The village in grids with the people in it, for whoever works at the desk: holders of posts, visits, diary, pairs.

Everything here is opened from the vault: whoever shows it logs it first. What was erased is left out, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ledger.books.grids import Held, Visited
from ledger.books.values import fold_text
from ledger.ports import Ports
from ledger.state.grids import list_all_holders, list_holders, open_diaries, open_visits
from ledger.vaults import Household


class OpenedVisit(NamedTuple):
    """A visit, or a note of the diary; `household` is None of a note, and of a household that the list has no more."""

    household: Household | None
    visited: Visited


class OpenedMonth(NamedTuple):
    """Visits or notes by day, and how many the vault has no more."""

    lines: tuple[OpenedVisit, ...]
    lost: int


class OpenedPost(NamedTuple):
    """A post with the household of its holder, and of a pair the one that they are paired with; None for none."""

    held: Held
    household: Household | None
    paired: Household | None


class Coverage(NamedTuple):
    """Whom nobody visited in some months: of `households` of the list, `visited` were; `left` are those that were not,
    of one villagers' group where it was asked for, by number.
    """

    groups: tuple[int, ...]
    households: int
    left: tuple[Household, ...]
    visited: int


class Pairs(NamedTuple):
    """Mentors with whom they are paired, and workers whom nobody names as theirs."""

    pairs: tuple[OpenedPost, ...]
    single: tuple[OpenedPost, ...]


def open_posts(ports: Ports, village: str, number: str) -> tuple[OpenedPost, ...]:
    """Return who holds a post of a unit. Raises NotProven where the vault gives something else than what was sealed."""
    with ports.ledger.read(village) as reader, ports.vault.read_private(village) as find:
        held = list_holders(reader.facts, number, find)
    return _name_posts(ports, village, held)


def open_pairs(ports: Ports, village: str) -> Pairs:
    """Return every pair, and the workers whose name stands in none. Raises as `open_posts`."""
    with ports.ledger.read(village) as reader, ports.vault.read_private(village) as find:
        pairs = list_all_holders(reader.facts, find, "pair")
        workers = list_all_holders(reader.facts, find, "worker")
    named = {fold_text(one.paired) for one in pairs}
    single = [one for one in workers if fold_text(one.name) not in named]
    return Pairs(_name_posts(ports, village, pairs), _name_posts(ports, village, single))


def open_month(
    ports: Ports, village: str, period: str, number: str = "", *, diary: bool = False
) -> OpenedMonth:
    """Return the visits of a month, or with `diary` its notes, of all units or of one. Raises as `open_posts`."""
    open_ = open_diaries if diary else open_visits
    with ports.ledger.read(village) as reader, ports.vault.read_private(village) as find:
        found, lost = open_(reader.facts, period, find, number)
    known = _list_known(ports, village)
    return OpenedMonth(tuple(OpenedVisit(known.get(one.household), one) for one in found), lost)


def find_unvisited(ports: Ports, village: str, periods: Sequence[str], group: int = 0) -> Coverage:
    """Return which households of the list nobody visited in some months, of all groups (0) or of one. Raises as
    `open_posts`.
    """
    with ports.ledger.read(village) as reader, ports.vault.read_private(village) as find:
        seen = {one.household for period in periods for one in open_visits(reader.facts, period, find)[0]}
    known = ports.vault.list_households(village)
    asked = [one for one in known if group in (0, one.group)]
    left = tuple(one for one in asked if one.household not in seen)
    return Coverage(
        groups=tuple(sorted({one.group for one in known})),
        households=len(asked),
        left=left,
        visited=len(asked) - len(left),
    )


def count_reasons(lines: Sequence[OpenedVisit]) -> list[tuple[str, int]]:
    """Return how often each reason was given, the most frequent first. Blanks and width make no difference."""
    shown: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for line in lines:
        folded = fold_text(line.visited.note)
        shown.setdefault(folded, line.visited.note)
        counts[folded] += 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(shown[folded], count) for folded, count in ordered]


def _name_posts(ports: Ports, village: str, held: Sequence[Held]) -> tuple[OpenedPost, ...]:
    known = _list_known(ports, village) if held else {}
    return tuple(OpenedPost(one, known.get(one.household), known.get(one.paired_household)) for one in held)


def _list_known(ports: Ports, village: str) -> dict[str, Household]:
    return {one.household: one for one in ports.vault.list_households(village)}
