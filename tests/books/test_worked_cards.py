"""The worked cards in SHEETS.md, one for every scheme that ships, come out exactly as they are written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.books.components import Ballots, Counted, Marked, assess
from ledger.books.schemes import check_scheme
from ledger.books.scores import SchemeAdopted
from ledger.data.templates import load_scheme, load_schemes
from ledger.service.drafts import Discloser
from ledger.service.schemes import build_scheme
from tests.fakes.clock import SeededEntropy
from tests.figures.test_sheets_points_and_scores import SHEETS, read_fences


def build(name: str) -> tuple[SchemeAdopted, Discloser]:
    texts = Discloser(SeededEntropy())
    return build_scheme(load_scheme(name), texts, resolution="党员大会通过", version=1), texts


def write_card(told: str) -> Iterator[str]:
    """`grid-worker given | P01 2 | ballot B 265 of 3 | events 8 | closed 7 | visits 12` as it comes out."""
    first, *rows = (field.split() for field in told.split("|"))
    name = first[0]
    scheme, texts = build(name)
    worth = {item.code: (item.points, item.monthly_cap) for item in scheme.items}
    marks, counts, ballots = [], {}, {}
    for row in rows:
        if row[0] == "ballot":
            ballots[row[1]] = Ballots(cast=int(row[4]), total=int(row[2]))
        elif row[0] in ("closed", "events", "visits"):
            counts[row[0]] = int(row[1])
        else:
            points, cap = worth[row[0]]
            assert abs(points) * int(row[1]) <= cap
            marks.append(Marked(row[0], points * int(row[1])))
    found = assess(scheme, marks, ballots, Counted(**counts) if counts else None)
    titles = {one.code: texts.find(one.text.text) for one in scheme.components or ()}
    for one in found.components:
        title = f"component {one.code} {titles[one.code]}" if one.code else "base and marks"
        yield f"{name} {title} | {one.score} | weight {one.weight}"
    yield f"{name} score {found.score} | {_name(scheme, texts, found.stars)}"


def _name(scheme: SchemeAdopted, texts: Discloser, stars: int) -> str:
    if scheme.grades is None:
        return f"stars {stars}"
    return str(texts.find(scheme.grades[[cut.stars for cut in scheme.stars].index(stars)].text))


def test_every_shipped_scheme_has_a_worked_card_that_comes_out_as_written() -> None:
    _, written = read_fences("cards")
    told = [line for line in written if line.split()[1] == "given"]

    assert [line.split()[0] for line in told] == list(load_schemes())
    assert [line for card in told for line in (card, *write_card(card))] == written
    assert "```cards" in SHEETS


@pytest.mark.parametrize("name", load_schemes())
def test_every_shipped_scheme_can_be_adopted_as_it_is(name: str) -> None:
    assert check_scheme(build(name)[0]) == []
