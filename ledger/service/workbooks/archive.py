"""A workbook file looked at from outside, before anything in it is unpacked or parsed.

An `.xlsx` is a zip of XML. A few kilobytes can hold gigabytes, or members laid over one another, or macros; a
few characters of XML can span a sheet of seventeen thousand million cells. So the directory of the archive is
checked first, then every XML part is scanned without building it, and only then does the parser see the file.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from itertools import pairwise

from defusedxml import DefusedXmlException

from ledger.errors import Fault
from ledger.limits import (
    WORKBOOK_MAX_BYTES,
    WORKBOOK_MAX_MEMBERS,
    WORKBOOK_MAX_RATIO,
    WORKBOOK_MAX_UNPACKED_BYTES,
)
from ledger.service.workbooks.parts import is_xml_part, iterate_reasons

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FIRST_MEMBER = b"PK\x03\x04"
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")  # APPNOTE.TXT 4.3.7
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ACTIVE = {
    "vbaproject": "宏",
    "externallinks/": "指向其他文件的链接",
    "embeddings/": "嵌入的文件",
    "activex/": "控件",
    "connections.xml": "数据连接",
    "querytables/": "数据查询",
    "macrosheets/": "宏表",
    "customui": "自带菜单",
}
"""Parts that act or reach out, by a piece of their path in lower case."""


def check_bytes(data: bytes, filename: str) -> list[Fault]:
    """Say what can be said of a file of any format before it is looked into; empty when nothing is against it."""
    place = f"文件「{filename}」"
    if not data:
        return [_fault("workbook-empty", place, "0 字节", "一个 .xlsx 工作簿", "重新选择文件")]
    if len(data) > WORKBOOK_MAX_BYTES:
        return [
            _fault(
                "workbook-too-large",
                place,
                f"{len(data):,} 字节",
                f"不超过 {WORKBOOK_MAX_BYTES:,} 字节",
                "删去图片和无关的工作表，或按月份分成几个文件",
            )
        ]
    if data.startswith(_OLE2):
        return [
            _fault(
                "workbook-old-format",
                place,
                "旧版 .xls 或加了密码的文件",
                "没有密码的 .xlsx",
                "在表格软件里去掉密码，另存为 .xlsx",
            )
        ]
    return []


def check_archive(data: bytes, filename: str) -> list[Fault]:
    """Say everything that keeps an archive from being opened at all; empty when it may be parsed.

    Nothing is unpacked beyond the sizes that the directory declares, and nothing of it is run. Raises whatever
    the archive's reader raises on mangled bytes: a dozen types, see `reading`.
    """
    if not data.startswith(_FIRST_MEMBER):
        raise zipfile.BadZipFile("something stands before the archive")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        place = f"文件「{filename}」"
        return _check_members(data, archive, place) or _scan_parts(archive, place)


def fault_not_workbook(place: str) -> Fault:
    """The one message for a file that cannot be read as a workbook, whatever broke inside."""
    return _fault(
        "workbook-unreadable",
        place,
        "读不出来的文件",
        "表格软件存出来的 .xlsx 工作簿",
        "用 WPS、Excel 或 LibreOffice 打开，另存为 .xlsx 再导入",
    )


def _check_members(data: bytes, archive: zipfile.ZipFile, place: str) -> list[Fault]:
    members = archive.infolist()
    active = sorted({_name_active(member.filename) for member in members} - {""})
    if active:
        return [
            _fault(
                "workbook-active",
                place,
                "、".join(active),
                "只有单元格的工作簿",
                "去掉宏和外部链接：全选、复制，选择性粘贴为数值到新的工作簿，另存为 .xlsx",
            )
        ]
    reason = _find_bomb(data, members)
    return [_fault_suspicious(place, reason)] if reason else []


def _name_active(path: str) -> str:
    lowered = path.lower()
    return next((name for piece, name in _ACTIVE.items() if piece in lowered), "")


def _find_bomb(data: bytes, members: Sequence[zipfile.ZipInfo]) -> str:
    """Say what makes the directory one that no spreadsheet writes; empty when nothing does."""
    unpacked = sum(member.file_size for member in members)
    if len(members) > WORKBOOK_MAX_MEMBERS:
        return f"内含 {len(members)} 个文件，最多 {WORKBOOK_MAX_MEMBERS} 个"
    if unpacked > WORKBOOK_MAX_UNPACKED_BYTES:
        return f"解开后有 {unpacked:,} 字节，最多 {WORKBOOK_MAX_UNPACKED_BYTES:,} 字节"
    if any(member.file_size > WORKBOOK_MAX_RATIO * max(member.compress_size, 50) for member in members):
        return f"压缩比超过 {WORKBOOK_MAX_RATIO} 倍"
    odd = next((reason for reason, is_odd in _ODD.items() if any(map(is_odd, members))), "")
    if odd:
        return odd
    if len({member.filename for member in members}) != len(members):
        return "内含同名文件"
    spans = sorted(_find_span(data, member) for member in members)
    # Python below 3.11.8 does not look for this itself (CVE-2024-0450).
    if any(end > start for (_, end), (start, _) in pairwise(spans)):
        return "内含的文件互相重叠"
    return ""


def _leaves_archive(path: str) -> bool:
    """Whether unpacking it by its name would write somewhere else. Nothing here does; what made it meant to."""
    return path.startswith("/") or "\\" in path or ":" in path or ".." in path.split("/")


_ODD: dict[str, Callable[[zipfile.ZipInfo], bool]] = {
    "内含的文件要放到压缩包外面去": lambda member: _leaves_archive(member.filename),
    "内含加密的文件": lambda member: bool(member.flag_bits & _ENCRYPTED),
    "用了不常见的压缩方法": lambda member: member.compress_type not in _METHODS,
}
"""What no spreadsheet does to a member."""


def _find_span(data: bytes, member: zipfile.ZipInfo) -> tuple[int, int]:
    """Return where a member's local header begins and its packed bytes end."""
    header = _LOCAL_HEADER.unpack_from(data, member.header_offset)
    name_bytes, extra_bytes = header[-2:]
    end = member.header_offset + _LOCAL_HEADER.size + name_bytes + extra_bytes + member.compress_size
    return member.header_offset, end


def _scan_parts(archive: zipfile.ZipFile, place: str) -> list[Fault]:
    """Walk every XML part without keeping it; DTDs, entities and what parsers read differently are refused."""
    for member in archive.infolist():
        with archive.open(member) as part:
            is_xml = is_xml_part(member.filename, part)
        if not is_xml:
            continue
        with archive.open(member) as part:
            try:
                reason = next(iterate_reasons(part), "")
            except DefusedXmlException:
                reason = "XML 里有实体定义"
        if reason:
            return [_fault_suspicious(place, reason)]
    return []


def _fault_suspicious(place: str, reason: str) -> Fault:
    return _fault(
        "workbook-suspicious",
        place,
        reason,
        "表格软件正常存出的工作簿",
        "不要导入来路不明的文件；用表格软件打开后另存为 .xlsx 再试",
    )


def _fault(code: str, place: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)
