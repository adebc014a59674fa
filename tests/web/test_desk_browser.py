"""The way in as people go it, in Debian's chromium without scripts: on a small phone, a usual one and a desk."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser

from ledger.service.accounts.manage import give_seat
from ledger.service.persons import add_person
from tests.builders import OTHER_VILLAGE
from tests.desk.people import PASSWORD, Door
from tests.web.browser import (
    INSECURE_HOST,
    REFUSED,
    SCREENS,
    check_layout,
    give_password,
    open_page,
    press,
)
from tests.web.village import serve
from web.sessions import KNOWN_COOKIE, SESSION_COOKIE

pytestmark = pytest.mark.browser


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    with serve(door.village) as opened:
        yield opened


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_first_way_in_works_by_hand_without_scripts(
    door: Door, browser: Browser, address: str, width: int, height: int
) -> None:
    _, once = door.make("li", "supervisor")
    # Playwright measures with a script; the pages have none.
    with open_page(browser, width, height) as (page, complaints):
        page.goto(f"{address}/desk")
        check_layout(page)
        give_password(page, address, "li", "falsch")
        assert page.get_by_role("alert").inner_text().startswith("登录名或密码对不上")
        give_password(page, address, "Li", once)

        page.get_by_label("一次性密码").fill(once)
        page.get_by_label("新密码", exact=True).fill("a123456789")
        page.get_by_label("再输一次新密码").fill("b")
        press(page, "换成新密码")
        check_layout(page)
        assert page.locator("[aria-invalid=true]").count() == 2
        page.get_by_label("一次性密码").fill(once)
        page.get_by_label("新密码", exact=True).fill(PASSWORD)
        page.get_by_label("再输一次新密码").fill(PASSWORD)
        press(page, "换成新密码")

        check_layout(page)
        assert page.locator("img.otp").evaluate("image => image.naturalWidth") > 100
        page.get_by_text("扫不了？").click()
        secret = page.locator(".secret").inner_text().replace(" ", "")
        code = pyotp.TOTP(secret).at(door.home.clock.now_ms() // 1_000)
        page.get_by_role("textbox", name="动态码").fill(code)
        press(page, "核对，启用")

        check_layout(page)
        codes = page.locator(".codes li").all_inner_texts()
        assert len(codes) == 10
        page.get_by_role("link", name="抄好了，去办事").click()
        check_layout(page)
        assert page.get_by_role("heading", name="样例li，您好").is_visible()
        page.goto(f"{address}/desk/account")
        check_layout(page)
        press(page, "退出")

        give_password(page, address, "li")
        check_layout(page)
        page.get_by_role("textbox", name="动态码").fill(codes[0].split()[-1])
        press(page, "确定")
        assert page.get_by_role("status").inner_text().startswith("您用掉了一个恢复码")
    assert [said for said in complaints if REFUSED not in said] == []


def test_without_scripts_the_same_forms_go_through(door: Door, browser: Browser, address: str) -> None:
    door.let_in("wang")
    with open_page(browser, 360, 740, script=False) as (page, complaints):
        give_password(page, address, "wang")

        assert page.url == f"{address}/desk"
    assert complaints == []


def test_the_browser_holds_the_cookies_to_what_their_names_promise(
    door: Door, browser: Browser, address: str
) -> None:
    door.let_in("wang")
    with open_page(browser, 360, 740) as (page, _):
        give_password(page, address, "wang")
        cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}

        assert cookies.keys() == {SESSION_COOKIE, KNOWN_COOKIE}
        for cookie in cookies.values():
            assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (
                True,
                True,
                "Strict",
                "/",
            )
        assert page.evaluate("document.cookie") == ""
        press(page, "退出")
        assert {cookie["name"] for cookie in page.context.cookies()} == {KNOWN_COOKIE}
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_after_signing_out_the_page_before_shows_nothing_any_more(
    door: Door, browser: Browser, address: str
) -> None:
    door.let_in("wang")
    with open_page(browser, 360, 740) as (page, _):
        give_password(page, address, "wang")
        page.goto(f"{address}/desk/account")
        press(page, "退出")

        page.go_back()

        assert "样例wang" not in page.content()


def test_another_sites_form_does_nothing_in_the_name_of_who_is_signed_in(
    door: Door, browser: Browser, address: str
) -> None:
    door.let_in("wang")
    with open_page(browser, 360, 740) as (page, _):
        give_password(page, address, "wang")
        target = f"{address}/desk/sign-out"
        form = (
            f'<form action="{target}" method="post"><input name="csrf" value="x"><button>go</button></form>'
        )
        page.route("http://evil.example/", lambda route: route.fulfill(body=form, content_type="text/html"))
        page.goto("http://evil.example/")
        page.get_by_role("button").click()

        page.get_by_text("不是从本站的网页点的").wait_for()
        page.goto(f"{address}/desk")
        assert "样例wang" in page.content()


def test_over_a_name_without_https_the_page_says_why_nobody_can_sign_in(
    browser: Browser, address: str
) -> None:
    with open_page(browser, 360, 740) as (page, _):
        page.goto(address.replace("127.0.0.1", INSECURE_HOST) + "/desk/sign-in")

        assert page.get_by_role("heading", name="这里不能办事：网址不是 https").is_visible()
        assert page.locator("input").count() == 0


def test_the_village_is_changed_by_a_button(door: Door, browser: Browser, address: str) -> None:
    door.let_in("wang")
    give_seat(door.home, "wang", OTHER_VILLAGE, add_person(door.home, OTHER_VILLAGE, "样例丁", "clerk").user)
    with open_page(browser, 320, 640) as (page, complaints):
        give_password(page, address, "wang")
        page.goto(f"{address}/desk/account")
        check_layout(page)
        press(page, "换到这里")

        assert page.url == f"{address}/desk"
    assert complaints == []


def test_recovery_codes_print_on_one_page(door: Door, browser: Browser, address: str) -> None:
    door.let_in("li", "supervisor")
    with open_page(browser, 1280, 800) as (page, _):
        give_password(page, address, "li")
        door.village.clock.advance(60_000)
        page.get_by_role("textbox", name="动态码").fill(door.read_phone("li"))
        press(page, "确定")
        page.goto(f"{address}/desk/account")
        page.get_by_label("现在的密码").fill(PASSWORD)
        press(page, "换一批恢复码")
        page.emulate_media(media="print")

        assert page.locator(".codes li:visible").count() == 10
        assert not page.get_by_role("button", name="退出").is_visible()
