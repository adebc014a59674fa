"""An audit: everything a log claims, derived again from its bytes, trusting nobody who keeps it.

`audit_log` takes a copy of a log, `audit_evidence` the data attached to a sheet, `audit_household` what a household
carries away. All are pure and offline. What is
checked, in this order: signature of the checkpoint; each entry's form, place, link and time; tree and tiles; heads;
public texts; each entry's lawfulness as if it were recorded now; every sealed figure; in a home also the stored facts
and, with the vault, every round's private lines.
"""

from __future__ import annotations

from ledger.audit.findings import Finding, HomeSource, LogSource, Progress, Report, SheetFiles
from ledger.audit.household import audit_household
from ledger.audit.log import audit_log
from ledger.audit.sheet import audit_evidence

__all__ = [
    "Finding",
    "HomeSource",
    "LogSource",
    "Progress",
    "Report",
    "SheetFiles",
    "audit_evidence",
    "audit_household",
    "audit_log",
]
