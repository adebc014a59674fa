"""One page of a document that is not handed in yet: rectangles are blacked out, and the public copy is looked at.

Three ways to say where: squares of a grid over the picture, edges in hundredths, or dragging with a script. All of them
end in the same form; the server draws the black into the pixels.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler
from PIL import Image

from ledger.errors import Fault, NotFound, Refused
from ledger.service.documents import Area, Kept
from ledger.service.standing import refuse_read_only
from ledger.service.trays import SCALE, Item, find_tray, mark_page, open_item
from web.cache import build_page_bytes
from web.desk.documents import DOCUMENTS, get_target, process
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.respond import Answer
from web.site import JPEG

COLUMNS, ROWS = 10, 14
"""The grid over a page; a square of an A4 sheet is two by two centimetres."""
_AREA = re.compile(r"([0-9]{1,5}),([0-9]{1,5}),([0-9]{1,5}),([0-9]{1,5})", re.ASCII)
_CELL = re.compile(r"([0-9]|1[0-3])-([0-9])", re.ASCII)
_PERCENT = re.compile(r"([0-9]{1,3})(?:[.．]([0-9]{1,2}))?", re.ASCII)
_EDGES = ("left", "top", "right", "bottom")


@dataclass(frozen=True)
class AreaRow:
    """A rectangle that is black: the value of its field, in words, and where it is drawn."""

    height: int
    left: int
    said: str
    top: int
    value: str
    width: int


@dataclass(frozen=True)
class MarkPage:
    """`picture` is the page before anything was blacked out, of `size`; `next` and `previous` are empty at the ends.

    `size` is its width and height in pixels: the grid lies over all of it before a slow network has brought it.
    """

    areas: tuple[AreaRow, ...]
    cells: tuple[tuple[str, str], ...]
    edges: tuple[str, str, str, str]
    faults: Faults
    filename: str
    frame: DeskFrame
    next: str
    page: int
    pages: int
    path: str
    picture: str
    previous: str
    size: tuple[int, int]
    back: str


@dataclass(frozen=True)
class MarkForm:
    """`areas` stay black, `cells` become so, and the rectangle of the four edges where they are given."""

    areas: tuple[str, ...]
    cells: tuple[str, ...]
    bottom: str = ""
    left: str = ""
    right: str = ""
    top: str = ""


@route_desk(
    f"{DOCUMENTS}/{{number:str}}/{{document:str}}/{{page:str}}",
    allow="draft.prepare",
    summary="A page to black out",
)
def show_page(desk: Desk, number: str, document: str, page: str) -> Answer:
    return _show_page(desk, number, document, page)


@route_desk(
    f"{DOCUMENTS}/{{number:str}}/{{document:str}}/{{page:str}}",
    allow="draft.prepare",
    method="POST",
    summary="Black out what was marked",
)
def take_marks(desk: Desk, number: str, document: str, page: str) -> Answer:
    form = desk.parse_form(MarkForm)
    target, at = get_target(desk, number), _parse_page(page)
    refuse_read_only(desk.ports, desk.village)
    try:
        areas = _read_areas(form, at)
        mark_page(desk.ports, desk.village, desk.user, target, document, at, areas, process)
    except Refused as error:
        return _show_page(desk, number, document, page, explain_refusal(error, {}), form)
    return desk.redirect(f"{DOCUMENTS}/{target.number}")


@route_desk(
    f"{DOCUMENTS}/{{number:str}}/{{document:str}}/{{page:str}}/{{picture:str}}",
    allow="draft.prepare",
    summary="A page's picture, as it was sent or as it would be public",
)
def show_picture(desk: Desk, number: str, document: str, page: str, picture: str) -> Answer:
    _item, kept = _open(desk, number, document)
    shown = kept.plain_pages if picture == "plain.jpg" else kept.pages
    at = _parse_page(page)
    if at > len(shown) or not (picture == "plain.jpg" or picture.startswith("public-")):
        raise NotFound(_("单据"))
    return answer(desk.request, build_page_bytes(shown[at - 1], JPEG))


def _show_page(
    desk: Desk,
    number: str,
    document: str,
    page: str,
    refusal: Refusal = NOT_REFUSED,
    form: MarkForm | None = None,
) -> Answer:
    item, kept = _open(desk, number, document)
    at, pages = _parse_page(page), len(kept.pages)
    if at > pages:
        raise NotFound(_("单据"))
    folder = f"{DOCUMENTS}/{number}/{document}"
    shown = MarkPage(
        areas=_list_areas(kept, at),
        back=f"{DOCUMENTS}/{number}",
        cells=tuple(
            (f"{row}-{column}", _("第 {row} 行第 {column} 格").format(row=row + 1, column=column + 1))
            for row in range(ROWS)
            for column in range(COLUMNS)
        ),
        edges=(form.left, form.top, form.right, form.bottom) if form is not None else ("", "", "", ""),
        faults=refusal.faults,
        filename=item.filename,
        frame=desk.build_frame(_("涂黑")),
        next=f"{folder}/{at + 1}" if at < pages else "",
        page=at,
        pages=pages,
        path=f"{folder}/{at}",
        picture=f"{folder}/{at}/plain.jpg",
        previous=f"{folder}/{at - 1}" if at > 1 else "",
        size=_measure(kept.plain_pages[at - 1]),
    )
    return desk.render("desk/marking.html", shown, refusal=refusal)


def _measure(data: bytes) -> tuple[int, int]:
    """Return width and height of a picture that we drew ourselves: the decoder need not be apart from us."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
        return picture.size


def _open(desk: Desk, number: str, document: str) -> tuple[Item, Kept]:
    tray = find_tray(desk.ports, desk.village, desk.user, get_target(desk, number))
    item = tray.get(document)
    return item, open_item(desk.ports, desk.village, item)


def _parse_page(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]?", text, re.ASCII):
        raise NotFound(_("页"))
    return int(text)


def _list_areas(kept: Kept, page: int) -> tuple[AreaRow, ...]:
    rows = []
    for number, area in enumerate((area for area in kept.areas if area[0] == page), 1):
        _page, left, top, right, bottom = area
        said = _("第 {number} 块：左 {left}%，上 {top}%，右 {right}%，下 {bottom}%").format(
            number=number, left=left // 100, top=top // 100, right=right // 100, bottom=bottom // 100
        )
        rows.append(
            AreaRow(
                height=bottom - top,
                left=left,
                said=said,
                top=top,
                value=f"{left},{top},{right},{bottom}",
                width=right - left,
            )
        )
    return tuple(rows)


def _read_areas(form: MarkForm, page: int) -> list[Area]:
    """Return all that is to be black; Refused for edges that are no numbers, or of which some are missing."""
    areas: list[Area] = []
    for given in form.areas:
        found = _AREA.fullmatch(given)
        if found is None:
            raise Refused([build_edges()])
        left, top, right, bottom = (int(part) for part in found.groups())
        areas.append((page, left, top, right, bottom))
    areas += _join_cells(form.cells, page)
    edges = [getattr(form, name).strip().removesuffix("%") for name in _EDGES]
    if any(edges):
        matches = [_PERCENT.fullmatch(edge) for edge in edges]
        if not all(matches):
            raise Refused([build_edges()])
        left, top, right, bottom = (
            int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0")) for match in matches if match
        )
        areas.append((page, left, top, right, bottom))
    return areas


def _join_cells(cells: tuple[str, ...], page: int) -> list[Area]:
    """Return the squares that were chosen, those beside each other in a row as one."""
    chosen = {(int(found[1]), int(found[2])) for cell in cells if (found := _CELL.fullmatch(cell))}
    areas: list[Area] = []
    for row in range(ROWS):
        column = 0
        while column < COLUMNS:
            stop = column
            while (row, stop) in chosen:
                stop += 1
            if stop > column:
                top, bottom = row * SCALE // ROWS, -(-(row + 1) * SCALE // ROWS)
                areas.append((page, column * SCALE // COLUMNS, top, stop * SCALE // COLUMNS, bottom))
            column = stop + 1
    return areas


def build_edges() -> Fault:
    """Return the fault of edges that are no numbers, or of which some are missing."""
    return Fault(
        code="documents-edges",
        place=_("涂黑的地方"),
        found=_("四个数没有写全，或不是数"),
        expected=_("左、上、右、下各一个 0 到 100 的数"),
        remedy=_("四个都写上，或都空着"),
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_page, take_marks, show_picture)
