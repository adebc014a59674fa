"""Amounts on a page are found from their last digit; reading from the first, one by one, is the second opinion."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.audit.printed import Page

FORWARDS = re.compile(r"(?<![0-9.])-?[0-9][0-9,]*\.[0-9]{2}(?![0-9.])")


@settings(max_examples=500)
@given(st.text("12,.- 元", max_size=30))
@example("1.00-2.00")
@example("1.234.00,5.00")
@example("-1,,2.00 3.4,5.00")
def test_the_same_amounts_are_found_from_either_end(text: str) -> None:
    assert Page(text).list_left(amounts=True) == FORWARDS.findall(text)


def test_an_amount_that_a_row_took_is_not_left() -> None:
    page = Page("办公费 1,234.00 5.00\n5.00")

    assert page.take(("办公费", "1,234.00"))
    assert page.list_left(amounts=True) == ["5.00", "5.00"]
