"""Banks' statements from outside, read in a child process with limits, as workbooks are."""

from __future__ import annotations

import atexit
from functools import cache

import msgspec

from ledger.errors import Fault
from ledger.limited.pool import ChildDied, Pool
from ledger.limits import WORKBOOKS_AT_ONCE
from ledger.service.bank.child import Reply, Request
from ledger.service.bank.statements import NOTHING, Statement
from ledger.service.workbooks.outside import LIMITS, explain_death

_CHILD = "ledger.service.bank.child"
_REPLY = msgspec.msgpack.Decoder(Reply)


def read_outside(data: bytes, filename: str) -> tuple[Statement, list[Fault]]:
    """See `reading.read_statement`; a child that passes a limit, or ends otherwise, is a fault of the file."""
    pool = _open_pool()
    request = msgspec.msgpack.encode(Request(data=data, filename=filename))
    try:
        reply = _REPLY.decode(pool.ask(request))
    except ChildDied as death:
        return NOTHING, [explain_death(death, pool.limits, filename)]
    return reply.statement, list(reply.faults)


@cache
def _open_pool() -> Pool:
    """The one that this process shares: a child costs the start of an interpreter."""
    pool = Pool(_CHILD, LIMITS, children=WORKBOOKS_AT_ONCE)
    atexit.register(pool.close)
    return pool
