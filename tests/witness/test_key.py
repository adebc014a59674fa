"""A witness's key is kept as a village's: under a passphrase, which only cosigning asks for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result

from ledger.errors import Refused, format_fault
from ledger.keys.key_file import ProtectedKey, parse_key_file
from ledger.keys.passphrase import CREDENTIAL, Passphrases
from ledger.log.checkpoint import Checkpoint, format_checkpoint
from ledger.log.cosignature import WitnessVerifier, sign_cosignature
from ledger.log.keys import format_signing_key
from ledger.witness_home import create_witness_home, open_witness_home
from tests.witness.conftest import Run
from tests.witness.processes import pick_port

PHRASE = "石榴河的水往东流"
NAME = "town.example/mingbai"
SEED = b"w" * 32


@pytest.fixture
def phrase(tmp_path: Path) -> Path:
    return write_phrase(tmp_path / "phrase", PHRASE)


def write_phrase(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(f"{text}\n", encoding="utf-8")
    return path


def write_plain_home(path: Path) -> Path:
    """A folder as it was before keys were protected: one line in `witness.key`."""
    path.mkdir(mode=0o700)
    key = path / "witness.key"
    key.touch(mode=0o600)
    key.write_text(f"{format_signing_key(NAME, SEED)}\n", encoding="ascii")
    return path


def fail(result: Result) -> list[str]:
    assert isinstance(result.exception, Refused), result.output
    return [format_fault(fault) for fault in result.exception.faults]


def test_a_witness_is_not_made_without_saying_how_its_key_is_kept(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "w"

    assert fail(run("witness", "init", "--folder", folder, "--name", NAME)) == [
        (
            "见证人的私钥：现为没有给口令，应为用口令保护。"
            "在终端里运行，或用 --passphrase-file 写明口令文件；只是试用，可写 --no-passphrase。（key-unprotected）"
        )
    ]
    assert not folder.exists()


def test_a_key_under_a_passphrase_cosigns_once_it_is_told(tmp_path: Path, run: Run, phrase: Path) -> None:
    folder = tmp_path / "w"
    made = run("witness", "init", "--folder", folder, "--name", NAME, "--passphrase-file", phrase)

    assert made.exit_code == 0
    assert "没有口令" not in made.stderr
    assert isinstance(parse_key_file((folder / "witness.key").read_bytes()), ProtectedKey)
    text = format_checkpoint(Checkpoint("mingbai/sample", 1, b"r" * 32))
    home = open_witness_home(folder, Passphrases(file=phrase))
    line = sign_cosignature(text, 7, home.signer)
    home.close()
    WitnessVerifier(home.signer.key).verify_signature(text, line.signature)


def test_only_serving_asks_for_the_passphrase(tmp_path: Path, run: Run, phrase: Path) -> None:
    folder = tmp_path / "w"
    run("witness", "init", "--folder", folder, "--name", NAME, "--passphrase-file", phrase)

    status = json.loads(run("witness", "status", "--folder", folder, "--json").stdout)[0]

    assert status["protection"] == "passphrase"
    assert fail(run("witness", "serve", "--folder", folder)) == [
        (
            f"私钥 {NAME}：现为有口令保护，没有人能问，应为给出口令。用 --passphrase-file 写明口令文件，"
            f"或由 systemd 交来凭据 {CREDENTIAL}，或在终端里运行。（key-locked）"
        )
    ]
    wrong = write_phrase(tmp_path / "wrong", "别的一句话也够长")
    assert fail(run("witness", "serve", "--folder", folder, "--passphrase-file", wrong))[0].endswith(
        "再试一次；口令没错的，是文件坏了，从保管处取回备份。（key-passphrase）"
    )


def test_systemd_hands_the_passphrase_to_a_serving_witness(tmp_path: Path, run: Run, phrase: Path) -> None:
    folder = tmp_path / "w"
    run("witness", "init", "--folder", folder, "--name", NAME, "--passphrase-file", phrase)
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    write_phrase(credentials / CREDENTIAL, PHRASE)
    words = ["-m", "ledger.cli", "witness", "serve", "--folder", str(folder), "--port", str(pick_port())]

    process = subprocess.Popen(
        [sys.executable, *words],
        stderr=subprocess.PIPE,
        env={**os.environ, "CREDENTIALS_DIRECTORY": str(credentials)},
        text=True,
    )
    try:
        assert process.stderr is not None
        told = process.stderr.readline()
    finally:
        process.kill()
        process.communicate()

    assert told.startswith("见证服务已打开")


def test_a_witness_of_before_still_opens_and_is_told_to_protect_its_key(
    tmp_path: Path, run: Run, phrase: Path
) -> None:
    folder = write_plain_home(tmp_path / "w")
    before = json.loads(run("witness", "status", "--folder", folder, "--json").stdout)[0]
    doctor = {check["name"]: check for check in read_checks(run, folder)}

    assert before["protection"] == "plain"
    assert "没有口令保护" in run("witness", "status", "--folder", folder).stderr
    assert doctor["见证人的私钥保管"] == {
        "advice": "用 mingbai witness protect 加上口令",
        "found": "没有口令保护：witness.key",
        "name": "见证人的私钥保管",
        "state": "warning",
    }
    assert fail(run("witness", "backup", "--folder", folder)) == [
        (
            "私钥文件 witness.key：现为没有口令保护，应为有口令保护的私钥才抄写、复印。"
            "先用 mingbai witness protect 加上口令。（key-plain）"
        )
    ]

    assert run("witness", "protect", "--folder", folder, "--passphrase-file", phrase).exit_code == 0

    after = json.loads(run("witness", "status", "--folder", folder, "--json").stdout)[0]
    assert after == before | {"protection": "passphrase"}
    assert b"PRIVATE" not in (folder / "witness.key").read_bytes()
    assert run("witness", "backup", "--folder", folder).stdout == (folder / "witness.key").read_text("ascii")
    assert {check["state"] for check in read_checks(run, folder) if "见证" in check["name"]} == {"fine"}


def test_another_passphrase_takes_the_place_of_the_first(tmp_path: Path) -> None:
    told = iter([PHRASE, PHRASE, "换上的新口令也够长", "换上的新口令也够长", PHRASE])
    passphrases = Passphrases(prompt=lambda _title: next(told))
    home = create_witness_home(tmp_path / "w", NAME, SEED, passphrases)
    home.protect(passphrases.choose("私钥"))
    home.close()

    again = open_witness_home(tmp_path / "w", Passphrases(prompt=lambda _title: "换上的新口令也够长"))
    again.key.unlock()
    again.close()
    old = open_witness_home(tmp_path / "w", Passphrases(prompt=lambda _title: PHRASE))
    with pytest.raises(Refused):
        old.key.unlock()
    old.close()


def test_the_doctor_names_what_others_can_read_in_a_witness_s_folder(tmp_path: Path, run: Run) -> None:
    folder = write_plain_home(tmp_path / "w")
    run("witness", "status", "--folder", folder)
    (folder / "witness.db").chmod(0o644)

    found = next(check for check in read_checks(run, folder) if check["name"] == "见证人的文件夹")

    assert (found["state"], found["found"]) == ("wrong", "别人也能读：witness.db")


def read_checks(run: Run, folder: Path) -> list[dict[str, str]]:
    checks: list[dict[str, str]] = json.loads(run("doctor", "--witness", folder, "--json").stdout)
    return checks
