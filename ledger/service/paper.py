"""What of a month's sheet is laid out or handed out as paper: the draft as it would be, and the sealed original."""

from __future__ import annotations

from ledger.books.values import SheetKind
from ledger.canonical import encode_value
from ledger.errors import NotFound
from ledger.ports import Ports, SheetJob
from ledger.service.sheets import (
    build_figures,
    find_open_until,
    find_sheet,
    refuse_empty,
    refuse_unadopted,
)
from ledger.state.keys import get_key_at


def find_sealed_pdf(ports: Ports, village: str, kind: SheetKind, month: str) -> tuple[str, bytes] | None:
    """Return number and bytes of the month's newest sealed sheet, None where none was sealed.

    Raises NotFound when the log names a PDF that the archive has lost, Tampered when its bytes have another
    digest.
    """
    with ports.ledger.read(village) as reader:
        found = find_sheet(reader, kind, month)
    if found is None:
        return None
    data = ports.archive.find(found.pdf)
    if data is None:
        raise NotFound(f"公开表 {found.number} 的 PDF 原件")
    return found.number, data


def build_draft_job(ports: Ports, village: str, kind: SheetKind, month: str) -> SheetJob:
    """Return the job of a draft: provisional figures, no codes, nothing attached.

    Raises Refused where nothing of the kind is adopted, or nothing recorded in the month.
    """
    with ports.ledger.read(village) as reader:
        refuse_unadopted(reader, kind, month)
        refuse_empty(reader, month)
        figures = build_figures(ports, reader, kind, month)
        verifier_key = get_key_at(reader.facts, reader.size)
        open_until = find_open_until(reader, month)
    return SheetJob(
        base_url="",
        evidence=b"",
        figures=encode_value(figures),
        is_demo=ports.is_demo,
        kind=kind,
        note=b"",
        open_until=open_until,
        verifier_key=verifier_key,
    )
