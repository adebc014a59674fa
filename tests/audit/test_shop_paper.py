"""Points sheets of months that have a points shop: sealed, told on paper, and proven from their own entries."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from ledger.audit import audit_evidence
from ledger.books.figures import PointsFigures, ShopFigures
from ledger.books.shops import Goods, PointsRedeemed, RedeemedLine, RedemptionReversed
from ledger.canonical import encode_value, parse_entry
from ledger.commands.audit import read_pdf
from ledger.data import load_reference
from ledger.errors import NotProven
from ledger.evidence import Evidence, parse_evidence, verify_evidence
from ledger.service.rewards import list_balances
from ledger.vaults import Household
from tests.audit.conftest import Files, audit_files
from tests.builders import VILLAGE, build_resolution, make_id
from tests.fakes.renderer import PaperRenderer
from tests.homes import VillageHome, open_village
from tests.rewards import build_shop


def adopt(village: VillageHome, version: int, budget_fen: int) -> None:
    soap = Goods(code="SP001", cost_fen=50, name=village.texts.publish("肥皂"), points=1, stock=20)
    body = build_shop(village.texts)
    village.record(msgspec.structs.replace(body, budget_fen=budget_fen, goods=(soap,), version=version))


def redeem(village: VillageHome, household: str, number: int, version: int, period: str) -> tuple[int, str]:
    """Record that a household took one piece; return the entry and the line."""
    value = {"day": f"{period}-02", "household": household, "receipt": f"DH-2026-000{number}"}
    subject = village.texts.seal(value, "subject")
    line = RedeemedLine(cost_fen=50, goods="SP001", points=1, quantity=1, subject=subject)
    receipt = village.record(
        PointsRedeemed(lines=(line,), version=version), period=period, occurred_on=f"{period}-02"
    )
    return receipt.index, subject.sealed


def fill(village: VillageHome) -> None:
    """Two pieces taken in October under two versions, one of them brought back in November, another taken then."""
    village.open_books()
    village.record_points()
    village.home.vault.put_households(
        VILLAGE,
        [
            Household(
                consents=frozenset(), group=1, household=make_id("h", at), name=f"样{at}", number=f"000{at}"
            )
            for at in range(3)
        ],
    )
    village.record(build_resolution(village.texts))
    adopt(village, 1, 6_000)
    balances, _ = list_balances(village.home, VILLAGE, 0, 9)
    rich, other = [found.household.household for found in balances if found.balance.left == 2]
    index, line = redeem(village, rich, 1, 1, "2026-10")
    adopt(village, 2, 9_000)
    redeem(village, other, 2, 2, "2026-10")
    village.go_to("2026-11-02")
    redeem(village, other, 3, 2, "2026-11")
    back = RedemptionReversed(line=line, reason=village.texts.publish("包装破损"), reverses=index)
    village.record(back, period="2026-11", occurred_on="2026-11-02")
    village.close("2026-10")
    village.seal("points", "2026-10")
    village.go_to("2026-12-02")
    village.close("2026-11")
    village.seal("points", "2026-11")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Files:
    path = tmp_path_factory.mktemp("shop") / "home"
    with open_village(path, renderer=PaperRenderer()) as village:
        fill(village)
        return village.export()


def read(files: Files, folder: Path, month: str) -> tuple[bytes, str]:
    path = folder / "sheet.pdf"
    path.write_bytes(files[f"sheets/{month}-P-1/sheet.pdf"])
    return read_pdf(path)


@pytest.mark.parametrize(
    ("month", "lines", "spent_fen"),
    [("2026-10", 2, 100), ("2026-11", 0, 100)],
)
def test_what_a_sheet_says_of_the_shop_follows_from_its_own_entries(
    sealed: Files, tmp_path: Path, month: str, lines: int, spent_fen: int
) -> None:
    attached, printed = read(sealed, tmp_path, month)

    figures = verify_evidence(attached, load_reference()).figures

    assert isinstance(figures, PointsFigures)
    assert figures.shop == ShopFigures(
        budget_fen=9_000, cost_fen=50 * lines, lines=lines, points=lines, spent_fen=spent_fen
    )
    assert encode_value(figures) == sealed[f"sheets/{month}-P-1/figures.json"]
    assert list(audit_evidence(attached, printed, load_reference()).findings) == []


def test_the_whole_log_agrees(sealed: Files) -> None:
    assert list(audit_files(sealed).findings) == []


def test_a_month_names_no_entry_of_the_shop_after_it(sealed: Files, tmp_path: Path) -> None:
    def list_kinds(month: str) -> list[str]:
        evidence: Evidence = parse_evidence(read(sealed, tmp_path, month)[0])
        kinds = [parse_entry(item.bytes.encode()).kind for item in evidence.entries]
        return [kind for kind in kinds if kind.startswith(("shop", "points.redeemed", "redemption"))]

    october = ["shop.adopted", "points.redeemed", "shop.adopted", "points.redeemed"]
    assert list_kinds("2026-10") == october
    assert list_kinds("2026-11") == [*october, "points.redeemed", "redemption.reversed"]


def test_without_the_shops_first_version_nothing_is_proven(sealed: Files, tmp_path: Path) -> None:
    evidence: Evidence = parse_evidence(read(sealed, tmp_path, "2026-10")[0])
    left = tuple(item for item in evidence.entries if parse_entry(item.bytes.encode()).kind != "shop.adopted")
    spoilt = msgspec.structs.replace(evidence, entries=left)

    with pytest.raises(NotProven):
        verify_evidence(encode_value(spoilt), load_reference())
