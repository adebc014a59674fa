"""Grids follow the log by the rules, are told as figures, and the vault shows who holds what."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import convert

from ledger.books.grids import (
    GridsRegistered,
    GridUnit,
    HandHeld,
    HandPost,
    Level,
    NamingWithdrawn,
    OfficeHeld,
    PublicPost,
    VisitLine,
    VisitsRecorded,
)
from ledger.books.values import Sealed
from ledger.data import load_grids, load_reference
from ledger.errors import format_fault
from ledger.figures.grids import GridFigures, UnitFigures, collect_grids, count_month
from ledger.state.grids import (
    check_grid_entry,
    check_grids_privately,
    find_head_digest,
    find_named_head,
    find_unit,
    find_visits,
    fold_grid_entry,
    list_all_holders,
    list_holders,
    list_visited_months,
    open_diaries,
    open_visits,
)
from tests.books.points_ledger import PointsLedger
from tests.books.shop_ledger import START

EAST = "WG-0001 second - 0 东片 样大山=head 例警=police"
VILLAGE = f"""
2026-10 grids | {EAST} | WG-0002 micro WG-0001 40 东头 例小河=worker 某大嫂=worker | accepted
2026-10 grids | WG-0003 lane WG-0002 12 老槐巷 样老井=head | WG-0004 lane WG-0002 9 新巷 | accepted
"""


class GridLedger(PointsLedger):
    """A village whose grids and visits are told line by line."""

    def __init__(self) -> None:
        super().__init__()
        assert self.run(START) == []

    def build_unit(
        self, number: str, level: str, parent: str, households: str, name: str, *held: str
    ) -> GridUnit:
        offices, hands = [], []
        for who, post, *day in (one.split("=") for one in held):
            more = {"named_on": f"2026-10-{day[0]}", "telephone": "0000-1234567"} if day else {}
            holder = self._seal(household="", name=who, paired="", **more)
            if load_grids().posts[post].public:
                shown = self.drawer.publish(f"{who[0]}*")
                offices.append(OfficeHeld(holder=holder, post=convert(post, PublicPost), shown=shown))
            else:
                hands.append(HandHeld(holder=holder, post=convert(post, HandPost)))
        return GridUnit(
            ended=households == "ended",
            hands=tuple(sorted(hands, key=lambda item: item.holder.sealed)),
            households=0 if households == "ended" else int(households),
            level=convert(level, Level),
            name=self.drawer.publish(name),
            number=number,
            offices=tuple(sorted(offices, key=lambda item: item.holder.sealed)),
            parent="" if parent == "-" else parent,
        )

    def build_line(self, unit: str, version: str, days: str, notes: str = "") -> VisitLine:
        """`days` as 3=h1,4=h2; a hyphen for none."""
        visits = [
            self._seal(day=f"2026-10-0{day}", household=who, reason="看望", visitor="例小河")
            for day, who in (one.split("=") for one in days.split(",") if one != "-")
        ]
        diaries = [
            self._seal(day=f"2026-10-0{day}", note="清沟", visitor="例小河")
            for day in filter(None, notes.split(","))
        ]
        return VisitLine(diaries=_sort(diaries), unit=unit, version=int(version), visits=_sort(visits))

    def _read_scored(self, verb: str, words: list[str], rows: list[str], lines: Any) -> Any:
        told = [row.split() for row in rows]
        match verb:
            case "grids":
                return GridsRegistered(units=tuple(self.build_unit(*row) for row in told))
            case "unname":
                (unit,) = words
                return NamingWithdrawn(holder=find_head_digest(self.facts, unit) or "a" * 43, unit=unit)
            case "visits":
                return VisitsRecorded(lines=tuple(self.build_line(*row) for row in told))
        return super()._read_scored(verb, words, rows, lines)

    def collect(self, period: str = "2026-10") -> GridFigures:
        return collect_grids(self.facts, self.texts.get, load_grids(), period)


def _sort(sealed: list[Sealed]) -> tuple[Sealed, ...]:
    return tuple(sorted(sealed, key=lambda item: item.sealed))


@pytest.fixture
def ledger() -> GridLedger:
    ledger = GridLedger()
    assert ledger.run(VILLAGE) == []
    return ledger


def find(ledger: GridLedger, number: str, period: str = "2026-10") -> UnitFigures:
    return next(unit for unit in ledger.collect(period).units if unit.number == number)


def test_units_are_told_each_before_those_in_it_with_masked_names(ledger: GridLedger) -> None:
    figures = ledger.collect()

    assert [(unit.number, unit.depth) for unit in figures.units] == [
        ("WG-0001", 0),
        ("WG-0002", 1),
        ("WG-0003", 2),
        ("WG-0004", 2),
    ]
    assert figures.households == 40  # The lanes lie in it, and are not counted twice.
    assert dict(figures.levels) == {"first": 0, "second": 1, "third": 0, "micro": 1, "lane": 2}
    assert dict(figures.posts) == {"head": 2, "police": 1, "worker": 2}
    assert [(one.post, one.name) for one in find(ledger, "WG-0001").offices] == [
        ("网格长", "样*"),
        ("网格警员", "例*"),
    ]
    assert [(one.post, one.name) for one in find(ledger, "WG-0003").offices] == [("街巷长", "样*")]
    assert dict(find(ledger, "WG-0002").hands) == {"网格员": 2}
    assert find(ledger, "WG-0001").below == ("WG-0002",)
    assert [find(ledger, number).is_lane_odd for number in ("WG-0003", "WG-0004")] == [False, True]
    assert find(ledger, "WG-0002").recorded < find(ledger, "WG-0003").recorded


def test_visits_are_counted_by_unit_and_month_against_what_its_workers_owe(ledger: GridLedger) -> None:
    assert ledger.run("2026-10 visits | WG-0002 1 3=h1,4=h2,5=h1 6 | WG-0003 1 - 7 | accepted") == []
    figures = ledger.collect()

    assert (figures.visits, figures.diaries, figures.short) == (3, 2, 1)
    unit = find(ledger, "WG-0002")
    assert (unit.visits, unit.diaries, unit.least, unit.is_short) == (3, 1, 20, True)
    assert unit.visits_at > unit.recorded
    # No workers, nothing owed.
    assert (find(ledger, "WG-0001").least, find(ledger, "WG-0001").is_short) == (0, False)
    assert ledger.collect("2026-09").visits == 0
    assert list_visited_months(ledger.facts) == ["2026-10"]


def test_what_was_owed_in_a_month_stays_when_workers_change(ledger: GridLedger) -> None:
    assert (
        ledger.run(
            """
        2026-10 visits | WG-0002 1 3=h1 | accepted
        2026-10 grids | WG-0002 micro WG-0001 40 东头 例小河=worker | accepted
        """
        )
        == []
    )

    assert find(ledger, "WG-0002").least == 20
    assert find(ledger, "WG-0002", "2026-11").least == 10


def test_a_newer_month_takes_the_place_of_the_one_before(ledger: GridLedger) -> None:
    assert (
        ledger.run(
            """
        2026-10 visits | WG-0002 2 3=h1 | visits-version
        2026-10 visits | WG-0002 1 3=h1,4=h2 | accepted
        2026-10 visits | WG-0002 1 3=h1 | visits-version
        2026-10 visits | WG-0002 2 3=h1 | accepted
        2026-10 visits | WG-0002 3 - | accepted
        2026-10 visits | WG-0009 1 3=h1 | visits-unit
        """
        )
        == []
    )
    known = find_visits(ledger.facts, "2026-10", "WG-0002")
    assert known is not None
    assert (known.version, known.visits) == (3, 0)
    body = VisitsRecorded(lines=(ledger.build_line("WG-0009", "4", "3=h1"),))
    assert [format_fault(fault) for fault in ledger.check(body, "2026-10")] == [
        (
            "网格 WG-0009的走访：现为没有登记过，应为登记过、没有撤销的网格。对照网格登记改正编号。（visits-unit）"
        ),
        "网格 WG-0009的走访：现为第 4 版，应为2026-10 第 1 版。照现在的重新交一次。（visits-version）",
    ]


def test_a_unit_that_is_no_more_is_not_told_and_not_visited(ledger: GridLedger) -> None:
    assert (
        ledger.run(
            """
        2026-10 grids | WG-0002 micro WG-0001 ended 东头 | grid-parent-ended grid-parent-ended
        2026-10 grids | WG-0004 lane WG-0002 ended 新巷 | accepted
        2026-10 visits | WG-0004 1 3=h1 | visits-unit
        2026-10 grids | WG-0005 lane WG-0008 12 北巷 | grid-parent-unknown
        """
        )
        == []
    )

    assert [unit.number for unit in ledger.collect().units] == ["WG-0001", "WG-0002", "WG-0003"]
    known = find_unit(ledger.facts, "WG-0004")
    assert known is not None
    assert known.ended


def test_the_vault_shows_who_holds_what_and_what_is_wrong_with_it(ledger: GridLedger) -> None:
    find_private = ledger.vault.get
    assert [one.name for one in list_holders(ledger.facts, "WG-0003", find_private)] == ["样老井"]
    assert list_holders(ledger.facts, "WG-0009", find_private) == []
    assert check_grids_privately(ledger.facts, find_private) == []

    assert (
        ledger.run(
            """
        2026-10 grids | WG-0004 lane WG-0002 12 新巷 样山=head 样山=supervisor | accepted
        2026-11 visits | WG-0002 1 3=h1 4 | accepted
        """
        )
        == []
    )
    faults = check_grids_privately(ledger.facts, find_private)
    assert [fault.code for fault in faults] == ["grid-supervisor", "visit-day", "visit-day"]

    ledger.erase("h1")
    ledger.vault = {
        digest: text for digest, text in ledger.vault.items() if ledger_name(ledger, digest) != "样山"
    }
    assert [fault.code for fault in check_grids_privately(ledger.facts, ledger.vault.get)] == ["visit-day"]
    assert list_holders(ledger.facts, "WG-0004", ledger.vault.get) == []


def ledger_name(ledger: GridLedger, digest: str) -> str:
    return str(ledger.open(Sealed(sealed=digest)).get("name", ""))


def test_another_kind_is_none_of_grids(ledger: GridLedger) -> None:
    with pytest.raises(ValueError, match="is no kind of grids"):
        check_grid_entry(ledger.facts, load_reference(), ledger.entries[0])
    with pytest.raises(ValueError, match="is no kind of grids"):
        fold_grid_entry(ledger.facts, ledger.entries[0])


def test_a_post_that_a_unit_wants_and_nobody_holds_is_vacant(ledger: GridLedger) -> None:
    figures = ledger.collect()

    # 东片 has a micro-grid in it, so it wants a head alone; 东头 has only lanes in it, and wants all but a pair.
    assert find(ledger, "WG-0001").vacant == ()
    missing = ("网格长", "网格警员", "网格医生", "网格监督员", "网格帮办员")
    assert find(ledger, "WG-0002").vacant == missing
    assert find(ledger, "WG-0003").vacant == ()
    assert find(ledger, "WG-0004").vacant == ("街巷长",)
    assert dict(figures.vacant) == {**dict.fromkeys(missing, 1), "街巷长": 1}


def test_a_month_is_counted_against_what_its_workers_owed(ledger: GridLedger) -> None:
    assert ledger.run("2026-10 visits | WG-0001 1 5=h1 | WG-0002 1 3=h1,4=h2 6 | accepted") == []

    def count(period: str, number: str = "") -> tuple[int, int, int]:
        counted = count_month(ledger.facts, load_grids(), period, number)
        return counted.visits, counted.least, counted.diaries

    assert count("2026-10") == (3, 20, 1)
    assert count("2026-10", "WG-0002") == (2, 20, 1)
    assert count("2026-10", "WG-0003") == (0, 0, 0)
    assert count("2026-09") == (0, 0, 0)  # Nothing was recorded, so nothing is said to be owed.


def test_the_vault_opens_a_months_visits_and_notes_by_day(ledger: GridLedger) -> None:
    assert ledger.run("2026-10 visits | WG-0001 1 3=h2 | WG-0002 1 4=h2,3=h1 6,5 | accepted") == []
    find_private = ledger.vault.get

    visits, lost = open_visits(ledger.facts, "2026-10", find_private)
    assert [(one.day, one.household, one.unit) for one in visits] == [
        ("2026-10-03", "h1", "WG-0002"),
        ("2026-10-03", "h2", "WG-0001"),
        ("2026-10-04", "h2", "WG-0002"),
    ]
    assert lost == 0
    notes, _ = open_diaries(ledger.facts, "2026-10", find_private, "WG-0002")
    assert [(one.day, one.note, one.household) for one in notes] == [
        ("2026-10-05", "清沟", ""),
        ("2026-10-06", "清沟", ""),
    ]
    assert open_diaries(ledger.facts, "2026-10", find_private, "WG-0001") == ([], 0)

    ledger.erase("h2")

    visits, lost = open_visits(ledger.facts, "2026-10", ledger.vault.get, "WG-0002")
    assert ([one.household for one in visits], lost) == (["h1"], 1)


def test_the_vault_opens_every_holder_of_a_post(ledger: GridLedger) -> None:
    find_private = ledger.vault.get

    assert [one.name for one in list_all_holders(ledger.facts, find_private, "head")] == ["样大山", "样老井"]
    assert len(list_all_holders(ledger.facts, find_private)) == 5


def name_head(ledger: GridLedger, number: str = "WG-0003") -> str:
    held = find_named_head(ledger.facts, number, ledger.vault.get)
    return f"{held.name} {held.telephone}" if held is not None else ""


def test_a_head_stands_by_the_whole_name_from_the_day_they_signed_until_they_take_it_back(
    ledger: GridLedger,
) -> None:
    assert name_head(ledger) == ""
    story = """
    2026-10 grids | WG-0003 lane WG-0002 12 老槐巷 样老井=head=08 | accepted
    """
    assert ledger.run(story) == []
    assert name_head(ledger) == "样老井 0000-1234567"
    digest = find_head_digest(ledger.facts, "WG-0003")

    assert ledger.run("2026-10 unname WG-0003 | accepted\n2026-10 unname WG-0003 | naming-again") == []
    again = NamingWithdrawn(holder=digest, unit="WG-0003")
    assert [format_fault(fault) for fault in ledger.check(again, "2026-10")] == [
        "网格 WG-0003的撤回：现为已经撤回过，应为还没有撤回的。不用再撤回。（naming-again）"
    ]
    assert name_head(ledger) == ""
    # What was typed before comes back to nothing, also under another digest.
    assert ledger.run(story) == []
    assert find_head_digest(ledger.facts, "WG-0003") != digest
    assert name_head(ledger) == ""
    # Who signs anew on a later day stands there again, and so does somebody else.
    assert ledger.run("2026-10 grids | WG-0003 lane WG-0002 12 老槐巷 样老井=head=31 | accepted") == []
    assert name_head(ledger) == "样老井 0000-1234567"
    assert ledger.run("2026-10 grids | WG-0003 lane WG-0002 12 老槐巷 例小河=head=08 | accepted") == []
    assert name_head(ledger) == "例小河 0000-1234567"

    ledger.vault.pop(digest)
    assert name_head(ledger) == "例小河 0000-1234567"
    ledger.vault.pop(find_head_digest(ledger.facts, "WG-0003"))
    assert name_head(ledger) == ""


def test_nobody_takes_back_for_whom_no_unit_has(ledger: GridLedger) -> None:
    assert (
        ledger.run(
            """
        2026-10 unname WG-0004 | naming-holder
        2026-10 unname WG-0009 | naming-holder
        """
        )
        == []
    )
    bodies = [NamingWithdrawn(holder="a" * 43, unit="WG-0004")]
    bodies.append(NamingWithdrawn(holder="b" * 43, unit="WG-0003"))
    assert {format_fault(fault) for body in bodies for fault in ledger.check(body, "2026-10")} == {
        (
            f"网格 {body.unit}的撤回：现为这个网格没有这一职务，应为现在登记着的公开职务。"
            "只撤回现在登记着的人的。（naming-holder）"
        )
        for body in bodies
    }
    assert name_head(ledger, "WG-0004") == name_head(ledger, "WG-0009") == ""
    assert find_head_digest(ledger.facts, "WG-0009") == ""
