"""Who lives in the demo village and keeps its books. Names are put together from surnames and what somebody does, solar
terms or stars, and look it.
"""

from __future__ import annotations

from typing import NamedTuple

VILLAGE = "379900001201"
"""37 is Shandong, so its law applies; there is no prefecture 99."""
NAME = "石榴河村"
TOWNSHIP = "样例县石榴镇"
TELEPHONE = "0000-1234567"
CLERK = "冯记账"
SUPERVISOR = "孙监督"
SECRETARY = "钱书记"
TOWNSHIP_BOOKKEEPER = "沈代账"
AUDITOR = "韩审计"


class Staff(NamedTuple):
    """Who works in a village's books. `handlers` and `approver` only stand on vouchers."""

    clerk: str
    supervisor: str
    secretary: str
    handlers: tuple[str, str, str]
    approver: str


STAFF = Staff(CLERK, SUPERVISOR, SECRETARY, ("吴经手", "周采办", "郑跑腿"), "钱主任")

_TERMS = [
    "立春",
    "雨水",
    "惊蛰",
    "春分",
    "清明",
    "谷雨",
    "立夏",
    "小满",
    "芒种",
    "夏至",
    "小暑",
    "大暑",
    "立秋",
    "处暑",
    "白露",
    "秋分",
    "寒露",
    "霜降",
    "立冬",
    "小雪",
    "大雪",
    "冬至",
    "小寒",
    "大寒",
]
_SURNAMES = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "徐", "孙", "胡", "朱", "高", "林"]
_STARS = ["天枢", "天璇", "天玑", "天权", "玉衡", "开阳", "摇光", "角宿", "心宿", "斗宿", "牛宿", "女宿"]
_MEMBER_SURNAMES = ["何", "郭", "马", "罗"]
GROUPS = 8


class DemoHousehold(NamedTuple):
    number: str
    name: str
    group: int
    scoring: bool
    display: bool
    naming: bool


class DemoMember(NamedTuple):
    number: str
    name: str
    branch: int


BRANCHES = {1: "石榴河村第一党支部", 2: "石榴河村第二党支部"}


def list_households() -> list[DemoHousehold]:
    """320 households in eight groups; 296 agreed to points, fewer to being shown, fewer still to being named."""
    names = [surname + term for surname in _SURNAMES for term in _TERMS][:320]
    return [
        DemoHousehold(
            number=f"{place:04d}",
            name=name,
            group=(place - 1) * GROUPS // 320 + 1,
            scoring=place % 40 not in (7, 19, 33),
            display=place % 40 not in (7, 19, 33) and place % 5 != 2,
            naming=place % 40 not in (7, 19, 33) and place % 3 == 0,
        )
        for place, name in enumerate(names, 1)
    ]


def list_members() -> list[DemoMember]:
    """46 members in two branches."""
    names = [surname + star for surname in _MEMBER_SURNAMES for star in _STARS][:46]
    return [
        DemoMember(number=f"D{place:03d}", name=name, branch=1 if place <= 24 else 2)
        for place, name in enumerate(names, 1)
    ]
