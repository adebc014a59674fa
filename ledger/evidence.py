"""The data that a sealed sheet carries inside its PDF, so that it proves its own figures offline.

    {"checkpoint": "<signed note>", "entries": [{"bytes": "<the entry>", "index": 12, "proof": ["<base64>", …]}, …],
     "head": {…SheetHead…}, "texts": ["<disclosure>", …], "v": 1, "verifier_key": "<origin>+<id>+<base64>"}

The entries are those that the month's figures follow from, and no others (see `books.figures`): the founding, the
newest description, every rotation of the log's key, the closing or opening before, the month's own entries, the
corrections that touch it, what was taken from the points shop in its year so far, honours, and what names the
contracts, assets and plots that it tells of. Each is proven to stand under the checkpoint printed on the
paper, and that one to be signed by the key that entry 0 and the rotations put in force. That a finance month is
complete follows from its `period.closed`, which counts its vouchers and states every balance and how each contract
stands, and that a round is from its parts. A quarter's or year's are chosen in `state.spans`: closings instead of
vouchers, and the balances of 321 and 322 show that no voucher which carries the year over is withheld. What an
attachment cannot show is that an entry beside these is not withheld (a later correction, a registration, of a quarter a
voucher of a fund): that takes the whole log, where `sheet.sealed` fixes the digest of the figures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated, Protocol, TypeVar

import msgspec
from msgspec import Meta

from ledger.books.figures import Figures, SheetHead
from ledger.books.points import PointsReversed
from ledger.books.subaccounts import get_parent
from ledger.books.values import SPAN_MONTHS, SheetKind, Value, get_previous_period
from ledger.books.village import KeyRotated
from ledger.books.vouchers import PeriodClosed, VoucherReplaced, VoucherReversed
from ledger.canonical import encode_value, parse_entry
from ledger.entries import Body, Entry
from ledger.errors import NotFound, NotProven, format_fault
from ledger.figures import build_head, collect_figures
from ledger.limits import EVIDENCE_MAX_BYTES
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.commitments import digest_disclosure, open_disclosure
from ledger.log.hashing import format_hash, hash_leaf, parse_hash
from ledger.log.note import parse_note_verifier
from ledger.log.proofs import build_inclusion, verify_inclusion
from ledger.log.tiles import HashReader, TileCache
from ledger.state import Facts, MemoryFacts, Reference, fold_entry
from ledger.state.charts import get_version, iterate_own
from ledger.state.facts import (
    BranchFacts,
    ClosingFacts,
    ConversionFacts,
    EntryAt,
    KeyFacts,
    PeriodFacts,
    PointsMonth,
    RulebookFacts,
    ScoreMonth,
    Turnover,
    VillageFacts,
    get_fact,
    read_body,
    scan_facts,
)
from ledger.state.honours import list_honours_needed
from ledger.state.keys import check_rotation, list_keys
from ledger.state.money import build_closing, get_opening
from ledger.state.plans import find_plan
from ledger.state.shops import list_needed
from ledger.state.spans import check_whole, select_span
from ledger.state.standings import read_month
from ledger.state.told import iterate_needed

DERIVING_ERRORS = (ArithmeticError, LookupError, TypeError, ValueError, NotFound, msgspec.MsgspecError)
"""What folding or computing over entries that break the rules may end in: then they mean nothing."""


PUBLIC = re.compile(rb'\{"text":"([^"\\]*)"\}')
SEALED = re.compile(rb'\{"sealed":"([^"\\]*)"\}')
"""How a public text and a private value stand in canonical bytes."""


class ProvenEntry(Value, frozen=True):
    """An entry's exact bytes, as text, with its inclusion proof."""

    bytes: str
    index: Annotated[int, Meta(ge=0)]
    proof: tuple[str, ...]


class Evidence(Value, frozen=True):
    """What is attached to a sheet's PDF."""

    checkpoint: str
    entries: tuple[ProvenEntry, ...]
    head: SheetHead
    texts: tuple[str, ...]
    v: Annotated[int, Meta(ge=1, le=1)]
    verifier_key: str


class Proving(Protocol):
    """Whatever carries proven entries."""

    @property
    def entries(self) -> tuple[ProvenEntry, ...]: ...


P = TypeVar("P", bound=Proving)


class LogReader(HashReader, Protocol):
    """What building evidence reads of a log; `ports.Reader` is one."""

    @property
    def size(self) -> int: ...

    @property
    def facts(self) -> Facts: ...

    def get_entry_bytes(self, index: int) -> bytes: ...

    def list_texts(self, index: int) -> tuple[str, ...]: ...


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What evidence proves: figures recomputed from entries under a checkpoint."""

    checkpoint: Checkpoint
    figures: Figures
    indexes: tuple[int, ...]


def build_evidence(reader: LogReader, head: SheetHead, *, note: bytes, verifier_key: str) -> bytes:
    """Return the attachment of a sheet whose head is `head`; `note` is the signed checkpoint of `reader.size`."""
    indexes = select_indexes(reader.facts, head.kind, head.period)
    tiles = TileCache(reader)
    evidence = Evidence(
        checkpoint=note.decode(),
        entries=tuple(prove_entry(reader, tiles, index) for index in indexes),
        head=head,
        texts=tuple(text for index in indexes for text in reader.list_texts(index)),
        v=1,
        verifier_key=verifier_key,
    )
    return encode_value(evidence)


def select_indexes(facts: Facts, kind: SheetKind, period: str) -> list[int]:
    """Return the indexes of the entries that the figures of a month follow from, ascending."""
    village = get_fact(facts, "village", VillageFacts)
    if village is None:
        raise NotFound("log.founded")
    selectors = {"finance": _select_finance, "points": _select_points, "scores": _select_scores}
    select = selectors.get(kind, partial(_select_span, kind))
    rotations = (rotated.index for _, rotated in scan_facts(facts, "key/", KeyFacts))
    return sorted({0, village.described, *rotations, *select(facts, period)})


def parse_evidence(data: bytes) -> Evidence:
    """Read an attachment; NotProven, saying why, when it is not of this form, written exactly so."""
    return take_proven(data, Evidence, "附件", "公开表的附件")


def take_proven(data: bytes, kind: type[P], name: str, title: str) -> P:
    """Return a value that carries proven entries; NotProven where it is too large, of another form, or written in
    another way than the one. `name` and `title` say what it is.
    """
    if len(data) > EVIDENCE_MAX_BYTES:
        raise NotProven(f"{name}有 {len(data)} 字节，最多 {EVIDENCE_MAX_BYTES} 字节", code="evidence-size")
    try:
        value = msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotProven(f"读不成{title}：{error}", code="evidence-form") from error
    indexes = [item.index for item in value.entries]
    if encode_value(value) != data or indexes != sorted(set(indexes)):
        raise NotProven(
            f"{name}的写法不规范：重新编码后与原字节不同，或记录没有按序号排好", code="evidence-form"
        )
    return value


def verify_evidence(data: bytes, reference: Reference, *, trusted_key: str | None = None) -> Verified:
    """Recompute the figures that an attachment proves; NotProven, naming the entry, where it does not.

    `trusted_key` is the key of the checkpoint, or one that handed over to it. Without it the key that the attachment
    names is believed: then the figures are shown to follow from entries under that key's checkpoint, not that this key
    is the village's.
    """
    evidence = parse_evidence(data)
    checkpoint = open_checkpoint(evidence.checkpoint.encode(), parse_note_verifier(evidence.verifier_key))
    if evidence.head.size != checkpoint.size:
        raise NotProven(
            f"表头写 {evidence.head.size} 条，检查点是 {checkpoint.size} 条", code="evidence-size-differs"
        )
    entries = {item.index: open_entry(item, checkpoint) for item in evidence.entries}
    texts = open_texts(evidence.texts)
    verify_texts(entries.values(), texts)
    try:
        figures = _compute_figures(evidence, entries, texts, reference, trusted_key)
    except DERIVING_ERRORS as error:
        raise NotProven(
            f"由附件里的记录算不出这张表：{explain_underivable(error)}", code="evidence-figures"
        ) from error
    return Verified(checkpoint=checkpoint, figures=figures, indexes=tuple(sorted(entries)))


def explain_underivable(error: Exception) -> str:
    """Return in Chinese why what others recorded has no meaning; what a programmer reads stands in brackets."""
    return f"它依据的记录没有，或不是那一种（{error}）"


def list_public_digests(body: object) -> set[str]:
    """Return the digests of all public texts that a body names."""
    return list_digests(PUBLIC, encode_value(body))


def list_sealed_digests(body: object) -> set[str]:
    """Return the digests of all private values that a body names."""
    return list_digests(SEALED, encode_value(body))


def list_digests(what: re.Pattern[bytes], data: bytes) -> set[str]:
    """Return the digests of all public texts or private values that canonical bytes name."""
    # A quote within a text is escaped: what begins like an object of this one key is one.
    return {digest.decode() for digest in what.findall(data)}


def prove_entry(reader: LogReader, tiles: HashReader, index: int) -> ProvenEntry:
    """Return an entry's bytes with its proof of inclusion in the log as `reader` sees it."""
    path = build_inclusion(tiles, index, reader.size)
    return ProvenEntry(
        bytes=reader.get_entry_bytes(index).decode(),
        index=index,
        proof=tuple(format_hash(value) for value in path),
    )


def _select_finance(facts: Facts, period: str) -> Iterable[int]:
    before = get_fact(facts, f"closing/{get_previous_period(period)}", ClosingFacts)
    if before is not None:
        yield before.index
    month = get_fact(facts, f"period/{period}", PeriodFacts)
    if month is not None and month.closed:
        yield month.closed
    yield from _select_accounts(facts, period, _list_used(facts, period))
    converted = get_fact(facts, "conversion", ConversionFacts)
    if converted is not None and period >= converted.period:
        yield converted.index
    for _, voucher in scan_facts(facts, f"voucher/{period}-", EntryAt):
        yield voucher.index
    for _, correction in scan_facts(facts, f"correction/{period}/", EntryAt):
        yield from _follow_answers(facts, correction.index)
    contracts = read_month(facts, period)
    for row in contracts.list_to_tell():
        # One that is not there is missed by the closing, which is held against those that are.
        if found := contracts.find_terms(row.contract):
            yield from (found.known.signed, *(index for index, _ in found.terms.changes))
    yield from iterate_needed(facts, period)


def _select_span(kind: SheetKind, facts: Facts, period: str) -> Iterable[int]:
    for index in select_span(facts, kind, period):
        yield from _follow_answers(facts, index)
    plan = find_plan(facts, period[:4])
    if plan is not None:
        yield from _select_accounts(facts, period, {line.account for line in plan.lines})


def _list_used(facts: Facts, period: str) -> set[str]:
    """Return the accounts that a month's balances and postings name."""
    turned = (key for key, _ in scan_facts(facts, f"turnover/{period}/", Turnover))
    return {*get_opening(facts, period), *turned}


def _select_accounts(facts: Facts, period: str, used: set[str]) -> Iterable[int]:
    """Return the entries that added the sub-accounts that are used, or stand above one that is: their titles.

    What else such an entry added is read with it, so the entries of the accounts above that are needed too.
    """
    own = dict(iterate_own(facts, get_version(facts, period)))
    if not own:
        return ()
    chosen = set[int]()
    more = {known.index for code, known in own.items() if any(one.startswith(code) for one in used)}
    while more:
        chosen |= more
        above = {get_parent(code) for code, known in own.items() if known.index in more}
        more = {own[code].index for code in above if code in own} - chosen
    return chosen


def _follow_answers(facts: Facts, index: int) -> Iterable[int]:
    """Yield a correction, the voucher that it answers, and so on while that one is a correction itself.

    NotProven where one answers itself or what comes after it: no rule lets that be recorded, and it would not end.
    """
    while True:
        yield index
        answered = _find_answered(facts.read_entry(index).body)
        if answered is None:
            return
        if answered >= index:
            raise NotProven(f"第 {index} 条更正的第 {answered} 条不在它之前", code="evidence-index")
        index = answered


def _find_answered(body: Body) -> int | None:
    if isinstance(body, VoucherReversed):
        return body.reverses
    return body.replaces if isinstance(body, VoucherReplaced) else None


def _select_points(facts: Facts, period: str) -> Iterable[int]:
    # Every version: a correction may take back a line under a rule that the month's own rulebook no longer has.
    for _, rulebook in scan_facts(facts, "rulebook/", RulebookFacts):
        yield rulebook.index
    for _, registered in scan_facts(facts, "registered/", EntryAt):
        yield registered.index
    month = get_fact(facts, f"points/{period}", PointsMonth)
    yield from month.rounds if month is not None else ()
    for _, correction in scan_facts(facts, f"points-correction/{period}/", EntryAt):
        yield correction.index
        yield read_body(facts, correction.index, PointsReversed).reverses
    yield from list_needed(facts, period)
    yield from list_honours_needed(facts, period)


def _select_scores(facts: Facts, period: str) -> Iterable[int]:
    for _, scheme in scan_facts(facts, "scheme/", EntryAt):
        yield scheme.index
    for _, branch in scan_facts(facts, "branch/", BranchFacts):
        yield from branch.registrations
    for _, month in scan_facts(facts, f"score/{period}/", ScoreMonth):
        yield from month.rounds


def open_entry(item: ProvenEntry, checkpoint: Checkpoint) -> Entry:
    """Return the entry; NotProven where it is not the one of its index under the checkpoint."""
    data = item.bytes.encode()
    entry = parse_entry(data)
    if entry.index != item.index or item.index >= checkpoint.size:
        raise NotProven(f"附件里的第 {item.index} 条自称第 {entry.index} 条", code="evidence-index")
    path = [parse_hash(text) for text in item.proof]
    verify_inclusion(hash_leaf(data), item.index, checkpoint.size, path, checkpoint.root)
    return entry


def _compute_figures(
    evidence: Evidence,
    entries: dict[int, Entry],
    texts: dict[str, object],
    reference: Reference,
    trusted_key: str | None,
) -> Figures:
    """Fold the entries, hold them to be exactly those that the sheet needs, and compute."""
    facts = fold_entries(entries)
    verify_key(facts, evidence.verifier_key, trusted_key)
    _verify_complete(facts, evidence.head, entries)
    head = _rebuild_head(facts, reference, texts.get, evidence.head)
    if head != evidence.head:
        raise NotProven("附件的表头不是由记录算出来的", code="evidence-head")
    return collect_figures(facts, reference, texts.get, head)


def fold_entries(entries: dict[int, Entry]) -> MemoryFacts:
    """Return the facts of some of a log's entries; NotProven where one that they need is missing, or a key's rotation
    does not hold.
    """

    def read_entry(index: int) -> Entry:
        if index not in entries:
            raise NotProven(f"附件里缺第 {index} 条", code="evidence-missing")
        return entries[index]

    facts = MemoryFacts(read_entry)
    for index in sorted(entries):
        _verify_rotation(facts, entries[index])
        fold_entry(facts, entries[index])
    return facts


def _verify_rotation(facts: Facts, entry: Entry) -> None:
    """A key hands over only as the log's own rules let it: folding alone would believe anybody's word."""
    village = get_fact(facts, "village", VillageFacts)
    if isinstance(entry.body, KeyRotated) and village is not None:
        for fault in check_rotation(facts, village, entry, entry.body):
            raise NotProven(
                f"附件里的第 {entry.index} 条换钥不成立：{format_fault(fault)}", code="evidence-rotation"
            )


def verify_key(facts: Facts, verifier_key: str, trusted_key: str | None) -> None:
    """The key that signed is the one in force at the checkpoint's size, from entry 0's on over every rotation.

    A reader may trust any key of that line: each handed over to the next by its own signature.
    """
    village = get_fact(facts, "village", VillageFacts)
    if village is None or village.verifier_key != verifier_key:
        raise NotProven("附件里的立账记录没有，或写的不是这把公钥", code="evidence-founding")
    if trusted_key is not None and trusted_key not in {key.verifier_key for key in list_keys(facts)}:
        raise NotProven("附件用的不是这个村公布的公钥", code="key-differs")


def open_texts(disclosures: Iterable[str]) -> dict[str, object]:
    """Return what disclosures disclose, by digest."""
    texts: dict[str, object] = {}
    for disclosure in disclosures:
        # Of a text that is not ASCII there is no digest; opening refuses it.
        digest = digest_disclosure(disclosure) if disclosure.isascii() else ""
        texts[digest] = open_disclosure(disclosure, digest)[1]
    return texts


def verify_texts(entries: Iterable[Entry], texts: dict[str, object]) -> None:
    """Every text belongs to an entry, and each that an entry names is there."""
    named = set().union(*(list_public_digests(entry.body) for entry in entries))
    if strange := sorted(texts.keys() - named):
        raise NotProven(f"附件里有不属于任何记录的文字 {strange[0]}", code="evidence-text")
    if lost := sorted(named - texts.keys()):
        raise NotProven(f"附件里缺了文字 {lost[0]}", code="evidence-text")


def _verify_complete(facts: Facts, head: SheetHead, entries: dict[int, Entry]) -> None:
    """The entries are those that the sheet follows from; month and rounds are whole."""
    needed = select_indexes(facts, head.kind, head.period)
    if needed != sorted(entries):
        strange = min(set(needed) ^ entries.keys())
        raise NotProven(f"附件里多了或少了第 {strange} 条", code="evidence-missing")
    if head.kind == "finance":
        _verify_closing(facts, head.period)
        return
    if head.kind in SPAN_MONTHS:
        if missing := check_whole(facts, head.kind, head.period):
            raise NotProven(f"附件里{missing}", code="evidence-incomplete")
        return
    rounds = [get_fact(facts, f"points/{head.period}", PointsMonth)] if head.kind == "points" else []
    marks = scan_facts(facts, f"score/{head.period}/", ScoreMonth) if head.kind == "scores" else ()
    for month in (*rounds, *(month for _, month in marks)):
        if month is not None and month.rounds and len(month.rounds) != month.parts:
            raise NotProven(
                f"附件里的评议有 {len(month.rounds)} 部分，应有 {month.parts} 部分",
                code="evidence-incomplete",
            )


def _verify_closing(facts: Facts, period: str) -> None:
    """A finance month is whole when its closing, recomputed, is the closing that was recorded."""
    month = get_fact(facts, f"period/{period}", PeriodFacts)
    if month is None or not month.closed:
        raise NotProven(f"附件里没有 {period} 的结账记录", code="evidence-closing")
    closing = read_body(facts, month.closed, PeriodClosed)
    if closing != msgspec.structs.replace(build_closing(facts, period), contracts=closing.contracts):
        raise NotProven(f"附件里的凭证与 {period} 的结账对不上：有缺漏", code="evidence-incomplete")
    if number := read_month(facts, period).find_unproven():
        raise NotProven(f"附件里的合同 {number} 与 {period} 的结账对不上：有缺漏", code="evidence-incomplete")


def _rebuild_head(
    facts: Facts, reference: Reference, texts: Callable[[str], object | None], head: SheetHead
) -> SheetHead:
    """Compute the head again from the entries; only number, day and neighbours are taken as given."""
    return build_head(
        facts,
        reference,
        texts,
        kind=head.kind,
        period=head.period,
        number=head.number,
        size=head.size,
        hung_on=head.display_from,
        follows=head.follows,
        replaces=head.replaces,
    )
