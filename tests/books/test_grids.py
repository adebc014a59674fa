"""What grids and visits may not say, and the table of what is expected of them."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.grids import (
    GridsRegistered,
    GridUnit,
    HandHeld,
    Held,
    Level,
    OfficeHeld,
    Placed,
    Visited,
    VisitLine,
    VisitsRecorded,
    check_grids,
    check_held,
    check_places,
    check_visited,
    check_visits,
    parse_grids,
)
from ledger.books.values import PublicText, Sealed
from ledger.data import load_grids, read_data
from ledger.errors import Fault, format_fault

A, B = Sealed(sealed="A" * 43), Sealed(sealed="B" * 43)
TEXT = PublicText(text="C" * 43)


def tell(faults: list[Fault]) -> list[str]:
    return [format_fault(fault) for fault in faults]


def unit(number: str, level: Level = "first", parent: str = "", **changes: Any) -> GridUnit:
    fields: dict[str, Any] = {
        "ended": False,
        "hands": (),
        "households": 40,
        "level": level,
        "name": TEXT,
        "number": number,
        "offices": (),
        "parent": parent,
    }
    return GridUnit(**(fields | changes))


def place(*rows: tuple[str, Level, str]) -> dict[str, Placed]:
    return {number: Placed(ended=False, level=level, parent=parent) for number, level, parent in rows}


def judge(placed: dict[str, Placed], known: dict[str, Placed] | None = None) -> list[str]:
    return [fault.place[3:] + " " + fault.code for _, fault in check_places(placed, known or {})]


def test_units_lie_in_the_next_wider_and_lanes_in_any() -> None:
    body = GridsRegistered(
        units=(
            unit("WG-0001"),
            unit("WG-0002", "second", "WG-0001"),
            unit("WG-0003", "third", "WG-0002"),
            unit("WG-0004", "micro", "WG-0003"),
            unit("WG-0005", "lane", "WG-0004"),
            unit("WG-0006", "lane", "WG-0001"),
            unit("WG-0007", "third"),  # What is above it is the township's.
        )
    )

    assert check_grids(body, {}) == []


def test_every_wrong_place_is_told_at_once() -> None:
    placed = place(
        ("WG-0001", "first", "WG-0002"),
        ("WG-0002", "second", ""),
        ("WG-0003", "third", "WG-0009"),
        ("WG-0004", "lane", ""),
        ("WG-0005", "micro", "WG-0004"),
    )
    assert tell([fault for _, fault in check_places(placed, {})]) == [
        (
            "网格 WG-0001：现为一级网格在二级网格 WG-0002 里，应为一级网格没有上级。改正级别或上级编号。（grid-level）"
        ),
        (
            "网格 WG-0003：现为WG-0009，应为登记过的网格。"
            "改正上级编号；新的上级写在同一张表里。（grid-parent-unknown）"
        ),
        (
            "网格 WG-0004：现为没有上级编号，应为上级是一级网格、二级网格、三级网格、微网格。"
            "写上它在哪个网格里。（grid-parent-needed）"
        ),
        (
            "网格 WG-0005：现为微网格在街巷 WG-0004 里，应为上级是一级网格、二级网格、三级网格。"
            "改正级别或上级编号。（grid-level）"
        ),
    ]


def test_a_circle_is_told_of_each_unit_in_it_however_far_around() -> None:
    circle = place(
        ("WG-0001", "second", "WG-0003"),
        ("WG-0002", "third", "WG-0001"),
        ("WG-0003", "third", "WG-0002"),
        ("WG-0004", "lane", "WG-0002"),  # It only leads there.
    )
    assert judge(circle) == ["WG-0001 grid-cycle", "WG-0002 grid-cycle", "WG-0003 grid-cycle"]
    first = next(fault for _, fault in check_places(circle, {}))
    assert format_fault(first) == (
        "网格 WG-0001：现为上级 WG-0003 又在它里面，应为上级不在自己里面。改正其中一个的上级编号。（grid-cycle）"
    )
    assert judge(place(("WG-0001", "lane", "WG-0001"))) == ["WG-0001 grid-cycle"]


def test_a_change_is_judged_with_what_lies_in_it() -> None:
    known = place(("WG-0001", "first", ""), ("WG-0002", "second", "WG-0001"), ("WG-0003", "lane", "WG-0002"))

    assert judge(place(("WG-0001", "third", "")), known) == ["WG-0002 grid-level"]
    ended = {"WG-0002": Placed(ended=True, level="second", parent="WG-0001")}
    assert tell([fault for _, fault in check_places(ended, known)]) == [
        (
            "网格 WG-0003：现为上级 WG-0002 已撤销，应为没有撤销的上级。"
            "换一个上级，或者先把它也撤了。（grid-parent-ended）"
        )
    ]
    both = ended | {"WG-0003": Placed(ended=True, level="lane", parent="WG-0002")}
    assert judge(both, known) == []
    # What was wrong before, elsewhere, is not said again.
    assert judge(place(("WG-0008", "first", "")), place(("WG-0009", "lane", ""))) == []


def test_posts_numbers_and_digests_are_judged() -> None:
    def head(holder: Sealed) -> OfficeHeld:
        return OfficeHeld(holder=holder, post="head", shown=TEXT)

    body = GridsRegistered(
        units=(
            unit("WG-0002", offices=(head(B), head(A))),
            unit("WG-0001", ended=True, hands=(HandHeld(holder=A, post="worker"),)),
        )
    )
    assert tell(check_grids(body, {})) == [
        "网格登记：现为WG-0001 在 WG-0002 后面，应为编号从小到大，每个一次。按编号排好。（grid-order）",
        (
            "网格 WG-0002的职务第 2 行：现为比上一行小的摘要，应为摘要从小到大，各不相同。"
            "按摘要从小到大排好，同一摘要只留一次。（digests-order）"
        ),
        (
            "网格 WG-0002：现为2 位网格长，应为一个网格最多一位网格长。只留一位；副手写成网格员。（grid-heads）"
        ),
        ("网格 WG-0001：现为已撤销，还有 1 名人员，应为没有人员。撤了的网格不再写人员。（grid-ended-posts）"),
    ]


def test_visits_are_in_order_some_and_not_too_many() -> None:
    many = tuple(Sealed(sealed=f"{number:043d}") for number in range(901))
    body = VisitsRecorded(
        lines=(
            VisitLine(diaries=(), unit="WG-0002", version=1, visits=()),
            VisitLine(diaries=(), unit="WG-0003", version=2, visits=()),  # What was there was a mistake.
            VisitLine(diaries=many[:1], unit="WG-0004", version=1, visits=many[:900]),
        )
    )
    assert tell(check_visits(body)) == [
        (
            "网格 WG-0002的走访：现为一次也没有，应为至少一次走访或一篇日记。没有走访的网格不用写。（visits-none）"
        ),
        "走访：现为901 行，应为一次不超过 900 行。分成几次登记，一个网格的放在一起。（visits-many）",
    ]


def test_the_vault_shows_who_holds_a_post_twice_or_supervises_themselves() -> None:
    def held(post: str, name: str = "样大山") -> Held:
        return Held("", name, "第 9 行", post, "WG-0001")

    assert tell(check_held([held("head"), held("worker"), held("head"), held("supervisor")])) == [
        "第 9 行：现为又写了一次，应为一人一职写一次。删去重复的一行。（grid-post-twice）",
        "第 9 行：现为网格长又是监督员，应为监督的人不是网格长自己。换一位监督员。（grid-supervisor）",
    ]
    assert check_held([held("head"), held("supervisor", "例小河")]) == []


def test_the_vault_shows_visits_of_another_month_and_those_said_twice() -> None:
    visit = Visited("2026-10-03", "h1", "看望", "第 2 行", "例小河")
    other = visit._replace(day="2026-11-03")
    note = visit._replace(household="", note="修路")

    assert tell(check_visited([visit, visit._replace(note="再看"), other], "2026-10")) == [
        "第 2 行：现为又写了一次，应为一天里一户一次。删去重复的一行。（visit-twice）",
        "第 2 行：现为2026-11-03，应为2026-10 里的一天。改正日期，或写到那个月里。（visit-day）",
    ]
    assert check_visited([visit, note, note._replace(note="清沟")], "2026-10") == []


def test_the_table_says_what_is_expected_and_where_it_was_seen() -> None:
    table = load_grids()

    assert table.visits_least == 10
    assert "松阳湖" in table.visits_source
    assert (table.lane_min, table.lane_max) == (10, 20)
    assert table.name_post("head", "lane") == "街巷长"
    assert table.name_post("head", "micro") == "网格长"
    assert table.name_post("worker", "lane") == "网格员"
    assert [table.is_lane_odd("lane", count) for count in (9, 10, 20, 21)] == [True, False, False, True]
    assert not table.is_lane_odd("micro", 47)
    assert table.count_least(3) == 30
    assert all(row.source for row in (*table.posts.values(), *table.duties))


@pytest.mark.parametrize(
    ("written", "instead", "why"),
    [
        ('code = "pair"', 'code = "helper"', "a post is missing, or stands there twice"),
        ("public = true", "public = false", "post head is public: False"),
    ],
)
def test_no_such_table(written: str, instead: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_grids(read_data("grids.toml").replace(written, instead, 1))
