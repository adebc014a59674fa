"""The folder of key files: what is written is durable and whole, and opens with its passphrase alone."""

from __future__ import annotations

import os
import stat
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.errors import NotFound, Refused
from ledger.keys import KeyFolder, Passphrases
from ledger.keys import folder as folder_module
from ledger.keys.key_file import Cost, TokenKey, format_token
from ledger.log.keys import make_signer
from ledger.log.note import open_note, parse_note_verifier
from tests.builders import VILLAGE

ORIGIN = "mingbai/sample"
SEED, OTHER_SEED = bytes(range(32)), bytes(range(1, 33))
PHRASE = "石榴河的水往东流"
TEXT = "mingbai/sample\n1\nAAAA\n"


def make(path: Path, *answers: str) -> KeyFolder:
    """A folder at which a person answers so, and whose passphrases are cheap to try."""
    left = list(answers)
    return KeyFolder(path / "keys", Passphrases(prompt=lambda _: left.pop(0)), cost=Cost(8, 1, 1))


def refuse(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as error:
        act()
    return str(error.value).splitlines()


def list_files(path: Path) -> list[str]:
    return sorted(item.name for item in (path / "keys").iterdir())


def test_a_protected_key_says_its_public_half_and_signs_after_its_passphrase(tmp_path: Path) -> None:
    made = make(tmp_path).create(VILLAGE, ORIGIN, SEED, PHRASE)

    found = make(tmp_path, PHRASE).get_signer(VILLAGE)

    assert (found.verifier_key, found.origin, found.protection) == (made.verifier_key, ORIGIN, "passphrase")
    assert open_note(found.sign_note(TEXT), [parse_note_verifier(made.verifier_key)]).text == TEXT


def test_a_passphrase_is_asked_for_once_a_process_and_for_all_keys_under_it(tmp_path: Path) -> None:
    make(tmp_path).create(VILLAGE, ORIGIN, SEED, PHRASE)
    second = make(tmp_path).add(VILLAGE, ORIGIN, OTHER_SEED, PHRASE)
    keys = make(tmp_path, PHRASE)

    for _ in range(3):
        for signer in keys.list_signers(VILLAGE):
            signer.unlock()
            signer.sign_note(TEXT)
    assert keys.get_signer(VILLAGE, second.verifier_key).sign_note(TEXT)


def test_a_wrong_passphrase_is_told_whole_after_three_tries(tmp_path: Path) -> None:
    make(tmp_path).create(VILLAGE, ORIGIN, SEED, PHRASE)

    assert refuse(make(tmp_path, "a", "b", "c").get_signer(VILLAGE).unlock) == [
        (
            "私钥 mingbai/sample：现为口令打不开，应为设这把私钥时的口令。"
            "再试一次；口令没错的，是文件坏了，从保管处取回备份。（key-passphrase）"
        )
    ]
    make(tmp_path, "a", "b", PHRASE).get_signer(VILLAGE).unlock()


def test_key_files_and_their_folder_are_for_their_owner_alone(tmp_path: Path) -> None:
    keys = make(tmp_path)
    old = os.umask(0)
    try:
        keys.create(VILLAGE, ORIGIN, SEED, PHRASE)
        keys.add(VILLAGE, ORIGIN, OTHER_SEED)
    finally:
        os.umask(old)

    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert len(list_files(tmp_path)) == 2


def test_a_village_s_keys_are_found_by_name_and_the_only_one_without(tmp_path: Path) -> None:
    keys = make(tmp_path)
    first = keys.create(VILLAGE, ORIGIN, SEED)
    assert keys.get_signer(VILLAGE).verifier_key == first.verifier_key
    second = keys.add(VILLAGE, ORIGIN, OTHER_SEED)

    for signer in (first, second):
        assert keys.get_signer(VILLAGE, signer.verifier_key).path == signer.path
    assert [item.path for item in keys.list_signers(VILLAGE)] == [first.path, second.path]
    assert keys.list_villages() == [VILLAGE]
    for wanted in ("", "no key", first.verifier_key[:-4] + "AAA=", "mingbai/a+00000000+AA=="):
        with pytest.raises(NotFound, match=VILLAGE):
            keys.get_signer(VILLAGE, wanted)
    with pytest.raises(NotFound):
        keys.get_signer("371082101202")


def test_looking_for_the_keys_of_many_villages_leaves_nothing_in_memory(tmp_path: Path) -> None:
    """A pattern of each village's own, once compiled, would be kept: 0.7 KB for every village of a county."""
    keys = make(tmp_path)
    keys.create(VILLAGE, ORIGIN, SEED)
    keys.list_signers(VILLAGE)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(200):
            assert keys.list_signers(f"{number:012d}") == []

        assert tracemalloc.get_traced_memory()[0] - before < 200 * 100
    finally:
        tracemalloc.stop()


def test_a_key_that_is_there_is_never_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = make(tmp_path)
    first = keys.create(VILLAGE, ORIGIN, SEED)

    assert keys.create(VILLAGE, ORIGIN, OTHER_SEED).verifier_key == first.verifier_key
    monkeypatch.setattr(Path, "exists", lambda _: False)  # As if another process had been faster.
    assert keys.create(VILLAGE, ORIGIN, OTHER_SEED).verifier_key == first.verifier_key
    assert list_files(tmp_path) == [f"{VILLAGE}.key"]


def test_protecting_a_plain_key_keeps_the_key_and_overwrites_the_plain_bytes(tmp_path: Path) -> None:
    keys = make(tmp_path)
    plain = keys.create(VILLAGE, ORIGIN, SEED)
    witness = tmp_path / "witness"
    os.link(plain.path, witness)  # Another name of the old bytes: what becomes of them is seen here.

    keys.protect(VILLAGE, plain.verifier_key, PHRASE)

    found = make(tmp_path, PHRASE).get_signer(VILLAGE)
    assert (found.verifier_key, found.protection) == (plain.verifier_key, "passphrase")
    assert found.sign_note(TEXT) == plain.sign_note(TEXT)
    assert set(witness.read_bytes()) == {0}
    assert list_files(tmp_path) == [f"{VILLAGE}.key"]


def test_a_passphrase_is_changed_in_the_same_way(tmp_path: Path) -> None:
    key = make(tmp_path).create(VILLAGE, ORIGIN, SEED, PHRASE).verifier_key

    make(tmp_path, PHRASE).protect(VILLAGE, key, "另外一个长口令")

    make(tmp_path, "另外一个长口令").get_signer(VILLAGE).unlock()
    assert "key-passphrase" in refuse(make(tmp_path, PHRASE, PHRASE, PHRASE).get_signer(VILLAGE).unlock)[0]


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_an_interrupted_protection_leaves_a_whole_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    keys = make(tmp_path)
    key = keys.create(VILLAGE, ORIGIN, SEED).verifier_key

    def fail(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(folder_module.os, step, fail)
    with pytest.raises(OSError, match="no space"):
        keys.protect(VILLAGE, key, PHRASE)
    monkeypatch.undo()

    assert keys.get_signer(VILLAGE).protection == "plain"
    assert keys.get_signer(VILLAGE).sign_note(TEXT)


def test_a_file_that_reads_back_otherwise_gets_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = make(tmp_path)
    other = format_token(TokenKey(make_signer(ORIGIN, SEED).key, bytes(16)))
    monkeypatch.setattr(folder_module, "_read_bytes", lambda _path: other)

    with pytest.raises(OSError, match="reads back otherwise"):
        keys.create(VILLAGE, ORIGIN, SEED)

    assert list_files(tmp_path) == []


def test_a_destroyed_key_is_overwritten_and_gone(tmp_path: Path) -> None:
    keys = make(tmp_path, PHRASE)
    first = keys.create(VILLAGE, ORIGIN, SEED, PHRASE)
    second = keys.add(VILLAGE, ORIGIN, OTHER_SEED)
    first.unlock()
    witness = tmp_path / "witness"
    os.link(first.path, witness)

    keys.destroy(VILLAGE, first.verifier_key)

    assert set(witness.read_bytes()) == {0}
    assert keys.get_signer(VILLAGE).verifier_key == second.verifier_key
    with pytest.raises(NotFound):
        keys.get_signer(VILLAGE, first.verifier_key)


def test_a_key_in_a_token_that_nobody_named_is_told_whole(tmp_path: Path) -> None:
    keys = make(tmp_path)
    keys.create(VILLAGE, ORIGIN, SEED)
    (tmp_path / "keys" / f"{VILLAGE}.key").write_bytes(
        format_token(TokenKey(make_signer(ORIGIN, SEED).key, bytes(16)))
    )

    assert refuse(keys.get_signer(VILLAGE).unlock) == [
        (
            "私钥 mingbai/sample：现为存在令牌里，没有写是哪个令牌，应为mingbai.toml 里有 [pkcs11]。"
            "在 mingbai.toml 的 [pkcs11] 里写好 module、token、key。（token-unset）"
        )
    ]
    keys.protect(VILLAGE, keys.get_signer(VILLAGE).verifier_key, PHRASE)
    assert keys.get_signer(VILLAGE).protection == "token"
