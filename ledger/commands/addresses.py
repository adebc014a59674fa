"""What an address that an auditor typed leads to: a village's log, a sheet's PDF, or a page that links to villages."""

from __future__ import annotations

import re

import rich_click as click

from ledger.commands.common import print_notice
from ledger.errors import NotFound
from ledger.sources import fetch

VILLAGES_LISTED_MAX = 20
_HOST = re.compile(r"https?://[^/?#]*")
_INSIDE = re.compile(r"(https?://[^?#]*?/)[vc]/([0-9]{12})(?:[/?#].*)?")
_LINK = re.compile(rb"""href=["']?(/v/[0-9]{12})["'?#/> ]""")


def find_copy(address: str) -> tuple[str, bytes | None]:
    """Return the address of a village's log, or the bytes of the PDF that is there.

    A page within a village leads to its log; a host's front page does where it links to one village only. Raises
    UsageError listing the villages of a page with several, NotFound saying what to write where there is nothing.
    """
    base = re.split(r"[?#]", address, maxsplit=1)[0].rstrip("/")
    if not base.lower().endswith(".pdf") and _has_log(base):
        return base, None
    page = fetch(address, address) or b""
    if page.startswith(b"%PDF-"):
        return base, page
    inside = _INSIDE.fullmatch(address)
    boards = [f"{inside[1]}v/{inside[2]}"] if inside else _list_boards(address, page)
    if len(boards) > 1:
        raise click.UsageError(_list_villages(boards))
    if not boards or not _has_log(boards[0]):
        raise NotFound(f"{address} 里的账本。{_explain_addresses(address)}")
    print_notice(f"核对的是 {boards[0]}")
    return boards[0], None


def _has_log(base: str) -> bool:
    return fetch(f"{base}/log.vkey", "log.vkey") is not None


def _list_boards(address: str, page: bytes) -> list[str]:
    return [f"{_get_host(address)}{link.decode()}" for link in sorted(set(_LINK.findall(page)))]


def _get_host(address: str) -> str:
    found = _HOST.match(address)
    assert found is not None
    return found[0]


def _list_villages(boards: list[str]) -> str:
    lines = [f"这个网址有 {len(boards)} 个村，写明其中一个："]
    lines += [f"  {board}" for board in boards[:VILLAGES_LISTED_MAX]]
    return "\n".join(lines + ["  ……"] * (len(boards) > VILLAGES_LISTED_MAX))


def _explain_addresses(address: str) -> str:
    return (
        f"写村的网址，如 {_get_host(address)}/v/379900001201（扫公开表上的网页码看到的就是），"
        "或公开表 PDF 的网址；ZIP 先下载再核对"
    )
