"""Rotation: a log's key hands over to the next, and which key counts at which size.

Both keys sign one statement, as the text of a signed note, so that whoever reads C2SP can check it:

    mingbai key rotation v1                             <- no key's name holds a space: a checkpoint never begins so
    mingbai/4ymkp2c7aw3q5xhd                            <- origin, which both keys bear as their name
    mingbai/4ymkp2c7aw3q5xhd+c02d7a9b+AQOhB7/…          <- the key that hands over
    mingbai/4ymkp2c7aw3q5xhd+61a0be85+AUm4…             <- the key that takes over
    18                                                  <- the smallest size that the new key signs

A checkpoint of a smaller size counts with the old key alone, one of this size or a larger one with the new key alone.
So whoever steals a key that has handed over cannot sign a tree that holds its own replacement, and paper signed
before stays proven. What a stolen key can still sign is another history that never rotated: against that stand heads,
witnesses and paper, as against every fork.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.errors import NotProven
from ledger.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from ledger.log.keys import VerifierKey, format_verifier_key
from ledger.log.note import NoteVerifier, open_note, parse_note_verifier

HEADER = "mingbai key rotation v1"


@dataclass(frozen=True, slots=True)
class Rotation:
    """What both keys sign.

    `from_size`  the smallest size that the new key signs, 1 or more
    `new_key`    verifier key text of the key that takes over
    `old_key`    verifier key text of the key that hands over
    `origin`     the log's, and the name of both keys
    """

    from_size: int
    new_key: str
    old_key: str
    origin: str


@dataclass(frozen=True, slots=True)
class KeyPeriod:
    """A key and the smallest size at which it counts; it counts until the next one's."""

    from_size: int
    verifier: NoteVerifier

    @property
    def verifier_key(self) -> str:
        """The key's text."""
        return format_verifier_key(self.verifier.key)


KeyHistory = Sequence[KeyPeriod]
"""All keys of a log, ascending; the first counts from size 0."""


def format_rotation(rotation: Rotation) -> str:
    """Return the text that both keys sign."""
    return f"{HEADER}\n{rotation.origin}\n{rotation.old_key}\n{rotation.new_key}\n{rotation.from_size}\n"


def verify_rotation(rotation: Rotation, old_signature: bytes, new_signature: bytes) -> None:
    """Check that two different keys of the log both signed the statement. Raises NotProven otherwise.

    Which key was in force, and at which size, is for whoever knows the log.
    """
    old, new = _parse_own_key(rotation, rotation.old_key), _parse_own_key(rotation, rotation.new_key)
    if old.key.public_key == new.key.public_key:
        raise NotProven("换钥前后是同一把公钥", code="rotation-key")
    text = format_rotation(rotation)
    for title, verifier, signature in (("旧", old, old_signature), ("新", new, new_signature)):
        try:
            verifier.verify_signature(text, signature)
        except NotProven as error:
            raise NotProven(f"换钥声明上{title}钥的签名不对", code="rotation-signature") from error


def find_verifier(history: KeyHistory, size: int) -> NoteVerifier:
    """Return the verifier of the key that counts at `size`."""
    return next(period.verifier for period in reversed(history) if period.from_size <= size)


def open_by_history(data: bytes, history: KeyHistory) -> Checkpoint:
    """Return the checkpoint in the note `data` once the key that counts at its size is proven to have signed it.

    Raises NotProven as `open_checkpoint` does; `key-retired` where a key signed that had handed over before this size,
    `key-early` where one signed that had not taken over yet.
    """
    note = open_note(data, [period.verifier for period in history])
    size = parse_checkpoint(note.text).size
    verifier = find_verifier(history, size)
    signed = {line.key_id for line in note.verified}
    if verifier.key.key_id not in signed:
        period = next(period for period in history if period.verifier.key.key_id in signed)
        raise _refuse_period(period, verifier.key, size)
    return open_checkpoint(data, verifier)


def _parse_own_key(rotation: Rotation, text: str) -> NoteVerifier:
    verifier = parse_note_verifier(text)
    if verifier.key.name != rotation.origin:
        raise NotProven(
            f"换钥声明里的公钥应属于 {rotation.origin}，实为 {verifier.key.name}", code="rotation-key"
        )
    return verifier


def _refuse_period(period: KeyPeriod, key: VerifierKey, size: int) -> NotProven:
    signed, right = period.verifier.key.key_id.hex(), key.key_id.hex()
    if period.from_size > size:
        return NotProven(
            f"检查点 {size} 条，签名的公钥 {signed} 从 {period.from_size} 条起才启用，应为 {right}",
            code="key-early",
        )
    return NotProven(f"检查点 {size} 条，签名的公钥 {signed} 这时已经换下，应为 {right}", code="key-retired")
