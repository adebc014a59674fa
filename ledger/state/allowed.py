"""What contracts by which the village pays take of the resolutions that allow them, and give back.

Signing takes all that a contract asks, a change what it adds. What a change takes away, and all of a contract that is
voided, goes back, what was taken last first; but what was paid stays taken until the money comes back. The early end
of a contract gives nothing back: a new contract is a new decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.books.contracts import (
    Change,
    ContractAmended,
    ContractEnded,
    ContractSigned,
    list_dues,
    sum_dues,
)
from ledger.books.money import format_yuan
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.facts import Facts, get_fact, read_body, scan_facts
from ledger.state.limits import find_limits
from ledger.state.register_facts import ContractFacts, PaymentFacts
from ledger.state.resolutions import check_cover, fold_spent


class Layer(NamedTuple):
    """What one entry took of a resolution, in fen; of none where its number is empty."""

    amount_fen: int
    resolution: str


class Taken(NamedTuple):
    """What a contract takes: `asked_fen` is what it asks now, what its early end took away counted in, 0 when void;
    `layers` what it took, the oldest first, and `paid_fen` what was paid by it under no other resolution.
    """

    asked_fen: int
    layers: tuple[Layer, ...]
    paid_fen: int

    @property
    def total_fen(self) -> int:
        """What it took in all and did not give back for another change to take anew."""
        return sum(layer.amount_fen for layer in self.layers)

    def list_resolutions(self) -> list[str]:
        """Return the numbers of the resolutions of which it took something, in its order."""
        named = [layer.resolution for layer in self.layers if layer.resolution and layer.amount_fen]
        return list(dict.fromkeys(named))

    def sum_held(self, paid_fen: int) -> dict[str, int]:
        """Return what it holds of each resolution, in fen, when so much was paid by it."""
        held: dict[str, int] = {}
        for layer in _cut(self.layers, max(self.asked_fen, paid_fen)):
            held[layer.resolution] = held.get(layer.resolution, 0) + layer.amount_fen
        held.pop("", None)
        return held


def find_taken(facts: Facts, number: str) -> Taken | None:
    """Return what a contract takes; None where the village pays nothing by it, or the register has none."""
    known = get_fact(facts, f"contract/{number}", ContractFacts)
    signed = read_body(facts, known.signed, ContractSigned) if known is not None else None
    if known is None or signed is None or signed.direction != "pays":
        return None
    return _add_up(facts, signed, [(index, read_change(facts, index)) for index in known.changes])


def check_allowed(facts: Facts, entry: Entry, body: ContractSigned | ContractAmended) -> list[Fault]:
    """From the limit on, what the village promises to pay is allowed by a resolution; so is what names one."""
    place = f"合同 {body.number}" if isinstance(body, ContractSigned) else f"合同 {body.contract} 的变更"
    before, after = _find_around(facts, entry, body)
    # What went back since is taken anew, what is held still is not.
    held_fen = sum(layer.amount_fen for layer in _cut_to_now(before)) if before is not None else 0
    total_fen = after.asked_fen if after is not None else 0
    more_fen, limits = max(total_fen - held_fen, 0), find_limits(facts)
    if body.resolution_number:
        return check_cover(facts, place, body.resolution_number, entry.occurred_on, more_fen)
    limit_fen = limits.resolution_fen if limits is not None else 0
    if not limit_fen or not more_fen or total_fen < limit_fen:
        return []
    return [
        Fault(
            code="resolution-needed",
            place=place,
            found=f"要付 {format_yuan(total_fen)} 元，没有写决议编号",
            expected=f"{format_yuan(limit_fen)} 元起，写明准许这笔开支的决议",
            remedy="先议事、登记决议，再写上决议编号",
        )
    ]


def fold_allowed(facts: Facts, entry: Entry, body: ContractSigned | Change) -> None:
    """Note what an entry about a contract takes of resolutions and gives back, before the entry is in the register."""
    before, after = _find_around(facts, entry, body)
    held = before.sum_held(before.paid_fen) if before is not None else {}
    _fold_difference(facts, entry, held, after.sum_held(after.paid_fen) if after is not None else {})


def fold_paid(facts: Facts, entry: Entry, number: str, paid_fen: int) -> None:
    """Note what goes back to resolutions, or is taken again, as a voucher already noted as a payment paid so much by a
    contract that was lowered or voided before; of any other contract nothing.
    """
    known = get_fact(facts, f"contract/{number}", ContractFacts)
    taken = find_taken(facts, number) if known is not None and known.changes else None
    if taken is not None:
        held = taken.sum_held(taken.paid_fen - paid_fen)
        _fold_difference(facts, entry, held, taken.sum_held(taken.paid_fen))


def read_change(facts: Facts, index: int) -> Change:
    """Return the change of a contract that an entry records; ValueError where it records none."""
    body = facts.read_entry(index).body
    if isinstance(body, Change):
        return body
    raise ValueError(f"entry {index} changes no contract")


def _find_around(
    facts: Facts, entry: Entry, body: ContractSigned | Change
) -> tuple[Taken | None, Taken | None]:
    """Return what a contract takes before an entry and after it, which need not be in the register."""
    if isinstance(body, ContractSigned):
        return None, _add_up(facts, body, []) if body.direction == "pays" else None
    before = find_taken(facts, body.contract)
    if before is None:
        return None, None
    known = get_fact(facts, f"contract/{body.contract}", ContractFacts)
    assert known is not None
    changes = [(index, read_change(facts, index)) for index in known.changes]
    signed = read_body(facts, known.signed, ContractSigned)
    return before, _add_up(facts, signed, [*changes, (entry.index, body)])


def _add_up(facts: Facts, signed: ContractSigned, changes: Sequence[tuple[int, Change]]) -> Taken:
    """Add up what a contract by which the village pays took by its signing and by these changes."""
    payments = [
        (moved.index, -moved.money_fen)
        for _, moved in scan_facts(facts, f"payment/{signed.number}/", PaymentFacts)
        if not moved.has_resolution
    ]
    asked_fen = sum_dues(signed.dues)
    layers = [Layer(asked_fen, signed.resolution_number)]
    bodies: list[Change] = []
    for index, body in changes:
        if isinstance(body, ContractEnded):
            continue
        bodies.append(body)
        layers = _cut(layers, max(asked_fen, sum(fen for at, fen in payments if at < index)))
        asked_fen = sum_dues(list_dues(signed, bodies))
        more_fen = asked_fen - sum(layer.amount_fen for layer in layers)
        if isinstance(body, ContractAmended) and more_fen > 0:
            layers = [*layers, Layer(more_fen, body.resolution_number)]
    return Taken(asked_fen, tuple(layers), sum(fen for _, fen in payments))


def _cut_to_now(taken: Taken) -> list[Layer]:
    return _cut(taken.layers, max(taken.asked_fen, taken.paid_fen))


def _cut(layers: Sequence[Layer], most_fen: int) -> list[Layer]:
    """Return what is left of layers that add up to no more than an amount: the oldest."""
    left: list[Layer] = []
    for layer in layers:
        amount_fen = min(layer.amount_fen, most_fen)
        left.append(layer._replace(amount_fen=amount_fen))
        most_fen -= amount_fen
    return left


def _fold_difference(facts: Facts, entry: Entry, before: dict[str, int], after: dict[str, int]) -> None:
    for number in dict.fromkeys([*before, *after]):
        more_fen = after.get(number, 0) - before.get(number, 0)
        if more_fen:
            fold_spent(facts, number, entry.index, more_fen)
