"""Grids and visits as bodies of entries that tests record: one grid, a lane in it, and two visits to a household."""

from __future__ import annotations

from ledger.books.grids import (
    GridsRegistered,
    GridUnit,
    HandHeld,
    NamingWithdrawn,
    OfficeHeld,
    VisitLine,
    VisitsRecorded,
)
from tests.builders import Discloser, make_id


def build_grids(texts: Discloser) -> GridsRegistered:
    def hold(name: str) -> dict[str, str]:
        return {"household": make_id("h", 0), "name": name, "paired": ""}

    return GridsRegistered(
        units=(
            GridUnit(
                ended=False,
                hands=(HandHeld(holder=texts.seal(hold("例小河"), "holder"), post="worker"),),
                households=40,
                level="first",
                name=texts.publish("东片网格"),
                number="WG-0001",
                offices=(
                    OfficeHeld(
                        holder=texts.seal(hold("样大山"), "holder"), post="head", shown=texts.publish("样*山")
                    ),
                ),
                parent="",
            ),
            GridUnit(
                ended=False,
                hands=(),
                households=12,
                level="lane",
                name=texts.publish("老槐巷"),
                number="WG-0002",
                offices=(),
                parent="WG-0001",
            ),
        )
    )


def build_unnaming(grids: GridsRegistered) -> NamingWithdrawn:
    """The head of the grid takes back that the whole name stands on paper."""
    unit = grids.units[0]
    return NamingWithdrawn(holder=unit.offices[0].holder.sealed, unit=unit.number)


def build_visits(texts: Discloser, version: int = 1, month: str = "2026-11") -> VisitsRecorded:
    visits = [
        texts.seal(
            {"day": day, "household": make_id("h", 0), "reason": "看望老人", "visitor": "例小河"}, "visit"
        )
        for day in (f"{month}-01", f"{month}-02")
    ]
    return VisitsRecorded(
        lines=(
            VisitLine(
                diaries=(
                    texts.seal({"day": f"{month}-02", "note": "疏通水沟", "visitor": "例小河"}, "diary"),
                ),
                unit="WG-0001",
                version=version,
                visits=tuple(sorted(visits, key=lambda item: item.sealed)),
            ),
        )
    )
