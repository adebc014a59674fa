"""A ballot from the desk to the slip to the list, as pages without a script; nothing of a vote is told or logged."""

from __future__ import annotations

import html
import io
import re

import msgspec
import pytest
from litestar.testing import TestClient
from pypdf import PdfReader

from ledger.service.accounts.desk_log import iterate_facts
from ledger.service.passing import pass_drafts
from tests.ballots import BALLOT
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.desk.people import Door
from tests.polls import cast, close_ballot, open_ballot, print_ballot
from tests.web.desk import HOST, DeskBrowser
from tests.web.test_desk_reading import enter
from tests.web.test_household_card import read, send

VOTE, ROOM = f"/v/{VILLAGE}/vote", "/desk/ballots"
RESULT = f"/v/{VILLAGE}/ballots/{BALLOT}"
WHEN = {"closes": "2026-11-16", "opens": "2026-11-12"}
ASKED = {
    "appraised": "unit",
    "branch": "",
    "group": "",
    "closes": "2026-11-16",
    "issued": "6",
    "opens": "2026-11-12",
    "questions": "今年干得怎么样\n服务态度",
    "resolution": "",
    "scale": "four",
    "title": "网格民主测评",
    "turnout_min": "50",
    "units": "第一网格\n第二网格",
}


def show(client: TestClient, path: str) -> str:
    answer = client.get(path, headers={"host": HOST})
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def ask(clerk: DeskBrowser, door: Door, **changes: str) -> None:
    clerk.get(ROOM)
    assert clerk.post(ROOM, ASKED | changes).status_code == 303
    (draft,) = door.home.vault.list_drafts(VILLAGE, "waiting")
    waiting = html.unescape(clerk.get(ROOM).text)
    assert f'href="/desk/drafts/{draft.id}"' in waiting
    assert "等另一位审核，通过以后印票" in waiting
    pass_drafts(door.home, VILLAGE, [draft.id], door.village.supervisor.user)


def print_slips(clerk: DeskBrowser) -> list[str]:
    clerk.get(ROOM)
    answer = clerk.post(f"{ROOM}/{BALLOT}/codes")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["cache-control"] == "no-store"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    return re.findall(r"(?<![A-Z2-7])(?:[A-Z2-7]{4} ?\s?){6}[A-Z2-7]{2}(?![A-Z2-7])", text)


def test_from_the_question_to_the_list(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    ask(clerk, door, closes="2026-11-12")
    unprinted = html.unescape(clerk.get(ROOM).text)
    assert "票还没印" in unprinted
    assert "等另一位审核" not in unprinted
    assert unprinted.index("正在办的") < unprinted.index("开始一次测评") < unprinted.index("办完的")
    slips = print_slips(clerk)
    assert len(slips) == 6
    assert "印票（只印一次）" not in clerk.get(ROOM).text
    assert "还没有公布结果" in show(client, RESULT)

    # Chosen, looked over, changed, looked over, sent: by forms alone.
    page = read(send(client, VOTE, code=slips[0].lower()))
    assert page.count("<fieldset") == 4
    assert page.count('type="radio"') == 20
    looked = send(client, f"{VOTE}/look", code=slips[0], c0="1", c1="2", c3="4")
    assert "有 1 项没选" in read(looked)
    assert 'name="choices" value="1204"' in looked.text
    changed = read(send(client, VOTE, code=slips[0], choices="1204"))
    assert changed.count(" checked") == 4
    voted = send(client, f"{VOTE}/cast", code=slips[0], choices="1234")
    assert voted.headers["cache-control"] == "no-store"
    assert "set-cookie" not in voted.headers
    (receipt,) = re.findall(r'<p class="receipt n">([0-9]{4} [0-9]{4})</p>', voted.text)
    assert "还没有公布结果" in show(client, RESULT)

    # On its last day.
    clerk.get(ROOM)
    assert clerk.post(f"{ROOM}/{BALLOT}/close").status_code == 303
    assert "清单在等审核" in html.unescape(clerk.get(ROOM).text)
    (draft,) = door.home.vault.list_drafts(VILLAGE, "waiting")
    pass_drafts(door.home, VILLAGE, [draft.id], door.village.supervisor.user)

    page = show(client, RESULT)
    assert re.search(
        rf'<b class="n">{receipt}</b></span><span class="row-note dots"><span>第一网格：优秀、称职', page
    )
    assert "第二网格：基本称职、不称职" in page
    assert "按问题的先后写：今年干得怎么样、" in page
    done = html.unescape(clerk.get(ROOM).text)
    assert "正在办的" not in done
    assert done.index("办完的") < done.index("已公布，1 张票")
    assert "占 16%" in page
    assert "人数不够" in page
    assert '<th role="rowheader" scope="row">第一网格 <span class="small">今年干得怎么样' in page
    assert "网格民主测评" in show(client, f"/v/{VILLAGE}/ballots")
    newest = door.home.heads.find_newest(VILLAGE)
    assert newest is not None
    assert "每张票按选票号排列" in show(client, f"/v/{VILLAGE}/entries/{newest.size - 1}")


def test_used_forged_and_closed_are_answered_alike(door: Door, client: TestClient) -> None:
    village = door.village
    open_ballot(village, **WHEN)
    codes = print_ballot(village)
    cast(village, codes[0])
    answers = [send(client, VOTE, code=wrong) for wrong in (codes[0], "", "A" * 26, "<b>x</b>")]
    answers += [send(client, f"{VOTE}/look", code=codes[0], c0="1")]
    answers += [send(client, f"{VOTE}/cast", code=codes[0], choices="12")]
    village.go_to("2026-11-17")
    answers += [send(client, VOTE, code=codes[1])]
    close_ballot(village)
    answers += [send(client, f"{VOTE}/cast", code=codes[1], choices="12")]

    assert {(answer.status_code, answer.text) for answer in answers} == {(422, answers[0].text)}
    assert send(client, f"/v/{OTHER_VILLAGE}/vote", code=codes[1]).status_code in {404, 422}


def test_only_wrong_codes_are_limited(door: Door, client: TestClient) -> None:
    open_ballot(door.village, **WHEN)
    codes = print_ballot(door.village)
    for _again in range(12):
        assert send(client, VOTE, code=codes[0]).status_code == 200
    for _again in range(10):
        assert send(client, VOTE, code="A" * 26).status_code == 422

    answer = send(client, VOTE, code="A" * 26)

    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 61
    assert send(client, f"{VOTE}/cast", code=codes[0], choices="12").status_code == 200


def test_another_sites_form_and_an_open_line_open_nothing(door: Door, client: TestClient) -> None:
    open_ballot(door.village, **WHEN)
    code = print_ballot(door.village)[0]
    strange = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    for path in (VOTE, f"{VOTE}/look", f"{VOTE}/cast"):
        answer = send(client, path, strange, code=code, choices="12")
        assert answer.status_code == 403
        assert "第一网格" not in answer.text
        open_line = client.post(
            path,
            headers={"host": "mb.example.cn", "content-type": "application/x-www-form-urlencoded"},
            content=f"code={code}&choices=12",
        )
        assert open_line.status_code == 403
    assert "不是 https" in html.unescape(client.get(VOTE, headers={"host": "mb.example.cn"}).text)

    urn = door.home.urns.find(VILLAGE, BALLOT)
    assert urn is not None
    assert urn.ballots == ()


@pytest.mark.parametrize(
    "fields",
    [{"c2": "1"}, {"c0": "5"}, {"c0": "1", "x": "1"}, {"choices": "1"}, {"choices": "99"}, {"c0": "11"}],
)
def test_a_form_that_is_none_of_ours_is_refused(
    door: Door, client: TestClient, fields: dict[str, str]
) -> None:
    open_ballot(door.village, **WHEN)
    code = print_ballot(door.village)[0]

    assert send(client, f"{VOTE}/cast", code=code, **fields).status_code == 400


def test_a_vote_leaves_no_line_in_the_desks_log_and_the_room_tells_no_count(
    door: Door, client: TestClient
) -> None:
    clerk = enter(client, door, "clerk")
    ask(clerk, door)
    slips = print_slips(clerk)
    with door.home.desk.read() as reader:
        before = [repr(logged) for logged in iterate_facts(reader, "")]
    room, result, listed = clerk.get(ROOM).text, show(client, RESULT), show(client, f"/v/{VILLAGE}/ballots")

    for slip in slips[:3]:
        assert send(client, f"{VOTE}/cast", code=slip, choices="1111").status_code == 200
    send(client, f"{VOTE}/cast", code=slips[0], choices="1111")

    with door.home.desk.read() as reader:
        after = [repr(logged) for logged in iterate_facts(reader, "")]
    assert after == before
    assert sum("ballot-printed" in line for line in before) == 1
    assert strip_token(clerk.get(ROOM).text) == strip_token(room)
    assert (show(client, RESULT), show(client, f"/v/{VILLAGE}/ballots")) == (result, listed)


def strip_token(page: str) -> str:
    return re.sub(r'name="csrf" value="[^"]*"', "", page)


def test_what_is_asked_wrongly_comes_back_with_every_fault_and_what_was_typed(
    door: Door, client: TestClient
) -> None:
    clerk = enter(client, door, "clerk")
    clerk.get(ROOM)
    answer = clerk.post(ROOM, ASKED | {"issued": "3", "scale": "none", "units": "甲\n甲"})

    page = html.unescape(answer.text)
    assert answer.status_code == 422
    assert page.count("field-wrong") >= 3
    assert "服务态度" in page


def test_codes_are_printed_once_and_nothing_is_closed_early(door: Door, client: TestClient) -> None:
    clerk = enter(client, door, "clerk")
    ask(clerk, door)
    print_slips(clerk)
    clerk.get(ROOM)

    again = clerk.post(f"{ROOM}/{BALLOT}/codes")
    assert again.status_code == 409
    assert "票码不留底" in html.unescape(again.text)
    early = clerk.post(f"{ROOM}/{BALLOT}/close")
    assert early.status_code == 409
    assert "等到截止那天" in html.unescape(early.text)
    for name in ("CP-2026-009", "x"):
        assert clerk.post(f"{ROOM}/{name}/codes").status_code == 404
        assert clerk.post(f"{ROOM}/{name}/close").status_code == 404
        assert client.get(f"/v/{VILLAGE}/ballots/{name}", headers={"host": HOST}).status_code == 404


def test_many_slips_are_printed_in_parts_and_the_room_says_how_many_are_left(
    door: Door, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.service.ballots.SLIPS_A_PRINTING", 4)
    clerk = enter(client, door, "clerk")
    ask(clerk, door, issued="9", closes="2026-11-12")
    room = html.unescape(clerk.get(ROOM).text)
    assert "按一次，印出 3 张，还要按 3 次才印完" in room
    assert "印 3 张票（只印一次）" in room

    slips = print_slips(clerk)
    assert "印了 3 张，还有 6 张没印" in html.unescape(clerk.get(ROOM).text)
    cast(door.village, slips[0], "1234")
    # What is left to print says nothing of who voted.
    assert "印了 3 张，还有 6 张没印" in html.unescape(clerk.get(ROOM).text)
    slips += print_slips(clerk)
    assert "按一次，印出全部票，以后不能再印" in html.unescape(clerk.get(ROOM).text)
    slips += print_slips(clerk)

    assert len({*slips}) == len(slips) == 9
    room = html.unescape(clerk.get(ROOM).text)
    assert "票印好了" in room
    assert f"{BALLOT}/codes" not in room
    assert clerk.post(f"{ROOM}/{BALLOT}/codes").status_code == 409


def test_a_list_of_hundreds_has_more_on_a_page(door: Door, client: TestClient) -> None:
    number = open_ballot(door.village, issued="430", closes="2026-11-12", opens="2026-11-12")
    print_ballot(door.village, number)
    ballots = tuple((f"{place * 1_001:08d}", "12") for place in range(430))
    door.home.urns.change(
        VILLAGE, number, lambda urn: msgspec.structs.replace(urn, ballots=ballots, codes=(), unprinted=0)
    )
    close_ballot(door.village, number)
    path = f"/v/{VILLAGE}/ballots/{number}"

    pages = [show(client, f"{path}?start={start}") for start in (0, 50, 400)]
    receipts = [re.findall(r'<b class="n">([0-9]{4} [0-9]{4})</b></span>', page) for page in pages]

    assert [len(found) for found in receipts] == [50, 50, 30]
    assert client.get(f"{path}?start=20", headers={"host": HOST}).status_code == 404
    assert pages[0].count(f'href="{path}?start=') == 8


def test_without_a_ballot_there_is_a_page_all_the_same(client: TestClient) -> None:
    assert "还没有测评" in show(client, f"/v/{VILLAGE}/ballots")
    assert "票上的字" in show(client, VOTE)


def test_a_long_list_is_turned_over_by_receipts(door: Door, client: TestClient) -> None:
    number = open_ballot(door.village, issued="45", closes="2026-11-12", opens="2026-11-12")
    for code in print_ballot(door.village, number):
        cast(door.village, code)
    close_ballot(door.village, number)
    path = f"/v/{VILLAGE}/ballots/{number}"

    pages = [show(client, f"{path}{start}") for start in ("", "?start=20", "?start=40")]
    receipts = [re.findall(r'<b class="n">([0-9]{4} [0-9]{4})</b></span>', page) for page in pages]

    assert [len(found) for found in receipts] == [20, 20, 5]
    listed = [receipt for found in receipts for receipt in found]
    assert listed == sorted(listed)
    for page in pages:
        assert page.count('aria-current="page"') == 1
        for found in receipts:
            assert f"{found[0]} 到 {found[-1]}" in page
    assert f'href="{path}?start=20#each"' in pages[0]
    assert f'href="{path}#each"' in pages[1]
    for wrong in ("?start=60", "?start=7", "?start=x"):
        assert client.get(f"{path}{wrong}").status_code == 404
