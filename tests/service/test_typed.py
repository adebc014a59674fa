"""Rows that were typed are read like those of a workbook, and what they may be chosen from is what the village has."""

from __future__ import annotations

import csv
import io

import pytest

from ledger.errors import Refused, format_fault
from ledger.limits import TYPED_MAX_ROWS
from ledger.service.choices import Choice, complete, list_choices
from ledger.service.import_ import import_typed
from ledger.service.refilling import arrange
from ledger.service.unsent import open_sheet, save_sheet
from ledger.service.workbooks.columns import WORKBOOKS
from ledger.service.workbooks.typed import count_rows, read_typed
from tests.builders import VILLAGE
from tests.service.importing import PAPER, PAPER_PAID, ImportDesk, make_book
from tests.service.test_refilling import type_in

BLANK = ("",) * len(WORKBOOKS["vouchers"].sheets[0].columns)


@pytest.fixture(scope="module")
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    desk.register()
    desk.enrol()
    return desk


def say(desk: ImportDesk, *rows: tuple[str, ...]) -> list[str]:
    imported = import_typed(
        desk.ports, village=VILLAGE, kind="vouchers", tables={"凭证": rows}, maker=desk.clerk
    )
    assert imported.drafts == ()
    return [format_fault(fault) for fault in imported.faults]


def test_faults_are_placed_by_the_rows_that_were_typed(desk: ImportDesk) -> None:
    rows = arrange("vouchers", "凭证", [{k: str(v) for k, v in r.items()} for r in (PAPER, PAPER_PAID)])
    wrong = (*rows[0][:1], "2026-02-30", *rows[0][2:])

    assert say(desk, BLANK, wrong, BLANK, rows[1]) == [
        (
            "工作表「凭证」B2：现为「2026-02-30」，应为日历上有的一天，如 2026-10-28。"
            "按 年-月-日 重新输入，或把这一格设为日期格式。（date-impossible）"
        )
    ]


def test_rows_that_were_typed_before_a_column_came_are_read_and_kept_with_it(desk: ImportDesk) -> None:
    (sheet,) = WORKBOOKS["vouchers"].sheets
    width = len(sheet.columns)
    later = sum(column.optional for column in sheet.columns)
    assert later
    (row,) = arrange("vouchers", "凭证", [{"凭证号": "2026-10-001", "摘要": "购纸"}])

    lines, _ = read_typed("vouchers", {"凭证": (row[:-later],)})
    save_sheet(desk.ports, VILLAGE, desk.clerk, "vouchers", {"凭证": (row[:-later],)}, start=0)
    opened = open_sheet(desk.ports, VILLAGE, desk.clerk, "vouchers")

    assert lines["凭证"][0].text("摘要") == "购纸"
    assert opened.state.tables["凭证"] == (row,)
    assert len(row) == width
    with pytest.raises(ValueError, match="zip"):
        read_typed("vouchers", {"凭证": (row[: -later - 1],)})


def test_nothing_typed_is_said(desk: ImportDesk) -> None:
    assert say(desk, BLANK, BLANK) == [
        "工作表「凭证」：现为一行也没有填，应为至少一行。填好再点“看一遍”。（typed-nothing）"
    ]


def test_more_rows_than_a_page_has_are_said() -> None:
    rows = [("2026-10-001", *BLANK[1:])] * (TYPED_MAX_ROWS + 1)
    _tables, faults = read_typed("vouchers", {"凭证": rows})

    assert [format_fault(fault) for fault in faults] == [
        (
            "工作表「凭证」：现为501 行，应为一次不超过 500 行。"
            "先把一部分交审，再填其余的；行数多的用“导入表格”。（typed-too-many）"
        )
    ]
    assert count_rows({"凭证": [*rows, BLANK]}) == TYPED_MAX_ROWS + 1


def test_the_same_rows_twice_are_said(desk: ImportDesk) -> None:
    desk = ImportDesk()
    desk.open_books()
    (draft,) = type_in(desk, "vouchers", {"凭证": [PAPER, PAPER_PAID]})
    rows = arrange("vouchers", "凭证", [{k: str(v) for k, v in r.items()} for r in (PAPER, PAPER_PAID)])

    assert say(desk, BLANK, *rows) == [
        (
            f"填的表：现为同样的几行交过：待审草稿 {draft.id}（凭证 2026-10-001 325.00 元 购办公用纸）等 1 条，"
            "应为没有交过的内容。不用再交；要重来就先作废那些草稿，已入账的用冲销更正。（import-duplicate）"
        )
    ]


def test_two_windows_are_told_in_so_many_words(desk: ImportDesk) -> None:
    save_sheet(desk.ports, VILLAGE, desk.clerk, "members", {"党员": [("1", "", "", "")]}, start=0)

    with pytest.raises(Refused) as refused:
        save_sheet(desk.ports, VILLAGE, desk.clerk, "members", {"党员": [("2", "", "", "")]}, start=0)

    assert [format_fault(fault) for fault in refused.value.faults] == [
        (
            "填的表：现为您在另一个窗口里也填了这张表，那边先存了，应为从最后存的那一份接着填。"
            "两份都留着：在下面选用哪一份。（typed-elsewhere）"
        )
    ]


def test_texts_of_a_file_and_of_a_field_have_the_same_faults(desk: ImportDesk) -> None:
    for text in ("=1+1", "两\n行", "制\t表", "倒\u202e过来", "𠮷祥", "字" * 81, "例大海捐款", "'引号\""):
        rows = [
            {**PAPER, "摘要": text, "借方金额": "325.00", "附件张数": "2"},
            {**PAPER_PAID, "贷方金额": "325.00"},
        ]
        typed = import_typed(
            desk.ports,
            village=VILLAGE,
            kind="vouchers",
            tables={"凭证": arrange("vouchers", "凭证", rows)},
            maker=desk.clerk,
        )
        pasted = make_csv(rows)
        sent = desk.read("vouchers", pasted, filename="粘贴.csv")

        assert [(fault.code, fault.found) for fault in typed.faults] == [
            (fault.code, fault.found) for fault in sent.faults
        ], text
        assert typed.preview == sent.preview


def make_csv(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    headers = [column.header for column in WORKBOOKS["vouchers"].sheets[0].columns]
    writer.writerow(headers)
    writer.writerows([[row.get(header, "") for header in headers] for row in rows])
    return out.getvalue().encode()


def test_choices_are_what_the_village_has(desk: ImportDesk) -> None:
    vouchers = list_choices(desk.ports, VILLAGE, "vouchers")
    points = list_choices(desk.ports, VILLAGE, "points")
    scores = list_choices(desk.ports, VILLAGE, "scores")

    assert Choice("513", "管理费用") in vouchers["科目代码"]
    assert Choice("管理费用", "513") in vouchers["科目名称"]
    assert vouchers["凭证号"] == (Choice("2026-10-001", "接下来的编号"),)
    assert {choice.value for choice in vouchers["经手人"]} == {"样办事", "例监督"}
    assert "户号" not in vouchers
    assert points["户号"][0] == Choice("0217", "样大山")
    assert points["规则编号"][0] == Choice("B01", "打扫门前")
    assert (scores["项目编号"][0], [choice.value for choice in scores["支部"]]) == (
        Choice("P01", "参加主题党日"),
        ["1", "2"],
    )
    assert "户主" not in list_choices(desk.ports, VILLAGE, "households")
    assert [choice.value for choice in list_choices(desk.ports, VILLAGE, "households")["同意积分"]] == [
        "是",
        "否",
    ]


def test_the_next_number_is_after_those_that_wait() -> None:
    desk = ImportDesk()
    desk.open_books()
    desk.keep("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))

    assert list_choices(desk.ports, VILLAGE, "vouchers")["凭证号"][0].value == "2026-10-002"


def test_a_code_gives_its_name_and_a_name_its_code_where_nothing_stands(desk: ImportDesk) -> None:
    choices = list_choices(desk.ports, VILLAGE, "points")

    def fill(**texts: str) -> dict[str, str]:
        (row,) = arrange("points", "积分", [texts])
        done = complete("points", "积分", row, choices)
        headers = [column.header for column in WORKBOOKS["points"].sheets[0].columns]
        return {header: text for header, text in zip(headers, done, strict=True) if text}

    assert fill(户号="0217", 规则名称="乱堆柴草") == {
        "户号": "0217",
        "户主": "样大山",
        "规则编号": "C01",
        "规则名称": "乱堆柴草",
    }
    assert fill(户号="0217", 户主="例小河") == {"户号": "0217", "户主": "例小河"}
    assert fill(户号="9999") == {"户号": "9999"}
    assert complete("points", "冲销", ("", "", "0217", "", ""), choices) == ("", "", "0217", "", "")
