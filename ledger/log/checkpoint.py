"""Checkpoints: origin, size and root of a log, signed. Source: C2SP tlog-checkpoint 1.0.0.

    example.com/behind-the-sofa                         <- origin: the permanent name of this one log
    20852163                                            <- size, decimal without leading zeros
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=        <- root hash
                                                        (and the note's empty line and signatures)

Ours are exactly these three lines: extension lines, which no witness and no auditor can check, are refused.
The name of the log's key is the origin. A log that signs two checkpoints of which neither begins the other
has forked, and the two together prove it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.errors import NotProven
from ledger.limits import HASH_BYTES, TREE_SIZE_MAX
from ledger.log.hashing import EMPTY_ROOT, Hash, format_hash, parse_hash
from ledger.log.keys import Signer, is_key_name
from ledger.log.note import NoteVerifier, OpenNote, Verifier, format_note, open_note, sign_note

_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log.

    `origin`  the log's name, which is its key's name too
    `size`    how many entries, 0 to TREE_SIZE_MAX
    `root`    32 bytes; `EMPTY_ROOT` exactly when size is 0
    """

    origin: str
    size: int
    root: Hash


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the three lines that are signed; ValueError for what `parse_checkpoint` would refuse."""
    fault = _find_fault(checkpoint)
    if fault is not None or len(checkpoint.root) != HASH_BYTES:
        raise ValueError(f"not a checkpoint: {fault or 'root'}")
    return f"{checkpoint.origin}\n{checkpoint.size}\n{format_hash(checkpoint.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Inverse of `format_checkpoint`, proving nothing about who says so; NotProven for any other text."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise NotProven(
            f"检查点应是来源、总数、根哈希三行，实有 {text.count(chr(10))} 行", code="checkpoint-form"
        )
    origin, size, root = lines[:3]
    if not _SIZE.fullmatch(size):
        raise NotProven(f"检查点的总数应是没有前导零的十进制数：{size[:40]!r}", code="checkpoint-size")
    checkpoint = Checkpoint(origin, int(size), parse_hash(root))
    fault = _find_fault(checkpoint)
    if fault is not None:
        raise NotProven(f"检查点{fault}", code="checkpoint-form")
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """Return the checkpoint as a note signed by the log's key; ValueError unless its name is the origin."""
    if signer.key.name != checkpoint.origin:
        raise ValueError(f"key {signer.key.name} signs no checkpoint of {checkpoint.origin}")
    text = format_checkpoint(checkpoint)
    return format_note(text, [sign_note(text, signer)])


def open_checkpoint(data: bytes, log: NoteVerifier) -> Checkpoint:
    """Return the checkpoint in the note `data` once the key of `log` is proven to have signed it."""
    return open_cosigned(data, log, ())[0]


def open_cosigned(
    data: bytes, log: NoteVerifier, witnesses: Sequence[Verifier]
) -> tuple[Checkpoint, OpenNote]:
    """Return the checkpoint and its note once the log's key is proven to have signed it.

    Lines of `witnesses` are verified on the way. Raises NotProven when the log's own line is missing, when
    any line of a known key is bad, when the origin is not the name of the log's key, and for a malformed
    text.
    """
    note = open_note(data, [log, *witnesses])
    if not any(line.name == log.key.name and line.key_id == log.key.key_id for line in note.verified):
        raise NotProven(f"检查点没有日志自己的签名（{log.key.name}）", code="checkpoint-unsigned")
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != log.key.name:
        raise NotProven(
            f"检查点属于另一份日志：应为 {log.key.name}，实为 {checkpoint.origin}", code="checkpoint-origin"
        )
    return checkpoint, note


def _find_fault(checkpoint: Checkpoint) -> str | None:
    if not is_key_name(checkpoint.origin):
        return f"的来源不能作名称：{checkpoint.origin[:60]!r}"
    if not 0 <= checkpoint.size <= TREE_SIZE_MAX:
        return f"的总数应在 0 到 {TREE_SIZE_MAX} 之间，实为 {checkpoint.size}"
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        return "的总数为 0，根哈希却不是空日志的"
    return None
