"""What a journal holds and how it is written, by hand; that other programs read it so is tried in tests/journals."""

from __future__ import annotations

import msgspec
import pytest

from ledger.books.accounts import parse_chart
from ledger.books.beancount import format_beancount
from ledger.books.hledger import format_hledger
from ledger.books.journals import (
    JournalClosing,
    JournalHead,
    JournalOpening,
    JournalVoucher,
    Step,
    VoucherLine,
    flatten_text,
    list_lines,
    name_journal_accounts,
)
from ledger.books.money import format_plain_yuan
from ledger.books.vouchers import About, get_about
from ledger.data import load_reference
from tests.books.test_finance_figures import make_month_voucher, make_postings
from tests.builders import Discloser, build_replacement, build_reversal, build_voucher

CHART = parse_chart(
    """code,name,class,normal_side,parent,status
101,库存现金,asset,debit,,x
113,内部往来,asset,both,,x
211,应付款,liability,credit,,x
301,资本,equity,credit,,x
401,生产(劳务)成本,cost,debit,,x
501,经营收入,income,credit,,x
513,管理费用,expense,debit,,x
51302,办公费,expense,debit,513,x
""",
    "2023",
)
HEAD = JournalHead(
    chart="2023",
    fingerprint="1111 2222 3333 4444",
    origin="example.org/m/00000000/e1",
    size=7,
    village="371082101201",
)
STEPS: list[Step] = [
    JournalOpening(
        index=2,
        period="2026-10",
        postings=make_postings(("debit", "101", 200_005), ("credit", "301", 200_005)),
    ),
    JournalVoucher(
        answers="",
        voucher=make_month_voucher(
            1, [("debit", "51302", 32_500), ("credit", "101", 32_500)], summary='买 "纸"; 笔'
        ),
    ),
    JournalVoucher(
        answers="2026-10-001",
        voucher=make_month_voucher(
            2,
            [("debit", "51302", -32_500), ("credit", "101", -32_500)],
            correction="reversal",
            occurred_on="2026-10-29",
        ),
    ),
    JournalVoucher(
        answers="2026-10-001",
        voucher=make_month_voucher(
            3,
            [("debit", "513", 1), ("credit", "101", 1)],
            correction="replacement",
            handler="（文字已依法删除）",
        ),
    ),
    JournalClosing(balances={"101": 200_004, "301": -200_005, "513": 1}, index=6, period="2026-10"),
    JournalVoucher(
        answers="",
        voucher=msgspec.structs.replace(
            make_month_voucher(
                4,
                [("debit", "113", 5), ("credit", "211", 5)],
                about=About(contract="HT-0001", resolution="JY-2026-001"),
                occurred_on="2026-10-03",
            ),
            number="2026-11-001",
        ),
    ),
]


def test_a_beancount_file_is_written_so() -> None:
    text = "".join(format_beancount(HEAD, CHART, STEPS))

    assert text.startswith(
        "; 村 371082101201 的账簿，科目表 2023，共 7 条记录，指纹码 1111 2222 3333 4444\n"
        "; 来源 example.org/m/00000000/e1\n"
        "; 打开：fava 这个文件；核对：bean-check 这个文件\n"
        'option "title" "村 371082101201 的账簿"\n'
        'option "operating_currency" "CNY"\n\n'
        "2026-10-01 open Assets:101-库存现金 CNY\n"
        '  code: "101"\n  name: "库存现金"\n  side: "debit"\n'
        "2026-10-01 open Assets:113-内部往来 CNY\n"
    )
    assert text.count(" open ") == len(CHART.accounts)
    assert '  name: "生产(劳务)成本"\n' in text
    assert text.endswith(
        '2026-10-01 * "期初余额" #opening\n'
        "  entry: 2\n"
        "  Assets:101-库存现金  2000.05 CNY\n"
        "  Equity:301-资本  -2000.05 CNY\n\n"
        '2026-10-28 * "买 \\"纸\\"; 笔" ^v-2026-10-001\n'
        '  entry: 2\n  voucher: "2026-10-001"\n  kind: "voucher.recorded"\n  occurred: 2026-10-28\n'
        '  attachments: 1\n  handler: "样*丙"\n'
        "  Expenses:513-管理费用:51302-办公费  325.00 CNY\n"
        "  Assets:101-库存现金  -325.00 CNY\n\n"
        '2026-10-29 * "第 2 笔" #reversal ^v-2026-10-002 ^v-2026-10-001\n'
        '  entry: 3\n  voucher: "2026-10-002"\n  kind: "voucher.reversed"\n  occurred: 2026-10-29\n'
        '  attachments: 1\n  handler: "样*丙"\n  answers: "2026-10-001"\n'
        "  Expenses:513-管理费用:51302-办公费  -325.00 CNY\n"
        "  Assets:101-库存现金  325.00 CNY\n\n"
        '2026-10-28 * "第 3 笔" #replacement ^v-2026-10-003 ^v-2026-10-001\n'
        '  entry: 4\n  voucher: "2026-10-003"\n  kind: "voucher.replaced"\n  occurred: 2026-10-28\n'
        '  attachments: 1\n  handler: "（文字已依法删除）"\n  answers: "2026-10-001"\n'
        "  Expenses:513-管理费用  0.01 CNY\n"
        "  Assets:101-库存现金  -0.01 CNY\n\n"
        "; 2026-10 结账，第 6 条\n"
        "2026-11-01 balance Assets:101-库存现金  2000.04 ~ 0.00 CNY\n  entry: 6\n"
        "2026-11-01 balance Equity:301-资本  -2000.05 ~ 0.00 CNY\n  entry: 6\n"
        "2026-11-01 balance Expenses:513-管理费用  0.01 ~ 0.00 CNY\n  entry: 6\n"
        "2026-11-01 balance Expenses:513-管理费用:51302-办公费  0.00 ~ 0.00 CNY\n  entry: 6\n\n"
        '2026-11-01 * "第 4 笔" ^v-2026-11-001 ^HT-0001 ^JY-2026-001\n'
        '  entry: 5\n  voucher: "2026-11-001"\n  kind: "voucher.recorded"\n  occurred: 2026-10-03\n'
        '  attachments: 1\n  handler: "样*丙"\n  contract: "HT-0001"\n  resolution: "JY-2026-001"\n'
        "  Assets:113-内部往来  0.05 CNY\n"
        "  Liabilities:211-应付款  -0.05 CNY\n\n"
    )


def test_a_journal_of_hledger_is_written_so() -> None:
    text = "".join(format_hledger(HEAD, CHART, STEPS))

    assert text.startswith(
        "; 村 371082101201 的账簿，科目表 2023，共 7 条记录，指纹码 1111 2222 3333 4444\n"
        "; 来源 example.org/m/00000000/e1\n"
        "; 看余额：hledger -f 这个文件 bal\n\n"
        "commodity CNY\n    format 1000.00 CNY\n\n"
        "tag entry\ntag kind\ntag occurred\ntag attachments\ntag handler\ntag answers\n"
        "tag contract\ntag asset\ntag fund\ntag resolution\n\n"
        "account Assets:101-库存现金\naccount Assets:113-内部往来\n"
    )
    assert (
        '2026-10-28 * (2026-10-001) 买 "纸"； 笔\n'
        "    ; entry: 2\n    ; kind: voucher.recorded\n    ; occurred: 2026-10-28\n    ; attachments: 1\n"
        "    ; handler: 样*丙\n"
        "    Expenses:513-管理费用:51302-办公费  325.00 CNY\n"
        "    Assets:101-库存现金  -325.00 CNY\n\n"
        "2026-10-29 * (2026-10-002) 第 2 笔\n"
        "    ; entry: 3\n    ; kind: voucher.reversed\n    ; occurred: 2026-10-29\n    ; attachments: 1\n"
        "    ; handler: 样*丙\n    ; answers: 2026-10-001\n"
    ) in text
    assert (
        "2026-10-31 * 2026-10 结账\n"
        "    ; entry: 6\n"
        "    Assets:101-库存现金  0.00 CNY = 2000.04 CNY\n"
        "    Equity:301-资本  0.00 CNY = -2000.05 CNY\n"
        "    Expenses:513-管理费用  0.00 CNY = 0.01 CNY\n"
        "    Expenses:513-管理费用:51302-办公费  0.00 CNY = 0.00 CNY\n\n"
        "2026-11-01 * (2026-11-001) 第 4 笔\n"
        "    ; entry: 5\n    ; kind: voucher.recorded\n    ; occurred: 2026-10-03\n    ; attachments: 1\n"
        "    ; handler: 样*丙\n    ; contract: HT-0001\n    ; resolution: JY-2026-001\n"
    ) in text


def test_a_red_voucher_is_about_what_it_takes_back() -> None:
    texts = Discloser()
    said = About(contract="HT-0001", asset="ZC-0001", fund="ZX-0001", resolution="JY-2026-001")
    wrong = build_voucher(texts, **said._asdict())
    red = build_reversal(texts, reverses=3)

    assert get_about(wrong) == get_about(red, wrong) == said
    assert get_about(build_replacement(texts, replaces=3, contract="HT-0002"), wrong) == About("HT-0002")
    assert get_about(red) == get_about(red, red) == get_about(build_voucher(texts)) == About()
    assert said.list_numbers()[-1] == ("resolution", "JY-2026-001")
    assert About(asset="ZC-0001").list_numbers() == [("asset", "ZC-0001")]


@pytest.mark.parametrize(
    ("length", "written"), [(1_000, "\U00020000" * 1_000), (1_001, "\U00020000" * 999 + "…")]
)
def test_a_long_text_is_cut_where_ledger_would_refuse_its_line(length: int, written: str) -> None:
    voucher = make_month_voucher(
        1, [("debit", "513", 1), ("credit", "101", 1)], summary="\U00020000" * length
    )

    text = "".join(format_hledger(HEAD, CHART, [JournalVoucher(answers="", voucher=voucher)]))

    assert f"(2026-10-001) {written}\n" in text
    assert max(len(line.encode()) for line in text.splitlines()) < 4_096


def test_an_account_counts_with_those_below_it_where_beancount_asserts() -> None:
    closing = JournalClosing(balances={"101": -7, "513": 3, "51302": 4}, index=1, period="2026-12")

    text = "".join(format_beancount(HEAD, CHART, [closing]))

    assert "2027-01-01 balance Expenses:513-管理费用  0.07 ~ 0.00 CNY\n" in text
    assert "2027-01-01 balance Expenses:513-管理费用:51302-办公费  0.04 ~ 0.00 CNY\n" in text


def test_every_class_has_its_root_and_every_account_its_place() -> None:
    assert name_journal_accounts(CHART) == {
        "101": "Assets:101-库存现金",
        "113": "Assets:113-内部往来",
        "211": "Liabilities:211-应付款",
        "301": "Equity:301-资本",
        "401": "Assets:401-生产-劳务-成本",
        "501": "Income:501-经营收入",
        "513": "Expenses:513-管理费用",
        "51302": "Expenses:513-管理费用:51302-办公费",
    }


@pytest.mark.parametrize("version", ["2004", "2023"])
def test_no_two_accounts_of_a_chart_share_a_name(version: str) -> None:
    chart = load_reference().charts[version]

    names = name_journal_accounts(chart)

    assert list(names) == list(chart.accounts)
    assert len(set(names.values())) == len(names)


def test_an_account_whose_name_has_no_letter_is_named_by_its_code() -> None:
    text = "code,name,class,normal_side,parent,status\n101,(),asset,debit,,x\n10101,—a—,asset,debit,101,x\n"

    assert list(name_journal_accounts(parse_chart(text, "2023")).values()) == [
        "Assets:101",
        "Assets:101:10101-a",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("购办公用纸", "购办公用纸"),
        ("  a \t b\n\u3000c\r\n", "a b c"),
        ("a\u2028b\x85c\x1fd", "a b c d"),
        ("a\u202eb\u200bc\x00d\ue000", "a\ufffdb\ufffdc\ufffdd\ufffd"),
        ("\ud800", "\ufffd"),
        ("", ""),
    ],
)
def test_a_text_is_one_line_of_what_can_be_seen(text: str, line: str) -> None:
    assert flatten_text(text) == line


def test_a_table_has_a_line_for_each_posting_of_the_months_asked_for() -> None:
    lines = list(list_lines(CHART, STEPS, "2026-10", "2026-10"))

    assert lines[:3] == [
        VoucherLine(
            *("2026-10-001", "2026-10-28", "2026-10", '买 "纸"; 笔', "51302", "办公费", 32_500, None),
            *(1, "样*丙", "", "", 2),
        ),
        VoucherLine(
            *("2026-10-001", "2026-10-28", "2026-10", '买 "纸"; 笔', "101", "库存现金", None, 32_500),
            *(1, "样*丙", "", "", 2),
        ),
        VoucherLine(
            *("2026-10-002", "2026-10-29", "2026-10", "第 2 笔", "51302", "办公费", -32_500, None),
            *(1, "样*丙", "2026-10-001", "", 3),
        ),
    ]
    assert [line.replaces for line in lines[4:]] == ["2026-10-001", "2026-10-001"]
    assert len(lines) == 6
    later = list(list_lines(CHART, STEPS, "2026-11"))
    assert [line.number for line in later] == ["2026-11-001"] * 2
    assert [line[13:] for line in later] == [("HT-0001", "", "", "JY-2026-001")] * 2
    assert len(list(list_lines(CHART, STEPS))) == 8
    assert list(list_lines(CHART, STEPS, "", "2026-09")) == []


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0.00"), (-5, "-0.05"), (123_456_789, "1234567.89"), (-100, "-1.00")]
)
def test_an_amount_is_exact_and_without_commas(fen: int, text: str) -> None:
    assert format_plain_yuan(fen) == text
