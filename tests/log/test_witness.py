"""What a witness answers, rule by rule, and that no log which forgot or rewrote anything is cosigned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import pytest

from ledger.errors import NotProven
from ledger.limits import PROOF_MAX_HASHES, TREE_SIZE_MAX, WITNESS_BODY_MAX_BYTES
from ledger.log.checkpoint import Checkpoint, format_checkpoint, sign_checkpoint
from ledger.log.cosignature import sign_cosignature
from ledger.log.hashing import EMPTY_ROOT, Hash, format_hash, hash_leaf
from ledger.log.keys import Signer, VerifierKey, make_signer
from ledger.log.note import NoteVerifier, format_note, format_signature, parse_note, sign_note
from ledger.log.proofs import build_consistency
from ledger.log.tiles import MemoryTiles, TileCache
from ledger.log.tree import compute_root
from ledger.log.witness import (
    PLAIN_TYPE,
    SIZE_TYPE,
    Decision,
    Submission,
    Witnessed,
    add_cosignatures,
    decide_submission,
    format_submission,
    open_cosignature,
    parse_conflict,
    parse_submission,
)
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
)

LEAVES = make_leaves(64)
LARGEST = 64


def submit(old: int, size: int, *, leaves: Sequence[Hash] = LEAVES, signer: Signer = LOG_SIGNER) -> bytes:
    """What an honest client sends of the first `size` leaves."""
    tiles = MemoryTiles(leaves[:size])
    note = sign_checkpoint(Checkpoint(ORIGIN, size, compute_root(tiles.frontier)), signer)
    proof = build_consistency(tiles, old, size) if old <= size else ()
    return format_submission(Submission(note, old, proof))


def know(size: int = 0, *verifiers: NoteVerifier) -> Callable[[str], Witnessed | None]:
    """What a witness knows that cosigned the first `size` leaves last."""
    known = Witnessed(verifiers or (LOG,), size, make_checkpoint(LEAVES[:size]).root)
    return lambda origin: known if origin == ORIGIN else None


def decide(data: bytes, size: int = 0) -> Decision:
    return decide_submission(data, know(size))


@pytest.mark.parametrize(("old", "size"), [(0, 0), (0, 1), (0, 64), (1, 1), (3, 7), (32, 64), (64, 64)])
def test_a_log_that_grew_honestly_is_to_be_cosigned(old: int, size: int) -> None:
    decision = decide(submit(old, size), old)

    assert (decision.status, decision.reason, decision.body) == (200, "", "")
    assert decision.head is not None
    assert (decision.head.size, decision.head.root) == (size, make_checkpoint(LEAVES[:size]).root)
    assert decision.head.note == make_checkpoint_note(LEAVES[:size])


def test_lines_of_keys_that_are_not_trusted_are_not_kept() -> None:
    text = format_checkpoint(make_checkpoint(LEAVES[:3]))
    stranger = sign_cosignature(text, 1, make_witness(1)[0])
    note = format_note(text, [stranger, sign_note(text, LOG_SIGNER)])

    decision = decide(format_submission(Submission(note, 0, ())))

    assert decision.head is not None
    assert decision.head.note == make_checkpoint_note(LEAVES[:3])


def test_extension_lines_are_cosigned_as_they_are() -> None:
    text = format_checkpoint(make_checkpoint(LEAVES[:3])) + "an extension\n"
    note = format_note(text, [sign_note(text, LOG_SIGNER)])

    decision = decide(format_submission(Submission(note, 0, ())))

    assert decision.status == 200
    assert decision.head is not None
    assert decision.head.text == text


def write(text: str, *, old: str = "old 0", proof: str = "") -> bytes:
    note = format_note(text, [sign_note(text, LOG_SIGNER)])
    return f"{old}\n{proof}\n".encode() + note


TEXT = format_checkpoint(make_checkpoint(LEAVES[:3]))
HASH = format_hash(LEAVES[0])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "submission-form"),
        (b"old 0\n", "submission-form"),
        (write(TEXT, old="old"), "submission-form"),
        (write(TEXT, old="old  0"), "submission-form"),
        (write(TEXT, old="Old 0"), "submission-form"),
        (write(TEXT, old="old 00"), "submission-form"),
        (write(TEXT, old="old 01"), "submission-form"),
        (write(TEXT, old="old -1"), "submission-form"),
        (write(TEXT, old="old \N{ARABIC-INDIC DIGIT THREE}"), "submission-form"),
        (write(TEXT, old=f"old {TREE_SIZE_MAX + 1}"), "submission-form"),
        (write(TEXT, old="old 0\r"), "submission-form"),
        (write(TEXT, old="old 3", proof=f"{HASH} \n"), "base64"),
        (write(TEXT, old="old 3", proof="AAAA\n"), "hash-length"),
        (write(TEXT, old="old 3", proof=f"{HASH}\n" * 64), "proof-limit"),
        (write(TEXT, old="old 4"), "submission-old-size"),
        (b"old 0\n\nno note\n", "note-form"),
        (b"old 0\n\n" + b"x" * WITNESS_BODY_MAX_BYTES, "submission-limit"),
        (write("mingbai/a\n3\n"), "checkpoint-form"),
        (write(f"{ORIGIN}\n3\n{HASH}\n\nafter an empty line\n"), "checkpoint-form"),
        (write(f"a b\n3\n{HASH}\n"), "checkpoint-form"),
        (write(f"{ORIGIN}\n03\n{HASH}\n"), "checkpoint-size"),
        (write(f"{ORIGIN}\n{TREE_SIZE_MAX + 1}\n{HASH}\n"), "checkpoint-size"),
        (write(f"{ORIGIN}\n3\n{HASH[:-1]}\n"), "base64"),
    ],
)
def test_what_is_malformed_is_a_bad_request_whoever_asks(data: bytes, code: str) -> None:
    for find in (know(), lambda _: None):
        decision = decide_submission(data, find)

        assert (decision.status, decision.reason, decision.head) == (400, code, None)
        assert decision.media_type == PLAIN_TYPE
        assert decision.body.endswith(f"（{code}）\n")


def test_a_strange_origin_is_not_found_before_its_signature_is_looked_at() -> None:
    stranger = make_signer("strange.example", bytes(32))
    text = f"strange.example\n3\n{HASH}\n"
    data = b"old 0\n\n" + format_note(text, [sign_note(text, stranger)])

    assert (decide(data).status, decide(data).reason) == (404, "witness-unknown-log")


def test_without_a_line_of_a_trusted_key_it_is_forbidden() -> None:
    decision = decide(submit(0, 3, signer=make_signer(ORIGIN, bytes(32))))

    assert (decision.status, decision.reason, decision.head) == (403, "note-unsigned", None)


def test_a_bad_line_of_a_trusted_key_is_forbidden_even_beside_a_good_one() -> None:
    other = make_signer(ORIGIN, bytes([9]) * 32)
    note = parse_note(make_checkpoint_note(LEAVES[:3]))
    forged = sign_note(f"{ORIGIN}\n4\n{HASH}\n", other)
    data = format_submission(Submission(format_note(TEXT, [*note.signatures, forged]), 0, ()))

    assert decide(data).status == 200
    decision = decide_submission(data, know(0, LOG, NoteVerifier(other.key)))
    assert (decision.status, decision.reason) == (403, "signature")


def test_a_log_may_have_more_than_one_trusted_key() -> None:
    other = make_signer(ORIGIN, bytes([9]) * 32)

    for signer in (LOG_SIGNER, other):
        data = submit(2, 5, signer=signer)
        assert decide_submission(data, know(2, LOG, NoteVerifier(other.key))).status == 200


@pytest.mark.parametrize(("old", "known"), [(0, 5), (4, 5), (6, 5), (7, 0)])
def test_another_size_than_the_last_is_a_conflict_that_names_the_last(old: int, known: int) -> None:
    decision = decide(submit(old, 7), known)

    assert (decision.status, decision.media_type) == (409, SIZE_TYPE)
    assert decision.body == f"{known}\n"
    assert decision.head is None
    assert parse_conflict(decision.body.encode()) == known


def test_a_conflict_is_told_before_a_proof_is_looked_at() -> None:
    data = format_submission(Submission(make_checkpoint_note(LEAVES[:7]), 3, ()))

    assert decide(data, 5).status == 409


@pytest.mark.parametrize(
    ("note", "old", "proof"),
    [
        (make_checkpoint_note(LEAVES[:7]), 0, (LEAVES[0],)),
        (make_checkpoint_note(LEAVES[:7]), 5, ()),
        (make_checkpoint_note(LEAVES[:7]), 7, (LEAVES[0],)),
        (sign_checkpoint(Checkpoint(ORIGIN, 7, LEAVES[0]), LOG_SIGNER), 7, ()),
        (parse_note(write(f"{ORIGIN}\n0\n{HASH}\n")[7:]) and write(f"{ORIGIN}\n0\n{HASH}\n")[7:], 0, ()),
    ],
    ids=["a proof from nothing", "no proof", "a proof of the same", "another root", "a root of nothing"],
)
def test_what_proves_nothing_cannot_be_processed(note: bytes, old: int, proof: tuple[Hash, ...]) -> None:
    decision = decide(format_submission(Submission(note, old, proof)), old)

    assert decision.status == 422
    assert decision.reason.startswith("consistency-")
    assert decision.head is not None  # What the log signed speaks against it, and may be kept.


class Remembering:
    """A verifier that verifies each line for real, once: the matrix below asks for each of 2,144 notes often."""

    key: VerifierKey = LOG.key

    def __init__(self) -> None:
        self._verify = cache(LOG.verify_signature)

    def verify_signature(self, text: str, signature: bytes) -> None:
        self._verify(text, signature)


def list_regrown() -> Iterator[tuple[int, int, bytes, TileCache]]:
    """Every (restored size, size regrown to, its checkpoint, its tree)."""
    for restored in range(LARGEST):
        for size in range(restored, LARGEST + 1):
            tiles = MemoryTiles([*LEAVES[:restored], *(hash_leaf(b"o%d" % i) for i in range(restored, size))])
            root = compute_root(tiles.frontier)
            yield (
                restored,
                size,
                sign_checkpoint(Checkpoint(ORIGIN, size, root), LOG_SIGNER),
                TileCache(tiles),
            )


@pytest.mark.no_cover
def test_every_fork_and_every_rollback_up_to_64_entries_is_refused() -> None:
    roots = [make_checkpoint(LEAVES[:size]).root for size in range(LARGEST + 1)]
    verifiers = (Remembering(),)
    answers = {"forks": [0, 0], "rollbacks": [0, 0]}
    for restored, size, note, tiles in list_regrown():
        for witnessed in range(restored + 1, LARGEST + 1):
            known = Witnessed(verifiers, witnessed, roots[witnessed])
            if size >= witnessed:  # Grown past what the witness saw: it lies with a proof of its own tree.
                proof, kind = build_consistency(tiles, witnessed, size), "forks"
                olds, refusals = [witnessed], {422}
            else:  # Still smaller: it names what the witness saw, and then what it has.
                proof, kind = (), "rollbacks"
                olds, refusals = [witnessed, size], {400, 409}
            found = {
                decide_submission(
                    format_submission(Submission(note, old, proof)), lambda _, known=known: known
                ).status
                for old in olds
            }
            answers[kind][found != refusals] += 1

    # Every (size witnessed, size restored to below it, size regrown to from there).
    assert answers == {"forks": [45_760, 0], "rollbacks": [45_760, 0]}


GOOD = submit(5, 7)


def test_no_byte_of_a_good_submission_can_be_changed_to_have_another_tree_cosigned() -> None:
    good = decide(GOOD, 5)
    for data in spoil(GOOD):
        decision = decide(data, 5)

        assert decision.status in {200, 400, 403, 404, 409, 422}
        if decision.status == 200:
            assert decision.head == good.head


def test_a_submission_reads_back() -> None:
    submission = Submission(make_checkpoint_note(LEAVES[:7]), 5, tuple(LEAVES[:3]))

    assert parse_submission(format_submission(submission)) == submission


@pytest.mark.parametrize(
    "submission",
    [
        Submission(b"", -1, ()),
        Submission(b"", TREE_SIZE_MAX + 1, ()),
        Submission(b"", 1, (LEAVES[0],) * (PROOF_MAX_HASHES + 1)),
        Submission(b"", 1, (b"short",)),
        Submission(b"x" * WITNESS_BODY_MAX_BYTES, 1, ()),
    ],
)
def test_an_impossible_submission_is_our_own_mistake(submission: Submission) -> None:
    with pytest.raises(ValueError, match=r"submission|hash"):
        format_submission(submission)


@pytest.mark.parametrize(
    "body",
    [b"", b"5", b"05\n", b"5\n\n", b"-5\n", b" 5\n", b"5 \n", b"five\n", b"9007199254740992\n", b"\xff\n"],
)
def test_a_conflict_without_a_size_proves_nothing(body: bytes) -> None:
    with pytest.raises(NotProven) as raised:
        parse_conflict(body)

    assert raised.value.code == "witness-answer"


def test_a_spoilt_conflict_is_refused_or_another_size_in_its_one_spelling() -> None:
    require_one_spelling(45760, spoil(b"45760\n"), parse_conflict, lambda size: f"{size}\n".encode())


NOTE = make_checkpoint_note(LEAVES[:3])
SIGNER, WITNESS = make_witness(1)
OTHER_SIGNER, _ = make_witness(2)
LINE = format_signature(sign_cosignature(TEXT, 1_793_174_400, SIGNER))
OTHER_LINE = format_signature(sign_cosignature(TEXT, 1_793_174_500, OTHER_SIGNER))


def test_the_answer_of_a_witness_is_kept_once_its_line_is_verified() -> None:
    line, cosignature = open_cosignature(NOTE, (OTHER_LINE + LINE).encode(), WITNESS)

    assert line == LINE
    assert (cosignature.key, cosignature.time_s) == (WITNESS.key, 1_793_174_400)
    assert add_cosignatures(NOTE, [line]) == NOTE + LINE.encode()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "witness-answer"),
        (b"\n", "witness-answer"),
        (LINE[:-1].encode(), "witness-answer"),
        (f"\n{LINE}".encode(), "witness-answer"),
        (f"other text\n\n{LINE}".encode(), "witness-answer"),
        (b"x" * WITNESS_BODY_MAX_BYTES + b"\n", "witness-answer"),
        (b"<html></html>\n", "note-signature"),
        (OTHER_LINE.encode(), "note-unsigned"),
        (format_signature(sign_cosignature(TEXT + "x\n", 1, SIGNER)).encode(), "signature"),
        (LINE.encode() * 64, "note-limit"),
    ],
)
def test_an_answer_without_a_good_line_of_the_witness_proves_nothing(body: bytes, code: str) -> None:
    with pytest.raises(NotProven) as raised:
        open_cosignature(NOTE, body, WITNESS)

    assert raised.value.code == code


def test_no_byte_of_an_answer_can_be_changed() -> None:
    for body in spoil(LINE.encode()):
        with pytest.raises(NotProven):
            open_cosignature(NOTE, body, WITNESS)


def test_the_empty_log_has_its_root() -> None:
    decision = decide(submit(0, 0))

    assert decision.head is not None
    assert decision.head.root == EMPTY_ROOT
