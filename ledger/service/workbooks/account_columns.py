"""Columns of the workbooks about accounts: sub-accounts, the change to the other chart, the year's plan."""

from __future__ import annotations

from ledger.limits import SUMMARY_MAX_CHARS
from ledger.service.workbooks.layout import Column, Sheet, Workbook, WorkbookKind

_ACCOUNTS = Sheet(
    name="增设",
    columns=(
        Column("从哪个月起", "month", "从哪个月起可以记，如 2026-11；这个月不能已经结账", needed=True),
        Column("明细科目代码", "code", "上级科目的代码加两位数字，如 11203", needed=True),
        Column(
            "明细科目名称", "text", "会公开，不写姓名，如 应收租金；最多 30 个字", needed=True, max_chars=30
        ),
    ),
    example=("2026-11", "11203", "应收租金"),
)
_ACCOUNTS_CLOSED = Sheet(
    name="停用",
    columns=(
        Column("科目代码", "code", "本村增设的、没有余额的明细科目", needed=True),
        Column("原因", "text", "会公开，不写姓名；各行相同", needed=True, max_chars=SUMMARY_MAX_CHARS),
    ),
    example=("11203", "并入应收单位款"),
    optional=True,
    note="本村增设过的明细科目不再用了，才填这里；停用以后不再恢复。",
)
_CONVERSION = Sheet(
    name="换科目",
    columns=(
        Column("原科目代码", "code", "2004 年制度的代码，如 202", needed=True),
        Column("原科目名称", "text", "与原科目代码一致，如 应付款", needed=True),
        Column("借方余额", "money", "元；填在原科目余额所在的一边"),
        Column("贷方余额", "money", "元；分到几个新科目的写几行，合计等于原科目的余额"),
        Column("新科目代码", "code", "2023 年制度的代码，如 211", needed=True),
        Column("新科目名称", "text", "与新科目代码一致，如 应付款", needed=True),
    ),
    example=("202", "应付款", "", "4500.00", "211", "应付款"),
)
_PLAN = Sheet(
    name="收支计划",
    columns=(
        Column("年份", "quantity", "哪一年的计划，如 2027；各行相同", needed=True),
        Column("科目代码", "code", "收入或支出科目，如 501", needed=True),
        Column("科目名称", "text", "与科目代码一致，如 经营收入", needed=True),
        Column("计划金额", "money", "元，全年一共", needed=True),
        Column(
            "决议",
            "text",
            "会公开，哪次会议定的，如 2026-12-20 成员大会；各行相同",
            needed=True,
            max_chars=SUMMARY_MAX_CHARS,
        ),
    ),
    example=("2027", "513", "管理费用", "30000.00", "2026-12-20 成员大会"),
)

ACCOUNT_BOOKS: dict[WorkbookKind, Workbook] = {
    "accounts": Workbook("会计科目", (_ACCOUNTS, _ACCOUNTS_CLOSED)),
    "conversion": Workbook("换用 2023 年科目", (_CONVERSION,)),
    "plan": Workbook("年度收支计划", (_PLAN,)),
}
