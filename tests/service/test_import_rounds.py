"""The workbooks of points and scores: rounds whose every private line the vault can prove."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from ledger.books.points import PointsReversed, PointsRound
from ledger.books.scores import ScoreRound
from ledger.canonical import parse_claim
from ledger.service.import_ import Import
from ledger.state.awards import check_rounds_privately
from ledger.state.marks import check_score_rounds_privately
from tests.builders import VILLAGE
from tests.service.importing import AWARD, HOUSEHOLDS, MARK, ImportDesk, Row, make_book

OTHER_AWARD: Row = AWARD | {"户号": "0218", "户主": "例小河"}
HIDDEN_AWARD: Row = AWARD | {"规则编号": "B02", "规则名称": "帮扶困难户", "数量": 1}
DEDUCTION: Row = OTHER_AWARD | {"规则编号": "C01", "规则名称": "乱堆柴草", "数量": 1}
TAKEN_BACK: Row = {
    "月份": "2026-10",
    "原月份": "2026-10",
    "户号": "0217",
    "规则编号": "B01",
    "原因": "登记重复",
}
OTHER_MARK: Row = MARK | {"党员编号": "0104", "姓名": "例大海"}
ABSENT: Row = OTHER_MARK | {"项目编号": "N01", "项目名称": "无故缺席"}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.register()
    desk.enrol()
    return desk


def _bodies(imported: Import) -> list[Any]:
    assert imported.faults == ()
    return [parse_claim(draft.claim).body for draft in imported.drafts]


def _points(*rows: Row, back: tuple[Row, ...] = ()) -> bytes:
    return make_book("points", rows, others={"冲销": back})


def test_additions_are_plain_but_for_whom_they_are_and_the_rest_is_sealed(desk: ImportDesk) -> None:
    (body,) = _bodies(desk.read("points", _points(AWARD, HIDDEN_AWARD, DEDUCTION)))

    assert isinstance(body, PointsRound)
    assert [(line.rule, line.quantity, line.points) for line in body.lines] == [("B01", 2, 4)]
    assert (len(body.sealed_lines), body.sealed_points) == (2, 1)
    assert (body.households, body.part, body.parts, body.version) == (2, 1, 1, 1)


def test_a_rounds_private_lines_hold_before_the_vault(desk: ImportDesk) -> None:
    desk.record("points", _points(AWARD, HIDDEN_AWARD, DEDUCTION, OTHER_AWARD))

    with desk.ports.ledger.read(VILLAGE) as reader:
        vault = desk.ports.vault
        find = partial(vault.find_private, VILLAGE)
        assert check_rounds_privately(reader.facts, "2026-10", find) == []


def test_no_draft_of_a_round_shows_a_household(desk: ImportDesk) -> None:
    imported = desk.read("points", _points(AWARD, DEDUCTION))

    shown = "".join(draft.label + draft.claim.decode() for draft in imported.drafts)
    assert not any(secret in shown for secret in ("样大山", "0217", "照片", "h-"))


def test_the_preview_of_a_round_shows_every_line(desk: ImportDesk) -> None:
    assert desk.read("points", _points(AWARD, DEDUCTION)).preview == (
        "积分评议 2026-10：2 户 2 条",
        "\u3000户 0217 样大山 B01 打扫门前 2 × 2 = 4 分\u3000照片第 3 张",
        "\u3000户 0218 例小河 C01 乱堆柴草 -3 × 1 = -3 分（整行密封）\u3000照片第 3 张",
    )


def test_a_long_round_is_split_into_parts_that_fit(desk: ImportDesk) -> None:
    people = [
        HOUSEHOLDS[0] | {"户号": f"1{number:03d}", "户主": f"样户{number}", "签约日期": "2026-10-09"}
        for number in range(900)
    ]
    desk.record("households", make_book("households", people))
    lines = [AWARD | {"户号": row["户号"], "户主": row["户主"]} for row in people]
    taken = [DEDUCTION | {"户号": row["户号"], "户主": row["户主"]} for row in people[:200]]

    imported = desk.read("points", _points(*lines, *taken))

    bodies = _bodies(imported)
    assert [(body.part, body.parts, body.households) for body in bodies] == [
        (1, 3, 900),
        (2, 3, 900),
        (3, 3, 900),
    ]
    assert [(len(body.lines), len(body.sealed_lines)) for body in bodies] == [(500, 0), (400, 100), (0, 100)]
    digests = [line.subject.sealed for body in bodies for line in body.lines]
    assert digests == sorted(digests)
    assert max(len(draft.claim) for draft in imported.drafts) < 65_000
    # Each part has a place of its own, so that all of them wait at once.
    assert [draft.slot.removeprefix("points/2026-10") for draft in imported.drafts] == [
        "",
        "/part-2",
        "/part-3",
    ]


def test_each_month_of_a_file_is_a_round(desk: ImportDesk) -> None:
    desk = ImportDesk()
    desk.register()

    said = desk.say("points", _points(AWARD, AWARD | {"月份": "2026-09"}))

    assert said == [
        (
            "工作表「积分」A3：现为2026-09 没有起用的积分细则，应为先有积分细则，再评议。"
            "先用 mingbai adopt rulebook 采用细则并由另一人通过，起用月份不晚于评议的月份。"
            "（rulebook-missing）"
        )
    ]


def test_a_line_is_taken_back_with_exactly_its_points(desk: ImportDesk) -> None:
    desk.record("points", _points(AWARD, HIDDEN_AWARD, DEDUCTION))
    sealed = TAKEN_BACK | {"户号": "0218", "规则编号": "C01"}

    plain, hidden = _bodies(desk.read("points", _points(back=(TAKEN_BACK, sealed))))

    assert isinstance(plain, PointsReversed)
    assert (plain.points, plain.rule) == (-4, "B01")
    assert (hidden.points, hidden.rule) == (3, "")


def test_a_line_is_taken_back_once(desk: ImportDesk) -> None:
    desk.record("points", _points(AWARD))

    assert desk.say("points", _points(back=(TAKEN_BACK, TAKEN_BACK | {"原因": "又一次"}))) == [
        (
            "工作表「冲销」第 3 行：现为2026-10 户号 0217 没有可冲销的 B01，应为已经记入账本、"
            "还没有冲销的一条积分。核对原月份、户号和规则编号；刚导入的先让它通过审核。"
            "（points-line-unknown）"
        )
    ]


def test_a_line_of_the_same_file_cannot_be_taken_back(desk: ImportDesk) -> None:
    assert len(desk.say("points", _points(AWARD, back=(TAKEN_BACK,)))) == 1


def test_slips_in_what_is_taken_back_are_all_said(desk: ImportDesk) -> None:
    desk.record("points", _points(AWARD))
    rows = (
        TAKEN_BACK | {"户号": "217", "原因": "样大山登记重复"},
        TAKEN_BACK | {"月份": "上月", "户号": "0999"},
        TAKEN_BACK | {"户号": "-"},
        TAKEN_BACK | {"月份": "2026-09"},
        TAKEN_BACK | {"规则编号": "C01", "原月份": "2026-08", "原因": "电话13800000000"},
    )

    assert desk.say("points", _points(back=rows)) == [
        "工作表「冲销」A3：现为「上月」，应为一个月份，如 2026-10。按 年-月 重新输入。（month-impossible）",
        (
            "工作表「冲销」E2：现为村民姓名 样*山，应为会公开的文字里没有村民姓名。"
            "改写成「村民」「某户」等说法，姓名留在原始凭证上。（text-name）"
        ),
        (
            "工作表「冲销」C2：现为「217」，应为「0217」。前面的 0 丢了：把「户号」这一列设为文本格式，"
            "重新输入。（code-zeros-lost）"
        ),
        (
            "工作表「冲销」C3：现为户号「0999」，应为已经登记的农户。对照名册改正户号；"
            "新的农户先登记并通过审核。（person-unknown）"
        ),
        (
            "工作表「冲销」C4：现为户号「-」，应为已经登记的农户。对照名册改正户号；"
            "新的农户先登记并通过审核。（person-unknown）"
        ),
        (
            "工作表「冲销」第 5 行，冲销第 7 条的一行：现为2026-09，应为2026-10 或更晚。"
            "冲销记入原月份之后的月份。（reversal-period）"
        ),
        (
            "工作表「冲销」E6：现为一个电话号码，应为没有号码的文字。删去号码；电话留在原始凭证上。"
            "（text-telephone）"
        ),
        (
            "工作表「冲销」第 6 行：现为2026-08 户号 0217 没有可冲销的 C01，应为已经记入账本、"
            "还没有冲销的一条积分。核对原月份、户号和规则编号；刚导入的先让它通过审核。"
            "（points-line-unknown）"
        ),
    ]


def test_slips_in_a_round_are_all_said(desk: ImportDesk) -> None:
    rows = [
        AWARD,
        AWARD,
        AWARD | {"户号": "217"},
        AWARD | {"户号": "0999"},
        AWARD | {"户号": "0219", "户主": "某老井"},
        AWARD | {"户主": "例小河"},
        AWARD | {"规则编号": "b02", "证据": "2"},
        AWARD | {"规则编号": "Z99", "证据": "3"},
        AWARD | {"规则名称": "帮扶困难户", "证据": "4"},
        AWARD | {"数量": 0, "证据": "5"},
        AWARD | {"数量": "1.5", "证据": "6"},
        AWARD | {"数量": "2次", "证据": "7"},
        AWARD | {"证据": "证号110101199003070000"},
        AWARD | {"证据": None},
        AWARD | {"月份": "2026-13"},
    ]

    assert desk.say("points", _points(*rows)) == [
        (
            "工作表「积分」F12：现为「1.5」，应为0 至 10,000 的整数。只写整数，不带小数、字母和单位。"
            "（quantity-form）"
        ),
        (
            "工作表「积分」F13：现为「2次」，应为0 至 10,000 的整数。只写整数，不带小数、字母和单位。"
            "（quantity-form）"
        ),
        (
            "工作表「积分」G15：现为空，应为证据：凭什么加分或扣分，只存隐私库，不公开。补填这一格；"
            "整行不要就删去整行。（cell-empty）"
        ),
        (
            "工作表「积分」A16：现为「2026-13」，应为一个月份，如 2026-10。按 年-月 重新输入。"
            "（month-impossible）"
        ),
        (
            "工作表「积分」G3：现为同一户、同一规则、同一证据，又出现一次（工作表「积分」第 2 行已有），"
            "应为各行不重复。删去重复的一行，或改正填错的一格。（row-duplicate）"
        ),
        (
            "工作表「积分」B4：现为「217」，应为「0217」。前面的 0 丢了：把「户号」这一列设为文本格式，"
            "重新输入。（code-zeros-lost）"
        ),
        (
            "工作表「积分」B5：现为户号「0999」，应为已经登记的农户。对照名册改正户号；"
            "新的农户先登记并通过审核。（person-unknown）"
        ),
        (
            "工作表「积分」G7：现为同一户、同一规则、同一证据，又出现一次（工作表「积分」第 2 行已有），"
            "应为各行不重复。删去重复的一行，或改正填错的一格。（row-duplicate）"
        ),
        (
            "工作表「积分」C7：现为与名册上的姓名不同，应为编号和姓名是同一人。对照名册改正编号或姓名。"
            "（person-name）"
        ),
        (
            "工作表「积分」D8：现为「b02」，应为积分细则里的编号，B01 至 C01。对照积分细则改正编号；"
            "是不是 B02。（rule-unknown）"
        ),
        (
            "工作表「积分」D9：现为「Z99」，应为积分细则里的编号，B01 至 C01。对照积分细则改正编号。"
            "（rule-unknown）"
        ),
        (
            "工作表「积分」E10：现为「帮扶困难户」，应为「打扫门前」（B01）。编号和名称对不上，"
            "改正其中一个。（rule-name）"
        ),
        "工作表「积分」F11：现为0，应为至少 1。改成实际的数；不要的就删去整行。（quantity-zero）",
        (
            "工作表「积分」G14：现为一个身份证号码，应为没有证件号和卡号。删去号码；证件号不进账本，"
            "留在原始凭证上。（text-identity-number）"
        ),
        (
            "工作表「积分」第 6 行：现为该户没有同意积分，应为已签积分契约并同意积分的农户。先签契约，"
            "或删去这一行。（award-consent）"
        ),
        (
            "工作表「积分」第 15 行：现为该户本月 B01 累计 12 分，应为每户每月不超过 8 分。减少数量，"
            "超过封顶的不计分。（award-cap）"
        ),
    ]


def test_a_cap_holds_over_all_lines_of_a_household(desk: ImportDesk) -> None:
    rows = [AWARD, AWARD | {"数量": 3, "证据": "照片第 4 张"}]

    assert desk.say("points", _points(*rows)) == [
        (
            "工作表「积分」第 3 行：现为该户本月 B01 累计 10 分，应为每户每月不超过 8 分。减少数量，"
            "超过封顶的不计分。（award-cap）"
        )
    ]


def test_a_round_needs_a_rulebook_in_force() -> None:
    assert ImportDesk().say("points", _points(AWARD)) == [
        (
            "工作表「积分」A2：现为2026-10 没有起用的积分细则，应为先有积分细则，再评议。"
            "先用 mingbai adopt rulebook 采用细则并由另一人通过，起用月份不晚于评议的月份。"
            "（rulebook-missing）"
        ),
        (
            "工作表「积分」B2：现为户号「0217」，应为已经登记的农户。对照名册改正户号；"
            "新的农户先登记并通过审核。（person-unknown）"
        ),
    ]


def test_a_month_has_one_round(desk: ImportDesk) -> None:
    desk.record("points", _points(AWARD))

    assert desk.say("points", _points(OTHER_AWARD)) == [
        (
            "工作表「积分」，2026-10 积分评议：现为这一轮已经记过，应为一个月评议一次。记错的用冲销更正，"
            "漏记的下月补记。（round-twice）"
        )
    ]


def test_a_months_own_faults_are_said_beside_those_of_its_lines(desk: ImportDesk) -> None:
    desk.record("points", _points(AWARD))

    assert len(desk.say("points", _points(OTHER_AWARD, AWARD | {"数量": 0}))) == 2


def test_every_member_has_a_card_marked_or_not(desk: ImportDesk) -> None:
    (body,) = _bodies(desk.read("scores", make_book("scores", [MARK, ABSENT])))

    assert isinstance(body, ScoreRound)
    assert [(line.item, line.points) for line in body.lines] == [("P01", 5)]
    assert (len(body.sealed_lines), body.sealed_points) == (1, -4)
    assert sorted(card.stars for card in body.cards) == [0, 2]


def test_a_score_rounds_private_lines_hold_before_the_vault(desk: ImportDesk) -> None:
    desk.record("scores", make_book("scores", [MARK, ABSENT, OTHER_MARK]))

    with desk.ports.ledger.read(VILLAGE) as reader:
        vault = desk.ports.vault
        find = partial(vault.find_private, VILLAGE)
        assert check_score_rounds_privately(reader.facts, "2026-10", find) == []


def test_the_preview_of_a_score_round_shows_every_line_and_card(desk: ImportDesk) -> None:
    assert desk.read("scores", make_book("scores", [MARK, ABSENT])).preview == (
        "党员评分 2026-10 支部 1：2 名党员，2 条",
        "\u3000党员 0103 样小兰 P01 参加主题党日 5 × 1 = 5 分\u3000签到表",
        "\u3000党员 0104 例大海 N01 无故缺席 -4 × 1 = -4 分（整行密封）\u3000签到表",
        "\u3000评分卡 0103 样小兰：65 分，二星",
        "\u3000评分卡 0104 例大海：56 分，没有评上星",
    )


def test_members_without_a_mark_are_one_line_of_the_preview(desk: ImportDesk) -> None:
    people = [
        {"支部": 3, "支部名称": "第三党支部", "党员编号": f"3{number:03d}", "姓名": f"样员{number}"}
        for number in range(24)
    ]
    desk.record("members", make_book("members", people))
    mark = MARK | {"支部": 3, "党员编号": "3000", "姓名": "样员0"}

    imported = desk.read("scores", make_book("scores", [mark]))

    assert imported.preview[2:] == (
        "\u3000评分卡 3000 样员0：65 分，二星",
        "\u3000另 23 名没有得分记录，各 60 分，一星",
    )
    two = [MARK | {"支部": 3, "党员编号": f"3{at:03d}", "姓名": f"样员{at}"} for at in range(23)]
    assert (
        desk.read("scores", make_book("scores", two)).preview[-1] == "\u3000评分卡 3023 样员23：60 分，一星"
    )


def test_a_score_round_too_long_for_one_entry_is_split(desk: ImportDesk) -> None:
    people = [
        {"支部": 3, "支部名称": "第三党支部", "党员编号": f"3{number:03d}", "姓名": f"样员{number}"}
        for number in range(300)
    ]
    desk.record("members", make_book("members", people))
    marks = [MARK | {"支部": 3, "党员编号": row["党员编号"], "姓名": row["姓名"]} for row in people]

    imported = desk.read("scores", make_book("scores", marks))

    assert [(len(body.lines), len(body.cards)) for body in _bodies(imported)] == [(200, 300), (100, 0)]
    assert max(len(draft.claim) for draft in imported.drafts) < 65_000


def test_slips_in_a_score_round_are_all_said(desk: ImportDesk) -> None:
    rows = [
        MARK,
        MARK,
        MARK | {"支部": 9},
        MARK | {"支部": 2},
        MARK | {"党员编号": "103"},
        MARK | {"姓名": "例大海", "证据": "2"},
        MARK | {"项目编号": "P99", "证据": "3"},
        MARK | {"项目名称": "无故缺席", "证据": "4"},
        MARK | {"数量": 0, "证据": "5"},
        MARK | {"数量": 3, "证据": "6"},
        MARK | {"支部": "一"},
        MARK | {"证据": "卡号6222020000000000000"},
    ]

    assert desk.say("scores", make_book("scores", rows)) == [
        (
            "工作表「党员评分」B12：现为「一」，应为0 至 10,000 的整数。只写整数，不带小数、字母和单位。"
            "（quantity-form）"
        ),
        (
            "工作表「党员评分」H3：现为同一党员、同一项目、同一证据，"
            "又出现一次（工作表「党员评分」第 2 行已有），应为各行不重复。删去重复的一行，"
            "或改正填错的一格。（row-duplicate）"
        ),
        (
            "工作表「党员评分」C6：现为「103」，应为「0103」。前面的 0 丢了："
            "把「党员编号」这一列设为文本格式，重新输入。（code-zeros-lost）"
        ),
        (
            "工作表「党员评分」D7：现为与名册上的姓名不同，应为编号和姓名是同一人。对照名册改正编号或姓名。"
            "（person-name）"
        ),
        (
            "工作表「党员评分」E8：现为「P99」，应为考评办法里的编号，N01 至 P01。对照考评办法改正编号。"
            "（rule-unknown）"
        ),
        (
            "工作表「党员评分」F9：现为「无故缺席」，应为「参加主题党日」（P01）。编号和名称对不上，"
            "改正其中一个。（rule-name）"
        ),
        "工作表「党员评分」G10：现为0，应为至少 1。改成实际的数；不要的就删去整行。（quantity-zero）",
        (
            "工作表「党员评分」H13：现为一个银行卡号，应为没有证件号和卡号。删去号码；"
            "收款账户留在原始凭证上。（text-bank-card）"
        ),
        (
            "工作表「党员评分」第 11 行：现为该党员本月 P01 累计 20 分，应为每人每月不超过 10 分。"
            "减少数量，超过封顶的不计分。（mark-cap）"
        ),
        (
            "工作表「党员评分」第 13 行：现为该党员本月 P01 累计 25 分，应为每人每月不超过 10 分。"
            "减少数量，超过封顶的不计分。（mark-cap）"
        ),
        (
            "工作表「党员评分」C5：现为党员编号「0103」，应为已经登记的党员。对照名册改正党员编号；"
            "新的党员先登记并通过审核。（person-unknown）"
        ),
        (
            "工作表「党员评分」B4：现为支部 9，应为已经登记党员的支部。改正支部序号；"
            "新支部先用 mingbai import members 登记并通过审核。（branch-unknown）"
        ),
    ]


def test_a_score_round_needs_a_scheme_in_force() -> None:
    assert ImportDesk().say("scores", make_book("scores", [MARK])) == [
        (
            "工作表「党员评分」A2：现为2026-10 没有起用的考评办法，应为先有考评办法，再评分。"
            "先用 mingbai adopt scheme 采用考评办法并由另一人通过，起用月份不晚于评分的月份。"
            "（scheme-missing）"
        ),
        (
            "工作表「党员评分」B2：现为支部 1，应为已经登记党员的支部。改正支部序号；"
            "新支部先用 mingbai import members 登记并通过审核。（branch-unknown）"
        ),
    ]


def test_a_branch_has_one_round_a_month(desk: ImportDesk) -> None:
    desk.record("scores", make_book("scores", [MARK]))

    assert desk.say("scores", make_book("scores", [OTHER_MARK])) == [
        (
            "工作表「党员评分」，2026-10 支部 1 评议：现为这一轮已经记过，应为每个支部一个月评议一次。"
            "漏记的下一轮补记。（round-twice）"
        )
    ]
