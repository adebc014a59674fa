"""The villages of this host, a page at a time, with a search that is an ordinary form.

Browsing opens the logs of the villages that are shown and no others. A search looks through the names that the
directory remembers, and opens a log only where it has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from litestar.params import FromQuery
from litestar.types import ASGIApp

from ledger.errors import NotFound, Tampered
from ledger.service.standing import list_known_villages
from web.config import QUERY_MAX_CHARS, VILLAGES_SHOWN_MAX
from web.directory import VillageName
from web.page import Frame, render_page
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import HTML, Site


@dataclass(frozen=True)
class VillageLink:
    """A village as the list shows it."""

    code: str
    name: str
    path: str
    township: str


@dataclass(frozen=True)
class VillagesPage:
    """The start page.

    `first`  path of the first page of the same search, empty on it
    `more`   path of the next page, empty on the last
    `total`  villages of this host
    """

    first: str
    frame: Frame
    more: str
    query: str
    total: int
    villages: tuple[VillageLink, ...]


def build_villages_page(site: Site, query: str, after: str) -> VillagesPage:
    """Return the villages with a code above `after` whose name, township or code holds every word of the query."""
    words = query[:QUERY_MAX_CHARS].split()
    codes = list_known_villages(site.ports)
    rest = [code for code in codes if code > after]
    found = [code for code in rest if _has_words(site, code, words)] if words else rest
    shown = found[:VILLAGES_SHOWN_MAX]
    asked = " ".join(words)
    return VillagesPage(
        first=_get_path(asked, "") if after else "",
        frame=Frame(title="", base_url=site.settings.public_base_url, is_demo=site.settings.is_demo),
        more=_get_path(asked, shown[-1]) if len(found) > len(shown) else "",
        query=asked,
        total=len(codes),
        villages=tuple(_build_link(_read_name(site, code)) for code in shown),
    )


def _has_words(site: Site, code: str, words: Sequence[str]) -> bool:
    named = site.names.find(code) or _read_name(site, code)
    return all(word in f"{named.township}{named.name} {code}" for word in words)


def _read_name(site: Site, code: str) -> VillageName:
    """Return what a village calls itself; its code alone where its log cannot be read, which its own page tells."""
    try:
        return site.read_village(code)
    except (NotFound, Tampered):
        return VillageName(code, code, "")


def _build_link(named: VillageName) -> VillageLink:
    return VillageLink(named.code, named.name, f"/v/{named.code}", named.township)


def _get_path(query: str, after: str) -> str:
    asked = urlencode({name: value for name, value in (("q", query), ("after", after)) if value})
    return f"/?{asked}" if asked else "/"


@route_page("/", summary="The villages of this host")
def show_villages(request: AnyRequest, q: FromQuery[str] = "", after: FromQuery[str] = "") -> ASGIApp:
    """Answer with a page of the villages that match the search, all of them without one."""
    site = get_site(request)
    page = build_villages_page(site, q, after[:12])
    return site.serve_once(request, render_page("villages.html", page), HTML)
