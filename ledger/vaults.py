"""What a village's vault keeps, and what it promises: people, private values, drafts.

Plain values and protocols like those of `ports`, which hands a vault on; `store` and the tests' fakes implement it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

import msgspec

from ledger.books.objections import Came
from ledger.books.roles import Duty, Office, Role
from ledger.reported import DraftState, ReceivedCounts, ReportVault

OPEN_STATES: tuple[DraftState, DraftState] = ("waiting", "returned")
"""What is in one of these is no entry yet and can become one."""


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody passed a draft of exactly this digest."""

    approved_at: int  # UTC milliseconds
    checker: str
    digest: str  # body digest, hex
    role: Role


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A claim prepared by a clerk and not yet passed; mutable in the store, outside the log."""

    answers: str = ""  # the draft that was returned and that this one puts right; empty for none
    approvals: tuple[Approval, ...] = ()  # by those who passed it so far, in order
    asked: str = ""  # why that one was returned

    batch: str  # the import it came with: digest of file, kind and village; its drafts are listed together
    claim: bytes  # canonical bytes of the Claim, see canonical.parse_claim
    digest: str  # body digest, hex: what the checker signs off
    id: str  # d- and ten characters
    index: int  # where it was recorded; -1 before
    label: str  # what lists show, without personal data: 凭证 2026-10-017 325.00 元 购办公用纸
    private: tuple[str, ...]  # disclosures that go to the vault; here only while the draft waits
    public: tuple[str, ...]  # disclosures that go beside the log
    reason: str = ""  # why it was returned
    slot: str = ""  # of what there can be only one waiting, e.g. voucher/2026-10-017; empty where there can be several
    state: DraftState
    submitted_at: int = 0  # UTC milliseconds; 0 for one from before this was kept
    village: str


class Unsent(msgspec.Struct, frozen=True, kw_only=True):
    """One state of a sheet that somebody types and has not handed in."""

    data: bytes  # see `service.unsent`
    version: int  # grows with every state, also from one sheet to the next of its kind


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who acts in the village, in the program or in an office that some duty of the program excludes."""

    household: str = ""  # h- and sixteen characters; empty where the person belongs to none of the village's
    kin: frozenset[str] = frozenset()  # pseudonyms of near relatives
    name: str
    offices: frozenset[Office] = frozenset()
    roles: frozenset[Role]  # empty for who only holds an office, or did all duties before
    user: str

    @property
    def duties(self) -> frozenset[Duty]:
        """What rules on duties are held against."""
        return frozenset((*self.roles, *self.offices))


class Household(msgspec.Struct, frozen=True, kw_only=True):
    """A household as the clerk knows it."""

    # As its last row in the list of households said; what is in force now, agreements and withdrawals say.
    consents: frozenset[Literal["scoring", "display", "naming"]]
    group: int
    household: str  # h- and sixteen characters
    name: str  # of its head
    number: str  # as in the village's list, e.g. 0217


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """The card that a household or a party member holds. What stands on it is nowhere kept: whoever loses it gets
    another one.
    """

    digest: str  # SHA-256 of what stands on it, hex
    household: str  # or the member: h-… or m-…
    made_at: int  # UTC milliseconds
    made_by: str  # u-…


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A party member as the branch's recorder knows them."""

    branch: int
    member: str  # m- and sixteen characters
    name: str
    number: str


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asks that everything about a subject be erased; it waits until another person agrees and it is done.

    `agreed_at`, `agreed_by` are 0 and empty before; instants are UTC milliseconds.
    """

    agreed_at: int = 0
    agreed_by: str = ""
    asked_at: int
    asked_by: str  # u-…
    subject: str
    why: str  # a code, see service.erase


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """An objection as it came in, before it is an entry. Nothing here is personal: what it says is encrypted.

    `about`         what it is about, as the entry will say
    `aside`         why it is not to be registered, a code of `service.objections`; empty for none
    `aside_agreed`  who agreed to that, and so did it; empty before
    `aside_by`      who asked for it
    `came`          how, as the entry will say
    `closed`        its number in an earlier log of the village, which answered it before it was lost; empty for none
    `code`          SHA-256 of what its writer has to look it up by
    `digest`        of the sealed wording, as the entry will have it
    `draft`         the newest draft that would register it; empty before
    `draft_state`   what became of that draft; empty before. Whether there is an entry only the log says
    `item`          y-…, the subject of its wording
    `number`        of its receipt, from 1 and without gaps; 0 before it is kept
    `received_at`   UTC milliseconds
    `received_on`   the day that counts; of one on paper it may be earlier
    """

    about: str
    aside: str = ""
    aside_agreed: str = ""
    aside_by: str = ""
    came: Came
    closed: str = ""
    code: bytes
    digest: str
    draft: str = ""
    draft_state: DraftState | Literal[""] = ""
    item: str
    number: int = 0
    received_at: int
    received_on: str

    @property
    def is_registered(self) -> bool:
        """Whether it is an entry."""
        return self.draft_state == "recorded"

    @property
    def is_set_aside(self) -> bool:
        """Whether two persons said that it is none."""
        return bool(self.aside_agreed)

    @property
    def is_open(self) -> bool:
        """Whether nobody dealt with it for good."""
        return not self.is_registered and not self.is_set_aside and not self.closed


class SubjectKeys(Protocol):
    """The data keys of one village's subjects, while a view of its vault is open."""

    def find(self, subject: str) -> bytes | None:
        """Return a subject's 32 bytes; None where they were destroyed. Refused where this home has them not."""
        ...


class VaultKeys(Protocol):
    """Where a vault's keys come from: one for each subject, apart from what they encrypt."""

    @property
    def is_at_hand(self) -> bool:
        """Whether no person need be asked before something is read."""
        ...

    def open(self, village: str) -> AbstractContextManager[SubjectKeys]: ...

    def make(self, village: str, subjects: Collection[str]) -> None:
        """Have a key for every subject, durably; Refused for one whose key was destroyed."""
        ...

    def erase(self, village: str, subject: str) -> None:
        """Destroy a subject's key for good."""
        ...

    def knows(self, village: str, subject: str) -> bool:
        """Whether there is a key of the subject, or was one that was destroyed."""
        ...

    def list_erased(self, village: str) -> frozenset[str]:
        """Return the subjects whose key was destroyed."""
        ...


class Vault(ReportVault, Protocol):
    """Everything personal, apart from the ledger, by village, and by whom it is about.

    A subject is a household, a member or a person, by pseudonym; what is about none of them is the village's own. Once
    a subject was erased nothing about it is found, and nothing more is kept: Refused.
    """

    def can_read(self, village: str) -> bool:
        """Whether private values can be read: their keys are here, and no person need be asked for a passphrase."""
        ...

    def erase_subject(self, village: str, subject: str) -> None:
        """Make everything about a subject unreadable, here and in every copy; again changes nothing.

        NotFound where nothing was ever kept about it.
        """
        ...

    def list_erased(self, village: str) -> frozenset[str]:
        """Return the subjects that were erased."""
        ...

    def add_person(self, village: str, person: Person) -> None: ...

    def replace_persons(self, village: str, persons: Sequence[Person]) -> None:
        """Keep what is true of persons now, all or none; NotFound where nobody has the pseudonym."""
        ...

    def find_person(self, village: str, user: str) -> Person | None: ...

    def list_persons(self, village: str) -> list[Person]: ...

    def put_households(self, village: str, households: Sequence[Household]) -> None:
        """Insert or replace by household id."""
        ...

    def list_households(self, village: str) -> list[Household]: ...

    def put_members(self, village: str, members: Sequence[Member]) -> None: ...

    def list_members(self, village: str) -> list[Member]: ...

    def keep_private(self, village: str, disclosures: Sequence[str]) -> None:
        """Keep disclosures under their digests; keeping one again changes nothing."""
        ...

    def keep_drafted(self, village: str, draft_ids: Sequence[str]) -> dict[str, int]:
        """Keep the private texts of drafts as the disclosures that they become, unopened; return for each draft of how
        many that holds: fewer than it has where some are gone, or were put down in an older way.
        """
        ...

    def find_private(self, village: str, digest: str) -> str | None: ...

    def read_private(self, village: str) -> AbstractContextManager[Callable[[str], str | None]]:
        """Open one view of a village's disclosures, in which many can be found by digest."""
        ...

    def list_private(self, village: str, subject: str) -> list[str]:
        """Return the disclosures about one subject, by digest."""
        ...

    def put_card(self, village: str, card: Card) -> None:
        """Keep a household's card; the one before opens nothing from then on."""
        ...

    def find_card(self, village: str, digest: str) -> Card | None:
        """Return the card by the digest of what stands on it; None where there is none, or its household was erased."""
        ...

    def find_card_of(self, village: str, household: str) -> Card | None: ...

    def list_carded(self, village: str) -> frozenset[str]:
        """Return the households that have a card."""
        ...

    def drop_card(self, village: str, household: str) -> None:
        """Forget a household's card; nothing where it has none."""
        ...

    def put_erasure(self, village: str, erasure: Erasure) -> None:
        """Keep that somebody asks for an erasure, in place of what was kept of the same subject.

        Refused, whatever the caller thinks, where who asked agrees, or where another asked or agreed before.
        """
        ...

    def list_erasures(self, village: str) -> list[Erasure]:
        """Return the erasures that are asked for and not done, by subject."""
        ...

    def drop_erasure(self, village: str, subject: str) -> None:
        """Forget that an erasure was asked for; nothing where it was not."""
        ...

    def put_received(self, village: str, received: Received, disclosure: str) -> Received:
        """Keep an objection that came in with what it says, under the next number, and return it; one whose item is
        there already stays as it is and is returned.
        """
        ...

    def find_received(self, village: str, item: str) -> Received | None: ...

    def find_receipt(self, village: str, number: int) -> Received | None:
        """Return what came in under a receipt's number; takes no key."""
        ...

    def list_received(self, village: str, start: int, count: int) -> list[Received]:
        """Return some of what nobody dealt with for good, oldest first, from a place in that order on."""
        ...

    def count_received(self, village: str) -> ReceivedCounts:
        """Return how many came in and what became of them, as far as their drafts say; takes no key."""
        ...

    def count_received_since(self, village: str, at_ms: int) -> int:
        """Return how many came by the page since an instant; takes no key."""
        ...

    def open_received(self, village: str, item: str) -> str | None:
        """Return the disclosure of what came in; None where there is none, or it was erased."""
        ...

    def close_received(self, village: str, answered: Mapping[str, str]) -> None:
        """Keep that a log which is lost answered what came in: under which number there, by the digest of the wording.

        What is closed or set aside already stays as it is.
        """
        ...

    def put_aside(self, village: str, item: str, *, why: str, asked_by: str, agreed_by: str = "") -> None:
        """Keep that somebody asks to set it aside, or that another person agreed; without a reason, that nobody does.

        Refused, whatever the caller thinks, where who asked agrees, where somebody asks already, and for what is set
        aside, waits to be passed, or is registered.
        """
        ...

    def put_upload(self, village: str, user: str, data: bytes) -> None:
        """Keep what somebody sent to look at before it is handed in, in place of what they sent before."""
        ...

    def find_upload(self, village: str, user: str) -> bytes | None: ...

    def drop_upload(self, village: str, user: str) -> None: ...

    def put_unsent(
        self,
        village: str,
        user: str,
        sheet: str,
        state: Unsent,
        *,
        after: int,
        instead: bool = False,
        most: int,
    ) -> bool:
        """Keep the next state of a sheet, and of the older ones the newest, `most` in all; `instead` in the place of
        the one before it. False, keeping nothing, where the newest is not `after`, 0 for none: two windows.
        """
        ...

    def find_unsent(self, village: str, user: str) -> dict[str, Unsent]:
        """Return the newest state of each of somebody's sheets, by sheet."""
        ...

    def list_unsent(self, village: str, user: str, sheet: str) -> list[Unsent]:
        """Return the states of a sheet that are kept, oldest first."""
        ...

    def drop_unsent(self, village: str, user: str, sheet: str, version: int) -> bool:
        """Forget a sheet with all its states; False, forgetting nothing, where its newest state is another one."""
        ...

    def put_drafts(
        self, village: str, drafts: Sequence[Draft], *, answers: Collection[str] = (), registers: str = ""
    ) -> None:
        """Insert a village's drafts, all or none; one whose digest is already waiting or recorded, or whose place
        another waiting one has, is refused. The returned drafts `answers` are given up with it, and what is inserted
        says which one it answers; Refused where one of them is not returned any more.

        `registers` is the objection or report that the last of them would register. Refused where another draft of it
        waits or was recorded, and where it is set aside, or that is asked.
        """
        ...

    def find_draft(self, village: str, draft_id: str) -> Draft | None: ...

    def list_drafts(self, village: str, state: DraftState) -> list[Draft]: ...

    def list_batch(self, village: str, batch: str) -> list[Draft]:
        """Return the waiting and recorded drafts of an import, in the order in which they were put."""
        ...

    def mark_draft(
        self, village: str, draft_id: str, state: Literal["recorded", "discarded", "expired"], index: int
    ) -> None:
        """Say what became of a draft and forget its private texts: a recorded one's were kept before its entry."""
        ...

    def replace_reasons(self, village: str, change: Callable[[str], str]) -> None:
        """Let every reason why a draft was returned be what `change` makes of it, also where it stands with the draft
        that puts another right, and whatever became of either.
        """
        ...

    def return_draft(self, village: str, draft_id: str, reason: str) -> None:
        """Send a waiting draft back to its maker, who keeps its texts; who passed it before did so in vain."""
        ...

    def keep_approvals(self, village: str, approvals: Mapping[str, Approval]) -> None:
        """Keep that somebody passed drafts, by draft, all or none; again changes nothing.

        Refused, whatever the caller thinks, for a draft's own maker, for another digest than the draft's, and for one
        that does not wait.
        """
        ...

    def drop_approvals(self, village: str, draft_ids: Sequence[str], checker: str) -> None:
        """Take back what one person passed of drafts that still wait."""
        ...
