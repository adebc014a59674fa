"""`mingbai`: the command's root. It lists commands, prints refusals and exits.

Exit status: 0 fine, 1 findings or a refusal, 2 could not run; under `--json` a refusal is JSON too. A command's module
is imported when it is run, never to list it: the list costs no database and no renderer. Commands of the packages above
(sheet, seal, serve, demo) are found by their entry points, so that `ledger` imports nothing above it.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import NoReturn

import msgspec
import rich_click as click
from click.exceptions import NoArgsIsHelpError

from ledger.commands.refusals import (
    Asked,
    CouldNotRun,
    explain_os_error,
    explain_usage,
    find_disk_failure,
    list_faults,
)
from ledger.errors import Fault, InDoubt, NotFound, NotProven, Refused, Tampered, format_fault

OWN = {
    "init": "ledger.commands.home:init_command",
    "users": "ledger.commands.accounts:users_group",
    "desklog": "ledger.commands.accounts:desklog_command",
    "adopt": "ledger.commands.adopt:adopt_group",
    "rules": "ledger.commands.rules:rules_group",
    "template": "ledger.commands.import_:template_command",
    "import": "ledger.commands.import_:import_command",
    "drafts": "ledger.commands.books:drafts_command",
    "pass": "ledger.commands.books:pass_command",
    "discard": "ledger.commands.books:discard_command",
    "close": "ledger.commands.books:close_command",
    "export": "ledger.commands.export:export_command",
    "books": "ledger.commands.journals:books_command",
    "audit": "ledger.commands.audit:audit_command",
    "keys": "ledger.commands.keys:keys_group",
    "witness": "ledger.commands.witness:witness_group",
    "vault": "ledger.commands.vault:vault_group",
    "doctor": "ledger.commands.doctor:doctor_command",
    "database": "ledger.commands.database:database_group",
    "scrub": "ledger.commands.backup:scrub_command",
    "backup": "ledger.commands.backup:backup_command",
    "restore": "ledger.commands.backup:restore_command",
}
HELP = {
    "init": "新建账本文件夹，为一个村立账。",
    "users": "登记在账本里办事的人，管理登录账号。",
    "adopt": "采用积分细则、考评办法、见证办法，更改村情说明。",
    "rules": "对照法律查看一份积分细则。",
    "template": "生成空白表格。",
    "import": "把填好的表格变成待审的草稿。",
    "drafts": "列出待审的记录。",
    "pass": "另一人审核通过，记入账本。",
    "discard": "作废还没通过的记录。",
    "close": "结账。",
    "seal": "封存一个月的公开表。",
    "sheet": "取出公开表的 PDF。",
    "serve": "打开网页。",
    "export": "导出一个村的账本。",
    "books": "把账簿导出成会计软件和表格能打开的文件。",
    "audit": "离线核对账本或公开表。",
    "witness": "替别的村看住账本，或请见证人确认。",
    "keys": "账本的签名私钥：保管、备份、更换。",
    "vault": "加密的隐私库：删除一户一人，轮换和抄写钥匙。",
    "doctor": "检查这台机器上的安装。",
    "desklog": "查看办事记录：谁登录、谁看过什么。",
    "database": "准备 PostgreSQL 数据库，重算速查数据。",
    "scrub": "把存着的重读一遍，看盘有没有坏。",
    "backup": "备份账本文件夹。",
    "restore": "用备份恢复，找回缺的记录。",
    "demo": "建一个示例村看看。",
}
"""What the list says of each command, in the order of a month's work; a test holds it to the commands."""
HELP_OPTIONS = ["-h", "--help"]


class Root(click.RichGroup):
    """The root group: our own commands, and those that the packages above bring."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        names = [*OWN, *(point.name for point in entry_points(group="mingbai.commands"))]
        known = list(HELP)
        return sorted(names, key=lambda name: known.index(name) if name in HELP else len(known))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command itself when it is about to run, else only what the list says of it."""
        if ctx.resilient_parsing or cmd_name not in HELP:
            return load_command(cmd_name)
        return click.RichCommand(name=cmd_name, help=HELP[cmd_name])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, load_command(name) if name is not None else command, rest


def load_command(name: str) -> click.Command | None:
    """Import a command; None where there is none of that name.

    Raises Refused where what it needs is not installed, OSError where no file can be opened.
    """
    if name in OWN:
        module, attribute = OWN[name].split(":")
        command = getattr(import_module(module), attribute)
    else:
        points = list(entry_points(group="mingbai.commands", name=name))
        if not points:
            # A list that cannot be opened is passed over without a word: opening any file says why.
            Path(__file__).open("rb").close()
            return None
        command = _load_above(points[0])
    assert isinstance(command, click.Command)
    explain_help(command)
    return command


def explain_help(command: click.Command) -> None:
    """Let the option `--help` of a command, and of those below it, speak Chinese."""
    option = command.get_help_option(click.Context(command, help_option_names=HELP_OPTIONS))
    assert option is not None
    option.help = "显示这段说明。"
    command.options_metavar = "[选项]"
    if isinstance(command, click.Group):
        command.subcommand_metavar = "命令 …"
        for below in command.commands.values():
            explain_help(below)


def _load_above(point: EntryPoint) -> object:
    try:
        return point.load()
    except ModuleNotFoundError as error:
        extra = point.module.split(".")[0]
        raise Refused(
            [
                Fault(
                    code="extra-missing",
                    place=f"命令 {point.name}",
                    found=f"没有装 {error.name}",
                    expected=f"装了 mingbai[{extra}]",
                    remedy=f"用 pip install 'mingbai[{extra}]' 装全，或用 ./mingbai 运行",
                )
            ]
        ) from error


@click.group(cls=Root, context_settings={"help_option_names": HELP_OPTIONS})
@click.version_option(package_name="mingbai", message="明白账 %(version)s", help="显示版本。")
@click.rich_config(
    {
        "arguments_panel_title": "内容",
        "commands_panel_title": "命令",
        "default_string": "［不写就是 {}］",
        "envvar_string": "［环境变量 {}］",
        "options_panel_title": "选项",
        "required_long_string": "［必写］",
    }
)
def root() -> None:
    """明白账：村民看得懂、谁都查得到的集体账本。"""


explain_help(root)


def main() -> None:
    """Run the command line and leave with its exit status."""
    asked = Asked()
    try:
        # Without standalone mode the status of `context.exit` comes back as the value.
        status = root.main(prog_name="mingbai", standalone_mode=False, obj=asked)
    except NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        _say("已中止。")
        sys.exit(2)
    except (click.ClickException, Refused, NotFound, NotProven, Tampered, OSError) as error:
        _leave(error, asked)
    except Exception as error:
        failure = find_disk_failure(error)
        if failure is None:
            raise
        _leave(failure, asked)
    sys.exit(status if isinstance(status, int) else 0)


def _leave(error: Exception, asked: Asked) -> NoReturn:
    if asked.as_json:
        faults = msgspec.to_builtins(list_faults(error))
        click.echo(json.dumps({"faults": faults}, ensure_ascii=False, indent=2))
    else:
        _tell(error)
    could_run = isinstance(error, Refused | NotProven | Tampered) and not isinstance(error, CouldNotRun)
    sys.exit(1 if could_run else 2)


def _tell(error: Exception) -> None:
    """Say to a person why a command ended, and what to do."""
    if isinstance(error, click.ClickException):
        _say(f"命令没有写对：{explain_usage(error)}")
        context = error.ctx if isinstance(error, click.UsageError) else None
        _say(f"怎么写，看：{context.command_path if context else 'mingbai'} --help")
    elif isinstance(error, Refused):
        _say(f"有 {len(error.faults)} 处要改，什么都没有记：")
        for number, fault in enumerate(error.faults, 1):
            _say(f"  {number}. {format_fault(fault)}")
    elif isinstance(error, NotFound):
        _say(f"没有找到：{error}")
    elif isinstance(error, InDoubt):
        _say(str(error))
    elif isinstance(error, OSError):
        place = f"（{error.filename}）" if error.filename else ""
        _say(f"读写文件时出错，没有做完：{explain_os_error(error)}{place}")
    else:
        _say(f"账本对不上，已停止：{error}")


def _say(text: str) -> None:
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
