"""Objections: what may follow, with its whole message, who may not pass it, and what the entries add up to."""

from __future__ import annotations

import msgspec
import pytest

from ledger.data import load_reference
from ledger.entries import Actor, Body
from ledger.errors import NotFound, format_fault
from ledger.limits import DAY_MS
from ledger.state import MemoryFacts, check_entry, fold_entry
from ledger.state.facts import SheetFacts, put_fact
from ledger.state.objections import (
    check_objections,
    find_by_wording,
    find_objection,
    fold_objections,
    get_objections,
    has_wording,
    is_there,
    list_about,
    list_barred,
    list_concerned,
    list_numbers,
    list_open,
)
from tests.builders import (
    Discloser,
    EntryChain,
    build_answer,
    build_contract,
    build_description,
    build_founding,
    build_objection,
    build_opening,
    build_voucher,
)

REFERENCE = load_reference()


class Log:
    """A log whose every entry was checked and folded; entry 3 is a voucher."""

    def __init__(self) -> None:
        self.texts, self.chain = Discloser(), EntryChain()
        self.facts = MemoryFacts(self._read)
        for body in (
            build_founding(),
            build_description(self.texts),
            build_opening(),
            build_voucher(self.texts),
        ):
            assert self.record(body) == []

    def record(self, body: Body, checker: Actor | None = None, **envelope: object) -> list[str]:
        entry = self.chain.append(body, **envelope)
        if checker is not None:
            entry = self.chain.entries[-1] = msgspec.structs.replace(entry, checkers=(checker,))
        faults = check_entry(self.facts, REFERENCE, entry)
        if faults:
            self.chain.entries.pop()
        else:
            fold_entry(self.facts, entry)
        return [format_fault(fault) for fault in faults]

    def _read(self, index: int) -> object:
        if index >= len(self.chain.entries):
            raise NotFound(f"第 {index} 条")
        return self.chain.entries[index]


@pytest.fixture
def log() -> Log:
    return Log()


def _tell(*faults: str) -> list[str]:
    return [fault.rpartition("（")[2].rstrip("）") for fault in faults]


def test_a_number_and_a_wording_are_registered_once(log: Log) -> None:
    first = build_objection(log.texts)
    assert log.record(first) == []

    assert log.record(build_objection(log.texts)) == [
        (
            "异议 YY-2026-0001：现为这个编号用过了，应为没有用过的编号。"
            "编号由程序给出；退回重新交审登记。（objection-number）"
        )
    ]
    assert log.record(msgspec.structs.replace(first, number="YY-2026-0002")) == [
        "异议 YY-2026-0002：现为同一件已经登记过，应为一件登记一次。不用再登记；这份草稿作废。（objection-known）"
    ]
    found = find_by_wording(log.facts, REFERENCE, first.wording.sealed)
    assert found is not None
    assert found.raised == first
    assert find_by_wording(log.facts, REFERENCE, "sha256:none") is None
    assert has_wording(log.facts, first.wording.sealed)
    assert not has_wording(log.facts, build_objection(log.texts).wording.sealed)


def test_what_it_is_about_is_in_the_log(log: Log) -> None:
    for about in ("4", "999999999999", "2026-10-F-1", "HT-0001"):
        assert log.record(build_objection(log.texts, about=about)) == [
            (
                f"异议 YY-2026-0001：现为账本里没有 {about}，"
                "应为封存过的公开表编号、登记过的合同编号，或一条记录的序号。"
                "核对编号；说不清是哪一项的，选“别的事”。（objection-about）"
            )
        ]
    assert log.record(build_contract(log.texts)) == []
    put_fact(
        log.facts,
        "sheet/2026-10/F/01",
        SheetFacts(figures="", index=2, number="2026-10-F-1", pdf="", size=3),
    )
    for number, about in enumerate(("", "3", "HT-0001", "2026-10-F-1"), 1):
        assert is_there(log.facts, about, 5)
        body = build_objection(log.texts, about=about, number=f"YY-2026-000{number}")
        assert log.record(body, Actor(role="supervisor", user="u-zzzzzzzzzz")) == []
    assert [list_about(log.facts, about) for about in ("3", "HT-0001", "2026-10-F-1", "2")] == [
        ["YY-2026-0002"],
        ["YY-2026-0003"],
        ["YY-2026-0004"],
        [],
    ]


def test_an_answer_is_to_what_was_raised_and_not_before_it_came(log: Log) -> None:
    assert log.record(build_answer(log.texts)) == [
        (
            "异议 YY-2026-0001 的答复：现为没有登记过这件异议，应为登记过的异议。"
            "先登记，审核通过以后再答复；核对编号。（objection-unknown）"
        )
    ]
    assert log.record(build_objection(log.texts)) == []
    assert log.record(build_answer(log.texts), occurred_on="2026-10-27") == [
        (
            "异议 YY-2026-0001 的答复：现为2026-10-27，应为2026-10-28 或以后。"
            "答复的日期不能早于收到异议的日期；改正日期。（answer-early）"
        )
    ]
    assert _tell(*log.record(build_answer(log.texts, outcome="upheld", followed_by=("77",)))) == [
        "objection-about"
    ]
    assert log.record(build_answer(log.texts, outcome="upheld", followed_by=("3",))) == []


@pytest.mark.parametrize("is_answer", [False, True])
def test_whoever_prepared_or_passed_what_it_is_about_passes_nothing_but_as_the_township(
    log: Log, *, is_answer: bool
) -> None:
    wrong = log.chain.entries[3]
    other = Actor(role="supervisor", user="u-zzzzzzzzzz")
    about = {"about": "3"}
    if is_answer:
        assert log.record(build_objection(log.texts, **about), other) == []

    def attempt(checker: Actor) -> list[str]:
        body = build_answer(log.texts) if is_answer else build_objection(log.texts, **about)
        return log.record(body, checker)

    assert list_concerned(log.facts, "3", 4) == {wrong.maker.user, wrong.checkers[0].user}
    assert list_concerned(log.facts, "", 4) == list_concerned(log.facts, "4", 4) == frozenset()
    stray = build_answer(log.texts, objection="YY-2026-0009")
    assert list_barred(log.facts, stray, 4) == frozenset()
    for user in sorted({wrong.checkers[0].user}):
        (told,) = attempt(Actor(role="supervisor", user=user))
        assert told.startswith("异议 YY-2026-0001")
        assert told.endswith(
            f"审核人 {user}：现为就是被提异议的那一项的经办人或审核人，应为另一个人，或乡镇记账员。"
            "请没有经手过那一项的监督委员、村书记或乡镇记账员来审核。（objection-own）"
        )
    assert attempt(Actor(role="township", user=wrong.checkers[0].user)) == []


def test_open_ones_come_by_their_day_and_the_first_answer_is_the_one_in_time(log: Log) -> None:
    later = {"number": "YY-2026-0002", "about": ""}
    assert log.record(build_objection(log.texts, **later), occurred_on="2026-10-28") == []
    assert log.record(build_objection(log.texts, about=""), occurred_on="2026-10-20") == []
    assert [item.raised.number for item in list_open(log.facts, REFERENCE)] == [
        "YY-2026-0001",
        "YY-2026-0002",
    ]
    assert list_numbers(log.facts, "2026") == ["YY-2026-0002", "YY-2026-0001"]
    assert list_numbers(log.facts, "2025") == []

    assert log.record(build_answer(log.texts)) == []
    assert (
        log.record(build_answer(log.texts, outcome="upheld", followed_by=("3",)), step_ms=30 * DAY_MS) == []
    )
    found = find_objection(log.facts, REFERENCE, "YY-2026-0001")

    assert found is not None
    assert [index for index, _ in found.answers] == [6, 7]
    assert (found.received_on, found.due_on, found.answered_on) == ("2026-10-20", "2026-10-25", "2026-10-28")
    assert found.count_late("2026-12-31") == 3
    (open_,) = list_open(log.facts, REFERENCE)
    assert (open_.raised.number, open_.answered_on, open_.due_on) == ("YY-2026-0002", "", "2026-11-02")
    assert [open_.count_late(day) for day in ("2026-11-02", "2026-11-04")] == [0, 2]
    assert get_objections(log.facts).answered == 1
    assert find_objection(log.facts, REFERENCE, "YY-2026-0009") is None


def test_nothing_else_is_an_objection(log: Log) -> None:
    entry = log.chain.entries[3]

    with pytest.raises(TypeError, match="no objection"):
        check_objections(log.facts, REFERENCE, entry)
    with pytest.raises(ValueError, match="no objection YY-2026-0001"):
        fold_objections(log.facts, log.chain.append(build_answer(log.texts)))
