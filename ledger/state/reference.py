"""The field's data as values, handed in by the shell that read the files: charts, the law's clocks, who may do what."""

from __future__ import annotations

from ledger.books.accounts import Chart
from ledger.books.cases import CaseTable
from ledger.books.concerns.table import ConcernTable
from ledger.books.disclosure import Disclosure
from ledger.books.law import Law
from ledger.books.roles import RoleTable
from ledger.books.values import Value


class Reference(Value, frozen=True):
    """What judging and computing needs besides the entries; versioned with the program."""

    charts: dict[str, Chart]  # by chart version, "2004" and "2023"
    law: Law
    roles: RoleTable
    cases: CaseTable = CaseTable()
    concerns: ConcernTable = ConcernTable()
    disclosure: Disclosure = Disclosure()
