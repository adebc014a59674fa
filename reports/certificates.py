"""Certificates of honours: one A4 page across for each holder, with a code by which anybody checks it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from ledger.books.points_figures import name_span
from ledger.ports import PaperJob
from ledger.service.honours import Certificate, Certificates
from reports.codes import PrintedCode, build_certificate_code, get_host
from reports.render import lay_out_paper
from reports.texts import read_paper
from reports.words import format_count, format_day

_LONG_TITLE_CHARS = 8
_IN_A_GROUP = 4


@dataclass(frozen=True)
class CertificatePage:
    """One page. `code` is None, and `host` empty, where the home has no public address."""

    check: str
    code: PrintedCode | None
    holder: str


@dataclass(frozen=True)
class CertificatesText:
    """What all pages of a granting share, and the pages. `frame` is drawn behind each."""

    day: str
    frame: Markup
    host: str
    index: str
    is_long: bool
    number: str
    pages: tuple[CertificatePage, ...]
    resolution: str
    seal: Markup
    span: str
    title: str
    township: str
    village_name: str


def render_certificates(job: PaperJob) -> bytes:
    """Return the PDF of certificates, one a page. Raises as `reports.paper.render_paper` does."""
    granted = read_paper(job, Certificates)
    return lay_out_paper(job, "certificate.html", granted.day, granted=build_certificates_text(job, granted))


def build_certificates_text(job: PaperJob, granted: Certificates) -> CertificatesText:
    """Return all that the template shows."""
    return CertificatesText(
        day=format_day(granted.day),
        frame=draw_frame(),
        host=get_host(job.base_url) if job.base_url else "",
        index=format_count(granted.index),
        is_long=len(granted.title) > _LONG_TITLE_CHARS,
        number=granted.number,
        pages=tuple(_build_page(job, granted, one) for one in granted.certificates),
        resolution=granted.resolution,
        seal=draw_rosette(),
        span=name_span(granted.span, granted.until),
        title=granted.title,
        township=granted.township,
        village_name=granted.village_name,
    )


def draw_frame() -> Markup:
    """Return the border of a page of 297 by 210 mm: two lines, a band of waves between them, and a flower at each
    corner. Drawn in two colours that a black printer shows as two greys.
    """
    left, top, right, bottom = 9.0, 9.0, 288.0, 201.0
    inner = 8.0
    parts = [
        _draw_box(left, top, right, bottom, 1.1, "#9c1f1f"),
        _draw_box(left + 1.6, top + 1.6, right - 1.6, bottom - 1.6, 0.35, "#b8892b"),
        _draw_box(left + inner, top + inner, right - inner, bottom - inner, 0.7, "#9c1f1f"),
        _draw_box(
            left + inner + 1.2, top + inner + 1.2, right - inner - 1.2, bottom - inner - 1.2, 0.25, "#b8892b"
        ),
    ]
    middle = inner / 2 + 0.6
    for start, end, fixed, across in (
        (left + 14, right - 14, top + middle, True),
        (left + 14, right - 14, bottom - middle, True),
        (top + 14, bottom - 14, left + middle, False),
        (top + 14, bottom - 14, right - middle, False),
    ):
        parts += [_draw_wave(start, end, fixed, across, phase) for phase in (0.0, math.pi)]
    for x in (left + middle, right - middle):
        for y in (top + middle, bottom - middle):
            parts.append(_draw_flower(x, y))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 297 210" width="297mm" height="210mm" '
        'aria-hidden="true">{}</svg>'
    ).format(Markup("").join(parts))


def draw_rosette() -> Markup:
    """Return a rosette with a star, which stands above the title."""
    petals = Markup("").join(
        Markup(
            '<ellipse cx="30" cy="9.5" rx="3.6" ry="7" fill="#b8892b" transform="rotate({} 30 30)"/>'
        ).format(f"{angle * 22.5:.1f}")
        for angle in range(16)
    )
    points = " ".join(
        f"{30 + radius * math.sin(math.pi * step / 5):.2f},{30 - radius * math.cos(math.pi * step / 5):.2f}"
        for step in range(10)
        for radius in ((11.5 if step % 2 == 0 else 4.6),)
    )
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 60" width="22mm" height="22mm" aria-hidden="true">'
        '{}<circle cx="30" cy="30" r="19" fill="#9c1f1f"/><circle cx="30" cy="30" r="16.8" fill="none" '
        'stroke="#f3dfa8" stroke-width="0.9"/><polygon points="{}" fill="#f3dfa8"/></svg>'
    ).format(petals, points)


def _draw_box(left: float, top: float, right: float, bottom: float, width: float, colour: str) -> Markup:
    return Markup(
        '<rect x="{}" y="{}" width="{}" height="{}" fill="none" stroke="{}" stroke-width="{}"/>'
    ).format(f"{left:.2f}", f"{top:.2f}", f"{right - left:.2f}", f"{bottom - top:.2f}", colour, width)


def _draw_wave(start: float, end: float, fixed: float, across: bool, phase: float) -> Markup:
    """A sine line along one side, with a whole number of waves; two of them opposite make a braid."""
    waves = round((end - start) / 6)
    steps = waves * 8
    points = []
    for step in range(steps + 1):
        along = start + (end - start) * step / steps
        aside = fixed + 1.5 * math.sin(2 * math.pi * waves * step / steps + phase)
        x, y = (along, aside) if across else (aside, along)
        points.append(f"{x:.2f},{y:.2f}")
    return Markup('<polyline points="{}" fill="none" stroke="#b8892b" stroke-width="0.45"/>').format(
        " ".join(points)
    )


def _draw_flower(x: float, y: float) -> Markup:
    petals = Markup("").join(
        Markup(
            '<ellipse cx="{0}" cy="{1}" rx="1.15" ry="2.3" fill="#9c1f1f" transform="rotate({2} {0} {3})"/>'
        ).format(f"{x:.2f}", f"{y - 2.6:.2f}", angle * 45, f"{y:.2f}")
        for angle in range(8)
    )
    heart = Markup('<circle cx="{}" cy="{}" r="1.5" fill="#f3dfa8" stroke="#b8892b" stroke-width="0.4"/>')
    return petals + heart.format(f"{x:.2f}", f"{y:.2f}")


def _build_page(job: PaperJob, granted: Certificates, one: Certificate) -> CertificatePage:
    check = " ".join(one.check[at : at + _IN_A_GROUP] for at in range(0, len(one.check), _IN_A_GROUP))
    title = f"核对证书 {granted.number}"
    return CertificatePage(
        check=check,
        code=build_certificate_code(job.base_url, granted.village, granted.number, one.check, title)
        if job.base_url
        else None,
        holder=one.person or f"{one.household}户",
    )
