"""In which account a fund may be kept, with the whole message where it may not."""

from __future__ import annotations

from ledger.books.subaccounts import AccountsAdded, AccountsClosed, NewAccount
from ledger.data import load_reference
from ledger.errors import format_fault
from ledger.state import MemoryFacts, check_entry, fold_entry
from tests.builders import Discloser, EntryChain, build_founding, build_fund, build_opening


def test_a_fund_is_kept_in_an_account_that_is_there_and_open() -> None:
    chain, texts = EntryChain(), Discloser()
    facts = MemoryFacts(chain.entries.__getitem__)
    codes = tuple(NewAccount(code=code, title=texts.publish(code)) for code in ("24101", "24102"))
    closed = AccountsClosed(accounts=("24102",), chart="2004", reason=texts.publish("写错"))
    for body in (build_founding(), build_opening(), AccountsAdded(accounts=codes, chart="2004"), closed):
        entry = chain.append(body)
        assert check_entry(facts, load_reference(), entry) == []
        fold_entry(facts, entry)

    def judge(account: str, **envelope: str) -> list[str]:
        entry = chain.append(build_fund(texts, account=account), **envelope)
        chain.entries.pop()
        return [format_fault(fault) for fault in check_entry(facts, load_reference(), entry)]

    assert judge("24101") == []
    assert judge("24101", period="2026-09", occurred_on="2026-09-28") == [
        (
            "专款 ZX-0001的科目：现为2026-09 用科目 24101，应为2026-10 或以后。"
            "这个明细科目从 2026-10 起才有，以前的月份记到上级科目。（account-not-yet）"
        )
    ]
    assert judge("24102") == [
        (
            "专款 ZX-0001的科目：现为科目 24102 已经停用，应为没有停用的科目。"
            "改用别的明细科目；停用以后不再恢复，要用就增设一个。（account-closed）"
        )
    ]
