"""The jury's round at the desk: a grid of households and rules over the sheet of points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser, Page

from ledger.books.points import AgreementsSigned, GroupCount, HouseholdsRegistered
from ledger.limits import TYPED_MAX_ROWS
from ledger.service.unsent import open_aside, open_sheet, save_sheet
from ledger.vaults import Household
from tests.builders import VILLAGE, build_rule, build_rulebook, make_id
from tests.desk.people import Door
from tests.web.browser import SCREENS, check_layout, open_page, press, sign_in
from tests.web.desk import DeskBrowser
from tests.web.test_rewards import read_words
from tests.web.test_write_pages import find_user
from tests.web.village import serve

PATH = "/desk/round"
H = [make_id("h", number) for number in range(6)]
GROUPS = (1, 1, 1, 2, 2, 2)
RULES = (
    ("B01", "环境", "打扫门前", 2, 8),
    ("B02", "环境", "垃圾分类", 1, 4),
    ("C01", "互助", "照看老人", 3, 12),
    ("D01", "扣分", "乱倒垃圾", -2, 6),
)
NOVEMBER = {"period": "2026-11", "occurred_on": "2026-11-12"}


@pytest.fixture
def door(door: Door) -> Door:
    """Two groups of three households under four rules; the third and the last did not agree to be scored."""
    village, texts = door.village, door.village.texts
    door.let_in("wen")
    village.home.vault.put_households(
        VILLAGE,
        [
            Household(
                consents=frozenset(), group=group, household=id_, name=f"样户{at}", number=f"02{at:02d}"
            )
            for at, (id_, group) in enumerate(zip(H, GROUPS, strict=True))
        ],
    )
    new = [texts.seal({"group": 2, "household": id_}, "household") for id_ in H[3:]]
    groups = (GroupCount(group=2, households=3),)
    ordered = tuple(sorted(new, key=lambda item: item.sealed))
    village.record(HouseholdsRegistered(groups=groups, households=ordered), **NOVEMBER)
    rules = tuple(
        build_rule(
            texts,
            code=code,
            monthly_cap=cap,
            points=points,
            text=texts.publish({"evidence": "照片", "group": group, "item": item, "unit": "次"}),
        )
        for code, group, item, points, cap in RULES
    )
    village.record(build_rulebook(texts, rules=rules, version=2), **NOVEMBER)
    said = {"display": True, "naming": False, "scoring": True}
    agreed = [texts.seal({**said, "household": H[at]}, "agreement") for at in (0, 1, 3, 4)]
    ordered = tuple(sorted(agreed, key=lambda item: item.sealed))
    body = AgreementsSigned(agreements=ordered, display=4, naming=0, scoring=4, version=2)
    village.record(body, **NOVEMBER)
    return door


@pytest.fixture
def clerk(door: Door, client: TestClient) -> DeskBrowser:
    browser = DeskBrowser(client)
    browser.sign_in(door, "wen")
    return browser


def read_rows(door: Door) -> tuple[tuple[str, ...], ...]:
    return open_sheet(door.home, VILLAGE, find_user(door, "wen"), "points").state.tables.get("积分", ())


def put_rows(door: Door, rows: Sequence[tuple[str, ...]]) -> None:
    user = find_user(door, "wen")
    start = open_sheet(door.home, VILLAGE, user, "points").version
    save_sheet(door.home, VILLAGE, user, "points", {"积分": rows}, start=start)


def make_row(
    at: int, code: str, quantity: str = "1", evidence: str = "照片", month: str = "2026-11"
) -> tuple[str, ...]:
    names = {rule: item for rule, _group, item, _points, _cap in RULES}
    return (month, f"02{at:02d}", f"样户{at}", code, names[code], quantity, evidence)


def send(
    browser: DeskBrowser,
    *cells: tuple[int, str, str, str],
    group: int = 1,
    do: str = "save",
    common: dict[str, str] | None = None,
    version: str = "",
) -> object:
    """Send these cells as the page of a group would, on top of what it shows now, or of a version."""
    page = browser.get(f"{PATH}?group={group}").text
    found = re.search(r'name="version" value="([0-9]+)"', page)
    pairs = [
        ("csrf", browser.token),
        *(("month", "2026-11"), ("group", str(group)), ("rules", "all"), ("page", "1"), ("do", do)),
        ("version", version or (found[1] if found else "0")),
    ]
    for at, code, quantity, evidence in cells:
        pairs += [("cell", f"{H[at]} {code}"), ("quantity", quantity), ("evidence", evidence)]
    for code, text in (common or {}).items():
        pairs += [("rule", code), ("common", text)]
    return browser.post(PATH, urlencode(pairs))


def test_the_grid_shows_who_agreed_and_what_the_draft_has(door: Door, clerk: DeskBrowser) -> None:
    put_rows(
        door,
        [
            make_row(0, "B01", "2", "门前照片"),
            make_row(0, "B01", "1", "巷口照片"),
            make_row(3, "C01"),
        ],
    )

    page = clerk.get(PATH).text
    words = read_words(page)

    assert page.count('name="cell"') == 2 * 4 + 2
    assert "门前照片" in page
    assert "巷口照片" in page
    assert words.count("未同意积分") == 2  # Beside additions and beside deductions.
    assert "0202样户2未同意积分" in words
    assert "0203样户3" not in words
    assert "这一组本月共+6分；这个月还有1条在别的组" in words
    assert "加分" in words
    assert "扣分整行密封" in words
    labels = re.findall(r'name="quantity"[^>]*aria-labelledby="([^"]+)"', page)
    assert set(labels) >= {f"a-{H[0]} a-B01", f"d-{H[1]} d-D01"}
    for label in labels:
        assert all(f'id="{id_}"' in page for id_ in label.split())
    looked = [logged.fact for logged in door.read_log() if logged.fact.place == "sheet"]
    assert looked[-1].event == "read-personal"


def test_a_saved_page_takes_the_place_of_its_own_rows_alone(door: Door, clerk: DeskBrowser) -> None:
    other = [make_row(3, "C01"), make_row(1, "B01", month="2026-10"), make_row(2, "B02")]
    put_rows(door, [other[0], make_row(0, "B01", "4"), *other[1:]])

    answer = send(
        clerk,
        (0, "B01", "1", "门前照片"),
        (0, "B01", "2", "巷口照片"),
        (1, "B02", "3", ""),
        (1, "C01", "", ""),
        common={"B02": "十一月分类检查"},
    )

    assert answer.status_code == 303
    assert read_rows(door) == (
        other[0],
        make_row(0, "B01", "1", "门前照片"),
        make_row(0, "B01", "2", "巷口照片"),
        make_row(1, "B02", "3", "十一月分类检查"),
        *other[1:],
    )


def test_what_is_not_changed_stays_byte_for_byte(door: Door, clerk: DeskBrowser) -> None:
    rows = [make_row(1, "B02", " 1", "两 处\n照片"), make_row(0, "B01", "1")]
    put_rows(door, rows)
    version = open_sheet(door.home, VILLAGE, find_user(door, "wen"), "points").version

    send(clerk, (0, "B01", "1", "照片"), (1, "B02", " 1", "两 处\r\n照片"))

    kept = open_sheet(door.home, VILLAGE, find_user(door, "wen"), "points")
    assert (kept.version, kept.state.tables["积分"]) == (version, tuple(rows))


def test_every_fault_stands_beside_its_cell_and_what_was_typed_is_kept(
    door: Door, clerk: DeskBrowser
) -> None:
    answer = send(clerk, (0, "B01", "5", "照片"), (0, "B02", "一", "照片"), (1, "D01", "1", ""))

    page = answer.text
    assert answer.status_code == 422
    assert len(read_rows(door)) == 3
    assert "有3处要改" in read_words(page)
    said = dict(re.findall(r'<div id="([^"]+)-w" class="field-wrong">(.*?)</div>', page, re.DOTALL))
    assert set(said) == {"r1-B01-0", "r1-B02-0", "r2-D01-0"}
    assert "每户每月不超过 8 分" in said["r1-B01-0"]
    assert "0200 样户0，B01 打扫门前" in page
    for id_ in said:
        assert f'href="#{id_}"' in page
        assert f'id="{id_}"' in page
    # In words of a grid, which has no rows to strike out; a fault of the quantity leaves the evidence folded.
    assert "没有写证据。在“这一列的证据”里写一次" in said["r2-D01-0"]
    assert "删去整行" not in page
    assert page.count("<details open>") == 1


def test_what_a_column_shares_is_shown_once_and_saved_again_to_each_cell(
    door: Door, clerk: DeskBrowser
) -> None:
    rows = [
        make_row(0, "B01", "1", "门前检查"),
        make_row(1, "B01", "2", "门前检查"),
        make_row(0, "B02", "1", "照片三"),
    ]
    put_rows(door, rows)
    version = open_sheet(door.home, VILLAGE, find_user(door, "wen"), "points").version

    page = clerk.get(PATH).text

    commons = dict(re.findall(r'name="rule" value="([^"]+)"><input name="common"([^>]*)>', page))
    assert 'value="门前检查"' in commons["B01"]
    # One household's own evidence is not handed to the next.
    assert " value=" not in commons["B02"]
    assert 'placeholder="如：照片"' in commons["B02"]
    texts = dict(
        re.findall(r'id="(r[0-9]+-B0[12]-0)".*?<textarea name="evidence"[^>]*>([^<]*)<', page, re.DOTALL)
    )
    assert (texts["r1-B01-0"], texts["r2-B01-0"], texts["r1-B02-0"]) == ("", "", "照片三")

    cells = ((0, "B01", "1", ""), (1, "B01", "2", ""), (0, "B02", "1", "照片三"))
    send(clerk, *cells, common={"B01": "门前检查"})

    kept = open_sheet(door.home, VILLAGE, find_user(door, "wen"), "points")
    assert (kept.version, kept.state.tables["积分"]) == (version, tuple(rows))


def test_what_one_line_does_not_hold_stays_in_its_cells(door: Door, clerk: DeskBrowser) -> None:
    for text in ("两行\n照片", " 照片", "长" * 201):
        put_rows(door, [make_row(0, "B01", "1", text), make_row(1, "B01", "1", text)])

        page = clerk.get(PATH).text

        assert page.count(f">{text}</textarea>") + page.count(f">\n{text}</textarea>") == 2
        assert not re.search(r'name="common"[^>]* value=', page)


def test_the_look_judges_the_month_and_leads_to_the_cell_elsewhere(door: Door, clerk: DeskBrowser) -> None:
    put_rows(door, [make_row(3, "B01", "9"), make_row(5, "B01"), make_row(0, "B01", "1", month="2026-11")])

    answer = send(clerk, (0, "B01", "1", "照片"), do="look")

    assert answer.status_code == 422
    assert f'href="{PATH}?month=2026-11&amp;group=2&amp;rules=B&amp;page=1"' in answer.text
    assert "该户没有同意积分" in answer.text

    put_rows(door, [make_row(3, "B01", "2"), make_row(0, "B01", "1")])
    answer = send(clerk, (0, "B01", "2", "照片"), do="look")
    assert answer.headers["location"] == "/desk/import/preview"
    shown = read_words(clerk.get("/desk/import/preview").text)
    assert "积分评议2026-11：2户2条" in shown
    # From the look back to the grid, not to its rows.
    assert f'href="{PATH}?month=2026-11"' in clerk.get("/desk/import/preview").text


def test_two_windows_on_two_groups_keep_both_and_on_one_the_second_is_told(
    door: Door, clerk: DeskBrowser
) -> None:
    send(clerk, (0, "B01", "1", "照片"))
    start = str(open_sheet(door.home, VILLAGE, find_user(door, "wen"), "points").version)
    door.village.clock.advance(1_000)
    send(clerk, (3, "C01", "1", "照片"), group=2)

    assert send(clerk, (0, "B01", "2", "照片"), version=start).status_code == 303
    assert {row[1:6:2] for row in read_rows(door)} == {("0200", "B01", "2"), ("0203", "C01", "1")}

    answer = send(clerk, (0, "B01", "3", "照片"), version=start)
    assert answer.status_code == 409
    assert "没有存：这几格在另一个窗口里也填过" in answer.text
    assert 'value="3"' in answer.text
    assert {row[5] for row in read_rows(door)} == {"2", "1"}
    assert open_aside(door.home, VILLAGE, find_user(door, "wen"), "points").rows == 2
    assert send(clerk, (0, "B01", "3", "照片"), version=start, do="mine").status_code == 303
    assert open_aside(door.home, VILLAGE, find_user(door, "wen"), "points").version == 0
    assert {row[5] for row in read_rows(door)} == {"3", "1"}


def test_cells_of_nobody_on_the_page_are_no_form_of_ours(clerk: DeskBrowser) -> None:
    for at, code in ((2, "B01"), (3, "B01"), (0, "Z99")):
        assert send(clerk, (at, code, "1", "照片")).status_code == 400


def test_a_month_that_is_recorded_and_one_without_rules_have_no_cells(door: Door, clerk: DeskBrowser) -> None:
    assert "已经记进账本" in clerk.get(f"{PATH}?month=2026-10").text
    assert "没有起用的积分细则" in clerk.get(f"{PATH}?month=2026-09").text
    assert 'name="cell"' not in clerk.get(f"{PATH}?month=2026-10").text
    for odd in ("month=2027-01", "month=x", "group=9", "rules=Z", "page=99", "page=-1"):
        assert 'value="2026-11" selected' in clerk.get(f"{PATH}?{odd}").text


def test_a_sheet_with_more_rows_than_a_page_types_leads_to_the_grid(door: Door, clerk: DeskBrowser) -> None:
    put_rows(door, [make_row(0, "B01", "1", f"第 {number} 张") for number in range(TYPED_MAX_ROWS + 1)])

    assert clerk.get("/desk/write/points").headers["location"] == PATH


def fill(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).first.fill(text)


@pytest.mark.browser
def test_without_a_script_a_group_is_filled_in_row_by_row(door: Door, browser: Browser) -> None:
    with serve(door.village) as address, open_page(browser, 360, 740, script=False) as (page, _):
        sign_in(door, page, address, "wen")
        page.goto(address + PATH)
        page.locator("#r1-B01-0").fill("2")
        page.locator("#r1-B01-0").press("Tab")
        page.keyboard.press("Enter")  # Opens the evidence, whose summary comes next.
        page.keyboard.press("Tab")
        page.keyboard.type("门前照片")
        page.locator("#r2-D01-0").fill("1")
        page.get_by_role("textbox", name="这一列的证据 D01 乱倒垃圾").fill("巡查记录")
        press(page, "保存")

        assert "存好了" in page.locator(".notice").inner_text()
        assert read_rows(door) == (
            make_row(0, "B01", "2", "门前照片"),
            make_row(1, "D01", "1", "巡查记录"),
        )
        press(page, "看一遍整个月")
        assert "交审" in page.inner_text("main")


@pytest.mark.browser
def test_with_a_script_sums_and_caps_are_told_while_one_types(door: Door, browser: Browser) -> None:
    put_rows(door, [make_row(3, "B01", "1"), make_row(4, "C01", "2")])
    with serve(door.village) as address, open_page(browser, 1280, 800) as (page, complaints):
        sign_in(door, page, address, "wen")
        page.goto(f"{address}{PATH}?group=2&rules=B")
        total = page.locator("#group-total")
        assert total.inner_text() == "+8"
        page.locator("#r2-B02-0").fill("３")
        assert total.inner_text() == "+11"
        assert page.locator("tr[data-household='2'] .sum output").inner_text() == "+9"
        page.locator("#r1-B01-0").fill("5")
        assert "样户3，B01 打扫门前：10 分，每月至多 8 分" in page.locator("#over").inner_text()
        assert page.locator("#r1-B01-0").get_attribute("class") == "count is-over"
        page.locator("#r1-B01-0").press("Enter")
        assert page.evaluate("document.activeElement.id") == "r2-B01-0"
        page.locator("#r1-B01-0").fill("1")
        assert page.locator("#over").is_hidden()
        assert complaints == []


@pytest.mark.browser
def test_the_grid_fits_a_phone_and_a_table(door: Door, browser: Browser) -> None:
    put_rows(door, [make_row(0, "B01", "9"), make_row(0, "B01", "1", "巷口"), make_row(1, "B02", "2")])
    with serve(door.village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height) as (page, complaints):
                sign_in(door, page, address, "wen")
                page.goto(address + PATH)
                check_layout(page)
                page.locator(".round-frame").first.evaluate("box => { box.scrollLeft = 999 }")
                head = page.locator("tbody th").first.bounding_box()
                frame = page.locator(".round-frame").first.bounding_box()
                assert head is not None
                assert frame is not None
                assert abs(head["x"] - frame["x"]) < 3
                assert complaints == []
