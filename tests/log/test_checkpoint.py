import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotProven
from ledger.limits import TREE_SIZE_MAX
from ledger.log.checkpoint import (
    Checkpoint,
    format_checkpoint,
    open_checkpoint,
    open_cosigned,
    parse_checkpoint,
    sign_checkpoint,
)
from ledger.log.cosignature import (
    Cosignature,
    WitnessVerifier,
    list_cosignatures,
    parse_witness_verifier,
    sign_cosignature,
)
from ledger.log.hashing import EMPTY_ROOT, format_hash
from ledger.log.keys import VerifierKey, format_verifier_key, make_signer
from ledger.log.note import NoteVerifier, Signature, format_note, parse_note, sign_note
from tests.log.evidence import (
    LOG,
    LOG_SIGNER,
    ORIGIN,
    make_checkpoint,
    make_checkpoint_note,
    make_leaves,
    make_witness,
    require_one_spelling,
    spoil,
    spoil_text,
)

LEAVES = make_leaves(9)
CHECKPOINT = make_checkpoint(LEAVES)
TEXT = format_checkpoint(CHECKPOINT)
ROOT = format_hash(CHECKPOINT.root)
W1_SIGNER, W1 = make_witness(1)
W2_SIGNER, W2 = make_witness(2)


def cosign(note: bytes, *lines: Signature) -> bytes:
    parsed = parse_note(note)
    return format_note(parsed.unproven_text, [*parsed.signatures, *lines])


def test_a_checkpoint_is_origin_size_and_root():
    assert f"{ORIGIN}\n9\n{ROOT}\n" == TEXT


@given(st.integers(1, TREE_SIZE_MAX), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_survives_its_text(size, root):
    checkpoint = Checkpoint(ORIGIN, size, root)

    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


def test_the_empty_logs_checkpoint_survives_its_note():
    checkpoint = Checkpoint(ORIGIN, 0, EMPTY_ROOT)

    assert open_checkpoint(sign_checkpoint(checkpoint, LOG_SIGNER), LOG) == checkpoint


def test_a_spoilt_checkpoint_text_is_refused_or_is_another_in_its_one_spelling():
    require_one_spelling(CHECKPOINT, spoil_text(TEXT), parse_checkpoint, format_checkpoint)


def test_every_spoilt_byte_of_a_signed_checkpoint_is_refused():
    note = sign_checkpoint(CHECKPOINT, LOG_SIGNER)
    assert open_checkpoint(note, LOG) == CHECKPOINT

    for spoilt in spoil(note):
        with pytest.raises(NotProven):
            open_checkpoint(spoilt, LOG)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{ORIGIN}\n9\n", "检查点应是来源、总数、根哈希三行，实有 2 行"),
        (f"{ORIGIN}\n9\n{ROOT}", "检查点应是来源、总数、根哈希三行，实有 2 行"),
        (f"{ORIGIN}\n9\n{ROOT}\nextension\n", "检查点应是来源、总数、根哈希三行，实有 4 行"),
        (f"{ORIGIN}\n09\n{ROOT}\n", "检查点的总数应是没有前导零的十进制数：'09'"),
        (f"{ORIGIN}\n+9\n{ROOT}\n", "检查点的总数应是没有前导零的十进制数：'+9'"),
        (f"{ORIGIN}\n٩\n{ROOT}\n", "检查点的总数应是没有前导零的十进制数：'٩'"),
        (f"{ORIGIN}\n\n{ROOT}\n", "检查点的总数应是没有前导零的十进制数：''"),
        (f"{ORIGIN}\n{2**53}\n{ROOT}\n", f"检查点的总数应在 0 到 {2**53 - 1} 之间，实为 {2**53}"),
        (f"{ORIGIN}\n9\nAAAA\n", "哈希应为 32 字节，实有 3 字节"),
        (f"{ORIGIN}\n0\n{ROOT}\n", "检查点的总数为 0，根哈希却不是空日志的"),
        (f"\n9\n{ROOT}\n", "检查点的来源不能作名称：''"),
        (f"two words\n9\n{ROOT}\n", "检查点的来源不能作名称：'two words'"),
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused_with_the_reason(text, reason):
    with pytest.raises(NotProven) as refusal:
        parse_checkpoint(text)

    assert str(refusal.value) == reason


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("two words", 1, EMPTY_ROOT),
        Checkpoint(ORIGIN, -1, EMPTY_ROOT),
        Checkpoint(ORIGIN, TREE_SIZE_MAX + 1, EMPTY_ROOT),
        Checkpoint(ORIGIN, 0, bytes(32)),
        Checkpoint(ORIGIN, 1, bytes(31)),
    ],
)
def test_an_impossible_checkpoint_is_our_own_mistake(checkpoint):
    with pytest.raises(ValueError, match="not a checkpoint"):
        format_checkpoint(checkpoint)


def test_a_log_signs_only_under_its_own_origin():
    with pytest.raises(ValueError, match=r"key other\.example signs no checkpoint of mingbai"):
        sign_checkpoint(CHECKPOINT, make_signer("other.example", bytes(32)))


def test_a_checkpoint_of_another_origin_is_refused_though_our_key_signed_it():
    text = f"other.example\n9\n{ROOT}\n"

    with pytest.raises(NotProven) as refusal:
        open_checkpoint(format_note(text, [sign_note(text, LOG_SIGNER)]), LOG)

    assert str(refusal.value) == f"检查点属于另一份日志：应为 {ORIGIN}，实为 other.example"


def test_a_checkpoint_that_only_a_witness_signed_is_refused():
    note = format_note(TEXT, [sign_cosignature(TEXT, 5, W1_SIGNER)])

    with pytest.raises(NotProven) as refusal:
        open_cosigned(note, LOG, [W1])

    assert str(refusal.value) == f"检查点没有日志自己的签名（{ORIGIN}）"


def test_a_signed_text_that_is_no_checkpoint_is_refused():
    with pytest.raises(NotProven) as refusal:
        open_checkpoint(format_note("hello\n", [sign_note("hello\n", LOG_SIGNER)]), LOG)

    assert refusal.value.code == "checkpoint-form"


def test_cosignatures_tell_who_signed_and_when():
    note = cosign(
        make_checkpoint_note(LEAVES),
        sign_cosignature(TEXT, 1_793_174_400, W1_SIGNER),
        sign_cosignature(TEXT, 0, W2_SIGNER),
    )

    checkpoint, opened = open_cosigned(note, LOG, [W1, W2])

    assert checkpoint == CHECKPOINT
    assert list_cosignatures(opened, [W1, W2]) == (Cosignature(W1.key, 1_793_174_400), Cosignature(W2.key, 0))
    assert list_cosignatures(opened, [W2]) == (Cosignature(W2.key, 0),)


def test_the_signed_message_is_that_of_tlog_cosignature():
    line = sign_cosignature(TEXT, 1_679_315_147, W1_SIGNER)

    assert line.signature[:8] == (1_679_315_147).to_bytes(8, "big")
    assert line.signature[8:] == W1_SIGNER.sign_bytes(f"cosignature/v1\ntime 1679315147\n{TEXT}".encode())


def test_every_spoilt_byte_of_a_cosignature_or_its_text_is_refused():
    signature = sign_cosignature(TEXT, 1_679_315_147, W1_SIGNER).signature
    W1.verify_signature(TEXT, signature)

    for spoilt in spoil(signature):
        with pytest.raises(NotProven):
            W1.verify_signature(TEXT, spoilt)
    for text in spoil_text(TEXT):
        with pytest.raises(NotProven):
            W1.verify_signature(text, signature)


def test_a_logs_signature_is_no_cosignature_even_of_the_same_secret():
    signer = make_signer("w", bytes(32), 0x04)
    plain = make_signer("w", bytes(32)).sign_bytes(TEXT.encode())

    with pytest.raises(NotProven, match="见证签名应有 72 字节，实有 64 字节"):
        WitnessVerifier(signer.key).verify_signature(TEXT, plain)
    with pytest.raises(NotProven):
        WitnessVerifier(signer.key).verify_signature(TEXT, bytes(8) + plain)


def test_a_cosignature_of_a_text_that_is_no_checkpoint_is_refused():
    signature = sign_cosignature("hello\n", 5, W1_SIGNER).signature

    with pytest.raises(NotProven) as refusal:
        W1.verify_signature("hello\n", signature)

    assert refusal.value.code == "checkpoint-form"


def test_a_time_beyond_63_bits_is_refused_and_never_signed():
    with pytest.raises(NotProven, match="见证签名的时间超出范围"):
        W1.verify_signature(TEXT, b"\xff" * 72)
    for time_s in (-1, 2**63):
        with pytest.raises(ValueError, match="out of range"):
            sign_cosignature(TEXT, time_s, W1_SIGNER)


def test_a_bad_cosignature_of_a_known_witness_refuses_the_checkpoint_and_of_an_unknown_one_does_not():
    bad = sign_cosignature(TEXT.replace("9", "8"), 5, W1_SIGNER)
    post_quantum = Signature("pq.example", VerifierKey("pq.example", 6, bytes(1312)).key_id, bytes(2_428))
    note = cosign(make_checkpoint_note(LEAVES), bad, post_quantum)

    assert open_checkpoint(note, LOG) == CHECKPOINT
    with pytest.raises(NotProven, match="签名与内容不符"):
        open_cosigned(note, LOG, [W1])


def test_a_key_of_another_type_neither_cosigns_nor_counts_as_a_witness():
    with pytest.raises(ValueError, match="0x01 does not cosign"):
        sign_cosignature(TEXT, 5, LOG_SIGNER)
    with pytest.raises(ValueError, match="0x01 does not cosign"):
        WitnessVerifier(LOG_SIGNER.key)
    with pytest.raises(NotProven, match="公钥类型应为 0x04，实为 0x01"):
        parse_witness_verifier(format_verifier_key(LOG_SIGNER.key))


def test_verifiers_survive_their_text():
    assert parse_witness_verifier(format_verifier_key(W1.key)) == W1
    assert NoteVerifier(LOG_SIGNER.key) == LOG
