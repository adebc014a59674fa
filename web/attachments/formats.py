"""What a file is, by its first bytes: its name and what a browser says of it are only claims."""

from __future__ import annotations

from typing import Literal

Format = Literal["JPEG", "PNG", "WEBP", "PDF"]

ACCEPTED = "JPEG、PNG、WebP 照片或 PDF"
_REMEDY = "另存为 JPEG 或 PDF，或拍一张照片再上传"
_HEIC = "手机设置里把相机的格式改为「兼容性最佳」再拍，或把照片另存为 JPEG 再上传"
_OFD = "版式文件（OFD）用阅读器打开，另存为 PDF 再上传；压缩包先解开，一个一个上传"
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_KNOWN = (
    (b"PK", "压缩包或 OFD 文件", _OFD),
    (b"GIF8", "GIF 图片", _REMEDY),
    (b"II*\0", "TIFF 图片", _REMEDY),
    (b"MM\0*", "TIFF 图片", _REMEDY),
    (b"BM", "BMP 图片", _REMEDY),
    (b"%!PS", "PostScript 文件", _REMEDY),
    (b"\xc5\xd0\xd3\xc6", "PostScript 文件", _REMEDY),
    (b"<", "SVG 图片或网页", _REMEDY),
    (b"\xd0\xcf\x11\xe0", "旧版办公文档", _REMEDY),
)


def find_format(data: bytes) -> Format | None:
    """Return which of the accepted formats a file begins as, None for any other."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    return "PDF" if data.startswith(b"%PDF-") else None


def describe_other(data: bytes) -> tuple[str, str]:
    """Return what a file of no accepted format seems to be, and what to do about it."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "HEIC 照片（苹果等手机的格式）", _HEIC
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    return next(
        ((name, remedy) for start, name, remedy in _KNOWN if head.startswith(start)),
        ("认不出的文件", _REMEDY),
    )
