"""Answers: conditional, compressed where the reader takes it, without a body where only the head was asked for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any

from litestar import Request
from litestar.types import Receive, Scope, Send

from web.cache import PageBytes
from web.config import CHECKPOINT_MAX_AGE_S, FOREVER_S

REVALIDATE = "no-cache"
"""Keep it, but ask each time whether it is still the newest: that costs one small answer without a body."""
FOREVER = f"public, max-age={FOREVER_S}, immutable"
SECONDS = f"public, max-age={CHECKPOINT_MAX_AGE_S}"
NEVER = "no-store"

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class Answer:
    """An answer exactly as it is sent; nothing is added on the way but the security headers.

    `headers`  names in lower case
    `is_head`  only the head is sent; content-length still tells the body's
    `cookies`  each a whole Set-Cookie; of the desk alone
    """

    body: bytes
    headers: dict[str, str]
    is_head: bool
    status: int
    cookies: tuple[str, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; what else the framework hands in is not needed."""
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        headers += [(b"set-cookie", cookie.encode()) for cookie in self.cookies]
        if self.status != 304:
            headers.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        body = b"" if self.is_head or self.status == 304 else self.body
        await send({"type": "http.response.body", "body": body, "more_body": False})


@dataclass(frozen=True)
class FileAnswer(Answer):
    """An answer that is sent from an open file in pieces, which is closed however the sending ends."""

    file: IO[bytes] = field(default_factory=BytesIO)
    piece_bytes: int = 65_536
    size_bytes: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; files are read by a thread, so that nobody waits for the disk."""
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        headers.append((b"content-length", str(self.size_bytes).encode()))
        try:
            await send({"type": "http.response.start", "status": self.status, "headers": headers})
            while piece := await asyncio.to_thread(self.file.read, self.piece_bytes):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.file.close()


def respond(
    request: AnyRequest,
    page: PageBytes,
    *,
    cache_control: str = REVALIDATE,
    headers: dict[str, str] | None = None,
    status: int = 200,
) -> Answer:
    """Return the answer to a GET or HEAD that `page` is."""
    compressed = bool(page.compressed) and accepts_gzip(request.headers.get("accept-encoding", ""))
    etag = f'{page.etag[:-1]}-gz"' if compressed else page.etag
    sent = {"content-type": page.media_type, "cache-control": cache_control, **(headers or {})}
    if cache_control != NEVER:
        sent["etag"] = etag
    if page.compressed:
        sent["vary"] = "accept-encoding"
    if status == 200 and _matches(request.headers.get("if-none-match", ""), etag):
        status = 304
    elif compressed:
        sent["content-encoding"] = "gzip"
    body = page.compressed if compressed else page.body
    return Answer(body, sent, request.method == "HEAD", status)


def redirect(request: AnyRequest, path: str) -> Answer:
    """Return a lasting redirect to a path of this host."""
    headers = {"location": path, "cache-control": "public, max-age=3600", "content-type": "text/plain"}
    return Answer(b"", headers, request.method == "HEAD", 308)


def accepts_gzip(header: str) -> bool:
    """Say whether an Accept-Encoding header takes gzip: named, or by `*`, and not with a weight of 0."""
    weights = {}
    for part in header.lower().split(","):
        name, _, parameter = part.partition(";")
        value = parameter.strip().removeprefix("q=")
        weights[name.strip()] = value not in {"0", "0.0", "0.00", "0.000"}
    return weights.get("gzip", weights.get("*", False))


def _matches(header: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return etag in tags or "*" in tags
