"""The voucher workbook: what comes in is what stands in the books, and every slip is answered with its place."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.vouchers import Posting, VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.canonical import parse_claim
from ledger.errors import Refused
from ledger.limits import DAY_MS
from ledger.service.close import prepare_closing
from ledger.service.import_ import apply_import
from ledger.service.passing import pass_drafts
from ledger.service.workbooks.tray import OverlayFacts
from tests.builders import VILLAGE
from tests.fakes import FakeClock
from tests.service.importing import PAPER, PAPER_PAID, PERSONS, ImportDesk, Row, make_book, make_date

RENT: Row = {
    "凭证号": "2026-10-002",
    "日期": make_date("2026-10-21"),
    "摘要": "收机动地租金",
    "科目代码": 102,
    "科目名称": "银行存款",
    "借方金额": "1,200.50",
    "附件张数": "1",
    **PERSONS,
}
RENT_EARNED: Row = {"科目代码": "501", "科目名称": "经营收入", "贷方金额": 1200.5}
REVERSAL: Row = {
    "凭证号": "2026-10-002",
    "日期": "2026年10月21日",
    **PERSONS,
    "冲销凭证号": "2026-10-001",
    "原因": "科目记错",
}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    return desk


def _say(desk: ImportDesk, *rows: Row) -> list[str]:
    return desk.say("vouchers", make_book("vouchers", rows))


def _read_bodies(desk: ImportDesk, *rows: Row) -> list[Any]:
    imported = desk.read("vouchers", make_book("vouchers", rows))
    assert imported.faults == ()
    return [parse_claim(draft.claim).body for draft in imported.drafts]


def test_rows_become_vouchers_with_their_postings(desk: ImportDesk) -> None:
    paper, rent = _read_bodies(desk, PAPER, PAPER_PAID, RENT, RENT_EARNED)

    assert isinstance(paper, VoucherRecorded)
    assert (paper.number, paper.attachments, paper.chart) == ("2026-10-001", 2, "2023")
    assert paper.postings == (
        Posting(account="513", amount_fen=32_500, side="debit"),
        Posting(account="101", amount_fen=32_500, side="credit"),
    )
    assert [posting.amount_fen for posting in rent.postings] == [120_050, 120_050]


def test_the_preview_shows_exactly_what_would_be_posted(desk: ImportDesk) -> None:
    imported = desk.read("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))

    assert imported.preview == (
        (
            "凭证 2026-10-001 325.00 元 购办公用纸　2026-10-20 附件 2 张 经手人 样经手 审批人 例审批 记账员"
            " 某记账"
        ),
        "　借 513 管理费用 325.00",
        "　贷 101 库存现金 325.00",
    )


def test_a_dry_run_keeps_nothing(desk: ImportDesk) -> None:
    desk.read("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))

    assert desk.ports.vault.list_drafts(VILLAGE, "waiting") == []


def test_an_import_with_faults_has_no_drafts_and_cannot_be_applied(desk: ImportDesk) -> None:
    imported = desk.read("vouchers", make_book("vouchers", [PAPER, PAPER_PAID, RENT]))

    assert (imported.drafts, imported.preview) == ((), ())
    with pytest.raises(Refused, match="voucher-unbalanced"):
        apply_import(desk.ports, imported)


def test_repeated_cells_of_a_voucher_may_agree(desk: ImportDesk) -> None:
    repeated = PAPER | PAPER_PAID | {"借方金额": None}

    assert len(_read_bodies(desk, PAPER, repeated)) == 1


def test_vouchers_may_be_kept_apart_by_empty_rows(desk: ImportDesk) -> None:
    assert len(_read_bodies(desk, PAPER, {}, PAPER_PAID, {}, RENT, RENT_EARNED)) == 2


def test_a_bare_reversal_takes_its_postings_from_the_wrong_voucher(desk: ImportDesk) -> None:
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))

    (reversal,) = _read_bodies(desk, REVERSAL)

    assert isinstance(reversal, VoucherReversed)
    assert (reversal.reverses, reversal.attachments) == (2, 0)
    assert reversal.postings == (
        Posting(account="513", amount_fen=-32_500, side="debit"),
        Posting(account="101", amount_fen=-32_500, side="credit"),
    )


def test_a_reversal_typed_in_red_may_have_its_rows_in_another_order(desk: ImportDesk) -> None:
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))
    first = REVERSAL | PAPER_PAID | {"贷方金额": -325}
    second = {"科目代码": "513", "科目名称": "管理费用", "借方金额": "-325.00"}

    (typed,) = _read_bodies(desk, first, second)
    (bare,) = _read_bodies(desk, REVERSAL)

    assert typed.postings == bare.postings


def test_a_replacement_may_follow_its_reversal_in_one_file(desk: ImportDesk) -> None:
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))
    right = PAPER | {"凭证号": "2026-10-003", "更正凭证号": "2026-10-001", "借方金额": 320}

    rows = [REVERSAL, right, PAPER_PAID | {"贷方金额": 320}]
    desk.record("vouchers", make_book("vouchers", rows))

    with desk.ports.ledger.read(VILLAGE) as reader:
        body = reader.facts.read_entry(4).body
    assert isinstance(body, VoucherReplaced)
    assert body.replaces == 2


def test_what_is_imported_is_recorded_with_its_texts(desk: ImportDesk) -> None:
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))

    with desk.ports.ledger.read(VILLAGE) as reader:
        assert len(reader.list_texts(2)) == 4


def test_the_same_file_twice_is_refused_naming_where_it_is(desk: ImportDesk) -> None:
    data = make_book("vouchers", [PAPER, PAPER_PAID])
    (draft,) = desk.keep("vouchers", data)

    said = desk.say("vouchers", data)

    assert [text.replace(draft, "d-xxxxxxxxxx") for text in said] == [
        (
            "文件「表.xlsx」：现为这个文件导入过：待审草稿 d-xxxxxxxxxx（凭证 2026-10-001 325.00 元 购办公"
            "用纸）等 1 条，应为没有导入过的文件。不用再导入；要重来就先作废那些草稿，已入账的用冲销更正。"
            "（import-duplicate）"
        )
    ]


def test_the_same_file_is_refused_once_it_is_recorded(desk: ImportDesk) -> None:
    data = make_book("vouchers", [PAPER, PAPER_PAID])
    desk.record("vouchers", data)

    assert desk.say("vouchers", data) == [
        (
            "文件「表.xlsx」：现为这个文件导入过："
            "已记入第 2 条（凭证 2026-10-001 325.00 元 购办公用纸）等 1 条，应为没有导入过的文件。"
            "不用再导入；要重来就先作废那些草稿，已入账的用冲销更正。（import-duplicate）"
        )
    ]


def test_a_file_whose_drafts_were_given_up_may_come_again(desk: ImportDesk) -> None:
    data = make_book("vouchers", [PAPER, PAPER_PAID])
    for draft in desk.keep("vouchers", data):
        desk.ports.vault.mark_draft(VILLAGE, draft, "discarded", -1)

    assert desk.say("vouchers", data) == []


def test_a_maker_whom_the_village_does_not_know_is_refused(desk: ImportDesk) -> None:
    assert desk.say("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]), maker="u-zzzzzzzzzz") == [
        (
            "人员 u-zzzzzzzzzz：现为本村没有此人，应为村文书。用 mingbai users list 查看人员，"
            "或用 mingbai users add 登记。（person-role）"
        )
    ]


def test_a_maker_who_is_no_clerk_is_refused(desk: ImportDesk) -> None:
    said = desk.say("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]), maker=desk.supervisor)

    assert [text.replace(desk.supervisor, "u-xxxxxxxxxx") for text in said] == [
        (
            "人员 u-xxxxxxxxxx：现为监督委员，应为村文书。用 mingbai users list 查看人员，"
            "或用 mingbai users add 登记。（person-role）"
        )
    ]


def test_an_unbalanced_voucher(desk: ImportDesk) -> None:
    assert _say(desk, PAPER, PAPER_PAID | {"贷方金额": 305}) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001：现为借方 325.00、贷方 305.00，应为借贷相等。"
            "贷方还差 20.00，请补上或改正分录。（voucher-unbalanced）"
        )
    ]


def test_an_unknown_account(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"科目代码": "599"}, PAPER_PAID) == [
        (
            "工作表「凭证」D2：现为科目 599，应为2023 年科目表内的科目。对照会计科目表改正科目代码。"
            "（account-unknown）"
        )
    ]


def test_an_account_whose_name_is_anothers(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"科目代码": "514"}, PAPER_PAID | {"科目名称": "现金"}) == [
        (
            "工作表「凭证」E2：现为「管理费用」，应为514 公益支出。科目代码和名称对不上，改正其中一个；"
            "「管理费用」的代码是 513。（account-name）"
        ),
        (
            "工作表「凭证」E3：现为「现金」，应为101 库存现金。科目代码和名称对不上，改正其中一个。"
            "（account-name）"
        ),
    ]


def test_a_closed_month_is_said_once(desk: ImportDesk) -> None:
    clock = desk.ports.clock
    assert isinstance(clock, FakeClock)
    clock.advance(4 * DAY_MS)
    pass_drafts(
        desk.ports, VILLAGE, [prepare_closing(desk.ports, VILLAGE, "2026-10", desk.clerk).id], desk.supervisor
    )

    assert _say(desk, PAPER, PAPER_PAID, RENT, RENT_EARNED) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001 会计期间：现为2026-10（已结账），应为未结账的月份。"
            "已结账的月份不再记账；请记入当前月份，需要更正的用红字冲销。（period-closed）"
        )
    ]


def test_a_month_before_the_books(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"凭证号": "2026-09-001", "日期": "2026-09-20"}, PAPER_PAID) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-09-001 会计期间：现为2026-09，应为2026-10 或以后。"
            "开账以前的月份不在本账内，请记到开账以后的月份。（period-before-books）"
        ),
        (
            "工作表「凭证」第 2 行，凭证 2026-09-001 发生日期：现为2026-09-20，应为2026-10-01 或以后。"
            "开账以前发生的事已在期初余额里，请核对日期。（date-before-books）"
        ),
    ]


def test_books_that_were_never_opened() -> None:
    assert _say(ImportDesk(), PAPER, PAPER_PAID, RENT, RENT_EARNED) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001 账簿：现为还没有期初余额，应为先有期初余额。"
            "先导入并通过期初余额。（books-not-opened）"
        )
    ]


def test_a_day_in_the_future(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"日期": "2026-10-29"}, PAPER_PAID) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001 发生日期：现为2026-10-29，"
            "应为2026-10-28 或更早的一天。改成实际发生的日期。（date-future）"
        )
    ]


def test_one_person_in_three_roles(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"审批人": "样 经手", "记账员": "样经手"}, PAPER_PAID) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001的经手人和审批人：现为同一个人，应为不同的人。经手、"
            "审批、记账要由三个人分别承担，请改正经手人或审批人。（roles-same）"
        ),
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001的经手人和记账员：现为同一个人，应为不同的人。经手、"
            "审批、记账要由三个人分别承担，请改正经手人或记账员。（roles-same）"
        ),
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001的审批人和记账员：现为同一个人，应为不同的人。经手、"
            "审批、记账要由三个人分别承担，请改正审批人或记账员。（roles-same）"
        ),
    ]


def test_a_missing_person(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"审批人": None}, PAPER_PAID) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001的审批人：应为一个人的姓名。写上审批人的姓名。"
            "（roles-missing）"
        )
    ]


def test_three_decimals(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"借方金额": 12.345}, PAPER_PAID) == [
        (
            "工作表「凭证」F2：现为「12.345」，应为以元为单位的金额，最多两位小数，如 1,234.50。"
            "金额最多到分，小数点后不超过两位；请改正这一格。（amount-form）"
        )
    ]


def test_letters_in_an_amount(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"借方金额": "32O.00"}, PAPER_PAID | {"贷方金额": "325元"}) == [
        (
            "工作表「凭证」F2：现为「32O.00」，应为以元为单位的金额，最多两位小数，如 1,234.50。不是数字；"
            "请改正这一格。"
            "（amount-form）"
        ),
        (
            "工作表「凭证」G3：现为「325元」，应为以元为单位的金额，最多两位小数，如 1,234.50。只写数字，"
            "不写货币符号和单位（单位是元）；请改正这一格。（amount-form）"
        ),
    ]


def test_a_date_in_an_amount(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"借方金额": make_date("2026-10-02")}, PAPER_PAID) == [
        (
            "工作表「凭证」F2：现为被表格变成了日期，应为文本格式的金额。把这一列设为文本格式，重新输入。"
            "（cell-date）"
        )
    ]


def test_a_row_with_both_sides_and_one_with_none(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"贷方金额": 1}, PAPER_PAID | {"贷方金额": None}) == [
        (
            "工作表「凭证」第 2 行「借方金额」「贷方金额」：现为两边都填了，应为只填一边。"
            "一行只记一个方向；另一方向另起一行。（posting-sides）"
        ),
        (
            "工作表「凭证」第 3 行「借方金额」「贷方金额」：现为两边都空着，应为只填一边。"
            "一行只记一个方向；另一方向另起一行。（posting-sides）"
        ),
    ]


def test_a_row_without_its_account(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"科目代码": None}, PAPER_PAID | {"科目名称": None}) == [
        "工作表「凭证」D2：现为空，应为每一行都有「科目代码」。对照会计科目表补填这一格。（cell-empty）",
        "工作表「凭证」E3：现为空，应为每一行都有「科目名称」。对照会计科目表补填这一格。（cell-empty）",
    ]


def test_a_negative_amount_and_a_zero_on_a_plain_voucher(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"借方金额": -325}, PAPER_PAID | {"贷方金额": 0}) == [
        (
            "工作表「凭证」第 3 行，凭证 2026-10-001：现为0.00，应为不为零的金额。填上金额，"
            "或者删去这一行。（posting-zero）"
        ),
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001：现为-325.00，应为正数。金额写正数，方向用借贷表示；"
            "要冲销就另做红字冲销凭证。（posting-sign）"
        ),
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001：现为借方 -325.00、贷方 0.00，应为借贷相等。"
            "借方还差 325.00，请补上或改正分录。（voucher-unbalanced）"
        ),
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001：现为科目 101 在一张凭证里又收又付，"
            "应为收款和付款分开记。收款做一张凭证，付款另做一张，每一笔才能公开。（voucher-mixed）"
        ),
    ]


def test_no_attachments(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"附件张数": 0}, PAPER_PAID) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001：现为附件 0 张，应为至少 1 张。数一数原始凭证，"
            "把张数填上；没有原始凭证不能记账。（voucher-attachments）"
        )
    ]


def test_cells_that_a_voucher_needs(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"日期": None, "摘要": None, "附件张数": None}, PAPER_PAID) == [
        "工作表「凭证」B2：现为空，应为每张凭证第一行都有「日期」。补填这一格。（cell-empty）",
        "工作表「凭证」C2：现为空，应为每张凭证第一行都有「摘要」。补填这一格。（cell-empty）",
        "工作表「凭证」H2：现为空，应为每张凭证第一行都有「附件张数」。补填这一格。（cell-empty）",
    ]


def test_a_gap_is_said_where_it_is(desk: ImportDesk) -> None:
    later = [RENT | {"凭证号": "2026-10-004"}, RENT_EARNED, RENT | {"凭证号": "2026-10-005"}, RENT_EARNED]
    last = [RENT | {"凭证号": "2026-10-007"}, RENT_EARNED]

    assert _say(desk, PAPER, PAPER_PAID, *later, *last) == [
        (
            "工作表「凭证」第 4 行，凭证 2026-10-004：现为2026-10-004，应为2026-10-002。"
            "凭证编号按月从 001 起连续，不跳号、不重号。（voucher-number-gap）"
        ),
        (
            "工作表「凭证」第 8 行，凭证 2026-10-007：现为2026-10-007，应为2026-10-006。"
            "凭证编号按月从 001 起连续，不跳号、不重号。（voucher-number-gap）"
        ),
    ]


def test_a_number_that_is_in_the_books_already(desk: ImportDesk) -> None:
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))

    assert _say(desk, PAPER | {"摘要": "购水桶"}, PAPER_PAID) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001：现为凭证号 2026-10-001 已记入第 2 条，"
            "应为没有用过的编号，接下来是 2026-10-002。同一张凭证不用再导入；是另一张凭证，"
            "就改用接下来的编号。（voucher-number-used）"
        )
    ]


def test_a_number_that_comes_back_after_another_voucher(desk: ImportDesk) -> None:
    assert _say(desk, PAPER, PAPER_PAID, RENT, RENT_EARNED, PAPER, PAPER_PAID) == [
        (
            "工作表「凭证」A6：现为凭证号 2026-10-001 又出现一次（工作表「凭证」第 2 行已有），"
            "应为一张凭证的各行连在一起，一个编号只用一次。是同一张凭证就把各行排在一起；不是就改正编号。"
            "（voucher-number-twice）"
        )
    ]


def test_rows_before_the_first_number(desk: ImportDesk) -> None:
    assert _say(desk, PAPER_PAID, PAPER, PAPER_PAID) == [
        (
            "工作表「凭证」第 2 行：现为没有凭证号，应为每张凭证的第一行有凭证号。补上凭证号，"
            "如 2026-10-017。（voucher-number-missing）"
        )
    ]


def test_a_number_of_another_form(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"凭证号": "2026-10-17"}, PAPER_PAID) == [
        (
            "工作表「凭证」A2：现为「2026-10-17」，应为年-月-三位序号，如 2026-10-017。改正凭证号；"
            "序号不足三位的前面补 0。（voucher-number-form）"
        )
    ]


def test_a_number_that_the_spreadsheet_made_a_date(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"凭证号": make_date("2026-10-17")}, PAPER_PAID) == [
        (
            "工作表「凭证」A2：现为被表格变成了日期，应为文本格式的凭证号。把这一列设为文本格式，重新输入。"
            "（cell-date）"
        )
    ]


def test_cells_that_differ_within_a_voucher(desk: ImportDesk) -> None:
    assert _say(desk, PAPER, PAPER_PAID | {"凭证号": "2026-10-001", "日期": "2026-10-21"}) == [
        (
            "工作表「凭证」B3：现为「日期」与这张凭证第一行（工作表「凭证」B2）不同，应为同一张凭证相同，"
            "或者只填第一行。改成一致，或清空后面几行的这一格。（voucher-cells-differ）"
        )
    ]


def test_a_number_of_an_identity_card_in_public_text(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"摘要": "付110101199003070000误工费"}, PAPER_PAID) == [
        (
            "工作表「凭证」C2：现为一个身份证号码，应为没有号码的文字。删去号码；证件号不进账本，"
            "留在原始凭证上。（text-identity-number）"
        )
    ]


def test_a_number_beside_another_number_in_public_text(desk: ImportDesk) -> None:
    text = "付误工费 身份证110105194912310021 13800001234"

    assert _say(desk, PAPER | {"摘要": text}, PAPER_PAID) == [
        (
            "工作表「凭证」C2：现为一个身份证号码，应为没有号码的文字。删去号码；证件号不进账本，"
            "留在原始凭证上。（text-identity-number）"
        ),
        (
            "工作表「凭证」C2：现为一个电话号码，应为没有号码的文字。删去号码；电话留在原始凭证上。"
            "（text-telephone）"
        ),
    ]


def test_a_number_in_a_text_of_a_later_row_is_told_with_the_difference(desk: ImportDesk) -> None:
    later = PAPER_PAID | {"摘要": "付110101199003070000误工费"}

    assert _say(desk, PAPER, later) == [
        (
            "工作表「凭证」C3：现为「摘要」与这张凭证第一行（工作表「凭证」C2）不同，应为同一张凭证相同，"
            "或者只填第一行。改成一致，或清空后面几行的这一格。（voucher-cells-differ）"
        ),
        (
            "工作表「凭证」C3：现为一个身份证号码，应为没有号码的文字。删去号码；证件号不进账本，"
            "留在原始凭证上。（text-identity-number）"
        ),
    ]


def test_a_text_that_the_rows_of_a_voucher_repeat_is_told_once(desk: ImportDesk) -> None:
    texts = {"摘要": "付110101199003070000误工费", "经手人": "样经手13800000000"}

    assert _say(desk, PAPER | texts, PAPER_PAID | texts) == [
        (
            "工作表「凭证」C2：现为一个身份证号码，应为没有号码的文字。删去号码；证件号不进账本，"
            "留在原始凭证上。（text-identity-number）"
        ),
        (
            "工作表「凭证」I2：现为一个电话号码，应为没有号码的文字。删去号码；电话留在原始凭证上。"
            "（text-telephone）"
        ),
    ]


def test_a_number_in_a_row_without_its_voucher(desk: ImportDesk) -> None:
    stray = PAPER_PAID | {"摘要": "付110101199003070000误工费"}

    assert _say(desk, PAPER_PAID, stray, PAPER, PAPER_PAID) == [
        (
            "工作表「凭证」第 2 行：现为没有凭证号，应为每张凭证的第一行有凭证号。补上凭证号，"
            "如 2026-10-017。（voucher-number-missing）"
        ),
        (
            "工作表「凭证」C3：现为一个身份证号码，应为没有号码的文字。删去号码；证件号不进账本，"
            "留在原始凭证上。（text-identity-number）"
        ),
    ]


def test_a_telephone_beside_the_handler(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"经手人": "样经手13800000000"}, PAPER_PAID) == [
        (
            "工作表「凭证」I2：现为一个电话号码，应为没有号码的文字。删去号码；电话留在原始凭证上。"
            "（text-telephone）"
        )
    ]


def test_a_bank_card_in_public_text(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"摘要": "转6222 0200 0000 0000000"}, PAPER_PAID) == [
        (
            "工作表「凭证」C2：现为一个银行卡号，应为没有号码的文字。删去号码；收款账户留在原始凭证上；"
            "若是几个数写在一起，不是号码，就用顿号「、」隔开。（text-bank-card）"
        )
    ]


def test_a_villagers_name_in_public_text_but_not_in_an_office(desk: ImportDesk) -> None:
    desk.register()

    assert _say(desk, PAPER | {"摘要": "付样大山误工费", "经手人": "样大山"}, PAPER_PAID) == [
        (
            "工作表「凭证」C2：现为村民姓名 样*山，应为会公开的文字里没有村民姓名。"
            "改写成「村民」「某户」等说法，姓名留在原始凭证上。（text-name）"
        )
    ]


def test_an_invisible_character(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"摘要": "购办公\u200b用纸"}, PAPER_PAID) == [
        (
            "工作表「凭证」C2：现为看不见的字符 U+200B，应为只有看得见的文字。清空这一格，用键盘重新输入，"
            "不要换行。（text-character）"
        )
    ]


def test_a_radical_in_place_of_a_character(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"摘要": "清理⼭路"}, PAPER_PAID) == [
        (
            "工作表「凭证」C2：现为样子像常用字的特殊字符「⼭」（U+2F2D），应为常用字「山」。用输入法重新输入这个字。"
            "（text-lookalike）"
        )
    ]


def test_a_pile_of_accents(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"摘要": "购e\u0301\u0302\u0303\u0304"}, PAPER_PAID) == [
        (
            "工作表「凭证」C2：现为一个字上叠了超过 2 个符号，应为平常的文字。清空这一格，用键盘重新输入。"
            "（text-accents）"
        ),
        (
            "工作表「凭证」C2：现为「\u0302」（U+0302）、「\u0303」（U+0303），应为公开表上印得出来的字。"
            "这个字印出来是空框：换一个常用字；人名、地名里的生僻字用同音字代替，并在后面注明。"
            "（glyph-missing）"
        ),
    ]


def test_text_is_kept_in_nfc_without_blanks_around(desk: ImportDesk) -> None:
    imported = desk.read(
        "vouchers", make_book("vouchers", [PAPER | {"摘要": "　购 Cafe\u0301 杯　"}, PAPER_PAID])
    )

    assert imported.drafts[0].label == "凭证 2026-10-001 325.00 元 购 Caf\u00e9 杯"


def test_a_summary_too_long_to_print(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"摘要": "购" * 81}, PAPER_PAID) == [
        "工作表「凭证」C2：现为81 个字，应为不超过 80 个字。写短一些，细节留在原始凭证上。（cell-too-long）"
    ]


def test_a_day_that_the_calendar_does_not_have(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"日期": "2026-02-30"}, PAPER_PAID) == [
        (
            "工作表「凭证」B2：现为「2026-02-30」，应为日历上有的一天，如 2026-10-28。"
            "按 年-月-日 重新输入，或把这一格设为日期格式。（date-impossible）"
        )
    ]


def test_a_code_in_scientific_notation(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"科目代码": "5.13E+02"}, PAPER_PAID | {"科目代码": 1.01e20}) == [
        (
            "工作表「凭证」D2：现为被表格改成了科学计数法「5.13E+02」，应为完整的代码。把这一列设为文本格式，"
            "对照原件重新输入完整的代码。（cell-scientific）"
        ),
        (
            "工作表「凭证」D3：现为被表格改成了科学计数法「1.01e+20」，应为完整的代码。把这一列设为文本格式，"
            "对照原件重新输入完整的代码。（cell-scientific）"
        ),
    ]


def test_a_code_with_something_else_in_it(desk: ImportDesk) -> None:
    assert _say(
        desk, PAPER | {"科目代码": "513 管理费用"}, PAPER_PAID | {"科目代码": make_date("2026-01-01")}
    ) == [
        (
            "工作表「凭证」D2：现为「513 管理费用」，应为只有数字、字母和短横线的代码。"
            "对照名册或科目表重新输入。（code-form）"
        ),
        (
            "工作表「凭证」D3：现为被表格变成了日期，应为文本格式的代码。把这一列设为文本格式，重新输入。"
            "（cell-date）"
        ),
    ]


def test_a_reversal_of_a_voucher_in_the_same_file(desk: ImportDesk) -> None:
    assert _say(desk, PAPER, PAPER_PAID, REVERSAL) == [
        (
            "工作表「凭证」L4：现为凭证 2026-10-001 在同一个文件里，还没有审核，应为已经审核通过、"
            "记入账本的凭证。核对编号；编号没错就先让原凭证通过审核，再导入这一张。"
            "（voucher-original-unrecorded）"
        )
    ]


def test_a_reversal_of_a_voucher_that_is_nowhere(desk: ImportDesk) -> None:
    assert _say(desk, REVERSAL | {"凭证号": "2026-10-001", "冲销凭证号": "2026-10-009"}) == [
        (
            "工作表「凭证」L2：现为凭证 2026-10-009 还没有记入账本，应为已经审核通过、记入账本的凭证。"
            "核对编号；编号没错就先让原凭证通过审核，再导入这一张。（voucher-original-unrecorded）"
        )
    ]


def test_a_reversal_that_is_not_the_exact_negation(desk: ImportDesk) -> None:
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))
    first = REVERSAL | {"科目代码": "513", "科目名称": "管理费用", "借方金额": -305}

    assert _say(desk, first, PAPER_PAID | {"贷方金额": -305}) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-10-002：现为与凭证 2026-10-001 的分录不对应，"
            "应为原凭证逐行取负数：次序、科目、方向都不变。照原凭证重做红字冲销，金额、科目一行不改。"
            "（reversal-postings）"
        )
    ]


def test_a_reversal_with_a_summary_and_without_a_reason(desk: ImportDesk) -> None:
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))

    assert _say(desk, REVERSAL | {"摘要": "冲销", "原因": None}) == [
        "工作表「凭证」N2：现为空，应为每张凭证第一行都有「原因」。补填这一格。（cell-empty）",
        (
            "工作表「凭证」C2：现为红字冲销凭证填了「摘要」，应为空。冲销的说明写在「原因」。"
            "（voucher-cell-idle）"
        ),
    ]


def test_a_reason_on_a_plain_voucher(desk: ImportDesk) -> None:
    assert _say(desk, PAPER | {"原因": "补记"}, PAPER_PAID) == [
        (
            "工作表「凭证」N2：现为不是冲销的凭证填了「原因」，应为空。说明写在「摘要」；"
            "「原因」只在红字冲销时填。（voucher-cell-idle）"
        )
    ]


def test_a_voucher_that_reverses_and_replaces_at_once(desk: ImportDesk) -> None:
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))

    assert _say(desk, REVERSAL | {"更正凭证号": "2026-10-001"}) == [
        (
            "工作表「凭证」第 2 行：现为「冲销凭证号」和「更正凭证号」都填了，应为只填一个。"
            "红字冲销和蓝字更正各填一张凭证。（voucher-corrections-both）"
        )
    ]


def test_a_replacement_before_the_reversal(desk: ImportDesk) -> None:
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))
    right = PAPER | {"凭证号": "2026-10-002", "更正凭证号": "2026-10-001"}

    assert _say(desk, right, PAPER_PAID) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-10-002：现为凭证 2026-10-001 没有冲销，应为已经冲销的凭证。"
            "先做红字冲销，再做蓝字更正。（replacement-before-reversal）"
        )
    ]


def test_all_faults_of_a_file_are_said_at_once(desk: ImportDesk) -> None:
    rows = [PAPER | {"借方金额": "x"}, PAPER_PAID, RENT | {"日期": "明天"}, RENT_EARNED | {"科目代码": "777"}]

    assert len(_say(desk, *rows)) == 3


def test_more_faults_than_anyone_reads_are_counted(desk: ImportDesk) -> None:
    rows = [row | {"借方金额": "x"} for row in [PAPER] for _ in range(250)]

    said = _say(desk, *rows)

    assert len(said) == 201
    assert said[-1:] == [
        "工作簿：现为另外还有 51 处，应为一次列出不超过 200 处。先改好上面列出的，再导入一次。（faults-more）"
    ]


def test_an_overlay_shows_its_own_facts_over_the_recorded_ones(desk: ImportDesk) -> None:
    with desk.ports.ledger.read(VILLAGE) as reader:
        overlay = OverlayFacts(reader.facts, reader.size)
        overlay.put("books", b"{}")
        overlay.put("zebra", b"1")

        keys = [key for key, _ in overlay.scan("")]

        assert keys == sorted(keys)
        assert overlay.get("books") == b"{}" != reader.facts.get("books")
        assert reader.facts.get("zebra") is None
        assert dict(overlay.scan("z")) == {"zebra": b"1"}
        assert overlay.read_entry(0) == reader.facts.read_entry(0)
