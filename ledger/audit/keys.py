"""Which key of a log counts at which size, taken from the log itself: entry 0's, and every one it handed over to.

Nothing but the two signatures in a rotation makes a key count. What is wrong with a rotation is found where every
entry's lawfulness is; here it simply does not hand over.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.audit.entries import EntryReader
from ledger.audit.findings import Finding, LogSource
from ledger.books.village import KeyRotated, LogFounded
from ledger.canonical import parse_entry
from ledger.entries import Entry
from ledger.errors import NotProven
from ledger.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from ledger.log.note import NoteVerifier, parse_note, parse_note_verifier
from ledger.log.rotation import KeyHistory, KeyPeriod, open_by_history
from ledger.state.keys import verify_rotated


class KeyReader:
    """Takes entries in order; afterwards knows the keys."""

    def __init__(self) -> None:
        self._gap: int | None = None
        self._origin = ""
        self._periods: list[KeyPeriod] = []

    def take(self, index: int, entry: Entry | None) -> None:
        """Take the entry at `index`; None where its bytes are not an entry that was signed."""
        body = entry.body if entry is not None else None
        if entry is None and self._gap is None:
            self._gap = index
        if index == 0 and isinstance(body, LogFounded):
            self._start(body)
        elif isinstance(body, KeyRotated) and self._periods and self._hands_over(index, body):
            self._periods.append(KeyPeriod(index + 1, parse_note_verifier(body.new_key)))

    def build_history(self, claimed: NoteVerifier) -> KeyHistory:
        """Return the keys; `claimed`, by which the copy is read, counts after an entry that nobody can read any more.

        The lost entry may have been a rotation. It is a finding by itself; that every later checkpoint were signed by
        the wrong key would hide it.
        """
        if not self._periods:
            return [KeyPeriod(0, claimed)]
        if self._gap is not None and self._periods[-1].verifier != claimed:
            return [*self._periods, KeyPeriod(max(self._gap, self._periods[-1].from_size) + 1, claimed)]
        return self._periods

    def list_findings(self, source: LogSource, checkpoint: Checkpoint) -> Iterator[Finding]:
        """The copy's key is the one in force at its newest checkpoint, and its origin the one of entry 0."""
        if not self._periods:
            return  # That entry 0 founds no log is a finding of its own.
        history = self.build_history(parse_note_verifier(source.verifier_key))
        meaning = "这不是立账时的那本账，或签名的钥匙被换过"
        if checkpoint.origin != self._origin:
            yield _report("founding-differs", 0, "origin", self._origin, checkpoint.origin, meaning)
        keys = [period.verifier_key for period in history]
        if source.verifier_key == keys[-1]:
            return
        if source.verifier_key in keys:
            index, meaning = (
                history[-1].from_size - 1,
                "这一份由已经换下的旧钥匙签名：可能是拿到旧钥匙的人另造的账",
            )
            yield _report("key-retired", index, "verifier_key", keys[-1], source.verifier_key, meaning)
        else:
            yield _report("founding-differs", 0, "verifier_key", keys[-1], source.verifier_key, meaning)

    def _start(self, body: LogFounded) -> None:
        try:
            self._periods = [KeyPeriod(0, parse_note_verifier(body.verifier_key))]
        except NotProven:
            return
        self._origin = body.origin

    def _hands_over(self, index: int, body: KeyRotated) -> bool:
        used = {period.verifier_key for period in self._periods}
        if (
            body.old_key != self._periods[-1].verifier_key
            or body.new_key in used
            or body.from_size != index + 1
        ):
            return False
        try:
            verify_rotated(body, self._origin)
        except NotProven:
            return False
        return True


def open_newest(source: LogSource) -> Checkpoint:
    """Return the newest checkpoint of a copy, signed by the key by which it is read.

    Raises NotProven otherwise; where the copy's own entries name the key that signed as one that handed over before, it
    says so.
    """
    data = source.read_checkpoint()
    try:
        return open_checkpoint(data, parse_note_verifier(source.verifier_key))
    except NotProven as error:
        if error.code == "note-unsigned":
            _refuse_by_history(source, data)
        raise


def _refuse_by_history(source: LogSource, data: bytes) -> None:
    """Raise NotProven naming the key that signed, where the copy's entries know it."""
    keys = KeyReader()
    size = parse_checkpoint(parse_note(data).unproven_text).size
    for index, entry in enumerate(EntryReader(source, size).iterate()):
        try:
            keys.take(index, parse_entry(entry))
        except NotProven:
            keys.take(index, None)
    open_by_history(data, keys.build_history(parse_note_verifier(source.verifier_key)))


def _report(code: str, entry: int, field: str, expected: str, found: str, meaning: str) -> Finding:
    return Finding(code=code, entry=entry, expected=expected, field=field, found=found, meaning=meaning)
