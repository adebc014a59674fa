"""The workbook of party groups: each branch whole, every fault at once, changed later without a new branch."""

from __future__ import annotations

import pytest

from ledger.books.party_groups import BranchGrouped
from ledger.canonical import parse_claim
from ledger.service.choices import list_choices
from ledger.service.laid_sheets import lay_sheet
from ledger.service.refilling import fill
from ledger.service.showing import show_drafts
from ledger.state.party_groups import check_groups_privately, open_groups, read_groups
from tests.builders import VILLAGE
from tests.service.importing import GROUPED, MEMBERS, ImportDesk, Row, make_book

SECOND: Row = GROUPED | {
    "党小组序号": 2,
    "党小组名称": "西片党小组",
    "党员编号": "0104",
    "姓名": "例大海",
    "组长": None,
}
OTHER: Row = GROUPED | {"支部": 2, "党小组名称": "河东党小组", "党员编号": "0201", "姓名": "某长青"}
ENDED: Row = {"支部": 1, "不再分组": "是"}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.enrol()
    return desk


def book(*rows: Row) -> bytes:
    return make_book("groups", rows)


def find(desk: ImportDesk, digest: str) -> str | None:
    return desk.ports.vault.find_private(VILLAGE, digest)


def stand(desk: ImportDesk, branch: int = 1) -> list[tuple[int, str, bool]]:
    """Return who stands in which group by number, and who is a head."""
    numbers = {item.member: item.number for item in desk.ports.vault.list_members(VILLAGE)}
    with desk.ports.ledger.read(VILLAGE) as reader:
        assert check_groups_privately(reader.facts, lambda digest: find(desk, digest)) == []
        found = open_groups(reader.facts, branch, lambda digest: find(desk, digest))
    return sorted((one.group, numbers[one.member], one.is_head) for one in found)


def test_each_branch_becomes_one_entry_with_all_its_groups(desk: ImportDesk) -> None:
    imported = desk.read("groups", book(SECOND, GROUPED, OTHER))

    assert imported.faults == ()
    assert imported.preview == (
        "党小组 支部 1：2 个，党员 2 名",
        "　第 1 党小组 东片党小组：1 名党员",
        "　　0103 样小兰（组长）",
        "　第 2 党小组 西片党小组：1 名党员",
        "　　0104 例大海",
        "党小组 支部 2：1 个，党员 1 名",
        "　第 1 党小组 河东党小组：1 名党员",
        "　　0201 某长青（组长）",
    )
    assert imported.notices == ()
    body = parse_claim(imported.drafts[0].claim).body
    assert isinstance(body, BranchGrouped)
    assert [(group.number, len(group.members)) for group in body.groups] == [(1, 1), (2, 1)]

    desk.record("groups", book(SECOND, GROUPED, OTHER))
    assert stand(desk) == [(1, "0103", True), (2, "0104", False)]
    assert stand(desk, 2) == [(1, "0201", True)]


def test_groups_change_later_and_the_branch_stays_as_it_is(desk: ImportDesk) -> None:
    desk.record("groups", book(GROUPED, SECOND))

    moved = desk.read("groups", book(SECOND | {"组长": "是"}))
    assert moved.notices == ("支部 1 有 1 名党员没有写上，不在任何党小组，按党小组测评时评不到：请再看一眼",)
    desk.record("groups", book(SECOND | {"组长": "是"}))
    assert stand(desk) == [(2, "0104", True)]

    desk.record("groups", book(ENDED))
    assert stand(desk) == []
    assert desk.say("groups", book(ENDED | {"组长": None}, *[OTHER])) == [
        "工作表「党小组」，支部 1 党小组：现为本来就没有分党小组，应为分过党小组的支部。不用再写。（party-group-none）"
    ]


def test_what_did_not_change_is_not_recorded_again(desk: ImportDesk) -> None:
    desk.record("groups", book(GROUPED, SECOND, OTHER))

    imported = desk.read("groups", book(GROUPED, SECOND, OTHER | {"组长": None}))
    assert [draft.label for draft in imported.drafts] == ["党小组 支部 2：1 个，党员 1 名"]
    assert imported.notices == ("支部 1 的党小组和现在的一样，不再登记",)
    assert desk.say("groups", book(SECOND, GROUPED, OTHER)) == [
        (
            "工作表「党小组」：现为支部 1、2 的党小组和现在的一样，应为有改动的党小组。"
            "没有改动就不必再登记。（party-group-unchanged）"
        )
    ]
    for change in ({"组长": None}, {"党小组名称": "东头党小组"}, {"党小组序号": 3}):
        assert desk.read("groups", book(GROUPED | change, SECOND)).faults == ()


def test_a_clerk_begins_with_the_groups_that_hold_now(desk: ImportDesk) -> None:
    assert lay_sheet(desk.ports, VILLAGE, "groups") == {}
    desk.record("groups", book(SECOND, GROUPED, OTHER))
    laid = lay_sheet(desk.ports, VILLAGE, "groups")

    assert laid == {
        "党小组": (
            ("1", "1", "东片党小组", "0103", "样小兰", "是", ""),
            ("1", "2", "西片党小组", "0104", "例大海", "", ""),
            ("2", "1", "河东党小组", "0201", "某长青", "是", ""),
        )
    }
    desk.record("groups", book(ENDED))
    assert [row[0] for row in lay_sheet(desk.ports, VILLAGE, "groups")["党小组"]] == ["2"]


def test_a_branch_that_has_groups_no_more_says_nothing_else(desk: ImportDesk) -> None:
    desk.record("groups", book(GROUPED))

    remedy = "还分党小组的，「不再分组」留空；不分了的，删去别的"
    expected = "不再分党小组的支部只有一行，只写支部"
    assert desk.say("groups", book(ENDED | {"党小组序号": 2, "组长": "否"}, SECOND)) == [
        f"工作表「党小组」第 2 行：现为「不再分组」选了 是，{found}，应为{expected}。{remedy}。（party-group-ended）"
        for found in ("写了党小组序号、组长", "支部 1 还有 1 行")
    ]


def test_every_fault_is_told_at_once(desk: ImportDesk) -> None:
    rows = [
        GROUPED,
        SECOND | {"党小组序号": 1, "党小组名称": "东边党小组", "组长": "是"},
        GROUPED | {"党小组序号": 2, "党小组名称": "西片党小组"},
        SECOND | {"党员编号": "104"},
        SECOND | {"党员编号": "0201", "姓名": "某长青"},
        SECOND | {"姓名": "例小海"},
        SECOND | {"支部": 3},
        SECOND | {"支部": 0, "党小组序号": 0},
        {"支部": 1},
        SECOND | {"党小组序号": 100, "党小组名称": "电话 13800000000", "姓名": "12345"},
        SECOND | {"党小组名称": "样小兰党小组"},
    ]

    said = desk.say("groups", book(*rows))

    empty = "支部不再分党小组的，「不再分组」选 是"
    assert said == [
        (
            "工作表「党小组」C3：现为「东边党小组」，应为「东片党小组」，与工作表「党小组」第 2 行相同。"
            "同一党小组写同一个名称，或改正党小组序号。（party-group-name）"
        ),
        (
            "工作表「党小组」D5：现为「104」，应为「0104」。"
            "前面的 0 丢了：把「党员编号」这一列设为文本格式，重新输入。（code-zeros-lost）"
        ),
        (
            "工作表「党小组」D6：现为党员编号「0201」，应为已经登记的本支部党员。"
            "对照名册改正党员编号；新的本支部党员先登记并通过审核。（person-unknown）"
        ),
        "工作表「党小组」E7：现为与名册上的姓名不同，应为编号和姓名是同一人。对照名册改正编号或姓名。（person-name）",
        (
            "工作表「党小组」A8：现为支部 3，应为已经登记党员的支部。"
            "改正支部序号；新支部先用 mingbai import members 登记并通过审核。（branch-unknown）"
        ),
        "工作表「党小组」A9：现为0，应为至少 1。改成实际的数；不要的就删去整行。（quantity-zero）",
        "工作表「党小组」B9：现为0，应为至少 1。改成实际的数；不要的就删去整行。（quantity-zero）",
        *(
            f"工作表「党小组」{cell}10：现为空，应为填写「{header}」；{empty}。补填{header}。（cell-empty）"
            for cell, header in (("B", "党小组序号"), ("C", "党小组名称"), ("D", "党员编号"), ("E", "姓名"))
        ),
        (
            "工作表「党小组」C11：现为一个电话号码，应为没有号码的文字。"
            "删去号码；电话留在原始凭证上。（text-telephone）"
        ),
        "工作表「党小组」B11：现为100，应为1–99。给党小组一个较小的序号。（party-group-number）",
        "工作表「党小组」E11：现为与名册上的姓名不同，应为编号和姓名是同一人。对照名册改正编号或姓名。（person-name）",
        (
            "工作表「党小组」C12：现为村民姓名 样*兰，应为会公开的文字里没有村民姓名。"
            "改写成「村民」「某户」等说法，姓名留在原始凭证上。（text-name）"
        ),
        (
            "工作表「党小组」C12：现为「样小兰党小组」，应为「西片党小组」，与工作表「党小组」第 4 行相同。"
            "同一党小组写同一个名称，或改正党小组序号。（party-group-name）"
        ),
        (
            "工作表「党小组」第 4 行：现为又写了一次（工作表「党小组」第 2 行已有），"
            "应为一名党员最多在一个党小组里，写一次。只留他所在的那个党小组。（party-group-twice）"
        ),
    ]


def test_a_group_has_one_head(desk: ImportDesk) -> None:
    assert desk.say("groups", book(GROUPED, GROUPED | {"党员编号": "0104", "姓名": "例大海"})) == [
        (
            "工作表「党小组」第 3 行：现为第 1 党小组又一位组长，应为一个党小组最多一位组长。"
            "只留一位；副组长不在这里写。（party-group-heads）"
        )
    ]


def test_two_waiting_drafts_of_one_branch_are_refused(desk: ImportDesk) -> None:
    (first,) = desk.keep("groups", book(GROUPED))

    (fault,) = desk.read("groups", book(SECOND)).faults
    assert (fault.code, first in fault.found) == ("draft-waiting", True)
    assert desk.read("groups", book(OTHER)).faults == ()  # Of another branch there may be one.


def test_a_draft_is_shown_whole_and_a_returned_one_is_laid_out_again(desk: ImportDesk) -> None:
    desk.record("groups", book(OTHER))
    ids = desk.keep("groups", book(GROUPED, SECOND, OTHER | {"组长": "否"}))

    shown = show_drafts(desk.ports, VILLAGE, tuple(ids))
    assert shown[0].lines == (
        "党小组 支部 1：2 个，党员 2 名",
        "　第 1 党小组 东片党小组：1 名党员",
        "　　0103 样小兰（组长）",
        "　第 2 党小组 西片党小组：1 名党员",
        "　　0104 例大海",
    )
    drafts = [draft for id_ in ids if (draft := desk.ports.vault.find_draft(VILLAGE, id_)) is not None]
    assert fill(desk.ports, VILLAGE, drafts).tables == {
        "党小组": (
            ("1", "1", "东片党小组", "0103", "样小兰", "是", ""),
            ("1", "2", "西片党小组", "0104", "例大海", "", ""),
            ("2", "1", "河东党小组", "0201", "某长青", "", ""),
        )
    }


def test_a_draft_that_ends_groups_is_laid_out_as_it_was_typed(desk: ImportDesk) -> None:
    desk.record("groups", book(GROUPED))
    (ended,) = desk.keep("groups", book(ENDED))

    draft = desk.ports.vault.find_draft(VILLAGE, ended)
    assert draft is not None
    assert draft.label == "党小组 支部 1：不再分党小组"
    assert fill(desk.ports, VILLAGE, [draft]).tables == {"党小组": (("1", "", "", "", "", "", "是"),)}


def test_whoever_was_erased_is_left_out_of_what_is_shown(desk: ImportDesk) -> None:
    desk.record("groups", book(GROUPED, SECOND))
    gone = next(item for item in desk.ports.vault.list_members(VILLAGE) if item.number == "0103")
    (waiting,) = desk.keep("groups", book(GROUPED | {"党小组序号": 2, "党小组名称": "西片党小组"}, SECOND))

    desk.ports.vault.erase_subject(VILLAGE, gone.member)

    assert stand(desk) == [(2, "0104", False)]
    draft = desk.ports.vault.find_draft(VILLAGE, waiting)
    assert draft is not None
    with desk.ports.ledger.read(VILLAGE) as reader:
        groups = read_groups(reader.facts, 1)
    assert groups is not None
    assert [len(group.members) for group in groups.groups] == [1, 1]  # The entry is as it was.


def test_what_may_be_chosen_are_branches_and_members(desk: ImportDesk) -> None:
    choices = list_choices(desk.ports, VILLAGE, "groups")

    assert [one.value for one in choices["支部"]] == ["1", "2"]
    assert {one.value for one in choices["党员编号"]} == {row["党员编号"] for row in MEMBERS}
    assert [one.value for one in choices["不再分组"]] == ["是", "否"]


def test_who_left_the_branch_is_no_more_among_those_to_be_grouped(desk: ImportDesk) -> None:
    desk.record("groups", book(GROUPED, SECOND))
    listed = make_book("members", MEMBERS[:1])

    assert desk.read("members", listed).preview[-2:] == (
        "　不再是本支部党员：0104（以前的评分照旧）",
        "　这个支部分了党小组：名单通过以后，请用「党小组」表再交一次",
    )
    desk.record("members", listed)

    assert [row[3] for row in lay_sheet(desk.ports, VILLAGE, "groups")["党小组"]] == ["0103"]
    assert len(stand(desk)) == 2
