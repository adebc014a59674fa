"""A log from before amounts and carried results were kept has them after the migration, as folding it again gives."""

from __future__ import annotations

from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from ledger.books.vouchers import Posting
from ledger.home import open_home
from ledger.store.migrations import migrate
from ledger.store.postgresql import open_administration
from ledger.upkeep.facts import check_facts
from tests.builders import VILLAGE
from tests.homes import VillageHome, found_home
from tests.postgres import Cluster, cluster, database

__all__ = ["cluster", "database"]  # Fixtures, found here by name.

FORGET = "DELETE FROM {schema}facts WHERE fact LIKE 'amount/%' OR fact LIKE 'carried/%'"
GO_BACK = "UPDATE {schema}alembic_version SET version_num = 'ledger_0003'"


def live(village: VillageHome) -> None:
    """A voucher of several lines, one taken back and put right, and a carrying over."""
    village.open_books()
    wrong = village.record_voucher("购办公用纸", 32_500)
    village.correct_voucher(wrong.index, 32_500, 23_500)
    lines = [("501", "debit", 9_000), ("502", "debit", 4_000), ("321", "credit", 13_000)]
    carried = tuple(Posting(account=code, amount_fen=fen, side=side) for code, side, fen in lines)
    village.record_voucher("结转本年收益", 0, postings=carried)


def count_kept(village: VillageHome) -> int:
    with village.home.ledger.read(VILLAGE) as reader:
        return sum(key.startswith(("amount/", "carried/")) for key, _ in reader.iterate_facts())


def check(village: VillageHome) -> list[str]:
    return [finding.field for finding in check_facts(village.home, VILLAGE, lambda *_: None)]


def test_a_file_from_before_has_them(tmp_path: Path) -> None:
    village = found_home(tmp_path / "home")
    live(village)
    kept = count_kept(village)
    village.home.close()
    connection = sqlite.connect(tmp_path / "home" / "ledger.db")
    connection.execute(FORGET.format(schema=""))
    connection.execute(GO_BACK.format(schema=""))
    connection.commit()
    connection.close()

    village.home = open_home(tmp_path / "home")

    assert count_kept(village) == kept > 7
    assert check(village) == []
    village.home.close()


def test_a_server_from_before_has_them(tmp_path: Path, cluster: Cluster, database: str) -> None:
    village = found_home(tmp_path / "home", database=cluster.make_url(database, "mingbai"))
    live(village)
    kept = count_kept(village)
    cluster.run(database, FORGET.format(schema="ledger."), GO_BACK.format(schema="ledger."))
    assert count_kept(village) == 0

    migrate(open_administration(cluster.make_url(database), "ledger"), "ledger")

    assert count_kept(village) == kept > 7
    assert check(village) == []
    rows = cluster.run(
        database,
        "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relname IN ('entries', 'facts') ORDER BY 1",
    )
    assert rows == [("entries",), ("facts",)]
    village.home.close()


@pytest.mark.parametrize(
    "spoilt", ["{x", '{"body":{}}', '{"body":{"postings":[1]}}'], ids=["no JSON", "no postings", "no lines"]
)
def test_a_spoilt_entry_keeps_nobody_from_opening_the_home(tmp_path: Path, spoilt: str) -> None:
    village = found_home(tmp_path / "home")
    live(village)
    kept = count_kept(village)
    village.home.close()
    connection = sqlite.connect(tmp_path / "home" / "ledger.db")
    connection.execute(FORGET.format(schema=""))
    connection.execute(GO_BACK.format(schema=""))
    connection.execute("DROP TRIGGER entries_update")
    connection.execute("UPDATE entries SET data = ? WHERE kind = 'voucher.reversed'", (spoilt.encode(),))
    connection.commit()
    connection.close()

    village.home = open_home(tmp_path / "home")

    assert 0 < count_kept(village) < kept
    village.home.close()
