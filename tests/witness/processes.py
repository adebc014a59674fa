"""Real witnesses in processes of their own, and a village that adopts them."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ledger.log.keys import format_verifier_key
from ledger.log.note import parse_note_verifier
from ledger.ports import Ports
from ledger.service.policies import prepare_policy
from ledger.state.keys import get_key_at
from ledger.witness_home import create_witness_home, open_witness_home
from tests.builders import VILLAGE
from tests.homes import VillageHome

START_WITHIN_S = 60

SERVE_IN_VILLAGE_TIME = """
import sys
from pathlib import Path
import uvicorn
from ledger.witness_home import open_witness_home
from tests.fakes import FakeClock
from web.witness.app import Witness, create_witness_app

class VillageClock(FakeClock):
    def now_ms(self):
        told = Path(f"{sys.argv[1]}.now")
        return int(told.read_text()) if told.exists() else super().now_ms()

home = open_witness_home(Path(sys.argv[1]))
app = create_witness_app(Witness(home.store, home.signer, VillageClock()))
uvicorn.run(app, port=int(sys.argv[2]), log_level="error")
"""
"""The server itself, living in the village's time."""


def pick_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class WitnessProcess:
    """A witness's folder, and its server while one runs. `script` takes the place of the command."""

    path: Path
    name: str
    port: int = field(default_factory=pick_port)
    script: str = ""
    vkey: str = ""
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        home = create_witness_home(self.path, self.name, self.name.encode().ljust(32, b"."), is_plain=True)
        self.vkey = format_verifier_key(home.signer.key)
        home.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def watch(self, *verifier_keys: str) -> None:
        home = open_witness_home(self.path)
        for key in verifier_keys:
            home.store.add_log(key, "", 1)
        home.close()

    def set_clock(self, now_ms: int) -> None:
        """Move a witness that lives in the village's time on to where the village is."""
        Path(f"{self.path}.now").write_text(str(now_ms))

    def start(self) -> None:
        words = ["-m", "ledger.cli", "witness", "serve", "--folder", str(self.path), "--port", str(self.port)]
        if self.script:
            words = ["-c", self.script, str(self.path), str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), urllib.request.urlopen(self.url, timeout=5) as answer:
                assert answer.read().decode() == f"{self.vkey}\n"
                return
            time.sleep(0.05)
        raise AssertionError(f"the witness {self.name} did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextlib.contextmanager
def run_witnesses(folder: Path, *names: str) -> Iterator[list[WitnessProcess]]:
    """Start a witness of each name; they are stopped at the end, also those started again."""
    witnesses = [WitnessProcess(folder / name, f"{name}.example/w") for name in names]
    try:
        for witness in witnesses:
            witness.start()
        yield witnesses
    finally:
        for witness in witnesses:
            witness.stop()


def get_log_key(home: Ports) -> str:
    with home.ledger.read(VILLAGE) as reader:
        return get_key_at(reader.facts, reader.size)


def write_policy(witnesses: Sequence[tuple[str, str, str]], quorum: int) -> bytes:
    """A policy of (name, key, address), `quorum` of whom must cosign."""
    lines = [f"witness {name} {key} {url}" for name, key, url in witnesses]
    names = " ".join(name for name, _, _ in witnesses)
    return ("\n".join([*lines, f"group all-of-them {quorum} {names}", "quorum all-of-them"]) + "\n").encode()


def adopt(village: VillageHome, policy: bytes) -> int:
    """Adopt a policy; returns the index of its entry."""
    draft = prepare_policy(
        village.home, VILLAGE, maker=village.clerk.user, text=policy, resolution="村民代表会议通过"
    )
    return village.pass_(draft)[0].index


def adopt_witnesses(village: VillageHome, witnesses: Sequence[WitnessProcess], quorum: int) -> int:
    """Let the witnesses watch the village's log, and the village adopt them."""
    key = get_log_key(village.home)
    parse_note_verifier(key)
    for witness in witnesses:
        witness.watch(key)
    names = ("镇", "邻村", "学校")
    listed = [(name, witness.vkey, witness.url) for name, witness in zip(names, witnesses, strict=False)]
    return adopt(village, write_policy(listed, quorum))
