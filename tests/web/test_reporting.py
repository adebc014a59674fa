"""To report by the public page, with photos: what is taken, what is refused and why, and what nobody else ever sees."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest
from litestar.testing import TestClient
from PIL import Image

from ledger.books.cases import count_terms, hide_category
from ledger.limits import REPORT_FORM_MAX_BYTES
from ledger.service.cards import make_card
from ledger.service.erase import erase_at_machine
from ledger.service.reporting import PHOTOS_MAX, Told, read_told
from reports.words import format_day
from tests.attachments.files import SECRET, pdf, photo_that_tells, picture, save
from tests.builders import VILLAGE
from tests.desk.people import Door
from tests.web.reporter import (
    CONTACT,
    FOLDER,
    NEW,
    PLACE,
    RECEIPT,
    SECRETS,
    WORDING,
    Reporter,
    put_household,
    read,
)
from web.public.gate import Gate, Gates


@pytest.fixture
def reporter(client: TestClient) -> Reporter:
    return Reporter(client)


def find_told(door: Door) -> Told:
    """What is kept of the newest report."""
    item = door.home.vault.list_reported(VILLAGE, 0, 99)[-1].item
    told = read_told(door.home, VILLAGE, item)
    assert told is not None
    return told


def get_gates(client: TestClient) -> Gates:
    gates = client.app.state["gates"]
    assert isinstance(gates, Gates)
    return gates


def test_the_form_says_first_what_becomes_public_and_how_large_photos_may_be(reporter: Reporter) -> None:
    answer = reporter.get(NEW)
    words = read(answer)

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "set-cookie" not in answer.headers
    assert words.index("您写的话、照片和联系方式不公开") < words.index("什么事 看到什么")
    assert "最多 3 张，合起来不超过 24 MB" in words
    assert "调解和家事 保密：网上只有一个总数" in words
    assert f'href="{NEW}"' in reporter.get(FOLDER).text
    assert f'href="{RECEIPT}"' in reporter.get(FOLDER).text


def test_what_comes_in_is_kept_encrypted_and_looked_up_by_its_receipt_alone(
    reporter: Reporter, door: Door, tmp_path: Path
) -> None:
    number, code = reporter.receive(contact=CONTACT, name="样例戊")
    told = find_told(door)

    assert (told.wording, told.place, told.contact, told.name) == (WORDING, PLACE, CONTACT, "样例戊")
    found = reporter.look_up(number, code.lower().replace(" ", ""))
    assert (
        "收件号 0001 2026年11月12日收到。 村里还没有登记。期限登记时按类别定，这一类最迟2026年11月14日核实。"
        in read(found)
    )
    assert not any(secret in found.text for secret in SECRETS)
    assert reporter.look_up(number, "B" * 12).status_code == 422
    assert reporter.look_up("0002", code).status_code == 422
    assert read(reporter.look_up("0002", code)) == read(reporter.look_up("0002", "B" * 12))
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(b"received_reports" in file.read_bytes() for file in files)
    assert not any(PLACE.encode() in file.read_bytes() for file in files)


@pytest.mark.parametrize(
    ("group", "verify", "answer"),
    [
        ("A", "最长 2 天，不晚于2026年11月14日", "最长 10 天，不晚于2026年11月22日"),
        ("C", "最长 2 天，不晚于2026年11月14日", "最长 10 天，不晚于2026年11月22日"),
        ("E", "最长 3 天，不晚于2026年11月15日", "最长 30 天，不晚于2026年12月12日"),
    ],
)
def test_the_receipt_says_no_day_that_a_case_of_the_group_would_pass(
    reporter: Reporter, door: Door, group: str, verify: str, answer: str
) -> None:
    words = read(reporter.report(group=group))

    assert f"核实 {verify} 答复 {answer}" in words
    assert "登记后按类别定期限" in words
    table = door.home.reference.cases
    for one in table.categories:
        clock = table.find_clock(hide_category(table, one.code), "2026-11-12")
        if one.code[:1] == group and clock is not None:
            terms = count_terms(clock, "2026-11-12")
            assert all(
                format_day(day) <= said[-11:] for day, said in zip(terms, (verify, answer), strict=True)
            )


def test_a_form_that_is_sent_twice_is_one_report_and_another_text_is_another(
    reporter: Reporter, door: Door
) -> None:
    photo = ("a.jpg", save(picture()))
    first = reporter.receive(photo, once="a" * 52)

    assert reporter.receive(photo, once="a" * 52) == first
    other = reporter.receive(photo, once="a" * 52, wording="另一件事")
    assert other[0] == "0002"
    assert reporter.receive(photo, once="a" * 52, wording="另一件事") == other
    assert reporter.receive(once="a" * 52)[0] == "0003"
    assert door.home.vault.count_reported(VILLAGE).received == 3
    erase_at_machine(door.home, VILLAGE, door.home.vault.list_reported(VILLAGE, 0, 9)[0].item)
    assert reporter.receive(photo, once="a" * 52)[0] not in {"0001", ""}


def test_photos_are_kept_upright_and_small_of_nothing_but_their_pixels(
    reporter: Reporter, door: Door
) -> None:
    large = save(picture((4000, 3000)), quality=90)
    reporter.receive(("IMG_1.jpg", photo_that_tells()), ("b.png", save(picture(), "PNG")), ("c.jpg", large))
    photos = find_told(door).photos

    assert len(photos) == PHOTOS_MAX
    for photo in photos:
        assert SECRET not in photo
        with Image.open(io.BytesIO(photo)) as opened:
            assert opened.format == "JPEG"
            assert not opened.getexif()
            assert max(opened.size) <= 1_600


def test_all_faults_are_told_at_once_beside_their_fields_and_what_was_typed_stays(
    reporter: Reporter, door: Door
) -> None:
    answer = reporter.report(
        ("a.pdf", pdf("一")),
        ("b.heic", b"\0\0\0\x18ftypheic" + bytes(40)),
        ("c.jpg", b"\xff\xd8\xff" + bytes(99)),
        group="Z",
        wording="",
        place="长" * 61,
        contact="身份证 37108219900101001X",
        card="AAAA BBBB",
    )
    words = read(answer)

    assert answer.status_code == 422
    for said in (
        "没有选，应为列出的一类",
        "没有写字，应为 1 至 300 个字",
        "61 个字，应为 1 至 60 个字",
        "应为没有证件号和卡号",
        "第 1 张是PDF，应为 JPEG、PNG 或 WebP 照片",
        "第 2 张是HEIC 照片（苹果等手机的格式）",
        "第 3 张：读不出来的照片",
        "这张卡打不开，应为户卡上的 26 个字母和数字",
        "照片没有留下，请再选一次；写的字都还在",
    ):
        assert said in words, said
    assert "长" * 61 in answer.text
    assert "不超过 3 张" in read(reporter.report(*[("a.jpg", save(picture()))] * 4))
    assert door.home.vault.count_reported(VILLAGE).received == 0


def test_a_bomb_ends_in_the_child_that_opens_it(reporter: Reporter, door: Door) -> None:
    bomb = save(Image.new("1", (20_000, 20_000)), "PNG")
    assert len(bomb) < 100_000

    answer = reporter.report(("bomb.png", bomb))

    assert answer.status_code == 422
    assert "第 1 张：尺寸太大的照片" in read(answer)
    assert reporter.report(("a.jpg", save(picture()))).status_code == 200
    assert len(find_told(door).photos) == 1


def test_what_is_too_large_or_no_form_is_refused_as_such(reporter: Reporter, client: TestClient) -> None:
    answer = reporter.report(("a.jpg", b"\xff\xd8\xff" + bytes(REPORT_FORM_MAX_BYTES)))

    assert answer.status_code == 413
    assert "照片太大。请按浏览器的“后退”回去，少选一张" in read(answer)
    assert reporter.report(strange="1").status_code == 400
    assert client.post(NEW, json={}, headers={"origin": "http://127.0.0.1:8000"}).status_code in (400, 403)


def test_a_form_from_another_site_is_not_read_and_over_plain_http_nothing_is_taken(
    reporter: Reporter, door: Door
) -> None:
    answer = reporter.report(ours={"origin": "https://evil.example", "sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert "这一步不是从本站的网页点的" in read(answer)
    assert WORDING not in answer.text
    assert door.home.vault.count_reported(VILLAGE).received == 0


def test_a_flood_is_held_by_network_before_a_photo_is_read_and_by_the_village(
    reporter: Reporter, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        reporter.receive()
    slow = reporter.report()
    assert slow.status_code == 429
    assert "请过 60 分钟再交" in read(slow)
    assert PLACE in slow.text

    get_gates(client).photos = Gate(1, 600)
    assert reporter.report().status_code == 429
    assert "从这个网络刚交来的太多。请过十分钟再交" in read(reporter.report(wording="没读"))
    client.app.state["gates"] = Gates()
    monkeypatch.setattr("ledger.service.reporting.VILLAGE_DAY_MAX", 10)
    assert reporter.report().status_code == 503
    assert "网上今天收到的太多" in read(reporter.get(NEW))


def test_a_card_makes_it_the_households_and_erasing_the_household_takes_it_along(
    reporter: Reporter, door: Door
) -> None:
    household = put_household(door)
    code = make_card(door.home, VILLAGE, household, door.village.clerk.user)
    answer = reporter.report(("a.jpg", photo_that_tells()), card=code.lower())

    assert "您家的户卡页上也看得到这一件" in read(answer)
    assert code not in answer.text
    (reported,) = door.home.vault.list_reported(VILLAGE, 0, 9)
    assert find_told(door).household == household
    erase_at_machine(door.home, VILLAGE, household)
    assert read_told(door.home, VILLAGE, reported.item) is None
    assert door.home.vault.find_reported(VILLAGE, reported.item) == reported


def test_wrong_cards_are_counted_with_all_others(reporter: Reporter, client: TestClient) -> None:
    cards = get_gates(client).cards
    cards.village.most = 1
    for _ in range(3):
        assert reporter.report(card="A" * 26).status_code == 422
    assert cards.village.enter(VILLAGE) > 0


def test_nothing_of_it_is_in_a_public_page_an_address_or_a_line_of_a_log(
    reporter: Reporter, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = reporter.report(("样例戊.jpg", photo_that_tells()), name="样例戊", contact=CONTACT)
    item = door.home.vault.list_reported(VILLAGE, 0, 9)[0].item
    pages = [answer, *(reporter.get(path) for path in (NEW, FOLDER, RECEIPT, f"/v/{VILLAGE}"))]

    for page in pages:
        assert not any(secret in page.text for secret in (*SECRETS, item)), page.url
    assert not any(secret in caplog.text for secret in (*SECRETS, item))
