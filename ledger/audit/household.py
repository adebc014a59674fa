"""The audit of what a household carries away: its lines stand in the log, under a checkpoint that the log signed.

Whether lines are missing the file cannot show; the report says what it shows, for the reader to hold against the card.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.audit.findings import Report
from ledger.books.consents import complete_withdrawn
from ledger.books.points import CONSENT_NAMES
from ledger.books.points_figures import count_units
from ledger.figures.households import HouseholdLine, HouseholdYear, Signed, Withdrawn
from ledger.household_proof import verify_household_proof
from ledger.log.hashing import format_hash
from ledger.log.receipt import format_fingerprint


def audit_household(data: bytes, *, trusted_key: str | None = None) -> Report:
    """Check a household's file. Without `trusted_key` the file's own key is believed, and the report's origin and
    fingerprint must be compared with the notice board. Raises NotProven where the file proves nothing.
    """
    proven = verify_household_proof(data, trusted_key=trusted_key)
    return Report(
        entries=len(proven.indexes),
        erased=0,
        examined=len(proven.indexes),
        findings=(),
        fingerprint=format_fingerprint(proven.checkpoint),
        origin=proven.checkpoint.origin,
        proven=tuple(_tell(proven.year)),
        root=format_hash(proven.checkpoint.root),
        sheets=0,
        source=f"{proven.village_name}一户的积分证明，{proven.year.year} 年，代号 {proven.household}，村",
        village=proven.village,
    )


def _tell(year: HouseholdYear) -> Iterator[str]:
    """Yield what is proven, a sentence each."""
    if year.registered_at:
        yield f"第 {year.registered_at} 条：登记了这一户"
    consents = [(signed.entry, _tell_agreement(signed)) for signed in year.agreements]
    consents += [(withdrawn.entry, _tell_withdrawal(withdrawn)) for withdrawn in year.withdrawals]
    for _, said in sorted(consents):
        yield said
    for line in year.lines:
        yield _tell_line(line)
    for annexed in year.annexed:
        yield (
            f"第 {annexed.entry} 条：{annexed.period} 公开表 {annexed.sheet} 的附页列了这一户："
            f"户号 {annexed.number}，加 {annexed.points} 分"
        )
    yield f"{year.year} 年一共 {year.points} 分，已冲销的不算"


def _tell_agreement(signed: Signed) -> str:
    given = [title for name, title in CONSENT_NAMES.items() if getattr(signed.agreement, name)]
    said = "、".join(given) or "哪一项都没有同意"
    return f"第 {signed.entry} 条：签了第 {signed.version} 版积分细则的契约，{said}"


def _tell_withdrawal(withdrawn: Withdrawn) -> str:
    taken = complete_withdrawn(withdrawn.withdrawal.withdrawn)
    said = "、".join(title for name, title in CONSENT_NAMES.items() if name in taken)
    return f"第 {withdrawn.entry} 条：撤回了{said}"


def _tell_line(line: HouseholdLine) -> str:
    hidden = "，只公布合计" if line.is_sealed else ""
    said = (
        f"第 {line.entry} 条：{line.period} {line.rule} {line.item}，{count_units(line.quantity, line.unit)}，"
        f"{line.points} 分{hidden}。依据：{line.evidence}"
    )
    return f"{said}。已由第 {line.reversed_at} 条冲销：{line.why}" if line.reversed_at else said
