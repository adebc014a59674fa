"""The workbook of contracts, and the vouchers that are paid under them."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.contracts import ContractAmended, ContractEnded, ContractSigned
from ledger.books.vouchers import VoucherRecorded, VoucherReversed
from ledger.canonical import parse_claim
from ledger.errors import format_fault
from ledger.service.choices import Choice, list_choices
from ledger.service.counterparties import list_counterparties
from ledger.service.erase import erase_subject
from ledger.service.showing import show_drafts
from ledger.state.contracts import find_contract
from ledger.state.private import find_subject
from tests.builders import VILLAGE
from tests.service.importing import (
    ASSET,
    CONTRACT,
    PAPER,
    PAPER_PAID,
    RESOURCE,
    ImportDesk,
    Row,
    make_book,
)

BARE = {"每年金额", "每年几次", "首次日期", "递增年数", "递增百分比"}
PLAIN: Row = {key: value for key, value in CONTRACT.items() if key not in BARE}
CHANGE: Row = {
    "合同编号": "HT-0001",
    "事项": "变更",
    "日期": "2026-10-20",
    "原因": "遭水灾，减租",
    "从哪天起": "2027-10-01",
    "每年金额": 10_000,
    "首次日期": "2027-10-16",
}
END: Row = {"合同编号": "HT-0001", "事项": "终止", "日期": "2026-10-28", "原因": "村里收回自用"}
VOID: Row = {"合同编号": "HT-0001", "事项": "作废", "日期": "2026-10-28", "原因": "面积登记错了"}
RENT: Row = PAPER | {
    "摘要": "收仓库租金",
    "科目代码": "102",
    "科目名称": "银行存款",
    "借方金额": 6000,
    "合同编号": "HT-0001",
}
RENT_FROM: Row = {"科目代码": "501", "科目名称": "经营收入", "贷方金额": 6000}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    return desk


def make_contracts(*rows: Row, **others: list[Row]) -> bytes:
    return make_book("contracts", rows, others=others)


def sign(desk: ImportDesk, *rows: Row, **others: list[Row]) -> ContractSigned:
    """Record one contract and return its body."""
    (draft,) = desk.read("contracts", make_contracts(*rows, **others)).drafts
    desk.record("contracts", make_contracts(*rows, **others))
    body = parse_claim(draft.claim).body
    assert isinstance(body, ContractSigned)
    return body


def tell_dues(body: ContractSigned | ContractAmended) -> list[tuple[str, int]]:
    return [(due.due_on, due.amount_fen) for due in body.dues]


def test_a_row_becomes_a_contract_with_every_due(desk: ImportDesk) -> None:
    body = sign(desk, CONTRACT)

    assert (body.category, body.direction, body.party, body.chosen_by) == (
        *("lease", "receives", "person", "tender"),
    )
    assert (body.begins_on, body.ends_on, body.units, body.deposit_fen) == (
        *("2026-10-16", "2029-10-15", 3, 200_000),
    )
    assert tell_dues(body) == [
        ("2026-10-16", 600_000),
        ("2027-04-16", 600_000),
        ("2027-10-16", 600_000),
        ("2028-04-16", 600_000),
        ("2028-10-16", 630_000),
        ("2029-04-16", 630_000),
    ]
    with desk.ports.ledger.read(VILLAGE) as reader:
        contract = find_contract(reader.facts, "HT-0001")
    assert contract is not None
    assert contract.dues == body.dues


def test_dues_may_stand_row_by_row_in_any_order(desk: ImportDesk) -> None:
    rows = [
        {"合同编号": "HT-0001", "日期": "2027-01-31", "金额": 350},
        {"合同编号": "HT-0001", "日期": "2026-12-31", "金额": "200.50"},
    ]

    assert tell_dues(sign(desk, PLAIN, 收付款=rows)) == [("2026-12-31", 20_050), ("2027-01-31", 35_000)]


def test_a_contract_may_name_its_land_and_its_lowest_price(desk: ImportDesk) -> None:
    desk.record("resources", make_book("resources", [RESOURCE]))
    named = CONTRACT | {"标的编号": "ZY-0001", "底价": 11_000, "面积": 42.5}
    preview = desk.read("contracts", make_contracts(named)).preview

    body = sign(desk, named)

    assert (body.resource, body.floor_fen) == ("ZY-0001", 1_100_000)
    assert [line for line in preview if "标的编号" in line or "底价" in line] == [
        "　标的编号：ZY-0001",
        "　底价：一年 11,000.00 元",
    ]
    offered = list_choices(desk.ports, VILLAGE, "contracts")["标的编号"]
    assert [choice.value for choice in offered] == ["ZY-0001"]


def test_what_a_contract_names_is_there_and_of_its_form(desk: ImportDesk) -> None:
    def say(**changes: Any) -> list[str]:
        return desk.say("contracts", make_contracts(CONTRACT | changes))

    assert "（contract-subject-unknown）" in say(标的编号="ZY-0001")[0]
    assert "（due-amount）" in say(底价=-1)[0]
    assert "（contract-floor）" in say(底价=9_000, 收付="付款")[0]


def test_a_contract_may_ask_for_nothing(desk: ImportDesk) -> None:
    assert tell_dues(sign(desk, PLAIN)) == []


def test_what_was_due_before_the_books_is_left_out_and_what_is_owed_of_it_is_one_due(
    desk: ImportDesk,
) -> None:
    old = {"签订日期": "2024-04-01", "开始日期": "2024-04-16", "首次日期": "2024-04-16", "旧欠": 900}
    data = make_contracts(CONTRACT | old | {"递增年数": None, "递增百分比": None})

    imported = desk.read("contracts", data)

    assert imported.notices == (
        "合同 HT-0001：开账（2026-10-01）以前的 5 笔共 30,000.00 元没有列入；其中还没付的，写在「旧欠」",
    )
    body = sign(desk, CONTRACT | old | {"递增年数": None, "递增百分比": None})
    assert tell_dues(body)[:2] == [("2026-10-01", 90_000), ("2026-10-16", 600_000)]
    assert desk.say("contracts", make_contracts(CONTRACT | {"合同编号": "HT-0002", "旧欠": -5})) == [
        "工作表「合同」V2：现为-5.00，应为大于零的金额。改正金额；收还是付写在「收付」。（due-amount）"
    ]


def test_what_is_owed_from_before_joins_a_due_of_the_first_day(desk: ImportDesk) -> None:
    assert tell_dues(sign(desk, CONTRACT | {"首次日期": "2026-10-01", "旧欠": 900}))[0] == (
        *("2026-10-01", 690_000),
    )
    fresh = ImportDesk()
    assert desk_codes(fresh, CONTRACT | {"旧欠": 900}) == ["books-not-opened"]


def desk_codes(desk: ImportDesk, *rows: Row, **others: list[Row]) -> list[str]:
    return [fault.code for fault in desk.read("contracts", make_contracts(*rows, **others)).faults]


def test_the_checker_sees_what_the_clerk_saw_and_who_the_other_side_is(desk: ImportDesk) -> None:
    data = make_contracts(CONTRACT)
    preview = desk.read("contracts", data).preview
    (shown,) = show_drafts(desk.ports, VILLAGE, tuple(desk.keep("contracts", data)))

    assert shown.lines == preview
    assert list(preview) == [
        "合同 HT-0001 出租（收款） 村东仓库租赁：6 笔共 36,600.00 元",
        "　对方：样外来（个人，公开招标）",
        "　标的：村东仓库",
        "　用途：仓储",
        "　决议：2026-10-02 村民代表会议",
        "　签订日期：2026-10-15",
        "　合同期：2026-10-16 至 2029-10-15",
        "　件数：3",
        "　押金：2,000.00 元",
        "　2026-10-16 收款 6,000.00",
        "　2027-04-16 收款 6,000.00",
        "　2027-10-16 收款 6,000.00",
        "　2028-04-16 收款 6,000.00",
        "　2028-10-16 收款 6,300.00",
        "　2029-04-16 收款 6,300.00",
    ]


def test_a_change_and_an_end_are_shown_as_the_clerk_saw_them(desk: ImportDesk) -> None:
    desk.record("contracts", make_contracts(CONTRACT | {"收付": "付款"}))
    for row, label, lines in (
        (
            CHANGE,
            "合同 HT-0001 变更：2027-10-01 起 2 笔共 20,000.00 元",
            [
                "　原因：遭水灾，减租",
                "　2027-10-01 以前的照旧，从那天起换成：",
                "　2027-10-16 付款 10,000.00",
                "　2028-10-16 付款 10,000.00",
                "　原来的 4 笔共 24,600.00 元不再算",
            ],
        ),
        (
            CHANGE | {"从哪天起": "2026-10-16", "日期": "2026-10-27"},
            "合同 HT-0001 变更：2026-10-16 起 2 笔共 20,000.00 元",
            [
                "　原因：遭水灾，减租",
                "　2026-10-16 以前的照旧，从那天起换成：",
                "　2027-10-16 付款 10,000.00",
                "　2028-10-16 付款 10,000.00",
                "　原来的 6 笔共 36,600.00 元不再算",
                "　注意：其中 6,000.00 元到 2026-10-27 已经到期、还没付",
            ],
        ),
        (
            END,
            "合同 HT-0001 终止：2026-10-28",
            [
                "　原因：村里收回自用",
                "　2026-10-28 以后到期的都不算，以前还没付的照付",
                "　原来的 5 笔共 30,600.00 元不再算",
            ],
        ),
        (
            VOID,
            "合同 HT-0001 作废",
            [
                "　原因：面积登记错了",
                "　登记错了：当作没有这一份，它的收付款都不算，编号也不再用",
                "　原来的 6 笔共 36,600.00 元不再算",
                "　注意：其中 6,000.00 元到 2026-10-28 已经到期、还没付",
            ],
        ),
    ):
        data = make_contracts(变更=[row])
        assert list(desk.read("contracts", data).preview) == [label, *lines]
        (draft,) = desk.keep("contracts", data)
        (shown,) = show_drafts(desk.ports, VILLAGE, (draft,))
        assert list(shown.lines) == [label, "　合同名称：村东仓库租赁", *lines]
        desk.ports.vault.mark_draft(VILLAGE, draft, "discarded", -1)


def test_a_change_and_then_an_end_are_recorded(desk: ImportDesk) -> None:
    desk.record("contracts", make_contracts(CONTRACT))
    desk.record("contracts", make_contracts(变更=[CHANGE]))
    desk.record("contracts", make_contracts(变更=[END]))

    with desk.ports.ledger.read(VILLAGE) as reader:
        contract = find_contract(reader.facts, "HT-0001")

    assert contract is not None
    assert [type(body) for _, body in contract.changes] == [ContractAmended, ContractEnded]
    assert (contract.ended_on, [due.due_on for due in contract.dues]) == ("2026-10-28", ["2026-10-16"])


def test_what_was_entered_wrongly_is_voided_and_its_number_not_used_again(desk: ImportDesk) -> None:
    desk.record("contracts", make_contracts(CONTRACT))

    desk.record("contracts", make_contracts(变更=[VOID]))

    with desk.ports.ledger.read(VILLAGE) as reader:
        contract = find_contract(reader.facts, "HT-0001")
    assert contract is not None
    assert (contract.is_void, contract.dues) == (True, ())
    assert desk_codes(desk, CONTRACT | {"件数": 5}) == ["contract-number-used"]


def test_a_change_of_what_nobody_recorded_yet_is_refused_even_beside_its_signing(desk: ImportDesk) -> None:
    assert desk.say("contracts", make_contracts(变更=[END])) == [
        (
            "工作表「变更」第 2 行，合同 HT-0001 的终止：现为合同 HT-0001 没有登记，应为合同台账里有的编号。"
            "核对编号；是新合同，先登记合同并通过审核。（contract-unknown）"
        )
    ]
    assert desk_codes(desk, CONTRACT, 变更=[END]) == ["contract-unknown", "row-duplicate"]


FAULTS: list[tuple[Row, str]] = [
    (
        {"合同编号": "2026-3"},
        (
            "工作表「合同」A2：现为「2026-3」，应为HT- 和四位数，如 HT-0001。"
            "写合同台账里的编号；合同自己的编号写在合同名称里。（contract-number-form）"
        ),
    ),
    (
        {"合同种类": "租赁"},
        (
            "工作表「合同」C2：现为「租赁」，应为发包、出租、投资、工程 或 其他。"
            "从下拉选项里选 发包、出租、投资、工程 或 其他。（choice-form）"
        ),
    ),
    (
        {"面积": "三亩"},
        (
            "工作表「合同」N2：现为「三亩」，应为0 至 100,000 的数，最多两位小数，如 12.5。"
            "只写数，不写单位。（decimal-form）"
        ),
    ),
    (
        {"每年几次": 5},
        (
            "工作表「合同」R2：现为5，应为1、2、3、4、6 或 12。"
            "改正次数；别的写法写在「收付款」。（dues-times）"
        ),
    ),
    (
        {"首次日期": None},
        (
            "工作表「合同」S2：现为空，应为填了「每年金额」，也填「首次日期」。"
            "补填这一格，或者清空「每年金额」。（dues-rule）"
        ),
    ),
    (
        {"首次日期": "2036-10-16"},
        (
            "工作表「合同」S2：现为首次日期 2036-10-16，应为2029-10-15 或以前。"
            "第一次收付款在合同结束以后；核对首次日期和结束日期。（dues-none）"
        ),
    ),
    (
        {"递增百分比": None},
        (
            "工作表「合同」U2：现为空，应为填了「递增年数」，也填「递增百分比」。"
            "补填这一格，或者清空「递增年数」。（dues-rule）"
        ),
    ),
    (
        {"每年金额": 0},
        "工作表「合同」Q2：现为0.00，应为大于零的金额。改正金额；收还是付写在「收付」。（due-amount）",
    ),
    (
        {"结束日期": "2046-10-17"},
        (
            "工作表「合同」第 2 行，合同 HT-0001的起止日期：现为2026-10-16 至 2046-10-17，"
            "应为不超过 20 年，最晚到 2046-10-16（中华人民共和国民法典第七百零五条）。"
            "超过的部分无效；改正日期，到期以后再续签。（contract-term）"
        ),
    ),
    (
        {"签订日期": "2026-10-29"},
        (
            "工作表「合同」第 2 行，发生日期：现为2026-10-29，应为2026-10-28 或更早的一天。"
            "改成实际发生的日期。（date-future）"
        ),
    ),
]


@pytest.mark.parametrize(("wrong", "line"), FAULTS)
def test_each_slip_is_told_by_its_cell(desk: ImportDesk, wrong: Row, line: str) -> None:
    assert desk.say("contracts", make_contracts(CONTRACT | wrong)) == [line]


def test_a_year_divided_too_finely_is_refused_before_it_is_a_draft(desk: ImportDesk) -> None:
    fine = {"每年金额": 0.05, "每年几次": 12}

    assert set(desk_codes(desk, CONTRACT | fine)) == {"due-zero"}


def test_whose_contract_it_is_stands_in_no_public_text(desk: ImportDesk) -> None:
    assert (
        desk_codes(desk, CONTRACT | {"合同名称": "样外来租仓库", "用途": "样 外来存粮"}) == ["text-name"] * 2
    )
    company = {"合同编号": "HT-0002", "合同名称": "例公司租仓库", "对方": "例公司", "对方类别": "企业"}
    desk.record("contracts", make_contracts(CONTRACT, CONTRACT | company))

    assert codes_of_voucher(desk, "收样外来仓库租金") == ["text-name"]
    assert codes_of_voucher(desk, "收例公司仓库租金") == []


def codes_of_voucher(desk: ImportDesk, summary: str) -> list[str]:
    lines = desk.say("vouchers", make_book("vouchers", [RENT | {"摘要": summary}, RENT_FROM]))
    return [line.rpartition("（")[2].removesuffix("）") for line in lines]


def test_all_faults_of_a_file_come_at_once(desk: ImportDesk) -> None:
    wrong = CONTRACT | {"合同名称": "租给13800001234", "合同种类": "租", "每年几次": 5, "押金": -1}
    other = CONTRACT | {"合同编号": "HT-0002", "结束日期": "2050-01-01"}
    idle = {"合同编号": "HT-0007", "日期": "2027-01-31", "金额": -5}

    assert desk_codes(desk, wrong, other, 收付款=[idle]) == [
        "choice-form",
        "dues-row-idle",
        "due-amount",
        "text-telephone",
        "due-amount",
        "dues-times",
        "contract-term",
    ]


def test_a_calendar_stands_in_one_place_and_is_of_a_contract_of_the_file(desk: ImportDesk) -> None:
    row = {"合同编号": "HT-0001", "日期": "2027-01-31", "金额": 350}

    assert desk.say("contracts", make_contracts(CONTRACT, 收付款=[row])) == [
        (
            "工作表「合同」第 2 行「每年金额」：现为每年的金额和「收付款」都写了，应为只写一处。"
            "有规律的写在这一行，没有规律的写在「收付款」。（dues-both）"
        )
    ]
    assert desk.say("contracts", make_contracts(PLAIN, 收付款=[row | {"合同编号": "HT-0002"}])) == [
        (
            "工作表「收付款」A2：现为「HT-0002」，应为「合同」或「变更」里有的编号。"
            "改正编号；只改收付款的，在「变更」里加一行。（dues-row-idle）"
        )
    ]


def test_an_end_says_nothing_of_payments_and_a_change_says_from_when(desk: ImportDesk) -> None:
    desk.record("contracts", make_contracts(CONTRACT))

    assert desk.say("contracts", make_contracts(变更=[CHANGE | {"事项": "终止"}])) == [
        (
            "工作表「变更」E2：现为终止的合同写了收付款，应为空。"
            "还没到期的自己不算；清空这些格。（contract-end-dues）"
        )
    ]
    assert desk.say("contracts", make_contracts(变更=[CHANGE | {"从哪天起": None}])) == [
        "工作表「变更」E2：现为空，应为变更从哪一天起。补填这一格。（cell-empty）"
    ]


def test_a_number_that_waits_or_is_used_is_refused(desk: ImportDesk) -> None:
    kept = desk.keep("contracts", make_contracts(CONTRACT))

    assert desk_codes(desk, CONTRACT | {"件数": 4}) == ["draft-waiting"]
    assert list_choices(desk.ports, VILLAGE, "contracts")["合同编号"][0] == Choice("HT-0002", "接下来的编号")
    desk.ports.vault.mark_draft(VILLAGE, kept[0], "discarded", -1)
    desk.record("contracts", make_contracts(CONTRACT | {"件数": 5}))
    assert desk_codes(desk, CONTRACT | {"件数": 6}) == ["contract-number-used"]


def test_a_voucher_pays_under_a_contract(desk: ImportDesk) -> None:
    desk.record("contracts", make_contracts(CONTRACT))
    data = make_book("vouchers", [RENT, RENT_FROM])
    imported = desk.read("vouchers", data)

    assert imported.preview[-1] == "　按合同 HT-0001 村东仓库租赁"
    (draft,) = desk.keep("vouchers", data)
    (shown,) = show_drafts(desk.ports, VILLAGE, (draft,))
    assert shown.lines == imported.preview
    body = parse_claim(imported.drafts[0].claim).body
    assert isinstance(body, VoucherRecorded)
    assert body.contract == "HT-0001"
    assert list_choices(desk.ports, VILLAGE, "vouchers")["合同编号"] == (Choice("HT-0001", "村东仓库租赁"),)


def test_a_workbook_without_the_column_is_read_as_before(desk: ImportDesk) -> None:
    def drop(book: Any) -> None:
        page = book["凭证"]
        first = [cell.value for cell in page[1]].index("合同编号") + 1
        page.delete_cols(first, page.max_column - first + 1)

    imported = desk.read("vouchers", make_book("vouchers", [PAPER, PAPER_PAID], change=drop))

    assert [format_fault(fault) for fault in imported.faults] == []
    assert imported.preview == desk.read("vouchers", make_book("vouchers", [PAPER, PAPER_PAID])).preview
    assert b"contract" not in imported.drafts[0].claim
    assert b"asset" not in imported.drafts[0].claim


def test_a_voucher_of_no_contract_in_the_register_is_told_its_place(desk: ImportDesk) -> None:
    unknown = [RENT | {"合同编号": "HT-0009"}, RENT_FROM]

    assert desk.say("vouchers", make_book("vouchers", unknown)) == [
        (
            "工作表「凭证」第 2 行，凭证 2026-10-001：现为合同 HT-0009 没有登记，应为合同台账里有的编号。"
            "核对编号；是新合同，先登记合同并通过审核。（contract-unknown）"
        )
    ]
    misspelt = [RENT | {"合同编号": "HT9"}, RENT_FROM]
    assert desk.say("vouchers", make_book("vouchers", misspelt)) == [
        (
            "工作表「凭证」O2：现为「HT9」，应为HT- 和四位数，如 HT-0001。"
            "写合同台账里的编号；合同自己的编号写在合同名称里。（contract-number-form）"
        )
    ]


def test_a_reversal_follows_the_contract_of_what_it_reverses(desk: ImportDesk) -> None:
    desk.record("contracts", make_contracts(CONTRACT))
    desk.record("vouchers", make_book("vouchers", [RENT, RENT_FROM]))
    persons = {key: PAPER[key] for key in ("经手人", "审批人", "记账员")}
    red = {
        "凭证号": "2026-10-002",
        "日期": "2026-10-21",
        "冲销凭证号": "2026-10-001",
        "原因": "重复",
        **persons,
    }

    assert desk.say("vouchers", make_book("vouchers", [red | {"合同编号": "HT-0001"}])) == [
        (
            "工作表「凭证」O2：现为红字冲销凭证填了「合同编号」，应为空。"
            "冲销的凭证跟着原凭证的合同走，清空这一格。（voucher-cell-idle）"
        )
    ]
    imported = desk.read("vouchers", make_book("vouchers", [red]))
    assert isinstance(parse_claim(imported.drafts[0].claim).body, VoucherReversed)
    desk.record("vouchers", make_book("vouchers", [red]))
    with desk.ports.ledger.read(VILLAGE) as reader:
        contract = find_contract(reader.facts, "HT-0001")
    assert contract is not None
    assert (len(contract.payments), contract.paid_fen) == (2, 0)


def test_the_other_side_of_what_is_recorded_is_listed_until_it_is_erased(desk: ImportDesk) -> None:
    desk.record("contracts", make_contracts(CONTRACT, CONTRACT | {"合同编号": "HT-0002", "对方": "例公司"}))
    first, second = list_counterparties(desk.ports, VILLAGE)

    assert (first.contract, first.name, second.contract, second.name) == (
        *("HT-0001", "样外来", "HT-0002", "例公司"),
    )
    assert first.subject != second.subject
    erase_subject(desk.ports, VILLAGE, first.subject)
    assert list_counterparties(desk.ports, VILLAGE) == [second]


def test_the_other_side_can_be_erased_and_its_contract_stays(desk: ImportDesk) -> None:
    (draft,) = desk.keep("contracts", make_contracts(CONTRACT))
    kept = desk.ports.vault.find_draft(VILLAGE, draft)
    assert kept is not None
    (subject,) = {find_subject(text) for text in kept.private}
    assert subject is not None
    assert subject.startswith("p-")

    assert erase_subject(desk.ports, VILLAGE, subject).drafts == (draft,)

    (shown,) = show_drafts(desk.ports, VILLAGE, (draft,))
    assert shown.lines[1] == "　对方：已删除（个人，公开招标）"
    assert "样外来" not in repr(shown)


def test_a_contract_names_the_asset_that_it_is_about(desk: ImportDesk) -> None:
    row = CONTRACT | {"标的编号": "ZC-0001"}
    for wrong, code in (("ZC-0001", "contract-subject-unknown"), ("1", "register-number-form")):
        faults = desk.read("contracts", make_contracts(CONTRACT | {"标的编号": wrong})).faults
        assert [fault.code for fault in faults] == [code]
    desk.record("assets", make_book("assets", [ASSET]))

    imported = desk.read("contracts", make_contracts(row))

    assert imported.faults == ()
    assert "　标的编号：ZC-0001" in imported.preview
    assert sign(desk, row).subject_number == "ZC-0001"
    offered = list_choices(desk.ports, VILLAGE, "contracts")["标的编号"]
    assert [choice.value for choice in offered] == ["ZC-0001"]
