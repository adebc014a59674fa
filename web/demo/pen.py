"""A paper that the demo's receipts are drawn on: print, handwriting, tables and seals, and that it is a sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFont

from reports.fonts import find_fonts

MARK = "样张"
NOTE = "示例村用的样张：单位、人名、号码都是虚构的，不作任何凭据"
Box = tuple[int, int, int, int]
"""Left, top, right and bottom on the paper, in pixels."""
Colour = tuple[int, int, int]

PRINT: Colour = (40, 40, 44)
FORM: Colour = (150, 62, 48)
INK: Colour = (28, 48, 140)
SEAL: Colour = (205, 42, 36)


class Sheet:
    """A paper that is drawn on: forms in print, figures by hand in ink, seals in red."""

    def __init__(self, size: tuple[int, int], seed: str, tint: Colour) -> None:
        self.image = Image.new("RGB", size, tint)
        self.width, self.height = size
        self._draw = ImageDraw.Draw(self.image)
        self._random = Random(seed)

    def write(
        self,
        x: int,
        y: int,
        text: str,
        size: int,
        *,
        anchor: str = "lm",
        bold: bool = False,
        colour: Colour = PRINT,
    ) -> None:
        """Print a line; `anchor` as Pillow has it."""
        self._draw.text((x, y), text, colour, _get_font(size, bold=bold), anchor)

    def pen(self, x: int, y: int, text: str, size: int, *, colour: Colour = INK) -> None:
        """Write a line by hand: each character a little larger, higher and more slanted than the one before."""
        for character in text:
            grown = round(size * self._random.uniform(0.94, 1.08))
            font = _get_font(grown, bold=False)
            advance = font.getlength(character)
            tile = Image.new("L", (grown * 2, grown * 2), 0)
            ImageDraw.Draw(tile).text((grown, grown), character, 255, font, "mm")
            slant = self._random.uniform(0.10, 0.24)
            tile = tile.transform(
                tile.size,
                Image.Transform.AFFINE,
                (1, slant, -slant * grown, 0, 1, 0),
                Image.Resampling.BICUBIC,
            ).rotate(self._random.uniform(-4, 4), Image.Resampling.BICUBIC)
            place = (round(x + advance / 2) - grown, y - grown + self._random.randrange(-3, 4))
            self.image.paste(colour, place, tile)
            x += round(advance * self._random.uniform(0.92, 1.0))

    def line(self, x: int, y: int, right: int, bottom: int, *, colour: Colour, width: int = 2) -> None:
        self._draw.line((x, y, right, bottom), colour, width)

    def table(
        self,
        box: Box,
        columns: Sequence[int],
        rows: Sequence[Sequence[str]],
        *,
        colour: Colour,
        handwritten: bool = False,
    ) -> None:
        """Draw a ruled table in a box: widths of the columns in parts, the first row printed as its head."""
        left, top, right, bottom = box
        height = (bottom - top) / len(rows)
        edges = [
            left + (right - left) * sum(columns[:place]) // sum(columns) for place in range(len(columns) + 1)
        ]
        self._draw.rectangle(box, outline=colour, width=4)
        for place in range(1, len(rows)):
            self.line(left, round(top + place * height), right, round(top + place * height), colour=colour)
        for edge in edges[1:-1]:
            self.line(edge, top, edge, bottom, colour=colour)
        for number, row in enumerate(rows):
            y = round(top + (number + 0.5) * height)
            for text, start, end in zip(row, edges, edges[1:], strict=False):
                if number and handwritten:
                    self.pen(start + 14, y, text, 34)
                else:
                    self.write(
                        (start + end) // 2, y, text, 28, anchor="mm", colour=PRINT if number else colour
                    )

    def seal(self, x: int, y: int, owner: str, what: str, radius: int = 118) -> None:
        """Press a round seal: its owner around a star, what it is for below, and that it is a sample."""
        edge = radius + 8
        ink = Image.new("L", (edge * 2, edge * 2), 0)
        draw = ImageDraw.Draw(ink)
        draw.ellipse((8, 8, edge * 2 - 8, edge * 2 - 8), outline=235, width=7)
        star = [
            (
                edge + (radius * 0.27 if place % 2 == 0 else radius * 0.11) * math.sin(place * math.pi / 5),
                edge
                - 10
                - (radius * 0.27 if place % 2 == 0 else radius * 0.11) * math.cos(place * math.pi / 5),
            )
            for place in range(10)
        ]
        draw.polygon(star, fill=235)
        draw.text((edge, edge + radius * 0.46), what, 235, _get_font(radius // 5, bold=True), "mm")
        draw.text((edge, edge + radius * 0.70), MARK, 235, _get_font(radius // 6, bold=True), "mm")
        spread = min(230, 26 * len(owner))
        for place, character in enumerate(owner):
            turn = -spread / 2 + spread * place / max(len(owner) - 1, 1)
            glyph = Image.new("L", ink.size, 0)
            ImageDraw.Draw(glyph).text(
                (edge, edge - radius * 0.76), character, 235, _get_font(radius // 4, bold=True), "mm"
            )
            ink = ImageChops.lighter(ink, glyph.rotate(-turn, Image.Resampling.BICUBIC))
        ink = ink.rotate(self._random.uniform(-14, 14), Image.Resampling.BICUBIC)
        worn = Image.new("L", ink.size, 214)
        for _ in range(260):  # A pad that was not wet everywhere.
            spot_x, spot_y = self._random.randrange(edge * 2), self._random.randrange(edge * 2)
            size = self._random.randrange(1, 5)
            ImageDraw.Draw(worn).ellipse((spot_x, spot_y, spot_x + size, spot_y + size), fill=120)
        self.image.paste(SEAL, (x - edge, y - edge), ImageChops.multiply(ink, worn))

    def scatter(self, x: int, y: int, modules: int, size: int) -> None:
        """Draw what looks like a code from afar and is none: three corners and dots."""
        for row in range(modules):
            for column in range(modules):
                # How far from the middle of the corner that is nearest; there is none at the lower right.
                down, right = min(row, modules - 1 - row), min(column, modules - 1 - column)
                is_corner = max(down, right) < 8 and not (row > 8 and column > 8)
                ring = max(abs(down - 3), abs(right - 3))
                if ring in {0, 1, 3} if is_corner else self._random.random() < 0.5:
                    left, top = x + column * size, y + row * size
                    self._draw.rectangle((left, top, left + size - 1, top + size - 1), PRINT)

    def mark(self) -> None:
        """Say across the whole face, and below it, that this is a sample."""
        glyphs = Image.new("L", (self.width * 2, self.height * 2), 0)
        draw = ImageDraw.Draw(glyphs)
        font = _get_font(120, bold=True)
        for row, y in enumerate(range(0, self.height * 2, 300)):
            for x in range(-300 * (row % 2), self.width * 2, 600):
                draw.text((x, y), MARK, 30, font)
        glyphs = glyphs.rotate(24, Image.Resampling.BICUBIC)
        left, top = self.width // 2, self.height // 2
        shown = glyphs.crop((left, top, left + self.width, top + self.height))
        self.image.paste((90, 90, 96), (0, 0), shown)
        self.write(self.width // 2, self.height - 30, NOTE, 22, anchor="mm", colour=(110, 110, 114))


def _get_font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    """Return the sheets' own face; in the collection the Chinese one is the third."""
    files = find_fonts()
    path = files.bold if bold else files.regular
    return ImageFont.truetype(path, size, index=2 if path.suffix == ".ttc" else 0)
