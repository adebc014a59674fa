"""What a village calls itself, as every sheet and paper heads itself with it."""

from __future__ import annotations

from typing import NamedTuple

from ledger.books.village import VillageDescribed
from ledger.figures.texts import Texts, read_text
from ledger.state.facts import Facts, VillageFacts, get_fact, read_body


class VillageWords(NamedTuple):
    """Name, telephone of the supervisors and township; the code and nothing else where the log does not say yet."""

    name: str
    telephone: str
    township: str


def describe_village(facts: Facts, texts: Texts, village: str) -> VillageWords:
    """Return what the newest description says of the village whose code is given."""
    known = get_fact(facts, "village", VillageFacts)
    if known is None or not known.described:
        return VillageWords(village, "", "")
    body = read_body(facts, known.described, VillageDescribed)
    name, telephone, township = (
        read_text(texts, text) for text in (body.name, body.telephone, body.township)
    )
    return VillageWords(name, telephone, township)
