"""The audit of a whole log: bytes first, then what they mean, then what was printed, kept and stored of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from ledger.audit.chain import ChainReader
from ledger.audit.concerns import list_asked
from ledger.audit.entries import EntryReader
from ledger.audit.epochs import EpochReader
from ledger.audit.findings import (
    Finding,
    HomeSource,
    LogSource,
    PaperFingerprint,
    Progress,
    Report,
    SealedClaim,
)
from ledger.audit.home import HomeReader
from ledger.audit.keys import KeyReader, open_newest
from ledger.audit.leaves import Leaves, read_leaves
from ledger.audit.meaning import MeaningReader
from ledger.audit.roots import KeptNote, RootReader
from ledger.audit.witnesses import WitnessReader
from ledger.errors import NotProven
from ledger.log.checkpoint import Checkpoint
from ledger.log.hashing import format_hash
from ledger.log.note import parse_note_verifier
from ledger.log.receipt import format_fingerprint
from ledger.log.rotation import KeyHistory
from ledger.state import Reference

REPORT_EVERY = 256
"""Entries between two calls of the progress."""


def audit_log(
    source: LogSource,
    reference: Reference,
    *,
    now_ms: int,
    known: Sequence[bytes] = (),
    progress: Progress | None = None,
    trusted_key: str | None = None,
    with_concerns: bool = False,
) -> Report:
    """Derive everything that the log in `source` claims once more and report what does not agree.

    `now_ms` is the auditor's own clock: an entry from the future is a finding. `known` are signed checkpoints and
    `trusted_key` a key, present or past, that the auditor has from elsewhere: the log goes on from each. For
    `with_concerns` see `Report`. Raises NotProven only where there is no checkpoint signed by the key to start from,
    and where the trusted key is none of this log's. Memory grows with the leaves: some 100 bytes an entry.
    """
    checkpoint = open_newest(source)
    entries = EntryReader(source, checkpoint.size)
    leaves = read_leaves(source, entries, checkpoint, now_ms)
    chain = ChainReader(entries, leaves, checkpoint, now_ms)
    meaning = MeaningReader(source, reference, entries, leaves.seals)
    keys = KeyReader()
    witnesses = WitnessReader()
    for index, (data, entry) in enumerate(chain.iterate()):
        meaning.take(data, entry)
        keys.take(index, entry)
        if entry is not None:
            witnesses.take(entry)
        _report_progress(progress, index + 1, checkpoint.size)
    home = HomeReader(source, leaves, meaning) if isinstance(source, HomeSource) else None
    history = keys.build_history(parse_note_verifier(source.verifier_key))
    _verify_trusted(trusted_key, history)
    roots = RootReader(leaves, history)
    witnessed, confirmed = witnesses.judge(source, meaning, roots, entries, checkpoint, now_ms)
    findings = [
        *keys.list_findings(source, checkpoint),
        *chain.findings,
        *roots.list_tile_findings(source, _list_sizes(leaves, meaning.sheets)),
        *meaning.findings,
        *_list_lost_notes(meaning),
        *_judge_notes(roots, EpochReader(entries), _iterate_notes(source, meaning, home), known),
        *witnessed,
        *(home.list_findings(entries) if home else ()),
    ]
    return Report(
        concerns=list_asked(meaning, reference, now_ms, checkpoint.size) if with_concerns else (),
        entries=len(leaves.computed),
        erased=home.erased if home else 0,
        examined=meaning.examined,
        findings=tuple(findings),
        fingerprint=format_fingerprint(checkpoint),
        origin=checkpoint.origin,
        papers=tuple(_list_papers(leaves, roots, checkpoint.origin, meaning.sheets)),
        root=format_hash(checkpoint.root),
        sheets=len(meaning.sheets),
        source=source.title,
        village=meaning.village,
        witnesses=confirmed,
    )


def _report_progress(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None and (done % REPORT_EVERY == 1 or done == total):
        progress(done, total)


def _verify_trusted(trusted_key: str | None, history: KeyHistory) -> None:
    if trusted_key is not None and trusted_key not in {period.verifier_key for period in history}:
        raise NotProven("这份账本的公钥不是 --key 给出的那一把", code="key-differs")


def _list_sizes(leaves: Leaves, sheets: Sequence[SealedClaim]) -> list[int]:
    """Return the sizes of whose trees the source holds tiles: the newest and every sealed one."""
    have = len(leaves.proven)
    return [have, *(sheet.size for sheet in sheets if sheet.size <= have)]


def _list_papers(
    leaves: Leaves, roots: RootReader, origin: str, sheets: Sequence[SealedClaim]
) -> Iterator[PaperFingerprint]:
    """Yield what each sheet's paper must show, newest first, by the tree itself: not by a note kept beside it."""
    for sheet in reversed(sheets):
        root = roots.find_root(sheet.size) if leaves.is_proven else None
        yield PaperFingerprint(
            fingerprint="" if root is None else format_fingerprint(Checkpoint(origin, sheet.size, root)),
            number=sheet.number,
        )


def _judge_notes(
    roots: RootReader, epochs: EpochReader, kept: Iterable[KeptNote], known: Sequence[bytes]
) -> Iterator[Finding]:
    """The old log's checkpoints against its declared loss, every other one against the tree."""
    known, of_old_log = epochs.split_known(known)
    yield from of_old_log
    notes = [KeptNote(-1, "您手里的检查点", note) for note in known]
    yield from roots.list_kept_findings(itertools.chain(kept, notes))


def _iterate_notes(source: LogSource, meaning: MeaningReader, home: HomeReader | None) -> Iterator[KeptNote]:
    witnessed = source.read_witnessed()
    if witnessed is not None:
        yield KeptNote(-1, "见证人确认过的检查点", witnessed)
    for sheet, note in zip(meaning.sheets, meaning.notes, strict=True):
        if note is not None:
            yield KeptNote(sheet.index, f"公开表 {sheet.number} 的检查点", note, sheet.size)
    if home is not None:
        yield from home.iterate_notes()


def _list_lost_notes(meaning: MeaningReader) -> Iterator[Finding]:
    for sheet, note in zip(meaning.sheets, meaning.notes, strict=True):
        if note is None:
            yield Finding(
                code="sheet-checkpoint-missing",
                entry=sheet.index,
                expected=f"{sheet.size} 条时的检查点",
                field=f"公开表 {sheet.number}",
                found="没有",
                meaning="少了印在这张公开表上的检查点，表上的码无从对照",
            )
