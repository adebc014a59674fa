"""What is kept about a household or a party member: looked at, told to whom it is about, and erased at their request.

Whoever looks is on record, and the same page says who looked before. Erasing takes two people; what it does cannot be
undone, and the page says what it does not reach.
"""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.masks import PurposeRow
from ledger.errors import NotFound, Refused
from ledger.service.about import About, ConsentLine
from ledger.service.erase import (
    ERASURE_WHYS,
    SUBJECT,
    agree_erasure,
    ask_erasure,
    find_erasure,
    refuse_erasure,
)
from ledger.service.readings import list_readings
from ledger.state import get_day
from ledger.vaults import Erasure
from reports.words import format_day, format_month
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.looks import LookRow, build_look
from web.desk.reading import (
    Asked,
    AskForm,
    Person,
    check_known,
    may_search_people,
    read_about,
    read_people,
    say_of_subject,
)
from web.desk.routing import Desk, choose_page, route_desk
from web.i18n import _
from web.respond import Answer
from web.words import format_instant

HOUSEHOLDS = "/desk/households"
ROWS_A_PAGE = 50
READINGS_MAX = 100
"""Of who looked, newest first, on one page; the command lists all."""


@dataclass(frozen=True)
class AskedRow:
    """Somebody whose erasure is asked for. `is_agreed`: another person agreed, and it is not done yet."""

    is_agreed: bool
    path: str
    said: str


@dataclass(frozen=True)
class PeoplePage:
    """Households, then members, `ROWS_A_PAGE` at a time; a number of 0 leads nowhere."""

    can_make_cards: bool
    can_search: bool
    erasures: tuple[AskedRow, ...]
    frame: DeskFrame
    next_page: int
    notice: str
    people: tuple[Person, ...]
    previous_page: int
    total: int


@dataclass(frozen=True)
class KeptRow:
    """Something that is kept; `month` is empty where it belongs to none."""

    month: str
    said: str
    title: str


@dataclass(frozen=True)
class CardPage:
    """One household or member.

    `asked`     the reasons that whoever looks may give to see it unmasked; empty where it is
    `left_out`  readings that are not listed
    `subject`   the pseudonym; what stands for them in the log
    """

    asked: tuple[PurposeRow, ...]
    can_erase: bool
    can_make_card: bool
    can_print: bool
    can_withdraw: bool
    can_withdraw_all: bool
    card: str  # when the card was made; empty where there is none
    consents: tuple[ConsentLine, ...]
    erasure: str
    faults: Faults
    frame: DeskFrame
    is_member: bool
    kept: tuple[KeptRow, ...]
    left_out: int
    looks: tuple[LookRow, ...]
    name: str
    number: str
    path: str
    place: str
    subject: str
    today: str
    waiting: int
    withdrawn: str


@dataclass(frozen=True)
class ErasePage:
    """The erasure of one. `asked` says who asked for it, when and why; empty before."""

    asked: str
    can_agree: bool
    can_ask: bool
    can_refuse: bool
    faults: Faults
    frame: DeskFrame
    is_agreed: bool
    path: str
    subject: str
    whys: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class EraseForm:
    why: str = ""


@dataclass(frozen=True)
class AnswerForm:
    pass


@route_desk(HOUSEHOLDS, allow="names.read", summary="The village's households and party members")
def show_people(desk: Desk) -> Answer:
    page = choose_page(desk.request.query_params.get("page", "1"))
    people, total = read_people(desk, (page - 1) * ROWS_A_PAGE, ROWS_A_PAGE)
    if not people and page > 1:
        raise NotFound(_("这一页"))
    shown = PeoplePage(
        can_make_cards=desk.may("card.make"),
        can_search=may_search_people(desk),
        erasures=tuple(_build_asked(item) for item in desk.ports.vault.list_erasures(desk.village)),
        frame=desk.build_frame(_("户和党员")),
        next_page=page + 1 if page * ROWS_A_PAGE < total else 0,
        notice=_choose_notice(desk),
        people=people,
        previous_page=page - 1,
        total=total,
    )
    return desk.render("desk/households.html", shown)


@route_desk(f"{HOUSEHOLDS}/{{h:str}}", allow="names.read", summary="What is kept about one, and who looked")
def show_card(desk: Desk, h: str) -> Answer:
    return _show_card(desk, h)


@route_desk(
    f"{HOUSEHOLDS}/{{h:str}}/open", allow="names.read", method="POST", summary="Say why one wants to see it"
)
def take_purpose(desk: Desk, h: str) -> Answer:
    try:
        say_of_subject(desk, h, desk.parse_form(AskForm).purpose)
    except Refused as error:
        return _show_card(desk, h, refusal=explain_refusal(error, {"为什么看": "purpose"}))
    return desk.redirect(f"{HOUSEHOLDS}/{h}")


@route_desk(
    f"{HOUSEHOLDS}/{{h:str}}/paper", allow="names.read", summary="The same on paper, for whom it is about"
)
def show_paper(desk: Desk, h: str) -> Answer:
    return _show_card(desk, h, is_paper=True)


@route_desk(
    f"{HOUSEHOLDS}/{{h:str}}/erase", allow="names.read", summary="What erasing does, and how far it is"
)
def show_erase(desk: Desk, h: str) -> Answer:
    return _show_erase(desk, h)


@route_desk(
    f"{HOUSEHOLDS}/{{h:str}}/erase", allow="erasure.ask", method="POST", summary="Ask that one be erased"
)
def take_erase(desk: Desk, h: str) -> Answer:
    form = desk.parse_form(EraseForm)
    if h in desk.ports.vault.list_erased(desk.village):
        return desk.redirect(f"{HOUSEHOLDS}?erased=1")
    try:
        ask_erasure(desk.ports, desk.who, desk.village, h, form.why)
    except Refused as error:
        return _show_erase(desk, h, explain_refusal(error, {"为什么删除": "why"}))
    return desk.redirect(f"{HOUSEHOLDS}/{h}/erase")


@route_desk(
    f"{HOUSEHOLDS}/{{h:str}}/erase/agree", allow="erasure.agree", method="POST", summary="Agree, and erase"
)
def take_agreement(desk: Desk, h: str) -> Answer:
    desk.parse_form(AnswerForm)
    try:
        done = agree_erasure(desk.ports, desk.who, desk.village, h)
    except Refused as error:
        return _show_erase(desk, h, explain_refusal(error, {}))
    is_done = done is not None or h in desk.ports.vault.list_erased(desk.village)
    return desk.redirect(f"{HOUSEHOLDS}?{'erased' if is_done else 'none'}=1")


@route_desk(
    f"{HOUSEHOLDS}/{{h:str}}/erase/refuse",
    allow="names.read",
    method="POST",
    summary="Do not erase after all",
)
def take_refusal(desk: Desk, h: str) -> Answer:
    desk.parse_form(AnswerForm)
    asked = find_erasure(desk.ports, desk.village, h)
    if asked is not None and not _can_refuse(desk, asked):
        raise NotFound(_("删除"))
    refuse_erasure(desk.ports, desk.who, desk.village, h)
    return desk.redirect(f"{HOUSEHOLDS}?kept=1")


def _can_refuse(desk: Desk, asked: Erasure) -> bool:
    """Whether it is for this person: whoever may agree, and the one who asked."""
    return not asked.agreed_by and (desk.may("erasure.agree") or asked.asked_by == desk.user)


def _choose_notice(desk: Desk) -> str:
    notices = {
        "carded": _("卡已停用，扫了打不开。"),
        "erased": _("已删除。钥匙副本里还有，请运维员马上用 mingbai vault copy 换掉每一份副本。"),
        "kept": _("没有删除，都留着。"),
        "none": _("没有人提出删除。"),
    }
    return desk.choose_notice(notices)


def _build_asked(item: Erasure) -> AskedRow:
    said = _("已同意，还没删成") if item.agreed_by else _("等另一位同意")
    why = _("{day} 提出，{why}；{said}").format(
        day=format_day(get_day(item.asked_at)), why=ERASURE_WHYS.get(item.why, item.why), said=said
    )
    return AskedRow(is_agreed=bool(item.agreed_by), path=f"{HOUSEHOLDS}/{item.subject}/erase", said=why)


def _show_card(desk: Desk, h: str, *, is_paper: bool = False, refusal: Refusal = NOT_REFUSED) -> Answer:
    about, asked = read_about(desk, h, place="paper" if is_paper else "card")
    if asked and is_paper:
        return desk.redirect(f"{HOUSEHOLDS}/{h}")
    page = _build_card(desk, about, asked, refusal.faults)
    template = "desk/household_paper.html" if is_paper else "desk/household.html"
    return desk.render(template, page, refusal=refusal)


def _build_card(desk: Desk, about: About, asked: Asked, faults: Faults) -> CardPage:
    # Read after the page itself was logged, so that whoever looks sees their own line too.
    with desk.ports.desk.read() as reader:
        readings = list_readings(reader, desk.village, about.subject)
    names = {person.user: person.name for person in desk.ports.vault.list_persons(desk.village)}
    erasure = find_erasure(desk.ports, desk.village, about.subject)
    card = desk.ports.vault.find_card_of(desk.village, about.subject)
    place = _("第 {number} 党支部") if about.is_member else _("第 {number} 村民小组")
    return CardPage(
        asked=asked.purposes,
        can_erase=desk.may("erasure.ask") or erasure is not None,
        can_make_card=desk.may("card.make"),
        can_print=desk.may("sheet.print"),
        can_withdraw=desk.may("consent.withdraw"),
        can_withdraw_all=sum(line.is_given for line in about.consents) > 1,
        card="" if card is None else format_day(get_day(card.made_at)),
        consents=about.consents,
        erasure=_build_asked(erasure).said if erasure is not None else "",
        faults=faults,
        frame=desk.build_frame(_("党员") if about.is_member else _("农户")),
        is_member=about.is_member,
        kept=tuple(
            KeptRow(month=format_month(line.period) if line.period else "", said=line.said, title=line.title)
            for line in about.lines
        ),
        left_out=max(len(readings) - READINGS_MAX, 0),
        looks=tuple(build_look(reading, names) for reading in readings[:READINGS_MAX]),
        name=about.name,
        number=about.number,
        path=f"{HOUSEHOLDS}/{about.subject}",
        place=place.format(number=about.place),
        subject=about.subject,
        today=format_day(get_day(desk.ports.clock.now_ms())),
        waiting=about.waiting,
        withdrawn=desk.choose_notice({"withdrawn": _("已撤回，已经记入账本，从现在起就不算了。")}),
    )


def _show_erase(desk: Desk, h: str, refusal: Refusal = NOT_REFUSED) -> Answer:
    if not SUBJECT.fullmatch(h):
        raise NotFound(_("这一户或这名党员"))
    asked = find_erasure(desk.ports, desk.village, h)
    if asked is None:
        check_known(desk, h)  # Nobody is erased whom there is not.
    page = ErasePage(
        asked=_tell_asked(desk, asked) if asked is not None else "",
        can_agree=asked is not None and desk.may("erasure.agree") and asked.asked_by != desk.user,
        can_ask=asked is None and desk.may("erasure.ask"),
        can_refuse=asked is not None and _can_refuse(desk, asked),
        faults=refusal.faults,
        frame=desk.build_frame(_("删除隐私内容")),
        is_agreed=asked is not None and bool(asked.agreed_by),
        path=f"{HOUSEHOLDS}/{h}",
        subject=h,
        whys=tuple(ERASURE_WHYS.items()),
    )
    return desk.render("desk/erase.html", page, refusal=refusal)


def _tell_asked(desk: Desk, asked: Erasure) -> str:
    person = desk.ports.vault.find_person(desk.village, asked.asked_by)
    return _("{name} {at} 提出删除：{why}。").format(
        name=person.name if person is not None else asked.asked_by,
        at=format_instant(asked.asked_at),
        why=ERASURE_WHYS.get(asked.why, asked.why),
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_people,
    show_card,
    take_purpose,
    show_paper,
    show_erase,
    take_erase,
    take_agreement,
    take_refusal,
)
