"""What people are told of names, passwords, codes and accounts, whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.cli import root
from ledger.errors import Refused
from ledger.service.accounts.manage import create_account, give_seat, reset_account, set_last_day
from ledger.service.accounts.names import check_sign_in
from ledger.service.accounts.own import change_password, confirm_factor
from ledger.service.accounts.passwords import check_password
from ledger.service.accounts.sign_in import give_factor, sign_in
from tests.builders import VILLAGE
from tests.desk.people import HERE, PASSWORD, Door, open_door

SENTENCE = "换一个：想一句自己的话，用拼音连着写。"
NEW = "hebian liushu faya sanyue"


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with open_door(tmp_path / "home", monkeypatch) as opened:
        yield opened


def refuse(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()
    return str(refused.value).splitlines()


@pytest.mark.parametrize(
    ("password", "line"),
    [
        ("short", f"新密码：现为5 个字，应为10 到 128 个字。{SENTENCE}（password-length）"),
        ("shiliuhe.wang", f"新密码：现为就是登录名，应为和登录名不同。{SENTENCE}（password-is-name）"),
        ("aaaaaaaaaa", f"新密码：现为同一个字重复，应为几个不同的字。{SENTENCE}（password-repeated）"),
        ("a123456789", f"新密码：现为很多人都用的，应为别人想不到的。{SENTENCE}（password-common）"),
    ],
)
def test_a_weak_password_is_told_whole(password: str, line: str) -> None:
    def check() -> None:
        raise Refused(check_password(password, "shiliuhe.wang"))

    assert refuse(check) == [line]


@pytest.mark.parametrize(
    ("name", "found"), [("a b", "a b"), ("", "没有写"), ("a" * 33, "33 个字")], ids=["blank", "none", "long"]
)
def test_a_sign_in_name_that_cannot_be_one_is_told_whole(name: str, found: str) -> None:
    def check() -> None:
        raise Refused(check_sign_in(name))

    assert refuse(check) == [
        f"登录名：现为{found}，应为2 到 32 个字：汉字、字母、数字，中间可以有 . - _ @。换一个登录名。（sign-in-form）"
    ]


def test_a_sign_in_that_fails_is_told_whole(door: Door) -> None:
    assert refuse(lambda: sign_in(door.home, "nobody", "x", HERE)) == [
        "登录名或密码：现为对不上，应为登记的登录名和它的密码。再输一次，注意大小写；忘了密码，请运维员重设。（sign-in-wrong）"
    ]


def test_a_wrong_code_is_told_whole(door: Door) -> None:
    token = door.let_in("li", "supervisor")
    _, half = sign_in(door.home, "li", PASSWORD, HERE)
    remedy = "等下一个数字出来再输；总不对，核对手机的时间。（code-wrong）"

    assert refuse(lambda: give_factor(door.home, half, "1", HERE)) == [
        f"动态码：现为不对，或已经用过，应为验证器上现在显示的 6 位数字，或一个没用过的恢复码。{remedy}"
    ]
    assert refuse(lambda: confirm_factor(door.home, door.find(token), "1")) == [
        f"动态码：现为不对，或已经用过，应为验证器上现在显示的 6 位数字。{remedy}"
    ]


def test_what_is_wrong_with_a_change_of_the_password_is_told_at_once(door: Door) -> None:
    signed_in = door.find(door.let_in("wang"))

    assert refuse(lambda: change_password(door.home, signed_in, "short", "short", "other", HERE)) == [
        f"新密码：现为5 个字，应为10 到 128 个字。{SENTENCE}（password-length）",
        "再输一次新密码：现为两遍不同，应为两遍相同。重新输入，两遍都输同样的。（password-differs）",
        "新密码：现为和原来的一样，应为和原来的不同。换一个新的。（password-same）",
    ]
    assert refuse(lambda: change_password(door.home, signed_in, "falsch", NEW, NEW, HERE)) == [
        "现在的密码：现为对不上，应为登录时用的密码。再输一次，注意大小写。（password-old）"
    ]


def test_what_is_wrong_with_a_new_account_is_told_at_once(door: Door) -> None:
    door.let_in("wang")
    with door.home.desk.read() as desk:
        account = desk.find_by_name("wang")
        assert account is not None
        (seat,) = desk.list_seats(account.account)

    told = refuse(
        lambda: create_account(door.home, "WANG", seat=(VILLAGE, seat.person), expires_on="2026-02-30")
    )

    assert told == [
        "用到哪天：现为2026-02-30，应为年-月-日，如 2026-12-31。写日历上有的一天。（account-last-day）",
        "登录名：现为已经有人用，应为还没有人用的登录名。换一个，如在后面加村名的拼音。（sign-in-taken）",
        (
            f"人员 {seat.person}：现为已有账号，应为一个人一个账号，一个账号在一个村一个身份。"
            "忘了密码的，用 mingbai users reset 重设。（seat-taken）"
        ),
    ]


def test_a_seat_that_cannot_be_given_is_told_whole(door: Door) -> None:
    door.let_in("wang")
    door.make("chen", None)
    person = door.register("丁").user

    assert refuse(lambda: give_seat(door.home, "chen", VILLAGE, person)) == [
        (
            "登录名 chen：现为运维员的账号，应为在村里办事的人的账号。"
            "运维员不在村里办事：另建一个账号。（account-operator）"
        )
    ]
    assert refuse(lambda: give_seat(door.home, "wang", VILLAGE, person)) == [
        (
            f"人员 {person}：现为这个账号在本村已有身份，应为一个人一个账号，一个账号在一个村一个身份。"
            "忘了密码的，用 mingbai users reset 重设。（seat-taken）"
        )
    ]


@pytest.mark.parametrize("day", ["2026-02-30", "morgen", "2026-1-1", "20261101", "２０２６-11-01"])
def test_a_day_that_is_none_is_told_whole(door: Door, day: str) -> None:
    door.make("wang")

    assert refuse(lambda: set_last_day(door.home, "wang", day)) == [
        f"用到哪天：现为{day}，应为年-月-日，如 2026-12-31。写日历上有的一天。（account-last-day）"
    ]


def test_an_account_that_there_is_not_is_told_whole(door: Door) -> None:
    assert refuse(lambda: reset_account(door.home, "Nobody")) == [
        "登录名 nobody：现为没有这个账号，应为已有的登录名。用 mingbai users accounts 查看。（account-unknown）"
    ]


def test_commands_that_name_nobody_or_no_day_are_told_whole(door: Door) -> None:
    home = str(door.home.path)
    account = ("users", "account", "--home", home, "--user", "u-zzzzzzzzzz", "--sign-in", "wu")

    unknown = CliRunner().invoke(root, account).exception
    since = CliRunner().invoke(root, ("desklog", "--home", home, "--since", "昨天")).exception

    assert str(unknown) == (
        "人员 u-zzzzzzzzzz：现为本村没有此人，应为本村登记过的人。"
        "用 mingbai users list 查看，或用 mingbai users add 登记。（account-person）"
    )
    assert (
        str(since) == "--since：现为昨天，应为年-月-日，如 2026-12-31。写日历上有的一天。（desk-log-since）"
    )


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+DESK+", "PRIVATE+KEY+DESK+AAAA\n", "x" * 60, "é"])
def test_a_desk_secret_that_is_none_is_told_whole(door: Door, text: str) -> None:
    path = door.home.path / "keys" / "desk.secret"
    path.write_text(text)

    assert refuse(door.home.get_desk_key) == [
        (
            "keys/desk.secret：现为读不成，应为程序写的那一行。"
            "从保管处取回；找不回的，删掉它再启动，每个人用恢复码登录后重设动态码。（desk-secret）"
        )
    ]
