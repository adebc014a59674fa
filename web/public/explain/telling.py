"""The values an explanation is made of, and the small words that several kinds share."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.books.objections import count_late
from ledger.books.people import mask_name
from ledger.books.subaccounts import name_in_full
from ledger.books.values import PublicText
from ledger.figures import GONE, read_text
from web.site import VillageView

RECORDED_LATE_DAYS = 5
"""From so many days on, a page says when a step was recorded: its day is what a person typed."""


@dataclass(frozen=True)
class Fact:
    """A named value; `path` leads to what it names, empty where there is nothing to open."""

    name: str
    value: str
    path: str = ""


@dataclass(frozen=True)
class Link:
    """Another entry or page that belongs to this one."""

    text: str
    path: str


@dataclass(frozen=True)
class Picture:
    """A page of a source document: paths of the whole picture and of a small one, and what it is in words."""

    full: str
    small: str
    text: str


@dataclass(frozen=True)
class Table:
    """Rows of text; the first column names the row, the others are amounts. `note` may be empty.

    `explained` says of each row in plain words what it is about; empty where the names say it themselves.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    explained: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """What an entry says. `what` names its kind, with its number where it has one; `title` what it is about.

    `checks`     what only those need who verify keys and files, told apart from the facts
    `has_masks`  a name among the facts has a character masked, so the page says what a star is
    `pictures`   pages of the public copies of source documents
    `quoted`     a public text of many lines that the entry adopts, whole; empty for none
    """

    what: str
    title: str
    sentences: tuple[str, ...]
    facts: tuple[Fact, ...] = ()
    checks: tuple[Fact, ...] = ()
    has_masks: bool = False
    links: tuple[Link, ...] = ()
    pictures: tuple[Picture, ...] = ()
    quoted: str = ""
    tables: tuple[Table, ...] = ()


def read_person(view: VillageView, public: PublicText) -> str:
    """Return the masked name of somebody who acts, or that it was deleted by law."""
    name = read_text(view.texts, public)
    return name if name == GONE else mask_name(name)


def read_part(view: VillageView, public: PublicText, part: str) -> str:
    """Return one part of a public text that is an object, as a rule's is; the deletion's words where it is gone."""
    value = view.texts(public.text)
    return str(value.get(part, "")) if isinstance(value, dict) else GONE


def name_account(view: VillageView, chart: str, code: str) -> str:
    """Return an account's name with those of the accounts it details: `管理费用·办公费`."""
    return name_in_full(view.get_chart(chart), code)


def is_recorded_late(on: str, recorded_on: str) -> bool:
    """Return whether something was recorded so long after it was done that a page says it."""
    return count_late(on, recorded_on) >= RECORDED_LATE_DAYS


def get_entry_path(view: VillageView, index: int) -> str:
    """Return the path of an entry's page."""
    return f"/v/{view.code}/entries/{index}"
