"""The log's founding, the change of its key, and what a village says of itself."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from ledger.books.values import (
    Count,
    FileDigest,
    NoteSignature,
    Positive,
    PublicText,
    RootHash,
    Value,
    VerifierKeyText,
)

ChartVersion = Literal["2004", "2023"]
"""2004: 财会〔2004〕12号; 2023: 财会〔2023〕14号. Codes changed meaning, so every voucher names its chart."""


class LogFounded(Value, frozen=True):
    """`log.founded`, entry 0: which log this is and how it is signed."""

    chart: ChartVersion
    epoch: Positive  # 1; a declared loss founds the next epoch under a new origin
    hash: Literal["sha-256"]
    origin: Annotated[str, Meta(pattern=r"\A[a-z0-9./-]{8,80}\Z")]
    policy: FileDigest  # of the witness policy text in force
    verifier_key: VerifierKeyText  # counts until a rotation


class LogRefounded(LogFounded, frozen=True):
    """`log.refounded`, entry 0 of every later epoch: the log before it, and what of it was declared lost."""

    lost_from: Count  # entries of the old log that survive; those from this index on are gone
    old_key: VerifierKeyText  # that signed its last known checkpoint
    old_origin: Annotated[str, Meta(pattern=r"\A[a-z0-9./-]{8,80}\Z")]
    old_root: RootHash  # of that checkpoint
    old_signature: NoteSignature  # over its text
    old_size: Positive  # entries that it covers
    reason: PublicText


class KeyRotated(Value, frozen=True):
    """`key.rotated`: the log's key hands over to a new one; see `log.rotation` for what both sign."""

    from_size: Positive  # this entry's index + 1: the new key signs every tree that holds this entry
    new_key: VerifierKeyText
    new_signature: NoteSignature  # over the statement, by the key that takes over
    old_key: VerifierKeyText
    old_signature: NoteSignature  # over the same statement, by the key that hands over
    reason: PublicText


class VillageDescribed(Value, frozen=True):
    """`village.described`: what stands in the head of every page and sheet; the newest holds."""

    name: PublicText  # e.g. 石榴河村
    telephone: PublicText  # of the supervision committee; an office, never a person's own
    township: PublicText  # county and township, e.g. 样例县石榴镇
