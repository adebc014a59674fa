"""The township's room over HTTP: its figures against adding up anew, whose villages show, areas, what is taken away."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from urllib.parse import urlencode

import httpx
import openpyxl
import pysqlite3.dbapi2 as sqlite
import pytest
from litestar.testing import TestClient
from sqlalchemy import event

from ledger.desk import Area, Audited
from ledger.service.persons import set_duties
from ledger.upkeep.scrub import scrub_home
from tests import reference_books
from tests.builders import VILLAGE
from tests.desk.people import Door
from tests.web.desk import DeskBrowser, enter, tell
from tests.web.townships import FIRST, Neighbour, found_neighbour, seat

ROOM = "/township"
AREAS = f"{ROOM}/areas"
NEW_AREA = "r-bbbbbbbbbb"


def let_in(door: Door, client: TestClient, *villages: Neighbour) -> DeskBrowser:
    """The township's bookkeeper, with a seat in the first village and in these."""
    door.let_in("town", "township")
    for village in villages:
        seat(door, "town", village.code)
    return enter(door, client, "town")


def read_table(browser: DeskBrowser) -> dict[str, dict[str, str]]:
    """The rows of the downloaded table by village."""
    answer = browser.get(f"{ROOM}/villages.csv")
    assert answer.status_code == 200
    return {row["村代码"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}


def test_income_of_the_last_year_and_of_this_one_is_what_adding_up_gives(
    door: Door, client: TestClient
) -> None:
    one = found_neighbour(door, 1)
    lines: list[tuple[str, reference_books.Lines]] = []

    def book(period: str, *postings: tuple[str, str, int]) -> None:
        one.post(period, *postings)
        lines.append((period, list(postings)))

    one.open_books("2026-09")
    book("2026-09", ("102", "debit", 12_000_000), ("501", "credit", 12_000_000))
    book("2026-09", ("102", "debit", 700_000), ("503", "credit", 700_000))
    book("2026-10", ("102", "debit", 345), ("502", "credit", 345))
    book("2026-10", ("501", "debit", 12_000_000), ("321", "credit", 12_000_000))
    book("2026-11", ("102", "debit", 9_900), ("50103", "credit", 9_900))
    for period in ("2026-09", "2026-10"):
        one.close(period)

    row = read_table(let_in(door, client, one))[one.code]

    def reckon(last: str) -> str:
        found = reference_books.business([posted for period, posted in lines if period <= last])
        return f"{found / 100:.2f}"

    assert (row["近一年经营性收入（元）"], row["今年经营性收入（元）"]) == (
        reckon("2026-10"),
        reckon("2026-11"),
    )
    assert reckon("2026-11") != reckon("2026-10") == "120003.45"
    assert (row["收入档"], row["近一年从"], row["到"]) == ("10 万元以上", "2026-09", "2026-10")


def test_only_the_last_twelve_closed_months_count_for_the_year(door: Door, client: TestClient) -> None:
    one = found_neighbour(door, 1)
    one.open_books("2025-09")
    for place, period in enumerate(
        [f"2025-{month:02d}" for month in range(9, 13)] + [f"2026-{month:02d}" for month in range(1, 11)]
    ):
        one.earn(10**place if place < 3 else 1_000, period)
        one.close(period)

    row = read_table(let_in(door, client, one))[one.code]

    # September and October of the year before, 0.01 and 0.10 yuan, are no longer among them.
    assert (row["近一年从"], row["到"], row["近一年经营性收入（元）"]) == ("2025-11", "2026-10", "111.00")
    assert row["今年经营性收入（元）"] == "100.00"


def test_villages_that_need_somebody_stand_on_top_with_the_reason(door: Door, client: TestClient) -> None:
    late, fine = found_neighbour(door, 1, "样例迟村"), found_neighbour(door, 2, "样例齐村")
    for village in (late, fine):
        village.open_books("2026-10")
        village.earn(100, "2026-10")
        village.close("2026-10")
    fine.seal("2026-10")
    door.village.go_to("2026-12-05")

    answer = let_in(door, client, late, fine).get(ROOM)
    needy = answer.text[answer.text.index('id="needy"') : answer.text.index('id="all"')]

    assert tell(answer) == "各村情况"
    assert "样例迟村" in needy
    assert "2026年10月的财务公开表还没有贴，按月公布的应在 2026年11月30日以前" in needy
    assert 'id="v' + fine.code not in needy


def test_a_sheet_is_in_time_or_late_by_the_first_of_its_month(door: Door, client: TestClient) -> None:
    punctual, late = found_neighbour(door, 1), found_neighbour(door, 2)
    for village in (punctual, late):
        village.open_books("2026-10")
        village.earn(100, "2026-10")
        village.close("2026-10")
    door.village.go_to("2026-11-30")
    punctual.seal("2026-10")
    door.village.go_to("2026-12-01")
    late.seal("2026-10")

    table = read_table(let_in(door, client, punctual, late))

    assert [
        (table[village.code]["封存日期"], table[village.code]["是否按时"]) for village in (punctual, late)
    ] == [
        ("2026-11-30", "按时"),
        ("2026-12-01", "晚了"),
    ]


@pytest.mark.parametrize(("found", "colour"), [(None, "要看一看"), (0, "没有发现问题"), (3, "要马上管")])
def test_the_colour_says_what_the_last_audit_said(
    door: Door, client: TestClient, found: int | None, colour: str
) -> None:
    now_ms = door.home.clock.now_ms()
    if found is not None:
        audited = Audited(
            ended_at=now_ms,
            found=found,
            has_private=True,
            report=b"{}",
            started_at=now_ms,
            user="u-a",
            village=VILLAGE,
        )
        with door.home.desk.write() as desk:
            desk.put_audited(audited)

    row = read_table(let_in(door, client))[VILLAGE]

    assert row["情形"] == colour
    assert ("对不上" in row["要管的事"]) == bool(found)


def test_what_the_last_reading_found_is_red_with_its_reason(door: Door, client: TestClient) -> None:
    one, two = found_neighbour(door, 1), found_neighbour(door, 2)
    browser = let_in(door, client, one, two)
    home, flip = door.home, "UPDATE entries SET data = CAST(data || x'20' AS BLOB)"
    spoil = ("DROP TRIGGER entries_update", f"{flip} WHERE village = '{one.code}' AND entry_index = 1")
    rewrite(door, "ledger", *spoil)

    scrub_home(home, is_over=lambda: False, limit=None, progress=lambda _title, _done, _total: None)
    table, page = read_table(browser), browser.get(ROOM).text

    count = home.find_scrub_found(one.code).found
    said = f"最近一次重读发现 {count} 处存坏了或被改动过：先不要记账，请运维员看"
    assert count > 0
    assert (table[one.code]["情形"], said in table[one.code]["要管的事"]) == ("要马上管", True)
    assert said in page
    assert table[two.code]["情形"] == "要看一看"


def test_files_that_all_villages_share_make_all_of_them_red(door: Door, client: TestClient) -> None:
    one = found_neighbour(door, 1)
    browser = let_in(door, client, one)
    path = next(path for path in (door.home.path / "archive").rglob("*") if path.is_file())
    good = path.read_bytes()
    told = []

    for data in (b"?", good):
        path.write_bytes(data)
        scrub_home(door.home, is_over=lambda: False, limit=None, progress=lambda _title, _done, _total: None)
        table = read_table(browser)
        told.append(
            [(table[code]["情形"], "共用的文件" in table[code]["要管的事"]) for code in sorted(table)]
        )

    assert told == [[("要马上管", True)] * 2, [("要看一看", False)] * 2]


def test_what_waits_above_the_limit_and_what_waits_long_is_counted(door: Door, client: TestClient) -> None:
    one = found_neighbour(door, 1)
    one.open_books("2026-10")
    one.record_limits(second_fen=10_000, third_fen=50_000)
    for amount_fen in (9_999, 10_000, 50_000, 70_000):
        one.draft_voucher("2026-10", ("513", "debit", amount_fen), ("102", "credit", amount_fen))
    door.village.go_to("2026-11-19")
    one.draft_voucher("2026-10", ("513", "debit", 1), ("102", "credit", 1))
    browser = let_in(door, client, one)

    row, page = read_table(browser)[one.code], browser.get(ROOM).text

    assert (row["待审"], row["等 7 天以上"], row["等乡镇审核"]) == ("5", "4", "2")
    assert "2 条等乡镇审核" in page
    assert f'name="village" value="{one.code}"' in page


def test_from_the_room_one_goes_to_work_in_the_village(door: Door, client: TestClient) -> None:
    one = found_neighbour(door, 1)
    browser = let_in(door, client, one)

    answer = browser.post("/desk/account/seat", {"village": one.code, "next": "/desk/drafts"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/drafts")
    assert "样例第1村" in browser.get("/desk/drafts").text
    assert browser.get(ROOM).status_code == 200
    away = browser.post("/desk/account/seat", {"village": VILLAGE, "next": "//evil.example"})
    assert away.headers["location"] == "/desk"


def test_a_village_without_a_township_seat_never_shows(door: Door, client: TestClient) -> None:
    mine, clerks, strange = (
        found_neighbour(door, number, name)
        for number, name in ((1, "样例甲村"), (2, "样例乙村"), (3, "样例丙村"))
    )
    browser = let_in(door, client, mine)
    seat(door, "town", clerks.code, "auditor")
    with door.home.desk.write() as desk:
        desk.put_area(Area(area="r-cccccccccc", name="样例别区", villages=(mine.code, strange.code)))

    paths = [ROOM, f"{ROOM}?sort=name", AREAS, f"{AREAS}/r-cccccccccc", f"{ROOM}/villages.csv"]
    told = "".join(browser.get(path).text for path in paths)

    assert "样例甲村" in told
    assert not [
        word for word in ("样例乙村", "样例丙村", "样例别区", clerks.code, strange.code) if word in told
    ]
    assert browser.get(f"{AREAS}/r-cccccccccc").status_code == 404


def test_areas_of_other_villages_can_neither_be_made_nor_changed_nor_dropped(
    door: Door, client: TestClient
) -> None:
    mine, strange = found_neighbour(door, 1), found_neighbour(door, 2)
    browser = let_in(door, client, mine)
    theirs = Area(area="r-cccccccccc", name="样例别区", villages=(mine.code, strange.code))
    with door.home.desk.write() as desk:
        desk.put_area(theirs)

    made = post_area(browser, NEW_AREA, "样例区", mine.code, strange.code)
    taken = post_area(browser, theirs.area, "样例区", mine.code, VILLAGE)
    dropped = browser.post(f"{AREAS}/{theirs.area}/drop")

    assert [answer.status_code for answer in (made, taken, dropped)] == [404, 404, 303]
    with door.home.desk.read() as reader:
        assert reader.list_areas() == [theirs]


def test_who_is_no_longer_the_townships_sees_nothing_more(door: Door, client: TestClient) -> None:
    one = found_neighbour(door, 1)
    door.let_in("town", "township")
    user = seat(door, "town", one.code)
    browser = enter(door, client, "town")
    assert "样例第1村" in browser.get(ROOM).text

    set_duties(door.home, one.code, user, roles=frozenset({"auditor"}), offices=frozenset())

    assert "样例第1村" not in browser.get(ROOM).text


def post_area(browser: DeskBrowser, area: str, name: str, *villages: str) -> httpx.Response:
    fields = [
        ("area", area),
        ("name", name),
        *(("villages", village) for village in villages),
        ("csrf", browser.token),
    ]
    return browser.post(AREAS, urlencode(fields))


def test_an_area_has_its_villages_beside_each_other_and_together(door: Door, client: TestClient) -> None:
    first, second = found_neighbour(door, 1), found_neighbour(door, 2)
    for number, village in enumerate((first, second), 1):
        village.open_books("2026-09")
        village.earn(number * 11_000_000, "2026-09")
        village.close("2026-09")
    browser = let_in(door, client, first, second)

    saved = post_area(browser, NEW_AREA, "东片区", first.code, second.code)
    again = post_area(browser, NEW_AREA, "东片区", first.code, second.code)
    page = browser.get(f"{AREAS}/{NEW_AREA}").text

    assert saved.headers["location"] == again.headers["location"] == f"{AREAS}/{NEW_AREA}?saved=1"
    for amount in ("110,000.00", "220,000.00", "330,000.00"):
        assert amount in page
    assert "石榴河村" not in page[page.index('id="together"') : page.index('id="incomes"')]
    assert door.list_events().count("area-set") == 1
    assert browser.post(f"{AREAS}/{NEW_AREA}/drop").headers["location"] == f"{AREAS}?dropped=1"
    assert browser.post(f"{AREAS}/{NEW_AREA}/drop").status_code == 303
    assert browser.get(f"{AREAS}/{NEW_AREA}").status_code == 404
    assert door.list_events().count("area-dropped") == 1


@pytest.mark.parametrize(
    ("name", "count", "said"),
    [
        ("", 2, "0 个字，应为 1 至 20 个字"),
        ("片" * 21, 2, "21 个字"),
        ("东片区", 1, "1 个村，应为 2 个村以上"),
        ("石榴片区", 2, "已有片区叫石榴片区"),
        ("片\u200b区", 2, "片区名称"),
    ],
)
def test_what_is_wrong_with_an_area_stands_beside_its_field_and_nothing_is_lost(
    door: Door, client: TestClient, name: str, count: int, said: str
) -> None:
    villages = [found_neighbour(door, number) for number in (1, 2)]
    browser = let_in(door, client, *villages)
    codes = [village.code for village in villages]
    post_area(browser, "r-dddddddddd", "石榴片区", *codes)

    answer = post_area(browser, NEW_AREA, name, *codes[:count])

    assert answer.status_code == 422
    text = answer.text
    assert said in text or "没有存" in text
    assert text.count(" checked") == count
    assert f'value="{NEW_AREA}"' in text
    with door.home.desk.read() as reader:
        assert [area.name for area in reader.list_areas()] == ["石榴片区"]


def test_a_village_that_cannot_be_read_is_named_and_hides_no_other(door: Door, client: TestClient) -> None:
    gone, spoilt, behind = (found_neighbour(door, number) for number in (1, 2, 3))
    browser = let_in(door, client, gone, spoilt, behind)
    rewrite(door, "ledger", "DROP TRIGGER logs_delete", f"DELETE FROM logs WHERE village = '{gone.code}'")
    rewrite(
        door, "ledger", f"UPDATE facts SET value = x'7b' WHERE village = '{spoilt.code}' AND fact = 'village'"
    )
    rewrite(door, "heads", "DROP TRIGGER heads_delete", f"DELETE FROM heads WHERE village = '{behind.code}'")

    table = read_table(browser)

    assert set(table) == {VILLAGE, gone.code, spoilt.code, behind.code}
    assert table[VILLAGE]["最近的财务公开表"] == "2026-10-F-1"
    assert "账本不在这里" in table[gone.code]["要管的事"]
    assert "账本读不出" in table[spoilt.code]["要管的事"]
    assert (table[behind.code]["村"], table[behind.code]["要管的事"]) == (
        "样例第3村",
        "账本和签过名的对不上，暂停记账",
    )
    assert {table[village.code]["情形"] for village in (gone, spoilt, behind)} == {"要马上管"}
    page = browser.get(ROOM)
    assert page.status_code == 200
    assert "账本不在这里" in page.text
    assert "有 2 个村的账读不出，没有合进去" in page.text


def rewrite(door: Door, name: str, *statements: str) -> None:
    """Change a file as somebody with the disk could."""
    connection = sqlite.connect(door.home.path / f"{name}.db")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_sorting_is_a_link_and_turns_round(door: Door, client: TestClient) -> None:
    villages = [found_neighbour(door, number) for number in (1, 2, 3)]
    for number, village in zip((2, 3, 1), villages, strict=True):
        village.open_books("2026-10")
        village.earn(number * 1_000, "2026-10")
        village.close("2026-10")
    browser = let_in(door, client, *villages)

    def order(query: str) -> list[str]:
        page = browser.get(f"{ROOM}{query}").text
        table = page[page.index('class="stack villages"') :]
        return re.findall(r'scope="row"><a href="/v/([0-9]{12})"', table)

    expected = [villages[1].code, villages[0].code, villages[2].code, VILLAGE]
    assert order("?sort=income") == expected
    assert order("?sort=income&turn=1")[:4] == [VILLAGE, villages[2].code, villages[0].code, villages[1].code]
    assert sorted(order("?sort=x")) == sorted(expected)


HOSTILE = ("=HYPERLINK(1)", "@cmd", "+1+cmd", "＝1+1", "<script>alert(1)</script>", '"><img src=x>')


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_on_the_page_and_in_every_cell(
    door: Door, client: TestClient, name: str
) -> None:
    one, two = found_neighbour(door, 1, name), found_neighbour(door, 2)
    browser = let_in(door, client, one, two)
    post_area(browser, NEW_AREA, name[:20], one.code, two.code)

    pages = [browser.get(path).text for path in (ROOM, AREAS, f"{AREAS}/{NEW_AREA}")]
    cell = read_table(browser)[one.code]["村"]
    sheet = openpyxl.load_workbook(io.BytesIO(browser.get(f"{ROOM}/villages.xlsx").content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]

    assert all("<script>alert" not in page and "<img" not in page for page in pages)
    assert cell in {name, f"'{name}"}
    assert not cell.startswith(("=", "+", "-", "@", "＝"))
    assert [item for item in cells if item.data_type == "f"] == []
    assert name in {item.value for item in cells}
    assert door.list_events().count("exported") == 2


def test_the_workbook_has_the_figures_of_the_page(door: Door, client: TestClient) -> None:
    one = found_neighbour(door, 1)
    one.open_books("2026-10")
    one.earn(12_345_678, "2026-10")
    one.close("2026-10")
    browser = let_in(door, client, one)

    sheet = openpyxl.load_workbook(io.BytesIO(browser.get(f"{ROOM}/villages.xlsx").content)).active
    rows = list(sheet.iter_rows(values_only=True))
    (row,) = [dict(zip(rows[0], values, strict=True)) for values in rows[1:] if values[0] == one.code]

    assert row["近一年经营性收入（元）"] == 123_456.78
    assert "123,456.78" in browser.get(ROOM).text


def test_forty_villages_stand_on_one_page_with_as_many_looks_as_villages(
    door: Door, client: TestClient
) -> None:
    villages = [found_neighbour(door, number) for number in range(1, 41)]
    villages[0].open_books("2026-10")
    browser = let_in(door, client, *villages)
    browser.get(ROOM)  # What each log must be looked at once for.

    few = count_statements(door, lambda: browser.get(ROOM))
    for _ in range(60):
        villages[0].earn(100, "2026-10")
    browser.get(ROOM)
    many = count_statements(door, lambda: browser.get(ROOM))
    page = browser.get(ROOM).text

    assert {str(FIRST + number) for number in range(1, 41)} <= set(re.findall(r'href="/v/([0-9]{12})"', page))
    # Sixty entries more cost no statement more but those of the accounts that they brought.
    assert many <= few + 2
    assert few < 41 * 60


def count_statements(door: Door, act: Callable[[], object]) -> int:
    count = 0

    def see(*_args: object) -> None:
        nonlocal count
        count += 1

    engines = list(door.home.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", see)
    try:
        act()
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", see)
    return count
