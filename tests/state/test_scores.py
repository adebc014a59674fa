"""Score entries follow one another by the rules, and add up to what counting them from the start gives."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.scores import AssessedBallot, ScoreRound, Subject
from ledger.data import load_reference
from ledger.entries import Body
from ledger.errors import NotProven, format_fault
from ledger.figures.scores import collect_scores
from ledger.log.commitments import index_disclosures, make_disclosure
from ledger.state.marks import check_score_rounds_privately, list_branch_members, open_score_round
from ledger.state.private import MarkSubject, open_private
from ledger.state.schemes import (
    find_scheme,
    find_scheme_in_force,
    get_score_month,
    list_items,
    list_schemes,
)
from ledger.state.scores import check_scores, fold_scores
from tests import reference_points
from tests.ballots import build_ballot
from tests.books.points_ledger import PointsLedger, change
from tests.builders import build_weighed_scheme

ITEMS = [
    "P01 组织生活 主题党日 2 次 cap 8",
    "P08 联系户 走访 1 户次 cap 10",
    "N01 组织生活 无故缺席 -3 次 cap 9",
]
SCHEME = ["star 1 from 60", "star 2 from 65", "star 3 from 70", *ITEMS]
START = f"""
2026-01 scheme 1 base 60 | {" | ".join(SCHEME)} | accepted
2026-01 branch 1 第一党支部 | m1 m2 m3 | accepted
2026-01 branch 2 第二党支部 | m4 m5 | accepted
"""


def start() -> PointsLedger:
    ledger = PointsLedger()
    assert ledger.run(START) == []
    return ledger


@pytest.fixture
def ledger() -> PointsLedger:
    return start()


def tell(ledger: PointsLedger, body: Body, period: str = "2026-10") -> list[str]:
    return [format_fault(fault) for fault in ledger.check(body, period)]


def test_schemes_count_up_and_never_begin_earlier(ledger: PointsLedger) -> None:
    second = ledger.build_scheme(2, 60, SCHEME)
    ledger.append(second, "2026-06")

    assert tell(ledger, second, "2026-06") == [
        "考评办法的版本：现为第 2 版，应为第 3 版。版本从 1 起，每次加 1。（scheme-version）"
    ]
    assert tell(ledger, change(second, version=3), "2026-05") == [
        "考评办法的起用月份：现为2026-05，应为2026-06 或更晚。新办法不能早于上一版起用。（scheme-period）"
    ]
    assert [scheme.version for scheme in list_schemes(ledger.facts)] == [2, 1]


def test_a_branch_has_the_members_of_its_newest_registration(ledger: PointsLedger) -> None:
    assert ledger.try_body(ledger.build_score(2, [("m5", "P01", 1)]), "2026-10") == []

    assert ledger.try_body(ledger.build_branch(2, "第二党支部", ["m4", "m6", "m7"]), "2026-11") == []

    assert ledger.try_body(ledger.build_score(2, [("m6", "P01", 1)]), "2026-11") == []
    assert list_branch_members(ledger.facts, 2, ledger.vault.get) == ["m4", "m6", "m7"]
    for period in ("2026-10", "2026-11"):  # Each round is judged by those who were members then.
        assert check_score_rounds_privately(ledger.facts, period, ledger.vault.get) == []
    found = collect_scores(ledger.facts, load_reference(), ledger.texts.get, ledger.head("scores", "2026-10"))
    assert [(branch.branch, branch.members) for branch in found.branches] == [(1, 3), (2, 2)]


def test_who_left_is_no_member_in_a_later_round(ledger: PointsLedger) -> None:
    ledger.append(ledger.build_branch(2, "第二党支部", ["m4", "m6"]), "2026-10")
    ledger.members[2] = ["m4", "m5"]
    ledger.append(ledger.build_score(2, [("m5", "P01", 1)]), "2026-10")

    assert {
        fault.code for fault in check_score_rounds_privately(ledger.facts, "2026-10", ledger.vault.get)
    } == {
        "card-member",
        "mark-member",
    }


def test_a_round_is_a_registered_branchs(ledger: PointsLedger) -> None:
    body = ledger.build_score(1, [("m1", "P01", 1)])

    assert tell(ledger, change(body, branch=3)) == [
        "2026-10 支部 3 评议：现为支部 3，应为已登记的支部。先登记支部和党员。（round-branch）"
    ]


def test_a_round_is_held_under_the_scheme_of_its_month(ledger: PointsLedger) -> None:
    first = ledger.build_score(1, [("m1", "P01", 1)])
    ledger.append(ledger.build_scheme(2, 60, SCHEME), "2026-10")
    second = ledger.build_score(1, [("m1", "P01", 1)])
    place = "2026-10 支部 1 评议：现为member-60 第 1 版"

    assert tell(ledger, first, "2026-09") == []
    assert tell(ledger, second, "2026-10") == []
    assert tell(ledger, first, "2026-10") == [
        f"{place}，应为member-60 第 2 版。按当月起用的考评办法评议。（round-scheme）"
    ]
    assert [fault.code for fault in ledger.check(change(second, scheme="other"), "2026-10")] == [
        "round-scheme"
    ]


def test_without_a_scheme_nobody_is_scored(ledger: PointsLedger) -> None:
    body = ledger.build_score(1, [("m1", "P01", 1)])
    empty = PointsLedger()
    empty.append(empty.build_branch(1, "第一党支部", ["m1"]), "2026-01")

    assert tell(empty, body) == [
        (
            "2026-10 支部 1 评议：现为member-60 第 1 版，应为先有当月起用的考评办法。"
            "按当月起用的考评办法评议。（round-scheme）"
        )
    ]
    assert check_score_rounds_privately(empty.facts, "2026-10", empty.vault.get) == []


def test_all_branches_of_a_month_are_scored_under_one_scheme(ledger: PointsLedger) -> None:
    other = ledger.build_score(2, [])
    ledger.append(ledger.build_score(1, []), "2026-10")
    ledger.append(ledger.build_scheme(2, 60, SCHEME), "2026-10")

    assert tell(ledger, other) == []
    assert [fault.code for fault in ledger.check(ledger.build_score(2, []), "2026-10")] == ["round-scheme"]
    assert [scheme.version for scheme in (find_scheme(ledger.facts, "2026-10"),) if scheme] == [1]


def test_parts_come_in_order_and_agree(ledger: PointsLedger) -> None:
    lines = [("m1", "P01", 1), ("m2", "N01", 1)]
    first = ledger.build_score(1, lines[:1], parts=2, whole=lines)
    second = ledger.build_score(1, lines[1:], part=2, parts=2)
    place = "2026-10 支部 1 评议"

    assert tell(ledger, second) == [
        f"{place}：现为第 2 部分，应为第 1 部分。各部分从 1 起依次通过。（round-next-part）"
    ]
    assert ledger.try_body(first, "2026-10") == []
    assert check_score_rounds_privately(ledger.facts, "2026-10", ledger.vault.get) == []
    assert tell(ledger, change(second, parts=3)) == [
        f"{place}第 2 部分：现为共 3 部分，应为与第 1 部分相同：共 2 部分。整个评议重新生成后再提交。（round-differs）"
    ]
    assert tell(ledger, change(first, part=2, cards=())) == [
        f"{place}第 2 部分：现为有前面部分用过的摘要，应为每个摘要只用一次。同一行只记在一个部分里。（round-repeats）"
    ]
    assert ledger.try_body(second, "2026-10") == []
    assert tell(ledger, first) == [
        f"{place}：现为已有全部 2 部分，应为每个支部一个月评议一次。漏记的下一轮补记。（round-twice）"
    ]
    assert check_score_rounds_privately(ledger.facts, "2026-10", ledger.vault.get) == []


def test_a_rounds_faults_in_itself_are_told_too(ledger: PointsLedger) -> None:
    body = ledger.build_score(1, [])

    assert [fault.code for fault in ledger.check(change(body, cards=body.cards[1:]), "2026-10")] == [
        "cards-count"
    ]


def test_other_kinds_are_no_scores(ledger: PointsLedger) -> None:
    founding = ledger.entries[0]

    with pytest.raises(ValueError, match="no score kind"):
        check_scores(ledger.facts, load_reference(), founding)
    with pytest.raises(ValueError, match="no score kind"):
        fold_scores(ledger.facts, founding)
    with pytest.raises(ValueError, match="no round of scores"):
        open_score_round(founding, ledger.vault.get)
    with pytest.raises(ValueError, match="no branch 9"):
        list_branch_members(ledger.facts, 9, ledger.vault.get)


WORTH = {"P01": 2, "P08": 1, "N01": -3}
CAPS = {"P01": 4, "P08": 10, "N01": 3}
CUTS = [(60, 1), (65, 2), (70, 3)]
MEMBERS = {1: ["m1", "m2", "m3"], 2: ["m4", "m5"]}


def lines_of(branch: int) -> Any:
    return st.lists(
        st.tuples(
            st.sampled_from(MEMBERS[branch]), st.sampled_from(sorted(WORTH)), st.integers(1, 10)
        ).filter(lambda line: line[2] <= CAPS[line[1]]),
        max_size=8,
        unique_by=lambda line: line[:2],
    )


@settings(max_examples=40)
@given(first=lines_of(1), second=lines_of(2))
def test_a_sheet_agrees_with_counting_every_line(
    first: list[tuple[str, str, int]], second: list[tuple[str, str, int]]
) -> None:
    ledger = start()
    told = {1: first, 2: second}
    for branch, lines in told.items():
        assert ledger.try_body(ledger.build_score(branch, lines), "2026-10") == []

    figures = collect_scores(
        ledger.facts, load_reference(), ledger.texts.get, ledger.head("scores", "2026-10")
    )

    everyone: list[int] = []
    for branch in figures.branches:
        lines = told[branch.branch]
        marks = [("2026-10", *line) for line in lines]
        stars = [
            reference_points.card(marks, WORTH, "2026-10", member, 60, CUTS)[1]
            for member in MEMBERS[branch.branch]
        ]
        everyone += stars
        assert [(row.stars, row.members) for row in branch.stars] == [
            (n, stars.count(n)) for n in (3, 2, 1, 0)
        ]
        assert branch.points == sum(WORTH[item] * count for _, item, count in lines if WORTH[item] > 0)
        assert branch.sealed_points == sum(WORTH[item] * count for _, item, count in lines if WORTH[item] < 0)
        assert branch.sealed_marks == sum(WORTH[item] < 0 for _, item, _ in lines)
        for item in branch.items:
            mine = [count for _, code, count in lines if code == item.code]
            assert (item.marks, item.quantity, item.points) == (
                len(mine),
                sum(mine),
                sum(mine) * WORTH[item.code],
            )
    assert [(row.stars, row.members) for row in figures.stars] == [
        (n, everyone.count(n)) for n in (3, 2, 1, 0)
    ]
    assert check_score_rounds_privately(ledger.facts, "2026-10", ledger.vault.get) == []


@pytest.fixture
def scored(ledger: PointsLedger) -> PointsLedger:
    body = ledger.build_score(1, [("m1", "P01", 4), ("m2", "N01", 1)])
    assert ledger.try_body(body, "2026-10") == []
    return ledger


def tell_privately(ledger: PointsLedger) -> list[str]:
    return [
        format_fault(fault)
        for fault in check_score_rounds_privately(ledger.facts, "2026-10", ledger.vault.get)
    ]


def test_the_vault_opens_a_round(scored: PointsLedger) -> None:
    marks, cards = open_score_round(scored.entries[-1], scored.vault.get)

    assert [(mark.member, mark.item, mark.points, mark.sealed) for mark in marks] == [
        ("m1", "P01", 8, False),
        ("m2", "N01", -3, True),
    ]
    assert sorted((card.member, card.score, card.stars) for card in cards) == [
        ("m1", 68, 2),
        ("m2", 57, 0),
        ("m3", 60, 1),
    ]
    assert get_score_month(scored.facts, "2026-10", 1).stars == ((2, 1), (1, 1), (0, 1))
    assert tell_privately(scored) == []


@pytest.mark.parametrize("gone", ["m1", "m2", "m3"])
def test_a_member_whose_data_was_erased_leaves_no_fault(scored: PointsLedger, gone: str) -> None:
    scored.erase(gone)

    assert tell_privately(scored) == []
    assert gone not in list_branch_members(scored.facts, 1, scored.vault.get)


def test_sums_marks_and_cards_are_compared_with_the_vault(ledger: PointsLedger) -> None:
    body = ledger.build_score(1, [("m1", "P08", 6), ("m1", "P08", 5), ("m2", "N01", 1)], whole=[])
    ledger.append(change(body, sealed_points=-4), "2026-10")

    found = tell_privately(ledger)

    assert found[0] == (
        "2026-10 支部评议密封行合计（第 5 条）：现为-4 分，应为-3 分。按隐私库重新合计密封行。（private-sum）"
    )
    assert sorted(text.rsplit("（", 1)[1] for text in found[1:]) == [
        "card-score）",
        "card-score）",
        "mark-cap）",
    ]


def swap(ledger: PointsLedger, digest: str) -> None:
    ledger.vault[digest] = make_disclosure(bytes(32), "subject", "别的内容")


def test_a_vault_that_gives_something_else_is_reported(scored: PointsLedger) -> None:
    body = scored.entries[-1].body
    assert isinstance(body, ScoreRound)
    for digest in (body.lines[0].subject.sealed, body.cards[0].subject.sealed):
        swap(scored, digest)

    places = [text.split("：")[0] for text in tell_privately(scored) if "private-unproven" in text]

    assert places == [
        "2026-10 支部 1 评议明示行第 1 行（第 5 条）",
        "2026-10 支部 1 评分卡第 1 张（第 5 条）",
    ]


def test_members_that_do_not_open_are_reported_once(scored: PointsLedger) -> None:
    branch = scored.entries[3].body
    swap(scored, branch.members[0].sealed)  # Entry 3 registers a branch.

    assert [text.split("：")[0] for text in tell_privately(scored)] == ["支部 1 党员名册"]


def test_a_private_value_has_the_shape_of_its_name(ledger: PointsLedger) -> None:
    sealed = ledger.drawer.seal({"member": "m1"})
    text = ledger.drawer.take_private()[0]

    with pytest.raises(NotProven, match=f"隐私库里 {sealed.sealed} 的内容不是所要的样子"):
        open_private({sealed.sealed: text}.get, sealed.sealed, MarkSubject)


def test_items_are_of_one_version_of_the_scheme() -> None:
    ledger = PointsLedger()
    assert (
        ledger.run(
            """
        2026-01 scheme 1 base 60 | star 1 from 60 | P01 组织生活 主题党日 2 次 cap 8 | accepted
        2026-02 scheme 2 base 60 | star 1 from 60 | P02 组织生活 党课 3 次 cap 9 | accepted
        """
        )
        == []
    )

    assert [list(list_items(ledger.facts, version)) for version in (1, 2, 3)] == [["P01"], ["P02"], []]
    assert list_items(ledger.facts, 2)["P02"].points == 3


def test_each_subject_has_a_scheme_of_its_own_whose_versions_count_apart(ledger: PointsLedger) -> None:
    first = build_weighed_scheme(ledger.drawer)
    assert ledger.try_body(first, "2026-03") == []
    assert ledger.try_body(change(first, subject="branch"), "2026-02") == []
    assert ledger.try_body(change(first, version=2), "2026-05") == []

    assert tell(ledger, change(first, version=2), "2026-05") == [
        "考评办法的版本：现为第 2 版，应为第 3 版。版本从 1 起，每次加 1。（scheme-version）"
    ]
    assert [fault.code for fault in ledger.check(change(first, version=3), "2026-04")] == ["scheme-period"]
    in_force = {
        (subject, period): scheme.version
        for subject in get_args(Subject)
        for period in ("2026-01", "2026-04", "2026-12")
        if (scheme := find_scheme_in_force(ledger.facts, period, subject))
    }
    assert in_force == {
        ("branch", "2026-04"): 1,
        ("branch", "2026-12"): 1,
        ("grid-worker", "2026-04"): 1,
        ("grid-worker", "2026-12"): 2,
        ("member", "2026-01"): 1,
        ("member", "2026-04"): 1,
        ("member", "2026-12"): 1,
    }
    assert [scheme.version for scheme in list_schemes(ledger.facts, "grid-worker")] == [2, 1]
    assert [scheme.version for scheme in list_schemes(ledger.facts)] == [1]
    assert tell(ledger, ledger.build_score(1, [("m1", "P01", 1)])) == []


def test_cards_of_a_scheme_with_components_are_weighed(ledger: PointsLedger) -> None:
    weighed = [
        "grade 1 from 0 不合格",
        "grade 2 from 60 合格",
        "component A 组织 30",
        "component B 联系 70",
        "P01 组织生活 主题党日 2 次 cap 8 in A",
        "P08 联系户 走访 1 户次 cap 10 in B",
        "N01 组织生活 无故缺席 -3 次 cap 9 in A",
    ]
    ledger.append(ledger.build_scheme(2, 60, weighed), "2026-06")
    lines = [("m1", "P01", 1), ("m1", "P08", 5), ("m2", "N01", 1)]
    body = ledger.build_score(1, lines)

    cards = {
        ledger.open(card.subject)["member"]: (ledger.open(card.subject)["score"], card.stars)
        for card in body.cards
    }

    # 30 % of 62 and 70 % of 65 are 64.1; 30 % of 57 and 70 % of 60 are 59.1.
    assert cards == {"m1": (64, 2), "m2": (59, 1), "m3": (60, 2)}
    assert ledger.try_body(body, "2026-10") == []
    assert check_score_rounds_privately(ledger.facts, "2026-10", ledger.vault.get) == []
    stranger = change(body.cards[0], stars=3)
    assert "card-stars" in [
        fault.code
        for fault in ledger.check(change(body, branch=2, cards=(stranger, body.cards[1])), "2026-10")
    ]


def test_a_round_is_not_held_under_what_it_cannot_carry(ledger: PointsLedger) -> None:
    measured = change(
        build_weighed_scheme(ledger.drawer),
        subject=None,
        version=2,
        items=tuple(change(item, component="C") for item in ledger.items.values()),
    )
    ledger.append(measured, "2026-06")
    body = change(ledger.build_score(1, [("m1", "P01", 1)]), scheme="stars", version=2)

    codes = [fault.code for fault in ledger.check(body, "2026-10")]

    assert codes[:2] == ["round-source", "round-calendar"]
    ledger.append(
        body, "2026-10"
    )  # As a log would be that somebody else wrote: what it says privately is looked at.
    assert (
        {fault.code for fault in check_score_rounds_privately(ledger.facts, "2026-10", ledger.vault.get)}
        == {
            "assessment-row"  # No ballot says what the members' own part is; what is counted is not told of again.
        }
    )


VOTED = [
    "grade 1 from 0 不合格",
    "grade 2 from 60 合格",
    "grade 3 from 80 优秀",
    "component A 日常 50",
    "component B 互评 50 ballot",
    "P01 组织生活 主题党日 2 次 cap 8 in A",
    "N01 组织生活 无故缺席 -3 次 cap 9 in A",
]
FIRST, SECOND = "CP-2026-001", "CP-2026-002"
BOTH = tuple(AssessedBallot(component="B", number=number) for number in (FIRST, SECOND))


@pytest.fixture
def voted(ledger: PointsLedger) -> PointsLedger:
    """Of four choices: m1 only the best, m2 300 + 200/3 of 500, m3 only the worst; m3 in a ballot of its own."""
    ledger.append(ledger.build_scheme(2, 60, VOTED), "2026-06")
    ledger.vote(FIRST, {"m1": "11111", "m2": "11133"})
    ledger.vote(SECOND, {"m3": "44444"})
    return ledger


def open_cards(ledger: PointsLedger, body: ScoreRound) -> dict[str, tuple[int, int]]:
    opened = [(ledger.open(card.subject), card.stars) for card in body.cards]
    return {value["member"]: (value["score"], stars) for value, stars in opened}


def test_members_are_scored_by_ballots_about_them(voted: PointsLedger) -> None:
    body = voted.build_score(1, [("m1", "P01", 4), ("m2", "N01", 1)], ballots=BOTH)

    # Half of 68 and 100 is 84; half of 57 and 73 1/3 is 65 1/6; half of 60 and 0 is 30.
    assert open_cards(voted, body) == {"m1": (84, 3), "m2": (65, 2), "m3": (30, 1)}
    assert voted.try_body(body, "2026-10") == []
    assert tell_privately(voted) == []


@pytest.mark.parametrize("gone", ["m1", "m3"])
def test_who_was_erased_leaves_what_ballots_gave_the_others(voted: PointsLedger, gone: str) -> None:
    assert voted.try_body(voted.build_score(1, [("m2", "P01", 1)], ballots=BOTH), "2026-10") == []

    voted.erase(gone)

    assert tell_privately(voted) == []


def test_every_ballot_that_gives_no_score_is_told_at_once(voted: PointsLedger) -> None:
    body = voted.build_score(1, [], ballots=BOTH)
    voted.vote("CP-2026-003", {"m1": "1----", "m2": "2----"})
    voted.vote("CP-2026-004", {"m1": "11111"}, "2026-09")
    voted.vote(
        "CP-2026-005", {"m1": "11111"}, appraised="unit", members=(), units=(voted.drawer.publish("网格"),)
    )
    stray = [AssessedBallot(component="B", number=f"CP-2026-00{at}") for at in (3, 4, 5, 9)]

    assert [
        (fault.code, fault.found) for fault in voted.check(change(body, ballots=tuple(stray)), "2026-10")
    ] == [
        ("assessment-ballot", "投票的人太少，没有达到它自己的要求"),
        ("assessment-ballot", "2026-09-28 就截止了，是以前的"),
        ("assessment-ballot", "测评的是支部、网格、小组"),
        ("assessment-ballot", "没有这次测评"),
    ]
    assert [fault.found for fault in voted.check(change(body, ballots=None), "2026-10")] == [
        "部分 B 没有测评"
    ]
    assert [fault.code for fault in voted.check(change(body, ballots=BOTH[::-1]), "2026-10")] == [
        "assessment-order"
    ]


def test_a_ballot_serves_one_round_of_a_branch_and_stands_in_its_first_part(voted: PointsLedger) -> None:
    lines = [("m1", "P01", 1), ("m2", "P01", 1)]
    first = voted.build_score(1, lines[:1], parts=2, whole=lines, ballots=BOTH)
    second = voted.build_score(1, lines[1:], part=2, parts=2)
    assert voted.try_body(first, "2026-10") == []

    assert tell(voted, change(second, ballots=BOTH)) == [
        (
            "2026-10 支部 1 评议：现为第 2 部分写了测评，应为第 1 部分以后都没有。"
            "测评和评分卡写在第 1 部分。（assessment-ballot）"
        )
    ]
    assert voted.try_body(second, "2026-10") == []
    assert tell_privately(voted) == []


def test_a_ballot_that_gave_a_branch_its_scores_gives_them_once(voted: PointsLedger) -> None:
    voted.vote("CP-2026-006", {"m1": "11111", "m2": "11111", "m3": "22222"}, closes="2026-11-05")
    held = (AssessedBallot(component="B", number="CP-2026-006"),)
    assert voted.try_body(voted.build_score(1, [], ballots=held), "2026-10") == []

    assert [fault.found for fault in voted.check(voted.build_score(1, [], ballots=held), "2026-11")] == [
        "已经给以前的考评用过"
    ]


def reseal(ledger: PointsLedger, body: ScoreRound, told: dict[str, dict[str, Any]]) -> ScoreRound:
    """Say something else on the cards of some members."""
    cards = []
    for card in body.cards:
        value = ledger.open(card.subject)
        sealed = ledger.drawer.seal(value | told.get(value["member"], {}))
        cards.append(change(card, subject=sealed))
    ledger.vault |= index_disclosures(ledger.drawer.take_private())
    return change(body, cards=tuple(sorted(cards, key=lambda card: card.subject.sealed)))


def test_rows_are_the_members_own_and_scores_follow_from_them(voted: PointsLedger) -> None:
    body = voted.build_score(1, [], ballots=BOTH)
    others = {"rows": [{"number": FIRST, "row": voted.rows[FIRST]["m2"].row}]}
    body = reseal(voted, body, {"m1": others, "m2": {"score": 99}, "m3": {"rows": []}})
    assert voted.try_body(body, "2026-10") == []

    shared = voted.rows[FIRST]["m2"].row
    assert {text.split("：")[1].split("。")[0] for text in tell_privately(voted)} == {
        f"现为测评 {FIRST} 第 {shared} 个写给了 2 个考评对象，应为测评里的一个只给一个考评对象",
        f"现为测评 {FIRST} 第 {shared} 个是别人，应为测评里的本人",
        "现为99 分，从高到低第 2 等，应为67 分，从高到低第 2 等",
        "现为没有写，应为部分 B 各一次测评里的一行",
    }


def test_a_member_about_whom_nobody_answered_has_no_score_of_nought(voted: PointsLedger) -> None:
    voted.vote("CP-2026-007", {"m1": "00000"})
    body = voted.build_score(1, [], ballots=BOTH)
    body = reseal(voted, body, {"m1": {"rows": [{"number": "CP-2026-007", "row": 1}]}})
    ballots = (*BOTH, AssessedBallot(component="B", number="CP-2026-007"))
    assert voted.try_body(change(body, ballots=ballots), "2026-10") == []

    assert [text.split("：")[1] for text in tell_privately(voted)] == [
        (
            "现为测评里没有这一个，或者没有人评，应为测评里有人评的一个。"
            "核对是哪次测评、第几个；没有人评的不能算 0 分，另办一次测评。（assessment-row）"
        )
    ]


def test_a_ballot_that_is_still_open_gives_nobody_a_score(voted: PointsLedger) -> None:
    still = "CP-2026-008"
    members = (voted.drawer.seal({"member": "m1"}),)
    voted.vault |= index_disclosures(voted.drawer.take_private())
    voted.append(build_ballot(voted.drawer, still, appraised="member", members=members, units=()), "2026-10")
    body = voted.build_score(1, [], ballots=BOTH)
    body = reseal(voted, body, {"m1": {"rows": [{"number": still, "row": 1}]}})
    body = change(body, ballots=(*BOTH, AssessedBallot(component="B", number=still)))

    assert [fault.found for fault in voted.check(body, "2026-10")] == ["还没有结束"]
    voted.append(body, "2026-10")  # As a log would be that somebody else wrote.
    assert [text.split("：")[1].split("。")[0] for text in tell_privately(voted)] == [
        "现为测评里没有这一个，或者没有人评，应为测评里有人评的一个"
    ]
