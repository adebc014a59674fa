"""The sheet of party groups."""

from __future__ import annotations

from ledger.limits import SUMMARY_MAX_CHARS
from ledger.service.workbooks.layout import Column, Sheet, Workbook

_GROUPS = Sheet(
    name="党小组",
    columns=(
        Column("支部", "quantity", "支部序号，如 1；支部先在「党员」登记并通过", needed=True),
        Column("党小组序号", "quantity", "如 2，在支部里从 1 编起；同一党小组的写同一个"),
        Column(
            "党小组名称",
            "text",
            "会公开，如 东片党小组；同一党小组相同，不写姓名",
            max_chars=SUMMARY_MAX_CHARS,
        ),
        Column("党员编号", "code", "党员名册里的编号，保留前面的 0"),
        Column("姓名", "text", "与党员名册一致，只用来核对，不公开"),
        Column("组长", "choice", "是党小组组长选 是；一个党小组最多一位"),
        Column("不再分组", "choice", "支部不再分党小组了，选 是；这一行只写支部，别的都留空"),
    ),
    example=("1", "2", "东片党小组", "0103", "样小兰", "是", ""),
    note="一个支部的全部党小组一次写全，一名党员一行。以后有人换组、换组长，把这个支部再写一次，就整个换成新写的样子；"
    "支部不用再登记。没有写上的党员，不在任何党小组。",
)
GROUPS = Workbook("党小组", (_GROUPS,))
