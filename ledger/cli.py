"""`mingbai`: the command's root. It lists commands, prints refusals and exits.

Exit status: 0 fine, 1 findings or a refusal, 2 could not run. Commands of the packages above (sheet, serve, demo) are
found by their entry points, so that `ledger` imports nothing above it.
"""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import rich_click as click

from ledger.commands.adopt import adopt_group
from ledger.commands.audit import audit_command
from ledger.commands.books import close_command, discard_command, drafts_command, pass_command
from ledger.commands.common import print_faults, print_notice
from ledger.commands.doctor import doctor_command
from ledger.commands.export import export_command
from ledger.commands.home import init_command, users_group
from ledger.commands.import_ import import_command, template_command
from ledger.errors import NotFound, NotProven, Refused, Tampered

COMMANDS = (
    init_command,
    users_group,
    adopt_group,
    template_command,
    import_command,
    drafts_command,
    pass_command,
    discard_command,
    close_command,
    export_command,
    audit_command,
    doctor_command,
)


class Root(click.RichGroup):
    """The root group: our own commands, and those that the packages above bring."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        above = [point.name for point in entry_points(group="mingbai.commands")]
        return sorted({*super().list_commands(ctx), *above})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        known = super().get_command(ctx, cmd_name)
        if known is not None:
            return known
        for point in entry_points(group="mingbai.commands", name=cmd_name):
            command = point.load()
            assert isinstance(command, click.Command)
            return command
        return None


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mingbai")
def root() -> None:
    """明白账：村民看得懂、谁都查得到的集体账本。"""


for _command in COMMANDS:
    root.add_command(_command)


def main() -> None:
    """Run the command line and leave with its exit status."""
    try:
        # Without standalone mode the status of `context.exit` comes back as the value.
        status = root.main(standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        print_notice("已中止。")
        sys.exit(2)
    except Refused as error:
        print_faults(error.faults)
        sys.exit(1)
    except NotFound as error:
        print_notice(f"没有找到：{error}")
        sys.exit(2)
    except (NotProven, Tampered) as error:
        print_notice(f"账本对不上，已停止：{error}")
        sys.exit(1)
    except OSError as error:
        print_notice(f"读写文件时出错，没有做完：{error}")
        sys.exit(2)


if __name__ == "__main__":
    main()
