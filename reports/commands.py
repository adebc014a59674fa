"""`mingbai seal` fixes a month's sheets to a checkpoint; `mingbai sheet` hands out the archived PDF, else a draft."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import rich_click as click

from ledger.books.values import MONTH_KINDS, SHEET_KINDS, SheetKind
from ledger.commands.common import (
    build_unwritable,
    force_option,
    get_village,
    get_writable_village,
    home_option,
    json_option,
    maker_option,
    print_json,
    print_notice,
    refuse_strangers,
    refuse_taken,
    village_option,
    warn_of_address,
    write_whole,
)
from ledger.errors import Fault, Refused, format_fault
from ledger.home import Home
from ledger.service.annexes import seal_annex
from ledger.service.doctor import Check
from ledger.service.drafts import refuse_no_month
from ledger.service.paper import build_draft_job, find_sealed_pdf
from ledger.service.sheets import SealedSheet, seal_sheet
from ledger.service.witnessing import ask_witnesses
from reports.fonts import FontsMissing, find_fonts
from reports.worker import WorkerRenderer

LEFT_OUT = frozenset({"sheet-nothing", "sheet-unchanged"})
"""Why a sheet that nobody named is left out, and no fault."""


@click.command("sheet")
@home_option
@village_option
@click.option("--month", required=True, metavar="YYYY-MM", help="哪个月，如 2026-11。")
@click.option(
    "--kind",
    required=True,
    type=click.Choice(SHEET_KINDS),
    help="哪种表：finance 财务，points 村民积分，scores 党员评分，quarter 季度，year 年度（月份写最后一个月）。",
)
@click.option("--out", required=True, metavar="文件.pdf", help="写到哪个文件。")
@click.option("--draft", is_flag=True, help="按现在的记录打印草稿，即使已经封存。")
@force_option
@json_option
def sheet(
    home: Home,
    village: str | None,
    month: str,
    kind: SheetKind,
    out: str,
    draft: bool,
    force: bool,
    as_json: bool,
) -> None:
    """取出一张公开表的 PDF：已封存的取原件，未封存的打印草稿。"""
    refuse_no_month(month)
    code = get_village(home, village)
    path = Path(out)
    refuse_taken(path, force=force)
    number, data = (None if draft else find_sealed_pdf(home, code, kind, month)) or ("", b"")
    if not number:
        job = build_draft_job(home, code, kind, month)
        with WorkerRenderer() as renderer:
            data = renderer.render(job)
    write_whole(path, data, force=force)
    if as_json:
        digest = hashlib.sha256(data).hexdigest()
        print_json(
            {
                "file": str(path),
                "kind": kind,
                "month": month,
                "number": number,
                "pdf": digest,
                "village": code,
            }
        )
    elif number:
        print_notice(f"公开表 {number} 的原件已写到 {path}")
    else:
        print_notice(f"草稿已写到 {path}：没有封存，没有二维码，不作公示依据")


@click.command("seal")
@home_option
@village_option
@click.option("--month", required=True, metavar="YYYY-MM", help="哪个月，如 2026-11；要先结账。")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(SHEET_KINDS),
    help="哪种表，可写多次；不写就封存这个月本村有的、有新内容的。季度 quarter、年度 year 要写明。",
)
@maker_option
@click.option("--out", metavar="文件夹", help="同时把 PDF 放进这个文件夹，好拿去打印。")
@json_option
@click.pass_context
def seal(
    context: click.Context,
    home: Home,
    village: str | None,
    month: str,
    kinds: tuple[SheetKind, ...],
    maker: str,
    out: str | None,
    as_json: bool,
) -> None:
    """封存公开表：数字和 PDF 固定到一个签名的检查点，此后改动都看得出来。"""
    refuse_no_month(month)
    code = get_writable_village(home, village)
    refuse_strangers(home, code, maker=maker)
    folder = _make_folder(out)
    sealed, left = _seal_each(home, code, kinds or MONTH_KINDS, month, maker)
    if not sealed:
        raise Refused(_choose_faults(left))
    wrong = [fault for faults in left.values() for fault in faults if kinds or fault.code not in LEFT_OUT]
    wrong += [fault for item in sealed if folder for fault in _hand_out(home, item, folder)]
    if as_json:
        print_json({"faults": wrong, "left_out": left, "month": month, "sealed": sealed, "village": code})
    else:
        _tell(month, sealed, left)
        warn_of_address(home.config.public_base_url)
        for fault in wrong:
            print_notice(f"没有做成：{format_fault(fault)}")
    context.exit(1 if wrong else 0)


def _make_folder(out: str | None) -> Path | None:
    """Make the folder before anything is sealed: what is sealed cannot be taken back."""
    if out is None:
        return None
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused([build_unwritable(folder, error)]) from error
    return folder


def _seal_each(
    home: Home, village: str, kinds: tuple[SheetKind, ...], month: str, maker: str
) -> tuple[list[SealedSheet], dict[SheetKind, tuple[Fault, ...]]]:
    """Return what was sealed, and of every other kind why not: each sheet is an entry of its own."""
    sealed: list[SealedSheet] = []
    left: dict[SheetKind, tuple[Fault, ...]] = {}
    with WorkerRenderer() as renderer:
        for kind in dict.fromkeys(kinds):
            # Paper carries what witnesses say of the very log it prints; whoever does not answer is left out.
            ask_witnesses(home, village, only_due=True)
            try:
                item, _ = seal_sheet(
                    home,
                    renderer,
                    village,
                    kind,
                    month,
                    maker=maker,
                    base_url=home.config.public_base_url,
                    is_demo=home.config.is_demo,
                )
            except Refused as error:
                left[kind] = error.faults
            else:
                sealed.append(item)
                if kind == "points":
                    seal_annex(home, village, month, maker=maker)
    return sealed, left


def _choose_faults(left: dict[SheetKind, tuple[Fault, ...]]) -> list[Fault]:
    """Of why nothing was sealed, each reason once; what a village never adopted only where nothing else stands."""
    faults = list(dict.fromkeys(fault for faults in left.values() for fault in faults))
    return [fault for fault in faults if fault.code != "sheet-nothing"] or faults


def _hand_out(home: Home, sealed: SealedSheet, folder: Path) -> list[Fault]:
    """Write a sealed sheet's PDF; it stays sealed where that fails, and `mingbai sheet` hands it out again."""
    try:
        write_whole(folder / f"{sealed.number}.pdf", home.archive.find(sealed.pdf) or b"")
    except Refused as error:
        return list(error.faults)
    return []


def _tell(month: str, sealed: list[SealedSheet], left: dict[SheetKind, tuple[Fault, ...]]) -> None:
    for item in sealed:
        click.echo(f"{item.number}  第 {item.index} 条  PDF {item.pdf[:16]}…")
    print_notice(f"{month} 已封存 {len(sealed)} 张。打印张贴用 mingbai sheet，或 --out 写出的 PDF。")
    for faults in left.values():
        for fault in faults:
            if fault.code in LEFT_OUT:
                print_notice(f"没有封存{fault.place}：{fault.found}。")


def list_checks() -> Iterator[Check]:
    """What the doctor looks at for this package: the fonts of the sheets."""
    try:
        missing, files = "", find_fonts()
    except FontsMissing as error:
        missing, files = str(error), None
    yield Check(
        advice="要打印公开表的，装上：apt install fonts-noto-cjk" if missing else "",
        found=f"{files.regular.name}、{files.bold.name}" if files else missing,
        name="公开表的字体",
        state="warning" if missing else "fine",
    )
