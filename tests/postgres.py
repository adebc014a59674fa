"""A real PostgreSQL for the tests: a cluster of its own in a temporary folder, reached by a Unix socket.

One cluster serves a whole run of pytest (one a worker), with a fresh database for each test. It does not wait for
the disk, except where a test is about surviving: that test starts a cluster of its own.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from ledger.store.roles import prepare_database

LOGIN = "mingbai"
SUPERUSER = "postgres"
START_TIMEOUT_S = 60
CONNECTIONS_MAX = 200


class Cluster:
    """One server. `is_durable` makes it wait for the disk, as servers do outside of tests."""

    def __init__(self, *, is_durable: bool = False) -> None:
        self._programs = find_programs()
        self._as_server = _run_as()
        # Not below pytest's folder, which the server's user may not enter; short, since sockets have short names.
        self.folder = Path(tempfile.mkdtemp(prefix="mingbai-pg-"))
        if os.getuid() == 0:
            shutil.chown(self.folder, SUPERUSER, SUPERUSER)
        self._settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": str(CONNECTIONS_MAX),
            "fsync": "on" if is_durable else "off",
            # Full-page images and the wait at commit are what durability costs; without it they prove nothing.
            "full_page_writes": "on" if is_durable else "off",
            "synchronous_commit": "on",
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count()
        data = str(self.folder / "data")
        options = [*("-A", "trust"), *("-U", SUPERUSER), *("-E", "UTF8"), "--locale=C", "--data-checksums"]
        command = [*self._as_server, str(self._programs / "initdb"), "-D", data, *options, "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(self._programs / "postgres"), "-D", str(self.folder / "data"), *settings]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._as_server, *command], stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )
        give_up = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                psycopg.connect(self.make_url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > give_up:
                    raise RuntimeError((self.folder / "log").read_text(errors="replace")[-2000:]) from None
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """Kill the postmaster and every backend at once, as an operating system out of memory would."""
        assert self._process is not None
        postmaster, *children = self.list_processes()
        for pid in (postmaster, *children):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.wait()
        _wait_until_gone(children)

    def list_processes(self) -> list[int]:
        """Return the postmaster and its backends."""
        assert self._process is not None
        postmaster = self._process.pid
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return [postmaster, *map(int, children)]

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=START_TIMEOUT_S)
        shutil.rmtree(self.folder)

    def make_url(self, database: str, user: str = SUPERUSER) -> str:
        """Return the libpq address of a database as a user sees it."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def create_database(self, *options: str, template: str = "template0") -> str:
        """Create an empty database, or a copy of another, and return its name."""
        name = f"village_{next(self._numbers)}"
        # Copying files is quicker than writing them to the log once more.
        command = f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"
        self.run("postgres", " ".join([command, *options]))
        return name

    def drop_database(self, name: str) -> None:
        self.run("postgres", f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, database: str, *statements: str, user: str = SUPERUSER) -> list[tuple[object, ...]]:
        """Run statements, each in a transaction of its own; return the rows of the last."""
        rows: list[tuple[object, ...]] = []
        with psycopg.connect(self.make_url(database, user), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
        return rows


@contextmanager
def open_cluster(database: str, *, is_durable: bool = False) -> Iterator[Cluster]:
    """Start a server with one prepared database and stop it afterwards."""
    cluster = Cluster(is_durable=is_durable)
    try:
        cluster.start()
        cluster.run("postgres", f"CREATE DATABASE {database} TEMPLATE template0")
        prepare_database(cluster.make_url(database), LOGIN)
        yield cluster
    finally:
        cluster.stop()


def find_programs() -> Path:
    """Return the folder with `initdb` and `postgres`, which Debian keeps out of the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if folders:
        return folders[-1]
    found = shutil.which("postgres")
    assert found, "PostgreSQL is not installed: ./mingbai test installs it"
    return Path(found).parent


def _run_as() -> list[str]:
    """Return the words before a command that run it as the server's user: PostgreSQL refuses to run as root.

    Whoever kills the tests stops the server as well.
    """
    words = ["setpriv", "--pdeathsig", "INT"]
    if os.getuid() == 0:
        user = pwd.getpwnam(SUPERUSER)
        words += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return [*words, "--"]


def _wait_until_gone(pids: list[int]) -> None:
    """Wait until no process of a killed server is left: the next one would meet them."""
    give_up = time.monotonic() + START_TIMEOUT_S
    while any(_is_alive(pid) for pid in pids):
        assert time.monotonic() < give_up
        time.sleep(0.01)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The server of this run, with a prepared database that others are copied from."""
    with open_cluster("prepared") as opened:
        yield opened


@pytest.fixture
def database(cluster: Cluster) -> Iterator[str]:
    """The name of a fresh, prepared database."""
    name = cluster.create_database(template="prepared")
    yield name
    cluster.drop_database(name)
