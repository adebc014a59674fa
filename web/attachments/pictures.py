"""From the bytes of a photo or a PDF to plain pictures: what is not a pixel that people see stays behind.

Every page is drawn anew on white, blacked out, made smaller and encoded: no metadata, script, link or embedded file
has a way through. The same bytes in give the same bytes out, on one machine. Runs in a limited child.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress

import pypdfium2
import pypdfium2.raw
from PIL import Image, ImageDraw, ImageOps

from ledger.errors import Fault
from ledger.limits import (
    ATTACHMENT_EDGE_PX,
    ATTACHMENT_MAX_PAGES,
    ATTACHMENT_MAX_PIXELS,
    ATTACHMENT_QUALITY,
)
from web.attachments.formats import Format, find_format
from web.attachments.values import Area, Page, Reply

_POINT_MIN = 1.0
"""Least width and height of a PDF's page, in points of 1/72 inch: below it there is nothing to see."""


class _Unfit(Exception):
    """A file that is what it says and still cannot be taken."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def make_pages(data: bytes, areas: Sequence[Area]) -> Reply:
    """Return the pages of a file of an accepted format, or why there are none; raises nothing but MemoryError."""
    kind = find_format(data)
    assert kind is not None, "the parent has looked at it"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pages = [
                _encode(_black_out(picture, [area for area in areas if area.page == number]))
                for number, picture in enumerate(_iterate_pictures(data, kind), 1)
            ]
    except MemoryError:
        raise
    except _Unfit as error:
        return Reply(faults=(error.fault,))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return Reply(faults=(_fault_pixels(),))
    except Exception:  # noqa: BLE001 - Decoders raise whatever they like on mangled files: one answer for all.
        return Reply(faults=(_fault_unreadable(kind),))
    beyond = sorted({area.page for area in areas if not 1 <= area.page <= len(pages)})
    if beyond:
        return Reply(faults=tuple(_fault_area(page, len(pages)) for page in beyond))
    return Reply(pages=tuple(pages))


def _iterate_pictures(data: bytes, kind: Format) -> Iterator[Image.Image]:
    if kind == "PDF":
        yield from _iterate_pdf(data)
    else:
        yield _open_photo(data, kind)


def _open_photo(data: bytes, kind: Format) -> Image.Image:
    """Return a photo upright on white; of one that moves, its first picture."""
    Image.MAX_IMAGE_PIXELS = ATTACHMENT_MAX_PIXELS
    with Image.open(io.BytesIO(data), formats=(kind,)) as opened:
        opened.load()
        upright = ImageOps.exif_transpose(opened)
    return _flatten(upright)


def _flatten(image: Image.Image) -> Image.Image:
    """Return a new picture of nothing but colours: what is transparent becomes white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _iterate_pdf(data: bytes) -> Iterator[Image.Image]:
    # The library tells its last error, also of a file before, where it fails without naming one: this names another.
    with suppress(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(b"no PDF")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise _Unfit(_fault_locked()) from error
        raise
    with document:
        if len(document) > ATTACHMENT_MAX_PAGES:
            raise _Unfit(_fault_pages(len(document)))
        for page in document:
            # Without its forms set up, no script of the document is ever looked at.
            scale = ATTACHMENT_EDGE_PX / max(*page.get_size(), _POINT_MIN)
            if min(page.get_size()) < _POINT_MIN:
                raise ValueError("a page without size")
            yield page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
            page.close()


def _black_out(picture: Image.Image, areas: Sequence[Area]) -> Image.Image:
    """Paint the areas black at full size, so that nothing below them bleeds into what is beside, and make it small."""
    _paint(picture, areas)
    picture.thumbnail((ATTACHMENT_EDGE_PX, ATTACHMENT_EDGE_PX), Image.Resampling.LANCZOS, reducing_gap=None)
    _paint(picture, areas)  # Once more: their edges were blurred.
    return picture


def _paint(picture: Image.Image, areas: Sequence[Area]) -> None:
    """Black out every pixel that an area touches."""
    width, height = picture.size
    draw = ImageDraw.Draw(picture)
    for area in areas:
        left, top = math.floor(area.left * width), math.floor(area.top * height)
        right, bottom = math.ceil(area.right * width) - 1, math.ceil(area.bottom * height) - 1
        draw.rectangle((left, top, max(left, right), max(top, bottom)), fill="black")


def _encode(picture: Image.Image) -> Page:
    out = io.BytesIO()
    picture.info.clear()  # Nothing that came with the file goes on with it.
    picture.save(out, "JPEG", quality=ATTACHMENT_QUALITY, subsampling="4:2:0", optimize=True)
    return Page(data=out.getvalue(), height_px=picture.height, width_px=picture.width)


def _fault_unreadable(kind: Format) -> Fault:
    what = "PDF" if kind == "PDF" else "照片"
    return Fault(
        code="attachment-unreadable",
        place="",
        found=f"读不出来的{what}",
        expected=f"能打开的{what}",
        remedy="在手机或电脑上打开核对；打得开的，截一张图或重拍一张再上传",
    )


def _fault_locked() -> Fault:
    return Fault(
        code="attachment-locked",
        place="",
        found="加了密码的 PDF",
        expected="没有密码的 PDF",
        remedy="用密码打开，打印成没有密码的 PDF，或截图、拍照再上传",
    )


def _fault_pixels() -> Fault:
    return Fault(
        code="attachment-pixels",
        place="",
        found="尺寸太大的照片",
        expected=f"不超过 {ATTACHMENT_MAX_PIXELS // 10_000:,} 万像素",
        remedy="把照片缩小，或用手机普通模式重拍再上传",
    )


def _fault_pages(pages: int) -> Fault:
    return Fault(
        code="attachment-pages",
        place="",
        found=f"{pages:,} 页",
        expected=f"不超过 {ATTACHMENT_MAX_PAGES} 页",
        remedy="只留与这张凭证有关的几页，或分成几个文件上传",
    )


def _fault_area(page: int, pages: int) -> Fault:
    return Fault(
        code="attachment-area",
        place="",
        found=f"要涂黑第 {page:,} 页",
        expected=f"第 1 至 {pages} 页里的一页",
        remedy="重新框出要涂黑的地方",
    )
