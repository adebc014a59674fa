"""The register of contracts and a contract's page: what was due, what was paid by which voucher, nobody's name."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.contracts import Due
from ledger.canonical import parse_entry
from tests.builders import (
    VILLAGE,
    build_amendment,
    build_contract,
    build_contract_end,
    build_contract_void,
    build_postings,
    build_reversal,
)
from tests.homes import VillageHome, open_village
from tests.web.browser import SCREENS, open_page
from tests.web.test_layout_browser import FAINT, PAGE_MAX_BYTES, SMALL_TARGETS
from tests.web.test_pages import read_words
from tests.web.village import make_client, serve

REGISTER = f"/v/{VILLAGE}/contracts"
NAME = "样大山"


def live(village: VillageHome) -> None:
    """A warehouse whose rent is paid in part, a road, a pond whose contract ends soon, and one that was ended."""
    texts = village.texts
    village.open_books()
    village.record(build_contract(texts))
    village.record(
        build_contract(
            texts,
            begins_on="2026-10-08",
            category="works",
            direction="pays",
            dues=(
                Due(amount_fen=3_000_000, due_on="2026-10-20"),
                Due(amount_fen=2_000_000, due_on="2027-01-31"),
            ),
            ends_on="2026-11-20",
            number="HT-0002",
            party="company",
            title=texts.publish("修村路"),
            units=0,
        )
    )
    village.record(
        build_contract(
            texts, dues=(), ends_on="2026-10-30", number="HT-0003", title=texts.publish("鱼塘发包")
        )
    )
    village.record(build_contract(texts, number="HT-0004", title=texts.publish("旧磨坊出租")))
    rent = build_postings(1_500_000, "102", "501")
    village.record_voucher(
        "收仓库租金", 0, postings=build_postings(500_000, "102", "501"), contract="HT-0001"
    )
    wrong = village.record_voucher("收仓库租金", 0, postings=rent, contract="HT-0001")
    red = build_reversal(
        texts,
        chart="2023",
        number="2026-10-003",
        postings=build_postings(-1_500_000, "102", "501"),
        reverses=wrong.index,
    )
    village.record(red)
    village.vouchers = 3
    village.record_voucher("付修路款", 2_000_000, contract="HT-0002")
    village.record(build_amendment(texts))
    village.record(build_contract_end(texts, contract="HT-0004"))
    village.record(build_contract(texts, number="HT-0005", title=texts.publish("记错的合同")))
    village.record(build_contract_void(texts, contract="HT-0005"))
    village.go_to("2026-11-12")
    village.record_voucher("付路灯电费", 4_800, period="2026-11", occurred_on="2026-11-10")


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    with open_village(tmp_path_factory.mktemp("contracts") / "home") as built:
        live(built)
        yield built


@pytest.fixture(scope="module")
def client(village: VillageHome) -> Iterator[TestClient]:
    with make_client(village) as opened:
        yield opened


def test_the_register_says_first_what_is_due_what_came_and_what_is_overdue(client: TestClient) -> None:
    words = read_words(client, REGISTER)

    assert "登记了 4 份合同，2 份还在履行。" in words
    assert "到今天村里该收 12,000.00 元，收了 5,000.00 元。" in words
    assert "过了日子还没收到的有 7,000.00 元，1 份合同。" in words
    assert (
        "到今天村里该付 30,000.00 元，付了 20,000.00 元。过了日子还没付的有 10,000.00 元，1 份合同。" in words
    )
    assert "30 天以内 7,000.00 31 到 90 天 0.00" in words


def test_what_is_overdue_comes_first_and_what_is_over_last(client: TestClient) -> None:
    numbers = re.findall(rf'href="{REGISTER}/(HT-[0-9]{{4}})"', client.get(REGISTER).text)

    assert numbers == ["HT-0001", "HT-0002", "HT-0003", "HT-0004", "HT-0005"]
    words = read_words(client, REGISTER)
    assert "逾期 7,000.00 元没付，到2029年9月30日" in words
    assert "逾期 10,000.00 元没付，还有 8 天到期" in words
    assert "2026年10月30日到期" in words
    assert "2026年10月28日提前终止" in words


def test_a_contract_tells_each_due_with_the_vouchers_that_paid_it(
    client: TestClient, village: VillageHome
) -> None:
    words = read_words(client, f"{REGISTER}/HT-0001")

    assert "到今天，对方该付 12,000.00 元，付了 5,000.00 元。" in words
    assert "过了日子还没付的有 7,000.00 元。 下一次是 2027年10月31日 ，对方要付 10,000.00 元。".replace(
        " ", ""
    ) in (words.replace(" ", ""))
    assert "2026年10月31日 逾期 12 天 凭证 2026-10-001 5,000.00 12,000.00 5,000.00 7,000.00" in words
    assert "2027年10月31日 还没到日子 10,000.00 0.00 10,000.00" in words
    assert "已冲销 收仓库租金 15,000.00 元" in words
    assert "红字冲销 金额录错 −15,000.00 元" in words
    assert "改了收付款 遭水灾，减租 从2027年10月1日起" in words
    page = client.get(f"{REGISTER}/HT-0001").text
    with village.home.ledger.read(VILLAGE) as reader:
        for index in set(map(int, re.findall(rf'href="/v/{VILLAGE}/entries/([0-9]+)"', page))):
            assert parse_entry(reader.get_entry_bytes(index)).kind.startswith(("voucher.", "contract."))


def test_what_is_owed_and_what_comes_next_stand_before_the_whole_calendar(client: TestClient) -> None:
    page = client.get(f"{REGISTER}/HT-0001").text
    first, whole = page.split("<summary>看全部 3 笔</summary>")

    assert re.findall(r'scope="row">(20[^<]*日)<', first) == ["2026年10月31日", "2027年10月31日"]
    assert re.findall(r'scope="row">(20[^<]*日)<', whole) == [
        "2026年10月31日",
        "2027年10月31日",
        "2028年10月31日",
    ]


def test_the_chart_has_its_table(client: TestClient) -> None:
    page = client.get(f"{REGISTER}/HT-0001").text

    assert page.count('<rect class="chart-out"') == 3
    assert page.count('<rect class="chart-in"') == 1
    words = read_words(client, f"{REGISTER}/HT-0001")
    assert "2026年 12,000.00 5,000.00 7,000.00 2027年 10,000.00 0.00 10,000.00" in words
    assert "<svg" not in client.get(f"{REGISTER}/HT-0003").text
    assert "这份合同没有定下哪天付多少。" in read_words(client, f"{REGISTER}/HT-0003")


def test_what_was_ended_asks_for_no_more(client: TestClient) -> None:
    words = read_words(client, f"{REGISTER}/HT-0004")

    assert "2026年10月28日提前终止" in words
    assert "提前终止 村里收回自用 2026年10月28日" in words
    assert "该付 12,000.00" not in words


def test_nobodys_name_stands_on_a_page(client: TestClient, village: VillageHome) -> None:
    with village.home.ledger.read(VILLAGE) as reader:
        size = reader.size
    paths = [REGISTER, *(f"{REGISTER}/HT-000{number}" for number in range(1, 5))]
    paths += [f"/v/{VILLAGE}/entries/{index}" for index in range(size)]

    for path in paths:
        assert NAME not in client.get(path).text
    assert "对方 个人" in read_words(client, f"{REGISTER}/HT-0001")


@pytest.mark.parametrize("path", ["HT-0009", "HT-1", "2026-10-001", "x"])
def test_a_contract_that_nobody_registered_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"{REGISTER}/{path}").status_code == 404


@pytest.mark.parametrize("start", ["5", "x", "-1", "999999", "１"])
def test_a_place_beyond_the_register_is_not_found(client: TestClient, start: str) -> None:
    assert client.get(f"{REGISTER}?start={start}").status_code == 404


def test_a_long_register_has_pages(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, village: VillageHome
) -> None:
    monkeypatch.setattr("web.public.contracts.CONTRACTS_A_PAGE", 3)
    with make_client(village) as fresh:
        first, last = (fresh.get(f"{REGISTER}{query}").text for query in ("", "?start=3"))

    assert f'href="{REGISTER}?start=3"' in first
    assert "HT-0004" not in first
    assert f'href="{REGISTER}"' in last
    assert "HT-0001" not in last


def test_a_village_without_contracts_says_so_in_a_sentence(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as empty, make_client(empty) as client:
        words = read_words(client, REGISTER)

    assert "还没有登记合同。" in words
    assert "0.00" not in words


def test_a_contract_that_was_entered_wrongly_asks_for_nothing(client: TestClient) -> None:
    words = read_words(client, f"{REGISTER}/HT-0005")

    assert "登记错了，已作废" in words
    assert "当作没有这一份" in words
    assert "逾期" not in words
    assert "登记错了，作废 面积登记错了" in words


def test_entries_of_contracts_are_told_in_plain_words(client: TestClient, village: VillageHome) -> None:
    told = {}
    with village.home.ledger.read(VILLAGE) as reader:
        for index in range(reader.size):
            kind = parse_entry(reader.get_entry_bytes(index)).kind
            told.setdefault(kind, read_words(client, f"/v/{VILLAGE}/entries/{index}"))

    assert "村集体签了一份出租合同：村东仓库租赁。" in told["contract.signed"]
    assert "对方要付给村里 3 次，一共 36,000.00 元" in told["contract.signed"]
    assert "对方是谁不公开" in told["contract.signed"]
    assert "从2027年10月1日起，对方要付给村里 2 次" in told["contract.amended"].replace(" ", "").replace(
        "要付给村里2次", "要付给村里 2 次"
    )
    assert "这天以后到期的都不用付了" in told["contract.ended"]
    assert "当作没有这一份：登记的收付款都不算" in told["contract.voided"]
    assert "按合同 HT-0001" in told["voucher.recorded"]
    assert "按合同 HT-0001" in told["voucher.reversed"]


@pytest.fixture(scope="module")
def address(village: VillageHome) -> Iterator[str]:
    with serve(village) as opened:
        yield opened


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_pages_fit_every_screen(browser: Browser, address: str, width: int, height: int) -> None:
    with open_page(browser, width, height) as (page, complaints):
        for path in ("", "/HT-0001", "/HT-0002", "/HT-0003"):
            answer = page.goto(f"{address}{REGISTER}{path}")
            assert answer is not None
            assert len(gzip.compress(answer.body())) < PAGE_MAX_BYTES
            page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(SMALL_TARGETS) == [], path
            assert page.evaluate(FAINT) == [], path
        assert complaints == []


@pytest.mark.browser
def test_the_browser_holds_a_contracts_entry_to_its_page(
    browser: Browser, address: str, village: VillageHome
) -> None:
    with village.home.ledger.read(VILLAGE) as reader:
        kinds = {parse_entry(reader.get_entry_bytes(index)).kind: index for index in range(reader.size)}
    chosen = [index for kind, index in kinds.items() if kind.startswith("contract.")]

    assert len(chosen) == 4
    with open_page(browser, 360, 740) as (page, complaints):
        for index in chosen:
            page.goto(f"{address}/v/{VILLAGE}/entries/{index}")
            page.locator("#verdict", has_text="✔").wait_for()
        assert complaints == []
