"""A loss that nobody can make good is declared: the old log is laid aside, a new epoch says so for ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from ledger.audit import audit_log
from ledger.books.village import LogRefounded
from ledger.cli import load_command
from ledger.data import load_reference
from ledger.errors import NotFound, Refused
from ledger.log.checkpoint import Checkpoint, format_checkpoint
from ledger.log.keys import parse_signing_key
from ledger.log.note import format_note, sign_note
from ledger.service.answering import prepare_answer, register_objection
from ledger.service.objections import (
    Sent,
    count_received,
    list_unregistered,
    look_up,
    receive_objection,
)
from ledger.sources import open_folder
from ledger.upkeep.loss import Loss
from ledger.upkeep.restore import Restoration, restore_backup
from ledger.vaults import Person
from tests.builders import VILLAGE, name_supervisor
from tests.fakes import FakeClock
from tests.homes import VillageHome, open_village
from tests.restore.conftest import copy_home, fill
from tests.restore.drill import (
    LATER_MS,
    back_up,
    ignore,
    list_codes,
    open_later,
    outlive_backup,
    read_export,
    reopen,
)
from tests.web.village import make_client


class Lost(NamedTuple):
    """A backup of 12 entries of a log that had 14, and what is left beside it."""

    backup: Path
    clerk: Person
    early: bytes
    heads: Path
    key: Path
    newest: bytes
    supervisor: Person
    whole: dict[str, bytes]


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    folder = tmp_path_factory.mktemp("lost")
    with open_village(folder / "living") as village:
        whole, newest = outlive_backup(village, folder / "backup")
        yield Lost(
            backup=folder / "backup",
            clerk=village.clerk,
            early=whole["checkpoint"],
            heads=copy_home(village.home.path, folder / "heads"),
            key=village.home.path / "keys" / f"{VILLAGE}.key",
            newest=newest.note,
            supervisor=village.supervisor,
            whole=whole,
        )


def declare(lost: Lost, target: Path, **changes: object) -> Restoration:
    said = {"reason": "村委会的电脑被雷击坏，备份以后记的两条找不回来", "village": VILLAGE}
    people = {"checker": lost.supervisor.user, "maker": lost.clerk.user}
    given = {name: str(value) for name, value in changes.items() if name in {*said, *people}}
    loss = Loss(is_plain=True, **{**said, **people, **given})
    return restore_backup(
        lost.backup,
        target,
        accept=bool(changes.get("accept")),
        evidence=[],
        heads=changes.get("heads", lost.heads),
        loss=loss,
        open_with=open_later,
        progress=ignore,
        vault_keys=lost.heads,
    )


@pytest.fixture(scope="module")
def epoch(lost: Lost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home after the loss was declared."""
    target = tmp_path_factory.mktemp("epoch") / "home"
    done = declare(lost, target)
    assert [standing.fault for standing in done.standings] == [None]
    return target


def test_the_new_log_begins_with_what_the_old_one_was(lost: Lost, epoch: Path) -> None:
    with reopen(epoch) as home, home.ledger.read(VILLAGE) as reader:
        entry = reader.facts.read_entry(0)
        head = home.heads.find_newest(VILLAGE)
        signer = home.keys.get_signer(VILLAGE)

    body = entry.body
    assert isinstance(body, LogRefounded)
    assert entry.kind == "log.refounded"
    assert (entry.maker.user, entry.checkers) == (lost.clerk.user, (name_supervisor(lost.supervisor.user),))
    assert (body.epoch, body.lost_from, body.old_size) == (2, 12, 14)
    assert body.origin == f"{body.old_origin}/e2" == signer.origin
    assert body.old_root == lost.newest.decode().split("\n")[2]
    assert head is not None
    assert head.size == 2


def test_what_survives_is_the_old_log_to_the_byte(lost: Lost, epoch: Path) -> None:
    folder = epoch / "epochs" / VILLAGE / "e1"
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }

    assert found == lost.whole
    report = audit_log(open_folder(folder), load_reference(), now_ms=LATER_MS)
    assert (report.findings, report.entries) == ((), 12)


def test_nothing_in_the_new_home_can_sign_for_the_old_log(lost: Lost, epoch: Path) -> None:
    with reopen(epoch) as home:
        with home.ledger.read(VILLAGE) as reader:
            body = reader.facts.read_entry(0).body
            assert isinstance(body, LogRefounded)
        with pytest.raises(NotFound):
            home.get_signer(VILLAGE, body.old_key)
        assert [path.name for path in (epoch / "keys").glob("*.key")] == [f"{VILLAGE}.key"]
        assert [head.size for head in home.heads.iterate(VILLAGE)] == [2]


def test_people_and_private_values_stay_and_waiting_drafts_wait_on(lost: Lost, epoch: Path) -> None:
    with reopen(epoch) as home:
        assert lost.clerk in home.vault.list_persons(VILLAGE)
        assert [draft.label for draft in home.vault.list_drafts(VILLAGE, "waiting")] == ["accounts.opened"]
        assert len(home.vault.list_drafts(VILLAGE, "recorded")) == 2


def test_the_new_log_goes_on_and_is_audited(lost: Lost, epoch: Path, tmp_path: Path) -> None:
    path = copy_home(epoch, tmp_path / "home")
    with reopen(path) as home:
        village = VillageHome(
            clerk=lost.clerk, clock=FakeClock(LATER_MS), home=home, supervisor=lost.supervisor
        )
        village.pass_(*home.vault.list_drafts(VILLAGE, "waiting"))
    for name, data in read_export(path).items():
        (tmp_path / "export" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "export" / name).write_bytes(data)

    source = open_folder(tmp_path / "export")
    report = audit_log(source, load_reference(), now_ms=LATER_MS, known=[lost.early, lost.newest])
    assert (report.findings, report.entries) == ((), 3)


def test_objections_that_the_old_log_answered_stay_answered_and_the_others_wait(tmp_path: Path) -> None:
    with open_village(tmp_path / "living") as village:
        fill(village)
        home, sent = village.home, Sent("", "", "这一笔怎么记的？")
        receipts = [receive_objection(home, VILLAGE, sent) for _ in range(3)]
        for receipt in receipts[:2]:
            village.pass_(register_objection(home, VILLAGE, receipt.item, village.clerk.user))
        answered = {"answer": "查过了，没有记错", "followed_by": (), "outcome": "explained"}
        village.pass_(prepare_answer(home, VILLAGE, "YY-2026-0001", village.clerk.user, **answered))
        back_up(village, tmp_path / "backup")
        village.record_voucher("付路灯电费", 4_800, period="2026-11", occurred_on="2026-11-02")
        lost = Lost(
            backup=tmp_path / "backup",
            clerk=village.clerk,
            early=b"",
            heads=copy_home(home.path, tmp_path / "heads"),
            key=home.path / "keys" / f"{VILLAGE}.key",
            newest=b"",
            supervisor=village.supervisor,
            whole={},
        )
    declare(lost, tmp_path / "home")

    with reopen(tmp_path / "home") as home:
        with home.ledger.read(VILLAGE) as reader:
            counts = count_received(home, reader.facts, VILLAGE)
            waiting = list_unregistered(home, reader.facts, VILLAGE)
        assert (counts.received, counts.closed, counts.unregistered) == (3, 1, 2)
        assert [item.item for item in waiting] == [receipt.item for receipt in receipts[1:]]
        found = look_up(home, VILLAGE, "1", receipts[0].code)
        assert found is not None
        assert (found.objection, found.received.closed) == (None, "YY-2026-0001")
        with pytest.raises(Refused, match="objection-moved-on"):
            register_objection(home, VILLAGE, receipts[0].item, lost.clerk.user)
        register_objection(home, VILLAGE, receipts[1].item, lost.clerk.user)


def sign_old(lost: Lost, size: int, root: bytes) -> bytes:
    signer = parse_signing_key(lost.key.read_text().strip())
    text = format_checkpoint(Checkpoint(signer.key.name, size, root))
    return format_note(text, [sign_note(text, signer)])


def test_a_later_checkpoint_of_the_old_log_shows_that_more_was_lost(
    lost: Lost, epoch: Path, tmp_path: Path
) -> None:
    for name, data in read_export(epoch).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    known = [sign_old(lost, 15, bytes(32)), sign_old(lost, 14, bytes(32)), b"no checkpoint at all"]

    report = audit_log(open_folder(tmp_path), load_reference(), now_ms=LATER_MS, known=known)

    assert [(item.code, item.found.split("，")[0]) for item in report.findings][:2] == [
        ("loss-understated", "15 条"),
        ("history-rewritten", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ]
    assert [item.field for item in report.findings][2:] == ["您手里的检查点"]


def test_every_page_says_for_ever_what_was_lost(lost: Lost, epoch: Path) -> None:
    with reopen(epoch) as home:
        village = VillageHome(
            clerk=lost.clerk, clock=FakeClock(LATER_MS), home=home, supervisor=lost.supervisor
        )
        with make_client(village) as client:
            pages = [
                client.get(f"/v/{VILLAGE}{path}").text for path in ("", "/sheets", "/entries", "/entries/0")
            ]

    said = "这是本村的第 2 册账：前一册从第 12 条起的记录丢失了（已知签过 14 条）"
    assert [said in page for page in pages] == [True] * 4
    assert "村委会的电脑被雷击坏" in pages[0]
    assert "村委会的电脑被雷击坏" in pages[3]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"maker": "u-aaaaaaaaaa"}, "person-role"),
        ({"checker": "u-aaaaaaaaaa"}, "person-role"),
        ({"reason": "李某 13812345678 弄丢了"}, "text-telephone"),
        ({"village": "990000000018"}, "loss-none"),
    ],
    ids=["maker", "checker", "reason", "village"],
)
def test_a_declaration_that_does_not_hold_leaves_nothing(
    lost: Lost, tmp_path: Path, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as error:
        declare(lost, tmp_path / "new", **changes)

    assert list_codes(error.value) == [code]
    assert not (tmp_path / "new").exists()


def test_a_log_that_lost_nothing_simply_goes_on(tmp_path: Path, lost: Lost) -> None:
    with open_village(tmp_path / "home") as village:
        back_up(village, tmp_path / "backup")
        heads = copy_home(village.home.path, tmp_path / "heads")
        whole = lost._replace(
            backup=tmp_path / "backup", clerk=village.clerk, heads=heads, supervisor=village.supervisor
        )

    with pytest.raises(Refused) as error:
        declare(whole, tmp_path / "new")

    assert list_codes(error.value) == ["loss-none"]


def test_without_heads_the_loss_is_declared_from_what_is_known(lost: Lost, tmp_path: Path) -> None:
    done = declare(lost, tmp_path / "new", accept=True, heads=None)

    assert [doubt.code for doubt in done.doubts] == ["restore-unknown"]
    with reopen(tmp_path / "new") as home, home.ledger.read(VILLAGE) as reader:
        body = reader.facts.read_entry(0).body
    assert isinstance(body, LogRefounded)
    assert (body.lost_from, body.old_size) == (12, 12)


def test_an_epoch_can_be_lost_in_its_turn(lost: Lost, epoch: Path, tmp_path: Path) -> None:
    path = copy_home(epoch, tmp_path / "home")
    with reopen(path) as home:
        village = VillageHome(
            clerk=lost.clerk, clock=FakeClock(LATER_MS), home=home, supervisor=lost.supervisor
        )
        back_up(village, tmp_path / "backup")
        village.pass_(*home.vault.list_drafts(VILLAGE, "waiting"))
    again = lost._replace(backup=tmp_path / "backup", heads=path)

    declare(again, tmp_path / "third")

    with reopen(tmp_path / "third") as home, home.ledger.read(VILLAGE) as reader:
        body = reader.facts.read_entry(0).body
    assert isinstance(body, LogRefounded)
    assert (body.epoch, body.lost_from, body.old_size) == (3, 2, 3)
    assert body.origin.endswith("/e3")
    assert sorted(path.name for path in (tmp_path / "third" / "epochs" / VILLAGE).iterdir()) == ["e1", "e2"]


def test_other_villages_of_the_home_stay_whole(lost: Lost, tmp_path: Path) -> None:
    other = "371082101202"
    init = load_command("init")
    assert init is not None
    with open_village(tmp_path / "home") as village:
        words = ["--village", other, "--name", "松树村", "--township", "样例县松树镇"]
        words += [
            "--telephone",
            "0000-0000001",
            "--clerk",
            "样例丙",
            "--supervisor",
            "样例丁",
            "--no-passphrase",
        ]
        assert CliRunner().invoke(init, ["--home", str(village.home.path), *words]).exit_code == 0
        back_up(village, tmp_path / "backup")
        village.open_books()
        heads = copy_home(village.home.path, tmp_path / "heads")
        two = lost._replace(
            backup=tmp_path / "backup", clerk=village.clerk, heads=heads, supervisor=village.supervisor
        )

    done = declare(two, tmp_path / "new")

    assert {standing.village: standing.fault for standing in done.standings} == {VILLAGE: None, other: None}
    with reopen(tmp_path / "new") as home:
        assert [head.size for head in home.heads.iterate(other)] == [1]
        assert len(home.vault.list_drafts(other, "waiting")) == 1


def test_an_operator_types_it(lost: Lost, tmp_path: Path) -> None:
    restore = load_command("restore")
    assert restore is not None
    words = [str(lost.backup), "--home", str(tmp_path / "new"), "--heads", str(lost.heads), "--declare-loss"]
    people = ["--village", VILLAGE, "--maker", lost.clerk.user, "--checker", lost.supervisor.user]

    unsaid = CliRunner().invoke(restore, words)
    nowhere = CliRunner().invoke(restore, [*words[1:], *people, "--reason", "雷击"])
    (tmp_path / "passphrase").write_text("correct horse battery staple\n")
    (tmp_path / "passphrase").chmod(0o600)
    given = ["--reason", "雷击", "--passphrase-file", str(tmp_path / "passphrase")]
    done = CliRunner().invoke(restore, [*words, *people, *given])

    assert "声明丢失要写明 --village、--reason、--maker 和 --checker。" in unsaid.output
    assert "声明丢失要写明备份" in nowhere.output
    assert done.exit_code == 0
    assert "新的一册" in done.output
    with reopen(tmp_path / "new") as home:
        assert home.keys.get_signer(VILLAGE).protection == "passphrase"
