"""The annex of a month's points sheet: A4 pages that hang beside it, a section for each thing that they tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.books.honours import GrantedTo
from ledger.log.checkpoint import open_checkpoint
from ledger.log.note import parse_note_verifier
from ledger.log.receipt import format_fingerprint
from ledger.ports import PaperJob
from ledger.service.annexes import AnnexPaper
from reports.codes import PrintedCode, build_month_code, get_host
from reports.render import lay_out_paper
from reports.texts import read_paper
from reports.words import format_count, format_day, format_month

ROWS_MAX = 2_000
"""Households of an annex, of which four stand side by side."""


_COUNTED: dict[GrantedTo, str] = {"household": "户", "person": "人"}


@dataclass(frozen=True)
class Section:
    """One thing that the annex tells: rows of two cells under `heads`, `columns` of them side by side.

    `share` of a row is 0 to 100, how long the bar beside it is; below nought there is none.
    """

    columns: int
    heads: tuple[str, str]
    none: str  # what stands there in place of rows
    notes: tuple[str, ...]
    rows: tuple[tuple[str, str, int], ...]
    title: str


@dataclass(frozen=True)
class AnnexText:
    """All that the template shows. `code` is None, and `host` empty, where the home has no public address."""

    code: PrintedCode | None
    fingerprint: str
    host: str
    index: str
    made_on: str
    month: str
    sections: tuple[Section, ...]
    sheet: str
    size: str
    taken_down: str  # empty for none
    telephone: str
    village_name: str


def render_annex(job: PaperJob) -> bytes:
    """Return the PDF of an annex. Raises as `reports.paper.render_paper` does."""
    paper = read_paper(job, AnnexPaper, ROWS_MAX)
    return lay_out_paper(job, "annex.html", paper.made_on, annex=build_annex_text(job, paper))


def build_annex_text(job: PaperJob, paper: AnnexPaper) -> AnnexText:
    """Return the annex's texts, with the fingerprint of the checkpoint that covers its entries."""
    checkpoint = open_checkpoint(job.note, parse_note_verifier(job.verifier_key))
    if not checkpoint.size == paper.size > paper.index:
        raise ValueError(f"a checkpoint of {checkpoint.size}, an annex of entry {paper.index}")
    month = format_month(paper.period)
    title = f"{month}积分的网页"
    return AnnexText(
        code=build_month_code(job.base_url, paper.village, paper.period, title) if job.base_url else None,
        fingerprint=format_fingerprint(checkpoint),
        host=get_host(job.base_url) if job.base_url else "",
        index=format_count(paper.index),
        made_on=format_day(paper.made_on),
        month=month,
        sections=(*_build_honours(paper), _build_bands(paper), _build_lines(paper)),
        sheet=paper.sheet,
        size=format_count(paper.size),
        taken_down=format_count(paper.taken_down) if paper.taken_down else "",
        telephone=paper.telephone,
        village_name=paper.village_name,
    )


def _build_bands(paper: AnnexPaper) -> Section:
    most = max((band.households for band in paper.bands), default=1)
    return Section(
        columns=1,
        heads=("这个月加了多少分", "户数"),
        none="参加的户数太少，不分档：分了就看得出是谁家。",
        notes=(f"参加积分的共 {format_count(paper.households)} 户。不满 5 户的，同相邻的一档并在一起。",),
        rows=tuple(
            (band.name, f"{format_count(band.households)} 户", round(band.households * 100 / most))
            for band in paper.bands
        ),
        title="各档有多少户",
    )


def _build_honours(paper: AnnexPaper) -> Iterator[Section]:
    """Yield what was granted in the month, nothing where nothing was; who did not agree to be named is counted."""
    rows = [(name, honour.title, -1) for honour in paper.honours for name in honour.names]
    counted = [
        f"{honour.title}还有 {format_count(honour.others)} {_COUNTED[honour.granted_to]}没有同意署名，不写名字。"
        for honour in paper.honours
        if honour.others
    ]
    if rows or counted:
        yield Section(
            columns=2,
            heads=("谁家、谁", "荣誉"),
            none="得到的都没有同意署名。",
            notes=("只写同意署名的。", *counted),
            rows=tuple(rows),
            title="这个月表彰的",
        )


def _build_lines(paper: AnnexPaper) -> Section:
    return Section(
        columns=4,
        heads=("户号", "加分"),
        none="这个月没有列出的户。",
        notes=(
            "只列签约时同意公示、这个月有加分的户，按户号排，不排名次。户号印在各家的户卡上。",
            "只列加分的条目；扣分、关系到各家私事的，谁家的都不列。",
            "没有列出，不说明什么：可能没有同意公示，可能没有加分，也可能为了不让人算出别家的而略去。",
        ),
        rows=tuple((line.number, f"{format_count(line.points)} 分", -1) for line in paper.lines),
        title="同意公示的各户",
    )
