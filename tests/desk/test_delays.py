"""Guessing becomes slow for whoever guesses, and for nobody else."""

from __future__ import annotations

import pytest

from ledger.desk import Attempt
from ledger.errors import Refused
from ledger.service.accounts.delays import (
    MAX_WAIT_MS,
    NAME,
    NAME_MAX_WAIT_MS,
    NETWORK_BUDGET,
    NETWORK_GROWS_MS,
    PAIR,
    QUIET_MS,
    Counter,
    Limit,
    compute_wait_ms,
    count_failure,
)
from ledger.service.accounts.passwords import HASHER
from ledger.service.accounts.sessions import Origin
from ledger.service.accounts.sign_in import Slowed, format_known, read_known, sign_in
from tests.desk.people import ELSEWHERE, HERE, PASSWORD, Door


def guess(door: Door, name: str, origin: Origin) -> int:
    """Guess once; return how long the next guess has to wait, 0 where this one was tried and refused."""
    try:
        sign_in(door.home, name, "falsch geraten", origin)
    except Refused:
        return 0
    except Slowed as slowed:
        return slowed.wait_ms
    raise AssertionError("a guess was right")


@pytest.mark.parametrize(
    ("failures", "wait_ms"),
    [
        (0, 0),
        (4, 0),
        (5, 1_000),
        (6, 2_000),
        (9, 16_000),
        (14, 512_000),
        (15, MAX_WAIT_MS),
        (10_000, MAX_WAIT_MS),
    ],
)
def test_each_wrong_guess_beyond_a_few_doubles_the_wait_up_to_a_quarter_of_an_hour(
    failures: int, wait_ms: int
) -> None:
    attempt = Attempt(at=1_000, counter="pair:a", failures=failures)

    assert compute_wait_ms(attempt, PAIR, 1_000) == wait_ms


def test_a_wait_passes_and_a_day_of_quiet_forgives() -> None:
    attempt = Attempt(at=0, counter="pair:a", failures=8)

    assert compute_wait_ms(attempt, PAIR, 3_000) == 5_000
    assert compute_wait_ms(attempt, PAIR, 8_000) == 0
    assert count_failure(attempt, Counter("pair:a", PAIR), QUIET_MS).failures == 1
    assert count_failure(attempt, Counter("pair:a", PAIR), QUIET_MS - 1).failures == 9


def test_a_clock_that_is_set_back_makes_nobody_wait_longer_than_the_limit() -> None:
    attempt = Attempt(at=10**12, counter="pair:a", failures=100)

    assert compute_wait_ms(attempt, PAIR, 0) == MAX_WAIT_MS
    assert compute_wait_ms(Attempt(at=10**12, counter="n", failures=60), None, 0) == NETWORK_GROWS_MS


def test_a_networks_budget_grows_back_one_guess_a_minute() -> None:
    counter = Counter("network:a", None)
    attempt = Attempt(at=0, counter="network:a", failures=NETWORK_BUDGET)

    assert compute_wait_ms(attempt, None, 0) == NETWORK_GROWS_MS
    assert compute_wait_ms(attempt, None, NETWORK_GROWS_MS) == 0
    assert count_failure(attempt, counter, 10 * NETWORK_GROWS_MS).failures == NETWORK_BUDGET - 9


def test_of_a_thousand_guesses_from_one_network_only_a_few_are_tried(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.let_in("wang")
    tried: list[str] = []
    real = HASHER.is_right
    monkeypatch.setattr(HASHER, "is_right", lambda *given: tried.append("") or real(*given))

    for _ in range(1_000):
        guess(door, "wang", ELSEWHERE)
        door.village.clock.advance(1_000)

    assert 10 <= len(tried) <= 16


def test_the_owner_gets_in_at_once_on_a_known_device_while_a_thousand_networks_guess(door: Door) -> None:
    door.let_in("wang")
    account = door.find(door.sign_in("wang")).account.account
    cookie = format_known(door.home, HERE, account)
    known = Origin(network="203.0.113.5", device="手机", known=read_known(door.home.get_desk_key(), cookie))

    for number in range(1_000):
        guess(door, "wang", Origin(network=f"10.0.{number // 250}.{number % 250}", device="其他"))

    assert door.is_in(door.sign_in("wang", known))


def test_on_a_new_device_the_owner_waits_seconds_not_hours(door: Door) -> None:
    door.let_in("wang")
    for number in range(1_000):
        guess(door, "wang", Origin(network=f"10.0.{number // 250}.{number % 250}", device="其他"))

    with pytest.raises(Slowed) as slowed:
        sign_in(door.home, "wang", PASSWORD, ELSEWHERE)
    door.village.clock.advance(NAME_MAX_WAIT_MS)

    assert slowed.value.wait_ms <= NAME_MAX_WAIT_MS
    assert door.is_in(door.sign_in("wang", ELSEWHERE))


def test_other_people_are_untouched_also_in_the_same_network(door: Door) -> None:
    door.let_in("wang")
    door.let_in("zhao")
    for _ in range(30):
        guess(door, "wang", ELSEWHERE)

    assert guess(door, "wang", ELSEWHERE) > 0
    assert door.is_in(door.sign_in("zhao", ELSEWHERE))


def test_a_network_that_tries_every_name_runs_out_of_guesses(door: Door) -> None:
    waits = [guess(door, f"nobody{number}", ELSEWHERE) for number in range(NETWORK_BUDGET + 5)]

    assert waits[:NETWORK_BUDGET] == [0] * NETWORK_BUDGET
    assert min(waits[NETWORK_BUDGET:]) == NETWORK_GROWS_MS
    assert guess(door, "nobody", HERE) == 0


def test_who_signs_in_begins_anew_and_takes_no_guess_from_the_network(door: Door) -> None:
    door.let_in("wang")
    for _ in range(4):
        guess(door, "wang", HERE)

    door.sign_in("wang")

    assert [guess(door, "wang", HERE) for _ in range(4)] == [0] * 4


def test_a_known_device_has_its_own_limit(door: Door) -> None:
    door.let_in("wang")
    account = door.find(door.sign_in("wang")).account.account
    known = read_known(door.home.get_desk_key(), format_known(door.home, HERE, account))

    waits = [guess(door, "wang", Origin("10.0.0.1", "手机", known)) for _ in range(6)]

    assert waits == [0, 0, 0, 0, 0, 1_000]


@pytest.mark.parametrize("change", ["x", "~", "", "."])
def test_a_device_that_we_did_not_sign_is_known_to_nobody(door: Door, change: str) -> None:
    door.let_in("wang")
    account = door.find(door.sign_in("wang")).account.account
    cookie = format_known(door.home, HERE, account)
    other = cookie.replace("a-", "b-", 1)

    assert read_known(door.home.get_desk_key(), cookie) != ()
    assert read_known(door.home.get_desk_key(), other) == ()
    assert read_known(door.home.get_desk_key(), cookie[:-1] + change) == ()


def test_a_browser_is_known_to_four_accounts_at_most(door: Door) -> None:
    origin = HERE
    for number in range(6):
        cookie = format_known(door.home, origin, f"a-{number}")
        origin = Origin("10.0.0.1", "电脑", read_known(door.home.get_desk_key(), cookie))

    assert [account for account, _ in origin.known] == ["a-5", "a-4", "a-3", "a-2"]


def test_networks_are_kept_as_keyed_hashes_alone(door: Door) -> None:
    guess(door, "wang", ELSEWHERE)
    door.village.home.close()

    stored = b"".join(path.read_bytes() for path in door.home.path.glob("desk.db*"))

    assert b"198.51.100" not in stored
    assert b"wang" not in stored


def test_every_limit_is_passed_to_the_counter_it_belongs_to() -> None:
    assert isinstance(NAME, Limit)
    assert (NAME.max_wait_ms, PAIR.max_wait_ms) == (NAME_MAX_WAIT_MS, MAX_WAIT_MS)
    assert NAME.free > PAIR.free
