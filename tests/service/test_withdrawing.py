"""A household withdraws what it agreed to: at once, by a clerk alone, and nothing prepared before brings it back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ledger.audit import audit_log
from ledger.books.points import CONSENT_NAMES, AgreementsSigned, Consent, ConsentsWithdrawn, PointsRound
from ledger.data import load_masks, load_reference
from ledger.errors import NotFound, Refused, format_fault
from ledger.household_proof import verify_household_proof
from ledger.service.about import describe_subject
from ledger.service.cards import describe_household, prove_household
from ledger.service.drafts import open_draft
from ledger.service.passing import pass_drafts
from ledger.service.record import Passed, record_claims
from ledger.service.sheets import build_figures
from ledger.service.withdrawing import withdraw_consents
from ledger.sources import open_home_log
from ledger.state.consents import list_consenting
from tests.builders import (
    VILLAGE,
    build_agreements,
    build_points_line,
    build_points_round,
    build_withdrawal,
    make_id,
)
from tests.homes import VillageHome, open_village

H = [make_id("h", number) for number in range(4)]


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    """Three households that agreed to be scored and shown; October's round is held, November has begun."""
    with open_village(tmp_path / "home") as opened:
        opened.record_named_points()
        opened.go_to("2026-11-02")
        yield opened


def list_now(village: VillageHome, consent: Consent) -> set[str]:
    with village.home.ledger.read(VILLAGE) as reader:
        find = partial(village.home.vault.find_private, VILLAGE)
        return set(list_consenting(reader.facts, consent, 1, reader.size, find))


def withdraw(village: VillageHome, household: str, *consents: Consent) -> int:
    return withdraw_consents(village.home, VILLAGE, household, consents, village.clerk.user).index


def read_card(village: VillageHome, household: str) -> dict[str, tuple[bool, int]]:
    with village.home.ledger.read(VILLAGE) as reader:
        card = describe_household(village.home, reader, VILLAGE, household, "2026")
        assert card.year.points == 2 or household == H[0]
        return {held.name: (held.is_given, held.at) for held in card.consents}


def build_round(village: VillageHome, *households: int) -> PointsRound:
    lines = [build_points_line(village.texts, number) for number in households]
    return build_points_round(
        village.texts,
        len(households),
        lines=tuple(sorted(lines, key=lambda line: line.subject.sealed)),
        sealed_lines=(),
        sealed_points=0,
    )


def build_again(village: VillageHome, household: int, **given: bool) -> AgreementsSigned:
    value = {"display": False, "naming": False, "scoring": False} | given
    sealed = village.texts.seal({"household": make_id("h", household), **value}, "agreement")
    counts = {name: int(chosen) for name, chosen in value.items()}
    return build_agreements(village.texts, 0, agreements=(sealed,), **counts)


def build_other(village: VillageHome) -> Passed:
    """What the clerk's other click would have recorded, of a household that is not shown any more."""
    draft = village.draft(build_withdrawal(village.texts, 1))
    village.home.vault.mark_draft(VILLAGE, draft.id, "discarded", -1)
    return Passed(checkers=(), claim=open_draft(draft), private=draft.private)


def audit(village: VillageHome) -> list[str]:
    with open_home_log(village.home, VILLAGE) as log:
        return [
            finding.code
            for finding in audit_log(log, load_reference(), now_ms=village.clock.now_ms()).findings
        ]


def tell(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [format_fault(fault) for fault in error.value.faults]


def test_a_clerk_alone_records_it_and_the_very_next_reading_hides(village: VillageHome) -> None:
    assert list_now(village, "display") == set(H[:3])

    at = withdraw(village, H[1], "display")

    with village.home.ledger.read(VILLAGE) as reader:
        entry = reader.facts.read_entry(at)
        figures = build_figures(village.home, reader, "points", "2026-11")
    assert isinstance(entry.body, ConsentsWithdrawn)
    assert (entry.checkers, entry.maker.user, entry.occurred_on) == ((), village.clerk.user, "2026-11-02")
    assert village.home.vault.list_drafts(VILLAGE, "waiting") == []
    assert list_now(village, "display") == {H[0], H[2]}
    assert read_card(village, H[1]) == {
        "scoring": (True, at - 3),
        "display": (False, at),
        "naming": (False, 0),
    }
    assert figures.agreed == 3
    about = describe_subject(village.home, VILLAGE, H[1], load_masks().find_view(["clerk"]))
    assert [line.said for line in about.consents] == [
        f"2026-10-28 起，按细则第 1 版（第 {at - 3} 条）",
        f"2026-11-02 撤回（第 {at} 条）",
        "没有同意",
    ]
    assert ("撤回同意", "同意公示") in [(line.title, line.said) for line in about.lines]


def test_whoever_withdraws_all_is_counted_no_more_and_keeps_what_was_earned(village: VillageHome) -> None:
    before = read_card(village, H[1])
    assert before["scoring"][0]

    at = withdraw(village, H[1], *CONSENT_NAMES)

    with village.home.ledger.read(VILLAGE) as reader:
        assert build_figures(village.home, reader, "points", "2026-11").agreed == 2
        proof = prove_household(village.home, reader, VILLAGE, H[1], "2026")
    assert read_card(village, H[1]) == {"scoring": (False, at), "display": (False, at), "naming": (False, 0)}
    proven = verify_household_proof(proof)
    assert at in proven.indexes
    assert [item.withdrawal.withdrawn for item in proven.year.withdrawals] == [tuple(sorted(CONSENT_NAMES))]
    assert proven.year.points == 2


def test_a_round_prepared_before_is_refused_when_it_is_passed_after(village: VillageHome) -> None:
    draft = village.draft(build_round(village, 0, 1), period="2026-11", occurred_on="2026-11-02")
    withdraw(village, H[1], "scoring")

    with pytest.raises(Refused) as refused:
        pass_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user)
    (said,) = tell(refused)
    assert "积分明示行第 " in said
    assert said.endswith(
        "现为该户没有同意积分，应为已签积分契约并同意积分的农户。先签契约，或删去这一行。（award-consent）"
    )
    village.home.vault.mark_draft(VILLAGE, draft.id, "discarded", -1)
    village.record(build_round(village, 0, 2), period="2026-11", occurred_on="2026-11-02")


def test_an_agreement_handed_in_before_does_not_bring_it_back(village: VillageHome) -> None:
    waiting = village.draft(build_again(village, 1, naming=True), period="2026-11", occurred_on="2026-11-02")
    village.clock.advance(1_000)
    withdraw(village, H[1], "scoring")

    with pytest.raises(Refused) as refused:
        village.pass_(waiting)
    said = "现为有一户在交审以后撤回过同意，应为撤回以后重新签的契约。"
    how = "去掉这一户再交审；这一户愿意再同意的，请重新签，写新的签约日期。（consent-outdated）"
    assert tell(refused) == [f"待审记录 {waiting.id}（agreements.signed）：{said}{how}"]
    village.clock.advance(1_000)
    with pytest.raises(Refused) as refused:
        village.record(build_again(village, 1, scoring=True), period="2026-10", occurred_on="2026-10-30")
    assert [fault.code for fault in refused.value.faults] == ["consent-outdated"]
    with pytest.raises(Refused) as refused:
        village.record(build_again(village, 0, scoring=True), period="2026-11", occurred_on="2026-11-02")
    assert [fault.code for fault in refused.value.faults] == ["consent-again"]

    village.record(build_again(village, 1, scoring=True), period="2026-11", occurred_on="2026-11-02")
    assert list_now(village, "scoring") == set(H[:3])
    assert list_now(village, "display") == {H[0], H[2]}


def test_nothing_is_withdrawn_that_is_not_in_force_nor_by_a_stranger(village: VillageHome) -> None:
    withdraw(village, H[1], "display")
    for consents, said in ((("display",), "同意公示"), (("naming",), "同意署名"), ((), "哪一项")):
        with pytest.raises(Refused) as refused:
            withdraw_consents(village.home, VILLAGE, H[1], consents, village.clerk.user)
        where = f"撤回同意：现为这一户的{said}现在没有在起作用，应为签过的、还没有撤回的。"
        how = "不用撤回；没有签约、已经撤回的，本来就不算同意。（withdrawal-nothing）"
        assert tell(refused) == [where + how]
    with pytest.raises(NotFound):
        withdraw(village, H[3], "display")
    with pytest.raises(Refused) as refused:
        withdraw_consents(village.home, VILLAGE, H[0], ("display",), village.supervisor.user)
    assert [fault.code for fault in refused.value.faults] == ["person-role"]
    # Two clerks who are told of it at one instant: the log's own count would let the second pass.
    with pytest.raises(Refused) as refused:
        record_claims(village.home, VILLAGE, [build_other(village)])
    assert [fault.code for fault in refused.value.faults] == ["private-withdrawal"]


def test_the_audit_accuses_a_round_scored_for_whoever_had_withdrawn(
    village: VillageHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert audit(village) == []
    withdraw(village, H[1], "scoring")
    # A program that does not look: what the log's counts cannot show, the home's vault does.
    monkeypatch.setattr("ledger.service.record.check_consenting", lambda *_: [])
    village.record(build_round(village, 0, 1), period="2026-11", occurred_on="2026-11-02")

    assert audit(village) == ["award-consent"]
