"""`mingbai demo`: a lived-in village to look at, built through the product's own doors, audited, then served."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import rich_click as click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ledger.audit import Report, audit_log
from ledger.books.values import SHEET_KINDS
from ledger.commands.common import print_notice, print_report
from ledger.config import SystemClock
from ledger.home import Home, open_home
from ledger.service.sheets import list_sheets
from ledger.sources import open_home_log
from reports.worker import WorkerRenderer
from web.commands import open_listener, serve_home
from web.demo.build import STEPS, create_demo
from web.demo.desk import PEOPLE_FILE, furnish_desk
from web.demo.people import VILLAGE

DEFAULT_PORT = 8000
HOST = "127.0.0.1"
DONE_FILE = "demo-done"
"""Written last: a folder without it was cut short and is built anew."""


@click.command("demo")
@click.option("--home", metavar="文件夹", help="放到哪里；不写就放在缓存文件夹，第二次直接用。")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    metavar="端口号",
    help="网页端口；换一个端口就另建一个示例村，因为码里印着网址。",
)
@click.option("--no-serve", is_flag=True, help="只建好，不开网页。")
@click.pass_context
def demo(context: click.Context, home: str | None, port: int, no_serve: bool) -> None:
    """建一个示例村和它的两个邻村（人名数字都是虚构的），核对一遍，然后打开网页。"""
    path = Path(home) if home else _get_cache_folder(port)
    # The port is had before the village is built: minutes of work should not end in a port that is taken.
    listener = None if no_serve else open_listener(HOST, port)
    if not (path / DONE_FILE).exists():
        _build(path, f"http://{HOST}:{port}")
    opened = open_home(path)
    findings = _say(opened, path, port)
    if listener is None:
        _say_how_to_open(home, port)
        context.exit(1 if findings else 0)
    serve_home(opened, host=HOST, port=port, listener=listener)


def _say_how_to_open(home: str | None, port: int) -> None:
    words = ["mingbai demo"]
    words += [f"--port {port}"] if port != DEFAULT_PORT else []
    words += [f"--home {shlex.quote(home)}"] if home else []
    click.echo(f"网页还没有打开；要看，运行 {' '.join(words)}，再用浏览器打开上面的网址。")


def _get_cache_folder(port: int) -> Path:
    """Return the folder for a port: the printed codes lead to it, so another port is another demo."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "mingbai" / f"demo-{port}"


def _build(path: Path, base_url: str) -> None:
    """Build beside the target and move: a demo folder that exists is whole."""
    draft = path.with_name(f".{path.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    if path.exists() and any(path.iterdir()):
        raise click.UsageError(f"{path} 里已有别的东西；换一个 --home，或先清空。")
    print_notice("正在建示例村石榴河村和两个邻村：立账、导入、审核、结账、封存，都走正式的门。")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with WorkerRenderer() as renderer, Progress(*columns) as bar:
        home, builder = create_demo(draft, base_url, renderer)
        task = bar.add_task("立账", total=STEPS)
        for line in builder.build():
            bar.update(task, advance=1, description=line)
        for name, data in _list_pdfs(home):
            target = draft / "sheets" / name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)
        home.close()
    with closing(open_home(draft)) as home:
        furnish_desk(home)
    (draft / DONE_FILE).touch()
    path.mkdir(parents=True, exist_ok=True)
    path.rmdir()
    draft.rename(path)


def _list_pdfs(home: Home) -> Iterator[tuple[str, bytes]]:
    """Yield every sealed sheet's file name and bytes: what the clerk printed and hung."""
    with home.ledger.read(VILLAGE) as reader:
        for kind in SHEET_KINDS:
            for sheet in list_sheets(reader, kind):
                yield f"{sheet.number}.pdf", home.archive.find(sheet.pdf) or b""


def _say(home: Home, path: Path, port: int) -> int:
    """Print addresses, sheets and the audits' verdicts; returns how many findings there are."""
    report, *others = (
        _audit(home, village) for village in (VILLAGE, *sorted({*home.ledger.list_villages()} - {VILLAGE}))
    )
    print_notice(f"账本文件夹：{path}")
    click.echo(f"网址：http://{HOST}:{port}/v/{VILLAGE}")
    click.echo(f"办事：http://{HOST}:{port}/desk，登录名和密码、一张户卡在 {path / PEOPLE_FILE}")
    if home.config.public_base_url != f"http://{HOST}:{port}":
        print_notice(f"（公开表上的码印的是 {home.config.public_base_url}，在这个端口上扫不开）")
    for sheet in sorted((path / "sheets").glob("*.pdf"))[-3:]:
        click.echo(f"公开表：{sheet}")
    print_notice(f"（全部 {report.sheets} 张在 {path / 'sheets'}）")
    print_report(report)
    for other in others:
        verdict = f"有 {len(other.findings)} 处对不上" if other.findings else "全部对得上"
        click.echo(f"邻村：http://{HOST}:{port}/v/{other.village}，{other.entries} 条记录，{verdict}")
    return sum(len(one.findings) for one in (report, *others))


def _audit(home: Home, village: str) -> Report:
    with open_home_log(home, village) as source:
        return audit_log(source, home.reference, now_ms=SystemClock().now_ms())
