"""In which order villages stand, and what several of them come to together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ledger.books.incomes import BANDS_FEN
from reports.words import format_amount, format_count, format_month
from web.audit.view import read_query
from web.desk.routing import Desk
from web.i18n import _
from web.township.view import VillageRow, tell_band
from web.words import format_about

_RANK = {"red": 0, "yellow": 1, "green": 2}
NEED = "need"


@dataclass(frozen=True)
class Order:
    """A way to sort. `is_now` it is the one; `path` sorts so, or the other way round where it is."""

    aria: str
    is_now: bool
    key: str
    path: str
    word: str


@dataclass(frozen=True)
class Band:
    """How many villages are in a band of income, in words and of 100."""

    count: str
    share: int
    word: str


@dataclass(frozen=True)
class Together:
    """What several villages come to. `closed` is the month up to which all of them are closed, empty for none; `unread`
    counts those that are not among it since they cannot be read, empty for none.
    """

    closed: str
    count: str
    last_year_about: str
    last_year_income: str
    objections: str
    objections_late: str
    slow: str
    township: str
    unread: str
    waiting: str
    year_about: str
    year_income: str


@dataclass(frozen=True)
class Beside:
    """Villages beside each other.

    `bars`  the rows by income, for the chart and its table
    `rows`  all of them in the order asked for
    """

    bands: tuple[Band, ...]
    bars: tuple[VillageRow, ...]
    orders: dict[str, Order]
    rows: tuple[VillageRow, ...]
    together: Together


_Key = Callable[[VillageRow], Any]


def _get_amount(row: VillageRow, name: str) -> int:
    """Return an income, of a village without books less than any."""
    income = row.survey.income
    return int(getattr(income, name)) if income is not None else -(10**18)


def _get_count(row: VillageRow, name: str) -> int:
    waiting = row.survey.waiting
    return int(getattr(waiting, name)) if waiting is not None else -1


def _count_objections(row: VillageRow, name: str) -> int:
    pending = row.survey.objections
    return int(getattr(pending, name)) if pending is not None else -1


_ORDERS: dict[str, tuple[str, _Key]] = {
    NEED: (
        _("要管的在前"),
        lambda row: (_RANK[row.colour], -sum(need.is_urgent for need in row.needs), -len(row.needs)),
    ),
    "name": (_("村名"), lambda row: row.name),
    "closed": (_("账结到"), lambda row: row.survey.last_closed),
    "sheet": (_("公开表"), lambda row: row.survey.sheet.period if row.survey.sheet else ""),
    "waiting": (_("待审"), lambda row: (-_get_count(row, "drafts"), -_get_count(row, "slow"))),
    "objections": (_("异议"), lambda row: (-_count_objections(row, "late"), -_count_objections(row, "open"))),
    "income": (_("近一年收入"), lambda row: -_get_amount(row, "last_year_fen")),
    "year": (_("今年收入"), lambda row: -_get_amount(row, "year_fen")),
}
"""By the name in the address: the word on the page, and what decides. What asks for somebody comes first."""


def set_beside(desk: Desk, address: str, rows: Sequence[VillageRow]) -> Beside:
    """Return villages beside each other in the order that the page's query asks for; `address` is the page's own."""
    order, turned = choose_order(read_query(desk, "sort")), read_query(desk, "turn") == "1"
    return Beside(
        bands=count_bands(rows),
        bars=sort_rows([row for row in rows if row.last_year_income], "income", turned=False),
        orders=list_orders(address, order, turned=turned),
        rows=sort_rows(rows, order, turned=turned),
        together=add_up(rows),
    )


def sort_rows(rows: Sequence[VillageRow], key: str, *, turned: bool) -> tuple[VillageRow, ...]:
    """Return rows in an order; rows that are alike stay by code, also the other way round."""
    found = sorted(rows, key=lambda row: row.code)
    return tuple(sorted(found, key=_ORDERS[choose_order(key)][1], reverse=turned))


def choose_order(key: str) -> str:
    """Return an order that there is: the one asked for, else what asks for somebody first."""
    return key if key in _ORDERS else NEED


def list_orders(address: str, now: str, *, turned: bool) -> dict[str, Order]:
    """Return the ways to sort a table, each as a link."""
    return {
        key: Order(
            aria=("descending" if turned else "ascending") if key == now else "none",
            is_now=key == now,
            key=key,
            path=f"{address}?{urlencode({'sort': key} | ({'turn': '1'} if key == now and not turned else {}))}",
            word=word,
        )
        for key, (word, _decides) in _ORDERS.items()
    }


def count_bands(rows: Sequence[VillageRow]) -> tuple[Band, ...]:
    """Return how many villages are in each band, the highest first; those without a closed month are in none."""
    bands = [row.survey.income.band for row in rows if row.survey.income and row.survey.income.last]
    return tuple(
        Band(
            count=format_count(bands.count(least)),
            share=bands.count(least) * 100 // len(bands) if bands else 0,
            word=_name_band(place),
        )
        for place, least in enumerate((*reversed(BANDS_FEN), 0))
    )


def add_up(rows: Sequence[VillageRow]) -> Together:
    """Return what villages come to together, those that can be read."""
    incomes = [row.survey.income for row in rows if row.survey.income]
    waiting = [row.survey.waiting for row in rows if row.survey.waiting]
    pending = [row.survey.objections for row in rows if row.survey.objections]
    closed = min((row.survey.last_closed for row in rows if not row.reason), default="")
    unread = sum(bool(row.reason) for row in rows)
    last_year_fen, year_fen = (
        sum(income.last_year_fen for income in incomes),
        sum(income.year_fen for income in incomes),
    )
    return Together(
        closed=format_month(closed) if closed else "",
        count=format_count(len(rows)),
        last_year_about=format_about(last_year_fen),
        last_year_income=format_amount(last_year_fen),
        objections=format_count(sum(item.open for item in pending)),
        objections_late=format_count(sum(item.late for item in pending)),
        slow=format_count(sum(item.slow for item in waiting)),
        township=format_count(sum(item.township for item in waiting)),
        unread=format_count(unread) if unread else "",
        waiting=format_count(sum(item.drafts for item in waiting)),
        year_about=format_about(year_fen),
        year_income=format_amount(year_fen),
    )


def _name_band(place: int) -> str:
    """Return a band with both its ends."""
    if place in {0, len(BANDS_FEN)}:
        return tell_band(BANDS_FEN[-1] if place == 0 else 0)
    least, most = BANDS_FEN[-1 - place], BANDS_FEN[-place]
    return _("{least} 万到 {most} 万元").format(least=least // 1_000_000, most=most // 1_000_000)
