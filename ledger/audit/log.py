"""The audit of a whole log: bytes first, then what they mean, then what was printed of them."""

from __future__ import annotations

from ledger.audit.chain import ChainReader
from ledger.audit.findings import Finding, HomeSource, LogSource, Progress, Report
from ledger.audit.home import list_home_findings
from ledger.audit.meaning import MeaningReader
from ledger.audit.roots import RootReader
from ledger.books.village import LogFounded
from ledger.entries import Entry
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.hashing import format_hash
from ledger.log.note import parse_note_verifier
from ledger.log.receipt import format_fingerprint
from ledger.state import Reference


def audit_log(
    source: LogSource, reference: Reference, *, now_ms: int, progress: Progress | None = None
) -> Report:
    """Derive everything that the log in `source` claims once more and report what does not agree.

    `now_ms` is the auditor's own clock: an entry from the future is a finding. Raises NotProven only where
    there is no checkpoint signed by the key to start from. Memory grows with the leaves: 32 bytes an entry.
    """
    checkpoint = open_checkpoint(source.read_checkpoint(), parse_note_verifier(source.verifier_key))
    chain = ChainReader(source, checkpoint.size)
    meaning = MeaningReader(source, reference)
    for index, entry in chain.iterate():
        meaning.take(index, entry)
        if index == 0 and entry is not None:
            meaning.findings += _check_founding(entry, checkpoint, source.verifier_key)
        if progress is not None and (index & 255 == 255 or index + 1 == checkpoint.size):
            progress(index + 1, checkpoint.size)
    roots = RootReader(source, checkpoint, chain.leaves)
    findings = [
        *chain.findings,
        *roots.list_findings(),
        *meaning.findings,
        *roots.list_sheet_findings(meaning.sheets),
        *_check_future(meaning.newest, now_ms),
    ]
    if isinstance(source, HomeSource):
        findings += roots.list_head_findings(source)
        # Facts folded from broken entries would differ everywhere and hide the cause.
        findings += [] if findings else list_home_findings(source, meaning)
    return Report(
        entries=len(chain.leaves),
        findings=tuple(findings),
        fingerprint=format_fingerprint(checkpoint),
        origin=checkpoint.origin,
        root=format_hash(checkpoint.root),
        sheets=len(meaning.sheets),
        source=source.title,
        village=meaning.village,
    )


def _check_founding(entry: Entry, checkpoint: Checkpoint, verifier_key: str) -> list[Finding]:
    """Entry 0 names the origin and the key that sign this log."""
    body = entry.body
    origin, key = (body.origin, body.verifier_key) if isinstance(body, LogFounded) else (entry.kind, "")
    return [
        Finding(
            code="founding-differs",
            entry=0,
            expected=expected,
            field=field,
            found=found,
            meaning="这不是立账时的那本账，或签名的钥匙被换过",
        )
        for field, expected, found in (
            ("origin", checkpoint.origin, origin),
            ("verifier_key", verifier_key, key),
        )
        if expected != found
    ]


def _check_future(newest: Entry | None, now_ms: int) -> list[Finding]:
    if newest is None or newest.recorded_at <= now_ms:
        return []
    return [
        Finding(
            code="time-future",
            entry=newest.index,
            expected=f"不晚于 {now_ms}",
            field="recorded_at",
            found=str(newest.recorded_at),
            meaning="记账的机器或核对的机器，时钟不准",
        )
    ]
