"""The agreement that a household signs, on paper: what is printed, for one household or with lines to fill in."""

from __future__ import annotations

import msgspec

from ledger.canonical import encode_value
from ledger.errors import NotFound
from ledger.figures.villages import describe_village
from ledger.ports import PaperJob, Ports, Reader
from ledger.service.sheets import read_texts
from ledger.state import get_day
from ledger.state.facts import RulebookFacts, get_fact


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """The household that signs; of the paper with lines to fill in everything is empty."""

    group: int = 0
    name: str = ""
    number: str = ""


class AgreementPaper(msgspec.Struct, frozen=True, kw_only=True):
    """All that the paper says. `version` is the newest of the rulebook, the only one that can be agreed to."""

    made_on: str  # YYYY-MM-DD
    signer: Signer
    since: str  # YYYY-MM, from when the version is in force
    telephone: str
    township: str
    version: int
    village: str
    village_name: str


def build_agreement_job(
    ports: Ports, reader: Reader, village: str, base_url: str, signer: Signer | None = None
) -> PaperJob:
    """Return the job of the paper to the newest rulebook. NotFound where there is none."""
    known = get_fact(reader.facts, "rulebook", RulebookFacts)
    if known is None:
        raise NotFound("积分细则")
    described = describe_village(reader.facts, read_texts(reader), village)
    paper = AgreementPaper(
        made_on=get_day(ports.clock.now_ms()),
        signer=signer or Signer(),
        since=reader.facts.read_entry(known.index).period,
        telephone=described.telephone,
        township=described.township,
        version=known.version,
        village=village,
        village_name=described.name,
    )
    return PaperJob(base_url=base_url, content=encode_value(paper), is_demo=ports.is_demo, kind="agreement")
