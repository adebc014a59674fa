"""What a command line that went wrong is told: a person in Chinese, a program in one shape.

Under `--json` every refusal is `{"faults": [{"code", "place", "found", "expected", "remedy"}]}` on standard output,
whatever raised it. Nothing here costs an import: the root of all commands uses it.
"""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass
from difflib import get_close_matches

import rich_click as click
from click.exceptions import NoSuchCommand

from ledger.errors import Fault, InDoubt, NotFound, NotProven, Refused, Tampered

_REASONS = {
    errno.EACCES: "没有权限",
    errno.EADDRINUSE: "已被别的程序占用",
    errno.EADDRNOTAVAIL: "不是这台机器的地址",
    errno.EEXIST: "已经有了",
    errno.EIO: "磁盘读写出错",
    errno.EMFILE: "打开的文件太多（ulimit -n）",
    errno.ENFILE: "整台机器打开的文件太多",
    errno.EISDIR: "是一个文件夹，不是文件",
    errno.ENAMETOOLONG: "名字太长",
    errno.ENOENT: "没有这个文件或文件夹",
    errno.ENOSPC: "磁盘满了",
    errno.ENOTDIR: "路径中间有一段不是文件夹",
    errno.EPERM: "系统不允许",
    errno.EROFS: "这个磁盘只能读",
}


@dataclass
class Asked:
    """What the whole command line asked for, wherever in it that stood; `cli.main` keeps one."""

    as_json: bool = False


class CouldNotRun(Refused):
    """A refusal of a command whose status 1 means something else: an audit that never began has no findings."""


_DATABASE_REASONS = {
    5: (errno.EBUSY, "别的程序一直占着数据库"),  # SQLITE_BUSY
    8: (errno.EROFS, "数据库只能读"),  # SQLITE_READONLY
    10: (
        errno.EIO,
        "磁盘读写出错，或者磁盘满了",
    ),  # SQLITE_IOERR: with no room for its index, SQLite says this, too.
    11: (errno.EBADMSG, "数据库文件坏了"),  # SQLITE_CORRUPT
    13: (errno.ENOSPC, "磁盘满了"),  # SQLITE_FULL
    14: (errno.EIO, "打不开数据库文件"),  # SQLITE_CANTOPEN
    15: (
        errno.EIO,
        "锁不住数据库文件",
    ),  # SQLITE_PROTOCOL: the system would not give a lock, again and again.
    26: (errno.EBADMSG, "数据库文件坏了"),  # SQLITE_NOTADB
}
"""By SQLite's primary result code: what a database could not do because of the disk, and the system's word for it."""


_DATABASE_WORDS = {
    "attempt to write a readonly database": 8,
    "disk I/O error": 10,
    "database disk image is malformed": 11,
    "database or disk is full": 13,
    "unable to open database file": 14,
    "file is not a database": 26,
    "locking protocol": 15,
}
"""What SQLite says for a code: the driver's copying of pages raises without the code itself."""


class DatabaseFailure(OSError):
    """What the disk did to a database; `reason` is in Chinese."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(number, reason)
        self.reason = reason


def find_disk_failure(error: BaseException | None) -> OSError | None:
    """Return what the disk did where that is why `error` was raised, by whatever driver; None where it is our bug."""
    while error is not None and not isinstance(error, OSError):
        # Asked of the error, not of its class: this module must not load a database to know one.
        code = getattr(error, "sqlite_errorcode", _DATABASE_WORDS.get(str(error)))
        if isinstance(code, int) and code & 0xFF in _DATABASE_REASONS:
            return DatabaseFailure(*_DATABASE_REASONS[code & 0xFF])
        error = error.__cause__ or error.__context__
    return error


def explain_os_error(error: OSError) -> str:
    """Return the system's reason in Chinese; one without a word here keeps its symbol."""
    if isinstance(error, DatabaseFailure):
        return error.reason
    number = error.errno or 0
    return _REASONS.get(number) or f"系统错误 {errno.errorcode.get(number, number)}"


def explain_usage(error: click.ClickException) -> str:
    """Return in Chinese what is wrong with the words of a command; what we raised ourselves says so already."""
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return f"缺少 {_name_parameter(error.param)}"
    if isinstance(error, click.BadParameter) and error.param is not None:
        return f"{_name_parameter(error.param)}写得不对：{_explain_value(error)}"
    if isinstance(error, click.NoSuchOption):
        return f"没有 {error.option_name} 这个选项{_suggest(error.possibilities)}"
    if isinstance(error, NoSuchCommand):
        return f"没有 {error.command_name} 这个命令{_suggest(_find_like(error))}"
    if isinstance(error, click.BadOptionUsage):
        return f"{error.option_name} 后面要写内容"
    extra = re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", error.message)
    return f"多写了 {extra[1]}" if extra else error.message.replace("Missing command.", "没有写命令")


def list_faults(error: Exception) -> list[Fault]:
    """Return what went wrong as faults, for a program."""
    if isinstance(error, Refused):
        return list(error.faults)
    if isinstance(error, NotProven):
        return [_build("账本", code=error.code, found=error.reason, remedy="这份东西证明不了什么，不能作数")]
    if isinstance(error, Tampered):
        remedy = "停止记账，保留现场，请运维员和审计员来看"
        return [
            _build(
                error.subject, code="log-broken", found=error.found, expected=error.expected, remedy=remedy
            )
        ]
    if isinstance(error, NotFound):
        return [_build(str(error), code="not-found", found="没有找到", remedy="核对写的名称或地址")]
    if isinstance(error, InDoubt):
        return [error.fault]
    if isinstance(error, OSError):
        place = f"文件 {error.filename}" if error.filename else "文件"
        remedy = "检查文件夹、权限和磁盘空间，再运行一次"
        return [_build(place, code="file-failed", found=explain_os_error(error), remedy=remedy)]
    assert isinstance(error, click.ClickException)
    return [
        _build("命令", code="usage", found=explain_usage(error).rstrip("。"), remedy="用 --help 查看怎么写")
    ]


def _build(place: str, *, code: str, found: str, remedy: str, expected: str = "") -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)


def _name_parameter(parameter: click.Parameter) -> str:
    if not isinstance(parameter, click.Option):
        return (parameter.metavar if isinstance(parameter, click.Argument) else "") or str(parameter.name)
    said = (parameter.help or "").rstrip("。")
    return max(parameter.opts, key=len) + (f"（{said}）" if said else "")


def _explain_value(error: click.BadParameter) -> str:
    assert error.param is not None
    kind = error.param.type
    if isinstance(kind, click.Choice):
        return f"应为 {'、'.join(map(str, kind.choices))} 之一"
    if isinstance(kind, click.IntRange):
        return f"应为 {kind.min} 到 {kind.max} 的整数"
    return error.message


def _find_like(error: NoSuchCommand) -> list[str]:
    group = error.ctx.command if error.ctx else None
    assert isinstance(group, click.Group)
    return get_close_matches(error.command_name, group.list_commands(click.Context(group)))


def _suggest(possibilities: list[str] | None) -> str:
    return f"；是不是 {possibilities[0]}" if possibilities else ""
