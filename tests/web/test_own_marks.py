"""A round of score cards is passed by somebody who is on none of them: at the desk, by the command and in the service.

Members are known by name alone: whoever bears a member's name, or whose declared relative or head of the household
does, counts as that member.
"""

from __future__ import annotations

import msgspec
import pytest
from click.testing import CliRunner
from litestar.testing import TestClient

from ledger.books.roles import Role
from ledger.books.scores import ScoreCard
from ledger.cli import root
from ledger.service.passing import pass_drafts, tell_held
from ledger.service.persons import add_person, declare_kin, set_household
from ledger.vaults import Draft, Household, Member
from tests.builders import VILLAGE, build_branch, build_score_round, make_id
from tests.desk.people import Door
from tests.web.desk import enter, vouch

DRAFTS = "/desk/drafts"
M = make_id("m", 0)


@pytest.fixture
def draft(door: Door) -> Draft:
    """A round that waits, of a branch whose one member is 样例supervisor."""
    village = door.village
    name_member(door, "样例supervisor")
    return village.draft(build_score_round(village.texts), period="2026-11", occurred_on="2026-11-11")


def name_member(door: Door, name: str) -> None:
    door.home.vault.put_members(VILLAGE, [Member(branch=1, member=M, name=name, number="0101")])


def pass_at_desk(door: Door, client: TestClient, role: Role, draft: Draft) -> str:
    browser = enter(door, client, role)
    answer = browser.post(DRAFTS, {"drafts": vouch(door, browser, draft)})
    return answer.headers["location"]


def find_state(door: Door, draft: Draft) -> str:
    found = door.home.vault.find_draft(VILLAGE, draft.id)
    assert found is not None
    return found.state


def test_at_the_desk_a_member_alone_does_not_pass_their_own_card(
    door: Door, client: TestClient, draft: Draft
) -> None:
    door.let_in("supervisor", "supervisor")
    door.let_in("secretary", "secretary")

    assert pass_at_desk(door, client, "supervisor", draft) == f"{DRAFTS}?passed=0&held=1"
    assert find_state(door, draft) == "waiting"
    page = enter(door, client, "supervisor").get(f"{DRAFTS}/{draft.id}").text
    assert "还要 1 位与所涉党员无关的监督委员或村书记或乡镇记账员 审核" in page
    assert pass_at_desk(door, client, "secretary", draft) == f"{DRAFTS}?passed=1&held=0"
    assert find_state(door, draft) == "recorded"


def test_by_the_command_neither(door: Door, draft: Draft) -> None:
    own = door.register("supervisor", "supervisor")
    words = ["pass", draft.id, "--home", str(door.home.path), "--checker"]

    held = CliRunner().invoke(root, [*words, own.user])

    assert held.exit_code == 0, held.output
    assert "与所涉党员无关" in held.stdout
    assert find_state(door, draft) == "waiting"
    assert CliRunner().invoke(root, [*words, door.village.supervisor.user]).exit_code == 0
    assert find_state(door, draft) == "recorded"


def test_who_is_on_no_card_passes_alone(door: Door, draft: Draft) -> None:
    other = door.register("secretary", "secretary")

    (receipt,) = pass_drafts(door.home, VILLAGE, [draft.id], other.user)

    assert receipt is not None


@pytest.mark.parametrize("how", ["relative", "head", "relative's head"])
def test_whose_relative_or_head_of_the_household_is_on_a_card_is_one_of_them(
    door: Door, draft: Draft, how: str
) -> None:
    checker = door.register("监", "supervisor")
    relative = add_person(door.home, VILLAGE, "样例亲属", "secretary")
    home = Household(consents=frozenset(), group=1, household=make_id("h", 9), name="样例户主", number="0009")
    door.home.vault.put_households(VILLAGE, [home])
    if how != "head":
        declare_kin(door.home, VILLAGE, checker.user, relative.user)
    if how != "relative":
        lives_there = relative if how == "relative's head" else checker
        set_household(door.home, VILLAGE, lives_there.user, home.household)
    name_member(door, "样例 亲属" if how == "relative" else "样例户主")

    assert pass_drafts(door.home, VILLAGE, [draft.id], checker.user) == [None]
    assert "1 位与所涉党员无关" in tell_held(door.home, VILLAGE, draft.id)
    assert pass_drafts(door.home, VILLAGE, [draft.id], door.village.supervisor.user) != [None]


def test_a_clerk_who_is_on_a_card_needs_two_others(door: Door, draft: Draft) -> None:
    name_member(door, door.village.clerk.name)
    other = door.register("secretary", "secretary")

    assert pass_drafts(door.home, VILLAGE, [draft.id], door.village.supervisor.user) == [None]
    assert pass_drafts(door.home, VILLAGE, [draft.id], other.user) != [None]


def test_two_who_are_each_on_a_card_pass_it_between_them(door: Door) -> None:
    village, members = door.village, [make_id("m", number) for number in (1, 2)]
    texts = village.texts
    sealed = [texts.seal({"member": one}) for one in members]
    branch = msgspec.structs.replace(
        build_branch(texts, branch=2), members=tuple(sorted(sealed, key=lambda one: one.sealed))
    )
    village.record(branch, period="2026-11", occurred_on="2026-11-01")
    persons = [door.register(role, role) for role in ("supervisor", "secretary")]
    rows = [
        Member(branch=2, member=one, name=person.name, number=f"020{number}")
        for number, (one, person) in enumerate(zip(members, persons, strict=True))
    ]
    door.home.vault.put_members(VILLAGE, rows)
    cards = [ScoreCard(stars=1, subject=texts.seal({"member": one, "score": 60})) for one in members]
    body = build_score_round(
        texts, branch=2, cards=tuple(sorted(cards, key=lambda one: one.subject.sealed)), lines=()
    )
    draft = village.draft(body, period="2026-11", occurred_on="2026-11-11")

    assert pass_drafts(door.home, VILLAGE, [draft.id], persons[0].user) == [None]
    assert pass_drafts(door.home, VILLAGE, [draft.id], persons[1].user) != [None]
