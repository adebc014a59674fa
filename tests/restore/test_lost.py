"""A log that is behind what was signed, gone or broken: whoever looks after it is told, other villages go on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger.cli import root
from ledger.errors import Refused
from ledger.home import open_home
from ledger.service.doctor import check_villages
from ledger.service.found import found_village
from ledger.store.upkeep import read_upkeep
from ledger.upkeep.backup import Backup
from ledger.upkeep.notes import parse_heads
from ledger.upkeep.scrub import scrub_home
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.homes import VillageHome
from tests.restore.drill import back_up, ignore, restore, write_export
from tests.restore.test_standing import attack
from tests.web.village import make_client
from web.asking import start_asking

Damage = Callable[[VillageHome], None]


@pytest.fixture
def village(village: VillageHome) -> VillageHome:
    """One of two villages of a home."""
    home = village.home
    home.keys.create(OTHER_VILLAGE, "mingbai/other", b"\x07" * 32)
    found_village(home, OTHER_VILLAGE, "mingbai/other", "2023", village.clerk.user)
    return village


def lose_entry(village: VillageHome) -> None:
    """Put an old database back: it has three entries, the newest head four."""
    village.open_books()
    village.home.close()
    path = village.home.path / "ledger.db"
    old = path.read_bytes()
    reopen(village)
    village.record_voucher("购办公用纸", 32_500)
    village.home.close()
    path.write_bytes(old)
    reopen(village)


def reopen(village: VillageHome) -> None:
    old = village.home
    village.home = open_home(old.path, clock=old.clock, entropy=old.entropy)


def lose_log(village: VillageHome) -> None:
    """As if the village's part of the database had never been."""
    tables = ("entries", "texts", "logs", "villages", "facts")
    drops = [f"DROP TRIGGER IF EXISTS {table}_delete" for table in tables]
    attack(
        village, "ledger", *drops, *(f"DELETE FROM {table} WHERE village = '{VILLAGE}'" for table in tables)
    )


def break_log(village: VillageHome) -> None:
    attack(village, "ledger", f"UPDATE logs SET frontier = x'00' WHERE village = '{VILLAGE}'")


def lose_heads(village: VillageHome) -> None:
    attack(village, "heads", f"DELETE FROM heads WHERE village = '{VILLAGE}'")


def list_found(backup: Backup) -> dict[str, list[str]]:
    return {report.village: [item.code for item in report.findings] for report in backup.reports}


def run(village: VillageHome, *words: str) -> Result:
    return CliRunner().invoke(root, [*words, "--home", str(village.home.path)])


@pytest.mark.parametrize(
    ("damage", "codes", "noted"),
    [
        (lose_entry, ["entries-missing", "log-shorter"], 4),
        (lose_log, ["log-broken"], 2),
        (break_log, ["log-broken"], 2),
    ],
)
def test_a_backup_is_held_to_what_was_signed(
    village: VillageHome, tmp_path: Path, damage: Damage, codes: list[str], noted: int
) -> None:
    damage(village)

    backup = back_up(village, tmp_path / "backup")

    assert list_found(backup) == {VILLAGE: codes, OTHER_VILLAGE: []}
    assert backup.manifest.findings == len(codes)
    assert read_upkeep(village.home.path).backup is None
    heads = parse_heads((tmp_path / "backup" / "heads.txt").read_bytes())
    assert max(head.size for head in heads[VILLAGE]) == noted
    assert run(village, "backup", "--out", str(tmp_path / "again")).exit_code == 1


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lose_entry, "log-shorter"),
        (lose_log, "log-missing"),
        (break_log, "log-broken"),
        (lose_heads, "heads-missing"),
    ],
)
def test_a_scrub_finds_what_is_not_there(village: VillageHome, damage: Damage, code: str) -> None:
    damage(village)

    done = scrub_home(village.home, is_over=lambda: False, limit=None, progress=ignore)

    assert [item.code for item in done.findings] == [code]
    scrubbed = read_upkeep(village.home.path).scrubbed
    assert not scrubbed[VILLAGE].finished_ms
    assert scrubbed[OTHER_VILLAGE].finished_ms


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lose_entry, "至少 4 条"),
        (lose_log, "签过名的有 2 条，账本里一条也没有"),
        (break_log, "读不出："),
        (lose_heads, "2 条，签名头一个也没有"),
    ],
)
def test_the_doctor_names_the_log_and_goes_on(village: VillageHome, damage: Damage, found: str) -> None:
    damage(village)

    checks = {check.name: check for check in check_villages(village.home)}
    told = run(village, "doctor")

    assert checks[f"{VILLAGE} 的检查点"].state == "wrong"
    assert found in checks[f"{VILLAGE} 的检查点"].found
    assert checks[f"{OTHER_VILLAGE} 的检查点"].state == "fine"
    assert (told.exit_code, type(told.exception)) == (1, SystemExit)
    assert f"{OTHER_VILLAGE} 的签名私钥：与公布的公钥相符" in told.output
    assert "取回 keys 文件夹" not in told.output


@pytest.mark.parametrize("damage", [lose_log, break_log])
def test_the_village_s_pages_say_so_and_the_others_are_served(village: VillageHome, damage: Damage) -> None:
    damage(village)

    with make_client(village) as client:
        start, other = client.get("/"), client.get(f"/v/{OTHER_VILLAGE}")
        lost = [client.get(path) for path in (f"/v/{VILLAGE}", f"/c/{VILLAGE}", f"/v/{VILLAGE}/entries/0")]

    assert (start.status_code, other.status_code) == (200, 200)
    assert VILLAGE in start.text
    assert OTHER_VILLAGE in start.text
    assert {answer.status_code for answer in lost} == {500}
    assert all("账本自己核对不上，已停止显示" in answer.text for answer in lost)


@pytest.mark.parametrize("damage", [lose_log, break_log])
def test_the_others_witnesses_are_still_asked(village: VillageHome, damage: Damage) -> None:
    damage(village)

    told = run(village, "witness", "ask")

    assert told.exit_code == 1
    assert f"{VILLAGE}：账本读不出" in told.output
    assert f"{OTHER_VILLAGE}：没有定下见证办法，不用问谁。" in told.output
    assert start_asking(village.home, threading.Event()) is None


def test_a_restore_knows_of_the_village_whose_log_its_backup_lacks(
    village: VillageHome, tmp_path: Path
) -> None:
    export = write_export(village, tmp_path / "export")
    lose_log(village)
    back_up(village, tmp_path / "backup")

    with pytest.raises(Refused) as refused:
        restore(tmp_path / "backup", tmp_path / "without")
    restored = restore(tmp_path / "backup", tmp_path / "with", export, accept=True)

    assert [fault.place for fault in refused.value.faults if VILLAGE in fault.place]
    assert {item.village: (item.size, item.fault) for item in restored.standings} == {
        VILLAGE: (2, None),
        OTHER_VILLAGE: (1, None),
    }
