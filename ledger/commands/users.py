"""`mingbai users`: the people who act in a village, their duties and their relatives."""

from __future__ import annotations

import rich_click as click

from ledger.books.roles import OFFICES, ROLES, Office, Role
from ledger.commands.common import (
    get_village,
    get_writable_village,
    home_option,
    json_option,
    print_json,
    print_notice,
    village_option,
)
from ledger.errors import Refused
from ledger.home import Home
from ledger.service.accounts.duties import change_person, declare_relative, enter_person
from ledger.service.accounts.manage import check_new_account, create_account
from ledger.service.persons import DUTY_NAMES, get_person, name_duties
from ledger.vaults import Person

ROLES_HELP = "，".join(f"{role} {DUTY_NAMES[role]}" for role in ROLES)
OFFICES_HELP = "，".join(f"{office} {DUTY_NAMES[office]}" for office in OFFICES)
OPERATOR = "operator"
"""Runs the program; has an account and no role."""
_PERSON = click.argument("user", metavar="代号")


@click.group("users")
def users_group() -> None:
    """登记和查看在账本里办事的人，管理他们的登录账号。"""


@users_group.command("add")
@home_option
@village_option
@click.option("--name", default="", metavar="姓名", help="姓名；只存在隐私库里。运维员不用写。")
@click.option(
    "--role",
    "roles",
    type=click.Choice([*ROLES, OPERATOR]),
    multiple=True,
    help=f"职责：{ROLES_HELP}，operator 运维员。",
)
@click.option(
    "--office",
    "offices",
    type=click.Choice(OFFICES),
    multiple=True,
    help=f"在村里的其他职务，法律不许和某些职责兼任：{OFFICES_HELP}。",
)
@click.option("--household", default="", metavar="户代号", help="属于哪一户，h- 开头；不是本村的户就不写。")
@click.option("--sign-in", metavar="登录名", help="同时建一个登录账号，印出一次性密码。")
@click.option("--until", default="", metavar="日期", help="账号用到哪天；审计员不写就是 30 天。")
def _add(
    home: Home,
    village: str | None,
    name: str,
    roles: tuple[str, ...],
    offices: tuple[Office, ...],
    household: str,
    sign_in: str | None,
    until: str,
) -> None:
    """登记一个人，给出代号；写了登录名的，印出只显示一次的密码。

    本村的村书记或乡镇记账员登录过以后，职责由他们在网页上给，这里只开账号。
    """
    if OPERATOR in roles:
        if not sign_in or len(roles) > 1 or offices:
            raise click.UsageError("运维员要写明 --sign-in，没有别的职责：他只有登录账号，不在村里办事。")
        account, password = create_account(home, sign_in, seat=None, expires_on=until)
        print_password(account.sign_in, password)
        return
    if not roles and not offices:
        raise click.UsageError("用 --role 写职责，或用 --office 写职务。")
    code = get_writable_village(home, village)
    if sign_in is not None and (faults := check_new_account(home, sign_in, seat=None, expires_on=until)):
        raise Refused(faults)  # Before the person is registered.
    known = [role for role in ROLES if role in roles]
    person = enter_person(home, None, code, name, roles=known, offices=offices, household=household)
    click.echo(person.user)
    if sign_in is not None:
        account, password = create_account(home, sign_in, seat=(code, person.user), expires_on=until)
        print_password(account.sign_in, password)


@users_group.command("grant")
@home_option
@village_option
@_PERSON
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, help="加上的职责。")
@click.option("--office", "offices", type=click.Choice(OFFICES), multiple=True, help="加上的职务。")
def _grant(
    home: Home, village: str | None, user: str, roles: tuple[Role, ...], offices: tuple[Office, ...]
) -> None:
    """给一个人加上职责或职务；法律不许兼任的不给。

    本村的村书记或乡镇记账员登录过以后，职责由他们在网页上给，这里只加职务。
    """
    code = get_writable_village(home, village)
    person = get_person(home, code, user)
    _change(home, code, person, roles=person.roles | set(roles), offices=person.offices | set(offices))


@users_group.command("revoke")
@home_option
@village_option
@_PERSON
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, help="收回的职责。")
@click.option("--office", "offices", type=click.Choice(OFFICES), multiple=True, help="不再担任的职务。")
def _revoke(
    home: Home, village: str | None, user: str, roles: tuple[Role, ...], offices: tuple[Office, ...]
) -> None:
    """收回一个人的职责或职务；办过的事仍记在这个代号下。"""
    code = get_writable_village(home, village)
    person = get_person(home, code, user)
    _change(home, code, person, roles=person.roles - set(roles), offices=person.offices - set(offices))


def _change(
    home: Home, village: str, person: Person, *, roles: frozenset[Role], offices: frozenset[Office]
) -> None:
    """Give a person exactly these duties and say so."""
    user, household = person.user, person.household
    changed = change_person(home, None, village, user, roles=roles, offices=offices, household=household)
    print_notice(f"{user} 现在是：{name_duties(changed.duties)}")


@users_group.command("kin")
@home_option
@village_option
@_PERSON
@click.argument("other", metavar="代号")
@click.option("--withdraw", is_flag=True, help="登记错了，取消。")
def _kin(home: Home, village: str | None, user: str, other: str, *, withdraw: bool) -> None:
    """登记两个人是近亲属；法律不许的职责从此不能分别担任。"""
    declare_relative(home, None, get_writable_village(home, village), user, other, is_one=not withdraw)
    print_notice(
        f"{'已取消' if withdraw else '已登记'}：{user} 与 {other} {'不' if withdraw else ''}是近亲属。"
    )


@users_group.command("household")
@home_option
@village_option
@_PERSON
@click.argument("household", metavar="户代号", default="")
def _household(home: Home, village: str | None, user: str, household: str) -> None:
    """登记一个人属于哪一户，不写就是不属于本村的户；自己一户的事不能由自己审核。"""
    code = get_writable_village(home, village)
    person = get_person(home, code, user)
    change_person(home, None, code, user, roles=person.roles, offices=person.offices, household=household)
    print_notice(f"已登记：{user} 属于 {household or '外村'}。")


@users_group.command("list")
@home_option
@village_option
@json_option
def _list(home: Home, village: str | None, as_json: bool) -> None:
    """列出本村办事的人。"""
    persons = home.vault.list_persons(get_village(home, village))
    if as_json:
        print_json(
            [
                {
                    "household": person.household,
                    "name": person.name,
                    "offices": sorted(person.offices),
                    "roles": sorted(person.roles),
                    "user": person.user,
                }
                for person in persons
            ]
        )
        return
    for person in persons:
        click.echo(f"{person.user}  {name_duties(person.duties)}  {person.name}")


def print_password(sign_in: str, password: str) -> None:
    """The password alone on standard output; what to do with it beside, so that it can be piped to a printer."""
    click.echo(password)
    print_notice(f"登录名 {sign_in}；上面是一次性密码，只显示这一次。当面交给本人，第一次登录要换掉。")
