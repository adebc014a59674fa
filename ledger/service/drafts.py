"""Drafts: claims prepared by a clerk, with their salts, waiting for another person.

The salts are drawn here, once: the digest that the checker sees is the digest that is recorded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ledger.books.roles import CHECKER_ROLES
from ledger.books.star_steps import StarDeclared, StarMoved
from ledger.books.values import PublicText, Sealed
from ledger.canonical import digest_claim, format_claim, parse_claim
from ledger.entries import Actor, Claim, Entry
from ledger.errors import Fault, NotFound, NotProven, Refused, Tampered
from ledger.evidence import list_public_digests, list_sealed_digests
from ledger.log.chain import ZERO_HASH
from ledger.log.commitments import SALT_BYTES, Json, digest_disclosure, make_disclosure, parse_disclosure
from ledger.log.hashing import format_hash
from ledger.ports import Entropy, Ports
from ledger.service.pseudonyms import make_pseudonym
from ledger.service.slots import name_slot
from ledger.state import check_entry
from ledger.vaults import OPEN_STATES, Draft

EXPIRES_DAYS = 30
"""A draft that nobody passed for so long no longer says what its maker would say today."""

MONTH = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])")


class Discloser:
    """Draws a salt for every field and collects the disclosures of one draft."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self.public: list[str] = []
        self.private: list[str] = []

    def publish(self, name: str, value: Json) -> PublicText:
        """Keep a public text and return what stands for it in the entry."""
        self.public.append(make_disclosure(self._entropy.take(SALT_BYTES), name, value))
        return PublicText(text=digest_disclosure(self.public[-1]))

    def seal(self, name: str, value: Json) -> Sealed:
        """Keep a private value and return what stands for it in the entry."""
        self.private.append(make_disclosure(self._entropy.take(SALT_BYTES), name, value))
        return Sealed(sealed=digest_disclosure(self.private[-1]))

    def find(self, digest: str) -> Json | None:
        """Return the public text that a digest stands for; None where it is none of these."""
        return next(
            (parse_disclosure(text)[1] for text in self.public if digest_disclosure(text) == digest), None
        )


def build_draft(ports: Ports, claim: Claim, label: str, batch: str, texts: Discloser | None = None) -> Draft:
    """Return a waiting draft of `claim`; `label` is what lists show and holds no personal data."""
    return Draft(
        batch=batch,
        claim=format_claim(claim),
        digest=digest_claim(claim),
        id=make_pseudonym(ports.entropy, "d-", 10),
        index=-1,
        label=label,
        private=tuple(texts.private) if texts else (),
        public=tuple(texts.public) if texts else (),
        slot=name_slot(claim.body, claim.period),
        state="waiting",
        submitted_at=ports.clock.now_ms(),
        village=claim.village,
    )


def build_trial(claim: Claim, index: int, now_ms: int) -> Entry:
    """Return the entry that `claim` would be if somebody passed it now: what `check_entry` judges beforehand."""
    stem = "u-bbbbbbbbb" if claim.maker.user.startswith("u-aaaaaaaaa") else "u-aaaaaaaaa"
    # Whoever may pass it: about a star of a secretary the secretary may not.
    is_starred = isinstance(claim.body, StarDeclared | StarMoved)
    checkers = tuple(
        Actor(role=role, user=stem + letter)
        for role, letter in zip(CHECKER_ROLES, "abc", strict=True)
        if not (is_starred and role == "secretary")
    )
    return Entry(
        body=claim.body,
        checkers=checkers,
        index=index,
        kind=claim.kind,
        maker=claim.maker,
        occurred_on=claim.occurred_on,
        period=claim.period,
        previous=format_hash(ZERO_HASH),
        recorded_at=now_ms,
        v=1,
        village=claim.village,
    )


def refuse_entry(ports: Ports, claim: Claim, now_ms: int | None = None, faults: Sequence[Fault] = ()) -> None:
    """Raise Refused with every reason why the entry could not follow, so that nobody is asked to pass it, after the
    `faults` that are known; `now_ms` where that is.
    """
    with ports.ledger.read(claim.village) as reader:
        now_ms = ports.clock.now_ms() if now_ms is None else now_ms
        trial = build_trial(claim, reader.size, now_ms)
        found = [*faults, *check_entry(reader.facts, ports.reference, trial)]
    if found:
        raise Refused(found)


def refuse_no_month(period: str) -> None:
    """Raise Refused unless `period` is a month, YYYY-MM, as a person types it."""
    faults = check_month(period)
    if faults:
        raise Refused(faults)


def check_month(period: str) -> list[Fault]:
    """`period` is a month, YYYY-MM, as a person types it."""
    if MONTH.fullmatch(period):
        return []
    return [
        Fault(
            code="month-form",
            place="月份",
            found=period,
            expected="四位年份、横杠、两位月份，如 2026-11",
            remedy="改正月份",
        )
    ]


def name_draft(draft: Draft) -> str:
    """Return what a fault calls a draft."""
    return f"待审记录 {draft.id}（{draft.label}）"


def get_open(ports: Ports, village: str, draft_id: str) -> Draft:
    """Return a draft that waits or came back; NotFound for any other as for none."""
    draft = ports.vault.find_draft(village, draft_id)
    if draft is None or draft.state not in OPEN_STATES:
        raise NotFound("待审记录")
    return draft


def open_draft(draft: Draft) -> Claim:
    """Return the draft's claim; its bytes, and its texts, must still be what the digest signed off."""
    try:
        claim = parse_claim(draft.claim)
    except NotProven as error:
        raise Tampered(-1, expected=f"待审记录 {draft.id} 的原字节", found=error.reason) from error
    if digest_claim(claim) != draft.digest:
        raise Tampered(-1, expected=draft.digest, found=digest_claim(claim))
    public, private = ({digest_disclosure(text) for text in texts} for texts in (draft.public, draft.private))
    # Private ones are gone where somebody was erased; a recorded draft's are the vault's.
    if public != list_public_digests(claim.body) or not private <= list_sealed_digests(claim.body):
        raise Tampered(-1, expected=f"待审记录 {draft.id} 所指的文字", found="多了、少了或被换过")
    return claim
