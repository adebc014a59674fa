"""The log's founding and what a village says of itself."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from ledger.books.values import FileDigest, Positive, PublicText, Value

ChartVersion = Literal["2004", "2023"]
"""2004: 财会〔2004〕12号; 2023: 财会〔2023〕14号. Codes changed meaning, so every voucher names its chart."""


class LogFounded(Value, frozen=True):
    """`log.founded`, entry 0: which log this is and how it is signed."""

    chart: ChartVersion
    epoch: Positive  # 1; a declared loss founds the next epoch under a new origin
    hash: Literal["sha-256"]
    origin: Annotated[str, Meta(pattern=r"\A[a-z0-9./-]{8,80}\Z")]
    policy: FileDigest  # of the witness policy text in force
    verifier_key: Annotated[str, Meta(min_length=20, max_length=300)]  # signed-note vkey


class VillageDescribed(Value, frozen=True):
    """`village.described`: what stands in the head of every page and sheet; the newest holds."""

    name: PublicText  # e.g. 石榴河村
    telephone: PublicText  # of the supervision committee; an office, never a person's own
    township: PublicText  # county and township, e.g. 样例县石榴镇
