"""Lines in which the registers' rows, and the drafts they became, are shown: the same to clerk and checker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ledger.books.assets import (
    DISPOSAL_NAMES,
    PURPOSE_NAMES,
    SOURCE_NAMES,
    AssetChanged,
    AssetDisposed,
    AssetRegistered,
)
from ledger.books.depreciation import build_plan
from ledger.books.money import format_yuan
from ledger.books.resources import ResourceChanged, ResourceRegistered
from ledger.data import load_land_classes

Texts = Mapping[str, str]
"""Public texts by the headers of the workbook."""


def preview_asset(body: AssetRegistered, day: str, texts: Texts) -> Iterator[str]:
    """Yield what a registered asset says."""
    yield f"　登记日期：{day}，{SOURCE_NAMES[body.source]}，{PURPOSE_NAMES[body.purpose]}"
    yield f"　数量：{body.quantity} {texts['单位']}，型号规格：{texts['型号规格']}"
    yield from _tell(texts, ("存放地点", "保管岗位", "状况"))
    yield f"　{body.in_use_from} 启用，原值 {format_yuan(body.original_fen)} 元"
    if body.depreciated_fen:
        yield f"　登记以前已提折旧 {format_yuan(body.depreciated_fen)} 元"
    plan = build_plan(body)
    if plan is None:
        yield "　不提折旧"
        return
    yield f"　残值 {format_yuan(body.residual_fen)} 元，一共用 {body.life_months} 个月"
    yield f"　从 {plan.first} 起还提 {plan.months} 个月，每月 {format_yuan(plan.monthly_fen)} 元，最后一个月提完"


def preview_asset_change(body: AssetChanged | AssetDisposed, day: str, texts: Texts) -> Iterator[str]:
    """Yield what a change or a disposal says."""
    yield f"　日期：{day}"
    yield from _tell(texts, ("原因",))
    if isinstance(body, AssetDisposed):
        yield f"　处置方式：{DISPOSAL_NAMES[body.how]}；审核通过以后，在“资产折旧和处置”里做转出的凭证"
        return
    yield f"　数量：{body.quantity}"
    yield from _tell(texts, ("存放地点", "保管岗位", "状况"))


def preview_resource(body: ResourceRegistered, day: str, texts: Texts) -> Iterator[str]:
    """Yield what a registered plot says."""
    yield f"　登记日期：{day}"
    yield f"　地类：{_name_land(body.land_class)}，面积：{format_yuan(body.area_mu_hundredths)} 亩"
    yield from _tell(texts, ("坐落", "东至", "南至", "西至", "北至", "用途", "证书"))


def preview_resource_change(body: ResourceChanged, day: str, texts: Texts) -> Iterator[str]:
    """Yield what a change of a plot says."""
    yield f"　日期：{day}"
    yield f"　地类：{_name_land(body.land_class)}，面积：{format_yuan(body.area_mu_hundredths)} 亩"
    if not body.area_mu_hundredths:
        yield "　面积是 0：这块地不再归村集体"
    yield from _tell(texts, ("原因", "用途", "证书"))


def preview_counted(lines: Iterable[tuple[str, str, int, int, str]]) -> Iterator[str]:
    """Yield what was counted: of each asset its number, name, both quantities and the note."""
    for number, name, book, counted, note in lines:
        told = "对得上" if book == counted else f"差 {counted - book:+d}"
        yield f"　{number} {name}：台账 {book}，实有 {counted}，{told}{f'（{note}）' if note else ''}"


def preview_about_asset(number: str, name: str) -> str:
    """Return the line of the asset that a voucher is about."""
    return f"　关于资产 {number} {name}".rstrip()


def _tell(texts: Texts, headers: Iterable[str]) -> Iterator[str]:
    yield from (f"　{header}：{texts[header]}" for header in headers)


def _name_land(code: str) -> str:
    return load_land_classes().get(code, code)
