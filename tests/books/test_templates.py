"""The shipped templates keep the rules of the books, and say where their values come from."""

from __future__ import annotations

from collections import Counter

import pytest

from ledger.books.points import Rule, RulebookAdopted, check_rulebook
from ledger.books.scores import SchemeAdopted, SchemeItem, check_scheme
from ledger.data.templates import load_rules, load_scheme
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
    with pytest.raises(NotFound, match="member-100"):
        load_scheme("member-100")
