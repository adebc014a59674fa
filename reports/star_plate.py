"""The plate of a star: one A4 page across that hangs on a wall, with a code by which anybody sees what is true now."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from ledger.books.star_steps import name_stars
from ledger.ports import PaperJob
from ledger.service.stars import StarPlate
from reports.certificates import draw_frame
from reports.codes import PrintedCode, build_star_code, get_host
from reports.render import lay_out_paper
from reports.texts import read_paper
from reports.words import format_count, format_day

_LONG_HOLDER_CHARS = 12
_IN_A_GROUP = 4
_STEP = 32.0
"""From the middle of one star to the next, in the drawing's units."""


@dataclass(frozen=True)
class PlateText:
    """All that the template shows. `code` is None, and `host` empty, where the home has no public address."""

    by: str
    check: str
    code: PrintedCode | None
    day: str
    frame: Markup
    holder: str
    host: str
    index: str
    is_long: bool
    number: str
    stars: Markup
    township: str
    village_name: str
    words: str
    year: str


def render_star_plate(job: PaperJob) -> bytes:
    """Return the PDF of a plate. Raises as `reports.paper.render_paper` does."""
    plate = read_paper(job, StarPlate)
    return lay_out_paper(job, "star_plate.html", plate.day, plate=build_plate_text(job, plate))


def build_plate_text(job: PaperJob, plate: StarPlate) -> PlateText:
    """Return all that the template shows."""
    title = f"核对星牌 {plate.number}"
    code = build_star_code(job.base_url, plate.village, plate.number, plate.check, title)
    return PlateText(
        by=plate.by,
        check=" ".join(plate.check[at : at + _IN_A_GROUP] for at in range(0, len(plate.check), _IN_A_GROUP)),
        code=code if job.base_url else None,
        day=format_day(plate.day),
        frame=draw_frame(),
        holder=plate.holder,
        host=get_host(job.base_url) if job.base_url else "",
        index=format_count(plate.index),
        is_long=len(plate.holder) > _LONG_HOLDER_CHARS,
        number=plate.number,
        stars=draw_stars(plate.stars, plate.most),
        township=plate.township,
        village_name=plate.village_name,
        words=name_stars(plate.stars),
        year=plate.year,
    )


def draw_stars(stars: int, most: int) -> Markup:
    """Return a row of stars, filled ones first, then hollow ones up to the most that there are to have."""
    width = _STEP * max(stars, most)
    drawn = Markup("").join(
        Markup('<polygon points="{}" fill="{}" stroke="#9c1f1f" stroke-width="1.2"/>').format(
            _list_points(_STEP * (place + 0.5)), "#9c1f1f" if place < stars else "none"
        )
        for place in range(max(stars, most))
    )
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} 32" width="{0}mm" height="32mm" '
        'aria-hidden="true">{1}</svg>'
    ).format(f"{width:.0f}", drawn)


def _list_points(middle: float) -> str:
    return " ".join(
        f"{middle + radius * math.sin(math.pi * step / 5):.2f},{17 - radius * math.cos(math.pi * step / 5):.2f}"
        for step in range(10)
        for radius in ((14.0 if step % 2 == 0 else 5.6),)
    )
