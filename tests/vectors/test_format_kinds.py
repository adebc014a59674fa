"""FORMAT.md's table of kinds against the table in the code."""

import re
from pathlib import Path

import msgspec
import pytest

from ledger.entries import KINDS

PAGE = (Path(__file__).parents[2] / "ledger" / "FORMAT.md").read_text(encoding="utf-8")
ROWS = {
    match[1]: match
    for match in re.finditer(r"^\| `([a-z]+\.[a-z]+)` \| (\d) \| (yes|no) \| (.*) \|$", PAGE, re.MULTILINE)
}


def test_the_page_lists_exactly_the_kinds_there_are() -> None:
    assert list(ROWS) == list(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_stands_in_the_page_as_in_the_code(name: str) -> None:
    kind, row = KINDS[name], ROWS[name]
    outer = re.sub(r"\{[^}]*\}", "", row[4])

    fields = re.findall(
        r"`([a-z_]+)` (?:text|file|digest|string|integer|postings|list|sealed|account|`)", outer
    )

    assert int(row[2]) == kind.checkers
    assert row[3] == ("yes" if kind.in_books else "no")
    assert fields == [field.encode_name for field in msgspec.structs.fields(kind.body)]
