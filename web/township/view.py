"""What the pages of the township's room share: which villages somebody may see, and each of them as a row.

A session acts in one village; the room shows every village in which the same account has a seat whose person is a
township's bookkeeper there, as that village's vault says now. Nothing else decides it, and no address names a village.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.books.incomes import BANDS_FEN
from ledger.errors import Refused, Tampered
from ledger.ports import ScrubFound
from ledger.service.accounts.rights import find_allowed_roles, list_roles
from ledger.service.surveys import Colour, Income, Survey, survey_village
from reports.words import format_amount, format_count, format_day, format_month
from web.desk.routing import Desk
from web.i18n import _
from web.late_words import tell_late
from web.public.months import get_sheet_path
from web.site import Site
from web.words import format_about, format_instant

ROOM = "/township"
ACTION = "villages.compare"

COLOURS: dict[Colour, tuple[str, str]] = {
    "red": ("✗", _("要马上管")),
    "yellow": ("！", _("要看一看")),
    "green": ("✔", _("没有发现问题")),
}
"""A sign and a word for each: nothing is said by colour alone."""


@dataclass(frozen=True)
class Need:
    """What a village needs somebody for. `path` leads to where it is seen, `go` to where it is done once one acts in
    the village; both may be empty.
    """

    go: str
    is_urgent: bool
    path: str
    said: str


@dataclass(frozen=True)
class VillageRow:
    """A village beside others, in words; `survey` has the figures that rows are sorted and added up by.

    `is_here`  the session acts in it
    `reason`   why it cannot be read; the other figures are then empty
    `share`    of the largest income of the rows, of 100
    """

    audited: str
    band: str
    closed: str
    colour: Colour
    concerns: str
    is_here: bool
    name: str
    needs: tuple[Need, ...]
    objections: str
    objections_late: str
    path: str
    reason: str
    share: int
    sheet: str
    sheet_day: str
    sheet_in_time: str
    sheet_path: str
    sign: str
    slow: str
    survey: Survey
    township: str
    waiting: str
    witnesses: str
    word: str
    year_about: str
    year_income: str
    year_path: str
    last_year_about: str
    last_year_income: str
    last_year_path: str
    last_year_span: str

    @property
    def code(self) -> str:
        """The village's 12 digits."""
        return self.survey.village


def list_villages(desk: Desk) -> list[str]:
    """Return the villages in which the account has a township's seat, by code. One whose vault cannot be asked is not
    among them: nobody can tell that it is theirs.
    """
    with desk.ports.desk.read() as reader:
        seats = reader.list_seats(desk.account.account)
    return [seat.village for seat in seats if _acts_for_township(desk, seat.village, seat.person)]


def read_rows(desk: Desk, villages: list[str]) -> tuple[VillageRow, ...]:
    """Return the rows of villages in their order."""
    site = desk.site
    surveys = [
        survey_village(desk.ports, village, site.get_standing, site.read_concerns) for village in villages
    ]
    most = max((survey.income.last_year_fen for survey in surveys if survey.income), default=0)
    return tuple(_build_row(desk, survey, most) for survey in surveys)


def name_village(site: Site, survey: Survey) -> str:
    """Return what a village calls itself, or called itself when it could be read last; its code where nobody knows."""
    known = site.names.find(survey.village)
    return survey.name or (known.name if known is not None else survey.village)


def tell_band(least_fen: int, *, has_income: bool = True) -> str:
    """Return a band in words."""
    if not has_income:
        return ""
    if not least_fen:
        return _("不到 {count} 万元").format(count=BANDS_FEN[0] // 1_000_000)
    return _("{count} 万元以上").format(count=least_fen // 1_000_000)


def _acts_for_township(desk: Desk, village: str, person: str) -> bool:
    try:
        found = desk.ports.vault.find_person(village, person)
    except (Refused, Tampered):
        return False
    return found is not None and not list_roles(found).isdisjoint(find_allowed_roles(ACTION))


def _build_row(desk: Desk, survey: Survey, most: int) -> VillageRow:
    colour = survey.find_colour(desk.ports.clock.now_ms())
    sign, word = COLOURS[colour]
    sheet, waiting, income = survey.sheet, survey.waiting, survey.income
    code = survey.village
    return VillageRow(
        audited=_tell_audited(survey),
        band=tell_band(income.band, has_income=bool(income.last)) if income else "",
        closed=format_month(survey.last_closed) if survey.last_closed else "",
        colour=colour,
        concerns=_tell_concerns(survey),
        is_here=code == desk.village,
        last_year_about=format_about(income.last_year_fen) if income else "",
        last_year_income=format_amount(income.last_year_fen) if income and income.last else "",
        last_year_path=get_sheet_path(code, "finance", income.last) if income and income.last else "",
        last_year_span=_tell_span(income),
        name=name_village(desk.site, survey),
        needs=_list_needs(survey),
        objections=format_count(survey.objections.open) if survey.objections else "",
        objections_late=format_count(survey.objections.late) if survey.objections else "",
        path=f"/v/{code}",
        reason=survey.reason,
        share=max(income.last_year_fen, 0) * 100 // most if income and most > 0 else 0,
        sheet=sheet.number if sheet else "",
        sheet_day=format_day(survey.sheet_day),
        sheet_in_time=_tell_in_time(survey),
        sheet_path=get_sheet_path(code, "finance", sheet.period) if sheet else "",
        sign=sign,
        slow=format_count(waiting.slow) if waiting else "",
        survey=survey,
        township=format_count(waiting.township) if waiting else "",
        waiting=format_count(waiting.drafts) if waiting else "",
        witnesses=_tell_witnesses(survey),
        word=word,
        year_about=format_about(income.year_fen) if income else "",
        year_income=format_amount(income.year_fen) if income else "",
        year_path=f"/v/{code}/sheets" if income else "",
    )


def _list_needs(survey: Survey) -> tuple[Need, ...]:
    """Return what a village needs, the most urgent first."""
    code, waiting, audited = survey.village, survey.waiting, survey.audited
    needs = []
    if survey.reason:
        needs.append(Need("", True, "", survey.reason))
    if audited is not None and audited.found:
        said = _("最近一次核对发现 {count} 处对不上").format(count=format_count(audited.found))
        needs.append(Need("/audit", True, "", said))
    needs += _list_rotten(survey.scrub_found)
    paths = {"silent": f"/c/{code}", "read-only": f"/v/{code}"}
    paths |= dict.fromkeys(("objection-due", "objection-late"), f"/v/{code}/objections")
    paths["report-late"] = f"/v/{code}/cases"
    for late in survey.late:
        is_draft = late.kind in {"expired", "expiring", "held", "slow"}
        path = "" if is_draft else paths.get(late.kind, f"/v/{code}/sheets")
        needs.append(Need("/desk/drafts" if is_draft else "", late.is_urgent, path, tell_late(late)))
    if survey.concerns is not None and survey.concerns.serious:
        said = _("{count} 件重要的事待说明").format(count=format_count(survey.concerns.serious))
        needs.append(Need("/audit/concerns", False, "", said))
    if waiting is not None and waiting.township:
        said = _("{count} 条等乡镇审核").format(count=waiting.township)
        needs.insert(0, Need("/desk/drafts", True, "", said))
    if waiting is None and not survey.reason:
        needs.append(Need("", False, "", _("隐私库没有打开，看不到待审的记录：请运维员启动时给口令")))
    return tuple(needs)


def _list_rotten(scrub: ScrubFound) -> Iterator[Need]:
    """What the last scrub found. Only the operator can do something about it, so nothing leads anywhere."""
    if scrub.found:
        said = _("最近一次重读发现 {count} 处存坏了或被改动过：先不要记账，请运维员看")
        yield Need("", True, "", said.format(count=format_count(scrub.found)))
    if scrub.shared:
        said = _("最近一次重读发现各村共用的文件或数据库有 {count} 处坏了：先不要记账，请运维员看")
        yield Need("", True, "", said.format(count=format_count(scrub.shared)))


def _tell_audited(survey: Survey) -> str:
    audited = survey.audited
    if audited is None:
        return _("还没有核对过")
    day = format_instant(audited.ended_at).partition(" ")[0]
    if audited.found:
        return _("{day}核对，{count} 处对不上").format(day=day, count=format_count(audited.found))
    return _("{day}核对，全部对得上").format(day=day)


def _tell_concerns(survey: Survey) -> str:
    """Return how much is to be explained; empty for nothing."""
    found = survey.concerns
    if found is None or not found.total:
        return ""
    return _("待说明 {count} 件").format(count=format_count(found.total))


def _tell_in_time(survey: Survey) -> str:
    if survey.sheet is None:
        return ""
    return _("晚了") if survey.is_sheet_late else _("按时")


def _tell_witnesses(survey: Survey) -> str:
    confirmation = survey.witnesses
    if confirmation is None:
        return _("没有请见证人") if not survey.reason else ""
    count, total = len(confirmation.confirmed), len(confirmation.confirmed) + len(confirmation.missing)
    return _("{total} 位中 {count} 位确认过").format(total=total, count=count)


def _tell_span(income: Income | None) -> str:
    if income is None or not income.last:
        return ""
    span = _("{first}至{last}").format(first=format_month(income.first), last=format_month(income.last))
    return span if income.is_whole else _("{span}，不满一年").format(span=span)
