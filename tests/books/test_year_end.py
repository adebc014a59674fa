"""The vouchers that a year's end asks for balance and leave nothing over, whatever was booked; and the refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.balances import add_turnovers, sum_turnovers
from ledger.books.conversion import (
    AccountsConverted,
    Move,
    check_moves,
    list_old_accounts,
    parse_conversion,
    propose_moves,
)
from ledger.books.statements import pick_results
from ledger.books.subaccounts import add_accounts
from ledger.books.year_end import (
    Proposal,
    Share,
    check_shares,
    check_year_end,
    count_distributable,
    ends_year,
    is_proposed,
    list_year_end,
)
from ledger.data import load_conversion, load_reference, read_data
from ledger.errors import Fault, format_fault
from ledger.state import check_entry
from ledger.state.charts import extend_chart
from ledger.state.money import get_balances
from tests.books.text_ledger import TextLedger

LEDGERS = Path(__file__).parent / "ledgers"
CHARTS = load_reference().charts
NEW = CHARTS["2023"]
AMOUNTS = st.integers(-(10**9), 10**9)
RESULTS = {
    version: sorted(code for code, one in chart.accounts.items() if one.class_ in ("income", "expense"))
    for version, chart in CHARTS.items()
}


def tell(faults: list[Fault]) -> list[str]:
    return [format_fault(fault) for fault in faults]


def follow(balances: dict[str, int], proposals: list[Proposal]) -> dict[str, int]:
    """The balances after the vouchers, each of which balances and has no line of nothing."""
    for proposal in proposals:
        assert all(posting.amount_fen > 0 for posting in proposal.postings)
        sides = [posting.amount_fen for posting in proposal.postings if posting.side == "debit"]
        others = [posting.amount_fen for posting in proposal.postings if posting.side == "credit"]
        assert sum(sides) == sum(others) > 0
        balances = add_turnovers(balances, sum_turnovers(proposal.postings))
    return balances


@given(st.data(), st.sampled_from(["2004", "2023"]))
def test_whatever_was_booked_is_carried_over_to_the_fen(data: st.DataObject, version: str) -> None:
    chart = CHARTS[version]
    kept = ["321", "32201", "32202"] if version == "2023" else ["321", "322"]
    codes = st.sampled_from(RESULTS[version] + kept)
    balances = data.draw(st.dictionaries(codes, AMOUNTS.filter(bool), max_size=12))
    distributable_fen = count_distributable(chart, balances)
    parts = data.draw(st.lists(st.integers(1, 10**6), max_size=3)) if distributable_fen > 3 * 10**6 else []
    shares = [Share(code, part) for code, part in zip(("311", "113", "201"), parts, strict=False)]

    after = follow(balances, list_year_end(chart, balances, shares, "样例"))

    assert not any(pick_results(chart, after).values())
    assert check_year_end(chart, after, "2026-12") == []
    assert -sum(
        amount for code, amount in after.items() if code.startswith("322")
    ) == distributable_fen - sum(parts)
    assert [follow(balances, []).get(share.account, 0) - after[share.account] for share in shares] == parts
    assert list_year_end(chart, after) == []


def test_what_a_correction_leaves_on_a_closed_sub_account_is_taken_away() -> None:
    gone = "refused: account-closed"
    red = "debit 5130499 抄表费 -1.00 | credit 102 银行存款 -1.00"
    months = "".join(f"2027-{month + 1:02d}-01 close 2027-{month:02d} | accepted\n" for month in range(2, 12))
    year = "2026-12-01 open | debit 102 银行存款 900.00 | credit 301 资本 900.00 | accepted\n"
    year += (
        "2026-12-01 add | 5130499 抄表费 | accepted\n"
        "2026-12-05 voucher 001 | debit 5130499 抄表费 1.00 | credit 102 银行存款 1.00 | 抄表 | accepted\n"
        "2026-12-31 voucher 002 | debit 321 本年收益 1.00 | credit 5130499 抄表费 1.00 | 结转支出 | accepted\n"
        "2026-12-31 voucher 003 | debit 32202 未分配收益 1.00 | credit 321 本年收益 1.00 | 结转收益 | accepted\n"
        "2027-01-02 close 2026-12 | accepted\n"
        "2027-01-05 retire 5130499 | 不再抄表 | accepted\n"
        f"2027-01-06 voucher 001 | debit 5130499 抄表费 1.00 | credit 102 银行存款 1.00 | 抄表 | {gone}\n"
        f"2027-01-06 voucher 001 | debit 5130499 抄表费 1.00 | credit 5130499 抄表费 1.00 | 转 | {gone}\n"
        f"2027-01-07 reversal 001 of 2026-12-001 | {red} | 抄错 | accepted\n"
        "2027-02-01 close 2027-01 | accepted\n" + months
    )
    # Neither more than the balance nor less: it is nought afterwards.
    year += (
        f"2027-12-31 voucher 001 | debit 5130499 抄表费 1.01 | credit 321 本年收益 1.01 | 结转 | {gone}\n"
        f"2027-12-31 voucher 001 | debit 5130499 抄表费 0.99 | credit 321 本年收益 0.99 | 结转 | {gone}\n"
        "2027-12-31 voucher 001 | debit 5130499 抄表费 1.00 | credit 321 本年收益 1.00 | 结转 | accepted\n"
        f"2027-12-31 voucher 002 | debit 5130499 抄表费 1.00 | credit 321 本年收益 1.00 | 结转 | {gone}\n"
        "2027-12-31 voucher 002 | debit 321 本年收益 1.00 | credit 32202 未分配收益 1.00 | 结转收益 | accepted\n"
        "2028-01-02 close 2027-12 | accepted\n"
    )
    assert TextLedger().run(year) == []
    ledger = TextLedger()
    assert ledger.run(year.partition("2027-12-31")[0]) == []

    def get_left() -> dict[str, int]:
        return get_balances(ledger.facts, "2027-12")

    (carried, kept) = list_year_end(extend_chart(ledger.facts, NEW, get_left()), get_left())
    accounts = [[posting.account for posting in proposal.postings] for proposal in (carried, kept)]
    assert accounts == [["5130499", "321"], ["321", "32202"]]


def test_what_the_village_divided_is_posted_to_its_part() -> None:
    own = add_accounts(NEW, [("3220101", "本年分配"), ("3220201", "历年结余")])
    balances = {"504": -900, "3220101": 5, "3220201": -100}
    proposals = list_year_end(
        own, balances, [Share("311", 100)], parts={"32201": "3220101", "32202": "3220201"}
    )

    assert [[posting.account for posting in proposal.postings] for proposal in proposals] == [
        ["504", "321"],
        ["321", "3220201"],
        ["3220101", "311"],
        ["3220201", "3220101"],
    ]
    assert follow(balances, proposals) == {"311": -100, "3220201": -895}
    # What stands against itself takes nothing from what is kept.
    (within,) = list_year_end(own, {"32201": -5, "3220101": 5})
    assert [posting.account for posting in within.postings] == ["32201", "3220101"]


def test_a_division_of_322_in_books_of_2004_is_no_account_of_what_was_given_out() -> None:
    own = add_accounts(CHARTS["2004"], [("32201", "历年结余")])
    balances = {"322": -40, "32201": -60, "531": -900}
    proposals = list_year_end(own, balances, [Share("311", 100)], parts={"322": "32201"})

    assert [[posting.account for posting in proposal.postings] for proposal in proposals] == [
        ["531", "321"],
        ["321", "32201"],
        ["32201", "311"],
    ]
    after = follow(balances, proposals)
    assert after == {"311": -100, "322": -40, "32201": -860}
    assert list_year_end(own, after, parts={"322": "32201"}) == []
    assert check_year_end(own, after, "2026-12") == []


def test_what_is_proposed_is_known_again_by_its_summary_and_accounts() -> None:
    balances = {"504": -900, "513": 300, "32201": 5}
    proposals = list_year_end(NEW, balances, [Share("311", 100)], "样例")

    for proposal in (*proposals, *list_year_end(NEW, {}, [Share("311", 100)])):
        assert is_proposed(proposal.summary, [posting.account for posting in proposal.postings])
    assert len(proposals) == 5
    assert not is_proposed("结转本年收入", ["504", "102"])
    assert not is_proposed("计提折旧", ["511", "321"])


def test_a_year_of_many_accounts_takes_several_vouchers() -> None:
    codes = [f"501{number:02d}{other:02d}" for number in (3, 4, 5) for other in range(1, 100)]
    chart = add_accounts(NEW, [(code, code) for code in codes])

    proposals = list_year_end(chart, dict.fromkeys(codes, -100))

    assert [len(proposal.postings) for proposal in proposals] == [200, 99, 2]
    assert follow(dict.fromkeys(codes, -100), proposals) == {"32202": -29_700}


def test_only_december_ends_a_year() -> None:
    assert [ends_year(f"2026-{month:02d}") for month in range(1, 13)] == [False] * 11 + [True]


def test_what_is_not_carried_over_is_said_all_at_once() -> None:
    balances = {
        "501": -5,
        "50103": -7,
        "511": 3,
        "51302": 4,
        "513": 1,
        "514": 2,
        "321": -9,
        "32201": 100,
        "101": 8,
    }

    assert tell(check_year_end(NEW, balances, "2026-12")) == [
        (
            "2026-12 结账：现为收入、支出科目还有余额：501 经营收入、50103 经营收入·租赁收入、511 经营支出、"
            "513 管理费用、51302 管理费用·办公费等 6 个科目，应为年末收入、支出都结转到 321 本年收益。"
            "先做年末结转凭证（办事页“年末结转”给出该做的几张），审核通过后再结账。（year-results-open）"
        ),
        (
            "2026-12 结账：现为321 本年收益还有余额 0.09 元，应为年末本年收益转到未分配收益，没有余额。"
            "用凭证把本年收益转到未分配收益，审核通过后再结账。（year-result-kept）"
        ),
        (
            "2026-12 结账：现为32201 各项分配还有余额 1.00 元，应为年末各项分配转到未分配收益，没有余额。"
            "用凭证把各项分配转到未分配收益，审核通过后再结账。（year-given-out-kept）"
        ),
    ]


def test_no_more_is_distributed_than_there_is_once_losses_are_covered() -> None:
    assert check_shares(100, [Share("311", 40), Share("113", 60)]) == []
    assert check_shares(-100, []) == []
    assert tell(check_shares(100, [Share("311", 40), Share("113", 61)])) == [
        (
            "收益分配：现为要分配 1.01 元，应为不超过可分配的 1.00 元。"
            "改正金额；还没有结转本年收益的，先结转再分配。（distribution-too-large）"
        )
    ]
    losses = "还没有结转本年收益的，先结转；亏损弥补以后没有剩余的，不能分配。（distribution-before-losses）"
    assert tell(check_shares(-100, [Share("311", 1)])) == [
        f"收益分配：现为要分配 0.01 元，未分配收益是亏损 1.00 元，应为先弥补亏损，有剩余再分配。{losses}"
    ]
    assert tell(check_shares(0, [Share("311", 1)])) == [
        f"收益分配：现为要分配 0.01 元，未分配收益是零，应为先弥补亏损，有剩余再分配。{losses}"
    ]


def test_each_refusal_of_a_conversion_tells_place_found_expected_and_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: dict[str, str] = {}

    def look(*arguments: object) -> list[Fault]:
        faults = check_entry(*arguments)
        for fault in faults:
            told.setdefault(fault.code, format_fault(fault))
        return faults

    monkeypatch.setattr("tests.books.text_ledger.check_entry", look)
    text = (LEDGERS / "converted_2004.ledger").read_text(encoding="utf-8")
    assert TextLedger("2004").run(text) == []

    assert {code: said for code, said in told.items() if "conver" in code} == {
        "conversion-balance": (
            "换用新科目，原科目 101 现金：现为借 1,648.00，应为借 2,000.00。"
            "转出的合计要等于原科目的余额，一分不差；分到几个新科目的，各行加起来核对。（conversion-balance）"
        ),
        "conversion-booked": (
            "换用新科目：现为2026-10 已有凭证，应为还没有记账的月份。"
            "这个月已经按旧科目记了账：记完、结账，从下一个月起换。（conversion-booked）"
        ),
        "conversion-month": (
            "换用新科目：现为从 2026-11 起换，应为从 2026-10 起换。"
            "先把旧科目的月份都结账，再从下一个月起换。（conversion-month）"
        ),
        "conversion-class": (
            "换用新科目，原科目 212 应付福利费：现为转到 504 其他收入，应为收入、支出转到收入、支出，其他转到其他。"
            "改正新科目：收益不能变成资产、负债，反过来也不能。（conversion-class）"
        ),
        "conversion-side": (
            "换用新科目，原科目 112 应收款：现为借 90,000.00 转到 151，应为没有余额的科目不转。"
            "每一行都和原科目的余额同在借方或贷方；没有余额的不写，要新记的做凭证。（conversion-side）"
        ),
        "conversion-money": (
            "换用新科目，原科目 101 现金：现为转到 112 应收款，应为现金转到 101，银行存款转到 102，"
            "别的科目不转到这两个。换科目不动钱：改正新科目；钱真的收了、付了，做凭证。（conversion-money）"
        ),
        "conversion-order": (
            "换用新科目：现为102 转 102 以后是 101 转 101，应为按原科目、新科目的代码从小到大，一对一行。"
            "排好次序；同样的两行合成一行。（conversion-order）"
        ),
        "conversion-twice": (
            "换用新科目：现为第 5 条已换，应为还在用 2004 年科目表的账。"
            "已在用新科目，照新科目记账。（conversion-twice）"
        ),
        "answer-converted": (
            "凭证 2026-11-002：现为凭证 2026-10-002 用的是 2004 年科目，应为换用新科目以后的凭证。"
            "换科目以前的凭证不再冲销：按新科目做一张凭证把差额调过来，摘要写明原凭证号。（answer-converted）"
        ),
    }
    assert (
        TextLedger("2023").run("2026-11-02 convert | 101 to 101 debit 1.00 | refused: conversion-twice") == []
    )
    assert told["conversion-twice"]
    assert (
        TextLedger("2004").run("2026-11-02 convert | 101 to 101 debit 1.00 | refused: books-not-opened") == []
    )


def test_a_move_is_told_on_which_side_the_balance_stands() -> None:
    moves = (
        Move(account="202", amount_fen=70_000, becomes="112", side="debit"),
        Move(account="202", amount_fen=520_000, becomes="211", side="credit"),
    )
    body = AccountsConverted(chart="2023", moves=moves)
    assert list_old_accounts(moves, "21") == [moves[1]]

    assert tell(check_moves(body, CHARTS["2004"], NEW, {"202": -450_000})) == [
        (
            "换用新科目，原科目 202 应付款：现为借 700.00 转到 112，应为从余额里转出，余额是贷 4,500.00。"
            "每一行都和原科目的余额同在借方或贷方；没有余额的不写，要新记的做凭证。（conversion-side）"
        )
    ]


def test_every_account_of_2004_has_a_line_and_what_is_plain_is_proposed() -> None:
    table = load_conversion()

    assert table.keys() == {code for code in CHARTS["2004"].accounts if len(code) == 3}
    assert (table["153"], table["154"], table["212"], table["511"]) == (
        ("154",),
        ("153",),
        (),
        ("501", "502"),
    )
    assert propose_moves(table, {"202": -450, "131": 600, "20201": -5}) == [
        ("131", 600, ""),
        ("202", -450, "211"),
        ("20201", -5, "211"),
    ]


def test_the_table_that_ships_is_whole() -> None:
    table = parse_conversion(read_data("conversion_2004_2023.csv"), CHARTS["2004"], NEW)

    assert table == load_conversion()
    assert set(table) == {code for code in CHARTS["2004"].accounts if len(code) == 3}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("from,to,status", "from,to"), "conversion line 1: columns"),
        (("101,101,same meaning", "101,101"), "conversion line 2: 2 fields, expected 3"),
        (("101,101,same", "999,101,same"), "conversion line 2: account '999', expected one of 2004, once"),
        (("102,102,same", "101,102,same"), "conversion line 3: account '101', expected one of 2004, once"),
        (("101,101,same", "101,10,same"), "conversion line 2: '10' is not in the chart of 2023"),
        (("101,101,same meaning\n", ""), "conversion: no line for 101"),
    ],
)
def test_a_table_that_is_not_whole_is_the_programs_mistake(change: tuple[str, str], told: str) -> None:
    text = read_data("conversion_2004_2023.csv").replace(*change, 1)

    with pytest.raises(ValueError, match=told):
        parse_conversion(text, CHARTS["2004"], NEW)
