"""Reports in memory: what of a vault is about them."""

from __future__ import annotations

import msgspec

from ledger.errors import Refused
from ledger.reported import DraftState, ReceivedCounts, Reported
from ledger.store.reported import make_moved_on
from ledger.vaults import Draft


class MemoryReports:
    """`drafts` are those of the vault that this is a part of."""

    def __init__(self) -> None:
        self._drafts: dict[tuple[str, str], Draft] = {}
        self._erased: set[tuple[str, str]] = set()
        self._known: set[tuple[str, str]] = set()
        self._reports: dict[tuple[str, str], Reported] = {}
        self._told: dict[tuple[str, str], tuple[str, bytes]] = {}

    def put_reported(self, village: str, reported: Reported, said: bytes, subject: str) -> Reported:
        if (village, reported.item) not in self._reports:
            self._known.add((village, subject))
            number = sum(of == village for of, _ in self._reports) + 1
            self._reports[village, reported.item] = msgspec.structs.replace(reported, number=number)
            self._told[village, reported.item] = subject, said
        return self._reports[village, reported.item]

    def find_reported(self, village: str, item: str) -> Reported | None:
        kept = self._reports.get((village, item))
        draft = self._drafts.get((village, kept.draft)) if kept is not None else None
        if kept is None or draft is None:
            return kept
        state: DraftState = draft.state
        return msgspec.structs.replace(kept, draft_state=state)

    def find_reported_number(self, village: str, number: int) -> Reported | None:
        return next((one for one in self._list_reported(village) if one.number == number), None)

    def list_reported(self, village: str, start: int, count: int) -> list[Reported]:
        return [one for one in self._list_reported(village) if one.is_open][start : start + count]

    def count_reported(self, village: str) -> ReceivedCounts:
        kept = self._list_reported(village)
        whys = sorted(one.aside for one in kept if one.aside)
        days = sorted(one.received_on for one in kept if one.is_open)
        return ReceivedCounts(
            aside=tuple((why, whys.count(why)) for why in dict.fromkeys(whys)),
            open=tuple((day, days.count(day)) for day in dict.fromkeys(days)),
            received=len(kept),
        )

    def count_reported_since(self, village: str, at_ms: int) -> int:
        return sum(one.received_at > at_ms for one in self._list_reported(village))

    def open_reported(self, village: str, item: str) -> bytes | None:
        subject, said = self._told.get((village, item), ("", None))
        return None if (village, subject) in self._erased else said

    def put_reported_aside(self, village: str, item: str, *, why: str, by: str, joined: str = "") -> None:
        kept = self.find_reported(village, item)
        if kept is None or kept.draft_state in ("waiting", "recorded"):
            raise Refused([make_moved_on()])
        self._reports[village, item] = msgspec.structs.replace(kept, aside=why, aside_by=by, joined=joined)

    def link_reported(self, village: str, item: str, draft: str) -> None:
        kept = self.find_reported(village, item)
        if kept is None or kept.aside or kept.draft_state in ("waiting", "recorded"):
            raise Refused([make_moved_on()])
        self._reports[village, item] = msgspec.structs.replace(kept, draft=draft)

    def _list_reported(self, village: str) -> list[Reported]:
        found = [self.find_reported(of, item) for of, item in self._reports if of == village]
        return [one for one in found if one is not None]
