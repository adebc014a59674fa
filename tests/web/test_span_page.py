"""The sheet of a quarter or a year as a page: every class is there, nothing is silent, and the ways to it are found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from ledger.data import load_reference
from ledger.service.months import get_month
from tests.audit.test_span_paper import fill
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.web.village import make_client


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    with open_village(tmp_path_factory.mktemp("spans") / "home") as village:
        fill(village)
        village.seal("finance", "2026-12")
        village.seal("quarter", "2026-12")
        yield village


@pytest.fixture(scope="module")
def reader(built: VillageHome) -> Iterator[TestClient]:
    with make_client(built) as opened:
        yield opened


def read(client: TestClient, path: str) -> str:
    answer = client.get(f"/v/{VILLAGE}{path}")
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


@pytest.mark.parametrize("kind", ["quarter", "year"])
def test_all_classes_and_items_are_on_the_page(reader: TestClient, kind: str) -> None:
    text = read(reader, f"/sheets/2026-12/{kind}")

    for one in load_reference().disclosure.classes:
        assert one.label in text
    items = [item.label for one in load_reference().disclosure.classes for item in one.items]
    missing = [item for item in items if item not in text]
    assert missing == ["集体的耕地、林地、草地、水面等"]  # In its place: 没有登记。
    assert "没有登记。" in text
    unkept = [
        item for one in load_reference().disclosure.classes for item in one.items if not item.is_kept("2023")
    ]
    assert text.count("账本没有单列") == len(unkept) == 12
    assert "各小项的名称待核对" in text


def test_a_sealed_quarter_is_found_from_the_board_the_list_and_the_check_page(reader: TestClient) -> None:
    path = f"/v/{VILLAGE}/sheets/2026-12/quarter"

    assert path in reader.get(f"/v/{VILLAGE}").text
    sheets = reader.get(f"/v/{VILLAGE}/sheets").text
    assert path in sheets
    assert path.replace("quarter", "year") not in sheets  # Not sealed, and nobody waits for it.
    check = reader.get(f"/c/{VILLAGE}").text
    assert "4:quarter:Q:季度公开表 5:year:Y:年度公开表" in check
    assert "2026年第四季度公开表" in check
    assert "2026-12-Q-1" in read(reader, "/sheets/2026-12/quarter")


@pytest.mark.parametrize("path", ["2026-11/quarter", "2026-09/year", "2027-03/quarter", "2025-12/year"])
def test_where_no_span_ends_or_it_is_open_there_is_no_page(reader: TestClient, path: str) -> None:
    assert reader.get(f"/v/{VILLAGE}/sheets/{path}").status_code == 404


def test_its_seal_is_told_with_its_full_name(built: VillageHome, reader: TestClient) -> None:
    with built.home.ledger.read(VILLAGE) as log:
        index = log.size - 1

    assert "封存2026年第四季度公开表" in read(reader, f"/entries/{index}")


def test_the_desk_offers_what_ends_with_a_month_and_waits_for_none(built: VillageHome) -> None:
    december, november = (get_month(built.home, VILLAGE, month) for month in ("2026-12", "2026-11"))

    assert [(one.kind, one.number) for one in december.spans] == [("quarter", "2026-12-Q-1"), ("year", "")]
    assert november.spans == ()
    assert december.step in ("hang", "done")


def test_a_village_without_one_has_three_cards(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        fill(village)
        village.seal("finance", "2026-12")
        with make_client(village) as client:
            board = client.get(f"/v/{VILLAGE}").text
    assert "三张公开表" in board
    assert "季度" not in board
