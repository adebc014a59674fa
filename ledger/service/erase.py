"""Everything about one household, member, person or attached document made unreadable, as the law lets a person ask.

The log is not touched. Its digests stay and say nothing any more; totals count as before; what was somebody's belongs
to nobody. An entry that says when, why and by whom it was agreed belongs before the first thing is destroyed: it is
recorded by whoever calls this, not here.
"""

from __future__ import annotations

import re

import msgspec

from ledger.errors import Fault, NotFound, Refused
from ledger.ports import Ports
from ledger.service.documents import find_encrypted
from ledger.state.private import find_subject

SUBJECT = re.compile("[hmo]-[a-z2-7]{16}|u-[a-z2-7]{10}", re.ASCII)


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `drafts` wait and cannot be passed any more: they speak of the one who was erased."""

    drafts: tuple[str, ...]
    subject: str
    was_erased: bool  # before this, too


def erase_subject(ports: Ports, village: str, subject: str) -> Erased:
    """Destroy the data key of a subject and every row about it.

    Raises Refused for what is no pseudonym, and for one about which nothing was ever kept. Again changes nothing.
    """
    if not SUBJECT.fullmatch(subject):
        raise Refused([_build_form(subject)])
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


def _build_form(subject: str) -> Fault:
    return Fault(
        code="subject-form",
        place="要删除谁",
        found="不是代号",
        expected="h-、m-、u- 或 o- 开头的代号",
        remedy="写代号，不写姓名和编号；代号用 mingbai vault list 查看",
    )


def _build_unknown(village: str, subject: str) -> Fault:
    return Fault(
        code="subject-unknown",
        place=f"村 {village} 的隐私库",
        found=f"没有 {subject} 的内容",
        expected="本村的一户、一名党员、一个办事的人或一份单据",
        remedy="代号用 mingbai vault list 查看",
    )
