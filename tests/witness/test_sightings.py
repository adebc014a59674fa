"""What witnesses saw, asked before a log goes on: a rollback is found, and nobody's bare word stops a village."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest
from click.testing import CliRunner

from ledger.cli import root
from ledger.errors import Refused
from ledger.home import open_home
from ledger.log.checkpoint import Checkpoint, format_checkpoint, sign_checkpoint
from ledger.log.keys import make_signer
from ledger.log.note import parse_note
from ledger.log.tree import compute_root
from ledger.ports import Head
from ledger.service.outbound import Reply, Unreachable
from ledger.service.sightings import Sighting, look_at_witnesses
from ledger.service.standing import refuse_read_only
from ledger.service.witnessing import ask_witnesses
from tests.builders import VILLAGE
from tests.fakes import SeededEntropy
from tests.homes import VillageHome
from tests.web.village import make_client
from tests.witness.processes import WitnessProcess, adopt_witnesses
from web.app import create_app
from web.asking import look_around
from web.site import Site


@pytest.fixture
def watched(village: VillageHome, witness: WitnessProcess) -> VillageHome:
    """A village with one witness, who confirmed its books."""
    adopt_witnesses(village, [witness], 1)
    village.open_books()
    confirm(village)
    return village


def confirm(village: VillageHome) -> None:
    assert [outcome.code for outcome in ask_witnesses(village.home, VILLAGE)] == [""]


def roll_back(village: VillageHome, folder: Path) -> VillageHome:
    """Copy the home, go on in the original until the witness saw more, and return the copy with its heads forgotten."""
    shutil.copytree(village.home.path, folder)
    village.record_voucher("购办公用纸", 32_500)
    village.record_voucher("修水渠", 120_000)
    confirm(village)
    for path in folder.glob("heads.db*"):
        path.unlink()
    home = open_home(folder, clock=village.clock, entropy=SeededEntropy("copy"))
    copy = VillageHome(clerk=village.clerk, clock=village.clock, home=home, supervisor=village.supervisor)
    sign_as_if_new(copy)
    return copy


def sign_as_if_new(village: VillageHome) -> None:
    """Sign what the database holds, as a restored `heads.db` of the same day would have it."""
    with village.home.ledger.read(VILLAGE) as reader:
        size, tree = reader.size, compute_root(reader.get_frontier())
    signer = village.home.get_signer(VILLAGE)
    note = signer.sign_note(format_checkpoint(Checkpoint(signer.verifier_key.partition("+")[0], size, tree)))
    village.home.heads.advance(VILLAGE, Head(note=note, root=tree, size=size))


def look(village: VillageHome) -> list[Sighting]:
    return look_at_witnesses(village.home, [VILLAGE])[VILLAGE]


def test_a_witness_that_saw_this_very_log_changes_nothing(watched: VillageHome) -> None:
    before = list(watched.home.heads.iterate(VILLAGE))
    watched.record_voucher("购办公用纸", 32_500)

    assert [(item.code, item.head, item.size) for item in look(watched)] == [("", None, 4)]
    assert list(watched.home.heads.iterate(VILLAGE))[: len(before)] == before
    assert look_around(watched.home, [VILLAGE]) == {}
    refuse_read_only(watched.home, VILLAGE)


def test_a_witness_that_saw_more_makes_the_log_read_only_for_good(
    watched: VillageHome, witness: WitnessProcess, tmp_path: Path
) -> None:
    copy = roll_back(watched, tmp_path / "copy")

    (sighting,) = look(copy)

    assert (sighting.code, sighting.size) == ("witness-ahead", 6)
    assert sighting.reason == "见证人见过 6 条记录，这里只有 4 条：账本变短了"
    newest = watched.home.heads.find_newest(VILLAGE)
    assert copy.home.heads.find_newest(VILLAGE) == newest
    assert newest is not None
    assert len(parse_note(newest.note).signatures) == 1
    witness.stop()
    with pytest.raises(Refused) as error:
        refuse_read_only(copy.home, VILLAGE)
    assert error.value.faults[0].code == "village-read-only"
    with make_client(copy) as client:
        assert client.get("/healthz").text == f"read-only {VILLAGE}\n"
        assert "这个村的账本少了 2 条，暂停记账" in client.get(f"/v/{VILLAGE}").text
    copy.home.close()


def test_a_witness_that_saw_another_history_halts_what_is_served(
    watched: VillageHome, tmp_path: Path
) -> None:
    copy = roll_back(watched, tmp_path / "copy")
    for number in range(3):
        copy.record_voucher(f"别的账 {number}", 100)

    halted = look_around(copy.home, [VILLAGE])

    assert list(halted) == [VILLAGE]
    fault = halted[VILLAGE].fault
    assert fault is not None
    assert fault.found.startswith("见证人见过的前 6 条和这里的不一样：")
    app = create_app(copy.home, copy.home.config, halted)
    site = app.state["site"]
    assert isinstance(site, Site)
    with copy.home.ledger.read(VILLAGE) as reader:
        assert site.get_standing(VILLAGE, reader, copy.home.heads.find_newest(VILLAGE)).fault == fault
    copy.home.close()


def test_what_our_key_did_not_sign_stops_nothing(watched: VillageHome) -> None:
    origin = watched.home.get_signer(VILLAGE).verifier_key.partition("+")[0]
    liar = make_signer(origin, b"\x01" * 32)
    note = sign_checkpoint(Checkpoint(origin, 99, b"\x02" * 32), liar)
    answers = {"answer": Reply(note, 200), "unavailable": Reply(b"", 500), "unknown-log": Reply(b"", 404)}
    before = watched.home.heads.find_newest(VILLAGE)

    for code, reply in {**answers, "empty": Reply(b"", 200)}.items():
        found = look_at_witnesses(watched.home, [VILLAGE], fetch=lambda _address, reply=reply: reply)[VILLAGE]
        assert [(item.code, item.head) for item in found] == [
            ("witness-answer" if code == "empty" else f"witness-{code}", None)
        ]

    assert watched.home.heads.find_newest(VILLAGE) == before
    refuse_read_only(watched.home, VILLAGE)


def test_witnesses_that_do_not_answer_are_waited_for_together_and_not_for_long(watched: VillageHome) -> None:
    def hang(_address: str) -> Reply:
        time.sleep(5)
        raise Unreachable("到时间还没有回答")

    started = time.monotonic()
    found = look_at_witnesses(watched.home, [VILLAGE], fetch=hang, wait_s=0.2)[VILLAGE]

    assert time.monotonic() - started < 4
    assert [(item.code, item.reason) for item in found] == [("witness-unreachable", "到时间还没有回答")]
    refuse_read_only(watched.home, VILLAGE)


def test_the_doctor_tells_what_witnesses_saw(
    watched: VillageHome, witness: WitnessProcess, tmp_path: Path
) -> None:
    def read_check(village: VillageHome) -> tuple[str, str]:
        done = CliRunner().invoke(root, ["doctor", "--home", str(village.home.path), "--json"])
        name = f"{VILLAGE} 的见证人看到的"
        return next(
            (check["state"], check["found"]) for check in json.loads(done.stdout) if check["name"] == name
        )

    assert read_check(watched) == ("fine", "1 位见证人看到的都在这本账里")
    copy = roll_back(watched, tmp_path / "copy")
    assert read_check(copy) == ("wrong", "镇：见证人见过 6 条记录，这里只有 4 条：账本变短了")
    witness.stop()
    assert read_check(watched) == ("warning", "镇：那台机器没有开着这项服务")
    copy.home.close()


def test_asking_a_witness_that_is_ahead_keeps_what_it_saw(watched: VillageHome, tmp_path: Path) -> None:
    copy = roll_back(watched, tmp_path / "copy")

    asked = CliRunner().invoke(root, ["witness", "ask", "--home", str(copy.home.path)])

    assert asked.exit_code == 1
    assert "镇拿得出本账自己签过名的检查点：见证人见过 6 条记录" in asked.stderr
    with pytest.raises(Refused):
        refuse_read_only(copy.home, VILLAGE)
    copy.home.close()


def test_a_log_that_cannot_be_read_is_left_to_what_says_so(watched: VillageHome) -> None:
    def break_log(_address: str) -> Reply:
        connection = sqlite.connect(watched.home.path / "ledger.db", isolation_level=None)
        for trigger in ("logs_update", "logs_delete"):
            connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        connection.execute("UPDATE logs SET frontier = x'00'")
        connection.close()
        return Reply(b"", 200)

    assert look_at_witnesses(watched.home, [VILLAGE], fetch=break_log) == {VILLAGE: []}
    assert look_at_witnesses(watched.home, [VILLAGE], fetch=break_log) == {VILLAGE: []}
