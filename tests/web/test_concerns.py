"""What wants explaining, on every page that says so: villagers', auditors', the desk's, the township's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.concerns.table import SEVERITY_NAMES
from tests.builders import VILLAGE, build_contract, build_postings, build_reversal, build_voucher
from tests.desk.people import Door, open_door
from tests.homes import VillageHome, open_village
from tests.web.browser import SCREENS, open_page
from tests.web.desk import DeskBrowser
from tests.web.test_layout_browser import FAINT, PAGE_MAX_BYTES, SMALL_TARGETS
from tests.web.test_pages import read_words
from tests.web.village import find_match, make_client, serve

PUBLIC = f"/v/{VILLAGE}/concerns"
CASH = "/audit/concerns/cash-limit/2026-10-001"
REASON = "抢修水渠，当天银行不开门"


def live(village: VillageHome) -> None:
    """1,200 paid in cash in October, the same booked twice by mistake, a contract that nobody pays."""
    texts = village.texts
    village.open_books()
    village.record_voucher("抢修水渠", 120_000)
    village.record_voucher("买打印纸", 26_000)
    village.record_voucher("买打印纸", 26_000)
    village.record(build_contract(texts))
    village.go_to("2026-12-05")


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    with open_village(tmp_path_factory.mktemp("concerns") / "home") as built:
        live(built)
        yield built


@pytest.fixture(scope="module")
def client(village: VillageHome) -> Iterator[TestClient]:
    with make_client(village) as opened:
        yield opened


def test_ten_questions_stand_on_a_page_and_the_rest_on_the_next(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        for number in range(1, 13):
            village.record_voucher(f"抢修第 {number} 段水渠", 120_000 + number)
        village.go_to("2026-11-05")
        with make_client(village) as client:
            pages = [client.get(f"{PUBLIC}{query}") for query in ("", "?start=10", "?start=12", "?start=x")]
            words = read_words(client, PUBLIC)

    first, second = (page.text for page in pages[:2])
    assert [page.status_code for page in pages] == [200, 200, 404, 404]
    assert (first.count("用现金付了"), second.count("用现金付了")) == (10, 2)
    assert f'href="{PUBLIC}?start=10"' in first
    assert f'href="{PUBLIC}"' in second
    assert "要紧的排在前面：关注 12 件。" in words


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with open_door(tmp_path / "home", monkeypatch) as opened:
        live(opened.village)
        yield opened


@pytest.fixture
def desk(door: Door) -> Iterator[TestClient]:
    with make_client(door.village) as opened:
        yield opened


def enter(door: Door, desk: TestClient, name: str) -> DeskBrowser:
    """Sign somebody in who was let in before."""
    browser = DeskBrowser(desk)
    assert browser.sign_in(door, name).status_code == 200
    return browser


def read(browser: DeskBrowser, path: str) -> str:
    """Return the words of a page of the desk, without any blank."""
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return re.sub(r"<[^>]*>|\s", "", answer.text)


def acknowledge(browser: DeskBrowser, reason: str = REASON, **changes: str) -> str:
    """Write the reason down as the form does, and return the location or the answer's words."""
    page = browser.get(CASH).text
    fields = {name: find_match(f'name="{name}" value="([^"]*)"', page) for name in ("amount", "entries")}
    answer = browser.post(CASH, fields | {"reason": reason} | changes)
    return answer.headers.get("location", "") or re.sub(r"<[^>]*>|\s", "", answer.text)


def test_villagers_read_what_is_open_and_that_it_accuses_nobody(client: TestClient) -> None:
    words = read_words(client, PUBLIC)

    assert "有 3 件事，看账的人会想问一问。" in words
    assert "列在这里不等于有人做错了：多半是有原因的，说清楚就好。" in words
    assert "凭证 2026-10-001 用现金付了 1,200.00 元 ，超过 1,000.00 元。" in words.replace(
        "1,200.00 元，", "1,200.00 元 ，"
    )
    assert "合同 HT-0001 过了日子 30 天以上还有 12,000.00 元 没收到".replace(" ", "") in words.replace(
        " ", ""
    )
    assert "可能是没有问题： 发工资、劳务费" in words
    assert "依据：现金管理暂行条例" in words
    # Kinds that are for auditors alone are not there.
    assert "买打印纸" not in words
    assert "记了两次" not in words


def test_each_leads_to_what_it_rests_on(client: TestClient) -> None:
    page = client.get(PUBLIC).text

    for path in (f"/v/{VILLAGE}/contracts/HT-0001", f"/v/{VILLAGE}/entries/3"):
        assert f'href="{path}"' in page
        assert client.get(path).status_code == 200


def test_a_year_before_the_books_is_empty_and_no_month_is_no_page(client: TestClient) -> None:
    words = read_words(client, f"{PUBLIC}?to=2026-09")

    assert "2025年10月 到 2026年9月" in words.replace("到", " 到 ").replace("  ", " ")
    assert "现在没有待说明的事。" in words
    assert f'href="{PUBLIC}"' in client.get(f"{PUBLIC}?to=2026-09").text
    for wrong in ("2026-13", "x", "2027-01"):
        assert client.get(f"{PUBLIC}?to={wrong}").status_code == 404
    assert client.get(f"{PUBLIC}?to=2026-12").status_code == 200


def test_an_auditor_finds_all_of_them_by_kind_severity_and_state(door: Door, desk: TestClient) -> None:
    door.let_in("shen", "auditor")
    browser = enter(door, desk, "shen")

    words = read(browser, "/audit/concerns")
    assert "还没有说明的：重要2件，关注2件，提醒0件。" in words
    assert "凭证2026-10-002、2026-10-003：都是2026年10月28日的260.00元，摘要也一样。" in words
    assert "待说明的事4件" in read(browser, "/audit")
    assert "待说明的事4件，2件重要" in read(browser, "/desk")
    only = read(browser, "/audit/concerns?rule=same-twice")
    assert "都是2026年10月28日" in only
    assert "用现金付了" not in only
    assert "用现金付了" not in read(browser, "/audit/concerns?severity=serious")
    assert "没有。" in read(browser, "/audit/concerns?state=closed")
    assert browser.get("/audit/concerns/cash-limit/2026-10-002").status_code == 404


def test_an_auditors_reason_is_passed_by_another_and_closes_it(door: Door, desk: TestClient) -> None:
    door.let_in("shen", "auditor")
    door.let_in("sun", "supervisor")
    auditor = enter(door, desk, "shen")
    assert "问清楚了，写下理由" in read(auditor, CASH)

    assert acknowledge(auditor) == f"{CASH}?sent=1"

    told = read(auditor, CASH)
    assert "正在等另一位审核" in told
    assert "问清楚了，写下理由" not in told
    supervisor = enter(door, desk, "sun")
    page = supervisor.get("/desk/drafts").text
    path = find_match(r'href="(/desk/drafts/d-[a-z2-7]+)"', page)
    words = read(supervisor, path)
    assert "规矩：一笔付款超过1,000元的，一般要从银行转账。" in words
    assert "看过的记录：凭证2026-10-001（第3条记录）" in words
    assert f"认可的理由：{REASON}" in words
    shown = find_match(r'name="drafts" value="(d-[^"]+)"', supervisor.get(path).text)
    assert "passed=1" in supervisor.post("/desk/drafts", {"drafts": shown}).headers["location"]

    public = read_words(desk, PUBLIC)
    assert "另有 1 件，审计员看过，说明了原因。" in public
    assert public.index("已经说明的") < public.index(REASON)
    entry = read_words(
        desk, find_match(rf'href="(/v/{VILLAGE}/entries/[0-9]+)">[^<]*的记录', desk.get(PUBLIC).text)
    )
    assert "审计员看过“大额现金付款”这件待说明的事，认为说得清，不再追问。" in entry
    assert f"理由：{REASON}。" in entry
    assert "cash-limit/2026-10-001" in entry
    assert REASON in read(auditor, "/audit/concerns?state=closed")


def test_what_came_back_is_written_anew_and_one_s_own_is_taken_back(door: Door, desk: TestClient) -> None:
    door.let_in("shen", "auditor")
    door.let_in("sun", "supervisor")
    auditor = enter(door, desk, "shen")
    acknowledge(auditor)
    (draft,) = door.home.vault.list_drafts(VILLAGE, "waiting")
    supervisor = enter(door, desk, "sun")
    supervisor.get(f"/desk/drafts/{draft.id}")
    assert supervisor.post(f"/desk/drafts/{draft.id}/return", {"reason": "附上谁签的字"}).status_code == 303

    assert "退回的原因：附上谁签的字" in read(auditor, CASH)
    assert acknowledge(auditor, f"{REASON}，三人签字") == f"{CASH}?sent=1"
    assert door.home.vault.list_drafts(VILLAGE, "returned") == []
    (again,) = door.home.vault.list_drafts(VILLAGE, "waiting")

    auditor.get(CASH)
    assert auditor.post(f"{CASH}/withdraw").headers["location"] == "/audit/concerns?withdrawn=1"
    assert door.home.vault.list_drafts(VILLAGE, "waiting") == []
    assert auditor.post(f"{CASH}/withdraw").status_code == 404
    assert "已撤回。" in read(auditor, "/audit/concerns?withdrawn=1")
    assert again.id != draft.id


def test_a_reason_that_names_somebody_or_another_concern_than_was_shown_is_refused(
    door: Door, desk: TestClient
) -> None:
    door.let_in("shen", "auditor")
    auditor = enter(door, desk, "shen")

    assert "电话留在原始凭证上" in acknowledge(auditor, "问过 13800138000")
    assert "没有写字" in acknowledge(auditor, " ")
    assert "情形与看过的不一样" in acknowledge(auditor, amount="1")
    assert "情形与看过的不一样" in acknowledge(auditor, amount="x", entries="x")
    assert door.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_a_reason_for_what_was_put_right_meanwhile_leads_back_to_the_list(
    door: Door, desk: TestClient
) -> None:
    door.let_in("shen", "auditor")
    auditor, village = enter(door, desk, "shen"), door.village
    shown = auditor.get(CASH).text
    red = build_reversal(
        village.texts,
        chart="2023",
        number="2026-12-001",
        postings=build_postings(-120_000, debit="513"),
        reverses=int(find_match(r'name="entries" value="([0-9]+)"', shown)),
    )
    village.record(red, period="2026-12", occurred_on="2026-12-05")
    fields = {name: find_match(f'name="{name}" value="([^"]*)"', shown) for name in ("amount", "entries")}

    answer = auditor.post(CASH, fields | {"reason": REASON})

    assert answer.headers["location"] == "/audit/concerns?gone=1"
    assert "这件事已经没有了，不用再写理由。" in read(auditor, "/audit/concerns?gone=1")
    assert auditor.post("/audit/concerns/no-rule/2026-10", fields | {"reason": REASON}).status_code == 404
    assert door.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_whoever_passes_a_draft_reads_first_what_would_be_asked(door: Door, desk: TestClient) -> None:
    door.let_in("sun", "supervisor")
    village = door.village
    big = village.draft(
        build_voucher(
            village.texts,
            chart="2023",
            number="2026-12-001",
            postings=build_postings(150_000, debit="513"),
            summary=village.texts.publish("请人拉土"),
        ),
        period="2026-12",
        occurred_on="2026-12-03",
    )
    supervisor = enter(door, desk, "sun")

    words = read(supervisor, f"/desk/drafts/{big.id}")

    assert "通过以前请看" in words
    assert "凭证2026-12-001用现金付了1,500.00元，超过1,000.00元。" in words
    small = village.draft(build_contract(village.texts, number="HT-0002"))
    assert "通过以前请看" not in read(supervisor, f"/desk/drafts/{small.id}")
    # It is a word beside the button, not a refusal.
    shown = find_match(r'name="drafts" value="(d-[^"]+)"', supervisor.get(f"/desk/drafts/{big.id}").text)
    assert "passed=1" in supervisor.post("/desk/drafts", {"drafts": shown}).headers["location"]


def test_a_township_sees_that_something_important_wants_explaining(door: Door, desk: TestClient) -> None:
    door.let_in("zhang", "township")
    browser = enter(door, desk, "zhang")

    page = browser.get("/township").text

    words = re.sub(r"<[^>]*>|\s", "", page)
    assert "2件重要的事待说明" in words
    assert "待说明4件" in words
    # A month that was not hung makes it red by itself; what is only to be explained would make it yellow.
    assert "要看一看" in words


def test_nobody_but_an_auditor_writes_a_reason(door: Door, desk: TestClient) -> None:
    door.let_in("sun", "supervisor")
    browser = enter(door, desk, "sun")

    assert "问清楚了，写下理由" not in read(browser, CASH)
    answer = browser.post(CASH, {"amount": "120000", "entries": "3", "reason": REASON})
    assert answer.status_code == 403


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_page_fits_a_phone_and_a_screen(
    browser: Browser, village: VillageHome, width: int, height: int
) -> None:
    with serve(village) as address, open_page(browser, width, height) as (page, complaints):
        page.goto(address + PUBLIC)
        for fold in page.query_selector_all("details.fold > summary"):
            fold.click()

        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate(FAINT) == []
        assert len(page.content()) < PAGE_MAX_BYTES * 8
        assert complaints == []
    assert set(SEVERITY_NAMES) == {"notice", "attention", "serious"}
