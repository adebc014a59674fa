"""A phone that reports something by the public form, as a browser sends it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import httpx
from litestar.testing import TestClient

from ledger.vaults import Household
from tests.builders import VILLAGE, make_id
from tests.desk.people import Door
from tests.web.desk import HOST, OURS

FOLDER = f"/v/{VILLAGE}/cases"
NEW, RECEIPT = f"{FOLDER}/new", f"{FOLDER}/receipt"
WORDING = "路灯杆歪了，电线垂到路上 <b>很危险</b>"
PLACE = "三组村东第二根灯杆"
CONTACT = "0000-1234567 晚上在家"
SAID = {"group": "C", "wording": WORDING, "place": PLACE, "name": "", "contact": "", "card": "", "once": ""}
SECRETS = ("垂到路上", "第二根灯杆", "0000-1234567", "样例戊")


@dataclass
class Reporter:
    """Sends what `SAID` says, and whatever is said otherwise."""

    client: TestClient

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path, headers={"host": HOST})

    def report(
        self, *photos: tuple[str, bytes], ours: dict[str, str] | None = None, **fields: str
    ) -> httpx.Response:
        boundary = "mingbai-9c1e"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in (SAID | fields).items()
        ]
        for name, data in photos or (("", b""),):
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="photos"; filename="{name}"\r\n'
            parts += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", data, b"\r\n"]
        body = b"".join((*parts, f"--{boundary}--\r\n".encode()))
        headers = {"host": HOST, "content-type": f"multipart/form-data; boundary={boundary}"}
        return self.client.post(NEW, headers=headers | (OURS if ours is None else ours), content=body)

    def receive(self, *photos: tuple[str, bytes], **fields: str) -> tuple[str, str]:
        """The number and the code of a receipt."""
        answer = self.report(*photos, **fields)
        assert answer.status_code == 200, read(answer)
        number, code = re.findall(r'class="receipt[^"]*">([^<]*)<', answer.text)
        return number, code

    def look_up(self, number: str, code: str) -> httpx.Response:
        headers = {"host": HOST, "content-type": "application/x-www-form-urlencoded"} | OURS
        return self.client.post(RECEIPT, headers=headers, content=f"number={number}&code={code}")


def put_household(door: Door) -> str:
    """A household with a number; return its pseudonym."""
    one = Household(
        consents=frozenset({"scoring"}), group=1, household=make_id("h", 0), name="样大山", number="0217"
    )
    door.home.vault.put_households(VILLAGE, [one])
    return one.household


def read(answer: httpx.Response) -> str:
    text = re.sub(r'<span class="whole">([^<]*)</span>', r"\1", answer.text)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())
