"""How the pages answer: headers, caching, methods, and that nothing of the request shapes what is shown."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from litestar.testing import TestClient

from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.web.village import find_match, live_through_october, make_client, serve
from web import site
from web.config import GZIP_MIN_BYTES
from web.public import sheets
from web.respond import accepts_gzip
from web.security import SECURITY_HEADERS

BOARD = f"/v/{VILLAGE}"
PATHS = (
    "/",
    BOARD,
    f"{BOARD}/sheets",
    f"{BOARD}/sheets/2026-10/finance",
    f"{BOARD}/sheets/2026-10/finance.pdf",
    f"{BOARD}/sheets/2026-10-F-1/figures.json",
    f"{BOARD}/finance/2026-10",
    f"{BOARD}/entries",
    f"{BOARD}/entries/3",
    f"{BOARD}/entries/3.json",
    f"{BOARD}/entries/3.tlog-proof",
    f"/c/{VILLAGE}",
    f"{BOARD}/checkpoint",
    f"{BOARD}/tile/0/000.p/3",
    f"{BOARD}/log.vkey",
    f"{BOARD}/policy",
    f"{BOARD}/texts/1.json",
    "/healthz",
    "/schema/openapi.json",
    "/nowhere",
    f"{BOARD}/entries/999",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_every_answer_carries_the_security_headers_and_no_cookie(
    visitor: TestClient, method: str, path: str
) -> None:
    answer = visitor.request(method, path, follow_redirects=False)

    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers


def test_the_policy_allows_no_inline_and_no_foreign_code(visitor: TestClient) -> None:
    policy = visitor.get(BOARD).headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", PATHS)
def test_head_answers_as_get_does_without_a_body(visitor: TestClient, path: str) -> None:
    head = visitor.head(path, follow_redirects=False)
    get = visitor.get(path, follow_redirects=False)

    assert head.status_code == get.status_code
    assert head.content == b""
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.headers.get("etag") == get.headers.get("etag")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused_in_plain_chinese(visitor: TestClient, method: str) -> None:
    answer = visitor.request(method, BOARD)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert "不接受" in answer.text


def test_a_page_that_has_not_changed_is_not_sent_again(visitor: TestClient) -> None:
    first = visitor.get(BOARD)

    second = visitor.get(BOARD, headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})

    assert second.status_code == 304
    assert second.content == b""


def test_compressed_and_plain_are_the_same_page_under_two_names(visitor: TestClient) -> None:
    plain = visitor.get(BOARD, headers={"accept-encoding": "identity"})
    packed = visitor.get(BOARD, headers={"accept-encoding": "br, gzip;q=0.5"})

    assert plain.text == packed.text
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.headers["etag"] != packed.headers["etag"]
    assert plain.headers["vary"] == packed.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("*", True),
        ("GZIP", True),
        ("*, gzip;q=0", False),
    ],
)
def test_gzip_is_sent_only_where_it_is_taken(header: str, taken: bool) -> None:
    assert accepts_gzip(header) is taken


def test_what_can_never_change_may_be_kept_for_ever_and_the_checkpoint_for_seconds(
    visitor: TestClient,
) -> None:
    style = find_match(r'href="(/static/style-[^"]+)"', visitor.get(BOARD).text)

    for path in (f"{BOARD}/tile/0/000.p/3", f"{BOARD}/entries/3.json", style):
        assert "immutable" in visitor.get(path).headers["cache-control"]
    assert visitor.get(f"{BOARD}/checkpoint").headers["cache-control"] == "public, max-age=2"
    assert visitor.get(BOARD).headers["cache-control"] == "no-cache"
    assert visitor.get("/nowhere").headers["cache-control"] == "no-store"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[VillageHome, TestClient]]:
    with open_village(tmp_path / "home") as village:
        live_through_october(village)
        with make_client(village) as client:
            yield village, client


def test_a_changed_village_shows_on_the_next_request(own: tuple[VillageHome, TestClient]) -> None:
    village, client = own
    before = client.get(BOARD)

    village.record_voucher("付水费", 1_200, period="2026-11", occurred_on="2026-11-11")

    after = client.get(BOARD, headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert "支出 60.00" in after.text


def test_a_page_is_rendered_once_for_each_state(
    own: tuple[VillageHome, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    _village, client = own
    rendered: list[str] = []
    draw = site.render_page
    monkeypatch.setattr(
        site, "render_page", lambda template, page: rendered.append(template) or draw(template, page)
    )

    for _ in range(3):
        client.get(BOARD)

    assert rendered == ["board.html"]


def test_nothing_of_the_log_is_read_for_a_page_that_is_kept(
    own: tuple[VillageHome, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    village, client = own
    before = client.get(BOARD)
    monkeypatch.setattr(type(village.home.ledger), "read", None)
    monkeypatch.setattr(type(village.home.heads), "find_newest", None)

    assert client.get(BOARD).content == before.content


def test_neither_host_nor_forwarding_headers_change_a_byte(visitor: TestClient) -> None:
    for path in (BOARD, f"/c/{VILLAGE}", "/", "/nowhere"):
        plain = visitor.get(path).content
        for headers in (
            {"host": "evil.example"},
            {"host": "evil.example:81"},
            {"x-forwarded-host": "evil.example"},
            {"x-forwarded-proto": "https", "x-forwarded-for": "1.2.3.4"},
            {"forwarded": "host=evil.example"},
            {"cookie": "session=attacker"},
            {"accept-language": "en"},
        ):
            assert visitor.get(path, headers=headers).content == plain


def test_a_query_that_nobody_asked_for_changes_nothing(visitor: TestClient) -> None:
    assert visitor.get(f"{BOARD}?x=<script>").content == visitor.get(BOARD).content


def test_a_failure_answers_in_plain_chinese_and_tells_the_operator(
    own: tuple[VillageHome, TestClient], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _village, client = own

    def fail(_view: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(sheets, "build_sheets_page", fail)
    with caplog.at_level(logging.ERROR, logger="mingbai.web"):
        answer = client.get(f"{BOARD}/sheets")

    assert answer.status_code == 500
    assert "网页出错了" in answer.text
    assert "secret detail" not in answer.text
    assert "a page failed" in caplog.text


def test_serving_leaves_the_root_logger_alone(visitor: TestClient) -> None:
    visitor.get(BOARD)

    assert logging.getLogger().level == logging.WARNING
    assert not [
        name
        for name in logging.root.manager.loggerDict
        if name.startswith("litestar") and logging.getLogger(name).handlers
    ]


def test_over_a_socket_no_server_names_itself_and_a_body_is_refused(village: VillageHome) -> None:
    with serve(village) as address, httpx.Client(base_url=address) as browser:
        answer = browser.get(BOARD)
        head = browser.head(BOARD)
        large = browser.post(BOARD, content=b"x" * 10_000)

    assert "server" not in answer.headers
    assert int(head.headers["content-length"]) == len(gzip.compress(answer.content, 9, mtime=0))
    assert large.status_code in {405, 413}


def test_small_answers_are_not_compressed(visitor: TestClient) -> None:
    answer = visitor.get("/healthz", headers={"accept-encoding": "gzip"})

    assert len(answer.content) < GZIP_MIN_BYTES
    assert "content-encoding" not in answer.headers
    assert answer.text == "ok\n"
