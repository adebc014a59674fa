"""`mingbai adopt`: the rulebook, the scheme and the village's own description, as drafts to be passed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import rich_click as click

from ledger.commands.common import (
    get_writable_village,
    home_option,
    json_option,
    maker_option,
    print_json,
    print_notice,
    read_file,
    refuse_strangers,
    village_option,
)
from ledger.data.templates import load_schemes
from ledger.home import Home
from ledger.service.adopt import prepare_description, prepare_rulebook, prepare_scheme
from ledger.service.limits import prepare_limits, read_limits
from ledger.service.policies import prepare_policy
from ledger.service.schemes import read_scheme_file
from ledger.vaults import Draft

F = TypeVar("F", bound=Callable[..., object])


def _adoption_options(command: F) -> F:
    """Add what every adoption is asked: home, village, maker, the first month in force, and who resolved it."""
    resolution = click.option(
        "--resolution",
        required=True,
        metavar="文字",
        help="哪次会议通过的，会公开，如 2025年12月村民代表会议通过。",
    )
    month = click.option("--month", required=True, metavar="YYYY-MM", help="从哪个月起用，如 2026-01。")
    return home_option(village_option(maker_option(month(resolution(json_option(command))))))


@click.group("adopt")
def adopt_group() -> None:
    """通过积分细则、考评办法、见证办法、审核限额，或更改村情说明（都要另一人审核）。"""


@adopt_group.command("rulebook")
@_adoption_options
@click.option(
    "--resolution-number",
    "number",
    default="",
    metavar="编号",
    help="登记过的四议两公开决议，如 JY-2026-003；没有登记的不写。",
)
def _rulebook(
    home: Home, village: str | None, maker: str, month: str, resolution: str, number: str, as_json: bool
) -> None:
    """采用随程序附带的 58 条村规民约积分细则；要改的，用 mingbai template rulebook。"""
    code = get_writable_village(home, village)
    refuse_strangers(home, code, maker=maker)
    draft = prepare_rulebook(
        home, code, maker=maker, period=month, resolution=resolution, resolution_number=number
    )
    _say(draft, as_json)


@adopt_group.command("scheme")
@_adoption_options
@click.option(
    "--name",
    type=click.Choice(list(load_schemes())),
    default="member-60",
    show_default=True,
    help="随程序附带的哪一个办法。",
)
@click.option(
    "--file", "path", metavar="文件", help="自己改过的办法，TOML，写法同附带的；有它就不看 --name。"
)
def _scheme(
    home: Home,
    village: str | None,
    maker: str,
    month: str,
    resolution: str,
    name: str,
    path: str | None,
    as_json: bool,
) -> None:
    """采用考评办法：党员、支部、书记、网格员或微网格的，每种对象同时只有一个。

    附带的办法：member-60 基础分 60、五星，member-100 基础分 100、四个等次，
    member-quarter 按季评、含党员互评，red-credit 五个方面，
    branch-stars 支部评星，secretary-stars 书记五步评星，grid-worker 网格员 50/30/20，micro-grid 微网格。
    """
    code = get_writable_village(home, village)
    refuse_strangers(home, code, maker=maker)
    template = read_scheme_file(read_file(path)) if path is not None else None
    draft = prepare_scheme(
        home, code, maker=maker, period=month, resolution=resolution, name=name, template=template
    )
    _say(draft, as_json)


@adopt_group.command("description")
@home_option
@village_option
@maker_option
@click.option("--name", required=True, metavar="文字", help="村名，如 石榴河村。")
@click.option("--township", required=True, metavar="文字", help="县和乡镇，如 样例县石榴镇。")
@click.option("--telephone", required=True, metavar="号码", help="村务监督委员会的监督电话，会公开。")
@json_option
def _description(
    home: Home, village: str | None, maker: str, name: str, township: str, telephone: str, as_json: bool
) -> None:
    """更改村名、乡镇或监督电话，三项都要写。"""
    code = get_writable_village(home, village)
    refuse_strangers(home, code, maker=maker)
    draft = prepare_description(home, code, maker=maker, name=name, township=township, telephone=telephone)
    _say(draft, as_json)


@adopt_group.command("policy")
@home_option
@village_option
@maker_option
@click.option("--file", "path", required=True, metavar="文件", help="见证办法，按 tlog-policy 写。")
@click.option("--resolution", required=True, metavar="文字", help="哪次会议通过的，会公开。")
@json_option
def _policy(home: Home, village: str | None, maker: str, path: str, resolution: str, as_json: bool) -> None:
    """定下请谁见证、几位确认才算数。"""
    code = get_writable_village(home, village)
    refuse_strangers(home, code, maker=maker)
    _say(prepare_policy(home, code, maker=maker, text=read_file(path), resolution=resolution), as_json)


@adopt_group.command("limits")
@home_option
@village_option
@maker_option
@click.option(
    "--second", default="0", show_default=True, metavar="元", help="从多少元起，村书记也要审核；0 是不设。"
)
@click.option(
    "--third", default="0", show_default=True, metavar="元", help="从多少元起，乡镇记账员也要审核；0 是不设。"
)
@click.option(
    "--decided",
    default="0",
    show_default=True,
    metavar="元",
    help="开支从多少元起，没有登记的决议就不能记账；0 是不设。",
)
@click.option("--resolution", required=True, metavar="文字", help="哪次会议通过的，会公开。")
@json_option
def _limits(
    home: Home,
    village: str | None,
    maker: str,
    second: str,
    third: str,
    decided: str,
    resolution: str,
    as_json: bool,
) -> None:
    """定下审核限额：多少元起要第二位、第三位审核人，多少元起的开支要有决议。"""
    code = get_writable_village(home, village)
    refuse_strangers(home, code, maker=maker)
    second_fen, third_fen, decided_fen = read_limits(second, third, decided)
    draft = prepare_limits(
        home,
        code,
        maker=maker,
        second_fen=second_fen,
        third_fen=third_fen,
        resolution=resolution,
        resolution_fen=decided_fen,
    )
    _say(draft, as_json)


def _say(draft: Draft, as_json: bool) -> None:
    if as_json:
        print_json({"draft": draft.id, "label": draft.label, "village": draft.village})
        return
    click.echo(f"{draft.id}  {draft.label}")
    print_notice(f"待审：mingbai pass {draft.id} --checker 审核人代号")
