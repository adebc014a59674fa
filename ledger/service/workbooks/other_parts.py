"""A part of a round that is put right beside the other parts, and what is said where it does not fit them."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.entries import Entry
from ledger.errors import Fault
from ledger.limits import ENTRY_MAX_LINES
from ledger.log.commitments import index_disclosures
from ledger.service.drafts import build_trial, open_draft
from ledger.service.workbooks.answered import RoundPart
from ledger.service.workbooks.people import find_private
from ledger.service.workbooks.rounds import RoundSheet
from ledger.service.workbooks.tray import Tray
from ledger.state.private import FindPrivate

_REMEDY_WHOLE = (
    "各部分都还没有记入账本的，全部撤回以后整份重新导入；有的已经记入的，照原来的交，记入以后再冲销更正"
)


def list_other_parts(
    tray: Tray, part: RoundPart | None, recorded: Sequence[int]
) -> tuple[list[Entry], FindPrivate]:
    """Return the other parts of the round that a part belongs to, and what opens them; those before it are folded.

    `recorded` are the indexes of those that are entries. Without a part nothing: a round is judged by itself.
    """
    find = find_private(tray.desk)
    if part is None:
        return [], find
    found = [tray.facts.read_entry(index) for index in recorded]
    kept = index_disclosures(text for draft in part.others.values() for text in draft.private)
    for number, draft in part.others.items():
        if number <= len(recorded):
            continue  # An entry since.
        entry = build_trial(open_draft(draft), tray.facts.next_index, tray.desk.ports.clock.now_ms())
        found.append(entry)
        if number < part.body.part:
            tray.facts.fold(entry, is_waiting=True)
    return found, lambda digest: kept.get(digest) or find(digest)


def check_room(part: RoundPart | None, count: int, sheet: RoundSheet) -> list[Fault]:
    """A part that is put right holds no more lines, with its cards, than an entry."""
    if part is None or count <= ENTRY_MAX_LINES:
        return []
    return [
        Fault(
            code="part-lines",
            place=f"工作表「{sheet.sheet}」",
            found=f"{_name_part(part)}有 {count} 行，评分卡也算",
            expected=f"一部分不超过 {ENTRY_MAX_LINES} 行",
            remedy=f"多出来的行下个月补记；{_REMEDY_WHOLE}",
        )
    ]


def fault_part_empty(part: RoundPart, sheet: RoundSheet) -> Fault:
    """Say that nothing is left of a part without which its round never ends."""
    return Fault(
        code="part-empty",
        place=f"工作表「{sheet.sheet}」",
        found=f"{part.period} 评议的{_name_part(part)}一行也没有了",
        expected="至少一行",
        remedy="这一部分不能空着；月份、支部填错了的，改回来",
    )


def fault_part_repeats(place: str, sheet: RoundSheet) -> Fault:
    """Say that a row stands in another part of the round already."""
    return Fault(
        code="row-duplicate",
        place=place,
        found=f"{sheet.repeated}，这次评议的别的部分里已有",
        expected="各行不重复",
        remedy="删去重复的一行，或改正填错的一格",
    )


def fault_part_households(part: RoundPart, sheet: RoundSheet, claimed: int, found: int) -> Fault:
    """Say that the other parts claim another number of households."""
    return Fault(
        code="part-households",
        place=f"工作表「{sheet.sheet}」",
        found=f"{_name_part(part)}改了以后，整次评议有 {found} 户",
        expected=f"和别的部分写的一样，{claimed} 户",
        remedy=_REMEDY_WHOLE,
    )


def fault_part_cards(part: RoundPart, sheet: RoundSheet, count: int) -> Fault:
    """Say that the score cards in part 1 say something else."""
    return Fault(
        code="part-cards",
        place=f"工作表「{sheet.sheet}」",
        found=f"{_name_part(part)}改了以后，{count} 名党员的得分和第 1 部分的评分卡不同",
        expected="和评分卡一样的得分",
        remedy=f"第 1 部分还在待审的，请审核的人也退回，先交这一部分再交第 1 部分；否则{_REMEDY_WHOLE}",
    )


def _name_part(part: RoundPart) -> str:
    return f"第 {part.body.part}/{part.body.parts} 部分"
