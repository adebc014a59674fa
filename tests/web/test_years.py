"""The year's page, the plan beside what came of it, sub-accounts by their titles, and the year's end at the desk."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.plans import PlanLine
from ledger.books.subaccounts import NewAccount
from ledger.canonical import parse_entry
from ledger.evidence import select_indexes
from ledger.log.commitments import parse_disclosure
from ledger.service.unsent import open_sheet
from tests.builders import VILLAGE, build_accounts_closed, build_added, build_plan, build_postings
from tests.desk.people import Door
from tests.homes import VillageHome, open_village
from tests.web.browser import SCREENS, open_page
from tests.web.desk import enter
from tests.web.test_layout_browser import FAINT, PAGE_MAX_BYTES, SMALL_TARGETS
from tests.web.test_pages import read_words
from tests.web.village import make_client, serve

YEAR = f"/v/{VILLAGE}/years/2026"
KINDS = ("accounts.added", "accounts.closed", "plan.adopted")


def live(village: VillageHome) -> None:
    """Rent and paper, a sub-account for paper, a plan changed once, October closed and sealed."""
    texts = village.texts
    village.open_books()
    added = (
        NewAccount(code="5130201", title=texts.publish("纸张")),
        NewAccount(code="5130202", title=texts.publish("墨盒")),
    )
    village.record(build_added(texts, accounts=added, chart="2023"))
    village.record(build_accounts_closed(texts, accounts=("5130202",), chart="2023"))
    lines = {"501": 2_000_000, "51302": 60_000, "514": 300_000}
    planned = tuple(PlanLine(account=code, amount_fen=amount) for code, amount in lines.items())
    village.record(build_plan(texts, chart="2023", lines=planned))
    village.record(build_plan(texts, chart="2023", lines=planned[:2], version=2))
    village.record_voucher("收门面房租金", 0, postings=build_postings(1_500_000, "101", "50103"))
    village.record_voucher("购办公用纸", 0, postings=build_postings(75_000, "5130201", "101"))
    village.go_to("2026-11-02")
    village.close("2026-10")
    village.seal("finance", "2026-10")
    village.go_to("2026-11-12")
    village.record_voucher(
        "付路灯电费",
        4_800,
        period="2026-11",
        occurred_on="2026-11-10",
        postings=build_postings(4_800, "514", "101"),
    )


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    with open_village(tmp_path_factory.mktemp("years") / "home") as built:
        live(built)
        yield built


@pytest.fixture(scope="module")
def visitor(village: VillageHome) -> Iterator[TestClient]:
    with make_client(village) as opened:
        yield opened


def test_a_year_says_first_what_was_earned_and_spent_and_tells_each_month(visitor: TestClient) -> None:
    words = read_words(visitor, YEAR)

    assert "2026年，到2026年11月为止，村集体收入 15,000.00 元，支出 798.00 元，多出 14,202.00 元。" in words
    assert "2026年10月 15,000.00 750.00 14,250.00" in words
    assert "2026年11月 0.00 48.00 −48.00" in words
    assert "合计 15,000.00 798.00 14,202.00" in words
    assert visitor.get(YEAR).text.count('<rect class="chart-in"') == 4
    assert f'href="/v/{VILLAGE}/sheets/2026-10/finance"' in visitor.get(YEAR).text


def test_the_plan_stands_beside_what_came_of_it(visitor: TestClient) -> None:
    words = read_words(visitor, YEAR)

    assert "计划收入 20,000.00 元，到现在收入 15,000.00 元，完成 75%。" in words
    assert "计划支出 600.00 元，到现在支出 798.00 元，用了 133%。" in words
    assert "支出超过计划的有：管理费用·办公费。" in words
    assert "1 经营收入 20,000.00 15,000.00 5,000.00 75%" in words
    assert "2 管理费用·办公费 600.00 750.00 −150.00 125%" in words
    assert "计划里没有的 0.00 48.00 −48.00" in words
    assert "第 2 版计划的记录" in words


def test_other_pages_lead_to_the_year_and_a_year_without_books_is_not_found(visitor: TestClient) -> None:
    for path in ("", "/sheets/2026-10/finance"):
        assert f'href="{YEAR}"' in visitor.get(f"/v/{VILLAGE}{path}").text
    for year in ("2025", "2027", "26", "x", "２０２６"):
        assert visitor.get(f"/v/{VILLAGE}/years/{year}").status_code == 404


def test_titles_of_sub_accounts_stand_on_the_sheet_and_its_evidence_proves_them(
    visitor: TestClient, village: VillageHome
) -> None:
    assert "纸张" in read_words(visitor, f"/v/{VILLAGE}/sheets/2026-10/finance")
    with village.home.ledger.read(VILLAGE) as reader:
        chosen = select_indexes(reader.facts, "finance", "2026-10")
        kinds = [parse_entry(reader.get_entry_bytes(index)).kind for index in chosen]
        texts = [text for index in chosen for text in reader.list_texts(index)]
    assert kinds.count("accounts.added") == 1
    assert "plan.adopted" not in kinds
    assert any(parse_disclosure(text)[1] == "纸张" for text in texts)


def test_entries_of_accounts_and_plans_are_told_in_plain_words(
    visitor: TestClient, village: VillageHome
) -> None:
    told = {}
    with village.home.ledger.read(VILLAGE) as reader:
        for index in range(reader.size):
            kind = parse_entry(reader.get_entry_bytes(index)).kind
            told[kind] = read_words(visitor, f"/v/{VILLAGE}/entries/{index}")

    assert "从2026年10月起，账上多分了 2 个明细科目" in told["accounts.added"]
    assert "5130201 纸张" in told["accounts.added"]
    assert "5130202 管理费用·办公费·墨盒" in told["accounts.closed"]
    assert "2026年，村集体计划收入 20,000.00 元，支出 600.00 元。" in told["plan.adopted"]
    assert "管理费用·办公费·纸张" in told["period.closed"]


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_pages_fit_every_screen(
    browser: Browser, address: str, width: int, height: int, village: VillageHome
) -> None:
    with village.home.ledger.read(VILLAGE) as reader:
        kinds = {parse_entry(reader.get_entry_bytes(index)).kind: index for index in range(reader.size)}
    with open_page(browser, width, height) as (page, complaints):
        for path in ("/years/2026", *(f"/entries/{kinds[kind]}" for kind in KINDS)):
            answer = page.goto(f"{address}/v/{VILLAGE}{path}")
            assert answer is not None
            assert len(gzip.compress(answer.body())) < PAGE_MAX_BYTES
            page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(SMALL_TARGETS) == [], path
            assert page.evaluate(FAINT) == [], path
            if "entries" in path:
                page.locator("#verdict", has_text="✔").wait_for()
        assert complaints == []


@pytest.fixture(scope="module")
def address(village: VillageHome) -> Iterator[str]:
    with serve(village) as opened:
        yield opened


def test_the_desk_puts_the_years_end_into_the_clerks_sheet(door: Door, client: TestClient) -> None:
    door.let_in("wen")
    wen = enter(door, client, "wen")
    path = "/desk/year-end/2026"
    amounts = {
        "reserves": "10",
        "reserves_account": "311",
        "members": "",
        "others": "",
        "resolution": "成员大会",
    }
    empty = {"members_account": "113", "others_account": "211"}

    early = wen.get(path).text
    assert "这一年还没过完" in early
    assert wen.get("/desk/year-end/2025").status_code == 404
    assert wen.get("/desk/year-end/x").status_code == 404
    body = urlencode({"csrf": wen.token, **empty, **amounts, "reserves": "-1"})
    refused = wen.post(path, body)
    assert refused.status_code == 422
    assert "这一年还没过完，应为 2026-12-31 或以后。" in refused.text
    door.village.go_to("2026-12-31")
    wen.sign_in(door, "wen")
    shown = wen.get(path).text
    assert "还有 2 张结转凭证要做" in shown
    refused = wen.post(path, urlencode({"csrf": wen.token, **empty, **amounts}))
    assert "先弥补亏损，有剩余再分配" in refused.text
    taken = wen.post(path, urlencode({"csrf": wen.token}))
    assert (taken.status_code, taken.headers["location"]) == (303, "/desk/write/vouchers")
    wen_user = next(one.user for one in door.home.vault.list_persons(VILLAGE) if one.name == "样例wen")
    rows = open_sheet(door.home, VILLAGE, wen_user, "vouchers").state.tables["凭证"]
    assert [row[:7] for row in rows] == [
        ("2026-12-001", "2026-12-31", "结转本年支出", "321", "本年收益", "583.00", ""),
        ("", "", "", "513", "管理费用", "", "583.00"),
        ("2026-12-002", "2026-12-31", "结转本年收益到未分配收益", "32202", "未分配收益", "583.00", ""),
        ("", "", "", "321", "本年收益", "", "583.00"),
    ]
    assert wen.post(path, urlencode({"csrf": wen.token})).status_code == 303
    assert open_sheet(door.home, VILLAGE, wen_user, "vouchers").state.tables["凭证"] == rows
