"""What the witnesses saw, asked by a restore before anything is signed: they know of entries that nothing here shows.

The log had 4 entries at the backup and 6 when it was lost; a witness confirmed the 6.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result

from ledger.books.village import LogRefounded
from ledger.cli import root
from ledger.errors import Refused, format_fault
from ledger.home import Home, open_home
from ledger.log.checkpoint import Checkpoint, format_checkpoint
from ledger.log.hashing import format_hash
from ledger.log.note import parse_note
from ledger.log.tree import compute_root
from ledger.service.outbound import Reply, Unreachable
from ledger.service.sightings import Fetch, fetch_last
from ledger.service.standing import refuse_read_only
from ledger.service.witnessing import ask_witnesses
from ledger.upkeep.loss import Loss
from ledger.upkeep.restore import Restoration, mend_home
from tests.builders import VILLAGE
from tests.fakes import FakeClock
from tests.homes import VillageHome, open_village
from tests.restore.conftest import copy_home
from tests.restore.drill import back_up, ignore, list_codes, reopen, restore, write_export
from tests.witness.processes import SERVE_IN_VILLAGE_TIME, WitnessProcess, adopt_witnesses

UNKNOWN = f"村 {VILLAGE} 的账本：现为到第 3 条为止，没有原机器的 heads.db，"
ACCEPT = (
    "，应为有原机器的 heads.db 可以对照。用 --heads 指明原机器的 heads.db 或账本文件夹；"
    "确认后来没有再记过账的，加 --accept。（restore-unknown）"
)
LOOK_ONLY = (
    "，应为有原机器的 heads.db 可以对照。用 --heads 指明原机器的 heads.db 或账本文件夹，"
    "用 --from 找回缺的记录；先只看不记的，加 --accept。（restore-unknown）"
)


class Lost(NamedTuple):
    """What is left of a lost home, and what its witness answers.

    `behind`  the home, one entry after the backup: its heads are newer than the backup and not the newest
    `roots`   of the first 4 and of all 6 entries
    """

    backup: Path
    behind: Path
    export: Path
    home: VillageHome
    newest: Path
    roots: dict[int, bytes]
    seen: Reply
    witness: WitnessProcess


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    folder = tmp_path_factory.mktemp("witnessed")
    witness = WitnessProcess(folder / "town", "town.example/w", script=SERVE_IN_VILLAGE_TIME)
    witness.start()
    with open_village(folder / "living") as village:
        adopt_witnesses(village, [witness], 1)
        village.open_books()
        roots = {4: compute_tree(village)}
        back_up(village, folder / "backup")
        village.record_voucher("购办公用纸", 32_500)
        behind = copy_home(village.home.path, folder / "behind")
        village.record_voucher("修水渠", 120_000)
        roots[6] = compute_tree(village)
        addresses: list[str] = []
        assert [outcome.code for outcome in ask_witnesses(village.home, VILLAGE)] == [""]
        mend_home(village.home, [], accept=False, fetch=note_to(addresses), progress=ignore)
        yield Lost(
            backup=folder / "backup",
            behind=behind,
            export=write_export(village, folder / "export"),
            home=village,
            newest=copy_home(village.home.path, folder / "newest"),
            roots=roots,
            seen=fetch_last(addresses[0]),
            witness=witness,
        )
    witness.stop()


def open_in_time(path: Path) -> Home:
    """Open a home on the day of its loss: the witness is not late yet for what it confirmed to a lost heads.db."""
    return open_home(path, clock=FakeClock())


def compute_tree(village: VillageHome) -> bytes:
    with village.home.ledger.read(VILLAGE) as reader:
        return compute_root(reader.get_frontier())


def note_to(addresses: list[str]) -> Fetch:
    """Answer nothing, and note who was asked."""

    def fetch(address: str) -> Reply:
        addresses.append(address)
        raise Unreachable("那台机器没有开着这项服务")

    return fetch


def sign(lost: Lost, size: int, tree: bytes) -> Reply:
    """Return what a witness would answer who saw this key sign another tree."""
    signer = lost.home.home.get_signer(VILLAGE)
    origin = signer.verifier_key.partition("+")[0]
    return Reply(signer.sign_note(format_checkpoint(Checkpoint(origin, size, tree))), 200)


def describe(done: Restoration) -> list[tuple[str, str, int]]:
    return [(item.name, item.code, item.size) for item in done.sightings[VILLAGE]]


MATRIX = {
    ("none", "nothing", "answers"): ({"restore-unknown"}, 4, True, ("镇", "witness-ahead", 6)),
    ("none", "nothing", "is silent"): ({"restore-unknown"}, 4, False, ("镇", "witness-unreachable", 0)),
    ("none", "export", "answers"): ({"restore-unknown"}, 6, False, ("镇", "", 6)),
    ("behind", "nothing", "answers"): (set(), 4, True, ("镇", "witness-ahead", 6)),
    ("behind", "export", "answers"): (set(), 6, False, ("镇", "", 6)),
    ("newest", "nothing", "answers"): (set(), 4, True, ("镇", "witness-ahead", 6)),
    ("newest", "export", "answers"): (set(), 6, False, ("镇", "", 6)),
    ("newest", "export", "is silent"): (set(), 6, False, ("镇", "witness-unreachable", 0)),
}
"""What is doubted, how many entries come back, whether the home then is read-only, and what the witness saw."""


@pytest.mark.parametrize(("heads", "copies", "witness"), MATRIX, ids=[" ".join(key) for key in MATRIX])
def test_a_restored_log_goes_on_only_where_no_witness_saw_more(
    lost: Lost, tmp_path: Path, heads: str, copies: str, witness: str
) -> None:
    doubts, size, is_read_only, sighting = MATRIX[heads, copies, witness]
    fetch = note_to([]) if witness == "is silent" else lambda _address: lost.seen
    given = {"none": None, "behind": lost.behind, "newest": lost.newest}[heads]
    how: dict[str, Any] = {
        "fetch": fetch,
        "heads": given,
        "open_with": open_in_time,
        "vault_keys": lost.newest,
    }
    evidence = [lost.export] if copies == "export" else []
    if doubts:
        with pytest.raises(Refused) as error:
            restore(lost.backup, tmp_path / "new", *evidence, **how)
        assert list_codes(error.value) == sorted(doubts)

    done = restore(lost.backup, tmp_path / "new", *evidence, accept=bool(doubts), **how)

    assert [refill.size for refill in done.refills] == [size]
    assert describe(done) == [sighting]
    assert [standing.fault is not None for standing in done.standings] == [is_read_only]
    with reopen(tmp_path / "new") as home:
        if is_read_only:
            with pytest.raises(Refused, match="已签名的检查点有 6 条，第 4 条到第 5 条不见了"):
                refuse_read_only(home, VILLAGE)
        else:
            refuse_read_only(home, VILLAGE)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            "ahead",
            f"见证人 镇 证明记到过第 5 条，再往后不知道{LOOK_ONLY}",
        ),
        ("agrees", f"不知道后来还记没记过；见证人 镇：见过的前 4 条都在这里{ACCEPT}"),
        ("silent", f"不知道后来还记没记过；见证人 镇：那台机器没有开着这项服务{ACCEPT}"),
    ],
    ids=["ahead", "agrees", "silent"],
)
def test_who_is_about_to_accept_reads_what_the_witness_saw(
    lost: Lost, tmp_path: Path, answer: str, told: str
) -> None:
    def fetch(_address: str) -> Reply:
        if answer == "silent":
            raise Unreachable("那台机器没有开着这项服务")
        return lost.seen if answer == "ahead" else sign(lost, 4, lost.roots[4])

    with pytest.raises(Refused) as error:
        restore(lost.backup, tmp_path / "new", fetch=fetch, open_with=open_in_time, vault_keys=lost.newest)

    assert [format_fault(fault) for fault in error.value.faults] == [UNKNOWN + told]
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("size", "heads", "held"),
    [
        (4, None, "这里的记录的根哈希是 {here}，见证人 镇 签的是 {other}"),
        (6, "newest", "见证人 镇的根哈希是 {other}，本机的 heads.db 签的是 {here}"),
    ],
    ids=["within the log", "beyond the log"],
)
def test_a_witness_that_saw_another_history_is_accepted_by_nobody(
    lost: Lost, tmp_path: Path, size: int, heads: str | None, held: str
) -> None:
    forked = sign(lost, size, bytes(32))

    with pytest.raises(Refused) as error:
        restore(
            lost.backup,
            tmp_path / "new",
            accept=True,
            fetch=lambda _address: forked,
            heads=lost.newest if heads else None,
        )

    found = held.format(here=format_hash(lost.roots[size]), other=format_hash(bytes(32)))
    (fault,) = error.value.faults
    assert format_fault(fault) == (
        f"村 {VILLAGE} 的前 {size} 条：现为{found}，应为同一本账只有一个历史。"
        "账本签过两个不同的历史：停止记账，把两份都保留好，交审计员和监督委员会。（restore-contradicted）"
    )
    assert not (tmp_path / "new").exists()


def test_a_head_that_only_a_witness_kept_contradicts_under_the_witness_s_name(
    lost: Lost, tmp_path: Path
) -> None:
    path = copy_home(lost.newest, tmp_path / "home")
    drop_heads(path)
    forked = sign(lost, 5, bytes(32))

    with reopen(path) as home:
        with pytest.raises(Refused) as error:
            mend_home(home, [], accept=True, fetch=lambda _address: forked, progress=ignore)
        assert "见证人 镇 签的是" in error.value.faults[0].found
        with pytest.raises(Refused) as error:
            refuse_read_only(home, VILLAGE)
        assert list_codes(error.value) == ["village-read-only"]


def drop_heads(path: Path) -> None:
    for name in ("heads.db", "heads.db-wal", "heads.db-shm"):
        (path / name).unlink(missing_ok=True)


def test_what_our_key_did_not_sign_is_told_and_stops_nothing(lost: Lost, tmp_path: Path) -> None:
    done = restore(lost.backup, tmp_path / "new", lost.export, heads=lost.newest, fetch=answer_nonsense)

    assert describe(done) == [("镇", "witness-answer", 0)]
    assert [standing.fault for standing in done.standings] == [None]


def answer_nonsense(_address: str) -> Reply:
    return Reply(b"6", 200)


def test_a_log_without_a_policy_asks_nobody(tmp_path: Path) -> None:
    asked: list[str] = []
    with open_village(tmp_path / "home") as village:
        village.open_books()
        back_up(village, tmp_path / "backup")

        done = restore(tmp_path / "backup", tmp_path / "new", fetch=note_to(asked), heads=village.home.path)

    assert (asked, describe(done)) == ([], [])


def test_a_declared_loss_reaches_as_far_as_the_witness_saw(lost: Lost, tmp_path: Path) -> None:
    loss = Loss(
        checker=lost.home.supervisor.user,
        is_plain=True,
        maker=lost.home.clerk.user,
        reason="村委会的电脑被雷击坏",
        village=VILLAGE,
    )

    restore(
        lost.backup,
        tmp_path / "new",
        accept=True,
        fetch=lambda _address: lost.seen,
        loss=loss,
        vault_keys=lost.newest,
    )

    with reopen(tmp_path / "new") as home, home.ledger.read(VILLAGE) as reader:
        body = reader.facts.read_entry(0).body
    assert isinstance(body, LogRefounded)
    assert (body.lost_from, body.old_size, body.old_root) == (4, 6, format_hash(lost.roots[6]))


def run(*words: object) -> Result:
    return CliRunner().invoke(root, [str(word) for word in words])


def test_an_operator_reads_what_a_living_witness_saw(lost: Lost, tmp_path: Path) -> None:
    behind = run("restore", lost.backup, "--home", tmp_path / "new", "--accept")
    told = run("restore", "--home", tmp_path / "new", "--json")
    filled = run(
        *("restore", lost.backup, "--home", tmp_path / "whole"),
        *("--heads", lost.newest, "--from", lost.export),
    )

    assert [behind.exit_code, told.exit_code, filled.exit_code] == [1, 1, 0]
    assert "还缺第 4 条到第 5 条：见证人 镇 证明有过这些记录" in behind.stdout
    assert f"{VILLAGE} 的见证人 镇：见证人见过 6 条记录，这里只有 4 条：账本变短了\n" in behind.stderr
    assert "只能看：" in behind.stderr
    answer = json.loads(told.stdout)
    (sighting,) = answer["sightings"][VILLAGE]
    assert (sighting["name"], sighting["code"], sighting["size"]) == ("镇", "witness-ahead", 6)
    assert answer["standings"][0]["fault"]["code"] == "village-read-only"
    assert f"{VILLAGE} 的见证人 镇：见过的前 6 条都在这里\n" in filled.stdout


def test_an_operator_reads_that_a_witness_could_not_be_asked(lost: Lost, tmp_path: Path) -> None:
    lost.witness.stop()
    try:
        done = run(
            *("restore", lost.backup, "--home", tmp_path / "new"),
            *("--heads", lost.newest, "--from", lost.export),
        )
    finally:
        lost.witness.start()

    assert done.exit_code == 0
    assert (
        f"{VILLAGE} 的见证人 镇：那台机器没有开着这项服务。没能和他见过的对照，不影响恢复。\n" in done.stderr
    )


def test_the_witness_s_own_line_is_not_kept_as_ours(lost: Lost, tmp_path: Path) -> None:
    restore(lost.backup, tmp_path / "new", accept=True, fetch=lambda _address: lost.seen)

    with reopen(tmp_path / "new") as home:
        newest = home.heads.find_newest(VILLAGE)
    assert newest is not None
    assert (newest.size, newest.root, len(parse_note(newest.note).signatures)) == (6, lost.roots[6], 1)
