"""Cases as villagers read them: how many wait, what was answered, each by itself, and nobody's name."""

from __future__ import annotations

import re

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.cases import CaseMoved, Step
from ledger.data import load_reference
from ledger.entries import Body
from tests.books.case_ledger import CASE, build_confided, build_moved, build_opened, build_rated
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.desk.people import Door
from tests.grids import build_grids
from tests.web.browser import SCREENS, check_layout, open_page
from tests.web.village import serve
from web.public.cases import CasesPage, format_share

PAGE = f"/v/{VILLAGE}/cases"
STEPS: tuple[Step, ...] = ("verified", "assigned", "handled", "closed")
SECRETS = (CASE, "村东路灯不亮", "晚上在家", "双方谈过了", "邻里纠纷")
"""What was reported, by whom, and what was said of a quarrel."""


@pytest.fixture
def door(door: Door) -> Door:
    """It is 12 November: six answered, one of them late; one rejected; two wait, one of them overdue; a quarrel."""
    village, texts = door.village, door.village.texts

    def record(body: Body, day: str) -> int:
        return village.record(body, occurred_on=day, period=day[:7]).index

    record(build_grids(texts), "2026-10-01")
    for number in range(1, 7):
        name = f"AL-2026-{number:03d}"
        record(build_opened(texts, name, "B04", "2026-10-12", grid="WG-0001"), "2026-10-12")
        for step, day in zip(STEPS, (13, 14, 28 if number == 6 else 15, 28), strict=True):
            record(build_moved(texts, step, name), f"2026-10-{day}")
        record(build_rated(texts, name, "satisfied" if number < 6 else "unsatisfied"), "2026-10-29")
    record(build_opened(texts, "AL-2026-007", "A01", "2026-10-20"), "2026-10-20")
    record(build_moved(texts, "rejected", "AL-2026-007"), "2026-10-21")
    record(build_opened(texts, "AL-2026-008", "C05", "2026-11-02"), "2026-11-02")
    record(build_moved(texts, "verified", "AL-2026-008"), "2026-11-03")
    record(build_opened(texts, "AL-2026-009", "F01", "2026-11-11"), "2026-11-11")
    record(build_opened(texts, "AL-2026-010", "E01", "2026-10-20"), "2026-10-20")
    record(build_confided(texts, "verified", "AL-2026-010"), "2026-10-21")
    return door


def read_words(page: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", page))


def test_the_first_screen_says_how_many_wait_and_how_many_were_in_time(
    door: Door, client: TestClient
) -> None:
    page = client.get(PAGE).text
    words = read_words(page)

    assert "等办的2件其中过期1件" in words
    assert "按时答复71.4%到期和答复了的7件，按时5件" in words  # six answered, one that should be
    assert "满意83.3%评价了的6件，满意5件" in words
    assert "结案75.0%受理的8件，结案6件" in words
    assert "一共登记了9件：答复6件，不受理1件，等办2件。" in words
    assert "另外有调解和家事1件，办结0件。" in words
    assert words.index("等办的2件") < words.index("停电") < words.index("路灯不亮")
    assert not any(secret in page for secret in SECRETS)
    assert "AL-2026-010" not in page


def test_each_is_told_by_category_days_and_answer(door: Door, client: TestClient) -> None:
    words = read_words(client.get(PAGE).text)

    assert "停电已受理，过期7天AL-2026-0082026年11月2日反映" in words
    assert "证明、手续办理还没核实AL-2026-0092026年11月11日反映" in words
    assert "路灯不亮办结东片网格AL-2026-0012026年10月12日反映用了3天答复：换了灯泡" in words
    assert "路灯不亮办结，晚6天东片网格AL-2026-0062026年10月12日反映用了16天" in words
    assert "垃圾没有清运不受理AL-2026-0072026年10月20日反映不受理：换了灯泡" in words
    assert "路灯不亮6件，按时83.3%" in words
    assert "2026年10月7件，按时83.3%" in words
    assert "停电1件，等办1" in words  # of one, no share


def test_what_is_answered_on_its_first_day_is_told_so(door: Door, client: TestClient) -> None:
    village, texts = door.village, door.village.texts
    village.record(build_opened(texts, "AL-2026-011", "B04", "2026-11-05"), occurred_on="2026-11-05")
    for step in STEPS[:3]:
        village.record(build_moved(texts, step, "AL-2026-011"), occurred_on="2026-11-05")
    assert "路灯不亮当天答复AL-2026-0112026年11月5日反映答复：" in read_words(client.get(PAGE).text)

    village.record(build_moved(texts, "closed", "AL-2026-011"), occurred_on="2026-11-09")
    assert "路灯不亮当天办结AL-2026-011" in read_words(client.get(PAGE).text)


def test_a_case_has_its_steps_and_when_they_were_recorded(door: Door, client: TestClient) -> None:
    page = client.get(f"{PAGE}/AL-2026-001").text
    words = read_words(page)

    found = [words.index(told) for told in ("核实受理：", "交办：", "答复：换了灯泡", "结案：", "评价满意")]
    assert found == sorted(found)
    assert words.count("这些步骤是2026年11月12日一起补记的。") == 1
    assert "才记入账本" not in words
    assert "网格东片网格（WG-0001）" in words
    assert "最晚答复2026年10月22日" in words
    assert not any(secret in page for secret in SECRETS)


def test_steps_that_were_not_recorded_at_once_are_told_one_by_one(door: Door, client: TestClient) -> None:
    village, texts = door.village, door.village.texts
    assert "2026年11月3日2026年11月12日才记入账本" in read_words(client.get(f"{PAGE}/AL-2026-008").text)

    village.record(build_moved(texts, "assigned", "AL-2026-008"), occurred_on="2026-11-12")
    words = read_words(client.get(f"{PAGE}/AL-2026-008").text)

    assert words.count("2026年11月12日才记入账本") == 1
    assert "一起补记" not in words


def test_the_first_sentence_says_who_has_it_and_by_when(door: Door, client: TestClient) -> None:
    village, texts = door.village, door.village.texts

    def say(number: str) -> str:
        return read_words(client.get(f"{PAGE}/{number}").text)

    assert "已办结，2026年10月15日答复，从收到起用了3天，没有超过期限。" in say("AL-2026-001")
    assert "已办结，2026年10月28日答复，从收到起用了16天，比期限晚6天。" in say("AL-2026-006")
    assert "2026年10月21日答复不受理，原因写在下面。" in say("AL-2026-007")
    assert "已受理，还没交给谁办，应在2026年11月5日以前答复，已过期7天。" in say("AL-2026-008")
    assert "还没核实，应在2026年11月13日以前核实。" in say("AL-2026-009")

    for step, words, who in (
        ("assigned", "村电工说等配件，到货就换", "已交办，"),
        ("assigned", "村两委", "村两委在办，"),
    ):
        body = CaseMoved(case="AL-2026-008", step=step, words=texts.publish(words))
        village.record(body, occurred_on="2026-11-04")
        assert f"{who}应在2026年11月5日以前答复，已过期7天。" in say("AL-2026-008")
    village.record(build_moved(texts, "handled", "AL-2026-008"), occurred_on="2026-11-04")
    assert "已答复，还没结案，2026年11月4日答复，从收到起用了2天，没有超过期限。" in say("AL-2026-008")
    village.record(build_opened(texts, "AL-2026-011", "B04", "2026-11-05"), occurred_on="2026-11-05")
    for step in STEPS:
        village.record(build_moved(texts, step, "AL-2026-011"), occurred_on="2026-11-05")
    assert "已办结，2026年11月5日答复，收到的当天就答复了，没有超过期限。" in say("AL-2026-011")


def test_whoever_doubts_a_case_says_its_number(door: Door, client: TestClient) -> None:
    page, one = (read_words(client.get(path).text) for path in (PAGE, f"{PAGE}/AL-2026-001"))

    assert "说出编号，是AL-开头的那一串。" in page
    assert "办得不对？" in one
    assert "说出编号AL-2026-001。" in one
    assert "数字不对" not in page + one


def test_what_is_private_or_not_there_has_no_page(door: Door, client: TestClient) -> None:
    for path in ("/AL-2026-010", "/AL-2026-099", "/x", "?start=30", "?start=x"):
        answer = client.get(PAGE + path)
        assert answer.status_code == 404, path
        assert "E0" not in answer.text
    assert client.get(f"/v/{OTHER_VILLAGE}/cases").status_code == 404


def test_more_than_a_page_is_told_page_by_page(door: Door, client: TestClient) -> None:
    village, texts = door.village, door.village.texts
    for number in range(11, 41):
        name = f"AL-2026-{number:03d}"
        village.record(build_opened(texts, name, "A01", "2026-10-20"), occurred_on="2026-10-20")
        village.record(build_moved(texts, "rejected", name), occurred_on="2026-10-20")

    first, second = client.get(PAGE).text, client.get(f"{PAGE}?start=30").text

    assert "AL-2026-040" in first
    assert f"{PAGE}?start=30" in first
    assert "AL-2026-001" not in first
    assert "AL-2026-001" in second
    assert CasesPage.__dataclass_fields__.keys() >= {"newer", "older"}


def test_the_categories_of_most_cases_stand_there_and_the_rest_is_folded(
    door: Door, client: TestClient
) -> None:
    assert "<details" not in client.get(PAGE).text
    village, texts = door.village, door.village.texts
    for number, code in ((11, "A02"), (12, "A03"), (13, "A03"), (14, "A04")):
        name = f"AL-2026-{number:03d}"
        village.record(build_opened(texts, name, code, "2026-11-05"), occurred_on="2026-11-05")

    page = client.get(PAGE).text
    name = load_reference().cases.name
    kinds = page[page.index('id="kinds"') : page.index('id="months"')]
    fold = kinds.index("<details")

    assert "别的 2 类，一共 2 件" in kinds
    assert kinds.index(name("B04")) < kinds.index(name("A03")) < kinds.index(name("A01")) < fold
    assert kinds.index(name("F01")) > fold


def test_a_village_without_cases_says_so_and_leads_there(visitor: TestClient) -> None:
    assert "村里还没有登记过诉求件。" in visitor.get(PAGE).text
    assert f'href="{PAGE}"' in visitor.get(f"/v/{VILLAGE}").text


def test_a_share_is_told_with_one_decimal_and_of_too_few_not_at_all() -> None:
    assert [format_share(permille) for permille in (1_000, 998, 0, None)] == ["100.0%", "99.8%", "0.0%", ""]


def test_every_kind_of_entry_is_told_in_plain_words(door: Door, client: TestClient) -> None:
    told = {}
    with door.home.ledger.read(VILLAGE) as reader:
        for index in range(reader.size):
            entry = reader.facts.read_entry(index)
            if entry.kind.startswith("case."):
                told[entry.kind] = read_words(client.get(f"/v/{VILLAGE}/entries/{index}").text)

    assert (
        "2026年10月20日收到（找村里反映），最晚2026年10月23日核实、2026年11月19日答复。"
        in told["case.opened"]
    )
    assert "是谁、什么事、怎样了结，都不公开。" in told["case.opened"]
    assert "2026年11月3日核实受理：核实受理：换了灯泡" in told["case.moved"]
    assert "调解和家事：核实受理" in told["case.confided"]
    assert "反映的人对办理结果不满意。是谁不公开。" in told["case.rated"]
    for page in told.values():
        assert not any(secret in page for secret in SECRETS)


def test_pages_of_cases_fit_a_phone(door: Door, browser: Browser) -> None:
    paths = (PAGE, f"{PAGE}/AL-2026-006")
    with serve(door.village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height) as (page, complaints):
                for path in paths:
                    page.goto(address + path)
                    check_layout(page)
                assert complaints == []
