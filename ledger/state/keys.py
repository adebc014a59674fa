"""The keys of a log as its entries add them up: which counts at which size, and when one may hand over.

`list_keys` is what a reader without the log needs, a phone that checks a printed code, say: of the keys in the list,
the last whose `from_size` is not above a checkpoint's size is the one that must have signed it.
"""

from __future__ import annotations

import msgspec

from ledger.books.values import Value
from ledger.books.village import KeyRotated
from ledger.entries import Entry
from ledger.errors import Fault, NotFound, NotProven
from ledger.log.hashing import parse_base64
from ledger.log.note import parse_note_verifier
from ledger.log.rotation import KeyHistory, KeyPeriod, Rotation, verify_rotation
from ledger.state.facts import Facts, KeyFacts, VillageFacts, get_fact, put_fact, scan_facts


class KeyInForce(Value, frozen=True):
    """A key and the smallest size of a checkpoint that it signs; it does so until the next one's."""

    from_size: int
    verifier_key: str


def list_keys(facts: Facts) -> tuple[KeyInForce, ...]:
    """Return every key of the log, ascending, the first from size 0. NotFound where the log is not founded."""
    village = get_fact(facts, "village", VillageFacts)
    if village is None:
        raise NotFound("立账记录")
    rotations = [fact for _, fact in scan_facts(facts, "key/", KeyFacts)]
    first = rotations[0].old_key if rotations else village.verifier_key
    return (
        KeyInForce(from_size=0, verifier_key=first),
        *(KeyInForce(from_size=fact.index + 1, verifier_key=fact.new_key) for fact in rotations),
    )


def get_key_at(facts: Facts, size: int) -> str:
    """Return the verifier key that signs the checkpoint of `size`."""
    return [key.verifier_key for key in list_keys(facts) if key.from_size <= size][-1]


def build_history(facts: Facts) -> KeyHistory:
    """Return the same list as verifiers."""
    return [
        KeyPeriod(from_size=key.from_size, verifier=parse_note_verifier(key.verifier_key))
        for key in list_keys(facts)
    ]


def build_rotation(body: KeyRotated, origin: str) -> Rotation:
    """Return the statement that an entry of this body says both keys signed."""
    return Rotation(from_size=body.from_size, new_key=body.new_key, old_key=body.old_key, origin=origin)


def verify_rotated(body: KeyRotated, origin: str) -> None:
    """Check the two signatures in a rotation's body. Raises NotProven otherwise."""
    old_signature, new_signature = parse_base64(body.old_signature), parse_base64(body.new_signature)
    verify_rotation(build_rotation(body, origin), old_signature, new_signature)


def check_rotation(facts: Facts, village: VillageFacts, entry: Entry, body: KeyRotated) -> list[Fault]:
    """The key in force hands over to one never used, at this very entry, and both signed so."""
    used = {key.verifier_key for key in list_keys(facts)}
    claims = (
        ("rotation-size", "新钥启用的总数", str(body.from_size), str(entry.index + 1)),
        ("rotation-old-key", "换下的公钥", body.old_key, village.verifier_key),
        ("rotation-key", "换上的公钥", "用过的公钥" if body.new_key in used else "", ""),
    )
    faults = [
        _build_fault(code, place, found, expected or "没有用过的公钥")
        for code, place, found, expected in claims
        if found != expected
    ]
    if faults:
        return faults
    try:
        verify_rotated(body, village.origin)
    except NotProven as error:
        return [_build_fault(error.code, "换钥声明", error.reason, "新旧两把钥匙都签过同一份声明")]
    return []


def fold_rotation(facts: Facts, entry: Entry, body: KeyRotated) -> None:
    """Apply a rotation: from the next size on its new key counts."""
    village = get_fact(facts, "village", VillageFacts)
    if village is None:
        raise ValueError("a rotation needs a founded log")
    put_fact(facts, "village", msgspec.structs.replace(village, verifier_key=body.new_key))
    fact = KeyFacts(index=entry.index, new_key=body.new_key, old_key=body.old_key)
    put_fact(facts, f"key/{entry.index:012d}", fact)


def _build_fault(code: str, place: str, found: str, expected: str) -> Fault:
    return Fault(
        code=code,
        place=place,
        found=found,
        expected=expected,
        remedy="作废这份待审的换钥，再用 mingbai keys rotate 重新办理",
    )
