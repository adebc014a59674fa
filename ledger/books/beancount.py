"""The books as a Beancount file, which `bean-check` accepts and Fava opens.

What a village wrote stands in quotes alone, as one line, with quotes and backslashes escaped: whatever it says, it
starts no directive. A balance is asserted to the fen (`~ 0.00`): Beancount would else let one fen pass. It counts an
account together with those below it, and so does the assertion; the day of an assertion is the one after the month, at
whose beginning Beancount looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ledger.books.accounts import Chart
from ledger.books.journals import (
    CURRENCY,
    KIND_OF_CORRECTION,
    JournalClosing,
    JournalConversion,
    JournalHead,
    JournalOpening,
    JournalVoucher,
    Spelling,
    Step,
    flatten_text,
    format_steps,
    list_head_lines,
    list_moves,
    list_postings,
)
from ledger.books.money import format_plain_yuan
from ledger.books.values import get_next_period


def format_beancount(head: JournalHead, chart: Chart, steps: Iterable[Step]) -> Iterator[str]:
    """Yield the text of a Beancount file, a directive or a few at a time."""
    yield _format_head(head)
    spelling = Spelling(
        accounts=lambda step, names: _format_accounts(step.chart, names, step.codes, step.period),
        closing=_format_closing,
        conversion=_format_conversion,
        opening=lambda step, names: (
            _format_accounts(chart, names, chart.accounts, step.period) + _format_opening(step, names)
        ),
        voucher=_format_voucher,
    )
    yield from format_steps(chart, steps, spelling)


def _format_head(head: JournalHead) -> str:
    return "\n".join(
        [
            *list_head_lines(head),
            "; 打开：fava 这个文件；核对：bean-check 这个文件",
            f'option "title" {_quote(f"村 {head.village} 的账簿")}',
            f'option "operating_currency" "{CURRENCY}"',
            "\n",
        ]
    )


def _format_accounts(chart: Chart, names: Mapping[str, str], codes: Iterable[str], period: str) -> str:
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


def _format_conversion(step: JournalConversion, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Open what the new chart has and the old one had not, and move every balance whose account is named otherwise."""
    known = set(before.values())
    codes = [code for code in step.chart.accounts if after[code] not in known]
    head = [
        f'{step.period}-01 * "换用 {step.chart.version} 年科目表" #conversion',
        f"  entry: {step.index}",
    ]
    moves = list_moves(step, before, after, "  ")
    moved = "\n".join([*head, *moves, "\n"]) if moves else ""
    return _format_accounts(step.chart, after, codes, step.period) + moved


def _format_opening(opening: JournalOpening, names: Mapping[str, str]) -> str:
    lines = [f'{opening.period}-01 * "期初余额" #opening', f"  entry: {opening.index}"]
    return "\n".join([*lines, *list_postings(opening.postings, names, "  "), "\n"])


def _format_voucher(step: JournalVoucher, names: Mapping[str, str]) -> str:
    voucher = step.voucher
    marks = [f"#{voucher.correction}"] if voucher.correction else []
    marks += [f"^v-{number}" for number in (voucher.number, step.answers) if number]
    marks += [f"^{number}" for _, number in voucher.about.list_numbers()]
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
    lines += [f"  {name}: {_quote(number)}" for name, number in voucher.about.list_numbers()]
    return "\n".join([*lines, *list_postings(voucher.postings, names, "  "), "\n"])


def _format_closing(
    closing: JournalClosing, names: Mapping[str, str], balances: Sequence[tuple[str, int]]
) -> str:
    day = f"{get_next_period(closing.period)}-01"
    lines = [f"; {closing.period} 结账，第 {closing.index} 条"]
    for code, _own in balances:
        with_below_fen = sum(amount_fen for below, amount_fen in balances if below.startswith(code))
        lines.append(f"{day} balance {names[code]}  {format_plain_yuan(with_below_fen)} ~ 0.00 {CURRENCY}")
        lines.append(f"  entry: {closing.index}")
    return "\n".join([*lines, "\n"])


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
