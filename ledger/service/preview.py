"""Lines in which a workbook's rows, and the drafts they became, are shown: the same to the clerk and to the checker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ledger.books.accounts import Chart, find_account
from ledger.books.money import format_yuan
from ledger.books.points import Rule, is_sealed
from ledger.books.scores import SchemeItem
from ledger.books.vouchers import AccountBalance, Posting

SIDES = {"debit": "借", "credit": "贷"}
_SEALED = "（整行密封）"


def preview_voucher(label: str, day: str, attachments: int, persons: Mapping[str, str]) -> str:
    """Return the first line of a voucher; `persons` are names by what each answers for."""
    named = " ".join(f"{duty} {name}" for duty, name in persons.items())
    return f"{label}　{day} 附件 {attachments} 张 {named}"


def preview_postings(chart: Chart, postings: Iterable[Posting | AccountBalance]) -> Iterator[str]:
    """Yield a line for each posting or balance."""
    for posting in postings:
        account = find_account(chart, posting.account)
        name = f" {account.name}" if account is not None else ""
        yield f"　{SIDES[posting.side]} {posting.account}{name} {format_yuan(posting.amount_fen)}"


def preview_award(number: str, rule: Rule, title: str, quantity: int, evidence: str) -> str:
    """Return the line of what a household is awarded."""
    worth = f"{rule.points} × {quantity} = {rule.points * quantity} 分"
    return f"　户 {number} {rule.code} {title} {worth}{_SEALED if is_sealed(rule) else ''}　{evidence}"


def preview_taken(number: str, rule: str, evidence: str) -> str:
    """Return the line of an award that is taken back."""
    return f"　户 {number} {rule} 证据 {evidence}"


def preview_mark(number: str, item: SchemeItem, title: str, quantity: int, evidence: str) -> str:
    """Return the line of a member's mark."""
    worth = f"{item.points} × {quantity} = {item.points * quantity} 分"
    return f"　党员 {number} {item.code} {title} {worth}{_SEALED if item.points < 0 else ''}　{evidence}"


def preview_card(number: str, score: int, stars: int) -> str:
    """Return the line of a member's card."""
    return f"　评分卡 {number}：{score} 分，{stars} 星"
