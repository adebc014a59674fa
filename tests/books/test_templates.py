"""The shipped templates keep the rules of the books, and say where their values come from."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ledger.books.points import Rule, RulebookAdopted, check_rulebook
from ledger.books.schemes import check_scheme
from ledger.books.scores import SUBJECT_NAMES, SchemeAdopted, SchemeItem
from ledger.data.templates import load_rules, load_scheme, load_schemes
from ledger.errors import NotFound
from tests.builders import Discloser

LETTERS = {"A": "尊老爱幼", "B": "互助友爱", "C": "环境整治", "D": "遵规守纪", "E": "移风易俗"}


def test_the_rulebook_has_58_rules_in_five_groups() -> None:
    rules = load_rules().rules

    assert (len(rules), sum(rule.points > 0 for rule in rules), sum(rule.points < 0 for rule in rules)) == (
        58,
        47,
        11,
    )
    assert Counter(rule.group for rule in rules) == Counter(LETTERS[rule.code[0]] for rule in rules)
    assert [rule.code for rule in rules] == sorted({rule.code for rule in rules})


def test_the_rulebook_can_be_adopted_as_it_is() -> None:
    text = Discloser().publish("规则")
    rules = tuple(
        Rule(
            code=rule.code,
            monthly_cap=rule.monthly_cap,
            points=rule.points,
            sensitive=rule.sensitive,
            subject=rule.subject,
            text=text,
        )
        for rule in load_rules().rules
    )

    body = RulebookAdopted(base_points=load_rules().base_points, resolution=text, rules=rules, version=1)

    assert check_rulebook(body) == []


def test_every_value_names_its_basis_and_every_sensitive_rule_its_reason() -> None:
    rules = load_rules().rules

    assert all(rule.basis == "proposal" or rule.basis.startswith("village practice: ") for rule in rules)
    assert all(rule.evidence and rule.unit for rule in rules)
    assert [rule.code for rule in rules if rule.sensitive] == [
        rule.code for rule in rules if rule.sensitive_because
    ]
    assert all(rule.points > 0 for rule in rules if rule.sensitive)


def test_the_scheme_can_be_adopted_as_it_is() -> None:
    template, text = load_scheme("member-60"), Discloser().publish("项目")
    items = tuple(
        SchemeItem(code=item.code, monthly_cap=item.monthly_cap, points=item.points, text=text)
        for item in template.items
    )

    body = SchemeAdopted(
        base=template.base,
        items=items,
        resolution=text,
        scheme=template.scheme,
        stars=template.stars,
        title=text,
        version=1,
    )

    assert check_scheme(body) == []
    assert [(cut.stars, cut.from_score) for cut in template.stars] == [
        (1, 60),
        (2, 70),
        (3, 80),
        (4, 90),
        (5, 96),
    ]
    assert {item.points > 0 for item in template.items} == {True, False}


def test_a_scheme_that_is_not_shipped_is_not_found() -> None:
    with pytest.raises(NotFound, match="member-70"):
        load_scheme("member-70")


@pytest.mark.parametrize("name", load_schemes())
def test_every_shipped_scheme_says_where_each_line_is_from(name: str) -> None:
    scheme = load_scheme(name)
    rows = [scheme, *scheme.items, *scheme.components, *scheme.effects]
    rows += [row for one in scheme.components for row in one.measures]

    for row in rows:
        assert re.search("proposal|published practice|: [A-Z][a-z]+", row.basis), row
    assert scheme.scheme == name


def test_every_kind_of_subject_has_a_shipped_scheme() -> None:
    assert {scheme.subject for scheme in load_schemes().values()} == set(SUBJECT_NAMES)
    assert load_scheme("member-100").items == load_scheme("member-60").items
