"""A member's own rounds: card, marks with their evidence, components; nothing of anybody else."""

from __future__ import annotations

from fractions import Fraction

from ledger.books.scores import AssessedBallot
from ledger.evidence import open_texts
from ledger.figures.members import MemberRound, collect_member, list_score_years
from ledger.figures.texts import GONE
from ledger.log.commitments import open_disclosure
from tests.books.points_ledger import PointsLedger

PLAIN = "star 1 from 60 | star 2 from 62 | P01 组织生活 主题党日 2 次 cap 8 | N01 组织生活 缺席 -3 次 cap 9"
GRADED = (
    "grade 1 from 0 不合格 | grade 2 from 60 合格 | component A 组织 40 | component B 作用 60"
    " | P01 组织 会 2 次 cap 8 in A | P02 作用 走访 1 次 cap 8 in B"
)
STORY = f"""
2026-01 scheme 1 base 60 | {PLAIN} | accepted
2026-01 branch 1 第一党支部 | m1 m2 | accepted
2026-10 score 1 | m1 P01 2 | m2 P01 1 | m1 N01 1 | accepted
2027-01 scheme 2 base 60 | {GRADED} | accepted
2027-01 score 1 | m1 P01 1 | m1 P02 3 | accepted
"""


def start() -> PointsLedger:
    ledger = PointsLedger()
    assert ledger.run(STORY) == []
    return ledger


def collect(ledger: PointsLedger, who: str, year: str) -> list[MemberRound]:
    own = [
        text
        for digest, text in ledger.vault.items()
        if isinstance(value := open_disclosure(text, digest)[1], dict) and value.get("member") == who
    ]
    return collect_member(ledger.facts, ledger.texts.get, open_texts(own), year)


def test_a_month_is_told_with_every_mark_and_where_it_comes_from() -> None:
    ledger = start()

    (one,) = collect(ledger, "m1", "2026")

    assert (one.period, one.score, one.stars, one.grade, one.base) == ("2026-10", 61, 1, "", 60)
    assert (one.branch, one.scheme, one.version, one.components) == ("第一党支部", "党员考评办法", 1, ())
    assert [(mark.item, mark.title, mark.points, mark.quantity, mark.is_sealed) for mark in one.marks] == [
        ("P01", "主题党日", 4, 2, False),
        ("N01", "缺席", -3, 1, True),
    ]
    assert all(mark.evidence.startswith("台账") and mark.at == one.at for mark in one.marks)
    (other,) = collect(ledger, "m2", "2026")
    assert (other.score, len(other.marks)) == (62, 1)
    assert list_score_years(ledger.facts) == ["2027", "2026"]


def test_components_are_told_exactly_and_grades_by_name() -> None:
    (one,) = collect(start(), "m1", "2027")

    assert one.grade == "合格"
    assert [(part.title, part.score, part.weight) for part in one.components] == [
        ("组织", Fraction(62), 40),
        ("作用", Fraction(63), 60),
    ]
    assert one.score == 63


def test_whoever_was_erased_is_told_nothing_and_a_deleted_text_says_so() -> None:
    ledger = start()
    ledger.texts = {digest: text for digest, text in ledger.texts.items() if not isinstance(text, dict)}
    assert {mark.title for mark in collect(ledger, "m1", "2026")[0].marks} == {GONE}

    ledger.erase("m1")

    assert collect(ledger, "m1", "2026") == []


def test_a_component_of_a_ballot_is_told_with_the_row_that_it_comes_from() -> None:
    ledger = start()
    voted = "component A 日常 50 | component B 互评 50 ballot | P01 组织 会 2 次 cap 8 in A"
    ledger.append(ledger.build_scheme(3, 60, ["star 1 from 60", *voted.split(" | ")]), "2027-02")
    ledger.vote("CP-2027-001", {"m1": "11122", "m2": "44444"}, "2027-02")
    held = (AssessedBallot(component="B", number="CP-2027-001"),)
    assert ledger.try_body(ledger.build_score(1, [("m1", "P01", 1)], ballots=held), "2027-02") == []

    one = collect(ledger, "m1", "2027")[-1]

    assert [(part.title, part.score, part.by) for part in one.components] == [
        ("日常", Fraction(62), None),
        ("互评", Fraction(260, 3), ledger.rows["CP-2027-001"]["m1"]),
    ]
    assert one.score == 74
