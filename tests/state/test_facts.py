"""A kept fact that is none: named by its key, by whoever reads it."""

from __future__ import annotations

import pytest

from ledger.errors import Tampered
from ledger.state.facts import KeyFacts, MemoryFacts, get_fact, scan_facts


@pytest.mark.parametrize("value", [b"[", b'{"index":1}', b'{"ind\xf8x":1}'])
def test_a_value_that_is_no_fact_is_named_by_its_key(value: bytes) -> None:
    facts = MemoryFacts(lambda index: pytest.fail(f"entry {index} was read"))
    facts.put("key/000000000003", value)

    for read in (
        lambda: get_fact(facts, "key/000000000003", KeyFacts),
        lambda: list(scan_facts(facts, "key/", KeyFacts)),
    ):
        with pytest.raises(Tampered) as error:
            read()
        assert (
            str(error.value) == "速查数据 key/000000000003 前后矛盾：应为 由记录算出的值，实为 读不成的内容"
        )
