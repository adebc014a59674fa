"""Where passphrases come from, and what is said when they do not come."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.errors import Refused
from ledger.keys.passphrase import CREDENTIAL, Passphrases, find_passphrases, read_passphrase
from ledger.limits import PASSPHRASE_MAX_BYTES

PHRASE = "石榴河的水往东流"


def write(path: Path, data: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(data)
    path.chmod(mode)
    return path


def answer(*texts: str) -> Callable[[str], str]:
    """A person who answers each question with the next text."""
    left = list(texts)
    return lambda _question: left.pop(0)


def refuse(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as error:
        act()
    return str(error.value).splitlines()


@pytest.mark.parametrize("data", [PHRASE, PHRASE + "\n", PHRASE + "\r\n"])
def test_a_passphrase_file_is_one_line(tmp_path: Path, data: str) -> None:
    assert read_passphrase(write(tmp_path / "p", data.encode())) == PHRASE


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"a\nb\n", b"\xff\xfe", b"a\x00b", b"a" * (PASSPHRASE_MAX_BYTES + 1)]
)
def test_a_file_that_is_no_passphrase_is_told_whole(tmp_path: Path, data: bytes) -> None:
    path = write(tmp_path / "p", data)

    assert refuse(lambda: read_passphrase(path)) == [
        (
            f"口令文件 {path}：现为读不成口令，应为一行 UTF-8 文字，至多 1024 字节。"
            "把口令写成一行，别的都不要。（passphrase-file）"
        )
    ]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o666, 0o620])
def test_a_file_that_others_may_use_is_told_whole(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path / "p", PHRASE.encode(), mode)

    assert refuse(lambda: read_passphrase(path)) == [
        f"口令文件 {path}：现为别人也能读，应为只有本账号能读。运行 chmod 600 {path}。（passphrase-file）"
    ]


def test_a_file_that_is_not_there_is_told_and_a_pipe_is_read(tmp_path: Path) -> None:
    assert "No such file" in refuse(lambda: read_passphrase(tmp_path / "none"))[0]
    reading, writing = os.pipe()
    os.write(writing, PHRASE.encode())
    os.close(writing)
    assert read_passphrase(Path(f"/dev/fd/{reading}")) == PHRASE
    os.close(reading)


def test_a_file_is_tried_once_and_a_person_asked_three_times_and_remembered(tmp_path: Path) -> None:
    file = Passphrases(file=write(tmp_path / "p", PHRASE.encode()), prompt=answer("another"))
    person = Passphrases(prompt=answer("a", "b", "c", "d"))

    assert list(file.iterate("私钥")) == [PHRASE]
    assert list(person.iterate("私钥")) == ["a", "b", "c"]
    assert next(person.iterate("私钥")) == "c"
    assert (file.is_at_hand, person.is_at_hand, Passphrases().is_at_hand) == (True, True, False)


def test_nobody_to_ask_is_told_whole() -> None:
    assert refuse(lambda: list(Passphrases().iterate("私钥 mingbai/sample"))) == [
        (
            "私钥 mingbai/sample：现为有口令保护，没有人能问，应为给出口令。"
            "用 --passphrase-file 写明口令文件，或由 systemd 交来凭据 mingbai-passphrase，"
            "或在终端里运行。（key-locked）"
        )
    ]
    assert refuse(lambda: Passphrases().choose("新私钥")) == [
        (
            "新私钥：现为没有给口令，应为用口令保护。"
            "在终端里运行，或用 --passphrase-file 写明口令文件；只是试用，可写 --no-passphrase。（key-unprotected）"
        )
    ]


def test_a_new_passphrase_is_long_enough_and_typed_twice(tmp_path: Path) -> None:
    assert Passphrases(prompt=answer(PHRASE, PHRASE)).choose("新私钥") == PHRASE
    assert Passphrases(file=write(tmp_path / "p", PHRASE.encode())).choose("新私钥") == PHRASE
    assert refuse(lambda: Passphrases(prompt=answer("short", "other")).choose("新私钥")) == [
        "口令：现为5 个字，应为至少 8 个字。换一个长些的。（passphrase-short）",
        "口令：现为两遍不同，应为两遍相同。重新运行，两遍都输同样的。（passphrase-differs）",
    ]


def test_the_order_is_file_then_credential_then_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert not find_passphrases().is_at_hand
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", answer("typed"))
    assert next(find_passphrases().iterate("私钥")) == "typed"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    write(tmp_path / CREDENTIAL, b"credential\n", 0o400)
    assert next(find_passphrases().iterate("私钥")) == "credential"
    named = write(tmp_path / "named", b"named\n")
    assert next(find_passphrases(str(named)).iterate("私钥")) == "named"
