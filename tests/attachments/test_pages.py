"""Pages of photos and PDF: what people see and nothing else, black where that was asked, and the same every time."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from ledger.limited.pool import Pool
from ledger.limits import ATTACHMENT_EDGE_PX, ATTACHMENT_MAX_PAGES
from tests.attachments.files import (
    SCRIPT,
    SECRET,
    marked,
    noisy,
    pdf,
    photo_that_tells,
    picture,
    save,
    turned,
)
from web.attachments.pictures import make_pages
from web.attachments.processing import open_pool, process_uploads
from web.attachments.values import Area, Attachment, Upload

RED = (255, 0, 0)
LEFT_HALF = Area(page=1, left=0, top=0, right=0.5, bottom=1)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with open_pool() as pool:
        yield pool


def process(pool: Pool, data: bytes, *areas: Area) -> Attachment:
    (attachment,) = process_uploads(pool, [Upload(areas=areas, data=data, filename="样.jpg")])
    return attachment


def show(attachment: Attachment, page: int = 0) -> Image.Image:
    return Image.open(io.BytesIO(attachment.pages[page].data))


def is_near(found: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(one - other) <= 12 for one, other in zip(found, colour, strict=True))


def list_segments(data: bytes) -> list[int]:
    """Return the markers of a JPEG up to its scan (ITU T.81, B.1.1.3); nothing may follow the end of the image."""
    assert data.endswith(b"\xff\xd9")
    markers, at = [], 2
    while data[at + 1] != 0xDA:
        assert data[at] == 0xFF
        markers.append(data[at + 1])
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    assert data.count(b"\xff\xd9", at) == 1
    return markers


JFIF, TABLES, FRAME = 0xE0, {0xDB, 0xC4}, 0xC0


def test_where_a_photo_was_taken_and_all_else_that_it_tells_stays_behind(pool: Pool) -> None:
    data = photo_that_tells()
    assert data.count(SECRET) > 4

    page = process(pool, data).pages[0]

    with Image.open(io.BytesIO(page.data)) as image:
        assert dict(image.getexif()) == {}
        assert set(image.info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert SECRET not in page.data
    assert set(list_segments(page.data)) == {JFIF, FRAME} | TABLES


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_upright_however_the_camera_was_held(pool: Pool, orientation: int) -> None:
    shown = show(process(pool, turned(orientation)))

    assert shown.size == (640, 480)
    assert is_near(shown.getpixel((100, 100)), RED)
    assert is_near(shown.getpixel((500, 100)), (255, 255, 255))
    assert is_near(shown.getpixel((100, 400)), (255, 255, 255))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_format_of_photos_becomes_a_page(pool: Pool, kind: str) -> None:
    data = save(marked([((0, 0, 320, 480), "red")]), kind, quality=95)

    attachment = process(pool, data)

    (page,) = attachment.pages
    assert (page.width_px, page.height_px) == show(attachment).size == (640, 480)
    assert is_near(show(attachment).getpixel((50, 50)), RED)
    assert attachment.original == hashlib.sha256(data).hexdigest()
    assert page.digest == hashlib.sha256(page.data).hexdigest()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_colours_of_any_kind_become_colours(pool: Pool, mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = Image.new("I;16", (640, 480), 65_535) if mode == "I;16" else picture().convert(mode)

    shown = show(process(pool, save(image, kind)))

    assert shown.mode == "RGB"
    assert is_near(shown.getpixel((9, 9)), (255, 255, 255))


def test_what_is_transparent_is_white(pool: Pool) -> None:
    shown = show(process(pool, save(Image.new("RGBA", (99, 99), (255, 0, 0, 0)), "PNG")))

    assert is_near(shown.getpixel((9, 9)), (255, 255, 255))


def test_of_what_moves_the_first_picture_is_taken(pool: Pool) -> None:
    moving = save(picture(colour="red"), "WEBP", save_all=True, append_images=[picture()], quality=95)

    attachment = process(pool, moving)

    assert len(attachment.pages) == 1
    assert is_near(show(attachment).getpixel((9, 9)), (254, 0, 0))


def test_several_pictures_in_one_photo_as_some_phones_save_them(pool: Pool) -> None:
    data = save(noisy(), "MPO", save_all=True, append_images=[noisy()])

    assert len(process(pool, data).pages) == 1


@pytest.mark.parametrize("size", [(3_000, 2_000), (2_000, 3_000), (6_000, 4_000), (9_000, 1), (1, 1)])
def test_a_page_is_as_large_as_its_limit_at_most(pool: Pool, size: tuple[int, int]) -> None:
    (page,) = process(pool, save(picture(size))).pages

    assert max(page.width_px, page.height_px) == min(max(size), ATTACHMENT_EDGE_PX)


@pytest.mark.parametrize(
    "tail", [b"PK\x03\x04" + SECRET, b"<html><script>alert(1)</script>" + SECRET, b"%PDF-1.7\n" + SECRET]
)
def test_what_else_a_file_is_does_not_come_through(pool: Pool, tail: bytes) -> None:
    photo = save(noisy(), comment=b"<script>alert(1)</script>/*" + SECRET)

    attachment = process(pool, photo + tail)

    data = attachment.pages[0].data
    assert attachment.pages == process(pool, photo).pages
    assert [word for word in (SECRET, b"script", b"PK\x03\x04", b"%PDF") if word in data] == []


def test_a_pdf_that_acts_becomes_the_plain_picture_that_it_shows(pool: Pool) -> None:
    armed, plain = pdf("购办公用纸", acts=True, compress_streams=False), pdf("购办公用纸")
    assert SCRIPT.encode() in armed
    assert SECRET in armed

    attachment = process(pool, armed)

    data = attachment.pages[0].data
    assert attachment.pages == process(pool, plain).pages
    assert [word for word in (SECRET, b"SECRET", b"http", b"calc") if word in data] == []
    assert set(list_segments(data)) == {JFIF, FRAME} | TABLES


def test_every_page_of_a_pdf_becomes_one_and_shows_chinese_in_a_font_of_the_machine(pool: Pool) -> None:
    attachment = process(pool, pdf("购办公用纸", "", "电子发票"))

    inked = [sum(show(attachment, page).convert("L").histogram()[:128]) for page in range(3)]
    assert [(page.width_px, page.height_px) for page in attachment.pages] == [(1131, ATTACHMENT_EDGE_PX)] * 3
    assert inked[1] == 0
    # Empty boxes for missing glyphs would be thin and all alike; these characters are dense.
    assert inked[0] > 3_000
    assert inked[2] > 3_000
    assert attachment.pages[0] != attachment.pages[2]


def test_as_many_pages_as_are_allowed(pool: Pool) -> None:
    assert len(process(pool, pdf(*["样"] * ATTACHMENT_MAX_PAGES)).pages) == ATTACHMENT_MAX_PAGES


@pytest.mark.parametrize("points", [3, 14_400, 9_000_000])
def test_a_page_of_a_pdf_is_as_large_as_its_limit_however_large_it_says_it_is(
    pool: Pool, points: int
) -> None:
    (page,) = process(pool, pdf("样", page_size=(points, points))).pages

    assert (page.width_px, page.height_px) == (ATTACHMENT_EDGE_PX, ATTACHMENT_EDGE_PX)


def test_a_blacked_out_area_is_black(pool: Pool) -> None:
    area = Area(page=1, left=0.25, top=0.25, right=0.75, bottom=0.5)

    shown = show(process(pool, save(picture(), quality=95), area))

    inside = shown.crop((160, 120, 480, 240))
    assert max(high for _, high in inside.getextrema()) <= 40
    assert shown.crop((176, 136, 464, 224)).getextrema() == ((0, 0),) * 3
    assert is_near(shown.getpixel((100, 100)), (255, 255, 255))
    assert is_near(shown.getpixel((500, 300)), (255, 255, 255))


def test_a_blacked_out_area_is_black_to_its_edges_in_a_photo_made_smaller(pool: Pool) -> None:
    edges = Area(page=1, left=0.2512, top=0.2512, right=0.7512, bottom=0.5012)

    shown = show(process(pool, save(picture((3_001, 2_003)), "PNG"), edges))

    width, height = shown.size
    inside = shown.crop(
        (int(0.2512 * width), int(0.2512 * height), int(0.7512 * width), int(0.5012 * height))
    )
    assert max(high for _, high in inside.getextrema()) <= 48


def test_one_decoder_alone_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    real = Image.open
    monkeypatch.setattr(Image, "open", lambda file, **how: (asked.append(how), real(file, **how))[1])

    for kind in ("JPEG", "PNG", "WEBP"):
        assert make_pages(save(picture(), kind), ()).pages

    assert asked == [{"formats": (kind,)} for kind in ("JPEG", "PNG", "WEBP")]


@pytest.mark.parametrize("size", [(640, 480), (3_001, 2_003)])
def test_nothing_of_what_is_below_a_blacked_out_area_is_in_the_bytes(
    pool: Pool, size: tuple[int, int]
) -> None:
    """Two photos that differ below it alone give the very same bytes: of neither can anything be in them."""
    right = (round(size[0] * 0.75), round(size[1] * 0.5))
    box = (round(size[0] * 0.25), round(size[1] * 0.25), *right)
    area = Area(page=1, left=0.25, top=0.25, right=0.75, bottom=0.5)
    red, green = (save(marked([(box, colour)], size), "PNG") for colour in ("red", "lime"))

    assert process(pool, red) != process(pool, green)
    assert process(pool, red, area).pages == process(pool, green, area).pages


def test_a_name_in_a_pdf_is_blacked_out_on_its_page_alone(pool: Pool) -> None:
    area = Area(page=2, left=0, top=0, right=1, bottom=0.3)

    first, second = (process(pool, pdf("样大山", name), area) for name in ("样大山", "例小河"))

    assert first.pages == second.pages
    assert first.pages[0] == process(pool, pdf("样大山")).pages[0]
    assert is_near(show(first, 1).getpixel((500, 100)), (0, 0, 0))


def test_areas_are_of_the_upright_page(pool: Pool) -> None:
    quarter = Area(page=1, left=0, top=0, right=0.5, bottom=0.5)

    shown = [
        show(process(pool, turned(orientation), quarter)).getpixel((100, 100)) for orientation in range(1, 9)
    ]

    assert shown == [(0, 0, 0)] * 8


def test_several_areas_and_the_smallest_one(pool: Pool) -> None:
    tiny = Area(page=1, left=0.9, top=0.9, right=0.9000001, bottom=0.9000001)

    shown = show(process(pool, save(picture()), LEFT_HALF, tiny))

    assert is_near(shown.getpixel((100, 100)), (0, 0, 0))
    assert min(low for low, _ in shown.crop((570, 425, 582, 439)).getextrema()) < 160


@pytest.mark.parametrize("data", [save(noisy()), save(noisy(), "WEBP"), pdf("购办公用纸", "电子发票")])
def test_the_same_file_gives_the_same_bytes_in_another_process(pool: Pool, data: bytes) -> None:
    with open_pool() as other:
        assert process(pool, data, LEFT_HALF) == process(other, data, LEFT_HALF)
