"""Urns in memory."""

from __future__ import annotations

from ledger.urns import ChangeUrn, Urn


class MemoryUrns:
    """See `ledger.urns.Urns`."""

    def __init__(self) -> None:
        self._urns: dict[tuple[str, str], Urn] = {}

    def make(self, village: str, number: str, urn: Urn) -> bool:
        return self._urns.setdefault((village, number), urn) is urn

    def find(self, village: str, number: str) -> Urn | None:
        return self._urns.get((village, number))

    def list_numbers(self, village: str) -> list[str]:
        return sorted(number for of, number in self._urns if of == village)

    def change(self, village: str, number: str, change: ChangeUrn) -> bool:
        found = self.find(village, number)
        changed = change(found) if found is not None else None
        if changed is not None:
            self._urns[village, number] = changed
        return changed is not None

    def destroy(self, village: str, number: str) -> None:
        self._urns.pop((village, number), None)
