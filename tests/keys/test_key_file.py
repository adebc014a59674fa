"""The text of a key file: what opens it, and that no change of it ever gives another key."""

from __future__ import annotations

import dataclasses

import pytest

from ledger.errors import NotProven
from ledger.keys.key_file import (
    Cost,
    PlainKey,
    ProtectedKey,
    TokenKey,
    format_protected,
    format_token,
    open_protected,
    parse_key_file,
    protect_seed,
)
from ledger.limits import KDF_MEMORY_MAX_KIB, KEY_FILE_MAX_BYTES
from ledger.log.keys import format_signing_key, make_signer

ORIGIN = "mingbai/sample"
SEED = bytes(range(32))
PHRASE = "石榴河的水往东流"
CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
"""So that every byte of a file can be tried; what a guess costs is no part of what is shown here."""
FILE = format_protected(protect_seed(ORIGIN, SEED, PHRASE, CHEAP))
PLAIN = (format_signing_key(ORIGIN, SEED) + "\n").encode()
TOKEN = format_token(TokenKey(make_signer(ORIGIN, SEED).key, bytes(16)))


def open_file(data: bytes, passphrase: str = PHRASE) -> bytes:
    """Return the secret that a protected file gives; NotProven for everything else."""
    file = parse_key_file(data)
    assert isinstance(file, ProtectedKey)
    return open_protected(file, passphrase)


def refuse(data: bytes, passphrase: str = PHRASE) -> tuple[str, str]:
    with pytest.raises(NotProven) as error:
        open_file(data, passphrase)
    return error.value.code, error.value.reason


def test_a_protected_file_opens_with_its_passphrase_alone() -> None:
    assert open_file(FILE) == SEED
    for wrong in ("", PHRASE + " ", PHRASE[:-1], "another"):
        assert refuse(FILE, wrong) == ("key-passphrase", "口令打不开这个私钥文件：口令不对，或文件坏了")


def test_a_passphrase_is_the_same_however_its_letters_are_composed() -> None:
    composed = protect_seed(ORIGIN, SEED, "caf\u00e9 au lait", CHEAP)

    assert open_protected(composed, "cafe\u0301 au lait") == SEED


def test_the_file_is_text_that_says_its_public_key_and_nothing_secret() -> None:
    lines = FILE.decode("ascii").split("\n")

    assert [line.split(" ")[0] for line in lines] == [
        "mingbai-key/v1",
        "verifier-key",
        "kdf",
        "cipher",
        "sealed",
        "",
    ]
    assert SEED.hex() not in FILE.hex()
    assert parse_key_file(FILE).key == make_signer(ORIGIN, SEED).key


def test_the_default_cost_is_what_the_page_says() -> None:
    file = protect_seed(ORIGIN, SEED, PHRASE)

    assert b"kdf argon2id 65536 3 4 " in format_protected(file)
    assert open_protected(file, PHRASE) == SEED


def test_two_files_of_one_key_share_no_salt_and_no_nonce() -> None:
    one, two = (protect_seed(ORIGIN, SEED, PHRASE, CHEAP) for _ in range(2))

    assert one.salt != two.salt
    assert one.nonce != two.nonce
    assert one.sealed != two.sealed


@pytest.mark.parametrize("bit", [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80])
def test_every_flipped_bit_of_a_protected_file_is_refused(bit: int) -> None:
    for place, byte in enumerate(FILE):
        code, _ = refuse(FILE[:place] + bytes([byte ^ bit]) + FILE[place + 1 :])
        assert code in ("key-file", "key-passphrase", "verifier-key", "signing-key"), place


def test_every_truncation_and_every_addition_is_refused() -> None:
    for size in range(len(FILE)):
        assert refuse(FILE[:size])[0] in ("key-file", "signing-key", "verifier-key")
    for place in range(len(FILE) + 1):
        assert refuse(FILE[:place] + b"A" + FILE[place:])[0] in (
            "key-file",
            "key-passphrase",
            "verifier-key",
            "signing-key",
        )


def test_lines_of_two_files_do_not_make_a_third() -> None:
    one, two = (
        format_protected(protect_seed(ORIGIN, seed, PHRASE, CHEAP)).split(b"\n") for seed in (SEED, bytes(32))
    )

    for place in range(1, 5):
        assert refuse(b"\n".join([*one[:place], two[place], *one[place + 1 :]]))[0] == "key-passphrase"


def test_another_key_s_name_over_an_own_secret_is_refused() -> None:
    """Whoever knows the passphrase can encrypt anything; only the named key's private half opens."""
    named = make_signer(ORIGIN, bytes(32)).key
    empty = dataclasses.replace(protect_seed(ORIGIN, SEED, PHRASE, CHEAP), key=named)
    forged = _encrypt(empty, SEED)

    assert refuse(format_protected(forged)) == (
        "key-passphrase",
        "口令打不开这个私钥文件：口令不对，或文件坏了",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"argon2id 8 1 1", b"argon2id 7 1 1"),
        (b"argon2id 8 1 1", b"argon2id 8 0 1"),
        (b"argon2id 8 1 1", b"argon2id 8 1 0"),
        (b"argon2id 8 1 1", b"argon2id 8 17 1"),
        (b"argon2id 8 1 1", b"argon2id 8 1 17"),
        (b"argon2id 8 1 1", f"argon2id {KDF_MEMORY_MAX_KIB + 1} 1 1".encode()),
        (b"argon2id 8 1 1", b"argon2id 4294967296 1 1"),
        (b"argon2id 8 1 1", b"argon2id 08 1 1"),
        (b"argon2id 8 1 1", b"argon2i 8 1 1"),
        (b"chacha20-poly1305", b"aes-256-gcm"),
        (b"mingbai-key/v1", b"mingbai-key/v2"),
        (b"\n", b"\r\n"),
    ],
)
def test_parameters_out_of_range_are_refused_before_anything_is_computed(before: bytes, after: bytes) -> None:
    assert refuse(FILE.replace(before, after))[0] == "key-file"


def test_a_file_too_long_or_not_ascii_is_refused() -> None:
    assert refuse(b" " * (KEY_FILE_MAX_BYTES + 1)) == (
        "key-file",
        f"私钥文件读不成：最多 {KEY_FILE_MAX_BYTES} 字节，实有 {KEY_FILE_MAX_BYTES + 1} 字节",
    )
    assert refuse(FILE + "私".encode()) == ("key-file", "私钥文件读不成：里面有 ASCII 以外的字节")


def test_a_plain_file_of_before_is_still_read_and_shows_its_secret_nowhere() -> None:
    file = parse_key_file(PLAIN)

    signer = make_signer(ORIGIN, SEED)
    assert file == PlainKey(signer.key, SEED, signer)
    assert repr(SEED) not in repr(file)
    for place in range(len(PLAIN) - 1):
        with pytest.raises(NotProven) as error:
            parse_key_file(PLAIN[:place] + b"!" + PLAIN[place + 1 :])
        assert SEED.hex()[:8] not in str(error.value)


def test_a_token_s_file_says_where_the_key_is() -> None:
    file = parse_key_file(TOKEN)

    assert file == TokenKey(make_signer(ORIGIN, SEED).key, bytes(16))
    for wrong in (b"token 00", b"token " + b"0" * 33, b"tokem " + b"0" * 32, b"token " + b"A" * 32):
        with pytest.raises(NotProven, match="第 3 行应是 token 和 32 位十六进制数"):
            parse_key_file(TOKEN.replace(b"token " + b"0" * 32, wrong))


def _encrypt(key: ProtectedKey, seed: bytes) -> ProtectedKey:
    """Return `key` with another secret under its own lines, as its owner could write it."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    from ledger.keys import key_file

    cipher = ChaCha20Poly1305(key_file.derive_key(key.cost, key.salt, PHRASE))
    return dataclasses.replace(key, sealed=cipher.encrypt(key.nonce, seed, key_file._format_clear(key)))
