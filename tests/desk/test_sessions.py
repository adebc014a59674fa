"""A session ends when it should, and a token that we did not make is nobody's."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from ledger.errors import NotFound
from ledger.service.accounts.manage import disable_account, give_seat, reset_account, set_last_day
from ledger.service.accounts.own import (
    change_password,
    end_own_session,
    prove_password,
    take_seat,
)
from ledger.service.accounts.sessions import (
    ABSOLUTE_MS,
    CLERK_IDLE_MS,
    HALF_MS,
    IDLE_MS,
    PROVED_MS,
    TOUCH_MS,
    Origin,
    end_sessions_of_person,
    find_signed_in,
    turn_over,
)
from ledger.service.accounts.sign_in import format_known, give_factor, read_known, sign_in, sign_out
from ledger.service.persons import add_person
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.desk.people import ELSEWHERE, HERE, PASSWORD, Door

OTHER_PASSWORD = "hebian liushu faya sanyue"


def test_a_token_that_we_did_not_make_opens_nothing_and_is_not_taken_over(door: Door) -> None:
    planted = base64.urlsafe_b64encode(b"\x01" * 32).decode().rstrip("=")
    door.let_in("wang")

    assert not door.is_in(planted)
    token = door.sign_in("wang")

    assert token != planted
    assert not door.is_in(planted)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "é" * 43, "x" * 100_000, "' OR 1=1 --", "\x00" * 43])
def test_what_cannot_be_a_token_is_not_even_looked_up(
    door: Door, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if token != "x" * 43:
        monkeypatch.setattr(type(door.home.desk), "read", None)

    assert find_signed_in(door.home, token) is None


def test_only_the_hash_of_a_token_is_kept(door: Door) -> None:
    token = door.let_in("wang")
    door.home.close()

    stored = b"".join(path.read_bytes() for path in door.home.path.glob("desk.db*"))

    assert token.encode() not in stored
    assert base64.urlsafe_b64decode(token + "=") not in stored
    assert PASSWORD.encode() not in stored


def test_the_second_factor_gives_a_new_token_and_ends_the_old(door: Door) -> None:
    door.let_in("li", "supervisor")
    door.village.clock.advance(60_000)
    half, signed_in = sign_in(door.home, "li", PASSWORD, HERE)

    whole, _ = give_factor(door.home, signed_in, door.read_phone("li"), HERE)

    assert half != whole
    assert not door.is_in(half)
    assert door.find(whole).session.session == signed_in.session.session


def _end_by_role(door: Door, token: str) -> None:
    with door.home.desk.write() as desk:
        end_sessions_of_person(desk, VILLAGE, door.find(token).seat.person, "roles", 1)


ENDINGS: dict[str, Callable[[Door, str], object]] = {
    "sign-out": lambda door, token: sign_out(door.home, door.find(token)),
    "disabled": lambda door, _: disable_account(door.home, "wang"),
    "reset": lambda door, _: reset_account(door.home, "wang"),
    "last day": lambda door, _: set_last_day(door.home, "wang", "2026-10-01"),
    "password": lambda door, _: change_password(
        door.home, door.find(door.sign_in("wang")), PASSWORD, OTHER_PASSWORD, OTHER_PASSWORD, HERE
    ),
    "roles": _end_by_role,
    "by its owner elsewhere": lambda door, token: end_own_session(
        door.home, door.find(door.sign_in("wang", ELSEWHERE)), door.find(token).session.session
    ),
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_a_stolen_token_ends_with(door: Door, ending: Callable[[Door, str], object]) -> None:
    door.let_in("wang")
    token = door.sign_in("wang")
    assert door.is_in(token)

    ending(door, token)

    assert not door.is_in(token)
    assert door.list_events().count("session-ended") >= 1


def test_a_role_that_changed_in_the_vault_ends_the_session_by_itself(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = door.let_in("wang")
    monkeypatch.setattr(
        "ledger.service.accounts.rights.list_roles", lambda _person: frozenset({"supervisor"})
    )

    assert not door.is_in(token)
    assert door.read_log()[-1].fact.reason == "roles"


@pytest.mark.parametrize(
    ("role", "limit_ms"), [("clerk", CLERK_IDLE_MS), ("supervisor", IDLE_MS), (None, IDLE_MS)]
)
def test_nobody_at_the_screen_for_as_long_as_this_ends_it(
    door: Door, role: str | None, limit_ms: int
) -> None:
    token = door.let_in("wang", role)

    door.village.clock.advance(limit_ms - 1)
    assert door.is_in(token)
    door.village.clock.advance(limit_ms)

    assert not door.is_in(token)
    assert door.read_log()[-1].fact.reason == "idle"


def test_half_a_day_ends_it_in_any_case(door: Door) -> None:
    token = door.let_in("wang")
    for _ in range(ABSOLUTE_MS // IDLE_MS - 1):
        door.village.clock.advance(IDLE_MS)
        assert door.is_in(token)

    door.village.clock.advance(IDLE_MS)

    assert not door.is_in(token)
    assert door.read_log()[-1].fact.reason == "absolute"


def test_between_password_and_code_ten_minutes_pass_at_most(door: Door) -> None:
    door.let_in("li", "supervisor")
    token, _ = sign_in(door.home, "li", PASSWORD, HERE)

    door.village.clock.advance(HALF_MS)

    assert not door.is_in(token)


def test_a_page_costs_a_write_once_a_minute_at_most(door: Door) -> None:
    token = door.let_in("wang")
    before = door.find(token).session.seen_at

    door.village.clock.advance(TOUCH_MS - 1)
    assert door.find(token).session.seen_at == before
    door.village.clock.advance(1)
    door.find(token)

    assert door.find(token).session.seen_at == before + TOUCH_MS


def test_after_ten_minutes_a_password_has_to_prove_who_sits_there(door: Door) -> None:
    token = door.let_in("wang")
    now_ms = door.home.clock.now_ms
    assert door.find(token).is_proved(now_ms())
    door.village.clock.advance(PROVED_MS)
    assert not door.find(token).is_proved(now_ms())

    prove_password(door.home, door.find(token), PASSWORD, HERE)

    assert door.find(token).is_proved(now_ms())


def test_a_browser_that_two_people_share_is_logged_once(door: Door) -> None:
    first = door.find(door.let_in("wang")).account.account
    second = door.find(door.let_in("li", "supervisor")).account.account
    key = door.home.get_desk_key()
    origin = Origin("10.0.0.1", "电脑", read_known(key, format_known(door.home, HERE, first)))

    door.sign_in("li", origin)
    both = Origin("10.0.0.1", "电脑", read_known(key, format_known(door.home, origin, second)))
    door.sign_in("li", both)
    door.sign_in("wang", both)

    shared = [logged.fact for logged in door.read_log() if logged.fact.event == "shared-device"]
    assert [(fact.account, fact.subject) for fact in shared] == [(second, first)]


def test_two_browsers_are_two_sessions_and_each_ends_by_itself(door: Door) -> None:
    door.let_in("wang")
    first, second = door.sign_in("wang"), door.sign_in("wang", ELSEWHERE)

    sign_out(door.home, door.find(first))

    assert not door.is_in(first)
    assert door.is_in(second)


def test_nobody_ends_the_session_of_another(door: Door) -> None:
    first, second = door.let_in("wang"), door.let_in("zhao")

    with pytest.raises(NotFound):
        end_own_session(door.home, door.find(second), door.find(first).session.session)

    assert door.is_in(first)


def test_a_session_that_was_ended_in_between_does_not_come_back(door: Door) -> None:
    signed_in = door.find(door.let_in("wang"))
    disable_account(door.home, "wang")

    with pytest.raises(NotFound), door.home.desk.write() as desk:
        turn_over(door.home, desk, signed_in.session)


def test_going_to_another_village_gives_a_new_token_and_its_roles(door: Door) -> None:
    token = door.let_in("wang")
    other = add_person(door.home, OTHER_VILLAGE, "样例甲", "supervisor")
    give_seat(door.home, "wang", OTHER_VILLAGE, other.user)
    here = min(VILLAGE, OTHER_VILLAGE)

    moved = take_seat(door.home, door.find(token), OTHER_VILLAGE)

    assert not door.is_in(token)
    assert (door.find(moved).seat.village, door.find(moved).roles) == (OTHER_VILLAGE, {"supervisor"})
    assert door.find(moved).duty == "enrol"
    assert here in {VILLAGE, OTHER_VILLAGE}


def test_nobody_goes_to_a_village_where_they_have_no_seat(door: Door) -> None:
    token = door.let_in("wang")

    with pytest.raises(NotFound):
        take_seat(door.home, door.find(token), OTHER_VILLAGE)

    assert door.find(token).seat.village == VILLAGE


def test_sessions_long_over_and_old_guesses_are_forgotten(door: Door) -> None:
    token = door.let_in("wang")
    account = door.find(token).account.account
    door.village.clock.advance(3 * ABSOLUTE_MS)

    door.sign_in("wang")

    with door.home.desk.read() as desk:
        assert len(desk.list_sessions(account)) == 1
