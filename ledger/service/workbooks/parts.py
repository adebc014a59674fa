"""One XML part of a workbook, walked without building it: what would unfold, and what only our parser would read.

DTDs and entities are refused by the walk itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse
from openpyxl.utils.cell import range_boundaries

from ledger.limits import WORKBOOK_MAX_COLUMNS, WORKBOOK_MAX_ROWS

_BEGINNINGS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<")
_SNIFFED_BYTES = 1_024
_CELL_TYPES = frozenset({"b", "d", "e", "inlineStr", "n", "s", "str"})  # ECMA-376 part 1, 18.18.11

_RANGES = frozenset({"mergeCell", "hyperlink"})
"""Elements whose `ref` the parser may unfold cell by cell."""

_RANGE_MAX_CELLS = WORKBOOK_MAX_ROWS * WORKBOOK_MAX_COLUMNS
"""Cells of all of them in one part together: each covered once."""


def is_xml_part(path: str, part: IO[bytes]) -> bool:
    """Whether a parser that is pointed to a part could read it as XML: a sheet may bear any name."""
    return path.lower().endswith((".xml", ".rels")) or part.read(_SNIFFED_BYTES).lstrip().startswith(
        _BEGINNINGS
    )


def iterate_reasons(part: IO[bytes]) -> Iterator[str]:
    """Yield what in a part no spreadsheet program writes."""
    walk = _Walk()
    for _, element in iterparse(part, forbid_dtd=True):
        name = element.tag.rpartition("}")[2]
        if name == "row":
            yield from _check_row(element)
        elif name == "v":
            walk.value = element.text or ""
        elif name == "c":
            yield from walk.check_cell(element)
        elif name in _RANGES:
            yield from walk.check_range(element.get("ref", ""))
        element.clear()


class _Walk:
    """What is remembered of a part on the way."""

    def __init__(self) -> None:
        self.value = ""  # of the cell that ends next
        self._seen: set[str] = set()
        self._unfolded = 0

    def check_cell(self, cell: Element) -> Iterator[str]:
        at, kind = cell.get("r", ""), cell.get("t", "n")
        if at and at in self._seen:
            yield f"单元格 {at} 有两个"
        if kind not in _CELL_TYPES:
            yield f"单元格 {at} 的类型没有见过"
        # A text by its number, counted from the end by our parser and by no other.
        if kind == "s" and self.value.strip().startswith("-"):
            yield f"单元格 {at} 指向没有的文字"
        self._seen.add(at)
        self.value = ""

    def check_range(self, ref: str) -> Iterator[str]:
        cells = _count_cells(ref)
        self._unfolded += cells
        if not cells:
            yield f"区域 {ref} 没有边界"
        if cells > _RANGE_MAX_CELLS:
            yield f"区域 {ref} 有 {cells:,} 个单元格"
        # A few hundred ranges of an allowed size would keep the parser busy for minutes.
        if self._unfolded > _RANGE_MAX_CELLS:
            yield f"合并的单元格和链接一共盖住 {self._unfolded:,} 个单元格"


def _check_row(row: Element) -> Iterator[str]:
    number = int(row.get("r", "0"))
    # Formatted empty rows below the data are common; a sheet to its last row is not a clerk's.
    if number > 20 * WORKBOOK_MAX_ROWS:
        yield f"工作表有第 {number:,} 行"


def _count_cells(ref: str) -> int:
    """Return how many cells a range takes, 0 where it has no end."""
    left, top, right, bottom = range_boundaries(ref)
    if left is None or top is None or right is None or bottom is None:
        return 0
    return (abs(right - left) + 1) * (abs(bottom - top) + 1)
