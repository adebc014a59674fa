import base64
import hashlib
import json
import unicodedata

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotProven
from ledger.limits import DISCLOSURE_MAX_BYTES, INTEGER_MAX
from ledger.log.commitments import digest_disclosure, make_disclosure, open_disclosure
from tests.log.evidence import spoil_text

SALT = bytes(range(32))

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(
    lambda text: unicodedata.normalize("NFC", text)
)
keys = st.text(st.characters(max_codepoint=127), max_size=8)
values = st.recursive(
    st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=10,
)


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_a_disclosure_is_what_rfc_9901_says():
    disclosure = make_disclosure(SALT, "text", "买种子")

    written = json.loads(base64.urlsafe_b64decode(disclosure + "=="))
    assert written == [encode(SALT), "text", "买种子"]
    assert digest_disclosure(disclosure) == encode(hashlib.sha256(disclosure.encode()).digest())


def test_the_digest_of_rfc_9901s_own_example_is_found():
    # RFC 9901, section 4.2.3.
    disclosure = "WyI2cU1RdlJMNWhhaiIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"

    assert digest_disclosure(disclosure) == "uutlBuYeMDyjLLTpf6Jxi7yNkEF35jdyWMn9U7b_RYY"


@given(st.binary(min_size=32, max_size=32), texts, values)
def test_a_disclosure_opens_to_its_name_and_value(salt, name, value):
    disclosure = make_disclosure(salt, name, value)

    assert open_disclosure(disclosure, digest_disclosure(disclosure)) == (name, value)


@given(values)
def test_a_disclosure_is_written_in_the_canonical_form_of_rfc_8785(value):
    disclosure = make_disclosure(SALT, "line", value)

    assert disclosure == encode(rfc8785.dumps([encode(SALT), "line", value]))


def test_the_same_value_under_another_salt_has_an_unrelated_digest():
    first = digest_disclosure(make_disclosure(SALT, "text", "王某"))
    second = digest_disclosure(make_disclosure(bytes(32), "text", "王某"))

    assert first != second


def test_every_spoilt_byte_of_disclosure_or_digest_is_refused():
    disclosure = make_disclosure(SALT, "line", {"points": 2, "rule": "B01"})
    digest = digest_disclosure(disclosure)

    for spoilt in spoil_text(disclosure):
        with pytest.raises(NotProven):
            open_disclosure(spoilt, digest)
    for spoilt in spoil_text(digest):
        with pytest.raises(NotProven):
            open_disclosure(disclosure, spoilt)


def test_a_wrong_digest_is_refused_with_both_digests():
    disclosure = make_disclosure(SALT, "text", "买种子")
    found = digest_disclosure(disclosure)

    with pytest.raises(NotProven) as refusal:
        open_disclosure(disclosure, "A" * 43)

    assert str(refusal.value) == f"披露文本的摘要与记录不符：记录为 {'A' * 43}，算得 {found}"
    assert refusal.value.code == "disclosure-digest"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b'["\xff"]',
        b"[" * 5000,
        b'["AAAA","text","x"]',
        json.dumps([encode(SALT), "text", "x"]).encode(),  # A space after the comma.
        json.dumps([encode(SALT), "text", 1.5], separators=(",", ":")).encode(),
        json.dumps([encode(SALT), "text", None], separators=(",", ":")).encode(),
        json.dumps([encode(SALT), "text"], separators=(",", ":")).encode(),
        json.dumps([encode(SALT), 1, "x"], separators=(",", ":")).encode(),
        json.dumps([encode(SALT) + "=", "text", "x"], separators=(",", ":")).encode(),
        json.dumps([encode(SALT), "text", "\ud800"], separators=(",", ":")).encode(),
        f'["{encode(SALT)}","line",{{"b":1,"a":2}}]'.encode(),
        f'["{encode(SALT)}","line",{{"a":1,"a":2}}]'.encode(),
    ],
)
def test_a_disclosure_that_we_would_not_have_written_is_refused_even_under_its_own_digest(content):
    disclosure = encode(content)

    with pytest.raises(NotProven) as refusal:
        open_disclosure(disclosure, digest_disclosure(disclosure))

    assert refusal.value.code == "disclosure-form"


@pytest.mark.parametrize("disclosure", ["买", "A" * (DISCLOSURE_MAX_BYTES + 1), "not base64 +/"])
def test_a_disclosure_that_is_no_base64url_within_the_limit_is_refused(disclosure):
    digest = digest_disclosure(disclosure) if disclosure.isascii() else ""

    with pytest.raises(NotProven) as refusal:
        open_disclosure(disclosure, digest)

    assert refusal.value.code == "disclosure-form"


def nest(depth: int) -> list[object]:
    return [nest(depth - 1)] if depth else []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1.0, "float is neither"),
        (None, "NoneType is neither"),
        (INTEGER_MAX + 1, "beyond"),
        (-INTEGER_MAX - 1, "beyond"),
        ({"键": 1}, "not ASCII"),
        ({1: 1}, "not ASCII"),
        ("\ud800", "lone surrogate"),
        ("e\u0301", "not in NFC"),
        ([["ok", {"a": None}]], "NoneType"),
        (nest(9), "nested deeper than 8"),
        ("x" * DISCLOSURE_MAX_BYTES, "a disclosure of"),
    ],
)
def test_a_value_outside_the_restricted_profile_is_our_own_mistake(value, reason):
    with pytest.raises(ValueError, match=reason):
        make_disclosure(SALT, "line", value)


def test_a_short_salt_is_our_own_mistake():
    with pytest.raises(ValueError, match="32 random bytes, not 16"):
        make_disclosure(bytes(16), "text", "x")
