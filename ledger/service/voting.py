"""Voting: whoever holds a code exchanges it for a ballot, once, and is told the number by which they find it.

A code that was never one, is used, or is of a ballot that is over or not begun opens nothing, after the same work; and
nothing of a vote is logged. The receipt is drawn here and told once; it stands with the ballot and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ledger.books.ballots import RECEIPT_DIGITS, BallotOpened, is_answered
from ledger.figures import read_text
from ledger.ports import Ports
from ledger.service.ballots import destroy_closed, digest_code, name_members
from ledger.service.cards import fold_code
from ledger.service.sheets import read_texts
from ledger.state import get_day
from ledger.state.ballots import find_ballot
from ledger.urns import Urn, cast_ballot

_DRAWN_BYTES = 8


class BallotForm(NamedTuple):
    """What a voter is shown: questions about each unit, and the choices."""

    choices: tuple[str, ...]
    closes: str
    number: str
    questions: tuple[str, ...]
    title: str
    units: tuple[str, ...]

    @property
    def cells(self) -> int:
        """How many answers there are."""
        return len(self.units) * len(self.questions)


def open_code(ports: Ports, village: str, typed: str) -> BallotForm | None:
    """Return the ballot that a code opens, as it was scanned or typed; None alike for whatever opens nothing."""
    number = _find_number(ports, village, typed)
    if number is None:
        return None
    with ports.ledger.read(village) as reader:
        found, texts = find_ballot(reader.facts, number), read_texts(reader)
        assert found is not None
        body = found.opened
        units = [read_text(texts, unit) for unit in body.units]
        return BallotForm(
            choices=tuple(read_text(texts, choice) for choice in body.choices),
            closes=body.closes,
            number=number,
            questions=tuple(read_text(texts, question) for question in body.questions),
            title=read_text(texts, body.title),
            units=tuple(units or name_members(ports, village, body.members)),
        )


def is_ballot(form: BallotForm, choices: str) -> bool:
    """Whether choices answer the questions of a ballot, each by a choice or none."""
    return is_answered(choices, form.cells, len(form.choices))


def cast_vote(ports: Ports, village: str, typed: str, choices: str) -> str | None:
    """Exchange a code for a ballot and return its receipt; None alike for whatever opens nothing.

    The code is gone and the ballot is there when this returns; where it does not, both are as they were, or both done.
    ValueError for choices that do not answer the ballot.
    """
    form = open_code(ports, village, typed)
    if form is None:
        return None
    if not is_ballot(form, choices):
        raise ValueError("choices of another ballot")
    digest = digest_code(form.number, fold_code(typed))
    told = []

    def exchange(urn: Urn) -> Urn | None:
        taken = dict(urn.ballots)
        receipt = next(drawn for drawn in _draw(ports) if drawn not in taken)
        told.append(receipt)
        return cast_ballot(urn, digest, receipt, choices)

    return told[-1] if ports.urns.change(village, form.number, exchange) else None


def _draw(ports: Ports) -> Iterator[str]:
    while True:
        drawn = int.from_bytes(ports.entropy.take(_DRAWN_BYTES)) % 10**RECEIPT_DIGITS
        yield f"{drawn:0{RECEIPT_DIGITS}d}"


def _find_number(ports: Ports, village: str, typed: str) -> str | None:
    """Return the ballot that a code opens now. Every urn is looked into, whatever the first one says."""
    code, today = fold_code(typed), get_day(ports.clock.now_ms())
    opened = []
    for ballot in destroy_closed(ports, village):
        number = ballot.opened.number
        urn = ports.urns.find(village, number)
        if urn is not None and digest_code(number, code) in urn.codes and _is_open(ballot.opened, today):
            opened.append(number)
    return opened[0] if opened else None


def _is_open(body: BallotOpened, today: str) -> bool:
    return body.opens <= today <= body.closes
