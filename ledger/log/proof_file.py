"""Proof files: one entry's whole proof in one small text, checked offline. Source: C2SP tlog-proof.

    c2sp.org/tlog-proof@v1
    extra YWdlLXYxLjIuMS1kYXJ3aW4=                      <- optional; vouched for by nobody
    index 73894
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=        <- inclusion path, leaf's sibling first
    …
                                                        <- an empty line, then the checkpoint note, verbatim
    example.com/fancylog
    109482
    sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

    — example.com/fancylog hI2DJw…

Whoever holds the file, the entry's bytes and the log's verifier key needs nothing else. The name ends in
`.tlog-proof`.
"""

import base64
import re
from dataclasses import dataclass

from ledger.errors import NotProven
from ledger.limits import PROOF_FILE_MAX_BYTES, PROOF_MAX_HASHES, TREE_SIZE_MAX
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.hashing import Hash, format_hash, parse_base64, parse_hash
from ledger.log.note import NoteVerifier, parse_note
from ledger.log.policy import Policy, open_by_policy
from ledger.log.proofs import Path, verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class ProofFile:
    """An entry's proof, of which nothing is proven until it is verified.

    `index`  the entry's, from 0
    `path`   its inclusion path in the tree of the checkpoint
    `note`   the checkpoint's note, byte for byte
    `extra`  opaque bytes that no signature covers, or None
    """

    index: int
    path: Path
    note: bytes
    extra: bytes | None = None


def format_proof_file(proof: ProofFile) -> bytes:
    """Return the file's bytes. ValueError for a proof that `parse_proof_file` would refuse."""
    lines = [HEADER]
    if proof.extra is not None:
        lines.append(f"extra {base64.b64encode(proof.extra).decode()}")
    lines += [f"index {proof.index:d}", *map(format_hash, proof.path), "", ""]
    data = "\n".join(lines).encode() + proof.note
    try:
        parse_proof_file(data)
    except NotProven as error:
        raise ValueError(f"not a proof file: {error}") from error
    return data


def parse_proof_file(data: bytes) -> ProofFile:
    """Inverse of `format_proof_file`, proving nothing; NotProven says what keeps `data` from being one."""
    if len(data) > PROOF_FILE_MAX_BYTES:
        raise NotProven(
            f"证明文件最多 {PROOF_FILE_MAX_BYTES} 字节，实有 {len(data)} 字节", code="proof-file-limit"
        )
    head, parting, note = data.partition(b"\n\n")
    if not parting or not head.isascii():
        raise NotProven("证明文件应是证明、空行、检查点", code="proof-file-form")
    parse_note(note)
    header, *lines = head.decode("ascii").split("\n")
    if header != HEADER:
        raise NotProven(f"证明文件第 1 行应为 {HEADER}，实为 {header[:60]!r}", code="proof-file-form")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = parse_base64(lines.pop(0).removeprefix("extra "))
    match = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if match is None or int(match[1]) >= TREE_SIZE_MAX:
        raise NotProven("证明文件应有一行「index 序号」，序号没有前导零", code="proof-file-form")
    if len(lines) > PROOF_MAX_HASHES:
        raise NotProven(f"证明最多 {PROOF_MAX_HASHES} 个哈希，实有 {len(lines)} 个", code="proof-limit")
    return ProofFile(int(match[1]), tuple(map(parse_hash, lines)), note, extra)


def open_proof_file(proof: ProofFile, leaf: Hash, log: NoteVerifier) -> Checkpoint:
    """Check that the log signed a tree in which `leaf` stands at the proof's index; return its checkpoint.

    Raises NotProven for the first of signature, origin, path that does not hold.
    """
    checkpoint = open_checkpoint(proof.note, log)
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root)
    return checkpoint


def open_proof_file_by_policy(proof: ProofFile, leaf: Hash, policy: Policy) -> Checkpoint:
    """The same, and that the checkpoint has the quorum of `policy`, from one of its logs."""
    checkpoint, _ = open_by_policy(proof.note, policy)
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root)
    return checkpoint
