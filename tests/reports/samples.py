"""Invented months to print: a busy finance month, an empty one, points, scores. Every name looks invented."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from ledger.books.figures import (
    AccountAmount,
    AccountChange,
    BranchFigures,
    ContractLine,
    Correction,
    FinanceFigures,
    Fund,
    GroupFigures,
    ItemFigures,
    Move,
    ObjectionCounts,
    PointsCorrection,
    PointsFigures,
    RegisterChange,
    RuleFigures,
    ScoreFigures,
    SheetHead,
    ShopFigures,
    StarCount,
    StarCutFigures,
    TakenOver,
)
from ledger.books.values import SHEET_LETTERS, SheetKind
from ledger.canonical import encode_value
from ledger.log.checkpoint import Checkpoint, format_checkpoint, sign_checkpoint
from ledger.log.cosignature import sign_cosignature
from ledger.log.keys import format_verifier_key, make_signer
from ledger.log.note import format_note, sign_note
from ledger.ports import SheetJob
from tests.log.evidence import make_witness

VILLAGE = "371082101201"
BASE_URL = "https://mb.example.cn"
SIGNER = make_signer("log.example/shiliuhe", b"\x07" * 32)
CHECKPOINT = Checkpoint("log.example/shiliuhe", 1234, hashlib.sha256(b"sample").digest())
NOTE = sign_checkpoint(CHECKPOINT, SIGNER)
VERIFIER_KEY = format_verifier_key(SIGNER.key)
_WITNESSES = {name: make_witness(number)[0] for number, name in enumerate("abc", 1)}
POLICY = "\n".join(
    [
        *(f"witness {name} {format_verifier_key(signer.key)}" for name, signer in _WITNESSES.items()),
        "group all 2 a b c",
        "quorum all\n",
    ]
).encode()
_TEXT = format_checkpoint(CHECKPOINT)
COSIGNED = format_note(
    _TEXT,
    [
        sign_note(_TEXT, SIGNER),
        *(sign_cosignature(_TEXT, 1_796_000_000, _WITNESSES[name]) for name in "ac"),
    ],
)
"""The checkpoint's note as two of the policy's three witnesses cosigned it."""
EVIDENCE = b'{"sample":"' + "示例".encode() + b'"}'

Figures = FinanceFigures | PointsFigures | ScoreFigures


def make_head(kind: SheetKind, *, sealed: bool = True, **changes: Any) -> SheetHead:
    """Return a head of November 2026, hung on 1 December, or a draft's."""
    values: dict[str, Any] = {
        "display_from": "2026-12-01" if sealed else "",
        "display_to": "2026-12-16" if sealed else "",
        "follows": f"2026-10-{SHEET_LETTERS[kind]}-1" if sealed else "",
        "kind": kind,
        "number": f"2026-11-{SHEET_LETTERS[kind]}-1" if sealed else "",
        "objections_until": "2026-12-06" if sealed else "",
        "period": "2026-11",
        "replaces": "",
        "size": 1234,
        "telephone": "0000-5550123",
        "township": "样例县石榴镇",
        "village": VILLAGE,
        "village_name": "石榴河村",
        **changes,
    }
    return SheetHead(**values)


def make_job(figures: Figures, **changes: Any) -> SheetJob:
    """Return the job of a sheet: sealed with the sample checkpoint, or a draft where the figures have no
    number.
    """
    sealed = bool(figures.head.number)
    values: dict[str, Any] = {
        "base_url": BASE_URL if sealed else "",
        "evidence": EVIDENCE if sealed else b"",
        "figures": encode_value(figures),
        "kind": figures.head.kind,
        "note": NOTE if sealed else b"",
        "verifier_key": VERIFIER_KEY,
        **changes,
    }
    return SheetJob(**values)


def make_move(line: int, **changes: Any) -> Move:
    """Return one line of a finance month."""
    values: dict[str, Any] = {
        "account": "51302",
        "account_name": "办公费",
        "attachments": 1,
        "balance_fen": 1_000_000_00,
        "correction": "",
        "expense_fen": 325_00,
        "handler": "甲*乙",
        "income_fen": 0,
        "index": 100 + line,
        "line": 1,
        "occurred_on": "2026-11-05",
        "summary": "购办公用纸",
        "voucher": f"2026-11-{line:03d}",
        **changes,
    }
    return Move(**values)


_BUSY = (  # summary, account, name, income, expense, handler, attachments
    ("收果园第三季度承包费", "50106", "发包收入", 1_286_000_00, 0, "欧*明", 2),
    ("付办公用电费（十月）", "51302", "办公费", 0, 1_846_35, "王*", 1),
    (
        "付村道路灯维修：更换灯头十二只、电缆二百四十米及人工费（见附件清单）",
        "514",
        "公益支出",
        0,
        12_480_00,
        "赵*䶮",
        6,
    ),
    ("收门面房第四季度租金（东头三间）", "50103", "租赁收入", 45_000_00, 0, "欧*明", 1),
    ("付十月份环境整治用工费", "514", "公益支出", 0, 38_725_50, "陈*𬭊", 12),
    ("收上级生态护林补助", "503", "补助收入", 230_000_00, 0, "王*", 3),
    ("付村务公开栏更新", "51305", "维修费", 0, 2_460_00, "王*", 2),
    ("购老年食堂米面油", "514", "公益支出", 0, 3_975_80, "刘*芳", 4),
    ("付会计培训差旅费", "51303", "差旅费", 0, 24_00, "周*", 3),
)


def make_finance(*, sealed: bool = True, moves: int = 45) -> FinanceFigures:
    """Return a busy month: income, expense, two corrections, long texts, rare characters, amounts that add
    up.
    """
    opening = 3_284_516_73
    balance, income, expense, rows = opening, 0, 0, []
    for line in range(1, moves + 1):
        summary, account, name, gained, spent, handler, attachments = _BUSY[(line - 1) % len(_BUSY)]
        mark = ""
        if line == 40:
            summary, mark = "冲销 2026-10-017：金额多记一百元", "reversal"
            gained, spent = 0, -3_250_00
        elif line == 41:
            summary, mark = "购办公用纸（更正）", "replacement"
            gained, spent = 0, 3_150_00
        balance += gained - spent
        income, expense = income + gained, expense + spent
        rows.append(
            make_move(
                line,
                account=account,
                account_name=name,
                attachments=attachments,
                balance_fen=balance,
                correction=mark,
                expense_fen=spent,
                handler=handler,
                income_fen=gained,
                occurred_on=f"2026-11-{1 + line * 28 // (moves + 1):02d}",
                summary=summary,
            )
        )
    bank = balance - 8_216_40
    return FinanceFigures(
        assets=(
            _change("121", "库存物资", 12_640_00, 3_000_00, 1_240_00),
            _change("151", "固定资产", 8_642_318_00, 28_600_00, 0),
            _change("152", "累计折旧", 1_204_655_21, 36_420_18, 0),
            _change("161", "无形资产", 120_000_00, 0, 0),
        ),
        chart="2023",
        closing_fen=balance,
        corrections=_CORRECTIONS,
        expense_fen=expense,
        expenses=(
            _amount("511", "经营支出", 12_300_00, 186_420_55),
            _amount("513", "管理费用", 4_330_35, 98_652_10),
            _amount("514", "公益支出", 55_181_30, 222_801_00),
        ),
        funds=(
            Fund(account="101", closing_fen=8_216_40, expense_fen=24_00, income_fen=0, moved_fen=5_000_00,
                 name="库存现金", opening_fen=3_240_40),
            Fund(account="102", closing_fen=bank, expense_fen=expense - 24_00, income_fen=income,
                 moved_fen=-5_000_00, name="银行存款", opening_fen=opening - 3_240_40),
        ),
        head=make_head("finance", sealed=sealed),
        income_fen=income,
        incomes=(
            _amount("501", "经营收入", 1_331_000_00, 4_122_600_00),
            _amount("503", "补助收入", 230_000_00, 690_000_00),
            _amount("504", "其他收入", 0, 1_204_33),
        ),
        moves=tuple(rows),
        opening_fen=opening,
        payables=(
            _change("211", "应付款", 45_200_00, 0, 12_000_00),
            _change("212", "应付工资", 0, 26_400_00, 26_400_00),
        ),
        receivables=(
            _change("112", "应收款", 186_000_00, 15_000_00, 45_000_00),
            _change("113", "内部往来（借方）", 3_600_00, 0, 0),
        ),
        vouchers=moves + 3,
    )  # fmt: skip


def make_told() -> FinanceFigures:
    """Return the busy month with all that a sheet may tell of besides money."""
    return msgspec.structs.replace(
        make_finance(),
        contracts=(
            _contract("HT-0001", "村东仓库租赁", 36_000_00, 36_000_00, 0, happened="signed"),
            _contract("HT-0002", "鱼塘承包", 5_000_00, 0, 16_500_00, late_days=303, ends_soon=True),
            _contract("HT-0007", "旧厂房出租", 0, 0, 1_200_000_00, happened="ended", late_days=41),
            _contract("HT-0009", "沿街门面出租", 0, -680_00, 0, happened="voided", party="household"),
            _contract(
                "HT-0011",
                "广场扩建工程",
                80_000_00,
                60_000_00,
                20_000_00,
                happened="amended",
                direction="pays",
            ),
        ),
        contracts_quiet=12,
        objections=ObjectionCounts(
            answered=2,
            earlier=("YY-2026-0003",),
            open=("YY-2026-0006",),
            raised=("YY-2026-0004", "YY-2026-0005", "YY-2026-0006"),
            upheld=1,
        ),
        registers=(
            _register("asset-registered", "ZC-0021", "太阳能路灯", 28_600_00, count=12, unit="盏"),
            _register("asset-sold", "ZC-0003", "旧拖拉机", 46_000_00, reason="换了新的"),
            _register("resource-changed", "ZY-0004", "河滩地", area_mu_hundredths=12_650, reason="重新丈量"),
            _register("stocktake", name="村监督委员会", count=18, differing=1),
        ),
        taken_over=TakenOver(amount_fen=2_959_940_00, assets=11),
    )


def make_fullest() -> FinanceFigures:
    """Return a month with as many rows and as long texts as one sheet may have, nearly."""
    full = make_finance(moves=480)
    moves = tuple(make_move(line, summary="付" * 85) for line in range(1, 481))
    return msgspec.structs.replace(full, moves=moves)


def make_empty_finance(*, sealed: bool = True) -> FinanceFigures:
    """Return a month in which nothing happened, in a village without a fen."""
    return FinanceFigures(
        assets=(),
        chart="2023",
        closing_fen=0,
        corrections=(),
        expense_fen=0,
        expenses=(),
        funds=(
            Fund(account="101", closing_fen=0, expense_fen=0, income_fen=0, moved_fen=0, name="库存现金",
                 opening_fen=0),
            Fund(account="102", closing_fen=0, expense_fen=0, income_fen=0, moved_fen=0, name="银行存款",
                 opening_fen=0),
        ),
        head=make_head("finance", sealed=sealed),
        income_fen=0,
        incomes=(),
        moves=(),
        opening_fen=0,
        payables=(),
        receivables=(),
        vouchers=0,
    )  # fmt: skip


def make_points(*, sealed: bool = True) -> PointsFigures:
    """Return a points month under the template of 58 rules."""
    groups = (
        _group(
            "尊老爱幼",
            _rule("A01", "探望照料独居、高龄老人", "次", 2, 41),
            _rule("A07", "获评好媳妇、好婆婆、最美家庭", "次", 10, 3),
        ),
        _group(
            "互助友爱",
            _rule("B01", "志愿服务（每4小时）", "4小时", 1, 228),
            _rule("B02", "参加村集体义务劳动", "次", 5, 96),
            _rule("B08", "参与抢险救灾", "次", 20, 4),
        ),
        _group(
            "环境整治",
            _rule("C01", "庭院月评“整洁”", "月", 10, 187),
            _rule("C06", "生活垃圾正确分类", "次", 1, 420),
            _rule("C08", "认领路段、绿化管护", "月", 5, 22),
        ),
        _group(
            "遵规守纪",
            _rule("D01", "按时参加村民（代表）会议", "次", 1, 63),
            _rule("D03", "参与治安、防火巡防", "次", 10, 12),
        ),
        _group(
            "移风易俗",
            _rule("E01", "婚事新办不超村规上限", "次", 10, 2),
            _rule("E07", "参加读书、村晚、文体活动", "次", 1, 88),
        ),
    )
    return PointsFigures(
        agreed=298,
        awarded_points=sum(group.points for group in groups),
        awards=sum(group.awards for group in groups),
        corrections=(
            PointsCorrection(
                index=812,
                of_period="2026-10",
                points=-5,
                reason="同一次义务劳动记了两遍，收回一次",
                rule="B02",
            ),
            PointsCorrection(
                index=830, of_period="2026-11", points=2, reason="整改已在期限内完成，收回扣分", rule=""
            ),
        ),
        groups=groups,
        head=make_head("points", sealed=sealed),
        households=320,
        rounds=1,
        scored=241,
        sealed_awards=7,
        sealed_points=-18,
        shop=ShopFigures(budget_fen=3_000_000, cost_fen=84_250, lines=37, points=912, spent_fen=412_300),
        version=2,
    )


def make_scores(*, sealed: bool = True) -> ScoreFigures:
    """Return a score month of two branches with 46 members."""
    first = _branch(1, "第一党支部", 25, (4, 9, 7, 3, 1, 1))
    second = _branch(2, "第二党支部（河西片）", 21, (2, 8, 6, 4, 1, 0))
    return ScoreFigures(
        base=60,
        branches=(first, second),
        cuts=tuple(
            StarCutFigures(from_score=score, stars=stars)
            for stars, score in enumerate((60, 70, 80, 90, 96), 1)
        ),
        head=make_head("scores", sealed=sealed),
        members=46,
        scheme="red-credit",
        stars=tuple(
            StarCount(members=one.members + two.members, stars=one.stars)
            for one, two in zip(first.stars, second.stars, strict=True)
        ),
        title="党员量化考评办法",
        version=1,
    )


_CORRECTIONS = (
    Correction(
        amount_fen=-3_250_00,
        answers="2026-10-017",
        index=140,
        kind="reversal",
        occurred_on="2026-11-25",
        reason="发票金额为三千一百五十元，录入时多记了一百元，经监督委员会复核发现后冲销",
        voucher="2026-11-040",
    ),
    Correction(
        amount_fen=3_150_00,
        answers="2026-10-017",
        index=141,
        kind="replacement",
        occurred_on="2026-11-25",
        reason="购办公用纸（更正）",
        voucher="2026-11-041",
    ),
)


def _contract(number: str, title: str, due: int, paid: int, unpaid: int, **changes: Any) -> ContractLine:
    values: dict[str, Any] = {
        "contract": number,
        "direction": "receives",
        "due_fen": due,
        "ends_on": "2026-12-31",
        "ends_soon": False,
        "happened": "",
        "index": 40,
        "late_days": 0,
        "paid_fen": paid,
        "party": "company",
        "title": title,
        "unpaid_fen": unpaid,
    }
    return ContractLine(**(values | changes))


def _register(kind: str, number: str = "", name: str = "", amount: int = 0, **changes: Any) -> RegisterChange:
    values: dict[str, Any] = {
        "amount_fen": amount,
        "area_mu_hundredths": 0,
        "count": 0,
        "differing": 0,
        "index": 41,
        "kind": kind,
        "name": name,
        "number": number,
        "occurred_on": "2026-11-12",
        "reason": "",
        "unit": "",
    }
    return RegisterChange(**(values | changes))


def _change(account: str, name: str, opening: int, increase: int, decrease: int) -> AccountChange:
    return AccountChange(
        account=account,
        closing_fen=opening + increase - decrease,
        decrease_fen=decrease,
        increase_fen=increase,
        name=name,
        opening_fen=opening,
    )


def _amount(account: str, name: str, month: int, year: int) -> AccountAmount:
    return AccountAmount(account=account, amount_fen=month, name=name, year_fen=year)


def _rule(code: str, item: str, unit: str, points: int, count: int) -> RuleFigures:
    return RuleFigures(awards=count, code=code, item=item, points=points * count, quantity=count, unit=unit)


def _group(name: str, *rules: RuleFigures) -> GroupFigures:
    return GroupFigures(
        awards=sum(rule.awards for rule in rules),
        group=name,
        points=sum(rule.points for rule in rules),
        rules=rules,
    )


def _branch(number: int, name: str, members: int, stars: tuple[int, ...]) -> BranchFigures:
    items = (
        ItemFigures(code="P01", item="参加主题党日", marks=members, points=5 * members, quantity=members),
        ItemFigures(code="P04", item="联系服务群众、入户走访", marks=18, points=36, quantity=18),
        ItemFigures(code="P07", item="带头参加义务劳动和志愿服务", marks=31, points=93, quantity=31),
    )
    return BranchFigures(
        branch=number,
        items=items,
        members=members,
        name=name,
        points=sum(item.points for item in items),
        rounds=1,
        sealed_marks=2,
        sealed_points=-6,
        stars=tuple(StarCount(members=count, stars=5 - place) for place, count in enumerate(stars)),
    )
