"""What somebody would ask about the books, all kinds of it: a list with filters, and each with its entries, what it
need not mean, and where an auditor writes down that it was explained.

An acknowledgement is a draft like every other: another person passes it, and only then does the question rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler

from ledger.books.concerns.table import SEVERITIES, SEVERITY_NAMES
from ledger.errors import NotFound, Refused
from ledger.limits import TYPED_MAX_CHARS
from ledger.service.concerns import (
    REASON,
    find_stand,
    find_waiting,
    prepare_acknowledgement,
    read_concerns,
)
from ledger.service.drafts import open_draft
from ledger.service.passing import discard_drafts
from ledger.state import get_day
from ledger.state.concerns import Stand
from reports.words import format_amount, format_count
from web.audit.view import ROOM, open_view, read_query
from web.config import CONCERNS_SHOWN_MAX
from web.desk.frame import NO_FAULTS, NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.public.concerns import (
    ConcernGroup,
    ConcernRow,
    build_row,
    list_groups,
    name_spans,
    parse_span,
    tell_span,
)
from web.respond import Answer
from web.site import VillageView

ADDRESS = f"{ROOM}/concerns"
STATES = (("open", _("还没有说明的")), ("closed", _("已经说明的")), ("all", _("全部")))


@dataclass(frozen=True)
class Wanted:
    """Which are wanted, as it was asked for; `state` is `open` where nothing was said."""

    rule: str
    severity: str
    state: str

    def takes(self, stand: Stand) -> bool:
        """Say whether a concern is wanted."""
        is_open = stand.acknowledged < 0
        return (
            self.rule in {"", stand.rule.code}
            and self.severity in {"", stand.rule.severity}
            and self.state in {"all", "open" if is_open else "closed"}
        )


@dataclass(frozen=True)
class ListedRow:
    """A concern in the list, with the path of its page."""

    path: str
    row: ConcernRow


@dataclass(frozen=True)
class ListPage:
    """The list. `counts` are the open ones by severity; `more` were left out; `newer` and `older` may be empty."""

    counts: tuple[tuple[str, str], ...]
    faults: Faults
    frame: DeskFrame
    may_acknowledge: bool
    more: str
    newer: str
    notice: str
    older: str
    rows: tuple[ListedRow, ...]
    rules: tuple[tuple[str, str], ...]
    said: str
    severities: tuple[tuple[str, str], ...]
    span: str
    states: tuple[tuple[str, str], ...]
    to: str
    wanted: Wanted


@dataclass(frozen=True)
class OnePage:
    """One concern.

    `can_acknowledge`  whoever looks may close it, and nobody has
    `can_withdraw`     the person who looks handed in what waits, or came back
    `waiting`          path of the draft that waits or came back; empty for none
    `returned`         why it came back, empty where it did not
    `entries`, `amount_fen`  what the form brings back
    """

    amount: str
    amount_fen: str
    can_acknowledge: bool
    can_withdraw: bool
    entries: str
    faults: Faults
    frame: DeskFrame
    group: ConcernGroup
    is_public: bool
    list_path: str
    notice: str
    path: str
    reason: str
    reason_max: int
    returned: str
    row: ConcernRow
    said: str
    to: str
    waiting: str


@dataclass(frozen=True)
class AcknowledgeForm:
    """What was shown, and the reason."""

    amount: str
    entries: str
    reason: str
    to: str = ""


@dataclass(frozen=True)
class WithdrawForm:
    """A button."""


@route_desk(ADDRESS, allow="entries.read", summary="What somebody would ask about the books")
def show_list(desk: Desk) -> Answer:
    wanted = Wanted(
        read_query(desk, "rule"), read_query(desk, "severity"), read_query(desk, "state") or "open"
    )
    with open_view(desk) as view:
        page = build_list_page(desk, view, wanted)
    return desk.render("audit/concerns.html", page)


@route_desk(
    f"{ADDRESS}/{{rule:str}}/{{subject:str}}", allow="entries.read", summary="One of them, with its entries"
)
def show_one(desk: Desk, rule: str, subject: str) -> Answer:
    return _show_one(desk, f"{rule}/{subject}")


@route_desk(
    f"{ADDRESS}/{{rule:str}}/{{subject:str}}",
    allow="concern.acknowledge",
    method="POST",
    summary="Say why it may rest; another person passes it",
)
def take_reason(desk: Desk, rule: str, subject: str) -> Answer:
    key, form = f"{rule}/{subject}", desk.parse_form(AcknowledgeForm)
    span = {"to": form.to} if form.to else {}
    try:
        prepare_acknowledgement(
            desk.ports,
            desk.village,
            maker=desk.user,
            key=key,
            entries=[int(text) for text in form.entries.split("-") if _is_number(text)],
            amount_fen=int(form.amount) if _is_number(form.amount) else 0,
            reason=form.reason,
            last=parse_span(form.to, _get_today(desk)),
        )
    except Refused as error:
        try:
            return _show_one(desk, key, explain_refusal(error, {REASON: "reason"}), form.reason, form.to)
        except NotFound:
            if desk.ports.reference.concerns.find(rule) is None:
                raise
            # Somebody put right what was asked about while the reason was written: there is no page of it to show.
            return desk.send_to(f"{ADDRESS}?{urlencode({'gone': '1'} | span)}")
    return desk.send_to(f"{_name_path(key)}?{urlencode({'sent': '1'} | span)}")


@route_desk(
    f"{ADDRESS}/{{rule:str}}/{{subject:str}}/withdraw",
    allow="concern.acknowledge",
    method="POST",
    summary="Take one's own acknowledgement back before it is passed",
)
def take_withdrawal(desk: Desk, rule: str, subject: str) -> Answer:
    desk.parse_form(WithdrawForm)
    key = f"{rule}/{subject}"
    draft = find_waiting(desk.ports, desk.village, key)
    if draft is None:
        raise NotFound("待审记录")
    discard_drafts(desk.ports, desk.village, [draft.id], desk.user)
    desk.log("draft-withdrawn", subject=draft.id)
    return desk.send_to(f"{ADDRESS}?withdrawn=1")


def build_list_page(desk: Desk, view: VillageView, wanted: Wanted) -> ListPage:
    """Return the values of the list."""
    view.today = _get_today(desk)
    to = parse_span(read_query(desk, "to"), view.today)
    stands = read_concerns(view.reader, view.ports.reference, view.today, to)
    found = [stand for stand in stands if wanted.takes(stand)]
    asked = {"rule": wanted.rule, "severity": wanted.severity, "state": wanted.state}
    newer, older = name_spans(
        view, ADDRESS, to, urlencode({name: text for name, text in asked.items() if text})
    )
    shown = found[:CONCERNS_SHOWN_MAX]
    open_ = [stand.rule.severity for stand in stands if stand.acknowledged < 0]
    return ListPage(
        counts=tuple(
            (SEVERITY_NAMES[name], format_count(open_.count(name))) for name in reversed(SEVERITIES)
        ),
        faults=NO_FAULTS,
        frame=desk.build_frame(_("待说明的事")),
        may_acknowledge=desk.may("concern.acknowledge"),
        more=format_count(len(found) - len(shown)) if len(found) > len(shown) else "",
        newer=newer,
        notice=view.standing.notice,
        older=older,
        rows=tuple(ListedRow(_name_path(stand.concern.key, to), build_row(view, stand)) for stand in shown),
        rules=tuple((rule.code, rule.title) for rule in view.ports.reference.concerns.rules),
        said=desk.choose_notice({"gone": _("这件事已经没有了，不用再写理由。"), "withdrawn": _("已撤回。")}),
        severities=tuple((name, SEVERITY_NAMES[name]) for name in reversed(SEVERITIES)),
        span=tell_span(view, to),
        states=STATES,
        to=to,
        wanted=wanted,
    )


def _show_one(
    desk: Desk, key: str, refusal: Refusal = NOT_REFUSED, typed: str = "", asked_to: str = ""
) -> Answer:
    with open_view(desk) as view:
        view.today = _get_today(desk)
        to = parse_span(asked_to or read_query(desk, "to"), view.today)
        page = _build_one(desk, view, key, to, refusal.faults, typed)
    return desk.render("audit/concern.html", page, refusal=refusal)


def _build_one(desk: Desk, view: VillageView, key: str, to: str, faults: Faults, typed: str) -> OnePage:
    stand = find_stand(read_concerns(view.reader, view.ports.reference, view.today, to), key)
    (group,) = list_groups(view, [stand])
    draft = find_waiting(desk.ports, desk.village, key)
    is_own = draft is not None and open_draft(draft).maker.user == desk.user
    is_returned = draft is not None and draft.state == "returned"
    may = desk.may("concern.acknowledge")
    return OnePage(
        amount=format_amount(stand.concern.amount_fen) if stand.concern.amount_fen else "",
        amount_fen=str(stand.concern.amount_fen),
        can_acknowledge=may and stand.acknowledged < 0 and (draft is None or is_returned),
        can_withdraw=may and is_own,
        entries="-".join(str(index) for index in stand.concern.entries),
        faults=faults,
        frame=desk.build_frame(stand.rule.title),
        group=group,
        is_public=stand.rule.is_public,
        list_path=f"{ADDRESS}?to={to}" if to else ADDRESS,
        notice=view.standing.notice,
        path=_name_path(key),
        reason=typed,
        reason_max=TYPED_MAX_CHARS,
        returned=draft.reason if draft is not None and is_returned else "",
        row=group.rows[0],
        said=desk.choose_notice({"sent": _("已交审，等另一位来审核。")}),
        to=to,
        waiting=f"/desk/drafts/{draft.id}" if draft is not None else "",
    )


def _get_today(desk: Desk) -> str:
    return get_day(desk.ports.clock.now_ms())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15


def _name_path(key: str, to: str = "") -> str:
    return f"{ADDRESS}/{key}" + (f"?to={to}" if to else "")


ROUTES: tuple[HTTPRouteHandler, ...] = (show_list, show_one, take_reason, take_withdrawal)
