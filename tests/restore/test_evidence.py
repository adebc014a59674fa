"""Whatever somebody kept of a log can speak for it; nothing of it is believed that the log's key did not sign."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.books.points import PointsRound
from ledger.canonical import encode_value
from ledger.errors import NotFound, Refused, format_fault
from ledger.evidence import build_evidence
from ledger.log.checkpoint import Checkpoint, format_checkpoint
from ledger.log.keys import parse_signing_key
from ledger.log.note import format_note, sign_note
from ledger.log.proof_file import ProofFile, format_proof_file
from ledger.log.proofs import build_inclusion
from ledger.log.tiles import parse_bundle
from ledger.ports import SheetJob
from ledger.service.sheets import build_figures
from ledger.service.standing import list_standings
from ledger.upkeep.evidence import open_evidence
from ledger.upkeep.restore import mend_home, open_all, read_heads
from reports.worker import WorkerRenderer
from tests.builders import VILLAGE, build_points_line, build_points_round
from tests.homes import VillageHome, open_village
from tests.restore.conftest import copy_home, fill
from tests.restore.drill import back_up, ignore, list_codes, read_export, reopen, restore, write_export
from tests.web.village import serve


class Lost(NamedTuple):
    """A backup of 12 entries, exports of 12 and of 15, the living home's copy, its key, and what it was."""

    backup: Path
    early: Path
    export: Path
    home: Path
    key: Path
    whole: dict[str, bytes]


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    folder = tmp_path_factory.mktemp("lost")
    with open_village(folder / "living") as village:
        fill(village)
        early = write_export(village, folder / "early")
        waiting = village.draft(build_november_round(village), period="2026-11", occurred_on="2026-11-02")
        back_up(village, folder / "backup")
        village.record_voucher("付路灯电费", 4_800, period="2026-11", occurred_on="2026-11-02")
        village.pass_(waiting)
        village.seal("points", "2026-10")
        export = write_export(village, folder / "export")
        home = copy_home(village.home.path, folder / "copy")
        yield Lost(
            folder / "backup",
            early,
            export,
            home,
            folder / "living" / "keys" / f"{VILLAGE}.key",
            village.export(),
        )


def build_november_round(village: VillageHome) -> PointsRound:
    lines = [build_points_line(village.texts, number) for number in range(2)]
    return build_points_round(
        village.texts, 2, lines=tuple(sorted(lines, key=lambda line: line.subject.sealed)), sealed_lines=()
    )


def change(export: Path, to: Path, path: str, data: bytes) -> Path:
    """Copy an export with one file changed."""
    copy = Path(shutil.copytree(export, to))
    (copy / path).write_bytes(data)
    return copy


def sign(lost: Lost, size: int, root: bytes) -> bytes:
    """Sign a checkpoint with the village's real key."""
    signer = parse_signing_key(lost.key.read_text().strip())
    text = format_checkpoint(Checkpoint(signer.key.name, size, root))
    return format_note(text, [sign_note(text, signer)])


def test_a_zip_gives_the_entries_back(lost: Lost, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for path, data in lost.whole.items():
            archive.writestr(path, data)

    done = restore(lost.backup, tmp_path / "new", tmp_path / "export.zip", heads=lost.home)

    assert (done.refills[0].had, done.refills[0].size, done.refills[0].known) == (12, 15, 15)
    assert done.refills[0].taken_from == str(tmp_path / "export.zip")
    assert read_export(tmp_path / "new") == lost.whole


def test_a_served_site_gives_the_entries_back(lost: Lost, tmp_path: Path) -> None:
    with reopen(copy_home(lost.home, tmp_path / "site")) as home:
        people = {role: person for person in home.vault.list_persons(VILLAGE) for role in person.roles}
        site = VillageHome(
            clerk=people["clerk"], clock=home.clock, home=home, supervisor=people["supervisor"]
        )
        with serve(site) as address:
            done = restore(lost.backup, tmp_path / "new", f"{address}/v/{VILLAGE}", heads=lost.home)

    assert done.refills[0].size == 15
    assert read_export(tmp_path / "new") == lost.whole


def test_private_values_of_drafts_that_waited_in_the_backup_are_not_lost(lost: Lost, tmp_path: Path) -> None:
    done = restore(lost.backup, tmp_path / "new", lost.export, heads=lost.home)

    assert done.refills[0].private_lost == ()
    with reopen(tmp_path / "new") as home:
        assert home.vault.list_drafts(VILLAGE, "waiting") == []
        assert [draft.index for draft in home.vault.list_drafts(VILLAGE, "recorded")][-1] == 13


def test_private_values_that_nobody_has_any_more_are_named(lost: Lost, tmp_path: Path) -> None:
    backup = tmp_path / "earlier"
    with open_village(tmp_path / "home") as village:
        back_up(village, backup)
        fill(village)
        export = write_export(village, tmp_path / "export")
        heads = copy_home(village.home.path, tmp_path / "copy")

    done = restore(backup, tmp_path / "new", export, heads=heads)

    assert done.refills[0].private_lost == (6, 7, 8)
    assert done.reports[0].findings == ()
    assert done.reports[0].erased > 0


@pytest.mark.parametrize("kind", ["pdf", "proof", "checkpoint"])
def test_a_sheet_a_proof_or_a_checkpoint_shows_that_entries_are_missing(
    lost: Lost, tmp_path: Path, kind: str
) -> None:
    path = write_small_evidence(lost, tmp_path, kind)

    done = restore(lost.backup, tmp_path / "new", path, accept=True)

    assert (done.refills[0].size, done.refills[0].known, done.refills[0].kept_by) == (12, 15, str(path))
    (standing,) = done.standings
    assert standing.fault is not None
    assert "第 12 条到第 14 条不见了" in standing.fault.found


def write_small_evidence(lost: Lost, folder: Path, kind: str) -> Path:
    """Write what a villager might have kept of the log of 15 entries."""
    note = lost.whole["checkpoint"]
    path = folder / f"kept.{kind}"
    if kind == "checkpoint":
        path.write_bytes(note)
        return path
    with reopen(copy_home(lost.home, folder / "scratch")) as home, home.ledger.read(VILLAGE) as reader:
        if kind == "proof":
            path.write_bytes(format_proof_file(ProofFile(3, build_inclusion(reader, 3, 15), note)))
            return path
        figures = build_figures(
            home, reader, "finance", "2026-10", number="2026-10-F-2", hung_on="2026-11-12"
        )
        key = home.get_signer(VILLAGE).verifier_key
        evidence = build_evidence(reader, figures.head, note=note, verifier_key=key)
        job = SheetJob(
            base_url="https://mb.example.cn",
            evidence=evidence,
            figures=encode_value(figures),
            kind="finance",
            note=note,
            verifier_key=key,
        )
        with WorkerRenderer() as renderer:
            path.write_bytes(renderer.render(job))
    return path


def test_of_several_copies_the_fullest_that_holds_is_taken(lost: Lost, tmp_path: Path) -> None:
    data = bytearray(lost.whole["tile/entries/000.p/15"])
    data[-5] ^= 1
    broken = change(lost.export, tmp_path / "broken", "tile/entries/000.p/15", bytes(data))

    done = restore(
        lost.backup, tmp_path / "new", broken, lost.early, lost.export, heads=lost.home, accept=True
    )

    assert done.refills[0].taken_from == str(lost.export)
    assert read_export(tmp_path / "new") == lost.whole
    assert [reason.split("：")[0] for reason in done.refills[0].unused] == [str(broken)]


@pytest.mark.parametrize("attack", ["entry", "order", "short", "absent", "foreign"])
def test_no_byte_of_a_copy_comes_in_that_was_not_signed(lost: Lost, tmp_path: Path, attack: str) -> None:
    path = "tile/entries/000.p/15"
    entries = parse_bundle(lost.whole[path], 15)
    if attack == "entry":
        entries[13] = entries[13].replace(b'"households":2', b'"households":3')
    elif attack == "order":
        entries[12], entries[13] = entries[13], entries[12]
    elif attack == "short":
        entries = entries[:14]
    elif attack == "foreign":
        entries[12] = entries[12].replace(VILLAGE.encode(), b"990000000018")
    data = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
    copy = change(lost.export, tmp_path / "copy", path, data)
    if attack == "absent":
        (copy / path).unlink()

    done = restore(lost.backup, tmp_path / "new", copy, heads=lost.home, accept=True)

    assert (done.refills[0].size, done.refills[0].taken_from) == (12, "")
    assert len(done.refills[0].unused) == 1
    assert done.standings[0].fault is not None


def test_texts_that_belong_to_no_entry_stay_outside_and_missing_ones_are_named(
    lost: Lost, tmp_path: Path
) -> None:
    copy = change(lost.export, tmp_path / "copy", "texts/12.json", lost.whole["texts/3.json"])

    with pytest.raises(Refused) as error:
        restore(lost.backup, tmp_path / "new", copy, heads=lost.home)
    done = restore(lost.backup, tmp_path / "new", copy, heads=lost.home, accept=True)

    assert list_codes(error.value) == ["restore-findings"]
    assert done.refills[0].texts_lost == (12,)


def test_a_log_signed_twice_is_restored_by_nobody(lost: Lost, tmp_path: Path) -> None:
    (tmp_path / "forked").write_bytes(sign(lost, 11, bytes(32)))

    with pytest.raises(Refused) as error:
        restore(lost.backup, tmp_path / "new", tmp_path / "forked", heads=lost.home, accept=True)

    (fault,) = error.value.faults
    assert fault.code == "restore-contradicted"
    assert fault.place == f"村 {VILLAGE} 的前 11 条"
    assert str(tmp_path / "forked") in fault.found
    assert not (tmp_path / "new").exists()


def test_two_checkpoints_of_one_size_contradict_each_other_beyond_the_log(lost: Lost, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).write_bytes(sign(lost, 40, name.encode().ljust(32)))

    with pytest.raises(Refused) as error:
        restore(lost.backup, tmp_path / "new", tmp_path / "one", tmp_path / "other", accept=True)

    assert list_codes(error.value) == ["restore-contradicted"]


def test_evidence_of_another_log_is_named(lost: Lost, tmp_path: Path) -> None:
    note = lost.whole["checkpoint"].replace(b"mingbai/", b"mingbai/other")
    (tmp_path / "other").write_bytes(note)

    with pytest.raises(Refused) as error:
        restore(lost.backup, tmp_path / "new", tmp_path / "other", heads=lost.home)

    assert list_codes(error.value) == ["evidence-strange"]


def test_an_unsigned_checkpoint_proves_nothing(lost: Lost, tmp_path: Path) -> None:
    note = bytearray(sign(lost, 40, bytes(32)))
    note[-10] ^= 1
    (tmp_path / "unsigned").write_bytes(bytes(note))

    with pytest.raises(Refused) as error:
        restore(lost.backup, tmp_path / "new", tmp_path / "unsigned", lost.export, heads=lost.home)

    assert list_codes(error.value) == ["evidence-unproven"]


def test_what_speaks_of_no_log_is_named_all_at_once(lost: Lost, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("好")
    (tmp_path / "sheet.pdf").write_bytes(b"%PDF-1.7 and nothing more")

    with pytest.raises(Refused) as error:
        restore(lost.backup, tmp_path / "new", tmp_path / "letter.txt", tmp_path / "sheet.pdf")

    assert [fault.code for fault in error.value.faults] == ["evidence-unproven"] * 2
    with pytest.raises(NotFound):
        restore(lost.backup, tmp_path / "new", tmp_path / "nothing")
    with pytest.raises(NotFound):
        restore(lost.backup, tmp_path / "new", heads=tmp_path / "nothing")
    with pytest.raises(NotFound):
        restore(tmp_path / "nothing", tmp_path / "new")


def test_a_home_that_fell_behind_is_filled_where_it_stands(lost: Lost, tmp_path: Path) -> None:
    restore(lost.backup, tmp_path / "home", heads=lost.home)

    with reopen(tmp_path / "home") as home, open_all([str(lost.export)]) as given:
        assert [standing.fault is None for standing in list_standings(home)] == [False]
        done = mend_home(home, given, accept=False, progress=ignore)

    assert (done.refills[0].size, done.standings[0].fault) == (15, None)
    assert read_export(tmp_path / "home") == lost.whole


def test_a_home_that_lost_its_heads_begins_them_from_what_others_kept(lost: Lost, tmp_path: Path) -> None:
    path = copy_home(lost.home, tmp_path / "home")
    for name in ("heads.db", "heads.db-wal", "heads.db-shm"):
        (path / name).unlink(missing_ok=True)

    with reopen(path) as home, open_all([str(lost.export)]) as given:
        with pytest.raises(Refused) as error:
            mend_home(home, given, accept=False, progress=ignore)
        assert list_codes(error.value) == ["restore-unknown"]
        done = mend_home(home, given, accept=True, progress=ignore)
        assert done.standings[0].fault is None
    assert read_export(path) == lost.whole


def test_heads_kept_elsewhere_are_as_good_as_our_own(lost: Lost, tmp_path: Path) -> None:
    path = copy_home(lost.home, tmp_path / "home")
    for name in ("heads.db", "heads.db-wal", "heads.db-shm"):
        (path / name).unlink(missing_ok=True)

    with reopen(path) as home, read_heads(lost.home) as apart:
        done = mend_home(home, [], accept=False, apart=apart, progress=ignore)

        assert done.doubts == ()
        assert len(list(home.heads.iterate(VILLAGE))) == len(apart)


def test_a_ledger_lost_altogether_comes_back_from_an_export(lost: Lost, tmp_path: Path) -> None:
    path = copy_home(lost.home, tmp_path / "home")
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (path / name).unlink(missing_ok=True)

    with reopen(path) as home, open_all([str(lost.export)]) as given:
        done = mend_home(home, given, accept=False, progress=ignore)

    assert (done.refills[0].had, done.refills[0].size) == (0, 15)
    assert read_export(path) == lost.whole


def test_a_ledger_lost_altogether_without_copies_stays_read_only(lost: Lost, tmp_path: Path) -> None:
    path = copy_home(lost.home, tmp_path / "home")
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (path / name).unlink(missing_ok=True)

    with reopen(path) as home:
        with pytest.raises(Refused) as error:
            mend_home(home, [], accept=False, progress=ignore)
        done = mend_home(home, [], accept=True, progress=ignore)

    assert "没有立账记录" in format_fault(error.value.faults[0])
    assert done.standings[0].fault is not None


def test_a_restored_home_without_its_key_is_looked_at_all_the_same(lost: Lost, tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        back_up(village, tmp_path / "backup", with_keys=False)
        heads = copy_home(village.home.path, tmp_path / "copy")

    done = restore(tmp_path / "backup", tmp_path / "new", heads=heads)

    assert done.keys_missing == (VILLAGE,)
    assert done.standings[0].fault is None


def test_evidence_is_closed_where_it_was_opened(lost: Lost) -> None:
    assert open_evidence(str(lost.early)).checkpoint.size == 12
