"""The table of categories and clocks, and what a case may not say of itself."""

from __future__ import annotations

import pytest

from ledger.books.cases import (
    CATEGORIES_MAX,
    CaseTable,
    check_opened,
    count_terms,
    hide_category,
    parse_cases,
)
from ledger.data import load_reference, read_data
from ledger.errors import format_fault
from tests.books.case_ledger import build_opened
from tests.builders import Discloser

TABLE = load_reference().cases
HEAD = """
[[clock]]
code = "one"
verify_days = 1
handle_days = 5
in_force_from = "2000-01-01"
basis = "proposal"
[[clock]]
code = "one"
verify_days = 2
handle_days = 9
in_force_from = "2026-07-01"
basis = "proposal"
[[group]]
code = "A"
name = "环境"
clock = "one"
private = false
[[group]]
code = "E"
name = "调解"
clock = "one"
private = true
"""


def category(code: str, rest: str = "") -> str:
    return f'[[category]]\ncode = "{code}"\nname = "样例"\nbasis = "proposal"\n{rest}\n'


def tell(code: str, on: str = "2026-10-08", number: str = "AL-2026-001", **changes: str) -> list[str]:
    body = build_opened(Discloser(), number, code, on, **changes)
    return [format_fault(fault) for fault in check_opened(TABLE, body, on)]


def test_what_ships_says_of_every_row_where_it_was_seen_or_that_it_is_proposed() -> None:
    rows = (*TABLE.categories, *TABLE.clocks)

    assert len(TABLE.categories) >= 60
    assert all(row.basis for row in rows)
    assert {group.code for group in TABLE.groups if group.is_private} == {"E"}
    assert {one.code[0] for one in TABLE.categories} == {group.code for group in TABLE.groups}


def test_a_table_carries_four_hundred_categories_and_no_more() -> None:
    codes = [f"{letter}{number:02d}" for letter in "ABCDF" for number in range(1, 81)]
    groups = "".join(
        f'[[group]]\ncode = "{letter}"\nname = "样例"\nclock = "one"\nprivate = false\n' for letter in "BCDF"
    )
    full = HEAD + groups + "".join(map(category, codes))

    assert len(parse_cases(full).categories) == CATEGORIES_MAX == 400
    with pytest.raises(ValueError, match="401 categories, at most 400"):
        parse_cases(full + category("A81"))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("", "no category"),
        (category("A01") * 2, "A01 twice"),
        (category("B01"), "category B01 is of no group"),
        (category("E00"), "category E00 is of no group"),
        (category("A1"), "category: "),
        (category("A01", 'clock = "two"'), "category A01 has no clock two"),
        (
            category("A01") + '[[group]]\ncode = "B"\nname = "x"\nclock = "two"\nprivate = false\n',
            "group B has",
        ),
        (category("A01") + '[[group]]\ncode = "A"\nname = "x"\nclock = "one"\nprivate = false\n', "A twice"),
    ],
)
def test_what_is_no_table_is_refused(rows: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_cases(HEAD + rows)


REWARD = '[[reward]]\nrule = "D05"\nitem = "样例"\nbasis = "proposal"\ncategories = ["{code}"]\n'


def test_a_rule_rewards_public_categories_alone() -> None:
    table = parse_cases(HEAD + category("A01") + REWARD.format(code="A01"))
    assert [(reward.rule, reward.categories) for reward in table.rewards] == [("D05", ("A01",))]
    assert {code[0] for reward in TABLE.rewards for code in reward.categories} == {"A", "B", "C", "D"}
    for code in ("A02", "E01"):
        with pytest.raises(ValueError, match=f"rule D05 rewards {code}, no public category"):
            parse_cases(HEAD + category("A01") + REWARD.format(code=code))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('in_force_from = "2026-07-01"', 'in_force_from = "2026-02-30"'),
        ("verify_days = 2", "verify_days = 10"),
    ],
)
def test_a_clock_is_of_a_day_and_verifies_before_it_answers(old: str, new: str) -> None:
    with pytest.raises(ValueError, match="clock one from"):
        parse_cases(HEAD.replace(old, new) + category("A01"))


def test_a_clock_is_that_of_the_category_or_its_group_on_the_day_of_the_report() -> None:
    table = parse_cases(HEAD + category("A01"))

    terms = [
        count_terms(clock, day)
        for day in ("2026-06-30", "2026-07-01")
        if (clock := table.find_clock("A01", day)) is not None
    ]

    assert terms == [("2026-07-01", "2026-07-05"), ("2026-07-03", "2026-07-10")]
    assert table.find_clock("A01", "1999-12-31") is None
    assert table.find_clock("E00", "2026-07-01") == table.find_clock("A01", "2026-07-01")
    assert CaseTable().find_clock("A01", "2026-07-01") is None
    # What nobody can wait for, as a lamp over a hole, has another clock than its group.
    assert TABLE.find_clock("B06", "2026-10-08") != TABLE.find_clock("B01", "2026-10-08")


def test_a_private_category_is_hidden_behind_its_group() -> None:
    assert hide_category(TABLE, "E03") == "E00"
    assert hide_category(TABLE, "B04") == "B04"
    assert hide_category(TABLE, "Z01") == "Z01"
    assert (TABLE.name("E03"), TABLE.name("E00"), TABLE.name("B04")) == (
        "赡养、抚养",
        "调解和家事",
        "路灯不亮",
    )
    assert (TABLE.name("Z00"), TABLE.name("B00"), TABLE.name("B99")) == ("Z00", "道路和路灯", "B99")


def test_a_case_says_of_itself_what_the_table_says() -> None:
    assert tell("B04") == []
    assert tell("E01") == []
    assert tell("B04", grid="WG-0001") == []
    assert tell("B04", number="AL-2025-001") == [
        "诉求件 AL-2025-001：现为2025 年的编号，应为收到那天的年份 2026。按收到那天的年份编号。（case-year）"
    ]
    assert tell("B99") == [
        "诉求件 AL-2026-001：现为B99，应为类别表里有的类别。从类别里选一个；调解和家事只写大类。（case-category）"
    ]
    assert tell("E01", grid="WG-0001") == [
        "诉求件 AL-2026-001：现为写了网格编号 WG-0001，应为空。不公开的诉求件不写网格编号。（case-grid）"
    ]
    assert tell("B04", handle_by="2026-12-31") == [
        (
            "诉求件 AL-2026-001：现为2026-10-10 前核实、2026-12-31 前答复，"
            "应为2026-10-10 前核实、2026-10-18 前答复。期限由程序按类别算，谁也不能改；重新交审。（case-term）"
        )
    ]
    for code in (
        "E01",
        "Z01",
        "B00",
    ):  # In an entry, a private category is that of its group, and no other is whole.
        assert len(tell("B04", category=code)) == 1


def test_a_day_that_there_is_not_is_told_where_days_are_and_one_without_a_clock_here() -> None:
    body = build_opened(Discloser())

    assert check_opened(TABLE, body, "2026-02-30") == []
    later = parse_cases(read_data("cases.toml").replace("2000-01-01", "2027-01-01"))
    assert [format_fault(fault) for fault in check_opened(later, body, "2026-10-28")] == [
        "诉求件 AL-2026-001：现为2026-10-28，应为有办理期限的日子。核对收到的日期。（case-clock）"
    ]


def test_mediation_alone_is_a_private_group() -> None:
    assert [group.code for group in load_reference().cases.groups if group.is_private] == ["E"]
