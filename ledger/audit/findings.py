"""What an audit reports, and what it audits: values and protocols, and how the plain ones are built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from ledger.books.concerns.table import Severity
from ledger.books.sheets import SheetSealed
from ledger.books.values import SheetKind, Value
from ledger.entries import Entry
from ledger.log.tiles import Tile
from ledger.log.tree import Frontier
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


class PaperFingerprint(Value, frozen=True):
    """What a sealed sheet's paper must show; `fingerprint` is empty where the log no longer gives it."""

    fingerprint: str
    number: str


class AskedConcern(Value, frozen=True):
    """What somebody would ask about the books, as the audit of them tells it: no finding, and no doubt of the log.

    `acknowledged` is the index of the auditor's entry about it, -1 while it is open; `rule` its code, `key` that and
    what it is about; `need_not_mean` is read beside `said`.
    """

    acknowledged: int
    amount_fen: int
    entries: tuple[int, ...]
    is_public: bool
    key: str
    need_not_mean: str
    rule: str
    said: str
    severity: Severity
    since: str
    title: str


class Report(Value, frozen=True):
    """What an audit looked at and what it found; no findings means every claim was re-derived."""

    entries: int
    erased: int  # private values that the vault has no more: no fault, they belong to nobody now; 0 without a vault
    examined: int  # entries whose meaning was derived; the first that is not what was signed ends it
    findings: tuple[Finding, ...]
    fingerprint: str  # of a log's newest checkpoint, which no paper prints; or of the one on a lone sheet
    origin: str
    root: str
    sheets: int
    source: str  # what was audited, e.g. 导出的文件夹
    village: str
    concerns: tuple[AskedConcern, ...] = ()  # about a log's books, where they were asked for
    papers: tuple[PaperFingerprint, ...] = ()  # of a log's sealed sheets, newest first
    proven: tuple[str, ...] = ()  # what a household's file proves, a sentence each
    witnesses: str = ""  # what witnesses confirmed, in a sentence; empty where no policy names any


def build_refusal(source: str, village: str, *, code: str, entry: int, expected: str, found: str) -> Report:
    """Return the report of a copy that proves nothing at all: it has that one finding."""
    finding = Finding(
        code=code,
        entry=entry,
        expected=expected,
        field="全部",
        found=found,
        meaning="这份东西证明不了什么，不能作数",
    )
    return Report(
        entries=0,
        erased=0,
        examined=0,
        findings=(finding,),
        fingerprint="",
        origin="",
        root="",
        sheets=0,
        source=source,
        village=village,
    )


class SealedClaim(Value, frozen=True):
    """A `sheet.sealed` entry's claim."""

    figures: str
    index: int
    kind: SheetKind
    number: str
    pdf: str
    period: str
    size: int
    toolchain: str


def build_claim(entry: Entry, body: SheetSealed) -> SealedClaim:
    """Return what `entry`, whose body is `body`, claims."""
    return SealedClaim(
        figures=body.figures,
        index=entry.index,
        kind=body.sheet,
        number=body.number,
        pdf=body.pdf,
        period=entry.period,
        size=body.size,
        toolchain=body.toolchain,
    )


class SheetFiles(msgspec.Struct, frozen=True, kw_only=True):
    """The files of one sealed sheet as the source has them; None where it has none."""

    checkpoint: bytes | None
    figures: bytes | None
    pdf: bytes | None
    toolchain: bytes | None


class LogSource(Protocol):
    """A copy of one village's log, from wherever; nothing of it is trusted but `verifier_key`.

    The key's authenticity is the reader's to judge: it stands on every sheet and in entry 0.
    """

    title: str
    verifier_key: str

    def read_checkpoint(self) -> bytes:
        """Return the newest signed checkpoint, the same bytes each time."""
        ...

    def read_policy(self) -> bytes | None: ...

    def read_witnessed(self) -> bytes | None:
        """Return the newest checkpoint that witnesses confirmed; None where there is none."""
        ...

    def read_handover(self, index: int) -> bytes | None:
        """Return the checkpoint by which the witnesses before saw the policy adopted at `index`."""
        ...

    def read_tile(self, tile: Tile) -> bytes | None:
        """Return a tile as it is there, hashes or entries; None for no such tile.

        In a bundle, an entry that alone is gone has length 0.
        """
        ...

    def list_texts(self, index: int) -> Sequence[str]: ...

    def read_sheet(self, claim: SealedClaim) -> SheetFiles: ...

    def read_page(self, digest: str) -> bytes | None:
        """Return a page of a source document's public copy as it is there; None where there is none."""
        ...


class StoredHead(msgspec.Struct, frozen=True, kw_only=True):
    """A head as the home keeps it: columns beside the signed note."""

    note: bytes
    root: bytes
    size: int


class StoredEntry(msgspec.Struct, frozen=True):
    """A database's row of an entry; what it keeps beside the bytes follows from them."""

    claim: bytes  # SHA-256 of the claim
    data: bytes
    index: int
    kind: str
    leaf: bytes
    previous: bytes
    recorded_at: int


class StoredText(msgspec.Struct, frozen=True, order=True):
    """A database's row of a public text."""

    index: int
    digest: str
    disclosure: str


class StoredLog(msgspec.Struct, frozen=True, kw_only=True):
    """What a database keeps of a log as a whole, to append to it."""

    frontier: Frontier
    leaf: bytes  # of the newest entry
    recorded_at: int  # of the newest entry


@runtime_checkable
class HomeSource(LogSource, Protocol):
    """A home's own database: what else it holds can be checked too."""

    @property
    def has_private(self) -> bool:
        """Whether private values can be read; where they are locked the rest is checked without them."""
        ...

    def iterate_heads(self) -> Iterator[StoredHead]: ...

    def iterate_stored(self) -> Iterator[StoredEntry]:
        """Yield every entry's row, by index, beyond the log's size too."""
        ...

    def get_stored_log(self) -> StoredLog: ...

    def get_facts(self) -> Facts:
        """Return the facts that the home keeps."""
        ...

    def find_private(self, digest: str) -> str | None: ...

    def find_original(self, digest: str) -> str:
        """Return SHA-256 of what is kept as the encrypted original of that digest; empty where nothing is."""
        ...


Progress = Callable[[int, int], None]
"""Called with (entries done, entries in all)."""
