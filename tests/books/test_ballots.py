"""What a ballot asks, what a list of ballots must be, and how it is counted."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.ballots import (
    CELLS_MAX,
    ISSUED_MAX,
    ISSUED_MIN,
    LIST_MAX_BYTES,
    BallotClosed,
    BallotOpened,
    CastBallot,
    check_closed,
    check_opened,
    count_cells_max,
    parse_ballots,
    tally_ballots,
)
from ledger.books.values import PublicText, Sealed
from ledger.canonical import encode_value
from ledger.data import load_ballots, read_data
from ledger.errors import Fault, format_fault
from ledger.limits import ENTRY_MAX_BYTES

A, B = Sealed(sealed="A" * 43), Sealed(sealed="B" * 43)
TEXT = PublicText(text="C" * 43)
CASTS = st.dictionaries(
    st.integers(0, 10**8 - 1).map("{:08d}".format), st.text("01234", min_size=2, max_size=2), max_size=9
)


def tell(faults: list[Fault]) -> list[str]:
    return [format_fault(fault) for fault in faults]


def build(**changes: Any) -> BallotOpened:
    fields: dict[str, Any] = {
        "appraised": "unit",
        "choices": (TEXT,) * 4,
        "closes": "2026-11-05",
        "issued": 9,
        "members": (),
        "number": "CP-2026-001",
        "opens": "2026-10-29",
        "questions": (TEXT,),
        "title": TEXT,
        "turnout_min": 50,
        "units": (TEXT, TEXT),
    }
    return BallotOpened(**(fields | changes))


def close(casts: dict[str, str], **changes: Any) -> BallotClosed:
    ballots = tuple(CastBallot(choices=casts[receipt], receipt=receipt) for receipt in sorted(casts))
    fields: dict[str, Any] = {"ballots": ballots, "number": "CP-2026-001", "unused": 9 - len(casts)}
    return BallotClosed(**(fields | changes))


def test_a_small_ballot_worked_by_hand() -> None:
    closed = close({"00000001": "12", "00000002": "10", "00000003": "14", "00000009": "22"})

    assert check_opened(build()) == []
    assert check_closed(closed, build()) == []
    tally = tally_ballots(build(), closed)
    assert (tally.cast, tally.unused, tally.issued, tally.percent) == (4, 5, 9, 44)
    # First unit: three chose the first, one the second; second unit: two the second, one the fourth, one none.
    assert tally.cells == (((3, 1, 0, 0, 0),), ((0, 2, 0, 1, 1),))
    assert not tally.enough
    assert tally_ballots(build(turnout_min=44), closed).enough


def test_each_unit_has_its_own_answers_to_each_question() -> None:
    opened = build(questions=(TEXT, TEXT, TEXT), choices=(TEXT, TEXT))
    closed = close({"00000001": "112200"})

    assert tally_ballots(opened, closed).cells == (
        ((1, 0, 0), (1, 0, 0), (0, 1, 0)),
        ((0, 1, 0), (0, 0, 1), (0, 0, 1)),
    )


@given(CASTS, st.randoms(use_true_random=False))
def test_a_count_is_the_same_in_whatever_order_ballots_stand(casts: dict[str, str], random: Random) -> None:
    closed = close(casts)
    shuffled = list(closed.ballots)
    random.shuffle(shuffled)

    assert tally_ballots(build(), close(casts, ballots=tuple(shuffled))) == tally_ballots(build(), closed)


@given(CASTS)
def test_every_ballot_is_counted_once_in_each_cell(casts: dict[str, str]) -> None:
    closed = close(casts)
    tally = tally_ballots(build(), closed)

    assert check_closed(closed, build()) == []
    assert all(sum(counts) == len(casts) for unit in tally.cells for counts in unit)
    assert tally.cast + tally.unused == tally.issued


def test_all_faults_of_what_is_asked_come_at_once() -> None:
    body = build(
        appraised="member",
        closes="2026-02-30",
        issued=4,
        opens="2026-11-31",
        members=(B, A),
        questions=(TEXT,) * 3,
    )

    assert tell(check_opened(body)) == [
        "测评 CP-2026-001：现为2026-02-30，应为日历上有的一天。改正日期。（ballot-days）",
        "测评 CP-2026-001：现为2026-11-31，应为日历上有的一天。改正日期。（ballot-days）",
        "测评 CP-2026-001：现为2026-11-31 开始，2026-02-30 截止，应为截止不早于开始。改正日期。（ballot-days）",
        (
            "测评 CP-2026-001：现为2 名党员、2 个公开的名称，应为测评党员的只列党员，测评别的只列公开的名称，至少一个。"
            "改正测评谁。（ballot-appraised）"
        ),
        (
            "测评 CP-2026-001的党员名单第 2 行：现为比上一行小的摘要，应为摘要从小到大，各不相同。"
            "按摘要从小到大排好，同一摘要只留一次。（digests-order）"
        ),
        (
            "测评 CP-2026-001：现为4 张票，应为至少 5 张。"
            "人太少，合起来的结果就说出了每个人选的；换别的办法。（ballot-few）"
        ),
    ]


@pytest.mark.parametrize(
    ("appraised", "members", "units", "faults"),
    [
        ("member", (A, B), (), 0),
        ("member", (), (TEXT,), 1),
        ("office", (), (TEXT,), 0),
        ("unit", (A,), (), 1),
        ("unit", (), (), 1),
    ],
)
def test_only_members_are_sealed(
    appraised: str, members: tuple[Sealed, ...], units: tuple[PublicText, ...], faults: int
) -> None:
    assert len(check_opened(build(appraised=appraised, members=members, units=units))) == faults


def test_a_ballot_that_asks_so_much_that_its_pattern_tells_it_is_refused() -> None:
    assert tell(check_opened(build(units=(TEXT,) * 30, questions=(TEXT,) * 3))) == [
        (
            "测评 CP-2026-001：现为30 个对象、3 个问题，共 90 项，应为每张票至多 60 项。"
            "分成几次测评；问得太多，凭选法就认得出是谁的票。（ballot-cells）"
        )
    ]
    assert check_opened(build(units=(TEXT,) * 30, questions=(TEXT,) * 2)) == []


@pytest.mark.parametrize(
    ("issued", "cells"), [(ISSUED_MAX, 1), (1_000, 28), (667, 59), (666, 60), (ISSUED_MIN, CELLS_MAX)]
)
def test_the_longest_list_fits_its_entry(issued: int, cells: int) -> None:
    assert count_cells_max(issued) == cells
    casts = {f"{number:08d}": "6" * cells for number in range(issued)}

    assert len(encode_value(close(casts, unused=0))) < LIST_MAX_BYTES + 100 < ENTRY_MAX_BYTES - 1_400


def test_a_ballot_whose_list_could_not_be_one_entry_is_refused() -> None:
    assert tell(check_opened(build(issued=1_000, units=(TEXT,) * 15, questions=(TEXT,) * 2))) == [
        (
            "测评 CP-2026-001：现为15 个对象、2 个问题，共 30 项，应为1000 张票的，每张至多 28 项。"
            "分成几次测评，或者分组测评。（ballot-cells）"
        )
    ]
    assert check_opened(build(issued=1_000, units=(TEXT,) * 14, questions=(TEXT,) * 2)) == []
    assert check_opened(build(issued=ISSUED_MAX, units=(TEXT,), questions=(TEXT,))) == []


def test_all_faults_of_a_list_come_at_once() -> None:
    ballots = tuple(
        CastBallot(choices=choices, receipt=receipt)
        for receipt, choices in (("00000002", "12"), ("00000001", "1"), ("00000001", "15"))
    )

    assert tell(check_closed(close({}, ballots=ballots, unused=5), build())) == [
        (
            "测评 CP-2026-001 的票：现为3 张票，5 张没用，应为合起来是发出的 9 张。"
            "从票箱重新结束这次测评。（ballot-count）"
        ),
        (
            "测评 CP-2026-001 的票：现为选票号没有排好，或有重复，应为从小到大，各不相同。"
            "按选票号从小到大排好，同一个号只有一张。（ballot-order）"
        ),
        "测评 CP-2026-001 的票：现为2 张对不上，应为每张 2 项，每项 0 至 4。从票箱重新结束这次测评。（ballot-choices）",
    ]


def test_what_ships_is_a_table_of_scales_with_their_sources() -> None:
    table = parse_ballots(read_data("ballots.toml"))

    assert table == load_ballots()
    assert table.turnout_min == 50
    assert table.scales["four"].choices == ("优秀", "称职", "基本称职", "不称职")
    assert all(scale.basis for scale in table.scales.values())


def test_a_table_that_says_something_twice_is_none() -> None:
    text = read_data("ballots.toml")

    with pytest.raises(ValueError, match="scale four twice"):
        parse_ballots(text + text[text.index("[[scale]]") :])
    with pytest.raises(ValueError, match="or a choice in it"):
        parse_ballots(text.replace('"不同意"', '"同意"'))
