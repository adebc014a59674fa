"""`mingbai users account` and its like, and `mingbai desklog`: who may sign in, and what was done at the desk."""

from __future__ import annotations

import rich_click as click

from ledger.commands.common import (
    get_village,
    home_option,
    json_option,
    print_json,
    print_notice,
    village_option,
)
from ledger.commands.users import print_password, users_group
from ledger.desk import Account
from ledger.errors import Fault, Refused, format_fault
from ledger.home import Home
from ledger.service.accounts.desk_log import (
    LoggedFact,
    accept_end,
    check_desk_log,
    check_remembered,
    iterate_facts,
    note_shown,
)
from ledger.service.accounts.manage import (
    check_day,
    create_account,
    disable_account,
    enable_account,
    give_seat,
    reset_account,
    set_last_day,
)
from ledger.service.accounts.names import fold_sign_in


@users_group.command("account")
@home_option
@village_option
@click.option("--user", required=True, metavar="代号", help="已经登记的人，u- 开头。")
@click.option("--sign-in", required=True, metavar="登录名", help="新的登录名；已有的，就让它也能在本村办事。")
@click.option("--until", default="", metavar="日期", help="账号用到哪天；审计员不写就是 30 天。")
def _account(home: Home, village: str | None, user: str, sign_in: str, until: str) -> None:
    """为已经登记的人建登录账号；登录名已有的，让它也在本村办事。"""
    code = get_village(home, village)
    if home.vault.find_person(code, user) is None:
        raise Refused([_build_unknown(user)])
    with home.desk.read() as desk:
        is_known = desk.find_by_name(fold_sign_in(sign_in)) is not None
    if is_known and not until:
        give_seat(home, sign_in, code, user)
        print_notice(f"{sign_in} 现在也能在 {code} 办事。")
        return
    account, password = create_account(home, sign_in, seat=(code, user), expires_on=until)
    print_password(account.sign_in, password)


@users_group.command("accounts")
@home_option
@json_option
def _accounts(home: Home, as_json: bool) -> None:
    """列出全部登录账号。"""
    rows = []
    with home.desk.read() as desk:
        for account in desk.list_accounts():
            seats = {seat.village: seat.person for seat in desk.list_seats(account.account)}
            rows.append((account, seats, len(desk.list_sessions(account.account))))
    if as_json:
        print_json([_describe(*row) for row in rows])
        return
    for account, seats, sessions in rows:
        where = "、".join(f"{village} {person}" for village, person in seats.items()) or "运维员"
        click.echo(f"{account.sign_in}  {where}  {'，'.join(_tell_state(account, sessions))}")


@users_group.command("reset")
@home_option
@click.argument("sign_in", metavar="登录名")
def _reset(home: Home, sign_in: str) -> None:
    """重设密码和动态码：印出新的一次性密码，他的登录全部结束。"""
    print_password(sign_in, reset_account(home, sign_in))


@users_group.command("disable")
@home_option
@click.argument("sign_in", metavar="登录名")
def _disable(home: Home, sign_in: str) -> None:
    """停用一个账号，他的登录立刻结束。"""
    disable_account(home, sign_in)
    print_notice(f"已停用：{sign_in}")


@users_group.command("enable")
@home_option
@click.argument("sign_in", metavar="登录名")
def _enable(home: Home, sign_in: str) -> None:
    """重新启用一个账号，密码照旧。"""
    enable_account(home, sign_in)
    print_notice(f"已启用：{sign_in}")


@users_group.command("expires")
@home_option
@click.argument("sign_in", metavar="登录名")
@click.option(
    "--on", "day", required=True, metavar="日期", help="用到哪天，如 2026-12-31；写 never 是一直用。"
)
def _expires(home: Home, sign_in: str, day: str) -> None:
    """写明一个账号用到哪天；他的登录全部结束，要重新登录。"""
    set_last_day(home, sign_in, "" if day == "never" else day)
    print_notice(f"{sign_in} {'一直可用' if day == 'never' else f'用到 {day}'}")


@click.command("desklog")
@home_option
@click.option("--since", default="", metavar="日期", help="从哪天起，如 2026-11-01；不写就是全部。")
@click.option("--accept", is_flag=True, help="办事记录比记下的短，查清以后认下现在的；这一认也记在里面。")
@json_option
@click.pass_context
def desklog_command(context: click.Context, home: Home, since: str, accept: bool, as_json: bool) -> None:
    """查看办事记录：谁登录、谁看过什么、谁被拒绝；先核对它有没有被改过、少过、换回旧的。"""
    if since and (faults := check_day(since)):
        raise Refused([_rename(fault) for fault in faults])
    if accept:
        accept_end(home)
    with home.desk.read() as desk:
        broken = check_desk_log(desk) + check_remembered(home.desk)
        if as_json:
            rows = [_flatten(logged) for logged in iterate_facts(desk, since)]
            print_json({"broken": broken, "end": desk.get_end().digest.hex(), "lines": rows})
        else:
            for logged in iterate_facts(desk, since):
                told = "  ".join(
                    f"{name}={value}" for name, value in _flatten(logged).items() if name != "at"
                )
                click.echo(f"{logged.at}  {told}")
            end = desk.get_end()
            print_notice(f"到第 {end.number} 行为止，摘要 {end.digest.hex()}")
        shown = desk.get_end()
    if not broken:
        note_shown(home, shown)
    for fault in broken:
        print_notice(f"✗ {format_fault(fault)}")
    context.exit(1 if broken else 0)


def _describe(account: Account, seats: dict[str, str], sessions: int) -> dict[str, object]:
    return {
        "account": account.account,
        "expires_on": account.expires_on,
        "has_factor": bool(account.totp),
        "is_disabled": account.is_disabled,
        "is_operator": account.is_operator,
        "must_change": account.must_change,
        "seats": seats,
        "sessions": sessions,
        "sign_in": account.sign_in,
    }


def _tell_state(account: Account, sessions: int) -> list[str]:
    told = ["已停用"] if account.is_disabled else []
    told += ["还没换一次性密码"] if account.must_change else []
    told += ["有动态码"] if account.totp else ["没有动态码"]
    told += [f"用到 {account.expires_on}"] if account.expires_on else []
    return [*told, f"{sessions} 处登录"]


def _flatten(logged: LoggedFact) -> dict[str, object]:
    fact = {name: value for name in logged.fact.__struct_fields__ if (value := getattr(logged.fact, name))}
    return {"at": logged.at, "number": logged.number, **fact}


def _rename(fault: Fault) -> Fault:
    return Fault(
        code="desk-log-since",
        place="--since",
        found=fault.found,
        expected=fault.expected,
        remedy=fault.remedy,
    )


def _build_unknown(user: str) -> Fault:
    return Fault(
        code="account-person",
        place=f"人员 {user}",
        found="本村没有此人",
        expected="本村登记过的人",
        remedy="用 mingbai users list 查看，或用 mingbai users add 登记",
    )
