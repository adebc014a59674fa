"""A new epoch of a village's log, after a loss that was declared: what its first entry must say of the old one.

The old log cannot go on: whoever signed on from what survived would sign its lost sizes twice. So a log under a new
origin begins, and its entry 0 carries the last checkpoint known of the old log, with the old key's signature, and how
many of its entries survive. Whoever holds a later checkpoint of the old log then holds the proof that more was lost
than was declared.
"""

from __future__ import annotations

import re

from ledger.books.values import Value
from ledger.books.village import LogFounded, LogRefounded
from ledger.entries import Entry
from ledger.errors import Fault, NotProven
from ledger.log.checkpoint import Checkpoint, format_checkpoint
from ledger.log.hashing import parse_base64, parse_hash
from ledger.log.note import NoteVerifier, parse_note_verifier
from ledger.state.facts import Facts, put_fact

_EPOCH = re.compile(r"(.+)/e([2-9]|[1-9][0-9]{1,2})")


class EpochFacts(Value, frozen=True):
    """From log.refounded: entries `lost_from` to `old_size` of the old log, and what came after, are gone."""

    lost_from: int
    old_origin: str
    old_size: int


def name_epoch(old_origin: str) -> tuple[str, int]:
    """Return the origin and the number of the epoch that follows the one of `old_origin`."""
    match = _EPOCH.fullmatch(old_origin)
    base, epoch = (match[1], int(match[2])) if match else (old_origin, 1)
    return f"{base}/e{epoch + 1}", epoch + 1


def open_predecessor(body: LogRefounded) -> tuple[Checkpoint, NoteVerifier]:
    """Return the old log's last known checkpoint, once the old key is proven to have signed it, and that key."""
    verifier = parse_note_verifier(body.old_key)
    checkpoint = Checkpoint(body.old_origin, body.old_size, parse_hash(body.old_root))
    if verifier.key.name != checkpoint.origin:
        raise NotProven(
            f"旧公钥是 {verifier.key.name} 的，旧账是 {checkpoint.origin}", code="checkpoint-origin"
        )
    verifier.verify_signature(format_checkpoint(checkpoint), parse_base64(body.old_signature))
    return checkpoint, verifier


def check_epoch(entry: Entry, body: LogFounded) -> list[Fault]:
    """A founding is the first epoch's; every later one names the log before it, and its loss."""
    if not isinstance(body, LogRefounded):
        claims = [("epoch-number", "第几册", str(body.epoch), "1")]
    else:
        origin, epoch = name_epoch(body.old_origin)
        claims = [
            ("epoch-number", "第几册", str(body.epoch), str(epoch)),
            ("epoch-origin", "新账的来源", body.origin, origin),
            ("epoch-range", "旧账还在的条数", str(body.lost_from), str(min(body.lost_from, body.old_size))),
        ]
    faults = [
        _build_fault(code, place, found, expected)
        for code, place, found, expected in claims
        if found != expected
    ]
    if faults or not isinstance(body, LogRefounded):
        return faults
    try:
        open_predecessor(body)
    except NotProven as error:
        return [
            _build_fault(error.code, f"第 {entry.index} 条写的旧检查点", error.reason, "旧钥匙签过的检查点")
        ]
    return []


def fold_epoch(facts: Facts, body: LogRefounded) -> None:
    """Keep what was lost: every page tells it."""
    fact = EpochFacts(lost_from=body.lost_from, old_origin=body.old_origin, old_size=body.old_size)
    put_fact(facts, "epoch", fact)


def _build_fault(code: str, place: str, found: str, expected: str) -> Fault:
    return Fault(
        code=code,
        place=place,
        found=found,
        expected=expected,
        remedy="用 mingbai restore --declare-loss 重新立账，这些由程序填写",
    )
