"""What a script in the reader's browser needs to check a village's log by itself."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.state.keys import list_keys
from web.site import VillageView


@dataclass(frozen=True)
class LogFacts:
    """The log as a page names it; the script holds the keys to what the log itself says of them.

    `base`     path that tiles, entries and checkpoint stand under
    `keys`     `<smallest size>:<verifier key>` of every key, ascending
    `origin`   the log's name, which is that of its keys
    `village`  its code
    """

    base: str
    keys: str
    origin: str
    village: str


def build_log_facts(view: VillageView) -> LogFacts:
    """Return the facts of a village's log."""
    keys = list_keys(view.reader.facts)
    return LogFacts(
        base=f"/v/{view.code}",
        keys=" ".join(f"{key.from_size}:{key.verifier_key}" for key in keys),
        origin=view.village.origin,
        village=view.code,
    )
