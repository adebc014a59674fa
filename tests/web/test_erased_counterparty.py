"""The other side of a contract, erased by law: nowhere is a name left, and no number says anything else than before.

The pages, sheets and journals never had the name, so that erasing changes no byte of them; where it did stand, at the
desk and in the vault's list, it says that it was erased.
"""

from __future__ import annotations

import io
from pathlib import Path

from click.testing import CliRunner
from litestar.testing import TestClient

from ledger.audit import audit_log
from ledger.cli import root
from ledger.service.counterparties import list_counterparties
from ledger.service.erase import erase_subject
from ledger.service.journals import BOOKS_FORMS, open_books, write_books
from ledger.service.showing import show_drafts
from ledger.sources import open_home_log
from ledger.state.private import find_subject
from tests.builders import VILLAGE, build_contract, build_postings
from tests.homes import VillageHome, open_village
from tests.web.village import make_client

NAME = "样大山"
HOME = f"/v/{VILLAGE}"
PATHS = ("", "/contracts", "/contracts/HT-0001", "/debts", "/debts/today.csv", "/debts/today.xlsx")


def live(village: VillageHome) -> str:
    """A warehouse is let and half of its rent paid, in a month that is closed and sealed; return who the tenant is."""
    village.open_books()
    village.record(build_contract(village.texts))
    rent = build_postings(600_000, "102", "501")
    village.record_voucher("收仓库租金", 0, postings=rent, contract="HT-0001")
    village.go_to("2026-11-12")
    village.close("2026-10")
    village.seal("finance", "2026-10")
    (tenant,) = list_counterparties(village.home, VILLAGE)
    assert tenant.name == NAME
    return tenant.subject


def read_public(village: VillageHome, client: TestClient) -> dict[str, bytes]:
    """Return all that leaves the home of the contract: pages, entries, the sheet, the export, the four journals."""
    with village.home.ledger.read(VILLAGE) as reader:
        entries = [f"/entries/{index}" for index in range(reader.size)]
    sheet = "/sheets/2026-10/finance"
    found: dict[str, bytes] = {}
    for path in (*PATHS, *entries, *(f"{entry}.json" for entry in entries), sheet, f"{sheet}.pdf"):
        answer = client.get(f"{HOME}{path}")
        assert answer.status_code == 200, path
        found[path] = answer.content
    for form in BOOKS_FORMS:
        out = io.BytesIO()
        with open_home_log(village.home, VILLAGE) as source:
            write_books(out, form, open_books(source, village.home.reference))
        # A workbook says when it was written.
        found[form] = out.getvalue() if form != "xlsx" else b""
    return found | village.export()


def test_pages_sheets_journals_and_the_desk_say_no_name_and_the_same_numbers(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village, make_client(village) as client:
        tenant = live(village)
        waiting = village.draft(build_contract(village.texts, number="HT-0002"))
        before = read_public(village, client)
        (later,) = (find_subject(text) or "" for text in waiting.private)

        erase_subject(village.home, VILLAGE, tenant)
        erase_subject(village.home, VILLAGE, later)

        after = read_public(village, client)
        (shown,) = show_drafts(village.home, VILLAGE, (waiting.id,))
        with open_home_log(village.home, VILLAGE) as source:
            report = audit_log(source, village.home.reference, now_ms=village.home.clock.now_ms())
    listed = CliRunner().invoke(root, ["vault", "list", "--home", str(tmp_path / "home")])

    assert after == before
    assert not [name for name, data in after.items() if NAME.encode() in data]
    assert b"HT-0001" in after["beancount"]
    assert "对方" in after["/contracts/HT-0001"].decode()
    assert "　对方：已删除（个人，公开招标）" in shown.lines
    assert NAME not in repr(shown)
    assert report.findings == ()
    assert f"{tenant}  已删除" in listed.output
    assert NAME not in listed.output
