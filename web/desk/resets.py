"""On the day's desk: whose sign-in an operator reset, until whoever has to know it said that they saw it."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.service.accounts.resets import Reset, list_resets, mark_seen
from web.desk.routing import HOME, Desk, route_desk
from web.i18n import _
from web.respond import Answer
from web.words import format_instant

RESETS = "/desk/resets"


@dataclass(frozen=True)
class ResetRow:
    """`is_own`: the sign-in of whoever looks. `said` is when it was done and by whom."""

    is_own: bool
    said: str


@dataclass(frozen=True)
class ResetNews:
    """What of it was not seen yet; `number` is what the form brings back."""

    number: int
    rows: tuple[ResetRow, ...]


@dataclass(frozen=True)
class SeenForm:
    number: str


@route_desk(RESETS, allow="signed-in", method="POST", summary="Say that one saw whose sign-in was reset")
def take_seen(desk: Desk) -> Answer:
    number = desk.parse_form(SeenForm).number
    if number.isascii() and number.isdigit() and len(number) <= 15:
        mark_seen(desk.ports, desk.who, int(number), of_village=desk.may("duties.grant"))
    return desk.redirect(HOME)


def read_resets(desk: Desk) -> ResetNews:
    """Return what whoever looks has not seen yet: of their own sign-in and, for who answers for the village, of all."""
    found = list_resets(desk.ports, desk.who, of_village=desk.may("duties.grant"))
    persons = {}
    if any(one.user for one in found):
        persons = {person.user: person.name for person in desk.ports.vault.list_persons(desk.village)}
    rows = tuple(ResetRow(not one.user, _tell(one, persons.get(one.user, ""))) for one in found)
    return ResetNews(max((one.number for one in found), default=0), rows)


def _tell(reset: Reset, name: str) -> str:
    whose = _("您的登录") if not reset.user else _("{name}的登录").format(name=name or reset.user)
    by = _("运维员（账号 {name}）").format(name=reset.by) if reset.by else _("运维员在机器上")
    said = _("{time}，{by}重设了{whose}：给了新的一次性密码，原来的密码、动态码、恢复码、通行密钥都作废了。")
    return said.format(time=format_instant(reset.at_ms), by=by, whose=whose)


ROUTES: tuple[HTTPRouteHandler, ...] = (take_seen,)
