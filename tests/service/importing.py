"""A village in memory with a clerk at the desk, and workbooks made cell by cell.

    desk = ImportDesk()
    desk.open_books()
    data = make_book("vouchers", [PAPER, PAPER_PAID])
    assert desk.read("vouchers", data).faults == ()

It is 28 October 2026. Everybody is invented: surnames are 样, 例, 某.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import openpyxl

from ledger.books.points import RulebookAdopted
from ledger.books.scores import SchemeAdopted, SchemeItem, StarCut
from ledger.data import load_reference
from ledger.entries import KIND_OF_BODY, Body, Claim, name_clerk
from ledger.errors import format_fault
from ledger.log.keys import format_verifier_key, make_signer
from ledger.log.note import format_note, sign_note
from ledger.ports import Ports
from ledger.service.drafts import Discloser, build_draft
from ledger.service.found import found_village
from ledger.service.import_ import Import, WorkbookKind, apply_import, import_workbook
from ledger.service.passing import pass_drafts
from ledger.service.persons import add_person
from ledger.service.workbooks.columns import WORKBOOKS
from tests.builders import VILLAGE, build_rule
from tests.fakes import (
    FakeClock,
    MemoryArchive,
    MemoryCosignatures,
    MemoryDocuments,
    MemoryHeads,
    MemoryLedger,
    MemoryUrns,
    MemoryVault,
    SeededEntropy,
)

Row = Mapping[str, Any]
ORIGIN = "mingbai/testtesttesttest"
FILE = "表.xlsx"

PERSONS = {"经手人": "样经手", "审批人": "例审批", "记账员": "某记账"}
PAPER: Row = {
    "凭证号": "2026-10-001",
    "日期": "2026-10-20",
    "摘要": "购办公用纸",
    "科目代码": "513",
    "科目名称": "管理费用",
    "借方金额": 325,
    "附件张数": 2,
    **PERSONS,
}
PAPER_PAID: Row = {"科目代码": "101", "科目名称": "库存现金", "贷方金额": 325}
OPENING: Sequence[Row] = (
    {"月份": "2026-10", "科目代码": "101", "科目名称": "库存现金", "借方余额": "20,000.00"},
    {"月份": "2026-10", "科目代码": "102", "科目名称": "银行存款", "借方余额": 80000.5},
    {"月份": "2026-10", "科目代码": "112", "科目名称": "应收款"},
    {"月份": "2026-10", "科目代码": "301", "科目名称": "资本", "贷方余额": 100000.5},
)
HOUSEHOLDS: Sequence[Row] = tuple(
    {
        "户号": f"02{number:02d}",
        "户主": name,
        "村民小组": group,
        "同意积分": yes,
        "同意公示": yes,
        "同意署名": "否",
        "签约日期": "2026-10-08" if yes == "是" else None,
    }
    for number, name, group, yes in (
        (17, "样大山", 1, "是"),
        (18, "例小河", 1, "是"),
        (19, "某老井", 2, "否"),
    )
)
MEMBERS: Sequence[Row] = (
    {"支部": 1, "支部名称": "第一党支部", "党员编号": "0103", "姓名": "样小兰"},
    {"支部": 1, "支部名称": "第一党支部", "党员编号": "0104", "姓名": "例大海"},
    {"支部": 2, "支部名称": "第二党支部", "党员编号": "0201", "姓名": "某长青"},
)
AWARD: Row = {
    "月份": "2026-10",
    "户号": "0217",
    "户主": "样大山",
    "规则编号": "B01",
    "规则名称": "打扫门前",
    "数量": 2,
    "证据": "照片第 3 张",
}
MARK: Row = {
    "月份": "2026-10",
    "支部": 1,
    "党员编号": "0103",
    "姓名": "样小兰",
    "项目编号": "P01",
    "项目名称": "参加主题党日",
    "数量": 1,
    "证据": "签到表",
}


ACCOUNT: Row = {"从哪个月起": "2026-10", "明细科目代码": "11203", "明细科目名称": "应收租金"}
PLAN: Row = {
    "年份": 2027,
    "科目代码": "513",
    "科目名称": "管理费用",
    "计划金额": 30000,
    "决议": "2026-12-20 成员大会",
}
RULE: Row = {
    "编号": "B01",
    "分类": "互助友爱",
    "规则": "志愿服务",
    "加分": 1,
    "单位": "4小时",
    "每月封顶": 10,
    "记分对象": "个人",
    "整行密封": "否",
    "证据": "服务登记",
    "后续": "计入积分",
    "起用月份": "2026-10",
    "怎样通过": "2026年10月村民代表会议通过",
}
CONVERSION: Row = {
    "原科目代码": "101",
    "原科目名称": "现金",
    "借方余额": 2000,
    "新科目代码": "101",
    "新科目名称": "库存现金",
}
CONTRACT: Row = {
    "合同编号": "HT-0001",
    "签订日期": "2026-10-15",
    "合同种类": "出租",
    "收付": "收款",
    "合同名称": "村东仓库租赁",
    "标的": "村东仓库",
    "用途": "仓储",
    "对方": "样外来",
    "对方类别": "个人",
    "怎样选定": "公开招标",
    "决议": "2026-10-02 村民代表会议",
    "开始日期": "2026-10-16",
    "结束日期": "2029-10-15",
    "件数": 3,
    "押金": 2000,
    "每年金额": "12,000.00",
    "每年几次": 2,
    "首次日期": "2026-10-16",
    "递增年数": 2,
    "递增百分比": 5,
}


ASSET: Row = {
    "资产编号": "ZC-0001",
    "登记日期": "2026-10-15",
    "资产类别": "固定资产",
    "名称": "灌溉水泵",
    "型号规格": "QS-40",
    "数量": 2,
    "单位": "台",
    "存放地点": "村北机井",
    "保管岗位": "村水利管理员",
    "状况": "完好",
    "做什么用": "经营用",
    "来源": "开账时已有",
    "启用月份": "2022-03",
    "使用月数": 114,
    "原值": "12,000.00",
    "已提折旧": "5,400.00",
}
RESOURCE: Row = {
    "资源编号": "ZY-0001",
    "登记日期": "2026-10-15",
    "地块名称": "河滩地",
    "地类": "耕地",
    "面积": 42.5,
    "坐落": "村东",
    "东至": "河堤",
    "南至": "水渠",
    "西至": "村道",
    "北至": "生产路",
    "用途": "发包种植",
    "证书": "无",
}
COUNTED: Row = {
    "盘点日期": "2026-10-20",
    "清点岗位": "村务监督委员会",
    "资产编号": "ZC-0001",
    "账面数量": 2,
    "实有数量": 1,
    "盘点说明": "一台借出未还",
}


RESOLUTION: Row = {
    "决议编号": "JY-2026-001",
    "议事方式": "四议两公开",
    "议题": "修村东排水沟",
    "决议内容": "同意修村东排水沟 300 米，公开招标。",
    "结果": "通过",
    "准许开支": "30,000.00",
    "有效到": "2026-12-31",
    "会议记录页数": 6,
}
STEPS: Sequence[Row] = tuple(
    {
        "决议编号": "JY-2026-001",
        "会议": meeting,
        "日期": day,
        "应到": entitled,
        "实到": present,
        "赞成": present - 1,
        "弃权": 1,
    }
    for meeting, day, entitled, present in (
        ("党支部会议", "2026-10-07", 7, 6),
        ("村两委会议", "2026-10-08", 9, 9),
        ("党员大会", "2026-10-09", 40, 30),
        ("村民代表会议", "2026-10-10", 45, 38),
    )
)
FORUM: Row = {
    "恳谈编号": "KT-2026-001",
    "日期": "2026-10-15",
    "到场人数": 23,
    "话题": "村东路灯不亮。",
    "答应的事": "一周内修好路灯。",
}
FUND: Row = {
    "专款编号": "ZX-0001",
    "设立日期": "2026-10-08",
    "专款种类": "捐赠",
    "专款名称": "幸福食堂",
    "来源": "村民和企业捐款",
    "只能用于": "老人午饭的米面油菜",
    "科目代码": "241",
    "科目名称": "专项应付款",
}
GOODS: Row = {"商品编号": "SP001", "商品名称": "洗衣液", "兑换积分": 2, "成本": 1.5, "进货总数": 9}
SHOP: Row = {"开始月份": "2026-10", "结束月份": "2027-03", "预算": 300, "决议编号": "JY-2026-001"}
TAKEN: Row = {
    "日期": "2026-10-20",
    "收据号": "DH-2026-0001",
    "户号": "0217",
    "户主": "样大山",
    "商品编号": "SP001",
    "商品名称": "洗衣液",
    "数量": 1,
}
RETURNED: Row = {
    "日期": "2026-10-22",
    "收据号": "DH-2026-0001",
    "户号": "0217",
    "户主": "样大山",
    "商品编号": "SP001",
    "原因": "包装破损",
}
TASK: Row = {
    "任务编号": "FW-2026-001",
    "日期": "2026-10-18",
    "任务名称": "清理村东水渠",
    "地点": "村委会门口",
    "需要人数": 3,
    "规则编号": "B01",
    "规则名称": "打扫门前",
}
CLAIM: Row = {"任务编号": "FW-2026-001", "户号": "0217", "户主": "样大山"}
UNIT: Row = {"网格编号": "WG-0001", "级别": "一级网格", "名称": "东片网格", "户数": 40}
POST: Row = {"网格编号": "WG-0001", "职务": "网格员", "姓名": "某小芹"}
ASSESSED: Row = {"月份": "2026-09", "考评对象": "党支部", "编号": "1"}
ASSESSED_MARK: Row = ASSESSED | {"项目编号": "P01", "数量": 3, "证据": "会议记录"}
VISIT: Row = {
    "网格编号": "WG-0001",
    "日期": "2026-10-12",
    "走访人": "某小芹",
    "户号": "0217",
    "户主": "样大山",
    "事由": "看望老人",
}
GROUPED: Row = {
    "支部": 1,
    "党小组序号": 1,
    "党小组名称": "东片党小组",
    "党员编号": "0103",
    "姓名": "样小兰",
    "组长": "是",
}
HOLDER: Row = {"表彰编号": "RY-2026-001", "户号": "0217", "户主": "样大山"}
CASE: Row = {
    "诉求编号": "AL-2026-001",
    "收到日期": "2026-10-08",
    "类别": "B04 路灯不亮",
    "户号": "0217",
    "户主": "样大山",
    "反映的事": "村东第三盏路灯不亮",
}
STAR: Row = {
    "申报编号": "XJ-2026-001",
    "申报日期": "2026-10-08",
    "谁申报": "党支部",
    "支部": 1,
    "年度": 2026,
    "申报几星": 3,
    "事迹": "修了路，装了灯。",
    "材料": "主题党日记录 12 份",
}
STAR_STEP: Row = {
    "申报编号": "XJ-2026-001",
    "步骤": "审核评星",
    "日期": "2026-10-09",
    "几星": 2,
    "由谁": "党员大会",
    "说明": "材料属实",
}
CASE_STEP: Row = {"诉求编号": "AL-2026-001", "事项": "核实受理", "日期": "2026-10-09", "内容": "灯泡坏了"}
GRANTED: Row = {
    "表彰编号": "RY-2026-001",
    "荣誉": "H01 季度积分优胜户（季度，给户）",
    "荣誉名称": None,
    "评到哪个月": "2026-09",
    "日期": "2026-10-16",
}
"""Of a quarter before the books begin; what is looked back on is over."""
SIGNED: Row = {**CLAIM, "小时": 4.5, "证据": "签到表第 1 行"}


class MemorySigner:
    """A village's log key, made of the village's code."""

    def __init__(self, village: str, verifier_key: str = "") -> None:
        self._signer = make_signer(ORIGIN, village.encode().ljust(32, b"."))

    @property
    def verifier_key(self) -> str:
        return format_verifier_key(self._signer.key)

    def unlock(self) -> None:
        """Nothing keeps it locked."""

    def sign_note(self, text: str) -> bytes:
        return format_note(text, [sign_note(text, self._signer)])


class ImportDesk:
    """A founded village with a clerk and a supervisor."""

    def __init__(self, chart: Any = "2023", clock: FakeClock | None = None) -> None:
        self.ports = Ports(
            archive=MemoryArchive(),
            clock=clock or FakeClock(),
            cosignatures=MemoryCosignatures(),
            documents=MemoryDocuments(),
            urns=MemoryUrns(),
            entropy=SeededEntropy("import"),
            get_signer=MemorySigner,
            heads=MemoryHeads(),
            ledger=MemoryLedger(),
            reference=load_reference(),
            vault=MemoryVault(),
        )
        self.clerk = add_person(self.ports, VILLAGE, "样办事", "clerk").user
        self.supervisor = add_person(self.ports, VILLAGE, "例监督", "supervisor").user
        found_village(self.ports, VILLAGE, ORIGIN, chart, self.clerk)

    def read(self, kind: WorkbookKind, data: bytes, **changes: str) -> Import:
        """Import without keeping anything."""
        fields: dict[str, Any] = {"filename": FILE, "maker": self.clerk, "village": VILLAGE}
        return import_workbook(self.ports, kind=kind, data=data, **(fields | changes))

    def say(self, kind: WorkbookKind, data: bytes, **changes: str) -> list[str]:
        """Return the faults of a workbook as the clerk reads them."""
        return [format_fault(fault) for fault in self.read(kind, data, **changes).faults]

    def keep(self, kind: WorkbookKind, data: bytes) -> list[str]:
        """Import, keep, and return the ids of the drafts; a fault fails the test."""
        imported = self.read(kind, data)
        assert [format_fault(fault) for fault in imported.faults] == []
        apply_import(self.ports, imported)
        return [draft.id for draft in imported.drafts]

    def record(self, kind: WorkbookKind, data: bytes) -> None:
        """Import, keep, and let the supervisor pass all of it."""
        pass_drafts(self.ports, VILLAGE, self.keep(kind, data), self.supervisor)

    def record_body(self, build: Callable[[Discloser], Body], period: str = "2026-10") -> None:
        """Draft a body and let the supervisor pass it."""
        texts = Discloser(self.ports.entropy)
        body = build(texts)
        claim = Claim(
            body=body,
            kind=KIND_OF_BODY[type(body)],
            maker=name_clerk(self.clerk),
            occurred_on="2026-10-01",
            period=period,
            village=VILLAGE,
        )
        draft = build_draft(self.ports, claim, "测试", "test", texts)
        self.ports.vault.put_drafts(VILLAGE, [draft])
        pass_drafts(self.ports, VILLAGE, [draft.id], self.supervisor)

    def open_books(self) -> None:
        """Take over the opening balances of October."""
        self.record("opening", make_book("opening", OPENING))

    def adopt_rules(self) -> None:
        """Adopt three rules: B01 adds, B02 is sensitive, C01 deducts."""
        self.record_body(_build_rulebook)

    def register(self) -> None:
        """Adopt rules and register the three households, two of which agreed."""
        self.adopt_rules()
        self.record("households", make_book("households", HOUSEHOLDS))

    def register_assets(self) -> None:
        """Open the books and register the pumps."""
        self.open_books()
        self.record("assets", make_book("assets", [ASSET]))

    def enrol(self) -> None:
        """Adopt the scheme and register both branches."""
        self.record_body(build_scheme)
        self.record("members", make_book("members", MEMBERS))


def make_date(day: str) -> dt.datetime:
    """Return a day as a spreadsheet's date cell holds it."""
    return dt.datetime.fromisoformat(day)


def make_book(
    kind: WorkbookKind,
    rows: Sequence[Row],
    *,
    others: Mapping[str, Sequence[Row]] | None = None,
    change: Callable[[Any], None] | None = None,
) -> bytes:
    """Return a workbook of a kind with `rows` on its first sheet, as a spreadsheet program saves it.

    `others` are rows of its other sheets by name; `change` may do anything to the workbook before it is saved.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    tables = {WORKBOOKS[kind].sheets[0].name: rows, **(others or {})}
    for sheet in WORKBOOKS[kind].sheets:
        if sheet.name not in tables:
            continue
        page = book.create_sheet(sheet.name)
        headers = [column.header for column in sheet.columns]
        page.append(headers)
        for row in tables[sheet.name]:
            assert set(row) <= set(headers), "a test names a column that there is not"
            page.append([row.get(header) for header in headers])
    if change is not None:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _build_rulebook(texts: Discloser) -> RulebookAdopted:
    def rule(code: str, item: str, points: int, **changes: Any) -> Any:
        text = texts.publish("rule", {"evidence": "照片", "group": "环境", "item": item, "unit": "次"})
        return build_rule(_Unused(), code=code, points=points, monthly_cap=8, text=text, **changes)

    return RulebookAdopted(
        base_points=100,
        resolution=texts.publish("resolution", "村民代表会议通过"),
        rules=(
            rule("B01", "打扫门前", 2),
            rule("B02", "帮扶困难户", 4, sensitive=True),
            rule("C01", "乱堆柴草", -3),
        ),
        version=1,
    )


class _Unused:
    """Stands where the builder would draw a text that the test replaces."""

    def publish(self, *_: object) -> None:
        return None


def build_scheme(texts: Discloser) -> SchemeAdopted:
    def item(code: str, title: str, points: int) -> SchemeItem:
        text = texts.publish("item", {"group": "日常", "item": title, "unit": "次"})
        return SchemeItem(code=code, monthly_cap=10, points=points, text=text)

    return SchemeAdopted(
        base=60,
        items=(item("P01", "参加主题党日", 5), item("N01", "无故缺席", -4)),
        resolution=texts.publish("resolution", "党员大会通过"),
        scheme="member-60",
        stars=(StarCut(from_score=60, stars=1), StarCut(from_score=65, stars=2)),
        title=texts.publish("title", "党员考评办法"),
        version=1,
    )
