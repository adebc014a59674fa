"""`mingbai audit`: verify a log or a sheet, trusting nobody. Exit 0 when all agrees, 1 with findings, 2 when it could not run."""

from __future__ import annotations

import re
from pathlib import Path

import rich_click as click
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from rich.progress import Progress as Bar

from ledger.audit import Report, audit_evidence, audit_log
from ledger.audit.findings import Finding, LogSource
from ledger.commands.common import get_village, print_json, print_report, village_option
from ledger.config import SystemClock
from ledger.data import load_reference
from ledger.errors import NotFound, NotProven
from ledger.home import open_home
from ledger.sources import VillageSource, open_folder, open_url, open_zip

PROGRESS_MIN_ENTRIES = 2_000


@click.command("audit")
@click.argument("target", required=False, metavar="[文件夹|ZIP|PDF|网址]")
@click.option("--home", envvar="MINGBAI_HOME", metavar="文件夹", help="不写对象时，核对这个账本文件夹。")
@village_option
@click.option("--key", metavar="公钥", help="从别处得知的村公钥（log.vkey 的内容）；写了就只认它。")
@click.option("--json", "as_json", is_flag=True, help="输出给程序读。")
@click.pass_context
def audit_command(
    context: click.Context, target: str | None, home: str | None, village: str | None, key: str | None, as_json: bool
) -> None:
    """离线核对一本账或一张公开表：链、树、签名、余额、评议轮次和每一个公布的数字。"""
    try:
        reports = [_audit_target(target, key)] if target else _audit_home(home, village)
    except NotProven as error:
        reports = [_build_refusal(target or "本机的数据库", error)]
    if as_json:
        print_json(reports if target is None else reports[0])
    else:
        for report in reports:
            print_report(report)
    context.exit(1 if any(report.findings for report in reports) else 0)


def _audit_target(target: str, key: str | None) -> Report:
    if re.match(r"https?://", target):
        return _audit_log(open_url(target), key)
    path = Path(target)
    if path.is_dir():
        return _audit_log(open_folder(path), key)
    if not path.is_file():
        raise NotFound(target)
    with path.open("rb") as file:
        magic = file.read(5)
    return _audit_pdf(path, key) if magic == b"%PDF-" else _audit_log(open_zip(path), key)


def _audit_home(home: str | None, village: str | None) -> list[Report]:
    if home is None:
        raise click.UsageError("写明要核对的文件夹、ZIP、PDF 或网址；核对本机用 --home。")
    opened = open_home(Path(home))
    villages = [get_village(opened, village)] if village else opened.ledger.list_villages()
    if not villages:
        raise NotFound("这个账本文件夹里的村")
    reports = []
    for code in villages:
        with opened.ledger.read(code) as reader:
            reports.append(_audit_log(VillageSource(opened, code, reader), None))
    return reports


def _audit_log(source: LogSource, key: str | None) -> Report:
    if key is not None and key.strip() != source.verifier_key:
        raise NotProven("这份账本的公钥不是 --key 给出的那一把", code="key-differs")
    with Bar(transient=True) as bar:
        task = bar.add_task("核对记录", visible=False)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=total >= PROGRESS_MIN_ENTRIES)

        return audit_log(source, load_reference(), now_ms=SystemClock().now_ms(), progress=show)


def _audit_pdf(path: Path, key: str | None) -> Report:
    try:
        pdf = PdfReader(path)
        attached = [data for name, files in pdf.attachments.items() if name.startswith("mingbai-") for data in files]
        printed = "\n".join(page.extract_text() for page in pdf.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotProven(f"读不成一张公开表的 PDF：{error}", code="pdf-form") from error
    if len(attached) != 1:
        raise NotProven(f"这个 PDF 里有 {len(attached)} 份账目附件，应有 1 份", code="pdf-attachment")
    return audit_evidence(attached[0], printed, load_reference(), trusted_key=key)


def _build_refusal(target: str, error: NotProven) -> Report:
    """A copy that proves nothing at all is a report with that one finding."""
    finding = Finding(
        code=error.code,
        entry=-1,
        expected="能证实的账本或公开表",
        field="全部",
        found=error.reason,
        meaning="这份东西证明不了什么，不能作数",
    )
    return Report(
        entries=0, findings=(finding,), fingerprint="", origin="", root="", sheets=0, source=target, village=""
    )
