"""A rulebook as the rows of its sheet: the shipped template, the version in force, or a draft that came back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from ledger.books.points import Rule
from ledger.books.rule_lint import Wording
from ledger.data.templates import RuleTemplate, load_rules
from ledger.errors import NotFound
from ledger.figures.rulebooks import collect_rulebook, list_versions
from ledger.ports import Ports
from ledger.service.opened_drafts import Row
from ledger.service.rulebooks import read_template
from ledger.service.sheets import read_texts
from ledger.service.unsent import open_sheet, save_sheet
from ledger.service.workbooks.rulebook_columns import RULEBOOK
from ledger.state import get_day

SHEET = "rulebook"
Start = Literal["newest", "template"]
"""What a village goes on from: its newest version, or the 58 rules that ship with the program."""


class RulebookHead(NamedTuple):
    """What holds for all rules, as the first row has it; `base_points` None leaves it to the program."""

    base_points: int | None
    period: str
    resolution: str
    resolution_number: str


def fill_rulebook(rows: Iterable[Row], head: RulebookHead) -> list[Row]:
    """Return the rows of a sheet: those of the rules, the first with what holds for all."""
    first, *others = rows
    base = str(head.base_points) if head.base_points is not None else ""
    named = {"起用月份": head.period, "怎样通过": head.resolution, "决议编号": head.resolution_number}
    return [{**first, **named, "每户起点分": base}, *others]


def fill_rule(rule: Rule | RuleTemplate, wording: Wording) -> Row:
    """Return a rule as a row."""
    return {
        "编号": rule.code,
        "分类": wording.group,
        "规则": wording.item,
        "加分": str(rule.points) if rule.points > 0 else "",
        "扣分": str(-rule.points) if rule.points < 0 else "",
        "单位": wording.unit,
        "每月封顶": str(rule.monthly_cap),
        "记分对象": "个人" if rule.subject == "person" else "农户",
        "整行密封": "是" if rule.sensitive else "否",
        "证据": wording.evidence,
        "后续": wording.follow_up,
    }


def fill_template() -> list[Row]:
    """Return the shipped rules as rows; which month and which meeting, the village writes."""
    template = load_rules()
    rows = [fill_rule(rule, read_template(rule)) for rule in template.rules]
    return fill_rulebook(rows, RulebookHead(template.base_points, "", "", ""))


def list_start_rows(ports: Ports, village: str) -> list[Row]:
    """Return what a village's next rulebook is edited from: its newest version, the shipped rules before the first."""
    try:
        return _fill_newest(ports, village)
    except NotFound:
        return fill_template()


def lay_rulebook(ports: Ports, village: str, user: str, start: Start) -> None:
    """Lay a rulebook into somebody's sheet, from this month on; what stood there is one step back. NotFound for the
    newest version where there is none.
    """
    period = get_day(ports.clock.now_ms())[:7]
    rows = fill_template()
    if start == "newest":
        rows = _fill_newest(ports, village)
    rows = [{**rows[0], "起用月份": period}, *rows[1:]]
    kept = open_sheet(ports, village, user, SHEET)
    save_sheet(ports, village, user, SHEET, {"细则": arrange_rows(rows)}, start=kept.version)


def arrange_rows(rows: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    """Return rows with their texts in the order of the sheet's columns."""
    (sheet,) = RULEBOOK.sheets
    return tuple(tuple(row.get(column.header, "") for column in sheet.columns) for row in rows)


def _fill_newest(ports: Ports, village: str) -> list[Row]:
    with ports.ledger.read(village) as reader:
        versions = list_versions(reader.facts)
        book = collect_rulebook(reader.facts, read_texts(reader), versions[0].number) if versions else None
    if book is None:
        raise NotFound("积分细则")
    rows = [fill_rule(read.rule, read.wording) for read in book.rules]
    return fill_rulebook(rows, RulebookHead(book.base_points, "", "", ""))
