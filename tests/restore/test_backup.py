"""A backup is the home of one moment, whole, audited, and put in place at once or not at all."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pysqlite3.dbapi2 as sqlite
import pytest
from click.testing import CliRunner

from ledger.cli import root
from ledger.errors import Refused, format_fault
from ledger.service.standing import list_standings
from ledger.store.upkeep import read_upkeep
from ledger.upkeep.backup import plan_backup
from ledger.upkeep.doctor import check_upkeep
from ledger.upkeep.notes import parse_heads
from tests.builders import VILLAGE
from tests.homes import VillageHome
from tests.house.sources import ROOT
from tests.restore.conftest import fill
from tests.restore.drill import back_up, list_codes, reopen, restore

OTHER = "这份备份不完整或被改动过：换另一份备份"
WRITER = """
import sys
from pathlib import Path
from ledger.home import open_home
from ledger.state.money import get_next_number
from tests.builders import VILLAGE, Discloser, build_voucher, build_postings
from tests.fakes import FakeClock
from tests.homes import VillageHome

home = open_home(Path(sys.argv[1]), clock=FakeClock())
people = {role: person for person in home.vault.list_persons(VILLAGE) for role in person.roles}
village = VillageHome(
    clerk=people["clerk"], clock=home.clock, home=home, supervisor=people["supervisor"],
    texts=Discloser(sys.argv[2]),
)
# What the one before it had drafted when it was killed waits, and has its number: somebody passes it.
for draft in home.vault.list_drafts(VILLAGE, "waiting"):
    village.pass_(draft)
for number in range(500):
    receipt = village.record_voucher(f"第 {number} 笔", 100 + number)
    print(receipt.index, flush=True)
"""


def start_writer(home: Path, seed: str) -> subprocess.Popen[str]:
    """Start a process that records vouchers and prints each index once it is acknowledged."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home), seed],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def read_acknowledged(writer: subprocess.Popen[str], count: int) -> int:
    """Wait for `count` acknowledgements; return the last index."""
    assert writer.stdout is not None
    return [int(writer.stdout.readline()) for _ in range(count)][-1]


def stop(writer: subprocess.Popen[str]) -> None:
    writer.kill()
    writer.wait()
    assert writer.stdout is not None
    writer.stdout.close()


def test_a_backup_holds_what_the_home_is_but_no_heads_and_no_open_key(
    village: VillageHome, tmp_path: Path
) -> None:
    fill(village)

    backup = back_up(village, tmp_path / "backup", with_keys=False)

    paths = {row.path for row in backup.manifest.files}
    assert {"heads.txt", "ledger.db", "mingbai.toml", "vault.db"} <= paths
    assert len([path for path in paths if path.startswith("archive/")]) == 3
    assert backup.manifest.keys_left_out == (f"keys/{VILLAGE}.key",)
    assert not [path for path in paths if path.startswith(("keys/", "heads.db"))]
    assert [(row.village, row.entries) for row in backup.manifest.villages] == [(VILLAGE, 12)]
    assert [report.findings for report in backup.reports] == [()]


def test_a_protected_key_is_always_in_and_an_open_one_when_asked_for(
    village: VillageHome, tmp_path: Path
) -> None:
    (village.home.path / "keys" / "other.key").write_text("mingbai-key/v1\nsealed\n")

    without = back_up(village, tmp_path / "without", with_keys=False)
    with_keys = back_up(village, tmp_path / "with", with_keys=True)

    assert [row.path for row in without.manifest.files if "keys" in row.path] == ["keys/other.key"]
    assert len([row.path for row in with_keys.manifest.files if "keys" in row.path]) == 2
    assert with_keys.manifest.keys_left_out == ()


def test_nobody_else_can_read_a_backup(village: VillageHome, tmp_path: Path) -> None:
    back_up(village, tmp_path / "backup")
    back_up(village, tmp_path / "backup.zip")

    paths = [tmp_path / "backup", tmp_path / "backup.zip", *(tmp_path / "backup").rglob("*")]
    assert [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_heads_are_noted_to_compare_with(village: VillageHome, tmp_path: Path) -> None:
    fill(village)
    village.record_voucher("付路灯电费", 4_800, period="2026-11", occurred_on="2026-11-02")

    back_up(village, tmp_path / "backup")

    noted = parse_heads((tmp_path / "backup" / "heads.txt").read_bytes())[VILLAGE]
    assert [head.size for head in noted] == [11, 13]
    assert noted == [village.home.heads.find_at(VILLAGE, head.size) for head in noted]


def test_a_backup_taken_while_others_record_is_one_moment(village: VillageHome, tmp_path: Path) -> None:
    village.open_books()
    writer = start_writer(village.home.path, "busy")
    try:
        first = read_acknowledged(writer, 3)
        backup = back_up(village, tmp_path / "backup")
        last = read_acknowledged(writer, 3)
    finally:
        stop(writer)

    (row,) = backup.manifest.villages
    assert [report.findings for report in backup.reports] == [()]
    assert first < row.entries
    assert last + 1 >= row.entries - 1


def test_a_writer_killed_at_work_loses_nothing_that_it_acknowledged(
    village: VillageHome, tmp_path: Path
) -> None:
    village.open_books()
    path = village.home.path
    village.home.close()
    acknowledged = 2
    for round_ in range(3):
        writer = start_writer(path, f"round {round_}")
        acknowledged = read_acknowledged(writer, 2 + round_)
        stop(writer)
        with reopen(path) as home:
            (standing,) = list_standings(home)
            assert standing.fault is None
            assert acknowledged < standing.size
    with reopen(path) as home:
        village.home = home
        back_up(village, tmp_path / "backup")

    done = restore(tmp_path / "backup", tmp_path / "new", heads=path)

    assert done.doubts == ()
    assert [report.findings for report in done.reports] == [()]
    assert acknowledged < done.refills[0].size


def test_nothing_is_written_over(village: VillageHome, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("keep me")
    (tmp_path / "taken.zip").write_text("keep me")

    for name in ("taken", "taken.zip"):
        with pytest.raises(Refused) as error:
            back_up(village, tmp_path / name)
        assert list_codes(error.value) == ["target-taken"]

    assert (tmp_path / "taken" / "letter.txt").read_text() == "keep me"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "taken", "taken.zip"]


def test_a_copy_of_a_damaged_log_is_kept_but_does_not_count(village: VillageHome, tmp_path: Path) -> None:
    village.open_books()
    connection = sqlite.connect(village.home.path / "ledger.db", isolation_level=None)
    connection.execute("DROP TRIGGER entries_update")
    connection.execute("UPDATE entries SET kind = 'voucher.recorded' WHERE entry_index = 2")
    connection.close()

    backup = back_up(village, tmp_path / "backup")

    assert [item.code for item in backup.reports[0].findings] == ["column-differs"]
    assert backup.manifest.findings == 1
    assert (tmp_path / "backup" / "manifest.json").is_file()
    assert read_upkeep(village.home.path).backup is None


def test_the_doctor_knows_the_last_backup(village: VillageHome, tmp_path: Path) -> None:
    before = next(check_upkeep(village.home))
    back_up(village, tmp_path / "backup")
    after = next(check_upkeep(village.home))
    village.go_to("2026-11-20")
    late = next(check_upkeep(village.home))

    assert (before.state, before.found) == ("warning", "还没有过")
    assert (after.state, after.found) == ("fine", "最近一次 2026-10-28")
    assert (late.state, late.advice) == ("warning", "运行 mingbai backup，放到另一块盘上")


@pytest.mark.parametrize("path", ["ledger.db", "vault.db", "heads.txt", "mingbai.toml"])
def test_a_file_changed_in_a_backup_is_named(village: VillageHome, tmp_path: Path, path: str) -> None:
    back_up(village, tmp_path / "backup")
    data = bytearray((tmp_path / "backup" / path).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "backup" / path).write_bytes(bytes(data))

    with pytest.raises(Refused) as error:
        restore(tmp_path / "backup", tmp_path / "new", accept=True)

    assert [fault.place for fault in error.value.faults] == [f"备份里的 {path}"]
    assert list_codes(error.value) == ["backup-file-differs"]
    assert not (tmp_path / "new").exists()


def test_files_missing_and_files_added_are_named_together(village: VillageHome, tmp_path: Path) -> None:
    back_up(village, tmp_path / "backup")
    size = (tmp_path / "backup" / "vault.db").stat().st_size
    (tmp_path / "backup" / "vault.db").unlink()
    (tmp_path / "backup" / "added.txt").write_text("added")

    with pytest.raises(Refused) as error:
        restore(tmp_path / "backup", tmp_path / "new")

    assert [format_fault(fault).split("。") for fault in error.value.faults] == [
        [f"备份里的 vault.db：现为没有，应为{size} 字节的文件", OTHER, "（backup-file-missing）"],
        ["备份里的 added.txt：现为清单里没有，应为清单里的文件", OTHER, "（backup-form）"],
    ]


@pytest.mark.parametrize(
    "text", ["", "{}", "not json", '{"files":[{"path":"../up","sha256":"","size":1}]}', "up"]
)
def test_a_list_that_is_none_is_refused(village: VillageHome, tmp_path: Path, text: str) -> None:
    back_up(village, tmp_path / "backup")
    path = tmp_path / "backup" / "manifest.json"
    if text == "up":
        manifest = json.loads(path.read_text())
        manifest["files"][0]["path"] = "../up"
        text = json.dumps(manifest)
    path.write_text(text)

    with pytest.raises(Refused) as error:
        restore(tmp_path / "backup", tmp_path / "new")

    assert list_codes(error.value) == ["backup-form"]


@pytest.mark.parametrize("name", ["../up", "/etc/up", ".hidden", "a/../../up", "a\\b", "C:up"])
def test_a_zip_names_no_place_outside(village: VillageHome, tmp_path: Path, name: str) -> None:
    back_up(village, tmp_path / "backup.zip")
    with zipfile.ZipFile(tmp_path / "backup.zip", "a") as archive:
        archive.writestr(name, b"up")

    with pytest.raises(Refused) as error:
        restore(tmp_path / "backup.zip", tmp_path / "new", accept=True)

    assert list_codes(error.value) == ["backup-form"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.zip", "home"]


def test_a_zip_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "backup.zip").write_bytes(b"PK\x03\x04 and then nothing")

    with pytest.raises(Refused) as error:
        restore(tmp_path / "backup.zip", tmp_path / "new")

    assert list_codes(error.value) == ["backup-form"]


def test_what_is_known_of_the_upkeep_survives_a_broken_file(village: VillageHome) -> None:
    (village.home.path / "upkeep.json").write_text("broken")

    assert read_upkeep(village.home.path) == msgspec.convert({}, type(read_upkeep(village.home.path)))


@pytest.mark.parametrize("name", ["backup", "backup.zip"])
def test_a_dry_run_names_the_very_files_and_writes_nothing(
    village: VillageHome, tmp_path: Path, name: str
) -> None:
    fill(village)
    target, before = tmp_path / name, sorted(tmp_path.rglob("*"))

    plan = plan_backup(village.home, target, with_keys=False)

    assert sorted(tmp_path.rglob("*")) == before
    made = back_up(village, tmp_path / "made", with_keys=False)
    sizes = {file.path: file.size for file in plan.files}
    assert sizes.keys() == {row.path for row in made.manifest.files} | {"manifest.json"}
    assert plan.keys_left_out == made.manifest.keys_left_out == (f"keys/{VILLAGE}.key",)
    for row in made.manifest.files:
        size = sizes[row.path]
        assert size is not None
        assert size >= row.size if row.path.endswith(".db") else size == row.size
    assert plan.total == sum(size or 0 for size in sizes.values())
    assert plan.free > 0


def test_a_dry_run_refuses_what_the_backup_would_refuse(village: VillageHome, tmp_path: Path) -> None:
    (tmp_path / "taken.zip").touch()

    for target in (tmp_path / "taken.zip", village.home.path):
        with pytest.raises(Refused) as error:
            plan_backup(village.home, target, with_keys=True)
        assert [fault.code for fault in error.value.faults] == ["target-taken"]


def test_a_dry_run_is_typed(village: VillageHome, tmp_path: Path) -> None:
    words = ["backup", "--home", str(village.home.path), "--out", str(tmp_path / "b.zip"), "--dry-run"]

    told = CliRunner().invoke(root, words)
    as_json = json.loads(CliRunner().invoke(root, [*words, "--json"]).stdout)

    assert told.exit_code == 0
    assert re.search(r"^ +[0-9,]+ 字节  ledger\.db$", told.stdout, re.MULTILINE)
    assert "备份时才知道  manifest.json" in told.stdout
    assert f"没有放进去：keys/{VILLAGE}.key 没有口令保护" in told.stderr
    assert told.stderr.endswith("这是预演，什么也没有写。\n")
    assert {"files", "free", "keys_left_out", "total"} == as_json.keys()
    assert not (tmp_path / "b.zip").exists()
