"""What an annex may say: bands of at least five, and never so many lines that a few are left to be guessed."""

from __future__ import annotations

from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.annexes import (
    TOGETHER_LEAST,
    Band,
    PointsAnnexed,
    build_bands,
    check_annex,
    check_apart_from,
    find_band,
    name_bands,
    plan_annex,
)
from ledger.books.values import Sealed
from ledger.errors import format_fault

POINTS = st.dictionaries(st.integers(0, 60).map("h{}".format), st.integers(0, 70), max_size=60)
LINES = tuple(Sealed(sealed=letter * 43) for letter in "AB")
ANNEX = PointsAnnexed(
    bands=(Band(households=6, least=0), Band(households=5, least=1)),
    households=11,
    lines=LINES,
    part=1,
    parts=1,
    sheet="2026-10-P-1",
    size=9,
)


def is_apart(count: int) -> bool:
    return count == 0 or count >= TOGETHER_LEAST


@given(POINTS, st.data(), st.booleans())
def test_no_cell_has_fewer_than_five_nor_has_what_lines_leave_of_it(
    added: dict[str, int], data: st.DataObject, has_unknown: bool
) -> None:
    willing = data.draw(st.lists(st.sampled_from(sorted(added)), unique=True)) if added else []
    plan = plan_annex(added, willing, has_unknown=has_unknown)

    assert set(plan.households) <= {one for one in willing if added[one] > 0}
    apart = len(added) - len(plan.households)
    assert not plan.households or is_apart(apart)
    if has_unknown and plan.households:
        assert apart >= TOGETHER_LEAST
    counted = Counter(find_band(plan.bands, points).least for points in added.values()) if plan.bands else {}
    hidden = Counter(
        find_band(plan.bands, points).least
        for one, points in added.items()
        if plan.bands and one not in plan.households
    )
    assert [(band.least, band.households) for band in plan.bands] == sorted(counted.items())
    assert all(band.households >= TOGETHER_LEAST and is_apart(hidden[band.least]) for band in plan.bands)
    body = msgspec.structs.replace(
        ANNEX, bands=plan.bands, households=len(added), lines=(), sheet="2026-10-P-1"
    )
    assert check_annex(body) == []
    assert check_apart_from(len(plan.households), len(added), "") == []


def test_neighbours_are_put_together_until_they_are_enough() -> None:
    points = [0] * 7 + [3] * 2 + [12] * 4 + [25] * 6 + [40] * 2
    added = {f"h{at}": value for at, value in enumerate(points)}

    bands = plan_annex(added, [], has_unknown=False).bands

    assert [(band.least, band.households) for band in bands] == [(0, 7), (1, 6), (21, 8)]
    assert name_bands(bands) == ["0 分", "1–20 分", "21 分及以上"]
    assert name_bands([]) == []


def test_what_is_left_at_the_top_goes_down_until_it_is_kept_apart() -> None:
    points = [0] * 6 + [3] * 5 + [12] * 3
    added = {f"h{at}": value for at, value in enumerate(points)}

    assert build_bands(added, [f"h{at}" for at in range(6, 11)]) == (Band(households=14, least=0),)


def test_who_would_be_left_alone_is_kept_company_and_nobody_is_where_all_agreed() -> None:
    added = {f"h{at}": at + 1 for at in range(12)}
    all_but_one = [f"h{at}" for at in range(11)]

    assert plan_annex(added, all_but_one, has_unknown=False).households == tuple(all_but_one[:7])
    assert len(plan_annex(added, list(added), has_unknown=False).households) == 12
    assert len(plan_annex(added, list(added), has_unknown=True).households) == 7
    assert plan_annex({"h1": 2, "h2": 3}, ["h1"], has_unknown=False) == ((), ())
    assert plan_annex({"h1": 2, "h2": 3}, ["h1", "h2"], has_unknown=False) == ((), ("h1", "h2"))
    assert build_bands(added, all_but_one) == ()


def test_a_household_without_additions_has_no_line() -> None:
    added = {f"h{at}": at % 2 for at in range(20)}

    assert set(plan_annex(added, sorted(added), has_unknown=False).households) == {
        one for one, points in added.items() if points
    }


def test_what_no_annex_says_is_refused() -> None:
    def tell(**changes: object) -> list[str]:
        return [format_fault(fault) for fault in check_annex(msgspec.structs.replace(ANNEX, **changes))]

    assert tell() == []
    assert [line[-15:] for line in tell(lines=LINES[::-1])] == ["（digests-order）"]
    assert [line[-12:] for line in tell(part=2)] == ["（round-part）"]
    assert tell(bands=(Band(households=11, least=1),)) == [
        "公开表 2026-10-P-1 附页的分档：现为1，应为从 0 起，一档比一档高。由程序重新生成附页。（annex-bands）"
    ]
    assert [line[-13:] for line in tell(bands=ANNEX.bands[::-1])] == ["（annex-bands）"]
    assert tell(bands=(Band(households=7, least=0), Band(households=4, least=1))) == [
        (
            "公开表 2026-10-P-1 附页 1 分起的一档：现为4 户，应为5 户以上。"
            "户数太少的与相邻的一档合并，免得看出是谁家。（annex-few）"
        )
    ]
    assert tell(households=12) == [
        "公开表 2026-10-P-1 附页的分档：现为合计 11 户，应为参加积分的 12 户。每户在一档里数一次。（annex-bands-sum）"
    ]
    assert [len(check_apart_from(lines, 8, "")) for lines in range(10)] == [0] * 4 + [1] * 4 + [0, 1]
    assert check_apart_from(0, 3, "") == []
