"""The way in, and that it tells nobody more than it must."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable

import msgspec
import pytest

from ledger.errors import Refused
from ledger.service.accounts import passwords
from ledger.service.accounts.manage import (
    disable_account,
    enable_account,
    reset_account,
    set_last_day,
)
from ledger.service.accounts.own import change_password, renew_recovery_codes
from ledger.service.accounts.passwords import HASHER, Busy, Hasher
from ledger.service.accounts.sessions import Origin, SignedIn
from ledger.service.accounts.sign_in import Slowed, give_factor, sign_in
from tests.desk.people import CHEAP, ELSEWHERE, HERE, PASSWORD, Door


def refuse(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return str(refused.value)


def test_a_one_time_password_is_taken_however_it_was_typed_and_must_be_changed(door: Door) -> None:
    _, once = door.make("wang")

    _, signed_in = sign_in(door.home, " ＷＡＮＧ ", once.upper().replace("-", " "), HERE)

    assert signed_in.duty == "password"


def test_a_password_of_ones_own_is_taken_as_it_is_only(door: Door) -> None:
    door.let_in("wang")

    assert "（sign-in-wrong）" in refuse(lambda: sign_in(door.home, "wang", PASSWORD + " ", HERE))
    assert sign_in(door.home, "wang", PASSWORD, HERE)[1].duty == ""


@pytest.mark.parametrize("role", ["supervisor", "secretary", "township", "auditor", None])
def test_everybody_but_a_clerk_must_set_up_a_second_factor(door: Door, role: str | None) -> None:
    _, once = door.make("li", role)
    _, signed_in = sign_in(door.home, "li", once, HERE)
    assert signed_in.duty == "password"

    token = change_password(door.home, signed_in, once, PASSWORD, PASSWORD, HERE)

    assert door.find(token).duty == "enrol"
    assert door.find(door.set_up_factor("li", token)).duty == ""


def test_with_a_second_factor_the_password_alone_gives_nothing(door: Door) -> None:
    door.let_in("li", "supervisor")

    token, signed_in = sign_in(door.home, "li", PASSWORD, HERE)

    assert signed_in.duty == "factor"
    assert door.find(token).duty == "factor"


def test_a_code_counts_once(door: Door) -> None:
    door.let_in("li", "supervisor")
    door.sign_in("li")
    _, signed_in = sign_in(door.home, "li", PASSWORD, HERE)

    assert "（code-wrong）" in refuse(lambda: give_factor(door.home, signed_in, door.read_phone("li"), HERE))


@pytest.mark.parametrize(
    ("late_ms", "is_taken"), [(0, True), (30_000, True), (60_000, False), (-30_000, True), (-60_000, False)]
)
def test_a_phones_clock_may_be_half_a_minute_off(door: Door, late_ms: int, is_taken: bool) -> None:
    door.let_in("li", "supervisor")
    door.village.clock.advance(600_000)
    _, signed_in = sign_in(door.home, "li", PASSWORD, HERE)
    code = door.read_phone("li")
    door.village.clock.advance(late_ms)

    try:
        give_factor(door.home, signed_in, code, HERE)
        taken = True
    except Refused:
        taken = False

    assert taken is is_taken


def test_each_recovery_code_counts_once_however_it_was_typed(door: Door) -> None:
    door.let_in("li", "supervisor")
    code = door.codes["li"][3]
    _, signed_in = sign_in(door.home, "li", PASSWORD, HERE)

    _, is_recovery = give_factor(door.home, signed_in, code.upper().replace("-", " "), HERE)

    assert is_recovery
    _, again = sign_in(door.home, "li", PASSWORD, HERE)
    assert "（code-wrong）" in refuse(lambda: give_factor(door.home, again, code, HERE))
    with door.home.desk.read() as desk:
        assert desk.count_recovery_codes(again.account.account) == 9
    assert door.list_events().count("recovery-used") == 1


def test_new_recovery_codes_end_the_old_ones(door: Door) -> None:
    token = door.let_in("li", "supervisor")
    renew_recovery_codes(door.home, door.find(token))
    _, signed_in = sign_in(door.home, "li", PASSWORD, HERE)

    assert "（code-wrong）" in refuse(lambda: give_factor(door.home, signed_in, door.codes["li"][0], HERE))


def test_another_accounts_recovery_code_opens_nothing(door: Door) -> None:
    door.let_in("li", "supervisor")
    door.let_in("qian", "supervisor")
    _, signed_in = sign_in(door.home, "li", PASSWORD, HERE)

    assert "（code-wrong）" in refuse(lambda: give_factor(door.home, signed_in, door.codes["qian"][0], HERE))


def test_codes_are_guessed_slower_and_slower_from_wherever(door: Door) -> None:
    door.let_in("li", "supervisor")
    _, signed_in = sign_in(door.home, "li", PASSWORD, HERE)

    tried = sum(not _is_slowed(door, signed_in, number) for number in range(300))

    assert tried <= 12


def _is_slowed(door: Door, signed_in: SignedIn, number: int) -> bool:
    try:
        give_factor(door.home, signed_in, "000000", Origin(network=f"10.0.0.{number}", device="其他"))
    except Slowed:
        return True
    except Refused:
        pass
    return False


def test_whose_account_is_disabled_or_over_learns_it_only_with_the_password(door: Door) -> None:
    door.let_in("wang")
    disable_account(door.home, "wang")

    wrong = refuse(lambda: sign_in(door.home, "wang", "falsch geraten", HERE))
    right = refuse(lambda: sign_in(door.home, "wang", PASSWORD, HERE))

    assert wrong == refuse(lambda: sign_in(door.home, "nobody", "falsch geraten", HERE))
    assert right == "账号：现为已停用，应为可用的账号。请运维员查看。（account-disabled）"
    enable_account(door.home, "wang")
    set_last_day(door.home, "wang", "2026-10-27")
    assert refuse(lambda: sign_in(door.home, "wang", PASSWORD, HERE)) == (
        "账号：现为用到 2026-10-27 为止，应为可用的账号。请运维员查看。（account-expired）"
    )


def test_an_unknown_name_is_refused_in_the_same_words_and_logged_without_it(door: Door) -> None:
    door.let_in("wang")

    unknown = refuse(lambda: sign_in(door.home, "nobody", "falsch geraten", HERE))
    known = refuse(lambda: sign_in(door.home, "wang", "falsch geraten", HERE))

    assert unknown == known
    refused = [logged.fact for logged in door.read_log() if logged.fact.event == "refused"]
    assert [(fact.account != "", fact.reason) for fact in refused] == [
        (False, "password"),
        (True, "password"),
    ]
    assert "nobody" not in str(refused)


def test_an_unknown_name_takes_as_long_as_a_wrong_password(door: Door) -> None:
    """By the size of the effect: two classes of samples that a guesser could tell apart would lie apart."""
    door.let_in("wang")
    HASHER._argon2, HASHER._dummy = Hasher(memory_kib=8_192, passes=1)._argon2, ""
    with door.home.desk.write() as desk:
        account = desk.find_by_name("wang")
        assert account is not None
        desk.put_account(msgspec.structs.replace(account, password=HASHER.hash(PASSWORD)))
    times: dict[str, list[float]] = {"wang": [], "nobody": []}

    for number in range(60):
        for name, kept in times.items():
            origin = Origin(network=f"10.1.{number}.{len(name)}", device="其他")
            door.village.clock.advance(60_000)
            begun = time.perf_counter()
            with pytest.raises(Refused):
                sign_in(door.home, name, "falsch geraten", origin)
            kept.append(time.perf_counter() - begun)

    # The median of a busy machine; an early answer would take less than half.
    known, unknown = (statistics.median(kept) for kept in times.values())
    assert 0.7 < unknown / known < 1.4


def test_a_hash_of_other_parameters_is_made_anew_at_the_next_sign_in(door: Door) -> None:
    door.let_in("wang")
    HASHER._argon2 = Hasher(memory_kib=64, passes=1)._argon2

    door.sign_in("wang")

    with door.home.desk.read() as desk:
        account = desk.find_by_name("wang")
    assert account is not None
    assert "m=64,t=1" in account.password


def test_the_real_hash_is_argon2id_of_64_mib_and_three_passes() -> None:
    encoded = Hasher().hash(PASSWORD)

    assert encoded.startswith("$argon2id$v=19$m=65536,t=3,")


def test_two_are_hashed_at_once_few_wait_and_the_others_are_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher, opened, working = Hasher(), threading.Event(), []

    class Slow:
        def hash(self, _password: str) -> str:
            working.append(1)
            opened.wait(30)
            return ""

    monkeypatch.setattr(hasher, "_argon2", Slow())
    threads = [threading.Thread(target=hasher.hash, args=("x",)) for _ in range(passwords.HASHES_WAITING + 2)]
    for thread in threads:
        thread.start()
    while hasher._waiting < len(threads):
        time.sleep(0.001)

    with pytest.raises(Busy):
        hasher.hash("x")

    assert len(working) <= passwords.HASHES_AT_ONCE
    opened.set()
    for thread in threads:
        thread.join(30)
    assert len(working) == len(threads)


def test_after_a_reset_the_old_password_factor_and_codes_open_nothing(door: Door) -> None:
    token = door.let_in("li", "supervisor")

    once = reset_account(door.home, "li")

    assert not door.is_in(token)
    assert "（sign-in-wrong）" in refuse(lambda: sign_in(door.home, "li", PASSWORD, HERE))
    _, signed_in = sign_in(door.home, "li", once, ELSEWHERE)
    assert signed_in.duty == "password"
    with door.home.desk.read() as desk:
        assert desk.count_recovery_codes(signed_in.account.account) == 0


def test_a_password_that_is_far_too_long_is_refused_without_being_hashed(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HASHER, "is_right", None)

    assert "（sign-in-wrong）" in refuse(lambda: sign_in(door.home, "wang", "x" * 10_000, HERE))
    assert "（sign-in-wrong）" in refuse(lambda: sign_in(door.home, "x" * 10_000, PASSWORD, HERE))


def test_where_the_desks_secret_was_lost_recovery_codes_still_open(door: Door) -> None:
    door.let_in("li", "supervisor")
    (door.home.path / "keys" / "desk.secret").unlink()
    door.home.get_desk_key.__self__._secret = b""
    _, signed_in = sign_in(door.home, "li", PASSWORD, HERE)

    assert "（code-wrong）" in refuse(lambda: give_factor(door.home, signed_in, door.read_phone("li"), HERE))
    assert give_factor(door.home, signed_in, door.codes["li"][0], HERE)[1]


def test_the_cheap_hash_of_these_tests_is_not_the_real_one() -> None:
    assert CHEAP.memory_cost < passwords.HASH_MEMORY_KIB
