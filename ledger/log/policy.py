"""Policies: which logs, and which sets of witnesses, make a checkpoint count. Source: C2SP tlog-policy.

    log <verifier key> [<url>]
    witness <name> <verifier key> [<url>]
    group <name> all|any|<k> <member>…
    quorum <name>|none

One thing a line; words parted by spaces or tabs; empty lines and lines that begin with `#` do not count.
Names are local to the policy and shared by witnesses and groups. A group counts as a witness when at least k
of its members do (`all`: every one, `any`: one). A name is used only after the line that defines it and is a
member at most once, so nobody counts twice and nothing runs in a circle. Exactly one quorum line. No two
logs, and no two witnesses, have the same public key.

Paper outlives policies: the digest of the policy's exact text stands in the log, and a sheet is judged by the
policy in force when it was sealed.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ledger.errors import NotProven
from ledger.limits import POLICY_MAX_BYTES
from ledger.log.checkpoint import Checkpoint, open_cosigned
from ledger.log.cosignature import Cosignature, WitnessVerifier, list_cosignatures, parse_witness_verifier
from ledger.log.keys import VerifierKey, format_verifier_key
from ledger.log.note import NoteVerifier, parse_note, parse_note_verifier

NONE = "none"
"""The quorum that asks for no witness; no witness or group may bear this name."""

_FOREIGN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WORD = re.compile(r"[^ \t]+")
_THRESHOLD = re.compile(r"[1-9][0-9]{0,4}")


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """A log whose checkpoints may count. `url` is None, or where it is read."""

    verifier: NoteVerifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness under the policy's own `name` for it. `url` is None, or where it takes checkpoints."""

    name: str
    verifier: WitnessVerifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyGroup:
    """A group that counts when `threshold`, 1 to len(members), of the named `members` do."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy whose rules all hold. `quorum` names a witness or a group, or is `NONE`."""

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[PolicyGroup, ...]
    quorum: str


def parse_policy(data: bytes) -> Policy:
    """Read a policy; NotProven names the first line that breaks a rule, and the rule."""
    if len(data) > POLICY_MAX_BYTES:
        raise NotProven(f"见证办法最多 {POLICY_MAX_BYTES} 字节，实有 {len(data)} 字节", code="policy-limit")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise NotProven(f"见证办法第 {error.start + 1} 字节起不是 UTF-8", code="policy-form") from error
    if not text.endswith("\n") or _FOREIGN.search(text):
        raise NotProven("见证办法每行都以换行结尾，制表符之外没有控制字符", code="policy-form")
    reading = _Reading()
    for number, line in enumerate(text[:-1].split("\n"), start=1):
        words = _WORD.findall(line)
        if not words or words[0].startswith("#"):
            continue
        try:
            reading.take_line(words)
        except NotProven as error:
            raise NotProven(f"见证办法第 {number} 行：{error.reason}", code=error.code) from error
    return reading.finish()


def format_policy(policy: Policy) -> bytes:
    """Return the policy's plainest text: logs, witnesses, groups, quorum. `parse_policy` gives it back.

    ValueError for a policy that breaks a rule.
    """
    lines = [["log", format_verifier_key(log.verifier.key), log.url] for log in policy.logs]
    lines += [
        ["witness", witness.name, format_verifier_key(witness.verifier.key), witness.url]
        for witness in policy.witnesses
    ]
    lines += [["group", group.name, str(group.threshold), *group.members] for group in policy.groups]
    lines.append(["quorum", policy.quorum])
    data = "".join(" ".join(word for word in line if word) + "\n" for line in lines).encode()
    try:
        is_sound = parse_policy(data) == policy
    except NotProven as error:
        raise ValueError(f"not a policy: {error}") from error
    if not is_sound:
        raise ValueError("not a policy: a name or address does not stand as one word")
    return data


def digest_policy(data: bytes) -> str:
    """Return SHA-256 of the policy's exact text in hex: what the log's entry 0 holds."""
    return hashlib.sha256(data).hexdigest()


def has_quorum(policy: Policy, cosignatures: Iterable[Cosignature]) -> bool:
    """Tell whether verified `cosignatures` of one checkpoint make the policy's quorum."""
    public_keys = {cosignature.key.public_key for cosignature in cosignatures}
    counted = {w.name for w in policy.witnesses if w.verifier.key.public_key in public_keys}
    for group in policy.groups:
        if len(counted.intersection(group.members)) >= group.threshold:
            counted.add(group.name)
    return policy.quorum == NONE or policy.quorum in counted


def count_least(policy: Policy) -> int:
    """Return how many witnesses the smallest quorum has; 0 when none is asked for.

    Exact: whoever is a member anywhere is one only once.
    """
    least = {NONE: 0} | {witness.name: 1 for witness in policy.witnesses}
    for group in policy.groups:
        least[group.name] = sum(sorted(least[member] for member in group.members)[: group.threshold])
    return least[policy.quorum]


def open_by_policy(data: bytes, policy: Policy) -> tuple[Checkpoint, tuple[Cosignature, ...]]:
    """Return the checkpoint and its cosignatures once the note `data` satisfies `policy`.

    Raises NotProven when none of the policy's logs signed, when a known key's line is bad, and without
    quorum.
    """
    witnesses = [witness.verifier for witness in policy.witnesses]
    logs = [log.verifier for log in policy.logs]
    checkpoint, note = open_cosigned(data, _get_log(data, logs), [*logs, *witnesses])
    cosignatures = list_cosignatures(note, witnesses)
    if not has_quorum(policy, cosignatures):
        names = "、".join(cosignature.key.name for cosignature in cosignatures) or "无"
        raise NotProven(f"见证签名不够法定数（{policy.quorum}）：已有 {names}", code="policy-quorum")
    return checkpoint, cosignatures


def _get_log(data: bytes, logs: list[NoteVerifier]) -> NoteVerifier:
    """Return the log that the note names as its origin and whose key id one of its lines carries."""
    note = parse_note(data)
    origin = note.unproven_text.partition("\n")[0]
    lines = {(line.name, line.key_id) for line in note.signatures}
    for log in logs:
        if log.key.name == origin and (origin, log.key.key_id) in lines:
            return log
    names = "、".join(log.key.name for log in logs) or "无"
    raise NotProven(f"没有一份见证办法认可的账本签过（认可的：{names}）", code="policy-log")


class _Reading:
    """A policy as far as its lines have been read; each rule is checked on the line that could break it."""

    def __init__(self) -> None:
        self._logs: list[PolicyLog] = []
        self._witnesses: list[PolicyWitness] = []
        self._groups: list[PolicyGroup] = []
        self._quorum: str | None = None
        self._names = {NONE}
        self._members: set[str] = set()

    def take_line(self, words: list[str]) -> None:
        keyword, *rest = words
        takers: dict[str, Callable[[list[str]], None]] = {
            "log": self._take_log,
            "witness": self._take_witness,
            "group": self._take_group,
            "quorum": self._take_quorum,
        }
        if keyword not in takers:
            raise NotProven(
                f"应以 log、witness、group 或 quorum 开头，实为 {keyword[:40]!r}", code="policy-form"
            )
        takers[keyword](rest)

    def finish(self) -> Policy:
        if self._quorum is None:
            raise NotProven("见证办法缺 quorum 行", code="policy-quorum-line")
        return Policy(tuple(self._logs), tuple(self._witnesses), tuple(self._groups), self._quorum)

    def _take_log(self, words: list[str]) -> None:
        _require_words(words, 1, 2, "log 公钥 [网址]")
        verifier = parse_note_verifier(words[0])
        self._require_new_key(verifier.key, [log.verifier.key for log in self._logs])
        self._logs.append(PolicyLog(verifier, words[1] if len(words) == 2 else None))

    def _take_witness(self, words: list[str]) -> None:
        _require_words(words, 2, 3, "witness 名称 公钥 [网址]")
        verifier = parse_witness_verifier(words[1])
        self._require_new_key(verifier.key, [witness.verifier.key for witness in self._witnesses])
        self._define(words[0])
        self._witnesses.append(PolicyWitness(words[0], verifier, words[2] if len(words) == 3 else None))

    def _take_group(self, words: list[str]) -> None:
        _require_words(words, 3, None, "group 名称 all|any|k 成员…")
        name, rule, *members = words
        for member in members:
            if member == NONE or member not in self._names:
                raise NotProven(f"成员 {member[:60]!r} 还没有定义", code="policy-name")
            if member in self._members:
                raise NotProven(f"成员 {member[:60]!r} 已经算过一次", code="policy-member")
            self._members.add(member)
        self._define(name)
        self._groups.append(PolicyGroup(name, _parse_threshold(rule, len(members)), tuple(members)))

    def _take_quorum(self, words: list[str]) -> None:
        _require_words(words, 1, 1, "quorum 名称|none")
        if self._quorum is not None:
            raise NotProven("quorum 只能有一行", code="policy-quorum-line")
        if words[0] not in self._names:
            raise NotProven(f"quorum 所指 {words[0][:60]!r} 还没有定义", code="policy-name")
        self._quorum = words[0]

    def _define(self, name: str) -> None:
        if name in self._names:
            raise NotProven(f"名称 {name[:60]!r} 已经用过", code="policy-name")
        self._names.add(name)

    def _require_new_key(self, key: VerifierKey, others: Iterable[VerifierKey]) -> None:
        if any(key.public_key == other.public_key for other in others):
            raise NotProven(f"{key.name} 的公钥已经列过", code="policy-key")


def _require_words(words: list[str], least: int, most: int | None, form: str) -> None:
    if len(words) < least or (most is not None and len(words) > most):
        raise NotProven(f"应写作「{form}」，实有 {len(words) + 1} 段", code="policy-form")


def _parse_threshold(rule: str, count: int) -> int:
    named = {"all": count, "any": 1}
    if rule in named:
        return named[rule]
    if not _THRESHOLD.fullmatch(rule) or int(rule) > count:
        raise NotProven(f"应为 all、any 或 1 到 {count} 的数，实为 {rule[:40]!r}", code="policy-threshold")
    return int(rule)
