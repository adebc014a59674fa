"""Persons, households, members, private disclosures and drafts in dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Literal

import msgspec

from ledger.canonical import parse_claim
from ledger.errors import Fault, NotFound, Refused
from ledger.log.commitments import digest_disclosure
from ledger.reported import DraftState, ReceivedCounts
from ledger.state.private import find_subject
from ledger.vaults import Approval, Card, Draft, Erasure, Household, Member, Person, Received, Unsent
from tests.fakes.reported import MemoryReports

KEPT = ("waiting", "recorded")


class MemoryVault(MemoryReports):
    def __init__(self) -> None:
        super().__init__()
        self._persons: dict[tuple[str, str], Person] = {}
        self._households: dict[tuple[str, str], Household] = {}
        self._members: dict[tuple[str, str], Member] = {}
        self._uploads: dict[tuple[str, str], bytes] = {}
        self._private: dict[tuple[str, str], str] = {}
        self._unsent: dict[tuple[str, str, str], list[Unsent]] = {}
        self._erasures: dict[tuple[str, str], Erasure] = {}
        self._received: dict[tuple[str, str], Received] = {}
        self._said: dict[tuple[str, str], str] = {}
        self._cards: dict[tuple[str, str], Card] = {}

    def can_read(self, _village: str) -> bool:
        return True

    def erase_subject(self, village: str, subject: str) -> None:
        if (village, subject) not in self._known:
            raise NotFound(f"村 {village} 隐私库里的 {subject}")
        self._erased.add((village, subject))
        for kept in (self._persons, self._households, self._members, self._uploads, self._cards):
            kept.pop((village, subject), None)
        self._unsent = {key: states for key, states in self._unsent.items() if key[:2] != (village, subject)}
        self._private = {
            key: text
            for key, text in self._private.items()
            if key[0] != village or find_subject(text) != subject
        }
        for key, draft in self._drafts.items():
            left = tuple(text for text in draft.private if find_subject(text) != subject)
            if draft.village == village:
                self._drafts[key] = msgspec.structs.replace(draft, private=left)

    def list_erased(self, village: str) -> frozenset[str]:
        return frozenset(subject for of, subject in self._erased if of == village)

    def _take(self, village: str, subjects: Iterable[str | None]) -> None:
        named = {(village, subject or "village") for subject in subjects}
        if named & self._erased:
            raise Refused(_make_fault("subject-erased", subject) for _, subject in named & self._erased)
        self._known |= named

    def add_person(self, village: str, person: Person) -> None:
        self._take(village, [person.user])
        if self._persons.setdefault((village, person.user), person) != person:
            raise ValueError(f"{person.user} is somebody else")

    def replace_persons(self, village: str, persons: Sequence[Person]) -> None:
        for person in persons:
            if (village, person.user) not in self._persons:
                raise NotFound(f"人员 {person.user}")
        self._persons |= {(village, person.user): person for person in persons}

    def find_person(self, village: str, user: str) -> Person | None:
        return self._persons.get((village, user))

    def list_persons(self, village: str) -> list[Person]:
        return sorted((p for (of, _), p in self._persons.items() if of == village), key=lambda p: p.user)

    def put_households(self, village: str, households: Sequence[Household]) -> None:
        self._take(village, [item.household for item in households])
        self._households |= {(village, item.household): item for item in households}

    def list_households(self, village: str) -> list[Household]:
        found = [item for (of, _), item in self._households.items() if of == village]
        return sorted(found, key=lambda item: (item.number, item.household))

    def put_members(self, village: str, members: Sequence[Member]) -> None:
        self._take(village, [item.member for item in members])
        self._members |= {(village, item.member): item for item in members}

    def list_members(self, village: str) -> list[Member]:
        found = [item for (of, _), item in self._members.items() if of == village]
        return sorted(found, key=lambda item: (item.branch, item.number, item.member))

    def keep_private(self, village: str, disclosures: Sequence[str]) -> None:
        self._take(village, map(find_subject, disclosures))
        self._private |= {(village, digest_disclosure(text)): text for text in disclosures}

    def keep_drafted(self, village: str, draft_ids: Sequence[str]) -> dict[str, int]:
        drafts = {draft_id: self._drafts.get((village, draft_id)) for draft_id in draft_ids}
        texts = {draft_id: draft.private if draft else () for draft_id, draft in drafts.items()}
        self.keep_private(village, [text for of in texts.values() for text in of])
        return {draft_id: len(of) for draft_id, of in texts.items()}

    def list_private(self, village: str, subject: str) -> list[str]:
        found = sorted((key, text) for key, text in self._private.items() if key[0] == village)
        return [text for _, text in found if find_subject(text) == subject]

    def put_card(self, village: str, card: Card) -> None:
        self._take(village, [card.household])
        self._cards[village, card.household] = card

    def find_card(self, village: str, digest: str) -> Card | None:
        found = (card for (of, _), card in self._cards.items() if of == village and card.digest == digest)
        return next(found, None)

    def find_card_of(self, village: str, household: str) -> Card | None:
        return self._cards.get((village, household))

    def list_carded(self, village: str) -> frozenset[str]:
        return frozenset(household for of, household in self._cards if of == village)

    def drop_card(self, village: str, household: str) -> None:
        self._cards.pop((village, household), None)

    def put_erasure(self, village: str, erasure: Erasure) -> None:
        kept = self._erasures.get((village, erasure.subject), erasure)
        if erasure.asked_by in ("", erasure.agreed_by) or kept.asked_by != erasure.asked_by:
            raise Refused([_make_fault("erasure-refused", erasure.subject)])
        if kept.agreed_by and erasure.agreed_by != kept.agreed_by:
            raise Refused([_make_fault("erasure-refused", erasure.subject)])
        self._erasures[village, erasure.subject] = erasure

    def list_erasures(self, village: str) -> list[Erasure]:
        return [item for (of, _), item in sorted(self._erasures.items()) if of == village]

    def drop_erasure(self, village: str, subject: str) -> None:
        self._erasures.pop((village, subject), None)

    def put_received(self, village: str, received: Received, disclosure: str) -> Received:
        self._take(village, [received.item])
        if (village, received.item) not in self._received:
            number = sum(of == village for of, _ in self._received) + 1
            self._received[village, received.item] = msgspec.structs.replace(received, number=number)
            self._said[village, received.item] = disclosure
        return self._received[village, received.item]

    def find_received(self, village: str, item: str) -> Received | None:
        kept = self._received.get((village, item))
        draft = self._drafts.get((village, kept.draft)) if kept is not None else None
        if kept is None or draft is None:
            return kept
        return msgspec.structs.replace(kept, draft_state=draft.state)

    def find_receipt(self, village: str, number: int) -> Received | None:
        return next((one for one in self._list_received(village) if one.number == number), None)

    def list_received(self, village: str, start: int, count: int) -> list[Received]:
        return [one for one in self._list_received(village) if one.is_open][start : start + count]

    def count_received(self, village: str) -> ReceivedCounts:
        kept = self._list_received(village)
        whys = sorted(one.aside for one in kept if one.is_set_aside)
        days = sorted(one.received_on for one in kept if one.is_open)
        return ReceivedCounts(
            aside=tuple((why, whys.count(why)) for why in dict.fromkeys(whys)),
            closed=sum(bool(one.closed) for one in kept),
            open=tuple((day, days.count(day)) for day in dict.fromkeys(days)),
            received=len(kept),
        )

    def count_received_since(self, village: str, at_ms: int) -> int:
        kept = self._list_received(village)
        return sum(one.came == "page" and one.received_at > at_ms for one in kept)

    def open_received(self, village: str, item: str) -> str | None:
        return None if (village, item) in self._erased else self._said.get((village, item))

    def close_received(self, village: str, answered: Mapping[str, str]) -> None:
        for key, kept in self._received.items():
            if key[0] == village and not kept.closed and not kept.is_set_aside:
                closed = answered.get(kept.digest, "")
                self._received[key] = msgspec.structs.replace(kept, closed=closed)

    def put_aside(self, village: str, item: str, *, why: str, asked_by: str, agreed_by: str = "") -> None:
        kept = self.find_received(village, item)
        is_agreed = bool(agreed_by)
        if (
            kept is None
            or kept.is_set_aside
            or kept.closed
            or kept.draft_state in KEPT
            or bool(why) != bool(asked_by)
            or (why and not is_agreed and kept.aside)
            or (is_agreed and (agreed_by == asked_by or (kept.aside, kept.aside_by) != (why, asked_by)))
        ):
            raise Refused([_make_fault("objection-moved-on", item)])
        self._received[village, item] = msgspec.structs.replace(
            kept, aside=why, aside_agreed=agreed_by, aside_by=asked_by
        )

    def _list_received(self, village: str) -> list[Received]:
        found = [self.find_received(of, item) for of, item in self._received if of == village]
        return sorted((one for one in found if one is not None), key=lambda one: one.number)

    def put_upload(self, village: str, user: str, data: bytes) -> None:
        self._take(village, [user])
        self._uploads[village, user] = data

    def find_upload(self, village: str, user: str) -> bytes | None:
        return self._uploads.get((village, user))

    def drop_upload(self, village: str, user: str) -> None:
        self._uploads.pop((village, user), None)

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
        self._take(village, [user])
        kept = self._unsent.setdefault((village, user, sheet), [])
        if (kept[-1].version if kept else 0) != after:
            return False
        kept[:] = [*(kept[:-1] if instead else kept), state][-most:]
        return True

    def find_unsent(self, village: str, user: str) -> dict[str, Unsent]:
        return {
            key[2]: states[-1]
            for key, states in self._unsent.items()
            if states and key[:2] == (village, user)
        }

    def list_unsent(self, village: str, user: str, sheet: str) -> list[Unsent]:
        return list(self._unsent.get((village, user, sheet), ()))

    def drop_unsent(self, village: str, user: str, sheet: str, version: int) -> bool:
        kept = self._unsent.get((village, user, sheet))
        if (kept[-1].version if kept else 0) != version:
            return False
        self._unsent.pop((village, user, sheet), None)
        return True

    def find_private(self, village: str, digest: str) -> str | None:
        return self._private.get((village, digest))

    def read_private(self, village: str) -> AbstractContextManager[Callable[[str], str | None]]:
        return nullcontext(partial(self.find_private, village))

    def put_drafts(
        self, village: str, drafts: Sequence[Draft], *, answers: Collection[str] = (), registers: str = ""
    ) -> None:
        if any(draft.village != village for draft in drafts):
            raise ValueError(f"a draft of another village among those of {village}")
        given_up = {
            id_: msgspec.structs.replace(draft, state="discarded", private=(), reason="")
            for id_ in answers
            if (draft := self._drafts.get((village, id_))) is not None and draft.state == "returned"
        }
        before = {**self._drafts, **{(village, id_): draft for id_, draft in given_up.items()}}
        kept = {(d.village, d.digest) for d in before.values() if d.state in KEPT}
        slots = {d.slot for d in before.values() if d.village == village and d.state == "waiting" and d.slot}
        faults = [_make_fault("draft-unreturned", id_) for id_ in answers if id_ not in given_up]
        for draft in drafts:
            if (draft.village, draft.digest) in kept:
                faults.append(_make_fault("draft-known", draft.label))
            elif draft.slot in slots:
                faults.append(_make_fault("draft-slot", draft.label))
            kept.add((draft.village, draft.digest))
            slots |= {draft.slot} - {""}
        if faults:
            raise Refused(faults)
        if registers.startswith("q-"):
            self.link_reported(village, registers, drafts[-1].id)
            registers = ""
        came = self.find_received(village, registers)
        if registers and (came is None or came.aside or came.closed or came.draft_state in KEPT):
            raise Refused([_make_fault("objection-moved-on", registers)])
        self._take(village, [find_subject(text) for draft in drafts for text in draft.private])
        if came is not None:
            self._received[village, registers] = msgspec.structs.replace(came, draft=drafts[-1].id)
        self._drafts = before | {(village, draft.id): draft for draft in drafts}

    def find_draft(self, village: str, draft_id: str) -> Draft | None:
        return self._drafts.get((village, draft_id))

    def list_drafts(self, village: str, state: DraftState) -> list[Draft]:
        return [d for d in self._drafts.values() if d.village == village and d.state == state]

    def list_batch(self, village: str, batch: str) -> list[Draft]:
        return [
            d for d in self._drafts.values() if d.village == village and d.batch == batch and d.state in KEPT
        ]

    def mark_draft(
        self, village: str, draft_id: str, state: Literal["recorded", "discarded", "expired"], index: int
    ) -> None:
        draft = self._drafts.get((village, draft_id))
        if draft is None:
            raise NotFound(f"草稿 {draft_id}")
        if draft.state == "recorded" and state != "recorded":
            raise Refused([_make_fault("draft-recorded", draft_id)])
        self._drafts[village, draft_id] = msgspec.structs.replace(draft, state=state, index=index, private=())

    def return_draft(self, village: str, draft_id: str, reason: str) -> None:
        draft = self._drafts.get((village, draft_id))
        if draft is None or draft.state != "waiting":
            raise NotFound(f"待审记录 {draft_id}")
        self._drafts[village, draft_id] = msgspec.structs.replace(
            draft, approvals=(), reason=reason, state="returned"
        )

    def replace_reasons(self, village: str, change: Callable[[str], str]) -> None:
        for key, draft in self._drafts.items():
            if draft.village == village:
                asked, reason = (change(text) if text else "" for text in (draft.asked, draft.reason))
                self._drafts[key] = msgspec.structs.replace(draft, asked=asked, reason=reason)

    def keep_approvals(self, village: str, approvals: Mapping[str, Approval]) -> None:
        changed = dict(self._drafts)
        for draft_id, approval in approvals.items():
            draft = self._drafts.get((village, draft_id))
            if (
                draft is None
                or draft.state != "waiting"
                or draft.digest != approval.digest
                or parse_claim(draft.claim).maker.user == approval.checker
            ):
                raise Refused([_make_fault("approval-refused", draft_id)])
            if approval.checker not in [item.checker for item in draft.approvals]:
                changed[village, draft_id] = msgspec.structs.replace(
                    draft, approvals=(*draft.approvals, approval)
                )
        self._drafts = changed

    def drop_approvals(self, village: str, draft_ids: Sequence[str], checker: str) -> None:
        for draft_id in draft_ids:
            draft = self._drafts[village, draft_id]
            kept = tuple(item for item in draft.approvals if item.checker != checker)
            self._drafts[village, draft_id] = msgspec.structs.replace(draft, approvals=kept)


def _make_fault(code: str, place: str) -> Fault:
    return Fault(code=code, place=place, found="", expected="", remedy="")
