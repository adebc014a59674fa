"""What each workbook looks like: sheets, columns and the form of a cell, as one table.

Reading, the templates and a test of WORKBOOKS.md take it from here. Headers stand in row 1, in any order.
"""

from __future__ import annotations

from ledger.books import funds, resolutions
from ledger.books.contracts import CATEGORY_NAMES, CHANGE_NAMES, DIRECTION_NAMES, PARTY_NAMES, PROCEDURE_NAMES
from ledger.limits import EVIDENCE_MAX_CHARS, ROUND_MAX_ROWS, SUMMARY_MAX_CHARS, WORDING_MAX_CHARS
from ledger.service.workbooks.account_columns import ACCOUNT_BOOKS
from ledger.service.workbooks.assessment_columns import ASSESSMENT_BOOKS
from ledger.service.workbooks.case_columns import CASES
from ledger.service.workbooks.grid_columns import GRID_BOOKS
from ledger.service.workbooks.group_columns import GROUPS
from ledger.service.workbooks.honour_columns import HONOURS
from ledger.service.workbooks.layout import (
    CHOICES_SHEET,
    IGNORED_SHEETS,
    NOTES_SHEET,
    Column,
    Form,
    Sheet,
    Workbook,
    WorkbookKind,
)
from ledger.service.workbooks.register_columns import ASSETS, RESOURCES, STOCKTAKES
from ledger.service.workbooks.reward_columns import SHOP, VOLUNTEERING
from ledger.service.workbooks.rulebook_columns import RULEBOOK
from ledger.service.workbooks.star_columns import STARS

__all__ = [
    "CHOICES_SHEET",
    "IGNORED_SHEETS",
    "NOTES_SHEET",
    "WORKBOOKS",
    "Column",
    "Form",
    "Sheet",
    "Workbook",
    "WorkbookKind",
]


def _evidence(hint: str) -> Column:
    return Column("证据", "text", hint, needed=True, max_chars=EVIDENCE_MAX_CHARS)


_VOUCHERS = Sheet(
    name="凭证",
    columns=(
        Column("凭证号", "number", "年-月-三位序号，如 2026-10-017；同一凭证的后续行可以留空"),
        Column("日期", "day", "业务发生的日期，如 2026-10-28；每张凭证填第一行"),
        Column(
            "摘要", "text", "会公开，不写村民姓名、电话和证件号；冲销凭证留空", max_chars=SUMMARY_MAX_CHARS
        ),
        Column("科目代码", "code", "如 102"),
        Column("科目名称", "text", "与科目代码一致，如 银行存款"),
        Column("借方金额", "money", "元，最多两位小数；借、贷只填一边"),
        Column("贷方金额", "money", "元，最多两位小数；借、贷只填一边"),
        Column("附件张数", "quantity", "原始凭证张数，至少 1；冲销凭证可以留空"),
        Column("经手人", "text", "办事的人；与审批人、记账员不是同一人"),
        Column("审批人", "text", "批准的人"),
        Column("记账员", "text", "记账的人"),
        Column("冲销凭证号", "number", "只在红字冲销时填：被冲销的凭证号"),
        Column("更正凭证号", "number", "只在蓝字更正时填：原来错的、已被冲销的凭证号"),
        Column("原因", "text", "只在红字冲销时填，会公开", max_chars=SUMMARY_MAX_CHARS),
        Column(
            "合同编号",
            "code",
            "按合同收付款时填登记的编号，如 HT-0001；收退押金、冲销凭证和与合同无关的留空",
            optional=True,
        ),
        Column(
            "资产编号",
            "code",
            "买、折旧、修、处置一件登记的资产时填它的编号，如 ZC-0001；冲销凭证和与资产无关的留空",
            optional=True,
        ),
        Column(
            "决议编号",
            "code",
            "达到要决议的限额时填，如 JY-2026-003；按写明决议的合同付款的、冲销凭证留空",
            optional=True,
        ),
        Column(
            "专款编号",
            "code",
            "收到、花掉专款时填登记的编号，如 ZX-0001；冲销凭证和与专款无关的留空",
            optional=True,
        ),
        Column("领取人数", "quantity", "只在发放代发补贴、救灾救济时填，会公开；不写是谁", optional=True),
    ),
    example=(
        "2026-10-017",
        "2026-10-28",
        "购办公用纸",
        "513",
        "管理费用",
        "325.00",
        "",
        "2",
        "样经手",
        "样审批",
        "样记账",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
    ),
)
_POINTS = Sheet(
    name="积分",
    columns=(
        Column("月份", "month", "评议的月份，如 2026-10", needed=True),
        Column("户号", "code", "农户名册里的户号，保留前面的 0，如 0217", needed=True),
        Column("户主", "text", "与农户名册一致，只用来核对，不公开", needed=True),
        Column("规则编号", "code", "积分细则的编号，如 B01", needed=True),
        Column("规则名称", "text", "与积分细则一致", needed=True),
        Column("数量", "quantity", "次数，整数，至少 1", needed=True),
        _evidence("凭什么加分或扣分，只存隐私库，不公开"),
    ),
    example=("2026-10", "0217", "样大山", "B01", "志愿服务(每4小时)", "2", "志愿服务登记第 12 页"),
    rows_max=ROUND_MAX_ROWS,
    typed_max=ROUND_MAX_ROWS,
)
_POINTS_REVERSED = Sheet(
    name="冲销",
    columns=(
        Column("月份", "month", "冲销记入的月份，如 2026-11", needed=True),
        Column("原月份", "month", "原来那条积分的月份，如 2026-10", needed=True),
        Column("户号", "code", "原来那条积分的户号", needed=True),
        Column("规则编号", "code", "原来那条积分的规则编号", needed=True),
        Column("原因", "text", "会公开，不写姓名", needed=True, max_chars=SUMMARY_MAX_CHARS),
    ),
    example=("2026-11", "2026-10", "0217", "B01", "志愿服务登记重复，已由评议小组核实"),
    optional=True,
    note="要冲销已经记入账本的一条积分才填这里。",
)
_SCORES = Sheet(
    name="党员评分",
    columns=(
        Column("月份", "month", "评议的月份，如 2026-10", needed=True),
        Column("支部", "quantity", "支部序号，如 1", needed=True),
        Column("党员编号", "code", "党员名册里的编号，保留前面的 0", needed=True),
        Column("姓名", "text", "与党员名册一致，只用来核对，不公开", needed=True),
        Column("项目编号", "code", "考评办法的编号，P 加分、N 扣分，如 P01", needed=True),
        Column("项目名称", "text", "与考评办法一致", needed=True),
        Column("数量", "quantity", "次数，整数，至少 1", needed=True),
        _evidence("凭什么加分或扣分，只存隐私库，不公开"),
    ),
    example=("2026-10", "1", "0103", "样小兰", "P01", "参加主题党日", "1", "会议签到"),
)
_OPENING = Sheet(
    name="期初余额",
    columns=(
        Column("月份", "month", "开始记账的第一个月，如 2026-01；每行相同", needed=True),
        Column("科目代码", "code", "如 102", needed=True),
        Column("科目名称", "text", "与科目代码一致，如 银行存款", needed=True),
        Column("借方余额", "money", "元；借、贷只填一边，没有余额的科目两边留空"),
        Column("贷方余额", "money", "元；借、贷只填一边，没有余额的科目两边留空"),
    ),
    example=("2026-01", "102", "银行存款", "120000.00", ""),
)
_HOUSEHOLDS = Sheet(
    name="农户",
    columns=(
        Column("户号", "code", "村里的户号，文本格式，保留前面的 0，如 0217", needed=True),
        Column("户主", "text", "户主姓名，只存隐私库", needed=True),
        Column("村民小组", "quantity", "小组序号，如 3", needed=True),
        Column("同意积分", "choice", "是 或 否：同意按积分细则评分", needed=True),
        Column("同意公示", "choice", "是 或 否：同意按户号公示积分", needed=True),
        Column("同意署名", "choice", "是 或 否：受表彰时同意写姓名", needed=True),
        Column("签约日期", "day", "签积分契约的日期；三项都是否的留空"),
    ),
    example=("0217", "样大山", "3", "是", "是", "否", "2026-01-08"),
)
_MEMBERS = Sheet(
    name="党员",
    columns=(
        Column("支部", "quantity", "支部序号，如 1", needed=True),
        Column("支部名称", "text", "会公开，如 第一党支部；同一支部相同", needed=True),
        Column("党员编号", "code", "文本格式，保留前面的 0，如 0103", needed=True),
        Column("姓名", "text", "只存隐私库", needed=True),
    ),
    example=("1", "第一党支部", "0103", "样小兰"),
    note="一个支部的党员一次写全，一名一行。以后有人加入、转走，把这个支部的名单再写全一次：没有写上的，就不再是这个支部的党员。",
)

_CALENDAR_RULE = (
    Column("每年金额", "money", "元，第一年一共多少；分几次付也写全年的；各次不一样的留空，写在「收付款」"),
    Column("每年几次", "quantity", "1、2、3、4、6 或 12；留空是 1"),
    Column("首次日期", "day", "第一次该付的日期，以后每年、每季、每月的同一天"),
    Column("递增年数", "quantity", "每几年涨一次；不涨的留空"),
    Column("递增百分比", "decimal", "每次涨百分之几，如 5；不涨的留空"),
)
_RESOLVED = Column(
    "决议编号", "code", "村里要付的钱达到要决议的限额时填，如 JY-2026-003；没有的留空", optional=True
)
_CONTRACTS = Sheet(
    name="合同",
    columns=(
        Column("合同编号", "code", "HT- 和四位数，如 HT-0001；用过的不再用", needed=True),
        Column("签订日期", "day", "如 2026-03-15", needed=True),
        Column("合同种类", "choice", "从选项里选", needed=True, options=tuple(CATEGORY_NAMES.values())),
        Column("收付", "choice", "村里收钱还是付钱", needed=True, options=tuple(DIRECTION_NAMES.values())),
        Column(
            "合同名称", "text", "会公开，不写姓名，如 村东仓库租赁", needed=True, max_chars=SUMMARY_MAX_CHARS
        ),
        Column("标的", "text", "会公开，是哪块地、哪处房", needed=True, max_chars=SUMMARY_MAX_CHARS),
        Column("用途", "text", "会公开，如 仓储", needed=True, max_chars=SUMMARY_MAX_CHARS),
        Column("对方", "text", "合同上的姓名或名称，只存隐私库", needed=True),
        Column("对方类别", "choice", "会公开", needed=True, options=tuple(PARTY_NAMES.values())),
        Column("怎样选定", "choice", "会公开", needed=True, options=tuple(PROCEDURE_NAMES.values())),
        Column(
            "决议",
            "text",
            "会公开，哪次会议定的，如 2026-03-02 村民代表会议；没有的写 无",
            needed=True,
            max_chars=SUMMARY_MAX_CHARS,
        ),
        Column("开始日期", "day", "合同期的第一天", needed=True),
        Column("结束日期", "day", "合同期的最后一天", needed=True),
        Column("面积", "decimal", "亩，最多两位小数；不是地的留空"),
        Column("件数", "quantity", "几间、几台；不计件的留空"),
        Column("押金", "money", "元；没有的留空"),
        *_CALENDAR_RULE,
        Column("旧欠", "money", "元，开账以前到期、还没付的；没有的留空"),
        _RESOLVED,
        Column(
            "标的编号",
            "code",
            "标的在资产台账、资源台账里的编号，如 ZC-0001、ZY-0001；没有登记的留空",
            optional=True,
        ),
        Column("底价", "money", "元，以前定的一年最低的价；没有定过的留空", optional=True),
    ),
    example=(
        "HT-0001",
        "2026-03-15",
        "出租",
        "收款",
        "村东仓库租赁",
        "村东仓库",
        "仓储",
        "样大山",
        "个人",
        "公开招标",
        "2026-03-02 村民代表会议",
        "2026-04-01",
        "2031-03-31",
        "",
        "3",
        "2000.00",
        "12000.00",
        "2",
        "2026-04-01",
        "3",
        "5",
        "",
        "",
        "",
        "10000.00",
    ),
)
_CONTRACT_CHANGES = Sheet(
    name="变更",
    columns=(
        Column("合同编号", "code", "已登记的合同", needed=True),
        Column(
            "事项",
            "choice",
            "变更是改收付款，终止是提前结束，作废是登记错了、当作没有这一份",
            needed=True,
            options=tuple(CHANGE_NAMES.values()),
        ),
        Column("日期", "day", "谈好变更、终止或者发现登记错了的那天", needed=True),
        Column("原因", "text", "会公开，不写姓名", needed=True, max_chars=SUMMARY_MAX_CHARS),
        Column("从哪天起", "day", "变更从哪天起的收付款；终止、作废的留空"),
        *_CALENDAR_RULE,
        _RESOLVED,
    ),
    example=(
        "HT-0001",
        "变更",
        "2028-02-10",
        "遭水灾，减租两年",
        "2028-04-01",
        "10000.00",
        "2",
        "2028-04-01",
        "",
        "",
        "",
    ),
    optional=True,
    note="登记过的合同改了收付款、或者提前终止、登记错了，才填这里。",
)
_CONTRACT_DUES = Sheet(
    name="收付款",
    columns=(
        Column("合同编号", "code", "上面「合同」或「变更」里的编号", needed=True),
        Column("日期", "day", "该付的那天", needed=True),
        Column("金额", "money", "元", needed=True),
    ),
    example=("HT-0002", "2026-06-30", "85000.00"),
    optional=True,
    note="每次金额或日期没有规律的，一笔一行写在这里；上面的「每年金额」留空。",
)
_RESOLUTIONS = Sheet(
    name="决议",
    columns=(
        Column("决议编号", "code", "JY-、年份和三位数，如 JY-2026-003；用过的不再用", needed=True),
        Column(
            "议事方式",
            "choice",
            "按哪种程序议的",
            needed=True,
            options=tuple(resolutions.PROCEDURE_NAMES.values()),
        ),
        Column("议题", "text", "会公开，如 修村东排水沟", needed=True, max_chars=SUMMARY_MAX_CHARS),
        Column(
            "决议内容", "text", "会公开，不写姓名、电话和证件号", needed=True, max_chars=WORDING_MAX_CHARS
        ),
        Column(
            "结果", "choice", "通过了没有", needed=True, options=tuple(resolutions.OUTCOME_NAMES.values())
        ),
        Column("准许开支", "money", "元，照这份决议最多花多少；不花钱的留空"),
        Column("有效到", "day", "准许开支的，最晚哪天花完、签完；不花钱的可以留空"),
        Column("会议记录页数", "quantity", "会议记录和签到表一共几页，至少 1", needed=True),
        Column(
            "记录文件指纹",
            "code",
            "会议记录扫描件的 SHA-256，64 位；没有的留空",
            max_chars=SUMMARY_MAX_CHARS,
        ),
    ),
    example=(
        "JY-2026-003",
        "四议两公开",
        "修村东排水沟",
        "同意修村东排水沟 300 米，用村集体的钱，公开招标。",
        "通过",
        "30000.00",
        "2026-12-31",
        "6",
        "",
    ),
    note="会议经过一步一行写在「会议经过」；四议两公开的四步都要有。",
)
_STEPS = Sheet(
    name="会议经过",
    columns=(
        Column("决议编号", "code", "上面「决议」里的编号", needed=True),
        Column("会议", "choice", "谁开的会", needed=True, options=tuple(resolutions.MEETING_NAMES.values())),
        Column("日期", "day", "开会那天", needed=True),
        Column("应到", "quantity", "有表决权的一共多少；户代表会议写户数", needed=True),
        Column("实到", "quantity", "来了多少", needed=True),
        Column("赞成", "quantity", "多少票", needed=True),
        Column("反对", "quantity", "多少票；没有的留空"),
        Column("弃权", "quantity", "多少票；没有的留空"),
    ),
    example=("JY-2026-003", "村民代表会议", "2026-10-10", "45", "38", "35", "2", "1"),
    optional=True,
    note="每次会议一行，按先后排。只写人数，不写谁投了什么票。",
)
_RESULTS = Sheet(
    name="结果公开",
    columns=(
        Column("决议编号", "code", "已登记的决议", needed=True),
        Column("日期", "day", "哪天的情况", needed=True),
        Column("实施结果", "text", "会公开，办了什么、办得怎样", needed=True, max_chars=WORDING_MAX_CHARS),
    ),
    example=("JY-2026-003", "2026-12-05", "排水沟 300 米已修好，12 月 3 日验收合格。"),
    optional=True,
    note="决议定下的事办了，写在这里：这是第二次公开。",
)
_FORUMS = Sheet(
    name="民情恳谈",
    columns=(
        Column("恳谈编号", "code", "KT-、年份和三位数，如 KT-2026-001；用过的不再用", needed=True),
        Column("日期", "day", "开会那天", needed=True),
        Column("到场人数", "quantity", "来了多少人", needed=True),
        Column("话题", "text", "会公开，大家说了什么，不写是谁", needed=True, max_chars=WORDING_MAX_CHARS),
        Column(
            "答应的事", "text", "会公开，村里答应办什么、哪天前", needed=True, max_chars=WORDING_MAX_CHARS
        ),
    ),
    example=(
        "KT-2026-001",
        "2026-10-15",
        "23",
        "村东路灯不亮；垃圾桶太少。",
        "一周内修好路灯；月底前添 5 个垃圾桶。",
    ),
    optional=True,
    note="民情恳谈日不作决议，也写在这里，和决议一起公开。",
)
_FUNDS = Sheet(
    name="专款",
    columns=(
        Column("专款编号", "code", "ZX- 和四位数，如 ZX-0001；用过的不再用", needed=True),
        Column("设立日期", "day", "从哪天起有的", needed=True),
        Column("专款种类", "choice", "从选项里选", needed=True, options=tuple(funds.CATEGORY_NAMES.values())),
        Column("专款名称", "text", "会公开，不写姓名，如 幸福食堂", needed=True, max_chars=SUMMARY_MAX_CHARS),
        Column(
            "来源",
            "text",
            "会公开，哪个单位给的；个人捐的写 村民捐款，不写是谁",
            needed=True,
            max_chars=SUMMARY_MAX_CHARS,
        ),
        Column("只能用于", "text", "会公开，如 老人午饭的米面油菜", needed=True, max_chars=SUMMARY_MAX_CHARS),
        Column("科目代码", "code", "记在哪个科目，如 241", needed=True),
        Column("科目名称", "text", "与科目代码一致，如 专项应付款", needed=True),
        Column("开账时结余", "money", "元，开始记账时已经有的；新设的留空"),
    ),
    example=(
        "ZX-0001",
        "2026-10-08",
        "捐赠",
        "幸福食堂",
        "村民和企业捐款",
        "老人午饭的米面油菜",
        "241",
        "专项应付款",
        "",
    ),
)

WORKBOOKS: dict[WorkbookKind, Workbook] = {
    "vouchers": Workbook("记账凭证", (_VOUCHERS,)),
    "points": Workbook("积分评议", (_POINTS, _POINTS_REVERSED)),
    "scores": Workbook("党员评分", (_SCORES,)),
    "opening": Workbook("期初余额", (_OPENING,)),
    "households": Workbook("农户名册和积分契约", (_HOUSEHOLDS,)),
    "members": Workbook("党员名册", (_MEMBERS,)),
    "contracts": Workbook("合同", (_CONTRACTS, _CONTRACT_CHANGES, _CONTRACT_DUES)),
    "assets": ASSETS,
    "resources": RESOURCES,
    "stocktakes": STOCKTAKES,
    "resolutions": Workbook("会议和决议", (_RESOLUTIONS, _STEPS, _RESULTS, _FORUMS)),
    "funds": Workbook("专款", (_FUNDS,)),
    **ACCOUNT_BOOKS,
    "rulebook": RULEBOOK,
    "shop": SHOP,
    "volunteering": VOLUNTEERING,
    "honours": HONOURS,
    **GRID_BOOKS,
    **ASSESSMENT_BOOKS,
    "cases": CASES,
    "stars": STARS,
    "groups": GROUPS,
}
