"""A near relative of whoever prepared a draft passes it by no way: not the list, not its page, not the command."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.cli import root
from ledger.service.persons import declare_kin
from tests.builders import VILLAGE, build_postings, build_voucher
from tests.desk.people import open_door
from tests.web.desk import DeskBrowser, vouch
from tests.web.village import live_through_october, make_client

KIN = "交审的人是其近亲属"


def test_a_makers_relative_passes_nothing_by_any_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_door(tmp_path / "home", monkeypatch) as door:
        village = door.village
        live_through_october(village)
        seat = door.find(door.let_in("shu", "secretary")).seat
        assert seat is not None
        body = build_voucher(
            village.texts, chart="2023", number="2026-11-090", postings=build_postings(100, debit="513")
        )
        draft = village.draft(body)
        with make_client(village) as client:
            browser = DeskBrowser(client)
            browser.sign_in(door, "shu")
            assert "没有错，通过" in browser.get(f"/desk/drafts/{draft.id}").text
            declare_kin(door.home, VILLAGE, village.clerk.user, seat.person)

            page = browser.get(f"/desk/drafts/{draft.id}").text
            listed = browser.get("/desk/drafts").text
            answer = browser.post("/desk/drafts", {"drafts": vouch(door, browser, draft)})
        words = ["pass", draft.id, "--checker", seat.person, "--home", str(door.home.path)]
        result = CliRunner().invoke(root, words)

        assert "没有错，通过" not in page
        assert "交审的人是您登记过的近亲属" in page
        assert f'value="{draft.id}:' not in listed
        assert (answer.status_code, KIN in answer.text) == (422, True)
        assert result.exit_code == 1
        assert KIN in str(result.exception)
        found = door.home.vault.find_draft(VILLAGE, draft.id)
        assert found is not None
        assert (found.state, found.approvals) == ("waiting", ())
