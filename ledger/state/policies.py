"""The witness policies of a log: which is in force at which size, and what may follow one.

A policy is in force for every checkpoint that holds its entry: from size index + 1 on. Before the first there is the
one that the founding names, which asks for no witness.
"""

from __future__ import annotations

from ledger.books.witnesses import PolicyAdopted
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.facts import Facts, PolicyFacts, get_fact, key_at, put_fact, scan_facts


def find_policy(facts: Facts, size: int | None = None) -> PolicyFacts | None:
    """Return the adopted policy in force at a checkpoint's `size`, or the newest; None before the first."""
    if size is None:
        return get_fact(facts, "policy", PolicyFacts)
    return max(
        (policy for policy in list_policies(facts) if policy.index < size),
        key=lambda policy: policy.index,
        default=None,
    )


def list_policies(facts: Facts) -> list[PolicyFacts]:
    """Return every adopted policy, the oldest first."""
    return [policy for _, policy in scan_facts(facts, "policy/", PolicyFacts)]


def check_policy(facts: Facts, entry: Entry, body: PolicyAdopted) -> list[Fault]:
    """A policy is the next version, another text than the last, and asks for no more witnesses than it names."""
    before = find_policy(facts)
    faults = []
    version = before.version + 1 if before else 1
    if body.version != version:
        faults.append(
            _build_fault(entry, "policy-version", f"第 {body.version} 版", f"第 {version} 版", "重新办理采用")
        )
    if before is not None and body.policy == before.policy:
        faults.append(
            _build_fault(
                entry, "policy-unchanged", "与现行的相同", "有改动的见证办法", "没有改动就不必再采用"
            )
        )
    if body.quorum > body.witnesses:
        faults.append(
            _build_fault(
                entry,
                "policy-count",
                f"至少 {body.quorum} 位",
                f"不多于 {body.witnesses} 位见证人",
                "核对见证办法里的人数",
            )
        )
    return faults


def fold_policy(facts: Facts, entry: Entry, body: PolicyAdopted) -> None:
    """Apply an adoption: from the next size on it is in force."""
    fact = PolicyFacts(
        index=entry.index,
        policy=body.policy,
        quorum=body.quorum,
        text=body.text.text,
        version=body.version,
        witnesses=body.witnesses,
    )
    put_fact(facts, "policy", fact)
    put_fact(facts, f"policy/{key_at(entry.index)}", fact)


def _build_fault(entry: Entry, code: str, found: str, expected: str, remedy: str) -> Fault:
    place = f"第 {entry.index} 条见证办法"
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)
