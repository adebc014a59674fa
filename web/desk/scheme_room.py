"""Schemes at the desk: which are in force, which ship with the program, one whole, and the way to adopt one.

What is typed goes to and fro in the form itself and nothing of it is kept before it is handed in; then it is a draft,
which another person passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from litestar.handlers import HTTPRouteHandler

from ledger.books.scores import MARKER_NAMES, SUBJECT_NAMES, Subject, get_subject
from ledger.data.templates import SchemeTemplate, load_scheme, load_schemes
from ledger.errors import Fault, Refused
from ledger.figures import read_text
from ledger.figures.schemes import SUBJECTS, list_scheme_versions
from ledger.ports import Reader
from ledger.service.adopt import SchemeOrder
from ledger.service.scheme_files import format_scheme_file
from ledger.service.schemes import decode_scheme_file, read_scheme_file
from ledger.service.schemes_offered import (
    OfferedScheme,
    SchemeLook,
    hand_in_scheme,
    look_at_scheme,
    offer_scheme,
)
from ledger.service.sheets import read_texts
from ledger.service.slots import list_waiting_slots, slot_of_scheme
from ledger.service.standing import refuse_read_only
from ledger.state import get_day
from reports.words import format_month
from web.cache import PageBytes
from web.desk.drafts import DRAFTS
from web.desk.forms import NO_FILE, FormRefused, Upload
from web.desk.frame import NO_FAULTS, NOT_REFUSED, DeskFrame, Faults, Refusal, place_faults, tell_fault
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.respond import Answer
from web.scheme_words import SchemeTerms, tell_terms

ADDRESS = "/desk/schemes"
OWN = "own"
"""The name of the form that takes a file of the village's own; no shipped scheme has it."""
FILE_MAX_BYTES = 256 * 1_024
"""A file of the most items that an entry holds has a third of it."""
RESOLUTION_MAX = 200
_PLACES = {
    "--resolution": "resolution",
    "月份": "month",
    "起用月份": "month",
    "考评办法的起用月份": "month",
    "考评办法文件": "file",
}
"""Fields, by the places of what is wrong with them."""
_PUBLISHED, _PROPOSED = "published practice", "proposal"


@dataclass(frozen=True)
class SchemeRow:
    """A shipped scheme in the list: `mark` says how much of it is a proposal."""

    mark: str
    path: str
    short: str
    title: str


@dataclass(frozen=True)
class SubjectRow:
    """Whom schemes score: the one in force in words, and where it stands in public; `waiting` leads to the draft that
    would follow it. Each is empty where there is none.
    """

    in_force: str
    name: str
    offered: tuple[SchemeRow, ...]
    path: str
    waiting: str


@dataclass(frozen=True)
class AdoptForm:
    """What is adopted, by which meeting and from which month on; with `digest`, what was shown is handed in.

    `name` is a shipped scheme's, or `own` with a `file`, or the `text` of one.
    """

    month: str
    name: str
    resolution: str
    digest: str = ""
    file: Upload = NO_FILE
    text: str = ""


@dataclass(frozen=True)
class Typed:
    """The form as it is shown: with what was typed, and what is wrong with it. `text` is of a file, empty for none."""

    faults: Faults
    month: str
    name: str
    resolution: str
    resolution_max: int
    text: str


@dataclass(frozen=True)
class SchemesRoom:
    """`form` is the one for a file of the village's own; None for whoever does not prepare drafts."""

    form: Typed | None
    frame: DeskFrame
    max_kib: int
    subjects: tuple[SubjectRow, ...]


@dataclass(frozen=True)
class SchemePage:
    """A shipped scheme, whole.

    `before`   the number of its subject's newest version, 0 for none
    `changes`  from that one; empty for the first, and where nothing would change
    `file`     where it is to be had as a file
    `form`     None for whoever does not prepare drafts, and where nothing would change
    `seen`     codes of the items that are published practice; the others are proposals
    """

    before: int
    changes: tuple[str, ...]
    file: str
    form: Typed | None
    frame: DeskFrame
    marker: str
    origin: str
    seen: frozenset[str]
    steps: tuple[str, ...]
    terms: SchemeTerms
    title: str
    whom: str


@dataclass(frozen=True)
class SchemeLookPage:
    """What would be handed in, exactly; or no lines, and what is wrong: in `form`, and `wrong` by its place."""

    back: str
    digest: str
    form: Typed
    frame: DeskFrame
    has_changed: bool
    lines: tuple[str, ...]
    max_kib: int
    wrong: tuple[tuple[str, str], ...]


class _Read(NamedTuple):
    """A form with its file as text; what is wrong with the file."""

    faults: Sequence[Fault]
    template: SchemeTemplate | None
    text: str


@route_desk(ADDRESS, allow="draft.read", summary="The schemes in force, and those that ship with the program")
def show_schemes(desk: Desk) -> Answer:
    waiting = list_waiting_slots(desk.ports.vault, desk.village)
    with desk.ports.ledger.read(desk.village) as reader:
        offered = {name: _offer(desk, reader, template) for name, template in load_schemes().items()}
        subjects = []
        for subject in SUBJECTS:
            said = _tell_in_force(reader, subject)
            draft = waiting.get(slot_of_scheme(subject))
            subjects.append(
                SubjectRow(
                    in_force=said,
                    name=SUBJECT_NAMES[subject],
                    offered=tuple(
                        _build_row(name, one)
                        for name, one in offered.items()
                        if get_subject(one.body) == subject
                    ),
                    path=f"/v/{desk.village}/schemes#{subject}" if said else "",
                    waiting=f"{DRAFTS}/{draft.id}" if draft is not None else "",
                )
            )
    page = SchemesRoom(
        form=_build_typed(desk, OWN) if desk.may("draft.prepare") else None,
        frame=desk.build_frame(_("考评办法")),
        max_kib=FILE_MAX_BYTES >> 10,
        subjects=tuple(subjects),
    )
    return desk.render("desk/schemes.html", page)


@route_desk(
    ADDRESS,
    allow="draft.prepare",
    method="POST",
    takes_files=True,
    files_max_bytes=FILE_MAX_BYTES,
    summary="Look at what would be adopted, then hand it in",
)
def take_scheme(desk: Desk) -> Answer:
    form = desk.parse_form(AdoptForm)
    if form.name != OWN and form.name not in load_schemes():
        raise FormRefused("no scheme of ours")
    refuse_read_only(desk.ports, desk.village)
    read = _read_file(form)
    if read.faults:
        return _show_refused(desk, form, read.faults, read.text)
    order = SchemeOrder(
        maker=desk.user,
        period=form.month.strip(),
        resolution=form.resolution.strip(),
        name=form.name,
        template=read.template,
    )
    try:
        if not form.digest:
            look = look_at_scheme(desk.ports, desk.village, order)
            return _show_look(desk, form, look, read.text)
        changed = hand_in_scheme(desk.ports, desk.village, order, form.digest)
    except Refused as error:
        return _show_refused(desk, form, error.faults, read.text)
    if changed is not None:
        return _show_look(desk, form, changed, read.text, has_changed=True)
    return desk.redirect(f"{DRAFTS}?sent=1")


@route_desk(f"{ADDRESS}/{{name:str}}", allow="draft.read", summary="A shipped scheme, whole")
def show_scheme(desk: Desk, name: str) -> Answer:
    template = load_scheme(name.removesuffix(".toml"))
    if template.scheme == name:
        return _show_scheme(desk, template)
    headers = {"content-disposition": f'attachment; filename="{template.scheme}.toml"'}
    page = PageBytes(format_scheme_file(template).encode(), b"", "", "text/plain; charset=utf-8")
    return answer(desk.request, page, headers=headers)


def _show_scheme(
    desk: Desk, template: SchemeTemplate, form: AdoptForm | None = None, refusal: Refusal = NOT_REFUSED
) -> Answer:
    with desk.ports.ledger.read(desk.village) as reader:
        offered = _offer(desk, reader, template)
    body = offered.body
    may_adopt = desk.may("draft.prepare") and (not offered.before or bool(offered.changes))
    page = SchemePage(
        before=offered.before,
        changes=offered.changes,
        file=f"{ADDRESS}/{template.scheme}.toml",
        form=_build_typed(desk, template.scheme, form, refusal.faults) if may_adopt else None,
        frame=desk.build_frame(template.title),
        marker=MARKER_NAMES[body.marker] if body.marker else "",
        origin=template.origin,
        seen=frozenset(item.code for item in template.items if _PUBLISHED in item.basis),
        steps=template.steps,
        terms=tell_terms(offered.texts, body),
        title=template.title,
        whom=SUBJECT_NAMES[get_subject(body)],
    )
    return desk.render("desk/scheme.html", page, refusal=refusal)


def _show_look(
    desk: Desk, form: AdoptForm, look: SchemeLook, text: str, *, has_changed: bool = False
) -> Answer:
    page = SchemeLookPage(
        back=f"{ADDRESS}/{form.name}" if form.name != OWN else ADDRESS,
        digest=look.digest,
        form=_build_typed(desk, form.name, form, NO_FAULTS, text),
        frame=desk.build_frame(_("看一遍再交审")),
        has_changed=has_changed,
        lines=look.lines,
        max_kib=FILE_MAX_BYTES >> 10,
        wrong=(),
    )
    return desk.render("desk/scheme_look.html", page, status=409 if has_changed else 200)


def _show_refused(desk: Desk, form: AdoptForm, faults: Sequence[Fault], text: str) -> Answer:
    refusal = Refusal(place_faults(faults, _PLACES), status=422)
    if form.name != OWN:
        return _show_scheme(desk, load_scheme(form.name), form, refusal)
    page = SchemeLookPage(
        back=ADDRESS,
        digest="",
        form=_build_typed(desk, OWN, form, refusal.faults, text),
        frame=desk.build_frame(_("要改的地方")),
        has_changed=False,
        lines=(),
        max_kib=FILE_MAX_BYTES >> 10,
        wrong=tuple((fault.place, tell_fault(fault)) for fault in faults if fault.place not in _PLACES),
    )
    return desk.render("desk/scheme_look.html", page, refusal=refusal)


def _read_file(form: AdoptForm) -> _Read:
    """Return the scheme that was sent; of a shipped one there is nothing to read."""
    if form.name != OWN:
        return _Read([], None, "")
    data = form.file.data or form.text.encode()
    text = decode_scheme_file(data) or ""
    if not data.strip():
        missing = Fault(
            code="import-nothing",
            place="考评办法文件",
            found=_("没有文件，也没有粘贴"),
            expected=_("一个文件，或粘贴的整份办法"),
            remedy=_("补上再点“看一遍”"),
        )
        return _Read([missing], None, "")
    try:
        return _Read([], read_scheme_file(data), text)
    except Refused as error:
        return _Read(error.faults, None, text)


def _build_typed(
    desk: Desk, name: str, form: AdoptForm | None = None, faults: Faults = NO_FAULTS, text: str = ""
) -> Typed:
    return Typed(
        faults=faults,
        month=form.month if form is not None else get_day(desk.ports.clock.now_ms())[:7],
        name=name,
        resolution=form.resolution if form is not None else "",
        resolution_max=RESOLUTION_MAX,
        text=text,
    )


def _offer(desk: Desk, reader: Reader, template: SchemeTemplate) -> OfferedScheme:
    return offer_scheme(desk.ports, reader, desk.village, desk.user, template)


def _build_row(name: str, offered: OfferedScheme) -> SchemeRow:
    template = load_scheme(name)
    return SchemeRow(
        mark=name_basis(template.basis),
        path=f"{ADDRESS}/{name}",
        short=tell_terms(offered.texts, offered.body).short,
        title=template.title,
    )


def _tell_in_force(reader: Reader, subject: Subject) -> str:
    versions = list_scheme_versions(reader.facts, subject)
    if not versions:
        return ""
    newest = versions[0]
    return _("{title}第 {version} 版，{month}起用").format(
        month=format_month(newest.since),
        title=read_text(read_texts(reader), newest.body.title),
        version=newest.body.version,
    )


def name_basis(basis: str) -> str:
    """Return how much of a shipped value is our own proposal, as its data says; empty where it says neither."""
    if _PROPOSED in basis:
        return _("部分是建议稿") if _PUBLISHED in basis else _("建议稿")
    return _("有公开做法") if _PUBLISHED in basis else ""


ROUTES: tuple[HTTPRouteHandler, ...] = (show_schemes, take_scheme, show_scheme)
