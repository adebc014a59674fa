"""The board that hangs in a lane, on paper: where it lies, what its head does, and who that is by a mask.

Whoever agreed to it in writing is called by the whole name, with a telephone where one was given, on what is printed at
the desk; the public page hands out the mask alone.
"""

from __future__ import annotations

from functools import partial

import msgspec

from ledger.books.grids import GridUnit, Held, NamingWithdrawn
from ledger.canonical import encode_value
from ledger.data import load_grids
from ledger.entries import Claim, name_clerk
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.figures.texts import Texts
from ledger.figures.villages import describe_village
from ledger.ports import PaperJob, Ports, Reader
from ledger.service.persons import refuse_stranger
from ledger.service.record import Passed, Receipt, record_claims
from ledger.service.sheets import read_texts
from ledger.state import get_day
from ledger.state.grids import UnitFacts, find_head_digest, find_named_head, find_unit, read_unit


class LaneBoard(msgspec.Struct, frozen=True, kw_only=True):
    """All that the paper says. `head` is a masked name, or with `is_named` the whole one, empty where nobody is;
    `within` the units it lies in, from the next to the widest.
    """

    duties: tuple[str, ...]
    head: str
    head_post: str
    households: int
    is_named: bool = False
    made_on: str  # YYYY-MM-DD, of the entry that says all this
    name: str
    number: str
    telephone: str = ""
    township: str
    village: str
    village_name: str
    within: tuple[str, ...]


def build_lane_job(
    ports: Ports, reader: Reader, village: str, number: str, base_url: str, named: Held | None = None
) -> PaperJob:
    """Return the job of a lane's board, with the whole name of a head who agreed to it where one is given. NotFound
    where there is no such lane, or where it is no more.
    """
    facts, texts, table = reader.facts, read_texts(reader), load_grids()
    known = find_unit(facts, number)
    if known is None or known.ended or known.level != "lane":
        raise NotFound("这条街巷")
    unit = read_unit(facts, number, known)
    described = describe_village(facts, texts, village)
    board = LaneBoard(
        duties=tuple(row.text for row in table.duties),
        head=named.name if named is not None else _read_mask(texts, unit),
        head_post=table.name_post("head", "lane"),
        households=known.households,
        is_named=named is not None,
        made_on=facts.read_entry(known.at).occurred_on,
        name=read_text(texts, unit.name),
        number=number,
        telephone=named.telephone if named is not None else "",
        township=described.township,
        village=village,
        village_name=described.name,
        within=_list_around(reader, known),
    )
    return PaperJob(base_url=base_url, content=encode_value(board), is_demo=ports.is_demo, kind="lane-board")


def find_named(ports: Ports, reader: Reader, village: str, number: str) -> Held | None:
    """Return the head of a unit who agreed that their whole name stands on paper, and did not take it back; None for
    nobody. Raises NotProven where the vault gives something else than what was sealed.
    """
    return find_named_head(reader.facts, number, partial(ports.vault.find_private, village))


def withdraw_naming(ports: Ports, village: str, number: str, maker: str) -> Receipt:
    """Record that the head of a unit takes back that their whole name stands on paper; at once, by a clerk, so that
    nobody can keep it waiting.

    Raises NotFound where nobody's stands there, Refused where the maker is no clerk of the village.
    """
    refuse_stranger(ports, village, maker)
    with ports.ledger.read(village) as reader:
        if find_named(ports, reader, village, number) is None:
            raise NotFound("这个网格牌上的全名")
        holder = find_head_digest(reader.facts, number)
    day = get_day(ports.clock.now_ms())
    claim = Claim(
        body=NamingWithdrawn(holder=holder, unit=number),
        kind="naming.withdrawn",
        maker=name_clerk(maker),
        occurred_on=day,
        period=day[:7],
        village=village,
    )
    (receipt,) = record_claims(ports, village, [Passed(checkers=(), claim=claim)])
    return receipt


def _read_mask(texts: Texts, unit: GridUnit) -> str:
    return next((read_text(texts, item.shown) for item in unit.offices if item.post == "head"), "")


def _list_around(reader: Reader, known: UnitFacts) -> tuple[str, ...]:
    found: list[str] = []
    around, number = find_unit(reader.facts, known.parent), known.parent
    while around is not None:
        found.append(read_text(read_texts(reader), read_unit(reader.facts, number, around).name))
        number = around.parent
        around = find_unit(reader.facts, number)
    return tuple(found)
