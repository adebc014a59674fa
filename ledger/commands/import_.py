"""`mingbai template` and `mingbai import`: an empty workbook, and a filled one turned into drafts."""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from click.exceptions import Exit

from ledger.books.village import ChartVersion
from ledger.commands.common import (
    chart_option,
    force_option,
    get_village,
    get_writable_village,
    home_option,
    json_option,
    maker_option,
    print_json,
    print_notice,
    read_file,
    refuse_strangers,
    village_option,
    write_whole,
)
from ledger.errors import Refused
from ledger.home import Home
from ledger.service.import_ import Import, WorkbookKind, apply_import, import_workbook
from ledger.service.laid_rulebooks import fill_template
from ledger.service.workbooks.columns import WORKBOOKS

_KINDS = click.Choice(list(WORKBOOKS))
KINDS_HELP = "；".join(f"{name} {book.title}" for name, book in WORKBOOKS.items())
"""Every kind of workbook with its Chinese title."""


@click.command("template")
@click.argument("kind", type=_KINDS, metavar="表格种类", help=KINDS_HELP)
@click.option("--out", required=True, metavar="文件.xlsx", help="写到哪个文件。")
@chart_option
@force_option
def template_command(kind: WorkbookKind, out: str, chart: ChartVersion, force: bool) -> None:
    """生成空白表格：表头、下拉选项和填写说明都在里面。"""
    from ledger.service.workbooks.templates import build_template  # Its library is nothing to `import`.

    # A rulebook begins with the shipped rules, which a village strikes out, changes and adds to.
    rows = fill_template() if kind == "rulebook" else ()
    write_whole(Path(out), build_template(kind, chart, rows=rows), force=force)
    print_notice(f"已写好 {WORKBOOKS[kind].title}表格：{out}")


@click.command("import")
@click.argument("kind", type=_KINDS, metavar="表格种类", help=KINDS_HELP)
@click.argument("file", metavar="文件.xlsx|.csv")
@home_option
@village_option
@maker_option
@click.option("--apply", "keep", is_flag=True, help="存为草稿，等另一人审核；不写就只是试算。")
@json_option
def import_command(
    home: Home, kind: WorkbookKind, file: str, village: str | None, maker: str, keep: bool, as_json: bool
) -> None:
    """把填好的表格变成待审的草稿；有一处要改，就什么都不存。"""
    code = get_writable_village(home, village) if keep else get_village(home, village)
    refuse_strangers(home, code, maker=maker)
    imported = import_workbook(
        home,
        village=code,
        kind=kind,
        data=read_file(file),
        filename=Path(file).name,
        maker=maker,
    )
    if keep and not imported.faults:
        apply_import(home, imported)
    if as_json:
        print_json(_build_answer(imported, keep))
        raise Exit(1 if imported.faults else 0)
    if imported.faults:
        raise Refused(imported.faults)
    _print_import(imported, keep)


def _build_answer(imported: Import, keep: bool) -> dict[str, object]:
    return {
        "applied": keep and not imported.faults,
        "drafts": [{"id": draft.id, "label": draft.label} for draft in imported.drafts],
        "faults": imported.faults,
        "kind": imported.kind,
        "notices": list(imported.notices),
        "preview": list(imported.preview),
        "village": imported.village,
    }


def _print_import(imported: Import, keep: bool) -> None:
    for line in imported.preview:
        click.echo(line)
    for notice in imported.notices:
        print_notice(f"请核对：{notice}")
    if not keep:
        print_notice(f"试算：共 {len(imported.drafts)} 条，没有要改的。加 --apply 存为草稿。")
        return
    for draft in imported.drafts:
        click.echo(f"{draft.id}  {draft.label}")
    print_notice(f"已存 {len(imported.drafts)} 条草稿，等另一人审核：mingbai pass --all --checker 审核人代号")
