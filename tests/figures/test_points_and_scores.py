"""Gathering points and scores: rules of older rulebooks, texts that are gone, months in which nothing happened."""

from __future__ import annotations

import pytest

from ledger.books.figures import PointsFigures, ScoreFigures
from ledger.books.score_figures import summarize_scores
from ledger.canonical import encode_value
from ledger.data import load_reference
from ledger.errors import NotProven
from ledger.evidence import select_indexes
from ledger.figures import GONE
from ledger.figures.points import collect_points
from ledger.figures.scores import collect_scores
from ledger.state import MemoryFacts, fold_entry
from ledger.state.facts import Tally, put_fact
from tests.books.points_ledger import PointsLedger, change

POINTS = """
2026-01 rulebook 1 | A01 尊老爱幼 探望 2 次 cap 8 | B01 互助友爱 志愿服务 1 4小时 cap 10 | accepted
2026-01 households | 1 h1 h2 | accepted
2026-01 agreements 1 | h1 scoring | accepted
2026-09 round | h1 A01 1 | accepted
"""
SCORES = """
2026-01 scheme 1 base 60 | star 1 from 60 | P01 组织生活 主题党日 2 次 cap 8 | accepted
2026-01 branch 1 第一党支部 | m1 m2 | accepted
2026-01 branch 2 第二党支部 | m3 | accepted
2026-09 score 1 | m1 P01 1 | accepted
"""


def tell(story: str) -> PointsLedger:
    ledger = PointsLedger()
    assert ledger.run(story) == []
    return ledger


def points(ledger: PointsLedger, period: str = "2026-09") -> PointsFigures:
    return collect_points(ledger.facts, load_reference(), ledger.texts.get, ledger.head("points", period))


def scores(ledger: PointsLedger, period: str = "2026-09") -> ScoreFigures:
    return collect_scores(ledger.facts, load_reference(), ledger.texts.get, ledger.head("scores", period))


def replace_texts(ledger: PointsLedger, name: str, value: dict[str, str] | None) -> None:
    """Put another value, or none, behind every public text that is an object with this item."""
    for digest, text in ledger.texts.items():
        if isinstance(text, dict) and text.get("item") == name:
            ledger.texts[digest] = value


def test_a_rule_that_the_new_rulebook_dropped_is_still_named() -> None:
    ledger = tell(POINTS)
    assert ledger.run("2026-10 rulebook 2 | B01 互助友爱 志愿服务 1 4小时 cap 10 | accepted") == []
    assert ledger.run("2026-10 back 2026-09 h1 A01 | 登记重复 | accepted") == []

    figures = points(ledger, "2026-10")

    assert figures.version == 2
    assert [(group.group, group.points) for group in figures.groups] == [("尊老爱幼", -2), ("互助友爱", 0)]
    assert [(rule.code, rule.item, rule.awards) for rule in figures.groups[0].rules] == [("A01", "探望", -1)]


def test_a_rule_of_no_rulebook_is_not_proven() -> None:
    ledger = tell(POINTS)
    put_fact(ledger.facts, "award/2026-09/Z99", Tally(lines=1, points=1, quantity=1))

    with pytest.raises(NotProven, match="Z99"):
        points(ledger)


def test_a_deleted_rule_text_says_so_and_its_group_keeps_a_name() -> None:
    ledger = tell(POINTS)
    replace_texts(ledger, "探望", None)

    group = points(ledger).groups[0]

    assert (group.group, group.rules[0].item, group.rules[0].unit) == ("A", GONE, "")


def test_a_text_of_another_shape_is_not_proven() -> None:
    ledger = tell(POINTS + SCORES)
    replace_texts(ledger, "探望", {"item": "探望"})
    replace_texts(ledger, "主题党日", {"item": "主题党日"})

    with pytest.raises(NotProven, match="A01"):
        points(ledger)
    with pytest.raises(NotProven, match="P01"):
        scores(ledger)


def test_a_deleted_item_text_says_so() -> None:
    ledger = tell(SCORES)
    replace_texts(ledger, "主题党日", None)

    assert scores(ledger).branches[0].items[0].item == GONE


def test_a_village_without_rulebook_and_scheme_has_empty_sheets() -> None:
    ledger = PointsLedger()

    empty, nobody = points(ledger), scores(ledger)

    assert (empty.version, empty.households, empty.agreed, empty.rounds, empty.groups) == (0, 0, 0, 0, ())
    assert (nobody.version, nobody.members, nobody.branches, nobody.title) == (0, 0, (), "")
    assert [(row.stars, row.members) for row in nobody.stars] == [(0, 0)]


def test_a_month_without_a_round_shows_every_group_and_branch_at_zero() -> None:
    ledger = tell(POINTS + SCORES)

    figures, sheet = points(ledger, "2026-10"), scores(ledger, "2026-10")

    assert (figures.rounds, figures.scored, figures.agreed, figures.households) == (0, 0, 1, 2)
    assert [(group.group, group.awards, group.rules) for group in figures.groups] == [
        ("尊老爱幼", 0, ()),
        ("互助友爱", 0, ()),
    ]
    assert [(branch.branch, branch.rounds, branch.members) for branch in sheet.branches] == [
        (1, 0, 2),
        (2, 0, 1),
    ]


def test_a_branch_without_a_round_stands_beside_one_that_held_it() -> None:
    figures = scores(tell(SCORES))

    assert [(branch.rounds, branch.points) for branch in figures.branches] == [(1, 2), (0, 0)]
    assert [(row.stars, row.members) for row in figures.stars] == [(1, 2), (0, 0)]


def test_both_sheets_follow_from_the_entries_that_their_evidence_carries() -> None:
    ledger = tell(POINTS + SCORES)
    more = """
    2026-10 rulebook 2 | B01 互助友爱 志愿服务 1 4小时 cap 10 | accepted
    2026-10 agreements 2 | h2 scoring | accepted
    2026-10 round 2 | h2 B01 3 | accepted
    2026-11 back 2026-09 h1 A01 | 登记重复 | accepted
    2026-11 back 2026-10 h2 B01 | 登记重复 | accepted
    2026-10 scheme 2 base 70 | star 1 from 60 | P01 组织生活 主题党日 2 次 cap 8 | accepted
    2026-10 score 2 | m3 P01 2 | accepted
    """
    assert ledger.run(more) == []

    for period in ("2026-08", "2026-09", "2026-10", "2026-11"):
        for kind, collect in (("points", points), ("scores", scores)):
            few = PointsLedger()
            few.texts, few.facts = ledger.texts, MemoryFacts(ledger.entries.__getitem__)
            for index in select_indexes(ledger.facts, kind, period):
                fold_entry(few.facts, ledger.entries[index])
            few.entries[:] = ledger.entries
            assert collect(few, period) == collect(ledger, period)


RANKS = "grade 1 from 0 不合格 | grade 2 from 65 合格 | component A 组织 40 | component B 联系 60"
GRADED = f"""
2026-10 scheme 2 base 60 | {RANKS} | P01 活动 党日 2 次 cap 8 in A | P08 联系 走访 1 次 cap 10 in B | accepted
2026-10 score 1 | m1 P01 4 | m1 P08 10 | accepted
"""


def test_a_month_under_grades_counts_each_by_its_name_and_none_beside_them() -> None:
    ledger = tell(SCORES + GRADED)

    figures = scores(ledger, "2026-10")

    assert [(cut.name, cut.from_score) for cut in figures.cuts] == [("不合格", 0), ("合格", 65)]
    assert [(row.stars, row.members) for row in figures.stars] == [(2, 1), (1, 1)]
    assert [(one.code, one.title, one.weight) for one in figures.components] == [
        ("A", "组织", 40),
        ("B", "联系", 60),
    ]
    assert summarize_scores(figures)[3:5] == (
        "评分分 2 个部分，各部分都从基础分起算，按比例合成：组织占 40%，联系占 60%。",
        "评定结果：合格 1 人，不合格 1 人。",
    )


def test_what_came_later_is_in_no_figures_of_a_scheme_in_stars() -> None:
    silent = encode_value(scores(tell(SCORES)))
    telling = encode_value(scores(tell(SCORES + GRADED), "2026-10"))

    for key in ('"components"', '"every"', '"name":"合格"'):
        assert key.encode() not in silent
    for key in ('"components"', '"name":"合格"'):
        assert key.encode() in telling


def test_a_month_with_a_ballot_says_which_component_it_gives() -> None:
    ledger = tell(SCORES)
    voted = (
        "grade 1 from 0 合格 | component A 日常 70 | component B 互评 30 ballot | P01 组织 会 2 次 cap 8 in A"
    )
    ledger.append(ledger.build_scheme(2, 60, voted.split(" | ")), "2026-11")

    figures = scores(ledger, "2026-11")

    assert [(one.title, one.voted) for one in figures.components] == [("日常", False), ("互评", True)]
    assert b"voted" not in encode_value(
        figures.components[0]
    )  # What was sealed before it came keeps its bytes.
    branches = tuple(change(branch, rounds=1) for branch in figures.branches)
    assert summarize_scores(change(figures, branches=branches))[2:4] == (
        "按项目记分的部分，每人基础分 60 分，做了好事加分，没做到的扣分，最低 0 分，最高 100 分。",
        "评分分 2 个部分，测评的部分由公布的票算，按比例合成：日常占 70%，互评（民主测评）占 30%。",
    )
