"""How far witnesses have confirmed a log, and how to say so.

A checkpoint is confirmed when the cosignatures under it make the quorum of the policy in force at its size. Asking
takes time and nobody waits for it, so the newest checkpoint is often not confirmed yet; what counts is the largest that
is, and when that was. An old confirmation stays true of its checkpoint; it never speaks for entries after it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.errors import NotProven
from ledger.log.cosignature import Cosignature, list_cosignatures
from ledger.log.note import open_note
from ledger.log.policy import NONE, Policy, has_quorum

FRESH_S = 86_400
"""A last confirmation older than this is said to be old: witnesses are asked many times a day."""

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class CosignedNote:
    """A checkpoint of `size` as kept, cosignature lines included, with the policy in force at that size."""

    note: bytes
    policy: Policy
    size: int


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What witnesses confirmed of a log.

    `confirmed`    names, as the policy has them, of those who cosigned the checkpoint of `size`, in its order
    `has_quorum`   they satisfy the policy, which asks for somebody
    `missing`      names of the others
    `newest_size`  of the log's newest checkpoint
    `quorum`       False where the policy asks for nobody
    `size`         of the checkpoint that is spoken of; 0 when nobody cosigned any
    `time_s`       of the latest cosignature on it, seconds since 1970; 0 when nobody cosigned any
    """

    confirmed: tuple[str, ...]
    has_quorum: bool
    missing: tuple[str, ...]
    newest_size: int
    quorum: bool
    size: int
    time_s: int


def find_confirmation(notes: Iterable[CosignedNote], policy: Policy, newest_size: int) -> Confirmation:
    """Return what is confirmed: of `notes`, largest first, the first with a quorum, else the first with any line.

    `policy` is the one in force; lines that are not a witness's, or do not verify, count for nothing.
    """
    best: Confirmation | None = None
    for cosigned in notes:
        found = _confirm(cosigned, newest_size)
        if found.confirmed and (best is None or found.has_quorum):
            best = found
        if found.has_quorum or (best is not None and not found.quorum):
            break
    names = tuple(witness.name for witness in policy.witnesses)
    return best or Confirmation((), False, names, newest_size, policy.quorum != NONE, 0, 0)


def verify_cosigned(cosigned: CosignedNote) -> tuple[Cosignature, ...]:
    """Return the cosignatures of the policy's witnesses under a checkpoint; NotProven when one of theirs is bad."""
    verifiers = [witness.verifier for witness in cosigned.policy.witnesses]
    try:
        opened = open_note(cosigned.note, verifiers)
    except NotProven as error:
        if error.code == "note-unsigned":
            return ()
        raise
    return list_cosignatures(opened, verifiers)


def format_confirmation(confirmation: Confirmation, now_s: int) -> str:
    """Return one or two Chinese sentences for anybody: how many witnesses, when, and what is not covered."""
    count = len(confirmation.confirmed)
    total = count + len(confirmation.missing)
    if not count:
        return f"{total} 位见证人都还没有确认过这本账。"
    age = format_age(now_s - confirmation.time_s)
    only = "" if confirmation.has_quorum or not confirmation.quorum else "只"
    text = f"{total} 位见证人中{only}有 {count} 位确认过这本账"
    if only:
        text += "，还不够约定的人数"
    is_fresh = now_s - confirmation.time_s < FRESH_S
    text += f"，最近一次是{age}。" if is_fresh else f"，但最近一次已经是{age}。"
    later = confirmation.newest_size - confirmation.size
    return text + (f"之后新记的 {later} 条还在等他们确认。" if later > 0 else "")


def format_age(seconds: int) -> str:
    """Return how long ago something was, in the largest whole unit; a time ahead of the clock is `刚刚`."""
    if seconds < _MINUTE_S:
        return "刚刚"
    if seconds < _HOUR_S:
        return f" {seconds // _MINUTE_S} 分钟前"
    if seconds < _DAY_S:
        return f" {seconds // _HOUR_S} 小时前"
    return f" {seconds // _DAY_S} 天前"


def _confirm(cosigned: CosignedNote, newest_size: int) -> Confirmation:
    counted = list(_verify_each(cosigned))
    keys = {item.key.public_key for item in counted}
    names = [(witness.name, witness.verifier.key.public_key in keys) for witness in cosigned.policy.witnesses]
    quorum = cosigned.policy.quorum != NONE
    return Confirmation(
        confirmed=tuple(name for name, is_in in names if is_in),
        has_quorum=quorum and has_quorum(cosigned.policy, counted),
        missing=tuple(name for name, is_in in names if not is_in),
        newest_size=newest_size,
        quorum=quorum,
        size=cosigned.size,
        time_s=max((item.time_s for item in counted), default=0),
    )


def _verify_each(cosigned: CosignedNote) -> Iterable[Cosignature]:
    """Yield what verifies, one witness at a time: a bad line takes away nothing but itself."""
    for witness in cosigned.policy.witnesses:
        try:
            opened = open_note(cosigned.note, [witness.verifier])
        except NotProven:
            continue
        yield from list_cosignatures(opened, [witness.verifier])
