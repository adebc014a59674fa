"""A secret ballot in a real home, from its question to its list: what tests of voting share."""

from __future__ import annotations

import msgspec

from ledger.ports import PaperJob
from ledger.service.ballots import Asking, BallotPaper, ask_ballot, prepare_ballot_closing, print_codes
from ledger.service.voting import cast_vote
from tests.ballots import BALLOT
from tests.builders import VILLAGE
from tests.homes import BASE_URL, VillageHome

ASKING = Asking(
    title="网格民主测评",
    appraised="unit",
    units="第一网格\n第二网格\n",
    branch="",
    group="",
    questions="今年干得怎么样",
    scale="four",
    issued="12",
    opens="2026-10-28",
    closes="2026-11-02",
    turnout_min="50",
    resolution="",
)


def open_ballot(village: VillageHome, **changes: str) -> str:
    """Ask and pass a ballot; return its number."""
    draft = ask_ballot(village.home, VILLAGE, village.clerk.user, ASKING._replace(**changes))
    village.pass_(draft)
    return draft.slot.removeprefix("ballot/")


def print_ballot(village: VillageHome, number: str = BALLOT) -> tuple[str, ...]:
    """Print a ballot's codes and return them, in the order in which they stand on paper."""
    jobs: list[PaperJob] = []

    def lay_out(job: PaperJob) -> bytes:
        jobs.append(job)
        return b"%PDF"

    assert print_codes(village.home, VILLAGE, number, BASE_URL, lay_out) == b"%PDF"
    return msgspec.json.decode(jobs[0].content, type=BallotPaper).codes


def cast(village: VillageHome, code: str, choices: str = "12") -> str:
    """Vote and return the receipt."""
    receipt = cast_vote(village.home, VILLAGE, code, choices)
    assert receipt is not None
    return receipt


def close_ballot(village: VillageHome, number: str = BALLOT) -> int:
    """Close a ballot by two persons; return the index of its entry."""
    draft = prepare_ballot_closing(village.home, VILLAGE, number, village.clerk.user)
    return village.pass_(draft)[0].index
