"""What no form of ours brings: nested without end, doubled, unknown, outside of every encoding (finding F9)."""

from __future__ import annotations

import pytest

from tests.attacks.served import Served
from tests.web.gate import SPECIMENS, Way, list_ways

DEPTH = 200_000
FORM = "application/x-www-form-urlencoded"
NAMES = (
    "../../etc/x.png",
    "/etc/passwd",
    "C:\\\\a.xlsx",
    "..\\\\..\\\\a.xlsx",
    "a\x00.xlsx",
    "村\u202excod.xlsx",
    "<img src=x onerror=alert(1)>.xlsx",
    "%2e%2e%2fa.xlsx",
    "a" * 5_000,
    "",
)
BODIES: dict[str, tuple[str, bytes]] = {
    "deep lists": ("application/json", b"[" * DEPTH),
    "deep objects": ("application/json", b'{"a":' * DEPTH + b"1" + b"}" * DEPTH),
    "deep lists as a form": (FORM, b"csrf=" + b"[" * 60_000),
    "doubled keys": ("application/json", b'{"csrf":"a","csrf":"b"}'),
    "doubled fields": (FORM, b"csrf={token}&csrf={token}"),
    "unknown fields": (FORM, b"csrf={token}&is_admin=1&role=operator&__proto__=1"),
    "brackets": (FORM, b"csrf={token}&drafts[]=1&drafts[0]=1&drafts.x=1"),
    "nothing but signs": (FORM, b"&&&===&&&"),
    "no UTF-8": (FORM, b"csrf={token}&name=%ff%fe"),
    "a lone surrogate": (FORM, b"csrf={token}&name=%ed%a0%80"),
    "overlong UTF-8": (FORM, b"csrf={token}&name=%c0%af"),
    "bare bytes": (FORM, bytes(range(256))),
    "a null": (FORM, b"csrf={token}&a%00b=1"),
    "three thousand fields": (FORM, b"&".join(b"f%d=1" % number for number in range(3_000))),
    "eleven million bytes": (FORM, b"a=" + b"x" * 11_000_000),
    "parts without end": ("multipart/form-data; boundary=x", b"--x\r\n" * 3_000),
    "a part without a name": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n",
    ),
    "a part of another encoding": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+\r\n--x--',
    ),
    "a field that is no text": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="kind"\r\nContent-Type: application/json\r\n\r\n'
        + b"[" * 60_000
        + b"\r\n--x--\r\n",
    ),
    "parts that are not closed": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nvouchers',
    ),
}


def list_forms(served: Served) -> list[Way]:
    return [
        way
        for way in list_ways(served.place.app)
        if way.method == "POST" and not way.path.startswith(SPECIMENS)
    ]


@pytest.mark.parametrize("name", BODIES)
def test_no_body_fails_at_any_form(served: Served, name: str) -> None:
    """Refused as no form of ours, or as too large; never a failure, and nothing is changed."""
    kind, body = BODIES[name]
    browser = served.enter("clerk")
    before = served.place.dump()
    token = browser.token.encode()

    answers = [
        (
            way.path,
            served.client.post(
                way.fill(served.place.values),
                content=body.replace(b"{token}", token),
                headers={
                    "content-type": kind,
                    "cookie": "; ".join(f"{key}={value}" for key, value in browser.cookies.items()),
                    "host": "127.0.0.1:8000",
                    "sec-fetch-site": "same-origin",
                },
                follow_redirects=False,
            ).status_code,
        )
        for way in list_forms(served)
    ]

    assert [told for told in answers if told[1] not in {400, 403, 404, 413}] == []
    assert {table for table, rows in served.place.dump().items() if rows != before[table]} == set()
    assert "Traceback" not in served.read_told()


@pytest.mark.parametrize("filename", NAMES)
def test_a_files_name_is_never_a_path_and_always_text(served: Served, filename: str) -> None:
    browser = served.enter("clerk")
    before = {path for path in served.door.home.path.parent.rglob("*") if "/log" not in str(path)}
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'
    fields = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("csrf", browser.token), ("kind", "vouchers"))
    )

    answer = browser._ask(
        "POST",
        "/desk/import",
        {"content-type": "multipart/form-data; boundary=x", "sec-fetch-site": "same-origin"},
        f"{fields}{head}no workbook\r\n--x--\r\n",
    )

    assert answer.status_code in {400, 422}
    assert "<img" not in answer.text
    after = {path for path in served.door.home.path.parent.rglob("*") if "/log" not in str(path)}
    assert {path.name for path in after - before} <= {"ledger.db-wal", "vault.db-wal", "desk.db-wal"}


WIRE: dict[str, bytes] = {
    "no request at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "two lengths": b"POST /desk/sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and pieces": b"POST /desk/sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
    "a length that is none": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "pieces of no size": b"POST /desk/sign-in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "an unknown coding": b"POST / HTTP/1.1\r\nHost: a\r\n"
    b"Transfer-Encoding: x, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
    "a header without end": b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    "a null in a header": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    "a blank in the address": b"GET / x HTTP/1.1\r\nHost: a\r\n\r\n",
    "a version that is none": b"GET / HTTP/x\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("name", WIRE)
def test_what_is_no_request_is_refused_with_the_headers(served: Served, name: str) -> None:
    answer = served.send_raw(WIRE[name])

    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1").lower()
    assert int(head.split()[1]) in {400, 403, 404, 405, 413, 431}
    assert "content-security-policy: default-src 'none'" in head
    assert "cache-control: no-store" in head
    assert "server:" not in head
    assert served.client.get("/healthz").status_code == 200
