"""Which witnesses are asked by a timer: those whose last word is old, and none of them more often."""

from __future__ import annotations

import msgspec
import pytest

from ledger.log.keys import format_verifier_key
from ledger.ports import WitnessAttempt
from ledger.service.outbound import Reply
from ledger.service.witnessing import REFRESH_MS, RETRY_MS, ask_witnesses
from tests.builders import VILLAGE
from tests.homes import VillageHome
from tests.witness.processes import adopt
from tests.witness.test_shown import SIGNERS, ask, make_policy


@pytest.mark.parametrize(
    ("outcome", "since_ms", "is_asked"),
    [
        ("", REFRESH_MS - 1, False),
        ("", REFRESH_MS, True),
        ("", -1, True),
        ("witness-unreachable", RETRY_MS - 1, False),
        ("witness-unreachable", RETRY_MS, True),
        ("witness-unreachable", -1, True),
        ("witness-unreachable", -(2**62), True),
    ],
)
def test_a_time_ahead_of_the_clock_silences_no_witness(
    village: VillageHome, outcome: str, since_ms: int, is_asked: bool
) -> None:
    adopt(village, make_policy(1, "镇"))
    ask(village, "镇")
    key = format_verifier_key(SIGNERS["镇"].key)
    attempt = WitnessAttempt(answered_at=0, asked_at=0, outcome=outcome, reason="", witness=key)
    asked_at = village.clock.now_ms() - since_ms
    village.home.cosignatures.note_attempt(VILLAGE, msgspec.structs.replace(attempt, asked_at=asked_at))
    asked = []

    def send(url: str, _body: bytes) -> Reply:
        asked.append(url)
        return Reply(b"", 500)

    ask_witnesses(village.home, VILLAGE, send=send, only_due=True)

    assert asked == ([f"https://{SIGNERS['镇'].key.name}"] if is_asked else [])
