"""Who the other sides of the recorded contracts are, for whoever may be told: their names are the vault's alone."""

from __future__ import annotations

from typing import NamedTuple

from ledger.books.contracts import ContractSigned, Party
from ledger.errors import NotFound
from ledger.ports import Ports
from ledger.state.facts import scan_facts
from ledger.state.private import Counterparty, open_private
from ledger.state.register_facts import ContractFacts


class OtherSide(NamedTuple):
    """The other side of a contract, by its pseudonym."""

    contract: str
    name: str
    party: Party
    subject: str


def list_counterparties(ports: Ports, village: str) -> list[OtherSide]:
    """Return the other side of every recorded contract by its number; without those that were erased.

    Raises NotProven where the vault gives something else than what was sealed.
    """
    found = []
    try:
        with ports.ledger.read(village) as reader, ports.vault.read_private(village) as find_private:
            for _key, known in scan_facts(reader.facts, "contract/", ContractFacts):
                signed = reader.facts.read_entry(known.signed).body
                assert isinstance(signed, ContractSigned), known
                kept = open_private(find_private, signed.counterparty.sealed, Counterparty)
                if kept is not None:
                    found.append(OtherSide(signed.number, kept.name, signed.party, kept.counterparty))
    except NotFound:
        return []  # Its log is not founded yet.
    return found
