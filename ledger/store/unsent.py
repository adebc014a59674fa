"""What somebody types at the desk and has not handed in: the states of each sheet, encrypted for whoever types.

A state is one value, named by who types, the sheet and a number that only grows; so two windows cannot both keep the
same next state, and the one that comes second is told.
"""

from __future__ import annotations

from ledger.store.ciphertexts import UNSENT, Value, View, drop_value
from ledger.store.opened import SqlValues
from ledger.vaults import Unsent


class SqlUnsent(SqlValues):
    """The unsent sheets of `ledger.vaults.Vault`."""

    def put_unsent(
        self,
        village: str,
        user: str,
        sheet: str,
        state: Unsent,
        *,
        after: int,
        instead: bool = False,
        most: int,
    ) -> bool:
        """See `ledger.vaults.Vault`."""
        with self._write(village, {user}) as view:
            kept = view.list_names(UNSENT, _name(user, sheet))
            if _find_newest(kept) != after:
                return False
            view.keep([Value(UNSENT, _name(user, sheet, state.version), user, state.data)], replace=False)
            gone = kept[-1:] if instead else []
            gone += kept[: max(len(kept) - len(gone) + 1 - most, 0)]
            for name in gone:
                drop_value(view.transaction, village, UNSENT, name)
        return True

    def find_unsent(self, village: str, user: str) -> dict[str, Unsent]:
        """Return the newest state of each of somebody's sheets, by sheet."""
        with self._read(village) as view:
            # In order of their numbers: of each sheet the last one stays.
            newest = {name.split("/")[1]: name for name in view.list_names(UNSENT, f"{user}/")}
            found = {sheet: (name, view.find(UNSENT, name)) for sheet, name in newest.items()}
        return {
            sheet: Unsent(data=data, version=_read_version(name))
            for sheet, (name, data) in found.items()
            if data is not None
        }

    def list_unsent(self, village: str, user: str, sheet: str) -> list[Unsent]:
        """Return the states of a sheet that are kept, oldest first."""
        with self._read(village) as view:
            return _list_states(view, user, sheet)

    def drop_unsent(self, village: str, user: str, sheet: str, version: int) -> bool:
        """See `ledger.vaults.Vault`."""
        with self._write(village, ()) as view:
            kept = view.list_names(UNSENT, _name(user, sheet))
            if _find_newest(kept) != version:
                return False
            for name in kept:
                drop_value(view.transaction, village, UNSENT, name)
        return True


def _list_states(view: View, user: str, sheet: str) -> list[Unsent]:
    return [
        Unsent(data=data, version=_read_version(name))
        for name, data in view.iterate(UNSENT, _name(user, sheet))
    ]


def _name(user: str, sheet: str, version: int | None = None) -> str:
    """Return the name of a state; without a version what those of the sheet begin with."""
    return f"{user}/{sheet}/" + ("" if version is None else f"{version:015d}")


def _read_version(name: str) -> int:
    return int(name.rpartition("/")[2])


def _find_newest(names: list[str]) -> int:
    """Return the number of the newest of these states, 0 where there are none."""
    return _read_version(names[-1]) if names else 0
