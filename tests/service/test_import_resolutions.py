"""The workbooks of meetings and of funds, and the vouchers and contracts that name them."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.contracts import ContractSigned
from ledger.books.funds import FundOpened
from ledger.books.resolutions import ForumHeld, ResolutionRecorded, ResolutionReported
from ledger.books.vouchers import VoucherRecorded
from ledger.canonical import parse_claim
from ledger.service.choices import Choice, list_choices
from ledger.service.limits import prepare_limits
from ledger.service.passing import pass_drafts
from ledger.service.showing import show_drafts
from ledger.state.funds import find_fund
from ledger.state.resolutions import find_resolution
from tests.builders import VILLAGE
from tests.service.importing import (
    CONTRACT,
    FORUM,
    FUND,
    PAPER,
    RESOLUTION,
    STEPS,
    ImportDesk,
    Row,
    make_book,
)

RESULT: Row = {"决议编号": "JY-2026-001", "日期": "2026-10-28", "实施结果": "排水沟修好，验收合格。"}
SPENT: Row = PAPER | {"日期": "2026-10-20", "摘要": "付修排水沟工程款", "借方金额": 8000}
SPENT_FROM: Row = {"科目代码": "102", "科目名称": "银行存款", "贷方金额": 8000}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    return desk


def make_meetings(*rows: Row, **others: Any) -> bytes:
    return make_book("resolutions", rows, others=others)


def make_resolution(**changes: Any) -> bytes:
    return make_meetings({**RESOLUTION, **changes}, 会议经过=STEPS)


def read_bodies(desk: ImportDesk, kind: Any, data: bytes) -> list[Any]:
    return [parse_claim(draft.claim).body for draft in desk.read(kind, data).drafts]


def set_limit(desk: ImportDesk, resolution_fen: int) -> None:
    draft = prepare_limits(
        desk.ports,
        VILLAGE,
        maker=desk.clerk,
        second_fen=0,
        third_fen=0,
        resolution="村民代表会议通过",
        resolution_fen=resolution_fen,
    )
    pass_drafts(desk.ports, VILLAGE, [draft.id], desk.supervisor)


def spend(**changes: Any) -> bytes:
    return make_book("vouchers", [{**SPENT, **changes}, SPENT_FROM])


def tell_codes(said: list[str]) -> list[str]:
    return [line.rpartition("（")[2].removesuffix("）") for line in said]


def test_a_row_with_its_meetings_becomes_a_resolution(desk: ImportDesk) -> None:
    imported = desk.read("resolutions", make_resolution(记录文件指纹="AB" * 32))

    (body,) = read_bodies(desk, "resolutions", make_resolution(记录文件指纹="AB" * 32))
    assert isinstance(body, ResolutionRecorded)
    assert (body.procedure, body.outcome, body.amount_fen) == ("four-steps", "adopted", 3_000_000)
    assert (body.valid_until, body.minutes_pages, body.minutes) == ("2026-12-31", 6, "ab" * 32)
    assert [step.meeting for step in body.steps] == ["branch", "committees", "party", "delegates"]
    assert imported.preview == (
        "决议 JY-2026-001 修村东排水沟：通过，准许开支 30,000.00 元",
        "　决议内容：同意修村东排水沟 300 米，公开招标。",
        "　四议两公开，通过",
        "　2026-10-07 党支部会议：应到 7，实到 6，赞成 5、反对 0、弃权 1",
        "　2026-10-08 村两委会议：应到 9，实到 9，赞成 8、反对 0、弃权 1",
        "　2026-10-09 党员大会：应到 40，实到 30，赞成 29、反对 0、弃权 1",
        "　2026-10-10 村民代表会议：应到 45，实到 38，赞成 37、反对 0、弃权 1",
        "　准许开支：最多 30,000.00 元，到 2026-12-31 为止",
        "　会议记录：6 页",
        f"　记录文件指纹 SHA-256 {'ab' * 32}",
    )


def test_the_checker_sees_what_the_clerk_saw(desk: ImportDesk) -> None:
    seen = desk.read("resolutions", make_resolution()).preview
    desk.keep("resolutions", make_resolution())
    waiting = desk.ports.vault.list_drafts(VILLAGE, "waiting")

    (shown,) = show_drafts(desk.ports, VILLAGE, tuple(draft.id for draft in waiting))

    assert shown.lines == seen


def test_outcomes_forums_and_funds_are_entries_too(desk: ImportDesk) -> None:
    desk.record("resolutions", make_resolution())

    result, forum = read_bodies(desk, "resolutions", make_meetings(结果公开=[RESULT], 民情恳谈=[FORUM]))
    (fund,) = read_bodies(desk, "funds", make_book("funds", [FUND | {"开账时结余": "500"}]))

    assert isinstance(result, ResolutionReported)
    assert isinstance(forum, ForumHeld)
    assert isinstance(fund, FundOpened)
    assert (result.resolution, forum.present, fund.opening_fen) == ("JY-2026-001", 23, 50_000)
    assert (fund.category, fund.account) == ("donation", "241")


def test_every_fault_of_a_meeting_is_told_at_its_cell(desk: ImportDesk) -> None:
    wrong = {"决议编号": "2026-1", "准许开支": -5, "会议记录页数": 0, "记录文件指纹": "abc"}
    said = desk.say(
        "resolutions", make_meetings(RESOLUTION | wrong, 民情恳谈=[FORUM | {"恳谈编号": "1", "到场人数": 0}])
    )

    assert [(line.split("：")[0], code) for line, code in zip(said, tell_codes(said), strict=True)] == [
        ("工作表「决议」A2", "resolution-number-form"),
        ("工作表「决议」H2", "quantity-zero"),
        ("工作表「决议」F2", "resolution-amount-form"),
        ("工作表「决议」I2", "minutes-form"),
        ("工作表「民情恳谈」A2", "forum-number-form"),
        ("工作表「民情恳谈」C2", "quantity-zero"),
    ]
    assert said[2:4] == [
        (
            "工作表「决议」F2：现为-5.00，应为大于零的金额，或者空。"
            "改正金额；不花钱的留空。（resolution-amount-form）"
        ),
        (
            "工作表「决议」I2：现为「abc」，应为64 位十六进制数，就是文件的 SHA-256。"
            "重新算一遍，整串复制；没有扫描件的留空。（minutes-form）"
        ),
    ]


def test_meetings_belong_to_a_resolution_of_the_file_and_numbers_stand_once(desk: ImportDesk) -> None:
    stray = make_meetings(会议经过=STEPS[:1])
    twice = make_meetings(RESOLUTION, RESOLUTION, 会议经过=STEPS)

    assert desk.say("resolutions", stray) == [
        (
            "工作表「会议经过」A2：现为「JY-2026-001」，应为「决议」里有的编号。"
            "改正编号；登记过的决议不能再添会议。（step-row-idle）"
        )
    ]
    assert len(desk.say("resolutions", twice)) == 1
    assert tell_codes(desk.say("resolutions", make_meetings(RESOLUTION))) == ["resolution-steps"]
    spoiled = [STEPS[0] | {"应到": 0}, *STEPS[1:]]
    assert tell_codes(desk.say("resolutions", make_meetings(RESOLUTION, 会议经过=spoiled))) == [
        "quantity-zero"
    ]
    assert tell_codes(desk.say("resolutions", make_meetings(结果公开=[RESULT]))) == ["resolution-unknown"]


def test_a_fault_of_row_twenty_keeps_nothing_quiet_of_row_two(desk: ImportDesk) -> None:
    others = [STEPS[0] | {"决议编号": "JY-2026-002"}] * 18
    spoiled = [STEPS[0], *others[1:], others[0] | {"应到": 0}]

    said = desk.say(
        "resolutions", make_meetings(RESOLUTION, RESOLUTION | {"决议编号": "JY-2026-002"}, 会议经过=spoiled)
    )

    assert said == [
        "工作表「会议经过」D20：现为0，应为至少 1。改成实际的数；不要的就删去整行。（quantity-zero）",
        (
            "工作表「决议」第 2 行，决议 JY-2026-001：现为党支部会议，应为四议两公开的提议、商议、审议、决议，各一次。"
            "补上缺的会议，按先后排好；没有开过的会不能写。（resolution-steps）"
        ),
    ]


def test_a_fund_says_its_faults(desk: ImportDesk) -> None:
    wrong = {"专款编号": "1", "科目名称": "管理费用", "开账时结余": -5}

    assert sorted(tell_codes(desk.say("funds", make_book("funds", [FUND | wrong])))) == [
        "account-name",
        "fund-number-form",
        "fund-opening",
    ]
    assert desk.say("funds", make_book("funds", [FUND | {"开账时结余": -5}])) == [
        "工作表「专款」I2：现为-5.00，应为大于零的金额，或者空。改正金额；新设的留空。（fund-opening）"
    ]
    assert len(desk.say("funds", make_book("funds", [FUND, FUND]))) == 1
    desk.record("funds", make_book("funds", [FUND]))
    assert tell_codes(desk.say("funds", make_book("funds", [FUND | {"来源": "某企业"}]))) == [
        "fund-number-used"
    ]


def test_nothing_is_spent_above_the_limit_without_a_resolution(desk: ImportDesk) -> None:
    set_limit(desk, 500_000)
    assert tell_codes(desk.say("vouchers", spend())) == ["resolution-needed"]
    assert tell_codes(desk.say("vouchers", spend(决议编号="JY-2026-001"))) == ["resolution-unknown"]
    desk.record("resolutions", make_resolution())

    imported = desk.read("vouchers", spend(决议编号="JY-2026-001"))

    assert imported.faults == ()
    assert "　依据决议 JY-2026-001 修村东排水沟" in imported.preview
    desk.record("vouchers", spend(决议编号="JY-2026-001"))
    with desk.ports.ledger.read(VILLAGE) as reader:
        resolution = find_resolution(reader.facts, "JY-2026-001")
    assert resolution is not None
    assert resolution.spent_fen == 800_000


def test_a_number_that_cannot_be_read_is_told_and_no_other_is_asked_for(desk: ImportDesk) -> None:
    set_limit(desk, 500_000)

    assert tell_codes(desk.say("vouchers", spend(决议编号="2026-1", 专款编号="1"))) == [
        "resolution-number-form",
        "fund-number-form",
    ]
    assert tell_codes(desk.say("vouchers", spend(决议编号="JY-2026-001", 领取人数="很多"))) == [
        "quantity-form",
        "resolution-unknown",
    ]


def test_a_red_voucher_names_nothing(desk: ImportDesk) -> None:
    desk.record("vouchers", spend())
    red = {key: PAPER[key] for key in ("日期", "经手人", "审批人", "记账员")}
    red |= {"凭证号": "2026-10-002", "冲销凭证号": "2026-10-001", "原因": "金额录错"}
    named = {"决议编号": "JY-2026-001", "专款编号": "ZX-0001", "领取人数": 3}

    said = desk.say("vouchers", make_book("vouchers", [red | named]))

    assert tell_codes(said) == ["voucher-cell-idle"] * 3


def test_what_is_passed_on_says_how_many_received_it(desk: ImportDesk) -> None:
    desk.record("funds", make_book("funds", [FUND | {"专款种类": "代发补贴", "开账时结余": 8000}]))
    assert tell_codes(desk.say("vouchers", spend(专款编号="ZX-0001"))) == ["recipients-missing"]

    imported = desk.read("vouchers", spend(专款编号="ZX-0001", 领取人数=40))

    assert imported.faults == ()
    assert "　专款 ZX-0001 幸福食堂，40 人领取" in imported.preview
    body = parse_claim(imported.drafts[0].claim).body
    assert isinstance(body, VoucherRecorded)
    assert (body.fund, body.recipients, body.resolution) == ("ZX-0001", 40, "")
    desk.record("vouchers", spend(专款编号="ZX-0001", 领取人数=40))
    with desk.ports.ledger.read(VILLAGE) as reader:
        fund = find_fund(reader.facts, "ZX-0001")
    assert fund is not None
    assert (fund.left_fen, fund.held.recipients) == (0, 40)


def test_a_contract_names_the_resolution_that_lets_the_village_pay(desk: ImportDesk) -> None:
    set_limit(desk, 500_000)
    pays = {**CONTRACT, "收付": "付款"}
    assert tell_codes(desk.say("contracts", make_book("contracts", [pays]))) == ["resolution-needed"]
    assert "resolution-number-form" in tell_codes(
        desk.say("contracts", make_book("contracts", [pays | {"决议编号": "1"}]))
    )
    desk.record("resolutions", make_resolution(准许开支="50,000"))

    imported = desk.read("contracts", make_book("contracts", [pays | {"决议编号": "JY-2026-001"}]))

    assert imported.faults == ()
    assert "　依据决议 JY-2026-001" in imported.preview
    body = parse_claim(imported.drafts[0].claim).body
    assert isinstance(body, ContractSigned)
    assert body.resolution_number == "JY-2026-001"


def test_numbers_are_offered_with_what_they_are(desk: ImportDesk) -> None:
    desk.record("resolutions", make_resolution())
    desk.record("funds", make_book("funds", [FUND]))

    typing, meetings, funds = (
        list_choices(desk.ports, VILLAGE, kind) for kind in ("vouchers", "resolutions", "funds")
    )

    assert typing["决议编号"] == (Choice("JY-2026-001", "修村东排水沟"),)
    assert typing["专款编号"] == (Choice("ZX-0001", "幸福食堂"),)
    assert meetings["决议编号"][0] == Choice("JY-2026-002", "接下来的编号")
    assert meetings["恳谈编号"] == (Choice("KT-2026-001", "接下来的编号"),)
    assert funds["专款编号"] == (Choice("ZX-0002", "接下来的编号"),)
