"""The workbook of honours, whom points propose, and whose names are told."""

from __future__ import annotations

import pytest

from ledger.books.honours import HonourReversed, HonoursGranted
from ledger.canonical import parse_claim
from ledger.data import load_honours
from ledger.service.belonging import list_draft_subjects, list_subjects
from ledger.service.honours import (
    build_certificates_job,
    choose_number,
    list_candidates,
    list_named,
    propose_honour,
)
from ledger.service.refilling import fill
from ledger.service.showing import show_drafts
from ledger.state.facts import PeriodFacts, put_fact
from ledger.state.honours import list_granted_in
from tests.builders import VILLAGE
from tests.service.importing import AWARD, GRANTED, HOLDER, HOUSEHOLDS, ImportDesk, Row, make_book

SECOND: Row = HOLDER | {"户号": "0218", "户主": "例小河"}
WIFE: Row = HOLDER | {"表彰编号": "RY-2026-002", "本人姓名": "样小梅", "本人同意署名": "是"}
WRONG: Row = HOLDER | {"表彰编号": "RY-2026-002", "本人姓名": "样小梅", "原因": "登记错了人"}
WIVES: Row = GRANTED | {
    "表彰编号": "RY-2026-002",
    "荣誉": "P11 好媳妇（年度，给人）",
    "荣誉名称": "水边好媳妇",
    "评到哪个月": "2025-12",
}


@pytest.fixture
def desk() -> ImportDesk:
    """0217 agrees to be named, 0218 does not."""
    desk = ImportDesk()
    desk.open_books()
    desk.adopt_rules()
    named = [HOUSEHOLDS[0] | {"同意署名": "是"}, *HOUSEHOLDS[1:]]
    desk.record("households", make_book("households", named))
    put_months(desk, 0, "2026-10")  # A month of the books, still open: what was before is over.
    return desk


def book(*rows: Row, **others: list[Row]) -> bytes:
    return make_book("honours", rows, others=others)


def names(desk: ImportDesk) -> list[tuple[str, tuple[str, ...], int]]:
    with desk.ports.ledger.read(VILLAGE) as reader:
        found = list_named(desk.ports, reader, VILLAGE, list_granted_in(reader.facts, "2026-10"))
    return [(one.number, one.names, one.others) for one in found]


def test_honours_are_drafted_without_a_name_in_them_and_shown_with(desk: ImportDesk) -> None:
    imported = desk.read("honours", book(HOLDER, SECOND, WIFE, 表彰=[GRANTED, WIVES]))

    assert imported.faults == ()
    bodies = [parse_claim(draft.claim).body for draft in imported.drafts]
    assert [body.honour for body in bodies if isinstance(body, HonoursGranted)] == ["H01", "P11"]
    assert imported.preview == (
        "表彰 RY-2026-001 季度积分优胜户：2 户",
        "　评到：2026-09",
        "　户 0217",
        "　户 0218",
        "表彰 RY-2026-002 水边好媳妇：1 人",
        "　评到：2025-12",
        "　户 0217 样小梅",
    )
    shown = "".join(draft.label + draft.claim.decode() for draft in imported.drafts)
    assert not any(secret in shown for secret in ("样大山", "0217", "样小梅"))


def test_every_cell_is_judged(desk: ImportDesk) -> None:
    grant = [GRANTED]
    assert desk.say("honours", book(HOLDER | {"表彰编号": "RY-2026-009"}, 表彰=grant))[0] == (
        "工作表「名单」A2：现为「RY-2026-009」，应为「表彰」里有的编号。"
        "在「表彰」写上这一项荣誉，和名单一起交。（honour-unlisted）"
    )
    assert desk.say("honours", book(表彰=grant)) == [
        (
            "工作表「表彰」第 2 行：现为名单里没有这个编号，应为至少一户或一人。"
            "在「名单」写上给谁，和这一行一起交。（honour-nobody）"
        )
    ]
    assert desk.say("honours", book(HOLDER, 表彰=[GRANTED | {"日期": "2026-12-01"}])) == [
        (
            "工作表「表彰」E2：现为2026-12-01，应为2026-10-28 或更早。"
            "表彰以后再登记，写表彰的那天。（honour-day）"
        )
    ]
    own = GRANTED | {"荣誉": "H91 村里自定（季度，给户）"}
    assert desk.say("honours", book(HOLDER, 表彰=[own])) == [
        (
            "工作表「表彰」第 2 行：现为村里自定的荣誉没有名称，应为荣誉名称。"
            "写上这项荣誉叫什么。（honour-name）"
        )
    ]
    third = HOLDER | {"户号": "0219", "户主": "某老井"}
    assert desk.say("honours", book(third, 表彰=grant)) == [
        (
            "工作表「名单」第 2 行：现为该户没有同意积分，应为已签积分契约并同意积分的农户。"
            "按积分评的荣誉只给参加积分的户；删去这一行。（honour-consent）"
        )
    ]
    assert desk.say("honours", book(HOLDER | {"表彰编号": "1"}, 表彰=grant))[0] == (
        "工作表「名单」A2：现为「1」，应为RY-、年份和三位数，如 RY-2026-001。"
        "写登记这次表彰时用的编号。（honour-number-form）"
    )
    assert desk.say("honours", book(*[HOLDER] * 401, 表彰=grant))[0] == (
        "工作表「名单」第 402 行：现为表彰 RY-2026-001 有 401 行，应为一项荣誉一次不超过 400 行。"
        "分成两次，各用各的编号。（honour-lines）"
    )
    faults = desk.read("honours", book(HOLDER, HOLDER | {"本人姓名": "样小梅"}, HOLDER, 表彰=grant)).faults
    assert [fault.code for fault in faults] == ["honour-person", "honour-twice"]
    assert desk.say("honours", book(撤销=[HOLDER | {"原因": "算错"}])) == [
        (
            "工作表「撤销」第 2 行：现为表彰 RY-2026-001 没有可撤销的这一行，"
            "应为已经记入账本、还没有撤销的一份荣誉。"
            "核对表彰编号、户号和本人姓名；刚交的先让它通过审核。（honour-line）"
        )
    ]


def test_names_are_told_of_who_agreed_and_go_with_the_consent_the_household_and_the_honour(
    desk: ImportDesk,
) -> None:
    secret = HOLDER | {"表彰编号": "RY-2026-002", "本人姓名": "样小兰"}
    desk.record("honours", book(HOLDER, SECOND, WIFE, secret, 表彰=[GRANTED, WIVES]))
    assert names(desk) == [("RY-2026-001", ("样大山",), 1), ("RY-2026-002", ("样小梅",), 1)]

    desk.record("honours", book(撤销=[WRONG]))
    assert names(desk) == [("RY-2026-001", ("样大山",), 1), ("RY-2026-002", (), 1)]

    (who,) = [one for one in desk.ports.vault.list_households(VILLAGE) if one.number == "0217"]
    desk.ports.vault.erase_subject(VILLAGE, who.household)
    assert names(desk) == [("RY-2026-001", (), 2), ("RY-2026-002", (), 1)]
    job, subjects = build_certificates_job(desk.ports, VILLAGE, "RY-2026-001", "")
    assert "样大山".encode() not in job.content
    assert who.household not in subjects


def test_a_draft_is_read_whole_and_laid_back_into_the_sheet(desk: ImportDesk) -> None:
    desk.keep("honours", book(HOLDER, WIFE, 表彰=[GRANTED, WIVES]))
    drafts = desk.ports.vault.list_drafts(VILLAGE, "waiting")

    told = [
        line for shown in show_drafts(desk.ports, VILLAGE, [one.id for one in drafts]) for line in shown.lines
    ]
    assert "　户 0217 样小梅" in told
    assert "　评到：2025-12" in told
    tables = fill(desk.ports, VILLAGE, drafts).tables
    assert sorted(tables["名单"]) == [
        ("RY-2026-001", "0217", "样大山", "", ""),
        ("RY-2026-002", "0217", "样大山", "样小梅", "是"),
    ]
    assert tables["表彰"][1][:4] == ("RY-2026-002", "P11 好媳妇（年度，给人）", "水边好媳妇", "2025-12")


def test_a_withdrawal_is_read_whole_and_laid_back(desk: ImportDesk) -> None:
    desk.record("honours", book(WIFE, 表彰=[WIVES]))
    desk.keep("honours", book(撤销=[WRONG]))
    (draft,) = desk.ports.vault.list_drafts(VILLAGE, "waiting")

    claim = parse_claim(draft.claim)
    assert isinstance(claim.body, HonourReversed)
    known = {item.number: item.household for item in desk.ports.vault.list_households(VILLAGE)}
    assert (
        list_subjects(desk.ports, draft, claim) == list_draft_subjects(desk.ports, draft) == {known["0217"]}
    )
    (shown,) = show_drafts(desk.ports, VILLAGE, [draft.id])
    assert "　原因：登记错了人" in shown.lines
    tables = fill(desk.ports, VILLAGE, [draft]).tables
    assert tables["撤销"] == (("RY-2026-002", "0217", "样大山", "样小梅", "登记错了人"),)


def put_months(desk: ImportDesk, closed: int, *months: str) -> None:
    with desk.ports.ledger.write(VILLAGE) as writer:
        for month in months:
            period = PeriodFacts(closed=closed, credit_fen=0, debit_fen=0, last_number="", vouchers=0)
            put_fact(writer.facts, f"period/{month}", period)


def test_points_propose_only_once_the_whole_quarter_is_closed(desk: ImportDesk) -> None:
    other = AWARD | {"户号": "0218", "户主": "例小河", "数量": 1}
    desk.record("points", make_book("points", [AWARD, other]))
    put_months(desk, 1, "2026-10", "2026-11")
    assert list_candidates(desk.ports, VILLAGE, "quarter", "2026-12").is_open

    put_months(desk, 1, "2026-12")
    found = list_candidates(desk.ports, VILLAGE, "quarter", "2026-12", 10)

    assert [(one.household.number, one.rank.rank) for one in found.winners] == [("0217", 1)]
    assert (found.ranked, found.most) == (2, 1)
    kind = load_honours()["H01"]
    kept, added = propose_honour(desk.ports, VILLAGE, desk.clerk, kind, "2026-12", 10)
    assert added == 1
    assert kept.state.tables["名单"] == (("RY-2026-001", "0217", "样大山", "", ""),)
    assert kept.state.tables["表彰"][0][:4] == (
        "RY-2026-001",
        "H01 季度积分优胜户（季度，给户）",
        "",
        "2026-12",
    )
    assert propose_honour(desk.ports, VILLAGE, desk.clerk, kind, "2026-12", 10)[1] == 0


def test_the_next_number_is_after_what_was_granted_waits_or_is_typed(desk: ImportDesk) -> None:
    assert choose_number(desk.ports, VILLAGE, "2026", set()) == "RY-2026-001"
    desk.keep("honours", book(HOLDER, 表彰=[GRANTED]))
    assert choose_number(desk.ports, VILLAGE, "2026", set()) == "RY-2026-002"
    assert choose_number(desk.ports, VILLAGE, "2026", {"RY-2026-007", "x"}) == "RY-2026-008"
    assert choose_number(desk.ports, VILLAGE, "2027", set()) == "RY-2027-001"
