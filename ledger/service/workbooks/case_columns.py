"""The sheets of cases: each with as many of its steps as are known, and single steps of those recorded before."""

from __future__ import annotations

from ledger.books.cases import RATING_NAMES, SOURCE_NAMES, STEP_NAMES, CaseCategory, Step
from ledger.data import load_reference
from ledger.limits import SUMMARY_MAX_CHARS, WORDING_MAX_CHARS
from ledger.service.workbooks.layout import Column, Sheet, Workbook


def name_category(category: CaseCategory) -> str:
    """Return a category as it is chosen from a list."""
    return f"{category.code} {category.name}"


CATEGORY_NAMES = {one.code: name_category(one) for one in load_reference().cases.categories}
"""What each category is called in the list of choices, by code."""
STEP_COLUMNS: dict[Step, tuple[str, str]] = {
    "verified": ("核实日期", "核实情况"),
    "assigned": ("交办日期", "交给"),
    "handled": ("答复日期", "答复"),
    "closed": ("结案日期", ""),
}
"""The columns of a step's day and of its words; a case that is not accepted has those of its verification."""
USUAL_WORDS: dict[Step, str] = {"verified": "情况属实", "closed": "已经办结"}
"""What a step says where nothing is written."""
HAPPENED = (*STEP_NAMES.values(), *RATING_NAMES.values())

_NUMBER = Column("诉求编号", "code", "AL-、收到的年份和三位数，如 AL-2026-001", needed=True)
_PUBLIC = "会公开，不写姓名、电话；调解和家事的只存隐私库"

_CASES = Sheet(
    name="诉求件",
    columns=(
        _NUMBER,
        Column("收到日期", "day", "反映的那天；办理期限从第二天算起", needed=True),
        Column("来源", "choice", "留空是 找村里反映", options=tuple(SOURCE_NAMES.values())),
        Column("类别", "choice", "从选项里选", needed=True, options=tuple(CATEGORY_NAMES.values())),
        Column("网格编号", "code", "知道才填，登记网格时用的，如 WG-0001；会公开，调解和家事的留空"),
        Column("户号", "code", "谁反映的，知道才填；只存隐私库"),
        Column("户主", "text", "与农户名册一致，只用来核对"),
        Column("反映的事", "text", "只存隐私库，不公开", needed=True, max_chars=WORDING_MAX_CHARS),
        Column("联系方式", "text", "愿意留的才填；只存隐私库"),
        Column("核实日期", "day", "还没核实的，从这里往后都留空"),
        Column("受理", "choice", "核实以后受理不受理；留空是 是"),
        Column(
            "核实情况",
            "text",
            f"{_PUBLIC}；不受理的写明原因，受理的可以留空",
            max_chars=WORDING_MAX_CHARS,
        ),
        Column("交办日期", "day", "交给谁办的那天"),
        Column(
            "交给", "text", "会公开，写单位或岗位，如 村电工、县供电所；不写姓名", max_chars=SUMMARY_MAX_CHARS
        ),
        Column("答复日期", "day", "办好、答复的那天"),
        Column("答复", "text", f"办了什么、结果怎样；{_PUBLIC}", max_chars=WORDING_MAX_CHARS),
        Column("结案日期", "day", "村里核过、了结的那天"),
        Column("评价日期", "day", "反映的人评价的那天；调解和家事的不评价"),
        Column("评价", "choice", "满意不满意", options=tuple(RATING_NAMES.values())),
    ),
    example=(
        "AL-2026-001",
        "2026-10-08",
        "找村里反映",
        "B04 路灯不亮",
        "WG-0001",
        "0217",
        "样大山",
        "村东第三盏路灯不亮，老人晚上摔过",
        "",
        "2026-10-09",
        "是",
        "",
        "2026-10-09",
        "村电工",
        "2026-10-11",
        "灯泡坏了，已经换好，晚上看过是亮的。",
        "2026-10-12",
        "2026-10-14",
        "满意",
    ),
    note="一件一行，办到哪一步填到哪一步；在别的平台办结的，一行写全。每一步都是一条记录。",
)
_STEPS = Sheet(
    name="办理",
    columns=(
        _NUMBER,
        Column("事项", "choice", "办了哪一步", needed=True, options=HAPPENED),
        Column("日期", "day", "办这一步的那天", needed=True),
        Column(
            "内容",
            "text",
            f"不受理写原因，交办写单位或岗位，答复写办了什么；别的可以留空。{_PUBLIC}",
            max_chars=WORDING_MAX_CHARS,
        ),
    ),
    example=("AL-2026-001", "答复", "2026-10-11", "灯泡坏了，已经换好，晚上看过是亮的。"),
    optional=True,
    note="登记过的诉求件又办了一步，填在这里；先办的写在上面。",
)

CASES = Workbook("诉求件", (_CASES, _STEPS))
