"""Both statements of a month from what is kept of it, held to a tenth of a second however long the log."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.data import load_reference, load_statements
from ledger.figures.statements import collect_statements
from ledger.state.money import list_book_months
from tests.bench.measuring import Cost, Row, compare, take_turns
from tests.bench.places import Place, Say
from tests.builders import VILLAGE

BOUND_S = 0.1
"""What a page may take that is made anew after every entry."""
COUNT = 10
MONTH = "07"
"""The newest month of this name that there is, so that every size has as many months of its year to read."""


def run(place: Place, rounds: int, say: Say) -> Iterator[Row]:
    """Yield the row of the statements; every turn opens the log anew, as a request does."""
    form, chart = load_statements()["2023"], load_reference().charts["2023"]
    home = place.village.home
    with home.ledger.read(VILLAGE) as reader:
        months = list_book_months(reader.facts)
    period = next((month for month in months if month.endswith(MONTH)), months[0])

    def state() -> None:
        for _ in range(COUNT):
            with home.ledger.read(VILLAGE) as reader:
                found = collect_statements(reader.facts, form, chart, period)
            assert found is not None
            assert found.position.get("assets").after_fen == found.position.get("sources").after_fen

    (ours,) = take_turns([state], rounds, place.clock)
    say(f"{place.kind}: statements of {period}")
    yield compare(
        ours,
        [Cost(cpu_s=BOUND_S * COUNT, wall_s=BOUND_S * COUNT)] * len(ours),
        job="statements / a tenth of a second",
        place=place.kind,
        size=place.size,
        count=COUNT,
        direction="cost",
        by="wall",
        goal=1.0,
    )
