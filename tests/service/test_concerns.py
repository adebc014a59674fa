"""An auditor's word on a concern is about what was shown: what is otherwise by now is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.errors import Refused, format_fault
from ledger.service.concerns import find_stand, prepare_acknowledgement, read_concerns
from ledger.service.persons import add_person
from ledger.service.preview import name_entry
from ledger.service.showing import show_drafts
from ledger.state import get_day
from ledger.state.concerns import Stand
from ledger.vaults import Draft
from tests.builders import (
    VILLAGE,
    Discloser,
    build_contract,
    build_founding,
    build_postings,
    build_reversal,
)
from tests.homes import VillageHome, open_village

KEY = "cash-limit/2026-10-001"


class Audited:
    """A village that paid 1,200.00 in cash, and its auditor."""

    def __init__(self, village: VillageHome) -> None:
        self.village, self.home = village, village.home
        village.open_books()
        self.paid = village.record_voucher("抢修水渠", 120_000).index
        self.auditor = add_person(village.home, VILLAGE, "样例审", "auditor").user

    def read(self) -> Stand:
        with self.home.ledger.read(VILLAGE) as reader:
            today = get_day(self.home.clock.now_ms())
            return find_stand(read_concerns(reader, self.home.reference, today), KEY)

    def acknowledge(self, entries: tuple[int, ...], amount_fen: int = 120_000, key: str = KEY) -> Draft:
        return prepare_acknowledgement(
            self.home,
            VILLAGE,
            maker=self.auditor,
            key=key,
            entries=entries,
            amount_fen=amount_fen,
            reason="当天银行不开门",
        )

    def refuse(self, entries: tuple[int, ...], amount_fen: int = 120_000, key: str = KEY) -> list[str]:
        """Return why the acknowledgement was refused; nothing waits of it."""
        with pytest.raises(Refused) as error:
            self.acknowledge(entries, amount_fen, key)
        assert self.home.vault.list_drafts(VILLAGE, "waiting") == []
        return [format_fault(fault) for fault in error.value.faults]


@pytest.fixture
def audited(tmp_path: Path) -> Iterator[Audited]:
    with open_village(tmp_path / "home") as village:
        yield Audited(village)


def say(found: str, named: str = "“大额现金付款”（2026-10-001）") -> str:
    return (
        f"待说明事项{named}：现为{found}，应为看过以后没有变。"
        "回到“待说明的事”，看现在怎样再办。（concern-changed）"
    )


def test_what_was_shown_is_acknowledged_and_nothing_else(audited: Audited) -> None:
    assert audited.read().concern.entries == (audited.paid,)

    assert audited.refuse((audited.paid,), 119_999) == [say("情形与看过的不一样")]
    assert audited.refuse(()) == [say("情形与看过的不一样")]
    draft = audited.acknowledge((audited.paid,))
    assert draft.label == "认可说明：大额现金付款（2026-10-001）"


def test_what_was_taken_back_meanwhile_wants_no_word_any_more(audited: Audited) -> None:
    village = audited.village
    red = build_reversal(
        village.texts,
        chart="2023",
        number="2026-10-002",
        postings=build_postings(-120_000, debit="513"),
        reverses=audited.paid,
    )
    village.record(red)

    assert audited.refuse((audited.paid,)) == [say("已经没有这件事")]


def test_whoever_passes_a_word_reads_what_it_rests_on(audited: Audited) -> None:
    draft = audited.acknowledge((audited.paid,))

    (shown,) = show_drafts(audited.home, VILLAGE, (draft.id,))

    assert shown.lines == (
        "认可说明：大额现金付款（2026-10-001）",
        "　规矩：一笔付款超过 1,000 元的，一般要从银行转账。",
        "　金额：1,200.00 元",
        f"　看过的记录：凭证 2026-10-001（第 {audited.paid} 条记录）",
        "　认可的理由：当天银行不开门",
        "　通过以后，这件事就不再算待说明；金额或记录再有变动，会重新提出",
    )
    texts = Discloser()
    assert name_entry(build_contract(texts), 7) == "合同 HT-0001（第 7 条记录）"
    assert name_entry(build_founding(), 0) == "第 0 条记录"


def test_what_no_rule_asks_is_called_by_its_key(audited: Audited) -> None:
    key = "not-a-rule/2026-10"

    assert audited.refuse((audited.paid,), key=key) == [say("已经没有这件事", f" {key}")]
