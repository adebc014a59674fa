"""Pages in memory: rendered once for each state of a village's log, compressed once, named by an ETag.

The key is (village, size of the log, size of its newest head, day that the page speaks of, path as the handler spells
it): nothing that a reader could choose freely stands in it, and a village that changed has other keys, so that its next
page is fresh.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from web.config import CACHE_MAX_BYTES, GZIP_LEVEL, GZIP_MIN_BYTES

PageKey = tuple[str, int, int, str, str]


@dataclass(frozen=True, slots=True)
class PageBytes:
    """A page ready to send.

    `body`        as it is
    `compressed`  gzip of it, empty where that saves nothing
    `etag`        with its quotation marks; that of the compressed form ends in `-gz`
    `media_type`  with charset where it is text
    """

    body: bytes
    compressed: bytes
    etag: str
    media_type: str

    @property
    def weight(self) -> int:
        """Bytes that keeping it takes."""
        return len(self.body) + len(self.compressed)


def build_page_bytes(body: bytes, media_type: str) -> PageBytes:
    """Compress and name a body."""
    compressed = b""
    if len(body) >= GZIP_MIN_BYTES and not media_type.startswith(("application/pdf", "image/jpeg")):
        compressed = gzip.compress(body, GZIP_LEVEL, mtime=0)
        if len(compressed) >= len(body):
            compressed = b""
    return PageBytes(body, compressed, f'"{hashlib.sha256(body).hexdigest()[:32]}"', media_type)


class PageCache:
    """The least recently used page goes first. Safe between threads."""

    def __init__(self, max_bytes: int = CACHE_MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._pages: OrderedDict[PageKey, PageBytes] = OrderedDict()
        self._lock = Lock()

    def find(self, key: PageKey) -> PageBytes | None:
        """Return the page under `key`, None when it has to be rendered."""
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def keep(self, key: PageKey, page: PageBytes) -> None:
        """Keep a page, unless it alone would fill a quarter of the room."""
        if page.weight > self._max_bytes // 4:
            return
        with self._lock:
            old = self._pages.pop(key, None)
            self._bytes += page.weight - (old.weight if old else 0)
            self._pages[key] = page
            while self._bytes > self._max_bytes:
                _, gone = self._pages.popitem(last=False)
                self._bytes -= gone.weight
