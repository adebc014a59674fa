"""What is late stands on the day's desk of whoever can do something about it, and leads to where it is done."""

from __future__ import annotations

import re

from litestar.testing import TestClient

from ledger.books.roles import Role
from ledger.desk import Account
from ledger.limits import DAY_MS
from ledger.service.accounts.manage import set_last_day
from tests.builders import VILLAGE, build_postings, build_voucher
from tests.desk.people import Door
from tests.web.desk import enter


def read_home(door: Door, client: TestClient, name: str, role: Role | None = "clerk") -> str:
    if name not in {account.sign_in for account in list_accounts(door)}:
        door.let_in(name, role)
    answer = enter(door, client, name).get("/desk")
    assert answer.status_code == 200
    return answer.text


def list_accounts(door: Door) -> list[Account]:
    with door.home.desk.read() as desk:
        return desk.list_accounts()


def list_late(page: str) -> list[tuple[str, str]]:
    """The path and the words of each row of what is late."""
    if 'id="late"' not in page:
        return []
    section = page[page.index('id="late"') :].partition("</section>")[0]
    rows = re.findall(
        r'<li>(?:<a class="row" href="([^"]*)">|<p class="row">)<span class="row-main">([^<]*)<', section
    )
    return [(path, said) for path, said in rows]


def test_with_nothing_late_no_block_stands_there(door: Door, client: TestClient) -> None:
    page = read_home(door, client, "clerk")

    assert list_late(page) == []
    assert "2026年10月的财务公开表要一直贴到 2026年11月17日" in page


def test_the_display_is_told_until_its_last_day_and_no_longer(door: Door, client: TestClient) -> None:
    door.village.go_to("2026-11-17")
    assert "要一直贴到" in read_home(door, client, "clerk")

    door.village.go_to("2026-11-18")

    assert "要一直贴到" not in read_home(door, client, "clerk")


def test_what_is_late_leads_to_where_it_is_done_the_most_urgent_first(door: Door, client: TestClient) -> None:
    village = door.village
    body = build_voucher(
        village.texts, chart="2023", number="2026-11-002", postings=build_postings(1_000, debit="513")
    )
    draft = village.draft(body, period="2026-11", occurred_on="2026-11-11")
    village.go_to("2026-12-06")
    soon = list_late(read_home(door, client, "clerk"))
    village.clock.advance(30 * DAY_MS)
    late = list_late(read_home(door, client, "clerk"))

    assert soon == [
        (f"/desk/drafts/{draft.id}", "1 条待审的快过期了，最早的 2026年12月12日过期"),
        ("/desk/calendar", "2026年11月的考评还有 1 次没有记，要在 2026年12月10日以前"),
    ]
    assert late == [
        ("/desk/months", "2026年11月的财务公开表还没有贴，按月公布的应在 2026年12月30日以前"),
        ("/desk/calendar", "2026年11月的考评还没有记，应在 2026年12月10日以前；没有按期记的共 1 次"),
        (f"/desk/drafts/{draft.id}", "1 条交审太久，已经过期，要重新交审"),
        ("/desk/calendar", "2026年12月的考评还有 1 次没有记，要在 2027年1月10日以前"),
    ]


def test_an_account_that_ends_is_told_to_its_owner_and_to_the_operator(
    door: Door, client: TestClient
) -> None:
    door.let_in("shen", "auditor")
    door.let_in("chen", None)
    set_last_day(door.home, "shen", "2026-11-20")
    assert list_late(read_home(door, client, "shen")) == []

    door.village.go_to("2026-11-13")

    assert list_late(read_home(door, client, "shen")) == [
        ("/desk/account", "您的账号用到 2026年11月20日，还要用的，请运维员延期")
    ]
    (account,) = (item.account for item in list_accounts(door) if item.sign_in == "shen")
    ending = (f"/desk/accounts/{account}", "账号 shen 用到 2026年11月20日，还要用的，点开延期")
    assert ending in list_late(read_home(door, client, "chen"))
    assert enter(door, client, "chen").get(ending[0]).status_code == 200
    assert list_late(read_home(door, client, "clerk")) == []


def test_whoever_has_no_role_reads_nothing_of_the_village(door: Door, client: TestClient) -> None:
    door.village.clock.advance(100 * DAY_MS)
    page = read_home(door, client, "chen", None)

    assert "公开表" not in page
    assert VILLAGE not in page
