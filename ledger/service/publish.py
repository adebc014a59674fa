"""The signed head of a village's log: made after every recording, completed after a crash.

A head is a promise that cannot be taken back: the log will always extend it. So it is signed only over what is
committed, by compare-and-swap, and a database that stands behind its own head refuses to go on.
"""

from __future__ import annotations

from ledger.errors import NotProven, Tampered
from ledger.log.checkpoint import Checkpoint, format_checkpoint
from ledger.log.hashing import format_hash
from ledger.log.proofs import build_consistency, verify_consistency
from ledger.log.tree import compute_root
from ledger.ports import Head, Ports, Reader
from ledger.state.facts import VillageFacts, get_fact


def publish_head(ports: Ports, village: str) -> Head:
    """Return the signed head of everything committed, signing it if that has not happened yet.

    Raises Tampered when the log is shorter than its newest head, or does not extend it.
    """
    with ports.ledger.read(village) as reader:
        newest = ports.heads.find_newest(village)
        if newest is not None:
            verify_extends(reader, newest)
            if newest.size == reader.size:
                return newest
        head = _sign_head(ports, village, reader)
    try:
        ports.heads.advance(village, head)
    except Tampered:
        newest = ports.heads.find_newest(village)
        if newest is None or newest.size <= head.size:
            raise
        # Somebody recorded and signed more since this view was opened: their head covers ours, which is looked at.
        return publish_head(ports, village)
    return head


def verify_extends(reader: Reader, newest: Head) -> None:
    """Check that the log holds at least what its newest head promised, and the same. Raises Tampered."""
    if reader.size < newest.size:
        raise Tampered(
            reader.size, expected=f"至少 {newest.size} 项（已签名的检查点）", found=f"{reader.size} 项"
        )
    root = compute_root(reader.get_frontier())
    proof = build_consistency(reader, newest.size, reader.size)
    try:
        verify_consistency(newest.size, newest.root, reader.size, root, proof)
    except NotProven as error:
        raise Tampered(
            newest.size,
            expected=f"前 {newest.size} 项的根哈希 {format_hash(newest.root)}",
            found=f"接不上：{error.reason}",
        ) from error


def _sign_head(ports: Ports, village: str, reader: Reader) -> Head:
    facts = get_fact(reader.facts, "village", VillageFacts)
    if facts is None:
        raise Tampered(0, expected="log.founded", found="没有创立记录")
    root = compute_root(reader.get_frontier())
    text = format_checkpoint(Checkpoint(facts.origin, reader.size, root))
    return Head(note=ports.get_signer(village).sign_note(text), root=root, size=reader.size)
