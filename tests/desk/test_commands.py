"""Accounts at the machine itself: printed once, kept as hashes, and nothing by default."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from ledger.cli import root
from ledger.errors import Refused
from ledger.home import open_home
from ledger.service.accounts.manage import AUDITOR_DAYS, create_account
from ledger.service.accounts.sign_in import sign_in
from ledger.service.persons import add_person
from ledger.service.readings import log_reading
from ledger.vaults import Erasure, Household
from tests.builders import OTHER_VILLAGE, VILLAGE, make_id
from tests.desk.people import HERE, Door

ONCE = re.compile(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}")


@pytest.fixture
def home(door: Door, monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setenv("MINGBAI_HOME", str(door.home.path))
    return door


def run(*words: str, status: int = 0) -> Result:
    result = CliRunner().invoke(root, words)
    assert result.exit_code == status, result.output + repr(result.exception)
    return result


def test_a_new_home_has_no_account(home: Door) -> None:
    assert json.loads(run("users", "accounts", "--json").stdout) == []


def test_a_person_with_a_sign_in_name_gets_a_password_that_is_printed_once(home: Door) -> None:
    user, once = run(
        "users", "add", "--name", "样例丙", "--role", "clerk", "--sign-in", "bing"
    ).stdout.split()

    assert re.fullmatch(r"u-[a-z2-7]{10}", user)
    assert ONCE.fullmatch(once)
    assert sign_in(home.home, "bing", once, HERE)[1].duty == "password"
    assert once not in run("users", "accounts").stdout
    assert once not in run("desklog").stdout


def test_a_person_without_one_is_only_registered(home: Door) -> None:
    run("users", "add", "--name", "样例丙", "--role", "clerk")

    assert json.loads(run("users", "accounts", "--json").stdout) == []


def test_nobody_is_registered_whose_account_cannot_be_made(home: Door) -> None:
    home.make("bing")
    before = home.home.vault.list_persons(VILLAGE)

    run("users", "add", "--name", "样例丙", "--role", "clerk", "--sign-in", "BING", status=1)

    assert home.home.vault.list_persons(VILLAGE) == before


def test_an_operator_needs_a_sign_in_name_and_no_village(home: Door) -> None:
    add_person(home.home, OTHER_VILLAGE, "样例丁", "clerk")
    run("users", "add", "--role", "operator", status=2)

    assert ONCE.fullmatch(run("users", "add", "--role", "operator", "--sign-in", "chen").stdout.strip())

    (account,) = json.loads(run("users", "accounts", "--json").stdout)
    assert (account["is_operator"], account["seats"]) == (True, {})


def test_an_auditors_account_ends_after_thirty_days_where_nothing_else_is_said(home: Door) -> None:
    run("users", "add", "--name", "样例丙", "--role", "auditor", "--sign-in", "bing")
    run("users", "add", "--name", "样例丁", "--role", "auditor", "--sign-in", "ding", "--until", "2027-01-31")
    run("users", "add", "--name", "样例戊", "--role", "clerk", "--sign-in", "wu")

    accounts = {
        account["sign_in"]: account["expires_on"]
        for account in json.loads(run("users", "accounts", "--json").stdout)
    }

    assert AUDITOR_DAYS == 30
    assert accounts["ding"] == "2027-01-31"
    assert accounts["wu"] == ""
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", accounts["bing"])


def test_an_auditors_last_day_is_counted_from_the_day_it_was_made(door: Door) -> None:
    account, _ = door.make("bing", "auditor")

    assert account.expires_on == "2026-11-27"


def test_who_was_registered_before_gets_an_account_and_a_second_village(home: Door) -> None:
    user = home.register("丙").user
    once = run("users", "account", "--village", VILLAGE, "--user", user, "--sign-in", "bing").stdout.strip()
    with home.home.desk.read() as desk:
        account = desk.find_by_name("bing")
        assert account is not None
        assert [seat.person for seat in desk.list_seats(account.account)] == [user]

    assert sign_in(home.home, "bing", once, HERE)[1].roles == {"clerk"}
    run("users", "account", "--village", VILLAGE, "--user", user, "--sign-in", "BING", status=1)


def test_an_account_is_reset_disabled_enabled_and_ended(home: Door) -> None:
    home.make("bing")

    once = run("users", "reset", "Bing").stdout.strip()
    assert sign_in(home.home, "bing", once, HERE)[1].duty == "password"
    run("users", "disable", "bing")
    run("users", "expires", "bing", "--on", "2026-12-31")
    shown = run("users", "accounts").stdout
    assert "已停用，还没换一次性密码，没有动态码，用到 2026-12-31，0 处登录" in shown
    run("users", "enable", "bing")
    run("users", "expires", "bing", "--on", "never")

    (account,) = json.loads(run("users", "accounts", "--json").stdout)
    assert (account["is_disabled"], account["expires_on"]) == (False, "")
    assert "password" not in account


def test_the_log_is_printed_with_its_end_and_verified(home: Door) -> None:
    home.let_in("bing")
    printed = run("desklog")
    told = json.loads(run("desklog", "--since", "2026-10-01", "--json").stdout)

    assert "event=account-made" in printed.stdout
    assert told["broken"] == []
    assert [line["number"] for line in told["lines"]] == list(range(1, len(told["lines"]) + 1))
    assert told["end"] in printed.stderr


def test_a_broken_log_is_a_finding(home: Door) -> None:
    home.make("bing")
    engine = home.home.engines["desk"]
    guard = engine.raw_connection()
    guard.driver_connection.set_authorizer(None)
    guard.driver_connection.execute("DROP TRIGGER desk_log_update")
    guard.driver_connection.execute("UPDATE desk_log SET subject = 'u-zzzzzzzzzz' WHERE number = 2")
    guard.invalidate()

    result = run("desklog", status=1)

    assert "✗ 办事记录第 2 行：现为查找用的村或人与这一行不同" in result.stderr


def test_the_desks_secret_is_made_once_for_its_owner_alone(door: Door) -> None:
    path = door.home.path / "keys" / "desk.secret"
    assert not path.exists()

    first = door.home.get_desk_key()
    door.home.close()
    again = open_home(door.home.path)

    assert again.get_desk_key() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again.close()


def test_two_accounts_made_at_once_never_share_a_name(door: Door) -> None:
    create_account(door.home, "bing", seat=None)

    with pytest.raises(Exception, match="sign-in-taken"):
        create_account(door.home, "ＢＩＮＧ", seat=None)
    assert isinstance(door.home.path, Path)


HOUSEHOLD = Household(consents=frozenset(), group=1, household=make_id("h", 0), name="样大山", number="0217")


def test_who_read_about_a_household_is_listed_and_the_machine_is_among_them(home: Door) -> None:
    token = home.let_in("wen")
    home.home.vault.put_households(VILLAGE, [HOUSEHOLD])
    log_reading(
        home.home,
        home.find(token),
        [HOUSEHOLD.household, "h-bbbbbbbbbbbbbbbb"],
        place="households",
        purpose="duty",
    )
    run("vault", "list")

    said = run("vault", "readings", HOUSEHOLD.household)
    found = json.loads(run("vault", "readings", HOUSEHOLD.household, "--json").stdout)

    assert [(one["role"], one["purpose"], one["among"]) for one in found] == [
        ("", "machine", 0),
        ("clerk", "duty", 1),
    ]
    assert "运维员在机器上查看" in said.stdout
    assert "村文书 u-" in said.stdout
    assert "同时看了另外 1 户、人" in said.stdout
    assert "样大山" not in said.output + run("desklog").output
    assert isinstance(run("vault", "readings", "0217", status=1).exception, Refused)


def test_an_erasure_at_the_machine_is_on_record_and_what_was_agreed_at_the_desk_is_done(home: Door) -> None:
    other = msgspec.structs.replace(HOUSEHOLD, household=make_id("h", 1), number="0218")
    home.home.vault.put_households(VILLAGE, [HOUSEHOLD, other])
    agreed = Erasure(
        agreed_at=2,
        agreed_by="u-bbbbbbbbbb",
        asked_at=1,
        asked_by="u-aaaaaaaaaa",
        subject=other.household,
        why="left",
    )
    home.home.vault.put_erasure(VILLAGE, agreed)

    run("vault", "erase", "--yes", HOUSEHOLD.household)
    pending = run("vault", "erase", "--pending")

    assert "删除了 1 户、人" in pending.stderr
    assert "删除了 0 户、人" in run("vault", "erase", "--pending").stderr
    assert home.home.vault.list_households(VILLAGE) == []
    facts = [logged.fact for logged in home.read_log() if logged.fact.event == "erased"]
    assert [(fact.subject, fact.reason) for fact in facts] == [
        (HOUSEHOLD.household, "machine"),
        (other.household, "left"),
    ]
    assert run("vault", "erase", status=2).output
