"""One look at a sound log is enough; at whatever is not sound it ends, and the rest of the audit names it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ledger.audit.keys import open_newest
from ledger.audit.survey import Survey, survey_log
from ledger.home import open_home
from ledger.limits import DAY_MS
from ledger.log.hashing import hash_leaf
from ledger.log.tiles import format_bundle, parse_bundle
from ledger.sources import FileSource, open_home_log
from tests.audit.conftest import LATER_MS, Files, audit_source, fill_finance, find
from tests.builders import VILLAGE
from tests.fakes.clock import START_MS
from tests.homes import open_village

SIZE = 7
BUNDLE = f"tile/entries/000.p/{SIZE}"


def survey(files: Files, now_ms: int = LATER_MS) -> Survey | None:
    source = FileSource("副本", files.get)
    return survey_log(source, open_newest(source), now_ms)


def test_a_sound_export_is_taken_at_one_look(files: Files) -> None:
    entries = parse_bundle(files[BUNDLE], SIZE)

    found = survey(files)

    assert found is not None
    assert found.leaves == [hash_leaf(entry) for entry in entries]
    assert found.seals == entries[6:]


def test_a_sound_home_is_taken_at_one_look(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        fill_finance(village)

    with closing(open_home(tmp_path / "home")) as home, open_home_log(home, VILLAGE) as source:
        found = survey_log(source, open_newest(source), LATER_MS)

    assert found is not None
    assert found.tiles.frontier.size == SIZE


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: [*entries[:3], entries[4], entries[3], *entries[5:]],
        lambda entries: [*entries[:3], entries[3].replace(b'"v":1', b'"v":2'), *entries[4:]],
        lambda entries: [*entries[:3], b"", *entries[4:]],
        lambda entries: [*entries[:6], entries[6].replace(b"2026-10-F-1", b"2026-10-F-2")],
        lambda entries: entries[:6],
    ],
)
def test_the_look_ends_at_entries_that_are_not_those_signed(files: Files, change: object) -> None:
    assert callable(change)
    changed = files | {BUNDLE: format_bundle(change(parse_bundle(files[BUNDLE], SIZE)))}

    assert survey(changed) is None
    assert find(changed) != []


def test_bytes_that_are_others_when_read_again_are_not_believed(files: Files) -> None:
    changed = files[BUNDLE].replace(b'"amount_fen":32500', b'"amount_fen":92500')
    answers = iter([files[BUNDLE]])

    def read_file(path: str) -> bytes | None:
        return next(answers, changed) if path == BUNDLE else files.get(path)

    report = audit_source(FileSource("副本", read_file))

    assert ("entry-altered", 3) in {(finding.code, finding.entry) for finding in report.findings}
    assert report.examined == 3


def test_the_look_ends_at_a_bundle_that_holds_more_and_at_a_clock_before_the_entries(files: Files) -> None:
    assert survey(files | {BUNDLE: files[BUNDLE] + b"\x00"}) is None
    assert survey({name: data for name, data in files.items() if name != BUNDLE}) is None
    assert survey(files, now_ms=START_MS - DAY_MS) is None
