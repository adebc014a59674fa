"""Files that are not taken, and what is said of them; names that want to be paths; limits that hold."""

from __future__ import annotations

import dataclasses
import io
import math
import os
import random
import signal
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from ledger.errors import Refused, format_fault
from ledger.limited.child import Limits
from ledger.limited.pool import ChildDied, Pool
from ledger.limits import ATTACHMENT_MAX_BYTES, ATTACHMENT_MAX_PAGES, NAME_MAX_CHARS
from tests.attachments.files import noisy, pdf, picture, save, strokes
from tests.fuzz.mutants import mutate_bytes
from web.attachments.processing import LIMITS, clean_name, open_pool, process_uploads
from web.attachments.values import Area, Upload

QUICK, DEEP = 300, 5_000
NAME = "样.jpg"


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with open_pool() as pool:
        yield pool


def refuse(pool: Pool, data: bytes, *areas: Area, filename: str = NAME) -> list[str]:
    with pytest.raises(Refused) as caught:
        process_uploads(pool, [Upload(areas=areas, data=data, filename=filename)])
    return [format_fault(fault) for fault in caught.value.faults]


def claim_size(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is as large as that."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


def swollen_text() -> bytes:
    """A PNG whose description unpacks to a hundred megabytes."""
    data = save(picture((9, 9)), "PNG")
    body = b"zTXt" + b"a\0\0" + zlib.compress(bytes(100_000_000))
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:33] + chunk + data[33:]


WHOLE: list[tuple[str, Callable[[], bytes], str]] = [
    (
        "nothing",
        lambda: b"",
        "第 1 个附件「样.jpg」：现为0 字节，应为JPEG、PNG、WebP 照片或 PDF。重新选择文件。（attachment-empty）",
    ),
    (
        "too many bytes",
        lambda: b"\xff\xd8\xff" + bytes(ATTACHMENT_MAX_BYTES),
        (
            "第 1 个附件「样.jpg」：现为20,971,523 字节，应为不超过 20,971,520 字节。"
            "把照片缩小，或把 PDF 分成几个文件再上传。（attachment-too-large）"
        ),
    ),
    (
        "a photo of another maker's format",
        lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        (
            "第 1 个附件「样.jpg」：现为HEIC 照片（苹果等手机的格式），应为JPEG、PNG、WebP 照片或 PDF。"
            "手机设置里把相机的格式改为「兼容性最佳」再拍，或把照片另存为 JPEG 再上传。（attachment-type）"
        ),
    ),
    (
        "an invoice in a format of its own",
        lambda: b"PK\x03\x04" + bytes(60),
        (
            "第 1 个附件「样.jpg」：现为压缩包或 OFD 文件，应为JPEG、PNG、WebP 照片或 PDF。"
            "版式文件（OFD）用阅读器打开，另存为 PDF 再上传；压缩包先解开，一个一个上传。（attachment-type）"
        ),
    ),
    (
        "half a photo",
        lambda: save(noisy())[:9_000],
        (
            "第 1 个附件「样.jpg」：现为读不出来的照片，应为能打开的照片。"
            "在手机或电脑上打开核对；打得开的，截一张图或重拍一张再上传。（attachment-unreadable）"
        ),
    ),
    (
        "a PDF that is none",
        lambda: b"%PDF-1.7\n" + bytes(99),
        (
            "第 1 个附件「样.jpg」：现为读不出来的PDF，应为能打开的PDF。"
            "在手机或电脑上打开核对；打得开的，截一张图或重拍一张再上传。（attachment-unreadable）"
        ),
    ),
    (
        "a PDF with a password",
        lambda: pdf("样", encryption=pikepdf.Encryption(owner="样", user="样")),
        (
            "第 1 个附件「样.jpg」：现为加了密码的 PDF，应为没有密码的 PDF。"
            "用密码打开，打印成没有密码的 PDF，或截图、拍照再上传。（attachment-locked）"
        ),
    ),
    (
        "too many pixels",
        lambda: claim_size(6_001, 4_000),
        (
            "第 1 个附件「样.jpg」：现为尺寸太大的照片，应为不超过 2,400 万像素。"
            "把照片缩小，或用手机普通模式重拍再上传。（attachment-pixels）"
        ),
    ),
    (
        "too many pages",
        lambda: pdf(*["样"] * (ATTACHMENT_MAX_PAGES + 1)),
        (
            "第 1 个附件「样.jpg」：现为21 页，应为不超过 20 页。"
            "只留与这张凭证有关的几页，或分成几个文件上传。（attachment-pages）"
        ),
    ),
]


@pytest.mark.parametrize(("make", "told"), [row[1:] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_what_is_wrong_is_told_with_what_to_do(pool: Pool, make: Callable[[], bytes], told: str) -> None:
    assert refuse(pool, make()) == [told]


OTHERS = {
    "GIF 图片": lambda: save(picture(), "GIF"),
    "TIFF 图片": lambda: save(picture(), "TIFF"),
    "BMP 图片": lambda: save(picture(), "BMP"),
    "PostScript 文件": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(ls) system",
    "SVG 图片或网页": lambda: b'\xef\xbb\xbf <svg xmlns="http://www.w3.org/2000/svg"/>',
    "旧版办公文档": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "认不出的文件": lambda: save(picture(), "JPEG2000"),
}


@pytest.mark.parametrize("found", OTHERS)
def test_other_formats_are_refused_by_what_they_are(pool: Pool, found: str) -> None:
    (said,) = refuse(pool, OTHERS[found]())

    assert said.startswith(f"第 1 个附件「样.jpg」：现为{found}，应为JPEG、PNG、WebP 照片或 PDF。")


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff%!PS-Adobe-3.0 EPSF-3.0\n",
        b"\xff\xd8\xff" + save(picture(), "TIFF"),
        b"\x89PNG\r\n\x1a\n" + save(picture(), "GIF"),
        b"RIFF\x10\0\0\0WEBPVP8 ",
        save(picture(), "AVIF"),
        swollen_text(),
        claim_size(0, 9),
        pdf("样").replace(b"/Pages", b"/Rages"),
        pdf(),
    ],
)
def test_no_other_decoder_is_asked_and_what_swells_is_refused(pool: Pool, data: bytes) -> None:
    (said,) = refuse(pool, data)

    assert said.endswith(("（attachment-unreadable）", "（attachment-type）"))


@pytest.mark.parametrize("size", [(30_000, 30_000), (2**31 - 1, 2**31 - 1), (24_000_001, 1)])
def test_a_photo_that_would_swell_is_refused_before_it_does(pool: Pool, size: tuple[int, int]) -> None:
    (said,) = refuse(pool, claim_size(*size))

    assert said.endswith(("（attachment-pixels）", "（attachment-unreadable）"))


@pytest.mark.parametrize(
    "edges",
    [
        (0, 0, 0, 1),
        (0.5, 0, 0.2, 1),
        (0, 0, 1.01, 1),
        (-0.1, 0, 1, 1),
        (0, 0, math.nan, 1),
        (0, math.inf, 1, 1),
    ],
)
def test_an_area_that_is_none(pool: Pool, edges: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = edges

    assert refuse(pool, save(picture()), Area(page=1, left=left, top=top, right=right, bottom=bottom)) == [
        (
            "第 1 个附件「样.jpg」：现为框在页面外面，或没有大小，应为页面里的一块。"
            "重新框出要涂黑的地方。（attachment-area）"
        )
    ]


def test_an_area_of_a_page_that_there_is_not(pool: Pool) -> None:
    areas = [Area(page=page, left=0, top=0, right=1, bottom=1) for page in (0, 1, 3)]

    assert refuse(pool, pdf("样", "例"), *areas) == [
        (
            f"第 1 个附件「样.jpg」：现为要涂黑第 {page} 页，应为第 1 至 2 页里的一页。"
            "重新框出要涂黑的地方。（attachment-area）"
        )
        for page in (0, 3)
    ]


def test_all_faults_of_all_files_are_told_at_once(pool: Pool) -> None:
    good, area = save(picture()), Area(page=1, left=1, top=0, right=0, bottom=1)
    uploads = [
        Upload(data=b"", filename="甲.jpg"),
        Upload(data=good, filename="乙.jpg"),
        Upload(areas=(area, area), data=b"GIF89a", filename="丙.gif"),
        Upload(data=good[:99], filename="丁.jpg"),
    ]

    with pytest.raises(Refused) as caught:
        process_uploads(pool, uploads)

    assert [(fault.place, fault.code) for fault in caught.value.faults] == [
        ("第 1 个附件「甲.jpg」", "attachment-empty"),
        ("第 3 个附件「丙.gif」", "attachment-type"),
        ("第 3 个附件「丙.gif」", "attachment-area"),
        ("第 3 个附件「丙.gif」", "attachment-area"),
        ("第 4 个附件「丁.jpg」", "attachment-unreadable"),
    ]


DEVICES = ("CON", "NUL", "AUX", "COM1", "LPT1", "PRN.jpg", "con.jpg")
NASTY = [
    *("../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "C:\\a.jpg", "\\\\host\\share\\a.jpg", "~/a"),
    *("", ".", "..", "...", "/", "\\", "a/", "a\\", "./.", "../", "//", "a//b", ".htaccess", "a.jpg/", "-rf"),
    *("a\0.jpg", "a\n.jpg", "a\r\nX: y", "a\tb", "\x1b[2J", "\x7f", "a\u202egpj.exe", "\u200b", "\ufeffa", "\ud800"),
    *("a\u2028b", "~root", "a;rm -rf", "$(id)", "`id`", "|id", "&id", "a'b", 'a"b', "<script>", "{{7*7}}", "%00"),
    *("%2e%2e%2f", "a?b", "*", "a:b", "file:///etc/passwd", "http://127.0.0.1/a.jpg", "=cmd|' /C calc'!A0"),
    *("样" * 5_000, "a" * 300, ".jpg", "a.jpg.exe", "𠮷.jpg", "--help", *DEVICES),
]  # fmt: skip


def test_there_are_as_many_names_as_were_promised() -> None:
    assert len(set(NASTY)) >= 60


def test_a_file_name_never_touches_the_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    opened: list[object] = []
    photo = save(picture((9, 9)))
    with Pool("web.attachments.child", LIMITS, requests_per_child=len(NASTY) + 1) as pool:
        expected = process_uploads(pool, [Upload(data=photo, filename=NAME)])
        with monkeypatch.context() as watched:
            for name in ("open", "mkdir", "stat", "unlink", "rename"):
                watched.setattr(os, name, lambda *words, **_: opened.append(words))
            watched.setattr("builtins.open", lambda *words, **_: opened.append(words))
            made = [process_uploads(pool, [Upload(data=photo, filename=name)]) for name in NASTY]

    assert made == [expected] * len(NASTY)
    assert opened == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_a_nasty_name_is_told_in_one_short_line(pool: Pool, name: str) -> None:
    (line,) = refuse(pool, b"", filename=name)

    shown = line.partition("「")[2].partition("」：")[0]
    assert shown.isprintable()
    assert 0 < len(shown) <= NAME_MAX_CHARS
    assert not set(shown) & set("/\\")
    assert clean_name(shown) == shown


def limit(**changes: int) -> Limits:
    return dataclasses.replace(LIMITS, **changes)


def test_too_much_time_and_too_much_memory_are_told_and_the_next_file_is_taken() -> None:
    large, small = save(noisy((5_000, 4_000)), "PNG", compress_level=1), save(picture())
    large = large if len(large) < ATTACHMENT_MAX_BYTES else save(noisy((6_000, 4_000)))
    with open_pool(limit(cpu_s=1)) as hasty, open_pool(limit(memory_bytes=160 << 20)) as narrow:
        late, big = refuse(hasty, strokes(100_000)), refuse(narrow, large)
        process_uploads(narrow, [Upload(data=small, filename=NAME)])

    assert late == [
        (
            "第 1 个附件「样.jpg」：现为读到一半，时间用完，"
            "应为至多 1 秒处理器时间、1024 MiB 内存就读得完的照片或 PDF。"
            "不要上传来路不明的文件；是自己的，截一张图或重拍一张再上传。（attachment-limit）"
        )
    ]
    assert "读到一半，内存用完，应为至多 30 秒处理器时间、160 MiB 内存" in big[0]


class _Dying(Pool):
    """A pool whose children end at once, as a decoder does that is broken from within."""

    def ask(self, request: bytes) -> bytes:
        raise ChildDied(-signal.SIGSEGV)


def test_a_child_that_breaks_down_is_a_fault_of_the_file() -> None:
    (said,) = refuse(_Dying("web.attachments.child", LIMITS), save(picture()))

    assert "读到一半，读附件的程序中断了" in said


def mangle(pool: Pool, seed: int, count: int) -> set[str]:
    """Hand in mutants; returns what came of them. Whatever is let through must be a page of ours."""
    draw = random.Random(seed)
    seeds = [
        *(save(noisy((64, 48)), kind) for kind in ("JPEG", "PNG", "WEBP")),
        pdf("样"),
        pdf("样", acts=True),
    ]
    outcomes = set()
    for _ in range(count):
        try:
            (attachment,) = process_uploads(
                pool, [Upload(data=mutate_bytes(draw, draw.choice(seeds)), filename=NAME)]
            )
        except Refused as refusal:
            outcomes |= {fault.code for fault in refusal.faults}
            continue
        for page in attachment.pages:
            with Image.open(io.BytesIO(page.data), formats=("JPEG",)) as image:
                assert image.size == (page.width_px, page.height_px)
        outcomes.add("taken")
    return outcomes


def test_mangled_files_are_taken_or_refused(pool: Pool) -> None:
    outcomes = mangle(pool, 20_261_122, QUICK)

    assert {"taken", "attachment-unreadable"} <= outcomes
    assert "attachment-limit" not in outcomes


@pytest.mark.deep
@pytest.mark.timeout(3_600)
def test_five_thousand_mangled_files(pool: Pool) -> None:
    assert "attachment-limit" not in mangle(pool, 20_261_123, DEEP)
