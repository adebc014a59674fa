"""Honours as bodies of entries that tests record, of a quarter before the books began."""

from __future__ import annotations

from ledger.books.honours import HonourReversed, HonoursGranted
from tests.builders import Discloser, make_id


def build_granted(texts: Discloser, number: str = "RY-2026-001") -> HonoursGranted:
    value = {"household": make_id("h", 0), "name": "", "naming": False}
    return HonoursGranted(
        granted_to="household",
        holders=(texts.seal(value, "holder"),),
        honour="H01",
        number=number,
        span="quarter",
        title=texts.publish("季度积分优胜户"),
        until="2026-09",
    )


def build_withdrawn(texts: Discloser, granted: HonoursGranted, reverses: int) -> HonourReversed:
    (holder,) = granted.holders
    return HonourReversed(holder=holder.sealed, reason=texts.publish("积分算错"), reverses=reverses)
