"""The villages of this host, with a search that is an ordinary form."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.params import FromQuery
from litestar.types import ASGIApp

from web.config import QUERY_MAX_CHARS, VILLAGES_SHOWN_MAX
from web.page import Frame, render_page
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import HTML, Site, VillageView


@dataclass(frozen=True)
class VillageLink:
    """A village as the list shows it."""

    code: str
    name: str
    path: str
    township: str


@dataclass(frozen=True)
class VillagesPage:
    """The start page. `more` says how many further villages match than are shown."""

    frame: Frame
    more: int
    query: str
    total: int
    villages: tuple[VillageLink, ...]


def build_villages_page(site: Site, query: str) -> VillagesPage:
    """Return the villages whose name, township or code holds every word of the query."""
    words = query[:QUERY_MAX_CHARS].split()
    links = [_build_link(site, code) for code in site.ports.ledger.list_villages()]
    found = [
        link for link in links if all(word in f"{link.township}{link.name} {link.code}" for word in words)
    ]
    return VillagesPage(
        frame=Frame(title="", base_url=site.settings.public_base_url, is_demo=site.settings.is_demo),
        more=max(0, len(found) - VILLAGES_SHOWN_MAX),
        query=" ".join(words),
        total=len(links),
        villages=tuple(found[:VILLAGES_SHOWN_MAX]),
    )


def _build_link(site: Site, code: str) -> VillageLink:
    with site.ports.ledger.read(code) as reader:
        frame = VillageView(site, code, reader, site.ports.heads.find_newest(code)).build_frame("")
    return VillageLink(code=code, name=frame.village_name, path=f"/v/{code}", township=frame.township)


@route_page("/", summary="The villages of this host")
def show_villages(request: AnyRequest, q: FromQuery[str] = "") -> ASGIApp:
    """Answer with the villages that match the search, all of them without one."""
    site = get_site(request)
    return site.serve_once(request, render_page("villages.html", build_villages_page(site, q)), HTML)
