"""A month's statements compared with the books: what would be recorded, and what to look at again; nothing is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from ledger.books.matching import Banked, Booked, Doubt, Matching, match_lines
from ledger.books.money import format_yuan, parse_yuan
from ledger.books.reconciliation import (
    ACCOUNTS_MAX,
    ITEMS_MAX,
    BankItem,
    BankReconciled,
    adjust,
    build_item,
    name_reconciliation,
)
from ledger.books.screening import format_found, hide_numbers
from ledger.books.values import get_last_day, is_day
from ledger.errors import Fault
from ledger.limits import FAULTS_MAX_SHOWN
from ledger.ports import Ports
from ledger.service.bank.outside import read_outside
from ledger.service.bank.statements import Statement, StatementLine
from ledger.service.drafts import MONTH, refuse_no_month
from ledger.state.bank import (
    Reconciliation,
    build_items,
    find_previous,
    find_reconciliation,
    get_bank_balance,
    get_version,
    list_booked,
)
from ledger.state.facts import BooksFacts, Facts, get_fact
from ledger.state.money import get_month

OLDER_MAX = 20
"""Items from before the first month that was compared, typed once."""


class Older(NamedTuple):
    """An item from before the first month, as it was typed."""

    amount: str
    day: str
    known_to: str
    side: str


class File(NamedTuple):
    """A statement as it was sent; the name is only shown."""

    data: bytes
    name: str


class Compared(NamedTuple):
    """What statements and books come to. With any fault there is no body.

    `lines` are those of the month; a `Banked` of the matching names one by its place among them, -1 for what the month
    before left open. `is_closed`: the month's books cannot change any more, so that this may be recorded.
    """

    banks: tuple[str, ...]
    body: BankReconciled | None
    faults: tuple[Fault, ...]
    is_closed: bool
    lines: tuple[StatementLine, ...]
    matching: Matching
    notices: tuple[str, ...]
    period: str


def compare(
    ports: Ports, village: str, period: str, files: Sequence[File], older: Sequence[Older] = ()
) -> Compared:
    """Return what the files, one for each bank account, come to with the books of a month.

    Every fault of all files at once. Raises Refused where the month is none of the books.
    """
    refuse_no_month(period)
    # Some banks name the file after the account.
    files = [file._replace(name=hide_numbers(file.name)) for file in files]
    faults = _check_files(files)
    statements = []
    for file in [] if faults else files:
        statement, more = read_outside(file.data, file.name)
        statements.append(statement)
        faults += more
    if not faults:
        faults = _check_statements(statements, files, period)
    items, more = _read_older(older, period)
    faults += more
    with ports.ledger.read(village) as reader:
        faults += _check_books(reader.facts, period)
        previous = find_previous(reader.facts, period)
        if items and previous is not None:
            faults.append(_fault_older_known(previous))
        if faults:
            return _refuse(period, faults)
        return _compare(reader.facts, period, statements, previous, items)


def _compare(
    facts: Facts,
    period: str,
    statements: Sequence[Statement],
    previous: Reconciliation | None,
    older: Sequence[BankItem],
) -> Compared:
    left = (*(previous.body.items if previous is not None else ()), *older)
    booked = list_booked(facts, period, previous)
    booked += [Booked(item.signed_fen, item.occurred_on) for item in older if item.known_to == "books"]
    banked = [Banked(item.signed_fen, item.occurred_on) for item in left if item.known_to == "bank"]
    lines: list[StatementLine] = []
    for account, statement in enumerate(statements):
        for line in _list_lines(statement, period):
            banked.append(Banked(line.amount_fen, line.occurred_on, line.vouchers, account, len(lines)))
            lines.append(line)
    matching = match_lines(booked, banked)
    items = build_items(matching.booked, ((one.amount_fen, one.occurred_on) for one in matching.banked))
    faults = _check_going_on(statements, period, previous)
    if len(items) > ITEMS_MAX:
        faults.append(_fault_items(period, len(items)))
    if faults:
        return _refuse(period, faults)
    body = BankReconciled(
        accounts=len(statements),
        bank_fen=sum(_get_balance(statement, period) for statement in statements),
        book_fen=get_bank_balance(facts, period),
        items=items,
        lines=len(lines),
        previous=previous.at if previous is not None else 0,
        version=get_version(facts, period) + 1,
    )
    return Compared(
        banks=tuple(statement.bank for statement in statements),
        body=body,
        faults=(),
        is_closed=bool(get_month(facts, period).closed),
        lines=tuple(lines),
        matching=matching,
        notices=tuple(_list_notices(statements, period, matching, body, previous)),
        period=period,
    )


def _refuse(period: str, faults: Sequence[Fault]) -> Compared:
    return Compared(
        banks=(),
        body=None,
        faults=tuple(faults[:FAULTS_MAX_SHOWN]),
        is_closed=False,
        lines=(),
        matching=Matching((), (), (), ()),
        notices=(),
        period=period,
    )


def _check_files(files: Sequence[File]) -> list[Fault]:
    if not 1 <= len(files) <= ACCOUNTS_MAX:
        found = f"{len(files)} 个文件" if files else "没有选文件"
        expected = f"1 至 {ACCOUNTS_MAX} 个，一个账户一个"
        return [_fault("statement-files", "对账单", found, expected, "选好对账单的文件再传")]
    same = [
        (one, other)
        for one, other in combinations(files, 2)
        if hashlib.sha256(one.data).digest() == hashlib.sha256(other.data).digest()
    ]
    return [_fault_twice(one, other) for one, other in same]


def _fault_twice(one: File, other: File) -> Fault:
    found = f"和「{one.name}」是同一个账户的"
    return _fault("statement-twice", f"文件「{other.name}」", found, "一个账户一个文件", "去掉重复的一个")


def _check_statements(statements: Sequence[Statement], files: Sequence[File], period: str) -> list[Fault]:
    """No account is there twice, and what the bank was asked for is the whole month."""
    faults = []
    for (one, of_one), (other, of_other) in combinations(zip(files, statements, strict=True), 2):
        shared = {_identify(line) for line in of_one.lines} & {_identify(line) for line in of_other.lines}
        if shared:
            faults.append(_fault_twice(one, other))
    first, last = f"{period}-01", get_last_day(period)
    for file, statement in zip(files, statements, strict=True):
        if statement.begins_on and (statement.begins_on > first or statement.ends_on < last):
            faults.append(
                _fault(
                    "statement-span",
                    f"文件「{file.name}」",
                    f"{statement.begins_on} 至 {statement.ends_on} 的对账单",
                    f"包含 {first} 至 {last} 的整月",
                    "在网银里选整个月，重新下载",
                )
            )
    return faults


def _identify(line: StatementLine) -> tuple[str, int, int, str]:
    return line.occurred_on, line.amount_fen, line.balance_fen, line.account + line.party


def _check_books(facts: Facts, period: str) -> list[Fault]:
    books = get_fact(facts, "books", BooksFacts)
    if books is not None and period >= books.first_period:
        return []
    found = "还没有期初余额" if books is None else period
    expected = "先有期初余额" if books is None else f"{books.first_period} 或以后"
    remedy = "先导入并通过期初余额" if books is None else "开账以前的月份不在本账内"
    return [_fault("bank-no-books", name_reconciliation(period), found, expected, remedy)]


def _read_older(older: Sequence[Older], period: str) -> tuple[list[BankItem], list[Fault]]:
    """Return the items from before the first month; rows in which nothing stands do not count."""
    items: list[BankItem] = []
    faults: list[Fault] = []
    rows = [(number, one) for number, one in enumerate(older, 1) if one.day.strip() or one.amount.strip()]
    for number, one in rows[:OLDER_MAX]:
        item, more = _read_older_row(one, f"以前的第 {number} 笔", period)
        items += [item] if item is not None else []
        faults += more
    if len(rows) > OLDER_MAX:
        faults.append(
            _fault(
                "bank-older-count",
                "以前的",
                f"{len(rows)} 笔",
                f"不超过 {OLDER_MAX} 笔",
                "同一天、同一边、收付一样的，加起来写成一笔",
            )
        )
    return items, faults


def list_older(facts: Facts, period: str) -> list[Older]:
    """Return what the newest comparison of a month left open of what is older, as it would be typed; nothing but for
    the first month: every other goes on from the one before.
    """
    known = find_reconciliation(facts, period) if find_previous(facts, period) is None else None
    return [
        Older(format_yuan(item.amount_fen), item.occurred_on, item.known_to, item.side)
        for item in (known.body.items if known is not None else ())
        if item.occurred_on < f"{period}-01"
    ]


def _read_older_row(one: Older, place: str, period: str) -> tuple[BankItem | None, list[Fault]]:
    faults = []
    amount_fen, day = parse_yuan(one.amount), one.day.strip()
    if not isinstance(amount_fen, int) or amount_fen <= 0:
        amount_fen, found = 0, format_found(one.amount)
        faults.append(_fault("bank-older-amount", place, found, "大于零的金额，如 500.00", "改正金额"))
    if not (_is_written_day(day) and day < f"{period}-01"):
        expected = f"早于 {period}-01 的一天，如 2026-09-28"
        faults.append(_fault("bank-older-day", place, format_found(day), expected, "改正日期"))
    if one.side not in ("in", "out"):
        faults.append(_fault("bank-older-side", place, "没有选收还是付", "收、付选一样", "选好再对"))
    if one.known_to not in ("bank", "books"):
        faults.append(_fault("bank-older-side", place, "没有选哪一边已经有", "账上、银行选一边", "选好再对"))
    if faults:
        return None, faults
    signed_fen = amount_fen if one.side == "in" else -amount_fen
    return build_item(signed_fen, "bank" if one.known_to == "bank" else "books", day), []


def _is_written_day(text: str) -> bool:
    return (
        len(text) == 10
        and bool(MONTH.fullmatch(text[:7]))
        and text[7] == "-"
        and text[8:].isdecimal()
        and is_day(text)
    )


def _fault_older_known(previous: Reconciliation) -> Fault:
    return _fault(
        "bank-older-known",
        "以前的",
        "上个月已经对过账",
        "只在第一次对账时填",
        f"上个月没对上的已经接过来了（第 {previous.at} 条），不用再填",
    )


def _check_going_on(
    statements: Sequence[Statement], period: str, previous: Reconciliation | None
) -> list[Fault]:
    """The statements begin with what the bank had at the end of the month before."""
    if previous is None:
        return []
    opening_fen = sum(_get_opening(statement, period) for statement in statements)
    if opening_fen == previous.body.bank_fen:
        return []
    return [
        _fault(
            "statement-opening",
            f"{name_reconciliation(period)}，对账单的月初余额",
            format_yuan(opening_fen),
            f"{format_yuan(previous.body.bank_fen)}（上个月对账时银行的余额）",
            "少传了账户的，补上；传错了账户的，换掉；上个月对错了的，先重新对上个月",
        )
    ]


def _list_lines(statement: Statement, period: str) -> list[StatementLine]:
    return [line for line in statement.lines if line.occurred_on[:7] == period]


def _get_balance(statement: Statement, period: str) -> int:
    """Return what the bank had at the month's end: after the last line up to it, or before the first of all."""
    until = [line for line in statement.lines if line.occurred_on <= get_last_day(period)]
    return until[-1].balance_fen if until else statement.lines[0].balance_fen - statement.lines[0].amount_fen


def _get_opening(statement: Statement, period: str) -> int:
    before = [line for line in statement.lines if line.occurred_on < f"{period}-01"]
    return (
        before[-1].balance_fen if before else statement.lines[0].balance_fen - statement.lines[0].amount_fen
    )


def _list_notices(
    statements: Sequence[Statement],
    period: str,
    matching: Matching,
    body: BankReconciled,
    previous: Reconciliation | None,
) -> list[str]:
    """Return what nothing forbids and somebody should look at."""
    notices = []
    for statement in statements:
        beyond = len(statement.lines) - len(_list_lines(statement, period))
        if beyond:
            notices.append(f"{statement.bank}的对账单里有 {beyond} 笔不是这个月的，没有拿来对。")
        if not statement.begins_on:
            last = statement.lines[-1].occurred_on
            notices.append(f"{statement.bank}的对账单没有写起止日期，最后一笔是 {last}；请核对是不是整月的。")
    notices += [_tell_doubt(doubt) for doubt in matching.doubts]
    difference_fen = adjust(body).difference_fen
    if difference_fen and previous is None:
        told = format_yuan(abs(difference_fen))
        notices.append(
            f"调节以后还差 {told} 元：第一次对账的，查一查以前有没有一边记了、一边没记的，填在“以前的”里。"
        )
    return notices


def _tell_doubt(doubt: Doubt) -> str:
    amount = f"{'收' if doubt.amount_fen > 0 else '付'} {format_yuan(abs(doubt.amount_fen))} 元"
    if not doubt.is_chosen:
        numbers = [one.voucher for one in doubt.booked if one.voucher]
        days = [one.occurred_on for one in doubt.booked] + [one.occurred_on for one in doubt.banked]
        where = f"凭证 {numbers[0]}" if numbers else days[0]
        return f"{where} {amount}：有几种凑法都对得上，没有替您选，请自己核对。"
    booked = dict.fromkeys(one.voucher or one.occurred_on for one in doubt.booked)
    banked = dict.fromkeys(one.occurred_on for one in doubt.banked)
    left = f"账上剩下 {'、'.join(booked)}" if booked else f"银行剩下 {'、'.join(banked)}"
    return f"{amount}的不止一笔，按日期先后对上了前面的，{left}；请核对没有对错。"


def _fault_items(period: str, count: int) -> Fault:
    return _fault(
        "bank-items-count",
        name_reconciliation(period),
        f"{count} 笔没有对上",
        f"不超过 {ITEMS_MAX} 笔",
        "核对月份和账户有没有选错；真有这么多的，先把漏记的记上",
    )


def _fault(code: str, place: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)
