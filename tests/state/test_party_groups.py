"""A branch's groups follow its registration, the newest hold, and the vault shows what a stranger cannot see."""

from __future__ import annotations

import pytest

from ledger.books.party_groups import BranchGrouped
from ledger.books.scores import BranchRegistered
from ledger.data import load_reference
from ledger.errors import format_fault
from ledger.log.commitments import make_disclosure
from ledger.state.party_groups import (
    GroupsFacts,
    check_branch_groups,
    check_groups_privately,
    find_groups,
    fold_branch_groups,
    list_grouped_branches,
    open_groups,
    read_groups,
)
from tests.books.points_ledger import PointsLedger, change

START = """
2026-01 branch 1 第一党支部 | m1 m2 m3 | accepted
2026-01 branch 2 第二党支部 | m4 m5 | accepted
2026-02 groups 1 | 1 东片党小组 m1* m2 | 3 西片党小组 m3* | accepted
"""


@pytest.fixture
def ledger() -> PointsLedger:
    ledger = PointsLedger()
    assert ledger.run(START) == []
    return ledger


def stand(ledger: PointsLedger, branch: int = 1) -> list[tuple[int, str, bool]]:
    return sorted(
        (one.group, one.member, one.is_head) for one in open_groups(ledger.facts, branch, ledger.vault.get)
    )


def tell(ledger: PointsLedger) -> list[str]:
    return [format_fault(fault) for fault in check_groups_privately(ledger.facts, ledger.vault.get)]


def test_the_newest_entry_of_a_branch_holds_whole(ledger: PointsLedger) -> None:
    assert stand(ledger) == [(1, "m1", True), (1, "m2", False), (3, "m3", True)]
    assert find_groups(ledger.facts, 1) == GroupsFacts(at=len(ledger.entries) - 1, groups=2, members=3)
    assert (find_groups(ledger.facts, 2), read_groups(ledger.facts, 2), stand(ledger, 2)) == (None, None, [])

    assert ledger.run("2026-03 groups 1 | 1 东片党小组 m2 m3* | accepted") == []

    assert stand(ledger) == [(1, "m2", False), (1, "m3", True)]  # m1 stands in none.
    assert [(branch, known.members) for branch, known in list_grouped_branches(ledger.facts)] == [(1, 2)]
    assert tell(ledger) == []


def test_a_branch_may_have_groups_no_more(ledger: PointsLedger) -> None:
    assert ledger.run("2026-03 groups 1 | accepted\n2026-04 groups 2 | party-group-none") == []

    assert (read_groups(ledger.facts, 1), stand(ledger)) == (None, [])
    assert ledger.run("2026-05 groups 1 | party-group-none") == []
    assert ledger.run("2026-05 groups 1 | 1 东片党小组 m1 | accepted") == []
    assert stand(ledger) == [(1, "m1", False)]


def test_what_a_stranger_sees_is_wrong_is_refused(ledger: PointsLedger) -> None:
    assert (
        ledger.run(
            """
            2026-03 groups 3 | 1 东片党小组 m1 | party-group-branch
            2026-03 groups 2 | 1 东片党小组 m4 m5 m6 | party-group-count
            2026-03 groups 2 | 2 东片党小组 m4 | 1 西片党小组 m5 | party-group-order
            """
        )
        == []
    )
    assert [format_fault(fault) for fault in ledger.check(ledger.build_groups(3, []), "2026-03")] == [
        "支部 3 党小组：现为支部 3 没有登记，应为已登记的支部。先登记支部和党员。（party-group-branch）"
    ]


def test_the_vault_shows_who_stands_where_they_must_not(ledger: PointsLedger) -> None:
    assert ledger.run("2026-03 groups 2 | 1 东片党小组 m4* m1* | accepted") == []
    at = len(ledger.entries) - 1

    said = tell(ledger)

    assert sorted(line.rpartition("（")[2] for line in said) == [
        "party-group-heads）",
        "party-group-member）",
    ]
    assert all(line.startswith("支部 2 第 1 党小组名单第 ") and f"（第 {at} 条）" in line for line in said)
    assert not any(member in line for line in said for member in ("m1", "m4"))


def test_whoever_is_erased_leaves_all_proofs_as_they_are(ledger: PointsLedger) -> None:
    for digest in [digest for digest, value in ledger.list_private() if value.get("member") == "m1"]:
        del ledger.vault[digest]

    assert tell(ledger) == []
    assert stand(ledger) == [(1, "m2", False), (3, "m3", True)]
    known = find_groups(ledger.facts, 1)
    assert known is not None
    assert known.members == 3  # How many there were stays: the entry cannot be changed.


def test_a_vault_that_gives_something_else_is_told(ledger: PointsLedger) -> None:
    grouped, branch = ledger.entries[-1].body, ledger.entries[-3].body
    assert isinstance(grouped, BranchGrouped)
    assert isinstance(branch, BranchRegistered)
    (sealed,) = grouped.groups[1].members
    ledger.vault[sealed.sealed] = make_disclosure(bytes(32), "member", {"group": 3, "member": "m2"})

    assert [line.rpartition("（")[2] for line in tell(ledger)] == ["private-unproven）"]
    ledger.vault[branch.members[0].sealed] = ledger.vault[sealed.sealed]
    assert [line.partition("：")[0] for line in tell(ledger)][-1] == "支部 1 党员名册"


def test_another_kind_is_no_grouping(ledger: PointsLedger) -> None:
    with pytest.raises(ValueError, match="no grouping"):
        check_branch_groups(ledger.facts, load_reference(), ledger.entries[0])
    with pytest.raises(ValueError, match="no grouping"):
        fold_branch_groups(ledger.facts, ledger.entries[0])


def test_a_digest_stands_in_one_group_only(ledger: PointsLedger) -> None:
    body = ledger.build_groups(2, ["1 东片党小组 m4", "2 西片党小组 m5"])
    first, second = body.groups

    assert [
        fault.code
        for fault in ledger.check(
            change(body, groups=(first, change(second, members=first.members))), "2026-03"
        )
    ] == ["digests-shared"]
