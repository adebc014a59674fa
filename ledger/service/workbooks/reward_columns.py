"""The sheets of what points do: the points shop, and volunteering that earns them."""

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

_TASK_NUMBER = Column("任务编号", "code", "FW-、年份和三位数，如 FW-2026-001", needed=True)
_SIGNED = Sheet(
    name="签到",
    columns=(
        _TASK_NUMBER,
        *_HOUSEHOLD,
        Column("小时", "decimal", "干了几小时，如 2.5", needed=True),
        Column("证据", "text", "签到表第几页第几行，只存隐私库，不公开", needed=True),
    ),
    example=("FW-2026-001", "0217", "样大山", "4", "签到表第 1 行"),
    note="每个人一行，照签到表；一次任务的所有人一起交。每月评议时，程序会把够数的列成加分的建议。",
)
_TASKS = Sheet(
    name="任务",
    columns=(
        _TASK_NUMBER,
        Column("日期", "day", "哪天办", needed=True),
        Column("任务名称", "text", "会公开，如 清理村东水渠", needed=True, max_chars=SUMMARY_MAX_CHARS),
        Column("地点", "text", "会公开，在哪里集合", needed=True, max_chars=SUMMARY_MAX_CHARS),
        Column("需要人数", "quantity", "要多少人，至少 1", needed=True),
        Column("规则编号", "code", "按积分细则哪一条加分，如 B01", needed=True),
        Column("规则名称", "text", "与积分细则一致", needed=True),
        Column("每几小时一次", "decimal", "几小时算一次，如 4；留空是 4"),
    ),
    example=(
        "FW-2026-001",
        "2026-11-08",
        "清理村东水渠",
        "村委会门口",
        "12",
        "B01",
        "志愿服务(每4小时)",
        "4",
    ),
    optional=True,
    note="要招志愿者，先填这里，通过审核就公布在网页上。",
)
_CLAIMED = Sheet(
    name="报名",
    columns=(_TASK_NUMBER, *_HOUSEHOLD),
    example=("FW-2026-001", "0217", "样大山"),
    optional=True,
    note="有人来报名，每个人一行。谁报了名不公开，只公开还缺几个人。",
)

VOLUNTEERING = Workbook("志愿服务", (_SIGNED, _TASKS, _CLAIMED))
SHOP = Workbook("积分超市", (_REDEEMED, _GOODS, _TERMS, _RETURNED))
