"""The sheets of grids: units, who holds which post, and visits."""

from __future__ import annotations

from ledger.books.grids import LEVEL_NAMES
from ledger.data import load_grids
from ledger.limits import EVIDENCE_MAX_CHARS, SUMMARY_MAX_CHARS
from ledger.service.workbooks.layout import Column, Sheet, Workbook, WorkbookKind

_TABLE = load_grids()
POST_NAMES = {
    code: f"{row.name}（街巷里叫{row.lane_name}）" if row.lane_name else row.name
    for code, row in _TABLE.posts.items()
}
"""What each post is called in the list of choices, by code."""
_NUMBER = Column("网格编号", "code", "WG- 和四位数，如 WG-0001；网格、微网格、街巷一起编号", needed=True)

_UNITS = Sheet(
    name="网格",
    columns=(
        _NUMBER,
        Column("级别", "choice", "从选项里选", needed=True, options=tuple(LEVEL_NAMES.values())),
        Column("名称", "text", "会公开，写地方，不写姓名", needed=True, max_chars=SUMMARY_MAX_CHARS),
        Column("上级编号", "code", "它在哪个网格里；上级不在本村的留空，微网格和街巷一定要写"),
        Column("户数", "quantity", "会公开；只数下一级的留空"),
        Column("撤销", "choice", "这个网格不再有了，选 是"),
    ),
    example=("WG-0012", "街巷", "老槐巷东头", "WG-0005", "16", ""),
    note="每个网格、微网格、街巷一行。写过的编号再写一次，就整个换成新写的样子，人员也要一起再写。",
)
_HOLDERS = Sheet(
    name="网格人员",
    columns=(
        _NUMBER,
        Column("职务", "choice", "从选项里选", needed=True, options=tuple(POST_NAMES.values())),
        Column("姓名", "text", "只存隐私库；网格长、警员、医生、监督员在网页上只显示姓和末字", needed=True),
        Column("户号", "code", "本村的人写户号，保留前面的 0，如 0217；不是本村的留空"),
        Column("结对对象", "text", "只在结对时填：带的是谁；只存隐私库"),
        Column("结对户号", "code", "结对对象是本村的写户号，如 0218；不是本村的留空", optional=True),
        Column("结对日期", "day", "只在结对时填：从哪天起，说不准的留空", optional=True),
        Column(
            "同意写全名日期",
            "day",
            "只在网格长、街巷长本人签字同意牌上写全名时填：签字那天；不同意的留空，牌上只有姓和末字",
            optional=True,
        ),
        Column(
            "牌上电话",
            "text",
            "签字同意的才填，写值班电话；本人没有另外写明同意的，不写私人手机",
            optional=True,
        ),
    ),
    example=("WG-0012", POST_NAMES["head"], "样大山", "0217", "", "", "", "2026-10-08", "0000-1234567"),
    optional=True,
    note="每人每职一行，和他的网格一起交。牌上写全名的，撤回以后要再写，请本人重新签字、填新的日期。",
)
GRIDS = Workbook("网格", (_UNITS, _HOLDERS))

_VISITS = Sheet(
    name="走访",
    columns=(
        _NUMBER,
        Column("日期", "day", "走访的那天", needed=True),
        Column("走访人", "text", "登记过的网格人员；只存隐私库", needed=True),
        Column("户号", "code", "走访了哪一户，保留前面的 0，如 0217；记村情日记的留空"),
        Column("户主", "text", "与农户名册一致，只用来核对；记村情日记的留空"),
        Column(
            "事由",
            "text",
            "为什么走访，或者日记写的事；只存隐私库",
            needed=True,
            max_chars=EVIDENCE_MAX_CHARS,
        ),
    ),
    example=("WG-0005", "2026-10-12", "样小梅", "0217", "样大山", "看望独居老人，送米面"),
    note="一个网格一个月的走访一次写全；再交一次，就换下原来那一次。网页上只有每个网格走访了几次。",
)
VISITS = Workbook("走访", (_VISITS,))

GRID_BOOKS: dict[WorkbookKind, Workbook] = {"grids": GRIDS, "visits": VISITS}
