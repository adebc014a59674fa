"""The workbook of stars: applications, steps, and every fault at once; who passes what."""

from __future__ import annotations

import pytest

from ledger.books.star_steps import StarDeclared, StarMoved
from ledger.canonical import parse_claim
from ledger.errors import Refused, format_fault
from ledger.service.choices import list_choices
from ledger.service.passing import pass_drafts
from ledger.service.persons import add_person
from ledger.service.refilling import fill
from ledger.service.showing import show_drafts
from ledger.state.star_steps import find_application
from tests.builders import VILLAGE
from tests.service.importing import STAR, STAR_STEP, ImportDesk, Row, make_book

OWN: Row = STAR | {
    "申报编号": "XJ-2026-002",
    "谁申报": "支部书记",
    "书记姓名": "样带头",
    "材料指纹": "b" * 64 + " " + "A" * 64,
}
DISPLAY: Row = {
    "申报编号": "XJ-2026-001",
    "步骤": "公示亮星",
    "日期": "2026-10-10",
    "由谁": "党支部",
    "说明": "贴出来了",
}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.register()
    desk.enrol()
    return desk


def book(*rows: Row, steps: tuple[Row, ...] = ()) -> bytes:
    return make_book("stars", rows, others={"评星": steps} if steps else None)


def test_applications_and_steps_become_entries_of_their_days(desk: ImportDesk) -> None:
    imported = desk.read("stars", book(STAR, OWN, steps=(STAR_STEP, DISPLAY)))

    assert imported.faults == ()
    assert imported.preview == (
        "评星申报 XJ-2026-001 支部 1 党支部",
        "　2026-10-08 支部 1 党支部申报 2026 年的三星：修了路，装了灯。",
        "　材料：主题党日记录 12 份",
        "评星申报 XJ-2026-002 支部 1 支部书记",
        "　2026-10-08 支部 1 支部书记 样带头申报 2026 年的三星：修了路，装了灯。",
        "　材料：主题党日记录 12 份（2 个文件的指纹）",
        "评星申报 XJ-2026-001：审核评星",
        "　2026-10-09 党员大会：二星。材料属实",
        "评星申报 XJ-2026-001：公示亮星",
        "　2026-10-10 党支部：二星。贴出来了",
    )
    first, own, _reviewed, displayed = (parse_claim(draft.claim).body for draft in imported.drafts)
    assert isinstance(first, StarDeclared)
    assert (first.secretary, first.files) == (None, None)
    assert isinstance(own, StarDeclared)
    assert own.files == ("a" * 64, "b" * 64)
    assert isinstance(displayed, StarMoved)
    assert displayed.stars == 2  # as the review gave, where nothing is written


def test_a_draft_is_shown_whole_and_can_be_put_right(desk: ImportDesk) -> None:
    ids = desk.keep("stars", book(STAR, OWN, steps=(STAR_STEP | {"材料": "会议记录"},)))
    again = desk.read("stars", book(STAR | {"事迹": "又修了一条路。"}))
    assert [fault.code for fault in again.faults] == ["draft-waiting"]

    shown = show_drafts(desk.ports, VILLAGE, ids)
    assert "样带头" in "".join("".join(one.lines) for one in shown)
    drafts = [draft for id_ in ids if (draft := desk.ports.vault.find_draft(VILLAGE, id_)) is not None]
    tables = fill(desk.ports, VILLAGE, drafts).tables
    assert tables["申报"][1][4] == "样带头"
    assert tables["申报"][1][9] == "a" * 64 + " " + "b" * 64
    assert tables["评星"][0] == (
        *("XJ-2026-001", "审核评星", "2026-10-09", "2", "党员大会", "材料属实", "会议记录", ""),
    )


def test_whoever_passes_a_step_is_told_whose_star_it_is_and_what_came_before(desk: ImportDesk) -> None:
    desk.record("stars", book(STAR, steps=(STAR_STEP, DISPLAY)))
    ids = desk.keep("stars", book(steps=(DISPLAY | {"步骤": "审核评星", "日期": "2026-10-12", "几星": 1},)))

    (shown,) = show_drafts(desk.ports, VILLAGE, ids)

    assert shown.lines[-4:] == (
        "　申报的是支部 1 党支部，2026 年的三星",
        "　2026-10-09 已审核，等公示：二星",
        "　2026-10-10 正在公示，等验星：二星",
        "　公示到 2026-10-15",
    )


def test_what_may_be_chosen_is_the_next_number_and_what_goes_on(desk: ImportDesk) -> None:
    desk.record("stars", book(STAR))
    desk.keep("stars", book(OWN))

    choices = list_choices(desk.ports, VILLAGE, "stars")

    assert [(one.value, one.beside) for one in choices["申报编号"]] == [
        ("XJ-2026-003", "接下来的编号"),
        ("XJ-2026-001", "支部 1 党支部，已申报，等审核"),
    ]
    assert [one.value for one in choices["支部"]] == ["1", "2"]


def test_every_fault_of_a_row_is_told_at_once(desk: ImportDesk) -> None:
    wrong = STAR | {"申报编号": "X1", "支部": 0, "年度": 26, "材料指纹": "abc", "事迹": "电话 13800000000"}
    missing = {key: value for key, value in STAR_STEP.items() if key != "几星"}

    assert desk.say("stars", book(wrong, steps=(missing,))) == [
        (
            "工作表「申报」A2：现为「X1」，应为XJ-、年份和三位数，如 XJ-2026-001。"
            "写登记申报时用的编号。（star-number-form）"
        ),
        *(
            line
            for line in desk.say("stars", book(wrong))
            if "public-" in line or "private-" in line or "personal" in line or "phone" in line
        ),
        "工作表「申报」F2：现为26，应为四位数的年份，如 2026。改正年度。（star-year-form）",
        "工作表「申报」D2：现为0，应为大于 0 的整数。支部写序号，申报的星写几颗。（star-zero）",
        (
            "工作表「申报」J2：现为「abc」，应为64 位的 0–9、a–f，几个的用空格隔开，最多 20 个。"
            "从算指纹的程序里复制；没有的空着。（star-files-form）"
        ),
        (
            "工作表「评星」第 2 行：现为审核评星没写几星，应为写几星，没有评上的写 0。"
            "补上几星。（star-stars-missing）"
        ),
    ]
    assert [fault.code for fault in desk.read("stars", book(OWN | {"书记姓名": "13800000000"})).faults]
    assert [fault.code for fault in desk.read("stars", book(STAR, steps=(DISPLAY,))).faults] == ["star-order"]


def test_the_township_confirms_and_the_secretary_passes_nothing_of_their_own(desk: ImportDesk) -> None:
    secretary = add_person(desk.ports, VILLAGE, "某书记", "secretary").user
    township = add_person(desk.ports, VILLAGE, "某乡镇", "township").user
    namesake = add_person(desk.ports, VILLAGE, "样带头", "supervisor").user
    (declared,) = desk.keep("stars", book(OWN))
    for user in (secretary, namesake):
        with pytest.raises(Refused) as refused:
            pass_drafts(desk.ports, VILLAGE, [declared], user)
        assert [format_fault(fault) for fault in refused.value.faults] == [
            (
                f"待审记录 {declared}（评星申报 XJ-2026-002 支部 1 支部书记），审核人 {user}："
                "现为参评的书记本人、近亲属，或村书记，应为与参评的书记无关的人。"
                "支部书记的星，请监督委员或乡镇记账员来审核。（star-own）"
            )
        ]
    pass_drafts(desk.ports, VILLAGE, [declared], desk.supervisor)

    own = {"申报编号": "XJ-2026-002"}
    desk.record("stars", book(steps=(STAR_STEP | own, DISPLAY | own)))
    confirm = own | {"步骤": "上报验星", "日期": "2026-10-16", "由谁": "镇党委", "说明": "到村看过"}
    (id_,) = desk.keep("stars", book(steps=(confirm,)))
    with pytest.raises(Refused):
        pass_drafts(desk.ports, VILLAGE, [id_], namesake)

    assert pass_drafts(desk.ports, VILLAGE, [id_], desk.supervisor) == [None]  # it waits for the township
    (receipt,) = pass_drafts(desk.ports, VILLAGE, [id_], township)

    assert receipt is not None
    with desk.ports.ledger.read(VILLAGE) as reader:
        found = find_application(reader.facts, "XJ-2026-002")
        assert found is not None
        assert (found.stage, found.stars) == ("confirmed", 2)
