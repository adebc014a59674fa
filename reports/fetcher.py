"""What paper may load: our own style sheets, by name, from memory. Every other address is refused.

WeasyPrint by default opens files and addresses in many ways (links, images, styles, attachments); with this
fetcher none of them reaches a disk or a network.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

BASE = "mingbai:/"
"""Base of every address in a sheet: relative ones land in this scheme, which exists nowhere else."""
STYLE = f"{BASE}sheet.css"
BOOKLET_STYLE = f"{BASE}booklet.css"
ANNEX_STYLE = f"{BASE}annex.css"


class AssetFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types.
    """Serves the table below and nothing else; what it refuses ends the rendering."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return an asset; raises FatalURLFetchingError for any other address."""
        asset = _read_assets().get(url)
        if asset is None:
            raise FatalURLFetchingError(f"a sheet loads nothing from elsewhere: {url[:200]!r}")
        return URLFetcherResponse(url, asset, {"Content-Type": "text/css; charset=utf-8"})


@cache
def _read_assets() -> dict[str, bytes]:
    styles = resources.files("reports").joinpath("styles")
    return {
        ANNEX_STYLE: styles.joinpath("annex.css").read_bytes(),
        STYLE: styles.joinpath("sheet.css").read_bytes(),
        BOOKLET_STYLE: styles.joinpath("booklet.css").read_bytes(),
    }
