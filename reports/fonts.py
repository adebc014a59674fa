"""The fonts of the sheets: Noto Sans CJK SC, Regular and Bold, and nothing else of the system.

A private fontconfig names just these two files, so that no other font of a machine can slip into a sheet and
change its bytes. Which characters they hold is read from their own tables, since WeasyPrint prints an empty
box for a missing one without a word.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from xml.sax.saxutils import escape

from fontTools.ttLib import TTCollection, TTFont

FAMILY = "Noto Sans CJK SC"
"""Named in styles/sheet.css too."""

_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_NAMES = (
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    ("NotoSansCJKsc-Regular.otf", "NotoSansCJKsc-Bold.otf"),
)
_ENVIRONMENT = Lock()


@dataclass(frozen=True)
class FontFiles:
    """Where the two faces are."""

    regular: Path
    bold: Path


class FontsMissing(RuntimeError):
    """The machine lacks the fonts of the sheets."""


@cache
def find_fonts() -> FontFiles:
    """Return the font files; raises FontsMissing, saying what to install."""
    for folder in _FOLDERS:
        for regular, bold in _NAMES:
            for path in sorted(Path(folder).expanduser().rglob(regular)):
                if (path.parent / bold).is_file():
                    return FontFiles(path, path.parent / bold)
    raise FontsMissing("缺少中文字体 Noto Sans CJK SC（常规、粗体）：请安装 fonts-noto-cjk")


@cache
def digest_fonts() -> dict[str, str]:
    """Return the SHA-256 of each font file by its name."""
    files = find_fonts()
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (files.regular, files.bold)}


@cache
def get_coverage() -> frozenset[int]:
    """Return the code points that both faces have a glyph for."""
    files = find_fonts()
    return _read_characters(files.regular) & _read_characters(files.bold)


@contextmanager
def only_our_fonts() -> Iterator[None]:
    """While this holds, a new FontConfiguration sees our two files and no setting of the system."""
    with _ENVIRONMENT, tempfile.TemporaryDirectory(prefix="mingbai-fonts-") as folder:
        path = Path(folder) / "fonts.conf"
        path.write_text(_format_settings(find_fonts()), encoding="utf-8")
        before = os.environ.get("FONTCONFIG_FILE")
        os.environ["FONTCONFIG_FILE"] = str(path)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


def _read_characters(path: Path) -> frozenset[int]:
    if path.suffix == ".otf":
        return frozenset(TTFont(path, lazy=True).getBestCmap())
    with TTCollection(path, lazy=True) as collection:
        for font in collection.fonts:
            if font["name"].getDebugName(1) == FAMILY:
                return frozenset(font.getBestCmap())
    raise FontsMissing(f"{path} 里没有 {FAMILY}")


def _format_settings(files: FontFiles) -> str:
    accepted = "".join(f"<glob>{escape(str(path))}</glob>" for path in (files.regular, files.bold))
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{escape(str(files.regular.parent))}</dir>"
        '<cachedir>/var/cache/fontconfig</cachedir><cachedir prefix="xdg">fontconfig</cachedir>'
        f"<selectfont><acceptfont>{accepted}</acceptfont>"
        "<rejectfont><glob>*</glob></rejectfont></selectfont></fontconfig>"
    )
