"""The clerk's room of what points do: what each household may redeem, and what a month's volunteering is worth."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.errors import NotFound
from ledger.service.drafts import check_month
from ledger.service.standing import refuse_read_only
from ledger.state import get_day
from ledger.state.shops import find_current_shop, get_redeemed
from reports.words import format_amount, format_count, format_month, format_signed
from web.desk.frame import DeskFrame
from web.desk.reading_points import count_volunteering, put_volunteering, read_balances
from web.desk.routing import Desk, choose_page, route_desk
from web.i18n import _
from web.respond import Answer

REWARDS = "/desk/points"
ROWS_A_PAGE = 50


@dataclass(frozen=True)
class BalanceRow:
    """A household with its points of the year, as whoever looks may see it. `path` leads to what is kept about it."""

    earned: str
    left: str
    name: str
    number: str
    path: str
    redeemed: str


@dataclass(frozen=True)
class RewardsPage:
    """The room. `proposed` is how many rows this month's sign-in sheets and verified reports are worth, 0 for none;
    `base` where every household begins. `year` is empty before the first shop; of one that `is_over` nothing is
    redeemed any more.
    """

    base: str
    budget_left: str
    frame: DeskFrame
    is_over: bool
    month: str
    next_page: int
    notice: str
    period: str
    previous_page: int
    proposed: int
    rows: tuple[BalanceRow, ...]
    total: int
    year: str


@dataclass(frozen=True)
class ProposeForm:
    period: str


@route_desk(
    REWARDS, allow="draft.prepare", summary="What households may redeem, and what volunteering is worth"
)
def show_rewards(desk: Desk) -> Answer:
    page = choose_page(desk.request.query_params.get("page", "1"))
    rows, total = read_balances(desk, (page - 1) * ROWS_A_PAGE, ROWS_A_PAGE)
    if not rows and page > 1:
        raise NotFound(_("这一页"))
    period = get_day(desk.ports.clock.now_ms())[:7]
    year, left, is_over = _tell_year(desk, period)
    shown = RewardsPage(
        base=format_count(rows[0].balance.base) if rows else "",
        budget_left=left,
        frame=desk.build_frame(_("积分、兑换和志愿服务")),
        is_over=is_over,
        month=format_month(period),
        next_page=page + 1 if page * ROWS_A_PAGE < total else 0,
        notice=desk.choose_notice({"none": _("这个月没有要填的：还没有签到，或者都填过了。")}),
        period=period,
        previous_page=page - 1,
        proposed=count_volunteering(desk, period),
        rows=tuple(
            BalanceRow(
                earned=format_signed(row.balance.earned),
                left=format_count(row.balance.left),
                name=row.name,
                number=row.number,
                path=f"/desk/households/{row.subject}",
                redeemed=format_count(row.balance.redeemed),
            )
            for row in rows
        ),
        total=total,
        year=year,
    )
    return desk.render("desk/rewards.html", shown)


@route_desk(
    REWARDS,
    allow="draft.prepare",
    method="POST",
    summary="Put volunteering on the sheet of this month's points",
)
def take_proposal(desk: Desk) -> Answer:
    form = desk.parse_form(ProposeForm)
    if check_month(form.period):
        return desk.redirect(REWARDS)
    refuse_read_only(desk.ports, desk.village)
    added = put_volunteering(desk, form.period)
    return desk.redirect("/desk/write/points" if added else f"{REWARDS}?none=1")


def _tell_year(desk: Desk, period: str) -> tuple[str, str, bool]:
    """Return the points year of the shop in words, what is left of its budget, and whether it is over in a month; both
    empty before the first.
    """
    with desk.ports.ledger.read(desk.village) as reader:
        shop = find_current_shop(reader.facts, period)
        if shop is None:
            return "", "", False
        left_fen = shop.budget_fen - get_redeemed(reader.facts, shop.first_period).cost_fen
    year = _("{first}至{last}").format(
        first=format_month(shop.first_period), last=format_month(shop.last_period)
    )
    return year, format_amount(left_fen), shop.last_period < period


ROUTES: tuple[HTTPRouteHandler, ...] = (show_rewards, take_proposal)
