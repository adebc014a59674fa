"""What the headers of banks' statements mean: data, `ledger/data/bank.toml`, one layout a bank."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

import msgspec

from ledger.books.values import Value, fold_text

Role = Literal["day", "received", "paid", "balance", "party", "account"]
ROLES: tuple[Role, ...] = get_args(Role)
NEEDED: tuple[Role, ...] = ("day", "received", "paid", "balance")
"""Without these nothing can be compared."""

_UNIT = re.compile(r"(?:\((?:元|人民币|人民币元)\)|/元(?:\([^()]*\))?)\Z")


class Layout(Value, frozen=True):
    """One bank's: for each role the headers that have it, the better first. `texts` are all that are read together."""

    account: tuple[str, ...]
    balance: tuple[str, ...]
    bank: str
    day: tuple[str, ...]
    id: str
    note: str
    paid: tuple[str, ...]
    party: tuple[str, ...]
    received: tuple[str, ...]
    status: Literal["V", "R", "P"]
    texts: tuple[str, ...]


class Found(NamedTuple):
    """Which column of a row of headers has which role; `known` is how many."""

    columns: Mapping[Role, int]
    layout: Layout
    texts: tuple[int, ...]

    @property
    def known(self) -> int:
        """Return how many headers of the row the layout knows."""
        return len(self.columns) + len(self.texts)

    @property
    def is_whole(self) -> bool:
        """Whether everything is there that a comparison needs."""
        return all(role in self.columns for role in NEEDED)


class _File(Value, frozen=True):
    layout: tuple[Layout, ...]


def parse_layouts(text: str) -> tuple[Layout, ...]:
    """Read the TOML text of the layouts; raises ValueError naming what is wrong: the file is the program's own."""
    try:
        layouts = msgspec.convert(tomllib.loads(text), _File).layout
    except msgspec.ValidationError as error:
        raise ValueError(f"bank layouts: {error}") from error
    if len({layout.id for layout in layouts}) != len(layouts) or not layouts:
        raise ValueError("bank layouts: none, or an id stands there twice")
    for layout in layouts:
        if not all(getattr(layout, role) for role in NEEDED):
            raise ValueError(f"bank layouts: {layout.id} lacks headers of {'、'.join(NEEDED)}")
    return layouts


def find_columns(headers: Mapping[int, str], layouts: Iterable[Layout]) -> Found | None:
    """Return the layout of which a row has most headers, by column number; None where no layout is whole.

    Of two that know as many the earlier is taken.
    """
    places: dict[str, int] = {}
    for column, header in sorted(headers.items()):
        places.setdefault(fold_header(header), column)
    whole = [found for layout in layouts if (found := _find_layout(places, layout)).is_whole]
    return max(whole, key=lambda found: found.known, default=None)


def list_headers(layout: Layout) -> list[str]:
    """Return the headers that a bank's table must have, of each role the first."""
    return [getattr(layout, role)[0] for role in NEEDED]


def fold_header(header: str) -> str:
    """Return a header for comparing: without blanks, widths, and a unit at its end."""
    return _UNIT.sub("", fold_text(header))


def _find_layout(places: Mapping[str, int], layout: Layout) -> Found:
    columns: dict[Role, int] = {}
    for role in ROLES:
        column = _find_first(places, getattr(layout, role))
        if column is not None:
            columns[role] = column
    texts = tuple(places[header] for header in layout.texts if header in places)
    return Found(columns, layout, texts)


def _find_first(places: Mapping[str, int], headers: Sequence[str]) -> int | None:
    return next((places[header] for header in headers if header in places), None)
