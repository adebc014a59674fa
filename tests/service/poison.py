"""Workbooks and separated values that somebody made by hand, each with what must be said of it.

`POISON` is the table: a name, how the file is made, and the verdict: the codes of the faults in their order, or, of a
file that is read, what its first row says where that differs from the plain voucher.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook

from ledger.service.workbooks.columns import WORKBOOKS
from tests.service.archives import SHEET, edit_part, edit_sheet, keep, rewrite
from tests.service.importing import PAPER, PAPER_PAID, make_book

Codes = tuple[str, ...]
Values = Mapping[str, str | int]
WORKBOOK, RELS, STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
STRINGS = "xl/sharedStrings.xml"
HEADERS = [column.header for column in WORKBOOKS["vouchers"].sheets[0].columns]
UNREADABLE, SUSPICIOUS, ACTIVE = ("workbook-unreadable",), ("workbook-suspicious",), ("workbook-active",)
RELATIONS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
BESIDE = b'<?xml version="1.0"?><!DOCTYPE l SYSTEM "http://127.0.0.1:9/l.dtd">'


class Poison(NamedTuple):
    """One file by name; it is handed in as vouchers."""

    make: Callable[[], bytes]
    verdict: Codes | Values
    filename: str = "表.xlsx"


def plain() -> bytes:
    """As openpyxl saves it: texts stand in their cells."""
    return make_book("vouchers", [PAPER, PAPER_PAID])


def shared(change: Callable[[Any, Any], None] | None = None) -> bytes:
    """As spreadsheet programs save it: texts stand in a part of their own."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("凭证")
    page.write_row(0, 0, HEADERS)
    for row, values in enumerate((PAPER, PAPER_PAID), 1):
        page.write_row(row, 0, [values.get(header) for header in HEADERS])
    if change is not None:
        change(book, page)
    book.close()
    return out.getvalue()


def changed(change: Callable[[Any], None]) -> bytes:
    """The plain workbook after `change` to its sheet."""

    def apply(book: Workbook) -> None:
        change(book["凭证"])

    return make_book("vouchers", [PAPER, PAPER_PAID], change=apply)


def put(place: str, value: object) -> bytes:
    return changed(lambda sheet: sheet.__setitem__(place, value))


def put_text(place: str, value: str) -> bytes:
    """The same as text, whatever it begins with."""

    def change(sheet: Any) -> None:
        sheet[place] = value
        sheet[place].data_type = "s"

    return changed(change)


def put_raw(place: bytes, cell: bytes) -> bytes:
    """A cell of the sheet's XML replaced: of the shared workbook, whose row 2 is the voucher."""
    book = shared()
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read(SHEET)
    start = sheet.index(b'<c r="' + place + b'"')
    stop = sheet.index(b"</c>", start) + 4
    return edit_sheet(book, sheet[start:stop], cell)


def with_part(**extra: bytes) -> bytes:
    return rewrite(plain(), keep, **extra)


def with_head(part: str, head: bytes, entity: bytes = b"") -> bytes:
    """A part behind another declaration, with `entity` in its first text."""

    def edit(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        body = content[content.index(b"?>") + 2 :] if content.startswith(b"<?xml") else content
        return head + body.replace(b"<t>", b"<t>" + entity, 1)

    return rewrite(shared(), edit)


def renamed_sheet(name: str) -> bytes:
    """The sheet's part under another name, a range as wide as the sheet in it."""
    wide = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    book = edit_sheet(plain(), b"</sheetData>", wide)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            content = old.read(each).replace(SHEET.encode(), name.encode())
            new.writestr(name if each == SHEET else each, content)
    return out.getvalue()


def renamed_member(name: str) -> bytes:
    """One more part under a name that leaves the archive."""
    out = io.BytesIO(plain())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"x")
    return out.getvalue()


def sheet_named(name: str, *, state: str = "visible") -> bytes:
    """The plain workbook and one more sheet with something in it."""

    def add(book: Workbook) -> None:
        page = book.create_sheet("another")
        page.append(["样"])
        page._WorkbookChild__title = name
        page.sheet_state = state

    return make_book("vouchers", [PAPER, PAPER_PAID], change=add)


def zip_of(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def lie_of_size() -> bytes:
    """A directory that declares a sheet shorter than it is."""
    data = bytearray(plain())
    at = data.index(b"PK\x01\x02")
    while SHEET.encode() not in data[at : at + 46 + len(SHEET)]:
        at = data.index(b"PK\x01\x02", at + 4)
    struct.pack_into("<I", data, at + 24, 64)
    return bytes(data)


def formula(cell: bytes) -> bytes:
    return put_raw(b"F2", cell)


def rich(run: bytes) -> bytes:
    """The summary in a shared string of several runs."""
    before = "<si><t>购办公用纸</t></si>".encode()
    return edit_part(shared(), STRINGS, before, b"<si>" + run + b"</si>")


def dated(serial: float, *, from_1904: bool = False) -> bytes:
    def change(book: Any, page: Any) -> None:
        page.write_number(1, 1, serial, book.add_format({"num_format": "yyyy-mm-dd"}))

    book = shared(change)
    return edit_part(book, WORKBOOK, b"<workbookPr ", b'<workbookPr date1904="1" ') if from_1904 else book


def commented() -> bytes:
    return changed(lambda sheet: setattr(sheet["C2"], "comment", Comment("=cmd|'/C calc'!A0", "样")))


def linked(target: str) -> bytes:
    return changed(lambda sheet: setattr(sheet["C2"], "hyperlink", target))


def validated(source: bytes) -> bytes:
    rule = b'<dataValidations count="1"><dataValidation type="list" sqref="A2:A9"><formula1>%s</formula1>'
    rule += b"</dataValidation></dataValidations>"
    return edit_sheet(plain(), b"</sheetData>", b"</sheetData>" + rule % source)


def named(formula: bytes) -> bytes:
    name = b'<definedNames><definedName name="Auto_Open" hidden="1">%s</definedName></definedNames>'
    return edit_part(plain(), WORKBOOK, b"<definedNames/>", name % formula)


def many_styles() -> bytes:
    draw = random.Random(1)
    style = b'<xf numFmtId="%d" fontId="0" fillId="0" borderId="0"/>'
    many = b"".join(style % draw.randrange(10**6) for _ in range(60_000))
    return edit_part(plain(), STYLES, b"</cellXfs>", many + b"</cellXfs>")


def nested() -> bytes:
    draw = random.Random(1)
    names = [b"a%d" % draw.randrange(10**9) for _ in range(90_000)]
    deep = b"".join(b"<%s>" % name for name in names) + b"".join(b"</%s>" % name for name in reversed(names))
    return edit_sheet(plain(), b"</sheetData>", deep + b"</sheetData>")


def pictured() -> bytes:
    """A sheet that shows a picture which is none, of a format that hides decoders."""
    rel = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    rel += b'<Relationship Id="rId1" Type="%s/%%s" Target="%%s"/></Relationships>' % RELATIONS
    drawing = b'<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"/>'
    book = edit_sheet(
        plain(),
        b"</worksheet>",
        b'<drawing xmlns:r="%s" r:id="rId1"/></worksheet>' % RELATIONS,
    )
    return rewrite(
        book,
        keep,
        **{
            "xl__worksheets___rels__sheet1.xml.rels": rel % (b"drawing", b"/xl/drawings/drawing1.xml"),
            "xl__drawings__drawing1.xml": drawing,
            "xl__drawings___rels__drawing1.xml.rels": rel % (b"image", b"/xl/media/image1.eps"),
            "xl__media__image1.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n(ls) system",
        },
    )


def separated(text: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: text.encode(encoding)


def line_of(**changes: str) -> str:
    values = {header: str(PAPER.get(header) or "") for header in HEADERS} | changes
    paid = {header: str(PAPER_PAID.get(header) or "") for header in HEADERS}
    rows = (HEADERS, [values[header] for header in HEADERS], [paid[header] for header in HEADERS])
    return "".join(",".join(row) + "\n" for row in rows)


POISON: dict[str, Poison] = {
    # Formulas: never computed, never trusted.
    "a formula with a value it gave": Poison(
        lambda: formula(b'<c r="F2"><f>300+25</f><v>325</v></c>'), ("cell-formula",)
    ),
    "a formula that others share": Poison(
        lambda: formula(b'<c r="F2"><f t="shared" ref="F2:F3" si="0">1+1</f><v>2</v></c>'), ("cell-formula",)
    ),
    "a shared formula whose text stands elsewhere": Poison(
        lambda: formula(b'<c r="F2"><f t="shared" si="0"/><v>2</v></c>'), ("cell-formula",)
    ),
    "a formula of an array": Poison(
        lambda: formula(b'<c r="F2"><f t="array" ref="F2:F2">SUM(H2:H9)</f><v>2</v></c>'), ("cell-formula",)
    ),
    "a table of data": Poison(
        lambda: formula(b'<c r="F2"><f t="dataTable" ref="F2:F3" r1="A1"/><v>2</v></c>'), ("cell-formula",)
    ),
    "a formula without text": Poison(lambda: formula(b'<c r="F2"><f/><v>325</v></c>'), ("cell-formula",)),
    "a formula that asks another program": Poison(lambda: put("C2", "=cmd|'/C calc'!A0"), ("cell-formula",)),
    "the same written as text": Poison(
        lambda: put_text("C2", "=cmd|'/C calc'!A0"), {"摘要": "=cmd|'/C calc'!A0"}
    ),
    "a text that begins with @": Poison(lambda: put_text("C2", "@SUM(1)"), {"摘要": "@SUM(1)"}),
    "a formula in the headers": Poison(
        lambda: put("F1", '="借方金额"'), ("header-unknown", "header-missing")
    ),
    # What a person does not see.
    "a sheet that the menu does not show": Poison(
        lambda: sheet_named("底稿", state="veryHidden"), ("sheet-hidden", "sheet-unknown")
    ),
    "a sheet of the same name but for blanks": Poison(lambda: sheet_named("凭证 "), ("sheet-unknown",)),
    "a sheet of the same name but for what has no width": Poison(
        lambda: sheet_named("凭\u200b证"), ("sheet-unknown",)
    ),
    "a sheet whose name is a path": Poison(lambda: sheet_named("../../etc"), UNREADABLE),
    "a sheet whose name is a formula": Poison(lambda: sheet_named("=1+1"), ("sheet-unknown",)),
    "a comment": Poison(commented, {}),
    "rows that a filter hides": Poison(
        lambda: edit_sheet(plain(), b'<row r="3"', b'<row r="3" hidden="1"'), ("row-hidden",)
    ),
    "a text that turns its direction": Poison(lambda: put("C2", "购\u202e纸公办"), ("text-character",)),
    "a text with marks of no width": Poison(lambda: put("I2", "样\u200d经手"), ("text-character",)),
    "a header with marks of no width": Poison(
        lambda: put("C1", "摘\u2060要"), ("header-unknown", "header-missing")
    ),
    # What different programs read differently.
    "two cells of one place": Poison(
        lambda: edit_sheet(plain(), b'<c r="F2"', b'<c r="F2"><v>1</v></c><c r="F2"'), SUSPICIOUS
    ),
    "a text counted from the end": Poison(
        lambda: put_raw(b"C2", b'<c r="C2" t="s"><v>-1</v></c>'), SUSPICIOUS
    ),
    "a text that is not there": Poison(
        lambda: put_raw(b"C2", b'<c r="C2" t="s"><v>9999</v></c>'), UNREADABLE
    ),
    "a size that is not the sheet's": Poison(
        lambda: edit_sheet(plain(), b'<dimension ref="A1:S3"/>', b'<dimension ref="A1:XFD1048576"/>'), {}
    ),
    "a size of one cell": Poison(
        lambda: edit_sheet(plain(), b'<dimension ref="A1:S3"/>', b'<dimension ref="A1"/>'), {}
    ),
    "a text in its cell": Poison(
        lambda: put_raw(b"C2", '<c r="C2" t="inlineStr"><is><t>购纸</t></is></c>'.encode()), {"摘要": "购纸"}
    ),
    "a text in several runs": Poison(
        lambda: rich("<r><t>购</t></r><r><rPr><b/></rPr><t>纸</t></r>".encode()), {"摘要": "购纸"}
    ),
    "a text with its pronunciation": Poison(
        lambda: rich('<t>购纸</t><rPh sb="0" eb="1"><t>gou</t></rPh><phoneticPr fontId="1"/>'.encode()),
        {"摘要": "购纸"},
    ),
    "a date before 1900": Poison(lambda: dated(-1), ("date-impossible",)),
    "a date of the year 1900": Poison(lambda: dated(60), ("date-impossible",)),
    "a date beyond the calendar": Poison(lambda: dated(3_000_000), ("cell-error",)),
    "a date of the other calendar": Poison(lambda: dated(44_854, from_1904=True), {"日期": "2026-10-21"}),
    "an hour for a date": Poison(lambda: dated(0.5), ("date-impossible",)),
    "numbers as texts": Poison(lambda: put_text("F2", "３２５.00"), {}),
    "an identity number that lost its digits": Poison(lambda: put("D2", 1.23e17), ("cell-scientific",)),
    "the same as text": Poison(lambda: put("D2", "1.23E+17"), ("cell-scientific",)),
    "a number that no program computes with": Poison(
        lambda: put_raw(b"F2", b'<c r="F2"><v>1e999</v></c>'), ("amount-form",)
    ),
    "a number that is none": Poison(lambda: put_raw(b"F2", b'<c r="F2"><v>NaN</v></c>'), UNREADABLE),
    "a lost reference": Poison(lambda: put_raw(b"F2", b'<c r="F2" t="e"><v>#REF!</v></c>'), ("cell-error",)),
    "a cell of no known type": Poison(lambda: put_raw(b"F2", b'<c r="F2" t="zz"><v>325</v></c>'), SUSPICIOUS),
    "a style that is not there": Poison(
        lambda: put_raw(b"F2", b'<c r="F2" s="9999"><v>1</v></c>'), UNREADABLE
    ),
    "a cell beyond the last column": Poison(
        lambda: put_raw(b"F2", b'<c r="XFE2"><v>1</v></c>'), ("sheet-too-large",)
    ),
    # What acts, reaches out, or would.
    "a link to another file": Poison(
        lambda: with_part(xl__externalLinks__externalLink1__xml=b"<externalLink/>"), ACTIVE
    ),
    "an exchange with another program": Poison(
        lambda: with_part(**{"xl__externalLinks__externalLink1.xml": b"<ddeLink ddeService='cmd'/>"}), ACTIVE
    ),
    "a macro in the old language": Poison(
        lambda: with_part(**{"xl__macrosheets__sheet1.xml": b"<macrosheet/>"}), ACTIVE
    ),
    "a macro under a name in capitals": Poison(lambda: with_part(**{"XL__VBAPROJECT.BIN": b"x"}), ACTIVE),
    "a control": Poison(lambda: with_part(**{"xl__activeX__activeX1.xml": b"<ocx/>"}), ACTIVE),
    "a menu of its own": Poison(lambda: with_part(**{"customUI__customUI.xml": b"<customUI/>"}), ACTIVE),
    "an address behind a cell": Poison(lambda: linked("http://127.0.0.1:9/"), {}),
    "a list in another file": Poison(lambda: validated(b"'[1]Sheet1'!$A$1:$A$9"), {}),
    "a name that runs when it is opened": Poison(lambda: named(b"=cmd|'/C calc'!A0"), {}),
    "XML of one's own": Poison(lambda: with_part(customXml__item1__xml=b"<a/>"), {}),
    "a picture that is none": Poison(pictured, {}),
    # XML against its reader.
    "a billion laughs": Poison(lambda: with_head(STRINGS, LAUGHS + b"]>", b"&j;"), SUSPICIOUS),
    "a file of the machine as an entity": Poison(lambda: with_head(STRINGS, OUTSIDE, b"&e;"), SUSPICIOUS),
    "a definition on another machine": Poison(lambda: with_head(SHEET, BESIDE), SUSPICIOUS),
    "a wide range under another name": Poison(lambda: renamed_sheet("xl/worksheets/sheet1.png"), SUSPICIOUS),
    "sixty thousand styles": Poison(many_styles, {}),
    "elements within one another without end": Poison(nested, {}),
    "XML in no encoding": Poison(
        lambda: with_head(SHEET, b'<?xml version="1.0" encoding="x-none"?>'), UNREADABLE
    ),
    "XML that ends early": Poison(lambda: edit_sheet(plain(), b"</worksheet>", b""), UNREADABLE),
    # Archives against their reader.
    "an archive in an archive": Poison(lambda: with_part(xl__a__zip=zip_of(b=b"x")), {}),
    "a part with an absolute path": Poison(lambda: renamed_member("/etc/cron.d/a"), SUSPICIOUS),
    "a part outside of the archive": Poison(lambda: renamed_member("xl/../../../a"), SUSPICIOUS),
    "a part on another drive": Poison(lambda: renamed_member("C:\\a"), SUSPICIOUS),
    "a part shorter than it says": Poison(lie_of_size, UNREADABLE),
    "an archive cut short": Poison(lambda: plain()[:-30], UNREADABLE),
    "an archive after something else": Poison(lambda: b"\xff\xd8\xff\xe0" + bytes(60) + plain(), UNREADABLE),
    # Something else altogether.
    "a text document": Poison(lambda: zip_of(word__document_xml=b"<w/>"), UNREADABLE),
    "an open document": Poison(lambda: zip_of(mimetype=b"application/x", content=b"<o/>"), UNREADABLE),
    "a binary workbook": Poison(lambda: zip_of(**{"xl__workbook.bin": b"\x83\x01\x00"}), UNREADABLE),
    "a PDF": Poison(lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", UNREADABLE),
    "a web page": Poison(lambda: b"<html><table><tr><td>a,b;c</td></tr></table></html>", UNREADABLE),
    "an old workbook": Poison(
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900), ("workbook-old-format",), "表.xls"
    ),
    # Separated values.
    "separated values in GB18030 under a workbook's name": Poison(separated(line_of(), "gb18030"), {}),
    "separated values in UTF-16": Poison(separated(line_of(), "utf-16"), {}, "表.csv"),
    "a formula in separated values": Poison(separated(line_of(摘要="=1+1")), {"摘要": "=1+1"}, "表.csv"),
    "a formula for an amount": Poison(separated(line_of(借方金额="=1+1")), ("amount-form",), "表.csv"),
    "separated values with a null": Poison(separated(line_of(摘要="购\0纸")), ("csv-encoding",), "表.csv"),
    "an identity number for an account": Poison(
        separated(line_of(科目代码="1.23E+17")), ("cell-scientific",), "表.csv"
    ),
    "a quote without end": Poison(separated(line_of(摘要='"购纸')), ("csv-form",), "表.csv"),
    "a million columns": Poison(separated("凭证号" + ",x" * 1_000_000), ("sheet-too-large",), "表.csv"),
    "ten million characters in one line": Poison(
        separated("x" * 10_000_000), ("workbook-too-large",), "表.csv"
    ),
}
