"""What stands on paper is what the figures say: every text, every amount, in its row."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

import reports
from ledger.books.components import ComponentShare
from ledger.books.finance_figures import summarize_finance
from ledger.books.money import format_capitals
from ledger.books.month_words import (
    EVENT_WORDS,
    REGISTER_WORDS,
    tell_change,
    tell_late,
    tell_objections,
    tell_party,
    tell_quiet,
    tell_taken_over,
)
from ledger.books.points_figures import summarize_points
from ledger.books.score_figures import summarize_scores
from ledger.data import load_reference
from ledger.log.receipt import format_fingerprint
from reports.finance import build_finance
from reports.render import render_sheet
from reports.words import format_amount, format_count, format_signed
from tests.reports.printed import SHEETS, get_draft, get_sheet, read_pages, read_text
from tests.reports.samples import (
    CHECKPOINT,
    COSIGNED,
    POLICY,
    make_empty_finance,
    make_finance,
    make_head,
    make_job,
    make_points,
    make_scores,
    make_told,
)


def _pack(*texts: str) -> str:
    return re.sub(r"\s", "", "".join(texts))


def test_every_line_of_money_stands_in_one_row_in_its_order() -> None:
    figures = make_finance()
    text = read_text(get_sheet("busy"))
    place = 0

    for number, move in enumerate(figures.moves, 1):
        row = _pack(
            f"{number}{int(move.occurred_on[8:])}日{move.voucher[8:]}",
            {"": "", "reversal": "红字冲销", "replacement": "蓝字更正"}[move.correction],
            move.summary,
            move.account_name,
            format_amount(move.income_fen) if move.income_fen else "",
            format_amount(move.expense_fen) if move.expense_fen else "",
            format_amount(move.balance_fen),
            move.handler,
            str(move.attachments),
        )
        place = text.find(row, place)
        assert place >= 0, row


def test_funds_add_up_on_paper_and_end_in_capitals() -> None:
    figures = make_finance()
    text = read_text(get_sheet("busy"))

    for fund in figures.funds:
        amounts = (fund.opening_fen, fund.income_fen, fund.expense_fen, fund.moved_fen, fund.closing_fen)
        assert _pack(fund.name, *map(format_amount, amounts)) in text
    assert _pack("月末结余", format_amount(figures.closing_fen), "元约") in text
    assert format_capitals(figures.closing_fen) in text


def test_accounts_changes_and_corrections_stand_with_all_their_amounts() -> None:
    figures = make_finance()
    text = read_text(get_sheet("busy"))

    for change in (*figures.receivables, *figures.payables, *figures.assets):
        amounts = (change.opening_fen, change.increase_fen, change.decrease_fen, change.closing_fen)
        assert _pack(change.account, change.name, *map(format_amount, amounts)) in text
    for row in (*figures.incomes, *figures.expenses):
        assert (
            _pack(row.account, row.name, format_amount(row.amount_fen), format_amount(row.year_fen)) in text
        )
    for correction in figures.corrections:
        assert _pack(correction.voucher, correction.answers, correction.reason) in text
        assert format_amount(correction.amount_fen) in text


def test_contracts_registers_and_objections_stand_with_all_that_is_told_of_them() -> None:
    figures = make_told()
    text = read_text(get_sheet("told"))

    for line in figures.contracts:
        amounts = map(format_amount, (line.due_fen, line.paid_fen, line.unpaid_fen))
        named = (line.contract, EVENT_WORDS[line.happened], line.title, tell_party(line))
        assert _pack(*named, *amounts, tell_late(line), "2026年12月31日") in text
    assert _pack("合计", "41,000.00", "35,320.00", "1,216,500.00") in text
    for change in figures.registers:
        named = (REGISTER_WORDS[change.kind], change.number, change.name if change.number else "")
        amount = format_amount(change.amount_fen) if change.amount_fen else ""
        assert _pack("12日", *named, tell_change(change), amount) in text
    for sentence in (
        tell_quiet(12, has_lines=True),
        tell_taken_over(figures),
        *tell_objections(figures.objections),
    ):
        assert sentence
        assert _pack(sentence) in text


def test_a_month_with_nothing_beside_its_money_says_nothing_of_it() -> None:
    text = read_text(get_sheet("empty"))

    assert "登记了的合同，每一份该收付多少" in text
    for word in ("四、经济合同", "五、资产", "七、更正"):
        assert word in text
    for word in ("按合同村里", "五、资产和资源", "这个月登记", "开账时已有", "七、更正和异议", "收到异议"):
        assert word not in text


def test_points_stand_by_group_and_rule_with_their_sums() -> None:
    figures = make_points()
    text = read_text(get_sheet("points"))

    for group in figures.groups:
        assert _pack(group.group, format_count(group.awards), format_signed(group.points)) in text
        for rule in group.rules:
            counts = (format_count(rule.quantity), format_count(rule.awards), format_signed(rule.points))
            assert _pack(rule.code, rule.item, rule.unit, *counts) in text
    for correction in figures.corrections:
        assert (
            _pack(correction.rule or "不公开条目", correction.reason, format_signed(correction.points))
            in text
        )
    assert _pack(format_count(figures.sealed_awards), format_signed(figures.sealed_points)) in text


def test_stars_stand_by_branch_and_items_with_their_sums() -> None:
    figures = make_scores()
    text = read_text(get_sheet("scores"))

    for branch in figures.branches:
        assert _pack(branch.name, *(str(row.members) for row in branch.stars), str(branch.members)) in text
        for item in branch.items:
            counts = (format_count(item.quantity), format_count(item.marks), format_signed(item.points))
            assert _pack(item.code, item.item, *counts) in text
        assert _pack(format_count(branch.sealed_marks), format_signed(branch.sealed_points)) in text
    for cut in figures.cuts:
        assert f"{cut.from_score}分以上" in text


def test_grades_stand_under_their_names_and_how_they_come_about_below() -> None:
    replace, figures = msgspec.structs.replace, make_scores()
    names = ("不合格", "基本合格", "合格", "良好", "优秀")
    branches = tuple(replace(branch, stars=branch.stars[:-1]) for branch in figures.branches)
    graded = replace(
        figures,
        branches=branches,
        components=(ComponentShare(code="A", title="组织生活", weight=100),),
        cuts=tuple(replace(cut, name=name) for cut, name in zip(figures.cuts, names, strict=True)),
        every="quarter",
        stars=figures.stars[:-1],
    )
    text = read_text(render_sheet(make_job(graded)))

    assert _pack("党支部", *names[::-1], "党员") in text
    assert "一、等次人数" in text
    assert "怎样评等次：每名党员每季从60分起，加上当季得分" in text
    assert "按比例合成，四舍五入到整分：组织生活100%" in text
    assert "96分以上优秀" in text
    assert "星" not in text[text.index("一、等次人数") : text.index("党员评分与村民积分无关")]

    voted = replace(graded, components=(replace(graded.components[0], voted=True),))
    text = read_text(render_sheet(make_job(voted)))
    assert "按项目记分的部分，每名党员每季从60分起加减；测评的部分由公布的票算。" in text
    assert "四舍五入到整分：组织生活（民主测评）100%" in text


def test_plain_words_stand_above_the_tables() -> None:
    for name, sentences in (
        ("busy", summarize_finance(make_finance())),
        ("told", summarize_finance(make_told())),
        ("points", summarize_points(make_points())),
        ("scores", summarize_scores(make_scores())),
    ):
        first = read_pages(get_sheet(name))[0]

        assert sentences
        assert _pack(*sentences) in first


@pytest.mark.parametrize(("name", "title"), [("told", "Finance"), ("points", "Points"), ("scores", "Scores")])
def test_every_figure_has_beside_it_the_words_that_the_document_says(name: str, title: str) -> None:
    document = (Path(reports.__file__).parent / "SHEETS.md").read_text(encoding="utf-8")
    head = document.split("\n### Head", 1)[1].split("\n#", 1)[0]
    figures = document.split(f"\n## {title}", 1)[1].split("\n## ", 1)[0]
    tables = re.findall(r"^\| figure \| on paper \|.*\n((?:\|.*\n)+)", head + figures, re.MULTILINE)
    cells = [line.split("|")[2] for table in tables for line in table.splitlines()[1:]]
    labels = {_pack(label) for cell in cells for label in cell.split(", ") if label.strip()}
    text = read_text(get_sheet(name))

    assert len(labels) >= 10
    assert sorted(label for label in labels if label not in text) == []


@pytest.mark.parametrize("name", SHEETS)
def test_every_page_ends_with_number_fingerprint_size_and_page_of_pages(name: str) -> None:
    figures = SHEETS[name]()
    pages = read_pages(get_sheet(name))
    fingerprint = _pack(format_fingerprint(CHECKPOINT))

    for number, page in enumerate(pages, 1):
        footer = f"编号{figures.head.number}指纹码{fingerprint}账本共1,234条记录第{number}页共{len(pages)}页"
        assert footer in page


@pytest.mark.parametrize("name", SHEETS)
def test_the_head_names_who_when_and_where_to_object(name: str) -> None:
    figures = SHEETS[name]()
    first = read_pages(get_sheet(name))[0]

    for text in (
        "石榴河村",
        "样例县石榴镇",
        "2026年11月",
        "2026年12月1日至12月16日",
        "2026年12月6日",
        "0000-5550123",
    ):
        assert text in first
    assert figures.head.number in first
    assert figures.head.follows in first


def test_the_head_names_the_chart_that_the_codes_are_read_by() -> None:
    bases = {
        chart: build_finance(msgspec.structs.replace(make_empty_finance(), chart=chart), None).head.basis
        for chart in load_reference().charts
    }

    assert bases == {"2004": "会计制度（财会〔2004〕12号）", "2023": "会计制度（财会〔2023〕14号）"}
    assert f"依据{bases['2023']}数字来自" in read_pages(get_sheet("busy"))[0]


@pytest.mark.parametrize("name", SHEETS)
def test_boxes_to_sign_stand_together_at_the_end(name: str) -> None:
    last = read_pages(get_sheet(name))[-1]

    for box in ("村文书", "监督委员（一）", "监督委员（二）", "监督委员（三）", "乡镇（街道）审核", "盖章处"):
        assert box in last


def test_a_busy_month_takes_few_pages_and_a_quiet_one_two() -> None:
    assert len(read_pages(get_sheet("busy"))) <= 5
    assert len(read_pages(get_sheet("told"))) <= 6
    assert [len(read_pages(get_sheet(name))) for name in ("empty", "points", "scores")] == [2, 2, 2]


def test_table_heads_repeat_on_every_page_of_the_table() -> None:
    pages = read_pages(get_sheet("busy"))
    head = "序号日期凭证摘要科目收入支出结余经手人附件"

    assert [head in page for page in pages[1:4]] == [True, True, True]


def test_an_empty_month_says_so_in_every_section() -> None:
    text = read_text(get_sheet("empty"))

    assert "人民币零元整" in text
    assert "本月没有收支。" in text
    assert text.count("没有余额，本月也没有发生。") == 3
    assert text.count("今年还没有。") == 2
    assert "本月没有更正。" in text
    assert "在本村网页的合同台账里" in text


def test_a_draft_says_on_every_page_that_it_is_none_to_rely_on() -> None:
    pages = read_pages(get_draft())

    for page in pages:
        assert "草稿·未封存，不作公示依据" in page
        assert "指纹码1" not in page
        assert "扫码" not in page
    assert "封存后才有编号" in pages[0]


def test_a_sheet_that_replaces_another_names_it() -> None:
    head = make_head("points", number="2026-11-P-2", replaces="2026-11-P-1", follows="2026-11-P-1")
    figures = msgspec.structs.replace(make_points(), head=head)

    text = read_text(render_sheet(make_job(figures)))

    assert "替换2026-11-P-1" in text


def test_income_expense_and_what_is_left_stand_large_on_the_first_page() -> None:
    figures = make_finance()
    first = read_pages(get_sheet("busy"))[0]

    assert _pack(
        *("本月收入", format_amount(figures.income_fen), "元"),
        *("本月支出", format_amount(figures.expense_fen), "元"),
        *("月末结余", format_amount(figures.closing_fen), "元"),
    ) in first  # fmt: skip


@pytest.mark.parametrize("name", SHEETS)
def test_an_invented_village_says_so_on_every_page_and_keeps_its_codes_on_the_first(name: str) -> None:
    """With all that may stand above and beside the codes: the mark of the invented, and what witnesses confirmed."""
    job = make_job(SHEETS[name](), is_demo=True, note=COSIGNED, policy=POLICY)
    pages = read_pages(render_sheet(job))

    assert "示例，非真实村庄" in pages[0]
    assert all("示例" in page for page in pages)
    for text in (
        "扫码看本村的账",
        "扫码验这张表",
        "封存（数字从此定住）时，三位村外见证人中有两位确认过这本账。",
    ):
        assert text in pages[0]
    assert len(pages) == len(read_pages(get_sheet(name)))
    assert not [page for page in read_pages(get_sheet(name)) if "示例" in page or "见证人" in page]


def test_a_draft_of_an_invented_village_says_both() -> None:
    first = read_pages(render_sheet(make_job(make_finance(sealed=False), is_demo=True)))[0]

    assert "示例，非真实村庄" in first
    assert "草稿·未封存" in first


def test_a_draft_of_a_month_that_is_not_closed_knows_no_end_of_it() -> None:
    draft = read_text(render_sheet(make_job(make_finance(sealed=False), open_until="2026-11-20")))

    assert "这个月还没有结账，数字截至2026年11月20日" in draft
    assert "截至11月20日还有" in draft
    assert "目前结余" in draft
    assert "月末" not in draft
    assert "月底" not in draft


def test_a_draft_of_a_past_month_that_is_not_closed_has_an_end() -> None:
    draft = read_text(render_sheet(make_job(make_finance(sealed=False), open_until="2026-11-30")))

    assert "这个月还没有结账，数字截至2026年11月30日" in draft
    assert "月末结余" in draft
    assert "目前" not in draft


def test_what_is_taken_off_and_what_is_not_listed_is_explained_where_it_is_so() -> None:
    figures = make_finance()
    bare = msgspec.structs.replace(
        figures,
        assets=tuple(change for change in figures.assets if change.account != "152"),
        vouchers=len({move.voucher for move in figures.moves}),
    )
    more = msgspec.structs.replace(figures, vouchers=bare.vouchers + 1)
    unlisted = "没列出来的凭证，是存取、转账，或没有收钱付钱。"
    deducted = "累计折旧是已经折去、摊去的价值，不是另外的家当，算总数时要减掉。"

    with_both, with_none = (read_text(render_sheet(make_job(item))) for item in (more, bare))

    assert unlisted in with_both
    assert deducted in with_both
    assert unlisted not in with_none
    assert deducted not in with_none


@pytest.mark.parametrize("name", SHEETS)
def test_the_day_for_objections_stands_on_paper_as_a_date_and_nothing_else(name: str) -> None:
    text = read_text(get_sheet(name))

    assert "提异议截止2026年12月6日" in text
    assert not re.search("还可以提|已截止|还剩.天", text)


def test_the_star_in_a_masked_name_is_explained_once_and_only_where_there_is_one() -> None:
    told = "经手人名字里的*是隐去的字"

    assert read_text(get_sheet("busy")).count(told) == 1
    assert not [name for name in ("empty", "points", "scores") if told in read_text(get_sheet(name))]
