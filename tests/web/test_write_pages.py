"""Typing a sheet over HTTP: what a form brings, what is kept of it, and where faults stand."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from litestar.testing import TestClient

from ledger.errors import Fault
from ledger.limits import TYPED_MAX_ROWS
from ledger.service.handing_in import hand_in, look_again
from ledger.service.passing import pass_drafts, return_drafts
from ledger.service.unsent import Opened, open_aside, open_sheet
from ledger.service.workbooks.columns import WORKBOOKS
from tests.builders import (
    VILLAGE,
    build_contract,
    build_limits,
    build_postings,
    build_reversal,
    build_voucher,
)
from tests.desk.people import Door
from tests.store.test_vault_contract import make_household
from tests.web.desk import DeskBrowser, tell
from web.desk.routing import ROWS_MAX_BYTES
from web.desk.sheet_view import place_faults

WIDTH = len(WORKBOOKS["vouchers"].sheets[0].columns)
PATH = "/desk/write/vouchers"
PAPER = (
    *("2026-11-002", "2026-11-02", "购办公用纸", "513", "管理费用", "120.00", "", "1"),
    *("样经手", "样审批", "样记账"),
    *("",) * (WIDTH - 11),
)
PAID = ("", "", "", "101", "库存现金", "", "120.00", *("",) * (WIDTH - 7))
EMPTY = ("",) * WIDTH


@pytest.fixture
def door(door: Door) -> Door:
    door.let_in("wen")
    door.let_in("li")
    door.let_in("jian", "supervisor")
    return door


@pytest.fixture
def clerk(door: Door, client: TestClient) -> DeskBrowser:
    browser = DeskBrowser(client)
    browser.sign_in(door, "wen")
    return browser


def build(
    browser: DeskBrowser, *rows: tuple[str, ...], do: str = "save", version: int = 0, field: str = "a"
) -> str:
    """The body of a sheet's form."""
    cells = [(field, text) for row in rows for text in row]
    return urlencode([("csrf", browser.token), ("version", str(version)), ("do", do), *cells])


def find_user(door: Door, name: str) -> str:
    with door.home.desk.read() as desk:
        account = next(item for item in desk.list_accounts() if item.sign_in == name)
        return desk.list_seats(account.account)[0].person


def read_kept(door: Door, sheet: str = "vouchers") -> Opened:
    return open_sheet(door.home, VILLAGE, find_user(door, "wen"), sheet)


def test_a_month_of_vouchers_is_kept_in_one_form(door: Door, clerk: DeskBrowser) -> None:
    rows = [
        (f"2026-11-{number // 3 + 2:03d}", "2026-11-02", "修缮村道路灯和护栏费用", *PAPER[3:])
        for number in range(300)
    ]

    answer = clerk.post(PATH, build(clerk, *rows))

    assert (answer.status_code, answer.headers["location"]) == (303, PATH)
    assert read_kept(door).state.tables["凭证"] == tuple(rows)
    page = clerk.get(PATH).text
    assert page.count('name="a"') == 305 * WIDTH
    assert len(build(clerk, *rows)) < ROWS_MAX_BYTES / 8


def test_the_longest_sheet_fits_and_a_longer_one_is_told_so_with_all_it_had(
    door: Door, clerk: DeskBrowser
) -> None:
    full = [(*PAPER[:2], f"第 {number} 行", *PAPER[3:]) for number in range(TYPED_MAX_ROWS)]
    assert clerk.post(PATH, build(clerk, *full)).status_code == 303
    kept = read_kept(door)
    assert kept.rows == TYPED_MAX_ROWS
    assert clerk.get(f"{PATH}?more=999999").text.count('name="a"') == TYPED_MAX_ROWS * WIDTH

    over = clerk.post(PATH, build(clerk, *full, PAPER, do="look", version=kept.version))
    assert over.status_code == 422
    assert "一次不超过 500 行" in over.text
    kept = read_kept(door)
    assert kept.rows == TYPED_MAX_ROWS + 1

    for body in (
        build(clerk, *full, *full, version=kept.version),
        build(clerk, (*PAPER[:2], "字" * (ROWS_MAX_BYTES // 9), *PAPER[3:]), version=kept.version),
    ):
        refused = clerk.post(PATH, body)
        assert refused.status_code == 413
        assert "以前存过的都在" in refused.text
        assert read_kept(door) == kept


def test_what_keeps_itself_answers_in_few_words(door: Door, clerk: DeskBrowser) -> None:
    first = clerk.post(PATH, build(clerk, PAPER, do="auto"))
    kept = read_kept(door)
    late = clerk.post(PATH, build(clerk, PAID, do="auto"))

    assert first.json() == {"said": "已保存 08:00", "version": str(kept.version)}
    assert (late.status_code, "另一个窗口" in late.json()["said"]) == (409, True)
    assert read_kept(door) == kept
    aside = open_aside(door.home, VILLAGE, find_user(door, "wen"), "vouchers")
    assert aside.state.tables["凭证"] == (PAID,)
    page = clerk.get(PATH).text
    assert "另一个窗口里还有一份没存上的" in page
    assert "~" not in clerk.get("/desk").text

    clerk.post(PATH, build(clerk, PAPER, do="aside", version=kept.version))
    assert read_kept(door).state.tables["凭证"] == (PAID,)
    assert "没存上的" not in clerk.get(PATH).text


def test_the_second_of_two_windows_is_told_and_both_are_there(door: Door, clerk: DeskBrowser) -> None:
    clerk.post(PATH, build(clerk, PAPER))
    before = read_kept(door)

    answer = clerk.post(PATH, build(clerk, PAID, EMPTY, EMPTY, do="look"))

    assert answer.status_code == 409
    assert "两份都留着" in answer.text
    assert 'value="库存现金"' in answer.text
    assert answer.text.count('name="a"') == 6 * WIDTH
    assert read_kept(door) == before
    assert clerk.post(PATH, build(clerk, PAID, do="mine")).status_code == 303
    assert read_kept(door).state.tables["凭证"] == (PAID,)
    clerk.post(PATH, build(clerk, PAID, do="undo", version=read_kept(door).version))
    assert read_kept(door).state.tables["凭证"] == (PAPER,)


def test_rows_come_and_go_by_buttons(door: Door, clerk: DeskBrowser) -> None:
    clerk.post(PATH, build(clerk, PAPER, PAID, EMPTY))
    clerk.post(PATH, build(clerk, PAPER, PAID, do="insert:a:2", version=read_kept(door).version))
    assert read_kept(door).state.tables["凭证"] == (PAPER, EMPTY, PAID)
    clerk.post(PATH, build(clerk, PAPER, EMPTY, PAID, do="drop:a:1", version=read_kept(door).version))
    assert read_kept(door).state.tables["凭证"] == (EMPTY, PAID)
    for deed in ("drop:a:99", "drop:b:1", "insert:a:0", "drop:a:0", "anything"):
        clerk.post(PATH, build(clerk, EMPTY, PAID, do=deed, version=read_kept(door).version))
        assert read_kept(door).state.tables["凭证"] == (EMPTY, PAID)


def test_a_second_click_changes_nothing(door: Door, clerk: DeskBrowser) -> None:
    clerk.post(PATH, build(clerk, PAPER, PAID, PAID))
    start = read_kept(door).version
    for deed in ("drop:a:1", "undo", "insert:a:1", "look"):
        body = build(clerk, *read_kept(door).state.tables["凭证"], do=deed, version=read_kept(door).version)
        first = clerk.post(PATH, body)
        kept = read_kept(door)
        second = clerk.post(PATH, body)
        assert (second.status_code, read_kept(door)) == (first.status_code, kept), deed
    typed = build(clerk, (*PAPER[:4], "", *PAPER[5:]), PAID, do="look", version=read_kept(door).version)
    answers = [clerk.post(PATH, typed) for _ in range(2)]  # The first filled in a name.
    assert [answer.headers["location"] for answer in answers] == ["/desk/import/preview"] * 2
    assert start < read_kept(door).version


def test_a_form_of_another_shape_is_no_form_of_ours(clerk: DeskBrowser) -> None:
    assert clerk.post(PATH, build(clerk, PAPER[:13])).status_code == 400
    assert clerk.post(PATH, build(clerk, PAPER, field="b")).status_code == 400
    assert clerk.post("/desk/write/points", build(clerk, ("",) * 5, field="b")).status_code == 303
    assert clerk.get("/desk/write/rules").status_code == 404
    assert clerk.post("/desk/write/rules", build(clerk, PAPER)).status_code == 404
    assert clerk.get("/desk/write/d-zzzzzzzzzz").status_code == 404


def test_the_villagers_to_choose_from_are_on_record_once(door: Door, clerk: DeskBrowser) -> None:
    def count() -> int:
        return [line.fact.place for line in door.read_log() if line.fact.event == "read-personal"].count(
            "sheet"
        )

    door.home.vault.put_households(VILLAGE, [make_household(7)])
    clerk.get(PATH)
    clerk.get("/desk/write/households")
    assert count() == 0
    assert "样例甲" in clerk.get("/desk/write/points").text
    assert count() == 1


def hand_in_paper(door: Door, clerk: DeskBrowser) -> str:
    clerk.post(PATH, build(clerk, PAPER, PAID, do="look"))
    user = find_user(door, "wen")
    hand_in(door.home, VILLAGE, user, look_again(door.home, VILLAGE, user).digest)
    (draft,) = door.home.vault.list_drafts(VILLAGE, "waiting")
    return draft.id


def test_what_was_handed_in_is_forgotten_and_what_was_typed_since_is_not(
    door: Door, clerk: DeskBrowser
) -> None:
    answer = clerk.post(PATH, build(clerk, PAPER, PAID, do="look"))
    assert answer.headers["location"] == "/desk/import/preview"
    looked = clerk.get("/desk/import/preview").text
    assert "回去改" in looked
    kept = read_kept(door)
    clerk.post(PATH, build(clerk, PAPER, PAID, PAID, version=kept.version))  # Another window goes on.

    user = find_user(door, "wen")
    again = look_again(door.home, VILLAGE, user)
    form = {"batch": again.imported.batch, "digest": again.digest}
    assert clerk.post("/desk/import/preview", form).headers["location"] == "/desk/drafts?sent=1"
    assert clerk.post("/desk/import/preview", form).headers["location"] == "/desk/drafts?sent=1"

    assert len(door.home.vault.list_drafts(VILLAGE, "waiting")) == 1
    assert read_kept(door).rows == 3


def test_a_returned_draft_is_opened_by_its_own_clerk_alone(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    draft = hand_in_paper(door, clerk)
    assert clerk.get(f"/desk/write/{draft}").status_code == 404
    return_drafts(door.home, VILLAGE, [draft], find_user(door, "jian"), "少一张发票")
    other = DeskBrowser(client)
    other.sign_in(door, "li")

    own = clerk.get(f"/desk/write/{draft}")
    assert "少一张发票" in own.text
    assert 'value="2026-11-002"' in own.text
    assert "打开来改" in clerk.get(f"/desk/drafts/{draft}").text
    assert other.get(f"/desk/write/{draft}").status_code == 404
    assert other.post(f"/desk/write/{draft}", build(other, PAPER)).status_code == 404
    assert "打开来改" not in other.get(f"/desk/drafts/{draft}").text

    clerk.post(f"/desk/write/{draft}", build(clerk, PAPER, PAID))
    clerk.post(f"/desk/drafts/{draft}/withdraw", {})
    # What was typed of it stays, and becomes a voucher like any other.
    assert 'value="2026-11-002"' in clerk.get(f"/desk/write/{draft}").text
    assert "退回来改的" in clerk.get("/desk").text


def test_a_sheet_is_thrown_away_after_one_asked(door: Door, clerk: DeskBrowser) -> None:
    clerk.post(PATH, build(clerk, PAPER))
    shown = clerk.get(f"{PATH}/discard")
    assert tell(shown) == "不要这张表？"
    stale = read_kept(door).version
    clerk.post(PATH, build(clerk, PAID, version=stale))
    again = clerk.post(f"{PATH}/discard", {"version": str(stale)})
    assert again.headers["location"] == f"{PATH}/discard"
    assert read_kept(door).rows == 1

    gone = clerk.post(f"{PATH}/discard", {"version": str(read_kept(door).version)})
    assert gone.headers["location"] == "/desk"
    assert clerk.post(f"{PATH}/discard", {"version": "1"}).headers["location"] == "/desk"
    assert read_kept(door).rows == 0
    assert "没有存过的内容" in clerk.get(f"{PATH}/discard").text


def test_vouchers_are_shown_as_on_paper(door: Door, clerk: DeskBrowser) -> None:
    assert "没有待审的凭证" in clerk.get("/desk/print/waiting").text
    assert clerk.get("/desk/print/sent").status_code == 404
    clerk.post(PATH, build(clerk, PAPER, PAID, do="look"))
    assert "壹佰贰拾元整" in clerk.get("/desk/print/sent").text
    draft = hand_in_paper(door, clerk)

    for what in ("waiting", draft):
        page = clerk.get(f"/desk/print/{what}").text
        for said in ("购办公用纸", "513 管理费用", "人民币壹佰贰拾元整", "样经手", "样例wen", "2026-11-002"):
            assert said in page
    assert clerk.get("/desk/print/d-zzzzzzzzzz").status_code == 404


def test_a_printed_voucher_names_what_it_is_about_and_a_red_one_what_the_wrong_one_was(
    door: Door, clerk: DeskBrowser
) -> None:
    texts = door.village.texts
    fields = {"chart": "2023", "postings": build_postings(debit="513")}
    both = {"contract": "HT-0001", "resolution": "JY-2026-001"}
    waiting = door.village.draft(build_voucher(texts, **fields, **both))
    door.village.record(build_contract(texts))
    wrong = door.village.record(
        build_voucher(texts, **fields, contract="HT-0001", number="2026-11-002"), period="2026-11"
    )
    red = door.village.draft(build_reversal(texts, chart="2023", reverses=wrong.index))

    page, reversal = (clerk.get(f"/desk/print/{draft.id}").text for draft in (waiting, red))

    for said in ("<dt>合同</dt> <dd>HT-0001</dd>", "<dt>决议</dt> <dd>JY-2026-001</dd>"):
        assert said in page
    assert "<dt>资产</dt>" not in page
    assert "<dt>合同</dt> <dd>HT-0001</dd>" in reversal
    assert "<dt>决议</dt>" not in reversal


SIGNED = re.compile(r"<div><dt>([^<]*)</dt> <dd>(?:(?!</dd>).)*?</dd>", re.DOTALL)
NOBODY = 'class="to-sign"'


def list_signers(page: str) -> tuple[list[str], list[str]]:
    """Whose names stand on the paper, and for whom there is a line to sign on."""
    found = {cell[1]: NOBODY in cell[0] for cell in SIGNED.finditer(page)}
    return [who for who, is_line in found.items() if not is_line], [
        who for who, is_line in found.items() if is_line
    ]


@pytest.mark.parametrize(
    ("second", "third", "asked"),
    [
        (0, 0, ["审核"]),
        (12_001, 0, ["审核"]),
        (12_000, 0, ["审核（监督委员）", "审核（村书记）"]),
        (5_000, 12_000, ["审核（监督委员）", "审核（村书记）", "审核（乡镇记账员）"]),
    ],
)
def test_whom_the_limits_ask_for_has_a_line_to_sign_on(
    door: Door, clerk: DeskBrowser, second: int, third: int, asked: list[str]
) -> None:
    if second:
        door.village.record(build_limits(door.village.texts, second_fen=second, third_fen=third))
    draft = hand_in_paper(door, clerk)

    named, lines = list_signers(clerk.get(f"/desk/print/{draft}").text)

    assert named == ["附件", "经手人", "审批人", "记账员", "制单"]
    assert lines == ["出纳", *asked]


def test_who_has_passed_a_voucher_stands_on_the_paper_by_name(door: Door, clerk: DeskBrowser) -> None:
    door.village.record(build_limits(door.village.texts, second_fen=5_000, third_fen=12_000))
    draft = hand_in_paper(door, clerk)
    pass_drafts(door.home, VILLAGE, [draft], find_user(door, "jian"))

    named, lines = list_signers(clerk.get(f"/desk/print/{draft}").text)

    assert named[-1] == "审核（监督委员）"
    assert lines == ["出纳", "审核（村书记）", "审核（乡镇记账员）"]


def test_without_money_nobody_signs_as_cashier(door: Door, clerk: DeskBrowser) -> None:
    clerk.post(PATH, build(clerk, PAPER, (*PAID[:3], "211", "应付款", *PAID[5:]), do="look"))

    assert "出纳" not in clerk.get("/desk/print/sent").text


def make_fault(place: str, found: str = "x") -> Fault:
    return Fault(code="cell-empty", place=place, found=found, expected="", remedy="改")


@pytest.mark.parametrize(
    ("place", "id_", "told"),
    [
        ("工作表「凭证」C7", "a-7-2", "第 7 行「摘要」"),
        ("工作表「凭证」第 3 行「借方金额」「贷方金额」", "a-3-5", "第 3 行「借方金额」"),
        ("工作表「凭证」第 12 行，凭证 2026-10-001的经手人", "a-12-8", "第 12 行「经手人」"),
        ("工作表「凭证」第 1 行，凭证 2026-10-001", "a-1-0", "第 1 行「凭证号」"),
        ("填的表", "", "填的表"),
        ("工作表「凭证」", "", "工作表「凭证」"),
    ],
)
def test_a_fault_stands_beside_its_cell(place: str, id_: str, told: str) -> None:
    placed = place_faults("vouchers", [make_fault(place, "与工作表「凭证」A2、工作表「凭证」第 4 行不同")])

    (wrong,) = placed.listed
    assert (wrong.href, wrong.place) == (f"#{id_}" if id_ else "", told)
    assert "与第 2 行「凭证号」、第 4 行不同" in wrong.said
    assert placed.cells == ({id_: (wrong.said,)} if id_ else {})
    assert placed.first == id_


def test_a_fault_of_the_second_table_stands_there() -> None:
    placed = place_faults("points", [make_fault("工作表「冲销」E2"), make_fault("工作表「积分」A1")])

    assert [(wrong.href, wrong.place) for wrong in placed.listed] == [
        ("#b-2-4", "冲销第 2 行「原因」"),
        ("#a-1-0", "第 1 行「月份」"),
    ]


CONTRACT = (
    *(
        "HT-0001",
        "2026-11-02",
        "出租",
        "收款",
        "村东仓库租赁",
        "村东仓库",
        "仓储",
        "样外来",
        "个人",
        "公开招标",
    ),
    *(
        "2026-10-02 村民代表会议",
        "2026-11-02",
        "2029-11-01",
        "",
        "3",
        "2000",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
    ),
)
DUES = (("HT-0001", "2026-11-30", "5000"), ("HT-0001", "2027-11-30", "5000"))


def test_contracts_are_typed_in_three_tables_and_only_who_may_reads_the_other_side(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    path = "/desk/write/contracts"
    cells = [*(("a", text) for text in CONTRACT), *(("c", text) for row in DUES for text in row)]
    wrong = [*cells[:-1], ("c", "-5")]
    head = [("csrf", clerk.token), ("do", "look")]

    refused = clerk.post(path, urlencode([*head, ("version", "0"), *wrong]))
    assert refused.status_code == 422
    assert "收付款第 2 行「金额」" in refused.text
    assert 'id="c-2-2"' in refused.text
    version = read_kept(door, "contracts").version
    looked = clerk.post(path, urlencode([*head, ("version", str(version)), *cells]))
    assert (looked.status_code, looked.headers["location"]) == (303, "/desk/import/preview")
    kept = look_again(door.home, VILLAGE, find_user(door, "wen"))
    hand_in(door.home, VILLAGE, find_user(door, "wen"), kept.digest)

    (draft,) = (
        item for item in door.home.vault.list_drafts(VILLAGE, "waiting") if item.slot == "contract/HT-0001"
    )
    door.let_in("shen", "auditor")
    seen = {}
    for name in ("jian", "shen"):
        browser = DeskBrowser(client)
        browser.sign_in(door, name)
        seen[name] = browser.get(f"/desk/drafts/{draft.id}").text
    assert "对方：样外来（个人，公开招标）" in seen["jian"]
    assert "样外来" not in seen["shen"]
    assert "2027-11-30 收款 5,000.00" in seen["shen"]


def test_meetings_are_typed_in_four_tables(door: Door, clerk: DeskBrowser) -> None:
    path = "/desk/write/resolutions"
    forum = ("KT-2026-001", "2026-11-02", "23", "村东路灯不亮", "一周内修好")
    head = [("csrf", clerk.token), ("do", "look"), ("version", "0")]

    shown = clerk.get(path).text
    looked = clerk.post(path, urlencode([*head, *(("d", text) for text in forum)]))

    assert shown.count('name="d"') % len(forum) == 0
    assert 'name="d"' in shown
    assert "民情恳谈" in shown
    assert (looked.status_code, looked.headers["location"]) == (303, "/desk/import/preview")
    assert read_kept(door, "resolutions").state.tables == {"民情恳谈": (forum,)}
