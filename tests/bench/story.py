"""What happens in an invented village, month after month: the entries that the benchmark records.

Every month has a thousand entries of the kinds that fill a real log: vouchers (one in fifty put right by a reversal
and a replacement), the parts of a round of points, the closing. They follow the product's own rules, so that an audit
with every book derived again finds nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from ledger.books.balances import to_balances
from ledger.books.finance_figures import RESULT_ACCOUNT
from ledger.books.values import get_last_day, get_next_period
from ledger.books.vouchers import PeriodClosed, Posting
from ledger.books.year_end import KEPT, ends_year
from ledger.canonical import format_entry
from ledger.entries import KIND_OF_BODY, Actor, Body, Claim, Entry, name_clerk
from ledger.evidence import list_public_digests
from ledger.log.commitments import digest_disclosure
from ledger.log.hashing import Hash, format_hash, hash_leaf
from ledger.service.record import Passed
from tests.builders import (
    VILLAGE,
    Discloser,
    build_agreements,
    build_description,
    build_households,
    build_opening,
    build_points_line,
    build_points_round,
    build_postings,
    build_replacement,
    build_reversal,
    build_rulebook,
    build_voucher,
)

MONTH_ENTRIES = 1_000
FIRST_PERIOD = "2026-10"
HOUSEHOLDS, PARTS = 100, 4
CORRECTED_EVERY = 50
SUMMARIES = ("购办公用纸", "付路灯电费", "修东渠闸门", "付保洁员九月工资", "购树苗三百株", "付会议室水费")
DEBITS = ("513", "514")
CARRYING = 2
"""Vouchers that end a year: expense to 本年收益, and that to what is kept."""


class Story:
    """Claims in the order in which they are recorded; `index` is where the next one will stand."""

    def __init__(self, clerk: str, supervisor: str, index: int) -> None:
        self.index = index
        self._balances: Counter[str] = Counter()
        self._clerk = clerk
        self._period = FIRST_PERIOD
        self._stream = self._live()
        self._supervisor = supervisor
        self._texts = Discloser("bench")

    def take(self, count: int) -> list[Passed]:
        """Return the next claims, as another person passed them."""
        return list(islice(self._stream, count))

    def describe(self, count: int) -> list[Passed]:
        """Return descriptions of the village, which may be recorded in any order."""
        return [self._pass(build_description(self._texts)) for _ in range(count)]

    def _live(self) -> Iterator[Passed]:
        opening = build_opening(900_000_000, chart="2023")
        self._add(opening.postings)
        yield self._step(opening)
        yield self._step(build_rulebook(self._texts))
        yield self._step(build_households(self._texts, HOUSEHOLDS))
        yield self._step(build_agreements(self._texts, HOUSEHOLDS))
        done = self.index
        while True:
            yield from self._live_a_month(MONTH_ENTRIES - PARTS - 1 - done)
            self._period, done = get_next_period(self._period), 0

    def _live_a_month(self, vouchers: int) -> Iterator[Passed]:
        debit_fen = 0
        wrong, wrong_index = build_voucher(self._texts), 0
        for place in range(vouchers):
            number = f"{self._period}-{place + 1:03d}"
            body: Body
            if ends_year(self._period) and place >= vouchers - CARRYING:
                postings = self._carry_over(KEPT if place == vouchers - 1 else RESULT_ACCOUNT)
                body = build_voucher(self._texts, chart="2023", number=number, postings=postings)
            elif place and place % CORRECTED_EVERY == CORRECTED_EVERY - 2:
                postings = tuple(
                    Posting(account=row.account, amount_fen=-row.amount_fen, side=row.side)
                    for row in wrong.postings
                )
                body = build_reversal(
                    self._texts, chart="2023", number=number, postings=postings, reverses=wrong_index
                )
            elif place and place % CORRECTED_EVERY == CORRECTED_EVERY - 1:
                postings = build_postings(100 + place, debit=DEBITS[0])
                body = build_replacement(
                    self._texts, chart="2023", number=number, postings=postings, replaces=wrong_index
                )
            else:
                postings = build_postings(10_000 + 37 * place, debit=DEBITS[place % 2])
                summary = self._texts.publish(SUMMARIES[place % len(SUMMARIES)])
                body = wrong = build_voucher(
                    self._texts, chart="2023", number=number, postings=postings, summary=summary
                )
                wrong_index = self.index
            debit_fen += postings[0].amount_fen
            self._add(postings)
            yield self._step(body)
        for part in range(PARTS):
            lines = [build_points_line(self._texts, number) for number in range(part, HOUSEHOLDS, PARTS)]
            chosen = tuple(sorted(lines, key=lambda line: line.subject.sealed))
            # What the builder would have drawn for lines of its own must not stand among this entry's texts.
            yield self._step(
                build_points_round(Discloser("unused"), HOUSEHOLDS, lines=chosen, part=part + 1, parts=PARTS)
            )
        yield self._step(
            PeriodClosed(
                balances=to_balances({key: value for key, value in self._balances.items() if value}),
                credit_fen=debit_fen,
                debit_fen=debit_fen,
                last_number=f"{self._period}-{vouchers:03d}",
                vouchers=vouchers,
            )
        )

    def _carry_over(self, target: str) -> tuple[Posting, ...]:
        """Return the postings that carry the year's expense to 本年收益, or 本年收益 to what is kept."""
        codes = (RESULT_ACCOUNT,) if target == KEPT else DEBITS
        rows = [(code, self._balances[code]) for code in codes]
        total_fen = sum(amount_fen for _, amount_fen in rows)
        carried = [Posting(account=code, amount_fen=amount_fen, side="credit") for code, amount_fen in rows]
        return (Posting(account=target, amount_fen=total_fen, side="debit"), *carried)

    def _add(self, postings: Sequence[Posting]) -> None:
        for posting in postings:
            self._balances[posting.account] += (
                posting.amount_fen if posting.side == "debit" else -posting.amount_fen
            )

    def _step(self, body: Body) -> Passed:
        self.index += 1
        return self._pass(body)

    def _pass(self, body: Body) -> Passed:
        claim = Claim(
            body=body,
            kind=KIND_OF_BODY[type(body)],
            maker=name_clerk(self._clerk),
            occurred_on=get_last_day(self._period),
            period=self._period,
            village=VILLAGE,
        )
        # A builder also makes texts for fields that the story fills with its own.
        named = list_public_digests(body)
        return Passed(
            checkers=(Actor(role="supervisor", user=self._supervisor),),
            claim=claim,
            private=self._texts.take_private(),
            public=tuple(text for text in self._texts.take_public() if digest_disclosure(text) in named),
        )


def get_time(period: str) -> int:
    """Return when a month's entries are recorded, UTC milliseconds: in the first hours after it."""
    day = dt.date.fromisoformat(f"{get_next_period(period)}-01")
    return int(dt.datetime.combine(day, dt.time(), dt.timezone(dt.timedelta(hours=8))).timestamp() * 1000)


def build_entries(passed: Sequence[Passed], index: int, leaf: Hash, recorded_at: int) -> list[Entry]:
    """Return the entries that these claims become after the one of `leaf` and `recorded_at`."""
    entries: list[Entry] = []
    for item in passed:
        claim = item.claim
        recorded_at = max(recorded_at + 1, get_time(claim.period))
        entry = Entry(
            body=claim.body,
            checkers=item.checkers,
            index=index + len(entries),
            kind=claim.kind,
            maker=claim.maker,
            occurred_on=claim.occurred_on,
            period=claim.period,
            previous=format_hash(leaf),
            recorded_at=recorded_at,
            v=1,
            village=claim.village,
        )
        entries.append(entry)
        leaf = hash_leaf(format_entry(entry))
    return entries
