"""Debian's chromium, as the tests drive it: without its windows, which costs a third, or whole."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, sync_playwright

from tests.desk.people import PASSWORD, Door

WHOLE = "/usr/bin/chromium"
WINDOWLESS = "/usr/bin/chromium-headless-shell"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-features=LocalNetworkAccessChecks",  # A page that a test answers itself may load from this machine.
    "--disable-component-update",
    "--disable-sync",
]
INSECURE_HOST = "village.example"
"""Leads to this machine; a browser does not count it among the safe ones, so that without HTTPS it has no WebCrypto."""

NO_SUBTLE = "Object.defineProperty(Crypto.prototype, 'subtle', {get: () => undefined})"
NO_ED25519 = """
const real = globalThis.SubtleCrypto?.prototype.importKey;
if (real) SubtleCrypto.prototype.importKey = function (format, data, algorithm, ...rest) {
  return (algorithm.name ?? algorithm) === "Ed25519" ? Promise.reject(new DOMException("no", "NotSupportedError"))
    : real.call(this, format, data, algorithm, ...rest);
};
"""
LYING_ED25519 = """
if (globalThis.SubtleCrypto) SubtleCrypto.prototype.verify = () => Promise.resolve(true);
"""
HURRY = "globalThis.setTimeout = ((real) => (act, ms, ...rest) => real(act, ms / 20, ...rest))(setTimeout);"
"""A page that asks again after three seconds does so at once: what is tried is that it asks."""

MODES = ("own", "no-ed25519", "lying-ed25519", "no-https")
"""What a browser brings: all of it, no Ed25519, one that takes everything, no WebCrypto at all."""

MOST_UNLIKE = [
    mode if mode in {"own", "no-https"} else pytest.param(mode, marks=pytest.mark.deep) for mode in MODES
]
"""For long lists of lies, of which one in ten is of a signature: the two between are left to the long set."""

KNOWN = "Cross-Origin-Opener-Policy header has been ignored"
"""What chromium says of every page without HTTPS, and rightly."""

TARGET_MIN_PX = 44
"""What a thumb hits; main actions of public pages are larger."""
PRESSED = ", ".join(
    f"{what}:visible"
    for what in ("button", "a.button", "input:not([type=radio], [type=checkbox])", "summary", ".choice")
)
"""Of a choice the whole line is pressed."""
BOXES = ".card, .codes, .codes li, .field, .way li, .who"
TORN = "box => box.scrollWidth > box.clientWidth"
REFUSED = "the server responded with a status of"
"""What chromium says in its console of a form that is shown again with its faults, and rightly."""

SCREENS = ((320, 640), (360, 740), (1280, 800))


@contextmanager
def open_browser(program: str = WINDOWLESS) -> Iterator[Browser]:
    """Start chromium without a network of its own."""
    rules = f"--host-resolver-rules=MAP {INSECURE_HOST} 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, rules])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(
    browser: Browser, width: int, height: int, *, script: bool = True
) -> Iterator[tuple[Page, list[str]]]:
    """Open a page whose every complaint is collected: console errors, failed scripts, dialogs."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=script)
    context.add_init_script(HURRY)
    page = context.new_page()
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if message.type == "error" and KNOWN not in message.text else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    try:
        yield page, complaints
    finally:
        context.close()


def open_afresh(page: Page, address: str) -> None:
    """Load a page from its beginning, also where only what follows its # is another: that alone loads nothing."""
    if page.url.partition("#")[0] == address.partition("#")[0]:
        page.evaluate("address => history.replaceState(null, '', address)", address)
        page.reload()
    else:
        page.goto(address)


def choose_mode(page: Page, address: str, mode: str) -> str:
    """Take from the browser what `mode` says, and return the address to open."""
    scripts = {"no-ed25519": NO_ED25519, "lying-ed25519": LYING_ED25519}
    if mode in scripts:
        page.add_init_script(scripts[mode])
    return address.replace("127.0.0.1", INSECURE_HOST) if mode == "no-https" else address


def refuse_fallback(page: Page) -> None:
    """Serve no fallback library, as where the set-up could not fetch it."""
    page.route("**/fallback.js", lambda route: route.fulfill(status=404, body=""))


def fetch(route: Route) -> APIResponse:
    """Ask the server as the page did; only the browser itself knows where the insecure name leads."""
    return route.fetch(url=route.request.url.replace(INSECURE_HOST, "127.0.0.1"))


def press(page: Page, name: str) -> None:
    """Press the button of this name, and wait for the page that it leads to."""
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def give_password(page: Page, address: str, name: str, password: str = PASSWORD) -> None:
    page.goto(f"{address}/desk/sign-in")
    page.get_by_label("登录名").fill(name)
    page.get_by_label("密码").fill(password)
    press(page, "登录")


def sign_in(door: Door, page: Page, address: str, name: str) -> None:
    """Sign in with all that is asked for."""
    give_password(page, address, name)
    if page.url.endswith("/desk/factor"):
        door.village.clock.advance(60_000)
        page.locator("[name=code]").fill(door.read_phone(name))
        press(page, "确定")


def check_layout(page: Page) -> None:
    """Nothing is cut at the right, and what is pressed is large enough. Whoever works on the pages finds a picture of
    each one that was checked in the folder MINGBAI_SHOTS, if they name one.
    """
    page.wait_for_load_state()
    if folder := os.environ.get("MINGBAI_SHOTS"):
        _keep_picture(page, Path(folder))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    assert page.evaluate(f"[...document.querySelectorAll('{BOXES}')].filter({TORN}).length") == 0, page.url
    pressed = page.locator(PRESSED)
    for number in range(pressed.count()):
        box = pressed.nth(number).bounding_box()
        assert box is not None
        assert box["height"] >= TARGET_MIN_PX, f"{page.url} {pressed.nth(number).inner_text()}"


def _keep_picture(page: Page, folder: Path) -> None:
    """By the test, the address, the width, and a number where one address was checked more than once."""
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2].partition(" ")[0]
    path = re.sub(r"^https?://[^/]+", "", page.url).partition("#")[0]
    name = re.sub(r"[^\w-]+", "-", f"{test}{path}-{page.evaluate('window.innerWidth')}")
    free = next(at for at in itertools.count() if not (folder / f"{name}-{at}.png").exists())
    page.screenshot(path=folder / f"{name}-{free}.png", full_page=True)
