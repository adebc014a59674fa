"""`mingbai doctor`: what is wrong with this installation and, where one is named, with a home; and what to do."""

from __future__ import annotations

import ctypes.util
import importlib
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import entry_points
from pathlib import Path

import rich_click as click
from sqlalchemy.exc import DatabaseError

from ledger.commands.common import json_option, print_json, print_notice
from ledger.commands.database import check_postgresql
from ledger.commands.keys import check_folder, check_keys
from ledger.commands.vault import check_vault
from ledger.commands.witness import check_sightings, check_witness
from ledger.home import Home, open_home
from ledger.service.accounts.health import check_desk
from ledger.service.doctor import Check, check_python, check_villages
from ledger.service.guessing import check_guessing
from ledger.service.policies import is_loopback
from ledger.store.engine import DATABASE_ERRORS, WAL_FLOOR, get_sqlite_version, list_setting_faults
from ledger.upkeep.doctor import check_upkeep

DISK_FREE_MIN_BYTES = 500_000_000
SIGNS = {"fine": "✓ 正常", "warning": "! 注意", "wrong": "✗ 有错"}


@click.command("doctor")
@click.option(
    "--home",
    "path",
    envvar="MINGBAI_HOME",
    metavar="文件夹",
    help="连这个账本文件夹一起检查；也可写在环境变量 MINGBAI_HOME 里。",
)
@click.option(
    "--witness",
    envvar="MINGBAI_WITNESS",
    metavar="文件夹",
    help="连这个见证人的文件夹一起检查；也可写在环境变量 MINGBAI_WITNESS 里。",
)
@json_option
@click.pass_context
def doctor_command(context: click.Context, path: str | None, witness: str | None, as_json: bool) -> None:
    """检查这台机器上的安装和账本文件夹，说明哪里不对、该怎么办。"""
    checks = [check_python(), _check_sqlite(), _check_commands(), _check_pango(), *_check_above()]
    checks += _check_home(Path(path)) if path else []
    checks += check_witness(Path(witness)) if witness else []
    if as_json:
        print_json(checks)
    else:
        for check in checks:
            click.echo(f"{SIGNS[check.state]}  {check.name}：{check.found}")
            if check.advice:
                click.echo(f"        {check.advice}")
        if not path and not witness:
            print_notice("没有写 --home：只检查了程序，没有检查账本。")
    context.exit(1 if any(check.state == "wrong" for check in checks) else 0)


def _check_home(path: Path) -> Iterator[Check]:
    """Look at a home, as far as its databases can be read."""
    try:
        with closing(open_home(path)) as home:
            yield from _check_settings(home)
            yield from check_postgresql(home)
            yield from _check_files(home)
            yield from check_villages(home)
            yield from check_sightings(home)
            yield from check_folder(home)
            yield from check_keys(home)
            yield from check_vault(home)
            yield from check_desk(home)
            yield from check_guessing(home)
            yield from check_upkeep(home)
    except (DatabaseError, *DATABASE_ERRORS) as error:
        yield Check(
            advice="停止记账，保留现场，从备份找回",
            found=f"读不出来：{getattr(error, 'orig', None) or error}",
            name="数据库",
            state="wrong",
        )


def _check_commands() -> Check:
    """The commands of the packages above load, with all that they need."""
    missing = {}
    for point in entry_points(group="mingbai.commands"):
        try:
            point.load()
        except ModuleNotFoundError as error:
            missing[point.name] = error.name
    lost = "、".join(f"{name}（没有装 {module}）" for name, module in sorted(missing.items()))
    return Check(
        advice="要用的，用 ./mingbai 运行，或用 pip install 'mingbai[reports,web]' 装全；只核对账本可以不装"
        if lost
        else "",
        found=f"用不了 {lost}" if lost else "打印公开表、网页、示例村都能用",
        name="命令",
        state="warning" if lost else "fine",
    )


def _check_above() -> Iterator[Check]:
    """What the packages above want looked at: a function `list_checks` beside their commands."""
    for module in sorted({point.module for point in entry_points(group="mingbai.commands")}):
        try:
            list_checks = getattr(importlib.import_module(module), "list_checks", None)
        except ModuleNotFoundError:
            continue  # Named with the commands.
        yield from list_checks() if list_checks else ()


def _check_pango() -> Check:
    found = ctypes.util.find_library("pangoft2-1.0")
    return Check(
        advice="" if found else "要打印公开表的，装上：apt install libpango-1.0-0 libpangoft2-1.0-0",
        found="装好了" if found else "没有装",
        name="排版用的 Pango",
        state="fine" if found else "warning",
    )


def _check_sqlite() -> Check:
    version = get_sqlite_version()
    fine = version >= WAL_FLOOR
    return Check(
        advice="" if fine else "升级 pysqlite3：这一版的 WAL 模式可能损坏数据，已改用 TRUNCATE 模式",
        found=".".join(map(str, version)),
        name="SQLite",
        state="fine" if fine else "warning",
    )


def _check_settings(home: Home) -> Iterator[Check]:
    """Each file once: a second connection to one, for reading alone, writes nothing that could be lost."""
    seen: set[str | None] = set()
    for engine in home.engines.values():
        if engine.dialect.name != "sqlite" or engine.url.database in seen:
            continue
        seen.add(engine.url.database)
        faults = list_setting_faults(engine)
        yield Check(
            advice="不要再记账，换回随程序装的 SQLite 再检查：断电时可能丢账" if faults else "",
            found="；".join(faults) or "断电不丢账的设置都在",
            name=f"{Path(str(engine.url.database)).name} 的设置",
            state="wrong" if faults else "fine",
        )


def _check_files(home: Home) -> Iterator[Check]:
    free = shutil.disk_usage(home.path).free
    yield Check(
        advice="" if free > DISK_FREE_MIN_BYTES else "清理磁盘；满了就不能记账",
        found=f"还剩 {free // 1_000_000} MB",
        name="磁盘",
        state="fine" if free > DISK_FREE_MIN_BYTES else "warning",
    )
    private = [*home.path.glob("*.db"), *(home.path / "keys").glob("*.*")]
    exposed = [path.name for path in private if stat.S_IMODE(path.stat().st_mode) & 0o077]
    yield Check(
        advice=f"用 chmod 600 收紧：在 {home.path} 里" if exposed else "",
        found="别人也能读：" + "、".join(exposed) if exposed else "只有本账号能读",
        name="文件权限",
        state="wrong" if exposed else "fine",
    )
    local = is_loopback(home.config.public_base_url)
    yield Check(
        advice="正式使用前在 mingbai.toml 里写好对外网址，否则手机扫码打不开" if local else "",
        found=home.config.public_base_url,
        name="对外网址",
        state="warning" if local else "fine",
    )
