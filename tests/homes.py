"""A village in a real home: founded, described, opened; a test records what it is about.

    village = found_home(tmp_path / "home")
    village.open_books()
    village.record_voucher("购办公用纸", 32_500)
    village.close("2026-10")
    village.seal("finance", "2026-10")

The clock stands at 28 October 2026 until told otherwise. Everybody is invented.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.books.values import SheetKind
from ledger.books.village import ChartVersion
from ledger.books.vouchers import Posting
from ledger.config import Config
from ledger.entries import KIND_OF_BODY, Body, Claim, name_clerk
from ledger.errors import Refused
from ledger.evidence import list_public_digests, list_sealed_digests
from ledger.home import Home, create_home
from ledger.log.commitments import digest_disclosure
from ledger.ports import Renderer
from ledger.service import drafts
from ledger.service.adopt import prepare_description
from ledger.service.close import prepare_closing
from ledger.service.documents import Kept, build_documents, find_target, make_private
from ledger.service.drafts import build_draft
from ledger.service.export import list_export
from ledger.service.found import found_village, make_origin
from ledger.service.passing import discard_drafts, pass_drafts
from ledger.service.persons import add_person
from ledger.service.record import Receipt
from ledger.service.sheets import SealedSheet, seal_sheet
from ledger.state.money import get_next_number
from ledger.vaults import Draft, Household, Person
from tests.builders import (
    VILLAGE,
    Discloser,
    build_agreements,
    build_branch,
    build_households,
    build_opening,
    build_points_line,
    build_points_reversal,
    build_points_round,
    build_postings,
    build_replacement,
    build_reversal,
    build_rule,
    build_rulebook,
    build_scheme,
    build_score_round,
    build_voucher,
    make_id,
)
from tests.fakes import FakeClock, SeededEntropy
from tests.fakes.renderer import PlainRenderer

BASE_URL = "https://mb.example.cn"


@dataclass
class VillageHome:
    """A home with one village, and hands that work in it."""

    clerk: Person
    clock: FakeClock
    home: Home
    supervisor: Person
    code: str = VILLAGE
    renderer: Renderer = field(default_factory=PlainRenderer)
    texts: Discloser = field(default_factory=lambda: Discloser("village"))
    vouchers: int = 0

    def draft(
        self, body: Body, *, period: str = "2026-10", occurred_on: str = "2026-10-28", **changes: Any
    ) -> Draft:
        """Put a draft of `body` with the texts that `self.texts` has made since the last."""
        claim = Claim(
            body=body,
            kind=KIND_OF_BODY[type(body)],
            maker=name_clerk(changes.get("maker", self.clerk.user)),
            occurred_on=occurred_on,
            period=period,
            village=self.code,
        )
        texts = drafts.Discloser(self.home.entropy)
        named = list_public_digests(body) | list_sealed_digests(
            body
        )  # Builders make texts that a test replaces.
        texts.public = [text for text in self.texts.take_public() if digest_disclosure(text) in named]
        texts.private = [text for text in self.texts.take_private() if digest_disclosure(text) in named]
        draft = build_draft(self.home, claim, claim.kind, "test", texts)
        self.home.vault.put_drafts(self.code, [draft])
        return draft

    def pass_(self, *drafts_: Draft) -> list[Receipt]:
        return pass_drafts(self.home, self.code, [draft.id for draft in drafts_], self.supervisor.user)

    def record(self, body: Body, **changes: Any) -> Receipt:
        """Draft and pass `body`; a refused draft does not wait on."""
        draft = self.draft(body, **changes)
        try:
            return self.pass_(draft)[0]
        except Refused:
            discard_drafts(self.home, self.code, [draft.id], self.clerk.user)
            raise

    def open_books(self, amount_fen: int = 5_000_000) -> Receipt:
        postings = (
            Posting(account="101", amount_fen=amount_fen, side="debit"),
            Posting(account="301", amount_fen=amount_fen, side="credit"),
        )
        return self.record(build_opening(chart="2023", postings=postings))

    def record_voucher(
        self,
        summary: str,
        amount_fen: int,
        *,
        period: str = "2026-10",
        occurred_on: str = "2026-10-28",
        **changes: Any,
    ) -> Receipt:
        """Record a payment out of cash; `changes` are of the body."""
        fields = {
            "chart": "2023",
            "number": self._count_voucher(period),
            "postings": build_postings(amount_fen, debit="513"),
            "summary": self.texts.publish(summary),
        }
        body = build_voucher(self.texts, **(fields | changes))
        return self.record(body, period=period, occurred_on=occurred_on)

    def correct_voucher(
        self, wrong: int, wrong_fen: int, right_fen: int, *, period: str = "2026-10", **changes: Any
    ) -> None:
        """Reverse the voucher at index `wrong` and record the right one."""
        reversal = build_reversal(
            self.texts,
            chart="2023",
            number=self._count_voucher(period),
            postings=build_postings(-wrong_fen, debit="513"),
            reverses=wrong,
        )
        self.record(reversal, period=period, **changes)
        replacement = build_replacement(
            self.texts,
            chart="2023",
            number=self._count_voucher(period),
            postings=build_postings(right_fen, debit="513"),
            replaces=wrong,
        )
        self.record(replacement, period=period, **changes)

    def attach(self, number: str, *pages: bytes, data: bytes = b"original") -> Receipt:
        """Attach a document to a voucher of this number; its public pages are these bytes."""
        home = self.home
        kept = Kept(areas=(), data=data, filename="样.jpg", pages=pages or (b"page 1", b"page 2"))
        private = make_private(home, self.code, data)
        draft = build_documents(
            home, self.code, find_target(home, self.code, number), self.clerk.user, [(private, kept)]
        )
        home.vault.put_drafts(self.code, [draft])
        return self.pass_(draft)[0]

    def record_points(self, households: int = 3) -> None:
        """Adopt a rulebook, register households with agreements, hold October's round and take one line back."""
        sensitive = build_rule(self.texts, code="D01", points=-2, sensitive=True)
        self.record(build_rulebook(self.texts, rules=(build_rule(self.texts), sensitive)))
        self.record(build_households(self.texts, households))
        self.record(build_agreements(self.texts, households))
        lines = [build_points_line(self.texts, number) for number in range(households)]
        sealed = self.texts.seal(
            {"evidence": "照片", "household": make_id("h", 0), "points": -2, "quantity": 1, "rule": "D01"},
            "line",
        )
        body = build_points_round(
            Discloser("unused"),
            households,
            lines=tuple(sorted(lines, key=lambda line: line.subject.sealed)),
            sealed_lines=(sealed,),
            sealed_points=-2,
        )
        receipt = self.record(body)
        self.record(build_points_reversal(self.texts, body.lines[0], reverses=receipt.index))

    def record_named_points(self) -> None:
        """The same of three households that the vault has by name and number; the first has a deduction."""
        self.home.vault.put_households(
            self.code,
            [
                Household(
                    consents=frozenset({"scoring"}),
                    group=1,
                    household=make_id("h", at),
                    name=f"样例{at}",
                    number=f"00{at}",
                )
                for at in range(3)
            ],
        )
        self.record_points()

    def record_scores(self) -> None:
        """Adopt a scheme, register a branch and hold October's round."""
        self.record(build_scheme(self.texts))
        self.record(build_branch(self.texts))
        self.record(build_score_round(self.texts))

    def record_october(self) -> None:
        """Fill October with a corrected voucher, points and scores, close it and seal its sheets: entries 0 to 17."""
        self.open_books()
        wrong = self.record_voucher("购办公用纸", 32_500)
        self.correct_voucher(wrong.index, 32_500, 23_500)
        self.record_points()
        self.record_scores()
        self.go_to("2026-11-02")
        self.close("2026-10")
        kinds: tuple[SheetKind, ...] = ("finance", "points", "scores")
        for kind in kinds:
            self.seal(kind, "2026-10")

    def close(self, period: str) -> Receipt:
        return self.pass_(prepare_closing(self.home, self.code, period, self.clerk.user))[0]

    def seal(self, kind: SheetKind, period: str) -> tuple[SealedSheet, Receipt]:
        return seal_sheet(
            self.home, self.renderer, self.code, kind, period, maker=self.clerk.user, base_url=BASE_URL
        )

    def export(self) -> dict[str, bytes]:
        """Return the export's files by path."""
        return dict(list_export(self.home, self.code))

    def go_to(self, day: str) -> None:
        """Move the clock to eight in the morning of a day in 2026 after the present one."""
        then = dt.datetime.fromisoformat(f"{day}T08:00:00+08:00")
        self.clock.advance(int(then.timestamp() * 1000) - self.clock.now_ms())

    def _count_voucher(self, period: str) -> str:
        with self.home.ledger.read(self.code) as reader:
            return get_next_number(reader.facts, period)


def found_home(
    path: Path,
    clock: FakeClock | None = None,
    database: str = "",
    chart: ChartVersion = "2023",
    **changes: Any,
) -> VillageHome:
    """Found a village in a new home at `path`, described and ready; `database` is a PostgreSQL's address."""
    clock = clock or FakeClock()
    config = Config(database=database, public_base_url=BASE_URL)
    home = create_home(path, config, clock=clock, entropy=SeededEntropy("home"))
    return found_in(home, clock, VILLAGE, chart, **changes)


def found_in(
    home: Home, clock: FakeClock, code: str, chart: ChartVersion = "2023", **changes: Any
) -> VillageHome:
    """Found a village in a home that there is, described and ready, with a clerk and a supervisor of its own."""
    home.keys.create(code, make_origin(home.entropy), home.entropy.take(32))
    clerk = add_person(home, code, "样例甲", "clerk")
    supervisor = add_person(home, code, "样例乙", "supervisor")
    found_village(home, code, home.keys.get_signer(code).origin, chart, clerk.user)
    draft = prepare_description(
        home, code, maker=clerk.user, name="石榴河村", township="样例县石榴镇", telephone="0000-0000000"
    )
    village = VillageHome(clerk=clerk, clock=clock, code=code, home=home, supervisor=supervisor, **changes)
    village.pass_(draft)
    return village


@contextlib.contextmanager
def open_village(path: Path, **changes: Any) -> Iterator[VillageHome]:
    """Found a home and close its databases at the end."""
    village = found_home(path, **changes)
    try:
        yield village
    finally:
        village.home.close()
