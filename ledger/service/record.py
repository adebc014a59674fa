"""From a passed claim to an entry: the one way into a log.

A database behind its newest head, a restored backup, takes no entry: it would fork from what was signed. Otherwise the
order is this, and what survives a crash after each step:

1. private disclosures into the vault: a crash leaves orphans there that no entry points at; harmless
2. entries, tree, public texts, facts and the claim's digest in one transaction: all or nothing
3. the signed head: a crash before it leaves entries without a head; `publish_head` completes it at the next
   start or the next recording, the very same way
4. the answer: a client that never got it sends the same claim again and gets the first receipt

Who records at the same time shares steps 2 and 3: see `queue`.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary, WeakValueDictionary

import msgspec

from ledger.books.village import KeyRotated, LogFounded
from ledger.canonical import digest_claim
from ledger.entries import Actor, Claim, Entry
from ledger.errors import Fault, NotFound, Refused
from ledger.log.chain import ZERO_HASH
from ledger.log.hashing import format_hash
from ledger.ports import Head, Ledger, Ports, Signer, Writer
from ledger.service.clock import read_time
from ledger.service.consenting import check_consenting
from ledger.service.publish import Begun, publish_head, verify_extends
from ledger.service.queue import Queue
from ledger.service.redeeming import check_redeeming
from ledger.service.rulebooks import check_wording
from ledger.state import check_entry
from ledger.state.facts import VillageFacts, get_fact


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that its checkers passed, with the texts that its digests stand for."""

    checkers: tuple[Actor, ...]
    claim: Claim
    draft: str = ""  # whose texts the vault has already; empty of what was no draft
    place: str = ""  # what a fault of this claim says before its own place, where there are several
    private: tuple[str, ...] = ()
    public: tuple[str, ...] = ()


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Where a claim stands in the log, and the first head that covers it."""

    head: Head
    index: int


def record_claims(ports: Ports, village: str, passed: Sequence[Passed]) -> list[Receipt]:
    """Append every claim in order, or none of them.

    A claim recorded before is not recorded again: its first receipt is returned. Raises Refused with all faults of the
    first claim that has any, Tampered where the log does not extend its newest head.
    """
    queue = _get_queue(ports.ledger, village)
    return queue.record(passed, lambda group: _record_group(ports, village, group))


_QUEUES: WeakKeyDictionary[Ledger, WeakValueDictionary[str, Queue[Passed, Receipt]]] = WeakKeyDictionary()
"""By ledger, not by ports: whoever writes to the same database stands in the same line, which is there while anybody
stands in it. A county has more villages than ever record at a time.
"""
_QUEUES_LOCK = Lock()


def _get_queue(ledger: Ledger, village: str) -> Queue[Passed, Receipt]:
    with _QUEUES_LOCK:
        return _QUEUES.setdefault(ledger, WeakValueDictionary()).setdefault(village, Queue())


def _record_group(
    ports: Ports, village: str, group: Sequence[Sequence[Passed]]
) -> list[list[Receipt] | Refused]:
    """Record several callers' claims in one transaction under one head; for each caller receipts, or a refusal."""
    signers = _unlock(ports, village, group)
    # Kept before their entries are, and only once these can be signed.
    _keep_private(ports, village, [item for passed in group for item in passed if item.private])
    refused: dict[int, Refused] = {}
    recorded: _Recorded | None = None
    # Refusals stay from try to try: those before them in the line are the same again.
    while recorded is None and len(refused) < len(group):
        recorded = _try_group(ports, village, group, refused, signers)
    if recorded is None or not recorded.indexes:
        return [refused[place] for place in range(len(group))]
    head = publish_head(ports, village, begun=recorded.begun)
    return [
        refused[place]
        if place in refused
        else [
            _find_receipt(ports, village, head, index, begun=recorded.begun)
            for index in recorded.indexes[place]
        ]
        for place in range(len(group))
    ]


def _keep_private(ports: Ports, village: str, passed: Sequence[Passed]) -> None:
    """Keep what is behind the claims: a draft's texts as the vault has them, all others encrypted now."""
    drafted = [item.draft for item in passed if item.draft]
    kept = ports.vault.keep_drafted(village, drafted) if drafted else {}
    # Given up in between, or put down in an older way: the texts are here all the same.
    private = [
        text for item in passed if kept.get(item.draft, 0) != len(item.private) for text in item.private
    ]
    if private:
        ports.vault.keep_private(village, private)


def _find_receipt(ports: Ports, village: str, head: Head, index: int, *, begun: Begun) -> Receipt:
    """Return the receipt of what was recorded just now, or of what had been before, as it was given then."""
    if index < begun.frontier.size:
        head = ports.heads.find_first(village, index + 1) or head
    return Receipt(head=head, index=index)


class _Recorded(NamedTuple):
    """Where the claims of each caller stand, by place in the group, and how the log stood before."""

    indexes: dict[int, list[int]]
    begun: Begun


class _RefusedMidwayError(Exception):
    """Leaves the transaction, in which some claims of the refused caller stand already."""


def _try_group(
    ports: Ports,
    village: str,
    group: Sequence[Sequence[Passed]],
    refused: dict[int, Refused],
    signers: dict[str, Signer],
) -> _Recorded | None:
    """Append in one transaction what those not yet refused claim; note who is refused.

    None, with nothing recorded, where one was refused who had claims appended before: the others begin anew.
    """
    indexes: dict[int, list[int]] = {}
    try:
        with ports.ledger.write(village) as writer:
            newest = ports.heads.find_newest(village)
            verify_extends(writer, newest)
            begun = Begun(writer.get_frontier(), newest, signers)
            _unlock_present(ports, village, writer, signers)
            for place in range(len(group)):
                if place in refused:
                    continue
                size = writer.size
                try:
                    indexes[place] = [_append_claim(ports, writer, item) for item in group[place]]
                except Refused as error:
                    refused[place] = error
                    if writer.size != size:
                        raise _RefusedMidwayError from error
    except _RefusedMidwayError:
        return None
    return _Recorded(indexes, begun)


def _unlock(ports: Ports, village: str, group: Sequence[Sequence[Passed]]) -> dict[str, Signer]:
    """Have every key that signs what follows ready: what is committed must not wait for a passphrase.

    The key in force is the one that was when something was last recorded here; whether it still is, is looked at where
    nobody else writes.
    """
    known = _KEYS.setdefault(ports.ledger, {})
    bodies = [item.claim.body for passed in group for item in passed]
    keys = [body.verifier_key for body in bodies if isinstance(body, LogFounded)]
    keys += [body.new_key for body in bodies if isinstance(body, KeyRotated)]
    signers = {key: ports.get_signer(village, key) for key in keys if key}
    try:
        key = known.get(village) or _find_key(ports, village)
        signers |= {key: ports.get_signer(village, key)} if key else {}
    except NotFound:
        # Handed over since, and destroyed.
        key = _find_key(ports, village)
        signers[key] = ports.get_signer(village, key)
    for signer in signers.values():
        signer.unlock()
    return signers


_KEYS: WeakKeyDictionary[Ledger, dict[str, str]] = WeakKeyDictionary()
"""By ledger and village the verifier key that was in force when something was last recorded."""


def _unlock_present(ports: Ports, village: str, writer: Writer, signers: dict[str, Signer]) -> None:
    """Have the key ready that is in force now: another may have been handed over to since."""
    facts = get_fact(writer.facts, "village", VillageFacts)
    key = facts.verifier_key if facts is not None else ""
    if key and key not in signers:
        signers[key] = ports.get_signer(village, key)
        signers[key].unlock()
    _KEYS.setdefault(ports.ledger, {})[village] = key


def _find_key(ports: Ports, village: str) -> str:
    """Return the verifier key in force, empty before the founding."""
    try:
        with ports.ledger.read(village) as reader:
            facts = get_fact(reader.facts, "village", VillageFacts)
    except NotFound:
        return ""
    return facts.verifier_key if facts is not None else ""


def _append_claim(ports: Ports, writer: Writer, item: Passed) -> int:
    known = writer.find_index(digest_claim(item.claim))
    if known is not None:
        return known
    entry = _build_entry(ports, writer, item)
    faults = check_entry(writer.facts, ports.reference, entry) + check_wording(item.claim.body, item.public)
    # Here nobody else writes: what was taken back up to now was not known, perhaps, when it was passed.
    faults += check_redeeming(ports, writer.facts, writer.size, item.claim, item.private)
    faults += check_consenting(ports, writer.facts, writer.size, item.claim, item.private)
    if faults:
        raise Refused(_name_place(fault, item.place) for fault in faults)
    writer.append(entry, item.public)
    return entry.index


def _name_place(fault: Fault, place: str) -> Fault:
    return msgspec.structs.replace(fault, place=f"{place}，{fault.place}") if place else fault


def _build_entry(ports: Ports, writer: Writer, item: Passed) -> Entry:
    newest = writer.newest
    claim = item.claim
    return Entry(
        body=claim.body,
        checkers=tuple(sorted(item.checkers, key=lambda checker: checker.user)),
        index=writer.size,
        kind=claim.kind,
        maker=claim.maker,
        occurred_on=claim.occurred_on,
        period=claim.period,
        previous=format_hash(newest.leaf if newest else ZERO_HASH),
        recorded_at=read_time(ports, claim.village, newest),
        v=1,
        village=claim.village,
    )
