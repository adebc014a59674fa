"""What points do in the demo village: a points shop, what some households took, volunteers at two tasks, and honours.

Rows as they stand in the workbooks, in the order of their columns. Whoever takes something has the points for it: those
with most are the ones who come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ledger.books.honours import choose_winners
from ledger.data.templates import load_rules
from ledger.service.workbooks.honour_columns import KIND_NAMES
from web.demo.people import DemoHousehold, list_households
from web.demo.rounds import list_awards

Row = Sequence[str | int | float | None]

RESOLVED: Mapping[str, Sequence[Row]] = {
    "决议": (
        (
            *("JY-2026-003", "四议两公开", "办积分超市", "同意办积分超市，今年换走的东西成本不超过三千元。"),
            *("通过", 3_000, "2027-01-31", 5, None),
        ),
    ),
    "会议经过": (
        ("JY-2026-003", "党支部会议", "2026-11-02", 5, 5, 5, None, None),
        ("JY-2026-003", "村两委会议", "2026-11-04", 7, 7, 7, None, None),
        ("JY-2026-003", "党员大会", "2026-11-06", 46, 41, 40, None, 1),
        ("JY-2026-003", "村民代表会议", "2026-11-08", 41, 37, 36, 1, None),
    ),
}
_GOODS = (
    ("SP001", "洗衣液（2 公斤）", 20, 18.5, 30),
    ("SP002", "食盐（5 袋）", 10, 9.5, 40),
    ("SP003", "毛巾（1 条）", 8, 6, 50),
    ("SP004", "电饭煲（3 升）", 130, 119, 4),
    ("SP005", "雨伞（1 把）", 25, 22, 12),
)
_TAKEN = (
    ("2026-11-12", 1, "SP001", 2),
    ("2026-11-12", 1, "SP003", 1),
    ("2026-11-12", 2, "SP002", 3),
    ("2026-11-13", 3, "SP005", 1),
    ("2026-11-13", 4, "SP003", 2),
    ("2026-11-15", 5, "SP001", 1),
    ("2026-11-15", 6, "SP002", 1),
    ("2026-11-16", 7, "SP003", 3),
)
"""Day, whose receipt, goods and pieces."""
_QUARTER = ("2026-07", "2026-08", "2026-09")
_WINNERS = 12
_WORKED = (4, 4, 6, 3.5, 4, 8, 4.5, 2)
"""Hours of one volunteer after another at the first task."""


def count_points(months: Sequence[str]) -> Counter[str]:
    """Return what the rounds of these months gave, by the household's number."""
    worth = {rule.code: rule.points for rule in load_rules().rules}
    points: Counter[str] = Counter()
    for month in months:
        for award in list_awards(month):
            points[award.household] += worth[award.rule] * award.quantity
    return points


def list_diligent(months: Sequence[str]) -> list[DemoHousehold]:
    """Return the households that agreed to scoring, those with most points of these months first."""
    points = count_points(months)
    known = [household for household in list_households() if household.scoring]
    return sorted(known, key=lambda household: (-points[household.number], household.number))


def list_shop_rows(months: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    """Return the shop's first workbook: its terms, its goods, and what was taken in its first days."""
    people = list_diligent(months)
    names = {code: name for code, name, *_ in _GOODS}
    return {
        "兑换": tuple(
            (
                day,
                f"DH-2026-{place:04d}",
                people[place - 1].number,
                people[place - 1].name,
                code,
                names[code],
                count,
            )
            for day, place, code, count in _TAKEN
        ),
        "商品": _GOODS,
        "超市": (("2026-01", "2026-12", 3_000, "JY-2026-003"),),
    }


def list_honour_rows() -> Mapping[str, Sequence[Row]]:
    """Return the third quarter's winners, as the desk proposes them."""
    known = {household.number: household for household in list_households() if household.scoring}
    points = {number: count for number, count in count_points(_QUARTER).items() if number in known}
    numbers = sorted(rank.household for rank in choose_winners(points, _WINNERS))
    return {
        "名单": tuple(("RY-2026-001", number, known[number].name, None, None) for number in numbers),
        "表彰": (("RY-2026-001", KIND_NAMES["H01"], None, "2026-09", "2026-11-10", None),),
    }


def list_volunteering_rows(months: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    """Return the tasks, who put their name down for the next one, and the first one's sign-in sheet."""
    people = list_diligent(months)[10:]
    rule = next(rule for rule in load_rules().rules if rule.code == "B01")
    return {
        "签到": tuple(
            ("FW-2026-001", one.number, one.name, hours, f"签到表第 {place} 行")
            for place, (one, hours) in enumerate(zip(people, _WORKED, strict=False), 1)
        ),
        "任务": (
            ("FW-2026-001", "2026-11-14", "清理村东水渠", "村委会门口", 10, rule.code, rule.item, 4),
            ("FW-2026-002", "2026-11-28", "给独居老人送冬菜", "老年食堂门口", 6, rule.code, rule.item, None),
        ),
        "报名": tuple(("FW-2026-002", one.number, one.name) for one in people[20:24]),
    }
