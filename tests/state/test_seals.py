"""What a seal must name, and a fact that points at something else."""

from __future__ import annotations

import pytest

from ledger.data import load_reference
from ledger.state import MemoryFacts, check_entry, fold_entry
from ledger.state.facts import EntryAt, put_fact
from tests.builders import EntryChain, build_founding, build_seal


def test_a_latest_sheet_that_is_no_sheet_is_our_own_mistake() -> None:
    chain = EntryChain()
    facts = MemoryFacts(lambda index: chain.entries[index])
    fold_entry(facts, chain.append(build_founding()))
    put_fact(facts, "latest/F", EntryAt(index=0))

    with pytest.raises(TypeError, match="no sealed sheet"):
        check_entry(facts, load_reference(), chain.append(build_seal(1)))
