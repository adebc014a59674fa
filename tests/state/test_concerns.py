"""Acknowledgements: what may follow, with its whole message; and what would be asked about what waits to be passed."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.concerns.values import ConcernAcknowledged
from ledger.books.contracts import Due
from ledger.data import load_reference
from ledger.entries import Actor, Body, Entry
from ledger.errors import format_fault
from ledger.limits import DAY_MS
from ledger.log.commitments import digest_disclosure, parse_disclosure
from ledger.state import MemoryFacts, check_entry, fold_entry
from ledger.state.asked import get_voucher
from ledger.state.concerns import (
    check_acknowledged,
    find_acknowledged,
    fold_acknowledged,
    list_concerns,
    list_concerns_of,
)
from ledger.state.publishing import list_unpublished
from ledger.state.reference import Reference
from tests.builders import (
    Discloser,
    EntryChain,
    build_acknowledged,
    build_asset,
    build_contract,
    build_description,
    build_documents,
    build_founding,
    build_limits,
    build_opening,
    build_postings,
    build_resolution,
    build_resource,
    build_reversal,
    build_voucher,
)

AUDITOR = Actor(role="auditor", user="u-eeeeeeeeee")


class Log:
    """A log whose every entry was checked and folded, with its texts."""

    def __init__(self) -> None:
        self.texts, self.chain = Discloser(), EntryChain()
        self.facts = MemoryFacts(lambda index: self.chain.entries[index])
        self.known: dict[str, object] = {}
        for body in (build_founding(), build_description(self.texts), build_opening()):
            assert self.record(body) == []

    def record(self, body: Body, **envelope: Any) -> list[str]:
        """Record a body, or return why not."""
        entry = self.draft(body, **envelope)
        faults = check_entry(self.facts, load_reference(), entry)
        if not faults:
            self.chain.entries.append(entry)
            fold_entry(self.facts, entry)
        return [format_fault(fault) for fault in faults]

    def draft(self, body: Body, **envelope: Any) -> Entry:
        """Return the entry that a body would be."""
        self.known |= {
            digest_disclosure(text): parse_disclosure(text)[1] for text in self.texts.take_public()
        }
        return self.chain.append(body, **envelope) and self.chain.entries.pop()

    def acknowledge(self, **changes: Any) -> list[str]:
        return self.record(build_acknowledged(self.texts, **changes), maker=AUDITOR)

    def ask_of(self, body: Body, **envelope: Any) -> list[str]:
        """Return the keys of what is asked about a body before somebody passes it."""
        entry = self.draft(body, **envelope)
        found = list_concerns_of(self.facts, load_reference(), self.known.get, entry)
        return [stand.concern.key for stand in found]


def pay(log: Log, number: str, amount_fen: int = 120_000, **changes: Any) -> Body:
    return build_voucher(log.texts, number=number, postings=build_postings(amount_fen), **changes)


def test_an_auditor_alone_says_that_a_concern_was_explained() -> None:
    log = Log()

    (said,) = log.record(build_acknowledged(log.texts))

    assert "交审人 u-aaaaaaaaaa：现为clerk，应为auditor" in said
    assert log.acknowledge() == []


def test_the_same_is_not_acknowledged_twice_and_something_else_is() -> None:
    log = Log()
    assert log.acknowledge() == []

    assert log.acknowledge() == [
        (
            "待说明事项“大额现金付款”（2026-10-001）：现为第 3 条记录已经认可了说明，应为还没有认可的。"
            "情形没有变的，不用再办。（concern-acknowledged）"
        )
    ]
    assert log.acknowledge(amount_fen=130_000) == []
    assert log.acknowledge() == []


def test_an_acknowledgement_of_later_entries_is_refused() -> None:
    log = Log()

    for key, named in (
        ("cash-limit/2026-10-001", "“大额现金付款”（2026-10-001）"),
        # A rule that a later program knows is called by its key.
        ("not-yet-coded/2026-10", " not-yet-coded/2026-10"),
    ):
        assert log.acknowledge(concern=key, entries=(7,)) == [
            (
                f"待说明事项{named}所指的记录：现为第 7 条，应为前面已有的记录，从小到大，各一次。"
                "从“待说明的事”的网页重新办理。（concern-entries）"
            )
        ]


def test_it_closes_what_was_seen_and_nothing_else() -> None:
    log = Log()
    assert log.record(pay(log, "2026-10-001")) == []
    (open_,) = list_concerns(log.facts, load_reference(), log.known.get, first="2026-10", today="2026-10-30")
    assert open_.acknowledged == -1

    assert log.acknowledge(entries=open_.concern.entries, amount_fen=1) == []
    assert find_acknowledged(log.facts, open_.concern) == -1
    assert log.acknowledge(entries=open_.concern.entries) == []

    (closed,) = list_concerns(log.facts, load_reference(), log.known.get, first="2026-10", today="2026-10-30")
    assert closed.acknowledged == 5


def test_what_waits_is_asked_about_with_what_stands_on_the_same_day() -> None:
    log = Log()
    assert log.record(pay(log, "2026-10-001", 90_000, summary=log.texts.publish("修泵"))) == []
    same = {"summary": log.texts.publish("修 泵")}

    assert log.ask_of(pay(log, "2026-10-002", 90_000, **same)) == ["same-twice/2026-10-001"]
    assert log.ask_of(pay(log, "2026-10-002", 90_000, **same), occurred_on="2026-10-27") == []
    assert log.ask_of(pay(log, "2026-10-002", 120_000)) == ["cash-limit/2026-10-002"]
    assert log.ask_of(pay(log, "2026-10-002", 100_000)) == []


def test_what_waits_is_held_to_what_its_contract_took_of_a_resolution() -> None:
    log = Log()
    limits = build_limits(log.texts, resolution_fen=200_000, second_fen=0, third_fen=0)
    works = {"category": "works", "direction": "pays", "resolution_number": "JY-2026-001"}
    dues = (Due(amount_fen=250_000, due_on="2026-10-31"),)
    for body in (limits, build_resolution(log.texts), build_contract(log.texts, dues=dues, **works)):
        assert log.record(body) == []
    assert log.record(pay(log, "2026-10-001", 90_000)) == []

    def ask(amount_fen: int, contract: str) -> list[str]:
        found = log.ask_of(pay(log, "2026-10-002", amount_fen, contract=contract))
        return [key for key in found if key.startswith("split")]

    assert ask(110_000, "") == ["split-payment/2026-10-001"]
    assert ask(160_000, "HT-0001") == []
    assert log.record(pay(log, "2026-10-002", 150_000, contract="HT-0001"), occurred_on="2026-10-27") == []
    assert ask(100_000, "HT-0001") == []
    # A hundred yuan more than the contract asks, and than it took of the resolution.
    assert ask(110_000, "HT-0001") == ["split-payment/2026-10-001"]


def test_of_a_contract_that_waits_is_asked_who_decided_it_and_for_how_long() -> None:
    log = Log()
    long = {"category": "other", "ends_on": "2060-09-30"}

    assert log.ask_of(build_contract(log.texts)) == []
    assert log.ask_of(build_contract(log.texts, resolution=log.texts.publish("无"), **long)) == [
        "no-resolution/HT-0001",
        "long-term/HT-0001",
    ]


def test_of_a_contract_that_waits_is_asked_for_which_price_and_for_how_long_the_land() -> None:
    log = Log()
    assert log.record(build_resource(log.texts)) == []
    land: dict[str, Any] = {"category": "contracting", "subject_number": "ZY-0001", "floor_fen": 1_200_000}

    assert log.ask_of(build_contract(log.texts, **land)) == []
    land |= {"ends_on": "2060-09-30", "floor_fen": 1_200_001}
    assert log.ask_of(build_contract(log.texts, **land)) == ["below-floor/HT-0001", "land-term/HT-0001"]


def test_of_a_resolution_that_waits_is_asked_whether_it_is_a_guarantee() -> None:
    log = Log()

    assert log.ask_of(build_resolution(log.texts)) == []
    wording = log.texts.publish("同意用仓库替合作社贷款作抵押")
    assert log.ask_of(build_resolution(log.texts, wording=wording)) == ["guarantee/JY-2026-001"]


def test_what_waits_is_asked_which_resolution_contract_and_account() -> None:
    log = Log()
    large = {"summary": log.texts.publish("付路款"), "postings": build_postings(5_000_000, credit="102")}
    rent = {
        "summary": log.texts.publish("收租金，微信代收"),
        "postings": build_postings(100_000, debit="102", credit="511"),
    }

    assert log.ask_of(build_voucher(log.texts, **large)) == ["spent-undecided/2026-10-001"]
    assert log.ask_of(build_voucher(log.texts, **rent)) == [
        "personal-account/2026-10-001",
        "no-contract/2026-10-001",
    ]


def test_an_asset_is_in_the_books_by_a_voucher_that_stands_and_is_of_its_class() -> None:
    log = Log()
    for number, debit in (("001", "161"), ("002", "151")):
        postings = build_postings(700_000, debit=debit, credit="102")
        assert log.record(build_voucher(log.texts, number=f"2026-10-{number}", postings=postings)) == []
    assert log.record(build_asset(log.texts, source="purchased", original_fen=700_000)) == []

    def ask() -> list[str]:
        found = list_concerns(log.facts, load_reference(), log.known.get, first="2026-10", today="2027-02-20")
        return [stand.concern.key for stand in found if stand.concern.rule.startswith("asset")]

    assert ask() == ["asset-unregistered/2026-10-001"]
    red = build_postings(-700_000, debit="151", credit="102")
    assert log.record(build_reversal(log.texts, number="2026-10-003", postings=red, reverses=4)) == []
    assert ask() == ["asset-unregistered/2026-10-001", "asset-unbooked/ZC-0001"]


def test_of_other_entries_nothing_is_asked() -> None:
    log = Log()
    assert log.record(pay(log, "2026-10-001")) == []
    red = build_reversal(log.texts, reverses=3, postings=build_postings(-120_000))

    assert log.ask_of(red) == []
    assert log.ask_of(build_documents(log.texts, log.chain.entries[3])) == []


def test_before_a_log_is_founded_or_without_a_table_nothing_is_asked() -> None:
    log, empty = Log(), MemoryFacts(lambda index: log.chain.entries[index])
    known = load_reference()
    bare = Reference(charts=known.charts, law=known.law, roles=known.roles)
    entry = log.draft(pay(log, "2026-10-001"))

    assert list_concerns(empty, known, log.known.get, first="2026-10", today="2026-10-30") == []
    assert list_concerns_of(empty, known, log.known.get, entry) == []
    assert list_concerns_of(log.facts, bare, log.known.get, entry) == []


def test_an_earlier_year_is_asked_of_its_own_months_and_of_no_contract() -> None:
    """What was banked in the first days after it counts; what began there is not told."""
    log = Log()
    assert log.record(pay(log, "2026-10-001")) == []
    assert log.record(build_contract(log.texts)) == []
    later = {"period": "2026-11", "occurred_on": "2026-11-02", "step_ms": 6 * DAY_MS}
    assert log.record(pay(log, "2026-11-001", 130_000), **later) == []

    def ask(last: str) -> list[str]:
        reference = load_reference()
        found = list_concerns(
            log.facts, reference, log.known.get, first="2026-01", today="2027-02-20", last=last
        )
        return [stand.concern.key for stand in found]

    assert ask("2026-10") == ["not-published/2026-10", "cash-limit/2026-10-001"]
    assert "rent-overdue/HT-0001" in ask("2027-02")
    assert "cash-limit/2026-11-001" in ask("2027-02")


def test_before_the_books_no_month_is_missing() -> None:
    log = Log()
    empty = MemoryFacts(lambda index: log.chain.entries[index])

    assert list_unpublished(empty, load_reference().law, "371082101201", "2026-01", "2027-02-20") == []


def test_an_entry_of_another_kind_is_the_callers_mistake() -> None:
    log = Log()
    entry = log.chain.entries[1]

    for act in (
        lambda: check_acknowledged(log.facts, load_reference(), entry),
        lambda: fold_acknowledged(log.facts, entry),
        lambda: get_voucher(entry),
    ):
        with pytest.raises(TypeError, match="entry 1"):
            act()
    assert isinstance(build_acknowledged(log.texts), ConcernAcknowledged)
