"""`mingbai adopt`: the rulebook, the scheme and the village's own description, as drafts to be passed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import rich_click as click

from ledger.commands.common import (
    get_writable_village,
    home_option,
    maker_option,
    print_notice,
    village_option,
)
from ledger.home import Home
from ledger.ports import Draft
from ledger.service.adopt import prepare_description, prepare_rulebook, prepare_scheme

F = TypeVar("F", bound=Callable[..., object])


def _adoption_options(command: F) -> F:
    """Add what every adoption is asked: home, village, maker, the first month in force, and who resolved it."""
    resolution = click.option("--resolution", required=True, help="哪次会议通过的。")
    month = click.option("--month", required=True, metavar="YYYY-MM", help="从哪个月起用。")
    return home_option(village_option(maker_option(month(resolution(command)))))


@click.group("adopt")
def adopt_group() -> None:
    """通过积分细则、考评办法，或更改村情说明（都要另一人审核）。"""


@adopt_group.command("rulebook")
@_adoption_options
def _rulebook(home: Home, village: str | None, maker: str, month: str, resolution: str) -> None:
    """采用随程序附带的 58 条村规民约积分细则。"""
    _say(
        prepare_rulebook(
            home, get_writable_village(home, village), maker=maker, period=month, resolution=resolution
        )
    )


@adopt_group.command("scheme")
@_adoption_options
def _scheme(home: Home, village: str | None, maker: str, month: str, resolution: str) -> None:
    """采用随程序附带的党员积分考评办法（基础分 60，一至五星）。"""
    _say(
        prepare_scheme(
            home, get_writable_village(home, village), maker=maker, period=month, resolution=resolution
        )
    )


@adopt_group.command("description")
@home_option
@village_option
@maker_option
@click.option("--name", required=True, help="村名。")
@click.option("--township", required=True, help="县和乡镇。")
@click.option("--telephone", required=True, help="监督电话。")
def _description(
    home: Home, village: str | None, maker: str, name: str, township: str, telephone: str
) -> None:
    """更改村名、乡镇或监督电话。"""
    code = get_writable_village(home, village)
    _say(prepare_description(home, code, maker=maker, name=name, township=township, telephone=telephone))


def _say(draft: Draft) -> None:
    click.echo(f"{draft.id}  {draft.label}")
    print_notice(f"待审：mingbai pass {draft.id} --checker 审核人代号")
