"""A log with an entry of every kind, checked as the service checks, stored and read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.canonical import format_entry
from ledger.data import load_reference
from ledger.entries import KINDS, Actor, Body
from ledger.limits import DAY_MS
from ledger.state import check_entry
from ledger.state.facts import MemoryFacts
from tests import assessments, ballots, builders, grids, honours, party_groups, rewards
from tests.books.case_ledger import build_story
from tests.books.star_ledger import build_star_story
from tests.builders import VILLAGE, Discloser, EntryChain
from tests.fakes import MemoryLedger
from tests.store.conftest import Store
from tests.store.recording import Item, record


def make_lived_log() -> list[Item]:
    """Found, open, record, put right, close and seal October; points and scores beside."""
    texts, chain = Discloser(), EntryChain()
    items: list[Item] = []

    def add(body: Body, **envelope: Any) -> int:
        entry = chain.append(body, **envelope)
        items.append((entry, texts.take_public()))
        return entry.index

    add(builders.build_founding())
    add(builders.build_rotation(texts, 2))
    add(builders.build_description(texts))
    add(builders.build_policy(texts))
    add(builders.build_opening())
    add(builders.build_added(texts))
    add(builders.build_accounts_closed(texts))
    wrong = add(builders.build_voucher(texts))
    add(builders.build_documents(texts, chain.entries[wrong]))
    add(builders.build_contract(texts))
    add(builders.build_amendment(texts))
    add(builders.build_reversal(texts, reverses=wrong))
    add(builders.build_replacement(texts, replaces=wrong, contract="HT-0001"))
    add(builders.build_contract_end(texts))
    add(builders.build_contract(texts, number="HT-0002"))
    add(builders.build_contract_void(texts, contract="HT-0002"))
    for build in (
        *(builders.build_asset, builders.build_stocktake, builders.build_asset_change),
        *(builders.build_asset_disposal, builders.build_resource, builders.build_resource_change),
        *(builders.build_resolution, builders.build_outcome, builders.build_forum, builders.build_fund),
        *(builders.build_objection, builders.build_answer, builders.build_limits, builders.build_plan),
    ):
        add(build(texts))
    auditor = Actor(role="auditor", user="u-eeeeeeeeee")
    add(builders.build_acknowledged(texts, entries=(wrong,)), maker=auditor)
    add(builders.build_rulebook(texts))
    add(builders.build_households(texts))
    add(builders.build_agreements(texts))
    add(builders.build_withdrawal(texts), checkers=())
    points = builders.build_points_round(texts)
    passed = add(points)
    add(builders.build_points_reversal(texts, points.lines[0], reverses=passed))
    add(builders.build_scheme(texts))
    add(builders.build_branch(texts))
    add(builders.build_score_round(texts))
    # Five days later it is November: October can be closed.
    closed = add(
        builders.build_closing(last_number="2026-10-003", vouchers=3),
        step_ms=5 * DAY_MS,
        occurred_on="2026-10-31",
    )
    add(builders.build_seal(closed + 1), occurred_on="2026-11-02")
    sealed = builders.build_seal(closed + 1, number="2026-10-P-1", sheet="points")
    add(sealed, occurred_on="2026-11-02")
    annex = rewards.build_annex(texts, bands=(), households=2, lines=())
    add(annex, occurred_on="2026-11-02")
    add(builders.build_reconciliation(), occurred_on="2026-11-02")
    add_november(add, texts)
    return items


def add_november(add: Callable[..., int], texts: Discloser) -> None:
    """What points do, and a change of chart."""
    november = {"period": "2026-11", "occurred_on": "2026-11-02"}
    add(builders.build_description(texts), **november)
    add(rewards.build_shop(texts), **november)
    redeemed = rewards.build_redeemed(texts)
    taken = add(redeemed, **november)
    add(rewards.build_return(texts, redeemed, reverses=taken), **november)
    for build_reward in (rewards.build_task, rewards.build_claims, rewards.build_hours):
        add(build_reward(texts), **november)
    granted = honours.build_granted(texts)
    given = add(granted, **november)
    add(honours.build_withdrawn(texts, granted, reverses=given), **november)
    for body in build_story(texts):
        add(body)
    for body, envelope in build_star_story(texts):
        add(body, **envelope)
    add(ballots.build_ballot(texts, closes="2026-11-02"), **november)
    add(ballots.build_ballot_closed({"00000007": "13"}), **november)
    add(assessments.build_branch_scheme(texts))
    add(assessments.build_assessment(texts), occurred_on="2026-11-02")
    add(builders.build_conversion(), **november)
    registered = grids.build_grids(texts)
    add(registered, **november)
    add(grids.build_visits(texts), **november)
    add(grids.build_unnaming(registered), checkers=(), **november)
    add(party_groups.build_grouped(texts), **november)


def test_every_kind_may_follow_and_is_read_back(store: Store) -> None:
    items = make_lived_log()
    reference = load_reference()

    with store.ledger.write(VILLAGE) as writer:
        for entry, public in items:
            assert check_entry(writer.facts, reference, entry) == []
            writer.append(entry, public)

    with store.ledger.read(VILLAGE) as reader:
        assert [*reader.iterate_entries(0, len(items))] == [format_entry(entry) for entry, _ in items]
        assert [reader.facts.read_entry(entry.index) for entry, _ in items] == [entry for entry, _ in items]
    # A later epoch begins with its own kind, and only there: tests/state/test_epochs.py.
    assert {entry.kind for entry, _ in items} == set(KINDS) - {"log.refounded"}


def test_facts_in_rows_are_the_facts_in_memory(sqlite_store: Store) -> None:
    items, memory = make_lived_log(), MemoryLedger()
    record(memory, items)

    for item in items:
        record(sqlite_store.ledger, [item])

    with sqlite_store.ledger.read(VILLAGE) as rows, memory.read(VILLAGE) as values:
        assert isinstance(values.facts, MemoryFacts)
        expected = list(values.facts.scan(""))
        assert len(expected) > 20
        assert [(key, rows.facts.get(key)) for key, _ in expected] == expected
        for prefix in {key.split("/")[0] for key, _ in expected}:
            assert list(rows.facts.scan(prefix)) == list(values.facts.scan(prefix))
