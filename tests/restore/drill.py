"""Backups and restores as a test types them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from ledger.errors import Refused
from ledger.home import Home, open_home
from ledger.ports import Head
from ledger.service.export import list_export
from ledger.service.sightings import Fetch, fetch_last
from ledger.upkeep.backup import Backup, make_backup
from ledger.upkeep.loss import Loss, OpenHome
from ledger.upkeep.restore import Restoration, restore_backup
from tests.builders import VILLAGE, build_opening
from tests.fakes import FakeClock
from tests.homes import VillageHome
from tests.restore.conftest import fill

LATER_MS = 1_800_000_000_000
"""January 2027."""


def ignore(_title: str, _done: int, _total: int) -> None:
    """A progress that nobody looks at."""


def back_up(village: VillageHome, target: Path, *, with_keys: bool = True) -> Backup:
    return make_backup(village.home, target, with_keys=with_keys, progress=ignore)


def outlive_backup(village: VillageHome, target: Path) -> tuple[dict[str, bytes], Head]:
    """Fill a village, back it up with a draft waiting, record two vouchers more; the export before, the last head."""
    fill(village)
    files = village.export()
    village.draft(build_opening(chart="2023"), period="2026-11", occurred_on="2026-11-02")
    back_up(village, target)
    village.record_voucher("付路灯电费", 4_800, period="2026-11", occurred_on="2026-11-02")
    village.record_voucher("修水泵", 9_900, period="2026-11", occurred_on="2026-11-02")
    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None
    return files, newest


def open_later(path: Path) -> Home:
    """Open a home in January."""
    return open_home(path, clock=FakeClock(LATER_MS))


def restore(
    backup: Path,
    target: Path,
    *evidence: Path | str,
    accept: bool = False,
    fetch: Fetch = fetch_last,
    heads: Path | None = None,
    loss: Loss | None = None,
    open_with: OpenHome = open_later,
    vault_keys: Path | None = None,
) -> Restoration:
    """Restore with the vault's keys of the home beside the backup, unless others are named."""
    home = backup.parent / "home"
    return restore_backup(
        backup,
        target,
        accept=accept,
        evidence=[str(item) for item in evidence],
        fetch=fetch,
        heads=heads,
        loss=loss,
        open_with=open_with,
        progress=ignore,
        vault_keys=vault_keys or (home if list(home.glob("keys/*.vault")) else None),
    )


def list_codes(error: Refused) -> list[str]:
    return sorted({fault.code for fault in error.faults})


def write_export(village: VillageHome, folder: Path) -> Path:
    """Export the village as a folder."""
    for path, data in village.export().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


@contextlib.contextmanager
def reopen(path: Path) -> Iterator[Home]:
    home = open_later(path)
    try:
        yield home
    finally:
        home.close()


def read_export(path: Path) -> dict[str, bytes]:
    """Return the export of the restored village, by path."""
    with reopen(path) as home:
        return dict(list_export(home, VILLAGE))
