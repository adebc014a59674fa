"""`mingbai doctor`: what is wrong with this installation, and what to do."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator

import rich_click as click

from ledger.commands.common import home_option, print_json
from ledger.commands.database import check_postgresql
from ledger.home import Home
from ledger.service.doctor import Check, check_python, check_villages
from ledger.store.engine import WAL_FLOOR, get_sqlite_version, list_setting_faults
from ledger.upkeep.doctor import check_upkeep

DISK_FREE_MIN_BYTES = 500_000_000
SIGNS = {"fine": "✓ 正常", "warning": "! 注意", "wrong": "✗ 有错"}


@click.command("doctor")
@home_option
@click.option("--json", "as_json", is_flag=True, help="输出给程序读。")
@click.pass_context
def doctor_command(context: click.Context, home: Home, as_json: bool) -> None:
    """检查这台机器上的安装，说明哪里不对、该怎么办。"""
    checks = [
        check_python(),
        *_check_sqlite(home),
        *check_postgresql(home),
        *_check_files(home),
        *check_villages(home),
        *check_upkeep(home),
    ]
    if as_json:
        print_json(checks)
    else:
        for check in checks:
            click.echo(f"{SIGNS[check.state]}  {check.name}：{check.found}")
            if check.advice:
                click.echo(f"        {check.advice}")
    context.exit(1 if any(check.state == "wrong" for check in checks) else 0)


def _check_sqlite(home: Home) -> Iterator[Check]:
    version = get_sqlite_version()
    fine = version >= WAL_FLOOR
    yield Check(
        advice="" if fine else "升级 pysqlite3：这一版的 WAL 模式可能损坏数据，已改用 TRUNCATE 模式",
        found=".".join(map(str, version)),
        name="SQLite",
        state="fine" if fine else "warning",
    )
    for name, engine in home.engines.items():
        if engine.dialect.name != "sqlite":
            continue
        faults = list_setting_faults(engine)
        yield Check(
            advice="请保留现场并联系运维员：断电时可能丢账" if faults else "",
            found="；".join(faults) or "断电不丢账的设置都在",
            name=f"{name}.db 的设置",
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
    private = [*home.path.glob("*.db"), *(home.path / "keys").glob("*.key")]
    exposed = [path.name for path in private if stat.S_IMODE(path.stat().st_mode) & 0o077]
    yield Check(
        advice="用 chmod 600 收紧" if exposed else "",
        found="别人也能读：" + "、".join(exposed) if exposed else "只有本账号能读",
        name="文件权限",
        state="wrong" if exposed else "fine",
    )
    local = home.config.public_base_url.startswith("http://127.0.0.1")
    yield Check(
        advice="正式使用前在 mingbai.toml 里写好对外网址，否则手机扫码打不开" if local else "",
        found=home.config.public_base_url,
        name="对外网址",
        state="warning" if local else "fine",
    )
