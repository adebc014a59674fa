"""Secret ballots as bodies of entries that tests record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.books.ballots import BallotClosed, BallotOpened, CastBallot
from tests.builders import Discloser

BALLOT = "CP-2026-001"


def build_ballot(texts: Discloser, number: str = BALLOT, **changes: Any) -> BallotOpened:
    """Two units, one question, four choices, five codes."""
    fields: dict[str, Any] = {
        "appraised": "unit",
        "choices": tuple(texts.publish(choice) for choice in ("优秀", "称职", "基本称职", "不称职")),
        "closes": "2026-11-05",
        "issued": 5,
        "members": (),
        "number": number,
        "opens": "2026-10-29",
        "questions": (texts.publish("今年干得怎么样"),),
        "title": texts.publish("网格民主测评"),
        "turnout_min": 50,
        "units": (texts.publish("第一网格"), texts.publish("第二网格")),
    }
    return BallotOpened(**(fields | changes))


def build_ballot_closed(
    cast: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    *,
    issued: int = 5,
    number: str = BALLOT,
    **changes: Any,
) -> BallotClosed:
    """`cast` are receipts with choices."""
    pairs = list(cast.items()) if isinstance(cast, Mapping) else list(cast)
    ballots = tuple(CastBallot(choices=choices, receipt=receipt) for receipt, choices in pairs)
    fields: dict[str, Any] = {"ballots": ballots, "number": number, "unused": issued - len(pairs)}
    return BallotClosed(**(fields | changes))
