"""A village's money alone: what its statements cost as they are kept, what they cost anew, and what its journals cost
others to add up.

The log is one of its own, of vouchers of two to six lines and their closings: a place's size counts its postings here.
From what is kept, a trial balance and both statements are held to a tenth of a second, however many postings there are.
Anew, every entry is read from its bytes, judged as an entry and added up, against a hundred thousand postings a second
and against hledger and Beancount, which read the journals that we write of the same log.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from ledger.books.accounts import Chart
from ledger.books.balances import add_turnovers, sum_turnovers, to_balances
from ledger.books.finance_figures import RESULT_ACCOUNT
from ledger.books.values import get_last_day, get_next_period
from ledger.books.vouchers import (
    AccountsOpened,
    PeriodClosed,
    Posting,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
)
from ledger.books.year_end import KEPT, ends_year, list_year_end
from ledger.canonical import format_entry, parse_entry
from ledger.data import load_reference, load_statements
from ledger.entries import KIND_OF_BODY, Actor, Body, Claim, name_clerk
from ledger.evidence import list_public_digests
from ledger.figures.statements import collect_statements
from ledger.log.commitments import digest_disclosure
from ledger.log.hashing import hash_leaf
from ledger.service.journals import BooksForm, open_books, write_books
from ledger.service.publish import publish_head
from ledger.service.record import Passed
from ledger.sources import open_home_log
from ledger.state.money import get_balances, get_trial_balance, list_book_months
from tests.bench.measuring import Cost, Row, compare, take_turns
from tests.bench.places import FILL_ENTRIES, Place, Say
from tests.bench.story import FIRST_PERIOD, SUMMARIES, build_entries
from tests.builders import VILLAGE, Discloser, build_opening, build_voucher
from tests.homes import VillageHome, found_home

KEPT_BOUND_S = 0.1
"""What a trial balance or the statements of a month may take, from what is kept."""
ANEW_GOAL = 100_000
"""Postings a second that adding up from the entries' bytes is held to."""
COUNT = 10
MONTH_VOUCHERS = 900
LINES = (2, 3, 2, 4, 6, 3, 2, 5)
"""Postings of a voucher, in turn."""
CASH = ("101", "102")
EXPENSES = ("51301", "51302", "51303", "51305", "51399", "511", "514", "515", "121", "401")
INCOMES = ("50103", "50106", "50104", "503", "504")
INCOME_EVERY = 5
READ_ENTRIES = 1_000
"""Entries of one reading while all are added up."""

HLEDGER_MISSING = "hledger is not there: `./mingbai test` installs it"
BEANCOUNT_MISSING = "Beancount is not there: `./mingbai bench` installs it (requirements-journals.txt)"


class MoneyStory:
    """Claims of a village's money in the order in which they are recorded."""

    def __init__(self, village: VillageHome, chart: Chart) -> None:
        self.postings = 0
        self._balances: dict[str, int] = {}
        self._chart = chart
        self._texts = Discloser("bench-books")
        self._village = village

    def live(self, postings: int) -> Iterator[Passed]:
        """Yield claims until there are as many postings of vouchers, and a closed month behind them."""
        opening = build_opening(90_000_000_000, chart="2023")
        self._balances = _add(self._balances, opening.postings)
        period, place = FIRST_PERIOD, 0
        yield self._pass(opening, period)
        while self.postings < postings:
            before = self.postings
            vouchers, debit_fen = 0, 0
            for lines in self._list_month(period, place, postings):
                self._balances = _add(self._balances, lines)
                self.postings += len(lines)
                debit_fen += sum(line.amount_fen for line in lines if line.side == "debit")
                vouchers += 1
                number = f"{period}-{vouchers:03d}"
                summary = self._texts.publish(SUMMARIES[vouchers % len(SUMMARIES)])
                body = build_voucher(
                    self._texts, chart="2023", number=number, postings=lines, summary=summary
                )
                yield self._pass(body, period)
            assert self.postings > before
            place += vouchers
            closing = PeriodClosed(
                balances=to_balances(self._balances),
                credit_fen=debit_fen,
                debit_fen=debit_fen,
                last_number=f"{period}-{vouchers:03d}",
                vouchers=vouchers,
            )
            yield self._pass(closing, period)
            period = get_next_period(period)

    def _list_month(self, period: str, place: int, postings: int) -> Iterator[tuple[Posting, ...]]:
        """Yield what the vouchers of a month post; a year that ends is carried over at its end."""
        for number in range(place, place + MONTH_VOUCHERS):
            if self.postings >= postings:
                break
            yield _make_lines(number)
        if ends_year(period):
            for proposal in list_year_end(self._chart, self._balances):
                yield proposal.postings

    def _pass(self, body: Body, period: str) -> Passed:
        named = list_public_digests(body)
        self._texts.take_private()
        return Passed(
            checkers=(Actor(role="supervisor", user=self._village.supervisor.user),),
            claim=Claim(
                body=body,
                kind=KIND_OF_BODY[type(body)],
                maker=name_clerk(self._village.clerk.user),
                occurred_on=get_last_day(period),
                period=period,
                village=VILLAGE,
            ),
            private=(),
            public=tuple(text for text in self._texts.take_public() if digest_disclosure(text) in named),
        )


def _make_lines(number: int) -> tuple[Posting, ...]:
    """Return the postings of a voucher: one of cash, the others of what it was for."""
    count = LINES[number % len(LINES)] - 1
    is_income = number % INCOME_EVERY == 0
    codes = INCOMES if is_income else EXPENSES
    rows = Counter(
        {codes[(number + row) % len(codes)]: 1_000 + 37 * (number % 997 + row) for row in range(count)}
    )
    if is_income:  # Of fewer accounts, but of about as much money as four others spend.
        rows = Counter({code: 4 * amount_fen for code, amount_fen in rows.items()})
    side, other = ("credit", "debit") if is_income else ("debit", "credit")
    lines = [Posting(account=code, amount_fen=amount_fen, side=side) for code, amount_fen in rows.items()]
    cash = Posting(account=CASH[number % 2], amount_fen=rows.total(), side=other)
    return (cash, *lines) if is_income else (*lines, cash)


def _add(balances: Mapping[str, int], postings: Sequence[Posting]) -> dict[str, int]:
    return add_turnovers(balances, sum_turnovers(postings))


def fill(village: VillageHome, postings: int, say: Say) -> int:
    """Record the story in a home and sign it; return how many postings its vouchers have."""
    story = MoneyStory(village, load_reference().charts["2023"])
    stream = story.live(postings)
    while passed := list(islice(stream, FILL_ENTRIES)):
        with village.home.ledger.read(VILLAGE) as reader:
            size, last = reader.size, reader.facts.read_entry(reader.size - 1)
        entries = build_entries(passed, size, hash_leaf(format_entry(last)), last.recorded_at)
        with village.home.ledger.write(VILLAGE) as writer:
            for entry, item in zip(entries, passed, strict=True):
                writer.append(entry, item.public)
        village.clock.advance(max(0, entries[-1].recorded_at - village.clock.now_ms()))
        say(f"books: {story.postings:,} of {postings:,} postings recorded")
    publish_head(village.home, VILLAGE)
    return story.postings


def add_up(village: VillageHome) -> dict[str, int]:
    """Return the balances that all entries' bytes add up to: signed fen by account."""
    totals: dict[str, int] = {}
    with village.home.ledger.read(VILLAGE) as reader:
        for start in range(0, reader.size, READ_ENTRIES):
            for data in reader.iterate_entries(start, min(start + READ_ENTRIES, reader.size)):
                body = parse_entry(data).body
                if isinstance(body, AccountsOpened | VoucherRecorded | VoucherReplaced | VoucherReversed):
                    for line in body.postings:
                        amount_fen = line.amount_fen if line.side == "debit" else -line.amount_fen
                        totals[line.account] = totals.get(line.account, 0) + amount_fen
    return {code: amount_fen for code, amount_fen in sorted(totals.items()) if amount_fen}


def run(place: Place, rounds: int, say: Say) -> Iterator[Row]:
    """Yield the rows of a village of `place.wanted` postings, in files of its own; nothing on a server."""
    if place.kind != "SQLite":
        return
    village = found_home(place.folder / "books")
    try:
        count = fill(village, place.wanted, say)
        yield from _run_kept(village, place, rounds)
        say("books: statements from what is kept")
        yield from _run_anew(village, place, rounds, count, say)
    finally:
        village.home.close()


def _run_kept(village: VillageHome, place: Place, rounds: int) -> Iterator[Row]:
    """Every turn opens the log anew, as a request does."""
    reference, form = load_reference(), load_statements()["2023"]
    chart, ledger = reference.charts["2023"], village.home.ledger
    with ledger.read(VILLAGE) as reader:
        period = list_book_months(reader.facts)[0]

    def balance() -> None:
        for _ in range(COUNT):
            with ledger.read(VILLAGE) as reader:
                found = get_trial_balance(reader.facts, period)
            assert found.debit_fen == found.credit_fen > 0
            assert sum(row.closing_fen for row in found.rows) == 0

    def state() -> None:
        for _ in range(COUNT):
            with ledger.read(VILLAGE) as reader:
                found = collect_statements(reader.facts, form, chart, period)
            assert found is not None
            assert found.position.get("assets").after_fen == found.position.get("sources").after_fen

    balanced, stated = take_turns([balance, state], rounds, place.clock)
    for costs, job in ((balanced, "trial balance kept"), (stated, "both statements kept")):
        yield compare(
            costs,
            [Cost(cpu_s=KEPT_BOUND_S * COUNT, wall_s=KEPT_BOUND_S * COUNT)] * len(costs),
            job=f"{job} / a tenth of a second",
            place=place.kind,
            size=place.wanted,
            count=COUNT,
            direction="cost",
            by="wall",
            goal=1.0,
        )


def _run_anew(village: VillageHome, place: Place, rounds: int, count: int, say: Say) -> Iterator[Row]:
    with village.home.ledger.read(VILLAGE) as reader:
        kept = get_balances(reader.facts, list_book_months(reader.facts)[0])
    assert RESULT_ACCOUNT not in kept or KEPT in kept

    def anew() -> None:
        assert add_up(village) == kept

    journal, beans = (write_journal(village, place.folder, form, say) for form in ("hledger", "beancount"))
    common = {"place": place.kind, "size": place.wanted, "count": count}
    second = Cost(cpu_s=count / ANEW_GOAL, wall_s=count / ANEW_GOAL)
    (costs,) = take_turns([anew], rounds, _count_cpu)
    yield compare(
        costs,
        [second] * rounds,
        job=f"balances anew / {ANEW_GOAL:,} postings a second",
        goal=1.0,
        **common,
    )
    peers = (
        ("hledger bal", _find_hledger(journal), HLEDGER_MISSING),
        ("bean-query", _find_bean_query(beans), BEANCOUNT_MISSING),
    )
    for name, words, missing in peers:  # Each beside ours alone: a slow one does not keep another's row back.
        job = f"balances anew / {name}"
        if words:
            sides = [anew, lambda words=words: _run_program(words, len(kept))]
            ours, theirs = take_turns(sides, rounds, _count_cpu)
            yield compare(ours, theirs, job=job, **common)
        else:
            yield Row(job=job, place=place.kind, size=place.wanted, note=missing)


def write_journal(village: VillageHome, folder: Path, form: BooksForm, say: Say) -> Path:
    """Write the books of a home as the product does, and return where."""
    path = folder / f"books.{form}"
    with open_home_log(village.home, VILLAGE) as source, path.open("wb") as file:
        write_books(file, form, open_books(source, village.home.reference))
    say(f"books: {path.stat().st_size / 1e6:,.0f} MB for {form} written")
    return path


def _find_hledger(path: Path) -> list[str]:
    program = shutil.which("hledger")
    return [program, "-f", str(path), "bal", "--flat", "--no-total"] if program else []


def _find_bean_query(path: Path) -> list[str]:
    if not _find_peers().is_dir():
        return []
    query = "SELECT account, sum(position) GROUP BY account ORDER BY account"
    code = "import sys; from beanquery.shell import main; sys.exit(main())"
    return [sys.executable, "-c", code, "--format", "csv", str(path), query]


def _find_peers() -> Path:
    return Path(sys.prefix) / "journals"


def _run_program(words: Sequence[str], accounts: int) -> None:
    """Run a program on its journal; it must tell at least the accounts that have a balance."""
    environment = {
        "BEANCOUNT_DISABLE_LOAD_CACHE": "1",
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "PYTHONPATH": str(_find_peers()),
    }
    told = subprocess.run(words, capture_output=True, check=True, env=environment)
    assert len(told.stdout.splitlines()) >= accounts, told


def _count_cpu() -> float:
    """Return the processor seconds of this process and of the programs that it has waited for."""
    waited = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + waited.ru_utime + waited.ru_stime
