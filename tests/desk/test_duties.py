"""Duties given and taken: on record first, felt at once, and never one's own."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from ledger.cli import root
from ledger.errors import Refused, format_fault
from ledger.limits import DAY_MS
from ledger.service.accounts.duties import change_person, declare_relative, enter_person, find_since
from ledger.service.accounts.manage import disable_account, set_last_day
from ledger.service.accounts.once import Once, make_once
from ledger.state import get_day
from tests.builders import VILLAGE
from tests.desk.people import Door
from web.desk.person import build_changed


def list_facts(door: Door, user: str) -> list[tuple[str, str]]:
    return [(line.fact.event, line.fact.reason) for line in door.read_log() if line.fact.subject == user]


def test_nobody_changes_what_they_are_themselves(door: Door) -> None:
    who = door.find(door.let_in("zheng", "township"))
    assert who.seat is not None
    own = who.seat.person

    with pytest.raises(Refused) as error:
        change_person(door.home, who, VILLAGE, own, roles=["secretary"], offices=[], household="")

    assert str(error.value) == (
        f"人员 {own}：现为是您自己，或与您同名，应为别人的职责和亲属。"
        "请另一位村书记或乡镇记账员来办。（duties-own）"
    )
    assert list_facts(door, own) == [("seat-given", who.account.account)]


def test_what_is_refused_leaves_no_line_and_ends_nothing(door: Door) -> None:
    token = door.let_in("wang")
    seat = door.find(token).seat
    assert seat is not None
    before = len(door.read_log())

    with pytest.raises(Refused):
        change_person(
            door.home, None, VILLAGE, seat.person, roles=["clerk", "supervisor"], offices=[], household=""
        )

    assert len(door.read_log()) == before
    assert door.is_in(token)


def test_an_office_ends_no_session_and_a_role_does(door: Door) -> None:
    token = door.let_in("wang")
    seat = door.find(token).seat
    assert seat is not None

    def change(*roles: str, offices: tuple[str, ...] = ()) -> None:
        change_person(
            *(door.home, None, VILLAGE, seat.person),
            roles=roles,
            offices=offices,
            household="",
        )

    change("clerk", offices=("jury",))
    assert door.is_in(token)
    change("secretary")
    assert not door.is_in(token)


def test_the_line_stands_before_the_right_does(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash between the two databases: the line is there, the right is not, and the same again completes it."""
    person = door.register("wu")
    monkeypatch.setattr(type(door.home.vault), "replace_persons", _crash)
    with pytest.raises(OSError, match="crash"):
        change_person(door.home, None, VILLAGE, person.user, roles=["secretary"], offices=[], household="")
    monkeypatch.undo()

    assert list_facts(door, person.user) == [("granted", "secretary"), ("revoked", "clerk")]
    assert door.home.vault.find_person(VILLAGE, person.user) == person
    change_person(door.home, None, VILLAGE, person.user, roles=["secretary"], offices=[], household="")
    found = door.home.vault.find_person(VILLAGE, person.user)
    assert found is not None
    assert found.roles == {"secretary"}


def _crash(*_: object) -> None:
    raise OSError("crash")


def test_since_when_is_the_day_of_the_newest_grant(door: Door) -> None:
    person = enter_person(door.home, None, VILLAGE, "样例新", roles=["clerk"])
    door.village.clock.advance(3 * DAY_MS)
    change_person(door.home, None, VILLAGE, person.user, roles=["clerk"], offices=["archivist"], household="")
    today = get_day(door.home.clock.now_ms())

    with door.home.desk.read() as desk:
        since = find_since(desk, VILLAGE, person.user)

    assert since["archivist"] == today
    assert since["clerk"] < today


def test_a_relative_of_nobody_is_refused_and_nothing_logged(door: Door) -> None:
    person = door.register("wu")

    with pytest.raises(Refused, match="person-role"):
        declare_relative(door.home, None, VILLAGE, person.user, "u-zzzzzzzzzz")

    assert list_facts(door, person.user) == []


def test_the_last_operator_is_not_taken_away_at_the_desk(door: Door) -> None:
    who = door.find(door.let_in("chen", None))

    for act in (
        lambda: disable_account(door.home, "chen", by=who),
        lambda: set_last_day(door.home, "chen", "2027-01-01", by=who),
    ):
        with pytest.raises(Refused) as error:
            act()
        assert str(error.value) == (
            "登录名 chen：现为是最后一位运维员，应为另外还有一位能登录的运维员。"
            "先用 mingbai users add --role operator 另开一个运维员的账号。（account-last-operator）"
        )


def test_a_form_that_came_too_late_is_told_so() -> None:
    assert format_fault(build_changed()) == (
        "职责：现为这中间别人改过了，应为看过以后没有改动。下面是现在的，看过再改。（duties-changed）"
    )


def test_the_same_form_draws_the_same_and_every_other_another(door: Door) -> None:
    number, other = make_once(door.home), make_once(door.home)

    def draw(*given: str) -> bytes:
        return Once(door.home, *given).take(100)

    assert draw(number, "a", "b") == draw(number, "a", "b")
    drawn = [draw(number, "a", "b"), draw(number, "ab"), draw(number, "a", "b", ""), draw(other, "a", "b")]
    assert len(set(drawn)) == 4
    for bent in ("", "x", number.upper() + "0", number[:-1], number + "\n"):
        assert draw(bent) != draw(bent)


def test_the_commands_leave_lines_too(door: Door) -> None:
    person = door.register("wu")
    other = door.register("zhao", "secretary")
    home = ["--home", str(door.home.path), "--village", VILLAGE]
    for words in (
        ["grant", person.user, "--office", "archivist"],
        ["revoke", person.user, "--role", "clerk"],
        ["kin", person.user, other.user],
    ):
        result = CliRunner().invoke(root, ["users", words[0], *home, *words[1:]])
        assert result.exit_code == 0, result.output

    assert list_facts(door, person.user) == [
        ("granted", "archivist"),
        ("revoked", "clerk"),
        ("kin-declared", other.user),
    ]


def refuse(door: Door, name: str = "样例新", *roles: str) -> str:
    """What somebody at the machine is told who enters a person with these roles; empty where it is done."""
    try:
        enter_person(door.home, None, VILLAGE, name, roles=roles or ("clerk",))
    except Refused as error:
        return str(error)
    return ""


def test_the_machine_gives_roles_until_somebody_of_the_village_has_come_in_who_does(door: Door) -> None:
    assert refuse(door, "样例一", "auditor") == ""
    door.let_in("jian", "supervisor")  # Passes, and gives nothing.
    door.make("shu", "secretary")  # Whose one-time password nobody used yet.
    assert refuse(door, "样例二") == ""

    door.let_in("zheng", "township")

    assert refuse(door) == (
        "人员 样例新：现为由运维员给职责：村文书，应为由本村的村书记、乡镇记账员给。"
        "请他登录，在“人员”里登记、给职责；他来不了、也没有别人的，先停用他的账号。（duties-giver）"
    )
    assert "样例新" not in [one.name for one in door.home.vault.list_persons(VILLAGE)]
    disable_account(door.home, "zheng")
    assert refuse(door) == ""


def test_nobody_gets_a_second_pseudonym_from_themselves_or_at_the_machine(door: Door) -> None:
    giver = door.find(door.let_in("shu", "secretary"))

    with pytest.raises(Refused) as error:
        enter_person(door.home, giver, VILLAGE, "样例 shu", roles=["supervisor"])

    assert [(fault.code, fault.place) for fault in error.value.faults] == [("duties-own", "人员 样例 shu")]
    assert refuse(door, "样例 shu", "supervisor").endswith("（duties-giver）")


def test_the_machine_adds_no_role_to_whom_it_knows_and_still_takes_one_away(door: Door) -> None:
    person = door.register("wu")
    boss = door.find(door.let_in("shu", "secretary"))
    assert boss.seat is not None

    def change(user: str, *roles: str, offices: tuple[str, ...] = ()) -> None:
        change_person(
            *(door.home, None, VILLAGE, user),
            roles=roles,
            offices=offices,
            household="",
        )

    before = len(door.read_log())
    with pytest.raises(
        Refused, match=rf"^人员 {person.user}：现为由运维员给职责：村书记，.*（duties-giver）$"
    ):
        change(person.user, "secretary")
    assert len(door.read_log()) == before
    change(person.user, "clerk", offices=("archivist",))
    change(person.user)
    assert list_facts(door, person.user) == [
        ("granted", "archivist"),
        ("revoked", "clerk"),
        ("revoked", "archivist"),
    ]
    # Beside this one there is nobody in the village who could.
    change(boss.seat.person, "township")


def test_a_role_that_is_not_ones_own_to_take_is_told_with_who_takes_it(door: Door) -> None:
    secretary = door.find(door.let_in("shu", "secretary"))
    user = door.village.supervisor.user

    def take() -> str:
        with pytest.raises(Refused) as error:
            change_person(door.home, secretary, VILLAGE, user, roles=[], offices=[], household="")
        return str(error.value)

    said = f"人员 {user}：现为由村书记收回职责：监督委员，应为由本村的乡镇记账员收回。"
    assert take() == (
        said + "他们还没有人登录过：请运维员在机器上用 mingbai users revoke 收回。（duties-taker）"
    )
    door.let_in("zheng", "township")
    assert take() == said + "请他登录，在“人员”里收回。（duties-taker）"
    with pytest.raises(Refused) as error:
        change_person(door.home, secretary, VILLAGE, user, roles=["auditor"], offices=[], household="")
    assert str(error.value).splitlines() == [
        (
            f"人员 {user}：现为由村书记给职责：审计员，应为由本村的乡镇记账员给。"
            "请他登录，在“人员”里登记、给职责；他来不了、也没有别人的，先停用他的账号。（duties-giver）"
        ),
        said + "请他登录，在“人员”里收回。（duties-taker）",
    ]
    assert list_facts(door, user) == []


def test_a_relative_is_declared_of_nobody_whose_role_one_may_not_take(door: Door) -> None:
    secretary = door.find(door.let_in("shu", "secretary"))
    clerk, office = door.register("wu").user, enter_person(door.home, None, VILLAGE, "样例组长").user
    township = door.register("zheng", "township").user

    def refuse_kin(*, is_one: bool) -> list[str]:
        faults = set()
        for pair in ((clerk, township), (township, clerk)):
            with pytest.raises(Refused) as error:
                declare_relative(door.home, secretary, VILLAGE, *pair, is_one=is_one)
            faults.add(str(error.value))
        return sorted(faults)

    said = f"人员 {township}：现为由村书记登记或取消近亲属，应为由本村的乡镇记账员登记、取消。"
    assert refuse_kin(is_one=True) == [
        (
            said + "他们没有别人登录过：请运维员在机器上用 mingbai users kin 登记，"
            "登记错了的加 --withdraw 取消。（kin-declarer）"
        )
    ]
    other = door.find(door.let_in("qian", "township"))
    assert refuse_kin(is_one=True) == [said + "请他登录，在“人员”里登记、取消。（kin-declarer）"]
    declare_relative(door.home, other, VILLAGE, clerk, township)
    assert refuse_kin(is_one=False) == [said + "请他登录，在“人员”里登记、取消。（kin-declarer）"]
    assert list_kin(door, township) == {clerk}

    # At the machine it can always be done, and of whom one may take the roles.
    words = ["users", "kin", "--home", str(door.home.path), "--village", VILLAGE, clerk, township]
    result = CliRunner().invoke(root, [*words, "--withdraw"])
    assert result.exit_code == 0, result.output
    assert f"已取消：{clerk} 与 {township} 不是近亲属。" in result.output
    assert list_kin(door, township) == frozenset()
    declare_relative(door.home, secretary, VILLAGE, clerk, office)
    assert list_kin(door, clerk) == {office}
    assert list_facts(door, clerk) == [
        ("kin-declared", township),
        ("kin-withdrawn", township),
        ("kin-declared", office),
    ]


def list_kin(door: Door, user: str) -> frozenset[str]:
    person = door.home.vault.find_person(VILLAGE, user)
    assert person is not None
    return person.kin


def test_whoever_gives_at_the_desk_is_of_the_village(door: Door) -> None:
    operator = door.find(door.let_in("chen", None))
    giver = door.find(door.let_in("shu", "secretary"))

    with pytest.raises(Refused, match="duties-giver"):
        enter_person(door.home, operator, VILLAGE, "样例新", roles=["clerk"])
    entered = enter_person(door.home, giver, VILLAGE, "样例新", roles=["clerk"])

    assert list_facts(door, entered.user) == [("person-added", ""), ("granted", "clerk")]
    assert giver.seat is not None
    assert [line.fact.actor for line in door.read_log() if line.fact.event == "granted"] == [
        giver.seat.person
    ]
