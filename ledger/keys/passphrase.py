"""Where passphrases and PINs come from: a file named on the command line, a systemd credential, or a prompt.

Never from the command line itself or an environment variable: both are shown to every user of the machine or kept in
logs. A passphrase is not logged, not repeated in any message, and asked for only when something is signed.
"""

from __future__ import annotations

import getpass
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from ledger.errors import Fault, Refused
from ledger.limits import PASSPHRASE_MAX_BYTES, PASSPHRASE_MIN_CHARS

CREDENTIAL = "mingbai-passphrase"
"""The name under which systemd hands the passphrase over: `LoadCredentialEncrypted=mingbai-passphrase:…`."""
PROMPTS_MAX = 3

Prompt = Callable[[str], str]
"""Asks a person, showing nothing of the answer."""


class Passphrases:
    """A file if there is one, else the person at the terminal, else nobody.

    `file`    the passphrase on its first and only line, readable by its owner alone; None for no file
    `prompt`  None where nobody can be asked
    """

    def __init__(self, file: Path | None = None, prompt: Prompt | None = None) -> None:
        self._file = file
        self._prompt = prompt
        self._told: list[str] = []

    @property
    def is_at_hand(self) -> bool:
        """Whether there is anybody or anything to ask."""
        return self._file is not None or self._prompt is not None

    @property
    def is_told(self) -> bool:
        """Whether no person need be asked: a file says it."""
        return self._file is not None

    def iterate(self, title: str) -> Iterator[str]:
        """Yield what may open the thing that `title` names: what a file says, or what a person answers, three times.

        A person is asked once for several keys under one passphrase. Raises Refused where there is nobody to ask.
        """
        if self._file is not None:
            yield read_passphrase(self._file)
            return
        if self._prompt is None:
            raise Refused([_build_locked(title)])
        yield from self._told
        for _ in range(PROMPTS_MAX):
            told = self._prompt(f"{title}的口令：")
            self._told = [told]
            yield told

    def choose(self, title: str) -> str:
        """Return a passphrase for something new; a person types it twice.

        Raises Refused where it is too short, where the two differ and where there is nobody to ask.
        """
        if self._file is not None:
            chosen = again = read_passphrase(self._file)
        elif self._prompt is not None:
            chosen = self._prompt(f"给{title}设一个口令：")
            again = self._prompt("再输一遍：")
        else:
            raise Refused([_build_unprotected(title)])
        faults = []
        if len(chosen) < PASSPHRASE_MIN_CHARS:
            expected = f"至少 {PASSPHRASE_MIN_CHARS} 个字"
            faults.append(_build_fault("passphrase-short", f"{len(chosen)} 个字", expected, "换一个长些的"))
        if chosen != again:
            faults.append(
                _build_fault("passphrase-differs", "两遍不同", "两遍相同", "重新运行，两遍都输同样的")
            )
        if faults:
            raise Refused(faults)
        self._told = [chosen]
        return chosen


def find_passphrases(file: str | None = None) -> Passphrases:
    """Return where this process takes passphrases from: `file`, else the credential, else the terminal."""
    if file is not None:
        return Passphrases(file=Path(file))
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if credentials and (Path(credentials) / CREDENTIAL).is_file():
        return Passphrases(file=Path(credentials) / CREDENTIAL)
    return Passphrases(prompt=getpass.getpass if _is_terminal() else None)


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def read_passphrase(path: Path) -> str:
    """Return the passphrase in a file, without its newline; raises Refused where it cannot be used."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(PASSPHRASE_MAX_BYTES + 1)
    except OSError as error:
        found = os.strerror(error.errno or 0)
        raise Refused([_build_file_fault(path, found, "可以读取的文件", "核对文件名和权限")]) from error
    if stat.S_ISREG(mode) and stat.S_IMODE(mode) & 0o077:
        raise Refused([_build_file_fault(path, "别人也能读", "只有本账号能读", f"运行 chmod 600 {path}")])
    try:
        text = data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        text = ""
    if not text or len(data) > PASSPHRASE_MAX_BYTES or not text.isprintable():
        expected = f"一行 UTF-8 文字，至多 {PASSPHRASE_MAX_BYTES} 字节"
        raise Refused([_build_file_fault(path, "读不成口令", expected, "把口令写成一行，别的都不要")])
    return text


def _build_file_fault(path: Path, found: str, expected: str, remedy: str) -> Fault:
    return Fault(
        code="passphrase-file", place=f"口令文件 {path}", found=found, expected=expected, remedy=remedy
    )


def _build_fault(code: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place="口令", found=found, expected=expected, remedy=remedy)


def _build_locked(title: str) -> Fault:
    return Fault(
        code="key-locked",
        place=title,
        found="有口令保护，没有人能问",
        expected="给出口令",
        remedy=f"用 --passphrase-file 写明口令文件，或由 systemd 交来凭据 {CREDENTIAL}，或在终端里运行",
    )


def _build_unprotected(title: str) -> Fault:
    return Fault(
        code="key-unprotected",
        place=title,
        found="没有给口令",
        expected="用口令保护",
        remedy="在终端里运行，或用 --passphrase-file 写明口令文件；只是试用，可写 --no-passphrase",
    )
