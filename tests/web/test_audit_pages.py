"""The auditor's room over HTTP: who gets in, what is found, and that nothing of another village ever shows."""

from __future__ import annotations

import re
import threading
import time
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest
from litestar.testing import TestClient

from ledger.audit import Report, audit_log
from ledger.books.roles import Role
from ledger.entries import KINDS
from ledger.errors import NotProven
from ledger.log.hashing import format_hash
from ledger.service.accounts.manage import give_seat
from ledger.service.export import list_export
from ledger.service.found import found_village, make_origin
from ledger.service.journals import BOOKS_FORMS, ENDINGS, open_books, write_books
from ledger.service.persons import add_person
from ledger.service.publish import publish_head
from ledger.sources import open_home_log, open_zip
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.desk.people import Door, open_door
from tests.web.desk import DeskBrowser, tell
from tests.web.village import make_client
from web.app import AUDIT_ROUTES
from web.audit import balances, checkpoints, entries, export, runs
from web.audit.words import KIND_WORDS
from web.desk import making
from web.desk.routing import SIGN_IN
from web.security import DESK_HEADERS

ROOM = [
    (method, path)
    for route in AUDIT_ROUTES
    for path in sorted(route.paths)
    for method in sorted(route.http_methods)
]
PLAIN = [(method, path) for method, path in ROOM if "{" not in path]
"""What leads nowhere without a name in its address is tried by test_matrix and test_concerns."""

BOOKS = ("/audit/books.beancount", "/audit/books.journal", "/audit/books.csv", "/audit/books.xlsx")
FOR_AUDITORS = {"/audit/run", "/audit/bundle.zip", "/audit/books", *BOOKS}


def enter(door: Door, client: TestClient, role: Role | None = "auditor", name: str = "shen") -> DeskBrowser:
    """Let somebody in, and leave them where they were signed in."""
    door.let_in(name, role)
    browser = DeskBrowser(client)
    assert browser.sign_in(door, name).status_code == 200
    return browser


def list_indexes(page: str) -> list[int]:
    return [int(found) for found in re.findall(r">第 ([0-9]+) 条</span>", page)]


@pytest.mark.parametrize(("method", "path"), ROOM)
def test_every_answer_carries_the_headers_and_is_kept_by_nobody(
    client: TestClient, method: str, path: str
) -> None:
    answer = client.request(method, path, headers={"host": "127.0.0.1"}, follow_redirects=False)

    assert {name: answer.headers.get(name) for name in DESK_HEADERS} == DESK_HEADERS
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


@pytest.mark.parametrize(("method", "path"), PLAIN)
def test_who_is_not_signed_in_is_sent_to_sign_in(client: TestClient, method: str, path: str) -> None:
    browser = DeskBrowser(client)

    answer = browser.post(path) if method == "POST" else browser.get(path)

    back = f"?next={path}" if method != "POST" and "." not in path else ""
    assert (answer.status_code, answer.headers["location"]) == (303, SIGN_IN + back)


def test_an_operator_is_refused_and_the_refusal_is_logged(door: Door, client: TestClient) -> None:
    browser = enter(door, client, None)

    for method, path in ROOM:
        answer = browser.post(path) if method == "POST" else browser.get(path)
        assert answer.status_code == 403
        assert tell(answer) == "您没有办这件事的职责"

    reasons = {logged.fact.reason for logged in door.read_log() if logged.fact.event == "denied"}
    assert reasons == {route.opt["allow"] for route in AUDIT_ROUTES}


@pytest.mark.parametrize("role", ["clerk", "supervisor", "secretary", "township"])
def test_whoever_works_in_the_books_may_look_but_not_run(door: Door, client: TestClient, role: Role) -> None:
    browser = enter(door, client, role)

    for method, path in PLAIN:
        answer = browser.post(path) if method == "POST" else browser.get(path)
        assert answer.status_code == (403 if path in FOR_AUDITORS else 200), path


def test_the_room_says_how_far_the_log_has_come(door: Door, client: TestClient) -> None:
    page = enter(door, client).get("/audit")

    head = door.home.heads.find_newest(VILLAGE)
    assert head is not None
    assert tell(page) == "查账"
    assert f'<span class="n">{head.size}</span> 条' in page.text


def test_every_kind_of_entry_has_its_word() -> None:
    assert KIND_WORDS.keys() == KINDS.keys()


def test_the_journal_shows_every_entry_newest_first_and_leads_to_its_bytes(
    door: Door, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "ROWS_A_PAGE", 5)
    browser = enter(door, client)

    path, seen = "/audit/entries", []
    while path:
        page = browser.get(path)
        assert page.status_code == 200
        seen += list_indexes(page.text)
        found = re.search(r'<a href="([^"]+)"><span aria-hidden="true">‹', page.text)
        path = found[1].replace("&amp;", "&") if found else ""

    with door.home.ledger.read(VILLAGE) as reader:
        assert seen == list(range(reader.size - 1, -1, -1))
        assert client.get(f"/v/{VILLAGE}/entries/0.json").content == reader.get_entry_bytes(0)
    assert f'href="/v/{VILLAGE}/entries/0.json"' in page.text
    assert f'href="/v/{VILLAGE}/entries/0"' in page.text


def test_a_filter_finds_by_kind_month_person_and_index(door: Door, client: TestClient) -> None:
    browser = enter(door, client)
    clerk = door.village.clerk.user

    reversed_ = browser.get("/audit/entries?kind=voucher.reversed")
    november = browser.get("/audit/entries?month=2026-11")
    both = browser.get(f"/audit/entries?kind=voucher.recorded&month=2026-11&user={clerk}")
    one = browser.get("/audit/entries?index=3")
    nobody = browser.get("/audit/entries?user=u-aaaaaaaaaa")

    assert len(list_indexes(reversed_.text)) == 1
    assert "2026年11月的账" in november.text
    assert "2026年10月的账" not in november.text
    assert len(list_indexes(both.text)) == 1
    assert list_indexes(one.text) == [3]
    assert "条里没有" in nobody.text


def test_a_passing_person_is_found_as_well_as_the_one_who_prepared(door: Door, client: TestClient) -> None:
    page = enter(door, client).get(f"/audit/entries?user={door.village.supervisor.user}")

    assert "监督委员" in page.text
    assert door.village.clerk.user in page.text
    assert list_indexes(page.text)


def test_a_filter_looks_at_so_many_entries_and_says_where_it_stopped(
    door: Door, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "LOOKED_AT_MAX", 4)
    monkeypatch.setattr(entries, "CHUNK_ENTRIES", 3)
    browser = enter(door, client)
    with door.home.ledger.read(VILLAGE) as reader:
        size = reader.size

    first = browser.get("/audit/entries?kind=log.founded")
    onward = re.search(r'href="([^"]+)">接着往前找', first.text)

    assert list_indexes(first.text) == []
    assert f"一次最多看 4 条，停在序号 {size - 4}，" in first.text
    assert onward is not None
    assert onward[1] == f"/audit/entries?kind=log.founded&amp;before={size - 4}"
    last = browser.get("/audit/entries?kind=log.founded&before=2")
    assert list_indexes(last.text) == [0]
    assert "接着往前找" not in last.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("index=999", "没有这个序号。填 0 到 "),
        ("index=-1", "没有这个序号。填 0 到 "),
        ("index=%C2%B2", "没有这个序号。填 0 到 "),
        ("kind=voucher.forged", "没有这一种记录。请在列出的里面选。"),
        ("month=2026-13", "看不出是哪个月。照这样写：2026-10。"),
        ("user=%E6%9D%8E", "这不是代号。代号是 u- 加 10 个小写字母或数字，记录里写着。"),
    ],
)
def test_a_mistyped_filter_is_told_beside_its_field(
    door: Door, client: TestClient, query: str, said: str
) -> None:
    page = enter(door, client).get(f"/audit/entries?{query}")

    assert page.status_code == 422
    assert said in page.text
    assert list_indexes(page.text) == []


@pytest.mark.parametrize("query", ["before=0", "before=999", "before=x"])
def test_a_page_beyond_the_log_is_not_there(door: Door, client: TestClient, query: str) -> None:
    assert enter(door, client).get(f"/audit/entries?{query}").status_code == 404


def test_every_checkpoint_is_listed_newest_first_with_its_root(
    door: Door, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "ROWS_A_PAGE", 4)
    browser = enter(door, client)

    path, seen = "/audit/checkpoints", []
    while path:
        page = browser.get(path).text
        seen += re.findall(r'href="/audit/balances\?size=([0-9]+)"', page)
        found = re.search(r'<a href="([^"]+)"><span aria-hidden="true">‹', page)
        path = found[1] if found else ""

    heads = list(door.home.heads.iterate(VILLAGE))[::-1]
    assert [int(size) for size in seen] == [head.size for head in heads]
    assert format_hash(heads[-1].root) in page
    assert "最后一条记于" in page


def read_rows(page: str) -> dict[str, list[str]]:
    """The cells of each account, and of the sums under the empty code."""
    rows = re.findall(r'<tr role="row"><th[^>]*scope="row"[^>]*>(.*?)</th>(.*?)</tr>', page, re.DOTALL)
    return {
        re.sub(r"<[^>]+>", "", name).partition(" ")[0]: re.findall(r"<td[^>]*>([^<]*)</td>", cells)
        for name, cells in rows
    }


def test_the_newest_trial_balance_is_that_of_the_books(door: Door, client: TestClient) -> None:
    page = enter(door, client).get("/audit/balances")

    assert "2026年11月" in page.text
    assert "借贷相等" in page.text
    assert read_rows(page.text)["101"] == ["49,465.00", "", "", "48.00", "49,417.00", ""]
    assert read_rows(page.text)["合计"][2:4] == ["48.00", "48.00"]


def test_a_trial_balance_at_an_earlier_checkpoint_knows_nothing_of_what_came_after(
    door: Door, client: TestClient
) -> None:
    browser = enter(door, client)
    opened = next(
        head.size
        for head in door.home.heads.iterate(VILLAGE)
        if "没有账可以试算" not in browser.get(f"/audit/balances?size={head.size}").text
    )

    then = browser.get(f"/audit/balances?size={opened}").text
    after = browser.get(f"/audit/balances?size={opened + 1}").text

    assert read_rows(then)["101"] == ["50,000.00", "", "", "", "50,000.00", ""]
    assert read_rows(after)["101"] == ["50,000.00", "", "", "325.00", "49,675.00", ""]


def test_another_month_of_the_same_checkpoint_can_be_asked_for(door: Door, client: TestClient) -> None:
    browser = enter(door, client)
    found = re.search(
        r'href="(/audit/balances\?size=[0-9]+&amp;month=2026-10)"', browser.get("/audit/balances").text
    )
    assert found is not None

    page = browser.get(found[1].replace("&amp;", "&")).text

    assert read_rows(page)["101"] == ["50,000.00", "", "", "535.00", "49,465.00", ""]


def test_of_a_log_too_long_to_fold_the_kept_balance_is_shown_and_the_command_named(
    door: Door, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(balances, "FOLDED_MAX", 3)
    browser = enter(door, client)

    newest = browser.get("/audit/balances").text
    earlier = browser.get("/audit/balances?size=4").text

    assert "这是程序随记随存的数" in newest
    assert read_rows(newest)["101"] == ["49,465.00", "", "", "48.00", "49,417.00", ""]
    assert "网页一次最多从头算 3 条" in earlier
    assert f"mingbai audit --village {VILLAGE}" in earlier
    assert read_rows(earlier) == {}


@pytest.mark.parametrize("query", ["size=999", "size=0", "size=x", "month=2026-01", "month=x"])
def test_no_balance_is_made_up_for_what_was_never_signed(door: Door, client: TestClient, query: str) -> None:
    assert enter(door, client).get(f"/audit/balances?{query}").status_code == 404


WAIT_S = 60
"""Far longer than the audit of twenty entries takes."""


def run_audit(browser: DeskBrowser) -> str:
    """Begin an audit and return the page once it has ended."""
    browser.get("/audit/run")
    begun = browser.post("/audit/run")
    assert (begun.status_code, begun.headers["location"]) == (303, "/audit/run")
    return wait_until_done(browser)


def wait_until_done(browser: DeskBrowser) -> str:
    until = time.monotonic() + WAIT_S
    while 'http-equiv="refresh"' in (page := browser.get("/audit/run").text):
        assert time.monotonic() < until
        time.sleep(0.05)
    return page


def open_unguarded(path: Path) -> sqlite.Connection:
    """A database as anybody who has the file can open it."""
    attack = sqlite.connect(path)
    for (name,) in attack.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        attack.execute(f"DROP TRIGGER {name}")
    return attack


def test_an_audit_of_a_sound_log_ends_with_its_verdict_and_is_logged(door: Door, client: TestClient) -> None:
    browser = enter(door, client)
    assert "结论" not in browser.get("/audit/run").text

    page = run_audit(browser)

    with door.home.ledger.read(VILLAGE) as reader:
        assert f'<span class="n">{reader.size}</span> 条' in page
    assert "结论：全部对得上" in page
    assert "对不上的地方" not in page
    assert [logged.fact.village for logged in door.read_log() if logged.fact.event == "audited"] == [VILLAGE]


def test_what_does_not_agree_is_named_with_what_it_means(
    door: Door, client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "FINDINGS_SHOWN_MAX", 1)
    browser = enter(door, client)
    with closing(open_unguarded(tmp_path / "home" / "ledger.db")) as attack:
        attack.execute("UPDATE entries SET kind = 'x' WHERE entry_index IN (4, 5)")
        attack.commit()

    page = run_audit(browser)

    assert "结论：有 2 处对不上" in page
    assert f'href="/v/{VILLAGE}/entries/4">第 4 条</a> 数据库的 kind 列' in page
    assert '<dd class="wrap">x</dd>' in page
    assert "网页可能显示错，账本本身没有变" in page
    assert "还有 1 处没有列出" in page


def test_what_an_audit_said_outlives_the_server_and_is_the_townships_too(
    door: Door, client: TestClient, tmp_path: Path
) -> None:
    with closing(open_unguarded(tmp_path / "home" / "ledger.db")) as attack:
        attack.execute("UPDATE entries SET kind = 'x' WHERE entry_index = 4")
        attack.commit()
    page = run_audit(enter(door, client))

    with make_client(door.village) as anew:
        again = enter(door, anew, name="han").get("/audit/run").text
        told = enter(door, anew, "township", "town").get("/township").text

    assert "结论：有 1 处对不上" in page
    assert (
        again[again.index("结论") :].partition("</section>")[0]
        == page[page.index("结论") :].partition("</section>")[0]
    )
    assert "最近一次核对发现 1 处对不上" in told


def test_a_run_under_way_shows_how_far_it_is_and_is_not_begun_twice(
    door: Door, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, go_on = threading.Event(), threading.Event()

    def audit(source: Any, reference: Any, *, now_ms: int, progress: Any) -> Report:
        progress(1_300, 5_200)
        looked.set()
        assert go_on.wait(WAIT_S)
        return audit_log(source, reference, now_ms=now_ms)

    monkeypatch.setattr(runs, "audit_log", audit)
    browser = enter(door, client)
    browser.get("/audit/run")
    browser.post("/audit/run")
    assert looked.wait(WAIT_S)

    page = browser.get("/audit/run")
    browser.token = re.findall(r'name="csrf" value="([^"]*)"', page.text)[0]
    browser.post("/audit/run")
    go_on.set()

    assert '<meta http-equiv="refresh" content="3">' in page.text
    assert "看了 1,300 条，一共 5,200 条。" in page.text
    assert "开始核对" not in page.text
    assert door.list_events().count("audited") == 1
    assert "结论：全部对得上" in wait_until_done(browser)


def test_a_run_that_breaks_off_claims_nothing(
    door: Door, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_args: Any, **_kwargs: Any) -> Report:
        raise RuntimeError("our own mistake")

    monkeypatch.setattr(runs, "audit_log", break_off)

    page = run_audit(enter(door, client))

    assert "半路出错，没有做完，不能说账对还是不对" in page
    assert "结论" not in page


def test_a_log_that_was_cut_off_is_said_to_be_so(door: Door, client: TestClient, tmp_path: Path) -> None:
    browser = enter(door, client)
    with closing(open_unguarded(tmp_path / "home" / "heads.db")) as attack:
        attack.execute("DELETE FROM heads")
        attack.commit()

    page = run_audit(browser)

    assert "结论：有 1 处对不上" in page
    assert "还没有签过名，没有能下载的" in page
    assert browser.get("/audit/bundle.zip").status_code == 409


def test_the_bundle_is_the_export_and_checks_offline(
    door: Door, client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "PIECE_BYTES", 1_000)
    browser = enter(door, client)
    file = re.findall(r"mingbai audit (mingbai-[0-9]+-[0-9]+\.zip)", browser.get("/audit/run").text)[0]

    answer = browser.get("/audit/bundle.zip")

    assert answer.headers["content-disposition"] == f'attachment; filename="{file}"'
    assert answer.headers["cache-control"] == "no-store"
    (tmp_path / file).write_bytes(answer.content)
    with closing(open_zip(tmp_path / file)) as source:
        report = audit_log(source, door.home.reference, now_ms=door.home.clock.now_ms())
        assert source.read_checkpoint() == dict(list_export(door.home, VILLAGE))["checkpoint"]
    assert (report.village, report.findings) == (VILLAGE, ())
    logged = door.read_log()[-1].fact
    assert (logged.event, logged.village, logged.reason) == ("exported", VILLAGE, "bundle")


def test_asking_for_the_bundles_head_makes_none(door: Door, client: TestClient) -> None:
    browser = enter(door, client)

    answer = browser._ask("HEAD", "/audit/bundle.zip", {}, None)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert "exported" not in door.list_events()


def test_a_second_bundle_waits_for_the_first(door: Door, client: TestClient) -> None:
    browser = enter(door, client)

    with making._MAKING:
        answer = browser.get("/audit/bundle.zip")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert tell(answer) == "正在做另一个下载"
    assert browser.get("/audit/bundle.zip").status_code == 200


def test_the_books_are_what_the_command_writes_and_the_page_says_how_to_open_them(
    door: Door, client: TestClient
) -> None:
    browser = enter(door, client)
    page = browser.get("/audit/books").text
    head = door.home.heads.find_newest(VILLAGE)
    assert head is not None

    with open_home_log(door.home, VILLAGE, with_private=False) as source:
        for path, form in zip(BOOKS, BOOKS_FORMS, strict=True):
            file = f"mingbai-{VILLAGE}.{ENDINGS[form]}"
            answer = browser.get(path)
            assert answer.headers["content-disposition"] == f'attachment; filename="{file}"'
            assert answer.headers["content-type"] == export.MEDIA_TYPES[form]
            if form != "xlsx":  # A workbook says when it was made.
                out = BytesIO()
                write_books(out, form, open_books(source, door.home.reference))
                assert answer.content == out.getvalue()
            logged = door.read_log()[-1].fact
            assert (logged.event, logged.village, logged.reason) == ("exported", VILLAGE, "books")
    assert f"fava mingbai-{VILLAGE}.beancount" in page
    assert f"hledger -f mingbai-{VILLAGE}.journal bal" in page
    assert (
        f"mingbai books mingbai-{VILLAGE}-{head.size}.zip --format beancount --out mingbai-{VILLAGE}.beancount"
        in page
    )
    assert '<option value="2026-10">2026年10月</option>' in page


def test_a_table_of_the_books_has_the_months_that_were_chosen(door: Door, client: TestClient) -> None:
    browser = enter(door, client)
    browser.get("/audit/books")

    def count(query: str) -> int:
        return browser.get(f"/audit/books.csv{query}").text.count("\r\n") - 1

    whole = count("")
    october, november = (count(f"?from={month}&to={month}") for month in ("2026-10", "2026-11"))
    assert october + november == whole
    assert october
    assert count("?from=2026-11&to=2026-10") == whole
    for wrong in ("2026-13", "2020-01", "x"):
        assert browser.get(f"/audit/books.csv?from={wrong}").status_code == 404


def test_there_are_no_books_to_take_before_they_are_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_door(tmp_path / "new", monkeypatch) as door, make_client(door.village) as client:
        browser = enter(door, client)

        assert "没有能导出的" in browser.get("/audit/books").text
        for path in BOOKS:
            answer = browser.get(path)
            assert (answer.status_code, tell(answer)) == (409, "现在没有能导出的账簿")
    assert "exported" not in door.list_events()


def test_books_that_break_off_leave_no_half_a_file(
    door: Door, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise NotProven("样例")

    monkeypatch.setattr(export, "write_books", fail)
    browser = enter(door, client)

    answer = browser.get("/audit/books.csv")

    assert answer.status_code == 500
    assert "content-disposition" not in answer.headers
    assert "exported" not in door.list_events()
    with making._MAKING:  # It was given back.
        pass


def test_nothing_of_another_village_shows(door: Door, client: TestClient) -> None:
    home = door.home
    home.keys.create(OTHER_VILLAGE, make_origin(home.entropy), home.entropy.take(32))
    clerk = add_person(home, OTHER_VILLAGE, "样例丙", "clerk")
    found_village(home, OTHER_VILLAGE, home.keys.get_signer(OTHER_VILLAGE).origin, "2023", clerk.user)
    publish_head(home, OTHER_VILLAGE)
    door.let_in("shen", "auditor")
    give_seat(home, "shen", OTHER_VILLAGE, add_person(home, OTHER_VILLAGE, "样例丁", "auditor").user)
    browser = DeskBrowser(client)
    browser.sign_in(door, "shen")
    for here, there in ((VILLAGE, OTHER_VILLAGE), (OTHER_VILLAGE, VILLAGE)):
        with home.ledger.read(here) as reader:
            size = reader.size
        browser.get("/desk/account")
        browser.post("/desk/account/seat", {"village": here})

        pages = [browser.get(f"/audit{path}?village={there}") for path in PLACES]

        assert [page.status_code for page in pages] == [200] * len(PLACES)
        assert not [page.url for page in pages if there in page.text]
        assert not [page.url for page in pages if door.village.clerk.user in page.text and here != VILLAGE]
        assert list_indexes(pages[1].text) == list(range(size - 1, -1, -1))
        assert here in browser.get("/audit/bundle.zip").headers["content-disposition"]
        assert "结论" not in pages[-1].text
        assert "结论" in run_audit(browser)


PLACES = ("", "/entries", "/checkpoints", "/balances", "/run")
