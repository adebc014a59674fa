"""`mingbai` run many times without starting Python each time: a process that has loaded everything forks for each.

Reads one job a line, JSON, and answers with the number of the child, which has stopped itself so that it can be traced,
and, once it is gone, with its exit status. What runs in the child is `ledger.cli.main`, with the words of the job and
with files of its own for what it prints; only the clock stands where the job says.
"""

from __future__ import annotations

import codecs
import json
import os
import resource
import signal
import sys
import traceback
from typing import NoReturn

import ledger.commands.backup
import ledger.service.import_
import reports.commands
from ledger import cli
from ledger.config import SystemClock
from ledger.service.workbooks.child import ENCODINGS
from ledger.service.workbooks.reading import read_workbook
from tests.fakes.renderer import PlainRenderer


class _Printer(PlainRenderer):
    """For `reports.worker.WorkerRenderer`, where no interpreter is named for it: a page takes seconds.

    There workbooks are read without a child too: what starts one and asks it is the same for both.
    """

    def __enter__(self) -> _Printer:
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing to end."""


def main() -> None:
    """Serve jobs until standard input ends."""
    for name in cli.OWN:
        cli.load_command(name)
    for encoding in ENCODINGS:  # The child that reads workbooks has them before it reads.
        codecs.lookup(encoding)
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(job)
        _answer(child)
        _answer(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _run(job: dict[str, str]) -> NoReturn:
    null = os.open(os.devnull, os.O_RDONLY)
    told = os.open(job["told"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for number, descriptor in enumerate((null, told, told)):
        os.dup2(descriptor, number)
    SystemClock.now_ms = lambda _self: int(job["now_ms"])
    if job["interpreter"]:
        sys.executable = job["interpreter"]
    else:
        reports.commands.WorkerRenderer = _Printer
        ledger.service.import_.read_outside = read_workbook
    # Whether a slow moment shows a bar would decide how many calls there are.
    ledger.commands.backup.PROGRESS_AFTER_S = float("inf")
    os.chdir(job["folder"])
    sys.argv = ["mingbai", *json.loads(job["words"])]
    if job["files"]:
        resource.setrlimit(resource.RLIMIT_NOFILE, (int(job["files"]), int(job["files"])))
    os.kill(os.getpid(), signal.SIGSTOP)
    status = 70
    try:
        cli.main()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 0
    except BaseException:  # noqa: BLE001 - as the interpreter would: shown, and told from a refusal
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
