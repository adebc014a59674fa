"""`mingbai witness`: to be a witness for other villages' logs, and to ask one's own witnesses."""

from __future__ import annotations

import datetime as dt
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TypeVar

import rich_click as click

from ledger.commands.common import (
    find_asked_passphrases,
    get_village,
    home_option,
    passphrase_option,
    print_json,
    print_notice,
    read_file,
    village_option,
)
from ledger.commands.keys import PROTECTIONS
from ledger.config import SystemClock, SystemEntropy
from ledger.errors import Fault, NotFound, NotProven, Refused, Tampered
from ledger.home import Home
from ledger.log.confirmation import format_confirmation
from ledger.log.keys import format_verifier_key
from ledger.service.doctor import Check
from ledger.service.sightings import ACCUSING, look_at_witnesses
from ledger.service.standing import list_known_villages
from ledger.service.witnessing import Outcome, ask_witnesses
from ledger.state import BEIJING
from ledger.witness_home import (
    KEY_FILE,
    SEED_BYTES,
    TITLE,
    WitnessHome,
    create_witness_home,
    open_witness_home,
)
from ledger.witnessed import read_confirmation

F = TypeVar("F", bound=Callable[..., object])
ABOVE = "mingbai.commands.witness"
"""The entry points of the packages above: `serve` needs a web server."""


class _Group(click.RichGroup):
    """The group's own commands, and those that the packages above bring."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *(point.name for point in entry_points(group=ABOVE))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        points = list(entry_points(group=ABOVE, name=cmd_name))
        return _load(points[0]) if points else super().get_command(ctx, cmd_name)


def folder_option(command: F) -> F:
    """Add `--folder`, which MINGBAI_WITNESS may give; the command receives an opened `witness`.

    A command that signs takes `passphrase_option` as well.
    """
    return click.option(
        "--folder",
        "witness",
        envvar="MINGBAI_WITNESS",
        required=True,
        metavar="文件夹",
        callback=lambda _ctx, _param, value: open_witness_home(Path(value), find_asked_passphrases()),
        help="见证人的文件夹；也可写在环境变量 MINGBAI_WITNESS 里。",
    )(command)


@click.group("witness", cls=_Group)
def witness_group() -> None:
    """替别的村看住账本，或请自己的见证人确认。"""


@witness_group.command("init")
@click.option("--folder", envvar="MINGBAI_WITNESS", required=True, metavar="文件夹", help="要新建的文件夹。")
@click.option(
    "--name", required=True, metavar="名称", help="见证人的固定名称，英文，如 town.example/mingbai。"
)
@passphrase_option
@click.option("--no-passphrase", "is_plain", is_flag=True, help="私钥不加口令；只用于试用。")
def _init(folder: str, name: str, is_plain: bool) -> None:
    """新建见证人的文件夹和钥匙，给出公钥。"""
    seed = SystemEntropy().take(SEED_BYTES)
    witness = create_witness_home(Path(folder), name, seed, find_asked_passphrases(), is_plain=is_plain)
    try:
        click.echo(format_verifier_key(witness.signer.key))
    finally:
        witness.close()
    print_notice("这一行是公钥：写进村里的见证办法。文件夹里的 witness.key 给谁都不行。")
    warn_unprotected(witness)


@witness_group.command("protect")
@folder_option
@passphrase_option
def _protect(witness: WitnessHome) -> None:
    """给见证人的私钥加上口令，或换一个口令。"""
    witness.protect(witness.keys.passphrases.choose(TITLE))
    print_notice(f"{KEY_FILE} 已有口令保护。口令忘了没有办法找回：另抄一份，分开放好。")


@witness_group.command("backup")
@folder_option
def _backup(witness: WitnessHome) -> None:
    """打出有口令保护的私钥，抄在纸上也行；没有口令打不开它。"""
    if witness.key.protection == "plain":
        raise Refused([_plain_fault()])
    click.echo(witness.key.path.read_text(encoding="ascii"), nl=False)
    print_notice(f"以上各行原样存成 {KEY_FILE}，权限 600，就恢复了这把私钥。witness.db 不要用旧的换回去。")


@witness_group.command("add-log")
@folder_option
@click.argument("key", metavar="公钥")
@click.option("--label", default="", metavar="文字", help="自己看的备注，如 石榴河村。")
def _add_log(witness: WitnessHome, key: str, label: str) -> None:
    """登记一本要看住的账：它的公钥（网页的 log.vkey），或存着公钥的文件。"""
    text = _read_key(key)
    try:
        origin = witness.store.add_log(text, label, SystemClock().now_ms())
    except NotProven as error:
        raise Refused([_key_fault(error.reason)]) from error
    print_notice(f"已登记：{origin}")


@witness_group.command("drop-key")
@folder_option
@click.argument("key", metavar="公钥")
def _drop_key(witness: WitnessHome, key: str) -> None:
    """不再认一把换下的公钥：偷到旧私钥的人就骗不到确认。见过的照样记着。"""
    text = _read_key(key)
    count = witness.store.drop_key(text)
    if count < 2:
        raise Refused([_drop_fault(is_known=bool(count))])
    print_notice(f"已不再认这把公钥：{text}")


@witness_group.command("status")
@folder_option
@click.option("--json", "as_json", is_flag=True, help="输出给程序读。")
@click.option("--notes", "has_notes", is_flag=True, help="接不上的检查点也原样列出：带签名的证据。")
@click.pass_context
def _status(context: click.Context, witness: WitnessHome, as_json: bool, has_notes: bool) -> None:
    """列出看住的账本，上次确认到哪里，有没有分叉。"""
    logs = witness.store.list_logs()
    if as_json:
        print_json([{**_describe_key(witness), "logs": logs}])
    else:
        click.echo(
            f"公钥 {format_verifier_key(witness.signer.key)}（私钥{PROTECTIONS[witness.key.protection]}）"
        )
        for log in logs:
            last = f"确认到 {log.size} 条，{_format_time(log.time_s)}" if log.size else "还没有确认过"
            click.echo(f"{log.label or log.origin}  {last}  {log.verifier_key}")
            if log.conflicts:
                click.echo(f"  ✗ 有 {log.conflicts} 个签过名的检查点和见过的接不上：这本账分叉过或被改过")
            for conflict in witness.store.list_conflicts(log.origin) if has_notes else ():
                click.echo(f"  {_format_time(conflict.seen_at // 1_000)} 收到：")
                click.echo(conflict.note)
    warn_unprotected(witness)
    context.exit(1 if any(log.conflicts for log in logs) else 0)


def warn_unprotected(witness: WitnessHome) -> None:
    """Say so where whoever copies the key's file can confirm in this witness's name."""
    if witness.key.protection == "plain":
        print_notice("注意：私钥没有口令保护，谁拷走它都能冒充您确认。用 mingbai witness protect 加上口令。")


@witness_group.command("ask")
@home_option
@village_option
@click.option("--due", is_flag=True, help="刚确认过的、刚失败的先不问；定时任务用。")
@click.option("--json", "as_json", is_flag=True, help="输出给程序读。")
@click.pass_context
def _ask(context: click.Context, home: Home, village: str | None, due: bool, as_json: bool) -> None:
    """请见证办法里的见证人确认最新的账。"""
    villages = list_known_villages(home) if village is None else [get_village(home, village)]
    reports = [_ask_village(home, code, due) for code in villages]
    if as_json:
        print_json([report for report, _ in reports])
    context.exit(0 if all(is_well for _, is_well in reports) else 1)


def check_witness(path: Path) -> Iterator[Check]:
    """How a witness's key is kept, who else can read the folder, and whether a log that it watches forked."""
    # Before it is opened, which tightens the database's own mode.
    files = [path, *path.iterdir()] if path.is_dir() else []
    exposed = [item.name for item in files if stat.S_IMODE(item.stat().st_mode) & 0o077]
    with closing(open_witness_home(path)) as witness:
        is_plain = witness.key.protection == "plain"
        forked = [log.label or log.origin for log in witness.store.list_logs() if log.conflicts]
    yield Check(
        advice="用 mingbai witness protect 加上口令" if is_plain else "",
        found=f"没有口令保护：{KEY_FILE}" if is_plain else PROTECTIONS[witness.key.protection],
        name="见证人的私钥保管",
        state="warning" if is_plain else "fine",
    )
    yield Check(
        advice=f"用 chmod 700 收紧 {path}，里面的文件用 chmod 600" if exposed else "",
        found="别人也能读：" + "、".join(exposed) if exposed else "只有本账号能读",
        name="见证人的文件夹",
        state="wrong" if exposed else "fine",
    )
    yield Check(
        advice="用 mingbai witness status 看是哪一本，告诉村里和审计员" if forked else "",
        found="分叉过或被改过：" + "、".join(forked) if forked else "没有一本分叉过",
        name="看住的账本",
        state="wrong" if forked else "fine",
    )


def check_sightings(home: Home) -> Iterator[Check]:
    """Whether a witness saw more of a village's log than is here, or something else; asked for a few seconds."""
    for village, sightings in look_at_witnesses(home, list_known_villages(home)).items():
        if not sightings:
            continue
        accusing = [item for item in sightings if item.head is not None]
        silent = [item for item in sightings if item.code and item.head is None]
        told = accusing or silent
        found = "；".join(f"{item.name}：{item.reason}" for item in told)
        yield Check(
            advice="停止记账，保留现场，用 mingbai restore 找回缺的记录，请审计员来看"
            if accusing
            else ("不影响记账；一直这样，问问那位见证人" if silent else ""),
            found=found or f"{len(sightings)} 位见证人看到的都在这本账里",
            name=f"{village} 的见证人看到的",
            state="wrong" if accusing else ("warning" if silent else "fine"),
        )


def _ask_village(home: Home, village: str, due: bool) -> tuple[dict[str, object], bool]:
    outcomes: list[Outcome] = []
    confirmation = None
    try:
        outcomes = ask_witnesses(home, village, only_due=due)
        with home.ledger.read(village) as reader:
            confirmation = read_confirmation(home, village, reader, home.heads.find_newest(village))
        is_readable = True
        sentence = (
            format_confirmation(confirmation, home.clock.now_ms() // 1_000)
            if confirmation
            else "没有定下见证办法，不用问谁。"
        )
    except (NotFound, Tampered) as error:
        # The other villages' witnesses are still asked.
        is_readable = False
        sentence = f"账本读不出（{error}），没有问见证人；先运行 mingbai doctor。"
    print_notice(f"{village}：{sentence}")
    for outcome in outcomes:
        print_notice(f"  {_say(outcome)}")
    if {outcome.code for outcome in outcomes} & ACCUSING:
        _tell_proven(home, village)
    report: dict[str, object] = {
        "confirmation": confirmation,
        "outcomes": outcomes,
        "sentence": sentence,
        "village": village,
    }
    is_well = is_readable and (confirmation is None or not confirmation.quorum or confirmation.has_quorum)
    return report, is_well and not any(outcome.code for outcome in outcomes)


def _tell_proven(home: Home, village: str) -> None:
    """Ask such witnesses for what they saw; what our own key signed is kept, and a log that is behind is read-only."""
    for sighting in look_at_witnesses(home, [village])[village]:
        if sighting.head is not None:
            print_notice(f"  {sighting.name}拿得出本账自己签过名的检查点：{sighting.reason}。停止记账。")


def _say(outcome: Outcome) -> str:
    if outcome.code:
        return f"✗ {outcome.name}：{outcome.reason}（{outcome.code}）"
    return f"✓ {outcome.name}：确认到 {outcome.size} 条，{_format_time(outcome.time_s)}"


def _describe_key(witness: WitnessHome) -> dict[str, object]:
    return {
        "protection": witness.key.protection,
        "verifier_key": format_verifier_key(witness.signer.key),
    }


def _format_time(time_s: int) -> str:
    return f"{dt.datetime.fromtimestamp(time_s, BEIJING):%Y-%m-%d %H:%M}"


def _load(point: EntryPoint) -> click.Command:
    try:
        command = point.load()
    except ModuleNotFoundError as error:
        raise Refused(
            [
                Fault(
                    code="extra-missing",
                    place=f"命令 witness {point.name}",
                    found=f"没有装 {error.name}",
                    expected="装了 mingbai[web]",
                    remedy="用 pip install 'mingbai[web]' 装全，或用 ./mingbai 运行",
                )
            ]
        ) from error
    assert isinstance(command, click.Command)
    return command


def _read_key(key: str) -> str:
    """Return a key as typed, or the one in the file that is named."""
    return key if "+" in key else read_file(key).decode("utf-8", "replace").removesuffix("\n")


def _drop_fault(*, is_known: bool) -> Fault:
    if is_known:
        return Fault(
            code="witness-drop-key",
            place="公钥",
            found="这本账只有这一把",
            expected="还认着新的一把",
            remedy="先用 mingbai witness add-log 登记新的公钥，见证过一次再去掉旧的",
        )
    return Fault(
        code="witness-drop-key",
        place="公钥",
        found="没有登记过",
        expected="登记过的公钥，见 mingbai witness status",
        remedy="照 status 列出的那一行写",
    )


def _key_fault(found: str) -> Fault:
    return Fault(
        code="witness-log-key",
        place="公钥",
        found=found,
        expected="账本的公钥，如 mingbai/…+8 位编号+base64",
        remedy="从村的网页 /v/村代码/log.vkey 或导出的 log.vkey 取",
    )


def _plain_fault() -> Fault:
    return Fault(
        code="key-plain",
        place=f"私钥文件 {KEY_FILE}",
        found="没有口令保护",
        expected="有口令保护的私钥才抄写、复印",
        remedy="先用 mingbai witness protect 加上口令",
    )
