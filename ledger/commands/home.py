"""`mingbai init`: a home, and in it a village's log."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import rich_click as click
from click.core import ParameterSource

from ledger.books.village import ChartVersion
from ledger.commands.common import (
    chart_option,
    find_asked_passphrases,
    passphrase_option,
    print_notice,
    warn_of_address,
)
from ledger.commands.keys import choose_protection
from ledger.config import (
    DEFAULT_BASE_URL,
    SETTINGS_FILE,
    Config,
    check_base_url,
    check_database,
    read_config,
)
from ledger.errors import Fault, Refused
from ledger.home import Home, create_home
from ledger.keys.vault import TITLE as VAULT_TITLE
from ledger.service.accounts.duties import enter_person
from ledger.service.adopt import prepare_description
from ledger.service.found import check_village_code, found_village, make_origin

NO_DATABASE = "放在文件夹里"
"""What an empty address of the database means."""


@click.command("init")
@click.option(
    "--home", "path", envvar="MINGBAI_HOME", required=True, metavar="文件夹", help="要新建的账本文件夹。"
)
@click.option("--village", metavar="村代码", help="12 位区划代码；不写就只建文件夹。")
@click.option("--name", default="", metavar="村名", help="村名，如 石榴河村。")
@click.option("--township", default="", metavar="地方", help="县和乡镇，如 样例县石榴镇。")
@click.option("--telephone", default="", metavar="号码", help="村务监督委员会的监督电话，会公开。")
@click.option("--clerk", default="", metavar="姓名", help="村文书（报账员）。")
@click.option("--supervisor", default="", metavar="姓名", help="监督委员。")
@chart_option
@click.option(
    "--database",
    default="",
    metavar="地址",
    help="把账本放进 PostgreSQL，如 postgresql://mingbai@/mingbai；不写就放在文件夹里。",
)
@click.option(
    "--base-url",
    default=DEFAULT_BASE_URL,
    show_default=True,
    metavar="网址",
    help="村民扫码打开的网址，印在公开表的码里；以后在 mingbai.toml 里改。",
)
@passphrase_option
@click.option("--no-passphrase", "is_plain", is_flag=True, help="签名私钥不加口令；只用于试用。")
@click.pass_context
def init_command(
    context: click.Context,
    /,
    path: str,
    village: str | None,
    base_url: str,
    database: str,
    is_plain: bool,
    **details: str,
) -> None:
    """新建账本文件夹；写明村代码时同时为这个村立账。"""
    faults = (
        check_base_url(base_url)
        + check_database(database, "--database")
        + (check_village_code(village, details) if village else [])
    )
    if faults:
        raise Refused(faults)
    config = Config(database=database, public_base_url=base_url)
    _refuse_other_settings(context, Path(path), config)
    passphrases = find_asked_passphrases()
    with closing(create_home(Path(path), config, passphrases=passphrases)) as home:
        print_notice(f"账本文件夹：{home.path}")
        warn_of_address(home.config.public_base_url)
        if village:
            _found(home, village, details, is_plain=is_plain)


def _refuse_other_settings(context: click.Context, path: Path, asked: Config) -> None:
    """Raise Refused where the home has settings already and an option that was typed differs from them: they are kept.

    Whoever founds a second village must not believe that its codes lead to the address they typed.
    """
    if not (path / SETTINGS_FILE).is_file():
        return
    kept = read_config(path)
    faults = [
        Fault(
            code="setting-kept",
            place=option,
            found=ours or NO_DATABASE,
            expected="与已有设置一样，或不写",
            remedy=f"已有设置是 {theirs or NO_DATABASE}，{remedy}",
        )
        for option, name, ours, theirs, remedy in (
            (
                "--base-url",
                "base_url",
                asked.public_base_url,
                kept.public_base_url,
                f"请改 {SETTINGS_FILE}；已封存的表不会跟着改",
            ),
            (
                "--database",
                "database",
                asked.database,
                kept.database,
                # An address alone would leave what was recorded behind.
                f"还没有立账的请改 {SETTINGS_FILE}；已有账的，先备份，再用 mingbai restore 恢复成新的账本文件夹",
            ),
        )
        if ours != theirs and context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if faults:
        raise Refused(faults)


def _found(home: Home, village: str, details: dict[str, str], *, is_plain: bool) -> None:
    if village in home.ledger.list_villages():
        print_notice(f"{village} 已经立过账，没有改动。")
        return
    passphrase = choose_protection(home, f"村 {village} 的签名私钥", is_plain=is_plain)
    # A token keeps what signs; what is read with the vault's key must be able to leave it.
    is_apart = home.keys.token is not None and not is_plain and home.vault_keys.protection == "none"
    home.vault_keys.create(home.keys.passphrases.choose(VAULT_TITLE) if is_apart else passphrase)
    home.keys.create(village, make_origin(home.entropy), home.entropy.take(32), passphrase)
    clerk = enter_person(home, None, village, details["clerk"], roles=["clerk"])
    supervisor = enter_person(home, None, village, details["supervisor"], roles=["supervisor"])
    origin = home.keys.get_signer(village).origin
    chart: ChartVersion = "2004" if details["chart"] == "2004" else "2023"
    found_village(home, village, origin, chart, clerk.user)
    draft = prepare_description(
        home,
        village,
        maker=clerk.user,
        name=details["name"],
        township=details["township"],
        telephone=details["telephone"],
    )
    print_notice(f"已立账：{village}（来源 {origin}）")
    print_notice(f"  村文书 {clerk.user}，监督委员 {supervisor.user}")
    print_notice(f"  村情说明待审：mingbai pass --home {home.path} {draft.id} --checker {supervisor.user}")
