"""The layouts of banks' statements: read whole or not at all, and found by their headers."""

from __future__ import annotations

import pytest

from ledger.books.layouts import NEEDED, find_columns, fold_header, list_headers, parse_layouts
from ledger.data import load_layouts, read_data

TEXT = read_data("bank.toml")


def find(*headers: str) -> tuple[str, dict[str, int], tuple[int, ...]] | None:
    found = find_columns(dict(enumerate(headers)), load_layouts())
    return None if found is None else (found.layout.id, dict(found.columns), found.texts)


def test_every_layout_finds_its_own_best_headers() -> None:
    for layout in load_layouts():
        headers = [getattr(layout, role)[0] for role in (*NEEDED, "party", "account")] + list(layout.texts)

        assert find(*headers) == (
            layout.id,
            dict(zip((*NEEDED, "party", "account"), range(6), strict=True)),
            tuple(range(6, 6 + len(layout.texts))),
        )


def test_units_widths_and_blanks_in_headers_make_no_difference() -> None:
    assert fold_header(" 收入 金额（元） ") == fold_header("收入金额/元(收入)") == "收入金额"
    assert find("交易时间", "收入金额(元)", "支出金额（元）", "账户余额 ", "收入金额") == (
        "abc",
        {"day": 0, "received": 1, "paid": 2, "balance": 3},
        (),
    )


def test_the_table_is_read_whole() -> None:
    assert [layout.id for layout in parse_layouts(TEXT)] == ["abc", "rural", "icbc"]
    assert parse_layouts(TEXT) == load_layouts()


def test_the_headers_that_must_be_there_are_told_in_one_order() -> None:
    assert list_headers(load_layouts()[0]) == ["交易时间", "收入金额", "支出金额", "账户余额"]


def test_a_row_that_lacks_what_is_needed_is_none() -> None:
    assert find("交易时间", "收入金额", "支出金额") is None
    assert find() is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "bank layouts: Object missing required field `layout`"),
        ("layout = []", "bank layouts: none, or an id stands there twice"),
        (TEXT.replace('"rural"', '"abc"'), "bank layouts: none, or an id stands there twice"),
        (
            TEXT.replace('paid = ["支出金额"]', "paid = []"),
            "bank layouts: abc lacks headers of day、received",
        ),
    ],
)
def test_a_spoilt_table_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        parse_layouts(text)
