"""Statements against the books: what would be recorded, what must be looked at, and what nobody can compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.books.reconciliation import adjust, build_item
from ledger.errors import Refused, format_fault
from ledger.service.bank.comparing import OLDER_MAX, Compared, Older, compare, list_older
from ledger.service.bank.handing_in import (
    RESULT_MAX_BYTES,
    format_result,
    parse_result,
    prepare_reconciliation,
)
from ledger.service.close import prepare_closing
from ledger.service.showing import show_drafts
from ledger.state.bank import find_reconciliation
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.service.bank_files import (
    ACCOUNT,
    OCTOBER,
    PARTY,
    Row,
    Table,
    as_csv,
    make_abc,
    make_rural,
    run_balances,
)
from tests.service.bank_village import book, compare_files, live_through_october

MONTH = "2026-10"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        live_through_october(opened)
        yield opened


def codes(compared: Compared) -> list[str]:
    return [fault.code for fault in compared.faults]


def tell(compared: Compared) -> list[str]:
    return [format_fault(fault) for fault in compared.faults]


def record(village: VillageHome, compared: Compared) -> None:
    assert compared.body is not None
    village.pass_(
        prepare_reconciliation(village.home, VILLAGE, compared.period, village.clerk.user, compared.body)
    )


@pytest.mark.parametrize("make", [make_abc, make_rural])
def test_a_month_comes_to_what_each_side_lacks(village: VillageHome, make: Callable[[], Table]) -> None:
    compared = compare_files(village, as_csv(make()))

    assert (compared.faults, compared.is_closed, compared.notices) == ((), True, ())
    assert compared.body is not None
    assert compared.body.items == (
        build_item(1_234, "bank", "2026-10-21"),
        build_item(-50_000, "books", "2026-10-28", "2026-10-003"),
    )
    assert (compared.body.bank_fen, compared.body.book_fen) == (1_088_734, 1_037_500)
    assert adjust(compared.body).difference_fen == 0
    assert [match.how for match in compared.matching.matches] == ["number", "amount"]


def test_what_is_recorded_holds_nothing_of_the_statement(village: VillageHome) -> None:
    compared = compare_files(village)

    record(village, compared)

    with village.home.ledger.read(VILLAGE) as reader:
        found = find_reconciliation(reader.facts, MONTH)
        assert found is not None
        assert found.body == compared.body
        stored = reader.get_entry_bytes(found.at).decode()
        assert reader.list_texts(found.at) == ()
    assert ACCOUNT[-4:] not in stored
    assert PARTY[-1] not in stored
    kept = village.home.vault.find_upload(VILLAGE, village.clerk.user)
    assert kept is None


def test_whoever_passes_it_sees_both_balances_and_every_item(village: VillageHome) -> None:
    body = compare_files(village).body
    assert body is not None
    draft = prepare_reconciliation(village.home, VILLAGE, MONTH, village.clerk.user, body)

    (shown,) = show_drafts(village.home, VILLAGE, (draft.id,))

    assert list(shown.lines) == [
        "2026年10月银行对账：对得上，2 笔只有一边有",
        "　1 个银行账户，对账单这个月 3 笔，第 1 次对",
        "　银行余额 10,887.34，调节后 10,387.34",
        "　账上余额 10,375.00，调节后 10,387.34",
        "　银行有，账上没有：2026-10-21 收 12.34",
        "　账上有，银行没有：2026-10-28 付 500.00 2026-10-003",
    ]
    assert prepare_reconciliation(village.home, VILLAGE, MONTH, village.clerk.user, body) == draft


def test_the_next_month_clears_what_was_open(village: VillageHome) -> None:
    record(village, compare_files(village))
    village.go_to("2026-12-02")
    book(village, 1_234, "2026-11-05", summary="结息")
    village.close("2026-11")
    rows: list[Row] = [("2026-11-03", "", "500.00", "支票"), ("2026-11-20", "0.50", "", "退")]
    statement = as_csv(make_rural([*OCTOBER, *rows])[:3] + make_rural([*OCTOBER, *rows])[4:])

    compared = compare_files(village, statement, period="2026-11")

    assert compared.faults == ()
    assert compared.body is not None
    assert compared.body.items == (build_item(50, "bank", "2026-11-20"),)
    assert adjust(compared.body).difference_fen == 0
    assert compared.notices == (
        "农村商业银行、农村信用社的对账单里有 3 笔不是这个月的，没有拿来对。",
        "农村商业银行、农村信用社的对账单没有写起止日期，最后一笔是 2026-11-20；请核对是不是整月的。",
    )
    record(village, compared)


def test_a_statement_that_does_not_go_on_from_the_month_before_is_refused(village: VillageHome) -> None:
    record(village, compare_files(village))
    rows: list[Row] = [("2026-11-03", "", "500.00", "支票")]
    table = make_rural(rows)
    del table[3]

    assert tell(compare_files(village, as_csv(table), period="2026-11")) == [
        (
            "2026-11 银行对账，对账单的月初余额：现为10,000.00，应为10,887.34（上个月对账时银行的余额）。"
            "少传了账户的，补上；传错了账户的，换掉；上个月对错了的，先重新对上个月。（statement-opening）"
        )
    ]

    rows = [("2026-11-15", f"{n + 1}.00", "", "") for n in range(201)]
    table = make_rural(rows)
    del table[3]
    assert codes(compare_files(village, as_csv(table), period="2026-11")) == [
        "statement-opening",
        "bank-items-count",
    ]


def test_two_accounts_are_added_up_and_money_between_them_is_no_item(village: VillageHome) -> None:
    first: list[Row] = [*OCTOBER, ("2026-10-25", "", "300.00", "转存")]
    second: list[Row] = [("2026-10-26", "300.00", "", "转入")]

    compared = compare_files(village, as_csv(make_rural(first)), as_csv(make_abc(second, opening_fen=0)))

    assert compared.body is not None
    assert (compared.body.accounts, compared.body.bank_fen) == (2, run_balances(OCTOBER)[-1])
    assert len(compared.body.items) == 2


def test_the_same_account_twice_is_told(village: VillageHome) -> None:
    data = as_csv(make_rural())

    said = [
        "文件「2.csv」：现为和「1.csv」是同一个账户的，应为一个账户一个文件。去掉重复的一个。（statement-twice）"
    ]
    assert tell(compare_files(village, data, data)) == said
    assert tell(compare_files(village, data, as_csv(make_rural()[2:]))) == said


def test_part_of_a_month_is_no_month(village: VillageHome) -> None:
    table = make_rural()
    table[3][1] = "2026-10-05 至 2026-10-31"

    assert tell(compare_files(village, as_csv(table))) == [
        (
            "文件「1.csv」：现为2026-10-05 至 2026-10-31 的对账单，应为包含 2026-10-01 至 2026-10-31 的整月。"
            "在网银里选整个月，重新下载。（statement-span）"
        )
    ]


def test_every_fault_of_every_file_comes_at_once(village: VillageHome) -> None:
    table = make_rural()
    table[5][0] = "昨天 1"
    table[6][3] = "三百"
    older = [Older("五百", "2026-09-28", "books", "out"), Older("5", "2026-10-03", "books", "out")]
    older += [Older("5", "2026-09-03", "", "out"), Older("", "", "books", "in")]

    compared = compare_files(village, as_csv(table), b"", older=older)

    assert codes(compared) == [
        *("date-impossible", "amount-form", "workbook-empty"),
        *("bank-older-amount", "bank-older-day", "bank-older-side"),
    ]
    assert compared.body is None


def test_every_slip_in_what_is_older_is_said_at_once(village: VillageHome) -> None:
    older = [Older("五百", "2026-10-03", "", "into"), Older("", "", "", ""), Older("-5", "", "books", "out")]
    older += [Older("5.00", "2026-10-01", "bank", "in"), Older("5.00", "2026-09-30", "bank", "in")]

    assert tell(compare_files(village, older=older)) == [
        "以前的第 1 笔：现为「五百」，应为大于零的金额，如 500.00。改正金额。（bank-older-amount）",
        "以前的第 1 笔：现为「2026-10-03」，应为早于 2026-10-01 的一天，如 2026-09-28。改正日期。（bank-older-day）",
        "以前的第 1 笔：现为没有选收还是付，应为收、付选一样。选好再对。（bank-older-side）",
        "以前的第 1 笔：现为没有选哪一边已经有，应为账上、银行选一边。选好再对。（bank-older-side）",
        "以前的第 3 笔：现为「-5」，应为大于零的金额，如 500.00。改正金额。（bank-older-amount）",
        "以前的第 3 笔：现为空，应为早于 2026-10-01 的一天，如 2026-09-28。改正日期。（bank-older-day）",
        "以前的第 4 笔：现为「2026-10-01」，应为早于 2026-10-01 的一天，如 2026-09-28。改正日期。（bank-older-day）",
    ]


def test_what_is_older_explains_a_first_difference(village: VillageHome) -> None:
    statement = as_csv(make_rural(opening_fen=1_020_000))
    plain = compare_files(village, statement)
    assert plain.body is not None
    assert adjust(plain.body).difference_fen == 20_000
    assert any("第一次对账" in notice for notice in plain.notices)

    older = [Older("200.00", "2026-09-28", "books", "out")] + [Older("", "", "books", "in")] * OLDER_MAX
    told = compare_files(village, statement, older=older)

    assert told.body is not None
    assert adjust(told.body).difference_fen == 0
    record(village, told)
    with village.home.ledger.read(VILLAGE) as reader:
        october = find_reconciliation(reader.facts, MONTH)
    assert october is not None
    table = make_rural([("2026-11-03", "1.00", "", "")], opening_fen=told.body.bank_fen)
    del table[3]
    assert tell(compare_files(village, as_csv(table), period="2026-11", older=older)) == [
        (
            "以前的：现为上个月已经对过账，应为只在第一次对账时填。"
            f"上个月没对上的已经接过来了（第 {october.at} 条），不用再填。（bank-older-known）"
        )
    ]


def test_what_is_older_comes_back_for_the_first_month_and_too_many_are_told(village: VillageHome) -> None:
    one = Older("1,200.00", "2026-09-28", "books", "out")
    assert tell(compare_files(village, older=[one] * (OLDER_MAX + 1))) == [
        (
            "以前的：现为21 笔，应为不超过 20 笔。"
            "同一天、同一边、收付一样的，加起来写成一笔。（bank-older-count）"
        )
    ]
    other = Older("5.00", "2026-09-29", "bank", "in")
    record(village, compare_files(village, older=[one, other]))

    with village.home.ledger.read(VILLAGE) as reader:
        assert list_older(reader.facts, MONTH) == [one, other]
        assert list_older(reader.facts, "2026-11") == []
    again = compare_files(village, older=[one, other])
    assert again.body is not None
    assert again.body.version == 2


def test_doubts_are_said_in_words(village: VillageHome) -> None:
    twice: list[Row] = [
        *OCTOBER,
        ("2026-10-22", "", "325.00", "办公用品"),
        ("2026-10-30", "", "82,500.00", ""),
    ]

    notices = compare_files(village, as_csv(make_rural(twice))).notices

    assert "付 325.00 元的不止一笔，按日期先后对上了前面的，银行剩下 2026-10-22；请核对没有对错。" in notices


def test_no_file_too_many_files_and_months_without_books_are_told(village: VillageHome) -> None:
    none = compare(village.home, VILLAGE, MONTH, [])
    many = compare_files(village, *[bytes([65 + n]) for n in range(10)])
    table = make_rural()
    table[3][1] = "2026-09-01 至 2026-09-30"

    said = "，应为1 至 9 个，一个账户一个。选好对账单的文件再传。（statement-files）"
    assert tell(none) == [f"对账单：现为没有选文件{said}"]
    assert tell(many) == [f"对账单：现为10 个文件{said}"]
    assert tell(compare_files(village, as_csv(table), period="2026-09")) == [
        "2026-09 银行对账：现为2026-09，应为2026-10 或以后。开账以前的月份不在本账内。（bank-no-books）"
    ]
    with pytest.raises(Refused):
        compare_files(village, period="2026-13")


def test_before_the_books_are_opened_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    with open_village(tmp_path / "empty") as village:
        assert tell(compare_files(village)) == [
            "2026-10 银行对账：现为还没有期初余额，应为先有期初余额。先导入并通过期初余额。（bank-no-books）"
        ]


def test_far_too_many_items_are_the_wrong_file(village: VillageHome) -> None:
    rows: list[Row] = [("2026-10-15", f"{n + 1}.00", "", "") for n in range(201)]

    assert tell(compare_files(village, as_csv(make_rural(rows)))) == [
        (
            "2026-10 银行对账：现为204 笔没有对上，应为不超过 200 笔。"
            "核对月份和账户有没有选错；真有这么多的，先把漏记的记上。（bank-items-count）"
        )
    ]


def test_an_open_month_may_be_looked_at_but_not_recorded(village: VillageHome) -> None:
    book(village, 100, "2026-11-02")
    table = make_rural([("2026-11-02", "1.00", "", "")])
    del table[3]
    compared = compare_files(village, as_csv(table), period="2026-11")

    assert (compared.is_closed, compared.body is not None) == (False, True)
    assert compared.body is not None
    with pytest.raises(Refused) as refused:
        prepare_reconciliation(village.home, VILLAGE, "2026-11", village.clerk.user, compared.body)
    assert [fault.code for fault in refused.value.faults] == ["bank-month-open"]


def test_one_waits_at_a_time_and_only_a_clerk_hands_in(village: VillageHome) -> None:
    body = compare_files(village).body
    assert body is not None
    prepare_reconciliation(village.home, VILLAGE, MONTH, village.clerk.user, body)
    other = parse_result(format_result(body).replace('"lines":3', '"lines":4'))

    with pytest.raises(Refused) as waiting:
        prepare_reconciliation(village.home, VILLAGE, MONTH, village.clerk.user, other)
    with pytest.raises(Refused) as stranger:
        prepare_reconciliation(village.home, VILLAGE, MONTH, village.supervisor.user, body)

    assert [fault.code for fault in waiting.value.faults] == ["draft-waiting"]
    assert [fault.code for fault in stranger.value.faults] == ["person-role"]


def test_a_result_that_was_changed_on_the_way_is_held_against_the_books(village: VillageHome) -> None:
    body = compare_files(village).body
    assert body is not None
    changed = parse_result(format_result(body).replace("2026-10-003", "2026-10-002"))

    with pytest.raises(Refused) as refused:
        prepare_reconciliation(village.home, VILLAGE, MONTH, village.clerk.user, changed)

    assert [fault.code for fault in refused.value.faults] == ["bank-item-unknown"]
    for text in ("", "{}", "[]", "\ud800", format_result(body) + "x", " " * (RESULT_MAX_BYTES + 1)):
        with pytest.raises(ValueError, match="result"):
            parse_result(text)


def test_a_month_that_closes_later_does_not_wait_for_the_bank(village: VillageHome) -> None:
    """A comparison in waiting holds up no closing: it is of another month, and not in the books."""
    body = compare_files(village).body
    assert body is not None
    prepare_reconciliation(village.home, VILLAGE, MONTH, village.clerk.user, body)
    village.go_to("2026-12-02")

    assert prepare_closing(village.home, VILLAGE, "2026-11", village.clerk.user)
