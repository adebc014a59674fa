"""The books as a journal that hledger and Ledger both read.

What a village wrote stands in two places: in a transaction's description, where `;` and `|` would end it and are
written full-width, and behind a tag in its comment, where every mark that means something in a comment is. Both are
one line of single blanks; a description is cut where Ledger would refuse the line. A closing is a transaction of zeros
whose postings assert the balances of the month's last day; Ledger asserts in the order of the file, which is why a
journal goes month by month.
"""

from __future__ import annotations

import string
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
    name_journal_accounts,
)
from ledger.books.money import format_plain_yuan
from ledger.books.values import get_last_day
from ledger.books.vouchers import About

_TAGS = ("entry", "kind", "occurred", "attachments", "handler", "answers", *About._fields)
"""What stands in comments. Declared, as are accounts, so that the strictest reading of either finds no fault."""
DESCRIPTION_MAX_CHARS = 1_000
"""Of what a voucher says; four bytes each, and Ledger takes lines of 4,096."""
_FULL_WIDTH = 0xFEE0
"""From a mark of ASCII to the same mark as wide as a Chinese character."""
_DESCRIPTION = {ord(mark): ord(mark) + _FULL_WIDTH for mark in ";|"}
_COMMENT = {ord(mark): ord(mark) + _FULL_WIDTH for mark in string.punctuation if mark not in "*-._"}


def format_hledger(head: JournalHead, chart: Chart, steps: Iterable[Step]) -> Iterator[str]:
    """Yield the text of a journal, a directive or a few at a time."""
    yield _format_head(head, name_journal_accounts(chart))
    spelling = Spelling(
        accounts=lambda step, names: "\n".join([*(f"account {names[code]}" for code in step.codes), "\n"]),
        closing=_format_closing,
        conversion=_format_conversion,
        opening=_format_opening,
        voucher=_format_voucher,
    )
    yield from format_steps(chart, steps, spelling)


def _format_head(head: JournalHead, names: Mapping[str, str]) -> str:
    return "\n".join(
        [
            *list_head_lines(head),
            "; 看余额：hledger -f 这个文件 bal",
            "",
            f"commodity {CURRENCY}",
            f"    format 1000.00 {CURRENCY}",
            "",
            *(f"tag {name}" for name in _TAGS),
            "",
            *(f"account {name}" for name in names.values()),
            "\n",
        ]
    )


def _format_conversion(step: JournalConversion, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    known = set(before.values())
    declared = [f"account {name}" for name in after.values() if name not in known]
    head = [f"{step.period}-01 * 换用 {step.chart.version} 年科目表", f"    ; entry: {step.index}"]
    moves = list_moves(step, before, after, "    ")
    return "\n".join([*declared, "", *(head if moves else []), *moves, "\n"])


def _format_opening(opening: JournalOpening, names: Mapping[str, str]) -> str:
    lines = [f"{opening.period}-01 * 期初余额", f"    ; entry: {opening.index}"]
    return "\n".join([*lines, *list_postings(opening.postings, names, "    "), "\n"])


def _format_voucher(step: JournalVoucher, names: Mapping[str, str]) -> str:
    voucher = step.voucher
    lines = [
        f"{step.booked_on} * ({voucher.number}) {_describe(voucher.summary)}",
        f"    ; entry: {voucher.index}",
        f"    ; kind: {KIND_OF_CORRECTION[voucher.correction]}",
        f"    ; occurred: {voucher.occurred_on}",
        f"    ; attachments: {voucher.attachments}",
        f"    ; handler: {flatten_text(voucher.handler).translate(_COMMENT)}",
    ]
    if step.answers:
        lines.append(f"    ; answers: {step.answers}")
    lines += [f"    ; {name}: {number}" for name, number in voucher.about.list_numbers()]
    return "\n".join([*lines, *list_postings(voucher.postings, names, "    "), "\n"])


def _describe(text: str) -> str:
    line = flatten_text(text).translate(_DESCRIPTION)
    return line if len(line) <= DESCRIPTION_MAX_CHARS else f"{line[: DESCRIPTION_MAX_CHARS - 1]}…"


def _format_closing(
    closing: JournalClosing, names: Mapping[str, str], balances: Sequence[tuple[str, int]]
) -> str:
    lines = [f"{get_last_day(closing.period)} * {closing.period} 结账", f"    ; entry: {closing.index}"]
    lines += [
        f"    {names[code]}  0.00 {CURRENCY} = {format_plain_yuan(amount_fen)} {CURRENCY}"
        for code, amount_fen in balances
    ]
    return "\n".join([*lines, "\n"])
