"""Workbooks from outside, read in a child process with limits: what stands in one can end that child and no more."""

from __future__ import annotations

import atexit
from functools import cache

import msgspec

from ledger.errors import Fault
from ledger.limited.child import Limits
from ledger.limited.pool import ChildDied, Pool, format_limits
from ledger.limits import (
    WORKBOOK_CPU_S,
    WORKBOOK_MEMORY_BYTES,
    WORKBOOK_REPLY_MAX_BYTES,
    WORKBOOK_WALL_S,
    WORKBOOKS_AT_ONCE,
)
from ledger.service.workbooks.child import Reply, Request
from ledger.service.workbooks.columns import WorkbookKind
from ledger.service.workbooks.lines import Tables

LIMITS = Limits(
    cpu_s=WORKBOOK_CPU_S,
    memory_bytes=WORKBOOK_MEMORY_BYTES,
    wall_s=WORKBOOK_WALL_S,
    reply_max_bytes=WORKBOOK_REPLY_MAX_BYTES,
)
_CHILD = "ledger.service.workbooks.child"
_REPLY = msgspec.msgpack.Decoder(Reply)


def read_outside(data: bytes, kind: WorkbookKind, filename: str) -> tuple[Tables, list[Fault]]:
    """See `reading.read_workbook`; a child that passes a limit, or ends otherwise, is a fault of the file."""
    return ask_child(_open_pool(), data, kind, filename)


def ask_child(pool: Pool, data: bytes, kind: WorkbookKind, filename: str) -> tuple[Tables, list[Fault]]:
    """The same by a child of this pool."""
    request = msgspec.msgpack.encode(Request(data=data, filename=filename, kind=kind))
    try:
        reply = _REPLY.decode(pool.ask(request))
    except ChildDied as death:
        return {}, [explain_death(death, pool.limits, filename)]
    return reply.tables, list(reply.faults)


def open_pool(limits: Limits = LIMITS) -> Pool:
    """Return a pool of children that read workbooks."""
    return Pool(_CHILD, limits, children=WORKBOOKS_AT_ONCE)


@cache
def _open_pool() -> Pool:
    """The one that this process shares: a child costs the start of an interpreter."""
    pool = open_pool()
    atexit.register(pool.close)
    return pool


def explain_death(death: ChildDied, limits: Limits, filename: str) -> Fault:
    """Say which limit a file passed that a child was reading, or that the child ended otherwise."""
    return Fault(
        code="workbook-limit",
        place=f"文件「{filename}」",
        found=f"读到一半，{death.words}" if death.words else "读到一半，读表的程序中断了",
        expected=f"{format_limits(limits)}就读得完的表格",
        remedy="不要导入来路不明的文件；是自己的表格，删去多余的格式和工作表，另存为新的 .xlsx 再试",
    )
