"""`mingbai backup`, `restore` and `scrub`: a home copied, made again, and read through."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import rich_click as click
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import TaskID

from ledger.commands.common import (
    find_asked_passphrases,
    home_option,
    json_option,
    passphrase_option,
    print_json,
    print_notice,
    print_report,
    tell_locked,
    village_option,
)
from ledger.errors import format_fault
from ledger.home import Home, open_home
from ledger.keys.desk_key import FILE as DESK_SECRET
from ledger.service.sightings import Sighting
from ledger.upkeep.backup import Backup, BackupPlan, make_backup, plan_backup
from ledger.upkeep.files import Progress
from ledger.upkeep.loss import Loss
from ledger.upkeep.refill import Refill
from ledger.upkeep.restore import (
    Restoration,
    describe_sighting,
    mend_home,
    open_all,
    read_heads,
    restore_backup,
)
from ledger.upkeep.scrub import scrub_home

PROGRESS_AFTER_S = 1.0
"""Work that takes longer shows how far it is."""


@click.command("backup")
@home_option
@click.option(
    "--out", required=True, metavar="文件夹或 .zip", help="放到哪里；要是还没有的名字，最好在另一块盘上。"
)
@click.option("--with-keys", is_flag=True, help="没有口令保护的私钥也放进去：拿到备份的人就能签名。")
@click.option("--dry-run", "is_dry", is_flag=True, help="只说要写哪些文件、多大，什么也不写。")
@json_option
@click.pass_context
def backup_command(
    context: click.Context, home: Home, out: str, with_keys: bool, is_dry: bool, as_json: bool
) -> None:
    """备份账本文件夹，备好马上核对一遍；记账和网页不用停。"""
    if is_dry:
        plan = plan_backup(home, Path(out), with_keys=with_keys)
        if as_json:
            print_json(plan)
        else:
            _print_plan(plan, out)
        return
    tell_locked(home)
    with _show_progress() as progress:
        backup = make_backup(home, Path(out), with_keys=with_keys, progress=progress)
    is_clean = not backup.manifest.findings
    if as_json:
        print_json({"clean": is_clean, "manifest": backup.digest, "out": out, "reports": backup.reports})
    else:
        _print_backup(backup, out)
    context.exit(0 if is_clean else 1)


def _print_plan(plan: BackupPlan, out: str) -> None:
    for file in plan.files:
        click.echo(f"{'备份时才知道' if file.size is None else _format_size(file.size):>14}  {file.path}")
    click.echo(
        f"一共 {len(plan.files)} 个文件，至多 {_format_size(plan.total)}；{out} 那里还剩 {_format_size(plan.free)}"
    )
    _tell_left_out(plan.keys_left_out)
    if plan.free < plan.total:
        print_notice("放不下：换一块盘，或写成 .zip。")
    print_notice("这是预演，什么也没有写。")


def _format_size(size: int) -> str:
    return f"{size:,} 字节" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"


def _print_backup(backup: Backup, out: str) -> None:
    for report in backup.reports:
        if report.findings:
            print_report(report)
        else:
            click.echo(f"{report.village}：{report.entries} 条，{report.sheets} 张公开表，核对无误")
    click.echo(f"备份已放好：{out}（{len(backup.manifest.files)} 个文件）")
    click.echo(f"清单的 SHA-256：{backup.digest}")
    print_notice("隐私库的钥匙不在备份里：用 mingbai vault copy 另抄一份，与备份分开放。")
    _tell_left_out(backup.manifest.keys_left_out)
    if backup.manifest.findings:
        print_notice("账本本身就有对不上的地方：这份备份留着，但不算备好。先看上面的发现。")


def _tell_left_out(paths: tuple[str, ...]) -> None:
    for path in paths:
        lost = "动态码都要重设" if path == f"keys/{DESK_SECRET}" else "账本就不能再记"
        print_notice(f"没有放进去：{path} 没有口令保护。另外妥善保管它，没有它{lost}；或加 --with-keys。")


@click.command("restore")
@click.argument("backup", required=False, metavar="[备份]")
@click.option("--home", envvar="MINGBAI_HOME", required=True, metavar="文件夹", help="恢复成哪个新文件夹。")
@click.option("--heads", metavar="文件", help="原机器的 heads.db，或它所在的账本文件夹。")
@click.option(
    "--vault-keys",
    metavar="文件夹",
    help="隐私库的钥匙副本，或原机器的账本文件夹；不写就从 --heads 指的账本文件夹里取。",
)
@click.option(
    "--from",
    "evidence",
    multiple=True,
    metavar="来源",
    help="导出的文件夹或 ZIP、村的网址（…/v/村代码）、公开表 PDF、证明文件、检查点。可写多次。",
)
@click.option("--database", default="", metavar="地址", help="放进空的 PostgreSQL；不写就放在文件夹里。")
@click.option("--accept", is_flag=True, help="看过列出的疑点，确认备份以后没有再记过账，仍然恢复。")
@click.option(
    "--declare-loss", is_flag=True, help="缺的再也找不回：旧账原样留着，另立新的一册，永远写明丢了什么。"
)
@village_option
@click.option("--reason", default="", metavar="原因", help="怎么丢的；公开，写进新账第一条。")
@click.option("--maker", default="", metavar="代号", help="由哪一位村文书声明丢失。")
@click.option("--checker", default="", metavar="代号", help="审核声明的另一人。")
@click.option("--no-passphrase", "is_plain", is_flag=True, help="新一册的签名私钥不加口令；只用于试用。")
@passphrase_option
@json_option
@click.pass_context
def restore_command(
    context: click.Context,
    /,
    backup: str | None,
    home: str,
    heads: str | None,
    evidence: tuple[str, ...],
    accept: bool,
    declare_loss: bool,
    village: str | None,
    as_json: bool,
    **details: Any,
) -> None:
    """用备份恢复成新文件夹，缺的记录从别处一字不差地找回；不写备份，就为现有的文件夹找回。"""
    loss = _build_loss(village, details) if declare_loss else None
    if loss is not None and backup is None:
        raise click.UsageError("声明丢失要写明备份：恢复成新文件夹时另立新的一册。")
    with _show_progress() as progress:
        if backup is not None:
            restoration = restore_backup(
                Path(backup),
                Path(home),
                accept=accept,
                database=details["database"],
                evidence=evidence,
                heads=Path(heads) if heads else None,
                loss=loss,
                open_with=_open,
                progress=progress,
                vault_keys=Path(details["vault_keys"]) if details["vault_keys"] else None,
            )
        else:
            restoration = _mend(home, heads, evidence, accept, progress)
    if as_json:
        print_json(restoration)
    else:
        _print_restoration(restoration, home)
    is_whole = all(standing.fault is None for standing in restoration.standings)
    context.exit(0 if is_whole and not any(report.findings for report in restoration.reports) else 1)


def _build_loss(village: str | None, details: dict[str, Any]) -> Loss:
    """Return the declaration; a usage error where a part of it is not written."""
    declared = {name: details[name].strip() for name in ("reason", "maker", "checker")}
    if village is None or not all(declared.values()):
        raise click.UsageError("声明丢失要写明 --village、--reason、--maker 和 --checker。")
    return Loss(is_plain=details["is_plain"], village=village, **declared)


def _open(path: Path) -> Home:
    return open_home(path, passphrases=find_asked_passphrases())


def _mend(
    path: str, heads: str | None, evidence: tuple[str, ...], accept: bool, progress: Progress
) -> Restoration:
    with ExitStack() as stack:
        home = _open(Path(path))
        stack.callback(home.close)
        given = stack.enter_context(open_all(evidence))
        apart = stack.enter_context(read_heads(Path(heads))) if heads else []
        return mend_home(home, given, accept=accept, apart=apart, progress=progress)


def _print_restoration(restoration: Restoration, home: str) -> None:
    if restoration.epoch:
        click.echo(f"旧账留在 {home}/epochs，新的一册：{restoration.epoch}")
        print_notice("接着开账：用旧账最后一次结账的余额做期初余额，另一人通过；公开栏会一直写明丢了什么。")
    for refill in restoration.refills:
        for line in _describe_refill(refill):
            click.echo(line)
    for village, sightings in restoration.sightings.items():
        for sighting in sightings:
            _tell_sighting(village, sighting)
    for report in restoration.reports:
        if report.findings:
            print_report(report)
    for standing in restoration.standings:
        if standing.fault is not None:
            print_notice(f"只能看：{format_fault(standing.fault)}")
    for village in restoration.keys_missing:
        print_notice(f"{village} 的签名私钥不在这里：从保管处放回 {home}/keys，才能接着记账。")
    for doubt in restoration.doubts:
        print_notice(f"已接受的疑点：{format_fault(doubt)}")


def _tell_sighting(village: str, sighting: Sighting) -> None:
    line = f"{village} 的{describe_sighting(sighting)}"
    if not sighting.code:
        click.echo(line)
    elif sighting.head is not None:
        print_notice(line)
    else:
        print_notice(f"{line}。没能和他见过的对照，不影响恢复。")


def _describe_refill(refill: Refill) -> Iterator[str]:
    found = f"，从 {refill.taken_from} 找回 {refill.size - refill.had} 条" if refill.taken_from else ""
    yield f"{refill.village}：原有 {refill.had} 条{found}，现有 {refill.size} 条"
    if refill.known > refill.size:
        yield f"  还缺第 {refill.size} 条到第 {refill.known - 1} 条：{refill.kept_by} 证明有过这些记录"
        yield "  再找找导出、镜像网址，运行 mingbai restore --home 文件夹 --from 来源 接着找回"
    if refill.private_lost:
        yield f"  隐私内容找不回的：第 {_join(refill.private_lost)} 条（备份以后记的，公开的副本里没有）"
    if refill.texts_lost:
        yield f"  公开文字缺的：第 {_join(refill.texts_lost)} 条"


def _join(indexes: tuple[int, ...]) -> str:
    shown = "、".join(map(str, indexes[:20]))
    return shown if len(indexes) <= 20 else f"{shown} 等 {len(indexes)}"


@click.command("scrub")
@home_option
@click.option("--limit", type=click.IntRange(min=1), metavar="条数", help="这次至多重读多少条；下次接着读。")
@click.option("--minutes", type=click.IntRange(min=1), metavar="分钟", help="这次至多读多久；下次接着读。")
@json_option
@click.pass_context
def scrub_command(
    context: click.Context, home: Home, limit: int | None, minutes: int | None, as_json: bool
) -> None:
    """把存着的记录、签名、文字和文件重读一遍，早早看出坏掉的盘。"""
    tell_locked(home)
    end = None if minutes is None else time.monotonic() + 60 * minutes
    with _show_progress() as progress:
        scrub = scrub_home(
            home, is_over=lambda: end is not None and time.monotonic() > end, limit=limit, progress=progress
        )
    if as_json:
        print_json(scrub)
    else:
        for number, item in enumerate(scrub.findings, 1):
            place = f"第 {item.entry} 条 " if item.entry >= 0 else ""
            click.echo(
                f"✗ {number}. {place}{item.field}：应为 {item.expected}，实为 {item.found}（{item.code}）"
            )
        click.echo(
            f"重读了 {scrub.entries} 条记录、{scrub.files} 个封存的文件，{len(scrub.findings)} 处不对。"
        )
        if not scrub.is_whole:
            click.echo("还没读完，下次从这里接着读。")
    context.exit(1 if scrub.findings else 0)


@contextmanager
def _show_progress() -> Iterator[Progress]:
    """Give a progress that shows itself once the work takes longer than a moment."""
    bar = Bar(console=Console(stderr=True), transient=True)
    begun = time.monotonic()
    tasks: dict[str, TaskID] = {}

    def show(title: str, done: int, total: int) -> None:
        if time.monotonic() - begun < PROGRESS_AFTER_S:
            return
        bar.start()
        if title not in tasks:
            tasks[title] = bar.add_task(title, total=total)
        bar.update(tasks[title], completed=done, total=total)

    try:
        yield show
    finally:
        bar.stop()
