"""Groups of a branch, judged by themselves and opened: numbers, digests, counts, who stands where."""

from __future__ import annotations

from ledger.books.party_groups import (
    MEMBERS_MAX,
    BranchGrouped,
    Grouped,
    check_grouped,
    check_groups,
    count_members,
)
from ledger.books.scores import BRANCH_MAX
from ledger.canonical import format_entry
from ledger.errors import Fault, format_fault
from ledger.limits import ENTRY_MAX_BYTES
from tests.books.points_ledger import change
from tests.builders import Discloser, EntryChain, make_id
from tests.party_groups import build_group, build_grouped


def tell(faults: list[Fault]) -> list[str]:
    return [format_fault(fault) for fault in faults]


def test_groups_as_they_should_be_have_no_fault() -> None:
    body = build_grouped(Discloser(), 3)

    assert check_groups(body, 3) == []
    assert count_members(body) == 3
    assert check_groups(change(body, groups=()), 3) == []


def test_every_fault_of_the_plain_part_is_told_at_once() -> None:
    texts = Discloser()
    first, second = build_group(texts, 1, ["m1", "m2"]), build_group(texts, 2, ["m3"])
    both = change(second, members=(*second.members, *first.members[:1]), number=2)
    turned = change(first, members=first.members[::-1])
    body = BranchGrouped(branch=1, groups=(both, turned, turned))

    said = tell(check_groups(body, 2))

    order = "从小到大，各不相同。按党小组序号排好。（party-group-order）"
    assert said[:2] == [
        f"支部 1 党小组：现为1 在 2 后面，应为{order}",
        f"支部 1 党小组：现为1 在 1 后面，应为{order}",
    ]
    assert [line.partition("：")[0] for line in said if "digests-order" in line][-2:] == [
        "支部 1 第 1 党小组名单第 2 行",
        "支部 1 第 1 党小组名单第 2 行",
    ]
    assert said[-2:] == [
        (
            "支部 1 党小组：现为2 个摘要在两个党小组里，应为每个摘要只用一次。"
            "每一行都重新取随机盐，再生成摘要。（digests-shared）"
        ),
        (
            "支部 1 党小组：现为6 名党员，应为不超过支部的 2 名。"
            "一名党员只在一个党小组里；名单先和支部名册对一遍。（party-group-count）"
        ),
    ]


def test_the_largest_branch_that_is_taken_fits_an_entry() -> None:
    texts = Discloser()
    groups = tuple(
        build_group(texts, number, [make_id("m", number * 10 + at) for at in range(8)])
        for number in range(1, 100)
    )
    whole = change(groups[0], members=groups[0].members + build_group(texts, 1, ["m"] * 8).members)
    body = BranchGrouped(branch=BRANCH_MAX, groups=(whole, *groups[1:]))

    assert count_members(body) == MEMBERS_MAX
    assert len(format_entry(EntryChain().append(body))) < ENTRY_MAX_BYTES
    more = change(body, groups=(*groups, build_group(texts, 99, ["m"] * 9)))
    assert [fault.expected for fault in check_groups(more, 2_000) if fault.code == "party-group-count"] == [
        "一个支部不超过 800 名"
    ]


def test_what_only_the_vault_shows_is_told_at_once_and_names_nobody() -> None:
    rows = [
        Grouped(1, True, "m1", "甲"),
        Grouped(1, True, "m2", "乙"),
        Grouped(2, False, "m1", "丙"),
        Grouped(2, True, "m9", "丁"),
        Grouped(3, False, "m3", "戊", listed=2),
        Grouped(3, False, "m4", "己", listed=3),
    ]

    assert tell(check_grouped(rows, 1, {"m1", "m2", "m3", "m4"})) == [
        "乙：现为第 1 党小组又一位组长，应为一个党小组最多一位组长。只留一位；副组长不在这里写。（party-group-heads）",
        "丙：现为又写了一次（甲已有），应为一名党员最多在一个党小组里，写一次。只留他所在的那个党小组。（party-group-twice）",
        "丁：现为不是本支部党员，应为支部 1 登记的党员。核对支部和党员编号。（party-group-member）",
        "戊：现为写的是第 3 党小组，应为第 2 党小组。名单里只写本组的党员。（party-group-list）",
    ]
