"""HTML to PDF: WeasyPrint, held to our own fonts and assets, to PDF/A-3a and to the same bytes each time."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from functools import cache
from threading import Lock

from weasyprint import HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from reports.failure import RenderFailed
from reports.fetcher import BASE, AssetFetcher
from reports.fonts import only_our_fonts

VARIANT = "pdf/a-3a"
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF: the data that the sheet's figures follow from."""

    content: bytes
    name: str
    description: str


def write_pdf(html: str, attached: Attached | None, made_on: dt.datetime) -> bytes:
    """Return the PDF of `html`; the same arguments give the same bytes.

    Raises RenderFailed when anything tries to load from elsewhere, or when WeasyPrint warns of a thing it
    could not lay out as told: a sheet with a piece missing must not hang.
    """
    attachments = [] if attached is None else [_attach(attached, made_on)]
    # Pango's font map is shared by all sheets of a process and not made for two threads.
    with _ONE_AT_A_TIME, _Warnings() as warnings:
        document = HTML(string=html, base_url=BASE, url_fetcher=AssetFetcher())
        try:
            data: bytes | None = document.write_pdf(
                attachments=attachments, font_config=_get_fonts(), pdf_variant=VARIANT, custom_metadata=False
            )
        except FatalURLFetchingError as error:
            raise RenderFailed(str(error)) from error
    if warnings.messages or data is None:
        raise RenderFailed("; ".join(warnings.messages))
    return data


@cache
def _get_fonts() -> FontConfiguration:
    with only_our_fonts():
        return FontConfiguration()


def _attach(attached: Attached, made_on: dt.datetime) -> Attachment:
    utc = made_on.astimezone(dt.UTC)  # WeasyPrint marks an attachment's times as UTC whatever they are.
    return Attachment(
        string=attached.content,
        name=attached.name,
        description=attached.description,
        created=utc,
        modified=utc,
        relationship="Source",
        url_fetcher=AssetFetcher(),
    )


class _Warnings(logging.Handler):
    """Collects what WeasyPrint and fontTools warn of while it is entered."""

    _NAMES = ("weasyprint", "fontTools")

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.name}: {record.getMessage()}")

    def __enter__(self) -> _Warnings:
        for name in self._NAMES:
            logging.getLogger(name).addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        for name in self._NAMES:
            logging.getLogger(name).removeHandler(self)
