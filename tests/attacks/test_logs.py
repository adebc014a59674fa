"""What is logged under attack (threat 48): every line is one line, of JSON where it is the desk's, of nobody's data."""

from __future__ import annotations

import json
import unicodedata

import pytest

from ledger.service.accounts.desk_log import check_desk_log
from tests.attacks.served import Served
from tests.naughty.texts import CHINESE, CLASSICS, send
from tests.web.desk import DeskBrowser
from tests.web.gate import list_ways

CANARY = "样例密语"
"""Stands in whatever is typed: where it is found, something typed was logged."""
SECRETS = (CANARY, "13800000000", "110101199003070038", "6222020000000000000")


def say_everything(served: Served, text: str) -> None:
    """Put a text in every place of a request that anything could log."""
    typed = CANARY + text
    ascii_ = typed.encode("utf-8", "surrogatepass").decode("latin-1").translate(dict.fromkeys((0, 10, 13)))
    browser = served.open_browser(**{"user-agent": ascii_.encode("ascii", "ignore").decode().strip() or "x"})
    fields = {"name": typed, "password": typed, "next": typed}
    browser.post("/desk/sign-in", {key: send(value) for key, value in fields.items()})
    browser.get("/desk/sign-in")


FEW = (*CHINESE[::9], *CLASSICS[::4])
ALL = (*CHINESE, *CLASSICS)


@pytest.mark.parametrize("texts", [FEW, pytest.param(ALL, marks=pytest.mark.deep)], ids=["few", "all"])
@pytest.mark.timeout(1_200)
def test_nothing_that_is_typed_enters_a_log_or_breaks_a_line(own: Served, texts: tuple[str, ...]) -> None:
    for text in texts:
        say_everything(own, text)
        own.door.village.clock.advance(120_000)  # Guesses wait; what is logged is asked here, not how fast.
    clerk, supervisor = own.enter("clerk"), own.enter("supervisor")
    for number, text in enumerate(texts):
        typed = send(CANARY + SECRETS[1 + number % 3] + text)
        supervisor.post(f"/desk/drafts/{own.place.values['draft']}/return", {"reason": typed})
        clerk.post("/desk/import", {"kind": typed, "pasted": typed})
        clerk.post("/desk/account/sessions", {"session": typed})
        clerk.post("/desk/account/seat", {"village": typed})
        clerk.get(f"/desk/drafts/{'x' if not typed.isascii() else typed[:40]}")

    check_logs(own)


def test_nothing_in_an_address_enters_a_log(own: Served) -> None:
    browsers = [own.enter(name) for name in ("clerk", "operator", "anonymous")]
    for text in FEW:
        for way in list_ways(own.place.app):
            if "{" in way.path and way.method == "GET" and "/specimens/" not in way.path:
                for browser in browsers:
                    ask(browser, way.fill(dict.fromkeys(own.place.values, quote(CANARY + text[:500]))))

    check_logs(own)


def quote(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


def ask(browser: DeskBrowser, path: str) -> None:
    assert browser.get(path).status_code < 500


def check_logs(served: Served) -> None:
    with served.door.home.desk.read() as desk:
        rows = list(desk.iterate_lines())
        assert check_desk_log(desk) == []
    assert len(rows) >= 10
    for row in rows:
        fact = json.loads(row.line)
        assert row.line.isascii()
        assert "\n" not in row.line
        assert {"at", "event"} <= fact.keys()
        assert not [secret for secret in SECRETS if secret in json.dumps(fact, ensure_ascii=False)]
    told = served.read_told()
    assert not [secret for secret in SECRETS if secret in told]
    assert "Traceback" not in told
    assert not [one for one in told if one != "\n" and unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp"}]
