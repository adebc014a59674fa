"""Accounts come through a backup; whoever was signed in does not, and the desk's secret only where it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest
from click.testing import CliRunner

from ledger.cli import root
from ledger.home import open_home
from ledger.service.accounts.desk_log import check_desk_log
from ledger.service.accounts.factors import open_secret
from ledger.service.accounts.sessions import find_signed_in
from ledger.service.accounts.sign_in import give_factor, sign_in
from tests.desk.people import HERE, PASSWORD, Door, open_door
from tests.restore.conftest import fill
from tests.restore.drill import back_up, restore

LEFT_OUT = (
    "没有放进去：keys/desk.secret 没有口令保护。另外妥善保管它，没有它动态码都要重设；或加 --with-keys。"
)


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with open_door(tmp_path / "home", monkeypatch) as opened:
        fill(opened.village)
        yield opened


def test_a_restored_home_knows_its_people_and_nobody_is_signed_in(door: Door, tmp_path: Path) -> None:
    token = door.let_in("li", "supervisor")
    back_up(door.village, tmp_path / "backup")

    restore(tmp_path / "backup", tmp_path / "new", heads=door.home.path)

    home = open_home(tmp_path / "new", clock=door.village.clock)
    assert find_signed_in(home, token) is None
    door.village.clock.advance(60_000)
    _, half = sign_in(home, "li", PASSWORD, HERE)
    assert give_factor(home, half, door.read_phone("li"), HERE)
    with home.desk.read() as desk:
        assert check_desk_log(desk) == []
    home.close()


def test_a_backup_holds_no_session_no_token_and_no_counted_guess(door: Door, tmp_path: Path) -> None:
    door.let_in("li", "supervisor")
    digest = door.find(door.sign_in("li")).session.digest

    back_up(door.village, tmp_path / "backup")

    copy = sqlite.connect(tmp_path / "backup" / "desk.db")
    counts = [
        copy.execute(f"SELECT count(*) FROM {table}").fetchone()
        for table in ("sessions", "attempts", "accounts")
    ]
    copy.close()
    assert counts == [(0,), (0,), (1,)]
    assert digest not in (tmp_path / "backup" / "desk.db").read_bytes()


def test_whoever_has_the_backup_alone_can_make_no_code(door: Door, tmp_path: Path) -> None:
    door.let_in("li", "supervisor")

    backup = back_up(door.village, tmp_path / "backup", with_keys=False)

    assert "keys/desk.secret" in backup.manifest.keys_left_out
    assert not (tmp_path / "backup" / "keys" / "desk.secret").exists()
    home = open_home(door.home.path)
    with home.desk.read() as desk:
        account = desk.find_by_name("li")
    home.close()
    assert account is not None
    assert open_secret(b"x" * 32, account.account, account.totp) == b""


def test_the_command_says_what_the_missing_secret_costs(door: Door, tmp_path: Path) -> None:
    door.let_in("li", "supervisor")

    words = ("backup", "--home", str(door.home.path), "--out", str(tmp_path / "backup"))

    assert LEFT_OUT in CliRunner().invoke(root, words).stderr
