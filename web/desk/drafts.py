"""What was handed in and is no entry yet: looked at whole, passed, sent back, or taken back.

Whoever passes a draft passes exactly what a page showed them, and all of it: the form carries the draft's digest and
the proof that it was shown whole (`seen`), and another one is refused. The list shows what is short whole; what is
long, has names in it or documents is opened. Passing, returning and withdrawing are done by forms; a page that is
opened changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from litestar.handlers import HTTPRouteHandler

from ledger.books.masks import PurposeRow
from ledger.errors import NotFound, Refused
from ledger.service.concerns import list_warnings
from ledger.service.documents import list_attached, read_documents
from ledger.service.drafts import get_open, open_draft
from ledger.service.passing import (
    REASON_MAX_CHARS,
    discard_drafts,
    find_village_limits,
    pass_drafts,
    return_drafts,
)
from ledger.service.persons import DUTY_NAMES
from ledger.service.refilling import copy_voucher, find_kind, is_plain_voucher
from ledger.service.rulebooks import tell_cautions
from ledger.service.showing import Shown
from ledger.state.facts import LimitsFacts
from ledger.vaults import Draft, Person
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.originals import DocumentRow, list_waiting_rows
from web.desk.passable import can_pass, is_first_only, tell_asked, tell_barred, tell_waiting
from web.desk.reading import (
    Asked,
    AskForm,
    ask_of_originals,
    read_draft,
    say_of_draft,
    show_plain,
)
from web.desk.report_photos import find_report
from web.desk.routing import Desk, route_desk
from web.desk.seen import check_seen, is_proof, make_given, make_proof, read_given
from web.i18n import _
from web.respond import Answer
from web.words import format_instant

DRAFTS = "/desk/drafts"
SHOWN_MAX = 200
"""Drafts in one list; a month's import of a large village has as many."""
LINES_MAX = 600
"""Lines of one draft on a page: a month's round of a village of 500 households. A longer one has several."""
LISTED_LINES_MAX = 24
"""Lines of a draft that the list shows whole: a voucher has some ten."""
LISTED_ALL_MAX = 1_200
"""Lines that one list shows of all drafts together."""
LISTED_MAX = 100
"""Drafts that one list shows whole; each takes some milliseconds."""
MOVED_ON = frozenset(
    {"draft-changed", "draft-erased", "draft-expired", "draft-returned", "draft-unknown", "draft-unseen"}
)
"""What was shown is not there any more as it was, or was not shown: a conflict, not a mistake of whoever passes it."""


@dataclass(frozen=True)
class DraftRow:
    """A draft in a list. `can_pass`: it waits for the person who looks.

    `given`  what the form carries that passes it; empty where it has to be opened first
    `lines`  all of it, where it is to be passed from the list
    """

    can_pass: bool
    draft: str
    given: str
    label: str
    lines: tuple[str, ...]
    maker: str
    reason: str
    since: str
    waits_for: str


@dataclass(frozen=True)
class DraftsPage:
    """`waiting` and `returned` in the order in which they were handed in; `more` were left out of the first."""

    can_pass: bool
    faults: Faults
    frame: DeskFrame
    more: int
    notice: str
    returned: tuple[DraftRow, ...]
    waiting: tuple[DraftRow, ...]


@dataclass(frozen=True)
class AttachedDraft:
    """A draft of documents shown with the voucher that they are about. `given` is what the form carries that passes it;
    empty where it does not wait for who looks.
    """

    documents: tuple[DocumentRow, ...]
    draft: str
    given: str
    label: str


@dataclass(frozen=True)
class WarningRow:
    """What somebody would ask about a draft once it is an entry, and what it need not mean."""

    need_not_mean: str
    said: str
    title: str


@dataclass(frozen=True)
class DraftPage:
    """One draft whole.

    `answers`    why another one was returned that this one puts right; empty for none
    `approvals`  who passed it so far, in words
    `attach`     where its maker attaches documents to it; empty where that cannot be
    `attached`   what waits with it and is passed with it: documents of a voucher
    `documents`  what it attaches itself
    `asks`       as what somebody must pass it, and who of the accounts can; empty where any checker will do
    `asked`      why names are masked: the reasons that whoever looks may give to see them; empty where they are not;
                 `asked_originals` the same of the originals of what it attaches itself
    `cautions`   what whoever passes it must say to have seen: the warnings of a rulebook
    `barred`     why it is not for the person who looks; empty where it is
    `can_edit`   it was returned, and whoever looks may put it right
    `given`      what the form carries that passes it; empty where not all of it was shown
    `is_first`   whoever looks may pass it, and somebody else must too
    `is_own`     the person who looks handed it in, and may take it back
    `photos`     of the report by page that it would make a case, of which `report` is the page; empty for none
    `onward`     where its next lines are; empty at the end. `left_out` counts them, `first` where it does not begin
    `warnings`   what somebody would ask about it once it is an entry
    `typed`      the reason that was refused, to be put right; empty for none
    `waits_for`  who has still to pass it; empty where it waits for a number before it, or not at all
    """

    answers: str
    approvals: tuple[str, ...]
    attach: str
    attached: tuple[AttachedDraft, ...]
    asks: str
    asked: tuple[PurposeRow, ...]
    asked_originals: tuple[PurposeRow, ...]
    barred: str
    cautions: tuple[str, ...]
    can_copy: bool
    can_edit: bool
    can_pass: bool
    can_withdraw: bool
    is_first: bool
    is_voucher: bool
    documents: tuple[DocumentRow, ...]
    draft: str
    faults: Faults
    first: int
    frame: DeskFrame
    given: str
    label: str
    left_out: int
    lines: tuple[str, ...]
    maker: str
    onward: str
    photos: tuple[str, ...]
    reason: str
    reason_max: int
    report: str
    since: str
    state: str
    typed: str
    waits_for: str
    warnings: tuple[WarningRow, ...]


@dataclass(frozen=True)
class PassForm:
    """`drafts` are what was shown, with the proof of it, `d-…:digest:proof`; of `accepted` the warnings were seen."""

    accepted: tuple[str, ...]
    drafts: tuple[str, ...]


@dataclass(frozen=True)
class ReturnForm:
    reason: str


@dataclass(frozen=True)
class WithdrawForm:
    pass


@route_desk(DRAFTS, allow="draft.read", summary="What waits to be passed, and what came back")
def show_list(desk: Desk) -> Answer:
    return _show_list(desk)


@route_desk(DRAFTS, allow="draft.pass", method="POST", summary="Pass what was shown")
def take_passing(desk: Desk) -> Answer:
    form = desk.parse_form(PassForm)
    given = read_given(form.drafts)
    if not given:
        return desk.redirect(f"{DRAFTS}?none=1")
    shown = {draft: digest for draft, (digest, _proof) in given.items()}
    try:
        if faults := check_seen(desk, given):
            raise Refused(faults)
        receipts = pass_drafts(
            desk.ports, desk.village, tuple(shown), desk.user, shown=shown, accepted=form.accepted
        )
    except Refused as error:
        status = 409 if any(fault.code in MOVED_ON for fault in error.faults) else 422
        return _show_list(desk, explain_refusal(error, {}, status=status))
    held = sum(receipt is None for receipt in receipts)
    return desk.redirect(f"{DRAFTS}?passed={len(receipts) - held}&held={held}")


@route_desk(f"{DRAFTS}/{{draft:str}}", allow="draft.read", summary="A draft, whole")
def show_draft(desk: Desk, draft: str) -> Answer:
    return _show_draft(desk, draft)


@route_desk(
    f"{DRAFTS}/{{draft:str}}/open",
    allow="draft.read",
    method="POST",
    summary="Say why one wants to see all of it",
)
def take_purpose(desk: Desk, draft: str) -> Answer:
    found = _get_draft(desk, draft)
    try:
        say_of_draft(desk, found, desk.parse_form(AskForm).purpose)
    except Refused as error:
        return _show_draft(desk, draft, explain_refusal(error, {"为什么看": "purpose"}))
    return desk.redirect(f"{DRAFTS}/{draft}")


@route_desk(f"{DRAFTS}/{{draft:str}}/return", allow="draft.pass", method="POST", summary="Send a draft back")
def take_return(desk: Desk, draft: str) -> Answer:
    _get_draft(desk, draft)
    reason = desk.parse_form(ReturnForm).reason
    try:
        return_drafts(desk.ports, desk.village, [draft], desk.user, reason)
    except Refused as error:
        return _show_draft(desk, draft, explain_refusal(error, {"退回的原因": "reason"}), reason)
    desk.log("draft-returned", subject=draft)
    return desk.redirect(f"{DRAFTS}?returned=1")


@route_desk(
    f"{DRAFTS}/{{draft:str}}/withdraw", allow="draft.prepare", method="POST", summary="Take a draft back"
)
def take_withdrawal(desk: Desk, draft: str) -> Answer:
    _get_draft(desk, draft)
    desk.parse_form(WithdrawForm)
    try:
        discard_drafts(desk.ports, desk.village, [draft], desk.user)
    except Refused as error:
        return _show_draft(desk, draft, explain_refusal(error, {}))
    desk.log("draft-withdrawn", subject=draft)
    return desk.redirect(f"{DRAFTS}?withdrawn=1")


@route_desk(
    f"{DRAFTS}/{{draft:str}}/copy",
    allow="draft.prepare",
    method="POST",
    summary="Begin another voucher like it",
)
def take_copy(desk: Desk, draft: str) -> Answer:
    found = get_open(desk.ports, desk.village, draft)
    if not is_plain_voucher(found):
        raise NotFound("凭证")
    desk.parse_form(WithdrawForm)
    copy_voucher(desk.ports, desk.village, desk.user, found)
    return desk.redirect("/desk/write/vouchers")


def list_rows(desk: Desk, drafts: list[Draft]) -> tuple[DraftRow, ...]:
    """Return drafts as a list shows them, for the person who looks."""
    persons = {person.user: person for person in desk.ports.vault.list_persons(desk.village)}
    kin, limits = _list_kin(persons.get(desk.user)), find_village_limits(desk.ports, desk.village)
    return tuple(_build_row(desk, draft, persons, kin, limits) for draft in drafts)


def _list_whole(desk: Desk, drafts: Sequence[Draft], rows: Sequence[DraftRow]) -> tuple[DraftRow, ...]:
    """Return rows with every line of those drafts that can be passed from the list, as far as one list goes; `drafts`
    are all that wait.
    """
    behind = {body.voucher for draft in drafts if (body := read_documents(draft)) is not None}
    passable = {row.draft for row in rows if row.can_pass}
    chosen = [draft for draft in drafts if draft.id in passable and draft.digest not in behind]
    plain = [draft for draft in chosen if read_documents(draft) is None and not tell_cautions(draft)]
    shown = show_plain(desk, plain, LISTED_MAX)
    by_id = {draft.id: draft for draft in drafts}
    found, count = [], 0
    for row in rows:
        lines = _cut_label(shown[row.draft], row.label) if row.draft in shown else ()
        is_short = row.draft in shown and len(lines) <= LISTED_LINES_MAX
        is_short = is_short and count + len(lines) <= LISTED_ALL_MAX
        count += len(lines) if is_short else 0
        found.append(replace(row, given=make_given(desk, by_id[row.draft]), lines=lines) if is_short else row)
    return tuple(found)


def _cut_label(shown: Shown, label: str) -> tuple[str, ...]:
    """Return a draft's lines; the first begins with the label, which is the heading above them."""
    first = shown.lines[0].removeprefix(label).strip()
    return (first, *shown.lines[1:]) if first else shown.lines[1:]


def _build_row(
    desk: Desk,
    draft: Draft,
    persons: Mapping[str, Person],
    kin: frozenset[str],
    limits: LimitsFacts | None,
) -> DraftRow:
    maker = open_draft(draft).maker.user
    return DraftRow(
        can_pass=can_pass(desk, draft, maker, kin),
        draft=draft.id,
        given="",
        label=draft.label,
        lines=(),
        maker=persons[maker].name if maker in persons else maker,
        reason=draft.reason,
        since=format_instant(draft.submitted_at) if draft.submitted_at else "",
        waits_for=tell_waiting(desk, draft, limits),
    )


def _list_kin(person: Person | None) -> frozenset[str]:
    """Return the declared near relatives of a person; of nobody, none."""
    return person.kin if person is not None else frozenset()


def _get_draft(desk: Desk, draft_id: str) -> Draft:
    """Return a draft of the village that the session acts in; NotFound for another village's as for none."""
    draft = desk.ports.vault.find_draft(desk.village, draft_id)
    if draft is None:
        raise NotFound("待审记录")
    return draft


def _show_list(desk: Desk, refusal: Refusal = NOT_REFUSED) -> Answer:
    vault = desk.ports.vault
    waiting = vault.list_drafts(desk.village, "waiting")
    page = DraftsPage(
        can_pass=desk.may("draft.pass"),
        faults=refusal.faults,
        frame=desk.build_frame(_("待审记录")),
        more=max(len(waiting) - SHOWN_MAX, 0),
        notice=_choose_notice(desk),
        returned=list_rows(desk, vault.list_drafts(desk.village, "returned")),
        waiting=_list_whole(desk, waiting, list_rows(desk, waiting[:SHOWN_MAX])),
    )
    return desk.render("desk/drafts.html", page, refusal=refusal)


def _choose_notice(desk: Desk) -> str:
    given = desk.request.query_params
    if "passed" in given:
        passed, held = (_read_count(given.get(name, "")) for name in ("passed", "held"))
        said = _("已记入账本 {count} 条。").format(count=passed)
        return said + (_("另有 {count} 条您已审核，还要等别人。").format(count=held) if held else "")
    notices = {
        "none": _("没有选中要通过的记录。"),
        "returned": _("已退回，原因村文书看得到。"),
        "withdrawn": _("已撤回。"),
        "sent": _("已交审，等另一位来审核。"),
        "gone": _("没有交审：看过的那份表已经不在了。请重新导入，看一遍再交审。"),
    }
    return desk.choose_notice(notices)


def _read_count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def _show_draft(desk: Desk, draft_id: str, refusal: Refusal = NOT_REFUSED, typed: str = "") -> Answer:
    draft = get_open(desk.ports, desk.village, draft_id)
    shown, asked = read_draft(desk, draft)
    page = _build_page(desk, draft, shown, asked, refusal.faults, typed)
    return desk.render("desk/draft.html", page, refusal=refusal)


def _build_page(
    desk: Desk, draft: Draft, shown: Shown, asked: Asked, faults: Faults, typed: str
) -> DraftPage:
    lines = _cut_label(shown, draft.label)
    first, last, is_in_order = _read_span(desk, draft, len(lines))
    is_whole = is_in_order and last == len(lines) and not asked
    kin = _find_kin(desk)
    is_passable = can_pass(desk, draft, shown.maker, kin)
    kind = find_kind(draft)
    is_voucher = draft.slot.startswith("voucher/") and draft.state == "waiting"
    is_own = shown.maker == desk.user and desk.may("draft.prepare")
    limits = find_village_limits(desk.ports, desk.village)
    report, photos = find_report(desk, draft, is_asked=bool(asked))
    return DraftPage(
        answers=draft.asked,
        approvals=tuple(_("{role} 已审核").format(role=DUTY_NAMES[item.role]) for item in draft.approvals),
        attach=f"/desk/documents/{draft.slot.partition('/')[2]}" if is_voucher and is_own else "",
        attached=_list_attached(desk, draft, is_whole=is_whole) if is_voucher else (),
        asks=tell_asked(desk, draft, limits),
        asked=asked.purposes,
        asked_originals=ask_of_originals(desk, draft).purposes,
        barred=tell_barred(desk, draft, shown.maker, kin),
        cautions=tell_cautions(draft),
        can_copy=is_plain_voucher(draft) and desk.may("draft.prepare"),
        can_edit=is_own and draft.state == "returned" and kind is not None,
        can_pass=is_passable,
        can_withdraw=is_own,
        documents=list_waiting_rows(desk, draft),
        draft=draft.id,
        faults=faults,
        first=first,
        frame=desk.build_frame(_("待审记录")),
        given=make_given(desk, draft) if is_passable and is_whole else "",
        is_first=is_passable and is_first_only(desk, draft, limits),
        is_voucher=kind == "vouchers",
        label=draft.label,
        left_out=len(lines) - last,
        lines=lines[first:last],
        maker=shown.maker_name or shown.maker,
        onward=_make_onward(desk, draft, last, is_seen=is_in_order and not asked)
        if last < len(lines)
        else "",
        photos=photos,
        reason=draft.reason,
        reason_max=REASON_MAX_CHARS,
        report=report,
        since=format_instant(draft.submitted_at) if draft.submitted_at else "",
        state=draft.state,
        typed=typed,
        waits_for=tell_waiting(desk, draft, limits),
        warnings=tuple(
            WarningRow(stand.rule.need_not_mean, stand.concern.said, stand.rule.title)
            for stand in (list_warnings(desk.ports, draft) if draft.state == "waiting" else ())
        ),
    )


def _list_attached(desk: Desk, draft: Draft, *, is_whole: bool) -> tuple[AttachedDraft, ...]:
    """Return what waits with a voucher, to be passed with it where that one is shown whole."""
    kin = _find_kin(desk)
    return tuple(
        AttachedDraft(
            documents=list_waiting_rows(desk, item),
            draft=item.id,
            given=make_given(desk, item)
            if is_whole and can_pass(desk, item, open_draft(item).maker.user, kin)
            else "",
            label=item.label,
        )
        for item in list_attached(desk.ports, desk.village, {draft.digest})
    )


def _find_kin(desk: Desk) -> frozenset[str]:
    return _list_kin(desk.ports.vault.find_person(desk.village, desk.user))


def _read_span(desk: Desk, draft: Draft, total: int) -> tuple[int, int, bool]:
    """Return from which line to which the page shows a draft, and whether all before it was shown."""
    asked, proof = (desk.request.query_params.get(name, "") for name in ("from", "seen"))
    first = _read_count(asked)
    if not 0 < first < total:
        return 0, min(LINES_MAX, total), True
    return first, min(first + LINES_MAX, total), is_proof(desk, draft, str(first), proof)


def _make_onward(desk: Desk, draft: Draft, last: int, *, is_seen: bool) -> str:
    """Return the address of a draft's next lines, with the proof that those before were shown, and nothing masked."""
    seen = f"&seen={make_proof(desk, draft.id, draft.digest, str(last))}" if is_seen else ""
    return f"{DRAFTS}/{draft.id}?from={last}{seen}"


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_list,
    take_passing,
    show_draft,
    take_purpose,
    take_return,
    take_withdrawal,
    take_copy,
)
