"""Passkeys as people use them, in Debian's chromium with an authenticator of its own (the WebAuthn domain of CDP)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from ledger.service.accounts.passkeys import name_passkey
from tests.desk.people import PASSWORD, Door
from tests.web.browser import REFUSED, SCREENS, check_layout, open_page, press, sign_in
from tests.web.village import serve_app
from web.app import create_app
from web.commands import open_listener

pytestmark = pytest.mark.browser

USE = "用通行密钥登录"
WECHAT = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Mobile MicroMessenger/8.0.49"


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    """Where the village is served under the name that its settings say: passkeys are made for names."""
    listener = open_listener("127.0.0.1", 0)
    found = f"http://localhost:{listener.getsockname()[1]}"
    settings = dataclasses.replace(door.home.config, public_base_url=found)
    with serve_app(create_app(door.home, settings), listener):
        yield found


class Device:
    """The authenticator of one page's browser."""

    def __init__(self, page: Page, **changes: Any) -> None:
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        answer = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options | changes})
        self._id = {"authenticatorId": answer["authenticatorId"]}

    def list_keys(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._cdp.send("WebAuthn.getCredentials", self._id)["credentials"]
        return found

    def take(self, key: dict[str, Any]) -> None:
        """Have a key that another device has too."""
        self._cdp.send("WebAuthn.addCredential", {**self._id, "credential": key})

    def verify_owner(self, is_verified: bool) -> None:
        self._cdp.send("WebAuthn.setUserVerified", {**self._id, "isUserVerified": is_verified})


def add(page: Page, address: str, label: str = "我的手机", password: str = PASSWORD) -> None:
    page.goto(f"{address}/desk/account")
    page.get_by_label("给这台设备起个名字").fill(label)
    form = page.locator("form[data-passkey=offer]")
    form.get_by_label("加之前，再输密码").fill(password)
    press(page, "给这台设备加通行密钥")


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_a_passkey_is_made_used_and_removed_by_hand(
    door: Door, browser: Browser, address: str, width: int, height: int
) -> None:
    door.let_in("li", "supervisor")
    with open_page(browser, width, height) as (page, complaints):
        device = Device(page)
        sign_in(door, page, address, "li")
        add(page, address, password="falsch")
        check_layout(page)
        assert "对不上" in page.locator(".field-wrong:visible").inner_text()
        assert page.get_by_label("给这台设备起个名字").input_value() == "我的手机"
        add(page, address)
        check_layout(page)
        press(page, "在这台设备上确认")

        page.wait_for_url("**/desk/account?added=1")
        check_layout(page)
        (key,) = device.list_keys()
        assert (key["rpId"], key["isResidentCredential"]) == ("localhost", True)
        press(page, "退出")
        check_layout(page)
        press(page, USE)
        page.wait_for_url(f"{address}/desk")
        assert page.get_by_role("heading", name="样例li，您好").is_visible()

        page.goto(f"{address}/desk/account")
        check_layout(page)
        page.get_by_role("radio").check()
        page.get_by_label("删之前，再输密码").fill(PASSWORD)
        press(page, "删掉选中的")
        check_layout(page)
        assert page.get_by_role("status").inner_text().startswith("那把通行密钥删掉了")
        press(page, "退出")
        press(page, USE)
        page.get_by_role("alert").filter(has_text="通行密钥没有通过").wait_for()
    assert [said for said in complaints if REFUSED not in said] == []
    events = [(line.fact.event, line.fact.outcome) for line in door.read_log()]
    assert ("signed-in", "passkey") in events
    assert {"passkey-added", "passkey-removed"} <= {event for event, _ in events}


def test_after_the_password_the_passkey_stands_for_the_code(
    door: Door, browser: Browser, address: str
) -> None:
    door.let_in("li", "supervisor")
    with open_page(browser, 360, 740) as (page, complaints):
        Device(page)
        sign_in(door, page, address, "li")
        add(page, address)
        press(page, "在这台设备上确认")
        page.wait_for_url("**/desk/account?added=1")
        press(page, "退出")

        page.goto(f"{address}/desk/drafts")
        page.get_by_label("登录名").fill("li")
        page.get_by_label("密码").fill(PASSWORD)
        press(page, "登录")
        check_layout(page)
        press(page, "不输数字，用通行密钥")

        page.wait_for_url(f"{address}/desk/drafts")
    assert complaints == []


def test_a_copy_of_the_key_is_found_by_its_counter(door: Door, browser: Browser, address: str) -> None:
    door.let_in("li", "supervisor")
    with open_page(browser, 360, 740) as (page, _), open_page(browser, 360, 740) as (thief, _):
        device = Device(page)
        sign_in(door, page, address, "li")
        add(page, address)
        press(page, "在这台设备上确认")
        page.wait_for_url("**/desk/account?added=1")
        (copied,) = device.list_keys()
        for _ in range(2):
            press(page, "退出")
            press(page, USE)
            page.wait_for_url(f"{address}/desk")

        Device(thief).take(copied)
        thief.goto(f"{address}/desk/sign-in")
        press(thief, USE)

        thief.get_by_role("alert").filter(has_text="通行密钥没有通过").wait_for()
    with door.home.desk.read() as desk:
        account = desk.find_by_name("li")
        assert account is not None
        (passkey,) = desk.list_passkeys(account.account)
    (fact,) = [line.fact for line in door.read_log() if line.fact.event == "passkey-cloned"]
    assert fact.subject == name_passkey(passkey.credential)


def test_without_the_owners_finger_nothing_is_sent(door: Door, browser: Browser, address: str) -> None:
    door.let_in("li", "supervisor")
    with open_page(browser, 360, 740) as (page, _):
        device = Device(page)
        sign_in(door, page, address, "li")
        add(page, address)
        press(page, "在这台设备上确认")
        page.wait_for_url("**/desk/account?added=1")
        press(page, "退出")
        device.verify_owner(False)
        before = len(door.read_log())
        press(page, USE)

        page.get_by_text("没有成功。再试一次，或者用密码登录。").wait_for()
        assert page.url == f"{address}/desk/sign-in"
        assert len(door.read_log()) == before


def test_where_it_cannot_work_it_is_not_offered(door: Door, browser: Browser, address: str) -> None:
    door.let_in("li", "supervisor")

    def offers(page: Page, where: str) -> int:
        page.goto(f"{where}/desk/sign-in")
        page.wait_for_load_state("networkidle")
        assert page.get_by_label("密码").is_visible()
        return page.locator("form[data-passkey]:visible").count()

    with open_page(browser, 360, 740) as (page, complaints):
        assert offers(page, address) == 1
        assert offers(page, address.replace("localhost", "127.0.0.1")) == 0
        page.add_init_script("delete globalThis.PublicKeyCredential")
        assert offers(page, address) == 0
    assert complaints == []
    with open_page(browser, 360, 740, script=False) as (page, _):
        assert offers(page, address) == 0
    context = browser.new_context(user_agent=WECHAT)
    assert offers(context.new_page(), address) == 0
    context.close()
