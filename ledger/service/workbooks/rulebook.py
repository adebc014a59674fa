"""The sheet 细则: a village's rulebook, rule by rule, drafted whole as its next version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from ledger.books.points import Rule, RulebookAdopted, check_rule
from ledger.books.rule_lint import (
    PART_NAMES,
    Finding,
    Wording,
    build_lint_fault,
    lint_rules,
    list_refused,
    list_warned,
    tell_finding,
)
from ledger.books.screening import format_found, hide_numbers
from ledger.books.values import PublicText
from ledger.data import load_rule_words
from ledger.errors import Fault
from ledger.figures.rulebooks import ReadRule, list_terms, list_versions, read_rules
from ledger.service.drafts import Discloser
from ledger.service.preview import preview_rule, preview_rulebook
from ledger.service.sheets import read_texts
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import check_number_form, read_number
from ledger.service.workbooks.people import fault_twice
from ledger.service.workbooks.registers import check_texts
from ledger.service.workbooks.tray import Tray
from ledger.state.facts import read_body
from ledger.state.rulebooks import get_agreements

RULES_MAX = 200
"""Rules of one rulebook: the most that its kind takes."""
BASE_POINTS = 100
"""What every household starts with where nothing is written."""
HEADS = ("起用月份", "怎样通过", "决议编号", "每户起点分")
"""Columns of the whole rulebook: in one row, and wherever they are repeated the same."""
COLUMNS = {"group": "分类", "item": "规则", "unit": "单位", "evidence": "证据", "follow_up": "后续"}
"""In which column each part of a rule is typed."""
_CODE = re.compile(r"[A-Z][0-9]{2}")
_PUBLIC = ("怎样通过", *COLUMNS.values())


def gather_rulebook(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge a rulebook and draft it in its next version; unlawful words are faults beside their cells."""
    if not lines:
        return
    for line in lines:
        tray.refuse(check_number_form(line, "决议编号"))
        tray.refuse(check_texts(tray, line, _PUBLIC))
    tray.refuse(_check_heads(lines))
    faults, warned = judge_rules(lines)
    tray.refuse(faults)
    if not tray.faults:
        _draft(tray, lines, warned)


def judge_rules(lines: Sequence[Line]) -> tuple[list[Fault], list[Finding]]:
    """Return every fault of the rules of a sheet, unlawful words beside their cells, and what is to be warned of, as
    far as the rows can be read.
    """
    findings = lint_rules(load_rule_words(), [_read_line(line) for line in lines])
    refused = [_place(finding, lines) for finding in list_refused(findings)]
    return [*_check_rows(lines), *refused], list_warned(findings)


def _read_line(line: Line) -> Wording:
    texts = {part: line.written(header) for part, header in COLUMNS.items()}
    return Wording(
        code=line.text("编号"), monthly_cap=line.number("每月封顶"), points=_read_points(line), **texts
    )


def _check_rows(lines: Sequence[Line]) -> Iterator[Fault]:
    """Yield what is wrong with codes and points: each code once and of its form, points added or deducted."""
    seen: dict[str, Line] = {}
    for line in lines:
        code = line.text("编号")
        if code and not _CODE.fullmatch(code):
            yield Fault(
                code="rule-code-form",
                place=line.at("编号"),
                found=format_found(hide_numbers(code)),
                expected="一个大写字母和两位数字，如 B01",
                remedy="同一类用同一个字母，按次序编号",
            )
        if code in seen:
            yield fault_twice(line, "编号", f"编号 {code}", seen[code])
        elif code:
            seen[code] = line
        if line.can_read("加分") and line.can_read("扣分") and line.has("加分") == line.has("扣分"):
            yield Fault(
                code="rule-sides",
                place=line.at("加分"),
                found="加分、扣分都填了" if line.has("加分") else "加分、扣分都空着",
                expected="只填一样",
                remedy="加分的条目填加分，扣分的条目填扣分",
            )
        elif line.is_whole:
            rule = _build_rule(line, PublicText(text=""))
            yield from (msgspec.structs.replace(fault, place=line.place) for fault in check_rule(rule))
    if len(lines) > RULES_MAX:
        yield Fault(
            code="rules-many",
            place=f"工作表「{lines[0].sheet}」",
            found=f"{len(lines)} 条",
            expected=f"不超过 {RULES_MAX} 条",
            remedy="合并相近的条目；条目太多，没有人记得住",
        )


def _check_heads(lines: Sequence[Line]) -> Iterator[Fault]:
    """What is of the whole rulebook stands in some row, mostly the first; repeated it agrees."""
    first = lines[0]
    for header in ("起用月份", "怎样通过"):
        if first.lacks(header) and not any(line.has(header) for line in lines):
            yield Fault(
                code="cell-empty",
                place=first.at(header),
                found="空",
                expected="第一行写上",
                remedy="补上；下面各行可以空着",
            )
    for header in HEADS:
        values = sorted({line.text(header) for line in lines} - {""})
        if len(values) > 1:
            yield Fault(
                code="rulebook-rows",
                place=f"工作表「{first.sheet}」「{header}」",
                found=f"{len(values)} 种写法",
                expected="各行相同",
                remedy="一次只交一版细则；改成一样的，或者只留第一行的",
            )


def _find_head(lines: Sequence[Line], header: str) -> Line:
    """Return the first row that says something under a header; without any the first."""
    return next((line for line in lines if line.has(header)), lines[0])


def _place(finding: Finding, lines: Sequence[Line]) -> Fault:
    """Return a finding as a fault beside the cell that says it: a refused one always is in one."""
    header = COLUMNS[finding.part or "item"]
    same = [line for line in lines if line.text("编号") == finding.rule]
    said = next(line for line in same if finding.found in line.written(header))
    return build_lint_fault(finding, said.at(header))


def _read_points(line: Line) -> int:
    return line.number("加分") if line.has("加分") else -line.number("扣分")


def _draft(tray: Tray, lines: Sequence[Line], warned: Sequence[Finding]) -> None:
    heads = {header: _find_head(lines, header) for header in HEADS}
    texts = Discloser(tray.desk.ports.entropy)
    versions = list_versions(tray.facts)
    number = versions[0].number + 1 if versions else 1
    period = heads["起用月份"].text("起用月份")
    resolution = heads["怎样通过"].text("怎样通过")
    base = heads["每户起点分"]
    body = RulebookAdopted(
        base_points=base.number("每户起点分") if base.has("每户起点分") else BASE_POINTS,
        resolution=texts.publish("resolution", resolution),
        resolution_number=read_number(heads["决议编号"], "决议编号"),
        rules=tuple(
            _build_rule(line, _publish_text(line, texts))
            for line in sorted(lines, key=lambda line: line.text("编号"))
        ),
        version=number,
    )
    rules = read_rules(texts.find, body.rules)
    before = read_body(tray.facts, versions[0].at, RulebookAdopted) if versions else None
    old = read_rules(read_texts(tray.desk.reader), before.rules) if before is not None else ()
    faults = tray.check(body, tray.desk.today, period)
    if before is not None and _says_the_same(before.base_points, old, body.base_points, rules):
        faults.append(build_unchanged(before.version))
    tray.refuse(faults, f"工作表「{lines[0].sheet}」")
    if tray.faults:
        return
    label = label_rulebook(body, period)
    tray.preview.append(label)
    tray.preview += preview_rulebook(body, resolution, before, old, rules)
    tray.preview += [preview_rule(rule) for rule in rules]
    tray.notices += [f"审核人要看过：{tell_finding(finding)}" for finding in warned]
    if before is not None:
        agreed = get_agreements(tray.facts, before.version).scoring
        tray.notices += [
            f"起用以后，签过第 {before.version} 版契约的 {agreed} 户要重新签，没有重新签的不再记分"
        ]
    if not body.resolution_number:
        tray.notices.append("没有写决议编号：先登记四议两公开的决议，再写上编号，村民查得到是怎么定的")
    tray.add(body, tray.desk.today, period, label, texts)


def label_rulebook(body: RulebookAdopted, period: str) -> str:
    """Return what a draft of a rulebook is called."""
    # Consents are to a version: what the second person passes here ends those to the one before.
    lapse = "，起用后各户要重新签积分契约" if body.version > 1 else ""
    return f"积分细则第 {body.version} 版：{len(body.rules)} 条，{period} 起用{lapse}"


def build_unchanged(version: int) -> Fault:
    """Return the fault of a rulebook that says the same as the newest version."""
    return Fault(
        code="rulebook-unchanged",
        place="积分细则",
        found=f"与第 {version} 版相同",
        expected="有改动的积分细则",
        remedy="没有改动就不必再采用；再采用一次，各户签过的积分契约会失效",
    )


def _says_the_same(
    base_before: int, before: Sequence[ReadRule], base: int, rules: Sequence[ReadRule]
) -> bool:
    old, new = (
        {(read.rule.code, *list_terms(read).items(), read.rule.sensitive) for read in one}
        for one in (before, rules)
    )
    return base_before == base and old == new


def _publish_text(line: Line, texts: Discloser) -> PublicText:
    said = {part: line.text(header) for part, header in COLUMNS.items()}
    return texts.publish("rule", {part: said[part] for part in sorted(PART_NAMES)})


def _build_rule(line: Line, text: PublicText) -> Rule:
    return Rule(
        code=line.text("编号"),
        monthly_cap=line.number("每月封顶"),
        points=_read_points(line),
        sensitive=line.text("整行密封") == "是",
        subject="person" if line.text("记分对象") == "个人" else "household",
        text=text,
    )
