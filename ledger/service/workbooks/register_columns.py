"""The sheets of the registers: assets and what changes of them, resources, stock-takes."""

from __future__ import annotations

from ledger.books.assets import CATEGORY_NAMES, DISPOSAL_NAMES, PURPOSE_NAMES, SOURCE_NAMES
from ledger.data import load_land_classes
from ledger.limits import SUMMARY_MAX_CHARS
from ledger.service.workbooks.layout import Column, Sheet, Workbook

_KEEPER = Column("保管岗位", "text", "会公开，写岗位，不写姓名，如 村报账员", needed=True)
_PLACE = Column("存放地点", "text", "会公开，在哪里", needed=True, max_chars=SUMMARY_MAX_CHARS)
_CONDITION = Column("状况", "text", "会公开，如 完好、待修、闲置、出租", needed=True)
_REASON = Column("原因", "text", "会公开，不写姓名", needed=True, max_chars=SUMMARY_MAX_CHARS)
_LAND = tuple(load_land_classes().values())

_ASSETS = Sheet(
    name="资产",
    columns=(
        Column("资产编号", "code", "ZC- 和四位数，如 ZC-0001；用过的不再用", needed=True),
        Column("登记日期", "day", "如 2026-10-28", needed=True),
        Column("资产类别", "choice", "从选项里选", needed=True, options=tuple(CATEGORY_NAMES.values())),
        Column("名称", "text", "会公开，如 灌溉水泵", needed=True),
        Column("型号规格", "text", "会公开；没有的写 无", needed=True),
        Column("数量", "quantity", "整数，至少 1", needed=True),
        Column("单位", "text", "如 台、间、棵、公斤", needed=True),
        _PLACE,
        _KEEPER,
        _CONDITION,
        Column(
            "做什么用", "choice", "决定折旧记哪个科目", needed=True, options=tuple(PURPOSE_NAMES.values())
        ),
        Column(
            "来源",
            "choice",
            "期初余额里有的，选 开账时已有",
            needed=True,
            options=tuple(SOURCE_NAMES.values()),
        ),
        Column("启用月份", "since", "从哪个月开始用，如 2018-06", needed=True),
        Column("使用月数", "quantity", "一共能用多少个月，如 120；不提折旧的留空"),
        Column("原值", "money", "元", needed=True),
        Column("残值", "money", "元；留空按原值的 5%，无形资产留空是 0"),
        Column("已提折旧", "money", "元，登记以前已经提的；没有的留空"),
    ),
    example=(
        *(
            "ZC-0001",
            "2026-10-28",
            "固定资产",
            "灌溉水泵",
            "QS-40",
            "2",
            "台",
            "村北机井",
            "村水利管理员",
            "完好",
        ),
        *("经营用", "开账时已有", "2022-03", "114", "12000.00", "", "5400.00"),
    ),
)
_ASSET_CHANGES = Sheet(
    name="资产变动",
    columns=(
        Column("资产编号", "code", "已登记的资产", needed=True),
        Column(
            "事项",
            "choice",
            "变动是地点、岗位、状况、数量改了；处置是卖了、报废了、捐了、丢了",
            needed=True,
            options=("变动", "处置"),
        ),
        Column("日期", "day", "变动或处置的那天", needed=True),
        _REASON,
        Column("数量", "quantity", "变动以后的；没变的留空"),
        _PLACE._replace(needed=False, hint="变动以后的；没变的留空"),
        _KEEPER._replace(needed=False, hint="变动以后的，写岗位，不写姓名；没变的留空"),
        _CONDITION._replace(needed=False, hint="变动以后的；没变的留空"),
        Column("处置方式", "choice", "只在处置时填", options=tuple(DISPOSAL_NAMES.values())),
    ),
    example=("ZC-0001", "处置", "2026-12-05", "换了新水泵", "", "", "", "", "出售"),
    optional=True,
    note="登记过的资产有变动、或者处置了，才填这里。",
)
_RESOURCES = Sheet(
    name="资源",
    columns=(
        Column("资源编号", "code", "ZY- 和四位数，如 ZY-0001；用过的不再用", needed=True),
        Column("登记日期", "day", "如 2026-10-28", needed=True),
        Column("地块名称", "text", "会公开，如 河滩地", needed=True),
        Column("地类", "choice", "土地利用现状分类的一级类", needed=True, options=_LAND),
        Column("面积", "decimal", "亩，最多两位小数", needed=True),
        Column("坐落", "text", "会公开，在村里哪个方位", needed=True, max_chars=SUMMARY_MAX_CHARS),
        *(
            Column(f"{side}至", "text", f"会公开，{side}边到哪里，不写人名", needed=True)
            for side in "东南西北"
        ),
        Column("用途", "text", "会公开，如 发包种植", needed=True, max_chars=SUMMARY_MAX_CHARS),
        Column(
            "证书",
            "text",
            "会公开，村集体自己的权属证书号；没有的写 无",
            needed=True,
            max_chars=SUMMARY_MAX_CHARS,
        ),
    ),
    example=(
        *("ZY-0001", "2026-10-28", "河滩地", "耕地", "42.5", "村东", "河堤", "水渠", "村道", "生产路"),
        *("发包种植", "无"),
    ),
)
_RESOURCE_CHANGES = Sheet(
    name="资源变动",
    columns=(
        Column("资源编号", "code", "已登记的资源", needed=True),
        Column("日期", "day", "变动的那天", needed=True),
        _REASON,
        Column("地类", "choice", "变动以后的；没变的留空", options=_LAND),
        Column("面积", "decimal", "亩，变动以后的；不再归村集体的写 0，没变的留空"),
        Column("用途", "text", "变动以后的；没变的留空", max_chars=SUMMARY_MAX_CHARS),
        Column("证书", "text", "变动以后的；没变的留空", max_chars=SUMMARY_MAX_CHARS),
    ),
    example=("ZY-0001", "2026-12-05", "修路占用", "交通运输用地", "40", "", ""),
    optional=True,
    note="登记过的资源面积、地类、用途变了，才填这里。",
)
_STOCKTAKES = Sheet(
    name="盘点",
    columns=(
        Column("盘点日期", "day", "清点的那天；每行相同", needed=True),
        Column("清点岗位", "text", "会公开，谁清点的，写岗位，不写姓名；每行相同", needed=True),
        Column("资产编号", "code", "资产台账里的编号，一件一行", needed=True),
        Column("账面数量", "quantity", "台账上的数量；留空由程序填"),
        Column("实有数量", "quantity", "数出来的；一件也没有写 0", needed=True),
        Column("盘点说明", "text", "会公开，数目不对的写原因", max_chars=SUMMARY_MAX_CHARS),
    ),
    example=("2026-12-20", "村务监督委员会", "ZC-0001", "2", "1", "一台借给邻村，没有手续"),
)

ASSETS = Workbook("资产登记", (_ASSETS, _ASSET_CHANGES))
RESOURCES = Workbook("资源登记", (_RESOURCES, _RESOURCE_CHANGES))
STOCKTAKES = Workbook("盘点", (_STOCKTAKES,))
