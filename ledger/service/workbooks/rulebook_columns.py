"""The sheet of a village's rulebook: one row a rule, and in the first row what holds for all of them."""

from __future__ import annotations

from ledger.limits import SUMMARY_MAX_CHARS
from ledger.service.workbooks.layout import Column, Sheet, Workbook

_RULES = Sheet(
    name="细则",
    columns=(
        Column("编号", "code", "一个大写字母和两位数字，如 B01；同一类用同一个字母", needed=True),
        Column("分类", "text", "会公开，如 互助友爱", needed=True),
        Column(
            "规则",
            "text",
            "会公开，做了什么，如 参加村集体义务劳动",
            needed=True,
            max_chars=SUMMARY_MAX_CHARS,
        ),
        Column("加分", "quantity", "一次加几分；扣分的条目留空"),
        Column("扣分", "quantity", "一次扣几分，最多 20；加分的条目留空"),
        Column("单位", "text", "按什么计，如 次、月、4小时", needed=True),
        Column("每月封顶", "quantity", "一户一个月最多加（扣）几分", needed=True),
        Column(
            "记分对象",
            "choice",
            "做的人是一户还是一个人；分都记在户上",
            needed=True,
            options=("农户", "个人"),
        ),
        Column("整行密封", "choice", "逐条公布会让人看出是哪家的，选 是：只公布合计", needed=True),
        Column("证据", "text", "会公开，凭什么记分；扣分一定要写", max_chars=SUMMARY_MAX_CHARS),
        Column(
            "后续",
            "text",
            "会公开，加了分有什么奖励，扣了分怎么帮着改；不写罚款、停水停电、扣补贴",
            needed=True,
            max_chars=SUMMARY_MAX_CHARS,
        ),
        Column("起用月份", "month", "从哪个月起，如 2026-11；写在第一行"),
        Column("怎样通过", "text", "会公开，哪次会议通过的；写在第一行", max_chars=SUMMARY_MAX_CHARS),
        Column("决议编号", "code", "四议两公开的决议，登记过的，如 JY-2026-003；写在第一行"),
        Column("每户起点分", "quantity", "每户一开始就有、不能兑换的分；写在第一行，留空是 100"),
    ),
    example=(
        *("B02", "互助友爱", "参加村集体义务劳动", "5", "", "次", "15", "个人", "否", "村务签到"),
        *("计入积分；季度评比时优先表扬", "2026-11", "2026年10月村民代表会议通过", "", "100"),
    ),
)

RULEBOOK = Workbook("积分细则", (_RULES,))
