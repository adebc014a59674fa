"""A process that reads banks' statements: `ledger.limited` with a Request in, a Reply out, both as msgpack.

The parent imports this module too, so it loads the parsers only when it runs. What leaves it has no whole name and no
account number.
"""

from __future__ import annotations

import codecs
import sys

import msgspec

from ledger.errors import Fault
from ledger.limited.child import serve
from ledger.service.bank.statements import Statement
from ledger.service.workbooks.child import ENCODINGS, KEPT_OUT


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was sent."""

    data: bytes
    filename: str


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What `read_statement` returned."""

    faults: tuple[Fault, ...]
    statement: Statement


def main() -> int:
    """Load parsers and layouts, then answer requests: later no file can be opened, also not a module's."""
    for encoding in ENCODINGS:
        codecs.lookup(encoding)
    for library in KEPT_OUT:
        sys.modules[library] = None  # type: ignore[assignment]  # The import system's own sign for: not to be had.
    from ledger.data import load_layouts
    from ledger.service.bank.reading import read_statement

    layouts = load_layouts()
    requests = msgspec.msgpack.Decoder(Request)

    def answer(data: bytes) -> bytes:
        request = requests.decode(data)
        statement, faults = read_statement(request.data, request.filename, layouts)
        return msgspec.msgpack.encode(Reply(faults=tuple(faults), statement=statement))

    return serve(answer)


if __name__ == "__main__":
    sys.exit(main())
