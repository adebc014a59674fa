"""Sub-accounts of a village's own: every refusal with its whole message, and the chart that entries add up to."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.books.subaccounts import (
    SUB_ACCOUNTS_MAX,
    AccountsAdded,
    AccountsClosed,
    NewAccount,
    add_accounts,
    check_added,
    check_closed,
    name_in_full,
)
from ledger.books.values import PublicText
from ledger.data import load_reference
from ledger.errors import Fault, format_fault
from ledger.figures.charts import collect_chart
from ledger.state import MemoryFacts, check_entry
from ledger.state.accounts import fold_accounts
from ledger.state.charts import extend_chart, get_version, iterate_own, list_leaves
from tests.books.text_ledger import TextLedger
from tests.builders import Discloser, EntryChain, build_accounts_closed, build_founding

TEXT = (Path(__file__).parents[1] / "books" / "ledgers" / "subaccounts.ledger").read_text(encoding="utf-8")
CHART = load_reference().charts["2023"]
TITLE = PublicText(text="x" * 43)


def tell(faults: list[Fault]) -> list[str]:
    return [format_fault(fault) for fault in faults]


def add(*codes: str, chart: str = "2023") -> AccountsAdded:
    return AccountsAdded(accounts=tuple(NewAccount(code=code, title=TITLE) for code in codes), chart=chart)


def test_each_refusal_tells_place_found_expected_and_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, str] = {}

    def look(*arguments: object) -> list[Fault]:
        faults = check_entry(*arguments)
        for fault in faults:
            told.setdefault(fault.code, format_fault(fault))
        return faults

    monkeypatch.setattr("tests.books.text_ledger.check_entry", look)
    assert TextLedger().run(TEXT) == []

    assert {code: said for code, said in told.items() if code.startswith("account")} == {
        "account-unknown": (
            "凭证 2026-10-001第 2 行：现为科目 11203，应为2023 年科目表内的科目。"
            "科目表里有 112 应收款，没有这个明细科目：请改用表内的科目代码。（account-unknown）"
        ),
        "account-no-parent": (
            "明细科目 1120301：现为没有上级科目 11203，应为上级科目的代码加两位数字。"
            "一级科目由制度规定，不能增设；先增设上级明细科目，或改正代码。（account-no-parent）"
        ),
        "account-known": (
            "明细科目 11201：现为已有科目 11201 应收单位款，应为没有用过的代码。"
            "换一个代码；用过的代码，停用了也不再给别的科目。（account-known）"
        ),
        "accounts-order": (
            "增设明细科目：现为11204 以后是 11203，应为按科目代码从小到大，一个科目一行。"
            "排好次序，删去重复的。（accounts-order）"
        ),
        "account-has-details": (
            "凭证 2026-10-001第 2 行：现为科目 112 已设明细科目，应为最末一级的明细科目，如 1120301、11204。"
            "记到明细科目；原来记在上级科目的余额，用一张只在上下级之间转的凭证转过去。（account-has-details）"
        ),
        "account-not-own": (
            "停用明细科目 11201：现为不是本村增设的明细科目，应为本村增设的明细科目。"
            "制度规定的科目不能停用，没有余额就不会显示；核对代码。（account-not-own）"
        ),
        "account-has-open": (
            "停用明细科目 11203：现为下面还有没停用的 1120301，应为下级明细科目都停用了。"
            "先停用下级的，或者一起停用。（account-has-open）"
        ),
        "account-has-balance": (
            "停用明细科目 1120301：现为余额 借 5,000.00 元，应为没有余额。"
            "先用凭证把余额转到别的科目，再停用。（account-has-balance）"
        ),
        "account-closed": (
            "停用明细科目 11204：现为科目 11204 已经停用，应为没有停用的科目。"
            "改用别的明细科目；停用以后不再恢复，要用就增设一个。（account-closed）"
        ),
        "account-not-yet": (
            "凭证 2026-10-008第 1 行：现为2026-10 用科目 11205，应为2026-11 或以后。"
            "这个明细科目从 2026-11 起才有，以前的月份记到上级科目。（account-not-yet）"
        ),
    }


def test_a_body_is_of_the_villages_chart_and_a_village_has_so_many_at_most() -> None:
    assert check_added(add("11203"), CHART, SUB_ACCOUNTS_MAX - 1) == []
    assert tell(check_added(add("11203"), CHART, SUB_ACCOUNTS_MAX)) == [
        (
            "增设明细科目：现为已有 500 个，再加 1 个，应为全村不超过 500 个。"
            "少设几个：一户一个、一笔一个的用台账记，不设科目。（accounts-too-many）"
        )
    ]
    other = "现为2004 年科目表，应为2023 年科目表。两版科目代码含义不同，请按本账的科目表重新选科目。（chart-version）"
    assert tell(check_added(add("11203", chart="2004"), CHART, 0)) == [f"增设明细科目：{other}"]
    closed = AccountsClosed(accounts=("11203",), chart="2004", reason=TITLE)
    assert tell(check_closed(closed, CHART, frozenset())) == [f"停用明细科目：{other}"]


def test_a_sub_account_takes_class_and_side_from_the_one_above() -> None:
    chart = add_accounts(CHART, [("11303", "三组"), ("1130301", "三组承包费"), ("15201", "房屋折旧")])

    assert (chart.accounts["1130301"].class_, chart.accounts["1130301"].normal_side) == ("asset", "both")
    assert chart.accounts["15201"].normal_side == "credit"
    assert name_in_full(chart, "1130301") == "内部往来·三组·三组承包费"
    assert name_in_full(chart, "11399") == "11399"
    assert "11303" not in CHART.accounts
    with pytest.raises(ValueError, match="account 1150101 details no account of the chart of 2023"):
        add_accounts(CHART, [("1150101", "无")])


def test_the_chart_has_the_titles_and_only_what_is_asked_where_nobody_sees_it() -> None:
    ledger = TextLedger()
    assert ledger.run(TEXT) == []

    chart = collect_chart(ledger.facts, load_reference(), ledger.texts.get, "2026-11")
    assert {code: account.name for code, account in chart.accounts.items() if code not in CHART.accounts} == {
        "11203": "应收租金",
        "1120301": "应收仓库租金",
        "11204": "应收水费",
        "11205": "应收工程款",
        "11301": "成员往来",
        "11302": "组级往来",
        "5010401": "农机服务收入",
    }
    extended = extend_chart(ledger.facts, CHART, ["1120301", "101", "11299"])
    assert extended.accounts.keys() - CHART.accounts.keys() == {"11203", "1120301"}
    assert extend_chart(ledger.facts, CHART, ["101"]) is CHART
    gone = collect_chart(ledger.facts, load_reference(), {}.get, "2026-11")
    assert gone.accounts["11203"].name == "（文字已依法删除）"
    assert [code for code, known in iterate_own(ledger.facts, "2023") if known.closed] == ["11204"]
    assert list(iterate_own(ledger.facts, "2004")) == []
    leaves = {code: list_leaves(ledger.facts, "2023", code, "2026-10") for code in ("112", "113", "102")}
    assert leaves == {"112": ["1120301"], "113": ["11301", "11302"], "102": ["102"]}
    assert list_leaves(ledger.facts, "2023", "112", "2026-11") == ["1120301", "11205"]


def test_before_the_books_are_opened_accounts_may_be_there_and_the_opening_uses_them() -> None:
    ledger = TextLedger()

    assert (
        ledger.run(
            "2026-10-01 add 2026-10 | 10201 信用社户 | accepted\n"
            "2026-10-01 retire 10201 | 写错 | accepted\n"
            "2026-10-01 add 2026-10 | 10202 农行户 | accepted\n"
            "2026-11-01 add 2026-11 | 10203 邮储户 | accepted\n"
            "2026-11-01 open | debit 10203 邮储户 5.00 | credit 301 资本 5.00 | accepted\n"
        )
        == []
    )
    early = TextLedger()
    assert early.run("2026-11-01 add 2026-11 | 10203 邮储户 | accepted\n") == []
    codes = early.record(_open(early), "2026-11-02", "2026-10", occurred_on="2026-10-01")
    assert codes == ["account-not-yet"]


def _open(ledger: TextLedger) -> object:
    postings = tuple(
        ledger._read_posting(part) for part in ("debit 10203 邮储户 5.00", "credit 301 资本 5.00")
    )
    return ledger._build_body("open", "", "", postings, "")


def test_what_was_never_added_cannot_be_folded_as_closed_nor_a_chart_be_named_before_the_founding() -> None:
    chain = EntryChain()
    facts = MemoryFacts(chain.entries.__getitem__)
    with pytest.raises(ValueError, match="the log is not founded"):
        get_version(facts, "2026-10")

    chain.append(build_founding())
    with pytest.raises(ValueError, match="no sub-account 1120301"):
        fold_accounts(facts, chain.append(build_accounts_closed(Discloser())))
