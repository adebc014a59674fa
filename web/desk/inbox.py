"""What came in from villagers and waits, as the rooms of objections and of reports list it, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ledger.errors import NotFound
from web.desk.routing import Desk, choose_page
from web.i18n import _

ROWS_A_PAGE = 50

ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class InboxRow:
    """Something in a list. `waits` says what it waits for; `came` how it came in, empty where there is one way."""

    about: str
    due: str
    is_late: bool
    name: str
    path: str
    received: str
    waits: str
    came: str = ""


def turn_page(desk: Desk, found: Sequence[ItemT]) -> tuple[Sequence[ItemT], int, int]:
    """Return what is on the page that is asked for, and the pages before and after it, 0 for none; NotFound where
    there is no such page.
    """
    page = choose_page(desk.request.query_params.get("page", "1"))
    stop = page * ROWS_A_PAGE
    shown = found[stop - ROWS_A_PAGE : stop]
    if not shown and page > 1:
        raise NotFound(_("这一页"))
    return shown, page - 1, page + 1 if stop < len(found) else 0
