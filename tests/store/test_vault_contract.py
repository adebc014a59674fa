"""What every vault promises: persons, households, members, private disclosures, drafts."""

from typing import Any

import msgspec
import pytest

from ledger.canonical import digest_claim, format_claim
from ledger.entries import get_claim
from ledger.errors import NotFound, Refused
from ledger.log.commitments import digest_disclosure, make_disclosure
from ledger.vaults import Draft, Erasure, Household, Member, Person, Unsent
from tests.builders import MAKER, OTHER_VILLAGE, VILLAGE, Discloser, EntryChain, build_description, make_id
from tests.store.conftest import Store


def make_household(number: int, **changes: Any) -> Household:
    fields: dict[str, Any] = {
        "consents": frozenset({"scoring", "display"}),
        "group": 1,
        "household": make_id("h", number),
        "name": "样例甲",
        "number": f"{number:04d}",
    }
    return Household(**(fields | changes))


def make_member(number: int, **changes: Any) -> Member:
    fields: dict[str, Any] = {
        "branch": 1,
        "member": make_id("m", number),
        "name": "样例乙",
        "number": f"{number:03d}",
    }
    return Member(**(fields | changes))


def make_draft(name: str, **changes: Any) -> Draft:
    """A draft of a description with salts of its own."""
    texts = Discloser(name)
    village = changes.get("village", VILLAGE)
    claim = get_claim(EntryChain(village).append(build_description(texts)))
    fields: dict[str, Any] = {
        "batch": "0" * 64,
        "claim": format_claim(claim),
        "digest": digest_claim(claim),
        "id": f"d-{name:a>10}",
        "index": -1,
        "label": f"村情说明 {name}",
        "private": (make_disclosure(bytes(32), "subject", name), make_disclosure(bytes(32), "name", "样例")),
        "public": texts.take_public(),
        "state": "waiting",
        "village": village,
    }
    return Draft(**(fields | changes))


def test_a_person_is_found_by_pseudonym_and_village(store: Store) -> None:
    person = Person(name="样例甲", roles=frozenset({"clerk"}), user=MAKER)
    store.vault.add_person(VILLAGE, person)

    assert store.vault.find_person(VILLAGE, MAKER) == person
    assert store.vault.find_person(OTHER_VILLAGE, MAKER) is None
    assert store.vault.find_person(VILLAGE, "u-zzzzzzzzzz") is None


def test_persons_are_listed_by_pseudonym(store: Store) -> None:
    persons = [
        Person(name="样例", roles=frozenset({"supervisor"}), user=f"u-{letter * 10}") for letter in "cab"
    ]
    for person in persons:
        store.vault.add_person(VILLAGE, person)

    assert [person.user[2] for person in store.vault.list_persons(VILLAGE)] == ["a", "b", "c"]
    assert store.vault.list_persons(OTHER_VILLAGE) == []


def test_a_pseudonym_stands_for_one_person(store: Store) -> None:
    person = Person(name="样例甲", roles=frozenset({"clerk"}), user=MAKER)
    store.vault.add_person(VILLAGE, person)
    store.vault.add_person(VILLAGE, person)

    with pytest.raises(ValueError, match=MAKER):
        store.vault.add_person(VILLAGE, msgspec.structs.replace(person, name="样例乙"))

    assert store.vault.list_persons(VILLAGE) == [person]


def test_households_are_inserted_or_replaced_and_listed_by_number(store: Store) -> None:
    store.vault.put_households(VILLAGE, [make_household(3), make_household(1), make_household(2)])
    moved = make_household(2, group=5, consents=frozenset())
    store.vault.put_households(VILLAGE, [moved])
    store.vault.put_households(OTHER_VILLAGE, [make_household(2)])

    assert store.vault.list_households(VILLAGE) == [make_household(1), moved, make_household(3)]
    assert store.vault.list_households(OTHER_VILLAGE) == [make_household(2)]


def test_members_are_inserted_or_replaced_and_listed_by_branch(store: Store) -> None:
    store.vault.put_members(VILLAGE, [make_member(1, branch=2), make_member(2), make_member(3)])
    renamed = make_member(2, name="样例丁")
    store.vault.put_members(VILLAGE, [renamed])

    assert store.vault.list_members(VILLAGE) == [renamed, make_member(3), make_member(1, branch=2)]
    assert store.vault.list_members(OTHER_VILLAGE) == []


def test_more_households_than_one_chunk_are_kept(store: Store) -> None:
    households = [make_household(number) for number in range(2_345)]

    store.vault.put_households(VILLAGE, households)

    assert store.vault.list_households(VILLAGE) == households


def test_private_disclosures_are_found_by_digest_and_village(store: Store) -> None:
    texts = Discloser()
    texts.seal("样例")
    (disclosure,) = texts.take_private()
    digest = digest_disclosure(disclosure)

    store.vault.keep_private(VILLAGE, [disclosure])
    store.vault.keep_private(VILLAGE, [disclosure, disclosure])

    assert store.vault.find_private(VILLAGE, digest) == disclosure
    assert store.vault.find_private(OTHER_VILLAGE, digest) is None
    assert store.vault.find_private(VILLAGE, "A" * 43) is None
    with store.vault.read_private(VILLAGE) as find:
        assert [find(digest), find("A" * 43)] == [disclosure, None]


def make_value(name: str, subject: str) -> str:
    """A disclosure about a household."""
    return make_disclosure(name.encode().ljust(32), "subject", {"evidence": name, "household": subject})


def test_nothing_about_an_erased_household_is_found(store: Store) -> None:
    gone, other = make_household(1), make_household(2)
    store.vault.put_households(VILLAGE, [gone, other])
    texts = {item.household: make_value("照片", item.household) for item in (gone, other)}
    store.vault.keep_private(VILLAGE, list(texts.values()))

    store.vault.erase_subject(VILLAGE, gone.household)
    store.vault.erase_subject(VILLAGE, gone.household)

    assert store.vault.list_households(VILLAGE) == [other]
    assert store.vault.list_erased(VILLAGE) == {gone.household}
    assert store.vault.list_erased(OTHER_VILLAGE) == frozenset()
    with store.vault.read_private(VILLAGE) as find:
        assert [find(digest_disclosure(text)) for text in texts.values()] == [None, texts[other.household]]


def test_what_is_kept_about_one_is_listed(store: Store) -> None:
    one, other = make_id("h", 0), make_id("h", 1)
    texts = [make_value(name, subject) for name, subject in (("甲", one), ("乙", other), ("丙", one))]
    store.vault.keep_private(VILLAGE, texts)
    store.vault.keep_private(OTHER_VILLAGE, texts[:1])

    wanted = sorted((texts[0], texts[2]), key=digest_disclosure)
    assert store.vault.list_private(VILLAGE, one) == wanted
    assert store.vault.list_private(VILLAGE, make_id("h", 2)) == []
    store.vault.erase_subject(VILLAGE, one)
    assert store.vault.list_private(VILLAGE, one) == []
    assert store.vault.list_private(OTHER_VILLAGE, one) == texts[:1]


def test_what_somebody_sent_is_theirs_and_is_forgotten_alone(store: Store) -> None:
    for user in (MAKER, f"{MAKER}a"):
        store.vault.put_upload(VILLAGE, user, user.encode())

    for _again in range(2):
        store.vault.drop_upload(VILLAGE, MAKER)

    assert store.vault.find_upload(VILLAGE, MAKER) is None
    assert store.vault.find_upload(VILLAGE, f"{MAKER}a") == f"{MAKER}a".encode()


def test_that_an_erasure_is_asked_for_outlives_the_erased(store: Store) -> None:
    store.vault.put_households(VILLAGE, [make_household(1)])
    asked = Erasure(asked_at=1, asked_by=MAKER, subject=make_household(1).household, why="request")
    agreed = msgspec.structs.replace(asked, agreed_at=2, agreed_by="u-bbbbbbbbbb")
    for kept in (asked, agreed):
        store.vault.put_erasure(VILLAGE, kept)
        assert store.vault.list_erasures(VILLAGE) == [kept]
    assert store.vault.list_erasures(OTHER_VILLAGE) == []

    store.vault.erase_subject(VILLAGE, asked.subject)

    assert store.vault.list_erasures(VILLAGE) == [agreed]
    for _again in range(2):
        store.vault.drop_erasure(VILLAGE, asked.subject)
    assert store.vault.list_erasures(VILLAGE) == []


def test_an_erasure_takes_two_and_neither_is_changed_afterwards(store: Store) -> None:
    subject = make_household(1).household
    asked = Erasure(asked_at=1, asked_by=MAKER, subject=subject, why="request")
    agreed = msgspec.structs.replace(asked, agreed_at=2, agreed_by="u-bbbbbbbbbb")

    def refuses(**changes: Any) -> bool:
        try:
            store.vault.put_erasure(VILLAGE, msgspec.structs.replace(agreed, **changes))
        except Refused:
            return True
        return False

    assert refuses(agreed_by=MAKER)
    assert store.vault.list_erasures(VILLAGE) == []
    store.vault.put_erasure(VILLAGE, asked)
    assert refuses(agreed_by=MAKER)
    assert refuses(asked_by="u-cccccccccc")
    assert store.vault.list_erasures(VILLAGE) == [asked]
    store.vault.put_erasure(VILLAGE, agreed)
    store.vault.put_erasure(VILLAGE, agreed)
    assert refuses(agreed_by="u-cccccccccc")
    assert refuses(agreed_by="")
    assert store.vault.list_erasures(VILLAGE) == [agreed]
    store.vault.drop_erasure(VILLAGE, subject)
    store.vault.put_erasure(VILLAGE, msgspec.structs.replace(asked, asked_by="u-cccccccccc"))


def test_erasing_stays_within_its_village(store: Store) -> None:
    store.vault.put_households(VILLAGE, [make_household(1)])
    store.vault.put_households(OTHER_VILLAGE, [make_household(1)])

    store.vault.erase_subject(VILLAGE, make_household(1).household)

    assert store.vault.list_households(OTHER_VILLAGE) == [make_household(1)]


def test_members_and_persons_are_erased_alike(store: Store) -> None:
    person = Person(name="样例甲", roles=frozenset({"clerk"}), user=MAKER)
    store.vault.add_person(VILLAGE, person)
    store.vault.put_members(VILLAGE, [make_member(1), make_member(2)])

    store.vault.erase_subject(VILLAGE, MAKER)
    store.vault.erase_subject(VILLAGE, make_member(1).member)

    assert store.vault.find_person(VILLAGE, MAKER) is None
    assert store.vault.list_persons(VILLAGE) == []
    assert store.vault.list_members(VILLAGE) == [make_member(2)]


def test_a_draft_keeps_its_texts_of_everybody_else(store: Store) -> None:
    gone, other = (make_value(name, make_id("h", number)) for number, name in enumerate(("甲", "乙")))
    draft = make_draft("a", private=(gone, other))
    store.vault.put_drafts(VILLAGE, [draft])

    store.vault.erase_subject(VILLAGE, make_id("h", 0))

    assert store.vault.find_draft(VILLAGE, draft.id) == msgspec.structs.replace(draft, private=(other,))
    assert store.vault.list_drafts(VILLAGE, "waiting") == [msgspec.structs.replace(draft, private=(other,))]


def test_texts_of_drafts_become_what_entries_stand_for(store: Store) -> None:
    one, other = (make_draft(name, private=_make_values(name)) for name in "ab")
    store.vault.put_drafts(VILLAGE, [one, other])

    for _again in range(2):
        kept = store.vault.keep_drafted(VILLAGE, [one.id, other.id, "d-zzzzzzzzzz"])
        assert kept == {one.id: 2, other.id: 2, "d-zzzzzzzzzz": 0}
    assert store.vault.find_draft(VILLAGE, one.id) == one
    store.vault.mark_draft(VILLAGE, one.id, "recorded", 7)
    store.vault.mark_draft(VILLAGE, other.id, "discarded", -1)

    for text in (*one.private, *other.private):
        assert store.vault.find_private(VILLAGE, digest_disclosure(text)) == text
    assert set(store.vault.list_private(VILLAGE, make_id("h", 0))) == {one.private[0], other.private[0]}
    assert store.vault.keep_drafted(VILLAGE, [one.id]) == {one.id: 0}
    store.vault.erase_subject(VILLAGE, make_id("h", 0))
    assert store.vault.list_private(VILLAGE, make_id("h", 0)) == []


def _make_values(name: str) -> tuple[str, ...]:
    return tuple(make_value(name, make_id("h", number)) for number in range(2))


def test_nothing_more_is_kept_about_whom_was_erased(store: Store) -> None:
    household = make_household(1)
    store.vault.put_households(VILLAGE, [household])
    store.vault.erase_subject(VILLAGE, household.household)
    text = make_value("照片", household.household)

    for keep in (
        lambda: store.vault.put_households(VILLAGE, [household]),
        lambda: store.vault.keep_private(VILLAGE, [text]),
        lambda: store.vault.put_drafts(VILLAGE, [make_draft("a", private=(text,))]),
    ):
        with pytest.raises(Refused, match="subject-erased"):
            keep()

    assert store.vault.list_households(VILLAGE) == []
    assert store.vault.list_drafts(VILLAGE, "waiting") == []


def test_whoever_is_not_in_the_vault_cannot_be_erased(store: Store) -> None:
    with pytest.raises(NotFound, match=make_id("h", 7)):
        store.vault.erase_subject(VILLAGE, make_id("h", 7))

    assert store.vault.list_erased(VILLAGE) == frozenset()
    assert store.vault.can_read(VILLAGE)


def test_drafts_are_listed_in_the_order_in_which_they_were_put(store: Store) -> None:
    first, second, third = make_draft("c"), make_draft("a"), make_draft("b")
    other = make_draft("x", village=OTHER_VILLAGE)
    store.vault.put_drafts(VILLAGE, [first])
    store.vault.put_drafts(OTHER_VILLAGE, [other])
    store.vault.put_drafts(VILLAGE, [second])
    store.vault.put_drafts(VILLAGE, [third])

    assert store.vault.list_drafts(VILLAGE, "waiting") == [first, second, third]
    assert store.vault.list_drafts(OTHER_VILLAGE, "waiting") == [other]
    assert store.vault.list_drafts(VILLAGE, "recorded") == []
    assert store.vault.find_draft(VILLAGE, second.id) == second
    assert store.vault.find_draft(VILLAGE, "d-zzzzzzzzzz") is None


def test_a_draft_belongs_to_its_village(store: Store) -> None:
    mine, theirs = make_draft("a"), make_draft("a", village=OTHER_VILLAGE)
    store.vault.put_drafts(VILLAGE, [mine])

    with pytest.raises(ValueError, match=VILLAGE):
        store.vault.put_drafts(VILLAGE, [theirs])
    assert store.vault.find_draft(OTHER_VILLAGE, mine.id) is None
    with pytest.raises(NotFound):
        store.vault.mark_draft(OTHER_VILLAGE, mine.id, "discarded", -1)
    store.vault.put_drafts(OTHER_VILLAGE, [theirs])

    assert store.vault.find_draft(VILLAGE, mine.id) == mine
    assert store.vault.find_draft(OTHER_VILLAGE, mine.id) == theirs


def test_an_import_is_found_by_its_batch_without_what_was_given_up(store: Store) -> None:
    batch = "1" * 64
    first, second, third = (make_draft(name, batch=batch) for name in "cab")
    store.vault.put_drafts(VILLAGE, [first, make_draft("d"), second, third])
    store.vault.put_drafts(OTHER_VILLAGE, [make_draft("x", batch=batch, village=OTHER_VILLAGE)])
    store.vault.mark_draft(VILLAGE, first.id, "recorded", 3)
    store.vault.mark_draft(VILLAGE, second.id, "discarded", -1)

    found = store.vault.list_batch(VILLAGE, batch)

    assert [(draft.id, draft.state) for draft in found] == [(first.id, "recorded"), (third.id, "waiting")]
    assert store.vault.list_batch(VILLAGE, "2" * 64) == []


def test_a_known_digest_refuses_all_drafts_that_come_with_it(store: Store) -> None:
    known = make_draft("a")
    store.vault.put_drafts(VILLAGE, [known])
    again = msgspec.structs.replace(known, id="d-again")

    with pytest.raises(Refused) as caught:
        store.vault.put_drafts(VILLAGE, [make_draft("b"), again])

    assert [(fault.code, fault.place) for fault in caught.value.faults] == [("draft-known", known.label)]
    assert store.vault.list_drafts(VILLAGE, "waiting") == [known]


def test_two_drafts_of_one_digest_cannot_come_together(store: Store) -> None:
    draft = make_draft("a")

    with pytest.raises(Refused, match="draft-known"):
        store.vault.put_drafts(VILLAGE, [draft, msgspec.structs.replace(draft, id="d-again")])

    assert store.vault.list_drafts(VILLAGE, "waiting") == []


def test_a_recorded_draft_keeps_its_digest_taken_and_not_its_private_texts(store: Store) -> None:
    draft = make_draft("a")
    store.vault.put_drafts(VILLAGE, [draft])
    store.vault.mark_draft(VILLAGE, draft.id, "recorded", 7)

    assert draft.private
    assert store.vault.find_draft(VILLAGE, draft.id) == msgspec.structs.replace(
        draft, index=7, private=(), state="recorded"
    )
    with pytest.raises(Refused, match="draft-known"):
        store.vault.put_drafts(VILLAGE, [msgspec.structs.replace(draft, id="d-again")])


def test_a_discarded_draft_may_be_put_again(store: Store) -> None:
    draft = make_draft("a")
    store.vault.put_drafts(VILLAGE, [draft])
    store.vault.mark_draft(VILLAGE, draft.id, "discarded", -1)
    again = msgspec.structs.replace(draft, id="d-again")

    store.vault.put_drafts(VILLAGE, [again])

    assert store.vault.list_drafts(VILLAGE, "waiting") == [again]
    assert store.vault.list_drafts(VILLAGE, "discarded") == [
        msgspec.structs.replace(draft, private=(), state="discarded")
    ]


def test_the_log_has_the_last_word_on_a_draft(store: Store) -> None:
    draft = make_draft("a")
    store.vault.put_drafts(VILLAGE, [draft])
    store.vault.mark_draft(VILLAGE, draft.id, "discarded", -1)
    store.vault.mark_draft(VILLAGE, draft.id, "recorded", 7)
    store.vault.mark_draft(VILLAGE, draft.id, "recorded", 7)

    with pytest.raises(Refused, match="draft-recorded"):
        store.vault.mark_draft(VILLAGE, draft.id, "discarded", -1)

    assert store.vault.list_drafts(VILLAGE, "recorded") == [
        msgspec.structs.replace(draft, index=7, private=(), state="recorded")
    ]


def test_a_draft_that_is_not_there_cannot_be_marked(store: Store) -> None:
    with pytest.raises(NotFound, match="d-zzzzzzzzzz"):
        store.vault.mark_draft(VILLAGE, "d-zzzzzzzzzz", "recorded", 1)


def test_the_refusals_of_drafts_say_what_to_do(sqlite_store: Store) -> None:
    draft = make_draft("a")
    sqlite_store.vault.put_drafts(VILLAGE, [draft])

    with pytest.raises(Refused) as known:
        sqlite_store.vault.put_drafts(VILLAGE, [msgspec.structs.replace(draft, id="d-again")])
    sqlite_store.vault.mark_draft(VILLAGE, draft.id, "recorded", 7)
    with pytest.raises(Refused) as recorded:
        sqlite_store.vault.mark_draft(VILLAGE, draft.id, "discarded", -1)

    assert str(known.value) == (
        "村情说明 a：现为与草稿 d-aaaaaaaaaa（待审）内容相同，应为还没有提交过的内容。"
        "不必再次提交；确有两笔的，请改用各自的编号。（draft-known）"
    )
    assert str(recorded.value) == (
        "草稿 d-aaaaaaaaaa：现为已入账，应为待审。已入账的不能作废；有错的用红字冲销。（draft-recorded）"
    )


def put_states(store: Store, *versions: int, sheet: str = "vouchers", user: str = MAKER) -> list[bool]:
    """Keep states one after another, each of its version's digits."""
    return [
        store.vault.put_unsent(
            VILLAGE, user, sheet, Unsent(data=str(version).encode(), version=version), after=after, most=3
        )
        for after, version in zip((0, *versions), versions, strict=False)
    ]


def test_what_is_typed_is_kept_by_person_and_sheet(store: Store) -> None:
    put_states(store, 1, 2)
    put_states(store, 5, sheet="points")
    put_states(store, 9, user="u-zzzzzzzzzz")

    found = store.vault.find_unsent(VILLAGE, MAKER)

    assert {name: (state.version, state.data) for name, state in found.items()} == {
        "vouchers": (2, b"2"),
        "points": (5, b"5"),
    }
    assert [state.version for state in store.vault.list_unsent(VILLAGE, MAKER, "vouchers")] == [1, 2]
    assert store.vault.find_unsent(OTHER_VILLAGE, MAKER) == {}
    assert store.vault.list_unsent(VILLAGE, MAKER, "scores") == []


def test_of_two_windows_the_second_keeps_nothing(store: Store) -> None:
    put_states(store, 1)

    late = [
        store.vault.put_unsent(
            VILLAGE, MAKER, "vouchers", Unsent(data=b"late", version=7), after=after, most=3
        )
        for after in (0, 2, 6)
    ]

    assert late == [False, False, False]
    assert store.vault.find_unsent(VILLAGE, MAKER)["vouchers"].data == b"1"


def test_only_the_newest_states_of_a_sheet_are_kept(store: Store) -> None:
    put_states(store, 10, 200, 3000, 40000)
    kept = store.vault.list_unsent(VILLAGE, MAKER, "vouchers")
    store.vault.put_unsent(
        VILLAGE, MAKER, "vouchers", Unsent(data=b"x", version=50_000), after=40_000, instead=True, most=3
    )

    assert [state.version for state in kept] == [200, 3000, 40000]
    assert [s.version for s in store.vault.list_unsent(VILLAGE, MAKER, "vouchers")] == [200, 3000, 50000]


def test_a_sheet_is_forgotten_only_in_the_state_that_was_meant(store: Store) -> None:
    put_states(store, 1, 2)
    put_states(store, 4, sheet="points")

    assert not store.vault.drop_unsent(VILLAGE, MAKER, "vouchers", 1)
    assert store.vault.drop_unsent(VILLAGE, MAKER, "vouchers", 2)
    assert store.vault.drop_unsent(VILLAGE, MAKER, "scores", 0)
    assert list(store.vault.find_unsent(VILLAGE, MAKER)) == ["points"]


def test_what_was_sent_is_kept_once_and_forgotten(store: Store) -> None:
    for data in (b"first", b"second"):
        store.vault.put_upload(VILLAGE, MAKER, data)
    kept = store.vault.find_upload(VILLAGE, MAKER)
    store.vault.drop_upload(VILLAGE, MAKER)
    store.vault.drop_upload(VILLAGE, MAKER)

    assert (kept, store.vault.find_upload(VILLAGE, MAKER)) == (b"second", None)


def test_with_a_clerk_goes_what_they_had_typed(store: Store) -> None:
    put_states(store, 1, 2)
    store.vault.put_upload(VILLAGE, MAKER, b"sent")
    put_states(store, 3, user="u-zzzzzzzzzz")

    store.vault.erase_subject(VILLAGE, MAKER)

    assert store.vault.find_unsent(VILLAGE, MAKER) == {}
    assert store.vault.find_upload(VILLAGE, MAKER) is None
    assert "vouchers" in store.vault.find_unsent(VILLAGE, "u-zzzzzzzzzz")
    with pytest.raises(Refused):
        put_states(store, 1)


def test_a_draft_says_which_returned_one_it_puts_right(store: Store) -> None:
    first, second = make_draft("one"), make_draft("two")
    store.vault.put_drafts(VILLAGE, [first])
    store.vault.return_draft(VILLAGE, first.id, "少一张 发票")
    second = msgspec.structs.replace(second, answers=first.id, asked="少一张 发票")

    store.vault.put_drafts(VILLAGE, [second], answers=[first.id])

    assert store.vault.list_drafts(VILLAGE, "waiting") == [second]
    assert store.vault.find_draft(VILLAGE, second.id) == second
    gone = store.vault.find_draft(VILLAGE, first.id)
    assert gone is not None
    assert (gone.state, gone.private, gone.reason) == ("discarded", (), "")


def test_reasons_are_what_becomes_of_them_wherever_they_stand(store: Store) -> None:
    first, second, third = make_draft("one"), make_draft("two"), make_draft("three")
    store.vault.put_drafts(VILLAGE, [first, third])
    store.vault.return_draft(VILLAGE, first.id, "少一张 发票")
    store.vault.return_draft(VILLAGE, third.id, "样甲家的不对")
    second = msgspec.structs.replace(second, answers=first.id, asked="少一张 发票")
    store.vault.put_drafts(VILLAGE, [second], answers=[first.id])

    for _again in range(2):
        store.vault.replace_reasons(VILLAGE, lambda text: text.replace("发票", "票"))

    assert store.vault.find_draft(VILLAGE, second.id) == msgspec.structs.replace(second, asked="少一张 票")
    (returned,) = store.vault.list_drafts(VILLAGE, "returned")
    assert returned.reason == "样甲家的不对"
    store.vault.replace_reasons(VILLAGE, lambda _text: "不说了")
    (returned,) = store.vault.list_drafts(VILLAGE, "returned")
    assert (returned.reason, returned.answers) == ("不说了", "")


def test_what_is_not_returned_any_more_is_not_put_right_twice(store: Store) -> None:
    first = make_draft("one")
    store.vault.put_drafts(VILLAGE, [first])
    store.vault.return_draft(VILLAGE, first.id, "少一张发票")
    store.vault.put_drafts(VILLAGE, [make_draft("two")], answers=[first.id])

    with pytest.raises(Refused) as refused:
        store.vault.put_drafts(VILLAGE, [make_draft("three")], answers=[first.id])

    assert [fault.code for fault in refused.value.faults] == ["draft-unreturned"]
    assert [draft.id for draft in store.vault.list_drafts(VILLAGE, "waiting")] == [make_draft("two").id]


def test_the_parts_of_one_round_wait_together_and_the_same_part_once(store: Store) -> None:
    parts = [make_draft("one", slot="points/2026-10"), make_draft("two", slot="points/2026-10/part-2")]
    store.vault.put_drafts(VILLAGE, parts)

    with pytest.raises(Refused) as refused:
        store.vault.put_drafts(VILLAGE, [make_draft("six", slot="points/2026-10/part-2")])

    assert [fault.code for fault in refused.value.faults] == ["draft-slot"]
    assert store.vault.list_drafts(VILLAGE, "waiting") == parts
