"""SHEETS.md names the figures that there are: each of them where its sheet is defined, and no other."""

from __future__ import annotations

import re
import typing
from pathlib import Path

import msgspec
import pytest

from ledger.books.figures import FinanceFigures, PointsFigures, ScoreFigures, SheetHead, SpanFigures
from ledger.books.values import Value

SHEETS = (Path(__file__).parents[2] / "reports" / "SHEETS.md").read_text(encoding="utf-8")
WORDS = {"summarize_finance", "summarize_points", "summarize_scores", "summarize_span"}
"""Names of the program that are no figures."""


def list_names(figures: type[Value]) -> tuple[set[str], set[str]]:
    """Names of the figures, those of the rows inside too, and the values that any of them may only have."""
    names: set[str] = set()
    values: set[str] = set()
    for field in msgspec.structs.fields(figures):
        names.add(field.name)
        for part in [field.type, *typing.get_args(field.type)]:
            values |= {value for value in typing.get_args(part) if isinstance(value, str)}
            if isinstance(part, type) and issubclass(part, Value) and part is not SheetHead:
                below, known = list_names(part)
                names |= below
                values |= known
    return names, values


def read_section(title: str) -> str:
    """The text from a heading to the next one of its level, without its worked month."""
    level = title.split(maxsplit=1)[0]
    text = SHEETS.split(f"\n{title}", 1)[1]
    text = re.split(rf"^{level} ", text, maxsplit=1, flags=re.MULTILINE)[0]
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    ("title", "figures"),
    [
        ("### Head", SheetHead),
        ("## Finance", FinanceFigures),
        ("## Points", PointsFigures),
        ("## Scores", ScoreFigures),
        ("## Quarter and year", SpanFigures),
    ],
)
def test_every_figure_is_defined_and_every_definition_is_a_figure(title: str, figures: type[Value]) -> None:
    defined = set(re.findall(r"`(\w+)`", read_section(title)))
    names, values = list_names(figures)
    known = names | values | WORDS | {"head"}
    if figures is FinanceFigures:  # The head is defined in its section, for all sheets.
        known = known.union(*list_names(SheetHead))

    assert names - defined - {"head"} == set()
    assert defined - known == set()
