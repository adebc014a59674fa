"""The sheets 资源 and 资源变动: plots that are registered, and what changes of them."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books.money import format_yuan
from ledger.books.resources import ResourceChanged, ResourceRegistered
from ledger.data import load_land_classes
from ledger.service.drafts import Discloser
from ledger.service.register_previews import preview_resource, preview_resource_change
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.people import read_text
from ledger.service.workbooks.registers import draft_row, find_key, take_numbered
from ledger.service.workbooks.tray import Tray
from ledger.state.resources import find_resource

_BOUNDS = (("东至", "east"), ("南至", "south"), ("西至", "west"), ("北至", "north"))
_TEXTS = ("地块名称", "坐落", *(header for header, _ in _BOUNDS), "用途", "证书", "原因")


def gather_resources(tray: Tray, registered: Sequence[Line], changes: Sequence[Line]) -> None:
    """Judge the resources of a file and draft them; changes first, as of assets."""
    for line in take_numbered(tray, (*changes, *registered), "资源编号", _TEXTS):
        if tray.is_ready(line):
            _gather(tray, line)


def _gather(tray: Tray, line: Line) -> None:
    texts = Discloser(tray.desk.ports.entropy)
    said = {header: line.text(header) for header in _TEXTS}
    body: ResourceRegistered | ResourceChanged
    if line.sheet == "资源":
        body, day = _build_registered(line, texts), line.text("登记日期")
        area = format_yuan(body.area_mu_hundredths)
        label = f"资源 {body.number} {line.text('地类')} {line.text('地块名称')}：{area} 亩"
        shown = preview_resource(body, day, said)
    else:
        said |= _keep(tray, line)
        body, day = _build_changed(tray, line, said, texts), line.text("日期")
        label = f"资源 {body.resource} 变动：{format_yuan(body.area_mu_hundredths)} 亩"
        shown = preview_resource_change(body, day, said)
    draft_row(tray, line, body, day, label, shown, texts)


def _build_registered(line: Line, texts: Discloser) -> ResourceRegistered:
    bounds = {name: texts.publish(name, line.text(header)) for header, name in _BOUNDS}
    return ResourceRegistered(
        area_mu_hundredths=line.number("面积"),
        certificate=texts.publish("certificate", line.text("证书")),
        land_class=find_key(load_land_classes(), line.text("地类")),
        name=texts.publish("name", line.text("地块名称")),
        number=line.text("资源编号"),
        place=texts.publish("place", line.text("坐落")),
        use=texts.publish("use", line.text("用途")),
        **bounds,
    )


def _keep(tray: Tray, line: Line) -> dict[str, str]:
    """Return the texts that stay as the register has them."""
    known = find_resource(tray.facts, line.text("资源编号"))
    if known is None:
        return {}
    kept = {"用途": known.current.use, "证书": known.current.certificate}
    return {header: read_text(tray.desk, text.text) for header, text in kept.items() if line.lacks(header)}


def _build_changed(tray: Tray, line: Line, said: dict[str, str], texts: Discloser) -> ResourceChanged:
    known = find_resource(tray.facts, line.text("资源编号"))
    area, land = (known.facts.area_mu_hundredths, known.facts.land_class) if known is not None else (0, "01")
    return ResourceChanged(
        area_mu_hundredths=line.number("面积") if line.has("面积") else area,
        certificate=texts.publish("certificate", said["证书"]),
        land_class=find_key(load_land_classes(), line.text("地类")) if line.has("地类") else land,
        reason=texts.publish("reason", said["原因"]),
        resource=line.text("资源编号"),
        use=texts.publish("use", said["用途"]),
    )
