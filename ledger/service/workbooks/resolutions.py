"""The sheets 决议, 会议经过, 结果公开, 民情恳谈: what was resolved, by which steps, with what outcome; forums."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ledger.books.money import format_yuan
from ledger.books.resolutions import (
    MEETING_NAMES,
    OUTCOME_NAMES,
    PROCEDURE_NAMES,
    ForumHeld,
    ResolutionRecorded,
    ResolutionReported,
    Step,
)
from ledger.books.screening import format_found, hide_numbers
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.preview import preview_forum, preview_resolution, preview_result
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import read_number
from ledger.service.workbooks.registers import draft_row, find_key, take_numbered
from ledger.service.workbooks.tray import Tray

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PUBLIC = ("议题", "决议内容", "实施结果", "话题", "答应的事")


def gather_meetings(
    tray: Tray,
    resolved: Sequence[Line],
    steps: Sequence[Line],
    results: Sequence[Line],
    forums: Sequence[Line],
) -> None:
    """Judge the meetings of a file and draft them. Outcomes come first: of a resolution that is not recorded there is
    none yet.
    """
    rows = _read_steps(tray, steps, {line.text("决议编号") for line in resolved})
    for line in _take_each(tray, results, "决议编号"):
        _gather_result(tray, line)
    for line in _take_each(tray, resolved, "决议编号"):
        _gather_resolution(tray, line, rows.get(line.text("决议编号"), ()))
    for line in _take_each(tray, forums, "恳谈编号"):
        _gather_forum(tray, line)


def _take_each(tray: Tray, lines: Sequence[Line], header: str) -> Iterator[Line]:
    """Yield the rows that can be drafted: each number once, of its form, nothing in it refused."""
    for line in take_numbered(tray, lines, header, _PUBLIC):
        tray.refuse(_check_counts(line))
        if tray.is_ready(line):
            yield line


def _check_counts(line: Line) -> Iterator[Fault]:
    """Of what is counted there is something, and a fingerprint is one."""
    for header in ("会议记录页数", "到场人数", "应到"):
        if header in line.values and line.number(header) < 1:
            yield Fault(
                code="quantity-zero",
                place=line.at(header),
                found="0",
                expected="至少 1",
                remedy="改成实际的数；不要的就删去整行",
            )
    if line.number("准许开支") < 0:
        yield Fault(
            code="resolution-amount-form",
            place=line.at("准许开支"),
            found=format_yuan(line.number("准许开支")),
            expected="大于零的金额，或者空",
            remedy="改正金额；不花钱的留空",
        )
    digest = line.text("记录文件指纹")
    if digest and not _DIGEST.fullmatch(digest.lower()):
        yield Fault(
            code="minutes-form",
            place=line.at("记录文件指纹"),
            found=format_found(hide_numbers(digest)),
            expected="64 位十六进制数，就是文件的 SHA-256",
            remedy="重新算一遍，整串复制；没有扫描件的留空",
        )


def _read_steps(tray: Tray, lines: Sequence[Line], numbers: set[str]) -> dict[str, list[Line]]:
    """Return the meetings by resolution; each is of one that the file records."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        number = line.text("决议编号")
        found.setdefault(number, []).append(line)
        tray.refuse(_check_counts(line))
        if number and number not in numbers:
            tray.refuse(
                [
                    Fault(
                        code="step-row-idle",
                        place=line.at("决议编号"),
                        found=format_found(hide_numbers(number)),
                        expected="「决议」里有的编号",
                        remedy="改正编号；登记过的决议不能再添会议",
                    )
                ]
            )
    return found


def _gather_resolution(tray: Tray, line: Line, rows: Sequence[Line]) -> None:
    if any(not row.is_whole or tray.is_spoiled(row) for row in rows):
        return
    steps = tuple(_read_step(row) for row in rows)
    texts = Discloser(tray.desk.ports.entropy)
    body = ResolutionRecorded(
        amount_fen=line.number("准许开支"),
        minutes=line.text("记录文件指纹").lower(),
        minutes_pages=line.number("会议记录页数"),
        number=read_number(line, "决议编号"),
        outcome=find_key(OUTCOME_NAMES, line.text("结果")),
        procedure=find_key(PROCEDURE_NAMES, line.text("议事方式")),
        steps=steps,
        title=texts.publish("title", line.text("议题")),
        valid_until=line.text("有效到"),
        wording=texts.publish("wording", line.text("决议内容")),
    )
    day = steps[-1].held_on if steps else tray.desk.today
    allowed = f"，准许开支 {format_yuan(body.amount_fen)} 元" if body.amount_fen else ""
    label = f"决议 {body.number} {line.text('议题')}：{line.text('结果')}{allowed}"
    draft_row(tray, line, body, day, label, preview_resolution(body, line.text("决议内容")), texts)


def _read_step(row: Line) -> Step:
    return Step(
        abstained=row.number("弃权"),
        against=row.number("反对"),
        entitled=row.number("应到"),
        favoured=row.number("赞成"),
        held_on=row.text("日期"),
        meeting=find_key(MEETING_NAMES, row.text("会议")),
        present=row.number("实到"),
    )


def _gather_result(tray: Tray, line: Line) -> None:
    texts = Discloser(tray.desk.ports.entropy)
    number, day = read_number(line, "决议编号"), line.text("日期")
    body = ResolutionReported(resolution=number, result=texts.publish("result", line.text("实施结果")))
    result = line.text("实施结果")
    draft_row(
        tray, line, body, day, f"决议 {number} 的实施结果：{result}", preview_result(day, result), texts
    )


def _gather_forum(tray: Tray, line: Line) -> None:
    texts = Discloser(tray.desk.ports.entropy)
    number, day = read_number(line, "恳谈编号"), line.text("日期")
    body = ForumHeld(
        number=number,
        present=line.number("到场人数"),
        promises=texts.publish("promises", line.text("答应的事")),
        topics=texts.publish("topics", line.text("话题")),
    )
    shown = preview_forum(body, day, line.text("话题"), line.text("答应的事"))
    draft_row(tray, line, body, day, f"民情恳谈 {number}：{line.text('话题')}", shown, texts)
