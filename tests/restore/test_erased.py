"""A whole village with known invented texts: where they never stand, and what is left of one who was erased."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ledger.audit import Report, audit_log
from ledger.errors import Refused
from ledger.home import Home
from ledger.log.commitments import parse_disclosure
from ledger.service.erase import erase_subject
from ledger.service.passing import discard_drafts, pass_drafts
from ledger.service.persons import add_person
from ledger.service.showing import show_drafts
from ledger.sources import open_home_log
from ledger.upkeep.backup import make_backup
from ledger.vaults import Household, Member
from tests.builders import VILLAGE, build_agreements, make_id
from tests.homes import VillageHome, open_village
from tests.restore.drill import ignore, open_later, restore

GONE, OTHER = make_id("h", 0), make_id("h", 1)
MEMBER = make_id("m", 0)
NAMES = {GONE: "石榴河甲户", OTHER: "石榴河乙户", make_id("h", 2): "石榴河丙户", MEMBER: "石榴河党员"}
CLERK = "石榴河文书"
"""Invented, and nowhere else in the home."""


def fill(village: VillageHome) -> None:
    """Everything private that a village has: names, rounds with evidence, scores, a draft that waits."""
    vault = village.home.vault
    people = [
        Household(
            consents=frozenset({"scoring"}), group=1, household=household, name=name, number=f"户号{place}号"
        )
        for place, (household, name) in enumerate(NAMES.items())
        if household.startswith("h-")
    ]
    vault.put_households(VILLAGE, people)
    vault.put_members(VILLAGE, [Member(branch=1, member=MEMBER, name=NAMES[MEMBER], number="党员号一号")])
    add_person(village.home, VILLAGE, CLERK, "clerk")
    village.record_october()
    village.draft(build_agreements(village.texts, 3, version=2))


def list_secrets(village: VillageHome) -> list[str]:
    """Return every private text: names, numbers, disclosures, and what the disclosures say."""
    with village.home.vault.read_private(VILLAGE) as find:
        texts = [find(digest) for digest in list_digests(village.home)]
    (draft,) = village.home.vault.list_drafts(VILLAGE, "waiting")
    disclosures = [text for text in texts if text] + list(draft.private)
    values = [parse_disclosure(text)[1] for text in disclosures]
    evidence = {str(value["evidence"]) for value in values if isinstance(value, dict) and "evidence" in value}
    assert len(disclosures) == 16
    return [*NAMES.values(), CLERK, "户号0号", "党员号一号", *evidence, *disclosures]


def list_digests(home: Home) -> list[str]:
    connection = home.engines["vault"].raw_connection()
    rows = connection.cursor().execute("SELECT name FROM ciphertexts WHERE kind = 'disclosure'").fetchall()
    connection.close()
    return [digest for (digest,) in rows]


def find_secrets(folder: Path, secrets: list[str]) -> list[tuple[str, str]]:
    """Return which file holds which text, byte by byte: free pages, write-ahead logs and shared memory too."""
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert files
    return [
        (path.name, text)
        for path, data in files.items()
        for text in secrets
        for spelling in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"))
        if spelling in data
    ]


def audit(home: Home) -> Report:
    with open_home_log(home, VILLAGE) as source:
        return audit_log(source, home.reference, now_ms=home.clock.now_ms())


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        fill(opened)
        yield opened


def test_no_private_text_stands_in_any_file_of_a_home_or_its_backup(
    village: VillageHome, tmp_path: Path
) -> None:
    secrets = list_secrets(village)

    make_backup(village.home, tmp_path / "backup", with_keys=True, progress=ignore)

    assert find_secrets(tmp_path / "home", secrets) == []
    assert find_secrets(tmp_path / "backup", secrets) == []
    (tmp_path / "home" / "note.txt").write_text(secrets[0], encoding="utf-16-le")
    assert find_secrets(tmp_path / "home", secrets) == [("note.txt", secrets[0])]


def test_a_backup_holds_no_key_of_the_vault(village: VillageHome, tmp_path: Path) -> None:
    make_backup(village.home, tmp_path / "backup", with_keys=True, progress=ignore)

    assert [path.name for path in (tmp_path / "backup" / "keys").iterdir()] == [f"{VILLAGE}.key"]


def test_after_an_erasure_the_log_is_whole_and_the_household_nobody_s(village: VillageHome) -> None:
    before = audit(village.home)
    export = village.export()

    erased = erase_subject(village.home, VILLAGE, GONE)
    after = audit(village.home)

    assert (before.findings, before.erased) == ((), 0)
    # Registered, agreed, one line by name, one sealed line.
    assert (after.findings, after.erased) == ((), 4)
    assert village.export() == export
    assert GONE not in {item.household for item in village.home.vault.list_households(VILLAGE)}
    assert not erased.was_erased
    assert erase_subject(village.home, VILLAGE, GONE).was_erased


def test_a_draft_about_an_erased_household_is_shown_and_not_passed(village: VillageHome) -> None:
    (draft,) = village.home.vault.list_drafts(VILLAGE, "waiting")

    erased = erase_subject(village.home, VILLAGE, GONE)
    (shown,) = show_drafts(village.home, VILLAGE, (draft.id,))
    with pytest.raises(Refused) as caught:
        pass_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user)

    assert erased.drafts == (draft.id,)
    assert shown.lines[-1] == "　另有 1 处隐私内容已删除"
    assert NAMES[OTHER] in "".join(shown.lines)
    assert NAMES[GONE] not in "".join(shown.lines)
    assert str(caught.value) == (
        f"待审记录 {draft.id}（agreements.signed）：现为其中有人的隐私内容已删除，应为内容都在的记录。"
        "撤回这一条，命令是 mingbai discard；去掉这一户或这个人以后重新导入。（draft-erased）"
    )
    discard_drafts(village.home, VILLAGE, [draft.id], village.clerk.user)
    assert village.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_a_recorded_draft_is_still_shown(village: VillageHome) -> None:
    drafts = {item.label: item.id for item in village.home.vault.list_drafts(VILLAGE, "recorded")}

    erase_subject(village.home, VILLAGE, GONE)
    erase_subject(village.home, VILLAGE, village.clerk.user)
    (shown,) = show_drafts(village.home, VILLAGE, (drafts["points.round"],))

    assert shown.lines[-1] == "　另有 2 处隐私内容已删除"
    assert shown.maker_name == "已删除"


def test_what_a_member_was_scored_goes_with_the_member(village: VillageHome) -> None:
    erase_subject(village.home, VILLAGE, MEMBER)

    report = audit(village.home)

    assert (report.findings, report.erased) == ((), 3)
    assert village.home.vault.list_members(VILLAGE) == []


def test_an_older_backup_gives_back_all_but_the_erased(village: VillageHome, tmp_path: Path) -> None:
    secrets = list_secrets(village)
    digests = list_digests(village.home)
    make_backup(village.home, tmp_path / "backup", with_keys=True, progress=ignore)
    erase_subject(village.home, VILLAGE, GONE)
    (tmp_path / "copy").mkdir()
    village.home.vault_keys.copy_to(tmp_path / "copy")

    restore(tmp_path / "backup", tmp_path / "new", heads=tmp_path / "home", vault_keys=tmp_path / "copy")

    with closing(open_later(tmp_path / "new")) as home:
        names = {item.name for item in home.vault.list_households(VILLAGE)}
        (draft,) = home.vault.list_drafts(VILLAGE, "waiting")
        found = [home.vault.find_private(VILLAGE, digest) for digest in digests]
        report = audit(home)
    assert names == {NAMES[OTHER], NAMES[make_id("h", 2)]}
    assert len(draft.private) == 2
    assert found.count(None) == 4
    assert report.findings == ()
    assert find_secrets(tmp_path / "new", secrets) == []


def test_a_backup_without_the_keys_is_a_village_without_names(village: VillageHome, tmp_path: Path) -> None:
    make_backup(village.home, tmp_path / "backup", with_keys=True, progress=ignore)
    (tmp_path / "apart").mkdir()
    (tmp_path / "backup").rename(tmp_path / "apart" / "backup")

    with pytest.raises(Refused) as caught:
        restore(tmp_path / "apart" / "backup", tmp_path / "new")
    done = restore(tmp_path / "apart" / "backup", tmp_path / "new", accept=True)

    told = [str(fault) for fault in caught.value.faults if fault.code == "restore-vault-locked"]
    assert len(told) == 1
    assert str(caught.value).startswith(
        f"村 {VILLAGE} 的隐私库：现为没有其中 7 户、人的钥匙，应为有备份以后抄的钥匙副本，"
        "或原机器的 keys 文件夹。用 --vault-keys 指明；确实找不回的，加 --accept："
        "这些隐私内容从此不再属于谁，总数照算。（restore-vault-locked）"
    )
    assert [report.findings for report in done.reports] == [()]
    with closing(open_later(tmp_path / "new")) as home:
        assert home.vault.list_households(VILLAGE) == home.vault.list_persons(VILLAGE) == []
        assert audit(home).findings == ()


def test_keys_that_are_not_where_they_were_said_to_be_are_missed(
    village: VillageHome, tmp_path: Path
) -> None:
    make_backup(village.home, tmp_path / "backup", with_keys=True, progress=ignore)
    (tmp_path / "empty").mkdir()

    with pytest.raises(Exception, match="隐私库的钥匙"):
        restore(tmp_path / "backup", tmp_path / "new", vault_keys=tmp_path / "empty")

    assert not (tmp_path / "new").exists()


def test_a_value_that_was_altered_is_named_by_the_audit_at_its_entry(village: VillageHome) -> None:
    connection = village.home.engines["vault"].raw_connection()
    connection.cursor().execute("UPDATE ciphertexts SET data = zeroblob(80) WHERE kind = 'disclosure'")
    connection.close()

    report = audit(village.home)

    assert {finding.code for finding in report.findings} == {"private-unproven"}
    assert "照片" not in str(report.findings)
