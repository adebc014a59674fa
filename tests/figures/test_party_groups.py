"""Groups as pages tell them: counts for everybody, and to a member where they stand themselves."""

from __future__ import annotations

from ledger.evidence import open_texts
from ledger.figures.party_groups import GroupCount, OwnGroup, collect_groups, collect_own_groups
from tests.books.points_ledger import PointsLedger

STORY = """
2026-01 branch 1 第一党支部 | m1 m2 m3 | accepted
2026-01 branch 2 第二党支部 | m4 m5 | accepted
2026-02 groups 1 | 1 东片党小组 m1* m2 | 2 西片党小组 m3 | accepted
2026-02 groups 2 | 1 河东党小组 m4 | accepted
2026-03 groups 2 | accepted
"""


def start() -> PointsLedger:
    ledger = PointsLedger()
    assert ledger.run(STORY) == []
    return ledger


def list_own(ledger: PointsLedger, who: str) -> list[OwnGroup]:
    own = [ledger.vault[digest] for digest, value in ledger.list_private() if value.get("member") == who]
    return collect_own_groups(ledger.facts, ledger.texts.get, open_texts(own))


def test_everybody_sees_how_many_stand_in_each_group_now() -> None:
    ledger = start()

    found = collect_groups(ledger.facts, ledger.texts.get)

    assert list(found) == [1]  # The second branch has groups no more.
    assert found[1].groups == (GroupCount(2, "东片党小组", 1), GroupCount(1, "西片党小组", 2))
    assert collect_groups(PointsLedger().facts, ledger.texts.get) == {}


def test_a_member_sees_where_they_stand_now_and_nobody_else() -> None:
    ledger = start()
    at = len(ledger.entries) - 3

    assert list_own(ledger, "m1") == [OwnGroup(at, "第一党支部", "东片党小组", True)]
    assert list_own(ledger, "m3") == [OwnGroup(at, "第一党支部", "西片党小组", False)]
    assert list_own(ledger, "m4") == []
    assert ledger.run("2026-04 groups 1 | 2 西片党小组 m1 | accepted") == []
    assert list_own(ledger, "m1") == [OwnGroup(len(ledger.entries) - 1, "第一党支部", "西片党小组", False)]
