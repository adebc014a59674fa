import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotProven
from ledger.limits import NOTE_MAX_BYTES
from ledger.log.keys import VerifierKey, format_verifier_key, make_signer
from ledger.log.note import (
    NoteVerifier,
    Signature,
    format_note,
    format_signature,
    open_note,
    parse_note,
    parse_note_verifier,
    parse_signature,
    sign_note,
)
from tests.log.evidence import LOG, LOG_SIGNER, load_vectors, make_witness, spoil

SUMDB = load_vectors("sumdb-note.json")
PETER = parse_note_verifier(SUMDB["keys"]["peter_vkey"])
ENOCH = parse_note_verifier(SUMDB["keys"]["enoch_vkey"])
PETER_LINE, ENOCH_LINE = SUMDB["valid_signature_lines"]
TEXT = SUMDB["text"]

lines = st.text(
    st.characters(exclude_categories=["Cs"], min_codepoint=0x20, include_characters="\n"), max_size=60
)
signatures = st.builds(
    Signature,
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=10),
    st.binary(min_size=4, max_size=4),
    st.binary(min_size=1, max_size=70),
)


def make_note(*signature_lines: str, text: str = TEXT) -> bytes:
    return (text + "\n" + "".join(signature_lines)).encode()


def test_the_note_of_c2sp_opens_to_its_text():
    example = load_vectors("c2sp-examples.json")

    note = open_note(example["note"].encode(), [parse_note_verifier(example["vkey"])])

    assert note.text == "This is an example message.\n"


def test_the_notes_of_go_open_by_either_key_and_by_both():
    both = make_note(PETER_LINE, ENOCH_LINE)

    assert open_note(make_note(PETER_LINE), [PETER]).text == TEXT
    assert open_note(both, [ENOCH]).ignored == (parse_signature(PETER_LINE),)
    assert open_note(both, [PETER, ENOCH]).verified == (
        parse_signature(PETER_LINE),
        parse_signature(ENOCH_LINE),
    )


def test_signing_gives_the_known_line():
    signer = make_signer("PeterNeumann", base64.b64decode(SUMDB["keys"]["peter_skey"].split("+", 4)[4])[1:])

    assert format_signature(sign_note(TEXT, signer)) == PETER_LINE


def test_every_spoilt_byte_of_a_note_is_refused():
    data = format_note("明白账\n\n第二段\n", [sign_note("明白账\n\n第二段\n", LOG_SIGNER)])
    assert open_note(data, [LOG]).text == "明白账\n\n第二段\n"

    for spoilt in spoil(data):
        with pytest.raises(NotProven):
            open_note(spoilt, [LOG])


def test_lines_of_unknown_keys_are_ignored_whatever_they_say():
    same_name = format_signature(Signature(PETER.key.name, b"\0\0\0\0", b"x"))
    same_id = format_signature(Signature("Somebody", PETER.key.key_id, b"x"))
    post_quantum = format_signature(Signature("w", b"\1\2\3\4", bytes(2_428)))

    note = open_note(make_note(same_name, same_id, PETER_LINE, post_quantum), [PETER])

    assert len(note.verified) == 1
    assert len(note.ignored) == 3


def test_one_bad_line_of_a_known_key_refuses_the_note():
    bad = format_signature(Signature(ENOCH.key.name, ENOCH.key.key_id, bytes(64)))

    with pytest.raises(NotProven) as refusal:
        open_note(make_note(PETER_LINE, bad), [PETER, ENOCH])

    assert str(refusal.value) == "签名与内容不符：EnochRoot（af0cfe78）"
    assert open_note(make_note(PETER_LINE, bad), [PETER]).text == TEXT


def test_a_second_bad_line_of_a_key_refuses_the_note_and_a_second_good_one_counts_once():
    bad = format_signature(Signature(PETER.key.name, PETER.key.key_id, bytes(64)))

    assert len(open_note(make_note(PETER_LINE, PETER_LINE), [PETER]).verified) == 1
    with pytest.raises(NotProven):
        open_note(make_note(PETER_LINE, bad), [PETER])


@pytest.mark.parametrize(("verifiers", "known"), [([], "无"), ([ENOCH, LOG], "EnochRoot、" + LOG.key.name)])
def test_a_note_that_no_known_key_signed_is_refused_with_their_names(verifiers, known):
    with pytest.raises(NotProven) as refusal:
        open_note(make_note(PETER_LINE), verifiers)

    assert str(refusal.value) == f"没有一把认得的公钥签过（认得的：{known}）"
    assert refusal.value.code == "note-unsigned"


@given(lines, st.lists(signatures, min_size=1, max_size=4))
def test_a_note_survives_its_bytes(text, some):
    data = format_note(text + ".\n", some)

    note = parse_note(data)

    assert (note.unproven_text, note.signatures) == (text + ".\n", tuple(some))


@given(lines, st.lists(signatures, min_size=1, max_size=2))
def test_a_spoilt_note_is_refused_or_is_another_note_in_its_one_spelling(text, some):
    data = format_note(text + ".\n", some)

    for spoilt in spoil(data):
        try:
            note = parse_note(spoilt)
        except NotProven:
            continue

        assert format_note(note.unproven_text, note.signatures) == spoilt != data


def test_sixty_four_signatures_are_accepted_and_sixty_five_refused():
    unknown = [format_signature(Signature(f"w{i}", b"\1\2\3\4", bytes(2_428))) for i in range(64)]

    assert open_note(make_note(PETER_LINE, *unknown[1:]), [PETER]).text == TEXT
    with pytest.raises(NotProven, match="签名行最多 64 行，实有 65 行"):
        open_note(make_note(PETER_LINE, *unknown), [PETER])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "应是正文、空行、签名行"),
        (b"text\n", "应是正文、空行、签名行"),
        (b"\n\n" + PETER_LINE.encode(), "应是正文、空行、签名行"),
        (b"text\n\n", "应是正文、空行、签名行"),
        (b"text\n\n" + PETER_LINE.encode()[:-1], "应是正文、空行、签名行"),
        (b"text\n\n\n", "应是正文、空行、签名行"),
        (b"te\xffxt\n\n" + PETER_LINE.encode(), "第 3 字节起不是 UTF-8"),
        (b"te\xed\xa0\x80\n\n" + PETER_LINE.encode(), "第 3 字节起不是 UTF-8"),
        (b"te\txt\n\n" + PETER_LINE.encode(), "第 3 个字是控制字符"),
        (b"text\r\n\n" + PETER_LINE.encode(), "第 5 个字是控制字符"),
        (b"x" * (NOTE_MAX_BYTES + 1), "最多 262144 字节，实有 262145 字节"),
        (b"text\n\nPeter\n", "签名行应写作"),
        (b"text\n\n- Peter AAAAAAA=\n", "签名行应写作"),
        ("text\n\n— Peter  AAAAAAA=\n".encode(), "签名行应写作"),
        ("text\n\n— Pe+er AAAAAAA=\n".encode(), "签名行应写作"),
        ("text\n\n— Peter AAAAAAA\n".encode(), "base64"),
        ("text\n\n— Peter AAAAAB==\n".encode(), "base64"),
        ("text\n\n— Peter AAAAAA==\n".encode(), "签名行至少 5 字节，实有 4 字节"),
        ("text\n\n— Peter \n".encode(), "签名行至少 5 字节，实有 0 字节"),
    ],
)
def test_what_is_no_note_is_refused_with_the_reason(data, reason):
    with pytest.raises(NotProven) as refusal:
        parse_note(data)

    assert reason in str(refusal.value)


def test_a_signature_line_needs_its_newline():
    with pytest.raises(NotProven, match="签名行应写作"):
        parse_signature(PETER_LINE[:-1])


@pytest.mark.parametrize("text", ["", "\n", "no newline", "a\tb\n", "a\x00\n"])
def test_a_text_no_note_can_hold_is_our_own_mistake(text):
    with pytest.raises(ValueError, match="a note's text"):
        sign_note(text, LOG_SIGNER)
    with pytest.raises(ValueError, match="a note's text"):
        format_note(text, [])


@pytest.mark.parametrize(
    ("some", "reason"),
    [
        ([], "1 to 64 signatures, not 0"),
        ([Signature("w", b"1234", b"x")] * 65, "1 to 64 signatures, not 65"),
        ([Signature("w", b"1234", bytes(NOTE_MAX_BYTES))], "at most 262144"),
        ([Signature("a b", b"1234", b"x")], "name and id"),
        ([Signature("w", b"12345", b"x")], "name and id"),
    ],
)
def test_signatures_no_note_can_hold_are_our_own_mistake(some, reason):
    with pytest.raises(ValueError, match=reason):
        format_note("text\n", some)


def test_a_key_of_another_type_neither_signs_nor_verifies_notes():
    witness_signer, _ = make_witness(1)

    with pytest.raises(ValueError, match="0x04 does not sign notes"):
        sign_note("text\n", witness_signer)
    with pytest.raises(ValueError, match="0x04 does not sign notes"):
        NoteVerifier(witness_signer.key)
    with pytest.raises(NotProven, match=r"公钥 witness\.example/w1 的类型应为 0x01，实为 0x04"):
        parse_note_verifier(format_verifier_key(witness_signer.key))
    with pytest.raises(ValueError, match="0x06"):
        NoteVerifier(VerifierKey("w", 6, bytes(1312)))
