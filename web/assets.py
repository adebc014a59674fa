"""The style, the script and the icon, in memory, each under a name that changes with its content."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

from web.cache import PageBytes, build_page_bytes

_MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@cache
def load_assets() -> dict[str, PageBytes]:
    """Return every static file by its public name: `style-<digest>.css`."""
    assets = {}
    for file in sorted(resources.files("web").joinpath("static").iterdir(), key=lambda item: item.name):
        stem, _, suffix = file.name.rpartition(".")
        if suffix in _MEDIA_TYPES:
            body = file.read_bytes()
            name = f"{stem}-{hashlib.sha256(body).hexdigest()[:12]}.{suffix}"
            assets[name] = build_page_bytes(body, _MEDIA_TYPES[suffix])
    return assets


@cache
def get_asset_path(name: str) -> str:
    """Return the path of a static file for a page: `/static/style-<digest>.css` of `style.css`."""
    stem, _, suffix = name.rpartition(".")
    for public in load_assets():
        if public.startswith(f"{stem}-") and public.endswith(f".{suffix}"):
            return f"/static/{public}"
    raise ValueError(f"no static file {name}")
