"""The demo village's contracts: one that is paid to the day, one that ends soon, one a part behind, one long overdue.

Whoever is the other side has a name that looks invented; a firm's is put together from what it does.
"""

from __future__ import annotations

from typing import NamedTuple

ENTERED_ON = "2026-01-05"
"""When those that were in force before the books began were entered."""


class DemoContract(NamedTuple):
    """A row of the workbook; amounts in yuan, days YYYY-MM-DD. `dues` takes the place of so much a year."""

    number: str
    signed_on: str
    category: str
    direction: str
    title: str
    subject: str
    use: str
    counterparty: str
    party: str
    chosen_by: str
    resolution: str
    begins_on: str
    ends_on: str
    area_mu: float = 0
    units: int = 0
    deposit: float = 0
    yearly: float = 0
    times: int = 0
    first_due: str = ""
    step_years: int = 0
    step_percent: float = 0
    owed_before: float = 0
    dues: tuple[tuple[str, float], ...] = ()
    resolved: str = ""  # by the resolution of the register that has this number
    land: str = ""  # of the register of resources
    floor: float = 0  # the lowest price for a year that was set before


class DemoEnd(NamedTuple):
    """A contract that ended early."""

    number: str
    ended_on: str
    reason: str


CONTRACTS: dict[str, tuple[DemoContract, ...]] = {
    "立账": (
        DemoContract(
            number="HT-0001",
            signed_on="2024-12-18",
            category="出租",
            direction="收款",
            title="沿街门面出租",
            subject="村口沿街门面六间",
            use="开食品超市",
            counterparty="样例县果满园食品店",
            party="企业",
            chosen_by="公开招标",
            resolution="2024-12-10 村民代表会议",
            begins_on="2025-01-01",
            ends_on="2029-12-31",
            units=6,
            deposit=10_000,
            yearly=81_600,
            times=12,
            first_due="2026-01-20",
            step_years=2,
            step_percent=5,
        ),
        DemoContract(
            number="HT-0002",
            signed_on="2021-12-20",
            category="发包",
            direction="收款",
            title="河滩地承包",
            subject="河东滩地",
            use="种花生",
            counterparty="样滩生",
            party="个人",
            chosen_by="公开竞价",
            resolution="2021-12-12 村民代表会议",
            begins_on="2022-01-01",
            ends_on="2026-12-31",
            area_mu=336,
            yearly=168_000,
            times=4,
            first_due="2026-01-25",
        ),
        DemoContract(
            number="HT-0003",
            signed_on="2023-02-22",
            category="发包",
            direction="收款",
            title="鱼塘承包",
            subject="村西鱼塘",
            use="养鱼",
            counterparty="样塘养",
            party="个人",
            chosen_by="公开协商",
            resolution="2023-02-15 村民代表会议",
            begins_on="2023-03-01",
            ends_on="2033-02-28",
            area_mu=27.5,
            deposit=3_000,
            dues=tuple(
                (f"{year}-{day}", 18_500 if f"{year}-{day}" == "2026-03-31" else 23_000)
                for year in range(2026, 2033)
                for day in ("03-31", "09-30")
            ),
        ),
        DemoContract(
            number="HT-0004",
            signed_on="2015-12-16",
            category="出租",
            direction="收款",
            title="村东砖厂旧址出租",
            subject="村东砖厂旧址",
            use="堆放砂石",
            counterparty="样例县垒得高建材厂",
            party="企业",
            chosen_by="公开协商",
            resolution="无",
            begins_on="2016-01-01",
            ends_on="2030-12-31",
            area_mu=12.6,
            yearly=24_000,
            times=1,
            first_due="2026-12-20",
            owed_before=20_000,
        ),
    ),
    "2026-03": (
        DemoContract(
            number="HT-0005",
            signed_on="2026-03-20",
            category="工程",
            direction="付款",
            title="北坡修渠工程",
            subject="北坡干渠",
            use="浇地",
            counterparty="样例县渠通水利施工队",
            party="企业",
            chosen_by="公开招标",
            resolution="2026-03-08 村民代表会议",
            resolved="JY-2026-001",
            begins_on="2026-03-25",
            ends_on="2026-08-31",
            dues=(("2026-04-15", 92_000), ("2026-08-15", 15_000)),
        ),
        DemoContract(
            number="HT-0006",
            signed_on="2026-03-18",
            category="其他",
            direction="收款",
            title="北坡荒山合作造林",
            subject="北坡石榴园以北的荒山",
            use="种侧柏和黄连木",
            counterparty="样例县满山绿造林队",
            party="企业",
            chosen_by="公开协商",
            resolution="2026-03-08 村民代表会议",
            begins_on="2026-03-20",
            ends_on="2056-03-19",
            yearly=3_000,
            times=1,
            first_due="2027-03-31",
        ),
        DemoContract(
            number="HT-0008",
            signed_on="2026-03-25",
            category="发包",
            direction="收款",
            title="村南旱地承包",
            subject="村南旱地",
            use="种谷子",
            counterparty="样谷香",
            party="个人",
            chosen_by="公开协商",
            resolution="2026-03-08 村民代表会议",
            begins_on="2026-04-01",
            ends_on="2061-03-31",
            area_mu=15.2,
            yearly=3_040,
            times=1,
            first_due="2026-12-20",
            land="ZY-0005",
        ),
    ),
    "2026-05": (
        DemoContract(
            number="HT-0007",
            signed_on="2026-05-08",
            category="出租",
            direction="收款",
            title="村西旧仓库出租",
            subject="村西旧仓库三间",
            use="放农机",
            counterparty="样例县犁得深农机站",
            party="企业",
            chosen_by="公开竞价",
            resolution="2026-04-28 村民代表会议",
            begins_on="2026-05-10",
            ends_on="2029-05-09",
            units=3,
            yearly=8_400,
            times=1,
            first_due="2026-06-05",
            floor=9_600,
        ),
        DemoContract(
            number="HT-0009",
            signed_on="2026-05-08",
            category="出租",
            direction="收款",
            title="村南晒场短租",
            subject="村南晒场",
            use="晒麦子",
            counterparty="样麦收",
            party="个人",
            chosen_by="公开协商",
            resolution="2026-04-28 村民代表会议",
            begins_on="2026-05-10",
            ends_on="2026-07-09",
            dues=(("2026-06-30", 600),),
        ),
    ),
}
"""By the folder that the workbook lies in."""
ENDS: dict[str, tuple[DemoEnd, ...]] = {
    "2026-09": (DemoEnd("HT-0004", "2026-09-30", "厂子停产，双方商定提前结束，旧欠照还"),),
}
PAID_UNDER = {
    "收沿街门面租金": "HT-0001",
    "收滩地承包金": "HT-0002",
    "收鱼塘承包金": "HT-0003",
    "收回砖厂欠承包金": "HT-0004",
    "支付修渠进度款": "HT-0005",
    "收旧仓库租金": "HT-0007",
    "收晒场租金": "HT-0009",
    "收晒场续用租金": "HT-0009",
    "支付欠施工队工程款": "HT-0005",
}
"""Under which contract a voucher pays, by its summary."""
