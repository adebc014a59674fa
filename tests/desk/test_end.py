"""How far the desk's log had come is remembered beside it: an older database in its place is seen."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from litestar.testing import TestClient

from ledger.cli import root
from ledger.desk import DeskEnd
from ledger.errors import format_fault
from ledger.home import open_home
from ledger.service.accounts.desk_log import (
    accept_end,
    check_desk_log,
    check_remembered,
    note_shown,
)
from ledger.service.accounts.health import SHOWN_MAX_MS, check_desk
from ledger.service.accounts.manage import disable_account
from ledger.store.desk import END_FILE
from ledger.upkeep.backup import make_backup
from tests.desk.people import Door
from tests.web.desk import DeskBrowser, tell
from web.app import create_app


def get_end(door: Door) -> DeskEnd:
    with door.home.desk.read() as desk:
        return desk.get_end()


def test_the_end_is_remembered_with_every_row(door: Door) -> None:
    door.let_in("li", "supervisor")

    known = door.home.desk.find_remembered()
    assert known is not None
    assert (known.number, known.digest) == (get_end(door).number, get_end(door).digest.hex())
    assert (door.home.path / END_FILE).stat().st_mode & 0o077 == 0
    assert check_remembered(door.home.desk) == []


@pytest.fixture
def older(door: Door, tmp_path: Path) -> Door:
    """The desk as it was before somebody was disabled, put back in the place of the newer."""
    door.let_in("li", "supervisor")
    door.home.close()
    shutil.copy(door.home.path / "desk.db", tmp_path / "older.db")
    disable_account(door.home, "li")
    door.home.close()
    for rest in ("-wal", "-shm"):
        (door.home.path / f"desk.db{rest}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "older.db", door.home.path / "desk.db")
    return door


def test_an_older_database_opens_no_page_of_the_desk_and_every_other(older: Door) -> None:
    with TestClient(create_app(older.home, older.home.config)) as client:
        browser = DeskBrowser(client)
        answers = [
            browser.get("/desk/sign-in"),
            browser.post("/desk/sign-in", {"name": "li", "password": "x"}),
            browser.get("/audit"),
        ]
        public = client.get("/")

    assert {(answer.status_code, tell(answer)) for answer in answers} == {(503, "现在不能登录办事")}
    assert public.status_code == 200


def test_it_is_told_with_how_far_the_log_had_come(older: Door) -> None:
    known, end = older.home.desk.find_remembered(), get_end(older)
    assert known is not None

    (fault,) = check_remembered(older.home.desk)

    assert format_fault(fault) == (
        f"办事记录：现为只到第 {end.number} 行，应为到过第 {known.number} 行，摘要 {known.digest[:16]}。"
        "desk.db 多半是换回了旧的，停用的账号可能又能用：找回原来的；找不回的，查清以后运行 "
        "mingbai desklog --accept。（desk-log-behind）"
    )
    (check,) = check_desk(older.home)
    assert (check.state, "desk-log-behind" in check.found) == ("wrong", True)


def test_growing_past_what_is_remembered_hides_nothing(older: Door) -> None:
    known = older.home.desk.find_remembered()
    assert known is not None
    while get_end(older).number <= known.number + 1:
        older.village.clock.advance(1)  # Else it would be the very same row.
        disable_account(older.home, "li")

    assert older.home.desk.find_remembered() == known
    (fault,) = check_remembered(older.home.desk)
    assert fault.found == f"第 {known.number} 行与记下的不同"
    note_shown(older.home, get_end(older))
    assert older.home.desk.find_remembered() == known


def test_what_is_accepted_stands_in_the_log_for_ever(older: Door) -> None:
    known = older.home.desk.find_remembered()
    assert known is not None

    accept_end(older.home)
    accept_end(older.home)

    assert check_remembered(older.home.desk) == []
    accepted = [line.fact.reason for line in older.read_log() if line.fact.event == "end-accepted"]
    assert accepted == [f"{known.number}:{known.digest[:16]}"]
    disable_account(older.home, "li")
    assert check_remembered(older.home.desk) == []


def test_the_commands_tell_it_accept_it_and_note_what_they_showed(older: Door) -> None:
    def run(*words: str) -> Result:
        return CliRunner().invoke(root, [*words, "--home", str(older.home.path)])

    told = run("desklog")
    doctor = run("doctor")
    accepted = run("desklog", "--accept")

    assert (told.exit_code, "desk-log-behind" in told.output) == (1, True)
    assert "✗ 有错  办事记录" in doctor.output
    assert accepted.exit_code == 0
    assert "event=end-accepted" in accepted.output
    known = older.home.desk.find_remembered()
    assert known is not None
    assert (known.shown_number, known.shown_at > 0) == (get_end(older).number, True)
    assert "✓ 正常  办事记录" in run("doctor").output


def test_a_lost_or_unreadable_file_stops_nobody_and_begins_anew(door: Door) -> None:
    door.let_in("li", "supervisor")
    path = door.home.path / END_FILE
    for content in (b"", b"\x00", b'{"number": 1}', b"[" * 9):
        path.write_bytes(content)
        assert check_remembered(door.home.desk) == []
    path.unlink()
    disable_account(door.home, "li")

    known = door.home.desk.find_remembered()
    assert known is not None
    assert known.number == get_end(door).number


def test_a_backup_leaves_it_out_and_a_restored_desk_is_not_behind(door: Door, tmp_path: Path) -> None:
    door.let_in("li", "supervisor")

    make_backup(door.home, tmp_path / "backup", with_keys=True, progress=lambda *_: None)

    assert not (tmp_path / "backup" / END_FILE).exists()
    assert (tmp_path / "backup" / "desk.db").exists()


def test_the_doctor_says_when_the_end_was_handed_out(door: Door) -> None:
    (check,) = check_desk(door.home)
    assert (check.state, check.found) == ("fine", "0 行，前后连得上")
    door.let_in("li", "supervisor")
    end = get_end(door)
    (check,) = check_desk(door.home)
    assert (check.state, check.found) == ("warning", f"{end.number} 行，前后连得上；末尾还没有抄出过")

    note_shown(door.home, end)
    (check,) = check_desk(door.home)
    assert check.state == "fine"
    assert check.found.endswith(f"抄出过末尾，到第 {end.number} 行")
    disable_account(door.home, "li")
    assert next(check_desk(door.home)).found.endswith(f"抄出过末尾，到第 {end.number} 行")
    door.village.clock.advance(SHOWN_MAX_MS + 1)
    assert next(check_desk(door.home)).state == "warning"


def test_two_processes_remember_the_same_end(door: Door) -> None:
    door.let_in("li", "supervisor")
    other = open_home(door.home.path)
    try:
        disable_account(other, "li")
        disable_account(door.home, "li")
        with door.home.desk.read() as desk:
            assert check_desk_log(desk) == []
        assert check_remembered(other.desk) == check_remembered(door.home.desk) == []
    finally:
        other.close()
