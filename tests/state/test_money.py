"""Vouchers and closings fold as the text ledgers tell; helpers agree with adding up from the start."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.balances import Sides
from ledger.books.vouchers import AccountBalance, PeriodClosed
from ledger.data import load_reference
from ledger.entries import Entry
from ledger.errors import format_fault
from ledger.limits import DAY_MS
from ledger.state import MemoryFacts, check_entry, fold_entry
from ledger.state.facts import EntryAt, put_fact
from ledger.state.money import (
    VOUCHERS_MAX,
    build_closing,
    check_money,
    fold_money,
    get_balances,
    get_earliest_open,
    get_month,
    get_next_number,
    get_opening,
    get_trial_balance,
    get_turnovers,
    iterate_vouchers,
    list_book_months,
)
from tests import reference_books
from tests.books.text_ledger import TextLedger
from tests.builders import Discloser, EntryChain, build_founding, build_reversal, build_seal, build_voucher
from tests.fakes.clock import START_MS

LEDGERS = Path(__file__).parents[1] / "books" / "ledgers"
OPEN = "2026-10-01 open | debit 101 库存现金 2,000.00 | credit 301 资本 2,000.00 | accepted\n"
PAPER = "2026-10-03 voucher 001 | debit 51302 办公费 325.00 | credit 101 库存现金 325.00 | 购办公用纸 | accepted\n"


@pytest.mark.parametrize("path", sorted(LEDGERS.glob("*.ledger")), ids=lambda path: path.stem)
def test_a_text_ledger_comes_out_as_it_says(path: Path) -> None:
    chart = "2004" if path.stem.endswith("2004") else "2023"
    assert TextLedger(chart).run(path.read_text(encoding="utf-8")) == []


def tell(ledger: TextLedger, entry: Entry) -> list[str]:
    return [format_fault(fault) for fault in check_entry(ledger.facts, load_reference(), entry)]


def follow(ledger: TextLedger, **changes: object) -> Entry:
    """An entry after the newest one, otherwise like it."""
    newest = ledger.entries[-1]
    return msgspec.structs.replace(newest, index=newest.index + 1, **changes)


def test_each_rule_of_order_tells_place_found_expected_and_remedy() -> None:
    ledger = TextLedger()
    assert ledger.run(OPEN + PAPER) == []
    opening, paper = ledger.entries[1], ledger.entries[2]

    assert tell(ledger, follow(ledger)) == [
        (
            "凭证 2026-10-001：现为2026-10-001，应为2026-10-002。"
            "凭证编号按月从 001 起连续，不跳号、不重号。（voucher-number-gap）"
        )
    ]
    assert tell(ledger, msgspec.structs.replace(opening, index=3)) == [
        (
            "期初余额：现为第 1 条已记过期初余额，应为只记一次。"
            "期初有错的，用凭证在当月更正，不能重新开账。（books-opened-twice）"
        )
    ]
    early = follow(ledger, body=msgspec.structs.replace(paper.body, number="2026-09-001"), period="2026-09")
    early = msgspec.structs.replace(early, occurred_on="2026-09-30")
    assert tell(ledger, early) == [
        (
            "会计期间：现为2026-09，应为2026-10 或以后。"
            "开账以前的月份不在本账内，请记到开账以后的月份。（period-before-books）"
        ),
        (
            "发生日期：现为2026-09-30，应为2026-10-01 或以后。"
            "开账以前发生的事已在期初余额里，请核对日期。（date-before-books）"
        ),
    ]
    later = follow(ledger, body=msgspec.structs.replace(paper.body, number="2026-10-002"))
    later = msgspec.structs.replace(later, occurred_on="2026-11-01", recorded_at=START_MS + DAY_MS * 5)
    assert tell(ledger, later) == [
        (
            "发生日期：现为2026-11-01，应为2026-10-31 或更早的一天。"
            "改正日期，或者记到发生的那个月。（date-after-period）"
        )
    ]


def test_each_rule_of_correcting_tells_place_found_expected_and_remedy() -> None:
    ledger = TextLedger()
    assert ledger.run(OPEN + PAPER) == []
    texts = Discloser()
    postings = ledger.entries[2].body.postings
    red = build_reversal(texts, reverses=2, chart="2023", postings=postings)

    told = tell(ledger, follow(ledger, body=red, kind="voucher.reversed"))

    assert told[-1] == (
        "凭证 2026-10-002：现为与凭证 2026-10-001 的分录不对应，应为原凭证逐行取负数：次序、科目、方向都不变。"
        "照原凭证重做红字冲销，金额、科目一行不改。（reversal-postings）"
    )
    for index in (0, 1, 3, 4):  # The founding, the opening, itself, and what is not there yet.
        strange = msgspec.structs.replace(red, reverses=max(index, 0))
        assert tell(ledger, follow(ledger, body=strange, kind="voucher.reversed"))[-1] == (
            f"凭证 2026-10-002：现为第 {index} 条不是凭证，应为更正前面已有的一张凭证。"
            "从凭证页面选择要更正的那一张。（answer-no-voucher）"
        )


def close(ledger: TextLedger, **changes: object) -> Entry:
    body = msgspec.structs.replace(build_closing(ledger.facts, "2026-10"), **changes)
    return follow(
        ledger,
        body=body,
        kind="period.closed",
        occurred_on="2026-11-02",
        recorded_at=START_MS + DAY_MS * 5,
    )


def test_a_closing_says_what_the_entries_add_up_to() -> None:
    ledger = TextLedger()
    assert ledger.run(OPEN + PAPER) == []

    assert build_closing(ledger.facts, "2026-10") == PeriodClosed(
        balances=(
            AccountBalance(account="101", amount_fen=167_500, side="debit"),
            AccountBalance(account="301", amount_fen=200_000, side="credit"),
            AccountBalance(account="51302", amount_fen=32_500, side="debit"),
        ),
        contracts=(),
        credit_fen=32_500,
        debit_fen=32_500,
        last_number="2026-10-001",
        vouchers=1,
    )
    assert tell(ledger, close(ledger)) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"vouchers": 2},
            "凭证张数：现为2 张，应为1 张。账上有变动，请重新生成结账再通过。（closing-vouchers）",
        ),
        (
            {"last_number": ""},
            "最后一张凭证：现为无，应为2026-10-001。账上有变动，请重新生成结账再通过。（closing-number）",
        ),
        (
            {"debit_fen": 1},
            "借方发生额：现为0.01，应为325.00。账上有变动，请重新生成结账再通过。（closing-debits）",
        ),
        (
            {"credit_fen": 1},
            "贷方发生额：现为0.01，应为325.00。账上有变动，请重新生成结账再通过。（closing-credits）",
        ),
    ],
)
def test_a_closing_with_another_figure_shows_both(changes: dict[str, object], message: str) -> None:
    ledger = TextLedger()
    assert ledger.run(OPEN + PAPER) == []

    assert tell(ledger, close(ledger, **changes)) == [f"2026-10 结账的{message}"]


def test_a_closing_with_other_balances_names_the_accounts() -> None:
    ledger = TextLedger()
    assert ledger.run(OPEN + PAPER) == []
    right = build_closing(ledger.facts, "2026-10").balances
    forged = (
        msgspec.structs.replace(right[0], amount_fen=1),
        right[1],
        msgspec.structs.replace(right[2], account="514"),
    )

    remedy = "账上有变动，请重新生成结账再通过。（closing-balance）"
    assert tell(ledger, close(ledger, balances=forged)) == [
        f"2026-10 结账的科目 101 余额：现为借 0.01，应为借 1,675.00。{remedy}",
        f"2026-10 结账的科目 51302 余额：现为无，应为借 325.00。{remedy}",
        f"2026-10 结账的科目 514 余额：现为借 325.00，应为无。{remedy}",
    ]
    for disordered in (right[::-1], (*right, right[0])):
        assert tell(ledger, close(ledger, balances=disordered)) == [
            (
                "2026-10 结账的各科目余额：现为次序不对或有重复，应为按科目代码，各一行。"
                "账上有变动，请重新生成结账再通过。（closing-balances）"
            )
        ]


def test_a_closing_comes_in_its_turn_and_time() -> None:
    ledger = TextLedger()
    assert ledger.run(OPEN + PAPER) == []
    empty = PeriodClosed(balances=(), credit_fen=0, debit_fen=0, last_number="", vouchers=0)

    assert tell(
        ledger, msgspec.structs.replace(close(ledger), recorded_at=START_MS, occurred_on="2026-10-28")
    ) == ["2026-10 结账：现为2026-10-28，应为2026-10-31 以后。这个月过完再结账。（closing-early）"]
    assert tell(ledger, msgspec.structs.replace(close(ledger), body=empty, period="2026-11"))[-1] == (
        "结账：现为2026-11，应为2026-10。按月份先后结账，先结最早的未结月份。（closing-order）"
    )


def test_books_that_are_not_opened_take_nothing() -> None:
    ledger = TextLedger()
    chain = EntryChain()
    voucher = chain.append(build_voucher(Discloser(), chart="2023"))

    assert [format_fault(fault) for fault in check_money(ledger.facts, load_reference(), voucher)] == [
        "账簿：现为还没有期初余额，应为先有期初余额。先导入并通过期初余额。（books-not-opened）",
        (
            "凭证 2026-10-001第 1 行：现为科目 541，应为2023 年科目表内的科目。"
            "对照会计科目表改正科目代码。（account-unknown）"
        ),
    ]
    assert get_earliest_open(ledger.facts) is None
    assert get_balances(ledger.facts, "2026-10") == {}


def test_a_month_has_no_number_after_999() -> None:
    ledger = TextLedger()
    assert ledger.run(OPEN + PAPER) == []
    put_fact(
        ledger.facts,
        "period/2026-10",
        msgspec.structs.replace(get_month(ledger.facts, "2026-10"), vouchers=VOUCHERS_MAX),
    )

    assert tell(ledger, follow(ledger)) == [
        (
            "凭证 2026-10-001：现为本月已有 999 张凭证，应为每月最多 999 张。"
            "同类的原始凭证汇总填制一张，其余记到下月。（voucher-number-full）"
        )
    ]


def test_helpers_know_closed_open_and_unknown_months() -> None:
    ledger = TextLedger()
    text = OPEN + PAPER + "2026-11-02 close 2026-10 | accepted\n"
    text += "2026-11-05 voucher 001 | debit 101 库存现金 9.00 | credit 504 其他收入 9.00 | accepted\n"
    assert ledger.run(text) == []
    facts = ledger.facts

    assert get_opening(facts, "2026-10") == {"101": 200_000, "301": -200_000}
    assert get_balances(facts, "2026-10") == {"101": 167_500, "301": -200_000, "51302": 32_500}
    assert get_balances(facts, "2026-12")["101"] == 168_400
    assert get_balances(facts, "2026-08") == {}
    assert get_turnovers(facts, "2026-11") == {"101": Sides(900, 0), "504": Sides(0, 900)}
    assert get_trial_balance(facts, "2026-11").debit_fen == 900
    assert (get_earliest_open(facts), get_next_number(facts, "2026-11")) == ("2026-11", "2026-11-002")
    assert [entry.index for entry in iterate_vouchers(facts, "2026-10")] == [2]
    assert build_closing(facts, "2026-10") == ledger.entries[3].body
    assert list_book_months(facts) == ["2026-11", "2026-10"]
    assert list_book_months(TextLedger().facts) == []


def test_a_closing_alone_begins_the_books_of_a_sheets_evidence() -> None:
    ledger = TextLedger()
    text = OPEN + PAPER + "2026-11-02 close 2026-10 | accepted\n"
    text += "2026-11-05 voucher 001 | debit 101 库存现金 9.00 | credit 504 其他收入 9.00 | accepted\n"
    text += "2026-12-01 close 2026-11 | accepted\n"
    assert ledger.run(text) == []
    facts = MemoryFacts(ledger.entries.__getitem__)

    for index in (0, 3, 4, 5):  # The founding, the closing before, the month.
        fold_entry(facts, ledger.entries[index])

    assert build_closing(facts, "2026-11") == ledger.entries[5].body
    assert get_opening(facts, "2026-11") == get_opening(ledger.facts, "2026-11")


def test_facts_that_miss_a_closing_are_a_mistake_of_ours() -> None:
    ledger = TextLedger()
    assert ledger.run(OPEN) == []
    facts = MemoryFacts(ledger.entries.__getitem__)
    books = ledger.facts.get("books")
    assert books is not None
    facts.put("books", books)

    with pytest.raises(ValueError, match="no closing of 2026-09"):
        get_balances(facts, "2026-10")


def test_only_money_of_a_founded_log_is_judged_here() -> None:
    ledger = TextLedger()
    assert ledger.run(OPEN) == []
    chain = EntryChain()
    founding, seal = chain.append(build_founding()), chain.append(build_seal(1))

    with pytest.raises(ValueError, match="the log is not founded"):
        check_money(MemoryFacts(chain.entries.__getitem__), load_reference(), founding)
    with pytest.raises(TypeError, match=r"sheet\.sealed is no voucher"):
        check_money(ledger.facts, load_reference(), seal)
    with pytest.raises(TypeError, match=r"sheet\.sealed is no voucher"):
        fold_money(ledger.facts, seal)


def test_an_answer_without_its_reversal_folds_in_evidence() -> None:
    """A sheet's evidence may hold a blue voucher whose red one stands in a month it does not show."""
    ledger = TextLedger()
    text = OPEN + PAPER
    text += (
        "2026-10-05 reversal 002 of 2026-10-001 | debit 51302 -325.00 | credit 101 -325.00 | 错 | accepted\n"
    )
    text += (
        "2026-10-05 replacement 003 of 2026-10-001 | debit 514 325.00 | credit 101 325.00 | 对 | accepted\n"
    )
    assert ledger.run(text) == []
    facts = MemoryFacts(ledger.entries.__getitem__)

    fold_entry(facts, ledger.entries[4])

    assert [key for key, _ in facts.scan("correction/")] == ["correction/2026-10/000000000004"]
    assert msgspec.json.decode(facts.get("voucher/2026-10-003") or b"", type=EntryAt).index == 4


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["51302", "514", "112", "151"]),
            st.sampled_from(["101", "211", "504"]),
            st.integers(1, 10**6),
            st.integers(0, 5),
        ),
        max_size=12,
    )
)
def test_balances_over_months_are_what_all_postings_add_up_to(
    months: list[tuple[str, str, int, int]],
) -> None:
    ledger, vouchers, numbers = TextLedger(), [], {"2026-10": 0, "2026-11": 0}
    text = OPEN
    for debit, credit, fen, chance in months:
        period = "2026-11" if chance > 2 else "2026-10"
        numbers[period] += 1
        yuan = f"{fen // 100}.{fen % 100:02d}"
        head = f"{period}-28 voucher {numbers[period]:03d}"
        text += f"{head} | debit {debit} {yuan} | credit {credit} {yuan} | accepted\n"
        vouchers.append((False, [(debit, "debit", fen), (credit, "credit", fen)]))
    opening = [("101", "debit", 200_000), ("301", "credit", 200_000)]

    assert ledger.run(text + "2026-12-01 close 2026-10 | accepted\n") == []

    balances = get_balances(ledger.facts, "2026-11")
    assert sum(balances.values()) == 0
    for code in ("101", "112", "151", "211", "301", "504", "51302", "514"):
        assert balances.get(code, 0) == reference_books.balance(opening, vouchers, code)
    trial = get_trial_balance(ledger.facts, "2026-11")
    assert trial.debit_fen == trial.credit_fen == get_month(ledger.facts, "2026-11").debit_fen
