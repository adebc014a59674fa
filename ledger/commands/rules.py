"""`mingbai rules`: a village's rulebook before it is handed in."""

from __future__ import annotations

from pathlib import Path

import msgspec
import rich_click as click
from click.exceptions import Exit

from ledger.books.rule_lint import tell_finding
from ledger.commands.common import json_option, print_json, print_notice, read_file
from ledger.errors import format_fault
from ledger.service.rule_files import lint_file


@click.group("rules")
def rules_group() -> None:
    """对照法律查看一份积分细则。"""


@rules_group.command("lint")
@click.argument("file", metavar="文件.xlsx|.csv")
@click.option(
    "--warnings-too",
    "warnings_too",
    is_flag=True,
    help="只有提醒、没有必须改的，退出状态也是 1。",
)
@json_option
def _lint(file: str, warnings_too: bool, as_json: bool) -> None:
    """查一份积分细则：法律不许写的、写得不妥的，一次全列出来，各写明依据和可以怎样改；什么都不存。"""
    linted = lint_file(read_file(file), Path(file).name)
    failed = bool(linted.faults) or (warnings_too and bool(linted.warned))
    if as_json:
        warned = [{"code": one.code, "rule": one.rule, "said": tell_finding(one)} for one in linted.warned]
        faults = [msgspec.to_builtins(fault) for fault in linted.faults]
        print_json({"faults": faults, "rules": linted.rules, "warnings": warned})
        raise Exit(1 if failed else 0)
    for fault in linted.faults:
        click.echo(f"必须改　{format_fault(fault)}")
    for finding in linted.warned:
        click.echo(f"请再想　{tell_finding(finding)}")
    print_notice(
        f"看了 {linted.rules} 条：必须改的 {len(linted.faults)} 处，请再想的 {len(linted.warned)} 处。"
    )
    if failed:
        raise Exit(1)
