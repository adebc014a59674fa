"""A write-ahead log that was cut short, met by the commands themselves: whoever starts one is told, no entry made."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.builders import VILLAGE, build_postings, build_voucher
from tests.faults.calls import Spawner
from tests.faults.sweep import NOW_MS
from tests.faults.test_few_files import serve
from tests.homes import open_village
from tests.restore.test_journal import FRAME_BYTES, HEADER_BYTES


class Stage(NamedTuple):
    """A home at work, as its files lay when three vouchers were acknowledged and a fourth waited to be passed."""

    checker: str
    home: Path
    log: bytes


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("stage")
    with open_village(folder / "home") as village:
        village.open_books()
        for amount_fen in (32_500, 120_000, 5_000):
            village.record_voucher("购办公用纸", amount_fen)
        village.draft(
            build_voucher(
                village.texts,
                chart="2023",
                number="2026-10-004",
                postings=build_postings(100, debit="513"),
                summary=village.texts.publish("修水渠"),
            )
        )
        home = Path(shutil.copytree(village.home.path, folder / "copy"))
        return Stage(village.supervisor.user, home, (home / "ledger.db-wal").read_bytes())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def spawner(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spawner]:
    with contextlib.closing(Spawner(run, notes=tmp_path_factory.mktemp("notes"), now_ms=NOW_MS)) as spawner:
        yield spawner


def lay(stage: Stage, home: Path, length: int) -> None:
    """Put the home as a disk that lost the end of the ledger's journal would give it back."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(stage.home, home)
    (home / "ledger.db-shm").unlink()
    (home / "ledger.db-wal").write_bytes(stage.log[:length])


def test_a_whole_journal_is_passed_on(stage: Stage, spawner: Spawner, run: Path) -> None:
    lay(stage, run / "home", len(stage.log))

    assert spawner.run(("doctor", "--home", "home")).status == 0
    assert spawner.run(("pass", "--all", "--home", "home", "--checker", stage.checker)).status == 0


@pytest.mark.parametrize("part", [0.0, 0.3, 0.6, 0.9, 1.0])
def test_a_cut_journal_is_named_by_the_doctor_and_takes_no_entry(
    stage: Stage, spawner: Spawner, run: Path, part: float
) -> None:
    frames = (len(stage.log) - HEADER_BYTES) // FRAME_BYTES
    lay(stage, run / "home", HEADER_BYTES + int(frames * part) * FRAME_BYTES - 1)

    looked = spawner.run(("doctor", "--home", "home"))
    passed = spawner.run(("pass", "--all", "--home", "home", "--checker", stage.checker))
    waiting = spawner.run(("drafts", "--home", "home"))

    assert looked.status == passed.status == 1
    assert f"✗ 有错  {VILLAGE} 的检查点" in looked.told
    assert "已签名的检查点有 6 条" in passed.told
    assert "（village-read-only）" in passed.told
    assert "共 1 条待审" in waiting.told


def test_pages_over_a_cut_journal_say_that_they_can_only_be_read(stage: Stage, tmp_path: Path) -> None:
    lay(stage, tmp_path / "home", len(stage.log) - 1)

    with (
        serve(tmp_path / "home", tmp_path / "told", 1_024) as (_, port),
        httpx.Client(transport=httpx.HTTPTransport(retries=9), timeout=60) as client,
    ):
        health = client.get(f"http://127.0.0.1:{port}/healthz").text
        page = client.get(f"http://127.0.0.1:{port}/v/{VILLAGE}").text

    assert health == f"read-only {VILLAGE}\n"
    assert "这个村的账本少了 1 条，暂停记账，正在查找。手里的公开表请留好" in page
    assert "只能看：" in (tmp_path / "told").read_text(encoding="utf-8")
