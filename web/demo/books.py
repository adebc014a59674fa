"""The demo village's money: a year of vouchers, drawn with a fixed seed so that the books balance and look lived in.

One quarter, July to September, follows figures that a real village published: its operating, administrative,
welfare and other expenses (accounts 511, 513, 514, 515) are 139 lines that add up to 222,801.00 yuan, the
smallest 24.00.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from web.demo.asked import MOVED
from web.demo.contracts import PAID_UNDER
from web.demo.registers import ABOUT, Named

QUARTER = ("2026-07", "2026-08", "2026-09")
QUARTER_LINES = 139
QUARTER_FEN = 22_280_100
QUARTER_MIN_FEN = 2_400
MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 12))
LAST_DAY_OF_NOVEMBER = 19


class Line(NamedTuple):
    account: str
    side: str  # debit or credit
    fen: int


class DemoVoucher(NamedTuple):
    number: str
    day: str
    summary: str
    lines: tuple[Line, ...]
    attachments: int
    handler: int  # place among the staff's handlers
    reverses: str = ""
    replaces: str = ""
    reason: str = ""
    contract: str = ""  # under which it pays, HT-…
    about: Named = Named()


OPENING: tuple[tuple[str, str, int], ...] = (
    ("101", "debit", 386_450),
    ("102", "debit", 61_274_318),
    ("112", "debit", 2_860_000),
    ("113", "debit", 1_245_000),
    ("121", "debit", 934_000),
    ("131", "debit", 1_120_000),
    ("132", "debit", 3_680_000),
    ("133", "credit", 552_000),
    ("134", "debit", 860_000),
    ("141", "debit", 30_000_000),
    ("151", "debit", 284_600_000),
    ("152", "credit", 96_480_000),
    ("153", "debit", 12_500_000),
    ("161", "debit", 4_800_000),
    ("162", "credit", 960_000),
    ("171", "debit", 1_440_000),
    ("201", "credit", 5_000_000),
    ("211", "credit", 3_745_000),
    ("212", "credit", 1_182_000),
    ("213", "credit", 264_000),
    ("214", "credit", 96_800),
    ("221", "credit", 8_000_000),
    ("231", "credit", 2_150_000),
    ("241", "credit", 11_800_000),
    ("301", "credit", 186_000_000),
    ("311", "credit", 72_640_000),
    ("322", "credit", 0),
)
"""Balances taken over on 1 January 2026; 322 takes what is left, so that both sides are equal."""

# What the village spends on: account, 摘要, usual yuan from and to.
EXPENSES: tuple[tuple[str, str, int, int], ...] = (
    ("511", "灌溉泵站电费", 900, 3600),
    ("511", "果园雇工劳务费", 1200, 4800),
    ("511", "购果园有机肥", 1500, 5200),
    ("511", "农机柴油", 300, 1500),
    ("511", "冷库维修", 400, 2600),
    ("513", "购办公用纸和墨盒", 60, 420),
    ("513", "村委会电费", 180, 760),
    ("513", "村委会水费", 24, 160),
    ("513", "宽带和电话费", 120, 260),
    ("513", "印刷公开栏和表格", 80, 600),
    ("513", "打印机维修", 60, 380),
    ("513", "去镇里开会交通费", 24, 120),
    ("513", "公章保管柜", 150, 480),
    ("51301", "村干部误工补贴", 2400, 4200),
    ("514", "老年食堂米面油", 800, 3200),
    ("514", "老年食堂炊事员劳务", 1800, 2600),
    ("514", "街道保洁劳务", 1500, 3000),
    ("514", "清运生活垃圾", 600, 2400),
    ("514", "路灯维修和电费", 200, 1600),
    ("514", "重阳和六一活动用品", 120, 900),
    ("514", "村卫生室消毒用品", 60, 380),
    ("514", "防汛沙袋和雨具", 90, 700),
    ("515", "捐助邻村水灾", 200, 1000),
    ("515", "树木倒伏赔付", 150, 900),
)
# What comes in: months it comes in, account, 摘要, yuan.
INCOMES: tuple[tuple[tuple[int, ...], str, str, int], ...] = (
    (tuple(range(1, 13)), "50103", "收沿街门面租金", 6800),
    ((1, 4, 7, 10), "50106", "收滩地承包金", 42000),
    ((3, 9), "50106", "收鱼塘承包金", 18500),
    (tuple(range(1, 13)), "50104", "收农机服务费", 2350),
    ((5, 6, 9, 10), "50101", "卖石榴和苗木", 26400),
    ((6,), "502", "收合作社分红", 30000),
    ((2, 5, 8, 11), "503", "收村级运转补助", 38000),
    ((1, 7), "504", "收废旧物资款", 860),
)


def list_opening() -> list[tuple[str, str, int]]:
    """Return the opening balances, both sides equal."""
    debit = sum(fen for _, side, fen in OPENING if side == "debit")
    credit = sum(fen for _, side, fen in OPENING if side == "credit")
    return [(code, side, debit - credit if code == "322" else fen) for code, side, fen in OPENING]


WAITING: tuple[tuple[str, tuple[Line, ...], int, int], ...] = (
    ("购会议室桌椅", (Line("513", "debit", 186_000), Line("102", "credit", 186_000)), 2, 1),
    ("修村口路灯", (Line("514", "debit", 94_500), Line("101", "credit", 94_500)), 1, 2),
    ("收鱼塘承包金", (Line("102", "debit", 450_000), Line("50101", "credit", 450_000)), 1, 0),
    ("慰问住院老人", (Line("514", "debit", 132_000), Line("102", "credit", 132_000)), 3, 1),
)


def list_vouchers(month: str) -> list[DemoVoucher]:
    """Return a month's vouchers in the order of their numbers and days."""
    drafts = [*_list_incomes(month), *_list_spendings(month), *_list_routine(month)]
    drafts += [mistake.wrong for mistake in MISTAKES if mistake.wrong.day[:7] == month]
    drafts.sort(key=lambda draft: draft.day)
    return _number(month, drafts, 1)


def _number(month: str, drafts: list[DemoVoucher], first: int) -> list[DemoVoucher]:
    """Number a month's vouchers on from `first`, each naming what it is about."""
    return [
        draft._replace(
            number=f"{month}-{place:03d}",
            contract=PAID_UNDER.get(draft.summary, ""),
            about=ABOUT.get(draft.summary, Named()),
        )
        for place, draft in enumerate(drafts, first)
    ]


def _list_incomes(month: str) -> list[DemoVoucher]:
    random = Random(f"income {month}")
    found = []
    for months, account, summary, yuan in INCOMES:
        if int(month[5:]) in months:
            fen = yuan * 100 + (
                random.randrange(0, 90_000) // 100 * 100 if account in ("50104", "50101") else 0
            )
            lines = (Line("102", "debit", fen), Line(account, "credit", fen))
            day = random.randrange(3, 19)
            found.append(DemoVoucher("", f"{month}-{day:02d}", summary, lines, random.randrange(1, 4), 0))
    return found


def _list_spendings(month: str) -> list[DemoVoucher]:
    """Expense vouchers of one or two lines of the same account; cash for small ones, bank for the others."""
    random = Random(f"expense {month}")
    lines = sorted(_draw_expense_lines(month), key=lambda line: line[0])
    found: list[DemoVoucher] = []
    while lines:
        take = random.choice((1, 1, 1, 2))
        take = 2 if take == 2 and len(lines) > 1 and lines[0][0] == lines[1][0] else 1
        part, lines = lines[:take], lines[take:]
        total = sum(fen for _, _, fen in part)
        money = "101" if total < 50_000 else "102"
        summary = "、".join(dict.fromkeys(summary for _, summary, _ in part))
        body = tuple(Line(account, "debit", fen) for account, _, fen in part)
        last = LAST_DAY_OF_NOVEMBER if month == "2026-11" else 27
        day = random.randrange(1, last + 1)
        found.append(
            DemoVoucher(
                "",
                f"{month}-{day:02d}",
                summary,
                (*body, Line(money, "credit", total)),
                take + random.randrange(0, 3),
                random.randrange(0, 3),
            )
        )
    return found


def _draw_expense_lines(month: str) -> list[tuple[str, str, int]]:
    if month in QUARTER:
        return _draw_quarter()[month]
    random = Random(f"lines {month}")
    count = 18 if month == "2026-11" else random.randrange(34, 44)
    return [_draw_line(random) for _ in range(count)]


def _draw_line(random: Random) -> tuple[str, str, int]:
    account, summary, low, high = random.choice(EXPENSES)
    fen = random.randrange(low * 2, high * 2) * 50
    return account, summary, max(fen, low * 100)


def _draw_quarter() -> dict[str, list[tuple[str, str, int]]]:
    """Return the quarter's lines by month: 139 in all with the blue replacement of July, which is one of them."""
    random = Random("quarter")
    counts = {"2026-07": 45, "2026-08": 47, "2026-09": 46}  # and one line more in July, MISTAKES
    lines = {month: [_draw_line(random) for _ in range(count)] for month, count in counts.items()}
    flat = [(month, place) for month in QUARTER for place in range(counts[month])]
    replaced = REPLACEMENT_FEN
    for month, place in flat:
        account, summary, fen = lines[month][place]
        lines[month][place] = (account, summary, max(fen, QUARTER_MIN_FEN + 100))
    lines["2026-08"][0] = ("513", "去镇里开会交通费", QUARTER_MIN_FEN)
    rest = QUARTER_FEN - replaced - sum(lines[month][place][2] for month, place in flat)
    _spread(lines, [spot for spot in flat if spot != ("2026-08", 0)], rest)
    return lines


def _spread(lines: dict[str, list[tuple[str, str, int]]], spots: list[tuple[str, int]], rest: int) -> None:
    """Add or take `rest` fen over the larger lines, in proportion, so that the sum is exact and no line gets tiny."""
    pool = [spot for spot in spots if lines[spot[0]][spot[1]][2] >= 60_000]
    total = sum(lines[month][place][2] for month, place in pool)
    left = rest
    for month, place in pool:
        account, summary, fen = lines[month][place]
        share = rest * fen // total // 100 * 100
        lines[month][place] = (account, summary, fen + share)
        left -= share
    month, place = pool[-1]
    account, summary, fen = lines[month][place]
    lines[month][place] = (account, summary, fen + left)


def _list_routine(month: str) -> list[DemoVoucher]:
    """Cash drawn, wages paid, dues, loans, taxes, investment: what touches the other accounts."""
    number = int(month[5:])
    found = [_simple(month, 2, "从银行提取备用金", "101", "102", 360_000)]
    found += [
        _simple(month, day, summary, debit, credit, fen)
        for (at, day, summary, debit, credit, fen) in (*ROUTINE, *MOVED)
        if at == number
    ]
    return [
        voucher for voucher in found if month != "2026-11" or int(voucher.day[8:]) <= LAST_DAY_OF_NOVEMBER
    ]


def _simple(month: str, day: int, summary: str, debit: str, credit: str, fen: int) -> DemoVoucher:
    lines = (Line(debit, "debit", fen), Line(credit, "credit", fen))
    return DemoVoucher("", f"{month}-{day:02d}", summary, lines, 1, day % 3)


# month, day, 摘要, debit, credit, fen
ROUTINE: tuple[tuple[int, int, str, str, str, int], ...] = (
    (1, 8, "发放上年应付村干部补贴", "212", "102", 1_182_000),
    (1, 12, "支付上年保洁劳务费", "213", "102", 264_000),
    (1, 14, "缴纳上年门面租金税费", "214", "102", 96_800),
    (2, 9, "收回砖厂欠承包金", "102", "112", 800_000),
    (2, 20, "购化肥种子入库", "121", "102", 1_360_000),
    (3, 6, "果园领用化肥", "401", "121", 420_000),
    (3, 11, "收一事一议筹资修渠", "102", "231", 1_600_000),
    (3, 18, "收上级修渠专项款", "102", "241", 8_000_000),
    (4, 10, "支付修渠进度款", "153", "102", 9_200_000),
    (4, 16, "卖出成年鸡结转成本", "511", "131", 260_000),
    (4, 24, "购办公电脑两台", "151", "102", 760_000),
    (5, 8, "计提门面租金税费", "512", "214", 54_000),
    (5, 12, "缴纳门面租金税费", "214", "102", 54_000),
    (5, 21, "短期存入理财", "111", "102", 5_000_000),
    (6, 5, "收回理财本金", "102", "111", 5_000_000),
    (6, 12, "归还镇信用社短期借款", "201", "102", 2_000_000),
    (6, 18, "石榴园成本入库", "121", "401", 420_000),
    (6, 25, "计提在任村干部补贴", "51301", "212", 1_260_000),
    (7, 9, "发放上半年村干部补贴", "212", "102", 1_260_000),
    (7, 16, "收回承包户往来款", "102", "113", 320_000),
    (8, 6, "修渠完工转入固定资产", "151", "153", 20_400_000),
    (8, 13, "支付欠施工队工程款", "211", "102", 1_500_000),
    (9, 10, "退还承包户押金", "221", "102", 300_000),
    (9, 17, "收回货款", "102", "112", 640_000),
    (10, 9, "计提门面租金税费", "512", "214", 61_000),
    (10, 13, "缴纳门面租金税费", "214", "102", 61_000),
    (10, 20, "核销丢失水泵", "18102", "151", 240_000),
    (10, 27, "丢失水泵转其他支出", "515", "18102", 240_000),
    (11, 10, "收秋季承包户往来款", "102", "113", 210_000),
)

REPLACEMENT_FEN = 186_000
"""The blue replacement in July counts among the quarter's 139 lines; the red reversal beside it does not."""


class Mistake(NamedTuple):
    """A voucher that was wrong, the month it is put right in, and what it should have been."""

    month: str
    wrong: DemoVoucher
    right: tuple[Line, ...]
    reason: str


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "2026-04",
        DemoVoucher(
            "",
            "2026-03-12",
            "购分类垃圾桶",
            (Line("514", "debit", 480_000), Line("102", "credit", 480_000)),
            2,
            1,
        ),
        (Line("514", "debit", 408_000), Line("102", "credit", 408_000)),
        "金额多记，发票为4080元，按实际更正",
    ),
    Mistake(
        "2026-06",
        DemoVoucher(
            "",
            "2026-05-06",
            "收敬老捐款",
            (Line("102", "debit", 300_000), Line("241", "credit", 300_000)),
            1,
            0,
        ),
        (Line("102", "debit", 220_000), Line("241", "credit", 220_000)),
        "有一笔捐款没有到账，按实际收到的更正",
    ),
    Mistake(
        "2026-07",
        DemoVoucher(
            "",
            "2026-06-16",
            "购会议室窗帘",
            (Line("514", "debit", REPLACEMENT_FEN), Line("102", "credit", REPLACEMENT_FEN)),
            1,
            2,
        ),
        (Line("513", "debit", REPLACEMENT_FEN), Line("102", "credit", REPLACEMENT_FEN)),
        "科目记错，应记管理费用",
    ),
    Mistake(
        "2026-10",
        DemoVoucher(
            "",
            "2026-09-15",
            "收门面补缴租金",
            (Line("102", "debit", 120_000), Line("50104", "credit", 120_000)),
            1,
            0,
        ),
        (Line("102", "debit", 120_000), Line("50103", "credit", 120_000)),
        "科目记错，应记租赁收入",
    ),
)


def list_waiting() -> list[DemoVoucher]:
    """Return what the clerk handed in last and nobody has passed yet: in the month that is open."""
    month = MONTHS[-1]
    vouchers = [
        DemoVoucher("", f"{month}-18", summary, lines, attachments, handler)
        for summary, lines, attachments, handler in WAITING
    ]
    first = len(list_vouchers(month)) + 1
    return _number(month, vouchers, first)


def list_corrections(month: str) -> tuple[list[DemoVoucher], list[DemoVoucher]]:
    """Return the month's red reversals and its blue replacements; the latter are handed in after the former passed."""
    reversals, replacements = [], []
    count = len(list_vouchers(month))
    for mistake in (item for item in MISTAKES if item.month == month):
        original = _find_number(mistake)
        red = tuple(line._replace(fen=-line.fen) for line in mistake.wrong.lines)
        count += 2
        reversals.append(
            DemoVoucher(
                f"{month}-{count - 1:03d}",
                f"{month}-28",
                "",
                red,
                0,
                0,
                reverses=original,
                reason=mistake.reason,
            )
        )
        summary = mistake.wrong.summary
        replacements.append(
            DemoVoucher(
                f"{month}-{count:03d}",
                f"{month}-28",
                summary,
                mistake.right,
                2,
                1,
                replaces=original,
                about=ABOUT.get(summary, Named()),
            )
        )
    return reversals, replacements


def _find_number(mistake: Mistake) -> str:
    month = mistake.wrong.day[:7]
    return next(
        voucher.number for voucher in list_vouchers(month) if voucher.summary == mistake.wrong.summary
    )
