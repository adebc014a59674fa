"""A log that lost something of what was signed is read-only, and every way in says so."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import msgspec
import pysqlite3.dbapi2 as sqlite
import pytest
from click.testing import CliRunner

from ledger.cli import load_command
from ledger.errors import Refused, Tampered, format_fault
from ledger.home import open_home
from ledger.log.hashing import hash_leaf
from ledger.log.tree import Frontier, format_frontier
from ledger.ports import Head
from ledger.service.publish import publish_head
from ledger.service.standing import list_standings, open_village, refuse_read_only
from tests.builders import VILLAGE
from tests.fakes import MemoryHeads, MemoryLedger
from tests.homes import VillageHome
from tests.web.village import make_client

BEHIND = (
    "村 371082101201 的账本：现为这里最后一条是第 3 条，已签名的检查点有 5 条，第 4 条不见了，应为接得上签过名的 5 条。"
    "这本账现在只能看，不能记；先保留现场，再用 mingbai restore 找回缺的记录。（village-read-only）"
)


def attack(village: VillageHome, name: str, *statements: str) -> None:
    """Run statements on a database of the home as anybody with the file could."""
    connection = sqlite.connect(village.home.path / f"{name}.db", isolation_level=None)
    for trigger in ("entries_delete", "entries_update", "heads_delete", "logs_update", "tiles_update"):
        connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.close()


def put_behind(village: VillageHome) -> Head:
    """Sign for entry 4 and lose it: the database has four, the newest head five."""
    village.open_books()
    village.record_voucher("购办公用纸", 32_500)
    home = village.home
    newest = home.heads.find_newest(VILLAGE)
    assert newest is not None
    assert newest.size == 4
    ahead = msgspec.structs.replace(newest, size=5)
    home.heads.advance(VILLAGE, ahead)
    return ahead


def test_a_log_that_is_whole_may_go_on(village: VillageHome) -> None:
    (standing,) = list_standings(village.home)

    assert (standing.fault, standing.notice, standing.size, standing.signed) == (None, "", 2, 2)


def test_a_head_that_a_crash_prevented_is_signed_at_the_start(village: VillageHome) -> None:
    village.open_books()
    attack(village, "heads", "DELETE FROM heads WHERE size = 3")

    standing = open_village(village.home, VILLAGE)

    newest = village.home.heads.find_newest(VILLAGE)
    assert standing.fault is None
    assert newest is not None
    assert newest.size == 3


def test_a_founding_without_its_head_is_signed_at_the_start(village: VillageHome) -> None:
    heads = MemoryHeads()
    ledger = MemoryLedger()
    with village.home.ledger.read(VILLAGE) as reader, ledger.write(VILLAGE) as writer:
        writer.append(reader.facts.read_entry(0), ())
    ports = dataclasses.replace(village.home, heads=heads, ledger=ledger)

    assert open_village(ports, VILLAGE).fault is None
    assert heads.find_newest(VILLAGE) == village.home.heads.find_at(VILLAGE, 1)


def test_a_log_behind_its_head_says_what_is_missing(village: VillageHome) -> None:
    put_behind(village)

    standing = open_village(village.home, VILLAGE)

    assert standing.fault is not None
    assert format_fault(standing.fault) == BEHIND
    assert standing.notice == "这个村的账本少了 1 条，暂停记账，正在查找。手里的公开表请留好"
    with pytest.raises(Tampered):
        publish_head(village.home, VILLAGE)


def test_a_log_that_is_gone_altogether_is_not_taken_for_a_new_one(
    village: VillageHome, tmp_path: Path
) -> None:
    village.home.close()
    (tmp_path / "home" / "ledger.db").unlink()
    home = open_home(tmp_path / "home")

    (standing,) = list_standings(home)

    assert standing.fault is not None
    assert "这里一条记录也没有，已签名的检查点有 2 条，第 0 条到第 1 条不见了" in standing.fault.found
    home.close()


def test_a_log_without_its_heads_is_read_only(village: VillageHome) -> None:
    ports = dataclasses.replace(village.home, heads=MemoryHeads())

    with pytest.raises(Refused, match=r"heads\.db 丢了或换过"):
        refuse_read_only(ports, VILLAGE)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE entries SET data = x'7b7d' WHERE entry_index = 1", "第 1 条前后矛盾"),
        ("UPDATE entries SET leaf = zeroblob(32), data = x'7b7d' WHERE entry_index = 2", "第 2 条前后矛盾"),
        ("DELETE FROM entries WHERE entry_index = 2", "第 2 条前后矛盾：应为 一条记录"),
        ("UPDATE logs SET frontier = zeroblob(8), size = size + 1", "树的前沿"),
    ],
    ids=["bytes", "bytes and leaf", "gone", "frontier"],
)
def test_the_newest_entries_are_hashed_again_at_the_start(
    village: VillageHome, statement: str, found: str
) -> None:
    village.open_books()
    attack(village, "ledger", statement)

    standing = open_village(village.home, VILLAGE)

    assert standing.fault is not None
    assert found in standing.fault.found
    assert standing.notice.startswith("这个村的账本和签过名的对不上，暂停记账")


def test_an_entry_changed_before_it_was_signed_is_never_signed(village: VillageHome) -> None:
    village.open_books()
    attack(village, "heads", "DELETE FROM heads WHERE size = 3")
    attack(village, "ledger", "UPDATE entries SET data = x'7b7d' WHERE entry_index = 2")

    with pytest.raises(Tampered, match="第 2 条"):
        publish_head(village.home, VILLAGE)

    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None
    assert newest.size == 2


@pytest.mark.parametrize(
    ("leaf", "found"),
    [("leaf", "第 2 条"), (f"x'{hash_leaf(b'{}').hex()}'", "由记录算出的树前沿")],
    ids=["bytes", "bytes and leaf"],
)
def test_what_changes_between_recording_and_signing_is_never_signed(
    village: VillageHome, monkeypatch: pytest.MonkeyPatch, leaf: str, found: str
) -> None:
    def change_first(*given: Any, **more: Any) -> Head:
        attack(village, "ledger", f"UPDATE entries SET data = x'7b7d', leaf = {leaf} WHERE entry_index = 2")
        return publish_head(*given, **more)

    monkeypatch.setattr("ledger.service.record.publish_head", change_first)

    with pytest.raises(Tampered, match=found):
        village.open_books()

    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None
    assert newest.size == 2


def test_a_stored_frontier_that_the_entries_do_not_give_is_never_signed(village: VillageHome) -> None:
    village.open_books()
    attack(village, "heads", "DELETE FROM heads WHERE size = 3")
    with village.home.ledger.read(VILLAGE) as reader:
        row = format_frontier(Frontier(3, (bytes(32), reader.get_frontier().hashes[1])))
    attack(village, "ledger", f"UPDATE logs SET size = 3, frontier = x'{row.hex()}'")

    standing = open_village(village.home, VILLAGE)

    assert standing.fault is not None
    assert "数据库里存的不是" in standing.fault.found


WRITING = (
    ["import", "vouchers", "nowhere.xlsx", "--maker", "u-aaaaaaaaaa", "--apply"],
    ["pass", "--all", "--checker", "u-aaaaaaaaaa"],
    ["close", "--month", "2026-10", "--maker", "u-aaaaaaaaaa"],
    ["seal", "--month", "2026-10", "--maker", "u-aaaaaaaaaa"],
    ["users", "add", "--name", "样例丙", "--role", "clerk"],
    ["adopt", "rulebook", "--maker", "u-aaaaaaaaaa", "--month", "2026-10", "--resolution", "村民会议"],
    ["adopt", "scheme", "--maker", "u-aaaaaaaaaa", "--month", "2026-10", "--resolution", "党员大会"],
    [
        *("adopt", "description", "--maker", "u-aaaaaaaaaa"),
        *("--name", "甲村", "--township", "乙镇", "--telephone", "0000-0000000"),
    ],
    ["adopt", "policy", "--maker", "u-aaaaaaaaaa", "--file", "nowhere.policy", "--resolution", "村民会议"],
    ["keys", "rotate", "--maker", "u-aaaaaaaaaa", "--reason", "换人保管", "--no-passphrase"],
    ["export", "--out", "nowhere.zip"],
)


@pytest.mark.parametrize("arguments", WRITING, ids=[" ".join(words[:2]) for words in WRITING])
def test_every_command_that_writes_refuses_with_the_reason(
    village: VillageHome, arguments: list[str]
) -> None:
    put_behind(village)
    command = load_command(arguments[0])
    assert command is not None
    rest = [*arguments[1:2], *arguments[2:]]
    place = 2 if arguments[0] in {"adopt", "keys", "users"} else 1
    keys = village.home.keys.list_signers(VILLAGE)
    given = [*rest[: place - 1], "--home", str(village.home.path), *rest[place - 1 :]]

    done = CliRunner().invoke(command, given)

    assert isinstance(done.exception, Refused)
    assert [format_fault(fault) for fault in done.exception.faults] == [BEHIND]
    assert len(village.home.keys.list_signers(VILLAGE)) == len(keys)


def test_the_pages_of_a_halted_village_say_so(village: VillageHome) -> None:
    with make_client(village) as client:
        assert client.get("/healthz").text == "ok\n"
        assert "暂停记账" not in client.get(f"/v/{VILLAGE}").text
    put_behind(village)

    with make_client(village) as client:
        pages = [
            client.get(path) for path in (f"/v/{VILLAGE}", f"/v/{VILLAGE}/entries", f"/v/{VILLAGE}/sheets")
        ]
        assert client.get("/healthz").text == f"read-only {VILLAGE}\n"

    for page in pages:
        assert page.status_code == 200
        assert "这个村的账本少了 1 条，暂停记账，正在查找。手里的公开表请留好" in page.text


def test_health_names_a_village_whose_log_is_gone(village: VillageHome) -> None:
    heads = MemoryHeads()
    heads.advance("990000000018", Head(note=b"", root=bytes(32), size=1))
    village.home = dataclasses.replace(village.home, heads=heads)

    with make_client(village) as client:
        text = client.get("/healthz").text

    assert text == f"read-only {VILLAGE}\nread-only 990000000018\n"
