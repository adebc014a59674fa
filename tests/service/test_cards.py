"""A household's card: what opens it, what it shows, and the file that it carries away, held against `mingbai audit`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.errors import NotFound
from ledger.household_proof import verify_household_proof
from ledger.service.cards import (
    CARD_CHARS,
    describe_household,
    make_card,
    open_card,
    prove_household,
    revoke_card,
)
from ledger.vaults import Household
from tests.builders import (
    OTHER_VILLAGE,
    VILLAGE,
    build_agreements,
    build_households,
    build_rule,
    build_rulebook,
    make_id,
)
from tests.homes import VillageHome, open_village

H = [make_id("h", number) for number in range(4)]


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    """October's round: three households with a line each, of which one was taken back; the first has a deduction."""
    with open_village(tmp_path_factory.mktemp("cards") / "home") as opened:
        opened.record_named_points()
        yield opened


def test_a_card_opens_its_own_household_however_its_code_is_written(village: VillageHome) -> None:
    code = make_card(village.home, VILLAGE, H[0], village.clerk.user)

    assert len(code) == CARD_CHARS
    grouped = " ".join(code[at : at + 4] for at in range(0, CARD_CHARS, 4))
    for typed in (code, code.lower(), grouped, f" {grouped.replace(' ', '-')} ", code.replace("O", "0")):
        assert open_card(village.home, VILLAGE, typed) == H[0]
    for wrong in ("", code[:-1], code + "A", ("A" if code[0] != "A" else "B") + code[1:]):
        assert open_card(village.home, VILLAGE, wrong) is None
    assert open_card(village.home, OTHER_VILLAGE, code) is None


def test_a_new_card_takes_the_place_of_the_old_and_what_is_revoked_opens_nothing(
    village: VillageHome,
) -> None:
    first, other = (make_card(village.home, VILLAGE, one, village.clerk.user) for one in H[:2])
    second = make_card(village.home, VILLAGE, H[0], village.clerk.user)

    assert open_card(village.home, VILLAGE, first) is None
    assert open_card(village.home, VILLAGE, second) == H[0]
    for _again in range(2):
        revoke_card(village.home, VILLAGE, H[0])
    assert open_card(village.home, VILLAGE, second) is None
    assert open_card(village.home, VILLAGE, other) == H[1]
    with pytest.raises(NotFound):
        make_card(village.home, VILLAGE, make_id("h", 9), village.clerk.user)


def test_a_card_shows_each_line_with_its_rule_and_what_was_taken_back(village: VillageHome) -> None:
    with village.home.ledger.read(VILLAGE) as reader:
        cards = [describe_household(village.home, reader, VILLAGE, one, "") for one in H[:3]]

    assert [card.number for card in cards] == ["000", "001", "002"]
    assert {card.years for card in cards} == {("2026",)}
    lines = [line for card in cards for line in card.lines]
    assert sorted(line.points for line in lines) == [-2, 2, 2, 2]
    (back,) = (line for line in lines if line.reversed_at)
    assert back.why != ""
    assert sum(card.year.points for card in cards) == 2 + 2 - 2
    deduction = next(line for line in cards[0].lines if line.points == -2)
    assert (deduction.rule, deduction.evidence, deduction.is_sealed) == ("D01", "照片", True)
    assert all(card.year.registered_at and len(card.year.agreements) == 1 for card in cards)


def test_a_deduction_is_shown_line_by_line_for_three_months(village: VillageHome) -> None:
    start = village.clock.now_ms()
    shown = []
    for day in ("2027-01-31", "2027-02-01"):
        village.go_to(day)
        with village.home.ledger.read(VILLAGE) as reader:
            card = describe_household(village.home, reader, VILLAGE, H[0], "2026")
        shown.append(
            ([line.points for line in card.lines if line.points < 0], card.hidden, card.hidden_points)
        )
        assert (
            card.year.points == sum(line.points for line in card.lines if not line.reversed_at) + shown[-1][2]
        )
    village.clock.advance(start - village.clock.now_ms())

    assert shown == [([-2], 0, 0), ([], 1, -2)]


def test_before_the_first_round_the_proof_has_what_was_agreed_to(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        village.record(build_rulebook(village.texts, rules=(build_rule(village.texts),)))
        village.record(build_households(village.texts, 2))
        village.record(build_agreements(village.texts, 2))
        only = Household(consents=frozenset({"scoring"}), group=1, household=H[0], name="样例", number="001")
        village.home.vault.put_households(VILLAGE, [only])
        with village.home.ledger.read(VILLAGE) as reader:
            shown = describe_household(village.home, reader, VILLAGE, H[0], "").year
            proof = prove_household(village.home, reader, VILLAGE, H[0], shown.year)

    assert (shown.year, shown.lines, len(shown.agreements)) == ("2026", (), 1)
    assert verify_household_proof(proof).year == shown


def test_whoever_was_erased_has_no_card(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        known = Household(consents=frozenset(), group=1, household=H[0], name="样例", number="0001")
        village.home.vault.put_households(VILLAGE, [known])
        code = make_card(village.home, VILLAGE, H[0], village.clerk.user)
        village.home.vault.erase_subject(VILLAGE, H[0])

        assert open_card(village.home, VILLAGE, code) is None
        with pytest.raises(NotFound):
            make_card(village.home, VILLAGE, H[0], village.clerk.user)
        with pytest.raises(NotFound):
            revoke_card(village.home, VILLAGE, H[0])
