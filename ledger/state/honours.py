"""Honours folded: which were granted and when, and from whom one was taken back.

Rules that always hold: a number is given once; the months that an honour looks back on are closed; a resolution that is
named had adopted it by then; a holder loses it at most once. Who holds it, only the vault shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ledger.books.honours import (
    Holder,
    HonourReversed,
    HonoursGranted,
    check_granted,
    check_holders,
    list_honour_months,
)
from ledger.books.rounds import build_fault
from ledger.books.values import Sealed, Value
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.facts import (
    EntryAt,
    Facts,
    PeriodFacts,
    find_earlier,
    get_fact,
    key_at,
    put_fact,
    read_body,
    scan_facts,
)
from ledger.state.private import FindPrivate, HonourHolder, Opener, open_all, open_private
from ledger.state.reference import Reference
from ledger.state.resolutions import check_cover


class Granting(Value, frozen=True):
    """An honour as it was granted by the entry at index `at`, on `day`. `taken` leads from a holder's digest to the
    entry that took it back.
    """

    at: int
    body: HonoursGranted
    day: str
    taken: dict[str, int]

    @property
    def year(self) -> str:
        """The year that it looks back on, whole or by a quarter."""
        return self.body.until[:4]

    @property
    def standing(self) -> list[str]:
        """The digests of those who still hold it."""
        return [item.sealed for item in self.body.holders if item.sealed not in self.taken]


def check_honours(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry about honours may not follow these facts."""
    del reference  # Kinds are a choice of the village; an entry says itself what it grants.
    match entry.body:
        case HonoursGranted() as body:
            return check_granted(body) + _check_granting(facts, entry, body)
        case HonourReversed() as body:
            return _check_reversal(facts, entry, body)
        case _:
            raise ValueError(f"{entry.kind} is no kind of honours")


def fold_honours(facts: Facts, entry: Entry) -> None:
    """Apply an entry about honours, already checked. Raises ValueError for another kind."""
    at = EntryAt(index=entry.index)
    match entry.body:
        case HonoursGranted() as body:
            put_fact(facts, f"honour/{body.number}", at)
        case HonourReversed() as body:
            put_fact(facts, f"honour-taken/{key_at(body.reverses)}/{body.holder}", at)
        case _:
            raise ValueError(f"{entry.kind} is no kind of honours")
    put_fact(facts, f"honours-in/{entry.period}/{key_at(entry.index)}", at)


def find_granting(facts: Facts, number: str) -> Granting | None:
    """Return what was granted under a number; None where nothing was."""
    at = get_fact(facts, f"honour/{number}", EntryAt)
    return _read_granting(facts, at.index) if at is not None else None


def list_grantings(facts: Facts) -> list[Granting]:
    """Return all that was granted, the newest number first."""
    return [_read_granting(facts, at.index) for _, at in scan_facts(facts, "honour/", EntryAt)][::-1]


def list_granted_in(facts: Facts, period: str) -> list[Granting]:
    """Return what a month's entries granted, the oldest number first."""
    indexes = set(list_honour_entries(facts, period))
    return [granting for granting in list_grantings(facts)[::-1] if granting.at in indexes]


def list_granted_for(facts: Facts, year: str) -> list[Granting]:
    """Return what was granted for a year, or a quarter of it, whenever that was; the newest number first."""
    return [granting for granting in list_grantings(facts) if granting.year == year]


def list_granted_years(facts: Facts) -> list[str]:
    """Return the years for which anything was granted, the newest first."""
    return sorted({granting.year for granting in list_grantings(facts)}, reverse=True)


def get_granting(facts: Facts, index: int) -> Granting:
    """Return what the entry at `index` granted. Raises TypeError where that grants nothing."""
    return _read_granting(facts, index)


def list_honour_entries(facts: Facts, period: str) -> list[int]:
    """Return the indexes of a month's entries about honours, in their order."""
    return [at.index for _, at in scan_facts(facts, f"honours-in/{period}/", EntryAt)]


def list_honours_needed(facts: Facts, period: str) -> list[int]:
    """Return the entries from which follows what a month's points sheet says of honours: the month's own, and what was
    granted earlier and taken back in it.
    """
    found = set(list_honour_entries(facts, period))
    bodies = [facts.read_entry(index).body for index in found]
    return sorted(found | {body.reverses for body in bodies if isinstance(body, HonourReversed)})


def check_closed(facts: Facts, body: HonoursGranted) -> list[Fault]:
    """Say which months an honour looks back on that are still open: a ranking is made on a fixed calendar only."""
    still = [month for month in list_honour_months(body.span, body.until) if not is_over(facts, month)]
    if not still:
        return []
    place, found = f"表彰 {body.number}", f"{'、'.join(still)} 还没有结账"
    remedy = "先结账；没到时候不排名、不表彰"
    return [build_fault("honour-open", place, found, "评到的月份都结了账", remedy)]


def is_over(facts: Facts, month: str) -> bool:
    """Whether nothing can come into a month any more: it is closed, or lies before the first month of the books."""
    known = get_fact(facts, f"period/{month}", PeriodFacts)
    if known is not None:
        return known.closed > 0
    first = next((key for key, _ in scan_facts(facts, "period/", PeriodFacts)), None)
    return first is not None and month < first.rpartition("/")[2]


def check_honours_privately(facts: Facts, find_private: FindPrivate) -> list[Fault]:
    """Return every fault that the vault shows in who holds honours. Serves the audit of a home."""
    faults = []
    for granting in list_grantings(facts):
        opened, _lost, unproven = open_all(_iterate_holders(granting, find_private))
        faults += unproven + check_holders(opened, granting.body.granted_to)
    return faults


def open_holder(find_private: FindPrivate, digest: str) -> HonourHolder | None:
    """Return who stands behind a digest; None where the vault has it no more. Raises NotProven as `open_private`."""
    return open_private(find_private, digest, HonourHolder)


def _iterate_holders(granting: Granting, find_private: FindPrivate) -> Iterator[tuple[str, Opener[Holder]]]:
    for number, sealed in enumerate(granting.body.holders, 1):
        place = f"表彰 {granting.body.number} 名单第 {number} 行（第 {granting.at} 条）"
        opener: Callable[[], Holder | None] = partial(_open, sealed, place, find_private)
        yield place, opener


def _open(sealed: Sealed, place: str, find_private: FindPrivate) -> Holder | None:
    found = open_holder(find_private, sealed.sealed)
    return Holder(household=found.household, name=found.name, place=place) if found is not None else None


def _read_granting(facts: Facts, index: int) -> Granting:
    taken = scan_facts(facts, f"honour-taken/{key_at(index)}/", EntryAt)
    return Granting(
        at=index,
        body=read_body(facts, index, HonoursGranted),
        day=facts.read_entry(index).occurred_on,
        taken={key.rsplit("/", 1)[-1]: at.index for key, at in taken},
    )


def _check_granting(facts: Facts, entry: Entry, body: HonoursGranted) -> list[Fault]:
    place = f"表彰 {body.number}"
    faults = check_closed(facts, body)
    known = get_fact(facts, f"honour/{body.number}", EntryAt)
    if known is not None:
        found, remedy = f"第 {known.index} 条已用这个编号", "同一次不用再登记；是另一次，就换一个编号"
        faults.append(build_fault("honour-number-used", place, found, "没有用过的编号", remedy))
    if body.resolution:
        faults += check_cover(facts, place, body.resolution, entry.occurred_on, 0)
    return faults


def _check_reversal(facts: Facts, entry: Entry, body: HonourReversed) -> list[Fault]:
    place = f"撤销第 {body.reverses} 条的一份荣誉"
    original = _find_original(facts, entry.index, body)
    if original is None:
        found, remedy = "那一条不是更早的表彰，或者名单里没有这一行", "核对表彰编号、户号和姓名"
        return [build_fault("honour-unknown", place, found, "更早的表彰名单里的一行", remedy)]
    faults = []
    if get_fact(facts, f"honour-taken/{key_at(body.reverses)}/{body.holder}", EntryAt) is not None:
        remedy = "每份只撤一次，不用再撤"
        faults.append(build_fault("honour-taken", place, "已经撤销过", "还没有撤销的一行", remedy))
    if entry.period < original.period:
        expected, remedy = f"{original.period} 或更晚", "撤销记入表彰的那个月，或者以后的月份"
        faults.append(build_fault("honour-period", place, entry.period, expected, remedy))
    return faults


def _find_original(facts: Facts, index: int, body: HonourReversed) -> Entry | None:
    """Return the granting that has the holder; None where there is no such one before `index`."""
    original = find_earlier(facts, body.reverses, index)
    holders = original.body.holders if original and isinstance(original.body, HonoursGranted) else ()
    return original if any(item.sealed == body.holder for item in holders) else None
