"""Behind a proxy: one address is believed, and of what it hands on only the last hop."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from tests.desk.people import Door, open_door
from tests.web.desk import DeskBrowser
from web.app import create_app
from web.desk.routing import SIGN_IN

HOST = "mb.example.cn"
PROXY = "testclient"
"""What the tests' client calls itself as a peer."""


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with open_door(tmp_path / "home", monkeypatch) as opened:
        yield opened


@pytest.fixture(params=[PROXY])
def client(request: pytest.FixtureRequest, door: Door) -> Iterator[TestClient]:
    config = dataclasses.replace(door.home.config, trusted_proxy=request.param)
    with TestClient(create_app(door.home, config), raise_server_exceptions=False) as opened:
        yield opened


def knock(client: TestClient, forwarded: str, *, count: int = 1) -> list[int]:
    """Guess as somebody of whom the proxy hands on `forwarded`."""
    browser = DeskBrowser(
        client, headers={"host": HOST, "x-forwarded-proto": "https", "x-forwarded-for": forwarded}
    )
    ours = {"origin": f"https://{HOST}"}
    fields = {"name": "wang", "password": "falsch geraten"}
    return [browser.post(SIGN_IN, fields, ours=ours).status_code for _ in range(count)]


@pytest.mark.parametrize(
    ("proto", "status"),
    [
        ("https", 200),
        ("HTTPS", 200),
        ("http, https", 200),
        ("https, http", 403),
        ("http", 403),
        ("", 403),
        ("httpsx", 403),
    ],
)
def test_the_last_hop_says_whether_the_line_was_private(client: TestClient, proto: str, status: int) -> None:
    browser = DeskBrowser(client, headers={"host": HOST, "x-forwarded-proto": proto})

    assert browser.get(SIGN_IN).status_code == status


def test_what_the_guesser_writes_before_the_last_hop_changes_nothing(client: TestClient) -> None:
    codes = [knock(client, f"10.0.0.{number}, 203.0.113.9")[0] for number in range(8)]

    assert codes == [401] * 5 + [429] * 3


def test_two_networks_behind_the_proxy_are_counted_apart(client: TestClient) -> None:
    assert knock(client, "203.0.113.9", count=6)[-1] == 429
    assert knock(client, "203.0.113.10") == [401]


def test_one_subscribers_ipv6_addresses_are_one_network(client: TestClient) -> None:
    codes = [knock(client, f"2001:db8:1:2::{number:x}")[0] for number in range(1, 9)]

    assert codes == [401] * 5 + [429] * 3
    assert knock(client, "2001:db8:1:3::1") == [401]


def test_an_ipv4_address_in_ipv6_is_the_same_network(client: TestClient) -> None:
    assert knock(client, "203.0.113.9", count=6)[-1] == 429
    assert knock(client, "::ffff:203.0.113.9") == [429]


def test_what_is_no_address_is_one_network_for_all(client: TestClient) -> None:
    codes = [
        knock(client, said)[0]
        for said in ("x", "unknown", "", "1.2.3", "[::1]:80", "1.2.3.4:5", "z" * 500, "999.1.1.1")
    ]

    assert codes == [401] * 5 + [429] * 3


@pytest.mark.parametrize("client", ["192.0.2.1", ""], indirect=True)
def test_nobody_else_is_believed(client: TestClient) -> None:
    browser = DeskBrowser(client, headers={"host": HOST, "x-forwarded-proto": "https"})
    near = DeskBrowser(client)
    codes = []
    for number in range(8):
        near.headers = {"x-forwarded-for": f"10.0.0.{number}"}
        codes.append(near.post(SIGN_IN, {"name": "wang", "password": "falsch geraten"}).status_code)

    assert browser.get(SIGN_IN).status_code == 403
    assert codes == [401] * 5 + [429] * 3
