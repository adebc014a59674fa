"""`mingbai database`: what a PostgreSQL's administrator does once, what the doctor asks of it, and facts made anew."""

from __future__ import annotations

from collections.abc import Iterator

import rich_click as click

from ledger.commands.common import get_writable_village, home_option, print_notice, village_option
from ledger.config import check_database
from ledger.errors import Refused
from ledger.home import Home
from ledger.service.doctor import Check
from ledger.store import SqlLedger
from ledger.store.roles import list_server_faults, prepare_database, read_server


@click.group("database")
def database_group() -> None:
    """准备 PostgreSQL 数据库，重算速查数据。"""


@database_group.command("prepare")
@click.option(
    "--admin-url",
    envvar="MINGBAI_ADMIN_URL",
    required=True,
    metavar="地址",
    help="数据库管理员的连接地址，如 postgresql://postgres@/mingbai；口令放在 PGPASSFILE 里。",
)
@click.option(
    "--login", default="mingbai", show_default=True, metavar="角色", help="账本程序登录用的角色；没有就新建。"
)
def _prepare(admin_url: str, login: str) -> None:
    """由数据库管理员运行一次：建角色、建表、定权限；升级程序以后再运行一次。"""
    faults = check_database(admin_url, "--admin-url")
    if faults:
        raise Refused(faults)
    prepare_database(admin_url, login)
    print_notice(f"数据库准备好了；账本程序用角色 {login} 登录。")
    print_notice("在 mingbai.toml 里写：database = " + f'"postgresql://{login}@主机/库名"')


@database_group.command("rebuild")
@home_option
@village_option
def _rebuild(home: Home, village: str | None) -> None:
    """把网页用的速查数据从记录重新算一遍；记录一个字不动。"""
    code = get_writable_village(home, village)
    assert isinstance(home.ledger, SqlLedger)
    home.ledger.rebuild_facts(code)
    print_notice(f"{code} 的速查数据已从记录重新算出；再用 mingbai audit --home {home.path} 核对一遍。")


def check_postgresql(home: Home) -> Iterator[Check]:
    """The server behind a home: its version, what durability rests on, what this login may do."""
    if not home.config.database:
        return
    engine = home.engines["ledger"]
    faults = list_server_faults(engine)
    server = read_server(engine)
    yield Check(
        advice=""
        if server.has_checksums
        else "请数据库管理员停库后运行 pg_checksums --enable：盘上的页坏了能早发现",
        found=f"{server.version}，数据页校验和{'开着' if server.has_checksums else '没有开'}",
        name="PostgreSQL",
        state="fine" if server.has_checksums else "warning",
    )
    yield Check(
        advice="请数据库管理员改好：断电时可能丢账，或防不住改账" if faults else "",
        found="；".join(faults) or "断电不丢账的设置都在，登录用的角色没有多余的权限",
        name="PostgreSQL 的设置",
        state="wrong" if faults else "fine",
    )
