"""The two printed codes: one opens the village's page, the other lets a phone check this very sheet.

Pure black squares on white with four modules of quiet zone and nothing in the middle: drawn as one path, each
run of dark modules a rectangle, so that a printer has nothing to guess.
"""

from __future__ import annotations

from dataclasses import dataclass

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_Q

PAGE_CODE_MM = 40
CHECK_CODE_MM = 52
"""Width of the modules; the quiet zone comes on top. A check code below 50 mm fails in rain and at an
angle.
"""
LABEL_CODE_MM = 30
"""On a label that is read from an arm's length."""
QUIET_MODULES = 4


@dataclass(frozen=True)
class PrintedCode:
    """A code ready to print.

    `url`      what a phone reads
    `svg`      the drawing, quiet zone included, `side_mm` wide and high
    `modules`  modules on a side, without the quiet zone
    """

    url: str
    svg: Markup
    side_mm: str
    modules: int


def build_page_code(base_url: str, village: str, title: str) -> PrintedCode:
    """Return the code that opens the village's notice board; `title` is its alternative text."""
    return _build_code(f"{base_url}/v/{village}", PAGE_CODE_MM, title)


def build_check_code(base_url: str, village: str, digits: str, title: str) -> PrintedCode:
    """Return the code that checks this sheet; `digits` is its receipt, which no server ever sees."""
    return _build_code(f"{base_url}/c/{village}#{digits}", CHECK_CODE_MM, title)


def build_rules_code(base_url: str, village: str, version: int, title: str) -> PrintedCode:
    """Return the code that opens a version of the rulebook; `title` is its alternative text."""
    return _build_code(f"{base_url}/v/{village}/rules/{version}", PAGE_CODE_MM, title)


def build_certificate_code(base_url: str, village: str, number: str, check: str, title: str) -> PrintedCode:
    """Return the code that checks a certificate; `check` stands behind the number sign, which no server is sent."""
    return _build_code(f"{base_url}/v/{village}/honours/{number}#{check}", LABEL_CODE_MM, title)


def build_honours_code(base_url: str, village: str, year: str, title: str) -> PrintedCode:
    """Return the code that opens the honours of a year; `title` is its alternative text."""
    return _build_code(f"{base_url}/v/{village}/honours?year={year}", PAGE_CODE_MM, title)


def build_star_code(base_url: str, village: str, number: str, check: str, title: str) -> PrintedCode:
    """Return the code that checks a star's plate; `check` stands behind the number sign, which no server is sent."""
    return _build_code(f"{base_url}/v/{village}/stars/{number}#{check}", LABEL_CODE_MM, title)


def build_unit_code(base_url: str, village: str, number: str, title: str) -> PrintedCode:
    """Return the code that opens a grid's or lane's page; `title` is its alternative text."""
    return _build_code(f"{base_url}/v/{village}/grids/{number}", PAGE_CODE_MM, title)


def build_grids_code(base_url: str, village: str, title: str) -> PrintedCode:
    """Return the code that opens the page of all grids; `title` is its alternative text."""
    return _build_code(f"{base_url}/v/{village}/grids", PAGE_CODE_MM, title)


def build_assessment_code(base_url: str, village: str, subject: str, period: str, title: str) -> PrintedCode:
    """Return the code that opens a round of assessment; `title` is its alternative text."""
    url = f"{base_url}/v/{village}/assessments?subject={subject}&month={period}"
    return _build_code(url, PAGE_CODE_MM, title)


def build_vote_code(base_url: str, village: str, code: str, title: str) -> PrintedCode:
    """Return the code of a voting slip; `code` stands behind the number sign, which no server is sent."""
    return _build_code(f"{base_url}/v/{village}/vote#{code}", LABEL_CODE_MM, title)


def build_month_code(base_url: str, village: str, period: str, title: str) -> PrintedCode:
    """Return the code that opens the points of a month (YYYY-MM); `title` is its alternative text."""
    return _build_code(f"{base_url}/v/{village}/sheets/{period}/points", PAGE_CODE_MM, title)


def build_label_code(url: str, title: str) -> PrintedCode:
    """Return the code of a page of its own, for a label on a thing; `title` is its alternative text."""
    return _build_code(url, LABEL_CODE_MM, title)


def _build_code(url: str, modules_mm: int, title: str) -> PrintedCode:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0)
    code.add_data(url)  # Splits off the digits, which take a third less room than letters.
    code.make(fit=True)
    matrix = code.get_matrix()
    side = len(matrix)
    whole = side + 2 * QUIET_MODULES
    side_mm = f"{modules_mm * whole / side:.2f}"
    svg = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" width="{1}mm" height="{1}mm" '
        'shape-rendering="crispEdges"><title>{2}</title><path fill="#fff" d="M0 0h{0}v{0}H0z"/>'
        '<path fill="#000" d="{3}"/></svg>'
    ).format(whole, side_mm, title, draw_runs(matrix))
    return PrintedCode(url, svg, side_mm, side)


def draw_runs(matrix: list[list[bool]]) -> str:
    """Return SVG path data: one rectangle for each horizontal run of dark modules, inside the quiet zone."""
    parts: list[str] = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                parts.append(f"M{start + QUIET_MODULES} {y + QUIET_MODULES}h{x - start}v1h-{x - start}z")
            x += 1
    return "".join(parts)


def get_host(base_url: str) -> str:
    """Return what stands beside the codes for people to compare: the address without its scheme."""
    return base_url.partition("://")[2]
