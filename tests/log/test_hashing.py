import base64

import pytest

from ledger.errors import NotProven, Tampered
from ledger.log.chain import ZERO_HASH, verify_link
from ledger.log.hashing import EMPTY_ROOT, format_hash, hash_leaf, hash_node, parse_base64, parse_hash
from tests.log.evidence import load_vectors, require_one_spelling, spoil, spoil_text

REFERENCE = load_vectors("rfc6962-reference.json")


def test_leaf_node_and_empty_tree_hash_as_the_reference_tree_does():
    hasher = REFERENCE["hasher"]

    assert EMPTY_ROOT.hex() == hasher["empty"]
    assert hash_leaf(b"").hex() == hasher["leaf_empty"]
    assert hash_leaf(b"L123456").hex() == hasher["leaf_L123456"]
    assert hash_node(b"N123", b"N456").hex() == hasher["node_N123_N456"]


def test_every_leaf_of_the_reference_tree_has_its_known_hash():
    found = [hash_leaf(bytes.fromhex(leaf)).hex() for leaf in REFERENCE["leaves_hex"]]

    assert found == REFERENCE["leaf_hashes_hex"]


def test_a_hash_survives_its_text():
    assert parse_hash(format_hash(EMPTY_ROOT)) == EMPTY_ROOT


def test_a_spoilt_text_is_refused_or_is_another_hash_spelt_in_its_one_way():
    require_one_spelling(EMPTY_ROOT, spoil_text(format_hash(EMPTY_ROOT)), parse_hash, format_hash)


@pytest.mark.parametrize("text", ["AA", "AA=", "AB==", "AA==\n", " AA==", "AA==AA==", "A_==", "买"])
def test_base64_in_any_but_the_one_standard_spelling_is_refused(text):
    with pytest.raises(NotProven) as refusal:
        parse_base64(text)

    assert refusal.value.code == "base64"


def test_a_hash_of_another_length_is_refused_with_both_lengths():
    with pytest.raises(NotProven) as refusal:
        parse_hash(base64.b64encode(bytes(31)).decode())
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        format_hash(bytes(31))

    assert str(refusal.value) == "哈希应为 32 字节，实有 31 字节"
    assert refusal.value.code == "hash-length"


def test_a_chain_holds_when_each_entry_names_the_leaf_before():
    leaf = hash_leaf(b"first")

    verify_link(0, ZERO_HASH, bytes(32))
    verify_link(1, leaf, leaf)
    for spoilt in spoil(leaf):
        with pytest.raises(Tampered):
            verify_link(1, leaf, spoilt)


def test_a_broken_chain_names_its_index_and_both_hashes():
    with pytest.raises(Tampered) as tampered:
        verify_link(7, EMPTY_ROOT, ZERO_HASH)

    assert tampered.value.index == 7
    assert tampered.value.expected == format_hash(EMPTY_ROOT)
    assert tampered.value.found == format_hash(ZERO_HASH)
