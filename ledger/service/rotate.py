"""The change of a log's key: prepared by one person, passed by another, and what may be done with the key before.

The order survives a crash after each step, since what finishes it is what runs anyway:

1. the new key into its file or token, durably: a crash leaves a key that nothing names; preparing again takes it up
2. the draft, with the statement signed by both keys; it holds for one size of the log: whoever records in between
   makes it stale, and it is refused when passed
3. the entry, passed by another person
4. the head over it, signed by the new key: a crash before it leaves an entry without a head, which `publish_head`
   completes with the new key, whose file step 1 has kept
5. only now may the old key be destroyed, and only when somebody says so
"""

from __future__ import annotations

import base64

import msgspec

from ledger.books.village import KeyRotated
from ledger.entries import Claim, name_clerk
from ledger.errors import Fault, Refused
from ledger.log.note import parse_note
from ledger.log.rotation import Rotation, format_rotation
from ledger.ports import Ports, Signer
from ledger.service.drafts import Discloser, build_draft
from ledger.service.persons import refuse_stranger
from ledger.service.screening import refuse_texts
from ledger.state import get_day
from ledger.state.keys import get_key_at, list_keys
from ledger.vaults import Draft


class KeyStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Which keys of a log count, in the order in which they handed over.

    `needed`   from the one that signed the newest head to the one in force, which are the same but for a moment
    `retired`  handed over, to a key that has signed a head since: nothing needs them any more
    """

    needed: tuple[str, ...]
    retired: tuple[str, ...]

    @property
    def in_force(self) -> str:
        """The key that signs what is recorded next."""
        return self.needed[-1]


def prepare_rotation(ports: Ports, village: str, *, maker: str, reason: str, new_key: str) -> Draft:
    """Draft the handing over to the key `new_key`, which this home has, from the size that the log is about to have.

    Raises Refused where the maker may not, the reason may not be public, or the key was used before.
    """
    refuse_stranger(ports, village, maker)
    refuse_texts(ports, village, {"--reason": reason})
    with ports.ledger.read(village) as reader:
        keys, size = list_keys(reader.facts), reader.size
    old_key = keys[-1].verifier_key
    if new_key in {key.verifier_key for key in keys}:
        raise Refused([_build_used()])
    old, new = ports.get_signer(village, old_key), ports.get_signer(village, new_key)
    origin = old_key.partition("+")[0]
    text = format_rotation(Rotation(from_size=size + 1, new_key=new_key, old_key=old_key, origin=origin))
    texts = Discloser(ports.entropy)
    body = KeyRotated(
        from_size=size + 1,
        new_key=new_key,
        new_signature=_sign(new, text),
        old_key=old_key,
        old_signature=_sign(old, text),
        reason=texts.publish("reason", reason),
    )
    day = get_day(ports.clock.now_ms())
    claim = Claim(
        body=body,
        kind="key.rotated",
        maker=name_clerk(maker),
        occurred_on=day,
        period=day[:7],
        village=village,
    )
    draft = build_draft(ports, claim, f"换签名钥匙，从 {size + 1} 条起", batch="key.rotated", texts=texts)
    ports.vault.put_drafts(village, [draft])
    return draft


def read_standing(ports: Ports, village: str) -> KeyStanding:
    """Return which keys count; a key is retired only once a head is signed by the one that took over."""
    with ports.ledger.read(village) as reader:
        keys = list_keys(reader.facts)
        head = ports.heads.find_newest(village)
        signing = get_key_at(reader.facts, head.size) if head is not None else keys[0].verifier_key
    names = [key.verifier_key for key in keys]
    place = names.index(signing)
    return KeyStanding(needed=tuple(names[place:]), retired=tuple(names[:place]))


def _sign(signer: Signer, text: str) -> str:
    """Return the raw signature under a note of `text`, in base64."""
    return base64.b64encode(parse_note(signer.sign_note(text)).signatures[0].signature).decode()


def _build_used() -> Fault:
    return Fault(
        code="rotation-key",
        place="换上的公钥",
        found="用过的公钥",
        expected="没有用过的公钥",
        remedy="用 mingbai keys rotate 新做一把",
    )
