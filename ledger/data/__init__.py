"""The field's data files, read once: charts of accounts, the law's clocks, who may do and see what, what is printable.

Shell: the only place that opens these files. What they mean is parsed by `books`, and handed on as values.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from ledger.books.accounts import parse_chart
from ledger.books.ballots import BallotTable, parse_ballots
from ledger.books.cases import parse_cases
from ledger.books.concerns.table import parse_concerns
from ledger.books.conversion import parse_conversion
from ledger.books.disclosure import parse_disclosure
from ledger.books.grids import GridTable, parse_grids
from ledger.books.honours import HonourKind, parse_honours
from ledger.books.law import parse_law
from ledger.books.layouts import Layout, parse_layouts
from ledger.books.masks import MaskTable, parse_masks
from ledger.books.rhythm import Rhythm, parse_rhythm
from ledger.books.roles import RoleTable, parse_roles
from ledger.books.rule_lint import LintTable, parse_words
from ledger.books.statement_lines import StatementForm, parse_statements
from ledger.state.reference import Reference

__all__ = [
    "load_ballots",
    "load_conversion",
    "load_glyphs",
    "load_grids",
    "load_honours",
    "load_land_classes",
    "load_layouts",
    "load_masks",
    "load_reference",
    "load_rhythm",
    "load_roles",
    "load_rule_words",
    "load_statements",
    "read_data",
]


@cache
def load_reference() -> Reference:
    """Return the charts, the law and the roles that this version of the program knows."""
    charts = {
        "2004": parse_chart(read_data("chart_2004.csv"), "2004"),
        "2023": parse_chart(read_data("chart_2023.csv"), "2023"),
    }
    return Reference(
        cases=parse_cases(read_data("cases.toml")),
        charts=charts,
        concerns=parse_concerns(read_data("concerns.toml")),
        disclosure=parse_disclosure(read_data("disclosure.toml"), charts),
        law=parse_law(read_data("law.toml")),
        roles=load_roles(),
    )


@cache
def load_roles() -> RoleTable:
    """Return who may do what, as far as this version of the program knows."""
    return parse_roles(read_data("roles.toml"))


@cache
def load_grids() -> GridTable:
    """Return what grids, their posts and their visits are called and held against."""
    return parse_grids(read_data("grids.toml"))


@cache
def load_ballots() -> BallotTable:
    """Return what a ballot may ask, and the turnout that is asked for where a village says nothing else."""
    return parse_ballots(read_data("ballots.toml"))


@cache
def load_honours() -> dict[str, HonourKind]:
    """Return the kinds of honours that a village may choose among, by code."""
    return parse_honours(read_data("honours.toml"))


@cache
def load_rhythm() -> Rhythm:
    """Return until when rounds of assessments are to be recorded, by the time that they look back on."""
    return parse_rhythm(read_data("rhythm.toml"))


@cache
def load_rule_words() -> LintTable:
    """Return what a village's rulebook may not say, and why."""
    return parse_words(read_data("rule_words.toml"))


@cache
def load_statements() -> dict[str, StatementForm]:
    """Return the forms of the statements by chart version; a chart that is not there has none."""
    return parse_statements(read_data("statements.toml"), load_reference().charts)


@cache
def load_conversion() -> dict[str, tuple[str, ...]]:
    """Return which accounts of 2023 an account of 2004 may become."""
    charts = load_reference().charts
    return parse_conversion(read_data("conversion_2004_2023.csv"), charts["2004"], charts["2023"])


@cache
def load_layouts() -> tuple[Layout, ...]:
    """Return what the headers of banks' statements mean."""
    return parse_layouts(read_data("bank.toml"))


@cache
def load_masks() -> MaskTable:
    """Return who sees what of people's data."""
    return parse_masks(read_data("masks.toml"))


@cache
def load_glyphs() -> frozenset[int]:
    """Return the code points that the font of the sheets has a glyph for."""
    lines = (line for line in read_data("glyphs.txt").splitlines() if not line.startswith("#"))
    bounds = (word.partition("-") for line in lines for word in line.split())
    return frozenset(
        code_point
        for first, _, last in bounds
        for code_point in range(int(first, 16), int(last or first, 16) + 1)
    )


@cache
def load_land_classes() -> dict[str, str]:
    """Return the names of the top-level classes of land by their codes, in their order."""
    return dict(list(csv.reader(read_data("land_classes.csv").splitlines()))[1:])


def read_data(name: str) -> str:
    """Return the text of a data file that ships with the program."""
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
