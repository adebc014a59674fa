"""A head is signed over what is committed, once for each size."""

from __future__ import annotations

import dataclasses

import pytest

from ledger.errors import Tampered
from ledger.log.checkpoint import open_checkpoint
from ledger.log.note import parse_note_verifier
from ledger.ports import Reader
from ledger.service.publish import _sign_head, publish_head
from tests.builders import VILLAGE
from tests.fakes import MemoryHeads, MemoryLedger
from tests.homes import VillageHome
from tests.store.recording import make_items, record


def test_every_recording_has_its_head_signed_by_the_village(village: VillageHome) -> None:
    village.open_books()
    log = parse_note_verifier(village.home.get_signer(VILLAGE).verifier_key)

    sizes = [open_checkpoint(head.note, log).size for head in village.home.heads.iterate(VILLAGE)]

    assert sizes == [1, 2, 3]


def test_publishing_again_gives_the_same_head(village: VillageHome) -> None:
    assert publish_head(village.home, VILLAGE) == publish_head(village.home, VILLAGE)


def test_a_log_that_lost_its_heads_is_not_signed_again(village: VillageHome) -> None:
    home = dataclasses.replace(village.home, heads=MemoryHeads())

    with pytest.raises(Tampered, match=r"heads\.db 丢了或换过"):
        publish_head(home, VILLAGE)


def test_a_log_whose_facts_are_gone_is_not_signed(village: VillageHome) -> None:
    class Empty(Reader):
        facts = type("NoFacts", (), {"get": lambda _self, _key: None})()

    with pytest.raises(Tampered, match=r"log\.founded"):
        _sign_head(village.home, VILLAGE, Empty())
    ledger = MemoryLedger()
    record(ledger, make_items(1))
    assert ledger.list_villages() == [VILLAGE]
