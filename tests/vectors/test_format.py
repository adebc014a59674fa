"""FORMAT.md's worked log, derived again from the page alone: this file imports nothing of ours."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PAGE = (Path(__file__).parents[2] / "ledger" / "FORMAT.md").read_text(encoding="utf-8")
CLAIM_KEYS = ("body", "kind", "maker", "occurred_on", "period", "village")
VALUES = {
    1: "石榴河村",
    2: "0000-1234567",
    3: "样例县石榴镇",
    4: {"group": 1, "household": "h-aaaaaaaaaaaaaaaa"},
    5: {"group": 1, "household": "h-bbbbbbbbbbbbbbbb"},
}


def read_blocks(label: str) -> list[list[str]]:
    """Return the lines of every fenced block with this label."""
    return [text.split("\n") for text in re.findall(rf"```{label}\n(.*?)\n```", PAGE, re.DOTALL)]


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def hash_leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


ENTRIES = read_blocks("entry")
LEAVES = [hash_leaf(block[0].encode()) for block in ENTRIES]
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def test_the_verifier_key_follows_from_the_seed_and_the_origin() -> None:
    [[line]] = read_blocks("vkey")
    name, key_id, material = line.split("+", 2)

    assert base64.b64decode(material) == b"\1" + PUBLIC
    assert key_id == hashlib.sha256(name.encode() + b"\n\1" + PUBLIC).hexdigest()[:8]
    assert json.loads(ENTRIES[0][0])["body"]["verifier_key"] == line


def test_every_disclosure_follows_from_its_salt_and_value() -> None:
    [lines] = read_blocks("disclosures")

    for line in lines:
        number, name, disclosure, digest = line.split(" ")
        salt = hashlib.sha256(f"worked example, salt {number}".encode()).digest()
        plain = rfc8785.dumps([base64url(salt), name, VALUES[int(number)]])
        assert base64url(plain) == disclosure
        assert base64url(hashlib.sha256(disclosure.encode()).digest()) == digest
        assert f'"{digest}"' in ENTRIES[1 if int(number) < 4 else 2][0]
    assert len(lines) == len(VALUES)


@pytest.mark.parametrize("index", range(3))
def test_every_entry_is_canonical_linked_and_hashed_as_printed(index: int) -> None:
    text, leaf, claim_digest = ENTRIES[index]
    entry = json.loads(text)
    claim = {key: entry[key] for key in CLAIM_KEYS}

    assert rfc8785.dumps(entry) == text.encode()
    assert f"Entry {index}, {len(text.encode())} bytes" in PAGE
    assert entry["index"] == index
    assert base64.b64decode(entry["previous"]) == (LEAVES[index - 1] if index else bytes(32))
    assert base64.b64decode(leaf) == LEAVES[index]
    assert hashlib.sha256(rfc8785.dumps(claim)).hexdigest() == claim_digest


def test_the_policy_is_the_one_that_entry_0_names() -> None:
    [lines] = read_blocks("policy")

    digest = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()

    assert json.loads(ENTRIES[0][0])["body"]["policy"] == digest


def test_the_tree_and_the_signed_checkpoint_follow_from_the_leaves() -> None:
    [[node, root]] = read_blocks("tree")
    [lines] = read_blocks("checkpoint")
    text = "".join(f"{line}\n" for line in lines[:3])
    _, name, signature = lines[4].split(" ")

    pair = hash_node(LEAVES[0], LEAVES[1])

    assert base64.b64decode(node) == pair
    assert base64.b64decode(root) == hash_node(pair, LEAVES[2])
    assert lines[:3] == [name, "3", root]
    blob = base64.b64decode(signature)
    assert blob[:4].hex() == read_blocks("vkey")[0][0].split("+")[1]
    Ed25519PublicKey.from_public_bytes(PUBLIC).verify(blob[4:], text.encode())


def test_the_fingerprint_and_the_check_code_follow_from_the_checkpoint() -> None:
    [[fingerprint, digits]] = read_blocks("receipt")
    [lines] = read_blocks("checkpoint")
    text = "".join(f"{line}\n" for line in lines[:3])
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % 10**16
    payload = (
        bytes([1, 1])
        + (26 * 12).to_bytes(2, "big")
        + bytes([1])
        + (3).to_bytes(5, "big")
        + base64.b64decode(lines[2])
        + base64.b64decode(lines[4].split(" ")[2])[4:]
    )

    assert fingerprint.replace(" ", "") == f"{number:016d}"
    assert len(payload) == 106
    assert digits == str(int.from_bytes(b"\1" + payload, "big"))


NEW_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
NEW_PUBLIC = NEW_KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def test_the_rotation_is_signed_by_both_keys_and_stands_in_the_chain() -> None:
    [[text, leaf, claim_digest]] = read_blocks("rotation")
    [[new_key]] = read_blocks("newkey")
    [statement] = read_blocks("statement")
    entry = json.loads(text)
    body = entry["body"]
    signed = "".join(f"{line}\n" for line in statement).encode()

    assert rfc8785.dumps(entry) == text.encode()
    assert f"Entry 3, {len(text.encode())} bytes" in PAGE
    assert base64.b64decode(entry["previous"]) == LEAVES[2]
    assert base64.b64decode(leaf) == hash_leaf(text.encode())
    claim = {key: entry[key] for key in CLAIM_KEYS}
    assert hashlib.sha256(rfc8785.dumps(claim)).hexdigest() == claim_digest
    assert new_key.split("+", 2)[2] == base64.b64encode(b"\1" + NEW_PUBLIC).decode()
    name = new_key.split("+")[0]
    key_id = hashlib.sha256(name.encode() + b"\n\1" + NEW_PUBLIC).hexdigest()[:8]
    assert new_key.split("+")[1] == key_id
    assert statement == ["mingbai key rotation v1", name, read_blocks("vkey")[0][0], new_key, "4"]
    assert [body["old_key"], body["new_key"], body["from_size"]] == [
        statement[2],
        new_key,
        entry["index"] + 1,
    ]
    for public_key, field in ((PUBLIC, "old_signature"), (NEW_PUBLIC, "new_signature")):
        signature = base64.b64decode(body[field])
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)


def test_the_reason_of_the_rotation_follows_from_its_salt() -> None:
    [[line]] = read_blocks("newdisclosure")
    number, name, disclosure, digest = line.split(" ")
    salt = hashlib.sha256(f"worked example, salt {number}".encode()).digest()

    assert base64url(rfc8785.dumps([base64url(salt), name, "换了电脑"])) == disclosure
    assert base64url(hashlib.sha256(disclosure.encode()).digest()) == digest
    assert json.loads(read_blocks("rotation")[0][0])["body"]["reason"] == {"text": digest}


def test_the_checkpoint_after_the_rotation_is_signed_by_the_new_key_alone() -> None:
    [[pair, root]] = read_blocks("newtree")
    [lines] = read_blocks("newcheckpoint")
    leaf = hash_leaf(read_blocks("rotation")[0][0].encode())
    text = "".join(f"{line}\n" for line in lines[:3])
    blob = base64.b64decode(lines[4].split(" ")[2])

    assert base64.b64decode(pair) == hash_node(LEAVES[2], leaf)
    assert base64.b64decode(root) == hash_node(hash_node(LEAVES[0], LEAVES[1]), base64.b64decode(pair))
    assert lines[1:3] == ["4", root]
    assert len(lines) == 5
    assert blob[:4].hex() == read_blocks("newkey")[0][0].split("+")[1]
    Ed25519PublicKey.from_public_bytes(NEW_PUBLIC).verify(blob[4:], text.encode())


def test_the_key_file_opens_as_the_page_says() -> None:
    [lines] = read_blocks("keyfile")
    _, _, memory_kib, passes, lanes, salt = lines[2].split(" ")
    clear = "".join(f"{line}\n" for line in lines[:4]).encode()

    key = Argon2id(
        salt=base64.b64decode(salt),
        length=32,
        iterations=int(passes),
        lanes=int(lanes),
        memory_cost=int(memory_kib),
    ).derive(b"worked example")
    nonce = base64.b64decode(lines[3].split(" ")[2])
    sealed = base64.b64decode(lines[4].split(" ")[1])

    assert ChaCha20Poly1305(key).decrypt(nonce, sealed, clear) == bytes(range(32, 64))
    assert lines[1] == f"verifier-key {read_blocks('newkey')[0][0]}"
