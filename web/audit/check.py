"""The page of an audit: how it is begun, how far it came, what it found, and how to do the same by oneself."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.audit import Finding
from reports.words import format_count
from web.audit.config import REFRESH_S
from web.audit.runs import AuditRuns, Run
from web.audit.view import ROOM, open_view
from web.desk.frame import DeskFrame
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.respond import Answer
from web.words import format_instant

ADDRESS = f"{ROOM}/run"


@dataclass(frozen=True)
class FindingRow:
    """One thing that does not agree. `path` leads to the entry's page, empty where it concerns none."""

    code: str
    expected: str
    field: str
    found: str
    index: str
    meaning: str
    path: str


@dataclass(frozen=True)
class Verdict:
    """What a run that ended says. `more` counts the findings that are not shown, empty for none."""

    all_agrees: bool
    ended_at: str
    entries: str
    erased: int
    examined: str
    findings: tuple[FindingRow, ...]
    fingerprint: str
    found: str
    has_private: bool
    is_whole: bool
    more: str
    root: str
    sheets: str
    witnesses: str


@dataclass(frozen=True)
class CheckPage:
    """The page of an audit.

    `command`    what checks the bundle
    `failed`     the run itself broke off
    `file`       the bundle's name, empty where there is none to take
    `is_running` one is under way; the page loads itself again after `refresh_s`
    `progress`   how far, in a sentence
    `share`      the same of 100
    """

    command: str
    failed: bool
    file: str
    frame: DeskFrame
    is_running: bool
    notice: str
    progress: str
    refresh_s: int
    share: int
    started_at: str
    verdict: Verdict | None


@route_desk(ADDRESS, allow="audit.run", summary="An audit of the village's log")
def show_check(desk: Desk) -> Answer:
    return desk.render(
        "audit/run.html", build_check_page(desk, get_runs(desk).find(desk.ports, desk.village))
    )


@dataclass(frozen=True)
class BeginForm:
    """A button."""


@route_desk(ADDRESS, allow="audit.run", method="POST", summary="Begin an audit")
def take_check(desk: Desk) -> Answer:
    """Begin an audit, unless one is under way, and lead to the page that tells of it."""
    desk.parse_form(BeginForm)
    if get_runs(desk).begin(desk.ports, desk.village, desk.user):
        desk.log("audited")
    return desk.send_to(ADDRESS)


def get_runs(desk: Desk) -> AuditRuns:
    """Return the runs of the home that the app serves."""
    runs = desk.request.app.state["audits"]
    assert isinstance(runs, AuditRuns)
    return runs


def build_check_page(desk: Desk, run: Run | None) -> CheckPage:
    """Return the values of the page."""
    with open_view(desk) as view:
        head, notice = view.newest, view.standing.notice
    file = name_bundle(desk.village, head.size) if head else ""
    is_running = run is not None and not run.ended_at
    return CheckPage(
        command=f"mingbai audit {file}" if file else "",
        failed=run is not None and bool(run.ended_at) and run.report is None,
        file=file,
        frame=desk.build_frame(_("核对整本账")),
        is_running=is_running,
        notice=notice,
        progress=_tell_progress(run) if run is not None and is_running else "",
        refresh_s=REFRESH_S,
        share=run.done * 100 // run.total if run is not None and run.total else 0,
        started_at=format_instant(run.started_at) if run is not None else "",
        verdict=build_verdict(desk.village, run) if run is not None else None,
    )


def build_verdict(village: str, run: Run) -> Verdict | None:
    """Return what a run says; None while it is under way, and where it broke off."""
    report = run.report
    if report is None:
        return None
    more = run.found - len(report.findings)
    return Verdict(
        all_agrees=not run.found,
        ended_at=format_instant(run.ended_at),
        entries=format_count(report.entries),
        erased=report.erased,
        examined=format_count(report.examined),
        findings=tuple(_build_row(village, finding) for finding in report.findings),
        fingerprint=report.fingerprint,
        found=format_count(run.found),
        has_private=run.has_private,
        is_whole=report.examined == report.entries,
        more=format_count(more) if more else "",
        root=report.root,
        sheets=format_count(report.sheets),
        witnesses=report.witnesses,
    )


def name_bundle(village: str, size: int) -> str:
    """Return the name under which a bundle is kept."""
    return f"mingbai-{village}-{size}.zip"


def _tell_progress(run: Run) -> str:
    if not run.total:
        return _("正在读账本，还没有数出条数……")
    said = _("看了 {done} 条，一共 {total} 条。")
    return said.format(done=format_count(run.done), total=format_count(run.total))


def _build_row(village: str, finding: Finding) -> FindingRow:
    has_entry = finding.entry >= 0
    return FindingRow(
        code=finding.code,
        expected=finding.expected,
        field=finding.field,
        found=finding.found,
        index=format_count(finding.entry) if has_entry else "",
        meaning=finding.meaning,
        path=f"/v/{village}/entries/{finding.entry}" if has_entry else "",
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_check, take_check)
