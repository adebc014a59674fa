"""A draft with what its digests stand for: its texts, whom it is about, and the lines of its rounds.

Every value is as one view shows it; a private value that was erased is counted and left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from ledger.books.accounts import Chart
from ledger.books.masks import HIDDEN, View
from ledger.books.points import PointsRound
from ledger.books.scores import ScoreRound
from ledger.books.values import PublicText, Sealed
from ledger.entries import Claim
from ledger.errors import NotFound
from ledger.figures import GONE, read_text
from ledger.figures.charts import collect_chart, collect_version
from ledger.log.commitments import Json, index_disclosures, open_disclosure
from ledger.ports import Ports, Reader
from ledger.state.facts import VillageFacts, get_fact
from ledger.state.private import AwardLine, AwardSubject, MarkLine, MarkSubject, T, open_private
from ledger.vaults import Draft, Household, Member

Row = dict[str, str]
"""A row of a sheet as it was typed: texts by header."""
ERASED = "已删除"
"""What is said of a person whose data was erased."""


class OpenedLine(NamedTuple):
    """A line of a round with whom it is about, a household or a member by pseudonym."""

    about: str
    code: str
    quantity: int
    evidence: str


@dataclass(frozen=True, kw_only=True)
class OpenedDraft:
    """A draft with what its digests stand for."""

    claim: Claim
    draft: Draft
    gone: list[str] = field(default_factory=list)  # digests of private values that were erased
    ports: Ports
    reader: Reader
    view: View

    @cached_property
    def _disclosures(self) -> dict[str, str]:
        return index_disclosures((*self.draft.public, *self.draft.private))

    @cached_property
    def _people(self) -> dict[str, Household | Member]:
        """The vault's households and members by pseudonym."""
        vault, village = self.ports.vault, self.claim.village
        return {
            **{item.household: item for item in vault.list_households(village)},
            **{item.member: item for item in vault.list_members(village)},
        }

    @cached_property
    def chart(self) -> Chart:
        """The chart of accounts of the claim's month, with the village's own sub-accounts."""
        facts = self.reader.facts
        if get_fact(facts, "village", VillageFacts) is None:
            raise NotFound("立账记录")
        return collect_chart(facts, self.ports.reference, self.find, self.claim.period)

    def get_chart(self, version: str) -> Chart:
        """Return a version of the chart, with the village's own sub-accounts."""
        return collect_version(self.reader.facts, self.ports.reference, self.find, version)

    def number(self, pseudonym: str) -> str:
        """Return the number of a household or member on the village's list."""
        known = self._people.get(pseudonym)
        return self._mask(known, "number", known.number) if known is not None else ERASED

    def find_known(self, pseudonym: str) -> Household | Member | None:
        """Return a household or member as the vault knows it; None where it was erased."""
        return self._people.get(pseudonym)

    def name(self, pseudonym: str) -> str:
        """Return number and name of a household or member."""
        known = self._people.get(pseudonym)
        if known is None:
            return ERASED
        return f"{self.number(pseudonym)} {self._mask(known, 'name', known.name)}"

    def evidence(self, text: str) -> str:
        """Return what proves an award or a mark, as the reader sees it."""
        return self.view.show("evidence", text)

    def show_lines(self, lines: Iterable[OpenedLine]) -> list[tuple[str, str, int, str]]:
        """Return lines by number and name of whom they are about, all as the reader sees it."""
        return sorted(
            (self.name(line.about), line.code, line.quantity, self.evidence(line.evidence)) for line in lines
        )

    def tell_sealed(self, count: int) -> Iterator[str]:
        """Yield how many lines the reader is not shown, where there are any."""
        if count and not self.view.is_whole("sealed"):
            yield f"　另有 {count} 行只公布合计的，{HIDDEN[1:-1]}"

    def find(self, digest: str) -> Json | None:
        """Return what a digest stands for, public or private; None where it was deleted."""
        text = self._disclosures.get(digest) or self.reader.find_text(digest) or self._find_private(digest)
        return None if text is None else open_disclosure(text, digest)[1]

    def read(self, public: PublicText) -> str:
        """Return a public text, or that it was deleted."""
        return read_text(self.find, public)

    def read_part(self, public: PublicText, part: str) -> str:
        """Return one part of a rule's or an item's text."""
        value = self.find(public.text)
        return str(value[part]) if isinstance(value, dict) else GONE

    def open(self, digest: str, kind: type[T]) -> Iterator[T]:
        """Yield the private value behind a digest; nothing where it was erased."""
        value = open_private(self._find_private, digest, kind)
        if value is not None:
            yield value
        else:
            self.gone.append(digest)

    def list_awards(self, body: PointsRound) -> list[OpenedLine]:
        """Return the lines of a round that the reader may see, without those whose household was erased."""
        found = [
            OpenedLine(item.household, line.rule, line.quantity, item.evidence)
            for line in body.lines
            for item in self.open(line.subject.sealed, AwardSubject)
        ]
        return found + [
            OpenedLine(item.household, item.rule, item.quantity, item.evidence)
            for item in self._open_sealed(body.sealed_lines, AwardLine)
        ]

    def list_marks(self, body: ScoreRound) -> list[OpenedLine]:
        """Return the lines of a round that the reader may see, without those whose member was erased."""
        found = [
            OpenedLine(mark.member, line.item, line.quantity, mark.evidence)
            for line in body.lines
            for mark in self.open(line.subject.sealed, MarkSubject)
        ]
        return found + [
            OpenedLine(mark.member, mark.item, mark.quantity, mark.evidence)
            for mark in self._open_sealed(body.sealed_lines, MarkLine)
        ]

    def _open_sealed(self, lines: Sequence[Sealed], kind: type[T]) -> Iterator[T]:
        """Yield what was sealed whole; nothing where the reader is not shown it."""
        for line in lines if self.view.is_whole("sealed") else ():
            yield from self.open(line.sealed, kind)

    def _mask(self, known: Household | Member, part: str, value: str) -> str:
        if part == "number":
            return self.view.show(
                "household-number" if isinstance(known, Household) else "member-number", value
            )
        return self.view.show("head-name" if isinstance(known, Household) else "member-name", value)

    def _find_private(self, digest: str) -> str | None:
        return self._disclosures.get(digest) or self.ports.vault.find_private(self.claim.village, digest)
