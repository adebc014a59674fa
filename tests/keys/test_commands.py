"""`mingbai keys` and `mingbai init` as a person and a script use them."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from ledger.cli import root
from ledger.errors import Refused
from ledger.keys.key_file import parse_key_file

VILLAGE = "371082101201"
DETAILS = (
    *(
        "--village",
        VILLAGE,
        "--name",
        "石榴河村",
        "--township",
        "样例县石榴镇",
        "--telephone",
        "0000-0000000",
    ),
    *("--clerk", "样例甲", "--supervisor", "样例乙"),
)
PHRASE = "石榴河的水往东流"


class Desk:
    """A home on the command line."""

    def __init__(self, path: Path) -> None:
        self.home = path / "home"
        self.passphrase = path / "passphrase"
        self.passphrase.touch(mode=0o600)
        self.passphrase.write_text(PHRASE, encoding="utf-8")

    def run(self, *words: str, **options: str) -> Result:
        return CliRunner().invoke(root, list(words), env={"MINGBAI_HOME": str(self.home)}, **options)

    def sign(self, *words: str) -> Result:
        """Run a command that signs."""
        result = self.run(*words, "--passphrase-file", str(self.passphrase))
        assert result.exit_code == 0, (result.output, result.exception)
        return result

    def get_user(self, role: str) -> str:
        persons = json.loads(self.sign("users", "list", "--json").stdout)
        return str(next(person["user"] for person in persons if role in person["roles"]))

    def rotate(self, *options: str) -> Result:
        people = ("--maker", self.get_user("clerk"), "--checker", self.get_user("supervisor"))
        return self.sign("keys", "rotate", "--reason", "换了电脑", *people, *options)

    def read_status(self) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = json.loads(self.run("keys", "status", "--json").stdout)
        return rows

    def read_checks(self) -> dict[str, tuple[str, str]]:
        checks = json.loads(self.run("doctor", "--json").stdout)
        return {check["name"]: (check["state"], check["found"]) for check in checks}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A village whose key is protected, its description passed."""
    desk = Desk(tmp_path)
    desk.sign("init", *DETAILS)
    desk.sign("pass", "--all", "--checker", desk.get_user("supervisor"))
    return desk


def list_codes(result: Result) -> list[str]:
    assert isinstance(result.exception, Refused), result.output
    return [fault.code for fault in result.exception.faults]


def test_a_village_is_not_founded_without_saying_how_its_key_is_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    assert list_codes(desk.run("init", *DETAILS)) == ["key-unprotected"]
    assert not (desk.home / "keys").exists()
    assert desk.run("init", "--no-passphrase", *DETAILS).exit_code == 0
    assert desk.read_status()[0]["protection"] == "plain"
    assert desk.read_checks()[f"{VILLAGE} 的私钥保管"] == ("warning", f"没有口令保护：{VILLAGE}.key")


def test_a_protected_key_is_asked_for_by_what_signs_alone(desk: Desk, tmp_path: Path) -> None:
    out = str(tmp_path / "out")

    assert desk.read_status()[0] | {"verifier_key": ""} == {
        "file": f"{VILLAGE}.key",
        "protection": "passphrase",
        "standing": "in_force",
        "verifier_key": "",
    }
    assert desk.read_checks()[f"{VILLAGE} 的私钥保管"] == ("fine", "有口令保护")
    for words in (("audit",), ("export", "--out", out), ("keys", "status"), ("doctor",)):
        assert desk.run(*words).exit_code == 0, words
    maker = desk.get_user("clerk")
    options = ("--maker", maker, "--month", "2026-01", "--resolution", "村民代表会议通过")
    assert list_codes(desk.run("drafts")) == ["key-locked"]
    assert list_codes(desk.run("adopt", "scheme", *options)) == ["key-locked"]
    desk.sign("adopt", "scheme", *options)
    refused = desk.run("pass", "--all", "--checker", desk.get_user("supervisor"))
    assert list_codes(refused) == ["key-locked"]


def test_a_wrong_passphrase_records_nothing(desk: Desk) -> None:
    options = ("--month", "2026-01", "--resolution", "村民代表会议通过")
    desk.sign("adopt", "scheme", "--maker", desk.get_user("clerk"), *options)
    checker = desk.get_user("supervisor")
    desk.passphrase.write_text("另外一个长口令", encoding="utf-8")

    words = ("pass", "--all", "--checker", checker)
    refused = desk.run(*words, "--passphrase-file", str(desk.passphrase))

    assert list_codes(refused) == ["key-passphrase"]
    desk.passphrase.write_text(PHRASE, encoding="utf-8")
    assert len(json.loads(desk.sign("drafts", "--json").stdout)) == 1


def test_a_credential_of_systemd_serves_as_well(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = desk.home.parent / "credentials"
    folder.mkdir()
    (folder / "mingbai-passphrase").touch(mode=0o400)
    (folder / "mingbai-passphrase").chmod(0o600)
    (folder / "mingbai-passphrase").write_text(PHRASE + "\n", encoding="utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    options = ("--month", "2026-01", "--resolution", "村民代表会议通过")
    assert desk.run("adopt", "scheme", "--maker", desk.get_user("clerk"), *options).exit_code == 0

    assert desk.run("pass", "--all", "--checker", desk.get_user("supervisor")).exit_code == 0


def test_a_plain_key_is_put_under_a_passphrase_and_goes_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run("init", "--no-passphrase", *DETAILS)
    key = desk.read_status()[0]["verifier_key"]
    refused = desk.run("keys", "backup")
    assert list_codes(refused) == ["key-plain"]
    assert str(refused.exception) == (
        f"私钥文件 {VILLAGE}.key：现为没有口令保护，应为有口令保护的私钥才抄写、复印。"
        "先用 mingbai keys protect 加上口令。（key-plain）"
    )

    desk.sign("keys", "protect")

    assert desk.read_status()[0] == {
        "file": f"{VILLAGE}.key",
        "protection": "passphrase",
        "standing": "in_force",
        "verifier_key": key,
    }
    desk.sign("pass", "--all", "--checker", desk.get_user("supervisor"))
    assert desk.run("audit").exit_code == 0


def test_what_a_backup_prints_is_the_key_file(desk: Desk) -> None:
    printed = desk.run("keys", "backup").stdout

    assert printed.encode() == (desk.home / "keys" / f"{VILLAGE}.key").read_bytes()
    assert parse_key_file(printed.encode()).key.name.startswith("mingbai/")


def test_a_key_is_changed_by_two_persons_and_the_old_one_destroyed(desk: Desk) -> None:
    first = desk.read_status()[0]["verifier_key"]

    said = desk.rotate()

    assert "已换钥，第 2 条；从 3 条起由新私钥签名。" in said.stderr
    assert [(row["standing"], row["verifier_key"] == first) for row in desk.read_status()] == [
        ("retired", True),
        ("in_force", False),
    ]
    state, found = desk.read_checks()[f"{VILLAGE} 的私钥保管"]
    assert (state, found) == ("warning", f"已经换下还没有销毁：{VILLAGE}.key")
    assert desk.run("keys", "retire", input="n\n").exit_code == 0
    assert len(desk.read_status()) == 2
    assert "已销毁" in desk.run("keys", "retire", "--yes").stderr
    assert "没有可以销毁的旧私钥" in desk.run("keys", "retire", "--yes").stderr
    assert [row["standing"] for row in desk.read_status()] == ["in_force"]
    assert desk.read_checks()[f"{VILLAGE} 的签名私钥"] == ("fine", "与公布的公钥相符")
    assert desk.run("audit").exit_code == 0
    desk.rotate()
    assert desk.run("audit").exit_code == 0


def test_a_prepared_key_that_never_took_over_is_taken_up_again(desk: Desk) -> None:
    words = ("keys", "rotate", "--reason", "换了电脑", "--maker", desk.get_user("clerk"))
    said = desk.sign(*words)
    assert "待审：mingbai pass" in said.stderr
    waiting = [row["verifier_key"] for row in desk.read_status() if row["standing"] == "waiting"]
    (draft,) = json.loads(desk.sign("drafts", "--json").stdout)
    desk.sign("discard", draft["id"], "--maker", desk.get_user("clerk"))

    desk.rotate()

    assert [row["verifier_key"] for row in desk.read_status() if row["standing"] == "in_force"] == waiting


def test_a_home_without_its_key_says_so(desk: Desk) -> None:
    (desk.home / "keys" / f"{VILLAGE}.key").rename(desk.home.parent / "away")

    assert "现用的私钥不在这里" in desk.run("keys", "status").stderr
    assert desk.run("keys", "protect", "--passphrase-file", str(desk.passphrase)).exception is not None
    assert desk.read_checks()[f"{VILLAGE} 的签名私钥"][0] == "wrong"


def test_permissions_too_open_are_wrong(desk: Desk) -> None:
    key = desk.home / "keys" / f"{VILLAGE}.key"
    assert desk.read_checks()["私钥文件夹"] == ("fine", "只有本账号能进")

    key.chmod(0o640)
    (desk.home / "keys").chmod(0o755)

    checks = desk.read_checks()
    assert checks["文件权限"] == ("wrong", f"别人也能读：{VILLAGE}.key")
    assert checks["私钥文件夹"] == ("wrong", "别人也能进")
    key.write_bytes(b"mingbai-key/v1\n")
    assert desk.read_checks()[f"{VILLAGE} 的私钥保管"][0] == "wrong"


def test_pages_are_served_without_the_passphrase(desk: Desk) -> None:
    """A real server in a process of its own, with nobody to ask."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["serve", "--home", str(desk.home), "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-m", "ledger.cli", *words],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        assert "网页已打开" in server.stderr.readline()
        with httpx.Client(transport=httpx.HTTPTransport(retries=9), timeout=60) as client:
            served = client.get(f"http://127.0.0.1:{port}/v/{VILLAGE}/log.vkey")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        if server.stderr is not None:
            server.stderr.close()

    assert served.text == desk.read_status()[0]["verifier_key"] + "\n"
