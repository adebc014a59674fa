"""Ranking, choosing winners, kinds of honours, and what a granting may not say."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.honours import (
    Holder,
    HonoursGranted,
    Rank,
    check_granted,
    check_holders,
    choose_winners,
    count_winners_max,
    get_check,
    parse_honours,
    rank_households,
)
from ledger.books.values import PublicText, Sealed
from ledger.data import load_honours
from ledger.errors import Fault, format_fault

POINTS = st.dictionaries(st.sampled_from([f"h{place:02d}" for place in range(30)]), st.integers(-20, 20))
A, B = Sealed(sealed="A" * 43), Sealed(sealed="B" * 43)


def tell(faults: list[Fault]) -> list[str]:
    return [format_fault(fault) for fault in faults]


def build(**changes: Any) -> HonoursGranted:
    fields: dict[str, Any] = {
        "granted_to": "household",
        "holders": (A, B),
        "honour": "H01",
        "number": "RY-2026-001",
        "span": "quarter",
        "title": PublicText(text="C" * 43),
        "until": "2026-09",
    }
    return HonoursGranted(**(fields | changes))


def test_equals_share_a_place_and_the_next_is_so_many_further() -> None:
    assert rank_households({"h3": 5, "h1": 9, "h2": 9, "h4": 0, "h5": -3}) == [
        Rank("h1", 9, 1),
        Rank("h2", 9, 1),
        Rank("h3", 5, 3),
    ]


@given(POINTS, st.randoms(use_true_random=False))
def test_a_ranking_is_the_same_in_whatever_order_points_come(points: dict[str, int], random: Random) -> None:
    shuffled = list(points.items())
    random.shuffle(shuffled)

    assert rank_households(dict(shuffled)) == rank_households(points)


@given(POINTS)
def test_a_place_is_one_more_than_how_many_have_more(points: dict[str, int]) -> None:
    for rank in rank_households(points):
        assert rank.rank == 1 + sum(other > rank.points for other in points.values())
        assert rank.points == points[rank.household] > 0


@given(POINTS, st.integers(1, 40))
def test_winners_are_never_parted_from_their_equals_nor_too_many(points: dict[str, int], wanted: int) -> None:
    winners, ranked = choose_winners(points, wanted), rank_households(points)
    least = min((rank.points for rank in winners), default=0)

    assert len(winners) <= min(wanted, count_winners_max(len(ranked)))
    assert winners == ranked[: len(winners)]
    assert all(points[rank.household] < least for rank in ranked[len(winners) :] if winners)


def test_at_most_three_of_ten_are_proposed_and_one_of_few() -> None:
    points = {f"h{place}": 100 - place for place in range(10)}

    assert [rank.household for rank in choose_winners(points, 9)] == ["h0", "h1", "h2"]
    assert [rank.household for rank in choose_winners({"h1": 2, "h2": 1}, 5)] == ["h1"]
    assert [rank.household for rank in choose_winners({"h1": 2}, 5)] == ["h1"]
    assert choose_winners({"h1": 2, "h2": 2}, 5) == []
    assert choose_winners({}, 5) == []


def test_a_certificates_code_is_the_digests_first_forty_bits() -> None:
    assert get_check("A" * 43) == "AAAAAAAA"
    assert get_check("_" * 42 + "8") == "77777777"


def test_kinds_are_of_households_or_people_and_each_has_a_basis() -> None:
    kinds = load_honours()

    assert [kinds[code].name for code in ("H01", "P11", "P12")] == ["季度积分优胜户", "好媳妇", "好婆婆"]
    assert all(kind.basis for kind in kinds.values())
    assert {kind.code for kind in kinds.values() if kind.by_points} == {"H01", "H11"}
    assert {kind.code for kind in kinds.values() if not kind.name} == {"H91", "H92", "P92"}


KIND = 'code = "H01"\nname = "x"\ngranted_to = "household"\nspan = "year"\nby_points = false\nbasis = "y"\n'


def test_a_table_that_says_a_code_twice_or_of_another_holder_is_refused() -> None:
    with pytest.raises(ValueError, match="honour H01 twice"):
        parse_honours(f"[[kind]]\n{KIND}[[kind]]\n{KIND}")
    with pytest.raises(ValueError, match="honour P01 is of a household"):
        parse_honours(f"[[kind]]\n{KIND}".replace("H01", "P01"))


def test_what_a_granting_may_not_say() -> None:
    assert check_granted(build()) == []
    assert check_granted(build(span="year", until="2026-12")) == []
    assert tell(check_granted(build(until="2026-08"))) == [
        "表彰 RY-2026-001：现为2026-08，应为季度的最后一个月（3、6、9、12 月）。改正评到哪个月。（honour-span）"
    ]
    assert tell(check_granted(build(span="year"))) == [
        "表彰 RY-2026-001：现为2026-09，应为12 月。改正评到哪个月。（honour-span）"
    ]
    assert tell(check_granted(build(granted_to="person"))) == [
        "表彰 RY-2026-001：现为H01，应为与给户还是给人一致。H 开头的给户，P 开头的给人。（honour-holder）"
    ]
    assert [fault.code for fault in check_granted(build(holders=(B, A)))] == ["digests-order"]


def test_a_person_is_named_exactly_where_the_honour_is_a_persons_and_nobody_twice() -> None:
    one = Holder(household="h1", name="", place="名单第 1 行")
    named = Holder(household="h1", name="例小梅", place="名单第 2 行")

    assert check_holders([one], "household") == []
    assert check_holders([named, Holder(household="h1", name="例小兰", place="")], "person") == []
    assert tell(check_holders([one, one], "household")) == [
        "名单第 1 行：现为名单里已经有了，应为同一项荣誉每户、每人一次。删去重复的一行。（honour-twice）"
    ]
    assert tell(check_holders([named], "household")) == [
        "名单第 2 行：现为写了本人姓名，应为给户的荣誉不写本人姓名。删去姓名。（honour-person）"
    ]
    assert tell(check_holders([one], "person")) == [
        "名单第 1 行：现为没写本人姓名，应为给人的荣誉写本人姓名。补上姓名。（honour-person）"
    ]
