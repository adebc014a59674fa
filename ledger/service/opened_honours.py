"""Drafts of honours: what each says, and how it was typed."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.honours import HonourReversed, HonoursGranted
from ledger.books.scores import OWN_HONOUR_NAMES
from ledger.data import load_honours
from ledger.service.eligibility import Honoured, count_named
from ledger.service.opened_drafts import OpenedDraft, Row
from ledger.service.preview import preview_granted, preview_holder
from ledger.service.workbooks.honour_columns import KIND_NAMES
from ledger.state.honours import get_granting
from ledger.state.private import HonourHolder
from ledger.vaults import Household


def tell_granted(opened: OpenedDraft, body: HonoursGranted) -> Iterator[str]:
    yield opened.draft.label
    yield from preview_granted(body)
    found = [item for sealed in body.holders for item in opened.open(sealed.sealed, HonourHolder)]
    yield from sorted(_tell_holder(opened, item) for item in found)
    yield from _tell_ineligible(opened, body, {Honoured(item.household, item.name) for item in found})


def tell_withdrawn(opened: OpenedDraft, body: HonourReversed) -> Iterator[str]:
    yield opened.draft.label
    yield f"　原因：{opened.read(body.reason)}"
    for item in opened.open(body.holder, HonourHolder):
        yield _tell_holder(opened, item)


def fill_granted(opened: OpenedDraft, body: HonoursGranted) -> Iterator[tuple[str, Row]]:
    rows = []
    for sealed in body.holders:
        for item in opened.open(sealed.sealed, HonourHolder):
            agreed = ("是" if item.naming else "否") if item.name else ""
            rows.append({**_name(opened, item), "本人同意署名": agreed})
    for row in sorted(rows, key=lambda row: (row["户号"], row["本人姓名"])):
        yield "名单", {"表彰编号": body.number, **row}
    row = {
        "表彰编号": body.number,
        "荣誉": KIND_NAMES.get(body.honour, ""),
        "荣誉名称": opened.read(body.title),
    }
    when = {"评到哪个月": body.until, "日期": opened.claim.occurred_on}
    yield "表彰", {**row, **when, "决议编号": body.resolution}


def fill_withdrawn(opened: OpenedDraft, body: HonourReversed) -> Iterator[tuple[str, Row]]:
    number = get_granting(opened.reader.facts, body.reverses).body.number
    for item in opened.open(body.holder, HonourHolder):
        yield "撤销", {"表彰编号": number, **_name(opened, item), "原因": opened.read(body.reason)}


def _tell_ineligible(opened: OpenedDraft, body: HonoursGranted, holders: set[Honoured]) -> Iterator[str]:
    """Yield how many of the named have the name of somebody who lost this own honour since, or another's."""
    kind = load_honours().get(body.honour)
    if kind is None or kind.own is None:
        return
    named = count_named(
        opened.ports.vault, opened.reader.facts, opened.claim.village, kind.own, body.until, holders
    )
    if named:
        name = OWN_HONOUR_NAMES[kind.own]
        yield (
            f"　注意：有 {len(named)} 人与这段时间不参加{name}的人同名，请核对；原因见“暂时不参加评优的人”"
        )


def _tell_holder(opened: OpenedDraft, holder: HonourHolder) -> str:
    name = opened.view.show("head-name", holder.name) if holder.name else ""
    return preview_holder(opened.number(holder.household), name)


def _name(opened: OpenedDraft, holder: HonourHolder) -> Row:
    known = opened.find_known(holder.household)
    number, name = (known.number, known.name) if isinstance(known, Household) else ("", "")
    return {"户号": number, "户主": name, "本人姓名": holder.name}
