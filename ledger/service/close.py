"""Closing a month: the books say what they add up to, a second person passes it, and nothing later enters it."""

from __future__ import annotations

from ledger.canonical import parse_claim
from ledger.entries import KINDS, Claim, name_clerk
from ledger.errors import Fault, Refused
from ledger.ports import Ports
from ledger.service.drafts import build_draft, build_trial, refuse_no_month
from ledger.service.persons import refuse_stranger
from ledger.state import check_entry, get_day
from ledger.state.facts import Facts
from ledger.state.money import build_closing, get_month
from ledger.vaults import Draft


def prepare_closing(ports: Ports, village: str, period: str, maker: str) -> Draft:
    """Draft the closing of `period` from the facts as they stand and return it, waiting for a checker.

    Raises Refused, keeping no draft, where the month may not be closed now, where something of it still waits to be
    passed (it could never be recorded afterwards), and where the maker is no clerk of the village.
    """
    refuse_stranger(ports, village, maker)
    refuse_no_month(period)
    now_ms = ports.clock.now_ms()
    with ports.ledger.read(village) as reader:
        _refuse_closed(reader.facts, period)
        body = build_closing(reader.facts, period)
        claim = Claim(
            body=body,
            kind="period.closed",
            maker=name_clerk(maker),
            occurred_on=get_day(now_ms),
            period=period,
            village=village,
        )
        faults = check_entry(reader.facts, ports.reference, build_trial(claim, reader.size, now_ms))
    waiting = ports.vault.list_drafts(village, "waiting")
    faults += _check_waiting(waiting, period)
    if faults:
        raise Refused(faults)
    year, month = period.split("-")
    label = f"{year}年{int(month)}月结账：凭证 {body.vouchers} 张"
    draft = build_draft(ports, claim, label, batch=f"close-{period}")
    # The day on which it was asked for again does not make it another closing.
    known = next((item for item in waiting if parse_claim(item.claim).body == body), None)
    if known is not None:
        return known
    ports.vault.put_drafts(village, [draft])
    return draft


def _refuse_closed(facts: Facts, period: str) -> None:
    """Say when and by whom a month was closed, and nothing else: no other fault of closing it again matters."""
    month = get_month(facts, period)
    if not month.closed:
        return
    entry = facts.read_entry(month.closed)
    by = f"村文书 {entry.maker.user}，审核人 {'、'.join(checker.user for checker in entry.checkers)}"
    raise Refused(
        [
            Fault(
                code="closing-twice",
                place=f"{period} 结账",
                found=f"已于 {get_day(entry.recorded_at)} 结账（第 {month.closed} 条，{by}）",
                expected="还没有结账的月份",
                remedy="不用再结；有错的记入当前月份：先红字冲销，再蓝字更正",
            )
        ]
    )


def _check_waiting(waiting: list[Draft], period: str) -> list[Fault]:
    """Nothing of the month may still wait: once it is closed it takes no more entries."""
    claims = [parse_claim(draft.claim) for draft in waiting]
    late = [
        claim
        for claim in claims
        if claim.period == period and KINDS[claim.kind].in_books and claim.kind != "period.closed"
    ]
    if not late:
        return []
    return [
        Fault(
            code="closing-waiting",
            place=f"会计期间 {period}",
            found=f"还有 {len(late)} 条待审",
            expected="本月的都已审核",
            remedy="先通过、退回或撤回它们，再结账；命令是 mingbai pass 和 mingbai discard",
        )
    ]
