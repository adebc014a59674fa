"""What the entries add up to, as small values under readable keys, one space a village.

A fold reads and writes facts through `Facts` and nothing else, so the very same fold runs over a dictionary
(an audit), over rows inside an append's transaction (the store) and in a rebuild. Facts are caches: they can
be dropped and folded again from the entries.

| key | value | written by |
| --- | --- | --- |
| `epoch` | EpochFacts: what of the log before was lost | log.refounded |
| `village` | VillageFacts | log.founded, log.refounded, key.rotated, village.described |
| `key/<index>` | KeyFacts: the handing over recorded there | key.rotated |
| `books` | BooksFacts | accounts.opened, period.closed |
| `closing/<period>` | ClosingFacts: balances at the month's end | accounts.opened (the month before), period.closed |
| `period/<period>` | PeriodFacts | vouchers, period.closed |
| `turnover/<period>/<account>` | Turnover | vouchers |
| `carried/<period>/<account>` | Turnover by vouchers that carry the year's results over | vouchers |
| `voucher/<number>` | EntryAt | vouchers |
| `amount/<fen>/<index>` | EntryAt: of what the entry is found by its amount | accounts.opened, vouchers |
| `answer/<index>` | AnswerFacts: how a voucher was put right | voucher.reversed, voucher.replaced |
| `correction/<period>/<index>` | EntryAt, in the month of the correction and in the month corrected | the same |
| `rulebook` | RulebookFacts, the newest | rulebook.adopted |
| `rulebook/<period>/<version>` | RulebookFacts, in force from the period on | rulebook.adopted |
| `households` | HouseholdFacts | households.registered |
| `agreements/<version>` | AgreementFacts: consents in force to a version | agreements.signed, consents.withdrawn |
| `registered/<index>` | EntryAt: who is registered and consents | households.registered, both of the line above |
| `withdrawn/<index>` | EntryAt: who withdrew a consent | consents.withdrawn |
| `points/<period>` | PointsMonth | points.round, points.reversed |
| `award/<period>/<rule>` | Tally of the plain lines | the same |
| `taken/<index>/<digest>` | EntryAt of the reversal that took the line back | points.reversed |
| `points-correction/<period>/<index>` | EntryAt, in both months | points.reversed |
| `scheme` | EntryAt, members' newest | scheme.adopted |
| `scheme/<period>/<version>` | EntryAt, members' in force from the period on | scheme.adopted |
| `scheme-of/<subject>` | EntryAt, the newest of another subject | scheme.adopted |
| `scheme-in/<subject>/<period>/<version>` | EntryAt, in force from the period on | scheme.adopted |
| `branch/<branch>` | BranchFacts | branch.registered |
| `party-groups/<branch>` | GroupsFacts, `state.party_groups`: a branch's groups as they are now | branch.grouped |
| `score/<period>/<branch>` | ScoreMonth | score.round |
| `mark/<period>/<branch>/<item>` | Tally | score.round |
| `policy` | PolicyFacts, the newest | policy.adopted |
| `policy/<index>` | PolicyFacts | policy.adopted |
| `limits` | LimitsFacts, in force from the next entry on | limits.adopted |
| `limits/<index>` | LimitsFacts, every one that was adopted | limits.adopted |
| `documents/<number>/<index>` | EntryAt: what was attached to the voucher of a number | documents.attached |
| `document/<digest>` | EntryAt, by the digest of an encrypted original | documents.attached |
| `page/<digest>` | EntryAt, by the digest of a page of a public copy | documents.attached |
| `contract/<number>` | ContractFacts | contract.signed, contract.amended, contract.ended, contract.voided |
| `contract-about/<asset or resource>/<number>` | EntryAt of the contract that is about it | contract.signed |
| `payment/<number>/<index>` | PaymentFacts: what a voucher moved for a contract | vouchers |
| `asset/<number>` | AssetFacts | asset.*, stocktake.recorded, vouchers |
| `assets/<category>` | AssetSums of a class | the same |
| `asset-voucher/<number>/<index>` | AssetMoveFacts: what a voucher moved for an asset | vouchers |
| `depreciation/<number>/<period>` | DepreciationFacts: what is booked of an asset's month | vouchers |
| `stocktake/<index>` | EntryAt | stocktake.recorded |
| `resource/<number>` | ResourceFacts | resource.registered, resource.changed |
| `land/<class>` | LandSums of a class | the same |
| `resolution/<number>` | ResolutionFacts | resolution.recorded, resolution.reported |
| `spent/<number>` | SpentFacts: all that was spent under a resolution | vouchers, contract.* but contract.ended |
| `under/<number>/<index>` | SpentFacts: what one entry spent under a resolution | the same |
| `forum/<number>` | EntryAt | forum.held |
| `fund/<number>` | EntryAt | fund.opened |
| `held/<number>` | FundFacts: what a fund received and spent in all | fund.opened, vouchers |
| `moved/<number>/<index>` | MovedFacts: what a voucher moved of a fund | vouchers |
| `account/<chart>/<code>` | AccountFacts: a sub-account that the village added | accounts.added, accounts.closed |
| `plan/<year>` | EntryAt of the newest version of the year's plan | plan.adopted |
| `conversion` | ConversionFacts: from which month the books go on under another chart | accounts.converted |
| `opening/<period>` | ClosingFacts: balances under the new chart | accounts.converted |
| `day/<day>/<index>` | EntryAt of what happened on a day | vouchers |
| `acknowledged/<rule>/<subject>` | AcknowledgedFacts, the newest | concern.acknowledged |
| `bank` | BankMonths | bank.reconciled |
| `bank/<period>` | BankFacts, the month's newest | bank.reconciled |
| `objection/<number>` | ObjectionFacts | objection.raised, objection.answered |
| `objection-about/<about>/<number>` | EntryAt of what was raised about a sheet, contract or entry | objection.raised |
| `objection-wording/<digest>` | EntryAt, by the digest of the sealed wording | objection.raised |
| `objections` | ObjectionsFacts: those without an answer, and how many there were | both |
| `shop` | ShopFacts, the newest | shop.adopted |
| `shop/<period>` | EntryAt of the newest shop of the points year that begins then | shop.adopted |
| `shop-version/<period>/<version>` | EntryAt of each version of that shop | shop.adopted |
| `shop-resolution/<number>/<period>` | EntryAt, the same by the resolution | shop.adopted |
| `redemption/<period>/<index>` | EntryAt of what was redeemed in a points year | points.redeemed |
| `redeemed/<period>/<goods>` | RedeemedFacts of one thing in a points year | points.redeemed, redemption.reversed |
| `redeemed-total/<period>` | RedeemedFacts of a points year | the same |
| `redeemed-month/<first period>/<period>` | RedeemedFacts of a month of a points year | the same |
| `redeemed-line/<digest>` | EntryAt, by the digest of whom a line is about | points.redeemed |
| `redemption-taken/<digest>` | EntryAt of the entry that took the line back | redemption.reversed |
| `task/<number>` | TaskFacts | task.offered, task.claimed, hours.booked |
| `task-held/<period>/<number>` | TaskFacts as it was offered, by the month in which it is held | task.offered |
| `honour/<number>` | EntryAt of what was granted | honours.granted |
| `honour-taken/<index>/<digest>` | EntryAt of what took one back | honour.reversed |
| `grid/<number>` | UnitFacts, `state.grids`: a unit as it is now | grids.registered |
| `unnamed/<unit>/<digest>` | EntryAt: whose whole name stands on no paper any more | naming.withdrawn |
| `visits/<period>/<unit>` | VisitsFacts, `state.grids`: a unit's month, newest version | visits.recorded |
| `honours-in/<period>/<index>` | EntryAt of a month's entries about honours | honours.granted, honour.reversed |
| `case/<number>` | CaseFacts | case.* |
| `case-report/<digest>` | EntryAt, by the digest of the sealed report | case.opened |
| `cases` | OpenCases: those that wait for an answer | case.opened, case.moved, case.confided |
| `cases-at/<period>/<unit>` | CaseCounts of those of a unit itself that were reported in a month | case.* |
| `cases-in/<period>/<category>` | CaseCounts of those that were reported in a month | case.* |
| `ballot/<number>` | BallotFacts | ballot.opened, ballot.closed |
| `star/<number>` | StarFacts, `state.star_facts` | star.declared, star.moved |
| `star-of/<subject>/<branch>` | StarOfFacts: which application gave the star that is held, and the newest | the same |
| `star-year/<subject>/<branch>/<year>/<number>` | EntryAt of an application for a year's star | star.declared |
| `assessment/<subject>/<period>` | AssessmentFacts, `state.assessments`: a round by its last month | assessment.round |
| `assessment-ballot/<subject>/<number>` | EntryAt of the round that a ballot gave | assessment.round |
| `volunteering/<year>` | VolunteeringFacts of the tasks held in a year | hours.booked |
| `told/<period>/<index>` | EntryAt: told besides vouchers | asset.*, objection.*, resource.*, stocktake.* |
| `sheet/<period>/<letter>/<ordinal>` | SheetFacts | sheet.sealed |
| `latest/<letter>` | EntryAt of the newest sealed sheet of the kind | sheet.sealed |

Indexes in keys have twelve digits, amounts sixteen, versions four, branches and ordinals two, so that keys sort as
numbers do.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Protocol, TypeVar

import msgspec

from ledger.books.values import Value
from ledger.books.vouchers import AccountBalance
from ledger.entries import Entry
from ledger.errors import NotFound, Tampered

T = TypeVar("T")


class Facts(Protocol):
    """The facts of one village and its earlier entries."""

    def get(self, key: str) -> bytes | None:
        """Return the value under `key`, None when absent."""
        ...

    def put(self, key: str, value: bytes) -> None:
        """Set the value under `key`."""
        ...

    def scan(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """Yield the keys that start with `prefix` with their values, in key order."""
        ...

    def read_entry(self, index: int) -> Entry:
        """Return an entry already in the log; NotFound where there is none."""
        ...


class MemoryFacts:
    """Facts in a dictionary; entries come from the given reader."""

    def __init__(self, read_entry: Callable[[int], Entry]) -> None:
        self._values: dict[str, bytes] = {}
        self._keys: dict[str, list[str]] = {}  # sorted, by what stands before the first slash
        self._read_entry = read_entry

    def get(self, key: str) -> bytes | None:
        return self._values.get(key)

    def put(self, key: str, value: bytes) -> None:
        if key not in self._values:
            # Nearly always the last of its family, while in one list of all keys half of them would move.
            insort(self._keys.setdefault(key.partition("/")[0], []), key)
        self._values[key] = value

    def scan(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        family, slash, _ = prefix.partition("/")
        keys = self._keys.get(family, []) if slash else sorted(self._values)
        at = bisect_left(keys, prefix)
        while at < len(keys) and keys[at].startswith(prefix):
            yield keys[at], self._values[keys[at]]
            at += 1

    def read_entry(self, index: int) -> Entry:
        return self._read_entry(index)


class EntryAt(Value, frozen=True):
    index: int


class VillageFacts(Value, frozen=True):
    """From log.founded; `described` is the index of the newest description, 0 before the first.

    `verifier_key` is the key in force at the log's present size; see `state.keys` for those before.
    """

    chart: str
    code: str
    described: int
    epoch: int
    founded_on: str
    origin: str
    policy: str
    verifier_key: str


class KeyFacts(Value, frozen=True):
    """A rotation: `new_key` signs every size above `index`, `old_key` those below since it was new itself."""

    index: int
    new_key: str
    old_key: str


class PolicyFacts(Value, frozen=True):
    """An adopted witness policy, in force at every size above `index`; `text` is the digest of its public text."""

    index: int
    policy: str
    quorum: int
    text: str
    version: int
    witnesses: int


class LimitsFacts(Value, frozen=True):
    """Adopted limits above which more persons must pass a voucher, or a resolution is needed; 0 for none. `index` is
    their entry's.
    """

    index: int
    second_fen: int
    third_fen: int
    version: int
    resolution_fen: int = 0  # facts that were folded before there was such a limit do not say it


class BooksFacts(Value, frozen=True):
    """`first_period` is the month of the opening balances; `last_closed` is empty before the first closing."""

    first_period: str
    last_closed: str
    opened: int  # index of accounts.opened


class ClosingFacts(Value, frozen=True):
    balances: tuple[AccountBalance, ...]
    index: int


class PeriodFacts(Value, frozen=True):
    """`closed` is the index of period.closed, 0 while the month is open."""

    closed: int
    credit_fen: int
    debit_fen: int
    last_number: str
    vouchers: int


class Turnover(Value, frozen=True):
    credit_fen: int
    debit_fen: int


class AnswerFacts(Value, frozen=True):
    """Index of the reversal, and of the replacement or 0."""

    replaced_by: int
    reversed_by: int


class RulebookFacts(Value, frozen=True):
    index: int
    version: int


class HouseholdFacts(Value, frozen=True):
    households: int


class AgreementFacts(Value, frozen=True):
    """How many households consent to what, under one version of the rulebook; without what was withdrawn."""

    display: int
    naming: int
    scoring: int


class PointsMonth(Value, frozen=True):
    """`rounds` are indexes of the round's parts in order; corrections dated in the month are taken off."""

    households: int
    parts: int
    rounds: tuple[int, ...]
    sealed_awards: int
    sealed_points: int


class Tally(Value, frozen=True):
    """Lines, quantity and points of one rule or item in a month, corrections taken off."""

    lines: int
    points: int
    quantity: int


class AnnexFacts(Value, frozen=True):
    """`annex/<period>`: the entries of the annex of a month's points sheet, one each part, and the lines in them."""

    entries: tuple[int, ...]
    lines: int
    parts: int


class BranchFacts(Value, frozen=True):
    """A branch as its newest registration, at `index`, says; `earlier` are those before it, in order."""

    index: int
    members: int
    earlier: tuple[int, ...] = ()

    @property
    def registrations(self) -> tuple[int, ...]:
        """Every registration, in order."""
        return (*self.earlier, self.index)

    def find_before(self, index: int) -> int:
        """Return which registration held when the entry at `index` was recorded. Raises ValueError before the first."""
        return max(at for at in self.registrations if at < index)


class ScoreMonth(Value, frozen=True):
    """`stars` are (stars, members) pairs, most stars first."""

    parts: int
    rounds: tuple[int, ...]
    sealed_marks: int
    sealed_points: int
    stars: tuple[tuple[int, int], ...]


class AccountFacts(Value, frozen=True):
    """A sub-account of the village's: `place` counts from 0 in the entry that added it, `period` is the month from
    which it may be posted to, `closed` the index of the entry that closed it, 0 while it is open.
    """

    closed: int
    index: int
    period: str
    place: int


class ConversionFacts(Value, frozen=True):
    """The books go on under `chart` from `period` on; `index` is the entry that says so."""

    chart: str
    index: int
    period: str


class AcknowledgedFacts(Value, frozen=True):
    """The entry at `index` acknowledged a concern while it was about this amount and rested on these entries."""

    amount_fen: int
    entries: tuple[int, ...]
    index: int


class BankMonths(Value, frozen=True):
    """Months compared with the bank, without a gap. Any after `last` went on from one that was compared anew since."""

    first: str
    last: str


class BankFacts(Value, frozen=True):
    """A month's newest reconciliation, and its version."""

    index: int
    version: int


class ObjectionFacts(Value, frozen=True):
    """Indexes of an objection's entries: its raising, and its answers in their order."""

    answers: tuple[int, ...]
    raised: int


class ObjectionsFacts(Value, frozen=True):
    """`open` are the numbers of those that nobody answered yet, in the order in which they were recorded."""

    answered: int
    open: tuple[str, ...]


class SheetFacts(Value, frozen=True):
    """A sealed sheet; the rest stands in its entry."""

    figures: str
    index: int
    number: str
    pdf: str
    size: int


def get_fact(facts: Facts, key: str, kind: type[T]) -> T | None:
    """Read the value under `key` as `kind`, None when absent; Tampered where it is none."""
    data = facts.get(key)
    return None if data is None else _read(key, data, kind)


def put_fact(facts: Facts, key: str, value: Value) -> None:
    """Write `value` under `key`."""
    facts.put(key, msgspec.json.encode(value))


def scan_facts(facts: Facts, prefix: str, kind: type[T]) -> Iterator[tuple[str, T]]:
    """Yield (key without the prefix, value) in key order; Tampered at one that is no value."""
    for key, data in facts.scan(prefix):
        yield key[len(prefix) :], _read(key, data, kind)


def _read(key: str, data: bytes, kind: type[T]) -> T:
    try:
        value: T = _decode(data, kind)  # type: ignore[arg-type]  # mypy asks instances for the class's hash
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Tampered(-1, "由记录算出的值", "读不成的内容", subject=f"速查数据 {key} ") from error
    return value


@lru_cache(maxsize=1_024)
def _decode(data: bytes, kind: type[T]) -> T:
    """Read a value; the same few are read for every entry, and being frozen they can be handed out again."""
    return msgspec.json.decode(data, type=kind)


def find_earlier(facts: Facts, index: int, before: int) -> Entry | None:
    """Return the entry at an index; None where it is not before another, or is not there: evidence has not all."""
    try:
        return facts.read_entry(index) if index < before else None
    except NotFound:
        return None


def read_body(facts: Facts, index: int, kind: type[T]) -> T:
    """Return the body of an earlier entry; ValueError where it is of another kind."""
    body = facts.read_entry(index).body
    if isinstance(body, kind):
        return body
    raise ValueError(f"entry {index} is no {kind.__name__}")


def find_in_force(facts: Facts, prefix: str, period: str, kind: type[T]) -> T | None:
    """Return the value of the last key `<prefix><period>/<version>` up to `period`, None before the first."""
    found = None
    for key, value in scan_facts(facts, prefix, kind):
        if key[:7] > period:
            break
        found = value
    return found


def key_at(index: int) -> str:
    """Return an index as it stands in keys."""
    return f"{index:012d}"


def find_branch(facts: Facts, branch: int) -> BranchFacts | None:
    """Return a registered party branch; None where there is none of that number."""
    return get_fact(facts, f"branch/{branch:02d}", BranchFacts)
