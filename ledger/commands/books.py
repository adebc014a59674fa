"""`mingbai drafts`, `pass`, `discard`, `close`: from a clerk's drafts to entries, and the end of a month."""

from __future__ import annotations

import rich_click as click

from ledger.commands.common import (
    get_village,
    get_writable_village,
    home_option,
    json_option,
    maker_option,
    print_json,
    print_notice,
    refuse_strangers,
    village_option,
)
from ledger.home import Home
from ledger.service.close import prepare_closing
from ledger.service.drafts import open_draft
from ledger.service.passing import discard_drafts, pass_drafts, tell_held
from ledger.service.showing import Shown, name_gone, show_drafts


@click.command("drafts")
@home_option
@village_option
@click.argument("drafts", nargs=-1, metavar="待审编号…")
@json_option
def drafts_command(home: Home, village: str | None, drafts: tuple[str, ...], as_json: bool) -> None:
    """列出待审的记录；写明编号就把那几条的内容全部列出来，通过以前先看。"""
    code = get_village(home, village)
    if drafts:
        _print_whole(show_drafts(home, code, drafts), as_json)
        return
    makers = {person.user: person.name for person in home.vault.list_persons(code)}
    waiting = [
        {
            "id": draft.id,
            "label": draft.label,
            "batch": draft.batch,
            "maker": claim.maker.user,
            "maker_name": makers.get(claim.maker.user) or name_gone(home, claim),
        }
        for draft in home.vault.list_drafts(code, "waiting")
        for claim in [open_draft(draft)]
    ]
    if as_json:
        print_json(waiting)
        return
    for item in waiting:
        click.echo(f"{item['id']}  {item['label']}　村文书 {item['maker']} {item['maker_name']}".rstrip())
    print_notice(f"共 {len(waiting)} 条待审。看一条的内容：mingbai drafts 待审编号")


def _print_whole(shown: list[Shown], as_json: bool) -> None:
    if as_json:
        print_json(shown)
        return
    for item in shown:
        first, *others = item.lines
        click.echo(f"{item.id}  {first}")
        click.echo(
            f"　村文书 {item.maker} {item.maker_name}，会计期间 {item.period}，发生日期 {item.occurred_on}"
        )
        for line in others:
            click.echo(line)


@click.command("pass")
@home_option
@village_option
@click.argument("drafts", nargs=-1, metavar="待审编号…")
@click.option(
    "--all",
    "take_all",
    is_flag=True,
    help="通过全部待审的记录；先用 mingbai drafts 待审编号 看过各条的内容。",
)
@click.option("--checker", required=True, metavar="代号", help="审核人的代号；不能是村文书自己。")
@click.option(
    "--accept-warnings",
    "accept",
    is_flag=True,
    help="看过积分细则的提醒（mingbai drafts 待审编号 列出来），认为可以这样写。",
)
@json_option
def pass_command(
    home: Home,
    village: str | None,
    drafts: tuple[str, ...],
    take_all: bool,
    checker: str,
    accept: bool,
    as_json: bool,
) -> None:
    """另一人审核通过；通过后才记入账本。"""
    code = get_writable_village(home, village)
    if take_all == bool(drafts):
        raise click.UsageError("写明待审编号，或用 --all 通过全部，二者选一。")
    refuse_strangers(home, code, checker=checker)
    ids = [draft.id for draft in home.vault.list_drafts(code, "waiting")] if take_all else list(drafts)
    receipts = pass_drafts(home, code, ids, checker, accepted=ids if accept else ())
    indexes = {id_: receipt.index for id_, receipt in zip(ids, receipts, strict=True) if receipt is not None}
    held = {id_: tell_held(home, code, id_) for id_ in ids if id_ not in indexes}
    if as_json:
        recorded = [{"draft": id_, "index": index} for id_, index in indexes.items()]
        print_json({"held": held, "recorded": recorded, "village": code})
        return
    for id_, index in indexes.items():
        click.echo(f"{id_} → 第 {index} 条")
    for id_, why in held.items():
        click.echo(f"{id_}　已审核，还没记入：{why}")
    print_notice(f"已记入 {len(indexes)} 条。")


@click.command("discard")
@home_option
@village_option
@click.argument("drafts", nargs=-1, required=True, metavar="待审编号…")
@click.option("--maker", metavar="代号", help="村文书的代号：作废自己交审的。")
@click.option("--checker", metavar="代号", help="审核人的代号：退回别人交审的。")
@json_option
def discard_command(
    home: Home,
    village: str | None,
    drafts: tuple[str, ...],
    maker: str | None,
    checker: str | None,
    as_json: bool,
) -> None:
    """作废还没通过的记录：村文书作废自己交审的，审核人退回别人交审的。"""
    user = maker or checker
    if user is None or (maker and checker):
        raise click.UsageError("写明是谁作废：村文书用 --maker，审核人用 --checker，二者选一。")
    code = get_writable_village(home, village)
    refuse_strangers(home, code, maker=maker, checker=checker)
    discard_drafts(home, code, drafts, user)
    if as_json:
        print_json({"discarded": list(drafts), "village": code})
        return
    print_notice(f"已作废 {len(drafts)} 条。")


@click.command("close")
@home_option
@village_option
@click.option("--month", required=True, metavar="YYYY-MM", help="要结账的月份，如 2026-10；要已经过完。")
@maker_option
@click.option("--checker", metavar="代号", help="审核人的代号；不写就留待审核。")
@json_option
def close_command(
    home: Home, village: str | None, month: str, maker: str, checker: str | None, as_json: bool
) -> None:
    """结账：月份结账后不再记账，更正记到当月。"""
    code = get_writable_village(home, village)
    refuse_strangers(home, code, maker=maker, checker=checker)
    draft = prepare_closing(home, code, month, maker)
    receipt = pass_drafts(home, code, [draft.id], checker)[0] if checker else None
    index = receipt.index if receipt is not None else None
    if as_json:
        print_json({"draft": draft.id, "index": index, "label": draft.label, "month": month, "village": code})
        return
    click.echo(f"{draft.id}  {draft.label}")
    if index is None:
        print_notice(f"待审：mingbai pass {draft.id} --checker 审核人代号")
    else:
        print_notice(f"{month} 已结账，第 {index} 条。")
