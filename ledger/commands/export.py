"""`mingbai export`: a village's log as a folder or a zip that anyone can check offline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import rich_click as click

from ledger.commands.common import (
    build_unwritable,
    force_option,
    get_writable_village,
    home_option,
    json_option,
    print_json,
    print_notice,
    village_option,
    write_beside,
)
from ledger.errors import Fault, Refused
from ledger.home import Home
from ledger.service.export import list_export, write_zip


@click.command("export")
@home_option
@village_option
@click.option("--out", required=True, metavar="文件夹或 .zip", help="放到哪里；文件夹要是空的或还没有。")
@force_option
@json_option
def export_command(home: Home, village: str | None, out: str, force: bool, as_json: bool) -> None:
    """导出一个村的账本，任何人都能离线核对；里面没有隐私内容。"""
    code = get_writable_village(home, village)
    files = list_export(home, code)
    path = Path(out)
    is_zip = path.suffix.lower() == ".zip"
    count = _write_zip(path, files, force=force) if is_zip else _write_folder(path, files)
    if as_json:
        print_json({"files": count, "out": str(path), "village": code})
        return
    print_notice(f"已导出 {count} 个文件：{path}")
    print_notice(f"核对：mingbai audit {path}")


def _write_folder(path: Path, files: Iterator[tuple[str, bytes]]) -> int:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise Refused(
            [
                Fault(
                    code="export-target",
                    place=f"--out {path}",
                    found="已有内容",
                    expected="空文件夹，或还没有的名字",
                    remedy="换一个名字，或先清空",
                )
            ]
        )
    count = 0
    try:
        for name, data in files:
            target = path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            count += 1
    except OSError as error:
        raise Refused([build_unwritable(path, error)]) from error
    return count


def _write_zip(path: Path, files: Iterator[tuple[str, bytes]], *, force: bool) -> int:
    with write_beside(path, force=force) as part, part.open("wb") as file:
        return write_zip(file, files)
