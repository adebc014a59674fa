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
from ledger.service.belonging import list_subjects
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
    assert desk.say("shop", take(超市=[later])) == [
        (
            "工作表「超市」第 2 行：现为没有商品，应为至少一种商品。"
            "在「商品」写上可以换什么，再一起交。（shop-goods）"
        )
    ]
    assert desk.say("shop", take(商品=[SALT], 超市=[later])) == [
        (
            "工作表「超市」，积分超市的预算：现为决议 JY-2026-001 已经用在 2026-10 开始的积分年度，"
            "应为这个积分年度自己的决议。另作决议，再填新决议的编号。（shop-resolution）"
        )
    ]


def test_without_a_shop_its_terms_come_first() -> None:
    desk = ImportDesk()
    assert desk.say("shop", take(商品=[GOODS])) == [
        (
            "工作表「商品」第 2 行：现为还没有积分超市，应为先在「超市」写上积分年度、预算和决议。"
            "补上「超市」的一行，再一起交。（shop-terms）"
        )
    ]
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
        "　户 0217 样大山 2026-10-20 收据 DH-2026-0001 SP001 洗衣液 1 件，2 分",
        "　户 0217 样大山 2026-10-20 收据 DH-2026-0001 SP002 食盐 2 件，2 分",
    )


def test_nothing_is_taken_on_a_day_to_come(desk: ImportDesk) -> None:
    assert desk.say("shop", take(TAKEN | {"日期": "2026-10-30"})) == [
        (
            "工作表「兑换」第 2 行：现为2026-10-30，应为2026-10-01 到 2026-10-28 的一天。"
            "改成实际兑换的日期。（redeemed-day）"
        )
    ]


def test_nobody_takes_beyond_their_points_their_consent_or_anothers_receipt(desk: ImportDesk) -> None:
    assert desk.say("shop", take(TAKEN | {"数量": 3})) == [
        (
            "工作表「兑换」第 2 行：现为兑换 6 分，应为不超过该户还能兑换的 4 分。"
            "减少数量，或等挣到积分再换；起点分不能兑换。（redeemed-balance）"
        )
    ]
    third = TAKEN | {"户号": "0219", "户主": "某老井", "商品编号": "SP002", "商品名称": "食盐"}
    used = (
        "现为收据 DH-2026-0001 已经用过，应为没有用过的收据号。"
        "每家每次一张收据，各有各的号；改正收据号。（receipt-used）"
    )
    assert desk.say("shop", take(TAKEN, third)) == [
        (
            "工作表「兑换」第 3 行：现为该户没有同意积分，应为已签积分契约并同意积分的农户。"
            "先签积分契约，或删去这一行。（redeemed-consent）"
        ),
        (
            "工作表「兑换」第 3 行：现为兑换 1 分，应为不超过该户还能兑换的 0 分。"
            "减少数量，或等挣到积分再换；起点分不能兑换。（redeemed-balance）"
        ),
        f"工作表「兑换」第 3 行：{used}",
    ]
    desk.record("shop", take(TAKEN))
    assert desk.say("shop", take(TAKEN | {"商品编号": "SP002", "商品名称": "食盐"})) == [
        f"工作表「兑换」第 2 行：{used}"
    ]
    assert codes(desk, take(TAKEN | {"收据号": "DH-2026-0002", "数量": 2})) == ["redeemed-balance"]
    assert codes(desk, take(TAKEN | {"收据号": "DH-2026-0002"})) == []


def test_every_cell_of_a_row_is_judged(desk: ImportDesk) -> None:
    assert codes(desk, take(TAKEN, TAKEN)) == ["row-duplicate"]
    assert codes(desk, take(TAKEN | {"数量": 0})) == ["quantity-zero"]
    assert codes(desk, take(TAKEN | {"收据号": "1"})) == ["receipt-number-form"]
    assert desk.say("shop", take(TAKEN | {"商品编号": "SP009"})) == [
        (
            "工作表「兑换」E2：现为「SP009」，应为商品目录里有的编号。"
            "对照商品目录改正；新的商品先写进「商品」。（goods-unknown）"
        )
    ]
    assert codes(desk, take(TAKEN | {"商品名称": "食盐"})) == ["rule-name"]
    assert codes(desk, take(TAKEN | {"户主": "例小河"})) == ["person-name"]
    assert codes(desk, take(TAKEN | {"户号": "217"})) == ["code-zeros-lost"]
    assert desk.say("shop", take(TAKEN | {"日期": "2026-09-20"})) == [
        (
            "工作表「兑换」A2：现为2026-09 没有积分超市，应为积分年度里的日期。"
            "先办积分超市并通过审核；上一个积分年度的积分已经清零，不能再换。（shop-closed）"
        )
    ]
    assert desk.say("shop", take(商品=[GOODS | {"成本": 0}])) == [
        "工作表「商品」D2：现为0.00 元，应为大于零的金额。写实际的金额，最少 0.01 元。（shop-amount）"
    ]
    assert desk.say("shop", take(商品=[GOODS | {"兑换积分": 1}])) == [
        (
            "工作表「商品」，商品 SP001：现为1 分换成本 1.50 元的东西，应为成本不超过 1.00 元。"
            "1 分最多值 1 元：提高兑换积分，或者换便宜的商品。（goods-cost）"
        )
    ]
    assert codes(desk, take(超市=[SHOP, SHOP])) == ["row-duplicate"]


def test_a_month_takes_so_many_rows_at_once(desk: ImportDesk) -> None:
    rows = [TAKEN | {"收据号": f"DH-2026-{number:04d}"} for number in range(1, 402)]

    assert desk.say("shop", take(*rows))[0] == (
        "工作表「兑换」第 402 行：现为2026-10 有 401 行，应为一个月一次不超过 400 行。"
        "分两次交：先交的通过审核以后再交后面的。（redeemed-lines）"
    )
    assert "redeemed-lines" not in codes(desk, take(*rows[:-1]))


def test_what_was_taken_comes_back_with_its_points(desk: ImportDesk) -> None:
    desk.record("shop", take(TAKEN | {"数量": 2}))
    assert desk.say("shop", take(退回=[RETURNED | {"商品编号": "SP002"}])) == [
        (
            "工作表「退回」第 2 行：现为收据 DH-2026-0001 没有可退的 SP002，"
            "应为已经记入账本、还没有退回的一行兑换。"
            "核对收据号、户号和商品编号；刚交的先让它通过审核。（redemption-line）"
        )
    ]
    imported = desk.read("shop", take(退回=[RETURNED]))
    (draft,) = imported.drafts
    assert isinstance(parse_claim(draft.claim).body, RedemptionReversed)
    assert imported.preview == (
        "退回积分兑换 2026-10：SP001，还 4 分，包装破损",
        "　户 0217 样大山 收据 DH-2026-0001",
    )
    known = {item.number: item.household for item in desk.ports.vault.list_households(VILLAGE)}
    assert list_subjects(desk.ports, draft, parse_claim(draft.claim)) == {known["0217"]}

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
    assert shown.lines[1:] == ("　户 0217 样大山 2026-10-20 收据 DH-2026-0001 SP001 洗衣液 1 件，2 分",)
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
    assert shown.lines[1:] == ("　原因：包装破损", "　户 0217 样大山 收据 DH-2026-0001")
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
