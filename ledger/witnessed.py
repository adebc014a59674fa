"""What witnesses confirmed of a home's logs, and the policies by which that counts: read from stores, never trusted.

Every cosignature is verified again whenever something is said of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.village import LogFounded
from ledger.errors import NotFound, NotProven
from ledger.limits import COSIGNED_SIZES_LOOKED_AT
from ledger.log.commitments import open_disclosure
from ledger.log.confirmation import Confirmation, CosignedNote, find_confirmation
from ledger.log.note import parse_note_verifier
from ledger.log.policy import NONE, Policy, PolicyLog, format_policy, parse_policy
from ledger.log.witness import add_cosignatures
from ledger.ports import Head, Ports, Reader
from ledger.state.facts import PolicyFacts, read_body
from ledger.state.policies import find_policy


def build_policy(verifier_key: str) -> bytes:
    """Return the policy text of a log that has no witness yet (tlog-policy)."""
    log = PolicyLog(parse_note_verifier(verifier_key))
    return format_policy(Policy(logs=(log,), witnesses=(), groups=(), quorum=NONE))


def read_policy(reader: Reader, size: int | None = None) -> bytes:
    """Return the exact text of the policy in force at a checkpoint's `size`, or now.

    NotFound where its public text is gone.
    """
    adopted = find_policy(reader.facts, size)
    if adopted is None:
        return build_policy(read_body(reader.facts, 0, LogFounded).verifier_key)
    return _read_text(reader, adopted)


def find_witness_policy(reader: Reader, size: int | None = None) -> Policy | None:
    """Return the policy in force where it names witnesses; None where there is nobody to ask.

    Also where its text is gone or is no policy, which an audit names: the books stay readable.
    """
    adopted = find_policy(reader.facts, size)
    if adopted is None or not adopted.witnesses:
        return None
    try:
        return parse_policy(_read_text(reader, adopted))
    except (NotFound, NotProven):
        return None


def read_confirmation(ports: Ports, village: str, reader: Reader, newest: Head | None) -> Confirmation | None:
    """Return what witnesses confirmed of the log up to its head `newest`; None where no policy names any."""
    policy = find_witness_policy(reader)
    if policy is None or newest is None:
        return None
    return find_confirmation(_iterate_cosigned(ports, village, reader, newest.size), policy, newest.size)


def find_witnessed(ports: Ports, village: str, reader: Reader, newest: Head | None) -> bytes | None:
    """Return the largest checkpoint up to `newest` with a quorum, else with any cosignature; None without one."""
    confirmation = read_confirmation(ports, village, reader, newest)
    if confirmation is None or not confirmation.size:
        return None
    return read_note(ports, village, confirmation.size)


def find_handover(ports: Ports, village: str, reader: Reader, index: int, at_most: int) -> bytes | None:
    """Return the smallest checkpoint that holds the policy adopted at `index` and has the quorum of the one before.

    None where there is none up to `at_most` yet, or where the one before asked for nobody.
    """
    before = find_witness_policy(reader, index)
    if before is None:
        return None
    for size in sorted(size for size in ports.cosignatures.list_sizes(village) if index < size <= at_most):
        note = read_note(ports, village, size)
        if (
            note is not None
            and find_confirmation([CosignedNote(note, before, size)], before, size).has_quorum
        ):
            return note
    return None


def read_note(ports: Ports, village: str, size: int) -> bytes | None:
    """Return the checkpoint of `size` with the cosignatures known under it; None where none was signed."""
    head = ports.heads.find_at(village, size)
    return None if head is None else cosign_head(ports, village, head)


def cosign_head(ports: Ports, village: str, head: Head) -> bytes:
    """Return a head's note with the cosignatures known under it, by witness."""
    lines = [item.line for item in ports.cosignatures.list_at(village, head.size)]
    return add_cosignatures(head.note, lines)


def _iterate_cosigned(ports: Ports, village: str, reader: Reader, at_most: int) -> Iterator[CosignedNote]:
    for size in ports.cosignatures.list_sizes(village)[:COSIGNED_SIZES_LOOKED_AT]:
        policy, note = find_witness_policy(reader, size), read_note(ports, village, size)
        if policy is not None and note is not None and size <= at_most:
            yield CosignedNote(note, policy, size)


def _read_text(reader: Reader, adopted: PolicyFacts) -> bytes:
    disclosure = reader.find_text(adopted.text)
    value = None if disclosure is None else open_disclosure(disclosure, adopted.text)[1]
    if not isinstance(value, str):
        raise NotFound(f"见证办法第 {adopted.version} 版的原文")
    return value.encode()
