"""Real witnesses and a real village against those who would show two histories, or none."""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.commands.witness import witness_group
from ledger.home import open_home
from ledger.limits import DAY_MS
from ledger.log.checkpoint import Checkpoint, format_checkpoint, sign_checkpoint
from ledger.log.confirmation import format_confirmation
from ledger.log.hashing import EMPTY_ROOT, hash_leaf
from ledger.log.keys import format_verifier_key, make_signer
from ledger.log.note import parse_note
from ledger.log.proofs import build_consistency
from ledger.log.tiles import MemoryTiles
from ledger.log.tree import compute_root
from ledger.log.witness import Submission, format_submission
from ledger.ports import Head
from ledger.service.outbound import Reply, Unreachable, post
from ledger.service.witnessing import Outcome, ask_witnesses
from ledger.witness_home import open_witness_home
from ledger.witnessed import read_confirmation
from tests.builders import VILLAGE, build_description
from tests.fakes import FakeClock, SeededEntropy
from tests.homes import VillageHome, open_village
from tests.witness.processes import WitnessProcess, adopt_witnesses, get_log_key, run_witnesses

MIB = 1_048_576


@pytest.fixture
def clock() -> FakeClock:
    """Witnesses live in our time."""
    return FakeClock(time.time_ns() // 1_000_000)


@pytest.fixture
def village(tmp_path: Path, clock: FakeClock) -> Iterator[VillageHome]:
    with open_village(tmp_path / "village", clock=clock) as village:
        yield village


def write_on(village: VillageHome, name: str = "石榴河村") -> None:
    """Record an entry more."""
    body = build_description(village.texts, name=village.texts.publish(name, "name"))
    village.record(body, occurred_on="2026-01-01", period="2026-01")


def ask(village: VillageHome) -> dict[str, str]:
    return {outcome.name: outcome.code for outcome in ask_witnesses(village.home, VILLAGE)}


def tell(village: VillageHome) -> str:
    with village.home.ledger.read(VILLAGE) as reader:
        confirmation = read_confirmation(
            village.home, VILLAGE, reader, village.home.heads.find_newest(VILLAGE)
        )
    assert confirmation is not None
    return format_confirmation(confirmation, village.clock.now_ms() // 1_000)


def copy_home(village: VillageHome, target: Path) -> None:
    village.home.close()
    shutil.copytree(village.home.path, target)


def reopen(path: Path, village: VillageHome) -> VillageHome:
    home = open_home(path, clock=village.clock, entropy=SeededEntropy(str(path)))
    return VillageHome(clerk=village.clerk, clock=village.clock, home=home, supervisor=village.supervisor)


def test_three_witnesses_confirm_a_log_that_grows_and_one_may_be_down(
    tmp_path: Path, village: VillageHome
) -> None:
    with run_witnesses(tmp_path, "town", "next", "school") as witnesses:
        adopt_witnesses(village, witnesses, 2)
        assert ask(village) == {"镇": "", "邻村": "", "学校": ""}
        witnesses[2].stop()

        write_on(village)
        assert "之后新记的 1 条还在等他们确认" in tell(village)
        assert ask(village) == {"镇": "", "邻村": "", "学校": "witness-unreachable"}

        assert tell(village) == "3 位见证人中有 2 位确认过这本账，最近一次是刚刚。"
        attempts = {item.outcome: item for item in village.home.cosignatures.list_attempts(VILLAGE)}
        assert attempts["witness-unreachable"].answered_at == village.clock.now_ms()
        village.clock.advance(5 * DAY_MS + 3_600_000)
        assert tell(village) == "3 位见证人中有 2 位确认过这本账，但最近一次已经是 5 天前。"


def test_of_two_views_under_one_key_a_witness_confirms_only_the_first(
    tmp_path: Path, village: VillageHome
) -> None:
    with run_witnesses(tmp_path, "town", "next", "school") as witnesses:
        adopt_witnesses(village, witnesses, 2)
        copy_home(village, tmp_path / "other")
        shown, hidden = (reopen(path, village) for path in (village.home.path, tmp_path / "other"))
        write_on(shown, "石榴河村甲")
        write_on(hidden, "石榴河村乙")

        assert set(ask(shown).values()) == {""}
        assert set(ask(hidden).values()) == {"witness-inconsistent"}

        write_on(hidden)
        assert set(ask(hidden).values()) == {"witness-inconsistent"}
        assert hidden.home.cosignatures.list_sizes(VILLAGE) == []
        write_on(shown)
        assert set(ask(shown).values()) == {""}
        home = open_witness_home(witnesses[0].path)
        assert home.store.list_logs()[0].conflicts == 2
        notes = [
            conflict.note.decode() for conflict in home.store.list_conflicts(home.store.list_origins()[0])
        ]
        home.close()
        told = CliRunner().invoke(witness_group, ["status", "--folder", str(witnesses[0].path), "--notes"])
        assert told.exit_code == 1
        assert all(note in told.stdout for note in notes)
        shown.home.close()
        hidden.home.close()


def test_an_old_backup_grown_again_is_refused_though_its_heads_are_gone(
    tmp_path: Path, village: VillageHome
) -> None:
    with run_witnesses(tmp_path, "town") as witnesses:
        adopt_witnesses(village, witnesses, 1)
        copy_home(village, tmp_path / "restored")
        village = reopen(village.home.path, village)
        for _ in range(3):
            write_on(village)
        assert ask(village) == {"镇": ""}

        for path in (tmp_path / "restored").glob("heads.db*"):
            path.unlink()
        restored = reopen(tmp_path / "restored", village)
        write_heads(restored)
        assert ask(restored) == {"镇": "witness-ahead"}
        for number in range(4):
            write_on(restored, f"石榴河村{number}")
        assert ask(restored) == {"镇": "witness-inconsistent"}
        village.home.close()
        restored.home.close()


def write_heads(village: VillageHome) -> None:
    """Sign what the database holds as if nothing had been signed before: what a liar with the key does."""
    with village.home.ledger.read(VILLAGE) as reader:
        root, size = compute_root(reader.get_frontier()), reader.size
    signer = village.home.get_signer(VILLAGE)
    origin = signer.verifier_key.partition("+")[0]
    note = signer.sign_note(format_checkpoint(Checkpoint(origin, size, root)))
    village.home.heads.advance(VILLAGE, Head(note=note, root=root, size=size))


SIGNER = make_signer("mingbai/loadtest", bytes(32))


def make_submission(leaves: list[bytes], old: int) -> bytes:
    tiles = MemoryTiles(leaves)
    root = compute_root(tiles.frontier) if leaves else EMPTY_ROOT
    note = sign_checkpoint(Checkpoint("mingbai/loadtest", len(leaves), root), SIGNER)
    return format_submission(Submission(note, old, build_consistency(tiles, old, len(leaves))))


def submit(witness: WitnessProcess, body: bytes) -> Reply:
    return post(f"{witness.url}/add-checkpoint", body, answer_max_bytes=MIB)


def test_of_32_forks_at_one_instant_exactly_one_is_confirmed(tmp_path: Path) -> None:
    trunk = [hash_leaf(b"trunk %d" % n) for n in range(8)]
    forks = [[*trunk, hash_leaf(b"fork %d" % n)] for n in range(32)]
    with run_witnesses(tmp_path, "town") as (witness,):
        witness.watch(format_verifier_key(SIGNER.key))
        assert submit(witness, make_submission(trunk, 0)).status == 200

        with ThreadPoolExecutor(32) as pool:
            replies = list(pool.map(lambda leaves: submit(witness, make_submission(leaves, 8)), forks))

        statuses = sorted(reply.status for reply in replies)
        assert statuses == [200] + [409] * 31
        assert {reply.body for reply in replies if reply.status == 409} == {b"9\n"}
        winner = forks[[reply.status for reply in replies].index(200)]
        # Told the size, the others try again and prove nothing.
        again = [submit(witness, make_submission(leaves, 9)).status for leaves in forks]
        assert sorted(again) == [200] + [422] * 31
        assert again[forks.index(winner)] == 200


KILLED = """
import os, sys
from pathlib import Path
import uvicorn
from ledger.config import SystemClock
from ledger.witness_home import open_witness_home
from web.witness.app import Witness, create_witness_app

home = open_witness_home(Path(sys.argv[1]))

class Killed(Witness):
    def answer(self, body):
        answer = super().answer(body)  # Remembered durably; the answer is not sent yet.
        os.kill(os.getpid(), 9) if answer.status_code == 200 else None
        return answer

app = create_witness_app(Killed(home.store, home.signer, SystemClock()))
uvicorn.run(app, port=int(sys.argv[2]), log_level="error")
"""


def test_a_witness_killed_before_it_answers_has_remembered_what_it_cosigned(tmp_path: Path) -> None:
    leaves = [hash_leaf(b"leaf %d" % n) for n in range(5)]
    fork = [*leaves[:4], hash_leaf(b"fork")]
    with run_witnesses(tmp_path, "town") as (witness,):
        witness.watch(format_verifier_key(SIGNER.key))
        assert submit(witness, make_submission(leaves[:4], 0)).status == 200
        witness.stop()
        witness.script = KILLED
        witness.start()
        with pytest.raises(Unreachable):
            submit(witness, make_submission(leaves, 4))
        witness.stop()
        witness.script = ""
        witness.start()

        assert submit(witness, make_submission(fork, 4)) == Reply(b"5\n", 409)
        assert submit(witness, make_submission(fork, 5)).status == 422
        assert submit(witness, make_submission(leaves, 4)) == Reply(b"5\n", 409)
        assert submit(witness, make_submission(leaves, 5)).status == 200


def announce(witness: WitnessProcess, size: int) -> int:
    """Return the status for a body of a size, of which nothing is sent: the answer would race with the rest of it."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(witness.url).netloc, timeout=10)
    with contextlib.closing(connection):
        connection.putrequest("POST", f"{urllib.parse.urlsplit(witness.url).path}/add-checkpoint")
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        return connection.getresponse().status


def test_the_server_answers_by_the_protocol_and_holds_its_limits(tmp_path: Path) -> None:
    leaves = [hash_leaf(b"leaf %d" % n) for n in range(3)]
    with run_witnesses(tmp_path, "town") as (witness,):
        assert submit(witness, make_submission(leaves, 0)).status == 404
        witness.watch(format_verifier_key(SIGNER.key))
        assert submit(witness, b"").status == 400
        assert announce(witness, MIB) == 413
        assert submit(witness, make_submission(leaves, 2)) == Reply(b"0\n", 409)
        origin = "9f0cbc4eb1a8b8c1a9f1b0e2f0f3c5b8a6f6d5f7a5e4f3c2b1a0998877665544"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{witness.url}/{origin}/checkpoint", timeout=10)

        request = urllib.request.Request(
            f"{witness.url}/add-checkpoint", data=make_submission(leaves, 2), method="POST"
        )
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(request, timeout=10)
        assert raised.value.headers["content-type"] == "text/x.tlog.size"
        assert raised.value.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in raised.value.headers
        raised.value.close()
        reply = submit(witness, make_submission(leaves, 0))
        assert reply.status == 200
        assert reply.body.decode().startswith("— town.example/w ")


ADDRESSED = "http://127.0.0.1:9/w"


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(b"", 200), "witness-answer"),
        (Reply(b"garbage\n", 200), "note-signature"),
        (Reply(b"x" * 70_000, 200), "witness-answer"),
        (Reply("— stranger.example AAAAAAAA\n".encode(), 200), "note-unsigned"),
        (Reply(b"", 302), "witness-unavailable"),
        (Reply(b"", 500), "witness-unavailable"),
        (Reply(b"", 400), "witness-refused"),
        (Reply(b"", 403), "witness-key"),
        (Reply(b"", 404), "witness-unknown-log"),
        (Reply(b"", 422), "witness-inconsistent"),
        (Reply(b"0\n", 409), "witness-busy"),
        (Reply(b"99\n", 409), "witness-ahead"),
        (Reply(b"-1\n", 409), "witness-answer"),
    ],
)
def test_what_a_hostile_witness_answers_is_never_kept(
    tmp_path: Path, village: VillageHome, reply: Reply, code: str
) -> None:
    witness = WitnessProcess(tmp_path / "town", "town.example/w")
    adopt_witnesses(village, [witness], 1)

    outcomes = ask_witnesses(village.home, VILLAGE, send=lambda _url, _body: reply)

    assert [outcome.code for outcome in outcomes] == [code]
    assert village.home.cosignatures.list_sizes(VILLAGE) == []
    assert tell(village) == "1 位见证人都还没有确认过这本账。"


def test_witnesses_that_sign_anything_make_no_quorum_alone(tmp_path: Path, village: VillageHome) -> None:
    """One of three is bribed: it cosigns the hidden view too, and that view still shows it has one of three."""
    with run_witnesses(tmp_path, "town", "next", "school") as witnesses:
        adopt_witnesses(village, witnesses, 2)
        copy_home(village, tmp_path / "other")
        shown, hidden = (reopen(path, village) for path in (village.home.path, tmp_path / "other"))
        write_on(shown, "石榴河村甲")
        assert set(ask(shown).values()) == {""}
        write_on(hidden, "石榴河村乙")
        for path in witnesses[0].path.glob("witness.db*"):
            path.unlink()
        witnesses[0].stop()
        witnesses[0].watch(get_log_key(hidden.home))  # Bribed: it forgets what it saw.
        witnesses[0].start()

        assert sorted(ask(hidden).values()) == ["", "witness-inconsistent", "witness-inconsistent"]

        assert tell(hidden).startswith("3 位见证人中只有 1 位确认过这本账，还不够约定的人数")
        shown.home.close()
        hidden.home.close()


def test_only_those_who_are_due_are_asked(tmp_path: Path, village: VillageHome) -> None:
    asked: list[str] = []

    def refuse(url: str, _body: bytes) -> Reply:
        asked.append(url)
        return Reply(b"", 500)

    def run() -> list[Outcome]:
        return ask_witnesses(village.home, VILLAGE, send=refuse, only_due=True)

    witness = WitnessProcess(tmp_path / "town", "town.example/w")
    adopt_witnesses(village, [witness], 1)
    assert [outcome.code for outcome in run()] == ["witness-unavailable"]
    assert run() == []
    village.clock.advance(5 * 60_000)
    assert len(run()) == 1
    assert len(asked) == 2
    assert json.dumps(asked).count("127.0.0.1") == 2


def test_the_notes_kept_carry_the_lines_after_the_logs_own(tmp_path: Path, village: VillageHome) -> None:
    with run_witnesses(tmp_path, "town", "next") as witnesses:
        adopt_witnesses(village, witnesses, 2)
        ask(village)

        files = village.export()

        names = [line.name for line in parse_note(files["checkpoint"]).signatures]
        assert names == [names[0], "next.example/w", "town.example/w"]
        assert files["witnessed"] == files["checkpoint"]
        assert b"group all-of-them 2" in files["policy"]
