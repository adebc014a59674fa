"""What Beancount reads of a file: run as a program of its own, with the peers' folder before everything else.

Beancount is GPL: nothing of ours imports it, and this file runs nowhere but in the tests' child. It takes a path a line
and answers each with a line of JSON.
"""

from __future__ import annotations

import json
import sys

from beancount import loader
from beancount.core import data, realization
from beancount.parser import printer

REGISTERS = ("contract", "asset", "fund", "resolution")


def read(path: str) -> dict[str, object]:
    """Return errors, transactions, assertions and every account's own balance as Beancount has them."""
    entries, errors, _options = loader.load_file(path)
    balances = {}
    for account in realization.iter_children(realization.realize(entries)):
        for position in account.balance:
            if position.units.number:
                balances[account.account] = f"{position.units.number} {position.units.currency}"
    transactions = [entry for entry in entries if isinstance(entry, data.Transaction)]
    return {
        "assertions": sum(isinstance(entry, data.Balance) for entry in entries),
        "balances": balances,
        "errors": [printer.format_error(error) for error in errors],
        "kinds": sorted({type(entry).__name__ for entry in entries}),
        "transactions": [
            {
                "date": entry.date.isoformat(),
                "entry": int(entry.meta.get("entry", -1)),
                "handler": entry.meta.get("handler", ""),
                "links": sorted(entry.links),
                "narration": entry.narration,
                "payee": entry.payee or "",
                "postings": len(entry.postings),
                "registers": {name: entry.meta[name] for name in REGISTERS if name in entry.meta},
                "tags": sorted(entry.tags),
            }
            for entry in transactions
        ],
    }


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(read(line.rstrip("\n"))) + "\n")
        sys.stdout.flush()
