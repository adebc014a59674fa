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
from ledger.keys.folder import KeySigner
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.hashing import format_hash
from ledger.log.keys import format_verifier_key, make_signer
from ledger.log.note import NoteVerifier, format_note, parse_note_verifier, sign_note
from ledger.log.receipt import build_receipt, format_fingerprint, format_receipt, parse_receipt
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.web.browser import MODES, MOST_UNLIKE, choose_mode, fetch, open_afresh, open_page, refuse_fallback
from tests.web.village import KINDS, find_sealed, format_digits, live_through_october, rotate_key, serve

pytestmark = pytest.mark.browser


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


def find_origin(village: VillageHome) -> str:
    """Return the log's name, which is its key's."""
    return village.home.get_signer(VILLAGE).verifier_key.split("+")[0]


def check(page: Page, address: str, digits: str) -> str:
    """Open the check page with a code and return the verdict's headline once there is one."""
    open_afresh(page, f"{address}/c/{VILLAGE}#{digits}")
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


CHANGES: tuple[tuple[SheetKind, str, str], ...] = (
    ("points", "tile/0/000", "自己前后对不上"),
    ("points", "tile/0/001.p/", "自己前后对不上"),
    ("finance", "tile/1/000.p/", "自己前后对不上"),
    ("finance", "checkpoint", ""),  # A flipped character may break the writing or the signature.
    ("finance", "figures.json", "和封存时的不一样"),
    ("finance", "entries/0.json", "立账的记录不在网上的账本里"),
    ("finance", "entries/2", "不在网上的账本里"),
)


@pytest.mark.parametrize("mode", MOST_UNLIKE)
def test_a_server_that_changes_a_file_on_the_way_is_caught(
    browser: Browser, village: VillageHome, address: str, mode: str
) -> None:
    with open_page(browser, 360, 740) as (page, _):
        there = choose_mode(page, address, mode)
        for kind, part, reason in CHANGES:
            page.route(re.compile(f"/v/{VILLAGE}/.*{re.escape(part)}"), _flip)
            assert check(page, there, format_digits(village, kind)) == "✘ 对不上", part
            assert reason in page.inner_text("#reason"), part
            page.unroute_all(behavior="wait")  # The phone's memory asks too, after the verdict.


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


@pytest.mark.parametrize("mode", MODES)
def test_every_browser_comes_to_the_same_verdict(
    browser: Browser, village: VillageHome, address: str, mode: str
) -> None:
    digits = format_digits(village)
    with open_page(browser, 360, 740) as (page, complaints):
        there = choose_mode(page, address, mode)
        assert check(page, there, digits) == "✔ 码是真的，和网上的账是同一份"
        assert page.inner_text("#steps").count("对上了：") == 4
        for place in (0, 100, 200, 255):
            changed = digits[:place] + str((int(digits[place]) + 1) % 10 or 1) + digits[place + 1 :]
            assert check(page, there, changed) == "✘ 对不上", place
        assert complaints == []


@pytest.mark.parametrize("mode", ["no-ed25519", "lying-ed25519"])
def test_where_nothing_can_verify_a_signature_the_rest_is_checked_and_that_is_said(
    browser: Browser, village: VillageHome, address: str, mode: str
) -> None:
    with open_page(browser, 360, 740) as (page, _):
        refuse_fallback(page)
        there = choose_mode(page, address, mode)
        assert check(page, there, format_digits(village)) == "？ 别的都对上了，签名没能核对"
        assert page.inner_text("#steps").count("对上了：") == 3
        assert "不会核对签名" in page.inner_text("#steps")
        assert "换部手机再扫一次" in page.inner_text("#reason")
        page.locator("#remembered:has-text('没有和上次看到的比')").wait_for()
        assert page.is_hidden("#kept")
        assert page.evaluate("localStorage.length") == 0


def test_where_nothing_can_hash_nothing_is_said_to_be_checked(
    browser: Browser, village: VillageHome, address: str
) -> None:
    with open_page(browser, 360, 740) as (page, _):
        refuse_fallback(page)
        there = choose_mode(page, address, "no-https")
        assert check(page, there, format_digits(village)) == "？ 没能核对完"
        words = page.inner_text("#check")
        assert "不会算指纹" in words
        assert "https" in words
        assert "✔" not in words
        assert "对上了" not in words


@pytest.mark.parametrize("script", ["check.js", "tree.js", "base.js"])
@pytest.mark.parametrize("body", ["const = an engine that cannot read this", None])
def test_an_engine_that_cannot_run_the_scripts_leaves_the_words_of_a_page_without_any(
    browser: Browser, village: VillageHome, address: str, script: str, body: str | None
) -> None:
    def answer(route: Route) -> None:
        if body is None:
            route.abort()
        else:
            route.fulfill(body=body, content_type="text/javascript")

    with open_page(browser, 360, 740, script=False) as (page, _):
        page.goto(f"{address}/c/{VILLAGE}#{format_digits(village)}")
        unscripted = page.inner_text("main")
    with open_page(browser, 360, 740) as (page, _):
        page.route(f"**/{script}", answer)
        page.goto(f"{address}/c/{VILLAGE}#{format_digits(village)}", wait_until="networkidle")
        assert page.inner_text("main") == unscripted
        assert "没有替您核对" in unscripted


def test_paper_from_before_and_after_a_change_of_key_is_proven(browser: Browser, tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        village.record_voucher("购办公用纸", 32_500)
        village.go_to("2026-11-02")
        village.close("2026-10")
        village.seal("finance", "2026-10")
        village.go_to("2026-11-12")
        rotate_key(village)
        rotate_key(village, b"\x06" * 32)
        old = find_sealed(village, "finance")
        village.record_voucher("付水费", 700, period="2026-11", occurred_on="2026-11-10")
        village.go_to("2026-12-02")
        village.close("2026-11")
        village.seal("finance", "2026-11")
        with serve(village) as address, open_page(browser, 360, 740) as (page, complaints):
            for digits in (format_digits(village, sheet=old), format_digits(village)):
                assert check(page, address, digits) == "✔ 码是真的，和网上的账是同一份"
            assert complaints == []

            signed_late = _sign_with(village, village.home.keys.list_signers(VILLAGE)[1], old.size)
            assert check(page, address, signed_late) == "✘ 对不上"
            assert "签名不是本村账本的" in page.inner_text("#reason")


def test_a_page_that_names_another_key_than_the_log_is_caught(browser: Browser, tmp_path: Path) -> None:
    """A key that the page slips in between is not one that the log handed over to."""
    with open_village(tmp_path / "home") as village:
        live_through_october(village)
        digits, origin = format_digits(village), find_origin(village)
        stranger = make_signer(origin, b"\x09" * 32)
        head = village.home.heads.find_newest(VILLAGE)
        assert head is not None
        with serve(village) as address, open_page(browser, 360, 740) as (page, _):
            extra = f" {head.size}:{format_verifier_key(stranger.key)}"
            text = head.note.decode().partition("\n\n")[0] + "\n"

            def slip_in(route: Route) -> None:
                body = fetch(route).text().replace('" data-origin', f'{extra}" data-origin')
                route.fulfill(body=body, content_type="text/html; charset=utf-8")

            def sign(route: Route) -> None:
                route.fulfill(body=format_note(text, [sign_note(text, stranger)]))

            page.route(f"**/c/{VILLAGE}", slip_in)
            page.route("**/checkpoint", sign)
            assert check(page, address, digits) == "✘ 对不上"
            assert "网页给的公钥（签名的钥匙），和账本里写的不一样" in page.inner_text("#reason")


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


def _sign_with(village: VillageHome, signer: KeySigner, size: int) -> str:
    """Return a finance code of October, its checkpoint signed by another key of the log."""
    head = village.home.heads.find_at(VILLAGE, size)
    assert head is not None
    note = signer.sign_note(head.note.decode().partition("\n\n")[0] + "\n")
    return format_receipt(build_receipt(note, parse_note_verifier(signer.verifier_key), 1, 26 * 12 + 9, 1))


def _flip(route: Route) -> None:
    """Answer with one bit of the middle flipped; of a checkpoint it is one of the signature's."""
    body = bytearray(fetch(route).body())
    body[-3 if route.request.url.endswith("checkpoint") else len(body) // 2] ^= 1
    route.fulfill(body=bytes(body))
