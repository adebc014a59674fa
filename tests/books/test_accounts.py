"""The charts of accounts: what the data files hold and what a wrong file is told."""

from __future__ import annotations

import pytest

from ledger.books.accounts import (
    CHART_MAX_ACCOUNTS,
    Chart,
    check_account,
    find_account,
    format_chart,
    is_bank,
    is_cash,
    is_money,
    list_accounts,
    parse_chart,
)
from ledger.data import load_reference, read_data
from ledger.errors import format_fault

HEADER = "code,name,class,normal_side,parent,status\n"
CASH = "101,库存现金,asset,debit,,official\n"


def get_chart(version: str = "2023") -> Chart:
    return load_reference().charts[version]


@pytest.mark.parametrize(("version", "accounts"), [("2004", 36), ("2023", 63)])
def test_a_chart_holds_what_the_regulation_lists(version: str, accounts: int) -> None:
    chart = get_chart(version)

    assert len(chart.accounts) == accounts
    assert all(code == account.code for code, account in chart.accounts.items())


def test_the_standard_of_2023_has_42_accounts_of_three_digits() -> None:
    assert sum(len(code) == 3 for code in get_chart().accounts) == 42


def test_codes_mean_something_else_in_either_chart() -> None:
    names = [
        (get_chart("2004").accounts[code].name, get_chart().accounts[code].name) for code in ("153", "502")
    ]

    assert names == [("固定资产清理", "在建工程"), ("经营支出", "投资收益")]


@pytest.mark.parametrize("version", ["2004", "2023"])
def test_a_chart_written_and_read_is_the_same(version: str) -> None:
    chart = get_chart(version)

    assert parse_chart(format_chart(chart), chart.version) == chart
    assert format_chart(chart) == read_data(f"chart_{version}.csv")


def test_a_quote_in_a_status_survives() -> None:
    chart = parse_chart(HEADER + '101,库存现金,asset,debit,,"a ""b"", c"\n', "2023")

    assert chart.accounts["101"].status == 'a "b", c'
    assert parse_chart(format_chart(chart), "2023") == chart


def test_only_listed_codes_are_found() -> None:
    chart = get_chart()

    assert find_account(chart, "50103") is chart.accounts["50103"]
    assert find_account(chart, "10101") is None
    assert [account.code for account in list_accounts(chart, "cost")] == ["401"]


def test_an_unknown_account_says_which_listed_one_is_near() -> None:
    chart = get_chart()

    assert check_account(chart, "101", "第 1 行") == []
    assert [format_fault(fault) for fault in check_account(chart, "10101", "第 1 行")] == [
        (
            "第 1 行：现为科目 10101，应为2023 年科目表内的科目。"
            "科目表里有 101 库存现金，没有这个明细科目：请改用表内的科目代码。（account-unknown）"
        )
    ]
    assert [format_fault(fault) for fault in check_account(chart, "599", "第 1 行")] == [
        "第 1 行：现为科目 599，应为2023 年科目表内的科目。对照会计科目表改正科目代码。（account-unknown）"
    ]


def test_cash_and_bank_are_told_by_their_code() -> None:
    assert [(is_cash(code), is_bank(code), is_money(code)) for code in ("101", "102", "10201", "112")] == [
        (True, False, True),
        (False, True, True),
        (False, True, True),
        (False, False, False),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", r"chart 2023 line 1: columns \[\]"),
        ("code,name\n101,库存现金\n", "line 1: columns"),
        (HEADER, "chart 2023: no accounts"),
        (HEADER + "101,库存现金,asset,debit,\n", "line 2: 5 fields, expected 6"),
        (HEADER + "1011,库存现金,asset,debit,,\n", "line 2: account code '1011'"),
        (HEADER + "１０１,库存现金,asset,debit,,\n", "line 2: account code '１０１'"),
        (HEADER + CASH + CASH, "line 3: account 101 is listed twice"),
        (HEADER + "101,,asset,debit,,\n", "line 2: name ''"),
        (HEADER + "101, 库存现金,asset,debit,,\n", "line 2: name ' 库存现金'"),
        (HEADER + "101,库存现金,money,debit,,\n", "line 2: class 'money'"),
        (HEADER + "101,库存现金,asset,left,,\n", "line 2: normal side 'left'"),
        (HEADER + CASH + "10101,备用金,asset,debit,,\n", "line 3: parent '' of account 10101"),
        (HEADER + CASH + "10201,基本户,asset,debit,101,\n", "line 3: parent '101' of account 10201"),
        (HEADER + "10201,基本户,asset,debit,102,\n", "line 2: parent '102' of account 10201"),
        (HEADER + "101,库存现金,asset,debit,1,\n", "line 2: parent '1' of account 101"),
    ],
)
def test_a_wrong_chart_says_line_and_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_chart(text, "2023")


def test_a_chart_has_a_limit() -> None:
    codes = ["101"] + [f"101{n // 100:02d}{n % 100:02d}" for n in range(CHART_MAX_ACCOUNTS)]
    parents = sorted({code[:5] for code in codes if len(code) == 7})
    rows = [CASH] + [f"{code},甲,asset,debit,101,\n" for code in parents]
    rows += [f"{code},乙,asset,debit,{code[:5]},\n" for code in codes if len(code) == 7]

    with pytest.raises(ValueError, match="more than 2000 accounts"):
        parse_chart(HEADER + "".join(rows), "2023")
