"""Schemes as whoever adopts one at the desk meets them: what ships, what each changes, and the draft before it is one.

A scheme that was looked at is handed in as it was shown: a digest of the lines goes back and forth, and where the log
or the waiting drafts changed in between, nothing is handed in and the lines are shown anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from ledger.books.scores import SchemeAdopted, get_subject
from ledger.data import load_masks
from ledger.data.templates import SchemeTemplate
from ledger.entries import KIND_OF_BODY, Claim, name_clerk
from ledger.errors import Refused
from ledger.figures.texts import Texts
from ledger.log.commitments import digest_disclosure, parse_disclosure
from ledger.ports import Ports, Reader
from ledger.service.adopt import SchemeOrder, build_scheme_draft
from ledger.service.drafts import Discloser, build_draft
from ledger.service.opened_drafts import OpenedDraft
from ledger.service.opened_schemes import list_scheme_changes
from ledger.service.schemes import build_scheme
from ledger.service.showing import show_unkept
from ledger.state import get_day
from ledger.state.schemes import list_schemes
from ledger.vaults import Draft


class OfferedScheme(NamedTuple):
    """A template as a body that can be told: `changes` are those from the newest version of its subject, whose number
    is `before`; 0 and none where it would be the first.
    """

    before: int
    body: SchemeAdopted
    changes: tuple[str, ...]
    texts: Texts


class SchemeLook(NamedTuple):
    """A draft that is not handed in: its lines, and a digest of them."""

    digest: str
    draft: Draft
    lines: tuple[str, ...]


def offer_scheme(
    ports: Ports, reader: Reader, village: str, maker: str, template: SchemeTemplate
) -> OfferedScheme:
    """Return a shipped template as it would be adopted, by no meeting yet, and what that would change."""
    texts = Discloser(ports.entropy)
    body = build_scheme(template, texts, resolution="", version=1)
    known = next(iter(list_schemes(reader.facts, get_subject(body))), None)
    before = known.version if known is not None else 0
    body = msgspec.structs.replace(body, version=before + 1)
    today = get_day(ports.clock.now_ms())
    claim = Claim(
        body=body,
        kind=KIND_OF_BODY[SchemeAdopted],
        maker=name_clerk(maker),
        occurred_on=today,
        period=today[:7],
        village=village,
    )
    opened = OpenedDraft(
        claim=claim,
        draft=build_draft(ports, claim, template.title, batch=claim.kind, texts=texts),
        ports=ports,
        reader=reader,
        view=load_masks().find_view({"clerk"}),
    )
    said = {digest_disclosure(text): parse_disclosure(text)[1] for text in texts.public}
    return OfferedScheme(before, body, tuple(list_scheme_changes(opened, body)), said.get)


def look_at_scheme(ports: Ports, village: str, order: SchemeOrder) -> SchemeLook:
    """Return what would be handed in, and keep nothing. Raises as `prepare_scheme`."""
    draft = build_scheme_draft(ports, village, order)
    lines = show_unkept(ports, draft).lines
    return SchemeLook(_digest_lines(lines), draft, lines)


def hand_in_scheme(ports: Ports, village: str, order: SchemeOrder, digest: str) -> SchemeLook | None:
    """Hand in what was shown under `digest`, once however often it is sent; or return what it would be now, where that
    is something else, and keep nothing. Raises as `prepare_scheme`.
    """
    try:
        look = look_at_scheme(ports, village, order)
        if look.digest != digest:
            return look
        ports.vault.put_drafts(village, [look.draft])
    except Refused as error:
        waiting = [draft for draft in ports.vault.list_drafts(village, "waiting") if _is_scheme(draft)]
        shown = {_digest_lines(show_unkept(ports, draft).lines) for draft in waiting}
        if {fault.code for fault in error.faults} != {"draft-waiting"} or digest not in shown:
            raise
    return None


def _is_scheme(draft: Draft) -> bool:
    return draft.slot.partition("/")[0] == "scheme"


def _digest_lines(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
