"""Log keys in a real SoftHSM 2: made there, signing there, never coming out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.errors import Refused
from ledger.keys import KeyFolder, Passphrases, Token
from ledger.keys.key_file import TokenKey, parse_key_file
from ledger.log.note import open_note, parse_note, parse_note_verifier
from tests.builders import VILLAGE

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
LABEL, KEY_LABEL, PIN = "village", "mingbai-log", "24681357"
ORIGIN = "mingbai/sample"
TEXT = "mingbai/sample\n1\nAAAA\n"


@pytest.fixture(scope="module", autouse=True)
def _token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A token in a folder of its own; SoftHSM reads where it is when its library is loaded, once a process."""
    folder = tmp_path_factory.mktemp("softhsm")
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(config)
    tool = shutil.which("softhsm2-util")
    assert tool is not None
    command = [tool, "--init-token", "--free", "--label", LABEL, "--so-pin", "13572468", "--pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    yield
    del os.environ["SOFTHSM2_CONF"]


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyFolder]:
    folder = make(tmp_path)
    yield folder
    assert folder.token is not None
    folder.token.close()


def make(path: Path, pin: str = PIN, label: str = LABEL, module: str = MODULE) -> KeyFolder:
    passphrases = Passphrases(prompt=lambda _: pin)
    return KeyFolder(path / "keys", passphrases, Token(module, label, KEY_LABEL, passphrases))


def refuse(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as error:
        act()
    return str(error.value).splitlines()


def find_identity(path: Path) -> bytes:
    file = parse_key_file(path.read_bytes())
    assert isinstance(file, TokenKey)
    return file.identity


def test_a_key_in_the_token_signs_notes_that_anyone_verifies(keys: KeyFolder) -> None:
    signer = keys.create(VILLAGE, ORIGIN, bytes(32))

    note = signer.sign_note(TEXT)

    verifier = parse_note_verifier(signer.verifier_key)
    assert open_note(note, [verifier]).text == TEXT
    signature = parse_note(note).signatures[0].signature
    Ed25519PublicKey.from_public_bytes(verifier.key.public_key).verify(signature, TEXT.encode())
    assert (signer.protection, signer.origin) == ("token", ORIGIN)


def test_the_file_says_where_the_key_is_and_nothing_secret(keys: KeyFolder) -> None:
    signer = keys.create(VILLAGE, ORIGIN, bytes(32))
    again = keys.add(VILLAGE, ORIGIN, bytes(32))

    lines = signer.path.read_text().split("\n")
    assert [line.split(" ")[0] for line in lines] == ["mingbai-key/v1", "verifier-key", "token", ""]
    assert signer.verifier_key != again.verifier_key  # The token draws its own secrets.
    assert keys.get_signer(VILLAGE, again.verifier_key).sign_note(TEXT) == again.sign_note(TEXT)


def test_the_private_value_does_not_come_out(keys: KeyFolder) -> None:
    signer = keys.create(VILLAGE, ORIGIN, bytes(32))
    assert keys.token is not None

    with keys.token._open() as session:
        private_key = keys.token._find_key(session, find_identity(signer.path))
        assert private_key[pkcs11.Attribute.SENSITIVE] is True
        assert private_key[pkcs11.Attribute.EXTRACTABLE] is False
        with pytest.raises((pkcs11.AttributeSensitive, pkcs11.AttributeTypeInvalid)):
            private_key[pkcs11.Attribute.VALUE]


def test_a_destroyed_key_is_gone_from_the_token_too(keys: KeyFolder) -> None:
    signer = keys.create(VILLAGE, ORIGIN, bytes(32))
    signer.unlock()
    data = signer.path.read_bytes()

    keys.destroy(VILLAGE, signer.verifier_key)

    signer.path.write_bytes(data)  # Whoever kept the file has nothing.
    assert refuse(keys.get_signer(VILLAGE).unlock) == [
        (
            "令牌 village：现为没有这把私钥，应为能用的令牌和其中的私钥。"
            "插上存有它的令牌，核对 key 的名字。（token-unusable）"
        )
    ]


def test_a_wrong_pin_is_told_whole_and_tried_once(tmp_path: Path, keys: KeyFolder) -> None:
    asked = []
    passphrases = Passphrases(prompt=lambda question: asked.append(question) or "00000000")
    wrong = KeyFolder(tmp_path / "keys", passphrases, Token(MODULE, LABEL, KEY_LABEL, passphrases))

    assert refuse(lambda: wrong.create(VILLAGE, ORIGIN, bytes(32))) == [
        "令牌 village：现为口令（PIN）不对，应为设令牌时的口令。想清楚再试：错几次令牌会自己锁上。（token-pin）"
    ]
    assert asked == ["令牌 village 的口令："]
    assert keys.create(VILLAGE, ORIGIN, bytes(32)).sign_note(TEXT)


def test_a_token_or_a_library_that_is_not_there_is_told(tmp_path: Path) -> None:
    for folder in (make(tmp_path, label="another"), make(tmp_path, module="/nowhere/lib.so")):
        [line] = refuse(lambda folder=folder: folder.create(VILLAGE, ORIGIN, bytes(32)))
        assert line.endswith("插好令牌，核对 mingbai.toml 的 [pkcs11]。（token-unusable）")


def test_an_installation_without_the_extra_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)

    [line] = refuse(lambda: make(tmp_path).create(VILLAGE, ORIGIN, bytes(32)))

    assert "现为没有装 python-pkcs11" in line
