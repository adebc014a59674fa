"""Cards of households and of party members, made at the desk: shown once, to be printed, cut out and handed over."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.service.cards import revoke_card
from ledger.state import get_day
from reports.codes import PrintedCode, build_label_code, get_host
from reports.words import format_day
from web.desk.frame import DeskFrame
from web.desk.households import HOUSEHOLDS, AnswerForm
from web.desk.reading_points import MadeCard, find_member, make_cards, make_own_card
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.respond import Answer

CARDS_MAX = 30
"""Cards that one page makes: ten sheets of three, and some tenths of a second."""
_IN_A_GROUP = 4


@dataclass(frozen=True)
class PaperCard:
    """One card to cut out. `code` is None where no public address is set; `letters` are in groups of four."""

    code: PrintedCode | None
    group: int
    is_member: bool
    letters: str
    name: str
    number: str


@dataclass(frozen=True)
class CardsPage:
    """Cards just made; nobody can show them again. `left` is how many households still have none."""

    cards: tuple[PaperCard, ...]
    day: str
    frame: DeskFrame
    host: str
    left: int
    path: str


@route_desk(
    f"{HOUSEHOLDS}/{{h:str}}/card",
    allow="card.make",
    method="POST",
    summary="Make the card of a household or member",
)
def take_card(desk: Desk, h: str) -> Answer:
    desk.parse_form(AnswerForm)
    member = find_member(desk, h)
    made = (make_own_card(desk, member),) if member is not None else make_cards(desk, h)[0]
    return _show(desk, made, 0, f"{HOUSEHOLDS}/{h}")


@route_desk(
    f"{HOUSEHOLDS}/{{h:str}}/card/revoke",
    allow="card.make",
    method="POST",
    summary="Let a card open nothing any more",
)
def take_revocation(desk: Desk, h: str) -> Answer:
    desk.parse_form(AnswerForm)
    revoke_card(desk.ports, desk.village, h)
    desk.log("card-revoked", subject=h)
    return desk.redirect(f"{HOUSEHOLDS}?carded=1")


@route_desk("/desk/cards", allow="card.make", method="POST", summary="Make the cards of those who have none")
def take_cards(desk: Desk) -> Answer:
    desk.parse_form(AnswerForm)
    made, left = make_cards(desk, most=CARDS_MAX)
    return _show(desk, made, left, HOUSEHOLDS)


def _show(desk: Desk, made: tuple[MadeCard, ...], left: int, path: str) -> Answer:
    base = desk.site.settings.public_base_url
    page = CardsPage(
        cards=tuple(_build_card(desk, one) for one in made),
        day=format_day(get_day(desk.ports.clock.now_ms())),
        frame=desk.build_frame(_("户卡")),
        host=get_host(base) if base else "",
        left=left,
        path=path,
    )
    return desk.render("desk/cards.html", page)


def _build_card(desk: Desk, made: MadeCard) -> PaperCard:
    base, code = desk.site.settings.public_base_url, made.code
    name = _("党员卡") if made.is_member else _("户卡 {number}")
    url = f"{base}/v/{desk.village}/card#{code}"
    return PaperCard(
        code=build_label_code(url, name.format(number=made.number).strip()) if base else None,
        group=made.group,
        is_member=made.is_member,
        letters=" ".join(code[at : at + _IN_A_GROUP] for at in range(0, len(code), _IN_A_GROUP)),
        name=made.name,
        number=made.number,
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (take_card, take_revocation, take_cards)
