"""A low limit of open files: commands say so and leave nothing half done; pages are refused at the start, or held."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.builders import VILLAGE
from tests.faults.calls import Spawner
from tests.faults.sweep import NOW_MS, Work, build_works, check_home, lay
from web.serving import FILES_MIN

LEAST = 4
"""Open files of which a command has one to itself: three are what it reads and says."""

ENOUGH = 40


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Work]:
    return build_works(tmp_path_factory.mktemp("stages"))


@pytest.fixture
def spawner(tmp_path: Path) -> Iterator[Spawner]:
    (tmp_path / "run").mkdir()
    (tmp_path / "notes").mkdir()
    with contextlib.closing(Spawner(tmp_path / "run", notes=tmp_path / "notes", now_ms=NOW_MS)) as spawner:
        yield spawner


@pytest.mark.parametrize(
    "command",
    [
        "pass",
        "seal",  # Of another package, so found by its entry point.
        *(
            pytest.param(name, marks=pytest.mark.deep)
            for name in ("import", "close", "backup", "backup zip", "restore", "restore zip")
        ),
    ],
)
def test_a_command_with_too_few_files_says_so_and_leaves_nothing_half_done(
    spawner: Spawner, works: dict[str, Work], tmp_path: Path, command: str
) -> None:
    work, run = works[command], tmp_path / "run"
    told = {}
    for files in range(LEAST, ENOUGH):
        lay(work, run)
        ran = spawner.run(work.words, files=files)
        if ran.status == 0:
            break
        assert ran.status == 2
        assert "Traceback" not in ran.told
        told[files] = ran.told
        assert check_home(run / "home", work.entries) == ""

    assert work.is_finished(run)
    assert len(told) >= 8
    assert all("打开的文件太多（ulimit -n）" in text or "打不开数据库文件" in text for text in told.values())
    assert any("打开的文件太多（ulimit -n）" in text for text in told.values())


@contextlib.contextmanager
def serve(home: Path, log: Path, files: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Serve a home in a process that may open so many files; gives it and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "ledger.cli", "serve", "--home", str(home), "--port", str(port)]
    with log.open("wb") as told:
        server = subprocess.Popen(
            ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh", *words],
            stderr=told,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    try:
        while "网页已打开" not in log.read_text(encoding="utf-8") and server.poll() is None:
            time.sleep(0.02)
        yield server, port
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)


def test_pages_are_not_opened_where_they_would_run_out_of_files(
    works: dict[str, Work], tmp_path: Path
) -> None:
    home = Path(shutil.copytree(works["backup"].stage / "home", tmp_path / "home"))

    with serve(home, tmp_path / "told", FILES_MIN - 1) as server:
        assert server[0].wait(60) == 1

    assert (tmp_path / "told").read_text(encoding="utf-8").splitlines()[-1] == (
        "  1. 这个程序能打开的文件：现为383 个，应为至少 384 个。"
        "先运行 ulimit -n 1024 再打开网页；由 systemd 启动的，写 LimitNOFILE=1024。（files-limit）"
    )


def test_more_connections_than_there_is_room_for_take_no_page_from_those_before(
    works: dict[str, Work], tmp_path: Path
) -> None:
    home = Path(shutil.copytree(works["backup"].stage / "home", tmp_path / "home"))
    request = f"GET /v/{VILLAGE} HTTP/1.1\r\nHost: mb.example.cn\r\n\r\n".encode()

    with serve(home, tmp_path / "told", FILES_MIN) as (_, port), contextlib.ExitStack() as held:
        address = f"http://127.0.0.1:{port}/v/{VILLAGE}"
        with httpx.Client(transport=httpx.HTTPTransport(retries=9), timeout=60) as client:
            assert client.get(address).status_code == 200
        opened = [
            held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            for _ in range(FILES_MIN + 50)
        ]
        assert opened[-1].recv(1) == b""  # Let go at once.
        opened[0].sendall(request)
        first = opened[0].recv(12)
        held.close()
        with httpx.Client(transport=httpx.HTTPTransport(retries=9), timeout=60) as client:
            after = client.get(address)

    assert first == b"HTTP/1.1 200"
    assert after.status_code == 200
    told = (tmp_path / "told").read_text(encoding="utf-8")
    assert "Traceback" not in told, told[-3_000:]
    assert check_home(home, works["backup"].entries) == ""
