"""Earmarked money: the funds, and a page for each from gift to spending.

Who gave and who received stands on neither: sums, and of what is passed on how many received it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from litestar.params import FromPath
from litestar.types import ASGIApp

from ledger.books.funds import CATEGORY_NAMES, PASSED_ON
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.state.funds import Fund, find_fund, iterate_moved, list_fund_numbers
from ledger.state.register_facts import MovedFacts
from reports.words import format_amount, format_count, format_day, format_month
from web.config import MONTHS_IN_CHART, VOUCHERS_SHOWN_MAX
from web.i18n import _
from web.page import Frame
from web.public.explain.telling import Fact, get_entry_path, name_account
from web.public.pair_chart import Pair, PairChart, build_pair_chart
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView
from web.words import format_month_short

LABELS_MAX = 6
"""Months beside one another that a phone shows apart."""


@dataclass(frozen=True)
class FundRow:
    """A fund in the list. Amounts in yuan; `over` is what was spent beyond the fund, empty where something is left."""

    category: str
    left: str
    number: str
    over: str
    path: str
    received: str
    spent: str
    title: str


@dataclass(frozen=True)
class FundsPage:
    """All funds."""

    frame: Frame
    rows: tuple[FundRow, ...]
    sentences: tuple[str, ...]
    telephone: str


@dataclass(frozen=True)
class MovedRow:
    """A voucher of the fund. `mark` says that it takes another one back, or empty; `recipients` likewise."""

    amount: str
    day: str
    mark: str
    number: str
    path: str
    recipients: str
    summary: str


@dataclass(frozen=True)
class MonthRow:
    """What a fund was given and spent in a month, in yuan."""

    given: str
    name: str
    spent: str


@dataclass(frozen=True)
class FundPage:
    """One fund. `chart` and `months` are None and empty before anything moved.

    `more` says how many vouchers are not shown, empty for none.
    """

    chart: PairChart | None
    entry: str
    facts: tuple[Fact, ...]
    frame: Frame
    gifts: tuple[MovedRow, ...]
    list_path: str
    months: tuple[MonthRow, ...]
    more: str
    number: str
    sentences: tuple[str, ...]
    spending: tuple[MovedRow, ...]
    telephone: str
    title: str


def build_funds_page(view: VillageView) -> FundsPage:
    """Return the list of all funds, by number."""
    rows = list_fund_rows(view)
    told = _(
        "登记了 {count} 笔专款。专款是只能用在一件事上的钱，每一笔从哪里来、花到哪里去，都在这里。"
    ).format(count=format_count(len(rows)))
    return FundsPage(
        frame=view.build_frame(_("专款")),
        rows=rows,
        sentences=(told,) if rows else (_("还没有登记专款。"),),
        telephone=view.read_telephone(),
    )


def list_fund_rows(view: VillageView, count: int | None = None) -> tuple[FundRow, ...]:
    """Return the rows of the funds, the newest first, at most so many."""
    numbers = list_fund_numbers(view.reader.facts)[::-1][:count]
    return tuple(_build_row(view, number) for number in numbers)


def build_fund_page(view: VillageView, number: str) -> FundPage:
    """Return the page of a fund; NotFound where the register has none of this number."""
    fund = find_fund(view.reader.facts, number)
    if fund is None:
        raise NotFound(_("专款 {number}").format(number=number))
    moved = list(iterate_moved(view.reader.facts, number))
    shown = [(index, item) for index, item in moved[::-1] if item.money_fen][:VOUCHERS_SHOWN_MAX]
    hidden = len(moved) - VOUCHERS_SHOWN_MAX
    months = _sum_months([item for _index, item in moved])
    title = read_text(view.texts, fund.body.name)
    return FundPage(
        chart=build_pair_chart(
            [Pair(format_month_short(month), *sums) for month, *sums in months], LABELS_MAX
        ),
        entry=get_entry_path(view, fund.at),
        facts=tuple(list_fund_facts(view, fund)),
        frame=view.build_frame(title),
        gifts=tuple(_build_moved(view, *row) for row in shown if is_gift(row[1])),
        list_path=f"/v/{view.code}/funds",
        months=tuple(
            MonthRow(format_amount(given_fen), format_month(month), format_amount(spent_fen))
            for month, given_fen, spent_fen in months
        ),
        more=_("更早的还有 {count} 笔，在全部记录里。").format(count=hidden) if hidden > 0 else "",
        number=number,
        sentences=tuple(_tell_fund(fund)),
        spending=tuple(_build_moved(view, *row) for row in shown if not is_gift(row[1])),
        telephone=view.read_telephone(),
        title=title,
    )


def is_gift(moved: MovedFacts) -> bool:
    """Whether a voucher gives to a fund, or takes a gift back."""
    return (moved.money_fen > 0) != moved.is_red


def list_fund_facts(view: VillageView, fund: Fund) -> Iterable[Fact]:
    """Yield what a fund says of itself."""
    body = fund.body
    yield Fact(_("专款编号"), body.number)
    yield Fact(_("种类"), CATEGORY_NAMES[body.category])
    yield Fact(_("来源"), read_text(view.texts, body.source))
    yield Fact(_("只能用于"), read_text(view.texts, body.use))
    chart = view.get_version(view.reader.facts.read_entry(fund.at).period)
    yield Fact(_("记在科目"), f"{body.account} {name_account(view, chart, body.account)}")
    yield Fact(_("开账时结余"), _("{amount} 元").format(amount=format_amount(body.opening_fen)))


def _build_row(view: VillageView, number: str) -> FundRow:
    fund = find_fund(view.reader.facts, number)
    assert fund is not None, number
    return FundRow(
        category=CATEGORY_NAMES[fund.body.category],
        left=format_amount(fund.left_fen),
        number=number,
        over=format_amount(-fund.left_fen) if fund.left_fen < 0 else "",
        path=f"/v/{view.code}/funds/{number}",
        received=format_amount(fund.held.received_fen),
        spent=format_amount(fund.held.spent_fen),
        title=read_text(view.texts, fund.body.name),
    )


def _tell_fund(fund: Fund) -> Iterable[str]:
    """Say what came, what went, what is left, and how many received it."""
    held = fund.held
    said = _("超支 {left} 元") if fund.left_fen < 0 else _("还剩 {left} 元")
    yield _("一共收到 {received} 元，花了 {spent} 元，{said}。").format(
        said=said.format(left=format_amount(abs(fund.left_fen))),
        received=format_amount(held.received_fen),
        spent=format_amount(held.spent_fen),
    )
    if fund.body.opening_fen:
        yield _("收到的里面，有 {amount} 元是开始记这本账时就有的。").format(
            amount=format_amount(fund.body.opening_fen)
        )
    if fund.body.category in PASSED_ON:
        yield _("发到 {count} 人次手里。谁领了多少不公开，本人可以来查。").format(
            count=format_count(held.recipients)
        )
    if fund.left_fen < 0:
        yield _("有的钱退回去以前已经花了。")


def _sum_months(moved: Sequence[MovedFacts]) -> list[tuple[str, int, int]]:
    """Return what was given and spent in fen month by month, the newest months in which something moved."""
    months = sorted({item.period for item in moved})[-MONTHS_IN_CHART:]
    return [
        (
            month,
            sum(item.money_fen for item in moved if item.period == month and is_gift(item)),
            -sum(item.money_fen for item in moved if item.period == month and not is_gift(item)),
        )
        for month in months
    ]


def _build_moved(view: VillageView, index: int, moved: MovedFacts) -> MovedRow:
    entry = view.reader.facts.read_entry(index)
    body = entry.body
    assert isinstance(body, VoucherRecorded | VoucherReplaced | VoucherReversed), index
    mark = _("红字冲销") if moved.is_red else ""
    text = body.reason if isinstance(body, VoucherReversed) else body.summary
    people = _("{count} 人领取").format(count=format_count(moved.recipients)) if moved.recipients > 0 else ""
    return MovedRow(
        amount=format_amount(moved.money_fen if is_gift(moved) else -moved.money_fen),
        day=format_day(entry.occurred_on),
        mark=mark,
        number=body.number,
        path=get_entry_path(view, index),
        recipients=people,
        summary=read_text(view.texts, text),
    )


@route_page("/v/{code:str}/funds", summary="A village's earmarked funds")
def show_funds(request: AnyRequest, code: FromPath[str]) -> ASGIApp:
    """Answer with the list of funds."""
    return get_site(request).serve_page(request, code, "funds", "funds.html", build_funds_page)


@route_page("/v/{code:str}/funds/{fund:str}", summary="An earmarked fund from gift to spending")
def show_fund(request: AnyRequest, code: FromPath[str], fund: FromPath[str]) -> ASGIApp:
    """Answer with a fund's page."""
    return get_site(request).serve_page(
        request, code, f"funds/{fund}", "fund.html", lambda view: build_fund_page(view, fund)
    )
