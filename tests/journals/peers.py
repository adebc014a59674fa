"""The programs that read our journals, each in a process of its own: Beancount, Fava, hledger and Ledger."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(sys.prefix) / "journals"
"""Where `./mingbai test` puts what requirements-journals.txt lists."""
START_MAX_S = 60
CALL_MAX_S = 120


class Beancount:
    """A child that reads one file after another: to start it takes longer than to read."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("beancount_reader.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=make_environment(),
            text=True,
            encoding="utf-8",
        )

    def read(self, path: Path) -> dict[str, Any]:
        """Return what `beancount_reader.read` says of a file."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(f"{path}\n")
        self._child.stdin.flush()
        answer: dict[str, Any] = json.loads(self._child.stdout.readline())
        return answer

    def close(self) -> None:
        for pipe in (self._child.stdin, self._child.stdout):
            assert pipe is not None
            pipe.close()
        self._child.wait(CALL_MAX_S)


def make_environment() -> dict[str, str]:
    """Return the environment of a child that finds the peers before our own libraries."""
    if not FOLDER.is_dir():
        pytest.fail(
            "Beancount and Fava are not there: `./mingbai test` installs them (requirements-journals.txt)"
        )
    return {**os.environ, "BEANCOUNT_DISABLE_LOAD_CACHE": "1", "PYTHONPATH": str(FOLDER)}


def run_hledger(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run hledger on a journal as it comes, without anybody's settings."""
    return _run("hledger", "-f", str(path), *words)


def run_ledger(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Ledger on a journal, without anybody's settings."""
    return _run("ledger", "--args-only", "-f", str(path), *words)


def read_hledger_balances(path: Path, *words: str) -> dict[str, str]:
    """Return every account's own balance as hledger prints it, having checked all that it can check; `words` choose."""
    checked = run_hledger(path, "check", "--strict")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    told = run_hledger(path, "balance", "--flat", "--no-total", "--output-format", "csv", *words)
    assert (told.returncode, told.stderr) == (0, "")
    return {row["account"]: row["balance"] for row in csv.DictReader(io.StringIO(told.stdout))}


def read_hledger_transactions(path: Path) -> list[dict[str, Any]]:
    """Return the transactions as hledger understood them."""
    told = run_hledger(path, "print", "--output-format", "json")
    assert (told.returncode, told.stderr) == (0, "")
    transactions: list[dict[str, Any]] = json.loads(told.stdout)
    return transactions


def read_ledger_balances(path: Path) -> dict[str, str]:
    """Return every account's own balance as Ledger prints it, under its strictest reading."""
    told = run_ledger(
        path, "--pedantic", "balance", "--flat", "--no-total", "--balance-format", "%(account)\t%(amount)\n"
    )
    assert (told.returncode, told.stderr) == (0, "")
    return dict(line.split("\t") for line in told.stdout.splitlines())


@contextlib.contextmanager
def open_fava(path: Path) -> Iterator[str]:
    """Serve a file with Fava on a free port; gives the address of its pages."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["-c", "from fava.cli import main; main()", str(path), "--host", "127.0.0.1", "--port", str(port)]
    child = subprocess.Popen(
        [sys.executable, *words], env=make_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        yield _find_pages(f"http://127.0.0.1:{port}/", child)
    finally:
        child.terminate()
        child.communicate(timeout=CALL_MAX_S)


def ask_fava(pages: str, what: str) -> Any:
    """Return what Fava's pages are made of, amounts exact."""
    with urllib.request.urlopen(f"{pages}/api/{what}", timeout=CALL_MAX_S) as answer:
        return json.loads(answer.read(), parse_float=Decimal)["data"]


def get_page(pages: str, what: str) -> tuple[int, str]:
    """Return status and text of one of its pages."""
    with urllib.request.urlopen(f"{pages}/{what}/", timeout=CALL_MAX_S) as answer:
        return answer.status, answer.read().decode()


def sum_fava(trees: list[dict[str, Any]]) -> dict[str, Decimal]:
    """Return the own balance of every account in trees of Fava's reports."""
    found: dict[str, Decimal] = {}
    for tree in trees:
        amount = Decimal(tree["balance"].get("CNY", 0))
        if amount:
            found[tree["account"]] = amount
        found |= sum_fava(tree["children"])
    return found


def _find_pages(front: str, child: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + START_MAX_S
    while True:
        try:
            with urllib.request.urlopen(front, timeout=CALL_MAX_S) as answer:
                return str(answer.url).rstrip("/").rpartition("/")[0]
        except urllib.error.URLError:
            assert child.poll() is None, "Fava ended"
            assert time.monotonic() < deadline, "Fava does not answer"
            time.sleep(0.2)


def _run(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which(name)
    if program is None:
        pytest.fail(f"{name} is not there: `./mingbai test` installs it")
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": "/nonexistent"}
    return subprocess.run(
        [program, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        timeout=CALL_MAX_S,
        check=False,
    )
