"""`mingbai audit`: verify a log, a sheet or a household's proof, trusting nobody.

Exit 0 when all agrees, 1 with findings, 2 when it could not run. What somebody would ask about books that agree
changes that only where `--concerns-too` says so.
"""

from __future__ import annotations

import errno
import hashlib
import re
from contextlib import closing
from pathlib import Path

import rich_click as click
from sqlalchemy.exc import DatabaseError

from ledger.audit import Report, audit_evidence, audit_household, audit_log
from ledger.audit.findings import LogSource, build_refusal
from ledger.commands.addresses import find_copy
from ledger.commands.common import (
    find_asked_passphrases,
    get_village,
    json_option,
    passphrase_option,
    print_json,
    print_report,
    read_file,
    show_progress,
    tell_locked,
    village_option,
)
from ledger.commands.refusals import CouldNotRun, find_disk_failure
from ledger.config import SystemClock
from ledger.data import load_reference
from ledger.errors import Fault, NotFound, NotProven, Refused, Tampered
from ledger.home import Home, open_home
from ledger.log.proof_file import HEADER
from ledger.sources import open_folder, open_home_log, open_url, open_zip, parse_pdf, read_pdf
from ledger.store.engine import DATABASE_ERRORS
from ledger.upkeep.evidence import open_evidence

WRAPPED = (b"%PDF-", b"PK", HEADER.encode())
"""How files begin that hold a checkpoint among other things: a sheet, an export's zip, a proof file."""
HOUSEHOLD = b'{"checkpoint":'
"""How a household's proof begins."""
HOME_TITLE = "本机的数据库"


@click.command("audit")
@click.argument("target", required=False, metavar="[文件夹|ZIP|PDF|证明|网址]")
@click.option(
    "--home",
    envvar="MINGBAI_HOME",
    metavar="文件夹",
    help="不写对象时，核对这个账本文件夹里的各村；也可写在环境变量 MINGBAI_HOME 里。",
)
@village_option
@passphrase_option
@click.option("--key", metavar="公钥", help="从别处得知的村公钥（log.vkey 的内容）；写了就只认它。")
@click.option(
    "--checkpoint",
    "kept",
    multiple=True,
    metavar="文件",
    help="您以前留下的：检查点、.tlog-proof 证明文件、公开表 PDF、导出的文件夹或 ZIP；账本必须接得上。可写多次。",
)
@click.option(
    "--concerns-too",
    "concerns_too",
    is_flag=True,
    help="还有没说明的待说明事项，退出状态也是 1。",
)
@json_option
@click.pass_context
def audit_command(
    context: click.Context,
    target: str | None,
    home: str | None,
    village: str | None,
    key: str | None,
    kept: tuple[str, ...],
    concerns_too: bool,
    as_json: bool,
) -> None:
    """离线核对一本账、一张公开表或一户的积分证明：链、树、签名、余额、评议轮次和每一个公布的数字；另列看账的人会问的待说明事项。"""
    try:
        known = [_read_kept(path) for path in kept]
        reports, pdf = _audit(target, home, village, key, known)
    except Refused as error:
        # Status 1 would say that something was found.
        raise CouldNotRun(error.faults) from error
    if as_json:
        print_json(reports if target is None else reports[0])
    else:
        for report in reports:
            print_report(report, is_sheet=pdf is not None)
        if pdf is not None:
            _print_paper_note(pdf)
        if reports[0].proven:
            click.echo("这份证明只能说列出的都在账里，不能说没有漏：少了的，凭户卡再要一份。")
    has_open = any(item.acknowledged < 0 for report in reports for item in report.concerns)
    is_found = any(report.findings for report in reports) or (concerns_too and has_open)
    context.exit(1 if is_found else 0)


def _audit(
    target: str | None, home: str | None, village: str | None, key: str | None, known: list[bytes]
) -> tuple[list[Report], bytes | None]:
    """Return the reports, and the bytes of the PDF where it was one."""
    if target is not None:
        try:
            report, pdf = _audit_target(target, key, known)
            _refuse_other_village(report, village)
        except NotProven as error:
            pdf = None
            report = build_refusal(
                target, "", code=error.code, entry=-1, expected="能证实的账本或公开表", found=error.reason
            )
        return [report], pdf
    if home:
        return _audit_home(home, village, key, known), None
    raise click.UsageError("写明要核对的文件夹、ZIP、PDF 或网址；核对本机用 --home。")


def _refuse_other_village(report: Report, village: str | None) -> None:
    """Raise Refused where a copy is of another village than the one asked for; one so damaged that it no longer says
    whose it is keeps its findings.
    """
    is_nameless = not report.village and report.findings
    if village not in (None, report.village) and not is_nameless:
        raise Refused(
            [
                Fault(
                    code="village-other",
                    place=f"--village {village}",
                    found=f"给的是村 {report.village} 的" if report.village else "给的一份里没有记录",
                    expected="同一个村的账本或公开表",
                    remedy="换成这个村的；就要核对给的这一份，不写 --village",
                )
            ]
        )


def _read_kept(path: str) -> bytes:
    """Return the checkpoint in what somebody kept; any other bytes as they are, of which the audit says that they prove
    nothing. Raises Refused where a folder, a zip, a PDF or a proof file holds none.
    """
    if not Path(path).is_dir() and not read_file(path).startswith(WRAPPED):
        return read_file(path)
    try:
        evidence = open_evidence(path)
    except (NotFound, NotProven) as error:
        raise Refused([_build_unkept(path, str(error))]) from error
    if evidence.source is not None:
        evidence.source.close()
    return evidence.note


def _build_unkept(path: str, found: str) -> Fault:
    return Fault(
        code="checkpoint-kept",
        place=f"--checkpoint {path}",
        found=found,
        expected="里面有检查点的证明文件、公开表 PDF 或导出",
        remedy="换一份完整的；检查点也可以单独存成文件",
    )


def _build_unextended(what: str) -> Fault:
    """One sheet or household proves its own figures; whether a log extends a checkpoint only the log shows."""
    return Fault(
        code="checkpoint-needs-log",
        place="--checkpoint",
        found=f"核对的只是{what}",
        expected="整本账：账本文件夹、导出的文件夹或 ZIP、网址",
        remedy="反过来：核对整本账，--checkpoint 后面写这张表",
    )


def _print_paper_note(pdf: bytes) -> None:
    """Say what a file on its own cannot show, and how to hold it against the log."""
    click.echo("只凭这个文件，核对的是纸上的文字和数字；码和图要扫了才知道，多盖上去的图看不出来。")
    click.echo(f"文件指纹（SHA-256）{hashlib.sha256(pdf).hexdigest()}")
    click.echo("与账本里封存这张表的那条记录（pdf 一项）比一比，一样才是原件。")


def _audit_target(target: str, key: str | None, known: list[bytes]) -> tuple[Report, bytes | None]:
    if re.match(r"https?://", target):
        address, pdf = find_copy(target)
        if pdf is not None:
            return _audit_pdf(parse_pdf(pdf), key, known), pdf
        with closing(open_url(address)) as source:
            return _audit_log(source, key, known), None
    path = Path(target)
    if _is_pdf(path):
        return _audit_pdf(read_pdf(path), key, known), path.read_bytes()
    if path.is_file() and read_file(target).startswith(HOUSEHOLD):
        if known:
            raise Refused([_build_unextended("一户的积分证明")])
        return audit_household(read_file(target), trusted_key=key.strip() if key else None), None
    if not path.exists():
        raise NotFound(f"{target}（找的是 {path.absolute()}）")
    with closing(open_folder(path) if path.is_dir() else open_zip(path)) as source:
        return _audit_log(source, key, known), None


def _is_pdf(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(5) == b"%PDF-"


def _audit_home(path: str, village: str | None, key: str | None, known: list[bytes]) -> list[Report]:
    try:
        with closing(open_home(Path(path), passphrases=find_asked_passphrases())) as home:
            tell_locked(home)
            return [_audit_village(home, code, key, known) for code in _list_villages(home, village)]
    except (DatabaseError, *DATABASE_ERRORS) as error:
        failure = find_disk_failure(error)
        if failure is not None and failure.errno != errno.EBADMSG:
            # A disk that is full or does not answer says nothing about the log.
            raise failure from error
        return [_refuse(village or "", "database-broken", "读得出的数据库", _name(error))]


def _name(error: Exception) -> str:
    """Return what the database itself said, without the statement that it was asked."""
    return str(getattr(error, "orig", None) or error)


def _list_villages(home: Home, village: str | None) -> list[str]:
    """Return the village asked for, or all of the home: also those of which only key and heads are left."""
    kept = [code for code in home.keys.list_villages() if home.heads.find_newest(code) is not None]
    codes = sorted({*home.ledger.list_villages(), *kept})
    if village is not None:
        return [village] if village in codes else [get_village(home, village)]
    if not codes:
        raise NotFound("这个账本文件夹里的村")
    return codes


def _audit_village(home: Home, village: str, key: str | None, known: list[bytes]) -> Report:
    expected = "前后一致的账本"
    try:
        with open_home_log(home, village, with_private=home.vault.can_read(village)) as source:
            return _audit_log(source, key, known)
    except NotProven as error:
        return _refuse(village, error.code, expected, error.reason)
    except Tampered as error:
        found = error.found if error.index >= 0 else str(error)
        return _refuse(village, "log-broken", error.expected, found, entry=error.index)
    except NotFound as error:
        return _refuse(village, "log-missing", "签过名的账本", f"没有{error}")


def _refuse(village: str, code: str, expected: str, found: str, *, entry: int = -1) -> Report:
    return build_refusal(HOME_TITLE, village, code=code, entry=entry, expected=expected, found=found)


def _audit_log(source: LogSource, key: str | None, known: list[bytes]) -> Report:
    with show_progress("核对记录") as progress:
        return audit_log(
            source,
            load_reference(),
            now_ms=SystemClock().now_ms(),
            known=known,
            progress=progress,
            trusted_key=key.strip() if key is not None else None,
            with_concerns=True,
        )


def _audit_pdf(sheet: tuple[bytes, str], key: str | None, known: list[bytes]) -> Report:
    if known:
        raise Refused([_build_unextended("一张公开表")])
    attached, printed = sheet
    return audit_evidence(attached, printed, load_reference(), trusted_key=key.strip() if key else None)
