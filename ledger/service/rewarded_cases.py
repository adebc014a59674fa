"""Which households reported what a rule of the rulebook gives points for, once it was verified: to be proposed for a
month's round, never scored by itself.

A case counts in the month in which it was verified, which happens once; what was joined to another case counts with
nobody but who reported that. Costs a look at the cases of two years.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.books.cases import CaseOpened, CaseTable
from ledger.ports import Reader
from ledger.state.case_facts import CaseFacts
from ledger.state.facts import read_body, scan_facts
from ledger.state.private import CaseReport, FindPrivate, open_private


def list_rewarded(
    reader: Reader, table: CaseTable, period: str, titles: Mapping[str, str], find: FindPrivate
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the numbers of the cases that were verified in a month, by household and rule, as far as the vault shows
    whose they are. `titles` are what the village's rules say, by code: a rule that says otherwise gives nothing.
    """
    rules = {
        category: reward.rule
        for reward in table.rewards
        if titles.get(reward.rule) == reward.item
        for category in reward.categories
    }
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for year in (str(int(period[:4]) - 1), period[:4]) if rules else ():
        for rest, known in scan_facts(reader.facts, f"case/AL-{year}-", CaseFacts):
            if known.category not in rules or not _is_verified_in(known, period):
                continue
            body = read_body(reader.facts, known.opened, CaseOpened)
            report = open_private(find, body.report.sealed, CaseReport)
            if report is not None and report.household:
                key = (report.household, rules[known.category])
                found[key] = (*found.get(key, ()), f"AL-{year}-{rest}")
    return found


def _is_verified_in(known: CaseFacts, period: str) -> bool:
    return any(move.stage == "verified" and move.on[:7] == period for move in known.moves)
