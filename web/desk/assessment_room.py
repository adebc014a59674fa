"""Recorded rounds of assessment, all but those of members, and their paper to hang on the board. Nobody is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.rhythm import ExpectedRound
from ledger.books.scores import SUBJECT_NAMES, OtherSubject, get_span
from ledger.errors import NotFound
from ledger.figures.assessments import SHOWN
from ledger.service.assessment_sheets import build_assessment_job
from ledger.service.drafts import check_month
from ledger.state.assessments import find_assessment, list_assessed_periods
from ledger.state.facts import Facts
from reports.words import format_time
from web.cache import PageBytes
from web.desk.frame import DeskFrame
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.papers import get_papers
from web.respond import Answer
from web.site import PDF

ROOM = "/desk/assessments"
_NAME = re.compile(r"([0-9]{4}-[0-9]{2})-([a-z-]+)\.pdf", re.ASCII)


@dataclass(frozen=True)
class RoundLine:
    """A recorded round: `paper` is what is printed, `path` where everybody reads it, `time` which one it is."""

    paper: str
    path: str
    time: str


@dataclass(frozen=True)
class SubjectRounds:
    """A year's rounds of one kind of subject, the newest first."""

    lines: tuple[RoundLine, ...]
    name: str


@dataclass(frozen=True)
class AssessmentRoom:
    """The rounds of one year; `year` is empty where there never was any."""

    frame: DeskFrame
    subjects: tuple[SubjectRounds, ...]
    year: str
    years: tuple[str, ...]  # that can be chosen, the newest first


@route_desk(ROOM, allow="names.read", summary="Which rounds of assessment are recorded, to print")
def show_room(desk: Desk) -> Answer:
    asked = desk.request.query_params.get("year", "")
    with desk.ports.ledger.read(desk.village) as reader:
        recorded = {subject: list_assessed_periods(reader.facts, subject) for subject in SHOWN}
        years = sorted({period[:4] for periods in recorded.values() for period in periods}, reverse=True)
        if asked and asked not in years:
            raise NotFound(_("这一年的考评"))
        year = asked or next(iter(years), "")
        subjects = tuple(
            SubjectRounds(tuple(lines), SUBJECT_NAMES[subject])
            for subject, periods in recorded.items()
            if (lines := list(_list_lines(desk, reader.facts, subject, periods, year)))
        )
    frame = desk.build_frame(_("考评结果公示单"))
    return desk.render("desk/assessments.html", AssessmentRoom(frame, subjects, year, tuple(years)))


@route_desk(f"{ROOM}/{{name:str}}", allow="names.read", summary="A round of assessment to hang on the board")
def show_paper(desk: Desk, name: str) -> Answer:
    """Answer with the round of a kind of subject for the time that ends with a month (`2026-12-grid-worker.pdf`)."""
    asked = _NAME.fullmatch(name)
    subject = next((one for one in SHOWN if asked is not None and one == asked[2]), None)
    if asked is None or subject is None or check_month(asked[1]):
        raise NotFound(_("考评结果公示单"))
    base_url = desk.site.settings.public_base_url
    with desk.ports.ledger.read(desk.village) as reader:
        job = build_assessment_job(desk.ports, reader, desk.village, subject, asked[1], base_url)
    data = get_papers(desk.request).make(job)
    headers = {"content-disposition": f'inline; filename="{name}"'}
    return answer(desk.request, PageBytes(data, b"", "", PDF), headers=headers)


def name_paper(desk: Desk, one: ExpectedRound) -> str:
    """Return the path of a round's paper; empty for one of members, which hangs within the branch alone, for one that
    is not recorded whole, and for whoever may not print it.
    """
    may_print = one.state == "held" and one.subject in SHOWN and desk.may("names.read")
    return _name_paper(one.subject, one.period) if may_print else ""


def _list_lines(
    desk: Desk, facts: Facts, subject: OtherSubject, periods: list[str], year: str
) -> Iterator[RoundLine]:
    for period in periods:
        found = find_assessment(facts, subject, period) if period[:4] == year else None
        if found is not None:
            yield RoundLine(
                paper=_name_paper(subject, period),
                path=f"/v/{desk.village}/assessments?subject={subject}&month={period}",
                time=format_time(get_span(found.scheme), period),
            )


def _name_paper(subject: str, period: str) -> str:
    return f"{ROOM}/{period}-{subject}.pdf"


ROUTES: tuple[HTTPRouteHandler, ...] = (show_room, show_paper)
