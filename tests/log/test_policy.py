import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotProven
from ledger.limits import POLICY_MAX_BYTES
from ledger.log.checkpoint import Checkpoint, format_checkpoint, sign_checkpoint
from ledger.log.cosignature import Cosignature, sign_cosignature
from ledger.log.hashing import hash_leaf
from ledger.log.keys import format_verifier_key, make_signer
from ledger.log.note import NoteVerifier, Signature, format_note, parse_note, sign_note
from ledger.log.policy import (
    Policy,
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
    count_least,
    digest_policy,
    format_policy,
    has_quorum,
    open_by_policy,
    parse_policy,
)
from tests.log.evidence import LOG, LOG_SIGNER, ORIGIN, make_witness, spoil

WITNESSES = {number: make_witness(number) for number in range(1, 7)}
LOG_KEY = format_verifier_key(LOG.key)
KEYS = {number: format_verifier_key(verifier.key) for number, (_, verifier) in WITNESSES.items()}
CHECKPOINT = Checkpoint(ORIGIN, 1, hash_leaf(b""))
TEXT = format_checkpoint(CHECKPOINT)

# The example of C2SP tlog-policy, with keys.
EXAMPLE = f"""\
log {LOG_KEY}

witness X1 {KEYS[1]}
witness X2 {KEYS[2]}
witness X3 {KEYS[3]}
group X-witnesses 2 X1 X2 X3

witness Y1 {KEYS[4]}
witness Y2 {KEYS[5]}
witness Y3 {KEYS[6]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
""".encode()


def write(*lines: str) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


def cosign(*numbers: int) -> bytes:
    lines = [sign_cosignature(TEXT, 1_793_174_400 + number, WITNESSES[number][0]) for number in numbers]
    return format_note(TEXT, [sign_note(TEXT, LOG_SIGNER), *lines])


def test_the_example_of_tlog_policy_counts_two_of_x_and_one_of_y():
    policy = parse_policy(EXAMPLE)

    for count in range(7):
        for numbers in itertools.combinations(range(1, 7), count):
            cosignatures = [Cosignature(WITNESSES[number][1].key, 0) for number in numbers]
            expected = len({1, 2, 3} & set(numbers)) >= 2 and len({4, 5, 6} & set(numbers)) >= 1

            assert has_quorum(policy, cosignatures) is expected


def test_the_example_opens_a_checkpoint_with_its_quorum_and_names_who_cosigned():
    checkpoint, cosignatures = open_by_policy(cosign(3, 1, 5), parse_policy(EXAMPLE))

    assert checkpoint == CHECKPOINT
    assert [(one.key.name, one.time_s - 1_793_174_400) for one in cosignatures] == [
        ("witness.example/w3", 3),
        ("witness.example/w1", 1),
        ("witness.example/w5", 5),
    ]


@pytest.mark.parametrize(
    ("numbers", "have"), [((), "无"), ((1, 2), "witness.example/w1、witness.example/w2")]
)
def test_a_checkpoint_without_quorum_is_refused_with_who_cosigned(numbers, have):
    with pytest.raises(NotProven) as refusal:
        open_by_policy(cosign(*numbers), parse_policy(EXAMPLE))

    assert str(refusal.value) == f"见证签名不够法定数（X-and-Y）：已有 {have}"
    assert refusal.value.code == "policy-quorum"


def test_one_witness_under_two_times_counts_once():
    policy = parse_policy(write(f"witness a {KEYS[1]}", f"witness b {KEYS[2]}", "group g 2 a b", "quorum g"))

    assert not has_quorum(policy, [Cosignature(WITNESSES[1][1].key, 1), Cosignature(WITNESSES[1][1].key, 2)])


def test_every_spoilt_byte_of_a_cosigned_checkpoint_costs_its_quorum():
    policy = parse_policy(write(f"log {LOG_KEY}", f"witness a {KEYS[1]}", "quorum a"))
    note = cosign(1)
    assert open_by_policy(note, policy)[0] == CHECKPOINT

    for spoilt in spoil(note):
        with pytest.raises(NotProven):
            open_by_policy(spoilt, policy)


def test_quorum_none_asks_for_the_log_alone():
    policy = parse_policy(write(f"log {LOG_KEY}", "quorum none"))

    assert open_by_policy(cosign(), policy) == (CHECKPOINT, ())


@pytest.mark.parametrize("names", ["无", ORIGIN])
def test_a_checkpoint_of_a_log_that_is_not_listed_is_refused(names):
    other = make_signer("other.example", bytes(32))
    note = sign_checkpoint(Checkpoint("other.example", 1, hash_leaf(b"")), other)
    listed = [f"log {LOG_KEY}"] if names == ORIGIN else []

    with pytest.raises(NotProven) as refusal:
        open_by_policy(note, parse_policy(write(*listed, "quorum none")))

    assert str(refusal.value) == f"没有一份见证办法认可的账本签过（认可的：{names}）"


def test_any_of_the_listed_logs_counts_also_after_a_change_of_key():
    old, new = make_signer(ORIGIN, bytes(32)), LOG_SIGNER
    other = make_signer("other.example", bytes([9]) * 32)
    policy = parse_policy(
        write(*(f"log {format_verifier_key(one.key)}" for one in (other, old, new)), "quorum none")
    )

    for signer in (old, new):
        assert open_by_policy(sign_checkpoint(CHECKPOINT, signer), policy)[0] == CHECKPOINT
    elsewhere = Checkpoint("other.example", 1, CHECKPOINT.root)
    assert open_by_policy(sign_checkpoint(elsewhere, other), policy)[0] == elsewhere


def test_a_bad_line_of_any_listed_log_refuses_the_checkpoint():
    other = make_signer("other.example", bytes([9]) * 32)
    policy = parse_policy(write(f"log {LOG_KEY}", f"log {format_verifier_key(other.key)}", "quorum none"))
    bad = Signature(other.key.name, other.key.key_id, bytes(64))

    with pytest.raises(NotProven, match="签名与内容不符"):
        open_by_policy(format_note(TEXT, [*parse_note(cosign()).signatures, bad]), policy)


def test_spaces_tabs_comments_and_addresses_are_read():
    policy = parse_policy(
        write(
            "# 村里的见证办法",
            "\t # indented comment",
            "",
            f"  log\t{LOG_KEY}   https://log.example/ ",
            f"witness 乡镇 {KEYS[1]} https://w.example/",
            "group 全体 1 乡镇",
            "quorum 全体",
        )
    )

    assert policy == Policy(
        (PolicyLog(LOG, "https://log.example/"),),
        (PolicyWitness("乡镇", WITNESSES[1][1], "https://w.example/"),),
        (PolicyGroup("全体", 1, ("乡镇",)),),
        "全体",
    )


names = st.sampled_from(["a", "#b", "村", "all", "1"])


@given(st.data())
def test_a_policy_survives_its_text(data):
    urls = st.none() | st.sampled_from(["https://x.example/", "u"])
    logs = tuple(PolicyLog(LOG, data.draw(urls)) for _ in range(data.draw(st.integers(0, 1))))
    labels = data.draw(st.lists(names, unique=True, max_size=5))
    witnesses = tuple(
        PolicyWitness(label, WITNESSES[number][1], data.draw(urls))
        for number, label in enumerate(labels, start=1)
    )
    groups = (PolicyGroup("g", data.draw(st.integers(1, len(labels))), tuple(labels)),) if labels else ()
    quorum = data.draw(st.sampled_from(["none", *labels, *(group.name for group in groups)]))
    policy = Policy(logs, witnesses, groups, quorum)

    assert parse_policy(format_policy(policy)) == policy


def test_a_spoilt_policy_is_refused_or_has_another_digest():
    for spoilt in spoil(EXAMPLE):
        assert digest_policy(spoilt) != digest_policy(EXAMPLE)
        try:
            parse_policy(spoilt)
        except NotProven:
            continue


def test_the_digest_is_that_of_the_exact_text():
    assert digest_policy(EXAMPLE) == hashlib.sha256(EXAMPLE).hexdigest()


W1 = f"witness a {KEYS[1]}"
W2 = f"witness b {KEYS[2]}"
OTHER_NAME = format_verifier_key(make_signer("renamed", bytes([1]) * 32, 0x04).key)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "见证办法每行都以换行结尾，制表符之外没有控制字符"),
        (b"quorum none", "见证办法每行都以换行结尾，制表符之外没有控制字符"),
        (b"quorum none\r\n", "见证办法每行都以换行结尾，制表符之外没有控制字符"),
        (b"quorum none\x7f\n", "见证办法每行都以换行结尾，制表符之外没有控制字符"),
        (b"# \xff\nquorum none\n", "见证办法第 3 字节起不是 UTF-8"),
        (b"#" * (POLICY_MAX_BYTES + 1), "见证办法最多 65536 字节，实有 65537 字节"),
        (b"\n", "见证办法缺 quorum 行"),
        (write("quorum none", "quorum none"), "见证办法第 2 行：quorum 只能有一行"),
        (write("quorum a", W1), "见证办法第 1 行：quorum 所指 'a' 还没有定义"),
        (write("quorum"), "见证办法第 1 行：应写作「quorum 名称|none」，实有 1 段"),
        (write("quorum a b"), "见证办法第 1 行：应写作「quorum 名称|none」，实有 3 段"),
        (write("Quorum none"), "见证办法第 1 行：应以 log、witness、group 或 quorum 开头，实为 'Quorum'"),
        (write("log"), "见证办法第 1 行：应写作「log 公钥 [网址]」，实有 1 段"),
        (write("log a b c"), "见证办法第 1 行：应写作「log 公钥 [网址]」，实有 4 段"),
        (write("", "log x"), "见证办法第 2 行：验证公钥应写作「名称+8 位编号+base64」"),
        (
            write(f"log {KEYS[1]}"),
            "见证办法第 1 行：公钥 witness.example/w1 的类型应为 0x01，实为 0x04",
        ),
        (write(f"log {LOG_KEY}", f"log {LOG_KEY}"), f"见证办法第 2 行：{ORIGIN} 的公钥已经列过"),
        (write("witness a"), "见证办法第 1 行：应写作「witness 名称 公钥 [网址]」，实有 2 段"),
        (
            write(f"witness a {LOG_KEY}"),
            f"见证办法第 1 行：见证人 {ORIGIN} 的公钥类型应为 0x04，实为 0x01",
        ),
        (write(W1, f"witness b {OTHER_NAME}"), "见证办法第 2 行：renamed 的公钥已经列过"),
        (write(W1, f"witness a {KEYS[2]}"), "见证办法第 2 行：名称 'a' 已经用过"),
        (write(f"witness none {KEYS[2]}"), "见证办法第 1 行：名称 'none' 已经用过"),
        (write("group g any"), "见证办法第 1 行：应写作「group 名称 all|any|k 成员…」，实有 3 段"),
        (write("group g any a"), "见证办法第 1 行：成员 'a' 还没有定义"),
        (write("group g any none"), "见证办法第 1 行：成员 'none' 还没有定义"),
        (write("group g any g"), "见证办法第 1 行：成员 'g' 还没有定义"),
        (write(W1, "group g any a a"), "见证办法第 2 行：成员 'a' 已经算过一次"),
        (write(W1, "group g any a", "group h any a"), "见证办法第 3 行：成员 'a' 已经算过一次"),
        (write(W1, "group a any a"), "见证办法第 2 行：名称 'a' 已经用过"),
        (write(W1, "group g 0 a"), "见证办法第 2 行：应为 all、any 或 1 到 1 的数，实为 '0'"),
        (write(W1, "group g 01 a"), "见证办法第 2 行：应为 all、any 或 1 到 1 的数，实为 '01'"),
        (write(W1, W2, "group g 3 a b"), "见证办法第 3 行：应为 all、any 或 1 到 2 的数，实为 '3'"),
        (write(W1, W2, "group g most a b"), "见证办法第 3 行：应为 all、any 或 1 到 2 的数，实为 'most'"),
    ],
)
def test_a_policy_that_breaks_a_rule_is_refused_with_its_line_and_the_rule(data, reason):
    with pytest.raises(NotProven) as refusal:
        parse_policy(data)

    assert str(refusal.value) == reason
    assert refusal.value.code.startswith(("policy-", "verifier-key"))


@pytest.mark.parametrize(
    "policy",
    [
        Policy((), (), (), "missing"),
        Policy((), (PolicyWitness("two words", WITNESSES[1][1]),), (), "none"),
        Policy((), (PolicyWitness("a", WITNESSES[1][1], "u v"),), (), "a"),
        Policy((PolicyLog(NoteVerifier(LOG.key), ""),), (), (), "none"),
        Policy((), (), (PolicyGroup("g", 1, ()),), "none"),
    ],
)
def test_a_policy_that_breaks_a_rule_is_never_written(policy):
    with pytest.raises(ValueError, match="not a policy"):
        format_policy(policy)


def test_a_policy_of_32_logs_witnesses_and_groups_is_read():
    signers = [
        (make_signer(f"l{n}", bytes([n]) * 32), make_signer(f"w{n}", bytes([n]) * 32, 4))
        for n in range(1, 33)
    ]
    lines = [f"log {format_verifier_key(log.key)}" for log, _ in signers]
    lines += [f"witness {w.key.name} {format_verifier_key(w.key)}" for _, w in signers]
    lines += [f"group g{n} any w{n}" for n in range(1, 33)]

    policy = parse_policy(write(*lines, "quorum g32"))

    assert has_quorum(policy, [Cosignature(signers[31][1].key, 0)])
    assert not has_quorum(policy, [Cosignature(signers[0][1].key, 0)])


@pytest.mark.parametrize(
    ("lines", "least"),
    [
        (["quorum none"], 0),
        (["quorum X1"], 1),
        (["group g 2 X1 X2 X3", "quorum g"], 2),
        (["group g all X1 X2 X3", "quorum g"], 3),
        (["group a all X1 X2", "group g any a X3", "quorum g"], 1),
        (["group a all X1 X2", "group b 2 X3 Y1 Y2", "group g all a b", "quorum g"], 4),
    ],
)
def test_the_smallest_quorum_is_counted(lines: list[str], least: int) -> None:
    witnesses = [
        f"witness {name} {KEYS[n]}" for n, name in enumerate(["X1", "X2", "X3", "Y1", "Y2"], start=1)
    ]

    assert count_least(parse_policy(write(*witnesses, *lines))) == least
