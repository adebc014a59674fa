"""Who may do what, and what nobody may be at once: the table says it, and what a rule costs is said in words."""

from __future__ import annotations

import tomllib
from itertools import combinations

import pytest

from ledger.books.roles import CHECKER_ROLES, MAKER_ROLES, OFFICES, ROLES, Role, check_duties, parse_roles
from ledger.data import load_roles, read_data
from ledger.errors import format_fault

TABLE = load_roles()
TEXT = read_data("roles.toml")


def list_faults(held: set[str], *kin: set[str]) -> list[str]:
    return [format_fault(fault) for fault in check_duties(TABLE, "人员 u-aaaaaaaaaa", held, kin)]


def test_whoever_makes_or_passes_an_entry_may_do_so_by_the_table() -> None:
    assert TABLE.get_allowed("draft.prepare") == set(MAKER_ROLES)
    assert TABLE.get_allowed("draft.pass") == set(CHECKER_ROLES)


def test_the_operator_has_no_business_role() -> None:
    may = {action for action in TABLE.actions if "operator" in TABLE.get_allowed(action)}

    assert may == {
        "public.read",
        "desk.open",
        "duties.read",
        "accounts.manage",
        "desklog.own",
    }


def test_whoever_decides_or_sees_much_signs_in_with_a_second_factor() -> None:
    assert {duty for duty, row in TABLE.duties.items() if row.second_factor} == set(ROLES) - {"clerk"}


def test_what_the_law_keeps_apart_is_told_with_its_article() -> None:
    assert list_faults({"clerk", "supervisor"}) == [
        (
            "人员 u-aaaaaaaaaa：现为兼任监督委员、村文书，应为由不同的人担任"
            "（中华人民共和国农村集体经济组织法第三十四条：理事、财务和会计人员及其近亲属不得担任监事）。另选一个人，或先收回其中一项职责。（duties-apart）"
        )
    ]


def test_a_near_relative_of_the_committee_is_no_supervisor() -> None:
    assert list_faults({"supervisor"}, {"jury"}, {"committee"}) == [
        (
            "人员 u-aaaaaaaaaa：现为与近亲属分别任监督委员、村民委员会成员，应为由不同的人担任"
            "（中华人民共和国村民委员会组织法（2025年10月28日修订）第三十七条："
            "村民委员会成员及其近亲属不得担任村务监督机构成员）。另选一个没有这层亲属关系的人。（duties-apart）"
        )
    ]
    assert list_faults({"committee"}, {"supervisor"}) == list_faults({"supervisor"}, {"committee"})


@pytest.mark.parametrize(
    "held",
    [
        {"cashier", "accountant"},
        {"cashier", "archivist"},
        {"secretary", "clerk"},
        {"secretary", "supervisor"},
        {"township", "committee"},
        {"auditor", "jury"},
        {"jury", "supervisor"},
        *({"auditor", duty} for duty in (*ROLES, *OFFICES) if duty != "auditor"),
    ],
    ids=lambda held: "-".join(sorted(held)),
)
def test_these_duties_are_never_one_persons(held: set[str]) -> None:
    assert list_faults(held)


@pytest.mark.parametrize(
    "held", [{"clerk", "cashier"}, {"secretary", "committee"}, {"committee", "director"}, set()]
)
def test_these_duties_may_be_one_persons(held: set[str]) -> None:
    assert list_faults(held) == []


def test_relatives_may_hold_what_only_one_person_may_not() -> None:
    assert list_faults({"cashier"}, {"archivist"}) == []


def test_every_rule_can_be_broken_and_names_where_it_comes_from() -> None:
    for row in TABLE.apart:
        for one in row.one:
            for other in row.other:
                assert any(row.document in line for line in list_faults({one, other}))
        assert row.article or row.status == "P"


GRANTS = {row["role"]: row for row in tomllib.loads(TEXT)["grant"]}
PRESENT = [set(some) for count in range(6) for some in combinations(ROLES, count)]


@pytest.mark.parametrize("role", ROLES)
def test_who_gives_is_who_the_table_says_and_before_they_came_in_who_stands_in(role: Role) -> None:
    row = GRANTS[role]
    for present in PRESENT:
        wanted = row["give"] if present & set(row["give"]) else row["first"] or row["give"]
        assert list(TABLE.list_givers(role, present)) == wanted
    assert list(TABLE.list_takers(role)) == row["take"]


def test_who_is_watched_over_chooses_nobody_who_watches_once_the_township_has_come_in() -> None:
    for role in set(ROLES) - {"clerk"}:
        assert TABLE.list_givers(role, {"secretary", "township"}) == ("township",)
        assert TABLE.list_takers(role) == ("township",)
        assert TABLE.list_givers(role, {"secretary"}) == ("secretary",)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('role = "auditor"', 'role = "clerk"', "not every role says once"),
        ('take = ["secretary", "township"]', "take = []", "clerk is given or taken by nobody who may"),
        ('give = ["township"]', 'give = ["supervisor"]', "supervisor is given or taken by nobody who may"),
        ('id = "clerk"', 'id = "mayor"', "roles:"),
        ("is_role = true", "is_role = false", "not those that the program knows"),
        ('id = "card.read"', 'id = "public.read"', "twice"),
        ('allow = ["card"]', 'allow = ["everybody"]', "roles:"),
    ],
)
def test_a_table_that_is_not_right_is_refused_with_the_reason(before: str, after: str, says: str) -> None:
    assert before in TEXT

    with pytest.raises(ValueError, match=says):
        parse_roles(TEXT.replace(before, after, 1))
