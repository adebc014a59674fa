"""Who asks: the cookie of a session, where a request comes from, and whether our own page sent it.

Read for the desk's routes alone; public pages neither read nor set a cookie. Nothing of a request is believed but what
the browser itself says and the one proxy that the settings name: addresses in codes and pages come from the settings.

A form counts only where two things hold: the browser says that our own page sent it (`Sec-Fetch-Site`, or `Origin`
where that is not sent), and it carries a token made from the session's own secret. A cookie that somebody else planted
gives no token, and a token of another session does not fit.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import urllib.parse
from collections.abc import Sequence

from ledger.ports import DeskPorts
from ledger.service.accounts.sessions import ABSOLUTE_MS, Origin, SignedIn, find_signed_in
from ledger.service.accounts.sign_in import read_known
from web.respond import AnyRequest
from web.site import Settings

SESSION_COOKIE = "__Host-mingbai"
"""The prefix makes browsers hold it to what follows, and keeps every other host of the domain from planting one."""
KNOWN_COOKIE = "__Host-mingbai-known"
"""Tells a browser from which an account signed in before: its guesses are counted by themselves."""
KNOWN_MAX_AGE_S = 400 * 86_400
"""The longest that browsers keep a cookie."""
COOKIE_MAX_CHARS = 512
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SUBSCRIBER_BITS = 64
"""Of an IPv6 address: what one household or office has to itself, as far as can be said of all of them."""
_NESTED_BITS = (64, 56, 48)
"""What lines are given of IPv6: the least, the usual, the most."""


def find_session_token(request: AnyRequest) -> str:
    """Return the session's token; empty where there is none, or where more than one cookie has its name."""
    return _find_cookie(request, SESSION_COOKIE)


def find_who(request: AnyRequest, ports: DeskPorts) -> SignedIn | None:
    """Return who is signed in; the database is asked only about what could be a token of ours."""
    token = find_session_token(request)
    return find_signed_in(ports, token) if token else None


def read_origin(request: AnyRequest, ports: DeskPorts, settings: Settings) -> Origin:
    """Return where a request comes from."""
    cookie = _find_cookie(request, KNOWN_COOKIE)
    known = read_known(ports.get_desk_key(), cookie) if cookie else ()
    return Origin(network=find_network(request, settings), device=_name_device(request), known=known)


def is_private(request: AnyRequest, settings: Settings) -> bool:
    """Say whether nobody between can read what is typed: encrypted, or within this machine."""
    return _is_encrypted(request, settings) or _split_host(request.headers.get("host", ""))[0] in _LOCAL


def comes_from_us(request: AnyRequest, settings: Settings) -> bool:
    """Say whether the browser vouches that a page of ours sent this. Where it says nothing, nobody vouches."""
    sites, origins = request.headers.getall("sec-fetch-site", []), request.headers.getall("origin", [])
    if not sites and not origins:
        return False
    if any(site != "same-origin" for site in sites):
        return False
    return all(_is_our_origin(request, origin, settings) for origin in origins)


def find_network(request: AnyRequest, settings: Settings) -> str:
    """Return the address that the request comes from: the peer's or, by the trusted proxy, the last that it names."""
    return _name_networks(_find_address(request, settings), (_SUBSCRIBER_BITS,))[0]


def find_networks(request: AnyRequest, settings: Settings) -> tuple[str, ...]:
    """Return the network that the request comes from, as `find_network`, and those of IPv6 in which it lies."""
    return _name_networks(_find_address(request, settings), _NESTED_BITS)


def make_form_token(session_token: str) -> str:
    """Return what every form of a session carries; it tells nothing of the session's own token."""
    digest = hmac.new(session_token.encode(), b"desk form", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_form_token(session_token: str, given: str) -> bool:
    """Say whether a form carries the token of this session."""
    return hmac.compare_digest(make_form_token(session_token).encode(), given.encode())


def build_session_cookie(token: str) -> str:
    """Return the Set-Cookie of a session; the server ends it earlier, see `accounts.sessions`."""
    return f"{SESSION_COOKIE}={token}; Max-Age={ABSOLUTE_MS // 1_000}; {_ATTRIBUTES}"


def build_known_cookie(value: str) -> str:
    """Return the Set-Cookie by which this browser is known from now on."""
    return f"{KNOWN_COOKIE}={value}; Max-Age={KNOWN_MAX_AGE_S}; {_ATTRIBUTES}"


def build_ended_cookie() -> str:
    """Return the Set-Cookie that takes a session's cookie away."""
    return f"{SESSION_COOKIE}=; Max-Age=0; {_ATTRIBUTES}"


def _find_cookie(request: AnyRequest, name: str) -> str:
    found = {
        value.strip()
        for header in request.headers.getall("cookie", [])
        for key, _, value in (part.partition("=") for part in header.split(";"))
        if key.strip() == name
    }
    # Two of a name: one of them was planted, and nobody can tell which.
    value = found.pop() if len(found) == 1 else ""
    return value if len(value) <= COOKIE_MAX_CHARS else ""


def _is_encrypted(request: AnyRequest, settings: Settings) -> bool:
    if _comes_by_proxy(request, settings):
        said = request.headers.getall("x-forwarded-proto", [])
        return bool(said) and said[-1].rpartition(",")[2].strip().lower() == "https"
    return str(request.scope["scheme"]) == "https"


def _comes_by_proxy(request: AnyRequest, settings: Settings) -> bool:
    return bool(settings.trusted_proxy) and _get_peer(request) == settings.trusted_proxy


def _find_address(request: AnyRequest, settings: Settings) -> str:
    if _comes_by_proxy(request, settings):
        said = request.headers.getall("x-forwarded-for", [])
        if said:
            return said[-1].rpartition(",")[2].strip()
    return _get_peer(request)


def _name_networks(address: str, bits: Sequence[int]) -> tuple[str, ...]:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ("unknown",)  # All such together: who hides gains nothing.
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return tuple(str(ipaddress.ip_network((int(parsed), one), strict=False)) for one in bits)
        parsed = parsed.ipv4_mapped
    return (str(parsed),)


def _get_peer(request: AnyRequest) -> str:
    client = request.scope.get("client")
    return client[0] if client else ""


def _name_device(request: AnyRequest) -> str:
    """Return a word for the list of sessions; what the browser calls itself is not kept."""
    agent = request.headers.get("user-agent", "")
    if not agent.startswith("Mozilla/"):
        return "其他"
    return "手机" if any(word in agent for word in ("Mobile", "Android", "iPhone")) else "电脑"


def _is_our_origin(request: AnyRequest, origin: str, settings: Settings) -> bool:
    if origin == settings.public_base_url:
        return True
    scheme, _, host = origin.partition("://")
    if scheme != ("https" if _is_encrypted(request, settings) else "http"):
        return False
    asked = _split_host(request.headers.get("host", ""), scheme)
    return bool(asked[0]) and asked == _split_host(host, scheme)


def _split_host(host: str, scheme: str = "http") -> tuple[str, int]:
    """Return name and port of a Host header or the rest of an origin; an empty name for what is neither."""
    try:
        parts = urllib.parse.urlsplit(f"//{host}")
        if parts.path or parts.query or parts.fragment or parts.username is not None:
            return "", 0
        return (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS[scheme]
    except ValueError:
        return "", 0
