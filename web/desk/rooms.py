"""The rooms of the desk, as every page of it leads to them: each person sees those that their roles open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from web.i18n import _


@dataclass(frozen=True)
class Room:
    """A way to a room; `is_here` on its own pages."""

    is_here: bool
    name: str
    path: str


_HOME = "/desk"
_ROOMS: tuple[tuple[str, str, str], ...] = (
    ("/desk/drafts", _("待审"), "draft.read"),
    ("/desk/write", _("填表"), "draft.prepare"),
    ("/desk/documents", _("单据"), "draft.prepare"),
    ("/desk/months", _("公开表"), "sheet.print"),
    ("/desk/objections", _("异议"), "draft.read"),
    ("/desk/households", _("农户"), "names.read"),
    ("/desk/search", _("找记录"), "entries.read"),
    ("/desk/books", _("账簿"), "entries.read"),
    ("/audit", _("查账"), "entries.read"),
    ("/desk/people", _("人员"), "duties.grant"),
    ("/desk/people", _("人员"), "accounts.manage"),
    ("/desk/accounts", _("账号"), "accounts.manage"),
    ("/township", _("各村"), "villages.compare"),
)
"""Path, name, and the action of the table of roles that it takes."""
_WORKS: tuple[tuple[str, str, str], ...] = (
    ("/desk/bank", _("银行对账"), "bank.compare"),
    ("/desk/assets", _("资产折旧和处置"), "draft.prepare"),
    ("/desk/rules", _("积分细则"), "draft.read"),
    ("/desk/schemes", _("考评办法"), "draft.read"),
    ("/desk/round", _("积分评议表"), "draft.prepare"),
    ("/desk/points", _("积分、兑换和志愿服务"), "draft.prepare"),
    ("/desk/reports", _("收到的反映"), "draft.read"),
    ("/desk/calendar", _("考评日历"), "draft.read"),
    ("/desk/honours", _("表彰和荣誉证书"), "draft.prepare"),
    ("/desk/ballots", _("民主测评"), "draft.prepare"),
    ("/desk/stars", _("评星和星牌"), "draft.read"),
    ("/desk/grids", _("网格、走访和村情日记"), "names.read"),
)
"""The same, of what the day's desk and the books' own room lead to."""


def list_rooms(path: str, may: Callable[[str], bool]) -> tuple[Room, ...]:
    """Return the rooms that `may` allows, the desk itself first; `path` is of the page that is shown."""
    ways = [(_HOME, _("今天")), *((way, name) for way, name, action in _ROOMS if may(action))]
    here = max((way for way, _name in ways if path == way or path.startswith(f"{way}/")), key=len, default="")
    return tuple(Room(is_here=way == here, name=name, path=way) for way, name in ways)


def list_works(may: Callable[[str], bool]) -> tuple[Room, ...]:
    """Return what the books ask for month by month, of whoever `may` do it."""
    return tuple(Room(is_here=False, name=name, path=path) for path, name, action in _WORKS if may(action))
