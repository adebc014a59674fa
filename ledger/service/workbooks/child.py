"""A process that reads workbooks: `ledger.limited` with a Request in, a Reply out, both as msgpack.

The parent imports this module too, so it loads the parsers only when it runs.
"""

from __future__ import annotations

import codecs
import sys

import msgspec

from ledger.errors import Fault
from ledger.limited.child import serve
from ledger.service.workbooks.columns import WorkbookKind
from ledger.service.workbooks.lines import Tables

ENCODINGS = ("cp437", "gb18030", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
"""What texts, the names in an archive and XML may be written in; Python loads each when it is first asked for."""

KEPT_OUT = ("PIL", "lxml")
"""What openpyxl would use where it happens to be installed: to open a workbook's pictures, whatever their format, and
to read XML in place of the parser that is hardened against it.
"""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was handed in, and what it is meant to be."""

    data: bytes
    filename: str
    kind: WorkbookKind


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What `read_workbook` returned."""

    faults: tuple[Fault, ...]
    tables: Tables


def main() -> int:
    """Load the parsers, then answer requests: later no file can be opened, also not a module's."""
    for encoding in ENCODINGS:
        codecs.lookup(encoding)
    for library in KEPT_OUT:
        sys.modules[library] = None  # type: ignore[assignment]  # The import system's own sign for: not to be had.
    from ledger.service.workbooks.reading import read_workbook

    requests = msgspec.msgpack.Decoder(Request)

    def answer(data: bytes) -> bytes:
        request = requests.decode(data)
        tables, faults = read_workbook(request.data, request.kind, request.filename)
        return msgspec.msgpack.encode(Reply(faults=tuple(faults), tables=tables))

    return serve(answer)


if __name__ == "__main__":
    sys.exit(main())
