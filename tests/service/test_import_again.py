"""What comes a second time: in another file, in the log, in the same voucher; and what is only worth a look."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ledger.service.passing import discard_drafts, pass_drafts
from tests.builders import VILLAGE
from tests.service.importing import (
    AWARD,
    MARK,
    MEMBERS,
    OPENING,
    PAPER,
    PAPER_PAID,
    ImportDesk,
    Row,
    make_book,
)

DRAFT = re.compile(r"d-[a-z2-7]{10}")
RENT: Row = PAPER | {
    "凭证号": "2026-10-002",
    "日期": "2026-10-21",
    "摘要": "收机动地租金",
    "科目代码": "102",
    "科目名称": "银行存款",
    "借方金额": 1200.5,
}
RENT_EARNED: Row = {"科目代码": "501", "科目名称": "经营收入", "贷方金额": 1200.5}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    return desk


def _say(desk: ImportDesk, kind: Any, *rows: Row) -> list[str]:
    """Return the faults with the drafts' random names evened out."""
    return [DRAFT.sub("d-xxxxxxxxxx", text) for text in desk.say(kind, make_book(kind, rows))]


def _list_notices(desk: ImportDesk, kind: Any, *rows: Row) -> list[str]:
    imported = desk.read(kind, make_book(kind, rows))
    assert imported.faults == ()
    return list(imported.notices)


def test_vouchers_saved_again_in_another_file_name_the_drafts_they_are(desk: ImportDesk) -> None:
    desk.keep("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))

    assert _say(desk, "vouchers", PAPER | {"摘要": "购纸"}, PAPER_PAID, RENT, RENT_EARNED) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001 待审记录：现为已有一份在等审核：草稿 d-xxxxxxxxxx"
            "（凭证 2026-10-001 325.00 元 购办公用纸），应为没有提交过的内容。同一份不用再提交；"
            "要换成这一份，先撤回那份草稿，命令是 mingbai discard d-xxxxxxxxxx。（draft-waiting）"
        )
    ]


def test_vouchers_go_on_after_those_that_wait_and_are_entries_after_them(desk: ImportDesk) -> None:
    first = desk.keep("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))

    second = desk.keep("vouchers", make_book("vouchers", [RENT, RENT_EARNED]))
    assert _say(desk, "vouchers", RENT | {"凭证号": "2026-10-004"}, RENT_EARNED) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-10-004：现为2026-10-004，应为2026-10-003。"
            "凭证编号按月从 001 起连续，不跳号、不重号。（voucher-number-gap）"
        )
    ]
    held, passed = (pass_drafts(desk.ports, VILLAGE, kept, desk.supervisor) for kept in (second, first))

    assert held == [None]
    assert [receipt is not None for receipt in passed] == [True]
    assert desk.ports.vault.list_drafts(VILLAGE, "waiting") == []


def test_a_number_that_was_taken_back_is_the_next_though_later_ones_wait(desk: ImportDesk) -> None:
    kept = desk.keep("vouchers", make_book("vouchers", [PAPER, PAPER_PAID, RENT, RENT_EARNED]))
    discard_drafts(desk.ports, VILLAGE, [kept[0]], desk.clerk)

    said = _say(desk, "vouchers", RENT | {"凭证号": "2026-10-003"}, RENT_EARNED)
    again = desk.read("vouchers", make_book("vouchers", [PAPER | {"摘要": "购纸"}, PAPER_PAID]))
    both = [PAPER | {"摘要": "购纸"}, PAPER_PAID, RENT | {"凭证号": "2026-10-003"}, RENT_EARNED]

    assert [text.partition("，应为")[2].partition("。")[0] for text in said] == ["2026-10-001"]
    assert again.faults == ()
    assert desk.read("vouchers", make_book("vouchers", both)).faults == ()


def test_vouchers_saved_again_after_passing_name_their_entries(desk: ImportDesk) -> None:
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID, RENT, RENT_EARNED]))

    said = _say(desk, "vouchers", PAPER | {"摘要": "购纸"}, PAPER_PAID, RENT, RENT_EARNED)

    assert [re.findall(r"凭证号 (\S+) 已记入第 (\d+) 条.*接下来是 (\S+?)。", text) for text in said] == [
        [("2026-10-001", "2", "2026-10-003")],
        [("2026-10-002", "3", "2026-10-003")],
    ]


def test_drafts_given_up_leave_their_numbers_free(desk: ImportDesk) -> None:
    discard_drafts(
        desk.ports, VILLAGE, desk.keep("vouchers", make_book("vouchers", [PAPER, PAPER_PAID])), desk.clerk
    )

    assert _say(desk, "vouchers", PAPER | {"摘要": "购纸"}, PAPER_PAID) == []


def test_a_round_an_opening_and_a_branch_wait_once() -> None:
    desk = ImportDesk()
    desk.register()
    desk.enrol()
    again: list[tuple[Any, list[Row], Row]] = [
        ("opening", list(OPENING), {"借方余额": 20000}),
        ("points", [AWARD], {"证据": "照片第 9 张"}),
        ("scores", [MARK], {"证据": "签到表二"}),
        ("members", [MEMBERS[0] | {"支部": 3, "支部名称": "第三党支部"}], {"姓名": "样小荷"}),
    ]
    for kind, rows, change in again:
        desk.keep(kind, make_book(kind, rows))

        said = _say(desk, kind, *[rows[0] | change, *rows[1:], {}, {}])

        assert {text.rpartition("（")[2] for text in said} == {"draft-waiting）"}
        assert all("草稿 d-xxxxxxxxxx" in text for text in said)


def test_a_pair_of_rows_pasted_twice_is_asked_though_it_balances(desk: ImportDesk) -> None:
    again = {"科目代码": "513", "科目名称": "管理费用", "借方金额": "325.00"}

    assert _say(desk, "vouchers", PAPER, PAPER_PAID, again, PAPER_PAID) == [
        (
            "工作表「凭证」第 4 行：现为借方 513 325.00，与工作表「凭证」第 2 行完全相同，应为同一张凭证里"
            "各行不重复。多粘贴了一遍的，删去这一行；确实有两笔的，合成一行写总数。（row-duplicate）"
        ),
        (
            "工作表「凭证」第 5 行：现为贷方 101 325.00，与工作表「凭证」第 3 行完全相同，应为同一张凭证里"
            "各行不重复。多粘贴了一遍的，删去这一行；确实有两笔的，合成一行写总数。（row-duplicate）"
        ),
    ]


def test_two_vouchers_that_say_the_same_are_worth_a_look(desk: ImportDesk) -> None:
    twin = PAPER | {"凭证号": "2026-10-002"}
    other = PAPER | {"凭证号": "2026-10-003", "摘要": "购水桶"}

    assert _list_notices(desk, "vouchers", PAPER, PAPER_PAID, twin, PAPER_PAID, other, PAPER_PAID) == [
        "凭证 2026-10-002 与凭证 2026-10-001 的日期、摘要、科目和金额都相同；请核对是两笔，还是同一笔记了两次"
    ]


def test_a_voucher_that_says_the_same_as_a_recorded_one_is_worth_a_look(desk: ImportDesk) -> None:
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))

    assert _list_notices(desk, "vouchers", PAPER | {"凭证号": "2026-10-002"}, PAPER_PAID) == [
        "凭证 2026-10-002 与凭证 2026-10-001 的日期、摘要、科目和金额都相同；请核对是两笔，还是同一笔记了两次"
    ]


def test_a_replacement_is_no_twin_of_what_it_replaces(desk: ImportDesk) -> None:
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))
    red = {key: PAPER[key] for key in ("日期", "经手人", "审批人", "记账员")}
    red |= {"凭证号": "2026-10-002", "冲销凭证号": "2026-10-001", "原因": "附件张数记错"}
    blue = PAPER | {"凭证号": "2026-10-003", "更正凭证号": "2026-10-001", "附件张数": 3}

    assert _list_notices(desk, "vouchers", red, blue, PAPER_PAID) == []


def test_cash_that_falls_below_zero_is_told_with_its_first_day(desk: ImportDesk) -> None:
    """20,000.00 in cash: spent on the 20th before it is drawn on the 22nd, whatever the order of the numbers."""
    drawn = PAPER | {"日期": "2026-10-22", "摘要": "提取现金", "科目代码": "101", "科目名称": "库存现金"}
    from_bank = {"科目代码": "102", "科目名称": "银行存款", "贷方金额": 9000}
    spent = PAPER | {"凭证号": "2026-10-002", "借方金额": "20,125.50"}
    rows = [drawn | {"借方金额": 9000}, from_bank, spent, PAPER_PAID | {"贷方金额": "20,125.50"}]

    assert _list_notices(desk, "vouchers", *rows) == [
        ("101 库存现金到 2026-10-20 为 -125.50 元，少于零；请核对金额和日期，看看是不是漏记了收款或取款")
    ]


def test_cash_that_stays_above_zero_is_nothing_to_tell(desk: ImportDesk) -> None:
    assert _list_notices(desk, "vouchers", PAPER, PAPER_PAID, RENT, RENT_EARNED) == []


def test_vouchers_that_move_no_money_tell_nothing_of_it(desk: ImportDesk) -> None:
    owed = {"科目代码": "211", "科目名称": "应付款", "贷方金额": 325}

    assert _list_notices(desk, "vouchers", PAPER, owed) == []


def test_books_that_begin_with_cash_below_zero_are_told() -> None:
    rows = [
        {"月份": "2026-10", "科目代码": "101", "科目名称": "库存现金", "贷方余额": 100},
        {"月份": "2026-10", "科目代码": "102", "科目名称": "银行存款", "借方余额": 100},
    ]

    assert _list_notices(ImportDesk(), "opening", *rows) == [
        (
            "期初余额里，101 库存现金在贷方（100.00 元），就是少于零；现金和存款不会少于零，"
            "请核对是不是借贷填反了"
        )
    ]


@pytest.mark.parametrize("char", ["𠮷", "囧", "①", "㎡", "—", "“"])
def test_a_rare_character_that_a_sheet_can_print_passes(desk: ImportDesk, char: str) -> None:
    assert _say(desk, "vouchers", PAPER | {"摘要": f"付{char}号地修渠款"}, PAPER_PAID) == []


def test_a_character_that_no_sheet_can_print_is_told_at_import(desk: ImportDesk) -> None:
    rows = [PAPER | {"摘要": "购纸🙂两箱", "经手人": "样\U00030000手"}, PAPER_PAID]

    assert _say(desk, "vouchers", *rows) == [
        (
            "工作表「凭证」C2：现为「🙂」（U+1F642），应为公开表上印得出来的字。这个字印出来是空框："
            "换一个常用字；人名、地名里的生僻字用同音字代替，并在后面注明。（glyph-missing）"
        ),
        (
            "工作表「凭证」I2：现为「\U00030000」（U+30000），应为公开表上印得出来的字。这个字印出来是空框："
            "换一个常用字；人名、地名里的生僻字用同音字代替，并在后面注明。（glyph-missing）"
        ),
    ]
