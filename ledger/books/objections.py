"""Objections and their answers: the bodies of their kinds, their rules, and the clocks by which they are answered.

An objection's wording, and how its writer can be reached, are private; what it is about, the day on which it came and
how, are public, and so is the answer. Until when it must be answered stands in no entry: it follows from the day and
the law of the province, so that nobody can write themselves a longer term.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

from ledger.books.law import Law, count_days, find_days
from ledger.books.values import ObjectionNumber, PublicText, Reference, ReferenceOrNone, Sealed, Value, is_day
from ledger.errors import Fault

FOLLOWED_MAX = 10
"""What an answer names as put right: a reversal, a replacement, the sheets anew, of two months at most."""

Came = Literal["page", "paper", "spoken"]
"""How an objection came: 网页, 书面, 口头."""
Outcome = Literal["explained", "not-upheld", "upheld"]
CAME_NAMES: dict[Came, str] = {"page": "网页", "paper": "书面", "spoken": "口头"}
OUTCOME_NAMES: dict[Outcome, str] = {"upheld": "成立", "explained": "已说明", "not-upheld": "不成立"}
"""What people read and choose."""

_SHEET = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])-[FPQSY]-[1-9][0-9]?")
_INDEX = re.compile(r"0|[1-9][0-9]{0,11}")

AboutKind = Literal["contract", "entry", "other", "sheet"]


class ObjectionRaised(Value, frozen=True):
    """`objection.raised`: somebody objects; the entry's day is that on which it came."""

    about: ReferenceOrNone  # a sheet's or a contract's number, or an entry's index; empty for anything else
    came: Came
    number: ObjectionNumber
    wording: Sealed  # {contact, objection, wording}


class ObjectionAnswered(Value, frozen=True):
    """`objection.answered`: what the village says to it. A further one adds to the first, which is the one in time."""

    answer: PublicText
    followed_by: tuple[Reference, ...]  # what was put right: entries, sheets, contracts; sorted
    objection: ObjectionNumber
    outcome: Outcome


def tell_kind(about: str) -> AboutKind:
    """Return of what kind a reference is."""
    if not about:
        return "other"
    if _SHEET.fullmatch(about):
        return "sheet"
    return "entry" if _INDEX.fullmatch(about) else "contract"


def get_year(number: str) -> str:
    """Return the year in an objection's number."""
    return number[3:7]


def get_due_day(law: Law, village: str, received_on: str) -> str:
    """Return the last day on which an objection that came on a day is answered in time."""
    days = find_days(law, "answer", village[:2], received_on)
    assert days is not None  # The law's own data, from the year 2000 on.
    return count_days(received_on, days)


def count_late(due_on: str, on: str) -> int:
    """Return how many days after its last day something is, 0 while it is not over."""
    return max((dt.date.fromisoformat(on) - dt.date.fromisoformat(due_on)).days, 0)


def check_raised(body: ObjectionRaised, received_on: str) -> list[Fault]:
    """Return every fault an objection has in itself."""
    if not is_day(received_on) or get_year(body.number) == received_on[:4]:
        return []  # A day that there is not is told where days are.
    return [
        Fault(
            code="objection-year",
            place=f"异议 {body.number}",
            found=f"{get_year(body.number)} 年的编号",
            expected=f"收到那天的年份 {received_on[:4]}",
            remedy="编号由程序给出；重新交审登记",
        )
    ]


def check_answered(body: ObjectionAnswered) -> list[Fault]:
    """Return every fault an answer has in itself."""
    place = f"异议 {body.objection} 的答复"
    faults = []
    if len(body.followed_by) > FOLLOWED_MAX:
        faults.append(
            Fault(
                code="answer-followed-count",
                place=place,
                found=f"{len(body.followed_by)} 项更正",
                expected=f"不超过 {FOLLOWED_MAX} 项",
                remedy="写主要的几项，别的在答复里说",
            )
        )
    if list(body.followed_by) != sorted(set(body.followed_by)):
        faults.append(
            Fault(
                code="answer-followed-order",
                place=place,
                found="更正的次序不对，或有重复",
                expected="从小到大，每项一次",
                remedy="重新交审，次序由程序排",
            )
        )
    if body.followed_by and body.outcome != "upheld":
        faults.append(
            Fault(
                code="answer-followed-outcome",
                place=place,
                found=f"结果是“{OUTCOME_NAMES[body.outcome]}”，又写了更正",
                expected="只有成立的才写更正",
                remedy="查实记错了的，结果选“成立”；没有记错的，不写更正",
            )
        )
    return faults
