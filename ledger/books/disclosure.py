"""What the law asks a village to show: eight classes of items, read from data and held to the charts of accounts.

The reader proves that nothing of a chart is left out: every account stands in exactly one item of a class that it
belongs to. What an item shows, and where from, is described in `data/disclosure.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, NamedTuple, get_args

import msgspec
from msgspec import Meta

from ledger.books.accounts import AccountClass, Chart
from ledger.books.funds import CATEGORY_NAMES, Category
from ledger.books.values import Value

ClassId = Literal["plans", "incomes", "expenses", "assets", "resources", "debts", "distribution", "others"]
CLASSES: list[ClassId] = [*get_args(ClassId)]
Shows = Literal["plan", "turnover", "balance", "result", "given", "land", "nothing"]
Status = Literal["V", "R", "P"]

PLACES: dict[AccountClass, tuple[ClassId, ...]] = {
    "income": ("incomes",),
    "expense": ("expenses",),
    "asset": ("assets", "debts"),
    "cost": ("assets",),
    "liability": ("debts",),
    "equity": ("others",),
}
"""In which classes the accounts of a class may stand."""
STANDING: frozenset[Shows] = frozenset(("turnover", "balance"))
"""Items in which accounts stand; what others name, they only look at."""


class DisclosureItem(Value, frozen=True):
    """One item, with the codes that it shows by chart; the meanings stand in the data file."""

    id: Annotated[str, Meta(pattern=r"\A[a-z]+(-[a-z]+)*\Z")]
    label: Annotated[str, Meta(min_length=1)]
    shows: Shows
    status: Status
    accounts_2004: tuple[str, ...] = ()
    accounts_2023: tuple[str, ...] = ()
    details_2004: tuple[str, ...] = ()
    details_2023: tuple[str, ...] = ()
    funds: tuple[Category, ...] = ()
    side: Literal["", "credit", "debit"] = ""
    takes: Literal["", "rest", "unclosed"] = ""

    def get_accounts(self, version: str) -> tuple[str, ...]:
        """Return the codes of a chart that it shows."""
        return self.accounts_2023 if version == "2023" else self.accounts_2004

    def get_details(self, version: str) -> tuple[str, ...]:
        """Return the codes of a chart whose accounts stand in it each for itself, with a balance on its side."""
        return self.details_2023 if version == "2023" else self.details_2004

    def is_kept(self, version: str) -> bool:
        """Whether books under a chart can say anything of it."""
        if self.shows in ("turnover", "given"):
            return bool(self.get_accounts(version) or self.funds or self.takes)
        return self.shows != "nothing"


class DisclosureClass(Value, frozen=True):
    """A class with its items, in the order in which they are shown."""

    id: ClassId
    items: tuple[DisclosureItem, ...]
    label: str
    status: Status


class Disclosure(Value, frozen=True):
    """All classes; `label` says how well the file is attested."""

    classes: tuple[DisclosureClass, ...] = ()
    document: str = ""
    label: str = ""
    status: Status = "P"

    def list_items(self, class_: ClassId) -> tuple[DisclosureItem, ...]:
        """Return the items of a class; none where there is no such class."""
        return next((one.items for one in self.classes if one.id == class_), ())

    def get_item(self, id_: str) -> DisclosureItem:
        """Return an item by its id; KeyError where there is none."""
        return {item.id: item for one in self.classes for item in one.items}[id_]


class _Class(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: ClassId
    item: tuple[DisclosureItem, ...]
    label: str
    status: Status


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"classes": "class"}):
    classes: tuple[_Class, ...]
    document: str
    label: str
    status: Status


def parse_disclosure(text: str, charts: Mapping[str, Chart]) -> Disclosure:
    """Read the TOML text of the classes.

    Raises ValueError with every mistake, one a line, each with the item that it is in: the file ships with the program,
    so a mistake in it is the program's own.
    """
    try:
        found = msgspec.convert(tomllib.loads(text), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"disclosure: {error}") from error
    classes = tuple(
        DisclosureClass(id=one.id, items=one.item, label=one.label, status=one.status)
        for one in found.classes
    )
    wrong = [*_check_items(classes)]
    for chart in charts.values():
        wrong += _check_chart(classes, chart)
    if wrong:
        raise ValueError("\n".join(f"disclosure: {one}" for one in wrong))
    return Disclosure(classes=classes, document=found.document, label=found.label, status=found.status)


class Standing(NamedTuple):
    """An item, and the code by which it names an account or what stands above it."""

    item: DisclosureItem
    code: str


def find_standing(
    items: Sequence[DisclosureItem], version: str, code: str, side: str = ""
) -> Standing | None:
    """Return where an account stands: in the item that names most of its code; None where none does.

    `side` is the one on which its balance stands: what is shown each for itself stands in the item of that side.
    """
    best: Standing | None = None
    for item in items:
        named = [*item.get_accounts(version), *(item.get_details(version) if item.side == side else ())]
        longest = max((one for one in named if code.startswith(one)), key=len, default="")
        if len(longest) > (len(best.code) if best is not None else 0):
            best = Standing(item, longest)
    return best


def _check_items(classes: Sequence[DisclosureClass]) -> Iterator[str]:
    """Say of each item what is wrong with it alone."""
    ids = [one.id for one in classes]
    if ids != CLASSES:
        yield f"classes {ids}, expected {CLASSES}"
    known: set[str] = set()
    for item in (item for one in classes for item in one.items):
        if item.id in known:
            yield f"{item.id}: this id stands above already"
        known.add(item.id)
        if (item.shows == "balance") != bool(item.side):
            yield f"{item.id}: side {item.side!r} of an item that shows {item.shows}"
        if item.funds and item.shows != "turnover":
            yield f"{item.id}: funds of an item that shows {item.shows}"
    for one in classes:
        if one.id in ("incomes", "expenses"):
            named = sorted(category for item in one.items for category in item.funds)
            if named != sorted(CATEGORY_NAMES):
                yield f"{one.id}: funds of {named}, expected each category once"
    rest = [item.id for one in classes for item in one.items if item.takes == "rest"]
    if len(rest) != 1:
        yield f"{rest} take the rest of what was given, expected one item"


def _check_chart(classes: Sequence[DisclosureClass], chart: Chart) -> Iterator[str]:
    """Every account of a chart stands in exactly one item; what an item names is in the chart, and named once."""
    version = chart.version
    standing = [(one.id, item) for one in classes for item in one.items if item.shows in STANDING]
    named: set[tuple[str, str]] = set()
    for _, item in standing:
        sides = [(code, "") for code in item.get_accounts(version)]
        for one in [*sides, *((code, item.side) for code in item.get_details(version))]:
            if one in named:
                yield f"{item.id}: account {one[0]} is named by another item, too"
            named.add(one)
    looked = [item for one in classes for item in one.items]
    for item in looked:
        for code in (*item.get_accounts(version), *item.get_details(version)):
            if code not in chart.accounts:
                yield f"{item.id}: account {code} is not in the chart of {version}"
    for account in chart.accounts.values():
        found = {_find_place(standing, version, account.code, side) for side in ("debit", "credit")}
        for place in found:
            if place not in PLACES[account.class_]:
                yield f"account {account.code} {account.name} of {version} stands in {place or 'no item'}"


def _find_place(
    standing: Sequence[tuple[ClassId, DisclosureItem]], version: str, code: str, side: str
) -> ClassId | None:
    found = find_standing([item for _, item in standing], version, code, side)
    return next((id_ for id_, one in standing if found is not None and one is found.item), None)
