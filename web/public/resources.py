"""The register of resources, the collective's land first of all, and a page for each plot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.resources import ResourceChanged
from ledger.data import load_land_classes
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.state.register_facts import ResourceFacts
from ledger.state.resources import Resource, find_resource, get_land, iterate_resources, read_resource
from reports.codes import PrintedCode, build_label_code
from reports.words import format_amount, format_count, format_day
from web.config import ASSETS_A_PAGE
from web.i18n import _
from web.page import Frame
from web.public.contracts import ContractRow, list_contracts_of
from web.public.explain.registers import list_resource_facts
from web.public.explain.telling import Fact, get_entry_path
from web.public.paging import name_start, parse_start
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView


@dataclass(frozen=True)
class LandRow:
    """What the plots of a class add up to; `area` in mu."""

    area: str
    name: str
    plots: str


@dataclass(frozen=True)
class ResourceRow:
    """A plot in the register; `area` is empty where it is the collective's no more."""

    area: str
    land: str
    name: str
    number: str
    path: str
    use: str


@dataclass(frozen=True)
class ResourcesPage:
    """The register. `newer`, `older`: paths of the pages beside, or empty."""

    frame: Frame
    land: tuple[LandRow, ...]
    newer: str
    older: str
    rows: tuple[ResourceRow, ...]
    sentences: tuple[str, ...]
    telephone: str
    total: str


@dataclass(frozen=True)
class ResourceChangeRow:
    """What changed a plot: how large it is since, and why."""

    area: str
    day: str
    path: str
    reason: str


@dataclass(frozen=True)
class ResourcePage:
    """One plot. `code` is None where no public address is set."""

    changes: tuple[ResourceChangeRow, ...]
    code: PrintedCode | None
    contracts: tuple[ContractRow, ...]
    facts: tuple[Fact, ...]
    frame: Frame
    list_path: str
    name: str
    number: str
    registered: str
    sentences: tuple[str, ...]
    telephone: str


def build_resources_page(view: VillageView, start: int) -> ResourcesPage:
    """Return the register from a place in its order on; NotFound beyond its end."""
    facts = view.reader.facts
    # Small facts alone put them in order; what each says is read of the page's own only.
    known = sorted(
        iterate_resources(facts),
        key=lambda pair: (not pair[1].area_mu_hundredths, pair[1].land_class, pair[0]),
    )
    if start and start >= len(known):
        raise NotFound(_("这么多资源"))
    folder, stop = f"/v/{view.code}/resources", start + ASSETS_A_PAGE
    land = [(name, get_land(facts, code)) for code, name in load_land_classes().items()]
    return ResourcesPage(
        frame=view.build_frame(_("资源台账")),
        land=tuple(
            LandRow(format_amount(sums.area_mu_hundredths), name, format_count(sums.resources))
            for name, sums in land
            if sums.resources
        ),
        newer=name_start(folder, start - ASSETS_A_PAGE) if start else "",
        older=name_start(folder, stop) if stop < len(known) else "",
        rows=tuple(_build_row(view, number, item) for number, item in known[start:stop]),
        sentences=(
            _tell_sums(
                sum(sums.resources for _name, sums in land),
                sum(sums.area_mu_hundredths for _name, sums in land),
            ),
        ),
        telephone=view.read_telephone(),
        total=format_count(len(known)),
    )


def build_resource_page(view: VillageView, number: str) -> ResourcePage:
    """Return the page of a plot; NotFound where the register has none of this number."""
    resource = find_resource(view.reader.facts, number)
    if resource is None:
        raise NotFound(_("资源 {number}").format(number=number))
    name, base = read_text(view.texts, resource.registered.name), view.settings.public_base_url
    url = f"{base}/v/{view.code}/resources/{number}"
    facts = list_resource_facts(view, resource.registered, resource.current)
    return ResourcePage(
        changes=tuple(_list_changes(view, resource)),
        code=build_label_code(url, f"{number} {name}") if base else None,
        contracts=list_contracts_of(view, number),
        facts=tuple(fact for fact in facts if fact.value != name),
        frame=view.build_frame(name),
        list_path=f"/v/{view.code}/resources",
        name=name,
        number=number,
        registered=get_entry_path(view, resource.facts.registered),
        sentences=(_tell_plot(resource),),
        telephone=view.read_telephone(),
    )


def _tell_sums(plots: int, area: int) -> str:
    if not plots:
        return _("还没有登记资源。")
    return _("村集体登记了 {count} 块土地等资源，一共 {area} 亩。").format(
        count=format_count(plots), area=format_amount(area)
    )


def _tell_plot(resource: Resource) -> str:
    area = resource.facts.area_mu_hundredths
    if not area:
        return _("这块地已经不归村集体。")
    return _("{area} 亩，{land}。").format(
        area=format_amount(area), land=load_land_classes().get(resource.facts.land_class, "")
    )


def _build_row(view: VillageView, number: str, known: ResourceFacts) -> ResourceRow:
    resource = read_resource(view.reader.facts, known)
    return ResourceRow(
        area=format_amount(known.area_mu_hundredths) if known.area_mu_hundredths else "",
        land=load_land_classes().get(known.land_class, known.land_class),
        name=read_text(view.texts, resource.registered.name),
        number=number,
        path=f"/v/{view.code}/resources/{number}",
        use=read_text(view.texts, resource.current.use),
    )


def _list_changes(view: VillageView, resource: Resource) -> Iterator[ResourceChangeRow]:
    for index in reversed(resource.facts.changes):
        entry = view.reader.facts.read_entry(index)
        if isinstance(entry.body, ResourceChanged):
            yield ResourceChangeRow(
                area=format_amount(entry.body.area_mu_hundredths),
                day=format_day(entry.occurred_on),
                path=get_entry_path(view, index),
                reason=read_text(view.texts, entry.body.reason),
            )


@route_page("/v/{code:str}/resources", summary="The register of a village's land and other resources")
def show_resources(
    request: AnyRequest, code: FromPath[str], start: Annotated[str, QueryParameter()] = ""
) -> ASGIApp:
    """Answer with the register from the place `start` on, by class of land."""
    place = parse_start(start, _("这么多资源"))
    return get_site(request).serve_page(
        request, code, f"resources?{place}", "resources.html", lambda view: build_resources_page(view, place)
    )


@route_page("/v/{code:str}/resources/{resource:str}", summary="A plot with its bounds and what changed it")
def show_resource(request: AnyRequest, code: FromPath[str], resource: FromPath[str]) -> ASGIApp:
    """Answer with a plot's page."""
    return get_site(request).serve_page(
        request,
        code,
        f"resources/{resource}",
        "resource.html",
        lambda view: build_resource_page(view, resource),
    )
