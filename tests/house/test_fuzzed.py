"""Whoever adds a parser of outside bytes adds it to the table that is fuzzed."""

from __future__ import annotations

import ast

from tests.fuzz.targets import TARGETS
from tests.house.sources import parse_modules

OURS = {
    "ledger.books.accounts.parse_chart": "reads what ships with the program",
    "ledger.books.cases.parse_cases": "the same",
    "ledger.books.concerns.table.parse_concerns": "the same",
    "ledger.books.conversion.parse_conversion": "the same",
    "ledger.books.disclosure.parse_disclosure": "the same",
    "ledger.books.law.parse_law": "the same",
    "ledger.books.grids.parse_grids": "the same",
    "ledger.books.ballots.parse_ballots": "the same",
    "ledger.books.honours.parse_honours": "the same",
    "ledger.books.layouts.parse_layouts": "the same",
    "ledger.books.masks.parse_masks": "the same",
    "ledger.books.rhythm.parse_rhythm": "the same",
    "ledger.books.roles.parse_roles": "the same",
    "ledger.books.rule_lint.parse_words": "the same",
    "ledger.books.statement_lines.parse_statements": "the same",
}
CORE = (
    "ledger/log/",
    "ledger/canonical.py",
    "ledger/evidence.py",
    "ledger/household_proof.py",
    "ledger/sources.py",
)
OPENERS = ("parse_", "open_", "read_")
INSIDE = {
    "ledger.evidence.open_entry": "a step of verify_evidence and of verify_household_proof, which have their rows",
    "ledger.evidence.open_texts": "the same",
    "ledger.log.tiles.read_frontier": "reads tiles that a HashReader hands over; the audit's rows reach it",
    "ledger.log.tiles.read_subtree": "the same",
    "ledger.sources.open_home_log": "takes a home of ours, no bytes from outside",
}


FUZZED = {f"{one.__module__}.{one.__qualname__}" for target in TARGETS for one in target.covers}


def list_functions(under: str | tuple[str, ...], starts: str | tuple[str, ...]) -> set[str]:
    """Return the functions of the modules under these paths whose names start so."""
    return {
        f"{'.'.join(path.with_suffix('').parts)}.{node.name}"
        for path, tree in parse_modules("ledger")
        if path.as_posix().startswith(under)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith(starts)
    }


def test_every_parser_stands_in_the_table() -> None:
    assert list_functions("ledger/", "parse_") - FUZZED == OURS.keys()


def test_every_way_into_the_core_stands_in_the_table() -> None:
    parsers = list_functions(CORE, OPENERS)

    assert parsers - FUZZED - INSIDE.keys() == set()
    assert INSIDE.keys() <= parsers, "an exception for a function that there is no more"
