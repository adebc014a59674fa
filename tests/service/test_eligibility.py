"""Own honours and those who lost them: refused by name, pointed out where two share it, and never of villagers."""

from __future__ import annotations

import pytest

from ledger.books.scores import SchemeAdopted, SchemeEffect, SchemeItem, StarCut
from ledger.limits import DAY_MS
from ledger.service.drafts import Discloser
from ledger.service.eligibility import list_ineligible
from ledger.service.passing import pass_drafts
from ledger.service.showing import show_drafts
from ledger.state.facts import PeriodFacts, put_fact
from tests.builders import VILLAGE
from tests.fakes import FakeClock
from tests.service.importing import GRANTED, HOLDER, MARK, MEMBERS, POST, ImportDesk, Row, make_book
from tests.service.test_import_assessments import BALLOT_ROW, WORKER, AssessmentDesk

OWN: Row = GRANTED | {"荣誉": "P21 优秀共产党员（年度，给人）", "评到哪个月": "2026-12", "日期": "2027-01-20"}
FINE: Row = HOLDER | {"本人姓名": "样小兰", "本人同意署名": "是"}
FAILED: Row = HOLDER | {"本人姓名": "例 大海", "本人同意署名": "是"}


def build_scheme(texts: Discloser) -> SchemeAdopted:
    """Whoever has one star loses the year's commendation."""
    item = texts.publish("item", {"group": "日常", "item": "参加主题党日", "unit": "次"})
    return SchemeAdopted(
        base=60,
        effects=(SchemeEffect(lasts="year", loses="commendation", stars=1),),
        items=(SchemeItem(code="P01", monthly_cap=10, points=5, text=item),),
        resolution=texts.publish("resolution", "党员大会通过"),
        scheme="member-60",
        stars=(StarCut(from_score=60, stars=1), StarCut(from_score=65, stars=2)),
        title=texts.publish("title", "党员考评办法"),
        version=1,
    )


@pytest.fixture
def desk() -> ImportDesk:
    """In October 样小兰 earned a second star, 例大海 did not; the year is closed."""
    clock = FakeClock()
    desk = ImportDesk(clock=clock)
    desk.open_books()
    desk.register()
    desk.record_body(build_scheme)
    desk.record("members", make_book("members", MEMBERS))
    desk.record("scores", make_book("scores", [MARK]))
    clock.advance(90 * DAY_MS)
    close(desk)
    return desk


def close(desk: ImportDesk) -> None:
    """Have the last quarter closed; what was before is over."""
    with desk.ports.ledger.write(VILLAGE) as writer:
        for month in ("2026-10", "2026-11", "2026-12"):
            known = PeriodFacts(closed=1, credit_fen=0, debit_fen=0, last_number="", vouchers=0)
            put_fact(writer.facts, f"period/{month}", known)


def book(*rows: Row, grant: Row = OWN) -> bytes:
    return make_book("honours", rows, others={"表彰": [grant]})


def test_who_lost_it_is_told_with_round_grade_and_rule(desk: ImportDesk) -> None:
    with desk.ports.ledger.read(VILLAGE) as reader:
        (one,) = list_ineligible(desk.ports, reader, VILLAGE, "2026-12")
        none = list_ineligible(desk.ports, reader, VILLAGE, "2027-12")

    assert (one.name, one.place, one.grade, one.scheme, one.until) == (
        *("例大海", "第一党支部", "一星"),
        *("党员考评办法", "2026-12-31"),
    )
    assert none == []
    desk.ports.vault.erase_subject(VILLAGE, one.lost.person.member)
    with desk.ports.ledger.read(VILLAGE) as reader:
        assert list_ineligible(desk.ports, reader, VILLAGE, "2026-12") == []


def test_an_own_honour_is_refused_to_who_lost_it_and_to_nobody_else(desk: ImportDesk) -> None:
    assert desk.say("honours", book(FINE, FAILED)) == [
        (
            "工作表「名单」D3：现为按考评办法，这段时间不参加评优表彰，应为这段时间可以参加评优表彰的人。"
            "删去这一行；原因和到哪一天为止，见“暂时不参加评优的人”。（honour-ineligible）"
        )
    ]
    imported = desk.read("honours", book(FINE))
    assert (imported.faults, imported.notices) == ((), ())


def test_the_villages_honours_and_other_times_are_untouched(desk: ImportDesk) -> None:
    other = OWN | {"荣誉": "P13 优秀志愿者（年度，给人）"}
    exemplar = OWN | {"荣誉": "P22 先锋党员典型（季度，给人）"}

    for grant in (other, exemplar, OWN | {"评到哪个月": "2025-12"}):
        assert desk.say("honours", book(FAILED, grant=grant)) == []


def test_where_two_share_a_name_the_clerk_is_asked_and_the_checker_told(desk: ImportDesk) -> None:
    namesake = MEMBERS[1] | {"党员编号": "0299", "支部": 3, "支部名称": "第三党支部"}
    desk.record("members", make_book("members", [namesake]))
    grant = book(FINE, FAILED)

    imported = desk.read("honours", grant)

    assert imported.faults == ()
    assert [notice.partition("：")[0] for notice in imported.notices] == ["工作表「名单」D3"]
    assert "同名的党员有 2 名，其中 1 名这段时间不参加评优表彰" in imported.notices[0]
    desk.keep("honours", grant)
    drafts = desk.ports.vault.list_drafts(VILLAGE, "waiting")
    (shown,) = show_drafts(desk.ports, VILLAGE, [drafts[0].id])
    assert shown.lines[-1].startswith("　注意：有 1 人与这段时间不参加评优表彰的人同名，请核对")


def test_a_grid_worker_who_failed_is_known_by_household_and_name() -> None:
    clock = FakeClock()
    desk = AssessmentDesk(clock, POST | {"户号": "0217"})
    desk.adopt("grid-worker")
    desk.vote()
    ids = desk.keep_round([WORKER | BALLOT_ROW], [WORKER | {"项目编号": "N01", "数量": 2, "证据": "查过"}])
    pass_drafts(desk.ports, VILLAGE, ids, desk.township)
    clock.advance(90 * DAY_MS)
    close(desk)
    named = HOLDER | {"本人姓名": "某小芹", "本人同意署名": "是"}
    grant = OWN | {"荣誉": "P23 优秀网格员（年度，给人）"}

    with desk.ports.ledger.read(VILLAGE) as reader:
        (one,) = list_ineligible(desk.ports, reader, VILLAGE, "2026-12")
    assert (one.name, one.number, one.place, one.grade, one.until) == (
        *("某小芹", "", "网格员"),
        *("不合格", "2026-12-31"),
    )
    assert [line.rpartition("（")[2] for line in desk.say("honours", book(named, grant=grant))] == [
        "honour-ineligible）"
    ]
    other = named | {"户号": "0218", "户主": "例小河"}
    assert desk.say("honours", book(other, grant=grant)) == []
