"""Households, members and those who act in the village whom a name fits, and where each of them stands in the books.

Households and members come by `web.desk.reading`, which logs that they were looked at before they are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.service.persons import name_duties
from ledger.service.searching import MONTHS_OF_PEOPLE, find_about, fold_words, has_words, list_months_before
from ledger.state import get_day
from reports.words import format_month
from web.desk.reading import search_people
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
    `path`  what is kept about a household or a member, empty for who only acts
    """

    entries: tuple[PersonEntry, ...]
    more: str
    name: str
    path: str
    subject: str
    what: str


def list_people(desk: Desk, view: VillageView, text: str, month: str) -> tuple[PersonRow, ...]:
    """Return whom a name or a number on the village's lists fits.

    The rounds of `month` are looked through, without one those of the last twelve months.
    """
    people = _find_people(desk, fold_words(text))[:PEOPLE_MAX]
    this_month = get_day(desk.ports.clock.now_ms())[:7]
    months = [month] if month else list_months_before(this_month, MONTHS_OF_PEOPLE)
    subjects = [person.subject for person in people if not person.more]
    rounds = find_about(desk.ports, view.reader, view.code, subjects, months) if subjects else []
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
            path=person.path,
            subject=person.subject,
            what=person.what,
        )
        for person in people
    )


def _find_people(desk: Desk, words: Sequence[str]) -> list[PersonRow]:
    rows = [
        PersonRow(
            entries=(),
            more="",
            name=person.name,
            path=f"/desk/households/{person.subject}",
            subject=person.subject,
            what=f"{person.number} {person.place}",
        )
        for person in search_people(desk, words, PEOPLE_MAX)
    ]
    return rows + [
        PersonRow((), f"/audit/entries?user={item.user}", item.name, "", item.user, name_duties(item.roles))
        for item in desk.ports.vault.list_persons(desk.village)
        if has_words([item.name], words)
    ]
