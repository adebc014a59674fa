"""`mingbai books`: a log's books as Beancount, hledger or a table, from a home or offline from a copy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import rich_click as click

from ledger.audit.findings import LogSource
from ledger.commands.addresses import find_copy
from ledger.commands.common import (
    find_asked_passphrases,
    force_option,
    get_village,
    json_option,
    passphrase_option,
    print_json,
    print_notice,
    show_progress,
    village_option,
    write_beside,
)
from ledger.data import load_reference
from ledger.errors import Fault, NotFound, Refused
from ledger.home import open_home
from ledger.service.drafts import refuse_no_month
from ledger.service.journals import BOOKS_FORMS, TABLES, BooksForm, open_books, write_books
from ledger.sources import FileSource, open_folder, open_home_log, open_url, open_zip

_OPENING: dict[BooksForm, str] = {
    "beancount": "打开：fava {path}　核对：bean-check {path}",
    "hledger": "看余额：hledger -f {path} bal",
    "csv": "用 WPS 或 Excel 打开：{path}",
    "xlsx": "用 WPS 或 Excel 打开：{path}",
}


@click.command("books")
@click.argument("target", required=False, metavar="[文件夹|ZIP|网址]")
@click.option(
    "--home",
    envvar="MINGBAI_HOME",
    metavar="文件夹",
    help="不写对象时，导出这个账本文件夹里的；也可写在环境变量 MINGBAI_HOME 里。",
)
@village_option
@passphrase_option
@click.option(
    "--format",
    "form",
    type=click.Choice(BOOKS_FORMS),
    required=True,
    help="beancount（Fava 也用它）、hledger（Ledger 也能读）是全部账目；csv、xlsx 是凭证的分录表。",
)
@click.option("--from", "first", default="", metavar="YYYY-MM", help="表格从哪个月起；不写就从头。")
@click.option("--to", "last", default="", metavar="YYYY-MM", help="表格到哪个月止；不写就到最后。")
@click.option("--out", required=True, metavar="文件", help="写到哪个文件。")
@force_option
@json_option
def books_command(
    target: str | None,
    home: str | None,
    village: str | None,
    form: BooksForm,
    first: str,
    last: str,
    out: str,
    force: bool,
    as_json: bool,
) -> None:
    """把账簿导出成会计软件和表格能打开的文件；数字与账本一分不差，里面没有隐私内容。"""
    _refuse_months(form, first, last)
    path = Path(out)
    with _open_source(target, home, village) as source, show_progress("读账本") as progress:
        books = open_books(source, load_reference(), progress)
        _refuse_other_village(books.head.village, village)
        with write_beside(path, force=force) as part, part.open("wb") as file:
            write_books(file, form, books, first, last)
    if as_json:
        size, code = books.head.size, books.head.village
        print_json({"entries": size, "format": form, "out": str(path), "village": code})
        return
    print_notice(f"已导出村 {books.head.village} 的账簿，共 {books.head.size} 条记录：{path}")
    print_notice(_OPENING[form].format(path=path))


def _refuse_months(form: BooksForm, first: str, last: str) -> None:
    for month in filter(None, (first, last)):
        refuse_no_month(month)
    if (first or last) and form not in TABLES:
        raise click.UsageError("--from、--to 只用在 csv、xlsx；账目缺了前面的月份，余额就不对了。")
    if first and last and last < first:
        raise Refused(
            [
                Fault(
                    code="months-order",
                    place="--from、--to",
                    found=f"从 {first} 到 {last}",
                    expected="从早的月份到晚的月份",
                    remedy="把两个月份对调",
                )
            ]
        )


@contextmanager
def _open_source(target: str | None, home: str | None, village: str | None) -> Iterator[LogSource]:
    """Open the copy that somebody named, or the log of a village in a home."""
    if target is not None:
        with closing(_open_copy(target)) as copy:
            yield copy
    elif home:
        with closing(open_home(Path(home), passphrases=find_asked_passphrases())) as ports:
            code = get_village(ports, village)
            with open_home_log(ports, code, with_private=False) as source:
                yield source
    else:
        raise click.UsageError("写明导出的文件夹、ZIP 或网址；导出本机的用 --home。")


def _open_copy(target: str) -> FileSource:
    if re.match(r"https?://", target):
        address, pdf = find_copy(target)
        if pdf is not None:
            raise click.UsageError("公开表里没有整本账：写村的网址。")
        return open_url(address)
    path = Path(target)
    if not path.exists():
        raise NotFound(f"{target}（找的是 {path.absolute()}）")
    return open_folder(path) if path.is_dir() else open_zip(path)


def _refuse_other_village(found: str, village: str | None) -> None:
    if village not in (None, found):
        raise Refused(
            [
                Fault(
                    code="village-other",
                    place=f"--village {village}",
                    found=f"给的是村 {found} 的",
                    expected="同一个村的账本",
                    remedy="换成这个村的；就要导出给的这一份，不写 --village",
                )
            ]
        )
