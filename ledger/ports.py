"""What the shell must provide to the use cases: protocols and the plain values that cross them.

`service` knows these names only; `store`, `keys` and the fakes of the tests implement them, and `home` puts
them together. Nothing here opens, reads or decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import msgspec

from ledger.audit.findings import StoredEntry, StoredLog, StoredText
from ledger.books.values import SheetKind
from ledger.desk import Desk
from ledger.entries import Entry
from ledger.log.hashing import Hash
from ledger.log.tree import Frontier
from ledger.state.facts import Facts
from ledger.state.reference import Reference
from ledger.urns import Urns
from ledger.vaults import Vault


class Clock(Protocol):
    """Where time comes from. Tests and the demo village bring their own."""

    def now_ms(self) -> int:
        """Return UTC milliseconds since 1970."""
        ...


class Entropy(Protocol):
    """Where salts, pseudonyms and secrets come from: the system's, or a seed for the demo village."""

    def take(self, size_bytes: int) -> bytes:
        """Return fresh random bytes."""
        ...


class Signer(Protocol):
    """A village's log key."""

    @property
    def verifier_key(self) -> str:
        """The signed-note verifier key, `<origin>+<id>+<base64>`."""
        ...

    def unlock(self) -> None:
        """Make ready to sign, asking for a passphrase or PIN where that takes one; raises Refused where it fails.

        What is about to be recorded must be signed after: whoever records unlocks first.
        """
        ...

    def sign_note(self, text: str) -> bytes:
        """Return the signed note over `text`, which ends in a newline."""
        ...


class FindSigner(Protocol):
    """Where log keys come from."""

    def __call__(self, village: str, verifier_key: str = "") -> Signer:
        """Return the key of a village whose verifier key is given; without one its only key.

        NotFound where this home has it not. A village that is handing over to a new key has both.
        """
        ...


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A signed checkpoint: the log's promise to stay an extension of it."""

    note: bytes  # the signed note, verbatim
    root: bytes  # 32 bytes
    size: int


class Reader(Protocol):
    """A consistent view of one village's log, as of the moment it was opened."""

    @property
    def size(self) -> int: ...

    @property
    def facts(self) -> Facts: ...

    def get_frontier(self) -> Frontier: ...

    def get_entry_bytes(self, index: int) -> bytes:
        """Return the stored bytes, having checked their leaf hash; NotFound or Tampered otherwise."""
        ...

    def iterate_entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield stored bytes of the entries in [start, stop), streaming."""
        ...

    def find_index(self, claim_digest: str) -> int | None:
        """Return where this claim was recorded, None if never."""
        ...

    def read_tile(self, level: int, number: int, width: int) -> bytes:
        """Return `width` hashes of a tile: the HashReader that proofs are built from."""
        ...

    def list_stored_tiles(self) -> list[StoredTile]:
        """Return which tiles are kept, those that grow among them, by level and number: a scrub compares them."""
        ...

    def list_texts(self, index: int) -> tuple[str, ...]:
        """Return the public disclosures kept beside the entry at `index`."""
        ...

    def list_stored_texts(self, start: int, stop: int) -> list[StoredText]:
        """Return the rows of the public disclosures beside the entries in [start, stop): an audit checks them."""
        ...

    def find_text(self, digest: str) -> str | None:
        """Return the public disclosure of a digest."""
        ...

    def iterate_stored(self, start: int = 0) -> Iterator[StoredEntry]:
        """Yield what stands beside the bytes of every entry from `start` on, by index: an audit compares the two."""
        ...

    def iterate_facts(self) -> Iterator[tuple[str, bytes]]:
        """Yield every kept fact with its value in the order of the keys' bytes, some at a time."""
        ...

    def list_facts(self, first: str, stop: str, limit: int) -> list[tuple[str, bytes]]:
        """Return at most `limit` kept facts with keys from `first` on and below `stop`, in the order of their bytes."""
        ...

    def get_stored_log(self) -> StoredLog:
        """Return what is kept of the log as a whole, to append to it."""
        ...


class StoredTile(NamedTuple):
    """A row that is kept of a tile: its place in the tree and how many hashes it holds."""

    level: int
    number: int
    width: int


class Newest(NamedTuple):
    """What of the newest entry the next one must follow."""

    leaf: Hash
    recorded_at: int  # UTC milliseconds


class Writer(Reader, Protocol):
    """One transaction on one village's log, alone. Leaving it without an exception commits."""

    @property
    def newest(self) -> Newest | None:
        """What the next entry follows, including what was just appended; None in an empty log.

        Tampered where the newest entry's bytes do not hash to the leaf that the log goes on from.
        """
        ...

    def append(self, entry: Entry, public: Sequence[str]) -> None:
        """Insert the entry with its tree hashes, public disclosures and facts.

        The entry must be the next: Tampered when index, previous or time do not continue the log.
        """
        ...


class Version(NamedTuple):
    """A state of a database as far as one connection tells states apart."""

    connection: int
    commits: int


class Ledger(Protocol):
    """All villages' logs of one home."""

    def list_villages(self) -> list[str]: ...

    def read_version(self) -> Version | None:
        """Return the same as before only if nothing was committed in between; None where this cannot be told."""
        ...

    def read(self, village: str) -> AbstractContextManager[Reader]: ...

    def write(self, village: str) -> AbstractContextManager[Writer]: ...


class Heads(Protocol):
    """Signed checkpoints, apart from the entries; never restored with them."""

    def list_villages(self) -> list[str]:
        """Return the villages that have a head, by code: also those whose log is gone."""
        ...

    def read_version(self) -> Version | None:
        """The same of the heads and of what witnesses said."""
        ...

    def find_newest(self, village: str) -> Head | None: ...

    def find_at(self, village: str, size: int) -> Head | None: ...

    def find_first(self, village: str, size: int) -> Head | None:
        """Return the smallest head of at least `size` entries: the one that the last of them was answered with."""
        ...

    def list_before(self, village: str, size: int, count: int) -> list[Head]:
        """Return at most `count` heads of less than `size` entries, largest first."""
        ...

    def iterate(self, village: str) -> Iterator[Head]:
        """Yield every head, smallest first."""
        ...

    def advance(self, village: str, head: Head) -> None:
        """Keep `head` if it is larger than the newest, or the very same; Tampered otherwise."""
        ...


class KeptCosignature(msgspec.Struct, frozen=True, kw_only=True):
    """A witness's verified line under the checkpoint of a size."""

    line: str  # the signature line, with its newline
    size: int
    time_s: int  # when it signed, seconds since 1970 UTC, by its own clock
    witness: str  # its verifier key


class WitnessAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """How asking a witness went last."""

    answered_at: int  # UTC milliseconds of its last cosignature that was kept; 0 before the first
    asked_at: int  # UTC milliseconds
    outcome: str  # empty when it cosigned, else the code of what went wrong
    reason: str  # in Chinese, for a person; empty when it cosigned
    witness: str  # its verifier key


class Cosignatures(Protocol):
    """What witnesses said of a village's checkpoints, beside the heads; never restored with the entries."""

    def keep(self, village: str, cosignature: KeptCosignature) -> None:
        """Keep a line durably; keeping the very same again changes nothing."""
        ...

    def list_at(self, village: str, size: int) -> list[KeptCosignature]:
        """Return each witness's newest line under the checkpoint of `size`, by witness."""
        ...

    def list_sizes(self, village: str) -> list[int]:
        """Return the sizes that any witness cosigned, largest first."""
        ...

    def list_villages(self) -> list[str]:
        """Return the villages of which anything is kept, by code."""
        ...

    def iterate(self, village: str) -> Iterator[KeptCosignature]:
        """Yield every line kept, those too that a newer one of the same witness followed, by size."""
        ...

    def note_attempt(self, village: str, attempt: WitnessAttempt) -> None:
        """Keep how asking a witness went, in place of the time before."""
        ...

    def list_attempts(self, village: str) -> list[WitnessAttempt]:
        """Return how asking each witness went last, by witness."""
        ...

    def get_mark(self, village: str) -> int:
        """Return a number that changes whenever a cosignature was kept and noted; 0 before the first."""
        ...


PaperKind = Literal[
    "agreement",
    "annex",
    "assessment",
    "awards",
    "ballots",
    "booklet",
    "branch",
    "certificates",
    "grid-sheet",
    "lane-board",
    "star-plate",
]
"""What is printed beside sheets: a household's agreement, the annex of a points sheet, a round of assessment, a year's
awards list, codes of a secret ballot, a rulebook's booklet, a branch's scores to display within it, certificates of
honours, a month of grids, the board of a lane, the plate of a star.
"""


class SheetJob(msgspec.Struct, frozen=True, kw_only=True):
    """All that a sheet's PDF is made from; the same job gives the same bytes under the same toolchain."""

    base_url: str  # public address printed in the codes, without a slash at the end; "" on a draft
    evidence: bytes  # the attachment: entries, texts, proofs, checkpoint; b"" on a draft
    figures: bytes  # canonical bytes of the Figures value
    is_demo: bool = False  # an invented village, as the home's settings say: every page is marked 示例
    kind: SheetKind
    note: bytes  # signed checkpoint of the size the figures are computed from; b"" on a draft
    open_until: str = ""  # day to which a month that is not closed is recorded; "" for a closed one
    policy: bytes = b""  # by which the note's cosignatures count; b"" where no witness was asked for
    verifier_key: str


class PaperJob(msgspec.Struct, frozen=True, kw_only=True):
    """All that paper which is no sheet is made from; the same job gives the same bytes under the same toolchain."""

    base_url: str  # public address printed in the code; "" where there is none
    content: bytes  # canonical bytes of the value that `kind` says
    is_demo: bool = False
    kind: PaperKind
    note: bytes = b""  # the first signed checkpoint over what it says; b"" on paper that is proven by none
    verifier_key: str = ""


class Renderer(Protocol):
    """Makes paper. It lives above this package and is handed in."""

    def render(self, job: SheetJob) -> bytes:
        """Return the PDF; Refused with faults where a character has no glyph or a limit is passed."""
        ...

    def render_paper(self, job: PaperJob) -> bytes:
        """Return the PDF of other paper, and refuse as `render` does."""
        ...

    def describe_toolchain(self) -> bytes:
        """Return canonical JSON naming every program and font, with version or digest, that shapes the bytes."""
        ...


class Archive(Protocol):
    """Sealed files under their SHA-256 in hex."""

    def keep(self, data: bytes) -> str:
        """Write the bytes durably and return their digest."""
        ...

    def find(self, digest: str) -> bytes | None:
        """Return the bytes, having checked their digest; Tampered when they differ."""
        ...


class KeptDocument(NamedTuple):
    """An encrypted original that is kept: its SHA-256, when it was put, UTC milliseconds, and its bytes."""

    digest: str
    kept_at: int
    size_bytes: int


class Documents(Protocol):
    """Encrypted originals of source documents, by village and by the SHA-256 of their encrypted bytes."""

    def keep(self, village: str, key: bytes, plain: bytes, at_ms: int) -> str:
        """Encrypt under a key of 32 bytes, keep durably and return the digest. Refused where the disk is full."""
        ...

    def open(self, village: str, digest: str, key: bytes) -> bytes | None:
        """Return what was encrypted; None where it is not kept, Tampered where it is not what was kept."""
        ...

    def find(self, village: str, digest: str) -> bytes | None:
        """Return the encrypted bytes, having checked their digest; Tampered when they differ."""
        ...

    def drop(self, village: str, digest: str) -> None:
        """Delete; again changes nothing."""
        ...

    def list_kept(self, village: str) -> list[KeptDocument]:
        """Return all that is kept of a village, by digest."""
        ...


class Epochs(Protocol):
    """What is kept of the logs before a declared loss, as files of an export. Read only."""

    def list_epochs(self, village: str) -> list[int]:
        """Return the numbers of the epochs of which something is kept, ascending."""
        ...

    def read_file(self, village: str, epoch: int, path: str) -> bytes | None:
        """Return a file by its path within the export; None where there is none."""
        ...


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Everything a use case may reach; a home is one. `epochs` is None where no place for earlier logs is kept;
    `date_checked` is the day, YYYY-MM-DD, on which a person vouched for the clock, empty where nobody did; `is_demo`
    says that the village is invented and stands still in its own year: nobody is asked what day it is.
    """

    archive: Archive
    clock: Clock
    cosignatures: Cosignatures
    date_checked: str = ""
    documents: Documents
    entropy: Entropy
    epochs: Epochs | None = None
    get_signer: FindSigner
    heads: Heads
    is_demo: bool = False
    ledger: Ledger
    reference: Reference
    urns: Urns
    vault: Vault


class ScrubFound(NamedTuple):
    """How many things the last scrub found altered or gone: of a village's own, and of files and
    databases that all villages of the home share.
    """

    found: int
    shared: int


@dataclass(frozen=True, kw_only=True)
class DeskPorts(Ports):
    """The same where people sign in. `get_desk_key` gives the 32 bytes that seal and key what the desk keeps;
    `find_scrub_found` what the last scrub found of a village.
    """

    desk: Desk
    find_scrub_found: Callable[[str], ScrubFound]
    get_desk_key: Callable[[], bytes]
