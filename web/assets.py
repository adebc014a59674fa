"""The style, the scripts and the icon, in memory, each under a name that changes with its content.

Scripts import each other by their plain names, so they stand together in one folder that is named by all of them. The
fallback library among them is made by the set-up (`web/browser`); where it was not, pages say what they cannot check.
Comments of our own scripts stay here: a phone pays for every byte, and whoever audits reads the source.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib import resources

from web.cache import PageBytes, build_page_bytes

_MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_COMMENT = re.compile(rb"^[ ]*//.*$", re.MULTILINE)
"""A line that is only a comment; its end stays, so that an error names the line of the source."""

_IMPORT = re.compile(r'^import .* from "\./([a-z]+\.js)";$', re.MULTILINE)


@cache
def load_assets() -> dict[str, PageBytes]:
    """Return every static file by its public name: `style-<digest>.css`, `scripts-<digest>/check.js`."""
    files = {name: body for name, body in _read_files().items() if not name.endswith(".js")}
    scripts = {name: body for name, body in _read_files().items() if name.endswith(".js")}
    folder = f"scripts-{_digest(b''.join(name.encode() + body for name, body in scripts.items()))}"
    assets = {f"{folder}/{name}": _build(name, body) for name, body in scripts.items()}
    for name, body in files.items():
        stem, _, suffix = name.rpartition(".")
        assets[f"{stem}-{_digest(body)}.{suffix}"] = _build(name, body)
    return assets


@cache
def get_asset_path(name: str) -> str:
    """Return the path of a static file for a page: `/static/style-<digest>.css` of `style.css`."""
    stem, _, suffix = name.rpartition(".")
    for public in load_assets():
        folder, _, file = public.rpartition("/")
        if file == name or (not folder and public.startswith(f"{stem}-") and public.endswith(f".{suffix}")):
            return f"/static/{public}"
    raise ValueError(f"no static file {name}")


@cache
def list_imports(name: str) -> tuple[str, ...]:
    """Return the paths of the scripts that a script imports at once, directly or not, so that a page can name them
    all before the first has come.
    """
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        body = load_assets()[get_asset_path(waiting.pop()).removeprefix("/static/")].body.decode()
        new = [other for other in _IMPORT.findall(body) if other not in found and other != name]
        found.update(dict.fromkeys(new))
        waiting.extend(new)
    return tuple(get_asset_path(other) for other in sorted(found))


def has_fallback() -> bool:
    """Say whether the set-up made the library for browsers that cannot verify by themselves."""
    return "fallback.js" in _read_files()


def _read_files() -> dict[str, bytes]:
    folder = resources.files("web").joinpath("static")
    files = sorted(folder.iterdir(), key=lambda item: item.name)
    return {
        file.name: _leave_out_comments(file.name, file.read_bytes())
        for file in files
        if file.name.rpartition(".")[2] in _MEDIA_TYPES
    }


def _leave_out_comments(name: str, body: bytes) -> bytes:
    """Return one of our scripts without them; the library's carry its licence."""
    return _COMMENT.sub(b"", body) if name.endswith(".js") and name != "fallback.js" else body


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]


def _build(name: str, body: bytes) -> PageBytes:
    return build_page_bytes(body, _MEDIA_TYPES[name.rpartition(".")[2]])
