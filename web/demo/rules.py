"""The rulebook that the demo's villages adopted: the shipped one as it was before rules named their consequences."""

from __future__ import annotations

import msgspec

from ledger.data.templates import RulebookTemplate, load_rules


def load_demo_rules() -> RulebookTemplate:
    """Return the shipped rules without consequences: the demo's log, which is pinned, was written with them so."""
    template = load_rules()
    rules = tuple(msgspec.structs.replace(rule, follow_up="") for rule in template.rules)
    return msgspec.structs.replace(template, rules=rules)
