"""What every store of sealed files promises."""

import hashlib
import stat
from pathlib import Path

import pytest

from ledger.errors import Tampered
from ledger.store import FileArchive
from tests.store.conftest import Store


def test_a_file_is_kept_under_its_digest(store: Store) -> None:
    digest = store.archive.keep(b"sealed sheet")

    assert digest == hashlib.sha256(b"sealed sheet").hexdigest()
    assert store.archive.find(digest) == b"sealed sheet"
    assert store.archive.keep(b"sealed sheet") == digest


def test_an_empty_file_is_a_file(store: Store) -> None:
    assert store.archive.find(store.archive.keep(b"")) == b""


@pytest.mark.parametrize(
    "digest", ["0" * 64, "", "../../etc/passwd", "A" * 64, "0" * 63 + "\n", "00/" + "0" * 61]
)
def test_what_is_not_there_is_none(store: Store, digest: str) -> None:
    assert store.archive.find(digest) is None


def test_a_changed_file_is_tampering(tmp_path: Path) -> None:
    archive = FileArchive(tmp_path)
    digest = archive.keep(b"sealed sheet")
    (tmp_path / digest[:2] / digest).write_bytes(b"another sheet")

    with pytest.raises(Tampered) as caught:
        archive.find(digest)

    found = hashlib.sha256(b"another sheet").hexdigest()
    assert str(caught.value) == f"封存的文件前后矛盾：应为 {digest}，实为 {found}"


def test_keeping_again_puts_a_changed_file_right(tmp_path: Path) -> None:
    archive = FileArchive(tmp_path)
    digest = archive.keep(b"sealed sheet")
    (tmp_path / digest[:2] / digest).write_bytes(b"")

    archive.keep(b"sealed sheet")

    assert archive.find(digest) == b"sealed sheet"


def test_files_are_the_owners_alone_and_nothing_stray_is_left(tmp_path: Path) -> None:
    archive = FileArchive(tmp_path / "archive")
    digest = archive.keep(b"sealed sheet")

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [tmp_path / "archive" / digest[:2] / digest]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="no space"):
        FileArchive(tmp_path).keep(b"sealed sheet")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
