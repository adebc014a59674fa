"""Whether a village's log may go on, asked when a home is opened for serving or writing.

A database can fall behind what was signed: a backup put back, a journal cut by a failing disk, which SQLite takes for
the end without a word. The heads, in a file of their own, then say so. Such a village is read-only until what is
missing is brought back: signing on would fork its history. A head that a crash prevented is signed here, by the same
code as every other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from ledger.errors import Fault, NotFound, Refused, Tampered
from ledger.ports import Head, Ports, Reader
from ledger.service.publish import publish_head, verify_extends

LOOK_BACK = 256
"""Entries before the newest head that are hashed again at the start: what a disk lost last is found first."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a village's log stands to its newest head.

    `fault`   why it is read-only, for who runs it; None where it may go on
    `notice`  the same in one sentence for villagers, empty where it may go on
    `signed`  entries that the newest head covers; 0 without one
    `size`    entries in the database; 0 where the whole log is gone
    """

    fault: Fault | None
    notice: str
    signed: int
    size: int
    village: str


def list_known_villages(ports: Ports) -> list[str]:
    """Return every village of the home, also those of which only heads are left, by code."""
    return sorted({*ports.ledger.list_villages(), *ports.heads.list_villages()})


def list_standings(ports: Ports, halted: Mapping[str, Standing] | None = None) -> Iterator[Standing]:
    """Look at every village of the home, also at those of which only heads are left, and complete their heads.

    For those that are `halted` already nothing is signed.
    """
    for village in list_known_villages(ports):
        yield halted[village] if halted and village in halted else open_village(ports, village)


def open_village(ports: Ports, village: str) -> Standing:
    """Look at a village and, where all is well, sign what a crash left without its head."""
    newest = ports.heads.find_newest(village)
    try:
        with ports.ledger.read(village) as reader:
            standing = examine(village, reader, newest)
    except NotFound:
        return _refuse(village, newest, 0, _describe_lost(0, newest))
    except Tampered as error:
        return _refuse(village, newest, -1, f"读不出：{error}")
    if standing.fault is None and standing.signed != standing.size:
        publish_head(ports, village)
    return standing


def examine(village: str, reader: Reader, newest: Head | None, *, look_back: int = LOOK_BACK) -> Standing:
    """Return how the log in `reader` stands to its newest head. Changes nothing; O(log n + look_back)."""
    try:
        verify_extends(reader, newest, look_back=look_back)
    except Tampered as error:
        behind = newest is None or reader.size < newest.size
        reason = _describe_lost(reader.size, newest) if behind else str(error)
        return _refuse(village, newest, reader.size, reason)
    signed = newest.size if newest else 0
    return Standing(fault=None, notice="", signed=signed, size=reader.size, village=village)


def refuse_read_only(ports: Ports, village: str) -> None:
    """Raise Refused, saying what is missing and what to do, unless the village's log may go on."""
    standing = open_village(ports, village)
    if standing.fault is not None:
        raise Refused([standing.fault])


def build_forked(village: str, size: int, signed: int, reason: str) -> Standing:
    """Return the standing of a log of which somebody holds another history, signed by its own key."""
    head = Head(note=b"", root=b"", size=signed)
    return msgspec.structs.replace(_refuse(village, head, -1, reason), size=size)


def _describe_lost(size: int, newest: Head | None) -> str:
    last = f"这里最后一条是第 {size - 1} 条" if size else "这里一条记录也没有"
    if newest is None:
        return f"{last}，签过名的检查点一个也没有（heads.db 丢了或换过）"
    missing = f"第 {size} 条" if newest.size == size + 1 else f"第 {size} 条到第 {newest.size - 1} 条"
    return f"{last}，已签名的检查点有 {newest.size} 条，{missing}不见了"


def _refuse(village: str, newest: Head | None, size: int, reason: str) -> Standing:
    signed = newest.size if newest else 0
    lost = f"少了 {signed - size} 条" if 0 <= size < signed else "和签过名的对不上"
    return Standing(
        fault=Fault(
            code="village-read-only",
            place=f"村 {village} 的账本",
            found=reason,
            expected=f"接得上签过名的 {signed} 条" if signed else "有签过名的检查点",
            remedy="这本账现在只能看，不能记；先保留现场，再用 mingbai restore 找回缺的记录",
        ),
        notice=f"这个村的账本{lost}，暂停记账，正在查找。手里的公开表请留好",
        signed=signed,
        size=max(size, 0),
        village=village,
    )
