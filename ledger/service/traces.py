"""What colleagues' sheets and reasons say of somebody who is to be erased: found by name and number, and taken out.

What is typed at the desk and not handed in, and why a draft was returned, are kept under the key of whoever typed, or
the village's own: they outlive the key of whom they speak of. So they are gone through before that key is destroyed: a
row about the subject goes, of another row the cell that names them, of a reason all of it. Whoever typed is told how
many places were emptied, not which; what the steps back held goes too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.books.values import fold_text
from ledger.log.commitments import parse_disclosure
from ledger.ports import Ports
from ledger.service.choices import HOUSEHOLD_COLUMN, MEMBER_COLUMN, PAIRS
from ledger.service.unsent import TABLE_COLUMNS, Tables, rewrite_sheets
from ledger.state.private import find_subject
from ledger.vaults import OPEN_STATES

GONE_REASON = "（原因里提到的人已经删除，原因也删了）"
"""What stands in place of a reason that named somebody who was erased."""
_NAME_MIN_CHARS = 2
"""A single letter is no name: it stands in half of all texts."""


class Traces(NamedTuple):
    """By what a subject is recognised: `numbers` by the column in which they stand, `names` and numbers folded."""

    names: frozenset[str]
    numbers: Mapping[str, str]

    def name_in(self, text: str) -> bool:
        """Whether a text names the subject."""
        folded = fold_text(text)
        return any(name in folded for name in self.names)


def find_traces(ports: Ports, village: str, subject: str) -> Traces:
    """Return by what a subject is recognised; by nothing where the vault does not know them any more."""
    numbers = {
        HOUSEHOLD_COLUMN: [
            one.number for one in ports.vault.list_households(village) if one.household == subject
        ],
        MEMBER_COLUMN: [one.number for one in ports.vault.list_members(village) if one.member == subject],
    }
    names = {fold_text(name) for name in _iterate_names(ports, village, subject)}
    return Traces(
        names=frozenset(name for name in names if len(name) >= _NAME_MIN_CHARS),
        numbers={column: fold_text(found[0]) for column, found in numbers.items() if found},
    )


def take_out_traces(ports: Ports, village: str, traces: Traces) -> None:
    """Empty whatever names the subject in unsent sheets and reasons. Again changes nothing."""
    if not traces.names and not traces.numbers:
        return
    rewrite_sheets(ports, village, lambda tables: _strip_tables(tables, traces))
    ports.vault.replace_reasons(village, lambda text: GONE_REASON if traces.name_in(text) else text)


def _iterate_names(ports: Ports, village: str, subject: str) -> Iterator[str]:
    vault = ports.vault
    yield from (one.name for one in vault.list_households(village) if one.household == subject)
    yield from (one.name for one in vault.list_members(village) if one.member == subject)
    yield from (one.name for one in vault.list_persons(village) if one.user == subject)
    # The other side of a contract has its name in the contract alone.
    texts = [*vault.list_private(village, subject)]
    for state in OPEN_STATES:
        texts += [text for draft in vault.list_drafts(village, state) for text in draft.private]
    for text in texts:
        value = parse_disclosure(text)[1] if find_subject(text) == subject else None
        name = value.get("name") if isinstance(value, dict) else None
        if isinstance(name, str):
            yield name


def _strip_tables(tables: Tables, traces: Traces) -> tuple[Tables, int]:
    """Return tables without what names the subject, and in how many places something was."""
    kept: Tables = {}
    gone = 0
    for name, rows in tables.items():
        headers = TABLE_COLUMNS.get(name, ())
        left = []
        for row in rows:
            if _is_about(headers, row, traces):
                gone += 1
                continue
            cells = tuple("" if traces.name_in(cell) else cell for cell in row)
            gone += sum(cell != before for cell, before in zip(cells, row, strict=True))
            left.append(cells)
        if left:
            kept[name] = tuple(left)
    return kept, gone


def _is_about(headers: Sequence[str], row: Sequence[str], traces: Traces) -> bool:
    """Whether a row is about the subject: it has their number, or their name where a number would stand."""
    cells = dict(zip(headers, map(fold_text, row), strict=False))
    for column in (HOUSEHOLD_COLUMN, MEMBER_COLUMN):
        number = cells.get(column)
        if number is None:
            continue
        if number and number == traces.numbers.get(column):
            return True
        if not number and cells.get(PAIRS[column], "") in traces.names:
            return True
    return False
