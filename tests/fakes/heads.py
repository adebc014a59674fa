"""Signed checkpoints in lists."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import Tampered
from ledger.ports import Head


class MemoryHeads:
    def __init__(self) -> None:
        self._heads: dict[str, list[Head]] = {}

    def read_version(self) -> None:
        return None

    def list_villages(self) -> list[str]:
        return sorted(self._heads)

    def find_newest(self, village: str) -> Head | None:
        heads = self._heads.get(village, [])
        return heads[-1] if heads else None

    def find_at(self, village: str, size: int) -> Head | None:
        return next((head for head in self._heads.get(village, []) if head.size == size), None)

    def find_first(self, village: str, size: int) -> Head | None:
        return next((head for head in self._heads.get(village, []) if head.size >= size), None)

    def list_before(self, village: str, size: int, count: int) -> list[Head]:
        return [head for head in self._heads.get(village, []) if head.size < size][::-1][:count]

    def iterate(self, village: str) -> Iterator[Head]:
        yield from list(self._heads.get(village, []))

    def advance(self, village: str, head: Head) -> None:
        newest = self.find_newest(village)
        if newest == head:
            return
        if newest is not None and head.size <= newest.size:
            raise Tampered(head.size - 1, f"检查点 {newest.size}", f"检查点 {head.size}")
        self._heads.setdefault(village, []).append(head)
