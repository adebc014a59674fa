"""How the demo village's branches, micro-grids and grid workers were assessed, and what stars were applied for.

Rows as they stand in the workbooks, in the order of their columns. Counts and the ballot's points are computed by the
program; here stand only marks, with what they were given for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ledger.books.star_steps import STEP_NAMES
from ledger.data.templates import load_scheme
from ledger.service.workbooks.assessment_columns import ASSESSED_NAMES
from ledger.service.workbooks.star_columns import APPLICANT_NAMES
from web.demo.grids import name_micro
from web.demo.people import GROUPS, SECRETARY, list_households

Row = Sequence[str | int | float | None]

ASSESSED_MONTHS = ("2026-09", "2026-10")
_QUARTER_END = "2026-09"
_BALLOT_MONTH = "2026-10"
_BALLOT = "CP-2026-001"
_BRANCH_MARKS = (
    (1, "P01", 3, "主题党日记录 3 份"),
    (1, "P02", 1, "党课签到表"),
    (1, "P03", 1, "联系户走访表"),
    (1, "P04", 1, "北坡水渠完工单"),
    (1, "P05", 3, "公开表照片"),
    (1, "P06", 1, "异议登记册"),
    (2, "P01", 2, "主题党日记录 2 份"),
    (2, "P04", 1, "路灯更换单"),
    (2, "P05", 3, "公开表照片"),
)
_GRID_EVIDENCE = {"P01": "公示牌照片", "P02": "月评表", "P03": "议事记录"}
_WORKER_EVIDENCE = {"P01": "隐患报告单", "P02": "例会签到表", "P03": "民情日记"}
_BRANCH, _SECRETARY = APPLICANT_NAMES["branch"], APPLICANT_NAMES["secretary"]
_STAR, _SECRETARYS_STAR = "XJ-2026-001", "XJ-2026-002"


_APPLIED: Mapping[str, Sequence[Row]] = {
    "2026-10": [
        (
            *(_STAR, "2026-10-09", _BRANCH, 1, None, 2026, 5),
            "三个月的主题党日都有记录，党员联系户走访了一遍，办成修渠一件实事，公开表月月按期贴。",
            *("支部工作总结、主题党日记录 3 份", None),
        )
    ],
    "2026-11": [
        (
            *(_SECRETARYS_STAR, "2026-11-04", _SECRETARY, 1, SECRETARY, 2026, 4),
            "年初承诺的三件实事办成两件，收支计划按月公布，水渠工程到期完工。",
            *("述职报告", None),
        )
    ],
}
_STEPS: Mapping[str, Sequence[Row]] = {
    "2026-10": [
        (_STAR, STEP_NAMES["reviewed"], "2026-10-12", 5, "党员大会", "对照办法，材料属实。", None, None),
        (_STAR, STEP_NAMES["displayed"], "2026-10-13", None, "村党组织", "贴在公开栏。", None, None),
    ],
    "2026-11": [
        (_STAR, STEP_NAMES["confirmed"], "2026-11-10", None, "石榴镇党委", "核对了材料和公示。", None, None),
        (
            _SECRETARYS_STAR,
            STEP_NAMES["reviewed"],
            "2026-11-11",
            3,
            "党员大会",
            "一件实事还没有办。",
            None,
            None,
        ),
        (
            _SECRETARYS_STAR,
            STEP_NAMES["displayed"],
            "2026-11-17",
            None,
            "村党组织",
            "贴在公开栏。",
            None,
            None,
        ),
    ],
}
STAR_MONTHS = tuple(_APPLIED)


def list_assessment_rows(month: str) -> Mapping[str, Sequence[Row]]:
    """Return the workbook of a month: micro-grids always, branches where a quarter ends, workers after the ballot."""
    random = Random(f"assessed {month}")
    grid = ASSESSED_NAMES["grid"]
    cards: list[Row] = [(month, grid, None, None, None, None, None)]
    marks: list[Row] = [
        (month, grid, name_micro(group), None, None, *_choose(random, "micro-grid", code, evidence))
        for group in range(1, GROUPS + 1)
        for code, evidence in _GRID_EVIDENCE.items()
        if random.random() < _LIKELY
    ]
    if month == _QUARTER_END:
        branch = ASSESSED_NAMES["branch"]
        cards.append((month, branch, None, None, None, None, None))
        marks += [
            (month, branch, str(number), None, None, code, _name("branch-stars", code), count, evidence)
            for number, code, count, evidence in _BRANCH_MARKS
        ]
    if month == _BALLOT_MONTH:
        worker, names = ASSESSED_NAMES["grid-worker"], _list_workers()
        cards += [
            (month, worker, name_micro(group), None, names[group], _BALLOT, group)
            for group in range(1, GROUPS + 1)
        ]
        marks += [
            (
                month,
                worker,
                name_micro(group),
                None,
                names[group],
                *_choose(random, "grid-worker", code, told),
            )
            for group in range(1, GROUPS + 1)
            for code, told in _WORKER_EVIDENCE.items()
            if random.random() < _LIKELY
        ]
    return {"考评": cards, "考评记分": marks}


def list_star_rows(month: str) -> Mapping[str, Sequence[Row]]:
    """Return the workbook of a month: a branch's star, displayed and then confirmed; a secretary's, still displayed."""
    return {"申报": _APPLIED[month], "评星": _STEPS[month]}


_LIKELY = 0.75


def _choose(random: Random, scheme: str, code: str, evidence: str) -> Row:
    """Return a mark's item, its name, how often, and what for."""
    item = next(one for one in load_scheme(scheme).items if one.code == code)
    return (code, item.item, random.randrange(1, item.monthly_cap // item.points + 1), evidence)


def _name(scheme: str, code: str) -> str:
    return next(one.item for one in load_scheme(scheme).items if one.code == code)


def _list_workers() -> dict[int, str]:
    """Return the name of each group's grid worker: its second household, as the grids say."""
    living = list_households()
    return {group: [one for one in living if one.group == group][1].name for group in range(1, GROUPS + 1)}
