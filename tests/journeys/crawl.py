"""Everything that a stranger can read: each public address that leads to another, and what lies within its answer.

for found in crawl(client, starts):     every answer once, its text and that of all that is packed in it
    look(text, names)                   what is personal in a text; with rules of its own, not those of the books
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import subprocess
import unicodedata
import zipfile
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from itertools import product
from urllib.parse import urlencode, urljoin, urlsplit

from litestar.testing import TestClient
from pypdf import PdfReader

HOST = "http://127.0.0.1:8000"
PAGES_MAX = 20_000
"""A site that goes on for ever is a fault as well."""
PICTURES = ("image/jpeg", "image/png", "image/x-icon", "font/", "application/wasm")
"""What has no text. Photos of documents are looked at by the tests of what is blacked out."""
_DEPTH_MAX = 4
_TYPED = "积分"
"""What is typed into a form's empty field."""

_GAP = r"[ \u00a0\-]?"
_EDGE, _END = r"(?<![0-9A-Za-z_+/=.\-])", r"(?![0-9A-Za-z_+/=\-]|\.[0-9])"
_IDENTITY = re.compile(rf"{_EDGE}[1-9][0-9]{{5}}{_GAP}(?:18|19|20)[0-9]{{6}}{_GAP}[0-9]{{3}}[0-9Xx]{_END}")
_OLD_IDENTITY = re.compile(
    rf"{_EDGE}[1-9][0-9]{{7}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{{3}}{_END}"
)
_MOBILE = re.compile(
    rf"(?<![0-9A-Za-z_+/=.\-])(?:\+?86{_GAP})?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}{_END}"
)
_LANDLINE = re.compile(rf"{_EDGE}0[0-9]{{2,3}}[ \-][0-9]{{7,8}}{_END}")
_BANK = re.compile(rf"{_EDGE}(?:[0-9]{{4}}{_GAP}){{3,4}}[0-9]{{1,4}}{_END}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PACKED = re.compile(r"[A-Za-z0-9_\-]{24,}")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True)
class Found:
    """One answer. `texts` are its own text and that of all that is packed in it."""

    path: str
    kind: str
    status: int
    texts: tuple[str, ...]


@dataclass
class _Links(HTMLParser):
    """Where a page leads, and what it says between its tags."""

    path: str
    links: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    _form: tuple[str, list[tuple[str, list[str]]]] | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name in ("href", "src", "data"):
            if name in given:
                self.links.add(given[name])
        self.said += [
            given[name] for name in ("title", "alt", "value", "content", "aria-label") if name in given
        ]
        if tag == "form" and given.get("method", "get").lower() == "get":
            self._form = (given.get("action", self.path), [])
        if self._form is not None and "name" in given:
            if tag == "select":
                self._form[1].append((given["name"], []))
            elif tag == "input":
                self._form[1].append((given["name"], [given.get("value") or _TYPED]))
        if tag == "option" and self._form is not None and self._form[1]:
            self._form[1][-1][1].append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            action, fields = self._form
            names = [name for name, _ in fields]
            for values in product(*(values or [""] for _, values in fields)):
                self.links.add(f"{action}?{urlencode(dict(zip(names, values, strict=True)))}")
            self._form = None

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def crawl(client: TestClient, starts: Iterable[str]) -> Iterator[Found]:
    """Follow every link of every page, every choice of every form that only asks, and yield each answer once."""
    waiting = deque(dict.fromkeys(starts))
    known = set(waiting)
    while waiting:
        path = waiting.popleft()
        answer = client.get(path, headers={"host": urlsplit(HOST).netloc}, follow_redirects=False)
        kind = answer.headers.get("content-type", "").partition(";")[0]
        texts, links = dig(answer.content, kind, path)
        if "location" in answer.headers:
            links.add(answer.headers["location"])
        yield Found(path, kind, answer.status_code, (*texts, *answer.headers.values()))
        for link in links:
            led = urlsplit(urljoin(HOST + path, link))
            to = led.path + (f"?{led.query}" if led.query else "")
            if f"{led.scheme}://{led.netloc}" == HOST and to not in known and not is_staffs(led.path):
                known.add(to)
                waiting.append(to)
        assert len(known) <= PAGES_MAX, path


def is_staffs(path: str) -> bool:
    """Whether a path leads to those who sign in."""
    return path.startswith(("/desk", "/audit", "/township"))


def dig(data: bytes, kind: str, path: str = "", depth: int = 0) -> tuple[list[str], set[str]]:
    """Return every text within some bytes, and the links of a page."""
    if kind.startswith(PICTURES) or depth > _DEPTH_MAX:
        return [], set()
    if data.startswith(b"%PDF-"):
        return _dig_pdf(data, depth), set()
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            inner = [dig(archive.read(name), "", name, depth + 1)[0] for name in archive.namelist()]
        return [text for texts in inner for text in texts], set()
    text = data.decode("utf-8", "replace")
    texts, links = [html.unescape(text)], set()
    if kind in {"text/html", "image/svg+xml"}:
        page = _Links(path)
        page.feed(text)
        links = page.links
        # Words that a tag divides are one word to whoever reads them.
        texts.append("".join(page.said))
    if kind != "text/html":
        texts += _unpack(text)
    return texts, links


def _dig_pdf(data: bytes, depth: int) -> list[str]:
    said = subprocess.run(["pdftotext", "-q", "-", "-"], input=data, capture_output=True, check=True).stdout
    pdf = PdfReader(BytesIO(data))
    xmp = pdf.xmp_metadata
    texts = [said.decode("utf-8"), str(pdf.metadata), xmp.stream.get_data().decode() if xmp else ""]
    for name, versions in pdf.attachments.items():
        for attached in versions:
            texts += [name, *dig(attached, "", name, depth + 1)[0]]
    return texts


def _unpack(text: str) -> list[str]:
    """Return what stands in base64url within a text, as disclosures and proofs do."""
    found = []
    for packed in _PACKED.findall(text):
        try:
            data = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
            found.append(data.decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found


def look(text: str, names: re.Pattern[str], public: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return what in a text is personal, as its kind and itself, but for what is known as `public`."""
    plain = unicodedata.normalize("NFKC", text)
    found = [("identity number", one) for one in _IDENTITY.findall(plain) if is_identity(one)]
    found += [("old identity number", one) for one in _OLD_IDENTITY.findall(plain)]
    found += [("telephone", one) for rule in (_MOBILE, _LANDLINE) for one in rule.findall(plain)]
    found += [("bank card", one) for one in _BANK.findall(plain) if is_bank_card(one)]
    dense = _BLANK.sub("", plain)
    found += [("name", name) for name in names.findall(dense)]
    return [(kind, one) for kind, one in found if one not in public]


def compile_names(names: Iterable[str]) -> re.Pattern[str]:
    """Return what finds each of some full names, whatever stands around it. Names that are blank are none."""
    by_first: dict[str, set[str]] = {}
    for name in names:
        dense = _BLANK.sub("", unicodedata.normalize("NFKC", name))
        if dense:
            by_first.setdefault(dense[0], set()).add(re.escape(dense[1:]))
    # Of two that begin alike the longer one first.
    rests = (
        (first, "|".join(sorted(rest, key=len, reverse=True))) for first, rest in sorted(by_first.items())
    )
    return re.compile("|".join(f"{re.escape(first)}(?:{rest})" for first, rest in rests) or "(?!)")


def is_identity(number: str) -> bool:
    """GB 11643: the last digit follows from the others."""
    digits = re.sub(r"[^0-9Xx]", "", number).upper()
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits[:17], strict=True))
    return "10X98765432"[total % 11] == digits[17]


def is_bank_card(number: str) -> bool:
    """ISO/IEC 7812: an issuer of banks, and Luhn's sum."""
    digits = re.sub(r"[^0-9]", "", number)
    if not 16 <= len(digits) <= 19 or not re.match(r"3[0568]|[4569]", digits):
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
