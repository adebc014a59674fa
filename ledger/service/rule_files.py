"""A rulebook in a file, held against the law's words before anybody hands it in: needs no home and keeps nothing."""

from __future__ import annotations

from typing import NamedTuple

from ledger.books.rule_lint import Finding
from ledger.errors import Fault
from ledger.service.workbooks.outside import read_outside
from ledger.service.workbooks.rulebook import judge_rules


class Linted(NamedTuple):
    """What a file's rulebook was found to be: `rules` rows were read."""

    faults: tuple[Fault, ...]
    rules: int
    warned: tuple[Finding, ...]


def lint_file(data: bytes, filename: str) -> Linted:
    """Return every fault and every warning of the rules in a workbook or separated values."""
    tables, faults = read_outside(data, "rulebook", filename)
    lines = tables.get("细则", ())
    wrong, warned = judge_rules(lines)
    return Linted((*faults, *wrong), len(lines), tuple(warned))
