"""The end of a year at the desk: what is carried over and may be distributed, and its vouchers in the clerk's sheet.

Nothing is recorded here: the clerk looks the rows through, adds who handled and approved them, and hands them in as any
other voucher; another person passes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from ledger.books.accounts import Chart
from ledger.books.money import format_plain_yuan, parse_yuan
from ledger.books.statements import pick_results
from ledger.books.values import get_last_day
from ledger.books.year_end import (
    Proposal,
    Share,
    check_shares,
    count_distributable,
    is_proposed,
    list_kept,
    list_year_end,
)
from ledger.errors import Fault, NotFound, Refused
from ledger.figures.charts import collect_chart
from ledger.limits import SUMMARY_MAX_CHARS, TYPED_MAX_ROWS
from ledger.ports import Ports, Reader
from ledger.service.proposals import build_full, find_number, find_parts
from ledger.service.refilling import arrange
from ledger.service.screening import check_texts, list_names
from ledger.service.sheets import read_texts
from ledger.service.slots import list_waiting_slots
from ledger.service.unsent import Opened, open_sheet, save_sheet
from ledger.service.workbooks.columns import WORKBOOKS
from ledger.service.workbooks.voucher_rows import PERSONS
from ledger.state import get_day
from ledger.state.charts import list_leaves
from ledger.state.facts import Facts
from ledger.state.money import get_balances, get_month, get_successor, list_book_months

Purpose = Literal["reserves", "members", "others"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
"""To whom a year's income goes, in the order in which it does, once losses are covered."""
PURPOSE_NAMES: Mapping[Purpose, str] = {
    "reserves": "提取公积公益金",
    "members": "向成员分配",
    "others": "其他分配",
}
_ACCOUNTS: Mapping[str, Mapping[Purpose, str]] = {
    "2023": {"reserves": "311", "members": "113", "others": "211"},
    "2004": {"reserves": "311", "members": "113", "others": "202"},
}
"""Where each stands until it is paid; in the statements that is how it is told whom it went to."""
RESOLUTION = "哪次会议定的"
_SHEET = "凭证"
_PLACES = {column.header: at for at, column in enumerate(WORKBOOKS["vouchers"].sheets[0].columns)}
_WRITTEN = ("附件张数", *PERSONS)
"""What a clerk writes beside a proposal."""
Cells = tuple[str, ...]
"""The texts of a row, by column."""


class YearEnd(NamedTuple):
    """How a year stands before its last month is closed; amounts in fen, positive as each is usual."""

    accounts: Mapping[Purpose, tuple[tuple[str, str], ...]]  # code and name of those it may stand in
    before_fen: int  # undistributed when the year's results are left out
    chart: Chart
    distributable_fen: int  # before_fen with the results
    expenses: tuple[tuple[str, str, int], ...]  # code, name, amount
    incomes: tuple[tuple[str, str, int], ...]
    is_closed: bool
    is_over: bool  # the year's last day is here
    parts: Mapping[str, str]  # of what is given out and kept: to which part vouchers go where there is one
    left: tuple[Proposal, ...]  # what is still to be carried over, without any distribution
    waiting: int  # vouchers of the year that wait to be passed: their amounts are not in yet
    year: str


def look_at_year(ports: Ports, village: str, year: str) -> YearEnd:
    """Return how a year stands; NotFound for one in which the books have no month."""
    with ports.ledger.read(village) as reader:
        return _look(ports, village, reader, year)


def put_in_sheet(
    ports: Ports,
    village: str,
    user: str,
    year: str,
    given: Mapping[Purpose, tuple[str, str]],
    resolution: str,
) -> Opened:
    """Put the vouchers of the year's end below what somebody has typed, in place of those that were put there before.

    `given` are the texts of amounts and accounts. Raises Refused with every fault, each at the name of its purpose;
    also where other vouchers of the year are typed, whose amounts would be missing, and where no room is left.
    """
    kept = open_sheet(ports, village, user, "vouchers")
    typed, laid, others = _part(kept.state.tables.get(_SHEET, ()), year)
    with ports.ledger.read(village) as reader:
        end = _look(ports, village, reader, year)
        shares, faults = _read_shares(end, given)
        if shares or resolution.strip():
            faults += check_texts({RESOLUTION: resolution}, list_names(ports, village))
            faults += _check_length(resolution.strip())
        faults += check_shares(end.distributable_fen, shares)
        faults += _check_ready(end, shares, others)
        if faults:
            raise Refused(faults)
        balances = get_balances(reader.facts, f"{year}-12")
        proposals = list_year_end(end.chart, balances, shares, resolution.strip(), end.parts)
    number = find_number(ports, village, f"{year}-12", (row[_PLACES["凭证号"]] for row in typed))
    rows = _fill_rows(end.chart, number, proposals, laid)
    if len(typed) + len(rows) > TYPED_MAX_ROWS:
        raise Refused([build_full(len(typed))])
    tables = {**kept.state.tables, _SHEET: (*typed, *rows)}
    return save_sheet(ports, village, user, "vouchers", tables, start=kept.version)


def _part(typed: Sequence[Cells], year: str) -> tuple[list[Cells], Mapping[str, Cells], int]:
    """Part typed rows: those that stay, the first of each proposal that was put there by its summary, and how many
    other vouchers of the year there are.
    """
    stay, laid, others = list[Cells](), dict[str, Cells](), 0
    for rows in _list_vouchers(typed):
        first = rows[0]
        is_of_year = any(first[_PLACES[header]].strip().startswith(year) for header in ("凭证号", "日期"))
        is_answer = any(first[_PLACES[header]].strip() for header in ("冲销凭证号", "更正凭证号"))
        summary, accounts = first[_PLACES["摘要"]], [row[_PLACES["科目代码"]] for row in rows]
        if is_of_year and not is_answer and is_proposed(summary, accounts):
            laid[summary.partition("：")[0]] = first
            continue
        others += is_of_year
        stay += rows
    return stay, laid, others


def _list_vouchers(typed: Sequence[Cells]) -> list[list[Cells]]:
    """Return the rows of each voucher: one begins with another number than the row before."""
    vouchers: list[list[Cells]] = []
    for row in typed:
        number = row[_PLACES["凭证号"]].strip()
        if not vouchers or (number and number != vouchers[-1][0][_PLACES["凭证号"]].strip()):
            vouchers.append([])
        vouchers[-1].append(row)
    return vouchers


def _look(ports: Ports, village: str, reader: Reader, year: str) -> YearEnd:
    facts = reader.facts
    if not any(month[:4] == year for month in list_book_months(facts)):
        raise NotFound("这一年的账")
    period = f"{year}-12"
    chart = collect_chart(facts, ports.reference, read_texts(reader), period)
    balances = get_balances(facts, period)
    results = sorted(pick_results(chart, balances).items())
    rows = [(code, chart.accounts[code], amount) for code, amount in results if amount]
    distributable_fen = count_distributable(chart, balances)
    parts = find_parts(facts, chart.version, list_kept(chart), period)
    return YearEnd(
        accounts={
            purpose: _list_accounts(facts, chart, code, period)
            for purpose, code in _ACCOUNTS[chart.version].items()
        },
        before_fen=distributable_fen + sum(amount for _, amount in results),
        chart=chart,
        distributable_fen=distributable_fen,
        expenses=tuple((code, one.name, amount) for code, one, amount in rows if one.class_ == "expense"),
        incomes=tuple((code, one.name, -amount) for code, one, amount in rows if one.class_ == "income"),
        is_closed=bool(get_month(facts, period).closed),
        is_over=get_day(ports.clock.now_ms()) >= get_last_day(period),
        left=tuple(list_year_end(chart, balances, parts=parts)),
        parts=parts,
        waiting=sum(
            slot[0] == "voucher" and slot[1].startswith(year)
            for slot in list_waiting_slots(ports.vault, village)
        ),
        year=year,
    )


def _list_accounts(facts: Facts, chart: Chart, code: str, period: str) -> tuple[tuple[str, str], ...]:
    """Return the account, or where the village divided it, its parts that nothing divides further."""
    return tuple((one, chart.accounts[one].name) for one in list_leaves(facts, chart.version, code, period))


def _read_shares(end: YearEnd, given: Mapping[Purpose, tuple[str, str]]) -> tuple[list[Share], list[Fault]]:
    shares, faults = [], []
    for purpose in PURPOSES:
        amount, account = given.get(purpose, ("", ""))
        known = [code for code, _ in end.accounts[purpose]]
        if not amount.strip():
            continue
        read = parse_yuan(amount)
        if isinstance(read, str) or read <= 0:
            reason = read if isinstance(read, str) else "金额要大于零"
            faults.append(
                _fault("share-amount", purpose, reason, "大于零的金额，最多两位小数", "改正金额；不分的留空")
            )
        elif account not in known:
            faults.append(
                _fault("share-account", purpose, f"科目 {account or '没有选'}", "列出的一个", "选一个科目")
            )
        else:
            shares.append(Share(account, read))
    return shares, faults


def _check_length(resolution: str) -> list[Fault]:
    most = SUMMARY_MAX_CHARS - len("收益分配：")
    if len(resolution) <= most:
        return []
    return [
        Fault(
            code="share-resolution",
            place=RESOLUTION,
            found=f"{len(resolution)} 个字",
            expected=f"不超过 {most} 个字",
            remedy="写短一些，如 2026-12-20 成员大会",
        )
    ]


def _check_ready(end: YearEnd, shares: Sequence[Share], typed: int) -> list[Fault]:
    """The year is over and open, and nothing of it waits or is typed; there is something to do."""
    place = f"{end.year}年末结转"
    faults = []
    if end.is_closed:
        faults.append(
            Fault(
                code="year-closed",
                place=place,
                found=f"{end.year}年12月已经结账",
                expected="还没有结账的年末",
                remedy="结账以后不再打开；要更正、要分配的，记在还没结账的月份",
            )
        )
    elif not end.is_over:
        faults.append(
            Fault(
                code="year-running",
                place=place,
                found="这一年还没过完",
                expected=f"{end.year}-12-31 或以后",
                remedy="到年末这一天再结转，先把这一年的凭证记完",
            )
        )
    if end.waiting:
        faults.append(
            Fault(
                code="year-waiting",
                place=place,
                found=f"还有 {end.waiting} 张凭证等审核",
                expected="这一年的凭证都已审核",
                remedy="等另一位审核完再结转，不然结转的数会不对",
            )
        )
    if typed:
        faults.append(
            Fault(
                code="year-typed",
                place=place,
                found=f"填的凭证表里还有 {typed} 张这一年的凭证没有交审",
                expected="这一年的凭证都已交审、审核",
                remedy="先把那几张交审，等另一位审核完再结转；不要的删去",
            )
        )
    if not end.left and not shares:
        faults.append(
            Fault(
                code="year-done",
                place=place,
                found="没有要结转的，也没有写分配",
                expected="有要结转或分配的",
                remedy="都已结转：可以去结账；要分配的，写上金额",
            )
        )
    return faults


def _fill_rows(
    chart: Chart, number: str, proposals: Sequence[Proposal], laid: Mapping[str, Cells]
) -> tuple[Cells, ...]:
    """Return the rows; who acts and what is attached stay as they were written beside the same proposal."""
    rows = []
    for proposal in proposals:
        before = laid.get(proposal.summary.partition("：")[0])
        written = {header: before[_PLACES[header]] for header in _WRITTEN} if before else {"附件张数": "1"}
        shared = {
            "凭证号": number,
            "日期": get_last_day(number[:7]),
            "摘要": proposal.summary,
            **written,
        }
        for posting in proposal.postings:
            side = "借方金额" if posting.side == "debit" else "贷方金额"
            own = {
                "科目代码": posting.account,
                "科目名称": chart.accounts[posting.account].name,
                side: format_plain_yuan(posting.amount_fen),
            }
            rows.append({**shared, **own})
            shared = {}
        number = get_successor(number)
    return arrange("vouchers", _SHEET, rows)


def _fault(code: str, purpose: Purpose, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=PURPOSE_NAMES[purpose], found=found, expected=expected, remedy=remedy)
