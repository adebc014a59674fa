"""What witnesses say of a log, against the policies that it adopted: whose word counts, and how far it reaches.

A log that adopted no policy owes no confirmation, and nothing is said of it. Where one is in force, an entry may stand
for a while before witnesses saw it, since nobody waits for them; one that stands longer is a finding, and so is a
change of witnesses that those before never saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ledger.audit.entries import EntryReader
from ledger.audit.findings import Finding, LogSource
from ledger.audit.meaning import MeaningReader
from ledger.audit.roots import RootReader
from ledger.books.witnesses import PolicyAdopted
from ledger.entries import Entry
from ledger.errors import NotFound, NotProven
from ledger.limits import DAY_MS
from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.confirmation import (
    CosignedNote,
    find_confirmation,
    format_confirmation,
    verify_cosigned,
)
from ledger.log.note import parse_note
from ledger.log.policy import NONE, Policy, count_least, digest_policy, has_quorum, parse_policy

WAIT_MAX_MS = 3 * DAY_MS
"""How long an entry may stand without a confirmation: a long weekend without network."""

UNSEEN = "见证人没有看到这些记录：村里给不同的人看不同的账，也不会有人发现"
FORGED = "有人冒充见证人，或见证签名坏了；见证人数不能算上他"
REPLACED = "见证办法和账本里定下的不一样：不能按它数见证人"


@dataclass(frozen=True, slots=True)
class Adopted:
    """A policy as adopted; `policy` is None where its text is gone or is not what was adopted."""

    index: int
    policy: Policy | None
    recorded_at: int


class WitnessReader:
    """Takes entries in order; afterwards judges the checkpoints that the source holds."""

    def __init__(self) -> None:
        self._entries: list[tuple[Entry, PolicyAdopted]] = []
        self._founding = ""

    def take(self, entry: Entry) -> None:
        """Note an adoption, and the policy that the founding names."""
        if isinstance(entry.body, PolicyAdopted):
            self._entries.append((entry, entry.body))
        elif entry.index == 0:
            self._founding = str(getattr(entry.body, "policy", ""))

    def judge(
        self,
        source: LogSource,
        meaning: MeaningReader,
        roots: RootReader,
        entries: EntryReader,
        checkpoint: Checkpoint,
        now_ms: int,
    ) -> tuple[list[Finding], str]:
        """Return findings and, where a policy names witnesses, what they confirmed in a sentence."""
        findings = [*self._check_policy_file(source)]
        adopted: list[Adopted] = []
        for entry, body in self._entries:
            policy, faults = _open_policy(entry, body, meaning)
            adopted.append(Adopted(entry.index, policy, entry.recorded_at))
            findings += faults
        if not adopted or adopted[-1].policy is None or not adopted[-1].policy.witnesses:
            return findings, ""
        notes = [("检查点", source.read_checkpoint()), ("见证人确认过的检查点", source.read_witnessed())]
        notes += [
            (f"公开表 {sheet.number} 的检查点", note)
            for sheet, note in zip(meaning.sheets, meaning.notes, strict=True)
        ]
        cosigned, faults = _open_notes(notes, adopted, roots)
        findings += faults
        confirmation = find_confirmation(cosigned, adopted[-1].policy, checkpoint.size)
        findings += _check_reach(cosigned, adopted, entries, checkpoint.size, now_ms)
        findings += _check_handovers(source, adopted, roots, now_ms)
        return findings, format_confirmation(confirmation, now_ms // 1_000)

    def _check_policy_file(self, source: LogSource) -> Iterator[Finding]:
        """The policy beside the log is the one in force; a log without a founding that could be read names none."""
        if not self._founding:
            return
        policy = source.read_policy()
        index, expected = 0, self._founding
        if self._entries:
            index, expected = self._entries[-1][0].index, self._entries[-1][1].policy
        found = "没有" if policy is None else digest_policy(policy)
        if found != expected:
            yield Finding(
                code="policy-differs",
                entry=index,
                expected=expected,
                field="policy",
                found=found,
                meaning=REPLACED,
            )


def _open_policy(
    entry: Entry, body: PolicyAdopted, meaning: MeaningReader
) -> tuple[Policy | None, list[Finding]]:
    """Read an adopted policy's text; what is missing is a finding of the texts already."""
    text = meaning.find_text(body.text.text)
    if text is None:
        return None, []
    data = str(text).encode()
    field = f"见证办法第 {body.version} 版"
    if digest_policy(data) != body.policy:
        return None, [
            _report("policy-differs", entry.index, field, body.policy, digest_policy(data), REPLACED)
        ]
    try:
        policy = parse_policy(data)
    except NotProven as error:
        return None, [_report(error.code, entry.index, field, "按 tlog-policy 写", error.reason, REPLACED)]
    expected, found = (body.witnesses, body.quorum), (len(policy.witnesses), count_least(policy))
    if expected != found:
        says = [f"{witnesses} 位，至少 {least} 位" for witnesses, least in (expected, found)]
        return policy, [_report("policy-differs", entry.index, field, says[1], says[0], REPLACED)]
    return policy, []


def _open_notes(
    notes: Iterable[tuple[str, bytes | None]], adopted: Sequence[Adopted], roots: RootReader
) -> tuple[list[CosignedNote], list[Finding]]:
    """Return the checkpoints of this very tree with the policy in force at each, largest first."""
    cosigned: list[CosignedNote] = []
    findings: list[Finding] = []
    for field, note in notes:
        checkpoint = None if note is None else _read_checkpoint(note)
        if note is None or checkpoint is None or roots.find_root(checkpoint.size) != checkpoint.root:
            continue  # Missing, malformed or of another tree: each a finding of its own.
        policy = _find_policy(adopted, checkpoint.size)
        if policy is None:
            continue
        item = CosignedNote(note, policy, checkpoint.size)
        try:
            verify_cosigned(item)
        except NotProven as error:
            findings.append(_report(error.code, -1, field, "见证人的签名", error.reason, FORGED))
        cosigned.append(item)
    return sorted(cosigned, key=lambda item: -item.size), findings


def _check_reach(
    cosigned: Sequence[CosignedNote],
    adopted: Sequence[Adopted],
    entries: EntryReader,
    size: int,
    now_ms: int,
) -> Iterator[Finding]:
    """No entry stands longer than `WAIT_MAX_MS` without a quorum on a checkpoint that holds it."""
    policy = adopted[-1].policy
    if policy is None or policy.quorum == NONE:
        return
    reached = max((item.size for item in cosigned if _is_confirmed(item)), default=adopted[0].index)
    if reached >= size:
        return
    try:
        recorded_at = entries.read_entry(reached).recorded_at
    except (NotFound, NotProven):
        return  # Not an entry that was signed: named elsewhere.
    if now_ms - recorded_at > WAIT_MAX_MS:
        yield _report(
            "witness-quorum-missed",
            reached,
            "见证人的确认",
            "记下后三天之内有约定人数的见证人确认",
            f"第 {reached} 条到第 {size - 1} 条没有",
            UNSEEN,
        )


def _check_handovers(
    source: LogSource, adopted: Sequence[Adopted], roots: RootReader, now_ms: int
) -> Iterator[Finding]:
    """Whoever watched before saw each change of policy: it cannot be lowered where nobody looks."""
    for before, after in pairwise(adopted):
        if before.policy is None or before.policy.quorum == NONE or now_ms - after.recorded_at <= WAIT_MAX_MS:
            continue
        note = source.read_handover(after.index)
        checkpoint = None if note is None else _read_checkpoint(note)
        if (
            note is not None
            and checkpoint is not None
            and checkpoint.size > after.index
            and roots.find_root(checkpoint.size) == checkpoint.root
            and _is_confirmed(CosignedNote(note, before.policy, checkpoint.size))
        ):
            continue
        yield _report(
            "policy-unconfirmed",
            after.index,
            "见证办法的更换",
            "原来的见证人看到过",
            "没有他们够数的签名",
            "换掉见证人的时候，原来的见证人没有看到：问问他们为什么",
        )


def _is_confirmed(cosigned: CosignedNote) -> bool:
    try:
        cosignatures = verify_cosigned(cosigned)
    except NotProven:
        return False
    return cosigned.policy.quorum != NONE and has_quorum(cosigned.policy, cosignatures)


def _find_policy(adopted: Sequence[Adopted], size: int) -> Policy | None:
    in_force = [item.policy for item in adopted if item.index < size]
    return in_force[-1] if in_force else None


def _read_checkpoint(note: bytes) -> Checkpoint | None:
    """Read what a note claims; whether the log signed it is asked where all kept checkpoints are."""
    try:
        return parse_checkpoint(parse_note(note).unproven_text)
    except NotProven:
        return None


def _report(code: str, entry: int, field: str, expected: str, found: str, meaning: str) -> Finding:
    return Finding(code=code, entry=entry, expected=expected, field=field, found=found, meaning=meaning)
