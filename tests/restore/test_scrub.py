"""A scrub reads everything stored and says what of it is not what it was, entry by entry and file by file."""

from __future__ import annotations

import errno
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import pysqlite3.dbapi2 as sqlite
import pytest
from click.testing import CliRunner

from ledger.books.village import VillageDescribed
from ledger.canonical import parse_claim
from ledger.cli import root
from ledger.entries import Entry
from ledger.home import Home
from ledger.ports import ScrubFound
from ledger.service.found import found_village, make_origin
from ledger.service.persons import add_person
from ledger.service.record import Passed, record_claims
from ledger.store.upkeep import read_upkeep, write_upkeep
from ledger.upkeep.doctor import check_upkeep
from ledger.upkeep.facts import ScratchFacts, check_facts
from ledger.upkeep.scrub import Scrub, scrub_home
from tests.builders import OTHER_VILLAGE, VILLAGE, build_description, name_supervisor
from tests.homes import VillageHome, open_village
from tests.restore.conftest import fill
from tests.restore.drill import ignore
from tests.sqlite_memory import read_sqlite_memory
from tests.witness.processes import adopt
from tests.witness.test_shown import ask, make_policy

TRIGGERS = (
    *("entries_update", "entries_delete", "texts_update", "tiles_update", "tiles_delete", "logs_update"),
    *("heads_update", "cosignatures_update"),
)


def scrub(home: Home, *, limit: int | None = None, is_over: Callable[[], bool] = lambda: False) -> Scrub:
    return scrub_home(home, is_over=is_over, limit=limit, progress=ignore)


def attack(home: Path, name: str, statement: str) -> None:
    """Run a statement on a database as anybody with the file could."""
    connection = sqlite.connect(home / f"{name}.db", isolation_level=None)
    connection.create_function("flip", 1, lambda data: bytes([data[0] ^ 1]) + data[1:])
    for trigger in TRIGGERS:
        connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    connection.execute("PRAGMA ignore_check_constraints = 1")
    changed = connection.execute(statement).rowcount
    connection.close()
    assert changed > 0


class Planted(NamedTuple):
    """A flip in a table, and what a scrub says of it: code, entry, a word of its place."""

    database: str
    statement: str
    found: tuple[tuple[str, int, str], ...]


PLANTED = {
    "entry": Planted(
        "ledger",
        "UPDATE entries SET data = CAST(replace(data, 'attachments\":1', 'attachments\":2') AS BLOB)"
        " WHERE entry_index = 3",
        (
            ("column-differs", 3, "leaf"),
            ("column-differs", 3, "claim"),
            ("column-differs", 4, "previous"),
            ("entry-altered", 3, "原文（叶哈希）"),
            *(("history-rewritten", size - 1, f"检查点 {size}") for size in range(4, 13)),
            ("frontier-differs", -1, "起点（树前沿）"),
        ),
    ),
    "entry's form": Planted(
        "ledger",
        "UPDATE entries SET data = CAST(data || x'20' AS BLOB) WHERE entry_index = 11",
        (
            ("entry-canonical", 11, "原文"),
            ("entry-altered", 11, "原文（叶哈希）"),
            ("history-rewritten", 11, "检查点 12"),
            ("frontier-differs", -1, "起点（树前沿）"),
        ),
    ),
    "entry gone": Planted(
        "ledger", "DELETE FROM entries WHERE entry_index = 7", (("log-broken", 0, "数据库"),)
    ),
    "leaf": Planted(
        "ledger",
        "UPDATE entries SET leaf = flip(leaf) WHERE entry_index = 5",
        (("column-differs", 5, "leaf"), ("entry-altered", 5, "原文（叶哈希）")),
    ),
    "previous": Planted(
        "ledger",
        "UPDATE entries SET previous = flip(previous) WHERE entry_index = 5",
        (("column-differs", 5, "previous"),),
    ),
    "claim": Planted(
        "ledger",
        "UPDATE entries SET claim = flip(claim) WHERE entry_index = 5",
        (("column-differs", 5, "claim"),),
    ),
    "kind": Planted(
        "ledger",
        "UPDATE entries SET kind = 'voucher.reversed' WHERE entry_index = 3",
        (("column-differs", 3, "kind"),),
    ),
    "time": Planted(
        "ledger",
        "UPDATE entries SET recorded_at = recorded_at + 1 WHERE entry_index = 0",
        (("column-differs", 0, "recorded_at"),),
    ),
    "text": Planted(
        "ledger",
        "UPDATE texts SET disclosure = disclosure || 'A' WHERE entry_index = 4",
        (("text-strange", 4, "公开文字"),),
    ),
    "text gone": Planted(
        "ledger",
        "DELETE FROM texts WHERE entry_index = 4",
        (("text-missing", 4, "公开文字"),),
    ),
    "frontier": Planted(
        "ledger",
        "UPDATE logs SET frontier = CAST(substr(frontier, 1, 71) || x'00' AS BLOB)",
        (("frontier-differs", -1, "起点（树前沿）"),),
    ),
    "frontier's size": Planted(
        "ledger",
        "UPDATE logs SET frontier = x'00'",
        (("log-broken", 0, "数据库"),),
    ),
    "log's leaf": Planted(
        "ledger", "UPDATE logs SET leaf = flip(leaf)", (("column-differs", 11, "账本的 leaf 列"),)
    ),
    "log's time": Planted(
        "ledger",
        "UPDATE logs SET recorded_at = recorded_at + 1",
        (("column-differs", 11, "账本的 recorded_at 列"),),
    ),
    "fact that is no fact": Planted(
        "ledger",
        "UPDATE facts SET value = CAST('[' AS BLOB) WHERE fact = 'village'",
        (("fact-differs", -1, "village"),),
    ),
    "text that is no text": Planted(
        "ledger",
        "UPDATE entries SET kind = CAST(x'FF' AS TEXT) WHERE entry_index = 3",
        (("column-differs", 3, "kind"),),
    ),
    "head's root": Planted(
        "heads",
        "UPDATE heads SET root = flip(root) WHERE size = 9",
        (("head-column", -1, "检查点 9"),),
    ),
    "head's note": Planted(
        "heads",
        "UPDATE heads SET note = CAST(replace(note, 'mingbai/', 'mingbaj/') AS BLOB) WHERE size = 9",
        (("note-unsigned", -1, "检查点 9"),),
    ),
    "private": Planted(
        "vault",
        "UPDATE ciphertexts SET data = flip(data) WHERE kind = 'disclosure'",
        tuple(("private-unproven", index, "隐私库") for index in (6, 6, 6, 7, 7, 7, 8, 8, 8, 8)),
    ),
}


@pytest.fixture
def filled(village: VillageHome) -> VillageHome:
    fill(village)
    return village


def test_a_whole_home_has_no_findings_and_the_doctor_knows(filled: VillageHome) -> None:
    before = list(check_upkeep(filled.home))[1]

    done = scrub(filled.home)

    after = list(check_upkeep(filled.home))[1]
    assert (done.entries, done.files, done.findings, done.is_whole) == (12, 3, (), True)
    assert (before.state, before.found) == ("warning", "还没有过")
    assert (after.state, after.found) == ("fine", "最近一次 2026-11-02")


@pytest.mark.parametrize("name", PLANTED)
def test_a_flip_in_a_table_is_named_with_its_place(filled: VillageHome, name: str) -> None:
    planted = PLANTED[name]
    attack(filled.home.path, planted.database, planted.statement)

    done = scrub(filled.home)

    found = [(item.code, item.entry, item.field) for item in done.findings]
    assert [(code, entry) for code, entry, _ in found] == [(code, entry) for code, entry, _ in planted.found]
    assert all(word in field for (_, _, field), (_, _, word) in zip(found, planted.found, strict=True))
    assert read_upkeep(filled.home.path).scrubbed[VILLAGE].finished_ms == 0


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("village = '990000000017' WHERE size = 9", ("log-missing", "没有村 990000000017 的账本")),
        ("size = -1 WHERE size = 12", ("database-broken", "CHECK constraint failed in heads")),
        ("size = 90 WHERE size = 12", ("log-shorter", "12 条")),
    ],
)
def test_a_head_in_another_place_is_named(
    filled: VillageHome, statement: str, found: tuple[str, str]
) -> None:
    attack(filled.home.path, "heads", f"UPDATE heads SET {statement}")

    assert [(item.code, item.found) for item in scrub(filled.home).findings] == [found]


def test_a_flip_in_a_sealed_file_is_named(filled: VillageHome) -> None:
    for path in (filled.home.path / "archive").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1] + b"?")

    done = scrub(filled.home)

    assert [item.code for item in done.findings] == ["archive-differs"] * 3
    assert all(item.expected in item.field for item in done.findings)


@pytest.mark.parametrize("name", ["ledger", "vault", "heads"])
def test_a_broken_page_of_a_database_is_named(filled: VillageHome, name: str) -> None:
    filled.home.close()
    connection = sqlite.connect(filled.home.path / f"{name}.db", isolation_level=None)
    connection.execute("CREATE TABLE spare (word TEXT)")
    connection.execute("CREATE INDEX spare_word ON spare (word)")
    connection.execute("INSERT INTO spare VALUES ('one'), ('two')")
    connection.execute("PRAGMA writable_schema = 1")
    backwards = "CREATE INDEX spare_word ON spare (word DESC)"
    connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'spare_word'", (backwards,))
    connection.close()

    done = scrub(filled.home)

    assert {(item.code, item.field) for item in done.findings} == {("database-broken", f"{name}.db")}


def test_a_log_shorter_than_its_head_is_named(filled: VillageHome) -> None:
    newest = filled.home.heads.find_newest(VILLAGE)
    assert newest is not None
    filled.home.heads.advance(VILLAGE, msgspec.structs.replace(newest, size=20))

    done = scrub(filled.home)

    assert [(item.code, item.entry) for item in done.findings] == [("log-shorter", 12)]


def test_a_pass_goes_on_where_the_last_one_stopped(filled: VillageHome) -> None:
    steps = [scrub(filled.home, limit=5) for _ in range(3)]

    assert [(step.entries, step.is_whole) for step in steps] == [(5, False), (5, False), (2, True)]
    assert scrub(filled.home, is_over=lambda: True).entries == 0
    assert scrub(filled.home).entries == 12


def test_a_flip_is_found_also_by_a_pass_in_pieces(filled: VillageHome) -> None:
    scrub(filled.home, limit=5)
    attack(filled.home.path, "ledger", "UPDATE entries SET leaf = flip(leaf) WHERE entry_index = 8")

    found = [item.code for _ in range(2) for item in scrub(filled.home, limit=5).findings]

    assert found == ["column-differs", "entry-altered"]


def tell_found(home: Home) -> dict[str, str]:
    """What the doctor tells of the last reading, by what it is about."""
    return {item.name: item.found for item in check_upkeep(home) if "最近一次重读" in item.found}


def test_what_a_pass_found_stands_until_one_comes_to_its_end_without(filled: VillageHome) -> None:
    home, flip = filled.home, "UPDATE entries SET leaf = flip(leaf) WHERE entry_index = 3"
    attack(home.path, "ledger", flip)
    found = []

    for limit in (5, 5, 5):  # The flip is read on the first night, the pass ends on the third.
        scrub(home, limit=limit)
        found.append((home.find_scrub_found(VILLAGE), read_upkeep(home.path).scrubbed[VILLAGE].finished_ms))
    told = tell_found(home)
    attack(home.path, "ledger", flip)
    scrub(home, limit=5)
    mending = home.find_scrub_found(VILLAGE)
    scrub(home)

    assert found == [(ScrubFound(found=2, shared=0), 0)] * 3
    assert told == {f"{VILLAGE} 存着的记录": "最近一次重读发现 2 处坏了或被改动过"}
    assert mending == ScrubFound(found=2, shared=0)
    assert (home.find_scrub_found(VILLAGE), tell_found(home)) == (ScrubFound(found=0, shared=0), {})
    assert read_upkeep(home.path).scrubbed[VILLAGE].finished_ms > 0


def test_an_original_is_its_village_s_and_a_sealed_file_everybody_s(filled: VillageHome) -> None:
    home, other = filled.home, found_another(filled, OTHER_VILLAGE)
    filled.attach("2026-10-001", b"page")
    (original,) = (path for path in (home.path / "documents").rglob("*") if path.is_file())
    sealed = next(path for path in (home.path / "archive").rglob("*") if path.is_file())
    for path in (original, sealed, home.path / "documents" / "stray"):
        path.write_bytes(b"?")

    done = scrub(home)

    assert len(done.findings) == 3
    assert home.find_scrub_found(VILLAGE) == ScrubFound(found=1, shared=2)
    assert home.find_scrub_found(other) == ScrubFound(found=0, shared=2)
    assert tell_found(home) == {
        f"{VILLAGE} 存着的记录": "最近一次重读发现 1 处坏了或被改动过",
        "各村共用的文件和数据库": "最近一次重读发现 2 处坏了或被改动过",
    }


def found_another(filled: VillageHome, village: str) -> str:
    """Found one more village in the same home."""
    home = filled.home
    clerk = add_person(home, village, "样例丁", "clerk")
    home.keys.create(village, make_origin(home.entropy), home.entropy.take(32))
    found_village(home, village, home.keys.get_signer(village).origin, "2023", clerk.user)
    return village


def test_a_note_that_the_disk_does_not_give_is_a_finding(filled: VillageHome) -> None:
    scrub(filled.home)
    path = filled.home.path / "upkeep.json"
    path.unlink()
    path.mkdir()

    assert filled.home.find_scrub_found(VILLAGE) == ScrubFound(found=0, shared=1)


@pytest.mark.parametrize("frontier", [b"", b"x", bytes(7) + b"\xff" + bytes(256)])
def test_a_place_that_nobody_can_go_on_from_begins_anew(filled: VillageHome, frontier: bytes) -> None:
    scrub(filled.home, limit=5)
    upkeep = read_upkeep(filled.home.path)
    stopped = msgspec.structs.replace(upkeep.scrubbed[VILLAGE], frontier=frontier)
    write_upkeep(filled.home.path, msgspec.structs.replace(upkeep, scrubbed={VILLAGE: stopped}))

    assert scrub(filled.home).entries == 12


def test_tiles_of_a_longer_log_are_read_too(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        _record_many(village, 600)
        assert scrub(village.home).findings == ()
        attack(
            village.home.path, "ledger", "UPDATE tiles SET data = flip(data) WHERE level = 0 AND number = 1"
        )
        attack(village.home.path, "ledger", "UPDATE growing_tiles SET data = flip(data) WHERE level = 1")

        found = {(item.code, item.entry, item.field) for item in scrub(village.home).findings}

    assert found == {("entry-altered", 256, "原文（叶哈希）"), ("tile-differs", -1, "第 1 层第 0 个哈希")}


@pytest.mark.parametrize(
    ("statement", "field", "expected", "found"),
    [
        ("DELETE FROM tiles", "第 0 层第 0 块", "256 个哈希", "没有这一块"),
        ("UPDATE tiles SET number = 7", "第 0 层第 7 块", "没有这一块", "256 个哈希"),
        ("UPDATE growing_tiles SET data = x''", "第 1 层第 0 块", "1 个哈希", "没有这一块"),
    ],
)
def test_rows_of_tiles_that_are_not_those_of_the_tree_are_named(
    tmp_path: Path, statement: str, field: str, expected: str, found: str
) -> None:
    with open_village(tmp_path / "home") as village:
        _record_many(village, 256)
        attack(village.home.path, "ledger", statement)

        rows = {(item.code, item.field, item.expected, item.found) for item in scrub(village.home).findings}

    assert ("tile-differs", field, expected, found) in rows


@pytest.mark.parametrize(
    ("statement", "code", "found"),
    [
        ("UPDATE cosignatures SET line = replace(line, '— t', '— s')", "note-unsigned", "没有一把认得的公钥"),
        ("UPDATE cosignatures SET line = line || line", "cosignature", " 秒"),
        ("UPDATE cosignatures SET time_s = time_s + 1", "cosignature", " 秒"),
        ("UPDATE cosignatures SET witness = witness || 'A'", "verifier-key", "公钥"),
        ("UPDATE cosignatures SET size = size + 90", "cosignature", "本机没有这个检查点"),
        ("UPDATE cosignatures SET village = '990000000017'", "log-missing", "村 990000000017"),
    ],
)
def test_what_a_witness_said_is_read_again(
    village: VillageHome, statement: str, code: str, found: str
) -> None:
    adopt(village, make_policy(2))
    ask(village, "镇")
    assert scrub(village.home).findings == ()
    attack(village.home.path, "heads", statement)

    (finding,) = scrub(village.home).findings

    assert (finding.code, finding.entry) == (code, -1)
    assert "见证人" in finding.field
    assert found in finding.found


def _record_many(village: VillageHome, count: int) -> None:
    """Record many entries at once: descriptions, which need no books."""
    passed = []
    for number in range(count):
        draft = village.draft(_describe(village, number), occurred_on="2026-10-28")
        claim = parse_claim(draft.claim)
        passed.append(
            Passed(checkers=(name_supervisor(village.supervisor.user),), claim=claim, public=draft.public)
        )
    record_claims(village.home, VILLAGE, passed)


def _describe(village: VillageHome, number: int) -> VillageDescribed:
    return build_description(village.texts, name=village.texts.publish(f"石榴河村{number}"))


FACTS = {
    "changed": (
        """UPDATE facts SET value = CAST(replace(value, '"vouchers":2', '"vouchers":3') AS BLOB)
        WHERE fact = 'period/2026-10'""",
        ["period/2026-10"],
    ),
    "gone": (
        "DELETE FROM facts WHERE fact LIKE 'voucher/%'",
        ["voucher/2026-10-001", "voucher/2026-10-002"],
    ),
    "too much": (
        "INSERT INTO facts SELECT village, 'zzz', value FROM facts WHERE fact = 'books'",
        ["zzz"],
    ),
    "first": (
        "INSERT INTO facts SELECT village, ' ', value FROM facts WHERE fact = 'books'",
        [" "],
    ),
}


@pytest.mark.parametrize("name", FACTS)
def test_facts_that_differ_from_the_entries_are_named(filled: VillageHome, name: str) -> None:
    statement, keys = FACTS[name]
    attack(filled.home.path, "ledger", statement)

    done = scrub(filled.home)

    assert [(item.code, item.field) for item in done.findings] == [("fact-differs", key) for key in keys]
    assert read_upkeep(filled.home.path).scrubbed[VILLAGE].finished_ms == 0
    (check,) = [item for item in check_upkeep(filled.home) if item.name == f"{VILLAGE} 的速查数据"]
    assert (check.state, check.found) == ("wrong", f"和记录算出的不一样：{'、'.join(keys)}")


def test_facts_that_went_astray_are_made_anew_from_the_entries(filled: VillageHome) -> None:
    for statement, _ in FACTS.values():
        attack(filled.home.path, "ledger", statement)
    assert len(scrub(filled.home).findings) == 5

    done = CliRunner().invoke(root, ["database", "rebuild", "--home", str(filled.home.path)])

    assert done.exit_code == 0
    assert "已从记录重新算出" in done.stderr
    assert scrub(filled.home).findings == ()


def test_the_doctor_leaves_a_long_log_to_the_scrub(
    filled: VillageHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {item.name: item for item in check_upkeep(filled.home)}[f"{VILLAGE} 的速查数据"]
    assert (found.state, found.found) == ("fine", "和 12 条记录算出的一样")
    monkeypatch.setattr("ledger.upkeep.doctor.FACTS_MAX_ENTRIES", 11)

    found = {item.name: item for item in check_upkeep(filled.home)}[f"{VILLAGE} 的速查数据"]

    assert (found.state, found.found) == ("fine", "12 条，太长，这里没有重算")


def test_facts_of_a_log_that_cannot_be_folded_are_left_to_the_audit(filled: VillageHome) -> None:
    attack(filled.home.path, "ledger", "UPDATE entries SET data = x'7b7d' WHERE entry_index = 3")

    assert check_facts(filled.home, VILLAGE, ignore) == []


def test_folding_again_holds_no_more_in_memory_for_a_longer_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vouchers leave a fact each: their number is what would fill a dictionary, or SQLite's own memory."""
    monkeypatch.setattr("ledger.upkeep.facts.SCRATCH_CACHE_KIB", 1_000)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = read_sqlite_memory()
    scratch = ScratchFacts(lambda index: pytest.fail(f"entry {index} was read"))
    try:
        tracemalloc.start()
        for number in range(60_000):
            scratch.put(f"voucher/{number:012d}", b"x" * 40)

        assert sum(1 for _ in scratch.iterate()) == 60_000
        assert tracemalloc.get_traced_memory()[1] < 100_000
        assert read_sqlite_memory() - before < 2_000_000 < 60_000 * 60
        assert list(tmp_path.iterdir()) == []
    finally:
        tracemalloc.stop()
        scratch.close()


def test_a_full_disk_below_the_scratch_file_is_told_as_one_and_not_as_a_spoilt_ledger(
    filled: VillageHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Narrow(ScratchFacts):
        def __init__(self, read_entry: Callable[[int], Entry]) -> None:
            super().__init__(read_entry)
            self._connection.execute("PRAGMA max_page_count = 2")
            for number in range(5):
                self.put(f"{number}", b"x" * 700)

    monkeypatch.setattr("ledger.upkeep.facts.ScratchFacts", Narrow)

    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as caught:
        check_facts(filled.home, VILLAGE, ignore)
    assert caught.value.errno == errno.ENOSPC


def test_any_other_failure_of_the_scratch_file_stays_what_it_is() -> None:
    scratch = ScratchFacts(lambda index: pytest.fail(f"entry {index} was read"))
    scratch._connection.execute("DROP TABLE facts")

    with pytest.raises(sqlite.OperationalError, match="no such table"):
        scratch.put("voucher/1", b"")
    scratch.close()
