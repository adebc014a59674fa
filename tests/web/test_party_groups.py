"""Party groups from the clerk's sheet to the branch's paper and the phone: who stands where is told within the branch
and to each member alone, everybody else sees how many.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner
from litestar.testing import TestClient
from playwright.sync_api import Browser, Page, expect

from ledger.books.scores import ScoreCard
from ledger.cli import root
from ledger.service.cards import make_card
from ledger.vaults import Member
from tests.builders import (
    VILLAGE,
    Discloser,
    build_branch,
    build_scheme,
    build_score_round,
    make_id,
)
from tests.desk.people import Door, open_door
from tests.party_groups import build_group, build_grouped
from tests.reports.printed import read_text
from tests.web.browser import SCREENS, check_layout, open_page, press, sign_in
from tests.web.test_desk_reading import enter
from tests.web.test_household_card import CARD, HOUSEHOLDS, send
from tests.web.test_points_journey import hand_in, pass_one, write
from tests.web.village import find_match, make_client, serve

NAMES = ("样小兰", "例大海", "某长青", "样铁柱", "例秀英")
M = [make_id("m", at) for at in range(len(NAMES))]
SHEET = f"/v/{VILLAGE}/sheets/2026-10/scores"
PAPER = "/desk/calendar/2026-10/1.pdf"
LONG = "柳树巷、老槐巷和河东新村流动党员联合党小组"
GROUPED = {"period": "2026-10", "occurred_on": "2026-10-28"}


def build_round(texts: Discloser) -> tuple[ScoreCard, ...]:
    """A card for each member; the first has a mark."""
    cards = (
        ScoreCard(stars=1 if at else 2, subject=texts.seal({"member": member, "score": 60 if at else 65}))
        for at, member in enumerate(M)
    )
    return tuple(sorted(cards, key=lambda card: card.subject.sealed))


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """A branch of five members whose October is marked; it has no groups yet."""
    with open_door(tmp_path / "home", monkeypatch) as opened:
        village, texts = opened.village, opened.village.texts
        village.open_books()
        members = [
            Member(branch=1, member=one, name=name, number=f"010{at}")
            for at, (one, name) in enumerate(zip(M, NAMES, strict=True))
        ]
        opened.home.vault.put_members(VILLAGE, members)
        village.record(build_scheme(texts))
        village.record(build_branch(texts, len(M)))
        village.record(build_score_round(texts, cards=build_round(texts)))
        yield opened


@pytest.fixture
def client(door: Door) -> Iterator[TestClient]:
    with make_client(door.village) as opened:
        yield opened


def group(door: Door) -> None:
    """The first two stand in one group, led by the first; the third in another; two in none."""
    texts = door.village.texts
    groups = (build_group(texts, 1, M[:2], head=M[0]), build_group(texts, 2, M[2:3]))
    door.village.record(build_grouped(texts, groups=groups), **GROUPED)


def read(page: str) -> str:
    return " ".join(html.unescape(page).split())


def test_the_branchs_paper_is_printed_group_by_group(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    before = read_text(clerk.get(PAPER).content)
    group(door)

    words = read_text(clerk.get(PAPER).content)

    assert "党小组" not in before
    assert "0100样小兰二星65分0101例大海一星60分0102某长青" in before
    for said in (
        "东片党小组2人党员编号姓名评定得分0100样小兰（组长）二星65分0101例大海一星60分",
        "西片党小组1人党员编号姓名评定得分0102某长青一星60分",
        "不在党小组的2人党员编号姓名评定得分0103样铁柱一星60分0104例秀英一星60分",
        "按印这张单子时的党小组分开，组里按党员编号排，不排名次。",
    ):
        assert said in words


def test_a_group_of_whom_all_were_erased_is_not_on_the_paper(door: Door, client: TestClient) -> None:
    group(door)
    door.home.vault.erase_subject(VILLAGE, M[2])

    words = read_text(enter(client, door, "clerk").get(PAPER).content)

    assert "西片党小组" not in words
    assert "另有1人已不在名册上" in words


def test_the_public_sees_how_many_and_the_entry_names_nobody(door: Door, client: TestClient) -> None:
    assert "党小组" not in client.get(SHEET).text
    group(door)

    page = read(client.get(SHEET).text)
    assert "现在的党小组" in page
    assert '<span>东片党小组</span><span class="n">2 名</span>' in page
    assert '<span>西片党小组</span><span class="n">1 名</span>' in page
    path = find_match('href="([^"]+)">登记党小组的记录', page)
    entry = re.sub("<[^>]+>", "", read(client.get(path).text))
    assert "石榴河村党支部分 2 个党小组，编进去 3 名党员。" in entry
    assert "谁在哪个组、谁是组长，不在网上公开。" in entry
    assert not any(name in page + entry for name in NAMES)


def test_that_a_branch_has_groups_no_more_is_told_too(door: Door, client: TestClient) -> None:
    group(door)
    receipt = door.village.record(build_grouped(door.village.texts, groups=()), **GROUPED)

    entry = read(client.get(f"/v/{VILLAGE}/entries/{receipt.index}").text)

    assert "石榴河村党支部不再分党小组" in entry
    assert "党小组" not in client.get(SHEET).text


def test_a_member_sees_their_own_group_and_the_desk_what_is_kept(door: Door, client: TestClient) -> None:
    group(door)
    codes = {at: make_card(door.home, VILLAGE, M[at], door.village.clerk.user) for at in (0, 1, 3)}

    first, second, third = (read(send(client, CARD, code=code).text) for code in codes.values())

    assert '东片党小组（组长）</span><span class="row-note">石榴河村党支部</span>' in first
    assert '东片党小组</span><span class="row-note">石榴河村党支部</span>' in second
    assert 'id="groups"' not in third
    kept = read(enter(client, door, "clerk").get(f"{HOUSEHOLDS}/{M[0]}").text)
    assert "第 1 党小组，组长" in kept


def audit(path: Path) -> tuple[int, str]:
    """Audit the home with its vault; return the status and what was said."""
    said = CliRunner().invoke(root, ["audit", "--home", str(path / "home")])
    return said.exit_code, said.output


def test_whoever_is_erased_leaves_the_home_in_order(door: Door, tmp_path: Path) -> None:
    group(door)
    assert audit(tmp_path)[0] == 0

    door.home.vault.erase_subject(VILLAGE, M[0])

    status, told = audit(tmp_path)
    assert (status, "结论：全部对得上" in told) == (0, True), told


def test_an_audit_of_the_home_finds_who_stands_where_they_must_not(door: Door, tmp_path: Path) -> None:
    texts = door.village.texts
    door.village.record(build_grouped(texts, groups=(build_group(texts, 1, [make_id("m", 9)]),)), **GROUPED)

    status, told = audit(tmp_path)

    assert status == 1
    assert "不是本支部党员" in told
    assert "支部 1 登记的党员" in told


def type_groups(page: Page, address: str, rows: tuple[tuple[str, str, str, str], ...]) -> None:
    """Type number and name of each group, number of a member and whether they lead it; names come by themselves."""
    page.goto(f"{address}/desk/write/groups")
    for row, (number, name, member, head) in enumerate(rows, 1):
        write(page, "a", row, {0: "1", 1: number, 2: name, 3: member, 5: head})
        expect(page.locator(f"#a-{row}-4")).to_have_value(NAMES[int(member[-1])])
    hand_in(page)


@pytest.mark.browser
@pytest.mark.timeout(600)
def test_groups_are_typed_passed_printed_and_seen_on_a_phone(
    door: Door, browser: Browser, tmp_path: Path
) -> None:
    door.let_in("wen")
    door.let_in("jian", "supervisor")
    code = make_card(door.home, VILLAGE, M[0], door.village.clerk.user)
    with ExitStack() as stack:
        address = stack.enter_context(serve(door.village))
        clerk, boss = (stack.enter_context(open_page(browser, *SCREENS[at]))[0] for at in (2, 1))
        phone, complaints = stack.enter_context(open_page(browser, *SCREENS[1], script=False))
        sign_in(door, clerk, address, "wen")
        sign_in(door, boss, address, "jian")
        rows = (("1", LONG, "0100", "是"), ("1", LONG, "0101", ""), ("2", "西片党小组", "0102", "是"))
        type_groups(clerk, address, rows)
        expect(clerk.locator("main")).to_contain_text("已交审")
        pass_one(boss, address, "党小组 支部 1：2 个，党员 3 名")
        expect(boss.locator("main")).to_contain_text("已记入账本")
        paper = clerk.request.get(address + PAPER).body()
        assert f"{LONG}2人" in read_text(paper)
        look(phone, address, LONG, "2 名")
        see_card(phone, address, code, f"{LONG}（组长）石榴河村党支部")
        clerk.goto(f"{address}/desk/write/groups")
        expect(clerk.locator("main")).to_contain_text("先填好的是现在登记的")
        expect(clerk.locator("#a-3-3")).to_have_value("0102")
        write(clerk, "a", 4, {0: "1", 1: "2", 2: "西片党小组", 3: "0103"})
        hand_in(clerk)
        pass_one(boss, address, "党小组 支部 1：2 个，党员 4 名")
        expect(boss.locator("main")).to_contain_text("已记入账本")
        look(phone, address, "西片党小组", "2 名")
        assert complaints == []

    status, told = audit(tmp_path)
    assert (status, "结论：全部对得上" in told) == (0, True), told


def look(phone: Page, address: str, group: str, members: str) -> None:
    """Open October's sheet of scores on a phone without scripts, and the entry that its groups are from."""
    phone.goto(address + SHEET)
    phone.get_by_text("现在的党小组").click()
    expect(phone.locator("details[open] .lines li", has_text=group)).to_contain_text(members)
    check_layout(phone)
    phone.get_by_role("link", name="登记党小组的记录").click()
    expect(phone.locator("main")).to_contain_text("不在网上公开")
    check_layout(phone)


def see_card(phone: Page, address: str, code: str, said: str) -> None:
    phone.goto(f"{address}{CARD}")
    phone.get_by_label("卡上的字").fill(code)
    press(phone, "看我家的")
    expect(phone.locator("main")).to_contain_text(said)
    check_layout(phone)
