"""What villagers of the demo village reported, and how far it came: rows of the workbook 诉求件, in its columns' order.

Of a quarrel only its number and its steps become public.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ledger.books.cases import RATING_NAMES, SOURCE_NAMES, STEP_NAMES, Rating, Source, Step
from ledger.service.workbooks.case_columns import CATEGORY_NAMES
from web.demo.grids import name_micro
from web.demo.people import list_households

Row = Sequence[str | int | float | None]


class _Case(NamedTuple):
    """A case: `days` of its report, verification, assignment, answer, close and rating, as far as it came, as MMDD."""

    number: int
    category: str
    household: int
    wording: str
    office: str
    answer: str
    days: str
    rating: Rating | None = None
    refused: str = ""
    source: Source = "clerk"


_CASES: Mapping[str, tuple[_Case, ...]] = {
    "2026-08": (
        _Case(
            *(1, "B04", 12, "村东头第三盏路灯不亮，晚上看不见路", "村电工"),
            *("灯泡烧了，换了新的，晚上去看过，亮着。", "0803 0804 0804 0806 0807 0809", "satisfied"),
        ),
        _Case(
            *(2, "A05", 55, "二组门前水沟堵了，下雨就往院里进", "第二村民小组"),
            *("组里出了六个人，清了八十米水沟。", "0809 0810 0810 0813 0814 0816", "satisfied"),
        ),
        _Case(
            *(3, "D03", 203, "老学校那道土墙往外斜，孩子常从那里过", "村两委"),
            *("拉了警戒线，第二天请人把墙推倒，砖清走了。", "0812 0812 0812 0814 0815 0815", "satisfied"),
        ),
        _Case(
            *(4, "E01", 88, "两家为滴水檐争了好几天", "村调解委员会"),
            *("两家在村里坐下谈过，写了协议，各留一份。", "0815 0816 0817 0902 0903"),
        ),
    ),
    "2026-09": (
        _Case(
            *(5, "B01", 130, "去果园的路坑太多，三轮车走不了", "村两委"),
            *("先用碎石填平了，入冬前再铺一层。", "0904 0905 0906 0921 0922 0924", "unsatisfied"),
        ),
        _Case(
            *(6, "C03", 247, "七组水井边的管子漏水", "村水管员"),
            *("换了一节管子和阀门，不漏了。", "0910 0911 0911 0912 0913 0914", "satisfied"),
        ),
        _Case(
            *(7, "F10", 61, "希望把积分超市的东西再便宜些", "", ""),
            *("0918 0919",),
            refused="这是对积分办法的意见，已转村民代表会议讨论，不作诉求件办。",
        ),
        _Case(
            *(8, "D05", 300, "八组有狗没拴，追过孩子", "网格员"),
            *("上门说了，狗已拴好，院门也修了。", "0922 0923 0923 0925 0926 0927", "satisfied"),
        ),
    ),
    "2026-10": (
        _Case(
            *(9, "A01", 171, "五组垃圾桶好几天没人收", "镇环卫站"),
            *("环卫车改为隔天来一次，桶已清空。", "1005 1006 1006 1009 1010 1012", "satisfied"),
        ),
        _Case(
            *(10, "F05", 97, "老人腿脚不便，想请人上门办高龄补贴", "村便民服务点"),
            *("上门填了表，照了相，已报到镇里。", "1009 1009 1010 1012 1013 1014", "satisfied"),
            source="import",
        ),
        _Case(
            *(11, "C06", 222, "六组有根电线垂得很低，挂到车了", "县供电所"),
            *("供电所来人把线收紧，重新固定了。", "1014 1014 1014 1016 1017 1018", "satisfied"),
        ),
        _Case(
            *(12, "E03", 40, "想请村里和几个子女说说老人轮着住的事", "村调解委员会"),
            *("约了几个子女回来谈，定了怎么轮。", "1018 1019 1020 1028 1030"),
        ),
        _Case(
            *(13, "B10", 145, "大风刮断的树枝横在四组路口", "第四村民小组"),
            *("当天下午锯开搬走了。", "1025 1025 1025 1025 1026 1028", "satisfied"),
        ),
    ),
    "2026-11": (
        _Case(
            *(14, "C09", 18, "暖气不热，老人屋里冷", "村水管员"),
            *("排了气，换了一个阀门，晚上量过，十九度。", "1103 1103 1104 1106 1107 1108", "satisfied"),
        ),
        _Case(
            *(15, "B05", 260, "七组到八组那段路没有路灯", "村两委"),
            *("", "1104 1106 1107"),
        ),
        _Case(*(16, "A06", 284, "鱼塘边漂了不少塑料袋", "西片网格"), *("", "1114 1115 1116")),
        _Case(*(17, "F06", 9, "早班公交改了时间，赶不上孩子上学", "", ""), "1119"),
    ),
}


CASE_MONTHS = tuple(_CASES)
_STEPS: tuple[Step, ...] = ("verified", "assigned", "handled", "closed")


def list_case_rows(month: str) -> Mapping[str, Sequence[Row]]:
    """Return the workbook of the cases that were reported in a month, each as far as it came in that month, and of the
    steps that earlier ones came to.
    """
    earlier = (case for known in CASE_MONTHS if known < month for case in _CASES[known])
    return {
        "办理": [row for case in earlier for row in _list_steps(case, month)],
        "诉求件": [_list_cells(case, month) for case in _CASES[month]],
    }


def _list_cells(case: _Case, month: str) -> Row:
    household = list_households()[case.household - 1]
    days = [day for day in _list_days(case) if day[:7] == month]
    received, verified, assigned, handled, closed, rated = (*days, "", "", "", "", "")[:6]
    said = ("否" if case.refused else "是", case.refused) if verified else ("", "")
    row: Row = (
        *(f"AL-2026-{case.number:03d}", received, SOURCE_NAMES[case.source], CATEGORY_NAMES[case.category]),
        *("" if case.category.startswith("E") else name_micro(household.group),),
        *(household.number, household.name, case.wording, "", verified, *said),
        *(assigned, case.office if assigned else "", handled, case.answer if handled else ""),
        *(closed, rated, RATING_NAMES[case.rating] if case.rating and rated else ""),
    )
    return [cell or None for cell in row]


def _list_steps(case: _Case, month: str) -> list[Row]:
    said = {"assigned": case.office, "handled": case.answer}
    steps = zip(_STEPS, _list_days(case)[1:], strict=False)
    return [
        (f"AL-2026-{case.number:03d}", STEP_NAMES[step], day, said.get(step))
        for step, day in steps
        if day[:7] == month
    ]


def _list_days(case: _Case) -> list[str]:
    return [f"2026-{day[:2]}-{day[2:]}" for day in case.days.split()]
