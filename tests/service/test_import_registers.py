"""The workbooks of assets, resources and stock-takes, and the vouchers that the register proposes."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.assets import AssetChanged, AssetDisposed, AssetRegistered
from ledger.books.resources import ResourceChanged
from ledger.books.stocktakes import StocktakeRecorded
from ledger.books.vouchers import VoucherRecorded
from ledger.canonical import parse_claim
from ledger.entries import Body
from ledger.errors import Refused, format_fault
from ledger.service.choices import Choice, list_choices
from ledger.service.import_ import import_typed
from ledger.service.passing import pass_drafts
from ledger.service.proposals import Persons, lay_clearing, lay_depreciation, list_due
from ledger.service.showing import show_drafts
from ledger.service.unsent import drop_sheet, open_sheet, save_sheet
from ledger.service.workbooks.columns import WorkbookKind
from ledger.state.assets import find_asset
from tests.builders import VILLAGE
from tests.service.importing import (
    ACCOUNT,
    ASSET,
    COUNTED,
    PAPER,
    PAPER_PAID,
    RESOURCE,
    ImportDesk,
    Row,
    make_book,
)

MOVED: Row = {
    "资产编号": "ZC-0001",
    "事项": "变动",
    "日期": "2026-10-20",
    "原因": "换了地方",
    "存放地点": "村南",
}
GONE: Row = {"资产编号": "ZC-0001", "事项": "处置", "日期": "2026-10-20", "原因": "旧了", "处置方式": "出售"}
PEOPLE = Persons("样经手", "样审批", "样记账")


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    return desk


def take(desk: ImportDesk, kind: WorkbookKind, *rows: Row, **others: list[Row]) -> Body:
    """Record one draft and return its body; preview and what the checker sees are the same."""
    data = make_book(kind, rows, others=others)
    preview = desk.read(kind, data).preview
    (draft,) = desk.keep(kind, data)
    (shown,) = show_drafts(desk.ports, VILLAGE, (draft,))
    told = [line for line in shown.lines if not line.startswith(("　名称：", "　地块名称："))]
    assert told == list(preview)
    pass_drafts(desk.ports, VILLAGE, [draft], desk.supervisor)
    found = desk.ports.vault.find_draft(VILLAGE, draft)
    assert found is not None
    return parse_claim(found.claim).body


def say(desk: ImportDesk, kind: WorkbookKind, *rows: Row, **others: list[Row]) -> list[str]:
    return desk.say(kind, make_book(kind, rows, others=others))


def hand_in(desk: ImportDesk) -> list[Body]:
    """Hand in what was laid into the sheet of vouchers, and pass it."""
    kept = open_sheet(desk.ports, VILLAGE, desk.clerk, "vouchers")
    imported = import_typed(
        desk.ports, village=VILLAGE, kind="vouchers", tables=kept.state.tables, maker=desk.clerk
    )
    assert [format_fault(fault) for fault in imported.faults] == []
    desk.ports.vault.put_drafts(VILLAGE, imported.drafts)
    pass_drafts(desk.ports, VILLAGE, [draft.id for draft in imported.drafts], desk.supervisor)
    drop_sheet(desk.ports, VILLAGE, desk.clerk, "vouchers", kept.version)
    return [parse_claim(draft.claim).body for draft in imported.drafts]


def post(desk: ImportDesk, body: Body) -> list[tuple[str, str, int]]:
    assert isinstance(body, VoucherRecorded)
    assert body.asset
    return [(posting.side, posting.account, posting.amount_fen) for posting in body.postings]


def refuse(call: Any, *given: Any, **more: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        call(*given, **more)
    return [format_fault(fault) for fault in refused.value.faults]


def test_an_asset_is_registered_with_its_usual_residual_value(desk: ImportDesk) -> None:
    body = take(desk, "assets", ASSET)

    assert isinstance(body, AssetRegistered)
    assert (body.original_fen, body.residual_fen, body.depreciated_fen) == (1_200_000, 60_000, 540_000)
    assert (body.depreciates_from, body.life_months, body.quantity) == ("2026-10", 114, 2)
    told = list(desk.read("assets", make_book("assets", [ASSET | {"资产编号": "ZC-0002"}])).preview)
    assert told == [
        "资产 ZC-0002 固定资产 灌溉水泵：原值 12,000.00 元",
        "　登记日期：2026-10-15，开账时已有，经营用",
        "　数量：2 台，型号规格：QS-40",
        "　存放地点：村北机井",
        "　保管岗位：村水利管理员",
        "　状况：完好",
        "　2022-03 启用，原值 12,000.00 元",
        "　登记以前已提折旧 5,400.00 元",
        "　残值 600.00 元，一共用 114 个月",
        "　从 2026-10 起还提 60 个月，每月 100.00 元，最后一个月提完",
    ]


def test_what_is_bought_begins_the_month_after_and_what_has_no_life_not_at_all(desk: ImportDesk) -> None:
    bought = ASSET | {"启用月份": "2026-10", "来源": "购入", "已提折旧": None, "残值": 0}
    stock = bought | {"资产编号": "ZC-0002", "资产类别": "库存物资", "使用月数": None, "残值": None}

    first = take(desk, "assets", bought)
    second = take(desk, "assets", stock)

    assert isinstance(first, AssetRegistered)
    assert isinstance(second, AssetRegistered)
    assert (first.depreciates_from, first.residual_fen) == ("2026-11", 0)
    assert (second.depreciates_from, second.life_months, second.residual_fen) == ("", 0, 0)


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (
            {"资产编号": "2026-3"},
            (
                "工作表「资产」A2：现为「2026-3」，应为ZC- 和四位数，如 ZC-0001。"
                "写台账里的编号；别的编号写在名称里。（register-number-form）"
            ),
        ),
        (
            {"已提折旧": -5},
            "工作表「资产」Q2：现为-5.00，应为不是负数的金额。改正金额。（asset-amount）",
        ),
    ],
)
def test_a_slip_is_told_at_its_cell(desk: ImportDesk, wrong: Row, line: str) -> None:
    assert say(desk, "assets", ASSET | wrong) == [line]


def test_what_is_depreciated_needs_the_books() -> None:
    desk = ImportDesk()

    assert say(desk, "assets", ASSET) == [
        (
            "工作表「资产」N2：现为还没有期初余额，应为先有期初余额。"
            "先导入并通过期初余额；不提折旧的资产现在就能登记。（books-not-opened）"
        )
    ]
    assert say(desk, "assets", ASSET | {"使用月数": None, "来源": "购入"}) == []


def test_a_number_twice_and_one_that_is_used_are_refused(desk: ImportDesk) -> None:
    assert [fault.code for fault in desk.read("assets", make_book("assets", [ASSET, ASSET])).faults] == [
        "row-duplicate"
    ]
    desk.record("assets", make_book("assets", [ASSET]))
    assert say(desk, "assets", ASSET | {"名称": "又一台水泵"}) == [
        (
            "工作表「资产」第 2 行，资产 ZC-0001：现为第 2 条已用这个编号，应为没有用过的编号。"
            "同一件资产不用再登记；是另一件，就换一个编号，用过的编号永远不再用。（asset-number-used）"
        )
    ]


def test_a_change_says_again_what_stays(desk: ImportDesk) -> None:
    desk.record("assets", make_book("assets", [ASSET]))

    body = take(desk, "assets", 资产变动=[MOVED])

    assert isinstance(body, AssetChanged)
    assert body.quantity == 2
    gone = take(desk, "assets", 资产变动=[GONE])
    assert isinstance(gone, AssetDisposed)
    assert gone.how == "sold"


def test_a_change_and_a_disposal_have_cells_of_their_own(desk: ImportDesk) -> None:
    desk.record("assets", make_book("assets", [ASSET]))

    assert say(desk, "assets", 资产变动=[MOVED | {"存放地点": None}]) == [
        (
            "工作表「资产变动」第 2 行：现为没有写什么变了，应为数量、存放地点、保管岗位、状况里至少一样。"
            "填上变了的那一格；没有变的不用填这一行。（asset-change-nothing）"
        )
    ]
    assert say(desk, "assets", 资产变动=[GONE | {"数量": 1}]) == [
        "工作表「资产变动」E2：现为处置的那一行填了「数量」，应为空。清空这一格，或者改正「事项」。（asset-change-idle）"
    ]
    assert say(desk, "assets", 资产变动=[MOVED | {"处置方式": "出售"}]) == [
        "工作表「资产变动」I2：现为变动的那一行填了「处置方式」，应为空。清空这一格，或者改正「事项」。（asset-change-idle）"
    ]
    assert say(desk, "assets", 资产变动=[GONE | {"处置方式": None}]) == [
        "工作表「资产变动」I2：现为空，应为怎样处置的。补填这一格。（cell-empty）"
    ]
    assert "（asset-unknown）" in say(desk, "assets", 资产变动=[MOVED | {"资产编号": "ZC-0009"}])[0]


def test_resources_are_registered_and_changed(desk: ImportDesk) -> None:
    take(desk, "resources", RESOURCE)
    smaller = {"资源编号": "ZY-0001", "日期": "2026-10-20", "原因": "修路占用", "面积": 40}

    body = take(desk, "resources", 资源变动=[smaller])

    assert isinstance(body, ResourceChanged)
    assert (body.area_mu_hundredths, body.land_class) == (4_000, "01")
    assert "（resource-area）" in say(desk, "resources", RESOURCE | {"资源编号": "ZY-0002", "面积": 0})[0]
    assert "（resource-unknown）" in say(desk, "resources", 资源变动=[smaller | {"资源编号": "ZY-0009"}])[0]
    assert "（register-number-form）" in say(desk, "resources", RESOURCE | {"资源编号": "ZC-0001"})[0]
    twice = [
        fault.code for fault in desk.read("resources", make_book("resources", [RESOURCE, RESOURCE])).faults
    ]
    assert "row-duplicate" in twice


def test_a_stock_take_is_one_entry_by_asset(desk: ImportDesk) -> None:
    desk.record("assets", make_book("assets", [ASSET, ASSET | {"资产编号": "ZC-0002"}]))
    second = COUNTED | {"资产编号": "ZC-0002", "账面数量": None, "实有数量": 2, "盘点说明": None}

    body = take(desk, "stocktakes", second, COUNTED)

    assert isinstance(body, StocktakeRecorded)
    assert [(line.asset, line.book_quantity, line.counted_quantity) for line in body.lines] == [
        ("ZC-0001", 2, 1),
        ("ZC-0002", 2, 2),
    ]
    assert say(desk, "stocktakes", COUNTED, second | {"盘点日期": "2026-10-21"}) == [
        (
            "工作表「盘点」A3：现为「盘点日期」与第一行不同，应为一次盘点各行相同。"
            "改成一致；另一天盘点的另交一张表。（stocktake-rows-differ）"
        )
    ]
    assert "（stocktake-book）" in say(desk, "stocktakes", COUNTED | {"账面数量": 5})[0]
    assert "（asset-unknown）" in say(desk, "stocktakes", COUNTED | {"资产编号": "ZC-0009"})[0]


def test_a_voucher_names_its_asset(desk: ImportDesk) -> None:
    about = PAPER | {"摘要": "修水泵", "资产编号": "ZC-0001"}
    assert "（asset-unknown）" in say(desk, "vouchers", about, PAPER_PAID)[0]
    desk.record("assets", make_book("assets", [ASSET]))
    assert say(desk, "vouchers", about | {"资产编号": "0001"}, PAPER_PAID) == [
        (
            "工作表「凭证」P2：现为「0001」，应为ZC- 和四位数，如 ZC-0001。"
            "写台账里的编号；别的编号写在名称里。（register-number-form）"
        )
    ]

    body = take(desk, "vouchers", about, PAPER_PAID)

    assert isinstance(body, VoucherRecorded)
    assert body.asset == "ZC-0001"
    red = {key: PAPER[key] for key in ("日期", "经手人", "审批人", "记账员")}
    red |= {"凭证号": "2026-10-002", "冲销凭证号": "2026-10-001", "原因": "记错", "资产编号": "ZC-0001"}
    assert say(desk, "vouchers", red) == [
        (
            "工作表「凭证」P2：现为红字冲销凭证填了「资产编号」，应为空。"
            "冲销的凭证跟着原凭证的资产走，清空这一格。（voucher-cell-idle）"
        )
    ]


def test_numbers_to_choose_from(desk: ImportDesk) -> None:
    desk.record("assets", make_book("assets", [ASSET]))
    desk.record("resources", make_book("resources", [RESOURCE]))

    assert list_choices(desk.ports, VILLAGE, "assets")["资产编号"] == (
        Choice("ZC-0002", "接下来的编号"),
        Choice("ZC-0001", "灌溉水泵"),
    )
    assert list_choices(desk.ports, VILLAGE, "vouchers")["资产编号"] == (Choice("ZC-0001", "灌溉水泵"),)
    assert list_choices(desk.ports, VILLAGE, "resources")["资源编号"] == (
        Choice("ZY-0002", "接下来的编号"),
        Choice("ZY-0001", "河滩地"),
    )


def test_a_months_depreciation_is_proposed_once_and_the_rest_is_caught_up_with(desk: ImportDesk) -> None:
    other = ASSET | {"资产编号": "ZC-0002", "名称": "变压器", "做什么用": "管理用"}
    desk.record("assets", make_book("assets", [ASSET, other]))

    assert lay_depreciation(desk.ports, VILLAGE, desk.clerk, "2026-10", PEOPLE) == 2
    assert refuse(lay_depreciation, desk.ports, VILLAGE, desk.clerk, "2026-10", PEOPLE) == [
        (
            "2026年10月的凭证：现为没有要做的，应为还没有记、也没有填在表里的。"
            "已经填在表里的，去“填表”里看；在等审核的，等审核通过。（proposal-nothing）"
        )
    ]
    first, second = hand_in(desk)

    assert post(desk, first) == [("debit", "511", 10_000), ("credit", "152", 10_000)]
    assert post(desk, second) == [("debit", "51304", 10_000), ("credit", "152", 10_000)]
    with desk.ports.ledger.read(VILLAGE) as reader:
        assert list_due(desk.ports, reader, VILLAGE, "2026-10") == []
        # In December, what November left out comes with it.
        assert [due.amount_fen for due in list_due(desk.ports, reader, VILLAGE, "2026-12")] == [
            20_000,
            20_000,
        ]


def test_a_proposal_goes_to_the_only_part_of_what_was_divided(desk: ImportDesk) -> None:
    part = ACCOUNT | {"明细科目代码": "15201", "明细科目名称": "水利设施折旧"}
    parts = [
        ACCOUNT | {"明细科目代码": f"5110{number}", "明细科目名称": f"第{number}组"} for number in (1, 2)
    ]
    desk.record("accounts", make_book("accounts", [part, *parts]))
    desk.record("assets", make_book("assets", [ASSET]))

    lay_depreciation(desk.ports, VILLAGE, desk.clerk, "2026-10", PEOPLE)

    kept = open_sheet(desk.ports, VILLAGE, desk.clerk, "vouchers")
    (first, second) = kept.state.tables["凭证"]
    assert (first[3:5], second[3:5]) == (("511", "经营支出"), ("15201", "水利设施折旧"))
    # Of several parts the clerk chooses: what the sheet answers names them.
    refused = import_typed(
        desk.ports, village=VILLAGE, kind="vouchers", tables=kept.state.tables, maker=desk.clerk
    )
    assert [format_fault(fault).partition("：")[2] for fault in refused.faults] == [
        (
            "现为科目 511 已设明细科目，应为最末一级的明细科目，如 51101、51102。"
            "记到明细科目；原来记在上级科目的余额，用一张只在上下级之间转的凭证转过去。（account-has-details）"
        )
    ]
    chosen = (*first[:3], "51102", "第2组", *first[5:])
    save_sheet(desk.ports, VILLAGE, desk.clerk, "vouchers", {"凭证": (chosen, second)}, start=kept.version)
    (booked,) = hand_in(desk)
    assert post(desk, booked) == [("debit", "51102", 10_000), ("credit", "15201", 10_000)]


def test_what_waits_is_not_proposed_again(desk: ImportDesk) -> None:
    desk.record("assets", make_book("assets", [ASSET]))
    lay_depreciation(desk.ports, VILLAGE, desk.clerk, "2026-10", PEOPLE)
    kept = open_sheet(desk.ports, VILLAGE, desk.clerk, "vouchers")
    imported = import_typed(
        desk.ports, village=VILLAGE, kind="vouchers", tables=kept.state.tables, maker=desk.clerk
    )
    desk.ports.vault.put_drafts(VILLAGE, imported.drafts)
    with desk.ports.ledger.read(VILLAGE) as reader:
        assert list_due(desk.ports, reader, VILLAGE, "2026-10") == []


def test_a_disposal_leaves_the_books_step_by_step(desk: ImportDesk) -> None:
    desk.record("assets", make_book("assets", [ASSET]))
    clear = (lay_clearing, desk.ports, VILLAGE, desk.clerk, "ZC-0001", "2026-10-21", PEOPLE)
    assert refuse(*clear) == [
        (
            "资产 ZC-0001：现为没有登记处置，应为登记过处置的资产。"
            "先在“资产登记”的“资产变动”里登记处置，通过审核后再做凭证。（clearing-not-disposed）"
        )
    ]
    take(desk, "assets", 资产变动=[GONE])
    assert refuse(*clear) == [
        (
            "资产 ZC-0001：现为2026-10 的折旧还没有记，应为处置那个月的折旧先记好。"
            "先提那个月的折旧，通过审核后再做转出的凭证。（clearing-before-depreciation）"
        )
    ]
    lay_depreciation(desk.ports, VILLAGE, desk.clerk, "2026-10", PEOPLE)
    hand_in(desk)

    call, *given = clear
    assert call(*given, proceeds_fen=700_000, costs_fen=20_000) == 4
    out, came, went, result = hand_in(desk)

    assert post(desk, out) == [
        ("debit", "154", 650_000),
        ("debit", "152", 550_000),
        ("credit", "151", 1_200_000),
    ]
    assert post(desk, came) == [("debit", "102", 700_000), ("credit", "154", 700_000)]
    assert post(desk, went) == [("debit", "154", 20_000), ("credit", "102", 20_000)]
    assert post(desk, result) == [("debit", "154", 30_000), ("credit", "504", 30_000)]
    with desk.ports.ledger.read(VILLAGE) as reader:
        asset = find_asset(reader.facts, "ZC-0001")
        assert asset is not None
        assert asset.is_settled
    assert "（proposal-nothing）" in refuse(*clear)[0]


def test_a_loss_and_a_right_go_to_the_result(desk: ImportDesk) -> None:
    right = ASSET | {
        "资产编号": "ZC-0002",
        "资产类别": "无形资产",
        "名称": "软件",
        "已提折旧": None,
        "残值": 0,
    }
    right |= {"启用月份": "2026-10", "使用月数": 60}
    desk.record("assets", make_book("assets", [ASSET, right]))
    desk.record(
        "assets",
        make_book(
            "assets", [], others={"资产变动": [GONE | {"处置方式": "报废"}, GONE | {"资产编号": "ZC-0002"}]}
        ),
    )
    lay_depreciation(desk.ports, VILLAGE, desk.clerk, "2026-10", PEOPLE)
    (depreciation,) = hand_in(desk)
    assert post(desk, depreciation)[1] == ("credit", "152", 10_000)
    clear = (desk.ports, VILLAGE, desk.clerk)

    assert lay_clearing(*clear, "ZC-0001", "2026-10-21", PEOPLE) == 2
    assert (
        lay_clearing(*clear, "ZC-0002", "2026-10-21", PEOPLE, proceeds_fen=100, costs_fen=200, money="101")
        == 3
    )
    _out, loss, right_out, gain, cost = hand_in(desk)

    assert post(desk, loss) == [("debit", "515", 650_000), ("credit", "154", 650_000)]
    assert post(desk, right_out) == [("debit", "515", 1_200_000), ("credit", "161", 1_200_000)]
    assert post(desk, gain) == [("debit", "101", 100), ("credit", "504", 100)]
    assert post(desk, cost) == [("debit", "515", 200), ("credit", "101", 200)]


def test_a_sheet_that_is_full_takes_no_more(desk: ImportDesk) -> None:
    assets = [ASSET | {"资产编号": f"ZC-{number:04d}"} for number in range(1, 252)]
    desk.record("assets", make_book("assets", assets))

    assert lay_depreciation(desk.ports, VILLAGE, desk.clerk, "2026-10", PEOPLE) == 250
    assert refuse(lay_depreciation, desk.ports, VILLAGE, desk.clerk, "2026-10", PEOPLE) == [
        (
            "填的凭证表：现为已有 500 行，应为放得下，一张表不超过 500 行。"
            "先把表里的凭证交审，再来一次。（proposal-full）"
        )
    ]
