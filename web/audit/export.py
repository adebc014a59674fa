"""The books to take away, for Beancount, Fava, hledger and spreadsheets, as the newest checkpoint signed them.

They are read from the entries and proven on the way, as from any copy; nothing that is kept beside the entries counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from litestar.handlers import HTTPRouteHandler

from ledger.errors import NotFound
from ledger.service.journals import ENDINGS, BooksForm, open_books, write_books
from ledger.sources import open_home_log
from ledger.state.money import list_book_months
from reports.words import format_count, format_month
from web.audit.check import name_bundle
from web.audit.view import ROOM, open_view, read_query, tell_fingerprint
from web.desk.frame import DeskFrame, Refusal
from web.desk.making import Making, make_file, refuse
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.respond import Answer

ADDRESS = f"{ROOM}/books"
MEDIA_TYPES: dict[BooksForm, str] = {
    "beancount": "text/plain; charset=utf-8",
    "hledger": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class MonthChoice:
    """A month of the books, as it stands in an address and in words."""

    name: str
    value: str


@dataclass(frozen=True)
class BooksPage:
    """The page of the books to take away.

    `beancount`, `hledger`  under which names the files come
    `command`               what makes the same of a bundle; empty where there is none
    `fingerprint`, `size`   of the checkpoint as which they come; empty where there are no books to take
    `months`                from which a table can be had, newest first
    """

    beancount: str
    command: str
    fingerprint: str
    frame: DeskFrame
    hledger: str
    months: tuple[MonthChoice, ...]
    notice: str
    size: str


@route_desk(ADDRESS, allow="audit.run", summary="The books to take away")
def show_books(desk: Desk) -> Answer:
    with open_view(desk) as view:
        head, months = view.newest, list_book_months(view.reader.facts)
        file = _name_file(desk, "beancount")
        bundle = name_bundle(desk.village, head.size) if head else ""
        page = BooksPage(
            beancount=file,
            command=f"mingbai books {bundle} --format beancount --out {file}" if bundle else "",
            fingerprint=tell_fingerprint(head) if head and months else "",
            frame=desk.build_frame(_("导出账簿")),
            hledger=_name_file(desk, "hledger"),
            months=tuple(MonthChoice(format_month(month), month) for month in months),
            notice=view.standing.notice,
            size=format_count(head.size) if head and months else "",
        )
    return desk.render("audit/books.html", page)


@route_desk(f"{ADDRESS}.beancount", allow="audit.run", summary="The books as a Beancount file")
def send_beancount(desk: Desk) -> Answer:
    return _send(desk, "beancount")


@route_desk(f"{ADDRESS}.journal", allow="audit.run", summary="The books as a journal of hledger")
def send_hledger(desk: Desk) -> Answer:
    return _send(desk, "hledger")


@route_desk(f"{ADDRESS}.csv", allow="audit.run", summary="All postings as separated values")
def send_separated(desk: Desk) -> Answer:
    return _send(desk, "csv")


@route_desk(f"{ADDRESS}.xlsx", allow="audit.run", summary="All postings as a workbook")
def send_workbook(desk: Desk) -> Answer:
    return _send(desk, "xlsx")


def _send(desk: Desk, form: BooksForm) -> Answer:
    """Answer with the books in a form; a table has the months that `from` and `to` name, in either order."""
    with open_view(desk) as view:
        is_signed = view.newest is not None and view.newest.size <= view.reader.size
        months = list_book_months(view.reader.facts) if is_signed else []
    if not months:
        remedy = _("还没有期初余额，或者账本少了签过名的记录。请先请运维员查清。")
        return refuse(desk, _("现在没有能导出的账簿"), remedy, Refusal(status=409))
    first, last = (_read_month(desk, name, months) for name in ("from", "to"))
    if first and last:
        first, last = sorted((first, last))

    def write(file: IO[bytes]) -> None:
        with open_home_log(desk.ports, desk.village, with_private=False) as source:
            write_books(file, form, open_books(source, desk.ports.reference), first, last)

    return make_file(
        desk,
        Making(media_type=MEDIA_TYPES[form], name=_name_file(desk, form), reason="books", write=write),
    )


def _read_month(desk: Desk, name: str, months: list[str]) -> str:
    month = read_query(desk, name)
    if month and month not in months:
        raise NotFound(_("月份"))
    return month


def _name_file(desk: Desk, form: BooksForm) -> str:
    return f"mingbai-{desk.village}.{ENDINGS[form]}"


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_books,
    send_beancount,
    send_hledger,
    send_separated,
    send_workbook,
)
