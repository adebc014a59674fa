"""What an audit reports, and what it audits: values and protocols only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from ledger.books.values import SheetKind, Value
from ledger.state import Facts


class Finding(Value, frozen=True):
    """One thing that does not agree.

    `entry` is the index it concerns, -1 where none; `meaning` tells a villager what to conclude.
    """

    code: str
    entry: int
    expected: str
    field: str
    found: str
    meaning: str


class Report(Value, frozen=True):
    """What an audit looked at and what it found; no findings means every claim was re-derived."""

    entries: int
    findings: tuple[Finding, ...]
    fingerprint: str  # of the newest checkpoint, to compare with paper
    origin: str
    root: str
    sheets: int
    source: str  # what was audited, e.g. 导出文件夹
    village: str


class SheetFiles(msgspec.Struct, frozen=True, kw_only=True):
    """The files of one sealed sheet as the source has them; None where it has none."""

    checkpoint: bytes | None
    figures: bytes | None
    number: str
    pdf: bytes | None


class SealedClaim(Value, frozen=True):
    """A `sheet.sealed` entry's claim."""

    figures: str
    index: int
    kind: SheetKind
    number: str
    pdf: str
    period: str
    size: int


class LogSource(Protocol):
    """A copy of one village's log, from wherever; nothing of it is trusted but `verifier_key`.

    The key's authenticity is the reader's to judge: it stands on every sheet and in entry 0.
    """

    title: str
    verifier_key: str

    def read_checkpoint(self) -> bytes: ...

    def iterate_entries(self, size: int) -> Iterator[bytes]:
        """Yield the bytes of entries 0 to `size`, in order; fewer where they are missing."""
        ...

    def read_entry(self, index: int) -> bytes: ...

    def iterate_seals(self) -> Iterator[bytes]:
        """Yield the bytes of every entry of kind sheet.sealed; cheap to find, and checked again in the stream."""
        ...

    def read_leaf(self, index: int, size: int) -> bytes | None:
        """Return the leaf hash that the source's tiles of level 0 give, None when it has no such tile."""
        ...

    def list_tile_faults(self, size: int, leaves: Sequence[bytes]) -> Iterator[tuple[str, str]]:
        """Yield (path, reason) of tiles above the leaves that do not follow from them."""
        ...

    def list_texts(self, index: int) -> Sequence[str]: ...

    def read_sheet(self, number: str) -> SheetFiles: ...


@runtime_checkable
class HomeSource(LogSource, Protocol):
    """A home's own database: what else it holds can be checked too."""

    def iterate_heads(self) -> Iterator[tuple[int, bytes]]:
        """Yield (size, signed note) of every head."""
        ...

    def get_facts(self) -> Facts:
        """Return the facts that the home keeps."""
        ...

    def find_private(self, digest: str) -> str | None: ...


Progress = Callable[[int, int], None]
"""Called with (entries done, entries in all)."""
