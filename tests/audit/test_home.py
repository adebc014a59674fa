"""A home's own database altered by its owner, triggers dropped first: every row that matters is found and named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pysqlite3.dbapi2 as sqlite
import pytest
from click.testing import CliRunner

from ledger.audit import Report, audit_log
from ledger.cli import root
from ledger.home import open_home
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.hashing import hash_leaf
from ledger.log.keys import parse_signing_key
from ledger.log.tiles import ENTRIES, MemoryTiles, Tile
from ledger.log.tree import compute_root, format_frontier
from ledger.service.sheets import find_sheet
from ledger.sources import open_home_log
from tests.builders import (
    VILLAGE,
    Discloser,
    build_agreements,
    build_households,
    build_points_line,
    build_points_round,
    build_rulebook,
)
from tests.homes import open_village

SPOILED = "CAST(substr(frontier, 1, length(frontier) - 1) || x'00' AS BLOB)"


def swap(column: str, old: str, new: str) -> str:
    """Return SQL for a column of bytes in which a text is another."""
    return f"CAST(replace(CAST({column} AS TEXT), '{old}', '{new}') AS BLOB)"


Attack = Callable[..., Report]
"""Run statements on one database of a copy of the home, then audit it through the command."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with all three ledgers, October closed and its three sheets sealed: entries 0 to 17."""
    path = tmp_path_factory.mktemp("built") / "home"
    with open_village(path) as village:
        village.record_october()
    return path


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "home"))


@pytest.fixture
def attack(home: Path) -> Attack:
    def run(name: str, *statements: str) -> Report:
        connection = sqlite.connect(home / f"{name}.db", isolation_level=None)
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("PRAGMA ignore_check_constraints = 1")
        for statement in statements:
            assert connection.execute(statement).rowcount, statement
        connection.close()
        return audit_home(home)

    return run


def audit_home(home: Path) -> Report:
    result = CliRunner().invoke(root, ["audit", "--home", str(home), "--json"])
    (report,) = msgspec.json.decode(result.stdout, type=list[Report])
    assert result.exit_code == (1 if report.findings else 0)
    return report


def list_found(report: Report) -> set[tuple[str, int]]:
    return {(finding.code, finding.entry) for finding in report.findings}


def test_an_untouched_home_agrees(home: Path) -> None:
    report = audit_home(home)

    assert report.findings == ()
    assert (report.entries, report.examined, report.sheets, report.erased) == (18, 18, 3, 0)


@pytest.mark.parametrize("index", range(18))
def test_the_bytes_of_an_entry_altered_are_named(attack: Attack, index: int) -> None:
    report = attack(
        "ledger",
        f"UPDATE entries SET data = {swap('data', 'recorded_at', 'recorded_up')} WHERE entry_index = {index}",
    )

    assert {entry for _, entry in list_found(report)} - {-1} == {index}
    assert ("entry-altered", index) in list_found(report)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("leaf", "zeroblob(32)"),
        ("leaf", "x'00'"),
        ("previous", "randomblob(32)"),
        ("claim", "zeroblob(32)"),
        ("kind", "'period.closed'"),
        ("recorded_at", "recorded_at + 1"),
    ],
)
def test_a_column_beside_an_entry_altered_is_named(attack: Attack, column: str, value: str) -> None:
    report = attack("ledger", f"UPDATE entries SET {column} = {value} WHERE entry_index = 4")

    assert ("column-differs", 4) in list_found(report)
    assert f"数据库的 {column} 列" in {finding.field for finding in report.findings}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM entries WHERE entry_index = 5", ("entry-missing", 5)),
        ("DELETE FROM entries WHERE entry_index = 17", ("entry-missing", 17)),
        ("DELETE FROM texts WHERE entry_index = 3", ("text-missing", 3)),
        ("UPDATE texts SET disclosure = disclosure || 'A' WHERE entry_index = 3", ("text-missing", 3)),
        ("UPDATE texts SET disclosure = '文' WHERE entry_index = 3", ("text-missing", 3)),
        ("UPDATE texts SET entry_index = 2 WHERE entry_index = 3", ("text-strange", 2)),
        ("UPDATE facts SET value = CAST('{}' AS BLOB) WHERE fact = 'books'", ("fact-differs", -1)),
        ("DELETE FROM facts WHERE fact LIKE 'turnover/%'", ("fact-differs", -1)),
        ("INSERT INTO facts VALUES ('371082101201', 'books/2', x'FF')", ("fact-differs", -1)),
        (f"UPDATE logs SET frontier = {SPOILED}", ("frontier-differs", -1)),
        ("UPDATE logs SET frontier = x'00'", ("log-broken", 17)),
        ("UPDATE logs SET size = 17", ("log-broken", 16)),
        ("UPDATE logs SET leaf = zeroblob(32)", ("column-differs", 17)),
        ("UPDATE logs SET leaf = x'00'", ("column-differs", 17)),
        ("UPDATE logs SET recorded_at = recorded_at + 1", ("column-differs", 17)),
        ("UPDATE facts SET value = CAST('[' AS BLOB) WHERE fact = 'village'", ("fact-differs", -1)),
        ("UPDATE facts SET fact = CAST(x'FF' AS TEXT) WHERE fact = 'books'", ("fact-differs", -1)),
        ("UPDATE entries SET kind = CAST(x'FF' AS TEXT) WHERE entry_index = 4", ("column-differs", 4)),
        ("DELETE FROM logs", ("log-missing", -1)),
    ],
)
def test_a_row_of_the_ledger_altered_is_found(attack: Attack, statement: str, found: tuple[str, int]) -> None:
    report = attack("ledger", statement)

    assert found in list_found(report)


def test_a_fact_altered_is_named_by_its_key_with_both_values(attack: Attack) -> None:
    report = attack("ledger", f"UPDATE facts SET value = {swap('value', '1', '7')} WHERE fact = 'latest/F'")

    (finding,) = report.findings
    assert (finding.field, finding.expected, finding.found) == ("latest/F", '{"index":15}', '{"index":75}')


def test_a_tail_taken_off_with_all_that_speaks_of_it_is_behind_its_head(home: Path, built: Path) -> None:
    with open_village(home.parent / "short") as village:
        village.open_books()
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (home / name).unlink(missing_ok=True)
        if (home.parent / "short" / name).exists():
            shutil.copy(home.parent / "short" / name, home / name)

    report = audit_home(home)

    assert ("entries-missing", 3) in list_found(report)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM heads WHERE size > 16", "head-behind"),
        ("DELETE FROM heads", "source-missing"),
        ("UPDATE heads SET root = zeroblob(32) WHERE size = 9", "head-column"),
        ("UPDATE heads SET root = x'00' WHERE size = 9", "head-column"),
        (f"UPDATE heads SET note = {swap('note', '=', '+')} WHERE size = 9", "signature"),
        ("UPDATE heads SET note = x'00' WHERE size = 9", "note-form"),
        ("UPDATE heads SET note = (SELECT note FROM heads WHERE size = 8) WHERE size = 9", "checkpoint-size"),
        ("DELETE FROM heads WHERE size = 15", "sheet-checkpoint-missing"),
    ],
)
def test_a_head_altered_is_found(attack: Attack, statement: str, code: str) -> None:
    report = attack("heads", statement)

    assert code in {finding.code for finding in report.findings}


def test_private_lines_erased_belong_to_nobody_and_are_no_fault(attack: Attack) -> None:
    report = attack("vault", "DELETE FROM ciphertexts WHERE kind = 'disclosure'")

    assert report.findings == ()
    assert report.erased == 13


def test_a_private_line_altered_is_named_at_its_entry(attack: Attack, home: Path) -> None:
    report = attack("vault", "UPDATE ciphertexts SET data = zeroblob(60) WHERE kind = 'disclosure'")

    assert {code for code, _ in list_found(report)} == {"private-unproven"}
    assert {entry for _, entry in list_found(report)} == {7, 8, 9, 12, 13}


@pytest.mark.parametrize("name", ["figures", "pdf", "toolchain"])
@pytest.mark.parametrize("data", [None, b"another"])
def test_a_sealed_file_altered_or_gone_is_named(home: Path, name: str, data: bytes | None) -> None:
    opened = open_home(home)
    with opened.ledger.read(VILLAGE) as reader:
        sheet = find_sheet(reader, "finance", "2026-10")
        assert sheet is not None
        body = reader.facts.read_entry(sheet.index).body
    opened.close()
    digest = getattr(body, name)
    file = home / "archive" / digest[:2] / digest
    if data is None:
        file.unlink()
    else:
        file.write_bytes(data)

    report = audit_home(home)

    assert ("sheet-file-differs", sheet.index) in list_found(report)


def test_a_database_that_cannot_be_read_is_a_finding(home: Path) -> None:
    data = bytearray((home / "ledger.db").read_bytes())
    data[4096:] = b"\x55" * (len(data) - 4096)
    (home / "ledger.db").write_bytes(bytes(data))
    (home / "ledger.db-wal").unlink(missing_ok=True)

    assert list_found(audit_home(home)) == {("database-broken", -1)}


def test_a_home_without_its_key_is_audited_by_the_key_it_was_founded_with(home: Path) -> None:
    shutil.rmtree(home / "keys")

    assert audit_home(home).findings == ()


def test_a_home_without_key_and_facts_has_nothing_to_start_from(home: Path, attack: Attack) -> None:
    shutil.rmtree(home / "keys")

    assert list_found(attack("ledger", "DELETE FROM facts")) == {("log-missing", -1)}


def test_a_signed_entry_out_of_form_is_named_and_its_columns_left(home: Path, attack: Attack) -> None:
    signer = parse_signing_key((home / "keys" / f"{VILLAGE}.key").read_text().strip())
    connection = sqlite.connect(home / "ledger.db")
    rows = connection.execute("SELECT data FROM entries ORDER BY entry_index").fetchall()
    connection.close()
    entries = [bytes(data) for (data,) in rows]
    entries[17] = entries[17].replace(b'"v":1', b'"v":2')
    leaves = [hash_leaf(data) for data in entries]
    tree = MemoryTiles(leaves).frontier
    note = sign_checkpoint(Checkpoint(signer.key.name, 18, compute_root(tree)), signer)
    attack(
        "heads",
        f"UPDATE heads SET note = x'{note.hex()}', root = x'{compute_root(tree).hex()}' WHERE size = 18",
    )

    report = attack(
        "ledger",
        f"UPDATE entries SET data = x'{entries[17].hex()}', leaf = x'{leaves[17].hex()}' WHERE entry_index = 17",
        f"UPDATE logs SET frontier = x'{format_frontier(tree).hex()}', leaf = x'{leaves[17].hex()}'",
    )

    assert list_found(report) == {("entry-form", 17)}
    assert report.examined == 17


def test_a_round_that_the_vault_contradicts_is_named(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.record(build_rulebook(village.texts))
        village.record(build_households(village.texts, 3))
        village.record(build_agreements(village.texts, 2))
        lines = [build_points_line(village.texts, number) for number in (2, 2)]
        lines.sort(key=lambda line: line.subject.sealed)
        receipt = village.record(build_points_round(Discloser("x"), 2, lines=tuple(lines)))

    report = audit_home(tmp_path / "home")

    assert list_found(report) == {("award-consent", receipt.index), ("private-households", -1)}
    assert {finding.meaning for finding in report.findings} == {"隐私库里的明细和公开的合计对不上"}


def test_a_bundle_beyond_the_database_is_not_there(home: Path) -> None:
    with closing(open_home(home)) as opened, open_home_log(opened, VILLAGE) as source:
        assert source.read_tile(Tile(ENTRIES, 1, 5)) is None
        assert source.read_tile(Tile(3, 0, 1)) is None


def test_where_private_values_are_locked_all_the_rest_is_checked(attack: Attack, home: Path) -> None:
    attack("vault", "UPDATE ciphertexts SET data = zeroblob(60) WHERE kind = 'disclosure'")
    attack("ledger", "DELETE FROM facts WHERE fact LIKE 'points%'")

    with closing(open_home(home)) as opened, open_home_log(opened, VILLAGE, with_private=False) as source:
        report = audit_log(source, opened.reference, now_ms=opened.clock.now_ms())

    assert report.erased == 0
    assert {finding.code for finding in report.findings} == {"fact-differs"}
