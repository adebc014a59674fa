"""A concern, the voucher and the contract as the rules look at them, and the entry by which an auditor closes one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, NamedTuple

from msgspec import Meta

from ledger.books.accounts import is_money
from ledger.books.balances import sign_posting
from ledger.books.concerns.table import ConcernRule
from ledger.books.contracts import ContractSigned, Due
from ledger.books.dues import Matched
from ledger.books.values import Count, Positive, PublicText, Side, Value
from ledger.books.village import ChartVersion
from ledger.books.vouchers import Posting
from ledger.errors import Fault

CASH = "101"
"""Code of the account of cash under both charts; its details begin with it."""
ENTRIES_MAX = 20
"""Entries that one concern names: the first tell what it is about."""

ConcernKey = Annotated[str, Meta(pattern=r"\A[a-z][a-z-]{2,29}[/][0-9A-Z][0-9A-Z-]{0,29}\Z")]
"""`<rule>/<subject>`: a voucher's or a contract's number, or a month. Never anything about a person."""


class Concern(Value, frozen=True):
    """One thing that somebody should explain.

    `amount_fen` what it is about, 0 where it is about no amount
    `entries`    indexes of the entries that it rests on, ascending; empty where something is missing
    `key`        stable as long as it is about the same thing
    `said`       one or two sentences in plain words, without anybody's name
    `since`      the day since when, YYYY-MM-DD
    """

    amount_fen: Count
    entries: tuple[int, ...]
    key: str
    said: str
    since: str

    @property
    def rule(self) -> str:
        """Code of the rule that asks."""
        return self.key.partition("/")[0]

    @property
    def subject(self) -> str:
        """What of the books it is about."""
        return self.key.partition("/")[2]


class ConcernAcknowledged(Value, frozen=True):
    """`concern.acknowledged`: an auditor looked into a concern and says why it may rest.

    It rests on the amount and the entries named, as they were seen: once they are others, the concern is open again.
    """

    amount_fen: Count
    concern: ConcernKey
    entries: Annotated[tuple[Positive, ...], Meta(max_length=ENTRIES_MAX)]
    reason: PublicText


@dataclass(frozen=True, kw_only=True)
class Booked:
    """A voucher as the rules look at it.

    Names and summary are empty where their text is gone. `chart`: the one under which its accounts mean something,
    2004 or 2023; `has_documents`: what was attached to it is in the log;
    `is_taken_back`: a red voucher took it back; `recorded_on` the day on which it became an entry;
    `asset`, `contract`, `fund`: what of the registers it names, empty for none; `maker`, `checkers`: pseudonyms of who
    prepared and who passed it.
    """

    approver: str
    asset: str
    bookkeeper: str
    chart: ChartVersion
    checkers: tuple[str, ...]
    contract: str
    day: str
    fund: str
    handler: str
    has_documents: bool
    index: int
    is_red: bool
    is_taken_back: bool
    maker: str
    number: str
    postings: tuple[Posting, ...]
    recorded_on: str
    summary: str

    @property
    def is_live(self) -> bool:
        """Whether it stands: neither red nor taken back."""
        return not self.is_red and not self.is_taken_back

    @cached_property
    def cash_fen(self) -> int:
        """What it moved of cash, in positive."""
        return sum(sign_posting(item) for item in self.postings if item.account.startswith(CASH))

    @cached_property
    def money_fen(self) -> int:
        """What it moved of cash and bank together: 0 of a transfer between the two."""
        return sum(sign_posting(item) for item in self.postings if is_money(item.account))

    def sum_side(self, accounts: tuple[str, ...], side: Side) -> int:
        """Return what it posted on a side of these accounts and of those below them."""
        return sum(
            posting.amount_fen
            for posting in self.postings
            if posting.side == side and posting.account.startswith(accounts)
        )

    def list_debited(self) -> tuple[str, ...]:
        """Return the accounts debited that are neither cash nor bank, by code."""
        return tuple(
            sorted({i.account for i in self.postings if i.side == "debit" and not is_money(i.account)})
        )


class Plot(NamedTuple):
    """The land of the register that a contract is about: its area there, and the years for which the law lets land of
    its class be let, 0 where none says; `is_shared`: another contract is about a part of it at the same time.
    """

    area_mu_hundredths: int
    is_shared: bool
    number: str
    term_years: int


class Limits(NamedTuple):
    """Limits for more checkers and for resolutions, in force for entries after the index `at`; 0 for none."""

    at: int
    second_fen: int
    third_fen: int
    resolution_fen: int


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """A contract as the rules look at it.

    `dues`       what it asks after its changes
    `is_decided` it, or a change of it, names a resolution of the register
    `late`       vouchers that moved money for it after its last day: index, day and fen as the contract has them
    `plot`       the land that it names; None for none
    `resolution` the text of who decided it; empty where it is gone
    `words`      its title, subject and use; those left out whose text is gone
    """

    dues: tuple[Due, ...]
    ended_on: str
    is_decided: bool
    late: tuple[tuple[int, str, int], ...]
    matched: Matched
    plot: Plot | None
    resolution: str
    signed: ContractSigned
    signed_at: int
    signed_on: str
    words: str


class Owing(NamedTuple):
    """A fund that spent more than it received: by how much, the entries that moved it, and since which day."""

    entries: tuple[int, ...]
    number: str
    owed_fen: int
    since: str


class Said(NamedTuple):
    """Words that somebody published: `name` is what people call what they belong to, `number` that of the register."""

    amount_fen: int
    at: int  # index of its entry
    day: str
    name: str
    number: str
    text: str


def check_acknowledged_body(body: ConcernAcknowledged, index: int, place: str) -> list[Fault]:
    """Return what is wrong with an acknowledgement in itself: it names earlier entries, each once, in order.

    `place` what a fault calls the concern
    """
    if list(body.entries) == sorted(set(body.entries)) and all(at < index for at in body.entries):
        return []
    return [
        Fault(
            code="concern-entries",
            place=f"{place}所指的记录",
            found="、".join(f"第 {at} 条" for at in body.entries),
            expected="前面已有的记录，从小到大，各一次",
            remedy="从“待说明的事”的网页重新办理",
        )
    ]


def name_vouchers(vouchers: Sequence[Booked]) -> str:
    """Return the numbers of some vouchers, the first four of them and how many there are."""
    named = "、".join(item.number for item in vouchers[:4])
    return f"凭证 {named}" if len(vouchers) <= 4 else f"凭证 {named} 等 {len(vouchers)} 张"


def list_indexes(vouchers: Sequence[Booked]) -> tuple[int, ...]:
    """Return the indexes that a concern over these vouchers names."""
    return tuple(sorted({item.index for item in vouchers}))[:ENTRIES_MAX]


def sort_booked(vouchers: Iterable[Booked]) -> list[Booked]:
    """Return vouchers as they happened, those of one day as they were recorded."""
    return sorted(vouchers, key=lambda item: (item.day, item.index))


def build_of(
    rule: ConcernRule, subject: str, vouchers: Sequence[Booked], amount_fen: int, said: str
) -> Concern:
    """Return a concern about some vouchers, which is there since the first of their days."""
    return Concern(
        amount_fen=amount_fen,
        entries=list_indexes(vouchers),
        key=f"{rule.code}/{subject}",
        said=said,
        since=min(item.day for item in vouchers),
    )
