"""The workbook of volunteering, and what its hours are worth on the month's sheet of points."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec.structs import replace

from ledger.books.cases import CaseReward
from ledger.books.volunteering import HoursBooked, TaskClaimed, TaskOffered
from ledger.canonical import parse_claim
from ledger.service.refilling import fill
from ledger.service.rewards import count_proposed, list_balances, propose_points
from ledger.service.showing import show_drafts
from ledger.service.unsent import save_sheet
from tests.builders import VILLAGE
from tests.service.importing import (
    AWARD,
    CASE,
    CLAIM,
    GOODS,
    RESOLUTION,
    SHOP,
    SIGNED,
    STEPS,
    TAKEN,
    TASK,
    ImportDesk,
    Row,
    make_book,
)

OTHER: Row = SIGNED | {"户号": "0218", "户主": "例小河", "小时": 3, "证据": "签到表第 2 行"}
THIRD: Row = SIGNED | {"户号": "0219", "户主": "某老井", "证据": "签到表第 3 行"}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.register()
    desk.record("volunteering", make_book("volunteering", [], others={"任务": [TASK]}))
    return desk


def book(*rows: Row, **others: list[Row]) -> bytes:
    return make_book("volunteering", rows, others=others)


def codes(desk: ImportDesk, data: bytes) -> list[str]:
    return [fault.code for fault in desk.read("volunteering", data).faults]


def test_a_task_names_are_put_down_and_hours_are_signed_for(desk: ImportDesk) -> None:
    second = TASK | {"任务编号": "FW-2026-002", "每几小时一次": 2}
    imported = desk.read("volunteering", book(SIGNED, OTHER, 任务=[second], 报名=[CLAIM, CLAIM]))

    assert imported.faults == ()
    bodies = [parse_claim(draft.claim).body for draft in imported.drafts]
    assert [type(body) for body in bodies] == [TaskOffered, TaskClaimed, HoursBooked]
    assert isinstance(bodies[0], TaskOffered)
    assert bodies[0].unit_hours_hundredths == 200
    assert imported.preview == (
        "志愿服务 FW-2026-002 清理村东水渠",
        "　日期：2026-10-18",
        "　地点：村委会门口",
        "　需要 3 人",
        "　每 2 小时算 B01 一次",
        "志愿服务 FW-2026-001 报名 2 人",
        "　户 0217 样大山",
        "　户 0217 样大山",
        "志愿服务 FW-2026-001 签到 2 人 7.5 小时",
        "　户 0217 样大山 4.5 小时　签到表第 1 行",
        "　户 0218 例小河 3 小时　签到表第 2 行",
    )
    shown = "".join(draft.label + draft.claim.decode() for draft in imported.drafts)
    assert not any(secret in shown for secret in ("样大山", "0217", "h-", "签到表"))


def test_every_cell_of_a_row_is_judged(desk: ImportDesk) -> None:
    for hours in (0, 24.01):
        assert desk.say("volunteering", book(SIGNED | {"小时": hours})) == [
            (
                f"工作表「签到」D2：现为{hours} 小时，应为大于 0、不超过 24 小时。"
                "写实际的小时数，如 2.5。（hours-form）"
            )
        ]
    assert codes(desk, book(SIGNED | {"任务编号": "2026-1"})) == ["task-number-form"]
    assert desk.say("volunteering", book(SIGNED | {"任务编号": "FW-2026-009"})) == [
        (
            "工作表「签到」第 2 行，志愿服务 FW-2026-009 的签到：现为任务 FW-2026-009 没有登记，"
            "应为登记过的任务。核对编号；新的任务先登记并通过审核。（task-unknown）"
        )
    ]
    assert codes(desk, book(SIGNED | {"户主": "例小河"})) == ["person-name"]
    assert codes(desk, book(SIGNED | {"户号": "0999"})) == ["person-unknown"]
    assert codes(desk, book(SIGNED | {"证据": "身份证 110101199003070000"})) != []
    task = TASK | {"任务编号": "FW-2026-002"}
    assert codes(desk, book(任务=[task | {"需要人数": 0}])) == ["quantity-zero"]
    assert codes(desk, book(任务=[task | {"规则编号": "Z09"}])) == ["rule-unknown"]
    assert codes(desk, book(任务=[task | {"规则名称": "乱堆柴草"}])) == ["rule-name"]
    assert codes(desk, book(任务=[task | {"规则编号": "C01", "规则名称": "乱堆柴草"}])) == ["task-rule"]
    assert codes(desk, book(报名=[CLAIM] * 4)) == ["task-full"]


def test_too_many_rows_of_one_task_are_refused(desk: ImportDesk) -> None:
    assert desk.say("volunteering", book(*[SIGNED] * 401)) == [
        (
            "工作表「签到」第 402 行：现为任务 FW-2026-001 有 401 行，应为一个任务一次不超过 400 行。"
            "分成两个任务，各用各的编号。（volunteers-lines）"
        )
    ]


def test_a_second_sign_in_sheet_takes_the_place_of_the_first_and_says_so(desk: ImportDesk) -> None:
    desk.record("volunteering", book(SIGNED, OTHER))
    imported = desk.read("volunteering", book(SIGNED))

    assert imported.notices == ("FW-2026-001 已经签过到：这一张换下原来那一张，要把所有人都写上",)
    body = parse_claim(imported.drafts[0].claim).body
    assert isinstance(body, HoursBooked)
    assert body.version == 2


def test_a_months_hours_are_proposed_as_rows_of_points_once(desk: ImportDesk) -> None:
    desk.record("volunteering", book(SIGNED, OTHER, THIRD))

    assert count_proposed(desk.ports, VILLAGE, "2026-10") == 1
    opened, added = propose_points(desk.ports, VILLAGE, desk.clerk, "2026-10")

    # 0218 worked less than four hours, 0219 did not agree to be scored.
    row = ("2026-10", "0217", "样大山", "B01", "打扫门前", "1", "志愿服务 FW-2026-001 共 4.5 小时")
    assert (opened.state.tables["积分"], added) == ((row,), 1)
    assert propose_points(desk.ports, VILLAGE, desk.clerk, "2026-10")[1] == 0
    assert count_proposed(desk.ports, VILLAGE, "2026-09") == 0
    assert propose_points(desk.ports, VILLAGE, desk.clerk, "2026-09")[1] == 0


def test_hours_are_not_proposed_twice_where_a_row_was_altered_or_signed_for_otherwise(
    desk: ImportDesk,
) -> None:
    desk.record("volunteering", book(SIGNED | {"小时": 9}))
    opened, _ = propose_points(desk.ports, VILLAGE, desk.clerk, "2026-10")
    (row,) = opened.state.tables["积分"]
    assert row[5:] == ("2", "志愿服务 FW-2026-001 共 9 小时")
    typed = ("2026-10", "0217", "样大山", "B01", "打扫门前", "1", "照片")
    fewer = (*row[:5], "1", row[6])
    save_sheet(desk.ports, VILLAGE, desk.clerk, "points", {"积分": (typed, fewer)}, start=opened.version)

    again, added = propose_points(desk.ports, VILLAGE, desk.clerk, "2026-10")
    assert (again.state.tables["积分"], added) == ((typed, fewer), 0)

    desk.record("volunteering", book(SIGNED))
    later, added = propose_points(desk.ports, VILLAGE, desk.clerk, "2026-10")
    other = (*row[:5], "1", "志愿服务 FW-2026-001 共 4.5 小时")
    assert (later.state.tables["积分"], added) == ((typed, other), 1)


def test_what_was_reported_and_verified_is_proposed_once_by_a_rule_that_still_says_so(
    desk: ImportDesk,
) -> None:
    numbers = {"AL-2026-001": "0217", "AL-2026-002": "0217", "AL-2026-003": "0219", "AL-2026-004": ""}
    names = {"0217": "样大山", "0219": "某老井", "": ""}
    rows = [
        CASE | {"诉求编号": number, "户号": one, "户主": names[one], "核实日期": "2026-10-09"}
        for number, one in numbers.items()
    ]
    refused = CASE | {
        "诉求编号": "AL-2026-005",
        "核实日期": "2026-10-09",
        "受理": "否",
        "核实情况": "没有这件事",
    }
    desk.record("cases", make_book("cases", [*rows, refused, CASE | {"诉求编号": "AL-2026-006"}]))
    assert count_proposed(desk.ports, VILLAGE, "2026-10") == 0  # The village has no rule for it.
    for item in ("别的话", "打扫门前"):
        reward = CaseReward(basis="proposal", categories=("B04",), item=item, rule="B01")
        cases = replace(desk.ports.reference.cases, rewards=(reward,))
        desk.ports = dataclasses.replace(desk.ports, reference=replace(desk.ports.reference, cases=cases))
        assert count_proposed(desk.ports, VILLAGE, "2026-10") == (item == "打扫门前")

    opened, added = propose_points(desk.ports, VILLAGE, desk.clerk, "2026-10")

    # 0219 did not agree to be scored, of one nobody knows whose it is.
    evidence = "反映核实 AL-2026-001、AL-2026-002 共 2 件"
    row = ("2026-10", "0217", "样大山", "B01", "打扫门前", "2", evidence)
    assert (opened.state.tables["积分"], added) == ((row,), 1)
    assert propose_points(desk.ports, VILLAGE, desk.clerk, "2026-10")[1] == 0
    assert count_proposed(desk.ports, VILLAGE, "2026-11") == 0


def test_the_checker_reads_what_the_clerk_typed_and_gets_it_back(desk: ImportDesk) -> None:
    second = TASK | {"任务编号": "FW-2026-002"}
    ids = desk.keep("volunteering", book(SIGNED, OTHER, 任务=[second], 报名=[CLAIM]))
    lines = [shown.lines[1:] for shown in show_drafts(desk.ports, VILLAGE, tuple(ids))]

    assert lines == [
        ("　日期：2026-10-18", "　地点：村委会门口", "　需要 3 人", "　每 4 小时算 B01 一次"),
        ("　户 0217 样大山",),
        ("　户 0217 样大山 4.5 小时　签到表第 1 行", "　户 0218 例小河 3 小时　签到表第 2 行"),
    ]
    drafts = [draft for draft in (desk.ports.vault.find_draft(VILLAGE, id_) for id_ in ids) if draft]
    assert fill(desk.ports, VILLAGE, drafts).tables == {
        "任务": (("FW-2026-002", "2026-10-18", "清理村东水渠", "村委会门口", "3", "B01", "打扫门前", "4"),),
        "报名": (("FW-2026-001", "0217", "样大山"),),
        "签到": (
            ("FW-2026-001", "0217", "样大山", "4.5", "签到表第 1 行"),
            ("FW-2026-001", "0218", "例小河", "3", "签到表第 2 行"),
        ),
    }


def test_the_room_lists_what_each_household_may_still_redeem(desk: ImportDesk) -> None:
    assert list_balances(desk.ports, VILLAGE, 0, 50) == ([], 0)
    desk.record("resolutions", make_book("resolutions", [RESOLUTION], others={"会议经过": STEPS}))
    desk.record("points", make_book("points", [AWARD]))
    desk.record("shop", make_book("shop", [], others={"商品": [GOODS], "超市": [SHOP]}))
    desk.record("shop", make_book("shop", [TAKEN]))

    found, total = list_balances(desk.ports, VILLAGE, 0, 50)

    told = [(item.household.number, item.balance.earned, item.balance.left) for item in found]
    assert (told, total) == ([("0217", 4, 2), ("0218", 0, 0)], 2)
    assert [item.household.number for item in list_balances(desk.ports, VILLAGE, 1, 1)[0]] == ["0218"]
