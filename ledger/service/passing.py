"""From a draft to an entry: passed by everybody who must, or sent back, or given up.

    handed in ──► passed by some ──► passed by all ──► an entry
        │  └────────────┴── returned, with a reason ──► put right: another draft
        ├── given up by its maker
        └── expired, when nobody passed it for too long

Who must pass a draft: one who may, who is neither its maker nor a near relative of theirs; above the village's limits
those whom they name; and where it gives a household points or takes them, somebody who does not belong to that
household, two where its maker does. Whose near relative lives there belongs to it, as far as relatives were declared.
The same holds of a round of score cards and the members on it: who is one is told by the name, their own, a declared
relative's or that of the head of either's household.

A passed draft whose number comes after one that still waits is held until that one is an entry too: numbers have no
gaps. So are documents until their voucher is one. What survives a crash: an approval without its entry, which the same
person's next try completes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from ledger.books.assessments import AssessmentRound
from ledger.books.limits import list_missing_roles
from ledger.books.roles import ACKNOWLEDGER_ROLES, CHECKER_ROLES, MAKER_ROLES, Role
from ledger.books.screening import check_private_text
from ledger.canonical import parse_claim
from ledger.entries import Actor, Claim
from ledger.errors import Fault, NotFound, Refused, Tampered
from ledger.evidence import list_sealed_digests
from ledger.limits import DAY_MS
from ledger.log.commitments import digest_disclosure
from ledger.ports import Ports
from ledger.service.ballots import check_ballot_draft, destroy_closed
from ledger.service.belonging import list_own, list_own_names, list_parties, list_subjects, name_subjects
from ledger.service.concerned import check_concerned, has_barred
from ledger.service.consenting import check_consenting_draft
from ledger.service.documents import (
    check_documents_draft,
    list_attached,
    publish_pages,
    read_documents,
)
from ledger.service.drafts import EXPIRES_DAYS, name_draft, open_draft
from ledger.service.persons import (
    DUTY_NAMES,
    check_person,
    find_role,
    is_one_person,
    name_duties,
)
from ledger.service.record import Passed, Receipt, record_claims
from ledger.service.redeeming import check_redeeming_draft
from ledger.service.rulebooks import check_cautions
from ledger.state.assessments import find_passing
from ledger.state.facts import LimitsFacts
from ledger.state.limits import find_limits, list_roles_for
from ledger.vaults import Approval, Draft, Person

REASON_MAX_CHARS = 200


class Needs(NamedTuple):
    """Who has still to pass a draft: one of each of `roles`, and `others` more who have nothing to do with it: with
    `whom`, in words.
    """

    roles: tuple[Role, ...]
    others: int
    whom: str

    @property
    def is_none(self) -> bool:
        """Whether everybody who must has passed it."""
        return not self.roles and self.others == 0


def pass_drafts(
    ports: Ports,
    village: str,
    draft_ids: Sequence[str],
    checker: str,
    *,
    shown: Mapping[str, str] | None = None,
    accepted: Collection[str] = (),
) -> list[Receipt | None]:
    """Pass drafts as `checker`, in the given order; record those that everybody passed now. All of it or nothing.

    `shown` are the digests of what the checker saw, by draft; `accepted` the drafts whose warnings they say to have
    seen. A receipt for each that is an entry now, None for one that waits for somebody else or for a number before it.
    Passing again gives the first receipt. Raises Refused with every fault of the drafts and the person.
    """
    drafts, faults = find_drafts(ports, village, draft_ids)
    person = ports.vault.find_person(village, checker)
    faults += check_person(person, checker, CHECKER_ROLES)
    claims = {draft.id: open_draft(draft) for draft in drafts}
    faults += [_build_erased(draft) for draft in drafts if _has_erased(draft)]
    for draft in drafts:
        faults += _check_state(ports, draft, checker) + _check_shown(draft, shown)
        faults += check_documents_draft(ports, draft) + check_cautions(draft, accepted)
        faults += check_redeeming_draft(ports, draft, claims[draft.id])
        faults += check_consenting_draft(ports, draft, claims[draft.id])
        faults += check_ballot_draft(ports, draft, claims[draft.id])
        faults += _check_checker(ports, draft, claims[draft.id], person)
    role = find_role(person, CHECKER_ROLES) if person is not None else None
    if faults or role is None:
        raise Refused(faults)
    given = {
        draft.id: Approval(approved_at=ports.clock.now_ms(), checker=checker, digest=draft.digest, role=role)
        for draft in drafts
        if draft.state == "waiting"
    }
    ports.vault.keep_approvals(village, given)
    try:
        receipts = _record_passed(ports, village, drafts)
    except (Refused, Tampered):
        ports.vault.drop_approvals(village, tuple(given), checker)
        raise
    return [receipts.get(draft.id) for draft in drafts]


def return_drafts(ports: Ports, village: str, draft_ids: Sequence[str], checker: str, reason: str) -> None:
    """Send drafts back to their makers, who may put them right; all of them or none. Raises Refused with all faults."""
    drafts, faults = find_drafts(ports, village, draft_ids)
    faults += check_person(ports.vault.find_person(village, checker), checker, CHECKER_ROLES)
    faults += [fault for draft in drafts for fault in _check_waiting(draft)]
    reason = reason.strip()
    if 0 < len(reason) <= REASON_MAX_CHARS:
        faults += check_private_text(reason, "退回的原因")
    else:
        faults.append(
            Fault(
                code="return-reason",
                place="退回的原因",
                found=f"{len(reason)} 个字",
                expected=f"1 至 {REASON_MAX_CHARS} 个字",
                remedy="写明哪里要改，村文书才知道怎么改",
            )
        )
    if faults:
        raise Refused(faults)
    for draft in _add_attached(ports, village, drafts):
        ports.vault.return_draft(village, draft.id, reason)


def discard_drafts(ports: Ports, village: str, draft_ids: Sequence[str], user: str) -> None:
    """Give up drafts that are no entries yet; all of them or none.

    A clerk or an auditor withdraws what they prepared themselves; whoever may pass may also put an end to what another
    person prepared. Raises Refused with every fault of the drafts and the person.
    """
    drafts, faults = find_drafts(ports, village, draft_ids)
    person = ports.vault.find_person(village, user)
    faults += check_person(person, user, MAKER_ROLES + ACKNOWLEDGER_ROLES + CHECKER_ROLES)
    if person is not None and find_role(person, CHECKER_ROLES) is None:
        makers = {draft.id: parse_claim(draft.claim).maker.user for draft in drafts}
        faults += [_build_other_maker(id_, maker) for id_, maker in makers.items() if maker != user]
    faults += [_build_recorded(draft) for draft in drafts if draft.state == "recorded"]
    if faults:
        raise Refused(faults)
    for draft in _add_attached(ports, village, drafts):
        ports.vault.mark_draft(village, draft.id, "discarded", -1)


def expire_drafts(ports: Ports, village: str) -> list[Draft]:
    """Put an end to drafts that nobody passed for too long, and return them."""
    late = [draft for draft in ports.vault.list_drafts(village, "waiting") if is_late(ports, draft)]
    for draft in late:
        ports.vault.mark_draft(village, draft.id, "expired", -1)
    return late


def is_late(ports: Ports, draft: Draft) -> bool:
    """Whether a draft waits for longer than drafts do."""
    return 0 < draft.submitted_at < ports.clock.now_ms() - EXPIRES_DAYS * DAY_MS


def list_needs(ports: Ports, limits: LimitsFacts | None, draft: Draft, claim: Claim) -> Needs:
    """Return who has still to pass a draft under the limits in force."""
    roles = list_roles(ports, limits, claim)
    missing = list_missing_roles(roles, [item.role for item in draft.approvals])
    subjects = list_subjects(ports, draft, claim)
    others = int(not roles and not draft.approvals)
    if subjects:
        passed = [list_own(ports, claim, item.checker) for item in draft.approvals]
        makers = list_own(ports, claim, claim.maker.user)
        others = max(
            others,
            *(1 + (one in makers) - sum(one not in own for own in passed) for one in subjects),
        )
    return Needs(missing, max(others - len(missing), 0), name_subjects(claim))


def list_roles(ports: Ports, limits: LimitsFacts | None, claim: Claim) -> tuple[Role, ...]:
    """Return as what somebody must pass a draft under the limits in force, a round of assessment by its scheme; empty
    where any one checker will do.
    """
    if not isinstance(claim.body, AssessmentRound):
        return list_roles_for(limits, claim.body)
    try:
        with ports.ledger.read(claim.village) as reader:
            role = find_passing(reader.facts, claim.body)
    except NotFound:
        return ()  # Its log is about to begin anew.
    return () if role is None else (role,)


def find_drafts(ports: Ports, village: str, draft_ids: Sequence[str]) -> tuple[list[Draft], list[Fault]]:
    """Return the drafts that are there, and a fault for each that is not, or was given up."""
    drafts: list[Draft] = []
    faults: list[Fault] = []
    for draft_id in draft_ids:
        draft = ports.vault.find_draft(village, draft_id)
        if draft is not None and draft.state not in ("discarded", "expired"):
            drafts.append(draft)
            continue
        faults.append(
            Fault(
                code="draft-unknown",
                place=f"待审记录 {draft_id}",
                found="没有，或已作废、过期",
                expected="本村待审的一条",
                remedy="重新打开待审的记录；用命令的，mingbai drafts 列出来",
            )
        )
    return drafts, faults


def find_village_limits(ports: Ports, village: str) -> LimitsFacts | None:
    """Return the limits in force; None where there are none."""
    try:
        with ports.ledger.read(village) as reader:
            return find_limits(reader.facts)
    except NotFound:
        return None  # Its log is about to begin anew.


def _record_passed(ports: Ports, village: str, asked: Sequence[Draft]) -> dict[str, Receipt]:
    """Record what everybody passed; return the receipts by draft, also of those of `asked` that were entries before."""
    limits = find_village_limits(ports, village)
    waiting = {draft.id: draft for draft in ports.vault.list_drafts(village, "waiting")}
    # What the same person's other click recorded in between has its receipt; it does not wait for anybody.
    asked = [
        draft if draft.id in waiting else ports.vault.find_draft(village, draft.id) or draft
        for draft in asked
    ]
    claims = {draft.id: open_draft(draft) for draft in waiting.values() if draft.approvals}
    ready = [
        draft_id
        for draft_id, claim in claims.items()
        if list_needs(ports, limits, waiting[draft_id], claim).is_none
    ]
    # What the log would refuse anyway stops nobody else's passing.
    asked_ids = {draft.id for draft in asked}
    ready = [id_ for id_ in ready if id_ in asked_ids or not has_barred(ports, claims[id_], waiting[id_])]
    unready = [draft.slot for draft in waiting.values() if draft.id not in ready]
    first = [draft.id for draft in asked if draft.state == "recorded" or draft.id in ready]
    order = [*first, *(draft_id for draft_id in ready if draft_id not in first)]
    order = [id_ for id_ in order if id_ not in waiting or not _is_held(waiting[id_].slot, unready)]
    chosen = _hold_documents(
        ports,
        village,
        [waiting.get(id_) or next(draft for draft in asked if draft.id == id_) for id_ in order],
    )
    chosen = [draft for draft in chosen if _is_published(ports, draft, is_asked=draft.id in first)]
    passed = [
        Passed(
            checkers=tuple(Actor(role=item.role, user=item.checker) for item in draft.approvals),
            claim=open_draft(draft),
            draft=draft.id,
            place=name_draft(draft),
            private=draft.private,
            public=draft.public,
        )
        for draft in chosen
    ]
    receipts = record_claims(ports, village, passed) if passed else []
    for draft, receipt in zip(chosen, receipts, strict=True):
        ports.vault.mark_draft(village, draft.id, "recorded", receipt.index)
    destroy_closed(ports, village)
    return {draft.id: receipt for draft, receipt in zip(chosen, receipts, strict=True)}


def _hold_documents(ports: Ports, village: str, chosen: Sequence[Draft]) -> list[Draft]:
    """Return what is recorded now: documents after the vouchers that they are about, and none without its voucher."""
    bodies = {draft.id: read_documents(draft) for draft in chosen}
    attaching = [draft for draft in chosen if bodies[draft.id] is not None]
    if not attaching:
        return list(chosen)
    others = [draft for draft in chosen if bodies[draft.id] is None]
    coming = {draft.digest for draft in others}
    with ports.ledger.read(village) as reader:
        for draft in attaching:
            body = bodies[draft.id]
            if body is not None and (body.voucher in coming or reader.find_index(body.voucher) is not None):
                others.append(draft)
    return others


def _is_published(ports: Ports, draft: Draft, *, is_asked: bool) -> bool:
    """Put what becomes public of a draft into the archive; one that cannot be stops nobody else's passing."""
    try:
        if draft.state == "waiting":
            publish_pages(ports, draft)
    except (Refused, Tampered):
        if is_asked:
            raise
        return False
    return True


def _add_attached(ports: Ports, village: str, drafts: Sequence[Draft]) -> list[Draft]:
    """Return drafts with the waiting ones that attach documents to any of them: without it those are about nothing."""
    known = {draft.id for draft in drafts}
    attached = list_attached(ports, village, {draft.digest for draft in drafts})
    return [*drafts, *(draft for draft in attached if draft.id not in known)]


def _is_held(slot: str, unready: Sequence[str]) -> bool:
    """Whether a voucher's number comes after one of its month that is not passed by everybody."""
    kind, _, number = slot.partition("/")
    return kind == "voucher" and any(
        other.startswith(f"voucher/{number[:7]}-") and other < slot for other in unready
    )


def _check_state(ports: Ports, draft: Draft, checker: str) -> list[Fault]:
    # Who passed it in time and asks again may only miss the answer.
    is_new = checker not in [item.checker for item in draft.approvals]
    if draft.state == "waiting" and is_new and is_late(ports, draft):
        return [
            Fault(
                code="draft-expired",
                place=name_draft(draft),
                found=f"交审已超过 {EXPIRES_DAYS} 天",
                expected=f"{EXPIRES_DAYS} 天以内交审的",
                remedy="请村文书重新交审",
            )
        ]
    return [] if draft.state == "recorded" else _check_waiting(draft)


def _check_waiting(draft: Draft) -> list[Fault]:
    if draft.state == "recorded":
        return [_build_recorded(draft)]
    if draft.state == "waiting":
        return []
    return [
        Fault(
            code="draft-returned",
            place=name_draft(draft),
            found="已退回",
            expected="待审",
            remedy="等村文书改好，重新交审",
        )
    ]


def _check_shown(draft: Draft, shown: Mapping[str, str] | None) -> list[Fault]:
    if shown is None or shown.get(draft.id) == draft.digest:
        return []
    return [
        Fault(
            code="draft-changed",
            place=name_draft(draft),
            found="与看过的不一样",
            expected="看过以后没有改动",
            remedy="重新打开这一条看过再审核",
        )
    ]


def _check_checker(ports: Ports, draft: Draft, claim: Claim, person: Person | None) -> list[Fault]:
    """Nobody passes what they or a near relative prepared, nor twice under two pseudonyms."""
    if person is None or draft.state == "recorded":
        return []
    if claim.maker.user == person.user:
        return [_build_checker("checker-is-maker", draft, person, "就是交审的人")]
    maker = ports.vault.find_person(claim.village, claim.maker.user)
    # Declared for both; of one who was entered again, it may stand with the other alone.
    if claim.maker.user in person.kin or (maker is not None and person.user in maker.kin):
        return [_build_kin(draft, person)]
    others = [claim.maker.user, *(item.checker for item in draft.approvals)]
    if any(is_one_person(ports.vault.find_person(claim.village, other), person) for other in others):
        return [_build_checker("checker-same-person", draft, person, "与交审的人或已审核的人同名")]
    concerned = check_concerned(ports, draft, claim, person.user)
    if concerned:
        return concerned
    parties = list_parties(draft, claim)
    # Whose names a person goes by is asked of every household: not for each of a round's hundred parts.
    if parties and not parties.isdisjoint(list_own_names(ports, claim.village, person)):
        found = "与合同的对方同名，或对方是其近亲属"
        return [_build_checker("checker-is-party", draft, person, found)]
    return []


def tell_held(ports: Ports, village: str, draft_id: str) -> str:
    """Return what a draft that somebody passed still waits for, for a person."""
    draft = ports.vault.find_draft(village, draft_id)
    if draft is None or draft.state != "waiting":
        return ""
    return explain_held(ports, find_village_limits(ports, village), draft)


def explain_held(ports: Ports, limits: LimitsFacts | None, draft: Draft) -> str:
    """Return what a waiting draft that somebody passed still waits for under the limits in force, for a person."""
    held = "前面编号的凭证还没审完" if read_documents(draft) is None else "它的凭证还没记入账本"
    return describe_needs(list_needs(ports, limits, draft, open_draft(draft))) or held


def describe_needs(needs: Needs) -> str:
    """Return who has still to pass, for a person; empty where nobody has."""
    named = [DUTY_NAMES[role] for role in needs.roles]
    if needs.others:
        whose = name_duties(CHECKER_ROLES).replace("、", "或")
        named.append(f"{needs.others} 位与所涉{needs.whom}无关的{whose}")
    return f"还要 {'、'.join(named)} 审核" if named else ""


def _build_checker(code: str, draft: Draft, person: Person, found: str) -> Fault:
    return Fault(
        code=code,
        place=f"{name_draft(draft)}，审核人 {person.user}",
        found=found,
        expected="另一个人",
        remedy="请另一位有审核职责的人来通过；真是重名的，登记时写明区别",
    )


def _build_kin(draft: Draft, person: Person) -> Fault:
    return Fault(
        code="checker-is-kin",
        place=f"{name_draft(draft)}，审核人 {person.user}",
        found="交审的人是其近亲属",
        expected="另一个人",
        remedy="请另一位有审核职责、不是近亲属的人来通过，或由另一位村文书交审",
    )


def _has_erased(draft: Draft) -> bool:
    """Whether a draft that waits has lost some of its private texts: whom they were about was erased."""
    sealed = list_sealed_digests(parse_claim(draft.claim).body) if draft.state == "waiting" else frozenset()
    return not sealed <= {digest_disclosure(text) for text in draft.private}


def _build_erased(draft: Draft) -> Fault:
    return Fault(
        code="draft-erased",
        place=name_draft(draft),
        found="其中有人的隐私内容已删除",
        expected="内容都在的记录",
        remedy="撤回这一条，命令是 mingbai discard；去掉这一户或这个人以后重新导入",
    )


def _build_recorded(draft: Draft) -> Fault:
    return Fault(
        code="draft-recorded",
        place=f"待审记录 {draft.id}",
        found=f"已记入第 {draft.index} 条",
        expected="还没通过的记录",
        remedy="已入账的记录不能作废；要更正请用红字冲销",
    )


def _build_other_maker(draft_id: str, maker: str) -> Fault:
    return Fault(
        code="draft-other-maker",
        place=f"待审记录 {draft_id}",
        found=f"村文书是 {maker}",
        expected="自己交审的记录",
        remedy="请那位村文书自己作废，或请监督委员退回",
    )
