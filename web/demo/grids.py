"""The demo village in grids: two first-level grids, a micro-grid for each group of villagers, lanes in the first of
them, who serves there, whom they visited, and how people judged the micro-grids by secret ballot.

Rows as they stand in the workbooks, in the order of their columns. Who serves is a villager where that is usual; the
policeman and the doctor come from the township, and are called after what they do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ledger.service.ballots import Asking
from ledger.service.workbooks.grid_columns import POST_NAMES
from web.demo.people import GROUPS, DemoHousehold, list_households

Row = Sequence[str | int | float | None]

GRIDS_FOLDER = "2026-08"
"""They are registered on the first day of September."""
VISITED = ("2026-09", "2026-10", "2026-11")
SCHEMES: Mapping[str, Sequence[str]] = {
    "2026-09": ("branch-stars", "secretary-stars", "micro-grid"),
    "2026-10": ("grid-worker",),
}
"""Adopted with the grids, beside that of members, by the month from which they are in force."""
SCHEMES_RESOLUTION = "2026年8月26日党员大会和村民代表会议通过"
_TITLES = tuple(f"第{number}村民小组微网格" for number in "一二三四五六七八")
BALLOT = Asking(
    title="微网格民主测评",
    appraised="unit",
    units="\n".join(_TITLES),
    branch="",
    group="",
    questions="今年走访、办事怎么样",
    scale="four",
    issued="40",
    opens="2026-10-15",
    closes="2026-10-20",
    turnout_min="60",
    resolution="",
)
VOTED = 37
ASKED_ON = "2026-10-12"
PRINTED_ON = "2026-10-13"
VOTED_ON = "2026-10-16"
CLOSED_ON = "2026-10-21"
_HALVES = ("东片网格", "西片网格")
_LANES = (("WG-0021", "老槐巷", 13), ("WG-0022", "水井巷", 14), ("WG-0023", "南河巷", 13))
_SHORT = "WG-0018"
"""Here fewer were visited than ten a month."""
_REASONS = (
    "看望独居老人，问吃药和取暖",
    "讲医保缴费怎么办",
    "问孩子上学接送有没有难处",
    "查看电线和灶台，提醒防火",
    "请他家说说对村里公开表的看法",
    "送去办好的高龄补贴材料",
    "问外出务工的回来没有，留了联系的办法",
)
_DIARIES = (
    "和组长一起清了水沟，下雨不再积水",
    "两家为晒场争地方，听完各自的话，说好轮着用",
    "给三户老人换了灯泡",
    "排查了巷里的犬只，都拴好了",
)


def list_grid_rows() -> Mapping[str, Sequence[Row]]:
    """Return the workbook of units and of who serves in them."""
    units: list[Row] = [
        (f"WG-{half:04d}", "一级网格", name, None, None, None) for half, name in enumerate(_HALVES, 1)
    ]
    people: list[Row] = []
    living = _list_by_group()
    for half in (1, 2):
        number = f"WG-{half:04d}"
        people += [
            _hold(number, "head", ("钱主任", "周采办")[half - 1]),
            _hold(number, "police", "严巡村"),
            _hold(number, "doctor", "安把脉"),
            _hold(number, "supervisor", "孙监督"),
            _hold(number, "helper", ("乐帮办", "常代办")[half - 1]),
        ]
    for group in range(1, GROUPS + 1):
        number = name_micro(group)
        parent = f"WG-{(group - 1) * 2 // GROUPS + 1:04d}"
        units.append((number, "微网格", _TITLES[group - 1], parent, len(living[group]), None))
        head, worker, taught = living[group][:3]
        people.append(_hold(number, "head", head.name, head.number))
        people.append(_hold(number, "worker", worker.name, worker.number))
        if group in (1, 5):
            more = (taught.name, taught.number, "2026-09-01", None, None)
            people.append((*_hold(number, "pair", head.name, head.number)[:4], *more))
    for place, (number, title, count) in enumerate(_LANES):
        head = living[1][10 + place]
        units.append((number, "街巷", title, name_micro(1), count, None))
        signed = ("2026-08-30", "0000-1234567") if place == 0 else (None, None)
        people.append((*_hold(number, "head", head.name, head.number)[:7], *signed))
    return {"网格": units, "网格人员": people}


def _hold(number: str, post: str, name: str, household: str | None = None) -> Row:
    """Return who holds a post of a unit; nobody is paired, and nobody signed to stand on a board by the whole name."""
    return (number, POST_NAMES[post], name, household, None, None, None, None, None)


def name_micro(group: int) -> str:
    """Return the number of the micro-grid of a group of villagers."""
    return f"WG-{10 + group:04d}"


def list_visit_rows(month: str) -> Mapping[str, Sequence[Row]]:
    """Return the workbook of a month's visits: ten or a few more of each worker, but for one, and what was noted."""
    random = Random(f"visits {month}")
    last = 18 if month == VISITED[-1] else 28
    living = _list_by_group()
    rows: list[Row] = []
    for group in range(1, GROUPS + 1):
        number, worker = name_micro(group), living[group][1]
        wanted = 6 if number == _SHORT else random.randrange(10, 14)
        others = [one for one in living[group] if one.number != worker.number]
        visits = [
            (
                *(number, f"{month}-{random.randrange(1, last):02d}", worker.name),
                *(other.number, other.name, random.choice(_REASONS)),
            )
            for other in random.sample(others, wanted)
        ]
        notes = [
            (number, f"{month}-{random.randrange(1, last):02d}", worker.name, None, None, note)
            for note in random.sample(_DIARIES, 1 + group % 2)
        ]
        rows += sorted([*visits, *notes], key=lambda row: (row[1], row[3] or ""))
    return {"走访": rows}


def list_votes() -> list[str]:
    """Return what each of those who voted chose, a digit for each micro-grid: most think well of most."""
    random = Random("ballot")
    return [
        "".join(random.choices("12340", weights=(46, 38, 11, 2, 3), k=len(_TITLES))) for _ in range(VOTED)
    ]


def _list_by_group() -> dict[int, list[DemoHousehold]]:
    """Return the households of each group; whoever serves, or is visited, need not have agreed to be scored."""
    return {group: [one for one in list_households() if one.group == group] for group in range(1, GROUPS + 1)}
