"""What each audience sees of people's data: whole, masked, or not at all.

It is data, `ledger/data/masks.toml`, so that whoever wants to know reads the very table that every page obeys. Whoever
has several roles sees what the most trusted of them sees.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from typing import Literal, get_args

import msgspec

from ledger.books.people import MASK, mask_name
from ledger.books.roles import Who
from ledger.books.values import Value

Shape = Literal["name", "number", "telephone", "text"]
Showing = Literal["none", "masked", "asked", "whole"]
"""From the least to the most; `asked` is whole for whoever said why."""

HIDDEN = "（不显示）"
"""What stands in place of a value that is not shown."""
BETWEEN = "/"
"""Between the reasons of one reading, where there are several."""
_ORDER: tuple[Showing, ...] = get_args(Showing)
_NUMBER_SHOWN = 2
_TELEPHONE_DIGITS = 11


class FieldRow(Value, frozen=True):
    """A private field, how it is masked, and what each audience sees of it."""

    id: str
    shape: Shape
    show: Mapping[Who, Showing]
    title: str


class PurposeRow(Value, frozen=True):
    """Why somebody reads people's data, and who may say so."""

    id: str
    roles: tuple[Who, ...]
    title: str


class View(Value, frozen=True):
    """What one reader sees: of each field `whole`, `masked` or `none`, by the field's id."""

    fields: Mapping[str, Literal["none", "masked", "whole"]]
    shapes: Mapping[str, Shape]

    def show(self, field: str, value: str) -> str:
        """Return what the reader sees of a value; KeyError for a field that the table does not know."""
        shown = self.fields[field]
        if shown == "whole":
            return value
        return mask(self.shapes[field], value) if shown == "masked" else HIDDEN

    def is_whole(self, field: str) -> bool:
        """Whether the reader sees a field as it is kept."""
        return self.fields[field] == "whole"


class MaskTable(Value, frozen=True):
    """The whole of `masks.toml`, by id."""

    fields: Mapping[str, FieldRow]
    purposes: Mapping[str, PurposeRow]

    def find_view(self, audiences: Collection[str], *, has_purpose: bool = False) -> View:
        """Return what somebody with these roles sees, having said why they read or not."""
        found = {field: self._find_showing(field, audiences) for field in self.fields}
        asked: Literal["masked", "whole"] = "whole" if has_purpose else "masked"
        return View(
            fields={
                field: self._settle(field, asked if showing == "asked" else showing)
                for field, showing in found.items()
            },
            shapes={field: row.shape for field, row in self.fields.items()},
        )

    def must_ask(self, audiences: Collection[str], field: str = "head-name") -> bool:
        """Whether somebody with these roles has to say why before they see a field whole."""
        return self._find_showing(field, audiences) == "asked"

    def list_purposes(self, audiences: Collection[str]) -> list[PurposeRow]:
        """Return the reasons that somebody with these roles may give, in the table's order."""
        return [row for row in self.purposes.values() if not set(row.roles).isdisjoint(audiences)]

    def join_purposes(self, said: Collection[str]) -> str:
        """Return reasons as one code, each once, in the table's order; a reason alone is its own code."""
        return BETWEEN.join(purpose for purpose in self.purposes if purpose in said)

    def name_purposes(self, code: str) -> str:
        """Return the title of every reason of such a code; a reason that the table does not know is its own title."""
        parts = code.split(BETWEEN)
        return "；".join(self.purposes[part].title if part in self.purposes else part for part in parts)

    def _find_showing(self, field: str, audiences: Collection[str]) -> Showing:
        show = self.fields[field].show
        return max((show[who] for who in show if who in audiences), key=_ORDER.index, default="none")

    def _settle(
        self, field: str, showing: Literal["none", "masked", "whole"]
    ) -> Literal["none", "masked", "whole"]:
        is_text = self.fields[field].shape == "text"
        return "none" if is_text and showing == "masked" else showing


class _File(Value, frozen=True):
    field: tuple[FieldRow, ...]
    purpose: tuple[PurposeRow, ...]


def parse_masks(text: str) -> MaskTable:
    """Read the TOML text of the table; raises ValueError naming what is wrong: the file is the program's own."""
    try:
        found = msgspec.convert(tomllib.loads(text), _File)
    except msgspec.ValidationError as error:
        raise ValueError(f"masks: {error}") from error
    table = MaskTable(
        fields={row.id: row for row in found.field}, purposes={row.id: row for row in found.purpose}
    )
    if len(table.fields) != len(found.field) or len(table.purposes) != len(found.purpose):
        raise ValueError("masks: an id stands there twice")
    for row in found.field:
        if set(row.show) != set(get_args(Who)):
            raise ValueError(f"masks: {row.id} does not name every audience once")
        if row.shape == "text" and "masked" in row.show.values():
            raise ValueError(f"masks: {row.id} is a text, which is never masked in part")
    return table


def mask(shape: Shape, value: str) -> str:
    """Return a masked value; of a text nothing is left."""
    if shape == "name":
        return mask_name(value)
    if shape == "number":
        return MASK + value[-_NUMBER_SHOWN:] if len(value) > _NUMBER_SHOWN else MASK
    if shape == "telephone" and len(value) == _TELEPHONE_DIGITS:
        return value[:3] + MASK * 4 + value[-4:]
    return MASK * 4 if shape == "telephone" else HIDDEN
