"""What commands share: the options of home, village and maker, and how things are said."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
import rich_click as click

from ledger.audit import Report
from ledger.errors import Fault, Refused
from ledger.home import open_home
from ledger.ports import Ports
from ledger.service.standing import refuse_read_only

FINDINGS_MAX_SHOWN = 50
"""Findings printed of one report; a program gets all of them."""

F = TypeVar("F", bound=Callable[..., object])


def home_option(command: F) -> F:
    """Add `--home`, which MINGBAI_HOME may give; the command receives an opened `home`."""
    return click.option(
        "--home",
        "home",
        envvar="MINGBAI_HOME",
        required=True,
        metavar="文件夹",
        callback=lambda _ctx, _param, value: open_home(Path(value)),
        help="账本文件夹；也可写在环境变量 MINGBAI_HOME 里。",
    )(command)


def village_option(command: F) -> F:
    """Add `--village`; a home with a single village needs none. See `get_village`."""
    return click.option("--village", metavar="村代码", help="12 位区划代码；只有一个村时可不写。")(command)


def maker_option(command: F) -> F:
    """Add `--maker`: who prepares what another person will pass."""
    return click.option("--maker", required=True, metavar="代号", help="经办人的代号。")(command)


def get_village(home: Ports, village: str | None) -> str:
    """Return the village asked for, or the only one; raises Refused otherwise."""
    known = sorted({*home.ledger.list_villages(), *home.heads.list_villages()})
    if village in known:
        return str(village)
    if village is None and len(known) == 1:
        return known[0]
    raise Refused(
        [
            Fault(
                code="village-unknown",
                place="--village",
                found=village or "没有写",
                expected="、".join(known[:10]) or "先用 mingbai init 建立一个村的账本",
                remedy="用 --village 写明 12 位村代码",
            )
        ]
    )


def get_writable_village(home: Ports, village: str | None) -> str:
    """The same for a command that writes: raises Refused, too, where the village's log is read-only."""
    code = get_village(home, village)
    refuse_read_only(home, code)
    return code


def print_notice(text: str) -> None:
    """Say something to the person, on standard error."""
    click.echo(text, err=True)


def print_json(value: object) -> None:
    """Print a value for programs on standard output."""
    click.echo(json.dumps(msgspec.to_builtins(value), ensure_ascii=False, indent=2))


def read_file(path: str) -> bytes:
    """Return the bytes of a file that a person named; raises Refused when it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Refused(
            [
                Fault(
                    code="file-unreadable",
                    place=f"文件 {path}",
                    found=os.strerror(error.errno or 0),
                    expected="可以读取的文件",
                    remedy="检查文件名和权限",
                )
            ]
        ) from error


def print_report(report: Report) -> None:
    """Print what an audit found, for a person, ending with the verdict."""
    click.echo(f"核对对象：{report.source} {report.village}")
    if report.origin:
        click.echo(f"来源 {report.origin}，{report.entries} 项记录，{report.sheets} 张公开表")
        click.echo(f"指纹码 {report.fingerprint}（与公开表上印的、别处看到的比一比）")
    if report.erased:
        click.echo(f"有 {report.erased} 处属于已删除的隐私内容：总数照算，不再属于谁。")
    if report.examined < report.entries:
        click.echo(f"只核对了前 {report.examined} 项的含义；其后的记录要等前面的查清再看。")
    for number, item in enumerate(report.findings[:FINDINGS_MAX_SHOWN], 1):
        place = f"第 {item.entry} 项 " if item.entry >= 0 else ""
        click.echo(f"✗ {number}. {place}{item.field}：应为 {item.expected}，实为 {item.found}（{item.code}）")
        click.echo(f"     对村民来说：{item.meaning}。")
    if len(report.findings) > FINDINGS_MAX_SHOWN:
        click.echo(f"……还有 {len(report.findings) - FINDINGS_MAX_SHOWN} 处，用 --json 看全部。")
    if report.findings:
        click.echo(f"结论：有 {len(report.findings)} 处对不上。")
    else:
        click.echo("结论：全部对得上。")
    print_notice("能证明的是：记下的东西没有被改过、删过；记下的事是否属实，要靠人监督。")
