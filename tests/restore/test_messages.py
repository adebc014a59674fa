"""What an operator reads when a backup, a restore or a declaration is refused, word for word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from ledger.errors import Refused, format_fault
from ledger.home import Home
from ledger.log.checkpoint import Checkpoint, format_checkpoint
from ledger.log.hashing import format_hash
from ledger.upkeep.loss import Loss
from ledger.upkeep.restore import restore_backup
from tests.builders import VILLAGE
from tests.homes import VillageHome
from tests.postgres import LOGIN, Cluster, cluster, database
from tests.restore.conftest import copy_home
from tests.restore.drill import back_up, ignore, open_later
from tests.restore.test_scrub import attack

__all__ = ["cluster", "database"]

OTHER = "这份备份不完整或被改动过：换另一份备份"


def tell(attempt: Callable[[], object]) -> list[str]:
    """Return the faults that an attempt is refused with."""
    with pytest.raises(Refused) as error:
        attempt()
    return [format_fault(fault) for fault in error.value.faults]


def one(*parts: str) -> list[str]:
    """Return the one message that these parts make."""
    return ["".join(parts)]


def restore(folder: Path, *evidence: Path, **options: object) -> list[str]:
    """Restore `folder/backup` and return why that is refused."""
    given = {"accept": False, "heads": None, "vault_keys": folder / "home", **options}
    return tell(
        lambda: restore_backup(
            folder / "backup",
            folder / "new",
            open_with=open_later,
            evidence=[str(item) for item in evidence],
            progress=ignore,
            **given,
        )
    )


def sign(home: Home, size: int, root: bytes) -> bytes:
    with home.ledger.read(VILLAGE) as reader:
        origin = home.keys.get_signer(VILLAGE).origin
        assert reader.size
    return home.get_signer(VILLAGE).sign_note(format_checkpoint(Checkpoint(origin, size, root)))


def test_a_target_that_is_taken(village: VillageHome, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("a letter")

    assert tell(lambda: back_up(village, tmp_path / "backup")) == one(
        f"文件夹 {tmp_path}/backup：现为已有内容，应为还没有的名字，或空文件夹。",
        "换一个名字；原来的内容不会被覆盖。（target-taken）",
    )


def test_a_file_that_differs(village: VillageHome, tmp_path: Path) -> None:
    backup = back_up(village, tmp_path / "backup")
    (sha256,) = [row.sha256 for row in backup.manifest.files if row.path == "heads.txt"]
    (tmp_path / "backup" / "heads.txt").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    assert restore(tmp_path) == one(
        f"备份里的 heads.txt：现为摘要 {empty}，应为摘要 {sha256}。{OTHER}。（backup-file-differs）"
    )


def test_no_heads_to_compare_with(village: VillageHome, tmp_path: Path) -> None:
    back_up(village, tmp_path / "backup")

    assert restore(tmp_path) == one(
        f"村 {VILLAGE} 的账本：现为到第 1 条为止，没有原机器的 heads.db，不知道后来还记没记过，",
        "应为有原机器的 heads.db 可以对照。",
        "用 --heads 指明原机器的 heads.db 或账本文件夹；确认后来没有再记过账的，加 --accept。（restore-unknown）",
    )


def test_heads_older_than_the_backup(village: VillageHome, tmp_path: Path) -> None:
    heads = copy_home(village.home.path, tmp_path / "heads")
    village.open_books()
    back_up(village, tmp_path / "backup")

    assert restore(tmp_path, heads=heads) == one(
        f"村 {VILLAGE} 的 heads.db：现为只到 2 条，备份本身就签到 3 条，应为原机器上最新的 heads.db。",
        "找原机器上的那一份；确认备份以后没有再记过账的，加 --accept。（restore-heads-older）",
    )


def test_findings_of_the_audit(village: VillageHome, tmp_path: Path) -> None:
    attack(village.home.path, "ledger", "UPDATE entries SET kind = 'voucher.recorded' WHERE entry_index = 1")
    back_up(village, tmp_path / "backup")

    assert restore(tmp_path, heads=village.home.path) == one(
        f"村 {VILLAGE} 的账本：现为有 1 处对不上，第一处是第 1 条 数据库的 kind 列：voucher.recorded，",
        "应为全部对得上，那一处为 village.described。",
        "换一份更早的备份，再用 --from 补上后来的；只有这一份的，加 --accept。（restore-findings）",
    )


def test_evidence_that_proves_nothing_or_is_another_log_s(village: VillageHome, tmp_path: Path) -> None:
    back_up(village, tmp_path / "backup")
    (tmp_path / "letter").write_text("好")
    head = village.home.heads.find_newest(VILLAGE)
    assert head is not None
    (tmp_path / "other").write_bytes(head.note.replace(b"mingbai/", b"mingbai/other"))
    origin = village.home.keys.get_signer(VILLAGE).origin.removeprefix("mingbai/")

    assert restore(tmp_path, tmp_path / "letter") == one(
        f"拿来对照的东西：现为{tmp_path}/letter：签名文本应是正文、空行、签名行，各行都以换行结尾，",
        "应为能证实的导出、网址、公开表 PDF、证明文件或检查点。",
        "换一份完整的，或不写它；确认不用它的，加 --accept。（evidence-unproven）",
    )
    assert restore(tmp_path, tmp_path / "other", heads=village.home.path) == one(
        f"{tmp_path}/other：现为是 mingbai/other{origin} 的，应为备份里某个村的。",
        "核对是不是拿错了村；不用它就不要写。（evidence-strange）",
    )


def test_a_log_that_was_signed_twice(village: VillageHome, tmp_path: Path) -> None:
    back_up(village, tmp_path / "backup")
    head = village.home.heads.find_newest(VILLAGE)
    assert head is not None
    (tmp_path / "forked").write_bytes(sign(village.home, 2, bytes(32)))

    assert restore(tmp_path, tmp_path / "forked", accept=True) == one(
        f"村 {VILLAGE} 的前 2 条：现为这里的记录的根哈希是 {format_hash(head.root)}，",
        f"{tmp_path}/forked 签的是 {format_hash(bytes(32))}，应为同一本账只有一个历史。",
        "账本签过两个不同的历史：停止记账，把两份都保留好，交审计员和监督委员会。（restore-contradicted）",
    )


def test_a_database_that_has_the_village_already(
    village: VillageHome, tmp_path: Path, cluster: Cluster, database: str
) -> None:
    url = cluster.make_url(database, LOGIN)
    back_up(village, tmp_path / "backup")
    first = {"accept": False, "evidence": [], "heads": village.home.path, "progress": ignore}
    restore_backup(tmp_path / "backup", tmp_path / "first", open_with=open_later, database=url, **first)

    assert restore(tmp_path, heads=village.home.path, database=url) == one(
        f"--database：现为已有村 {VILLAGE} 的账本，应为没有这些村的数据库。",
        "换一个空的数据库：mingbai database prepare。（database-occupied）",
    )


def test_a_loss_of_nothing(village: VillageHome, tmp_path: Path) -> None:
    back_up(village, tmp_path / "backup")

    assert restore(tmp_path, heads=village.home.path, loss=make_loss(village)) == one(
        f"村 {VILLAGE} 的账本：现为没有少，应为少了记录、又找不回来的账本。",
        "不用声明丢失：去掉 --declare-loss，恢复以后接着记。（loss-none）",
    )


def test_a_loss_that_nothing_proves(village: VillageHome, tmp_path: Path) -> None:
    back_up(village, tmp_path / "backup")
    lost = copy_home(village.home.path, tmp_path / "lost")
    head = village.home.heads.find_newest(VILLAGE)
    assert head is not None
    attack(lost, "heads", "UPDATE heads SET note = CAST(replace(note, '— mingbai', '— minhbai') AS BLOB)")
    (tmp_path / "backup" / "heads.txt").write_bytes(b"")
    rewrite_manifest(tmp_path / "backup")

    assert restore(tmp_path, accept=True, heads=lost, loss=make_loss(village)) == one(
        f"村 {VILLAGE} 的旧账：现为一个能证实的检查点也没有，应为旧钥匙签过的检查点，和它所管的记录。",
        "用 --heads、--from 给出旧账的检查点；旧账一条也不剩的，另行立账。（loss-unproven）",
    )


def make_loss(village: VillageHome) -> Loss:
    return Loss(
        checker=village.supervisor.user,
        maker=village.clerk.user,
        is_plain=True,
        reason="雷击坏了电脑",
        village=VILLAGE,
    )


def rewrite_manifest(backup: Path) -> None:
    """Describe the files as they are now."""
    path = backup / "manifest.json"
    manifest = msgspec.json.decode(path.read_bytes())
    for row in manifest["files"]:
        if row["path"] == "heads.txt":
            row["sha256"] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    path.write_bytes(msgspec.json.encode(manifest))
