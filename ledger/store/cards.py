"""The cards that households hold, each under its household's own key: with that key it is gone."""

from __future__ import annotations

import msgspec

from ledger.store.ciphertexts import CARD, Value, View, drop_value
from ledger.store.opened import SqlValues
from ledger.vaults import Card


class SqlCards(SqlValues):
    """What of `ledger.vaults.Vault` is about cards."""

    def put_card(self, village: str, card: Card) -> None:
        """See `ledger.vaults.Vault`: out with the old and in with the new in one transaction."""
        with self._write(village, {card.household}) as view:
            _drop(view, village, card.household)
            view.keep([Value(CARD, card.digest, card.household, msgspec.json.encode(card))], replace=True)

    def find_card(self, village: str, digest: str) -> Card | None:
        """See `ledger.vaults.Vault`."""
        with self._read(village) as view:
            found = view.find(CARD, digest)
        return None if found is None else msgspec.json.decode(found, type=Card)

    def find_card_of(self, village: str, household: str) -> Card | None:
        """Return a household's card; None where it has none."""
        with self._read(village) as view:
            found = view.list_of(CARD, household)
        return msgspec.json.decode(found[0], type=Card) if found else None

    def list_carded(self, village: str) -> frozenset[str]:
        """Return the households that have a card."""
        with self._read(village) as view:
            found = [msgspec.json.decode(data, type=Card) for _, data in view.iterate(CARD)]
        return frozenset(card.household for card in found)

    def drop_card(self, village: str, household: str) -> None:
        """See `ledger.vaults.Vault`; also of a household that was erased, and has no key any more."""
        with self._write(village, ()) as view:
            _drop(view, village, household)


def _drop(view: View, village: str, household: str) -> None:
    for data in view.list_of(CARD, household):
        drop_value(view.transaction, village, CARD, msgspec.json.decode(data, type=Card).digest)
