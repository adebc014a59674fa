"""The search over HTTP: what is found by number, amount, month, text and person; what is on record, and never told."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from ledger.books.roles import ROLES, Role
from ledger.books.vouchers import Posting
from ledger.canonical import parse_entry
from ledger.entries import Entry
from ledger.state import get_day
from ledger.vaults import Household, Member
from reports.words import format_day
from tests.builders import VILLAGE, build_postings, build_voucher, make_id
from tests.desk.people import Door
from tests.web.desk import DeskBrowser, enter
from tests.web.test_hostile import ALLOWED, HOSTILE, Elements
from tests.web.townships import found_neighbour

SEARCH = "/desk/search"
MANY = 60


@pytest.fixture
def browser(door: Door, client: TestClient) -> DeskBrowser:
    door.let_in("clerk")
    return enter(door, client, "clerk")


def look(answer: httpx.Response) -> list[int]:
    """The indexes of the entries that were found, in their order."""
    return [
        int(index) for index in re.findall(rf'class="row" href="/v/{VILLAGE}/entries/([0-9]+)"', answer.text)
    ]


def list_indexes(door: Door, **wanted: str) -> list[int]:
    """The entries of the log that have these fields, by reading all of them."""
    with door.home.ledger.read(VILLAGE) as reader:
        entries = [reader.facts.read_entry(index) for index in range(reader.size)]
    return [
        entry.index
        for entry in entries
        if all(getattr(entry, name) == value for name, value in wanted.items())
    ]


def find_amounts(door: Door, least: int, most: int) -> set[int]:
    """The entries with a posting, or a total, in a range: by reading all of them."""
    with door.home.ledger.read(VILLAGE) as reader:
        entries = [reader.facts.read_entry(index) for index in range(reader.size)]
    found = set()
    for entry in entries:
        postings: Any = getattr(entry.body, "postings", ())
        total = sum(posting.amount_fen for posting in postings if posting.side == "debit")
        if any(least <= abs(fen) <= most for fen in (total, *(posting.amount_fen for posting in postings))):
            found.add(entry.index)
    return found


@pytest.mark.parametrize("spelled", ["2026-10-002", "2026-10-2", "２０２６－１０－００２", " 2026-10-002 "])
def test_a_voucher_is_found_by_its_number(door: Door, browser: DeskBrowser, spelled: str) -> None:
    answer = browser.get(f"{SEARCH}?number={spelled}")

    assert (answer.status_code, len(look(answer))) == (200, 1)
    assert "付会议室电费" in answer.text


def test_a_short_number_is_every_months_and_with_a_month_that_months(browser: DeskBrowser) -> None:
    assert len(look(browser.get(f"{SEARCH}?number=1"))) == 2
    assert len(look(browser.get(f"{SEARCH}?number=001&month=2026-11"))) == 1


def test_an_index_and_a_sheets_number_are_found(door: Door, browser: DeskBrowser) -> None:
    sealed = list_indexes(door, kind="sheet.sealed")[0]

    assert look(browser.get(f"{SEARCH}?number=2026-10-f-1")) == [sealed]
    assert look(browser.get(f"{SEARCH}?number=第 3 条")) == [3]
    assert look(browser.get(f"{SEARCH}?number=9999")) == []


@pytest.mark.parametrize(
    ("least", "most"),
    [("325.00", ""), ("48", ""), ("100", "400"), ("0.01", "90000000"), ("1", "2"), ("120", "")],
)
def test_by_amount_is_found_what_reading_every_entry_finds(
    door: Door, browser: DeskBrowser, least: str, most: str
) -> None:
    found = look(browser.get(f"{SEARCH}?amount={least}&most={most}"))

    first, last = round(float(least) * 100), round(float(most or least) * 100)
    assert sorted(found) == sorted(find_amounts(door, first, last))
    assert len(found) == len(set(found))


def test_a_line_of_a_voucher_is_found_by_its_own_amount_and_told_once(
    door: Door, browser: DeskBrowser
) -> None:
    lines = (("513", "debit", 70_100), ("514", "debit", 29_900), ("101", "credit", 100_000))
    receipt = door.village.record_voucher(
        "两样一起买", 0, period="2026-11", occurred_on="2026-11-10",
        postings=tuple(Posting(account=code, amount_fen=fen, side=side) for code, side, fen in lines),
    )  # fmt: skip

    for query in ("amount=299", "amount=701", "amount=1000", "amount=299&most=1000"):
        assert look(browser.get(f"{SEARCH}?{query}")).count(receipt.index) == 1


def test_amounts_go_on_page_by_page_and_none_twice(door: Door, browser: DeskBrowser) -> None:
    for number in range(MANY):
        door.village.record_voucher("零星", 700 + number, period="2026-11", occurred_on="2026-11-10")

    path, seen, pages = f"{SEARCH}?amount=7&most=8", [], 0
    while path:
        page = browser.get(path)
        seen += look(page)
        pages += 1
        onward = re.search(r'<a class="button plainly" href="([^"]+after=[^"]+)"', page.text)
        path = onward[1].replace("&amp;", "&") if onward else ""

    assert pages == 2
    assert len(seen) == len(set(seen)) == MANY
    assert set(seen) == find_amounts(door, 700, 800)


def test_a_month_is_all_that_it_has_and_its_kinds_narrow_it(door: Door, browser: DeskBrowser) -> None:
    month = [
        index
        for index in list_indexes(door, period="2026-10")
        if index in {one for kind in MONTHLY for one in list_indexes(door, kind=kind)}
    ]

    assert sorted(look(browser.get(f"{SEARCH}?month=2026-10"))) == month
    assert look(browser.get(f"{SEARCH}?month=2026-10&kind=period.closed")) == list_indexes(
        door, kind="period.closed"
    )
    assert look(browser.get(f"{SEARCH}?kind=log.founded")) == [0]
    assert look(browser.get(f"{SEARCH}?month=2025-10")) == []


MONTHLY = (
    *(
        "voucher.recorded",
        "voucher.reversed",
        "voucher.replaced",
        "accounts.opened",
        "period.closed",
        "sheet.sealed",
    ),
    *("points.round", "points.reversed", "score.round"),
)


@pytest.mark.parametrize("words", ["办公", "购办公用纸", "公用 购办", "样例丙 办公"])
def test_a_text_is_found_by_any_of_its_words(browser: DeskBrowser, words: str) -> None:
    answer = browser.post(SEARCH, {"text": words})

    assert "购办公用纸" in answer.text[answer.text.index('id="found"') :]
    assert look(answer) == [6, 3]  # The voucher, and the one that put another right under the same words.


def test_a_text_is_found_within_a_month_and_not_in_another(browser: DeskBrowser) -> None:
    assert len(look(browser.post(SEARCH, {"text": "电费", "month": "2026-10"}))) == 1
    assert len(look(browser.post(SEARCH, {"text": "电费", "month": "2026-11"}))) == 1


def test_a_handlers_full_name_finds_vouchers_and_the_page_masks_it(browser: DeskBrowser) -> None:
    answer = browser.post(SEARCH, {"text": "样例丙"})

    assert len(look(answer)) >= 4
    assert "样例丙" not in answer.text.replace('value="样例丙"', "").replace("文字“样例丙”", "")


def test_a_text_without_a_month_is_found_at_once_however_long_ago(
    browser: DeskBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.service.searching.CHUNK_ENTRIES", 3)

    answer = browser.post(SEARCH, {"text": "会议室"})

    assert len(look(answer)) == 1
    assert 'name="before"' not in answer.text
    assert "看到了头" in answer.text


def test_beyond_a_stretch_the_page_says_how_far_back_it_looked_and_goes_on(
    door: Door, browser: DeskBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.service.searching.SCANNED_MAX", 5)
    monkeypatch.setattr("ledger.service.searching.CHUNK_ENTRIES", 2)

    seen: list[int] = []
    before = ""
    for _ in range(12):
        page = browser.post(SEARCH, {"text": "电费"} | ({"before": before} if before else {}))
        seen += look(page)
        assert "电费" not in page.headers.get("location", "")
        onward = re.search(r'name="before" value="([0-9]+)"', page.text)
        if onward is None:
            break
        with door.home.ledger.read(VILLAGE) as reader:
            day = format_day(get_day(reader.facts.read_entry(int(onward[1])).recorded_at))
        assert f"从新到旧看了 5 条记录，看到 {day}记的为止，更早的还没有看" in page.text
        assert f"接着找 {day}和更早记的" in page.text
        assert look(page) or f"从新到旧，看到 {day}记的为止，没有找到" in page.text
        before = onward[1]

    assert sorted(seen) == sorted(
        look(browser.post(SEARCH, {"text": "电费", "month": "2026-10"}))
        + look(browser.post(SEARCH, {"text": "电费", "month": "2026-11"}))
    )


def test_a_search_through_texts_reads_as_entries_what_holds_them_alone(
    door: Door, browser: DeskBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []

    def count(data: bytes) -> Entry:
        read.append(data)
        return parse_entry(data)

    monkeypatch.setattr("ledger.service.searching.parse_entry", count)

    found = look(browser.post(SEARCH, {"text": "电费"}))
    kinds = look(browser.get(f"{SEARCH}?kind=period.closed"))

    assert len(read) == len(found) + len(kinds)
    assert kinds == list_indexes(door, kind="period.closed")


def test_a_text_that_was_taken_away_is_found_no_more(door: Door, browser: DeskBrowser) -> None:
    from tests.web.test_township_pages import rewrite

    (index,) = look(browser.post(SEARCH, {"text": "会议室"}))
    rewrite(door, "ledger", f"DELETE FROM texts WHERE entry_index = {index}")

    assert look(browser.post(SEARCH, {"text": "会议室"})) == []


def test_drafts_are_found_by_number_amount_and_text(door: Door, browser: DeskBrowser) -> None:
    village = door.village
    body = build_voucher(
        village.texts, chart="2023", number="2026-11-002", postings=build_postings(77_700, debit="513"),
        summary=village.texts.publish("修水渠"),
    )  # fmt: skip
    waiting = village.draft(body, period="2026-11", occurred_on="2026-11-11")

    answers = [
        browser.get(f"{SEARCH}?number=2026-11-002"),
        browser.get(f"{SEARCH}?number=2"),
        browser.get(f"{SEARCH}?amount=777"),
        browser.get(f"{SEARCH}?amount=700&most=800&month=2026-11"),
        browser.post(SEARCH, {"text": "水渠"}),
    ]
    others = [browser.get(f"{SEARCH}?amount=778"), browser.post(SEARCH, {"text": "水渠", "month": "2026-10"})]

    assert all(f'href="/desk/drafts/{waiting.id}"' in answer.text for answer in answers)
    assert not any(f"/desk/drafts/{waiting.id}" in answer.text for answer in others)


def put_people(door: Door) -> None:
    vault = door.home.vault
    consents = frozenset({"scoring", "display", "naming"})
    vault.put_households(
        VILLAGE,
        [
            Household(
                consents=consents,
                group=1,
                household=make_id("h", number),
                name=name,
                number=f"{number + 1:04d}",
            )
            for number, name in enumerate(("样例张三", "样例张四", "样例李五"))
        ],
    )
    vault.put_members(VILLAGE, [Member(branch=1, member=make_id("m", 0), name="样例王六", number="001")])


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("张三", ["样例张三"]),
        ("样例张", ["样例张三", "样例张四"]),
        ("0003", ["样例李五"]),
        ("王六", ["样例王六"]),
    ],
)
def test_a_person_is_found_and_each_reading_is_on_record(
    door: Door, browser: DeskBrowser, asked: str, names: list[str]
) -> None:
    put_people(door)

    answer = browser.post(SEARCH, {"person": asked})

    assert [
        name for name in ("样例张三", "样例张四", "样例李五", "样例王六") if f">{name}</a></b>" in answer.text
    ] == names
    facts = [line.fact for line in door.read_log() if line.fact.event == "read-personal"]
    assert [(fact.place, fact.count or "1") for fact in facts] == [("search", str(len(names)))]
    assert not any(asked in str(fact) for fact in facts if not asked.isdigit())


def test_a_household_leads_to_its_rounds_with_its_lines(door: Door, browser: DeskBrowser) -> None:
    put_people(door)

    page = browser.post(SEARCH, {"person": "张三"}).text
    other = browser.post(SEARCH, {"person": "张三", "month": "2026-09"}).text

    (index,) = list_indexes(door, kind="points.round")
    assert f'href="/v/{VILLAGE}/entries/{index}">2026年10月积分，2 行' in page
    assert "这些月份的积分、评分里没有" in other


def test_nobody_found_and_nothing_found_say_what_was_looked_for_and_what_to_try(
    door: Door, browser: DeskBrowser
) -> None:
    nobody = browser.post(SEARCH, {"person": "样例无此人"}).text
    nothing = browser.get(f"{SEARCH}?amount=12.34").text

    assert "名册里没有这个人、这一户" in nobody
    assert "写名册上的编号" in nobody
    assert "没有找到" in nothing
    assert "金额 12.34 元" in nothing
    assert "写一个范围" in nothing
    assert [line.fact.event for line in door.read_log() if line.fact.event == "read-personal"] == []


@pytest.mark.parametrize("role", ["township", "auditor"])
def test_whoever_must_say_why_learns_nothing_from_a_name(door: Door, client: TestClient, role: Role) -> None:
    put_people(door)
    door.let_in("shen", role)
    browser = enter(door, client, "shen")

    answer = browser.post(SEARCH, {"person": "张三"})

    assert answer.status_code == 422
    assert "先写明" in answer.text
    assert "样例张三" not in answer.text
    assert [line for line in door.read_log() if line.fact.event == "read-personal"] == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("number=x", "看不出是哪个号"),
        ("amount=3x", "不是数字"),
        ("amount=0", "大于零"),
        ("amount=-5", "大于零"),
        ("amount=9&most=3", "对调"),
        ("most=3", "写上从多少元起"),
        ("month=2026-13", "看不出是哪个月"),
        ("kind=x", "没有这一种记录"),
    ],
)
def test_what_cannot_be_looked_for_is_told_beside_its_field_and_shown_again(
    browser: DeskBrowser, query: str, said: str
) -> None:
    answer = browser.get(f"{SEARCH}?{query}")

    assert answer.status_code == 422
    assert said in answer.text
    value = query.rpartition("=")[2]
    assert f'value="{value}"' in answer.text or query.startswith("kind")


def test_names_and_texts_are_never_taken_from_an_address(door: Door, browser: DeskBrowser) -> None:
    put_people(door)

    answer = browser.get(f"{SEARCH}?person=张三&text=电费")

    assert look(answer) == []
    assert "样例张三" not in answer.text
    links = re.findall(r'(?:href|action)="([^"]*)"', browser.post(SEARCH, {"text": "电费"}).text)
    assert not [link for link in links if "text=" in link or "%E7" in link]


def test_every_role_of_the_village_searches_its_own_village_alone(door: Door, client: TestClient) -> None:
    other = found_neighbour(door, 1)
    other.open_books("2026-10")
    other.earn(98_765, "2026-10")
    for role in ROLES:
        door.let_in(f"{role}-x", role)
        browser = enter(door, client, f"{role}-x")
        assert look(browser.get(f"{SEARCH}?amount=325")) != []
        assert other.code not in browser.get(f"{SEARCH}?amount=987.65").text
        assert look(browser.get(f"{SEARCH}?amount=987.65")) == []
    door.let_in("chen", None)
    assert enter(door, client, "chen").get(SEARCH).status_code == 403


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_search_stays_a_search(browser: DeskBrowser, text: str) -> None:
    answers = [
        browser.post(SEARCH, {"text": text}),
        browser.post(SEARCH, {"person": text}),
        browser.client.get(SEARCH, params={"number": text, "amount": text, "month": text, "kind": text}),
        browser.get(f"{SEARCH}?after={'9' * 40}-1&amount=3&before=-1"),
    ]

    for answer in answers:
        page = Elements(answer.text)
        assert answer.status_code in {200, 303, 403, 422}
        assert page.tags <= ALLOWED | {"select", "option", "form", "main", "b"}
        assert not {name for name in page.attributes if name.startswith("on") or name == "style"}


def test_a_number_and_an_amount_cost_no_more_in_a_longer_log(door: Door, browser: DeskBrowser) -> None:
    from tests.web.test_township_pages import count_statements

    def ask() -> object:
        return [
            browser.get(f"{SEARCH}?{query}")
            for query in ("number=2026-10-001", "amount=325", "amount=100&most=400")
        ]

    ask()
    few = count_statements(door, ask)
    for _ in range(80):
        door.village.record_voucher("零星", 999_999, period="2026-11", occurred_on="2026-11-10")
    ask()

    assert count_statements(door, ask) == few
