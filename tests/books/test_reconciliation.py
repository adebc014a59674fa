"""What a reconciliation says in itself: sums to the fen, an order, and whose numbers its items have."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.books.reconciliation import (
    ACCOUNTS_MAX,
    BankItem,
    BankReconciled,
    adjust,
    build_item,
    check_reconciled,
    sort_items,
)
from ledger.errors import format_fault
from tests.builders import build_reconciliation

ITEMS = st.builds(
    build_item,
    st.integers(-(10**9), 10**9).filter(bool),
    st.sampled_from(["bank", "books"]),
    st.sampled_from(["2026-09-30", "2026-10-01", "2026-10-31"]),
)


@given(st.lists(ITEMS, max_size=20), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_what_differs_is_the_balances_and_what_only_one_side_has(
    items: list[BankItem], bank_fen: int, book_fen: int
) -> None:
    body = build_reconciliation(items=sort_items(items), bank_fen=bank_fen, book_fen=book_fen)

    of_books = sum(item.signed_fen for item in items if item.known_to == "books")
    of_bank = sum(item.signed_fen for item in items if item.known_to == "bank")
    assert adjust(body).difference_fen == bank_fen + of_books - book_fen - of_bank
    assert check_reconciled(body, "2026-10") == []


def tell(body: BankReconciled) -> list[str]:
    return [format_fault(fault) for fault in check_reconciled(body, "2026-10")]


def test_items_stand_by_day_and_equal_ones_side_by_side() -> None:
    early, late = build_item(100, "books", "2026-10-09"), build_item(-100, "bank", "2026-10-10")

    assert tell(build_reconciliation(items=(early, early, late))) == []
    assert tell(build_reconciliation(items=(late, early))) == [
        (
            "2026-10 银行对账：现为没有按日期排好的各笔，应为先按日期，同一天的再按其他各项。"
            "重新对一次账再交审。（bank-items-order）"
        )
    ]


def test_days_numbers_and_accounts_are_such_as_there_can_be() -> None:
    wrong = build_item(100, "bank", "2026-02-30", "2026-10-001")

    assert tell(build_reconciliation(items=(wrong,), accounts=ACCOUNTS_MAX + 1)) == [
        (
            "2026-10 银行对账：现为2026-02-30，应为日历上有的一天，如 2026-10-28。"
            "按 年-月-日 重新输入，或把这一格设为日期格式。"
            "（date-impossible）"
        ),
        (
            "2026-10 银行对账，2026-02-30 1.00 元：现为银行的一笔写了凭证 2026-10-001，应为账上没有的，就没有凭证号。"
            "重新对一次账再交审。（bank-item-voucher）"
        ),
        "2026-10 银行对账：现为10 个银行账户，应为不超过 9 个。一个账户一份对账单，多传的去掉。（bank-accounts）",
    ]
