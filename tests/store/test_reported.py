"""Reports as they came in: numbered, counted, kept for good, linked to one draft, set aside and taken up again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pysqlite3.dbapi2 import IntegrityError

from ledger.errors import Refused
from ledger.reported import ReceivedCounts, Reported
from tests.builders import OTHER_VILLAGE, VILLAGE, make_id
from tests.store.conftest import Store
from tests.store.test_vault_contract import make_draft

H = make_id("h", 1)


def put(store: Store, number: int, subject: str = "", **changes: Any) -> Reported:
    fields: dict[str, Any] = {
        "about": "B",
        "code": bytes([number]) * 32,
        "item": make_id("q", number),
        "received_at": 1_000 * number,
        "received_on": "2026-11-03",
    }
    reported = Reported(**(fields | changes))
    return store.vault.put_reported(VILLAGE, reported, f"said-{number}".encode(), subject or reported.item)


def test_what_came_in_is_numbered_counted_and_kept_apart_by_village(store: Store) -> None:
    first, second = put(store, 1), put(store, 2, received_on="2026-11-01")

    assert (first.number, second.number) == (1, 2)
    assert put(store, 1, about="C") == first
    assert store.vault.open_reported(VILLAGE, first.item) == b"said-1"
    assert store.vault.find_reported(VILLAGE, second.item) == second
    assert store.vault.find_reported_number(VILLAGE, 2) == second
    assert store.vault.list_reported(VILLAGE, 1, 9) == [second]
    counts = ReceivedCounts(open=(("2026-11-01", 1), ("2026-11-03", 1)), received=2)
    assert store.vault.count_reported(VILLAGE) == counts
    assert [store.vault.count_reported_since(VILLAGE, at_ms) for at_ms in (0, 1_000, 2_000)] == [2, 1, 0]
    assert store.vault.find_reported(OTHER_VILLAGE, first.item) is None
    assert store.vault.find_reported_number(OTHER_VILLAGE, 1) is None
    assert store.vault.open_reported(OTHER_VILLAGE, first.item) is None


def test_one_draft_opens_its_case_and_whatever_puts_that_right_follows_it(store: Store) -> None:
    item = put(store, 1).item
    first, second, third = make_draft("one"), make_draft("two"), make_draft("three")
    store.vault.put_drafts(VILLAGE, [first], registers=item)
    with pytest.raises(Refused, match="收到的反映"):
        store.vault.put_drafts(VILLAGE, [second], registers=item)
    assert store.vault.find_draft(VILLAGE, second.id) is None
    with pytest.raises(Refused, match="收到的反映"):
        store.vault.put_reported_aside(VILLAGE, item, why="spam", by="u-a")

    store.vault.return_draft(VILLAGE, first.id, "类别不对")
    store.vault.put_drafts(VILLAGE, [third], answers=[first.id], registers=item)
    reported = store.vault.find_reported(VILLAGE, item)
    assert reported is not None
    assert reported.draft == third.id
    store.vault.mark_draft(VILLAGE, third.id, "recorded", 9)
    assert store.vault.list_reported(VILLAGE, 0, 9) == []
    assert store.vault.count_reported(VILLAGE) == ReceivedCounts(received=1)


def test_what_was_set_aside_is_counted_by_reason_and_may_wait_again(store: Store) -> None:
    item = put(store, 1).item
    store.vault.put_reported_aside(VILLAGE, item, why="joined", by="u-a", joined="AL-2026-001")

    found = store.vault.find_reported(VILLAGE, item)
    assert found is not None
    assert (found.aside, found.aside_by, found.joined) == ("joined", "u-a", "AL-2026-001")
    assert store.vault.count_reported(VILLAGE) == ReceivedCounts(aside=(("joined", 1),), received=1)
    with pytest.raises(Refused, match="收到的反映"):
        store.vault.put_drafts(VILLAGE, [make_draft("one")], registers=item)
    store.vault.put_reported_aside(VILLAGE, item, why="", by="")
    assert len(store.vault.list_reported(VILLAGE, 0, 9)) == 1


def test_erasing_a_household_takes_what_it_reported_and_leaves_the_count(store: Store) -> None:
    first, second = put(store, 1, H), put(store, 2)
    store.vault.erase_subject(VILLAGE, H)

    assert store.vault.open_reported(VILLAGE, first.item) is None
    assert store.vault.open_reported(VILLAGE, second.item) == b"said-2"
    assert store.vault.count_reported(VILLAGE).received == 2


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM received_reports",
        "UPDATE received_reports SET about = 'C'",
        "UPDATE received_reports SET received_on = '2026-12-01'",
        "UPDATE received_reports SET number = 5",
        "UPDATE received_reports SET code = zeroblob(32)",
        "UPDATE received_reports SET aside = 'spam'",
        "INSERT OR REPLACE INTO received_reports SELECT * FROM received_reports",
    ],
)
def test_the_database_itself_keeps_what_came_in(sqlite_store: Store, statement: str) -> None:
    kept = put(sqlite_store, 1)
    connection = sqlite_store.vault._engine.raw_connection()
    try:
        with pytest.raises(IntegrityError, match=re.compile("received_reports")):
            connection.driver_connection.execute(statement)
    finally:
        connection.close()

    assert sqlite_store.vault.list_reported(VILLAGE, 0, 9) == [kept]
