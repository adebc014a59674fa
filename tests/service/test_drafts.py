"""Drafts are passed by another person, exactly as they were made, or given up."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.errors import Refused, Tampered
from ledger.service.passing import discard_drafts, pass_drafts
from ledger.service.persons import add_person, declare_kin
from ledger.service.pseudonyms import make_pseudonym
from ledger.vaults import Draft
from tests.builders import VILLAGE, build_contract, build_description, build_households, name_supervisor
from tests.fakes import SeededEntropy
from tests.homes import VillageHome


def draft(village: VillageHome, **changes: Any) -> Draft:
    return village.draft(build_description(village.texts), **changes)


def refuse(village: VillageHome, checker: str, *ids: str) -> list[str]:
    with pytest.raises(Refused) as error:
        pass_drafts(village.home, VILLAGE, ids, checker)
    return [fault.code for fault in error.value.faults]


def test_a_passed_draft_is_the_entry_its_digest_named_and_is_recorded_once(village: VillageHome) -> None:
    waiting = draft(village)

    first = village.pass_(waiting)
    again = village.pass_(waiting)

    assert first == again
    kept = village.home.vault.find_draft(VILLAGE, waiting.id)
    assert kept is not None
    assert (kept.state, kept.index) == ("recorded", first[0].index)
    with village.home.ledger.read(VILLAGE) as reader:
        assert reader.find_index(waiting.digest) == first[0].index
        assert reader.facts.read_entry(first[0].index).checkers == (name_supervisor(village.supervisor.user),)
        assert set(reader.list_texts(first[0].index)) == set(waiting.public)


def test_the_private_texts_of_a_passed_draft_are_in_the_vault(village: VillageHome) -> None:
    waiting = village.draft(build_households(village.texts, 2))

    village.pass_(waiting)

    assert all(
        village.home.vault.find_private(VILLAGE, item.sealed) in waiting.private
        for item in msgspec.json.decode(waiting.claim, type=_Claim).body.households
    )


def test_nobody_passes_an_own_draft_under_whatever_name(village: VillageHome) -> None:
    supervisor = village.supervisor.user
    assert refuse(village, supervisor, draft(village, maker=supervisor).id) == ["checker-is-maker"]
    twin = add_person(village.home, VILLAGE, "样例 甲", "secretary").user
    assert refuse(village, twin, draft(village).id) == ["checker-same-person"]


def test_nobody_passes_a_contract_of_their_own_or_of_a_relative(village: VillageHome) -> None:
    contract = village.draft(build_contract(village.texts, dues=()))
    party = add_person(village.home, VILLAGE, "样 大山", "secretary").user
    relative = add_person(village.home, VILLAGE, "样例亲属", "township").user
    declare_kin(village.home, VILLAGE, relative, party)

    with pytest.raises(Refused) as error:
        pass_drafts(village.home, VILLAGE, [contract.id], party)

    assert str(error.value).endswith(
        f"，审核人 {party}：现为与合同的对方同名，或对方是其近亲属，应为另一个人。"
        "请另一位有审核职责的人来通过；真是重名的，登记时写明区别。（checker-is-party）"
    )
    assert refuse(village, relative, contract.id) == ["checker-is-party"]
    assert village.pass_(contract)


def test_only_those_with_a_checking_role_pass(village: VillageHome) -> None:
    waiting = draft(village)

    assert refuse(village, village.clerk.user, waiting.id) == ["person-role", "checker-is-maker"]
    assert refuse(village, "u-aaaaaaaaaa", waiting.id) == ["person-role"]
    assert refuse(village, "u-aaaaaaaaaa", "d-none", waiting.id) == ["draft-unknown", "person-role"]
    assert pass_drafts(
        village.home, VILLAGE, [waiting.id], add_person(village.home, VILLAGE, "样例丙", "township").user
    )


def test_of_several_drafts_all_are_passed_or_none(village: VillageHome) -> None:
    good, future = draft(village), draft(village, occurred_on="2026-12-24")

    assert refuse(village, village.supervisor.user, good.id, future.id) == ["date-future"]
    assert village.home.vault.list_drafts(VILLAGE, "recorded")[1:] == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda item: msgspec.structs.replace(item, claim=item.claim.replace(b"2026-10-28", b"2026-10-27")),
        lambda item: msgspec.structs.replace(item, claim=item.claim[:-1]),
        lambda item: msgspec.structs.replace(item, public=item.public[1:]),
        lambda item: msgspec.structs.replace(item, public=(*item.public, "WyJ4Il0")),
        lambda item: msgspec.structs.replace(item, private=("WyJ4Il0",)),
    ],
)
def test_a_draft_altered_after_it_was_made_is_tampering(
    village: VillageHome, monkeypatch: pytest.MonkeyPatch, spoil: Any
) -> None:
    waiting = draft(village)
    monkeypatch.setattr(type(village.home.vault), "find_draft", lambda _vault, _village, _id: spoil(waiting))

    with pytest.raises(Tampered):
        pass_drafts(village.home, VILLAGE, [waiting.id], village.supervisor.user)


def test_a_draft_given_up_is_gone_and_a_recorded_one_cannot_be(village: VillageHome) -> None:
    first, second = draft(village), draft(village)
    village.pass_(first)

    with pytest.raises(Refused) as error:
        discard_drafts(village.home, VILLAGE, [first.id, second.id], village.clerk.user)
    discard_drafts(village.home, VILLAGE, [second.id], village.clerk.user)

    assert [fault.code for fault in error.value.faults] == ["draft-recorded"]
    assert "红字冲销" in error.value.faults[0].remedy
    assert village.home.vault.list_drafts(VILLAGE, "waiting") == []
    assert refuse(village, village.supervisor.user, second.id) == ["draft-unknown"]


def test_a_clerk_withdraws_the_own_draft_and_a_supervisor_returns_anybodys(village: VillageHome) -> None:
    first, second = draft(village), draft(village)
    other = add_person(village.home, VILLAGE, "样例丁", "clerk").user

    for user, code in ((other, "draft-other-maker"), ("u-aaaaaaaaaa", "person-role")):
        with pytest.raises(Refused) as error:
            discard_drafts(village.home, VILLAGE, [first.id], user)
        assert [fault.code for fault in error.value.faults] == [code]
    discard_drafts(village.home, VILLAGE, [first.id], village.clerk.user)
    discard_drafts(village.home, VILLAGE, [second.id], village.supervisor.user)

    assert village.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_the_drafts_table_keeps_nothing_private_of_what_no_longer_waits(village: VillageHome) -> None:
    recorded = village.draft(build_households(village.texts, 2))
    first = village.pass_(recorded)
    returned = village.draft(build_households(village.texts, 3))
    discard_drafts(village.home, VILLAGE, [returned.id], village.supervisor.user)

    kept = [village.home.vault.find_draft(VILLAGE, item.id) for item in (recorded, returned)]

    assert recorded.private
    assert returned.private
    assert [item.private for item in kept if item] == [(), ()]
    assert village.pass_(recorded) == first


def test_a_pseudonym_has_the_letters_of_base32_and_its_length() -> None:
    name = make_pseudonym(SeededEntropy(), "u-", 10)

    assert name.startswith("u-")
    assert len(name) == 12
    assert set(name[2:]) <= set("abcdefghijklmnopqrstuvwxyz234567")


class _Sealed(msgspec.Struct):
    sealed: str


class _Body(msgspec.Struct):
    households: list[_Sealed]


class _Claim(msgspec.Struct):
    body: _Body
