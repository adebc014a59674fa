"""Objections as they came in: numbered, counted, kept for good, and set aside by two persons or not at all."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest
from pysqlite3.dbapi2 import IntegrityError
from sqlalchemy import bindparam, update

from ledger.errors import Refused
from ledger.reported import ReceivedCounts
from ledger.store.tables import received_objections
from ledger.store.transactions import begin_write
from ledger.vaults import Received
from tests.builders import OTHER_VILLAGE, VILLAGE, make_id
from tests.store.conftest import Store
from tests.store.test_vault_contract import make_draft

U = [f"u-{letter * 10}" for letter in "abc"]


def make_received(number: int, **changes: Any) -> Received:
    fields: dict[str, Any] = {
        "about": "2026-10-F-1",
        "came": "page",
        "code": bytes([number]) * 32,
        "digest": f"digest-{number}",
        "item": make_id("y", number),
        "received_at": 1_000 * number,
        "received_on": "2026-11-03",
    }
    return Received(**(fields | changes))


def put(store: Store, number: int, **changes: Any) -> Received:
    return store.vault.put_received(VILLAGE, make_received(number, **changes), f"said-{number}")


def test_what_came_in_is_numbered_counted_and_kept(store: Store) -> None:
    first, second = put(store, 1), put(store, 2, came="paper", received_on="2026-11-01")

    assert (first.number, second.number) == (1, 2)
    assert put(store, 1, digest="another") == first
    assert store.vault.open_received(VILLAGE, first.item) == "said-1"
    assert store.vault.find_received(VILLAGE, second.item) == second
    assert store.vault.find_receipt(VILLAGE, 2) == second
    assert store.vault.list_received(VILLAGE, 0, 9) == [first, second]
    assert store.vault.list_received(VILLAGE, 1, 9) == [second]
    counts = store.vault.count_received(VILLAGE)
    assert counts == ReceivedCounts(open=(("2026-11-01", 1), ("2026-11-03", 1)), received=2)
    assert (counts.unregistered, counts.set_aside) == (2, 0)
    assert [store.vault.count_received_since(VILLAGE, at_ms) for at_ms in (0, 999, 1_000)] == [1, 1, 0]


def test_another_village_has_nothing_of_it(store: Store) -> None:
    put(store, 1)

    assert store.vault.find_received(OTHER_VILLAGE, make_id("y", 1)) is None
    assert store.vault.find_receipt(OTHER_VILLAGE, 1) is None
    assert store.vault.open_received(OTHER_VILLAGE, make_id("y", 1)) is None
    assert store.vault.count_received(OTHER_VILLAGE) == ReceivedCounts()


def test_two_persons_set_it_aside_and_nobody_takes_that_back(store: Store) -> None:
    item = put(store, 1).item

    for asked_by, agreed_by in ((U[0], U[0]), (U[0], U[1])):
        with pytest.raises(Refused):
            store.vault.put_aside(VILLAGE, item, why="spam", asked_by=asked_by, agreed_by=agreed_by)
    store.vault.put_aside(VILLAGE, item, why="spam", asked_by=U[0])
    for why, asked_by, agreed_by in (
        ("spam", U[0], U[0]),
        ("repeated", U[0], U[1]),
        ("spam", U[2], U[1]),
        ("repeated", U[2], ""),
    ):
        with pytest.raises(Refused):
            store.vault.put_aside(VILLAGE, item, why=why, asked_by=asked_by, agreed_by=agreed_by)
    store.vault.put_aside(VILLAGE, item, why="", asked_by="")
    assert store.vault.list_received(VILLAGE, 0, 1)[0].aside == ""
    store.vault.put_aside(VILLAGE, item, why="spam", asked_by=U[0])
    store.vault.put_aside(VILLAGE, item, why="spam", asked_by=U[0], agreed_by=U[1])

    counts = store.vault.count_received(VILLAGE)
    assert (counts.aside, counts.set_aside, counts.open, counts.received) == ((("spam", 1),), 1, (), 1)
    assert store.vault.list_received(VILLAGE, 0, 9) == []
    for change in ({"why": "", "asked_by": ""}, {"why": "repeated", "asked_by": U[0], "agreed_by": U[2]}):
        with pytest.raises(Refused):
            store.vault.put_aside(VILLAGE, item, **change)
    with pytest.raises(Refused):
        store.vault.put_drafts(VILLAGE, [make_draft("a")], registers=item)
    assert store.vault.list_drafts(VILLAGE, "waiting") == []


def test_what_waits_to_be_passed_or_is_an_entry_is_not_set_aside(store: Store) -> None:
    item, draft = put(store, 1).item, make_draft("a")
    store.vault.put_drafts(VILLAGE, [draft], registers=item)

    with pytest.raises(Refused):
        store.vault.put_aside(VILLAGE, item, why="spam", asked_by=U[0])
    store.vault.mark_draft(VILLAGE, draft.id, "recorded", 7)
    with pytest.raises(Refused):
        store.vault.put_aside(VILLAGE, item, why="spam", asked_by=U[0])
    found = store.vault.find_received(VILLAGE, item)

    assert found is not None
    assert (found.draft, found.draft_state, found.is_registered, found.is_open) == (
        draft.id,
        "recorded",
        True,
        False,
    )
    assert store.vault.count_received(VILLAGE) == ReceivedCounts(received=1)


def test_a_draft_that_came_back_leaves_it_open(store: Store) -> None:
    item, draft = put(store, 1).item, make_draft("a")
    store.vault.put_drafts(VILLAGE, [draft], registers=item)
    store.vault.return_draft(VILLAGE, draft.id, "再核实")

    (found,) = store.vault.list_received(VILLAGE, 0, 9)

    assert (found.draft_state, found.is_open) == ("returned", True)
    store.vault.put_aside(VILLAGE, item, why="withdrawn", asked_by=U[0])


def test_of_two_drafts_that_would_register_the_same_only_one_is_put(store: Store) -> None:
    item, first, second = put(store, 1).item, make_draft("a"), make_draft("b")
    store.vault.put_drafts(VILLAGE, [first], registers=item)

    for state in ("waiting", "recorded"):
        if state == "recorded":
            store.vault.mark_draft(VILLAGE, first.id, "recorded", 7)
        with pytest.raises(Refused) as error:
            store.vault.put_drafts(VILLAGE, [second], registers=item)
        assert [fault.code for fault in error.value.faults] == ["objection-moved-on"]
        assert store.vault.find_draft(VILLAGE, second.id) is None
        found = store.vault.find_received(VILLAGE, item)
        assert found is not None
        assert (found.draft, found.draft_state) == (first.id, state)


def test_one_that_came_back_gives_way_to_the_next(store: Store) -> None:
    item, first, second = put(store, 1).item, make_draft("a"), make_draft("b")
    store.vault.put_drafts(VILLAGE, [first], registers=item)
    store.vault.return_draft(VILLAGE, first.id, "再核实")
    store.vault.put_drafts(VILLAGE, [second], answers=[first.id], registers=item)

    (found,) = store.vault.list_received(VILLAGE, 0, 9)

    assert (found.draft, found.draft_state) == (second.id, "waiting")


def test_what_an_earlier_log_answered_is_closed_for_good(store: Store) -> None:
    first, second, third = put(store, 1), put(store, 2), put(store, 3)
    store.vault.put_aside(VILLAGE, third.item, why="spam", asked_by=U[0])
    store.vault.put_aside(VILLAGE, third.item, why="spam", asked_by=U[0], agreed_by=U[1])
    answered = {first.digest: "YY-2026-0001", third.digest: "YY-2026-0002", "digest-9": "YY-2026-0003"}

    store.vault.close_received(VILLAGE, answered)
    store.vault.close_received(VILLAGE, {first.digest: "YY-2026-0009"})
    store.vault.close_received(OTHER_VILLAGE, {second.digest: "YY-2026-0009"})

    counts = store.vault.count_received(VILLAGE)
    assert (counts.closed, counts.open, counts.set_aside) == (1, (("2026-11-03", 1),), 1)
    assert store.vault.list_received(VILLAGE, 0, 9) == [second]
    kept = store.vault.find_received(VILLAGE, first.item)
    assert kept is not None
    assert (kept.closed, kept.is_open) == ("YY-2026-0001", False)
    with pytest.raises(Refused):
        store.vault.put_aside(VILLAGE, first.item, why="spam", asked_by=U[0])
    with pytest.raises(Refused):
        store.vault.put_drafts(VILLAGE, [make_draft("a")], registers=first.item)


def test_erasing_takes_what_it_says_and_leaves_it_counted(store: Store) -> None:
    first, _ = put(store, 1), put(store, 2)

    store.vault.erase_subject(VILLAGE, first.item)

    assert store.vault.open_received(VILLAGE, first.item) is None
    assert store.vault.open_received(VILLAGE, make_id("y", 2)) == "said-2"
    assert store.vault.find_received(VILLAGE, first.item) == first
    assert store.vault.count_received(VILLAGE).unregistered == 2
    with pytest.raises(Refused):
        put(store, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM received_objections",
        "UPDATE received_objections SET about = ''",
        "UPDATE received_objections SET received_on = '2026-12-01'",
        "UPDATE received_objections SET received_at = 9",
        "UPDATE received_objections SET number = 5",
        "UPDATE received_objections SET code = zeroblob(32)",
        "UPDATE received_objections SET aside = 'spam', aside_by = 'u-a', aside_agreed = 'u-b'",
        "UPDATE received_objections SET aside = 'spam'",
        "INSERT OR REPLACE INTO received_objections SELECT * FROM received_objections",
        (
            "INSERT INTO received_objections SELECT village, 7, about, aside, aside_agreed, aside_by, came, closed, "
            "code, digest, draft, 'y-other', received_at, received_on FROM received_objections"
        ),
    ],
)
def test_the_database_itself_keeps_what_came_in(sqlite_store: Store, statement: str) -> None:
    kept = put(sqlite_store, 1)
    connection = sqlite_store.vault._engine.raw_connection()
    try:
        with pytest.raises(IntegrityError, match=re.compile("received_objections")):
            connection.driver_connection.execute(statement)
    finally:
        connection.close()

    assert sqlite_store.vault.list_received(VILLAGE, 0, 9) == [kept]


@pytest.mark.parametrize("store", ["postgresql", "sqlite"], indirect=True)
def test_the_database_itself_keeps_what_is_closed(store: Store) -> None:
    kept = put(store, 1)
    store.vault.close_received(VILLAGE, {kept.digest: "YY-2026-0001"})
    of = received_objections.c.village == bindparam("in_village")
    reopen = update(received_objections).values(closed="").where(of)

    with (
        pytest.raises((psycopg.Error, IntegrityError), match="what an earlier log answered stays so"),
        begin_write(store.vault._engine, VILLAGE) as transaction,
    ):
        transaction.run(reopen, in_village=VILLAGE)

    assert store.vault.count_received(VILLAGE).closed == 1
