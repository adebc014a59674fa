"""Headers on every answer, errors included: what a browser may do with our pages, which is very little.

Trusted for: that a text which slipped through as markup could still load, run and send nothing. Scripts come from our
own files only, there is no inline script or style, nothing frames us, no address is handed on. Cookies are the desk's.
"""

from __future__ import annotations

import re

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
        "microphone=(), midi=(), payment=(), publickey-credentials-create=(), publickey-credentials-get=(), usb=()"
    ),
    "x-robots-tag": "noindex, noarchive",
}
SANDBOX = "default-src 'none'; sandbox"
"""The policy of a file that somebody else made: should a browser show it in spite of all, nothing in it runs or loads.
It alone may take the place of the policy above, being stricter.
"""
DESK_HEADERS = SECURITY_HEADERS | {
    "permissions-policy": re.sub(
        r"(publickey-credentials-\w+)=\(\)", r"\1=(self)", SECURITY_HEADERS["permissions-policy"]
    ),
    "referrer-policy": "same-origin",
}
"""Of the desk's pages, which alone may ask for a passkey. Under `no-referrer` a browser says of our own form that it
comes from nowhere (`Origin: null`), and older ones have no other way to say whose form it is. Nothing is handed on to
anybody else here either.
"""
FORM_HEADERS = SECURITY_HEADERS | {"referrer-policy": "same-origin"}
"""Of the public pages with a form: see above, they are to say that a form is ours."""
_FORM_PATH = re.compile(
    r"/v/[0-9]{12}/(?:card(?:/proof)?|(?:cases|objections)/(?:new|receipt)|vote(?:/(?:look|cast))?)", re.ASCII
)
_ENCODED = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
_DESK_ENCODED = [(name.encode(), value.encode()) for name, value in DESK_HEADERS.items()]
_FORM_ENCODED = [(name.encode(), value.encode()) for name, value in FORM_HEADERS.items()]
_SANDBOXED = (b"content-security-policy", SANDBOX.encode())
_NAMES = frozenset(name for name, _ in _ENCODED)


async def add_security_headers(message: Message, scope: Scope) -> None:
    """Add the headers to the start of an answer, in place of any of the same name."""
    if message["type"] == "http.response.start":
        given = _choose_headers(scope["path"])
        kept = [(name, value) for name, value in message["headers"] if name.lower() not in _NAMES]
        if _SANDBOXED in message["headers"]:
            given = [_SANDBOXED, *((name, value) for name, value in given if name != _SANDBOXED[0])]
        message["headers"] = [*kept, *given]


def _choose_headers(path: str) -> list[tuple[bytes, bytes]]:
    if is_desk_path(path):
        return _DESK_ENCODED
    return _FORM_ENCODED if is_form_path(path) else _ENCODED


def is_form_path(path: str) -> bool:
    """Say whether a public page is one from which a form is sent to us."""
    return _FORM_PATH.fullmatch(path) is not None


def is_desk_path(path: str) -> bool:
    """Say whether a path is the desk's, or of the auditor's or the township's room: they stand on the same accounts."""
    return f"{path}/".startswith(("/desk/", "/audit/", "/township/"))
