"""The workbook of the points shop: opened, stocked, taken from and brought back to, as clerk and checker see it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from ledger.books.shops import PointsRedeemed, RedemptionReversed, ShopAdopted
from ledger.canonical import parse_claim
from ledger.data import load_masks
from ledger.errors import Refused, format_fault
from ledger.service.about import describe_subject
from ledger.service.choices import list_choices
from ledger.service.passing import pass_drafts
from ledger.service.refilling import fill
from ledger.service.showing import show_drafts
from ledger.state.redeeming import check_redemptions_privately
from ledger.state.shops import get_redeemed
from tests.builders import VILLAGE
from tests.service.importing import (
    AWARD,
    GOODS,
    RESOLUTION,
    RETURNED,
    SHOP,
    STEPS,
    TAKEN,
    ImportDesk,
    Row,
    make_book,
)

SALT: Row = GOODS | {"商品编号": "SP002", "商品名称": "食盐", "兑换积分": 1, "成本": 0.5}
OPENED = {"商品": [GOODS, SALT], "超市": [SHOP]}


@pytest.fixture
def desk() -> ImportDesk:
    """A village whose 0217 has four points, with a shop that has soap and salt."""
    desk = ImportDesk()
    desk.register()
    desk.record("resolutions", make_book("resolutions", [RESOLUTION], others={"会议经过": STEPS}))
    desk.record("points", make_book("points", [AWARD]))
    desk.record("shop", make_book("shop", [], others=OPENED))
    return desk


def take(*rows: Row, **others: Any) -> bytes:
    return make_book("shop", rows, others=others)


def codes(desk: ImportDesk, data: bytes) -> list[str]:
    return [fault.code for fault in desk.read("shop", data).faults]


def test_a_shop_is_opened_with_its_goods_and_changed_by_a_row(desk: ImportDesk) -> None:
    imported = desk.read("shop", take(商品=[SALT | {"进货总数": 50}]))

    assert imported.preview == (
        "积分超市第 2 版：2026-10 至 2027-03，商品 2 种，预算 300.00 元",
        "　积分年度：2026-10 至 2027-03，到时没换的积分清零",
        "　预算：300.00 元",
        "　依据决议 JY-2026-001",
        "　SP001 洗衣液：2 分，成本 1.50 元，一共进货 9 件",
        "　SP002 食盐：1 分，成本 0.50 元，一共进货 50 件",
    )
    (draft,) = imported.drafts
    body = parse_claim(draft.claim).body
    assert isinstance(body, ShopAdopted)
    assert [(item.code, item.stock) for item in body.goods] == [("SP001", 9), ("SP002", 50)]


def test_a_new_points_year_has_the_goods_of_its_rows_alone(desk: ImportDesk) -> None:
    later = SHOP | {"开始月份": "2027-04", "结束月份": "2028-03"}
    assert codes(desk, take(超市=[later])) == ["shop-goods"]
    imported = desk.read("shop", take(商品=[SALT], 超市=[later]))
    assert [fault.code for fault in imported.faults] == ["shop-resolution"]


def test_without_a_shop_its_terms_come_first() -> None:
    desk = ImportDesk()
    assert codes(desk, take(商品=[GOODS])) == ["shop-terms"]
    assert codes(desk, take(TAKEN)) == ["shop-closed", "person-unknown"]


def test_what_is_taken_is_plain_and_who_took_it_is_sealed(desk: ImportDesk) -> None:
    imported = desk.read("shop", take(TAKEN, TAKEN | {"商品编号": "SP002", "商品名称": "食盐", "数量": 2}))

    assert imported.faults == ()
    (draft,) = imported.drafts
    body = parse_claim(draft.claim).body
    assert isinstance(body, PointsRedeemed)
    assert sorted((line.goods, line.quantity, line.points, line.cost_fen) for line in body.lines) == [
        ("SP001", 1, 2, 150),
        ("SP002", 2, 2, 100),
    ]
    assert draft.label == "积分兑换 2026-10：2 笔，4 分，成本 2.50 元"
    shown = draft.label + draft.claim.decode()
    assert not any(secret in shown for secret in ("样大山", "0217", "h-", "DH-"))
    assert imported.preview[1:] == (
        "　户 0217 2026-10-20 收据 DH-2026-0001 SP001 洗衣液 1 件，2 分",
        "　户 0217 2026-10-20 收据 DH-2026-0001 SP002 食盐 2 件，2 分",
    )


def test_nobody_takes_beyond_their_points_their_consent_or_anothers_receipt(desk: ImportDesk) -> None:
    assert desk.say("shop", take(TAKEN | {"数量": 3})) == [
        (
            "工作表「兑换」第 2 行：现为兑换 6 分，应为不超过该户还能兑换的 4 分。"
            "减少数量，或等挣到积分再换；起点分不能兑换。（redeemed-balance）"
        )
    ]
    third = TAKEN | {"户号": "0219", "户主": "某老井", "商品编号": "SP002", "商品名称": "食盐"}
    assert codes(desk, take(TAKEN, third)) == ["redeemed-consent", "redeemed-balance", "receipt-used"]
    desk.record("shop", take(TAKEN))
    assert codes(desk, take(TAKEN | {"商品编号": "SP002", "商品名称": "食盐"})) == ["receipt-used"]
    assert codes(desk, take(TAKEN | {"收据号": "DH-2026-0002", "数量": 2})) == ["redeemed-balance"]
    assert codes(desk, take(TAKEN | {"收据号": "DH-2026-0002"})) == []


def test_every_cell_of_a_row_is_judged(desk: ImportDesk) -> None:
    assert codes(desk, take(TAKEN, TAKEN)) == ["row-duplicate"]
    assert codes(desk, take(TAKEN | {"数量": 0})) == ["quantity-zero"]
    assert codes(desk, take(TAKEN | {"收据号": "1"})) == ["receipt-number-form"]
    assert codes(desk, take(TAKEN | {"商品编号": "SP009"})) == ["goods-unknown"]
    assert codes(desk, take(TAKEN | {"商品名称": "食盐"})) == ["rule-name"]
    assert codes(desk, take(TAKEN | {"户主": "例小河"})) == ["person-name"]
    assert codes(desk, take(TAKEN | {"户号": "217"})) == ["code-zeros-lost"]
    assert codes(desk, take(TAKEN | {"日期": "2026-09-20"})) == ["shop-closed"]
    assert codes(desk, take(商品=[GOODS | {"成本": 0}])) == ["shop-amount"]
    assert codes(desk, take(商品=[GOODS | {"兑换积分": 1}])) == ["goods-cost"]
    assert codes(desk, take(超市=[SHOP, SHOP])) == ["row-duplicate"]


def test_what_was_taken_comes_back_with_its_points(desk: ImportDesk) -> None:
    desk.record("shop", take(TAKEN | {"数量": 2}))
    assert codes(desk, take(退回=[RETURNED | {"商品编号": "SP002"}])) == ["redemption-line"]
    imported = desk.read("shop", take(退回=[RETURNED]))
    (draft,) = imported.drafts
    assert isinstance(parse_claim(draft.claim).body, RedemptionReversed)
    assert imported.preview == (
        "退回积分兑换 2026-10：SP001，还 4 分，包装破损",
        "　户 0217 收据 DH-2026-0001",
    )

    desk.record("shop", take(退回=[RETURNED]))

    assert codes(desk, take(退回=[RETURNED | {"原因": "又退一次"}])) == ["redemption-line"]
    with desk.ports.ledger.read(VILLAGE) as reader:
        assert get_redeemed(reader.facts, "2026-10").points == 0
        find = partial(desk.ports.vault.find_private, VILLAGE)
        assert check_redemptions_privately(reader.facts, find) == []
    assert codes(desk, take(TAKEN | {"收据号": "DH-2026-0002", "数量": 2})) == []


def test_points_that_were_taken_back_meanwhile_are_not_passed_on(desk: ImportDesk) -> None:
    (draft,) = desk.keep("shop", take(TAKEN | {"数量": 2}))
    back = {"月份": "2026-10", "原月份": "2026-10", "户号": "0217", "规则编号": "B01", "原因": "登记重复"}
    desk.record("points", make_book("points", [], others={"冲销": [back]}))

    with pytest.raises(Refused) as refused:
        pass_drafts(desk.ports, VILLAGE, [draft], desk.supervisor)

    (fault,) = refused.value.faults
    assert format_fault(fault).endswith(
        "第 1 行：现为兑换 4 分，应为不超过该户还能兑换的 0 分。"
        "减少数量，或等挣到积分再换；起点分不能兑换。（redeemed-balance）"
    )


def test_a_months_redemptions_wait_one_after_another(desk: ImportDesk) -> None:
    desk.keep("shop", take(TAKEN))
    assert codes(desk, take(TAKEN | {"收据号": "DH-2026-0002"})) == ["draft-waiting"]


def test_the_checker_reads_what_the_clerk_typed_and_gets_it_back(desk: ImportDesk) -> None:
    (opened,) = desk.keep("shop", take(商品=[SALT | {"进货总数": 50}]))
    (taken,) = desk.keep("shop", take(TAKEN))
    find = desk.ports.vault.find_draft

    (shown,) = show_drafts(desk.ports, VILLAGE, (taken,))
    assert shown.lines[1:] == ("　户 0217 2026-10-20 收据 DH-2026-0001 SP001 洗衣液 1 件，2 分",)
    draft = find(VILLAGE, taken)
    assert draft is not None
    assert fill(desk.ports, VILLAGE, [draft]).tables == {
        "兑换": (("2026-10-20", "DH-2026-0001", "0217", "样大山", "SP001", "洗衣液", "1"),)
    }
    (shown,) = show_drafts(desk.ports, VILLAGE, (opened,))
    assert shown.lines[-1] == "　SP002 食盐：1 分，成本 0.50 元，一共进货 50 件"
    draft = find(VILLAGE, opened)
    assert draft is not None
    assert fill(desk.ports, VILLAGE, [draft]).tables == {
        "商品": (("SP001", "洗衣液", "2", "1.50", "9"), ("SP002", "食盐", "1", "0.50", "50")),
        "超市": (("2026-10", "2027-03", "300.00", "JY-2026-001"),),
    }

    pass_drafts(desk.ports, VILLAGE, [taken], desk.supervisor)
    (back,) = desk.keep("shop", take(退回=[RETURNED]))
    (shown,) = show_drafts(desk.ports, VILLAGE, (back,))
    assert shown.lines[1:] == ("　原因：包装破损", "　户 0217 收据 DH-2026-0001")
    draft = find(VILLAGE, back)
    assert draft is not None
    assert fill(desk.ports, VILLAGE, [draft]).tables == {
        "退回": (("2026-10-22", "DH-2026-0001", "0217", "样大山", "SP001", "包装破损"),)
    }


def test_a_household_reads_what_it_took_and_the_clerk_chooses_goods_by_name(desk: ImportDesk) -> None:
    desk.record("shop", take(TAKEN))
    household = next(item for item in desk.ports.vault.list_households(VILLAGE) if item.number == "0217")

    about = describe_subject(desk.ports, VILLAGE, household.household, load_masks().find_view({"clerk"}))
    said = [(line.title, line.said) for line in about.lines]
    assert ("积分兑换", "2026-10-20 领走，收据 DH-2026-0001") in said
    choices = list_choices(desk.ports, VILLAGE, "shop")
    assert [(item.value, item.beside) for item in choices["商品编号"]] == [
        ("SP001", "洗衣液"),
        ("SP002", "食盐"),
    ]
