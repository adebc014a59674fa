"""Drafts about assets, resources and stock-takes, opened: told to whoever passes them, and filled back into rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.books.assets import (
    CATEGORY_NAMES,
    DISPOSAL_NAMES,
    PURPOSE_NAMES,
    SOURCE_NAMES,
    AssetChanged,
    AssetDisposed,
    AssetRegistered,
)
from ledger.books.money import format_plain_yuan
from ledger.books.resources import ResourceChanged, ResourceRegistered
from ledger.books.stocktakes import StocktakeRecorded
from ledger.books.values import PublicText
from ledger.data import load_land_classes
from ledger.service.opened_drafts import OpenedDraft, Row
from ledger.service.register_previews import (
    preview_asset,
    preview_asset_change,
    preview_counted,
    preview_resource,
    preview_resource_change,
)
from ledger.state.assets import find_asset
from ledger.state.resources import find_resource


def name_asset(opened: OpenedDraft, number: str) -> str:
    """Return the name of a recorded asset, empty where there is none of this number."""
    asset = find_asset(opened.reader.facts, number)
    return opened.read(asset.registered.name) if asset is not None else ""


def tell_asset(opened: OpenedDraft, body: AssetRegistered) -> Iterator[str]:
    yield opened.draft.label
    yield from preview_asset(body, opened.claim.occurred_on, _read(opened, _name_asset_texts(body)))


def tell_asset_change(opened: OpenedDraft, body: AssetChanged | AssetDisposed) -> Iterator[str]:
    yield opened.draft.label
    yield f"　名称：{name_asset(opened, body.asset)}"
    texts = _read(opened, _name_changed_texts(body))
    yield from preview_asset_change(body, opened.claim.occurred_on, texts)


def tell_resource(opened: OpenedDraft, body: ResourceRegistered) -> Iterator[str]:
    yield opened.draft.label
    yield from preview_resource(body, opened.claim.occurred_on, _read(opened, _name_plot_texts(body)))


def tell_resource_change(opened: OpenedDraft, body: ResourceChanged) -> Iterator[str]:
    yield opened.draft.label
    known = find_resource(opened.reader.facts, body.resource)
    if known is not None:
        yield f"　地块名称：{opened.read(known.registered.name)}"
    texts = _read(opened, _name_plot_change_texts(body))
    yield from preview_resource_change(body, opened.claim.occurred_on, texts)


def tell_stocktake(opened: OpenedDraft, body: StocktakeRecorded) -> Iterator[str]:
    yield opened.draft.label
    yield f"　清点岗位：{opened.read(body.counters)}"
    yield from preview_counted(
        (
            line.asset,
            name_asset(opened, line.asset),
            line.book_quantity,
            line.counted_quantity,
            opened.read(line.note),
        )
        for line in body.lines
    )


def fill_asset(opened: OpenedDraft, body: AssetRegistered) -> Iterator[tuple[str, Row]]:
    row = {
        "资产编号": body.number,
        "登记日期": opened.claim.occurred_on,
        "资产类别": CATEGORY_NAMES[body.category],
        "数量": str(body.quantity),
        "做什么用": PURPOSE_NAMES[body.purpose],
        "来源": SOURCE_NAMES[body.source],
        "启用月份": body.in_use_from,
        "使用月数": str(body.life_months) if body.life_months else "",
        "原值": format_plain_yuan(body.original_fen),
        "残值": format_plain_yuan(body.residual_fen),
        "已提折旧": format_plain_yuan(body.depreciated_fen) if body.depreciated_fen else "",
    }
    yield "资产", {**row, **_read(opened, _name_asset_texts(body))}


def fill_asset_change(opened: OpenedDraft, body: AssetChanged | AssetDisposed) -> Iterator[tuple[str, Row]]:
    is_disposal = isinstance(body, AssetDisposed)
    row = {
        "资产编号": body.asset,
        "事项": "处置" if is_disposal else "变动",
        "日期": opened.claim.occurred_on,
    }
    told = (
        {"处置方式": DISPOSAL_NAMES[body.how]}
        if isinstance(body, AssetDisposed)
        else {"数量": str(body.quantity)}
    )
    yield "资产变动", {**row, **told, **_read(opened, _name_changed_texts(body))}


def fill_resource(opened: OpenedDraft, body: ResourceRegistered) -> Iterator[tuple[str, Row]]:
    row = {
        "资源编号": body.number,
        "登记日期": opened.claim.occurred_on,
        "地类": load_land_classes().get(body.land_class, ""),
        "面积": format_plain_yuan(body.area_mu_hundredths),
    }
    yield "资源", {**row, **_read(opened, _name_plot_texts(body))}


def fill_resource_change(opened: OpenedDraft, body: ResourceChanged) -> Iterator[tuple[str, Row]]:
    row = {
        "资源编号": body.resource,
        "日期": opened.claim.occurred_on,
        "地类": load_land_classes().get(body.land_class, ""),
        "面积": format_plain_yuan(body.area_mu_hundredths),
    }
    yield "资源变动", {**row, **_read(opened, _name_plot_change_texts(body))}


def fill_stocktake(opened: OpenedDraft, body: StocktakeRecorded) -> Iterator[tuple[str, Row]]:
    shared = {"盘点日期": opened.claim.occurred_on, "清点岗位": opened.read(body.counters)}
    for line in body.lines:
        counted = {
            "资产编号": line.asset,
            "账面数量": str(line.book_quantity),
            "实有数量": str(line.counted_quantity),
            "盘点说明": opened.read(line.note),
        }
        yield "盘点", {**shared, **counted}


def _read(opened: OpenedDraft, texts: Mapping[str, PublicText]) -> Row:
    return {header: opened.read(text) for header, text in texts.items()}


def _name_asset_texts(body: AssetRegistered) -> dict[str, PublicText]:
    kept = {"存放地点": body.place, "保管岗位": body.keeper, "状况": body.condition}
    return {"名称": body.name, "型号规格": body.model, "单位": body.unit, **kept}


def _name_changed_texts(body: AssetChanged | AssetDisposed) -> dict[str, PublicText]:
    if isinstance(body, AssetDisposed):
        return {"原因": body.reason}
    kept = {"存放地点": body.place, "保管岗位": body.keeper, "状况": body.condition}
    return {"原因": body.reason, **kept}


def _name_plot_texts(body: ResourceRegistered) -> dict[str, PublicText]:
    bounds = {"东至": body.east, "南至": body.south, "西至": body.west, "北至": body.north}
    return {"地块名称": body.name, "坐落": body.place, **bounds, "用途": body.use, "证书": body.certificate}


def _name_plot_change_texts(body: ResourceChanged) -> dict[str, PublicText]:
    return {"原因": body.reason, "用途": body.use, "证书": body.certificate}
