"""Rows of the sheet 凭证: gathered into groups, one a voucher, and judged as far as rows alone tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledger.books.accounts import Chart, check_account, find_account
from ledger.books.money import format_yuan
from ledger.books.screening import format_found, hide_numbers
from ledger.books.subaccounts import CODE_MAX_DIGITS
from ledger.books.values import Side
from ledger.books.vouchers import Posting, check_roles
from ledger.errors import Fault
from ledger.service.preview import SIDES
from ledger.service.screening import check_published
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import FORMS, check_number_form
from ledger.service.workbooks.tray import Tray
from ledger.state.money import get_successor

PERSONS = ("经手人", "审批人", "记账员")
NAMED = ("合同编号", "资产编号", "决议编号", "专款编号", "领取人数")
"""Columns that say what a voucher is about: a red one follows the one that it takes back."""
_SHARED = ("日期", "摘要", "附件张数", *PERSONS, "冲销凭证号", "更正凭证号", "原因", *NAMED)
"""Columns that speak of the whole voucher: they stand in its first row."""
_POSTING = ("科目代码", "科目名称", "借方金额", "贷方金额")


@dataclass(frozen=True, kw_only=True)
class Group:
    """The lines of one voucher."""

    lines: tuple[Line, ...]
    number: str  # empty where it cannot be read, or is another voucher's
    successor: str  # the number that follows the one before in this file; empty for a month's first

    @property
    def first(self) -> Line:
        """The line that speaks for the whole voucher."""
        return self.lines[0]

    @property
    def is_bare(self) -> bool:
        """Whether it is a reversal that leaves its postings to the program."""
        lacks = (header for header in _POSTING if self.first.lacks(header))
        return len(self.lines) == 1 and len(list(lacks)) == len(_POSTING) and self.first.has("冲销凭证号")

    @property
    def is_kind_sure(self) -> bool:
        """Whether it is known to be a reversal or none."""
        return "冲销凭证号" not in self.first.unknown

    @property
    def is_whole(self) -> bool:
        """Whether every cell of it could be read."""
        return bool(self.number) and all(line.is_whole for line in self.lines)

    @property
    def name(self) -> str:
        """What a fault calls the voucher."""
        return f"凭证 {self.number}" if self.number else "凭证"


class Row(NamedTuple):
    """A posting as far as its row can be read; what is not sure holds a stand-in that no rule objects to."""

    line: Line
    posting: Posting
    is_account_sure: bool
    is_amount_sure: bool
    is_side_sure: bool

    @property
    def is_sure(self) -> bool:
        """Whether all of the posting was read."""
        return self.is_account_sure and self.is_amount_sure and self.is_side_sure


def group_lines(tray: Tray, chart: Chart, lines: Sequence[Line]) -> Iterator[Group]:
    """Yield vouchers; rows without a number, and a number that comes back after another voucher, are faults.

    Rows at the top that are plainly the rest of a voucher are judged as rows alone.
    """
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
        first, free = members[0], number
        if first.lacks("凭证号"):
            tray.refuse([_fault_no_number(first)])
            if not any(first.has(header) for header in _SHARED):
                tray.refuse(check_texts(tray, members))
                for line in members:
                    tray.refuse(check_posting_cells(chart, line))
                continue
        elif number in seen:
            tray.refuse([_fault_number_twice(first, number, seen[number])])
            free = ""
        elif number:
            seen[number] = first
        before = newest.get(number[:7], "")
        successor = get_successor(before) if before and free else ""
        yield Group(lines=tuple(members), number=free, successor=successor)
        newest[number[:7]] = number


def check_rows(tray: Tray, chart: Chart, group: Group) -> list[Fault]:
    """Return what is wrong with a voucher's rows in themselves, each cell judged as far as it can be read."""
    faults = [*_check_shared(group), *_check_written(group), *check_texts(tray, group.lines)]
    if not group.is_bare:
        for line in group.lines:
            faults += check_posting_cells(chart, line)
        if not group.first.has("冲销凭证号"):
            faults += _check_repeated(group)
    return faults


def check_texts(tray: Tray, lines: Sequence[Line]) -> list[Fault]:
    """Return what in the texts of a voucher's lines may not be published, once where lines repeat a text."""
    faults = []
    seen = set()
    for line in lines:
        for header in ("摘要", "原因", *PERSONS):
            text = line.written(header)
            if text and (header, text) not in seen:
                seen.add((header, text))
                # Who acts in an office is published with the office: names are right there; numbers never are.
                names = frozenset() if header in PERSONS else tray.desk.names
                faults += check_published(text, line.at(header), names)
    return faults


def check_posting_cells(chart: Chart, line: Line) -> Iterator[Fault]:
    """Both columns of the account are there and agree; exactly one side has an amount."""
    for header in ("科目代码", "科目名称"):
        if line.lacks(header):
            yield Fault(
                code="cell-empty",
                place=line.at(header),
                found="空",
                expected=f"每一行都有「{header}」",
                remedy="对照会计科目表补填这一格",
            )
    are_both = line.has("借方金额") and line.has("贷方金额")
    if are_both or (line.lacks("借方金额") and line.lacks("贷方金额")):
        yield Fault(
            code="posting-sides",
            place=f"{line.place}「借方金额」「贷方金额」",
            found="两边都填了" if are_both else "两边都空着",
            expected="只填一边",
            remedy="一行只记一个方向；另一方向另起一行",
        )
    yield from check_account_cells(chart, line)


def check_account_cells(chart: Chart, line: Line) -> list[Fault]:
    """The code is in the chart, and the name beside it is that account's: a slip would book elsewhere."""
    code = line.text("科目代码")
    account = find_account(chart, code)
    if account is None:
        return check_account(chart, show_code(code), line.at("科目代码")) if code else []
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


def show_code(code: str) -> str:
    """Return an account's code as a fault may show it: a longer one may be somebody's number in the wrong column."""
    return code if len(code) <= CODE_MAX_DIGITS else hide_numbers(code)


def read_row(line: Line, debit: str, credit: str, sign: int = 1) -> Row:
    """Return a line's posting; `debit` and `credit` are the headers of its sides, `sign` is -1 in red."""
    written = [header for header in (debit, credit) if line.has(header)]
    other = credit if written == [debit] else debit
    is_side_sure = len(written) == 1 and line.lacks(other)
    side: Side = "credit" if written == [credit] else "debit"
    is_amount_sure = is_side_sure and written[0] in line.values
    code = line.text("科目代码")
    return Row(
        line=line,
        posting=Posting(
            # A stand-in of its own, so that no two rows seem to be of one account.
            account=code or f"?{line.row}",
            amount_fen=line.number(written[0]) if is_amount_sure else sign,
            side=side,
        ),
        is_account_sure=bool(code),
        is_amount_sure=is_amount_sure,
        is_side_sure=is_side_sure,
    )


def read_rows_of(group: Group) -> list[Row]:
    """Return a voucher's postings as typed, none for a reversal that leaves them to the program."""
    if group.is_bare:
        return []
    sign = -1 if group.first.has("冲销凭证号") else 1
    return [read_row(line, "借方金额", "贷方金额", sign) for line in group.lines]


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


def _check_shared(group: Group) -> Iterator[Fault]:
    """What speaks of the whole voucher stands in its first row and nowhere differs."""
    for header in (header for header in _SHARED if group.first.can_read(header)):
        for line in group.lines[1:]:
            if header in line.values and line.values[header] != group.first.values.get(header):
                yield Fault(
                    code="voucher-cells-differ",
                    place=line.at(header),
                    found=f"「{header}」与这张凭证第一行（{group.first.at(header)}）不同",
                    expected="同一张凭证相同，或者只填第一行",
                    remedy="改成一致，或清空后面几行的这一格",
                )


def _check_written(group: Group) -> Iterator[Fault]:
    """What the kind of voucher needs is there, what it does not take is not, three persons act."""
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
    needed = {"日期", *(("原因",) if is_red else ("摘要", "附件张数"))} if group.is_kind_sure else {"日期"}
    yield from (
        _fault_missing(first, header) for header in _SHARED if header in needed and first.lacks(header)
    )
    idle = "摘要" if is_red else "原因"
    if first.has(idle) and group.is_kind_sure:
        yield Fault(
            code="voucher-cell-idle",
            place=first.at(idle),
            found=f"{'红字冲销' if is_red else '不是冲销的'}凭证填了「{idle}」",
            expected="空",
            remedy="冲销的说明写在「原因」" if is_red else "说明写在「摘要」；「原因」只在红字冲销时填",
        )
    for header in (header for header in NAMED if is_red and first.has(header)):
        what = header.removesuffix("编号")
        yield Fault(
            code="voucher-cell-idle",
            place=first.at(header),
            found=f"红字冲销凭证填了「{header}」",
            expected="空",
            remedy=f"冲销的凭证跟着原凭证的{what}走，清空这一格",
        )
    for header in NAMED:
        if header in FORMS:
            yield from check_number_form(first, header)
    place = f"{first.place}，{group.name}"
    unread = {f"{place}的{header}" for header in PERSONS if not first.can_read(header)}
    handler, approver, bookkeeper = (first.text(header) for header in PERSONS)
    roles = check_roles(handler, approver, bookkeeper, place)
    yield from (fault for fault in roles if fault.place not in unread)


def _fault_missing(line: Line, header: str) -> Fault:
    return Fault(
        code="cell-empty",
        place=line.at(header),
        found="空",
        expected=f"每张凭证第一行都有「{header}」",
        remedy="补填这一格",
    )


def _check_repeated(group: Group) -> Iterator[Fault]:
    """No row says again what one above says: pasted twice together with its other side, it still balances."""
    seen: dict[Posting, Line] = {}
    for row in read_rows_of(group):
        if not row.is_sure:
            continue
        posting, first = row.posting, seen.setdefault(row.posting, row.line)
        if first is not row.line:
            what = f"{SIDES[posting.side]}方 {posting.account} {format_yuan(posting.amount_fen)}"
            yield Fault(
                code="row-duplicate",
                place=row.line.place,
                found=f"{what}，与{first.place}完全相同",
                expected="同一张凭证里各行不重复",
                remedy="多粘贴了一遍的，删去这一行；确实有两笔的，合成一行写总数",
            )
