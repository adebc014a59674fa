"""Words that pages say in more than one place, beyond those that paper says too (`reports.words`)."""

from __future__ import annotations

import datetime as dt

from ledger.books.money import to_wan
from ledger.books.values import SheetKind
from ledger.state import BEIJING
from web.i18n import _

SHEET_KINDS: tuple[SheetKind, ...] = ("finance", "points", "scores")
SHEET_NAMES: dict[SheetKind, str] = {
    "finance": _("财务公开表"),
    "points": _("村民积分公开表"),
    "scores": _("党员评分公开表"),
}
SHEET_PATHS: dict[SheetKind, str] = {"finance": "finance", "points": "points", "scores": "scores"}

ACCOUNT_WORDS: dict[str, dict[str, str]] = {
    "2023": {
        "112": _("外单位或个人欠村里、还没收到的钱"),
        "113": _("村里和本村各户之间的往来账"),
        "121": _("库房里的农资、物品"),
        "131": _("养来卖的牲畜、种来卖的作物"),
        "132": _("果树、役畜等长期有收成的"),
        "133": _("果树、役畜随年头折去的价值"),
        "134": _("防风林等不为赚钱的"),
        "141": _("村里投到别处、一年以上的钱"),
        "151": _("房屋、机器、道路等，按买来时的价"),
        "152": _("房屋机器用旧折去的价值"),
        "153": _("正在建、还没完工的工程"),
        "201": _("一年内要还的借款"),
        "211": _("村里欠外单位或个人、还没付的钱"),
        "212": _("应发还没发的工资"),
        "213": _("应付还没付的用工钱"),
        "214": _("该交还没交的税"),
        "221": _("一年以上的借款和欠款"),
        "231": _("大家一事一议凑的钱"),
        "241": _("上级拨来专门办一件事的钱"),
        "501": _("出租、发包、卖东西、服务得来的"),
        "502": _("对外投资分回来的"),
        "503": _("上级财政补助的"),
        "504": _("利息、捐赠等其他收入"),
        "511": _("为经营花的，如农资、运费、看护"),
        "512": _("交的税和附加"),
        "513": _("办公、水电、人员工资等管理花销"),
        "514": _("修路、路灯、卫生、敬老等公益花销"),
        "515": _("以上都不是的花销"),
        "521": _("按盈利交的所得税"),
    }
}


def explain_account(chart: str, code: str) -> str:
    """Return what an account is in plain words; nothing for a detail, whose name says it."""
    return ACCOUNT_WORDS.get(chart, {}).get(code, "")


def format_month_short(period: str) -> str:
    """Return `10月` of `2026-10`."""
    return f"{int(period[5:7])}月"


def format_instant(recorded_at: int) -> str:
    """Return `2026年11月3日 16:05`, the time of +08:00, of UTC milliseconds."""
    at = dt.datetime.fromtimestamp(recorded_at // 1000, BEIJING)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def format_about(amount_fen: int) -> str:
    """Return `约 12.35 万元` where an amount is large enough to be said so, else nothing."""
    if abs(amount_fen) < 10_000_00:
        return ""
    return _("约 {amount} 万元").format(amount=to_wan(amount_fen).removesuffix("万元").replace("-", "−"))
