"""What a month's finance sheet tells of besides its vouchers: registers that changed, objections that came.

Only the sheet of a month whose closing says how contracts stand tells them, or of one that is still open: sheets that
were sealed before there was such a thing keep their figures.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.assets import AssetChanged, AssetDisposed
from ledger.books.objections import ObjectionAnswered, ObjectionRaised
from ledger.books.resources import ResourceChanged
from ledger.entries import Entry
from ledger.state.assets import get_asset_facts
from ledger.state.facts import EntryAt, Facts, PeriodFacts, get_fact, scan_facts
from ledger.state.objections import get_objection_facts
from ledger.state.resources import get_resource_facts
from ledger.state.standings import get_standings

TOLD_KINDS = frozenset(
    (
        "asset.changed",
        "asset.disposed",
        "asset.registered",
        "objection.answered",
        "objection.raised",
        "resource.changed",
        "resource.registered",
        "stocktake.recorded",
    )
)


def is_telling(facts: Facts, period: str) -> bool:
    """Whether a month's finance sheet tells of contracts, registers and objections."""
    month = get_fact(facts, f"period/{period}", PeriodFacts)
    return month is None or not month.closed or get_standings(facts, period) is not None


def iterate_told(facts: Facts, period: str) -> Iterator[Entry]:
    """Yield the entries of a month that its finance sheet tells of besides its vouchers, in the log's order."""
    if is_telling(facts, period):
        for _, at in scan_facts(facts, f"told/{period}/", EntryAt):
            yield facts.read_entry(at.index)


def iterate_needed(facts: Facts, period: str) -> Iterator[int]:
    """Yield the indexes of those entries, and of the others that say what they are about or what became of them."""
    for entry in iterate_told(facts, period):
        body = entry.body
        yield entry.index
        if isinstance(body, AssetChanged | AssetDisposed):
            yield get_asset_facts(facts, body.asset).registered
        elif isinstance(body, ResourceChanged):
            yield get_resource_facts(facts, body.resource).registered
        elif isinstance(body, ObjectionRaised):
            yield from get_objection_facts(facts, body.number).answers
        elif isinstance(body, ObjectionAnswered):
            yield get_objection_facts(facts, body.objection).raised
