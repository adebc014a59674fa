"""What is redeemed is held against the balance as it stands where it is recorded, not only where it was looked at."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from ledger.books.points import PointsRound
from ledger.books.shops import Goods, PointsRedeemed, RedeemedLine
from ledger.errors import Refused
from ledger.service.rewards import list_balances
from ledger.service.withdrawing import withdraw_consents
from ledger.state.facts import read_body
from ledger.state.private import AwardSubject, open_private
from ledger.state.redeeming import check_redemptions_privately
from ledger.state.rulebooks import get_points_month
from tests.builders import VILLAGE, build_points_reversal, build_resolution
from tests.homes import VillageHome, open_village
from tests.rewards import build_shop


def find_private(village: VillageHome, digest: str) -> str | None:
    return village.home.vault.find_private(VILLAGE, digest)


def test_what_is_taken_back_with_it_is_not_redeemed(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        village.record_points()
        village.record(build_resolution(village.texts))
        soap = Goods(code="SP001", cost_fen=50, name=village.texts.publish("肥皂"), points=1, stock=9)
        village.record(msgspec.structs.replace(build_shop(village.texts), goods=(soap,)))
        with village.home.ledger.read(VILLAGE) as reader:
            before = reader.size
            (at,) = get_points_month(reader.facts, "2026-10").rounds
            line = read_body(reader.facts, at, PointsRound).lines[-1]  # The first was taken back.
        subject = open_private(
            lambda digest: find_private(village, digest), line.subject.sealed, AwardSubject
        )
        assert subject is not None
        value = {"day": "2026-10-28", "household": subject.household, "receipt": "DH-2026-0001"}
        sealed = village.texts.seal(value, "subject")
        taken = RedeemedLine(cost_fen=50, goods="SP001", points=1, quantity=1, subject=sealed)
        redeeming = village.draft(PointsRedeemed(lines=(taken,), version=1))
        back = village.draft(build_points_reversal(village.texts, line, reverses=at))

        with pytest.raises(Refused) as error:
            village.pass_(back, redeeming)

        assert [fault.code for fault in error.value.faults] == ["redeemed-balance"]
        village.pass_(redeeming, back)  # What was spent already is not asked back.
        with village.home.ledger.read(VILLAGE) as reader:
            assert reader.size == before + 2
            assert (
                check_redemptions_privately(reader.facts, lambda digest: find_private(village, digest)) == []
            )


def test_whoever_withdrew_redeems_what_was_earned_before(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        village.record_named_points()
        village.record(build_resolution(village.texts))
        soap = Goods(code="SP001", cost_fen=50, name=village.texts.publish("肥皂"), points=1, stock=9)
        village.record(msgspec.structs.replace(build_shop(village.texts), goods=(soap,)))
        balances, _ = list_balances(village.home, VILLAGE, 0, 9)
        has_left, has_none = (
            next(one.household.household for one in balances if (one.balance.left > 0) is wanted)
            for wanted in (True, False)
        )
        for household in (has_left, has_none):
            withdraw_consents(village.home, VILLAGE, household, ("scoring",), village.clerk.user)

        after, _ = list_balances(village.home, VILLAGE, 0, 9)
        assert has_left in [one.household.household for one in after]
        assert has_none not in [one.household.household for one in after]
        value = {"day": "2026-10-28", "household": has_left, "receipt": "DH-2026-0001"}
        sealed = village.texts.seal(value, "subject")
        taken = RedeemedLine(cost_fen=50, goods="SP001", points=1, quantity=1, subject=sealed)
        village.record(PointsRedeemed(lines=(taken,), version=1))
        with village.home.ledger.read(VILLAGE) as reader:
            found = check_redemptions_privately(reader.facts, lambda digest: find_private(village, digest))
        assert found == []
