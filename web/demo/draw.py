"""Writes the demo village's workbooks, as its clerk would have kept them: `python -m web.demo.draw`.

The files are under version control and are what the demo imports; this module says where they came from, and
a test holds it to them cell by cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from ledger.data import load_reference
from ledger.service.workbooks.columns import WORKBOOKS, WorkbookKind
from ledger.service.workbooks.templates import set_up_printing
from ledger.service.workbooks.writing import open_workbook
from web.demo.books import MONTHS, DemoVoucher, list_corrections, list_opening, list_vouchers, list_waiting
from web.demo.contracts import CONTRACTS, ENDS, DemoContract
from web.demo.people import BRANCHES, NAME, STAFF, DemoHousehold, Staff, list_households, list_members
from web.demo.registers import BOOKS, NAMES, Book
from web.demo.rounds import Award, TakenBack, list_awards, list_marks, list_taken_back
from web.demo.wear import list_wear

FOLDER = Path(__file__).parent / "workbooks"
ROUND_MONTHS = MONTHS[:-1]
"""November's rounds are held in December."""
GROUPED_NAME = f"{MONTHS[-1]}/党小组.xlsx"
GROUPED_SIZE = 8
"""Members of a party group."""
WAITING_NAME = f"{MONTHS[-1]}/凭证-还没审核.xlsx"
CREATED = dt.datetime(2026, 1, 1)  # noqa: DTZ001  # A document property, which has no zone.
Cell = str | int | float | None
Row = Sequence[Cell]


def list_workbooks() -> Iterator[tuple[str, bytes]]:
    """Yield the name of every workbook, relative to the folder, with its bytes."""
    yield "立账/期初余额.xlsx", write_opening(MONTHS[0], list_opening())
    yield "立账/农户和积分契约.xlsx", write_households(list_households(), "2026-01-10")
    yield "立账/党员名册.xlsx", _write({"党员": [MEMBER_HEADER, *_list_member_rows()]})
    for (folder, kind), book in BOOKS.items():
        yield name_register(folder, kind), _write_register(kind, book)
    for folder in sorted({*CONTRACTS, *ENDS}):
        yield f"{folder}/合同.xlsx", _write_contracts(folder)
    for month in MONTHS:
        reversals, replacements = list_corrections(month)
        yield f"{month}/凭证.xlsx", write_vouchers([*list_vouchers(month), *reversals])
        if replacements:
            yield f"{month}/凭证-蓝字更正.xlsx", write_vouchers(replacements)
        if worn := list_wear(month):
            yield f"{month}/折旧.xlsx", write_vouchers(worn)
        if month in ROUND_MONTHS:
            yield f"{month}/积分.xlsx", write_points(month, list_awards(month), list_taken_back(month))
            yield f"{month}/党员评分.xlsx", _write({"党员评分": [MARK_HEADER, *_list_mark_rows(month)]})
    yield GROUPED_NAME, _write({"党小组": [GROUPED_HEADER, *_list_grouped_rows()]})
    yield WAITING_NAME, write_vouchers(list_waiting())


OPENING_HEADER = ("月份", "科目代码", "科目名称", "借方余额", "贷方余额")
HOUSEHOLD_HEADER = ("户号", "户主", "村民小组", "同意积分", "同意公示", "同意署名", "签约日期")
GROUPED_HEADER = ("支部", "党小组序号", "党小组名称", "党员编号", "姓名", "组长", "不再分组")
MEMBER_HEADER = ("支部", "支部名称", "党员编号", "姓名")
VOUCHER_HEADER = (
    *("凭证号", "日期", "摘要", "科目代码", "科目名称", "借方金额", "贷方金额", "附件张数"),
    *("经手人", "审批人", "记账员", "冲销凭证号", "更正凭证号", "原因", "合同编号", "资产编号", "专款编号"),
)
CONTRACT_HEADER = (
    *("合同编号", "签订日期", "合同种类", "收付", "合同名称", "标的", "用途", "对方", "对方类别", "怎样选定"),
    *("决议", "开始日期", "结束日期", "面积", "件数", "押金", "每年金额", "每年几次", "首次日期", "递增年数"),
    *("递增百分比", "旧欠", "决议编号", "标的编号", "底价"),
)
CHANGE_HEADER = (
    *("合同编号", "事项", "日期", "原因", "从哪天起", "每年金额", "每年几次", "首次日期", "递增年数"),
    "递增百分比",
)
DUE_HEADER = ("合同编号", "日期", "金额")
AWARD_HEADER = ("月份", "户号", "户主", "规则编号", "规则名称", "数量", "证据")
TAKEN_HEADER = ("月份", "原月份", "户号", "规则编号", "原因")
MARK_HEADER = ("月份", "支部", "党员编号", "姓名", "项目编号", "项目名称", "数量", "证据")


def write_opening(month: str, opening: Sequence[tuple[str, str, int]], village: str = NAME) -> bytes:
    """Return the workbook of opening balances: account, side and fen of each."""
    names = _get_names()
    rows = [(month, code, names[code], *_split_sides(side, fen)) for code, side, fen in opening]
    return _write({"期初余额": [OPENING_HEADER, *rows]}, village)


def write_households(households: Sequence[DemoHousehold], signed_on: str, village: str = NAME) -> bytes:
    """Return the workbook of households, those that agreed having done so on one day."""
    rows = []
    for item in households:
        consents = ["是" if consent else "否" for consent in (item.scoring, item.display, item.naming)]
        rows.append((item.number, item.name, item.group, *consents, signed_on if item.scoring else None))
    return _write({"农户": [HOUSEHOLD_HEADER, *rows]}, village)


def write_vouchers(vouchers: Sequence[DemoVoucher], staff: Staff = STAFF, village: str = NAME) -> bytes:
    """Return the workbook of vouchers, a row for each of their lines."""
    names = _get_names()
    rows: list[Row] = []
    for voucher in vouchers:
        tail = (voucher.reverses, voucher.replaces, voucher.reason, voucher.contract, *voucher.about)
        head = (voucher.number, voucher.day, voucher.summary or None)
        people = (voucher.attachments or None, staff.handlers[voucher.handler], staff.approver, staff.clerk)
        for place, line in enumerate(voucher.lines):
            money = (line.account, names[line.account], *_split_sides(line.side, line.fen))
            if place == 0:
                rows.append((*head, *money, *people, *(text or None for text in tail)))
            else:
                rows.append((voucher.number, None, None, *money, *(None,) * 10))
    return _write({"凭证": [VOUCHER_HEADER, *rows]}, village)


def write_points(
    month: str, awards: Sequence[Award], taken: Sequence[TakenBack] = (), village: str = NAME
) -> bytes:
    """Return the workbook of a month's round, with what is taken back of earlier ones."""
    sheets: dict[str, list[Row]] = {
        "积分": [
            AWARD_HEADER,
            *(
                (month, item.household, item.name, item.rule, item.item, item.quantity, item.evidence)
                for item in awards
            ),
        ]
    }
    if taken:
        sheets["冲销"] = [
            TAKEN_HEADER,
            *((month, item.month, item.household, item.rule, item.reason) for item in taken),
        ]
    return _write(sheets, village)


def name_register(folder: str, kind: WorkbookKind) -> str:
    """Return the name of a register's workbook, relative to the folder of all."""
    return f"{folder}/{NAMES[kind]}.xlsx"


def _write_register(kind: WorkbookKind, book: Book) -> bytes:
    """Return a workbook with the sheets of its kind; those that nothing stands on have their header alone."""
    return _write(
        {
            sheet.name: [tuple(column.header for column in sheet.columns), *book.get(sheet.name, ())]
            for sheet in WORKBOOKS[kind].sheets
        }
    )


def _write_contracts(folder: str) -> bytes:
    """Return the workbook of the contracts that were signed and ended then."""
    signed = CONTRACTS.get(folder, ())
    sheets: dict[str, list[Row]] = {
        "合同": [CONTRACT_HEADER, *(_list_contract_cells(item) for item in signed)],
        "变更": [
            CHANGE_HEADER,
            *(
                (item.number, "终止", item.ended_on, item.reason, *(None,) * 6)
                for item in ENDS.get(folder, ())
            ),
        ],
        "收付款": [DUE_HEADER, *((item.number, *due) for item in signed for due in item.dues)],
    }
    return _write(sheets)


def _list_contract_cells(item: DemoContract) -> Row:
    return (
        *(item.number, item.signed_on, item.category, item.direction, item.title, item.subject, item.use),
        *(item.counterparty, item.party, item.chosen_by, item.resolution, item.begins_on, item.ends_on),
        *(
            value or None
            for value in (
                *(item.area_mu, item.units, item.deposit, item.yearly, item.times, item.first_due),
                *(item.step_years, item.step_percent, item.owed_before, item.resolved, item.land, item.floor),
            )
        ),
    )


def _list_member_rows() -> Iterator[Row]:
    for member in list_members():
        yield member.branch, BRANCHES[member.branch], member.number, member.name


def _list_grouped_rows() -> Iterator[Row]:
    """Groups of eight, each led by the first of them."""
    for branch in BRANCHES:
        members = [member for member in list_members() if member.branch == branch]
        for place, member in enumerate(members):
            group, number = divmod(place, GROUPED_SIZE)
            name = f"第{'一二三'[group]}党小组"
            yield branch, group + 1, name, member.number, member.name, None if number else "是", None


def _list_mark_rows(month: str) -> Iterator[Row]:
    for mark in list_marks(month):
        member = mark.member
        yield (
            *(month, member.branch, member.number, member.name),
            *(mark.item, mark.title, mark.quantity, mark.evidence),
        )


def _get_names() -> dict[str, str]:
    return {code: account.name for code, account in load_reference().charts["2023"].accounts.items()}


def _split_sides(side: str, fen: int) -> tuple[Cell, Cell]:
    yuan = fen / 100
    return (yuan, None) if side == "debit" else (None, yuan)


def _write(sheets: dict[str, list[Row]], village: str = NAME) -> bytes:
    """Return a workbook with a bold frozen header, text columns as text and money with two decimals."""
    out = BytesIO()
    book = open_workbook(out)
    book.set_properties({"created": CREATED, "title": f"{village}（示例，人名数字均为虚构）"})
    header = book.add_format({"bold": True, "bg_color": "#E7EFE9", "border": 1, "valign": "vcenter"})
    text = book.add_format({"num_format": "@"})
    money = book.add_format({"num_format": "#,##0.00"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        set_up_printing(sheet)
        sheet.set_row(0, 22)
        for column, title in enumerate(rows[0]):
            sheet.write_string(0, column, str(title), header)
        for place, row in enumerate(rows[1:], 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(place, column, value, text)
                elif isinstance(value, float):
                    sheet.write_number(place, column, value, money)
                elif value is not None:
                    sheet.write_number(place, column, value)
        for column in range(len(rows[0])):
            widest = max(_measure(row[column]) for row in rows)
            sheet.set_column(column, column, min(widest + 2, 44))
    book.close()
    return out.getvalue()


def _measure(value: Cell) -> int:
    """Return how many digits wide a value is; a Chinese character takes two."""
    return sum(2 if ord(character) > 0xFF else 1 for character in str(value or ""))


def write_workbooks(folder: Path = FOLDER) -> int:
    """Write every workbook below `folder` and return how many."""
    workbooks = list(list_workbooks())
    for name, data in workbooks:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return len(workbooks)


if __name__ == "__main__":
    print(f"{write_workbooks()} workbooks")  # noqa: T201  # This is a program.
