"""Source documents attached to a voucher: photos and PDF are sent, blacked out, looked at, and handed in.

What can be sent, how much and how many stands on the page before anything is chosen. Nothing becomes an entry here:
what is handed in waits for another person like every draft, and is looked at and passed beside its voucher.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.documents import DOCUMENTS_MAX, PAGES_MAX
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.errors import Fault, NotFound, Refused
from ledger.limits import ATTACHMENT_MAX_BYTES, DOCUMENTS_FORM_MAX_BYTES, TRAY_EXPIRES_DAYS
from ledger.service.documents import Target, find_target, list_attached
from ledger.service.standing import refuse_read_only
from ledger.service.trays import (
    SentFile,
    Tray,
    add_to_tray,
    find_tray,
    hand_in_tray,
    list_returned,
    remove_from_tray,
    take_up_returned,
)
from ledger.state.documents import list_documents
from ledger.state.facts import PeriodFacts, get_fact
from ledger.state.money import iterate_vouchers
from web.attachments.formats import ACCEPTED
from web.attachments.processing import clean_name, process_uploads, share_pool
from web.attachments.values import Area as MarkedArea
from web.attachments.values import Upload as SentUpload
from web.desk.drafts import DRAFTS
from web.desk.forms import NoForm, Upload
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.respond import Answer

DOCUMENTS = "/desk/documents"
SCALE = 10_000
RECENT_MAX = 50
"""Vouchers in the list; an older one is found by its number."""
_NUMBER = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])-[0-9]{3}", re.ASCII)


@dataclass(frozen=True)
class VoucherRow:
    """A voucher that documents can be attached to. `pages` are public already."""

    label: str
    number: str
    pages: int


@dataclass(frozen=True)
class ChoicePage:
    """`waiting` are one's own, `recorded` the newest first; `number` is what was typed."""

    faults: Faults
    frame: DeskFrame
    number: str
    recorded: tuple[VoucherRow, ...]
    waiting: tuple[VoucherRow, ...]


@dataclass(frozen=True)
class TrayPage:
    """A page of a document in the tray: where it is blacked out, and its public copy as it stands."""

    mark: str
    number: int
    picture: str


@dataclass(frozen=True)
class TrayRow:
    """A document in the tray, by the name that its file had."""

    document: str
    filename: str
    pages: tuple[TrayPage, ...]


@dataclass(frozen=True)
class AttachedRow:
    """What was attached before: in words, and where one sees it."""

    path: str
    said: str


@dataclass(frozen=True)
class DocumentsPage:
    """What one person attaches to one voucher.

    `before`    what is handed in or recorded already
    `digest`    of what is shown of the tray: the form brings it back
    `returned`  documents that came back with an earlier form of this voucher
    """

    accepted: str
    before: tuple[AttachedRow, ...]
    days: int
    digest: str
    documents: tuple[TrayRow, ...]
    documents_max: int
    faults: Faults
    file_mib: int
    form_mib: int
    frame: DeskFrame
    is_waiting: bool
    label: str
    number: str
    pages_max: int
    returned: int


@dataclass(frozen=True)
class FilesForm:
    """Photos from the camera and files, as many as there are."""

    files: tuple[Upload, ...]


@dataclass(frozen=True)
class HandInForm:
    digest: str
    looked: str = ""


@route_desk(DOCUMENTS, allow="draft.prepare", summary="Which voucher documents are attached to")
def show_choice(desk: Desk) -> Answer:
    number = desk.request.query_params.get("number", "").strip()
    if not number:
        return _show_choice(desk, "", NOT_REFUSED)
    try:
        return desk.redirect(f"{DOCUMENTS}/{get_target(desk, number).number}")
    except (NotFound, Refused):
        return _show_choice(
            desk, number, explain_refusal(Refused([build_unknown()]), {_("凭证编号"): "number"})
        )


@route_desk(f"{DOCUMENTS}/{{number:str}}", allow="draft.prepare", summary="What is attached to a voucher")
def show_documents(desk: Desk, number: str) -> Answer:
    return _show_documents(desk, get_target(desk, number))


@route_desk(
    f"{DOCUMENTS}/{{number:str}}",
    allow="draft.prepare",
    method="POST",
    takes_files=True,
    files_max_bytes=DOCUMENTS_FORM_MAX_BYTES,
    summary="Attach photos and PDF",
)
def take_files(desk: Desk, number: str) -> Answer:
    form = desk.parse_form(FilesForm)
    target = get_target(desk, number)
    refuse_read_only(desk.ports, desk.village)
    sent = [SentFile(data=file.data, filename=clean_name(file.name)) for file in form.files]
    try:
        if not sent:
            raise Refused([build_nothing()])
        add_to_tray(desk.ports, desk.village, desk.user, target, sent, process)
    except Refused as error:
        return _show_documents(desk, target, explain_refusal(error, {_("照片或 PDF"): "files"}))
    return desk.redirect(f"{DOCUMENTS}/{target.number}")


@route_desk(
    f"{DOCUMENTS}/{{number:str}}/returned",
    allow="draft.prepare",
    method="POST",
    summary="Take up again what came back",
)
def take_returned(desk: Desk, number: str) -> Answer:
    desk.parse_form(NoForm)
    target = get_target(desk, number)
    refuse_read_only(desk.ports, desk.village)
    try:
        take_up_returned(desk.ports, desk.village, desk.user, target, process)
    except Refused as error:
        return _show_documents(desk, target, explain_refusal(error, {}))
    return desk.redirect(f"{DOCUMENTS}/{target.number}")


@route_desk(
    f"{DOCUMENTS}/{{number:str}}/hand-in",
    allow="draft.prepare",
    method="POST",
    summary="Hand in what was shown of the documents",
)
def take_handing_in(desk: Desk, number: str) -> Answer:
    form = desk.parse_form(HandInForm)
    target = get_target(desk, number)
    refuse_read_only(desk.ports, desk.village)
    try:
        if form.looked != "1":
            raise Refused([build_not_looked()])
        hand_in_tray(desk.ports, desk.village, desk.user, target, form.digest)
    except NotFound:
        # Handed in already, by a second click.
        return desk.redirect(f"{DRAFTS}?sent=1")
    except Refused as error:
        is_changed = any(fault.code == "documents-changed" for fault in error.faults)
        places = {_("看过每一页"): "looked"}
        return _show_documents(
            desk, target, explain_refusal(error, places, status=409 if is_changed else 422)
        )
    return desk.redirect(f"{DRAFTS}?sent=1")


@route_desk(
    f"{DOCUMENTS}/{{number:str}}/{{document:str}}/remove",
    allow="draft.prepare",
    method="POST",
    summary="Take a document away before it is handed in",
)
def take_removal(desk: Desk, number: str, document: str) -> Answer:
    desk.parse_form(NoForm)
    target = get_target(desk, number)
    refuse_read_only(desk.ports, desk.village)
    remove_from_tray(desk.ports, desk.village, desk.user, target, document)
    return desk.redirect(f"{DOCUMENTS}/{target.number}")


def get_target(desk: Desk, number: str) -> Target:
    """Return a voucher that whoever is signed in may attach documents to; NotFound for one that waits and is not
    their own, as for none.
    """
    if not _NUMBER.fullmatch(number):
        raise NotFound(_("凭证"))
    target = find_target(desk.ports, desk.village, number)
    if target.state == "waiting" and target.maker != desk.user:
        raise NotFound(_("凭证"))
    return target


def process(files: Sequence[SentFile]) -> list[tuple[bytes, ...]]:
    """Return the pages of each file, blacked out; see `trays.Process`."""
    uploads = [
        SentUpload(
            areas=tuple(
                MarkedArea(
                    page=page,
                    left=left / SCALE,
                    top=top / SCALE,
                    right=right / SCALE,
                    bottom=bottom / SCALE,
                )
                for page, left, top, right, bottom in file.areas
            ),
            data=file.data,
            filename=file.filename,
        )
        for file in files
    ]
    return [tuple(page.data for page in made.pages) for made in process_uploads(share_pool(), uploads)]


def _show_choice(desk: Desk, number: str, refusal: Refusal) -> Answer:
    page = ChoicePage(
        faults=refusal.faults,
        frame=desk.build_frame(_("附上单据")),
        number=number,
        recorded=_list_recorded(desk),
        waiting=tuple(
            VoucherRow(label=draft.label, number=draft.slot.partition("/")[2], pages=0)
            for draft in desk.ports.vault.list_drafts(desk.village, "waiting")
            if draft.slot.startswith("voucher/") and f'"user":"{desk.user}"'.encode() in draft.claim
        )[:RECENT_MAX],
    )
    return desk.render("desk/documents_choice.html", page, refusal=refusal)


def _list_recorded(desk: Desk) -> tuple[VoucherRow, ...]:
    """Return the newest vouchers of the two newest months."""
    rows: list[VoucherRow] = []
    with desk.ports.ledger.read(desk.village) as reader:
        periods = [key.rpartition("/")[2] for key, _value in reader.facts.scan("period/")][-2:]
        for period in reversed(periods):
            if get_fact(reader.facts, f"period/{period}", PeriodFacts) is None:
                continue
            for entry in reversed(list(iterate_vouchers(reader.facts, period))):
                body = entry.body
                assert isinstance(body, VoucherRecorded | VoucherReplaced | VoucherReversed)
                attached = list_documents(reader.facts, body.number)
                pages = sum(len(item.pages) for _index, found in attached for item in found.documents)
                rows.append(
                    VoucherRow(
                        label=_("凭证 {number}").format(number=body.number), number=body.number, pages=pages
                    )
                )
                if len(rows) == RECENT_MAX:
                    return tuple(rows)
    return tuple(rows)


def _show_documents(desk: Desk, target: Target, refusal: Refusal = NOT_REFUSED) -> Answer:
    tray = find_tray(desk.ports, desk.village, desk.user, target)
    returned = list_returned(desk.ports, desk.village, desk.user, target.number)
    page = DocumentsPage(
        accepted=ACCEPTED,
        before=_list_before(desk, target),
        days=TRAY_EXPIRES_DAYS,
        digest=tray.digest,
        documents=_list_rows(target, tray),
        documents_max=DOCUMENTS_MAX,
        faults=refusal.faults,
        file_mib=ATTACHMENT_MAX_BYTES >> 20,
        form_mib=DOCUMENTS_FORM_MAX_BYTES >> 20,
        frame=desk.build_frame(_("附上单据")),
        is_waiting=target.state == "waiting",
        label=target.label,
        number=target.number,
        pages_max=PAGES_MAX,
        returned=len(returned),
    )
    return desk.render("desk/documents.html", page, refusal=refusal)


def _list_rows(target: Target, tray: Tray) -> tuple[TrayRow, ...]:
    rows = []
    for item in tray.items:
        folder = f"{DOCUMENTS}/{target.number}/{item.document}"
        pages = tuple(
            TrayPage(
                mark=f"{folder}/{number}",
                number=number,
                # The digest makes the address another one when the page became another.
                picture=f"{folder}/{number}/public-{digest[:16]}.jpg",
            )
            for number, digest in enumerate(item.pages, 1)
        )
        rows.append(TrayRow(document=item.document, filename=item.filename, pages=pages))
    return tuple(rows)


def _list_before(desk: Desk, target: Target) -> tuple[AttachedRow, ...]:
    rows = [
        AttachedRow(path=f"{DRAFTS}/{draft.id}", said=_("{label}，等审核").format(label=draft.label))
        for draft in list_attached(desk.ports, desk.village, {target.digest})
    ]
    with desk.ports.ledger.read(desk.village) as reader:
        for index, body in list_documents(reader.facts, target.number):
            said = _("单据 {count} 份，已记入账本").format(count=len(body.documents))
            rows.append(AttachedRow(path=f"/desk/originals/{index}", said=said))
    return tuple(rows)


def build_unknown() -> Fault:
    """Return the fault of a number that leads to no voucher of whoever asks."""
    return Fault(
        code="documents-number",
        place=_("凭证编号"),
        found=_("没有这张凭证，或不是您交审的"),
        expected=_("四位年份-两位月份-三位序号，如 2026-11-017"),
        remedy=_("对着凭证再写一遍"),
    )


def build_nothing() -> Fault:
    """Return the fault of a form without a file."""
    return Fault(
        code="documents-nothing",
        place=_("照片或 PDF"),
        found=_("没有选文件"),
        expected=_("至少一张照片或一个 PDF"),
        remedy=_("拍一张或选一个，再点“附上”"),
    )


def build_not_looked() -> Fault:
    """Return the fault of who hands in without having looked."""
    return Fault(
        code="documents-looked",
        place=_("看过每一页"),
        found=_("没有打勾"),
        expected=_("每一页都看过，该涂黑的都涂了"),
        remedy=_("看一遍再打勾"),
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_choice,
    show_documents,
    take_files,
    take_returned,
    take_handing_in,
    take_removal,
)
