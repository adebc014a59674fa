"""Databases of every earlier release come to this one with all they hold.

For each revision there is a populated database of the revision before: `POPULATE` fills it in the words of
that revision, never with today's code. A new revision adds its row there; without one its test fails.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, get_args

import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import MetaData

from ledger.store import guards, migrate, migrations, open_engine, tables
from ledger.store.engine import open_migrating_engine
from ledger.store.migrations import NEWEST, Which, find_revision, list_revisions

ALL: tuple[Which, ...] = get_args(Which)
METADATA: dict[Which, MetaData] = {
    "ledger": tables.LEDGER,
    "heads": tables.HEADS,
    "vault": tables.VAULT,
    "desk": tables.DESK,
    "witness": tables.WITNESS,
}
REVISIONS = [(which, revision) for which in ALL for revision in list_revisions(which)]

POPULATE: dict[str, dict[str, tuple[Any, ...]]] = {
    "ledger_0001": {
        "entries": ("371082101201", 0, b"\1" * 32, bytes(32), b"\2" * 32, "log.founded", 1, b"{}"),
        "texts": ("371082101201", 0, "digest", "disclosure"),
        "tiles": ("371082101201", 0, 0, bytes(8192)),
        "growing_tiles": ("371082101201", 1, 0, bytes(32)),
        "logs": ("371082101201", 1, bytes(40), b"\1" * 32, 1),
        "facts": ("371082101201", "village", b"{}"),
    },
    "heads_0001": {"heads": ("371082101201", 1, bytes(32), b"note")},
    "heads_0002": {
        "heads": ("371082101201", 1, bytes(32), b"note"),
        "cosignatures": ("371082101201", 1, "witness", 1_793_174_400, "line"),
        "witness_attempts": ("371082101201", "witness", 1, 1, "", ""),
    },
    "desk_0001": {
        "accounts": (
            *("a-aaaaaaaaaa", 1, "2026-12-31", 0, 0, 1, "$argon2id$", "sample"),
            *(b"sealed", b"offered", 59_772_480),
        ),
        "recovery_codes": ("a-aaaaaaaaaa", bytes(32), 0),
        "seats": ("a-aaaaaaaaaa", "371082101201", "u-aaaaaaaaaa"),
        "sessions": (
            *("s-aaaaaaaaaa", "a-aaaaaaaaaa", 1, "手机", bytes(32), 1, "network"),
            *(1, "clerk", 1, "371082101201"),
        ),
        "attempts": ("pair:aaaa", 1, 3),
        "passkeys": ("a-aaaaaaaaaa", b"credential", 1, "手机", b"key", 0, 1),
        "desk_log": (1, b"\1" * 32, "{}", bytes(32), "u-aaaaaaaaaa", "371082101201"),
        "desk_log_end": (1, b"\1" * 32, 1),
    },
    "witness_0001": {
        "witnessed_logs": ("mingbai/sample", "mingbai/sample+00000000+AAAA", 1, ""),
        "witnessed": ("mingbai/sample", 1, bytes(32), 1, b"note"),
        "conflicts": ("mingbai/sample", 1, bytes(32), 1, b"note"),
    },
    "vault_0001": {
        "persons": ("371082101201", "u-aaaaaaaaaa", "样例甲", "clerk"),
        "households": ("371082101201", "h-aaaaaaaaaaaaaaaa", "display", 1, "样例乙", "0001"),
        "members": ("371082101201", "m-aaaaaaaaaaaaaaaa", 1, "样例丙", "001"),
        "disclosures": ("371082101201", "digest", "disclosure"),
        "drafts": (
            *("371082101201", "d-aaaaaaaaaa", 0, "batch", b"{}", "digest"),
            *(-1, "凭证 2026-10-001", "private", "public", "waiting"),
        ),
    },
}
"""One row for every table at each revision, in the order of its columns then."""

POPULATE["desk_0002"] = POPULATE["desk_0001"] | {
    "areas": ("r-aaaaaaaaaa", "东片区"),
    "area_villages": ("r-aaaaaaaaaa", "371082101201"),
    "audits": ("371082101201", 2, 0, 1, b"{}", 1, "u-aaaaaaaaaa"),
}
POPULATE["ledger_0002"] = POPULATE["ledger_0001"] | {"villages": ("371082101201",)}
POPULATE["ledger_0003"] = POPULATE["ledger_0002"]  # Guards that undo more.
POPULATE["desk_0003"] = POPULATE["desk_0002"] | {
    "last_sign_ins": ("a-aaaaaaaaaa", 1),
    "used_challenges": (bytes(32), 1),
}
POPULATE["desk_0004"] = POPULATE["desk_0003"] | {
    "desk_log_subjects": ("371082101201", "h-aaaaaaaaaaaaaaaa", 1),
}
POPULATE["desk_0005"] = POPULATE["desk_0004"] | {
    "reading_purposes": ("s-aaaaaaaaaa", "371082101201", "h-aaaaaaaaaaaaaaaa", "audit"),
}
POPULATE["ledger_0004"] = POPULATE["ledger_0003"]  # Facts more, of vouchers.
POPULATE["ledger_0005"] = POPULATE["ledger_0004"]  # Facts more, of registers and objections.
POPULATE["vault_0002"] = POPULATE["vault_0001"]  # An index more.
POPULATE["vault_0003"] = POPULATE["vault_0002"]  # An index less.
POPULATE["vault_0004"] = POPULATE["vault_0003"] | {
    "ciphertexts": ("371082101201", "person", "u-aaaaaaaaaa", "u-aaaaaaaaaa", b"encrypted"),
}
POPULATE["vault_0005"] = POPULATE["vault_0004"] | {
    "drafts": (*POPULATE["vault_0001"]["drafts"], "", "", 0),
    "approvals": ("371082101201", "d-aaaaaaaaaa", "u-bbbbbbbbbb", 1, "digest", "supervisor"),
}
POPULATE["vault_0006"] = POPULATE["vault_0005"] | {
    "erasures": ("371082101201", "h-aaaaaaaaaaaaaaaa", "u-aaaaaaaaaa", "u-bbbbbbbbbb"),
}

POPULATE["vault_0007"] = POPULATE["vault_0006"] | {
    "received_objections": (
        *("371082101201", 1, "2026-10-F-1", "", "", "", "page", "", bytes(32), "digest", "d-aaaaaaaaaa"),
        *("y-aaaaaaaaaaaaaaaa", 1, "2026-10-28"),
    ),
}
POPULATE["vault_0008"] = POPULATE["vault_0007"] | {
    "received_reports": (
        *("371082101201", 1, "B", "", "", bytes(32), "d-aaaaaaaaaa", "q-aaaaaaaaaaaaaaaa", ""),
        *(1, "2026-10-28"),
    ),
}

BECOMES: dict[str, dict[str, tuple[Any, ...]]] = {
    "ledger_0002": {"villages": ("371082101201",)},
    "vault_0005": {"drafts": POPULATE["vault_0005"]["drafts"]},
}
"""What the rows of the revision before have become at a revision, for those tables that it changes."""


@pytest.fixture(params=REVISIONS, ids=lambda pair: pair[1])
def step(request: pytest.FixtureRequest) -> tuple[Which, str]:
    pair: tuple[Which, str] = request.param
    return pair


def read_schema(path: Path) -> dict[str, str]:
    """Return each thing of the schema with its statement, white space evened out."""
    connection = sqlite.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql NOT NULL").fetchall()
    connection.close()
    return {name: " ".join(sql.split()) for name, sql in rows if name != "alembic_version"}


def migrate_file(path: Path, which: Which, revision: str = "head") -> str | None:
    engine = open_engine(path)
    migrate(engine, which, revision)
    found = find_revision(engine)
    engine.dispose()
    return found


def read_rows(path: Path, table: str) -> list[tuple[Any, ...]]:
    connection = sqlite.connect(path)
    rows: list[tuple[Any, ...]] = connection.execute(f"SELECT * FROM {table}").fetchall()
    connection.close()
    return rows


def populate(path: Path, revision: str) -> None:
    connection = sqlite.connect(path)
    for table, row in POPULATE[revision].items():
        connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("which", ALL)
def test_what_this_release_works_with_is_the_last_of_the_folder(which: Which) -> None:
    assert NEWEST[which] == list_revisions(which)[-1]


@pytest.mark.parametrize("which", ALL)
def test_the_migrated_schema_is_the_schema_of_the_code(tmp_path: Path, which: Which) -> None:
    migrate_file(tmp_path / "migrated.db", which)
    engine = open_engine(tmp_path / "created.db")
    creating = open_migrating_engine(engine)
    METADATA[which].create_all(creating)
    creating.dispose()
    engine.dispose()

    migrated, created = read_schema(tmp_path / "migrated.db"), read_schema(tmp_path / "created.db")
    assert migrated == created


def test_every_guard_of_the_code_is_in_the_migrated_schema(tmp_path: Path) -> None:
    found: dict[str, str] = {}
    for which in ("ledger", "heads", "desk", "witness"):
        migrate_file(tmp_path / f"{which}.db", which)
        found |= read_schema(tmp_path / f"{which}.db")

    all_guards = (
        *(*guards.LEDGER_GUARDS, *guards.HEADS_GUARDS),
        *(*guards.DESK_GUARDS, *guards.WITNESS_GUARDS),
    )
    expected = [" ".join(guard.split()) for guard in all_guards]

    assert sorted(sql for sql in found.values() if sql.startswith("CREATE TRIGGER")) == sorted(expected)


def test_every_revision_takes_a_populated_database_of_the_one_before(
    tmp_path: Path, step: tuple[Which, str]
) -> None:
    which, revision = step
    revisions = list_revisions(which)
    path = tmp_path / f"{which}.db"
    before = revisions[revisions.index(revision) - 1] if revision != revisions[0] else None
    expected: dict[str, tuple[Any, ...]] = {}
    if before is not None:
        assert migrate_file(path, which, before) == before
        populate(path, before)
        expected = POPULATE[before] | BECOMES.get(revision, {})

    assert migrate_file(path, which, revision) == revision

    for table, row in expected.items():
        assert read_rows(path, table) == [row]


def test_every_revision_has_rows_for_each_of_its_tables(tmp_path: Path, step: tuple[Which, str]) -> None:
    which, revision = step
    path = tmp_path / f"{which}.db"
    migrate_file(path, which, revision)

    populate(path, revision)

    connection = sqlite.connect(path)
    found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    connection.close()
    assert {name for (name,) in found} - {"alembic_version"} == set(POPULATE[revision])


@pytest.mark.parametrize("which", ALL)
def test_migrating_again_changes_nothing(tmp_path: Path, which: Which) -> None:
    path = tmp_path / f"{which}.db"
    newest = list_revisions(which)[-1]
    assert migrate_file(path, which) == newest
    populate(path, newest)
    schema = read_schema(path)

    assert migrate_file(path, which) == newest

    assert read_schema(path) == schema
    assert all(read_rows(path, table) == [row] for table, row in POPULATE[newest].items())


def test_an_empty_database_has_no_revision(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "ledger.db")

    assert find_revision(engine) is None
    engine.dispose()


def test_a_migration_that_fails_leaves_the_revision_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken" / "versions").mkdir(parents=True)
    (tmp_path / "broken" / "env.py").write_text(
        (Path(migrations.__file__).parent / "ledger" / "env.py").read_text()
    )
    (tmp_path / "broken" / "versions" / "broken_0001.py").write_text(
        'from alembic import op\nrevision, down_revision = "broken_0001", None\n'
        'def upgrade():\n    op.execute("CREATE TABLE half (a TEXT)")\n    op.execute("CREATE nonsense")\n'
    )
    monkeypatch.setattr(migrations, "_FOLDER", tmp_path)
    monkeypatch.setitem(NEWEST, "broken", "broken_0001")  # Not one of ours: that is the point.
    engine = open_engine(tmp_path / "ledger.db")

    with pytest.raises(Exception, match="nonsense"):
        migrate(engine, "broken")

    assert read_schema(tmp_path / "ledger.db") == {}
    assert find_revision(engine) is None
    engine.dispose()


@pytest.mark.parametrize("path", sorted(Path(migrations.__file__).parent.rglob("*.py")), ids=lambda p: p.stem)
def test_migrations_import_nothing_of_ours(path: Path) -> None:
    if path == Path(migrations.__file__):
        return
    tree = ast.parse(path.read_text())
    imported = [
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    ]

    assert [name for name in imported if name.split(".")[0] in {"ledger", "reports", "web", "tests"}] == []
