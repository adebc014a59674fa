"""What one household carries away: its own lines, proven to stand in the log, in one file that needs nobody's server.

    {"checkpoint": "<signed note>", "disclosures": ["<disclosure>", …],
     "entries": [{"bytes": …, "index": …, "proof": …}, …], "household": "h-…", "texts": ["<disclosure>", …], "v": 1,
     "verifier_key": "<origin>+<id>+<base64>", "year": "2026"}

The entries are the founding, the newest description, every rotation of the log's key and version of the rulebook, and
those that name the household: its registration, its agreements, what it withdrew of them, the rounds of the year with a
line of it, what took such a line back, and the parts of annexes on which it stands. `disclosures` open the household's
own values and no other's. What the file cannot show is that a line is left out of it: whoever made it had the whole
log, and whoever holds the card asks for it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from ledger.books.annexes import PointsAnnexed
from ledger.books.values import Value
from ledger.canonical import encode_value
from ledger.errors import NotFound, NotProven
from ledger.evidence import (
    DERIVING_ERRORS,
    LogReader,
    ProvenEntry,
    explain_underivable,
    fold_entries,
    list_sealed_digests,
    open_entry,
    open_texts,
    prove_entry,
    take_proven,
    verify_key,
    verify_texts,
)
from ledger.figures.households import HouseholdYear, collect_household
from ledger.figures.texts import Texts
from ledger.figures.villages import describe_village
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.note import parse_note_verifier
from ledger.log.tiles import TileCache
from ledger.state import Facts
from ledger.state.facts import KeyFacts, RulebookFacts, VillageFacts, get_fact, read_body, scan_facts

NAME = "household"


class HouseholdProof(Value, frozen=True):
    """The file."""

    checkpoint: str
    disclosures: tuple[str, ...]
    entries: tuple[ProvenEntry, ...]
    household: Annotated[str, Meta(pattern=r"\Ah-[a-z2-7]{16}\Z")]
    texts: tuple[str, ...]
    v: Annotated[int, Meta(ge=1, le=1)]
    verifier_key: str
    year: Annotated[str, Meta(pattern=r"\A[0-9]{4}\Z")]


class ProvenHousehold(msgspec.Struct, frozen=True, kw_only=True):
    """What the file proves. `village_name` is the code where the log has no description."""

    checkpoint: Checkpoint
    household: str
    indexes: tuple[int, ...]
    village: str
    village_name: str
    year: HouseholdYear


def build_household_proof(  # the parts of the file, all but two named
    reader: LogReader,
    texts: Texts,
    *,
    disclosures: Sequence[str],
    household: str,
    note: bytes,
    verifier_key: str,
    year: str,
) -> bytes:
    """Return the file; `disclosures` are all that the vault has of the household, `note` the checkpoint of `reader`."""
    opened = open_texts(disclosures)
    found = collect_household(reader.facts, texts, opened, year)
    tiles = TileCache(reader)
    indexes = sorted({*_list_frame(reader.facts), *found.indexes})
    entries = tuple(prove_entry(reader, tiles, index) for index in indexes)
    named = _list_sealed(reader, found.indexes)
    proof = HouseholdProof(
        checkpoint=note.decode(),
        disclosures=tuple(text for digest, text in zip(opened, disclosures, strict=True) if digest in named),
        entries=entries,
        household=household,
        texts=tuple(text for index in indexes for text in reader.list_texts(index)),
        v=1,
        verifier_key=verifier_key,
        year=year,
    )
    return encode_value(proof)


def parse_household_proof(data: bytes) -> HouseholdProof:
    """Read the file; NotProven, saying why, where it is not of this form, written exactly so."""
    return take_proven(data, HouseholdProof, "文件", "一户的证明")


def verify_household_proof(data: bytes, *, trusted_key: str | None = None) -> ProvenHousehold:
    """Return what the file proves; NotProven, naming the entry, where it does not.

    Without `trusted_key` the key that the file names is believed, as in `evidence.verify_evidence`.
    """
    proof = parse_household_proof(data)
    checkpoint = open_checkpoint(proof.checkpoint.encode(), parse_note_verifier(proof.verifier_key))
    entries = {item.index: open_entry(item, checkpoint) for item in proof.entries}
    texts = open_texts(proof.texts)
    verify_texts(entries.values(), texts)
    opened = open_texts(proof.disclosures)
    _verify_own(
        proof, opened, [digest for entry in entries.values() for digest in list_sealed_digests(entry.body)]
    )
    try:
        facts = fold_entries(entries)
        found = collect_household(facts, texts.get, opened, proof.year)
        _verify_annexed(facts, found)
        _verify_needed({*_list_frame(facts), *found.indexes}, set(entries))
        verify_key(facts, proof.verifier_key, trusted_key)
        village = _get_village(facts).code
        name = describe_village(facts, texts.get, village).name
    except DERIVING_ERRORS as error:
        raise NotProven(
            f"由文件里的记录算不出这一户的积分：{explain_underivable(error)}", code="evidence-figures"
        ) from error
    return ProvenHousehold(
        checkpoint=checkpoint,
        household=proof.household,
        indexes=tuple(sorted(entries)),
        village=village,
        village_name=name,
        year=found,
    )


def _list_frame(facts: Facts) -> set[int]:
    """Return the entries that say whose log it is, which keys signed it, and what the rules are called."""
    village = _get_village(facts)
    rotations = (rotated.index for _, rotated in scan_facts(facts, "key/", KeyFacts))
    rulebooks = (known.index for _, known in scan_facts(facts, "rulebook/", RulebookFacts))
    return {0, village.described, *rotations, *rulebooks}


def _get_village(facts: Facts) -> VillageFacts:
    village = get_fact(facts, "village", VillageFacts)
    if village is None:
        raise NotFound("log.founded")
    return village


def _list_sealed(reader: LogReader, indexes: frozenset[int]) -> set[str]:
    return {
        digest for index in indexes for digest in list_sealed_digests(reader.facts.read_entry(index).body)
    }


def _verify_own(proof: HouseholdProof, opened: dict[str, object], named: Sequence[str]) -> None:
    """Every value is in an entry of the file, and says that it is about this household."""
    if strange := sorted(opened.keys() - set(named)):
        raise NotProven(f"文件里的内容 {strange[0]} 不在它的任何一条记录里", code="evidence-text")
    for digest, value in opened.items():
        if not isinstance(value, dict) or value.get(NAME) != proof.household:
            raise NotProven(f"文件里的内容 {digest} 不是这一户的", code="proof-household")


def _verify_needed(needed: set[int], given: set[int]) -> None:
    if needed != given:
        raise NotProven(f"文件里多了或少了第 {min(needed ^ given)} 条", code="evidence-missing")


def _verify_annexed(facts: Facts, year: HouseholdYear) -> None:
    """What an annex says of the household is what the plain lines of the month add up to, as known to the annex."""
    for annexed in year.annexed:
        size = read_body(facts, annexed.entry, PointsAnnexed).size
        points = sum(
            line.points
            for line in year.lines
            if line.period == annexed.period and not line.is_sealed and not 0 < line.reversed_at < size
        )
        if points != annexed.points:
            raise NotProven(
                f"第 {annexed.entry} 条附页上的 {annexed.points} 分，由各笔加分算出是 {points} 分",
                code="proof-annex",
            )
