"""Who the other sides of the recorded contracts are, for whoever may be told: their names are the vault's alone."""

from __future__ import annotations

from typing import NamedTuple

from ledger.ports import Ports
from ledger.state.contracts import iterate_contracts
from ledger.state.private import Counterparty, open_private


class OtherSide(NamedTuple):
    """The other side of a contract, by its pseudonym."""

    contract: str
    name: str
    subject: str


def list_counterparties(ports: Ports, village: str) -> list[OtherSide]:
    """Return the other side of every recorded contract by its number; without those that were erased.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    found = []
    with ports.ledger.read(village) as reader, ports.vault.read_private(village) as find_private:
        for contract in iterate_contracts(reader.facts):
            signed = contract.signed
            kept = open_private(find_private, signed.counterparty.sealed, Counterparty)
            if kept is not None:
                found.append(OtherSide(signed.number, kept.name, kept.counterparty))
    return found
