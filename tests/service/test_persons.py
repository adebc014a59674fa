"""People get only the duties that they may hold, beside what their relatives hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.errors import Refused
from ledger.service.persons import add_person, declare_kin, name_duties, set_duties, set_household
from tests.builders import VILLAGE, make_id
from tests.homes import VillageHome, open_village


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        yield opened


def refuse(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return str(error.value).splitlines()


def test_nobody_is_entered_with_duties_that_exclude_one_another(village: VillageHome) -> None:
    with pytest.raises(Refused) as error:
        add_person(village.home, VILLAGE, " ", "clerk", "supervisor", household="h-none")

    assert [line.rpartition("（")[2] for line in refuse(error)] == [
        "person-unnamed）",
        "person-household）",
        "duties-apart）",
    ]
    assert len(village.home.vault.list_persons(VILLAGE)) == 2


def test_a_duty_is_not_granted_against_the_law(village: VillageHome) -> None:
    user = village.supervisor.user

    with pytest.raises(Refused, match="第三十七条"):
        set_duties(village.home, VILLAGE, user, roles={"supervisor"}, offices={"committee"})

    assert village.home.vault.find_person(VILLAGE, user) == village.supervisor


def test_a_relatives_duty_counts_from_when_it_is_declared(village: VillageHome) -> None:
    other = add_person(village.home, VILLAGE, "样例丙").user
    declare_kin(village.home, VILLAGE, village.supervisor.user, other)

    with pytest.raises(Refused, match="与近亲属分别任"):
        set_duties(village.home, VILLAGE, other, roles=(), offices={"committee"})

    changed = set_duties(village.home, VILLAGE, other, roles=(), offices={"archivist"})
    assert name_duties(changed.duties) == "会计档案保管员"


def test_kinship_against_the_law_is_told_when_it_is_declared(village: VillageHome) -> None:
    with pytest.raises(Refused, match="duties-apart"):
        declare_kin(village.home, VILLAGE, village.clerk.user, village.supervisor.user)
    with pytest.raises(Refused) as error:
        declare_kin(village.home, VILLAGE, village.clerk.user, village.clerk.user)

    assert refuse(error) == [
        f"人员 {village.clerk.user}：现为两个代号相同，应为两个人。写另一个人的代号。（kin-same）"
    ]
    assert village.home.vault.find_person(VILLAGE, village.clerk.user) == village.clerk


def test_a_person_belongs_to_a_household_that_there_is(village: VillageHome) -> None:
    with pytest.raises(Refused) as error:
        set_household(village.home, VILLAGE, village.clerk.user, make_id("h", 1))

    assert refuse(error) == [
        (
            f"--household：现为{make_id('h', 1)}，应为本村登记过的一户。"
            "写这一户的代号，h- 开头；不是本村的户就不写。（person-household）"
        )
    ]


def test_a_person_without_duties_can_do_nothing_more(village: VillageHome) -> None:
    set_duties(village.home, VILLAGE, village.clerk.user, roles=(), offices=())

    with pytest.raises(Refused, match="没有职责"):
        village.record_october()
