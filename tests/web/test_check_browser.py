"""The check page in a real browser: a good code, every kind of bad one, and a server that lies."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from ledger.books.values import SheetKind
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.hashing import format_hash
from ledger.log.keys import make_signer
from ledger.log.note import NoteVerifier, parse_note_verifier
from ledger.log.receipt import build_receipt, format_fingerprint, format_receipt, parse_receipt
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.web.browser import open_browser, open_page
from tests.web.village import KINDS, format_digits, live_through_october, serve

pytestmark = pytest.mark.browser

NO_SUBTLE = "Object.defineProperty(Crypto.prototype, 'subtle', {get: () => undefined})"
NO_ED25519 = """
const real = globalThis.SubtleCrypto?.prototype.importKey;
if (real) SubtleCrypto.prototype.importKey = function (format, data, algorithm, ...rest) {
  return (algorithm.name ?? algorithm) === "Ed25519" ? Promise.reject(new DOMException("no", "NotSupportedError"))
    : real.call(this, format, data, algorithm, ...rest);
};
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    """A log of more than 256 entries, so that full tiles and a second level take part."""
    with open_village(tmp_path_factory.mktemp("check") / "home") as built:
        live_through_october(built)
        for number in range(260):
            built.record_voucher(f"付路灯电费 {number}", 100, period="2026-11", occurred_on="2026-11-10")
        built.go_to("2026-12-02")
        built.close("2026-11")
        built.seal("finance", "2026-11")
        built.record_voucher("付水费", 700, period="2026-12", occurred_on="2026-12-01")
        yield built


@pytest.fixture(scope="module")
def address(village: VillageHome) -> Iterator[str]:
    with serve(village) as opened:
        yield opened


def find_origin(village: VillageHome) -> str:
    """Return the log's name, which is its key's."""
    return village.home.get_signer(VILLAGE).verifier_key.split("+")[0]


def check(page: Page, address: str, digits: str) -> str:
    """Open the check page with a code and return the verdict's headline once there is one."""
    page.goto("about:blank")
    page.goto(f"{address}/c/{VILLAGE}#{digits}")
    page.locator("#verdict:not(:has-text('正在核对'))").wait_for()
    return page.inner_text("#verdict")


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_code_is_verified_and_its_figures_shown(
    browser: Browser, village: VillageHome, address: str, kind: SheetKind
) -> None:
    receipt = parse_receipt(format_digits(village, kind))
    origin = find_origin(village)
    with open_page(browser, 360, 740) as (page, complaints):
        verdict = check(page, address, format_digits(village, kind))

        words = page.inner_text("#check")
        assert verdict == "✔ 码是真的，和网上的账是同一份"
        assert words.count("对上了：") == 4
        assert format_fingerprint(Checkpoint(origin, receipt.size, receipt.root)) in words
        if kind == "finance":
            assert "49,157.00 元" in words
        assert "对不上：" not in words
        assert "没能核对：" not in words
        assert complaints == []


def test_every_flipped_digit_is_refused(browser: Browser, village: VillageHome, address: str) -> None:
    digits = format_digits(village)
    places = [0, 255, *random.Random(1).sample(range(1, 255), 24)]  # Which ones is no secret.
    with open_page(browser, 360, 740) as (page, _):
        for place in places:
            changed = digits[:place] + str((int(digits[place]) + 1) % 10 or 1) + digits[place + 1 :]
            if changed != digits:
                assert check(page, address, changed) == "✘ 对不上", place


@pytest.mark.parametrize("digits", ["0", "0" * 256, "9" * 256, "1" * 257, "x", "1x", "1" + "0" * 255])
def test_what_is_no_code_is_refused(browser: Browser, address: str, digits: str) -> None:
    with open_page(browser, 360, 740) as (page, complaints):
        assert check(page, address, digits) == "✘ 对不上"
        assert complaints == []


@pytest.mark.parametrize("kept", [1, 2, 128, 255])
def test_a_code_that_was_only_partly_read_accuses_nobody_and_says_how_to_scan(
    browser: Browser, village: VillageHome, address: str, kept: int
) -> None:
    with open_page(browser, 360, 740) as (page, complaints):
        assert check(page, address, format_digits(village)[:kept]) == "？ 没扫全"
        words = page.inner_text("#check")
        assert f"只读到 {kept} 个数字，一共是 256 个" in words
        assert "不说明纸是假的" in words
        assert "再扫一次" in words
        assert "✘" not in words
        assert "别信" not in words
        assert complaints == []


def test_a_reason_is_said_once(browser: Browser, village: VillageHome, address: str) -> None:
    with open_page(browser, 360, 740) as (page, _):
        for digits in ("x", format_digits(village)[:9], _sign_forged(village, size=9_999, root=bytes(32))):
            check(page, address, digits)
            reason = page.inner_text("#reason").partition("。")[0]
            assert page.inner_text("#check").count(reason) == 1


def test_no_code_at_all_says_what_to_scan(browser: Browser, address: str) -> None:
    with open_page(browser, 360, 740) as (page, complaints):
        assert "请扫纸上的" in check(page, address, "")
        assert complaints == []


def test_another_logs_code_is_refused_by_its_signature(
    browser: Browser, village: VillageHome, address: str
) -> None:
    origin = find_origin(village)
    signer = make_signer(origin, b"\x09" * 32)
    note = sign_checkpoint(Checkpoint(origin, 17, hashlib.sha256(b"forged").digest()), signer)
    digits = format_receipt(build_receipt(note, NoteVerifier(signer.key), 1, 321, 1))
    with open_page(browser, 360, 740) as (page, _):
        assert check(page, address, digits) == "✘ 对不上"
        assert "签名不是本村账本的" in page.inner_text("#reason")


def test_a_wrong_root_signed_by_the_log_itself_is_refused_as_a_changed_past(
    browser: Browser, village: VillageHome, address: str
) -> None:
    digits = _sign_forged(village, size=17, root=hashlib.sha256(b"other").digest())
    with open_page(browser, 360, 740) as (page, _):
        assert check(page, address, digits) == "✘ 对不上"
        assert "有人改过账" in page.inner_text("#reason")


def test_a_log_shorter_than_the_paper_is_refused(
    browser: Browser, village: VillageHome, address: str
) -> None:
    digits = _sign_forged(village, size=9_999, root=hashlib.sha256(b"other").digest())
    with open_page(browser, 360, 740) as (page, _):
        assert check(page, address, digits) == "✘ 对不上"
        assert "还少" in page.inner_text("#reason")


def test_a_code_of_a_sheet_that_was_never_sealed_is_refused(
    browser: Browser, village: VillageHome, address: str
) -> None:
    receipt = parse_receipt(format_digits(village))
    forged = format_receipt(type(receipt)(1, receipt.month, 2, receipt.size, receipt.root, receipt.signature))
    with open_page(browser, 360, 740) as (page, _):
        assert check(page, address, forged) == "✘ 对不上"
        assert "没有编号 2026-11-F-2" in page.inner_text("#reason")


def test_a_code_copied_from_another_sheet_is_refused_by_its_size(
    browser: Browser, village: VillageHome, address: str
) -> None:
    points = parse_receipt(format_digits(village, "points"))
    forged = format_receipt(type(points)(1, points.month, 1, points.size, points.root, points.signature))
    with open_page(browser, 360, 740) as (page, _):
        assert check(page, address, forged) == "✘ 对不上"
        assert "封存的是另一张表" in page.inner_text("#reason")


def test_a_forked_log_is_refused(
    browser: Browser, village: VillageHome, address: str, tmp_path: Path
) -> None:
    with open_village(tmp_path / "home") as fork:  # The same key and name, another history.
        fork.open_books(7_000_000)
        for number in range(300):
            fork.record_voucher(f"另一本账 {number}", 100)
        with serve(fork) as forked, open_page(browser, 360, 740) as (page, _):
            assert check(page, forked, format_digits(village)) == "✘ 对不上"
            assert "有人改过账" in page.inner_text("#reason")


@pytest.mark.parametrize(
    ("kind", "part", "reason"),
    [
        ("points", "tile/0/000", "自己前后对不上"),
        ("points", "tile/0/001.p/", "自己前后对不上"),
        ("finance", "tile/1/000.p/", "自己前后对不上"),
        ("finance", "checkpoint", ""),  # A flipped character may break the writing or the signature.
        ("finance", "figures.json", "和封存时的不一样"),
        ("finance", "entries/", "不在网上的账本里"),
    ],
)
def test_a_server_that_changes_a_file_on_the_way_is_caught(
    browser: Browser, village: VillageHome, address: str, kind: SheetKind, part: str, reason: str
) -> None:
    def flip(route: Route) -> None:
        body = bytearray(route.fetch().body())
        body[-3 if part == "checkpoint" else len(body) // 2] ^= 1
        route.fulfill(body=bytes(body))

    with open_page(browser, 360, 740) as (page, _):
        page.route(re.compile(f"/v/{VILLAGE}/.*{re.escape(part)}"), flip)
        assert check(page, address, format_digits(village, kind)) == "✘ 对不上"
        assert reason in page.inner_text("#reason")


def test_without_a_network_nothing_is_accused(browser: Browser, village: VillageHome, address: str) -> None:
    with open_page(browser, 360, 740) as (page, _):
        page.route(f"**/v/{VILLAGE}/checkpoint", lambda route: route.abort())
        assert check(page, address, format_digits(village)) == "？ 没能核对完"
        assert "网络不通" in page.inner_text("#reason")


def test_a_missing_file_accuses_nobody(browser: Browser, village: VillageHome, address: str) -> None:
    with open_page(browser, 360, 740) as (page, _):
        page.route(f"**/v/{VILLAGE}/tile/**", lambda route: route.fulfill(status=503, body="x"))
        assert check(page, address, format_digits(village)) == "？ 没能核对完"
        assert "503" in page.inner_text("#reason")


def test_a_browser_without_ed25519_checks_the_rest_and_says_so(
    browser: Browser, village: VillageHome, address: str
) -> None:
    with open_page(browser, 360, 740) as (page, complaints):
        page.add_init_script(NO_ED25519)
        assert check(page, address, format_digits(village)) == "？ 别的都对上了，签名没能核对"
        assert page.inner_text("#steps").count("对上了：") == 3
        assert "不会验" in page.inner_text("#steps")
        assert complaints == []


def test_a_browser_without_webcrypto_says_that_nothing_was_checked(
    browser: Browser, village: VillageHome, address: str
) -> None:
    with open_page(browser, 360, 740) as (page, complaints):
        page.add_init_script(NO_SUBTLE)
        assert check(page, address, format_digits(village)) == "？ 没能核对"
        assert "https" in page.inner_text("#reason")
        assert complaints == []


def test_without_a_script_the_newest_sheets_stand_there_to_compare(
    browser: Browser, village: VillageHome, address: str
) -> None:
    with open_page(browser, 360, 740, script=False) as (page, complaints):
        page.goto(f"{address}/c/{VILLAGE}#{format_digits(village)}")

        words = page.inner_text("main")
        assert "没有替您核对" in words
        assert "49,465.00 元" in words
        assert complaints == []


def test_a_second_code_in_the_same_page_is_checked_anew(
    browser: Browser, village: VillageHome, address: str
) -> None:
    with open_page(browser, 360, 740) as (page, _):
        check(page, address, "1")
        page.evaluate(f"location.hash = '{format_digits(village)}'")
        page.locator("#verdict:has-text('✔')").wait_for()

        assert page.locator("#steps li").count() == 4


def test_the_digits_never_leave_the_browser(browser: Browser, village: VillageHome, address: str) -> None:
    digits, asked = format_digits(village), []
    with open_page(browser, 360, 740) as (page, _):
        page.on(
            "request", lambda request: asked.append(f"{request.url} {request.headers} {request.post_data}")
        )
        check(page, address, digits)

    assert len(asked) > 5
    sent = [line for line in asked if f"/c/{VILLAGE}#" not in line]
    assert not [line for line in sent if digits[:40] in line]


def test_a_corrected_sheet_is_told_from_the_valid_one(browser: Browser, tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        wrong = village.record_voucher("购办公用纸", 32_500)
        village.go_to("2026-11-02")
        village.close("2026-10")
        first, _receipt = village.seal("finance", "2026-10")
        village.correct_voucher(wrong.index, 32_500, 30_000, period="2026-11", occurred_on="2026-11-02")
        village.seal("finance", "2026-10")
        with serve(village) as address, open_page(browser, 360, 740) as (page, _):
            assert check(page, address, format_digits(village, sheet=first)).startswith("✔")
            assert "后来更正过" in page.inner_text("#then")
            assert check(page, address, format_digits(village)).startswith("✔")
            assert page.is_hidden("#then")


def _sign_forged(village: VillageHome, *, size: int, root: bytes) -> str:
    """Return a code that the log's own key signed over another history."""
    signer = village.home.get_signer(VILLAGE)
    text = f"{find_origin(village)}\n{size}\n"
    note = signer.sign_note(f"{text}{format_hash(root)}\n")
    verifier = parse_note_verifier(signer.verifier_key)
    real = parse_receipt(format_digits(village))
    return format_receipt(build_receipt(note, verifier, 1, real.month, 1))
