"""A key hands over in a real home: prepared by one, passed by another, completed after a crash the same way."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import NotFound, NotProven, Refused
from ledger.keys import KeySigner
from ledger.log.checkpoint import open_checkpoint
from ledger.log.note import parse_note_verifier
from ledger.log.rotation import open_by_history
from ledger.service.publish import publish_head
from ledger.service.rotate import prepare_rotation, read_standing
from ledger.service.standing import list_standings
from ledger.state.keys import build_history, list_keys
from ledger.vaults import Draft
from tests.builders import VILLAGE
from tests.homes import VillageHome


def make_key(village: VillageHome, seed: bytes = b"\x05" * 32) -> KeySigner:
    origin = village.home.keys.list_signers(VILLAGE)[0].origin
    return village.home.keys.add(VILLAGE, origin, seed)


def prepare(village: VillageHome, new: KeySigner) -> Draft:
    return prepare_rotation(
        village.home, VILLAGE, maker=village.clerk.user, reason="换了电脑", new_key=new.verifier_key
    )


def rotate(village: VillageHome, seed: bytes = b"\x05" * 32) -> KeySigner:
    new = make_key(village, seed)
    village.pass_(prepare(village, new))
    return new


def read_keys(village: VillageHome) -> list[tuple[int, str]]:
    with village.home.ledger.read(VILLAGE) as reader:
        return [(key.from_size, key.verifier_key) for key in list_keys(reader.facts)]


def test_the_new_key_signs_every_head_that_holds_the_rotation_and_no_other(village: VillageHome) -> None:
    old = village.home.keys.get_signer(VILLAGE)

    new = rotate(village)
    village.open_books()

    assert read_keys(village) == [(0, old.verifier_key), (3, new.verifier_key)]
    for head in village.home.heads.iterate(VILLAGE):
        right, wrong = (old, new) if head.size < 3 else (new, old)
        assert open_checkpoint(head.note, parse_note_verifier(right.verifier_key)).size == head.size
        with pytest.raises(NotProven):
            open_checkpoint(head.note, parse_note_verifier(wrong.verifier_key))
    with village.home.ledger.read(VILLAGE) as reader:
        history = build_history(reader.facts)
    assert [open_by_history(head.note, history).size for head in village.home.heads.iterate(VILLAGE)] == [
        1,
        2,
        3,
        4,
    ]


def test_a_key_hands_over_again_and_again(village: VillageHome) -> None:
    keys = [village.home.keys.get_signer(VILLAGE), rotate(village), rotate(village, b"\x06" * 32)]

    assert [key for _, key in read_keys(village)] == [signer.verifier_key for signer in keys]
    with pytest.raises(Refused) as error:
        prepare(village, keys[0])
    assert str(error.value) == (
        "换上的公钥：现为用过的公钥，应为没有用过的公钥。用 mingbai keys rotate 新做一把。（rotation-key）"
    )


def test_what_is_recorded_in_between_makes_a_rotation_stale(village: VillageHome) -> None:
    draft = prepare(village, make_key(village))
    village.open_books()

    with pytest.raises(Refused) as error:
        village.pass_(draft)

    assert [fault.code for fault in error.value.faults] == ["rotation-size"]
    village.pass_(prepare(village, village.home.keys.list_signers(VILLAGE)[1]))


def test_the_one_who_prepares_does_not_pass_and_the_reason_is_screened(village: VillageHome) -> None:
    new = make_key(village)
    with pytest.raises(Refused) as error:
        prepare_rotation(
            village.home, VILLAGE, maker=village.supervisor.user, reason="换了电脑", new_key=new.verifier_key
        )
    assert [fault.code for fault in error.value.faults] == ["person-role"]
    with pytest.raises(Refused) as error:
        prepare_rotation(
            village.home,
            VILLAGE,
            maker=village.clerk.user,
            reason="电话13800001234",
            new_key=new.verifier_key,
        )
    assert [fault.place for fault in error.value.faults] == ["--reason"]


def test_a_crash_between_entry_and_head_is_completed_with_the_new_key(
    village: VillageHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = village.home.keys.get_signer(VILLAGE), make_key(village)
    draft = prepare(village, new)

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ledger.service.record.publish_head", crash)
    with pytest.raises(KeyboardInterrupt):
        village.pass_(draft)
    monkeypatch.undo()

    standing = read_standing(village.home, VILLAGE)
    assert (standing.needed, standing.retired) == ((old.verifier_key, new.verifier_key), ())
    assert [item.fault for item in list_standings(village.home)] == [None]  # What every start does.
    head = publish_head(village.home, VILLAGE)
    assert open_checkpoint(head.note, parse_note_verifier(new.verifier_key)).size == 3
    standing = read_standing(village.home, VILLAGE)
    assert (standing.needed, standing.retired, standing.in_force) == (
        (new.verifier_key,),
        (old.verifier_key,),
        new.verifier_key,
    )
    assert village.pass_(draft)[0].index == 2


def test_a_retired_key_may_be_destroyed_and_old_heads_stay_proven(village: VillageHome) -> None:
    old = village.home.keys.get_signer(VILLAGE)
    rotate(village)

    for key in read_standing(village.home, VILLAGE).retired:
        village.home.keys.destroy(VILLAGE, key)
    village.open_books()

    first = village.home.heads.find_at(VILLAGE, 1)
    assert first is not None
    assert open_checkpoint(first.note, parse_note_verifier(old.verifier_key)).size == 1
    with pytest.raises(NotFound):
        village.home.get_signer(VILLAGE, old.verifier_key)


def test_without_the_key_that_takes_over_nothing_is_recorded(village: VillageHome) -> None:
    new = make_key(village)
    draft = prepare(village, new)
    Path(new.path).unlink()

    with pytest.raises(NotFound, match="签名私钥"):
        village.pass_(draft)

    with village.home.ledger.read(VILLAGE) as reader:
        assert reader.size == 2


def test_a_locked_key_refuses_before_anything_is_committed(village: VillageHome) -> None:
    key = village.home.keys.get_signer(VILLAGE).verifier_key
    village.home.keys.protect(VILLAGE, key, "石榴河的水往东流")

    with pytest.raises(Refused) as error:
        village.open_books()

    assert [fault.code for fault in error.value.faults] == ["key-locked"]
    with village.home.ledger.read(VILLAGE) as reader:
        assert reader.size == 2
