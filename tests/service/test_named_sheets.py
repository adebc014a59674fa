"""A month is sealed whatever its vouchers are about: what they name was registered in other months."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import (
    build_asset,
    build_contract,
    build_fund,
    build_postings,
    build_resolution,
    build_reversal,
)
from tests.homes import VillageHome, open_village


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        opened.open_books()
        yield opened


def test_a_month_is_sealed_whose_vouchers_name_what_was_registered_before(village: VillageHome) -> None:
    texts = village.texts
    village.record(build_contract(texts))
    village.record(build_resolution(texts))
    village.record(build_asset(texts, source="purchased", depreciated_fen=0))
    village.record(build_fund(texts))
    pump = village.record_voucher(
        "买水泵",
        0,
        postings=build_postings(1_200_000, "151", "101"),
        asset="ZC-0001",
        resolution="JY-2026-001",
    )
    gift = village.record_voucher(
        "收捐款",
        0,
        postings=build_postings(500_000, "101", "241"),
        contract="HT-0001",
        fund="ZX-0001",
    )
    village.go_to("2026-11-02")
    village.close("2026-10")
    village.seal("finance", "2026-10")
    november = {"period": "2026-11", "occurred_on": "2026-11-02"}
    for number, wrong, postings in (
        ("2026-11-001", pump, build_postings(-1_200_000, "151", "101")),
        ("2026-11-002", gift, build_postings(-500_000, "101", "241")),
    ):
        red = build_reversal(texts, chart="2023", number=number, reverses=wrong.index, postings=postings)
        village.record(red, **november)
    village.go_to("2026-12-01")
    village.close("2026-11")

    sealed, _receipt = village.seal("finance", "2026-11")

    assert sealed.number == "2026-11-F-1"
