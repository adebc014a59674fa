"""What an operator types: backup, restore, scrub, doctor; exit 0 fine, 1 findings or a refusal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger.cli import load_command
from ledger.errors import Refused
from tests.builders import VILLAGE
from tests.homes import VillageHome
from tests.restore.conftest import copy_home, fill
from tests.restore.drill import list_codes, write_export
from tests.restore.test_scrub import attack


def run(name: str, *arguments: object) -> Result:
    command = load_command(name)
    assert command is not None
    return CliRunner().invoke(command, [str(word) for word in arguments])


def test_a_home_is_backed_up_lost_and_restored(village: VillageHome, tmp_path: Path) -> None:
    fill(village)
    home = village.home.path

    backed = run("backup", "--home", home, "--out", tmp_path / "backup.zip", "--with-keys")
    village.record_voucher("付路灯电费", 4_800, period="2026-11", occurred_on="2026-11-02")
    export = write_export(village, tmp_path / "export")
    lost = copy_home(home, tmp_path / "lost")
    restored = run(
        *("restore", tmp_path / "backup.zip", "--home", tmp_path / "new"),
        *("--heads", lost / "heads.db", "--from", export),
    )
    audited = run("audit", "--home", tmp_path / "new")

    assert backed.exit_code == 0
    assert f"{VILLAGE}：12 条，1 张公开表，核对无误" in backed.output
    assert restored.exit_code == 0
    assert f"{VILLAGE}：原有 12 条，从 {export} 找回 1 条，现有 13 条" in restored.output
    assert audited.exit_code == 0
    assert "恢复：" in run("doctor", "--home", tmp_path / "new").output


def test_a_key_that_lies_open_is_named_as_left_out(village: VillageHome, tmp_path: Path) -> None:
    done = run("backup", "--home", village.home.path, "--out", tmp_path / "backup")

    assert done.exit_code == 0
    assert f"没有放进去：keys/{VILLAGE}.key 没有口令保护" in done.output
    restored = run("restore", tmp_path / "backup", "--home", tmp_path / "new", "--heads", village.home.path)
    assert f"{VILLAGE} 的签名私钥不在这里" in restored.output


def test_what_is_missing_for_good_is_said_and_can_be_brought_later(
    village: VillageHome, tmp_path: Path
) -> None:
    run("backup", "--home", village.home.path, "--out", tmp_path / "backup", "--with-keys")
    fill(village)
    export = write_export(village, tmp_path / "export")

    behind = run("restore", tmp_path / "backup", "--home", tmp_path / "new", "--heads", village.home.path)
    filled = run("restore", "--home", tmp_path / "new", "--from", export)

    assert behind.exit_code == 1
    assert "还缺第 2 条到第 11 条：本机的 heads.db 证明有过这些记录" in behind.output
    assert "只能看：" in behind.output
    assert filled.exit_code == 0
    assert "隐私内容找不回的：第 6、7、8 条" in filled.output


def test_doubts_are_told_and_accepted(village: VillageHome, tmp_path: Path) -> None:
    run("backup", "--home", village.home.path, "--out", tmp_path / "backup", "--with-keys")

    words = ("restore", tmp_path / "backup", "--home", tmp_path / "new", "--vault-keys", village.home.path)
    doubted = run(*words)
    accepted = run(*words, "--accept")
    doctor = run("doctor", "--home", tmp_path / "new")

    assert isinstance(doubted.exception, Refused)
    assert list_codes(doubted.exception) == ["restore-unknown"]
    assert accepted.exit_code == 0
    assert "已接受的疑点：" in accepted.output
    assert "恢复时接受了疑点：restore-unknown" in doctor.output


def test_heads_found_again_are_given_to_a_home_without(village: VillageHome, tmp_path: Path) -> None:
    village.open_books()
    kept = copy_home(village.home.path, tmp_path / "kept")
    village.home.close()
    (village.home.path / "heads.db").unlink()

    done = run("restore", "--home", village.home.path, "--heads", kept)

    assert done.exit_code == 0


def test_a_damaged_log_is_said_with_its_findings(village: VillageHome, tmp_path: Path) -> None:
    village.open_books()
    attack(village.home.path, "ledger", "UPDATE entries SET kind = 'log.founded' WHERE entry_index = 2")

    backed = run("backup", "--home", village.home.path, "--out", tmp_path / "backup", "--with-keys")
    restored = run(
        *("restore", tmp_path / "backup", "--home", tmp_path / "new"),
        *("--heads", village.home.path, "--accept"),
    )
    scrubbed = run("scrub", "--home", village.home.path)

    assert [backed.exit_code, restored.exit_code, scrubbed.exit_code] == [1, 1, 1]
    assert "这份备份留着，但不算备好" in backed.output
    assert "（column-differs）" in restored.output
    assert (
        "✗ 1. 第 2 条 数据库的 kind 列：应为 accounts.opened，实为 log.founded（column-differs）"
        in scrubbed.output
    )


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (("backup", "--out", "backup", "--with-keys"), {"clean", "manifest", "out", "reports"}),
        (("scrub",), {"entries", "files", "findings", "is_whole"}),
    ],
    ids=["backup", "scrub"],
)
def test_programs_read_json(
    village: VillageHome,
    tmp_path: Path,
    arguments: Sequence[str],
    keys: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    done = run(arguments[0], "--home", village.home.path, *arguments[1:], "--json")

    assert json.loads(done.stdout).keys() == keys


def test_a_restoration_is_read_as_json(village: VillageHome, tmp_path: Path) -> None:
    run("backup", "--home", village.home.path, "--out", tmp_path / "backup", "--with-keys")

    done = run(
        "restore", tmp_path / "backup", "--home", tmp_path / "new", "--heads", village.home.path, "--json"
    )

    answer = json.loads(done.stdout)
    assert [refill["size"] for refill in answer["refills"]] == [2]
    assert answer["doubts"] == []


def test_a_scrub_in_pieces_says_where_it_is(village: VillageHome) -> None:
    first = run("scrub", "--home", village.home.path, "--limit", 1)
    second = run("scrub", "--home", village.home.path, "--minutes", 5)

    assert "重读了 1 条记录、0 个封存的文件，0 处不对。\n还没读完" in first.output
    assert "重读了 1 条记录" in second.output
    assert "还没读完" not in second.output
