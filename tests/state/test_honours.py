"""Honours follow the log by the rules, are told of in their month, and the vault shows whose they are."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.figures import PointsFigures
from ledger.books.honours import HonourReversed, HonoursGranted
from ledger.books.points import AgreementsSigned
from ledger.books.points_figures import name_span, summarize_points
from ledger.data import load_reference
from ledger.entries import Entry
from ledger.errors import NotFound, format_fault
from ledger.figures.households import collect_household
from ledger.figures.points import collect_points
from ledger.log.commitments import open_disclosure
from ledger.state.facts import PeriodFacts, put_fact
from ledger.state.honours import (
    Granting,
    check_honours,
    check_honours_privately,
    find_granting,
    fold_honours,
    list_granted_for,
    list_granted_in,
    list_granted_years,
    list_grantings,
    list_honours_needed,
)
from tests.books.points_ledger import PointsLedger
from tests.books.shop_ledger import START
from tests.builders import build_resolution


class HonourLedger(PointsLedger):
    """A village whose July to September is closed, and October open."""

    def __init__(self) -> None:
        super().__init__()
        assert self.run(START) == []
        for month in (7, 8, 9, 10):
            self.close(f"2026-{month:02d}", at=1 if month < 10 else 0)

    def close(self, month: str, at: int) -> None:
        period = PeriodFacts(closed=at, credit_fen=0, debit_fen=0, last_number="", vouchers=0)
        put_fact(self.facts, f"period/{month}", period)

    def grant(self, *holders: str, **changes: Any) -> HonoursGranted:
        """Households, each with a person behind a blank where there is one."""
        named = [(*holder.split(" "), "")[:2] for holder in holders or ("h1",)]
        sealed = [self._seal(household=who, name=name, naming=bool(name)) for who, name in named]
        fields: dict[str, Any] = {
            "granted_to": "household",
            "holders": tuple(sorted(sealed, key=lambda item: item.sealed)),
            "honour": "H01",
            "number": "RY-2026-001",
            "span": "quarter",
            "title": self.drawer.publish("季度积分优胜户"),
            "until": "2026-09",
        }
        return HonoursGranted(**(fields | changes))

    def withdraw(self, entry: Entry, place: int = 0) -> HonourReversed:
        assert isinstance(entry.body, HonoursGranted)
        return HonourReversed(
            holder=entry.body.holders[place].sealed,
            reason=self.drawer.publish("积分算错"),
            reverses=entry.index,
        )

    def tell(self, body: Any, period: str = "2026-10") -> list[str]:
        return [format_fault(fault) for fault in self.check(body, period)]

    def collect(self, period: str) -> PointsFigures:
        head = self.head("points", period)
        return collect_points(self.facts, load_reference(), self.texts.get, head)


@pytest.fixture
def ledger() -> HonourLedger:
    return HonourLedger()


def test_an_honour_is_found_with_those_who_hold_it_and_lost_by_whom_it_was_taken_from(
    ledger: HonourLedger,
) -> None:
    granted = ledger.grant("h1", "h2")
    assert ledger.tell(granted) == []
    entry = ledger.append(granted, "2026-10")

    granting = find_granting(ledger.facts, "RY-2026-001")
    assert granting is not None
    assert (granting.at, granting.body, granting.taken) == (entry.index, granted, {})
    assert granting.standing == [item.sealed for item in granted.holders]

    taken = ledger.withdraw(entry)
    assert ledger.tell(taken) == []
    after = ledger.append(taken, "2026-10")
    (granting,) = list_grantings(ledger.facts)
    assert granting.taken == {taken.holder: after.index}
    assert granting.standing == [granted.holders[1].sealed]
    assert find_granting(ledger.facts, "RY-2026-002") is None


def test_honours_are_listed_by_the_month_of_their_entry_and_by_the_year_that_they_are_for(
    ledger: HonourLedger,
) -> None:
    ledger.append(ledger.grant(), "2026-10")
    year = {"number": "RY-2026-002", "span": "year", "until": "2025-12"}
    ledger.append(ledger.grant("h2", **year), "2026-10")
    later = ledger.append(ledger.grant("h1", number="RY-2026-003"), "2026-11")

    def name(found: list[Granting]) -> list[str]:
        return [granting.body.number[-3:] for granting in found]

    assert name(list_granted_in(ledger.facts, "2026-10")) == ["001", "002"]
    assert [granting.at for granting in list_granted_in(ledger.facts, "2026-11")] == [later.index]
    assert list_granted_years(ledger.facts) == ["2026", "2025"]
    assert name(list_granted_for(ledger.facts, "2026")) == ["003", "001"]
    assert name(list_granted_for(ledger.facts, "2025")) == ["002"]
    assert list_granted_for(ledger.facts, "2024") == []


def test_nothing_is_ranked_before_all_months_are_closed(ledger: HonourLedger) -> None:
    ledger.close("2026-08", at=0)

    assert ledger.tell(ledger.grant()) == [
        (
            "表彰 RY-2026-001：现为2026-08 还没有结账，应为评到的月份都结了账。"
            "先结账；没到时候不排名、不表彰。（honour-open）"
        )
    ]
    assert ledger.tell(ledger.grant(until="2026-12")) == [
        (
            "表彰 RY-2026-001：现为2026-10、2026-11、2026-12 还没有结账，应为评到的月份都结了账。"
            "先结账；没到时候不排名、不表彰。（honour-open）"
        )
    ]
    # Before the books, nothing can come any more.
    assert ledger.tell(ledger.grant(until="2026-06")) == []


def test_without_books_no_month_is_over() -> None:
    ledger = PointsLedger()
    assert ledger.run(START) == []
    body = HonourLedger().grant()

    assert [fault.code for fault in ledger.check(body, "2026-10")] == ["honour-open"]


def test_a_number_is_given_once_and_a_resolution_is_a_registered_one(ledger: HonourLedger) -> None:
    entry = ledger.append(ledger.grant(), "2026-10")

    assert ledger.tell(ledger.grant()) == [
        (
            f"表彰 RY-2026-001：现为第 {entry.index} 条已用这个编号，应为没有用过的编号。"
            "同一次不用再登记；是另一次，就换一个编号。（honour-number-used）"
        )
    ]
    other = ledger.grant(number="RY-2026-002", resolution="JY-2026-001")
    assert [fault.code for fault in ledger.check(other, "2026-10")] == ["resolution-unknown"]
    ledger.append(build_resolution(ledger.drawer, valid_until="2027-12-31"), "2026-10")
    assert ledger.tell(other) == []


def test_an_honour_is_taken_back_once_from_one_who_holds_it(ledger: HonourLedger) -> None:
    entry = ledger.append(ledger.grant(), "2026-10")
    taken = ledger.withdraw(entry)
    unknown = (
        "现为那一条不是更早的表彰，或者名单里没有这一行，应为更早的表彰名单里的一行。"
        "核对表彰编号、户号和姓名。（honour-unknown）"
    )

    assert ledger.tell(HonourReversed(holder="A" * 43, reason=taken.reason, reverses=entry.index)) == [
        f"撤销第 {entry.index} 条的一份荣誉：{unknown}"
    ]
    assert ledger.tell(HonourReversed(holder=taken.holder, reason=taken.reason, reverses=1)) == [
        f"撤销第 1 条的一份荣誉：{unknown}"
    ]
    assert ledger.tell(HonourReversed(holder=taken.holder, reason=taken.reason, reverses=999)) == [
        f"撤销第 999 条的一份荣誉：{unknown}"
    ]
    assert ledger.tell(taken, "2026-09")[-1] == (
        f"撤销第 {entry.index} 条的一份荣誉：现为2026-09，应为2026-10 或更晚。"
        "撤销记入表彰的那个月，或者以后的月份。（honour-period）"
    )
    ledger.append(taken, "2026-10")
    assert ledger.tell(taken) == [
        (
            f"撤销第 {entry.index} 条的一份荣誉：现为已经撤销过，应为还没有撤销的一行。"
            "每份只撤一次，不用再撤。（honour-taken）"
        )
    ]


def test_what_was_granted_where_no_entry_is_or_comes_is_unknown(
    ledger: HonourLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = ledger.append(ledger.grant(), "2026-10")
    reason = ledger.drawer.publish("算错")
    later = HonourReversed(holder="A" * 43, reason=reason, reverses=entry.index + 5)
    assert "honour-unknown" in [fault.code for fault in ledger.check(later, "2026-10")]

    # A sheet's evidence has not every entry.
    taken = HonourReversed(holder=entry.body.holders[0].sealed, reason=reason, reverses=entry.index)
    assert "honour-unknown" not in [fault.code for fault in ledger.check(taken, "2026-10")]
    monkeypatch.setattr(ledger.facts, "_read_entry", _refuse)
    assert "honour-unknown" in [fault.code for fault in ledger.check(taken, "2026-10")]


def _refuse(index: int) -> Entry:
    raise NotFound(str(index))


def test_the_points_sheet_tells_of_the_month_and_names_nobody(ledger: HonourLedger) -> None:
    entry = ledger.append(ledger.grant("h1", "h2"), "2026-10")
    ledger.append(ledger.withdraw(entry), "2026-10")
    person = ledger.grant("h2 例小梅", granted_to="person", honour="P11", number="RY-2026-002")
    second = ledger.append(person, "2026-10")
    later = ledger.append(ledger.withdraw(second), "2026-11")

    told = "\n".join(summarize_points(ledger.collect("2026-10")))
    assert "这个月表彰了“季度积分优胜户”（2026年第三季度，RY-2026-001） 2 户。" in told
    assert "这个月撤销了发错的“季度积分优胜户”（2026年第三季度，RY-2026-001） 1 户，原因写在账本里。" in told
    assert "RY-2026-002） 1 人。" in told
    november = ledger.collect("2026-11")
    assert [(item.number, item.granted, item.taken) for item in november.honours] == [("RY-2026-002", 0, 1)]
    assert list_honours_needed(ledger.facts, "2026-11") == [second.index, later.index]
    assert ledger.collect("2026-09").honours == ()
    assert name_span("year", "2026-12") == "2026年"


def test_the_vault_shows_who_holds_one_twice_and_an_erased_one_leaves_no_fault(ledger: HonourLedger) -> None:
    ledger.append(ledger.grant("h1", "h1"), "2026-10")
    assert [fault.code for fault in check_honours_privately(ledger.facts, ledger.vault.get)] == [
        "honour-twice"
    ]

    ledger.erase("h1")

    assert check_honours_privately(ledger.facts, ledger.vault.get) == []


def test_what_the_vault_gives_otherwise_than_sealed_is_reported(ledger: HonourLedger) -> None:
    entry = ledger.append(ledger.grant("h1"), "2026-10")
    assert isinstance(entry.body, HonoursGranted)
    other = ledger._seal(household="h2", name="", naming=False)
    ledger.vault[entry.body.holders[0].sealed] = ledger.vault[other.sealed]

    found = check_honours_privately(ledger.facts, ledger.vault.get)
    assert [fault.code for fault in found] == ["private-unproven"]


def test_a_household_finds_its_own_honours_and_why_one_was_taken_back(ledger: HonourLedger) -> None:
    entry = ledger.append(ledger.grant("h1"), "2026-10")
    person = ledger.grant("h1 例小梅", "h2 例小兰", granted_to="person", honour="P11", number="RY-2026-002")
    ledger.append(person, "2026-10")
    taken = ledger.append(ledger.withdraw(entry), "2026-10")
    own = {
        digest: open_disclosure(text, digest)[1]
        for digest, text in ledger.vault.items()
        if "h1" in str(open_disclosure(text, digest)[1])
    }

    found = collect_household(ledger.facts, ledger.texts.get, own, "2026")

    assert [(item.number, item.name, item.reversed_at, item.why) for item in found.honours] == [
        ("RY-2026-001", "", taken.index, "积分算错"),
        ("RY-2026-002", "例小梅", 0, ""),
    ]
    assert {entry.index, taken.index} <= found.indexes
    assert collect_household(ledger.facts, ledger.texts.get, own, "2025").honours == ()


def test_another_kind_is_no_kind_of_honours(ledger: HonourLedger) -> None:
    other = next(entry for entry in ledger.entries if isinstance(entry.body, AgreementsSigned))

    with pytest.raises(ValueError, match="is no kind of honours"):
        check_honours(ledger.facts, load_reference(), other)
    with pytest.raises(ValueError, match="is no kind of honours"):
        fold_honours(ledger.facts, other)
