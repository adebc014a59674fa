"""Whoever reads people's data at the desk is on record, sees what the table of masks says, and says why if
they must.

The verdicts are read from `masks.toml` as it lies there, not through the program's own reading of it.
"""

from __future__ import annotations

import ast
import re
import tomllib
from importlib import resources
from typing import Any
from urllib.parse import urlencode

import pytest
from litestar.testing import TestClient

from ledger.books.people import mask_name
from ledger.books.roles import ROLES
from ledger.home import Home
from ledger.service.readings import Reading, list_readings
from ledger.service.workbooks.columns import WORKBOOKS
from ledger.vaults import Draft
from tests.builders import VILLAGE, build_points_line, build_points_reversal, build_points_round, make_id
from tests.desk.people import Door
from tests.house.sources import parse_modules
from tests.web.desk import FORM, OURS, DeskBrowser
from tests.web.gate import put_people
from tests.web.village import make_client

HOUSEHOLDS = "/desk/households"
H = [make_id("h", number) for number in range(3)]
M = make_id("m", 0)
NAMES = {H[0]: "样大山", H[1]: "样小河", H[2]: "样石头", M: "样党生"}
EVIDENCE = "照片一张"
FILE: dict[str, list[dict[str, Any]]] = tomllib.loads(
    resources.files("ledger.data").joinpath("masks.toml").read_text("utf-8")
)
SHOW = {row["id"]: row["show"] for row in FILE["field"]}
PURPOSE = "objection"


@pytest.fixture
def door(door: Door) -> Door:
    put_people(door.home, VILLAGE)
    return door


def enter(client: TestClient, door: Door, role: Any) -> DeskBrowser:
    door.let_in(role, role)
    browser = DeskBrowser(client)
    browser.sign_in(door, role)
    return browser


def put_draft(door: Door) -> Draft:
    """November's round: a line for each household."""
    village = door.village
    lines = [build_points_line(village.texts, number) for number in range(3)]
    body = build_points_round(
        village.texts, 3, lines=tuple(sorted(lines, key=lambda line: line.subject.sealed))
    )
    return village.draft(body, period="2026-11", occurred_on="2026-11-11")


def list_of(home: Home, subject: str) -> list[Reading]:
    with home.desk.read() as desk:
        return list_readings(desk, VILLAGE, subject)


def tell(readings: list[Reading]) -> list[tuple[str, str, str]]:
    return [(one.role, one.place.partition(":")[0], one.purpose) for one in readings]


def count_facts(door: Door) -> int:
    return door.list_events().count("read-personal")


def test_a_draft_about_many_leaves_one_fact_that_each_of_them_finds(door: Door, client: TestClient) -> None:
    draft = put_draft(door)
    browser = enter(client, door, "supervisor")

    page = browser.get(f"/desk/drafts/{draft.id}").text

    assert f"户 0011 {NAMES[H[0]]} B01" in page
    assert EVIDENCE in page
    assert count_facts(door) == 1
    for household in H:
        assert tell(list_of(door.home, household)) == [("supervisor", "draft", "duty")]
    assert list_of(door.home, M) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_draft_shows_each_role_what_the_table_says(door: Door, client: TestClient, role: str) -> None:
    draft = put_draft(door)
    browser = enter(client, door, role)
    asks = SHOW["evidence"][role] == "asked"
    assert asks == (SHOW["household-number"][role] == "asked") == (SHOW["head-name"][role] == "asked")

    first = browser.get(f"/desk/drafts/{draft.id}").text

    assert ("0011" in first, EVIDENCE in first, "为什么看" in first) == (not asks, not asks, asks)
    assert count_facts(door) == int(not asks)
    if not asks:
        return
    assert f"户 *11 {mask_name(NAMES[H[0]])} B01" in first
    for purpose in ("", "duty", "machine", "nonsense"):
        refused = browser.post(f"/desk/drafts/{draft.id}/open", {"purpose": purpose})
        assert refused.status_code == 422
        assert EVIDENCE not in refused.text
    assert browser.post(f"/desk/drafts/{draft.id}/open", {"purpose": PURPOSE}).status_code == 303
    assert count_facts(door) == 0  # Saying why is not reading.
    second = browser.get(f"/desk/drafts/{draft.id}").text
    assert ("0011" in second, EVIDENCE in second, "为什么看" in second) == (True, True, False)
    assert tell(list_of(door.home, H[0])) == [(role, "draft", PURPOSE)]


def test_what_takes_a_recorded_line_back_is_about_whom_it_was_given(door: Door, client: TestClient) -> None:
    village = door.village
    line = build_points_line(village.texts, 1)
    (receipt,) = village.pass_(
        village.draft(
            build_points_round(village.texts, 1, lines=(line,)), period="2026-11", occurred_on="2026-11-11"
        )
    )
    reversal = village.draft(
        build_points_reversal(village.texts, line, reverses=receipt.index),
        period="2026-11",
        occurred_on="2026-11-12",
    )
    supervisor, township = enter(client, door, "supervisor"), enter(client, door, "township")

    listed = supervisor.get("/desk/drafts").text
    assert reversal.id in listed
    assert NAMES[H[1]] not in listed
    assert count_facts(door) == 0
    asked = township.get(f"/desk/drafts/{reversal.id}").text
    assert (NAMES[H[1]] in asked, EVIDENCE in asked, "为什么看" in asked) == (False, False, True)
    assert NAMES[H[1]] in supervisor.get(f"/desk/drafts/{reversal.id}").text
    assert tell(list_of(door.home, H[1])) == [("supervisor", "draft", "duty")]
    assert list_of(door.home, H[0]) == []


def test_why_is_asked_once_a_session_for_each_person(door: Door, client: TestClient) -> None:
    browser = enter(client, door, "auditor")
    browser.get(f"{HOUSEHOLDS}/{H[0]}")

    browser.post(f"{HOUSEHOLDS}/{H[0]}/open", {"purpose": "audit"})

    assert NAMES[H[0]] in browser.get(f"{HOUSEHOLDS}/{H[0]}").text
    assert NAMES[H[0]] in browser.get(f"{HOUSEHOLDS}/{H[0]}/paper").text
    other = browser.get(f"{HOUSEHOLDS}/{H[1]}").text
    assert NAMES[H[1]] not in other
    assert mask_name(NAMES[H[1]]) in other
    assert browser.get(f"{HOUSEHOLDS}/{H[1]}/paper").headers["location"] == f"{HOUSEHOLDS}/{H[1]}"
    again = DeskBrowser(client)
    again.sign_in(door, "auditor")
    assert NAMES[H[0]] not in again.get(f"{HOUSEHOLDS}/{H[0]}").text
    assert tell(list_of(door.home, H[0])) == [("auditor", "paper", "audit"), ("auditor", "card", "audit")]
    assert list_of(door.home, H[1]) == []


def test_who_gave_one_reason_of_some_and_another_of_others_is_logged_with_both(
    door: Door, client: TestClient
) -> None:
    draft = put_draft(door)
    browser = enter(client, door, "auditor")
    browser.get(f"{HOUSEHOLDS}/{H[0]}")
    for household, purpose in zip(H, ("objection", "audit", "audit"), strict=True):
        browser.post(f"{HOUSEHOLDS}/{household}/open", {"purpose": purpose})

    page = browser.get(f"/desk/drafts/{draft.id}").text

    assert EVIDENCE in page
    for household in H:
        assert tell(list_of(door.home, household)) == [("auditor", "draft", "audit/objection")]
    clerk = enter(client, door, "clerk")
    assert "审计、抽查；核实异议、信访" in clerk.get(f"{HOUSEHOLDS}/{H[1]}").text
    assert "审计、抽查；核实异议、信访" in browser.get("/desk/log").text


def test_a_server_that_is_started_anew_asks_nobody_twice_and_the_end_of_the_session_forgets(
    door: Door, client: TestClient
) -> None:
    browser = enter(client, door, "auditor")
    browser.get(f"{HOUSEHOLDS}/{H[0]}")
    browser.post(f"{HOUSEHOLDS}/{H[0]}/open", {"purpose": "audit"})

    with make_client(door.village) as started_anew:
        browser.client = started_anew
        assert NAMES[H[0]] in browser.get(f"{HOUSEHOLDS}/{H[0]}").text
        assert NAMES[H[1]] not in browser.get(f"{HOUSEHOLDS}/{H[1]}").text
        assert tell(list_of(door.home, H[0])) == [("auditor", "card", "audit")]
        assert len(list_purposes(door)) == 1
        browser.post("/desk/sign-out")

    assert list_purposes(door) == []


def list_purposes(door: Door) -> list[tuple[object, ...]]:
    with door.home.engines["desk"].connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM reading_purposes")]


def test_what_is_remembered_of_a_reason_is_pseudonyms_and_a_code(door: Door, client: TestClient) -> None:
    draft = put_draft(door)
    browser = enter(client, door, "township")
    browser.get(f"/desk/drafts/{draft.id}")
    browser.post(f"/desk/drafts/{draft.id}/open", {"purpose": PURPOSE})

    kept = list_purposes(door)

    assert len({row[0] for row in kept}) == 1
    assert sorted(row[1:] for row in kept) == [(VILLAGE, household, PURPOSE) for household in sorted(H)]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("subject", [H[0], M])
def test_a_page_about_one_shows_each_role_what_the_table_says(
    door: Door, client: TestClient, role: str, subject: str
) -> None:
    browser = enter(client, door, role)
    field = "member-name" if subject == M else "head-name"
    is_whole = SHOW[field][role] == "whole"

    listed, card = browser.get(HOUSEHOLDS).text, browser.get(f"{HOUSEHOLDS}/{subject}").text

    for page in (listed, card):
        assert (NAMES[subject] in page) == is_whole
        assert (mask_name(NAMES[subject]) in page) == (not is_whole)
    wanted = [(role, "card", "duty"), (role, "households", "duty")] if is_whole else []
    assert tell(list_of(door.home, subject)) == wanted
    assert count_facts(door) == len(wanted)


def test_the_page_says_what_is_kept_and_who_looked_when_as_what_and_why(
    door: Door, client: TestClient
) -> None:
    put_draft(door)
    auditor = enter(client, door, "auditor")
    auditor.get(f"{HOUSEHOLDS}/{H[0]}")
    auditor.post(f"{HOUSEHOLDS}/{H[0]}/open", {"purpose": PURPOSE})
    auditor.get(f"{HOUSEHOLDS}/{H[0]}")
    clerk = enter(client, door, "clerk")

    page = clerk.get(f"{HOUSEHOLDS}/{H[0]}").text
    paper = clerk.get(f"{HOUSEHOLDS}/{H[0]}/paper").text

    for shown in (page, paper):
        kept = re.findall(r'row-main">([^<]*)</span><span class="row-side small">([^<]*)</span>', shown)
        assert ("积分（只公布合计）", "2026年10月") in kept
        assert ("积分契约", "") in kept
        assert ("审计员 样例auditor", "核实异议、信访") in kept
        assert "B01 打扫门前，1 次（份）。依据：照片一张" in shown
        assert "另有 1 处在还没审完的记录里" in shown
    assert ("村文书 样例clerk", "日常办理") in re.findall(
        r'row-main">([^<]*)</span><span class="row-side small">([^<]*)</span>', page
    )
    assert "第四十五条" in paper
    assert "本人签收" in paper


def test_a_sent_workbook_is_logged_for_everybody_in_it_whom_the_vault_knows(
    door: Door, client: TestClient
) -> None:
    clerk = enter(client, door, "clerk")
    clerk.get("/desk/import")

    answer = send(clerk, "points", f"{HEADER}\n2026-11\t0011\t样大山\tB01\t打扫门前\t1\t照片一张\n")

    assert answer.status_code == 200, answer.text
    assert tell(list_of(door.home, H[0])) == [("clerk", "import", "duty")]
    assert "0011" in clerk.get("/desk/import/preview").text
    assert tell(list_of(door.home, H[0])) == [("clerk", "import", "duty")] * 2
    assert count_facts(door) == 2


HEADER = "月份\t户号\t户主\t规则编号\t规则名称\t数量\t证据"


def send(browser: DeskBrowser, kind: str, pasted: str) -> Any:
    fields = urlencode({"kind": kind, "pasted": pasted, "csrf": browser.token})
    return browser._ask("POST", "/desk/import", {"content-type": FORM} | OURS, fields)


READING = ("web/desk/reading.py", "web/desk/reading_grids.py", "web/desk/reading_points.py")


def test_nobody_else_of_the_web_opens_private_values() -> None:
    """A reading without a record would have to come by one of these names: they are of READING alone."""
    private = {
        *("show_drafts", "look_at", "look_again", "describe_subject", "find_known", "open_private"),
        *("list_households", "list_members", "list_private", "find_private", "read_private", "find_upload"),
        *("private", "list_choices", "parse_disclosure", "choose_view", "find_view"),
        *("open_waiting", "open_recorded", "log_reading", "lay_sheet"),
        *("count_proposed", "list_balances", "propose_points"),
        *("list_candidates", "list_holders", "propose_honour", "build_certificates_job", "open_holder"),
        *("build_awards_job", "list_named", "build_branch_job", "list_ineligible"),
        *("open_posts", "open_pairs", "find_named", "open_month", "find_unvisited", "count_reasons"),
    }
    found = [
        f"{path}:{node.lineno} {name}"
        for path, tree in parse_modules("web")
        if path.as_posix() not in READING and not path.as_posix().startswith("web/demo/")
        for node in ast.walk(tree)
        if (name := _name(node)) in private
    ]

    assert found == []


@pytest.mark.parametrize("kind", WORKBOOKS)
def test_a_typed_sheet_is_a_reading_of_those_alone_whose_names_it_shows(
    door: Door, client: TestClient, kind: str
) -> None:
    page = enter(client, door, "clerk").get(f"/desk/write/{kind}").text

    shown = {subject for subject, name in NAMES.items() if name in page}
    assert {subject for subject in NAMES if list_of(door.home, subject)} == shown
    assert all(tell(list_of(door.home, subject)) == [("clerk", "sheet", "duty")] for subject in shown)
    assert kind != "grids" or shown == set(
        H
    )  # A grid's holder is a villager, not one of the party in particular.


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    return node.name if isinstance(node, ast.alias) else ""


def test_every_way_of_reading_logs_before_it_shows() -> None:
    """Within those modules: what returns something private calls the one function that logs."""
    trees = [tree for path, tree in parse_modules("web") if path.as_posix() in READING]
    readers = {
        node.name: {_name(inner) for inner in ast.walk(node)}
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith(("read_", "_read"))
    }

    assert {name for name in readers if name.startswith("read_")} == {
        *("read_about", "read_choices", "read_draft", "read_original", "read_people", "read_person"),
        *("read_annex", "read_awards", "read_head"),
        *("read_balances", "read_certificates", "read_objection", "read_sent", "read_winners"),
        *("read_branch", "read_ineligible", "read_report", "read_report_photo"),
        *("read_board", "read_diary", "read_pairs", "read_posts", "read_unvisited", "read_visits"),
    }
    # A photo comes only with the proof that a page of this session showed its report, and that page logged: see
    # tests/web/test_report_room.py.
    shown = {"read_report_photo"}
    assert {name for name, called in readers.items() if not called & {"log_read", "_read"}} == shown
