"""The drill: a home lost after its backup, put together again from what is left of it in every combination.

The log had 12 entries at the backup and 16 when it was lost; heads of before the backup, of the end, or none are left,
and an export of the end or none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.errors import Refused
from ledger.service.standing import list_standings, refuse_read_only
from tests.builders import VILLAGE, build_households
from tests.homes import open_village
from tests.restore.conftest import copy_home, fill
from tests.restore.drill import back_up, list_codes, read_export, reopen, restore, write_export


class Lost(NamedTuple):
    """What is left of a lost home: its backup, an export of its end, heads of three ages, and what it was."""

    backup: Path
    export: Path
    heads: dict[str, Path | None]
    whole: dict[str, bytes]


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    folder = tmp_path_factory.mktemp("lost")
    with open_village(folder / "living") as village:
        older = copy_home(village.home.path, folder / "older")
        fill(village)
        back_up(village, folder / "backup")
        village.record_voucher("付路灯电费", 4_800, period="2026-11", occurred_on="2026-11-02")
        village.record(build_households(village.texts, 2), period="2026-11", occurred_on="2026-11-02")
        village.seal("points", "2026-10")
        village.record_voucher("修水泵", 9_900, period="2026-11", occurred_on="2026-11-02")
        export = write_export(village, folder / "export")
        newest = copy_home(village.home.path, folder / "newest")
        yield Lost(
            folder / "backup", export, {"older": older, "newest": newest, "none": None}, village.export()
        )


MATRIX = {
    ("newest", "export"): (set(), 16),
    ("newest", "nothing"): (set(), 12),
    ("older", "export"): ({"restore-heads-older"}, 16),
    ("older", "nothing"): ({"restore-heads-older"}, 12),
    ("none", "export"): ({"restore-unknown"}, 16),
    ("none", "nothing"): ({"restore-unknown"}, 12),
}
"""What is doubted, and how many entries come back once the doubts are accepted."""


@pytest.mark.parametrize(("heads", "copies"), MATRIX, ids=[" ".join(key) for key in MATRIX])
def test_a_backup_comes_back_as_far_as_anything_proves(
    lost: Lost, tmp_path: Path, heads: str, copies: str
) -> None:
    doubts, size = MATRIX[heads, copies]
    evidence = [lost.export] if copies == "export" else []
    target = tmp_path / "new"
    if doubts:
        with pytest.raises(Refused) as error:
            restore(lost.backup, target, *evidence, heads=lost.heads[heads], vault_keys=lost.heads["newest"])
        assert list_codes(error.value) == sorted(doubts)
        assert not target.exists()

    done = restore(
        lost.backup,
        target,
        *evidence,
        accept=bool(doubts),
        heads=lost.heads[heads],
        vault_keys=lost.heads["newest"],
    )

    assert [refill.size for refill in done.refills] == [size]
    assert [report.findings for report in done.reports] in ([()], [])
    if size == 16:
        assert read_export(target) == lost.whole
    with reopen(target) as home:
        (standing,) = list_standings(home)
        is_behind = heads == "newest" and copies == "nothing"
        assert (standing.fault is not None) == is_behind
        if is_behind:
            with pytest.raises(Refused, match="第 12 条到第 15 条不见了"):
                refuse_read_only(home, VILLAGE)
