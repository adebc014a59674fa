"""Contracts of the collective: the bodies of their kinds, and their rules.

A contract is signed once and never edited: what the two sides agree on later is a change of its payment calendar, or
its end. The calendar stands in the entry due by due, so that whoever reads it needs no rule to know what is owed when.
Who the other side is, is private; what kind of party it is, is public.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

from ledger.books.law import Law, find_term
from ledger.books.money import format_yuan
from ledger.books.periods import format_day
from ledger.books.values import (
    ContractNumber,
    Count,
    Day,
    Positive,
    PublicText,
    ResolutionNumber,
    Sealed,
    SubjectNumber,
    Value,
    is_day,
)
from ledger.books.vouchers import VOUCHER_MAX_FEN
from ledger.errors import Fault

DUES_MAX = 400
"""Dues of one entry: monthly for thirty years, which stay far below an entry's size."""

Category = Literal["contracting", "investment", "lease", "other", "works"]
"""发包, 投资, 出租, 其他, 工程."""
Direction = Literal["pays", "receives"]
"""What the collective does."""
Party = Literal["company", "cooperative", "household", "institution", "other", "person"]
"""What kind of party the other side is; a household is one of the village, a person anybody else."""
Procedure = Literal["auction", "negotiation", "other", "platform", "renewal", "tender"]
"""How the other side was chosen: by 竞价, 协商, 其他, 产权交易平台, 续签, 招标."""
CATEGORY_NAMES: dict[Category, str] = {
    "contracting": "发包",
    "lease": "出租",
    "investment": "投资",
    "works": "工程",
    "other": "其他",
}
DIRECTION_NAMES: dict[Direction, str] = {"receives": "收款", "pays": "付款"}
PARTY_NAMES: dict[Party, str] = {
    "household": "本村农户",
    "person": "个人",
    "company": "企业",
    "cooperative": "合作社",
    "institution": "机关事业单位",
    "other": "其他",
}
PRIVATE_PARTIES: frozenset[Party] = frozenset(("household", "person"))
"""Whose names are those of people: they stand in no public text."""
PROCEDURE_NAMES: dict[Procedure, str] = {
    "tender": "公开招标",
    "auction": "公开竞价",
    "platform": "产权交易平台",
    "negotiation": "公开协商",
    "renewal": "到期续签",
    "other": "其他",
}
"""What people read and choose."""


class Due(Value, frozen=True):
    """What a contract asks on a day."""

    amount_fen: Positive
    due_on: Day


class ContractSigned(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`contract.signed`: a contract enters the register; the entry's day is that of signing."""

    area_mu_hundredths: Count  # 0 where it is about no land
    begins_on: Day
    category: Category
    chosen_by: Procedure
    counterparty: Sealed  # {counterparty, name}
    deposit_fen: Count  # agreed, 0 for none; no due
    direction: Direction
    dues: tuple[Due, ...]  # by day, one a day
    ends_on: Day  # the last day
    floor_fen: Positive = 0  # the lowest price for a year that was set before; left out where none was
    number: ContractNumber
    party: Party
    resolution: PublicText
    resolution_number: ResolutionNumber = ""  # of the village's register, that allows it; left out where none
    subject: PublicText  # which asset or resource
    subject_number: SubjectNumber = ""  # of the village's registers, where it is in one; left out where not
    title: PublicText
    units: Count  # of the subject: rooms, machines; 0 where nothing is counted
    use: PublicText

    @property
    def resource(self) -> str:
        """The land of the register that it is about; empty where it names none."""
        return self.subject_number if self.subject_number.startswith("ZY-") else ""


class ContractAmended(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`contract.amended`: from a day on these dues take the place of those agreed before."""

    contract: ContractNumber
    dues: tuple[Due, ...]
    from_on: Day
    reason: PublicText
    resolution_number: ResolutionNumber = ""  # that allows what it adds; left out where none


class ContractEnded(Value, frozen=True):
    """`contract.ended`: a contract is over early; its dues after the day fall away."""

    contract: ContractNumber
    ended_on: Day
    reason: PublicText


class ContractVoided(Value, frozen=True):
    """`contract.voided`: a contract was entered wrongly and never was as it stands there; it asks for nothing."""

    contract: ContractNumber
    reason: PublicText


Change = ContractAmended | ContractEnded | ContractVoided
CHANGE_NAMES: dict[type[Change], str] = {
    ContractAmended: "变更",
    ContractEnded: "终止",
    ContractVoided: "作废",
}
"""What people read and choose."""


Event = Literal["amended", "ended", "signed", "voided"]
EVENTS: dict[type, Event] = {
    ContractAmended: "amended",
    ContractEnded: "ended",
    ContractSigned: "signed",
    ContractVoided: "voided",
}
"""What an entry did to a contract, by the type of its body."""


def sum_dues(dues: Iterable[Due]) -> int:
    """Return what dues add up to, in fen."""
    return sum(due.amount_fen for due in dues)


def list_dues(signed: ContractSigned, changes: Iterable[Change]) -> tuple[Due, ...]:
    """Return what a contract asks after its changes, in the order in which they were recorded, by day."""
    dues = signed.dues
    for change in changes:
        if isinstance(change, ContractAmended):
            dues = (*(due for due in dues if due.due_on < change.from_on), *change.dues)
        elif isinstance(change, ContractEnded):
            dues = tuple(due for due in dues if due.due_on <= change.ended_on)
        else:
            dues = ()
    return dues


def check_signed(body: ContractSigned, law: Law, province: str, signed_on: str) -> list[Fault]:
    """Return every fault a contract has in itself; `province` is a two-digit code, `signed_on` a day.

    That its number is free is checked in `state.contracts`.
    """
    place = f"合同 {body.number}"
    faults = _check_day(body.begins_on, f"{place}的开始日期") + _check_day(body.ends_on, f"{place}的结束日期")
    if not faults:
        faults = _check_term(body, law, province, signed_on)
    return faults + _check_floor(body, place) + _check_dues(body.dues, place)


def check_amended(body: ContractAmended) -> list[Fault]:
    """Return every fault a change of the calendar has in itself."""
    place = f"合同 {body.contract} 的变更"
    faults = _check_day(body.from_on, f"{place}起算的日期") + _check_dues(body.dues, place)
    early = [due for due in body.dues if due.due_on < body.from_on]
    if early:
        faults.append(
            Fault(
                code="due-before-change",
                place=place,
                found=f"{early[0].due_on} 的一笔",
                expected=f"{body.from_on} 或以后",
                remedy="变更只定从那一天起的收付款；以前的照原来的",
            )
        )
    return faults


def check_ended(body: ContractEnded, signed: ContractSigned) -> list[Fault]:
    """A contract ends on one of its own days."""
    place = f"合同 {body.contract} 的终止"
    faults = _check_day(body.ended_on, f"{place}日期")
    if not faults and not signed.begins_on <= body.ended_on <= signed.ends_on:
        faults.append(
            Fault(
                code="contract-end-day",
                place=place,
                found=body.ended_on,
                expected=f"{signed.begins_on} 至 {signed.ends_on} 里的一天",
                remedy="到期的合同自己结束，不用另记；提前终止的改正日期",
            )
        )
    return faults


def add_years(day: str, years: int) -> str:
    """Return the same day so many years later; 29 February becomes the 28th (民法典 art. 202)."""
    date = dt.date.fromisoformat(day)
    try:
        return date.replace(year=date.year + years).isoformat()
    except ValueError:
        return date.replace(year=date.year + years, day=28).isoformat()


def _check_day(day: str, place: str) -> list[Fault]:
    if is_day(day):
        return []
    return [
        Fault(
            code="date-impossible",
            place=place,
            found=day,
            expected="日历上有的一天，如 2026-10-28",
            remedy="按 年-月-日 重新输入，或把这一格设为日期格式",
        )
    ]


def _check_term(body: ContractSigned, law: Law, province: str, signed_on: str) -> list[Fault]:
    """It ends after it begins, and lasts no longer than the law of the day of signing allows."""
    place = f"合同 {body.number}的起止日期"
    if body.ends_on < body.begins_on:
        return [
            Fault(
                code="contract-days",
                place=place,
                found=f"{body.begins_on} 至 {body.ends_on}",
                expected="结束不早于开始",
                remedy="核对合同，改正开始或结束日期",
            )
        ]
    rule = find_term(law, body.category, province, signed_on)
    # The day of the beginning does not count itself (民法典 art. 201).
    last = add_years(body.begins_on, rule.years) if rule is not None else ""
    if rule is None or body.ends_on <= last:
        return []
    return [
        Fault(
            code="contract-term",
            place=place,
            found=f"{body.begins_on} 至 {body.ends_on}",
            expected=f"不超过 {rule.years} 年，最晚到 {last}（{rule.document}{rule.article}）",
            remedy="超过的部分无效；改正日期，到期以后再续签",
        )
    ]


def _check_floor(body: ContractSigned, place: str) -> list[Fault]:
    """A lowest price is set for what the collective lets, and is an amount that can be."""
    if not body.floor_fen or (body.direction == "receives" and body.floor_fen <= VOUCHER_MAX_FEN):
        return []
    expected = f"收款的合同才写，不超过 {format_yuan(VOUCHER_MAX_FEN)} 元"
    return [
        Fault(
            code="contract-floor",
            place=f"{place}的底价",
            found=f"{DIRECTION_NAMES[body.direction]}的合同，{format_yuan(body.floor_fen)} 元",
            expected=expected,
            remedy="付款的合同不写底价；金额太大的，检查单位和小数点",
        )
    ]


def _check_dues(dues: Sequence[Due], place: str) -> list[Fault]:
    """Dues are few enough, each on a day of the calendar, later than the one before, and of an amount that can be."""
    faults = [fault for due in dues for fault in _check_day(due.due_on, f"{place}的收付款日历")]
    if len(dues) > DUES_MAX:
        faults.append(
            Fault(
                code="dues-count",
                place=place,
                found=f"{len(dues)} 笔收付款",
                expected=f"不超过 {DUES_MAX} 笔",
                remedy="几笔合成一笔，如按季、按年",
            )
        )
    for one, other in pairwise(dues):
        if one.due_on >= other.due_on:
            faults.append(
                Fault(
                    code="dues-order",
                    place=place,
                    found=f"{one.due_on} 以后是 {other.due_on}",
                    expected="按日期先后，一天一笔",
                    remedy="排好次序；同一天的几笔合成一笔",
                )
            )
    faults += [
        Fault(
            code="due-too-large",
            place=f"{place}，{format_day(due.due_on)}",
            found=f"{format_yuan(due.amount_fen)} 元",
            expected=f"不超过 {format_yuan(VOUCHER_MAX_FEN)} 元",
            remedy="检查金额的单位和小数点",
        )
        for due in dues
        if due.amount_fen > VOUCHER_MAX_FEN
    ]
    # An entry that says so could be written and read by nobody again: the form of a due asks for more than nothing.
    faults += [
        Fault(
            code="due-zero",
            place=f"{place}，{format_day(due.due_on)}",
            found=f"{format_yuan(due.amount_fen)} 元",
            expected="大于零的金额",
            remedy="改正金额；一年分得太细、有一次分不到一分钱的，少分几次",
        )
        for due in dues
        if due.amount_fen < 1
    ]
    return faults
