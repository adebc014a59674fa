"""Documents in a backup, in an export and under a scrub: what travels, what is missed, what an erasure leaves."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ledger.audit import Report, audit_log
from ledger.books.documents import DocumentsAttached
from ledger.errors import NotFound
from ledger.home import Home
from ledger.limits import SOURCE_FILE_MAX_BYTES
from ledger.service.documents import open_recorded
from ledger.service.erase import erase_subject
from ledger.service.export import list_export, write_zip
from ledger.sources import open_home_log, open_zip
from ledger.state.documents import list_documents
from ledger.upkeep.scrub import scrub_home
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.restore.conftest import fill
from tests.restore.drill import back_up, ignore, open_later, restore

NUMBER = "2026-10-001"
PAGES = (b"a page of nine bytes or so", b"another page")


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        fill(opened)
        opened.attach(NUMBER, *PAGES)
        yield opened


def audit(home: Home) -> Report:
    with open_home_log(home, VILLAGE) as source:
        return audit_log(source, home.reference, now_ms=home.clock.now_ms())


def find(home: Home) -> tuple[int, DocumentsAttached]:
    with home.ledger.read(VILLAGE) as reader:
        (found,) = list_documents(reader.facts, NUMBER)
    return found


def get_original(home: Home) -> Path:
    (document,) = find(home)[1].documents
    return home.path / "documents" / VILLAGE / document.encrypted[:2] / document.encrypted


def get_page(home: Home, page: bytes) -> Path:
    digest = hashlib.sha256(page).hexdigest()
    return home.path / "archive" / digest[:2] / digest


def scrub(home: Home) -> list[str]:
    found = scrub_home(home, is_over=lambda: False, limit=None, progress=ignore).findings
    return [finding.code for finding in found]


def audit_export(home: Home, folder: Path, spoil: dict[str, bytes | None]) -> Report:
    """Export as a zip, with some files otherwise or left out, and audit that offline."""
    files = ((name, spoil.get(name, data)) for name, data in list_export(home, VILLAGE))
    target = io.BytesIO()
    write_zip(target, ((name, data) for name, data in files if data is not None))
    (folder / "export.zip").write_bytes(target.getvalue())
    source = open_zip(folder / "export.zip")
    try:
        return audit_log(source, home.reference, now_ms=home.clock.now_ms())
    finally:
        source.close()


def test_every_flip_of_a_public_page_is_found_by_audit_and_scrub(village: VillageHome) -> None:
    index, _ = find(village.home)
    assert (audit(village.home).findings, scrub(village.home)) == ((), [])

    for number, page in enumerate(PAGES, 1):
        path = get_page(village.home, page)
        for place in range(len(page)):
            path.write_bytes(page[:place] + bytes([page[place] ^ 1]) + page[place + 1 :])
            found = audit(village.home).findings
            assert [(one.code, one.entry, one.field) for one in found] == [
                ("page-differs", index, f"凭证 {NUMBER} 单据的第 {number} 页")
            ]
        assert scrub(village.home) == ["archive-differs"]
        path.unlink()
        assert [one.code for one in audit(village.home).findings] == ["page-missing"]
        path.write_bytes(page)
    assert audit(village.home).findings == ()


def test_an_original_that_is_altered_or_gone_is_named(village: VillageHome) -> None:
    path = get_original(village.home)
    good = path.read_bytes()

    for place in (0, 1, 13, len(good) // 2, len(good) - 1):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        assert [one.code for one in audit(village.home).findings] == ["original-differs"]
        assert scrub(village.home) == ["original-differs"]
    path.unlink()
    assert [one.code for one in audit(village.home).findings] == ["original-missing"]
    # What would open it cannot be read either: nobody erased it, or that would be gone.
    connection = village.home.engines["vault"].raw_connection()
    connection.cursor().execute("UPDATE ciphertexts SET data = zeroblob(80) WHERE kind = 'disclosure'")
    connection.close()
    assert {one.code for one in audit(village.home).findings} == {"original-missing", "private-unproven"}


def test_an_export_carries_the_pages_and_no_original(village: VillageHome, tmp_path: Path) -> None:
    (document,) = find(village.home)[1].documents
    files = dict(list_export(village.home, VILLAGE))
    pages = {f"documents/{hashlib.sha256(page).hexdigest()}.jpg": page for page in PAGES}

    assert {name: data for name, data in files.items() if name.startswith("documents/")} == pages
    assert not any(document.encrypted in name for name in files)
    assert not any(data == b"original" for data in files.values())
    assert audit_export(village.home, tmp_path, {}).findings == ()
    first, second = pages
    spoilt = audit_export(village.home, tmp_path, {first: None, second: b"x"})
    assert sorted(one.code for one in spoilt.findings) == ["page-differs", "page-missing"]
    swollen = audit_export(village.home, tmp_path, {first: b"\0" * (SOURCE_FILE_MAX_BYTES + 1)})
    assert [one.code for one in swollen.findings] == ["source-file-size"]


def test_a_restore_brings_pages_and_originals_back(village: VillageHome, tmp_path: Path) -> None:
    back_up(village, tmp_path / "backup.zip")

    restore(tmp_path / "backup.zip", tmp_path / "restored", accept=True)

    with closing(open_later(tmp_path / "restored")) as home:
        assert open_recorded(home, VILLAGE, find(home)[0], 0)[1].data == b"original"
        assert [home.archive.find(hashlib.sha256(page).hexdigest()) for page in PAGES] == [*PAGES]
        assert audit(home).findings == ()


def test_an_erased_original_is_unreadable_here_and_in_a_backup_from_before(
    village: VillageHome, tmp_path: Path
) -> None:
    index, _ = find(village.home)
    subject, _ = open_recorded(village.home, VILLAGE, index, 0)
    encrypted = get_original(village.home).read_bytes()
    back_up(village, tmp_path / "backup.zip")

    erase_subject(village.home, VILLAGE, subject)

    after = audit(village.home)
    assert (after.findings, after.erased, scrub(village.home)) == ((), 1, [])
    restore(tmp_path / "backup.zip", tmp_path / "restored", accept=True)
    with closing(open_later(tmp_path / "restored")) as home:
        assert get_original(home).read_bytes() == encrypted  # The bytes came back; what opens them did not.
        with pytest.raises(NotFound):
            open_recorded(home, VILLAGE, index, 0)
        assert audit(home).findings == ()
        assert home.archive.find(hashlib.sha256(PAGES[0]).hexdigest()) == PAGES[0]


def test_what_was_recorded_after_the_backup_comes_back_from_an_export(
    village: VillageHome, tmp_path: Path
) -> None:
    back_up(village, tmp_path / "backup.zip")
    late = b"a page of after the backup"
    village.attach("2026-10-002", late, data=b"late original")
    target = io.BytesIO()
    write_zip(target, list_export(village.home, VILLAGE))
    (tmp_path / "export.zip").write_bytes(target.getvalue())

    restore(tmp_path / "backup.zip", tmp_path / "restored", tmp_path / "export.zip", accept=True)

    with closing(open_later(tmp_path / "restored")) as home:
        assert home.archive.find(hashlib.sha256(late).hexdigest()) == late
