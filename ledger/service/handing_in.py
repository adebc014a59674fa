"""A file that a clerk sent, or a sheet that they typed, looked at before it is handed in: what is shown is what is
handed in, or nothing is.

The file waits in the vault, encrypted, one for each person, so that looking and handing in are two requests and nothing
is typed twice. Handing in reads it again; what it would become must read as it did when it was shown, since somebody
else may have recorded something in between.
"""

from __future__ import annotations

import hashlib
import threading
from typing import NamedTuple

import msgspec

from ledger.errors import Fault, NotFound, Refused
from ledger.ports import Ports
from ledger.service.import_ import Import, WorkbookKind, apply_import, import_typed, import_workbook
from ledger.service.passing import expire_drafts
from ledger.service.refilling import link_answers, list_answered
from ledger.service.unsent import Tables


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was sent; `filename` is only shown. Or what was typed, without a file: see `unsent`."""

    data: bytes = b""
    filename: str
    kind: WorkbookKind
    sheet: str = ""  # that was typed, empty for a file
    tables: Tables = {}
    version: int = 0  # of that sheet


class Looked(NamedTuple):
    """What a file would become. `digest` is of all that is shown of it."""

    digest: str
    imported: Import
    sent: Sent


_SENT = msgspec.msgpack.Decoder(Sent)
_HANDING_IN = threading.Lock()
"""One at a time: of two clicks at once both would find the file, and some kinds of drafts may wait twice."""


def look_at(ports: Ports, village: str, maker: str, sent: Sent) -> Looked:
    """Keep a file for its sender and return what it would become; one with faults is not kept."""
    looked = _look(ports, village, maker, sent)
    if looked.imported.faults:
        ports.vault.drop_upload(village, maker)
    else:
        ports.vault.put_upload(village, maker, msgspec.msgpack.encode(sent))
    return looked


def look_again(ports: Ports, village: str, maker: str) -> Looked:
    """Return what the kept file would become now; NotFound where none is kept."""
    data = ports.vault.find_upload(village, maker)
    if data is None:
        raise NotFound("交来的表格")
    return _look(ports, village, maker, _SENT.decode(data))


def hand_in(ports: Ports, village: str, maker: str, digest: str) -> int:
    """Hand in the kept file, if it would become what was shown under `digest`; return how many drafts there are.

    Raises Refused with every fault, keeping nothing; NotFound where no file is kept.
    """
    with _HANDING_IN:
        looked = look_again(ports, village, maker)
        if [fault.code for fault in looked.imported.faults] == ["import-duplicate"]:
            # What is kept had no such fault when it was looked at: it was handed in, and then something broke off.
            _forget(ports, village, maker, looked.sent)
            return 0
        if looked.imported.faults:
            raise Refused(looked.imported.faults)
        if looked.digest != digest:
            raise Refused([_build_changed(looked.sent)])
        expire_drafts(ports, village)
        answered = list_answered(ports, village, maker, looked.sent.sheet)
        linked = link_answers(looked.imported, answered)
        apply_import(ports, linked, answers=[draft.id for draft in answered])
        _forget(ports, village, maker, looked.sent)
    return len(looked.imported.drafts)


def is_handed_in(ports: Ports, village: str, batch: str) -> bool:
    """Say whether a file, or what was typed, became drafts that were not given up since."""
    return bool(ports.vault.list_batch(village, batch))


def _forget(ports: Ports, village: str, maker: str, sent: Sent) -> None:
    """Forget what was handed in; what was typed since stays."""
    if sent.sheet:
        ports.vault.drop_unsent(village, maker, sent.sheet, sent.version)
    ports.vault.drop_upload(village, maker)


def _look(ports: Ports, village: str, maker: str, sent: Sent) -> Looked:
    answered = list_answered(ports, village, maker, sent.sheet)
    if sent.sheet:
        imported = import_typed(
            ports, village=village, kind=sent.kind, tables=sent.tables, maker=maker, answered=answered
        )
    else:
        imported = import_workbook(
            ports, village=village, kind=sent.kind, data=sent.data, filename=sent.filename, maker=maker
        )
    ids = [draft.id for draft in answered]
    shown = msgspec.json.encode([imported.preview, imported.notices, sent.kind, village, ids])
    return Looked(hashlib.sha256(shown).hexdigest(), imported, sent)


def _build_changed(sent: Sent) -> Fault:
    return Fault(
        code="import-changed",
        place=f"文件「{sent.filename}」",
        found="和看过的不一样了：这中间账上有了变动",
        expected="看过以后没有变动",
        remedy="再看一遍，没有问题就交审",
    )
