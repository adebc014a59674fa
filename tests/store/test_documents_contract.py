"""What every store of encrypted originals promises."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

import pytest

from ledger.errors import NotFound, Refused, Tampered, format_fault
from ledger.ports import Documents
from ledger.store import FileDocuments
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.fakes import MemoryDocuments

KEY, OTHER_KEY = b"\x01" * 32, b"\x02" * 32


@pytest.fixture(params=["memory", "files"])
def documents(request: pytest.FixtureRequest, tmp_path: Path) -> Documents:
    return MemoryDocuments() if request.param == "memory" else FileDocuments(tmp_path / "documents")


def test_what_was_kept_opens_under_its_key_alone(documents: Documents) -> None:
    digest = documents.keep(VILLAGE, KEY, b"receipt", 1_000)

    assert documents.open(VILLAGE, digest, KEY) == b"receipt"
    data = documents.find(VILLAGE, digest)
    assert data is not None
    assert hashlib.sha256(data).hexdigest() == digest
    assert b"receipt" not in data
    with pytest.raises(Tampered):
        documents.open(VILLAGE, digest, OTHER_KEY)


def test_the_same_kept_twice_is_two_that_nobody_can_link(documents: Documents) -> None:
    first, second = (documents.keep(VILLAGE, KEY, b"receipt", at) for at in (1_000, 2_000))

    assert first != second
    assert [(item.digest, item.kept_at) for item in documents.list_kept(VILLAGE)] == sorted(
        [(first, 1_000), (second, 2_000)]
    )


def test_a_village_has_its_own_and_what_was_dropped_is_gone(documents: Documents) -> None:
    digest = documents.keep(VILLAGE, KEY, b"receipt", 1_000)

    assert documents.find(OTHER_VILLAGE, digest) is None
    assert documents.list_kept(OTHER_VILLAGE) == []
    documents.drop(OTHER_VILLAGE, digest)
    assert documents.find(VILLAGE, digest) is not None
    documents.drop(VILLAGE, digest)
    documents.drop(VILLAGE, digest)
    assert documents.find(VILLAGE, digest) is None
    assert documents.open(VILLAGE, digest, KEY) is None


@pytest.mark.parametrize("digest", ["0" * 64, "", "../../etc/passwd", "A" * 64, "0" * 63 + "\n", "٣" * 64])
def test_what_is_not_there_is_none(documents: Documents, digest: str) -> None:
    assert documents.find(VILLAGE, digest) is None
    documents.drop(VILLAGE, digest)


def test_every_flip_is_found(tmp_path: Path) -> None:
    documents = FileDocuments(tmp_path)
    digest = documents.keep(VILLAGE, KEY, b"receipt", 1_000)
    path = tmp_path / VILLAGE / digest[:2] / digest
    good = path.read_bytes()

    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises(Tampered):
            documents.open(VILLAGE, digest, KEY)


def test_a_file_is_its_owners_alone_and_a_link_is_not_followed(tmp_path: Path) -> None:
    documents = FileDocuments(tmp_path / "documents")
    digest = documents.keep(VILLAGE, KEY, b"receipt", 1_000)
    path = tmp_path / "documents" / VILLAGE / digest[:2] / digest

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Tampered, match="链接"):
        documents.find(VILLAGE, digest)


@pytest.mark.parametrize("village", ["..", "37108210120", "371082101201/..", "", "٣" * 12])
def test_no_name_of_a_village_is_a_path(tmp_path: Path, village: str) -> None:
    documents = FileDocuments(tmp_path / "documents")

    with pytest.raises(NotFound):
        documents.keep(village, KEY, b"receipt", 1_000)
    with pytest.raises(NotFound):
        documents.list_kept(village)
    assert documents.find(village, "0" * 64) is None
    assert [*tmp_path.iterdir()] == []


def test_a_full_disk_keeps_nothing_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = FileDocuments(tmp_path)
    documents.keep(VILLAGE, KEY, b"before", 1_000)

    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(Refused) as caught:
        documents.keep(VILLAGE, KEY, b"receipt", 2_000)

    assert [format_fault(fault) for fault in caught.value.faults] == [
        "存单据的磁盘：现为磁盘满了，这一次什么也没有存，应为放得下。请运维员腾出地方，再做一次。（disk-full）"
    ]
    assert len(documents.list_kept(VILLAGE)) == 1
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".part")]


def test_other_failures_of_a_disk_stay_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="broken"):
        FileDocuments(tmp_path).keep(VILLAGE, KEY, b"receipt", 2_000)
