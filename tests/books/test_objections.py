"""Objections and answers: what they may say, and the clocks by which they are answered."""

from __future__ import annotations

import pytest

from ledger.books.objections import (
    AboutKind,
    check_answered,
    check_raised,
    count_late,
    get_due_day,
    tell_kind,
)
from ledger.data import load_reference
from ledger.errors import format_fault
from tests.builders import VILLAGE, Discloser, build_answer, build_objection

LAW = load_reference().law


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        ("", "other"),
        ("0", "entry"),
        ("17", "entry"),
        ("202610", "entry"),
        ("2026-10-F-1", "sheet"),
        ("2026-10-S-12", "sheet"),
        ("HT-0007", "contract"),
    ],
)
def test_a_reference_tells_what_it_is_to(about: str, kind: AboutKind) -> None:
    assert tell_kind(about) == kind


@pytest.mark.parametrize(
    ("village", "received_on", "due_on"),
    [
        (VILLAGE, "2026-10-28", "2026-11-02"),  # Shandong.
        ("119900001201", "2026-12-29", "2027-01-03"),  # The whole country, over the end of a year.
    ],
)
def test_an_answer_is_due_by_the_law_of_the_province(village: str, received_on: str, due_on: str) -> None:
    assert get_due_day(LAW, village, received_on) == due_on


@pytest.mark.parametrize(
    ("on", "late"), [("2026-11-01", 0), ("2026-11-02", 0), ("2026-11-03", 1), ("2026-12-02", 30)]
)
def test_it_is_late_from_the_day_after_its_last(on: str, late: int) -> None:
    assert count_late("2026-11-02", on) == late


def test_a_number_is_of_the_year_in_which_it_came() -> None:
    body = build_objection(Discloser(), number="YY-2025-0001")

    assert check_raised(body, "2025-12-31") == []
    assert [format_fault(fault) for fault in check_raised(body, "2026-01-01")] == [
        (
            "异议 YY-2025-0001：现为2025 年的编号，应为收到那天的年份 2026。"
            "编号由程序给出；重新交审登记。（objection-year）"
        )
    ]
    assert check_raised(body, "2026-02-30") == []  # Told where days are.


def test_an_answer_names_what_was_put_right_once_in_order_and_only_where_it_was_upheld() -> None:
    texts = Discloser()
    many = tuple(f"{number}" for number in range(10, 21))

    def check(**changes: object) -> list[str]:
        return [format_fault(fault) for fault in check_answered(build_answer(texts, **changes))]

    assert check(outcome="upheld", followed_by=("12", "2026-10-F-2")) == []
    assert check(outcome="upheld", followed_by=many[:10]) == []
    assert check(outcome="upheld", followed_by=many) == [
        (
            "异议 YY-2026-0001 的答复：现为11 项更正，应为不超过 10 项。"
            "写主要的几项，别的在答复里说。（answer-followed-count）"
        )
    ]
    out_of_order = (
        "异议 YY-2026-0001 的答复：现为更正的次序不对，或有重复，应为从小到大，每项一次。"
        "重新交审，次序由程序排。（answer-followed-order）"
    )
    assert check(outcome="upheld", followed_by=("2", "12")) == [out_of_order]
    assert check(outcome="upheld", followed_by=("12", "12")) == [out_of_order]
    assert check(outcome="not-upheld", followed_by=("12",)) == [
        (
            "异议 YY-2026-0001 的答复：现为结果是“不成立”，又写了更正，应为只有成立的才写更正。"
            "查实记错了的，结果选“成立”；没有记错的，不写更正。（answer-followed-outcome）"
        )
    ]
