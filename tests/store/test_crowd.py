"""Two, eight and thirty-two writers at once, in threads and in processes, on one village and on several."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.service.found import found_village, make_origin
from tests.builders import VILLAGE
from tests.homes import VillageHome, found_home
from tests.postgres import LOGIN, Cluster
from tests.store.crowd import SHARED, verify_log, work, work_in_processes

VILLAGES = (VILLAGE, "371082101202", "371082101203", "371082101204")
ROUNDS = 6

Make = Callable[[int], VillageHome]


@pytest.fixture(params=["postgresql", "sqlite"])
def make_home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Make a home with that many villages founded, in each kind of database."""
    made: list[VillageHome] = []

    def make(villages: int) -> VillageHome:
        address = ""
        if request.param == "postgresql":
            cluster: Cluster = request.getfixturevalue("cluster")
            address = cluster.make_url(request.getfixturevalue("database"), LOGIN)
        made.append(found_home(tmp_path / "home", database=address))
        home = made[0].home
        for village in VILLAGES[1:villages]:
            home.keys.create(village, make_origin(home.entropy), home.entropy.take(32))
            found_village(home, village, home.keys.get_signer(village).origin, "2023", made[0].clerk.user)
        return made[0]

    yield make
    for village in made:
        village.home.close()


@pytest.mark.parametrize("writers", [2, 8, 32])
@pytest.mark.parametrize("villages", [1, 4])
def test_threads_lose_nothing_and_double_nothing(make_home: Make, writers: int, villages: int) -> None:
    home, chosen = make_home(villages).home, VILLAGES[:villages]

    with ThreadPoolExecutor(writers) as pool:
        # Each begins at another village, so that they meet in every order.
        jobs = [
            pool.submit(
                work, home, chosen[number % villages :] + chosen[: number % villages], f"{number}", ROUNDS
            )
            for number in range(writers)
        ]
        outcomes = [job.result() for job in jobs]

    for number, village in enumerate(chosen):
        founded = 2 if number == 0 else 1  # The first is described as well.
        verify_log(home, village, outcomes, founded + SHARED + writers * ROUNDS)


@pytest.mark.parametrize(
    "writers", [pytest.param(2, marks=pytest.mark.deep), 8, pytest.param(32, marks=pytest.mark.deep)]
)
def test_processes_lose_nothing_and_double_nothing(make_home: Make, writers: int) -> None:
    made = make_home(2)
    path = made.home.path

    outcomes = work_in_processes(path, VILLAGES[:2], writers, ROUNDS)

    for number, village in enumerate(VILLAGES[:2]):
        verify_log(made.home, village, outcomes, (2 if number == 0 else 1) + SHARED + writers * ROUNDS)
