"""What a later epoch's entry 0 may say of the log before it."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.village import LogFounded
from ledger.data import load_reference
from ledger.entries import Entry
from ledger.errors import format_fault
from ledger.log.keys import format_verifier_key, make_signer
from ledger.state import MemoryFacts, check_entry, fold_entry
from ledger.state.epochs import EpochFacts, name_epoch
from ledger.state.facts import get_fact
from tests.builders import SIGNER, Discloser, EntryChain, build_description, build_founding, build_refounding

OLD = SIGNER.key.name
PLACE = "第 0 条写的旧检查点：现为"
REMEDY = "用 mingbai restore --declare-loss 重新立账，这些由程序填写。"
EXPECTED = f"应为旧钥匙签过的检查点。{REMEDY}"


def check(body: LogFounded, **envelope: Any) -> list[str]:
    entry = EntryChain().append(body, **envelope)
    return [format_fault(fault) for fault in check_entry(make_facts(), load_reference(), entry)]


def make_facts(*entries: Entry) -> MemoryFacts:
    facts = MemoryFacts(lambda index: entries[index])
    for entry in entries:
        fold_entry(facts, entry)
    return facts


def test_a_later_epoch_names_the_log_before_it() -> None:
    entry = EntryChain().append(build_refounding(Discloser()))

    assert check_entry(make_facts(), load_reference(), entry) == []
    facts = make_facts(entry)
    assert get_fact(facts, "epoch", EpochFacts) == EpochFacts(lost_from=12, old_origin=OLD, old_size=14)


def test_the_first_epoch_has_none_before_it() -> None:
    facts = make_facts(EntryChain().append(build_founding()))

    assert get_fact(facts, "epoch", EpochFacts) is None
    assert check(build_founding(epoch=2)) == [f"第几册：现为2，应为1。{REMEDY}（epoch-number）"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"epoch": 3}, [f"第几册：现为3，应为2。{REMEDY}（epoch-number）"]),
        (
            {"origin": "mingbai/other/e2"},
            [f"新账的来源：现为mingbai/other/e2，应为{OLD}/e2。{REMEDY}（epoch-origin）"],
        ),
        ({"lost_from": 15}, [f"旧账还在的条数：现为15，应为14。{REMEDY}（epoch-range）"]),
        (
            {"old_size": 13},
            [f"{PLACE}签名与内容不符：{OLD}（{SIGNER.key.key_id.hex()}），{EXPECTED}（signature）"],
        ),
        (
            {"old_key": format_verifier_key(make_signer("mingbai/another", bytes(32)).key)},
            [f"{PLACE}旧公钥是 mingbai/another 的，旧账是 {OLD}，{EXPECTED}（checkpoint-origin）"],
        ),
    ],
    ids=["number", "origin", "range", "signature", "key"],
)
def test_what_does_not_fit_the_old_log_is_told(changes: dict[str, Any], told: list[str]) -> None:
    assert check(build_refounding(Discloser(), **changes)) == told


def test_a_loss_is_declared_by_two_persons() -> None:
    assert "（checkers-count）" in check(build_refounding(Discloser()), checkers=())[0]


def test_a_log_is_founded_once() -> None:
    chain = EntryChain()
    entries = (chain.append(build_founding()), chain.append(build_description(Discloser())))
    again = chain.append(build_refounding(Discloser()))

    faults = check_entry(make_facts(*entries), load_reference(), again)

    assert [fault.code for fault in faults] == ["log-founded-twice"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mingbai/abc", ("mingbai/abc/e2", 2)),
        ("mingbai/abc/e2", ("mingbai/abc/e3", 3)),
        ("mingbai/abc/e9", ("mingbai/abc/e10", 10)),
        ("mingbai/abc/e1", ("mingbai/abc/e1/e2", 2)),
        ("mingbai/e2e", ("mingbai/e2e/e2", 2)),
    ],
)
def test_an_epoch_is_named_after_the_one_before(old: str, new: tuple[str, int]) -> None:
    assert name_epoch(old) == new
