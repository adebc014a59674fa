"""The workbook of cases: rows with all their steps, single steps, and every fault at once."""

from __future__ import annotations

import pytest

from ledger.books.cases import CaseConfided, CaseMoved, CaseOpened, CaseRated
from ledger.canonical import parse_claim
from ledger.entries import Body
from ledger.log.commitments import parse_disclosure
from ledger.service.belonging import list_subjects
from ledger.service.choices import list_choices
from ledger.service.import_ import Import
from ledger.service.passing import pass_drafts
from ledger.service.refilling import fill
from ledger.service.showing import show_drafts
from ledger.state.cases import find_case, list_open_cases
from tests.builders import VILLAGE
from tests.service.importing import CASE, CASE_STEP, UNIT, ImportDesk, Row, make_book

DONE: Row = CASE | {
    "来源": "别的平台转来",
    "网格编号": "WG-0001",
    "联系方式": "晚上在家",
    "核实日期": "2026-10-09",
    "交办日期": "2026-10-09",
    "交给": "村电工",
    "答复日期": "2026-10-11",
    "答复": "灯泡坏了，已经换好。",
    "结案日期": "2026-10-12",
    "评价日期": "2026-10-14",
    "评价": "满意",
}
QUARREL: Row = {
    "诉求编号": "AL-2026-002",
    "收到日期": "2026-10-10",
    "类别": "E01 邻里纠纷",
    "户号": "0218",
    "户主": "例小河",
    "反映的事": "例小河与某老井因屋檐滴水争吵",
    "核实日期": "2026-10-11",
    "交办日期": "2026-10-11",
    "交给": "调解员找例小河、某老井",
    "答复日期": "2026-10-20",
    "答复": "两家谈妥，例小河加接水槽",
    "结案日期": "2026-10-21",
}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.register()
    desk.record("grids", make_book("grids", [UNIT]))
    return desk


def book(*rows: Row, steps: tuple[Row, ...] = ()) -> bytes:
    return make_book("cases", rows, others={"办理": steps} if steps else None)


def bodies(imported: Import) -> list[Body]:
    assert imported.faults == ()
    return [parse_claim(draft.claim).body for draft in imported.drafts]


def codes(desk: ImportDesk, data: bytes) -> list[str]:
    return [fault.code for fault in desk.read("cases", data).faults]


def test_a_case_closed_elsewhere_becomes_an_entry_for_every_step(desk: ImportDesk) -> None:
    imported = desk.read("cases", book(DONE))

    opened, *steps, rated = bodies(imported)
    assert isinstance(opened, CaseOpened)
    assert (opened.source, opened.category, opened.grid) == ("import", "B04", "WG-0001")
    assert (opened.verify_by, opened.handle_by) == ("2026-10-10", "2026-10-18")
    assert [body.step for body in steps if isinstance(body, CaseMoved)] == [
        *("verified", "assigned", "handled", "closed")
    ]
    assert isinstance(rated, CaseRated)
    assert imported.preview == (
        "诉求件 AL-2026-001 路灯不亮",
        "　2026-10-08 收到，别的平台转来：B04 路灯不亮",
        "　反映的事：村东第三盏路灯不亮",
        "　反映的人：户 0217 样大山",
        "　联系方式：晚上在家",
        "　网格 WG-0001",
        "　2026-10-10 前核实，2026-10-18 前答复",
        "诉求件 AL-2026-001 路灯不亮：核实受理",
        "　2026-10-09：情况属实",
        "诉求件 AL-2026-001 路灯不亮：交办",
        "　2026-10-09：村电工",
        "诉求件 AL-2026-001 路灯不亮：答复",
        "　2026-10-11：灯泡坏了，已经换好。",
        "诉求件 AL-2026-001 路灯不亮：结案",
        "　2026-10-12：已经办结",
        "诉求件 AL-2026-001 路灯不亮：满意",
        "　2026-10-14",
    )
    assert [parse_claim(draft.claim).occurred_on for draft in imported.drafts] == [
        *("2026-10-08", "2026-10-09", "2026-10-09", "2026-10-11", "2026-10-12", "2026-10-14")
    ]

    desk.record("cases", book(DONE))

    with desk.ports.ledger.read(VILLAGE) as reader:
        case = find_case(reader.facts, "AL-2026-001")
        assert case is not None
        assert (case.stage, bool(case.known.rated)) == ("closed", True)
        assert list_open_cases(reader.facts) == ()


def test_nothing_of_who_and_what_stands_in_the_entries_nor_anything_of_a_quarrel(desk: ImportDesk) -> None:
    imported = desk.read("cases", book(DONE, QUARREL))

    assert {type(body) for body in bodies(imported)[6:]} == {CaseOpened, CaseConfided}
    opened = bodies(imported)[6]
    assert isinstance(opened, CaseOpened)
    assert opened.category == "E00"
    told = "".join(draft.label + draft.claim.decode() + repr(draft.public) for draft in imported.drafts)
    assert not any(secret in told for secret in ("样大山", "0217", "h-", "例小河", "第三盏", "E01", "接水槽"))
    (quarrel, *_) = imported.drafts[6:]
    assert quarrel.public == ()
    value = parse_disclosure(quarrel.private[0])[1]
    assert isinstance(value, dict)
    assert (value["kind"], set(value)) == ("E01", {"case", "contact", "household", "kind", "wording"})
    # Every later entry is under the same subject, so that an erasure takes all of it.
    values = [parse_disclosure(text)[1] for draft in imported.drafts[6:] for text in draft.private]
    found = {str(value["case"]) for value in values if isinstance(value, dict)}
    assert len(found) == 1


def test_a_recorded_case_goes_on_by_single_steps(desk: ImportDesk) -> None:
    desk.record("cases", book(CASE, {key: QUARREL[key] for key in list(QUARREL)[:6]}))
    steps = (
        CASE_STEP,
        {"诉求编号": "AL-2026-001", "事项": "交办", "日期": "2026-10-10", "内容": "村电工"},
        {"诉求编号": "AL-2026-001", "事项": "交办", "日期": "2026-10-11", "内容": "县供电所"},
        {"诉求编号": "AL-2026-002", "事项": "核实受理", "日期": "2026-10-11"},
        {"诉求编号": "AL-2026-001", "事项": "答复", "日期": "2026-10-12", "内容": "换好了"},
        {"诉求编号": "AL-2026-001", "事项": "结案", "日期": "2026-10-12"},
        {"诉求编号": "AL-2026-001", "事项": "不满意", "日期": "2026-10-14"},
    )
    imported = desk.read("cases", book(steps=steps))

    kinds = [type(body) for body in bodies(imported)]
    assert kinds == [CaseMoved, CaseMoved, CaseMoved, CaseConfided, CaseMoved, CaseMoved, CaseRated]
    value = parse_disclosure(imported.drafts[3].private[0])[1]
    assert isinstance(value, dict)
    assert value["words"] == "情况属实"
    known = {item.number: item.household for item in desk.ports.vault.list_households(VILLAGE)}
    assert value["household"] == known["0218"]
    desk.record("cases", book(steps=steps))
    assert codes(desk, book(steps=(CASE_STEP,))) == ["case-order", "case-early"][::-1]


def test_of_a_long_list_those_are_named_that_have_what_was_written(desk: ImportDesk) -> None:
    (like,) = desk.read("cases", book(CASE | {"类别": "路灯不"})).faults
    (unlike,) = desk.read("cases", book(CASE | {"类别": "路上太黑"})).faults

    assert like.expected == unlike.expected == "下拉选项里的一个，共 62 个，如 A01 垃圾没有清运"
    assert like.remedy == "从下拉选项里选：是不是 B04 路灯不亮"
    assert unlike.remedy == "从下拉选项里选，连前面的编号一起"


def test_a_category_may_be_written_without_its_code(desk: ImportDesk) -> None:
    (opened,) = bodies(desk.read("cases", book(CASE | {"类别": "路灯不亮"})))

    assert isinstance(opened, CaseOpened)
    assert opened.category == "B04"


def test_what_is_no_number_is_told_which_is_the_next(desk: ImportDesk) -> None:
    desk.record("cases", book(CASE | {"诉求编号": "AL-2026-017"}))
    wrong = CASE | {"诉求编号": "18"}

    assert [fault.remedy for fault in desk.read("cases", book(wrong)).faults] == ["新的一件用 AL-2026-018"]
    both = book(CASE | {"诉求编号": "AL-2026-018"}, wrong | {"收到日期": None})
    assert "新的一件用 AL-2026-019" in [fault.remedy for fault in desk.read("cases", both).faults]
    assert [
        fault.remedy for fault in desk.read("cases", book(steps=(CASE_STEP | {"诉求编号": "18"},))).faults
    ] == ["写登记这一件时用的编号"]


def test_a_row_tells_all_its_faults_at_once(desk: ImportDesk) -> None:
    gap = CASE | {"答复日期": "2026-10-11", "答复": "换好了"}
    assert desk.say("cases", book(gap)) == [
        (
            f"工作表「诉求件」第 2 行：现为写了答复日期，没写{day}，应为答复日期以前的每一步都写上。"
            f"补上{day}；记不清哪天的，写下一步的那天。（case-row-gap）"
        )
        for day in ("核实日期", "交办日期")
    ]
    assert desk.say("cases", book(DONE | {"答复": None, "交办日期": "2026-10-12"})) == [
        (
            "工作表「诉求件」第 2 行：现为写了答复日期，没写答复，应为两样都写，或者都不写。"
            "补上答复，或删去答复日期。（case-row-half）"
        ),
        (
            "工作表「诉求件」O2：现为2026-10-11，应为交办日期 2026-10-12 或以后。"
            "一步不能早于它的前一步；改正日期。（case-row-days）"
        ),
    ]
    rejected = CASE | {"核实日期": "2026-10-09", "受理": "否", "核实情况": "不是本村的灯"}
    assert [type(body) for body in bodies(desk.read("cases", book(rejected)))] == [CaseOpened, CaseMoved]
    assert desk.say("cases", book(rejected | {"交办日期": "2026-10-10", "交给": "村电工"})) == [
        (
            "工作表「诉求件」M2：现为不受理，又写了交办日期，应为空。"
            "受理的改成 是；不受理的，删去后面几步。（case-row-rejected）"
        )
    ]
    assert codes(desk, book(rejected | {"核实情况": None})) == ["case-row-half"]
    assert codes(desk, book(CASE | {"受理": "是", "核实情况": "属实"})) == ["case-row-half"] * 2
    assert codes(desk, book(CASE | {"户号": None})) == ["case-row-half"]


def test_every_cell_is_judged(desk: ImportDesk) -> None:
    assert desk.say("cases", book(CASE | {"诉求编号": "2026-1", "网格编号": "1-3"})) == [
        (
            "工作表「诉求件」A2：现为「2026-1」，应为AL-、年份和三位数，如 AL-2026-001。"
            "新的一件用 AL-2026-001。（case-number-form）"
        ),
        (
            "工作表「诉求件」E2：现为「1-3」，应为WG- 和四位数，如 WG-0001。"
            "写登记网格时用的编号。（grid-number-form）"
        ),
    ]
    assert codes(desk, book(CASE | {"户主": "例小河"})) == ["person-name"]
    assert codes(desk, book(CASE | {"户号": "0999"})) == ["person-unknown"]
    assert codes(desk, book(CASE | {"反映的事": "身份证 110101199003070000"})) == ["text-identity-number"]
    assert codes(desk, book(DONE | {"答复": "样大山家门前的灯换好了"})) == ["text-name"]
    assert codes(desk, book(QUARREL | {"答复": "身份证 110101199003070000"})) == ["text-identity-number"]
    assert codes(desk, book(QUARREL | {"网格编号": "WG-0001"})) == ["case-grid"]
    assert codes(desk, book(QUARREL | {"评价日期": "2026-10-22", "评价": "满意"})) == ["case-rating-private"]
    assert codes(desk, book(CASE, CASE)) == ["row-duplicate"]
    assert codes(desk, book(CASE | {"收到日期": "2026-11-08"})) == ["date-future"]
    assert codes(desk, book(CASE | {"诉求编号": "AL-2025-001"})) == ["case-year"]
    assert codes(desk, book(steps=(CASE_STEP,))) == ["case-unknown"]
    assert codes(desk, book(steps=(CASE_STEP | {"诉求编号": "AL-1"},))) == ["case-number-form"]
    assert codes(desk, book(steps=(CASE_STEP | {"事项": "答复", "内容": None},))) == ["case-row-half"]
    desk.keep("cases", book(CASE))
    assert codes(desk, book(CASE | {"反映的事": "路灯还是不亮"})) == ["draft-waiting"]


def test_what_was_reported_by_nobody_known_is_under_a_name_of_its_own(desk: ImportDesk) -> None:
    imported = desk.read("cases", book(CASE | {"户号": None, "户主": None}))

    value = parse_disclosure(imported.drafts[0].private[0])[1]
    assert isinstance(value, dict)
    assert "household" not in value
    assert str(value["case"]).startswith("q-")
    assert "　反映的人：没有写是哪一户" in imported.preview

    unnamed = desk.read("cases", book(CASE | {"户主": None}))
    assert "　反映的人：户 0217 样大山" in unnamed.preview


def test_who_passes_a_draft_sees_what_the_clerk_saw_and_it_goes_back_as_it_was_typed(
    desk: ImportDesk,
) -> None:
    rows = (DONE, QUARREL)
    imported = desk.read("cases", book(*rows))
    ids = desk.keep("cases", book(*rows))
    shown = [line for draft in show_drafts(desk.ports, VILLAGE, tuple(ids)) for line in draft.lines]
    assert tuple(shown) == imported.preview

    drafts = list(desk.ports.vault.list_drafts(VILLAGE, "waiting"))
    filled = fill(desk.ports, VILLAGE, drafts)
    assert (filled.kind, filled.gone) == ("cases", 0)
    assert [row[:9] for row in filled.tables["诉求件"]] == [
        tuple(str(row.get(header) or "") for header in list_headers()[:9])
        if row is DONE
        else tuple(
            {"来源": "找村里反映"}.get(header, str(row.get(header) or "")) for header in list_headers()[:9]
        )
        for row in rows
    ]
    assert ("AL-2026-002", "答复", "2026-10-20", "两家谈妥，例小河加接水槽") in filled.tables["办理"]
    assert ("AL-2026-001", "满意", "2026-10-14", "") in filled.tables["办理"]


def test_the_next_number_and_the_cases_that_go_on_are_offered(desk: ImportDesk) -> None:
    desk.record("cases", book(CASE))
    pass_drafts(desk.ports, VILLAGE, desk.keep("cases", book(steps=(CASE_STEP,))), desk.supervisor)
    desk.keep("cases", book(QUARREL))

    choices = list_choices(desk.ports, VILLAGE, "cases")["诉求编号"]
    assert [(choice.value, choice.beside) for choice in choices] == [
        ("AL-2026-003", "接下来的编号"),
        ("AL-2026-001", "路灯不亮，已受理"),
    ]
    units = list_choices(desk.ports, VILLAGE, "cases")["网格编号"]
    assert [(choice.value, choice.beside) for choice in units] == [("WG-0001", "东片网格")]


def list_headers() -> list[str]:
    return ["诉求编号", "收到日期", "来源", "类别", "网格编号", "户号", "户主", "反映的事", "联系方式"]


def test_whoever_reported_a_case_does_not_pass_it(desk: ImportDesk) -> None:
    known = {item.number: item.household for item in desk.ports.vault.list_households(VILLAGE)}
    imported = desk.read("cases", book(DONE, QUARREL))
    about = [list_subjects(desk.ports, draft, parse_claim(draft.claim)) for draft in imported.drafts]

    # Public steps name nobody; what is confided and the rating do.
    assert about[0] == about[5] == {known["0217"]}
    assert about[1:5] == [set()] * 4
    assert about[6:] == [{known["0218"]}] * 5


def test_an_erased_household_takes_its_reports_along_and_the_case_goes_on(desk: ImportDesk) -> None:
    desk.record("cases", book(CASE))
    known = {item.number: item.household for item in desk.ports.vault.list_households(VILLAGE)}
    desk.ports.vault.erase_subject(VILLAGE, known["0217"])
    desk.record("cases", book(steps=(CASE_STEP,)))

    with desk.ports.ledger.read(VILLAGE) as reader:
        case = find_case(reader.facts, "AL-2026-001")
        assert case is not None
        assert case.stage == "verified"
        assert desk.ports.vault.find_private(VILLAGE, case.body.report.sealed) is None
