"""Who must pass a draft before it is an entry, and what becomes of one that is sent back or forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger.books.points import PointsRound
from ledger.books.roles import Role
from ledger.errors import Refused, format_fault
from ledger.limits import DAY_MS
from ledger.log.commitments import digest_disclosure
from ledger.service.belonging import list_draft_subjects
from ledger.service.passing import (
    EXPIRES_DAYS,
    expire_drafts,
    pass_drafts,
    return_drafts,
    tell_held,
)
from ledger.service.persons import add_person, declare_kin
from ledger.state.private import find_subject
from ledger.vaults import Approval, Draft, Household
from tests.builders import (
    VILLAGE,
    build_agreements,
    build_description,
    build_households,
    build_limits,
    build_points_reversal,
    build_points_round,
    build_postings,
    build_rulebook,
    build_voucher,
    make_id,
)
from tests.homes import VillageHome, open_village


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        opened.open_books()
        yield opened


def hire(village: VillageHome, name: str, role: Role, household: str = "") -> str:
    if household:
        village.home.vault.put_households(
            VILLAGE, [Household(consents=frozenset(), group=1, household=household, name=name, number="0001")]
        )
    return add_person(village.home, VILLAGE, name, role, household=household).user


def draft_voucher(village: VillageHome, number: int, amount_fen: int = 100) -> Draft:
    body = build_voucher(
        village.texts,
        chart="2023",
        number=f"2026-10-{number:03d}",
        postings=build_postings(amount_fen, debit="513"),
    )
    return village.draft(body)


def pass_(village: VillageHome, checker: str, *drafts: Draft) -> list[int | None]:
    receipts = pass_drafts(village.home, VILLAGE, [draft.id for draft in drafts], checker)
    return [None if receipt is None else receipt.index for receipt in receipts]


def refuse(village: VillageHome, checker: str, *drafts: Draft, **words: Any) -> list[str]:
    with pytest.raises(Refused) as error:
        pass_drafts(village.home, VILLAGE, [draft.id for draft in drafts], checker, **words)
    return [format_fault(fault) for fault in error.value.faults]


def read_checkers(village: VillageHome, index: int) -> list[tuple[str, str]]:
    with village.home.ledger.read(VILLAGE) as reader:
        return [(actor.role, actor.user) for actor in reader.facts.read_entry(index).checkers]


def test_above_a_limit_a_draft_waits_until_the_second_person_passed_it_too(village: VillageHome) -> None:
    village.record(build_limits(village.texts))
    secretary = hire(village, "样例书记", "secretary")
    draft = draft_voucher(village, 1, 500_000)

    assert pass_(village, village.supervisor.user, draft) == [None]
    assert tell_held(village.home, VILLAGE, draft.id) == "还要 村书记 审核"
    (index,) = pass_(village, secretary, draft)

    assert index is not None
    assert sorted(read_checkers(village, index)) == [
        ("secretary", secretary),
        ("supervisor", village.supervisor.user),
    ]


def test_a_second_supervisor_does_not_stand_for_the_secretary(village: VillageHome) -> None:
    village.record(build_limits(village.texts))
    other = hire(village, "样例监二", "supervisor")
    draft = draft_voucher(village, 1, 500_000)

    assert pass_(village, village.supervisor.user, draft) == [None]
    assert pass_(village, other, draft) == [None]


def test_a_voucher_after_one_that_waits_is_held_and_recorded_with_it(village: VillageHome) -> None:
    village.record(build_limits(village.texts))
    secretary = hire(village, "样例书记", "secretary")
    large, small = draft_voucher(village, 1, 500_000), draft_voucher(village, 2)

    assert pass_(village, village.supervisor.user, large, small) == [None, None]
    assert tell_held(village.home, VILLAGE, small.id) == "前面编号的凭证还没审完"
    pass_(village, secretary, large)

    assert village.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_whoever_belongs_to_the_household_cannot_alone_pass_what_it_gets(village: VillageHome) -> None:
    household = make_id("h", 1)
    own = hire(village, "样例自家", "supervisor", household)
    village.record(build_rulebook(village.texts))
    village.record(build_households(village.texts, 2))
    village.record(build_agreements(village.texts, 2))
    draft = village.draft(build_points_round(village.texts))

    assert pass_(village, own, draft) == [None]
    assert (
        tell_held(village.home, VILLAGE, draft.id)
        == "还要 1 位与所涉农户无关的监督委员或村书记或乡镇记账员 审核"
    )
    assert pass_(village, village.supervisor.user, draft) != [None]


def draft_round(village: VillageHome) -> Draft:
    village.record(build_rulebook(village.texts))
    village.record(build_households(village.texts, 2))
    village.record(build_agreements(village.texts, 2))
    return village.draft(build_points_round(village.texts))


def test_whoever_belongs_to_the_household_cannot_alone_pass_what_it_loses(village: VillageHome) -> None:
    recorded = draft_round(village)
    (receipt,) = village.pass_(recorded)
    with village.home.ledger.read(VILLAGE) as reader:
        body = reader.facts.read_entry(receipt.index).body
    assert isinstance(body, PointsRound)
    whose = {line.subject.sealed: open_draft_subject(recorded, line.subject.sealed) for line in body.lines}
    line = next(line for line in body.lines if whose[line.subject.sealed] == make_id("h", 1))
    own = hire(village, "样例自家", "supervisor", make_id("h", 1))
    reversal = village.draft(build_points_reversal(village.texts, line, reverses=receipt.index))
    assert reversal.private == ()

    assert list_draft_subjects(village.home, reversal) == {make_id("h", 1)}
    assert pass_(village, own, reversal) == [None]
    assert "与所涉农户无关" in tell_held(village.home, VILLAGE, reversal.id)
    assert pass_(village, village.supervisor.user, reversal) != [None]


def open_draft_subject(draft: Draft, digest: str) -> str | None:
    return next(find_subject(text) for text in draft.private if digest_disclosure(text) == digest)


def test_texts_that_a_draft_lost_meanwhile_are_kept_all_the_same(
    village: VillageHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given up by another process between being read and being recorded, or put down as drafts once were."""
    village.record(build_rulebook(village.texts))
    body = build_households(village.texts)
    draft = village.draft(body)
    monkeypatch.setattr(village.home.vault, "keep_drafted", lambda *_: {draft.id: len(draft.private) - 1})

    (receipt,) = pass_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user)

    assert receipt is not None
    assert body.households
    for sealed in body.households:
        assert village.home.vault.find_private(VILLAGE, sealed.sealed) in draft.private


def test_whose_near_relative_lives_there_counts_as_one_who_does(village: VillageHome) -> None:
    lives_there = hire(village, "样例住户", "clerk", make_id("h", 1))
    relative = hire(village, "样例亲属", "secretary")
    declare_kin(village.home, VILLAGE, lives_there, relative)
    draft = draft_round(village)

    assert pass_(village, relative, draft) == [None]
    assert "与所涉农户无关" in tell_held(village.home, VILLAGE, draft.id)
    assert pass_(village, village.supervisor.user, draft) != [None]


def test_a_makers_relative_in_the_household_asks_for_two_others(village: VillageHome) -> None:
    lives_there = hire(village, "样例住户", "secretary", make_id("h", 1))
    declare_kin(village.home, VILLAGE, lives_there, village.clerk.user)
    draft = draft_round(village)

    assert pass_(village, village.supervisor.user, draft) == [None]
    assert pass_(village, hire(village, "样例监二", "supervisor"), draft) != [None]


def test_nobody_passes_what_a_near_relative_prepared(village: VillageHome) -> None:
    relative = hire(village, "样例亲属", "secretary")
    declare_kin(village.home, VILLAGE, village.clerk.user, relative)
    draft = draft_voucher(village, 1)

    assert refuse(village, relative, draft) == [
        (
            f"待审记录 {draft.id}（voucher.recorded），审核人 {relative}：现为交审的人是其近亲属，应为另一个人。"
            "请另一位有审核职责、不是近亲属的人来通过，或由另一位村文书交审。（checker-is-kin）"
        )
    ]
    assert pass_(village, village.supervisor.user, draft) != [None]


def test_what_was_shown_is_what_is_passed(village: VillageHome) -> None:
    draft = draft_voucher(village, 1)

    assert refuse(village, village.supervisor.user, draft, shown={draft.id: "0" * 64}) == [
        (
            f"待审记录 {draft.id}（voucher.recorded）：现为与看过的不一样，应为看过以后没有改动。"
            "重新打开这一条看过再审核。（draft-changed）"
        )
    ]
    assert pass_drafts(
        village.home, VILLAGE, [draft.id], village.supervisor.user, shown={draft.id: draft.digest}
    )


def test_the_database_itself_takes_no_approval_by_the_maker(village: VillageHome) -> None:
    draft = draft_voucher(village, 1)
    approval = Approval(approved_at=1, checker=village.clerk.user, digest=draft.digest, role="supervisor")

    for wrong in (
        approval,
        msgspec.structs.replace(approval, checker=village.supervisor.user, digest="0" * 64),
    ):
        with pytest.raises(Refused) as error:
            village.home.vault.keep_approvals(VILLAGE, {draft.id: wrong})

    assert str(error.value) == (
        "审核：现为自己交审的，或刚被改动、撤回的，应为别人交审、还在待审、看过以后没有改动的。"
        "重新打开这一条看过再审核。（approval-refused）"
    )


def test_a_refused_entry_leaves_no_approval_behind(village: VillageHome) -> None:
    draft = draft_voucher(village, 2)  # Number 1 is missing.

    assert "voucher-number-gap" in refuse(village, village.supervisor.user, draft)[0]

    found = village.home.vault.find_draft(VILLAGE, draft.id)
    assert found is not None
    assert found.approvals == ()


def test_a_returned_draft_keeps_its_texts_and_goes_when_it_was_put_right(village: VillageHome) -> None:
    draft = draft_voucher(village, 1)

    return_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user, " 发票日期不对 ")
    (returned,) = village.home.vault.list_drafts(VILLAGE, "returned")
    again = msgspec.structs.replace(draft, id="d-bbbbbbbbbb")
    village.home.vault.put_drafts(VILLAGE, [again], answers=[draft.id])

    assert (returned.reason, returned.public) == ("发票日期不对", draft.public)
    assert refuse(village, village.supervisor.user, draft) == [
        (
            f"待审记录 {draft.id}：现为没有，或已作废、过期，应为本村待审的一条。"
            "重新打开待审的记录；用命令的，mingbai drafts 列出来。（draft-unknown）"
        )
    ]
    assert pass_(village, village.supervisor.user, again) != [None]


def test_a_draft_is_returned_with_a_reason_or_not_at_all(village: VillageHome) -> None:
    draft = draft_voucher(village, 1)

    with pytest.raises(Refused) as error:
        return_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user, "  ")
    return_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user, "少一张发票")

    assert str(error.value) == (
        "退回的原因：现为0 个字，应为1 至 200 个字。写明哪里要改，村文书才知道怎么改。（return-reason）"
    )
    assert refuse(village, village.supervisor.user, draft) == [
        (
            f"待审记录 {draft.id}（voucher.recorded）：现为已退回，应为待审。"
            "等村文书改好，重新交审。（draft-returned）"
        )
    ]


def test_what_others_passed_is_void_when_a_draft_comes_back(village: VillageHome) -> None:
    village.record(build_limits(village.texts))
    secretary = hire(village, "样例书记", "secretary")
    draft = draft_voucher(village, 1, 500_000)
    pass_(village, village.supervisor.user, draft)

    return_drafts(village.home, VILLAGE, [draft.id], secretary, "少一张发票")

    (returned,) = village.home.vault.list_drafts(VILLAGE, "returned")
    assert returned.approvals == ()


def test_a_number_waits_once(village: VillageHome) -> None:
    first = draft_voucher(village, 1)

    with pytest.raises(Refused) as error:
        draft_voucher(village, 1, 200)

    assert str(error.value) == (
        f"voucher.recorded：现为voucher.recorded（{first.id}）还在待审，应为只有一条待审。"
        "先撤回那一条再交审，或等它审完。（draft-slot）"
    )


def test_a_draft_that_nobody_passed_for_a_month_counts_no_more(village: VillageHome) -> None:
    draft = draft_voucher(village, 1)
    village.clock.advance(EXPIRES_DAYS * DAY_MS + 1)

    assert refuse(village, village.supervisor.user, draft) == [
        (
            f"待审记录 {draft.id}（voucher.recorded）：现为交审已超过 30 天，应为30 天以内交审的。"
            "请村文书重新交审。（draft-expired）"
        )
    ]
    assert [item.id for item in expire_drafts(village.home, VILLAGE)] == [draft.id]
    assert [item.id for item in village.home.vault.list_drafts(VILLAGE, "expired")] == [draft.id]


def test_passing_again_gives_the_first_receipt(village: VillageHome) -> None:
    draft = village.draft(build_description(village.texts))

    first = pass_(village, village.supervisor.user, draft)

    assert pass_(village, village.supervisor.user, draft) == first
