"""What witnesses saw of this log, asked before it goes on: one that saw more, or something else, knows of a rollback.

Asking changes nothing on either side. Nobody is believed by their word alone: what counts is a checkpoint that this
log's own key signed, whoever kept it. One that is larger than the database becomes a head, so that the log is
read-only from then on in every command and on every page, until the missing entries are brought back. Witnesses that
cannot be reached are named and stop nothing; all of them together are waited for no longer than `WAIT_S`.
"""

from __future__ import annotations

import contextlib
import hashlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec

from ledger.errors import NotFound, NotProven, Tampered
from ledger.limits import NOTE_MAX_BYTES
from ledger.log.hashing import format_hash
from ledger.log.note import format_note, parse_note
from ledger.log.policy import PolicyWitness
from ledger.log.rotation import KeyHistory, find_verifier, open_by_history
from ledger.log.tiles import TileCache, read_frontier
from ledger.log.tree import compute_root
from ledger.ports import Head, Ports, Reader
from ledger.service.outbound import Reply, Unreachable, get
from ledger.service.policies import check_address
from ledger.state.facts import VillageFacts, get_fact
from ledger.state.keys import build_history
from ledger.witnessed import find_witness_policy

WAIT_S = 3.0
"""For all witnesses of all villages together: whoever opens the pages waits no longer."""

ANSWER_S = 2.5
"""For one witness's answer."""

ACCUSING = frozenset({"witness-ahead", "witness-inconsistent"})
"""What a witness answers where it may know more of this log than we do."""

Fetch = Callable[[str], Reply]
"""From an address to an answer; raises `Unreachable`."""


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """What one witness saw.

    `code`    empty where it is a part of this log; else what is wrong, or why nothing is known
    `head`    the checkpoint that our own key signed and this log does not hold; None otherwise
    `name`    the witness's
    `reason`  in Chinese, empty with the code
    `size`    entries that it saw; 0 where nothing is known
    """

    code: str
    head: Head | None
    name: str
    reason: str
    size: int


def fetch_last(address: str) -> Reply:
    """Ask a witness for the checkpoint that it cosigned last."""
    return get(address, answer_max_bytes=NOTE_MAX_BYTES, deadline_s=ANSWER_S)


def look_at_witnesses(
    ports: Ports, villages: Sequence[str], *, fetch: Fetch = fetch_last, wait_s: float = WAIT_S
) -> dict[str, list[Sighting]]:
    """Return what the witnesses of each village saw, and keep as a head what shows that the database is behind."""
    asked = [(village, *item) for village in villages for item in _list_asked(ports, village)]
    answers = _fetch_all([address for _, _, address in asked], fetch, wait_s)
    found: dict[str, list[Sighting]] = {village: [] for village in villages}
    for village, witness, address in asked:
        # The view is opened after the answer was given: a log that grows meanwhile holds what the witness saw.
        with contextlib.suppress(
            NotFound, Tampered
        ):  # A log that cannot be read is read-only for that alone.
            sighting = _judge(ports, village, witness.name, answers.get(address))
            if sighting.head is not None:
                _keep(ports, village, sighting.head)
            found[village].append(sighting)
    return found


def _list_asked(ports: Ports, village: str) -> Iterator[tuple[PolicyWitness, str]]:
    """Yield the witnesses of the policy in force and where each says what it cosigned last of this log."""
    try:
        with ports.ledger.read(village) as reader:
            policy, facts = find_witness_policy(reader), get_fact(reader.facts, "village", VillageFacts)
    except (NotFound, Tampered):
        return  # Read-only for a reason of its own.
    if policy is None or facts is None:
        return
    origin = hashlib.sha256(facts.origin.encode()).hexdigest()
    for witness in policy.witnesses:
        if not check_address(witness.url, witness.name):
            yield witness, f"{str(witness.url).rstrip('/')}/{origin}/checkpoint"


def _fetch_all(addresses: Sequence[str], fetch: Fetch, wait_s: float) -> dict[str, Reply | str]:
    """Return the answer of each address, or in words why there is none; those that take too long have no answer.

    In threads that nobody waits for: a name that is being looked up cannot be interrupted.
    """
    done: queue.SimpleQueue[tuple[str, Reply | str]] = queue.SimpleQueue()

    def run(address: str) -> None:
        try:
            done.put((address, fetch(address)))
        except Unreachable as error:
            done.put((address, str(error)))

    unique = list(dict.fromkeys(addresses))
    for address in unique:
        threading.Thread(target=run, args=(address,), name="sighting", daemon=True).start()
    answers: dict[str, Reply | str] = {}
    until = time.monotonic() + wait_s
    while len(answers) < len(unique):
        try:
            address, answer = done.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            break
        answers[address] = answer
    return answers


def _judge(ports: Ports, village: str, name: str, answer: Reply | str | None) -> Sighting:
    if not isinstance(answer, Reply):
        return _note(name, "witness-unreachable", answer or "到时间还没有回答")
    if answer.status == 404:
        return _note(name, "witness-unknown-log", "还没有给这本账签过，或不回答这样的询问")
    if answer.status != 200:
        return _note(name, "witness-unavailable", f"见证人那边出了问题（{answer.status}）")
    with ports.ledger.read(village) as reader:
        try:
            seen = _open_head(answer.body, build_history(reader.facts))
        except NotProven as error:
            return _note(name, "witness-answer", f"给出的检查点没有本账的签名：{error.reason}")
        if seen.size > reader.size:
            reason = f"见证人见过 {seen.size} 条记录，这里只有 {reader.size} 条：账本变短了"
            return Sighting(code="witness-ahead", head=seen, name=name, reason=reason, size=seen.size)
        root = _find_root(reader, seen.size)
    if root == seen.root:
        return Sighting(code="", head=None, name=name, reason="", size=seen.size)
    reason = f"见证人见过的前 {seen.size} 条和这里的不一样：{format_hash(seen.root)}"
    return Sighting(code="witness-inconsistent", head=seen, name=name, reason=reason, size=seen.size)


def _open_head(data: bytes, history: KeyHistory) -> Head:
    """Return the checkpoint with our own line alone, as we signed it; NotProven where we did not."""
    checkpoint = open_by_history(data, history)
    key, note = find_verifier(history, checkpoint.size).key, parse_note(data)
    own = [line for line in note.signatures if (line.name, line.key_id) == (key.name, key.key_id)][:1]
    return Head(note=format_note(note.unproven_text, own), root=checkpoint.root, size=checkpoint.size)


def _find_root(reader: Reader, size: int) -> bytes:
    """Return the root of the first `size` entries; empty where the hashes cannot be read any more."""
    try:
        return compute_root(read_frontier(TileCache(reader), size, reader.size))
    except (NotFound, NotProven, Tampered):
        return b""


def _keep(ports: Ports, village: str, head: Head) -> None:
    """Keep what our own key signed: larger than every head, it makes the log read-only; else it is told alone."""
    newest = ports.heads.find_newest(village)
    if newest is None or newest.size < head.size:
        with contextlib.suppress(Tampered):  # Somebody was faster, with a head that is as large.
            ports.heads.advance(village, head)


def _note(name: str, code: str, reason: str) -> Sighting:
    return Sighting(code=code, head=None, name=name, reason=reason, size=0)
