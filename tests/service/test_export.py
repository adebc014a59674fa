"""An export is the log as plain files: the same log gives the same bytes, and strangers' programs read it."""

from __future__ import annotations

import base64
import dataclasses
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey

from ledger.cli import root
from ledger.errors import NotFound, Tampered
from ledger.log.tiles import ENTRIES, Tile, parse_tile_path
from ledger.service.export import build_tile, list_export
from tests.builders import VILLAGE, build_description
from tests.fakes import MemoryArchive, MemoryHeads
from tests.homes import VillageHome, open_village


@pytest.fixture
def sealed(village: VillageHome) -> VillageHome:
    village.open_books()
    village.record_voucher("购办公用纸", 32_500)
    village.go_to("2026-11-02")
    village.close("2026-10")
    village.seal("finance", "2026-10")
    return village


def test_the_same_log_gives_the_same_zip(sealed: VillageHome, tmp_path: Path) -> None:
    path = str(sealed.home.path)
    outs = [str(tmp_path / name) for name in ("one.zip", "two.zip")]

    for out in outs:
        assert CliRunner().invoke(root, ["export", "--home", path, "--out", out]).exit_code == 0

    assert Path(outs[0]).read_bytes() == Path(outs[1]).read_bytes()
    assert not list(tmp_path.glob(".*"))


def test_the_same_doings_with_the_same_seed_give_the_same_export(tmp_path: Path) -> None:
    exports = []
    for name in ("one", "two"):
        with open_village(tmp_path / name) as village:
            village.open_books()
            exports.append(village.export())

    assert exports[0] == exports[1]


def test_a_log_of_two_bundles_has_every_tile_once_and_the_checkpoint_last(village: VillageHome) -> None:
    village.open_books()
    village.record_points()
    village.go_to("2026-11-02")
    village.close("2026-10")
    village.pass_(*(village.draft(build_description(village.texts)) for _ in range(251)))
    village.seal("finance", "2026-10")
    village.seal("points", "2026-10")

    paths = [path for path, _ in list_export(village.home, VILLAGE)]

    assert len(paths) == len(set(paths))
    assert paths[-1] == "checkpoint"
    assert {"tile/entries/000", "tile/0/000", "tile/1/000.p/1", "tile/entries/001.p/6"} <= set(paths)
    assert all(parse_tile_path(path) for path in paths if path.startswith("tile/"))


def test_their_reader_accepts_a_whole_export(sealed: VillageHome, tmp_path: Path) -> None:
    files = sealed.export()
    for name, data in files.items():
        path = tmp_path / "export" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    reader = TilesReader(LocalBackend(tmp_path / "export"))
    checkpoint = reader.get_checkpoint()

    checkpoint.verify(Vkey.from_string(files["log.vkey"].decode().strip()))
    assert reader.calculate_root_hash() == checkpoint.root_hash
    with sealed.home.ledger.read(VILLAGE) as ours:
        for index in range(checkpoint.size):
            assert reader.get_entry(index) == ours.get_entry_bytes(index)
            assert reader.get_inclusion_proof(index, checkpoint.size)


def test_an_export_holds_nothing_private(village: VillageHome) -> None:
    village.record_points()

    files = village.export()

    for data in files.values():
        shown = data + b"".join(_open_texts(data))
        assert b"h-aaaa" not in shown
        assert village.supervisor.name.encode() not in shown


def test_a_sheet_whose_file_or_checkpoint_is_lost_is_no_export(sealed: VillageHome) -> None:
    without_files = dataclasses.replace(sealed.home, archive=MemoryArchive())
    without_heads = dataclasses.replace(sealed.home, heads=MemoryHeads())

    with pytest.raises(NotFound, match=r"sheet\.pdf"):
        list(list_export(without_files, VILLAGE))
    with pytest.raises(Tampered, match="检查点"):
        list(list_export(without_heads, VILLAGE))


def test_a_tile_beyond_the_log_is_not_found(sealed: VillageHome) -> None:
    with sealed.home.ledger.read(VILLAGE) as reader, pytest.raises(NotFound):
        build_tile(reader, Tile(ENTRIES, 0, 200))


def _open_texts(data: bytes) -> list[bytes]:
    texts = json.loads(data)["disclosures"] if data.startswith(b'{"disclosures"') else []
    return [base64.urlsafe_b64decode(text + "==") for text in texts]


def test_a_folder_with_something_in_it_is_left_alone(sealed: VillageHome, tmp_path: Path) -> None:
    target = tmp_path / "full"
    target.mkdir()
    (target / "note.txt").write_text("mine")

    result = CliRunner().invoke(root, ["export", "--home", str(sealed.home.path), "--out", str(target)])

    assert result.exception is not None
    assert [path.name for path in target.iterdir()] == ["note.txt"]
