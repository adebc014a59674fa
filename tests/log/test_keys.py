import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotProven
from ledger.limits import KEY_NAME_MAX_BYTES, VERIFIER_KEY_MAX_CHARS
from ledger.log.keys import (
    ED25519_COSIGNATURE,
    ED25519_NOTE,
    VerifierKey,
    format_signing_key,
    format_verifier_key,
    is_key_name,
    make_signer,
    parse_signing_key,
    parse_verifier_key,
    verify_ed25519,
)
from ledger.log.note import parse_note_verifier
from tests.log.evidence import LOG_SIGNER, load_vectors, spoil, spoil_text

SUMDB = load_vectors("sumdb-note.json")
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
FIELD_PRIME = 2**255 - 19

names = st.text(min_size=1, max_size=40).filter(is_key_name)


def encode_key(name: str, algorithm: int, public_key: bytes) -> str:
    return format_verifier_key(VerifierKey(name, algorithm, public_key))


@pytest.mark.parametrize(
    "text",
    [
        SUMDB["keys"]["peter_vkey"],
        SUMDB["keys"]["enoch_vkey"],
        load_vectors("c2sp-examples.json")["vkey"],
    ],
)
def test_a_known_verifier_key_survives_its_text(text):
    assert format_verifier_key(parse_verifier_key(text)) == text


@pytest.mark.parametrize("text", SUMDB["bad_vkeys"])
def test_a_known_bad_verifier_key_is_refused(text):
    # The second is well-formed but of type 0x65: carried by the parser, refused for every use.
    with pytest.raises(NotProven):
        parse_note_verifier(text)


def test_every_spoilt_byte_of_a_verifier_key_is_refused():
    for text in spoil_text(SUMDB["keys"]["peter_vkey"]):
        with pytest.raises(NotProven):
            parse_verifier_key(text)


@given(names, st.binary(min_size=1, max_size=60))
def test_a_key_of_a_type_we_do_not_use_is_carried_unchanged(name, public_key):
    key = VerifierKey(name, 0xFF, public_key)

    assert parse_verifier_key(format_verifier_key(key)) == key


@given(names, st.binary(min_size=32, max_size=32))
def test_a_signing_key_survives_its_text(name, seed):
    text = format_signing_key(name, seed)

    assert parse_signing_key(text).key == make_signer(name, seed).key


def test_the_known_signing_key_has_the_known_verifier_key():
    signer = parse_signing_key(SUMDB["keys"]["peter_skey"])

    assert format_verifier_key(signer.key) == SUMDB["keys"]["peter_vkey"]


def test_every_spoilt_byte_of_a_signing_key_is_refused_without_repeating_it():
    for text in spoil_text(SUMDB["keys"]["peter_skey"]):
        with pytest.raises(NotProven) as refusal:
            parse_signing_key(text)

        assert text[40:60] not in str(refusal.value) or not text[40:60]
        assert refusal.value.__cause__ is None


def test_a_signing_key_of_another_type_is_refused():
    text = "PRIVATE+KEY+" + encode_key("log", 0x06, bytes(32))

    with pytest.raises(NotProven) as refusal:
        parse_signing_key(text)

    assert str(refusal.value) == "签名私钥应为 Ed25519，共 33 字节，实有 33 字节"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "验证公钥应写作「名称+8 位编号+base64」"),
        ("log+0123", "验证公钥应写作「名称+8 位编号+base64」"),
        ("a log+01234567+AA==", "验证公钥应写作「名称+8 位编号+base64」"),
        ("log+0123456G+AA==", "验证公钥应写作「名称+8 位编号+base64」"),
        ("log+0123456A+AA==", "验证公钥应写作「名称+8 位编号+base64」"),
        ("log+01234567+A", "验证公钥的第三段不是标准的 base64"),
        ("log+01234567+AQ==", "验证公钥里没有公钥"),
        ("x" * (VERIFIER_KEY_MAX_CHARS + 1), "验证公钥最多 4096 字，实有 4097 字"),
        (encode_key("log", 1, bytes(31)), "Ed25519 公钥应为 32 字节，实有 31 字节"),
    ],
)
def test_a_text_that_is_no_verifier_key_is_refused_with_the_reason(text, reason):
    with pytest.raises(NotProven) as refusal:
        parse_verifier_key(text)

    assert str(refusal.value) == reason


def test_a_wrong_key_id_is_refused_with_both_ids():
    name, _, material = SUMDB["keys"]["peter_vkey"].split("+", 2)

    with pytest.raises(NotProven, match="验证公钥的编号应为 c74f20a3，实为 00000000"):
        parse_verifier_key(f"{name}+00000000+{material}")


def find_small_order_points() -> list[int]:
    """The y of every point P of the curve with 8P = 0, from the curve's equation."""
    d = -121665 * pow(121666, -1, FIELD_PRIME) % FIELD_PRIME
    # Order 1 and 2: y = ±1. Order 4: y = 0. Order 8: doubling gives order 4, which is y² = −x² below.
    points = {0, 1, FIELD_PRIME - 1}
    root = pow(2, (FIELD_PRIME - 1) // 4, FIELD_PRIME)
    inverse = pow(d, -1, FIELD_PRIME)
    # On −x² + y² = 1 + d·x²·y² with x² = −y²: 2y² = 1 − d·y⁴, so d·y⁴ + 2y² − 1 = 0.
    discriminant = (1 + d) % FIELD_PRIME
    half = pow(discriminant, (FIELD_PRIME + 3) // 8, FIELD_PRIME)
    half = half if half * half % FIELD_PRIME == discriminant else half * root % FIELD_PRIME
    for sign in (half, -half):
        square = (-1 + sign) * inverse % FIELD_PRIME
        y = pow(square, (FIELD_PRIME + 3) // 8, FIELD_PRIME)
        for candidate in (y, y * root % FIELD_PRIME):
            if candidate * candidate % FIELD_PRIME == square:
                points |= {candidate, FIELD_PRIME - candidate}
    return sorted(points)


@pytest.mark.parametrize("y", [*find_small_order_points(), FIELD_PRIME, FIELD_PRIME + 1, 2**255 - 1])
@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("algorithm", [ED25519_NOTE, ED25519_COSIGNATURE])
def test_a_key_under_which_anyone_can_sign_is_refused(y, sign, algorithm):
    public_key = (y | sign << 255).to_bytes(32, "little")

    with pytest.raises(NotProven, match="谁都能冒签"):
        parse_verifier_key(encode_key("log", algorithm, public_key))
    with pytest.raises(NotProven, match="谁都能冒签"):
        verify_ed25519(VerifierKey("log", algorithm, public_key), b"", bytes(64))


def test_all_five_ordinates_of_small_order_points_were_found():
    assert len(find_small_order_points()) == 5


def test_a_signature_is_proven_and_every_spoilt_byte_of_it_is_not():
    signature = LOG_SIGNER.sign_bytes(b"message")

    verify_ed25519(LOG_SIGNER.key, b"message", signature)

    for spoilt in spoil(signature):
        with pytest.raises(NotProven):
            verify_ed25519(LOG_SIGNER.key, b"message", spoilt)
    for spoilt in spoil(b"message"):
        with pytest.raises(NotProven):
            verify_ed25519(LOG_SIGNER.key, spoilt, signature)


def test_a_second_spelling_of_a_signature_is_refused():
    signature = LOG_SIGNER.sign_bytes(b"message")
    s = int.from_bytes(signature[32:], "little") + GROUP_ORDER

    with pytest.raises(NotProven) as refusal:
        verify_ed25519(LOG_SIGNER.key, b"message", signature[:32] + s.to_bytes(32, "little"))

    assert refusal.value.code == "signature"
    assert str(refusal.value).startswith("签名与内容不符：mingbai.example/371082101201（")


@pytest.mark.parametrize(
    ("name", "is_good"),
    [
        ("example.com/foo", True),
        ("村/一", True),
        ("x" * KEY_NAME_MAX_BYTES, True),
        ("x" * (KEY_NAME_MAX_BYTES + 1), False),
        ("", False),
        ("a b", False),
        ("a\u3000b", False),
        ("a\u00a0b", False),
        ("a+b", False),
        ("a\nb", False),
        ("a\x00b", False),
        ("\ud800", False),
    ],
)
def test_a_name_has_no_space_plus_or_control_character(name, is_good):
    assert is_key_name(name) is is_good


@pytest.mark.no_cover
def test_of_all_characters_a_name_lacks_spaces_plus_and_controls():
    wrong = {one for one in map(chr, range(0x11_0000)) if not is_key_name(f"a{one}a")}

    spaces = {one for one in map(chr, range(0x11_0000)) if one.isspace()}
    surrogates = set(map(chr, range(0xD800, 0xE000)))
    assert wrong == spaces | surrogates | {"+"} | set(map(chr, range(0x20)))


def test_making_a_key_with_an_impossible_name_is_our_own_mistake():
    with pytest.raises(ValueError, match="not a key name"):
        make_signer("a b", bytes(32))
    with pytest.raises(ValueError, match="not a key name"):
        format_verifier_key(VerifierKey("", ED25519_NOTE, bytes(32)))


def test_key_ids_differ_by_type_for_one_public_key():
    one = make_signer("w", bytes(32), ED25519_NOTE).key
    other = make_signer("w", bytes(32), ED25519_COSIGNATURE).key

    assert one.public_key == other.public_key
    assert one.key_id != other.key_id
    assert len(base64.b64decode(format_verifier_key(one).split("+", 2)[2])) == 33
