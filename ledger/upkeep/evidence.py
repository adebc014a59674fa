"""What speaks of a log besides the backup: heads kept apart, exports, a served site, sheets' PDFs, proof files.

Each brings at least one signed checkpoint, which says how long the log was and what stood in it; an export and a site
also bring the entries. Nothing is proven here: whether a key of the log signed is asked when its entries are at hand,
since an entry that is missing here may name the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ledger.errors import NotFound
from ledger.evidence import parse_evidence
from ledger.limits import NOTE_MAX_BYTES, PROOF_FILE_MAX_BYTES
from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.note import parse_note
from ledger.log.proof_file import HEADER, parse_proof_file
from ledger.ports import Head
from ledger.sources import FileSource, open_folder, open_url, open_zip, read_pdf

_ADDRESS = re.compile(r"https?://")


class Evidence(NamedTuple):
    """One signed checkpoint that somebody kept.

    `source`  where the entries below it can be read, None where only the checkpoint is
    `title`   what it is, for people
    """

    checkpoint: Checkpoint
    note: bytes
    source: FileSource | None
    title: str

    @property
    def head(self) -> Head:
        """The same as a head."""
        return Head(note=self.note, root=self.checkpoint.root, size=self.checkpoint.size)


def note_evidence(note: bytes, title: str, source: FileSource | None = None) -> Evidence:
    """Return a note as evidence; NotProven where it is no checkpoint."""
    return Evidence(parse_checkpoint(parse_note(note).unproven_text), note, source, title)


def open_evidence(target: str) -> Evidence:
    """Return what a person named: a folder, a zip, an address, a PDF, a proof file or a checkpoint.

    NotFound where there is none, NotProven where it says nothing about a log. Whoever called closes its source.
    """
    if _ADDRESS.match(target):
        return _open_source(target, open_url(target))
    path = Path(target)
    if path.is_dir():
        return _open_source(target, open_folder(path))
    if not path.is_file():
        raise NotFound(target)
    with path.open("rb") as file:
        begin = file.read(len(HEADER))
    if begin.startswith(b"%PDF-"):
        return note_evidence(parse_evidence(read_pdf(path)[0]).checkpoint.encode(), target)
    if begin.startswith(b"PK"):
        return _open_source(target, open_zip(path))
    with path.open("rb") as file:
        data = file.read(max(PROOF_FILE_MAX_BYTES, NOTE_MAX_BYTES) + 1)
    return note_evidence(parse_proof_file(data).note if begin == HEADER.encode() else data, target)


def list_heads(heads: Iterator[Head], title: str) -> list[Evidence]:
    """Return heads that were kept apart as evidence."""
    return [note_evidence(head.note, f"{title}里 {head.size} 条的检查点") for head in heads]


def _open_source(target: str, source: FileSource) -> Evidence:
    return note_evidence(source.read_checkpoint(), target, source)
