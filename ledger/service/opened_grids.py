"""Drafts of grids and visits: what each says, and how it was typed."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.grids import LEVEL_NAMES, GridsRegistered, GridUnit, VisitsRecorded
from ledger.service.opened_drafts import OpenedDraft, Row
from ledger.service.workbooks.grid_columns import POST_NAMES
from ledger.service.workbooks.grids import preview_unit, preview_visits
from ledger.state.private import DiaryNote, GridHolder, GridVisit
from ledger.vaults import Household


def tell_grids(opened: OpenedDraft, body: GridsRegistered) -> Iterator[str]:
    yield opened.draft.label
    for unit in body.units:
        yield preview_unit(unit, opened.read(unit.name))
        for post, holder in sorted(_list_holders(opened, unit), key=lambda item: (item[0], item[1].name)):
            yield f"　　{POST_NAMES[post]} {opened.view.show('head-name', holder.name)}{_tell_more(opened, holder)}"


def tell_visits(opened: OpenedDraft, body: VisitsRecorded) -> Iterator[str]:
    yield opened.draft.label
    for line in body.lines:
        yield preview_visits(line)
        visits = [item for sealed in line.visits for item in opened.open(sealed.sealed, GridVisit)]
        for visit in sorted(visits, key=lambda item: (item.day, item.household)):
            who = opened.view.show("head-name", visit.visitor)
            yield f"　　{visit.day} {who} 走访户 {opened.name(visit.household)}：{opened.evidence(visit.reason)}"
        notes = [item for sealed in line.diaries for item in opened.open(sealed.sealed, DiaryNote)]
        for note in sorted(notes, key=lambda item: (item.day, item.note)):
            who = opened.view.show("head-name", note.visitor)
            yield f"　　{note.day} {who} 日记：{opened.evidence(note.note)}"


def fill_grids(opened: OpenedDraft, body: GridsRegistered) -> Iterator[tuple[str, Row]]:
    for unit in body.units:
        yield (
            "网格",
            {
                "网格编号": unit.number,
                "级别": LEVEL_NAMES[unit.level],
                "名称": opened.read(unit.name),
                "上级编号": unit.parent,
                "户数": str(unit.households) if unit.households else "",
                "撤销": "是" if unit.ended else "",
            },
        )
        for post, holder in sorted(_list_holders(opened, unit), key=lambda item: (item[0], item[1].name)):
            yield (
                "网格人员",
                {
                    "网格编号": unit.number,
                    "职务": POST_NAMES[post],
                    "姓名": holder.name,
                    "户号": _read_known(opened, holder.household)[0],
                    "结对对象": holder.paired,
                    "结对户号": _read_known(opened, holder.paired_household)[0],
                    "结对日期": holder.since,
                    "同意写全名日期": holder.named_on,
                    "牌上电话": holder.telephone,
                },
            )


def fill_visits(opened: OpenedDraft, body: VisitsRecorded) -> Iterator[tuple[str, Row]]:
    for line in body.lines:
        rows = []
        for sealed in line.visits:
            for item in opened.open(sealed.sealed, GridVisit):
                number, name = _read_known(opened, item.household)
                rows.append((item.day, item.visitor, number, name, item.reason))
        notes = [note for sealed in line.diaries for note in opened.open(sealed.sealed, DiaryNote)]
        rows += [(note.day, note.visitor, "", "", note.note) for note in notes]
        headers = ("日期", "走访人", "户号", "户主", "事由")
        for row in sorted(rows):
            yield "走访", {"网格编号": line.unit, **dict(zip(headers, row, strict=True))}


def _tell_more(opened: OpenedDraft, holder: GridHolder) -> str:
    """Return what else is said of a holder: whom they mentor, and that they stand on a board by the whole name."""
    said = ""
    if holder.paired:
        said += f"，带 {opened.view.show('head-name', holder.paired)}"
    if holder.paired_household:
        said += f"（户 {opened.name(holder.paired_household)}）"
    if holder.since:
        said += f"，{holder.since} 起"
    if holder.named_on:
        said += f"，{holder.named_on} 签字同意牌上写全名"
    if holder.telephone:
        # It is to hang in the lane, and whoever passes it has to see whose it is; others see what they see of any.
        is_whole = opened.view.is_whole("head-name")
        said += (
            f"，牌上电话 {holder.telephone if is_whole else opened.view.show('telephone', holder.telephone)}"
        )
    return said


def _list_holders(opened: OpenedDraft, unit: GridUnit) -> Iterator[tuple[str, GridHolder]]:
    for office in unit.offices:
        for holder in opened.open(office.holder.sealed, GridHolder):
            yield office.post, holder
    for hand in unit.hands:
        for holder in opened.open(hand.holder.sealed, GridHolder):
            yield hand.post, holder


def _read_known(opened: OpenedDraft, household: str) -> tuple[str, str]:
    """Return number and name of a household as the vault has them, empty for none and for one that was erased."""
    known = opened.find_known(household)
    return (known.number, known.name) if isinstance(known, Household) else ("", "")
