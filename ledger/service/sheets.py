"""The disclosure sheets of a month: their figures, sealed or provisional, and the act of sealing.

Sealing keeps this order: the month is closed → the head of size n is signed → figures and PDF that print that
checkpoint → files into the archive → `sheet.sealed`. A crash before the last step leaves files in the archive that
nothing names; sealing again makes the very same bytes and goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec

from ledger.books.figures import (
    Figures,
    FinanceFigures,
    PointsFigures,
    ScoreFigures,
    SheetHead,
    SpanFigures,
)
from ledger.books.roles import SEALER_ROLES
from ledger.books.sheets import SheetSealed
from ledger.books.values import SHEET_LETTERS, SPAN_MONTHS, SheetKind, get_last_day, list_span
from ledger.canonical import encode_value, parse_entry
from ledger.entries import Actor, Claim
from ledger.errors import Fault, NotFound, NotProven, Refused
from ledger.evidence import build_evidence, verify_evidence
from ledger.figures import build_head, collect_figures
from ledger.log.commitments import open_disclosure
from ledger.ports import Head, Ports, Reader, Renderer, SheetJob
from ledger.service.persons import check_person, find_role
from ledger.service.publish import publish_head
from ledger.service.record import Passed, Receipt, record_claims
from ledger.state import get_day
from ledger.state.facts import PeriodFacts, SheetFacts, get_fact, scan_facts
from ledger.state.keys import get_key_at
from ledger.state.rulebooks import find_rulebook
from ledger.state.schemes import find_scheme
from ledger.witnessed import cosign_head, find_witness_policy, read_policy

FIGURES: dict[
    SheetKind, type[FinanceFigures] | type[PointsFigures] | type[ScoreFigures] | type[SpanFigures]
] = {
    "finance": FinanceFigures,
    "points": PointsFigures,
    "scores": ScoreFigures,
    "quarter": SpanFigures,
    "year": SpanFigures,
}


class SealedSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet as sealed: its place in the log and its files' digests."""

    figures: str
    index: int
    kind: SheetKind
    number: str
    pdf: str
    period: str
    size: int


def list_sheets(reader: Reader, kind: SheetKind) -> list[SealedSheet]:
    """Return the sealed sheets of a kind, newest month first; of one month the newest number first."""
    letter = SHEET_LETTERS[kind]
    found = []
    for key, fact in scan_facts(reader.facts, "sheet/", SheetFacts):
        period, key_letter, _ = key.split("/")
        if key_letter == letter:
            found.append(_build_sealed(kind, period, fact))
    return found[::-1]


def find_sheet(reader: Reader, kind: SheetKind, period: str) -> SealedSheet | None:
    """Return the newest sealed sheet of a month."""
    rows = list(scan_facts(reader.facts, f"sheet/{period}/{SHEET_LETTERS[kind]}/", SheetFacts))
    return _build_sealed(kind, period, rows[-1][1]) if rows else None


def get_figures(ports: Ports, reader: Reader, kind: SheetKind, period: str) -> Figures:
    """Return a month's figures: as sealed, else provisional with an empty number."""
    sealed = find_sheet(reader, kind, period)
    if sealed is None:
        return build_figures(ports, reader, kind, period)
    data = ports.archive.find(sealed.figures)
    if data is None:
        raise NotFound(f"公开表 {sealed.number} 的数据文件")
    return msgspec.json.decode(data, type=FIGURES[kind])


def build_figures(
    ports: Ports, reader: Reader, kind: SheetKind, period: str, *, number: str = "", hung_on: str = ""
) -> Figures:
    """Compute a month's figures from the log as `reader` sees it; without a number they are provisional."""
    latest = list_sheets(reader, kind) if number else []
    follows = max(latest, key=lambda sheet: sheet.index).number if latest else ""
    last = find_sheet(reader, kind, period) if number else None
    texts = read_texts(reader)
    head: SheetHead = build_head(
        reader.facts,
        ports.reference,
        texts,
        kind=kind,
        period=period,
        number=number,
        size=reader.size,
        hung_on=hung_on,
        follows=follows,
        replaces=last.number if last else "",
    )
    return collect_figures(reader.facts, ports.reference, texts, head)


def list_months(reader: Reader) -> list[str]:
    """Return every month in which something was recorded or sealed, newest first."""
    keys = (
        key for prefix in ("period/", "points/", "score/", "sheet/") for key, _ in reader.facts.scan(prefix)
    )
    return sorted({key.split("/")[1] for key in keys}, reverse=True)


def refuse_empty(reader: Reader, period: str) -> None:
    """Raise Refused for a month in which nothing was recorded: figures of it would be true and say nothing."""
    months = list_months(reader)
    if period not in months:
        raise Refused(
            [
                Fault(
                    code="sheet-month",
                    place="--month",
                    found=f"{period} 没有记过账",
                    expected=f"记过账的月份：{months[-1]} 到 {months[0]}" if months else "记过账的月份",
                    remedy="改成要打印的月份，或先导入这个月的账",
                )
            ]
        )


def find_open_until(reader: Reader, period: str) -> str:
    """Return the day (YYYY-MM-DD) to which a month that is not closed is recorded; empty for a closed one.

    That is the day of +08:00 of the log's newest entry, in the month still: it follows from the log, not from who
    asks when. What a later month recorded says nothing of this one.
    """
    closed = get_fact(reader.facts, f"period/{period}", PeriodFacts)
    if closed is not None and closed.closed:
        return ""
    newest = get_day(parse_entry(reader.get_entry_bytes(reader.size - 1)).recorded_at)
    return min(newest, get_last_day(period))


def read_texts(reader: Reader) -> Callable[[str], object | None]:
    """Return the look-up of a public text by its digest: the disclosed value, None when it is gone."""

    def find(digest: str) -> object | None:
        disclosure = reader.find_text(digest)
        return None if disclosure is None else open_disclosure(disclosure, digest)[1]

    return find


def has_adopted(reader: Reader, kind: SheetKind, period: str) -> bool:
    """Whether the village has what a kind of sheet rests on: for points a rulebook, for scores a scheme; for a quarter
    or a year that it ends with the month, and that all its months are closed.
    """
    if kind in SPAN_MONTHS:
        return bool(list_span(kind, period)) and _is_closed(reader, period)
    if kind == "points":
        return find_rulebook(reader.facts, period) is not None
    return kind != "scores" or find_scheme(reader.facts, period) is not None


def refuse_unadopted(reader: Reader, kind: SheetKind, period: str) -> None:
    """Raise Refused for a sheet of points or scores without rulebook or scheme: nothing can have been given; and for
    that of a quarter or a year that does not end with the month, or is not closed.
    """
    if has_adopted(reader, kind, period):
        return
    if not list_span(kind, period):
        raise Refused([_build_wrong_month(kind, period)])
    if kind in SPAN_MONTHS:
        raise Refused([_build_open(period)])
    if kind == "points":
        found = f"{period} 没有起用的积分细则"
        raise Refused([_build_nothing("村民积分公开表", found, "mingbai adopt rulebook")])
    found = f"{period} 没有起用的考评办法"
    raise Refused([_build_nothing("党员评分公开表", found, "mingbai adopt scheme")])


def _build_nothing(place: str, found: str, command: str) -> Fault:
    return Fault(
        code="sheet-nothing",
        place=place,
        found=found,
        expected="先采用，再评议，再公开",
        remedy=f"本村要用的，先 {command} 并由另一人通过；不用的，这张表不用封存",
    )


def seal_sheet(
    ports: Ports,
    renderer: Renderer,
    village: str,
    kind: SheetKind,
    period: str,
    *,
    maker: str,
    base_url: str,
    is_demo: bool = False,
) -> tuple[SealedSheet, Receipt]:
    """Print, archive and record a month's sheet; returns it with the receipt of its entry.

    `base_url` and `is_demo` come from the home's settings and are printed only: no figure follows from them.

    Raises Refused when the month is open, when nothing of the kind is adopted, when the newest sealed sheet already
    says the same, when the maker does not act in the village, and when the sheet's own evidence does not prove its
    figures.
    """
    sealer = _name_sealer(ports, village, maker)
    with ports.ledger.read(village) as reader:
        refuse_unadopted(reader, kind, period)
        head = _get_head(ports, village, reader)
        number = _get_next_number(reader, kind, period)
        today = get_day(ports.clock.now_ms())
        figures = build_figures(ports, reader, kind, period, number=number, hung_on=today)
        _refuse_unchanged(ports, reader, kind, period, figures)
        verifier_key = get_key_at(reader.facts, head.size)
        note, policy = _read_cosigned(ports, village, reader, head)
        evidence = build_evidence(reader, figures.head, note=note, verifier_key=verifier_key)
        _verify_own_evidence(ports, evidence, figures, verifier_key)
    job = SheetJob(
        base_url=base_url,
        evidence=evidence,
        figures=encode_value(figures),
        is_demo=is_demo,
        kind=kind,
        note=note,
        policy=policy,
        verifier_key=verifier_key,
    )
    body = _archive_sheet(ports, renderer, job, figures, head)
    claim = Claim(
        body=body, kind="sheet.sealed", maker=sealer, occurred_on=today, period=period, village=village
    )
    (receipt,) = record_claims(ports, village, [Passed(checkers=(), claim=claim)])
    sealed = SealedSheet(
        figures=body.figures,
        index=receipt.index,
        kind=kind,
        number=number,
        pdf=body.pdf,
        period=period,
        size=body.size,
    )
    return sealed, receipt


def _read_cosigned(ports: Ports, village: str, reader: Reader, head: Head) -> tuple[bytes, bytes]:
    """Return the head's note with what witnesses said of it, and the policy by which they count; empty without any."""
    policy = read_policy(reader, head.size) if find_witness_policy(reader, head.size) else b""
    return cosign_head(ports, village, head), policy


def _name_sealer(ports: Ports, village: str, user: str) -> Actor:
    """Return who has a sheet sealed, and as what; Refused where they do not act in the village."""
    person = ports.vault.find_person(village, user)
    faults = check_person(person, user, SEALER_ROLES)
    role = find_role(person, SEALER_ROLES) if person is not None else None
    if faults or role is None:
        raise Refused(faults)
    return Actor(role=role, user=user)


def _get_head(ports: Ports, village: str, reader: Reader) -> Head:
    """Return the signed head of exactly what `reader` sees."""
    head = publish_head(ports, village)
    if head.size != reader.size:
        raise Refused(
            [
                Fault(
                    code="log-moved",
                    place="账本",
                    found=f"封存时又记了 {head.size - reader.size} 条",
                    expected="没有人同时记账",
                    remedy="再运行一次封存",
                )
            ]
        )
    return head


def _verify_own_evidence(ports: Ports, evidence: bytes, figures: Figures, verifier_key: str) -> None:
    """Check the attachment as a stranger will, before anything is hung."""
    try:
        verified = verify_evidence(evidence, ports.reference, trusted_key=verifier_key)
        reason = "" if verified.figures == figures else "附件算出的数字与表上的不同"
    except NotProven as error:
        reason = error.reason
    if reason:
        raise Refused(
            [
                Fault(
                    code="sheet-unproven",
                    place=f"公开表 {figures.head.number}",
                    found=reason,
                    expected="表上的每个数字都能由附件证明",
                    remedy="补齐当月的记录再封存；还不行，运行 mingbai audit",
                )
            ]
        )


def _get_next_number(reader: Reader, kind: SheetKind, period: str) -> str:
    if not _is_closed(reader, period):
        raise Refused([_build_open(period)])
    sealed = find_sheet(reader, kind, period)
    ordinal = int(sealed.number.rsplit("-", 1)[1]) + 1 if sealed else 1
    return f"{period}-{SHEET_LETTERS[kind]}-{ordinal}"


def _is_closed(reader: Reader, period: str) -> bool:
    known = get_fact(reader.facts, f"period/{period}", PeriodFacts)
    return known is not None and bool(known.closed)


def _build_open(period: str) -> Fault:
    return Fault(
        code="sheet-period-open",
        place=f"会计期间 {period}",
        found="未结账",
        expected="已结账",
        remedy="先用 mingbai close 结账，再封存公开表",
    )


def _build_wrong_month(kind: SheetKind, period: str) -> Fault:
    is_year = kind == "year"
    return Fault(
        code="sheet-span",
        place="年度公开表" if is_year else "季度公开表",
        found=period,
        expected="12 月" if is_year else "3 月、6 月、9 月或 12 月",
        remedy="季度、年度公开表的月份写最后一个月，这个月结账以后才有",
    )


def _refuse_unchanged(ports: Ports, reader: Reader, kind: SheetKind, period: str, figures: Figures) -> None:
    """A new sheet for a sealed month must say something new: what differs in the head alone does not count."""
    sealed = find_sheet(reader, kind, period)
    if sealed is None:
        return
    earlier = get_figures(ports, reader, kind, period)
    if msgspec.structs.replace(figures, head=earlier.head) == earlier:
        raise Refused(
            [
                Fault(
                    code="sheet-unchanged",
                    place=f"公开表 {sealed.number}",
                    found="数字与已封存的相同",
                    expected="有更正才换表",
                    remedy="继续张贴已封存的那一张；要再打印，用 mingbai sheet",
                )
            ]
        )


def _archive_sheet(
    ports: Ports, renderer: Renderer, job: SheetJob, figures: Figures, head: Head
) -> SheetSealed:
    pdf = renderer.render(job)
    toolchain = renderer.describe_toolchain()
    sheet_head = figures.head
    ports.archive.keep(toolchain)
    return SheetSealed(
        figures=ports.archive.keep(job.figures),
        follows=sheet_head.follows,
        number=sheet_head.number,
        pdf=ports.archive.keep(pdf),
        replaces=sheet_head.replaces,
        sheet=job.kind,
        size=head.size,
        toolchain=hashlib.sha256(toolchain).hexdigest(),
    )


def _build_sealed(kind: SheetKind, period: str, fact: SheetFacts) -> SealedSheet:
    return SealedSheet(
        figures=fact.figures,
        index=fact.index,
        kind=kind,
        number=fact.number,
        pdf=fact.pdf,
        period=period,
        size=fact.size,
    )
