"""The workbook of sub-accounts: what it becomes, what it refuses, and where their titles stand afterwards."""

from __future__ import annotations

import io

import openpyxl
import pytest

from ledger.books.subaccounts import AccountsAdded, AccountsClosed
from ledger.canonical import parse_claim
from ledger.service.choices import list_choices
from ledger.service.passing import pass_drafts
from ledger.service.refilling import fill
from ledger.service.showing import show_drafts
from ledger.service.workbooks.templates import build_template
from tests.builders import VILLAGE
from tests.service.importing import ACCOUNT, OPENING, PAPER, PAPER_PAID, ImportDesk, Row, make_book

BELOW: Row = ACCOUNT | {"明细科目代码": "1120301", "明细科目名称": "应收仓库租金"}
OFFICE: Row = ACCOUNT | {"明细科目代码": "5130201", "明细科目名称": "纸张"}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.record("opening", make_book("opening", OPENING))
    return desk


def test_rows_of_one_month_become_one_entry_and_are_shown_before_and_after(desk: ImportDesk) -> None:
    imported = desk.read("accounts", make_book("accounts", [BELOW, ACCOUNT]))

    assert imported.preview == (
        "2026-10 起增设明细科目 2 个",
        "　增设 11203 应收租金（上级：112 应收款）",
        "　增设 1120301 应收仓库租金（上级：11203 应收租金）",
    )
    (body,) = (parse_claim(draft.claim).body for draft in imported.drafts)
    assert isinstance(body, AccountsAdded)
    assert [account.code for account in body.accounts] == ["11203", "1120301"]
    ids = desk.keep("accounts", make_book("accounts", [BELOW, ACCOUNT]))
    assert "增设 1120301 应收仓库租金（上级：11203 应收租金）" in str(show_drafts(desk.ports, VILLAGE, ids))


def test_titles_stand_in_drop_downs_previews_and_refilled_rows(desk: ImportDesk) -> None:
    desk.record("accounts", make_book("accounts", [OFFICE]))
    rows = [PAPER | {"科目代码": "5130201", "科目名称": "纸张"}, PAPER_PAID]

    accounts = {
        choice.value: choice.beside for choice in list_choices(desk.ports, VILLAGE, "vouchers")["科目代码"]
    }
    assert accounts["5130201"] == "纸张"
    imported = desk.read("vouchers", make_book("vouchers", rows))
    assert any("借 5130201 纸张" in line for line in imported.preview)
    wrong = desk.say("vouchers", make_book("vouchers", [rows[0] | {"科目名称": "纸"}, PAPER_PAID]))
    assert any("应为5130201 纸张" in said for said in wrong)
    (draft_id,) = desk.keep("vouchers", make_book("vouchers", rows))
    draft = desk.ports.vault.find_draft(VILLAGE, draft_id)
    assert draft is not None
    assert "纸张" in str(fill(desk.ports, VILLAGE, [draft]).tables)
    book = openpyxl.load_workbook(io.BytesIO(build_template("vouchers", "2023", list(accounts.items()))))
    assert "纸张" in [cell.value for column in book["选项"].columns for cell in column]


def test_what_is_closed_is_chosen_no_more(desk: ImportDesk) -> None:
    desk.record("accounts", make_book("accounts", [OFFICE]))
    close = {"停用": [{"科目代码": "5130201", "原因": "不再分"}]}

    imported = desk.read("accounts", make_book("accounts", [], others=close))
    assert imported.preview == (
        "停用明细科目 1 个",
        "　原因：不再分",
        "　停用 5130201 管理费用·办公费·纸张",
    )
    (body,) = (parse_claim(draft.claim).body for draft in imported.drafts)
    assert isinstance(body, AccountsClosed)
    (draft_id,) = desk.keep("accounts", make_book("accounts", [], others=close))
    draft = desk.ports.vault.find_draft(VILLAGE, draft_id)
    assert draft is not None
    assert fill(desk.ports, VILLAGE, [draft]).tables == {"停用": (("5130201", "不再分"),)}
    pass_drafts(desk.ports, VILLAGE, [draft_id], desk.supervisor)
    accounts = [choice.value for choice in list_choices(desk.ports, VILLAGE, "vouchers")["科目代码"]]
    assert "5130201" not in accounts


def test_every_slip_is_said_at_its_cell(desk: ImportDesk) -> None:
    rows = [
        ACCOUNT | {"明细科目代码": "112-3"},
        ACCOUNT,
        ACCOUNT,
        ACCOUNT | {"明细科目代码": "37010119900307123X"},
    ]

    told = desk.say("accounts", make_book("accounts", rows))
    assert told[0] == (
        "工作表「增设」B2：现为「112-3」，应为上级科目的代码加两位数字，一共 5、7 或 9 位。"
        "对照会计科目表改正代码。（account-code-form）"
    )
    assert "37010119900307123X" not in "".join(told)
    assert len(told) == 3
    same = ACCOUNT | {"明细科目名称": "应收单位款"}
    assert desk.say("accounts", make_book("accounts", [same])) == [
        (
            "工作表「增设」C2：现为11201 也叫「应收单位款」，应为同一个上级下面不同的名称。"
            "换一个分得清的名称；是同一个科目的，不用再设。（account-title-twice）"
        )
    ]
    assert [said.split("，")[0] for said in desk.say("accounts", make_book("accounts", [BELOW]))] == [
        "工作表「增设」第 2 行"
    ]
    close = [{"科目代码": "11203", "原因": "甲"}, {"科目代码": "11204", "原因": "乙"}]
    assert desk.say("accounts", make_book("accounts", [], others={"停用": close})) == [
        "工作表「停用」：现为2 种原因，应为各行相同。改成一样的；原因不同的分两次交。（account-reasons）"
    ]
