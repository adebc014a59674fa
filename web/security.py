"""Headers on every answer, errors included: what a browser may do with our pages, which is very little.

Trusted for: that a text which slipped through as markup could still load, run and send nothing. Scripts come from our
own files only, there is no inline script or style, nothing frames us, no address is handed on. There are no cookies.
"""

from __future__ import annotations

from litestar.types import Message, Scope

SECURITY_HEADERS: dict[str, str] = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), "
        "microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()"
    ),
    "x-robots-tag": "noindex, noarchive",
}
_ENCODED = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]


async def add_security_headers(message: Message, _scope: Scope) -> None:
    """Add the headers to the start of an answer, in place of any of the same name."""
    if message["type"] == "http.response.start":
        names = {name for name, _ in _ENCODED}
        kept = [(name, value) for name, value in message["headers"] if name.lower() not in names]
        message["headers"] = [*kept, *_ENCODED]
