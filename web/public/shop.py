"""The points shop as a page: what it has, for how many points, and what is left of the budget. Names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.shops import Goods, ShopAdopted
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.state.resolutions import find_resolution
from ledger.state.shops import find_current_shop, find_shop_index, get_redeemed
from reports.words import format_amount, format_count, format_month
from web.i18n import _
from web.page import Frame
from web.public.explain.telling import Fact, get_entry_path
from web.public.paging import name_start, parse_start
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

GOODS_A_PAGE = 30


@dataclass(frozen=True)
class GoodsRow:
    """Something that the shop has. `left` is how many there are, empty where there is none any more."""

    code: str
    cost: str
    left: str
    name: str
    points: str
    taken: str


@dataclass(frozen=True)
class ShopPage:
    """The shop of the points year that goes on, else the last one. `facts` are empty before the first shop.

    `share` is the part of the budget that is used, 0 to 100, for the bar; `spent` and `left` are yuan.
    """

    budget: str
    entry: str
    facts: tuple[Fact, ...]
    frame: Frame
    is_over: bool
    left: str
    newer: str
    older: str
    rows: tuple[GoodsRow, ...]
    sentences: tuple[str, ...]
    share: int
    spent: str
    telephone: str
    total: str


def build_shop_page(view: VillageView, start: int) -> ShopPage:
    """Return the shop with its goods from a place in their order on; NotFound beyond their end."""
    facts = view.reader.facts
    shop = find_current_shop(facts, view.today[:7])
    goods = shop.goods if shop is not None else ()
    if start and start >= len(goods):
        raise NotFound(_("这么多商品"))
    budget_fen, spent_fen = 0, 0
    if shop is not None:
        budget_fen, spent_fen = shop.budget_fen, get_redeemed(facts, shop.first_period).cost_fen
    folder, stop = f"/v/{view.code}/shop", start + GOODS_A_PAGE
    return ShopPage(
        budget=format_amount(budget_fen),
        entry=get_entry_path(view, find_shop_index(facts, shop.first_period)) if shop is not None else "",
        facts=tuple(_list_facts(view, shop)) if shop is not None else (),
        frame=view.build_frame(_("积分超市")),
        is_over=shop is not None and view.today[:7] > shop.last_period,
        left=format_amount(budget_fen - spent_fen),
        newer=name_start(folder, start - GOODS_A_PAGE) if start else "",
        older=name_start(folder, stop) if stop < len(goods) else "",
        rows=tuple(_build_row(view, shop, item) for item in goods[start:stop]) if shop is not None else (),
        sentences=tuple(_tell_shop(view, shop)),
        share=100 * spent_fen // budget_fen if budget_fen else 0,
        spent=format_amount(spent_fen),
        telephone=view.read_telephone(),
        total=format_count(len(goods)),
    )


def _build_row(view: VillageView, shop: ShopAdopted, item: Goods) -> GoodsRow:
    taken = get_redeemed(view.reader.facts, shop.first_period, item.code).quantity
    left = item.stock - taken
    return GoodsRow(
        code=item.code,
        cost=format_amount(item.cost_fen),
        left=format_count(left) if left else "",
        name=read_text(view.texts, item.name),
        points=format_count(item.points),
        taken=format_count(taken),
    )


def _tell_shop(view: VillageView, shop: ShopAdopted | None) -> Iterator[str]:
    if shop is None:
        yield _("村里还没有办积分超市。")
        return
    redeemed = get_redeemed(view.reader.facts, shop.first_period)
    month = format_month(shop.last_period)
    if view.today[:7] > shop.last_period:
        yield _("这个积分年度到{month}结束了，没换的积分已经清零；历史都留着。").format(month=month)
    else:
        yield _("加了分的农户可以拿积分来换东西，换到{month}底；到时没换的积分清零。").format(month=month)
    yield _("到现在换走 {lines} 笔、{quantity} 件，用了 {points} 分。谁家换了什么不公开。").format(
        lines=format_count(redeemed.lines),
        points=format_count(redeemed.points),
        quantity=format_count(redeemed.quantity),
    )


def _list_facts(view: VillageView, shop: ShopAdopted) -> Iterator[Fact]:
    resolution = find_resolution(view.reader.facts, shop.resolution)
    paid_fen = resolution.spent_fen if resolution is not None else 0
    yield Fact(
        _("积分年度"),
        _("{first}至{last}").format(
            first=format_month(shop.first_period), last=format_month(shop.last_period)
        ),
    )
    yield Fact(_("准许这笔钱的决议"), shop.resolution, f"/v/{view.code}/resolutions/{shop.resolution}")
    yield Fact(_("照这份决议买东西付了"), _("{amount} 元").format(amount=format_amount(paid_fen)))


@route_page("/v/{code:str}/shop", summary="The points shop: its goods, and what is left of its budget")
def show_shop(
    request: AnyRequest, code: FromPath[str], start: Annotated[str, QueryParameter()] = ""
) -> ASGIApp:
    """Answer with the shop's page."""
    place = parse_start(start, _("这么多商品"))
    return get_site(request).serve_page(
        request, code, f"shop?{place}", "shop.html", lambda view: build_shop_page(view, place)
    )
