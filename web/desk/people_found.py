"""Households, members and those who act in the village whom a name fits, and where each of them stands in the books.

Whoever sees a name here is on record with everybody whose name it was: each has one fact in the desk's log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.service.accounts.desk_log import log_fact
from ledger.service.persons import name_duties
from ledger.service.searching import MONTHS_OF_PEOPLE, find_about, fold_words, has_words, list_months_before
from ledger.state import get_day
from reports.words import format_month
from web.desk.routing import Desk
from web.i18n import _
from web.site import VillageView

PEOPLE_MAX = 20
"""Names on one page; who finds more writes more of the name."""


@dataclass(frozen=True)
class PersonEntry:
    """A round in which somebody stands, with how many lines."""

    path: str
    said: str


@dataclass(frozen=True)
class PersonRow:
    """Somebody whom the name fits.

    `more`  path of what this person entered and passed, empty for who did not act
    """

    entries: tuple[PersonEntry, ...]
    more: str
    name: str
    subject: str
    what: str


def list_people(desk: Desk, view: VillageView, text: str, month: str) -> tuple[PersonRow, ...]:
    """Return whom a name or a number on the village's lists fits, and log that they were looked at.

    The rounds of `month` are looked through, without one those of the last twelve months.
    """
    people = _find_people(desk, fold_words(text))[:PEOPLE_MAX]
    this_month = get_day(desk.ports.clock.now_ms())[:7]
    months = [month] if month else list_months_before(this_month, MONTHS_OF_PEOPLE)
    subjects = [person.subject for person in people if not person.more]
    rounds = find_about(desk.ports, view.reader, view.code, subjects, months) if subjects else []
    _log_reading(desk, people)
    return tuple(
        PersonRow(
            entries=tuple(
                PersonEntry(
                    path=f"/v/{view.code}/entries/{entry.index}",
                    said=_("{month}{kind}，{count} 行").format(
                        month=format_month(entry.period),
                        kind=_("积分") if entry.kind == "points.round" else _("党员评分"),
                        count=lines[person.subject],
                    ),
                )
                for entry, lines in rounds
                if person.subject in lines
            ),
            more=person.more,
            name=person.name,
            subject=person.subject,
            what=person.what,
        )
        for person in people
    )


def _find_people(desk: Desk, words: Sequence[str]) -> list[PersonRow]:
    vault, village = desk.ports.vault, desk.village
    rows = [
        PersonRow(
            (),
            "",
            item.name,
            item.household,
            _("农户 {number}，第 {group} 组").format(number=item.number, group=item.group),
        )
        for item in vault.list_households(village)
        if has_words([item.name, item.number], words)
    ]
    rows += [
        PersonRow((), "", item.name, item.member, _("党员 {number}").format(number=item.number))
        for item in vault.list_members(village)
        if has_words([item.name, item.number], words)
    ]
    rows += [
        PersonRow((), f"/audit/entries?user={item.user}", item.name, item.user, name_duties(item.roles))
        for item in vault.list_persons(village)
        if has_words([item.name], words)
    ]
    return rows


def _log_reading(desk: Desk, people: Sequence[PersonRow]) -> None:
    """One fact for each of them, in one transaction: what each can ask is who looked at them."""
    if not people:
        return
    with desk.ports.desk.write() as writer:
        for person in people:
            fact = desk.who.build_fact(event="read-personal", reason="search", subject=person.subject)
            log_fact(writer, fact, desk.ports.clock.now_ms())
