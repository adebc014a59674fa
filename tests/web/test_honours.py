"""Honours as villagers read them, as the clerk prints them, and as a household finds its own."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser

from ledger.books.honours import HonourReversed, HonoursGranted, get_check
from ledger.canonical import parse_claim
from ledger.household_proof import verify_household_proof
from ledger.service.honours import list_holders
from ledger.service.unsent import open_sheet
from ledger.state.facts import PeriodFacts, put_fact
from ledger.vaults import Household
from tests.audit.test_home import audit_home
from tests.builders import OTHER_VILLAGE, VILLAGE, build_agreements, make_id
from tests.desk.people import Door
from tests.web.browser import SCREENS, check_layout, open_page
from tests.web.desk import HOST
from tests.web.test_branch_paper import read_text as read_pdf
from tests.web.test_desk_reading import enter, list_of, tell
from tests.web.test_household_card import CARD, PROOF, make, send
from tests.web.test_rewards import read_words
from tests.web.test_write_pages import find_user
from tests.web.village import serve

H = [make_id("h", number) for number in range(3)]
PAGE = f"/v/{VILLAGE}/honours"
NOVEMBER = {"period": "2026-11", "occurred_on": "2026-11-02"}


@pytest.fixture
def door(door: Door) -> Door:
    """Households 0 and 2 agreed to be named, 1 did not; all three hold an honour, and 2 has it taken back."""
    village, texts = door.village, door.village.texts
    door.home.vault.put_households(
        VILLAGE,
        [
            Household(
                consents=frozenset({"scoring", *(("naming",) if at != 1 else ())}),
                group=1,
                household=one,
                name=f"样大{at}",
                number=f"001{at}",
            )
            for at, one in enumerate(H)
        ],
    )
    sealed = [
        texts.seal({"display": False, "household": one, "naming": True, "scoring": False})
        for one in (H[0], H[2])
    ]
    agreements = tuple(sorted(sealed, key=lambda item: item.sealed))
    village.record(build_agreements(texts, agreements=agreements, display=0, naming=2, scoring=0), **NOVEMBER)
    holders = {one: texts.seal({"household": one, "name": "", "naming": False}, "holder") for one in H}
    granted = HonoursGranted(
        granted_to="household",
        holders=tuple(sorted(holders.values(), key=lambda item: item.sealed)),
        honour="H01",
        number="RY-2026-001",
        span="quarter",
        title=texts.publish("季度积分优胜户"),
        until="2026-09",
    )
    entry = village.record(granted, **NOVEMBER)
    taken = HonourReversed(
        holder=holders[H[2]].sealed, reason=texts.publish("积分算错"), reverses=entry.index
    )
    village.record(taken, **NOVEMBER)
    return door


def read(client: TestClient, path: str) -> str:
    answer = client.get(path, headers={"host": HOST})
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def find_check(door: Door, household: str) -> str:
    """The check code of a household's certificate, by what the vault has of it."""
    with door.home.ledger.read(VILLAGE) as reader:
        found = list_holders(door.home, reader, VILLAGE, "RY-2026-001")
    return next(get_check(digest) for digest, one, _ in found if one.household == household)


def test_the_page_counts_and_names_nobody(door: Door, client: TestClient) -> None:
    page = read(client, PAGE)
    assert "季度积分优胜户" in page
    assert '<span class="n">2 户</span>' in page
    assert "撤销了 1 户" in page
    paths = (PAGE, f"{PAGE}/RY-2026-001", f"/v/{VILLAGE}/points/2026-10")
    assert not any("样大" in read(client, path) for path in paths)

    door.home.vault.erase_subject(VILLAGE, H[0])

    assert '<span class="n">2 户</span>' in read(client, PAGE)
    assert audit_home(door.home.path).findings == ()


def grant(door: Door, number: str, honour: str, title: str, **changes: Any) -> None:
    """One holder more, of a year's honour: the person of household 0, who agreed."""
    texts = door.village.texts
    holder = texts.seal({"household": H[0], "name": "例小梅", "naming": True}, "holder")
    fields: dict[str, Any] = {
        "granted_to": "person",
        "holders": (holder,),
        "honour": honour,
        "number": number,
        "span": "year",
        "title": texts.publish(title),
        "until": "2025-12",
    }
    door.village.record(HonoursGranted(**(fields | changes)), **NOVEMBER)


def test_a_year_is_told_by_kind_and_the_organisations_own_apart(door: Door, client: TestClient) -> None:
    grant(door, "RY-2026-002", "P11", "好媳妇")
    grant(door, "RY-2026-003", "P11", "好媳妇")
    grant(door, "RY-2026-004", "P21", "优秀共产党员")

    newest, older = (read_words(read(client, path)) for path in (PAGE, f"{PAGE}?year=2025"))

    assert "2026年的表彰" in newest
    assert "评2026年的荣誉一共1项：给户的2户次。" in newest
    assert "2026年（这一页）2025年" in newest
    assert "好媳妇" not in newest
    assert "评2025年的荣誉一共3项：给个人的3人次。" in older
    assert "好媳妇2人2次党组织给党员的优秀共产党员1人" in older
    assert "RY-2026-001" not in older
    assert f'href="{PAGE}?year=2026"' in read(client, f"{PAGE}?year=2025")
    for wrong in ("year=2024", "year=x", "year=2026&start=20"):
        assert client.get(f"{PAGE}?{wrong}", headers={"host": HOST}).status_code == 404


def test_a_long_year_has_further_pages_of_its_own(door: Door, client: TestClient) -> None:
    for at in range(2, 24):
        grant(door, f"RY-2026-{at:03d}", "P13", "优秀志愿者")

    first, second = (read(client, f"{PAGE}?year=2025{start}") for start in ("", "&start=20"))

    assert f'href="{PAGE}?year=2025&start=20"' in first
    assert f'href="{PAGE}?year=2025"' in second
    assert "RY-2026-003" in second
    assert "RY-2026-004" not in second


def test_a_year_of_which_all_was_taken_back_says_so(door: Door, client: TestClient) -> None:
    texts = door.village.texts
    holder = texts.seal({"household": H[0], "name": "", "naming": False}, "holder")
    granted = HonoursGranted(
        granted_to="household",
        holders=(holder,),
        honour="H12",
        number="RY-2026-002",
        span="year",
        title=texts.publish("文明户"),
        until="2025-12",
    )
    entry = door.village.record(granted, **NOVEMBER)
    taken = HonourReversed(holder=holder.sealed, reason=texts.publish("登错"), reverses=entry.index)
    door.village.record(taken, **NOVEMBER)

    assert "评2025年的荣誉，发错的都已经撤销。" in read(client, f"{PAGE}?year=2025")
    clerk = enter(client, door, "clerk")
    assert "/years/2025.pdf" not in clerk.get("/desk/honours").text
    assert clerk.get("/desk/honours/years/2025.pdf").status_code == 404


def test_the_clerk_prints_the_awards_list_of_a_year_and_it_is_logged(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    assert 'href="/desk/honours/years/2026.pdf"' in clerk.get("/desk/honours").text

    answer = clerk.get("/desk/honours/years/2026.pdf")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    words = read_pdf(answer.content)
    for said in ("2026年度表彰名单", "评2026年的荣誉1项，给户的2户次。", "样大0户", "另有1户没有同意署名"):
        assert said in words
    assert not any(name in words for name in ("样大1", "样大2"))
    assert tell(list_of(door.home, H[0])).count(("clerk", "awards", "duty")) == 1
    assert ("clerk", "awards", "duty") not in tell(list_of(door.home, H[1]))
    for name in ("2026", "2024.pdf", "x.pdf"):
        assert clerk.get(f"/desk/honours/years/{name}").status_code == 404


def test_nobody_else_prints_the_awards_list(door: Door, client: TestClient) -> None:
    assert enter(client, door, "supervisor").get("/desk/honours/years/2026.pdf").status_code == 403


def test_a_certificate_is_checked_by_anybody_without_a_name(door: Door, client: TestClient) -> None:
    page = read(client, f"{PAGE}/RY-2026-001")

    check = find_check(door, H[0])
    assert re.search(rf'<li id="{check}"><b class="n">{check[:4]} {check[4:]}</b> <span>有效</span>', page)
    assert page.count("已撤销") == 1
    assert not any(name in page for name in ("样大", H[0]))
    for path in (f"{PAGE}/RY-2026-009", f"{PAGE}/x", f"/v/{OTHER_VILLAGE}/honours/RY-2026-001"):
        assert client.get(path, headers={"host": HOST}).status_code == 404
    assert client.get(f"{PAGE}?start=9", headers={"host": HOST}).status_code == 404


def test_the_clerk_prints_certificates_and_each_look_is_logged(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    room = clerk.get("/desk/honours")
    assert "RY-2026-001" in room.text

    listed = clerk.get("/desk/honours/RY-2026-001")
    assert "样大0" in listed.text
    assert "样大2" not in listed.text
    check = find_check(door, H[0])
    before = len(list_of(door.home, H[1]))
    answer = clerk.get(f"/desk/honours/RY-2026-001.pdf?check={check}")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["cache-control"] == "no-store"
    assert tell(list_of(door.home, H[0])).count(("clerk", "certificate", "duty")) == 1
    assert len(list_of(door.home, H[1])) == before
    for name in ("RY-2026-009", "RY-2026-009.pdf", "RY-2026-001.pdf?check=AAAAAAAA", "x"):
        assert clerk.get(f"/desk/honours/{name}").status_code == 404


def test_the_card_shows_the_households_honours_and_the_proof_carries_them(
    door: Door, client: TestClient
) -> None:
    clerk = enter(client, door, "clerk")
    code, other = make(clerk), make(clerk, H[2])

    own = html.unescape(send(client, CARD, code=code).text)
    check = find_check(door, H[0])
    assert f"{PAGE}/RY-2026-001#{check}" in own
    assert "发错了，已撤销：积分算错" in html.unescape(send(client, CARD, code=other).text)
    proven = verify_household_proof(send(client, PROOF, code=code, year="2026").content)
    assert [(item.number, item.check) for item in proven.year.honours] == [("RY-2026-001", check)]


def close_quarter(door: Door) -> None:
    """It is January, and every month of the quarter in which the village has October's points is closed."""
    door.village.go_to("2026-12-31")
    door.village.clock.advance(5 * 86_400_000)
    with door.home.ledger.write(VILLAGE) as writer:
        for month in ("2026-10", "2026-11", "2026-12"):
            period = PeriodFacts(closed=1, credit_fen=0, debit_fen=0, last_number="", vouchers=0)
            put_fact(writer.facts, f"period/{month}", period)


def read_fields(page: str) -> list[tuple[str, str]]:
    """The fields of the sheet's form as a browser would send them, but its buttons."""
    form = page[page.index('<form id="grid"') :]
    found = re.findall(
        r'<input (?:type="hidden" )?(?:id="[^"]*" )?name="([^"]+)"([^>]*)>'
        r'|<textarea id="[^"]*" name="([^"]+)"[^>]*>([^<]*)</textarea>',
        form[: form.index("</form>")],
    )
    fields = []
    for name, more, area, text in found:
        value = re.search(r' value="([^"]*)"', more)
        fields.append((name or area, html.unescape(text if area else value[1] if value else "")))
    return fields


def test_whom_points_propose_are_granted_by_the_form_once_another_passes_it(
    door: Door, client: TestClient
) -> None:
    close_quarter(door)
    clerk = enter(client, door, "clerk")
    offered = clerk.get("/desk/honours").text
    (chosen,) = re.findall(r'<option value="(H01/2026-12)"', offered)
    shown = html.unescape(clerk.get(f"/desk/honours?chosen={chosen}&wanted=3").text)
    assert "第 1 名" in shown
    assert "已经表彰过" not in shown

    answer = clerk.post("/desk/honours", {"chosen": chosen, "wanted": "3"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/write/honours")
    sheet = clerk.get("/desk/write/honours").text
    fields = read_fields(sheet)
    assert ("a", "RY-2027-001") in fields
    again = clerk.post("/desk/honours", {"chosen": chosen, "wanted": "3"})
    assert again.headers["location"] == "/desk/honours?none=1"
    assert clerk.post("/desk/honours", {"chosen": "H01/2031-03", "wanted": "3"}).status_code == 400

    # Every fault at once, each beside its cell; nothing is handed in.
    wrong = [
        (name, {"RY-2027-001": "RY-1", "2026-12": "十二月"}.get(value, value) if name == "b" else value)
        for name, value in fields
    ]
    refused = clerk.post("/desk/write/honours", urlencode([*wrong, ("do", "look")]))
    assert refused.status_code == 422
    said = re.findall(r'<div id="([ab])-1-([0-9])-w"', refused.text)
    assert {("b", "0"), ("b", "3")} <= set(said)
    assert door.home.vault.list_drafts(VILLAGE, "waiting") == []

    fields = [(name, value) for name, value in fields if name != "version"]
    kept = open_sheet(door.home, VILLAGE, find_user(door, "clerk"), "honours")
    looked = clerk.post(
        "/desk/write/honours", urlencode([*fields, ("version", str(kept.version)), ("do", "look")])
    )
    assert looked.status_code == 303, re.findall(r'class="faults">(.*?)</ol>', looked.text, re.DOTALL)
    assert looked.headers["location"] == "/desk/import/preview"
    preview = clerk.get("/desk/import/preview").text
    assert "表彰 RY-2027-001 季度积分优胜户：1 户" in html.unescape(preview)
    digest, batch = (re.search(rf'name="{name}" value="([^"]*)"', preview)[1] for name in ("digest", "batch"))
    assert clerk.post("/desk/import/preview", {"digest": digest, "batch": batch}).status_code == 303
    (draft,) = door.home.vault.list_drafts(VILLAGE, "waiting")
    assert isinstance(parse_claim(draft.claim).body, HonoursGranted)

    door.village.pass_(draft)
    assert "RY-2027-001" in clerk.get("/desk/honours").text
    assert "这一项已经表彰过：RY-2027-001" in clerk.get(f"/desk/honours?chosen={chosen}&wanted=3").text
    assert '<span class="n">1 户</span>' in read(client, PAGE)


def test_entries_of_honours_are_explained_without_a_name(door: Door, client: TestClient) -> None:
    with door.home.ledger.read(VILLAGE) as reader:
        last = reader.size - 1
    pages = [read(client, f"/v/{VILLAGE}/entries/{at}") for at in (last, last - 1)]
    links, (taken, granted) = pages[0], (read_words(page) for page in pages)

    assert "撤销一份“季度积分优胜户”" in taken
    assert "表彰RY-2026-001有一份发错了，撤销。原因：积分算错。" in taken
    assert "撤销只改正错误，不影响任何积分和待遇。" in taken
    check = re.search(
        r'<li id="([A-Z2-7]{8})"><b[^>]*>[^<]*</b> <a[^>]*>已撤销', read(client, f"{PAGE}/RY-2026-001")
    )
    assert check is not None
    assert check[1] in taken
    for path in (f"/v/{VILLAGE}/entries/{last - 1}", f"{PAGE}/RY-2026-001", PAGE):
        assert f'href="{path}"' in links
    assert "网页上也不写；同意署名的，名字印在村里公开栏的附页上" in granted
    assert "其中1份后来发现发错，已经撤销。" in granted
    assert not any(name in page for page in pages for name in ("样大", *H))


def test_pages_of_honours_fit_a_phone(door: Door, browser: Browser) -> None:
    grant(door, "RY-2026-002", "P11", "好媳妇", until="2025-12")
    paths = (PAGE, f"{PAGE}/RY-2026-001#{find_check(door, H[0])}")
    with serve(door.village) as address:
        for width, height in SCREENS:
            with open_page(browser, width, height) as (page, complaints):
                for path in paths:
                    page.goto(address + path)
                    check_layout(page)
                assert page.locator(".scanned:visible").count() == 1
                assert complaints == []
