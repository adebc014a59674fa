"""Which programs, fonts and templates shape a sheet's bytes.

The digest of this list stands in `sheet.sealed`. Under the same list the same job gives the same bytes; under
another one an audit compares figures, not bytes.
"""

from __future__ import annotations

import ctypes
import hashlib
import platform
import zlib
from functools import cache
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable

from ledger.canonical import encode_value
from reports.fonts import digest_fonts

_DISTRIBUTIONS = (
    "brotli", "cffi", "cssselect2", "fonttools", "jinja2", "markupsafe", "msgspec", "pillow", "pydyf",
    "pyphen", "qrcode", "tinycss2", "tinyhtml5", "weasyprint", "zopfli",
)  # fmt: skip
_OURS = ("templates", "styles")


@cache
def describe_toolchain() -> bytes:
    """Return canonical JSON of every program and font, with its version or digest."""
    return encode_value(
        {
            "fonts": digest_fonts(),
            "libraries": {
                "fontconfig": str(ctypes.CDLL("libfontconfig.so.1").FcGetVersion()),
                "harfbuzz": _ask_version("libharfbuzz.so.0", "hb_version_string"),
                "pango": _ask_version("libpango-1.0.so.0", "pango_version_string"),
                "python": platform.python_version(),
                "zlib": zlib.ZLIB_RUNTIME_VERSION,
            },
            "packages": {name: version(name) for name in _DISTRIBUTIONS},
            "reports": _digest_own(),
        }
    )


def _ask_version(library: str, function: str) -> str:
    """Return what a system library says of itself; WeasyPrint loads the same file."""
    ask = getattr(ctypes.CDLL(library), function)
    ask.restype = ctypes.c_char_p
    answer: bytes = ask()
    return answer.decode()


def _digest_own() -> str:
    """Return one SHA-256 over this package's programs, templates and styles, by name and content."""
    root = resources.files("reports")
    digest = hashlib.sha256()
    for name, content in sorted(_list_files(root, "")):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _list_files(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    for item in folder.iterdir():
        if item.is_file() and item.name.endswith((".py", ".html", ".css")):
            found.append((prefix + item.name, item.read_bytes()))
        elif item.is_dir() and item.name in _OURS:
            found += _list_files(item, f"{prefix}{item.name}/")
    return found
