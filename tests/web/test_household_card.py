"""A household's card from the desk to the phone: made, scanned, typed, tried wrong, carried away, replaced, erased."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import urlencode

import httpx
import pytest
from litestar.testing import TestClient

from ledger.books.cases import CaseConfided
from ledger.household_proof import verify_household_proof
from ledger.vaults import Household
from tests.books.case_ledger import CASE, build_moved, build_opened
from tests.builders import OTHER_VILLAGE, VILLAGE, make_id
from tests.desk.people import Door
from tests.web.desk import FORM, HOST, OURS, DeskBrowser
from tests.web.test_desk_reading import enter
from web.desk.cards import CARDS_MAX

H = [make_id("h", number) for number in range(3)]
CARD, PROOF = f"/v/{VILLAGE}/card", f"/v/{VILLAGE}/card/proof"
HOUSEHOLDS = "/desk/households"


@pytest.fixture
def door(door: Door) -> Door:
    """A village after October's round, with three households who agreed."""
    door.home.vault.put_households(
        VILLAGE,
        [
            Household(
                consents=frozenset({"scoring"}), group=1, household=one, name=f"样大{at}", number=f"001{at}"
            )
            for at, one in enumerate(H)
        ],
    )
    return door


def send(client: TestClient, path: str, ours: dict[str, str] | None = None, **fields: str) -> httpx.Response:
    headers = {"host": HOST, "content-type": FORM} | (OURS if ours is None else ours)
    return client.post(path, headers=headers, content=urlencode(fields))


def make(clerk: DeskBrowser, household: str = H[0]) -> str:
    clerk.get(f"{HOUSEHOLDS}/{household}")
    (letters,) = read_letters(clerk.post(f"{HOUSEHOLDS}/{household}/card").text)
    return letters


def read_letters(page: str) -> list[str]:
    return re.findall(r'<b class="code">([A-Z2-7 ]{32})</b>', page)


def read(answer: httpx.Response) -> str:
    return html.unescape(answer.text)


def test_from_the_desk_to_the_phone_and_away(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    code = make(clerk)

    assert client.get(CARD, headers={"host": HOST}).status_code == 200
    answer = send(client, CARD, code=code.lower())
    page = read(answer)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert "0010 样大0" in page
    assert "依据：照片" in page
    for other in ("样大1", "0011", H[1], H[2]):
        assert other not in page
    assert "村文书" in page.partition("谁看过")[2]
    (path,) = set(re.findall(r'action="(/v/[^"]*/objections/new)"', page))
    about, wording = (re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("about", "wording"))
    assert about is not None
    assert wording is not None
    assert wording[1].startswith("户号 0010，2026年10月 ")
    begun = send(client, path, begin="1", about=about[1], wording=wording[1])
    assert begun.status_code == 200
    assert wording[1] in begun.text

    proof = send(client, PROOF, code=code, year="2026")
    assert "attachment" in proof.headers["content-disposition"]
    proven = verify_household_proof(proof.content)
    assert f'<span class="n">{proven.year.points}</span>' in answer.text
    assert json.loads(proof.content)["household"] == H[0]


def test_whatever_opens_nothing_is_answered_alike(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    old = make(clerk)
    new = make(clerk)
    erased = make(clerk, H[1])
    door.home.vault.erase_subject(VILLAGE, H[1])
    clerk.get(f"{HOUSEHOLDS}/{H[2]}")
    revoked = make(clerk, H[2])
    assert "正在用" in clerk.get(f"{HOUSEHOLDS}/{H[2]}").text
    clerk.post(f"{HOUSEHOLDS}/{H[2]}/card/revoke")

    answers = [send(client, CARD, code=wrong) for wrong in (old, erased, revoked, "", "A" * 26, "<b>x</b>")]
    answers += [send(client, PROOF, code=old)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(422, answers[0].text)}
    assert send(client, f"/v/{OTHER_VILLAGE}/card", code=new).status_code in {404, 422}
    assert send(client, CARD, code=new).status_code == 200


def test_ten_wrong_cards_a_minute_are_answered_one_by_one_and_a_right_one_always(
    door: Door, client: TestClient
) -> None:
    code = make(enter(client, door, "clerk"))
    for _again in range(12):
        assert send(client, CARD, code=code).status_code == 200
    for _again in range(10):
        assert send(client, CARD, code="A" * 26).status_code == 422

    answer = send(client, CARD, code="A" * 26)

    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 61
    assert "抄对了马上就打开" in answer.text
    assert send(client, CARD, code=code).status_code == 200


def test_another_sites_form_and_an_open_line_see_nothing(door: Door, client: TestClient) -> None:
    code = make(enter(client, door, "clerk"))

    strange = send(
        client, CARD, {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, code=code
    )
    assert strange.status_code == 403
    assert "样大" not in strange.text
    open_line = client.post(
        CARD, headers={"host": "mb.example.cn", "content-type": FORM}, content=f"code={code}"
    )
    assert open_line.status_code == 403
    assert "样大" not in open_line.text


def test_the_cards_of_all_who_agreed_are_made_at_once(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    more = [
        Household(
            consents=frozenset({"scoring"} if at else ()),
            group=2,
            household=make_id("h", 100 + at),
            name="样甲",
            number=f"1{at:03d}",
        )
        for at in range(CARDS_MAX)
    ]
    door.home.vault.put_households(VILLAGE, more)
    one = make(clerk)

    assert "给还没有卡的户做户卡" in clerk.get(HOUSEHOLDS).text
    pages = [clerk.post("/desk/cards").text for _again in range(3)]

    made = [read_letters(page) for page in pages]
    assert [len(cards) for cards in made] == [CARDS_MAX, 1, 0]
    assert "还有 1 户没有卡" in pages[0]
    assert "都有卡了" in pages[2]
    codes = [one, *made[0], *made[1]]
    assert len(set(codes)) == len(codes)
    assert "样*" in pages[0]
    assert "样甲" not in pages[0]
    for code in (codes[0], codes[-1]):
        assert send(client, CARD, code=code).status_code == 200
    facts = [logged.fact for logged in door.read_log() if logged.fact.event == "card-made"]
    assert len(facts) == len(codes)


def test_a_code_is_nowhere_in_the_home_nor_in_the_log(door: Door, client: TestClient) -> None:
    code = make(enter(client, door, "clerk"))
    send(client, CARD, code=code)

    kept = b"".join(path.read_bytes() for path in door.home.path.rglob("*") if path.is_file())
    for spelling in (code, code.replace(" ", ""), code.replace(" ", "").lower()):
        assert spelling.encode() not in kept


def test_the_supervisor_makes_none(door: Door, client: TestClient) -> None:
    supervisor = enter(client, door, "supervisor")

    assert "户卡" not in supervisor.get(f"{HOUSEHOLDS}/{H[0]}").text
    assert supervisor.post(f"{HOUSEHOLDS}/{H[0]}/card").status_code == 403
    assert door.home.vault.list_carded(VILLAGE) == frozenset()


def test_a_household_finds_what_it_reported_and_only_that(door: Door, client: TestClient) -> None:
    village, texts = door.village, door.village.texts
    clerk = enter(client, door, "clerk")
    code, other = make(clerk), make(clerk, H[1])
    for number, category, who in (("AL-2026-001", "B04", H[0]), ("AL-2026-002", "E01", H[0])):
        said = {"case": CASE, "contact": "", "household": who, "kind": category, "wording": "屋后的灯不亮"}
        report = texts.seal(said, "report")
        village.record(build_opened(texts, number, category, report=report))
    words = texts.seal({"case": CASE, "household": H[0], "words": "约了周五来谈"}, "words")
    village.record(CaseConfided(case="AL-2026-002", step="verified", words=words))
    village.record(build_moved(texts))

    page = read(send(client, CARD, code=code))

    assert "屋后的灯不亮" in page
    assert f'href="/v/{VILLAGE}/cases/AL-2026-001"' in page
    assert "邻里纠纷" in page
    assert "约了周五来谈" in page
    assert f"/v/{VILLAGE}/cases/AL-2026-002" not in page
    assert "您家反映过的事" not in read(send(client, CARD, code=other))
    proof = send(client, PROOF, code=code, year="2026").content
    assert verify_household_proof(proof).year.year == "2026"
    assert "屋后的灯不亮" not in proof.decode()
