"""Paper without a printer: a few bytes, or the smallest PDF that carries a sheet's rows and its attachment."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable

import msgspec
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject

from ledger.audit.printed import list_rows
from ledger.data import load_reference
from ledger.log.checkpoint import open_checkpoint
from ledger.log.note import parse_note_verifier
from ledger.log.receipt import format_fingerprint
from ledger.ports import AnnexJob, BookletJob, SheetJob
from ledger.service.sheets import FIGURES


class PlainRenderer:
    """Its paper is the digest of the job: the same job gives the same bytes. `before` runs while it renders."""

    def __init__(self, before: Callable[[], object] = lambda: None) -> None:
        self.before = before

    def render(self, job: SheetJob) -> bytes:
        self.before()
        return b"%PDF-" + hashlib.sha256(msgspec.json.encode(job)).hexdigest().encode()

    def render_booklet(self, job: BookletJob) -> bytes:
        self.before()
        return b"%PDF-" + hashlib.sha256(msgspec.json.encode(job)).hexdigest().encode()

    def render_annex(self, job: AnnexJob) -> bytes:
        self.before()
        return b"%PDF-" + hashlib.sha256(msgspec.json.encode(job)).hexdigest().encode()

    def describe_toolchain(self) -> bytes:
        return b'{"plain":"1"}'


class PaperRenderer:
    """Its paper is a PDF of one page."""

    def render(self, job: SheetJob) -> bytes:
        number = msgspec.json.decode(job.figures)["head"]["number"]
        return make_pdf(list_lines(job), {f"mingbai-{number}.json": job.evidence})

    def describe_toolchain(self) -> bytes:
        return b'{"paper":"1"}'


def list_lines(job: SheetJob) -> list[str]:
    """Return the lines of a sheet: every row that must stand on it, and its fingerprint."""
    figures = msgspec.json.decode(job.figures, type=FIGURES[job.kind])
    checkpoint = open_checkpoint(job.note, parse_note_verifier(job.verifier_key))
    rows = [" ".join(cell for cell in row if cell) for row in list_rows(figures, load_reference().disclosure)]
    return [*rows, format_fingerprint(checkpoint)]


def make_pdf(lines: list[str], attached: dict[str, bytes]) -> bytes:
    """Return a PDF whose text is `lines`."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    codes = {character: place for place, character in enumerate(sorted(set("".join(lines))), 1)}
    stream = DecodedStreamObject()
    shown = [
        f"<{''.join(f'{codes[character]:04x}' for character in line)}> Tj 0 -12 Td".encode() for line in lines
    ]
    stream.set_data(b"BT /F1 10 Tf 20 820 Td " + b"\n".join(shown) + b" ET")
    page[NameObject("/Contents")] = writer._add_object(stream)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): _make_font(writer, codes)})}
    )
    for name, data in attached.items():
        writer.add_attachment(name, data)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _make_font(writer: PdfWriter, codes: dict[str, int]) -> DictionaryObject:
    """A font without glyphs that says which character each code is."""
    table = DecodedStreamObject()
    pairs = "\n".join(
        f"<{code:04x}> <{character.encode('utf-16-be').hex()}>" for character, code in codes.items()
    )
    table.set_data(
        (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
            f"{len(codes)} beginbfchar\n{pairs}\nendbfchar\nendcmap end end"
        ).encode()
    )
    below = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/CIDFontType2"),
            NameObject("/BaseFont"): NameObject("/None"),
            NameObject("/DW"): NumberObject(1000),
        }
    )
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject("/None"),
            NameObject("/Encoding"): NameObject("/Identity-H"),
            NameObject("/DescendantFonts"): ArrayObject([below]),
            NameObject("/ToUnicode"): writer._add_object(table),
        }
    )
