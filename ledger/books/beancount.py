"""The books as a Beancount file, which `bean-check` accepts and Fava opens.

What a village wrote stands in quotes alone, as one line, with quotes and backslashes escaped: whatever it says, it
starts no directive. A balance is asserted to the fen (`~ 0.00`): Beancount would else let one fen pass. It counts an
account together with those below it, and so does the assertion; the day of an assertion is the one after the month, at
whose beginning Beancount looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ledger.books.accounts import Chart
from ledger.books.balances import sign_posting
from ledger.books.journals import (
    CURRENCY,
    KIND_OF_CORRECTION,
    JournalAccounts,
    JournalClosing,
    JournalConversion,
    JournalHead,
    JournalOpening,
    JournalVoucher,
    SeenAccounts,
    Step,
    flatten_text,
    name_journal_accounts,
)
from ledger.books.money import format_plain_yuan
from ledger.books.values import get_next_period
from ledger.books.vouchers import Posting


def format_beancount(head: JournalHead, chart: Chart, steps: Iterable[Step]) -> Iterator[str]:
    """Yield the text of a Beancount file, a directive or a few at a time."""
    names, seen = name_journal_accounts(chart), SeenAccounts()
    opened: set[str] = set()
    yield _format_head(head)
    for step in steps:
        if isinstance(step, JournalClosing):
            yield _format_closing(step, names, seen.list_balances(step))
        elif isinstance(step, JournalOpening):
            seen.add(step.postings)
            yield _format_accounts(chart, names, chart.accounts, step.period)
            opened.update(names.values())
            yield _format_opening(step, names)
        elif isinstance(step, JournalAccounts):
            names |= name_journal_accounts(step.chart)
            yield _format_accounts(step.chart, names, step.codes, step.period)
            opened.update(names[code] for code in step.codes)
        elif isinstance(step, JournalConversion):
            yield _format_conversion(step, names, opened)
            names = name_journal_accounts(step.chart)
            opened.update(names.values())
            seen.begin_anew()
        else:
            seen.add(step.voucher.postings)
            yield _format_voucher(step, names)


def _format_head(head: JournalHead) -> str:
    return "\n".join(
        [
            f"; 村 {head.village} 的账簿，科目表 {head.chart}，共 {head.size} 条记录，指纹码 {head.fingerprint}",
            f"; 来源 {head.origin}",
            "; 打开：fava 这个文件；核对：bean-check 这个文件",
            f'option "title" {_quote(f"村 {head.village} 的账簿")}',
            f'option "operating_currency" "{CURRENCY}"',
            "\n",
        ]
    )


def _format_accounts(chart: Chart, names: dict[str, str], codes: Iterable[str], period: str) -> str:
    """Open accounts on a month's first day, the whole chart on the books': which there are is part of what an auditor
    reads.
    """
    lines = []
    for code in codes:
        account = chart.accounts[code]
        lines.append(f"{period}-01 open {names[code]} {CURRENCY}")
        lines.append(f"  code: {_quote(code)}")
        lines.append(f"  name: {_quote(flatten_text(account.name))}")
        lines.append(f"  side: {_quote(account.normal_side)}")
    return "\n".join([*lines, "\n"])


def _format_conversion(step: JournalConversion, names: dict[str, str], opened: set[str]) -> str:
    """Open what the new chart has and the old one had not, and move every balance whose account is named otherwise."""
    after = name_journal_accounts(step.chart)
    codes = [code for code in step.chart.accounts if after[code] not in opened]
    day = f"{step.period}-01"
    lines = [f'{day} * "换用 {step.chart.version} 年科目表" #conversion', f"  entry: {step.index}"]
    for move in step.moves:
        if names[move.account] != after[move.becomes]:
            signed = format_plain_yuan(move.amount_fen if move.side == "debit" else -move.amount_fen)
            back = format_plain_yuan(-move.amount_fen if move.side == "debit" else move.amount_fen)
            lines.append(f"  {names[move.account]}  {back} {CURRENCY}")
            lines.append(f"  {after[move.becomes]}  {signed} {CURRENCY}")
    moved = "\n".join([*lines, "\n"]) if len(lines) > 2 else ""
    return _format_accounts(step.chart, after, codes, step.period) + moved


def _format_opening(opening: JournalOpening, names: dict[str, str]) -> str:
    lines = [f'{opening.period}-01 * "期初余额" #opening', f"  entry: {opening.index}"]
    return "\n".join([*lines, *_list_postings(opening.postings, names), "\n"])


def _format_voucher(step: JournalVoucher, names: dict[str, str]) -> str:
    voucher = step.voucher
    marks = [f"#{voucher.correction}"] if voucher.correction else []
    marks += [f"^v-{number}" for number in (voucher.number, step.answers) if number]
    lines = [
        f"{step.booked_on} * {_quote(flatten_text(voucher.summary))} {' '.join(marks)}",
        f"  entry: {voucher.index}",
        f"  voucher: {_quote(voucher.number)}",
        f"  kind: {_quote(KIND_OF_CORRECTION[voucher.correction])}",
        f"  occurred: {voucher.occurred_on}",
        f"  attachments: {voucher.attachments}",
        f"  handler: {_quote(flatten_text(voucher.handler))}",
    ]
    if step.answers:
        lines.append(f"  answers: {_quote(step.answers)}")
    return "\n".join([*lines, *_list_postings(voucher.postings, names), "\n"])


def _format_closing(
    closing: JournalClosing, names: dict[str, str], balances: Sequence[tuple[str, int]]
) -> str:
    day = f"{get_next_period(closing.period)}-01"
    lines = [f"; {closing.period} 结账，第 {closing.index} 条"]
    for code, _own in balances:
        with_below_fen = sum(amount_fen for below, amount_fen in balances if below.startswith(code))
        lines.append(f"{day} balance {names[code]}  {format_plain_yuan(with_below_fen)} ~ 0.00 {CURRENCY}")
        lines.append(f"  entry: {closing.index}")
    return "\n".join([*lines, "\n"])


def _list_postings(postings: Iterable[Posting], names: dict[str, str]) -> list[str]:
    return [
        f"  {names[posting.account]}  {format_plain_yuan(sign_posting(posting))} {CURRENCY}"
        for posting in postings
    ]


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
