"""Secret ballots as pages: which there were, and of each that is closed the counts, the turnout and every ballot.

Whoever voted finds the own ballot by its number; whoever wants counts again. While a ballot runs there is nothing to
see, not even how many voted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.ballots import APPRAISED_NAMES, BLANK, BallotOpened, CastBallot, Tally, tally_ballots
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.state.ballots import FoundBallot, find_ballot, list_ballots
from reports.words import format_count, format_span
from web.i18n import _
from web.page import Frame
from web.public.explain.telling import get_entry_path
from web.public.paging import name_start, parse_start
from web.public.voting import format_vote_receipt
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

BALLOTS_A_PAGE = 20
LONG_LIST, BALLOTS_A_LONG_PAGE = 400, 50
"""Of more ballots there are more on a page, so that the pages themselves can be overlooked."""
WIDTH = 360
ROW_HEIGHT = 28
LEFT = 100
BAR_MAX = 215
_NUMBER = re.compile(r"CP-2[0-9]{3}-[0-9]{3}", re.ASCII)


@dataclass(frozen=True)
class BallotCard:
    """One ballot. `result` says what came of it in a few words."""

    number: str
    path: str
    result: str
    span: str
    title: str


@dataclass(frozen=True)
class BallotsPage:
    """Ballots, the newest first."""

    frame: Frame
    rows: tuple[BallotCard, ...]
    telephone: str


@dataclass(frozen=True)
class BallotBar:
    """How many chose one choice: a bar of `width` at the height `y`."""

    count: str
    name: str
    text_x: int
    width: int
    y: int


@dataclass(frozen=True)
class BallotResult:
    """The answers to one question about one unit, drawn and counted."""

    bars: tuple[BallotBar, ...]
    height: int
    question: str
    unit: str


@dataclass(frozen=True)
class ListedBallot:
    """One ballot by its receipt, and what it says of each unit."""

    chosen: tuple[str, ...]
    receipt: str


@dataclass(frozen=True)
class ReceiptsPage:
    """A page of ballots, by its first and last receipt: one's own is found by them, and nobody is asked for it."""

    first: str
    is_here: bool
    last: str
    path: str


@dataclass(frozen=True)
class BallotPage:
    """A ballot: what was asked and, once it is closed, what came of it. `turnout` is empty before; `ballots` are those
    of this page, `pages` all pages where there are several.
    """

    appraised: str
    ballots: tuple[ListedBallot, ...]
    cast: str
    choices: tuple[str, ...]
    closed_entry: str
    few: str
    frame: Frame
    is_nameless: bool
    issued: str
    left: int
    number: str
    opened_entry: str
    pages: tuple[ReceiptsPage, ...]
    questions: tuple[str, ...]
    resolution: str
    results: tuple[BallotResult, ...]
    span: str
    telephone: str
    title: str
    turnout: str
    unused: str
    width: int


@route_page("/v/{code:str}/ballots", summary="Secret ballots")
def show_ballots(request: AnyRequest, code: FromPath[str]) -> ASGIApp:
    """Answer with all ballots of a village."""
    return get_site(request).serve_page(request, code, "ballots", "ballots.html", build_ballots_page)


@route_page("/v/{code:str}/ballots/{number:str}", summary="What came of a secret ballot")
def show_ballot(
    request: AnyRequest,
    code: FromPath[str],
    number: FromPath[str],
    start: Annotated[str, QueryParameter()] = "",
) -> ASGIApp:
    """Answer with a ballot's counts, and the ballots that were cast from the place `start` on."""
    if not _NUMBER.fullmatch(number):
        raise NotFound(_("这次测评"))
    place = parse_start(start, _("这么多票"))
    return get_site(request).serve_page(
        request,
        code,
        f"ballots/{number}?{place}",
        "ballot.html",
        lambda view: build_ballot_page(view, number, place),
    )


def build_ballots_page(view: VillageView) -> BallotsPage:
    """Return every ballot of the village."""
    return BallotsPage(
        frame=view.build_frame(_("民主测评")),
        rows=tuple(_build_card(view, found) for found in list_ballots(view.reader.facts)),
        telephone=view.read_telephone(),
    )


def build_ballot_page(view: VillageView, number: str, start: int = 0) -> BallotPage:
    """Return a ballot, with its list from a place on; NotFound where there is none, or nothing at that place."""
    found = find_ballot(view.reader.facts, number)
    if found is None:
        raise NotFound(_("这次测评"))
    body, closed = found.opened, found.closed
    cast = closed.ballots if closed is not None else ()
    size = _count_a_page(cast)
    if start % size or (start and start >= len(cast)):
        raise NotFound(_("这么多票"))
    tally = tally_ballots(body, closed) if closed is not None else None
    units = list_units(view, body)
    few = _("投票的少于 {least}%，人数不够：结果照数照公布，只作参考。").format(least=body.turnout_min)
    return BallotPage(
        appraised=APPRAISED_NAMES[body.appraised],
        is_nameless=body.appraised == "member",
        ballots=_list_ballots(view, body, cast[start : start + size], units),
        cast=format_count(tally.cast) if tally is not None else "",
        choices=tuple(read_text(view.texts, choice) for choice in body.choices),
        closed_entry=get_entry_path(view, found.at.closed) if closed is not None else "",
        few=few if tally is not None and not tally.enough else "",
        frame=view.build_frame(_("民主测评")),
        issued=format_count(body.issued),
        left=LEFT,
        number=number,
        opened_entry=get_entry_path(view, found.at.opened),
        pages=_list_pages(f"/v/{view.code}/ballots/{number}", cast, start),
        questions=tuple(read_text(view.texts, question) for question in body.questions),
        resolution=body.resolution,
        results=_draw(view, body, tally, units) if tally is not None else (),
        span=format_span(body.opens, body.closes),
        telephone=view.read_telephone(),
        title=read_text(view.texts, body.title),
        turnout=f"{tally.percent}%" if tally is not None else "",
        unused=format_count(tally.unused) if tally is not None else "",
        width=WIDTH,
    )


def list_units(view: VillageView, body: BallotOpened) -> list[str]:
    """Return what is appraised, in the order of a ballot's answers; party members by their place on it."""
    if body.members:
        return [_("第 {number} 位").format(number=number) for number in range(1, body.count + 1)]
    return [read_text(view.texts, unit) for unit in body.units]


def tell_turnout(body: BallotOpened, tally: Tally) -> str:
    """Return in a sentence how many voted."""
    return _("印了 {issued} 张票，收回 {cast} 张，占 {percent}%，没用 {unused} 张。").format(
        cast=format_count(tally.cast),
        issued=format_count(body.issued),
        percent=tally.percent,
        unused=format_count(tally.unused),
    )


def _build_card(view: VillageView, found: FoundBallot) -> BallotCard:
    result = _("还没有公布")
    if found.closed is not None:
        result = _("{count} 张票").format(count=format_count(len(found.closed.ballots)))
    return BallotCard(
        number=found.opened.number,
        path=f"/v/{view.code}/ballots/{found.opened.number}",
        result=result,
        span=format_span(found.opened.opens, found.opened.closes),
        title=read_text(view.texts, found.opened.title),
    )


def _draw(view: VillageView, body: BallotOpened, tally: Tally, units: list[str]) -> tuple[BallotResult, ...]:
    names = [*(read_text(view.texts, choice) for choice in body.choices), _("没选")]
    return tuple(
        BallotResult(
            bars=tuple(
                BallotBar(
                    count=format_count(count),
                    name=name,
                    text_x=LEFT + _measure(count, tally.cast) + 6,
                    width=_measure(count, tally.cast),
                    y=place * ROW_HEIGHT,
                )
                for place, (name, count) in enumerate(zip(names, counts, strict=True))
            ),
            height=len(names) * ROW_HEIGHT,
            question=read_text(view.texts, question),
            unit=unit,
        )
        for unit, answers in zip(units, tally.cells, strict=True)
        for question, counts in zip(body.questions, answers, strict=True)
    )


def _measure(count: int, cast: int) -> int:
    return max(BAR_MAX * count // cast, 2) if count else 0


def _count_a_page(cast: Sequence[CastBallot]) -> int:
    return BALLOTS_A_PAGE if len(cast) <= LONG_LIST else BALLOTS_A_LONG_PAGE


def _list_pages(folder: str, cast: Sequence[CastBallot], here: int) -> tuple[ReceiptsPage, ...]:
    size = _count_a_page(cast)
    starts = range(0, len(cast), size)
    return tuple(
        ReceiptsPage(
            first=format_vote_receipt(cast[start].receipt),
            is_here=start == here,
            last=format_vote_receipt(cast[min(start + size, len(cast)) - 1].receipt),
            path=f"{name_start(folder, start)}#each",
        )
        for start in (starts if len(starts) > 1 else ())
    )


def _list_ballots(
    view: VillageView, body: BallotOpened, shown: Sequence[CastBallot], units: list[str]
) -> tuple[ListedBallot, ...]:
    names = {str(number): read_text(view.texts, choice) for number, choice in enumerate(body.choices, 1)}
    names[BLANK] = _("没选")
    count = len(body.questions)
    return tuple(
        ListedBallot(
            chosen=tuple(
                _("{unit}：{chosen}").format(
                    chosen=_("、").join(
                        names[mark] for mark in cast.choices[place * count : (place + 1) * count]
                    ),
                    unit=unit,
                )
                for place, unit in enumerate(units)
            ),
            receipt=format_vote_receipt(cast.receipt),
        )
        for cast in shown
    )
