"""The year's end, a plan and going over to another chart at the desk: what is refused, with its whole message."""

from __future__ import annotations

import pytest

from ledger.books.conversion import AccountsConverted
from ledger.books.plans import PlanAdopted
from ledger.books.subaccounts import NewAccount
from ledger.canonical import parse_claim
from ledger.errors import NotFound, Refused, format_fault
from ledger.service.conversion import look_at_conversion, put_conversion_in_sheet
from ledger.service.import_ import import_typed
from ledger.service.passing import pass_drafts
from ledger.service.refilling import arrange, fill
from ledger.service.showing import show_drafts
from ledger.service.unsent import open_sheet, save_sheet
from ledger.service.year_end import look_at_year, put_in_sheet
from ledger.state.plans import find_plan
from tests.builders import VILLAGE, build_added, build_postings
from tests.fakes.clock import FakeClock
from tests.homes import VillageHome, open_village
from tests.service.importing import OPENING, PLAN, ImportDesk, Row, make_book

MOVE: Row = {
    "原科目代码": "101",
    "原科目名称": "现金",
    "借方余额": 2000,
    "新科目代码": "101",
    "新科目名称": "库存现金",
}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.record("opening", make_book("opening", OPENING))
    return desk


def refuse(village: VillageHome, resolution: str = "", **given: tuple[str, str]) -> list[str]:
    with pytest.raises(Refused) as error:
        put_in_sheet(village.home, VILLAGE, village.clerk.user, "2026", given, resolution)
    return [format_fault(fault) for fault in error.value.faults]


def test_every_slip_in_a_distribution_is_said_at_once(tmp_path: object) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        assert refuse(
            village, "字" * 76, reserves=("0", "311"), members=("5", "999"), others=("x", "211")
        ) == [
            "提取公积公益金：现为金额要大于零，应为大于零的金额，最多两位小数。改正金额；不分的留空。（share-amount）",
            "向成员分配：现为科目 999，应为列出的一个。选一个科目。（share-account）",
            "其他分配：现为不是数字，应为大于零的金额，最多两位小数。改正金额；不分的留空。（share-amount）",
            "哪次会议定的：现为76 个字，应为不超过 75 个字。写短一些，如 2026-12-20 成员大会。（share-resolution）",
            (
                "2026年末结转：现为这一年还没过完，应为2026-12-31 或以后。"
                "到年末这一天再结转，先把这一年的凭证记完。（year-running）"
            ),
            (
                "2026年末结转：现为没有要结转的，也没有写分配，应为有要结转或分配的。"
                "都已结转：可以去结账；要分配的，写上金额。（year-done）"
            ),
        ]
        with pytest.raises(NotFound):
            look_at_year(village.home, VILLAGE, "2025")


def test_a_year_is_carried_over_when_nothing_waits_and_never_after_it_is_closed(tmp_path: object) -> None:
    from tests.builders import build_voucher

    with open_village(tmp_path / "home") as village:
        village.open_books()
        village.go_to("2026-12-31")
        draft = village.draft(
            build_voucher(village.texts, chart="2023", number="2026-12-001"), period="2026-12"
        )
        assert look_at_year(village.home, VILLAGE, "2026").waiting == 1
        assert (
            "2026年末结转：现为还有 1 张凭证等审核，应为这一年的凭证都已审核。"
            "等另一位审核完再结转，不然结转的数会不对。（year-waiting）"
        ) in refuse(village)
        village.home.vault.mark_draft(VILLAGE, draft.id, "discarded", -1)
        village.go_to("2027-01-02")
        for month in ("2026-10", "2026-11", "2026-12"):
            village.close(month)
        assert (
            "2026年末结转：现为2026年12月已经结账，应为还没有结账的年末。"
            "结账以后不再打开；要更正、要分配的，记在还没结账的月份。（year-closed）"
        ) in refuse(village)


def put(village: VillageHome, **given: tuple[str, str]) -> list[tuple[str, ...]]:
    """Put the year's end into the sheet and return its rows."""
    put_in_sheet(village.home, VILLAGE, village.clerk.user, "2026", given, "成员大会" if given else "")
    return list_rows(village)


def list_rows(village: VillageHome) -> list[tuple[str, ...]]:
    kept = open_sheet(village.home, VILLAGE, village.clerk.user, "vouchers")
    return list(kept.state.tables.get("凭证", ()))


def write(village: VillageHome, rows: list[tuple[str, ...]]) -> None:
    kept = open_sheet(village.home, VILLAGE, village.clerk.user, "vouchers")
    save_sheet(village.home, VILLAGE, village.clerk.user, "vouchers", {"凭证": rows}, start=kept.version)


def type_voucher(number: str, day: str, summary: str, **cells: str) -> list[tuple[str, ...]]:
    first = {"凭证号": number, "日期": day, "摘要": summary, "科目代码": "511", "借方金额": "100", **cells}
    return list(arrange("vouchers", "凭证", [first, {"科目代码": "152", "贷方金额": "100"}]))


def test_what_is_put_again_takes_the_place_of_what_was_put_before(tmp_path: object) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        village.record_voucher("收废品款", 100_000, postings=build_postings(100_000, "101", "504"))
        village.go_to("2026-12-31")
        before = type_voucher("2027-01-001", "2027-01-02", "结转本年收入")
        write(village, before)

        first = put(village, reserves=("10", "311"))
        assert first[:2] == before
        assert [(row[0], row[2], row[3], row[7]) for row in first[2:]] == [
            ("2026-12-001", "结转本年收入", "504", "1"),
            ("", "", "321", ""),
            ("2026-12-002", "结转本年收益到未分配收益", "321", "1"),
            ("", "", "32202", ""),
            ("2026-12-003", "收益分配：成员大会", "32201", "1"),
            ("", "", "311", ""),
            ("2026-12-004", "结转各项分配", "32202", "1"),
            ("", "", "32201", ""),
        ]
        assert put(village, reserves=("10", "311")) == first

        write(village, [*first[:6], (*first[6][:7], "3", "样经手", *first[6][9:]), *first[7:]])
        again = put(village, reserves=("20", "311"), members=("5", "113"))
        assert [row[:1] + row[2:9] for row in again[6:9]] == [
            ("2026-12-003", "收益分配：成员大会", "32201", "各项分配", "25.00", "", "3", "样经手"),
            ("", "", "311", "公积公益金", "", "20.00", "", ""),
            ("", "", "113", "内部往来", "", "5.00", "", ""),
        ]
        assert (len(again), again[:6]) == (11, first[:6])
        assert len(put(village)) == 6


def test_a_year_is_carried_over_to_the_only_parts_of_what_was_divided(tmp_path: object) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        titles = {"3220101": "本年分配", "3220201": "历年结余"}
        accounts = tuple(
            NewAccount(code=code, title=village.texts.publish(title)) for code, title in titles.items()
        )
        village.record(build_added(village.texts, accounts=accounts, chart="2023"))
        village.record_voucher("收废品款", 100_000, postings=build_postings(100_000, "101", "504"))
        village.go_to("2027-01-02")
        village.close("2026-10")
        village.close("2026-11")

        rows = put(village, reserves=("10", "311"))
        assert [row[3:5] for row in rows] == [
            ("504", "其他收入"),
            ("321", "本年收益"),
            ("321", "本年收益"),
            ("3220201", "历年结余"),
            ("3220101", "本年分配"),
            ("311", "公积公益金"),
            ("3220201", "历年结余"),
            ("3220101", "本年分配"),
        ]
        write(
            village, [(*row[:8], "样经手", "例审批", "某记账", *row[11:]) if row[0] else row for row in rows]
        )
        kept = open_sheet(village.home, VILLAGE, village.clerk.user, "vouchers")
        sent = import_typed(
            village.home,
            village=VILLAGE,
            kind="vouchers",
            tables=kept.state.tables,
            maker=village.clerk.user,
        )
        assert sent.faults == ()
        village.home.vault.put_drafts(VILLAGE, sent.drafts)
        village.pass_(*sent.drafts)
        assert look_at_year(village.home, VILLAGE, "2026").left == ()
        village.close("2026-12")


def test_a_year_is_not_carried_over_while_its_vouchers_are_typed_and_not_sent(tmp_path: object) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        village.record_voucher("购办公用纸", 32_500)
        village.go_to("2026-12-31")
        typed = [
            *type_voucher("2026-12-001", "2026-12-31", "计提2026年12月折旧"),
            *type_voucher("", "2026-12-30", "结转本年收入", 更正凭证号="2026-10-001"),
        ]
        write(village, typed)
        told = (
            "2026年末结转：现为填的凭证表里还有 {} 张这一年的凭证没有交审，应为这一年的凭证都已交审、审核。"
            "先把那几张交审，等另一位审核完再结转；不要的删去。（year-typed）"
        )
        # Without a number a row belongs to the voucher above it.
        assert refuse(village) == [told.format(1)]
        write(
            village, [*typed[:2], *type_voucher("2026-12-002", "", "结转本年收入", 更正凭证号="2026-10-001")]
        )
        assert refuse(village) == [told.format(2)]
        assert len(list_rows(village)) == 4
        write(village, type_voucher("2027-01-001", "2027-01-02", "购化肥") * 249)
        assert "（proposal-full）" in refuse(village)[0]


def test_a_plan_comes_by_a_workbook_and_a_later_version_says_what_changed(desk: ImportDesk) -> None:
    other = PLAN | {"科目代码": "501", "科目名称": "经营收入", "计划金额": 90000}

    first = desk.read("plan", make_book("plan", [PLAN, other]))
    assert first.preview == (
        "2027年收支计划第 1 版：2 个科目",
        "　怎样通过：2026-12-20 成员大会",
        "　501 经营收入 90,000.00",
        "　513 管理费用 30,000.00",
    )
    desk.record("plan", make_book("plan", [PLAN, other]))
    ids = desk.keep("plan", make_book("plan", [PLAN | {"计划金额": 31000}]))
    draft = desk.ports.vault.find_draft(VILLAGE, ids[0])
    assert draft is not None
    assert isinstance(parse_claim(draft.claim).body, PlanAdopted)
    (shown,) = show_drafts(desk.ports, VILLAGE, ids)
    assert "　513 管理费用 31,000.00，原为 30,000.00" in shown.lines
    assert "　删去 501 经营收入，原为 90,000.00" in shown.lines
    assert fill(desk.ports, VILLAGE, [draft]).tables == {
        "收支计划": (("2027", "513", "管理费用", "31000.00", "2026-12-20 成员大会"),)
    }
    pass_drafts(desk.ports, VILLAGE, ids, desk.supervisor)
    with desk.ports.ledger.read(VILLAGE) as reader:
        plan = find_plan(reader.facts, "2027")
    assert plan is not None
    assert plan.version == 2


def test_every_slip_in_a_plan_is_said_at_its_cell(desk: ImportDesk) -> None:
    rows = [PLAN | {"年份": 27, "计划金额": -5}, PLAN | {"科目代码": "501", "科目名称": "经营收入"}]

    assert desk.say("plan", make_book("plan", rows)) == [
        "工作表「收支计划」A2：现为27，应为四位数的年份，如 2027。改正年份。（plan-year-form）",
        "工作表「收支计划」D2：现为-5.00，应为大于零的金额。改正金额；没有计划的科目不列。（plan-amount）",
        (
            "工作表「收支计划」「年份」：现为2 种写法，应为各行相同。"
            "一次只交一年的计划，一个决议；改成一样的。（plan-rows）"
        ),
    ]
    twice = desk.say("plan", make_book("plan", [PLAN, PLAN]))
    assert any("cell-twice" in said or "C" in said or "B3" in said for said in twice)
    assert (
        "plan-class"
        in desk.say("plan", make_book("plan", [PLAN | {"科目代码": "151", "科目名称": "固定资产"}]))[0]
    )


def test_books_of_2004_go_over_by_a_sheet_that_the_desk_fills() -> None:
    desk = ImportDesk("2004", FakeClock())
    rows = [
        {"月份": "2026-10", "科目代码": "101", "科目名称": "现金", "借方余额": 2000},
        {"月份": "2026-10", "科目代码": "131", "科目名称": "牲畜(禽)资产", "借方余额": 500},
        {"月份": "2026-10", "科目代码": "301", "科目名称": "资本", "贷方余额": 2500},
    ]
    with pytest.raises(NotFound):
        look_at_conversion(desk.ports, VILLAGE)
    desk.record("opening", make_book("opening", rows))

    found = look_at_conversion(desk.ports, VILLAGE)
    assert (found.period, found.is_booked) == ("2026-10", False)
    assert [(one.code, [code for code, _ in one.targets]) for one in found.balances] == [
        ("101", ["101"]),
        ("131", ["131", "132"]),
        ("301", ["301"]),
    ]
    filled = put_conversion_in_sheet(desk.ports, VILLAGE, desk.clerk)
    assert filled.state.tables["换科目"] == (
        ("101", "现金", "2000.00", "", "101", "库存现金"),
        ("131", "牲畜(禽)资产", "500.00", "", "", ""),
        ("301", "资本", "", "2500.00", "301", "资本"),
    )
    assert put_conversion_in_sheet(desk.ports, VILLAGE, desk.clerk).state.tables == filled.state.tables
    cattle = {"原科目代码": "131", "原科目名称": "牲畜(禽)资产"}
    moves: list[Row] = [
        MOVE,
        cattle | {"借方余额": 300, "新科目代码": "132", "新科目名称": "生产性生物资产"},
        cattle | {"借方余额": 200, "新科目代码": "131", "新科目名称": "消耗性生物资产"},
        {
            "原科目代码": "301",
            "原科目名称": "资本",
            "贷方余额": 2500,
            "新科目代码": "301",
            "新科目名称": "资本",
        },
    ]
    assert "conversion-balance" in desk.say("conversion", make_book("conversion", moves[:2]))[0]
    assert desk.say("conversion", make_book("conversion", [MOVE | {"借方余额": -5}])) == [
        "工作表「换科目」C2：现为-5.00，应为大于零的金额。改正金额；方向用借、贷表示。（move-amount）"
    ]
    wrong = MOVE | {"原科目名称": "现钱", "新科目代码": "999", "贷方余额": 1}
    told = "".join(desk.say("conversion", make_book("conversion", [wrong])))
    assert all(f"（{code}）" in told for code in ("account-name", "account-unknown", "posting-sides"))
    ids = desk.keep("conversion", make_book("conversion", moves))
    draft = desk.ports.vault.find_draft(VILLAGE, ids[0])
    assert draft is not None
    body = parse_claim(draft.claim).body
    assert isinstance(body, AccountsConverted)
    assert len(fill(desk.ports, VILLAGE, [draft]).tables["换科目"]) == 4
    (shown,) = show_drafts(desk.ports, VILLAGE, ids)
    assert "　131 牲畜(禽)资产 → 132 生产性生物资产 借 300.00" in shown.lines
    pass_drafts(desk.ports, VILLAGE, ids, desk.supervisor)
    with pytest.raises(NotFound):
        look_at_conversion(desk.ports, VILLAGE)
