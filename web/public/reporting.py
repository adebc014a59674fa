"""To report with photos what is wrong in the village, and to see later how far it is: forms that anybody may send,
without a sign-in, a script and a cookie.

Photos are opened in the limited child that opens documents: what is kept has nothing but its pixels. A household's card
may be given, so that the household sees its own reports on its page; it is looked up as everywhere, and what opens
nothing is counted. Right or wrong, it stands in no address and in no line of a log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ledger.books.cases import STAGE_NAMES, CaseGroup
from ledger.errors import Fault, Refused
from ledger.limits import REPORT_FORM_MAX_BYTES
from ledger.service.cards import open_card
from ledger.service.guessing import log_guessing
from ledger.service.receipts import Receipt, make_once
from ledger.service.reporting import (
    ASIDE_WHYS,
    CONTACT_MAX_CHARS,
    NAME_MAX_CHARS,
    PHOTOS_MAX,
    PLACE_MAX_CHARS,
    PLACES,
    WORDING_MAX_CHARS,
    Found,
    Sent,
    can_receive,
    check_report,
    find_longest,
    look_up,
    receive_report,
)
from reports.words import format_day
from web.attachments.formats import describe_other, find_format
from web.attachments.processing import process_uploads, share_pool
from web.attachments.values import Upload as SentUpload
from web.desk.forms import Pairs, Upload, build_form
from web.desk.frame import NO_FAULTS, Faults, explain_refusal
from web.desk.routing import get_desk_ports
from web.i18n import _
from web.page import Frame
from web.public.gate import get_gates
from web.public.receiving import (
    Became,
    LookUp,
    Term,
    build_receipt,
    build_retry,
    find_closed,
    tell_wait,
)
from web.respond import Answer, AnyRequest
from web.routing import get_site, route_form, route_form_page
from web.sessions import find_network, find_networks
from web.site import VillageView, check_village

REASONS: dict[str, str] = {
    "open": _("这个网址不是 https，写的话在路上会被人看见，所以这里不收。请找村文书、网格员，或者打电话。"),
    "stranger": _("没有收下：这一步不是从本站的网页点的。请从本村公开栏打开“反映一件事”，再写一次。"),
    "busy": _("没有收下：从这个网络刚交来的太多。请过十分钟再交，或者找村文书、网格员，或者打电话。"),
    "full": _("网上今天收到的太多，先不收了。请明天再来；急的事，找村文书、网格员，或者打电话。"),
    "vault": _("网上现在收不了：存放内容的地方没有打开。请找村文书、网格员，或者打电话。"),
}
"""Why nothing can be taken now."""
_PHOTO = _("JPEG、PNG 或 WebP 照片")


@dataclass(frozen=True)
class ReportForm:
    """What was written: the page always sends words and place, also empty ones."""

    wording: str
    place: str
    group: str = ""
    contact: str = ""
    name: str = ""
    card: str = ""
    once: str = ""
    photos: tuple[Upload, ...] = ()


NOTHING_WRITTEN = ReportForm(wording="", place="")


@dataclass(frozen=True)
class ReportingPage:
    """The form. `closed` says why nothing can be taken, empty where it can; `had_photos` that photos were sent with
    what is shown again: a browser does not send them twice by itself.
    """

    closed: str
    contact_max: int
    faults: Faults
    frame: Frame
    groups: tuple[CaseGroup, ...]
    had_photos: bool
    name_max: int
    once: str
    photos_max: int
    photos_mib: int
    place_max: int
    telephone: str
    typed: ReportForm
    wording_max: int


def admit_photos(request: AnyRequest) -> str:
    """Return why a form with photos of this network is not even read; empty where it is."""
    network = find_network(request, get_site(request).settings)
    return "busy" if get_gates(request).photos.enter(network) else ""


@route_form_page("/v/{code:str}/cases/new", summary="The form in which somebody reports what is wrong")
def show_reporting(request: AnyRequest, code: str) -> Answer:
    """Answer with the form."""
    return _show_form(request, code, NOTHING_WRITTEN, _find_closed(request, code))


@route_form(
    "/v/{code:str}/cases/new",
    admit=admit_photos,
    files_max_bytes=REPORT_FORM_MAX_BYTES,
    summary="To report what is wrong",
)
def take_report(request: AnyRequest, pairs: Pairs, refused: str, code: str) -> Answer:
    """Answer with a receipt, or with the form again and everything that was typed."""
    site = get_site(request)
    check_village(code)
    if refused:
        status = 429 if refused == "busy" else 403
        return _show_form(request, code, NOTHING_WRITTEN, REASONS[refused], status=status)
    form = build_form(ReportForm, pairs)
    networks, gate = find_networks(request, site.settings), get_gates(request).reports
    wait_s = gate.enter(code, networks)
    if wait_s:
        return _show_form(request, code, form, status=429, faults=tell_wait(wait_s), retry_s=wait_s)
    # Behind the gate: whoever sends too many has nothing looked up and no photo opened.
    closed = _find_closed(request, code)
    if closed:
        gate.leave(code, networks)
        return _show_form(request, code, form, closed, status=503)
    try:
        sent = _read_form(request, code, form)
        receipt = receive_report(site.ports, code, sent)
    except Refused as error:
        gate.leave(code, networks)
        refusal = explain_refusal(error, {place: name for name, place in PLACES.items()})
        return _show_form(request, code, form, status=422, faults=refusal.faults)
    site.forget_received(code)
    return site.serve_fresh(
        request,
        code,
        "reported.html",
        lambda view: build_receipt(
            view, receipt, _list_terms(view, receipt, sent), is_carded=bool(sent.household)
        ),
    )


@route_form_page("/v/{code:str}/cases/receipt", summary="The form by which a report's receipt is looked up")
def show_report_look_up(request: AnyRequest, code: str) -> Answer:
    """Answer with the form."""
    return LOOK_UP.show(request, code)


@route_form("/v/{code:str}/cases/receipt", summary="What became of a report")
def take_report_look_up(request: AnyRequest, pairs: Pairs, refused: str, code: str) -> Answer:
    """Answer with what became of it; whatever does not fit is answered alike."""
    return LOOK_UP.take(request, pairs, refused, code)


def _read_form(request: AnyRequest, code: str, form: ReportForm) -> Sent:
    """Return what was sent, its photos as they are kept. Raises Refused with every fault of it all."""
    site = get_site(request)
    household = open_card(site.ports, code, form.card) if form.card.strip() else ""
    sent = Sent(
        contact=form.contact,
        group=form.group,
        household=household or "",
        name=form.name,
        once=form.once,
        place=form.place,
        wording=form.wording,
    )
    faults = check_report(site.ports, sent)
    if household is None:
        faults.append(build_card())
        _, is_to_tell = get_gates(request).cards.count(code, find_network(request, site.settings))
        if is_to_tell:
            log_guessing(get_desk_ports(site), code, "cards-guessed")
    photos: tuple[bytes, ...] = ()
    try:
        photos = read_photos(form.photos)
    except Refused as error:
        faults += error.faults
    if faults:
        raise Refused(faults)
    return sent._replace(photos=photos)


def read_photos(uploads: Sequence[Upload]) -> tuple[bytes, ...]:
    """Return photos anew, of nothing but their pixels. Raises Refused with the faults of all of them."""
    if len(uploads) > PHOTOS_MAX:
        raise Refused([_fault_count(len(uploads))])
    faults: list[Fault] = []
    photos = []
    for number, upload in enumerate(uploads, 1):
        if upload.data and find_format(upload.data) in (None, "PDF"):
            faults.append(_fault_photo(number, upload.data))
            continue
        try:
            (read,) = process_uploads(share_pool(), [SentUpload(data=upload.data, filename="")])
            photos.append(read.pages[0].data)
        except Refused as error:
            faults += [
                msgspec.structs.replace(
                    fault,
                    place=PLACES["photos"],
                    found=_("第 {number} 张：").format(number=number) + fault.found,
                )
                for fault in error.faults
            ]
    if faults:
        raise Refused(faults)
    return tuple(photos)


def _find_closed(request: AnyRequest, code: str) -> str:
    return find_closed(request, code, REASONS, can_receive)


def _show_form(
    request: AnyRequest,
    code: str,
    form: ReportForm,
    closed: str = "",
    *,
    status: int = 200,
    faults: Faults = NO_FAULTS,
    retry_s: int = 0,
) -> Answer:
    def build(view: VillageView) -> ReportingPage:
        return ReportingPage(
            closed=closed,
            contact_max=CONTACT_MAX_CHARS,
            faults=faults,
            frame=view.build_frame(_("反映一件事")),
            groups=view.ports.reference.cases.groups,
            had_photos=bool(form.photos),
            name_max=NAME_MAX_CHARS,
            once=form.once or make_once(view.ports),
            photos_max=PHOTOS_MAX,
            photos_mib=REPORT_FORM_MAX_BYTES >> 20,
            place_max=PLACE_MAX_CHARS,
            telephone=view.read_telephone(),
            typed=form,
            wording_max=WORDING_MAX_CHARS,
        )

    return get_site(request).serve_fresh(
        request, code, "reporting.html", build, status=status, headers=build_retry(retry_s)
    )


def _list_terms(view: VillageView, receipt: Receipt, sent: Sent) -> tuple[Term, ...]:
    """Return until when a report is verified and answered at the latest, by the longest terms of the group chosen."""
    longest = find_longest(view.ports, sent.group, receipt.received_on)
    words = _("最长 {count} 天，不晚于{day}")
    verify = words.format(count=longest.verify_days, day=format_day(longest.verify_by))
    answer = words.format(count=longest.handle_days, day=format_day(longest.handle_by))
    return (Term(_("核实"), verify), Term(_("答复"), answer))


def _tell_became(view: VillageView, found: Found) -> Became:
    """Return how something stands that was reported: of what stays private, which step it is at and nothing else."""
    reported, case = found.reported, found.case
    said = [_("{day}收到。").format(day=format_day(reported.received_on))]
    if reported.aside and not reported.joined:
        why = ASIDE_WHYS.get(reported.aside, reported.aside)
        said.append(_("没有登记：{why}。觉得不对的，再交一次，或者打监督电话。").format(why=why))
        return Became(number=reported.number, said=tuple(said))
    if case is None:
        said.append(
            _("村里还没有登记。期限登记时按类别定，这一类最迟{day}核实。").format(
                day=format_day(found.verify_by)
            )
        )
        return Became(number=reported.number, said=tuple(said))
    number, stage = case.body.number, STAGE_NAMES[case.stage]
    if reported.joined:
        said.append(_("同一件事已经有人反映，并到 {number} 一起办。").format(number=number))
    else:
        said.append(_("登记为 {number}。").format(number=number))
    said.append(_("现在：{stage}。").format(stage=stage))
    if not case.has_page:
        said.append(_("调解和家事怎样办的，不公开，村里会当面告诉您。"))
        return Became(number=reported.number, said=tuple(said))
    said.append(_("最迟{day}答复。").format(day=format_day(case.body.handle_by)))
    return Became(number=reported.number, path=f"/v/{view.code}/cases/{number}", said=tuple(said))


def build_card() -> Fault:
    """Return the fault of a card that opens nothing."""
    return Fault(
        code="report-card",
        place=PLACES["card"],
        found=_("这张卡打不开"),
        expected=_("户卡上的 26 个字母和数字"),
        remedy=_("照着卡再抄一次，或者空着不填，一样收"),
    )


def _fault_count(count: int) -> Fault:
    return Fault(
        code="report-photos",
        place=PLACES["photos"],
        found=_("{count} 张").format(count=count),
        expected=_("不超过 {count} 张").format(count=PHOTOS_MAX),
        remedy=_("挑看得最清楚的几张"),
    )


def _fault_photo(number: int, data: bytes) -> Fault:
    name, remedy = describe_other(data)
    if find_format(data) == "PDF":
        name, remedy = "PDF", _("拍一张照片，或截一张图再交")
    return Fault(
        code="report-photo-type",
        place=PLACES["photos"],
        found=_("第 {number} 张是{name}").format(number=number, name=name),
        expected=_PHOTO,
        remedy=remedy,
    )


LOOK_UP = LookUp(
    all=_("看全村的诉求件"),
    find=look_up,
    folder="cases",
    reasons=REASONS,
    tell=_tell_became,
    title=_("查反映的事"),
)
