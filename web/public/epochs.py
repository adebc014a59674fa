"""What a village says for ever of a log that it lost a part of, and what a check of older paper needs."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ledger.books.village import LogRefounded
from ledger.figures.texts import Texts, read_text
from ledger.ports import Reader
from reports.words import format_count
from web.earlier import EarlierLogs
from web.i18n import _


def tell_loss(body: LogRefounded, reason: str) -> str:
    """Return the one sentence that stands on every page of a later epoch."""
    return _(
        "这是本村的第 {epoch} 册账：前一册从第 {first} 条起的记录丢失了（已知签过 {size} 条）。原因：{reason}"
    ).format(
        epoch=body.epoch, first=format_count(body.lost_from), size=format_count(body.old_size), reason=reason
    )


@dataclass(frozen=True)
class EarlierEpoch:
    """A log before a declared loss, as the check page tells of it.

    `address`  where an auditor fetches what is kept, on this site; empty where nothing is
    `told`     what was lost and why, in one sentence
    """

    address: str
    number: int
    told: str


@dataclass(frozen=True)
class EarlierEpochs:
    """All of them, the newest first. `facts` is the same for the script, as JSON; empty without any."""

    facts: str
    list: tuple[EarlierEpoch, ...]


def build_earlier_epochs(village: str, reader: Reader, texts: Texts, logs: EarlierLogs) -> EarlierEpochs:
    """Return the epochs before the present one: what the log's own entry 0 declares, and what is kept."""
    body = reader.facts.read_entry(0).body
    found: list[EarlierEpoch] = []
    facts = []
    reason = read_text(texts, body.reason) if isinstance(body, LogRefounded) else ""
    while isinstance(body, LogRefounded):
        number = body.epoch - 1
        base = f"/v/{village}/epochs/e{number}"
        kept = logs.find(village, number)
        if kept is not None and kept.founding.origin != body.old_origin:
            kept = None  # Somebody put another log there: of this one nothing is kept.
        told = tell_loss(body, reason)
        found.append(EarlierEpoch(address=base if kept else "", number=number, told=told))
        facts.append(
            {
                "base": base,
                "keys": kept.keys if kept else f"0:{body.old_key}",
                "kept": kept.size if kept else 0,
                "number": number,
                "origin": body.old_origin,
                "seals": kept.seals if kept else "",
                "told": told,
            }
        )
        if kept is None:
            break
        body, reason = kept.founding, kept.reason
    return EarlierEpochs(
        facts=json.dumps(facts, ensure_ascii=False, sort_keys=True) if facts else "", list=tuple(found)
    )
