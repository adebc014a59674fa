"""A log from before it was kept what sheets tell of has it after the migration, as folding it again gives."""

from __future__ import annotations

from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from ledger.home import open_home
from ledger.store.migrations import migrate
from ledger.store.postgresql import open_administration
from ledger.upkeep.facts import check_facts
from tests.builders import (
    VILLAGE,
    build_answer,
    build_asset,
    build_asset_change,
    build_asset_disposal,
    build_objection,
    build_resource,
    build_resource_change,
    build_stocktake,
)
from tests.homes import VillageHome, found_home
from tests.postgres import Cluster, cluster, database

__all__ = ["cluster", "database"]  # Fixtures, found here by name.

FORGET = "DELETE FROM {schema}facts WHERE fact LIKE 'told/%'"
GO_BACK = "UPDATE {schema}alembic_version SET version_num = 'ledger_0004'"


def live(village: VillageHome) -> None:
    """One entry of every kind that sheets tell of, and a voucher, which they do not."""
    village.open_books()
    texts = village.texts
    village.record(build_asset(texts))
    village.record(build_asset_change(texts, quantity=1))
    village.record(build_stocktake(texts, ("ZC-0001", 1, 0)))
    village.record(build_asset_disposal(texts))
    village.record(build_resource(texts))
    village.record(build_resource_change(texts))
    village.record(build_objection(texts))
    village.record(build_answer(texts))
    village.record_voucher("购办公用纸", 32_500)


def count_told(village: VillageHome) -> int:
    with village.home.ledger.read(VILLAGE) as reader:
        return sum(key.startswith("told/") for key, _ in reader.iterate_facts())


def check(village: VillageHome) -> list[str]:
    return [finding.field for finding in check_facts(village.home, VILLAGE, lambda *_: None)]


@pytest.mark.parametrize("forget", [FORGET, "SELECT 1"], ids=["from-before", "folded-again-by-hand"])
def test_a_file_from_before_has_them(tmp_path: Path, forget: str) -> None:
    village = found_home(tmp_path / "home")
    live(village)
    village.home.close()
    connection = sqlite.connect(tmp_path / "home" / "ledger.db")
    connection.execute(forget.format(schema=""))
    connection.execute(GO_BACK.format(schema=""))
    connection.commit()
    connection.close()

    village.home = open_home(tmp_path / "home")

    assert count_told(village) == 8
    assert check(village) == []
    village.home.close()


def test_a_server_from_before_has_them(tmp_path: Path, cluster: Cluster, database: str) -> None:
    village = found_home(tmp_path / "home", database=cluster.make_url(database, "mingbai"))
    live(village)
    cluster.run(database, FORGET.format(schema="ledger."), GO_BACK.format(schema="ledger."))
    assert count_told(village) == 0

    migrate(open_administration(cluster.make_url(database), "ledger"), "ledger")

    assert count_told(village) == 8
    assert check(village) == []
    rows = cluster.run(
        database,
        "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relname IN ('entries', 'facts') ORDER BY 1",
    )
    assert rows == [("entries",), ("facts",)]
    village.home.close()
