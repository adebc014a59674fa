"""What a month's page tells of besides money, and where it leads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from tests.audit.test_told import fill
from tests.builders import VILLAGE, build_resource
from tests.homes import open_village
from tests.web.test_pages import read_words
from tests.web.village import make_client

BOARD = f"/v/{VILLAGE}"
PAGE = f"{BOARD}/sheets/2026-10/finance"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with open_village(tmp_path_factory.mktemp("told") / "home") as village:
        fill(village)
        village.go_to("2026-11-12")
        village.record_voucher("付路灯电费", 4_800, period="2026-11", occurred_on="2026-11-10")
        village.record(
            build_resource(village.texts, number="ZY-0002"), period="2026-11", occurred_on="2026-11-11"
        )
        with make_client(village) as client:
            yield client


def test_the_page_tells_each_contract_with_what_was_due_paid_and_is_owed(told: TestClient) -> None:
    words = read_words(told, PAGE)

    assert "按合同村里收钱的 提前终止 村东仓库租赁 HT-0001 对方：个人" in words
    assert "本月该收 0.00 收到 5,000.00 2026年10月28日 到期" in words
    assert "数字截至这个月最后一天，是结账时记下的" in words
    assert f'href="{BOARD}/contracts/HT-0001"' in told.get(PAGE).text


def test_the_page_tells_what_changed_of_registers_and_of_objections(told: TestClient) -> None:
    words = read_words(told, PAGE)

    assert "资产和资源的变动 新登记资产：灌溉水泵 原值 12,000.00 元" in words
    assert "新登记资源：" in words
    assert "开账时已有的资产，这个月登记进台账 1 件，原值共 12,000.00 元，不算新增。" in words
    assert "这个月收到异议 1 件，已经答复 0 件，还有 1 件没有答复（YY-2026-0001）。" in words
    assert f'href="{BOARD}/objections"' in told.get(PAGE).text


def test_an_open_month_tells_its_registers_and_nothing_of_contracts(told: TestClient) -> None:
    words = read_words(told, f"{BOARD}/sheets/2026-11/finance")

    assert "资产和资源的变动 新登记资源：" in words
    assert "按合同村里" not in words
    assert "异议 这个月收到" not in words


def test_a_month_with_nothing_to_tell_has_no_empty_boxes(client: TestClient) -> None:
    page = client.get(PAGE).text

    for name in ("contracts", "registers", "objections"):
        assert f'aria-labelledby="{name}"' not in page


def test_the_closings_entry_says_how_each_contract_stood(told: TestClient) -> None:
    at = next(index for index in range(20) if "2026年10月结账" in told.get(f"{BOARD}/entries/{index}").text)

    words = read_words(told, f"{BOARD}/entries/{at}")

    assert "月末各份合同（元）" in words
    assert "HT-0001" in words
    assert "2026年10月28日到期" in words
