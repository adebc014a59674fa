"""The awards list of a year: A4 pages with every honour that stands, and the names of those who agreed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger.books.honours import GrantedTo
from ledger.books.points_figures import name_span
from ledger.ports import PaperJob
from ledger.service.awards_list import AwardsPaper, PaperAward
from reports.codes import PrintedCode, build_honours_code, get_host
from reports.render import lay_out_paper
from reports.texts import read_paper
from reports.words import format_count, format_day

NAMES_MAX = 4_000
"""Names of a year, of which four stand side by side."""
COLUMNS: dict[GrantedTo, int] = {"household": 4, "person": 5}
_COUNTED: dict[GrantedTo, str] = {"household": "户", "person": "人"}


@dataclass(frozen=True)
class AwardText:
    """One honour: `rows` are its names side by side, blank where a row is not full; `others` says who is not named."""

    counted: str
    names: tuple[tuple[str, ...], ...]
    none: str
    others: str
    span: str
    title: str


@dataclass(frozen=True)
class AwardsSection:
    """The honours of the village, or the organisation's own."""

    awards: tuple[AwardText, ...]
    note: str
    title: str


@dataclass(frozen=True)
class AwardsText:
    """All that the template shows. `code` is None, and `host` empty, where the home has no public address."""

    code: PrintedCode | None
    host: str
    made_on: str
    sections: tuple[AwardsSection, ...]
    summary: str
    telephone: str
    township: str
    village_name: str
    year: str


def render_awards_list(job: PaperJob) -> bytes:
    """Return the PDF of a year's awards list. Raises as `reports.paper.render_paper` does."""
    paper = read_paper(job, AwardsPaper, NAMES_MAX)
    return lay_out_paper(job, "awards_list.html", paper.made_on, awards=build_awards_text(job, paper))


def build_awards_text(job: PaperJob, paper: AwardsPaper) -> AwardsText:
    """Return the texts of the paper."""
    title = f"{paper.year}年表彰的网页"
    return AwardsText(
        code=build_honours_code(job.base_url, paper.village, paper.year, title) if job.base_url else None,
        host=get_host(job.base_url) if job.base_url else "",
        made_on=format_day(paper.made_on),
        sections=tuple(_list_sections(paper)),
        summary=_summarize(paper),
        telephone=paper.telephone,
        township=paper.township,
        village_name=paper.village_name,
        year=paper.year,
    )


def _summarize(paper: AwardsPaper) -> str:
    counted = [
        f"给{whom} {format_count(count)} {unit}"
        for granted_to, whom, unit in (("household", "户的", "户次"), ("person", "个人的", "人次"))
        if (count := sum(_count(one) for one in paper.awards if one.granted_to == granted_to))
    ]
    return f"评{paper.year}年的荣誉 {format_count(len(paper.awards))} 项，{'，'.join(counted)}。"


def _list_sections(paper: AwardsPaper) -> Iterator[AwardsSection]:
    for own, title, note in (
        (False, "村里的表彰", ""),
        (True, "党组织的表彰", "给党员的，与村里的表彰、村民积分都不相干。"),
    ):
        awards = tuple(_build_award(one) for one in paper.awards if one.own is own)
        if awards:
            yield AwardsSection(awards, note, title)


def _build_award(one: PaperAward) -> AwardText:
    unit = _COUNTED[one.granted_to]
    names = [f"{name}户" if one.granted_to == "household" else name for name in one.names]
    others = f"另有 {format_count(one.others)} {unit}没有同意署名，不写名字。"
    return AwardText(
        counted=f"{format_count(_count(one))} {unit}",
        names=tuple(_cut_rows(names, COLUMNS[one.granted_to])),
        none="" if names else "得到的都没有同意署名。",
        others=others if one.others and names else "",
        span=f"{name_span(one.span, one.until)}　{one.number}　账本第 {format_count(one.index)} 条",
        title=one.title,
    )


def _cut_rows(names: list[str], columns: int) -> Iterable[tuple[str, ...]]:
    for start in range(0, len(names), columns):
        some = names[start : start + columns]
        yield (*some, *[""] * (columns - len(some)))


def _count(one: PaperAward) -> int:
    return len(one.names) + one.others
