"""What points do, for the desk: balances of households, and what a month's volunteering, and hazards that were reported
and verified, are worth as rows of a round.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import NamedTuple

from ledger.books.points import Rule
from ledger.books.shops import Balance
from ledger.books.volunteering import HoursBooked, TaskOffered, count_units
from ledger.log.commitments import open_disclosure
from ledger.ports import Ports, Reader
from ledger.service.preview import format_hours
from ledger.service.rewarded_cases import list_rewarded
from ledger.service.unsent import Opened, open_sheet, save_sheet
from ledger.state import get_day
from ledger.state.awards import list_scoring
from ledger.state.consents import list_ever_scored
from ledger.state.facts import read_body
from ledger.state.private import AwardSubject, FindPrivate, open_private
from ledger.state.redeeming import read_year
from ledger.state.rulebooks import find_rulebook, find_version
from ledger.state.shops import find_current_shop
from ledger.state.volunteering import list_tasks_held
from ledger.vaults import Household

_POINTS = "积分"
"""The sheet on which a month's round is typed."""
_EMPTY = ("",) * 7
"""A row of that sheet."""
_PROPOSED = ("志愿服务 FW-", "反映核实 AL-")
"""How the evidence of a proposed row begins."""
_EVIDENCE_TASKS_MAX = 4
"""Numbers of tasks in one evidence; it has a limit, and the hours stand beside them."""


class HouseholdBalance(NamedTuple):
    """A household with what it has in the points year."""

    household: Household
    balance: Balance


class Worked(NamedTuple):
    """A household's hours under one rule in a month, and the tasks that they were for."""

    hours_hundredths: int
    task: TaskOffered
    tasks: tuple[str, ...]


def list_balances(ports: Ports, village: str, start: int, count: int) -> tuple[list[HouseholdBalance], int]:
    """Return some of the households that agreed to scoring, by number, with their balances, and how many there are.

    Who withdrew since is among them as long as there is something left: it is theirs. None before the first shop.
    Raises NotProven where the vault gives something else than what was sealed.
    """
    find = partial(ports.vault.find_private, village)
    with ports.ledger.read(village) as reader:
        month = get_day(ports.clock.now_ms())[:7]
        shop = find_current_shop(reader.facts, month)
        if shop is None:
            return [], 0
        period = min(shop.last_period, max(shop.first_period, month))
        version = find_version(reader.facts, period)
        scoring = list_scoring(reader.facts, version, reader.size, find)
        year = read_year(reader.facts, shop, find)
        balances, empty = year.balances, year.empty
        ever = list_ever_scored(reader.facts, version, reader.size, find)
        scoring |= {one for one in ever if one in balances and balances[one].left}
    known = [item for item in ports.vault.list_households(village) if item.household in scoring]
    known.sort(key=lambda item: item.number)
    found = [
        HouseholdBalance(item, balances.get(item.household, empty)) for item in known[start : start + count]
    ]
    return found, len(known)


def propose_points(ports: Ports, village: str, user: str, period: str) -> tuple[Opened, int]:
    """Put what a month's sign-in sheets and verified reports are worth below what somebody has typed on the sheet of
    points; twice is once.

    Return the sheet and how many rows were added. Households that did not agree to scoring are left out. A row that was
    altered since stays as it is; one of hours that are signed for otherwise by now makes place for the new one.
    """
    rows = _list_rows(ports, village, period)
    kept = open_sheet(ports, village, user, "points")
    typed = kept.state.tables.get(_POINTS, ())
    known = {_name_work(row) for row in typed}
    fresh = tuple(row for row in rows if _name_work(row) not in known)
    if not fresh:
        return kept, 0
    replaced = {_name_work(row)[:-1] for row in fresh}
    worth = {_name_work(row) for row in rows}
    written = tuple(row for row in typed if any(row) and not _is_outdated(_name_work(row), replaced, worth))
    tables = {**kept.state.tables, _POINTS: (*written, *fresh)}
    return save_sheet(ports, village, user, "points", tables, start=kept.version), len(fresh)


def _name_work(row: Sequence[str]) -> tuple[str, ...]:
    """Return what a row of points is about: month, household and rule, and the evidence last."""
    period, number, _, rule, _, _, evidence = (*row, *_EMPTY)[: len(_EMPTY)]
    return period, number, rule, evidence


def _is_outdated(
    work: tuple[str, ...], replaced: Collection[tuple[str, ...]], worth: Collection[tuple[str, ...]]
) -> bool:
    """Whether a row was proposed of hours, or of cases, of which another row is proposed now."""
    return work[:-1] in replaced and work[-1].startswith(_PROPOSED) and work not in worth


def count_proposed(ports: Ports, village: str, period: str) -> int:
    """Return how many rows a month's sign-in sheets and verified reports are worth."""
    return len(_list_rows(ports, village, period))


def _list_rows(ports: Ports, village: str, period: str) -> list[tuple[str, ...]]:
    find = partial(ports.vault.find_private, village)
    households = {item.household: item for item in ports.vault.list_households(village)}
    with ports.ledger.read(village) as reader:
        rulebook = find_rulebook(reader.facts, period)
        if rulebook is None:
            return []
        rules = {rule.code: rule for rule in rulebook.rules}
        scoring = list_scoring(reader.facts, rulebook.version, reader.size, find)
        worked = _add_hours(reader, period, find)
        titles = {code: _read_item(reader, rule) for code, rule in rules.items()}
        rewarded = list_rewarded(reader, ports.reference.cases, period, titles, find)
    rows = []
    for (household, code), cases in rewarded.items():
        units = (
            min(len(cases), rules[code].monthly_cap // rules[code].points) if rules[code].points > 0 else 0
        )
        if units and household in scoring and household in households:
            known = households[household]
            evidence = f"反映核实 {'、'.join(cases[:_EVIDENCE_TASKS_MAX])} 共 {len(cases)} 件"
            rows.append((period, known.number, known.name, code, titles[code], str(units), evidence))
    for (household, code, _), found in worked.items():
        units = count_units(found.hours_hundredths, found.task, rules[code]) if code in rules else 0
        if units and household in scoring and household in households:
            known, named = households[household], "、".join(found.tasks[:_EVIDENCE_TASKS_MAX])
            evidence = f"志愿服务 {named} 共 {format_hours(found.hours_hundredths)} 小时"
            rows.append((period, known.number, known.name, code, titles[code], str(units), evidence))
    return sorted(rows)


def _add_hours(reader: Reader, period: str, find: FindPrivate) -> dict[tuple[str, str, int], Worked]:
    """Return the month's hours by household, rule and hours of a unit, as far as the vault shows whose they are."""
    found: dict[tuple[str, str, int], Worked] = {}
    for task in list_tasks_held(reader.facts, period):
        lines = read_body(reader.facts, task.known.booked, HoursBooked).lines if task.known.booked else ()
        for line in lines:
            subject = open_private(find, line.subject.sealed, AwardSubject)
            if subject is None:
                continue
            key = (subject.household, task.body.rule, task.body.unit_hours_hundredths)
            before = found.get(key, Worked(0, task.body, ()))
            numbers = tuple(dict.fromkeys((*before.tasks, task.body.number)))
            hours = before.hours_hundredths + line.hours_hundredths
            found[key] = Worked(hours, task.body, numbers)
    return found


def _read_item(reader: Reader, rule: Rule) -> str:
    disclosure = reader.find_text(rule.text.text)
    value = open_disclosure(disclosure, rule.text.text)[1] if disclosure is not None else None
    return str(value["item"]) if isinstance(value, dict) else ""
