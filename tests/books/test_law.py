"""The law's clocks by province and day."""

from __future__ import annotations

import pytest

from ledger.books.law import Deadline, count_days, find_days, find_rule, find_shown, parse_law
from ledger.data import load_reference

LAW = load_reference().law
RULE = """
[[rule]]
what = "display"
province = "00"
days = 5
document = "样例"
article = ""
in_force_from = "2020-01-01"
status = "P"
note = ""
"""


@pytest.mark.parametrize(
    ("what", "province", "on", "days"),
    [
        ("display", "37", "2025-12-31", 5),
        ("display", "37", "2026-01-01", 15),
        ("display", "33", "2026-01-01", 15),
        ("display", "33", "2025-12-31", 5),
        ("objection", "37", "2026-11-05", 5),
        ("answer", "37", "2026-11-05", 5),
        ("branch-display", "37", "2026-11-05", 5),
        ("display", "37", "1999-12-31", None),
        ("publish-month", "37", "2026-11-05", 30),
        ("publish-quarter", "33", "2025-12-31", 92),
        ("publish-quarter", "37", "2026-01-01", 92),
    ],
)
def test_days_follow_province_and_day(what: Deadline, province: str, on: str, days: int | None) -> None:
    assert find_days(LAW, what, province, on) == days


def test_the_national_amendment_is_named_with_its_article() -> None:
    rule = find_rule(LAW, "display", "37", "2026-11-05")

    assert rule is not None
    assert (rule.article, rule.in_force_from, rule.status) == ("第三十五条", "2026-01-01", "V")


def test_on_the_same_day_the_provinces_rule_is_the_more_special() -> None:
    law = parse_law(RULE + RULE.replace('"00"', '"37"').replace("days = 5", "days = 7"))

    assert find_days(law, "display", "37", "2026-01-01") == 7
    assert find_days(law, "display", "33", "2026-01-01") == 5


def test_the_day_itself_does_not_count() -> None:
    assert count_days("2026-11-05", 15) == "2026-11-20"
    assert count_days("2026-12-31", 1) == "2027-01-01"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "law: no rule"),
        (RULE + RULE, "law rule 2: the same clock, province and day stand there already"),
        (RULE.replace('"display"', '"poster"'), "law rule 1: Invalid enum value"),
        (RULE.replace("days = 5", "days = 0"), "law rule 1: 0 days, expected 1 to 365"),
        (RULE.replace("days = 5", "days = 366"), "law rule 1: 366 days"),
        (RULE.replace('"00"', '"371"'), "law rule 1: province '371'"),
        (RULE.replace('"00"', '"３７"'), "law rule 1: province '３７'"),
        (RULE.replace('"00"', '"ab"'), "law rule 1: province 'ab'"),
        (RULE.replace("2020-01-01", "2020-02-30"), "law rule 1: in force from '2020-02-30'"),
        (RULE.replace("2020-01-01", "20200101"), "law rule 1: in force from '20200101'"),
    ],
)
def test_a_wrong_rule_is_named(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_law(text)


SHOWN = """
[[shown]]
what = "deduction"
province = "{province}"
months = {months}
document = "d"
article = ""
in_force_from = "{since}"
status = "P"
note = ""
"""


def test_how_long_a_deduction_is_shown_follows_place_and_day() -> None:
    found = find_shown(LAW, "deduction", "37", "2026-11-01")
    assert found is not None
    assert (found.months, found.document) == (3, "国办发〔2025〕22号")
    assert find_shown(LAW, "deduction", "37", "1999-12-31") is None
    assert find_shown(LAW, "another", "37", "2026-11-01") is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (SHOWN.format(province="00", months=0, since="2026-01-01"), "0 months"),
        (SHOWN.format(province="0", months=3, since="2026-01-01"), "two digits"),
        (SHOWN.format(province="00", months='"x"', since="2026-01-01"), "law shown 1"),
        (SHOWN.format(province="00", months=3, since="2026-01-01") * 2, "stand there already"),
    ],
)
def test_a_wrong_row_of_what_is_shown_is_named(rows: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_law(RULE + rows)
