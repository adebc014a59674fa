"""A clerk's workbook, sent or pasted: first all that it would become, or every fault in it; then it is handed in."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.errors import Fault, NotFound, Refused
from ledger.service.choices import list_account_choices
from ledger.service.handing_in import Looked, Sent, hand_in, is_handed_in
from ledger.service.import_ import WorkbookKind
from ledger.service.laid_rulebooks import list_start_rows
from ledger.service.standing import refuse_read_only
from ledger.service.workbooks.columns import WORKBOOKS
from ledger.state import get_day
from ledger.state.charts import get_version
from web.cache import PageBytes
from web.desk.drafts import DRAFTS
from web.desk.forms import NO_FILE, Upload
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, place_faults, tell_fault
from web.desk.jury_view import ROUND
from web.desk.reading import read_sent
from web.desk.routing import UPLOAD_MAX_BYTES, Desk, answer, route_desk
from web.i18n import _
from web.respond import Answer
from web.site import XLSX

IMPORT = "/desk/import"
LINES_MAX = 2_000
"""Lines of a preview: more than the largest month's workbook gives."""
PASTED_NAME = "粘贴的内容.csv"
GRID_NAME = _("评议表")
"""What a month that was filled in on the jury's grid is called in place of a file."""
KINDS: tuple[WorkbookKind, ...] = (
    *("vouchers", "accounts", "contracts", "assets", "resources", "stocktakes", "resolutions", "funds"),
    *("points", "shop", "volunteering", "honours", "cases", "stars", "scores", "households", "members"),
    *("groups", "grids", "visits", "assessments"),
    *("opening", "plan", "conversion"),
    "rulebook",
)


@dataclass(frozen=True)
class KindRow:
    """A kind of workbook: its title, and the headers of its first sheet in the order in which they are pasted."""

    headers: tuple[str, ...]
    kind: str
    title: str


@dataclass(frozen=True)
class ImportPage:
    """`chosen` is the kind whose fields are shown filled; `max_mib` the largest file."""

    chosen: str
    faults: Faults
    frame: DeskFrame
    kinds: tuple[KindRow, ...]
    max_mib: int
    pasted: str


@dataclass(frozen=True)
class PreviewPage:
    """What would be handed in, exactly; or `wrong`, every fault, and nothing else.

    `back`       the page on which it was typed, to go back to; empty for a file
    `batch`      of what was sent: the form brings it back, so that a second click is known for what it is
    `can_print`  there are vouchers among it
    `digest`     of what is shown: the form brings it back
    `pasted`     what was pasted and has faults, to be put right where it stands; empty for a file
    """

    back: str
    batch: str
    can_print: bool
    digest: str
    drafts: int
    faults: Faults
    filename: str
    frame: DeskFrame
    kind: str
    left_out: int
    lines: tuple[str, ...]
    notices: tuple[str, ...]
    pasted: str
    title: str
    wrong: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SendForm:
    """A file, or what was pasted from a spreadsheet, its headers in the first row."""

    kind: str
    file: Upload = NO_FILE
    pasted: str = ""


@dataclass(frozen=True)
class HandInForm:
    digest: str
    batch: str = ""


@route_desk(IMPORT, allow="draft.prepare", summary="Send a workbook, or paste from one")
def show_form(desk: Desk) -> Answer:
    return _show_form(desk)


@route_desk(IMPORT, allow="draft.prepare", method="POST", takes_files=True, summary="Look at what was sent")
def take_file(desk: Desk) -> Answer:
    form = desk.parse_form(SendForm)
    kind = next((known for known in KINDS if known == form.kind), None)
    data, name = (form.file.data, form.file.name) if form.file.data else (form.pasted.encode(), PASTED_NAME)
    faults = build_missing(kind, data)
    if kind is None or faults:
        places = {_("表格种类"): "kind", _("表格"): "file"}
        return _show_form(desk, Refusal(place_faults(faults, places), status=422), form)
    refuse_read_only(desk.ports, desk.village)
    looked = read_sent(desk, Sent(data=data, filename=name, kind=kind))
    return _show_preview(desk, looked, status=422 if looked.imported.faults else 200)


@route_desk(f"{IMPORT}/preview", allow="draft.prepare", summary="What the file that was sent would become")
def show_preview(desk: Desk) -> Answer:
    try:
        return _show_preview(desk, read_sent(desk))
    except NotFound:
        return desk.redirect(IMPORT)


@route_desk(f"{IMPORT}/preview", allow="draft.prepare", method="POST", summary="Hand in what was shown")
def take_handing_in(desk: Desk) -> Answer:
    form = desk.parse_form(HandInForm)
    refuse_read_only(desk.ports, desk.village)
    try:
        hand_in(desk.ports, desk.village, desk.user, form.digest)
    except NotFound:
        # Handed in already, by a first click; or the file was changed for another, or never there.
        is_sent = is_handed_in(desk.ports, desk.village, form.batch)
        return desk.redirect(f"{DRAFTS}?sent=1" if is_sent else f"{DRAFTS}?gone=1")
    except Refused as error:
        looked = read_sent(desk)
        refusal = Refusal(place_faults(error.faults, {}), status=409)
        return _show_preview(desk, looked, refusal=refusal, status=409)
    return desk.redirect(f"{DRAFTS}?sent=1")


@route_desk("/desk/templates/{kind:str}", allow="draft.prepare", summary="An empty workbook to fill in")
def show_template(desk: Desk, kind: str) -> Answer:
    # Its library is nothing to the other pages.
    from ledger.service.workbooks.templates import build_template

    known = next((one for one in KINDS if one == kind), None)
    if known is None:
        raise NotFound("表格种类")
    with desk.ports.ledger.read(desk.village) as reader:
        choices = list_account_choices(desk.ports, reader)
        accounts = [(choice.value, choice.beside) for choice in choices.get("科目代码", ())]
        version = get_version(reader.facts, get_day(desk.ports.clock.now_ms())[:7])
    rows = list_start_rows(desk.ports, desk.village) if known == "rulebook" else ()
    data = build_template(known, version, accounts, rows)
    headers = {"content-disposition": f'attachment; filename="{known}.xlsx"'}
    return answer(desk.request, PageBytes(data, b"", "", XLSX), headers=headers)


def _show_form(desk: Desk, refusal: Refusal = NOT_REFUSED, form: SendForm | None = None) -> Answer:
    page = ImportPage(
        chosen=form.kind if form is not None else desk.request.query_params.get("kind", ""),
        faults=refusal.faults,
        frame=desk.build_frame(_("导入表格")),
        kinds=tuple(
            KindRow(
                headers=tuple(column.header for column in WORKBOOKS[kind].sheets[0].columns),
                kind=kind,
                title=WORKBOOKS[kind].title,
            )
            for kind in KINDS
        ),
        max_mib=UPLOAD_MAX_BYTES >> 20,
        pasted=form.pasted if form is not None else "",
    )
    return desk.render("desk/import.html", page, refusal=refusal)


def _show_preview(desk: Desk, looked: Looked, *, refusal: Refusal = NOT_REFUSED, status: int = 200) -> Answer:
    imported = looked.imported
    page = PreviewPage(
        back=_find_back(looked.sent),
        batch=looked.imported.batch,
        can_print=looked.sent.kind == "vouchers" and bool(imported.drafts),
        digest=looked.digest,
        drafts=len(imported.drafts),
        faults=refusal.faults,
        filename=looked.sent.filename,
        frame=desk.build_frame(_("看一遍再交审")),
        kind=looked.sent.kind,
        left_out=max(len(imported.preview) - LINES_MAX, 0),
        lines=imported.preview[:LINES_MAX],
        notices=imported.notices,
        pasted=_read_pasted(looked),
        title=WORKBOOKS[looked.sent.kind].title,
        wrong=tuple((fault.place, tell_fault(fault)) for fault in imported.faults),
    )
    return desk.render("desk/preview.html", page, refusal=refusal, status=status)


def _find_back(sent: Sent) -> str:
    """Return where it was typed: the sheet, or the month's grid over it; empty for a file."""
    if sent.filename != GRID_NAME or not sent.sheet:
        return f"/desk/write/{sent.sheet}" if sent.sheet else ""
    months = {row[0].strip() for rows in sent.tables.values() for row in rows if row[0].strip()}
    return f"{ROUND}?month={max(months)}" if months else ROUND


def _read_pasted(looked: Looked) -> str:
    is_pasted = looked.sent.filename == PASTED_NAME
    return looked.sent.data.decode(errors="replace") if is_pasted and looked.imported.faults else ""


def build_missing(kind: WorkbookKind | None, data: bytes) -> list[Fault]:
    """Return what a form lacks: the kind, and the table itself."""
    faults = []
    if kind is None:
        faults.append(_fault("import-kind", _("表格种类"), _("没有选"), _("选一种")))
    if not data.strip():
        faults.append(
            _fault("import-nothing", _("表格"), _("没有文件，也没有粘贴"), _("一个文件，或粘贴的几行"))
        )
    return faults


def _fault(code: str, place: str, found: str, expected: str) -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=_("补上再点“看一遍”"))


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_form,
    take_file,
    show_preview,
    take_handing_in,
    show_template,
)
