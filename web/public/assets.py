"""The register of assets, a page for each, and labels with their codes to print and stick on.

What the register adds up to stands beside what the accounts say, with a plain sentence where the two differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.assets import ACCOUNTS, CATEGORY_NAMES, MOVING, AssetCategory
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.state.assets import (
    get_sums,
    get_value,
    is_out,
    iterate_assets,
    read_asset,
)
from ledger.state.money import get_balances, list_book_months
from ledger.state.register_facts import AssetFacts
from reports.codes import PrintedCode, build_label_code
from reports.words import format_amount, format_count
from web.config import ASSETS_A_PAGE, LABELS_A_PAGE
from web.i18n import _
from web.page import Frame
from web.public.asset_page import AssetState, find_state, tell_state
from web.public.paging import name_start, parse_start
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

CATEGORIES: tuple[AssetCategory, ...] = tuple(CATEGORY_NAMES)


@dataclass(frozen=True)
class ClassRow:
    """A class: what the register adds up to, and whether the accounts say the same; in yuan.

    `told` is empty where the chart has no account of the class. `accumulated` is empty where nothing is depreciated.
    """

    accumulated: str
    assets: str
    differs: bool
    name: str
    net: str
    told: str
    value: str


@dataclass(frozen=True)
class AssetRow:
    """An asset in the register; `told` says how it stands. Amounts are empty where it is out of the books."""

    category: str
    name: str
    net: str
    number: str
    path: str
    state: AssetState
    told: str
    value: str


@dataclass(frozen=True)
class AssetsPage:
    """The register. `newer`, `older`: paths of the pages beside, or empty; `labels` where addresses can be printed."""

    classes: tuple[ClassRow, ...]
    frame: Frame
    labels: str
    newer: str
    older: str
    rows: tuple[AssetRow, ...]
    sentences: tuple[str, ...]
    telephone: str
    total: str


@dataclass(frozen=True)
class Label:
    """What is stuck on an asset."""

    code: PrintedCode
    name: str
    number: str
    place: str


@dataclass(frozen=True)
class LabelsPage:
    frame: Frame
    labels: tuple[Label, ...]
    newer: str
    older: str
    back: str


def build_assets_page(view: VillageView, start: int) -> AssetsPage:
    """Return the register from a place in its order on; NotFound beyond its end."""
    facts = view.reader.facts
    # Small facts alone put them in order; what each says is read of the page's own only.
    known = sorted(
        iterate_assets(facts), key=lambda pair: (is_out(pair[1]), CATEGORIES.index(pair[1].category), pair[0])
    )
    if start and start >= len(known):
        raise NotFound(_("这么多资产"))
    folder, stop = f"/v/{view.code}/assets", start + ASSETS_A_PAGE
    classes = tuple(_list_classes(view))
    return AssetsPage(
        classes=classes,
        frame=view.build_frame(_("资产台账")),
        labels=f"/v/{view.code}/asset-labels" if known and view.settings.public_base_url else "",
        newer=name_start(folder, start - ASSETS_A_PAGE) if start else "",
        older=name_start(folder, stop) if stop < len(known) else "",
        rows=tuple(_build_row(view, number, item) for number, item in known[start:stop]),
        sentences=tuple(_summarize(view, classes)),
        telephone=view.read_telephone(),
        total=format_count(len(known)),
    )


def build_labels_page(view: VillageView, start: int) -> LabelsPage:
    """Return labels of what is in the books; NotFound beyond the end, and where no public address is set."""
    known = [(number, item) for number, item in iterate_assets(view.reader.facts) if not is_out(item)]
    if not view.settings.public_base_url or (start and start >= len(known)):
        raise NotFound(_("资产标签"))
    folder, stop = f"/v/{view.code}/asset-labels", start + LABELS_A_PAGE
    return LabelsPage(
        frame=view.build_frame(_("资产标签")),
        labels=tuple(_build_label(view, number, item) for number, item in known[start:stop]),
        newer=name_start(folder, start - LABELS_A_PAGE) if start else "",
        older=name_start(folder, stop) if stop < len(known) else "",
        back=f"/v/{view.code}/assets",
    )


def _list_classes(view: VillageView) -> Iterator[ClassRow]:
    facts = view.reader.facts
    months = list_book_months(facts)
    balances = get_balances(facts, months[0]) if months else {}
    for category, accounts in ACCOUNTS[view.get_newest_version()].items():
        sums = get_sums(facts, category)
        booked = _sum_balances(balances, accounts.cost)
        gone = -_sum_balances(balances, accounts.accumulated)
        if not sums.assets and not booked and not gone:
            continue
        said = _tell_difference(sums.value_fen - booked, sums.accumulated_fen - gone) if accounts.cost else ""
        has_plan = category not in MOVING and category != "welfare"
        yield ClassRow(
            accumulated=format_amount(sums.accumulated_fen) if has_plan else "",
            assets=format_count(sums.assets),
            differs=bool(accounts.cost) and (sums.value_fen, sums.accumulated_fen) != (booked, gone),
            name=CATEGORY_NAMES[category],
            net=format_amount(sums.value_fen - sums.accumulated_fen),
            told=said,
            value=format_amount(sums.value_fen),
        )


def _sum_balances(balances: dict[str, int], code: str) -> int:
    return sum(amount_fen for account, amount_fen in balances.items() if code and account.startswith(code))


def _tell_difference(value_fen: int, accumulated_fen: int) -> str:
    """Say by how much the register and the accounts differ."""
    parts = []
    for name, amount_fen in ((_("原值"), value_fen), (_("累计折旧"), accumulated_fen)):
        if amount_fen:
            word = _("多") if amount_fen > 0 else _("少")
            parts.append(
                _("{name}比账上{word} {amount} 元").format(
                    name=name, word=word, amount=format_amount(abs(amount_fen))
                )
            )
    return _("，").join(parts) or _("和账上一致")


def _summarize(view: VillageView, classes: tuple[ClassRow, ...]) -> Iterator[str]:
    """Say what there is, and whether register and accounts agree."""
    facts = view.reader.facts
    sums = [get_sums(facts, category) for category in CATEGORIES]
    count = sum(item.assets for item in sums)
    if not any(classes):
        yield _("还没有登记资产。")
        return
    yield _("在账的资产有 {count} 项，现在的价值一共 {net} 元。").format(
        count=format_count(count),
        net=format_amount(sum(item.value_fen - item.accumulated_fen for item in sums)),
    )
    if not any(row.differs for row in classes):
        yield _("台账上的数和账本上的数一致。")
        return
    yield _(
        "台账上的数和账本上的数不一致，差多少写在每一类下面。可能是买了还没有登记，也可能是登记了还没有记账；可以问村里。"
    )


def _build_row(view: VillageView, number: str, known: AssetFacts) -> AssetRow:
    asset = read_asset(view.reader.facts, known)
    state = find_state(view, number, known)
    count = f"{format_count(known.quantity)} {read_text(view.texts, asset.registered.unit)}"
    return AssetRow(
        category=CATEGORY_NAMES[known.category],
        name=f"{read_text(view.texts, asset.registered.name)}，{count}",
        net="" if is_out(known) else format_amount(asset.net_fen),
        number=number,
        path=f"/v/{view.code}/assets/{number}",
        state=state,
        told=tell_state(state, asset),
        value="" if is_out(known) else format_amount(get_value(known)),
    )


def _build_label(view: VillageView, number: str, known: AssetFacts) -> Label:
    asset = read_asset(view.reader.facts, known)
    name = read_text(view.texts, asset.registered.name)
    url = f"{view.settings.public_base_url}/v/{view.code}/assets/{number}"
    return Label(
        code=build_label_code(url, f"{number} {name}"),
        name=name,
        number=number,
        place=read_text(view.texts, asset.current.place),
    )


@route_page("/v/{code:str}/assets", summary="The register of a village's assets")
def show_assets(
    request: AnyRequest, code: FromPath[str], start: Annotated[str, QueryParameter()] = ""
) -> ASGIApp:
    """Answer with the register from the place `start` on, by class."""
    place = parse_start(start, _("这么多资产"))
    return get_site(request).serve_page(
        request, code, f"assets?{place}", "assets.html", lambda view: build_assets_page(view, place)
    )


@route_page("/v/{code:str}/asset-labels", summary="Labels with codes, to print and stick on the assets")
def show_labels(
    request: AnyRequest, code: FromPath[str], start: Annotated[str, QueryParameter()] = ""
) -> ASGIApp:
    """Answer with a sheet of labels from the place `start` on."""
    place = parse_start(start, _("资产标签"))
    return get_site(request).serve_page(
        request,
        code,
        f"asset-labels?{place}",
        "asset_labels.html",
        lambda view: build_labels_page(view, place),
    )
