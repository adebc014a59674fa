"""A browser of the desk's pages as far as HTTP goes: it keeps cookies as the prefix demands, says where its forms come
from, and takes the token from the page before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import httpx
from litestar.testing import TestClient

from ledger.vaults import Draft
from tests.desk.people import PASSWORD, Door
from web.desk.seen import WHOLE, prove
from web.sessions import SESSION_COOKIE, make_form_token

HOST = "127.0.0.1:8000"
OURS = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}
FORM = "application/x-www-form-urlencoded"


@dataclass
class DeskBrowser:
    """One browser. `headers` are sent with everything, as by a proxy or a stranger's machine."""

    client: TestClient
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._ask("GET", path, headers, None)

    def post(
        self,
        path: str,
        fields: dict[str, str] | str | None = None,
        *,
        ours: dict[str, str] | None = None,
        token: str | None = None,
    ) -> httpx.Response:
        """Send a form; `ours` is what the browser says of where it comes from, `token` what the form carries."""
        if not isinstance(fields, str):
            token = self.token if token is None else token
            fields = urlencode((fields or {}) | ({"csrf": token} if token else {}))
        headers = {"content-type": FORM} | (OURS if ours is None else ours)
        return self._ask("POST", path, headers, fields)

    def send_files(self, path: str, *files: tuple[str, bytes], field: str = "files") -> httpx.Response:
        """Send files as a form does; a file is the name that a browser gives it, and its bytes."""
        boundary = "mingbai-7f3a"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{self.token}\r\n'.encode()
        ]
        for name, data in files:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
            parts += [
                head.encode("utf-8", "surrogatepass"),
                b"Content-Type: image/jpeg\r\n\r\n",
                data,
                b"\r\n",
            ]
        body = b"".join((*parts, f"--{boundary}--\r\n".encode()))
        headers = {"content-type": f"multipart/form-data; boundary={boundary}"} | OURS
        return self._ask("POST", path, headers, body)

    def sign_in(self, door: Door, name: str) -> httpx.Response:
        """Sign in with all that is asked for; ends on the desk."""
        self.get("/desk/sign-in")
        answer = self.post("/desk/sign-in", {"name": name, "password": PASSWORD}, token="")
        if answer.headers["location"] == "/desk/factor":
            door.village.clock.advance(60_000)
            self.get("/desk/factor")
            self.post("/desk/factor", {"code": door.read_phone(name)})
        return self.get("/desk")

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: str | bytes | None
    ) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"host": HOST} | self.headers | headers | ({"cookie": cookie} if cookie else {})
        self.client.cookies.clear()
        answer = self.client.request(method, path, headers=sent, content=body, follow_redirects=False)
        self._keep(answer)
        return answer

    def _keep(self, answer: httpx.Response) -> None:
        for line in answer.headers.get_list("set-cookie"):
            (morsel,) = SimpleCookie(line).values()
            assert morsel.key.startswith("__Host-")
            assert (morsel["path"], morsel["secure"], morsel["httponly"]) == ("/", True, True)
            assert (morsel["samesite"], morsel["domain"]) == ("Strict", "")
            if morsel["max-age"] == "0":
                self.cookies.pop(morsel.key, None)
            else:
                self.cookies[morsel.key] = morsel.value
        found = re.search(r'name="csrf" value="([^"]*)"', answer.text)
        self.token = found[1] if found else self.token


def enter(door: Door, client: TestClient, name: str) -> DeskBrowser:
    """A browser in which somebody has just signed in; its forms carry the right token."""
    token = door.sign_in(name)
    return DeskBrowser(client, cookies={SESSION_COOKIE: token}, token=make_form_token(token))


def vouch(door: Door, browser: DeskBrowser, draft: Draft, digest: str = "") -> str:
    """What a form carries that passes a draft, as if a page had shown it whole in this browser's session."""
    who = door.find(browser.cookies[SESSION_COOKIE])
    assert who.seat is not None
    given = digest or draft.digest
    said = (who.session.session, who.seat.village, draft.id, given, WHOLE)
    return f"{draft.id}:{given}:{prove(door.home.get_desk_key(), *said)}"


def tell(answer: httpx.Response) -> str:
    """What a page says in its heading."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    return found[1] if found else ""
