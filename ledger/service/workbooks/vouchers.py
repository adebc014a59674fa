"""The sheet 凭证: groups of rows judged as vouchers, red reversals and blue replacements, and drafted.

A cell that cannot be read hides only the rules that need it: the voucher is judged with stand-ins, and what a
rule says of a stand-in is left unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from ledger.books.accounts import Chart, is_money
from ledger.books.money import format_yuan
from ledger.books.values import PublicText
from ledger.books.vouchers import (
    Posting,
    Voucher,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
    list_both_sides,
    negate_postings,
)
from ledger.errors import Fault
from ledger.service.drafts import Discloser, build_trial, open_draft
from ledger.service.named import tell_named
from ledger.service.preview import preview_postings, preview_voucher
from ledger.service.slots import slot_of_voucher
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.notices import list_overdrawn, list_twins
from ledger.service.workbooks.numbers import FORMS, read_number
from ledger.service.workbooks.people import read_text
from ledger.service.workbooks.tray import Tray
from ledger.service.workbooks.voucher_rows import (
    NAMED,
    PERSONS,
    Group,
    Row,
    check_posting_cells,
    check_rows,
    check_texts,
    group_lines,
    read_rows_of,
)
from ledger.state.facts import EntryAt, get_fact
from ledger.state.money import get_next_number, get_successor

_LINE = re.compile(r"第 ([0-9]+) 行$")
_NEEDS: dict[str, frozenset[str]] = {
    "answer-no-voucher": frozenset({"原凭证"}),
    "contract-void": frozenset({"合同编号", "科目", "金额"}),
    "date-after-period": frozenset({"凭证号", "日期"}),
    "date-before-books": frozenset({"日期"}),
    "date-future": frozenset({"日期"}),
    "draft-waiting": frozenset({"凭证号"}),
    "fund-overspent": frozenset({"科目", "金额"}),
    "period-before-books": frozenset({"凭证号"}),
    "period-closed": frozenset({"凭证号"}),
    "period-future": frozenset({"凭证号"}),
    "posting-sign": frozenset({"种类"}),
    "postings-count": frozenset({"分录"}),
    "recipients-idle": frozenset({"科目", "金额", "专款编号"}),
    "recipients-missing": frozenset({"科目", "金额", "领取人数"}),
    "replacement-before-reversal": frozenset({"冲销"}),
    "resolution-expired": frozenset({"日期"}),
    "resolution-later": frozenset({"日期"}),
    "resolution-needed": frozenset({"科目", "金额", "种类", "决议编号", "专款编号", "合同编号"}),
    "resolution-overspent": frozenset({"科目", "金额"}),
    "resolution-refund": frozenset({"科目", "金额"}),
    "resolution-twice": frozenset({"合同编号", "决议编号"}),
    "reversal-postings": frozenset({"科目", "金额"}),
    "voucher-attachments": frozenset({"附件张数", "种类"}),
    "voucher-number-full": frozenset({"凭证号"}),
    "voucher-number-gap": frozenset({"凭证号"}),
    "voucher-too-large": frozenset({"金额"}),
    "voucher-unbalanced": frozenset({"金额"}),
}
"""What a rule needs to have been read, by its fault's code; every other rule is sound on what was."""


class Wrong(NamedTuple):
    """The voucher that a correction answers: no body where it could not be found, said already."""

    at: int  # index of its entry
    body: Voucher | None


def gather_vouchers(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge the sheet's vouchers in their order and draft them."""
    chart = tray.get_chart()
    if any("凭证号" not in line.columns for line in lines):
        # Nothing says which rows belong together: each is judged alone.
        for line in lines:
            tray.refuse([*check_texts(tray, [line]), *check_posting_cells(chart, line)])
        return
    answered: set[str] = set()
    for group in group_lines(tray, chart, lines):
        _gather_voucher(tray, chart, group, answered)
        answered.add(group.first.text("冲销凭证号"))
    if not tray.faults:
        tray.notices += [*list_overdrawn(tray), *list_twins(tray)]


def _gather_voucher(tray: Tray, chart: Chart, group: Group, answered: set[str]) -> None:
    """Judge one voucher and draft it if nothing is wrong with it; `answered` are reversed above in this file."""
    faults = check_rows(tray, chart, group)
    rows = read_rows_of(group)
    wrong = _find_wrong(tray, group)
    if isinstance(wrong, Fault):
        faults.append(wrong)
        wrong = Wrong(0, None)
    texts = Discloser(tray.desk.ports.entropy)
    _fold_waiting(tray, (group.number or group.first.text("日期") or tray.desk.today)[:7])
    body = _build_body(chart, group, _fill_number(tray, group), rows, wrong, texts)
    day, period = group.first.text("日期"), body.number[:7]
    found = tray.check(body, day or tray.desk.get_day_in(period), period)
    unread = _list_unread(group, rows, wrong)
    if "replacement-before-reversal" in (fault.code for fault in found):
        # Where the reversal above is wrong itself, that is all there is to say.
        unread |= {"冲销"} if group.first.text("更正凭证号") in answered else set()
    said = _filter_said(tray, found, group, rows, unread)
    faults += [_place_fault(fault, group, body) for fault in said]
    tray.refuse(faults)
    if not faults and group.is_whole and not unread:
        label = _format_label(body, group)
        persons = {header: group.first.text(header) for header in PERSONS}
        tray.preview.append(preview_voucher(label, day, body.attachments, persons))
        tray.preview += preview_postings(chart, body.postings)
        tray.preview += tell_named(tray.facts, body, lambda text: read_text(tray.desk, text.text))
        tray.add(body, day, period, label, texts)


def _fold_waiting(tray: Tray, period: str) -> None:
    """Count on the vouchers that wait and come next: a clerk goes on where they stopped, whoever still has to pass
    them. What is handed in after them is held until they are entries.
    """
    while (draft := tray.desk.waiting.get(slot_of_voucher(get_next_number(tray.facts, period)))) is not None:
        claim = open_draft(draft)
        trial = build_trial(claim, tray.facts.next_index, tray.desk.ports.clock.now_ms())
        tray.facts.fold(trial, is_waiting=True)


def _fill_number(tray: Tray, group: Group) -> str:
    """Return the voucher's number, or the one its month would give next where it cannot be read."""
    return group.number or get_next_number(tray.facts, (group.first.text("日期") or tray.desk.today)[:7])


def _list_unread(group: Group, rows: Sequence[Row], wrong: Wrong | None) -> set[str]:
    """Name what of a voucher is not known for sure, in the words of `_NEEDS`."""
    first = group.first
    unread = {header for header in ("日期", "附件张数") if header not in first.values}
    if first.has("冲销凭证号") and first.lacks("附件张数"):
        unread.discard("附件张数")
    doubts = {
        "凭证号": not group.number,
        "分录": group.is_bare and (wrong is None or wrong.body is None),
        "原凭证": wrong is not None and wrong.body is None,
        "种类": not group.is_kind_sure,
        "科目": not all(row.is_account_sure for row in rows),
        "金额": not all(row.is_amount_sure for row in rows),
    }
    # A number that cannot be read might have been right.
    read = {header: read_number(first, header) for header in NAMED if header in FORMS}
    doubts |= {header: first.has(header) and not number for header, number in read.items()}
    doubts["领取人数"] = "领取人数" in first.bad
    return unread | {what for what, is_doubtful in doubts.items() if is_doubtful}


def _find_wrong(tray: Tray, group: Group) -> Wrong | Fault | None:
    """Return index and body of the voucher that this one answers, None where it answers none."""
    header = next((name for name in ("冲销凭证号", "更正凭证号") if group.first.has(name)), "")
    if not header:
        return None
    if header in group.first.bad:
        return Wrong(0, None)
    number, place = group.first.text(header), group.first.at(header)
    at = get_fact(tray.facts, f"voucher/{number}", EntryAt)
    if at is not None and tray.facts.is_recorded(at.index):
        body = tray.facts.read_entry(at.index).body
        if isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced):
            return Wrong(at.index, body)
        raise TypeError(f"entry {at.index} is no voucher")
    return Fault(
        code="voucher-original-unrecorded",
        place=place,
        found=f"凭证 {number} {'在同一个文件里，还没有审核' if at else '还没有记入账本'}",
        expected="已经审核通过、记入账本的凭证",
        remedy="核对编号；编号没错就先让原凭证通过审核，再导入这一张",
    )


def _build_body(
    chart: Chart,
    group: Group,
    number: str,
    rows: Sequence[Row],
    wrong: Wrong | None,
    texts: Discloser,
) -> Voucher:
    first, postings = group.first, tuple(row.posting for row in rows)
    approver, bookkeeper, handler = (
        texts.publish(name, first.text(header))
        for name, header in (("approver", "审批人"), ("bookkeeper", "记账员"), ("handler", "经手人"))
    )
    if wrong is not None and first.has("冲销凭证号"):
        return VoucherReversed(
            approver=approver,
            attachments=first.number("附件张数"),
            bookkeeper=bookkeeper,
            chart=chart.version,
            handler=handler,
            number=number,
            postings=_order_postings(postings, negate_postings(wrong.body.postings if wrong.body else ())),
            reason=texts.publish("reason", first.text("原因")),
            reverses=wrong.at,
        )
    summary: PublicText = texts.publish("summary", first.text("摘要"))
    plain = VoucherRecorded(
        approver=approver,
        asset=read_number(first, "资产编号"),
        attachments=first.number("附件张数"),
        bookkeeper=bookkeeper,
        chart=chart.version,
        contract=read_number(first, "合同编号"),
        fund=read_number(first, "专款编号"),
        handler=handler,
        number=number,
        postings=postings,
        recipients=first.number("领取人数"),
        resolution=read_number(first, "决议编号"),
        summary=summary,
    )
    return plain if wrong is None else VoucherReplaced(**msgspec.structs.asdict(plain), replaces=wrong.at)


def _order_postings(typed: tuple[Posting, ...], negated: tuple[Posting, ...]) -> tuple[Posting, ...]:
    """Return the red postings in the original's order where the same ones were typed, or none at all."""

    def key(posting: Posting) -> tuple[str, str, int]:
        return posting.account, posting.side, posting.amount_fen

    return negated if not typed or sorted(typed, key=key) == sorted(negated, key=key) else typed


def _filter_said(
    tray: Tray, faults: Sequence[Fault], group: Group, rows: Sequence[Row], unread: set[str]
) -> Iterator[Fault]:
    """Leave out what rests on cells that could not be read, and what is said better elsewhere."""
    for fault in faults:
        if fault.code == "account-unknown" or unread & _NEEDS.get(fault.code, frozenset()):
            continue
        if fault.code == "voucher-mixed" and unread & {"科目", "金额"} and not _is_surely_mixed(rows):
            continue
        if fault.code == "voucher-number-gap":
            yield from _explain_gap(tray, fault, group)
        else:
            yield fault


def _is_surely_mixed(rows: Sequence[Row]) -> bool:
    """Whether money comes in and goes out by what was read, whatever the other cells say."""
    known = [row.posting for row in rows if row.is_account_sure and row.is_side_sure]
    return bool(list_both_sides(known)) and not all(is_money(posting.account) for posting in known)


def _explain_gap(tray: Tray, fault: Fault, group: Group) -> Iterator[Fault]:
    """Say which entry has the number; a gap where it is, not at every voucher after it."""
    if slot_of_voucher(group.number) in tray.desk.waiting:
        return  # Said already: it waits.
    at = get_fact(tray.facts, f"voucher/{group.number}", EntryAt)
    if at is not None:
        yield Fault(
            code="voucher-number-used",
            place=fault.place,
            found=f"凭证号 {group.number} 已记入第 {at.index} 条",
            expected=f"没有用过的编号，接下来是 {fault.expected}",
            remedy="同一张凭证不用再导入；是另一张凭证，就改用接下来的编号",
        )
        return
    expected = group.successor or fault.expected
    while slot_of_voucher(expected) in tray.desk.waiting:
        expected = get_successor(expected)
    if group.number != expected:
        yield msgspec.structs.replace(fault, expected=expected)


def _place_fault(fault: Fault, group: Group, body: Voucher) -> Fault:
    """Say where in the sheet a fault of the voucher stands."""
    line = _LINE.search(fault.place)
    if line and not group.is_bare:
        at = group.lines[int(line[1]) - 1]
        return msgspec.structs.replace(fault, place=f"{at.place}，{group.name}")
    own = fault.place.replace(f"凭证 {body.number}", "").strip()
    place = f"{group.first.place}，{group.name}{f' {own}' if own else ''}"
    return msgspec.structs.replace(fault, place=place)


def _format_label(body: Voucher, group: Group) -> str:
    first = group.first
    amount_fen = sum(posting.amount_fen for posting in body.postings if posting.side == "debit")
    text = first.text("摘要") or first.text("原因")
    title = "凭证"
    if isinstance(body, VoucherReversed):
        title = f"红字冲销 {first.text('冲销凭证号')}：凭证"
    elif isinstance(body, VoucherReplaced):
        title = f"蓝字更正 {first.text('更正凭证号')}：凭证"
    return f"{title} {group.number} {format_yuan(amount_fen)} 元 {text}"
