"""What is handed in of a source document, and the pages it becomes."""

from __future__ import annotations

import hashlib

import msgspec

from ledger.errors import Fault


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """What is blacked out of a page: edges as fractions of its width and height, from the left and the top.

    `page` counts from 1. The page is the upright one that people see.
    """

    page: int
    left: float
    top: float
    right: float
    bottom: float


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was handed in. Its name is for telling people which one is meant, and for nothing else."""

    data: bytes
    filename: str
    areas: tuple[Area, ...] = ()


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page as a JPEG without anything but its pixels."""

    data: bytes
    height_px: int
    width_px: int

    @property
    def digest(self) -> str:
        """SHA-256 in hex, by which the archive keeps it."""
        return hashlib.sha256(self.data).hexdigest()


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """The public copy of a file: its pages, blacked out where that was asked. `original` is the file's SHA-256."""

    original: str
    pages: tuple[Page, ...]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a child is asked."""

    areas: tuple[Area, ...]
    data: bytes


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The pages, or why there are none; the faults do not know yet which file they speak of."""

    faults: tuple[Fault, ...] = ()
    pages: tuple[Page, ...] = ()
