"""The sheets of what points do: the points shop."""

from __future__ import annotations

from ledger.limits import SUMMARY_MAX_CHARS
from ledger.service.workbooks.layout import Column, Sheet, Workbook

_HOUSEHOLD = (
    Column("户号", "code", "农户名册里的户号，保留前面的 0，如 0217", needed=True),
    Column("户主", "text", "与农户名册一致，只用来核对，不公开", needed=True),
)
_RECEIPT = Column("收据号", "code", "DH-、年份和四位数，如 DH-2026-0001；一家一次一张", needed=True)
_GOODS_CODE = Column("商品编号", "code", "SP 和三位数，如 SP001", needed=True)

_REDEEMED = Sheet(
    name="兑换",
    columns=(
        Column("日期", "day", "领走的那天", needed=True),
        _RECEIPT,
        *_HOUSEHOLD,
        _GOODS_CODE,
        Column("商品名称", "text", "与商品目录一致", needed=True),
        Column("数量", "quantity", "几件，至少 1", needed=True),
    ),
    example=("2026-10-20", "DH-2026-0001", "0217", "样大山", "SP001", "洗衣液（2 公斤）", "1"),
    note="每家领走的每样东西一行。谁家领的只存隐私库，不公开。",
)
_GOODS = Sheet(
    name="商品",
    columns=(
        _GOODS_CODE,
        Column("商品名称", "text", "会公开，连同规格，如 洗衣液（2 公斤）", needed=True),
        Column("兑换积分", "quantity", "一件要多少分，至少 1", needed=True),
        Column("成本", "money", "元，一件买来多少钱；1 分最多 1 元", needed=True),
        Column("进货总数", "quantity", "积分年度开始以来一共进了几件，换走的也算；不再换的写 0", needed=True),
    ),
    example=("SP001", "洗衣液（2 公斤）", "20", "18.50", "30"),
    optional=True,
    note="开办、进货、改价时填这里；没有列出的商品照旧。",
)
_TERMS = Sheet(
    name="超市",
    columns=(
        Column("开始月份", "month", "积分年度的第一个月，如 2026-01", needed=True),
        Column("结束月份", "month", "积分年度的最后一个月，如 2026-12；到时没换的积分清零", needed=True),
        Column("预算", "money", "元，这个年度换走的东西成本一共不超过多少", needed=True),
        Column("决议编号", "code", "准许这笔钱的决议，如 JY-2026-003", needed=True),
    ),
    example=("2026-01", "2026-12", "3000.00", "JY-2026-003"),
    optional=True,
    note="开办一个积分年度、改预算时填一行。",
)
_RETURNED = Sheet(
    name="退回",
    columns=(
        Column("日期", "day", "退回的那天", needed=True),
        _RECEIPT,
        *_HOUSEHOLD,
        _GOODS_CODE,
        Column("原因", "text", "会公开，不写姓名", needed=True, max_chars=SUMMARY_MAX_CHARS),
    ),
    example=("2026-10-22", "DH-2026-0001", "0217", "样大山", "SP001", "包装破损，退回"),
    optional=True,
    note="领走的东西退了，或者登记错了，才填这里；积分和件数都还回去。",
)

SHOP = Workbook("积分超市", (_REDEEMED, _GOODS, _TERMS, _RETURNED))
