"""What may be printed: every text of the figures is hostile until it has been here.

Control and formatting characters, which could reorder or hide what stands on paper, are shown as their code
points. A character without a glyph would be an empty box, so it refuses the sheet; and so do figures too many
for one PDF, since laying out is the one thing here that a long text can make slow.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from ledger.books.figures import Figures, FinanceFigures, PointsFigures, ScoreFigures, SpanFigures
from ledger.errors import Fault
from ledger.service.annexes import AnnexPaper
from ledger.service.booklets import Booklet
from reports.fonts import FAMILY, get_coverage

F = TypeVar("F", FinanceFigures, PointsFigures, ScoreFigures, SpanFigures, Booklet, AnnexPaper)

ROWS_MAX = 500
"""Rows of all tables of one sheet: about twenty-five pages."""
ANNEX_ROWS_MAX = 2_000
"""Households of an annex, of which four stand side by side."""
TEXT_MAX_CHARS = 2_000
"""Characters of one text."""
TEXTS_MAX_CHARS = 60_000
"""Characters of all texts together. With as many rows they take half the time that a worker may."""
_NAMED_MAX = 20

_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_LISTS = {
    "assets": "资产变动",
    "branches": "党支部",
    "contracts": "合同",
    "corrections": "更正",
    "expenses": "支出科目",
    "funds": "资金",
    "groups": "分类",
    "incomes": "收入科目",
    "items": "项目",
    "moves": "收支明细",
    "payables": "欠款",
    "plan": "收支计划",
    "receivables": "应收款",
    "resolutions": "决议",
    "rules": "条目",
}
_FIELDS = {
    "account_name": "科目",
    "evidence": "证据",
    "follow_up": "后续",
    "group": "分类",
    "handler": "经手人",
    "item": "项目",
    "name": "名称",
    "reason": "原因",
    "resolution": "怎样通过",
    "summary": "摘要",
    "telephone": "监督电话",
    "title": "办法名称",
    "township": "乡镇",
    "unit": "单位",
    "village_name": "村名",
}


def show_hidden(figures: F) -> F:
    """Return the figures with control, formatting and private characters written out, e.g. `〔U+202E〕`."""

    def show(value: Any) -> Any:
        if isinstance(value, str):
            return "".join(f"〔U+{ord(c):04X}〕" if unicodedata.category(c) in _HIDDEN else c for c in value)
        if isinstance(value, dict):
            return {key: show(inner) for key, inner in value.items()}
        return [show(inner) for inner in value] if isinstance(value, list | tuple) else value

    return msgspec.convert(show(msgspec.to_builtins(figures)), type(figures))


def check_texts(figures: Figures | Booklet | AnnexPaper) -> list[Fault]:
    """Return what forbids to print these figures: rows and texts beyond the limits, missing glyphs."""
    rows_max = ANNEX_ROWS_MAX if isinstance(figures, AnnexPaper) else ROWS_MAX
    rows = _count_rows(figures)
    texts = list(_walk(msgspec.to_builtins(figures), ""))
    faults = [_limit_fault("表格", f"{rows} 行", f"一张公开表至多 {rows_max} 行")] if rows > rows_max else []
    faults += [
        _limit_fault(place, f"{len(text)} 个字", f"至多 {TEXT_MAX_CHARS} 个字")
        for place, text in texts
        if len(text) > TEXT_MAX_CHARS
    ]
    length = sum(len(text) for _, text in texts)
    if length > TEXTS_MAX_CHARS:
        faults.append(_limit_fault("全部文字", f"{length} 个字", f"一张公开表至多 {TEXTS_MAX_CHARS} 个字"))
    return faults or _check_glyphs(texts, get_coverage().__contains__)


def _check_glyphs(texts: list[tuple[str, str]], has_glyph: Callable[[int], bool]) -> list[Fault]:
    faults = []
    for place, text in texts:
        missing = sorted({mark for mark in text if not has_glyph(ord(mark))})
        if missing:
            named = "、".join(f"「{mark}」（U+{ord(mark):04X}）" for mark in missing[:_NAMED_MAX])
            faults.append(
                Fault(
                    code="glyph-missing",
                    place=place,
                    found=named,
                    expected=f"字体 {FAMILY} 里有的字",
                    remedy="这些字印出来会是空框：请更正这处文字，用同音字或拼音并注明，再封存",
                )
            )
    return faults


def _walk(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield every text with its place, as the reader of a sheet names it."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            label = _LISTS.get(key) or (f"「{_FIELDS.get(key, key)}」" if isinstance(inner, str) else "")
            yield from _walk(inner, place + label)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value, 1):
            yield from _walk(inner, f"{place}第 {number} 行")


def _count_rows(value: object) -> int:
    built = msgspec.to_builtins(value)

    def count(inner: Any) -> int:
        if isinstance(inner, dict):
            return sum(count(part) for part in inner.values())
        return sum(1 + count(part) for part in inner) if isinstance(inner, list | tuple) else 0

    return count(built)


def _limit_fault(place: str, found: str, expected: str) -> Fault:
    return Fault(
        code="sheet-too-large",
        place=place,
        found=found,
        expected=expected,
        remedy="这张表没有打印，原来的公开表不受影响；请联系运维员分册打印",
    )
