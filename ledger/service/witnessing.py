"""Asking witnesses to cosign what was signed.

Nobody who records waits for this: it runs after, from a timer or beside the pages. A witness is only believed by its
signature; one that is down, slow or hostile costs its own turn and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec

from ledger.errors import NotFound, NotProven
from ledger.limits import COSIGNED_SIZES_LOOKED_AT, WITNESS_BODY_MAX_BYTES
from ledger.log.cosignature import Cosignature
from ledger.log.keys import format_verifier_key
from ledger.log.policy import NONE, Policy, PolicyWitness
from ledger.log.proofs import build_consistency
from ledger.log.witness import (
    Submission,
    format_submission,
    open_cosignature,
    parse_conflict,
)
from ledger.ports import Head, KeptCosignature, Ports, WitnessAttempt
from ledger.service.outbound import Reply, Unreachable, post
from ledger.service.policies import check_address
from ledger.state.policies import list_policies
from ledger.witnessed import find_handover, find_witness_policy

TRIES_MAX = 3
"""Requests to one witness in one go: the size that it names, and once more where others asked meanwhile."""

REFRESH_MS = 6 * 3_600_000
"""A log that has not grown is confirmed again after this, so that a page says of today, not of last month."""

RETRY_MS = 5 * 60_000
"""A witness that did not cosign is not asked again before."""

CLOCK_AHEAD_MAX_S = 600
"""How far a witness's clock may be ahead of ours before its time counts for nothing."""

ASKED_AT_ONCE = 8

Send = Callable[[str, bytes], Reply]
"""From address and body to an answer; raises `Unreachable`."""

_REFUSALS = {
    400: ("witness-refused", "见证人读不懂送去的内容"),
    403: ("witness-key", "见证人不认这本账现在的签名钥匙"),
    404: ("witness-unknown-log", "见证人还没有登记这本账"),
    422: ("witness-inconsistent", "见证人说这本账和他以前见过的接不上：旧账可能被改过"),
}


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How asking one witness went. `code` and `reason` are empty when it cosigned; `size` is what was asked for."""

    code: str
    name: str
    reason: str
    size: int
    time_s: int  # of its cosignature; 0 without one


class _Failed(Exception):
    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


def send_submission(url: str, body: bytes) -> Reply:
    """Send a submission to the prefix `url` of a witness."""
    address = f"{url.rstrip('/')}/add-checkpoint"
    return post(address, body, answer_max_bytes=WITNESS_BODY_MAX_BYTES)


def ask_witnesses(
    ports: Ports, village: str, *, send: Send = send_submission, only_due: bool = False
) -> list[Outcome]:
    """Ask every witness of the village to cosign its newest head, all at once, and keep what they say.

    After a change of policy those of the one before are asked too, until they have seen the change. With `only_due`
    those are left out who cosigned this head lately, or failed a moment ago. Nothing is raised for a witness's fault.
    """
    head = ports.heads.find_newest(village)
    if head is None:
        return []
    witnesses = _list_asked(ports, village, head)
    if only_due:
        attempts = {item.witness: item for item in ports.cosignatures.list_attempts(village)}
        kept = {item.witness for item in ports.cosignatures.list_at(village, head.size)}
        now_ms = ports.clock.now_ms()
        witnesses = [witness for witness in witnesses if _is_due(_get_key(witness), attempts, kept, now_ms)]
    if not witnesses:
        return []
    with ThreadPoolExecutor(min(ASKED_AT_ONCE, len(witnesses)), thread_name_prefix="witness") as pool:
        return list(pool.map(lambda witness: _ask(ports, village, witness, send), witnesses))


def _list_asked(ports: Ports, village: str, head: Head) -> list[PolicyWitness]:
    """Return the witnesses of the policy in force, and of those before that have not confirmed their successor."""
    with ports.ledger.read(village) as reader:
        policies: list[Policy | None] = [find_witness_policy(reader)]
        for adopted in list_policies(reader.facts):
            before = find_witness_policy(reader, adopted.index)
            is_asked = before is not None and before.quorum != NONE and adopted.index < head.size
            if is_asked and find_handover(ports, village, reader, adopted.index, head.size) is None:
                policies.append(before)
    witnesses = {
        _get_key(witness): witness for policy in reversed(policies) if policy for witness in policy.witnesses
    }
    return list(witnesses.values())


def _is_due(key: str, attempts: dict[str, WitnessAttempt], kept: set[str], now_ms: int) -> bool:
    last = attempts.get(key)
    if last is None:
        return True
    since_ms = now_ms - last.asked_at
    if since_ms < 0:
        # The clock was set back since, or a row is spoilt: what the witness says of the time counts from here, and it
        # is not to be silenced for years.
        return True
    if last.outcome:
        return since_ms >= RETRY_MS
    return key not in kept or since_ms >= REFRESH_MS


def _ask(ports: Ports, village: str, witness: PolicyWitness, send: Send) -> Outcome:
    """Ask one witness and note how it went."""
    key = _get_key(witness)
    size, time_s, failed = 0, 0, _Failed("", "")
    try:
        size, line, cosignature = _get_cosigned(ports, village, witness, send)
        time_s = cosignature.time_s
        kept = KeptCosignature(line=line, size=size, time_s=time_s, witness=key)
        ports.cosignatures.keep(village, kept)
    except _Failed as error:
        failed = error
    now_ms = ports.clock.now_ms()
    before = {item.witness: item.answered_at for item in ports.cosignatures.list_attempts(village)}
    attempt = WitnessAttempt(
        answered_at=before.get(key, 0) if failed.code else now_ms,
        asked_at=now_ms,
        outcome=failed.code,
        reason=failed.reason,
        witness=key,
    )
    ports.cosignatures.note_attempt(village, attempt)
    return Outcome(code=failed.code, name=witness.name, reason=failed.reason, size=size, time_s=time_s)


def _get_cosigned(
    ports: Ports, village: str, witness: PolicyWitness, send: Send
) -> tuple[int, str, Cosignature]:
    """Return the size that the witness cosigned, its line and what it says. Raises _Failed."""
    if check_address(witness.url, witness.name):
        raise _Failed("witness-address", "见证办法里的网址不能用")
    old_size = _find_old_size(ports, village, _get_key(witness))
    for _ in range(TRIES_MAX):
        head = ports.heads.find_newest(village)
        if head is None or old_size > head.size:
            raise _Failed(
                "witness-ahead",
                f"见证人见过 {old_size} 条记录，这里只有 {head.size if head else 0} 条：账本变短了",
            )
        try:
            reply = send(witness.url or "", _build_submission(ports, village, head, old_size))
            if reply.status == 409:
                old_size = parse_conflict(reply.body)
                continue
            if reply.status != 200:
                raise _refuse(reply.status)
            line, cosignature = open_cosignature(head.note, reply.body, witness.verifier)
        except Unreachable as error:
            raise _Failed("witness-unreachable", str(error)) from error
        except NotProven as error:
            raise _Failed(error.code, error.reason) from error
        _verify_time(cosignature.time_s, ports.clock.now_ms())
        return head.size, line, cosignature
    raise _Failed("witness-busy", "见证人总说别的总数，下次再问")


def _build_submission(ports: Ports, village: str, head: Head, old_size: int) -> bytes:
    with ports.ledger.read(village) as reader:
        if reader.size < head.size:
            raise _Failed("witness-behind", "数据库比签过名的检查点短，先恢复再问见证人")
        try:
            proof = build_consistency(reader, old_size, head.size)
        except NotFound as error:
            raise _Failed("witness-behind", str(error)) from error
    return format_submission(Submission(head.note, old_size, proof))


def _find_old_size(ports: Ports, village: str, key: str) -> int:
    """Return the size that this witness cosigned last, as far as is known here."""
    for size in ports.cosignatures.list_sizes(village)[:COSIGNED_SIZES_LOOKED_AT]:
        if any(item.witness == key for item in ports.cosignatures.list_at(village, size)):
            return size
    return 0


def _verify_time(time_s: int, now_ms: int) -> None:
    if not 0 < time_s <= now_ms // 1_000 + CLOCK_AHEAD_MAX_S:
        raise _Failed("witness-clock", "见证人的时钟比这里快得多，先校准再问")


def _refuse(status: int) -> _Failed:
    code, reason = _REFUSALS.get(status, ("witness-unavailable", f"见证人那边出了问题（{status}）"))
    return _Failed(code, reason)


def _get_key(witness: PolicyWitness) -> str:
    return format_verifier_key(witness.verifier.key)
