"""Masks of names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.people import mask_name


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("", ""),
        (" ", ""),
        ("王", "王*"),
        ("王强", "王*"),
        ("王自强", "王*强"),
        ("欧阳小明", "欧*明"),
        ("王　自 强", "王*强"),
        ("样例·甲乙丙", "样*丙"),
    ],
)
def test_a_name_is_masked(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text(min_size=1))
def test_a_mask_never_shows_more_than_two_characters(name: str) -> None:
    assert len(mask_name(name).replace("*", "", 1)) <= 2
