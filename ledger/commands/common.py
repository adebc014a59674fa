"""What commands share: their options, who may be named in them, files, and how things are said."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import rich_click as click

from ledger.audit import Progress, Report
from ledger.books.concerns.table import SEVERITIES, SEVERITY_NAMES
from ledger.books.roles import CHECKER_ROLES, MAKER_ROLES, Role
from ledger.commands.refusals import Asked, explain_os_error
from ledger.errors import Fault, Refused
from ledger.home import Home, open_home
from ledger.keys import Passphrases
from ledger.keys.passphrase import find_passphrases
from ledger.ports import Ports
from ledger.service.persons import check_person, find_role, name_duties
from ledger.service.policies import is_loopback
from ledger.service.standing import list_known_villages, refuse_read_only

FINDINGS_MAX_SHOWN = 50
"""Findings printed of one report; a program gets all of them."""

PROGRESS_MIN_ENTRIES = 2_000
"""Entries from which on a reading takes long enough to show how far it is."""

PAPERS_MAX_SHOWN = 6
"""Sealed sheets of which a report prints the fingerprint, the newest: two months of every kind."""

F = TypeVar("F", bound=Callable[..., object])
_ASKED_FILE = "passphrase_file"
_USER = re.compile(r"u-[a-z2-7]{10}", re.ASCII)


def home_option(command: F) -> F:
    """Add `--home`, which MINGBAI_HOME may give, and `--passphrase-file`; the command receives an opened `home`."""
    with_home = click.option(
        "--home",
        "home",
        envvar="MINGBAI_HOME",
        required=True,
        metavar="文件夹",
        callback=lambda context, _param, value: _open_until_end(context, Path(value)),
        help="账本文件夹；也可写在环境变量 MINGBAI_HOME 里。",
    )(command)
    return passphrase_option(with_home)


def _open_until_end(context: click.Context, path: Path) -> Home:
    home = open_home(path, passphrases=find_asked_passphrases())
    # A server would else notice by itself that we are gone, and say so in its log.
    context.call_on_close(home.close)
    return home


def passphrase_option(command: F) -> F:
    """Add `--passphrase-file`: where the passphrase is read when something is signed or private values are."""
    return click.option(
        "--passphrase-file",
        _ASKED_FILE,
        envvar="MINGBAI_PASSPHRASE_FILE",
        metavar="文件",
        expose_value=False,
        is_eager=True,  # The home is opened with it.
        callback=lambda context, _param, value: context.meta.__setitem__(_ASKED_FILE, value),
        help="写着私钥口令的文件，签名、读写隐私内容时用；不写就在终端里问。",
    )(command)


def find_asked_passphrases() -> Passphrases:
    """Return where the command that runs takes passphrases from."""
    context = click.get_current_context(silent=True)
    return find_passphrases(context.meta.get(_ASKED_FILE) if context is not None else None)


def village_option(command: F) -> F:
    """Add `--village`; a home with a single village needs none. See `get_village`."""
    return click.option("--village", metavar="村代码", help="12 位区划代码；只有一个村时可不写。")(command)


def maker_option(command: F) -> F:
    """Add `--maker`: who prepares what another person will pass."""
    return click.option("--maker", required=True, metavar="代号", help="村文书的代号，u- 开头。")(command)


def json_option(command: F) -> F:
    """Add `--json`: the command receives `as_json`, and a refusal is told as JSON too."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        is_eager=True,  # What is wrong with another option is to be told as JSON as well.
        callback=_ask_json,
        help="输出给程序读，被拒绝时也是。",
    )(command)


def _ask_json(context: click.Context, _parameter: click.Parameter, value: bool) -> bool:
    asked = context.find_object(Asked)
    if asked is not None:
        asked.as_json = value
    return value


def chart_option(command: F) -> F:
    """Add `--chart`: the version of the chart of accounts."""
    return click.option(
        "--chart",
        type=click.Choice(["2023", "2004"]),
        default="2023",
        show_default=True,
        help="科目表版本：2023 是财会〔2023〕14号，2004 是财会〔2004〕12号。",
    )(command)


def force_option(command: F) -> F:
    """Add `--force`: without it nothing that is there is written over."""
    return click.option("--force", is_flag=True, help="文件已经有了也写，换掉原来的。")(command)


def refuse_strangers(
    home: Ports, village: str, *, maker: str | None = None, checker: str | None = None
) -> None:
    """Raise Refused unless those named may do what the options say; first tells who may.

    Names are told to the person at the keyboard, on standard error, and are never part of a fault.
    """
    faults = []
    for option, user, roles in (("--maker", maker, MAKER_ROLES), ("--checker", checker, CHECKER_ROLES)):
        if user is None:
            continue
        found = check_person(home.vault.find_person(village, user), user, roles)
        if found:
            _print_persons(home, village, option, roles)
        faults += found if _USER.fullmatch(user) else [_build_no_code(option)]
    if faults:
        raise Refused(faults)


def _print_persons(home: Ports, village: str, option: str, roles: Sequence[Role]) -> None:
    persons = [person for person in home.vault.list_persons(village) if find_role(person, roles)]
    print_notice(f"本村可以写在 {option} 的人：" if persons else f"本村还没有可以写在 {option} 的人。")
    for person in persons:
        print_notice(f"  {person.user}  {name_duties(person.roles)}  {person.name}")


def _build_no_code(option: str) -> Fault:
    return Fault(
        code="person-code",
        place=option,
        found="不是代号",
        expected="u- 开头的代号，如 u-4m2kq7wx3a",
        remedy="写这个人的代号，不写姓名；代号用 mingbai users list 查看",
    )


def get_village(home: Ports, village: str | None) -> str:
    """Return the village asked for, or the only one; raises Refused otherwise."""
    known = list_known_villages(home)
    if village in known:
        return str(village)
    if village is None and len(known) == 1:
        return known[0]
    raise Refused(
        [
            Fault(
                code="village-unknown",
                place="--village",
                found=village or "没有写",
                expected="、".join(known[:10]) or "先用 mingbai init 建立一个村的账本",
                remedy="用 --village 写明 12 位村代码",
            )
        ]
    )


def get_writable_village(home: Ports, village: str | None) -> str:
    """The same for a command that writes: raises Refused, too, where the village's log is read-only."""
    code = get_village(home, village)
    refuse_read_only(home, code)
    return code


def print_notice(text: str) -> None:
    """Say something to the person, on standard error."""
    click.echo(text, err=True)


def tell_locked(home: Ports) -> None:
    """Say what is left out where a vault is locked: to read through it nobody is asked for a passphrase."""
    for village in list_known_villages(home):
        if not home.vault.can_read(village):
            print_notice(
                f"{village} 的隐私内容这次没有核对：有口令保护的，用 --passphrase-file 写明口令文件；"
                "钥匙不在这里的，从钥匙副本放回。"
            )


def warn_of_address(base_url: str) -> None:
    """Say where the printed codes lead nowhere: a sealed sheet keeps the address that it was made with."""
    if is_loopback(base_url):
        print_notice(
            f"注意：码里印的网址是 {base_url}，只有这台机器打得开。正式张贴以前，先在 mingbai.toml 里写好"
            " public_base_url；已封存的表不会跟着改。"
        )


def print_json(value: object) -> None:
    """Print a value for programs on standard output."""
    click.echo(json.dumps(msgspec.to_builtins(value), ensure_ascii=False, indent=2))


def read_file(path: str) -> bytes:
    """Return the bytes of a file that a person named; raises Refused when it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Refused(
            [
                Fault(
                    code="file-unreadable",
                    place=f"文件 {path}",
                    found=explain_os_error(error),
                    expected="可以读取的文件",
                    remedy=f"核对文件名和所在的文件夹（找的是 {Path(path).absolute()}）",
                )
            ]
        ) from error


@contextlib.contextmanager
def write_beside(path: Path, *, force: bool = False) -> Iterator[Path]:
    """Give a path beside `path` to write to, and move it there at the end: a file that exists is whole.

    Raises Refused where `path` is taken, unless by a file and with `force`, and where it cannot be written; whatever
    stops the writing leaves what was there.
    """
    refuse_taken(path, force=force)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            yield part
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
    except OSError as error:
        raise Refused([build_unwritable(path, error)]) from error


def write_whole(path: Path, data: bytes, *, force: bool = False) -> None:
    """Write a file whole or not at all; see `write_beside`."""
    with write_beside(path, force=force) as part:
        part.write_bytes(data)


def refuse_taken(path: Path, *, force: bool) -> None:
    """Raise Refused where something is at `path` already, unless it is a file that `force` gives up."""
    if path.exists() and not (force and path.is_file()):
        raise Refused([_build_taken(path)])


def build_unwritable(path: Path, error: OSError) -> Fault:
    """Return the fault of a path that cannot be written."""
    return Fault(
        code="file-unwritable",
        place=f"文件 {path}",
        found=explain_os_error(error),
        expected="可以写的文件",
        remedy="检查文件夹是否存在、是否有权限和空间",
    )


def _build_taken(path: Path) -> Fault:
    is_file = path.is_file()
    return Fault(
        code="file-exists",
        place=f"{'文件' if is_file else '文件夹'} {path}",
        found="已经有了",
        expected="还没有的文件名",
        remedy="换一个名字；要换掉原来的文件，加 --force" if is_file else "换一个名字",
    )


@contextlib.contextmanager
def show_progress(title: str) -> Iterator[Progress]:
    """Give what is told how far a reading of a log has come: a bar on a terminal, for a log that takes its time."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    bar = Bar(console=Console(stderr=True), transient=True)
    task = bar.add_task(title)

    def show(done: int, total: int) -> None:
        if total >= PROGRESS_MIN_ENTRIES:
            bar.start()
            bar.update(task, completed=done, total=total)

    try:
        yield show
    finally:
        bar.stop()


def print_report(report: Report, *, is_sheet: bool = False) -> None:
    """Print what an audit found of a log, or with `is_sheet` of a lone sheet, for a person, ending with the verdict."""
    click.echo(f"核对对象：{report.source} {report.village}")
    if report.origin:
        click.echo(f"来源 {report.origin}，{report.entries} 条记录，{report.sheets} 张公开表")
        _print_fingerprints(report, is_sheet=is_sheet)
    if report.witnesses:
        click.echo(report.witnesses)
    for said in report.proven:
        click.echo(f"  {said}")
    if report.erased:
        click.echo(f"有 {report.erased} 处属于已删除的隐私内容：总数照算，不再属于谁。")
    if report.examined < report.entries:
        click.echo(f"只核对了前 {report.examined} 条的含义；其后的记录要等前面的查清再看。")
    for number, item in enumerate(report.findings[:FINDINGS_MAX_SHOWN], 1):
        place = f"第 {item.entry} 条 " if item.entry >= 0 else ""
        click.echo(f"✗ {number}. {place}{item.field}：应为 {item.expected}，实为 {item.found}（{item.code}）")
        click.echo(f"     对村民来说：{item.meaning}。")
    if len(report.findings) > FINDINGS_MAX_SHOWN:
        click.echo(f"……还有 {len(report.findings) - FINDINGS_MAX_SHOWN} 处，用 --json 看全部。")
    if report.concerns:
        _print_concerns(report)
    if report.findings:
        click.echo(f"结论：有 {len(report.findings)} 处对不上。")
        print_notice("上面列出的地方不能作数。把这份留好，交监督委员会或审计员。")
    else:
        click.echo("结论：全部对得上。")
        print_notice("能证明的是：记下的东西没有被改过、删过；记下的事是否属实，要靠人监督。")


def _print_concerns(report: Report) -> None:
    """Say what somebody would ask about the books: the most serious first, apart from what does not agree."""
    open_ = [item for item in report.concerns if item.acknowledged < 0]
    severities = [item.severity for item in open_]
    counts = [
        f"{SEVERITY_NAMES[name]} {severities.count(name)} 件"
        for name in reversed(SEVERITIES)
        if name in severities
    ]
    told = f"：{'、'.join(counts)}" if counts else ""
    click.echo(f"待说明 {len(open_)} 件{told}。不等于有人做错，问清楚就好。")
    ranked = sorted(open_, key=lambda item: -SEVERITIES.index(item.severity))
    for item in ranked[:FINDINGS_MAX_SHOWN]:
        click.echo(f"？ {SEVERITY_NAMES[item.severity]} {item.title}：{item.said}（{item.key}）")
        click.echo(f"     可能是没有问题：{item.need_not_mean}")
    if len(open_) > FINDINGS_MAX_SHOWN:
        click.echo(f"……还有 {len(open_) - FINDINGS_MAX_SHOWN} 件，用 --json 看全部。")
    closed = len(report.concerns) - len(open_)
    if closed:
        click.echo(f"另有 {closed} 件审计员已经认可说明，理由在各自的记录里。")


def _print_fingerprints(report: Report, *, is_sheet: bool) -> None:
    """Say what is to be compared with what: a sheet is older than the entry that seals it, so that no paper ever shows
    the newest fingerprint of its log.
    """
    if is_sheet:
        click.echo(f"指纹码 {report.fingerprint}（与公开表上印的、别处看到的比一比）")
        return
    click.echo(f"最新检查点的指纹码 {report.fingerprint}（与别处核对到同样多记录时看到的比一比）")
    for paper in report.papers[:PAPERS_MAX_SHOWN]:
        shown = f"纸上应印 {paper.fingerprint}" if paper.fingerprint else "纸上应印什么，从这份里看不出"
        click.echo(f"公开表 {paper.number} {shown}")
    if len(report.papers) > PAPERS_MAX_SHOWN:
        click.echo(
            f"……还有更早的 {len(report.papers) - PAPERS_MAX_SHOWN} 张，用 mingbai audit --json 看全部。"
        )
