"""The lines of the statements: nothing of the chart is left out, and every mistake is told with its line."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ledger.books.statement_lines import StatementForm, parse_statements, stands_under
from ledger.data import load_reference, load_statements, read_data

CHARTS = load_reference().charts
TEXT = read_data("statements.toml")


def get_form() -> StatementForm:
    return load_statements()["2023"]


def test_every_account_of_the_chart_stands_in_exactly_one_line() -> None:
    form, standing = get_form(), Counter[str]()
    for line in form.position + form.result:
        for code in CHARTS["2023"].accounts:
            standing[code] += stands_under(code, line.accounts)
            standing[f"{code} {line.side}"] += stands_under(code, line.details)

    expected = Counter(code for code in CHARTS["2023"].accounts if code != "113") + Counter(
        ["113 debit", "113 credit"]
    )
    assert +standing == expected


def test_the_order_is_that_of_the_standard() -> None:
    form = get_form()

    totals = [line.label for line in form.position if line.is_total and "净值" not in line.label]
    assert totals == [
        *("流动资产合计", "非流动资产合计", "资产总计"),
        *("流动负债合计", "非流动负债合计", "负债合计", "所有者权益合计", "负债和所有者权益总计"),
    ]
    assert [line.label for line in form.result if line.is_total] == [
        *("经营收益", "收益总额", "净收益", "可分配收益", "年末未分配收益"),
    ]


def test_what_is_not_attested_says_so() -> None:
    assert (get_form().status, get_form().label) == ("R", "按制度格式，待核对")
    assert set(load_statements()) == {"2023"}
    assert parse_statements(TEXT, CHARTS) == load_statements()


def spoil(old: str, new: str) -> tuple[str, int]:
    """The shipped file with one text changed, and the line of the file that the line of a statement begins on."""
    assert TEXT.count(old) == 1, old
    before = TEXT[: TEXT.index(old)].splitlines()
    begins = [number for number, row in enumerate(before, 1) if row.startswith("[[form.")]
    return TEXT.replace(old, new), max(begins, default=0)


CASH = 'accounts = ["101", "102"]'
STOCK = 'accounts = ["121", "401"]'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (CASH, 'accounts = ["101"]', "account 102 银行存款 stands in no line"),
        (CASH, 'accounts = ["101", "102", "103"]', "LINE (money): account 103 is not in the chart of 2023"),
        (STOCK, 'accounts = ["121", "401", "111"]', "LINE (stock): account 111 stands in another line, too"),
        (
            STOCK,
            'accounts = ["121", "401", "501"]',
            "LINE (stock): account 501 belongs to the other statement",
        ),
        (
            'accounts = ["211"]\ndetails = ["113"]',
            'accounts = ["211"]',
            "(receivables): account 113 stands not once on each side",
        ),
        ('id = "stock"', 'id = "money"', "LINE (money): this id stands above already"),
        (f'{STOCK}\nside = "debit"', STOCK, "LINE (stock): no side"),
        (
            f'{STOCK}\nside = "debit"',
            f'{STOCK}\nside = "left"',
            "LINE: Invalid enum value 'left' - at `$.side`",
        ),
        (
            f'{STOCK}\nside = "debit"',
            f'{STOCK}\nside = "credit"',
            "LINE (stock): counts [('debit', 1)] in assets and sources, expected once with its sign",
        ),
        (f"{STOCK}\n", f'{STOCK}\nplus = ["money"]\n', "LINE (stock): expected accounts, a total or a part"),
        (
            'minus = ["fixed-depreciation"]',
            'minus = ["worn"]',
            "LINE (fixed-net): 'worn' is no line above it",
        ),
        ('plus = ["current-assets", "long-assets"]', 'plus = ["current-assets"]', "(deferred): counts []"),
        ('id = "assets"\n', 'id = "everything"\n', "no line assets"),
        ('id = "kept"\n', 'id = "left"\n', "no line kept"),
        (
            'side = "debit"\ntakes = "rest"',
            'side = "debit"\ncounters = ["211"]',
            "[] take the rest of the debit side, expected one line",
        ),
        (
            'side = "credit"\ntakes = "unclosed"',
            'side = "credit"\ntakes = "rest"',
            "LINE (undistributed): expected accounts, a total or a part",
        ),
        (
            'accounts = ["321", "322"]\nside = "credit"\ntakes = "unclosed"',
            'side = "credit"\ntakes = "rest"',
            "LINE (undistributed): tells of 收益分配, which 资产负债表 does not",
        ),
        (
            'details = ["113"]\nside = "credit"',
            'details = ["113"]\nside = "credit"\ntakes = "x"',
            "Invalid enum",
        ),
        (
            'plus = ["current-assets", "long-assets"]',
            'plus = ["current-assets", "long-assets"]\nside = "debit"',
            "LINE (assets): side 'debit', expected none",
        ),
        (
            'accounts = ["301"]',
            'details = ["301"]\ntakes = "unclosed"',
            "LINE (capital): unclosed results without accounts beside them",
        ),
        ('[[form]]\nchart = "2023"', '[[form]]\nchart = "1996"', "Invalid enum value '1996'"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, said: str) -> None:
    text, begins = spoil(old, new)

    with pytest.raises(ValueError, match=re.escape(said.replace("LINE", f"statements line {begins}"))):
        parse_statements(text, CHARTS)


def test_every_mistake_is_told_at_once() -> None:
    text, _ = spoil(CASH, 'accounts = ["101"]')
    text = text.replace('id = "stock"', 'id = "money"').replace('accounts = ["301"]', 'accounts = ["399"]')

    with pytest.raises(ValueError, match="money") as found:
        parse_statements(text, CHARTS)

    assert len(str(found.value).splitlines()) == 5  # 102, 301 and 399; the id twice, and a total without it.


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "statements: no form"),
        ("[[form", "statements: "),
        (TEXT + TEXT[TEXT.index("[[form]]\nchart") :], "statements: two forms for the chart of 2023"),
    ],
)
def test_a_file_without_its_form_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_statements(text, CHARTS)
