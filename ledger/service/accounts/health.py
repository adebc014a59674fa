"""What the doctor says of the desk: its log hangs together, is no older one, and its end was handed out lately."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import format_fault
from ledger.limits import DAY_MS
from ledger.ports import DeskPorts
from ledger.service.accounts.desk_log import check_desk_log, check_remembered
from ledger.service.doctor import Check, State
from ledger.state import get_day

SHOWN_MAX_MS = 31 * DAY_MS
"""Against whoever owns the file only an end that lies elsewhere helps: once a month, with the sheets."""


def check_desk(ports: DeskPorts) -> Iterator[Check]:
    """The desk's log, from its first row to what is remembered of its end."""
    name = "办事记录"
    with ports.desk.read() as desk:
        faults = check_desk_log(desk) + check_remembered(ports.desk)
        end = desk.get_end()
    if faults:
        found = "；".join(format_fault(fault) for fault in faults)
        yield Check(advice=faults[0].remedy, found=found, name=name, state="wrong")
        return
    known = ports.desk.find_remembered()
    shown_at = known.shown_at if known is not None else 0
    is_recent = end.number == 0 or (shown_at and ports.clock.now_ms() - shown_at <= SHOWN_MAX_MS)
    told = f"{end.number} 行，前后连得上"
    if known is not None and shown_at:
        told += f"；{get_day(shown_at)} 抄出过末尾，到第 {known.shown_number} 行"
    elif end.number:
        told += "；末尾还没有抄出过"
    state: State = "fine" if is_recent else "warning"
    advice = "" if is_recent else "运行 mingbai desklog，把最后一行的行数和摘要抄到别处"
    yield Check(advice=advice, found=told, name=name, state=state)
