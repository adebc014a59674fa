"""Photos and PDF made for tests, also such as nobody should hand in."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

SECRET = b"31.2304-SECRET-121.4737"
SCRIPT = "app.alert.SECRET"


def picture(size: tuple[int, int] = (640, 480), colour: str = "white", mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, colour)


def marked(
    boxes: Sequence[tuple[tuple[int, int, int, int], str]], size: tuple[int, int] = (640, 480)
) -> Image.Image:
    """A white picture with boxes of colours on it, each by left, top, right, bottom."""
    image = picture(size)
    for box, colour in boxes:
        image.paste(Image.new("RGB", (box[2] - box[0], box[3] - box[1]), colour), box[:2])
    return image


def noisy(size: tuple[int, int] = (640, 480)) -> Image.Image:
    return Image.effect_noise(size, 80).convert("RGB")


def save(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photo_that_tells() -> bytes:
    """A photo with a place, a maker, a comment, a profile, a thumbnail's worth of text and an XMP packet."""
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()  # Make
    exif[0x9286] = SECRET  # UserComment
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.44), 29: SECRET.decode()})  # GPS
    return save(
        noisy(), exif=exif, comment=SECRET, icc_profile=SECRET * 9, xmp=b"<x:xmpmeta>" + SECRET, dpi=(72, 72)
    )


def turned(orientation: int) -> bytes:
    """A photo whose upper left quarter is red once it is upright, stored as a camera held that way stores it."""
    upright = marked([((0, 0, 320, 240), "red")])
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(back[orientation]) if orientation in back else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    return save(stored, exif=exif, quality=95)


def pdf(*texts: str, acts: bool = False, page_size: tuple[int, int] = (595, 842), **options: Any) -> bytes:
    """A PDF of one page a text in a font that it leaves to the machine; with `acts`, all that can run or open."""
    with pikepdf.new() as document:
        for text in texts:
            document.add_blank_page()
            page = document.pages[-1]
            page.MediaBox = Array([0, 0, *page_size])
            page.Resources = Dictionary(Font=Dictionary(F1=_font()))
            shown = text.encode("utf-16-be").hex().encode()
            page.Contents = document.make_stream(b"BT /F1 36 Tf 60 700 Td <%s> Tj ET" % shown)
        if acts:
            _arm(document)
        out = io.BytesIO()
        document.save(out, **options)
    return out.getvalue()


def strokes(count: int) -> bytes:
    """A PDF of one page on which so many lines are drawn: a small file that takes long, some 0.1 ms a line."""
    with pikepdf.new() as document:
        document.add_blank_page()
        page = document.pages[-1]
        page.MediaBox = Array([0, 0, 595, 842])
        page.Contents = document.make_stream(b"0 0 m 595 842 l S\n" * count)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def _font() -> Dictionary:
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name("/STSong-Light"),
        Encoding=Name("/UniGB-UCS2-H"),
        DescendantFonts=Array(
            [
                Dictionary(
                    Type=Name.Font,
                    Subtype=Name.CIDFontType0,
                    BaseFont=Name("/STSong-Light"),
                    CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"GB1", Supplement=4),
                )
            ]
        ),
    )


def _arm(document: pikepdf.Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=SCRIPT)
    launch = Dictionary(S=Name.Launch, F="/bin/true", Win=Dictionary(F="calc.exe"))
    address = Dictionary(S=Name.URI, URI="http://127.0.0.1:9/")
    document.Root.OpenAction = script
    document.Root.AA = Dictionary(WC=launch)
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", script])))
    document.attachments["evil.exe"] = SECRET
    page = document.pages[0]
    page.AA = Dictionary(O=launch, C=address)
    page.Annots = Array(
        [
            Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 500, 800], Border=[0, 0, 0], A=action)
            for action in (script, launch, address)
        ]
    )
    document.Root.AcroForm = Dictionary(
        Fields=Array([]), XFA=document.make_stream(b"<xdp>" + SECRET + b"</xdp>")
    )
