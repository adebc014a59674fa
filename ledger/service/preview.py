"""Lines in which a workbook's rows, and the drafts they became, are shown: the same to the clerk and to the checker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ledger.books.accounts import Chart, find_account
from ledger.books.contracts import (
    DIRECTION_NAMES,
    PARTY_NAMES,
    PROCEDURE_NAMES,
    Change,
    ContractAmended,
    ContractSigned,
    Direction,
    Due,
)
from ledger.books.money import format_yuan
from ledger.books.objections import CAME_NAMES, OUTCOME_NAMES, ObjectionAnswered, ObjectionRaised, tell_kind
from ledger.books.points import CONSENT_NAMES, Rule, is_sealed
from ledger.books.revisions import Terms, compare_versions
from ledger.books.scores import SchemeItem
from ledger.books.vouchers import AccountBalance, Posting
from ledger.state.private import Agreement

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


def preview_consents(agreement: Agreement) -> str:
    """Return what a household consented to."""
    given = [title for name, title in CONSENT_NAMES.items() if getattr(agreement, name)]
    return "、".join(given) or "都不同意"


def preview_about(contract: str, title: str) -> str:
    """Return the line of the contract that a voucher is about."""
    return f"　按合同 {contract} {title}".rstrip()


def preview_contract(body: ContractSigned, day: str, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield what a contract that was signed on a day says.

    `texts` are its public texts and the counterparty's name, by the headers of the workbook.
    """
    yield f"　对方：{texts['对方']}（{PARTY_NAMES[body.party]}，{PROCEDURE_NAMES[body.chosen_by]}）"
    yield from (f"　{header}：{texts[header]}" for header in ("标的", "用途", "决议"))
    yield f"　签订日期：{day}"
    yield f"　合同期：{body.begins_on} 至 {body.ends_on}"
    if body.area_mu_hundredths:
        yield f"　面积：{format_yuan(body.area_mu_hundredths)} 亩"
    if body.units:
        yield f"　件数：{body.units}"
    if body.deposit_fen:
        yield f"　押金：{format_yuan(body.deposit_fen)} 元"
    yield from _preview_dues(body.dues, body.direction)


def preview_change(body: Change, reason: str, direction: Direction = "receives") -> Iterator[str]:
    """Yield what a change or an end of a contract says."""
    yield f"　原因：{reason}"
    if isinstance(body, ContractAmended):
        yield f"　{body.from_on} 以前的照旧，从那天起换成："
        yield from _preview_dues(body.dues, direction)
    else:
        yield f"　{body.ended_on} 以后到期的都作废，以前还没付的照付"


def _preview_dues(dues: Iterable[Due], direction: Direction) -> Iterator[str]:
    lines = [f"　{due.due_on} {DIRECTION_NAMES[direction]} {format_yuan(due.amount_fen)}" for due in dues]
    yield from lines or ["　没有收付款日历"]


def name_about(about: str) -> str:
    """Return in words what an objection is about, or what an answer names."""
    named = {"sheet": f"公开表 {about}", "contract": f"合同 {about}", "entry": f"第 {about} 条记录"}
    return named.get(tell_kind(about), "别的事")


def preview_objection(body: ObjectionRaised, day: str) -> Iterator[str]:
    """Yield what of an objection that came on a day becomes public."""
    yield f"　关于：{name_about(body.about)}"
    yield f"　{day} 收到（{CAME_NAMES[body.came]}）"


def preview_answer(body: ObjectionAnswered, answer: str) -> Iterator[str]:
    """Yield what an answer says."""
    yield f"　结果：{OUTCOME_NAMES[body.outcome]}"
    yield f"　答复（会公开）：{answer}"
    if body.followed_by:
        yield f"　更正：{'、'.join(name_about(name) for name in body.followed_by)}"


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


def preview_revision(version: int, before: Mapping[str, Terms], after: Mapping[str, Terms]) -> Iterator[str]:
    """Yield what the rules of a new version say otherwise than those of `version`: how many, then each of them."""
    revision = compare_versions(before, after)
    counts = {"新增": revision.added, "改动": revision.changed, "删去": revision.removed}
    told = [f"{name} {len(codes)} 条" for name, codes in counts.items() if codes]
    same = len(after) - len(revision.added) - len(revision.changed)
    yield f"　与第 {version} 版比：{'，'.join([*told, f'{same} 条没有变'])}"
    yield from (f"　新增 {code} {_format_terms(after[code])}" for code in revision.added)
    for code, changes in revision.changed.items():
        words = "；".join(f"{change.name}原为 {change.before}，改为 {change.after}" for change in changes)
        yield f"　改动 {code} {before[code]['名称']}：{words}"
    yield from (f"　删去 {code} {_format_terms(before[code])}" for code in revision.removed)


def _format_terms(terms: Terms) -> str:
    return f"{terms['名称']} {terms['分值']}，每月至多 {terms['每月至多']}"
