"""The workbooks of grids and visits: what they become, and every fault of them at once."""

from __future__ import annotations

import pytest

from ledger.books.grids import GridsRegistered, VisitsRecorded
from ledger.canonical import format_claim, parse_claim
from ledger.data import load_grids, load_masks
from ledger.figures.grids import GridFigures, collect_grids
from ledger.log.commitments import parse_disclosure
from ledger.service.about import describe_subject
from ledger.service.refilling import fill
from ledger.service.sheets import read_texts
from ledger.service.showing import show_drafts
from ledger.service.workbooks.grid_columns import POST_NAMES
from ledger.state.private import find_subject
from tests.builders import VILLAGE
from tests.service.importing import POST, UNIT, VISIT, ImportDesk, Row, make_book

LANE: Row = {"网格编号": "WG-0002", "级别": "街巷", "名称": "老槐巷", "上级编号": "WG-0001", "户数": 16}
HEAD: Row = {"网格编号": "WG-0002", "职务": POST_NAMES["head"], "姓名": "样大山", "户号": "0217"}
PAIR: Row = {"网格编号": "WG-0001", "职务": "结对", "姓名": "例长青", "结对对象": "某小芹"}
NOTE: Row = {key: VISIT[key] for key in ("网格编号", "日期", "走访人")} | {"事由": "疏通水沟"}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    desk.register()
    return desk


def book(*units: Row, people: list[Row] | None = None) -> bytes:
    return make_book("grids", units, others={"网格人员": people or []})


def visits(*rows: Row) -> bytes:
    return make_book("visits", rows)


def set_up(desk: ImportDesk) -> None:
    desk.record("grids", book(UNIT, LANE, people=[POST, HEAD, PAIR]))


def collect(desk: ImportDesk, period: str = "2026-10") -> GridFigures:
    with desk.ports.ledger.read(VILLAGE) as reader:
        return collect_grids(reader.facts, read_texts(reader), load_grids(), period)


def test_units_are_drafted_with_their_people_and_name_nobody(desk: ImportDesk) -> None:
    imported = desk.read("grids", book(LANE, UNIT, people=[HEAD, POST, PAIR]))

    assert imported.faults == ()
    assert imported.preview == (
        "网格登记 2 个，人员 3 名",
        "　WG-0001 一级网格 东片网格：40 户，人员 2 名",
        "　WG-0002 街巷 老槐巷：16 户，人员 1 名，在 WG-0001 里",
    )
    (draft,) = imported.drafts
    body = parse_claim(draft.claim).body
    assert isinstance(body, GridsRegistered)
    (office,) = body.units[1].offices
    texts = {parse_disclosure(text)[1] for text in draft.public}
    assert texts == {"东片网格", "老槐巷", "样*山"}
    assert office.post == "head"
    shown = draft.label + format_claim(parse_claim(draft.claim)).decode() + "".join(imported.preview)
    assert not any(name in shown for name in ("样大山", "某小芹", "例长青", "0217"))
    # Whoever belongs to a household of the village is erased with it.
    assert sorted(find_subject(text) is not None for text in draft.private) == [False, False, True]


def test_whoever_passes_sees_what_they_pass_and_what_comes_back_is_filled_in_again(desk: ImportDesk) -> None:
    desk.keep("grids", book(UNIT, LANE, people=[POST, HEAD, PAIR]))
    drafts = desk.ports.vault.list_drafts(VILLAGE, "waiting")

    (shown,) = show_drafts(desk.ports, VILLAGE, [one.id for one in drafts])
    assert "　　网格长（街巷里叫街巷长） 样大山" in shown.lines
    assert "　　结对 例长青，带 某小芹" in shown.lines
    tables = fill(desk.ports, VILLAGE, drafts).tables
    assert sorted(tables["网格"]) == [
        ("WG-0001", "一级网格", "东片网格", "", "40", ""),
        ("WG-0002", "街巷", "老槐巷", "WG-0001", "16", ""),
    ]
    assert [row[1:] for row in tables["网格人员"]] == [
        ("结对", "例长青", "", "某小芹", "", "", "", ""),
        ("网格员", "某小芹", "", "", "", "", "", ""),
        (POST_NAMES["head"], "样大山", "0217", "", "", "", "", ""),
    ]


def test_a_lane_of_another_size_is_only_looked_at_again(desk: ImportDesk) -> None:
    imported = desk.read("grids", book(UNIT, LANE | {"户数": 24}))

    assert imported.faults == ()
    assert imported.notices == ("WG-0002 有 24 户：一名街巷长一般联系 10 至 20 户，请再看一眼",)


def test_every_fault_of_units_is_told_at_once(desk: ImportDesk) -> None:
    units = [
        UNIT | {"户数": -1},
        LANE | {"上级编号": "WG-0009"},
        LANE | {"网格编号": "WG-0003", "级别": "微网格", "上级编号": "WG-0002"},
        LANE | {"网格编号": "WG-0004", "上级编号": "1"},
        LANE | {"网格编号": "WG-0005", "上级编号": None},
        UNIT | {"网格编号": "WG-0006", "级别": "二级网格", "上级编号": "WG-0007"},
        UNIT | {"网格编号": "WG-0007", "级别": "三级网格", "上级编号": "WG-0006"},
        UNIT | {"网格编号": "WG-0008", "撤销": "是"},
        UNIT,
    ]
    people = [
        POST | {"网格编号": "WG-0099"},
        POST | {"网格编号": "WG-0008"},
        HEAD | {"户号": "0999"},
        PAIR | {"结对对象": None},
        POST | {"网格编号": "WG-0005", "结对对象": "某小芹"},
        HEAD | {"网格编号": "WG-0006"},
        HEAD | {"网格编号": "WG-0006", "姓名": "例小河", "户号": None},
        HEAD | {"网格编号": "WG-0006", "职务": "网格监督员"},
    ]
    said = desk.say("grids", book(*units, people=people))

    assert said == [
        "工作表「网格」E2：现为「-1」，应为0 至 10,000 的整数。只写整数，不带小数、字母和单位。（quantity-form）",
        "工作表「网格」D5：现为「1」，应为WG- 和四位数，如 WG-0001。写登记网格时用的编号。（grid-number-form）",
        (
            "工作表「网格」A10：现为网格编号 WG-0001，又出现一次（工作表「网格」第 2 行已有），应为各行不重复。"
            "删去重复的一行，或改正填错的一格。（row-duplicate）"
        ),
        (
            "工作表「网格人员」A2：现为「WG-0099」，应为「网格」里有的编号。"
            "在「网格」写上这个网格，和人员一起交；人员变了，网格和它的人都再写一遍。（grid-unlisted）"
        ),
        (
            "工作表「网格人员」D4：现为户号「0999」，应为已经登记的农户。"
            "对照名册改正户号；新的农户先登记并通过审核。（person-unknown）"
        ),
        "工作表「网格人员」E5：现为空，应为结对的写带的是谁，别的职务不写。补上结对对象。（grid-pair）",
        (
            "工作表「网格人员」E6：现为写了结对对象，应为结对的写带的是谁，别的职务不写。"
            "删去结对对象，或者把职务改成结对。（grid-pair）"
        ),
        (
            "工作表「网格」第 3 行：现为WG-0009，应为登记过的网格。"
            "改正上级编号；新的上级写在同一张表里。（grid-parent-unknown）"
        ),
        (
            "工作表「网格」第 4 行：现为微网格在街巷 WG-0002 里，应为上级是一级网格、二级网格、三级网格。"
            "改正级别或上级编号。（grid-level）"
        ),
        (
            "工作表「网格」第 6 行：现为没有上级编号，应为上级是一级网格、二级网格、三级网格、微网格。"
            "写上它在哪个网格里。（grid-parent-needed）"
        ),
        (
            "工作表「网格」第 7 行：现为上级 WG-0007 又在它里面，应为上级不在自己里面。"
            "改正其中一个的上级编号。（grid-cycle）"
        ),
        (
            "工作表「网格」第 8 行：现为上级 WG-0006 又在它里面，应为上级不在自己里面。"
            "改正其中一个的上级编号。（grid-cycle）"
        ),
        (
            "工作表「网格人员」第 3 行：现为WG-0008 已撤销，还有 1 名人员，应为没有人员。"
            "撤了的网格不再写人员。（grid-ended-posts）"
        ),
        (
            "工作表「网格人员」第 9 行：现为网格长又是监督员，应为监督的人不是网格长自己。"
            "换一位监督员。（grid-supervisor）"
        ),
        (
            "工作表「网格人员」B8：现为WG-0006 的网格长，又出现一次（工作表「网格人员」第 7 行已有），应为各行不重复。"
            "删去重复的一行，或改正填错的一格。（row-duplicate）"
        ),
    ]


def test_pairs_and_agreements_of_heads_are_sealed_and_come_back(desk: ImportDesk) -> None:
    pair = PAIR | {"结对户号": "0218", "结对日期": "2026-09-03"}
    head = HEAD | {"同意写全名日期": "2026-10-08", "牌上电话": "0000-1234567"}
    desk.keep("grids", book(UNIT, LANE, people=[pair, head, POST]))
    drafts = desk.ports.vault.list_drafts(VILLAGE, "waiting")

    sealed = [value for text in drafts[0].private if isinstance(value := parse_disclosure(text)[1], dict)]
    assert sorted(len(value) for value in sealed) == [3, 5, 5]  # What was not said is left out.
    (shown,) = show_drafts(desk.ports, VILLAGE, [one.id for one in drafts])
    lines = [line.strip() for line in shown.lines]
    assert "结对 例长青，带 某小芹（户 0218 例小河），2026-09-03 起" in lines
    named = "2026-10-08 签字同意牌上写全名，牌上电话 0000-1234567"
    assert f"网格长（街巷里叫街巷长） 样大山，{named}" in lines
    view = load_masks().find_view(["auditor"])
    (masked,) = show_drafts(desk.ports, VILLAGE, [one.id for one in drafts], view)
    assert "0000-1234567" not in "".join(masked.lines)
    rows = fill(desk.ports, VILLAGE, drafts).tables["网格人员"]
    assert ("WG-0001", "结对", "例长青", "", "某小芹", "0218", "2026-09-03", "", "") in rows
    assert [row[-2:] for row in rows if row[2] == "样大山"] == [("2026-10-08", "0000-1234567")]


def test_every_fault_of_pairs_and_agreements_is_told_at_once(desk: ImportDesk) -> None:
    people = [
        HEAD | {"同意写全名日期": "2026-10-08", "牌上电话": "样"},
        HEAD | {"网格编号": "WG-0001", "牌上电话": "0000-1234567"},
        POST | {"同意写全名日期": "2026-10-08"},
        POST | {"姓名": "某小兰", "结对日期": "2026-10-08"},
        PAIR | {"结对户号": "0999"},
        HEAD | {"网格编号": "WG-0003", "同意写全名日期": "2026-10-29"},
    ]
    lane = LANE | {"网格编号": "WG-0003"}

    assert desk.say("grids", book(UNIT, LANE, lane, people=people)) == [
        "工作表「网格人员」I2：现为「样」，应为数字和短横，如 0000-1234567。改正电话号码。（grid-telephone）",
        (
            "工作表「网格人员」I3：现为有电话，没有同意写全名的日期，应为本人同意的才写在牌上。"
            "补上本人签字同意的日期，或者删去电话。（grid-naming）"
        ),
        (
            "工作表「网格人员」H4：现为写了同意写全名日期，应为只有网格长、街巷长写在牌上。"
            "删去同意写全名日期。（grid-naming）"
        ),
        (
            "工作表「网格人员」G5：现为写了结对日期，应为结对的写带的是谁，别的职务不写。"
            "删去结对日期，或者把职务改成结对。（grid-pair）"
        ),
        (
            "工作表「网格人员」F6：现为结对户号「0999」，应为已经登记的农户。"
            "对照名册改正结对户号；新的农户先登记并通过审核。（person-unknown）"
        ),
        ("工作表「网格人员」H7：现为2026-10-29，应为2026-10-28 或更早。本人签字以后再登记。（grid-naming）"),
    ]


def test_a_unit_has_no_more_people_than_an_entry_holds(desk: ImportDesk) -> None:
    many = [POST | {"姓名": f"某第{number}人"} for number in range(401)]

    assert desk.say("grids", book(UNIT, people=many)) == [
        (
            "工作表「网格人员」第 2 行：现为WG-0001 有 401 名人员，应为一个网格不超过 400 名。"
            "分成下一级的网格来写。（grid-lines）"
        )
    ]


def test_a_change_is_a_later_row_with_the_number(desk: ImportDesk) -> None:
    set_up(desk)
    desk.record("grids", book(LANE | {"名称": "老槐巷西头", "户数": 12}))

    lane = next(unit for unit in collect(desk).units if unit.number == "WG-0002")
    assert (lane.name, lane.households, lane.offices) == ("老槐巷西头", 12, ())
    assert desk.say("grids", book(UNIT | {"撤销": "是"})) == [
        (
            "网格 WG-0002：现为上级 WG-0001 已撤销，应为没有撤销的上级。"
            "换一个上级，或者先把它也撤了。（grid-parent-ended）"
        )
    ]


def test_visits_are_drafted_by_month_and_name_nobody(desk: ImportDesk) -> None:
    set_up(desk)
    rows = [VISIT, VISIT | {"户号": "0218", "户主": "例小河"}, NOTE, VISIT | {"日期": "2026-09-30"}]
    rows.append(VISIT | {"网格编号": "WG-0002"})  # A worker of the grid visits for the lane.
    imported = desk.read("visits", visits(*rows))

    assert imported.faults == ()
    assert imported.preview == (
        "走访 2026-09：1 个网格，走访 1 次，日记 0 篇",
        "　WG-0001：走访 1 次，日记 0 篇",
        "走访 2026-10：2 个网格，走访 3 次，日记 1 篇",
        "　WG-0001：走访 2 次，日记 1 篇",
        "　WG-0002：走访 1 次，日记 0 篇",
    )
    claims = [parse_claim(draft.claim) for draft in imported.drafts]
    assert [claim.period for claim in claims] == ["2026-09", "2026-10"]
    assert all(isinstance(claim.body, VisitsRecorded) for claim in claims)
    assert not any(draft.public for draft in imported.drafts)
    # A visit goes with the household that was visited; a note of the diary is about none.
    subjects = [find_subject(text) for draft in imported.drafts for text in draft.private]
    assert sum(subject is not None for subject in subjects) == 4
    assert len({subject for subject in subjects if subject is not None}) == 2

    desk.keep("visits", visits(*rows))
    drafts = desk.ports.vault.list_drafts(VILLAGE, "waiting")
    told = [
        line for one in show_drafts(desk.ports, VILLAGE, [one.id for one in drafts]) for line in one.lines
    ]
    assert "　　2026-10-12 某小芹 走访户 0217 样大山：看望老人" in told
    assert "　　2026-10-12 某小芹 日记：疏通水沟" in told
    tables = fill(desk.ports, VILLAGE, drafts).tables
    assert sorted(row[3] for row in tables["走访"]) == ["", "0217", "0217", "0217", "0218"]


def test_a_month_that_comes_again_takes_the_place_of_the_first(desk: ImportDesk) -> None:
    set_up(desk)
    desk.record("visits", visits(VISIT, NOTE))
    again = desk.read("visits", visits(VISIT, VISIT | {"日期": "2026-10-13"}))

    assert again.notices == ("WG-0001 2026-10 已经登记过走访：这一次换下原来那一次，要把那个月的都写上",)
    desk.record("visits", visits(VISIT, VISIT | {"日期": "2026-10-13"}))
    figures = collect(desk)
    assert (figures.visits, figures.diaries, figures.short) == (2, 0, 1)


def test_a_household_is_told_what_is_kept_of_it_and_takes_it_along(desk: ImportDesk) -> None:
    set_up(desk)
    desk.record("visits", visits(VISIT, VISIT | {"户号": "0218", "户主": "例小河"}))
    vault = desk.ports.vault
    own = next(one.household for one in vault.list_households(VILLAGE) if one.number == "0217")

    told = describe_subject(desk.ports, VILLAGE, own, load_masks().find_view(["clerk"], has_purpose=True))
    said = {line.title: line.said for line in told.lines}
    assert (said["走访"], said["网格人员"]) == ("2026-10-12 某小芹。看望老人", "样大山")

    vault.erase_subject(VILLAGE, own)
    kept = [
        text for one in vault.list_households(VILLAGE) for text in vault.list_private(VILLAGE, one.household)
    ]
    assert not any("样大山" in str(parse_disclosure(text)[1]) for text in kept)
    assert collect(desk).visits == 2


def test_every_fault_of_visits_is_told_at_once(desk: ImportDesk) -> None:
    set_up(desk)
    rows = [
        VISIT | {"网格编号": "WG-0009"},
        VISIT | {"走访人": "例无名"},
        VISIT | {"日期": "2026-10-29"},
        VISIT | {"户号": None},
        VISIT | {"户主": "例小河"},
        VISIT,
        VISIT,
    ]
    assert desk.say("visits", visits(*rows)) == [
        (
            "工作表「走访」A2：现为「WG-0009」，应为登记过、没有撤销的网格。"
            "对照网格登记改正编号；新的网格先登记并通过审核。（visits-unit）"
        ),
        (
            "工作表「走访」C3：现为不在这个网格和它上级的人员里，应为登记过的网格人员。"
            "改正走访人或网格编号；新来的人先在「网格人员」登记。（visit-visitor）"
        ),
        "工作表「走访」B4：现为2026-10-29，应为2026-10-28 或更早。走访以后再登记。（visit-ahead）",
        (
            "工作表「走访」D5：现为有户主，没有户号，应为走访写户号和户主，村情日记两样都不写。"
            "补上户号，或者删去户主。（visit-household）"
        ),
        "工作表「走访」E6：现为与名册上的姓名不同，应为编号和姓名是同一人。对照名册改正编号或姓名。（person-name）",
        "工作表「走访」第 8 行：现为又写了一次，应为一天里一户一次。删去重复的一行。（visit-twice）",
    ]


def test_a_unit_has_no_more_visits_in_a_month_than_an_entry_holds(desk: ImportDesk) -> None:
    set_up(desk)
    many = [NOTE | {"事由": f"第 {number} 件事"} for number in range(901)]

    assert desk.say("visits", visits(*many)) == [
        (
            "工作表「走访」第 902 行：现为WG-0001 2026-10 有 901 行，应为一个网格一个月不超过 900 行。"
            "记到下一级的网格里。（visits-many）"
        )
    ]
