"""The sheet 换科目: every balance under the chart of 2004 with the account of 2023 to which it goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ledger.books.accounts import Chart, check_account, find_account
from ledger.books.conversion import AccountsConverted, Move
from ledger.books.money import format_yuan
from ledger.books.screening import format_found
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.preview import preview_move
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.tray import Tray
from ledger.service.workbooks.voucher_rows import show_code
from ledger.state.facts import BooksFacts, get_fact
from ledger.state.money import get_earliest_open


def gather_conversion(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge the moves and draft them as one entry of the next month to be closed."""
    period = get_earliest_open(tray.facts) or tray.desk.today[:7]
    old, new = tray.get_chart(), tray.desk.ports.reference.charts["2023"]
    for line in lines:
        tray.refuse(_check_cells(line, old, "原科目代码", "原科目名称"))
        tray.refuse(_check_cells(line, new, "新科目代码", "新科目名称"))
        tray.refuse(_check_amount(line))
    if tray.faults or not lines:
        return
    moves = sorted(
        (_read_move(line) for line in lines), key=lambda move: (move.account, move.becomes, move.side)
    )
    body = AccountsConverted(chart="2023", moves=tuple(moves))
    day = min(f"{period}-01", tray.desk.today)
    tray.refuse(
        msgspec.structs.replace(fault, place=f"工作表「{lines[0].sheet}」，{fault.place}")
        for fault in tray.check(body, day, period)
    )
    if tray.faults:
        return
    label = f"{period} 起换用 2023 年科目：{len(moves)} 行"
    tray.preview.append(label)
    tray.preview += [preview_move(old, new, move) for move in moves]
    books = get_fact(tray.facts, "books", BooksFacts)
    if books is not None and period[5:] != "01":
        tray.notices.append(f"{period} 不是年初：这一年的收入、支出按两版科目分开列，年初换最清楚")
    tray.add(body, day, period, label, Discloser(tray.desk.ports.entropy))


def _check_cells(line: Line, chart: Chart, code_header: str, name_header: str) -> Iterator[Fault]:
    """The code is in the chart, and the name beside it is that account's."""
    code, name = line.text(code_header), line.text(name_header)
    account = find_account(chart, code)
    if account is None:
        yield from check_account(chart, show_code(code), line.at(code_header)) if code else ()
    elif name and name != account.name:
        yield Fault(
            code="account-name",
            place=line.at(name_header),
            found=format_found(name),
            expected=f"{account.code} {account.name}",
            remedy="科目代码和名称对不上，改正其中一个",
        )


def _check_amount(line: Line) -> Iterator[Fault]:
    are_both = line.has("借方余额") and line.has("贷方余额")
    if are_both or (line.lacks("借方余额") and line.lacks("贷方余额")):
        yield Fault(
            code="posting-sides",
            place=f"{line.place}「借方余额」「贷方余额」",
            found="两边都填了" if are_both else "两边都空着",
            expected="只填一边",
            remedy="填在原科目余额所在的一边",
        )
    for header in ("借方余额", "贷方余额"):
        if header in line.values and line.number(header) <= 0:
            yield Fault(
                code="move-amount",
                place=line.at(header),
                found=format_yuan(line.number(header)),
                expected="大于零的金额",
                remedy="改正金额；方向用借、贷表示",
            )


def _read_move(line: Line) -> Move:
    side = "debit" if line.has("借方余额") else "credit"
    amount_fen = line.number("借方余额" if side == "debit" else "贷方余额")
    return Move(
        account=line.text("原科目代码"),
        amount_fen=amount_fen,
        becomes=line.text("新科目代码"),
        side="debit" if side == "debit" else "credit",
    )
