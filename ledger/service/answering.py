"""What the village does with objections that came in: has them registered, answers them, or sets them aside.

A clerk hands in, another person passes: as with every entry. What is set aside takes two persons and a reason, and is
counted before everybody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from ledger.books.objections import (
    CAME_NAMES,
    OUTCOME_NAMES,
    ObjectionAnswered,
    ObjectionRaised,
    Outcome,
)
from ledger.books.roles import CHECKER_ROLES, MAKER_ROLES
from ledger.books.screening import check_characters
from ledger.books.values import Sealed
from ledger.canonical import parse_claim
from ledger.entries import KIND_OF_BODY, Claim, name_clerk
from ledger.errors import Fault, NotFound, Refused
from ledger.log.commitments import digest_disclosure, parse_disclosure
from ledger.ports import Ports
from ledger.service.drafts import Discloser, build_draft, refuse_entry
from ledger.service.objections import ASIDE_WHYS, check_about, get_received
from ledger.service.persons import check_person, is_one_person
from ledger.service.preview import name_about
from ledger.service.screening import check_published, list_names
from ledger.service.slots import check_slot, find_next_number, list_waiting_slots
from ledger.state import get_day
from ledger.state.objections import find_objection, list_concerned, list_numbers
from ledger.vaults import Draft, Received

ANSWER_MAX_CHARS = 500
ANSWER_PLACES = {"answer": "答复", "outcome": "结果", "followed_by": "更正"}
"""What a fault calls the fields of the form."""


class AsideShown(NamedTuple):
    """Who asks that something be not registered, and why, as a page showed it."""

    asked_by: str
    why: str


def register_objection(ports: Ports, village: str, item: str, maker: str) -> Draft:
    """Hand in something that came in, to be passed as an entry, and return its draft.

    Raises NotFound for none, Refused where it waits already, is an entry, is set aside, or was erased.
    """
    received = get_received(ports, village, item)
    disclosure = ports.vault.open_received(village, item)
    faults = check_person(ports.vault.find_person(village, maker), maker, MAKER_ROLES)
    if received.draft_state == "waiting" or received.aside or not received.is_open:
        faults.append(_build_moved_on(received))
    elif disclosure is None:
        faults.append(_build_erased(received.number))
    if faults or disclosure is None:
        raise Refused(faults)
    body = ObjectionRaised(
        about=received.about,
        came=received.came,
        number=_choose_number(ports, village, received.received_on[:4]),
        wording=Sealed(sealed=received.digest),
    )
    texts = Discloser(ports.entropy)
    texts.private.append(disclosure)
    label = f"登记异议 {body.number}：关于{name_about(body.about)}，{CAME_NAMES[body.came]}"
    claim = _build_claim(ports, village, maker, body, received.received_on)
    refuse_entry(ports, claim)
    draft = build_draft(ports, claim, label, batch=claim.kind, texts=texts)
    returned = [received.draft] if received.draft_state == "returned" else []
    ports.vault.put_drafts(village, [draft], answers=returned, registers=item)
    return draft


def prepare_answer(
    ports: Ports,
    village: str,
    number: str,
    maker: str,
    *,
    answer: str,
    followed_by: Sequence[str],
    outcome: str,
) -> Draft:
    """Hand in the answer to a registered objection, and return its draft. Raises Refused with every fault of it,
    NotFound where there is no such objection.
    """
    answer = " ".join(answer.split())
    faults = check_person(ports.vault.find_person(village, maker), maker, MAKER_ROLES)
    faults += _check_answer(answer, list_names(ports, village)) + _check_outcome(outcome, followed_by)
    with ports.ledger.read(village) as reader:
        if find_objection(reader.facts, ports.reference, number) is None:
            raise NotFound("异议")
        for name in followed_by:
            faults += check_about(reader, name, ANSWER_PLACES["followed_by"])
    returned = find_returned_answer(ports, village, number, maker)
    slots = list_waiting_slots(ports.vault, village)
    faults += check_slot(slots, ("objection-answer", number))
    if faults:
        raise Refused(faults)
    texts = Discloser(ports.entropy)
    chosen: Outcome = msgspec.convert(outcome, Outcome)
    body = ObjectionAnswered(
        answer=texts.publish("answer", answer),
        followed_by=tuple(sorted(set(followed_by))),
        objection=number,
        outcome=chosen,
    )
    label = f"答复异议 {number}：{OUTCOME_NAMES[chosen]}"
    claim = _build_claim(ports, village, maker, body, get_day(ports.clock.now_ms()))
    refuse_entry(ports, claim)
    draft = build_draft(ports, claim, label, batch=claim.kind, texts=texts)
    ports.vault.put_drafts(village, [draft], answers=[returned.id] if returned is not None else [])
    return draft


def find_returned_answer(ports: Ports, village: str, number: str, maker: str) -> Draft | None:
    """Return the answer that somebody handed in and that came back; None where none did."""
    for draft in ports.vault.list_drafts(village, "returned"):
        claim = parse_claim(draft.claim)
        is_to = isinstance(claim.body, ObjectionAnswered) and claim.body.objection == number
        if is_to and claim.maker.user == maker:
            return draft
    return None


def read_answer(draft: Draft, body: ObjectionAnswered) -> str:
    """Return the answer of a draft as it was typed; it becomes public. Empty where the draft has it no more."""
    texts = {digest_disclosure(text): str(parse_disclosure(text)[1]) for text in draft.public}
    return texts.get(body.answer.text, "")


def ask_aside(ports: Ports, village: str, item: str, user: str, why: str) -> None:
    """Ask that something that came in be not registered. Raises Refused for no reason, and where somebody was first."""
    received = get_received(ports, village, item)
    faults = check_person(ports.vault.find_person(village, user), user, MAKER_ROLES + CHECKER_ROLES)
    if why not in ASIDE_WHYS:
        faults.append(_build_why())
    if received.aside or not received.is_open or received.draft_state == "waiting":
        faults.append(_build_moved_on(received))
    if faults:
        raise Refused(faults)
    ports.vault.put_aside(village, item, why=why, asked_by=user)


def agree_aside(ports: Ports, village: str, item: str, user: str, *, shown: AsideShown | None = None) -> None:
    """Agree that something be not registered, and so set it aside. `shown` is what whoever agrees was shown.

    Raises Refused for who asked and their near relatives, for whoever prepared or passed what it is about, where
    nobody asks, and where somebody else asks by now, or for another reason, than was shown.
    """
    received = get_received(ports, village, item)
    person = ports.vault.find_person(village, user)
    faults = check_person(person, user, CHECKER_ROLES)
    if not received.aside or received.is_set_aside:
        faults.append(_build_moved_on(received, "有人提出不登记、等人同意的"))
    elif shown not in (None, AsideShown(received.aside_by, received.aside)):
        faults.append(_build_changed())
    asked = ports.vault.find_person(village, received.aside_by)
    if user == received.aside_by or is_one_person(asked, person):
        faults.append(_build_same(user))
    if asked is not None and person is not None and (user in asked.kin or asked.user in person.kin):
        faults.append(_build_kin(user))
    with ports.ledger.read(village) as reader:
        concerned = list_concerned(reader.facts, received.about, reader.size)
    is_outside = person is not None and "township" in person.roles
    if user in concerned and not is_outside:
        faults.append(_build_own(user))
    if faults:
        raise Refused(faults)
    ports.vault.put_aside(village, item, why=received.aside, asked_by=received.aside_by, agreed_by=user)


def refuse_aside(ports: Ports, village: str, item: str) -> None:
    """Take back that something is not to be registered, or do not agree to it; again changes nothing."""
    received = get_received(ports, village, item)
    if received.aside and not received.is_set_aside:
        ports.vault.put_aside(village, item, why="", asked_by="")


def split_references(text: str) -> list[str]:
    """Return the names in a text in which somebody typed several, one after another."""
    return [part for part in re.split(r"[\s,，;；、]+", text.strip()) if part]


def _build_moved_on(received: Received, expected: str = "还没有人办的") -> Fault:
    """Return why something that came in cannot be dealt with so, as it stands now."""
    found = "没有人提出不登记"
    if received.is_set_aside:
        found = "已经定为不登记"
    elif received.is_registered:
        found = "已经登记"
    elif received.draft_state == "waiting":
        found = "已经交审登记，在等审核"
    elif received.aside:
        found = "已经有人提出不登记，在等人同意"
    return Fault(
        code="objection-moved-on",
        place=f"收件号 {received.number:04d} 的异议",
        found=found,
        expected=expected,
        remedy="重新打开这一件，看它现在怎样",
    )


def _choose_number(ports: Ports, village: str, year: str) -> str:
    """Return the number after the largest of the year, of entries as of drafts that wait."""
    with ports.ledger.read(village) as reader:
        known = list_numbers(reader.facts, year)[:1]
    waiting = [slot[1] for slot in list_waiting_slots(ports.vault, village) if slot[0] == "objection"]
    return find_next_number(f"YY-{year}-", [*known, *waiting], 4)


def _build_claim(
    ports: Ports, village: str, maker: str, body: ObjectionRaised | ObjectionAnswered, day: str
) -> Claim:
    return Claim(
        body=body,
        kind=KIND_OF_BODY[type(body)],
        maker=name_clerk(maker),
        occurred_on=day,
        period=get_day(ports.clock.now_ms())[:7],
        village=village,
    )


def _check_answer(answer: str, names: frozenset[str]) -> list[Fault]:
    place = ANSWER_PLACES["answer"]
    if not 1 <= len(answer) <= ANSWER_MAX_CHARS:
        return [
            Fault(
                code="answer-length",
                place=place,
                found=f"{len(answer)} 个字" if answer else "没有写字",
                expected=f"1 至 {ANSWER_MAX_CHARS} 个字",
                remedy="写清查了什么、结果怎样；细节留在原件上",
            )
        ]
    return check_characters(answer, place) + check_published(answer, place, names)


def _check_outcome(outcome: str, followed_by: Sequence[str]) -> list[Fault]:
    if outcome not in OUTCOME_NAMES:
        return [
            Fault(
                code="answer-outcome",
                place=ANSWER_PLACES["outcome"],
                found="没有选",
                expected="、".join(OUTCOME_NAMES.values()),
                remedy="选一种：查实记错了的选“成立”，没有记错、说清楚了的选“已说明”",
            )
        ]
    if followed_by and outcome != "upheld":
        return [
            Fault(
                code="answer-followed-outcome",
                place=ANSWER_PLACES["followed_by"],
                found=f"结果是“{OUTCOME_NAMES[msgspec.convert(outcome, Outcome)]}”，又写了更正",
                expected="只有成立的才写更正",
                remedy="查实记错了的，结果选“成立”；没有记错的，不写更正",
            )
        ]
    return []


def _build_why() -> Fault:
    return Fault(
        code="objection-why",
        place="为什么不登记",
        found="没有选",
        expected="列出的一种",
        remedy="选一种再提出；各种原因有几件，会公开",
    )


def _build_same(user: str) -> Fault:
    return Fault(
        code="objection-same-person",
        place=f"人员 {user}",
        found="就是提出不登记的人",
        expected="另一个人",
        remedy="请另一位监督委员、村书记或乡镇记账员来同意",
    )


def _build_kin(user: str) -> Fault:
    return Fault(
        code="objection-kin",
        place=f"人员 {user}",
        found="提出不登记的人是其近亲属",
        expected="另一个人",
        remedy="请不是近亲属的监督委员、村书记或乡镇记账员来同意",
    )


def _build_changed() -> Fault:
    return Fault(
        code="objection-changed",
        place="提出不登记的人和原因",
        found="与看过的不一样",
        expected="看过以后没有改动",
        remedy="重新打开这一件，看清谁提出、为什么，再定",
    )


def _build_own(user: str) -> Fault:
    return Fault(
        code="objection-own",
        place=f"人员 {user}",
        found="就是被提异议的那一项的经办人或审核人",
        expected="另一个人，或乡镇记账员",
        remedy="请没有经手过那一项的监督委员、村书记或乡镇记账员来同意",
    )


def _build_erased(number: int) -> Fault:
    return Fault(
        code="objection-erased",
        place=f"收件号 {number}",
        found="写的内容已按要求删除",
        expected="内容还在的异议",
        remedy="选“本人撤回，或本人要求删除”，由两个人定为不登记",
    )
