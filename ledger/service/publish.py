"""The signed head of a village's log: made after every recording, completed after a crash.

A head is a promise that cannot be taken back: the log will always extend it. So it is signed only over what is
committed, after reading it back from the database and hashing it once more (memory that flips a bit between recording
and signing has ended logs for good), by compare-and-swap, and a database that stands behind its own head refuses to
go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ledger.errors import NotFound, NotProven, Tampered
from ledger.log.checkpoint import Checkpoint, format_checkpoint
from ledger.log.hashing import format_hash, hash_leaf
from ledger.log.tiles import TILE_WIDTH, TileCache, read_frontier
from ledger.log.tree import EMPTY_FRONTIER, Frontier, append_leaves, compute_root
from ledger.ports import Head, Ports, Reader, Signer
from ledger.state.facts import VillageFacts, get_fact


class Begun(NamedTuple):
    """How a log stood when its only writer began.

    `frontier`  held by `verify_extends` to the newest head, if it is as long
    `signers`   keys that are unlocked, by verifier key
    """

    frontier: Frontier
    newest: Head | None
    signers: Mapping[str, Signer]


def publish_head(ports: Ports, village: str, *, begun: Begun | None = None) -> Head:
    """Return the signed head of everything committed, signing it if that has not happened yet.

    `begun` comes from a caller that has just recorded: what it looked at is not looked at again, only what it wrote.
    A log that it saw begin may have several entries and no head yet. Raises Tampered when the log is shorter than its
    newest head, does not extend it, or has lost its heads.
    """
    # Before the view: what others record and sign meanwhile would make a log that is whole look cut off.
    newest = begun.newest if begun else ports.heads.find_newest(village)
    try:
        with ports.ledger.read(village) as reader:
            if begun is not None and begun.frontier.size == (newest.size if newest else 0):
                _verify_stored(reader, begun.frontier)
            else:
                verify_extends(reader, newest)
            if newest is not None and newest.size == reader.size:
                return newest
            head = _sign_head(ports, village, reader, begun)
        ports.heads.advance(village, head)
    except Tampered:
        if ports.heads.find_newest(village) == newest:
            raise
        # Somebody recorded and signed since we looked: their head may cover ours, so all is looked at again.
        return publish_head(ports, village)
    return head


def verify_extends(reader: Reader, newest: Head | None, *, look_back: int = 0) -> None:
    """Check that the log is what its newest head promised, and that what came after is what was recorded.

    Entries from `look_back` before the head on are read from the database and hashed once more: the tree over them
    must be the head's where the head ends, and the stored one at the log's end. O(log n + entries read), in constant
    memory. Without a head there may be nothing but a founding, cut off before its signature. Raises Tampered, naming
    the entry where its bytes alone were changed.
    """
    if newest is None:
        _verify_unsigned(reader)
        return
    if reader.size < newest.size:
        raise Tampered(
            reader.size, expected=f"至少 {newest.size} 条（已签名的检查点）", found=f"{reader.size} 条"
        )
    start = max(0, newest.size - look_back)
    frontier = reader.get_frontier() if start == reader.size else _read_frontier(reader, start)
    frontier = _rehash(reader, frontier, newest.size)
    root = compute_root(frontier)
    if root != newest.root:
        _name_altered(reader, start, newest.size)
        expected = f"前 {newest.size} 条的根哈希 {format_hash(newest.root)}"
        raise Tampered(newest.size - 1, expected=expected, found=f"{format_hash(root)}，接不上")
    _verify_stored(reader, frontier)


def _verify_unsigned(reader: Reader) -> None:
    """A log that anything was recorded in after its founding has heads: without them nobody knows how long it was."""
    if reader.size > 1:
        raise Tampered(reader.size - 1, expected="签过名的检查点", found="一个也没有：heads.db 丢了或换过")
    _verify_stored(reader, EMPTY_FRONTIER)


def _verify_stored(reader: Reader, frontier: Frontier) -> None:
    """The entries after `frontier`, hashed again, give the frontier that the next entry would be appended to."""
    start = frontier.size
    if reader.size < start:
        raise Tampered(reader.size, expected=f"至少 {start} 条", found=f"{reader.size} 条")
    if _rehash(reader, frontier, reader.size) != reader.get_frontier():
        _name_altered(reader, start, reader.size)
        raise Tampered(reader.size - 1, expected="由记录算出的树前沿", found="数据库里存的不是")


def _read_frontier(reader: Reader, at: int) -> Frontier:
    try:
        return read_frontier(TileCache(reader), at, reader.size)
    except (NotFound, NotProven) as error:
        raise Tampered(at, expected=f"前 {at} 条的哈希", found=f"读不出：{error}") from error


def _rehash(reader: Reader, frontier: Frontier, stop: int) -> Frontier:
    """Return the frontier grown by the entries up to `stop`, hashed from the bytes that the database holds."""
    while frontier.size < stop:
        entries = reader.iterate_entries(frontier.size, min(frontier.size + TILE_WIDTH, stop))
        frontier = append_leaves(frontier, [hash_leaf(data) for data in entries]).frontier
    return frontier


def _name_altered(reader: Reader, start: int, stop: int) -> None:
    """Raise Tampered for the first entry whose bytes do not hash to the leaf beside them, if there is one."""
    for index in range(start, stop):
        reader.get_entry_bytes(index)


def _sign_head(ports: Ports, village: str, reader: Reader, begun: Begun | None = None) -> Head:
    facts = get_fact(reader.facts, "village", VillageFacts)
    if facts is None:
        raise Tampered(0, expected="log.founded", found="没有创立记录")
    root = compute_root(reader.get_frontier())
    text = format_checkpoint(Checkpoint(facts.origin, reader.size, root))
    # The key in force at this size: see `state.keys`.
    signer = (begun.signers if begun else {}).get(facts.verifier_key) or ports.get_signer(
        village, facts.verifier_key
    )
    return Head(note=signer.sign_note(text), root=root, size=reader.size)
