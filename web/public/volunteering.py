"""Tasks for volunteers as a page: what is to be done, how many are still missing, and what was done. Names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.service.preview import format_hours
from ledger.state.volunteering import Task, find_points, find_task, get_volunteering, list_task_numbers
from reports.words import format_count, format_day
from web.i18n import _
from web.page import Frame
from web.public.explain.telling import get_entry_path
from web.public.paging import name_start, parse_start
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

TASKS_A_PAGE = 30


@dataclass(frozen=True)
class TaskRow:
    """A task. `state` is said first: how many are missing, that it is full, or what was done."""

    day: str
    is_open: bool
    number: str
    path: str
    place: str
    state: str
    title: str
    worth: str


@dataclass(frozen=True)
class VolunteeringPage:
    """All tasks, the newest first."""

    frame: Frame
    newer: str
    older: str
    rows: tuple[TaskRow, ...]
    sentences: tuple[str, ...]
    telephone: str
    total: str


def build_volunteering_page(view: VillageView, start: int) -> VolunteeringPage:
    """Return the tasks from a place in their order on; NotFound beyond the last."""
    numbers = list_task_numbers(view.reader.facts)
    if start and start >= len(numbers):
        raise NotFound(_("这么多任务"))
    folder, stop = f"/v/{view.code}/volunteering", start + TASKS_A_PAGE
    found = (find_task(view.reader.facts, number) for number in numbers[start:stop])
    return VolunteeringPage(
        frame=view.build_frame(_("志愿服务")),
        newer=name_start(folder, start - TASKS_A_PAGE) if start else "",
        older=name_start(folder, stop) if stop < len(numbers) else "",
        rows=tuple(_build_row(view, task) for task in found if task is not None),
        sentences=tuple(_tell_year(view)),
        telephone=view.read_telephone(),
        total=format_count(len(numbers)),
    )


def _build_row(view: VillageView, task: Task) -> TaskRow:
    body, known = task.body, task.known
    left = body.needed - known.claimed
    if known.booked:
        state = _("去了 {people} 人，干了 {hours} 小时").format(
            hours=format_hours(known.hours_hundredths), people=format_count(known.people)
        )
    elif view.today > body.held_on:
        state = _("办过了，还没记工时")
    elif left:
        state = _("还缺 {left} 人").format(left=format_count(left))
    else:
        state = _("人够了")
    return TaskRow(
        day=format_day(body.held_on),
        is_open=not known.booked and view.today <= body.held_on and left > 0,
        number=body.number,
        path=get_entry_path(view, known.booked or known.at),
        place=read_text(view.texts, body.place),
        state=state,
        title=read_text(view.texts, body.title),
        worth=_("每 {hours} 小时 {points} 分").format(
            hours=format_hours(body.unit_hours_hundredths),
            points=format_count(find_points(view.reader.facts, body)),
        ),
    )


def _tell_year(view: VillageView) -> Iterator[str]:
    year = view.today[:4]
    done = get_volunteering(view.reader.facts, year)
    if done.tasks:
        yield _("{year}年办了 {tasks} 次志愿服务，{people} 人次，一共 {hours} 小时。").format(
            hours=format_hours(done.hours_hundredths),
            people=format_count(done.people),
            tasks=format_count(done.tasks),
            year=year,
        )
    else:
        yield _("{year}年还没有记过志愿服务的工时。").format(year=year)
    yield _("想参加的，找村文书报名。谁报了名、谁干了多久不公开。")


@route_page("/v/{code:str}/volunteering", summary="Tasks for volunteers, and what was done")
def show_volunteering(
    request: AnyRequest, code: FromPath[str], start: Annotated[str, QueryParameter()] = ""
) -> ASGIApp:
    """Answer with the tasks from the place `start` on."""
    place = parse_start(start, _("这么多任务"))
    return get_site(request).serve_page(
        request,
        code,
        f"volunteering?{place}",
        "volunteering.html",
        lambda view: build_volunteering_page(view, place),
    )
