"""A version of the rulebook as a booklet: what is printed, and the checkpoint that it is proven by."""

from __future__ import annotations

import msgspec

from ledger.books.law import find_days
from ledger.books.points import is_sealed
from ledger.canonical import encode_value
from ledger.errors import NotFound
from ledger.figures.rulebooks import ReadRule, ReadRulebook, collect_rulebook
from ledger.figures.villages import describe_village
from ledger.ports import PaperJob, Ports, Reader
from ledger.service.sheets import read_texts
from ledger.state import get_day
from ledger.state.keys import get_key_at


class BookletRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule; `follow_up` is empty where none was written."""

    code: str
    evidence: str
    follow_up: str
    is_sealed: bool
    item: str
    monthly_cap: int
    points: int
    unit: str


class BookletGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Rules of one letter, under the name that the first of them gives their group."""

    name: str
    rules: tuple[BookletRule, ...]


class Booklet(msgspec.Struct, frozen=True, kw_only=True):
    """All that a booklet says. `index` is that of the entry, `size` that of the first checkpoint over it."""

    base_points: int
    days: int  # in which an objection is answered
    groups: tuple[BookletGroup, ...]
    index: int
    made_on: str  # YYYY-MM-DD, when the entry was recorded
    resolution: str
    resolution_number: str
    since: str  # YYYY-MM
    size: int
    telephone: str
    township: str
    version: int
    village: str
    village_name: str


def build_booklet_job(ports: Ports, reader: Reader, village: str, number: int, base_url: str) -> PaperJob:
    """Return the job of a version's booklet; the same as long as the village calls itself the same.

    NotFound where there is no such version, or nobody signed it yet.
    """
    texts = read_texts(reader)
    book = collect_rulebook(reader.facts, texts, number)
    head = ports.heads.find_first(village, book.version.at + 1) if book is not None else None
    if book is None or head is None:
        raise NotFound(f"积分细则第 {number} 版")
    return PaperJob(
        base_url=base_url,
        content=encode_value(_build(ports, reader, village, book, head.size)),
        is_demo=ports.is_demo,
        kind="booklet",
        note=head.note,
        verifier_key=get_key_at(reader.facts, head.size),
    )


def group_rules(rules: tuple[ReadRule, ...]) -> list[tuple[str, list[ReadRule]]]:
    """Return rules by the letter of their code, each with the name of its group."""
    letters: dict[str, list[ReadRule]] = {}
    for read in rules:
        letters.setdefault(read.letter, []).append(read)
    return [(some[0].wording.group or letter, some) for letter, some in sorted(letters.items())]


def _build(ports: Ports, reader: Reader, village: str, book: ReadRulebook, size: int) -> Booklet:
    made_on = get_day(reader.facts.read_entry(book.version.at).recorded_at)
    described = describe_village(reader.facts, read_texts(reader), village)
    return Booklet(
        base_points=book.base_points,
        days=find_days(ports.reference.law, "answer", village[:2], made_on) or 0,
        groups=tuple(
            BookletGroup(name=name, rules=tuple(_build_rule(read) for read in rules))
            for name, rules in group_rules(book.rules)
        ),
        index=book.version.at,
        made_on=made_on,
        resolution=book.resolution,
        resolution_number=book.resolution_number,
        since=book.version.since,
        size=size,
        telephone=described.telephone,
        township=described.township,
        version=book.version.number,
        village=village,
        village_name=described.name,
    )


def _build_rule(read: ReadRule) -> BookletRule:
    rule, wording = read.rule, read.wording
    return BookletRule(
        code=rule.code,
        evidence=wording.evidence,
        follow_up=wording.follow_up,
        is_sealed=is_sealed(rule),
        item=wording.item,
        monthly_cap=rule.monthly_cap,
        points=rule.points,
        unit=wording.unit,
    )
