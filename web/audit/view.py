"""What the pages of the auditor's room share: the village of the session as one consistent view, and the way around."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from ledger.errors import NotFound
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.note import parse_note
from ledger.log.receipt import format_fingerprint
from ledger.ports import Head
from web.desk.routing import Desk
from web.site import VillageView

ROOM = "/audit"

_NUMBER = re.compile(r"0|[1-9][0-9]{0,11}", re.ASCII)


@contextmanager
def open_view(desk: Desk) -> Iterator[VillageView]:
    """Open the log of the session's village as one consistent view; NotFound for an account without a seat."""
    # Before the view is opened: a head signed in between would promise more than the view holds.
    newest = desk.ports.heads.find_newest(desk.village)
    with desk.ports.ledger.read(desk.village) as reader:
        yield VillageView(desk.site, desk.village, reader, newest)


def read_query(desk: Desk, name: str) -> str:
    """Return what the address says under a name, without blanks around it; empty where it says nothing."""
    return str(desk.request.query_params.get(name, "")).strip()


def find_number(text: str) -> int | None:
    """Return a whole number spelled the one way, None for anything else."""
    return int(text) if _NUMBER.fullmatch(text) else None


def read_number(desk: Desk, name: str) -> int | None:
    """Return the whole number that the address says under a name, None where it says nothing; NotFound for what is no
    number: our own links always are.
    """
    text = read_query(desk, name)
    if not text:
        return None
    number = find_number(text)
    if number is None:
        raise NotFound(text)
    return number


def tell_fingerprint(head: Head) -> str:
    """Return the fingerprint of a head as paper prints it."""
    return format_fingerprint(parse_checkpoint(parse_note(head.note).unproven_text))
