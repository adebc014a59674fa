"""The chart of accounts of a village with the titles of its own sub-accounts, which are public texts."""

from __future__ import annotations

from ledger.books.accounts import Chart
from ledger.books.subaccounts import AccountsAdded, add_accounts
from ledger.figures.texts import Texts, read_text
from ledger.state.charts import get_version, iterate_own
from ledger.state.facts import Facts, read_body
from ledger.state.reference import Reference


def collect_chart(facts: Facts, reference: Reference, texts: Texts, period: str) -> Chart:
    """Return the chart under which a month is booked, with every sub-account that the village added to it.

    Costs a look at each entry that added some; a title that was deleted by law says so.
    """
    return collect_version(facts, reference, texts, get_version(facts, period))


def collect_version(facts: Facts, reference: Reference, texts: Texts, version: str) -> Chart:
    """The same of a version of the chart."""
    bodies: dict[int, AccountsAdded] = {}
    named = []
    for code, known in iterate_own(facts, version):
        if known.index not in bodies:
            bodies[known.index] = read_body(facts, known.index, AccountsAdded)
        named.append((code, read_text(texts, bodies[known.index].accounts[known.place].title)))
    chart = reference.charts[version]
    return add_accounts(chart, named) if named else chart
