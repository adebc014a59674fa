"""The start page of a host with many villages: what it costs, and that every village is reached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from ledger.ports import Ledger, Ports, Reader, Version, Writer
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.web.village import describe
from web.app import create_app
from web.public import villages

SHOWN = 3
CODES = [VILLAGE, *(str(int(VILLAGE) + number) for number in range(1, 8))]


class CountingLedger:
    """A ledger that counts whose log is opened."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.opened: list[str] = []

    def list_villages(self) -> list[str]:
        return self._ledger.list_villages()

    def read_version(self) -> Version | None:
        return self._ledger.read_version()

    def read(self, village: str) -> AbstractContextManager[Reader]:
        self.opened.append(village)
        return self._ledger.read(village)

    def write(self, village: str) -> AbstractContextManager[Writer]:
        return self._ledger.write(village)

    def take_opened(self) -> list[str]:
        """Return whose logs were opened since the last call."""
        opened, self.opened = self.opened, []
        return opened


@pytest.fixture
def host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[VillageHome, CountingLedger, TestClient]]:
    monkeypatch.setattr(villages, "VILLAGES_SHOWN_MAX", SHOWN)
    with open_village(tmp_path / "home") as village:
        for number, code in enumerate(CODES[1:], 1):
            describe(village, code, f"样例{number}村")
        ledger = CountingLedger(village.home.ledger)
        parts: dict[str, Any] = {field.name: getattr(village.home, field.name) for field in fields(Ports)}
        with TestClient(create_app(Ports(**parts | {"ledger": ledger}), village.home.config)) as client:
            yield village, ledger, client


def list_shown(page: str) -> list[str]:
    return re.findall(r'class="row" href="/v/([0-9]{12})"', page)


def find_next(page: str) -> str:
    """Return the path of the next page, empty on the last."""
    found = re.search(r'<a href="(/\?[^"]*)">后面的村', page)
    return found[1].replace("&amp;", "&") if found else ""


def test_browsing_opens_the_logs_that_are_shown_and_no_others(
    host: tuple[VillageHome, CountingLedger, TestClient],
) -> None:
    _village, ledger, client = host
    path, seen = "/", []
    while path:
        page = client.get(path).text
        assert ledger.take_opened() == list_shown(page)
        assert len(list_shown(page)) <= SHOWN
        assert ("从头看" in page) == (path != "/")
        seen += list_shown(page)
        path = find_next(page)

    assert seen == CODES


def test_a_search_opens_each_log_once_and_then_only_what_it_shows(
    host: tuple[VillageHome, CountingLedger, TestClient],
) -> None:
    _village, ledger, client = host

    assert list_shown(client.get("/", params={"q": "样例7村"}).text) == CODES[-1:]
    assert ledger.take_opened() == [*CODES, CODES[-1]]
    assert list_shown(client.get("/", params={"q": "样例7村"}).text) == CODES[-1:]
    assert ledger.take_opened() == CODES[-1:]


def test_a_search_is_paged_and_keeps_its_words(host: tuple[VillageHome, CountingLedger, TestClient]) -> None:
    _village, _ledger, client = host
    path, seen = "/?q=石榴镇+样例", []
    while path:
        page = client.get(path).text
        seen += list_shown(page)
        path = find_next(page)

    assert seen == CODES
    assert 'value="石榴镇 样例"' in page


def test_a_new_name_is_found_once_a_page_of_the_village_was_made_anew(
    host: tuple[VillageHome, CountingLedger, TestClient],
) -> None:
    village, _ledger, client = host
    client.get("/", params={"q": "样例"})
    describe(village, CODES[3], "新名村")

    client.get(f"/v/{CODES[3]}")

    assert list_shown(client.get("/", params={"q": "新名"}).text) == [CODES[3]]


@pytest.mark.parametrize("after", ["9" * 12, "9" * 40, "x", "<script>"])
def test_a_page_beyond_the_last_is_empty_and_calm(
    host: tuple[VillageHome, CountingLedger, TestClient], after: str
) -> None:
    _village, _ledger, client = host

    answer = client.get("/", params={"after": after})

    assert answer.status_code == 200
    assert list_shown(answer.text) in ([], CODES[:SHOWN])
    assert "<script>" not in answer.text
