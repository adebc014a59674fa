"""A village with a sealed October in a real home, and copies of its folder as an accident would leave them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.homes import VillageHome, open_village


def fill(village: VillageHome) -> None:
    """October with two vouchers, points with private lines, closed and hung."""
    village.open_books()
    village.record_voucher("购办公用纸", 32_500)
    village.record_voucher("修水渠", 120_000)
    village.record_points()
    village.go_to("2026-11-02")
    village.close("2026-10")
    village.seal("finance", "2026-10")


def copy_home(home: Path, to: Path) -> Path:
    """Copy a home's folder as it lies there, write-ahead logs too: what a power cut would leave."""
    return Path(shutil.copytree(home, to))


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        yield opened
