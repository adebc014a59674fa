"""Whoever adds a function that takes evidence adds good evidence for it to the table whose every byte is spoilt."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.sources import PACKAGES, parse_modules
from tests.log.spoiling import ROWS

OPENERS = ("parse_", "verify_")
NO_EVIDENCE = {
    "ledger.books.accounts.parse_chart": "ships with the program",
    "ledger.books.law.parse_law": "the same",
    "ledger.books.cases.parse_cases": "the same",
    "ledger.books.concerns.table.parse_concerns": "the same",
    "ledger.books.conversion.parse_conversion": "the same",
    "ledger.books.disclosure.parse_disclosure": "the same",
    "ledger.books.grids.parse_grids": "the same",
    "ledger.books.ballots.parse_ballots": "the same",
    "ledger.books.honours.parse_honours": "the same",
    "ledger.books.layouts.parse_layouts": "the same",
    "ledger.books.masks.parse_masks": "the same",
    "ledger.books.rhythm.parse_rhythm": "the same",
    "ledger.books.roles.parse_roles": "the same",
    "ledger.books.rule_lint.parse_words": "the same",
    "ledger.books.statement_lines.parse_statements": "the same",
    "ledger.books.money.parse_yuan": "what a clerk types; another amount is another amount",
    "ledger.evidence.verify_key": "a step of verify_evidence and of verify_household_proof, which have their rows",
    "ledger.evidence.verify_texts": "the same",
    "ledger.keys.vault_file.parse_vault_key": "a secret, no evidence: tests/keys/test_vault_keys.py spoils it",
    "ledger.keys.vault_file.parse_village_file": "the same",
    "ledger.service.bank.handing_in.parse_result": "what a page of ours brings back; the log's rules are asked again",
    "ledger.service.workbooks.cells.parse_cell": "what a clerk types",
    "ledger.service.publish.verify_extends": "takes a view of the home: tests/audit/test_stored_bytes.py spoils that",
    "ledger.store.roles.verify_prepared": "looks at a server's schema",
    "reports.render.parse_figures": "what the program hands to its own renderer",
    "web.desk.forms.parse_fields": "what a form of ours brought: tests/web/test_desk_forms.py spoils that",
    "web.desk.routing.Desk.parse_form": "the same",
    "web.public.concerns.parse_span": "an address that was typed",
    "web.public.paging.parse_start": "the same",
    "web.site.parse_index": "the same",
}


def test_everything_that_takes_evidence_stands_in_the_table() -> None:
    spoilt = {row.name for row in ROWS}
    takers = set(_find_takers())

    assert len(takers) > 40
    assert takers - spoilt - NO_EVIDENCE.keys() == set()
    assert spoilt <= takers, "a row for something that is no longer public, or has another name"
    assert NO_EVIDENCE.keys() <= takers - spoilt, (
        "an exception for a function that there is no more, or that has a row"
    )


def _find_takers() -> Iterator[str]:
    """Every public function and method of these names that does something: a protocol's has no body."""
    for path, tree in parse_modules(*PACKAGES):
        module = ".".join(path.with_suffix("").parts)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith(OPENERS):
                yield f"{module}.{node.name}"
            if isinstance(node, ast.ClassDef) and "Protocol" not in {
                ast.unparse(base) for base in node.bases
            }:
                yield from (
                    f"{module}.{node.name}.{part.name}"
                    for part in node.body
                    if isinstance(part, ast.FunctionDef) and part.name.startswith(OPENERS)
                )
