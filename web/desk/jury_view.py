"""How a page of the jury's round is shown: cells with their entries, and faults beside them or the way to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import msgspec

from ledger.books.points import is_sealed
from ledger.errors import Fault
from ledger.figures.rulebooks import ReadRule
from ledger.service.jury import Award, Frame, Jury, Row, list_page_rows, place_rows, sum_points
from ledger.vaults import Household
from reports.words import format_signed
from web.desk.sheet_view import place_faults as place_in_sheet
from web.i18n import _

ROUND = "/desk/round"
HOUSEHOLDS_A_PAGE = 40
ALL = "all"
"""In place of a letter: all rules together."""
COMMON_MAX_CHARS = 200
"""What the one line for a whole column's evidence takes."""
_SHARED = 2
"""Awards with the same evidence from which on it is the column's: one household's own is not handed to the next."""


@dataclass(frozen=True)
class Chosen:
    """Which page of the grid: month, group, letter of the rules (or `all`) and page from 1."""

    month: str
    group: int
    letter: str
    page: int

    @property
    def path(self) -> str:
        return f"{ROUND}?month={self.month}&group={self.group}&rules={self.letter}&page={self.page}"


@dataclass(frozen=True)
class AwardView:
    """One entry of a cell. `evidence` is its own, empty where it has the column's; `id` is of its quantity's field.

    `is_bare`  it has no evidence at all
    `is_more`  it is one beyond the first
    """

    evidence: str
    id: str
    is_bare: bool
    is_more: bool
    quantity: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class CellView:
    """A household's cell under a rule; `key` is what the form calls it. `has_room` for one more entry."""

    awards: tuple[AwardView, ...]
    code: str
    head: str
    item: str
    key: str


@dataclass(frozen=True)
class RuleView:
    """A column. `cap` and `points` are of a household, without sign and with it; `common` is the evidence that most of
    its cells share.
    """

    asks: str
    cap: int
    code: str
    common: str
    item: str
    points: int
    told: str
    unit: str


@dataclass(frozen=True)
class HouseholdView:
    """A row. `elsewhere` is the points of the month that stand in cells which this page does not show."""

    cells: tuple[CellView, ...]
    elsewhere: int
    id: str
    is_scored: bool
    name: str
    number: str
    total: str


@dataclass(frozen=True)
class GridView:
    """Additions or deductions: a table of its own. `field` keeps its ids apart."""

    field: str
    households: tuple[HouseholdView, ...]
    rules: tuple[RuleView, ...]
    title: str


@dataclass(frozen=True)
class Wrong:
    href: str
    place: str
    said: str


def count_pages(jury: Jury, group: int) -> int:
    """Return how many pages a group takes, at least one."""
    return max(-(-len(jury.list_group(group)) // HOUSEHOLDS_A_PAGE), 1)


def list_shown(jury: Jury, chosen: Chosen) -> tuple[Household, ...]:
    """Return the households of a page, scored or not."""
    first = (chosen.page - 1) * HOUSEHOLDS_A_PAGE
    return tuple(islice(jury.list_group(chosen.group), first, first + HOUSEHOLDS_A_PAGE))


def build_page_frame(jury: Jury, chosen: Chosen) -> Frame:
    """Return the cells of a page: of the households that agreed to be scored."""
    return Frame(
        households=[item for item in list_shown(jury, chosen) if item.household in jury.scoring],
        period=chosen.month,
        rules=[item for item in jury.rules if chosen.letter in (ALL, item.letter)],
    )


@dataclass(frozen=True)
class Placed:
    """Faults by the id of a cell's field, and all in their order."""

    cells: Mapping[str, tuple[str, ...]]
    listed: tuple[Wrong, ...]

    @property
    def first(self) -> str:
        return next((wrong.href[1:] for wrong in self.listed if wrong.href.startswith("#")), "")


NO_PLACED = Placed({}, ())


def place_faults(faults: Sequence[Fault], rows: Sequence[Row], jury: Jury, chosen: Chosen) -> Placed:
    """Return faults beside the cells that they name: on this page, or with the way to the page that has them."""
    here = build_page_frame(jury, chosen)
    places = place_rows(rows, here)
    ids = {item.household: f"r{at}" for at, item in enumerate(here.households, 1)}
    names = {item.number.strip(): item for item in jury.households}
    cells: dict[str, tuple[str, ...]] = {}
    listed = []
    # Named by row and column first, as the sheet's own page names them.
    for wrong in place_in_sheet("points", map(_retell, faults)).listed:
        if not wrong.href.startswith("#a-"):
            listed.append(Wrong("", wrong.place, wrong.said))
            continue
        number = int(wrong.href.split("-")[1])
        row = rows[number - 1] if number <= len(rows) else ("",) * 7
        household, code = names.get(row[1].strip()), row[3].strip()
        told = f"{row[1].strip()} {row[2].strip()}，{code} {row[4].strip()}" if any(row) else wrong.place
        place = places.get(number)
        if place is not None:
            id_ = f"{ids[place.household]}-{place.code}-{place.position}"
            cells[id_] = (*cells.get(id_, ()), wrong.said)
            listed.append(Wrong(f"#{id_}", told, wrong.said))
        elif household is not None and household.household in jury.scoring and jury.find_rule(code):
            group = jury.list_group(household.group)
            page = 1 + group.index(household) // HOUSEHOLDS_A_PAGE
            way = Chosen(chosen.month, household.group, code[0], page)
            listed.append(Wrong(way.path, told, wrong.said))
        else:
            listed.append(Wrong("", told, wrong.said))
    return Placed(cells, tuple(listed))


def _retell(fault: Fault) -> Fault:
    """Return a fault in words of the grid, which has no rows to strike out."""
    if fault.code != "cell-empty" or not fault.expected.startswith("证据："):
        return fault
    remedy = _("在“这一列的证据”里写一次，或者点开这一格的“证据”写；不记分就把次数清空")
    return msgspec.structs.replace(fault, expected="", found=_("没有写证据"), remedy=remedy)


def build_grids(
    jury: Jury,
    chosen: Chosen,
    frame: Frame,
    cells: Mapping[tuple[str, str], Sequence[Award]],
    rows: Sequence[Row],
    faults: Placed,
) -> tuple[GridView, ...]:
    """Return the additions, and apart from them the deductions."""
    sums = sum_points(rows, jury, chosen.month)
    shown = sum_points(list_page_rows(rows, frame), jury, chosen.month)
    apart = (("a", _("加分"), 1), ("d", _("扣分"), -1))
    commons = {item.rule.code: _find_common(item.rule.code, cells) for item in frame.rules}
    found = []
    for field, title, sign in apart:
        rules = [item for item in frame.rules if item.rule.points * sign > 0]
        if rules:
            households = tuple(
                _build_household(item, frame, rules, cells, commons, faults, field, sums, shown)
                for item in list_shown(jury, chosen)
            )
            columns = tuple(_build_rule(item, commons[item.rule.code]) for item in rules)
            found.append(GridView(field, households, columns, title))
    return tuple(found)


def _find_common(code: str, cells: Mapping[tuple[str, str], Sequence[Award]]) -> str:
    """Return the evidence that a rule's cells share most, as far as one line holds it; empty for none.

    Saving gives it back to each of these cells, byte for byte.
    """
    given = Counter(
        award.evidence
        for (_household, rule), awards in cells.items()
        for award in awards
        if rule == code and award.quantity.strip() and _fits_line(award.evidence)
    )
    text, count = max(given.items(), key=lambda item: item[1], default=("", 0))
    return text if count >= _SHARED else ""


def _fits_line(text: str) -> bool:
    return bool(text) and text == text.strip() and text.isprintable() and len(text) <= COMMON_MAX_CHARS


def _build_household(
    item: Household,
    frame: Frame,
    rules: Sequence[ReadRule],
    cells: Mapping[tuple[str, str], Sequence[Award]],
    commons: Mapping[str, str],
    faults: Placed,
    field: str,
    sums: Mapping[str, tuple[int, int]],
    shown: Mapping[str, tuple[int, int]],
) -> HouseholdView:
    scored = {one.household: at for at, one in enumerate(frame.households, 1)}
    total = sum(sums.get(item.number, (0, 0)))
    row = f"r{scored[item.household]}" if item.household in scored else ""
    return HouseholdView(
        cells=tuple(_build_cell(item, row, rule, cells, commons, faults) for rule in rules) if row else (),
        elsewhere=total - sum(shown.get(item.number, (0, 0))),
        id=f"{field}-{item.household}",
        is_scored=bool(row),
        name=item.name,
        number=item.number,
        total=format_signed(total) if total else "0",
    )


def _build_cell(
    item: Household,
    row: str,
    rule: ReadRule,
    cells: Mapping[tuple[str, str], Sequence[Award]],
    commons: Mapping[str, str],
    faults: Placed,
) -> CellView:
    """Return a cell with its entries, and where it has any an empty one below them."""
    code = rule.rule.code
    given = [award for award in cells.get((item.household, code), ()) if award]
    empty = Award("", "")
    views = tuple(
        AwardView(
            evidence="" if award.quantity.strip() and award.evidence == commons[code] else award.evidence,
            id=f"{row}-{code}-{at}",
            is_bare=not award.evidence.strip(),
            is_more=at > 0,
            quantity=award.quantity,
            said=faults.cells.get(f"{row}-{code}-{at}", ()),
        )
        for at, award in enumerate([*given, empty])
    )
    return CellView(
        awards=views,
        code=code,
        head=f"{row}-{code}",
        item=rule.wording.item,
        key=f"{item.household} {code}",
    )


def _build_rule(item: ReadRule, common: str) -> RuleView:
    rule, said = item.rule, item.wording
    told = _("每{unit} {points} 分，每月至多 {cap} 分").format(
        unit=said.unit or _("次"), points=format_signed(rule.points), cap=rule.monthly_cap
    )
    return RuleView(
        asks=said.evidence,
        cap=rule.monthly_cap,
        code=rule.code,
        common=common,
        item=said.item,
        points=rule.points,
        told=told + (_("，不逐条公开") if is_sealed(rule) else ""),
        unit=said.unit,
    )
