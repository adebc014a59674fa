"""A component of members' scores by secret ballot, from the slips to the member's own card and the audit."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.data.templates import load_scheme
from ledger.service.adopt import prepare_scheme
from ledger.service.cards import make_card
from ledger.service.import_ import apply_import, import_workbook
from ledger.vaults import Member
from tests.ballots import BALLOT
from tests.builders import VILLAGE, build_branch, make_id
from tests.desk.people import Door, open_door
from tests.polls import cast, close_ballot, open_ballot, print_ballot
from tests.service.importing import MARK, make_book
from tests.web.browser import SCREENS, check_layout, open_page, press
from tests.web.test_household_card import CARD, read, send
from tests.web.test_party_groups import audit
from tests.web.village import make_client, serve

M = [make_id("m", at) for at in range(2)]
TITLE = "按时参加支部会议、主题党日"


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """A branch of two members, appraised by ten voters, whose October was scored with what the ballots gave."""
    with open_door(tmp_path / "home", monkeypatch) as opened:
        village, home = opened.village, opened.home
        village.open_books()
        home.vault.put_members(
            VILLAGE,
            [Member(branch=1, member=one, name=f"例大{at}", number=f"010{at}") for at, one in enumerate(M)],
        )
        village.record(build_branch(village.texts, len(M)))
        monthly = msgspec.structs.replace(load_scheme("member-quarter"), every="month")
        village.pass_(
            prepare_scheme(
                home,
                VILLAGE,
                maker=village.clerk.user,
                period="2026-10",
                resolution="党员大会通过",
                template=monthly,
            )
        )
        open_ballot(village, appraised="member", branch="1", issued="10", title="党员互评")
        for at, code in enumerate(print_ballot(village)):
            cast(village, code, "13" if at < 7 else "21")
        close_ballot(village)
        row = MARK | {"党员编号": "0100", "姓名": "例大0", "项目名称": TITLE, "数量": 2}
        imported = import_workbook(
            home,
            kind="scores",
            data=make_book("scores", [row]),
            filename="评分.xlsx",
            maker=village.clerk.user,
            village=VILLAGE,
        )
        assert imported.faults == ()
        apply_import(home, imported)
        village.pass_(*imported.drafts)
        yield opened


@pytest.fixture
def client(door: Door) -> Iterator[TestClient]:
    with make_client(door.village) as opened:
        yield opened


def test_a_member_reads_what_the_ballot_gave_and_counts_it_up_in_the_public_list(
    door: Door, client: TestClient, tmp_path: Path
) -> None:
    told = {
        who: read(send(client, CARD, code=make_card(door.home, VILLAGE, who, door.village.clerk.user)))
        for who in M
    }

    # Seven times the best of four and three times the next, or seven times the third and three times the best.
    points = {who: next(one for one in ("90", "53.3") if f">{one}<" in page) for who, page in told.items()}
    assert sorted(points.values()) == ["53.3", "90"]
    for who, page in told.items():
        row = "1" if points[who] == "90" else "2"
        assert '党员互评 <span class="small">占 30%' in page
        assert f'您在票上是第 {row} 位，<a href="/v/{VILLAGE}/ballots/{BALLOT}">测评 {BALLOT}</a>' in page
    result = html.unescape(client.get(f"/v/{VILLAGE}/ballots/{BALLOT}").text)
    assert "第 1 位" in result
    assert audit(tmp_path)[0] == 0


def test_the_rounds_page_leads_to_its_ballot(door: Door, client: TestClient) -> None:
    with door.home.ledger.read(VILLAGE) as reader:
        last = reader.size - 1

    page = client.get(f"/v/{VILLAGE}/entries/{last}").text

    assert f'href="/v/{VILLAGE}/ballots/{BALLOT}"' in page


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_card_fits_every_screen(door: Door, browser: Browser, width: int, height: int) -> None:
    code = make_card(door.home, VILLAGE, M[0], door.village.clerk.user)
    with serve(door.village) as address, open_page(browser, width, height) as (page, complaints):
        page.goto(f"{address}{CARD}")
        page.get_by_label("卡上的字").fill(code)
        press(page, "看我家的")
        check_layout(page)
        assert complaints == []
