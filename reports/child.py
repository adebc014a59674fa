"""A worker process that makes sheets: `ledger.limited` with a Request in, a Reply out, both as msgpack."""

from __future__ import annotations

import sys
from importlib import import_module

import msgspec

from ledger.errors import Fault, NotProven, Refused
from ledger.limited.child import serve
from ledger.ports import PaperJob, SheetJob


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: a sheet, other paper, or without either the toolchain."""

    job: SheetJob | None
    paper: PaperJob | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes asked for, or why there are none. `failed` names the kind of error and no data."""

    data: bytes = b""
    failed: str = ""
    faults: tuple[Fault, ...] = ()
    unproven: str = ""


_REQUEST = msgspec.msgpack.Decoder(Request)


def answer(data: bytes) -> bytes:
    """Return the reply to one request."""
    return msgspec.msgpack.encode(_answer(_REQUEST.decode(data)))


def prepare() -> None:
    """Load what lays out sheets and papers."""
    for name in ("reports.paper", "reports.render", "reports.toolchain"):
        import_module(name)


def _answer(request: Request) -> Reply:
    from reports.failure import RenderFailed
    from reports.paper import render_paper
    from reports.render import render_sheet
    from reports.toolchain import describe_toolchain

    try:
        if request.paper is not None:
            return Reply(data=render_paper(request.paper))
        return Reply(data=describe_toolchain() if request.job is None else render_sheet(request.job))
    except RenderFailed as error:
        return Reply(failed=error.reason)
    except Refused as error:
        return Reply(faults=error.faults)
    except NotProven as error:
        return Reply(unproven=f"{error.code} {error.reason}")
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 -- The edge of the process: the parent says so and goes on.
        return Reply(failed=f"{type(error).__name__}: {error}"[:2_000])


if __name__ == "__main__":
    sys.exit(serve(answer, prepare))
