"""An application for a star in itself: years, subjects, files, and what an assessment says beside it."""

from __future__ import annotations

from typing import Any

from ledger.books.star_steps import (
    check_assessed,
    check_declared,
    check_moved,
    count_display,
    name_holder,
    name_stars,
    read_files,
    tell_stage,
)
from ledger.data import load_reference
from ledger.errors import format_fault
from tests.books.star_ledger import FILE, build_declared, build_star_move
from tests.builders import VILLAGE, Discloser, build_weighed_scheme


def declare(on: str = "2026-10-08", **changes: Any) -> list[str]:
    body = build_declared(Discloser(), **changes)
    return [format_fault(fault) for fault in check_declared(body, None, on)]


def test_an_application_names_its_year_and_the_one_that_it_is_for() -> None:
    assert declare() == []
    assert declare(year="2025") == []
    assert declare(number="XJ-2025-001", year="2024") == [
        "评星申报 XJ-2025-001：现为2025 年的编号，应为申报那天的年份 2026。按申报那天的年份编号。（star-year）",
        ("评星申报 XJ-2025-001：现为申报 2024 年的星，应为2025 年或 2026 年。改正年度。（star-of-year）"),
    ]
    assert declare("2026-02-30", number="XJ-2025-001") == []


def test_a_secretary_is_named_and_a_branch_is_not() -> None:
    texts = Discloser()

    assert declare(subject="secretary") == []
    assert declare(subject="secretary", secretary=None) == [
        (
            "评星申报 XJ-2026-001：现为没写书记姓名，应为支部书记申报的样子。"
            "支部书记申报的写书记姓名，支部申报的不写。（star-secretary）"
        )
    ]
    assert declare(secretary=texts.publish("样大山")) == [
        (
            "评星申报 XJ-2026-001：现为写了书记姓名，应为党支部申报的样子。"
            "支部书记申报的写书记姓名，支部申报的不写。（star-secretary）"
        )
    ]


def test_files_stand_once_each_in_their_order() -> None:
    assert declare(files=(FILE, FILE)) == [
        (
            "评星申报 XJ-2026-001，材料指纹：现为次序不对，或有重复，应为从小到大，每个一次。"
            "重新交审，次序由程序排。（star-files）"
        )
    ]
    body = build_star_move(Discloser(), files=(FILE, "0" * 64))
    assert [fault.code for fault in check_moved(body, None)] == ["star-files"]


def test_files_are_read_however_they_are_parted() -> None:
    assert read_files(f" {FILE.upper()}，{'0' * 64}\n") == [FILE, "0" * 64]
    assert read_files("") == []


def test_nobody_applies_for_no_star_while_a_review_may_give_none() -> None:
    texts = Discloser()
    scheme = build_weighed_scheme(texts)  # grades: two ranks, no 0

    assert [fault.code for fault in check_declared(build_declared(texts, stars=6), None, "2026-10-08")] == [
        "star-rank"
    ]
    assert check_moved(build_star_move(texts, stars=0), scheme) == []
    assert [fault.expected for fault in check_moved(build_star_move(texts, stars=3), scheme)] == [
        "没有星、一星、二星之一"
    ]
    declared = check_declared(build_declared(texts, stars=3), scheme, "2026-10-08")
    assert [fault.expected for fault in declared] == ["一星、二星之一"]


def test_a_review_is_held_against_an_assessment_where_there_is_one() -> None:
    assert check_assessed(3, None, "这里") == []
    assert check_assessed(3, 3, "这里") == []
    assert [format_fault(fault) for fault in check_assessed(4, 3, "评星申报 XJ-2026-001 的审核评星")] == [
        (
            "评星申报 XJ-2026-001 的审核评星：现为四星，应为考评记录算出的三星。"
            "照考评的星级写；考评记错了的，先更正考评。（star-assessed）"
        )
    ]


def test_stars_days_and_stages_in_words() -> None:
    assert [name_holder(name, "secretary") for name in ("榴园党支部", "榴园联合党总支一部")] == [
        "榴园党支部书记",
        "榴园联合党总支一部支部书记",
    ]
    assert name_holder("榴园党支部", "branch") == "榴园党支部"
    assert [name_stars(count) for count in (0, 2, 5, 12)] == ["没有星", "二星", "五星", "12 星"]
    assert count_display(load_reference().law, VILLAGE, "2026-10-28") == "2026-11-02"
    assert (tell_stage("reviewed", 0), tell_stage("reviewed", 1), tell_stage("adjusted", 0)) == (
        "refused",
        "reviewed",
        "adjusted",
    )
