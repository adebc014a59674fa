"""The vault's keys: made, found, rotated, destroyed; and every file of them that cannot be used."""

from __future__ import annotations

import json
import multiprocessing
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.errors import Refused, format_fault
from ledger.keys import KeyFolder, Passphrases, VaultKeyFolder, vault
from ledger.keys.key_file import Cost

VILLAGE = "371082101201"
HOUSEHOLD, OTHER = "h-aaaaaaaaaaaaaaaa", "h-bbbbbbbbbbbbbbbb"
PHRASE = "石榴河的水往东流"
CHEAP = Cost(memory_kib=32, passes=1, lanes=1)


def make(folder: Path, *answers: str) -> VaultKeyFolder:
    """A folder where somebody answers prompts in turn; without answers nobody is there."""
    told = iter(answers)
    passphrases = Passphrases(prompt=lambda _title: next(told)) if answers else Passphrases()
    return VaultKeyFolder(folder, KeyFolder(folder, passphrases, cost=CHEAP), CHEAP)


def find(keys: VaultKeyFolder, *subjects: str) -> list[bytes | None]:
    with keys.open(VILLAGE) as opened:
        return [opened.find(subject) for subject in subjects]


def refuse(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [format_fault(fault) for fault in caught.value.faults]


def test_every_subject_has_a_key_of_its_own_that_stays(tmp_path: Path) -> None:
    keys = make(tmp_path)
    keys.make(VILLAGE, {HOUSEHOLD})
    keys.make(VILLAGE, {HOUSEHOLD, OTHER})

    first, second = find(keys, HOUSEHOLD, OTHER)

    assert first is not None
    assert second is not None
    assert (len(first), len(second)) == (32, 32)
    assert first != second
    assert find(make(tmp_path), HOUSEHOLD, OTHER) == [first, second]


def test_no_key_lies_open_in_the_files_of_a_protected_home(tmp_path: Path) -> None:
    keys = make(tmp_path)
    keys.create(PHRASE)
    keys.make(VILLAGE, {HOUSEHOLD})
    (key,) = find(keys, HOUSEHOLD)
    assert key is not None

    stored = b"".join(path.read_bytes() for path in keys.list_files())

    assert keys.protection == "passphrase"
    assert key not in stored
    assert key.hex().encode() not in stored
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.list_files()} == {0o600}


def test_the_passphrase_is_asked_for_once_and_only_to_read(tmp_path: Path) -> None:
    made = make(tmp_path)
    made.create(PHRASE)
    made.make(VILLAGE, {HOUSEHOLD})
    keys = make(tmp_path, "不是这一个口令", PHRASE)

    assert keys.knows(VILLAGE, HOUSEHOLD)
    assert not keys.is_at_hand
    keys.make(VILLAGE, {HOUSEHOLD})  # There already: takes no key.
    assert find(keys, HOUSEHOLD) == find(made, HOUSEHOLD)
    assert keys.is_at_hand
    assert find(keys, HOUSEHOLD) == find(made, HOUSEHOLD)


def test_a_wrong_passphrase_is_a_clear_refusal(tmp_path: Path) -> None:
    made = make(tmp_path)
    made.create(PHRASE)
    made.make(VILLAGE, {HOUSEHOLD})

    told = refuse(lambda: find(make(tmp_path, *["不是这一个口令"] * 3), HOUSEHOLD))

    assert told == [
        (
            "隐私库的钥匙：现为口令打不开，应为设这把钥匙时的口令，多半与签名私钥的相同。"
            "再试一次；口令没错的，是文件坏了，从钥匙副本放回。（key-passphrase）"
        )
    ]
    (locked,) = refuse(lambda: find(make(tmp_path), HOUSEHOLD))
    assert locked.startswith("隐私库的钥匙：现为有口令保护，没有人能问")


def test_a_new_key_is_protected_as_the_log_keys_are(tmp_path: Path) -> None:
    keys = make(tmp_path, PHRASE)
    log_keys = KeyFolder(tmp_path, cost=CHEAP)
    log_keys.create(VILLAGE, "example.org/log", bytes(32), PHRASE)

    assert not keys.is_at_hand
    keys.make(VILLAGE, {HOUSEHOLD})

    assert keys.protection == "passphrase"
    assert find(make(tmp_path, PHRASE), HOUSEHOLD) == find(keys, HOUSEHOLD)
    assert make(tmp_path / "plain").is_at_hand


def test_no_key_is_made_under_a_passphrase_that_opens_no_log_key(tmp_path: Path) -> None:
    KeyFolder(tmp_path, cost=CHEAP).create(VILLAGE, "example.org/log", bytes(32), PHRASE)

    (told,) = refuse(lambda: make(tmp_path, *["不是这一个口令"] * 3).make(VILLAGE, {HOUSEHOLD}))

    assert told.endswith("（key-passphrase）")
    assert not (tmp_path / "home.vault").exists()


def test_another_passphrase_takes_the_place_of_the_first(tmp_path: Path) -> None:
    keys = make(tmp_path)
    keys.make(VILLAGE, {HOUSEHOLD})
    (key,) = find(keys, HOUSEHOLD)
    assert keys.protection == "plain"

    keys.protect(PHRASE)

    assert find(make(tmp_path, PHRASE), HOUSEHOLD) == [key]
    assert keys.protection == "passphrase"
    make(tmp_path / "none").protect(PHRASE)
    assert make(tmp_path / "none").protection == "none"


def test_a_destroyed_key_is_gone_from_the_file_and_the_others_are_wrapped_anew(tmp_path: Path) -> None:
    keys = make(tmp_path)
    keys.make(VILLAGE, {HOUSEHOLD, OTHER})
    _, other = find(keys, HOUSEHOLD, OTHER)
    before = json.loads((tmp_path / f"{VILLAGE}.vault").read_bytes())

    keys.erase(VILLAGE, HOUSEHOLD)
    keys.erase(VILLAGE, HOUSEHOLD)

    after = json.loads((tmp_path / f"{VILLAGE}.vault").read_bytes())
    assert find(make(tmp_path), HOUSEHOLD, OTHER) == [None, other]
    assert (after["erased"], list(after["subjects"]), after["generation"]) == ([HOUSEHOLD], [OTHER], 2)
    assert after["wrapped"] != before["wrapped"]
    assert after["subjects"][OTHER] != before["subjects"][OTHER]
    assert keys.knows(VILLAGE, HOUSEHOLD)


def test_an_erased_subject_gets_no_key_again(tmp_path: Path) -> None:
    keys = make(tmp_path)
    keys.erase(VILLAGE, HOUSEHOLD)

    assert refuse(lambda: keys.make(VILLAGE, {HOUSEHOLD, OTHER})) == [
        (
            f"{HOUSEHOLD} 的隐私内容：现为已删除，应为没有删除过的。"
            "删除了的不再登记；同一户、同一人又要登记的，用新的编号。（subject-erased）"
        )
    ]
    assert not keys.knows(VILLAGE, OTHER)


def test_a_rotation_keeps_every_data_key_under_a_new_village_key(tmp_path: Path) -> None:
    keys = make(tmp_path)
    keys.make(VILLAGE, {HOUSEHOLD, OTHER})
    before = find(keys, HOUSEHOLD, OTHER)
    old = (tmp_path / f"{VILLAGE}.vault").read_bytes()

    assert [keys.rotate(VILLAGE), keys.rotate(VILLAGE)] == [2, 3]

    assert find(make(tmp_path), HOUSEHOLD, OTHER) == before
    (tmp_path / f"{VILLAGE}.vault").write_bytes(
        (tmp_path / f"{VILLAGE}.vault").read_bytes().replace(b'"generation": 3', b'"generation": 2')
    )
    (told,) = refuse(lambda: find(make(tmp_path), HOUSEHOLD))
    assert told.endswith("（vault-key-file）")
    assert old


def test_a_key_in_another_s_place_does_not_open(tmp_path: Path) -> None:
    keys = make(tmp_path)
    keys.make(VILLAGE, {HOUSEHOLD, OTHER})
    path = tmp_path / f"{VILLAGE}.vault"
    file = json.loads(path.read_bytes())
    file["subjects"] = {HOUSEHOLD: file["subjects"][OTHER], OTHER: file["subjects"][HOUSEHOLD]}
    path.write_text(json.dumps(file))

    for spoilt in (lambda: find(make(tmp_path), HOUSEHOLD), lambda: make(tmp_path).rotate(VILLAGE)):
        (told,) = refuse(spoilt)
        assert told.endswith("（vault-key-file）")


def test_another_process_is_seen_to_have_erased(tmp_path: Path) -> None:
    keys = make(tmp_path)
    keys.make(VILLAGE, {HOUSEHOLD, OTHER})
    assert None not in find(keys, HOUSEHOLD, OTHER)

    make(tmp_path).erase(VILLAGE, HOUSEHOLD)
    make(tmp_path).make(VILLAGE, {"h-cccccccccccccccc"})

    with keys.open(VILLAGE) as opened:
        assert opened.find(HOUSEHOLD) is None
        make(tmp_path).make(VILLAGE, {"h-dddddddddddddddd"})
        assert opened.find("h-dddddddddddddddd")
    assert keys.list_erased(VILLAGE) == {HOUSEHOLD}


def _make_many(folder: Path, letter: str) -> None:
    keys = VaultKeyFolder(folder)
    for number in range(20):
        keys.make(VILLAGE, {f"h-{letter}{number}"})


def test_two_processes_lose_none_of_each_other_s_keys(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_make_many, args=(tmp_path, letter)) for letter in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    subjects = [f"h-{letter}{number}" for letter in "ab" for number in range(20)]
    assert len({*find(make(tmp_path), *subjects)}) == 40


def test_a_vault_key_that_is_gone_is_not_followed_by_a_new_one(tmp_path: Path) -> None:
    keys = make(tmp_path)
    keys.make(VILLAGE, {HOUSEHOLD})
    (tmp_path / "home.vault").unlink()

    for act in (lambda: make(tmp_path).make(VILLAGE, {OTHER}), lambda: find(make(tmp_path), HOUSEHOLD)):
        assert refuse(act) == [
            (
                f"隐私库的钥匙：现为有 {VILLAGE}.vault，没有 home.vault，应为两个都在。"
                "从钥匙副本放回 home.vault；找不回的，隐私内容再也读不出："
                "备份以后用 mingbai restore --accept 恢复。（vault-key-lost）"
            )
        ]
    assert not (tmp_path / "home.vault").exists()


SPOILT = {
    "empty": (b"", "隐私库的钥匙文件读不成：应以 mingbai-vault/v1 一行开头，共 2 行或 3 行"),
    "no text": (b"\xff", "隐私库的钥匙文件读不成：应以 mingbai-vault/v1 一行开头，共 2 行或 3 行"),
    "short": (b"mingbai-vault/v1\nplain AAAA\n", "私钥文件读不成：钥匙应有 32 字节，实有 3 字节"),
    "no parameters": (
        b"mingbai-vault/v1\nkdf none\nwrapped AAAA\n",
        "私钥文件读不成：第 2 行应是 kdf argon2id、三个数和盐",
    ),
}


@pytest.mark.parametrize(("data", "found"), SPOILT.values(), ids=SPOILT)
def test_a_spoilt_vault_key_is_named(tmp_path: Path, data: bytes, found: str) -> None:
    (tmp_path / "home.vault").write_bytes(data)

    assert refuse(lambda: make(tmp_path).make(VILLAGE, {HOUSEHOLD})) == [
        (
            f"钥匙文件 home.vault：现为{found}，应为本程序写的、与另一个配套的。"
            "从钥匙副本放回 home.vault 和各村的 .vault 文件，要同一次抄的。（vault-key-file）"
        )
    ]


@pytest.mark.parametrize("data", [b"", b"{}", b'{"format":"x"}', b"\xff", b"[" * 100_000])
def test_a_spoilt_village_file_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / f"{VILLAGE}.vault").write_bytes(data)

    (told,) = refuse(lambda: make(tmp_path).list_erased(VILLAGE))

    assert told.startswith(f"钥匙文件 {VILLAGE}.vault：现为村的隐私钥匙文件读不成")


def test_a_copy_of_the_keys_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    keys = make(tmp_path / "keys")
    keys.make(VILLAGE, {HOUSEHOLD, OTHER})
    (tmp_path / "copy").mkdir()
    first = keys.copy_to(tmp_path / "copy")
    keys.erase(VILLAGE, HOUSEHOLD)
    second = keys.copy_to(tmp_path / "copy")

    taken = make(tmp_path / "taken")
    taken.take_from(tmp_path / "copy")

    assert find(taken, HOUSEHOLD, OTHER) == find(keys, HOUSEHOLD, OTHER)
    assert first != second == keys.digest() == taken.digest()


def test_another_home_s_copy_is_not_written_over(tmp_path: Path) -> None:
    keys = make(tmp_path / "keys")
    keys.make(VILLAGE, {HOUSEHOLD})
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "371082101299.vault").write_text("theirs")

    assert refuse(lambda: keys.copy_to(tmp_path / "copy")) == [
        (
            f"文件夹 {tmp_path / 'copy'}：现为有 371082101299.vault，这个账本文件夹里没有，"
            "应为空文件夹，或这个账本文件夹以前的钥匙副本。"
            "换一个文件夹；每个账本文件夹的钥匙副本各放各的。（vault-copy-other）"
        )
    ]
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["371082101299.vault"]


@pytest.mark.parametrize("name", ["home.vault", f"{VILLAGE}.vault"])
def test_no_flipped_byte_gives_another_key(tmp_path: Path, name: str) -> None:
    keys = make(tmp_path)
    keys.create(PHRASE)
    keys.make(VILLAGE, {HOUSEHOLD})
    (key,) = find(keys, HOUSEHOLD)
    whole = (tmp_path / name).read_bytes()

    for place in range(len(whole)):
        (tmp_path / name).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            (found,) = find(make(tmp_path, *[PHRASE] * 3), HOUSEHOLD)
        except Refused:
            continue
        assert found == key  # White space.


def test_keys_of_more_villages_than_are_at_hand_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "FILES_MAX", 2)
    keys = VaultKeyFolder(tmp_path)
    villages = [f"{371_082_101_200 + number}" for number in range(4)]
    for village in villages:
        keys.make(village, {HOUSEHOLD})

    def read(village: str) -> bytes | None:
        with keys.open(village) as opened:
            return opened.find(HOUSEHOLD)

    found = [read(village) for village in villages * 2]

    assert None not in found
    assert found[:4] == found[4:]
    assert len(set(found)) == 4
