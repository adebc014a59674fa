import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotProven
from ledger.limits import PROOF_FILE_MAX_BYTES
from ledger.log.hashing import EMPTY_ROOT, format_hash
from ledger.log.policy import Policy, PolicyLog, PolicyWitness
from ledger.log.proof_file import (
    ProofFile,
    format_proof_file,
    open_proof_file,
    open_proof_file_by_policy,
    parse_proof_file,
)
from ledger.log.proofs import build_inclusion
from ledger.log.tiles import MemoryTiles
from tests.log.evidence import LOG, make_checkpoint, make_checkpoint_note, make_leaves, make_witness, spoil

LEAVES = make_leaves(13)
NOTE = make_checkpoint_note(LEAVES)


def make_proof(index: int, extra: bytes | None = None) -> ProofFile:
    return ProofFile(index, build_inclusion(MemoryTiles(LEAVES), index, len(LEAVES)), NOTE, extra)


def test_a_proof_file_is_what_tlog_proof_says():
    proof = make_proof(12, extra=b"extra")

    lines = format_proof_file(proof).decode().split("\n")

    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra ZXh0cmE=", "index 12"]
    assert lines[3:5] == [format_hash(one) for one in proof.path]
    assert lines[5] == ""
    assert "\n".join(lines[6:]).encode() == NOTE


@given(st.integers(0, 12), st.none() | st.binary(max_size=20))
def test_a_proof_file_survives_its_bytes_and_proves_its_entry(index, extra):
    proof = make_proof(index, extra)

    found = parse_proof_file(format_proof_file(proof))

    assert found == proof
    assert open_proof_file(found, LEAVES[index], LOG) == make_checkpoint(LEAVES)


@pytest.mark.parametrize("index", [0, 5, 12])
def test_every_spoilt_byte_of_a_proof_file_or_its_leaf_is_refused(index):
    data = format_proof_file(make_proof(index))

    for spoilt in spoil(data):
        with pytest.raises(NotProven):
            open_proof_file(parse_proof_file(spoilt), LEAVES[index], LOG)
    for spoilt in spoil(LEAVES[index]):
        with pytest.raises(NotProven):
            open_proof_file(make_proof(index), spoilt, LOG)


def test_a_spoilt_proof_file_parses_only_to_another_in_its_one_spelling():
    data = format_proof_file(make_proof(5, extra=b"extra"))

    for spoilt in spoil(data):
        try:
            found = parse_proof_file(spoilt)
        except NotProven:
            continue

        assert found != make_proof(5, extra=b"extra")
        assert format_proof_file(found) == spoilt


def test_a_log_of_one_entry_has_a_proof_without_hashes():
    leaves = LEAVES[:1]
    proof = ProofFile(0, (), make_checkpoint_note(leaves))

    data = format_proof_file(proof)

    assert data.startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\nmingbai.example/")
    assert open_proof_file(parse_proof_file(data), leaves[0], LOG).size == 1


def test_an_index_beyond_the_checkpoint_is_refused():
    with pytest.raises(NotProven, match="序号 13 不在总数为 13 的日志之内"):
        open_proof_file(ProofFile(13, (), NOTE), LEAVES[0], LOG)


def test_a_policy_decides_whether_the_checkpoint_counts():
    _, witness = make_witness(1)
    alone = Policy((PolicyLog(LOG),), (), (), "none")
    witnessed = Policy((PolicyLog(LOG),), (PolicyWitness("w", witness),), (), "w")

    assert open_proof_file_by_policy(make_proof(5), LEAVES[5], alone) == make_checkpoint(LEAVES)
    with pytest.raises(NotProven, match="见证签名不够法定数（w）：已有 无"):
        open_proof_file_by_policy(make_proof(5), LEAVES[5], witnessed)
    with pytest.raises(NotProven, match="存在证明对不上"):
        open_proof_file_by_policy(make_proof(5), LEAVES[6], alone)


HEAD = b"c2sp.org/tlog-proof@v1\n"
HASH = format_hash(EMPTY_ROOT).encode() + b"\n"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "证明文件应是证明、空行、检查点"),
        ("证\n\n".encode() + NOTE, "证明文件应是证明、空行、检查点"),
        (b"c2sp.org/tlog-proof@v2\nindex 0\n\n" + NOTE, "第 1 行应为 c2sp.org/tlog-proof@v1"),
        (HEAD + b"\n" + NOTE, "应有一行「index 序号」"),
        (HEAD + b"extra AA==\n\n" + NOTE, "应有一行「index 序号」"),
        (HEAD + b"index 01\n\n" + NOTE, "应有一行「index 序号」"),
        (HEAD + b"index -1\n\n" + NOTE, "应有一行「index 序号」"),
        (HEAD + b"index 9007199254740991\n\n" + NOTE, "应有一行「index 序号」"),
        (HEAD + b"index 0\nextra AA==\n\n" + NOTE, "base64"),
        (HEAD + b"index 0\nAA==\n\n" + NOTE, "哈希应为 32 字节，实有 1 字节"),
        (HEAD + b"extra AB==\nindex 0\n\n" + NOTE, "base64"),
        (HEAD + b"index 0\n" + HASH * 64 + b"\n" + NOTE, "证明最多 63 个哈希，实有 64 个"),
        (HEAD + b"index 0\n\nno note\n", "签名文本应是正文"),
        (bytes(PROOF_FILE_MAX_BYTES + 1), "证明文件最多 270336 字节，实有 270337 字节"),
    ],
)
def test_what_is_no_proof_file_is_refused_with_the_reason(data, reason):
    with pytest.raises(NotProven) as refusal:
        parse_proof_file(data)

    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    "proof", [ProofFile(-1, (), NOTE), ProofFile(0, (), b"no note"), ProofFile(0, (EMPTY_ROOT,) * 64, NOTE)]
)
def test_an_impossible_proof_file_is_our_own_mistake(proof):
    with pytest.raises(ValueError, match="not a proof file"):
        format_proof_file(proof)
