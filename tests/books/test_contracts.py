"""What a contract and its changes say wrong in themselves, each with its whole message."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.contracts import (
    DUES_MAX,
    ContractSigned,
    Due,
    add_years,
    check_amended,
    check_ended,
    check_signed,
    list_dues,
)
from ledger.books.law import find_term, parse_law
from ledger.books.vouchers import VOUCHER_MAX_FEN
from ledger.data import load_reference
from ledger.errors import Fault, format_fault
from tests.books.test_law import RULE
from tests.builders import Discloser, build_amendment, build_contract, build_contract_end

LAW = load_reference().law
TERM = """
[[term]]
category = "lease"
province = "00"
years = 20
document = "样例"
article = ""
in_force_from = "2020-01-01"
status = "P"
note = ""
"""


def make_dues(*days: str, amount_fen: int = 100) -> tuple[Due, ...]:
    return tuple(Due(amount_fen=amount_fen, due_on=day) for day in days)


def sign(on: str = "2026-10-01", **changes: Any) -> list[str]:
    return tell(check_signed(build_contract(Discloser(), **changes), LAW, "37", on))


def tell(faults: list[Fault]) -> list[str]:
    return [format_fault(fault) for fault in faults]


def test_a_good_contract_has_no_fault() -> None:
    assert sign() == []
    assert sign(dues=(), area_mu_hundredths=1_250, deposit_fen=0) == []


def test_a_lease_lasts_twenty_years_at_most_and_the_article_is_named() -> None:
    assert sign(begins_on="2026-04-01", ends_on="2046-04-01") == []
    assert sign(begins_on="2028-02-29", ends_on="2048-02-29") == []
    assert sign(begins_on="2026-04-01", ends_on="2046-04-02") == [
        (
            "合同 HT-0001的起止日期：现为2026-04-01 至 2046-04-02，"
            "应为不超过 20 年，最晚到 2046-04-01（中华人民共和国民法典第七百零五条）。"
            "超过的部分无效；改正日期，到期以后再续签。（contract-term）"
        )
    ]
    assert "合同法第二百一十四条" in sign("2019-05-01", begins_on="2019-05-01", ends_on="2040-01-01")[0]


@pytest.mark.parametrize("category", ["contracting", "investment", "works", "other"])
def test_what_is_no_lease_is_not_held_to_its_years(category: str) -> None:
    assert sign(category=category, begins_on="2026-04-01", ends_on="2056-03-31") == []


def test_a_contract_ends_after_it_begins_on_days_that_there_are() -> None:
    assert sign(begins_on="2026-10-01", ends_on="2026-10-01") == []
    assert sign(begins_on="2026-10-02", ends_on="2026-10-01") == [
        (
            "合同 HT-0001的起止日期：现为2026-10-02 至 2026-10-01，应为结束不早于开始。"
            "核对合同，改正开始或结束日期。（contract-days）"
        )
    ]
    assert sign(begins_on="2026-02-30", ends_on="2026-13-01") == [
        f"合同 HT-0001的{what}：现为{day}，应为日历上有的一天，如 2026-10-28。"
        "按 年-月-日 重新输入，或把这一格设为日期格式。（date-impossible）"
        for what, day in (("开始日期", "2026-02-30"), ("结束日期", "2026-13-01"))
    ]


def test_dues_are_by_day_one_a_day_and_of_amounts_that_can_be() -> None:
    assert sign(dues=make_dues("2026-10-31", "2026-10-31")) == [
        (
            "合同 HT-0001：现为2026-10-31 以后是 2026-10-31，应为按日期先后，一天一笔。"
            "排好次序；同一天的几笔合成一笔。（dues-order）"
        )
    ]
    assert sign(dues=make_dues("2026-11-31")) == [
        (
            "合同 HT-0001的收付款日历：现为2026-11-31，应为日历上有的一天，如 2026-10-28。"
            "按 年-月-日 重新输入，或把这一格设为日期格式。（date-impossible）"
        )
    ]
    assert sign(dues=make_dues("2026-11-30", amount_fen=VOUCHER_MAX_FEN + 1)) == [
        (
            "合同 HT-0001，2026年11月30日：现为10,000,000,000.01 元，应为不超过 10,000,000,000.00 元。"
            "检查金额的单位和小数点。（due-too-large）"
        )
    ]
    assert sign(dues=make_dues("2026-11-30", amount_fen=0)) == [
        (
            "合同 HT-0001，2026年11月30日：现为0.00 元，应为大于零的金额。"
            "改正金额；一年分得太细、有一次分不到一分钱的，少分几次。（due-zero）"
        )
    ]


def test_a_leap_day_is_the_28th_of_another_year() -> None:
    assert [add_years("2024-02-29", years) for years in (1, 4)] == ["2025-02-28", "2028-02-29"]


def test_an_entry_holds_so_many_dues() -> None:
    days = [add_years(f"2000-{month:02d}-{day:02d}", 0) for month in range(1, 13) for day in range(1, 29)]
    days += [add_years(day, 1) for day in days]

    assert sign(dues=make_dues(*days[:DUES_MAX])) == []
    assert sign(dues=make_dues(*days[: DUES_MAX + 1])) == [
        "合同 HT-0001：现为401 笔收付款，应为不超过 400 笔。几笔合成一笔，如按季、按年。（dues-count）"
    ]


def test_a_change_says_nothing_of_what_was_due_before_it() -> None:
    texts = Discloser()

    assert check_amended(build_amendment(texts)) == []
    assert tell(check_amended(build_amendment(texts, from_on="2027-11-01"))) == [
        (
            "合同 HT-0001 的变更：现为2027-10-31 的一笔，应为2027-11-01 或以后。"
            "变更只定从那一天起的收付款；以前的照原来的。（due-before-change）"
        )
    ]
    assert [fault.code for fault in check_amended(build_amendment(texts, from_on="2027-02-29"))] == [
        "date-impossible"
    ]


def test_a_contract_is_ended_on_one_of_its_days() -> None:
    texts = Discloser()
    signed = build_contract(texts)

    for day in (signed.begins_on, signed.ends_on):
        assert check_ended(build_contract_end(texts, ended_on=day), signed) == []
    assert tell(check_ended(build_contract_end(texts, ended_on="2029-10-01"), signed)) == [
        (
            "合同 HT-0001 的终止：现为2029-10-01，应为2026-10-01 至 2029-09-30 里的一天。"
            "到期的合同自己结束，不用另记；提前终止的改正日期。（contract-end-day）"
        )
    ]
    wrong = check_ended(build_contract_end(texts, ended_on="2029-02-30"), signed)
    assert [fault.code for fault in wrong] == ["date-impossible"]


def test_changes_take_the_place_of_what_was_agreed_in_the_order_of_the_log() -> None:
    texts = Discloser()
    signed: ContractSigned = build_contract(texts)
    lowered = build_amendment(texts)
    again = build_amendment(texts, from_on="2028-01-01", dues=make_dues("2028-12-31", amount_fen=7))
    ended = build_contract_end(texts, ended_on="2028-06-30")

    def told(*changes: Any) -> list[tuple[str, int]]:
        return [(due.due_on, due.amount_fen) for due in list_dues(signed, changes)]

    first = ("2026-10-31", 1_200_000)
    assert told(lowered) == [first, ("2027-10-31", 1_000_000), ("2028-10-31", 1_000_000)]
    assert told(lowered, again) == [first, ("2027-10-31", 1_000_000), ("2028-12-31", 7)]
    assert told(lowered, again, ended) == [first, ("2027-10-31", 1_000_000)]
    assert told(again, lowered) == [first, ("2027-10-31", 1_000_000), ("2028-10-31", 1_000_000)]


def test_the_limit_of_years_is_that_of_the_day_of_signing_and_of_the_province() -> None:
    law = parse_law(RULE + TERM + TERM.replace('"00"', '"37"').replace("years = 20", "years = 15"))

    def years(province: str, on: str) -> int | None:
        term = find_term(law, "lease", province, on)
        return None if term is None else term.years

    assert (years("37", "2020-01-01"), years("33", "2020-01-01")) == (15, 20)
    assert years("37", "2019-12-31") is None
    assert find_term(law, "works", "37", "2026-01-01") is None
    current = find_term(LAW, "lease", "37", "2026-01-01")
    assert current is not None
    assert (current.article, current.status) == ("第七百零五条", "V")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (TERM + TERM, "law term 2: the same category, province and day stand there already"),
        (TERM.replace("years = 20", "years = 0"), "law term 1: 0 years, expected 1 to 100"),
        (TERM.replace("years = 20", 'years = "x"'), "law term 1: Expected `int`"),
        (TERM.replace('"00"', '"371"'), "law term 1: province '371'"),
        (TERM.replace("2020-01-01", "2020-02-30"), "law term 1: in force from '2020-02-30'"),
    ],
)
def test_a_wrong_limit_of_years_is_named(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_law(RULE + text)
