"""`mingbai seal` fixes a month's sheets to a checkpoint; `mingbai sheet` hands out the archived PDF, else a draft."""

from __future__ import annotations

import os
import re
from pathlib import Path

import rich_click as click

from ledger.books.values import SheetKind
from ledger.canonical import encode_value
from ledger.commands.common import (
    get_village,
    get_writable_village,
    home_option,
    print_notice,
    village_option,
)
from ledger.errors import Fault, NotFound, Refused
from ledger.home import Home
from ledger.ports import Ports, SheetJob
from ledger.service.drafts import refuse_stranger
from ledger.service.sheets import build_figures, find_open_until, find_sheet, seal_sheet
from reports.worker import WorkerRenderer

ALL_KINDS: tuple[SheetKind, ...] = ("finance", "points", "scores")
_MONTH = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])", re.ASCII)


@click.command("sheet")
@home_option
@village_option
@click.option("--month", required=True, metavar="YYYY-MM", help="哪个月，如 2026-11。")
@click.option(
    "--kind",
    required=True,
    type=click.Choice(["finance", "points", "scores"]),
    help="哪种表：finance 财务，points 村民积分，scores 党员评分。",
)
@click.option("--out", required=True, metavar="文件.pdf", help="写到哪个文件。")
@click.option("--draft", is_flag=True, help="按现在的记录打印草稿，即使已经封存。")
def sheet(home: Home, village: str | None, month: str, kind: SheetKind, out: str, draft: bool) -> None:
    """取出一张公开表的 PDF：已封存的取原件，未封存的打印草稿。"""
    check_month(month)
    code = get_village(home, village)
    sealed = None if draft else find_sealed_pdf(home, code, kind, month)
    if sealed is not None:
        number, data = sealed
        write_whole(Path(out), data)
        print_notice(f"公开表 {number} 的原件已写到 {out}")
        return
    with WorkerRenderer() as renderer:
        data = renderer.render(build_draft_job(home, code, kind, month))
    write_whole(Path(out), data)
    print_notice(f"草稿已写到 {out}：没有封存，没有二维码，不作公示依据")


@click.command("seal")
@home_option
@village_option
@click.option("--month", required=True, metavar="YYYY-MM", help="哪个月；要先结账。")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(["finance", "points", "scores"]),
    help="哪种表；不写就三种都封存。",
)
@click.option("--maker", required=True, metavar="代号", help="经办人的代号。")
@click.option("--out", metavar="文件夹", help="同时把 PDF 放进这个文件夹，好拿去打印。")
def seal(
    home: Home, village: str | None, month: str, kinds: tuple[SheetKind, ...], maker: str, out: str | None
) -> None:
    """封存公开表：数字和 PDF 固定到一个签名的检查点，此后改动都看得出来。"""
    check_month(month)
    code = get_writable_village(home, village)
    refuse_stranger(home, code, maker)
    with WorkerRenderer() as renderer:
        for kind in kinds or ALL_KINDS:
            sealed, receipt = seal_sheet(
                home,
                renderer,
                code,
                kind,
                month,
                maker=maker,
                base_url=home.config.public_base_url,
                is_demo=home.config.is_demo,
            )
            click.echo(f"{sealed.number}  第 {receipt.index} 项  PDF {sealed.pdf[:16]}…")
            if out is not None:
                write_whole(Path(out) / f"{sealed.number}.pdf", home.archive.find(sealed.pdf) or b"")
    print_notice(f"{month} 已封存。打印张贴用 mingbai sheet，或上面写出的 PDF。")


def find_sealed_pdf(home: Ports, village: str, kind: SheetKind, month: str) -> tuple[str, bytes] | None:
    """Return number and bytes of the month's newest sealed sheet, None where none was sealed.

    Raises NotFound when the log names a PDF that the archive has lost, Tampered when its bytes have another
    digest.
    """
    with home.ledger.read(village) as reader:
        found = find_sheet(reader, kind, month)
    if found is None:
        return None
    data = home.archive.find(found.pdf)
    if data is None:
        raise NotFound(f"公开表 {found.number} 的 PDF 原件")
    return found.number, data


def build_draft_job(home: Home, village: str, kind: SheetKind, month: str) -> SheetJob:
    """Return the job of a draft: provisional figures, no codes, nothing attached."""
    with home.ledger.read(village) as reader:
        figures = build_figures(home, reader, kind, month)
        open_until = find_open_until(reader, month)
    return SheetJob(
        base_url="",
        evidence=b"",
        figures=encode_value(figures),
        is_demo=home.config.is_demo,
        kind=kind,
        note=b"",
        open_until=open_until,
        verifier_key=home.get_signer(village).verifier_key,
    )


def check_month(month: str) -> None:
    """Refuse what is no month."""
    if _MONTH.fullmatch(month):
        return
    raise Refused(
        [
            Fault(
                code="month-invalid",
                place="--month",
                found=month[:20],
                expected="如 2026-11",
                remedy="写四位年、两位月",
            )
        ]
    )


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: a crash leaves the old one; raises Refused where it cannot be
    written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Refused(
            [
                Fault(
                    code="file-unwritable",
                    place=f"文件 {path}",
                    found=os.strerror(error.errno or 0),
                    expected="可以写的文件",
                    remedy="检查文件夹是否存在、是否有权限和空间",
                )
            ]
        ) from error
