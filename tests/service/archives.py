"""Workbooks rewritten part by part, as no spreadsheet program would."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

SHEET = "xl/worksheets/sheet1.xml"


def rewrite(data: bytes, edit: Callable[[str, bytes], bytes], **extra: bytes) -> bytes:
    """Return the archive with each part edited and `extra` parts added; `__` in a name is a slash."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name)))
        for name, content in extra.items():
            new.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def edit_sheet(data: bytes, before: bytes, after: bytes) -> bytes:
    """Return the workbook with one piece of its sheet replaced."""
    return edit_part(data, SHEET, before, after)


def edit_part(data: bytes, part: str, before: bytes, after: bytes) -> bytes:
    """Return the workbook with one piece of one part replaced; the piece must be there."""

    def edit(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        assert before in content, f"{part} does not hold {before!r}"
        return content.replace(before, after, 1)

    return rewrite(data, edit)


def keep(_name: str, part: bytes) -> bytes:
    """For `rewrite`: every part stays as it is."""
    return part
