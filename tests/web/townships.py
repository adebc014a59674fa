"""Villages of one township in one home, each with books of its own, and a bookkeeper who has a seat in several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.books.roles import Role
from ledger.books.values import SheetKind
from ledger.books.vouchers import Posting
from ledger.entries import KIND_OF_BODY, Body, Claim, name_clerk
from ledger.evidence import list_public_digests
from ledger.home import Home
from ledger.log.commitments import digest_disclosure
from ledger.service import drafts
from ledger.service.accounts.manage import give_seat
from ledger.service.close import prepare_closing
from ledger.service.drafts import build_draft
from ledger.service.passing import pass_drafts
from ledger.service.persons import add_person
from ledger.service.sheets import seal_sheet
from ledger.state.money import get_next_number
from ledger.vaults import Draft
from tests.builders import Discloser, build_limits, build_opening, build_voucher
from tests.desk.people import Door
from tests.homes import BASE_URL
from tests.web.village import describe

FIRST = 371_082_101_300


@dataclass
class Neighbour:
    """One more village, and hands that keep its books."""

    code: str
    door: Door
    texts: Discloser = field(default_factory=lambda: Discloser("neighbour"))

    @property
    def home(self) -> Home:
        return self.door.home

    def open_books(self, period: str = "2026-10") -> None:
        postings = (
            Posting(account="102", amount_fen=100_000_000, side="debit"),
            Posting(account="301", amount_fen=100_000_000, side="credit"),
        )
        self.record(build_opening(chart="2023", postings=postings), period)

    def earn(self, amount_fen: int, period: str, account: str = "501") -> None:
        """Record that an account took in an amount."""
        self.post(period, ("102", "debit", amount_fen), (account, "credit", amount_fen))

    def post(self, period: str, *lines: tuple[str, str, int]) -> None:
        """Record a voucher of these postings."""
        self.pass_([self.draft_voucher(period, *lines)])

    def draft_voucher(self, period: str, *lines: tuple[str, str, int], summary: str = "收租金") -> Draft:
        with self.home.ledger.read(self.code) as reader:
            number = get_next_number(reader.facts, period)
        waiting = len(self.home.vault.list_drafts(self.code, "waiting"))
        number = f"{number[:8]}{int(number[8:]) + waiting:03d}"
        postings = tuple(Posting(account=code, amount_fen=fen, side=side) for code, side, fen in lines)
        body = build_voucher(
            self.texts,
            chart="2023",
            number=number,
            postings=postings,
            summary=self.texts.publish(summary),
        )
        return self.draft(body, period)

    def record_limits(self, *, second_fen: int, third_fen: int) -> None:
        self.record(build_limits(self.texts, second_fen=second_fen, third_fen=third_fen), "2026-10")

    def record(self, body: Body, period: str) -> None:
        self.pass_([self.draft(body, period)])

    def draft(self, body: Body, period: str) -> Draft:
        claim = Claim(
            body=body,
            kind=KIND_OF_BODY[type(body)],
            maker=name_clerk(self.find("clerk")),
            occurred_on=f"{period}-05",
            period=period,
            village=self.code,
        )
        texts = drafts.Discloser(self.home.entropy)
        named = list_public_digests(body)
        texts.public = [text for text in self.texts.take_public() if digest_disclosure(text) in named]
        draft = build_draft(self.home, claim, f"凭证 {period}", f"{self.code}", texts)
        self.home.vault.put_drafts(self.code, [draft])
        return draft

    def pass_(self, waiting: Sequence[Draft]) -> None:
        pass_drafts(self.home, self.code, [draft.id for draft in waiting], self.find("supervisor"))

    def close(self, period: str) -> None:
        self.pass_([prepare_closing(self.home, self.code, period, self.find("clerk"))])

    def seal(self, period: str, kind: SheetKind = "finance") -> None:
        renderer = self.door.village.renderer
        seal_sheet(self.home, renderer, self.code, kind, period, maker=self.find("clerk"), base_url=BASE_URL)

    def find(self, role: str) -> str:
        persons = self.home.vault.list_persons(self.code)
        return next(person.user for person in persons if role in person.roles)


def found_neighbour(door: Door, number: int, name: str = "") -> Neighbour:
    """Found one more village, described and without books."""
    code = str(FIRST + number)
    describe(door.village, code, name or f"样例第{number}村")
    return Neighbour(code, door, Discloser(code))


def seat(door: Door, sign_in: str, village: str, role: Role = "township") -> str:
    """Give an account a seat in one more village; return the person's pseudonym."""
    person = add_person(door.home, village, f"样例{sign_in}", role)
    give_seat(door.home, sign_in, village, person.user)
    return person.user
