"""The sheets 增设 and 停用: sub-accounts that the village adds to its chart of accounts, and closes again.

Rows of one month become one entry, and what is closed another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from ledger.books.accounts import Chart, find_account
from ledger.books.screening import format_found
from ledger.books.subaccounts import AccountsAdded, AccountsClosed, NewAccount, get_parent, name_in_full
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.preview import preview_added
from ledger.service.screening import check_published
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.people import fault_twice
from ledger.service.workbooks.tray import Tray
from ledger.service.workbooks.voucher_rows import show_code

_CODE = re.compile(r"[1-5][0-9]{2}(?:[0-9]{2}){1,3}", re.ASCII)


def gather_accounts(tray: Tray, added: Sequence[Line], closed: Sequence[Line]) -> None:
    """Judge the sub-accounts of a file and draft them: those of each month together, then what is closed."""
    chart = tray.get_chart()
    for lines, header in ((added, "明细科目代码"), (closed, "科目代码")):
        tray.refuse(_check_cells(tray, lines, header))
    if tray.faults:
        return
    for period in sorted({line.text("从哪个月起") for line in added}):
        lines = [line for line in added if line.text("从哪个月起") == period]
        _gather_added(tray, chart, period, sorted(lines, key=lambda line: line.text("明细科目代码")))
    if closed:
        _gather_closed(tray, chart, sorted(closed, key=lambda line: line.text("科目代码")))


def _gather_added(tray: Tray, chart: Chart, period: str, lines: Sequence[Line]) -> None:
    tray.refuse(_check_titles(chart, lines))
    texts = Discloser(tray.desk.ports.entropy)
    named = [(line.text("明细科目代码"), line.text("明细科目名称")) for line in lines]
    accounts = tuple(NewAccount(code=code, title=texts.publish("title", title)) for code, title in named)
    body = AccountsAdded(accounts=accounts, chart=chart.version)
    day = min(f"{period}-01", tray.desk.today)
    faults = tray.check(body, day, period)
    tray.refuse(_place(faults, {line.text("明细科目代码"): line for line in lines}))
    if tray.faults:
        return
    label = f"{period} 起增设明细科目 {len(named)} 个"
    tray.preview.append(label)
    tray.add(body, day, period, label, texts)
    tray.preview += preview_added(chart, dict(named))


def _gather_closed(tray: Tray, chart: Chart, lines: Sequence[Line]) -> None:
    reasons = sorted({line.text("原因") for line in lines})
    if len(reasons) > 1:
        tray.refuse([_build_reasons(lines, reasons)])
        return
    texts = Discloser(tray.desk.ports.entropy)
    codes = tuple(line.text("科目代码") for line in lines)
    body = AccountsClosed(accounts=codes, chart=chart.version, reason=texts.publish("reason", reasons[0]))
    faults = tray.check(body, tray.desk.today, tray.desk.today[:7])
    tray.refuse(_place(faults, {line.text("科目代码"): line for line in lines}))
    if tray.faults:
        return
    label = f"停用明细科目 {len(codes)} 个"
    tray.preview += [label, f"　原因：{reasons[0]}"]
    tray.preview += [f"　停用 {code} {name_in_full(chart, code)}" for code in codes]
    tray.add(body, tray.desk.today, tray.desk.today[:7], label, texts)


def _check_cells(tray: Tray, lines: Sequence[Line], header: str) -> Iterator[Fault]:
    """Every code has its form and stands once; every text may be published."""
    seen: dict[str, Line] = {}
    for line in lines:
        code = line.text(header)
        if code and not _CODE.fullmatch(code):
            yield Fault(
                code="account-code-form",
                place=line.at(header),
                found=format_found(show_code(code)),
                expected="上级科目的代码加两位数字，一共 5、7 或 9 位",
                remedy="对照会计科目表改正代码",
            )
        if code in seen:
            yield fault_twice(line, header, f"科目代码 {code}", seen[code])
        elif code:
            seen[code] = line
        for column in ("明细科目名称", "原因"):
            if line.has(column):
                yield from check_published(line.written(column), line.at(column), tray.desk.names)


def _check_titles(chart: Chart, lines: Sequence[Line]) -> Iterator[Fault]:
    """No two accounts below the same one have one name: nobody could tell them apart."""
    names = {(account.parent, account.name): code for code, account in chart.accounts.items()}
    for line in lines:
        code, title = line.text("明细科目代码"), line.text("明细科目名称")
        other = names.setdefault((get_parent(code), title), code)
        if other != code:
            known = find_account(chart, other)
            yield Fault(
                code="account-title-twice",
                place=line.at("明细科目名称"),
                found=f"{other} 也叫「{known.name if known is not None else title}」",
                expected="同一个上级下面不同的名称",
                remedy="换一个分得清的名称；是同一个科目的，不用再设",
            )


def _place(faults: Sequence[Fault], lines: dict[str, Line]) -> Iterator[Fault]:
    """Say at which row a fault of a code stands; the others are of the whole sheet."""
    first = next(iter(lines.values()))
    for fault in faults:
        own = next((line for code, line in lines.items() if fault.place.endswith(f" {code}")), None)
        where = own.place if own is not None else f"工作表「{first.sheet}」"
        yield msgspec.structs.replace(fault, place=f"{where}，{fault.place}")


def _build_reasons(lines: Sequence[Line], reasons: Sequence[str]) -> Fault:
    return Fault(
        code="account-reasons",
        place=f"工作表「{lines[0].sheet}」",
        found=f"{len(reasons)} 种原因",
        expected="各行相同",
        remedy="改成一样的；原因不同的分两次交",
    )
