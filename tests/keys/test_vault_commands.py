"""`mingbai vault`, and how the passphrase of a home opens its vault, as a person and a script use them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger.cli import root
from ledger.errors import Refused
from tests.keys.test_commands import DETAILS, PHRASE, VILLAGE, Desk

NOBODY = "u-zzzzzzzzzz"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A village whose keys are protected."""
    desk = Desk(tmp_path)
    desk.sign("init", *DETAILS)
    return desk


def refuse(result: Result) -> list[str]:
    assert isinstance(result.exception, Refused), result.output
    return str(result.exception).splitlines()


def test_a_new_home_s_vault_is_under_the_passphrase_of_its_log_key(desk: Desk) -> None:
    assert desk.read_checks()["隐私库的保管"] == (
        "fine",
        "AES-256-GCM 加密，一户一人一把钥匙，有口令保护",
    )
    assert desk.read_checks()[f"{VILLAGE} 的隐私库"] == ("fine", "都已加密")
    assert PHRASE.encode() not in b"".join(path.read_bytes() for path in (desk.home / "keys").iterdir())


def test_a_person_is_asked_once_for_vault_and_signature(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(title: str) -> str:
        asked.append(title)
        return PHRASE

    supervisor = desk.get_user("supervisor")
    monkeypatch.setattr("ledger.keys.passphrase.getpass.getpass", answer)
    monkeypatch.setattr("ledger.keys.passphrase._is_terminal", lambda: True)

    assert desk.run("pass", "--all", "--checker", supervisor).exit_code == 0
    assert asked == ["隐私库的钥匙的口令："]


def test_a_wrong_passphrase_shows_nobody_s_name(desk: Desk) -> None:
    desk.passphrase.write_text("另外一个长口令", encoding="utf-8")

    refused = desk.run("vault", "list", "--passphrase-file", str(desk.passphrase))

    assert refuse(refused)[0].startswith("隐私库的钥匙：现为口令打不开")
    assert "样例" not in refused.output


def test_what_needs_no_private_value_does_without_and_says_so(desk: Desk, tmp_path: Path) -> None:
    desk.sign("pass", "--all", "--checker", desk.get_user("supervisor"))
    told = f"{VILLAGE} 的隐私内容这次没有核对"

    for words in (("audit",), ("backup", "--out", str(tmp_path / "backup")), ("scrub",)):
        locked, opened = desk.run(*words), None
        assert (locked.exit_code, told in locked.stderr) == (0, True), words
        if words[0] != "backup":
            opened = desk.sign(*words)
            assert told not in opened.stderr


def test_a_changed_passphrase_opens_the_vault_too(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert desk.run("init", "--no-passphrase", *DETAILS).exit_code == 0
    assert desk.read_checks()["隐私库的保管"] == (
        "warning",
        "AES-256-GCM 加密，一户一人一把钥匙，没有口令保护",
    )
    assert desk.run("users", "list").exit_code == 0

    said = desk.sign("keys", "protect")

    assert "隐私库的钥匙也换成了这个口令。" in said.stderr
    assert refuse(desk.run("users", "list"))[0].endswith("（key-locked）")
    assert "样例甲" in desk.sign("users", "list").stdout


def test_who_was_erased_is_told_as_such(desk: Desk) -> None:
    person = desk.sign("users", "add", "--name", "样例丁", "--role", "clerk").stdout.strip()
    assert f"{person}  村文书 样例丁" in desk.sign("vault", "list").stdout

    asked = desk.run("vault", "erase", person, "--passphrase-file", str(desk.passphrase), input="n\n")
    assert asked.exception is not None
    assert f"{person}  村文书 样例丁" in desk.sign("vault", "list").stdout
    first = desk.sign("vault", "erase", person, "--yes")
    again = desk.sign("vault", "erase", person, "--yes")

    assert f"已删除 {person} 的隐私内容。" in first.stderr
    assert "马上用 mingbai vault copy" in first.stderr
    assert f"{person} 早已删除，又清理了一遍。" in again.stderr
    assert f"{person}  已删除" in desk.sign("vault", "list").stdout
    assert {"subject": person, "title": "已删除"} in json.loads(desk.sign("vault", "list", "--json").stdout)
    assert "样例丁" not in desk.sign("users", "list").stdout
    assert desk.read_checks()[f"{VILLAGE} 的隐私库"] == ("fine", "都已加密，删除过 1 户、人")


def test_a_draft_of_an_erased_person_says_so(desk: Desk) -> None:
    clerk = desk.get_user("clerk")
    desk.sign("vault", "erase", clerk, "--yes")

    (draft,) = json.loads(desk.sign("drafts", "--json").stdout)

    assert (draft["maker"], draft["maker_name"]) == (clerk, "已删除")
    assert "已删除" in desk.sign("drafts", draft["id"]).stdout


def test_only_one_who_is_in_the_vault_is_erased(desk: Desk) -> None:
    file = ("--yes", "--passphrase-file", str(desk.passphrase))

    assert refuse(desk.run("vault", "erase", "样例甲", *file)) == [
        (
            "要删除谁：现为不是代号，应为h-、m-、u-、o-、p-、y- 或 q- 开头的代号。"
            "写代号，不写姓名和编号；代号用 mingbai vault list 查看。（subject-form）"
        )
    ]
    assert refuse(desk.run("vault", "erase", NOBODY, *file)) == [
        (
            f"村 {VILLAGE} 的隐私库：现为没有 {NOBODY} 的内容，"
            "应为本村的一户、一名党员、一个办事的人、一份单据、一份合同的对方或一件异议。"
            "代号用 mingbai vault list 查看。（subject-unknown）"
        )
    ]


def test_a_rotation_leaves_everybody_readable(desk: Desk) -> None:
    before = desk.sign("vault", "list").stdout

    said = desk.sign("vault", "rotate")

    assert f"{VILLAGE} 的村钥匙换成了第 2 把，旧的已销毁" in said.stderr
    assert desk.sign("vault", "list").stdout == before


def test_the_doctor_misses_a_copy_of_the_keys_until_there_is_a_new_one(desk: Desk, tmp_path: Path) -> None:
    name, copy = "隐私库的钥匙副本", str(tmp_path / "stick" / "keys")
    assert desk.read_checks()[name] == ("warning", "还没有过")

    assert desk.run("vault", "copy", copy).exit_code == 0
    assert desk.read_checks()[name][0] == "fine"
    desk.sign("users", "add", "--name", "样例丁", "--role", "clerk")
    stale = desk.read_checks()[name]
    assert desk.run("vault", "copy", copy).exit_code == 0

    assert stale[0] == "warning"
    assert stale[1].endswith("，以后钥匙又变过")
    assert desk.read_checks()[name][0] == "fine"
    assert sorted(path.name for path in Path(copy).iterdir()) == [f"{VILLAGE}.vault", "home.vault"]


def test_a_copy_that_cannot_be_written_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("a letter")

    assert refuse(desk.run("vault", "copy", str(tmp_path / "letter")))[0].endswith("（file-unwritable）")
    assert desk.read_checks()["隐私库的钥匙副本"] == ("warning", "还没有过")


def test_encrypting_again_changes_nothing(desk: Desk) -> None:
    before = desk.sign("vault", "list").stdout

    for _ in range(2):
        assert f"{VILLAGE}：隐私内容都已加密，文件也清理过了。" in desk.sign("vault", "encrypt").stderr

    assert desk.sign("vault", "list").stdout == before


def test_the_doctor_names_a_vault_whose_keys_are_gone(desk: Desk) -> None:
    keys = desk.home / "keys"
    (keys / f"{VILLAGE}.vault").rename(desk.home.parent / "village")
    assert desk.read_checks()[f"{VILLAGE} 的隐私库"] == ("wrong", "没有其中 2 户、人的钥匙，读不出来")

    (keys / "home.vault").write_bytes(b"spoilt")

    assert desk.read_checks()["隐私库的钥匙"][0] == "wrong"


def test_a_restored_home_takes_its_keys_from_the_copy(desk: Desk, tmp_path: Path) -> None:
    backup, copy, new = (str(tmp_path / name) for name in ("backup", "copy", "new"))
    desk.run("backup", "--out", backup)
    desk.run("vault", "copy", copy)
    words = ["restore", backup, "--home", new, "--heads", str(desk.home / "heads.db"), "--vault-keys", copy]

    done = CliRunner().invoke(root, [*words, "--passphrase-file", str(desk.passphrase)])
    listed = CliRunner().invoke(
        root, ["users", "list", "--home", new, "--passphrase-file", str(desk.passphrase)]
    )

    assert done.exit_code == 0, (done.output, done.exception)
    assert "样例甲" in listed.stdout
