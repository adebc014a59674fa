"""All faults at once: one answer names every slip of a workbook, and nothing of it is kept."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.limits import DAY_MS
from ledger.service.close import prepare_closing
from ledger.service.import_ import Import
from ledger.service.passing import pass_drafts
from tests.builders import VILLAGE
from tests.fakes import FakeClock
from tests.service.importing import (
    AWARD,
    MARK,
    MEMBERS,
    OPENING,
    PAPER,
    PAPER_PAID,
    PERSONS,
    ImportDesk,
    Row,
    make_book,
)

WATER: Row = PAPER | {"凭证号": "2026-11-001", "日期": "2026-11-02", "摘要": "购水管"}
REVERSAL: Row = {
    "凭证号": "2026-10-002",
    "日期": "2026-10-21",
    **PERSONS,
    "冲销凭证号": "2026-10-001",
    "原因": "科目记错",
}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    return desk


def _list_codes(imported: Import) -> list[str]:
    assert (imported.drafts, imported.preview, imported.notices) == ((), (), ())
    return sorted(fault.code for fault in imported.faults)


def _find_codes(desk: ImportDesk, *rows: Row, kind: Any = "vouchers") -> list[str]:
    return _list_codes(desk.read(kind, make_book(kind, rows)))


def _close_october(desk: ImportDesk) -> None:
    clock = desk.ports.clock
    assert isinstance(clock, FakeClock)
    clock.advance(7 * DAY_MS)
    closing = prepare_closing(desk.ports, VILLAGE, "2026-10", desk.clerk)
    pass_drafts(desk.ports, VILLAGE, [closing.id], desk.supervisor)


def test_one_workbook_with_every_kind_of_slip_is_answered_whole(desk: ImportDesk) -> None:
    """The list of what a foundation must refuse, in one file: no slip hides another."""
    _close_october(desk)
    rows = [
        PAPER,  # A closed month.
        PAPER_PAID,
        WATER | {"借方金额": 325},  # Unbalanced, a handler who approves, an unknown account.
        PAPER_PAID | {"贷方金额": 305, "科目代码": "199", "科目名称": "样例"},
        WATER | {"凭证号": "2026-11-002", "日期": "2026-11-30"},  # In the future; a row twice.
        PAPER_PAID,
        {"科目代码": "513", "科目名称": "管理费用", "借方金额": 325},
        PAPER_PAID,
        WATER | {"凭证号": "2026-11-003", "借方金额": 12.345, "附件张数": 0},  # Three decimals, no documents.
        PAPER_PAID,
        WATER | {"凭证号": "2026-11-004", "摘要": "付110101199003070000误工费"},  # An identity number.
        PAPER_PAID,
        WATER | {"凭证号": "2026-11-005"},  # A formula.
        PAPER_PAID,
    ]
    rows[2] = rows[2] | {"审批人": PERSONS["经手人"]}

    def change(book: Any) -> None:
        book["凭证"]["G15"] = "=300+25"
        book["凭证"].merge_cells("F1:G1")

    imported = desk.read("vouchers", make_book("vouchers", rows, change=change))

    assert _list_codes(imported) == [
        "account-unknown",
        "amount-form",
        "cell-formula",
        "date-future",
        "header-merged",
        "header-missing",
        "period-closed",
        "roles-same",
        "row-duplicate",
        "row-duplicate",
        "text-identity-number",
        "voucher-attachments",
        "voucher-unbalanced",
    ]
    assert desk.ports.vault.list_drafts(VILLAGE, "waiting") == []
    assert all(fault.place and fault.expected and fault.remedy for fault in imported.faults)


def test_a_bad_amount_hides_no_rule_that_does_not_need_it(desk: ImportDesk) -> None:
    first = PAPER | {"借方金额": "3.255", "附件张数": 0, "日期": "2026-10-30", "记账员": PERSONS["审批人"]}
    rest = [
        {"科目代码": "101", "科目名称": "库存现金", "借方金额": 0},
        {"科目代码": "101", "科目名称": "库存现金"},
        {"科目代码": "102", "科目名称": "银行存款", "贷方金额": -5},
        PAPER_PAID,
    ]

    assert _find_codes(desk, first, *rest) == [
        "amount-form",
        "date-future",
        "posting-sides",
        "posting-sign",
        "posting-zero",
        "roles-same",
        "voucher-attachments",
        "voucher-mixed",
    ]


def test_a_bad_account_hides_no_rule_that_does_not_need_it(desk: ImportDesk) -> None:
    assert _find_codes(desk, PAPER | {"科目代码": "5 13"}, PAPER_PAID | {"贷方金额": 300}) == [
        "code-form",
        "voucher-unbalanced",
    ]


def test_an_account_that_cannot_be_read_leaves_open_whether_money_only_moved(desk: ImportDesk) -> None:
    back = {"科目代码": "101", "科目名称": "库存现金", "借方金额": 325}

    assert _find_codes(desk, PAPER | {"科目代码": "1 02"}, back, PAPER_PAID | {"贷方金额": 650}) == [
        "code-form"
    ]


def test_a_bad_number_hides_no_rule_that_does_not_need_it(desk: ImportDesk) -> None:
    rows = [PAPER | {"凭证号": "2026-10-1", "日期": "2026-10-30"}, PAPER_PAID | {"贷方金额": 300}]

    assert _find_codes(desk, *rows) == ["date-future", "voucher-number-form", "voucher-unbalanced"]


def test_a_bad_day_hides_no_rule_that_does_not_need_it(desk: ImportDesk) -> None:
    rows = [PAPER | {"凭证号": "2026-10-002", "日期": "三十"}, PAPER_PAID | {"贷方金额": 300}]

    assert _find_codes(desk, *rows) == ["date-impossible", "voucher-number-gap", "voucher-unbalanced"]


def test_a_voucher_without_its_number_or_with_anothers_is_judged_all_the_same(desk: ImportDesk) -> None:
    without = PAPER | {"凭证号": None, "附件张数": 0}
    again = PAPER | {"摘要": "付110101199003070000误工费"}
    other = PAPER | {"凭证号": "2026-10-002"}

    assert _find_codes(
        desk, without, PAPER_PAID, PAPER, PAPER_PAID, other, PAPER_PAID, again, PAPER_PAID
    ) == [
        "text-identity-number",
        "voucher-attachments",
        "voucher-number-missing",
        "voucher-number-twice",
    ]


def test_rows_above_the_first_number_are_judged_as_rows(desk: ImportDesk) -> None:
    assert _find_codes(desk, PAPER_PAID | {"科目代码": "777"}, PAPER, PAPER_PAID) == [
        "account-unknown",
        "voucher-number-missing",
    ]


def test_a_bad_person_hides_neither_the_other_two_nor_what_stands_there(desk: ImportDesk) -> None:
    rows = [PAPER | {"经手人": "样经手13800000000\u200b", "记账员": PERSONS["审批人"]}, PAPER_PAID]

    assert _find_codes(desk, *rows) == ["roles-same", "text-character", "text-telephone"]


def test_a_text_too_long_is_screened_all_the_same(desk: ImportDesk) -> None:
    rows = [PAPER | {"摘要": "购" * 80 + "110101199003070000"}, PAPER_PAID]

    assert _find_codes(desk, *rows) == ["cell-too-long", "text-identity-number"]


def test_a_correction_of_a_voucher_that_is_nowhere_is_judged_all_the_same(desk: ImportDesk) -> None:
    red = REVERSAL | {"凭证号": "2026-10-001", "冲销凭证号": "2026-10-009", "日期": "2026-10-30"}
    blue = PAPER | {"凭证号": "2026-10-002", "更正凭证号": "2026-10-9", "附件张数": 0}

    assert _find_codes(desk, red, blue, PAPER_PAID | {"贷方金额": 300}) == [
        "date-future",
        "voucher-attachments",
        "voucher-number-form",
        "voucher-original-unrecorded",
        "voucher-unbalanced",
    ]


def test_a_replacement_is_not_blamed_for_its_reversals_slip(desk: ImportDesk) -> None:
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))
    right = PAPER | {"凭证号": "2026-10-003", "更正凭证号": "2026-10-001"}

    assert _find_codes(desk, REVERSAL | {"原因": None}, right, PAPER_PAID) == ["cell-empty"]


def test_headers_merged_or_misspelt_are_read_where_their_neighbours_leave_no_doubt(desk: ImportDesk) -> None:
    def change(book: Any) -> None:
        sheet = book["凭证"]
        sheet["F1"] = "金额"
        sheet.merge_cells("F1:G1")
        sheet["N1"] = "说明"

    rows = [PAPER | {"借方金额": 3.255, "原因": "补记"}, PAPER_PAID | {"贷方金额": 0}]
    imported = desk.read("vouchers", make_book("vouchers", rows, change=change))

    assert _list_codes(imported) == [
        "amount-form",
        "header-merged",
        "header-missing",
        "header-unknown",
        "header-unknown",
        "posting-zero",
        "voucher-cell-idle",
    ]


def test_a_header_below_a_title_is_read_where_it_stands(desk: ImportDesk) -> None:
    def change(book: Any) -> None:
        sheet = book["凭证"]
        sheet.insert_rows(1)
        sheet["A1"] = "样例村记账凭证"
        sheet.merge_cells("A1:N1")

    imported = desk.read(
        "vouchers", make_book("vouchers", [PAPER | {"附件张数": 0}, PAPER_PAID], change=change)
    )

    assert _list_codes(imported) == ["header-merged", "header-row", "voucher-attachments"]


def test_a_header_below_a_title_says_what_to_do(desk: ImportDesk) -> None:
    def change(book: Any) -> None:
        book["凭证"].insert_rows(1)
        book["凭证"]["A1"] = "样例村记账凭证"

    assert desk.say("vouchers", make_book("vouchers", [PAPER, PAPER_PAID], change=change)) == [
        (
            "工作表「凭证」第 2 行：现为表头在这一行，应为表头在第 1 行，上面没有标题。删去表头上面的 1 行；"
            "标题写在文件名上。（header-row）"
        )
    ]


def test_a_header_of_two_rows_is_no_row_of_the_sheet(desk: ImportDesk) -> None:
    def change(book: Any) -> None:
        sheet = book["凭证"]
        sheet.insert_rows(2)
        sheet["F2"], sheet["G2"], sheet["F1"] = "借方金额", "贷方金额", "金额"
        sheet.merge_cells("F1:G1")
        sheet.merge_cells("A1:A2")

    imported = desk.read(
        "vouchers", make_book("vouchers", [PAPER, PAPER_PAID | {"贷方金额": 3}], change=change)
    )

    assert _list_codes(imported) == [
        "header-merged",
        "header-merged",
        "header-missing",
        "header-unknown",
        "voucher-unbalanced",
    ]


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        ("凭证号", ["account-unknown", "text-identity-number"]),
        ("日期", ["account-unknown", "text-identity-number", "voucher-unbalanced"]),
        ("贷方金额", ["account-unknown", "text-identity-number"]),
        ("科目名称", ["account-unknown", "text-identity-number", "voucher-unbalanced"]),
        ("附件张数", ["account-unknown", "text-identity-number", "voucher-unbalanced"]),
        ("冲销凭证号", ["account-unknown", "text-identity-number", "voucher-unbalanced"]),
        ("审批人", ["account-unknown", "text-identity-number", "voucher-unbalanced"]),
        ("摘要", ["account-unknown", "voucher-unbalanced"]),
    ],
)
def test_a_column_that_is_missing_hides_only_what_needs_it(
    desk: ImportDesk, header: str, codes: list[str]
) -> None:
    def change(book: Any) -> None:
        sheet = book["凭证"]
        (number,) = (cell.column for cell in sheet[1] if cell.value == header)
        sheet.delete_cols(number)

    rows = [PAPER | {"摘要": "付110101199003070000误工费"}, PAPER_PAID | {"科目代码": "777", "贷方金额": 300}]
    imported = desk.read("vouchers", make_book("vouchers", rows, change=change))

    assert _list_codes(imported) == sorted(["header-missing", *codes])


def test_cells_under_a_merged_one_are_not_taken_for_empty(desk: ImportDesk) -> None:
    def change(book: Any) -> None:
        book["凭证"].merge_cells("A2:A3")
        book["凭证"].merge_cells("D2:D3")
        book["凭证"].merge_cells("F2:G2")

    imported = desk.read("vouchers", make_book("vouchers", [PAPER, PAPER_PAID], change=change))

    assert _list_codes(imported) == ["cells-merged"] * 3


def test_an_opening_with_a_wrong_name_still_tells_that_its_sides_differ() -> None:
    rows = [OPENING[0] | {"科目名称": "资本"}, OPENING[1], OPENING[1], OPENING[3] | {"科目代码": "999"}]

    assert _find_codes(ImportDesk(), *rows, kind="opening") == [
        "account-name",
        "account-unknown",
        "opening-account-twice",
        "voucher-unbalanced",
    ]


def test_an_opening_with_an_amount_that_cannot_be_read_tells_all_but_its_sum(desk: ImportDesk) -> None:
    rows = [OPENING[0] | {"借方余额": "两万"}, OPENING[1] | {"借方余额": 0}, OPENING[3] | {"月份": "2026-12"}]

    assert _find_codes(desk, *rows, kind="opening") == [
        "amount-form",
        "books-opened-twice",
        "opening-months",
        "posting-zero",
    ]


def test_rows_without_a_month_are_judged_by_what_does_not_need_it() -> None:
    desk = ImportDesk()
    desk.register()
    desk.enrol()
    award = AWARD | {"月份": "十月", "户号": "217", "数量": 0, "证据": "证号110101199003070000"}
    mark = MARK | {"月份": "十月", "党员编号": "0999", "项目编号": "P99"}

    assert _find_codes(desk, award, kind="points") == [
        "code-zeros-lost",
        "month-impossible",
        "quantity-zero",
        "text-identity-number",
    ]
    assert _find_codes(desk, mark, kind="scores") == ["month-impossible", "person-unknown"]
    branch = mark | {"月份": "2026-10", "支部": "一"}
    assert _find_codes(desk, branch, kind="scores") == ["quantity-form", "rule-unknown"]


def test_a_round_without_one_good_row_still_tells_the_months_own_faults() -> None:
    desk = ImportDesk()
    desk.register()
    desk.record("points", make_book("points", [AWARD]))

    bad = AWARD | {"户号": "0 217", "规则编号": "B 01"}

    assert _find_codes(desk, bad, kind="points") == ["code-form", "code-form", "round-twice"]


def test_a_line_taken_back_is_judged_cell_by_cell() -> None:
    desk = ImportDesk()
    desk.register()
    desk.record("points", make_book("points", [AWARD]))
    back = {"月份": "2026-09", "原月份": "2026-10", "户号": "0217", "规则编号": "B01", "原因": "样" * 81}
    nowhere = back | {"月份": "上月", "规则编号": "C01", "原因": "登记重复"}
    undated = back | {"月份": "上月", "原因": "登记重复"}
    data = make_book("points", [], others={"冲销": [back, nowhere, nowhere | {"原月份": "上月"}, undated]})

    assert _list_codes(desk.read("points", data)) == [
        "cell-too-long",
        "month-impossible",
        "month-impossible",
        "month-impossible",
        "month-impossible",
        "points-line-unknown",
        "reversal-period",
    ]


def test_a_list_of_households_with_slips_still_tells_of_days_to_come() -> None:
    desk = ImportDesk()
    desk.adopt_rules()
    rows = [
        {"户号": "0301", "户主": "样甲", "村民小组": 0, "同意积分": "否", "同意公示": "否", "同意署名": "否"},
        {
            "户号": "0302",
            "户主": "样乙",
            "村民小组": 1,
            "同意积分": "是",
            "同意公示": "否",
            "同意署名": "否",
            "签约日期": "2026-12-01",
        },
    ]

    assert _find_codes(desk, *rows, kind="households") == ["date-future", "period-future", "quantity-zero"]


def test_a_list_of_members_with_a_bad_name_of_a_branch_says_it_once() -> None:
    rows = [
        MEMBERS[0] | {"支部名称": "第一\u200b支部"},
        MEMBERS[1] | {"姓名": None},
        MEMBERS[2] | {"党员编号": 7, "支部名称": None},
    ]

    assert _find_codes(ImportDesk(), *rows, kind="members") == [
        "cell-empty",
        "cell-empty",
        "code-typed-as-number",
        "text-character",
    ]
