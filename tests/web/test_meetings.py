"""Meetings and funds as villagers read them: steps with votes, what was spent, what became of it; nobody's name."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.contracts import Due
from ledger.books.resolutions import Step
from ledger.books.vouchers import negate_postings
from ledger.canonical import parse_entry
from tests.builders import (
    VILLAGE,
    build_amendment,
    build_contract,
    build_contract_void,
    build_forum,
    build_fund,
    build_limits,
    build_outcome,
    build_postings,
    build_resolution,
    build_reversal,
)
from tests.homes import VillageHome, open_village
from tests.web.browser import SCREENS, open_page
from tests.web.test_layout_browser import FAINT, PAGE_MAX_BYTES, SMALL_TARGETS
from tests.web.test_pages import read_words
from tests.web.village import make_client, serve

HOME = f"/v/{VILLAGE}"
REGISTER, FUNDS = f"{HOME}/resolutions", f"{HOME}/funds"


def make_step(meeting: str, day: str, entitled: int, present: int, favoured: int) -> Step:
    return Step(
        abstained=0,
        against=present - favoured,
        entitled=entitled,
        favoured=favoured,
        held_on=day,
        meeting=meeting,
        present=present,
    )


FOUR = (
    make_step("branch", "2026-10-05", 7, 6, 6),
    make_step("committees", "2026-10-06", 9, 9, 8),
    make_step("party", "2026-10-07", 40, 30, 28),
    make_step("households", "2026-10-08", 300, 220, 200),
)


def live(village: VillageHome) -> None:
    """A ditch that is paid for, a road by contract, a pavilion that was rejected, lamps, a canteen and a subsidy."""
    texts = village.texts
    village.open_books()
    village.record(build_limits(texts, resolution_fen=1_000_000, second_fen=0, third_fen=0))
    well = build_resolution(
        texts,
        number="JY-2025-001",
        steps=(make_step("delegates", "2025-11-01", 45, 40, 40),),
        title=texts.publish("打井"),
        valid_until="2025-12-31",
    )
    village.record(well, occurred_on="2025-11-01")
    ditch = build_resolution(texts, procedure="four-steps", steps=FOUR)
    village.record(ditch, occurred_on="2026-10-08")
    road = build_resolution(
        texts,
        amount_fen=6_000_000,
        number="JY-2026-002",
        steps=(make_step("delegates", "2026-10-10", 45, 40, 40),),
        title=texts.publish("修村路"),
    )
    village.record(road, occurred_on="2026-10-10")
    pavilion = build_resolution(
        texts,
        amount_fen=0,
        number="JY-2026-003",
        outcome="rejected",
        steps=(make_step("delegates", "2026-10-11", 45, 40, 12),),
        title=texts.publish("建凉亭"),
        valid_until="",
    )
    village.record(pavilion, occurred_on="2026-10-11")
    village.record(build_forum(texts), occurred_on="2026-10-12")
    village.record(build_fund(texts))
    village.record(
        build_fund(texts, category="subsidy", name=texts.publish("种粮补贴"), number="ZX-0002", opening_fen=0)
    )
    village.record(
        build_contract(
            texts,
            category="works",
            direction="pays",
            dues=(Due(amount_fen=5_000_000, due_on="2026-12-31"),),
            party="company",
            resolution_number="JY-2026-002",
            title=texts.publish("修村路合同"),
        )
    )
    village.record(
        build_amendment(
            texts,
            dues=(Due(amount_fen=5_500_000, due_on="2026-12-31"),),
            from_on="2026-12-01",
            resolution_number="JY-2026-002",
        )
    )
    village.record(
        build_contract(
            texts,
            category="works",
            direction="pays",
            dues=(Due(amount_fen=100_000, due_on="2026-12-31"),),
            number="HT-0002",
            party="company",
            resolution_number="JY-2026-002",
            title=texts.publish("修路灯合同"),
        )
    )
    village.record(build_contract_void(texts, contract="HT-0002"))
    village.record_voucher("付修排水沟款", 2_500_000, resolution="JY-2026-001")
    wrong = village.record_voucher("付修排水沟尾款", 300_000, resolution="JY-2026-001")
    red = build_reversal(
        texts,
        chart="2023",
        number="2026-10-003",
        postings=negate_postings(build_postings(300_000, debit="513")),
        reverses=wrong.index,
    )
    village.record(red)
    village.vouchers = 3
    village.record_voucher("收到爱心捐款", 0, postings=build_postings(800_000, "102", "241"), fund="ZX-0001")
    village.record_voucher("食堂买米面", 120_000, fund="ZX-0001")
    village.record_voucher(
        "收到种粮补贴", 0, postings=build_postings(3_600_000, "102", "241"), fund="ZX-0002"
    )
    village.record_voucher("发种粮补贴", 3_600_000, fund="ZX-0002", recipients=120)
    village.record(build_outcome(texts))


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    with open_village(tmp_path_factory.mktemp("meetings") / "home") as built:
        live(built)
        yield built


@pytest.fixture(scope="module")
def client(village: VillageHome) -> Iterator[TestClient]:
    with make_client(village) as opened:
        yield opened


def test_the_register_has_the_newest_first_and_says_how_each_stands(client: TestClient) -> None:
    numbers = re.findall(rf'href="{REGISTER}/([A-Z]{{2}}-[0-9]{{4}}-[0-9]{{3}})"', client.get(REGISTER).text)
    words = read_words(client, REGISTER)

    assert numbers == ["KT-2026-001", "JY-2026-003", "JY-2026-002", "JY-2026-001", "JY-2025-001"]
    assert "登记了 4 份决议、1 次民情恳谈" in words
    assert "通过了，结果已公开" in words
    assert "没有通过" in words
    assert "通过了，结果最晚2027年1月30日公开" in words


def test_a_resolution_tells_its_steps_what_was_spent_and_what_became_of_it(client: TestClient) -> None:
    words = read_words(client, f"{REGISTER}/JY-2026-001")

    assert "最多花 30,000.00 元" in words
    assert "已经用了 25,000.00 元，还剩 5,000.00 元" in words
    assert "1. 党支部会议提议 2026年10月5日" in words
    assert "应到 300 户，实到 220 户；赞成 200 票，反对 20 票，弃权 0 票" in words
    assert "规定：三分之二以上到会，到会的过半数赞成" in words
    assert "通常：过半数到会，到会的过半数赞成（明白账默认）" in words
    assert "待核对" in words
    assert "排水沟修好，验收合格" in words
    assert "付修排水沟尾款 -3,000.00" not in words
    assert "红字凭证 2026-10-003" in words


def test_a_contract_stands_under_its_resolution_and_leads_to_it(client: TestClient) -> None:
    words = read_words(client, f"{REGISTER}/JY-2026-002")

    assert "合同 HT-0001" in words
    assert "合同 HT-0001 变更" in words
    assert "合同 HT-0002 作废" in words
    assert f'href="{REGISTER}/JY-2026-002"' in client.get(f"{HOME}/contracts/HT-0001").text


def test_what_nobody_has_told_the_outcome_of_says_so(client: TestClient) -> None:
    before, late = (read_words(client, f"{REGISTER}/{number}") for number in ("JY-2026-002", "JY-2025-001"))

    assert "还没公开结果" not in before
    assert "还没公开结果" in late
    assert "应当在 2026年1月30日 以前公开办得怎样".replace(" ", "") in late.replace(" ", "")
    assert "打井 还没公开结果 JY-2025-001" in read_words(client, REGISTER)


def test_a_forum_tells_what_was_heard_and_promised(client: TestClient) -> None:
    words = read_words(client, f"{REGISTER}/KT-2026-001")

    assert "到场 23 人" in words
    assert "村东路灯不亮" in words
    assert "一周内修好路灯" in words


def test_a_fund_goes_from_gift_to_spending_and_names_nobody(client: TestClient) -> None:
    canteen, subsidy = (read_words(client, f"{FUNDS}/ZX-000{number}") for number in (1, 2))

    assert "一共收到 8,500.00 元，花了 1,200.00 元，还剩 7,300.00 元" in canteen
    assert "有 500.00 元是开始记这本账时就有的" in canteen
    assert "收到爱心捐款 8,000.00 元" in canteen
    assert "食堂买米面 1,200.00 元" in canteen
    assert "2026年10月 8,000.00 1,200.00" in canteen
    assert "发到 120 人次手里" in subsidy
    assert "120 人领取" in subsidy
    assert "241 专项应付款" in canteen
    listed = read_words(client, FUNDS)
    assert "登记了 2 笔专款" in listed


def test_vouchers_lead_to_what_they_name_and_the_board_to_all(
    client: TestClient, village: VillageHome
) -> None:
    board = client.get(HOME).text

    assert f'href="{REGISTER}/JY-2026-003"' in board
    assert f'href="{FUNDS}/ZX-0002"' in board
    with village.home.ledger.read(VILLAGE) as reader:
        told = [client.get(f"{HOME}/entries/{index}").text for index in range(reader.size)]
    assert any(f'href="{REGISTER}/JY-2026-001"' in text and "依据决议" in text for text in told)
    assert any(f'href="{FUNDS}/ZX-0002"' in text and "120 人" in text for text in told)


@pytest.mark.parametrize("path", ["/resolutions/JY-2026-009", "/resolutions/KT-2026-009", "/funds/ZX-0009"])
def test_what_is_in_no_register_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"{HOME}{path}").status_code == 404


@pytest.mark.parametrize("start", ["x", "50", "123456"])
def test_there_are_no_more_meetings_than_there_are(client: TestClient, start: str) -> None:
    assert client.get(f"{REGISTER}?start={start}").status_code == 404
    assert client.get(f"{REGISTER}?start=1").status_code == 200


@pytest.fixture(scope="module")
def address(village: VillageHome) -> Iterator[str]:
    with serve(village) as opened:
        yield opened


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_pages_fit_every_screen(browser: Browser, address: str, width: int, height: int) -> None:
    paths = ("", "/resolutions", "/resolutions/JY-2026-001", "/resolutions/JY-2025-001")
    with open_page(browser, width, height) as (page, complaints):
        for path in (*paths, "/resolutions/KT-2026-001", "/funds", "/funds/ZX-0001", "/funds/ZX-0002"):
            answer = page.goto(f"{address}{HOME}{path}")
            assert answer is not None
            assert len(gzip.compress(answer.body())) < PAGE_MAX_BYTES
            page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(SMALL_TARGETS) == [], path
            assert page.evaluate(FAINT) == [], path
        assert complaints == []


@pytest.mark.browser
def test_the_browser_holds_their_entries_to_their_pages(
    browser: Browser, address: str, village: VillageHome
) -> None:
    with village.home.ledger.read(VILLAGE) as reader:
        kinds = {parse_entry(reader.get_entry_bytes(index)).kind: index for index in range(reader.size)}
    chosen = [
        index for kind, index in kinds.items() if kind.startswith(("resol", "forum", "fund", "voucher"))
    ]

    assert len(chosen) == 6
    with open_page(browser, 360, 740) as (page, complaints):
        for index in chosen:
            page.goto(f"{address}{HOME}/entries/{index}")
            page.locator("#verdict", has_text="✔").wait_for()
        assert complaints == []


def test_a_fund_of_which_more_was_spent_than_is_left_says_by_how_much(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        village.record(build_fund(village.texts, opening_fen=0))
        given = build_postings(80_000, "102", "241")
        gift = village.record_voucher("收到捐款", 0, postings=given, fund="ZX-0001")
        village.record_voucher("食堂买米面", 70_000, fund="ZX-0001")
        village.record(
            build_reversal(
                village.texts,
                chart="2023",
                number="2026-10-003",
                postings=negate_postings(given),
                reverses=gift.index,
            )
        )
        with make_client(village) as client:
            one, rows, board = (read_words(client, path) for path in (f"{FUNDS}/ZX-0001", FUNDS, HOME))

    assert "超支 700.00 元" in one
    for page in (rows, board):
        assert "超支 700.00 元" in page
        assert "−700.00" not in page
