"""The awards list of a year: what was granted for it, to whom, as far as they let their names be told.

Made anew at each printing and kept nowhere: who withdraws or is erased stands on the next one no more.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from ledger.books.honours import GrantedTo, HonourSpan
from ledger.canonical import encode_value
from ledger.data import load_honours
from ledger.errors import NotFound
from ledger.figures.villages import describe_village
from ledger.ports import PaperJob, Ports, Reader
from ledger.service.honours import NamedHonour, list_named
from ledger.service.sheets import read_texts
from ledger.state import get_day
from ledger.state.honours import Granting, list_granted_for


class PaperAward(msgspec.Struct, frozen=True, kw_only=True):
    """One granting: who may be named, and how many `others` hold it. `own` tells an honour that the organisation gives
    to party members from those of the village; `index` is of its entry.
    """

    granted_to: GrantedTo
    index: int
    names: tuple[str, ...]
    number: str
    others: int
    own: bool
    span: HonourSpan
    title: str
    until: str


class AwardsPaper(msgspec.Struct, frozen=True, kw_only=True):
    """All that the paper says: what of a year's honours still stands, by number."""

    awards: tuple[PaperAward, ...]
    made_on: str  # YYYY-MM-DD, when it is printed
    telephone: str
    township: str
    village: str
    village_name: str
    year: str


class Laid(NamedTuple):
    """What is to be printed, and the households of those whom it names."""

    households: frozenset[str]
    job: PaperJob


def build_awards_job(ports: Ports, reader: Reader, village: str, year: str, base_url: str) -> Laid:
    """Return the awards list of a year. Raises NotFound where nothing that was granted for it stands, NotProven where
    the vault gives something else than what was sealed.
    """
    granted = [granting for granting in list_granted_for(reader.facts, year)[::-1] if granting.standing]
    if not granted:
        raise NotFound(f"{year} 年度表彰名单")
    named = list_named(ports, reader, village, granted)
    described = describe_village(reader.facts, read_texts(reader), village)
    paper = AwardsPaper(
        awards=tuple(_build_award(granting, one) for granting, one in zip(granted, named, strict=True)),
        made_on=get_day(ports.clock.now_ms()),
        telephone=described.telephone,
        township=described.township,
        village=village,
        village_name=described.name,
        year=year,
    )
    job = PaperJob(base_url=base_url, content=encode_value(paper), is_demo=ports.is_demo, kind="awards")
    return Laid(frozenset(household for one in named for household in one.households), job)


def _build_award(granting: Granting, named: NamedHonour) -> PaperAward:
    body = granting.body
    kind = load_honours().get(body.honour)
    return PaperAward(
        granted_to=body.granted_to,
        index=granting.at,
        names=named.names,
        number=body.number,
        others=named.others,
        own=kind is not None and kind.own is not None,
        span=body.span,
        title=named.title,
        until=body.until,
    )
