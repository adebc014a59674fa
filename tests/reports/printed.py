"""Sample sheets, each made once for a test process, and ways to look at a PDF from outside."""

from __future__ import annotations

import re
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image

from reports.render import render_sheet
from tests.reports.samples import (
    Figures,
    make_empty_finance,
    make_finance,
    make_job,
    make_points,
    make_scores,
    make_told,
)

SHEETS: dict[str, Callable[[], Figures]] = {
    "busy": make_finance,
    "empty": make_empty_finance,
    "points": make_points,
    "scores": make_scores,
    "told": make_told,
}
XHTML = "{http://www.w3.org/1999/xhtml}"
POINTS_PER_MM = 72 / 25.4

Word = tuple[float, float, float, float, str]
"""Left, top, right, bottom in points from the top left corner, and the word."""


@cache
def get_sheet(name: str) -> bytes:
    """Return the sealed sheet of a sample."""
    return render_sheet(make_job(SHEETS[name]()))


@cache
def get_draft() -> bytes:
    """Return the busy month as a draft."""
    return render_sheet(make_job(make_finance(sealed=False)))


def run(*command: str, data: bytes) -> bytes:
    """Return what a program makes of `data` on its standard input."""
    return subprocess.run(command, input=data, check=True, capture_output=True).stdout


def read_text(pdf: bytes) -> str:
    """Return the text in the order it was written, without any blank; pages end in a form feed."""
    text = run("pdftotext", "-raw", "-enc", "UTF-8", "-", "-", data=pdf).decode()
    return re.sub(r"[^\S\f]", "", text)


def read_pages(pdf: bytes) -> list[str]:
    """Return the text of each page, without any blank."""
    return read_text(pdf).split("\f")[:-1]


def read_words(pdf: bytes) -> list[tuple[float, list[Word]]]:
    """Return for each page its height and its words."""
    root = ET.fromstring(run("pdftotext", "-bbox", "-", "-", data=pdf))
    return [
        (float(page.attrib["height"]), [_read_word(word) for word in page.iter(f"{XHTML}word")])
        for page in root.iter(f"{XHTML}page")
    ]


def _read_word(word: ET.Element) -> Word:
    x0, y0, x1, y1 = (float(word.attrib[key]) for key in ("xMin", "yMin", "xMax", "yMax"))
    return x0, y0, x1, y1, word.text or ""


@cache
def draw_page(pdf: bytes, number: int, dots_per_inch: int) -> Image.Image:
    """Return the picture of a page, numbered from 1, as a grey-scale printer would make it."""
    page = str(number)
    picture = run(
        "pdftoppm", "-gray", "-r", str(dots_per_inch), "-f", page, "-l", page, "-singlefile", "-", data=pdf
    )
    return Image.open(BytesIO(picture))


def draw_colours(pdf: bytes) -> list[Image.Image]:
    """Return the picture of each page in colour, small, every dot of one of the colours that the page names."""
    with tempfile.TemporaryDirectory() as folder:
        run("pdftoppm", "-aa", "no", "-aaVector", "no", "-r", "50", "-", f"{folder}/page", data=pdf)
        return [Image.open(BytesIO(path.read_bytes())) for path in sorted(Path(folder).iterdir())]
