"""The village's statements of a month: what it owns, what it owes, what it earned, as the standard orders the lines.

Computed from the log as it stands; no board shows them and nobody seals them, which the page says. Lines of nothing are
left out on the page and stand in the files.
"""

from __future__ import annotations

from dataclasses import dataclass

from litestar.params import FromPath
from litestar.types import ASGIApp

from ledger.books.statement_lines import StatementForm
from ledger.books.statements import Statement, StatementRow
from ledger.canonical import parse_entry
from ledger.data import load_statements
from ledger.errors import NotFound
from ledger.figures.statements import Statements, collect_statements
from ledger.service.sheets import list_months
from reports.words import format_amount, format_month
from web.i18n import _
from web.page import Frame
from web.public.months import MonthLink, MonthState, get_state, tell_open_until
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView, check_period
from web.tables import MEDIA_TYPES, Fen, Table, format_tables
from web.words import format_month_short

POSITION, RESULT = _("资产负债表"), _("收益及收益分配表")


@dataclass(frozen=True)
class LineRow:
    """A line of a statement in yuan. `before` is empty where it says nothing of the month."""

    after: str
    before: str
    is_total: bool
    label: str


@dataclass(frozen=True)
class PartRows:
    """The lines under one heading of a statement; `part` is empty for a total of several."""

    part: str
    rows: tuple[LineRow, ...]


@dataclass(frozen=True)
class Standing:
    """What the village owns and owes at the end and what is its own of it, in yuan; `said` is what it earned."""

    owes: str
    owns: str
    own: str
    said: str


@dataclass(frozen=True)
class StatementsPage:
    """The statements of a month. Where there are none, `lack` says why and everything of them is empty.

    `before`     what the first column of the position is of: 年初数, or when the books were opened
    `label`      how well the form is attested; `document` prescribes it
    `notes`      what of the figures is not what a reader would expect, a sentence each
    `open_until` day to which a month that is not closed is recorded; empty for a closed one
    """

    before: str
    document: str
    frame: Frame
    label: str
    lack: str
    month: str
    newer: MonthLink | None
    notes: tuple[str, ...]
    older: MonthLink | None
    open_until: str
    path: str
    position: tuple[PartRows, ...]
    result: tuple[PartRows, ...]
    sheet_path: str
    standing: Standing | None
    state: MonthState
    telephone: str


def build_statements_page(view: VillageView, period: str) -> StatementsPage:
    """Return the page of a month; NotFound for a month of which nothing is known."""
    months = _check_month(view, period)
    form = load_statements().get(view.get_version(period))
    found = _collect(view, period)
    place = months.index(period)
    return StatementsPage(
        before=_name_before(found) if found else "",
        document=form.document if form else "",
        frame=view.build_frame(_("{month}报表").format(month=format_month(period))),
        label=form.label if form else "",
        lack="" if found else _explain_lack(form),
        month=format_month(period),
        newer=_build_link(view.code, months[place - 1]) if place else None,
        notes=_list_notes(found) if found else (),
        older=_build_link(view.code, months[place + 1]) if place + 1 < len(months) else None,
        open_until=tell_open_until(view, period),
        path=get_statements_path(view.code, period),
        position=_build_parts(found.position) if found else (),
        result=_build_parts(found.result) if found else (),
        sheet_path=f"/v/{view.code}/sheets/{period}/finance",
        standing=_build_standing(found) if found else None,
        state=get_state(view, "finance", period),
        telephone=view.read_telephone(),
    )


def find_statements_path(view: VillageView, period: str) -> str:
    """Return the path of a month's statements; empty where the village's chart of accounts has none."""
    return get_statements_path(view.code, period) if view.get_version(period) in load_statements() else ""


def get_statements_path(village: str, period: str) -> str:
    """Return the path of a month's statements."""
    return f"/v/{village}/statements/{period}"


def _check_month(view: VillageView, period: str) -> list[str]:
    check_period(period)
    months = list_months(view.reader)
    if period not in months:
        raise NotFound("这个月的记录")
    return months


def _collect(view: VillageView, period: str) -> Statements | None:
    form = load_statements().get(view.get_version(period))
    if form is None:
        return None
    return collect_statements(view.reader.facts, form, view.get_chart(form.chart), period)


def _explain_lack(form: StatementForm | None) -> str:
    if form is None:
        return _(
            "本村用的是 2004 年的会计科目，这里的报表只按 2023 年的会计制度做。各科目的余额，财务公开表里都有。"
        )
    return _("这个月还没有期初余额，没有账可以列成报表。")


def _name_before(found: Statements) -> str:
    return _("年初数") if _covers_year(found) else _("开账时")


def _covers_year(found: Statements) -> bool:
    return found.first.endswith("-01")


def _list_notes(found: Statements) -> tuple[str, ...]:
    notes = []
    if found.unclosed_fen:
        said = _("未分配收益里，有 {amount} 元是还没有结转的净收益，年底才结转。")
        notes.append(said.format(amount=format_amount(found.unclosed_fen)))
    if not _covers_year(found):
        said = _("本村从 {month}起在这里记账，没有年初数，列的是开账时的数。")
        notes.append(said.format(month=format_month(found.first)))
    if found.taken_over_fen:
        said = _("本年累计数里有 {amount} 元是开账以前的净收益，随期初余额转来。")
        notes.append(said.format(amount=format_amount(found.taken_over_fen)))
    return tuple(notes)


def _build_parts(statement: Statement) -> tuple[PartRows, ...]:
    """Return the lines by heading: totals always, others where they say something."""
    parts: dict[str, list[LineRow]] = {}
    for row in statement.rows:
        if row.before_fen or row.after_fen or (row.is_total and not row.label.endswith(_("净值"))):
            parts.setdefault(row.part, []).append(_build_line(row))
    return tuple(
        PartRows("" if all(row.is_total for row in rows) else part, tuple(rows))
        for part, rows in parts.items()
    )


def _build_line(row: StatementRow) -> LineRow:
    return LineRow(
        after=format_amount(row.after_fen),
        before="" if row.before_fen is None else format_amount(row.before_fen),
        is_total=row.is_total,
        label=row.label,
    )


def _build_standing(found: Statements) -> Standing:
    net = found.result.get("net")
    return Standing(
        owes=format_amount(found.position.get("liabilities").after_fen),
        owns=format_amount(found.position.get("assets").after_fen),
        own=format_amount(found.position.get("equity").after_fen),
        said=_("今年到现在，{year}；其中这个月，{month}。该收该付的都算，不管钱到没到手。").format(
            year=_tell_net(net.after_fen), month=_tell_net(net.before_fen or 0)
        ),
    )


def _tell_net(net_fen: int) -> str:
    if not net_fen:
        return _("挣的和花的一样多")
    said = _("挣的比花的多 {amount} 元") if net_fen > 0 else _("花的比挣的多 {amount} 元")
    return said.format(amount=format_amount(abs(net_fen)))


def _build_link(village: str, period: str) -> MonthLink:
    return MonthLink(
        month=format_month(period),
        path=get_statements_path(village, period),
        short=format_month_short(period),
    )


def write_statements(view: VillageView, period: str, ending: str) -> bytes:
    """Return both statements with all of their lines as a file; NotFound where there are none."""
    _check_month(view, period)
    found, form = _collect(view, period), load_statements().get(view.get_version(period))
    if found is None or form is None:
        raise NotFound(_("这个月的报表"))
    named, open_until = view.build_frame("").village_name, tell_open_until(view, period)
    # Away from its page a file would pass for the month's last word.
    said = _("还没有结账：截至{day}记下的账，以后可能还会变。").format(day=open_until)
    head = (
        f"{named} {format_month(period)}",
        _("单位：元"),
        f"{form.document} {form.label}",
        *((said,) if open_until else ()),
        *_list_notes(found),
    )
    end = _("目前") if open_until else _("期末数")
    tables = (
        _build_table(POSITION, head, (_("项目"), _name_before(found), end), found.position),
        _build_table(RESULT, head, (_("项目"), _("本月数"), _("本年累计数")), found.result),
    )
    newest = parse_entry(view.reader.get_entry_bytes(view.reader.size - 1))
    return format_tables(tables, ending, newest.recorded_at)


def _build_table(name: str, head: tuple[str, ...], columns: tuple[str, ...], statement: Statement) -> Table:
    rows = tuple(
        (row.label, None if row.before_fen is None else Fen(row.before_fen), Fen(row.after_fen))
        for row in statement.rows
    )
    return Table(columns=columns, name=name, notes=(name, *head), rows=rows)


@route_page("/v/{code:str}/statements/{name:str}", summary="A month's statements, as a page or a file")
def show_statements(request: AnyRequest, code: FromPath[str], name: FromPath[str]) -> ASGIApp:
    """Answer with a month's statements (`2026-10`), or the file of them (`2026-10.csv`, `2026-10.xlsx`)."""
    site = get_site(request)
    period, dot, ending = name.partition(".")
    check_period(period)
    path = f"statements/{name}"
    if not dot:
        return site.serve_page(
            request, code, path, "statements.html", lambda view: build_statements_page(view, period)
        )
    if ending not in MEDIA_TYPES:
        raise NotFound(name)
    return site.serve_bytes(
        request, code, path, MEDIA_TYPES[ending], lambda view: write_statements(view, period, ending)
    )
