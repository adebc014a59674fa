"""Adopted policies that are not what they say, and checkpoints beside a log that are none of its own."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as sqlite

from ledger.audit import audit_log
from ledger.data import load_reference
from ledger.limits import DAY_MS
from ledger.log.policy import digest_policy
from ledger.sources import FileSource
from tests.builders import VILLAGE, build_policy
from tests.homes import VillageHome, open_village
from tests.web.village import make_client
from tests.witness.test_shown import adopt, ask, make_policy

TODAY = {"occurred_on": "2026-10-28", "period": "2026-10"}
PLAIN = b"quorum none\n"


def audit(files: dict[str, bytes], village: VillageHome, days: int = 0) -> list[tuple[str, int]]:
    source = FileSource("文件", files.get)
    now_ms = village.clock.now_ms() + days * DAY_MS
    report = audit_log(source, load_reference(), now_ms=now_ms)
    return [(finding.code, finding.entry) for finding in report.findings]


def adopt_as(village: VillageHome, text: bytes, **changes: object) -> int:
    """Record an adoption whatever it says: what a program of somebody else could."""
    fields = {"policy": digest_policy(text), "text": village.texts.publish(text.decode(), "policy")}
    return village.record(build_policy(village.texts, **(fields | changes)), **TODAY).index


def test_a_text_that_is_not_the_digests_is_found(village: VillageHome) -> None:
    index = adopt_as(village, PLAIN, policy="ab" * 32)
    files = village.export()

    assert audit(files, village) == [("policy-differs", index), ("policy-differs", index)]


def test_a_text_that_is_no_policy_is_found(village: VillageHome) -> None:
    index = adopt_as(village, b"no policy\n")

    assert audit(village.export(), village) == [("policy-form", index)]


def test_counts_that_do_not_follow_from_the_text_are_found(village: VillageHome) -> None:
    index = adopt_as(village, PLAIN, quorum=0, witnesses=0)
    assert audit(village.export(), village) == []

    wrong = adopt_as(village, make_policy(2), version=2, quorum=1)

    assert ("policy-differs", wrong) in audit(village.export(), village)
    assert wrong == index + 1


def test_a_text_that_is_gone_is_told_as_missing_and_nothing_is_counted(village: VillageHome) -> None:
    index = adopt(village, make_policy(2))
    files = village.export()
    del files[f"texts/{index}.json"]

    assert {code for code, _ in audit(files, village, days=9)} == {"text-missing"}


def test_a_village_whose_policys_text_is_gone_still_exports_and_shows_its_books(village: VillageHome) -> None:
    index = adopt(village, make_policy(2))
    with closing(sqlite.connect(village.home.path / "ledger.db")) as database:
        database.execute("DELETE FROM texts WHERE entry_index = ?", (index,))
        database.commit()

    files = village.export()

    assert "policy" not in files
    assert set(audit(files, village, days=9)) == {("text-missing", index), ("policy-differs", index)}
    with make_client(village) as client:
        assert client.get(f"/v/{VILLAGE}").status_code == 200
        assert client.get(f"/v/{VILLAGE}/policy").status_code == 404
        assert client.get(f"/v/{VILLAGE}/entries/{index}").status_code == 200


def test_a_policy_that_asks_for_nobody_is_never_missed(village: VillageHome) -> None:
    policy = b"".join(line + b"\n" for line in make_policy(2).splitlines()[:3]) + PLAIN
    adopt(village, policy)
    assert audit(village.export(), village, days=9) == []

    ask(village, "镇")
    adopt(village, make_policy(2))
    ask(village, "镇", "学校")
    assert audit(village.export(), village, days=9) == []


def test_a_checkpoint_of_another_log_confirms_nothing(village: VillageHome, tmp_path: Path) -> None:
    before = village.export()["checkpoint"]
    index = adopt(village, make_policy(2))
    files = village.export()
    with open_village(tmp_path / "other") as other:
        other.open_books()
        strange = other.export()["checkpoint"]

    assert audit(files | {"witnessed": b"nothing"}, village)[0][0] == "note-form"
    assert ("history-rewritten", 0) in audit(files | {"witnessed": strange}, village)
    # Signed before there was anybody to ask: it is the log's, and confirms nothing.
    assert audit(files | {"witnessed": before}, village, days=9) == [("witness-quorum-missed", index)]


def test_what_witnesses_confirmed_holds_a_log_that_was_cut_short(village: VillageHome) -> None:
    """An older copy of the log, put back beside the newer checkpoint that was confirmed."""
    adopt(village, make_policy(2))
    older = village.export()
    village.open_books()
    ask(village, "镇", "学校")
    files = village.export()

    assert audit(files, village) == []
    assert ("log-shorter", -1) in audit(older | {"witnessed": files["witnessed"]}, village)


def test_an_entry_that_cannot_be_read_is_named_elsewhere(village: VillageHome) -> None:
    adopt(village, make_policy(2))
    ask(village, "镇", "学校")
    village.open_books()
    files = village.export()
    bundle = next(path for path in files if path.startswith("tile/entries/"))

    codes = {code for code, _ in audit(files | {bundle: files[bundle][:-40]}, village, days=9)}

    assert codes
    assert "witness-quorum-missed" not in codes
