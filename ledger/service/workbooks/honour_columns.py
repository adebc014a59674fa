"""The sheets of honours: who is to hold one, what it is, and what was granted by mistake."""

from __future__ import annotations

from ledger.books.honours import HonourKind
from ledger.data import load_honours
from ledger.limits import SUMMARY_MAX_CHARS
from ledger.service.workbooks.layout import Column, Sheet, Workbook

_SPANS = {"quarter": "季度", "year": "年度"}
_HOLDERS = {"household": "给户", "person": "给人"}


def name_kind(kind: HonourKind) -> str:
    """Return a kind of honours as it is chosen from a list."""
    return f"{kind.code} {kind.name or '村里自定'}（{_SPANS[kind.span]}，{_HOLDERS[kind.granted_to]}）"


KIND_NAMES = {code: name_kind(kind) for code, kind in load_honours().items()}
"""What each kind is called in the list of choices, by code."""

_NUMBER = Column("表彰编号", "code", "RY-、年份和三位数，如 RY-2026-001", needed=True)
_WHO = (
    Column("户号", "code", "农户名册里的户号，保留前面的 0，如 0217", needed=True),
    Column("户主", "text", "与农户名册一致，只用来核对", needed=True),
)
_PERSON = Column("本人姓名", "text", "给人的荣誉才填，如 好媳妇；只存隐私库；不写未成年人")

_HELD = Sheet(
    name="名单",
    columns=(
        _NUMBER,
        *_WHO,
        _PERSON,
        Column("本人同意署名", "choice", "给人的荣誉才填：本人同意公布姓名，选 是"),
    ),
    example=("RY-2026-001", "0217", "样大山", "", ""),
    note="每户、每人一行。谁受了表彰只存隐私库；公布姓名只限契约里同意署名的户，给人的还要本人同意。",
)
_GRANTED = Sheet(
    name="表彰",
    columns=(
        _NUMBER,
        Column("荣誉", "choice", "从选项里选", needed=True, options=tuple(KIND_NAMES.values())),
        Column("荣誉名称", "text", "会公开；留空就用选项里的名字，自定的要写", max_chars=SUMMARY_MAX_CHARS),
        Column(
            "评到哪个月", "month", "季度写 3、6、9、12 月，年度写 12 月，如 2026-09；要已经结账", needed=True
        ),
        Column("日期", "day", "表彰的那天，会公开", needed=True),
        Column("决议编号", "code", "有会议定的才填，如 JY-2026-003"),
    ),
    example=("RY-2026-001", "H01 季度积分优胜户（季度，给户）", "", "2026-09", "2026-10-20", ""),
    optional=True,
    note="每一项荣誉一行，和名单一起交；没有列在这里的编号，名单不能用。",
)
_REVERSED = Sheet(
    name="撤销",
    columns=(
        _NUMBER,
        *_WHO,
        _PERSON,
        Column("原因", "text", "会公开，不写姓名", needed=True, max_chars=SUMMARY_MAX_CHARS),
    ),
    example=("RY-2026-001", "0217", "样大山", "", "积分算错，重新评定"),
    optional=True,
    note="只在发错了时填。做得不好不是撤销的理由，这里没有处罚。",
)

HONOURS = Workbook("表彰", (_HELD, _GRANTED, _REVERSED))
