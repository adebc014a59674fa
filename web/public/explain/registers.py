"""Assets, resources and stock-takes, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.assets import (
    CATEGORY_NAMES,
    DISPOSAL_NAMES,
    PURPOSE_NAMES,
    SOURCE_NAMES,
    AssetChanged,
    AssetDisposed,
    AssetRegistered,
)
from ledger.books.resources import ResourceChanged, ResourceRegistered
from ledger.books.stocktakes import StocktakeRecorded
from ledger.books.values import PublicText
from ledger.data import load_land_classes
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.assets import find_asset
from ledger.state.resources import find_resource
from reports.words import format_amount, format_count, format_day, format_month
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Link, Table
from web.site import VillageView


def explain_asset(view: VillageView, entry: Entry, body: AssetRegistered) -> Explanation:
    name = read_text(view.texts, body.name)
    told = _("{day}，村里的资产台账登记了{name}，{count} {unit}，原值 {amount} 元。").format(
        day=format_day(entry.occurred_on),
        name=name,
        count=format_count(body.quantity),
        unit=read_text(view.texts, body.unit),
        amount=format_amount(body.original_fen),
    )
    return Explanation(
        what=_("资产 {number}").format(number=body.number),
        title=name,
        sentences=(told, tell_plan(body)),
        facts=tuple(list_asset_facts(view, body, body)),
        links=(_link_asset(view, body.number),),
    )


def explain_asset_change(view: VillageView, entry: Entry, body: AssetChanged) -> Explanation:
    return Explanation(
        what=_("资产 {number} 变动").format(number=body.asset),
        title=_("{name}有变动").format(name=_name_asset(view, body.asset)),
        sentences=(
            _("从{day}起，这件资产的地点、保管、状况和数量照下面写的。").format(
                day=format_day(entry.occurred_on)
            ),
            _tell_reason(view, body.reason),
        ),
        facts=(
            Fact(_("资产编号"), body.asset),
            Fact(_("放在哪里"), read_text(view.texts, body.place)),
            Fact(_("谁保管"), read_text(view.texts, body.keeper)),
            Fact(_("状况"), read_text(view.texts, body.condition)),
            Fact(_("数量"), format_count(body.quantity)),
        ),
        links=(_link_asset(view, body.asset),),
    )


def explain_disposal(view: VillageView, entry: Entry, body: AssetDisposed) -> Explanation:
    how = DISPOSAL_NAMES[body.how]
    return Explanation(
        what=_("资产 {number} 处置").format(number=body.asset),
        title=_("{name}：{how}").format(name=_name_asset(view, body.asset), how=how),
        sentences=(
            _("{day}，村里把这件资产{how}了。怎样从账上转出、收了多少钱，看这件资产的页面。").format(
                day=format_day(entry.occurred_on), how=how
            ),
            _tell_reason(view, body.reason),
        ),
        facts=(Fact(_("资产编号"), body.asset), Fact(_("怎样处置"), how)),
        links=(_link_asset(view, body.asset),),
    )


def explain_resource(view: VillageView, entry: Entry, body: ResourceRegistered) -> Explanation:
    name = read_text(view.texts, body.name)
    told = _("{day}，村里的资源台账登记了{name}，{area} 亩，{land}。").format(
        day=format_day(entry.occurred_on),
        name=name,
        area=format_amount(body.area_mu_hundredths),
        land=load_land_classes().get(body.land_class, body.land_class),
    )
    return Explanation(
        what=_("资源 {number}").format(number=body.number),
        title=name,
        sentences=(told,),
        facts=tuple(list_resource_facts(view, body, body)),
        links=(_link_resource(view, body.number),),
    )


def explain_resource_change(view: VillageView, entry: Entry, body: ResourceChanged) -> Explanation:
    known = find_resource(view.reader.facts, body.resource)
    name = read_text(view.texts, known.registered.name) if known is not None else body.resource
    area = _("{area} 亩").format(area=format_amount(body.area_mu_hundredths))
    return Explanation(
        what=_("资源 {number} 变动").format(number=body.resource),
        title=_("{name}有变动").format(name=name),
        sentences=(
            _("从{day}起，这块地照下面写的。").format(day=format_day(entry.occurred_on)),
            _tell_reason(view, body.reason),
        ),
        facts=(
            Fact(_("资源编号"), body.resource),
            Fact(_("面积"), area if body.area_mu_hundredths else _("不再归村集体")),
            Fact(_("地类"), load_land_classes().get(body.land_class, body.land_class)),
            Fact(_("用途"), read_text(view.texts, body.use)),
            Fact(_("证书"), read_text(view.texts, body.certificate)),
        ),
        links=(_link_resource(view, body.resource),),
    )


def explain_stocktake(view: VillageView, entry: Entry, body: StocktakeRecorded) -> Explanation:
    differing = [line for line in body.lines if line.book_quantity != line.counted_quantity]
    told = _("{day}，清点了 {count} 件资产。").format(
        day=format_day(entry.occurred_on), count=format_count(len(body.lines))
    )
    found = _("有 {count} 件数目对不上。").format(count=format_count(len(differing)))
    rows = tuple(
        (
            f"{line.asset} {_name_asset(view, line.asset)}",
            format_count(line.book_quantity),
            format_count(line.counted_quantity),
            read_text(view.texts, line.note),
        )
        for line in sorted(body.lines, key=lambda line: line.book_quantity == line.counted_quantity)
    )
    return Explanation(
        what=_("盘点"),
        title=_("清点资产"),
        sentences=(told + (found if differing else _("数目都对得上。")),),
        facts=(Fact(_("谁清点的"), read_text(view.texts, body.counters)),),
        links=(Link(_("资产台账"), f"/v/{view.code}/assets"),),
        tables=(
            Table(
                title=_("每一件"),
                columns=(_("资产"), _("台账上"), _("实有"), _("说明")),
                rows=rows,
            ),
        ),
    )


def list_asset_facts(
    view: VillageView, body: AssetRegistered, current: AssetRegistered | AssetChanged
) -> Iterator[Fact]:
    """Yield what the register says of an asset, with what changed since."""
    yield Fact(_("资产编号"), body.number)
    yield Fact(_("类别"), CATEGORY_NAMES[body.category])
    yield Fact(_("名称"), read_text(view.texts, body.name))
    yield Fact(_("型号规格"), read_text(view.texts, body.model))
    yield Fact(_("数量"), f"{format_count(current.quantity)} {read_text(view.texts, body.unit)}")
    yield Fact(_("放在哪里"), read_text(view.texts, current.place))
    yield Fact(_("谁保管"), read_text(view.texts, current.keeper))
    yield Fact(_("状况"), read_text(view.texts, current.condition))
    yield Fact(_("做什么用"), PURPOSE_NAMES[body.purpose])
    yield Fact(_("怎样来的"), SOURCE_NAMES[body.source])
    yield Fact(_("什么时候开始用"), format_month(body.in_use_from))
    yield Fact(_("原值"), _("{amount} 元").format(amount=format_amount(body.original_fen)))
    if body.life_months:
        yield Fact(_("使用年限"), _("{months} 个月").format(months=format_count(body.life_months)))
    yield Fact(_("预计残值"), _("{amount} 元").format(amount=format_amount(body.residual_fen)))
    yield Fact(_("登记以前已提折旧"), _("{amount} 元").format(amount=format_amount(body.depreciated_fen)))


def list_resource_facts(
    view: VillageView, body: ResourceRegistered, current: ResourceRegistered | ResourceChanged
) -> Iterator[Fact]:
    """Yield what the register says of a plot, with what changed since."""
    yield Fact(_("资源编号"), body.number)
    yield Fact(_("地块"), read_text(view.texts, body.name))
    yield Fact(_("地类"), load_land_classes().get(current.land_class, current.land_class))
    yield Fact(_("面积"), _("{area} 亩").format(area=format_amount(current.area_mu_hundredths)))
    yield Fact(_("坐落"), read_text(view.texts, body.place))
    for name, text in (
        (_("东至"), body.east),
        (_("南至"), body.south),
        (_("西至"), body.west),
        (_("北至"), body.north),
    ):
        yield Fact(name, read_text(view.texts, text))
    yield Fact(_("用途"), read_text(view.texts, current.use))
    yield Fact(_("证书"), read_text(view.texts, current.certificate))


def tell_plan(body: AssetRegistered) -> str:
    """Say how it is depreciated."""
    if not body.depreciates_from:
        return _("这件资产不再提折旧。") if body.depreciated_fen else _("这件资产不提折旧。")
    return _(
        "从 {month} 起，每个月把一部分价值算作用掉了，这叫折旧；一共 {months} 个月，最后留残值 {amount} 元。"
    ).format(
        month=format_month(body.depreciates_from),
        months=format_count(body.life_months),
        amount=format_amount(body.residual_fen),
    )


def _name_asset(view: VillageView, number: str) -> str:
    known = find_asset(view.reader.facts, number)
    return read_text(view.texts, known.registered.name) if known is not None else number


def _link_asset(view: VillageView, number: str) -> Link:
    return Link(_("资产 {number} 的页面").format(number=number), f"/v/{view.code}/assets/{number}")


def _link_resource(view: VillageView, number: str) -> Link:
    return Link(_("资源 {number} 的页面").format(number=number), f"/v/{view.code}/resources/{number}")


def _tell_reason(view: VillageView, reason: PublicText) -> str:
    return _("原因：{reason}。").format(reason=read_text(view.texts, reason).rstrip("。"))
