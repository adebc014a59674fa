"""The demo village's points and score cards: monthly rounds, drawn with a fixed seed within caps and consents."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from ledger.data.templates import load_rules, load_scheme
from web.demo.people import DemoMember, list_households, list_members

# How likely a rule is in a month's round; the others come now and then.
COMMON = {
    "B01": 60,
    "C01": 45,
    "C02": 30,
    "C04": 30,
    "C06": 28,
    "D01": 26,
    "B12": 18,
    "E07": 14,
    "A01": 16,
    "D03": 5,
}
SOMETIMES = 3
DEDUCTIONS = {"C10": 4, "C12": 3, "C11": 2, "D10": 2}
SEASONS = {
    "E05": (1,),
    "C09": (4,),
    "C13": (6, 10),
    "A05": (6, 10),
    "B08": (7, 8),
    "B11": (7,),
    "B10": (3, 9),
}
QUARTERLY = ("A02",)
EVIDENCE = {
    "B01": "志愿队登记册",
    "C01": "庭院月评表",
    "D01": "会议签到表",
    "C10": "整改通知存根",
    "C12": "巡检记录",
}


class Award(NamedTuple):
    household: str  # number
    name: str
    rule: str
    item: str
    quantity: int
    evidence: str


class TakenBack(NamedTuple):
    month: str  # of the line
    household: str
    rule: str
    reason: str


class Mark(NamedTuple):
    member: DemoMember
    item: str
    title: str
    quantity: int
    evidence: str


def list_awards(month: str) -> list[Award]:
    """Return the month's round; no household passes a rule's cap, and only those who agreed are scored."""
    random = Random(f"points {month}")
    households = [household for household in list_households() if household.scoring]
    found = []
    for rule in load_rules().rules:
        limit = rule.monthly_cap // abs(rule.points)
        chosen = random.sample(households, _count_awards(random, rule.code, rule.points, int(month[5:])))
        for household in chosen:
            quantity = random.randrange(1, min(limit, 3) + 1) if rule.points > 0 else 1
            evidence = f"{EVIDENCE.get(rule.code, '村务登记')} {month[5:]}-{random.randrange(1, 90):02d}"
            found.append(Award(household.number, household.name, rule.code, rule.item, quantity, evidence))
    return sorted(found)


def list_taken_back(month: str) -> list[TakenBack]:
    """Return what is taken back in a month: one award and one deduction over the year, after an objection."""
    if month == "2026-06":
        award = next(item for item in list_awards("2026-05") if item.rule == "B01")
        return [TakenBack("2026-05", award.household, "B01", "志愿服务时长重复登记，经复核冲回")]
    if month == "2026-09":
        award = next(item for item in list_awards("2026-08") if item.rule == "C10")
        return [
            TakenBack("2026-08", award.household, "C10", "评议小组复核：堆放物属施工临时占用，扣分不成立")
        ]
    return []


def list_marks(month: str) -> list[Mark]:
    """Return the month's marks of all members; few negative ones."""
    random = Random(f"scores {month}")
    found = []
    for member in list_members():
        for item in load_scheme("member-60").items:
            limit = item.monthly_cap // abs(item.points)
            chance = 0.42 if item.points > 0 else 0.015
            if random.random() < chance:
                quantity = random.randrange(1, min(limit, 2) + 1) if item.points > 0 else 1
                evidence = f"支部台账 {month[5:]}-{random.randrange(1, 60):02d}"
                found.append(Mark(member, item.code, item.item, quantity, evidence))
    return found


def _count_awards(random: Random, rule: str, points: int, month: int) -> int:
    if rule in SEASONS:
        return (
            random.randrange(3, 9) if month in SEASONS[rule] and points > 0 else int(month in SEASONS[rule])
        )
    if points < 0:
        return random.randrange(0, DEDUCTIONS.get(rule, 0) + 1)
    if rule in QUARTERLY:
        return random.randrange(2, 6) if month % 3 == 0 else 0
    if rule in COMMON:
        return COMMON[rule] + random.randrange(-4, 5)
    return random.randrange(0, SOMETIMES + 1)
