"""Children that read what others wrote: they answer, or die of a limit; the parent says which and goes on."""

from __future__ import annotations

import dataclasses
import io
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from ledger.limited.child import MEMORY_EXIT, UNANSWERED_EXIT, Limits, read_frame, write_frame
from ledger.limited.pool import ChildDied, Pool, build_environment, format_limits

CHILD = "tests.limited.children"
LIMITS = Limits(cpu_s=1, memory_bytes=256 << 20, wall_s=60, reply_max_bytes=1 << 27)
FILES = 16
"""Enough for a child to open a file or a socket, were nothing else against it."""


def limit(**changes: int) -> Limits:
    return dataclasses.replace(LIMITS, **changes)


def open_pool(limits: Limits = LIMITS, **options: int) -> Pool:
    return Pool(CHILD, limits, **options)


def die(pool: Pool, request: bytes) -> ChildDied:
    with pytest.raises(ChildDied) as caught:
        pool.ask(request)
    return caught.value


def test_a_child_answers_one_request_after_the_other() -> None:
    with open_pool() as pool:
        first, *others = [pool.ask(b"pid") for _ in range(3)]

        assert [pool.ask(b"echo "), pool.ask(b"echo \x00\xff" * 9)] == [
            b"",
            b"\x00\xff" + b"echo \x00\xff" * 8,
        ]

    assert others == [first, first]


def test_a_child_is_replaced_after_its_number_of_requests() -> None:
    with open_pool(requests_per_child=2) as pool:
        pids = [pool.ask(b"pid") for _ in range(6)]

    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [2, 2, 2]


def test_children_answer_side_by_side() -> None:
    with open_pool(children=2) as pool, ThreadPoolExecutor(4) as threads:
        pids = list(threads.map(lambda _: pool.ask(b"pid"), range(40)))

        assert 1 <= len(set(pids)) <= 2


def test_too_much_time_ends_the_child_and_the_next_answers() -> None:
    with open_pool() as pool:
        assert die(pool, b"spin").words == "时间用完"
        assert pool.ask(b"echo still here") == b"still here"


def test_processor_time_is_counted_anew_for_every_request() -> None:
    with open_pool() as pool:
        allowed_s = []
        for _ in range(3):
            pool.ask(b"burn 0.6")
            allowed_s.append(resource.prlimit(pool._idle[0].process.pid, resource.RLIMIT_CPU)[0])

    assert allowed_s[0] < allowed_s[-1]


def test_too_long_by_the_clock_ends_the_child() -> None:
    begun = time.monotonic()

    with open_pool(limit(wall_s=1)) as pool:
        died = die(pool, b"wait")

    assert died.words == "时间用完"
    assert time.monotonic() - begun >= 1


def test_too_much_memory_ends_the_child_and_the_next_answers() -> None:
    with open_pool() as pool:
        assert die(pool, b"eat %d" % LIMITS.memory_bytes).words == "内存用完"
        assert die(pool, b"echo " + bytes(LIMITS.memory_bytes)).words == "内存用完"
        assert pool.ask(b"echo still here") == b"still here"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (MEMORY_EXIT, "内存用完"),
        (-signal.SIGABRT, "内存用完"),
        (-signal.SIGTRAP, "内存用完"),
        (-signal.SIGXCPU, "时间用完"),
        (-signal.SIGKILL, "时间用完"),
        (-signal.SIGSEGV, ""),
        (1, ""),
    ],
)
def test_the_limit_that_was_passed_is_named(status: int, words: str) -> None:
    assert ChildDied(status).words == words


def test_a_child_that_dies_of_anything_else_is_told_with_its_status() -> None:
    with open_pool() as pool:
        assert die(pool, b"die 11").status == -signal.SIGSEGV
        assert die(pool, b"fail").status == 1
        assert pool.ask(b"echo still here") == b"still here"


def test_a_reply_of_too_great_length_is_not_read() -> None:
    with open_pool(limit(reply_max_bytes=1_000)) as pool:
        assert len(pool.ask(b"eat 1000")) == 1_000
        assert die(pool, b"eat 1001").status == 0, (
            "it fitted into the pipe, and the child ended with its input"
        )
        assert die(pool, b"eat 9000000").status == UNANSWERED_EXIT


def test_a_child_can_open_nothing_where_no_file_is_allowed() -> None:
    with open_pool() as pool, socket.create_server(("127.0.0.1", 0)) as server:
        assert pool.ask(b"open") == b"Too many open files"
        assert pool.ask(b"connect %d" % server.getsockname()[1]) == b"Too many open files"


def test_a_child_can_write_no_file(tmp_path: Path) -> None:
    writing = f"write {tmp_path / 'file'}".encode()

    with (
        open_pool(limit(open_files=FILES)) as pool,
        open_pool(limit(open_files=FILES, file_bytes=1)) as other,
    ):
        assert pool.ask(writing) == b"File too large"
        assert other.ask(writing) == b"1"


def test_a_child_reaches_no_network() -> None:
    if subprocess.run(["unshare", "-Un", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this kernel grants no namespaces")
    with open_pool(limit(open_files=FILES)) as pool, socket.create_server(("127.0.0.1", 0)) as server:
        assert pool.ask(b"connect %d" % server.getsockname()[1]) == b"Network is unreachable"


def test_what_a_stranger_wrote_is_not_repeated_on_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    with open_pool() as silent, Pool(CHILD, limit(file_bytes=99), is_heard=True) as heard:
        silent.ask(b"shout secret")
        die(silent, b"fail")
        heard.ask(b"shout heard\n")

    assert capfd.readouterr().err == "heard\n"


def test_what_is_typed_at_the_terminal_is_not_for_the_child() -> None:
    with open_pool() as pool:
        assert pool.ask(b"session") == pool.ask(b"pid") != str(os.getsid(0)).encode()


def test_a_child_gets_no_setting_of_ours_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGBAI_HOME", "/nowhere")

    with open_pool() as pool:
        names = set(pool.ask(b"environment").decode().split())

    assert "PATH" in names
    assert names <= {
        "HOME", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "PYTHONUTF8", "XDG_CACHE_HOME"
    }  # fmt: skip


def test_a_pool_that_was_closed_leaves_no_child() -> None:
    with open_pool() as pool:
        child = int(pool.ask(b"pid"))

    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_an_interruption_ends_the_child() -> None:
    # What the child's own start takes of the processor is not what this is about.
    with open_pool(limit(cpu_s=30)) as pool:
        child = int(pool.ask(b"pid"))
        main = threading.main_thread().ident
        assert main is not None
        threading.Timer(0.3, signal.pthread_kill, (main, signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            pool.ask(b"wait")

        assert int(pool.ask(b"pid")) != child


def test_limits_are_told_in_words() -> None:
    assert format_limits(LIMITS) == "至多 1 秒处理器时间、256 MiB 内存"


def test_a_message_larger_than_the_memory_is_told_as_that() -> None:
    child = start(struct.pack(">I", 1 << 30), subprocess.PIPE)

    assert (child.returncode, child.stdout) == (MEMORY_EXIT, b"")


def test_a_message_cut_short_is_no_message() -> None:
    stream = io.BytesIO()
    write_frame(stream, b"whole")
    data = stream.getvalue()

    assert read_frame(io.BytesIO(data)) == read_frame(io.BytesIO(data), 5) == b"whole"
    assert read_frame(io.BytesIO(data), 4) is None
    assert [read_frame(io.BytesIO(data[:cut])) for cut in range(len(data))] == [None] * len(data)


def test_a_child_that_cannot_answer_ends_without_a_word_and_without_half_an_answer() -> None:
    request = io.BytesIO()
    write_frame(request, b"echo x")

    with open("/dev/full", "wb") as full:
        done = start(request.getvalue(), full)

    assert (done.returncode, done.stderr) == (UNANSWERED_EXIT, b"")


def start(requests: bytes, stdout: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-P", "-m", CHILD, msgspec.json.encode(LIMITS).decode()],
        check=False,
        env=build_environment(CHILD),
        input=requests,
        stderr=subprocess.PIPE,
        stdout=stdout,
    )
