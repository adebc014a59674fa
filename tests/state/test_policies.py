"""A village's witness policies: the next version, another text, in force from the size that holds it."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.data import load_reference
from ledger.errors import format_fault
from ledger.state import MemoryFacts, check_entry, fold_entry
from ledger.state.policies import find_policy, list_policies
from tests.builders import Discloser, EntryChain, build_description, build_founding, build_policy


class Log:
    """Facts and the entries that made them."""

    def __init__(self) -> None:
        self.chain = EntryChain()
        self.texts = Discloser()
        self.facts = MemoryFacts(lambda index: self.chain.entries[index])
        self.take(build_founding())

    def take(self, body: Any) -> list[str]:
        entry = self.chain.append(body)
        faults = check_entry(self.facts, load_reference(), entry)
        if not faults:
            fold_entry(self.facts, entry)
        return [format_fault(fault) for fault in faults]

    def adopt(self, **changes: Any) -> list[str]:
        return self.take(build_policy(self.texts, **changes))


def test_before_the_first_none_is_in_force() -> None:
    log = Log()

    assert find_policy(log.facts) is None
    assert find_policy(log.facts, 1) is None
    assert list_policies(log.facts) == []


def test_a_policy_is_in_force_from_the_size_that_holds_its_entry() -> None:
    log = Log()
    log.take(build_description(log.texts))
    assert log.adopt() == []
    log.take(build_description(log.texts))
    assert log.adopt(version=2, policy="cd" * 32, quorum=0, witnesses=0) == []

    in_force = [find_policy(log.facts, size) for size in range(6)]

    assert [policy.version if policy else 0 for policy in in_force] == [0, 0, 0, 1, 1, 2]
    assert [policy.index for policy in list_policies(log.facts)] == [2, 4]
    newest = find_policy(log.facts)
    assert newest == in_force[5]
    assert newest is not None
    assert (newest.quorum, newest.witnesses, newest.policy) == (0, 0, "cd" * 32)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"version": 1, "policy": "cd" * 32},
            "第 2 条见证办法：现为第 1 版，应为第 2 版。重新办理采用。（policy-version）",
        ),
        (
            {"version": 2},
            "第 2 条见证办法：现为与现行的相同，应为有改动的见证办法。没有改动就不必再采用。（policy-unchanged）",
        ),
        (
            {"version": 2, "policy": "cd" * 32, "quorum": 4},
            "第 2 条见证办法：现为至少 4 位，应为不多于 3 位见证人。核对见证办法里的人数。（policy-count）",
        ),
    ],
)
def test_what_may_not_follow_is_refused(changes: dict[str, Any], told: str) -> None:
    log = Log()
    log.adopt()

    assert log.adopt(**changes) == [told]


def test_the_first_is_version_1() -> None:
    assert Log().adopt(version=2) == [
        "第 1 条见证办法：现为第 2 版，应为第 1 版。重新办理采用。（policy-version）"
    ]
