"""The desk's log: what is in a line, what never is, and that nothing of it changes unnoticed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest

from ledger.errors import Refused, format_fault
from ledger.home import open_home
from ledger.service.accounts.desk_log import EVENTS, Fact, check_desk_log, find_reads, iterate_facts, log_fact
from ledger.service.accounts.sign_in import sign_in
from ledger.service.readings import list_readings
from ledger.store import SqlDesk, open_engine
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.desk.people import HERE, PASSWORD, Door

NAUGHTY = (
    "样例甲",
    "a\nb",
    "\x1b[31mred",
    '","event":"signed-in',
    "\u2028\u2029\u202e",
    "\x00",
    "\x9b31m",
    "x" * 10_000,
    "</script>",
    "=1+1",
    "u-aaaaaaaaaa\r\n",
)
GUARDS = (
    "desk_log_insert",
    "desk_log_update",
    "desk_log_delete",
    "desk_log_end_update",
    "desk_log_end_delete",
    "desk_log_subjects_insert",
    "desk_log_subjects_update",
    "desk_log_subjects_delete",
)


def copy_desk(door: Door, folder: Path) -> Path:
    """A copy of the home's desk whose guards are gone: the owner of the file can do that."""
    with door.home.desk.read() as desk:
        assert check_desk_log(desk) == []
    door.home.close()
    path = folder / "desk.db"
    shutil.copy(door.home.path / "desk.db", path)
    connection = sqlite.connect(path, isolation_level=None)
    for guard in GUARDS:
        connection.execute(f"DROP TRIGGER {guard}")
    connection.close()
    return path


def change(path: Path, statement: str, *values: Any) -> None:
    connection = sqlite.connect(path, isolation_level=None)
    connection.execute("PRAGMA ignore_check_constraints = 1")
    connection.execute(statement, values)
    connection.close()


def list_broken(path: Path) -> list[str]:
    engine = open_engine(path)
    with SqlDesk(engine).read() as desk:
        faults = [format_fault(fault) for fault in check_desk_log(desk)]
    engine.dispose()
    return faults


def flip(value: Any, place: int, bit: int) -> Any:
    data = bytearray(value.encode() if isinstance(value, str) else value)
    data[place] ^= 1 << bit
    return data.decode("utf-8", "replace") if isinstance(value, str) else bytes(data)


def test_every_flipped_byte_of_every_column_is_found(door: Door, tmp_path: Path) -> None:
    door.let_in("li", "supervisor")
    path = copy_desk(door, tmp_path)
    connection = sqlite.connect(path, isolation_level=None)
    rows = connection.execute(
        "SELECT number, digest, line, previous, subject, village FROM desk_log"
    ).fetchall()
    engine, unseen, tried = open_engine(path), [], 0

    for number, *values in rows:
        for column, value in zip(("digest", "line", "previous", "subject", "village"), values, strict=True):
            for place in range(len(value)):
                changed = flip(value, place, place % 7)
                connection.execute(f"UPDATE desk_log SET {column} = ? WHERE number = ?", (changed, number))
                with SqlDesk(engine).read() as desk:
                    unseen += [] if check_desk_log(desk) else [(number, column, place)]
                connection.execute(f"UPDATE desk_log SET {column} = ? WHERE number = ?", (value, number))
                tried += 1
    engine.dispose()
    connection.close()

    assert tried > 1_000
    assert unseen == []


@pytest.mark.parametrize(
    "number", ["1", "3", "(SELECT max(number) FROM desk_log)"], ids=["first", "third", "last"]
)
def test_a_removed_row_is_found(door: Door, tmp_path: Path, number: str) -> None:
    door.let_in("wang")
    path = copy_desk(door, tmp_path)

    change(path, f"DELETE FROM desk_log WHERE number = {number}")

    assert list_broken(path)


ABOUT = Fact(event="read-personal", place="card", reason="duty", role="clerk", village=VILLAGE)
SUBJECTS = ("h-aaaaaaaaaaaaaaaa", "h-bbbbbbbbbbbbbbbb", "m-aaaaaaaaaaaaaaaa")


def test_a_fact_about_several_holds_their_number_and_digest_and_is_found_by_each(door: Door) -> None:
    with door.home.desk.write() as desk:
        log_fact(desk, ABOUT, 1, subjects=SUBJECTS)
        log_fact(desk, ABOUT, 2, subjects=SUBJECTS[:1] * 2)

    with door.home.desk.read() as desk:
        lines = {name: list_readings(desk, VILLAGE, name) for name in (*SUBJECTS, "h-cccccccccccccccc")}
        facts = [logged.fact for logged in iterate_facts(desk)]
        assert check_desk_log(desk) == []
    assert [(fact.subject, fact.count) for fact in facts] == [("", "3"), (SUBJECTS[0], "")]
    assert [len(found) for found in lines.values()] == [2, 1, 1, 0]
    assert [(one.among, one.role, one.purpose) for one in lines[SUBJECTS[0]]] == [
        (0, "clerk", "duty"),
        (2, "clerk", "duty"),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM desk_log_subjects WHERE subject = 'm-aaaaaaaaaaaaaaaa'",
        "DELETE FROM desk_log_subjects",
        "UPDATE desk_log_subjects SET subject = 'h-cccccccccccccccc' WHERE subject = 'h-aaaaaaaaaaaaaaaa'",
        f"INSERT INTO desk_log_subjects VALUES ('{VILLAGE}', 'h-cccccccccccccccc', 1)",
        f"INSERT INTO desk_log_subjects VALUES ('{VILLAGE}', 'h-cccccccccccccccc', 999)",
    ],
)
def test_whoever_was_taken_out_of_a_fact_or_put_into_it_is_missed(
    door: Door, tmp_path: Path, statement: str
) -> None:
    with door.home.desk.write() as desk:
        log_fact(desk, ABOUT, 1, subjects=SUBJECTS)
    path = copy_desk(door, tmp_path)
    assert list_broken(path) == []

    change(path, statement)

    assert list_broken(path)


def test_removing_a_row_and_closing_the_gap_is_found(door: Door, tmp_path: Path) -> None:
    door.let_in("wang")
    path = copy_desk(door, tmp_path)

    change(path, "DELETE FROM desk_log WHERE number = 2")
    change(path, "UPDATE desk_log SET number = number - 1 WHERE number > 2")

    assert list_broken(path)


def test_two_rows_in_each_others_place_are_found(door: Door, tmp_path: Path) -> None:
    door.let_in("wang")
    path = copy_desk(door, tmp_path)

    for old, new in ((2, -2), (3, 2), (-2, 3)):
        change(path, f"UPDATE desk_log SET number = {new} WHERE number = {old}")

    assert list_broken(path)


def test_a_row_numbered_before_the_first_is_found(door: Door, tmp_path: Path) -> None:
    door.let_in("wang")
    path = copy_desk(door, tmp_path)

    change(
        path, "INSERT INTO desk_log SELECT -5, digest, line, previous, subject, village FROM desk_log LIMIT 1"
    )

    assert list_broken(path)


def test_a_lost_end_is_found_and_says_where(door: Door, tmp_path: Path) -> None:
    door.make("wang")
    path = copy_desk(door, tmp_path)

    change(path, "DELETE FROM desk_log_end")

    (line,) = list_broken(path)
    assert line.startswith("办事记录第 2 行：现为到第 2 行为止，应为到第 0 行为止。保留现场，")
    assert line.endswith("和以前打印、抄走的比。（desk-log-broken）")


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
@pytest.mark.parametrize(
    "name", ["account", "actor", "reason", "session", "subject", "village", "network", "outcome"]
)
def test_nothing_typed_enters_a_line_or_breaks_one(door: Door, name: str, text: str) -> None:
    with door.home.desk.write() as desk:
        log_fact(desk, Fact(event="denied", **{name: text}), 1)

    with door.home.desk.read() as desk:
        (row,) = desk.iterate_lines()
        assert check_desk_log(desk) == []
    assert row.line.isascii()
    assert row.line.isprintable()
    assert json.loads(row.line)[name] == "?"


def test_a_name_that_somebody_types_is_nowhere_in_the_log(door: Door) -> None:
    for name in NAUGHTY:
        with pytest.raises(Refused):
            sign_in(door.home, name, "falsch geraten", HERE)
    door.let_in("wang")
    door.home.close()

    connection = sqlite.connect(door.home.path / "desk.db")
    lines = "".join(line for (line,) in connection.execute("SELECT line FROM desk_log"))
    connection.close()

    assert all(text not in lines for text in (*NAUGHTY, PASSWORD, HERE.network, "样例", "wang"))


def test_who_looked_at_somebodys_data_is_listed_by_village_and_subject(door: Door) -> None:
    reads = [
        (VILLAGE, "h-aaaaaaaaaaaaaaaa", "read-personal"),
        (VILLAGE, "h-bbbbbbbbbbbbbbbb", "read-personal"),
        (OTHER_VILLAGE, "h-aaaaaaaaaaaaaaaa", "read-personal"),
        (VILLAGE, "h-aaaaaaaaaaaaaaaa", "exported"),
        (VILLAGE, "h-aaaaaaaaaaaaaaaa", "denied"),
    ]
    with door.home.desk.write() as desk:
        for village, subject, event in reads:
            fact = Fact(
                event=event, actor="u-aaaaaaaaaa", reason="complaint", subject=subject, village=village
            )
            log_fact(desk, fact, 1_793_174_400_000)

    with door.home.desk.read() as desk:
        found = find_reads(desk, VILLAGE, "h-aaaaaaaaaaaaaaaa")

    assert [(logged.fact.event, logged.number) for logged in found] == [("read-personal", 1), ("exported", 4)]
    assert found[0].at == "2026-10-28T08:00:00.000Z"


def test_the_log_begins_where_it_is_asked_to(door: Door) -> None:
    door.make("wang")
    door.village.go_to("2026-11-02")
    door.make("zhao")

    with door.home.desk.read() as desk:
        assert {logged.at[:10] for logged in iterate_facts(desk, "2026-11-01")} == {"2026-11-02"}


def test_a_log_survives_the_home_being_closed(door: Door) -> None:
    door.let_in("wang")
    before = door.read_log()
    door.home.close()

    home = open_home(door.home.path)
    with home.desk.read() as desk:
        assert list(iterate_facts(desk)) == before
    home.close()


def test_every_event_is_a_word_that_a_program_can_look_for() -> None:
    assert all(event.replace("-", "").isalpha() and event.islower() for event in EVENTS)
