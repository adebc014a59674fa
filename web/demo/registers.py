"""What the demo village has registers of besides contracts: assets, land, resolutions, earmarked money; a plan.

Rows as they stand in the workbooks, in the order of their columns; nothing where a cell is empty. What stood there when
the books began adds up to their opening balances; a pump that nobody finds any more is still on record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ledger.service.workbooks.columns import WorkbookKind
from web.demo.assessed import ASSESSED_MONTHS, STAR_MONTHS, list_assessment_rows, list_star_rows
from web.demo.cases import CASE_MONTHS, list_case_rows
from web.demo.grids import GRIDS_FOLDER, VISITED, list_grid_rows, list_visit_rows
from web.demo.rewards import RESOLVED, list_honour_rows, list_shop_rows, list_volunteering_rows

Row = Sequence[str | int | float | None]
Book = Mapping[str, Sequence[Row]]
"""Rows by sheet."""
OPENED = "立账"
FIRST_DAY = "2026-01-05"
_HERE = "开账时已有"
_SCORED = tuple(f"2026-{month:02d}" for month in range(1, 11))
"""Months whose rounds are held."""


def _build_asset(what: Row, used: str, since: str, months: int, money: tuple[float, float]) -> Row:
    """Return the row of an asset that stood there when the books began; `money` is what it cost and what is worn."""
    number, *told = what
    return (
        number,
        FIRST_DAY,
        "固定资产",
        *told,
        "完好",
        used,
        _HERE,
        since,
        months,
        money[0],
        None,
        money[1],
    )


BOOKS: Mapping[tuple[str, WorkbookKind], Book] = {
    (OPENED, "assets"): {
        "资产": (
            _build_asset(
                ("ZC-0001", "村办公楼", "砖混两层", 1, "栋", "村中心", "村文书"),
                "管理用",
                "2012-05",
                480,
                (1_080_000, 349_600),
            ),
            _build_asset(
                ("ZC-0002", "老年食堂和厨房设备", "无", 1, "套", "村中心", "食堂管理员"),
                "公益用",
                "2021-09",
                180,
                (286_000, 73_200),
            ),
            _build_asset(
                ("ZC-0003", "沿街门面", "砖混一层", 6, "间", "村口", "村文书"),
                "经营用",
                "2015-03",
                480,
                (720_000, 184_000),
            ),
            _build_asset(
                ("ZC-0004", "灌溉泵站和机井", "无", 3, "处", "村北", "水利管理员"),
                "经营用",
                "2016-06",
                240,
                (335_000, 150_200),
            ),
            _build_asset(
                ("ZC-0005", "冷库", "二百吨", 1, "座", "村西", "冷库管理员"),
                "经营用",
                "2014-10",
                300,
                (420_000, 204_000),
            ),
            _build_asset(
                ("ZC-0006", "灌溉水泵", "QS-40", 1, "台", "村北机井", "水利管理员"),
                "经营用",
                "2023-04",
                120,
                (2_400, 2_000),
            ),
            _build_asset(
                ("ZC-0015", "旧喷灌机", "PG-30", 1, "台", "村北", "水利管理员"),
                "经营用",
                "2019-05",
                120,
                (2_600, 1_800),
            ),
            (
                *(
                    "ZC-0009",
                    FIRST_DAY,
                    "生产性生物资产",
                    "石榴树",
                    "盛果期",
                    920,
                    "棵",
                    "北坡石榴园",
                    "果园管理员",
                ),
                *("完好", "生产用", _HERE, "2019-03", 240, 36_800, None, 5_520),
            ),
            (
                *(
                    "ZC-0010",
                    FIRST_DAY,
                    "公益性生物资产",
                    "护路林",
                    "杨树",
                    430,
                    "棵",
                    "环村路",
                    "护林员",
                    "完好",
                ),
                *("公益用", _HERE, "2014-03", None, 8_600, None, None),
            ),
            (
                *(
                    "ZC-0011",
                    FIRST_DAY,
                    "无形资产",
                    "沿街土地使用权",
                    "无",
                    1,
                    "宗",
                    "村口",
                    "村文书",
                    "完好",
                ),
                *("经营用", _HERE, "2015-01", 600, 48_000, None, 9_600),
            ),
            (
                *(
                    "ZC-0012",
                    FIRST_DAY,
                    "消耗性生物资产",
                    "鸡",
                    "成年鸡",
                    560,
                    "只",
                    "北坡石榴园",
                    "果园管理员",
                ),
                *("完好", "生产用", _HERE, "2025-06", None, 11_200, None, None),
            ),
            (
                *(
                    "ZC-0013",
                    FIRST_DAY,
                    "库存物资",
                    "化肥、种子和石榴",
                    "无",
                    1,
                    "批",
                    "村西仓库",
                    "仓库管理员",
                ),
                *("完好", "生产用", _HERE, "2025-10", None, 9_340, None, None),
            ),
        ),
    },
    ("2026-04", "assets"): {
        "资产": (
            (
                *(
                    "ZC-0007",
                    "2026-04-24",
                    "固定资产",
                    "办公电脑",
                    "台式",
                    2,
                    "台",
                    "村委会",
                    "村文书",
                    "完好",
                ),
                *("管理用", "购入", "2026-04", 60, 7_600, None, None),
            ),
        ),
    },
    ("2026-06", "assets"): {
        "资产": (
            (
                *(
                    "ZC-0014",
                    "2026-06-10",
                    "固定资产",
                    "健身器材",
                    "户外",
                    12,
                    "件",
                    "村中心广场",
                    "村文书",
                    "完好",
                ),
                *("公益用", "接受捐赠", "2026-06", 96, 18_000, None, None),
            ),
        ),
    },
    ("2026-08", "assets"): {
        "资产": (
            (
                *(
                    "ZC-0008",
                    "2026-08-06",
                    "固定资产",
                    "北坡干渠",
                    "水泥衬砌",
                    1_200,
                    "米",
                    "村北",
                    "水利管理员",
                ),
                *("完好", "公益用", "自建", "2026-08", 240, 204_000, None, None),
            ),
        ),
    },
    ("2026-09", "assets"): {
        "资产变动": (("ZC-0015", "处置", "2026-09-22", "喷头锈坏，修不好", None, None, None, None, "报废"),),
    },
    ("2026-09", "stocktakes"): {
        "盘点": (
            ("2026-09-26", "村务监督委员会", "ZC-0004", 3, 3, None),
            ("2026-09-26", "村务监督委员会", "ZC-0006", 1, 0, "机井旁没有找到，已向派出所报失"),
            ("2026-09-26", "村务监督委员会", "ZC-0007", 2, 2, None),
        ),
    },
    (OPENED, "resources"): {
        "资源": (
            (
                *(
                    "ZY-0001",
                    FIRST_DAY,
                    "河东滩地",
                    "耕地",
                    336,
                    "村东",
                    "河堤",
                    "引水渠",
                    "环村路",
                    "生产路",
                ),
                *("发包种花生", "无"),
            ),
            (
                *(
                    "ZY-0002",
                    FIRST_DAY,
                    "村西鱼塘",
                    "水域及水利设施用地",
                    27.5,
                    "村西",
                    "村道",
                    "果园",
                    "山脚",
                ),
                *("水渠", "发包养鱼", "无"),
            ),
            (
                *(
                    "ZY-0003",
                    FIRST_DAY,
                    "砖厂旧址",
                    "工矿仓储用地",
                    12.6,
                    "村东",
                    "县道",
                    "村道",
                    "仓库",
                    "耕地",
                ),
                *("出租堆放砂石", "无"),
            ),
            (
                *(
                    "ZY-0004",
                    FIRST_DAY,
                    "北坡石榴园",
                    "园地",
                    158.4,
                    "村北",
                    "山脊",
                    "北坡干渠",
                    "山沟",
                    "林地",
                ),
                *("集体经营", "无"),
            ),
            (
                *("ZY-0005", FIRST_DAY, "村南旱地", "耕地", 18.6, "村南", "生产路", "县道", "村道", "林地"),
                *("发包种粮", "无"),
            ),
        ),
    },
    (OPENED, "plan"): {
        "收支计划": tuple(
            ("2026", code, name, amount, "2025-12-28 成员代表大会")
            for code, name, amount in (
                ("501", "经营收入", 480_000),
                ("502", "投资收益", 30_000),
                ("503", "补助收入", 152_000),
                ("504", "其他收入", 2_000),
                ("511", "经营支出", 285_000),
                ("512", "税金及附加", 2_000),
                ("513", "管理费用", 176_000),
                ("514", "公益支出", 230_000),
                ("515", "其他支出", 35_000),
            )
        ),
    },
    ("2026-03", "resolutions"): {
        "决议": (
            (
                *(
                    "JY-2026-001",
                    "四议两公开",
                    "修北坡干渠",
                    "同意修北坡干渠 1200 米，公开招标，一事一议筹资加上级专项款。",
                ),
                *("通过", 110_000, "2026-12-31", 9, None),
            ),
        ),
        "会议经过": (
            ("JY-2026-001", "党支部会议", "2026-03-02", 5, 5, 5, None, None),
            ("JY-2026-001", "村两委会议", "2026-03-04", 7, 7, 6, None, 1),
            ("JY-2026-001", "党员大会", "2026-03-06", 46, 39, 37, 1, 1),
            ("JY-2026-001", "村民代表会议", "2026-03-08", 41, 36, 33, 2, 1),
        ),
    },
    ("2026-09", "resolutions"): {
        "结果公开": (
            ("JY-2026-001", "2026-08-30", "干渠 1200 米修好了，8 月 20 日验收合格，能浇地 860 亩。"),
        ),
        "民情恳谈": (
            (
                *("KT-2026-001", "2026-09-12", 31, "村口路灯常坏；垃圾桶不够。"),
                "十月底前修好路灯；入冬前添十个垃圾桶。",
            ),
        ),
    },
    ("2026-10", "resolutions"): {
        "决议": (
            (
                *(
                    "JY-2026-002",
                    "四议两公开",
                    "卖掉村东旧仓库",
                    "把闲置的村东旧仓库卖掉，钱用来修路。",
                    "没有通过",
                ),
                *(None, None, 6, None),
            ),
        ),
        "会议经过": (
            ("JY-2026-002", "党支部会议", "2026-10-12", 5, 5, 4, 1, None),
            ("JY-2026-002", "村两委会议", "2026-10-14", 7, 6, 4, 2, None),
            ("JY-2026-002", "党员大会", "2026-10-16", 46, 37, 22, 12, 3),
            ("JY-2026-002", "村民代表会议", "2026-10-18", 41, 38, 15, 20, 3),
        ),
    },
    ("2026-03", "funds"): {
        "专款": (
            (
                *("ZX-0001", "2026-03-10", "项目资金", "北坡修渠专款", "上级水利专项款和村民一事一议筹资"),
                *("修北坡干渠", "241", "专项应付款", None),
            ),
        ),
    },
    ("2026-05", "funds"): {
        "专款": (
            (
                *("ZX-0002", "2026-05-04", "捐赠", "敬老节捐款", "在外工作的村民和过路客商"),
                *("慰问老人", "241", "专项应付款", None),
            ),
        ),
    },
    ("2026-11", "resolutions"): RESOLVED,
    ("2026-11", "shop"): list_shop_rows(_SCORED),
    ("2026-11", "volunteering"): list_volunteering_rows(_SCORED),
    ("2026-11", "honours"): list_honour_rows(),
    (GRIDS_FOLDER, "grids"): list_grid_rows(),
    **{(month, "visits"): list_visit_rows(month) for month in VISITED},
    **{(month, "cases"): list_case_rows(month) for month in CASE_MONTHS},
    **{(month, "assessments"): list_assessment_rows(month) for month in ASSESSED_MONTHS},
    **{(month, "stars"): list_star_rows(month) for month in STAR_MONTHS},
}
"""By the folder that the workbook lies in, and its kind."""
NAMES: Mapping[WorkbookKind, str] = {
    "assets": "资产",
    "resources": "资源",
    "stocktakes": "盘点",
    "plan": "收支计划",
    "resolutions": "会议和决议",
    "funds": "专款",
    "shop": "积分超市",
    "volunteering": "志愿服务",
    "honours": "表彰",
    "grids": "网格",
    "visits": "走访",
    "cases": "诉求件",
    "assessments": "考评打分",
    "stars": "评星",
}
"""What the clerk calls the files, in the order in which they are handed in."""


class Named(NamedTuple):
    """What a voucher names of the registers."""

    asset: str = ""
    fund: str = ""


ABOUT: Mapping[str, Named] = {
    "购办公电脑两台": Named(asset="ZC-0007"),
    "修渠完工转入固定资产": Named(asset="ZC-0008"),
    "卖出成年鸡结转成本": Named(asset="ZC-0012"),
    "购化肥种子入库": Named(asset="ZC-0013"),
    "果园领用化肥": Named(asset="ZC-0013"),
    "石榴园成本入库": Named(asset="ZC-0013"),
    "收一事一议筹资修渠": Named(fund="ZX-0001"),
    "收上级修渠专项款": Named(fund="ZX-0001"),
    "支付修渠进度款": Named(fund="ZX-0001"),
    "收敬老捐款": Named(fund="ZX-0002"),
    "购敬老节慰问品": Named(fund="ZX-0002"),
}
"""By a voucher's summary."""


class Question(NamedTuple):
    """An objection as somebody wrote it on the page, and what the village answered; nobody's own words."""

    about: str
    came_on: str
    wording: str
    answered_on: str  # empty where nobody has answered yet
    answer: str
    outcome: str


QUESTIONS = (
    Question(
        "2026-08-F-1",
        "2026-09-06",
        "八月的工程款付了一万五，和合同对得上吗？",
        "2026-09-09",
        "8 月 13 日付的 15000 元是北坡修渠的尾款，合同 HT-0005 写的就是这个数，合同网页上能看到两笔都付清了。",
        "explained",
    ),
    Question("2026-10-F-1", "2026-11-18", "鱼塘的承包金怎么还差四千五？", "", "", ""),
)
