"""Everything about one household, member, person, counterparty, objection, case or attached document made unreadable,
as the law lets a person ask.

The log is not touched. Its digests stay and say nothing any more; totals count as before; what was somebody's belongs
to nobody. At the desk one person asks and another agrees; the process that holds the vault's keys does it then, and
what was agreed and could not be done is done at the machine. Every step is a fact of the desk's log, by pseudonym.
"""

from __future__ import annotations

import re

import msgspec

from ledger.books.roles import Role
from ledger.errors import Fault, NotFound, Refused
from ledger.ports import DeskPorts, Ports
from ledger.service.accounts.desk_log import Fact, log_fact
from ledger.service.accounts.sessions import SignedIn
from ledger.service.documents import find_encrypted
from ledger.service.persons import check_person, is_one_person
from ledger.service.traces import find_traces, take_out_traces
from ledger.state.private import find_subject
from ledger.vaults import Erasure

ERASURE_WHYS = {
    "request": "本人要求",
    "left": "已迁出或去世",
    "mistake": "登记错了人",
    "law": "法律或上级要求",
}
"""Why an erasure is asked for."""
MACHINE_WHY = "machine"
"""Of an erasure by somebody at the machine who says nothing else."""
AGREE_ROLES: tuple[Role, ...] = ("supervisor", "secretary")
SUBJECT = re.compile("[hmopqy]-[a-z2-7]{16}|u-[a-z2-7]{10}", re.ASCII)


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `drafts` wait and cannot be passed any more: they speak of the one who was erased."""

    drafts: tuple[str, ...]
    subject: str
    was_erased: bool  # before this, too


def ask_erasure(ports: DeskPorts, who: SignedIn, village: str, subject: str, why: str) -> None:
    """Ask that a household or member be erased; again changes nothing. Raises Refused for no reason, and for nobody."""
    faults = [] if why in ERASURE_WHYS else [_build_why()]
    if not SUBJECT.fullmatch(subject):
        faults.append(_build_form(subject))
    elif subject in ports.vault.list_erased(village) or not _is_known(ports, village, subject):
        faults.append(_build_unknown(village, subject))
    if faults:
        raise Refused(faults)
    if find_erasure(ports, village, subject) is not None:
        return
    asked = Erasure(asked_at=ports.clock.now_ms(), asked_by=_get_user(who), subject=subject, why=why)
    ports.vault.put_erasure(village, asked)
    _log(ports, who.build_fact(event="erase-asked", reason=why, subject=subject))


def refuse_erasure(ports: DeskPorts, who: SignedIn, village: str, subject: str) -> None:
    """Take back that an erasure is asked for, or do not agree to it. Again changes nothing."""
    asked = find_erasure(ports, village, subject)
    if asked is None or asked.agreed_by:
        return
    ports.vault.drop_erasure(village, subject)
    _log(ports, who.build_fact(event="erase-refused", reason=asked.why, subject=subject))


def agree_erasure(ports: DeskPorts, who: SignedIn, village: str, subject: str) -> Erased | None:
    """Agree to an erasure that another person asks for, and do it; None where none is asked for (any more).

    Raises Refused for the one who asked. Where the keys are not at hand it stays agreed, and is done at the machine.
    """
    asked = find_erasure(ports, village, subject)
    if asked is None:
        return None
    if not asked.agreed_by:
        user = _get_user(who)
        persons = [ports.vault.find_person(village, one) for one in (asked.asked_by, user)]
        faults = check_person(persons[1], user, AGREE_ROLES)
        if asked.asked_by == user or is_one_person(*persons):
            faults.append(_build_same(user))
        if faults:
            raise Refused(faults)
        asked = msgspec.structs.replace(asked, agreed_at=ports.clock.now_ms(), agreed_by=user)
        ports.vault.put_erasure(village, asked)
        _log(ports, who.build_fact(event="erase-agreed", reason=asked.why, subject=subject))
    return _carry_out(ports, who.build_fact(event="erased", reason=asked.why, subject=subject))


def erase_agreed(ports: DeskPorts, village: str) -> list[Erased]:
    """Do every erasure of a village that was agreed and is not done yet; for somebody at the machine."""
    agreed = [item for item in ports.vault.list_erasures(village) if item.agreed_by]
    return [erase_at_machine(ports, village, item.subject, item.why) for item in agreed]


def erase_at_machine(ports: DeskPorts, village: str, subject: str, why: str = MACHINE_WHY) -> Erased:
    """Erase as `erase_subject` does, and log it, by somebody at the machine."""
    return _carry_out(ports, Fact(event="erased", reason=why, subject=subject, village=village))


def refuse_no_subject(subject: str) -> None:
    """Raise Refused for what is no pseudonym."""
    if not SUBJECT.fullmatch(subject):
        raise Refused([_build_form(subject)])


def find_erasure(ports: Ports, village: str, subject: str) -> Erasure | None:
    """Return what is asked for of a subject and not done yet."""
    return next((item for item in ports.vault.list_erasures(village) if item.subject == subject), None)


def _carry_out(ports: DeskPorts, fact: Fact) -> Erased:
    """Erase, and then say so: after a crash in between it is asked for still, and done again changes nothing.

    What colleagues wrote of the subject goes first: afterwards nobody knows any more by what to find it.
    """
    take_out_traces(ports, fact.village, find_traces(ports, fact.village, fact.subject))
    erased = erase_subject(ports, fact.village, fact.subject)
    # Workbooks that were sent and not handed in, which may hold anybody.
    for person in ports.vault.list_persons(fact.village):
        ports.vault.drop_upload(fact.village, person.user)
    _log(ports, fact)
    ports.vault.drop_erasure(fact.village, fact.subject)
    return erased


def _is_known(ports: Ports, village: str, subject: str) -> bool:
    vault = ports.vault
    return any(item.household == subject for item in vault.list_households(village)) or any(
        item.member == subject for item in vault.list_members(village)
    )


def _get_user(who: SignedIn) -> str:
    assert who.seat is not None
    return who.seat.person


def _log(ports: DeskPorts, fact: Fact) -> None:
    with ports.desk.write() as desk:
        log_fact(desk, fact, ports.clock.now_ms())


def erase_subject(ports: Ports, village: str, subject: str) -> Erased:
    """Destroy the data key of a subject and every row about it.

    Raises Refused for what is no pseudonym, and for one about which nothing was ever kept. Again changes nothing.
    """
    refuse_no_subject(subject)
    was_erased = subject in ports.vault.list_erased(village)
    drafts = tuple(
        draft.id
        for draft in ports.vault.list_drafts(village, "waiting")
        if any(find_subject(text) == subject for text in draft.private)
    )
    # Found before what opens them is gone; deleted after, so that a crash leaves what can be erased again.
    files = find_encrypted(ports, village, subject) if subject.startswith("o-") else []
    try:
        ports.vault.erase_subject(village, subject)
    except NotFound as error:
        raise Refused([_build_unknown(village, subject)]) from error
    for file in files:
        ports.documents.drop(village, file)
    return Erased(drafts=drafts, subject=subject, was_erased=was_erased)


def _build_why() -> Fault:
    return Fault(
        code="erase-why",
        place="为什么删除",
        found="没有选",
        expected="列出的一种",
        remedy="选一种再提出；选的会记下来",
    )


def _build_same(user: str) -> Fault:
    return Fault(
        code="erase-same-person",
        place=f"人员 {user}",
        found="就是提出删除的人",
        expected="另一个人",
        remedy="请另一位监督委员或村书记来同意",
    )


def _build_form(subject: str) -> Fault:
    return Fault(
        code="subject-form",
        place="要删除谁",
        found="不是代号",
        expected="h-、m-、u-、o-、p-、y- 或 q- 开头的代号",
        remedy="写代号，不写姓名和编号；代号用 mingbai vault list 查看",
    )


def _build_unknown(village: str, subject: str) -> Fault:
    return Fault(
        code="subject-unknown",
        place=f"村 {village} 的隐私库",
        found=f"没有 {subject} 的内容",
        expected="本村的一户、一名党员、一个办事的人、一份单据、一份合同的对方或一件异议",
        remedy="代号用 mingbai vault list 查看",
    )
