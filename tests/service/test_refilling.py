"""A returned draft opens as the rows that give it again, and what is handed in takes its place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.data import load_masks
from ledger.errors import Refused, format_fault
from ledger.service.drafts import open_draft
from ledger.service.handing_in import Sent, hand_in, look_at
from ledger.service.import_ import import_typed
from ledger.service.opened_drafts import OpenedDraft
from ledger.service.passing import pass_drafts, return_drafts
from ledger.service.refilling import (
    arrange,
    copy_voucher,
    fill,
    find_kind,
    list_answered,
    list_siblings_waiting,
)
from ledger.service.showing import disclose
from ledger.service.unsent import open_sheet
from ledger.service.workbooks.columns import WorkbookKind
from ledger.vaults import Draft
from tests.builders import VILLAGE
from tests.service.importing import (
    ASSET,
    AWARD,
    CONTRACT,
    COUNTED,
    FORUM,
    FUND,
    HOUSEHOLDS,
    MARK,
    MEMBERS,
    OPENING,
    PAPER,
    PAPER_PAID,
    PERSONS,
    RESOLUTION,
    RESOURCE,
    STEPS,
    ImportDesk,
    make_book,
)


def type_in(
    desk: ImportDesk, kind: WorkbookKind, tables: Mapping[str, Sequence[Mapping[str, Any]]]
) -> list[Draft]:
    """Type rows, keep what they become, and return the drafts."""
    arranged = {
        name: arrange(
            kind, name, ({key: str(value) for key, value in row.items() if value is not None} for row in rows)
        )
        for name, rows in tables.items()
    }
    imported = import_typed(desk.ports, village=VILLAGE, kind=kind, tables=arranged, maker=desk.clerk)
    assert [format_fault(fault) for fault in imported.faults] == []
    desk.ports.vault.put_households(VILLAGE, imported.households)
    desk.ports.vault.put_members(VILLAGE, imported.members)
    desk.ports.vault.put_drafts(VILLAGE, imported.drafts)
    return list(imported.drafts)


def send_back(desk: ImportDesk, drafts: Sequence[Draft], reason: str = "少一张发票") -> None:
    return_drafts(desk.ports, VILLAGE, [draft.id for draft in drafts], desk.supervisor, reason)


WHOLE = load_masks().find_view({"clerk"})


def read_back(desk: ImportDesk, draft: Draft) -> str:
    """A draft's claim with every text in place of its digest, whatever the salts and the order by digest."""
    claim = open_draft(draft)
    with desk.ports.ledger.read(VILLAGE) as reader:
        opened = OpenedDraft(claim=claim, draft=draft, ports=desk.ports, reader=reader, view=WHOLE)
        body: Any = disclose(claim.body, opened.find)
    if "counterparty" in body:
        del body["counterparty"]["counterparty"]  # A pseudonym, drawn anew for each draft.
    for name in ("lines", "sealed_lines", "cards", "households", "agreements", "members"):
        if isinstance(body.get(name), list | tuple):
            body[name] = sorted(body[name], key=lambda item: json.dumps(item, sort_keys=True))
    return json.dumps([claim.kind, claim.occurred_on, claim.period, body], ensure_ascii=False, sort_keys=True)


def check_round_trip(desk: ImportDesk, drafts: Sequence[Draft]) -> None:
    """What is filled in of returned drafts gives claims of the same body again."""
    send_back(desk, drafts)
    filled = fill(desk.ports, VILLAGE, drafts)
    again = import_typed(
        desk.ports, village=VILLAGE, kind=filled.kind, tables=filled.tables, maker=desk.clerk
    )

    assert [format_fault(fault) for fault in again.faults] == []
    assert [read_back(desk, draft) for draft in again.drafts] == [read_back(desk, draft) for draft in drafts]


def open_desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    desk.register()
    desk.enrol()
    return desk


@pytest.fixture
def desk() -> ImportDesk:
    return open_desk()


@st.composite
def vouchers(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The rows of one balanced voucher."""
    amounts = draw(st.lists(st.integers(1, 10**9), min_size=1, max_size=6, unique=True))
    rows = [
        {"科目代码": "513", "科目名称": "管理费用", "借方金额": f"{fen // 100}.{fen % 100:02d}"}
        for fen in amounts
    ]
    total = sum(amounts)
    rows.append({"科目代码": "102", "科目名称": "银行存款", "贷方金额": f"{total // 100}.{total % 100:02d}"})
    shared = {
        "凭证号": "2026-10-001",
        "日期": f"2026-10-{draw(st.integers(1, 28)):02d}",
        "摘要": draw(st.sampled_from(["购办公用纸", "=1+1 的纸", '"引号"纸', "𠮷祥路灯", "@修路", "-退款"])),
        "附件张数": draw(st.integers(1, 10_000)),
        **PERSONS,
    }
    return [{**shared, **rows[0]}, *rows[1:]]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=vouchers())
def test_a_returned_voucher_opens_as_it_was_typed(rows: list[dict[str, Any]]) -> None:
    desk = ImportDesk()
    desk.open_books()

    check_round_trip(desk, type_in(desk, "vouchers", {"凭证": rows}))


evidences = st.lists(
    st.sampled_from([f"照片第 {n} 张" for n in range(9)]), min_size=1, max_size=3, unique=True
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    plain=evidences,
    hidden=evidences.map(lambda found: found[:2]),
    taken=st.booleans(),
)
def test_a_returned_round_of_points_opens_as_it_was_typed(
    plain: list[str], hidden: list[str], taken: bool
) -> None:
    desk = open_desk()
    rows = [{**AWARD, "数量": 1, "证据": text} for text in plain]
    rows += [
        {
            **AWARD,
            "户号": "0218",
            "户主": "例小河",
            "规则编号": "C01",
            "规则名称": "乱堆柴草",
            "数量": 1,
            "证据": text,
        }
        for text in hidden
    ]
    drafts = type_in(desk, "points", {"积分": rows})
    if not taken:
        check_round_trip(desk, drafts)
        return
    pass_drafts(desk.ports, VILLAGE, [draft.id for draft in drafts], desk.supervisor)
    row = {
        "月份": "2026-10",
        "原月份": "2026-10",
        "户号": "0218",
        "规则编号": "C01",
        "原因": "登记重复，已核实",
    }
    check_round_trip(desk, type_in(desk, "points", {"冲销": [row]}))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(plain=evidences, hidden=st.lists(st.sampled_from(["九月", "十月"]), max_size=2, unique=True))
def test_a_returned_round_of_scores_opens_as_it_was_typed(plain: list[str], hidden: list[str]) -> None:
    desk = open_desk()
    rows = [{**MARK, "证据": text, "数量": 1} for text in plain[:2]]
    absent = {"党员编号": "0104", "姓名": "例大海", "项目编号": "N01", "项目名称": "无故缺席"}
    rows += [{**MARK, **absent, "证据": text} for text in hidden]

    check_round_trip(desk, type_in(desk, "scores", {"党员评分": rows}))


def test_opening_balances_members_and_households_open_as_they_were_typed() -> None:
    desk = ImportDesk()
    check_round_trip(desk, type_in(desk, "opening", {"期初余额": OPENING}))
    desk = ImportDesk()
    desk.open_books()
    desk.adopt_rules()
    members = type_in(desk, "members", {"党员": MEMBERS})
    for draft in members:
        check_round_trip(desk, [draft])
    check_round_trip(desk, type_in(desk, "households", {"农户": HOUSEHOLDS}))


def test_corrections_open_with_the_numbers_that_they_answer(desk: ImportDesk) -> None:
    drafts = type_in(desk, "vouchers", {"凭证": [PAPER, PAPER_PAID]})
    pass_drafts(desk.ports, VILLAGE, [draft.id for draft in drafts], desk.supervisor)
    red = {
        "凭证号": "2026-10-002",
        "日期": "2026-10-21",
        "冲销凭证号": "2026-10-001",
        "原因": "科目写错",
        **PERSONS,
    }
    red_drafts = type_in(desk, "vouchers", {"凭证": [red]})
    check_round_trip(desk, red_drafts)
    (draft,) = type_in(desk, "vouchers", {"凭证": [red]})
    pass_drafts(desk.ports, VILLAGE, [draft.id], desk.supervisor)
    blue = [{**PAPER, "凭证号": "2026-10-003", "更正凭证号": "2026-10-001"}, PAPER_PAID]

    check_round_trip(desk, type_in(desk, "vouchers", {"凭证": blue}))


def hand_in_again(desk: ImportDesk, sheet: str, tables: Any) -> int:
    sent = Sent(filename="填的", kind="vouchers", sheet=sheet, tables=tables, version=1)
    looked = look_at(desk.ports, VILLAGE, desk.clerk, sent)
    assert [format_fault(fault) for fault in looked.imported.faults] == []
    return hand_in(desk.ports, VILLAGE, desk.clerk, looked.digest)


def test_what_is_put_right_takes_the_place_of_what_was_returned(desk: ImportDesk) -> None:
    (old,) = type_in(desk, "vouchers", {"凭证": [PAPER, PAPER_PAID]})
    send_back(desk, [old])
    filled = fill(desk.ports, VILLAGE, list_answered(desk.ports, VILLAGE, desk.clerk, old.id))
    rows = filled.tables["凭证"]
    changed = {"凭证": ((*rows[0][:7], "3", *rows[0][8:]), *rows[1:])}

    count = hand_in_again(desk, old.id, changed)

    (new,) = desk.ports.vault.list_drafts(VILLAGE, "waiting")
    gone = desk.ports.vault.find_draft(VILLAGE, old.id)
    assert gone is not None
    assert (count, new.answers, new.asked, new.slot) == (1, old.id, "少一张发票", old.slot)
    assert (gone.state, gone.private) == ("discarded", ())
    assert pass_drafts(desk.ports, VILLAGE, [new.id], desk.supervisor)[0] is not None


def test_one_returned_draft_is_not_put_right_twice(desk: ImportDesk) -> None:
    (old,) = type_in(desk, "vouchers", {"凭证": [PAPER, PAPER_PAID]})
    send_back(desk, [old])
    rows = fill(desk.ports, VILLAGE, [old]).tables
    hand_in_again(desk, old.id, rows)

    assert list_answered(desk.ports, VILLAGE, desk.clerk, old.id) == []
    with pytest.raises(Refused):
        desk.ports.vault.put_drafts(VILLAGE, [], answers=[old.id])


def test_only_its_own_clerk_puts_a_returned_draft_right(desk: ImportDesk) -> None:
    (old,) = type_in(desk, "vouchers", {"凭证": [PAPER, PAPER_PAID]})

    assert list_answered(desk.ports, VILLAGE, desk.clerk, old.id) == []  # It still waits.
    send_back(desk, [old])
    assert [draft.id for draft in list_answered(desk.ports, VILLAGE, desk.clerk, old.id)] == [old.id]
    assert list_answered(desk.ports, VILLAGE, desk.supervisor, old.id) == []
    assert list_answered(desk.ports, VILLAGE, desk.clerk, "vouchers") == []
    assert list_answered(desk.ports, VILLAGE, desk.clerk, "d-zzzzzzzzzz") == []


def test_a_list_is_put_right_whole(desk: ImportDesk) -> None:
    rows = [{**HOUSEHOLDS[0], "户号": f"03{number}", "户主": f"某新户{number}"} for number in (10, 11)]
    registration, agreements = type_in(desk, "households", {"农户": rows})
    send_back(desk, [registration])

    answered = list_answered(desk.ports, VILLAGE, desk.clerk, registration.id)
    waiting = list_siblings_waiting(desk.ports, VILLAGE, answered)
    send_back(desk, [agreements])

    assert [draft.id for draft in answered] == [registration.id]
    assert [draft.id for draft in waiting] == [agreements.id]
    both = list_answered(desk.ports, VILLAGE, desk.clerk, agreements.id)
    assert [draft.id for draft in both] == [registration.id, agreements.id]
    assert list_siblings_waiting(desk.ports, VILLAGE, both) == []


def test_whom_nobody_knows_any_more_is_left_out_and_counted(desk: ImportDesk) -> None:
    rows = [AWARD, {**AWARD, "户号": "0218", "户主": "例小河"}]
    (draft,) = type_in(desk, "points", {"积分": rows})
    send_back(desk, [draft])
    gone = next(item for item in desk.ports.vault.list_households(VILLAGE) if item.number == "0218")

    desk.ports.vault.erase_subject(VILLAGE, gone.household)
    left = desk.ports.vault.find_draft(VILLAGE, draft.id)

    assert left is not None
    filled = fill(desk.ports, VILLAGE, [left])
    assert (filled.gone, len(filled.tables["积分"])) == (1, 1)


def test_what_is_not_typed_has_no_sheet(desk: ImportDesk) -> None:
    (draft,) = type_in(desk, "vouchers", {"凭证": [PAPER, PAPER_PAID]})

    assert find_kind(draft) == "vouchers"


def test_a_voucher_is_copied_once_without_its_number(desk: ImportDesk) -> None:
    (draft,) = type_in(desk, "vouchers", {"凭证": [PAPER, PAPER_PAID]})

    for _ in range(2):
        copy_voucher(desk.ports, VILLAGE, desk.clerk, draft)

    kept = open_sheet(desk.ports, VILLAGE, desk.clerk, "vouchers")
    assert [row[:5] for row in kept.state.tables["凭证"]] == [
        ("", "", "购办公用纸", "513", "管理费用"),
        ("", "", "", "101", "库存现金"),
    ]


def test_what_broke_off_while_it_was_handed_in_is_not_handed_in_twice(desk: ImportDesk) -> None:
    rows = {
        "凭证": arrange("vouchers", "凭证", [{k: str(v) for k, v in r.items()} for r in (PAPER, PAPER_PAID)])
    }
    sent = Sent(filename="填的", kind="vouchers", sheet="vouchers", tables=rows)
    looked = look_at(desk.ports, VILLAGE, desk.clerk, sent)
    desk.ports.vault.put_drafts(VILLAGE, looked.imported.drafts)  # Killed here: what was kept is still there.

    count = hand_in(desk.ports, VILLAGE, desk.clerk, looked.digest)

    assert count == 0
    assert len(desk.ports.vault.list_drafts(VILLAGE, "waiting")) == 1
    assert desk.ports.vault.find_upload(VILLAGE, desk.clerk) is None


def test_a_workbook_and_the_same_rows_typed_give_the_same(desk: ImportDesk) -> None:
    rows = [PAPER, PAPER_PAID]
    by_file = desk.read("vouchers", make_book("vouchers", rows))
    (typed,) = type_in(desk, "vouchers", {"凭证": rows})

    assert [read_back(desk, draft) for draft in by_file.drafts] == [read_back(desk, typed)]


def test_contracts_their_changes_and_what_is_paid_under_them_open_as_they_were_typed(
    desk: ImportDesk,
) -> None:
    signed = type_in(desk, "contracts", {"合同": [CONTRACT]})
    check_round_trip(desk, signed)
    again = type_in(desk, "contracts", {"合同": [CONTRACT | {"面积": "12.5"}]})
    pass_drafts(desk.ports, VILLAGE, [draft.id for draft in again], desk.supervisor)
    shared = {"合同编号": "HT-0001", "日期": "2026-10-20", "原因": "遭水灾"}
    change = {**shared, "事项": "变更", "从哪天起": "2027-01-01", "每年金额": 100, "首次日期": "2027-01-31"}

    check_round_trip(desk, type_in(desk, "contracts", {"变更": [change]}))
    check_round_trip(desk, type_in(desk, "contracts", {"变更": [{**shared, "事项": "终止"}]}))
    check_round_trip(desk, type_in(desk, "contracts", {"变更": [{**shared, "事项": "作废"}]}))
    check_round_trip(desk, type_in(desk, "vouchers", {"凭证": [PAPER | {"合同编号": "HT-0001"}, PAPER_PAID]}))


def test_the_registers_open_as_they_were_typed(desk: ImportDesk) -> None:
    def keep(drafts: Sequence[Draft]) -> None:
        pass_drafts(desk.ports, VILLAGE, [draft.id for draft in drafts], desk.supervisor)

    check_round_trip(desk, type_in(desk, "assets", {"资产": [ASSET]}))
    keep(type_in(desk, "assets", {"资产": [ASSET | {"名称": "水泵"}]}))
    check_round_trip(desk, type_in(desk, "resources", {"资源": [RESOURCE]}))
    keep(type_in(desk, "resources", {"资源": [RESOURCE | {"地块名称": "河湾地"}]}))
    moved = {
        "资产编号": "ZC-0001",
        "事项": "变动",
        "日期": "2026-10-20",
        "原因": "换了地方",
        "存放地点": "村南",
    }
    gone = {"资产编号": "ZC-0001", "事项": "处置", "日期": "2026-10-20", "原因": "旧了", "处置方式": "报废"}
    smaller = {"资源编号": "ZY-0001", "日期": "2026-10-20", "原因": "修路占用", "面积": 40}

    check_round_trip(desk, type_in(desk, "assets", {"资产变动": [moved]}))
    check_round_trip(desk, type_in(desk, "assets", {"资产变动": [gone]}))
    check_round_trip(desk, type_in(desk, "resources", {"资源变动": [smaller]}))
    check_round_trip(desk, type_in(desk, "stocktakes", {"盘点": [COUNTED]}))
    paper = PAPER | {"摘要": "修水泵", "资产编号": "ZC-0001"}
    check_round_trip(desk, type_in(desk, "vouchers", {"凭证": [paper, PAPER_PAID]}))
    check_round_trip(desk, type_in(desk, "contracts", {"合同": [CONTRACT | {"标的编号": "ZC-0001"}]}))


def test_meetings_and_funds_and_what_names_them_open_as_they_were_typed(desk: ImportDesk) -> None:
    resolved = {"决议": [RESOLUTION | {"记录文件指纹": "ab" * 32}], "会议经过": list(STEPS)}
    check_round_trip(desk, type_in(desk, "resolutions", resolved))
    again = type_in(desk, "resolutions", {"决议": [RESOLUTION], "会议经过": list(STEPS)})
    pass_drafts(desk.ports, VILLAGE, [draft.id for draft in again], desk.supervisor)
    result = {"决议编号": "JY-2026-001", "日期": "2026-10-28", "实施结果": "修好了"}
    check_round_trip(desk, type_in(desk, "resolutions", {"结果公开": [result]}))
    check_round_trip(desk, type_in(desk, "resolutions", {"民情恳谈": [FORUM]}))
    check_round_trip(desk, type_in(desk, "funds", {"专款": [FUND]}))
    relief = FUND | {"专款种类": "救灾救济", "开账时结余": "500.00"}
    given = type_in(desk, "funds", {"专款": [relief]})
    pass_drafts(desk.ports, VILLAGE, [draft.id for draft in given], desk.supervisor)
    named = {"决议编号": "JY-2026-001", "专款编号": "ZX-0001", "领取人数": "3"}

    check_round_trip(desk, type_in(desk, "vouchers", {"凭证": [PAPER | named, PAPER_PAID]}))
