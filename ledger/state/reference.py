"""The field's data as values: both charts and the law's clocks, handed in by the shell that read the files."""

from __future__ import annotations

from ledger.books.accounts import Chart
from ledger.books.law import Law
from ledger.books.values import Value


class Reference(Value, frozen=True):
    """What judging and computing needs besides the entries; versioned with the program."""

    charts: dict[str, Chart]  # by chart version, "2004" and "2023"
    law: Law
