"""Answers: conditional, compressed where the reader takes it, without a body where only the head was asked for."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.response.base import ASGIResponse

from web.cache import PageBytes
from web.config import CHECKPOINT_MAX_AGE_S, FOREVER_S

REVALIDATE = "no-cache"
"""Keep it, but ask each time whether it is still the newest: that costs one small answer without a body."""
FOREVER = f"public, max-age={FOREVER_S}, immutable"
SECONDS = f"public, max-age={CHECKPOINT_MAX_AGE_S}"

AnyRequest = Request[Any, Any, Any]


def respond(
    request: AnyRequest,
    page: PageBytes,
    *,
    cache_control: str = REVALIDATE,
    status_code: int = 200,
    headers: dict[str, str] | None = None,
) -> ASGIResponse:
    """Return the answer to a GET or HEAD that `page` is."""
    compressed = bool(page.compressed) and accepts_gzip(request.headers.get("accept-encoding", ""))
    etag = f'{page.etag[:-1]}-gz"' if compressed else page.etag
    sent = {"cache-control": cache_control, "etag": etag, **(headers or {})}
    if page.compressed:
        sent["vary"] = "accept-encoding"
    if status_code == 200 and _matches(request.headers.get("if-none-match", ""), etag):
        return ASGIResponse(body=b"", headers=sent, status_code=304, media_type=page.media_type)
    body = page.compressed if compressed else page.body
    if compressed:
        sent["content-encoding"] = "gzip"
    is_head = request.method == "HEAD"
    return ASGIResponse(
        body=body,
        content_length=len(body),
        headers=sent,
        is_head_response=is_head,
        media_type=page.media_type,
        status_code=status_code,
    )


def redirect(request: AnyRequest, path: str) -> ASGIResponse:
    """Return a lasting redirect to a path of this host."""
    return ASGIResponse(
        body=b"",
        headers={"location": path, "cache-control": "public, max-age=3600"},
        is_head_response=request.method == "HEAD",
        media_type="text/plain; charset=utf-8",
        status_code=308,
    )


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
