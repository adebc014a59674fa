"""A month is closed in order, once it has ended, by two persons; the draft says what the books say."""

from __future__ import annotations

import pytest

from ledger.entries import Claim, name_clerk
from ledger.errors import Refused, format_fault
from ledger.service.close import prepare_closing
from ledger.service.drafts import build_draft
from tests.builders import VILLAGE, build_postings, build_voucher
from tests.homes import VillageHome


@pytest.fixture
def opened(village: VillageHome) -> VillageHome:
    village.open_books()
    village.record_voucher("购办公用纸", 32_500)
    return village


def refuse(village: VillageHome, period: str, maker: str = "") -> list[str]:
    with pytest.raises(Refused) as error:
        village.pass_(prepare_closing(village.home, VILLAGE, period, maker or village.clerk.user))
    return [fault.code for fault in error.value.faults]


def test_a_closed_month_takes_nothing_more(opened: VillageHome) -> None:
    opened.go_to("2026-11-02")

    opened.close("2026-10")

    with pytest.raises(Refused) as error:
        opened.record_voucher("补记", 100)
    assert [fault.code for fault in error.value.faults] == ["period-closed"]


def test_the_same_closing_waits_only_once(opened: VillageHome) -> None:
    opened.go_to("2026-11-02")

    first, second = (prepare_closing(opened.home, VILLAGE, "2026-10", opened.clerk.user) for _ in range(2))

    assert first == second
    assert first.label == "2026年10月结账：凭证 1 张"


def test_a_voucher_passed_meanwhile_makes_the_closing_wrong(opened: VillageHome) -> None:
    opened.go_to("2026-11-02")
    waiting = prepare_closing(opened.home, VILLAGE, "2026-10", opened.clerk.user)
    opened.record_voucher("修水渠", 100)

    with pytest.raises(Refused) as error:
        opened.pass_(waiting)

    assert "closing-vouchers" in {fault.code for fault in error.value.faults}


def test_a_month_with_something_still_waiting_is_not_closed(opened: VillageHome) -> None:
    body = build_voucher(
        opened.texts, chart="2023", number="2026-10-002", postings=build_postings(100, debit="513")
    )
    claim = Claim(
        body=body,
        kind="voucher.recorded",
        maker=name_clerk(opened.clerk.user),
        occurred_on="2026-10-28",
        period="2026-10",
        village=VILLAGE,
    )
    draft = build_draft(opened.home, claim, "凭证 2026-10-002", "导入")
    opened.home.vault.put_drafts(VILLAGE, [draft])
    opened.go_to("2026-11-02")

    with pytest.raises(Refused) as error:
        prepare_closing(opened.home, VILLAGE, "2026-10", opened.clerk.user)

    assert [format_fault(fault) for fault in error.value.faults] == [
        (
            "会计期间 2026-10：现为还有 1 条待审，应为本月的都已审核。"
            "先通过、退回或撤回它们，再结账；命令是 mingbai pass 和 mingbai discard。（closing-waiting）"
        )
    ]


def test_a_month_closed_before_says_when_and_by_whom(opened: VillageHome) -> None:
    opened.go_to("2026-11-02")
    receipt = opened.close("2026-10")
    opened.go_to("2026-11-20")

    with pytest.raises(Refused) as error:
        prepare_closing(opened.home, VILLAGE, "2026-10", opened.clerk.user)

    assert [format_fault(fault) for fault in error.value.faults] == [
        (
            f"2026-10 结账：现为已于 2026-11-02 结账（第 {receipt.index} 条，"
            f"村文书 {opened.clerk.user}，审核人 {opened.supervisor.user}），应为还没有结账的月份。"
            "不用再结；有错的记入当前月份：先红字冲销，再蓝字更正。（closing-twice）"
        )
    ]


def test_a_refused_closing_leaves_no_draft_behind(opened: VillageHome) -> None:
    refuse(opened, "2026-10")

    assert opened.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_months_that_cannot_be_closed_are_refused_with_a_reason(opened: VillageHome) -> None:
    assert refuse(opened, "2026-10") == ["closing-early"]
    assert refuse(opened, "2026-13") == refuse(opened, "十月") == ["month-form"]
    assert refuse(opened, "2026-10", opened.supervisor.user) == ["person-role"]
    assert "period-future" in refuse(opened, "2026-12")
