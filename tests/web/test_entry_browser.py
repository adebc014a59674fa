"""An entry's page in a real browser: every kind is verified, and every lie of the server is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from ledger.books.vouchers import VoucherRecorded
from ledger.log.keys import ED25519_COSIGNATURE, format_verifier_key, make_signer
from ledger.log.proof_file import ProofFile, format_proof_file, parse_proof_file
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.web.browser import MODES, MOST_UNLIKE, choose_mode, fetch, open_page, refuse_fallback
from tests.web.village import live_through_october, rotate_key, serve
from tests.witness.processes import adopt, write_policy

pytestmark = pytest.mark.browser

YES = "✔ 在账本里，没有改过"


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    """Every kind of entry that goes on a log, a change of key and a witness policy among them."""
    with open_village(tmp_path_factory.mktemp("entry") / "home") as built:
        live_through_october(built)
        rotate_key(built)
        witness = make_signer("town.example/w", b"\x07" * 32, ED25519_COSIGNATURE)
        adopt(built, write_policy([("镇", format_verifier_key(witness.key), "https://town.example/w")], 1))
        built.record_voucher("付水费 \u202e甲", 123_456_789, period="2026-11", occurred_on="2026-11-12")
        yield built


@pytest.fixture(scope="module")
def voucher(village: VillageHome) -> int:
    """The index of the first voucher, 325.00 yuan for paper."""
    with village.home.ledger.read(VILLAGE) as reader:
        return next(
            index
            for index in range(reader.size)
            if isinstance(reader.facts.read_entry(index).body, VoucherRecorded)
        )


def look(page: Page, address: str, index: int) -> str:
    """Open an entry's page and return the verdict's headline once there is one."""
    page.goto(f"{address}/v/{VILLAGE}/entries/{index}")
    page.locator("#verdict:not(:has-text('正在核对'))").wait_for()
    return page.inner_text("#verdict")


def replace(page: Page, path: str, change: Callable[[str], str]) -> None:
    """Let the server answer `path` with something else; a change that changes nothing fails the test."""

    def answer(route: Route) -> None:
        told = fetch(route)
        before = told.text()
        after = change(before)
        assert after != before
        route.fulfill(response=told, body=after)

    page.route(re.compile(f"{re.escape(path)}$"), answer)


def test_an_entry_of_every_kind_is_verified(browser: Browser, village: VillageHome, address: str) -> None:
    with village.home.ledger.read(VILLAGE) as reader:
        size = reader.size
    with open_page(browser, 360, 740) as (page, complaints):
        for index in range(size):
            assert look(page, address, index) == YES, (index, page.inner_text("#check"))
            page.click("#check summary")
            assert page.inner_text("#steps").count("对上了：") == 4
            assert "没能核对" not in page.inner_text("#steps")
        assert complaints == []


@pytest.mark.parametrize("mode", MODES)
def test_every_browser_comes_to_the_same_verdict(
    browser: Browser, address: str, voucher: int, mode: str
) -> None:
    with open_page(browser, 360, 740) as (page, complaints):
        assert look(page, choose_mode(page, address, mode), voucher) == YES
        assert complaints == []


LIES: dict[str, tuple[str, Callable[[str], str], str]] = {
    "amount on the page": ("", lambda text: text.replace("325.00", "32.50"), "原文里有 325.00 元"),
    "text on the page": (
        "",
        lambda text: text.replace("购办公用纸", "购办公用品"),
        "原文里的文字是“购办公用纸”",
    ),
    "maker on the page": (
        "",
        lambda text: text.replace('"maker">村文书', '"maker">监督委员'),
        "交审人或审核人",
    ),
    "day on the page": ("", lambda text: text.replace(">2026年10月28日<", ">2026年10月27日<"), "时间"),
    "bytes on the page": (
        "",
        lambda text: text.replace("_fen&#34;:32500", "_fen&#34;:32501"),
        "列出的原文",
    ),
    "leaf on the page": ("", lambda text: re.sub(r'data-leaf="(.)', r'data-leaf="/', text), "指纹"),
    "entry": (".json", lambda text: text.replace("32500", "32501"), "不在网上的账本里"),
    "path of the proof": (
        ".tlog-proof",
        lambda text: text.replace(text.split("\n")[2], text.split("\n")[3], 1),
        "不在网上的账本里",
    ),
    "index of the proof": (".tlog-proof", lambda text: re.sub(r"index \d+", "index 1", text), "不是这一条的"),
    "size under the proof": (".tlog-proof", lambda text: re.sub(r"\n(\d+)\n", r"\n9\1\n", text), "签名不对"),
    "signature under the proof": (
        ".tlog-proof",
        lambda text: text[:-9] + ("AAAA" if text[-9:-5] != "AAAA" else "BBBB") + text[-5:],
        "签名不对",
    ),
}


@pytest.mark.parametrize("mode", MOST_UNLIKE)
def test_a_server_that_lies_is_caught(browser: Browser, address: str, voucher: int, mode: str) -> None:
    with open_page(browser, 360, 740) as (page, _):
        there = choose_mode(page, address, mode)
        for lie, (ending, change, reason) in LIES.items():
            replace(page, f"/entries/{voucher}{ending}", change)
            assert look(page, there, voucher) == "✘ 对不上", lie
            assert reason in page.inner_text("#reason"), lie
            assert "打监督电话 0000-0000000 问" in page.inner_text("#reason")
            page.unroute_all(behavior="wait")


def test_texts_that_are_not_the_entrys_are_refused(browser: Browser, address: str, voucher: int) -> None:
    with open_page(browser, 360, 740) as (page, _):
        page.route(
            f"**/texts/{voucher}.json",
            lambda route: route.fulfill(response=route.fetch(url=f"{address}/v/{VILLAGE}/texts/1.json")),
        )
        assert look(page, address, voucher) == "✘ 对不上"
        assert "不是这一条的" in page.inner_text("#reason")


def test_texts_that_are_gone_are_told(browser: Browser, address: str, voucher: int) -> None:
    with open_page(browser, 360, 740) as (page, _):
        page.route("**/texts/*", lambda route: route.fulfill(status=404, body=""))
        assert look(page, address, voucher) == YES
        page.click("#check summary")
        assert "4 处文字没有公开" in page.inner_text("#steps")


def test_a_proof_of_another_entry_is_refused(
    browser: Browser, village: VillageHome, address: str, voucher: int
) -> None:
    """Its own numbers are put right, so that only the path and the bytes can tell."""

    def answer(route: Route) -> None:
        other = parse_proof_file(
            route.fetch(url=f"{address}/v/{VILLAGE}/entries/{voucher - 1}.tlog-proof").body()
        )
        route.fulfill(body=format_proof_file(ProofFile(voucher, other.path, other.note)))

    with open_page(browser, 360, 740) as (page, _):
        page.route(f"**/entries/{voucher}.tlog-proof", answer)
        assert look(page, address, voucher) == "✘ 对不上"
        assert "不在网上的账本里" in page.inner_text("#reason")


def test_a_proof_under_an_older_head_still_counts(browser: Browser, tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        with serve(village) as address, open_page(browser, 360, 740) as (page, _):
            kept = page.request.get(f"{address}/v/{VILLAGE}/entries/1.tlog-proof").body()
            village.record_voucher("购办公用纸", 32_500)
            page.route("**/entries/1.tlog-proof", lambda route: route.fulfill(body=kept))
            assert look(page, address, 1) == YES


def test_lines_of_witnesses_that_nobody_here_knows_are_left_alone(
    browser: Browser, address: str, voucher: int
) -> None:
    line = "— example.org/witness AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
    with open_page(browser, 360, 740) as (page, _):
        replace(page, f"/entries/{voucher}.tlog-proof", lambda text: text + line)
        replace(page, "/checkpoint", lambda text: text + line)
        assert look(page, address, voucher) == YES


def test_where_nothing_can_verify_a_signature_that_is_said(
    browser: Browser, address: str, voucher: int
) -> None:
    with open_page(browser, 360, 740) as (page, _):
        refuse_fallback(page)
        assert (
            look(page, choose_mode(page, address, "no-ed25519"), voucher) == "？ 别的都对上了，签名没能核对"
        )
        assert look(page, choose_mode(page, address, "no-https"), voucher) == "？ 没能核对完"


def test_without_a_network_nothing_is_accused(browser: Browser, address: str, voucher: int) -> None:
    with open_page(browser, 360, 740) as (page, _):
        page.route("**/*.tlog-proof", lambda route: route.abort())
        assert look(page, address, voucher) == "？ 没能核对完"
        assert "网络不通" in page.inner_text("#reason")


def test_without_a_script_the_page_says_what_was_not_checked(
    browser: Browser, address: str, voucher: int
) -> None:
    with open_page(browser, 360, 740, script=False) as (page, complaints):
        page.goto(f"{address}/v/{VILLAGE}/entries/{voucher}")
        words = page.inner_text("#check")
        assert "手机没有替您核对" in words
        assert "都没有看" in words
        assert page.is_hidden("#memory")
        page.click("#check summary")
        assert "这里证明不了，要靠大家监督" in page.inner_text("#check")
        assert complaints == []
