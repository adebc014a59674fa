"""The sheet 凭证: rows gathered into vouchers, red reversals and blue replacements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from ledger.books.accounts import Chart, check_account, find_account
from ledger.books.money import format_yuan
from ledger.books.screening import check_public_text, format_found
from ledger.books.values import PublicText, Side
from ledger.books.vouchers import (
    Posting,
    Voucher,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
    check_roles,
    negate_postings,
)
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.workbooks.reading import Line
from ledger.service.workbooks.tray import Tray
from ledger.state.facts import EntryAt, get_fact

_SHARED = (*("日期", "摘要", "附件张数", "经手人", "审批人", "记账员", "冲销凭证号", "更正凭证号", "原因"),)
"""Columns that speak of the whole voucher: they stand in its first row."""
_PERSONS = ("经手人", "审批人", "记账员")
_POSTING = ("科目代码", "科目名称", "借方金额", "贷方金额")
_LINE = re.compile(r"第 ([0-9]+) 行$")
_SIDES = {"debit": "借", "credit": "贷"}


@dataclass(frozen=True, kw_only=True)
class Group:
    """The lines of one voucher."""

    lines: tuple[Line, ...]
    number: str  # empty where it cannot be read
    successor: str  # the number that follows the one before in this file; empty for a month's first

    @property
    def first(self) -> Line:
        """The line that speaks for the whole voucher."""
        return self.lines[0]

    @property
    def is_whole(self) -> bool:
        """Whether every cell of it could be read."""
        return not any(line.bad for line in self.lines)


def gather_vouchers(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge the sheet's vouchers in their order and draft them."""
    chart = tray.get_chart()
    for group in _group_lines(tray, lines):
        _gather_voucher(tray, chart, group)


def _group_lines(tray: Tray, lines: Sequence[Line]) -> Iterator[Group]:
    """Yield vouchers; a number that comes back after another voucher is a fault."""
    runs: list[tuple[str, list[Line]]] = []
    for line in lines:
        number = line.text("凭证号")
        starts = line.has("凭证号") and (not runs or number != runs[-1][0] or not number)
        if starts or not runs:
            runs.append((number, [line]))
        else:
            runs[-1][1].append(line)
    seen: dict[str, Line] = {}
    newest: dict[str, str] = {}
    for number, members in runs:
        first = members[0]
        if not first.has("凭证号"):
            tray.refuse([_fault_no_number(first)])
        elif number in seen:
            tray.refuse([_fault_number_twice(first, number, seen[number])])
        else:
            if number:
                seen[number] = first
            before = newest.get(number[:7], "")
            successor = f"{before[:8]}{int(before[8:]) + 1:03d}" if before and number else ""
            yield Group(lines=tuple(members), number=number, successor=successor)
        newest[number[:7]] = number


def _fault_no_number(line: Line) -> Fault:
    return Fault(
        code="voucher-number-missing",
        place=line.place,
        found="没有凭证号",
        expected="每张凭证的第一行有凭证号",
        remedy="补上凭证号，如 2026-10-017",
    )


def _fault_number_twice(line: Line, number: str, first: Line) -> Fault:
    return Fault(
        code="voucher-number-twice",
        place=line.at("凭证号"),
        found=f"凭证号 {number} 又出现一次（{first.place}已有）",
        expected="一张凭证的各行连在一起，一个编号只用一次",
        remedy="是同一张凭证就把各行排在一起；不是就改正编号",
    )


def _gather_voucher(tray: Tray, chart: Chart, group: Group) -> None:
    """Judge one voucher and draft it if nothing is wrong with it."""
    faults = [*_check_shared(group), *_check_written(tray, group)]
    postings, more = _read_postings(chart, group)
    faults += more
    wrong = _find_wrong(tray, group)
    if isinstance(wrong, Fault):
        faults.append(wrong)
    elif group.is_whole and group.number and not (more and not postings):
        texts = Discloser(tray.desk.ports.entropy)
        body = _build_body(chart, group, postings, wrong, texts)
        day, period = group.first.text("日期"), group.number[:7]
        found = tray.check(body, day, period) if day else []
        faults += [_place_fault(fault, group) for fault in _filter_said(found, group)]
        if not faults:
            label = _format_label(body, group)
            tray.preview += [_format_head(group, label), *_format_postings(chart, body.postings)]
            tray.add(body, day, period, label, texts)
    tray.refuse(faults)


def _check_shared(group: Group) -> Iterator[Fault]:
    """What speaks of the whole voucher stands in its first row and nowhere differs."""
    for header in _SHARED:
        for line in group.lines[1:]:
            if header in line.values and line.values[header] != group.first.values.get(header):
                yield Fault(
                    code="voucher-cells-differ",
                    place=line.at(header),
                    found=f"「{header}」与这张凭证第一行（{group.first.at(header)}）不同",
                    expected="同一张凭证相同，或者只填第一行",
                    remedy="改成一致，或清空后面几行的这一格",
                )


def _check_written(tray: Tray, group: Group) -> Iterator[Fault]:
    """What the kind of voucher needs is there, what it does not take is not, nothing personal is public."""
    first = group.first
    is_red, is_blue = first.has("冲销凭证号"), first.has("更正凭证号")
    if is_red and is_blue:
        yield Fault(
            code="voucher-corrections-both",
            place=first.place,
            found="「冲销凭证号」和「更正凭证号」都填了",
            expected="只填一个",
            remedy="红字冲销和蓝字更正各填一张凭证",
        )
    needed = ("日期", "原因") if is_red else ("日期", "摘要", "附件张数")
    yield from (_fault_missing(first, header) for header in needed if not first.has(header))
    idle = "摘要" if is_red else "原因"
    if first.has(idle):
        yield Fault(
            code="voucher-cell-idle",
            place=first.at(idle),
            found=f"{'红字冲销' if is_red else '不是冲销的'}凭证填了「{idle}」",
            expected="空",
            remedy="冲销的说明写在「原因」" if is_red else "说明写在「摘要」；「原因」只在红字冲销时填",
        )
    if not first.bad.intersection(_PERSONS):
        handler, approver, bookkeeper = (first.text(header) for header in _PERSONS)
        yield from check_roles(handler, approver, bookkeeper, f"{first.place}，凭证 {group.number}")
    for header in ("摘要", "原因"):
        yield from check_public_text(first.text(header), first.at(header), tray.desk.names)
    for header in _PERSONS:
        # Who acts in an office is published with the office, so names are right here; numbers never are.
        yield from check_public_text(first.text(header), first.at(header), frozenset())


def _fault_missing(line: Line, header: str) -> Fault:
    return Fault(
        code="cell-empty",
        place=line.at(header),
        found="空",
        expected=f"每张凭证第一行都有「{header}」",
        remedy="补填这一格",
    )


def _read_postings(chart: Chart, group: Group) -> tuple[tuple[Posting, ...], list[Fault]]:
    """Return the postings as typed, none for a reversal that leaves them to the program, and their faults."""
    is_bare = len(group.lines) == 1 and not any(group.first.has(header) for header in _POSTING)
    if is_bare and group.first.has("冲销凭证号"):
        return (), []
    faults: list[Fault] = []
    postings = []
    for line in group.lines:
        faults += _check_posting(chart, line)
        side: Side = "debit" if "借方金额" in line.values else "credit"
        amount_fen = line.number("借方金额" if side == "debit" else "贷方金额")
        postings.append(Posting(account=line.text("科目代码"), amount_fen=amount_fen, side=side))
    has_sides = not any(fault.code in ("posting-sides", "cell-empty") for fault in faults)
    return tuple(postings) if has_sides else (), faults


def _check_posting(chart: Chart, line: Line) -> Iterator[Fault]:
    """Both columns of the account are there and agree; exactly one side has an amount."""
    for header in ("科目代码", "科目名称"):
        if not line.has(header):
            yield Fault(
                code="cell-empty",
                place=line.at(header),
                found="空",
                expected=f"每一行都有「{header}」",
                remedy="对照会计科目表补填这一格",
            )
    if line.has("借方金额") == line.has("贷方金额"):
        yield Fault(
            code="posting-sides",
            place=f"{line.place}「借方金额」「贷方金额」",
            found="两边都填了" if line.has("借方金额") else "两边都空着",
            expected="只填一边",
            remedy="一行只记一个方向；另一方向另起一行",
        )
    yield from check_account_cells(chart, line)


def check_account_cells(chart: Chart, line: Line) -> list[Fault]:
    """The code is in the chart, and the name beside it is that account's: a slip would book elsewhere."""
    code = line.text("科目代码")
    account = find_account(chart, code)
    if account is None:
        return check_account(chart, code, line.at("科目代码")) if code else []
    name = line.text("科目名称")
    if not name or name == account.name:
        return []
    other = next((known for known in chart.accounts.values() if known.name == name), None)
    hint = f"；「{name}」的代码是 {other.code}" if other else ""
    return [
        Fault(
            code="account-name",
            place=line.at("科目名称"),
            found=format_found(name),
            expected=f"{account.code} {account.name}",
            remedy=f"科目代码和名称对不上，改正其中一个{hint}",
        )
    ]


def _find_wrong(tray: Tray, group: Group) -> tuple[int, Voucher] | Fault | None:
    """Return index and body of the voucher that this one answers, None where it answers none."""
    header = next((name for name in ("冲销凭证号", "更正凭证号") if name in group.first.values), "")
    if not header:
        return None
    number, place = group.first.text(header), group.first.at(header)
    at = get_fact(tray.facts, f"voucher/{number}", EntryAt)
    if at is not None and tray.facts.is_recorded(at.index):
        body = tray.facts.read_entry(at.index).body
        if isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced):
            return at.index, body
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
    postings: tuple[Posting, ...],
    wrong: tuple[int, Voucher] | None,
    texts: Discloser,
) -> Voucher:
    first = group.first
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
            number=group.number,
            postings=_order_postings(postings, negate_postings(wrong[1].postings)),
            reason=texts.publish("reason", first.text("原因")),
            reverses=wrong[0],
        )
    summary: PublicText = texts.publish("summary", first.text("摘要"))
    plain = VoucherRecorded(
        approver=approver,
        attachments=first.number("附件张数"),
        bookkeeper=bookkeeper,
        chart=chart.version,
        handler=handler,
        number=group.number,
        postings=postings,
        summary=summary,
    )
    return plain if wrong is None else VoucherReplaced(**msgspec.structs.asdict(plain), replaces=wrong[0])


def _order_postings(typed: tuple[Posting, ...], negated: tuple[Posting, ...]) -> tuple[Posting, ...]:
    """Return the red postings in the original's order where the same ones were typed, or none at all."""

    def key(posting: Posting) -> tuple[str, str, int]:
        return posting.account, posting.side, posting.amount_fen

    return negated if not typed or sorted(typed, key=key) == sorted(negated, key=key) else typed


def _filter_said(faults: Sequence[Fault], group: Group) -> Iterator[Fault]:
    """Leave out unknown accounts, said by their cells, and say a gap where it is, not at every voucher after it."""
    for fault in faults:
        if fault.code == "account-unknown":
            continue
        if fault.code != "voucher-number-gap" or not group.successor:
            yield fault
        elif group.number != group.successor:
            yield msgspec.structs.replace(fault, expected=group.successor)


def _place_fault(fault: Fault, group: Group) -> Fault:
    """Say where in the sheet a fault of the voucher stands."""
    line = _LINE.search(fault.place)
    if line and group.lines[0].has("科目代码"):
        at = group.lines[int(line[1]) - 1]
        return msgspec.structs.replace(fault, place=f"{at.place}，凭证 {group.number}")
    own = fault.place if "凭证" in fault.place else f"凭证 {group.number} {fault.place}"
    return msgspec.structs.replace(fault, place=f"{group.first.place}，{own}")


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


def _format_head(group: Group, label: str) -> str:
    first = group.first
    persons = " ".join(f"{header} {first.text(header)}" for header in _PERSONS)
    return f"{label}　{first.text('日期')} 附件 {first.number('附件张数')} 张 {persons}"


def _format_postings(chart: Chart, postings: Sequence[Posting]) -> Iterator[str]:
    for posting in postings:
        name = chart.accounts[posting.account].name
        yield f"　{_SIDES[posting.side]} {posting.account} {name} {format_yuan(posting.amount_fen)}"
