"""Meetings and their resolutions: the bodies of their kinds, and their rules.

A resolution is recorded once, with every step that led to it: who met on which day, how many might vote, came, and
voted how. Who voted how is nobody's to read here: counts alone. What became of it is published a second time, in
entries of its own. A forum (民情恳谈日) resolves nothing: it has topics and promises.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from ledger.books.law import Law, QuorumRule, find_quorum, format_share, is_share
from ledger.books.money import format_yuan
from ledger.books.values import (
    Count,
    Day,
    FileDigest,
    ForumNumber,
    Positive,
    PublicText,
    ResolutionNumber,
    Value,
    is_day,
)
from ledger.errors import Fault

RESULTS_MAX = 20
"""How often the outcome of one resolution is published: a page shows them all."""

Procedure = Literal["assembly", "committees", "four-steps"]
"""成员（代表）大会, 两委会议, 四议两公开."""
Outcome = Literal["adopted", "rejected"]
Meeting = Literal[
    "branch", "committees", "delegates", "households", "member-delegates", "members", "party", "voters"
]
"""Who met: 党支部, 两委, 村民代表, 户代表, 集体成员代表, 集体成员, 党员, 村民."""
Stage = Literal["deliberation", "discussion", "proposal", "resolution"]

PROCEDURE_NAMES: dict[Procedure, str] = {
    "four-steps": "四议两公开",
    "committees": "两委会议",
    "assembly": "成员（代表）大会",
}
OUTCOME_NAMES: dict[Outcome, str] = {"adopted": "通过", "rejected": "没有通过"}
MEETING_NAMES: dict[Meeting, str] = {
    "branch": "党支部会议",
    "committees": "村两委会议",
    "party": "党员大会",
    "delegates": "村民代表会议",
    "voters": "村民会议（村民）",
    "households": "村民会议（户代表）",
    "members": "集体成员大会",
    "member-delegates": "集体成员代表大会",
}
STAGE_NAMES: dict[Stage, str] = {
    "proposal": "提议",
    "discussion": "商议",
    "deliberation": "审议",
    "resolution": "决议",
}
"""What people read and choose."""
STAGES: dict[Meeting, Stage] = {
    "branch": "proposal",
    "committees": "discussion",
    "party": "deliberation",
    "delegates": "resolution",
    "voters": "resolution",
    "households": "resolution",
    "members": "resolution",
    "member-delegates": "resolution",
}
WHOLE: dict[Procedure, tuple[Stage, ...]] = {
    "four-steps": ("proposal", "discussion", "deliberation", "resolution"),
    "committees": ("discussion",),
    "assembly": ("resolution",),
}
"""The steps that each kind of procedure consists of, in their order."""


class Step(Value, frozen=True):
    """One meeting on the way to a resolution: counts of persons, or of households where those meet."""

    abstained: Count
    against: Count
    entitled: Positive  # how many may vote
    favoured: Count
    held_on: Day
    meeting: Meeting
    present: Count


class ResolutionRecorded(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`resolution.recorded`: what was decided, and by which steps; the entry's day is that of the last of them."""

    amount_fen: Count  # up to which it lets spend; 0 for nothing
    minutes: FileDigest = ""  # SHA-256 of a scan that the village keeps; left out where there is none
    minutes_pages: Positive
    number: ResolutionNumber
    outcome: Outcome
    procedure: Procedure
    steps: tuple[Step, ...]  # as they were held
    title: PublicText
    valid_until: Day = ""  # the last day on which it lets spend or sign; left out where it says none
    wording: PublicText


class ResolutionReported(Value, frozen=True):
    """`resolution.reported`: what became of a resolution, published a second time; the entry's day is when."""

    resolution: ResolutionNumber
    result: PublicText


class ForumHeld(Value, frozen=True):
    """`forum.held`: people were heard (民情恳谈日); nothing was resolved. The entry's day is that of the meeting."""

    number: ForumNumber
    present: Positive
    promises: PublicText
    topics: PublicText


def check_resolution(body: ResolutionRecorded, law: Law, province: str, occurred_on: str) -> list[Fault]:
    """Return every fault a resolution has in itself; `province` is a two-digit code, `occurred_on` its entry's day.

    That its number is free is checked in `state.resolutions`.
    """
    place = f"决议 {body.number}"
    faults = [fault for step in body.steps for fault in _check_votes(step, place)]
    faults += _check_whole(body, place) + _check_order(body.steps, place)
    faults += _check_day(body, place, occurred_on) + _check_allowed(body, place)
    if not faults:
        faults = _check_passed(body, law, province, place)
    return faults


def check_number_year(number: str, day: str, place: str) -> list[Fault]:
    """A number begins with the year in which the meeting was held."""
    if number[3:7] == day[:4]:
        return []
    return [
        _fault(
            "meeting-number-year",
            place,
            f"{number[3:7]} 年的编号",
            f"{day[:4]} 年的编号",
            "编号里的年份写开会的那一年",
        )
    ]


def get_stage(step: Step) -> Stage:
    """Return which of the steps a meeting is."""
    return STAGES[step.meeting]


def is_quorate(step: Step, rule: QuorumRule | None) -> bool:
    """Whether enough came; without a rule any number will do."""
    return rule is None or is_share(rule.present, step.present, step.entitled)


def is_carried(step: Step, rule: QuorumRule | None) -> bool:
    """Whether enough of them agreed; without a rule more than voted against."""
    if rule is None:
        return step.favoured > step.against
    return is_share(rule.agree, step.favoured, step.present if rule.agree_of == "present" else step.entitled)


def _fault(code: str, place: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)


def _name_step(step: Step, place: str) -> str:
    return f"{place} 的{MEETING_NAMES[step.meeting]}"


def _check_votes(step: Step, place: str) -> list[Fault]:
    """The day exists; nobody voted who did not come, and nobody came who may not vote."""
    at = _name_step(step, place)
    faults = []
    if not is_day(step.held_on):
        remedy = "按 年-月-日 重新输入"
        faults.append(
            _fault("date-impossible", f"{at}日期", step.held_on, "日历上有的一天，如 2026-10-28", remedy)
        )
    votes = step.favoured + step.against + step.abstained
    if votes > step.present:
        found, expected = f"赞成、反对、弃权共 {votes} 票", f"不超过实到 {step.present} 人"
        faults.append(_fault("resolution-votes", at, found, expected, "核对会议记录上的票数"))
    if step.present > step.entitled:
        found, expected = f"实到 {step.present} 人", f"不超过应到 {step.entitled} 人"
        faults.append(_fault("resolution-present", at, found, expected, "应到写有表决权的人数"))
    return faults


def _check_whole(body: ResolutionRecorded, place: str) -> list[Fault]:
    """What was adopted went through every step of its kind; what was rejected, through all up to the one that did."""
    stages, whole = tuple(get_stage(step) for step in body.steps), WHOLE[body.procedure]
    is_part = body.outcome == "rejected" and stages and stages == whole[: len(stages)]
    if stages == whole or is_part:
        return []
    found = "、".join(MEETING_NAMES[step.meeting] for step in body.steps) or "没有写会议经过"
    names = "、".join(STAGE_NAMES[stage] for stage in whole)
    expected = f"{PROCEDURE_NAMES[body.procedure]}的{names}，{'各' if len(whole) > 1 else ''}一次"
    remedy = "补上缺的会议，按先后排好；没有开过的会不能写"
    return [_fault("resolution-steps", place, found, expected, remedy)]


def _check_order(steps: Sequence[Step], place: str) -> list[Fault]:
    return [
        _fault(
            "resolution-order",
            _name_step(after, place),
            after.held_on,
            f"{before.held_on} 或以后",
            "前一步开过会，才到后一步；核对日期",
        )
        for before, after in pairwise(steps)
        if after.held_on < before.held_on
    ]


def _check_day(body: ResolutionRecorded, place: str, occurred_on: str) -> list[Fault]:
    faults = check_number_year(body.number, occurred_on, place)
    if body.steps and body.steps[-1].held_on != occurred_on:
        at, remedy = f"{place} 的日期", "决议的日期写最后一次会议的日期"
        faults.append(_fault("resolution-day", at, occurred_on, body.steps[-1].held_on, remedy))
    return faults


def _check_allowed(body: ResolutionRecorded, place: str) -> list[Fault]:
    """What it lets spend has an end; what was rejected lets spend nothing."""
    allowed, until, faults = f"{place} 的准许开支", f"{place} 的有效期", []
    if body.outcome == "rejected" and body.amount_fen:
        found, remedy = f"{format_yuan(body.amount_fen)} 元", "没有通过的决议不准开支；清空金额，或者核对结果"
        faults.append(_fault("resolution-amount", allowed, found, "空", remedy))
    if body.amount_fen and not body.valid_until:
        remedy = "写明这笔钱最晚哪天花完"
        faults.append(_fault("resolution-until", until, "没有写有效到哪天", "准许开支的最后一天", remedy))
    if body.valid_until and not is_day(body.valid_until):
        expected, remedy = "日历上有的一天，如 2026-10-28", "按 年-月-日 重新输入"
        faults.append(_fault("date-impossible", until, body.valid_until, expected, remedy))
    elif body.valid_until and body.steps and body.valid_until < body.steps[-1].held_on:
        expected, remedy = f"{body.steps[-1].held_on} 或以后", "有效期不早于决议的那天；核对日期"
        faults.append(_fault("resolution-until", until, body.valid_until, expected, remedy))
    return faults


def _check_passed(body: ResolutionRecorded, law: Law, province: str, place: str) -> list[Fault]:
    """Every step that went on had its quorum and majority; the one that rejected had not."""
    rules = [find_quorum(law, step.meeting, province, step.held_on) for step in body.steps]
    steps = list(zip(body.steps, rules, strict=True))
    if body.outcome == "rejected":
        *steps, (last, rule) = steps
        if is_quorate(last, rule) and is_carried(last, rule):
            found, expected = f"赞成 {last.favoured} 票，够通过", "没有通过的，赞成票不够或到会人数不够"
            at, remedy = _name_step(last, place), "核对票数；其实通过了的，结果写 通过"
            return [_fault("resolution-outcome", at, found, expected, remedy)]
    return [fault for step, rule in steps if rule is not None for fault in _check_step(step, rule, place)]


def _check_step(step: Step, rule: QuorumRule, place: str) -> list[Fault]:
    at, law = _name_step(step, place), format_citation(rule)
    faults = []
    if not is_quorate(step, rule):
        found, expected = (
            f"应到 {step.entitled}，实到 {step.present}",
            f"{format_share(rule.present)}到会（{law}）",
        )
        remedy = "人数不够，会不能开、决议不算；改正人数，或者重新开会"
        faults.append(_fault("resolution-quorum", at, found, expected, remedy))
    if not is_carried(step, rule):
        whole, told = ("到会", step.present) if rule.agree_of == "present" else ("应到", step.entitled)
        found, expected = (
            f"{whole} {told}，赞成 {step.favoured}",
            f"{whole}的{format_share(rule.agree)}赞成（{law}）",
        )
        remedy = "票数不够，就是没有通过；改正票数，或把结果写成 没有通过"
        faults.append(_fault("resolution-majority", at, found, expected, remedy))
    return faults


def format_citation(rule: QuorumRule) -> str:
    """Return where a rule stands, and of a law's that nobody has checked it against the text, where that is so."""
    return f"{rule.document}{rule.article}" + ("，待核对" if rule.status == "R" else "")
