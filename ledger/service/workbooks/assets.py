"""The sheets 资产 and 资产变动: assets that are registered, changed and disposed of.

What a change leaves empty stays as the register has it: the entry says all of it again, so that it can be read alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ledger.books.assets import (
    CATEGORY_NAMES,
    DISPOSAL_NAMES,
    PURPOSE_NAMES,
    SOURCE_NAMES,
    AssetChanged,
    AssetDisposed,
    AssetRegistered,
    get_first_month,
    get_residual,
)
from ledger.books.money import format_yuan
from ledger.books.values import PublicText
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.register_previews import preview_asset, preview_asset_change
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.people import read_text
from ledger.service.workbooks.registers import draft_row, find_key, take_numbered
from ledger.service.workbooks.tray import Tray
from ledger.state.assets import Asset, find_asset
from ledger.state.facts import BooksFacts, get_fact

_TEXTS = ("名称", "型号规格", "单位", "存放地点", "保管岗位", "状况", "原因")
_KEPT = (("存放地点", "place"), ("保管岗位", "keeper"), ("状况", "condition"))
"""What a change may say anew, and what the entries call it."""


def gather_assets(tray: Tray, registered: Sequence[Line], changes: Sequence[Line]) -> None:
    """Judge the assets of a file and draft them. Changes come first: of an asset that is not recorded there is nothing
    to change yet.
    """
    for line in take_numbered(tray, (*changes, *registered), "资产编号", _TEXTS):
        if line.sheet == "资产":
            _gather_registered(tray, line)
        else:
            _gather_change(tray, line)


def _gather_registered(tray: Tray, line: Line) -> None:
    for header in ("原值", "残值", "已提折旧"):
        if line.number(header) < 0:
            tray.refuse([_build_amount(line, header)])
    if not tray.is_ready(line):
        return
    first = _find_first(tray, line)
    if first is None:
        return
    texts = Discloser(tray.desk.ports.entropy)
    body = _build_registered(line, first, texts)
    day, label = line.text("登记日期"), _label(body, line)
    shown = preview_asset(body, day, {header: line.text(header) for header in _TEXTS})
    draft_row(tray, line, body, day, label, shown, texts)


def _find_first(tray: Tray, line: Line) -> str | None:
    """Return the first month that is depreciated in these books, empty where none is; None where that is refused."""
    if not line.number("使用月数"):
        return ""
    books = get_fact(tray.facts, "books", BooksFacts)
    if books is None:
        tray.refuse(
            [
                Fault(
                    code="books-not-opened",
                    place=line.at("使用月数"),
                    found="还没有期初余额",
                    expected="先有期初余额",
                    remedy="先导入并通过期初余额；不提折旧的资产现在就能登记",
                )
            ]
        )
        return None
    category = find_key(CATEGORY_NAMES, line.text("资产类别"))
    return max(books.first_period, get_first_month(category, line.text("启用月份")))


def _build_registered(line: Line, first: str, texts: Discloser) -> AssetRegistered:
    category = find_key(CATEGORY_NAMES, line.text("资产类别"))
    usual_fen = get_residual(line.number("原值"), category) if first else 0
    return AssetRegistered(
        category=category,
        condition=texts.publish("condition", line.text("状况")),
        depreciated_fen=line.number("已提折旧"),
        depreciates_from=first,
        in_use_from=line.text("启用月份"),
        keeper=texts.publish("keeper", line.text("保管岗位")),
        life_months=line.number("使用月数"),
        model=texts.publish("model", line.text("型号规格")),
        name=texts.publish("name", line.text("名称")),
        number=line.text("资产编号"),
        original_fen=line.number("原值"),
        place=texts.publish("place", line.text("存放地点")),
        purpose=find_key(PURPOSE_NAMES, line.text("做什么用")),
        quantity=line.number("数量"),
        residual_fen=line.number("残值") if line.has("残值") else usual_fen,
        source=find_key(SOURCE_NAMES, line.text("来源")),
        unit=texts.publish("unit", line.text("单位")),
    )


def _gather_change(tray: Tray, line: Line) -> None:
    tray.refuse(_check_change_cells(line))
    known = find_asset(tray.facts, line.text("资产编号"))
    if not tray.is_ready(line):
        return
    number, day = line.text("资产编号"), line.text("日期")
    texts = Discloser(tray.desk.ports.entropy)
    said = {header: line.text(header) for header in _TEXTS if line.has(header)}
    body: AssetChanged | AssetDisposed
    if line.text("事项") == "处置":
        how = line.text("处置方式")
        reason = texts.publish("reason", said["原因"])
        body = AssetDisposed(asset=number, how=find_key(DISPOSAL_NAMES, how), reason=reason)
        label = f"资产 {number} 处置：{how}"
    else:
        said = {**_read_current(tray, known), **said}
        body = _build_changed(line, known, said, texts)
        label = f"资产 {number} 变动"
    draft_row(tray, line, body, day, label, preview_asset_change(body, day, said), texts)


def _read_current(tray: Tray, known: Asset | None) -> dict[str, str]:
    if known is None:
        return {header: "" for header, _ in _KEPT}
    return {header: read_text(tray.desk, getattr(known.current, name).text) for header, name in _KEPT}


def _build_changed(
    line: Line, known: Asset | None, said: Mapping[str, str], texts: Discloser
) -> AssetChanged:
    before = known.facts.quantity if known is not None else 1
    told: dict[str, PublicText] = {name: texts.publish(name, said[header]) for header, name in _KEPT}
    return AssetChanged(
        asset=line.text("资产编号"),
        quantity=line.number("数量") if line.has("数量") else before,
        reason=texts.publish("reason", said["原因"]),
        **told,
    )


def _check_change_cells(line: Line) -> Iterator[Fault]:
    """A disposal says how and nothing else; a change says something, and not how."""
    told = [header for header in ("数量", "存放地点", "保管岗位", "状况") if line.has(header)]
    if line.text("事项") == "处置":
        if line.lacks("处置方式"):
            yield Fault(
                code="cell-empty",
                place=line.at("处置方式"),
                found="空",
                expected="怎样处置的",
                remedy="补填这一格",
            )
        for header in told:
            yield _build_idle(line, header, "处置的那一行")
    elif line.text("事项") == "变动":
        if line.has("处置方式"):
            yield _build_idle(line, "处置方式", "变动的那一行")
        if not told and all(line.lacks(header) for header, _ in _KEPT) and line.lacks("数量"):
            yield Fault(
                code="asset-change-nothing",
                place=line.place,
                found="没有写什么变了",
                expected="数量、存放地点、保管岗位、状况里至少一样",
                remedy="填上变了的那一格；没有变的不用填这一行",
            )


def _build_idle(line: Line, header: str, what: str) -> Fault:
    return Fault(
        code="asset-change-idle",
        place=line.at(header),
        found=f"{what}填了「{header}」",
        expected="空",
        remedy="清空这一格，或者改正「事项」",
    )


def _build_amount(line: Line, header: str) -> Fault:
    return Fault(
        code="asset-amount",
        place=line.at(header),
        found=format_yuan(line.number(header)),
        expected="不是负数的金额",
        remedy="改正金额",
    )


def _label(body: AssetRegistered, line: Line) -> str:
    what = f"{CATEGORY_NAMES[body.category]} {line.text('名称')}"
    return f"资产 {body.number} {what}：原值 {format_yuan(body.original_fen)} 元"
