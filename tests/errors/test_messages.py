"""Each refusal, whole, as the person reads it: those of the rules and use cases whose own tests ask for codes only.

A row is a code, the smallest thing that provokes it, and the line that must come out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.books.vouchers import VoucherReversed
from ledger.data import load_reference
from ledger.entries import KIND_OF_BODY, Body, Entry
from ledger.errors import NotProven, Refused, format_fault
from ledger.service import sheets
from ledger.service.close import prepare_closing
from ledger.service.found import check_village_code
from ledger.service.passing import discard_drafts, pass_drafts
from ledger.service.persons import add_person
from ledger.service.screening import check_description
from ledger.state import MemoryFacts, check_entry
from ledger.state.facts import PeriodFacts, put_fact
from ledger.state.private import RegisteredMember, open_private
from tests.books.text_ledger import TextLedger
from tests.builders import (
    MADE_BY,
    MAKER,
    OTHER_VILLAGE,
    PASSED_BY,
    VILLAGE,
    Discloser,
    build_description,
    build_founding,
    build_postings,
    build_replacement,
    build_reversal,
    build_seal,
    name_supervisor,
)
from tests.fakes.clock import START_MS
from tests.homes import VillageHome, open_village

OPEN = "2026-10-01 open | debit 101 库存现金 2,000.00 | credit 301 资本 2,000.00 | accepted\n"
PAPER = "2026-10-03 voucher 001 | debit 513 325.00 | credit 101 325.00 | 购办公用纸 | accepted\n"
RED = (
    "2026-10-05 reversal 002 of 2026-10-001 | debit 513 -325.00 | credit 101 -325.00 | 金额录错 | accepted\n"
)
BLUE = "2026-10-05 replacement 003 of 2026-10-001 | debit 513 352.00 | credit 101 352.00 | 购办公用纸 | accepted\n"


def make_entry(body: Body, **changes: Any) -> Entry:
    """An entry at index 9 of October 2026 that nothing but `changes` speaks against."""
    fields: dict[str, Any] = {
        "body": body,
        "checkers": (PASSED_BY,),
        "index": 9,
        "kind": KIND_OF_BODY[type(body)],
        "maker": MADE_BY,
        "occurred_on": "2026-10-28",
        "period": "2026-10",
        "previous": "",
        "recorded_at": START_MS,
        "v": 1,
        "village": VILLAGE,
    }
    return Entry(**(fields | changes))


def tell(ledger: TextLedger, entry: Entry) -> list[str]:
    return [format_fault(fault) for fault in check_entry(ledger.facts, load_reference(), entry)]


ENVELOPES: list[tuple[dict[str, Any], str]] = [
    (
        {"body": build_founding()},
        (
            "第 9 条：现为又一次 log.founded，应为只在第 0 条。"
            "一个村只能有一本账；换新账本要另立来源。（log-founded-twice）"
        ),
    ),
    (
        {"village": OTHER_VILLAGE},
        f"村代码：现为{OTHER_VILLAGE}，应为{VILLAGE}。把这一条记到它自己村的账本里。（entry-village）",
    ),
    (
        {"checkers": ()},
        "审核人：现为0 人，应为1 至 5 个不同的人。由规定人数的另一人审核通过。（checkers-count）",
    ),
    (
        {"checkers": (name_supervisor(MAKER),)},
        f"审核人：现为{MAKER}，应为与村文书不是同一人。请另一位有审核职责的人来通过。（checker-is-maker）",
    ),
    (
        {"occurred_on": "2026-02-30"},
        "发生日期：现为2026-02-30，应为2026-10-28 或更早的一天。改成实际发生的日期。（date-impossible）",
    ),
    (
        {"occurred_on": "2026-10-29"},
        "发生日期：现为2026-10-29，应为2026-10-28 或更早的一天。改成实际发生的日期。（date-future）",
    ),
    (
        {"period": "2026-11"},
        "会计期间：现为2026-11，应为2026-10 或更早的月份。还没到的月份不能记账。（period-future）",
    ),
]


@pytest.mark.parametrize(
    ("changes", "line"), ENVELOPES, ids=[line[line.rindex("（") :] for _, line in ENVELOPES]
)
def test_what_speaks_against_an_envelope_is_told_whole(changes: dict[str, Any], line: str) -> None:
    fields = {"body": build_description(Discloser())} | changes

    assert tell(TextLedger(), make_entry(**fields)) == [line]


def test_a_log_without_a_founding_is_told_whole() -> None:
    entry = make_entry(build_description(Discloser()))

    (fault,) = check_entry(MemoryFacts([entry].__getitem__), load_reference(), entry)

    assert format_fault(fault) == (
        "账本：现为village.described，应为先有 log.founded。先用 mingbai init 建立本村的账本。（log-not-founded）"
    )


def answer(story: str, body: Body) -> list[str]:
    """What is said of the voucher `body` after the lines of `story`."""
    ledger = TextLedger()
    assert ledger.run(OPEN + story) == []
    return tell(ledger, make_entry(body))


def make_red(reverses: int, amount_fen: int, number: str) -> VoucherReversed:
    postings = build_postings(amount_fen, debit="513")
    return build_reversal(Discloser(), chart="2023", number=number, postings=postings, reverses=reverses)


ANSWERS: list[tuple[str, Body, str]] = [
    (
        PAPER + RED,
        make_red(3, 32_500, "2026-10-003"),
        (
            "凭证 2026-10-003：现为冲销红字凭证 2026-10-002，应为冲销蓝字凭证。"
            "冲错了的，用蓝字凭证重新记一次，不再冲销红字凭证。（reversal-of-reversal）"
        ),
    ),
    (
        PAPER + RED,
        make_red(2, -32_500, "2026-10-003"),
        (
            "凭证 2026-10-003：现为凭证 2026-10-001 已在第 3 条冲销，应为每张凭证只冲销一次。"
            "核对要冲销的是哪一张凭证。（reversal-twice）"
        ),
    ),
    (
        PAPER + RED + BLUE,
        build_replacement(
            Discloser(),
            chart="2023",
            number="2026-10-004",
            postings=build_postings(debit="513"),
            replaces=2,
        ),
        (
            "凭证 2026-10-004：现为凭证 2026-10-001 已在第 4 条更正，应为每张凭证只更正一次。"
            "再有错的，冲销那张更正凭证后重新更正。（replacement-twice）"
        ),
    ),
]


@pytest.mark.parametrize(("story", "body", "line"), ANSWERS, ids=["red on red", "red twice", "blue twice"])
def test_a_correction_out_of_turn_is_told_whole(story: str, body: Body, line: str) -> None:
    assert answer(story, body)[-1] == line


SEAL_REMEDY = "先结账，再用 mingbai seal 封存，编号由程序给出。"
SEALS: list[tuple[dict[str, str], str]] = [
    ({"number": "2026-10-F-3"}, "公开表编号：现为2026-10-F-3，应为2026-10-F-1。{}（sheet-number）"),
    ({"follows": "2026-09-F-1"}, "上一张公开表：现为2026-09-F-1，应为空。{}（sheet-follows）"),
    ({"replaces": "2026-10-F-1"}, "所更正的公开表：现为2026-10-F-1，应为空。{}（sheet-replaces）"),
]


def close_october() -> TextLedger:
    ledger = TextLedger()
    month = PeriodFacts(closed=8, credit_fen=0, debit_fen=0, last_number="", vouchers=0)
    put_fact(ledger.facts, "period/2026-10", month)
    return ledger


def make_seal(size: int = 5, **changes: Any) -> Entry:
    return make_entry(build_seal(size, **changes), checkers=())


@pytest.mark.parametrize(("changes", "line"), SEALS, ids=[next(iter(changes)) for changes, _ in SEALS])
def test_a_seal_out_of_order_is_told_whole(changes: dict[str, Any], line: str) -> None:
    assert tell(close_october(), make_seal(**changes)) == [line.format(SEAL_REMEDY)]


def test_a_seal_above_its_own_index_or_of_an_open_month_is_told_whole() -> None:
    assert tell(close_october(), make_seal(10)) == [f"记录总数：现为10，应为9。{SEAL_REMEDY}（sheet-size）"]
    assert tell(TextLedger(), make_seal()) == [
        f"会计期间：现为未结账，应为已结账。{SEAL_REMEDY}（sheet-period-open）"
    ]


def test_a_private_value_of_another_shape_is_told_whole() -> None:
    texts = Discloser()
    digest = texts.seal({}).sealed
    kept = {digest: texts.take_private()[0]}

    with pytest.raises(NotProven) as error:
        open_private(kept.get, digest, RegisteredMember)

    assert (error.value.code, error.value.reason) == (
        "private-form",
        f"隐私库里 {digest} 的内容不是所要的样子：Object missing required field `member`",
    )


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        yield opened


def refuse(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as error:
        act()
    return str(error.value).splitlines()


def test_who_passes_what_is_told_whole(village: VillageHome) -> None:
    waiting = village.draft(build_description(village.texts))
    twin = add_person(village.home, VILLAGE, "样例 甲", "secretary").user

    assert refuse(lambda: pass_drafts(village.home, VILLAGE, [waiting.id, "d-none"], twin)) == [
        (
            "待审记录 d-none：现为没有，或已作废、过期，应为本村待审的一条。"
            "重新打开待审的记录；用命令的，mingbai drafts 列出来。（draft-unknown）"
        ),
        (
            f"待审记录 {waiting.id}（village.described），审核人 {twin}：现为与交审的人或已审核的人同名，应为另一个人。"
            "请另一位有审核职责的人来通过；真是重名的，登记时写明区别。（checker-same-person）"
        ),
    ]


def test_a_recorded_draft_is_not_given_up_and_the_line_says_so(village: VillageHome) -> None:
    passed = village.draft(build_description(village.texts))
    (receipt,) = village.pass_(passed)

    supervisor = village.supervisor.user
    assert refuse(lambda: discard_drafts(village.home, VILLAGE, [passed.id], supervisor)) == [
        (
            f"待审记录 {passed.id}：现为已记入第 {receipt.index} 条，应为还没通过的记录。"
            "已入账的记录不能作废；要更正请用红字冲销。（draft-recorded）"
        )
    ]


def test_a_draft_of_another_clerk_is_told_whole(village: VillageHome) -> None:
    waiting = village.draft(build_description(village.texts))
    other = add_person(village.home, VILLAGE, "样例丁", "clerk").user

    assert refuse(lambda: discard_drafts(village.home, VILLAGE, [waiting.id], other)) == [
        (
            f"待审记录 {waiting.id}：现为村文书是 {village.clerk.user}，应为自己交审的记录。"
            "请那位村文书自己作废，或请监督委员退回。（draft-other-maker）"
        )
    ]


def test_a_clock_set_back_is_told_whole(village: VillageHome) -> None:
    village.clock.advance(-3_600_000)

    assert refuse(village.open_books) == [
        (
            "这台机器的时钟：现为比最后一条记录早 3600 秒，应为不早于最后一条记录。"
            "校准系统时间后再记账。（clock-behind）"
        )
    ]


def test_a_month_or_a_person_mistyped_is_told_whole(village: VillageHome) -> None:
    assert refuse(lambda: village.close("2026-13")) == [
        "月份：现为2026-13，应为四位年份、横杠、两位月份，如 2026-11。改正月份。（month-form）"
    ]
    supervisor = village.supervisor.user
    assert refuse(lambda: prepare_closing(village.home, VILLAGE, "2026-10", supervisor)) == [
        (
            f"人员 {supervisor}：现为监督委员，应为村文书。"
            "用 mingbai users list 查看人员，或用 mingbai users add 登记。（person-role）"
        )
    ]


def test_what_a_founding_lacks_is_told_whole() -> None:
    details = {
        "name": "石榴河村",
        "township": "样例县石榴镇",
        "telephone": " ",
        "clerk": "甲",
        "supervisor": "甲",
    }

    assert [format_fault(fault) for fault in check_village_code("3710", details)] == [
        "--village：现为3710，应为12 位数字的区划代码。补全后再运行 mingbai init。（founding-detail）",
        "--telephone：现为没有写字，应为会公开的文字。写上再运行。（text-blank）",
        "--supervisor：现为与村文书同名，应为另一个人。补全后再运行 mingbai init。（founding-detail）",
    ]


def test_what_a_village_may_not_say_of_itself_is_told_whole() -> None:
    faults = check_description(" ", "镇" * 201, "张三 110105194912310021", frozenset())

    assert [format_fault(fault) for fault in faults] == [
        "--name：现为没有写字，应为会公开的文字。写上再运行。（text-blank）",
        "--township：现为201 个字，应为不超过 200 个字。写短一些，细节留在原件上。（text-too-long）",
        (
            "--telephone：现为一个身份证号码，应为没有证件号和卡号。"
            "删去号码；证件号不进账本，留在原始凭证上。（text-identity-number）"
        ),
        (
            "--telephone：现为不是电话号码的写法，应为5 至 20 位数字，可以有空格、横杠、加号、括号和「转」，"
            "如 0531-12345678 转 801。只写号码，不写姓名和别的字。（telephone-form）"
        ),
    ]


@pytest.fixture
def closed(village: VillageHome) -> VillageHome:
    village.open_books()
    village.go_to("2026-11-02")
    village.close("2026-10")
    return village


def test_a_sheet_sealed_too_early_or_for_nothing_is_told_whole(closed: VillageHome) -> None:
    closed.seal("finance", "2026-10")

    assert refuse(lambda: closed.seal("finance", "2026-10")) == [
        (
            "公开表 2026-10-F-1：现为数字与已封存的相同，应为有更正才换表。"
            "继续张贴已封存的那一张；要再打印，用 mingbai sheet。（sheet-unchanged）"
        )
    ]
    assert refuse(lambda: closed.seal("finance", "2026-11")) == [
        "会计期间 2026-11：现为未结账，应为已结账。先用 mingbai close 结账，再封存公开表。（sheet-period-open）"
    ]


def test_a_sheet_of_what_the_village_did_not_adopt_is_told_whole(closed: VillageHome) -> None:
    told = (
        "{}公开表：现为2026-10 没有起用的{}，应为先采用，再评议，再公开。"
        "本村要用的，先 mingbai adopt {} 并由另一人通过；不用的，这张表不用封存。（sheet-nothing）"
    )

    assert refuse(lambda: closed.seal("points", "2026-10")) == [
        told.format("村民积分", "积分细则", "rulebook")
    ]
    assert refuse(lambda: closed.seal("scores", "2026-10")) == [told.format("党员评分", "考评办法", "scheme")]


def test_a_log_that_grows_under_the_seal_is_told_whole(closed: VillageHome) -> None:
    with closed.home.ledger.read(VILLAGE) as reader:
        seen = reader.size
        closed.record(build_description(closed.texts), period="2026-11")

        assert reader.size == seen
        assert refuse(lambda: sheets._get_head(closed.home, VILLAGE, reader)) == [
            "账本：现为封存时又记了 1 条，应为没有人同时记账。再运行一次封存。（log-moved）"
        ]


def test_a_sheet_that_its_evidence_does_not_prove_is_told_whole(closed: VillageHome) -> None:
    key = closed.home.get_signer(VILLAGE).verifier_key
    with closed.home.ledger.read(VILLAGE) as reader:
        figures = sheets.build_figures(
            closed.home, reader, "finance", "2026-10", number="2026-10-F-1", hung_on="2026-11-02"
        )

    assert refuse(lambda: sheets._verify_own_evidence(closed.home, b"{}", figures, key)) == [
        (
            "公开表 2026-10-F-1：现为读不成公开表的附件：Object missing required field `checkpoint`，"
            "应为表上的每个数字都能由附件证明。补齐当月的记录再封存；还不行，运行 mingbai audit。（sheet-unproven）"
        )
    ]
