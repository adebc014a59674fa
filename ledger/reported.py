"""What villagers reported by the page, as a village's vault keeps it before it is a case.

Plain values and a protocol as those of `vaults`, which hands it on.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

DraftState = Literal["waiting", "returned", "recorded", "discarded", "expired"]
"""What became of a draft: handed in and not yet passed by all who must; sent back with a reason; an entry; given up by
its maker; or passed by nobody for so long that it no longer counts.
"""


class ReceivedCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many objections, or reports, came in, and what became of them.

    `aside` how many were set aside, by reason; `closed` how many an earlier log answered; `open` how many of a day are
    none of that nor registered, by day.
    """

    aside: tuple[tuple[str, int], ...] = ()
    closed: int = 0
    open: tuple[tuple[str, int], ...] = ()
    received: int = 0

    @property
    def unregistered(self) -> int:
        """How many of them wait to be dealt with."""
        return sum(count for _, count in self.open)

    @property
    def set_aside(self) -> int:
        """How many of them were set aside."""
        return sum(count for _, count in self.aside)


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it came in. Nothing here is personal: what it says, its photos and whose it is are encrypted.

    `about`        the letter of the group of categories that was chosen
    `aside`        why it becomes no case of its own, a code of `service.reporting`; empty for none
    `aside_by`     who said so
    `code`         SHA-256 of what its writer has to look it up by
    `draft`        the newest draft that would open a case for it; empty before
    `draft_state`  what became of that draft; empty before
    `item`         q-…, the pseudonym of its case
    `joined`       the case that it was joined to; empty for none
    `number`       of its receipt, from 1 and without gaps; 0 before it is kept
    `received_at`  UTC milliseconds
    `received_on`  the day from which the case's days are counted
    """

    about: str
    aside: str = ""
    aside_by: str = ""
    code: bytes
    draft: str = ""
    draft_state: DraftState | Literal[""] = ""
    item: str
    joined: str = ""
    number: int = 0
    received_at: int
    received_on: str

    @property
    def is_opened(self) -> bool:
        """Whether it is a case."""
        return self.draft_state == "recorded"

    @property
    def is_open(self) -> bool:
        """Whether nobody dealt with it."""
        return not self.is_opened and not self.aside


class ReportVault(Protocol):
    """What of a vault is about reports."""

    def put_reported(self, village: str, reported: Reported, said: bytes, subject: str) -> Reported:
        """Keep a report with what it says, under whoever it is about and the next number, and return it; one whose item
        is there already stays as it is and is returned.
        """
        ...

    def find_reported(self, village: str, item: str) -> Reported | None: ...

    def find_reported_number(self, village: str, number: int) -> Reported | None:
        """Return what came in under a receipt's number; takes no key."""
        ...

    def list_reported(self, village: str, start: int, count: int) -> list[Reported]:
        """Return some of what nobody dealt with, oldest first, from a place in that order on; takes no key."""
        ...

    def count_reported(self, village: str) -> ReceivedCounts:
        """Return how many came in and what became of them; takes no key."""
        ...

    def count_reported_since(self, village: str, at_ms: int) -> int:
        """Return how many came in since an instant; takes no key."""
        ...

    def open_reported(self, village: str, item: str) -> bytes | None:
        """Return what a report says; None where there is none, or it was erased."""
        ...

    def put_reported_aside(self, village: str, item: str, *, why: str, by: str, joined: str = "") -> None:
        """Keep that somebody set a report aside, and to which case it was joined; without a reason, that nobody did.

        Refused for one that waits to be passed, or is a case.
        """
        ...
