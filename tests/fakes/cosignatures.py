"""What witnesses said, in dictionaries."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.ports import KeptCosignature, WitnessAttempt


class MemoryCosignatures:
    def __init__(self) -> None:
        self._kept: dict[str, list[KeptCosignature]] = {}
        self._attempts: dict[str, dict[str, WitnessAttempt]] = {}

    def keep(self, village: str, cosignature: KeptCosignature) -> None:
        kept = self._kept.setdefault(village, [])
        if cosignature not in kept:
            kept.append(cosignature)

    def list_at(self, village: str, size: int) -> list[KeptCosignature]:
        found = sorted(
            (item for item in self._kept.get(village, []) if item.size == size),
            key=lambda item: (item.witness, item.time_s),
        )
        return list({item.witness: item for item in found}.values())

    def list_sizes(self, village: str) -> list[int]:
        return sorted({item.size for item in self._kept.get(village, [])}, reverse=True)

    def list_villages(self) -> list[str]:
        return sorted(village for village, kept in self._kept.items() if kept)

    def iterate(self, village: str) -> Iterator[KeptCosignature]:
        kept = self._kept.get(village, [])
        yield from sorted(kept, key=lambda item: (item.size, item.witness, item.time_s))

    def note_attempt(self, village: str, attempt: WitnessAttempt) -> None:
        self._attempts.setdefault(village, {})[attempt.witness] = attempt

    def list_attempts(self, village: str) -> list[WitnessAttempt]:
        attempts = self._attempts.get(village, {})
        return [attempts[witness] for witness in sorted(attempts)]

    def get_mark(self, village: str) -> int:
        return max((item.answered_at for item in self._attempts.get(village, {}).values()), default=0)
