"""The board that hangs in a lane, on paper: where it lies, what its head does, and who that is by a mask.

It has no telephone. Who agrees to be called by the whole name writes it there by hand.
"""

from __future__ import annotations

import msgspec

from ledger.canonical import encode_value
from ledger.data import load_grids
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.figures.villages import describe_village
from ledger.ports import PaperJob, Ports, Reader
from ledger.service.sheets import read_texts
from ledger.state.grids import UnitFacts, find_unit, read_unit


class LaneBoard(msgspec.Struct, frozen=True, kw_only=True):
    """All that the paper says. `head` is a masked name, empty where nobody is; `within` the units it lies in, from the
    next to the widest.
    """

    duties: tuple[str, ...]
    head: str
    head_post: str
    households: int
    made_on: str  # YYYY-MM-DD, of the entry that says all this
    name: str
    number: str
    township: str
    village: str
    village_name: str
    within: tuple[str, ...]


def build_lane_job(ports: Ports, reader: Reader, village: str, number: str, base_url: str) -> PaperJob:
    """Return the job of a lane's board. NotFound where there is no such lane, or where it is no more."""
    facts, texts, table = reader.facts, read_texts(reader), load_grids()
    known = find_unit(facts, number)
    if known is None or known.ended or known.level != "lane":
        raise NotFound("这条街巷")
    unit = read_unit(facts, number, known)
    described = describe_village(facts, texts, village)
    board = LaneBoard(
        duties=tuple(row.text for row in table.duties),
        head=next((read_text(texts, item.shown) for item in unit.offices if item.post == "head"), ""),
        head_post=table.name_post("head", "lane"),
        households=known.households,
        made_on=facts.read_entry(known.at).occurred_on,
        name=read_text(texts, unit.name),
        number=number,
        township=described.township,
        village=village,
        village_name=described.name,
        within=_list_around(reader, known),
    )
    return PaperJob(base_url=base_url, content=encode_value(board), is_demo=ports.is_demo, kind="lane-board")


def _list_around(reader: Reader, known: UnitFacts) -> tuple[str, ...]:
    found: list[str] = []
    around, number = find_unit(reader.facts, known.parent), known.parent
    while around is not None:
        found.append(read_text(read_texts(reader), read_unit(reader.facts, number, around).name))
        number = around.parent
        around = find_unit(reader.facts, number)
    return tuple(found)
