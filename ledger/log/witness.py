"""A witness: who cosigns a checkpoint only if it extends the last one it cosigned. Source: C2SP tlog-witness 1.0.0.

A log submits a checkpoint by `POST <prefix>/add-checkpoint`:

    old 20852014                                        <- size of the checkpoint that the witness cosigned last
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=        <- 0 to 63 hashes: consistency from that size to the new
    …
                                                        (an empty line)
    example.com/behind-the-sofa                         <- the checkpoint, as a note signed by the log
    20852163
    …

and is answered, the first rule that applies deciding:

| status | when |
| --- | --- |
| 400 | the body is not of this form, or the old size is above the checkpoint's |
| 404 | the witness does not know the checkpoint's origin |
| 403 | no key that it trusts for this origin signed, or such a key's line is bad |
| 409 | the old size is not the size it cosigned last; the body says which that is, type `text/x.tlog.size` |
| 422 | the proof proves nothing, or does not fit; the same size has another root; size 0 has a root |
| 200 | cosigned; the body is the signature lines |

So a log that lost or rewrote what it once showed to a witness is never cosigned again. What the witness
remembers, and that comparing and remembering are one step, is the shell's part; here is what it decides.

Extension lines after the root are cosigned and not interpreted: other logs than ours have them.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.errors import NotProven
from ledger.limits import PROOF_MAX_HASHES, TREE_SIZE_MAX, WITNESS_BODY_MAX_BYTES
from ledger.log.cosignature import Cosignature, WitnessVerifier, list_cosignatures
from ledger.log.hashing import EMPTY_ROOT, Hash, format_hash, parse_hash
from ledger.log.keys import is_key_name
from ledger.log.note import (
    Verifier,
    format_note,
    format_signature,
    open_note,
    parse_note,
)
from ledger.log.proofs import Path, verify_consistency

PLAIN_TYPE = "text/plain; charset=utf-8"
SIZE_TYPE = "text/x.tlog.size"
"""The type of a 409's body, by which a log knows that it holds a size."""

_OLD = re.compile(r"old (0|[1-9][0-9]{0,15})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class Submission:
    """The body of a request, of which nothing is proven.

    `note`      the checkpoint's bytes, verbatim
    `old_size`  0 to TREE_SIZE_MAX
    `proof`     at most PROOF_MAX_HASHES hashes
    """

    note: bytes
    old_size: int
    proof: Path


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What a witness knows of a log.

    `verifiers`  the keys that it trusts for the origin
    `size`       of the checkpoint that it cosigned last, 0 before the first
    `root`       of the same, `EMPTY_ROOT` before the first
    """

    verifiers: Sequence[Verifier]
    size: int = 0
    root: Hash = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class SubmittedHead:
    """A checkpoint that a trusted key signed.

    `note`  the checkpoint with the lines of trusted keys alone
    `text`  what was signed
    """

    note: bytes
    origin: str
    root: Hash
    size: int
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a witness answers to a submission.

    `body`    of a refusal; empty for 200, where signature lines take its place
    `head`    with 200 what to remember before answering; with 422 what the log signed, evidence against it;
              None otherwise
    `reason`  the code of a refusal, empty for 200
    """

    body: str
    head: SubmittedHead | None
    media_type: str
    reason: str
    status: int


def parse_submission(data: bytes) -> Submission:
    """Read the body of a request up to the checkpoint, which is left to `decide_submission`.

    NotProven says what keeps `data` from being one.
    """
    if len(data) > WITNESS_BODY_MAX_BYTES:
        raise NotProven(
            f"送请见证的内容最多 {WITNESS_BODY_MAX_BYTES} 字节，实有 {len(data)} 字节",
            code="submission-limit",
        )
    head, parting, note = data.partition(b"\n\n")
    if not parting or not head.isascii():
        raise NotProven("送请见证的内容应是 old 行、证明行、空行、检查点", code="submission-form")
    first, *lines = head.decode().split("\n")
    old = _OLD.fullmatch(first)
    if old is None or int(old[1]) > TREE_SIZE_MAX:
        raise NotProven(f"第一行应写作「old 总数」：{first[:40]!r}", code="submission-form")
    if len(lines) > PROOF_MAX_HASHES:
        raise NotProven(f"证明最多 {PROOF_MAX_HASHES} 个哈希，实有 {len(lines)} 个", code="proof-limit")
    return Submission(note, int(old[1]), tuple(map(parse_hash, lines)))


def format_submission(submission: Submission) -> bytes:
    """Return the body of a request. ValueError for what `parse_submission` would refuse."""
    if not 0 <= submission.old_size <= TREE_SIZE_MAX or len(submission.proof) > PROOF_MAX_HASHES:
        raise ValueError(f"no submission from {submission.old_size} by {len(submission.proof)} hashes")
    lines = [f"old {submission.old_size}\n", *(f"{format_hash(node)}\n" for node in submission.proof), "\n"]
    data = "".join(lines).encode() + submission.note
    if len(data) > WITNESS_BODY_MAX_BYTES:
        raise ValueError(f"a submission of {len(data)} bytes; at most {WITNESS_BODY_MAX_BYTES}")
    return data


def decide_submission(data: bytes, find_log: Callable[[str], Witnessed | None]) -> Decision:
    """Return the answer to the body `data` of a request.

    `find_log` gives what the witness knows of an origin, None for one that it does not know.
    """
    try:
        submission = parse_submission(data)
        note = parse_note(submission.note)
        origin, size, root = _parse_head(note.unproven_text)
        if submission.old_size > size:
            raise NotProven(f"old {submission.old_size} 大于检查点的总数 {size}", code="submission-old-size")
    except NotProven as error:
        return _refuse(400, error)
    log = find_log(origin)
    if log is None:
        return _refuse(404, NotProven(f"没有登记这份日志：{origin[:60]!r}", code="witness-unknown-log"))
    try:
        lines = open_note(submission.note, log.verifiers).verified
    except NotProven as error:
        return _refuse(403, error)
    if submission.old_size != log.size:
        return Decision(f"{log.size}\n", None, SIZE_TYPE, "witness-old-size", 409)
    head = SubmittedHead(format_note(note.unproven_text, lines), origin, root, size, note.unproven_text)
    try:
        # An old size of 0 begins every tree and a size of 0 has one root: both are cases of this.
        verify_consistency(log.size, log.root, size, root, submission.proof)
    except NotProven as error:
        return _refuse(422, error, head)
    return Decision("", head, PLAIN_TYPE, "", 200)


def parse_conflict(body: bytes) -> int:
    """Return the size that the body of a 409 names: what the witness cosigned last. NotProven for any other body."""
    text = body.decode("latin-1")
    if not text.endswith("\n") or not _SIZE.fullmatch(text[:-1]) or int(text) > TREE_SIZE_MAX:
        raise NotProven(f"见证人没有说清它见过的总数：{text[:40]!r}", code="witness-answer")
    return int(text)


def open_cosignature(note: bytes, body: bytes, witness: WitnessVerifier) -> tuple[str, Cosignature]:
    """Return the witness's line in the `body` of a 200, verified on the checkpoint `note` that was submitted.

    Lines of other keys are ignored. NotProven when the witness's own is missing or bad, or when body is no
    signature lines.
    """
    # An empty line in the body would move the end of the text that the lines are verified on.
    if len(body) > WITNESS_BODY_MAX_BYTES or not body.endswith(b"\n") or b"\n\n" in b"\n" + body:
        raise NotProven("见证人的回答应是签名行", code="witness-answer")
    opened = open_note(note + body, [witness])
    return format_signature(opened.verified[0]), list_cosignatures(opened, [witness])[0]


def add_cosignatures(note: bytes, lines: Sequence[str]) -> bytes:
    """Return the checkpoint with cosignature lines after its own; each ends in its newline.

    What the lines are worth is for those to check who know the witnesses' keys.
    """
    return note + "".join(lines).encode()


def _parse_head(text: str) -> tuple[str, int, Hash]:
    """Return origin, size and root of a checkpoint's text, extension lines allowed."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise NotProven(f"检查点应是来源、总数、根哈希三行，实有 {len(lines)} 行", code="checkpoint-form")
    origin, size, root = lines[:3]
    if not is_key_name(origin):
        raise NotProven(f"检查点的来源不能作名称：{origin[:60]!r}", code="checkpoint-form")
    if not _SIZE.fullmatch(size) or int(size) > TREE_SIZE_MAX:
        raise NotProven(f"检查点的总数应是没有前导零的十进制数：{size[:40]!r}", code="checkpoint-size")
    return origin, int(size), parse_hash(root)


def _refuse(status: int, error: NotProven, head: SubmittedHead | None = None) -> Decision:
    return Decision(f"{error.reason}（{error.code}）\n", head, PLAIN_TYPE, error.code, status)
