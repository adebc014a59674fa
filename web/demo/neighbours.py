"""The demo's two other villages of the same township: a few months each, so that the township has something to compare.

核桃岭村 earns little and is behind: a month's sheet never hung, two months are not closed, and vouchers wait for the
township, above its limit. 枣花湾村 lets a cold store, is in another band of income, and is punctual. Their workbooks
are drawn when the demo is built.
"""

from __future__ import annotations

from typing import NamedTuple

from web.demo.books import DemoVoucher, Line
from web.demo.people import VILLAGE, DemoHousehold, Staff
from web.demo.rounds import Award

Opening = tuple[str, str, int]
"""Account, side and fen."""


class Month(NamedTuple):
    """A month of a neighbour: its vouchers, when they were passed, when it was closed and when its sheets were sealed;
    `closed_on` and `sealed_on` are empty for never.
    """

    period: str
    passed_on: str
    vouchers: tuple[DemoVoucher, ...]
    awards: tuple[Award, ...] = ()
    closed_on: str = ""
    sealed_on: str = ""


class Limits(NamedTuple):
    """From which fen a second and a third person must pass a voucher, by which meeting, recorded on which day."""

    second_fen: int
    third_fen: int
    resolution: str
    adopted_on: str


class Neighbour(NamedTuple):
    """One of them. `resolution` adopted its rulebook; `limits` were adopted last; `waiting` is handed in after all and
    passed by supervisor and secretary, so that only the township's word is missing.
    """

    code: str
    name: str
    telephone: str
    staff: Staff
    founded_on: str
    resolution: str
    opening: tuple[Opening, ...]
    households: tuple[DemoHousehold, ...]
    months: tuple[Month, ...]
    limits: Limits | None = None
    waiting: tuple[DemoVoucher, ...] = ()


class _Row(NamedTuple):
    """A voucher in short: day of the month, 摘要, debit, credit, fen."""

    day: int
    summary: str
    debit: str
    credit: str
    fen: int


def _book(period: str, *rows: _Row, after: int = 0) -> tuple[DemoVoucher, ...]:
    return tuple(
        DemoVoucher(
            f"{period}-{after + place:03d}",
            f"{period}-{row.day:02d}",
            row.summary,
            (Line(row.debit, "debit", row.fen), Line(row.credit, "credit", row.fen)),
            1,
            place % 3,
        )
        for place, row in enumerate(rows, 1)
    )


_LATE_OPENING: tuple[Opening, ...] = (
    ("101", "debit", 84_000),
    ("102", "debit", 6_320_000),
    ("112", "debit", 450_000),
    ("151", "debit", 38_600_000),
    ("152", "credit", 11_400_000),
    ("211", "credit", 920_000),
    ("301", "credit", 24_000_000),
    ("311", "credit", 9_134_000),
)
_LATE_MONTHS = (
    Month(
        "2026-06",
        "2026-07-01",
        _book(
            "2026-06",
            _Row(3, "从银行提取备用金", "101", "102", 120_000),
            _Row(6, "收荒坡承包金", "102", "50106", 1_260_000),
            _Row(9, "购办公用纸和墨盒", "513", "101", 9_600),
            _Row(12, "村委会电费", "513", "101", 21_400),
            _Row(16, "街道保洁劳务", "514", "102", 98_000),
            _Row(24, "修引水渠口", "514", "102", 164_000),
        ),
        closed_on="2026-07-03",
        sealed_on="2026-07-04",
    ),
    Month(
        "2026-07",
        "2026-08-12",
        _book(
            "2026-07",
            _Row(2, "收老磨坊租金", "102", "50103", 240_000),
            _Row(8, "村委会电费", "513", "101", 23_150),
            _Row(15, "街道保洁劳务", "514", "102", 98_000),
            _Row(21, "收回承包户往来款", "102", "112", 180_000),
            _Row(29, "防汛沙袋和雨具", "514", "102", 76_500),
        ),
        closed_on="2026-08-20",
    ),
    Month(
        "2026-08",
        "2026-09-24",
        _book(
            "2026-08",
            _Row(5, "街道保洁劳务", "514", "102", 98_000),
            _Row(13, "宽带和电话费", "513", "101", 14_800),
            _Row(19, "收村级运转补助", "102", "503", 1_500_000),
            _Row(26, "核桃苗木款", "511", "102", 285_000),
        ),
    ),
    Month(
        "2026-09",
        "2026-10-29",
        _book(
            "2026-09",
            _Row(4, "街道保洁劳务", "514", "102", 98_000),
            _Row(11, "卖核桃", "102", "50101", 438_000),
            _Row(18, "村委会电费", "513", "101", 22_700),
        ),
    ),
)
_LATE_WAITING = _book(
    "2026-09",
    _Row(22, "修蓄水池工程款", "153", "102", 1_850_000),
    _Row(25, "购山地运输机", "151", "102", 2_360_000),
    after=3,
)

_RICH_OPENING: tuple[Opening, ...] = (
    ("101", "debit", 152_000),
    ("102", "debit", 88_470_000),
    ("112", "debit", 3_200_000),
    ("151", "debit", 246_000_000),
    ("152", "credit", 31_500_000),
    ("221", "credit", 6_000_000),
    ("301", "credit", 212_000_000),
    ("311", "credit", 88_322_000),
)
_RICH_HOUSEHOLDS = tuple(
    DemoHousehold(
        f"{place:04d}",
        f"{surname}样{branch}",
        1 + place // 7,
        place != 5,
        place not in {5, 8},
        place % 3 == 0,
    )
    for place, (surname, branch) in enumerate(
        zip("丁方石姚谭廖邹熊金陆郝孔", "子丑寅卯辰巳午未申酉戌亥", strict=True), 1
    )
)


def _award(*given: tuple[int, str, str, int]) -> tuple[Award, ...]:
    """Awards in short: place of the household, rule, its name, quantity."""
    found = (
        (_RICH_HOUSEHOLDS[place - 1], rule, item, quantity) for place, rule, item, quantity in sorted(given)
    )
    return tuple(
        Award(household.number, household.name, rule, item, quantity, f"村务登记 {place:02d}")
        for place, (household, rule, item, quantity) in enumerate(found, 1)
    )


_RICH_MONTHS = (
    Month(
        "2026-09",
        "2026-10-01",
        _book(
            "2026-09",
            _Row(2, "从银行提取备用金", "101", "102", 150_000),
            _Row(5, "收冷库租金", "102", "50103", 32_000_000),
            _Row(10, "冷库电费", "511", "102", 486_000),
            _Row(14, "街道保洁劳务", "514", "102", 264_000),
            _Row(18, "卖鲜枣", "102", "50101", 18_640_000),
            _Row(22, "购办公用纸和墨盒", "513", "101", 12_800),
            _Row(28, "老年食堂米面油", "514", "102", 312_500),
        ),
        _award(
            (1, "C01", "庭院月评“整洁”", 1),
            (3, "B01", "志愿服务（每4小时）", 2),
            (9, "C06", "生活垃圾正确分类", 2),
        ),
        closed_on="2026-10-03",
        sealed_on="2026-10-04",
    ),
    Month(
        "2026-10",
        "2026-11-01",
        _book(
            "2026-10",
            _Row(9, "卖干枣", "102", "50101", 12_280_000),
            _Row(12, "冷库电费", "511", "102", 512_500),
            _Row(16, "街道保洁劳务", "514", "102", 264_000),
            _Row(20, "路灯维修和电费", "514", "101", 36_400),
            _Row(26, "老年食堂米面油", "514", "102", 298_000),
        ),
        _award(
            (2, "C01", "庭院月评“整洁”", 1),
            (4, "A01", "探望照料独居/高龄老人", 2),
            (11, "E07", "参加读书/村晚/文体活动", 1),
        ),
        closed_on="2026-11-03",
        sealed_on="2026-11-04",
    ),
    Month(
        "2026-11",
        "2026-11-18",
        _book(
            "2026-11",
            _Row(6, "收冷库押金", "102", "221", 2_000_000),
            _Row(12, "冷库电费", "511", "102", 468_000),
        ),
    ),
)

LATE = Neighbour(
    code="379900001202",
    name="核桃岭村",
    telephone="0000-1234568",
    staff=Staff("贺记账", "洪监督", "汤书记", ("常经手", "段采办", "侯跑腿"), "汤主任"),
    founded_on="2026-06-01",
    resolution="2026年5月28日村民代表会议通过",
    opening=_LATE_OPENING,
    households=(),
    months=_LATE_MONTHS,
    limits=Limits(500_000, 1_500_000, "2026年10月30日村民代表会议通过", "2026-11-02"),
    waiting=_LATE_WAITING,
)
PUNCTUAL = Neighbour(
    code="379900001203",
    name="枣花湾村",
    telephone="0000-1234569",
    staff=Staff("蒋记账", "葛监督", "范书记", ("彭经手", "鲁采办", "韦跑腿"), "范主任"),
    founded_on="2026-09-01",
    resolution="2026年8月27日村民代表会议通过",
    opening=_RICH_OPENING,
    households=_RICH_HOUSEHOLDS,
    months=_RICH_MONTHS,
)
NEIGHBOURS = (LATE, PUNCTUAL)
AREA_NAME = "河边片区"
AREA = (VILLAGE, PUNCTUAL.code)
"""Whom the township looks at together: the villages along the river."""
