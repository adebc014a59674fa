"""The sheets 申报, 评星: applications for stars, and steps of those, each an entry of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ledger.books.screening import format_found
from ledger.books.star_steps import (
    CONFIRMING,
    FILES_MAX,
    GIVING,
    STEP_NAMES,
    StarDeclared,
    StarMoved,
    read_files,
)
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.preview import preview_star, preview_star_step
from ledger.service.screening import check_published
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import check_number_form, read_number
from ledger.service.workbooks.registers import check_texts, draft_row, find_key, take_numbered
from ledger.service.workbooks.star_columns import APPLICANT_NAMES
from ledger.service.workbooks.tray import Tray
from ledger.state.star_steps import find_application

_FILE = re.compile(r"[0-9a-f]{64}")
_YEARS = range(2000, 3000)


def gather_stars(tray: Tray, applications: Sequence[Line], steps: Sequence[Line]) -> None:
    """Judge the applications of a file and draft each, then steps in their order."""
    texts = ("事迹", "材料")
    for line in take_numbered(tray, applications, "申报编号", texts, _check_application):
        if tray.is_ready(line):
            _gather_application(tray, line)
    for line in steps:
        tray.refuse(check_number_form(line, "申报编号"))
        tray.refuse(check_texts(tray, line, ("由谁", "说明", "材料")))
        tray.refuse(_check_step(line))
        if tray.is_ready(line):
            _gather_step(tray, line)


def _check_application(line: Line) -> Iterator[Fault]:
    """A row's own rules: a name of a secretary, a year and stars that can be, files that are digests."""
    if line.has("书记姓名"):
        # The mask is published: what is no name is refused as in public text.
        yield from check_published(line.written("书记姓名"), line.at("书记姓名"), frozenset())
    if "年度" in line.values and line.number("年度") not in _YEARS:
        yield Fault(
            code="star-year-form",
            place=line.at("年度"),
            found=line.text("年度"),
            expected="四位数的年份，如 2026",
            remedy="改正年度",
        )
    for header in ("支部", "申报几星"):
        if line.text(header) == "0":
            yield Fault(
                code="star-zero",
                place=line.at(header),
                found="0",
                expected="大于 0 的整数",
                remedy="支部写序号，申报的星写几颗",
            )
    yield from _check_files(line)


def _check_step(line: Line) -> Iterator[Fault]:
    if line.text("步骤") in {STEP_NAMES[step] for step in GIVING} and line.lacks("几星"):
        yield Fault(
            code="star-stars-missing",
            place=line.place,
            found=f"{line.text('步骤')}没写几星",
            expected="写几星，没有评上的写 0",
            remedy="补上几星",
        )
    yield from _check_files(line)


def _check_files(line: Line) -> Iterator[Fault]:
    if not line.has("材料指纹"):
        return
    files = read_files(line.text("材料指纹"))
    if len(files) > FILES_MAX or any(_FILE.fullmatch(one) is None for one in files):
        yield Fault(
            code="star-files-form",
            place=line.at("材料指纹"),
            found=format_found(line.text("材料指纹")[:80]),
            expected=f"64 位的 0–9、a–f，几个的用空格隔开，最多 {FILES_MAX} 个",
            remedy="从算指纹的程序里复制；没有的空着",
        )


def _gather_application(tray: Tray, line: Line) -> None:
    number, texts = read_number(line, "申报编号"), Discloser(tray.desk.ports.entropy)
    name = line.text("书记姓名")
    body = StarDeclared(
        branch=line.number("支部"),
        evidence=texts.publish("evidence", line.text("材料")),
        files=_read_files(line),
        number=number,
        secretary=texts.publish("secretary", name) if name else None,
        stars=line.number("申报几星"),
        subject=find_key(APPLICANT_NAMES, line.text("谁申报")),
        words=texts.publish("words", line.text("事迹")),
        year=line.text("年度"),
    )
    day = line.text("申报日期")
    shown = preview_star(body, day, name, line.text("事迹"), line.text("材料"))
    label = f"评星申报 {number} 支部 {body.branch} {APPLICANT_NAMES[body.subject]}"
    draft_row(tray, line, body, day, label, shown, texts)


def _gather_step(tray: Tray, line: Line) -> None:
    number, texts = read_number(line, "申报编号"), Discloser(tray.desk.ports.entropy)
    known = find_application(tray.facts, number)
    before = known.stars if known is not None else 0
    body = StarMoved(
        by=texts.publish("by", line.text("由谁")),
        evidence=texts.publish("evidence", line.text("材料")) if line.has("材料") else None,
        files=_read_files(line),
        number=number,
        stars=line.number("几星") if line.has("几星") else before,
        step=find_key(STEP_NAMES, line.text("步骤")),
        words=texts.publish("words", line.text("说明")),
    )
    day, step = line.text("日期"), STEP_NAMES[body.step]
    shown = preview_star_step(body, day, line.text("由谁"), line.text("说明"), line.text("材料"))
    label = f"评星申报 {number}：{step}" + ("（要乡镇审核）" if body.step in CONFIRMING else "")
    draft_row(tray, line, body, day, label, shown, texts)


def _read_files(line: Line) -> tuple[str, ...] | None:
    return tuple(sorted(set(read_files(line.text("材料指纹"))))) or None
