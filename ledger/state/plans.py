"""The plans of years: every version is kept, the newest counts."""

from __future__ import annotations

from ledger.books.plans import PlanAdopted, check_plan
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.charts import extend_chart, get_version
from ledger.state.facts import EntryAt, Facts, get_fact, put_fact, read_body
from ledger.state.reference import Reference


def check_plans(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why a plan may not follow these facts."""
    body = entry.body
    assert isinstance(body, PlanAdopted), entry.kind
    chart = reference.charts[get_version(facts, entry.period)]
    whole = extend_chart(facts, chart, (line.account for line in body.lines))
    return check_plan(body, whole, find_plan(facts, body.year))


def fold_plan(facts: Facts, entry: Entry) -> None:
    """Apply a plan, already checked: from now on it counts."""
    body = entry.body
    assert isinstance(body, PlanAdopted), entry.kind
    put_fact(facts, f"plan/{body.year}", EntryAt(index=entry.index))


def find_plan(facts: Facts, year: str) -> PlanAdopted | None:
    """Return the plan of a year in its newest version; None where none was adopted."""
    at = get_fact(facts, f"plan/{year}", EntryAt)
    return read_body(facts, at.index, PlanAdopted) if at is not None else None


def find_plan_index(facts: Facts, year: str) -> int:
    """Return the index of the plan that counts, 0 for none."""
    at = get_fact(facts, f"plan/{year}", EntryAt)
    return at.index if at is not None else 0
