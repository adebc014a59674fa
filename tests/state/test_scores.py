"""Score entries follow one another by the rules, and add up to what counting them from the start gives."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.scores import ScoreRound, Subject
from ledger.data import load_reference
from ledger.entries import Body
from ledger.errors import NotProven, format_fault
from ledger.figures.scores import collect_scores
from ledger.log.commitments import make_disclosure
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


def test_a_branch_is_registered_once(ledger: PointsLedger) -> None:
    assert tell(ledger, ledger.build_branch(2, "又一个支部", ["m6"])) == [
        "支部序号：现为支部 2 已登记，应为没有用过的序号。换一个支部序号。（branch-twice）"
    ]


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
        f"{place}：现为已有全部 2 部分，应为每个支部一个月评议一次。漏记的下月补记。（round-twice）"
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
    assert check_score_rounds_privately(ledger.facts, "2026-10", ledger.vault.get) == []
