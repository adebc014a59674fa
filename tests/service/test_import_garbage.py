"""Whatever stands in the cells, and whatever is done to the sheet: an answer, and all of it or nothing."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ledger.errors import format_fault
from ledger.service.workbooks.columns import WORKBOOKS
from tests.service.importing import (
    ACCOUNT,
    ASSESSED,
    ASSET,
    AWARD,
    CASE,
    CONTRACT,
    CONVERSION,
    COUNTED,
    FUND,
    GROUPED,
    HOLDER,
    HOUSEHOLDS,
    MARK,
    MEMBERS,
    OPENING,
    PAPER,
    PAPER_PAID,
    PLAN,
    RESOLUTION,
    RESOURCE,
    RULE,
    SIGNED,
    STAR,
    TAKEN,
    UNIT,
    VISIT,
    ImportDesk,
    Row,
    make_book,
    make_date,
)

ROUNDS = 60
REVERSAL: Row = {
    **{key: PAPER[key] for key in ("日期", "经手人", "审批人", "记账员")},
    "凭证号": "2026-10-003",
    "冲销凭证号": "2026-10-001",
    "原因": "科目记错",
}
REPLACEMENT: Row = PAPER | {"凭证号": "2026-10-004", "更正凭证号": "2026-10-001"}
SOUND: dict[str, list[Row]] = {
    "vouchers": [PAPER | {"凭证号": "2026-10-002"}, PAPER_PAID, REVERSAL, REPLACEMENT, PAPER_PAID],
    "assets": [ASSET | {"资产编号": "ZC-0002"}, ASSET | {"资产编号": "ZC-0003"}],
    "resources": [RESOURCE, RESOURCE | {"资源编号": "ZY-0002"}],
    "stocktakes": [COUNTED],
    "contracts": [CONTRACT, CONTRACT | {"合同编号": "HT-0002"}],
    "resolutions": [RESOLUTION, RESOLUTION | {"决议编号": "JY-2026-002"}],
    "funds": [FUND, FUND | {"专款编号": "ZX-0002"}],
    "accounts": [ACCOUNT, ACCOUNT | {"明细科目代码": "11204", "明细科目名称": "应收水费"}],
    "conversion": [CONVERSION],
    "shop": [TAKEN, TAKEN | {"收据号": "DH-2026-0002", "户号": "0218", "户主": "例小河"}],
    "grids": [UNIT, UNIT | {"网格编号": "WG-0002"}],
    "assessments": [ASSESSED, ASSESSED | {"编号": "10"}],
    "visits": [VISIT, VISIT | {"户号": "0218", "户主": "例小河"}],
    "stars": [STAR, STAR | {"申报编号": "XJ-2026-002", "谁申报": "支部书记", "书记姓名": "样带头"}],
    "groups": [
        GROUPED,
        GROUPED | {"党小组序号": 2, "党小组名称": "西片党小组", "党员编号": "0104", "姓名": "例大海"},
    ],
    "cases": [CASE, CASE | {"诉求编号": "AL-2026-002", "户号": "0218", "户主": "例小河"}],
    "honours": [HOLDER, HOLDER | {"户号": "0218", "户主": "例小河"}],
    "volunteering": [SIGNED, SIGNED | {"户号": "0218", "户主": "例小河"}],
    "plan": [PLAN, PLAN | {"科目代码": "501", "科目名称": "经营收入"}],
    "rulebook": [RULE, RULE | {"编号": "B02", "规则": "义务劳动"}],
    "points": [AWARD, AWARD | {"户号": "0218", "户主": "例小河"}],
    "scores": [MARK, MARK | {"党员编号": "0104", "姓名": "例大海"}],
    "opening": list(OPENING),
    "households": [row | {"户号": f"9{row['户号'][1:]}"} for row in HOUSEHOLDS],
    "members": [row | {"支部": 3, "支部名称": "第三党支部"} for row in MEMBERS],
}
GARBAGE: list[Any] = [
    *(None, 0, -1, 12.345, 1e300, True, "", " ", "x", "是", "否", "=1+1", "#N/A", "2026-10", "2026-11-31"),
    *("2026-10-001", "2026-10-999", "110101199003070000", "13800000000", "🙂", "\u200b", "⼭", "购" * 1200),
    *("101", "513", "999", "库存现金", "样大山", make_date("2026-10-20"), make_date("2026-10-20T08:30")),
]
NEVER_SAID = ("110101199003070000", "13800000000", "None", "?")
"""Anybody's numbers, and what stands for a cell that could not be read."""


@pytest.fixture(scope="module")
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    desk.register()
    desk.enrol()
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))
    desk.record("assets", make_book("assets", [ASSET]))
    return desk


def _spoil(draw: random.Random, sheet: Any) -> None:
    """Do to a sheet what clerks, spreadsheets and cats do: one to four slips of any kind."""
    for _ in range(draw.randint(1, 4)):
        row, column = draw.randint(1, sheet.max_row), draw.randint(1, sheet.max_column)
        way = draw.randrange(8)
        if way == 0:
            sheet.delete_cols(column)
        elif way == 1:
            sheet.delete_rows(row)
        elif way == 2:
            sheet.insert_rows(row)
        elif way == 3:
            right, bottom = column + draw.randint(0, 2), row + draw.randint(0, 2)
            if not sheet.merged_cells.ranges:
                sheet.merge_cells(start_row=row, start_column=column, end_row=bottom, end_column=right)
        elif sheet.cell(row, column).__class__.__name__ == "Cell":
            sheet.cell(row, column).value = draw.choice(GARBAGE)


@pytest.mark.parametrize("kind", list(WORKBOOKS))
def test_a_spoilt_sheet_is_answered_with_faults_or_with_drafts(desk: ImportDesk, kind: Any) -> None:
    draw = random.Random(f"garbage {kind}")
    faulty = 0
    for _ in range(ROUNDS):
        data = make_book(kind, SOUND[kind], change=lambda book: _spoil(draw, book.worksheets[0]))

        imported = desk.read(kind, data)

        faulty += bool(imported.faults)
        assert not (imported.faults and (imported.drafts or imported.preview or imported.notices))
        assert imported.faults or imported.drafts
        assert all(fault.place and fault.expected and fault.remedy for fault in imported.faults)
        said = [format_fault(fault) for fault in imported.faults]
        assert [text for text in said if any(piece in text for piece in NEVER_SAID)] == []
    assert faulty > ROUNDS // 2
