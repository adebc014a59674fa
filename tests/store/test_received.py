"""Objections as they came in: numbered, counted, kept for good, and set aside by two persons or not at all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pysqlite3.dbapi2 import IntegrityError

from ledger.errors import Refused
from ledger.vaults import Received, ReceivedCounts
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
    for why, asked_by, agreed_by in (("spam", U[0], U[0]), ("repeated", U[0], U[1]), ("spam", U[2], U[1])):
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
        store.vault.link_received(VILLAGE, item, "d-aaaaaaaaaa")


def test_what_waits_to_be_passed_or_is_an_entry_is_not_set_aside(store: Store) -> None:
    item, draft = put(store, 1).item, make_draft("a")
    store.vault.put_drafts(VILLAGE, [draft])
    store.vault.link_received(VILLAGE, item, draft.id)

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
    store.vault.put_drafts(VILLAGE, [draft])
    store.vault.link_received(VILLAGE, item, draft.id)
    store.vault.return_draft(VILLAGE, draft.id, "再核实")

    (found,) = store.vault.list_received(VILLAGE, 0, 9)

    assert (found.draft_state, found.is_open) == ("returned", True)
    store.vault.put_aside(VILLAGE, item, why="withdrawn", asked_by=U[0])


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
            "INSERT INTO received_objections SELECT village, 7, about, aside, aside_agreed, aside_by, came, code, "
            "digest, draft, 'y-other', received_at, received_on FROM received_objections"
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
