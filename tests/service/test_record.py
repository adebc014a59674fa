"""From passed claims to entries: once, all or none, never backwards, never on a restored backup."""

from __future__ import annotations

import dataclasses
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ledger.books.vouchers import Posting
from ledger.canonical import parse_claim
from ledger.errors import Refused, Tampered
from ledger.home import Home
from ledger.ports import Head, Heads
from ledger.service import record
from ledger.service.export import list_export
from ledger.service.publish import publish_head
from ledger.service.record import Passed, Receipt, record_claims
from tests.builders import VILLAGE, build_description, build_postings, build_voucher, name_supervisor
from tests.fakes import MemoryHeads
from tests.homes import VillageHome


def make_passed(village: VillageHome, summary: str, **changes: object) -> Passed:
    draft = village.draft(
        build_voucher(village.texts, chart="2023", summary=village.texts.publish(summary), **changes)
    )
    return Passed(
        checkers=(name_supervisor(village.supervisor.user),),
        claim=parse_claim(draft.claim),
        public=draft.public,
    )


def make_description(village: VillageHome) -> Passed:
    draft = village.draft(build_description(village.texts))
    return Passed(
        checkers=(name_supervisor(village.supervisor.user),),
        claim=parse_claim(draft.claim),
        public=draft.public,
    )


def read_size(village: VillageHome) -> int:
    with village.home.ledger.read(VILLAGE) as reader:
        return reader.size


def list_codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [fault.code for fault in error.value.faults]


@pytest.fixture
def opened(village: VillageHome) -> VillageHome:
    village.open_books()
    return village


def test_the_same_claim_again_gives_the_first_receipt(opened: VillageHome) -> None:
    passed = make_passed(opened, "购办公用纸", postings=_pay(100))
    first = record_claims(opened.home, VILLAGE, [passed])

    opened.clock.advance(60_000)
    again = record_claims(opened.home, VILLAGE, [passed])

    assert again == first
    assert first[0].head.size == first[0].index + 1 == read_size(opened)


def test_the_first_receipt_is_given_also_when_others_were_recorded_since(opened: VillageHome) -> None:
    passed = [
        make_passed(opened, "购办公用纸", postings=_pay(100)),
        make_passed(opened, "修水渠", postings=_pay(100), number="2026-10-002"),
    ]
    first = record_claims(opened.home, VILLAGE, passed[:1])
    second = record_claims(opened.home, VILLAGE, passed[1:])
    opened.clock.advance(60_000)

    again = record_claims(opened.home, VILLAGE, [*passed, make_description(opened)])

    assert again[:2] == [*first, *second]
    assert again[2].head == opened.home.heads.find_newest(VILLAGE)
    assert again[2].index == read_size(opened) - 1


def test_of_several_claims_all_are_recorded_or_none(opened: VillageHome) -> None:
    good = make_passed(opened, "购办公用纸", postings=_pay(100))
    bad = make_passed(opened, "修水渠", postings=_pay(100), number="2026-10-007")
    before = read_size(opened)

    with pytest.raises(Refused) as error:
        record_claims(opened.home, VILLAGE, [good, bad])

    assert list_codes(error) == ["voucher-number-gap"]
    assert read_size(opened) == before
    assert publish_head(opened.home, VILLAGE).size == before


def test_of_32_at_once_one_who_is_refused_midway_leaves_the_others_recorded(opened: VillageHome) -> None:
    """Also where they share a transaction with the first of the refused one's claims."""
    before = read_size(opened)
    bad = make_passed(opened, "修水渠", postings=_pay(100), number="2026-10-007")
    crowd = [[make_description(opened)] for _ in range(32)]
    crowd[7] = [make_description(opened), bad]

    # While nobody can write they all come: whoever is not first is recorded with others.
    with ThreadPoolExecutor(len(crowd)) as pool, opened.home.ledger.write(VILLAGE):
        answers = [pool.submit(record_claims, opened.home, VILLAGE, passed) for passed in crowd]
        time.sleep(0.2)

    with pytest.raises(Refused) as error:
        answers.pop(7).result()
    assert list_codes(error) == ["voucher-number-gap"]
    receipts = [answer.result()[0] for answer in answers]
    assert {receipt.index for receipt in receipts} == set(range(before, before + 31))
    assert all(receipt.head.size > receipt.index for receipt in receipts)
    assert read_size(opened) == before + 31 == publish_head(opened.home, VILLAGE).size
    again = [record_claims(opened.home, VILLAGE, crowd[place])[0].index for place in (0, 31)]
    assert again == [receipts[0].index, receipts[-1].index]


def test_a_village_s_line_is_there_while_somebody_stands_in_it_and_no_longer(opened: VillageHome) -> None:
    """Kept for ever, the lines of a county's villages would be 0.9 KB each."""
    heads = _WatchingHeads(opened)
    opened.home = change_ports(opened, heads=heads)

    record_claims(opened.home, VILLAGE, [make_passed(opened, "购办公用纸", postings=_pay(100))])

    assert heads.seen == [[VILLAGE]]
    assert list(record._QUEUES[opened.home.ledger]) == []


def test_a_crash_between_entry_and_head_is_completed_by_the_next_publication(opened: VillageHome) -> None:
    passed = make_passed(opened, "购办公用纸", postings=_pay(100))
    opened.home = change_ports(opened, heads=_FailingHeads(opened.home.heads))

    with pytest.raises(OSError, match="power"):
        record_claims(opened.home, VILLAGE, [passed])
    head = publish_head(opened.home, VILLAGE)

    assert head.size == read_size(opened)
    (receipt,) = record_claims(opened.home, VILLAGE, [passed])
    assert receipt == Receipt(head=head, index=head.size - 1)


def test_a_database_behind_its_head_takes_no_entry_and_says_so(opened: VillageHome) -> None:
    newest = opened.home.heads.find_newest(VILLAGE)
    assert newest is not None
    ahead = Head(note=newest.note, root=bytes(32), size=newest.size + 1)
    opened.home.heads.advance(VILLAGE, ahead)
    passed, before = make_passed(opened, "购办公用纸", postings=_pay(100)), read_size(opened)

    for attempt in (
        lambda: record_claims(opened.home, VILLAGE, [passed]),
        lambda: publish_head(opened.home, VILLAGE),
        lambda: list(list_export(opened.home, VILLAGE)),
    ):
        with pytest.raises(Tampered, match="已签名的检查点"):
            attempt()

    assert read_size(opened) == before


def test_a_database_that_does_not_extend_its_head_takes_no_entry(opened: VillageHome) -> None:
    heads = MemoryHeads()
    heads.advance(VILLAGE, Head(note=b"", root=bytes(32), size=2))
    opened.home = change_ports(opened, heads=heads)

    with pytest.raises(Tampered, match="接不上"):
        record_claims(opened.home, VILLAGE, [make_passed(opened, "购办公用纸", postings=_pay(100))])


def test_a_head_signed_meanwhile_by_another_is_taken_for_ours(opened: VillageHome) -> None:
    heads = _OvertakenHeads(opened)
    opened.home = change_ports(opened, heads=heads)

    (receipt,) = record_claims(opened.home, VILLAGE, [make_passed(opened, "购办公用纸", postings=_pay(100))])

    assert receipt.head.size == receipt.index + 2


def test_a_head_of_the_same_size_and_another_root_is_tampering(opened: VillageHome) -> None:
    class Contrary(_FailingHeads):
        def advance(self, village: str, head: Head) -> None:
            raise Tampered(head.size, "one", "another")

    opened.home = change_ports(opened, heads=Contrary(opened.home.heads))

    with pytest.raises(Tampered, match="another"):
        record_claims(opened.home, VILLAGE, [make_passed(opened, "购办公用纸", postings=_pay(100))])


def test_a_clock_a_little_behind_repeats_the_last_time_and_far_behind_is_refused(opened: VillageHome) -> None:
    opened.clock.advance(-600_000)
    first = make_passed(opened, "购办公用纸", postings=_pay(100))
    (receipt,) = record_claims(opened.home, VILLAGE, [first])
    with opened.home.ledger.read(VILLAGE) as reader:
        times = [reader.facts.read_entry(index).recorded_at for index in (receipt.index - 1, receipt.index)]

    opened.clock.advance(-1)
    with pytest.raises(Refused) as error:
        record_claims(
            opened.home, VILLAGE, [make_passed(opened, "修水渠", postings=_pay(1), number="2026-10-002")]
        )

    assert times[0] == times[1]
    assert list_codes(error) == ["clock-behind"]
    assert "校准系统时间" in error.value.faults[0].remedy


def _pay(amount_fen: int) -> tuple[Posting, ...]:
    return build_postings(amount_fen, debit="513")


def change_ports(village: VillageHome, **ports: Any) -> Home:
    return dataclasses.replace(village.home, **ports)


class _FailingHeads:
    """Loses power once, when a head should be kept."""

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self._fails = True

    def advance(self, village: str, head: Head) -> None:
        if self._fails:
            self._fails = False
            raise OSError("power")
        self._heads.advance(village, head)

    def __getattr__(self, name: str) -> object:
        return getattr(self._heads, name)


class _OvertakenHeads(_FailingHeads):
    """Another process records and signs between our look and our signature."""

    def __init__(self, village: VillageHome) -> None:
        super().__init__(village.home.heads)
        self._home = village.home
        self._other = make_passed(village, "修水渠", postings=_pay(50), number="2026-10-002")

    def advance(self, village: str, head: Head) -> None:
        if self._fails:
            self._fails = False
            record_claims(self._home, VILLAGE, [self._other])
        self._heads.advance(village, head)


class _WatchingHeads(_FailingHeads):
    """Looks whose lines are there when a head is kept."""

    def __init__(self, village: VillageHome) -> None:
        super().__init__(village.home.heads)
        self._ledger = village.home.ledger
        self.seen: list[list[str]] = []

    def advance(self, village: str, head: Head) -> None:
        self.seen.append(list(record._QUEUES[self._ledger]))
        self._heads.advance(village, head)
