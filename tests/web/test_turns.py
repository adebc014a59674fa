"""Pages that take long take turns, over HTTP: who comes too many at once is told to come again, and loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from tests.desk.people import Door
from tests.web.desk import DeskBrowser, enter
from web.desk import making, search
from web.desk.turns import Turns

SEARCH = "/desk/search"
LEDGER = "/desk/books/ledger"
WAIT_S = 0.05


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    monkeypatch.setattr(search, "TURNS", Turns(at_once=2, wait_s=WAIT_S))
    return search.TURNS


@pytest.fixture
def browser(door: Door, client: TestClient) -> DeskBrowser:
    door.let_in("clerk")
    return enter(door, client, "clerk")


@pytest.fixture
def others(turns: Turns) -> Iterator[None]:
    """Two accounts are looking."""
    assert turns.begin("a-one")
    assert turns.begin("a-two")
    yield
    turns.end("a-one")
    turns.end("a-two")


def test_a_search_that_gets_no_turn_says_so_and_keeps_what_was_typed(
    browser: DeskBrowser, turns: Turns, others: None
) -> None:
    for answer in (
        browser.post(SEARCH, {"text": "会议室"}),
        browser.get(f"{SEARCH}?month=2026-10"),
        browser.get(f"{SEARCH}?kind=voucher.recorded"),
    ):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "请稍等几秒" in answer.text
        assert "付会议室电费" not in answer.text
    assert 'value="会议室"' in browser.post(SEARCH, {"text": "会议室"}).text


def test_looking_by_number_and_an_empty_page_take_no_turn(browser: DeskBrowser, others: None) -> None:
    assert browser.get(SEARCH).status_code == 200
    assert "付会议室电费" in browser.get(f"{SEARCH}?number=2026-10-002").text
    assert browser.get(f"{SEARCH}?month=x").status_code == 422


def test_a_turn_is_given_back_however_the_search_ends(
    browser: DeskBrowser, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _time in range(3):
        assert "付会议室电费" in browser.post(SEARCH, {"text": "会议室"}).text

    def fail(*_given: object, **_named: object) -> None:
        raise RuntimeError("in the middle of it")

    monkeypatch.setattr(search, "find_downwards", fail)
    assert browser.post(SEARCH, {"text": "会议室"}).status_code == 500
    monkeypatch.undo()
    assert browser.post(SEARCH, {"text": "会议室"}).status_code == 200
    assert turns._busy == set()


def test_one_account_has_one_turn_and_a_second_press_waits_for_the_first() -> None:
    turns, came = Turns(at_once=2, wait_s=20.0), threading.Event()
    assert turns.begin("a-one")

    def press() -> None:
        if turns.begin("a-one"):
            came.set()
            turns.end("a-one")

    second = threading.Thread(target=press)
    second.start()
    while not turns._waiting:
        pass
    assert not turns.begin("a-one")  # A third is not even let wait.
    assert turns.begin("a-two")  # Another account is not held up.
    assert not came.is_set()
    turns.end("a-one")
    second.join(20)

    assert came.is_set()
    assert turns._busy == {"a-two"}


def test_no_more_wait_than_may_run() -> None:
    turns = Turns(at_once=1, wait_s=20.0)
    assert turns.begin("a-one")
    waiting = threading.Thread(target=lambda: turns.begin("a-two") and turns.end("a-two"))
    waiting.start()
    while not turns._waiting:
        pass

    assert not turns.begin("a-three")

    turns.end("a-one")
    waiting.join(20)
    assert turns.begin("a-three")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_accounts_ledger_waits_for_another_download(door: Door, browser: DeskBrowser, ending: str) -> None:
    path = f"{LEDGER}.{ending}?account=101&period=2026"

    with making._MAKING:
        answer = browser.get(path)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "正在做另一个下载" in answer.text
    assert "exported" not in door.list_events()
    assert browser.get(path).status_code == 200
    assert door.list_events().count("exported") == 1
