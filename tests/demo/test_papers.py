"""The demo's receipts: what is under version control is what the program draws, of the vouchers that they hang at."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageChops

from ledger.service.trays import SCALE
from web.demo.attaching import RECORDED, WAITING
from web.demo.books import MONTHS, DemoVoucher, list_vouchers, list_waiting
from web.demo.papers import FOLDER, Paper, list_papers, photograph, read_picture

PAPERS = {paper.filename: paper for paper in list_papers()}


def find_voucher(number: str) -> DemoVoucher:
    drawn = [voucher for month in MONTHS for voucher in list_vouchers(month)]
    return next(voucher for voucher in [*drawn, *list_waiting()] if voucher.number == number)


def open_picture(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def test_the_folder_holds_the_drawn_papers_and_no_others() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAPERS)


@pytest.mark.parametrize("name", PAPERS)
def test_a_kept_picture_has_the_drawn_pixels(name: str) -> None:
    kept, drawn = open_picture(read_picture(PAPERS[name])), open_picture(photograph(PAPERS[name]))

    assert ImageChops.difference(kept, drawn).getbbox() is None


@pytest.mark.parametrize("paper", PAPERS.values(), ids=list(PAPERS))
def test_the_lines_of_a_paper_add_up_to_its_voucher(paper: Paper) -> None:
    voucher = find_voucher(paper.voucher)
    paid = sum(line.fen for line in voucher.lines if line.side == "debit")

    assert sum(paper.parts) == (paid if paper.parts else 0)
    assert sum(other.voucher == paper.voucher for other in PAPERS.values()) == voucher.attachments


def test_every_paper_is_for_a_voucher_that_it_is_attached_to() -> None:
    assert {paper.voucher for paper in PAPERS.values()} == {*RECORDED, WAITING}
    assert [paper.filename for paper in PAPERS.values() if not paper.parts] == ["送货单.jpg"]


@pytest.mark.parametrize("paper", PAPERS.values(), ids=list(PAPERS))
def test_what_is_blacked_out_is_on_the_picture_and_has_something_below(paper: Paper) -> None:
    picture = open_picture(read_picture(paper)).convert("L")

    for _page, left, top, right, bottom in paper.list_areas():
        assert 0 < left < right < SCALE
        assert 0 < top < bottom < SCALE
        width, height = picture.size
        hidden = picture.crop(
            (left * width // SCALE, top * height // SCALE, right * width // SCALE, bottom * height // SCALE)
        )
        darkest, lightest = hidden.getextrema()
        assert lightest - darkest > 100  # Writing on paper.
    assert paper.list_areas()
