"""SQLite and PostgreSQL give the same log, byte for byte, for the same doings.

Ten thousand operations drawn from a seed: claims recorded alone and in batches of hundreds, claims sent again,
batches that are refused as a whole, appends that do not continue the log. Clock and randomness are the test's, so
that nothing but the database differs.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import msgspec
from sqlalchemy import text

from ledger.canonical import parse_entry
from ledger.entries import Claim, get_claim
from ledger.errors import Refused, Tampered
from ledger.home import Home
from ledger.service.record import Passed, record_claims
from ledger.store.tables import HEADS, LEDGER
from tests.builders import (
    MAKER,
    PASSED_BY,
    VILLAGE,
    Discloser,
    EntryChain,
    build_description,
    name_supervisor,
)
from tests.homes import VillageHome, found_home
from tests.postgres import LOGIN, Cluster

OPERATIONS = 10_000
CHECKER = "u-bbbbbbbbbb"


class Doings:
    """What is done to one village, the same for the same seed."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)  # Not for secrets: so that both villages live through the same.
        self._texts = Discloser(seed)
        self._recorded: list[Passed] = []
        self.operations = 0

    def do_next(self, village: VillageHome) -> object:
        """Do something next and return what came of it, for comparison."""
        village.clock.advance(self._random.randrange(5_000))
        kind = self._random.choices(["one", "few", "many", "again", "refused", "mixed", "fork"], CHANCES)[0]
        if kind == "fork":
            self.operations += 1
            return self._append_wrongly(village.home)
        passed = self._take(kind)
        self.operations += len(passed)
        try:
            receipts = record_claims(village.home, VILLAGE, passed)
        except Refused as refused:
            return refused.faults
        self._recorded += passed
        return receipts

    def _take(self, kind: str) -> list[Passed]:
        count = {"few": 2 + self._random.randrange(60), "many": 200 + self._random.randrange(400)}.get(
            kind, 1
        )
        new = [self._build() for _ in range(count)]
        known = self._random.sample(self._recorded, min(3, len(self._recorded)))
        if kind == "again":
            return known or new
        if kind == "refused":
            return [
                *new,
                msgspec.structs.replace(
                    new[0], checkers=(name_supervisor(MAKER),), claim=self._build().claim
                ),
            ]
        return [*known, *new, *known] if kind == "mixed" else new

    def _build(self) -> Passed:
        body = build_description(self._texts)
        claim: Claim = get_claim(EntryChain(VILLAGE).append(body))
        return Passed(checkers=(PASSED_BY,), claim=claim, public=self._texts.take_public())

    def _append_wrongly(self, home: Home) -> tuple[str, int, str]:
        """Append the newest entry once more, with something wrong, past the service."""
        change = self._random.choice([{"recorded_at": 1}, {"previous": "A" * 43 + "="}, {"index": 3}])
        try:
            with home.ledger.write(VILLAGE) as writer:
                last = writer.facts.read_entry(writer.size - 1)
                writer.append(msgspec.structs.replace(last, **({"index": writer.size} | change)), ())
        except (Tampered, ValueError) as error:
            return type(error).__name__, getattr(error, "index", -1), str(error)
        raise AssertionError("an append that does not continue the log was taken")


CHANCES = (40, 25, 5, 10, 8, 7, 5)


def read_tables(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of ledger and heads by table, in the order of the keys."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name, metadata in (("ledger", LEDGER), ("heads", HEADS)):
        engine = home.engines[name]
        with engine.connect() as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(
                    text("SELECT set_config('mingbai.village', :village, true)"), {"village": VILLAGE}
                )
            for table in metadata.sorted_tables:
                rows = connection.execute(table.select().order_by(*table.primary_key)).all()
                found[table.name] = [tuple(row) for row in rows]
    return found


def test_the_same_ten_thousand_operations_give_the_same_bytes(
    tmp_path: Path, cluster: Cluster, database: str
) -> None:
    villages = [
        found_home(tmp_path / "files"),
        found_home(tmp_path / "server", database=cluster.make_url(database, LOGIN)),
    ]
    doings = [Doings("the same"), Doings("the same")]

    while doings[0].operations < OPERATIONS:
        first, second = (one.do_next(village) for one, village in zip(doings, villages, strict=True))
        assert first == second
    files, server = (read_tables(village.home) for village in villages)

    assert server == files
    assert len(files["entries"]) > 7_000
    assert len(files["tiles"]) > 25
    assert len(files["heads"]) > 100
    assert [parse_entry(row[-1]).index for row in files["entries"]] == list(range(len(files["entries"])))
    for village in villages:
        village.home.close()
