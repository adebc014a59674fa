"""The log's own files over HTTP: the very bytes of an export, and every partial tile there ever was."""

from __future__ import annotations

import urllib.request

import pytest
from litestar.testing import TestClient

from ledger.audit import audit_log
from ledger.data import load_reference
from ledger.log.hashing import hash_leaf
from ledger.log.tiles import MemoryTiles, format_bundle, format_tile_path, list_tiles
from ledger.sources import open_url
from tests.builders import VILLAGE
from tests.homes import VillageHome

BOARD = f"/v/{VILLAGE}"


def test_every_file_of_an_export_is_served_under_the_same_path(
    visitor: TestClient, village: VillageHome
) -> None:
    for path, data in village.export().items():
        assert visitor.get(f"{BOARD}/{path}").content == data, path


def test_partial_tiles_of_every_earlier_size_are_cut_on_demand(
    visitor: TestClient, village: VillageHome
) -> None:
    with village.home.ledger.read(VILLAGE) as reader:
        entries = list(reader.iterate_entries(0, reader.size))

    for size in range(1, len(entries) + 1):
        tiles = MemoryTiles([hash_leaf(entry) for entry in entries[:size]])
        for tile in list_tiles(size):
            answer = visitor.get(f"{BOARD}/{format_tile_path(tile)}")
            expected = (
                format_bundle(entries[:size])
                if tile.level < 0
                else tiles.read_tile(tile.level, tile.index, tile.width)
            )
            assert answer.content == expected
            assert answer.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "tile",
    [
        "0/000",
        "0/000.p/0",
        "0/000.p/255",
        "0/000.p/256",
        "0/001.p/1",
        "1/000.p/1",
        "entries/000",
        "entries/000.p/254",
        "entries/001.p/1",
        "0/00",
        "0/x000/000.p/1",
        "00/000.p/1",
        "64/000.p/1",
        "0/000.p/01",
        "-1/000.p/1",
        "",
    ],
)
def test_a_tile_that_is_not_there_or_is_spelled_otherwise_is_404(visitor: TestClient, tile: str) -> None:
    assert visitor.get(f"{BOARD}/tile/{tile}").status_code == 404


def test_a_checkpoint_is_text(visitor: TestClient) -> None:
    answer = visitor.get(f"{BOARD}/checkpoint")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("mingbai/")


def test_the_audit_of_the_address_finds_everything_in_order(address: str, village: VillageHome) -> None:
    now_ms = village.clock.now_ms()

    report = audit_log(open_url(f"{address}{BOARD}"), load_reference(), now_ms=now_ms)

    assert report.findings == ()
    assert report.sheets == 3


def test_the_schema_names_every_address(address: str) -> None:
    with urllib.request.urlopen(f"{address}/schema/openapi.json") as answer:
        schema = answer.read().decode()

    for path in ("/v/{code}", "/c/{code}", "/v/{code}/tile/{path}", "/v/{code}/checkpoint"):
        assert f'"{path}"' in schema
