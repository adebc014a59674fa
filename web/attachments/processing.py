"""The way in for photos and PDF of source documents: looked at here, opened in a child process with limits."""

from __future__ import annotations

import atexit
import hashlib
import unicodedata
from collections.abc import Sequence
from functools import cache

import msgspec

from ledger.errors import Fault, Refused
from ledger.limited.child import Limits
from ledger.limited.pool import ChildDied, Pool, format_limits
from ledger.limits import (
    ATTACHMENT_CPU_S,
    ATTACHMENT_MAX_BYTES,
    ATTACHMENT_MEMORY_BYTES,
    ATTACHMENT_REPLY_MAX_BYTES,
    ATTACHMENT_WALL_S,
    ATTACHMENTS_AT_ONCE,
    NAME_MAX_CHARS,
)
from web.attachments.formats import ACCEPTED, describe_other, find_format
from web.attachments.values import Area, Attachment, Reply, Request, Upload

LIMITS = Limits(
    cpu_s=ATTACHMENT_CPU_S,
    memory_bytes=ATTACHMENT_MEMORY_BYTES,
    wall_s=ATTACHMENT_WALL_S,
    reply_max_bytes=ATTACHMENT_REPLY_MAX_BYTES,
    open_files=8,  # A PDF may leave its fonts to the machine.
)
_REPLY = msgspec.msgpack.Decoder(Reply)


def open_pool(limits: Limits = LIMITS) -> Pool:
    """Return a pool of children that open photos and PDF."""
    return Pool("web.attachments.child", limits, children=ATTACHMENTS_AT_ONCE)


@cache
def share_pool() -> Pool:
    """Return the pool that this process shares: a child costs the start of an interpreter."""
    pool = open_pool()
    atexit.register(pool.close)
    return pool


def process_uploads(pool: Pool, uploads: Sequence[Upload]) -> tuple[Attachment, ...]:
    """Return the public copy of each file; Refused with the faults of all of them, and then of none."""
    faults: list[Fault] = []
    attachments = []
    for number, upload in enumerate(uploads, 1):
        reply = _process(pool, upload)
        place = f"第 {number} 个附件「{clean_name(upload.filename)}」"
        faults += [msgspec.structs.replace(fault, place=place) for fault in reply.faults]
        original = hashlib.sha256(upload.data).hexdigest()
        attachments.append(Attachment(original=original, pages=reply.pages))
    if faults:
        raise Refused(faults)
    return tuple(attachments)


def clean_name(filename: str) -> str:
    """Return what people know a file by: the end of its name, without what is no letter, short."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    shown = "".join(one for one in last if unicodedata.category(one)[0] not in "CZ").strip(".")
    return shown[-NAME_MAX_CHARS:] or "没有名字"


def _process(pool: Pool, upload: Upload) -> Reply:
    faults = [*_check_file(upload.data), *(fault for area in upload.areas for fault in _check_area(area))]
    if faults:
        return Reply(faults=tuple(faults))
    request = msgspec.msgpack.encode(Request(areas=upload.areas, data=upload.data))
    try:
        return _REPLY.decode(pool.ask(request))
    except ChildDied as death:
        return Reply(faults=(_explain_death(death, pool.limits),))


def _check_file(data: bytes) -> list[Fault]:
    if not data:
        return [_fault("attachment-empty", "0 字节", ACCEPTED, "重新选择文件")]
    if len(data) > ATTACHMENT_MAX_BYTES:
        found, expected = f"{len(data):,} 字节", f"不超过 {ATTACHMENT_MAX_BYTES:,} 字节"
        return [_fault("attachment-too-large", found, expected, "把照片缩小，或把 PDF 分成几个文件再上传")]
    if find_format(data) is None:
        found, remedy = describe_other(data)
        return [_fault("attachment-type", found, ACCEPTED, remedy)]
    return []


def _check_area(area: Area) -> list[Fault]:
    """An area has some width and height and lies on its page; fractions that are no numbers do neither."""
    if 0 <= area.left < area.right <= 1 and 0 <= area.top < area.bottom <= 1:
        return []
    return [
        _fault("attachment-area", "框在页面外面，或没有大小", "页面里的一块", "重新框出要涂黑的地方"),
    ]


def _explain_death(death: ChildDied, limits: Limits) -> Fault:
    return _fault(
        "attachment-limit",
        f"读到一半，{death.words}" if death.words else "读到一半，读附件的程序中断了",
        f"{format_limits(limits)}就读得完的照片或 PDF",
        "不要上传来路不明的文件；是自己的，截一张图或重拍一张再上传",
    )


def _fault(code: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place="", found=found, expected=expected, remedy=remedy)
