"""What a comparison came to, handed in: a second person passes it, and only then does it stand in the log.

Between looking and handing in nothing is kept here: the page brings the result back, which holds amounts, days and
numbers of vouchers alone. Whoever changes it on the way could as well have changed the file; the books are asked again.
"""

from __future__ import annotations

import msgspec

from ledger.books.money import format_yuan
from ledger.books.reconciliation import BankReconciled, adjust
from ledger.entries import Claim, name_clerk
from ledger.errors import Fault, Refused
from ledger.ports import Ports
from ledger.service.drafts import build_draft, build_trial, refuse_no_month
from ledger.service.persons import refuse_stranger
from ledger.service.slots import check_slot, list_waiting_slots
from ledger.state import check_entry, get_day
from ledger.vaults import Draft

RESULT_MAX_BYTES = 32_768
"""A result as the page brings it back: 200 items of 110 bytes."""


def format_result(body: BankReconciled) -> str:
    """Return a result as JSON, as a page can keep it."""
    return msgspec.json.encode(body).decode()


def parse_result(text: str) -> BankReconciled:
    """Read what `format_result` wrote; ValueError for anything else."""
    if len(text) > RESULT_MAX_BYTES:
        raise ValueError("too long for a result")
    try:
        return msgspec.json.decode(text, type=BankReconciled)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise ValueError("no result of a comparison") from error


def prepare_reconciliation(
    ports: Ports, village: str, period: str, maker: str, body: BankReconciled
) -> Draft:
    """Draft a month's reconciliation and return it, waiting for a checker; the same one again where it waits already.

    Raises Refused, keeping nothing, where it may not be recorded now, and where the maker is no clerk of the village.
    """
    refuse_stranger(ports, village, maker)
    refuse_no_month(period)
    now_ms = ports.clock.now_ms()
    claim = Claim(
        body=body,
        kind="bank.reconciled",
        maker=name_clerk(maker),
        occurred_on=get_day(now_ms),
        period=period,
        village=village,
    )
    draft = build_draft(ports, claim, name_result(period, body), batch=f"bank-{period}-{body.version}")
    waiting = list_waiting_slots(ports.vault, village)
    known = waiting.get(("bank",))
    if known is not None and known.digest == draft.digest:
        return known
    faults: list[Fault] = check_slot(waiting, ("bank",))
    with ports.ledger.read(village) as reader:
        faults += check_entry(reader.facts, ports.reference, build_trial(claim, reader.size, now_ms))
    if faults:
        raise Refused(faults)
    ports.vault.put_drafts(village, [draft])
    return draft


def name_result(period: str, body: BankReconciled) -> str:
    """Return what lists call a reconciliation."""
    year, month = period.split("-")
    difference_fen = adjust(body).difference_fen
    told = f"差 {format_yuan(abs(difference_fen))} 元" if difference_fen else "对得上"
    open_ = f"，{len(body.items)} 笔只有一边有" if body.items else ""
    return f"{year}年{int(month)}月银行对账：{told}{open_}"
