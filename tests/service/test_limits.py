"""A village's limits, drafted by a clerk and passed like everything else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.errors import Refused
from ledger.service.limits import prepare_limits, read_limits
from ledger.service.showing import show_drafts
from ledger.state.limits import find_limits
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        yield opened


def test_limits_are_in_force_when_another_person_passed_them(village: VillageHome) -> None:
    draft = prepare_limits(
        village.home,
        VILLAGE,
        maker=village.clerk.user,
        second_fen=500_000,
        third_fen=0,
        resolution="村民代表会议通过",
    )
    (shown,) = show_drafts(village.home, VILLAGE, (draft.id,))
    (receipt,) = village.pass_(draft)

    assert shown.lines == (
        "审核限额第 1 版：第二人 5,000.00 元起，第三人 不设",
        "　怎样通过：村民代表会议通过",
    )
    with village.home.ledger.read(VILLAGE) as reader:
        limits = find_limits(reader.facts)
    assert limits is not None
    assert (limits.index, limits.second_fen, limits.third_fen) == (receipt.index, 500_000, 0)


def test_limits_that_could_not_be_recorded_are_no_draft(village: VillageHome) -> None:
    with pytest.raises(Refused, match="limits-order"):
        prepare_limits(
            village.home,
            VILLAGE,
            maker=village.clerk.user,
            second_fen=500_000,
            third_fen=100,
            resolution="村民代表会议通过",
        )

    assert village.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_limits_are_typed_in_yuan() -> None:
    with pytest.raises(Refused) as error:
        read_limits("五千", "-1")

    assert str(error.value).splitlines() == [
        "--second：现为五千，应为以元为单位的金额，不小于零，如 5000。改正金额；不设限额的不写。（limits-amount）",
        "--third：现为-1，应为以元为单位的金额，不小于零，如 5000。改正金额；不设限额的不写。（limits-amount）",
    ]
    assert read_limits("5000", "20,000.50", "30000") == (500_000, 2_000_050, 3_000_000)
