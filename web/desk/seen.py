"""That somebody was shown a draft whole: a proof that a page gives, and that the form which passes it brings back.

A page gives it that shows every line, nothing masked that its reader could ask for; one that shows a part gives a proof
of so many lines, which the next page goes on from. It is a keyed hash over session, draft and digest: kept nowhere,
made by nobody but the desk, and of no use in another session or for a draft that changed since.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from ledger.errors import Fault
from ledger.service.drafts import name_draft
from ledger.vaults import Draft
from web.desk.routing import Desk

WHOLE = "whole"


def make_given(desk: Desk, draft: Draft) -> str:
    """Return what a form carries that passes a draft which its page shows whole: name, digest and proof."""
    return f"{draft.id}:{draft.digest}:{make_proof(desk, draft.id, draft.digest, WHOLE)}"


def make_proof(desk: Desk, draft: str, digest: str, seen: str) -> str:
    """Return the proof that whoever looks was shown so much of a draft: its lines up to a number, or `WHOLE`."""
    return prove(desk.ports.get_desk_key(), desk.who.session.session, desk.village, draft, digest, seen)


def prove(key: bytes, *said: str) -> str:
    """Return the keyed hash over session, village, draft, digest and how much of it was shown."""
    return hmac.new(key, "\n".join(("seen", *said)).encode(), hashlib.sha256).hexdigest()


def is_proof(desk: Desk, draft: Draft, seen: str, proof: str) -> bool:
    """Say whether a page of this session gave a proof."""
    return hmac.compare_digest(make_proof(desk, draft.id, draft.digest, seen).encode(), proof.encode())


def read_given(fields: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Return what forms carried, digest and proof by draft; what is of another form names no draft of ours."""
    parts = [field.split(":") for field in fields]
    return {part[0]: (part[1], part[2] if len(part) > 2 else "") for part in parts if len(part) > 1}


def check_seen(desk: Desk, given: Mapping[str, tuple[str, str]]) -> list[Fault]:
    """Every draft was shown whole to whoever passes it."""
    return [
        _build_unseen(desk, draft)
        for draft, (digest, proof) in given.items()
        if not hmac.compare_digest(make_proof(desk, draft, digest, WHOLE).encode(), proof.encode())
    ]


def _build_unseen(desk: Desk, draft_id: str) -> Fault:
    draft = desk.ports.vault.find_draft(desk.village, draft_id)
    return Fault(
        code="draft-unseen",
        place=name_draft(draft) if draft is not None else "待审记录",
        found="还没有打开看过全文",
        expected="看到最后一行的",
        remedy="点开这一条，看到最后一行再通过",
    )
