"""The registers of assets and resources on their pages: what they add up to, each asset, its code, its labels."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.vouchers import Posting
from ledger.canonical import parse_entry
from tests.builders import (
    VILLAGE,
    build_asset,
    build_asset_change,
    build_asset_disposal,
    build_contract,
    build_postings,
    build_resource,
    build_resource_change,
    build_reversal,
    build_stocktake,
)
from tests.homes import VillageHome, open_village
from tests.web.browser import SCREENS, open_page
from tests.web.test_layout_browser import FAINT, PAGE_MAX_BYTES, SMALL_TARGETS
from tests.web.test_pages import read_words
from tests.web.village import make_client, serve

ASSETS = f"/v/{VILLAGE}/assets"
RESOURCES = f"/v/{VILLAGE}/resources"
OUT = (
    Posting(account="154", amount_fen=650_000, side="debit"),
    Posting(account="152", amount_fen=550_000, side="debit"),
    Posting(account="151", amount_fen=1_200_000, side="credit"),
)


def live(village: VillageHome) -> None:
    """Pumps that were sold, a tricycle that was bought, a sack that a stock-take misses, and two plots."""
    texts = village.texts
    village.open_books()
    village.record(build_asset(texts))
    bought = {
        "depreciated_fen": 0,
        "depreciates_from": "2026-11",
        "in_use_from": "2026-10",
        "life_months": 36,
        "number": "ZC-0002",
        "original_fen": 360_000,
        "quantity": 1,
        "residual_fen": 18_000,
        "source": "purchased",
    }
    village.record(build_asset(texts, name=texts.publish("电动三轮车"), **bought))
    stock = {"category": "stock", "depreciates_from": "", "life_months": 0, "number": "ZC-0003"}
    stock |= {"original_fen": 50_000, "quantity": 10, "residual_fen": 0}
    sacks = {"name": texts.publish("化肥"), "unit": texts.publish("袋")}
    village.record(build_asset(texts, **(bought | stock | sacks)))
    village.record(build_resource(texts))
    village.record(build_resource(texts, land_class="11", name=texts.publish("村南水库"), number="ZY-0002"))
    village.record(build_contract(texts, subject_number="ZC-0002"))
    pond = {"number": "HT-0002", "subject_number": "ZY-0002", "title": texts.publish("水库发包")}
    village.record(build_contract(texts, **pond))
    village.record(build_resource_change(texts))
    village.record(build_stocktake(texts, ("ZC-0003", 10, 8)))
    village.record(build_asset_change(texts))
    wrong = village.record_voucher(
        "十月水泵折旧", 0, asset="ZC-0001", postings=build_postings(9_000, "511", "152")
    )
    red = build_reversal(
        texts,
        chart="2023",
        number="2026-10-002",
        postings=build_postings(-9_000, "511", "152"),
        reverses=wrong.index,
    )
    village.record(red)
    village.vouchers = 2
    for summary, amount_fen, debit, credit, asset in (
        ("计提十月折旧", 10_000, "511", "152", "ZC-0001"),
        ("买三轮车", 360_000, "151", "101", "ZC-0002"),
        ("买化肥", 50_000, "121", "101", "ZC-0003"),
    ):
        postings = build_postings(amount_fen, debit, credit)
        village.record_voucher(summary, 0, asset=asset, postings=postings)
    village.record(build_asset_disposal(texts))
    village.record_voucher("水泵转入清理", 0, asset="ZC-0001", postings=OUT)
    village.record_voucher("卖水泵", 0, asset="ZC-0001", postings=build_postings(700_000, "101", "154"))
    village.go_to("2026-11-12")
    village.record_voucher("付路灯电费", 4_800, period="2026-11", occurred_on="2026-11-10")


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    with open_village(tmp_path_factory.mktemp("registers") / "home") as built:
        live(built)
        yield built


@pytest.fixture(scope="module")
def client(village: VillageHome) -> Iterator[TestClient]:
    with make_client(village) as opened:
        yield opened


def test_the_register_adds_up_by_class_and_says_where_the_accounts_differ(client: TestClient) -> None:
    words = read_words(client, ASSETS)

    assert "在账的资产有 2 项，现在的价值一共 4,100.00 元。" in words
    assert "台账上的数和账本上的数不一致" in words
    # The pumps stand in no opening balance of this village, and left the accounts all the same.
    assert "固定资产 1 项 原值比账上多 12,000.00 元，累计折旧比账上多 5,400.00 元" in words
    assert "库存物资 1 项 和账上一致 500.00" in words
    numbers = re.findall(rf'href="{ASSETS}/(ZC-[0-9]{{4}})"', client.get(ASSETS).text)
    assert numbers == ["ZC-0002", "ZC-0003", "ZC-0001"]
    assert "盘点对不上，还没有处理" in words


def test_an_asset_tells_what_it_cost_what_is_used_up_and_how_it_goes(client: TestClient) -> None:
    words = read_words(client, f"{ASSETS}/ZC-0001")

    assert "出售，账还没做完" in words
    assert "✓ 登记处置 ✓ 原值和累计折旧从账上转出" in words
    assert "还没有： 结转清理的结果，清理科目上现在还有 500.00 元" in words
    assert "已冲销 十月水泵折旧 90.00 元 2026年10月的折旧" in words
    assert "红字冲销 金额录错" in words
    assert "计提十月折旧 100.00 元 2026年10月的折旧" in words
    assert "水泵转入清理 12,000.00 元 从账上转出" in words
    assert "放在哪里 村南机井" in words
    assert "变动 村北机井停用" in words
    assert "2026年 100.00 100.00" in words  # Nothing is planned after its disposal.
    assert "2027年" not in words


def test_an_asset_that_stays_is_told_with_its_plan_and_its_code(client: TestClient) -> None:
    words = read_words(client, f"{ASSETS}/ZC-0002")
    page = client.get(f"{ASSETS}/ZC-0002").text

    assert "原值 3,600.00 元，已经提了折旧 0.00 元，现在账上值 3,600.00 元。" in words
    assert "一共 36 个月，最后留残值 180.00 元" in words
    assert "2027年 1,140.00 0.00" in words
    assert f"{ASSETS}/ZC-0002</span>" in page
    assert page.count("<svg") == 2  # The years and the code.


def test_a_stock_takes_difference_is_told(client: TestClient) -> None:
    words = read_words(client, f"{ASSETS}/ZC-0003")

    assert "账上现在还值 500.00 元。" in words
    assert "盘点，台账上 10，实有 8，差 2。还没有处理。" in words.replace("2026年10月28日 ", "")


def test_labels_have_a_code_for_each_asset_that_is_there(client: TestClient) -> None:
    page = client.get(f"/v/{VILLAGE}/asset-labels").text

    assert page.count('<li class="label">') == 2
    assert "ZC-0001" not in page


def test_the_land_adds_up_by_class(client: TestClient) -> None:
    words = read_words(client, RESOURCES)

    assert "村集体登记了 2 块土地等资源，一共 82.50 亩。" in words
    assert "交通运输用地 1 块 40.00 亩" in words
    one = read_words(client, f"{RESOURCES}/ZY-0001")
    assert "40.00 亩，交通运输用地。" in one
    assert "东至 河堤" in one
    assert "修路占用 40.00 亩" in one


@pytest.mark.parametrize(
    "path",
    [
        f"{ASSETS}/ZC-0009",
        f"{ASSETS}/x",
        f"{ASSETS}?start=50",
        f"{ASSETS}?start=x",
        f"{RESOURCES}/ZY-0009",
        f"{RESOURCES}?start=50",
        f"/v/{VILLAGE}/asset-labels?start=24",
    ],
)
def test_what_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_empty_register_says_so(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as empty, make_client(empty) as client:
        assert "还没有登记资产。" in read_words(client, ASSETS)
        assert "还没有登记资源。" in read_words(client, RESOURCES)


def test_registers_go_on_page_by_page(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as many, make_client(many) as client:
        for number in range(1, 53):
            many.record(
                build_asset(many.texts, number=f"ZC-{number:04d}", depreciates_from="", life_months=0)
            )
        first, second = client.get(ASSETS).text, client.get(f"{ASSETS}?start=50").text
        assert f'href="{ASSETS}?start=50"' in first
        assert re.findall(rf'href="{ASSETS}/(ZC-[0-9]{{4}})"', second) == ["ZC-0051", "ZC-0052"]
        assert f'href="{ASSETS}"' in second
        assert client.get(f"/v/{VILLAGE}/asset-labels?start=48").text.count('class="label"') == 4


def test_entries_of_registers_are_told_in_plain_words(client: TestClient, village: VillageHome) -> None:
    told = {}
    with village.home.ledger.read(VILLAGE) as reader:
        for index in range(reader.size):
            kind = parse_entry(reader.get_entry_bytes(index)).kind
            told.setdefault(kind, read_words(client, f"/v/{VILLAGE}/entries/{index}"))

    assert "村里的资产台账登记了灌溉水泵，2 台，原值 12,000.00 元。" in told["asset.registered"]
    assert "从这天起" not in told["asset.changed"]
    assert "原因：村北机井停用。" in told["asset.changed"]
    assert "村里把这件资产出售了" in told["asset.disposed"]
    assert "村里的资源台账登记了河滩地，42.50 亩，耕地。" in told["resource.registered"]
    assert "原因：修路占用。" in told["resource.changed"]
    assert "清点了 1 件资产。有 1 件数目对不上。" in told["stocktake.recorded"]
    assert "关于资产 ZC-0001" in told["voucher.recorded"]
    assert "关于资产 ZC-0001" in told["voucher.reversed"]


@pytest.fixture(scope="module")
def address(village: VillageHome) -> Iterator[str]:
    with serve(village) as opened:
        yield opened


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_pages_fit_every_screen(browser: Browser, address: str, width: int, height: int) -> None:
    labels = f"/v/{VILLAGE}/asset-labels"
    own = [f"{ASSETS}/{number}" for number in ("ZC-0001", "ZC-0002", "ZC-0003")]
    with open_page(browser, width, height) as (page, complaints):
        for path in (ASSETS, *own, labels, RESOURCES, f"{RESOURCES}/ZY-0001"):
            answer = page.goto(f"{address}{path}")
            assert answer is not None
            assert len(gzip.compress(answer.body())) < PAGE_MAX_BYTES
            page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(SMALL_TARGETS) == [], path
            assert page.evaluate(FAINT) == [], path
        assert complaints == []


@pytest.mark.browser
def test_the_browser_holds_entries_of_registers_to_their_pages(
    browser: Browser, address: str, village: VillageHome
) -> None:
    with village.home.ledger.read(VILLAGE) as reader:
        kinds = {parse_entry(reader.get_entry_bytes(index)).kind: index for index in range(reader.size)}
    chosen = [
        index for kind, index in kinds.items() if kind.startswith(("asset.", "resource.", "stocktake."))
    ]

    assert len(chosen) == 6
    with open_page(browser, 360, 740) as (page, complaints):
        for index in chosen:
            page.goto(f"{address}/v/{VILLAGE}/entries/{index}")
            page.locator("#verdict", has_text="✔").wait_for()
        assert complaints == []


def test_an_asset_a_plot_and_their_contracts_lead_to_each_other(client: TestClient) -> None:
    contracts = f"/v/{VILLAGE}/contracts"
    for path, number, title in (
        (f"{ASSETS}/ZC-0002", "HT-0001", "村东仓库租赁"),
        (f"{RESOURCES}/ZY-0002", "HT-0002", "水库发包"),
    ):
        assert f"关于它的合同 {title} 逾期 12,000.00 元没付" in read_words(client, path)
        assert f'href="{contracts}/{number}"' in client.get(path).text
        assert f'href="{path}"' in client.get(f"{contracts}/{number}").text
    for path in (f"{ASSETS}/ZC-0001", f"{RESOURCES}/ZY-0001"):
        assert "关于它的合同" not in read_words(client, path)
    assert "资产编号 ZC-0002" in read_words(client, f"{contracts}/HT-0001")
    assert "资源编号 ZY-0002" in read_words(client, f"{contracts}/HT-0002")
