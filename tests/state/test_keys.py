"""When a log's key may hand over, and what the entries then say of which key counts."""

from __future__ import annotations

import msgspec
import pytest

from ledger.books.village import KeyRotated
from ledger.data import load_reference
from ledger.errors import Fault, NotFound, format_fault
from ledger.log.keys import Signer, format_verifier_key, make_signer
from ledger.state import MemoryFacts, check_entry, fold_entry
from ledger.state.keys import build_history, get_key_at, list_keys
from tests.builders import (
    NEXT_SIGNER,
    ORIGIN,
    SIGNER,
    Discloser,
    EntryChain,
    build_description,
    build_founding,
    build_rotation,
)

FIRST, SECOND = format_verifier_key(SIGNER.key), format_verifier_key(NEXT_SIGNER.key)
THIRD_SIGNER = make_signer(ORIGIN, b"\x03" * 32)


class Log:
    """A founded log in memory."""

    def __init__(self) -> None:
        self.texts = Discloser()
        self.chain = EntryChain()
        self.facts = MemoryFacts(lambda index: self.chain.entries[index])
        fold_entry(self.facts, self.chain.append(build_founding()))
        fold_entry(self.facts, self.chain.append(build_description(self.texts)))

    def check(self, body: KeyRotated) -> list[Fault]:
        """Return what keeps `body` from standing next in the log; the log stays as it is."""
        chain = EntryChain()
        for entry in self.chain.entries:
            chain.append(entry.body)
        return check_entry(self.facts, load_reference(), chain.append(body))

    def rotate(self, from_size: int, **keys: Signer) -> None:
        body = build_rotation(self.texts, from_size, **keys)
        assert self.check(body) == []
        fold_entry(self.facts, self.chain.append(body))


@pytest.fixture
def log() -> Log:
    return Log()


def list_codes(faults: list[Fault]) -> list[str]:
    return [fault.code for fault in faults]


def test_a_log_has_one_key_until_it_hands_over(log: Log) -> None:
    assert [msgspec.to_builtins(key) for key in list_keys(log.facts)] == [
        {"from_size": 0, "verifier_key": FIRST}
    ]
    with pytest.raises(NotFound, match="立账记录"):
        list_keys(MemoryFacts(lambda index: log.chain.entries[index]))


def test_every_key_counts_from_the_size_that_holds_its_rotation(log: Log) -> None:
    log.rotate(3)
    log.rotate(4, old=NEXT_SIGNER, new=THIRD_SIGNER)

    third = format_verifier_key(THIRD_SIGNER.key)
    assert [(key.from_size, key.verifier_key) for key in list_keys(log.facts)] == [
        (0, FIRST),
        (3, SECOND),
        (4, third),
    ]
    assert [get_key_at(log.facts, size) for size in range(6)] == [FIRST] * 3 + [SECOND] + [third] * 2
    assert [period.verifier_key for period in build_history(log.facts)] == [FIRST, SECOND, third]


RIGHT = build_rotation(Discloser(), 3)
BY_STRANGER = build_rotation(Discloser(), 3, old=THIRD_SIGNER)
FOREIGN = (
    make_signer("mingbai/anothervillage", b"\x01" * 32),
    make_signer("mingbai/anothervillage", b"\x02" * 32),
)
LOOSE = RIGHT.old_signature[:85] + chr(ord(RIGHT.old_signature[85]) + 1) + "=="


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (msgspec.structs.replace(RIGHT, old_signature=RIGHT.new_signature), "rotation-signature"),
        (msgspec.structs.replace(RIGHT, new_signature=RIGHT.old_signature), "rotation-signature"),
        (msgspec.structs.replace(RIGHT, old_signature=BY_STRANGER.old_signature), "rotation-signature"),
        (msgspec.structs.replace(RIGHT, old_signature="A" * 86 + "=="), "rotation-signature"),
        (msgspec.structs.replace(RIGHT, old_signature=LOOSE), "base64"),
        (build_rotation(Discloser(), 3, new=SIGNER), "rotation-key"),
        (build_rotation(Discloser(), 2), "rotation-size"),
        (build_rotation(Discloser(), 4), "rotation-size"),
        (build_rotation(Discloser(), 1000), "rotation-size"),
        (BY_STRANGER, "rotation-old-key"),
        (build_rotation(Discloser(), 3, old=FOREIGN[0], new=FOREIGN[1]), "rotation-old-key"),
        (build_rotation(Discloser(), 3, new=FOREIGN[1]), "rotation-key"),
    ],
    ids=[
        "old signature by the new key",
        "new signature by the old key",
        "old signature by a stranger",
        "no signature at all",
        "a signature spelled another way",
        "both by the same key",
        "from a size before",
        "from a size after",
        "planned far ahead",
        "a key that is not in force",
        "replayed from another village",
        "a new key of another village",
    ],
)
def test_what_does_not_hand_over_is_refused_by_name(log: Log, body: KeyRotated, code: str) -> None:
    assert list_codes(log.check(body)) == [code]


def test_a_rotation_said_again_is_refused_and_so_is_a_key_that_was_used(log: Log) -> None:
    log.rotate(3)

    assert list_codes(log.check(RIGHT)) == ["rotation-size", "rotation-old-key", "rotation-key"]
    back = build_rotation(log.texts, 4, old=NEXT_SIGNER, new=SIGNER)
    assert list_codes(log.check(back)) == ["rotation-key"]


def test_what_is_wrong_is_told_whole(log: Log) -> None:
    remedy = "作废这份待审的换钥，再用 mingbai keys rotate 重新办理"

    told = [
        *map(format_fault, log.check(build_rotation(log.texts, 9, old=NEXT_SIGNER, new=SIGNER))),
        *map(format_fault, log.check(msgspec.structs.replace(RIGHT, old_signature=RIGHT.new_signature))),
    ]

    assert told == [
        f"新钥启用的总数：现为9，应为3。{remedy}。（rotation-size）",
        f"换下的公钥：现为{SECOND}，应为{FIRST}。{remedy}。（rotation-old-key）",
        f"换上的公钥：现为用过的公钥，应为没有用过的公钥。{remedy}。（rotation-key）",
        f"换钥声明：现为换钥声明上旧钥的签名不对，应为新旧两把钥匙都签过同一份声明。{remedy}。（rotation-signature）",
    ]


def test_a_rotation_needs_another_person_and_a_founded_log(log: Log) -> None:
    entry = EntryChain().append(RIGHT, checkers=())

    assert "checkers-count" in list_codes(check_entry(log.facts, load_reference(), entry))
    with pytest.raises(ValueError, match="founded"):
        fold_entry(MemoryFacts(lambda index: entry), entry)
