"""The headers of every answer of the started server, whatever is asked and however it ends (SECURITY.md, 5.4).

The ways come from the routes; for each the answer is driven to every end that it has: found, not there, sent on, not
allowed, refused, too large, misshapen. Downloads and static files are among them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.attacks.served import Served
from tests.builders import VILLAGE
from tests.web.gate import CAST, Way, list_ways
from tests.web.test_matrix import OF_THE_DESK, PROMISED
from web.security import SANDBOX, is_desk_path, is_form_path

BOARD = f"/v/{VILLAGE}"


def find_wrong(path: str, status: int, headers: Mapping[str, str]) -> list[str]:
    """Whatever an answer lacks, has otherwise, or has too much of."""
    wanted = PROMISED | (OF_THE_DESK if is_desk_path(path) else {})
    if is_form_path(path):
        wanted = wanted | {"referrer-policy": "same-origin"}
    if path.startswith("/desk/originals/") and "content-disposition" in headers:
        wanted["content-security-policy"] = SANDBOX
    wrong = [name for name, value in wanted.items() if headers.get(name) != value]
    wrong += [name for name in ("server", "x-powered-by", "access-control-allow-origin") if name in headers]
    kept = headers.get("cache-control", "")
    if (is_desk_path(path) or status >= 400) and kept != "no-store":
        wrong.append("cache-control")
    if not is_desk_path(path) and "set-cookie" in headers:
        wrong.append("set-cookie")
    if status not in {204, 304} and "content-type" not in headers:
        wrong.append("content-type")
    return wrong


@pytest.fixture(scope="module")
def ways(served: Served) -> list[Way]:
    return [way for way in list_ways(served.place.app) if "/specimens/" not in way.path]


@pytest.mark.parametrize("name", list(CAST))
def test_every_way_of_everybody(served: Served, ways: list[Way], name: str) -> None:
    wrong, seen = [], set()
    for values in (served.place.values, {}, dict.fromkeys(served.place.values, "%00"), {"village": "9" * 12}):
        browser = served.enter(name)
        for way in ways:
            if way.path == "/desk/sign-out":
                continue
            path = way.fill(values)
            body = None if way.method != "POST" else f"csrf={browser.token}&invented=1"
            headers = {"sec-fetch-site": "same-origin"} if body else {}
            if body:
                headers["content-type"] = "application/x-www-form-urlencoded"
            answer = browser._ask(way.method, path, headers, body)
            seen.add(answer.status_code)
            found = find_wrong(path, answer.status_code, answer.headers)
            wrong += [(way.method, path, answer.status_code, found)] if found else []

    assert wrong == []
    assert seen >= {200, 404}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW", "CONNECT"])
def test_methods_that_are_not_there(served: Served, ways: list[Way], method: str) -> None:
    wrong = []
    for way in ways:
        path = way.fill(served.place.values)
        if method == "CONNECT":
            continue
        answer = served.client.request(method, path, follow_redirects=False)
        found = find_wrong(path, max(answer.status_code, 400), answer.headers) if method != "OPTIONS" else []
        wrong += [(path, found)] if found or answer.status_code not in {204, 405} else []
    answer_raw = served.send_raw(f"{method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())

    assert wrong == []
    assert b"content-security-policy" in answer_raw


def test_every_end_that_an_answer_has_was_seen(served: Served) -> None:
    style = re.search(r'href="(/static/style-[^"]+)"', served.client.get("/").text)
    assert style is not None
    auditor, clerk = served.enter("auditor"), served.enter("clerk")
    etag = served.client.get(BOARD).headers["etag"]
    answers = {
        "static": served.client.get(style[1]),
        "not changed": served.client.get(BOARD, headers={"if-none-match": etag}),
        "sent on": served.client.get("/desk", headers={"host": "127.0.0.1"}, follow_redirects=False),
        "moved": served.client.get(f"{BOARD}/", follow_redirects=False),
        "download": auditor.get("/audit/bundle.zip"),
        "a workbook": clerk.get("/desk/templates/vouchers"),
        "not there": clerk.get("/desk/templates/none"),
        "denied": clerk.get("/audit/bundle.zip"),
        "no form": clerk.post("/desk/sign-out", "a"),
        "too large": clerk.post("/desk/sign-out", {"a": "x" * 100_000}),
        "wrong": served.open_browser().post("/desk/sign-in", {"name": "a", "password": "b"}),
        "a line that can be read": served.client.get("/desk/sign-in", headers={"host": "village.example"}),
    }

    told = {
        name: find_wrong(answer.request.url.path, answer.status_code, answer.headers)
        for name, answer in answers.items()
    }

    assert {name: wrong for name, wrong in told.items() if wrong} == {}
    assert {answer.status_code for answer in answers.values()} >= {200, 303, 304, 400, 401, 403, 404, 413}
    assert answers["a workbook"].headers["content-disposition"].startswith("attachment")
    assert answers["download"].headers["content-disposition"].startswith("attachment")
